"""When a report or meeting of the communication plan is expected: the part of iCalendar's recurrence rules it takes.

Source: RFC 5545, section 3.3.10. Taken are weekly and monthly rules with INTERVAL, BYDAY (without an ordinal),
BYMONTHDAY, BYHOUR and BYMINUTE; any other part is refused, never passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Literal

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_PARTS = frozenset({"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYHOUR", "BYMINUTE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrence:
    """A recurrence rule as it was read. ``month_days``: negative ones count from the end, -1 is the last."""

    freq: Literal["WEEKLY", "MONTHLY"]
    interval: int
    weekdays: frozenset[int]
    month_days: frozenset[int]
    at: time

    def days(self, first: date, last: date, *, anchor: date) -> Iterator[date]:
        """Yield the days in ``[first, last]`` on which it falls; intervals count from the week or month of *anchor*."""
        day = max(first, anchor)
        while day <= last:
            if self._falls(day, anchor):
                yield day
            day += timedelta(days=1)

    def _falls(self, day: date, anchor: date) -> bool:
        if self.freq == "WEEKLY":
            weeks = (_monday(day) - _monday(anchor)).days // 7
            return day.weekday() in self.weekdays and weeks % self.interval == 0
        months = (day.year - anchor.year) * 12 + day.month - anchor.month
        from_end = day.day - _length_of_month(day) - 1
        return months % self.interval == 0 and not self.month_days.isdisjoint({day.day, from_end})


def recurrence(written: str) -> Recurrence:
    """Read ``FREQ=WEEKLY;BYDAY=FR;BYHOUR=18``.

    Raises:
        ValueError: it is no recurrence rule, or has a part that is not taken here.
    """
    parts = dict(part.partition("=")[::2] for part in written.strip().upper().split(";") if part)
    if odd := sorted(parts.keys() - _PARTS):
        raise ValueError(f"{', '.join(odd)} cannot be used in a recurrence rule")
    freq = parts.get("FREQ")
    days = [one for one in parts.get("BYDAY", "").split(",") if one]
    month_days = frozenset(int(one) for one in parts.get("BYMONTHDAY", "").split(",") if one)
    interval, at = (
        int(parts.get("INTERVAL", "1")),
        time(int(parts.get("BYHOUR", "18")), int(parts.get("BYMINUTE", "0"))),
    )
    if any(one not in _DAYS for one in days):
        raise ValueError("BYDAY takes MO, TU, WE, TH, FR, SA, SU")
    if interval < 1:
        raise ValueError("INTERVAL is at least 1")
    weekdays = frozenset(_DAYS.index(one) for one in days)
    if freq == "WEEKLY" and weekdays and not month_days:
        return Recurrence(freq="WEEKLY", interval=interval, weekdays=weekdays, month_days=month_days, at=at)
    if freq == "MONTHLY" and month_days and not weekdays and all(1 <= abs(one) <= 31 for one in month_days):
        return Recurrence(freq="MONTHLY", interval=interval, weekdays=weekdays, month_days=month_days, at=at)
    raise ValueError("write FREQ=WEEKLY with BYDAY, or FREQ=MONTHLY with BYMONTHDAY")


def expected(written: str, since: datetime, until: datetime, *, anchor: date, zone: tzinfo) -> list[datetime]:
    """Return the instants after *since* up to *until* at which something is expected, in the zone's local time.

    Raises:
        ValueError: *written* is no recurrence rule.
    """
    rule = recurrence(written)
    first, last = since.astimezone(zone).date(), until.astimezone(zone).date()
    found = (datetime.combine(day, rule.at, tzinfo=zone) for day in rule.days(first, last, anchor=anchor))
    return [one for one in found if since < one <= until]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _length_of_month(day: date) -> int:
    following = day.replace(day=28) + timedelta(days=4)
    return (following - timedelta(days=following.day)).day
