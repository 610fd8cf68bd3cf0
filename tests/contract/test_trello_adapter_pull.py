"""A pull of Trello at its sandbox: boards that move, rest, hide, close and grow too big; what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pmbridge.errors import NotVisible, PmbridgeError, RateLimited, Unreachable
from pmbridge.records import Gone, Group, Item, Listing, Scope
from pmbridge.testing.laws.marks import WrongClock
from pmbridge.testing.sandbox import FakeClock, Fault
from pmbridge.values import Flag, Instant, Named, Number, Plain, ProjectId, RecordId
from pmbridge_trello.sandbox import Crowded, Limits, Quirk, TrelloSandbox
from pmbridge_trello.sandbox_bulk import seed_bulk
from pmbridge_trello.sandbox_state import FieldType
from tests.contract.trello_bench import ALL, Mirror, Workspace


@pytest.fixture
def trello() -> Iterator[Workspace]:
    with TrelloSandbox(FakeClock()) as sandbox:
        yield Workspace(sandbox)


def quirky(*quirks: Quirk, **more: Any) -> TrelloSandbox:
    return TrelloSandbox(FakeClock(), quirks=quirks, **more)


# -------------------------------------------------------------------------------------------------- requests


def test_a_first_pull_costs_one_request_more_than_there_are_boards(trello: Workspace) -> None:
    boards = [trello.world.project() for _ in range(3)]
    for board in boards:
        trello.world.add_item(board, "卡片")
    trello.pull(*boards)
    assert sorted(trello.paths()) == sorted(["/members/me/boards", *(f"/boards/{one}" for one in boards)])


def test_thirty_quiet_boards_cost_one_request(trello: Workspace) -> None:
    boards = [trello.world.project() for _ in range(30)]
    mirror = trello.pull(*boards)
    trello.sandbox.clock.advance(3600)
    asked = trello.count
    trello.pull(*boards, into=mirror)
    assert trello.paths(asked) == ["/members/me/boards"]


@pytest.mark.parametrize("workers", [1, 4])
def test_one_board_that_moved_costs_two(trello: Workspace, workers: int) -> None:
    boards = [trello.world.project() for _ in range(12)]
    made = trello.world.add_item(boards[4], "旧")
    mirror = trello.pull(*boards)
    trello.sandbox.clock.advance(60)
    trello.world.edit(made, title="新")
    asked = trello.count
    trello.pull(*boards, into=mirror, workers=workers)
    assert trello.paths(asked) == ["/members/me/boards", f"/boards/{boards[4]}"]
    assert mirror.items[made].title == "新"


def test_no_limit_of_trello_is_met_however_many_boards_there_are() -> None:
    """A batch may count as all of its routes."""
    with quirky(limits=Limits()) as sandbox:
        statuses: list[int] = []
        sandbox.observers.append(lambda _, answer: statuses.append(answer.status))
        trello = Workspace(sandbox)
        boards = [trello.world.project() for _ in range(130)]
        adapter, mirror = trello.run(workers=4), Mirror()
        for page in adapter.pull(Scope(projects=tuple(boards), kinds=ALL), None, mirror):
            mirror.apply(page)
        assert set(mirror.complete) == set(boards)
        assert adapter.visible(boards) == set(boards)
        assert set(statuses) == {200}
        assert len(statuses) == 1 + 130 + 13


def test_a_key_that_others_use_up_ends_the_run(trello: Workspace) -> None:
    board = trello.world.project()
    trello.sandbox.service.exhausted = True
    with pytest.raises(RateLimited):
        trello.pull(board)
    assert trello.count == 5


# ---------------------------------------------------------------------------------------------------- content


def test_all_that_a_board_holds_arrives(trello: Workspace) -> None:
    world = trello.world
    board = world.project()
    label, extra = world.add_label(board, "里程碑"), world.add_group(board, "暂停")
    card = world.add_item(board, "M2 设计验收", due=date(2026, 6, 12), group=label)
    step = world.add_item(board, "审稿", parent=card, state="done")
    world.edit(card, description="说明", points=3, assignee="王工", start=date(2026, 6, 1))
    points = next(one.id for one in trello.run().describe(board).kinds["card"].fields if one.name == "点数")
    mirror = trello.pull(board, fields={points})
    found = mirror.items[card]
    assert found.due is not None
    assert found.due.day(ZoneInfo("Asia/Shanghai")) == date(2026, 6, 12)
    assert found.fields == {points: Number(value=Decimal(3))}
    assert label in found.groups
    assert mirror.items[step].parent == card
    assert mirror.items[step].state.category == "done"
    assert mirror.groups[extra].title == "暂停"
    assert "王工" in mirror.people
    assert found.url.startswith("https://trello.com/c/")
    assert found.key == found.url.rpartition("/")[2]


def test_custom_fields_of_all_five_types_are_read(trello: Workspace) -> None:
    world, store = trello.world, trello.sandbox.store
    board = world.project()
    card = world.add_item(board, "变更")
    at = datetime(2026, 6, 11, 4, 0, tzinfo=UTC)
    told: dict[FieldType, Any] = {"text": "备注", "number": 2.5, "date": at, "checkbox": True, "list": "高"}
    made = {}
    for kind, value in told.items():
        field = store.add_field(store.boards[board], kind, kind, options=("高", "低") if kind == "list" else ())
        store.set_value(store.cards[card.external_id], field, value)
        made[kind] = field.id
    mirror = trello.pull(board, fields=set(made.values()))
    found = {kind: mirror.items[card].fields[id_] for kind, id_ in made.items()}
    assert (found["text"], found["date"], found["checkbox"]) == (Plain(text="备注"), Instant(at=at), Flag(on=True))
    number, option = found["number"], found["list"]
    assert isinstance(number, Number)
    assert str(number.value) == "2.5"
    assert isinstance(option, Named)
    assert option.name == "高"
    schema = {one.id: one for one in trello.run().describe(board).kinds["card"].fields}
    assert {kind: schema[id_].type for kind, id_ in made.items()} == {
        "text": "text", "number": "number", "date": "instant", "checkbox": "flag", "list": "named",
    }  # fmt: skip
    assert option.id in {one.id for one in schema[made["list"]].options}
    assert trello.read(card)[card].fields == mirror.items[card].fields  # type: ignore[union-attr]


def test_sixty_labels_are_not_fifty(trello: Workspace) -> None:
    board = trello.world.project()
    labels = {trello.world.add_label(board, f"L{n}") for n in range(60)}
    mirror = trello.pull(board)
    assert labels <= set(mirror.groups)


def test_sixty_labels_are_not_fifty_even_where_the_limit_is_not_heard() -> None:
    with quirky("labels-50") as sandbox:
        trello = Workspace(sandbox)
        board = trello.world.project()
        labels = {trello.world.add_label(board, f"L{n}") for n in range(60)}
        mirror = trello.pull(board)
        assert labels <= set(mirror.groups)
        (listed,) = [one for one in mirror.listings if one.kind == "label"]
        assert {one.external_id for one in labels} <= set(listed.ids)


def test_templates_and_mirrors_are_left_out_and_come_when_they_become_work(trello: Workspace) -> None:
    board, store = trello.world.project(), trello.sandbox.store
    template, mirrored = trello.world.add_item(board, "模板"), trello.world.add_item(board, "镜像")
    store.edit_card(store.cards[template.external_id], template=True)
    store.edit_card(store.cards[mirrored.external_id], role="mirror")
    mirror = trello.pull(board)
    assert mirror.items == {}
    assert {type(one) for one in trello.read(template, mirrored).values()} == {Gone}
    trello.sandbox.clock.advance(60)
    store.edit_card(store.cards[template.external_id], template=False)
    assert trello.pull(board, into=mirror).titles == {"模板"}


# ------------------------------------------------------------------------------------------- moved, hidden, gone


def test_what_archives_what(trello: Workspace) -> None:
    world = trello.world
    board, other = world.project(), world.project()
    parked = world.add_group(board, "归档")
    by_itself, by_list = world.add_item(board, "卡"), world.add_item(board, "在归档列表", group=parked)
    by_board, open_ = world.add_item(other, "在归档看板"), world.add_item(board, "开着")
    world.edit(by_itself, archived=True)
    world.edit(parked, archived=True)
    world.archive_project(other)
    mirror = trello.pull(board, other)
    archived = {id_: one.archived for id_, one in mirror.items.items()}
    assert archived == {by_itself: True, by_list: True, by_board: True, open_: False}
    read = trello.read(by_itself, by_list, by_board, open_)
    assert {id_: one.archived for id_, one in read.items() if isinstance(one, Item)} == archived
    assert {one.id for one in trello.run().projects()} == {board}, "what is archived is not offered"
    assert trello.run().visible([board, other]) == {board, other}


def test_deleted_moved_and_hidden_are_told_apart(trello: Workspace) -> None:
    world = trello.world
    board, other = world.project(), world.project()
    deleted, moved, hidden = (world.add_item(board, name) for name in ("删", "移", "藏"))
    step = world.add_item(board, "步骤", parent=moved)
    mirror = trello.pull(board)
    trello.sandbox.clock.advance(60)
    world.delete(deleted)
    world.move(moved, other)
    world.hide(hidden)
    trello.pull(board, into=mirror)
    listed = [one for one in mirror.listings if one.kind == "card"][-1]
    assert listed.ids == {}
    found = trello.read(deleted, moved, hidden, step)
    assert found[deleted] == Gone(id=deleted, why="deleted")
    assert found[hidden] == Gone(id=hidden, why="hidden")
    away, along = found[moved], found[step]
    assert isinstance(away, Item)
    assert isinstance(along, Item)
    assert (away.project, along.project) == (other, other)


def test_a_check_item_and_a_label_that_are_deleted_are_missing_and_read_as_deleted(trello: Workspace) -> None:
    world = trello.world
    board = world.project()
    card, label = world.add_item(board, "卡"), world.add_label(board, "旧标签")
    step = world.add_item(board, "步骤", parent=card)
    mirror = trello.pull(board)
    world.delete(step)
    world.delete(label)
    trello.sandbox.clock.advance(86_400)
    trello.pull(board, into=mirror)
    last = {one.kind: set(one.ids) for one in mirror.listings[-4:]}
    assert step.external_id not in last["checkitem"]
    assert label.external_id not in last["label"]
    assert trello.read(step, label) == {one: Gone(id=one, why="deleted") for one in (step, label)}


def test_a_board_that_is_hidden_or_deleted_is_skipped_and_the_others_go_on(trello: Workspace) -> None:
    world = trello.world
    stays, hides, dies = (world.project() for _ in range(3))
    mirror = trello.pull(stays, hides, dies)
    world.hide_project(hides)
    world.delete_project(dies)
    asked = trello.count
    trello.pull(stays, hides, dies, into=mirror)
    assert trello.paths(asked) == ["/members/me/boards", "/batch"]
    assert {one.project for one in mirror.skipped} == {hides, dies}
    assert all(isinstance(one.error, NotVisible) for one in mirror.skipped)
    assert all("trello:World" in one.error.text() for one in mirror.skipped)
    world.restore_project(hides)
    trello.pull(stays, hides, into=mirror)
    assert mirror.pages[-1].complete


def test_a_list_renamed_without_a_trace_is_seen_within_a_day() -> None:
    with quirky("still-lists") as sandbox:
        trello = Workspace(sandbox)
        board = trello.world.project()
        group = trello.world.add_group(board, "旧名")
        mirror = trello.pull(board)
        sandbox.clock.advance(3600)
        trello.world.edit(group, title="新名")
        trello.pull(board, into=mirror)
        assert mirror.groups[group].title == "旧名", "the board's date did not move"
        sandbox.clock.advance(24 * 3600)
        trello.pull(board, into=mirror)
        assert mirror.groups[group].title == "新名"


@pytest.mark.parametrize("hours", [-48, 48], ids=["behind", "ahead"])
def test_whether_a_day_has_passed_says_the_tools_clock(hours: int) -> None:
    """A machine whose clock was set right, or wrong, in between reads each board once a day all the same."""
    with quirky("still-lists") as sandbox:
        trello = Workspace(sandbox)
        board = trello.world.project()
        group = trello.world.add_group(board, "旧名")
        mirror = trello.pull(board)
        trello.world.edit(group, title="新名")
        right = trello.run()
        clock = WrongClock(sandbox.clock, timedelta(hours=hours))
        wrong = type(right)(right.settings, replace(right.context, clock=clock))

        def pull() -> str:
            for page in wrong.pull(Scope(projects=(board,), kinds=ALL), mirror.cursor, mirror):
                mirror.apply(page)
            return mirror.groups[group].title

        sandbox.clock.advance(3600)
        assert pull() == "旧名", "read again before its day"
        sandbox.clock.advance(24 * 3600)
        assert pull() == "新名"


def test_the_same_bytes_are_read_once_a_day_and_not_understood_again(trello: Workspace) -> None:
    board = trello.world.project()
    trello.world.add_item(board, "卡")
    mirror = trello.pull(board)
    trello.sandbox.clock.advance(24 * 3600)
    asked = trello.count
    trello.pull(board, into=mirror)
    assert trello.paths(asked) == ["/members/me/boards", f"/boards/{board}"]
    assert mirror.pages[-1].records == ()
    assert mirror.pages[-1].complete.keys() == {board}


# ------------------------------------------------------------------------------------------------- big boards


def filled(sandbox: TrelloSandbox, count: int, *, step_s: float = 60) -> ProjectId:
    board: ProjectId = sandbox.world.project()
    seed_bulk(sandbox.store, sandbox.store.boards[board], count, step_s=step_s)
    return board


@pytest.mark.parametrize("quirk", [(), ("before-by-id",), ("before-inclusive",)])
@pytest.mark.parametrize("step_s", [60, 0.1])
def test_every_card_of_a_big_board_arrives_however_trello_pages(quirk: tuple[Quirk, ...], step_s: float) -> None:
    with quirky(*quirk) as sandbox:
        trello = Workspace(sandbox)
        board = filled(sandbox, 1205, step_s=step_s)
        first = trello.world.add_item(board, "最后一张")
        trello.world.add_item(board, "步骤", parent=first)
        mirror = trello.pull(board)
        cards = [one for one in mirror.items if one.kind == "card"]
        assert len(cards) == 1206
        assert {one.kind: len(one.ids) for one in mirror.listings}["card"] == 1206
        assert "步骤" in mirror.titles
        assert set(mirror.complete) == {board}
        assert [path for path in trello.paths() if path.endswith("/cards")] == [f"/boards/{board}/cards"] * 2


def test_a_pull_of_a_big_board_that_is_killed_is_read_again(trello: Workspace) -> None:
    board = filled(trello.sandbox, 130)
    pages = len(trello.pull(board, cards_per_request=50).pages)
    assert pages == 3
    for stop in range(1, pages + 1):
        mirror = trello.pull(board, stop_after=stop, cards_per_request=50)
        trello.pull(board, into=mirror, cards_per_request=50)
        assert len([one for one in mirror.items if one.kind == "card"]) == 130


@pytest.mark.parametrize("status", [400, 403, 449, 504])
def test_a_board_that_is_too_much_at_once_is_read_by_half(status: Any) -> None:
    with quirky(crowded=Crowded(cards=130, status=status)) as sandbox:
        trello = Workspace(sandbox)
        board = filled(sandbox, 300)
        mirror = trello.pull(board)
        assert len([one for one in mirror.items if one.kind == "card"]) == 300
        limits = [one.query["limit"][0] for one in sandbox.requests if one.path.endswith("/cards")]
        assert limits == ["1000", "500", "250", "125", "125", "125"]
        assert trello.paths().count(f"/boards/{board}") == 2, "once whole, once without its cards"


def test_a_trello_that_manages_nothing_is_out_of_order_and_nothing_vanishes() -> None:
    with quirky(crowded=Crowded(cards=10, status=504)) as sandbox:
        trello = Workspace(sandbox)
        board = filled(sandbox, 60)
        mirror = Mirror()
        with pytest.raises(Unreachable):
            trello.pull(board, into=mirror)
        assert mirror.listings == []


# ---------------------------------------------------------------------------------------------------- faults


@pytest.mark.parametrize("what", ["500", "503", "html", "cut", "reset", "lost_before"])
def test_a_board_lost_on_the_way_leaves_those_before_it(trello: Workspace, what: Any) -> None:
    boards = [trello.world.project() for _ in range(3)]
    trello.sandbox.faults.add(Fault(call=f"GET /1/boards/{boards[1]}", what=what, times=None))
    mirror = Mirror()
    with pytest.raises(PmbridgeError):
        trello.pull(*boards, into=mirror)
    assert set(mirror.complete) == {boards[0]}
    trello.sandbox.faults.clear()
    asked = trello.count
    trello.pull(*boards, into=mirror)
    assert set(mirror.complete) == set(boards)
    assert f"/boards/{boards[0]}" not in trello.paths(asked)


def test_a_token_that_ends_in_the_middle_is_said_and_asked_again_next_time(trello: Workspace) -> None:
    board = trello.world.project()
    trello.run().check()
    trello.sandbox.faults.add(Fault(call="* *", what="expired", times=None))
    with pytest.raises(PmbridgeError, match="expired token"):
        trello.pull(board)
    trello.sandbox.faults.clear()
    asked = trello.count
    trello.run().check()
    assert trello.paths(asked)[0] == "/members/me"


def test_a_census_and_a_pull_list_the_same(trello: Workspace) -> None:
    board = filled(trello.sandbox, 60)
    card = trello.world.add_item(board, "卡")
    trello.world.add_item(board, "步骤", parent=card)
    mirror = trello.pull(board)
    scope = Scope(projects=(board,), kinds=ALL, fields={})
    census = {one.kind: one.ids for one in trello.run().census(scope) if isinstance(one, Listing)}
    pulled = {one.kind: one.ids for one in mirror.listings if one.kind in ("card", "checkitem")}
    assert census == pulled


def test_everything_read_by_its_id_equals_what_was_pulled(trello: Workspace) -> None:
    world = trello.world
    board = world.project()
    label = world.add_label(board, "变更")
    card = world.add_item(board, "卡", due=date(2026, 6, 12), group=label, state="in_progress")
    world.add_item(board, "步骤", parent=card, due=date(2026, 6, 10))
    world.edit(card, description="说明", points=3, assignee="王工", complete=True)
    points = next(one.id for one in trello.run().describe(board).kinds["card"].fields if one.name == "点数")
    mirror = trello.pull(board, fields={points, "dueComplete"})
    ids = [*mirror.items, *mirror.groups]
    for id_, record in trello.read(*ids).items():
        assert isinstance(record, Item | Group)
        assert replace(record, description=None) == mirror.records[id_]


@pytest.mark.parametrize("day", [date(2026, 6, 4), date(2026, 5, 8)])
def test_the_demos_board_is_read_as_of_its_moment(day: date) -> None:
    moment = datetime.combine(day, time(17, 0), ZoneInfo("Asia/Shanghai"))
    with TrelloSandbox(FakeClock(moment)) as sandbox:
        sandbox.play(moment)
        trello = Workspace(sandbox)
        (board,) = sandbox.projects()
        mirror = trello.pull(board)
        names = {one.title: one.id for one in mirror.groups.values()}
        m2 = [one for one in mirror.items.values() if names["M2"] in one.groups]
        accepted = [one for one in m2 if one.state.name == "已验收"]
        assert len(m2) == 30
        assert (len(accepted) == 30) is (moment.month == 6)
        (milestone,) = [one for one in mirror.items.values() if names["里程碑"] in one.groups]
        assert milestone.title == "M2 设计验收"
        assert milestone.due is not None
        assert milestone.due.day(ZoneInfo("Asia/Shanghai")) == date(2026, 5, 8)
        assert len(mirror.items) == (38 if moment.month == 6 else 31)


def test_an_identity_is_what_people_give_it(trello: Workspace) -> None:
    """A card keeps its id and its key when it moves; its number on the board does not."""
    board, other = trello.world.project(), trello.world.project()
    trello.world.add_item(other, "一")
    card = trello.world.add_item(board, "卡")
    before = trello.pull(board, other).items[card]
    trello.sandbox.clock.advance(timedelta(minutes=1).total_seconds())
    trello.world.move(card, other)
    after = trello.pull(board, other).items[card]
    assert (before.key, before.url, before.created_at) == (after.key, after.url, after.created_at)
    assert (before.project, after.project) == (board, other)
    assert RecordId.parse(str(card)) == card
