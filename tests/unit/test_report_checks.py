"""What must hold before a report is issued."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from pmbridge.domain.concerns import Concern, Name
from pmbridge.domain.figure import Text
from pmbridge.domain.listing import Listing
from pmbridge.domain.raised import Raised
from pmbridge.domain.view import Colour, Dimension, Discrepancy, EngagementView
from pmbridge.report.checks import Check, checks
from pmbridge.report.model import ClientReport
from pmbridge.report.project import project_for
from pmbridge.report.render import render
from pmbridge.values import LANGUAGES, Label
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


def test_old_data_blocks_where_a_figure_that_still_moves_rests_on_it() -> None:
    view = story.view_5_june()
    old = replace(view, sources=(replace(view.sources[0], stale=True),))
    found = failed(checks(report(old)))
    assert found["freshness"].zh.startswith("Jira 的数据不是最新，M4、M5、M6、M7")
    over = replace(
        old,
        milestones=Listing([replace(one, state="reached") for one in old.milestones]),
        changes=Listing([replace(one, terminal=True) for one in old.changes]),
    )
    assert failed(checks(report(over))) == {}, "what is over does not move any more"


def test_missing_translations_and_an_open_calendar_are_told_and_do_not_block() -> None:
    view = story.view_5_june()
    found = checks(report(replace(view, calendar_final=False)))
    assert failed(found) == {}
    told = {one.name: one.text.zh for one in found}
    assert "calendar" in told
    # The client's name, five titles of changes and eight of work items exist in Chinese only.
    assert told["translations"] == "en：14 处没有译文，按原文打印并注明"


# --------------------------------------------------------------------------------- what the register alone can tell


def moved_later(*, observed: bool, causes: tuple[str, ...]) -> ClientReport:
    before, view = story.report_8(), story.view_5_june()
    milestones = [replace(one, observed=observed, causes=causes) if one.ref == "M4" else one for one in view.milestones]
    return report(replace(view, milestones=Listing(milestones)), before)


def test_a_forecast_that_moved_later_needs_a_cause_where_one_can_be_recorded() -> None:
    assert any(line.kind == "forecast" and line.tone == "bad" for line in moved_later(observed=True, causes=()).since)
    assert "causes" not in failed(checks(moved_later(observed=True, causes=())))
    assert "M4" in failed(checks(moved_later(observed=False, causes=())))["causes"].en
    assert "causes" not in failed(checks(moved_later(observed=False, causes=("ISS-04",))))


def test_what_nobody_has_to_have_done_by_a_day_blocks() -> None:
    raised = Raised(
        ref="ISS-04", kind="issue", title=story.AGENCY, severity="high", due_on=None, source=story.source("issue", "1")
    )
    view = replace(story.view_5_june(), raised=(raised,))
    assert failed(checks(report(view)))["dates"].en == "no due date: ISS-04"
    dated = replace(view, raised=(replace(raised, due_on=date(2026, 6, 10)),))
    assert failed(checks(report(dated))) == {}


def concern(name: Name, *, blocks: bool, dimension: Dimension | None = None) -> Concern:
    return Concern(name=name, blocks=blocks, dimension=dimension, text=Label(zh=f"{name} 内部", en=f"{name} inside"))


def test_what_the_agency_alone_knows_blocks_or_is_said_and_stands_in_no_report() -> None:
    found = report(story.view_5_june())
    inside = (concern("watermelon", blocks=True), concern("watermelon", blocks=True), concern("promises", blocks=False))
    said = checks(found, concerns=inside)
    assert failed(said) == {
        "watermelon": Label(zh="watermelon 内部；watermelon 内部", en="watermelon inside; watermelon inside")
    }
    assert [one.passed for one in said if one.name == "promises"] == [True]


def test_what_was_red_in_the_last_report_the_client_knows_from_there() -> None:
    untold = (concern("told", blocks=True, dimension="schedule"),)
    now = report(story.view_5_june())
    assert "told" in failed(checks(now, concerns=untold))
    status = tuple(one.model_copy(update={"last": "red"}) for one in now.status)
    assert "told" not in failed(checks(now.model_copy(update={"status": status}), concerns=untold))


@pytest.mark.parametrize(
    ("judged", "because", "blocks"),
    [("red", None, False), ("green", None, True), ("green", Text(zh="客户已同意", original="zh"), False)],
)
def test_a_better_colour_than_that_of_the_rules_needs_a_reason(judged: Colour, because: Text, blocks: bool) -> None:
    found = report(story.view_5_june(), judged=judged, because=because)
    assert found.overall.judgement is not None
    assert (found.overall.colour, found.overall.judgement.rule) == (judged, "amber")
    assert ("judgement" in failed(checks(found))) == blocks


def test_a_judgement_stands_beside_the_rules_in_both_languages() -> None:
    why = Text(zh="上线日不受影响", en="go-live is not touched", original="zh")
    found = report(story.view_5_june(), judged="green", because=why)
    chinese, english = (render(found, "md", language).decode() for language in LANGUAGES)
    assert "规则：黄；项目经理判断：绿" in chinese
    assert "项目经理的理由：上线日不受影响。 按规则为黄：" in chinese
    assert "by the rules amber, in the project manager's judgement green" in english
    assert "The project manager's reason: go-live is not touched." in english
    same = report(story.view_5_june(), judged="amber", because=why)
    assert same.overall.judgement is None, "who agrees with the rules overrides nothing"
