"""What a promise rests on: the milestones, goals and requirements that it is linked to, and when they are expected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Literal

from pmbridge.domain.book import Book
from pmbridge.domain.entry import Entry
from pmbridge.domain.mapping import ReportingPolicy
from pmbridge.domain.moment import Moment
from pmbridge.domain.terms import policy_in_force

Expected = Mapping[str, date | None]
"""By ref, when a record is expected to be there; ``None``: nobody knows."""

Health = Literal["on_track", "at_risk", "unknown"]

LINKED = frozenset({"milestone", "goal", "requirement"})
"""The kinds of records that a promise can rest on."""

_STANDING = {
    "milestone": frozenset({"agreed", "in_progress", "reached", "accepted"}),
    "goal": frozenset({"agreed", "achieved", "partly"}),
    "requirement": frozenset({"confirmed", "baselined", "fulfilled"}),
}
_GONE = {
    "milestone": frozenset({"cancelled"}),
    "goal": frozenset({"missed", "withdrawn"}),
    "requirement": frozenset({"rejected", "withdrawn", "dropped"}),
}


def expected(book: Book, links: Iterable[str], moment: Moment, seen: Expected) -> dict[str, date | None]:
    """Return when each of *links* is expected as of *moment*, as far as the register and *seen* say.

    *seen* are dates that somebody read elsewhere, as those forecast by throughput. Of two that are known the later one
    counts, and what is not reached is not expected before today. A goal is expected on its due date, a requirement
    when the last of its milestones is.
    """
    return {ref: _expected(book, ref, moment, seen) for ref in links}


def standing(book: Book, ref: str) -> bool:
    """Return whether the record *ref* was agreed with the client and still stands."""
    entry = book.get(ref)
    return entry is not None and entry.state in _STANDING.get(entry.kind, frozenset())


def gone(book: Book, ref: str) -> bool:
    """Return whether the record *ref* came to nothing, so that no promise can rest on it any more."""
    entry = book.get(ref)
    return entry is None or entry.state in _GONE.get(entry.kind, frozenset())


def health(due: date | None, forecasts: Expected, lost: Sequence[str]) -> Health:
    """Return how a promise for *due* stands, given when its links are expected and which of them are *lost*."""
    known = [one for one in forecasts.values() if one is not None]
    if lost or (due is not None and any(one > due for one in known)):
        return "at_risk"
    if not forecasts or (due is not None and len(known) < len(forecasts)):
        return "unknown"
    return "on_track"


def _expected(book: Book, ref: str, moment: Moment, seen: Expected) -> date | None:
    entry = book.get(ref)
    if entry is None:
        return None
    if entry.kind == "goal":
        due: date | None = entry.fields.due_on
        return due
    if entry.kind == "requirement":
        dates = [_expected(book, one, moment, seen) for one in entry.fields.milestones]
        known = [one for one in dates if one is not None]
        return max(known) if known and len(known) == len(dates) else None
    if entry.kind == "milestone":
        policy, _ = policy_in_force(book, ReportingPolicy())
        return _milestone(entry, moment, seen.get(ref), policy.forecast_fresh_wd)
    return None


def _milestone(entry: Entry[Any], moment: Moment, seen: date | None, fresh_wd: int) -> date | None:
    reached: date | None = entry.fields.reached_on
    if reached is not None:
        return reached
    series = [one for one in entry.fields.forecasts if one.as_of <= moment.today]
    last = max(series, key=lambda one: one.as_of, default=None)
    stated = None if last is None or moment.calendar.wd(last.as_of, moment.today) > fresh_wd else last.forecast_on
    known = [one for one in (stated, seen) if one is not None]
    return max(*known, moment.today) if known else None
