"""Days inside a sentence of ours: marked, so that every reader spells them its own way and no title is taken for one.

A marked sentence holds each day as ``{2026-06-26}``, and every brace of a quoted word twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from pmbridge.values import Label

_MARK = re.compile(r"\{\{|\}\}|\{(\d{4}-\d{2}-\d{2})\}( ?)")


def marked(day: date) -> str:
    """Return *day* as a marked sentence holds it."""
    return f"{{{day.isoformat()}}}"


def quoted(words: str) -> str:
    """Return *words* of somebody else as a marked sentence holds them."""
    return words.replace("{", "{{").replace("}", "}}")


def spelt(said: str, spell: Callable[[date], str], *, tight: bool = False) -> str:
    """Return a marked sentence with its days as *spell* spells them; *tight*: without the blank behind a day."""

    def one(mark: re.Match[str]) -> str:
        if mark[1] is None:
            return mark[0][0]
        return spell(date.fromisoformat(mark[1])) + ("" if tight else mark[2])

    return _MARK.sub(one, said)


def plain(label: Label, spell: Callable[[date], str]) -> Label:
    """Return a marked sentence in both languages with its days as *spell* spells them."""
    return Label(zh=spelt(label.zh, spell), en=spelt(label.en, spell))
