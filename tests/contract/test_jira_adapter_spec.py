"""Everything that adapter and sandbox say to each other, held against the vendor's own documents."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pmbridge.records import Scope, Verb, Wanted
from pmbridge.testing.sandbox import FakeClock
from pmbridge_jira.sandbox import JiraSandbox
from tests.contract.jira_bench import ALL, Workspace, some
from tests.contract.openapi import Audit, Spec

READING = {
    "GET /rest/api/3/serverInfo", "GET /rest/api/3/myself", "GET /rest/api/3/field", "GET /rest/api/3/mypermissions",
    "GET /rest/api/3/project/search", "GET /rest/api/3/project/{projectIdOrKey}/statuses",
    "GET /rest/api/3/project/{projectIdOrKey}/version", "GET /rest/api/3/version/{id}",
    "GET /rest/api/3/issueLinkType", "GET /rest/api/3/issue/createmeta/{projectIdOrKey}/issuetypes",
    "GET /rest/api/3/issue/createmeta/{projectIdOrKey}/issuetypes/{issueTypeId}",
    "POST /rest/api/3/search/jql", "POST /rest/api/3/issue/bulkfetch", "POST /rest/api/3/changelog/bulkfetch",
    "GET /rest/api/3/issue/{issueIdOrKey}/comment", "GET /rest/agile/1.0/board",
    "GET /rest/agile/1.0/board/{boardId}/sprint", "GET /rest/agile/1.0/sprint/{sprintId}",
    "GET /rest/servicedeskapi/request/{issueIdOrKey}/approval",
}  # fmt: skip


@pytest.fixture(scope="module")
def spec(shared: Path) -> Spec:
    return Spec.jira(shared)


def everything(workspace: Workspace) -> None:
    """Do all that an adapter does on behalf of the engine."""
    world = workspace.sandbox.world
    project, other = world.project(), world.project()
    made = some(workspace, project, 7)
    version, sprint, epic = (
        world.add_group(project, "M1"),
        world.add_sprint(project, "S1"),
        world.add_epic(project, "E"),
    )
    world.edit(made[0], group=version, parent=epic, state="done", points=3, description="第一段")
    world.edit(made[1], group=sprint, title="😄")
    world.comment(made[0], "评论")
    world.approve(made[0], "张敏")
    adapter = workspace.run()
    adapter.check()
    assert len(list(adapter.projects())) == 2
    adapter.describe("WORLDA")
    mirror = workspace.pull(project, other, fields={"customfield_10016"})
    workspace.settle()
    for one in made:
        world.edit(one, title="again")
    mirror.writes = made[:2]
    workspace.pull(project, other, into=mirror, page_size=3)
    world.hide_project(other)
    workspace.pull(project, other, into=mirror)
    list(workspace.run().census(Scope(projects=(project, other), kinds=ALL)))
    workspace.read(*made, version, sprint)
    wanted = [Wanted(id=one, project=project, parts=frozenset(Verb)) for one in made]
    assert len(list(workspace.run().details(wanted))) == 7


def checked(audit: Audit) -> None:
    assert audit.faults == []
    assert set(audit.judged) == READING


@pytest.mark.parametrize("auth", ["token", "scoped"])
def test_reading_jira_cloud_keeps_to_the_vendors_documents(spec: Spec, auth: str) -> None:
    with JiraSandbox(FakeClock(), auth=auth) as sandbox:  # type: ignore[arg-type]
        audit = spec.audit(sandbox)
        everything(Workspace(sandbox, {"deployment": "cloud"}))
    checked(audit)


def test_the_demos_story_keeps_to_the_vendors_documents(spec: Spec) -> None:
    with JiraSandbox(FakeClock(datetime(2026, 6, 5, 10, tzinfo=UTC))) as sandbox:
        sandbox.play(datetime(2026, 6, 5, 10, tzinfo=UTC))
        audit = spec.audit(sandbox)
        workspace = Workspace(sandbox, {"deployment": "cloud"})
        (project,) = workspace.run().projects()
        mirror = workspace.pull(project.id, fields={"customfield_10016"})
        workspace.run().describe(project.id)
    assert audit.faults == []
    assert len(mirror.items) == 412
    assert len(mirror.groups("version")) == 18
    assert len(mirror.groups("sprint")) == 9
    assert mirror.skipped == []
