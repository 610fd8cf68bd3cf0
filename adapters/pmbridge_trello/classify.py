"""What Trello's answers amount to. Most of its errors are plain text; JSON is read only where the header says so."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from urllib.parse import parse_qs, urlsplit

from pmbridge.adapter import Response, Wait, classify_common, is_web_page, retry_after
from pmbridge.errors import (
    CredentialRefused,
    NotVisible,
    PmbridgeError,
    ProtocolError,
    RateLimited,
    Rejected,
    Unreachable,
)

MEMBERS = "members"
"""Bucket of ``/members/{id}``, which Trello counts apart: 100 requests in 15 minutes."""
_ALL = "*"

_TOO_MANY_CARDS = "API_TOO_MANY_CARDS_REQUESTED"
_TOO_BIG = frozenset({449, 504})
_BAD_CREDENTIAL = re.compile(r"\b(invalid|expired) (app )?(token|key)\b|\bmissing scopes\b", re.IGNORECASE)
_NO_RIGHT = re.compile(r"\bunauthorized\b", re.IGNORECASE)
_NOT_THERE = re.compile(r"requested resource was not found|\b(model|board|card|list|label) not found\b", re.IGNORECASE)
_PERSONAL = re.compile(r"/(members/me|tokens/[^/]+)(/|$)")
_MEMBER = re.compile(r"/members/[^/]+")
_TEXT_LENGTH = 200

_TENTHS_S, _MEMBERS_S, _DATABASE_S = 10.0, 900.0, 600.0
_WINDOWS = {
    "API_TOKEN_LIMIT_EXCEEDED": _TENTHS_S,
    "API_KEY_LIMIT_EXCEEDED": _TENTHS_S,
    "API_TOKEN_DB_LIMIT_EXCEEDED": _DATABASE_S,
}
_COUNTERS = ("x-rate-limit-api-token", "x-rate-limit-api-key", "x-rate-limit-member")


class TooMuch(Rejected):
    """One answer would hold too many cards, or takes longer than Trello lets it; ask for less. Not to be repeated."""


def rate_key(path: str) -> str:
    """Return the name of the vendor's bucket for *path*.

    Nested routes (``/members/me/boards``) are said not to count among those of members; we ask one of them a run, so
    that it does not matter.
    """
    return MEMBERS if _MEMBER.fullmatch(path) else _ALL


class Classifier:
    """``HttpPolicy.classify`` for one connection. *hide* takes the secret out of a text that an answer repeats."""

    def __init__(self, *, connection: str, hide: Callable[[str], str]) -> None:
        self._connection, self._hide = connection, hide

    def __call__(self, response: Response) -> PmbridgeError | None:
        """Return the error that *response* amounts to, ``None`` for a good answer."""
        if response.status < 300:
            error = classify_common(response)
        else:
            said = self._hide(said_in(response))
            error = _told(response, said) or classify_common(response) or _absent(response, said)
        return error.with_facts(connection=self._connection, tool="Trello") if error else None


def _told(response: Response, said: str) -> PmbridgeError | None:
    """What Trello says in its own words."""
    status = response.status
    if status == 429:
        return RateLimited(retry_after=wait_of(response), status=status)
    if is_web_page(response):
        return None
    if _TOO_MANY_CARDS in said or (status in _TOO_BIG and _asks_for_cards(response.url)):
        return TooMuch(faults={"cards": said}, status=status)
    if status == 449:
        return Unreachable(why="http 449", status=status)
    if status in (400, 401) and _BAD_CREDENTIAL.search(said):
        # The usual mistake is the app's secret in place of the token; Trello does not tell them apart.
        name = "trello-secret" if "token" in said.lower() and "expired" not in said.lower() else None
        return CredentialRefused(name, status=f"{status} {said}")
    if status == 401 and _NO_RIGHT.search(said):
        if _PERSONAL.search(urlsplit(response.url).path):
            return CredentialRefused("anonymous", status=status)  # nobody lacks a right to himself but a stranger
        return NotVisible(status=status, detail=said)
    if status in (400, 409, 413, 422):
        return Rejected(faults={"": said or f"status {status}"}, status=status)
    return None


def _absent(response: Response, said: str) -> PmbridgeError | None:
    """What is left: 403 and 404.

    A 404 counts as "not there" only in Trello's own words: any other, a proxy's or that of a route which Trello has
    dropped, would make a deleted card out of every one that is asked for.
    """
    if response.status == 403 or (response.status == 404 and _NOT_THERE.search(said)):
        return NotVisible(status=response.status, detail=said or None)
    if response.status == 404:
        return ProtocolError(field="status 404 in other words than Trello's", status=404)
    return None


def _asks_for_cards(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path.endswith("/cards") or "cards" in parse_qs(parts.query)


def said_in(response: Response) -> str:
    """Return what an error says, one line: its text, or code and message of its JSON."""
    text = response.body[:4096].decode("utf-8", "replace")
    if "json" in response.headers.get("content-type", "").lower():
        try:
            body = json.loads(text)
        except (ValueError, RecursionError):
            body = None
        if isinstance(body, Mapping):
            text = " ".join(str(body[key]) for key in ("error", "code", "message") if isinstance(body.get(key), str))
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:_TEXT_LENGTH]


def wait_of(response: Response) -> float:
    """Return the seconds to wait after a 429: as the answer says, else the whole window that is used up.

    Earlier is dangerous: 200 refusals in one window, and Trello refuses everybody who uses the same API key.
    """
    asked = retry_after(response.headers, None)
    if asked is not None:
        return asked
    said = said_in(response)
    if _is_about_members(said):
        return _MEMBERS_S
    window = next((seconds for code, seconds in _WINDOWS.items() if code in said), _TENTHS_S)
    return max(window, _used_up(response.headers))


def pace(response: Response) -> Wait | None:
    """Return the pause that an answer asks for: after a refusal, and when a counter says that the next one comes."""
    if response.status == 429:
        key = MEMBERS if _is_about_members(said_in(response)) else _ALL
        return Wait(seconds=wait_of(response), key=key)
    used_up = _used_up(response.headers)
    return Wait(seconds=used_up) if used_up else None


def _is_about_members(said: str) -> bool:
    return "/1/member" in said


def _used_up(headers: Mapping[str, str]) -> float:
    """Return the length in seconds of the longest window of which nothing is left; 0 if there is some of each."""
    found = 0.0
    for counter in _COUNTERS:
        left, window = headers.get(f"{counter}-remaining", ""), headers.get(f"{counter}-interval-ms", "")
        if left.lstrip("-").isdecimal() and int(left) <= 0 and window.isdecimal():
            found = max(found, int(window) / 1000)
    return found
