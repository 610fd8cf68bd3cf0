"""The whole view where inputs are missing: no exception, no zero, and a note for every unknown."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from pmbridge.domain.assemble import assemble
from pmbridge.domain.calendar import Calendar
from pmbridge.domain.figure import Known, Unknown, UnknownReason
from pmbridge.domain.mapping import EngagementConfig, Source
from pmbridge.domain.moment import Moment
from pmbridge.domain.recognise import Observed
from pmbridge.domain.resolved import ResolvedSource
from pmbridge.domain.rollup import on_time, roll_up
from pmbridge.domain.rounding import settled
from pmbridge.domain.text import text_of, title_of, without_ref
from pmbridge.domain.unknowns import FORECAST, MONEY, PROGRESS, summary
from pmbridge.domain.view import EngagementView, Milestone
from pmbridge.records import Group
from pmbridge.values import Day, Label, RecordId
from tests.unit import story
from tests.unit.story import CHINA, WEEKLY_9, at, on, view


@pytest.fixture(scope="module")
def week_9() -> EngagementView:
    return view(story.jira(WEEKLY_9))


# -- nothing, one unknown, all unknown


def test_an_engagement_without_sources_is_all_unknown() -> None:
    nothing = view(milestones={})
    assert [*nothing.milestones, *nothing.changes, *nothing.work, *nothing.sources] == []
    assert isinstance(nothing.progress.value, Unknown)
    assert [nothing.progress.low, nothing.progress.high] == [Decimal(0), Decimal(1)]
    assert isinstance(nothing.progress.planned, Unknown)
    assert (nothing.on_time.met, nothing.on_time.due) == (0, 0)
    assert nothing.overall.colour == "grey"
    assert nothing.unknowns == ()


def test_a_source_without_records_is_all_unknown() -> None:
    empty = Observed.of(story.source(milestones=[story.jira_rule()], changes=[story.CHANGE_RULE]), items=[], groups=[])
    seen = view(empty)
    assert seen.progress.unknown == ("M1", "M2", "M3", "M4", "M5", "M6", "M7")
    assert isinstance(seen.progress.value, Unknown)
    assert (seen.progress.low, seen.progress.high) == (Decimal(0), Decimal(1))
    assert seen.overall.colour == "grey"
    (source,) = seen.sources
    assert (source.stale, source.items, source.complete_as_of) == (True, 0, None)


def test_a_configured_milestone_that_no_tool_shows_counts_as_unknown_and_is_named(week_9: EngagementView) -> None:
    renamed = story.jira(WEEKLY_9, refs="[1-6]")
    seen = view(renamed)
    assert seen.progress.unknown == ("M6", "M7")
    assert (seen.progress.low, seen.progress.high) == (Decimal("0.63875"), Decimal("0.83875"))
    assert isinstance(seen.progress.planned, Unknown)
    assert [note.text.en for note in seen.unknowns if note.ref == "M7"] == [
        "M7 was not found: no record in a tool matches it"
    ]
    assert week_9.progress.unknown == ("M6",)


def test_a_milestone_may_stand_in_a_tool_that_was_never_read(week_9: EngagementView) -> None:
    source = Source(connection="trello", project="会员商城设计|611a")
    unread = Observed.of(ResolvedSource.unread(source, tool="Trello", client_can_open=False), items=[], groups=[])
    seen = view(story.jira(WEEKLY_9, refs="[1-6]"), unread)
    [note] = [note for note in seen.unknowns if note.ref == "M7"]
    assert note.reason is UnknownReason.SOURCE_UNREACHABLE
    assert (note.text.en, note.text.zh) == (
        "M7 was not found: Trello was never read completely",
        "没有找到 M7：Trello 尚未完整读取",
    )
    assert note.remedy is not None
    assert note.remedy.en == "pmbridge sync trello"
    assert seen.sources[1].project == "会员商城设计"
    assert (seen.sources[1].stale, seen.sources[1].complete_as_of) == (True, None)
    assert seen.progress.low == week_9.progress.low


def test_all_known_gives_one_value_and_an_interval_of_no_width(week_9: EngagementView) -> None:
    known = [one for one in week_9.milestones if one.ref in ("M3", "M4", "M5")]
    rolled = roll_up(known, {}, moment())
    assert isinstance(rolled.value, Known)
    assert rolled.value.value == rolled.low == rolled.high == settled(Decimal("38.875") / 55)
    assert rolled.unknown == ()
    assert isinstance(rolled.planned, Known)


def test_a_third_of_thirty_in_a_hundred_prints_as_ten_percent(week_9: EngagementView) -> None:
    m4, m7 = (week_9.milestone(ref) for ref in ("M4", "M7"))
    assert m4 is not None
    assert m7 is not None
    assert isinstance(m4.fraction, Known)
    third = replace(m4, weight=Decimal(30), fraction=m4.fraction.map(lambda _: Decimal(1) / 3))
    rolled = roll_up([third, replace(m7, weight=Decimal(70))], {}, moment())
    assert int(rolled.low * 100) == 10


def test_all_unknown_gives_the_whole_interval(week_9: EngagementView) -> None:
    rolled = roll_up([one for one in week_9.milestones if one.ref == "M6"], {}, moment())
    assert isinstance(rolled.value, Unknown)
    assert (rolled.value.reason, rolled.low, rolled.high) == (UnknownReason.NO_ITEMS, Decimal(0), Decimal(1))


def moment() -> Moment:
    return Moment(as_of=WEEKLY_9, zone=story.ZONE, calendar=CHINA)


def test_a_figure_refuses_to_be_taken_for_a_number(week_9: EngagementView) -> None:
    with pytest.raises(TypeError, match="may be unknown"):
        bool(week_9.progress.value)


# -- planned progress


@pytest.mark.parametrize(
    ("ref", "month", "day", "share"),
    [
        ("M4", 5, 8, "0"),
        ("M4", 5, 11, "1/28"),
        ("M4", 6, 5, "20/28"),
        ("M4", 6, 16, "27/28"),
        ("M4", 6, 17, "1"),
        ("M4", 6, 18, "1"),
        ("M6", 6, 21, "0"),
        ("M6", 6, 22, "1/13"),
    ],
)
def test_planned_progress_grows_by_working_days(
    week_9: EngagementView, ref: str, month: int, day: int, share: str
) -> None:
    one = [found for found in week_9.milestones if found.ref == ref]
    now = Moment(as_of=at(month, day, 18), zone=story.ZONE, calendar=CHINA)
    numerator, _, denominator = share.partition("/")
    planned = roll_up(one, {}, now).planned
    assert isinstance(planned, Known)
    assert planned.value == settled(Decimal(numerator) / Decimal(denominator or 1))


def test_without_a_start_nothing_is_due_before_the_plan_date(week_9: EngagementView) -> None:
    m4 = [replace(one, start=None) for one in week_9.milestones if one.ref == "M4"]
    for day, share in ((16, 0), (17, 1)):
        now = Moment(as_of=at(6, day, 18), zone=story.ZONE, calendar=CHINA)
        planned = roll_up(m4, {}, now).planned
        assert isinstance(planned, Known)
        assert planned.value == share


# -- on time


def test_a_milestone_due_today_and_not_reached_is_not_on_time(week_9: EngagementView) -> None:
    m4 = [one for one in week_9.milestones if one.ref == "M4"]
    plan = m4[0].plan
    assert isinstance(plan, Known)
    due = on_time([replace(m4[0], plan=plan.map(lambda _: on(6, 5)))], moment())
    assert (due.met, due.due, due.left_out) == (0, 1, ())
    tomorrow = on_time([replace(m4[0], plan=plan.map(lambda _: on(6, 6)))], moment())
    assert (tomorrow.due, tomorrow.left_out) == (0, ())


# -- notes


def test_every_unknown_figure_has_a_note(week_9: EngagementView) -> None:
    texts = [note.text.zh for note in week_9.unknowns]
    assert texts == [
        "M6 进度未知：未关联工作项",
        "M5 没有预测：样本不足：最近 20 个工作日完成 3 项，至少需要 5 项",
        "M6 没有预测：未关联工作项",
        "M7 没有预测：样本不足：最近 20 个工作日完成 0 项，至少需要 5 项",
        "M1 的计划日期未知：未提供：首次读取时已达成",
        "M2 的计划日期未知：未提供：首次读取时已达成",
        "计划日期未经客户确认",
        "MALL-240 的变更天数未知：未提供",
        "MALL-240 的变更金额未知：未提供",
    ]
    assert all(note.text.en for note in week_9.unknowns)


def test_a_remedy_names_the_place_in_the_tool(week_9: EngagementView) -> None:
    remedies = {(note.ref, note.what): note.remedy for note in week_9.unknowns}
    assert remedies["M6", PROGRESS] == Label(
        zh="在 Jira 把工作项归入「M6 数据迁移演练」", en="in Jira, put its work items under “M6 数据迁移演练”"
    )
    assert remedies["M5", FORECAST] is None
    money = remedies["MALL-240", MONEY]
    assert money is not None
    assert money.en == "fill it in on MALL-240 in Jira"


def test_notes_about_one_figure_are_drawn_together(week_9: EngagementView) -> None:
    assert [note.text.zh for note in summary(week_9.unknowns, changes=len(week_9.changes))] == [
        "M6 进度未知：未关联工作项",
        "M5、M6、M7 没有预测",
        "M1、M2 的计划日期未知",
        "计划日期未经客户确认",
        "变更天数 5 项中 1 项未填",
        "变更金额 5 项中 1 项未填",
    ]
    assert summary((), changes=0) == ()


# -- sources, freshness, policy, order


def test_a_source_is_stale_after_the_agreed_hours() -> None:
    old = replace(story.jira(WEEKLY_9), complete_as_of=WEEKLY_9 - timedelta(hours=24, seconds=1))
    assert view(old).sources[0].stale
    assert not view(old, policy={"stale_after_hours": 25}).sources[0].stale
    assert not view(replace(old, complete_as_of=WEEKLY_9 - timedelta(hours=24))).sources[0].stale


def test_a_problem_of_the_last_run_is_kept_for_people() -> None:
    problem = Label(zh="限流", en="rate limited")
    (source,) = view(replace(story.jira(WEEKLY_9), problem=problem, unreadable=3)).sources
    assert (source.problem, source.unreadable) == (problem, 3)


def test_figures_hold_for_the_instant_of_the_last_whole_read() -> None:
    read = WEEKLY_9 - timedelta(hours=3)
    seen = view(replace(story.jira(WEEKLY_9), complete_as_of=read))
    m4 = seen.milestone("M4")
    assert m4 is not None
    assert isinstance(m4.progress, Known)
    assert m4.progress.observed_at == read
    assert {one.observed_at for one in seen.work} == {read}
    assert {source.observed_at for source in m4.sources} == {read}


def test_every_known_figure_has_a_source_that_names_a_record(week_9: EngagementView) -> None:
    for one in week_9.milestones:
        for figure in (one.plan, one.forecast, one.progress, one.fraction, one.slip_current, one.reached_on):
            if isinstance(figure, Known):
                assert {source.connection for source in figure.sources} == {"jira"}
                assert all(source.external_id for source in figure.sources)


def test_the_thresholds_in_force_are_all_printed(week_9: EngagementView) -> None:
    assert week_9.policy["unknown_forecast_wd"] == "20"
    assert week_9.policy["tolerances.schedule_wd_amber"] == "2"
    assert week_9.policy["mandatory_dimensions"] == "schedule, scope, risk"
    assert week_9.policy["show_budget"] == "false"


def test_milestones_without_any_date_stand_last_and_in_the_order_of_their_numbers() -> None:
    groups = [
        Group(id=RecordId(kind="version", external_id=name), project=story.MALL, version="1", title=f"{name} x")
        for name in ("M10", "M9", "M2")
    ]
    dated = replace(story.version(7, WEEKLY_9), title="M11 x")
    seen = view(
        Observed.of(
            story.source(milestones=[story.jira_rule(r"\d+")]),
            items=[],
            groups=[*groups, dated],
            complete_as_of=WEEKLY_9,
        ),
        milestones={},
    )
    assert [one.ref for one in seen.milestones] == ["M11", "M2", "M9", "M10"]


def test_a_plan_beyond_the_published_holidays_makes_the_calendar_provisional() -> None:
    far = replace(story.version(7, WEEKLY_9), due=Day(on=on(7, 15).replace(year=2027)))
    jira = story.jira(WEEKLY_9)
    seen = view(replace(jira, groups=[far if one.id == far.id else one for one in jira.groups]))
    assert not seen.calendar_final
    assert view(jira, calendar=Calendar.named("none")).calendar_final


def test_the_rising_rule_sees_the_reports_that_were_issued() -> None:
    seen = assemble("lanhai", story.config(), CHINA, [story.jira(WEEKLY_9)], WEEKLY_9, slips={"M4": [-2, -1, 0]})
    assert [hit.rule for hit in seen.rag[0].hits] == ["SCH-A4", "SCH-A3"]
    assert seen.rag[0].hits[0].reason.zh == "M4 的预计延期连续三期增大，现为 1 个工作日"


# -- words


@pytest.mark.parametrize(
    ("words", "languages", "zh", "en", "original"),
    [
        ("蓝海", ("zh-CN", "en"), "蓝海", None, "zh"),
        ("Lanhai", ("en",), None, "Lanhai", "en"),
        ({"zh": "蓝海", "en": "Lanhai"}, ("zh-CN", "en"), "蓝海", "Lanhai", "zh"),
        ({"zh": "蓝海", "en": "Lanhai"}, ("en", "zh-CN"), "蓝海", "Lanhai", "en"),
        ({"en": "Lanhai"}, ("zh-CN",), None, "Lanhai", "en"),
        ({"zh": "蓝海"}, ("en",), "蓝海", None, "zh"),
    ],
)
def test_words_are_kept_in_the_languages_in_which_they_exist(
    words: object, languages: tuple[str, ...], zh: str | None, en: str | None, original: str
) -> None:
    text = text_of(words, languages)  # type: ignore[arg-type]
    assert (text.zh, text.en, text.original) == (zh, en, original)


@pytest.mark.parametrize(
    ("title", "original"), [("商城前端 Beta", "zh"), ("Storefront", "en"), ("v2.3.1", "en"), ("  ", "en")]
)
def test_a_tools_title_is_chinese_if_it_has_chinese_in_it(title: str, original: str) -> None:
    assert title_of(title).original == original


@pytest.mark.parametrize(
    ("title", "rest"),
    [
        ("M4 商城前端", "商城前端"),
        ("M4: Storefront", "Storefront"),
        ("M4", "M4"),
        ("M40 x", "M40 x"),
        ("Storefront M4", "Storefront M4"),
    ],
)
def test_a_ref_at_the_head_is_not_printed_twice(title: str, rest: str) -> None:
    assert without_ref(title, "M4") == rest


def test_a_view_answers_for_its_final_milestone(week_9: EngagementView) -> None:
    final = week_9.final
    assert isinstance(final, Milestone)
    assert (final.ref, final.is_key) == ("M7", True)
    assert week_9.milestone("M99") is None


def test_the_terms_of_the_client_are_kept() -> None:
    seen = view(terms={"milestone": {"zh": "节点", "en": "Gate"}})
    assert seen.terms["milestone"].in_("en") == ("Gate", True)
    assert isinstance(story.config(), EngagementConfig)
