"""Earned value by weight and in money: the figures of the story, and no figure where something is not known."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmbridge.domain.calendar import Calendar
from pmbridge.domain.earned_value import EarnedValue, Plan, earned_value, money_value, planned_value
from pmbridge.domain.figure import Figure, Known, Money, SourceRef, Unknown, UnknownReason
from pmbridge.domain.moment import Moment
from pmbridge.domain.view import RollUp
from tests.unit.register_bench import SHANGHAI, at

CHINA = Calendar.named("CN")
SOURCE = SourceRef(connection="jira", kind="version", external_id="1")
NOT_KNOWN = Unknown(reason=UnknownReason.NO_ITEMS)


def moment(day: str) -> Moment:
    return Moment(as_of=at(day, 18), zone=SHANGHAI, calendar=CHINA)


def known(value: Any) -> Known[Any]:
    return Known(value=value, sources=(SOURCE,), method="derived", observed_at=at("06-05"))


def day(written: str) -> date:
    return date.fromisoformat(f"2026-{written}")


def plan(ref: str, weight: int, on: str | None, start: str | None = None) -> Plan:
    when: Figure[date] = NOT_KNOWN if on is None else known(day(on))
    return Plan(ref=ref, weight=Decimal(weight), start=None if start is None else day(start), on=when)


STORY = (
    plan("M1", 10, "04-17"),
    plan("M2", 15, "05-08"),
    plan("M3", 20, "05-29", "04-20"),
    plan("M4", 20, "06-17", "05-11"),
    plan("M5", 15, "07-01", "06-01"),
    plan("M6", 10, "07-08", "06-22"),
    plan("M7", 10, "07-15", "07-09"),
)


def progress(low: str, high: str | None = None) -> RollUp:
    value: Figure[Decimal] = known(Decimal(low)) if high is None else NOT_KNOWN
    return RollUp(
        value=value, low=Decimal(low), high=Decimal(high or low), unknown=(), planned=NOT_KNOWN, sources=(SOURCE,)
    )


def value_of(figure: Any) -> Any:
    assert isinstance(figure, Known), figure
    return figure.value


def test_the_story_on_5_june_with_one_milestone_unknown() -> None:
    found = earned_value(progress("0.63875", "0.73875"), STORY, moment("06-05"))
    assert value_of(found.pv).quantize(Decimal("0.0001")) == Decimal("0.6269")
    assert isinstance(found.ev.value, Unknown)
    assert (found.ev.low, found.ev.high) == (Decimal("0.63875"), Decimal("0.73875"))
    assert isinstance(found.sv.value, Unknown)
    assert found.sv.low is not None
    assert found.sv.low.quantize(Decimal("0.0001")) == Decimal("0.0118")
    assert found.spi is not None
    assert found.spi.low is not None
    # Above 1, while the final milestone is three working days late: the colour is not made from it.
    assert found.spi.low.quantize(Decimal("0.001")) == Decimal("1.019")
    assert isinstance(found.days, Unknown)
    assert found.in_time is False


def test_nothing_planned_yet_has_no_index() -> None:
    found = earned_value(progress("0"), STORY, moment("04-10"))
    assert (value_of(found.pv), found.spi, value_of(found.sv.value)) == (0, None, 0)
    assert (value_of(found.days), value_of(found.earned_schedule)) == (0, day("04-10"))


def test_time_is_counted_from_today_to_the_day_on_which_the_plan_had_it() -> None:
    one = (plan("M1", 1, "06-12", "06-01"),)  # ten working days
    on_plan = earned_value(progress("0.5"), one, moment("06-05"))
    assert (value_of(on_plan.earned_schedule), value_of(on_plan.days)) == (day("06-05"), 0)
    late = earned_value(progress("0.25"), one, moment("06-05"))
    assert (value_of(late.earned_schedule), value_of(late.days)) == (day("06-02"), Decimal("-2.5"))
    early = earned_value(progress("0.7"), one, moment("06-05"))
    assert (value_of(early.earned_schedule), value_of(early.days)) == (day("06-09"), 2)
    nothing = earned_value(progress("0"), one, moment("06-05"))
    assert value_of(nothing.days) == -5


def test_where_the_plan_stands_still_the_nearest_day_counts() -> None:
    two = (plan("M1", 1, "06-03"), plan("M2", 1, "06-30"))
    for today, days in (("06-15", 0), ("06-02", 1)):
        assert value_of(earned_value(progress("0.5"), two, moment(today)).days) == days


def test_after_its_last_day_a_finished_project_is_still_late() -> None:
    one = (plan("M1", 1, "06-05", "06-01"),)
    found = earned_value(progress("1"), one, moment("06-10"))
    assert (value_of(found.days), found.in_time) == (-3, True)
    assert found.spi is not None
    assert value_of(found.spi.value) == 1


@pytest.mark.parametrize("plans", [(), (plan("M1", 1, None),), (plan("M1", 1, "06-05"), plan("M2", 1, None))])
def test_without_every_plan_date_nothing_is_compared(plans: tuple[Plan, ...]) -> None:
    found = earned_value(progress("0.5"), plans, moment("06-05"))
    for figure in (found.pv, found.sv.value, found.earned_schedule, found.days):
        assert isinstance(figure, Unknown)
    assert (found.sv.low, found.spi and found.spi.low) == (None, None)
    money = money_value(found, CNY("100.00"), known(CNY("10.00")), moment("06-05"), shared=True)
    assert money is not None
    assert isinstance(money.pv, Unknown)


def test_all_progress_unknown_gives_bounds_and_no_zero() -> None:
    found = earned_value(progress("0", "1"), STORY, moment("06-05"))
    assert isinstance(found.sv.value, Unknown)
    assert found.sv.high is not None
    assert found.sv.high > 0
    empty = RollUp(value=NOT_KNOWN, low=Decimal(0), high=Decimal(1), unknown=(), planned=NOT_KNOWN, sources=())
    nothing = earned_value(empty, (), moment("06-05"))
    assert (nothing.ev.low, nothing.ev.high, nothing.sv.low) == (None, None, None)


@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=4),
    st.integers(0, 60),
    st.integers(0, 100),
)
def test_what_is_done_lies_where_the_plan_had_it(rows: list[tuple[int, int, int]], today: int, done: int) -> None:
    begin = day("06-01")
    plans = []
    for n, (weight, *distances) in enumerate(rows):
        start, on = (CHINA.add_wd(begin, distance) for distance in sorted(distances))
        plans.append(Plan(ref=f"M{n}", weight=Decimal(weight), start=start, on=known(on)))
    now = Moment(as_of=at("06-01", 18) + timedelta(days=today), zone=SHANGHAI, calendar=CHINA)
    share = Decimal(done) / 100
    found = earned_value(progress(str(share)), plans, now)
    when, days = value_of(found.earned_schedule), value_of(found.days)
    plain = [(one.weight, one.start, value_of(one.on)) for one in plans]
    assert planned_value(plain, when, CHINA) <= share
    assert planned_value(plain, CHINA.add_wd(when, 1), CHINA) >= share or share == 1
    assert 0 <= days - CHINA.wd(now.today, when) < 1
    if share == value_of(found.pv) and now.today <= max(on for _, _, on in plain) and share:
        assert abs(days) < 1


# ------------------------------------------------------------------------------------------------------- money


def CNY(amount: str) -> Money:  # noqa: N802 - as it is written
    return Money(amount=Decimal(amount), currency="CNY")


def half() -> EarnedValue:
    return earned_value(progress("0.4"), (plan("M1", 1, "06-12", "06-01"),), moment("06-05"))


def test_in_money_what_was_billed_stands_against_what_is_earned() -> None:
    found = money_value(half(), CNY("100000.00"), known(CNY("50000.00")), moment("06-05"), shared=True)
    assert found is not None
    assert [str(value_of(one)) for one in (found.pv, found.ev, found.ac, found.cv)] == [
        "CNY 50,000.00",
        "CNY 40,000.00",
        "CNY 50,000.00",
        "CNY -10,000.00",
    ]
    assert value_of(found.cpi) == Decimal("0.8")
    assert (str(value_of(found.eac)), str(value_of(found.vac))) == ("CNY 125,000.00", "CNY -25,000.00")


def test_a_budget_that_is_not_shared_is_not_shown() -> None:
    assert money_value(half(), CNY("1.00"), known(CNY("1.00")), moment("06-05"), shared=False) is None


def test_money_that_is_not_known_stays_so() -> None:
    unbilled = money_value(half(), CNY("100.00"), known(CNY("0.00")), moment("06-05"), shared=True)
    assert unbilled is not None
    assert (unbilled.cpi, unbilled.eac, unbilled.vac) == (None, None, None)
    other = money_value(
        half(), CNY("100.00"), known(Money(amount=Decimal(5), currency="USD")), moment("06-05"), shared=True
    )
    assert other is not None
    assert isinstance(other.cv, Unknown)
    assert other.cv.reason is UnknownReason.MIXED_CURRENCY
    silent = money_value(half(), CNY("100.00"), NOT_KNOWN, moment("06-05"), shared=True)
    assert silent is not None
    for figure in (silent.ac, silent.cv, silent.cpi, silent.eac, silent.vac):
        assert isinstance(figure, Unknown)
    idle = earned_value(progress("0"), (plan("M1", 1, "06-12", "06-01"),), moment("06-05"))
    stuck = money_value(idle, CNY("100.00"), known(CNY("50.00")), moment("06-05"), shared=True)
    assert stuck is not None
    assert isinstance(stuck.eac, Unknown)
    assert stuck.eac.reason is UnknownReason.DIVISION_BY_ZERO
