"""Issues of the Jira sandbox, one by one and in bulk: what is there, what is not, what happened to them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from pmbridge_jira.sandbox_bulk import seed_bulk
from tests.contract.jira_visitor import Visitor, cloud, visiting

ALL = "project = MALL ORDER BY key ASC"


@pytest.fixture
def me() -> Iterator[Visitor]:
    """Give a Cloud site with 250 issues in one project."""
    with visiting(cloud()) as visitor:
        seed_bulk(visitor.sandbox.site, visitor.sandbox.site.add_project("MALL", "商城"), 250)
        yield visitor


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
    issue = site.add_issue(project, "10002", "old", due=date(2026, 6, 1), versions=(first.id,))
    clock.advance(1)
    site.edit(issue, summary="new", due=None, versions=(second.id,), parent=epic.id, custom={"customfield_10016": 5})
    site.edit(issue, summary="new")
    clock.advance(1)
    site.edit(issue, status="10003")
    page = me.get(f"/issue/{issue.id}/changelog")
    assert (page["total"], page["isLast"]) == (2, True)
    edit, done = page["values"]
    assert edit["created"] == "2026-06-05T10:00:01.000+0800"
    assert [tuple(item.get(name) for name in ("field", "fieldId", "from", "fromString", "to", "toString"))
            for item in edit["items"]] == [
        ("summary", "summary", None, "old", None, "new"),
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
        issue = site.add_issue(site.add_project("MALL", "商城"), "10002", "old")
        site.edit(issue, summary="new")
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
    site.edit(site.issues[20001], description=document, custom={field.id: "one line"})
    new = me.get("/issue/MALL-1", {"fields": f"description,{field.id}"})["fields"]
    assert new["description"] == document
    assert new[field.id]["type"] == "doc"
    old = me.get("/rest/api/2/issue/MALL-1", {"fields": f"description,{field.id}"})["fields"]
    assert old == {"description": "粗\n", field.id: "one line"}


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
