"""What Data Center does otherwise: pages by offset, no bulk routes, other shapes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pmbridge_jira.sandbox_bulk import seed_bulk
from tests.contract.jira_visitor import Visitor, server, visiting

ALL = "project = MALL ORDER BY key ASC"


@pytest.fixture
def dc() -> Iterator[Visitor]:
    """Give a Data Center site with 250 issues in one project."""
    with visiting(server(page_cap=100, result_window=200)) as visitor:
        seed_bulk(visitor.sandbox.site, visitor.sandbox.site.add_project("MALL", "商城"), 250)
        yield visitor


def test_data_center_pages_by_offset_and_echoes_its_own_cap(dc: Visitor) -> None:
    page = dc.get("/search", {"jql": ALL, "maxResults": 100})
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
