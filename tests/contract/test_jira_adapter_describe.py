"""What a mapping may name: found by id, key or name, with what this account may do here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pmbridge.errors import ConfigError, NotVisible
from pmbridge.records import Verb
from pmbridge.testing.sandbox import FakeClock, Fault
from pmbridge.values import Named
from pmbridge_jira.sandbox import JiraSandbox
from tests.contract.jira_bench import Workspace

Make = Any
BOTH = pytest.mark.parametrize("deployment", ["cloud", "server"])


@pytest.fixture
def make() -> Iterator[Make]:
    opened: list[JiraSandbox] = []

    def one(**more: Any) -> Workspace:
        sandbox = JiraSandbox(FakeClock(), **more)
        opened.append(sandbox.__enter__())
        return Workspace(sandbox)

    yield one
    for sandbox in opened:
        sandbox.__exit__(None, None, None)


@BOTH
def test_a_project_is_described(make: Make, deployment: str) -> None:
    workspace = make(deployment=deployment)
    site, world = workspace.sandbox.site, workspace.sandbox.world
    colour = site.add_field("颜色", "Colour", "option", options=("红", "蓝"))
    project = world.project()
    version, sprint = world.add_group(project, "M1"), world.add_sprint(project, "S1")
    schema = workspace.run().describe(project)
    assert (schema.project.id, schema.project.key, schema.project.name) == (project, "WORLDA", "World 1")
    assert schema.project.url.endswith("/browse/WORLDA")
    issue = schema.kinds["issue"]
    assert Named(id="10012", name="变更请求") in issue.types
    states = {one.state.id: one for one in issue.states}
    assert states["10103"].state.name == "等待客户"
    assert states["10103"].state.category == "in_progress"
    assert states["10103"].types == {"10012"}
    assert len(states["10001"].types) > 1
    fields = {one.id: one for one in issue.fields}
    assert [one.name for one in fields[colour.id].options] == ["红", "蓝"]
    assert (fields["customfield_10016"].type, fields["customfield_10015"].type) == ("number", "day")
    assert "priority" in fields
    assert not {"summary", "status", "duedate", "fixVersions", "customfield_10020", "customfield_10014"} & set(fields)
    assert {one.id for one in issue.relations} >= {"blocks", "is blocked by"}
    assert issue.complete
    assert [one.id for one in schema.kinds["version"].groups] == [version]
    assert [one.id for one in schema.kinds["sprint"].groups] == [sprint]
    assert not schema.kinds["label"].complete


@BOTH
@pytest.mark.parametrize("text", ["10001", "WORLDA", "worlda", "World 1", " world 1 "])
def test_a_project_is_found_by_id_key_or_unique_name(make: Make, deployment: str, text: str) -> None:
    workspace = make(deployment=deployment)
    project = workspace.sandbox.world.project()
    assert workspace.run().describe(text).project.id == project


@BOTH
def test_an_unknown_name_lists_the_nearest(make: Make, deployment: str) -> None:
    workspace = make(deployment=deployment)
    for _ in range(3):
        workspace.sandbox.world.project()
    with pytest.raises(ConfigError) as refused:
        workspace.run().describe("WORLDZ")
    assert "WORLDA" in refused.value.text("en")
    assert "WORLDA" in refused.value.text("zh")


@BOTH
def test_an_ambiguous_name_lists_both(make: Make, deployment: str) -> None:
    workspace = make(deployment=deployment)
    site = workspace.sandbox.site
    one, two = site.add_project("AAA", "商城"), site.add_project("BBB", "商城")
    with pytest.raises(ConfigError) as refused:
        workspace.run().describe("商城")
    assert f"AAA|{one.id}" in refused.value.text("zh")
    assert f"BBB|{two.id}" in refused.value.text("zh")


@BOTH
def test_an_id_that_cannot_be_seen_is_not_visible_and_no_spelling_mistake(make: Make, deployment: str) -> None:
    workspace = make(deployment=deployment)
    project = workspace.sandbox.world.project()
    workspace.sandbox.world.hide_project(project)
    with pytest.raises(NotVisible):
        workspace.run().describe(project)


@BOTH
def test_missing_permissions_show_as_denied(make: Make, deployment: str) -> None:
    workspace = make(deployment=deployment, denied=["EDIT_ISSUES", "ADMINISTER_PROJECTS"])
    project = workspace.sandbox.world.project()
    schema = workspace.run().describe(project)
    update = schema.kinds["issue"].supports[Verb.UPDATE]
    assert (update.level, "EDIT_ISSUES" in update.note.zh) == ("denied", True)
    assert schema.kinds["version"].supports[Verb.CREATE].level == "denied"
    assert schema.kinds["issue"].supports[Verb.COMMENT]
    assert schema.kinds["issue"].supports[Verb.READ]


def test_without_the_right_to_create_issues_fields_have_no_options_and_are_still_there(make: Make) -> None:
    workspace = make(denied=["CREATE_ISSUES"])
    colour = workspace.sandbox.site.add_field("颜色", "Colour", "option", options=("红",))
    project = workspace.sandbox.world.project()
    fields = {one.id: one for one in workspace.run().describe(project).kinds["issue"].fields}
    assert colour.id in fields
    assert "customfield_10016" in fields


@BOTH
def test_only_service_projects_have_approvals(make: Make, deployment: str) -> None:
    workspace = make(deployment=deployment)
    desk = workspace.sandbox.world.project()
    plain = workspace.sandbox.site.add_project("PLAIN", "Plain")
    adapter = workspace.run()
    assert adapter.describe(desk).kinds["issue"].supports[Verb.APPROVALS]
    refused = adapter.describe(str(plain.id)).kinds["issue"].supports[Verb.APPROVALS]
    assert refused.level == "service_cannot"


@BOTH
def test_projects_are_listed_over_all_pages(make: Make, deployment: str) -> None:
    workspace = make(deployment=deployment)
    for number in range(130):
        workspace.sandbox.site.add_project(f"P{number:03}", f"Project {number}")
    found = list(workspace.run().projects())
    assert len({one.id for one in found}) == 130
    assert all(one.url.endswith(f"/browse/{one.key}") for one in found)


@BOTH
def test_visible_is_asked_every_time(make: Make, deployment: str) -> None:
    workspace = make(deployment=deployment)
    world = workspace.sandbox.world
    projects = [world.project() for _ in range(3)]
    adapter = workspace.run()
    assert adapter.visible(projects) == set(projects)
    world.hide_project(projects[1])
    assert adapter.visible(projects) == {projects[0], projects[2]}
    assert adapter.visible([projects[1]]) == frozenset()
    assert adapter.visible([]) == frozenset()


def test_visible_asks_for_fifty_at_a_time(make: Make) -> None:
    workspace = make()
    site = workspace.sandbox.site
    ids = [str(site.add_project(f"P{number:03}", f"Project {number}").id) for number in range(120)]
    began = len(workspace.sandbox.requests)
    assert len(workspace.run().visible(ids)) == 120
    assert len(workspace.asked("/project/search", began)) == 3


def test_a_forbidden_project_search_is_an_error_and_not_a_site_without_projects(make: Make) -> None:
    workspace = make()
    project = workspace.sandbox.world.project()
    workspace.run().check()
    workspace.sandbox.faults.add(Fault(call="GET /rest/api/3/project/search", what="forbidden", times=None))
    with pytest.raises(NotVisible):
        workspace.run().visible([project])
    with pytest.raises(NotVisible):
        list(workspace.run().projects())
