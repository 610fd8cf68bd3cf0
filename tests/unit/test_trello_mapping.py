"""A mapping finds milestones and changes on a board, by list, label, card or custom field; ids outlive names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pmbridge.domain.mapping import Source
from pmbridge.domain.recognise import Observed, Recognised, recognise
from pmbridge.domain.resolve import resolve, scope_of
from pmbridge.domain.resolved import ResolvedSource
from pmbridge.records import Group, Item, ProjectSchema
from pmbridge_trello.kinds import KINDS
from tests.unit import trello_wire as trello
from tests.unit.trello_wire import BOARD, Desk, Mirror

M2, CR = trello.ident(0xC3), trello.ident(0xC4)
LABELS = [*trello.LABELS, trello.a_label(M2, "M2"), trello.a_label(CR, "变更")]


def cards() -> list[dict[str, Any]]:
    return [
        trello.card(1, name="M2 设计验收", idLabels=[trello.MILESTONE], idList=trello.DONE,
                    customFieldItems=[trello.value(trello.SEVERITY, idValue=trello.HIGH)]),
        trello.card(2, name="首页", idLabels=[M2], idList=trello.DONE,
                    customFieldItems=[trello.value(trello.POINTS, value={"number": "5"})]),
        trello.card(3, name="购物车", idLabels=[M2], idList=trello.DOING),
        trello.card(4, name="优惠券", idLabels=[CR], idList=trello.TODO,
                    customFieldItems=[trello.value(trello.POINTS, value={"number": "8"})]),
        trello.card(5, name="旧卡", idLabels=[M2], idList=trello.OLD),
    ]  # fmt: skip


@pytest.fixture
def desk() -> Iterator[Desk]:
    with trello.desk() as opened:
        opened.shows(**{BOARD: "2026-06-01T08:00:00.123Z"})
        steps = trello.checklist(trello.card(1), trello.check_item(7, state="complete"), trello.check_item(8))
        opened.routes[f"/boards/{BOARD}"] = trello.data(trello.board(*cards(), labels=LABELS, checklists=[steps]))
        yield opened


def resolved(schema: ProjectSchema, **mapping: Any) -> ResolvedSource:
    source = Source.model_validate({"connection": "trello", "project": "会员商城设计", **mapping})
    return resolve(source, schema, kinds=KINDS, tool="Trello", client_can_open=False)


def found(desk: Desk, **mapping: Any) -> tuple[Recognised, ResolvedSource]:
    """Describe, resolve, pull what the mapping asks for, and recognise."""
    adapter, mirror = desk.adapter(), Mirror()
    source = resolved(adapter.describe(BOARD), **mapping)
    mirror.take(adapter, scope_of([source], KINDS))
    items = [one for one in mirror.records.values() if isinstance(one, Item)]
    groups = [one for one in mirror.records.values() if isinstance(one, Group)]
    return recognise(Observed.of(source, items=items, groups=groups)), source


def titles(recognised: Recognised) -> dict[str, set[str]]:
    return {one.ref: {item.title for item in one.members} for one in recognised.milestones}


def test_a_label_is_a_milestone_with_its_cards(desk: Desk) -> None:
    got, _ = found(desk, milestones={"from": "label", "match": r"^(?P<ref>M\d+)"})
    assert titles(got) == {"M2": {"首页", "购物车", "旧卡"}}


def test_a_list_is_a_milestone_with_its_cards(desk: Desk) -> None:
    got, _ = found(desk, milestones={"from": "list", "match": "^已验收$"})
    assert titles(got) == {"已验收": {"M2 设计验收", "首页"}}


def test_a_card_of_a_label_is_a_milestone_whose_work_has_another_label(desk: Desk) -> None:
    got, source = found(
        desk,
        status={"待设计": "todo", "设计中": "in_progress", "已验收": "done"},
        milestones={"from": "card", "where": {"group": "里程碑"}, "match": r"^(?P<ref>M2)\s", "items": {"group": "M2"},
                    "date_is": "plan"},
    )  # fmt: skip
    assert titles(got) == {"M2": {"首页", "购物车", "旧卡"}}
    assert source.status == {trello.TODO: "todo", trello.DOING: "in_progress", trello.DONE: "done"}


def test_a_card_in_a_list_is_a_milestone_whose_work_is_its_checklist(desk: Desk) -> None:
    rule = {"from": "card", "where": {"group": "已验收"}, "match": r"^(?P<ref>M2)\s", "items": "checklist"}
    got, _ = found(desk, milestones=rule)
    assert titles(got) == {"M2": {"第 7 步", "第 8 步"}}
    assert {item.state.category for item in got.milestones[0].members} == {"done", "todo"}


def test_a_card_with_an_option_of_a_custom_field_is_a_milestone(desk: Desk) -> None:
    got, source = found(
        desk, milestones={"from": "card", "where": {"field": {"级别": "高"}}, "items": "self", "weight": "points:点数"}
    )
    assert titles(got) == {"sL000001": {"M2 设计验收"}}
    assert source.field_ids == {trello.POINTS, trello.SEVERITY}


@pytest.mark.parametrize("marked", [True, False])
def test_a_card_that_is_marked_complete_can_be_told_by_that(desk: Desk, marked: bool) -> None:
    told = [trello.card(1, name="上线", dueComplete=marked)]
    desk.routes[f"/boards/{BOARD}"] = trello.data(trello.board(*told))
    got, _ = found(desk, milestones={"from": "card", "where": {"field": {"dueComplete": "true"}}, "items": "self"})
    assert len(got.milestones) == marked


def test_changes_are_cards_of_a_label_whose_list_is_their_stage(desk: Desk) -> None:
    got, source = found(
        desk,
        changes={
            "from": "card", "where": {"group": "变更"},
            "states": {f"待设计|{trello.TODO}": "submitted", f"设计中|{trello.DOING}": "under_assessment"},
            "impact": {"days": "点数", "days_on": "M7"},
        },
    )  # fmt: skip
    (change,) = got.changes
    assert change.record.title == "优惠券"
    assert source.changes[0].states == {trello.TODO: "submitted", trello.DOING: "under_assessment"}
    assert change.rule.days_field == trello.POINTS
    assert trello.POINTS in change.record.fields
    assert source.warnings == ()


def test_a_renamed_list_keeps_its_meaning_and_is_said(desk: Desk) -> None:
    lists = [trello.a_list(trello.TODO, "新到"), *trello.LISTS[1:]]
    desk.routes[f"/boards/{BOARD}"] = trello.data(trello.board(*cards(), labels=LABELS, lists=lists))
    got, source = found(
        desk, changes={"from": "card", "where": {"group": "变更"}, "states": {f"待设计|{trello.TODO}": "submitted"}}
    )
    assert got.changes[0].rule.states == {trello.TODO: "submitted"}
    (warning,) = source.warnings
    assert "待设计" in warning.zh
    assert "新到" in warning.zh


def test_an_archived_list_can_still_be_named(desk: Desk) -> None:
    _, source = found(desk, status={"旧": "done"})
    assert source.status == {trello.OLD: "done"}


def test_what_the_mapping_does_not_need_is_not_asked_for(desk: Desk) -> None:
    found(desk, milestones={"from": "label", "match": r"^(?P<ref>M\d+)"})
    query = [one.query for one in desk.calls if one.path == f"/boards/{BOARD}"][-1]
    assert "card_customFieldItems" not in query
    assert query["checklists"] == "all", "any kind of item may be a milestone's work"
