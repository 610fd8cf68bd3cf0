"""Which records are milestones and changes, what belongs to them, and under which ref."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from pmbridge.domain.recognise import Observed, Recognised, recognise
from pmbridge.domain.resolved import ResolvedMilestoneRule, ResolvedWhere
from pmbridge.domain.selection import spellings, takes
from pmbridge.records import Group, Item
from pmbridge.values import Day, FieldValue, Flag, Instant, Many, Named, Number, Plain, RecordId, Rich
from tests.unit import story
from tests.unit.story import DONE, MALL, TODO, at, on, record

LABEL = RecordId(kind="label", external_id="launch")


def group(name: str, kind: str = "version", **more: Any) -> Group:
    values: dict[str, Any] = {"id": RecordId(kind=kind, external_id=name), "project": MALL, "version": "1"}
    return Group(**(values | {"title": name} | more))


def seen(*rules: ResolvedMilestoneRule, items: tuple[Item, ...] = (), groups: tuple[Group, ...] = ()) -> Recognised:
    return recognise(
        Observed.of(story.source(milestones=rules, changes=[story.CHANGE_RULE]), items=items, groups=groups)
    )


def members(found: Recognised) -> dict[str, list[str]]:
    return {one.ref: [item.id.external_id for item in one.members] for one in found.milestones}


def rule(**changes: Any) -> ResolvedMilestoneRule:
    return story.jira_rule(**({"match": None} | changes))


@pytest.mark.parametrize("kind", ["version", "sprint", "label"])
def test_groups_of_any_kind_are_milestones_with_the_items_in_them(kind: str) -> None:
    launch = group("launch", kind)
    items = (record("issue", 1, "a", "task", TODO, groups=(launch.id,)), record("issue", 2, "b", "task", TODO))
    assert members(seen(rule(kind=kind), items=items, groups=(launch, group("other", "list")))) == {"launch": ["1"]}


def test_an_item_named_twice_by_its_group_belongs_once() -> None:
    launch = group("launch")
    item = record("issue", 1, "a", "task", TODO, groups=(launch.id, launch.id))
    assert members(seen(rule(), items=(item,), groups=(launch,))) == {"launch": ["1"]}


def test_an_epic_gathers_its_children_and_not_their_children() -> None:
    epic = record("issue", 1, "Launch", "epic", TODO, key="MALL-1")
    story_ = record("issue", 2, "a", "story", TODO, parent=epic.id)
    subtask = record("issue", 3, "b", "subtask", TODO, parent=story_.id)
    where = ResolvedWhere(types=frozenset({"epic"}))
    found = seen(rule(kind="issue", shape="item", where=where, items="children"), items=(epic, story_, subtask))
    assert members(found) == {"MALL-1": ["2"]}


def test_a_checklist_is_what_hangs_below_of_another_kind() -> None:
    card = record("card", 1, "Launch", "card", TODO, key="1")
    entry = record("checkitem", 2, "a", "checkitem", TODO, parent=card.id)
    other = record("card", 3, "b", "card", TODO, parent=card.id)
    where = ResolvedWhere(title=re.compile("Launch"))
    found = seen(rule(kind="card", shape="item", where=where, items="checklist"), items=(card, entry, other))
    assert members(found) == {"1": ["2"]}


def test_a_record_can_be_its_own_only_item() -> None:
    task = record("issue", 1, "Launch", "milestone", TODO, key="MALL-1")
    where = ResolvedWhere(types=frozenset({"milestone"}))
    assert members(seen(rule(kind="issue", shape="item", where=where, items="self"), items=(task,))) == {
        "MALL-1": ["1"]
    }


def test_a_selector_gathers_items_but_never_the_milestone_itself() -> None:
    card = record("card", 1, "Launch", "card", TODO, key="1", groups=(LABEL,))
    other = record("card", 2, "Page", "card", TODO, key="2", groups=(LABEL,))
    found = seen(
        rule(
            kind="card",
            shape="item",
            where=ResolvedWhere(title=re.compile("Launch")),
            items=ResolvedWhere(groups=frozenset({LABEL})),
        ),
        items=(card, other),
    )
    assert members(found) == {"1": ["2"]}


def test_the_ref_is_what_the_pattern_names_else_the_key_else_the_title() -> None:
    groups = (group("M1 Start"), group("M2"), group("v2.3.1"))
    named = seen(rule(match=re.compile(r"^(?P<ref>M\d)\b")), groups=groups)
    assert [one.ref for one in named.milestones] == ["M1", "M2"], "what the pattern does not match is no milestone"
    assert [one.ref for one in seen(rule(match=re.compile("^v")), groups=groups).milestones] == ["v2.3.1"]
    optional = seen(rule(match=re.compile(r"^(?P<ref>M\d)?")), groups=groups)
    assert [one.ref for one in optional.milestones] == ["M1", "M2", "v2.3.1"]


def test_what_pmbridge_wrote_is_never_recognised() -> None:
    ours = replace(story.change_request(231, story.WEEKLY_9)[0], marker="pmb-01")
    found = seen(rule(), items=(ours,), groups=(group("M1", marker="pmb-02"),))
    assert (found.milestones, found.changes) == ((), ())


@pytest.mark.parametrize("state", [story.RELEASED, story.UNRELEASED])
def test_an_archived_version_stays_in_the_report(state: object) -> None:
    assert members(seen(rule(), groups=(group("M1", archived=True, state=state),))) == {"M1": []}


def test_several_rules_may_take_one_record_for_a_milestone_but_only_the_first_for_a_change() -> None:
    item = story.change_request(231, story.WEEKLY_9)[0]
    second = replace(story.CHANGE_RULE, match=re.compile(r"^(?P<ref>小)"))
    observed = Observed.of(
        story.source(milestones=[rule(), rule(date_is="forecast")], changes=[story.CHANGE_RULE, second]),
        items=[item],
        groups=[group("M1")],
    )
    found = recognise(observed)
    assert [one.rule.date_is for one in found.milestones] == ["plan", "forecast"]
    assert [(one.ref, one.rule) for one in found.changes] == [("MALL-231", story.CHANGE_RULE)]


def test_empty_input_recognises_nothing() -> None:
    assert seen(rule()) == Recognised(milestones=(), changes=())


# -- selectors

ITEM = record(
    "issue",
    7,
    "Pay by card",
    "10001",
    DONE,
    parent=RecordId(kind="issue", external_id="1"),
    groups=(LABEL,),
    fields={"f": Named(id="3", name="High"), "empty": None},
)


@pytest.mark.parametrize(
    ("where", "taken"),
    [
        (ResolvedWhere(), True),
        (ResolvedWhere(types=frozenset({"10001"})), True),
        (ResolvedWhere(types=frozenset({"10002"})), False),
        (ResolvedWhere(groups=frozenset({LABEL, RecordId(kind="label", external_id="x")})), True),
        (ResolvedWhere(groups=frozenset({RecordId(kind="label", external_id="x")})), False),
        (ResolvedWhere(states=frozenset({DONE.id})), True),
        (ResolvedWhere(states=frozenset({TODO.id})), False),
        (ResolvedWhere(parent=RecordId(kind="issue", external_id="1")), True),
        (ResolvedWhere(parent=RecordId(kind="issue", external_id="2")), False),
        (ResolvedWhere(title=re.compile("card")), True),
        (ResolvedWhere(title=re.compile("^card")), False),
        (ResolvedWhere(fields={"f": frozenset({"High"})}), True),
        (ResolvedWhere(fields={"f": frozenset({"3"})}), True),
        (ResolvedWhere(fields={"f": frozenset({"Low"})}), False),
        (ResolvedWhere(fields={"empty": frozenset({"High"})}), False),
        (ResolvedWhere(fields={"missing": frozenset({"High"})}), False),
        (ResolvedWhere(types=frozenset({"10001"}), title=re.compile("cash")), False),
    ],
)
def test_all_that_a_selector_gives_must_hold(where: ResolvedWhere, taken: bool) -> None:
    assert takes(where, ITEM) is taken


@pytest.mark.parametrize(
    "where",
    [
        ResolvedWhere(types=frozenset({"10001"})),
        ResolvedWhere(groups=frozenset({LABEL})),
        ResolvedWhere(parent=LABEL),
        ResolvedWhere(states=frozenset({"released"})),
    ],
)
def test_what_a_group_does_not_have_never_holds(where: ResolvedWhere) -> None:
    assert not takes(where, group("M1"))


def test_a_group_is_selected_by_state_and_title() -> None:
    released = group("M1", state=story.RELEASED)
    assert takes(ResolvedWhere(states=frozenset({"released"}), title=re.compile("^M")), released)


@pytest.mark.parametrize(
    ("value", "spelt"),
    [
        (Named(id="1", name="High"), {"1", "High"}),
        (Many(items=(Named(id="1", name="a"), Named(id="2"))), {"1", "a", "2"}),
        (Number(value=Decimal("3.0")), {"3"}),
        (Flag(on=True), {"true"}),
        (Flag(on=False), {"false"}),
        (Day(on=on(6, 5)), {"2026-06-05"}),
        (Instant(at=at(6, 5, 8)), {"2026-06-05T00:00:00+00:00"}),
        (Plain(text="x"), {"x"}),
        (Rich(format="plain", original="y"), {"y"}),
        (None, set()),
    ],
)
def test_a_field_can_be_written_in_each_of_its_spellings(value: FieldValue | None, spelt: set[str]) -> None:
    assert spellings(value) == spelt
