"""What went wrong in other people's Jira clients, one test each, in the order of the damage it did."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from pmbridge.errors import ConfigError, ProtocolError, RateLimited
from pmbridge.records import Gone, Item, Scope, Verb, Wanted
from pmbridge.testing.sandbox import FakeClock, Fault
from pmbridge.values import Day, ProjectId
from pmbridge_jira.adapter import JiraAdapter
from pmbridge_jira.sandbox import Burst, JiraSandbox
from tests.contract.jira_bench import ALL, Mirror, Workspace, some

Make = Any


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


BOTH = pytest.mark.parametrize("deployment", ["cloud", "server"])


def queries(workspace: Workspace) -> list[str]:
    """Return every JQL that was sent."""
    found = [one.query["jql"][0] for one in workspace.sandbox.requests if "jql" in one.query]
    return found + [one.json["jql"] for one in workspace.sandbox.requests if one.path.endswith("/search/jql")]


def history_of(workspace: Workspace, mirror: Mirror, *projects: ProjectId) -> Mirror:
    """Edit one issue after the other, hours apart, with a sync after each."""
    for number, id_ in enumerate(sorted(mirror.items)):
        workspace.sandbox.clock.advance(7200)
        workspace.sandbox.world.edit(mirror.items[id_].id, title=f"edited {number}")
        workspace.sandbox.clock.advance(900)
        workspace.pull(*projects, into=mirror)
    return mirror


# ------------------------------------------------------------------- end of the sheet's 17.1, in its order


@BOTH
@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Kiritimati", "Asia/Kathmandu"])
def test_bare_jql_dates_are_read_in_the_profiles_zone_and_skip_hours_of_changes(
    make: Make, deployment: str, zone: str
) -> None:
    workspace = make(deployment=deployment, zone=zone)
    project = workspace.sandbox.world.project()
    some(workspace, project, 4)
    mirror = history_of(workspace, workspace.pull(project), project)
    assert mirror.titles == [f"edited {number}" for number in range(4)]
    bounds = [bound for query in queries(workspace) for bound in re.findall(r"(?:updated|created) >= (\S+)", query)]
    assert bounds
    assert all(re.fullmatch(r"\d{13}", bound) for bound in bounds)


@BOTH
def test_a_site_that_looks_at_whole_minutes_only_skips_nothing(make: Make, deployment: str) -> None:
    workspace = make(deployment=deployment, quirks=["minute-jql"])
    project = workspace.sandbox.world.project()
    made = some(workspace, project, 250)
    mirror = workspace.pull(project)
    assert len(mirror.items) == 250
    workspace.settle()
    for number, one in enumerate(made[:120]):
        workspace.sandbox.world.edit(one, title=f"edited {number:03}")
    workspace.pull(project, into=mirror, page_size=25)
    assert sum(title.startswith("edited") for title in mirror.titles) == 120


@BOTH
def test_missing_fields_are_treated_as_empty_because_the_default_is_the_id_alone(make: Make, deployment: str) -> None:
    workspace = make(deployment=deployment)
    project = workspace.sandbox.world.project()
    item = workspace.sandbox.world.add_item(project, "Item", due=date(2026, 7, 1))
    mirror = workspace.pull(project)
    workspace.settle()
    workspace.pull(project, into=mirror)
    workspace.read(item)
    assert mirror.items[item.external_id].due == Day(on=date(2026, 7, 1))
    for request in workspace.sandbox.requests:
        if "/search/jql" in request.path or "/bulkfetch" in request.path:
            assert request.json["fields"]
            assert not {"*all", "*navigable"} & set(request.json["fields"])
        elif request.path.endswith("/search") and request.path.startswith("/rest/api/2"):
            assert request.query["fields"][0]
            assert "*" not in request.query["fields"][0]


@BOTH
@pytest.mark.parametrize("size", [1, 3, 7, 100])
def test_stopping_after_the_first_page(make: Make, deployment: str, size: int) -> None:
    workspace = make(deployment=deployment)
    project = workspace.sandbox.world.project()
    made = some(workspace, project, 7)
    mirror = workspace.pull(project, list_size=size, page_size=size)
    assert len(mirror.items) == 7
    workspace.settle()
    for one in made:
        workspace.sandbox.world.edit(one, title="again")
    workspace.pull(project, into=mirror, list_size=size, page_size=size)
    assert mirror.titles == ["again"] * 7


def test_looping_for_ever_over_a_token_that_repeats(make: Make) -> None:
    workspace = make(quirks=["repeat-token"])
    project = workspace.sandbox.world.project()
    some(workspace, project, 7)
    with pytest.raises(ProtocolError) as raised:
        workspace.pull(project)
    assert raised.value.exit_code == 70
    assert len(workspace.asked("/search/jql")) == 2


def test_a_proxy_that_answers_in_the_old_form_is_taken_as_long_as_its_page_is_whole(make: Make) -> None:
    workspace = make(quirks=["old-shape"])
    project = workspace.sandbox.world.project()
    made = some(workspace, project, 7)
    mirror = workspace.pull(project)
    assert len(mirror.items) == 7
    workspace.settle()
    for one in made:
        workspace.sandbox.world.edit(one, title="again")
    workspace.pull(project, into=mirror)
    assert mirror.titles == ["again"] * 7
    with pytest.raises(ProtocolError):
        workspace.pull(project, list_size=5)


@BOTH
def test_an_upper_bound_on_updated_hides_changes(make: Make, deployment: str) -> None:
    workspace = make(deployment=deployment)
    project = workspace.sandbox.world.project()
    some(workspace, project, 2)
    history_of(workspace, workspace.pull(project), project)
    list(workspace.run().census(Scope(projects=(project,), kinds=ALL)))
    assert queries(workspace)
    assert not [query for query in queries(workspace) if "<" in query or "now()" in query]


@BOTH
def test_our_own_clock_moves_no_watermark(make: Make, deployment: str) -> None:
    """A machine whose clock is a day ahead, or behind, misses nothing."""
    workspace = make(deployment=deployment)
    project = workspace.sandbox.world.project()
    some(workspace, project, 2)
    mirror = workspace.pull(project)
    newest = max(one.updated_at for one in mirror.items.values() if one.updated_at)
    workspace.settle()
    for off in (timedelta(days=1), timedelta(days=-1)):
        later = FakeClock(workspace.sandbox.clock.now() + off)
        context = workspace.run().context
        adapter = JiraAdapter(workspace.run().settings, replace(context, clock=later))
        for page in adapter.pull(Scope(projects=(project,), kinds=ALL), mirror.cursor, mirror):
            mirror.apply(page)
        assert mirror.marks[project] <= int(workspace.sandbox.clock.now().timestamp() * 1000)
        assert mirror.marks[project] >= int(newest.timestamp() * 1000)


def test_believing_the_search_right_after_a_write(make: Make) -> None:
    """Issues of ours are named to the search, which then looks at them; the others come when the index knows them."""
    workspace = make(index_lag_s=300)
    world = workspace.sandbox.world
    project = world.project()
    ours, theirs = some(workspace, project, 2)
    workspace.settle()
    mirror = workspace.pull(project)
    workspace.settle()
    world.edit(ours, title="ours")
    world.edit(theirs, title="theirs")
    mirror.writes = [ours]
    workspace.pull(project, into=mirror)
    assert "ours" in mirror.titles
    assert "theirs" not in mirror.titles
    assert mirror.pages[-1].lagging
    workspace.sandbox.clock.advance(301)
    mirror.writes = []
    workspace.pull(project, into=mirror)
    assert "theirs" in mirror.titles


def test_no_more_than_fifty_issues_are_named_to_the_search(make: Make) -> None:
    workspace = make()
    project = workspace.sandbox.world.project()
    made = some(workspace, project, 60)
    mirror = workspace.pull(project)
    mirror.writes = made
    workspace.pull(project, into=mirror, page_size=20)
    named = [one.json["reconcileIssues"] for one in workspace.asked("/search/jql") if "reconcileIssues" in one.json]
    assert len(named) > 1
    assert all(one == named[0] for one in named)
    assert len(named[0]) == 50


def test_a_late_index_hides_an_edit_behind_a_newer_one(make: Make) -> None:
    """The watermark has moved past an edit that the index did not know yet; the overlap still finds it."""
    workspace = make(index_lag_s=540)
    world = workspace.sandbox.world
    project = world.project()
    first, second = some(workspace, project, 2)
    workspace.settle()
    mirror = workspace.pull(project)
    workspace.settle()
    world.edit(first, title="edited first")
    workspace.sandbox.clock.advance(10)
    workspace.sandbox.site.index_lag_s = 0
    world.edit(second, title="edited second")
    workspace.pull(project, into=mirror)
    workspace.sandbox.site.index_lag_s = 540
    workspace.sandbox.clock.advance(600)
    workspace.pull(project, into=mirror)
    assert mirror.titles == ["edited first", "edited second"]


@BOTH
def test_an_index_that_stands_still_for_hours_hides_nothing_for_ever(make: Make, deployment: str) -> None:
    """The watermark is the newest change that the search has shown, not the moment at which it showed none."""
    workspace = make(deployment=deployment)
    site, world, clock = workspace.sandbox.site, workspace.sandbox.world, workspace.sandbox.clock
    project = world.project()
    first, second = some(workspace, project, 2)
    workspace.settle()
    mirror = workspace.pull(project)
    site.index_lag_s = 86_400
    world.edit(first, title="edited meanwhile")
    for _ in range(3):
        clock.advance(3600)
        workspace.pull(project, into=mirror)
    assert "edited meanwhile" not in mirror.titles
    site.index_lag_s = 0
    world.edit(second, title="edited afterwards")
    workspace.pull(project, into=mirror)
    assert mirror.titles == ["edited afterwards", "edited meanwhile"]


@BOTH
def test_truncated_changelogs_and_comments(make: Make, deployment: str) -> None:
    workspace = make(deployment=deployment)
    world, site = workspace.sandbox.world, workspace.sandbox.site
    project = world.project()
    item = world.add_item(project, "Item")
    for number in range(130):
        workspace.sandbox.clock.advance(60)
        world.edit(item, title=f"Title {number}")
        world.comment(item, f"Comment {number}")
    wanted = Wanted(id=item, project=project, parts=frozenset({Verb.COMMENTS, Verb.HISTORY}))
    (details,) = workspace.run().details([wanted])
    assert details.whole
    shapes = [one.shape for one in details.records]
    assert shapes.count("comment") == 130
    assert shapes.count("change") == len(site.issues[int(item.external_id)].histories) == 130
    assert not [one for one in workspace.sandbox.requests if "/search" in one.path and "expand" in str(one.query)]


@BOTH
def test_names_are_translated_and_renamed_and_ids_are_not(make: Make, deployment: str) -> None:
    seen = []
    for language in ("zh-CN", "en-US"):
        workspace = make(deployment=deployment, language=language)
        project = workspace.sandbox.world.project()
        item = workspace.sandbox.world.add_item(project, "Item", state="in_progress")
        found = workspace.pull(project).items[item.external_id]
        schema = workspace.run().describe(project).kinds["issue"]
        states = {(one.state.id, one.state.category) for one in schema.states}
        seen.append((found.state.id, found.state.category, found.type.id, states, {one.id for one in schema.fields}))
    assert seen[0] == seen[1]
    assert seen[0][1] == "in_progress"


@BOTH
def test_keys_as_identity(make: Make, deployment: str) -> None:
    workspace = make(deployment=deployment)
    world = workspace.sandbox.world
    project, other = world.project(), world.project()
    first, second = some(workspace, project, 2)
    mirror = workspace.pull(project, other)
    workspace.settle()
    world.rename_project(project, "Renamed")
    world.move(second, other)
    workspace.settle()
    workspace.pull(project, other, into=mirror)
    assert set(mirror.items) == {first.external_id, second.external_id}
    assert mirror.items[second.external_id].project == other
    assert mirror.items[second.external_id].key == "WORLDB-1"
    found = workspace.read(first, second)
    assert {one.key for one in found.values() if isinstance(one, Item)} == {"WORLDAX-1", "WORLDB-1"}


@BOTH
def test_capping_retry_after(make: Make, deployment: str) -> None:
    workspace = make(deployment=deployment)
    project = workspace.sandbox.world.project()
    some(workspace, project, 2)
    mirror = workspace.pull(project)
    workspace.settle()
    workspace.sandbox.faults.add(Fault(call="* /rest/api/?/search*", what="429", retry_after=1847, times=None))
    began = workspace.sandbox.clock.now()
    with pytest.raises(RateLimited) as raised:
        workspace.pull(project, into=mirror)
    assert raised.value.retry_after == 1847
    assert workspace.sandbox.clock.now() - began < timedelta(seconds=5)
    assert "31" in raised.value.text("zh")


@BOTH
@pytest.mark.parametrize("wait", [1, 20, 80])
def test_retry_after_is_a_minimum(make: Make, deployment: str, wait: float) -> None:
    workspace = make(deployment=deployment)
    project = workspace.sandbox.world.project()
    some(workspace, project, 2)
    workspace.sandbox.faults.add(Fault(call="* /rest/api/?/search*", what="429", retry_after=wait))
    began = workspace.sandbox.clock.now()
    assert len(workspace.pull(project).items) == 2
    assert workspace.sandbox.clock.now() - began >= timedelta(seconds=wait)


@BOTH
@pytest.mark.parametrize("quirks", [[], ["no-retry-after"]])
def test_retry_after_zero_or_missing_means_never_at_once(make: Make, deployment: str, quirks: list[str]) -> None:
    workspace = make(deployment=deployment, quirks=quirks)
    project = workspace.sandbox.world.project()
    some(workspace, project, 2)
    workspace.sandbox.faults.add(Fault(call="* /rest/api/?/search*", what="429", retry_after=0, times=2))
    mirror = workspace.pull(project)
    assert len(mirror.items) == 2
    searches = [one.at for one in workspace.sandbox.requests if re.match(r"/rest/api/./search", one.path)]
    first, second, third, *_ = searches
    assert second - first > timedelta(seconds=0.5)
    assert third - second > second - first


# --------------------------------------------------------------------------------- the sheet's 17.5, the rest


def test_cloud_is_never_asked_at_the_removed_search(make: Make) -> None:
    workspace = make()
    project = workspace.sandbox.world.project()
    some(workspace, project, 2)
    mirror = history_of(workspace, workspace.pull(project), project)
    workspace.read(*(one.id for one in mirror.items.values()))
    asked = {one.path for one in workspace.sandbox.requests}
    assert not {path for path in asked if re.search(r"/rest/api/\w+/search(/id)?$", path)}
    assert "/rest/api/3/search/jql" in asked


def test_data_center_is_never_asked_for_what_it_does_not_have(make: Make) -> None:
    workspace = make(deployment="server")
    project = workspace.sandbox.world.project()
    made = some(workspace, project, 2)
    mirror = history_of(workspace, workspace.pull(project), project)
    workspace.read(*made)
    list(workspace.run().details([Wanted(id=made[0], project=project, parts=frozenset(Verb))]))
    workspace.run().describe(project)
    assert mirror.titles
    for one in workspace.sandbox.requests:
        assert not re.search(r"/rest/api/3/|/search/jql|bulkfetch|/project/search|approximate-count", one.path)


def test_the_result_window_of_newer_data_centers(make: Make) -> None:
    """More issues than the server lists behind an offset: windows, each from offset 0."""
    workspace = make(deployment="server", result_window=110, page_cap=25)
    project = workspace.sandbox.world.project()
    made = some(workspace, project, 230)
    mirror = workspace.pull(project, page_size=25)
    assert len(mirror.items) == 230
    workspace.settle()
    for one in made:
        workspace.sandbox.clock.advance(1)
        workspace.sandbox.world.edit(one, title="again")
    workspace.pull(project, into=mirror, page_size=25)
    assert mirror.titles == ["again"] * 230


def test_many_issues_of_one_moment_on_data_center(make: Make) -> None:
    """A bulk edit gives a hundred issues one stamp: a window that only moves by stamps would stand still."""
    workspace = make(deployment="server")
    project = workspace.sandbox.world.project()
    made = [workspace.sandbox.world.add_item(project, f"Item {n}") for n in range(130)]
    mirror = workspace.pull(project, list_size=40)
    assert len(mirror.items) == 130
    workspace.settle()
    for one in made:
        workspace.sandbox.world.edit(one, title="again")
    workspace.pull(project, into=mirror, page_size=30)
    assert mirror.titles == ["again"] * 130


def test_rows_that_shift_while_data_center_pages(make: Make) -> None:
    """An edit between two pages moves rows to the end; with offsets, a row that moved up would be skipped."""
    workspace = make(deployment="server")
    world = workspace.sandbox.world
    project = world.project()
    made = some(workspace, project, 30)
    mirror = workspace.pull(project)
    workspace.settle()
    for one in made:
        workspace.sandbox.clock.advance(1)
        world.edit(one, title="again")
    scope = Scope(projects=(project,), kinds=ALL)
    for number, page in enumerate(workspace.run(page_size=10).pull(scope, mirror.cursor, mirror)):
        mirror.apply(page)
        if number:
            workspace.sandbox.clock.advance(1)
            world.edit(made[number], title="moved to the end")
            world.edit(made[number + 10], title="moved to the end")
    workspace.settle()
    assert "Item" not in "".join(mirror.titles)
    workspace.pull(project, into=mirror)
    assert set(mirror.titles) == {"again", "moved to the end"}


def test_rows_that_shift_while_cloud_pages(make: Make) -> None:
    workspace = make()
    world = workspace.sandbox.world
    project = world.project()
    made = some(workspace, project, 30)
    mirror = workspace.pull(project)
    workspace.settle()
    for one in made:
        workspace.sandbox.clock.advance(1)
        world.edit(one, title="again")
    scope = Scope(projects=(project,), kinds=ALL)
    for number, page in enumerate(workspace.run(page_size=10).pull(scope, mirror.cursor, mirror)):
        mirror.apply(page)
        workspace.sandbox.clock.advance(1)
        world.edit(made[number], title="moved to the end")
    workspace.settle()
    workspace.pull(project, into=mirror)
    assert set(mirror.titles) == {"again", "moved to the end"}


@BOTH
def test_a_read_by_post_is_repeated_after_a_server_error(make: Make, deployment: str) -> None:
    workspace = make(deployment=deployment)
    project = workspace.sandbox.world.project()
    some(workspace, project, 2)
    for what in ("503", "500", "reset", "cut", "lost_after"):
        workspace.sandbox.faults.add(Fault(call="* /rest/api/?/search*", what=what))
        assert len(workspace.pull(project).items) == 2
    assert list(workspace.sandbox.faults.pending()) == []


@BOTH
def test_burst_limits_only_slow_the_pull_down(make: Make, deployment: str) -> None:
    workspace = make(deployment=deployment, burst=Burst(per_s=1, size=3))
    project = workspace.sandbox.world.project()
    some(workspace, project, 750)
    mirror = workspace.pull(project)
    assert len(mirror.items) == 750
    statuses: list[int] = []
    workspace.sandbox.observers.append(lambda _, answer: statuses.append(answer.status))
    adapter = workspace.run(workers=4)
    again = Mirror()
    for page in adapter.pull(Scope(projects=(project,), kinds=ALL), None, again):
        again.apply(page)
    assert again.records == mirror.records
    assert statuses.count(429) < 20


def test_ambiguous_field_names_are_refused_with_their_ids(make: Make) -> None:
    workspace = make()
    site = workspace.sandbox.site
    one, two = (site.add_field("计划开始", "Planned start", "date") for _ in range(2))
    project = workspace.sandbox.world.project()
    with pytest.raises(ConfigError) as refused:
        workspace.pull(project, start_date_field="计划开始")
    assert refused.value.name == "field-ambiguous"
    assert f"{one.id}, {two.id}" in refused.value.text("zh")
    assert workspace.pull(project, start_date_field=two.id).complete


def test_a_mapped_field_that_is_not_there_is_a_fault_and_not_an_empty_value(make: Make) -> None:
    workspace = make()
    project = workspace.sandbox.world.project()
    with pytest.raises(ConfigError) as refused:
        workspace.pull(project, fields={"customfield_99999"})
    assert "customfield_99999" in refused.value.text("en")


def test_a_field_that_was_added_today_is_found(make: Make) -> None:
    workspace = make()
    project = workspace.sandbox.world.project()
    item = workspace.sandbox.world.add_item(project, "Item")
    workspace.pull(project)
    added = workspace.sandbox.site.add_field("成本", "Cost", "number")
    workspace.sandbox.world.edit(item, fields={added.id: 7.5})
    found = workspace.pull(project, fields={added.id}).items[item.external_id]
    assert str(found.fields[added.id].value) == "7.5"


def test_sprints_as_strings_on_old_servers(make: Make) -> None:
    seen = []
    for quirks in ([], ["sprint-strings"]):
        workspace = make(deployment="server", quirks=quirks, agile=False)
        world = workspace.sandbox.world
        project = world.project()
        sprint = world.add_sprint(project, "Sprint 1, teil [a]")
        world.edit(sprint, state="in_progress")
        item = world.add_item(project, "Item", group=sprint)
        mirror = workspace.pull(project)
        assert sprint in mirror.items[item.external_id].groups
        seen.append(mirror.groups("sprint"))
    assert seen[0] == seen[1]


def test_adf_is_kept_whole(make: Make) -> None:
    workspace = make()
    world = workspace.sandbox.world
    project = world.project()
    item = world.add_item(project, "Item")
    document = {
        "type": "doc", "version": 1,
        "content": [{"type": "futureBlock", "attrs": {"x": 1}, "content": [{"type": "text", "text": "未来"}]}],
    }  # fmt: skip
    world.edit(item, description=document)
    found = workspace.read(item)[item]
    assert isinstance(found, Item)
    assert found.description is not None
    assert json.loads(found.description.original) == document


@BOTH
def test_deleted_moved_and_hidden_issues_linger(make: Make, deployment: str) -> None:
    workspace = make(deployment=deployment)
    world = workspace.sandbox.world
    project, outside = world.project(), world.project()
    kept, deleted, moved, hidden = some(workspace, project, 4)
    workspace.settle()
    world.delete(deleted)
    world.move(moved, outside)
    world.hide(hidden)
    (listing,) = workspace.run().census(Scope(projects=(project,), kinds=ALL))
    assert set(listing.ids) == {kept.external_id}
    found = workspace.read(kept, deleted, moved, hidden)
    assert found[deleted] == Gone(id=deleted, why="absent")
    assert found[hidden] == Gone(id=hidden, why="absent")
    assert isinstance(found[moved], Item)
    assert found[moved].project == outside


def test_duplicates_because_search_lags(make: Make) -> None:
    """The same issue on two pages is one record, in its newest state."""
    workspace = make()
    world = workspace.sandbox.world
    project = world.project()
    made = some(workspace, project, 6)
    mirror = workspace.pull(project)
    workspace.settle()
    for one in made:
        workspace.sandbox.clock.advance(1)
        world.edit(one, title="again")
    scope = Scope(projects=(project,), kinds=ALL)
    seen: list[str] = []
    for number, page in enumerate(workspace.run(page_size=2).pull(scope, mirror.cursor, mirror)):
        mirror.apply(page)
        seen += [one.id.external_id for one in page.records if isinstance(one, Item)]
        if number == 1:
            world.edit(made[0], title="once more")
    assert seen.count(made[0].external_id) == 2
    assert mirror.items[made[0].external_id].title == "once more"
    assert len(mirror.items) == 6
