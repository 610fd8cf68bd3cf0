"""A client that others wrote works against the sandbox: what they agree on is not our own invention."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from pmbridge_pingcode import sandbox_catalogue as catalogue
from tests.contract.pingcode_bench import Workspace, opened

NOW = datetime(2026, 6, 5, 10, 0, tzinfo=UTC)
Errand = Callable[[Any], Coroutine[Any, Any, None]]


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    with opened(NOW, dialects=("project",)) as made:
        yield made


def run(workspace: Workspace, errand: Errand) -> None:
    """Do *errand* with a client of pingcode-mcp that knows the application."""
    # Not a need of the suite: the client's own dependencies do not install by hash (one names extras without a pin),
    # so it is no part of the dev set. Where somebody has installed it, it is driven.
    clients = pytest.importorskip("pingcode_mcp.client", reason="pingcode-mcp is not in the dev set")
    config = pytest.importorskip("pingcode_mcp.config", reason="pingcode-mcp is not in the dev set")
    service = workspace.sandbox.service
    settings = config.Settings(
        pingcode_client_id=service.client_id, pingcode_client_secret=service.secret,
        pingcode_base_url=workspace.sandbox.url,
    )  # fmt: skip

    async def whole() -> None:
        client = clients.PingCodeClient(settings)
        try:
            await errand(client)
        finally:
            await client.close()

    asyncio.run(whole())


def test_it_reads_the_whole_story(workspace: Workspace) -> None:
    workspace.sandbox.play(NOW)

    async def errand(client: Any) -> None:
        (project,) = await client.list_projects(identifier="REQ")
        assert (project["name"], project["type"]) == ("会员商城需求", "waterfall")
        rows = await client.list_work_items(project_id=project["id"])
        assert len(rows) == 63
        (milestone,) = await client.list_work_items(project_id=project["id"], type_ids=catalogue.MILESTONE)
        assert milestone["title"] == "M1 需求确认"
        alone = await client.get_work_item(milestone["short_id"])
        assert alone["state"]["type"] == "completed"
        assert {one["name"] for one in await client.list_members(project["id"])} == {"王工", "陈工", "刘工"}
        assert await client.list_sprints(project["id"]) == []
        types = await client.get_work_item_types(project["id"])
        assert "里程碑" in {one["name"] for one in types}
        states = await client.get_work_item_states(project["id"], catalogue.DEVIATION)
        assert [one["name"] for one in states] == ["待处理", "处理中", "已关闭"]
        assert len(await client.get_work_item_priorities(project["id"])) == 4
        properties = await client.get_work_item_properties(project["id"], catalogue.DEVIATION)
        assert "severity" in {one["id"] for one in properties}

    run(workspace, errand)


def test_it_makes_changes_and_deletes_an_item(workspace: Workspace) -> None:
    project = workspace.sandbox.world.project()

    async def errand(client: Any) -> None:
        made = await client.create_work_item(project_id=project, type_id=catalogue.TASK, title="一", story_points=2)
        assert (made["identifier"], made["type"], made["story_points"]) == ("WORLD1-1", "task", 2)
        changed = await client.update_work_item(made["id"], title="二", state_id=catalogue.DONE.id)
        assert (changed["title"], changed["state"]["type"]) == ("二", "completed")
        await client.delete_work_item(made["id"])
        assert await client.list_work_items(project_id=project) == []

    run(workspace, errand)


def test_it_reads_more_than_one_page(workspace: Workspace) -> None:
    project = workspace.sandbox.world.project()
    for number in range(230):
        workspace.sandbox.world.add_item(project, f"Item {number}")

    async def errand(client: Any) -> None:
        rows = await client.list_work_items(project_id=project)
        assert [one["title"] for one in rows] == [f"Item {number}" for number in range(230)]

    run(workspace, errand)
