"""A mapping finds milestones and changes among Worktile's tasks, though the schema is only what tasks have shown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from pmbridge.domain.mapping import Source
from pmbridge.domain.recognise import Observed, Recognised, recognise
from pmbridge.domain.resolve import resolve, scope_of
from pmbridge.domain.resolved import ResolvedSource
from pmbridge.records import Item
from pmbridge.testing.sandbox import FakeClock
from pmbridge.values import Day, ProjectId
from pmbridge_worktile.kinds import KINDS
from pmbridge_worktile.sandbox import WorktileSandbox
from pmbridge_worktile.sandbox_store import CHANGE, EFFORT, FORECAST
from tests.contract.worktile_bench import Mirror, Workspace

NOW = datetime(2026, 6, 5, 10, tzinfo=UTC)
M67 = {"from": "task", "where": {"type": "里程碑"}, "match": r"^(?P<ref>M[67])\s", "items": "children"}


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    with WorktileSandbox(FakeClock(NOW)) as sandbox:
        sandbox.play(NOW)
        yield Workspace(sandbox)


def found(workspace: Workspace, **mapping: Any) -> tuple[Recognised, ResolvedSource]:
    """Describe, resolve, pull what the mapping asks for, and recognise."""
    adapter, mirror = workspace.run(), Mirror()
    source = Source.model_validate({"connection": "worktile", "project": "会员商城上线", **mapping})
    resolved = resolve(source, adapter.describe(source.project), kinds=KINDS, tool="Worktile", client_can_open=False)
    for page in adapter.pull(scope_of([resolved], KINDS), None, mirror):
        mirror.apply(page)
    items = [one for one in mirror.records.values() if isinstance(one, Item)]
    return recognise(Observed.of(resolved, items=items, groups=mirror.tags)), resolved


def members(recognised: Recognised) -> dict[str, set[str]]:
    return {one.ref: {item.title for item in one.members} for one in recognised.milestones}


def test_the_demos_milestones_are_tasks_of_a_type_with_their_children(workspace: Workspace) -> None:
    got, source = found(workspace, milestones=[{**M67, "date_is": "plan"}])
    told = members(got)
    assert set(told) == {"M6", "M7"}
    assert told["M6"] == set()
    assert len(told["M7"]) == 6
    assert source.warnings == ()


def test_a_property_is_named_as_people_name_it_and_read_by_its_key(workspace: Workspace) -> None:
    got, source = found(workspace, milestones=[{**M67, "date": "field:预计日期", "date_is": "forecast"}])
    assert source.field_ids == {FORECAST}
    m7 = next(one for one in got.milestones if one.ref == "M7")
    assert isinstance(m7.record, Item)
    assert m7.record.fields == {FORECAST: Day(on=date(2026, 7, 20))}


def test_changes_are_tasks_of_a_type_whose_states_are_the_teams_own(workspace: Workspace) -> None:
    team = workspace.sandbox.team
    project = team.projects[ProjectId(workspace.sandbox.projects()[0])]
    change = team.add_task(project, "CR-9 换短信商", type_=CHANGE, properties={EFFORT: 5})
    team.move(change, next(one for one in change.type.states if one.name == "待客户确认"))
    got, source = found(
        workspace,
        changes={
            "from": "task", "where": {"type": CHANGE}, "match": r"^(?P<ref>CR-\d+)\s",
            "states": {"待客户确认": "awaiting_decision", "已拒绝": "rejected"},
            "impact": {"days": EFFORT, "days_on": "M7"},
        },
    )  # fmt: skip
    (one,) = got.changes
    assert isinstance(one.record, Item)
    assert one.record.id.external_id == change.id
    assert (one.ref, one.rule.states[one.record.state.id]) == ("CR-9", "awaiting_decision")
    (warning,) = source.warnings
    assert "已拒绝" in warning.zh, "no task has shown that state yet: a warning, not a fault"


def test_a_tag_gathers_what_carries_it(workspace: Workspace) -> None:
    sandbox = workspace.sandbox
    (project,) = sandbox.projects()
    tag = sandbox.world.add_tag(project, "演练")
    for one in [task for task in sandbox.team.tasks.values() if task.title.startswith("数据迁移")]:
        sandbox.team.edit(one, properties={"tag": [tag.external_id.rpartition("/")[2]]})
    got, _ = found(workspace, milestones=[{"from": "tag", "match": "^演练$"}])
    assert {len(titles) for titles in members(got).values()} == {5}
