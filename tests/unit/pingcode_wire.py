"""PingCode's JSON for tests, and a server that gives prepared answers by path."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pydantic import SecretStr

from pmbridge.records import Scope
from pmbridge.testing.clock import FakeClock
from pmbridge.testing.context import MemoryMemo, context
from pmbridge.testing.laws.bench import Mirror
from pmbridge.values import ProjectId
from pmbridge_pingcode.adapter import PingCodeAdapter
from pmbridge_pingcode.settings import PingCodeSettings
from tests.unit.loopback import Answer, LoopbackServer, Seen

NOW = datetime(2026, 6, 5, 2, 0, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
SECRET = "client-secret-7f3a"
TOKEN = "token-5b1c"
PROJECT = ProjectId("5eb623f60000000000000001")
PRODUCT = ProjectId("product/63ec00010000000000000001")
ITEM = "5edca5240000000000000001"
USER = {"id": "a0417f68e846aae315c85d24643678a9", "name": "wang", "display_name": "王工"}
Json = dict[str, Any]


def data(body: Any, status: int = 200, **headers: str) -> Answer:
    return Answer(status=status, body=json.dumps(body, ensure_ascii=False).encode(), headers=headers)


def refused(status: int, code: str, message: str = "不行", **headers: str) -> Answer:
    return data({"code": code, "message": message}, status, **headers)


def page(*rows: Json, total: int | None = None, size: int = 100, index: int = 0) -> Answer:
    return data({"page_size": size, "page_index": index, "total": len(rows) if total is None else total,
                 "values": [*rows]})  # fmt: skip


def project_ref(**more: Any) -> Json:
    return {
        "id": PROJECT,
        "identifier": "SCR",
        "name": "项目",
        "type": "scrum",
        "is_archived": 0,
        "is_deleted": 0,
    } | more


def work_item(**more: Any) -> Json:
    """A whole work item, as the vendor's examples have it."""
    return {
        "id": ITEM, "project": project_ref(), "identifier": "SCR-5", "title": "标题", "type": "task",
        "start_at": None, "end_at": 1_783_000_000, "short_id": "1bAqLmTG",
        "html_url": "https://yctech.pingcode.com/pjm/workitems/1bAqLmTG", "assignee": USER,
        "state": {"id": "5c9b35de90ad7153c2062f18", "name": "新建", "type": "pending", "color": "#ff7575"},
        "priority": {"id": "5cb7e6fb1", "name": "最高"}, "version": None, "versions": None, "sprint": None,
        "phase": None, "description": "<p>说明</p>", "completed_at": None, "story_points": 1,
        "properties": {"severity": "5efb1859110533727a82c603", "prop_a": "甲"}, "tags": [],
        "created_at": 1_780_000_000, "created_by": USER, "updated_at": 1_780_000_100, "is_archived": 0, "is_deleted": 0,
    } | more  # fmt: skip


def token() -> Answer:
    return data({"access_token": TOKEN, "token_type": "Bearer", "expires_in": SECONDS + 30 * 86_400})


@dataclass
class Desk:
    """Prepared answers by path; a list is used up one by one, its last one for ever."""

    server: LoopbackServer
    clock: FakeClock = field(default_factory=lambda: FakeClock(NOW))
    routes: dict[str, Answer | list[Answer]] = field(default_factory=dict)
    memo: MemoryMemo = field(init=False)

    def __post_init__(self) -> None:
        self.memo = MemoryMemo(self.clock)
        self.routes["/v1/auth/token"] = token()
        self.routes["/v1/pjm/projects"] = page(project_ref())
        self.routes[f"/v1/pjm/projects/{PROJECT}"] = data(project_ref())
        self.routes["/v1/pjm/work_item/types"] = page({"id": "task", "name": "任务", "group": "task"})
        self.server.respond = self._answer

    def _answer(self, seen: Seen) -> Answer:
        found = self.routes.get(urlsplit(seen.target).path, refused(404, "100002", "资源路径错误"))
        if isinstance(found, list):
            return found.pop(0) if len(found) > 1 else found[0]
        return found

    def adapter(self, secret: str = SECRET, **settings: object) -> PingCodeAdapter:
        made = context("pingcode", SecretStr(secret), self.clock)
        lent = type(made)(connection="pingcode", secret=made.secret, clock=self.clock, memo=self.memo, log=made.log)
        said: dict[str, object] = {"base_url": self.server.url, "client_id": "client", **settings}
        return PingCodeAdapter(PingCodeSettings.model_validate(said), lent)

    def pull(self, *projects: ProjectId, kinds: tuple[str, ...] = ("work_item",), fields: tuple[str, ...] = (),
             into: Mirror | None = None) -> Mirror:  # fmt: skip
        mirror = into or Mirror()
        asked = {"work_item": frozenset(fields)} if fields else {}
        scope = Scope(projects=projects or (PROJECT,), kinds=frozenset(kinds), fields=asked)
        for one in self.adapter().pull(scope, mirror.cursor, mirror):
            mirror.apply(one)
        return mirror

    def asked(self, path: str) -> list[Mapping[str, list[str]]]:
        """Return the queries of the requests to *path*."""
        split = [urlsplit(one.target) for one in self.server.seen]
        return [parse_qs(one.query) for one in split if one.path == path]


@contextmanager
def desk() -> Iterator[Desk]:
    with LoopbackServer() as server:
        yield Desk(server)
