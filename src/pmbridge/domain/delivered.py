"""What was submitted to the client for acceptance, turn by turn, as far as the client knows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median

from pmbridge.domain.acceptance import AcceptanceRecord, Submission, Verdict
from pmbridge.domain.book import Book
from pmbridge.domain.contact import name_of
from pmbridge.domain.deliverable_fields import Deliverable, Handover
from pmbridge.domain.deliverable_metrics import review_times
from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import SourceRef, Text
from pmbridge.domain.known import known_refs
from pmbridge.domain.moment import Moment
from pmbridge.domain.source import event_source

_DONE = frozenset({"done", "cancelled", "closed", "resolved", "converted"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A point of a punch list: an issue or an action item that the client knows."""

    ref: str
    done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One submission and what came of it; ``verdict`` ``None``: the client has not judged it.

    ``decided_by``: names of contacts, empty where silence accepted it. ``review_wd``: working days of the client's
    review.
    """

    n: int
    submitted_on: date
    answer_by: date
    verdict: Verdict | None = None
    decided_on: date | None = None
    decided_by: tuple[str, ...] = ()
    review_wd: int | None = None
    conditions: tuple[Condition, ...] = ()
    certificate: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A deliverable that was submitted at least once, its turns oldest first."""

    ref: str
    title: Text
    milestone: str | None
    state: str
    turns: tuple[Turn, ...]
    handover: Handover | None
    source: SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """The deliverables by ref; ``review_median`` and ``review_longest`` in working days, ``None``: none was judged."""

    rows: tuple[Delivery, ...]
    review_median: Decimal | None
    review_longest: int | None


def delivered(book: Book, moment: Moment) -> Delivered:
    """Return what the client was given to accept. What is only planned is ours, and is left out."""
    entries: list[Entry[Deliverable]] = [one for one in book.of("deliverable") if one.released is not None]
    times = {(one.deliverable, one.submission): one.working_days.value for one in review_times(entries, moment)}
    return Delivered(
        rows=tuple(_row(one, one.released, book, times) for one in entries if one.released is not None),
        review_median=Decimal(median(map(Decimal, times.values()))) if times else None,
        review_longest=max(times.values(), default=None),
    )


def _row(entry: Entry[Deliverable], shown: Deliverable, book: Book, times: dict[tuple[str, int], int]) -> Delivery:
    return Delivery(
        ref=entry.ref,
        title=shown.title,
        milestone=next(iter(known_refs(book, [entry.fields.milestone])), None),
        state=entry.state,
        turns=tuple(_turn(entry, one, book, times) for one in entry.fields.submissions),
        handover=entry.fields.handover,
        source=event_source(entry),
    )


def _turn(entry: Entry[Deliverable], made: Submission, book: Book, times: dict[tuple[str, int], int]) -> Turn:
    record = next(
        (one for one in entry.fields.acceptances if one.submission == made.n and one.revoked_on is None), None
    )
    if record is None:
        return Turn(n=made.n, submitted_on=made.submitted_on, answer_by=made.answer_by)
    return Turn(
        n=made.n,
        submitted_on=made.submitted_on,
        answer_by=made.answer_by,
        verdict=record.verdict,
        decided_on=record.decided_on,
        decided_by=tuple(_deciders(entry, record, book)),
        review_wd=times.get((entry.ref, made.n)),
        conditions=tuple(_conditions(record, book)),
        certificate=record.certificate_no,
    )


def _deciders(entry: Entry[Deliverable], record: AcceptanceRecord, book: Book) -> Iterator[str]:
    for one in book.of("client_decision"):
        fields = one.fields
        if fields.subject == entry.ref and fields.decided_on == record.decided_on and one.state == "valid":
            yield from (name_of(book, who) for who in fields.decided_by)


def _conditions(record: AcceptanceRecord, book: Book) -> Iterator[Condition]:
    for ref in known_refs(book, record.punch_list):
        found = book.get(ref)
        yield Condition(ref=ref, done=record.cleared_on is not None or (found is not None and found.state in _DONE))
