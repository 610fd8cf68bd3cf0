"""Goals and how they came out; what was learned on the way and what is done about it, as far as the client knows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pmbridge.domain.book import Book
from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import SourceRef, Text
from pmbridge.domain.goal_fields import Direction, Goal
from pmbridge.domain.improvement import Improvement
from pmbridge.domain.known import known_refs
from pmbridge.domain.lesson import Lesson
from pmbridge.domain.machine import Holder
from pmbridge.domain.owner import side
from pmbridge.domain.retro import Retro, Scope
from pmbridge.domain.source import event_source


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A key measure of a goal: where it started, where it should get, and the last value with its day."""

    name: str
    unit: str | None
    start: Decimal | None
    target: Decimal | None
    direction: Direction | None
    value: Decimal | None
    measured_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Aimed:
    """A goal that the client was shown."""

    ref: str
    statement: Text
    state: str
    due_on: date | None
    measures: tuple[Measured, ...]
    source: SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedBack:
    """A retrospective that was published; ``joint``: the client took part."""

    ref: str
    scope: Scope
    milestone: str | None
    held_on: date
    joint: bool
    went_well: tuple[Text, ...]
    to_improve: tuple[Text, ...]
    source: SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """A lesson: what happened, what it led to, what to do another time."""

    ref: str
    title: Text
    context: Text
    effect: Text
    recommendation: Text
    recorded_on: date
    source: SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Improved:
    """What is done about a lesson, by whom and when, and how we will know."""

    ref: str
    text: Text
    holder: Holder
    due_on: date
    state: str
    measure: Text | None
    result: Text | None
    origin: str | None
    source: SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Learning:
    """All by ref; each may be empty."""

    goals: tuple[Aimed, ...]
    retros: tuple[LookedBack, ...]
    lessons: tuple[Learned, ...]
    improvements: tuple[Improved, ...]


def learning(book: Book) -> Learning:
    """Return goals, published retrospectives, and lessons and improvements that were released."""
    goals: list[Entry[Goal]] = book.of("goal")
    retros: list[Entry[Retro]] = book.of("retro")
    lessons: list[Entry[Lesson]] = book.of("lesson")
    improvements: list[Entry[Improvement]] = book.of("improvement")
    return Learning(
        goals=tuple(_aimed(one, one.released) for one in goals if one.released is not None),
        retros=tuple(
            _looked_back(one, one.released, held, book)
            for one in retros
            if one.released is not None and (held := one.fields.held_on) is not None
        ),
        lessons=tuple(_learned(one, one.released) for one in lessons if one.released is not None),
        improvements=tuple(_improved(one, one.released, book) for one in improvements if one.released is not None),
    )


def _aimed(entry: Entry[Goal], shown: Goal) -> Aimed:
    fields = entry.fields
    return Aimed(
        ref=entry.ref,
        statement=shown.statement,
        state=entry.state,
        due_on=fields.due_on,
        measures=tuple(
            Measured(
                name=one.name,
                unit=one.unit,
                start=one.baseline_value,
                target=one.target_value,
                direction=one.direction,
                value=None if (last := fields.last(one.name)) is None else last.value,
                measured_on=None if last is None else last.measured_on,
            )
            for one in fields.measures
        ),
        source=event_source(entry),
    )


def _looked_back(entry: Entry[Retro], shown: Retro, held: date, book: Book) -> LookedBack:
    return LookedBack(
        ref=entry.ref,
        scope=entry.fields.scope,
        milestone=next(iter(known_refs(book, [entry.fields.milestone])), None),
        held_on=held,
        joint=entry.fields.joint,
        went_well=shown.went_well,
        to_improve=shown.to_improve,
        source=event_source(entry),
    )


def _learned(entry: Entry[Lesson], shown: Lesson) -> Learned:
    return Learned(
        ref=entry.ref,
        title=shown.title,
        context=shown.context,
        effect=shown.effect,
        recommendation=shown.recommendation,
        recorded_on=entry.created.day,
        source=event_source(entry),
    )


def _improved(entry: Entry[Improvement], shown: Improvement, book: Book) -> Improved:
    return Improved(
        ref=entry.ref,
        text=shown.text,
        holder=side(book, entry.fields.owner),
        due_on=entry.fields.due_on,
        state=entry.state,
        measure=shown.measure,
        result=shown.result,
        origin=next(iter(known_refs(book, [entry.fields.origin])), None),
        source=event_source(entry),
    )
