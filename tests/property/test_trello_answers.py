"""Whatever Trello sends: a record, or one error that names the field. Never a crash, never a card lost in silence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmbridge.errors import PmbridgeError, ProtocolError
from pmbridge.records import Change, Comment, Gone, Item, Record, Verb, Wanted, check, decode, encode
from pmbridge.values import ProjectId, RecordId
from tests.property.damage import damaged, json_values
from tests.unit import trello_wire as trello
from tests.unit.loopback import Answer
from tests.unit.trello_wire import BOARD, Desk, Mirror

JSON = json_values(
    "2026-06-01T08:00:00.123Z", "2026-06-01", "9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00.000+14:00", trello.TODO,
    "complete", "1e999999", "-0",
)  # fmt: skip


VALUES = [
    trello.value(trello.POINTS, value={"number": "3"}),
    trello.value(trello.NOTE, value={"text": "甲"}),
    trello.value(trello.DECIDED, value={"date": "2020-03-11T04:00:00.000Z"}),
    trello.value(trello.AGREED, value={"checked": "true"}),
    trello.value(trello.SEVERITY, value=None, idValue=trello.HIGH),
]
FULL = trello.card(
    1, desc="说明", due="2026-06-11T23:00:00.000Z", start="2026-06-01T01:00:00.000Z", idLabels=[trello.RED],
    idMembers=[trello.WANG], customFieldItems=VALUES,
)  # fmt: skip
SOUND = trello.board(
    FULL,
    trello.card(2),
    checklists=[trello.checklist(FULL, trello.check_item(7, due="2026-06-11T23:00:00.000Z"), trello.check_item(8))],
)
SCOPE = trello.scope(fields=(trello.POINTS, trello.NOTE, trello.DECIDED, trello.AGREED, trello.SEVERITY, "dueComplete"))


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with trello.desk() as opened:
        opened.shows(**{BOARD: "2026-06-01T08:00:00.123Z"})
        yield opened


def answered(desk: Desk, body: Any) -> Answer:
    desk.clock.advance(timedelta(minutes=10).total_seconds())  # so that no rate limit gets in the way
    return trello.data(body)


def read(desk: Desk, asked: RecordId) -> tuple[list[Record | Gone], PmbridgeError | None]:
    answers: list[Record | Gone] = []
    try:
        answers.extend(desk.adapter().read([asked]))
    except PmbridgeError as error:
        return answers, error
    return answers, None


def is_clear(error: PmbridgeError | None) -> bool:
    return isinstance(error, ProtocolError) and bool(error.facts.get("field")) and "Trello" in error.text("en")


@given(body=damaged(SOUND, JSON))
def test_a_damaged_board_gives_records_or_one_clear_error_for_each(desk: Desk, body: Any) -> None:
    desk.routes[f"/boards/{BOARD}"] = answered(desk, body)
    pages = list(desk.adapter().pull(SCOPE, None, Mirror()))
    records = [one for page in pages for one in page.records]
    skipped = [one for page in pages for one in page.skipped]
    for record in records:
        assert not isinstance(record, Gone)
        assert check(record) == record
        assert decode(encode(record)) == record
        if isinstance(record, Item) and record.id.kind == "card":
            assert set(record.fields) == SCOPE.fields["card"]
    assert all(is_clear(one.error) for one in skipped), [one.error for one in skipped]
    if any(one.id is None for one in skipped):
        assert not any(page.complete or page.listings for page in pages)
        return
    told = {one.id for one in records} | {one.id for one in skipped}
    listed = {RecordId(kind=one.kind, external_id=id_) for page in pages for one in page.listings for id_ in one.ids}
    assert {one for one in told if one is not None and one.kind != "member"} == listed, "nothing lost, nothing made up"


@given(card=damaged(FULL | {"list": trello.LISTS[0], "board": {"closed": False}}, JSON))
def test_a_damaged_card_read_by_its_id_gives_one_answer_or_one_clear_error(desk: Desk, card: Any) -> None:
    asked = RecordId(kind="card", external_id=FULL["id"])
    desk.routes["/batch"] = answered(desk, [{"200": card}])
    answers, error = read(desk, asked)
    assert is_clear(error) if error else [one.id for one in answers] == [asked]
    assert all(isinstance(one, Gone) or check(one) == one for one in answers)


FEED = [
    trello.action(9, "commentCard", FULL, at="2026-06-03T03:00:00.000Z", text="同意"),
    trello.action(
        8, "updateCard", FULL, at="2026-06-02T03:00:00.000Z",
        card={"idList": trello.DOING}, old={"idList": trello.TODO},
        listBefore={"id": trello.TODO, "name": "待设计"}, listAfter={"id": trello.DOING, "name": "设计中"},
    ),
    trello.action(
        7, "updateCustomFieldItem", FULL, at="2026-06-01T03:00:00.000Z", old={"value": {"number": "3"}},
        customField={"id": trello.POINTS}, customFieldItem={"idCustomField": trello.POINTS, "value": {"number": "5"}},
    ),
]  # fmt: skip


@given(feed=damaged(FEED, JSON))
def test_a_damaged_history_gives_records_or_one_clear_error_for_the_card(desk: Desk, feed: Any) -> None:
    desk.routes[f"/boards/{BOARD}/actions"] = answered(desk, feed)
    parts = frozenset({Verb.COMMENTS, Verb.HISTORY})
    asked = RecordId(kind="card", external_id=FULL["id"])
    (found,) = desk.adapter().details([Wanted(id=asked, project=ProjectId(BOARD), parts=parts)])
    assert found.id == asked
    if found.error is not None:
        assert is_clear(found.error)
        assert found.parts == frozenset()
        return
    for record in found.records:
        assert isinstance(record, Comment | Change)
        assert check(record) == record


@given(results=st.lists(JSON, max_size=2) | JSON)
def test_a_batch_of_anything_gives_an_answer_or_a_clear_error(desk: Desk, results: Any) -> None:
    desk.routes["/batch"] = answered(desk, results)
    asked = RecordId(kind="card", external_id=FULL["id"])
    answers, error = read(desk, asked)
    assert error.text("en") if error else [one.id for one in answers] == [asked]
