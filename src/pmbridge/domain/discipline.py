"""Whether what was agreed to come round came in time, and for how many milestones the progress is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pmbridge.domain.book import Book
from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Figure, Known, SourceRef, Unknown, UnknownReason
from pmbridge.domain.moment import Moment
from pmbridge.domain.rate import Rate
from pmbridge.domain.source import cited
from pmbridge.domain.terms import CadenceKind, terms_in_force
from pmbridge.values import Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Punctuality:
    """``rate``: what came by its due time out of what was due. ``late`` and ``missing`` are due times, oldest first.

    ``None`` where nothing was due yet, unknown where no plan was agreed.
    """

    rate: Figure[Rate] | None
    late: tuple[datetime, ...] = ()
    missing: tuple[datetime, ...] = ()


def punctuality(
    due: Sequence[datetime], came: Mapping[datetime, datetime], sources: Sequence[Entry[Any]], moment: Moment
) -> Punctuality:
    """Return how much of what was *due* by now came in time; *came*: due time → when it came.

    What is not yet due counts neither way, though it came early.
    """
    judged = sorted(one for one in due if one <= moment.as_of)
    if not judged:
        return Punctuality(rate=None)
    late = tuple(one for one in judged if one in came and came[one] > one)
    missing = tuple(one for one in judged if one not in came or came[one] > moment.as_of)
    in_time = [one for one in judged if one in came and came[one] <= one]
    return Punctuality(
        rate=Known(
            value=Rate(hits=len(in_time), n=len(judged)),
            sources=cited(sources),
            method="derived",
            observed_at=moment.as_of,
        ),
        late=tuple(one for one in late if one not in missing),
        missing=missing,
    )


def due_times(book: Book, kind: CadenceKind, moment: Moment) -> list[datetime] | Unknown:
    """Return when something of *kind* was due since the engagement began, today included, by the agreed plan.

    Unknown until a communication plan with such an entry is agreed.
    """
    terms, engagement = terms_in_force(book), book.newest("engagement")
    start: date | None = None if engagement is None else engagement.fields.start_on
    entries = [] if terms is None else [one for one in terms.communication.cadence if one.kind == kind]
    if start is None or not entries:
        return Unknown(
            reason=UnknownReason.NOT_PROVIDED,
            detail=Label(zh="沟通计划未约定", en="no communication plan is agreed"),
        )
    begin = datetime.combine(start, datetime.min.time(), tzinfo=moment.zone)
    found = {at for one in entries for at in one.expected(begin, moment.as_of, start_on=start, zone=moment.zone)}
    return sorted(found)


def report_punctuality(
    book: Book,
    kind: CadenceKind,
    issued: Sequence[tuple[date, datetime]],
    moment: Moment,
    *,
    first_due: date | None = None,
) -> Punctuality:
    """Return how many reports came in time by the agreed plan; *issued*: last day of its period, and when it came.

    A report is due at the first due time on or after the last day of its period. *first_due*: from when on they are
    ours to issue, where earlier ones were sent by hand.
    """
    due = due_times(book, kind, moment)
    if isinstance(due, Unknown):
        return Punctuality(rate=due)
    mine = [one for one in due if first_due is None or moment.day(one) >= first_due]
    came: dict[datetime, datetime] = {}
    for period_to, at in sorted(issued, key=lambda one: one[1]):
        for one in mine:
            if moment.day(one) >= period_to:
                came.setdefault(one, at)
                break
    engagement = book.newest("engagement")
    return punctuality(mine, came, [] if engagement is None else [engagement], moment)


def coverage(
    fractions: Mapping[str, Figure[Decimal]], sources: tuple[SourceRef, ...], moment: Moment
) -> Figure[Rate] | None:
    """Return for how many milestones the progress is known; *fractions*: progress by ref, without cancelled ones.

    Without milestones it is not applicable (``None``); where none is known and no source stands for that, unknown.
    """
    if not fractions:
        return None
    known = [one for one in fractions.values() if isinstance(one, Known)]
    named = tuple(dict.fromkeys((*sources, *(source for one in known for source in one.sources))))
    if not named:
        return next(one for one in fractions.values() if isinstance(one, Unknown))
    return Known(
        value=Rate(hits=len(known), n=len(fractions)), sources=named, method="derived", observed_at=moment.as_of
    )
