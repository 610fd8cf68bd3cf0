"""Which days a report covers and when it is due, in the engagement's own zone."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from pmbridge.report.period import due_at, period
from tests.unit import report_story as story


@pytest.mark.parametrize(
    ("as_of", "first"),
    [
        (datetime(2026, 6, 1, 0, 0, tzinfo=story.SHANGHAI), date(2026, 6, 1)),
        (datetime(2026, 6, 5, 18, 0, tzinfo=story.SHANGHAI), date(2026, 6, 1)),
        (datetime(2026, 6, 7, 23, 59, tzinfo=story.SHANGHAI), date(2026, 6, 1)),
        # Sunday evening in Europe is Monday in China.
        (datetime(2026, 6, 7, 17, 0, tzinfo=UTC), date(2026, 6, 8)),
        (datetime(2026, 1, 1, 9, 0, tzinfo=story.SHANGHAI), date(2025, 12, 29)),
    ],
)
def test_a_week_runs_from_monday_to_sunday_around_the_moment(as_of: datetime, first: date) -> None:
    found = period("weekly", as_of, story.SHANGHAI)
    assert found.first == first
    assert (found.last - found.first).days == 6
    assert found.first.weekday() == 0


def test_it_falls_due_on_its_day_in_its_zone() -> None:
    week = period("weekly", story.FRIDAY_5_JUNE, story.SHANGHAI)
    assert due_at("Fri 18:00", week, story.SHANGHAI) == story.FRIDAY_5_JUNE
    assert due_at("monday 9:05", week, ZoneInfo("Europe/Berlin")) == datetime(2026, 6, 1, 7, 5, tzinfo=UTC)


@pytest.mark.parametrize("rule", ["", "Fri", "Fri 25:00", "Fre 18:00", "18:00 Fri", "Fri 18:60"])
def test_a_rule_that_is_no_day_and_time_is_refused(rule: str) -> None:
    with pytest.raises(ValueError, match="weekday"):
        due_at(rule, period("weekly", story.FRIDAY_5_JUNE, story.SHANGHAI), story.SHANGHAI)


def test_an_unknown_edition_is_refused() -> None:
    with pytest.raises(ValueError, match="quarterly"):
        period("quarterly", story.FRIDAY_5_JUNE, story.SHANGHAI)


@pytest.mark.parametrize(
    ("as_of", "first", "last"),
    [
        (datetime(2026, 5, 31, 18, 0, tzinfo=story.SHANGHAI), date(2026, 5, 1), date(2026, 5, 31)),
        (datetime(2028, 2, 3, 9, 0, tzinfo=story.SHANGHAI), date(2028, 2, 1), date(2028, 2, 29)),
        # The last evening of May in Europe is June in China.
        (datetime(2026, 5, 31, 17, 0, tzinfo=UTC), date(2026, 6, 1), date(2026, 6, 30)),
    ],
)
def test_a_month_is_the_calendar_month_around_the_moment(as_of: datetime, first: date, last: date) -> None:
    assert period("monthly", as_of, story.SHANGHAI) == (first, last)


def test_the_whole_runs_from_the_start_to_the_day_of_the_report() -> None:
    at, start = story.FRIDAY_5_JUNE, date(2026, 4, 7)
    assert period("closing", at, story.SHANGHAI, start_on=start) == (start, date(2026, 6, 5))
    assert period("closing", at, story.SHANGHAI) == (date(2026, 6, 5), date(2026, 6, 5))
    late = date(2026, 7, 1)
    assert period("closing", at, story.SHANGHAI, start_on=late) == (date(2026, 6, 5), date(2026, 6, 5))


@pytest.mark.parametrize(
    ("rule", "day"), [("last day 18:00", 30), ("Last  day 18:00", 30), ("day 25 18:00", 25), ("day 31 18:00", 30)]
)
def test_a_month_falls_due_on_its_day(rule: str, day: int) -> None:
    june = period("monthly", story.FRIDAY_5_JUNE, story.SHANGHAI)
    assert due_at(rule, june, story.SHANGHAI) == datetime(2026, 6, day, 18, 0, tzinfo=story.SHANGHAI)


@pytest.mark.parametrize("rule", ["", "Fri 18:00", "last day", "day 0 18:00", "day 32 18:00", "last day 24:00"])
def test_a_rule_that_is_no_day_of_a_month_is_refused(rule: str) -> None:
    with pytest.raises(ValueError, match="day of the month"):
        due_at(rule, period("monthly", story.FRIDAY_5_JUNE, story.SHANGHAI), story.SHANGHAI)


def test_a_month_of_february_with_four_weeks_is_no_week() -> None:
    february = period("monthly", datetime(2027, 2, 3, 9, 0, tzinfo=story.SHANGHAI), story.SHANGHAI)
    assert due_at("last day 18:00", february, story.SHANGHAI).day == 28
