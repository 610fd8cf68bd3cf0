"""Counting working days: additive for every calendar, and adding is the inverse of counting."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pmbridge.domain.calendar import Calendar

YEARS = range(2024, 2028)
INSIDE = st.dates(date(YEARS[0], 1, 1), date(YEARS[-1], 12, 31))
# Also around and outside the years that the calendar knows.
DAYS = st.dates(date(2020, 1, 1), date(2032, 12, 31))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """Return a calendar with random holidays, make-up days and weekends."""
    return Calendar(
        holidays=dict.fromkeys(draw(st.sets(INSIDE, max_size=40)), "holiday"),
        extra_workdays=draw(st.sets(INSIDE, max_size=40)),
        weekend=draw(st.frozensets(st.integers(0, 6), max_size=6)),
        years=YEARS,
    )


@given(calendars(), DAYS, DAYS, DAYS)
def test_working_days_are_additive(calendar: Calendar, a: date, b: date, c: date) -> None:
    assert calendar.wd(a, c) == calendar.wd(a, b) + calendar.wd(b, c)
    assert calendar.wd(a, b) == -calendar.wd(b, a)


@given(calendars(), DAYS, st.integers(0, 60))
def test_every_day_counts_for_one_or_none(calendar: Calendar, day: date, length: int) -> None:
    end = day + timedelta(days=length)
    between = [day + timedelta(days=n) for n in range(1, length + 1)]
    assert calendar.wd(day, end) == sum(map(calendar.is_working, between))


@given(calendars(), DAYS, st.integers(-400, 400))
def test_adding_is_the_inverse_of_counting(calendar: Calendar, day: date, days: int) -> None:
    there = calendar.add_wd(day, days)
    assert calendar.wd(day, there) == days
    assert there == day if days == 0 else calendar.is_working(there)
    assert (there > day) == (days > 0)


@given(calendars(), DAYS, st.integers(1, 100), st.integers(1, 100))
def test_steps_add_up(calendar: Calendar, day: date, first: int, second: int) -> None:
    assert calendar.add_wd(calendar.add_wd(day, first), second) == calendar.add_wd(day, first + second)


@given(calendars(), DAYS, DAYS)
def test_holidays_between_are_days_off_on_what_else_would_be_worked(calendar: Calendar, a: date, b: date) -> None:
    for day, name in calendar.holidays_between(a, b).items():
        assert a <= day <= b
        assert not calendar.is_working(day)
        assert calendar.holiday_name(day) == name
