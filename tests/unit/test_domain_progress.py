"""Weighted progress: every rule by hand, and every way in which it is honestly unknown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from pmbridge.domain.figure import Known, Progress, Unknown, UnknownReason
from pmbridge.domain.mapping import Status
from pmbridge.domain.recognise import Observed
from pmbridge.domain.resolved import ResolvedMilestoneRule
from pmbridge.domain.view import Milestone
from pmbridge.records import Group, Item, ToolState
from pmbridge.values import FieldValue, Number, ProjectId, RecordId
from tests.unit import story
from tests.unit.story import WEEKLY_9, view

POINTS, REST, PERCENT = "points", "rest", "percent"
CANCELLED = ToolState(id="x", name="Won't do", category="cancelled")
VAGUE = ToolState(id="v", name="On hold", category="unknown")
STATES: dict[str, ToolState] = {
    "todo": story.TODO,
    "doing": story.DOING,
    "done": story.DONE,
    "cancelled": CANCELLED,
    "vague": VAGUE,
}
M1 = RecordId(kind="version", external_id="1")


def item(n: int, state: str, points: object = None, **fields: Any) -> Item:
    values: dict[str, FieldValue | None] = {
        name: None if value is None else Number(value=Decimal(str(value)))
        for name, value in ({POINTS: points} | fields).items()
    }
    return story.record("issue", n, f"item {n}", "task", STATES[state], groups=(M1,), fields=values)


def observed(
    items: Sequence[Item],
    *,
    state: ToolState | None = story.UNRELEASED,
    connection: str = "jira",
    complete: bool = True,
    status: dict[str, Status] | None = None,
    more_rules: Sequence[ResolvedMilestoneRule] = (),
    **rule: Any,
) -> Observed:
    chosen = story.jira_rule("1", **({"weight_field": POINTS} | rule))
    group = Group(id=M1, project=story.MALL, version="1", title="M1 Start", state=state)
    return Observed.of(
        story.source(connection=connection, tool=connection, milestones=[chosen, *more_rules], status=status),
        items=items,
        groups=[group],
        complete_as_of=WEEKLY_9 if complete else None,
    )


def milestone(*sources: Observed, **config: Any) -> Milestone:
    found = view(*sources, milestones={}, **config).milestone("M1")
    assert found is not None
    return found


def progress(*sources: Observed, **config: Any) -> Progress:
    figure = milestone(*sources, **config).progress
    assert isinstance(figure, Known), figure
    return figure.value


def unknown(*sources: Observed, **config: Any) -> tuple[UnknownReason, str]:
    figure = milestone(*sources, **config).progress
    assert isinstance(figure, Unknown), figure
    return figure.reason, figure.detail.en if figure.detail else ""


def test_done_counts_its_weight_and_anything_else_nothing() -> None:
    assert str(progress(observed([item(1, "done", 3), item(2, "doing", 2), item(3, "todo", 5)]))) == "3/10 points = 30%"


def test_percent_is_floored_so_that_99_6_never_prints_as_100() -> None:
    assert str(progress(observed([item(1, "done", 249), item(2, "todo", 1)]))) == "249/250 points = 99%"


def test_fractions_of_points_print_without_trailing_zeros() -> None:
    assert str(progress(observed([item(1, "done", "0.50"), item(2, "todo", "1.5")]))) == "0.5/2 points = 25%"


def test_cancelled_items_are_left_out() -> None:
    assert str(progress(observed([item(1, "done", 1), item(2, "cancelled", 9), item(3, "todo", 1)]))) == (
        "1/2 points = 50%"
    )


def test_only_cancelled_items_are_no_items() -> None:
    assert unknown(observed([item(1, "cancelled", 1), item(2, "cancelled", 1)])) == (
        UnknownReason.NO_ITEMS,
        "all 2 are cancelled",
    )


def test_a_state_that_nobody_judges_makes_progress_unknown_and_not_zero() -> None:
    assert unknown(observed([item(1, "done", 1), item(2, "vague", 1)])) == (
        UnknownReason.NOT_MAPPED,
        "1 in a state that may or may not count as done (On hold)",
    )


def test_the_mapping_of_a_state_beats_the_tools_own_category() -> None:
    items = [item(1, "vague", 1), item(2, "todo", 1)]
    assert str(progress(observed(items, status={VAGUE.id: "done"}))) == "1/2 points = 50%"
    assert str(progress(observed(items, status={VAGUE.id: "cancelled"}))) == "0/1 points = 0%"


def test_missing_estimates_are_counted_by_items_and_said() -> None:
    items = [item(n, "done" if n < 4 else "todo", None if n < 3 else 8) for n in range(12)]
    found = progress(observed(items))
    assert str(found) == "4/12 items = 33%"
    assert found.fallback is not None
    assert found.fallback.en == "3 of 12 without estimate, counted by items"
    assert found.fallback.zh == "12 项中 3 项没有估算，按项数计"


def test_an_agreed_lower_coverage_leaves_the_few_out_and_says_so() -> None:
    items = [item(n, "done" if n < 4 else "todo", None if n < 3 else 8) for n in range(12)]
    found = progress(observed(items), policy={"min_weight_coverage": "0.75"})
    assert str(found) == "8/72 points = 11%"
    assert found.fallback is not None
    assert found.fallback.en == "3 of 12 without estimate, left out"


@pytest.mark.parametrize("weight", ["-1", "NaN", "Infinity"])
def test_a_weight_that_is_no_weight_counts_as_missing(weight: str) -> None:
    assert str(progress(observed([item(1, "done", weight), item(2, "todo", 1)]))) == "1/2 items = 50%"


def test_estimates_that_are_all_zero_divide_nothing() -> None:
    reason, _ = unknown(observed([item(1, "done", 0), item(2, "todo", 0)]))
    assert reason is UnknownReason.DIVISION_BY_ZERO


def test_no_items_is_unknown_unless_reached() -> None:
    assert unknown(observed([])) == (UnknownReason.NO_ITEMS, "")
    reached = milestone(observed([], state=story.RELEASED))
    assert isinstance(reached.progress, Unknown)
    assert reached.fraction.value_or(None) == 1


def test_a_reached_milestone_counts_whole_in_the_roll_up_whatever_is_left_open() -> None:
    reached = milestone(observed([item(1, "done", 1), item(2, "todo", 1)], state=story.RELEASED))
    assert (str(reached.progress), reached.fraction.value_or(None)) == ("1/2 points = 50%", Decimal(1))


def test_all_done_but_not_reached_awaits_acceptance() -> None:
    figure = milestone(observed([item(1, "done", 1)])).progress
    assert isinstance(figure, Known)
    assert figure.note is not None
    assert figure.note.zh == "工作项已完成，待验收"


def test_a_project_that_was_never_read_whole_counts_nothing() -> None:
    found = milestone(observed([item(1, "done", 1)], complete=False))
    assert isinstance(found.progress, Unknown)
    assert found.progress.reason is UnknownReason.SOURCE_UNREACHABLE
    assert isinstance(found.forecast, Unknown)


# -- work in progress


def test_remaining_work_counts_what_is_done_of_it() -> None:
    items = [item(1, "doing", 8, rest=2), item(2, "doing", 4, rest=4), item(3, "done", 4), item(4, "todo", 4, rest=1)]
    found = progress(observed(items, progress="remaining", progress_field=REST))
    assert str(found) == "10/20 points = 50%"
    assert found.fallback is None, "all of it left is an answer, too"


def test_a_third_done_of_three_points_is_one_point() -> None:
    found = progress(observed([item(1, "doing", 3, rest=2)], progress="remaining", progress_field=REST))
    assert str(found) == "1/3 points = 33%"


@pytest.mark.parametrize("rest", [None, 9, -1])
def test_remaining_work_that_makes_no_sense_counts_as_not_done_and_is_said(rest: object) -> None:
    found = progress(observed([item(1, "doing", 8, rest=rest)], progress="remaining", progress_field=REST))
    assert str(found) == "0/8 points = 0%"
    assert found.fallback is not None
    assert found.fallback.en == "1 in progress without a share done, counted as not done"


def test_the_tools_own_percent_counts_while_in_progress() -> None:
    items = [item(1, "doing", 10, percent=25), item(2, "doing", 10, percent=120), item(3, "todo", 10, percent=90)]
    found = progress(observed(items, progress="percent", progress_field=PERCENT))
    assert (found.done, found.total) == (Decimal("2.5"), Decimal(30))


def test_a_table_gives_a_state_its_share() -> None:
    items = [item(1, "doing", 10), item(2, "todo", 10)]
    table = {story.DOING.id: Decimal("0.4"), story.TODO.id: Decimal("0.9")}
    assert str(progress(observed(items, progress="status_table", status_table=table))) == "4/20 points = 20%"
    bare = progress(observed(items, progress="status_table", status_table={}))
    assert (bare.percent, bare.fallback is not None) == (0, True)


# -- several feeds


def test_two_sources_in_one_unit_are_pooled() -> None:
    jira = observed([item(1, "done", 1), item(2, "todo", 1)], unit="count", weight_field=None)
    other = observed([item(1, "todo", 1), item(2, "todo", 1)], connection="trello", unit="count", weight_field=None)
    assert str(progress(jira, other)) == "1/4 items = 25%"


def test_two_sources_in_different_units_are_not_added() -> None:
    jira = observed([item(1, "done", 1)])
    other = observed([item(1, "todo", 1)], connection="trello", unit="count", weight_field=None)
    assert unknown(jira, other) == (UnknownReason.MIXED_UNITS, "points, items")
    assert milestone(jira, other).items == 2


def test_agreed_source_weights_blend_what_cannot_be_added() -> None:
    jira = observed([item(1, "done", 3), item(2, "todo", 1)], source_weight=Decimal(3))
    other = observed(
        [item(1, "todo", 1)], connection="trello", unit="count", weight_field=None, source_weight=Decimal(1)
    )
    found = progress(jira, other)
    assert (found.fraction, found.unit) == (Decimal("0.5625"), "weighted")
    assert str(found) == "2.25/4 weighted = 56%"
    assert isinstance(milestone(jira, other).forecast, Unknown), "there is no rate over two units"


def test_a_blend_with_an_empty_part_is_unknown() -> None:
    jira = observed([item(1, "done", 3)], source_weight=Decimal(3))
    empty = observed([], connection="trello", source_weight=Decimal(1))
    assert unknown(jira, empty)[0] is UnknownReason.NO_ITEMS


def test_a_source_without_items_adds_none_to_the_pool() -> None:
    jira = observed([item(1, "done", 3)])
    empty = observed([], connection="trello", unit="count", weight_field=None)
    assert str(progress(jira, empty)) == "3/3 points = 100%"


def test_an_item_that_two_rules_bring_counts_once() -> None:
    again = story.jira_rule("1", kind="version", unit="count", weight_field=None, date_is="forecast")
    found = milestone(observed([item(1, "done", 3), item(2, "todo", 1)], more_rules=[again]))
    assert str(found.progress) == "3/4 points = 75%", "the first rule that takes a record weighs it"
    assert found.items == 2


def test_two_versions_of_one_ref_feed_one_milestone() -> None:
    first = observed([item(1, "done", 3)])
    web = RecordId(kind="version", external_id="2")
    items = [*first.items, replace(item(2, "todo", 1), groups=(M1, web)), replace(item(3, "todo", 4), groups=(web,))]
    both = replace(first, items=items, groups=[*first.groups, replace(first.groups[0], id=web, title="M1 Web")])
    found = milestone(both)
    assert str(found.progress) == "3/8 points = 37%"
    assert len(found.sources) == 2


def test_an_item_of_two_milestones_is_listed_once_with_both() -> None:
    first = observed([item(1, "done", 3)])
    second = RecordId(kind="version", external_id="2")
    rules = [story.jira_rule("[12]", weight_field=POINTS)]
    shared = replace(item(1, "done", 3), groups=(M1, second))
    seen = view(
        replace(
            first,
            source=story.source(milestones=rules),
            items=[shared],
            groups=[*first.groups, replace(first.groups[0], id=second, title="M2 Web")],
        ),
        milestones={},
    )
    assert [one.milestones for one in seen.work] == [("M1", "M2")]


def test_children_of_an_epic_are_weighed_like_the_items_of_a_version() -> None:
    epic = story.record("issue", 1, "M1 Launch", "epic", story.DOING, key="MALL-1", project=ProjectId("10000"))
    child = replace(item(2, "done", 3), parent=epic.id, groups=())
    rule = story.jira_rule("1", kind="issue", shape="item", items="children", weight_field=POINTS)
    source = Observed.of(story.source(milestones=[rule]), items=[epic, child], groups=[], complete_as_of=WEEKLY_9)
    found = milestone(source)
    assert (str(found.progress), found.state) == (
        "3/3 points = 100% (work items done, awaiting acceptance)",
        "in_progress",
    )
    assert re.match("M1", found.ref)
