"""Our marker in what PingCode keeps: a last line of HTML, or of plain text where PingCode was given that.

Where the team has a text property for it (setting ``marker_property``), the marker stands there and no text is touched.
"""

from __future__ import annotations

import re

from pydantic import JsonValue

from pmbridge.adapter import UID, split_marker
from pmbridge_pingcode import wire

_BLANK = r"\s|&nbsp;"
_INSIDE = r"<(?:span|strong|b|em|i|u|font)\b[^<>]*>"
# An editor in a browser writes all anew when a person saves: with attributes, in spans, with empty lines behind it.
_OPENING = re.compile(rf"(?:<(?:p|div)\b[^<>]*>|<br\s*/?>|\n|^)(?:{_BLANK}|{_INSIDE})*\Z", re.IGNORECASE)
_REST = re.compile(rf"pmbridge:({UID})(?:{_BLANK}|</[a-z]+>|<br\s*/?>|<p\b[^<>]*>)*\Z", re.IGNORECASE)
_LONGEST_OPENING = 400
"""So far before the marker its line may begin: what is looked through stays short however long the text is."""


def signed_html(html: str, uid: str) -> str:
    """Return *html* with the marker of *uid* as its last paragraph; without text, that paragraph alone."""
    return f"{html.rstrip()}\n{_paragraph(uid)}" if html.strip() else _paragraph(uid)


def _paragraph(uid: str) -> str:
    return f"<p>pmbridge:{uid}</p>"


def split_html(text: str) -> tuple[str, str | None]:
    """Return *text* (HTML or plain) without our last line, and the uid that it holds."""
    at = text.rfind("pmbridge:")
    rest = _REST.match(text, at) if at >= 0 else None
    opening = _OPENING.search(text, max(0, at - _LONGEST_OPENING), at) if rest else None
    return (text[: opening.start()].rstrip(), rest.group(1).upper()) if rest and opening else (text, None)


def marker_in(row: wire.WorkItem | wire.ShipItem, property_id: str | None) -> str | None:
    """Return the uid that *row* carries: in the property, else as the last line of its description."""
    kept: JsonValue = (row.properties or {}).get(property_id) if property_id else None
    uid = split_marker(kept)[1] if isinstance(kept, str) else None
    return uid or split_html(row.description or "")[1]
