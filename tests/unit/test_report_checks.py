"""What must hold before a report is issued."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from pmbridge.domain.view import Discrepancy, EngagementView
from pmbridge.report.checks import Check, checks
from pmbridge.report.model import ClientReport
from pmbridge.report.project import project_for
from pmbridge.values import Label
from tests.unit import report_story as story


def report(view: EngagementView, previous: ClientReport | None = None, **meta: Any) -> ClientReport:
    return project_for(view, story.meta(view, **meta), previous, calendar=story.CALENDAR)


def failed(found: tuple[Check, ...]) -> dict[str, Label]:
    return {one.name: one.text for one in found if not one.passed}


def test_the_issued_report_of_the_story_passes() -> None:
    assert failed(checks(story.report_9(), due_at=story.FRIDAY_5_JUNE)) == {}


def test_a_report_without_a_headline_is_not_issued() -> None:
    found = failed(checks(report(story.view_5_june(), headline=None)))
    assert found == {"headline": Label(zh="缺标题句", en="headline missing")}


def test_a_report_is_not_issued_before_it_is_due() -> None:
    found = failed(checks(story.report_9(), due_at=story.FRIDAY_5_JUNE + timedelta(minutes=1)))
    assert found == {
        "due": Label(
            zh="数据截至 06-05 18:00，早于应发时间 06-05 18:01",
            en="as of 06-05 18:00, before its due time, 06-05 18:01",
        )
    }


def test_a_period_is_not_issued_twice() -> None:
    again = report(story.view_5_june(), story.report_9(), number=10)
    assert failed(checks(again))["period"].zh == "本期间已发布过第 9 期"


def test_sources_that_disagree_block() -> None:
    view = replace(
        story.view_5_june(),
        discrepancies=(Discrepancy(ref="M4", what=Label(zh="计划日期", en="plan date"), sides=(("a", "b"),)),),
    )
    assert failed(checks(report(view)))["differences"].en == "sources disagree: plan date of M4"


def test_old_data_missing_translations_and_an_open_calendar_are_told_and_do_not_block() -> None:
    view = story.view_5_june()
    old = replace(view, sources=(replace(view.sources[0], stale=True),), calendar_final=False)
    found = checks(report(old))
    assert failed(found) == {}
    told = {one.name: one.text.zh for one in found}
    assert told["freshness"] == "Jira 的数据不是最新，报告会写明"
    assert "calendar" in told
    # The client's name, five titles of changes and eight of work items exist in Chinese only.
    assert told["translations"] == "en：14 处没有译文，按原文打印并注明"
