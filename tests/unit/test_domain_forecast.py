"""Throughput forecasts and slippage by hand, in a calendar without holidays unless said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from pmbridge.domain.calendar import Calendar
from pmbridge.domain.figure import Known, Unknown, UnknownReason
from pmbridge.domain.recognise import Observed
from pmbridge.domain.trend import trend
from pmbridge.domain.view import Milestone
from pmbridge.records import Group, Item
from pmbridge.values import Day, Instant, Number, RecordId
from tests.unit import story
from tests.unit.story import at, on, record, view

WEEKDAYS = Calendar.named("none")
NOW = at(6, 5, 18)
"""A Friday; its window of 20 working days begins after Friday, 8 May."""
M1 = RecordId(kind="version", external_id="1")


def items(*done: date | None) -> list[Item]:
    """Return one item per entry, done on that day or open."""
    return [
        record(
            "issue",
            n,
            f"item {n}",
            "task",
            story.TODO if day is None else story.DONE,
            groups=(M1,),
            done=None if day is None else Instant(at=at(day.month, day.day)),
        )
        for n, day in enumerate(done)
    ]


def milestone(
    work: list[Item],
    *,
    due: date | None = None,
    now: datetime = NOW,
    calendar: Calendar = WEEKDAYS,
    read: datetime | None = None,
    **rule: Any,
) -> Milestone:
    group = Group(
        id=M1,
        project=story.MALL,
        version="1",
        title="M1 Start",
        state=story.UNRELEASED,
        due=None if due is None else Day(on=due),
    )
    observed = Observed.of(
        story.source(milestones=[story.jira_rule("1", **({"unit": "count", "weight_field": None} | rule))]),
        items=work,
        groups=[group],
        complete_as_of=read or now,
    )
    found = view(observed, now=now, calendar=calendar, milestones={}).milestone("M1")
    assert found is not None
    return found


def weekly(*counts: int) -> list[date]:
    """Return the done days of four weeks, *counts* items on each Wednesday."""
    wednesdays = (on(5, 13), on(5, 20), on(5, 27), on(6, 3))
    return [day for day, n in zip(wednesdays, counts, strict=True) for _ in range(n)]


def test_the_rate_of_twenty_working_days_carries_on() -> None:
    found = milestone(items(*weekly(2, 3, 1, 4), *[None] * 6))
    assert found.forecast.value_or(None) == on(6, 23), "6 open at 10 in 20 days: 12 working days"
    assert (found.forecast_low, found.forecast_high) == (on(6, 17), on(7, 17)), "4 in 5 days: 8; 1 in 5 days: 30"


def test_a_week_without_anything_done_leaves_the_end_open() -> None:
    found = milestone(items(*weekly(5, 0, 3, 2), *[None] * 4))
    assert (found.forecast_high, found.forecast_open_ended) == (None, True)
    assert isinstance(found.forecast, Known)
    assert found.forecast.note is not None
    assert found.forecast.note.en == "throughput, ≥ 06-11"


def test_today_counts_and_the_day_before_the_window_does_not() -> None:
    inside = milestone(items(on(5, 11), on(6, 5), on(6, 5), on(6, 5), on(6, 5), None))
    assert isinstance(inside.forecast, Known)
    outside = milestone(items(on(5, 8), on(6, 5), on(6, 5), on(6, 5), on(6, 5), None))
    assert isinstance(outside.forecast, Unknown)
    assert outside.forecast.reason is UnknownReason.INSUFFICIENT_SAMPLE
    assert outside.forecast.detail is not None
    assert outside.forecast.detail.en == "4 done in the last 20 working days, at least 5 are needed"


def test_work_of_a_weekend_counts_with_the_week_that_follows() -> None:
    found = milestone(items(*[on(5, 16)] * 5, *weekly(1, 0, 1, 1), *[None] * 5))
    assert found.forecast_open_ended is False, "Saturday's five belong to the second week"


def test_items_done_without_a_day_make_no_rate() -> None:
    work = [replace(one, done=None) for one in items(*weekly(5, 5, 5, 5))]
    found = milestone([*work, *(replace(one, id=RecordId(kind="issue", external_id="x")) for one in items(None))])
    assert isinstance(found.forecast, Unknown)


def test_nothing_left_is_forecast_for_today() -> None:
    found = milestone(items(*weekly(2, 3, 1, 4)))
    assert found.forecast.value_or(None) == on(6, 5)


def test_a_rate_that_never_ends_is_unknown_and_raises_nothing() -> None:
    done = [replace(one, fields={"p": Number(value=Decimal("0.001"))}) for one in items(*weekly(2, 1, 1, 1))]
    rest = record("issue", 99, "rest", "task", story.TODO, groups=(M1,), fields={"p": Number(value=Decimal(10**9))})
    found = milestone([*done, rest], unit="points", weight_field="p")
    assert isinstance(found.forecast, Unknown)
    assert found.forecast.reason is UnknownReason.INSUFFICIENT_SAMPLE


def test_exact_division_needs_no_extra_day() -> None:
    found = milestone(items(*weekly(2, 3, 1, 4), *[None] * 5))
    assert found.forecast.value_or(None) == on(6, 19), "5 open at 0.5 a day: 10 working days"


def test_old_data_are_not_idle_days() -> None:
    read = at(6, 3, 20)
    fresh = milestone(items(*weekly(2, 3, 1, 4), *[None] * 6), now=at(6, 3, 20))
    stale = milestone(items(*weekly(2, 3, 1, 4), *[None] * 6), read=read)
    assert stale.forecast.value_or(None) == fresh.forecast.value_or(None)


def test_the_plan_is_never_taken_for_a_forecast() -> None:
    found = milestone(items(None), due=on(6, 26))
    assert isinstance(found.forecast, Unknown)
    assert found.forecast_method is None


def test_a_forecast_beyond_the_published_holidays_says_so() -> None:
    late = datetime(2026, 12, 18, 18, tzinfo=story.ZONE)
    days = [date(2026, 12, 1), date(2026, 12, 8), date(2026, 12, 15), date(2026, 11, 25), date(2026, 11, 24)]
    work = [
        replace(one, done=Instant(at=datetime(day.year, day.month, day.day, 12, tzinfo=story.ZONE)))
        for one, day in zip(items(*[on(1, 5)] * 5), days, strict=True)
    ]
    group_work = [
        *work,
        *(replace(one, id=RecordId(kind="issue", external_id=f"o{one.id}")) for one in items(None, None, None)),
    ]
    found = milestone(group_work, now=late, calendar=story.CHINA)
    assert isinstance(found.forecast, Known)
    assert found.forecast.value.year == 2027
    assert found.forecast.note is not None
    assert "public holidays not yet published" in found.forecast.note.en


# -- slippage


def test_slippage_is_counted_in_working_days_from_plan_to_forecast() -> None:
    found = milestone(items(*weekly(2, 3, 1, 4), *[None] * 6), due=on(6, 19))
    assert (found.slip_current.value_or(None), found.slip_at_least) == (2, False)
    early = milestone(items(*weekly(2, 3, 1, 4), *[None] * 6), due=on(6, 26))
    assert early.slip_current.value_or(None) == -3


def test_an_overdue_milestone_without_forecast_is_at_least_as_late_as_today() -> None:
    found = milestone(items(None), due=on(6, 1))
    assert (found.slip_current.value_or(None), found.slip_at_least) == (4, True)


def test_on_its_day_a_milestone_without_forecast_is_not_late_yet() -> None:
    found = milestone(items(None), due=on(6, 5))
    assert (isinstance(found.slip_current, Unknown), found.slip_at_least) == (True, False)


def test_a_forecast_for_today_is_still_a_forecast() -> None:
    found = milestone(items(*weekly(2, 3, 1, 4)), due=on(6, 4))
    assert (found.forecast.value_or(None), found.slip_current.value_or(None), found.slip_at_least) == (
        on(6, 5),
        1,
        False,
    )


def test_without_forecast_before_its_date_the_slippage_is_unknown() -> None:
    found = milestone(items(None), due=on(6, 26))
    assert isinstance(found.slip_current, Unknown)
    assert (found.slip_current.reason, found.slip_at_least) == (UnknownReason.INSUFFICIENT_SAMPLE, False)


def test_a_forecast_that_has_passed_is_no_date_any_more() -> None:
    passed = milestone([], due=on(6, 2), date_is="forecast")
    assert isinstance(passed.slip_current, Unknown)
    both = story.jira_rule("1", date_field="expected", date_is="forecast")
    plan = story.jira_rule("1")
    group = Group(
        id=M1,
        project=story.MALL,
        version="1",
        title="M1 Start",
        state=story.UNRELEASED,
        due=Day(on=on(6, 1)),
        fields={"expected": Day(on=on(6, 3))},
    )
    observed = Observed.of(story.source(milestones=[plan, both]), items=[], groups=[group], complete_as_of=NOW)
    found = view(observed, now=NOW, calendar=WEEKDAYS, milestones={}).milestone("M1")
    assert found is not None
    assert (found.forecast.value_or(None), found.slip_current.value_or(None), found.slip_at_least) == (
        on(6, 3),
        4,
        True,
    )


# -- trend


@pytest.mark.parametrize(
    ("slips", "expected"),
    [
        ((), "flat"),
        ((3,), "flat"),
        ((0, 1, 2), "flat"),
        ((0, 1, 2, 3), "rising"),
        ((5, 0, 1, 2, 3), "rising"),
        ((3, 2, 1, 0), "falling"),
        ((0, 0, 0, 0), "flat"),
        ((0, 2, 1, 2), "zigzag"),
        ((0, 2, 0, 0, 0, 0, 0, 0), "flat"),
        ((0, 2, 2, 1, 1, 3), "zigzag"),
        ((0, 2, 1, 1, 1, 1), "flat"),
    ],
)
def test_a_trend_needs_three_moves_in_one_direction(slips: tuple[int, ...], expected: str) -> None:
    assert trend(slips) == expected
