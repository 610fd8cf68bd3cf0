"""What the formats with pages share: text without the characters that they cannot hold, and how a page is numbered."""

from __future__ import annotations

import re

from pmbridge.values import Label

PAGE = Label(zh="第 {page} 页，共 {pages} 页", en="Page {page} of {pages}")
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufdd0-\ufdef\ufff9-\ufffb"
    "\ufffe\uffff\ud800-\udfff]"
)


def visible(text: str) -> str:
    """Return *text* without control, direction and half characters; a line ends in a line feed, a tabulator is a blank.

    Blanks at the ends stay: words of the next run follow.
    """
    return _HIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
