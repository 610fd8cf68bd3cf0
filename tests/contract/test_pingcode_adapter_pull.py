"""What a pull of PingCode promises beyond the laws: both dialects, products, deleted and archived, torn lists."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from pmbridge.errors import ConfigError, NotAuthorized, NotVisible, ProtocolError
from pmbridge.records import Gone, Group, Item, Listing, Scope, Skipped, Verb, Wanted
from pmbridge.testing.faults import Fault
from pmbridge.testing.sandbox import Answer, Request
from pmbridge.values import Named, ProjectId, RecordId
from pmbridge_pingcode import sandbox_catalogue as catalogue
from pmbridge_pingcode.kinds import KINDS
from tests.contract.pingcode_bench import ALL, Workspace, opened, some

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture(params=["pjm", "project"])
def workspace(request: pytest.FixtureRequest) -> Iterator[Workspace]:
    with opened(dialects=(request.param,)) as made:
        yield made


def item(found: object) -> Item:
    assert isinstance(found, Item)
    return found


# ------------------------------------------------------------------------------------------------ what is asked


def test_what_changed_in_many_projects_costs_one_request_for_twenty(workspace: Workspace) -> None:
    projects = [workspace.sandbox.world.project() for _ in range(21)]
    mirror = workspace.pull(*projects, kinds={"work_item"})
    workspace.calls()
    workspace.later()
    workspace.pull(*projects, into=mirror, kinds={"work_item"})
    asked = workspace.calls()
    lists = [one for one in asked if "/work_items" in one]
    assert len(lists) == 2
    assert len(asked) == 21 + 2


def test_a_long_pull_stays_below_the_limit_of_a_minute() -> None:
    with opened() as workspace:
        projects = [workspace.sandbox.world.project() for _ in range(150)]
        statuses: list[int] = []
        workspace.sandbox.observers.append(lambda _, answer: statuses.append(answer.status))
        began = workspace.sandbox.clock.now()
        mirror = workspace.pull(*projects, kinds={"work_item"})
        assert set(mirror.complete) == set(projects)
        assert len(statuses) > 300
        assert set(statuses) == {200}
        assert (workspace.sandbox.clock.now() - began).total_seconds() < 180


def test_a_project_that_has_releases_is_not_asked_for_itself(workspace: Workspace) -> None:
    project = workspace.sandbox.world.project()
    workspace.sandbox.world.add_group(project, "M1")
    mirror = workspace.pull(project, kinds={"work_item", "release"})
    workspace.calls()
    workspace.pull(project, into=mirror, kinds={"work_item", "release"})
    asked = workspace.calls()
    assert len(asked) == 2
    assert asked[0].endswith(f"/projects/{project}/versions")


def test_sprints_and_deliverables_are_asked_only_where_they_can_be(workspace: Workspace) -> None:
    team = workspace.sandbox.team
    scrum, waterfall = (ProjectId(team.add_project(kind.upper(), kind, kind).id) for kind in ("scrum", "waterfall"))
    mirror = workspace.pull(scrum, waterfall)
    assert not mirror.skipped
    asked = workspace.calls()
    assert sum(one.endswith(f"{scrum}/sprints") for one in asked) == 1
    assert not [one for one in asked if one.endswith(f"{waterfall}/sprints")]
    assert sum("deliverables" in one for one in asked) == 1
    kinds = {one.kind for one in mirror.listings if one.project == waterfall}
    assert set(KINDS) == kinds, "what it cannot have is listed as empty, so that no census has to look for it"


def test_the_newer_search_reaches_a_day_back_and_passes_over_what_is_known() -> None:
    with opened() as workspace:
        project = workspace.sandbox.world.project()
        first, second, _ = some(workspace, project)
        workspace.later()
        mirror = workspace.pull(project)
        workspace.later()
        workspace.sandbox.world.edit(first, title="neu")
        told = [
            record
            for page in workspace.adapter().pull(Scope(projects=(project,), kinds=ALL), mirror.cursor, mirror)
            for record in page.records
            if isinstance(record, Item)
        ]
        assert [one.id for one in told] == [first]
        assert second in mirror.records
        (search,) = [one for one in workspace.sandbox.requests if one.path.endswith("/search")]
        since = search.json["payload"]["filter"]["updated_at"]["gte"]
        assert search.at.timestamp() - since >= 86_400


# ------------------------------------------------------------------------------------------- what is not there


def test_a_deleted_item_comes_as_deleted_and_leaves_the_listing(workspace: Workspace) -> None:
    project = workspace.sandbox.world.project()
    first, second, _ = some(workspace, project)
    mirror = workspace.pull(project)
    workspace.later()
    workspace.sandbox.world.delete(first)
    pages = list(workspace.adapter().pull(Scope(projects=(project,), kinds=ALL), mirror.cursor, mirror))
    assert Gone(id=first, why="deleted") in [one for page in pages for one in page.records]
    (listing,) = [one for one in workspace.pull(project, kinds={"work_item"}).listings if one.kind == "work_item"]
    assert first.external_id not in listing.ids
    assert second.external_id in listing.ids


def test_an_archived_item_stays_and_says_so(workspace: Workspace) -> None:
    project = workspace.sandbox.world.project()
    (made,) = some(workspace, project, 1)
    workspace.sandbox.world.archive(made)
    assert item(workspace.pull(project).records[made]).archived


def test_a_deleted_release_is_missing_from_the_next_listing(workspace: Workspace) -> None:
    world = workspace.sandbox.world
    project = world.project()
    kept, gone = world.add_group(project, "M1"), world.add_group(project, "M2")
    mirror = workspace.pull(project)
    world.delete(gone)
    mirror.listings.clear()
    workspace.pull(project, into=mirror)
    (listing,) = [one for one in mirror.listings if one.kind == "release"]
    assert set(listing.ids) == {kept.external_id}
    assert list(workspace.adapter().read([gone])) == [Gone(id=gone, why="absent")]


def test_an_item_that_never_was_is_absent_and_a_deleted_one_is_not_there_either(workspace: Workspace) -> None:
    project = workspace.sandbox.world.project()
    (made,) = some(workspace, project, 1)
    workspace.sandbox.world.delete(made)
    never = RecordId(kind="work_item", external_id="5edca524ffffffffffffffff")
    found = {one.id: one for one in workspace.adapter().read([made, never])}
    assert found[never] == Gone(id=never, why="absent")
    answer = found[made]
    assert isinstance(answer, Gone)
    # Only the newer dialect can be asked for deleted ones.
    assert answer.why == ("deleted" if workspace.sandbox.service.areas == ("pjm",) else "absent")


def test_a_hidden_project_that_held_releases_is_skipped(workspace: Workspace) -> None:
    project = workspace.sandbox.world.project()
    workspace.sandbox.world.add_group(project, "M1")
    mirror = workspace.pull(project)
    workspace.sandbox.world.hide_project(project)
    mirror.listings.clear()
    workspace.pull(project, into=mirror)
    assert [type(one.error) for one in mirror.skipped] == [NotVisible]
    assert mirror.listings == []


# ------------------------------------------------------------------------------------------------ torn lists


def test_rows_that_move_between_pages_are_read_again(workspace: Workspace) -> None:
    project = workspace.sandbox.world.project()
    some(workspace, project, 205)
    team, busy = workspace.sandbox.team, [True]

    def meddle(request: Request, _: Answer) -> None:
        if busy[0] and request.path.endswith("/work_items") and request.query.get("page_index") == ["0"]:
            busy[0] = False
            for number, one in enumerate(sorted(team.items.values(), key=lambda each: each.number)):
                one.number = 1000 - number  # everything stands elsewhere now

    workspace.sandbox.observers.append(meddle)
    mirror = workspace.pull(project)
    assert project in mirror.complete
    assert sum(isinstance(one, Item) for one in mirror.records.values()) == 205
    assert sum(one.endswith("/work_items") for one in workspace.calls()) >= 6


def test_a_list_that_is_torn_three_times_keeps_the_mark_and_lists_nothing(workspace: Workspace) -> None:
    project = workspace.sandbox.world.project()
    some(workspace, project, 150)
    world, seen = workspace.sandbox.world, [0]

    def meddle(request: Request, _: Answer) -> None:
        if request.path.endswith("/work_items"):
            seen[0] += 1
            world.add_item(project, f"neu {seen[0]}")

    workspace.sandbox.observers.append(meddle)
    mirror = workspace.pull(project)
    assert project not in mirror.complete
    assert [type(one.error) for one in mirror.skipped] == [ProtocolError]
    assert not [one for one in mirror.listings if one.kind == "work_item"]
    assert mirror.cursor is not None
    assert "marks" not in mirror.cursor


# ------------------------------------------------------------------------------------------------- products


def test_a_product_is_a_project_whose_tickets_and_ideas_are_items(workspace: Workspace) -> None:
    world = workspace.sandbox.world
    product = world.product()
    ticket, idea = world.add_item(product, "工单", due=date(2026, 6, 30)), world.add_idea(product, "想法")
    mirror = workspace.pull(product)
    found = item(mirror.records[ticket])
    assert (found.project, found.key, found.type.name) == (product, "PROD1-T1", "需求")
    assert found.due is not None
    assert found.due.day(SHANGHAI) == date(2026, 6, 30)
    assert item(mirror.records[idea]).state.category == "todo"
    assert product in mirror.complete
    workspace.later()
    world.edit(ticket, state="done")
    workspace.pull(product, into=mirror)
    assert item(mirror.records[ticket]).state.category == "done"
    assert item(mirror.records[ticket]).done is not None


def test_a_hidden_product_is_skipped_and_leaves_the_project_complete(workspace: Workspace) -> None:
    world = workspace.sandbox.world
    project, product = world.project(), world.product()
    world.hide_project(product)
    mirror = workspace.pull(project, product)
    assert [one.project for one in mirror.skipped] == [product]
    assert project in mirror.complete
    assert workspace.adapter().visible([project, product]) == {project}


def test_without_the_right_to_products_the_projects_are_still_read() -> None:
    with opened(denied=("ship",)) as workspace:
        project = workspace.sandbox.world.project()
        adapter = workspace.adapter()
        assert [one.id for one in adapter.projects()] == [project]
        product = ProjectId("product/" + "6" * 24)
        mirror = workspace.pull(project, product)
        assert [one.project for one in mirror.skipped] == [product]
        assert all(isinstance(one.error, NotAuthorized) for one in mirror.skipped)
        assert project in mirror.complete


def test_the_census_says_that_a_project_has_no_tickets_and_a_product_no_work_items(workspace: Workspace) -> None:
    world = workspace.sandbox.world
    project, product = world.project(), world.product()
    ticket = world.add_item(product, "工单")
    answers = list(workspace.adapter().census(Scope(projects=(project, product), kinds=ALL)))
    listings = {(one.project, one.kind): set(one.ids) for one in answers if isinstance(one, Listing)}
    assert not [one for one in answers if isinstance(one, Skipped)]
    assert listings == {
        (home, kind): {ticket.external_id} if (home, kind) == (product, "ticket") else set()
        for home in (project, product)
        for kind in ("work_item", "deliverable", "ticket", "idea")
    }


# -------------------------------------------------------------------------------------------- what records say


def test_releases_and_sprints_are_groups_with_days(workspace: Workspace) -> None:
    world = workspace.sandbox.world
    project = world.project()
    (made,) = some(workspace, project, 1)
    release, sprint = world.add_group(project, "M1", date(2026, 7, 1)), world.add_sprint(project, "迭代 1")
    world.edit(made, group=release)
    world.edit(made, group=sprint)
    world.edit(release, state="done")
    mirror = workspace.pull(project)
    found = mirror.records[release]
    assert isinstance(found, Group)
    assert found.due is not None
    assert (found.due.t, found.due.day(SHANGHAI)) == ("day", date(2026, 7, 1))
    assert found.state is not None
    assert (found.state.name, found.state.category) == ("已发布", "done")
    assert found.done is not None
    assert found.done.day(SHANGHAI) == date(2026, 6, 5)
    assert set(item(mirror.records[made]).groups) == {release, sprint}
    assert list(workspace.adapter().read([release])) == [found]


def test_a_deliverable_hangs_on_its_work_item_and_its_state_is_unknown(workspace: Workspace) -> None:
    world = workspace.sandbox.world
    project = world.project()
    (made,) = some(workspace, project, 1)
    deliverable = world.add_deliverable(made, "规格书", "https://files.qingchuan.example/1")
    found = item(workspace.pull(project).records[deliverable])
    assert (found.title, found.parent, found.state.category) == ("规格书", made, "unknown")
    assert list(workspace.adapter().read([deliverable])) == [found]
    world.delete(deliverable)
    assert list(workspace.adapter().read([deliverable])) == [Gone(id=deliverable, why="absent")]


def test_fields_are_read_by_what_their_properties_say(workspace: Workspace) -> None:
    world = workspace.sandbox.world
    project = world.project()
    (made,) = some(workspace, project, 1)
    option, _ = catalogue.SEVERITY.options
    areas = [id_ for id_, _ in catalogue.AREAS.options]
    world.edit(made, points=3, fields={"severity": option[0], "yingxianggongqi": 5, "shejimokuai": areas})
    fields = ["severity", "story_points", "yingxianggongqi", "shejimokuai", "querenriqi", "priority"]
    values = item(workspace.pull(project, fields={"work_item": fields}).records[made]).fields
    assert values["severity"] == Named(id=option[0], name="严重")
    assert [one.name for one in getattr(values["shejimokuai"], "items", ())] == ["会员", "积分"]
    assert str(getattr(values["story_points"], "value", "")) == "3"
    assert str(getattr(values["yingxianggongqi"], "value", "")) == "5"
    assert values["querenriqi"] is None
    assert getattr(values["priority"], "name", "") == "普通"
    (again,) = workspace.adapter().read([made])
    assert item(again).fields == values


def test_a_type_that_is_new_since_the_types_were_read_gets_its_name(workspace: Workspace) -> None:
    project = workspace.sandbox.world.project()
    mirror = workspace.pull(project)
    some(workspace, project, 1)
    workspace.pull(project, into=mirror)
    assert {one.type.name for one in mirror.records.values() if isinstance(one, Item)} == {"任务"}


def test_closed_counts_as_what_the_setting_says(workspace: Workspace) -> None:
    project = workspace.sandbox.world.project()
    (made,) = some(workspace, project, 1)
    workspace.sandbox.world.edit(made, state=catalogue.CLOSED.id)
    for setting in ("unknown", "done", "cancelled"):
        (found,) = workspace.adapter(closed_counts_as=setting).read([made])
        assert item(found).state.category == setting


def test_a_deleted_comment_is_not_told(workspace: Workspace) -> None:
    project = workspace.sandbox.world.project()
    (made,) = some(workspace, project, 1)
    workspace.sandbox.world.comment(made, "bleibt")
    workspace.sandbox.world.comment(made, "geht")
    workspace.sandbox.team.items[made.external_id].notes[1].deleted = True
    wanted = Wanted(id=made, project=project, parts=frozenset({Verb.COMMENTS, Verb.APPROVALS}))
    (details,) = workspace.adapter().details([wanted])
    assert [getattr(one, "body").original for one in details.records] == ["bleibt"]  # noqa: B009
    assert details.parts == {Verb.COMMENTS}


def test_details_of_what_is_gone_carry_an_error_and_name_no_part(workspace: Workspace) -> None:
    project = workspace.sandbox.world.project()
    gone = RecordId(kind="work_item", external_id="5edca524ffffffffffffffff")
    (details,) = workspace.adapter().details([Wanted(id=gone, project=project, parts=frozenset({Verb.HISTORY}))])
    assert isinstance(details.error, NotVisible)
    assert details.parts == frozenset()


def test_a_refusal_in_the_middle_of_many_projects_skips_only_its_own(workspace: Workspace) -> None:
    first, second = (workspace.sandbox.world.project() for _ in range(2))
    workspace.sandbox.faults.add(Fault(call=f"GET */projects/{first}", what="forbidden", times=None))
    mirror = workspace.pull(first, second, kinds={"work_item"})
    assert [one.project for one in mirror.skipped] == [first]
    assert second in mirror.complete


def test_without_the_right_to_the_team_the_application_is_known_by_its_id() -> None:
    with opened(denied=("directory",)) as workspace:
        account = workspace.adapter().check()
        assert (account.id, account.name) == ("sandbox-client", "sandbox-client")
    with opened(denied=("directory", "pjm")) as workspace, pytest.raises(NotAuthorized):
        workspace.adapter().check()


def test_a_project_is_described_as_what_it_is_also_on_the_day_it_is_made(workspace: Workspace) -> None:
    first = workspace.sandbox.world.project()
    workspace.pull(first)
    second = workspace.sandbox.world.project()
    assert set(workspace.adapter().describe(second).kinds) == {"work_item", "release", "sprint", "deliverable"}


def test_a_project_is_found_by_its_identifier_and_its_name_and_a_near_miss_is_told(workspace: Workspace) -> None:
    project, product = workspace.sandbox.world.project(), workspace.sandbox.world.product()
    adapter = workspace.adapter()
    assert [adapter.describe(text).project.id for text in ("world1", "World 1", project)] == [project] * 3
    assert adapter.describe("Product 2").project.id == product
    with pytest.raises(ConfigError) as raised:
        adapter.describe("Wrld 1")
    assert "World 1" in raised.value.text("en")
    with pytest.raises(NotVisible):
        adapter.describe("5eb623f6ffffffffffffffff")
    team = workspace.sandbox.team
    team.add_project("TWIN", "World 1")
    with pytest.raises(ConfigError):
        adapter.describe("World 1")
