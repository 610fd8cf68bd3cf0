"""Whatever Worktile sends: a record, or one error that names the field. Never a crash, never a task lost in silence."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from pydantic import SecretStr

from pmbridge.errors import NotVisible, PmbridgeError, ProtocolError
from pmbridge.records import Comment, Gone, Item, Page, Record, Scope, Verb, Wanted, check, decode, encode
from pmbridge.testing.clock import FakeClock
from pmbridge.testing.context import MirroredRecords, context
from pmbridge.values import ProjectId, RecordId
from pmbridge_worktile.adapter import WorktileAdapter
from pmbridge_worktile.settings import WorktileSettings
from tests.property.damage import damaged, json_values
from tests.unit.loopback import Answer, LoopbackServer, Seen

FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
PROJECT = ProjectId("5ebc7e1a0000000000000001")
FIRST, SECOND = "6283844ef727f62aa7fa040a", "6283844ef727f62aa7fa040b"
WANG = "b8099ac78631f2dfcf4d7872434ee2d6"
JSON = json_values("0", FIRST, SECOND, WANG, 1_652_790_000, 1_652_790_000_000, 200, 1103, "../x", 0, 1, -1, 1e308)
OPEN = "/open-api"
V1, BULK = f"{OPEN}/mission/get-project-tasks-by-page", f"{OPEN}/mission/get-tasks-by-ids"


def task(id_: str, **more: Any) -> dict[str, Any]:
    """A task as the lists have it, with nothing left out."""
    return {
        "_id": id_, "identifier": "#43", "title": "需求确认", "project_id": PROJECT, "created_by": WANG,
        "created_at": 1_652_786_254, "updated_at": 1_652_790_000, "is_archived": 0, "is_deleted": 0, "state_type": 3,
        "completed_at": 1_652_789_000, "task_state": {"_id": "5e84", "name": "已完成", "type": 3},
        "task_type": {"_id": "7a", "name": "里程碑"}, "parent_ids": [SECOND], "derived_ids": [], "parent_id": SECOND,
    } | more  # fmt: skip


PROPERTIES: Mapping[str, Any] = {
    "assignee": WANG, "start": {"date": 1_652_745_600, "with_time": 0}, "due": {"date": 1_652_832_000, "with_time": 0},
    "tag": [{"_id": "t1", "name": "上线", "color": "#fff"}], "desc": "说明", "yjrq": {"date": 1_652_832_000},
    "gs": 3,
}  # fmt: skip
LISTED = {"items": [task(FIRST), task(SECOND, parent_id=None)], "total": 2, "has_more": False}
WHOLE = [task(FIRST, properties=dict(PROPERTIES)), task(SECOND, parent_id=None, properties={})]
MEMBERS = {"items": [{"_id": "1", "uid": WANG, "name": "wang", "display_name": "王工"}], "total": 1, "has_more": False}
FIELDS = frozenset({"yjrq", "gs"})
SCOPE = Scope(projects=(PROJECT,), kinds=frozenset({"task", "tag"}), fields={"task": FIELDS})


@dataclass
class Desk:
    """Prepared answers by path."""

    server: LoopbackServer
    clock: FakeClock = field(default_factory=FakeClock)
    routes: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.server.respond = self._answer
        self.reset()

    def reset(self) -> None:
        """Answer everything soundly again."""
        self.clock.advance(600)  # so that no rate limit gets in the way
        self.routes = {
            f"{OPEN}/tenant-access-token": {"tenant_access_token": "a" * 40, "expires_in": 7200},
            f"{OPEN}/mission/get-projects-by-page": {"items": [{"_id": PROJECT, "name": "上线"}], "has_more": False},
            V1: copy.deepcopy(LISTED),
            BULK: copy.deepcopy(WHOLE),
            f"{OPEN}/contact/get-members-by-page": copy.deepcopy(MEMBERS),
            f"{OPEN}/mission/projects/{PROJECT}/tasks": {"value": [], "meta": {"has_more": False}},
        }

    def _answer(self, seen: Seen) -> Answer:
        body = self.routes.get(urlsplit(seen.target).path, {"code": 404, "message": "not found"})
        return Answer(body=json.dumps(body, ensure_ascii=False).encode())

    def adapter(self) -> WorktileAdapter:
        said = {"base_url": self.server.url, "client_id": "client"}
        lent = context("worktile", SecretStr("client-secret-7f3a"), self.clock)
        return WorktileAdapter(WorktileSettings.model_validate(said), lent)

    def pulled(self) -> tuple[list[Page], PmbridgeError | None]:
        pages: list[Page] = []
        try:
            pages.extend(self.adapter().pull(SCOPE, None, MirroredRecords()))
        except PmbridgeError as error:
            return pages, error
        return pages, None


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with LoopbackServer() as server:
        yield Desk(server)


def is_clear(error: PmbridgeError | None) -> bool:
    return isinstance(error, ProtocolError) and bool(error.facts.get("field")) and "Worktile" in error.text("en")


def is_an_answer(error: PmbridgeError | None) -> bool:
    """Say whether *error* is what a refusal means that the damage made of the answer: an envelope with an error."""
    return error is None or is_clear(error) or bool(error.name and error.text("en") and "Worktile" in error.text("en"))


def holds(records: list[Record | Gone]) -> None:
    for record in records:
        if isinstance(record, Gone):
            assert record.id.kind == "task"
            continue
        assert check(record) == record
        if isinstance(record, Item):
            assert set(record.fields) == FIELDS
            record = replace(record, description=None)
        assert decode(encode(record)) == record


def test_the_sound_answers_are_read_whole(desk: Desk) -> None:
    desk.reset()
    pages, error = desk.pulled()
    assert error is None
    items = {one.id.external_id: one for page in pages for one in page.records if isinstance(one, Item)}
    assert set(items) == {FIRST, SECOND}
    assert None not in items[FIRST].fields.values()
    assert not [one for page in pages for one in page.skipped]


@FEW
@given(listed=damaged(LISTED, JSON))
def test_a_damaged_list_of_tasks_loses_none_in_silence(desk: Desk, listed: Any) -> None:
    desk.reset()
    desk.routes[V1] = listed
    pages, error = desk.pulled()
    records = [one for page in pages for one in page.records]
    skipped = [one for page in pages for one in page.skipped]
    holds(records)
    assert is_an_answer(error), error
    assert all(is_clear(one.error) or isinstance(one.error, NotVisible) for one in skipped), skipped
    # What the list showed and could be read stands in a listing, or there is none that could prove an absence.
    told = {one.id.external_id for one in records if isinstance(one, Item)}
    for listing in (one for page in pages for one in page.listings if one.kind == "task"):
        assert told <= set(listing.ids)


@FEW
@given(whole=damaged(WHOLE, JSON))
def test_damaged_tasks_are_records_or_one_clear_error_each(desk: Desk, whole: Any) -> None:
    desk.reset()
    desk.routes[BULK] = whole
    pages, error = desk.pulled()
    records = [one for page in pages for one in page.records]
    skipped = [one for page in pages for one in page.skipped]
    holds(records)
    assert is_an_answer(error), error
    assert all(is_clear(one.error) for one in skipped), skipped
    listed = {id_ for page in pages for one in page.listings if one.kind == "task" for id_ in one.ids}
    gone = {one.id.external_id for one in records if isinstance(one, Gone)}
    assert not listed or {FIRST, SECOND} - listed <= gone, "a listing leaves out only what is told to be gone"
    # A task that the list shows and the answer by its id does not is gone; none is just left out, and none is made up.
    told = {one.id.external_id for one in records if isinstance(one, Item | Gone) and one.id.kind == "task"}
    told |= {one.id.external_id for one in skipped if one.id is not None}
    project_alone = any(one.id is None for one in skipped)
    assert told == {FIRST, SECOND} or error is not None or project_alone


@FEW
@given(body=JSON)
def test_any_json_in_place_of_a_list_is_an_error(desk: Desk, body: Any) -> None:
    desk.reset()
    desk.routes[V1] = body
    pages, error = desk.pulled()
    assert not [one for page in pages for one in page.records if isinstance(one, Item)]
    assert error is not None or [one for page in pages for one in page.skipped]
    assert not [one for page in pages for one in page.listings if one.kind == "task"]
    assert is_an_answer(error), error


SAID = {"content": "客户已看过", "created_by": {"uid": WANG, "display_name": "王工"}, "created_at": 1_652_790_000}
DETAIL = {"code": 200, "data": {"value": {"_id": FIRST, "title": "需求确认", "comments": [SAID]}}}


@FEW
@given(body=damaged(DETAIL, JSON))
def test_damaged_comments_are_whole_or_an_error(desk: Desk, body: Any) -> None:
    desk.reset()
    desk.routes[f"{OPEN}/mission/tasks/{FIRST}"] = body
    asked = RecordId(kind="task", external_id=FIRST)
    parts = frozenset({Verb.COMMENTS})
    (found,) = desk.adapter().details([Wanted(id=asked, project=PROJECT, parts=parts)])
    assert found.id == asked
    assert found.parts == (parts if found.error is None else frozenset())
    assert is_an_answer(found.error), found.error
    assert all(isinstance(one, Comment) and check(one) == one for one in found.records)
