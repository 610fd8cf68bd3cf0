"""What both sides agreed as the rules of the engagement, as far as other concepts ask for it."""

from __future__ import annotations

from typing import Any

from pmbridge.domain.book import Book

KIND = "engagement"


def agreed(book: Book, name: str) -> Any:
    """Return the field *name* of the engagement's record; ``None`` before there is one, or where nothing is agreed."""
    entry = book.newest(KIND)
    return None if entry is None else getattr(entry.fields, name, None)
