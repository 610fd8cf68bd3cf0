"""A mapping finds milestones and changes in PingCode: by type, by release, by sprint, among tickets."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pmbridge.domain.mapping import Source
from pmbridge.domain.recognise import Observed, Recognised, recognise
from pmbridge.domain.resolve import resolve, scope_of
from pmbridge.records import Group, Item
from pmbridge.testing.laws.bench import Mirror
from pmbridge_pingcode import sandbox_catalogue as catalogue
from pmbridge_pingcode.kinds import KINDS
from tests.contract.pingcode_bench import Workspace, opened

SHANGHAI = ZoneInfo("Asia/Shanghai")
JUNE_5 = datetime(2026, 6, 5, 18, 0, tzinfo=SHANGHAI)


def found(workspace: Workspace, project: str, **mapping: Any) -> Recognised:
    """Describe, resolve, pull what the mapping asks for, and recognise."""
    adapter = workspace.adapter()
    source = resolve(
        Source.model_validate({"connection": "pingcode", "project": project, **mapping}),
        adapter.describe(project), kinds=KINDS, tool="PingCode", client_can_open=False,
    )  # fmt: skip
    mirror = Mirror()
    for page in adapter.pull(scope_of([source], KINDS), None, mirror):
        mirror.apply(page)
    assert not mirror.skipped
    items = [one for one in mirror.records.values() if isinstance(one, Item)]
    groups = [one for one in mirror.records.values() if isinstance(one, Group)]
    return recognise(Observed.of(source, items=items, groups=groups))


def test_the_mapping_of_the_story_finds_the_milestone_and_the_deviation() -> None:
    for area in ("pjm", "project"):
        with opened(JUNE_5, dialects=(area,)) as workspace:
            workspace.sandbox.play(JUNE_5)
            got = found(
                workspace,
                "会员商城需求",
                milestones={"from": "work_item", "where": {"type": "里程碑"}, "match": r"^(?P<ref>M1)\s",
                            "items": "self", "date_is": "plan"},
                changes={"from": "work_item", "where": {"type": "不符合规格"}, "match": r"^(?P<ref>OFF-\d+)\s",
                         "states": {"处理中": "implementing", "已关闭": "closed"}},
            )  # fmt: skip
            assert [(one.ref, [item.title for item in one.members]) for one in got.milestones] == [
                ("M1", ["M1 需求确认"])
            ]
            assert [one.ref for one in got.changes] == ["OFF-01"]


def test_a_release_is_a_milestone_with_its_items() -> None:
    with opened() as workspace:
        world = workspace.sandbox.world
        project = world.project()
        release = world.add_group(project, "M4 商城前端 Beta", date(2026, 6, 17))
        inside, _ = world.add_item(project, "购物车", group=release), world.add_item(project, "别的")
        got = found(workspace, "World 1", milestones={"from": "release", "match": r"^(?P<ref>M\d)\s"})
        assert [(one.ref, [item.id for item in one.members]) for one in got.milestones] == [("M4", [inside])]


def test_a_sprint_is_a_milestone_with_its_items() -> None:
    with opened() as workspace:
        world = workspace.sandbox.world
        project = world.project()
        sprint = world.add_sprint(project, "迭代 1")
        inside = world.add_item(project, "购物车", group=sprint)
        got = found(workspace, "World 1", milestones={"from": "sprint", "match": "^迭代"})
        assert [[item.id for item in one.members] for one in got.milestones] == [[inside]]


def test_a_milestone_has_the_items_below_it() -> None:
    with opened() as workspace:
        world, team = workspace.sandbox.world, workspace.sandbox.team
        project = world.project()
        top = team.add_item(team.projects[project], "M6 演练", catalogue.MILESTONE)
        phase = team.add_item(team.projects[project], "阶段", catalogue.PHASE)
        below = team.add_item(team.projects[project], "脚本", catalogue.TASK, parent=top.id)
        by_phase = team.add_item(team.projects[project], "验证", catalogue.TASK, phase=phase.id)
        rule = {"from": "work_item", "where": {"type": "里程碑"}, "match": r"^(?P<ref>M\d)\s", "items": "children"}
        got = found(workspace, "World 1", milestones=rule)
        assert [[item.id.external_id for item in one.members] for one in got.milestones] == [[below.id]]
        rule = {"from": "work_item", "where": {"type": "阶段"}, "items": "children"}
        got = found(workspace, "World 1", milestones=rule)
        assert [[item.id.external_id for item in one.members] for one in got.milestones] == [[by_phase.id]]


def test_a_ticket_of_a_type_is_a_change_with_its_impact() -> None:
    with opened() as workspace:
        world, team = workspace.sandbox.world, workspace.sandbox.team
        product = world.product()
        wish, complaint = catalogue.TICKET_TYPES
        home = team.products[product.partition("/")[2]]
        made = team.add_item(home, "小程序优惠券", wish, kind="ticket", properties={"yingxianggongqi": 5})
        team.add_item(home, "太慢", complaint, kind="ticket")
        got = found(
            workspace,
            "Product 1",
            changes={"from": "ticket", "where": {"type": "需求"}, "states": {"待处理": "submitted"},
                     "impact": {"days": "影响工期", "days_on": "M7"}},
        )  # fmt: skip
        assert [one.record.id.external_id for one in got.changes] == [made.id]
        assert {one.record.key for one in got.changes} == {"PROD1-T1"}
