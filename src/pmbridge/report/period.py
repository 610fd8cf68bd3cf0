"""Which days a report covers, and when it falls due."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime, time, timedelta, tzinfo
from typing import NamedTuple, get_args

from pmbridge.report.model import Edition

EDITIONS: tuple[Edition, ...] = get_args(Edition)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = r"\s+([01]?\d|2[0-3]):([0-5]\d)\s*$"
_WEEKLY = re.compile(r"^\s*([A-Za-z]{3})[a-z]*" + _TIME)
_MONTHLY = re.compile(r"^\s*(?:last\s+day|day\s+(\d{1,2}))" + _TIME, re.IGNORECASE)


class Period(NamedTuple):
    """Both days belong to it."""

    first: date
    last: date


def period(edition: str, as_of: datetime, zone: tzinfo, *, start_on: date | None = None) -> Period:
    """Return the days that *edition* covers around *as_of* in *zone*.

    Weekly: Monday to Sunday. Monthly: the calendar month. Closing: from *start_on*, when the engagement began, to the
    day of *as_of*; that day alone where nobody knows when it began.
    """
    if edition not in EDITIONS:
        raise ValueError(f"unknown edition {edition!r}")
    day = as_of.astimezone(zone).date()
    if edition == "monthly":
        return Period(first=day.replace(day=1), last=day.replace(day=monthrange(day.year, day.month)[1]))
    if edition == "closing":
        return Period(first=min(start_on or day, day), last=day)
    monday = day - timedelta(days=day.weekday())
    return Period(first=monday, last=monday + timedelta(days=6))


def due_at(rule: str, covered: Period, zone: tzinfo) -> datetime:
    """Return the instant in *covered* at which *rule* makes the report due.

    Of a week it is a weekday and a time (``"Fri 18:00"``), of a month ``"last day 18:00"`` or ``"day 25 18:00"``, in a
    shorter month its last day.

    Raises:
        ValueError: The rule is not of that form.
    """
    if covered.last - covered.first == timedelta(days=6):
        return _due_in_week(rule, covered, zone)
    found = _MONTHLY.match(rule)
    if found is None or (found[1] is not None and not 1 <= int(found[1]) <= 31):
        raise ValueError(f'not a day of the month and a time: "{rule}"; e.g. "last day 18:00", "day 25 18:00"')
    day = covered.last if found[1] is None else min(covered.last, covered.first + timedelta(days=int(found[1]) - 1))
    return datetime.combine(day, time(int(found[2]), int(found[3])), zone)


def _due_in_week(rule: str, covered: Period, zone: tzinfo) -> datetime:
    found = _WEEKLY.match(rule)
    weekday = found and found[1].lower()
    if found is None or weekday not in _WEEKDAYS:
        raise ValueError(f'not a weekday and a time: "{rule}"; e.g. "Fri 18:00"')
    day = covered.first + timedelta(days=_WEEKDAYS.index(weekday))
    return datetime.combine(day, time(int(found[2]), int(found[3])), zone)
