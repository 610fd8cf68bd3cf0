"""The limit on nesting, held against a count that looks at every byte."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter

from pmbridge.adapter.decode import WHOLE_PAGE, Broken, decode, each_row, is_deeper
from pmbridge.errors import ProtocolError

TEXT = st.text(alphabet='"\\[]{}:, \n中a/u0', max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=40,
)


def depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max((depth(one) for one in value.values()), default=0)
    if isinstance(value, list):
        return 1 + max((depth(one) for one in value), default=0)
    return 0


@given(JSON, st.booleans(), st.sampled_from([None, 1]))
def test_the_depth_is_that_of_the_value_whatever_stands_in_its_texts(
    value: object, ascii_only: bool, indent: int | None
) -> None:
    body = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()
    deep = depth(value)
    assert not is_deeper(body, deep)
    assert deep == 0 or is_deeper(body, deep - 1)


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"a":'])
def test_a_million_levels_are_refused_without_recursion(opening: bytes) -> None:
    closing = {b"[": b"]", b'{"a":': b"}", b'[{"a":': b"}]"}[opening]
    body = opening * 1_000_000 + b"1" + closing * 1_000_000
    with pytest.raises(ProtocolError, match="nesting deeper than 64"):
        decode(body, TypeAdapter(object), max_depth=64, call="GET /x")


@pytest.mark.parametrize("body", [b"[" * 100_000, b"]" * 1000, b'{"a": [', b'"[[[', b"[}", b"\xff", b"{" * 300])
def test_broken_text_is_left_to_the_parser(body: bytes) -> None:
    with pytest.raises(ProtocolError, match="json_invalid"):
        decode(body, TypeAdapter(object), max_depth=64, call="GET /x")


def test_many_shallow_values_are_not_deep() -> None:
    assert not is_deeper(b"[" + b",".join([b'{"a": [[], {}]}'] * 100_000) + b"]", 4)


def test_the_field_is_named_by_its_path_without_control_characters() -> None:
    class Item(BaseModel):
        fields: dict[str, int]

    body = json.dumps({"issues": [{"fields": {"a\x1b[31m": "PRIVATE"}}]}).encode()
    with pytest.raises(ProtocolError) as caught:
        decode(body, TypeAdapter(dict[str, list[Item]]), max_depth=64, call="POST /search")
    assert caught.value.facts == {"field": "issues.0.fields.a[31m (int_parsing)", "call": "POST /search"}
    assert caught.value.__context__ is None


class Row(BaseModel):
    id: str
    size: int


def rows(*values: object) -> tuple[list[Row], list[Broken]]:
    return each_row(list(values), Row.model_validate, ids=TypeAdapter(str), call="GET /rows", within="rows.")  # type: ignore[arg-type]


def test_a_bad_row_costs_itself_alone() -> None:
    sound, broken = rows({"id": "a", "size": 1}, {"id": "b", "size": "secret"})
    assert [one.id for one in sound] == ["a"]
    assert broken == [Broken(id="b", field="size (int_parsing)")]


@pytest.mark.parametrize("row", [{"size": "secret"}, {"id": 3, "size": "secret"}, "secret"])
def test_a_bad_row_that_does_not_say_which_it_is_costs_the_page(row: object) -> None:
    with pytest.raises(ProtocolError) as caught:
        rows({"id": "a", "size": 1}, row)
    assert str(caught.value.facts["field"]).startswith("rows.1.")
    assert caught.value.__context__ is None, "pydantic's error quotes the value"


def test_many_rows_of_which_none_can_be_read_are_no_rows() -> None:
    bad = [{"id": str(number), "size": None} for number in range(WHOLE_PAGE)]
    assert len(rows(*bad[1:])[1]) == WHOLE_PAGE - 1
    with pytest.raises(ProtocolError, match=r"rows\.0\.size"):
        rows(*bad)
