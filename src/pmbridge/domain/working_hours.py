"""Working minutes: the time between two instants that lies in the working hours of working days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from pmbridge.domain.calendar import Calendar

OFFICE: tuple[tuple[time, time], ...] = ((time(9), time(12)), (time(13), time(18)))
"""Morning and afternoon, until other hours are agreed."""

_EPOCH = date(2010, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingHours:
    """The hours of a working day, in *zone*. ``spans`` are apart and in order."""

    calendar: Calendar
    zone: tzinfo
    spans: tuple[tuple[time, time], ...] = OFFICE

    def __post_init__(self) -> None:
        ends = [moment for span in self.spans for moment in span]
        if not ends or ends != sorted(set(ends)):
            raise ValueError("the hours of a day are spans apart from each other, in order")

    @property
    def minutes_per_day(self) -> int:
        """How long a working day is."""
        return self._seconds(time.max) // 60

    def minutes(self, start: datetime, end: datetime) -> int:
        """Return the working minutes from *start* to *end* (aware), whole ones; 0 when *end* is not after *start*."""
        return max(0, self._until(end) - self._until(start)) // 60

    def _until(self, at: datetime) -> int:
        """Return the working seconds from a fixed day up to *at*; differences of it add up."""
        local = at.astimezone(self.zone)
        day = local.date()
        whole = self.calendar.wd(_EPOCH, day - timedelta(days=1)) * self._seconds(time.max)
        return whole + (self._seconds(local.time()) if self.calendar.is_working(day) else 0)

    def _seconds(self, until: time) -> int:
        return sum(max(0, _second(min(until, end)) - _second(start)) for start, end in self.spans)


def _second(at: time) -> int:
    return at.hour * 3600 + at.minute * 60 + at.second
