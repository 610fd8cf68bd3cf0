"""The marker as text: the last line of what we made in a tool, or the end of its title, where nothing else holds it."""

from __future__ import annotations

import re

from pmbridge.identity import ALPHABET

UID = f"[{ALPHABET}]{{26}}"
"""Regular expression of a uid: what ``Create.uid`` and ``AddComment.uid`` hold."""
_LINE = re.compile(rf"(?:^|\n)[ \t\r]*pmbridge:({UID})[ \t\r]*\n?\Z")
_END = re.compile(rf"(?:^|\s)pmbridge:({UID})\s*\Z")


def signed(text: str, uid: str) -> str:
    """Return *text* with the marker of *uid* as its last line; without text, that line alone."""
    return f"{text.rstrip()}\n\npmbridge:{uid}" if text.strip() else f"pmbridge:{uid}"


def split_marker(text: str) -> tuple[str, str | None]:
    """Return *text* without the marker's line and without the blanks before it, and the uid that it holds.

    Blanks around the line do not hide it: a tool may indent it, and what is not found is made twice.
    """
    found = _LINE.search(text) if "pmbridge:" in text else None
    return (text[: found.start()].rstrip(), found.group(1)) if found else (text, None)


def signed_title(title: str, uid: str) -> str:
    """Return *title* with the marker of *uid* at its end: for a tool in which only the title is sure to be kept."""
    return f"{title.rstrip()} pmbridge:{uid}"


def split_title(title: str) -> tuple[str, str | None]:
    """Return *title* without the marker at its end and without the blanks before it, and the uid that it holds."""
    found = _END.search(title) if "pmbridge:" in title else None
    return (title[: found.start()].rstrip(), found.group(1)) if found else (title, None)
