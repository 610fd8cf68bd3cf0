"""Working days of China in 2026 by hand, and what happens where the calendar ends."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from pmbridge.domain.calendar import Calendar
from pmbridge.errors import ConfigError

CHINA = Calendar.named("CN", years=range(2025, 2028))


def on(month: int, day: int, year: int = 2026) -> date:
    return date(year, month, day)


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (on(5, 1), False),
        (on(5, 4), False),
        (on(5, 5), False),
        (on(5, 6), True),
        (on(5, 9), True),
        (on(5, 10), False),
        (on(6, 19), False),
        (on(2, 14), True),
        (on(9, 20), True),
        (on(10, 10), True),
    ],
)
def test_make_up_days_are_worked_and_holidays_are_not(day: date, worked: bool) -> None:
    assert CHINA.is_working(day) is worked


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (on(4, 29), on(5, 9), 5),
        (on(5, 9), on(6, 5), 20),
        (on(6, 5), on(6, 26), 14),
        (on(4, 6), on(6, 5), 42),
        (on(6, 5), on(6, 5), 0),
        (on(6, 26), on(6, 5), -14),
        (on(6, 19), on(6, 21), 0),
    ],
)
def test_working_days_are_counted_without_the_first_and_with_the_last_day(start: date, end: date, days: int) -> None:
    assert CHINA.wd(start, end) == days


@pytest.mark.parametrize(
    ("day", "days", "expected"),
    [
        (on(6, 5), 9, on(6, 18)),
        (on(6, 5), 10, on(6, 22)),
        (on(6, 8), -1, on(6, 5)),
        (on(6, 7), -1, on(6, 4)),
        (on(6, 5), -20, on(5, 9)),
        (on(6, 6), 0, on(6, 6)),
        (on(6, 6), 1, on(6, 8)),
    ],
)
def test_adding_working_days_lands_on_a_working_day(day: date, days: int, expected: date) -> None:
    assert CHINA.add_wd(day, days) == expected


def test_holidays_have_names_and_worked_days_none() -> None:
    assert CHINA.holiday_name(on(6, 19)) == "端午节"
    assert CHINA.holiday_name(on(5, 9)) is None
    assert CHINA.holiday_name(on(6, 18)) is None
    assert list(CHINA.holidays_between(on(5, 1), on(5, 10))) == [on(5, 1), on(5, 4), on(5, 5)]


def test_a_year_without_announced_make_up_days_is_not_final() -> None:
    assert CHINA.final_until == on(12, 31)
    assert CHINA.is_final(on(12, 31))
    assert not CHINA.is_final(on(1, 1, 2027))
    assert not CHINA.is_final(on(12, 31, 2024)), "outside the years asked for only weekends are known"
    assert CHINA.holiday_name(on(1, 1, 2027)) == "元旦", "festivals are known all the same"


def test_other_countries_count_their_own_holidays() -> None:
    bavaria, berlin = Calendar.named("DE-BY"), Calendar.named("DE-BE")
    corpus_christi = on(6, 4)
    assert (bavaria.is_working(corpus_christi), berlin.is_working(corpus_christi)) == (False, True)
    assert bavaria.is_final(on(6, 4, 2040)), "where nothing is decreed year by year, all of it is known"
    riyadh = Calendar.named("SA")
    assert (riyadh.is_working(on(6, 5)), riyadh.is_working(on(6, 7))) == (False, True)


def test_none_is_monday_to_friday() -> None:
    plain = Calendar.named("none")
    assert plain.wd(on(4, 29), on(5, 9)) == 7
    assert plain.is_working(on(5, 1))
    assert plain.is_final(date.max)
    assert plain.holidays_between(date.min, date.max) == {}


def test_a_calendar_is_made_once() -> None:
    assert Calendar.named("CN") is Calendar.named("CN")


@pytest.mark.parametrize("code", ["XX", "DE-XX", "", "cn-"])
def test_an_unknown_calendar_names_what_there_is(code: str) -> None:
    with pytest.raises(ConfigError, match="there is no calendar"):
        Calendar.named(code)


def test_outside_its_years_a_calendar_still_counts_weekdays() -> None:
    assert CHINA.wd(on(1, 1, 2035), on(1, 31, 2035)) == 22
    assert CHINA.wd(on(1, 1, 1990), on(1, 31, 1990)) == 22
    assert CHINA.add_wd(on(12, 31, 2027), 1) == on(1, 3, 2028)
    assert CHINA.add_wd(on(1, 1, 1990), 5) == on(1, 8, 1990)


def test_a_date_beyond_all_calendars_overflows_instead_of_wrapping() -> None:
    with pytest.raises(OverflowError):
        CHINA.add_wd(on(6, 5), 10_000_000)
    with pytest.raises(OverflowError):
        CHINA.add_wd(on(6, 5), -10_000_000)


def test_a_week_without_a_working_day_is_refused() -> None:
    with pytest.raises(ValueError, match="working day"):
        Calendar(weekend=frozenset(range(7)))


def test_an_extra_workday_beats_weekend_and_holiday() -> None:
    calendar = Calendar(holidays={on(6, 19): "端午节"}, extra_workdays=[on(6, 19), on(6, 20)], years=range(2026, 2027))
    assert calendar.wd(on(6, 18), on(6, 21)) == 2
    assert calendar.holiday_name(on(6, 19)) is None
    assert calendar.holidays_between(on(6, 1), on(6, 30)) == {}


def test_counting_one_by_one_gives_the_same() -> None:
    day, count = on(1, 1, 2025), 0
    while day < on(12, 31, 2027):
        day += timedelta(days=1)
        count += CHINA.is_working(day)
        assert CHINA.wd(on(1, 1, 2025), day) == count
