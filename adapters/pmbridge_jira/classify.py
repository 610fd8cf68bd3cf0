"""What Jira's answers amount to: errors by status and body, and how fast it wants to be asked."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from pmbridge.adapter import Response, Wait, classify_common
from pmbridge.adapter.classify import http_date, retry_after
from pmbridge.errors import CredentialRefused, NotVisible, PmbridgeError, RateLimited, Rejected, StaleWrite

ACCOUNT_HEADER = "x-aaccountid"
TENANT_INFO = "/_edge/tenant_info"
_SERVER_INFO = "/serverInfo"
_MAX_FAULTS = 5
_FAULT_LENGTH = 200
_EVERYTHING = "*"
_IDS = re.compile(r"(?<!/rest/api)/(?:[0-9]+|[A-Z][A-Z0-9_]*-[0-9]+)(?=/|$)")


def rate_key(path: str) -> str:
    """Return the name of the vendor's bucket for *path*: the resource with its ids left out.

    Jira's burst limits count per tenant, endpoint and method. The methods of one endpoint are not told apart here:
    where one has to wait, so does the other, which costs a little time and never a refusal.
    """
    return _IDS.sub("/*", path[path.find("/rest/") :])


class Classifier:
    """``HttpPolicy.classify`` for one connection. *names_account*: whether answers must say whose they are."""

    def __init__(self, *, connection: str, user: str | None, names_account: Callable[[], bool]) -> None:
        self._facts: dict[str, object] = {"tool": "Jira", "user": user} if user else {"tool": "Jira"}
        self._connection = connection
        self._names_account = names_account

    def __call__(self, response: Response) -> PmbridgeError | None:
        """Return the error that *response* amounts to, ``None`` for a good answer."""
        error = self._told(response) or classify_common(response) or self._hidden(response)
        return error.with_facts(connection=self._connection, **self._facts) if error else None

    def _told(self, response: Response) -> PmbridgeError | None:
        """What Jira says in its own words, where the words matter."""
        if response.status == 429:
            return RateLimited(retry_after=wait_of(response) or None, status=429)
        if response.status == 401 and b"scope" in response.body[:2048].lower():
            # The gateway's word for a good token that lacks the scope of this endpoint.
            return NotVisible(status=401, detail="scope does not match")
        if response.status in (400, 413, 422):
            body = _body(response)
            return Rejected(faults=faults_of(body), status=response.status) if body is not None else None
        if response.status == 409:
            return StaleWrite(
                detail="Jira says that somebody else is changing this issue.",
                detail_zh="Jira 提示该问题正在被他人修改。",
            )
        return None

    def _hidden(self, response: Response) -> PmbridgeError | None:
        """What is left: no right, not there or not visible, and the visitor who is taken for nobody."""
        reason = response.headers.get("x-authentication-denied-reason", "")
        login = response.headers.get("x-seraph-loginreason", "").upper()
        if response.status == 403 and ("CAPTCHA" in reason.upper() or login == "AUTHENTICATION_DENIED"):
            # Too many wrong passwords: Data Center refuses this account until a person has logged in by browser.
            return CredentialRefused(status="403, captcha")
        if self._is_anonymous(response):
            return CredentialRefused("anonymous", status=response.status)
        if response.status in (403, 404):
            return NotVisible(status=response.status, detail=", ".join(faults_of(_body(response)).values()) or None)
        return None

    def _is_anonymous(self, response: Response) -> bool:
        path = urlsplit(response.url).path
        if path.endswith((TENANT_INFO, _SERVER_INFO)):
            return False
        if response.headers.get("x-ausername", "") == "anonymous":  # Data Center
            return True
        if not self._names_account() or response.headers.get(ACCOUNT_HEADER):
            return False
        if response.status < 300:
            return True
        # A gateway that says 403 or 404 knows no account. Jira itself does, and uses its own envelope.
        body = _body(response)
        return isinstance(body, Mapping) and "errorMessages" in body


def pace(response: Response) -> Wait | None:
    """Return the pause that the vendor's headers ask for, ``None`` for none.

    Only where they say that the *next* request would be refused: Data Center sends ``retry-after`` with every answer.
    """
    reason = response.headers.get("ratelimit-reason", "")
    if response.status == 429:
        key = rate_key(urlsplit(response.url).path) if reason in ("jira-burst-based", "jira-per-issue-on-write") else ""
        return Wait(seconds=wait_of(response), key=key or _EVERYTHING)
    if response.headers.get("x-ratelimit-fillrate") and response.headers.get("x-ratelimit-remaining") == "0":
        return Wait(seconds=wait_of(response))
    return None


def wait_of(response: Response) -> float:
    """Return the seconds that *response* asks to wait; 0 when it does not say, or says 0: then back off by yourself."""
    told = retry_after(response.headers, None)
    if told is None:
        told = _until_reset(response.headers.get("x-ratelimit-reset", ""), response.headers.get("date", ""))
    return told or 0.0


def _until_reset(reset: str, date: str) -> float | None:
    now = http_date(date)
    try:
        until = datetime.fromisoformat(reset)  # "2026-03-26T16:00Z": without seconds, which Python reads
    except ValueError:
        return None
    if now is None or until.tzinfo is None:
        return None
    return max(0.0, (until - now).total_seconds())


def faults_of(body: Any) -> dict[str, str]:
    """Return field → reason of any of Jira's error envelopes; what names no field stands under ``""``. Shortened."""
    if not isinstance(body, Mapping):
        return {}
    found: dict[str, str] = {}
    errors = body.get("errors")
    if isinstance(errors, Mapping):
        found |= {str(field): str(why) for field, why in errors.items()}
    texts = body.get("errorMessages")
    messages = [str(one) for one in texts] if isinstance(texts, list) else []
    if isinstance(errors, list):
        messages += [str(one["message"]) for one in errors if isinstance(one, Mapping) and "message" in one]
    messages += [str(body[key]) for key in ("errorMessage", "message") if isinstance(body.get(key), str)]
    if messages:
        found[""] = " ".join(messages)
    return {field[:80]: why[:_FAULT_LENGTH] for field, why in list(found.items())[:_MAX_FAULTS]}


def _body(response: Response) -> Any:
    """Return the JSON of an error's body, ``None`` for none or for another kind of text."""
    try:
        return json.loads(response.body)
    except (ValueError, RecursionError):
        return None
