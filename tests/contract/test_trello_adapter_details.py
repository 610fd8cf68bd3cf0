"""What Trello's actions tell of a card's past, and what they leave out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pmbridge.records import Change, Comment, Details, Verb, Wanted
from pmbridge.testing.sandbox import FakeClock
from pmbridge.values import Flag, Instant, Named, Number, Plain, ProjectId, RecordId
from pmbridge_trello.sandbox import TrelloSandbox
from tests.contract.trello_bench import Workspace

BOTH = frozenset({Verb.COMMENTS, Verb.HISTORY})
HOUR = 3600


@pytest.fixture
def trello() -> Iterator[Workspace]:
    with TrelloSandbox(FakeClock()) as sandbox:
        yield Workspace(sandbox)


def details(trello: Workspace, board: ProjectId, *cards: RecordId, **settings: object) -> dict[RecordId, Details]:
    wanted = [Wanted(id=one, project=board, parts=BOTH) for one in cards]
    found = list(trello.run(**settings).details(wanted))
    assert all(one.error is None and one.whole for one in found)
    return {one.id: one for one in found}


def changes(one: Details) -> list[Change]:
    return sorted((each for each in one.records if isinstance(each, Change)), key=lambda each: each.at)


def comments(one: Details) -> list[Comment]:
    return [each for each in one.records if isinstance(each, Comment)]


def test_every_kind_of_change_is_told(trello: Workspace) -> None:
    world, clock = trello.world, trello.sandbox.clock
    board = world.project()
    card = world.add_item(board, "旧名")
    for edit in (
        {"title": "新名"}, {"state": "in_progress"}, {"description": "说明"}, {"due": date(2026, 6, 12)},
        {"start": date(2026, 6, 1)}, {"complete": True}, {"points": 3}, {"points": 5},
    ):  # fmt: skip
        clock.advance(HOUR)
        world.edit(card, **edit)
    found = changes(details(trello, board, card)[card])
    points = next(one.id for one in trello.run().describe(board).kinds["card"].fields if one.name == "点数")
    assert [one.field for one in found] == [
        "title", "state", "description", "due", "start", "field:dueComplete", f"field:{points}", f"field:{points}",
    ]  # fmt: skip
    by_field = {one.field: one for one in found}
    title, state, due = by_field["title"], by_field["state"], by_field["due"]
    assert (title.before, title.after) == (Plain(text="旧名"), Plain(text="新名"))
    assert isinstance(state.after, Named)
    assert (state.after.name, state.at) == ("进行中", found[1].at)
    assert isinstance(due.after, Instant)
    assert due.after.day(ZoneInfo("Asia/Shanghai")) == date(2026, 6, 12)
    assert by_field["field:dueComplete"].after == Flag(on=True)
    assert (found[-1].before, found[-1].after) == (Number(value=Decimal(3)), Number(value=Decimal(5)))


def test_what_trello_keeps_to_itself_is_not_told(trello: Workspace) -> None:
    world = trello.world
    board = world.project()
    card, label = world.add_item(board, "卡"), world.add_label(board, "变更")
    step = world.add_item(board, "步骤", parent=card)
    world.edit(card, group=label)
    world.edit(step, state="done")
    world.edit(label, title="改名")
    assert changes(details(trello, board, card)[card]) == []


def test_comments_come_with_author_and_time_and_as_they_read_now(trello: Workspace) -> None:
    world, store = trello.world, trello.sandbox.store
    board = world.project()
    card = world.add_item(board, "卡")
    world.comment(card, "第一")
    second = store.comment(store.cards[card.external_id], "第二")
    store.edit_comment(second, "第二（改）")
    found = comments(details(trello, board, card)[card])
    assert {one.body.original for one in found} == {"第一", "第二（改）"}
    assert {one.audience for one in found} == {"public"}
    assert all(one.author and one.created_at == datetime(2026, 6, 5, 2, 0, tzinfo=UTC) for one in found)
    store.delete_comment(second)
    assert [one.body.original for one in comments(details(trello, board, card)[card])] == ["第一"]


def test_a_new_comment_moves_the_version_and_the_record_stays(trello: Workspace) -> None:
    board = trello.world.project()
    card = trello.world.add_item(board, "卡")
    mirror = trello.pull(board)
    before = mirror.items[card]
    trello.sandbox.clock.advance(HOUR)
    trello.world.comment(card, "同意")
    after = trello.pull(board, into=mirror).items[card]
    assert before.version != after.version
    assert before.title == after.title


def test_forty_cards_of_two_boards_cost_two_requests(trello: Workspace) -> None:
    boards = [trello.world.project() for _ in range(2)]
    wanted = []
    for board in boards:
        for n in range(20):
            card = trello.world.add_item(board, f"卡 {n}")
            trello.world.comment(card, f"{n}")
            wanted.append(Wanted(id=card, project=board, parts=BOTH))
    asked = trello.count
    found = list(trello.run(workers=4).details(wanted))
    assert sorted(trello.paths(asked)) == sorted(f"/boards/{one}/actions" for one in boards)
    assert len(found) == 40
    assert all(len(comments(one)) == 1 for one in found)


def test_a_history_of_more_than_a_thousand_actions_is_whole(trello: Workspace) -> None:
    board = trello.world.project()
    card = trello.world.add_item(board, "卡")
    for n in range(1050):
        trello.world.comment(card, f"{n}")
    assert len(comments(details(trello, board, card)[card])) == 1050


def test_a_card_from_another_board_does_not_say_it_was_always_here(trello: Workspace) -> None:
    board, other = trello.world.project(), trello.world.project()
    card = trello.world.add_item(board, "卡")
    trello.sandbox.clock.advance(HOUR)
    trello.world.move(card, other)
    trello.sandbox.clock.advance(HOUR)
    trello.world.edit(card, state="done")
    states = [one for one in changes(details(trello, other, card)[card]) if one.field == "state"]
    assert states[0].before is None
    assert [one.after.name for one in states if isinstance(one.after, Named)] == ["待办", "完成"]


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([{"complete": True}], [("待办", "complete")]),
        (
            [{"state": "in_progress"}, {"complete": True}, {"state": "done"}],
            [("待办", "进行中"), ("进行中", "complete")],
        ),
        ([{"complete": True}, {"complete": False}], [("待办", "complete"), ("complete", "待办")]),
    ],
)
def test_where_the_mark_counts_as_done_the_last_change_of_state_is_the_present_state(
    trello: Workspace, edits: list[dict[str, Any]], expected: list[tuple[str, str]]
) -> None:
    trello.overrides["complete_is_done"] = True
    board = trello.world.project()
    card = trello.world.add_item(board, "卡")
    for edit in edits:
        trello.sandbox.clock.advance(HOUR)
        trello.world.edit(card, **edit)
    states = [one for one in changes(details(trello, board, card)[card]) if one.field == "state"]
    assert [(one.before.name, one.after.name) for one in states] == expected  # type: ignore[union-attr]
    now = trello.pull(board).items[card].state
    after = states[-1].after
    assert isinstance(after, Named)
    assert after.id == now.id
    assert now.category == ("done" if expected[-1][1] == "complete" else "unknown")
