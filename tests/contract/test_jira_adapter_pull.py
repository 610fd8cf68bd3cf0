"""A pull of Jira: a first scan that can be killed, changes from there on, and projects that come, go and hide."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from pmbridge.errors import NotVisible, PmbridgeError, ProtocolError, Unreachable
from pmbridge.records import Gone, Group, Item, Listing, Scope, Skipped
from pmbridge.testing.sandbox import FakeClock, Fault
from pmbridge.values import Day, ProjectId, RecordId
from pmbridge_jira.sandbox import JiraSandbox
from tests.contract.jira_bench import Mirror, Workspace, issue_id, some


@pytest.fixture(params=["cloud", "server"])
def both(request: pytest.FixtureRequest) -> Iterator[Workspace]:
    with JiraSandbox(FakeClock(), deployment=request.param) as sandbox:
        yield Workspace(sandbox)


@pytest.fixture
def cloud() -> Iterator[Workspace]:
    with JiraSandbox(FakeClock()) as sandbox:
        yield Workspace(sandbox)


@pytest.fixture
def server() -> Iterator[Workspace]:
    with JiraSandbox(FakeClock(), deployment="server") as sandbox:
        yield Workspace(sandbox)


def paths(workspace: Workspace, since: int = 0) -> list[str]:
    asked = workspace.sandbox.requests[since:]
    return [one.call.replace("/rest/api/3", "").replace("/rest/api/2", "") for one in asked]


# ------------------------------------------------------------------------------------------- first scan


def test_a_first_sync_costs_what_the_sheet_says(cloud: Workspace) -> None:
    project = cloud.sandbox.world.project()
    some(cloud, project, 250)
    cloud.run().check()
    began = len(cloud.sandbox.requests)
    mirror = cloud.pull(project, kinds={"issue", "version"})
    assert sorted(paths(cloud, began)) == sorted(
        ["GET /field", "GET /project/search", f"GET /project/{project}/version", "POST /search/jql"]
        + ["POST /issue/bulkfetch"] * 3
    )
    assert len(mirror.items) == 250
    assert [page.expected for page in mirror.pages if page.expected] == [250, 250, 250]


def test_a_quiet_sync_costs_one_search_and_one_versions_call_per_project(both: Workspace) -> None:
    world = both.sandbox.world
    projects = [world.project() for _ in range(3)]
    for project in projects:
        some(both, project, 5)
    mirror = both.pull(*projects)
    both.settle()
    both.pull(*projects, into=mirror)
    began, before = len(both.sandbox.requests), dict(mirror.records)
    both.run().check()
    both.pull(*projects, into=mirror)
    asked = paths(both, began)
    assert len(asked) == 4
    assert sum("/version" in one for one in asked) == 3
    assert sum("/search" in one for one in asked) == 1
    assert mirror.records == before


def test_the_listing_comes_whole_and_with_the_last_page(both: Workspace) -> None:
    project = both.sandbox.world.project()
    made = some(both, project, 250)
    mirror = both.pull(project)
    (listing,) = [one for one in mirror.listings if one.kind == "issue"]
    assert set(listing.ids) == {one.external_id for one in made}
    (page,) = [one for one in mirror.pages if listing in one.listings]
    assert page.cursor["marks"]
    assert [one for one in mirror.pages if "scan" in one.cursor] == mirror.pages[1:3]
    assert set(mirror.complete) == {project}


def test_four_fetchers_read_the_same_as_one(both: Workspace) -> None:
    project = both.sandbox.world.project()
    some(both, project, 730)
    one = both.pull(project)
    four = both.pull(project, workers=4)
    assert four.records == one.records
    assert [page.cursor for page in four.pages] == [page.cursor for page in one.pages]


@pytest.mark.parametrize("stop", [1, 2, 3, 4, 5])
def test_a_killed_scan_goes_on_behind_what_is_committed(both: Workspace, stop: int) -> None:
    project = both.sandbox.world.project()
    some(both, project, 350)
    whole = both.pull(project)
    killed = both.pull(project, stop_after=stop)
    done = len(killed.items)
    began = len(both.sandbox.requests)
    both.pull(project, into=killed)
    assert killed.records == whole.records
    reads = [one for one in paths(both, began) if "bulkfetch" in one]
    if both.sandbox.deployment.cloud and 0 < done < 350:
        assert len(reads) == (350 - done + 99) // 100


def test_the_mark_of_a_scan_is_its_start_and_not_the_newest_change(both: Workspace) -> None:
    """An issue edited behind the reader while the scan runs longer than the overlap."""
    project = both.sandbox.world.project()
    made = some(both, project, 250)
    both.settle()
    mirror = Mirror()
    scope_pages = both.run().pull(_scope(project), None, mirror)
    for number, page in enumerate(scope_pages):
        mirror.apply(page)
        if number == 2:
            both.sandbox.world.edit(made[0], title="edited behind the reader")
        both.sandbox.clock.advance(1500)
        if number == 2:
            both.sandbox.world.edit(made[-1], title="edited before the reader")
    both.settle()
    both.pull(project, into=mirror)
    assert {"edited behind the reader", "edited before the reader"} <= set(mirror.titles)


def _scope(*projects: ProjectId) -> Scope:
    return Scope(projects=projects, kinds=frozenset({"issue", "version", "sprint", "label"}), fields={})


def test_an_issue_deleted_during_the_scan_is_not_made_up(both: Workspace) -> None:
    project = both.sandbox.world.project()
    made = some(both, project, 150)
    mirror = Mirror()
    for number, page in enumerate(both.run().pull(_scope(project), None, mirror)):
        mirror.apply(page)
        if number == 0:
            both.sandbox.world.delete(made[-1])
    assert made[-1] not in mirror.records
    assert len(mirror.items) == 149


def test_issues_that_the_server_fails_to_read_are_asked_for_again_and_then_skipped(
    cloud: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = cloud.sandbox.world.project()
    first, second, third = some(cloud, project, 3)
    flaky = {second.external_id: 1, third.external_id: 9}
    _break_bulkfetch(cloud, monkeypatch, flaky)
    mirror = cloud.pull(project)
    assert set(mirror.items) == {first.external_id, second.external_id}
    (skipped,) = mirror.skipped
    assert skipped.id == third
    assert isinstance(skipped.error, Unreachable)
    with pytest.raises(Unreachable):
        cloud.read(first, third)


def _break_bulkfetch(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, flaky: dict[str, int]) -> None:
    """Make the sandbox answer some ids with issueErrors, so many times each."""
    from werkzeug.wrappers import Response

    answer = workspace.sandbox.deployment.answer

    def broken(request: Any) -> Response:
        response = answer(request)
        if not request.path.endswith("/issue/bulkfetch"):
            return response
        body = response.get_json()
        failed = [one["id"] for one in body["issues"] if flaky.get(one["id"], 0) > 0]
        for one in failed:
            flaky[one] -= 1
        body["issues"] = [one for one in body["issues"] if one["id"] not in failed]
        body["issueErrors"] = [{"id": one, "errorMessage": "timed out"} for one in failed]
        response.set_data(json.dumps(body))
        return response

    monkeypatch.setattr(workspace.sandbox.deployment, "answer", broken)


# --------------------------------------------------------------------------------------------- changes


def test_changes_of_all_projects_come_with_one_search(both: Workspace) -> None:
    world = both.sandbox.world
    projects = [world.project(), world.project()]
    made = [some(both, project, 3) for project in projects]
    mirror = both.pull(*projects)
    both.settle()
    world.edit(made[0][0], title="changed here")
    world.edit(made[1][2], title="changed there")
    new = world.add_item(projects[1], "new")
    began = len(both.sandbox.requests)
    both.settle()
    both.pull(*projects, into=mirror)
    assert sum("/search" in one for one in paths(both, began)) == 1
    assert {"changed here", "changed there", "new"} <= set(mirror.titles)
    assert mirror.items[new.external_id].key
    assert all(page.lagging for page in mirror.pages[-1:])


def test_pages_of_changes_are_followed_to_the_end_and_the_mark_moves_with_the_last(both: Workspace) -> None:
    project = both.sandbox.world.project()
    made = some(both, project, 12)
    mirror = both.pull(project)
    start = mirror.marks[project]
    both.settle()
    for number, one in enumerate(made):
        both.sandbox.clock.advance(1)
        both.sandbox.world.edit(one, title=f"again {number}")
    pages = len(mirror.pages)
    both.pull(project, into=mirror, page_size=5)
    assert mirror.titles == sorted(f"again {number}" for number in range(12))
    *before, last = [dict(page.cursor) for page in mirror.pages[pages:] if page.lagging]
    assert len(before) >= 2
    assert all(cursor["marks"] == {project: start} and "search" in cursor for cursor in before)
    assert mirror.marks[project] > start
    assert "search" not in last


@pytest.mark.parametrize("stop", [2, 3, 4])
def test_a_killed_search_goes_on_from_its_page(both: Workspace, stop: int) -> None:
    project = both.sandbox.world.project()
    made = some(both, project, 20)
    mirror = both.pull(project)
    both.settle()
    for number, one in enumerate(made):
        both.sandbox.clock.advance(61)
        both.sandbox.world.edit(one, title=f"again {number}")
    whole = len(both.sandbox.requests)
    both.pull(project, into=mirror, page_size=5, stop_after=stop)
    assert "search" in mirror.position
    began = len(both.sandbox.requests)
    both.pull(project, into=mirror, page_size=5)
    assert mirror.titles == sorted(f"again {number}" for number in range(20))
    searches = [one for one in both.sandbox.requests[began:] if "/search" in one.path]
    if both.sandbox.deployment.cloud:
        assert len(searches) < 5
        assert searches[0].json["nextPageToken"]
    else:
        killed = [one for one in both.sandbox.requests[whole:began] if "/search" in one.path]
        assert searches[0].query["jql"][0] > killed[0].query["jql"][0]


def test_a_position_of_another_set_of_projects_is_dropped(cloud: Workspace) -> None:
    world = cloud.sandbox.world
    projects = [world.project(), world.project()]
    made = [one for project in projects for one in some(cloud, project, 8)]
    mirror = cloud.pull(*projects)
    cloud.settle()
    for one in made:
        world.edit(one, title="again")
    cloud.pull(*projects, into=mirror, page_size=5, stop_after=3)
    assert "search" in mirror.position
    began = len(cloud.sandbox.requests)
    cloud.pull(projects[0], into=mirror, page_size=5)
    first = next(one for one in cloud.sandbox.requests[began:] if one.path.endswith("/search/jql"))
    assert "nextPageToken" not in first.json
    assert sum(one.title == "again" for one in mirror.items.values() if one.project == projects[0]) == 8


@pytest.mark.parametrize("days", [1, 5, 6.5, 8])
def test_a_token_is_used_for_six_days_and_then_the_search_begins_anew(cloud: Workspace, days: float) -> None:
    project = cloud.sandbox.world.project()
    made = some(cloud, project, 12)
    mirror = cloud.pull(project)
    cloud.settle()
    for one in made:
        cloud.sandbox.world.edit(one, title="again")
    cloud.pull(project, into=mirror, page_size=5, stop_after=2)
    cloud.sandbox.clock.advance(days * 86_400)
    began = len(cloud.sandbox.requests)
    cloud.pull(project, into=mirror, page_size=5)
    assert mirror.titles == ["again"] * 12
    first = next(one for one in cloud.sandbox.requests[began:] if one.path.endswith("/search/jql"))
    assert ("nextPageToken" in first.json) is (days < 6)


def test_a_token_that_is_refused_starts_the_search_over(cloud: Workspace) -> None:
    project = cloud.sandbox.world.project()
    made = some(cloud, project, 12)
    mirror = cloud.pull(project)
    cloud.settle()
    for one in made:
        cloud.sandbox.world.edit(one, title="again")
    cloud.pull(project, into=mirror, page_size=5, stop_after=2)
    cloud.sandbox.faults.add(Fault(call="POST /rest/api/3/search/jql", what="expired"))
    cloud.pull(project, into=mirror, page_size=5)
    assert mirror.titles == ["again"] * 12
    assert "search" not in mirror.position


def test_a_version_changed_alone_arrives(both: Workspace) -> None:
    world = both.sandbox.world
    project = world.project()
    some(both, project, 2)
    version = world.add_group(project, "M1", date(2026, 7, 1))
    mirror = both.pull(project)
    both.settle()
    world.edit(version, due=date(2026, 7, 8))
    both.pull(project, into=mirror)
    assert mirror.groups("version")[version.external_id].due == Day(on=date(2026, 7, 8))
    assert any(one.kind == "version" for one in mirror.listings)


def test_a_deleted_version_is_missing_from_the_listing(both: Workspace) -> None:
    world = both.sandbox.world
    project = world.project()
    kept, gone = world.add_group(project, "M1"), world.add_group(project, "M2")
    mirror = both.pull(project)
    world.delete(gone)
    both.pull(project, into=mirror)
    assert set([one for one in mirror.listings if one.kind == "version"][-1].ids) == {kept.external_id}
    assert both.read(gone) == {gone: Gone(id=gone, why="absent")}


def test_more_versions_than_one_page(both: Workspace) -> None:
    world = both.sandbox.world
    project = world.project()
    made = {world.add_group(project, f"v{n}").external_id for n in range(120)}
    assert set(both.pull(project).groups("version")) == made


def test_sprints_come_with_their_issues_and_from_the_boards_once_a_day(both: Workspace) -> None:
    world, site = both.sandbox.world, both.sandbox.site
    project = world.project()
    sprint = world.add_sprint(project, "Sprint 1")
    lonely = world.add_sprint(project, "Sprint 2")
    world.add_item(project, "in it", group=sprint)
    mirror = both.pull(project)
    assert set(mirror.groups("sprint")) == {sprint.external_id, lonely.external_id}
    site.sprints[int(lonely.external_id)].end = datetime(2026, 7, 1, tzinfo=both.sandbox.clock.now().tzinfo)
    both.settle()
    both.pull(project, into=mirror)
    assert mirror.groups("sprint")[lonely.external_id].due is None
    both.sandbox.clock.advance(86_400)
    both.pull(project, into=mirror)
    assert mirror.groups("sprint")[lonely.external_id].due is not None


def test_without_agile_scopes_sprints_come_from_the_issues_alone() -> None:
    with JiraSandbox(FakeClock(), agile=False) as sandbox:
        workspace = Workspace(sandbox)
        project = sandbox.world.project()
        sprint = sandbox.world.add_sprint(project, "Sprint 1")
        sandbox.world.add_sprint(project, "Sprint 2")
        sandbox.world.add_item(project, "in it", group=sprint)
        mirror = workspace.pull(project)
        assert set(mirror.groups("sprint")) == {sprint.external_id}
        assert mirror.skipped == []
        schema = workspace.run().describe(project)
        assert not schema.kinds["sprint"].complete


def test_kinds_that_nobody_wants_cost_nothing(cloud: Workspace) -> None:
    project = cloud.sandbox.world.project()
    some(cloud, project, 3)
    mirror = cloud.pull(project, kinds={"version"})
    assert mirror.items == {}
    assert set(mirror.complete) == {project}
    assert not [one for one in cloud.sandbox.requests if "/jql" in one.path or "agile" in one.path]


# -------------------------------------------------------------------------------------------- projects


def test_a_project_new_to_the_cursor_is_scanned_alone_first(both: Workspace) -> None:
    world = both.sandbox.world
    old, new = world.project(), world.project()
    some(both, old, 2)
    made = some(both, new, 3)
    both.sandbox.clock.advance(10 * 86_400)
    mirror = both.pull(old)
    both.settle()
    both.pull(old, new, into=mirror)
    assert {one.external_id for one in made} <= set(mirror.items)
    assert set(mirror.marks) == {old, new}


def test_a_removed_project_keeps_the_others_and_comes_back_from_the_beginning(both: Workspace) -> None:
    world = both.sandbox.world
    one, two = world.project(), world.project()
    some(both, one, 2)
    made = some(both, two, 2)
    mirror = both.pull(one, two)
    mark = mirror.marks[one]
    both.settle()
    both.pull(one, into=mirror)
    assert set(mirror.marks) == {one}
    assert mirror.marks[one] >= mark
    for record in made:
        del mirror.records[record]
    both.settle()
    both.pull(one, two, into=mirror)
    assert {record.external_id for record in made} <= set(mirror.items)


@pytest.mark.parametrize("kinds", [{"issue", "version"}, {"issue"}])
def test_a_project_that_hides_is_skipped_and_the_others_go_on(both: Workspace, kinds: set[str]) -> None:
    world = both.sandbox.world
    shown, hides = world.project(), world.project()
    visible = some(both, shown, 2)
    some(both, hides, 2)
    mirror = both.pull(shown, hides, kinds=kinds)
    marks = mirror.marks
    both.settle()
    world.hide_project(hides)
    world.edit(visible[0], title="still read")
    both.settle()
    pages = len(mirror.pages)
    both.pull(shown, hides, into=mirror, kinds=kinds)
    skipped = [one for page in mirror.pages[pages:] for one in page.skipped]
    assert [(one.project, type(one.error)) for one in skipped] == [(hides, NotVisible)]
    assert "jira:WORLDB" in skipped[0].error.text("en")
    assert "still read" in mirror.titles
    assert not [one for page in mirror.pages[pages:] for one in page.listings if one.project == hides]
    assert mirror.marks[hides] == marks[hides]
    assert hides not in {project for page in mirror.pages[pages:] for project in page.complete}
    world.restore_project(hides)
    both.settle()
    both.pull(shown, hides, into=mirror, kinds=kinds)
    assert hides in mirror.pages[-1].complete


def test_a_hidden_project_that_answers_with_an_empty_list_is_not_empty(
    both: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Jira refuses a query that names it; a proxy, or a server with another habit, may answer that nothing is there."""
    world = both.sandbox.world
    shown, hides = world.project(), world.project()
    some(both, shown, 2)
    some(both, hides, 2)
    mirror = both.pull(shown, hides)
    world.hide_project(hides)
    _let_searches_find_nothing_of(hides, both, monkeypatch)
    for scanned in (both.pull(shown, hides, kinds={"issue"}), both.pull(shown, hides, into=mirror)):
        assert [(one.project, type(one.error)) for one in scanned.skipped] == [(hides, NotVisible)]
        assert not [one for one in scanned.pages[-1].listings if one.project == hides]
    assert len(mirror.items) == 4
    censused = list(both.run().census(_scope(shown, hides)))
    assert {one.project: type(one) for one in censused} == {shown: Listing, hides: Skipped}


def _let_searches_find_nothing_of(project: ProjectId, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the sandbox answer a query that it would refuse as if it had no issues to give."""
    from werkzeug.wrappers import Response

    answer = workspace.sandbox.deployment.answer

    def empty(request: Any) -> Response:
        response = answer(request)
        if response.status_code != 400 or "/search" not in request.path:
            return response
        said = request.args.get("jql") or (request.get_json(silent=True) or {}).get("jql", "")
        assert project in said
        page = {"issues": [], "isLast": True} if workspace.sandbox.deployment.cloud else {"issues": [], "total": 0}
        response.status_code = 200  # with the headers that say who asks
        response.set_data(json.dumps(page))
        return response

    monkeypatch.setattr(workspace.sandbox.deployment, "answer", empty)


@pytest.mark.parametrize("kinds", [{"issue", "version"}, {"issue"}])
def test_a_project_hidden_from_the_start_is_skipped_and_not_empty(both: Workspace, kinds: set[str]) -> None:
    world = both.sandbox.world
    shown, hidden = world.project(), world.project()
    some(both, shown, 2)
    some(both, hidden, 2)
    world.hide_project(hidden)
    mirror = both.pull(shown, hidden, kinds=kinds)
    assert [one.project for one in mirror.skipped] == [hidden]
    assert hidden not in {one.project for one in mirror.listings}
    assert len(mirror.items) == 2


def test_an_empty_project_is_complete_and_listed_as_empty(both: Workspace) -> None:
    project = both.sandbox.world.project()
    mirror = both.pull(project)
    (listing,) = [one for one in mirror.listings if one.kind == "issue"]
    assert listing.ids == {}
    assert set(mirror.complete) == {project}


# -------------------------------------------------------------------------------------- single issues


def test_an_issue_that_cannot_be_read_is_quarantined_and_its_page_goes_on(
    both: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = both.sandbox.world.project()
    first, bad, third = some(both, project, 3)
    undo = _spoil(both, monkeypatch, bad.external_id)
    mirror = both.pull(project)
    assert set(mirror.items) == {first.external_id, third.external_id}
    (skipped,) = mirror.skipped
    assert (skipped.id, skipped.project) == (bad, project)
    assert isinstance(skipped.error, ProtocolError)
    assert "fields.updated" in str(skipped.error.facts["field"])
    assert set(mirror.complete) == {project}
    answers = both.run().read([bad, first])
    assert next(answers).id == first
    with pytest.raises(ProtocolError):
        next(answers)
    undo()
    assert isinstance(both.read(bad)[bad], Item)


def _spoil(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, id_: str) -> Any:
    """Let the sandbox send one issue with a stamp that is none."""
    answer = workspace.sandbox.deployment.answer

    def spoilt(request: Any) -> Any:
        response = answer(request)
        body = response.get_json(silent=True)
        if isinstance(body, dict) and (body.get("issues") or body.get("fields")):
            for one in body.get("issues") or [body]:
                if one["id"] == id_ and "updated" in one.get("fields", {}):
                    one["fields"]["updated"] = "yesterday"
            response.set_data(json.dumps(body))
        return response

    monkeypatch.setattr(workspace.sandbox.deployment, "answer", spoilt)
    return lambda: monkeypatch.setattr(workspace.sandbox.deployment, "answer", answer)


def test_read_answers_for_every_kind(both: Workspace) -> None:
    world = both.sandbox.world
    project = world.project()
    version, sprint = world.add_group(project, "M1", date(2026, 7, 1)), world.add_sprint(project, "S1")
    label = RecordId(kind="label", external_id="后端 M3")
    item = world.add_item(project, "Item", group=sprint)
    world.edit(item, group=label)
    both.settle()
    found = both.read(item, version, sprint, label, issue_id(99_999))
    assert isinstance(found[item], Item)
    groups = [found[one] for one in (version, sprint, label)]
    assert [(one.title, one.project) for one in groups if isinstance(one, Group)] == [
        ("M1", project), ("S1", project), (label.external_id, project),
    ]  # fmt: skip
    assert found[issue_id(99_999)] == Gone(id=issue_id(99_999), why="absent")
    nobody = RecordId(kind="label", external_id="nobody")
    assert both.read(nobody) == {nobody: Gone(id=nobody, why="absent")}


def test_read_of_many_goes_in_hundreds(both: Workspace) -> None:
    project = both.sandbox.world.project()
    made = some(both, project, 230)
    gone = made[7]
    both.sandbox.world.delete(gone)
    found = both.read(*made)
    assert found[gone] == Gone(id=gone, why="absent")
    assert sum(isinstance(one, Item) for one in found.values()) == 229


def test_read_holds_what_the_last_pull_asked_for(both: Workspace) -> None:
    """A record stored from a read must not lose its fields, also before the first pull of a run."""
    world = both.sandbox.world
    project = world.project()
    item = world.add_item(project, "Item")
    world.edit(item, points=5, group=RecordId(kind="label", external_id="x"))
    mirror = both.pull(project, fields={"customfield_10016"}, kinds={"issue"})
    read = both.read(item)[item]
    assert isinstance(read, Item)
    pulled = mirror.items[item.external_id]
    assert pulled.fields
    assert read.fields == pulled.fields
    assert read.groups == pulled.groups == ()


def test_description_is_left_out_of_a_pull_and_present_in_a_read(both: Workspace) -> None:
    world = both.sandbox.world
    project = world.project()
    item = world.add_item(project, "Item")
    world.edit(item, description="第一段\n第二段")
    assert both.pull(project).items[item.external_id].description is None
    found = both.read(item)[item]
    assert isinstance(found, Item)
    assert found.description is not None
    assert found.description.format == ("adf" if both.sandbox.deployment.cloud else "wiki")
    assert "第二段" in found.description.original


def test_a_parent_is_known_by_id_on_both_deployments(both: Workspace) -> None:
    world = both.sandbox.world
    project = world.project()
    epic = world.add_epic(project, "Epic")
    child = world.add_item(project, "Child", parent=epic)
    both.settle()
    mirror = both.pull(project)
    assert mirror.items[child.external_id].parent == epic
    found = both.read(child)[child]
    assert isinstance(found, Item)
    assert found.parent == epic


def test_an_epic_is_looked_up_once(server: Workspace) -> None:
    world = server.sandbox.world
    project = world.project()
    epic = world.add_epic(project, "Epic")
    for n in range(3):
        world.add_item(project, f"Child {n}", parent=epic)
    mirror = server.pull(project)
    lookups = [one for one in server.asked("/search") if "key in" in one.query.get("jql", [""])[0]]
    assert len(lookups) == 1
    server.pull(project, into=mirror)
    assert len([one for one in server.asked("/search") if "key in" in one.query.get("jql", [""])[0]]) == 1


def test_a_start_date_comes_from_the_field_that_is_set_by_name_or_id(both: Workspace) -> None:
    world = both.sandbox.world
    project = world.project()
    item = world.add_item(project, "Item")
    world.edit(item, start=date(2026, 6, 1))
    for name in ("开始日期", "customfield_10015"):
        found = both.pull(project, start_date_field=name).items[item.external_id]
        assert found.start == Day(on=date(2026, 6, 1))
    assert both.pull(project).items[item.external_id].start is None


# ---------------------------------------------------------------------------------------------- census


def test_the_census_lists_every_project_or_says_why_not(both: Workspace) -> None:
    world = both.sandbox.world
    shown, hidden, empty = world.project(), world.project(), world.project()
    made = some(both, shown, 120)
    some(both, hidden, 1)
    both.settle()
    world.hide_project(hidden)
    answers = list(both.run(list_size=50).census(_scope(shown, hidden, empty)))
    listed = {one.project: set(one.ids) for one in answers if not isinstance(one, Skipped)}
    assert listed == {shown: {one.external_id for one in made}, empty: set()}
    assert [one.project for one in answers if isinstance(one, Skipped)] == [hidden]


def test_a_census_that_breaks_off_lists_nothing(both: Workspace) -> None:
    project = both.sandbox.world.project()
    some(both, project, 120)
    both.settle()
    both.run().check()
    both.sandbox.faults.add(Fault(call="* /rest/api/*/search*", nth=2, what="503", times=None))
    answers: list[Any] = []
    with pytest.raises(PmbridgeError):
        answers.extend(both.run(list_size=50).census(_scope(project)))
    assert answers == []


def test_the_engine_is_told_the_servers_time_and_not_ours(both: Workspace) -> None:
    project = both.sandbox.world.project()
    some(both, project, 1)
    began = both.sandbox.clock.now()
    at = both.pull(project).complete[project]
    assert began - timedelta(seconds=2) <= at <= both.sandbox.clock.now()
