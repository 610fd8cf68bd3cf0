"""The figures of the demo's two weeks, computed from records and compared with the story's own table."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest

from pmbridge.domain.figure import Known, Unknown, UnknownReason
from pmbridge.domain.view import Age, EngagementView, Milestone
from tests.unit import story
from tests.unit.story import WEEKLY_8, WEEKLY_9, at, on, view


@pytest.fixture(scope="module")
def week_8() -> EngagementView:
    return view(story.jira(WEEKLY_8), now=WEEKLY_8)


@pytest.fixture(scope="module")
def week_9() -> EngagementView:
    return view(story.jira(WEEKLY_9))


@pytest.fixture(scope="module")
def four() -> EngagementView:
    return view(*story.four_tools(WEEKLY_9))


def milestone(seen: EngagementView, ref: str) -> Milestone:
    found = seen.milestone(ref)
    assert found is not None
    return found


def value(figure: object) -> object:
    assert isinstance(figure, Known), figure
    return figure.value


def reason(figure: object) -> UnknownReason:
    assert isinstance(figure, Unknown), figure
    return figure.reason


def percent(share: Decimal) -> int:
    return int(share * 100)


def test_jira_holds_what_the_story_says() -> None:
    mall = story.jira(WEEKLY_9)
    assert len(mall.items) == 412
    assert len(mall.groups) == 18
    assert story.CHINA.wd(on(4, 6), on(6, 5)) == 42


# ------------------------------------------------------------------------------------------- Jira alone, 5 June


def test_milestones_stand_in_the_order_of_their_dates(week_9: EngagementView) -> None:
    assert [one.ref for one in week_9.milestones] == ["M1", "M2", "M3", "M4", "M5", "M6", "M7"]


@pytest.mark.parametrize(
    ("ref", "printed"),
    [
        ("M1", "24/24 points = 100%"),
        ("M2", "36/36 points = 100%"),
        ("M3", "148/148 points = 100%"),
        ("M4", "62/80 points = 77%"),
        ("M5", "9/40 points = 22%"),
        ("M7", "0/12 points = 0%"),
    ],
)
def test_progress_prints_its_fraction_and_floors_its_percent(week_9: EngagementView, ref: str, printed: str) -> None:
    assert str(milestone(week_9, ref).progress) == printed


def test_a_milestone_without_items_is_unknown_and_never_zero(week_9: EngagementView) -> None:
    m6 = milestone(week_9, "M6")
    assert reason(m6.progress) is UnknownReason.NO_ITEMS
    assert reason(m6.fraction) is UnknownReason.NO_ITEMS
    assert reason(m6.forecast) is UnknownReason.NO_ITEMS
    assert m6.items == 0


def test_throughput_of_m4_gives_18_june_with_its_range(week_9: EngagementView) -> None:
    m4 = milestone(week_9, "M4")
    assert value(m4.forecast) == on(6, 18)
    assert (m4.forecast_method, m4.forecast_low, m4.forecast_high) == ("throughput", on(6, 17), on(6, 22))
    assert not m4.forecast_open_ended
    assert (value(m4.plan), value(m4.slip_current), m4.slip_at_least) == (on(6, 17), 1, False)
    assert m4.forecast == milestone(week_9, "M4").forecast
    assert str(m4.forecast) == "2026-06-18 (throughput, 06-17 to 06-22)"


def test_three_items_in_the_window_make_no_forecast(week_9: EngagementView) -> None:
    m5 = milestone(week_9, "M5")
    assert reason(m5.forecast) is UnknownReason.INSUFFICIENT_SAMPLE
    assert m5.forecast_method is None
    assert value(m5.plan) == on(6, 26)
    assert reason(m5.slip_current) is UnknownReason.INSUFFICIENT_SAMPLE
    assert reason(milestone(week_9, "M7").forecast) is UnknownReason.INSUFFICIENT_SAMPLE
    assert value(milestone(week_9, "M7").plan) == on(7, 15)


def test_the_plan_of_a_version_first_seen_released_is_not_known(week_9: EngagementView) -> None:
    for ref, reached in (("M1", on(4, 17)), ("M2", on(5, 12))):
        one = milestone(week_9, ref)
        assert (one.state, value(one.reached_on)) == ("reached", reached)
        assert reason(one.plan) is UnknownReason.NOT_PROVIDED
        assert not one.provisional


def test_the_plan_of_a_version_seen_open_before_is_its_last_date_then(week_9: EngagementView) -> None:
    m3 = milestone(week_9, "M3")
    assert (value(m3.plan), value(m3.reached_on), value(m3.slip_current)) == (on(5, 29), on(5, 29), 0)
    assert m3.forecast_method == "actual"
    assert m3.start == on(4, 20)


def test_on_time_counts_only_what_has_a_known_plan_and_names_the_rest(week_9: EngagementView) -> None:
    assert (week_9.on_time.met, week_9.on_time.due, week_9.on_time.left_out) == (1, 1, ("M1", "M2"))


def test_progress_of_the_engagement_is_an_interval(week_9: EngagementView) -> None:
    progress = week_9.progress
    assert (progress.low, progress.high) == (Decimal("0.63875"), Decimal("0.73875"))
    assert (percent(progress.low), percent(progress.high)) == (63, 73)
    assert progress.unknown == ("M6",)
    assert reason(progress.value) is UnknownReason.NO_ITEMS


def test_planned_progress_is_unknown_while_a_plan_date_is(week_9: EngagementView) -> None:
    assert reason(week_9.progress.planned) is UnknownReason.NOT_PROVIDED
    assert isinstance(week_9.progress.planned, Unknown)
    assert week_9.progress.planned.detail is not None
    assert week_9.progress.planned.detail.en == "plan dates of M1, M2 are not known"


def test_the_colour_is_amber_provisional_because_m5_has_no_forecast(week_9: EngagementView) -> None:
    assert (week_9.overall.colour, week_9.overall.provisional) == ("amber", True)
    (hit,) = week_9.overall.hits
    assert (hit.rule, hit.refs) == ("SCH-A3", ("M5",))
    assert hit.reason.zh == "M5 没有预测，距 Jira 中的计划日期 06-26 只有 14 个工作日"
    assert hit.reason.en == "M5 has no forecast, and its plan date in Jira, 06-26, is only 14 working days away"
    assert hit.values["wd_to_plan"] == "14"
    assert week_9.overall.grey == ("scope", "risk")


def test_nothing_is_original_or_agreed_without_a_register(week_9: EngagementView) -> None:
    assert {reason(one.original) for one in week_9.milestones} == {UnknownReason.NOT_PROVIDED}
    assert {reason(one.slip_original) for one in week_9.milestones} == {UnknownReason.NOT_PROVIDED}
    assert all(one.observed for one in week_9.milestones)
    assert all(one.observed for one in week_9.changes)
    assert not week_9.policy_agreed


def test_the_changes_stand_as_jira_words_them(week_9: EngagementView) -> None:
    seen = {one.ref: (one.state, one.tool_state, one.holder, one.terminal) for one in week_9.changes}
    assert seen == {
        "MALL-112": (None, "已关闭", None, True),
        "MALL-150": (None, "已关闭", None, True),
        "MALL-163": ("implementing", "实施中", None, False),
        "MALL-231": ("awaiting_decision", "等待客户", "client", False),
        "MALL-240": ("approved", "已批准", None, False),
    }
    assert [one.ref for one in week_9.changes] == sorted(seen)


@pytest.mark.parametrize(
    ("ref", "total", "ours", "theirs"),
    [("MALL-112", 4, 2, 2), ("MALL-150", 5, 3, 2), ("MALL-163", 6, 3, 3), ("MALL-231", 7, 4, 3), ("MALL-240", 1, 1, 0)],
)
def test_ages_split_by_who_held_them(week_9: EngagementView, ref: str, total: int, ours: int, theirs: int) -> None:
    (change,) = [one for one in week_9.changes if one.ref == ref]
    assert value(change.age) == Age(total=total, ours=ours, theirs=theirs)


def test_impact_is_what_the_fields_hold_and_unknown_where_they_are_empty(week_9: EngagementView) -> None:
    changes = {one.ref: one for one in week_9.changes}
    assert (value(changes["MALL-163"].days), changes["MALL-163"].days_on) == (3, "M7")
    assert str(value(changes["MALL-231"].money)) == "CNY 48,000.00"
    assert value(changes["MALL-112"].days) == 0
    assert reason(changes["MALL-240"].days) is UnknownReason.NOT_PROVIDED
    assert reason(changes["MALL-240"].money) is UnknownReason.NOT_PROVIDED


def test_since_is_the_day_of_the_present_state(week_9: EngagementView) -> None:
    since = {one.ref: one.since for one in week_9.changes}
    assert since["MALL-231"] == on(6, 2)
    assert since["MALL-112"] == on(5, 8)
    assert [one.raised_on for one in week_9.changes if one.ref == "MALL-231"] == [on(5, 27)]


def test_every_item_of_a_milestone_is_listed_once(week_9: EngagementView) -> None:
    assert len(week_9.work) == 187
    keys = [one.key for one in week_9.work]
    assert keys == sorted(keys, key=lambda key: int(key.rpartition("-")[2]))
    done_this_week = [one for one in week_9.work if one.done_on is not None and one.done_on >= on(6, 1)]
    assert sorted(one.milestones for one in done_this_week) == [("M4",)] * 5 + [("M5",)] * 3


def test_holidays_around_are_named_and_the_make_up_day_is_none(week_9: EngagementView) -> None:
    assert week_9.holidays[on(6, 19)] == "端午节"
    assert on(5, 9) not in week_9.holidays
    assert on(5, 2) not in week_9.holidays, "a Saturday is off without the holiday"
    assert week_9.calendar_final


# ------------------------------------------------------------------------------------------- Jira alone, 29 May


def test_a_week_before_the_forecast_of_m4_was_17_june(week_8: EngagementView) -> None:
    m4 = milestone(week_8, "M4")
    assert str(m4.progress) == "50/80 points = 62%"
    assert (value(m4.forecast), m4.forecast_low, m4.forecast_high) == (on(6, 17), on(6, 10), on(6, 24))
    assert value(m4.slip_current) == 0


def test_a_week_before_progress_was_57_to_67_percent(week_8: EngagementView) -> None:
    assert (week_8.progress.low, week_8.progress.high) == (Decimal("0.575"), Decimal("0.675"))
    assert str(milestone(week_8, "M5").progress) == "0/40 points = 0%"
    assert milestone(week_8, "M5").state == "planned"


def test_a_week_before_m5_was_19_working_days_away(week_8: EngagementView) -> None:
    (hit,) = week_8.overall.hits
    assert (hit.rule, hit.values["wd_to_plan"]) == ("SCH-A3", "19")


def test_on_the_day_of_release_the_milestone_counts_as_on_time(week_8: EngagementView) -> None:
    assert (week_8.on_time.met, week_8.on_time.due) == (1, 1)


# ------------------------------------------------------------------------------------------- first reads


def test_a_first_read_after_the_release_knows_no_plan_at_all() -> None:
    late = view(story.jira(WEEKLY_9, first_sync=WEEKLY_9))
    assert (late.on_time.due, late.on_time.left_out) == (0, ("M1", "M2", "M3"))


def test_an_earlier_moment_is_the_same_function_of_what_was_held_then() -> None:
    both = [view(story.jira(WEEKLY_8), now=WEEKLY_8) for _ in range(2)]
    assert both[0] == both[1]
    held_later = story.jira(WEEKLY_9)
    as_then = replace(story.jira(WEEKLY_8), first_plans=held_later.first_plans, details=held_later.details)
    assert view(as_then, now=WEEKLY_8) == both[0], "what was learned later changes nothing about the past"


# ------------------------------------------------------------------------------------------- four tools, 5 June


def test_four_tools_give_the_same_progress_and_a_planned_one(four: EngagementView) -> None:
    assert (percent(four.progress.low), percent(four.progress.high)) == (63, 73)
    planned = value(four.progress.planned)
    assert isinstance(planned, Decimal)
    assert percent(planned) == 63


@pytest.mark.parametrize(
    ("ref", "printed"), [("M1", "1/1 items = 100%"), ("M2", "30/30 items = 100%"), ("M7", "0/6 items = 0%")]
)
def test_milestones_of_each_tool_count_their_own_items(four: EngagementView, ref: str, printed: str) -> None:
    progress = milestone(four, ref).progress
    assert isinstance(progress, Known)
    assert str(progress.value) == printed


def test_a_plan_and_a_forecast_of_one_record_are_no_conflict(four: EngagementView) -> None:
    m7 = milestone(four, "M7")
    assert (value(m7.plan), value(m7.forecast), m7.forecast_method) == (on(7, 10), on(7, 20), "tool_date")
    assert value(m7.slip_current) == 6
    assert four.discrepancies == ()
    assert {hit.rule for hit in four.overall.hits} == {"SCH-A2", "SCH-A3"}
    assert [hit.reason.zh for hit in four.overall.hits if hit.rule == "SCH-A2"] == [
        "M7 预计比 Worktile 中的计划日期 07-10 晚 6 个工作日"
    ]


def test_a_card_without_a_done_date_was_reached_when_it_changed_its_list(four: EngagementView) -> None:
    m2 = milestone(four, "M2")
    assert (value(m2.plan), value(m2.reached_on), value(m2.slip_current)) == (on(5, 8), on(5, 12), 3)
    assert (four.on_time.met, four.on_time.due, four.on_time.left_out) == (2, 3, ())


def test_a_source_of_yesterday_is_marked_and_its_figure_kept(four: EngagementView) -> None:
    stale = {one.tool: one.stale for one in four.sources}
    assert stale == {"Jira": False, "PingCode": False, "Trello": True, "Worktile": False}
    progress = milestone(four, "M2").progress
    assert isinstance(progress, Known)
    assert progress.note is not None
    assert progress.note.en == "as of 06-04 17:30 (stale)"


def test_a_deviation_is_no_request(four: EngagementView) -> None:
    kinds = {one.ref: (one.kind, one.tool) for one in four.changes}
    assert kinds["OFF-01"] == ("off_specification", "PingCode")
    assert len(kinds) == 6


def test_names_come_from_the_table_or_from_the_tool_without_its_ref() -> None:
    named = view(story.jira(WEEKLY_9))
    assert milestone(named, "M4").title.in_("en") == ("Storefront beta", True)
    bare = view(story.jira(WEEKLY_9), milestones={})
    assert milestone(bare, "M4").title.in_("zh") == ("商城前端 Beta", True)
    assert milestone(bare, "M4").weight == 1


def test_the_day_is_that_of_the_engagements_zone() -> None:
    late = datetime(2026, 6, 5, 17, 0, tzinfo=at(6, 5).tzinfo)
    tokyo = view(story.jira(WEEKLY_9), now=late, timezone="Pacific/Auckland")
    assert tokyo.today == date(2026, 6, 5)
    assert view(story.jira(WEEKLY_9), now=at(6, 5, 23), timezone="Pacific/Auckland").today == date(2026, 6, 6)
