"""Records as JSON: what comes back, and what the content hash does and does not see."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from pmbridge.records import Group, Item, ItemLink, ToolState, check, content_hash, decode, encode, encoded
from pmbridge.values import Day, Instant, Many, Named, Number, Plain, ProjectId, RecordId, Rich

AT = datetime(2026, 6, 5, 10, 0, tzinfo=UTC)
ITEM = Item(
    id=RecordId(kind="issue", external_id="10231"),
    project=ProjectId("10000"),
    version="1780653600000",
    title='小程序优惠券 "quoted",\\"version\\":"9"',
    type=Named(id="10012", name="变更请求"),
    state=ToolState(id="10103", name="等待客户"),
    key="MALL-231",
    description=Rich(format="plain", original="首页领取与核销"),
    due=Day(on=date(2026, 6, 9)),
    created_at=AT,
    updated_at=AT,
    groups=(RecordId(kind="version", external_id="2"), RecordId(kind="version", external_id="1")),
    links=(ItemLink(relation="blocks", to=RecordId(kind="issue", external_id="1")),),
    assignees=("b", "a"),
    fields={
        "z": Number(value=Decimal("1.50")),
        "a": None,
        "m": Many(items=(Named(id="1"),)),
        "version": Plain(text=',"version":"x"'),
    },
)
GROUP = Group(
    id=RecordId(kind="version", external_id="1"),
    project=ProjectId("10000"),
    version="v1",
    title="M1",
    done=Instant(at=AT),
)


@pytest.mark.parametrize("record", [ITEM, GROUP])
def test_a_record_comes_back_whole_but_for_its_description(record: Item | Group) -> None:
    assert decode(encode(record)) == replace(record, description=None)


@pytest.mark.parametrize("record", [ITEM, GROUP])
def test_a_new_version_token_is_no_new_content(record: Item | Group) -> None:
    assert content_hash(replace(record, version="another")) == content_hash(record)
    assert encode(replace(record, version="another")) != encode(record)


def test_a_later_stamp_and_another_description_are_no_new_content() -> None:
    later = replace(ITEM, updated_at=datetime(2027, 1, 1, tzinfo=UTC), description=Rich(format="plain", original="x"))
    assert content_hash(later) == content_hash(ITEM)


@pytest.mark.parametrize(
    "change",
    [
        {"title": "x"},
        {"fields": {}},
        {"due": None},
        {"groups": ()},
        {"archived": True},
        {"marker": "pmb-1"},
        {"state": ToolState(id="1", name="x")},
    ],
)
def test_everything_else_is_new_content(change: dict[str, object]) -> None:
    assert content_hash(replace(ITEM, **change)) != content_hash(ITEM)  # type: ignore[arg-type]


def test_the_order_in_which_a_tool_tells_a_set_is_no_content() -> None:
    turned = replace(
        ITEM,
        groups=tuple(reversed(ITEM.groups)),
        assignees=("a", "b"),
        fields=dict(reversed(list(ITEM.fields.items()))),
    )
    assert encoded(turned) == encoded(ITEM)


def test_a_value_that_looks_like_the_end_of_the_content_does_not_end_it() -> None:
    other = replace(ITEM, fields={**ITEM.fields, "version": Plain(text=',"version":"y"')})
    assert content_hash(other) != content_hash(ITEM)


def test_a_wrong_field_is_refused_where_foreign_records_enter() -> None:
    with pytest.raises(ValueError, match="due"):
        check(replace(ITEM, due="2026-06-09"))  # type: ignore[arg-type]
