"""What the Trello sandbox answers about cards: values, checklists, history; archived, moved, deleted, out of sight."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from pmbridge.errors import Unsupported
from pmbridge.values import ProjectId, RecordId
from pmbridge_trello.sandbox_state import Card, List
from tests.contract.trello_visitor import NOW, Json, Visitor, trello, visiting

GONE = (404, "The requested resource was not found.")


@pytest.fixture
def me() -> Iterator[Visitor]:
    with visiting(trello(limits=None)) as visitor:
        yield visitor


@pytest.fixture
def board(me: Visitor) -> ProjectId:
    return me.sandbox.world.project()


def lists(me: Visitor, board: ProjectId) -> list[List]:
    return me.sandbox.store.lists_of(me.sandbox.store.boards[board])


def a_card(me: Visitor, board: ProjectId, **fields: Any) -> Card:
    return me.sandbox.store.add_card(lists(me, board)[0], "卡片", **fields)


def names(me: Visitor, board: ProjectId, which: str) -> set[str]:
    return {one["name"] for one in me.get(f"/boards/{board}/cards/{which}", fields="name")}


def actions(me: Visitor, board: ProjectId, **more: Any) -> list[Json]:
    found: list[Json] = me.get(f"/boards/{board}/actions", limit=1000, **more)
    return found


# --------------------------------------------------------------------------------------------------- one card


def test_a_card_has_the_nulls_and_shapes_of_real_ones(me: Visitor, board: ProjectId) -> None:
    store = me.sandbox.store
    colours = [store.add_label(store.boards[board], name, color) for name, color in (("", "red_dark"), ("无色", None))]
    due = datetime(2026, 6, 30, 15, 59, tzinfo=UTC)
    card = a_card(me, board, due=due, labels=tuple(one.id for one in colours), due_reminder=1440)
    store.comment(card, "看")
    found = me.get(f"/cards/{card.id}")
    assert found["due"] == "2026-06-30T15:59:00.000Z"
    assert found["start"] is None
    assert found["dueReminder"] == 1440
    assert [(one["name"], one["color"]) for one in found["labels"]] == [("", "red_dark"), ("无色", None)]
    assert found["idLabels"] == [one["id"] for one in found["labels"]]
    assert (found["descData"], found["cardRole"], found["isTemplate"]) == (None, None, False)
    assert (found["badges"]["comments"], found["badges"]["due"]) == (1, "2026-06-30T15:59:00.000Z")
    assert found["shortUrl"] == f"https://trello.com/c/{found['shortLink']}"
    assert me.get(f"/cards/{found['shortLink']}")["id"] == card.id
    assert {me.get(f"/cards/{a_card(me, board).id}")["idAttachmentCover"] for _ in range(2)} == {None, ""}


def test_check_item_states_are_told_of_one_card_only(me: Visitor, board: ProjectId) -> None:
    store = me.sandbox.store
    card = a_card(me, board)
    checklist = store.add_checklist(card, "步骤", ["甲", "乙"])
    store.edit_check_item(checklist, checklist.items[0], state="complete")
    expected = [{"idCheckItem": checklist.items[0].id, "state": "complete"}]
    assert me.get(f"/cards/{card.id}")["checkItemStates"] == expected
    assert me.get(f"/cards/{card.id}/checkItemStates") == expected
    assert me.get(f"/boards/{board}/cards")[0]["checkItemStates"] is None
    badges = me.get(f"/cards/{card.id}/badges")
    assert (badges["checkItems"], badges["checkItemsChecked"]) == (2, 1)


def test_what_stands_around_a_card_comes_only_if_asked_for(me: Visitor, board: ProjectId) -> None:
    store = me.sandbox.store
    card = a_card(me, board, members=(store.me.id,))
    store.attach(card, "https://figma.example/f/1", "设计稿")
    store.add_checklist(card, "步骤", ["甲"])
    asked = {"fields": "name", "members": "true", "member_fields": "username", "list": "true", "board": "true",
             "board_fields": "closed", "checklists": "all", "attachments": "true", "customFieldItems": "true",
             "actions": "createCard", "stickers": "true", "pluginData": "true"}  # fmt: skip
    found = me.get(f"/cards/{card.id}", **asked)
    assert found["members"] == [{"id": store.me.id, "username": "wanggong"}]
    assert (found["list"]["name"], found["board"]) == ("待办", {"id": board, "closed": False})
    assert found["checklists"][0]["checkItems"][0]["state"] == "incomplete"
    assert [(one["url"], one["isUpload"], one["bytes"]) for one in found["attachments"]] == [
        ("https://figma.example/f/1", False, None)
    ]
    assert (found["customFieldItems"], found["stickers"], found["pluginData"]) == ([], [], [])
    assert [one["type"] for one in found["actions"]] == ["createCard"]
    assert set(me.get(f"/cards/{card.id}", fields="name")) == {"id", "name"}
    attached = found["attachments"][0]["id"]
    assert me.get(f"/cards/{card.id}/attachments/{attached}")["name"] == "设计稿"
    assert me.refusal(f"/cards/{card.id}/attachments/{'0' * 24}") == GONE


def test_one_field_of_a_card(me: Visitor, board: ProjectId) -> None:
    card = a_card(me, board)
    assert me.get(f"/cards/{card.id}/idList") == {"_value": card.in_list}
    assert me.get(f"/cards/{card.id}/list")["id"] == card.in_list
    assert me.get(f"/cards/{card.id}/board")["id"] == board
    assert me.get(f"/cards/{card.id}/members") == []
    assert me.refusal(f"/cards/{card.id}/colour") == (404, f"Cannot GET /1/cards/{card.id}/colour")


# ------------------------------------------------------------------------------------------------ custom fields


def test_custom_fields_of_all_five_types_hold_strings(me: Visitor, board: ProjectId) -> None:
    store = me.sandbox.store
    there = store.boards[board]
    made = {kind: store.add_field(there, kind, kind) for kind in ("text", "number", "date", "checkbox")}
    severity = store.add_field(there, "级别", "list", options=["高", "低"])
    card = a_card(me, board)
    store.set_value(card, made["text"], "备注")
    store.set_value(card, made["number"], 2.5)
    store.set_value(card, made["date"], datetime(2026, 3, 11, 4, 0, tzinfo=UTC))
    store.set_value(card, made["checkbox"], True)
    store.set_value(card, severity, "高")
    values = {one["idCustomField"]: one for one in me.get(f"/cards/{card.id}/customFieldItems")}
    assert {kind: values[field.id]["value"] for kind, field in made.items()} == {
        "text": {"text": "备注"}, "number": {"number": "2.5"}, "date": {"date": "2026-03-11T04:00:00.000Z"},
        "checkbox": {"checked": "true"},
    }  # fmt: skip
    assert (values[severity.id]["value"], values[severity.id]["idValue"]) == (None, severity.options[0].id)
    store.set_value(card, made["checkbox"], False)
    store.set_value(card, made["text"], None)
    left = me.get(f"/boards/{board}/cards", customFieldItems="true")[0]["customFieldItems"]
    assert {one["idCustomField"] for one in left} == {made["number"].id, made["date"].id, severity.id}
    assert "customFieldItems" not in me.get(f"/boards/{board}/cards")[0]


def test_a_custom_field_says_its_name_type_and_options_at_the_top(me: Visitor, board: ProjectId) -> None:
    store = me.sandbox.store
    field = store.add_field(store.boards[board], "级别", "list", options=["高", "低"])
    points, found = me.get(f"/boards/{board}/customFields")
    assert (found["name"], found["type"], found["display"]) == ("级别", "list", {"cardFront": True})
    assert [(one["id"], one["value"]) for one in found["options"]] == [
        (one.id, {"text": one.text}) for one in field.options
    ]
    assert "options" not in points
    assert me.get(f"/customFields/{field.id}") == found
    assert [one["_id"] for one in me.get(f"/customFields/{field.id}/options")] == [one.id for one in field.options]


# ------------------------------------------------------------------------------- archived, moved, deleted, hidden


def test_a_card_in_an_archived_list_says_that_it_is_open(me: Visitor, board: ProjectId) -> None:
    world = me.sandbox.world
    plain, archived = world.add_item(board, "开着"), world.add_item(board, "归档了")
    inside = world.add_item(board, "在归档列表里", state="in_progress")
    world.edit(archived, archived=True)
    world.edit(RecordId(kind="list", external_id=lists(me, board)[1].id), archived=True)
    assert me.get(f"/cards/{inside.external_id}", fields="closed")["closed"] is False
    assert me.get(f"/cards/{archived.external_id}", fields="closed")["closed"] is True
    assert names(me, board, "open") == {"开着", "在归档列表里"}
    assert names(me, board, "visible") == {"开着"}
    assert names(me, board, "closed") == {"归档了"}
    assert names(me, board, "all") == {"开着", "归档了", "在归档列表里"}
    world.edit(plain, complete=True)
    assert names(me, board, "complete") == {"开着"}
    assert names(me, board, "incomplete") == {"归档了", "在归档列表里"}
    world.archive_project(board)
    assert me.get(f"/boards/{board}", fields="closed")["closed"] is True
    assert me.get(f"/cards/{plain.external_id}", fields="closed")["closed"] is False


def test_a_moved_card_keeps_its_id_and_link_and_gets_another_number(me: Visitor, board: ProjectId) -> None:
    world, store = me.sandbox.world, me.sandbox.store
    other = world.project()
    world.add_item(other, "已有")
    label = world.add_label(board, "M2", "blue")
    item = world.add_item(board, "移走", group=label)
    world.edit(item, points=3)
    before = me.get(f"/cards/{item.external_id}")
    world.move(item, other)
    after = me.get(f"/cards/{item.external_id}", customFieldItems="true")
    assert (after["id"], after["shortLink"], after["idBoard"]) == (before["id"], before["shortLink"], other)
    assert (before["idShort"], after["idShort"]) == (1, 2)
    assert after["idList"] == lists(me, other)[0].id
    assert [(one["name"], one["color"]) for one in after["labels"]] == [("M2", "blue")]
    assert after["idLabels"] != before["idLabels"]
    assert after["customFieldItems"] == []
    assert [one["data"]["boardTarget"]["id"] for one in actions(me, board, filter="moveCardFromBoard")] == [other]
    assert [one["data"]["boardSource"]["id"] for one in actions(me, other, filter="moveCardToBoard")] == [board]
    assert names(me, board, "all") == set()
    assert store.boards[other].last_short == 2


def test_a_deleted_card_leaves_one_action_without_a_name(me: Visitor, board: ProjectId) -> None:
    world = me.sandbox.world
    item = world.add_item(board, "删掉")
    world.comment(item, "还在吗")
    short = me.get(f"/cards/{item.external_id}")["shortLink"]
    world.delete(item)
    assert me.refusal(f"/cards/{item.external_id}") == GONE
    assert me.refusal(f"/cards/{short}") == GONE
    (told,) = actions(me, board, filter="deleteCard")
    assert told["data"]["card"] == {"id": item.external_id, "idShort": 1}
    assert not [one for one in actions(me, board) if one["type"] in ("createCard", "commentCard")]


def test_a_hidden_card_is_401_and_comes_back_unchanged(me: Visitor, board: ProjectId) -> None:
    world = me.sandbox.world
    item = world.add_item(board, "看不见", group=world.add_label(board, "M2"))
    world.edit(item, points=5)
    shown = {"fields": "name,idList,idBoard,idLabels,desc,due", "customFieldItems": "true"}
    before = me.get(f"/cards/{item.external_id}", **shown)
    world.hide(item)
    assert me.refusal(f"/cards/{item.external_id}") == (401, "unauthorized card permission requested")
    assert len(me.get("/members/me/boards")) == 1
    world.show(item)
    assert me.get(f"/cards/{item.external_id}", **shown) == before


# ----------------------------------------------------------------------------------------------------- history


def test_a_move_within_a_board_names_both_lists(me: Visitor, board: ProjectId) -> None:
    world = me.sandbox.world
    item = world.add_item(board, "一")
    todo, doing, _ = lists(me, board)
    world.edit(item, state="in_progress")
    (told,) = actions(me, board, filter="updateCard:idList")
    assert (told["data"]["listBefore"]["id"], told["data"]["listAfter"]["name"]) == (todo.id, "进行中")
    assert told["data"]["old"] == {"idList": todo.id}
    assert told["data"]["card"]["idList"] == doing.id
    assert "list" not in told["data"]
    assert told["memberCreator"]["username"] == "wanggong"


def test_changes_are_told_with_what_was_there_before(me: Visitor, board: ProjectId) -> None:
    world = me.sandbox.world
    item = world.add_item(board, "一", due=date(2026, 6, 30))
    world.edit(item, title="二", due=date(2026, 7, 2), description="长", complete=True, archived=True)
    told = {next(iter(one["data"]["old"])): one["data"] for one in actions(me, board, filter="updateCard")}
    assert {name: data["old"][name] for name, data in told.items()} == {
        "name": "一", "desc": "", "due": "2026-06-30T10:00:00.000Z", "dueComplete": False, "closed": False,
    }  # fmt: skip
    assert told["due"]["card"]["due"] == "2026-07-02T10:00:00.000Z"
    assert len(actions(me, board, filter="updateCard:due,updateCard:closed,updateList:closed,")) == 2


def test_custom_fields_members_and_ticks_are_in_the_history(me: Visitor, board: ProjectId) -> None:
    world = me.sandbox.world
    item = world.add_item(board, "一")
    world.edit(item, points=3)
    world.edit(item, points=5)
    second, first = actions(me, board, filter="updateCustomFieldItem")
    assert (first["data"]["old"], second["data"]["old"]) == ({"value": None}, {"value": {"number": "3"}})
    assert second["data"]["customFieldItem"]["value"] == {"number": "5"}
    assert second["data"]["customField"]["type"] == "number"
    world.edit(item, assignee="陈工")
    world.edit(item, assignee=None)
    chen = me.sandbox.store.add_member("陈工").id
    removed, added = actions(me, board, filter="addMemberToCard,removeMemberFromCard")
    assert (added["data"]["idMember"], removed["type"]) == (chen, "removeMemberFromCard")
    assert added["member"]["id"] == chen
    tick = world.add_item(board, "步骤一", parent=item)
    world.edit(tick, state="done")
    (told,) = actions(me, board, filter="updateCheckItemStateOnCard")
    assert told["data"]["checkItem"]["state"] == "complete"


def test_labels_renames_of_check_items_and_edited_comments_leave_no_action(me: Visitor, board: ProjectId) -> None:
    world, store = me.sandbox.world, me.sandbox.store
    item, label = world.add_item(board, "一"), world.add_label(board, "M2")
    step = world.add_item(board, "甲", parent=item)
    comment = store.comment(store.cards[item.external_id], "first")
    before = [one["id"] for one in actions(me, board)]
    activity = me.get(f"/cards/{item.external_id}")["dateLastActivity"]
    me.sandbox.clock.advance(60)
    world.edit(label, title="M3", color=None)
    assert me.get(f"/cards/{item.external_id}")["dateLastActivity"] == activity
    world.edit(item, group=label)
    world.edit(step, title="乙")
    assert me.get(f"/cards/{item.external_id}")["dateLastActivity"] > activity, "moved, although nothing tells why"
    store.edit_comment(comment, "second")
    assert [one["id"] for one in actions(me, board)] == before
    assert me.get(f"/actions/{comment}")["data"]["text"] == "second"
    store.delete_comment(comment)
    world.delete(label)
    assert comment not in [one["id"] for one in actions(me, board)]
    assert me.get(f"/cards/{item.external_id}")["idLabels"] == []
    assert me.refusal(f"/actions/{comment}") == GONE


def texts(found: list[Json]) -> list[str]:
    return [one["data"]["text"] for one in found]


def test_actions_come_newest_first_and_page_by_id(me: Visitor, board: ProjectId) -> None:
    world = me.sandbox.world
    item = world.add_item(board, "一")
    for number in range(120):
        me.sandbox.clock.advance(1 if number % 2 else 0)
        world.comment(item, f"{number}")
    assert texts(me.get(f"/boards/{board}/actions", filter="commentCard")) == [str(n) for n in range(119, 69, -1)]
    seen: list[str] = []
    before: dict[str, str] = {}
    while page := me.get(f"/boards/{board}/actions", filter="commentCard", limit=25, **before):
        seen += texts(page)
        before = {"before": page[-1]["id"]}
    assert seen == [str(n) for n in range(119, -1, -1)]
    newest = me.get(f"/boards/{board}/actions", filter="commentCard", limit=2)
    assert texts(me.get(f"/boards/{board}/actions", filter="commentCard", since=newest[1]["id"])) == ["119"]
    middle = me.get(f"/boards/{board}/actions", filter="commentCard", since="2026-06-05T08:01:00.000Z")
    assert texts(middle)[-1] == "119"
    assert me.get(f"/boards/{board}/actions", limit=0) == []


def test_actions_of_a_card_come_in_pages_of_fifty(me: Visitor, board: ProjectId) -> None:
    world = me.sandbox.world
    item = world.add_item(board, "一")
    for number in range(60):
        world.comment(item, f"{number}")
    path = f"/cards/{item.external_id}/actions"
    assert len(me.get(path)) == 50
    assert len(me.get(path, page=1)) == 10
    assert me.refusal(path, page=20) == (400, "invalid value for page")
    assert [one["type"] for one in me.get(path, filter="createCard")] == ["createCard"]
    in_list = lists(me, board)[0].id
    assert me.get(f"/lists/{in_list}/actions", filter="createCard")[0]["data"]["card"]["id"] == item.external_id


def test_who_deleted_his_account_is_missing_from_his_actions(me: Visitor, board: ProjectId) -> None:
    item = me.sandbox.world.add_item(board, "一")
    me.sandbox.world.comment(item, "再见")
    me.sandbox.store.add_member("陈工").gone = True
    (told,) = actions(me, board, filter="commentCard")
    assert "memberCreator" not in told
    assert told["idMemberCreator"]
    (bare,) = actions(me, board, filter="createCard", memberCreator="false", fields="type")
    assert set(bare) == {"id", "type"}


# ---------------------------------------------------------------------------------------- what moves the activity


def test_a_board_made_from_a_template_has_cards_older_than_themselves(me: Visitor, board: ProjectId) -> None:
    old = NOW - timedelta(days=900)
    card = a_card(me, board, activity=old)
    found = me.get(f"/cards/{card.id}")
    assert found["dateLastActivity"] == "2023-12-18T08:00:00.000Z"
    assert datetime.fromtimestamp(int(found["id"][:8], 16), UTC) == NOW
    assert me.get(f"/boards/{board}", fields="dateLastActivity")["dateLastActivity"] > found["dateLastActivity"]


@pytest.mark.parametrize(("quirks", "moves"), [((), True), (("still-lists",), False)])
def test_whether_a_renamed_list_moves_its_board_is_not_settled(quirks: tuple[str, ...], moves: bool) -> None:
    with visiting(trello(quirks=quirks)) as me:
        world = me.sandbox.world
        board = world.project()
        group = world.add_group(board, "M1")
        world.add_item(board, "一")
        before = me.get(f"/boards/{board}", fields="dateLastActivity")
        me.sandbox.clock.advance(60)
        world.edit(group, title="M1 renamed")
        after = me.get(f"/boards/{board}", fields="dateLastActivity")
        assert (after != before) is moves
        assert actions(me, board, filter="updateList")[0]["data"]["old"] == {"name": "M1"}
        assert me.get(f"/lists/{group.external_id}")["name"] == "M1 renamed"


def test_templates_and_cards_with_a_role_stand_among_the_others(me: Visitor, board: ProjectId) -> None:
    a_card(me, board, template=True)
    a_card(me, board, role="separator")
    found = me.get(f"/boards/{board}/cards", fields="isTemplate,cardRole")
    assert [(one["isTemplate"], one["cardRole"]) for one in found] == [(True, None), (False, "separator")]


# -------------------------------------------------------------------------------------- checklists, lists, labels


def test_checklists_by_board_card_and_id(me: Visitor, board: ProjectId) -> None:
    store = me.sandbox.store
    card = a_card(me, board)
    due = datetime(2026, 6, 9, 10, 0, tzinfo=UTC)
    checklist = store.add_checklist(card, "步骤")
    item = store.add_check_item(checklist, "甲", due=due, member=store.me.id)
    shown = {"id": item.id, "name": "甲", "nameData": None, "pos": 16384.0, "state": "incomplete",
             "due": "2026-06-09T10:00:00.000Z", "dueReminder": None, "idMember": store.me.id,
             "idChecklist": checklist.id}  # fmt: skip
    (whole,) = me.get(f"/boards/{board}/checklists")
    assert whole["checkItems"] == [shown]
    assert me.get(f"/cards/{card.id}/checklists") == [whole]
    assert me.get(f"/checklists/{checklist.id}") == whole
    assert me.get(f"/checklists/{checklist.id}/checkItems") == [shown]
    assert me.get(f"/checklists/{checklist.id}/checkItems/{item.id}") == shown
    assert me.get(f"/cards/{card.id}/checkItem/{item.id}") == shown
    assert "checkItems" not in me.get(f"/checklists/{checklist.id}", checkItems="none")
    assert me.refusal(f"/checklists/{'0' * 24}") == GONE
    assert me.refusal(f"/cards/{card.id}/checkItem/{'0' * 24}") == GONE


def test_cards_of_a_list_stand_in_its_order(me: Visitor, board: ProjectId) -> None:
    store = me.sandbox.store
    first, second = a_card(me, board), a_card(me, board)
    other = me.sandbox.world.add_item(board, "别处", state="done")
    store.edit_card(first, pos=second.pos + 1)
    in_list = lists(me, board)[0].id
    assert [one["id"] for one in me.get(f"/lists/{in_list}/cards")] == [second.id, first.id]
    assert [one["id"] for one in me.get(f"/lists/{in_list}/cards", limit=1)] == [second.id]
    assert me.get(f"/lists/{lists(me, board)[2].id}/cards")[0]["id"] == other.external_id


def test_labels_may_share_a_name_and_tell_how_often_they_are_used(me: Visitor, board: ProjectId) -> None:
    world = me.sandbox.world
    label = world.add_label(board, "M2")
    world.add_label(board, "M2")
    world.add_item(board, "一", group=label)
    assert [one["name"] for one in me.get(f"/boards/{board}/labels")] == [""] * 6 + ["M2", "M2"]
    assert me.get(f"/labels/{label.external_id}", fields="uses") == {"id": label.external_id, "uses": 1}
    assert me.refusal(f"/labels/{'0' * 24}") == GONE


# ---------------------------------------------------------------------------------------------------- the world


def test_what_trello_does_not_have_the_world_does_not_do(me: Visitor, board: ProjectId) -> None:
    world = me.sandbox.world
    item, group = world.add_item(board, "一"), world.add_group(board, "M1")
    step = world.add_item(board, "甲", parent=item)
    for act in (
        lambda: world.add_group(board, "M1", date(2026, 7, 1)),
        lambda: world.edit(group, due=date(2026, 7, 1)),
        lambda: world.edit(world.add_label(board, "L"), archived=True),
        lambda: world.edit(item, parent=item),
        lambda: world.edit(item, state="nowhere"),
        lambda: world.edit(step, state="in_progress"),
        lambda: world.edit(step, description="x"),
        lambda: world.edit(RecordId(kind="member", external_id="x"), title="x"),
        lambda: world.delete(group),
        lambda: world.delete(RecordId(kind="member", external_id="x")),
        lambda: world.move(group, board),
        lambda: world.hide(group),
        lambda: world.comment(group, "x"),
        lambda: world.approve(item, "张敏"),
    ):
        with pytest.raises(Unsupported):
            act()


def test_the_world_edits_what_it_made(me: Visitor, board: ProjectId) -> None:
    world = me.sandbox.world
    group, label = world.add_group(board, "M1"), world.add_label(board, "M2")
    item = world.add_item(board, "一", group=group, due=date(2026, 6, 30))
    done = world.add_item(board, "甲", parent=item, state="done")
    world.add_item(board, "乙", parent=item, due=date(2026, 6, 10))
    world.edit(item, group=label, start=date(2026, 6, 1), due=None)
    found = me.get(f"/cards/{item.external_id}", checklists="all")
    assert (found["idList"], found["idLabels"]) == (group.external_id, [label.external_id])
    assert (found["start"], found["due"]) == ("2026-06-01T10:00:00.000Z", None)
    assert [(one["name"], one["state"]) for one in found["checklists"][0]["checkItems"]] == [
        ("甲", "complete"), ("乙", "incomplete"),
    ]  # fmt: skip
    world.edit(item, group=RecordId(kind="list", external_id=lists(me, board)[2].id))
    world.edit(item, group=None)
    world.delete(done)
    found = me.get(f"/cards/{item.external_id}")
    assert (found["idList"], found["idLabels"], found["badges"]["checkItems"]) == (lists(me, board)[2].id, [], 1)
    world.edit(item, state=lists(me, board)[0].id)
    assert me.get(f"/cards/{item.external_id}")["idList"] == lists(me, board)[0].id
    world.rename_project(board, "Renamed")
    assert me.get(f"/boards/{board}/name") == {"_value": "Renamed"}
