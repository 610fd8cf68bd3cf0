"""Whatever PingCode sends: a record, or one error that names the field. Never a crash, never an item lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from pmbridge.errors import NotVisible, PmbridgeError, ProtocolError
from pmbridge.records import Gone, Group, Item, Listing, Record, Scope, Verb, Wanted, check, decode, encode
from pmbridge.testing.laws.bench import Mirror
from pmbridge.values import ProjectId, RecordId
from tests.property.damage import damaged, json_values
from tests.unit import pingcode_wire as pingcode
from tests.unit.loopback import Answer
from tests.unit.pingcode_wire import ITEM, PRODUCT, PROJECT, Desk, data, page, work_item

FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
JSON = json_values("0", 1_783_000_000, 1_783_000_000_000, "completed", ITEM, "../x", 0, 1, -1, 1e308)


def envelope(*rows: Any) -> dict[str, Any]:
    return {"page_size": 100, "page_index": 0, "total": len(rows), "values": [*rows]}


STATE = {"id": "s1", "name": "处理中", "type": "in_progress"}
STAGE = {"id": "g3", "name": "已发布", "type": "published"}
FULL = work_item(
    versions=[{"id": "r1", "name": "1.0"}], sprint={"id": "s1", "name": "迭代"}, phase={"id": "5edca52400ff"},
    parent_id="5edca52400fe", tags=[{"id": "t1", "name": "标签"}], start_at=1_782_000_000, completed_at=1_782_500_000,
    properties={"severity": "o1", "days": 3, "on": 1_782_000_000, "areas": ["a1"]},
)  # fmt: skip
SHIP = {
    "id": "63eca8880000000000000001", "product": {"id": PRODUCT.partition("/")[2]}, "identifier": "SLC-T1",
    "title": "工单", "state": STATE, "priority": {"id": "p1", "name": "P1"}, "description": "<p>x</p>",
    "properties": {"days": 3},
    "html_url": "https://yctech.pingcode.com/ship/tickets/x", "created_at": 1_780_000_000, "updated_at": 1_780_000_100,
    "is_archived": 0, "is_deleted": False,
}  # fmt: skip
TICKET = SHIP | {
    "type": {"id": "t1", "name": "需求"}, "customer": {"id": "c1", "name": "蓝海"}, "solution": None, "tags": [],
    "channel": "internal", "submitted_at": 1_780_000_000,
    "estimated_at": {"from": 1_780_000_000, "to": 1_783_000_000, "granularity": "day"},
}  # fmt: skip
RELEASE = {
    "id": "64000001aa", "project": pingcode.project_ref(), "name": "1.0", "start_at": 1_780_000_000,
    "end_at": 1_783_000_000, "stage": STAGE, "operate_at": 1_782_000_000,
    "stages": [{"id": "g3", "name": "已发布", "operate_at": 1_782_000_000}], "updated_at": 1_780_000_100,
}  # fmt: skip
SPRINT = {"id": "64000002aa", "name": "迭代", "status": "completed", "start_at": 1, "end_at": 2, "completed_at": 3}
FIELDS = frozenset({"severity", "days", "on", "areas", "story_points", "priority", "tags"})
PROPERTIES = page(
    {"id": "severity", "name": "严重程度", "type": "select", "options": [{"_id": "o1", "text": "严重"}]},
    {"id": "days", "name": "天数", "type": "number"}, {"id": "on", "name": "日期", "type": "date"},
    {"id": "areas", "name": "模块", "type": "multi_select", "options": [{"_id": "a1", "text": "会员"}]},
)  # fmt: skip
PRODUCT_PATH = f"/v1/ship/products/{PRODUCT.partition('/')[2]}"


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with pingcode.desk() as opened:
        opened.routes["/v1/pjm/work_item/properties"] = PROPERTIES
        opened.routes["/v1/ship/ticket/properties"] = PROPERTIES
        opened.routes[PRODUCT_PATH] = data({"id": PRODUCT.partition("/")[2], "name": "产品"})
        yield opened


def answered(desk: Desk, body: Any) -> Answer:
    desk.clock.advance(600)  # so that no rate limit gets in the way
    return data(body)


def pulled(
    desk: Desk, project: ProjectId, *kinds: str
) -> tuple[list[Record | Gone], list[PmbridgeError], list[Listing]]:
    scope = Scope(projects=(project,), kinds=frozenset(kinds), fields=dict.fromkeys(("work_item", "ticket"), FIELDS))
    pages = list(desk.adapter(dialect="pjm").pull(scope, None, Mirror()))
    records = [one for page_ in pages for one in page_.records]
    skipped = [one.error for page_ in pages for one in page_.skipped]
    return records, skipped, [one for page_ in pages for one in page_.listings]


def read(desk: Desk, asked: RecordId) -> tuple[list[Record | Gone], PmbridgeError | None]:
    answers: list[Record | Gone] = []
    try:
        answers.extend(desk.adapter(dialect="pjm").read([asked]))
    except PmbridgeError as error:
        return answers, error
    return answers, None


def is_clear(error: PmbridgeError | None) -> bool:
    return isinstance(error, ProtocolError) and bool(error.facts.get("field")) and "PingCode" in error.text("en")


def holds(records: list[Record | Gone]) -> None:
    for record in records:
        if isinstance(record, Gone):
            assert record.why == "deleted"
            continue
        assert check(record) == record
        bare = replace(record, description=None) if isinstance(record, Item) else record  # it is kept apart
        assert decode(encode(record)) == bare
        if isinstance(record, Item):
            assert set(record.fields) == FIELDS


@FEW
@given(body=damaged(envelope(FULL, work_item(id="5edca5240000000000000002")), JSON))
def test_a_damaged_list_gives_records_or_one_clear_error_for_each(desk: Desk, body: Any) -> None:
    desk.routes["/v1/pjm/work_items"] = answered(desk, body)
    records, errors, listings = pulled(desk, PROJECT, "work_item")
    holds(records)
    assert all(is_clear(one) for one in errors), errors
    items = {one.id.external_id for one in records if isinstance(one, Item)}
    # A listing holds what was read and what could not be: nothing that was there may be missing from it.
    if [one for one in listings if one.kind == "work_item"]:
        (listing,) = [one for one in listings if one.kind == "work_item"]
        assert items <= set(listing.ids)
    else:
        assert errors


@FEW
@given(body=damaged(envelope(TICKET, SHIP | {"id": "63eca8880000000000000002", "type": None}), JSON))
def test_a_damaged_list_of_tickets_gives_records_or_errors(desk: Desk, body: Any) -> None:
    desk.routes["/v1/ship/tickets"] = answered(desk, body)
    records, errors, _ = pulled(desk, PRODUCT, "ticket")
    holds(records)
    assert all(is_clear(one) for one in errors), errors
    assert records or errors or not body.get("values")


@FEW
@given(releases=damaged(envelope(RELEASE), JSON), sprints=damaged(envelope(SPRINT), JSON))
def test_damaged_groups_give_records_or_errors(desk: Desk, releases: Any, sprints: Any) -> None:
    desk.routes[f"/v1/pjm/projects/{PROJECT}/versions"] = answered(desk, releases)
    desk.routes[f"/v1/pjm/projects/{PROJECT}/sprints"] = answered(desk, sprints)
    records, errors, _ = pulled(desk, PROJECT, "release", "sprint")
    assert all(check(one) == one for one in records if isinstance(one, Group))
    assert all(is_clear(one) for one in errors), errors


@FEW
@given(body=damaged(FULL, JSON))
def test_a_damaged_item_read_by_its_id_is_one_answer_or_one_clear_error(desk: Desk, body: Any) -> None:
    desk.routes[f"/v1/pjm/work_items/{ITEM}"] = answered(desk, body)
    asked = RecordId(kind="work_item", external_id=ITEM)
    answers, error = read(desk, asked)
    assert len(answers) == (error is None)
    assert error is None or is_clear(error)


COMMENT = {"id": "59f7", "content": "说", "created_at": 1_780_000_000, "created_by": pingcode.USER, "is_deleted": 0}
STEP = {"id": "5e6b", "from_state": STATE, "to_state": STAGE, "created_at": 1_780_000_000, "created_by": pingcode.USER}


@FEW
@given(comments=damaged(envelope(COMMENT), JSON), steps=damaged(envelope(STEP), JSON))
def test_damaged_details_are_whole_or_an_error(desk: Desk, comments: Any, steps: Any) -> None:
    desk.routes["/v1/comments"] = answered(desk, comments)
    desk.routes[f"/v1/pjm/work_items/{ITEM}/transition_histories"] = answered(desk, steps)
    parts = frozenset({Verb.COMMENTS, Verb.HISTORY})
    wanted = Wanted(id=RecordId(kind="work_item", external_id=ITEM), project=PROJECT, parts=parts)
    (details,) = desk.adapter(dialect="pjm").details([wanted])
    assert all(check(one) == one for one in details.records)
    assert details.parts == (parts if details.error is None else frozenset())
    assert details.error is None or is_clear(details.error)


@FEW
@given(body=JSON)
def test_any_json_in_place_of_a_list_is_an_error_of_the_project(desk: Desk, body: Any) -> None:
    desk.routes["/v1/pjm/work_items"] = answered(desk, body)
    records, errors, listings = pulled(desk, PROJECT, "work_item")
    assert not [one for one in records if isinstance(one, Item)]
    assert errors
    assert not listings
    assert all(is_clear(one) or isinstance(one, NotVisible) for one in errors)
