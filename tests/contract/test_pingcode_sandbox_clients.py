"""A client that others wrote works against the sandbox: what they agree on is not our own invention."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pmbridge_pingcode import sandbox_catalogue as catalogue
from tests import needs
from tests.contract.mcp_server import McpServer, running
from tests.contract.pingcode_bench import Workspace, opened

NOW = datetime(2026, 6, 5, 10, 0, tzinfo=UTC)


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    with opened(NOW, dialects=("project",)) as made:
        yield made


@pytest.fixture
def client(workspace: Workspace, tmp_path: Path) -> Iterator[McpServer]:
    """The server pingcode-mcp, which knows the application and speaks the older dialect."""
    command = needs.peer("pingcode-mcp", "pingcode-mcp-server")
    service = workspace.sandbox.service
    env = {
        "PINGCODE_BASE_URL": workspace.sandbox.url,
        "PINGCODE_CLIENT_ID": service.client_id,
        "PINGCODE_CLIENT_SECRET": service.secret,
    }
    with running(command, tmp_path, env) as server:
        yield server


def told(client: McpServer, tool: str, **arguments: object) -> Any:
    """Return the data that a tool gives; its own word for a failure fails the test."""
    answer = client.call(f"pingcode_{tool}", **arguments)
    assert answer["success"], answer
    return answer.get("data")


def test_it_reads_the_whole_story(workspace: Workspace, client: McpServer) -> None:
    workspace.sandbox.play(NOW)
    (project,) = told(client, "list_projects", identifier="REQ")
    assert (project["name"], project["type"]) == ("会员商城需求", "waterfall")
    rows = told(client, "list_work_items", project_id=project["id"])
    assert len(rows) == 63
    (milestone,) = told(client, "list_work_items", project_id=project["id"], type_ids=catalogue.MILESTONE)
    assert milestone["title"] == "M1 需求确认"
    alone = told(client, "get_work_item", work_item_id=milestone["id"])
    assert alone["state"]["type"] == "completed"
    assert {one["name"] for one in told(client, "list_members", project_id=project["id"])} == {"王工", "陈工", "刘工"}
    assert told(client, "list_sprints", project_id=project["id"]) == []
    types = told(client, "get_work_item_types", project_id=project["id"])
    assert "里程碑" in {one["name"] for one in types}
    states = told(client, "get_work_item_states", project_id=project["id"], work_item_type_id=catalogue.DEVIATION)
    assert [one["name"] for one in states] == ["待处理", "处理中", "已关闭"]
    assert len(told(client, "get_work_item_priorities", project_id=project["id"])) == 4


def test_it_makes_changes_and_deletes_an_item(workspace: Workspace, client: McpServer) -> None:
    project = workspace.sandbox.world.project()
    task = {"project_id": project, "type_id": catalogue.TASK}
    made = told(client, "create_work_item", **task, title="一", story_points=2)
    assert (made["identifier"], made["type"], made["story_points"]) == ("WORLD1-1", "task", 2)
    changed = told(client, "update_work_item", work_item_id=made["id"], title="二", state_id=catalogue.DONE.id)
    assert (changed["title"], changed["state"]["type"]) == ("二", "completed")
    told(client, "delete_work_item", work_item_id=made["id"])
    assert told(client, "list_work_items", project_id=project) == []


def test_it_reads_more_than_one_page(workspace: Workspace, client: McpServer) -> None:
    project = workspace.sandbox.world.project()
    for number in range(230):
        workspace.sandbox.world.add_item(project, f"Item {number}")
    rows = told(client, "list_work_items", project_id=project)
    assert [one["title"] for one in rows] == [f"Item {number}" for number in range(230)]


def test_it_is_refused_with_a_wrong_secret(workspace: Workspace, tmp_path: Path) -> None:
    command = needs.peer("pingcode-mcp", "pingcode-mcp-server")
    env = {
        "PINGCODE_BASE_URL": workspace.sandbox.url,
        "PINGCODE_CLIENT_ID": workspace.sandbox.service.client_id,
        "PINGCODE_CLIENT_SECRET": "wrong",
    }
    with running(command, tmp_path, env) as server:
        answer = server.call("pingcode_list_projects")
    assert answer["success"] is False
