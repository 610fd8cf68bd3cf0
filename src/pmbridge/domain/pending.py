"""The decisions that the client has to take: complete by construction, whoever remembered to ask.

Each change request that waits for the client, each submission under review and each dependency on the client that is
late or due soon asks for one, under its own ref and without an event. Beside them stand the questions that were asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from pmbridge.domain.book import Book
from pmbridge.domain.change_fields import ChangeRequest
from pmbridge.domain.contact import Subject
from pmbridge.domain.decision_needed import DecisionNeeded
from pmbridge.domain.delay import CostOfDelay
from pmbridge.domain.deliverable_fields import Deliverable
from pmbridge.domain.dependency import Dependency
from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Money, SourceRef, Text
from pmbridge.domain.moment import Moment
from pmbridge.domain.source import event_source

SOON_WD = 5
"""A dependency on the client is listed from so many working days before it is needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer that is open to the client. Money by currency; days by the ref of the milestone that would move.

    ``added``: milestones that would come to the schedule, with their dates. ``cancelled``: those that would leave it.
    """

    key: str
    text: Text
    consequence: Text | None = None
    money: tuple[Money, ...] = ()
    monthly: tuple[Money, ...] = ()
    days: tuple[tuple[str, int], ...] = ()
    added: tuple[tuple[str, date], ...] = ()
    cancelled: tuple[str, ...] = ()
    recommended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A decision (or a thing) that the client owes, in the wording that the client has read.

    ``ref``: of its subject, and ``asked_as`` that of the question where one was asked about it. ``ask_of``: ref of the
    contact, ``None`` where nobody who may decide is known. ``wd_left``: working days to ``need_by``, negative once it
    is late, ``None`` without a date. ``overdue``: its day is past, be it a day off that was. ``turn``: the number of
    the submission. ``since``: the day from which it waits.
    """

    ref: str
    kind: str
    question: Text
    background: Text | None = None
    choices: tuple[Choice, ...] = ()
    recommendation: Text | None = None
    ask_of: str | None
    need_by: date | None
    wd_left: int | None
    overdue: bool
    cost_of_delay: tuple[CostOfDelay, ...] = ()
    effect_if_late: Text | None = None
    milestones: tuple[str, ...] = ()
    default_if_silent: Text | None = None
    asked_as: str | None = None
    turn: int | None = None
    since: date
    source: SourceRef

    @property
    def late_wd(self) -> int:
        """Working days since ``need_by``, 0 while it is not late."""
        return max(0, -(self.wd_left or 0))


def decisions_needed(book: Book, moment: Moment) -> tuple[Pending, ...]:
    """Return what the client has to decide or provide: what is overdue first, then by date, then by age and ref."""
    derived = [*_changes(book, moment), *_submissions(book, moment), *_dependencies(book, moment)]
    found = {one.ref: one for one in derived}
    for one in _questions(book, moment):
        subject = found.get(one.ref)
        if subject is None:
            found[one.ref] = one
        else:
            # The question says it better than we could; what the subject alone knows stays.
            found[one.ref] = replace(
                one,
                kind=subject.kind,
                choices=one.choices or subject.choices,
                cost_of_delay=one.cost_of_delay or subject.cost_of_delay,
                turn=subject.turn,
                since=min(one.since, subject.since),
            )
    return tuple(sorted(found.values(), key=_urgency))


def _urgency(one: Pending) -> tuple[object, ...]:
    return not one.overdue, one.need_by or date.max, one.since, one.ref


def _left(need_by: date | None, moment: Moment) -> int | None:
    return None if need_by is None else moment.calendar.wd(moment.today, need_by)


def _past(need_by: date | None, moment: Moment) -> bool:
    return need_by is not None and moment.today > need_by


def decider(book: Book, subject: Subject, moment: Moment, preferred: str | None = None) -> str | None:
    """Return who may decide on *subject* today: *preferred* if that contact may, else the first by ref."""
    able = [
        one.ref
        for one in book.of("contact")
        if one.state == "active" and any(grant.covers(subject, moment.today) for grant in one.fields.authorities)
    ]
    return preferred if preferred in able else next(iter(able), None)


# --------------------------------------------------------------------------------------------------- the sources


def _changes(book: Book, moment: Moment) -> Iterator[Pending]:
    for entry in book.of("change"):
        derived = book.concepts["change"].derived
        state = entry.state if derived is None else derived(entry, moment)
        fields, shown = entry.fields, entry.released or entry.fields
        # What was authorised by word of mouth waits for the client's confirmation in writing.
        need_by = fields.need_by if state == "awaiting_decision" else None
        if state == "emergency_authorised" and fields.emergency is not None:
            need_by = fields.emergency.confirm_by
        elif state != "awaiting_decision":
            continue
        yield Pending(
            ref=entry.ref,
            kind="change",
            question=shown.title,
            background=shown.reason,
            choices=_choices(shown),
            ask_of=decider(book, "change", moment, fields.raised_by),
            need_by=need_by,
            wd_left=_left(need_by, moment),
            overdue=_past(need_by, moment),
            since=entry.since.day,
            source=event_source(entry),
        )


def _choices(change: ChangeRequest) -> tuple[Choice, ...]:
    assessment = change.offered
    if assessment is None:
        return ()
    return tuple(
        Choice(
            key=one.key,
            text=one.title,
            money=tuple(one.money.values()),
            monthly=tuple(one.monthly.values()),
            days=one.shifts,
            added=one.added,
            cancelled=one.cancelled,
            recommended=one.key == assessment.recommended,
        )
        for one in assessment.options
    )


def _submissions(book: Book, moment: Moment) -> Iterator[Pending]:
    for entry in book.of("deliverable"):
        if entry.state != "under_review" or not isinstance(entry.fields, Deliverable):
            continue
        fields, shown = entry.fields, entry.released or entry.fields
        last = fields.submission
        need_by = None if last is None else last.answer_by
        yield Pending(
            ref=entry.ref,
            kind="deliverable",
            question=shown.title,
            ask_of=decider(book, "acceptance", moment),
            need_by=need_by,
            wd_left=_left(need_by, moment),
            overdue=_past(need_by, moment),
            milestones=() if fields.milestone is None else (fields.milestone,),
            turn=None if last is None else last.n,
            since=entry.since.day,
            source=event_source(entry),
        )


def _dependencies(book: Book, moment: Moment) -> Iterator[Pending]:
    entry: Entry[Dependency]
    for entry in book.of("dependency"):
        fields, shown = entry.fields, entry.released or entry.fields
        left = moment.calendar.wd(moment.today, fields.needed_by)
        if entry.state != "open" or fields.on != "client" or left > SOON_WD:
            continue
        yield Pending(
            ref=entry.ref,
            kind="dependency",
            question=shown.what,
            ask_of=fields.owner,
            need_by=fields.needed_by,
            wd_left=left,
            overdue=_past(fields.needed_by, moment),
            cost_of_delay=shown.cost_of_delay,
            effect_if_late=shown.effect_if_late,
            milestones=fields.milestones,
            since=entry.created.day,
            source=event_source(entry),
        )


def _questions(book: Book, moment: Moment) -> Iterator[Pending]:
    entry: Entry[DecisionNeeded]
    for entry in book.of("decision"):
        derived = book.concepts["decision"].derived
        state = entry.state if derived is None else derived(entry, moment)
        if state != "open":
            continue
        fields, shown = entry.fields, entry.released or entry.fields
        yield Pending(
            ref=fields.subject or entry.ref,
            kind="decision",
            question=shown.question,
            background=shown.background,
            choices=tuple(Choice(key=one.key, text=one.text, consequence=one.consequence) for one in shown.options),
            recommendation=shown.recommendation,
            ask_of=fields.ask_of,
            need_by=fields.need_by,
            wd_left=_left(fields.need_by, moment),
            overdue=_past(fields.need_by, moment),
            cost_of_delay=shown.cost_of_delay,
            default_if_silent=shown.default_if_silent,
            asked_as=entry.ref if fields.subject else None,
            since=entry.created.day,
            source=event_source(entry),
        )
