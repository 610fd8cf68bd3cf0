"""What the client knows of its dealings with us, beside milestones, changes, risks and what it has to decide."""

from __future__ import annotations

from dataclasses import dataclass

from pmbridge.domain.book import Book
from pmbridge.domain.convened import Convened, convened
from pmbridge.domain.delivered import Delivered, delivered
from pmbridge.domain.heard import Heard, heard
from pmbridge.domain.learned import Learning, learning
from pmbridge.domain.moment import Moment
from pmbridge.domain.promised import Promised, promised


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRecord:
    """Deliverables, promises, what the client told us, meetings and action items, goals and lessons."""

    delivered: Delivered
    promised: Promised
    heard: Heard
    convened: Convened
    learning: Learning


def client_record(book: Book, moment: Moment) -> ClientRecord:
    """Return what *book* tells of it as of *moment*: released wordings only, and no ref of what is ours alone."""
    return ClientRecord(
        delivered=delivered(book, moment),
        promised=promised(book, moment),
        heard=heard(book, moment),
        convened=convened(book, moment),
        learning=learning(book),
    )
