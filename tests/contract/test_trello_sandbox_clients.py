"""A client that others wrote, py-trello, works against the Trello sandbox: what it reads is not our own invention."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from trello.exceptions import ResourceUnavailable, Unauthorized

from pmbridge.testing.sandbox import Fault
from pmbridge_trello.sandbox import TrelloSandbox
from pmbridge_trello.sandbox_state import Board, Card
from tests.contract.trello_visitor import NOW, py_trello, trello


@pytest.fixture(scope="module")
def story() -> Iterator[TrelloSandbox]:
    with trello(limits=None) as sandbox:
        sandbox.play(NOW)
        yield sandbox


@pytest.fixture
def sandbox() -> Iterator[TrelloSandbox]:
    with trello(limits=None) as opened:
        yield opened


def a_card(sandbox: TrelloSandbox, **fields: Any) -> tuple[Board, Card]:
    board = sandbox.store.boards[sandbox.world.project()]
    return board, sandbox.store.add_card(sandbox.store.lists_of(board)[0], "卡片", **fields)


def test_it_reads_the_storys_board(story: TrelloSandbox) -> None:
    with py_trello(story) as client:
        (board,) = client.list_boards()
        assert board.name == "会员商城设计"
        assert [one.name for one in board.list_lists()] == ["待设计", "设计中", "已验收"]
        assert {one.name for one in board.get_labels()} == {"里程碑", "M2", ""}
        assert [one.full_name for one in board.get_members()] == ["王工", "陈工", "刘工"]
        cards = board.all_cards()
        assert len(cards) == 38
        by_list = {one.name: len(one.list_cards()) for one in board.list_lists()}
        assert by_list == {"待设计": 7, "设计中": 0, "已验收": 31}
        (milestone,) = [one for one in cards if one.labels and one.labels[0].name == "里程碑"]
        assert (milestone.name, milestone.due_date) == ("M2 设计验收", datetime(2026, 5, 8, 10, 0, tzinfo=UTC))
        assert [one["data"]["text"][:3] for one in milestone.fetch_comments()] == ["张敏：", "修改稿"]


def test_it_reads_the_moves_of_a_card(story: TrelloSandbox) -> None:
    with py_trello(story) as client:
        (board,) = client.list_boards("open")
        (milestone,) = [one for one in board.all_cards() if one.name == "M2 设计验收"]
        moves = milestone.list_movements()
        assert [(one["source"]["name"], one["destination"]["name"]) for one in moves] == [
            ("设计中", "已验收"), ("待设计", "设计中"),
        ]  # fmt: skip
        assert moves[0]["datetime"] == datetime(2026, 5, 12, 9, 0, tzinfo=UTC)
        assert milestone.card_created_date == datetime(2026, 4, 8, 1, 30)  # noqa: DTZ001 - what the client returns


def test_it_reads_custom_fields_of_all_types(sandbox: TrelloSandbox) -> None:
    store = sandbox.store
    board, card = a_card(sandbox)
    values: Mapping[Any, Any] = {
        "text": "备注", "number": 2.5, "date": datetime(2026, 3, 11, tzinfo=UTC), "checkbox": True,
    }  # fmt: skip
    for kind, value in values.items():
        store.set_value(card, store.add_field(board, kind, kind), value)
    store.set_value(card, store.add_field(board, "list", "list", options=["高", "低"]), "低")
    with py_trello(sandbox) as client:
        found = client.get_card(card.id)
        found.board = client.get_board(board.id)
        told = {one.name: one.value for one in found.custom_fields}
        assert told == {
            "text": "备注",
            "number": 2.5,
            "date": "2026-03-11T00:00:00.000Z",
            "checkbox": True,
            "list": "低",
        }
        (options,) = [one.list_options for one in found.board.get_custom_field_definitions() if one.name == "list"]
        assert list(options.values()) == ["高", "低"]


def test_it_reads_checklists_and_attachments(sandbox: TrelloSandbox) -> None:
    store = sandbox.store
    board, card = a_card(sandbox)
    checklist = store.add_checklist(card, "步骤", ["甲", "乙"])
    store.edit_check_item(checklist, checklist.items[1], state="complete")
    store.attach(card, "https://figma.example/f/1", "稿")
    with py_trello(sandbox) as client:
        (found,) = client.get_board(board.short_link).all_cards()
        assert [(one["name"], one["checked"]) for one in found.checklists[0].items] == [("甲", False), ("乙", True)]
        assert [one["url"] for one in found.attachments] == ["https://figma.example/f/1"]
        found.fetch(eager=True)
        assert (found.countCheckItems, found.plugin_data) == (2, [])
        (listed,) = client.get_board(board.id).get_checklists()
        assert listed.name == "步骤"


def test_it_tells_open_archived_and_visible_cards_apart(sandbox: TrelloSandbox) -> None:
    store = sandbox.store
    board, card = a_card(sandbox)
    store.add_card(store.lists_of(board)[1], "在归档列表里")
    store.edit_list(store.lists_of(board)[1], closed=True)
    store.edit_card(card, closed=True)
    with py_trello(sandbox) as client:
        there = client.get_board(board.id)
        assert [one.name for one in there.open_cards()] == ["在归档列表里"]
        assert [one.name for one in there.closed_cards()] == ["卡片"]
        assert there.visible_cards() == []
        assert len(there.all_cards()) == 2


def test_it_reads_organisations_and_members(sandbox: TrelloSandbox) -> None:
    sandbox.store.add_board("Org", organization=True)
    with py_trello(sandbox) as client:
        (org,) = client.list_organizations()
        assert org.name == "qingchuan"
        member = client.get_member("me")
        assert (member.username, member.email) == ("wanggong", None)
        assert [one.name for one in member.get_boards("open")] == ["Org"]


def test_it_writes_and_reads_back(sandbox: TrelloSandbox) -> None:
    sandbox.allow_writing()
    store = sandbox.store
    board, card = a_card(sandbox)
    label, field = store.add_label(board, "变更", "red"), store.add_field(board, "编号", "text")
    todo, doing = store.lists_of(board)[:2]
    with py_trello(sandbox) as client:
        there = client.get_board(board.id)
        made = there.get_list(todo.id).add_card("优惠券", desc="说明", due="2026-07-01T10:00:00.000Z")
        made.set_name("优惠券二")
        made.change_list(doing.id)
        made.set_due_complete()
        made.add_label(there.get_labels()[-1])
        made.comment("已批准")
        made.attach(name="邮件", url="https://a.example/1")
        made.add_checklist("步骤", ["甲", "乙"], [False, True])
        # Not by set_custom_field(), whose route no paper has any more.
        client.fetch_json(
            f"/cards/{made.id}/customField/{field.id}/item", http_method="PUT", post_args={"value": {"text": "CR-1"}}
        )
        kept = store.cards[made.id]
        assert (kept.name, kept.desc, kept.in_list, kept.due_complete) == ("优惠券二", "说明", doing.id, True)
        assert (kept.labels, kept.values[field.id].value) == ((label.id,), {"text": "CR-1"})
        assert [(one.name, one.state) for one in kept.checklists[0].items] == [("甲", "incomplete"), ("乙", "complete")]
        again = client.get_card(made.id)
        assert (again.name, again.due_date) == ("优惠券二", datetime(2026, 7, 1, 10, tzinfo=UTC))
        assert [one["data"]["text"] for one in again.fetch_comments()] == ["已批准"]
        assert [one.url for one in kept.attachments] == ["https://a.example/1"]
        assert card.name == "卡片"


def test_it_fails_as_at_trello(sandbox: TrelloSandbox) -> None:
    _, card = a_card(sandbox)
    with py_trello(sandbox, token="wrong") as client, pytest.raises(Unauthorized, match="invalid token"):
        client.list_boards()
    with py_trello(sandbox, key="f" * 32) as client, pytest.raises(Unauthorized, match="invalid key"):
        client.list_boards()
    with py_trello(sandbox) as client:
        sandbox.store.delete_card(card)
        with pytest.raises(ResourceUnavailable, match=r"The requested resource was not found\."):
            client.get_card(card.id)
        sandbox.faults.add(Fault(call="GET /1/members/me/boards*", what="429"))
        with pytest.raises(ResourceUnavailable, match="API_TOKEN_LIMIT_EXCEEDED"):
            client.list_boards()


def test_one_request_per_card_meets_the_limit() -> None:
    """What users of such clients complain of: the token's hundred requests are gone in no time."""
    with trello() as sandbox:
        board = sandbox.world.project()
        for number in range(60):
            sandbox.world.comment(sandbox.world.add_item(board, f"{number}"), "x")
        with py_trello(sandbox) as client:
            cards = client.get_board(board).all_cards()
            with pytest.raises(ResourceUnavailable, match="API_TOKEN_LIMIT_EXCEEDED"):
                _fetch(cards)
        assert len(sandbox.requests) == 101


def _fetch(cards: Sequence[Any]) -> None:
    for card in cards:
        card.fetch()
