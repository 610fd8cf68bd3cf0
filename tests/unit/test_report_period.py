"""Which days a weekly report covers and when it is due, in the engagement's own zone."""

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
