"""What reaches the client: the figures of the story, and nothing that was not named."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from pmbridge.domain.figure import SourceRef, Text, Unknown, UnknownReason
from pmbridge.domain.listing import Listing
from pmbridge.domain.view import Discrepancy, EngagementView, RuleHit
from pmbridge.report import (
    changed,
    convened,
    delivered,
    diff,
    gate,
    heard,
    holidays,
    learned,
    measured,
    model,
    parts,
    project,
    promised,
    sourced,
)
from pmbridge.report.editions import LISTED_ITEMS
from pmbridge.report.model import ClientReport
from pmbridge.report.parts import Given, Missing
from pmbridge.report.project import project_for
from pmbridge.report.render import FORMATS, render
from pmbridge.values import LANGUAGES, Label
from tests.unit import report_story as story
from tests.unit.formats import text_of

SECRET = "CANARY"
SUBJECTS = (changed, convened, delivered, heard, learned, measured, promised, sourced)
"""Modules that hold a part of the JSON beside how it is projected."""


def projected(view: EngagementView, **meta: Any) -> ClientReport:
    return project_for(view, story.meta(view, **meta), None, calendar=story.CALENDAR)


def everything(report: ClientReport) -> str:
    return "\n".join(text_of(render(report, form, language), form) for form in FORMATS for language in LANGUAGES)


# ------------------------------------------------------------------------------------------------- the allow-list


def models() -> Iterator[type[BaseModel]]:
    for module in (parts, model, *SUBJECTS):
        for found in vars(module).values():
            is_model = isinstance(found, type) and issubclass(found, BaseModel) and found.__module__ == module.__name__
            if is_model and found is not parts.Part and "[" not in found.__name__:
                yield found


PROJECTING = [Path(str(module.__file__)) for module in (project, gate, diff, holidays, *SUBJECTS)]
ALIASES = {"given": "Given"}
TAGS = {"state", "schema_id"}


def calls() -> Iterator[ast.Call]:
    for path in PROJECTING:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield node


def callee(call: ast.Call) -> str:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return ALIASES.get(name, name)


def test_every_field_of_the_report_is_named_where_it_is_copied() -> None:
    """A field that a model gains but the projection does not name would be filled by nobody, or by a dump."""
    named: dict[str, set[str]] = {}
    for call in calls():
        named.setdefault(callee(call), set()).update(one.arg for one in call.keywords if one.arg)
    for found in models():
        fields = set(found.model_fields)
        if issubclass(found, Given | Missing) or found is ClientReport:
            fields -= TAGS
        assert named.get(found.__name__) == fields, found.__name__


def test_nothing_is_copied_wholesale() -> None:
    wholesale = {"asdict", "model_dump", "model_dump_json", "vars", "getattr", "replace", "model_construct", "fields"}
    for call in calls():
        assert callee(call) not in wholesale, ast.unparse(call)
        assert all(one.arg for one in call.keywords), f"unpacks a mapping: {ast.unparse(call)}"


def test_the_report_is_closed_and_frozen() -> None:
    report = story.report_9()
    with pytest.raises(ValidationError):
        model.OnTime(met=1, due=1, left_out=(), internal="x")  # type: ignore[call-arg]
    with pytest.raises(ValidationError):
        report.header.number = 10  # type: ignore[misc]


# ---------------------------------------------------------------------------------------------------------- canaries


def poisoned() -> EngagementView:
    """Return the story with a canary in every place that is not for the client."""
    view = story.view_5_june()
    inner = Label(zh=f"{SECRET}-内部", en=f"{SECRET}-internal")
    said = Unknown(reason=UnknownReason.CONFLICT, detail=inner)

    def poison(ref: SourceRef) -> SourceRef:
        return replace(
            ref,
            connection=f"{SECRET}-connection",
            kind=f"{SECRET}-kind",
            external_id=f"{SECRET}-id",
            url=f"https://{SECRET}.example/x",
            key=f"{SECRET}-key",
        )

    milestones = tuple(
        replace(
            m,
            sources=tuple(poison(one) for one in m.sources),
            original=said,
            slip_original=said,
        )
        for m in view.milestones
    )
    changes = tuple(
        replace(c, sources=tuple(poison(one) for one in c.sources), age=said, days=said) for c in view.changes
    )
    work = tuple(
        replace(
            w,
            client_safe=False,
            title=f"{SECRET}-title",
            key=f"{SECRET}-key",
            url=f"https://{SECRET}.example/y",
            original_status=f"{SECRET}-status",
            connection=f"{SECRET}-connection",
        )
        for w in view.work
    )
    hit = view.overall.hits[0]
    loud = replace(
        hit,
        values={
            "forecast": f"unknown (under reconciliation: {SECRET})",
            f"{SECRET}-name": "1",
            "plan": f"2026-06-26 {SECRET}",
        },
    )
    return replace(
        view,
        name=f"{SECRET}-name",
        milestones=Listing(milestones),
        changes=Listing(changes),
        work=work,
        rag=(replace(view.rag[0], hits=(loud,)), *view.rag[1:]),
        overall=replace(view.overall, hits=(loud,)),
        sources=tuple(
            replace(
                one,
                connection=f"{SECRET}-connection",
                project=f"{SECRET}-project",
                problem=inner,
                client_can_open=False,
            )
            for one in view.sources
        ),
        unknowns=tuple(replace(one, text=inner, remedy=inner) for one in view.unknowns),
        discrepancies=(
            Discrepancy(
                ref="M4",
                what=Label(zh="计划日期", en="plan date"),
                sides=((f"{SECRET}-tool", f"{SECRET}-value"),),
            ),
        ),
        policy={**view.policy, f"{SECRET}-policy": "1", "weekly_due": f"{SECRET}", "stale_after_hours": SECRET},
    )


def test_no_internal_text_reaches_any_output() -> None:
    text = everything(projected(poisoned()))
    assert SECRET not in text
    assert "MALL-231" in text, "the canary test must look at a whole report"


def test_the_canaries_are_where_they_would_be_found() -> None:
    """Guards the test above: with the gate open the same canaries do come through."""
    view = poisoned()
    opened = replace(view, sources=tuple(replace(one, client_can_open=True) for one in view.sources))
    assert f"https://{SECRET}.example/x" in everything(projected(opened))


def test_titles_of_work_appear_only_where_the_client_may_read_them() -> None:
    view = story.view_5_june()
    closed = replace(view, work=tuple(replace(one, client_safe=one.key == "MALL-101") for one in view.work))
    report = projected(closed)
    assert [item.title.zh for group in report.completed.groups for item in group.listed] == ["商品列表页懒加载"]
    assert report.completed.items == 8
    text = everything(report)
    assert "商品列表页懒加载" in text
    assert "购物车合并登录前后数据" not in text


def test_at_most_twelve_titles_are_listed_the_newest_first() -> None:
    view = story.view_5_june()
    many = tuple(story.work(500 + n, f"任务 {n}", "M4", story.june(1 + n % 5)) for n in range(40))
    report = projected(replace(view, work=many))
    listed = [item for group in report.completed.groups for item in group.listed]
    assert len(listed) == LISTED_ITEMS["weekly"]
    assert {item.done_on for item in listed} == {story.june(4), story.june(5)}
    assert report.completed.items == 40


def test_an_item_of_two_milestones_counts_once() -> None:
    view = story.view_5_june()
    shared = story.work(700, "共用任务", "M4", story.june(3), milestones=("M4", "M5"))
    report = projected(replace(view, work=(shared,)))
    assert report.completed.items == 1
    assert [(group.ref, group.items) for group in report.completed.groups] == [("M4", 1), ("M5", 1)]


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "https://user:secret@tool.example/browse/1",
        "//tool.example/x",
        "https://",
        "https://[broken",
        "https://tool.example/\u202ex",
    ],
)
def test_only_plain_web_addresses_become_links(url: str) -> None:
    view = story.view_5_june()
    ref = replace(story.source("version", "1"), url=url)
    report = projected(replace(view, milestones=Listing([replace(view.milestones[3], sources=(ref,))])))
    assert report.milestones[0].sources[0].url is None


def test_one_closed_project_closes_the_links_of_its_connection() -> None:
    view = story.view_5_june()
    shut = replace(view.sources[0], project="another", client_can_open=False)
    report = projected(replace(view, sources=(*view.sources, shut)))
    assert [feed.label for feed in report.data.feeds] == ["Jira 1", "Jira 2"]
    assert all(source.url is None for row in report.milestones for source in row.sources)
    assert all(item.source.key == "" for group in report.completed.groups for item in group.listed)
    # A change's ref is the tool's key anyway.
    assert report.changes.rows[0].sources[0].key == "MALL-112"


def test_money_is_shown_only_where_the_policy_says_so() -> None:
    view = story.view_5_june()
    report = projected(view, show_money=False)
    assert "48,000" not in everything(report)
    assert "48000" not in everything(report)
    assert report.asks[0].money is None
    assert "CNY 48,000.00" in everything(projected(view))


def test_reasons_that_quote_a_tool_keep_their_details_to_us() -> None:
    view = story.view_5_june()
    inner = Label(zh="状态「内部评审」未对应", en="the state 内部评审 is not mapped")
    m = replace(view.milestones[3], progress=Unknown(reason=UnknownReason.NOT_MAPPED, detail=inner))
    report = projected(replace(view, milestones=Listing([m])))
    progress = report.milestones[0].progress
    assert isinstance(progress, Missing)
    assert (progress.reason, progress.detail) == (UnknownReason.NOT_MAPPED, None)


def test_hostile_text_is_put_on_one_clean_line() -> None:
    view = story.view_5_june()
    title = "a\r\n b\x00\u202eevil\ud800 " + "长" * 400
    row = replace(view.changes[3], title=Text(zh=title, original="zh"))
    report = projected(replace(view, changes=Listing([row])))
    shown = report.changes.rows[0].title.zh
    assert shown is not None
    assert shown.startswith("a b evil 长")
    assert len(shown) == 300
    assert shown.endswith("…")
    everything(report)


def test_a_ref_taken_from_a_title_is_cleaned_alike_everywhere() -> None:
    view = story.view_5_june()
    ref = "M\u202e5"
    m = replace(view.milestones[4], ref=ref)
    hit = RuleHit(
        rule="SCH-A1",
        dimension="schedule",
        colour="amber",
        reason=Label(zh="x", en="x"),
        values={},
        refs=(ref,),
    )
    report = projected(
        replace(
            view, milestones=Listing([m]), work=(), overall=replace(view.overall, hits=(hit,)), progress=view.progress
        )
    )
    assert report.milestones[0].ref == report.overall.rules[0].anchors[0] == "M 5"


def test_an_unknown_edition_is_refused() -> None:
    with pytest.raises(ValueError, match="quarterly"):
        projected(story.view_5_june(), edition="quarterly")


# ------------------------------------------------------------------------------------------------------- the figures


def test_the_figures_of_the_story_are_those_of_the_view() -> None:
    report = story.report_9()
    m4, m5, m6, m7 = report.milestones[3:]
    assert isinstance(m4.forecast, Given)
    assert m4.forecast.value == date(2026, 6, 18)
    assert isinstance(m4.progress, Given)
    assert m4.progress.value.done == Decimal(62)
    assert m4.progress.value.total == Decimal(80)
    assert m4.progress.value.percent == 77
    assert isinstance(m4.slip_current, Given)
    assert m4.slip_current.value == 1
    assert isinstance(m5.forecast, Missing)
    assert m5.forecast.reason is UnknownReason.INSUFFICIENT_SAMPLE
    assert m5.forecast.detail is not None
    assert isinstance(m6.progress, Missing)
    assert m6.progress.reason is UnknownReason.NO_ITEMS
    assert (report.final, m7.final) == ("M7", True)
    assert (report.progress.low, report.progress.high) == (Decimal("0.63875"), Decimal("0.73875"))
    assert (report.on_time.met, report.on_time.due, report.on_time.left_out) == (1, 1, ("M1", "M2"))
    assert [ask.ref for ask in report.asks] == ["MALL-231"]
    assert isinstance(report.asks[0].need_by, Missing)
    assert report.changes.awaiting_client == 1
    assert isinstance(report.changes.approved_money, Missing)
    assert {(c.state or c.tool_state): c.n for c in report.changes.counts} == {
        "已关闭": 2,
        "implementing": 1,
        "awaiting_decision": 1,
        "已批准": 1,
    }


def test_what_comes_next_ends_after_twenty_working_days() -> None:
    report = story.report_9()
    assert report.upcoming.until == date(2026, 7, 6)
    assert [(due.ref, due.in_wd) for due in report.upcoming.milestones] == [("M4", 8), ("M5", 14)]
    assert [(day.name.zh, day.name.en, day.first) for day in report.upcoming.holidays] == [
        ("端午节", "Dragon Boat Festival", date(2026, 6, 19))
    ]


def test_an_overdue_milestone_is_due_and_says_by_how_much() -> None:
    view = story.view_5_june()
    late = story.milestone("M5", points=(9, 40), plan=date(2026, 6, 1), forecast=story.too_few(3))
    report = projected(replace(view, milestones=Listing([late])))
    assert report.milestones[0].overdue_wd == 4
    assert [(due.ref, due.in_wd) for due in report.upcoming.milestones] == [("M5", -4)]


@pytest.mark.parametrize(
    ("plan", "forecast", "due"),
    [
        (date(2026, 8, 28), date(2026, 6, 22), (date(2026, 6, 22), 10)),
        (date(2026, 6, 26), date(2026, 8, 28), (date(2026, 6, 26), 14)),
        (date(2026, 6, 1), date(2026, 6, 22), (date(2026, 6, 1), -4)),
        (None, date(2026, 6, 22), (date(2026, 6, 22), 10)),
        (date(2026, 8, 28), date(2026, 8, 28), None),
        (date(2026, 8, 28), date(2026, 6, 1), None),
    ],
)
def test_no_day_of_what_comes_next_is_later_than_its_end(
    plan: date | None, forecast: date, due: tuple[date, int] | None
) -> None:
    view = story.view_5_june()
    one = story.milestone("M5", points=(9, 40), plan=plan, forecast=forecast)
    report = projected(replace(view, milestones=Listing([one])))
    assert [(each.on, each.in_wd) for each in report.upcoming.milestones] == ([due] if due else [])
    text = render(report, "md", "en").decode()
    assert ("10 working days left" in text) == (due is not None and due[1] == 10)


def test_what_comes_next_is_listed_by_date() -> None:
    view = story.view_5_june()
    first = story.milestone("M5", plan=date(2026, 6, 26))
    second = story.milestone("M6", plan=date(2026, 8, 28), forecast=date(2026, 6, 22))
    report = projected(replace(view, milestones=Listing([first, second])))
    assert [each.ref for each in report.upcoming.milestones] == ["M6", "M5"]


def test_days_off_that_join_on_are_one_holiday() -> None:
    around = story.CALENDAR.holidays_between(date(2026, 9, 20), date(2026, 10, 20))
    found = holidays.stretches(around, story.CALENDAR)
    assert [(one.name.zh, one.first, one.last) for one in found] == [
        ("中秋节", date(2026, 9, 25), date(2026, 9, 25)),
        ("国庆节", date(2026, 10, 1), date(2026, 10, 7)),
    ]
    eve = holidays.stretches({date(2026, 2, 16): "农历除夕"}, story.CALENDAR)
    assert eve[0].name.en == "Spring Festival"
    german = holidays.stretches({date(2026, 10, 3): "Tag der Deutschen Einheit"}, story.CALENDAR)
    assert (german[0].name.zh, german[0].name.en) == (None, "Tag der Deutschen Einheit")


def test_a_colour_is_dated_from_the_first_report_that_had_it() -> None:
    first, second = story.report_8(), story.report_9()
    assert {status.since for status in first.status} == {None}
    assert {status.since for status in second.status} == {date(2026, 5, 29)}
    view = story.view_5_june()
    turned = replace(view, rag=(replace(view.rag[0], colour="red"), *view.rag[1:]))
    report = project_for(turned, story.meta(turned), first, calendar=story.CALENDAR)
    assert report.status[0].since == date(2026, 6, 5)
    assert report.status[0].last == "amber"


def test_only_changes_that_wait_for_the_client_are_asked_oldest_first() -> None:
    view = story.view_5_june()
    asked = story.change(300, "补充说明", "needs_information", "待补充", since=date(2026, 5, 20))
    undated = story.change(299, "无日期", "awaiting_decision", "等待客户")
    report = projected(replace(view, changes=Listing([*view.changes, asked, undated])))
    assert [(ask.ref, ask.kind) for ask in report.asks] == [
        ("MALL-300", "inform"),
        ("MALL-231", "decide"),
        ("MALL-299", "decide"),
    ]
