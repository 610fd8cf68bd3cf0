"""Plan, actual and forecast dates of observed milestones, and contradictions between sources."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from pmbridge.domain.figure import Known, Unknown, UnknownReason
from pmbridge.domain.recognise import Observed
from pmbridge.domain.view import EngagementView, Milestone
from pmbridge.records import Group, Item, ToolState
from pmbridge.values import Day, Instant, RecordId
from tests.unit import story
from tests.unit.story import DOING, DONE, RELEASED, TODO, UNRELEASED, WEEKLY_9, at, on, record, state_change, view

M1 = RecordId(kind="version", external_id="1")
SPRINT = RecordId(kind="sprint", external_id="9")


def version(due: date | None, state: ToolState | None = UNRELEASED, **more: Any) -> Group:
    values: dict[str, Any] = {"id": M1, "project": story.MALL, "version": "1", "title": "M1 Start"}
    due_on = None if due is None else Day(on=due)
    return Group(**(values | {"due": due_on, "state": state} | more))


def observed(
    record_: Group | Item, *past: tuple[datetime, Group | Item], connection: str = "jira", **rule: Any
) -> Observed:
    shape = "group" if isinstance(record_, Group) else "item"
    chosen = story.jira_rule(
        "1",
        **({"kind": record_.id.kind, "shape": shape, "items": "self", "unit": "count", "weight_field": None} | rule),
    )
    seen = Observed.of(
        story.source(connection=connection, tool=connection.title(), milestones=[chosen]),
        items=[record_] if isinstance(record_, Item) else [],
        groups=[record_] if isinstance(record_, Group) else [],
        complete_as_of=WEEKLY_9,
    )
    return replace(seen, first_plans={record_.id: past} if past else {})


def task(state: ToolState = TODO, **more: Any) -> Item:
    return record("task", 1, "M1 Start", "milestone", state, **more)


def seen(*sources: Observed, now: datetime = WEEKLY_9) -> tuple[EngagementView, Milestone]:
    whole = view(*sources, now=now, milestones={})
    found = whole.milestone("M1")
    assert found is not None
    return whole, found


def milestone(*sources: Observed, now: datetime = WEEKLY_9) -> Milestone:
    return seen(*sources, now=now)[1]


def reason(figure: object) -> UnknownReason:
    assert isinstance(figure, Unknown), figure
    return figure.reason


# -- one date for plan and actual


def test_an_open_versions_date_is_its_plan() -> None:
    found = milestone(observed(version(on(6, 26))))
    assert (found.plan.value_or(None), found.reached_on, found.provisional) == (on(6, 26), None, True)


def test_the_plan_is_the_last_date_seen_while_it_was_open() -> None:
    history = [
        (at(5, 20), version(on(5, 25))),
        (at(5, 28), version(on(5, 29))),
        (at(6, 2), version(on(6, 1), RELEASED)),
    ]
    found = milestone(observed(version(on(6, 1), RELEASED), *history))
    assert (found.plan.value_or(None), found.slip_current.value_or(None)) == (on(5, 29), 1)
    reached = found.reached_on
    assert isinstance(reached, Known)
    assert reached.value == on(6, 1)


def test_the_date_of_reaching_is_the_one_that_stood_when_it_was_reached() -> None:
    history = [(at(5, 28), version(on(5, 29))), (at(6, 1), version(on(5, 29), RELEASED))]
    found = milestone(observed(version(on(6, 20), RELEASED), *history))
    assert isinstance(found.reached_on, Known)
    assert found.reached_on.value == on(5, 29), "a later edit of the date moves no past"


def test_a_version_released_again_counts_from_the_last_time() -> None:
    history = [
        (at(5, 1), version(on(5, 4))),
        (at(5, 5), version(on(5, 4), RELEASED)),
        (at(5, 12), version(on(5, 20))),
    ]
    found = milestone(observed(version(on(5, 22), RELEASED), *history))
    assert isinstance(found.reached_on, Known)
    assert (found.plan.value_or(None), found.reached_on.value) == (on(5, 20), on(5, 22))


def test_the_same_date_told_as_due_and_done_is_still_one_date() -> None:
    both = version(on(5, 29), RELEASED, done=Day(on=on(5, 29)))
    assert reason(milestone(observed(both)).plan) is UnknownReason.NOT_PROVIDED
    found = milestone(observed(both, (at(5, 28), version(on(5, 27)))))
    assert (found.plan.value_or(None), found.slip_current.value_or(None)) == (on(5, 27), 2)


def test_what_was_seen_after_the_moment_is_not_known_at_it() -> None:
    history = [(at(5, 28), version(on(5, 29)))]
    found = milestone(observed(version(on(5, 29), RELEASED), *history), now=at(5, 27))
    assert reason(found.plan) is UnknownReason.NOT_PROVIDED


def test_a_sprint_has_its_own_end_and_its_own_completion() -> None:
    sprint = replace(
        version(None, ToolState(id="closed", name="closed", category="done")),
        id=SPRINT,
        due=Instant(at=at(5, 29, 18)),
        done=Instant(at=at(6, 1, 10)),
    )
    found = milestone(observed(sprint))
    assert isinstance(found.reached_on, Known)
    assert (found.plan.value_or(None), found.reached_on.value) == (on(5, 29), on(6, 1))
    assert (view(observed(sprint), milestones={}).on_time.met, view(observed(sprint), milestones={}).on_time.due) == (
        0,
        1,
    )


def test_a_released_version_without_a_date_has_no_day() -> None:
    found = milestone(observed(version(None, RELEASED)))
    assert found.state == "reached"
    assert reason(found.reached_on) is UnknownReason.NOT_PROVIDED
    assert reason(found.forecast) is UnknownReason.NOT_PROVIDED
    assert found.fraction.value_or(None) == 1


# -- items


def test_an_item_without_a_done_date_was_done_when_it_entered_a_done_state() -> None:
    one = task(DONE, due=Day(on=on(5, 8)))
    history = (
        state_change(one.id, TODO.id, DONE.id, at(5, 4)),
        state_change(one.id, DONE.id, DOING.id, at(5, 6)),
        state_change(one.id, DOING.id, DONE.id, at(5, 12)),
    )
    found = milestone(replace(observed(one), details={one.id: history}))
    assert isinstance(found.reached_on, Known)
    assert (found.plan.value_or(None), found.reached_on.value) == (on(5, 8), on(5, 12))


def test_moving_between_two_done_states_does_not_move_the_day() -> None:
    accepted = ToolState(id="accepted", name="Accepted", category="done")
    one = task(accepted, due=Day(on=on(5, 8)))
    history = (state_change(one.id, TODO.id, DONE.id, at(5, 4)), state_change(one.id, DONE.id, "accepted", at(5, 12)))
    other = record("task", 2, "other", "task", DONE)
    found = milestone(replace(observed(one), items=[one, other], details={one.id: history}))
    assert isinstance(found.reached_on, Known)
    assert found.reached_on.value == on(5, 4)


def test_a_done_item_without_date_and_history_has_no_day_and_is_left_out_of_on_time() -> None:
    whole, found = seen(observed(task(DONE, due=Day(on=on(5, 8)))))
    assert found.state == "reached"
    assert reason(found.reached_on) is UnknownReason.NOT_PROVIDED
    assert (whole.on_time.due, whole.on_time.left_out) == (0, ("M1",))


def test_a_named_state_means_reached_and_no_other_does() -> None:
    rule: dict[str, Any] = {"reached": frozenset({DOING.id})}
    assert milestone(observed(task(DOING), **rule)).state == "reached"
    assert milestone(observed(task(DONE), **rule)).state != "reached"


def test_an_instant_falls_on_the_day_of_the_engagements_zone() -> None:
    late = Instant(at=datetime.fromisoformat("2026-06-11T23:00:00+00:00"))
    assert milestone(observed(task(due=late))).plan.value_or(None) == on(6, 12)


# -- roles of a date


def test_a_date_that_is_a_forecast_is_no_plan() -> None:
    found = milestone(observed(version(on(6, 26)), date_is="forecast"))
    assert (found.forecast.value_or(None), found.forecast_method) == (on(6, 26), "tool_date")
    assert reason(found.plan) is UnknownReason.NOT_MAPPED
    assert reason(found.slip_current) is UnknownReason.NOT_MAPPED
    assert not found.provisional


def test_an_ignored_date_is_neither() -> None:
    found = milestone(observed(version(on(6, 26)), date_is="ignore"))
    assert reason(found.plan) is UnknownReason.NOT_MAPPED
    assert isinstance(found.forecast, Unknown)


def test_a_plan_rule_without_a_date_is_not_provided() -> None:
    assert reason(milestone(observed(version(None))).plan) is UnknownReason.NOT_PROVIDED


def test_a_date_can_stand_in_a_field() -> None:
    one = task(due=Day(on=on(5, 8)), fields={"golive": Day(on=on(7, 1)), "text": None})
    assert milestone(observed(one, date_field="golive")).plan.value_or(None) == on(7, 1)
    assert reason(milestone(observed(one, date_field="text")).plan) is UnknownReason.NOT_PROVIDED


def test_the_start_is_planned_only_where_the_date_is_a_plan() -> None:
    start = Day(on=on(6, 1))
    assert milestone(observed(version(on(6, 26), start=start))).start == on(6, 1)
    assert milestone(observed(version(on(6, 26), start=start), date_is="forecast")).start is None


# -- states


@pytest.mark.parametrize(
    ("state", "expected"),
    [(TODO, "planned"), (DOING, "in_progress"), (DONE, "reached")],
)
def test_the_state_of_an_item_is_the_milestones(state: ToolState, expected: str) -> None:
    assert milestone(observed(task(state), items="children")).state == expected


def test_a_cancelled_milestone_leaves_every_figure() -> None:
    cancelled = ToolState(id="c", name="Cancelled", category="cancelled")
    whole, found = seen(observed(task(cancelled, due=Day(on=on(5, 8)))))
    assert found.state == "cancelled"
    assert (whole.on_time.due, whole.rag[0].colour, whole.unknowns) == (0, None, ())
    assert isinstance(whole.progress.value, Unknown)


def test_a_label_has_no_state_and_is_simply_not_reached() -> None:
    found = milestone(observed(replace(version(None, None), id=RecordId(kind="label", external_id="x"))))
    assert (found.state, found.reached_on) == ("planned", None)


def test_a_state_of_unknown_meaning_is_neither_reached_nor_open() -> None:
    listed = ToolState(id="l", name="Review")
    whole, found = seen(observed(task(listed, due=Day(on=on(5, 8)))))
    assert reason(found.reached_on) is UnknownReason.NOT_MAPPED
    assert reason(found.forecast) is UnknownReason.NOT_MAPPED
    assert whole.on_time.left_out == ("M1",)
    schedule = whole.rag[0]
    assert schedule.colour == "grey", "overdue if open, on time if reached: nobody knows"
    assert schedule.why_grey is not None
    assert schedule.why_grey.en == "M1: whether reached is not known"


# -- several sources


def other(due: date | None, state: ToolState = TODO, **rule: Any) -> Observed:
    return observed(task(state, due=None if due is None else Day(on=due)), connection="worktile", **rule)


def test_equal_plan_dates_agree_and_carry_both_sources() -> None:
    whole, found = seen(observed(version(on(6, 26))), other(on(6, 26)))
    assert isinstance(found.plan, Known)
    assert (found.plan.value, len(found.plan.sources)) == (on(6, 26), 2)
    assert (found.tool, whole.discrepancies) == ("Jira, Worktile", ())


def test_different_plan_dates_are_a_conflict_and_no_guess() -> None:
    whole, found = seen(observed(version(on(6, 26))), other(on(7, 1)))
    assert reason(found.plan) is UnknownReason.CONFLICT
    (difference,) = whole.discrepancies
    assert (difference.ref, difference.what.en) == ("M1", "plan date")
    assert difference.sides == (("Jira: M1 Start", "2026-06-26"), ("Worktile: M1 Start", "2026-07-01"))
    assert whole.rag[0].colour == "grey"


def test_a_missing_date_contradicts_nothing() -> None:
    whole, found = seen(observed(version(on(6, 26))), other(None))
    assert (found.plan.value_or(None), whole.discrepancies) == (on(6, 26), ())


def test_different_forecast_dates_are_a_conflict() -> None:
    whole, found = seen(other(on(6, 26), date_is="forecast"), observed(version(on(6, 25)), date_is="forecast"))
    assert reason(found.forecast) is UnknownReason.CONFLICT
    assert [one.what.en for one in whole.discrepancies] == ["forecast date"]


def test_done_against_not_done_is_a_conflict() -> None:
    whole, found = seen(observed(version(on(5, 29), RELEASED), (at(5, 28), version(on(5, 29)))), other(on(5, 29)))
    assert found.state != "reached"
    assert reason(found.reached_on) is UnknownReason.CONFLICT
    assert reason(found.forecast) is UnknownReason.CONFLICT
    assert [one.sides for one in whole.discrepancies] == [
        (("Jira: M1 Start", "released"), ("Worktile: M1 Start", "待办"))
    ]
    assert whole.on_time.left_out == ("M1",)


def test_one_source_that_says_reached_is_enough_where_the_other_cannot_judge() -> None:
    listed = ToolState(id="l", name="Review")
    history = (at(5, 28), version(on(5, 29)))
    _, found = seen(observed(version(on(5, 29), RELEASED), history), other(None, listed))
    assert found.state == "reached"
