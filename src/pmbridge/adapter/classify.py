"""What an answer amounts to, as far as HTTP alone says it: the base of every adapter's own ``classify``."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from pmbridge.adapter.policy import Response
from pmbridge.errors import CredentialRefused, NotData, PmbridgeError, ProtocolError, RateLimited, Unreachable

_TITLE = re.compile(rb"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_LOOKED_AT = 64 * 2**10
_TITLE_LENGTH = 80


def classify_common(response: Response) -> PmbridgeError | None:
    """Return the error that *response* amounts to for any tool, ``None`` when HTTP has nothing against it.

    In this order: 429 → RateLimited; 5xx, 408 and a proxy's 407 → Unreachable; 401 → CredentialRefused; a web page,
    whatever its status → NotData; 403 and 404 → ``None``; any other status from 300 up, but 304 → ProtocolError.

    403 and 404 mean something else in every tool (hidden, deleted, no right), so an adapter looks at them itself, after
    this function: a 404 that is a proxy's web page then does not pass for a deleted record. What the tool says in its
    own words (other 4xx, errors inside a 200), an adapter looks at before.
    """
    status = response.status
    if status == 429:
        return RateLimited(retry_after=retry_after(response.headers, None), status=status)
    if status >= 500 or status in (407, 408):
        why = {"why": "proxy", "why_zh": "代理"} if status == 407 else {"why": f"http {status}"}
        return Unreachable(**why, status=status, retry_after=retry_after(response.headers, None))
    if status == 401:
        return CredentialRefused(status=status)
    if is_web_page(response):
        return NotData(title=page_title(response.body), host=urlsplit(response.url).netloc, url=response.url)
    if status >= 300 and status not in (304, 403, 404):
        return ProtocolError(field=f"status {status}", status=status)
    return None


def retry_after(headers: Mapping[str, str], now: datetime | None) -> float | None:
    """Return the seconds that a ``Retry-After`` header asks to wait, at least 0 (RFC 9110 §10.2.3).

    A date counts from the answer's own ``Date``, so that a wrong clock here does not matter, else from *now*.
    ``None``: no header, one that cannot be read, or a date and nothing to count from.
    """
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        return _until_date(value, headers, now)
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _until_date(value: str, headers: Mapping[str, str], now: datetime | None) -> float | None:
    until, since = http_date(value), http_date(headers.get("date", "")) or now
    if until is None or since is None:
        return None
    return max(0.0, (until - since).total_seconds())


def http_date(value: str) -> datetime | None:
    """Return the aware moment of an HTTP date, ``None`` for anything else."""
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    return at if at.tzinfo is not None else None


def is_web_page(response: Response) -> bool:
    """Return whether the body is made for a browser.

    The body decides: some servers call JSON ``text/html``, and some proxies call their page ``application/json``.
    """
    start = response.body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return True
    return "html" in response.headers.get("content-type", "").lower() and start[:1] not in (b"", b"{", b"[")


def page_title(body: bytes) -> str | None:
    """Return the title of a web page, one printable line of at most 80 characters; ``None`` without one."""
    found = _TITLE.search(body[:_LOOKED_AT])
    if found is None:
        return None
    text = " ".join(html.unescape(found.group(1).decode("utf-8", "replace")).split())
    return "".join(c for c in text if c.isprintable())[:_TITLE_LENGTH] or None
