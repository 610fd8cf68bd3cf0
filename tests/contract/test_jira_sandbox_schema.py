"""What the sandbox answers is what the vendor's own documents describe, route by route."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pmbridge.testing.sandbox import FakeClock, Fault
from pmbridge_jira.sandbox import JiraSandbox
from pmbridge_jira.sandbox_http import ROUTES
from tests.contract.jira_visitor import Visitor, visiting
from tests.contract.openapi import Audit, Spec

NOW = datetime(2026, 6, 5, 10, 0, tzinfo=UTC)

# Deprecated or removed by the vendor, so the documents leave them out.
UNDOCUMENTED = {"GET /api/project", "POST /api/search"}

CALLS = (
    ("GET", "/serverInfo", None),
    ("GET", "/myself", None),
    ("GET", "/mypermissions?permissions=BROWSE_PROJECTS,EDIT_ISSUES&projectKey=MALL", None),
    ("POST", "/permissions/check", {"projectPermissions": [
        {"permissions": ["BROWSE_PROJECTS"], "projects": [10000], "issues": [20001]}]}),
    ("GET", "/field", None),
    ("GET", "/status", None),
    ("GET", "/issuetype", None),
    ("GET", "/issuetype/project?projectId=10000", None),
    ("GET", "/issueLinkType", None),
    ("GET", "/project/search?expand=insight,projectKeys&maxResults=100", None),
    ("GET", "/project/search?id=10000&id=10001", None),
    ("GET", "/project/MALL", None),
    ("GET", "/project/10000/statuses", None),
    ("GET", "/project/10000/version?expand=issuesstatus&maxResults=50", None),
    ("GET", "/project/10000/versions", None),
    ("GET", "/version/10100?expand=issuesstatus", None),
    ("GET", "/version/10100/unresolvedIssueCount", None),
    ("GET", "/version/10100/relatedIssueCounts", None),
    ("GET", "/issue/createmeta/MALL/issuetypes", None),
    ("GET", "/issue/createmeta/MALL/issuetypes/10012", None),
    ("GET", "/search/jql?jql=project=MALL&fields=*all&maxResults=20&expand=changelog", None),
    ("POST", "/search/jql", {"jql": "project = MALL", "maxResults": 5000}),
    ("POST", "/search/jql", {"jql": "project = MALL ORDER BY updated DESC", "fields": ["*all"], "expand": "changelog"}),
    ("POST", "/search/approximate-count", {"jql": "project = MALL"}),
    ("POST", "/issue/bulkfetch", {"issueIdsOrKeys": ["MALL-1", "MALL-231", "MALL-245", "MIX-1"], "fields": ["*all"],
                                  "expand": ["changelog"]}),
    ("POST", "/changelog/bulkfetch", {"issueIdsOrKeys": ["MALL-231", "MIX-1"], "maxResults": 3}),
    ("POST", "/changelog/bulkfetch", {"issueIdsOrKeys": ["MALL-231"], "fieldIds": ["status"]}),
    ("GET", "/issue/MIX-1", None),
    ("GET", "/issue/MIX-1?expand=changelog&fields=summary", None),
    ("GET", "/issue/MIX-1/changelog?startAt=0&maxResults=2", None),
    ("GET", "/issue/MIX-1/comment?orderBy=-created", None),
    ("GET", "/rest/agile/1.0/board?projectKeyOrId=MALL&type=scrum", None),
    ("GET", "/rest/agile/1.0/board/1", None),
    ("GET", "/rest/agile/1.0/board/1/sprint?state=active,closed", None),
    ("GET", "/rest/agile/1.0/sprint/1", None),
    ("GET", "/rest/servicedeskapi/request/MIX-1/approval?start=0&limit=50", None),
)  # fmt: skip
_ADF = {"type": "doc", "version": 1, "content": [
    {"type": "paragraph", "content": [{"type": "text", "text": "写入"}]}]}  # fmt: skip
_LINK = {"type": {"name": "Blocks"}, "inwardIssue": {"key": "MALL-1"}, "outwardIssue": {"key": "MIX-1"}}
_PAGE = {"globalId": "system=test&id=1", "object": {"url": "https://a.example/1", "title": "页"}, "relationship": "见"}
WRITES = (
    ("POST", "/issue", {"fields": {"project": {"id": "10000"}, "issuetype": {"id": "10002"}, "summary": "新",
                                   "description": _ADF, "duedate": "2026-07-01", "labels": ["pmb-X"],
                                   "customfield_10016": 3},
                        "properties": [{"key": "pmbridge", "value": {"uid": "X"}}]}, 201),
    ("PUT", "/issue/MIX-1", {"fields": {"summary": "改"}, "update": {"labels": [{"add": "a"}, {"remove": "红"}]},
                             "properties": [{"key": "pmbridge", "value": {"uid": "Y"}}]}, 204),
    ("GET", "/issue/MIX-1/properties", None, 200),
    ("GET", "/issue/MIX-1/properties/pmbridge", None, 200),
    ("GET", "/issue/MIX-1/transitions?expand=transitions.fields", None, 200),
    ("POST", "/issue/MIX-1/transitions", {"transition": {"id": "31"}}, 204),
    ("POST", "/issue/MIX-1/comment", {"body": _ADF, "properties": [{"key": "pmbridge", "value": {"uid": "Z"}}],
                                      "visibility": {"type": "role", "value": "Developers"}}, 201),
    ("GET", "/issue/MIX-1/comment?expand=properties", None, 200),
    ("POST", "/rest/servicedeskapi/request/MIX-1/comment", {"body": "内部", "public": False}, 201),
    ("POST", "/issueLink", _LINK, 201),
    ("POST", "/issue/MIX-1/remotelink", _PAGE, 201),
    ("POST", "/issue/MIX-1/remotelink", _PAGE, 200),
    ("GET", "/issue/MIX-1/remotelink?globalId=system%3Dtest%26id%3D1", None, 200),
    ("POST", "/version", {"name": "v9", "projectId": 10000, "releaseDate": "2026-08-01"}, 201),
    ("PUT", "/version/10100", {"released": True, "releaseDate": "2026-06-05"}, 200),
)  # fmt: skip
_NO_FIELDS: dict[str, object] = {"project": {"id": "10000"}, "issuetype": {"id": "10002"}}
_ARCHIVED = {"update": {"fixVersions": [{"add": {"name": "旧版"}}]}}
REFUSED_WRITES = (
    ("POST", "/issue", {"fields": _NO_FIELDS}, 400, "summary"),
    ("POST", "/issue", {"fields": {**_NO_FIELDS, "summary": "a", "description": "no document"}}, 400, "description"),
    ("POST", "/issue", {"fields": {**_NO_FIELDS, "summary": "a", "labels": ["a b"]}}, 400, "labels"),
    ("PUT", "/issue/MIX-1", {"fields": {"status": {"id": "10003"}}}, 400, "status"),
    ("PUT", "/issue/MIX-1", {"fields": {"labels": []}, "update": {"labels": [{"add": "b"}]}}, 400, "labels"),
    ("PUT", "/issue/MIX-1", _ARCHIVED, 400, "fixVersions"),
    ("PUT", "/issue/NOPE-1", {"fields": {"summary": "a"}}, 404, ""),
    # From "under assessment" there is no way to "implementing".
    ("POST", "/issue/MIX-3/transitions", {"transition": {"id": "251"}}, 400, ""),
    ("POST", "/issueLink", {**_LINK, "type": {"name": "Loves"}}, 404, ""),
    ("POST", "/version", {"name": "旧版", "projectId": 10001}, 400, "name"),
)  # fmt: skip
REFUSED = (
    ("GET", "/mypermissions?permissions=EAT_CAKE", None, 400),
    ("GET", "/project/search?keys=NOPE", None, 404),
    ("GET", "/project/NOPE", None, 404),
    ("GET", "/issue/NOPE-1", None, 404),
    ("POST", "/search/jql", {"jql": "nosuchfield = 1"}, 400),
    ("GET", "/rest/servicedeskapi/request/MALL-1/approval", None, 404),
    ("GET", "/search?jql=project=MALL", None, 410),
)


@pytest.fixture(scope="module")
def judged(shared: Path) -> Iterator[tuple[Visitor, Audit]]:
    """Give the story's site, with one issue that has everything, under the eyes of the judge."""
    sandbox = JiraSandbox(FakeClock(NOW))
    with visiting(sandbox) as visitor:
        sandbox.play(NOW)
        _everything(sandbox)
        yield visitor, Spec.jira(shared).audit(sandbox)


def _everything(sandbox: JiraSandbox) -> None:
    """Make MIX-1: each kind of field filled in, edited, linked, commented and up for approval."""
    site = sandbox.site
    project = site.add_project("MIX", "混合", kind="service_desk")
    values = {
        site.add_field("级别", "Level", "option", options=("高", "低")).id: "高",
        site.add_field("渠道", "Channels", "options", options=("小程序", "门店")).id: ("小程序", "门店"),
        site.add_field("负责人", "Owner", "user").id: site.me.account_id,
        site.add_field("备注", "Note", "textarea").id: "第一行\n第二行",
        site.add_field("编号", "Code", "text").id: "A-1",
        site.add_field("时间", "When", "datetime").id: NOW,
        "customfield_10015": date(2026, 6, 1), "customfield_10016": 3,
    }  # fmt: skip
    version = site.add_version(project, "v1", release=date(2026, 6, 1), description="说明")
    sprint = site.add_sprint(site.add_board(project, "板"), "迭代", state="active", start=NOW, end=NOW, goal="目标")
    parent = site.add_issue(project, "10000", "史诗", number=2)
    issue = site.add_issue(project, "10002", "全", number=1, description="文字", assignee=site.me.account_id)
    sandbox.clock.advance(1)
    site.edit(issue, summary="全部", due=date(2026, 7, 1), versions=(version.id,), sprints=(sprint.id,),
              labels=("红",), parent=parent.id, custom=values, status="10003")  # fmt: skip
    site.edit(issue, due=None, versions=(), parent=None, status="10002")
    site.link(issue, "Blocks", parent)
    site.comment(issue, "内部", public=False)
    site.add_version(project, "旧版", archived=True)
    site.add_issue(project, "10012", "变更", number=3, status="10102")
    site.vote(site.ask_approval(issue, "批准", [site.me.account_id]), site.me.account_id, "approved")


@pytest.mark.parametrize(("method", "path", "body"), CALLS, ids=lambda part: str(part)[:60])
def test_an_answer_is_as_the_vendor_describes_it(
    judged: tuple[Visitor, Audit], method: str, path: str, body: dict[str, object] | None
) -> None:
    me, audit = judged
    before = len(audit.faults)
    answer = me.ask(method, path, json=body)
    assert answer.status_code == 200, answer.text
    assert audit.faults[before:] == []


@pytest.mark.parametrize(("method", "path", "body", "status"), REFUSED, ids=lambda part: str(part)[:60])
def test_a_refusal_is_as_the_vendor_describes_it(
    judged: tuple[Visitor, Audit], method: str, path: str, body: dict[str, object] | None, status: int
) -> None:
    me, audit = judged
    before = len(audit.faults)
    assert me.ask(method, path, json=body).status_code == status
    assert audit.faults[before:] == []


def test_writes_and_their_answers_are_as_the_vendor_describes_them(judged: tuple[Visitor, Audit]) -> None:
    """One after the other: some need what the one before them made."""
    me, audit = judged
    before = len(audit.faults)
    for method, path, body, status in WRITES:
        answer = me.ask(method, path, json=body)
        assert answer.status_code == status, (path, answer.text)
    assert audit.faults[before:] == []


@pytest.mark.parametrize(("method", "path", "body", "status", "field"), REFUSED_WRITES, ids=lambda part: str(part)[:60])
def test_a_write_that_jira_does_not_take_is_refused_by_field_and_changes_nothing(
    judged: tuple[Visitor, Audit], method: str, path: str, body: dict[str, object], status: int, field: str
) -> None:
    me, audit = judged
    before, revision = len(audit.faults), me.sandbox.site.revision
    answer = me.ask(method, path, json=body)
    assert answer.status_code == status, answer.text
    assert not field or field in answer.json()["errors"]
    assert me.sandbox.site.revision == revision
    assert audit.faults[before:] == []


def test_the_gateway_answers_like_the_site(shared: Path) -> None:
    sandbox = JiraSandbox(FakeClock(NOW), auth="scoped")
    with visiting(sandbox) as me:
        sandbox.play(NOW)
        audit = Spec.jira(shared).audit(sandbox)
        me.base = f"{sandbox.url}/ex/jira/{sandbox.deployment.cloud_id}"
        assert me.get("/_edge/tenant_info", status=404)
        assert len(me.get("/project/MALL/version", {"expand": "issuesstatus"})["values"]) == 18
        assert audit.judged["GET /rest/api/3/project/{projectIdOrKey}/version"] == 1


def test_planned_faults_leave_the_judge_alone_but_not_the_request(shared: Path) -> None:
    sandbox = JiraSandbox(FakeClock(NOW))
    with visiting(sandbox) as me:
        audit = Spec.jira(shared).audit(sandbox)
        sandbox.faults.add(Fault(call="GET */myself", what="html"))
        me.ask("GET", "/myself?expand=groups")
        assert audit.faults == []
        me.ask("GET", "/myself?colour=red")
        assert ["colour" in fault for fault in audit.faults] == [True]


def test_every_route_of_the_cloud_was_judged() -> None:
    """A route that nobody holds against the documents may say anything: add its call to CALLS."""
    asked = {(method, path.partition("?")[0]) for method, path, *_ in (*CALLS, *WRITES, *REFUSED)}
    routes = {endpoint.partition(" ")[2] for endpoint in ROUTES.handlers if endpoint.startswith("cloud ")}
    unasked = {
        route for route in routes - UNDOCUMENTED
        if not any(_serves(route, method, path) for method, path in asked)
    }  # fmt: skip
    assert unasked == set()


def _serves(route: str, method: str, path: str) -> bool:
    path = path if path.startswith("/rest") else f"/api{path}"
    wanted, rule = route.split(" ")
    said, asked = rule.split("/"), path.split("/")
    return (
        wanted == method
        and len(said) == len(asked)
        and all(one.startswith("<") or one == two for one, two in zip(said, asked, strict=True))
    )
