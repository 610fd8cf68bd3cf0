"""Who holds what: everything that waits for the client, everything that waits for us, and what of it is late."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pmbridge.domain.book import Book
from pmbridge.domain.contact import Contact
from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import SourceRef, Text
from pmbridge.domain.machine import Holder
from pmbridge.domain.moment import Moment
from pmbridge.domain.owner import side
from pmbridge.domain.pending import Pending, decider, decisions_needed
from pmbridge.domain.source import event_source

_TITLES = ("title", "question", "what", "text", "statement")
_DUE = ("due_on", "needed_by", "need_by", "check_by", "review_on", "planned_on")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One thing that waits. ``title`` is internal wording; what the client may read stands in :class:`Pending`.

    ``who``: ref of a contact or a member's name, ``None``: nobody is known. ``late_wd``: working days since ``due``;
    ``overdue``: that day is past. ``decision``: it is one of the decisions that the client has to take.
    """

    ref: str
    kind: str
    state: str
    title: Text | None
    holder: Holder
    who: str | None
    due: date | None
    late_wd: int
    overdue: bool
    since: date
    decision: bool
    source: SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What each side holds: what is overdue first, then by date, then by age."""

    client: tuple[Held, ...]
    ours: tuple[Held, ...]

    @property
    def overdue(self) -> tuple[Held, ...]:
        """What is overdue on either side, the client's first."""
        return tuple(one for one in (*self.client, *self.ours) if one.overdue)

    def soon(self, until: date) -> tuple[Held, ...]:
        """Return what of ours is overdue or due by *until*."""
        return tuple(one for one in self.ours if one.due is not None and one.due <= until)


def held(book: Book, moment: Moment) -> Holding:
    """Return who holds what. What serves a record that waits for the same side is listed once, as that record."""
    asked = {one.ref: one for one in decisions_needed(book, moment)}
    found = [one for entry in book for one in _waiting(entry, asked, book, moment)]
    listed = {(one.ref, one.holder) for one in found}
    rest = sorted((one for one in found if not _serves(book, one, listed)), key=_urgency)
    return Holding(
        client=tuple(one for one in rest if one.holder == "client"),
        ours=tuple(one for one in rest if one.holder == "agency"),
    )


def _urgency(one: Held) -> tuple[object, ...]:
    return not one.overdue, one.due or date.max, one.since, one.ref


def _serves(book: Book, one: Held, listed: set[tuple[str, Holder]]) -> bool:
    """Return whether *one* is an action item, or a question, about a record that is listed for the same side."""
    entry = book.get(one.ref)
    about: str | None = None
    if entry is not None and one.kind == "action":
        about = entry.fields.about
    elif entry is not None and one.kind == "decision":
        about = entry.fields.subject
    return about is not None and (about, one.holder) in listed


def _waiting(entry: Entry[Any], asked: Mapping[str, Pending], book: Book, moment: Moment) -> Iterator[Held]:
    concept = book.concepts[entry.kind]
    name = concept.shown_state(entry, moment)
    state = concept.states[name]
    if state.terminal:
        return
    pending = asked.get(entry.ref)
    holder = "client" if pending is not None else _HOLDERS.get(entry.kind, _by_state)(entry, book, name)
    if holder is None:
        return
    due = pending.need_by if pending is not None else _due(entry, name)
    who = pending.ask_of if pending is not None else _who(entry, holder, book, moment)
    overdue = due is not None and moment.today > due
    yield Held(
        ref=entry.ref,
        kind=entry.kind,
        state=name,
        title=_title(entry.fields),
        holder=holder,
        who=who,
        due=due,
        late_wd=moment.calendar.wd(due, moment.today) if due is not None and overdue else 0,
        overdue=overdue,
        since=entry.since.day,
        decision=pending is not None,
        source=event_source(entry),
    )


# ----------------------------------------------------------------------------------- whose move, who, and by when


def _by_state(entry: Entry[Any], book: Book, state: str) -> Holder | None:
    return book.concepts[entry.kind].states[state].holder


def _by_owner(entry: Entry[Any], book: Book, _: str) -> Holder | None:
    return side(book, entry.fields.owner)


def _of_dependency(entry: Entry[Any], _: Book, __: str) -> Holder | None:
    return "client" if entry.fields.on == "client" else "agency"


def _of_issue(entry: Entry[Any], book: Book, state: str) -> Holder | None:
    """A solved issue waits for who raised it."""
    return side(book, entry.fields.raised_by) if state == "resolved" else "agency"


_HOLDERS: Mapping[str, Callable[[Entry[Any], Book, str], Holder | None]] = {
    "action": _by_owner,
    "dependency": _of_dependency,
    "issue": _of_issue,
}


def _who(entry: Entry[Any], holder: Holder, book: Book, moment: Moment) -> str | None:
    fields = entry.fields
    if entry.kind == "issue" and entry.state == "resolved":
        raised_by: str = fields.raised_by
        return raised_by
    for name in ("owner", "ask_of"):
        who = getattr(fields, name, None)
        if isinstance(who, str) and side(book, who) == holder:
            return who
    if holder == "agency":
        return None
    asker = getattr(fields, "raised_by", None)
    if isinstance(asker, str) and book.fields(asker, Contact) is not None:
        return asker
    subject = _SUBJECTS.get(entry.kind)
    return None if subject is None else decider(book, subject, moment)


_SUBJECTS: Mapping[str, Any] = {"change": "change", "requirement": "requirements", "goal": "goals"}


def _due(entry: Entry[Any], state: str) -> date | None:
    fields = entry.fields
    if entry.kind == "change":
        found: date | None = fields.assess_by if state in ("submitted", "under_assessment", "assessed") else None
        return found
    if entry.kind == "issue" and state == "escalated":
        by_when: date = fields.escalations[-1].by_when
        return by_when
    for name in _DUE:
        value = getattr(fields, name, None)
        if isinstance(value, date):
            return value
    return None


def _title(fields: Any) -> Text | None:
    found = (getattr(fields, name, None) for name in _TITLES)
    return next((one for one in found if isinstance(one, Text)), None)
