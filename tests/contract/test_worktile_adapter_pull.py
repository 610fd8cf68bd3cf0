"""A pull of Worktile: one light scan per project, then only what is new or changed; nothing is passed over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest

from pmbridge.errors import NotVisible, ProtocolError
from pmbridge.records import Gone, Item, Listing, Scope, Skipped
from pmbridge.testing.sandbox import FakeClock, Fault, HttpRequest, HttpResponse
from pmbridge.values import Day, Instant, Many, Named, Number, Plain, ProjectId, RecordId, Rich
from pmbridge_worktile.sandbox import Habits, WorktileSandbox
from pmbridge_worktile.sandbox_store import EFFORT, FORECAST, VERSION, ZONE, whole_day
from tests.contract.worktile_bench import BULK, MEMBERS, PROJECTS, TOKEN, V1, Workspace, some


@pytest.fixture
def sandbox() -> Iterator[WorktileSandbox]:
    with WorktileSandbox(FakeClock()) as opened:
        yield opened


@pytest.fixture
def workspace(sandbox: WorktileSandbox) -> Workspace:
    return Workspace(sandbox)


@pytest.fixture
def project(sandbox: WorktileSandbox) -> ProjectId:
    return sandbox.world.project()


def counted(workspace: Workspace, since: int = 0) -> dict[str, int]:
    paths = [one.path for one in workspace.sandbox.requests[since:]]
    return {path: paths.count(path) for path in dict.fromkeys(paths)}


def test_a_first_pull_costs_a_token_pages_of_200_and_chunks_of_100(workspace: Workspace, project: ProjectId) -> None:
    some(workspace, project, 401)
    mirror = workspace.pull(project)
    assert counted(workspace) == {TOKEN: 1, V1: 3, BULK: 5, MEMBERS: 1}
    assert len(mirror.items) == 401
    (listing,) = mirror.listings
    assert {id_: version for id_, version in listing.ids.items() if version} == {
        id_: item.version for id_, item in mirror.items.items()
    }


def test_a_quiet_pull_reads_nothing_but_the_list(workspace: Workspace, project: ProjectId) -> None:
    some(workspace, project, 5)
    mirror = workspace.pull(project)
    since = len(workspace.sandbox.requests)
    workspace.pull(project, into=mirror)
    assert counted(workspace, since) == {TOKEN: 1, V1: 1}
    assert mirror.pages[-1].complete == {project: workspace.sandbox.clock.now()}


def test_only_what_changed_is_read_again(workspace: Workspace, project: ProjectId) -> None:
    made = some(workspace, project, 5)
    mirror = workspace.pull(project)
    workspace.sandbox.clock.advance(60)
    workspace.sandbox.world.edit(made[3], title="Renamed")
    since = len(workspace.sandbox.requests)
    workspace.pull(project, into=mirror)
    (bulk,) = workspace.asked(BULK, since)
    assert bulk.query["task_ids"] == [made[3].external_id]
    assert mirror.items[made[3].external_id].title == "Renamed"


@pytest.mark.parametrize("change", ["state", "archived", "title"])
def test_a_change_within_the_second_of_the_last_one_is_seen(
    workspace: Workspace, project: ProjectId, change: str
) -> None:
    (made,) = some(workspace, project, 1)
    mirror = workspace.pull(project)
    before = mirror.items[made.external_id]
    values: dict[str, dict[str, object]] = {
        "state": {"state": "done"}, "archived": {"archived": True}, "title": {"title": "Other"},
    }  # fmt: skip
    workspace.sandbox.world.edit(made, **values[change])
    workspace.pull(project, into=mirror)
    after = mirror.items[made.external_id]
    assert after.updated_at == before.updated_at
    assert (after.state, after.archived, after.title) != (before.state, before.archived, before.title)


def test_a_pull_from_the_beginning_reads_everything_whatever_the_mirror_holds(
    workspace: Workspace, project: ProjectId
) -> None:
    some(workspace, project, 3)
    mirror = workspace.pull(project)
    mirror.cursor = None
    workspace.pull(project, into=mirror, fields=[EFFORT])
    assert {item.fields[EFFORT] for item in mirror.items.values()} == {Number(value=8)}  # type: ignore[arg-type]


def test_a_deep_scan_that_is_killed_goes_on_where_it_was(workspace: Workspace, project: ProjectId) -> None:
    some(workspace, project, 250)
    mirror = workspace.pull(project)
    mirror.cursor = None
    workspace.pull(project, into=mirror, fields=[EFFORT], stop_after=1)
    assert sum(EFFORT in item.fields for item in mirror.items.values()) == 100
    since = len(workspace.sandbox.requests)
    workspace.pull(project, into=mirror, fields=[EFFORT])
    assert all(EFFORT in item.fields for item in mirror.items.values())
    assert counted(workspace, since)[BULK] == 2, "what was committed is not read twice"


def test_a_project_that_comes_back_is_read_from_the_beginning(workspace: Workspace, project: ProjectId) -> None:
    (made,) = some(workspace, project, 1)
    other = workspace.sandbox.world.project()
    mirror = workspace.pull(project, other)
    workspace.pull(other, into=mirror)
    since = len(workspace.sandbox.requests)
    workspace.pull(project, other, into=mirror)
    assert [one.query["task_ids"] for one in workspace.asked(BULK, since)] == [[made.external_id]]


def test_a_task_becomes_an_item_with_all_that_is_known_of_it(
    workspace: Workspace, sandbox: WorktileSandbox, project: ProjectId
) -> None:
    world, team = sandbox.world, sandbox.team
    milestone = world.add_group(project, "M7 上线", date(2026, 7, 10))
    child, tag = world.add_item(project, "压测", parent=milestone), world.add_tag(project, "上线")
    world.edit(
        child, group=tag, start=date(2026, 7, 1), due=datetime(2026, 7, 9, 18, 30, tzinfo=ZONE), state="done",
        fields={VERSION: team.option("v1.0"), FORECAST: whole_day(date(2026, 7, 20)), "note": "一句",
                "participant": [team.me.uid]},
    )  # fmt: skip
    asked = [VERSION, FORECAST, "note", "participant", "nothing"]
    found = workspace.pull(project, fields=asked).items
    item, above = found[child.external_id], found[milestone.external_id]
    assert (item.key, item.type.name, item.state.name, item.state.category) == ("#2", "任务", "已完成", "done")
    assert item.url == f"https://qingchuan.worktile.com/mission/projects/{project}/tasks/{child.external_id}"
    assert item.start == Day(on=date(2026, 7, 1))
    assert item.due == Instant(at=datetime(2026, 7, 9, 18, 30, tzinfo=ZONE))
    assert item.done == Instant(at=sandbox.clock.now())
    assert (item.parent, item.groups) == (milestone, (tag,))
    assert item.assignees == (team.me.uid,) == (item.author,)
    assert item.fields == {
        VERSION: Named(id=team.options["v1.0"], name="v1.0"),
        FORECAST: Day(on=date(2026, 7, 20)),
        "note": Plain(text="一句"),
        "participant": Many(items=(Named(id=team.me.uid),)),
        "nothing": None,
    }
    assert (above.type.name, above.due, above.parent) == ("里程碑", Day(on=date(2026, 7, 10)), None)


def test_texts_come_in_three_ways_and_an_editors_own_keys_are_no_change(
    workspace: Workspace, project: ProjectId
) -> None:
    world = workspace.sandbox.world
    made = some(workspace, project, 3)
    uid = workspace.sandbox.team.me.uid
    tree = '[{"type":"paragraph","key":"KEY","children":[{"text":"树"}]}]'
    for one, text in zip(made, ("**md**", tree.replace("KEY", "a"), f"[@{uid}|王工] 请看 [a](b)"), strict=True):
        world.edit(one, fields={"desc": text})
    mirror = workspace.pull(project)
    texts = [mirror.items[one.external_id].description for one in made]
    assert texts == [
        Rich(format="markdown", original="**md**"),
        Rich(format="slate", original='[{"type":"paragraph","children":[{"text":"树"}]}]'),
        Rich(format="markdown", original="@王工 请看 [a](b)"),
    ]
    world.edit(made[1], fields={"desc": tree.replace("KEY", "b")})
    (again,) = workspace.read(made[1]).values()
    assert isinstance(again, Item)
    assert again.description == texts[1]


def test_whoever_the_list_of_members_lacks_is_found_in_the_second_list_of_tasks(
    workspace: Workspace, sandbox: WorktileSandbox, project: ProjectId
) -> None:
    (made,) = some(workspace, project, 1)
    left = sandbox.team.add_user("离职小张", listed=False)
    sandbox.world.edit(made, fields={"assignee": left.uid})
    mirror = workspace.pull(project)
    assert mirror.people == {left.uid: "离职小张", sandbox.team.me.uid: "王工"}
    (person,) = (one for one in mirror.records.values() if one.id.external_id == sandbox.team.me.uid)
    assert sandbox.team.me.id in getattr(person, "aliases", ())
    # What was learnt holds for a day; a uid that nobody explains stays a uid.
    sandbox.clock.advance(60)
    sandbox.world.edit(made, fields={"assignee": "c" * 32})
    since = len(sandbox.requests)
    workspace.pull(project, into=mirror)
    assert counted(workspace, since) == {TOKEN: 1, V1: 1, BULK: 1}
    assert mirror.items[made.external_id].assignees == ("c" * 32,)


def test_tags_come_with_the_tasks_that_carry_them(workspace: Workspace, project: ProjectId) -> None:
    world = workspace.sandbox.world
    made = some(workspace, project, 2)
    tag, unused = world.add_tag(project, "风险"), world.add_tag(project, "没人用")
    world.edit(made[0], group=tag)
    mirror = workspace.pull(project)
    assert [(one.id, one.title, one.project) for one in mirror.tags] == [(tag, "风险", project)]
    assert not [one for one in mirror.listings if one.kind == "tag"], "what tasks carry proves no absence"
    read = workspace.read(tag, unused, made[0])
    assert read[tag] == mirror.tags[0]
    assert read[unused] == Gone(id=unused, why="absent")
    world.hide_project(project)
    assert workspace.read(tag) == {tag: Gone(id=tag, why="hidden")}


def test_without_tags_in_scope_no_task_names_one(workspace: Workspace, project: ProjectId) -> None:
    world = workspace.sandbox.world
    (made,) = some(workspace, project, 1)
    world.edit(made, group=world.add_tag(project, "风险"))
    mirror = workspace.pull(project, kinds={"task"})
    assert mirror.items[made.external_id].groups == ()
    assert mirror.tags == []


def test_a_task_that_is_deleted_between_list_and_reading_is_no_part_of_the_listing(
    workspace: Workspace, project: ProjectId
) -> None:
    made = some(workspace, project, 3)
    victim = made[1]

    def delete(request: object, answer: object) -> None:
        if workspace.asked(V1) and victim.external_id in workspace.sandbox.team.tasks:
            workspace.sandbox.world.delete(victim)

    workspace.sandbox.observers.append(delete)
    mirror = workspace.pull(project)
    assert mirror.gone == [Gone(id=victim, why="absent")]
    assert set(mirror.listings[0].ids) == {made[0].external_id, made[2].external_id}
    assert project in mirror.complete


def test_a_delete_while_the_list_is_read_hides_nobody(workspace: Workspace, project: ProjectId) -> None:
    made = some(workspace, project, 6)
    newest = made[-1]  # on the first page: with it gone, the next page begins one task too late

    def delete(request: object, answer: object) -> None:
        if len(workspace.asked(V1)) == 1:
            workspace.sandbox.team.tasks[newest.external_id].hidden = True
        elif len(workspace.asked(V1)) == 2:
            workspace.sandbox.team.tasks[newest.external_id].hidden = False

    workspace.sandbox.observers.append(delete)
    mirror = workspace.pull(project, page_size=2)
    assert set(mirror.listings[0].ids) == {one.external_id for one in made}


@pytest.mark.parametrize("cap", [1, 2, 7])
def test_a_server_that_cuts_long_lists_of_ids_is_asked_for_the_rest(cap: int) -> None:
    with WorktileSandbox(FakeClock(), habits=Habits(bulk_cap=cap)) as sandbox:
        workspace, project = Workspace(sandbox), sandbox.world.project()
        some(workspace, project, 7)
        mirror = workspace.pull(project)
    assert len(mirror.items) == 7
    assert mirror.gone == []


@pytest.mark.parametrize("habit", ["empty", "404", "403", "error"])
def test_a_hidden_project_is_skipped_however_worktile_says_it(habit: str) -> None:
    with WorktileSandbox(FakeClock(), habits=Habits(hidden_project=habit)) as sandbox:  # type: ignore[arg-type]
        workspace = Workspace(sandbox)
        project, other = sandbox.world.project(), sandbox.world.project()
        some(workspace, project, 2)
        mirror = workspace.pull(project, other)
        sandbox.world.hide_project(project)
        for skipped in (
            workspace.pull(project, other, into=mirror).skipped,
            [one for one in workspace.run().census(scope(project, other)) if isinstance(one, Skipped)],
        ):
            (one,) = skipped
            assert one.project == project
            assert isinstance(one.error, NotVisible)
            assert str(one.error.facts["thing"]) == f"worktile:{project}"
        assert workspace.run().visible([project, other]) == {other}


def test_all_projects_that_hide_cost_one_list_of_projects() -> None:
    with WorktileSandbox(FakeClock(), habits=Habits(hidden_project="404")) as sandbox:
        workspace = Workspace(sandbox)
        projects = [sandbox.world.project() for _ in range(3)]
        for one in projects:
            sandbox.world.hide_project(one)
        assert len(workspace.pull(*projects).skipped) == 3
        assert len(workspace.asked(PROJECTS)) == 1
        assert len(list(workspace.run().census(scope(*projects)))) == 3
        assert len(workspace.asked(PROJECTS)) == 2


def scope(*projects: ProjectId) -> Scope:
    return Scope(projects=projects, kinds=frozenset({"task", "tag"}), fields={})


def test_a_project_without_tasks_is_complete_and_not_hidden(workspace: Workspace, project: ProjectId) -> None:
    mirror = workspace.pull(project)
    assert project in mirror.complete
    assert mirror.listings == [Listing(project=project, kind="task", ids={})]
    assert counted(workspace) == {TOKEN: 1, V1: 1, PROJECTS: 1}, "an empty list is not believed before the project is"


def test_a_task_that_cannot_be_read_costs_itself_alone(workspace: Workspace, project: ProjectId) -> None:
    good, bad = some(workspace, project, 2)
    workspace.sandbox.world.edit(bad, fields={"due": "tomorrow"})
    mirror = workspace.pull(project)
    assert set(mirror.items) == {good.external_id}
    (skipped,) = mirror.skipped
    assert skipped.id == bad
    assert isinstance(skipped.error, ProtocolError)
    assert skipped.error.facts["field"] == "properties.due"
    assert bad.external_id in mirror.listings[0].ids, "it is there, whatever it looks like"
    with pytest.raises(ProtocolError, match=r"properties\.due"):
        workspace.read(good, bad)


def test_a_row_of_the_list_that_cannot_be_read_is_read_by_id_and_does_not_vanish(
    workspace: Workspace, project: ProjectId
) -> None:
    good, odd = some(workspace, project, 2)
    page = workspace.sandbox.server.paged

    def bent(request: HttpRequest, rows: list[dict[str, Any]]) -> HttpResponse:
        return page(request, [one | {"title": None} if one["_id"] == odd.external_id else one for one in rows])

    workspace.sandbox.server.paged = bent  # type: ignore[method-assign]
    mirror = workspace.pull(project)
    assert set(mirror.items) == {good.external_id, odd.external_id}
    assert mirror.listings[0].ids[odd.external_id] is None
    since = len(workspace.sandbox.requests)
    workspace.pull(project, into=mirror)
    assert [one.query["task_ids"] for one in workspace.asked(BULK, since)] == [[odd.external_id]], "it has no version"


def test_a_moved_task_is_found_in_its_new_project(workspace: Workspace, project: ProjectId) -> None:
    (made,) = some(workspace, project, 1)
    other = workspace.sandbox.world.project()
    mirror = workspace.pull(project, other)
    workspace.sandbox.world.move(made, other)
    workspace.pull(project, other, into=mirror)
    assert mirror.items[made.external_id].project == other


def test_what_is_read_by_id_is_what_a_pull_shows(workspace: Workspace, project: ProjectId) -> None:
    made = some(workspace, project, 3)
    mirror = workspace.pull(project, fields=[EFFORT])
    assert workspace.read(*made) == {one: mirror.records[one] for one in made}


def test_a_deleted_task_that_worktile_still_shows_is_deleted() -> None:
    with WorktileSandbox(FakeClock(), habits=Habits(keeps_deleted=True)) as sandbox:
        workspace, project = Workspace(sandbox), sandbox.world.project()
        first, second = some(workspace, project, 2)
        sandbox.world.delete(first)
        assert workspace.read(first, second)[first] == Gone(id=first, why="deleted")


def test_an_error_never_passes_for_a_deleted_task(workspace: Workspace, project: ProjectId) -> None:
    made = some(workspace, project, 2)
    workspace.run().check()
    workspace.sandbox.faults.add(Fault(call=f"GET {BULK}", what="html", times=None))
    with pytest.raises(Exception, match="web page"):
        list(workspace.run().read(made))


@pytest.mark.parametrize(("closed", "names"), [("get-members", {"王工"}), (r"(get-members|/projects/)", set())])
def test_who_may_not_see_people_still_sees_tasks(
    workspace: Workspace, project: ProjectId, closed: str, names: set[str], caplog: pytest.LogCaptureFixture
) -> None:
    some(workspace, project, 1)
    server = workspace.sandbox.server
    server.routes = [one for one in server.routes if not re.search(closed, one[1].pattern)]
    mirror = workspace.pull(project)
    assert (len(mirror.items), mirror.skipped, set(mirror.people.values())) == (1, [], names)
    assert "names are not told" in caplog.text


def test_ids_that_are_none_are_absent_and_do_no_harm(workspace: Workspace, project: ProjectId) -> None:
    (made,) = some(workspace, project, 1)
    strange = RecordId(kind="task", external_id="../../x,y")
    assert workspace.read(strange)[strange] == Gone(id=strange, why="absent")
    assert isinstance(workspace.read(made)[made], Item)
