"""What changed since the last report: every kind of difference, its tone and its size."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pmbridge.domain.listing import Listing
from pmbridge.domain.view import EngagementView, Milestone
from pmbridge.report.model import ClientReport, DiffLine
from pmbridge.report.notice import notices
from pmbridge.report.project import project_for
from pmbridge.report.render import render
from pmbridge.values import Label
from tests.unit import report_story as story

JUNE_17, JUNE_18, JUNE_24 = story.june(17), story.june(18), story.june(24)


def report(view: EngagementView, previous: ClientReport | None = None, number: int = 8) -> ClientReport:
    return project_for(view, story.meta(view, number=number), previous, calendar=story.CALENDAR)


def bare(*milestones: Milestone, **given: Any) -> EngagementView:
    return replace(story.view_5_june(), milestones=Listing(milestones), changes=Listing(), work=(), **given)


def difference(before: EngagementView, now: EngagementView) -> tuple[DiffLine, ...]:
    return report(now, report(before), 9).since


def one(before: EngagementView, now: EngagementView) -> DiffLine:
    found = difference(before, now)
    assert len(found) == 1, found
    return found[0]


def m4(**given: Any) -> Milestone:
    facts: dict[str, Any] = {"points": (50, 80), "plan": JUNE_17, "forecast": JUNE_18}
    return story.milestone("M4", **(facts | given))


def sides(line: DiffLine) -> tuple[str | None, str | None]:
    return (line.old.value if line.old else None, line.new.value if line.new else None)


def test_the_same_report_again_differs_in_nothing() -> None:
    assert difference(story.view_5_june(), story.view_5_june()) == ()


def test_the_story_has_one_bad_news_two_changes_and_a_progress() -> None:
    lines = story.report_9().since
    assert [(line.kind, line.tone, line.ref, line.size) for line in lines] == [
        ("forecast", "bad", "M4", 1),
        ("change_state", "change", "MALL-231", None),
        ("change_new", "change", "MALL-240", None),
        ("progress", "other", "", None),
    ]
    assert sides(lines[0]) == ("2026-06-17", "2026-06-18")
    assert sides(lines[1]) == ("under_assessment", "awaiting_decision")
    assert sides(lines[3]) == ("57%–67%", "63%–73%")


@pytest.mark.parametrize(
    ("before", "now", "kind", "tone", "size"),
    [
        (JUNE_18, JUNE_24, "forecast", "bad", 3),  # the 19th is a holiday
        (JUNE_24, JUNE_18, "forecast", "good", -3),
        (JUNE_18, story.NO_ITEMS, "forecast_lost", "bad", None),
        (story.NO_ITEMS, JUNE_18, "forecast_new", "other", None),
    ],
)
def test_a_moved_forecast(before: Any, now: Any, kind: str, tone: str, size: int | None) -> None:
    line = one(bare(m4(forecast=before)), bare(m4(forecast=now)))
    assert (line.kind, line.tone, line.size, line.anchors) == (kind, tone, size, ("M4",))


@pytest.mark.parametrize(
    ("before", "now", "kind", "tone", "size"),
    [
        (JUNE_17, JUNE_18, "plan", "bad", 1),
        (JUNE_18, JUNE_17, "plan", "good", -1),
        (JUNE_17, None, "plan_lost", "bad", None),
        (None, JUNE_17, "plan_new", "other", None),
    ],
)
def test_a_moved_plan_is_bad_news_when_later(
    before: date | None, now: date | None, kind: str, tone: str, size: int | None
) -> None:
    line = one(bare(m4(plan=before)), bare(m4(plan=now)))
    assert (line.kind, line.tone, line.size) == (kind, tone, size)


def test_a_reached_milestone_is_good_news_and_its_forecast_no_longer_compared() -> None:
    line = one(bare(m4(points=(80, 80))), bare(m4(points=(80, 80), reached=story.june(5))))
    assert (line.kind, line.tone) == ("reached", "good")
    assert sides(line) == (None, "2026-06-05")


def test_what_was_reached_before_the_last_report_is_a_correction_of_that_one() -> None:
    line = one(bare(m4(points=(80, 80))), bare(m4(points=(80, 80), reached=story.june(4))))
    assert (line.kind, line.tone) == ("reached", "restated")


def test_a_past_fact_that_changed_is_a_correction_and_leads() -> None:
    before = bare(story.milestone("M3", reached=date(2026, 5, 29)), m4())
    moved = bare(story.milestone("M3", reached=date(2026, 6, 1)), m4(forecast=JUNE_24))
    kinds = [(line.kind, line.tone, line.size) for line in difference(before, moved)]
    assert kinds == [("reached_date", "restated", 1), ("forecast", "bad", 3)]
    undone = one(before, bare(story.milestone("M3"), m4()))
    assert (undone.kind, undone.tone) == ("not_reached", "restated")
    assert sides(undone) == ("2026-05-29", None)


def test_work_that_shrank_or_grew_is_told() -> None:
    less = difference(bare(m4(points=(50, 80))), bare(m4(points=(48, 85))))
    assert [(line.kind, line.tone, *sides(line)) for line in less] == [
        ("work_done", "bad", "50", "48"),
        ("work_total", "other", "80", "85"),
    ]
    assert difference(bare(m4(points=(50, 80))), bare(m4(points=(60, 80)))) == ()


def test_milestones_that_come_and_go() -> None:
    new = one(bare(m4()), bare(m4(), story.milestone("M6")))
    assert (new.kind, new.tone, new.ref) == ("milestone_new", "other", "M6")
    gone = one(bare(m4(), story.milestone("M6")), bare(m4()))
    assert (gone.kind, gone.tone, gone.anchors) == ("milestone_gone", "bad", ())


@pytest.mark.parametrize(("observed", "tone"), [(True, "bad"), (False, "change")])
def test_a_milestone_that_was_cancelled_is_told_once(observed: bool, tone: str) -> None:
    cancelled = m4(state="cancelled", observed=observed, plan=JUNE_24, points=(50, 60))
    line = one(bare(m4(observed=observed)), bare(cancelled))
    assert (line.kind, line.tone, line.ref, *sides(line)) == ("milestone_state", tone, "M4", "in_progress", "cancelled")
    assert difference(bare(cancelled), bare(m4(state="cancelled", observed=observed))) == ()
    again = one(bare(cancelled), bare(m4(observed=observed)))
    assert (again.tone, *sides(again)) == ("other", "cancelled", "in_progress")


def test_a_cancelled_milestone_has_a_line_with_what_is_behind_it() -> None:
    made = report(bare(m4(state="cancelled", moved_by=("CR-004",))), report(bare(m4())), 9)
    assert notices(made)[0] == Label(zh="M4 状态 进行中 → 已取消", en="M4 state in progress → cancelled")
    rows = render(made, "md", "en").decode().splitlines()
    assert any("state | **Bad news** | in progress | cancelled | by CR-004 |" in row for row in rows)


def test_what_was_reached_and_is_cancelled_now_is_a_correction_too() -> None:
    found = difference(bare(m4(reached=date(2026, 5, 29))), bare(m4(state="cancelled")))
    assert [(line.kind, line.tone) for line in found] == [("not_reached", "restated"), ("milestone_state", "bad")]
    found = difference(bare(m4(state="cancelled")), bare(m4(reached=story.june(5))))
    assert [line.kind for line in found] == ["reached"]


def test_changes_that_move_come_and_go() -> None:
    base = story.view_5_june()
    closed, waiting, approved = base.changes[0], base.changes[3], base.changes[4]
    reworded = replace(closed, tool_state="已归档")
    found = difference(
        replace(base, changes=Listing([closed, waiting])), replace(base, changes=Listing([reworded, approved]))
    )
    assert [(line.kind, line.ref, line.tone) for line in found] == [
        ("change_state", "MALL-112", "change"),
        ("change_new", "MALL-240", "change"),
        ("change_gone", "MALL-231", "change"),
    ]
    assert found[0].old is not None
    assert (found[0].old.value, found[0].old.word) == ("已关闭", True)
    # A tool that says "approved" decides nothing: its word is quoted, not taken for a state.
    assert found[1].new is not None
    assert (found[1].new.value, found[1].new.word) == ("已批准", True)


@pytest.mark.parametrize(
    ("before", "now", "tone"),
    [("green", "amber", "bad"), ("red", "amber", "good"), ("green", "grey", "bad"), ("grey", "green", "other")],
)
def test_a_colour_that_turned(before: Any, now: Any, tone: str) -> None:
    base = bare(m4())
    old = replace(base, rag=(replace(base.rag[0], colour=before),))
    line = one(old, replace(base, rag=(replace(base.rag[0], colour=now),)))
    assert (line.kind, line.tone, line.ref, *sides(line)) == ("colour", tone, "schedule", before, now)


@pytest.mark.parametrize(
    ("before", "now", "tone"),
    [(None, "red", "bad"), (None, "amber", "bad"), ("red", None, "other"), ("amber", None, "other")],
)
def test_a_colour_that_came_or_went_with_what_there_is_to_judge(before: Any, now: Any, tone: str) -> None:
    base = bare(m4())
    old = replace(base, rag=(replace(base.rag[0], colour=before),))
    view = replace(base, rag=(replace(base.rag[0], colour=now),))
    line = one(old, view)
    assert (line.kind, line.tone, line.ref, *sides(line)) == ("colour", tone, "schedule", before, now)
    made = report(view, report(old), 9)
    assert ("n/a → Red" if now == "red" else "n/a") in notices(made)[0].en
    assert "n/a" in next(row for row in render(made, "md", "en").decode().splitlines() if "| Schedule state |" in row)


@pytest.mark.parametrize("colour", ["green", "grey"])
def test_that_there_is_something_to_judge_is_no_news_by_itself(colour: Any) -> None:
    base = bare(m4())
    judged, nothing = (replace(base, rag=(replace(base.rag[0], colour=one),)) for one in (colour, None))
    assert difference(judged, nothing) == difference(nothing, judged) == ()


@pytest.mark.parametrize(("now", "told"), [("red", True), ("amber", True), ("grey", False), ("green", False)])
def test_an_aspect_that_the_last_report_did_not_have_is_told_when_something_is_wrong(now: Any, told: bool) -> None:
    base = bare(m4())
    view = replace(base, rag=(replace(base.rag[0], colour=now),))
    found = difference(replace(base, rag=()), view)
    assert [(line.tone, *sides(line)) for line in found] == ([("bad", None, now)] if told else [])


def test_a_changed_threshold_is_told_because_thresholds_are_part_of_the_agreement() -> None:
    base = bare(m4())
    line = one(base, replace(base, policy={**base.policy, "tolerances.schedule_wd_amber": "3"}))
    assert (line.kind, line.ref, *sides(line)) == ("threshold", "schedule_wd_amber", "2", "3")


def test_progress_that_fell_is_bad_news() -> None:
    line = one(story.view_5_june(), story.view_5_june(progress=("0.6", "0.7")))
    assert (line.kind, line.tone, *sides(line)) == ("progress", "bad", "63%–73%", "60%–70%")


def test_the_final_milestone_leads_then_the_largest_shift() -> None:
    def all_three(shift: int) -> EngagementView:
        return bare(
            m4(forecast=story.june(17 + shift)),
            story.milestone("M5", plan=story.june(26), forecast=story.june(22 + 2 * shift)),
            story.milestone("M7", plan=story.june(26), forecast=story.june(24 + shift)),
        )

    assert [line.ref for line in difference(all_three(0), all_three(1))] == ["M7", "M5", "M4"]


def test_each_line_is_one_sentence_on_a_screen() -> None:
    assert notices(story.report_9()) == (
        Label(zh="M4 预测 06-17 → 06-18", en="M4 forecast 06-17 → 06-18"),
        Label(zh="MALL-231 影响评估中 → 待客户决定", en="MALL-231 under assessment → awaiting your decision"),
        Label(
            zh="MALL-240 新出现，「已批准」（工具中的状态，不是客户决定）",
            en="MALL-240 is new, “已批准” (the tool's state, no client decision)",
        ),
        Label(zh="总体进度 57%–67% → 63%–73%", en="overall progress 57%–67% → 63%–73%"),
    )


def test_every_kind_has_a_sentence_for_a_screen() -> None:
    base = bare(m4(), story.milestone("M3", reached=date(2026, 5, 29)), story.milestone("M6"))
    now = bare(
        m4(reached=story.june(5)),
        story.milestone("M3"),
        story.milestone("M5", plan=date(2027, 1, 8)),
        policy={**base.policy, "stale_after_hours": "48"},
        rag=(replace(base.rag[0], colour="red"),),
    )
    assert [label.en for label in notices(report(now, report(base), 9))] == [
        "M3 reached no longer holds",
        "M6 is gone",
        "Schedule Amber → Red",
        "M4 reached 06-05",
        "M5 is new",
        "Hours after which data counts as stale 24 → 48",
    ]
