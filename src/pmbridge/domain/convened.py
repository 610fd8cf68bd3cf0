"""Meetings with the client and what was agreed to be done, as far as the client knows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from pmbridge.domain.action import Action
from pmbridge.domain.action_metrics import DoneOnTime, done_on_time
from pmbridge.domain.book import Book
from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Figure, SourceRef, Text
from pmbridge.domain.known import known_refs
from pmbridge.domain.machine import Holder
from pmbridge.domain.meeting import Kind, Meeting
from pmbridge.domain.meeting_metrics import Adherence, Confirmed, adherence, minutes_confirmed
from pmbridge.domain.moment import Moment
from pmbridge.domain.owner import side
from pmbridge.domain.source import event_source


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """A meeting. ``cancelled_because`` in the words of whoever cancelled it."""

    ref: str
    kind: Kind
    title: Text | None
    planned_at: datetime
    held_at: datetime | None
    state: str
    minutes_sent_on: date | None
    confirmed_on: date | None
    cancelled_because: str | None
    source: SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class ToDo:
    """An action item of one side. ``first_due_on``: the day first agreed; ``overdue_wd``: 0 while it is not late."""

    ref: str
    text: Text
    holder: Holder
    due_on: date | None
    first_due_on: date | None
    overdue_wd: int
    state: str
    done_on: date | None
    about: str | None
    source: SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Convened:
    """Meetings by ref, action items by ref; ``None``: nothing to judge."""

    meetings: tuple[Met, ...]
    actions: tuple[ToDo, ...]
    held: Figure[Adherence] | None
    confirmed: Figure[Confirmed] | None
    done: Figure[DoneOnTime] | None


def convened(book: Book, moment: Moment) -> Convened:
    """Return the meetings whose minutes or plan the client got, and the action items that it was told of."""
    meetings: list[Entry[Meeting]] = [one for one in book.of("meeting") if one.released is not None]
    actions: list[Entry[Action]] = [one for one in book.of("action") if one.released is not None]
    return Convened(
        meetings=tuple(_met(one, one.released, moment) for one in meetings if one.released is not None),
        actions=tuple(_to_do(one, one.released, book, moment) for one in actions if one.released is not None),
        held=adherence(meetings, moment),
        confirmed=minutes_confirmed(meetings, moment),
        done=done_on_time(actions, moment),
    )


def _met(entry: Entry[Meeting], shown: Meeting, moment: Moment) -> Met:
    fields = entry.fields
    return Met(
        ref=entry.ref,
        kind=fields.kind,
        title=shown.title,
        planned_at=fields.planned_at,
        held_at=fields.held_at,
        state=entry.state,
        minutes_sent_on=None if fields.minutes_sent_at is None else moment.day(fields.minutes_sent_at),
        confirmed_on=fields.confirmed_on,
        cancelled_because=fields.cancelled_because,
        source=event_source(entry),
    )


def _to_do(entry: Entry[Action], shown: Action, book: Book, moment: Moment) -> ToDo:
    fields = entry.fields
    late = entry.state == "open" and fields.due_on is not None and fields.due_on < moment.today
    return ToDo(
        ref=entry.ref,
        text=shown.text,
        holder=side(book, fields.owner),
        due_on=fields.due_on,
        first_due_on=fields.first_due_on,
        overdue_wd=moment.calendar.wd(fields.due_on, moment.today) if late and fields.due_on is not None else 0,
        state=entry.state,
        done_on=fields.done_on,
        about=next(iter(known_refs(book, [fields.about])), None),
        source=event_source(entry),
    )
