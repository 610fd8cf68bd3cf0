"""Every printed rule of the schedule's colour at its edge, and what the other dimensions honestly cannot say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from pmbridge.domain.book import Book
from pmbridge.domain.calendar import Calendar
from pmbridge.domain.figure import Figure, Known, SourceRef, Unknown, UnknownReason
from pmbridge.domain.mapping import ReportingPolicy
from pmbridge.domain.moment import Moment
from pmbridge.domain.rag import colours, overall
from pmbridge.domain.schedule_rag import Schedule, schedule_rag
from pmbridge.domain.view import Milestone, Rag
from tests.unit import story
from tests.unit.story import WEEKLY_9, on, view

WEEKDAYS = Calendar.named("none")
TODAY = on(6, 5)
"""A Friday."""
JIRA = SourceRef(connection="jira", kind="version", external_id="1")
NOT_KNOWN = Unknown(reason=UnknownReason.INSUFFICIENT_SAMPLE)


@pytest.fixture(scope="module")
def base() -> Milestone:
    found = view(story.jira(WEEKLY_9)).milestone("M4")
    assert found is not None
    return found


def known(value: date) -> Known[date]:
    return Known(value=value, sources=(JIRA,), method="synced", observed_at=WEEKLY_9)


def open_milestone(
    base: Milestone,
    *,
    plan: date | None,
    forecast: date | None = None,
    key: bool = False,
    final: bool = False,
    ref: str = "M1",
) -> Milestone:
    """Return an open milestone; its slippage follows from its dates as everywhere."""
    at_least = forecast is None and plan is not None and plan < TODAY
    slip: Figure[int] = NOT_KNOWN
    if plan is not None and (forecast is not None or at_least):
        days = WEEKDAYS.wd(plan, forecast or TODAY)
        slip = Known(value=days, sources=(JIRA,), method="derived", observed_at=WEEKLY_9)
    return replace(
        base,
        ref=ref,
        is_key=key or final,
        is_final=final,
        plan=known(plan) if plan is not None else Unknown(reason=UnknownReason.NOT_PROVIDED),
        forecast=known(forecast) if forecast is not None else NOT_KNOWN,
        slip_current=slip,
        slip_at_least=at_least,
        provisional=plan is not None,
    )


def judged(
    *milestones: Milestone,
    stale: Sequence[str] = (),
    contract_end_on: date | None = None,
    slips: Mapping[str, Sequence[int]] | None = None,
    now: datetime = WEEKLY_9,
    policy: ReportingPolicy | None = None,
) -> Rag:
    return schedule_rag(
        Schedule(
            milestones=milestones,
            moment=Moment(as_of=now, zone=story.ZONE, calendar=WEEKDAYS),
            policy=policy or ReportingPolicy(),
            contract_end_on=contract_end_on,
            stale=frozenset(stale),
            tools={"jira": "Jira"},
            slips=slips or {},
        )
    )


def rules(rag: Rag) -> list[str]:
    return [hit.rule for hit in rag.hits]


def test_on_plan_is_green_and_provisional_while_nobody_agreed_the_plan(base: Milestone) -> None:
    rag = judged(open_milestone(base, plan=on(6, 26), forecast=on(6, 26), key=True))
    assert (rag.colour, rag.provisional, rag.hits) == ("green", True, ())
    agreed = replace(open_milestone(base, plan=on(6, 26), forecast=on(6, 26)), provisional=False)
    assert judged(agreed).provisional is False


def test_no_milestone_is_nothing_to_judge(base: Milestone) -> None:
    assert judged().colour is None
    assert judged(replace(base, state="cancelled")).colour is None


@pytest.mark.parametrize(
    ("plan", "key", "expected"),
    [
        (on(6, 5), True, []),
        (on(6, 4), False, ["SCH-A1"]),
        (on(5, 29), True, ["SCH-A1", "SCH-A2"]),
        (on(5, 28), True, ["SCH-R1", "SCH-A1", "SCH-A2"]),
        (on(5, 28), False, ["SCH-A1"]),
    ],
)
def test_overdue(base: Milestone, plan: date, key: bool, expected: list[str]) -> None:
    rag = judged(open_milestone(base, plan=plan, forecast=None, key=key))
    hits = [rule for rule in rules(rag) if rule != "SCH-A3"]
    assert hits == expected
    if expected:
        assert rag.colour == ("red" if "SCH-R1" in expected else "amber")


def test_the_sentence_of_an_overdue_milestone_has_no_code(base: Milestone) -> None:
    (hit,) = judged(open_milestone(base, plan=on(6, 4))).hits
    assert hit.reason.zh == "M1 已逾期 1 个工作日（Jira 中的计划日期 06-04）"
    assert hit.reason.en == "M1 is 1 working day overdue (plan date in Jira, 06-04)"


def test_on_the_weekend_after_its_date_a_milestone_is_overdue_by_no_working_day(base: Milestone) -> None:
    saturday = WEEKLY_9 + timedelta(days=1)
    (hit,) = judged(open_milestone(base, plan=on(6, 5), forecast=on(6, 8)), now=saturday).hits
    assert (hit.rule, hit.reason.zh) == ("SCH-A1", "M1 未在 Jira 中的计划日期 06-05 达成")


@pytest.mark.parametrize(
    ("forecast", "key", "expected"),
    [
        (on(6, 30), True, []),
        (on(7, 1), True, ["SCH-A2"]),
        (on(7, 1), False, []),
        (on(7, 10), True, ["SCH-A2"]),
        (on(7, 13), True, ["SCH-R2"]),
    ],
)
def test_slipping(base: Milestone, forecast: date, key: bool, expected: list[str]) -> None:
    assert rules(judged(open_milestone(base, plan=on(6, 26), forecast=forecast, key=key))) == expected


def test_the_final_milestone_is_a_key_one(base: Milestone) -> None:
    found = judged(open_milestone(base, plan=on(6, 26), forecast=on(7, 1), final=True))
    assert rules(found) == ["SCH-A2"]
    assert found.hits[0].reason.en == "M1 is expected 3 working days after its plan date in Jira, 06-26"


def test_a_lower_bound_of_slippage_is_called_one(base: Milestone) -> None:
    rag = judged(open_milestone(base, plan=on(6, 1), key=True))
    (hit,) = [hit for hit in rag.hits if hit.rule == "SCH-A2"]
    assert hit.reason.zh == "M1 预计比 Jira 中的计划日期 06-01 晚至少 4 个工作日"
    assert hit.reason.en.startswith("M1 is expected at least 4 working days after")


@pytest.mark.parametrize(
    ("forecast", "end", "fires"),
    [
        (on(7, 31), on(7, 31), False),
        (on(8, 3), on(7, 31), True),
        (None, on(7, 31), False),
        (None, on(6, 4), True),
        (on(8, 3), None, False),
    ],
)
def test_the_contracts_end(base: Milestone, forecast: date | None, end: date | None, fires: bool) -> None:
    final = open_milestone(base, plan=on(8, 3), forecast=forecast, final=True)
    assert ("SCH-R3" in rules(judged(final, contract_end_on=end))) is fires
    other = open_milestone(base, plan=on(8, 3), forecast=forecast, key=True)
    assert "SCH-R3" not in rules(judged(other, contract_end_on=end))


def test_a_contract_that_ended_is_said_so(base: Milestone) -> None:
    final = open_milestone(base, plan=on(8, 3), final=True)
    (hit,) = judged(final, contract_end_on=on(6, 4)).hits
    assert hit.reason.en == "the contract ended on 06-04 and the final milestone M1 is not reached"


@pytest.mark.parametrize(("plan", "fires"), [(on(6, 5), True), (on(7, 3), True), (on(7, 6), False)])
def test_a_near_milestone_without_forecast(base: Milestone, plan: date, fires: bool) -> None:
    rag = judged(open_milestone(base, plan=plan))
    assert rules(rag) == (["SCH-A3"] if fires else [])
    assert rag.colour == ("amber" if fires else "green"), "far away, an unknown forecast is no unknown input"


def test_a_forecast_of_stale_data_counts_as_none(base: Milestone) -> None:
    near = open_milestone(base, plan=on(6, 26), forecast=on(6, 26))
    fresh = open_milestone(base, plan=on(8, 3), forecast=on(8, 3), ref="M2")
    (hit,) = judged(near, fresh, stale=["M1"]).hits
    assert (hit.rule, hit.values["stale"]) == ("SCH-A3", "true")
    assert hit.reason.zh == "M1 的预测依据已过期的数据，距 Jira 中的计划日期 06-26 只有 15 个工作日"
    assert hit.dated is not None
    assert hit.dated.zh == "M1 的预测依据已过期的数据，距 Jira 中的计划日期 {2026-06-26} 只有 15 个工作日"


def test_a_milestone_called_by_braces_keeps_them_in_the_sentence(base: Milestone) -> None:
    (hit,) = judged(open_milestone(base, plan=on(6, 1), ref="{2026-02-30}")).hits
    assert hit.reason.en == "{2026-02-30} is 4 working days overdue (plan date in Jira, 06-01)"


def test_a_rising_trend_needs_the_reports_before(base: Milestone) -> None:
    one = open_milestone(base, plan=on(6, 26), forecast=on(6, 30))
    assert judged(one).hits == ()
    (hit,) = judged(one, slips={"M1": [-1, 0, 1]}).hits
    assert (hit.rule, hit.values["slips_wd"]) == ("SCH-A4", "-1, 0, 1, 2")
    assert judged(one, slips={"M1": [0, 1]}).hits == ()
    assert judged(one, slips={"M1": [0, 1, 2]}).hits == ()


def test_red_stands_before_amber(base: Milestone) -> None:
    rag = judged(
        open_milestone(base, plan=on(6, 4), ref="M1"),
        open_milestone(base, plan=on(5, 1), key=True, ref="M2"),
    )
    assert [hit.colour for hit in rag.hits] == sorted((hit.colour for hit in rag.hits), reverse=True)
    assert rag.colour == "red"


def test_agreed_tolerances_beat_the_defaults(base: Milestone) -> None:
    lenient = ReportingPolicy.model_validate({"tolerances": {"schedule_wd_amber": 5}, "unknown_forecast_wd": 0})
    late = open_milestone(base, plan=on(6, 26), forecast=on(7, 3), key=True)
    assert judged(late, open_milestone(base, plan=on(6, 26), ref="M2"), policy=lenient).hits == ()


# -- grey


def test_without_any_plan_the_schedule_is_grey(base: Milestone) -> None:
    rag = judged(open_milestone(base, plan=None, forecast=on(6, 26)))
    assert (rag.colour, rag.provisional) == ("grey", False)
    assert rag.why_grey is not None
    assert "no agreed plan" in rag.why_grey.en


def test_one_open_milestone_without_plan_is_an_unknown_input(base: Milestone) -> None:
    rag = judged(open_milestone(base, plan=on(8, 3), forecast=on(8, 3)), open_milestone(base, plan=None, ref="M2"))
    assert (rag.colour, rag.why_grey and rag.why_grey.en) == ("grey", "M2: plan date not known")


def test_all_sources_stale_is_grey_and_not_green(base: Milestone) -> None:
    rag = judged(open_milestone(base, plan=on(8, 3), forecast=on(8, 3)), stale=["M1"])
    assert (rag.colour, rag.why_grey and rag.why_grey.en) == ("grey", "every source of the schedule is stale")


def test_reached_milestones_are_judged_no_more(base: Milestone) -> None:
    reached = replace(
        open_milestone(base, plan=on(5, 1), forecast=on(5, 29), key=True), state="reached", reached_on=known(on(5, 29))
    )
    assert judged(reached).colour == "green"


# -- other dimensions and the overall colour


def whole(rag: Rag, policy: ReportingPolicy, *, waiting: bool = False) -> tuple[tuple[Rag, ...], str, tuple[str, ...]]:
    changes = [one for one in view(story.jira(WEEKLY_9)).changes if one.holder == "client"] if waiting else []
    schedule = Schedule(
        milestones=(),
        moment=Moment(as_of=WEEKLY_9, zone=story.ZONE, calendar=WEEKDAYS),
        policy=policy,
        contract_end_on=None,
        stale=frozenset(),
        tools={},
        slips={},
    )
    dimensions = (rag, *colours(schedule, changes, Book({}))[1:])
    found = overall(dimensions, policy)
    return dimensions, found.colour, found.grey


def test_dimensions_without_data_say_why_or_are_not_applicable() -> None:
    dimensions, _, _ = whole(Rag(dimension="schedule", colour="green", hits=(), provisional=True), ReportingPolicy())
    assert {one.dimension: one.colour for one in dimensions} == {
        "schedule": "green",
        "scope": "grey",
        "budget": None,
        "quality": None,
        "risk": "grey",
        "client": None,
    }
    assert all((one.why_grey is not None) == (one.colour == "grey") for one in dimensions)


def test_a_shared_budget_that_nobody_agreed_is_grey() -> None:
    shared = ReportingPolicy(show_budget=True)
    dimensions, _, _ = whole(Rag(dimension="schedule", colour="green", hits=(), provisional=True), shared)
    assert {one.dimension: one.colour for one in dimensions}["budget"] == "grey"


def test_a_change_with_the_client_has_no_deadline_to_judge() -> None:
    dimensions, _, _ = whole(
        Rag(dimension="schedule", colour="green", hits=(), provisional=True), ReportingPolicy(), waiting=True
    )
    (client,) = [one for one in dimensions if one.dimension == "client"]
    assert client.why_grey is not None
    assert client.why_grey.en == "MALL-231: with the client, no date agreed"


@pytest.mark.parametrize(
    ("schedule", "mandatory", "expected"),
    [
        ("green", ("schedule", "scope", "risk"), "grey"),
        ("green", ("schedule",), "green"),
        ("amber", ("schedule", "scope", "risk"), "amber"),
        ("red", ("schedule",), "red"),
        ("grey", ("schedule",), "grey"),
        (None, ("schedule",), "grey"),
    ],
)
def test_the_overall_colour_is_the_worst_and_never_green_over_grey(
    schedule: object, mandatory: tuple[str, ...], expected: str
) -> None:
    policy = ReportingPolicy.model_validate({"mandatory_dimensions": mandatory})
    rag = Rag(dimension="schedule", colour=schedule, hits=(), provisional=True)  # type: ignore[arg-type]
    _, colour, grey = whole(rag, policy)
    assert colour == expected
    assert set(grey) == {one for one in mandatory if one != "schedule"} | (
        {"schedule"} if schedule == "grey" else set()
    )


def test_weights_do_not_move_a_colour(base: Milestone) -> None:
    light = replace(open_milestone(base, plan=on(6, 4)), weight=Decimal("0.001"))
    assert judged(light).colour == "amber"
