"""Actions become comments and changes; what Trello does not tell is not made up."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import TypeAdapter

from pmbridge.records import Change
from pmbridge.values import Flag, Instant, Named, Number, Plain, RecordId, Rich
from pmbridge_trello import wire
from pmbridge_trello.history import LogReader, comment
from pmbridge_trello.values import FieldReader, Unreadable
from tests.unit import trello_wire as trello

CARD = trello.card(3)
ID = RecordId(kind="card", external_id=CARD["id"])
UID = "01JWX3K8000000000000000000"
FIELDS = FieldReader(TypeAdapter(list[wire.CustomField]).validate_python(trello.FIELDS))


def told(*actions: dict[str, Any], complete_is_done: bool = False) -> list[Change]:
    parsed = [trello.parsed(wire.Action, one) for one in actions]
    return list(LogReader(FIELDS, complete_is_done=complete_is_done).changes(parsed, ID))


def update(number: int, at: str, now: dict[str, Any], old: dict[str, Any], **data: Any) -> dict[str, Any]:
    return trello.action(number, "updateCard", CARD, at=at, card=now, old=old, **data)


def moved(number: int, at: str, before: str, after: str) -> dict[str, Any]:
    names = {trello.TODO: "待设计", trello.DOING: "设计中", trello.DONE: "已验收"}
    return update(
        number, at, {"idList": after}, {"idList": before},
        listBefore={"id": before, "name": names[before]}, listAfter={"id": after, "name": names[after]},
    )  # fmt: skip


def marked(number: int, at: str, *, complete: bool, in_list: str = trello.DOING) -> dict[str, Any]:
    return update(
        number, at, {"dueComplete": complete}, {"dueComplete": not complete}, list={"id": in_list, "name": "设计中"}
    )


def test_a_move_between_lists_is_a_change_of_state() -> None:
    (found,) = told(moved(1, "2026-06-02T03:00:00.000Z", trello.TODO, trello.DOING))
    assert (found.field, found.item, found.author) == ("state", ID, trello.WANG)
    assert found.at == datetime(2026, 6, 2, 3, tzinfo=UTC)
    assert (found.before, found.after) == (Named(id=trello.TODO, name="待设计"), Named(id=trello.DOING, name="设计中"))


def test_changes_come_oldest_first_whatever_the_order_of_the_feed() -> None:
    second = moved(2, "2026-06-03T03:00:00.000Z", trello.DOING, trello.DONE)
    first = moved(1, "2026-06-02T03:00:00.000Z", trello.TODO, trello.DOING)
    assert [one.after for one in told(second, first)] == [
        Named(id=trello.DOING, name="设计中"), Named(id=trello.DONE, name="已验收"),
    ]  # fmt: skip


def test_a_card_from_another_board_has_no_known_state_before() -> None:
    arrived = trello.action(
        1, "moveCardToBoard", CARD, at="2026-06-02T03:00:00.000Z",
        boardSource={"id": trello.OTHER}, list={"id": trello.TODO, "name": "待设计"},
    )  # fmt: skip
    (found,) = told(arrived)
    assert (found.field, found.before, found.after) == ("state", None, Named(id=trello.TODO, name="待设计"))


@pytest.mark.parametrize(
    ("now", "old", "field", "before", "after"),
    [
        ({"name": "新"}, {"name": "旧"}, "title", Plain(text="旧"), Plain(text="新")),
        ({"desc": "b"}, {"desc": ""}, "description", None, Rich(format="markdown", original="b")),
        ({"due": "2026-06-17T08:00:00.000Z"}, {"due": None}, "due", None,
         Instant(at=datetime(2026, 6, 17, 8, tzinfo=UTC))),
        ({"due": None}, {"due": "2026-06-17T08:00:00.000Z"}, "due",
         Instant(at=datetime(2026, 6, 17, 8, tzinfo=UTC)), None),
        ({"start": "2026-06-17T08:00:00.000Z"}, {"start": None}, "start", None,
         Instant(at=datetime(2026, 6, 17, 8, tzinfo=UTC))),
        ({"dueComplete": True}, {"dueComplete": False}, "field:dueComplete", Flag(on=False), Flag(on=True)),
    ],
)  # fmt: skip
def test_a_changed_field_says_what_it_was(now: Any, old: Any, field: str, before: Any, after: Any) -> None:
    (found,) = told(update(1, "2026-06-02T03:00:00.000Z", now, old))
    assert (found.field, found.before, found.after) == (field, before, after)


def test_several_fields_of_one_action_are_several_changes() -> None:
    both = update(1, "2026-06-02T03:00:00.000Z", {"start": None, "due": None},
                  {"start": "2026-06-01T00:00:00.000Z", "due": "2026-06-02T00:00:00.000Z"})  # fmt: skip
    found = told(both)
    assert {one.field for one in found} == {"start", "due"}
    assert len({one.id for one in found}) == 2


@pytest.mark.parametrize(
    ("old", "now", "before", "after"),
    [
        ({"value": {"number": "3"}}, {"value": {"number": "5"}}, Number(value=Decimal(3)), Number(value=Decimal(5))),
        ({"value": None}, {"value": {"text": "x"}}, None, Plain(text="x")),
        ({"idValue": trello.LOW}, {"idValue": trello.HIGH, "value": None},
         Named(id=trello.LOW, name="低"), Named(id=trello.HIGH, name="高")),
        ({"value": {"checked": "true"}}, {"value": None}, Flag(on=True), None),
    ],
)  # fmt: skip
def test_a_changed_custom_field_says_what_it_was(old: Any, now: Any, before: Any, after: Any) -> None:
    action = trello.action(
        1, "updateCustomFieldItem", CARD, at="2026-06-02T03:00:00.000Z", old=old,
        customField={"id": trello.POINTS, "name": "点数", "type": "number"},
        customFieldItem={"id": "x", "idCustomField": trello.POINTS} | now,
    )  # fmt: skip
    (found,) = told(action)
    assert (found.field, found.before, found.after) == (f"field:{trello.POINTS}", before, after)


def test_an_old_value_that_does_not_fit_its_type_is_named() -> None:
    action = trello.action(
        1, "updateCustomFieldItem", CARD, at="2026-06-02T03:00:00.000Z", old={"value": {"number": "三"}},
        customField={"id": trello.POINTS}, customFieldItem={"idCustomField": trello.POINTS, "value": None},
    )  # fmt: skip
    with pytest.raises(Unreadable, match=f"old.{trello.POINTS}.value.number"):
        told(action)


@pytest.mark.parametrize(
    "action",
    [
        update(1, "2026-06-02T03:00:00.000Z", {"closed": True}, {"closed": False}),
        update(1, "2026-06-02T03:00:00.000Z", {"pos": 2}, {"pos": 1}),
        trello.action(1, "updateCard", CARD, at="2026-06-02T03:00:00.000Z"),
        trello.action(1, "updateCustomFieldItem", CARD, at="2026-06-02T03:00:00.000Z"),
        trello.action(1, "updateCustomFieldItem", CARD, at="2026-06-02T03:00:00.000Z", old={"value": None}),
    ],
)
def test_what_no_record_holds_is_left_out(action: dict[str, Any]) -> None:
    assert told(action) == []


def test_a_deleted_account_leaves_its_changes_without_author() -> None:
    action = moved(1, "2026-06-02T03:00:00.000Z", trello.TODO, trello.DOING)
    del action["idMemberCreator"]
    assert told(action)[0].author is None


# --------------------------------------------------------------------------------- where the mark counts as done


def states(*actions: dict[str, Any]) -> list[tuple[str | None, str | None]]:
    found = [one for one in told(*actions, complete_is_done=True) if one.field == "state"]
    return [
        (
            one.before.id if isinstance(one.before, Named) else None,
            one.after.id if isinstance(one.after, Named) else None,
        )
        for one in found
    ]


def test_a_mark_that_counts_as_done_is_a_state() -> None:
    assert states(
        moved(1, "2026-06-01T00:00:00.000Z", trello.TODO, trello.DOING),
        marked(2, "2026-06-02T00:00:00.000Z", complete=True),
        moved(3, "2026-06-03T00:00:00.000Z", trello.DOING, trello.DONE),
        marked(4, "2026-06-04T00:00:00.000Z", complete=False, in_list=trello.DONE),
        moved(5, "2026-06-05T00:00:00.000Z", trello.DONE, trello.TODO),
    ) == [
        (trello.TODO, trello.DOING),
        (trello.DOING, "complete"),
        ("complete", trello.DONE),
        (trello.DONE, trello.TODO),
    ]


def test_a_complete_card_stays_complete_wherever_it_goes() -> None:
    arrived = trello.action(
        3, "moveCardToBoard", CARD, at="2026-06-03T00:00:00.000Z", list={"id": trello.TODO, "name": "待设计"}
    )
    assert states(marked(2, "2026-06-02T00:00:00.000Z", complete=True), arrived) == [(trello.DOING, "complete")]


def test_a_card_that_was_complete_when_it_was_made_moves_no_state_until_the_mark_is_taken_off() -> None:
    assert states(
        moved(1, "2026-06-01T00:00:00.000Z", trello.TODO, trello.DOING),
        marked(2, "2026-06-02T00:00:00.000Z", complete=False),
    ) == [("complete", trello.DOING)]


# ------------------------------------------------------------------------------------------------- comments


def test_a_comment_is_public_and_loses_our_mark() -> None:
    said = trello.action(9, "commentCard", CARD, at="2026-06-02T03:00:00.000Z", text=f"**同意**\npmbridge:{UID}")
    found = comment(trello.parsed(wire.Action, said), ID)
    assert str(found.id) == f"comment:{said['id']}"
    assert (found.item, found.author, found.audience, found.marker) == (ID, trello.WANG, "public", UID)
    assert found.body == Rich(format="markdown", original="**同意**")
    assert found.created_at == datetime(2026, 6, 2, 3, tzinfo=UTC)


def test_a_comment_without_author_or_text_is_one_all_the_same() -> None:
    said = trello.action(9, "commentCard", CARD, at="2026-06-02T03:00:00.000Z") | {"idMemberCreator": None}
    found = comment(trello.parsed(wire.Action, said), ID)
    assert (found.author, found.body.original) == (None, "")
