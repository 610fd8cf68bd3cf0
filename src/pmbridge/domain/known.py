"""Which records of the register the client knows: a ref of any other one must not stand beside one that it does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pmbridge.domain.baseline import baselines, dates_of
from pmbridge.domain.book import Book
from pmbridge.domain.entry import Entry


def known_to_client(entry: Entry[Any], book: Book) -> bool:
    """Return whether the client was shown the record.

    A milestone also where its date was agreed, or while the first schedule is still to be agreed.
    """
    if entry.released is not None or entry.kind != "milestone":
        return entry.released is not None
    return dates_of(book, entry.ref).original is not None or not baselines(book, "schedule")


def known_refs(book: Book, refs: Iterable[str | None]) -> tuple[str, ...]:
    """Return those of *refs* whose records the client knows, in their order, each once."""
    found = dict.fromkeys(one for one in refs if one is not None)
    return tuple(one for one in found if (entry := book.get(one)) is not None and known_to_client(entry, book))
