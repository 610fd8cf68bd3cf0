"""What a recording of a real site must not keep: people, texts, addresses, secrets. And how to find what is left."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

_TEXTS = {
    "summary", "description", "text", "title", "goal", "renderedBody", "environment", "body", "comment", "labels",
    "value", "serverTitle",
}  # fmt: skip
# Things whose name people choose for a client, by a member that only such things have. Statuses and types keep theirs.
_NAMED_BY_PEOPLE = {"projectTypeKey", "released", "boardId", "originBoardId", "finalDecision", "clauseNames"}
_TOLD_AS_IT_IS = {"status", "resolution", "duedate", "issuetype", "priority"}
_DROPPED = {"avatarUrls", "avatarUrl", "iconUrl", "self", "avatarId", "entityId", "uuid", "locale"}
_URL = re.compile(r"https?://[^\s\"'<>\\]+")

SUSPICIOUS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("a credential header", re.compile(r"(?i)\b(authorization|cookie|set-cookie|x-api-key)\b\s*:")),
    ("a credential", re.compile(r"(?i)\b(basic|bearer)\s+[A-Za-z0-9+/=_.-]{8,}")),
    ("an Atlassian token", re.compile(r"\bATATT[A-Za-z0-9_=-]{8,}|\bATCTT[A-Za-z0-9_=-]{8,}")),
    ("the sandbox's secret", re.compile(r"sandbox-token|not-the-token")),
    ("a mail address", re.compile(r"[\w.+-]+@(?!(?:[\w-]+\.)*(?:example|invalid)\b)[\w-]+\.[A-Za-z][\w.-]*")),
)


class Scrubber:
    """Replaces what is private, the same thing always by the same replacement, so that answers still fit together."""

    def __init__(self, *, host: str, to: str, secrets: Iterable[str] = ()) -> None:
        self._host, self._to = host, to
        self._secrets = [one for one in secrets if one]
        self._known: dict[tuple[str, str], str] = {}

    def body(self, body: bytes) -> bytes:
        """Return a body without what is private; one that is no JSON is dropped but for its kind."""
        try:
            sent = json.loads(body)
        except ValueError:
            return b"<html></html>" if body.lstrip()[:1] == b"<" else b""
        return json.dumps(self._value(sent, None), ensure_ascii=False).encode()

    def header(self, name: str, value: str) -> str:
        """Return the value of a header."""
        return self._as("account", value) if name.lower() in ("x-aaccountid", "x-ausername") else self._plain(value)

    def _value(self, value: Any, key: str | None) -> Any:
        if isinstance(value, dict):
            return {name: self._member(value, name, one) for name, one in value.items() if name not in _DROPPED}
        if isinstance(value, list):
            return [self._value(one, key) for one in value]
        if not isinstance(value, str):
            return value
        if key is not None and (key in _TEXTS or key.startswith("customfield_")):
            return self._as("text", value) if value else value
        return self._plain(value)

    def _member(self, owner: dict[str, Any], name: str, value: Any) -> Any:
        if isinstance(value, str) and value:
            is_person = bool({"displayName", "accountId", "emailAddress"} & owner.keys())
            if name == "accountId" or (is_person and name in ("key", "name")):
                return self._as("account", value)
            if name == "displayName":
                return self._as("Person", value)
            if name == "emailAddress":
                return self._as("person", value) + "@jira.invalid"
            if name == "name" and self._is_named_by_people(owner):
                return self._as("text", value)
            if name in ("from", "to", "fromString", "toString") and owner.get("field") not in _TOLD_AS_IT_IS:
                return value if value.replace(",", "").replace(" ", "").isdigit() else self._as("text", value)
        return self._value(value, name)

    def _is_named_by_people(self, owner: dict[str, Any]) -> bool:
        # System fields carry clauseNames too, and their names are the vendor's.
        return bool(_NAMED_BY_PEOPLE & owner.keys()) and owner.get("custom") is not False

    def _plain(self, value: str) -> str:
        if (known := self._known.get(("account", value))) is not None:
            return known
        for secret in self._secrets:
            value = value.replace(secret, "***")
        return _URL.sub(lambda found: self._to if self._host in found[0] else "https://elsewhere.invalid", value)

    def _as(self, kind: str, value: str) -> str:
        return self._known.setdefault((kind, value), f"{kind}-{len(self._known) + 1}")


def suspicions(text: str) -> list[str]:
    """Return what in *text* looks like a secret or a person: the kinds, not the values."""
    return [kind for kind, pattern in SUSPICIOUS if pattern.search(text)]
