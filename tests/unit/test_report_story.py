"""The report of what the domain makes of the tools' records: the same figures as of the views made by hand."""

from __future__ import annotations

from typing import Any

import pytest

from pmbridge.domain.view import EngagementView
from pmbridge.report.model import ClientReport
from pmbridge.report.project import project_for
from pmbridge.report.render import FORMATS, render
from pmbridge.values import LANGUAGES
from tests.unit import report_story, story
from tests.unit.formats import shown


def projected(view: EngagementView, number: int, previous: ClientReport | None = None) -> ClientReport:
    return project_for(view, report_story.meta(view, number=number), previous, calendar=story.CHINA)


@pytest.fixture(scope="module")
def computed() -> ClientReport:
    before = projected(story.view(story.jira(story.WEEKLY_8), now=story.WEEKLY_8), 8)
    return projected(story.view(story.jira(story.WEEKLY_9)), 9, before)


def figures(report: ClientReport) -> dict[str, Any]:
    """Return what both ways must agree on: everything but titles, links and words."""
    data = report.model_dump(mode="json")
    milestones = [
        {
            key: m[key]
            for key in (
                "ref", "state", "plan", "original", "provisional", "reached_on", "forecast_method", "forecast_low",
                "forecast_high", "slip_at_least", "overdue_wd", "progress", "final", "key",
            )
        }
        | {"forecast": m["forecast"].get("value", m["forecast"].get("reason"))}
        for m in data["milestones"]
    ]  # fmt: skip
    changes = [
        {key: c[key] for key in ("ref", "state", "tool_state", "holder", "raised_on", "days", "money", "age")}
        for c in data["changes"]["rows"]
    ]
    return {
        "milestones": milestones,
        "changes": changes,
        "counts": sorted((c["state"] or "", c["tool_state"] or "", c["n"]) for c in data["changes"]["counts"]),
        "progress": (report.progress.low, report.progress.high, report.progress.unknown),
        "on_time": data["on_time"],
        "overall": (data["overall"]["colour"], data["overall"]["provisional"], data["overall"]["grey"]),
        "rules": [rule["rule"] for rule in data["overall"]["rules"]],
        "asks": [ask["ref"] for ask in data["asks"]],
        "done": (data["completed"]["items"], [(g["ref"], g["items"]) for g in data["completed"]["groups"]]),
        "since": [(line["kind"], line["tone"], line["ref"], line["size"]) for line in data["since"]],
        "upcoming": data["upcoming"],
    }


def test_the_views_made_by_hand_are_what_the_domain_computes(computed: ClientReport) -> None:
    by_hand, made = figures(report_story.report_9()), figures(computed)
    for name, expected in by_hand.items():
        assert made[name] == expected, name


def test_four_tools_give_one_report_in_every_format() -> None:
    report = projected(story.view(*story.four_tools(story.WEEKLY_9)), 9)
    assert [feed.label for feed in report.data.feeds] == ["Jira", "PingCode", "Trello", "Worktile"]
    for form in FORMATS:
        for language in LANGUAGES:
            # The letter and the calendar hold what waits for the client, and nothing waits here.
            told = "OFF-01" in shown(render(report, form, language), form)
            assert told or form in ("eml", "ics")
    text = render(report, "md", "zh-CN").decode()
    assert "M7 预计比 Worktile 中的计划日期 7月10日晚 6 个工作日" in text
    assert "7月20日（预测）" in text
    assert "按时达成的里程碑：2/3。" in text
