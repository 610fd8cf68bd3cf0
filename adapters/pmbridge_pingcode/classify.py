"""What PingCode's answers amount to. "Does not exist" is HTTP 400 with a code, and the code is a string."""

from __future__ import annotations

import json
import math
import re

from pmbridge.adapter import Response, Wait, classify_common, is_web_page
from pmbridge.errors import (
    CredentialRefused,
    NotVisible,
    PmbridgeError,
    ProtocolError,
    RateLimited,
    Rejected,
)

NO_PROJECT_OR_NO_SPRINTS = "100300"
_WRONG_CLIENT = "100024"
_RATE = "100038"
_NOT_THERE = frozenset(
    {
        NO_PROJECT_OR_NO_SPRINTS, "100045", "100051", "100077", "100304", "100308", "100317", "100351", "100405",
        "1003108", "100701", "100711", "100725", "100740", "100801", "100903",
    }
)  # fmt: skip
_MINUTE_S = 60.0
_TEXT_LENGTH = 200
_CODE = re.compile(r"[0-9]{1,10}")
_TOKEN_PATH = re.compile(r"/v1/auth/token(\?|$)")


class ScopeMissing(NotVisible):
    """The application's data range, or the person's rights, do not reach this area. Not about one record."""


class Classifier:
    """``HttpPolicy.classify`` for one connection."""

    def __init__(self, connection: str) -> None:
        self._connection = connection

    def __call__(self, response: Response) -> PmbridgeError | None:
        """Return the error that *response* amounts to, ``None`` for a good answer."""
        code, message = said_in(response)
        error = _told(response, code, message) or classify_common(response) or _rest(response, code, message)
        return error.with_facts(connection=self._connection, tool="PingCode", code=code) if error else None


def _told(response: Response, code: str, message: str) -> PmbridgeError | None:
    status = response.status
    if status == 429 or (status >= 400 and code == _RATE):
        return RateLimited(retry_after=wait_of(response), status=status)
    if not 400 <= status < 500 or is_web_page(response):
        return None
    said = f"{status} {code}".strip()
    if code == _WRONG_CLIENT:
        return CredentialRefused("client-refused", status=code)
    if _TOKEN_PATH.search(response.url) and status in (400, 401, 403):
        return CredentialRefused(status=said)  # the only thing that is told there is a credential
    if status == 400 and code in _NOT_THERE:
        return NotVisible(status=said, detail=message or None)
    if status in (400, 405, 409, 413, 422):
        return Rejected(faults={"": f"{code} {message}".strip() or said}, status=said)
    return None


def _rest(response: Response, code: str, message: str) -> PmbridgeError | None:
    """What is left: 403 and 404.

    PingCode tells a missing record with 400. A 404 is a path that it does not know, or an id in a form that it does
    not know: taken for "not there", a path that is dropped one day would make every record look deleted.
    """
    if response.status == 403:
        return ScopeMissing(status=403, detail=message or None)
    if response.status == 404:
        return ProtocolError(field=f"status 404 {code}".strip(), status=404)
    return None


def said_in(response: Response) -> tuple[str, str]:
    """Return code and message of an error, both empty where there are none."""
    if response.status < 400 or response.body[:1] != b"{":
        return "", ""
    try:
        body = json.loads(response.body[:65536])
    except (ValueError, RecursionError):
        return "", ""
    code, message = str(body.get("code", "")), body.get("message")
    text = message if isinstance(message, str) else ""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return code if _CODE.fullmatch(code) else "", line[:_TEXT_LENGTH]


def wait_of(response: Response) -> float:
    """Return the seconds to wait after a 429: as the vendor's own header says, else the whole minute that is counted.

    Calling earlier fails again.
    """
    value = response.headers.get("x-pc-retry-after", "").strip()
    try:
        seconds = float(value)
    except ValueError:
        return _MINUTE_S
    return max(0.0, seconds) if math.isfinite(seconds) else _MINUTE_S


def pace(response: Response) -> Wait | None:
    """Return the pause that a refusal asks for; good answers tell nothing of the budget."""
    return Wait(seconds=wait_of(response)) if response.status == 429 else None
