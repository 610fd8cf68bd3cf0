"""Everything that adapter and sandbox say to each other, held against the vendor's own documents."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from pmbridge.records import AddComment, AddLink, Create, Scope, Transition, Update, Verb, Wanted
from pmbridge.testing.sandbox import FakeClock
from pmbridge.values import Day, FieldValue, Number, Plain, RecordId, Rich
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


WRITING = {
    "GET /rest/api/3/issue/createmeta/{projectIdOrKey}/issuetypes/{issueTypeId}", "POST /rest/api/3/issue",
    "PUT /rest/api/3/issue/{issueIdOrKey}", "GET /rest/api/3/issue/{issueIdOrKey}/transitions",
    "POST /rest/api/3/issue/{issueIdOrKey}/transitions", "GET /rest/api/3/issue/{issueIdOrKey}",
    "POST /rest/api/3/issue/{issueIdOrKey}/comment", "GET /rest/api/3/issue/{issueIdOrKey}/comment",
    "POST /rest/servicedeskapi/request/{issueIdOrKey}/comment", "GET /rest/api/3/issueLinkType",
    "POST /rest/api/3/issueLink", "POST /rest/api/3/issue/{issueIdOrKey}/remotelink", "POST /rest/api/3/version",
    "PUT /rest/api/3/version/{id}", "GET /rest/api/3/project/{projectIdOrKey}/version",
    "POST /rest/api/3/search/jql", "POST /rest/api/3/issue/bulkfetch", "GET /rest/api/3/field",
    "GET /rest/api/3/project/search", "GET /rest/api/3/serverInfo",
    "GET /rest/api/3/issue/{issueIdOrKey}/properties/{propertyKey}",
}  # fmt: skip


def every_write(workspace: Workspace) -> None:
    """Write all that can be written, and look for it."""
    world, adapter = workspace.sandbox.world, workspace.run(read_only=False)
    project = world.project()
    one, two = some(workspace, project, 2)
    uid, text = "01JWX3K8000000000000000001", Rich(format="markdown", original="# 决定\n\n- **B**\n- `x`")
    values: dict[str, FieldValue | None] = {
        "title": Plain(text="新"), "description": text, "due": Day(on=date(2026, 7, 1)),
        "field:customfield_10016": Number(value=Decimal("2.5")),
    }  # fmt: skip
    create = Create(uid=uid, project=project, kind="issue", type="10002", values=values)
    version = Create(uid=uid, project=project, kind="version", values={"title": Plain(text="v1")})
    comment = AddComment(uid=uid, target=one, body=text, audience="public")
    made = adapter.push(version).id
    for write in (
        create,
        Update(uid=uid, target=one, values=values, join=frozenset({made, RecordId(kind="label", external_id="a")})),
        Update(uid=uid, target=one, values={"parent": None}, leave=frozenset({made})),
        Transition(uid=uid, target=one, to="10002"),
        comment,
        replace(comment, audience="internal"),
        AddLink(uid=uid, target=one, to=two, relation="blocks", title=""),
        AddLink(uid=uid, target=one, to="https://a.example/1", relation="决定", title="邮件"),
        Update(uid=uid, target=made, values={"due": Day(on=date(2026, 7, 1))}),
        Transition(uid=uid, target=made, to="released"),
    ):
        adapter.push(write)
    since = workspace.sandbox.clock.now()
    assert [len(adapter.find(each, since)) for each in (create, version, comment)] == [1, 1, 2]
    assert not adapter.find(replace(create, uid="01JWX3K8000000000000000002"), since)


def test_writing_jira_cloud_keeps_to_the_vendors_documents(spec: Spec) -> None:
    with JiraSandbox(FakeClock()) as sandbox:
        audit = spec.audit(sandbox)
        every_write(Workspace(sandbox, {"deployment": "cloud"}))
    assert audit.faults == []
    assert set(audit.judged) == WRITING


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
