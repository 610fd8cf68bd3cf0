"""The sandbox's Worktile answers as its users have met it, and closes what nobody has published."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from pmbridge.testing.sandbox import FakeClock
from pmbridge.values import ProjectId, RecordId
from pmbridge_worktile.sandbox import Habits, Limit, WorktileSandbox
from pmbridge_worktile.sandbox_http import CLIENT_ID, CLIENT_SECRET
from pmbridge_worktile.sandbox_store import FORECAST, ZONE
from tests.contract.openapi import Spec


class Visitor:
    """Somebody with an HTTP library and nothing of ours."""

    def __init__(self, sandbox: WorktileSandbox) -> None:
        self.base = sandbox.url
        self.token = self.sign_in().json()["tenant_access_token"]

    def sign_in(self, *, slash: str = "", secret: str = CLIENT_SECRET) -> requests.Response:
        body = {"client_id": CLIENT_ID, "client_secret": secret}
        return requests.post(f"{self.base}/open-api/tenant-access-token{slash}", json=body, timeout=5)

    def ask(self, path: str, **params: Any) -> requests.Response:
        query = {"access_token": self.token, **params}
        return requests.get(f"{self.base}/open-api{path}", params=query, timeout=5)

    def get(self, path: str, **params: Any) -> Any:
        answer = self.ask(path, **params)
        assert answer.status_code == 200
        return answer.json()


@pytest.fixture
def sandbox() -> Iterator[WorktileSandbox]:
    with WorktileSandbox(FakeClock()) as opened:
        yield opened


@pytest.fixture
def visitor(sandbox: WorktileSandbox) -> Visitor:
    return Visitor(sandbox)


@pytest.fixture
def project(sandbox: WorktileSandbox) -> ProjectId:
    return sandbox.world.project()


def made(sandbox: WorktileSandbox, project: ProjectId, count: int = 3) -> list[RecordId]:
    return [sandbox.world.add_item(project, f"任务 {number}") for number in range(count)]


# ---------------------------------------------------------------------------------------------- tokens


def test_a_token_is_a_bare_object_with_or_without_a_slash_at_the_end(visitor: Visitor) -> None:
    for slash in ("", "/"):
        body = visitor.sign_in(slash=slash).json()
        assert set(body) == {"tenant_access_token", "expires_in"}
    assert visitor.sign_in(secret="wrong").status_code == 400


def test_a_bad_token_is_told_inside_a_200(visitor: Visitor, sandbox: WorktileSandbox) -> None:
    path = "/mission/get-projects-by-page"
    assert visitor.get(path, access_token="x") == {"ok": False, "error_code": 1102, "error": "malformed access token"}
    assert visitor.get(path, access_token="0" * 40)["error_code"] == 1103
    assert visitor.get(path, access_token=None)["error_code"] == 1102
    assert "items" in visitor.get(path)
    sandbox.clock.advance(7200)
    assert visitor.get(path)["error_code"] == 1103


@pytest.mark.parametrize("alone", [False, True])
def test_whether_the_header_does_alone_is_a_habit(alone: bool) -> None:
    with WorktileSandbox(FakeClock(), habits=Habits(header_alone=alone)) as sandbox:
        visitor = Visitor(sandbox)
        headers = {"Authorization": f"Bearer {visitor.token}"}
        url = f"{sandbox.url}/open-api/mission/get-projects-by-page"
        assert ("items" in requests.get(url, headers=headers, timeout=5).json()) is alone


def test_a_person_signs_in_with_a_code_and_goes_on_with_refresh_tokens(sandbox: WorktileSandbox) -> None:
    back, app = "http://127.0.0.1/back", {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    query = {"response_type": "code", "client_id": CLIENT_ID, "redirect_uri": back, "state": "s1"}
    answer = requests.get(f"{sandbox.url}/api/oauth2/authorize", params=query, allow_redirects=False, timeout=5)
    returned = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert returned["state"] == ["s1"]

    def token(**body: str) -> requests.Response:
        return requests.post(f"{sandbox.url}/api/oauth2/token", json={**app, **body}, timeout=5)

    first = token(grant_type="authorization_code", code=returned["code"][0], redirect_uri=back)
    assert first.json()["token_type"] == "Bearer"
    again = token(grant_type="authorization_code", code=returned["code"][0], redirect_uri=back)
    assert again.status_code == 400, "a code is good for one use"
    second = token(grant_type="refresh_token", refresh_token=first.json()["refresh_token"])
    assert second.json()["access_token"] != first.json()["access_token"]
    spent = token(grant_type="refresh_token", refresh_token=first.json()["refresh_token"])
    assert spent.status_code == 400


# ----------------------------------------------------------------------------------------------- lists


def test_pages_count_from_0_and_say_whether_there_are_more(
    visitor: Visitor, sandbox: WorktileSandbox, project: ProjectId
) -> None:
    made(sandbox, project, 5)
    path = "/mission/get-project-tasks-by-page"
    pages = [visitor.get(path, project_id=project, page_index=n, page_size=2) for n in range(4)]
    assert [len(one["items"]) for one in pages] == [2, 2, 1, 0]
    assert [one["has_more"] for one in pages] == [True, True, False, False]
    assert {one["total"] for one in pages} == {5}
    assert len({row["_id"] for one in pages for row in one["items"]}) == 5


def test_the_first_list_has_no_properties_and_the_second_no_times(
    visitor: Visitor, sandbox: WorktileSandbox, project: ProjectId
) -> None:
    made(sandbox, project, 2)
    (one, _) = visitor.get("/mission/get-project-tasks-by-page", project_id=project)["items"]
    assert "properties" not in one
    assert {"updated_at", "state_type", "is_archived", "identifier"} <= set(one)
    told = visitor.get(f"/mission/projects/{project}/tasks")
    assert set(told) == {"value", "references", "meta"}
    uid = sandbox.team.me.uid
    assert [row["properties"]["assignee"] for row in told["value"]] == [uid, {"value": uid}]
    assert not [row for row in told["value"] if "updated_at" in row or "desc" in row["properties"]]
    assert told["references"]["users"] == [{"uid": uid, "display_name": "王工"}]


def test_the_second_list_alone_knows_people_who_left(
    visitor: Visitor, sandbox: WorktileSandbox, project: ProjectId
) -> None:
    (one,) = made(sandbox, project, 1)
    left = sandbox.team.add_user("离职小张", listed=False)
    sandbox.world.edit(one, fields={"assignee": left.uid})
    members = visitor.get("/contact/get-members-by-page")["items"]
    assert [(row["uid"] == row["_id"], len(row["uid"]), len(row["_id"])) for row in members] == [(False, 32, 24)]
    assert visitor.get("/contact/get-members-by-ids", uids=left.uid) == []
    users = visitor.get(f"/mission/projects/{project}/tasks")["references"]["users"]
    assert left.uid in {row["uid"] for row in users}


# --------------------------------------------------------------------------------------- single tasks


def test_tasks_by_id_come_bare_with_the_properties_asked_for_and_leave_out_what_is_not_there(
    visitor: Visitor, sandbox: WorktileSandbox, project: ProjectId
) -> None:
    first, second = made(sandbox, project, 2)
    sandbox.world.edit(first, due=date(2026, 7, 10), state="关闭", group=sandbox.world.add_tag(project, "风险"))
    ids = ",".join([first.external_id, "0" * 24, second.external_id])
    one, other = visitor.get("/mission/get-tasks-by-ids", task_ids=ids, fields="due,tag")
    assert set(one["properties"]) == {"due", "tag"}
    assert one["properties"]["due"] == {"date": int(datetime(2026, 7, 10, tzinfo=ZONE).timestamp()), "with_time": 0}
    assert one["properties"]["tag"][0]["name"] == "风险"
    assert (one["state_type"], one["task_state"]["name"]) == (3, "关闭")
    assert one["completed_at"] == one["updated_at"]
    assert other["properties"] == {}


def test_one_task_is_wrapped_and_almost_empty_without_columns(
    visitor: Visitor, sandbox: WorktileSandbox, project: ProjectId
) -> None:
    (one,) = made(sandbox, project, 1)
    sandbox.world.comment(one, "好")
    path = f"/mission/tasks/{one.external_id}"
    body = visitor.get(path)
    assert body["code"] == 200
    assert set(body["data"]["value"]) == {"_id", "title"}
    told = visitor.get(path, columns="comments,properties")["data"]["value"]
    assert set(told["properties"]["assignee"]) == {"property_id", "value", "updated_by", "updated_at"}
    assert [one["content"] for one in told["comments"]] == ["好"]
    assert visitor.ask(f"/mission/tasks/{'0' * 24}").status_code == 404


def test_parents_and_children_know_each_other(visitor: Visitor, sandbox: WorktileSandbox, project: ProjectId) -> None:
    world = sandbox.world
    top = world.add_group(project, "M7 上线")
    middle = world.add_item(project, "灰度", parent=top)
    low = world.add_item(project, "名单", group=middle)
    tasks = visitor.get("/mission/get-tasks-by-ids", task_ids=",".join(one.external_id for one in (top, middle, low)))
    assert [one["derived_ids"] for one in tasks] == [[middle.external_id], [low.external_id], []]
    assert tasks[2]["parent_ids"] == [top.external_id, middle.external_id]
    assert "parent_id" not in tasks[0]
    related = visitor.get("/mission/get-relation-tasks", task_id=middle.external_id, fields="assignee")
    assert {one["_id"] for one in related} == {top.external_id, low.external_id}


def test_a_file_tells_its_name_and_comes_as_bytes(visitor: Visitor, sandbox: WorktileSandbox) -> None:
    file = sandbox.team.add_file("验收单.pdf", b"%PDF-1.7")
    assert visitor.get(f"/file/{file.id}/info")["data"]["value"]["ext"] == "pdf"
    answer = visitor.ask(f"/file/{file.id}/download")
    assert (answer.content, answer.headers["content-type"]) == (b"%PDF-1.7", "application/octet-stream")
    assert visitor.ask(f"/file/{'0' * 24}/info").status_code == 404


def test_a_project_is_made_from_a_template(visitor: Visitor, sandbox: WorktileSandbox) -> None:
    url = f"{sandbox.url}/open-api/mission/project"
    body = {"template_name": "敏捷开发", "name": "官网改版", "members": [sandbox.team.me.id]}
    requests.post(url, params={"access_token": visitor.token}, json=body, timeout=5)
    assert [one["name"] for one in visitor.get("/mission/get-projects-by-page")["items"]] == ["官网改版"]
    refused = requests.post(url, params={"access_token": visitor.token}, json={"name": "x"}, timeout=5).json()
    assert refused["ok"] is False


# ----------------------------------------------------------------------------------- limits, provisional


@pytest.mark.parametrize("says", ["seconds", "date", "nothing"])
def test_the_gateway_refuses_with_a_page(says: str) -> None:
    clock = FakeClock()
    with WorktileSandbox(clock, limit=Limit(requests=2, window_s=5, says=says)) as sandbox:  # type: ignore[arg-type]
        visitor = Visitor(sandbox)
        visitor.get("/mission/get-projects-by-page")
        refused = visitor.ask("/mission/get-projects-by-page")
        assert refused.status_code == 429
        assert "<title>429 Too Many Requests</title>" in refused.text
        waits = refused.headers.get("Retry-After")
        assert {"seconds": waits == "5", "date": str(waits).endswith("GMT"), "nothing": waits is None}[says]
        clock.advance(5)
        visitor.get("/mission/get-projects-by-page")


def test_what_nobody_has_published_is_closed_unless_it_is_asked_for(
    visitor: Visitor, sandbox: WorktileSandbox, project: ProjectId
) -> None:
    (one,) = made(sandbox, project, 1)
    path = f"/_provisional/tasks/{one.external_id}/transitions"
    assert visitor.ask(path).status_code == 404
    assert "endpoints" not in sandbox.settings()
    for guess in ("/mission/task", "/mission/tasks", f"/mission/tasks/{one.external_id}"):
        answer = requests.post(
            f"{sandbox.url}/open-api{guess}", params={"access_token": visitor.token}, json={}, timeout=5
        )
        assert answer.status_code == 404, f"{guess}: no page tells of it"
    with WorktileSandbox(FakeClock(), habits=Habits(provisional=True)) as open_:
        (one,) = made(open_, open_.world.project(), 1)
        open_.world.edit(one, state="in_progress")
        told = Visitor(open_).get(f"/_provisional/tasks/{one.external_id}/transitions")["data"]["value"]
        assert [(row["from"]["name"], row["to"]["name"]) for row in told] == [("未开始", "进行中")]
        bad = requests.get(f"{open_.url}/open-api/_provisional/tasks/x/transitions", timeout=5).json()
        assert bad["error_code"] == 1102


# ------------------------------------------------------------------------------------- story, document


def story(at: datetime) -> dict[str, dict[str, Any]]:
    with WorktileSandbox(FakeClock(at)) as sandbox:
        sandbox.play(at)
        team = sandbox.team
        return {
            one.title: {
                "type": one.type.name, "state": one.state.type, "children": len(team.children(one)), **one.properties,
            }
            for one in team.tasks.values()
        }  # fmt: skip


def day(value: dict[str, int]) -> date:
    return datetime.fromtimestamp(value["date"], ZONE).date()


@pytest.mark.parametrize(
    ("at", "m6_due", "forecast"),
    [
        (datetime(2026, 5, 20, 17, 0, tzinfo=ZONE), date(2026, 7, 3), None),
        (datetime(2026, 5, 28, 10, tzinfo=ZONE), date(2026, 7, 8), date(2026, 7, 15)),
        (datetime(2026, 5, 29, 18, tzinfo=ZONE), date(2026, 7, 8), date(2026, 7, 17)),
        (datetime(2026, 6, 5, 14, 59, tzinfo=ZONE), date(2026, 7, 8), date(2026, 7, 17)),
        (datetime(2026, 6, 5, 18, tzinfo=ZONE), date(2026, 7, 8), date(2026, 7, 20)),
    ],
)
def test_the_story_dates_m6_and_m7_as_it_is_told(at: datetime, m6_due: date, forecast: date | None) -> None:
    tasks = story(at)
    m6, m7 = tasks["M6 数据迁移演练"], tasks["M7 上线"]
    assert (day(m6["due"]), m6["children"]) == (m6_due, 0)
    assert (day(m7["due"]), m7["children"]) == (date(2026, 7, 10), 6)
    assert (day(m7[FORECAST]) if FORECAST in m7 else None) == forecast
    assert m6["type"] == m7["type"] == "里程碑"
    assert max(m6["state"], m7["state"]) < 3


def test_the_story_holds_41_tasks_and_ends_with_both_milestones_reached() -> None:
    tasks = story(datetime(2026, 6, 5, 18, tzinfo=ZONE))
    assert len(tasks) == 41
    loose = [title for title, one in tasks.items() if title.startswith("数据迁移")]
    assert len(loose) == 5
    assert {one["type"] for one in tasks.values()} == {"里程碑", "任务"}
    closed = story(datetime(2026, 7, 31, 18, tzinfo=ZONE))
    assert {closed[title]["state"] for title in ("M6 数据迁移演练", "M7 上线")} == {3}


def test_playing_on_makes_no_edit_twice() -> None:
    now = datetime(2026, 5, 20, 10, tzinfo=UTC)
    with WorktileSandbox(FakeClock(now)) as sandbox:
        sandbox.play(now)
        before = len(sandbox.team.tasks)
        sandbox.play(now)
        assert len(sandbox.team.tasks) == before
        sandbox.play(datetime(2026, 6, 5, tzinfo=UTC))
        assert len(sandbox.team.tasks) == 41


def test_every_documented_call_answers_as_the_document_says(
    visitor: Visitor, sandbox: WorktileSandbox, project: ProjectId, shared: Path
) -> None:
    spec = Spec.worktile(shared)
    audit = spec.audit(sandbox)
    one, other = made(sandbox, project, 2)
    sandbox.world.edit(one, parent=other, description="树", due=date(2026, 7, 1), state="done")
    sandbox.world.comment(one, "好")
    file = sandbox.team.add_file("a.txt", b"a")
    visitor.sign_in()
    visitor.get("/mission/get-projects-by-page", page_index=0, page_size=1)
    visitor.get("/mission/get-project-tasks-by-page", project_id=project)
    visitor.get(f"/mission/projects/{project}/tasks", page_index=0)
    visitor.get("/mission/get-tasks-by-ids", task_ids=one.external_id, fields="due,desc")
    visitor.get("/mission/get-relation-tasks", task_id=one.external_id)
    visitor.get(f"/mission/tasks/{one.external_id}", columns="comments,properties")
    visitor.get("/contact/get-members-by-page")
    visitor.get("/contact/get-members-by-ids", uids=sandbox.team.me.uid)
    visitor.get(f"/file/{file.id}/info")
    visitor.ask(f"/file/{file.id}/download")
    visitor.get("/contact/get-members-by-page", access_token="x")
    assert audit.faults == []
    assert len(audit.judged) == 11


def test_the_document_is_a_judge_and_not_a_nod(shared: Path) -> None:
    spec = Spec.worktile(shared)
    path = "/open-api/mission/get-tasks-by-ids"
    query = {"access_token": ["t"], "task_ids": ["a"]}
    assert spec.request_faults("GET", path, query) == []
    assert spec.request_faults("GET", path, {**query, "ids": ["a"]})
    assert spec.request_faults("GET", path, {"task_ids": ["a"]})
    assert spec.response_faults("GET", path, 200, [{"_id": "a"}]) == []
    assert spec.response_faults("GET", path, 200, [{"_id": "a", "is_archived": 2}])
    assert spec.response_faults("GET", path, 200, [{"title": "a"}])
    assert spec.request_faults("POST", "/open-api/mission/task", {}, {})
