"""Searching and reading issues: pages, tokens, caps, index lag, fields, on Cloud and on Data Center."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from pmbridge.testing.sandbox import Fault
from pmbridge_jira.sandbox_bulk import seed_bulk
from tests.contract.jira_visitor import Visitor, cloud, server, visiting

ALL = "project = MALL ORDER BY key ASC"


@pytest.fixture
def me() -> Iterator[Visitor]:
    """Give a Cloud site with 250 issues in one project."""
    with visiting(cloud()) as visitor:
        seed_bulk(visitor.sandbox.site, visitor.sandbox.site.add_project("MALL", "商城"), 250)
        yield visitor


@pytest.fixture
def dc() -> Iterator[Visitor]:
    """Give a Data Center site with 250 issues in one project."""
    with visiting(server(page_cap=100, result_window=200)) as visitor:
        seed_bulk(visitor.sandbox.site, visitor.sandbox.site.add_project("MALL", "商城"), 250)
        yield visitor


# ------------------------------------------------------------------------------------------- search/jql


def test_without_fields_an_issue_is_its_id_and_nothing_more(me: Visitor) -> None:
    page = me.post("/search/jql", {"jql": ALL, "maxResults": 1})
    assert page["issues"] == [{"id": "20001"}]
    assert set(page) == {"issues", "nextPageToken", "isLast"}


def test_pages_follow_the_token_and_end_without_one(me: Visitor) -> None:
    ids = [issue["id"] for issue in me.search(ALL, ["summary"])]
    assert ids == [str(20001 + number) for number in range(250)]
    assert len(me.sandbox.requests) == 3


def test_the_page_is_capped_without_a_word(me: Visitor) -> None:
    sizes = [
        len(me.post("/search/jql", {"jql": ALL, **body})["issues"])
        for body in ({}, {"maxResults": 5000}, {"maxResults": 5000, "fields": ["key"]},
                     {"maxResults": 5000, "fields": ["summary"]}, {"maxResults": 0})
    ]  # fmt: skip
    assert sizes == [50, 250, 250, 100, 50]


def test_get_and_post_answer_alike(me: Visitor) -> None:
    asked = me.get("/search/jql", {"jql": ALL, "fields": "summary,duedate", "maxResults": 2})
    assert (
        asked["issues"]
        == me.post("/search/jql", {"jql": ALL, "fields": ["summary", "duedate"], "maxResults": 2})["issues"]
    )
    assert set(asked["issues"][0]["fields"]) == {"summary", "duedate"}
    following = me.get("/search/jql", {"jql": ALL, "fields": "summary,duedate", "maxResults": 2,
                                       "nextPageToken": asked["nextPageToken"]})  # fmt: skip
    assert [issue["key"] for issue in following["issues"]] == ["MALL-3", "MALL-4"]


@pytest.mark.parametrize("changed", [{"jql": "project = MALL"}, {"fields": ["duedate"]}, {"reconcileIssues": [20001]}])
def test_a_token_belongs_to_its_question(me: Visitor, changed: dict[str, object]) -> None:
    body = {"jql": ALL, "fields": ["summary"]}
    token = me.post("/search/jql", body)["nextPageToken"]
    assert (
        "token" in me.post("/search/jql", {**body, **changed, "nextPageToken": token}, status=400)["errorMessages"][0]
    )


def test_a_token_lives_seven_days(me: Visitor) -> None:
    body = {"jql": ALL, "fields": ["summary"]}
    token = me.post("/search/jql", body)["nextPageToken"]
    me.sandbox.clock.advance(timedelta(days=7).total_seconds())
    assert len(me.post("/search/jql", {**body, "nextPageToken": token})["issues"]) == 50
    me.sandbox.clock.advance(1)
    assert "expired" in me.post("/search/jql", {**body, "nextPageToken": token}, status=400)["errorMessages"][0]
    assert me.post("/search/jql", {**body, "nextPageToken": "bm9uc2Vuc2U="}, status=400)


def test_a_planned_expiry_hits_the_token_where_there_is_one_and_else_the_credential(me: Visitor) -> None:
    me.sandbox.faults.add(Fault(call="* *", what="expired", times=2))
    assert me.ask("POST", "/search/jql", json={"jql": ALL, "nextPageToken": "x"}).status_code == 400
    assert me.ask("POST", "/search/jql", json={"jql": ALL}).status_code == 401


def test_an_issue_edited_during_the_scan_is_seen_again_at_its_end(me: Visitor) -> None:
    body = {"jql": "project = MALL ORDER BY updated ASC, key ASC", "fields": ["updated"], "maxResults": 100}
    first = me.post("/search/jql", body)
    me.sandbox.site.edit(me.sandbox.site.issues[20001], summary="später")
    me.sandbox.site.edit(me.sandbox.site.issues[20200], summary="später")
    seen = [issue["id"] for issue in first["issues"]]
    token = first["nextPageToken"]
    while token:
        page = me.post("/search/jql", {**body, "nextPageToken": token})
        seen += [issue["id"] for issue in page["issues"]]
        token = page.get("nextPageToken")
    assert seen[-2:] == ["20001", "20200"]
    assert len(seen) == 251


def test_a_scan_that_runs_against_the_edits_loses_one(me: Visitor) -> None:
    backwards = "project = MALL ORDER BY updated DESC"
    first = me.post("/search/jql", {"jql": backwards, "fields": ["updated"], "maxResults": 100})
    me.sandbox.site.edit(me.sandbox.site.issues[20001], summary="später")
    rest = me.search(backwards, ["updated"], nextPageToken=first["nextPageToken"], maxResults=100)
    assert "20001" not in {issue["id"] for issue in [*first["issues"], *rest]}


def test_limits_of_the_request_are_kept(me: Visitor) -> None:
    assert me.post("/search/jql", {"jql": ALL, "reconcileIssues": list(range(20001, 20052))}, status=400)
    assert me.post("/search/jql", {"jql": ALL, "properties": list("abcdef")}, status=400)
    assert me.post("/search/jql", {"jql": ALL, "maxResults": "many"}, status=400)
    assert (
        me.ask("POST", "/search/jql", data=b"not json", headers={"Content-Type": "application/json"}).status_code == 400
    )
    assert me.ask("POST", "/search/jql", data=b"[]", headers={"Content-Type": "application/json"}).status_code == 400
    assert me.ask("POST", "/search/jql", data=b"jql=x").status_code == 415
    assert me.ask("DELETE", "/search/jql").status_code == 405


def test_the_removed_search_says_where_to_go(me: Visitor) -> None:
    for method in ("GET", "POST"):
        gone = me.ask(method, "/search", json={"jql": ALL})
        assert gone.status_code == 410
        assert "/rest/api/3/search/jql" in gone.json()["errorMessages"][0]


def test_a_repeated_token_and_the_old_shape_can_be_had() -> None:
    with visiting(cloud(quirks=["repeat-token"])) as me:
        seed_bulk(me.sandbox.site, me.sandbox.site.add_project("MALL", "商城"), 5)
        body = {"jql": ALL, "fields": ["key"], "maxResults": 2}
        first = me.post("/search/jql", body)
        second = me.post("/search/jql", {**body, "nextPageToken": first["nextPageToken"]})
        assert second["nextPageToken"] == first["nextPageToken"]
        assert [issue["key"] for issue in second["issues"]] == ["MALL-3", "MALL-4"]
        assert not second["isLast"]
    with visiting(cloud(quirks=["old-shape"])) as me:
        seed_bulk(me.sandbox.site, me.sandbox.site.add_project("MALL", "商城"), 5)
        page = me.post("/search/jql", {"jql": ALL, "fields": ["key"]})
        assert (page["startAt"], page["total"], len(page["issues"])) == (0, 5, 5)
        assert "nextPageToken" not in page
        assert "isLast" not in page


def test_approximate_count(me: Visitor) -> None:
    assert me.post("/search/approximate-count", {"jql": "project = MALL"}) == {"count": 250}
    assert me.post("/search/approximate-count", {"jql": ""}, status=400)


# ----------------------------------------------------------------------------------------------- index lag


def test_search_learns_late_of_what_issue_and_bulkfetch_know_at_once() -> None:
    with visiting(cloud(index_lag_s=60)) as me:
        site, clock = me.sandbox.site, me.sandbox.clock
        project = site.add_project("MALL", "商城")
        issue = site.add_issue(project, "10002", "alt")
        assert me.keys("project = MALL") == []
        assert me.get(f"/issue/{issue.id}")["key"] == "MALL-1"
        clock.advance(60)
        assert me.keys("project = MALL") == ["MALL-1"]

        clock.advance(10)
        site.edit(issue, summary="neu", status="10003")
        (old,) = me.search("project = MALL AND status = 10001", ["summary", "updated"])
        assert old["fields"]["summary"] == "alt"
        (new,) = me.post("/issue/bulkfetch", {"issueIdsOrKeys": ["MALL-1"], "fields": ["summary", "updated"]})["issues"]
        assert new["fields"]["summary"] == "neu"
        assert new["fields"]["updated"] > old["fields"]["updated"]
        clock.advance(59)
        assert me.keys("status = 10003") == []
        clock.advance(1)
        assert me.keys("status = 10003") == ["MALL-1"]


def test_reconcile_issues_looks_behind_the_lag_for_exactly_these() -> None:
    with visiting(cloud(index_lag_s=60)) as me:
        site = me.sandbox.site
        project = site.add_project("MALL", "商城")
        new, other = (site.add_issue(project, "10002", name) for name in ("neu", "auch neu"))
        found = me.search("project = MALL", ["summary"], reconcileIssues=[new.id])
        assert [issue["fields"]["summary"] for issue in found] == ["neu"]
        site.delete(new)
        assert me.search("project = MALL", ["summary"], reconcileIssues=[new.id, other.id])[0]["id"] == str(other.id)


# ------------------------------------------------------------------------------------------- what is hidden


def test_moved_hidden_and_deleted_issues_look_as_in_jira(me: Visitor) -> None:
    site = me.sandbox.site
    moved, hidden, deleted, kept = (site.issues[number] for number in (20001, 20002, 20003, 20004))
    other = site.add_project("OPS", "运维")
    site.move(moved, other)
    site.set_hidden(hidden, hidden=True)
    site.delete(deleted)
    assert me.get("/issue/mall-1", {"fields": "project"})["key"] == "OPS-1"
    assert me.get("/issue/MALL-1", {"fields": "project"})["id"] == "20001"
    fetched = me.post("/issue/bulkfetch", {"issueIdsOrKeys": ["MALL-4", "20003", "20002", "MALL-1", "OPS-1"]})
    assert [issue["key"] for issue in fetched["issues"]] == ["OPS-1", "MALL-4"]
    assert fetched["issueErrors"] == []
    assert kept.now.key == "MALL-4"
    for gone in ("MALL-2", "20003", "NOPE-1"):
        assert "does not exist" in me.get(f"/issue/{gone}", status=404)["errorMessages"][0]
    assert me.keys("project = MALL ORDER BY key ASC")[0] == "MALL-4"
    site.set_hidden(hidden, hidden=False)
    assert me.keys("project = MALL ORDER BY key ASC")[0] == "MALL-2"


def test_a_hidden_project_takes_everything_of_it_along(me: Visitor) -> None:
    project = me.sandbox.site.projects[10001]
    version = next(iter(me.sandbox.site.versions))
    me.sandbox.site.set_hidden(project, hidden=True)
    assert me.get("/project/search", status=404)
    assert me.get("/project/MALL", status=404)
    assert me.get("/project/10001/version", status=404)
    assert me.get(f"/version/{version}", status=404)
    assert me.get("/issue/MALL-1", status=404)
    assert me.get("/rest/agile/1.0/board", {"projectKeyOrId": "MALL"}, status=404)
    body = {"projectPermissions": [{"permissions": ["BROWSE_PROJECTS"], "projects": [10001], "issues": [20001]}]}
    assert me.post("/permissions/check", body)["projectPermissions"] == [
        {"permission": "BROWSE_PROJECTS", "projects": [], "issues": []}
    ]
    me.sandbox.site.set_hidden(project, hidden=False)
    assert me.post("/permissions/check", body)["projectPermissions"][0]["issues"] == [20001]


# ---------------------------------------------------------------------------------------- bulk reads, history


def test_bulkfetch_takes_at_most_a_hundred(me: Visitor) -> None:
    assert me.post("/issue/bulkfetch", {"issueIdsOrKeys": [str(n) for n in range(101)]}, status=400)
    assert me.post("/issue/bulkfetch", {"issueIdsOrKeys": []}, status=400)
    assert len(me.post("/issue/bulkfetch", {"issueIdsOrKeys": [str(20001 + n) for n in range(100)]})["issues"]) == 100


def test_an_issue_of_the_bulk_is_as_large_as_a_real_one(me: Visitor) -> None:
    answer = me.ask("GET", "/issue/MALL-1")
    assert 6_000 < len(answer.content) < 7_500
    assert sum(value is None for value in answer.json()["fields"].values()) >= 35


def test_each_edit_is_logged_once_in_jiras_spelling(me: Visitor) -> None:
    site, clock = me.sandbox.site, me.sandbox.clock
    project = site.projects[10001]
    first, second = site.add_version(project, "M1"), site.add_version(project, "M2")
    epic = site.add_issue(project, "10000", "epic")
    issue = site.add_issue(project, "10002", "alt", due=date(2026, 6, 1), versions=(first.id,))
    clock.advance(1)
    site.edit(issue, summary="neu", due=None, versions=(second.id,), parent=epic.id, custom={"customfield_10016": 5})
    site.edit(issue, summary="neu")
    clock.advance(1)
    site.edit(issue, status="10003")
    page = me.get(f"/issue/{issue.id}/changelog")
    assert (page["total"], page["isLast"]) == (2, True)
    edit, done = page["values"]
    assert edit["created"] == "2026-06-05T10:00:01.000+0800"
    assert [tuple(item.get(name) for name in ("field", "fieldId", "from", "fromString", "to", "toString"))
            for item in edit["items"]] == [
        ("summary", "summary", None, "alt", None, "neu"),
        ("duedate", "duedate", "2026-06-01", "2026-06-01 00:00:00.0", None, None),
        ("IssueParentAssociation", None, None, None, str(epic.id), epic.now.key),
        ("Fix Version", "fixVersions", str(first.id), "M1", None, None),
        ("Fix Version", "fixVersions", None, None, str(second.id), "M2"),
        ("Story Points", "customfield_10016", None, None, None, "5"),
    ]  # fmt: skip
    assert [item["field"] for item in done["items"]] == ["status", "resolution"]
    assert me.get(f"/issue/{issue.id}", {"fields": "resolutiondate"})["fields"]["resolutiondate"] == done["created"]


def test_changelogs_come_in_bulk_oldest_first_filtered_and_in_pages(me: Visitor) -> None:
    site, clock = me.sandbox.site, me.sandbox.clock
    one, two = site.issues[20001], site.issues[20002]
    for number, issue in enumerate((one, two, one, two)):
        clock.advance(1)
        site.edit(issue, summary=f"s{number}", due=date(2026, 7, 1 + number))
    body = {"issueIdsOrKeys": ["MALL-2", "20001", "MALL-999"], "fieldIds": ["duedate"], "maxResults": 3}
    first = me.post("/changelog/bulkfetch", body)
    told = {log["issueId"]: [item["toString"] for history in log["changeHistories"] for item in history["items"]]
            for log in first["issueChangeLogs"]}  # fmt: skip
    assert told == {
        "20001": ["2026-07-01 00:00:00.0", "2026-07-03 00:00:00.0"],
        "20002": ["2026-07-02 00:00:00.0"],
    }
    rest = me.post("/changelog/bulkfetch", {**body, "nextPageToken": first["nextPageToken"]})
    assert [log["issueId"] for log in rest["issueChangeLogs"]] == ["20002"]
    assert "nextPageToken" not in rest
    assert me.post(
        "/changelog/bulkfetch", {**body, "fieldIds": [], "nextPageToken": first["nextPageToken"]}, status=400
    )
    assert me.post("/changelog/bulkfetch", {**body, "fieldIds": [str(n) for n in range(11)]}, status=400)
    assert me.post("/changelog/bulkfetch", {"issueIdsOrKeys": []}, status=400)


def test_the_changelog_in_a_search_is_cut_to_the_newest_forty(me: Visitor) -> None:
    site, clock = me.sandbox.site, me.sandbox.clock
    for number in range(45):
        clock.advance(1)
        site.edit(site.issues[20001], summary=f"s{number}")
    (issue,) = me.search("key = MALL-1", ["summary"], expand="changelog")
    log = issue["changelog"]
    assert (log["total"], len(log["histories"])) == (45, 40)
    assert log["histories"][0]["items"][0]["toString"] == "s44"


def test_changelogs_in_bulk_may_be_dated_with_a_number() -> None:
    with visiting(cloud(quirks=["numeric-created"])) as me:
        site = me.sandbox.site
        issue = site.add_issue(site.add_project("MALL", "商城"), "10002", "alt")
        site.edit(issue, summary="neu")
        (log,) = me.post("/changelog/bulkfetch", {"issueIdsOrKeys": ["MALL-1"]})["issueChangeLogs"]
        assert log["changeHistories"][0]["created"] == 1780624800000


def test_comments_are_paged_and_public_or_not(me: Visitor) -> None:
    site, clock = me.sandbox.site, me.sandbox.clock
    for number in range(3):
        clock.advance(1)
        site.comment(site.issues[20001], f"说明 {number}", public=number != 1)
    page = me.get("/issue/MALL-1/comment", {"maxResults": 2})
    assert (page["total"], [comment["jsdPublic"] for comment in page["comments"]]) == (3, [True, False])
    assert page["comments"][0]["body"]["content"][0]["content"][0]["text"] == "说明 0"
    newest = me.get("/issue/MALL-1/comment", {"orderBy": "-created", "maxResults": 1})
    assert newest["comments"][0]["body"]["content"][0]["content"][0]["text"] == "说明 2"
    issue = me.get("/issue/MALL-1", {"fields": "updated"})
    assert issue["fields"]["updated"] == "2026-06-05T10:00:03.000+0800"
    assert me.get("/issue/MALL-1/changelog")["total"] == 0


def test_long_texts_are_documents_in_version_3_and_strings_in_version_2(me: Visitor) -> None:
    site = me.sandbox.site
    words = {"type": "text", "text": "粗", "marks": [{"type": "strong"}]}
    paragraph = {"type": "paragraph", "content": [words, {"type": "hardBreak"}, {"type": "mystery"}]}
    document = {"type": "doc", "version": 1, "content": [paragraph]}
    field = site.add_field("备注", "Note", "textarea")
    site.edit(site.issues[20001], description=document, custom={field.id: "eine Zeile"})
    new = me.get("/issue/MALL-1", {"fields": f"description,{field.id}"})["fields"]
    assert new["description"] == document
    assert new[field.id]["type"] == "doc"
    old = me.get("/rest/api/2/issue/MALL-1", {"fields": f"description,{field.id}"})["fields"]
    assert old == {"description": "粗\n", field.id: "eine Zeile"}


def test_custom_fields_show_by_their_kind(me: Visitor) -> None:
    site = me.sandbox.site
    option = site.add_field("级别", "Level", "option", options=("高", "低"))
    many = site.add_field("渠道", "Channels", "options", options=("小程序", "门店"))
    person = site.add_field("负责人", "Owner", "user")
    moment = site.add_field("时间", "When", "datetime")
    site.edit(site.issues[20001], custom={
        option.id: "低", many.id: ("门店",), person.id: site.me.account_id,
        moment.id: datetime(2026, 6, 1, 1, tzinfo=UTC), "customfield_10015": date(2026, 6, 2), "customfield_10016": 2,
    })  # fmt: skip
    shown = me.get("/issue/MALL-1")["fields"]
    assert shown[option.id]["value"] == "低"
    assert [one["value"] for one in shown[many.id]] == ["门店"]
    assert shown[person.id]["displayName"] == "王工"
    assert shown[moment.id] == "2026-06-01T09:00:00.000+0800"
    assert shown["customfield_10015"] == "2026-06-02"
    assert shown["customfield_10016"] == 2.0


def test_fields_are_chosen_as_the_names_say(me: Visitor) -> None:
    def shown(fields: str) -> set[str]:
        return set(me.get("/issue/MALL-1", {"fields": fields})["fields"])

    everything = shown("*all")
    assert {"comment", "description", "summary", "customfield_10016"} <= everything
    assert shown("*navigable") == everything - {"comment"}
    assert shown("-comment,-description") == everything - {"comment", "description"}
    assert shown("summary,nosuchfield") == {"summary"}


# -------------------------------------------------------------------------------------------- Data Center


def test_data_center_pages_by_offset_and_echoes_its_own_cap(dc: Visitor) -> None:
    page = dc.get("/search", {"jql": ALL, "maxResults": 5000 // 50})
    assert (page["startAt"], page["maxResults"], page["total"], len(page["issues"])) == (0, 100, 250, 100)
    second = dc.post("/search", {"jql": ALL, "startAt": 100, "maxResults": 100, "fields": ["summary"]})
    assert second["issues"][0]["key"] == "MALL-101"
    assert list(second["issues"][0]["fields"]) == ["summary"]
    assert len(dc.get("/search", {"jql": ALL, "maxResults": 1000})["issues"]) == 100
    assert dc.get("/search", {"jql": ALL, "maxResults": 0}) == {
        "expand": "schema,names", "startAt": 0, "maxResults": 0, "total": 250, "issues": [],
    }  # fmt: skip


def test_data_center_shows_navigable_fields_unless_asked(dc: Visitor) -> None:
    (issue,) = dc.get("/search", {"jql": "key = MALL-1"})["issues"]
    assert isinstance(issue["fields"]["description"], str)
    assert "comment" not in issue["fields"]
    assert issue["fields"]["assignee"]["name"] == "wang"
    (bare,) = dc.get("/search", {"jql": "key = MALL-1", "fields": "id"})["issues"]
    assert set(bare) == {"expand", "id", "self", "key"}


def test_data_center_refuses_to_look_deeper_than_its_window(dc: Visitor) -> None:
    assert len(dc.get("/search", {"jql": ALL, "startAt": 100, "maxResults": 100})["issues"]) == 100
    refused = dc.get("/search", {"jql": ALL, "startAt": 200, "maxResults": 100}, status=500)
    assert "Search limit exceeded" in refused["errorMessages"][0]


def test_data_center_has_none_of_the_bulk_routes(dc: Visitor) -> None:
    for path in (
        "/search/jql",
        "/issue/bulkfetch",
        "/changelog/bulkfetch",
        "/permissions/check",
        "/search/approximate-count",
    ):
        assert dc.ask("POST", path, json={}).status_code in (404, 405), path
    for path in ("/project/search", "/issue/MALL-1/changelog"):
        assert dc.ask("GET", path).status_code == 404, path


def test_data_centers_changelog_is_whole_and_without_field_ids(dc: Visitor) -> None:
    site, clock = dc.sandbox.site, dc.sandbox.clock
    for number in range(45):
        clock.advance(1)
        site.edit(site.issues[20001], summary=f"s{number}")
    for answer in (
        dc.get("/search", {"jql": "key = MALL-1", "expand": "changelog"})["issues"][0],
        dc.post("/search", {"jql": "key = MALL-1", "expand": ["changelog"]})["issues"][0],
        dc.get("/issue/MALL-1", {"expand": "changelog"}),
    ):
        histories = answer["changelog"]["histories"]
        assert [len(histories), histories[0]["items"][0]["toString"]] == [45, "s0"]
        assert "fieldId" not in histories[0]["items"][0]


def test_data_center_links_to_epics_by_a_field_of_their_own(dc: Visitor) -> None:
    site = dc.sandbox.site
    epic = site.add_issue(site.projects[10001], "10000", "epic")
    site.edit(site.issues[20001], parent=epic.id)
    site.edit(site.issues[20002], parent=20001, type="10003")
    kind = {field["id"]: field.get("schema", {}).get("custom") for field in dc.get("/field")}
    assert kind["customfield_10014"] == "com.pyxis.greenhopper.jira:gh-epic-link"
    child, sub = (dc.get(f"/issue/MALL-{number}")["fields"] for number in (1, 2))
    assert child["customfield_10014"] == epic.now.key
    assert "parent" not in child
    assert sub["parent"]["key"] == "MALL-1"
    assert sub["customfield_10014"] is None


def test_the_sprint_field_holds_objects_or_on_old_servers_strings() -> None:
    for quirks in ((), ("sprint-strings",)):
        with visiting(server(quirks=quirks)) as me:
            site = me.sandbox.site
            project = site.add_project("MALL", "商城")
            sprint = site.add_sprint(site.add_board(project, "Board"), "迭代 1", state="active", start=site.clock.now())
            site.add_issue(project, "10002", "x", sprints=(sprint.id,))
            (value,) = me.get("/issue/MALL-1")["fields"]["customfield_10020"]
            if quirks:
                assert "[id=1,rapidViewId=1,state=ACTIVE,name=迭代 1,startDate=2026-06-05T10:00:00.000+08:00" in value
            else:
                assert (value["id"], value["state"], value["boardId"]) == (1, "active", 1)
