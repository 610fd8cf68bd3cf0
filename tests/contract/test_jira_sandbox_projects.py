"""Projects, versions, fields, boards, approvals and limits of the Jira sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from pmbridge.errors import Unsupported
from pmbridge.testing.sandbox import Fault, World
from pmbridge.values import RecordId
from pmbridge_jira.sandbox import Burst, JiraSandbox
from tests.contract.jira_visitor import Visitor, cloud, server, visiting


@pytest.fixture
def me() -> Iterator[Visitor]:
    with visiting(cloud()) as visitor:
        yield visitor


def test_projects_are_found_by_id_key_and_name_and_nothing_is_404(me: Visitor) -> None:
    site = me.sandbox.site
    for number in range(3):
        site.add_project(f"P{number}", f"Project {number}", kind="service_desk" if number else "software")
    page = me.get("/project/search", {"maxResults": 2})
    assert ([one["key"] for one in page["values"]], page["total"], page["isLast"]) == (["P0", "P1"], 3, False)
    assert [one["key"] for one in me.get("/project/search", {"id": ["10001", "10003"]})["values"]] == ["P0", "P2"]
    assert [one["key"] for one in me.get("/project/search", {"keys": "P1"})["values"]] == ["P1"]
    assert [one["key"] for one in me.get("/project/search", {"query": "project 2"})["values"]] == ["P2"]
    assert me.get("/project/search", {"typeKey": "service_desk"})["total"] == 2
    assert me.get("/project/search", {"keys": "NOPE"}, status=404)
    assert me.get("/project/search", {"id": [str(n) for n in range(51)]}, status=400)


def test_insight_tells_of_issues_and_the_last_change(me: Visitor) -> None:
    site = me.sandbox.site
    project = site.add_project("MALL", "商城")
    site.add_issue(project, "10002", "one")
    (shown,) = me.get("/project/search", {"expand": "insight"})["values"]
    assert shown["insight"] == {"totalIssueCount": 1, "lastIssueUpdateTime": "2026-06-05T10:00:00.000+0800"}


def test_a_renamed_project_keeps_its_id_and_answers_to_its_old_key(me: Visitor) -> None:
    world, site = me.sandbox.world, me.sandbox.site
    project = world.project()
    item = world.add_item(project, "one")
    old = site.projects[int(project)].key
    world.rename_project(project, "New")
    shown = me.get(f"/project/{old}", {"expand": "projectKeys"})
    assert (shown["id"], shown["name"], shown["projectKeys"]) == (project, "New", [f"{old}X", old])
    assert me.get(f"/issue/{old}-1")["key"] == f"{old}X-1"
    assert me.keys(f"project = {project}") == [f"{old}X-1"]
    assert me.get(f"/issue/{item.external_id}")["id"] == item.external_id


def test_versions_tell_their_dates_and_count_their_issues(me: Visitor) -> None:
    site = me.sandbox.site
    project = site.add_project("MALL", "商城")
    late = site.add_version(project, "M1", start=date(2026, 5, 1), release=date(2026, 6, 4))
    site.add_version(project, "M2", released=True, release=date(2026, 6, 1))
    site.add_version(project, "M3", archived=True, description="old")
    for status in ("10001", "10002", "10003", "10003"):
        site.add_issue(project, "10002", "x", status=status, versions=(late.id,))
    first, second, third = me.get("/project/MALL/version", {"expand": "issuesstatus"})["values"]
    assert first["issuesStatusForFixVersion"] == {"unmapped": 0, "toDo": 1, "inProgress": 1, "done": 2}
    assert (first["startDate"], first["releaseDate"], first["overdue"]) == ("2026-05-01", "2026-06-04", True)
    assert (first["projectId"], first["id"]) == (10001, str(late.id))
    assert "overdue" not in second
    assert (third["archived"], third["description"]) == (True, "old")
    assert [one["name"] for one in me.get("/project/MALL/version", {"status": "archived,released"})["values"]] == [
        "M2",
        "M3",
    ]
    assert me.get(f"/version/{late.id}/unresolvedIssueCount")["issuesUnresolvedCount"] == 2
    assert me.get(f"/version/{late.id}/relatedIssueCounts")["issuesFixedCount"] == 4
    assert me.get("/version/99999", status=404)


def test_an_edited_version_touches_no_issue(me: Visitor) -> None:
    world = me.sandbox.world
    project = world.project()
    group = world.add_group(project, "M1", due=date(2026, 6, 12))
    item = world.add_item(project, "one", group=group)
    before = me.get(f"/issue/{item.external_id}", {"fields": "updated"})
    me.sandbox.clock.advance(60)
    world.edit(group, title="M1 new", due=date(2026, 6, 17), state="done")
    shown = me.get(f"/version/{group.external_id}")
    assert (shown["name"], shown["releaseDate"], shown["released"]) == ("M1 new", "2026-06-17", True)
    assert me.get(f"/issue/{item.external_id}", {"fields": "updated"}) == before
    (on_issue,) = me.get(f"/issue/{item.external_id}")["fields"]["fixVersions"]
    assert on_issue["name"] == "M1 new"


def test_a_deleted_version_leaves_its_issues(me: Visitor) -> None:
    world = me.sandbox.world
    project = world.project()
    group = world.add_group(project, "M1")
    item = world.add_item(project, "one", group=group)
    world.delete(group)
    assert me.get(f"/issue/{item.external_id}")["fields"]["fixVersions"] == []
    assert me.get(f"/version/{group.external_id}", status=404)


def test_fields_carry_what_tells_them_apart(me: Visitor) -> None:
    site = me.sandbox.site
    site.add_field("Story Points", "Story Points", "number")
    fields = {field["id"]: field for field in me.get("/field")}
    assert fields["summary"]["schema"] == {"type": "string", "system": "summary"}
    assert fields["customfield_10020"]["schema"]["custom"] == "com.pyxis.greenhopper.jira:gh-sprint"
    assert fields["customfield_10050"]["name"] == "影响工期（天）"
    twins = [id_ for id_, field in fields.items() if field["name"] == "Story Points"]
    assert len(twins) == 2
    assert "customfield_10014" not in fields


def test_createmeta_names_types_then_fields_in_both_dialects() -> None:
    for sandbox, names in ((cloud(), ("issueTypes", "fields")), (server(), ("values", "values"))):
        with visiting(sandbox) as me:
            site = sandbox.site
            level = site.add_field("级别", "Level", "option", options=("高", "低"))
            site.add_project("MALL", "商城")
            types = me.get("/issue/createmeta/MALL/issuetypes")[names[0]]
            assert "变更请求" in {one["name"] for one in types}
            page = me.get("/issue/createmeta/10001/issuetypes/10012", {"maxResults": 500})
            assert page["maxResults"] == 200
            fields = {one["fieldId"]: one for one in page[names[1]]}
            assert fields["summary"]["required"]
            assert [one["value"] for one in fields[level.id]["allowedValues"]] == ["高", "低"]
            assert me.ask("GET", "/issue/createmeta/MALL/issuetypes/777").status_code == 400


def test_statuses_are_told_per_type(me: Visitor) -> None:
    me.sandbox.site.add_project("MALL", "商城")
    types = {one["id"]: [status["id"] for status in one["statuses"]] for one in me.get("/project/MALL/statuses")}
    assert types["10012"] == ["10101", "10102", "10103", "10104", "10105", "10106"]
    assert types["10002"] == ["10001", "10002", "10003"]
    categories = {one["id"]: one["statusCategory"]["key"] for one in me.get("/status")}
    assert (categories["10101"], categories["10103"], categories["10106"]) == ("new", "indeterminate", "done")


def test_boards_and_sprints(me: Visitor) -> None:
    world, site = me.sandbox.world, me.sandbox.site
    project = world.project()
    sprint = world.add_sprint(project, "迭代 1")
    world.edit(sprint, state="in_progress", title="迭代 1a")
    kanban = site.add_board(site.projects[int(project)], "Kanban", kind="kanban")
    boards = me.get("/rest/agile/1.0/board", {"projectKeyOrId": project, "type": "scrum"})["values"]
    assert [board["type"] for board in boards] == ["scrum"]
    page = me.get(f"/rest/agile/1.0/board/{boards[0]['id']}/sprint", {"state": "active,future"})
    assert [(one["id"], one["name"], one["state"]) for one in page["values"]] == [(1, "迭代 1a", "active")]
    assert me.get("/rest/agile/1.0/sprint/1")["originBoardId"] == boards[0]["id"]
    assert me.get(f"/rest/agile/1.0/board/{kanban.id}/sprint", status=400)
    assert me.get("/rest/agile/1.0/sprint/9", status=404)


def test_approvals_move_without_the_issue(me: Visitor) -> None:
    world, site = me.sandbox.world, me.sandbox.site
    project = world.project()
    item = world.add_item(project, "变更")
    issue = site.issues[int(item.external_id)]
    site.ask_approval(issue, "客户批准", [site.add_user(name).account_id for name in ("张敏", "李总")])
    before = issue.now
    path = f"/rest/servicedeskapi/request/{issue.now.key}/approval"
    world.approve(item, "张敏")
    assert [one["finalDecision"] for one in me.get(path)["values"]] == ["pending"]
    me.sandbox.clock.advance(120)
    world.approve(item, "李总")
    (shown,) = me.get(path)["values"]
    assert shown["finalDecision"] == "approved"
    assert {one["approver"]["displayName"]: one["approverDecision"] for one in shown["approvers"]} == {
        "张敏": "approved",
        "李总": "approved",
    }
    assert shown["completedDate"]["epochMillis"] == 1780624920000
    assert issue.now is before
    site.vote(site.ask_approval(issue, "two", [site.me.account_id]), site.me.account_id, "declined")
    assert [one["finalDecision"] for one in me.get(path)["values"]] == ["approved", "declined"]
    plain = site.add_issue(site.add_project("MALL", "商城"), "10002", "x")
    assert me.get(f"/rest/servicedeskapi/request/{plain.now.key}/approval", status=404)


def test_a_burst_is_limited_per_route_and_heals_with_time() -> None:
    with visiting(cloud(burst=Burst(per_s=2, size=3))) as me:
        answers = [me.ask("GET", "/myself") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        refused = answers[-1].headers
        assert (refused["Retry-After"], refused["X-RateLimit-Limit"], refused["X-RateLimit-Remaining"]) == (
            "1",
            "3",
            "0",
        )
        assert refused["RateLimit-Reason"] == "jira-burst-based"
        assert refused["X-RateLimit-Reset"] == "2026-06-05T02:00Z"
        assert me.ask("GET", "/status").status_code == 200
        me.sandbox.clock.advance(1)
        assert [me.ask("GET", "/myself").status_code for _ in range(3)] == [200, 200, 429]


def test_data_center_tells_of_its_limit_in_every_answer() -> None:
    with visiting(server(burst=Burst(per_s=1, size=5))) as me:
        headers = me.ask("GET", "/myself").headers
        assert {name: headers[name] for name in ("X-RateLimit-Limit", "X-RateLimit-Remaining", "Retry-After")} == {
            "X-RateLimit-Limit": "5",
            "X-RateLimit-Remaining": "4",
            "Retry-After": "0",
        }


@pytest.mark.parametrize(
    ("wait", "header", "reason"),
    [(7, "7", "jira-burst-based"), (1847, "1847", "jira-quota-tenant-based"), (None, None, "jira-burst-based")],
)
def test_a_planned_429_carries_the_vendors_headers(
    me: Visitor, wait: float | None, header: str | None, reason: str
) -> None:
    me.sandbox.faults.add(Fault(call="GET /rest/api/3/myself", what="429", retry_after=wait))
    refused = me.ask("GET", "/myself")
    assert refused.status_code == 429
    assert refused.headers.get("Retry-After") == header
    assert refused.headers["RateLimit-Reason"] == reason
    assert me.ask("GET", "/myself").status_code == 200


def test_a_site_may_keep_the_wait_to_itself() -> None:
    with visiting(cloud(quirks=["no-retry-after"])) as me:
        me.sandbox.faults.add(Fault(call="* *", what="429", retry_after=7))
        assert "Retry-After" not in me.ask("GET", "/myself").headers


def test_planned_faults_speak_as_jira(me: Visitor) -> None:
    for what, status in (("503", 503), ("500", 500), ("forbidden", 403), ("anonymous", 401)):
        me.sandbox.faults.add(Fault(call="GET *", what=what))  # type: ignore[arg-type]
        assert me.ask("GET", "/myself").status_code == status
        me.sandbox.faults.clear()


def test_the_world_edits_items_by_the_names_of_the_contract(me: Visitor) -> None:
    world: World = me.sandbox.world
    project, other = world.project(), world.project()
    epic = me.sandbox.world.add_epic(project, "epic")
    group = world.add_group(project, "M1")
    item = world.add_item(project, "old", state="in_progress", due=date(2026, 6, 1), parent=epic)
    sprint = me.sandbox.world.add_sprint(project, "迭代")
    path = f"/issue/{item.external_id}"
    shown = me.get(path)["fields"]
    assert (shown["status"]["id"], shown["duedate"], shown["parent"]["id"]) == ("10002", "2026-06-01", epic.external_id)
    world.edit(item, title="new", state="done", due=None, start=date(2026, 5, 1), points=5, group=group, parent=None)
    world.edit(item, group=sprint)
    world.edit(item, group=RecordId(kind="label", external_id="red"), fields={"customfield_10050": 3})
    world.edit(item, description="long")
    shown = me.get(path)["fields"]
    assert (shown["summary"], shown["status"]["id"], shown["duedate"], shown["labels"]) == (
        "new",
        "10003",
        None,
        ["red"],
    )
    assert (shown["customfield_10015"], shown["customfield_10016"], shown["customfield_10050"]) == ("2026-05-01", 5, 3)
    assert [one["id"] for one in shown["fixVersions"]] == [group.external_id]
    assert shown["customfield_10020"][0]["id"] == int(sprint.external_id)
    assert "parent" not in shown
    world.edit(item, group=None)
    assert me.get(path)["fields"]["fixVersions"] == []
    world.comment(item, "hello")
    assert me.get(f"{path}/comment")["total"] == 1
    world.move(item, other)
    assert me.get(path)["fields"]["project"]["id"] == other
    world.hide(item)
    assert me.get(path, status=404)
    world.show(item)
    world.delete(item)
    assert me.get(path, status=404)
    world.hide_project(other)
    assert me.get(f"/project/{other}", status=404)
    world.restore_project(other)
    assert me.get(f"/project/{other}")["id"] == other


def test_the_world_refuses_what_jira_has_not(me: Visitor) -> None:
    world = me.sandbox.world
    project = world.project()
    item, group = world.add_item(project, "x"), world.add_group(project, "M1")
    label = RecordId(kind="label", external_id="red")
    for id_, values in (
        (item, {"colour": "red"}),
        (group, {"points": 3}),
        (item, {"state": "cancelled"}),
        (label, {"title": "x"}),
    ):
        with pytest.raises(Unsupported):
            world.edit(id_, **values)
    with pytest.raises(Unsupported):
        world.hide(group)


def test_a_credential_fits_its_deployment() -> None:
    with pytest.raises(ValueError, match="no pat on cloud"):
        cloud(auth="pat")
    with pytest.raises(ValueError, match="no scoped on server"):
        server(auth="scoped")
    assert JiraSandbox.quiet_requests == 2
