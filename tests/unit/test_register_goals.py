"""A goal is proposed only when it is SMART, and settled only by what was measured."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from pmbridge.domain.goal_fields import Goal, KeyMeasure
from pmbridge.domain.machine import Condition
from pmbridge.errors import GuardFailed
from pmbridge.store import Store
from pmbridge.testing.clock import FakeClock
from tests.unit.delivery_bench import CALL, LETTER, MAIL, Desk
from tests.unit.register_bench import at

MEASURE: dict[str, Any] = {
    "name": "新增会员",
    "unit": "人",
    "baseline_value": "0",
    "target_value": "5000",
    "direction": "increase",
    "method": "后台注册数",
    "data_source": "会员后台",
}
SMART: dict[str, Any] = {
    "statement": "上线 10 天内新增会员 5,000 人",
    "object": "新增会员",
    "business_objective": "618 拉新",
    "due_on": date(2026, 7, 30),
    "measures": [MEASURE],
    "achievability": {"verdict": "realistic", "rationale": "去年同期 4,200 人", "assessed_by": "王工"},
}


@pytest.fixture
def desk(sqlite_store: Store, clock: FakeClock) -> Desk:
    clock.set(at("12-01"))
    return Desk(sqlite_store, clock)


def fields(desk: Desk, ref: str) -> Goal:
    found = desk.register.book.fields(ref, Goal)
    assert found is not None
    return found


def agreed(desk: Desk, **more: Any) -> str:
    desk.agreed()
    ref = desk.do("goal", "add", day="04-08", input=SMART | more).ref
    desk.do("goal", "propose", ref, day="04-09")
    desk.do("goal", "agree", ref, day="04-10", by="张敏", evidence=[MAIL])
    return ref


def test_every_letter_of_smart_that_is_missing_is_named_with_what_would_meet_it(desk: Desk) -> None:
    ref = desk.do("goal", "add", day="04-08", input={"statement": "更多会员"}).ref
    assert desk.refused("goal", "propose", ref, day="04-09") == [
        "achievable",
        "engagement-dates",
        "measurable",
        "relevant",
        "specific",
        "time-bound",
    ]
    with pytest.raises(GuardFailed) as caught:
        desk.do("goal", "propose", ref, day="04-09")
    labels = [one.label.zh for one in caught.value.conditions if isinstance(one, Condition)]
    assert [one for one in labels if "（" in one] == [
        "具体（S）",
        "可衡量（M）",
        "可实现（A）",
        "相关（R）",
        "有时限（T）",
        "有时限（T）",
    ]


def test_a_measure_says_in_what_from_where_to_where_and_how(desk: Desk) -> None:
    desk.agreed()
    bare = {"name": "新增会员"}
    ref = desk.do("goal", "add", day="04-08", input=SMART | {"measures": [bare, bare]}).ref
    with pytest.raises(GuardFailed) as caught:
        desk.do("goal", "propose", ref, day="04-09")
    found = [
        one.found.zh for one in caught.value.conditions if isinstance(one, Condition) and not one.met and one.found
    ]
    lacking = ["缺单位", "缺目标值", "缺方向", "缺衡量方法", "缺基准值（未知则写明何时测得）"]
    assert found == ["指标「新增会员」重复", *(f"「新增会员」{one}" for one in lacking * 2)]
    later = MEASURE | {"baseline_value": None, "baseline_by": date(2026, 4, 30)}
    desk.do("goal", "edit", ref, day="04-09", input={"measures": [later]})
    assert desk.do("goal", "propose", ref, day="04-09").state == "proposed"


def test_the_date_lies_within_the_engagement_and_the_object_in_the_statement(desk: Desk) -> None:
    desk.agreed()
    for odd in (date(2026, 4, 1), date(2026, 8, 1)):
        ref = desk.do("goal", "add", day="04-08", input=SMART | {"due_on": odd}).ref
        assert desk.refused("goal", "propose", ref, day="04-09") == ["time-bound"]
    other = desk.do("goal", "add", day="04-08", input=SMART | {"object": "营业额"}).ref
    assert desk.refused("goal", "propose", other, day="04-09") == ["specific"]
    vague = SMART | {"achievability": {"verdict": "realistic"}}
    assert desk.refused("goal", "propose", desk.do("goal", "add", day="04-08", input=vague).ref, day="04-09") == [
        "achievable"
    ]


def test_what_is_unrealistic_is_not_agreed(desk: Desk) -> None:
    desk.agreed()
    judged = {"verdict": "unrealistic", "rationale": "市场太小", "assessed_by": "王工"}
    ref = desk.do("goal", "add", day="04-08", input=SMART | {"achievability": judged}).ref
    assert desk.do("goal", "propose", ref, day="04-09").audience == "client"
    assert desk.refused("goal", "agree", ref, day="04-10", by="陈会计", evidence=[CALL]) == [
        "authority",
        "evidence",
        "realistic",
    ]
    # What the client has before it stays SMART.
    assert desk.refused("goal", "edit", ref, day="04-10", input={"object": "营业额"}) == ["specific"]
    changed = desk.do("goal", "edit", ref, day="04-10", input={"achievability": judged | {"verdict": "stretch"}})
    assert (changed.state, changed.released) == ("proposed", changed.fields)
    done = desk.do("goal", "agree", ref, day="04-11", by="张敏", evidence=[MAIL])
    assert (done.state, desk.register.book.newest("client_decision").fields.kind) == ("agreed", "goals")  # type: ignore[union-attr]


def test_what_was_agreed_changes_by_an_approved_change_only(desk: Desk) -> None:
    ref = agreed(desk)
    assert desk.refused("goal", "edit", ref, day="04-11", input={"changes": {"due_on": "2026-07-31"}}) == ["editable"]
    late = {"change": "CR-001", "due_on": date(2026, 8, 2)}
    assert desk.refused("goal", "amend", ref, day="04-20", input=late) == ["approved-change", "time-bound"]
    assert desk.refused("goal", "withdraw", ref, day="04-20") == ["approved-change"]
    change = desk.approved(days=("04-22", "04-24", "04-28"))
    assert desk.refused("goal", "amend", ref, day="04-29", input={"change": change}) == ["approved-change"]
    late_by_edit = {"changes": {"affects": [ref]}}
    assert desk.refused("change", "edit", change, day="04-29", input=late_by_edit) == ["editable"]
    change = desk.approved(days=("04-29", "04-29", "04-29"), affects=[ref])
    moved = desk.do("goal", "amend", ref, day="04-30", input={"change": change, "due_on": date(2026, 7, 31)})
    assert (moved.fields.due_on, moved.fields.amended_by) == (date(2026, 7, 31), (change,))
    gone = desk.do("goal", "withdraw", ref, day="05-01", input={"change": change})
    assert (gone.state, gone.fields.withdrawn_because) == ("withdrawn", change)


def test_a_measurement_has_a_source_and_a_day_that_was(desk: Desk) -> None:
    ref = agreed(desk, measures=[MEASURE | {"data_source": None}, MEASURE | {"name": "复购率"}])
    odd = {"value": "1", "measured_on": date(2026, 6, 2)}
    assert desk.refused("goal", "measure", ref, day="06-01", input=odd) == ["measure", "measured-on", "source"]
    done = desk.do("goal", "measure", ref, day="06-01", input={"measure": "复购率", "value": "0.2"})
    (made,) = done.fields.measurements
    assert (made.value, made.measured_on, made.source) == (Decimal("0.2"), date(2026, 6, 1), "会员后台")


def test_it_is_settled_by_the_last_measurement_when_due(desk: Desk) -> None:
    ref = agreed(desk)
    assert desk.refused("goal", "settle", ref, day="07-29") == ["final-measurement"]
    desk.do("goal", "measure", ref, day="07-29", input={"value": "6000"})
    assert desk.refused("goal", "settle", ref, day="07-30") == ["final-measurement"]
    assert fields(desk, ref).outcome is None
    desk.do("goal", "measure", ref, day="07-30", input={"value": "6120"})
    assert desk.do("goal", "settle", ref, day="07-30").state == "achieved"
    assert list(desk.register.book.violations()) == []


def test_two_measures_that_disagree_are_a_goal_partly_achieved(desk: Desk) -> None:
    ref = agreed(desk, measures=[MEASURE, MEASURE | {"name": "复购率"}])
    desk.do("goal", "measure", ref, day="07-30", input={"measure": "新增会员", "value": "6120"})
    assert desk.refused("goal", "settle", ref, day="07-30") == ["final-measurement"]
    desk.do("goal", "measure", ref, day="07-30", input={"measure": "复购率", "value": "0"})
    assert desk.do("goal", "settle", ref, day="07-30").state == "partly"


def test_a_revoked_agreement_waits_for_another(desk: Desk) -> None:
    ref = agreed(desk)
    back = desk.do("goal", "revoke", ref, day="04-11", reason="误签", evidence=[LETTER])
    assert back.state == "proposed"
    assert desk.do("goal", "withdraw", ref, day="04-12", reason="不再需要").state == "withdrawn"


@pytest.mark.parametrize(
    ("direction", "start", "target", "values"),
    [
        ("increase", "10", "20", {"9": "missed", "10": "missed", "15": "partly", "20": "achieved", "21": "achieved"}),
        ("decrease", "10", "4", {"11": "missed", "10": "missed", "5": "partly", "4": "achieved", "0": "achieved"}),
        ("maintain", "10", "10", {"9": "achieved", "8.9": "missed", "11": "achieved", "11.1": "missed"}),
        ("increase", None, "20", {"19": "missed", "20": "achieved"}),
    ],
)
def test_how_far_a_value_went(direction: Any, start: str | None, target: str, values: dict[str, str]) -> None:
    measure = KeyMeasure(
        name="x", direction=direction, target_value=Decimal(target), tolerance=Decimal(1),
        baseline_value=None if start is None else Decimal(start),
    )  # fmt: skip
    assert {value: measure.outcome(Decimal(value)) for value in values} == values
