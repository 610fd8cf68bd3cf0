"""The adapter against a Data Center server that others wrote: jira820, read path.

jira820 knows projects and issues by key alone and compares dates by day; a proxy in front of it says the same questions
in its words. Its answers pass as they are. It has no authentication, and its stamps do not move on edits, so neither
logins nor incremental pulls are proved here.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from pydantic import SecretStr

from pmbridge.clock import SystemClock
from pmbridge.records import Change, Comment, Gone, Item, Scope, Verb, Wanted
from pmbridge.testing.context import context
from pmbridge.values import Day, ProjectId
from pmbridge_jira.adapter import JiraAdapter
from pmbridge_jira.settings import JiraSettings
from tests import needs
from tests.contract.jira_bench import ALL, Mirror, issue_id

PROJECT = ProjectId("10000")
KEY = "JIRA820"


class Server:
    """jira820 in a process of its own."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.trust_env = False
        self.issues = {one["id"]: one for one in self.get("/rest/api/2/search", maxResults=5000)["issues"]}
        self.keys = {id_: str(one["key"]) for id_, one in self.issues.items()}

    def get(self, path: str, **params: Any) -> Any:
        return self.ask(path, params).json()

    def ask(self, path: str, params: Any) -> requests.Response:
        return self.session.get(self.url + path, params=params, timeout=30)

    def translated(self, path: str, query: dict[str, list[str]]) -> tuple[str, dict[str, list[str]]]:
        """Say a question as jira820 understands it."""
        path = re.sub(r"/issue/(\d+)", lambda found: f"/issue/{self.keys.get(found[1], 'NONE-0')}", path)
        if "jql" not in query:
            return path, query
        (jql,) = query["jql"]
        jql = re.sub(rf"project in \({PROJECT}\)", f"project in ({KEY})", jql)
        jql = re.sub(r"(updated|created) >= (\d+)", _day_of, jql)
        if found := re.fullmatch(r"id in \(([\d, ]+)\)", jql):
            keys = (self.keys.get(one.strip(), "NONE-0") for one in found[1].split(","))
            jql = f"key in ({', '.join(keys)})"
        return path, {**query, "jql": [jql]}


def _day_of(found: re.Match[str]) -> str:
    return f'{found[1]} >= "{datetime.fromtimestamp(int(found[2]) / 1000, UTC):%Y-%m-%d}"'


@pytest.fixture(scope="module")
def jira820(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    needs.package("jira820")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = Path(sys.executable).with_name("jira820")
    folder = tmp_path_factory.mktemp("jira820")
    environment = {**os.environ, "JIRA820_PORT": str(port), "JIRA820_SEED": "0", "JIRA820_DATE": "2026-06-05"}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program], env=environment, cwd=folder, stdout=log, stderr=log)
    try:
        yield _ready(f"http://127.0.0.1:{port}", process)
    finally:
        process.terminate()
        process.wait(timeout=20)


def _ready(url: str, process: subprocess.Popen[bytes]) -> Server:
    for _ in range(200):
        if process.poll() is not None:
            pytest.fail("jira820 ended by itself")
        try:
            return Server(url)
        except requests.ConnectionError:
            time.sleep(0.05)  # a process of its own: nothing here can wait for it but time
    pytest.fail("jira820 does not answer")


@pytest.fixture(scope="module")
def adapter(jira820: Server) -> Iterator[JiraAdapter]:
    class Proxy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            answer = jira820.ask(*jira820.translated(parts.path, parse_qs(parts.query, keep_blank_values=True)))
            self.send_response(answer.status_code)
            self.send_header("Content-Type", answer.headers.get("Content-Type", "application/json"))
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's signature
            pass

    proxy = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    thread = threading.Thread(target=proxy.serve_forever, daemon=True)
    thread.start()
    settings = JiraSettings(base_url=f"http://127.0.0.1:{proxy.server_port}", workers=2, page_size=50, list_size=70)
    try:
        yield JiraAdapter(settings, context("dc", SecretStr("any"), SystemClock()))
    finally:
        proxy.shutdown()
        thread.join()
        proxy.server_close()


@pytest.fixture(scope="module")
def mirror(adapter: JiraAdapter) -> Mirror:
    mirror = Mirror()
    scope = Scope(projects=(PROJECT,), kinds=ALL, fields={"issue": frozenset({"customfield_10004"})})
    for page in adapter.pull(scope, None, mirror):
        mirror.apply(page)
    return mirror


def test_it_is_found_to_be_a_data_center(adapter: JiraAdapter) -> None:
    account = adapter.check()
    assert (account.id, account.service) == ("admin", "Jira Data Center 8.20.8")
    assert account.learned == {"deployment": "server"}


def test_its_projects_are_listed_and_visible(adapter: JiraAdapter) -> None:
    (project,) = adapter.projects()
    assert (project.id, project.key) == (PROJECT, KEY)
    assert adapter.visible([PROJECT, ProjectId("999")]) == {PROJECT}


def test_every_issue_arrives_as_it_is(jira820: Server, mirror: Mirror) -> None:
    assert len(jira820.issues) > 300
    assert set(mirror.items) == set(jira820.issues)
    assert mirror.skipped == []
    ids = {key: id_ for id_, key in jira820.keys.items()}
    for id_, found in mirror.items.items():
        sent = jira820.issues[id_]["fields"]
        assert (found.title, found.key) == (sent["summary"], jira820.keys[id_])
        assert (found.state.id, found.type.id) == (sent["status"]["id"], sent["issuetype"]["id"])
        assert found.due == (Day(on=date.fromisoformat(sent["duedate"])) if sent["duedate"] else None)
        epic = sent["parent"]["key"] if sent.get("parent") else sent["customfield_10008"]
        assert found.parent == (issue_id(ids[epic]) if epic else None)
        assert {one.external_id for one in found.groups if one.kind == "version"} == {
            one["id"] for one in sent["fixVersions"]
        }
        assert {int(one.external_id) for one in found.groups if one.kind == "sprint"} == {
            one["id"] for one in sent["customfield_10007"] or ()
        }
        points = found.fields["customfield_10004"]
        assert (points is None) is (sent["customfield_10004"] is None)
        assert (found.done is not None) is (sent["status"]["statusCategory"]["key"] == "done")
    assert sum(found.parent is not None for found in mirror.items.values()) > 50
    assert any(one.kind == "sprint" for found in mirror.items.values() for one in found.groups)


def test_its_versions_and_sprints_are_groups(jira820: Server, mirror: Mirror) -> None:
    versions = jira820.get(f"/rest/api/2/project/{KEY}/versions")
    assert {one["id"] for one in versions} == set(mirror.groups("version"))
    assert mirror.groups("sprint")
    assert {one.state.category for one in mirror.groups("sprint").values() if one.state} >= {"done", "in_progress"}


def test_the_second_pull_finds_the_same(adapter: JiraAdapter, mirror: Mirror) -> None:
    before = dict(mirror.records)
    scope = Scope(projects=(PROJECT,), kinds=ALL, fields={"issue": frozenset({"customfield_10004"})})
    again = Mirror()
    again.cursor = mirror.cursor
    for page in adapter.pull(scope, mirror.cursor, again):
        again.apply(page)
    assert all(before[id_] == record for id_, record in again.records.items())
    assert set(again.complete) == {PROJECT}


def test_issues_are_read_with_their_text(jira820: Server, adapter: JiraAdapter) -> None:
    ids = sorted(jira820.issues)[:130]
    answers = {one.id.external_id: one for one in adapter.read([issue_id(one) for one in [*ids, "7"]])}
    assert isinstance(answers.pop("7"), Gone)
    assert set(answers) == set(ids)
    for id_, found in answers.items():
        assert isinstance(found, Item)
        sent = jira820.issues[id_]["fields"]["description"]
        assert (found.description.original if found.description else None) == (sent or None)


def test_comments_and_status_history_are_read_whole(jira820: Server, adapter: JiraAdapter) -> None:
    told = [
        (id_, len(jira820.get(f"/rest/api/2/issue/{key}/comment", maxResults=5000)["comments"]),
         jira820.get(f"/rest/api/2/issue/{key}", expand="changelog")["changelog"]["histories"])
        for id_, key in sorted(jira820.keys.items())[:60]
    ]  # fmt: skip
    busy = [one for one in told if one[1] and one[2]][:5]
    assert busy
    parts = frozenset({Verb.COMMENTS, Verb.HISTORY})
    answers = adapter.details([Wanted(id=issue_id(id_), project=PROJECT, parts=parts) for id_, _, _ in busy])
    for found, (_, comments, histories) in zip(answers, busy, strict=True):
        assert found.error is None
        assert sum(isinstance(one, Comment) for one in found.records) == comments
        states = [one for one in found.records if isinstance(one, Change) and one.field == "state"]
        entries = [item for one in histories for item in one["items"] if item["field"] == "status"]
        assert [getattr(one.after, "name", None) for one in states] == [item["toString"] for item in entries]


def test_its_project_is_described(adapter: JiraAdapter) -> None:
    """It answers 404 to permissions and create screens: then no right is said to be missing."""
    schema = adapter.describe(KEY)
    issue = schema.kinds["issue"]
    assert {"customfield_10004"} <= {one.id for one in issue.fields}
    assert {one.state.category for one in issue.states} == {"todo", "in_progress", "done"}
    assert issue.types
    assert issue.relations
    assert all(one.level != "denied" for one in issue.supports.values())
    assert schema.kinds["version"].groups
