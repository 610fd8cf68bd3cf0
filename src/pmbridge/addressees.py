"""Whom a report goes to: those of the client who may decide on its day."""

from __future__ import annotations

from datetime import date

from pmbridge.domain.book import Book
from pmbridge.domain.contact import Contact
from pmbridge.domain.entry import Entry
from pmbridge.drafting import Recipient
from pmbridge.values import Language

_DECIDING = frozenset({"sponsor", "product_owner", "approver"})


def addressees(book: Book, language: Language, day: date) -> tuple[Recipient, ...]:
    """Return the active contacts who may decide something on *day* and read *language*, by ref; empty for none.

    Where nobody was authorised yet, those whose role it is to decide. Where none of them reads *language*, all.
    """
    active = [one for one in book.of("contact") if one.state == "active"]
    deciding = [one for one in active if _decides(one, day)] or [one for one in active if one.fields.role in _DECIDING]
    wanted = "zh" if language == "zh-CN" else "en"
    chosen = [one for one in deciding if one.fields.language == wanted] or deciding
    reveal = book.reveal
    return tuple(Recipient(reveal(one.fields.name) or one.ref, reveal(one.fields.email or "") or "") for one in chosen)


def _decides(entry: Entry[Contact], day: date) -> bool:
    authorities = entry.fields.authorities
    return any(one.covers(subject, day) for one in authorities for subject in one.may_decide)
