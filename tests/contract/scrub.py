"""What a recording of a real site must not keep: people, texts, addresses, secrets. And how to find what is left."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

ANY = "any"
"""What stands on a cassette where a secret stood."""
SECRETS = {
    "access_token", "tenant_access_token", "refresh_token", "id_token", "client_secret", "public_image_token",
    "api_key", "apikey", "password", "secret", "token",
}  # fmt: skip
"""Names of members and parameters whose value is a secret, in lower case; in no tool does one of them mean anything
else."""
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
    ("the sandbox's secret", re.compile(r"sandbox-token|sandboxtoken|sandbox-client-secret|not-the-token")),
    # A server's own build is told by as many: the one word of Jira that looks like a token of Worktile.
    ("a token of 40 digits", re.compile(r"(?<!scmInfo\": \")(?<![0-9a-f])[0-9a-f]{40}(?![0-9a-f])")),
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


def without_secrets(value: Any) -> Any:
    """Return *value*, read from JSON, with every member that is a secret replaced, however deep it lies."""
    if isinstance(value, dict):
        return {
            key: ANY if key.lower() in SECRETS and isinstance(one, str) and one else without_secrets(one)
            for key, one in value.items()
        }
    return [without_secrets(one) for one in value] if isinstance(value, list) else value


class WordScrubber(Scrubber):
    """Keeps ids that nobody has chosen and the tool's own words, and replaces every other text.

    ``kept``: members that hold words of the tool. ``ids``: members that hold ids; one that does not match *given* was
    made from a name and is replaced. ``keyed``: members whose keys are ids too. ``dropped``: members that are left out.
    """

    kept: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    keyed: frozenset[str] = frozenset({"properties"})
    dropped: frozenset[str] = frozenset()
    given: re.Pattern[str] = re.compile(r"[0-9a-f]{24}|[0-9a-f]{32}")

    def _value(self, value: Any, key: str | None) -> Any:
        if isinstance(value, dict):
            if key in self.keyed:
                return {self._id(name): self._value(one, self._of_property(name)) for name, one in value.items()}
            return {name: self._value(one, name) for name, one in value.items() if name not in self.dropped}
        if isinstance(value, list):
            return [self._value(one, key) for one in value]
        if not isinstance(value, str) or not value or key in self.kept:
            return value
        if key is not None and key.lower() in SECRETS:
            return ANY
        return self._id(value) if key in self.ids else self._as("text", value)

    def _of_property(self, name: str) -> str:
        """Return as what the value of the property *name* is read."""
        return next(iter(sorted(self.ids)), name)

    def _id(self, value: str) -> str:
        return value if self.given.fullmatch(value) else self._as("property", value)
