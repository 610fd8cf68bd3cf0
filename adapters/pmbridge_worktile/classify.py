"""What Worktile's answers amount to. The usual way in which a token has run out is a 200 with an error inside."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from pmbridge.adapter import Response, classify_common
from pmbridge.errors import CredentialRefused, NotVisible, PmbridgeError, ProtocolError, Rejected

MALFORMED_TOKEN, EXPIRED_TOKEN = 1102, 1103
TOKEN_PATHS = ("/tenant-access-token", "/oauth2/token")
_TEXT_LENGTH = 200


class Classifier:
    """``HttpPolicy.classify`` for one connection. *hide* takes secrets out of a text that an answer repeats."""

    def __init__(self, *, connection: str, hide: Callable[[str], str]) -> None:
        self._connection, self._hide = connection, hide

    def __call__(self, response: Response) -> PmbridgeError | None:
        """Return the error that *response* amounts to, ``None`` for a good answer."""
        error = self._refused_credential(response) or classify_common(response) or self._told(response)
        return error.with_facts(connection=self._connection, tool="Worktile") if error else None

    def _refused_credential(self, response: Response) -> PmbridgeError | None:
        """The answer to a request for a token: no public page words its refusals, so any in JSON counts as one."""
        if not urlsplit(response.url).path.rstrip("/").endswith(TOKEN_PATHS):
            return None
        body = json_object(response)
        if body is None:
            return None
        if response.status in (400, 401, 403) or (
            response.status == 200 and (body.get("ok") is False or body.get("error"))
        ):
            return CredentialRefused(status=response.status if response.status != 200 else self._said(body))
        return None

    def _told(self, response: Response) -> PmbridgeError | None:
        if response.status in (403, 404):
            if json_object(response) is None:
                # A proxy's, or that of a route which is not there: it says nothing about a task.
                return ProtocolError(field=f"status {response.status} without JSON", status=response.status)
            return NotVisible(status=response.status)
        body = json_object(response) if b'"ok"' in response.body or b'"code"' in response.body else None
        if body is None:
            return None
        code = body.get("error_code")
        if body.get("ok") is False:
            if code in (MALFORMED_TOKEN, EXPIRED_TOKEN):
                return CredentialRefused(status=code)
            return Rejected(faults={"": self._said(body)}, status=code)
        return _by_code(body.get("code"))

    def _said(self, body: Mapping[str, object]) -> str:
        """Return code and words of an error, one printable line."""
        parts = [str(body[key]) for key in ("error_code", "error", "message") if isinstance(body.get(key), str | int)]
        words = "".join(one if one.isprintable() else " " for one in self._hide(" ".join(parts)))
        return " ".join(words.split())[:_TEXT_LENGTH] or "an error without words"


def _by_code(code: object) -> PmbridgeError | None:
    """The wrapped form repeats the status inside (``{"code": 200, "data": …}``); it may differ from the answer's."""
    if not isinstance(code, int) or isinstance(code, bool) or code < 400:
        return None
    if code == 401:
        return CredentialRefused(status=code)
    if code in (403, 404):
        return NotVisible(status=code)
    return ProtocolError(field=f"code {code}", status=code)


def json_object(response: Response) -> Mapping[str, object] | None:
    """Return the JSON object of a body, ``None`` for anything else."""
    if not response.body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return None
    try:
        found = json.loads(response.body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
