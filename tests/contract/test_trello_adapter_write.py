"""What the Trello adapter writes: what arrives, what is refused, and what is found again after a lost answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from pmbridge.errors import Doubtful, NeedsInput, Refused, Rejected, Unsupported
from pmbridge.records import AddComment, AddLink, Create, Gone, Item, Transition, Update, Verb
from pmbridge.testing.sandbox import FakeClock, Fault
from pmbridge.values import Day, FieldValue, Flag, Instant, Many, Named, Number, Plain, ProjectId, RecordId, Rich
from pmbridge_trello.sandbox import TrelloSandbox
from pmbridge_trello.sandbox_state import Card
from tests.contract.trello_bench import Workspace
from tests.contract.trello_visitor import NOW, py_trello

UID = "01JWX3K8000000000000000001"
TEXT = Rich(format="markdown", original="**方案 B** 已批准")
DUE = Instant(at=datetime(2026, 7, 1, 10, tzinfo=UTC))


class Desk:
    """A board with three lists on a connection that writes."""

    def __init__(self, sandbox: TrelloSandbox) -> None:
        sandbox.allow_writing()
        self.sandbox, self.store = sandbox, sandbox.store
        self.board = self.store.add_board("会员商城", lists=("待评估", "等待客户", "实施中"))
        self.project = ProjectId(self.board.id)
        self.lists = [one.id for one in self.store.lists_of(self.board)]
        self.workspace = Workspace(sandbox, {"read_only": False})

    def adapter(self, **overrides: object) -> Any:
        return self.workspace.run(**overrides)

    def card(self, **more: Any) -> RecordId:
        made = self.store.add_card(self.store.lists[self.lists[0]], "旧标题", **more)
        return RecordId(kind="card", external_id=made.id)

    def kept(self, id_: RecordId) -> Card:
        return self.store.cards[id_.external_id]

    def item(self, id_: RecordId) -> Item:
        (found,) = self.adapter().read([id_])
        assert isinstance(found, Item)
        return found

    def writes(self) -> list[str]:
        return [one.call for one in self.sandbox.requests if one.method != "GET"]


@pytest.fixture
def desk() -> Iterator[Desk]:
    with TrelloSandbox(FakeClock(NOW)) as sandbox:
        yield Desk(sandbox)


def create(desk: Desk, **more: Any) -> Create:
    values: dict[str, FieldValue | None] = {"title": Plain(text="优惠券"), "description": TEXT, "due": DUE}
    return Create(uid=UID, project=desk.project, kind="card", values=values | more.pop("values", {}), **more)


def test_a_created_card_holds_all_that_was_given_and_py_trello_sees_it(desk: Desk) -> None:
    label = desk.store.add_label(desk.board, "变更", "red")
    receipt = desk.adapter().push(
        create(desk, state=desk.lists[1], groups=(RecordId(kind="label", external_id=label.id),))
    )
    found = desk.item(receipt.id)
    assert (found.title, found.description, found.due, found.marker) == ("优惠券", TEXT, DUE, UID)
    assert found.state.id == desk.lists[1]
    assert receipt.url == found.url
    assert desk.writes() == ["POST /1/cards"]
    with py_trello(desk.sandbox) as client:
        seen = client.get_card(receipt.id.external_id)
        assert (seen.name, seen.desc) == ("优惠券", f"{TEXT.original}\n\npmbridge:{UID}")
        assert (seen.due_date, [one.name for one in seen.labels]) == (DUE.at, ["变更"])


def test_without_a_state_a_card_is_made_in_the_leftmost_open_list(desk: Desk) -> None:
    desk.store.edit_list(desk.store.lists[desk.lists[0]], closed=True)
    assert desk.item(desk.adapter().push(create(desk)).id).state.id == desk.lists[1]


def test_custom_fields_are_left_and_then_travel_together(desk: Desk) -> None:
    kinds = {kind: desk.store.add_field(desk.board, kind, kind) for kind in ("text", "number", "date", "checkbox")}
    level = desk.store.add_field(desk.board, "级别", "list", options=["高", "低"])
    values: dict[str, FieldValue | None] = {
        f"field:{kinds['text'].id}": Plain(text="CR-1"), f"field:{kinds['number'].id}": Number(value=Decimal("2.50")),
        f"field:{kinds['date'].id}": DUE, f"field:{kinds['checkbox'].id}": Flag(on=True),
        f"field:{level.id}": Named(id=level.options[1].id),
    }  # fmt: skip
    receipt = desk.adapter().push(create(desk, values=values))
    assert receipt.left == values
    after = desk.adapter().push(Update(uid=UID, target=receipt.id, values=receipt.left))
    assert not after.left
    assert desk.writes() == ["POST /1/cards", f"PUT /1/cards/{receipt.id.external_id}/customFields"]
    held = desk.kept(receipt.id).values
    assert held[kinds["number"].id].value == {"number": "2.50"}
    assert held[level.id].option == level.options[1].id
    cleared: dict[str, FieldValue | None] = {f"field:{kinds['text'].id}": None, f"field:{kinds['checkbox'].id}": None}
    first = desk.adapter().push(Update(uid=UID, target=receipt.id, values=cleared))
    assert len(first.left) == 1
    assert not desk.adapter().push(Update(uid=UID, target=receipt.id, values=first.left)).left
    assert set(desk.kept(receipt.id).values) == {kinds["number"].id, kinds["date"].id, level.id}


def test_an_update_sends_what_is_given_and_keeps_the_marker_of_a_rewritten_text(desk: Desk) -> None:
    target = desk.card(desc=f"原文\n\npmbridge:{UID}", due=DUE.at)
    desk.adapter().push(Update(uid="x", target=target, values={"title": Plain(text="新")}))
    (sent,) = [one.json for one in desk.sandbox.requests if one.method == "PUT"]
    assert sent == {"name": "新"}
    desk.adapter().push(Update(uid="x", target=target, values={"description": TEXT, "due": None}, marker=UID))
    found = desk.item(target)
    assert (found.title, found.description, found.due, found.marker) == ("新", TEXT, None, UID)


def test_a_day_becomes_the_hour_of_the_setting(desk: Desk) -> None:
    target = desk.card()
    value = Day(on=date(2026, 7, 1))
    desk.adapter().push(Update(uid=UID, target=target, values={"due": value, "start": value}))
    found = desk.item(target)
    assert found.due == desk.adapter().canonical("card", "due", value) == DUE  # 18:00 in Shanghai
    assert found.start == Instant(at=datetime(2026, 7, 1, 1, tzinfo=UTC))


def test_labels_that_others_put_there_stay(desk: Desk) -> None:
    theirs, ours, gone = (desk.store.add_label(desk.board, name, "red") for name in ("theirs", "ours", "gone"))
    target = desk.card(labels=(theirs.id, gone.id))
    join = frozenset({RecordId(kind="label", external_id=ours.id)})
    desk.adapter().push(Update(uid=UID, target=target, join=join))
    desk.adapter().push(Update(uid=UID, target=target, join=join))  # there already: nothing is sent
    assert desk.writes() == [f"POST /1/cards/{target.external_id}/idLabels"]
    leave = frozenset({RecordId(kind="label", external_id=gone.id)})
    desk.adapter().push(Update(uid=UID, target=target, values={"title": Plain(text="b")}, leave=leave))
    assert set(desk.kept(target).labels) == {theirs.id, ours.id}
    desk.adapter().push(Update(uid=UID, target=target, leave=join))
    assert set(desk.kept(target).labels) == {theirs.id}
    assert len(desk.writes()) == 3


def test_people_and_completeness_are_written(desk: Desk) -> None:
    target = desk.card()
    me = desk.store.me.id
    values: dict[str, FieldValue | None] = {
        "assignees": Many(items=(Named(id=me),)),
        "field:dueComplete": Flag(on=True),
    }
    desk.adapter().push(Update(uid=UID, target=target, values=values))
    assert (desk.kept(target).members, desk.kept(target).due_complete) == ((me,), True)
    assert len(desk.writes()) == 1


def test_a_transition_moves_the_card_to_the_list_and_writes_with_it(desk: Desk) -> None:
    target = desk.card()
    desk.adapter().push(Transition(uid=UID, target=target, to=desk.lists[2], values={"due": DUE}))
    assert (desk.item(target).state.id, desk.item(target).due) == (desk.lists[2], DUE)
    assert len(desk.writes()) == 1


def test_a_list_of_another_board_is_rejected_and_nothing_changes(desk: Desk) -> None:
    elsewhere = desk.store.add_board("别处", lists=("待办",))
    target = desk.card()
    with pytest.raises(Rejected) as refused:
        desk.adapter().push(
            Transition(uid=UID, target=target, to=desk.store.lists_of(elsewhere)[0].id, values={"due": DUE})
        )
    assert "idList" in refused.value.faults[""]
    assert (desk.item(target).state.id, desk.item(target).due) == (desk.lists[0], None)


def test_check_items_are_made_renamed_and_ticked(desk: Desk) -> None:
    card = desk.card()
    write = Create(uid=UID, project=desk.project, kind="checkitem", parent=card, values={"title": Plain(text="步骤")})
    with pytest.raises(Unsupported) as refused:
        desk.adapter().push(write)
    assert refused.value.url.startswith("https://trello.com/")
    desk.store.add_checklist(desk.kept(card), "清单")
    receipt = desk.adapter().push(write)
    desk.adapter().push(Update(uid=UID, target=receipt.id, values={"title": Plain(text="步骤一")}))
    desk.adapter().push(Transition(uid=UID, target=receipt.id, to="complete"))
    found = desk.item(receipt.id)
    assert (found.title, found.state.id, found.parent) == ("步骤一", "complete", card)
    again = replace(write, values={"title": Plain(text="步骤一")})
    assert [one.id for one in desk.adapter().find(again, NOW)] == [receipt.id]
    assert len(desk.writes()) == 3


def test_py_trello_reads_back_what_was_written(desk: Desk) -> None:
    number = desk.store.add_field(desk.board, "天数", "number")
    target, adapter = desk.card(), desk.adapter()
    desk.store.add_checklist(desk.kept(target), "清单")
    step = {"title": Plain(text="步骤")}
    made = adapter.push(Create(uid=UID, project=desk.project, kind="checkitem", parent=target, values=step))
    for write in (
        Update(uid=UID, target=target, values={"title": Plain(text="新"), "field:dueComplete": Flag(on=True)}),
        Update(uid=UID, target=target, values={f"field:{number.id}": Number(value=Decimal("2.5"))}),
        Transition(uid=UID, target=target, to=desk.lists[2]),
        Transition(uid=UID, target=made.id, to="complete"),
        AddComment(uid=UID, target=target, body=TEXT, audience="public"),
        AddLink(uid=UID, target=target, to="https://a.example/1", relation="决定", title="邮件"),
    ):
        adapter.push(write)
    with py_trello(desk.sandbox) as client:
        seen = client.get_card(target.external_id)
        seen.board = client.get_board(desk.board.id)
        assert (seen.name, seen.idList, seen.is_due_complete) == ("新", desk.lists[2], True)
        assert [(one.name, one.value) for one in seen.custom_fields] == [("天数", 2.5)]
        assert [one["data"]["text"] for one in seen.fetch_comments()] == [f"{TEXT.original}\n\npmbridge:{UID}"]
        assert [(one["name"], one["checked"]) for one in seen.fetch_checklists()[0].items] == [("步骤", True)]
        assert [one["url"] for one in seen.fetch_attachments()] == ["https://a.example/1"]


def test_a_link_is_attached_once(desk: Desk) -> None:
    target, other = desk.card(), desk.card()
    for _ in range(2):
        desk.adapter().push(
            AddLink(uid=UID, target=target, to="https://a.example/1", relation="决定", title="张敏的邮件")
        )
        desk.adapter().push(AddLink(uid=UID, target=target, to=other, relation="见", title=""))
    attached = [(one.url, one.name) for one in desk.kept(target).attachments]
    assert attached == [("https://a.example/1", "张敏的邮件"), (desk.item(other).url, "见")]


def test_a_note_that_not_everybody_sees_is_no_comment(desk: Desk) -> None:
    target = desk.card()
    with pytest.raises(Unsupported) as refused:
        desk.adapter().push(AddComment(uid=UID, target=target, body=TEXT, audience="internal"))
    assert refused.value.url == desk.item(target).url
    assert desk.writes() == []


@pytest.mark.parametrize("what", ["lost_before", "lost_after", "500", "503", "html"])
def test_a_comment_without_an_answer_is_doubtful_and_found_only_if_it_was_made(desk: Desk, what: Any) -> None:
    target = desk.card()
    write = AddComment(uid=UID, target=target, body=TEXT, audience="public")
    since = desk.sandbox.clock.now()
    desk.sandbox.faults.add(Fault(call="POST */comments", what=what))
    with pytest.raises(Doubtful):
        desk.adapter().push(write)
    assert len(desk.writes()) == 1
    assert len(desk.adapter().find(write, since)) == (what == "lost_after")


def test_a_card_that_was_made_and_deleted_before_it_was_found_is_told_as_deleted(desk: Desk) -> None:
    since = desk.sandbox.clock.now()
    receipt = desk.adapter().push(create(desk))
    action = next(one for one in desk.store.ledger.of_card(receipt.id.external_id) if one.type == "createCard")
    desk.store.delete_card(desk.kept(receipt.id))
    assert desk.adapter().find(create(desk), since) == []
    # Some boards still list the creation of a card that is gone.
    desk.store.ledger.write("createCard", action.at, action.by, desk.board.id, action.data)
    assert desk.adapter().find(create(desk), since) == [Gone(id=receipt.id, why="deleted")]


def test_what_cannot_be_written_is_said_before_anything_is_sent(desk: Desk) -> None:
    target = desk.card()
    for write in (
        Create(uid=UID, project=desk.project, kind="label", values={"title": Plain(text="x")}),
        Update(uid=UID, target=target, values={"done": DUE}),
        Update(uid=UID, target=target, values={"title": Plain(text="x"), "field:1": Many(items=())}),
        Update(uid=UID, target=RecordId(kind="list", external_id=desk.lists[0]), values={"title": Plain(text="x")}),
    ):
        with pytest.raises(Unsupported) as refused:
            desk.adapter().push(write)
        assert refused.value.url.startswith("https://trello.com/")
    with pytest.raises(NeedsInput):
        desk.adapter().push(Create(uid=UID, project=desk.project, kind="card"))
    with pytest.raises(Rejected):
        desk.adapter().push(Update(uid=UID, target=target, values={"due": Plain(text="soon")}))
    assert desk.writes() == []


def test_a_connection_that_only_reads_sends_nothing(desk: Desk) -> None:
    target = desk.card()
    with pytest.raises(Refused) as refused:
        desk.adapter(read_only=True).push(Update(uid=UID, target=target, values={"title": Plain(text="b")}))
    assert refused.value.name == "read-only"
    assert desk.sandbox.requests == []


def test_describing_says_what_the_token_may_write(desk: Desk) -> None:
    schema = desk.adapter().describe(desk.project).kinds
    assert all(schema["card"].supports[verb] for verb in (Verb.CREATE, Verb.UPDATE, Verb.TRANSITION, Verb.COMMENT))
    assert schema["list"].supports[Verb.CREATE].level == "service_cannot"
    assert {one.write.level for one in schema["card"].fields} == {"full"}
    desk.sandbox.service.may_write = False
    adapter = desk.adapter()
    assert adapter.check().may_write is False
    assert adapter.describe(desk.project).kinds["card"].supports[Verb.CREATE].level == "denied"
