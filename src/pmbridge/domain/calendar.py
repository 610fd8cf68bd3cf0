"""Working days of an engagement, with public holidays and make-up working days (调休).

Durations are counted, not estimated: ``wd(a, b)`` is the number of working days in the half-open interval ``(a, b]``
and therefore additive, ``wd(a, c) == wd(a, b) + wd(b, c)`` for all days. One cumulative table per calendar makes every
count a subtraction. Holidays come from the package ``holidays``.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from difflib import get_close_matches
from functools import lru_cache

import holidays

from pmbridge.errors import ConfigError

YEARS = range(2010, 2051)
"""Years whose holidays a calendar knows unless told otherwise; outside them it knows weekends only."""

WEEKENDS_ONLY = "none"
_ONE_DAY = timedelta(days=1)
_PUBLIC = "zh_CN"


class Calendar:
    """Which days are worked. Immutable; make one with :meth:`named`, or from explicit days.

    *holidays* maps days off to their names (a weekend day among them changes nothing), *extra_workdays* are days
    worked in spite of weekend or holiday, *weekend* holds weekday numbers (Monday is 0). *final_until* is the last
    day whose arrangement cannot change any more.
    """

    def __init__(
        self,
        *,
        holidays: Mapping[date, str] | None = None,
        extra_workdays: Iterable[date] = (),
        weekend: frozenset[int] = frozenset({5, 6}),
        years: range = YEARS,
        final_from: date = date.min,
        final_until: date = date.max,
    ) -> None:
        if len(weekend) > 6:
            raise ValueError("a calendar needs a working day in the week")
        self._names = dict(holidays or {})
        self._extra = frozenset(extra_workdays)
        self._weekend = weekend
        self._years = years
        self._per_week = 7 - len(weekend)
        self.final_from = final_from
        self.final_until = final_until
        # Index i holds the working days in (low, low + i]; low is the eve of the first year.
        self._low = date(years[0], 1, 1).toordinal() - 1
        self._high = date(years[-1], 12, 31).toordinal()
        self._until = [0]
        count = 0
        day = date.fromordinal(self._low)
        for _ in range(self._high - self._low):
            day += _ONE_DAY
            count += self._plainly(day)
            self._until.append(count)

    def _plainly(self, day: date) -> bool:
        return day in self._extra or (day.weekday() not in self._weekend and day not in self._names)

    @classmethod
    def named(cls, code: str, *, years: range = YEARS) -> Calendar:
        """Return the calendar of a country (``"CN"``, ``"DE-BY"``); ``"none"`` is Monday to Friday without holidays.

        Where make-up days are decreed year by year, ``final_until`` is the end of the last year for which they are
        known. The same arguments give the same object.

        Raises:
            ConfigError: there is no such calendar.
        """
        return _named(code, years)

    def adjusted(
        self, *, holidays: Iterable[date] = (), extra_workdays: Iterable[date] = (), final_until: date | None = None
    ) -> Calendar:
        """Return this calendar with more days off and more days worked, final no longer than *final_until*."""
        off, worked = frozenset(holidays), frozenset(extra_workdays)
        return Calendar(
            holidays={**self._names, **{day: self._names.get(day, "") for day in off - worked}},
            extra_workdays=(self._extra - off) | worked,
            weekend=self._weekend,
            years=self._years,
            final_from=self.final_from,
            final_until=self.final_until if final_until is None else min(self.final_until, final_until),
        )

    # -- questions about one day

    def is_working(self, day: date) -> bool:
        """Return whether *day* is worked."""
        ordinal = day.toordinal()
        if self._low < ordinal <= self._high:
            return self._until[ordinal - self._low] != self._until[ordinal - self._low - 1]
        return day.weekday() not in self._weekend

    def is_final(self, day: date) -> bool:
        """Return whether the arrangement of *day*'s year is known for good."""
        return self.final_from <= day <= self.final_until

    def holiday_name(self, day: date) -> str | None:
        """Return the name of the public holiday on *day*, in Chinese where the source has it; ``None`` if worked."""
        return None if day in self._extra else self._names.get(day)

    def holidays_between(self, first: date, last: date) -> dict[date, str]:
        """Return the days in ``[first, last]`` that are off only because of a public holiday, with its name."""
        return {
            day: name
            for day, name in sorted(self._names.items())
            if first <= day <= last and day.weekday() not in self._weekend and day not in self._extra
        }

    # -- counting

    def wd(self, start: date, end: date) -> int:
        """Return the working days in ``(start, end]``; negative when *end* lies before *start*."""
        return self._count(end.toordinal()) - self._count(start.toordinal())

    def add_wd(self, day: date, days: int) -> date:
        """Return the working day that lies *days* working days after *day* (before it when negative).

        ``wd(day, add_wd(day, n)) == n``; 0 gives *day* itself, worked or not.

        Raises:
            OverflowError: the result lies outside the years 1 to 9999.
        """
        if days == 0:
            return day
        ordinal = self._find(self._count(day.toordinal()) + days)
        if not date.min.toordinal() <= ordinal <= date.max.toordinal():
            raise OverflowError(f"{days} working days from {day} lie outside the calendar")
        return date.fromordinal(ordinal)

    def _count(self, ordinal: int) -> int:
        if ordinal < self._low:
            return -self._weekdays(ordinal, self._low)
        if ordinal > self._high:
            return self._until[-1] + self._weekdays(self._high, ordinal)
        return self._until[ordinal - self._low]

    def _weekdays(self, start: int, end: int) -> int:
        weeks, rest = divmod(end - start, 7)
        return weeks * self._per_week + sum(self._is_weekday(end - i) for i in range(rest))

    def _is_weekday(self, ordinal: int) -> bool:
        return (ordinal - 1) % 7 not in self._weekend

    def _find(self, count: int) -> int:
        """Return the first ordinal at which *count* is reached: always a working day."""
        if 0 < count <= self._until[-1]:
            return self._low + bisect_left(self._until, count)
        if count > 0:
            missing = count - self._until[-1]
            weeks = (missing - 1) // self._per_week
            ordinal, missing = self._high + 7 * weeks, missing - weeks * self._per_week
            while missing:
                ordinal += 1
                missing -= self._is_weekday(ordinal)
            return ordinal
        weeks, missing = divmod(-count, self._per_week)
        ordinal = self._low - 7 * weeks
        while missing or not self._is_weekday(ordinal):
            missing -= self._is_weekday(ordinal)
            ordinal -= 1
        return ordinal


@lru_cache(maxsize=16)
def _named(code: str, years: range) -> Calendar:
    if code == WEEKENDS_ONLY:
        return Calendar(years=range(2000, 2001))
    country, _, subdivision = code.partition("-")
    try:
        days = holidays.country_holidays(country, subdiv=subdivision or None, years=years)
        if _PUBLIC in days.supported_languages:
            days = holidays.country_holidays(country, subdiv=subdivision or None, years=years, language=_PUBLIC)
    except NotImplementedError as exc:
        raise _unknown(code) from exc
    first, last = date(years[0], 1, 1), date(years[-1], 12, 31)
    if days.has_substituted_holidays:
        last = min(last, date(max(getattr(days, "special_public_holidays", {}), default=years[0] - 1), 12, 31))
    return Calendar(
        holidays=dict(days.items()),
        extra_workdays=days.weekend_workdays,
        weekend=frozenset(days.weekend),
        years=years,
        final_from=first,
        final_until=last,
    )


def _unknown(code: str) -> ConfigError:
    known = [WEEKENDS_ONLY, *holidays.list_supported_countries()]
    near = get_close_matches(code, known, n=3, cutoff=0.4) or ["CN", WEEKENDS_ONLY]
    return ConfigError(
        "config-invalid",
        n=1,
        count="1 fault",
        file="pmbridge.toml",
        problems=f'there is no calendar "{code}"; e.g. {", ".join(near)}',
        problems_zh=f"没有名为「{code}」的日历，例如 {'、'.join(near)}",
        faults=(f'there is no calendar "{code}"; e.g. {", ".join(near)}',),
    )
