"""What the client expects and what we promised, as far as both sides have said it to each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pmbridge.domain.book import Book
from pmbridge.domain.commitment import Commitment
from pmbridge.domain.commitment_metrics import commitments_kept, overdue
from pmbridge.domain.entry import Entry
from pmbridge.domain.expectation_fields import Expectation, Review
from pmbridge.domain.expectation_metrics import expectations_met
from pmbridge.domain.figure import Known, SourceRef, Text
from pmbridge.domain.known import known_refs
from pmbridge.domain.moment import Moment
from pmbridge.domain.promise import Health
from pmbridge.domain.rate import Rate
from pmbridge.domain.source import event_source


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What was expected before, what had been agreed on then, and on which day both changed."""

    statement: Text
    agreed: Text | None
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """An expectation: the client's words in ``statement``, what we promised in ``agreed``.

    ``health``: what the client was last told of how it stands, on ``told_on``. ``earlier``: oldest first.
    """

    ref: str
    statement: Text
    agreed: Text | None
    state: str
    since: date
    stated_on: date
    expected_on: date | None
    review_on: date
    links: tuple[str, ...]
    health: Health | None
    told_on: date | None
    declined_because: Text | None
    earlier: tuple[Earlier, ...]
    source: SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """A promise that one of us made; ``overdue``: its day is over and nobody said how it came out."""

    ref: str
    statement: Text
    state: str
    made_on: date
    due_on: date
    overdue: bool
    settled_on: date | None
    remedy: Text | None
    rests_on: str | None
    replaces: str | None
    source: SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """Both by ref. ``met``: of the expectations that are settled; ``kept``: of the commitments; ``None``: none is."""

    expectations: tuple[Expected, ...]
    commitments: tuple[Committed, ...]
    met: Known[Rate] | None
    kept: Known[Rate] | None


def promised(book: Book, moment: Moment) -> Promised:
    """Return expectations and commitments that the client knows."""
    wishes: list[Entry[Expectation]] = [one for one in book.of("expectation") if one.released is not None]
    promises: list[Entry[Commitment]] = [one for one in book.of("commitment") if one.released is not None]
    late = {one.ref for one in overdue(promises, moment)}
    return Promised(
        expectations=tuple(_expected(one, one.released, book) for one in wishes if one.released is not None),
        commitments=tuple(
            _committed(one, one.released, book, late=one.ref in late) for one in promises if one.released is not None
        ),
        met=expectations_met(wishes, moment),
        kept=commitments_kept(promises, moment),
    )


def _expected(entry: Entry[Expectation], shown: Expectation, book: Book) -> Expected:
    told = _told(entry)
    return Expected(
        ref=entry.ref,
        statement=shown.statement,
        agreed=shown.agreed_statement,
        state=entry.state,
        since=entry.since.day,
        stated_on=entry.fields.stated_on,
        expected_on=entry.fields.expected_on,
        review_on=entry.fields.review_on,
        links=known_refs(book, entry.fields.links),
        health=None if told is None else told.health,
        told_on=None if told is None else told.on,
        declined_because=shown.declined_because,
        earlier=tuple(
            Earlier(statement=one.statement, agreed=one.agreed_statement, until=one.revised_on) for one in shown.history
        ),
        source=event_source(entry),
    )


def _told(entry: Entry[Expectation]) -> Review | None:
    """Return the last look at it that the client was told of, since its present wording."""
    reviews = [one for one in entry.fields.reviews if one.told and one.on >= entry.fields.stated_on]
    return reviews[-1] if reviews else None


def _committed(entry: Entry[Commitment], shown: Commitment, book: Book, *, late: bool) -> Committed:
    return Committed(
        ref=entry.ref,
        statement=shown.statement,
        state=entry.state,
        made_on=entry.fields.made_on,
        due_on=entry.fields.due_on,
        overdue=late,
        settled_on=entry.fields.settled_on,
        remedy=shown.remedy,
        rests_on=next(iter(known_refs(book, [entry.fields.rests_on])), None),
        replaces=next(iter(known_refs(book, [entry.fields.replaces])), None),
        source=event_source(entry),
    )
