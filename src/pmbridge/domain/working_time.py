"""Working time within a day: the hours that both sides agreed, and minutes counted in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic import Field as Constrained

from pmbridge.domain.calendar import Calendar

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Span(BaseModel):
    """From ``start`` to ``end`` of one day."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    start: time
    end: time

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.start >= self.end:
            raise ValueError("a span ends after it starts")
        return self


class WorkingHours(BaseModel):
    """The hours of a working day; ``on``: of a weekday that has others. Which days are worked is the calendar's.

    A make-up day has the hours of any other working day, unless its weekday has its own.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    hours: Annotated[tuple[Span, ...], Constrained(min_length=1)] = (
        Span(start=time(9), end=time(12)),
        Span(start=time(13), end=time(18)),
    )
    on: Mapping[Weekday, tuple[Span, ...]] = {}

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for spans in (self.hours, *self.on.values()):
            if any(one.end > two.start for one, two in pairwise(spans)):
                raise ValueError("spans of a day follow each other without overlapping")
        return self

    @property
    def minutes_per_day(self) -> int:
        """Minutes of an ordinary working day."""
        return sum(int(_length(one).total_seconds()) for one in self.hours) // 60

    def minutes(self, start: datetime, end: datetime, calendar: Calendar, zone: tzinfo) -> int:
        """Return the whole working minutes from the aware *start* to the aware *end*; 0 where *end* is earlier."""
        gone = timedelta()
        day, last = start.astimezone(zone).date(), end.astimezone(zone).date()
        while day <= last:
            for opens, closes in self._open(day, calendar, zone):
                gone += max(timedelta(), min(end, closes) - max(start, opens))
            day += timedelta(days=1)
        return int(gone.total_seconds()) // 60

    def _open(self, day: date, calendar: Calendar, zone: tzinfo) -> Iterator[tuple[datetime, datetime]]:
        if not calendar.is_working(day):
            return
        for one in self.on.get(WEEKDAYS[day.weekday()], self.hours):
            # In UTC, since the difference of two local times forgets a clock that was changed in between.
            yield (
                datetime.combine(day, one.start, tzinfo=zone).astimezone(UTC),
                datetime.combine(day, one.end, tzinfo=zone).astimezone(UTC),
            )


def _length(one: Span) -> timedelta:
    return datetime.combine(date.min, one.end) - datetime.combine(date.min, one.start)
