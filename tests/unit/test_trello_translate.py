"""Trello's JSON becomes neutral records: same facts, same record, and nothing taken for more than it says."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from pmbridge.adapter import split_marker
from pmbridge.records import Item, Verb, check, content_hash
from pmbridge.values import Flag, Instant, Named, Number, Plain, RecordId, Rich
from pmbridge_trello import wire
from pmbridge_trello.kinds import KINDS
from pmbridge_trello.translate import is_work, label_group, list_group, person
from pmbridge_trello.values import FieldReader, Unreadable, field_info
from tests.unit import trello_wire as trello

UID = "01JWX3K8000000000000000000"


def item(*asked: str, reader: Any = None, **fields: Any) -> Item:
    made: Item = (reader or trello.reader(*asked)).card(trello.parsed(wire.Card, trello.card(3, **fields)))
    assert check(made) == made
    return made


def read(field: str, **given: Any) -> Any:
    found = item(field, customFieldItems=[trello.value(field, **given)])
    return found.fields[field]


def test_a_card_becomes_an_item() -> None:
    found = item(
        name="M2 设计验收",
        desc="说明",
        due="2026-06-11T23:00:00.000Z",
        start="2026-06-01T01:00:00.000Z",
        idList=trello.DOING,
        idLabels=[trello.MILESTONE, trello.RED],
        idMembers=[trello.LI, trello.WANG],
        badges={"comments": 4},
    )
    assert found.id == RecordId(kind="card", external_id=trello.ident(3))
    assert (found.project, found.key, found.title) == (trello.BOARD, "sL000003", "M2 设计验收")
    assert found.url == "https://trello.com/c/sL000003"
    assert (found.state.id, found.state.name) == (trello.DOING, "设计中")
    assert found.description == Rich(format="markdown", original="说明")
    assert found.start == Instant(at=datetime(2026, 6, 1, 1, tzinfo=UTC))
    assert {str(one) for one in found.groups} == {
        f"list:{trello.DOING}", f"label:{trello.MILESTONE}", f"label:{trello.RED}",
    }  # fmt: skip
    assert found.assignees == (trello.WANG, trello.LI)
    assert found.version == "1780300800123.4"
    assert (found.done, found.author, found.parent, found.marker) == (None, None, None, None)


def test_a_state_is_a_list_and_says_nothing_about_being_done() -> None:
    found = item(idList=trello.DONE, dueComplete=True)
    assert (found.state.name, found.state.category) == ("已验收", "unknown")


def test_where_a_mapping_wants_it_so_a_complete_card_is_done_in_any_list() -> None:
    reader = trello.reader(complete_is_done=True)
    assert (item(reader=reader, dueComplete=True).state.id, item(reader=reader).state.id) == ("complete", trello.TODO)
    assert item(reader=reader, dueComplete=True).state.category == "done"


def test_a_due_moment_is_the_next_day_in_china() -> None:
    from zoneinfo import ZoneInfo

    due = item(due="2026-06-11T23:00:00.000Z").due
    assert due is not None
    assert due.day(ZoneInfo("Asia/Shanghai")).isoformat() == "2026-06-12"


def test_the_id_alone_tells_when_a_card_was_made() -> None:
    assert item().created_at == trello.MADE
    made = trello.parsed(wire.Card, trello.card() | {"id": "5e93c827fb102a6f40c5fa2b"})
    assert trello.reader().card(made).created_at == datetime(2020, 4, 13, 2, 2, 15, tzinfo=UTC)


def test_activity_older_than_the_card_itself_is_not_believed() -> None:
    """A board made from a template keeps the template's dates."""
    found = item(dateLastActivity="2019-01-01T00:00:00.000Z")
    assert found.updated_at == found.created_at == trello.MADE
    assert item(dateLastActivity=None).updated_at == trello.MADE


def test_a_new_comment_moves_the_version_even_if_the_date_stands_still() -> None:
    assert item(badges={"comments": 1}).version != item(badges={"comments": 2}).version
    assert item(badges=None).version == item(badges={"comments": None}).version


@pytest.mark.parametrize(
    ("closed", "in_list", "board_closed", "archived"),
    [
        (False, trello.TODO, False, False),
        (True, trello.TODO, False, True),
        (False, trello.OLD, False, True),
        (False, trello.TODO, True, True),
    ],
)
def test_a_card_is_archived_by_itself_by_its_list_or_by_its_board(
    closed: bool, in_list: str, board_closed: bool, archived: bool
) -> None:
    assert item(reader=trello.reader(closed=board_closed), closed=closed, idList=in_list).archived is archived


def test_a_list_that_was_not_told_keeps_its_id_for_a_name() -> None:
    assert item(idList=trello.ident(0xAA)).state.name == trello.ident(0xAA)


@pytest.mark.parametrize(
    ("more", "work"),
    [
        ({}, True),
        ({"cardRole": None, "isTemplate": None}, True),
        ({"isTemplate": True}, False),
        ({"cardRole": "mirror", "mirrorSourceId": "x"}, False),
        ({"cardRole": "separator"}, False),
        ({"cardRole": "board"}, False),
        ({"cardRole": "link"}, False),
        ({"cardRole": "something new"}, False),
    ],
)
def test_templates_and_mirrors_are_no_work(more: dict[str, Any], work: bool) -> None:
    assert is_work(trello.parsed(wire.Card, trello.card(**more))) is work


def test_the_number_of_a_card_which_changes_when_it_moves_is_nowhere_kept() -> None:
    assert item(idShort=7) == item(idShort=8)


def test_members_that_come_without_notice_are_ignored() -> None:
    found = item(agent={"x": 1}, aiMetadata=None, nodeId="ari:cloud", pinned=False, dateCompleted="nonsense")
    assert found == item()


@pytest.mark.parametrize(
    ("text", "left", "uid"),
    [
        ("", "", None),
        ("说明", "说明", None),
        (f"说明\n\npmbridge:{UID}", "说明", UID),
        (f"说明\npmbridge:{UID}\n", "说明", UID),
        (f"pmbridge:{UID}", "", UID),
        (f"pmbridge:{UID}\n接着写", f"pmbridge:{UID}\n接着写", None),
        ("说明\npmbridge:short", "说明\npmbridge:short", None),
        (f"见 pmbridge:{UID}", f"见 pmbridge:{UID}", None),
    ],
)
def test_only_a_last_line_is_our_mark(text: str, left: str, uid: str | None) -> None:
    assert split_marker(text) == (left, uid)
    found = item(desc=text)
    assert found.marker == uid
    assert found.description == (Rich(format="markdown", original=left) if left else None)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"value": {"number": "3"}}, Number(value=Decimal(3))),
        ({"value": {"number": "3.0"}}, Number(value=Decimal(3))),
        ({"value": {"number": "-1.50"}}, Number(value=Decimal("-1.5"))),
        ({"value": {"number": 3}}, Number(value=Decimal(3))),
        ({"value": {"text": "甲"}}, Plain(text="甲")),
        ({"value": {"date": "2020-03-11T04:00:00.000Z"}}, Instant(at=datetime(2020, 3, 11, 4, tzinfo=UTC))),
        ({"value": {"checked": "true"}}, Flag(on=True)),
        ({"value": {"checked": "false"}}, Flag(on=False)),
        ({"value": {"checked": True}}, Flag(on=True)),
        ({"value": None, "idValue": trello.HIGH}, Named(id=trello.HIGH, name="高")),
        ({"idValue": "ffffffffffffffffffffffff"}, Named(id="ffffffffffffffffffffffff", name=None)),
        ({"value": "", "idValue": ""}, None),
        ({"value": None}, None),
        ({"value": {"text": ""}}, None),
        ({"value": {"rating": "4"}}, Plain(text="4")),
        ({"value": {"rating": {"stars": 4}}}, Plain(text='{"stars": 4}')),
    ],
)
def test_a_custom_field_is_read_by_the_member_of_its_value(given: dict[str, Any], expected: Any) -> None:
    assert read(trello.POINTS, **given) == expected


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ({"number": "三"}, "value.number"),
        ({"number": "NaN"}, "value.number"),
        ({"number": "Infinity"}, "value.number"),
        ({"number": True}, "value.number"),
        ({"date": "tomorrow"}, "value.date"),
        ({"date": "2020-03-11"}, "value.date"),
        ({"date": "9999-12-31T23:59:59.999-12:00"}, "value.date"),
        ({"date": "0001-01-01T00:00:00.000+14:00"}, "value.date"),
        ({"checked": "maybe"}, "value.checked"),
        ({"text": ["a"]}, "value.text"),
        ("loose", "value"),
        (7, "value"),
    ],
)
def test_a_value_that_is_not_what_it_says_is_named_and_not_told(value: Any, where: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(trello.POINTS, value=value)
    assert refused.value.field == f"customFieldItems.{trello.POINTS}.{where}"
    assert str(refused.value) == refused.value.field


def test_every_asked_field_is_there_and_no_other() -> None:
    found = item(
        trello.POINTS, trello.NOTE, "of another board", "dueComplete",
        customFieldItems=[trello.value(trello.POINTS, value={"number": "5"}), trello.value(trello.AGREED, value=3)],
        dueComplete=True,
    )  # fmt: skip
    assert dict(found.fields) == {
        trello.POINTS: Number(value=Decimal(5)),
        trello.NOTE: None,
        "of another board": None,
        "dueComplete": Flag(on=True),
    }
    assert item(trello.POINTS).fields == {trello.POINTS: None}
    assert item().fields == {}


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("text", "text"), ("number", "number"), ("date", "instant"), ("checkbox", "flag"), ("list", "named"),
     ("rating", "other")],
)  # fmt: skip
def test_a_field_is_described_by_its_type(kind: str, expected: str) -> None:
    told = trello.parsed(wire.CustomField, {"id": trello.POINTS, "name": "点数", "type": kind, "options": None})
    assert field_info(told).type == expected


def test_a_field_names_its_options() -> None:
    told = trello.parsed(wire.CustomField, trello.FIELDS[-1])
    assert [(one.id, one.name) for one in field_info(told).options] == [(trello.HIGH, "高"), (trello.LOW, "低")]


def test_a_pull_reads_our_mark_and_leaves_the_description_to_those_who_need_it() -> None:
    found = item(reader=trello.reader(long=False), desc=f"说明\npmbridge:{UID}")
    assert (found.description, found.marker) == (None, UID)


def test_groups_that_nobody_asked_for_do_not_touch_the_record() -> None:
    without = trello.reader(kinds=frozenset({"card"}))
    labelled = item(reader=without, idLabels=[trello.RED])
    assert labelled.groups == ()
    assert content_hash(labelled) == content_hash(item(reader=without))


def test_a_check_item_hangs_on_its_card() -> None:
    card = trello.card(3, idList=trello.OLD)
    told = trello.checklist(
        card,
        trello.check_item(7, state="complete", due="2026-06-11T23:00:00.000Z", idMember=trello.WANG),
        trello.check_item(8),
        trello.check_item(9, state="paused", idMember=""),
    )
    found = list(
        trello.reader(trello.POINTS).check_items(trello.parsed(wire.Checklist, told), trello.parsed(wire.Card, card))
    )
    done, open_, other = found
    assert [check(one) for one in found] == found
    assert str(done.id) == f"checkitem:{trello.ident(3)}/{trello.ident(7)}"
    assert str(done.parent) == f"card:{trello.ident(3)}"
    assert [one.state.category for one in found] == ["done", "todo", "unknown"]
    assert (other.state.name, other.assignees, done.assignees) == ("paused", (), (trello.WANG,))
    assert done.archived, "its list is archived"
    assert (done.done, open_.due) == (None, None)
    assert done.fields == {trello.POINTS: None}
    assert done.groups == (), "a list or label counts its cards, not the lines in them"
    assert len({one.version for one in found}) == 3


def test_a_label_without_a_name_is_called_by_its_colour() -> None:
    titles = [
        label_group(trello.parsed(wire.LabelWire, one), trello.BOARD, closed=False).title
        for one in (*trello.LABELS, trello.a_label(trello.RED, "", None), trello.a_label(trello.RED, None))  # type: ignore[arg-type]
    ]
    assert titles == ["里程碑", "red_dark", trello.RED, "red"]


def test_a_list_is_archived_with_its_board() -> None:
    one = trello.parsed(wire.ListWire, trello.LISTS[0])
    open_, shut = (list_group(one, trello.BOARD, closed=closed) for closed in (False, True))
    assert (open_.archived, shut.archived) == (False, True)
    assert open_.version != shut.version
    renamed = one.model_copy(update={"name": "新名"})
    assert list_group(renamed, trello.BOARD, closed=False).version != open_.version


def test_a_person_has_a_name_or_at_least_a_user_name() -> None:
    found = [person(trello.parsed(wire.Member, one)) for one in (*trello.MEMBERS, {"id": trello.WANG})]
    assert [one.name for one in found] == ["王工", "li", None]
    assert found[0].email is None


def test_what_trello_keeps_no_history_of_is_not_claimed() -> None:
    card = KINDS["card"]
    assert "groups" not in card.logged
    assert card.supports[Verb.HISTORY].level == card.supports[Verb.COMMENTS].level == "partial"
    assert not any(one.supports.get(verb) for one in KINDS.values() for verb in (Verb.APPROVALS, Verb.NOTE))


def test_options_of_an_unknown_board_keep_their_ids() -> None:
    told = trello.parsed(wire.CustomFieldItem, trello.value(trello.SEVERITY, idValue=trello.HIGH))
    assert FieldReader().read(told.get("value"), told.get("idValue"), "x") == Named(id=trello.HIGH, name=None)
