"""Which days a report covers, and when it falls due."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, tzinfo
from typing import NamedTuple, get_args

from pmbridge.report.model import Edition

EDITIONS: tuple[str, ...] = get_args(Edition)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DUE = re.compile(r"^\s*([A-Za-z]{3})[a-z]*\s+([01]?\d|2[0-3]):([0-5]\d)\s*$")


class Period(NamedTuple):
    """Both days belong to it."""

    first: date
    last: date


def period(edition: str, as_of: datetime, zone: tzinfo) -> Period:
    """Return the days that *edition* covers: weekly = Monday to Sunday around *as_of* in *zone*."""
    if edition not in EDITIONS:
        raise ValueError(f"unknown edition {edition!r}")
    day = as_of.astimezone(zone).date()
    monday = day - timedelta(days=day.weekday())
    return Period(first=monday, last=monday + timedelta(days=6))


def due_at(rule: str, covered: Period, zone: tzinfo) -> datetime:
    """Return the instant in *covered* at which *rule* (``"Fri 18:00"``) makes the report due.

    Raises:
        ValueError: The rule is not a weekday and a time.
    """
    found = _DUE.match(rule)
    weekday = found and found[1].lower()
    if found is None or weekday not in _WEEKDAYS:
        raise ValueError(f'not a weekday and a time: "{rule}"; e.g. "Fri 18:00"')
    day = covered.first + timedelta(days=_WEEKDAYS.index(weekday))
    return datetime.combine(day, time(int(found[2]), int(found[3])), zone)
