"""search/jql: its pages and tokens, its caps, and the index behind it that lags."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from pmbridge.testing.sandbox import Fault
from pmbridge_jira.sandbox_bulk import seed_bulk
from tests.contract.jira_visitor import Visitor, cloud, visiting

ALL = "project = MALL ORDER BY key ASC"


@pytest.fixture
def me() -> Iterator[Visitor]:
    """Give a Cloud site with 250 issues in one project."""
    with visiting(cloud()) as visitor:
        seed_bulk(visitor.sandbox.site, visitor.sandbox.site.add_project("MALL", "商城"), 250)
        yield visitor


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
    me.sandbox.site.edit(me.sandbox.site.issues[20001], summary="later")
    me.sandbox.site.edit(me.sandbox.site.issues[20200], summary="later")
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
    me.sandbox.site.edit(me.sandbox.site.issues[20001], summary="later")
    rest = me.search(backwards, ["updated"], nextPageToken=first["nextPageToken"], maxResults=100)
    assert "20001" not in {issue["id"] for issue in [*first["issues"], *rest]}


def test_limits_of_the_request_are_kept(me: Visitor) -> None:
    assert me.post("/search/jql", {"jql": ALL, "reconcileIssues": list(range(20001, 20052))}, status=400)
    assert me.post("/search/jql", {"jql": ALL, "properties": list("abcdef")}, status=400)
    for wrong in ({"maxResults": "many"}, {"maxResults": True}, {"fields": "summary"}, {"fields": [None]},
                  {"reconcileIssues": ["x"]}, {"properties": {}, "fields": {"a": 1}}):  # fmt: skip
        assert me.post("/search/jql", {"jql": ALL, **wrong}, status=400), wrong
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


def test_search_learns_late_of_what_issue_and_bulkfetch_know_at_once() -> None:
    with visiting(cloud(index_lag_s=60)) as me:
        site, clock = me.sandbox.site, me.sandbox.clock
        project = site.add_project("MALL", "商城")
        issue = site.add_issue(project, "10002", "old")
        assert me.keys("project = MALL") == []
        assert me.get(f"/issue/{issue.id}")["key"] == "MALL-1"
        clock.advance(60)
        assert me.keys("project = MALL") == ["MALL-1"]

        clock.advance(10)
        site.edit(issue, summary="new", status="10003")
        (old,) = me.search("project = MALL AND status = 10001", ["summary", "updated"])
        assert old["fields"]["summary"] == "old"
        (new,) = me.post("/issue/bulkfetch", {"issueIdsOrKeys": ["MALL-1"], "fields": ["summary", "updated"]})["issues"]
        assert new["fields"]["summary"] == "new"
        assert new["fields"]["updated"] > old["fields"]["updated"]
        clock.advance(59)
        assert me.keys("status = 10003") == []
        clock.advance(1)
        assert me.keys("status = 10003") == ["MALL-1"]


def test_reconcile_issues_looks_behind_the_lag_for_exactly_these() -> None:
    with visiting(cloud(index_lag_s=60)) as me:
        site = me.sandbox.site
        project = site.add_project("MALL", "商城")
        new, other = (site.add_issue(project, "10002", name) for name in ("new", "also new"))
        found = me.search("project = MALL", ["summary"], reconcileIssues=[new.id])
        assert [issue["fields"]["summary"] for issue in found] == ["new"]
        site.delete(new)
        assert me.search("project = MALL", ["summary"], reconcileIssues=[new.id, other.id])[0]["id"] == str(other.id)
