"""Everything that adapter and sandbox say to each other, held against the document that the fact sheet comes with."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pmbridge.records import Scope, Verb, Wanted
from pmbridge.testing.sandbox import FakeClock
from pmbridge.values import Day
from pmbridge_worktile.sandbox import Habits, WorktileSandbox
from pmbridge_worktile.sandbox_store import FORECAST
from tests.contract.openapi import Audit, Spec
from tests.contract.worktile_bench import ALL, Workspace, some

READING = {
    "POST /open-api/tenant-access-token", "GET /open-api/mission/get-projects-by-page",
    "GET /open-api/mission/get-project-tasks-by-page", "GET /open-api/mission/get-tasks-by-ids",
    "GET /open-api/mission/projects/{project_id}/tasks", "GET /open-api/mission/tasks/{task_id}",
    "GET /open-api/contact/get-members-by-page",
}  # fmt: skip


@pytest.fixture(scope="module")
def spec(shared: Path) -> Spec:
    return Spec.worktile(shared)


def everything(workspace: Workspace) -> None:
    """Do all that an adapter does on behalf of the engine."""
    world = workspace.sandbox.world
    project, other = world.project(), world.project()
    made = some(workspace, project, 7)
    milestone, tag = world.add_group(project, "M1", date(2026, 7, 1)), world.add_tag(project, "上线")
    absent = workspace.sandbox.team.add_user("离职小张", listed=False)
    world.edit(made[0], parent=milestone, group=tag, state="done", points=3, description="第一段")
    world.edit(made[1], title="😄", archived=True, fields={"assignee": absent.uid})
    world.comment(made[0], "评论")
    adapter = workspace.run()
    adapter.check()
    adapter.describe(project)
    mirror = workspace.pull(project, other, fields={FORECAST})
    for one in made:
        world.edit(one, title="again")
    workspace.pull(project, other, into=mirror, page_size=3)
    world.hide_project(other)
    workspace.sandbox.server.revoke_tokens()
    workspace.pull(project, other, into=mirror)
    list(workspace.run().census(Scope(projects=(project, other), kinds=ALL)))
    workspace.read(*made, milestone, tag)
    wanted = [Wanted(id=one, project=project, parts=frozenset({Verb.COMMENTS})) for one in made]
    assert len(list(workspace.run().details(wanted))) == 7


def checked(audit: Audit) -> None:
    assert audit.faults == []
    assert set(audit.judged) == READING


@pytest.mark.parametrize("rows", ["items", "value"])
def test_reading_worktile_keeps_to_the_document(spec: Spec, rows: str) -> None:
    with WorktileSandbox(FakeClock(), habits=Habits(rows=rows)) as sandbox:  # type: ignore[arg-type]
        audit = spec.audit(sandbox)
        everything(Workspace(sandbox))
    checked(audit)


def test_the_demos_story_keeps_to_the_document(spec: Spec) -> None:
    now = datetime(2026, 6, 5, 10, tzinfo=UTC)
    with WorktileSandbox(FakeClock(now)) as sandbox:
        sandbox.play(now)
        audit = spec.audit(sandbox)
        workspace = Workspace(sandbox)
        (project,) = workspace.run().projects()
        mirror = workspace.pull(project.id, fields={FORECAST})
        schema = workspace.run().describe("会员商城上线")
    assert audit.faults == []
    assert mirror.skipped == []
    assert len(mirror.items) == 41
    m6, m7 = mirror.by_title["M6 数据迁移演练"], mirror.by_title["M7 上线"]
    assert (m6.due, m7.due) == (Day(on=date(2026, 7, 8)), Day(on=date(2026, 7, 10)))
    assert (m6.fields[FORECAST], m7.fields[FORECAST]) == (None, Day(on=date(2026, 7, 20)))
    assert {one.name for one in schema.kinds["task"].types} == {"任务", "里程碑"}
    assert "预计日期" in {one.name for one in schema.kinds["task"].fields}
    assert len(set(mirror.people.values())) == 3
