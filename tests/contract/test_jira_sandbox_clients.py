"""Clients that others wrote work against the sandbox: what they agree on is not our own invention."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from atlassian import Jira as AtlassianJira
from jira import JIRA
from jira.exceptions import JIRAError

from pmbridge.testing.sandbox import FakeClock, Fault
from pmbridge_jira.sandbox import JiraSandbox
from pmbridge_jira.sandbox_bulk import seed_bulk

NOW = datetime(2026, 6, 5, 10, 0, tzinfo=UTC)
ALL = "project = MALL ORDER BY key ASC"
COUNT = 412


@pytest.fixture(scope="module")
def cloud() -> Iterator[JiraSandbox]:
    with JiraSandbox(FakeClock(NOW)) as sandbox:
        sandbox.play(NOW)
        yield sandbox


@pytest.fixture(scope="module")
def server() -> Iterator[JiraSandbox]:
    with JiraSandbox(FakeClock(NOW), deployment="server", page_cap=100) as sandbox:
        sandbox.play(NOW)
        yield sandbox


@contextmanager
def pycontribs(sandbox: JiraSandbox) -> Iterator[Any]:
    secret, user = sandbox.secret().get_secret_value(), sandbox.settings().get("user")
    if user:
        client: Any = JIRA(
            server=sandbox.url, basic_auth=(str(user), secret), options={"rest_api_version": "3"}, max_retries=0
        )
    else:
        client = JIRA(server=sandbox.url, token_auth=secret, options={"rest_api_version": "2"}, max_retries=0)
    try:
        yield client
    finally:
        client.close()


def atlassian(sandbox: JiraSandbox) -> Any:
    secret, user = sandbox.secret().get_secret_value(), sandbox.settings().get("user")
    if user:
        return AtlassianJira(url=sandbox.url, username=str(user), password=secret, cloud=True)
    return AtlassianJira(url=sandbox.url, token=secret)


def test_pycontribs_reads_every_issue_of_the_cloud_by_token(cloud: JiraSandbox) -> None:
    with pycontribs(cloud) as client:
        assert client.server_info()["deploymentType"] == "Cloud"
        issues = client.enhanced_search_issues(ALL, maxResults=False, fields=["summary", "status"])
        assert [issue.key for issue in issues] == [f"MALL-{number}" for number in range(1, COUNT + 1)]
        assert client.issue("MALL-231").fields.status.name == "等待客户"
        assert len(client.project_versions("MALL")) == 18
        assert client.myself()["displayName"] == "王工"
        changed = client.issue("MALL-163", expand="changelog").changelog.histories
        assert {item.toString for history in changed for item in history.items if item.field == "status"} == {
            "评估中", "等待客户", "已批准", "实施中",
        }  # fmt: skip


def test_pycontribs_reads_every_issue_of_a_data_center_by_offset(server: JiraSandbox) -> None:
    with pycontribs(server) as client:
        issues = client.search_issues(ALL, maxResults=False, fields=["summary"])
        assert [issue.key for issue in issues] == [f"MALL-{number}" for number in range(1, COUNT + 1)]
        assert client.issue("MALL-240").fields.description.startswith("会员等级")
        assert [project.key for project in client.projects()] == ["MALL"]
        assert len(client.boards(projectKeyOrID="MALL")) == 1
        assert len(client.sprints(1)) == 9
        assert [comment.body for comment in client.comments("MALL-231")] == [
            "两个方案已发给张敏，请在 6 月 9 日前答复。"
        ]


def test_pycontribs_takes_a_refusal_as_the_sandbox_means_it(cloud: JiraSandbox) -> None:
    with pycontribs(cloud) as client:
        with pytest.raises(JIRAError, match="does not exist for the field 'project'") as caught:
            client.enhanced_search_issues("project = NOPE", maxResults=False)
        assert caught.value.status_code == 400
        with pytest.raises(JIRAError) as caught:
            client.issue("MALL-9999")
        assert caught.value.status_code == 404
        cloud.faults.add(Fault(call="* /rest/api/3/search/jql", what="503"))
        with pytest.raises(JIRAError) as caught:
            client.enhanced_search_issues(ALL, maxResults=False)
        assert caught.value.status_code == 503
    assert cloud.faults.pending() == ()
    cloud.faults.clear()


def test_atlassian_python_api_reads_every_issue_of_the_cloud_by_token(cloud: JiraSandbox) -> None:
    client = atlassian(cloud)
    keys, token = [], None
    while True:
        page = client.enhanced_jql(ALL, fields=["summary"], nextPageToken=token, limit=100)
        keys += [issue["key"] for issue in page["issues"]]
        token = page.get("nextPageToken")
        if token is None:
            break
    assert keys == [f"MALL-{number}" for number in range(1, COUNT + 1)]
    assert len(client.enhanced_jql_get_list_of_tickets(ALL, fields=["summary"])) == COUNT
    assert client.get_project("MALL")["id"] == "10000"
    assert len(client.get_project_versions("MALL")) == 18
    assert client.issue_field_value("MALL-231", "customfield_10051") == 48000


def test_atlassian_python_api_reads_every_issue_of_a_data_center_by_offset(server: JiraSandbox) -> None:
    client = atlassian(server)
    keys: list[str] = []
    while len(keys) < COUNT:
        page = client.jql(ALL, fields="summary", start=len(keys), limit=250)
        assert page["total"] == COUNT
        keys += [issue["key"] for issue in page["issues"]]
    assert keys == [f"MALL-{number}" for number in range(1, COUNT + 1)]
    assert client.myself()["name"] == "wang"
    assert len(client.get_all_agile_boards(project_key="MALL")["values"]) == 1


def test_all_pages_of_a_large_project_arrive_at_both_clients() -> None:
    with JiraSandbox(FakeClock(NOW)) as sandbox:
        seed_bulk(sandbox.site, sandbox.site.add_project("MALL", "商城"), 1_234)
        with pycontribs(sandbox) as client:
            assert len(client.enhanced_search_issues(ALL, maxResults=False, fields=["key", "summary"])) == 1_234
        assert len(atlassian(sandbox).enhanced_jql_get_list_of_tickets(ALL, fields=["summary"])) == 1_234


@pytest.mark.parametrize("deployment", ["cloud", "server"])
def test_pycontribs_writes_and_reads_back(deployment: Any) -> None:
    with JiraSandbox(FakeClock(NOW), deployment=deployment) as sandbox, pycontribs(sandbox) as client:
        sandbox.site.add_project("MALL", "商城")
        text: Any = "说明"
        if deployment == "cloud":
            text = {"type": "doc", "version": 1, "content": [
                {"type": "paragraph", "content": [{"type": "text", "text": "说明"}]}]}  # fmt: skip
        wanted = {"project": {"key": "MALL"}, "issuetype": {"id": "10012"}, "summary": "优惠券", "description": text}
        made = client.create_issue(fields=wanted)
        # Not by way of pycontribs: it follows "self", which Cloud lets lead to the gateway.
        change = {"fields": {"duedate": "2026-07-01"}, "update": {"labels": [{"add": "client"}]}}
        atlassian(sandbox).update_issue(made.key, change)
        names = {one["to"]["id"]: one["id"] for one in client.transitions(made)}
        assert set(names) == {"10102"}
        client.transition_issue(made, names["10102"])
        client.add_comment(made, text)
        client.create_issue_link("Blocks", made.key, client.create_issue(fields=wanted).key)
        client.create_version("v1", "MALL", releaseDate="2026-07-01")
        found = client.issue(made.key)
        assert (found.fields.duedate, found.fields.labels) == ("2026-07-01", ["client"])
        assert found.fields.status.id == "10102"
        assert found.fields.issuelinks[0].type.outward == "blocks"
        assert found.fields.issuelinks[0].outwardIssue.key == "MALL-2"
        assert len(client.comments(made)) == 1
        assert [one.name for one in client.project_versions("MALL")] == ["v1"]
        with pytest.raises(JIRAError) as refused:
            client.transition_issue(made, "251")
        assert refused.value.status_code == 400
