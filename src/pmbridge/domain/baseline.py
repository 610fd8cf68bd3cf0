"""Baselines of requirements, schedule and budget: agreed once, then moved by approved changes and by nothing else.

Baseline 0 is agreed with the client (I1). Each later one differs from the one before by exactly the approved lines of
the changes that it cites (I2); nothing is ever overwritten.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from pmbridge.domain import decision
from pmbridge.domain.book import Book
from pmbridge.domain.entry import Entry
from pmbridge.domain.fields import C, Fields, Input
from pmbridge.domain.figure import Money
from pmbridge.domain.impact import BaselineKind, ChangeOption
from pmbridge.domain.inputs import Price, totals
from pmbridge.domain.machine import (
    Effect,
)
from pmbridge.values import Label

NAMES: Mapping[BaselineKind, Label] = {
    "requirements": Label(zh="需求基线", en="requirements baseline"),
    "schedule": Label(zh="进度基线", en="schedule baseline"),
    "budget": Label(zh="预算基线", en="budget baseline"),
}


class Baseline(Fields):
    """What all baselines have in common: the changes that led to them, and the decision behind baseline 0."""

    from_changes: tuple[str, ...] = C(())
    agreed_on: date = C()


class RequirementsBaseline(Baseline):
    """The revision of each requirement that was agreed on, and the hash of the document that says so."""

    items: Mapping[str, int] = C()
    document_sha256: str | None = C(None)


class ScheduleBaseline(Baseline):
    """The date of each milestone."""

    dates: Mapping[str, date] = C()


class BudgetBaseline(Baseline):
    """What the client pays in all, by currency; at baseline 0 one amount."""

    total: tuple[Money, ...] = C()


class ByChange(Input):
    """An effect of implementing *change*; ``text`` is what the client approved in its words."""

    change: str
    text: str | None = None


class AgreeRequirements(decision.Decided):
    """Requirements baseline 0."""

    items: Mapping[str, int]
    document_sha256: str | None = None


class AgreeSchedule(decision.Decided):
    """Schedule baseline 0."""

    dates: Mapping[str, date]


class AgreeBudget(decision.Decided):
    """Budget baseline 0."""

    total: Price


class ByApprovedChange(Input):
    """Baseline n+1: the whole of it, and the change that it follows from."""

    change: str


class AddRequirements(ByApprovedChange):
    """The requirements baseline after *change*."""

    items: Mapping[str, int]


class AddSchedule(ByApprovedChange):
    """The schedule baseline after *change*."""

    dates: Mapping[str, date]


class AddBudget(ByApprovedChange):
    """The budget baseline after *change*."""

    total: tuple[Price, ...]


# ------------------------------------------------------------------------------------------------------ reading


def baselines(book: Book, kind: BaselineKind) -> list[Entry[Any]]:
    """Return the baselines of *kind*, 0 first."""
    return book.of(f"{kind}_baseline")


def latest(book: Book, kind: BaselineKind) -> int | None:
    """Return the number of the baseline of *kind* that holds, ``None`` before baseline 0."""
    return book.latest(f"{kind}_baseline")


class Dates(NamedTuple):
    """The dates of one milestone: in the baseline in which it first stood, and in the one that holds."""

    original: date | None
    current: date | None
    changes: tuple[str, ...]
    """The changes that moved it, oldest first."""


def dates_of(book: Book, milestone: str) -> Dates:
    """Return the agreed dates of *milestone*; both ``None`` before it stands in a baseline."""
    original: date | None = None
    current: date | None = None
    moved: list[str] = []
    for one in baselines(book, "schedule"):
        now = one.fields.dates.get(milestone)
        if original is None:
            original = now
        elif now != current:
            moved += one.fields.from_changes
        current = now
    return Dates(original, current, tuple(moved))


# -------------------------------------------------------------------------------- the only way on from baseline n


def moved_dates(before: Mapping[str, date], option: ChangeOption) -> dict[str, date]:
    """Return *before* with the schedule lines of *option*."""
    found = dict(before)
    for line in option.schedule:
        if line.op == "cancel":
            found.pop(line.milestone, None)
        elif line.new_on is not None and (line.op == "add" or line.delta_wd):
            found[line.milestone] = line.new_on
    return found


def moved_items(before: Mapping[str, int], option: ChangeOption) -> dict[str, int]:
    """Return *before* with the scope lines of *option*: revision 1 where one is new, the next where it is modified."""
    found = dict(before)
    for line in option.requirements:
        if line.op == "remove":
            found.pop(line.ref, None)
        else:
            found[line.ref] = found.get(line.ref, 0) + 1
    return found


def moved_total(before: Iterable[Money], option: ChangeOption) -> tuple[Money, ...]:
    """Return *before* with the budget lines of *option*, by currency; amounts of two currencies stand side by side."""
    return tuple(totals([*before, *option.money.values()]).values())


def following(book: Book, kind: BaselineKind, option: ChangeOption, change: str) -> Effect | None:
    """Return the effect that writes baseline n+1 of *kind* for *option*; ``None`` where it changes nothing there."""
    last = book.newest(f"{kind}_baseline")
    if last is None or not option.changes(kind):
        return None
    given: ByApprovedChange
    if kind == "schedule":
        given = AddSchedule(change=change, dates=moved_dates(last.fields.dates, option))
    elif kind == "requirements":
        given = AddRequirements(change=change, items=moved_items(last.fields.items, option))
    else:
        given = AddBudget(change=change, total=moved_total(last.fields.total, option))
    return Effect(f"{kind}_baseline", "add", given)
