"""Worktile's JSON becomes records: property values in every form, or one clear error that names the field."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue, TypeAdapter

from pmbridge.adapter import HttpPolicy, Response
from pmbridge.adapter.http import HttpClient
from pmbridge.errors import ProtocolError
from pmbridge.records import Item, check
from pmbridge.testing.clock import FakeClock
from pmbridge.values import Day, FieldValue, Flag, Instant, Many, Named, Number, Plain, ProjectId, RecordId, Rich
from pmbridge_worktile import parse, wire
from pmbridge_worktile.auth import Nobody
from pmbridge_worktile.history import changes
from pmbridge_worktile.settings import TransitionsEndpoint
from pmbridge_worktile.translate import Asked, TaskReader, Translated, state_of, version_of
from pmbridge_worktile.values import Unreadable, ValueReader, kind_of, rich, unwrapped

TASK = TypeAdapter(wire.Task)
VALUES = ValueReader(ZoneInfo("Asia/Shanghai"))
MIDNIGHT = int(datetime(2026, 7, 9, 16, tzinfo=UTC).timestamp())  # 10 July in Shanghai


def task(**more: Any) -> dict[str, Any]:
    base = {
        "_id": "6283844ef727f62aa7fa040a", "identifier": "#43", "title": "需求确认", "project_id": "5ebc",
        "created_by": "a5eb", "created_at": 1652786254, "updated_at": 1652790000, "is_archived": 0, "state_type": 2,
        "task_state": {"_id": "5e84", "name": "设计中", "type": 2}, "task_type": {"_id": "7a", "name": "任务"},
        "properties": {},
    }  # fmt: skip
    return base | more


def translated(*rows: dict[str, Any], asked: Asked | None = None, **more: Any) -> Translated:
    tasks = [TASK.validate_python(one) for one in rows]
    return TaskReader(asked or Asked()).read(tasks, **{"project": None, "versions": {}, **more})


def item(**more: Any) -> Item:
    found = translated(task(**more))
    assert found.unreadable == []
    return found.items[0]


# -------------------------------------------------------------------------------------------- values


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None), ("", None), ([], None),
        ("一句", Plain(text="一句")),
        ("a\nb", Rich(format="markdown", original="a\nb")),
        (True, Flag(on=True)),
        (3, Number(value=Decimal(3))), (0.1, Number(value=Decimal("0.1"))),
        ({"date": MIDNIGHT, "with_time": 0}, Day(on=date(2026, 7, 10))),
        ({"date": MIDNIGHT, "with_time": False}, Day(on=date(2026, 7, 10))),
        ({"date": MIDNIGHT}, Day(on=date(2026, 7, 10))),
        ({"date": MIDNIGHT + 0.5, "with_time": True}, Instant(at=datetime(2026, 7, 9, 16, 0, 0, 500_000, tzinfo=UTC))),
        ({"date": None, "with_time": 0}, None),
        ({"_id": "o1", "text": "v1", "color": "#fff"}, Named(id="o1", name="v1")),
        ({"_id": "p1", "name": "高"}, Named(id="p1", name="高")),
        ({"uid": "u1", "display_name": "小张"}, Named(id="u1", name="小张")),
        ([{"_id": "t1", "name": "甲"}, "f1"], Many(items=(Named(id="t1", name="甲"), Named(id="f1")))),
    ],
)  # fmt: skip
def test_a_value_is_read_by_its_form(value: Any, expected: FieldValue | None) -> None:
    assert VALUES.read(value, "x") == expected
    wrapped = {"property_id": "p", "value": value, "updated_by": None, "updated_at": 1}
    assert VALUES.read(unwrapped(wrapped), "x") == expected


@pytest.mark.parametrize(
    "value",
    [{}, {"actual": 3}, {"begin": {"date": 1}}, [3], [""], {"_id": 3}, {"date": "x"}, {"date": 1652786254000},
     float("nan"), float("inf"), {"date": float("nan")}],
)  # fmt: skip
def test_a_value_of_an_unknown_form_names_its_field_and_not_itself(value: Any) -> None:
    with pytest.raises(Unreadable) as caught:
        VALUES.read(value, "properties.x")
    assert caught.value.field == "properties.x"


@pytest.mark.parametrize(
    ("value", "kind"),
    [(True, "flag"), (1, "number"), ("a", "text"), ("a\nb", "rich"), ([{"text": "x"}], "many"), ({"date": 1}, "day"),
     ({"date": 1, "with_time": 1}, "instant"), ({"_id": "a"}, "named"), ({"actual": 1}, "other"), (None, "other")],
)  # fmt: skip
def test_the_form_of_a_value_tells_what_a_property_is(value: Any, kind: str) -> None:
    assert kind_of(value) == kind


def test_text_that_looks_like_a_tree_and_is_none_stays_text() -> None:
    for text in ("[a](b)", "[{}]", "[1]", '[{"type": 3}]', "[{" * 50_000, "[]"):
        found = rich(text)
        assert found is not None
        assert (found.format, found.original) == ("markdown", text)
    assert rich(" \n") is None


# -------------------------------------------------------------------------------------------- tasks


def test_a_state_is_classified_by_its_type_and_shown_by_its_name() -> None:
    for kind, category in ((1, "todo"), (2, "in_progress"), (3, "done"), (4, "unknown"), (None, "unknown")):
        row = task(state_type=kind, task_state={"_id": "s", "name": "报废清理", "type": kind})
        assert item(**row).state.category == category
    assert state_of(TASK.validate_python(task(state_type=None))).category == "in_progress", "the state's own type"
    bare = state_of(TASK.validate_python(task(task_state=None, state_type=3)))
    assert (bare.id, bare.category) == ("type-3", "done")


@pytest.mark.parametrize(
    ("value", "expected"),
    [("u1", ("u1",)), ({"value": "u1"}, ("u1",)), ({"uid": "u1"}, ("u1",)), (["u2", "u1"], ("u1", "u2")),
     ({"property_id": "p", "value": {"uid": "u1"}}, ("u1",)), ("", ()), (None, ()), ({}, ())],
)  # fmt: skip
def test_an_assignee_comes_in_several_forms(value: Any, expected: tuple[str, ...]) -> None:
    assert item(properties={"assignee": value}).assignees == expected


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ({"properties": None}, "properties (missing)"),
        ({"project_id": None}, "project_id (missing)"),
        ({"properties": {"due": 3}}, "properties.due"),
        ({"properties": {"start": "x"}}, "properties.start"),
        ({"properties": {"desc": ["x"]}}, "properties.desc"),
        ({"properties": {"tag": [{"name": "x"}]}}, "properties.tag"),
        ({"properties": {"assignee": 3}}, "properties.assignee"),
    ],
)
def test_what_a_record_cannot_do_without_is_named(more: dict[str, Any], where: str) -> None:
    found = translated(task(**more), task(_id="good"))
    assert found.unreadable == [("6283844ef727f62aa7fa040a", where)]
    assert [one.id.external_id for one in found.items] == ["good"]


def test_the_version_is_the_listings_where_there_is_one() -> None:
    row = TASK.validate_python(task())
    listed = TaskReader(Asked()).read([row], project=None, versions={row.id: "v"})
    assert listed.items[0].version == "v"
    assert item().version == version_of(row) == version_of(TASK.validate_python(task(task_type=None, properties=None)))
    for more in ({"title": "x"}, {"updated_at": 1652790001}, {"is_archived": 1}, {"state_type": 3}):
        assert version_of(TASK.validate_python(task(**more))) != version_of(row)


def test_a_project_that_the_row_does_not_name_is_the_one_it_was_listed_in() -> None:
    found = translated(task(project_id=None), project=ProjectId("p1"))
    assert found.items[0].project == "p1"


# -------------------------------------------------------------------------------------------- fuzz

KEYS = st.sampled_from(
    ["_id", "uid", "value", "date", "with_time", "name", "text", "type", "children", "tag", "due", "start", "desc",
     "assignee", "x"]
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("6283844ef727"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)
CLIENT = HttpClient(HttpPolicy(origin="http://127.0.0.1", auth=Nobody(), classify=lambda _: None), FakeClock())
DETAIL = TypeAdapter(wire.DetailEnvelope)


def response(body: object) -> Response:
    return Response(status=200, headers={}, body=json.dumps(body).encode(), url="http://127.0.0.1/open-api/x")


def fault(act: Callable[[], object]) -> str | None:
    """Return the field that the one permitted error names, ``None`` without an error."""
    try:
        act()
    except ProtocolError as error:
        return str(error.facts["field"])
    return None


@given(st.dictionaries(st.sampled_from(sorted(task())), JSON, max_size=4), st.dictionaries(KEYS, JSON, max_size=6))
def test_any_task_is_a_record_or_one_error_that_names_the_field(
    changed: dict[str, Any], properties: dict[str, Any]
) -> None:
    answer = response([task(properties=properties) | changed])
    if (said := fault(lambda: parse.task_list(CLIENT, answer))) is not None:
        assert said.startswith("0.")
        return
    found = parse.task_list(CLIENT, answer)
    asked = Asked(fields=frozenset({"x", "due", "desc"}))
    told = TaskReader(asked).read(found.sound, project=ProjectId("p"), versions={})
    assert len(found.broken) + len(told.unreadable) + len(told.items) == 1
    assert all(one.field for one in found.broken)
    assert all(where for _, where in told.unreadable)
    for item_ in told.items:
        assert check(item_) == item_
    for tag in told.tags.values():
        assert check(tag) == tag


@given(JSON)
def test_any_page_is_read_or_names_the_field(body: Any) -> None:
    said = fault(lambda: parse.task_page(CLIENT, response(body)))
    rows = body.get("value") if isinstance(body, dict) else None
    assert said or isinstance(rows, list)


@given(JSON)
def test_any_comments_are_read_or_name_the_field(value: Any) -> None:
    body = {"code": 200, "data": {"value": {"_id": "a", "comments": value}}}
    said = fault(lambda: CLIENT.parse(response(body), DETAIL))
    assert said is None or said.startswith("data.value.comments")


ENDPOINT = TransitionsEndpoint(path="/t/{task_id}", at="when", before="was", after="is", author="who")
ONE = RecordId(kind="task", external_id="t1")


def test_history_is_read_under_the_keys_of_the_settings_oldest_first() -> None:
    rows: list[JsonValue] = [
        {"when": 200, "was": {"id": "b", "name": "进行中"}, "is": {"id": "c"}, "who": {"uid": "u1"}},
        {"when": 100.5, "was": None, "is": {"_id": "b", "name": "进行中"}},
    ]
    first, second = changes(ONE, rows, ENDPOINT)
    assert (first.before, first.after, first.author) == (None, Named(id="b", name="进行中"), None)
    assert (second.before, second.after, second.author) == (Named(id="b", name="进行中"), Named(id="c"), "u1")
    assert first.at < second.at
    assert changes(ONE, list(reversed(rows)), ENDPOINT) == [first, second]


@pytest.mark.parametrize(
    ("row", "where"),
    [
        (3, "0 (no object)"), ({"is": {"id": "a"}}, "0.when"), ({"when": "x"}, "0.when"), ({"when": 1}, "0.is"),
        ({"when": 1, "is": "done"}, "0.is"), ({"when": 1, "is": {"id": "a"}, "was": 3}, "0.was"),
        ({"when": 1, "is": {"id": "a"}, "who": [1]}, "0.who"),
    ],
)  # fmt: skip
def test_history_in_another_form_names_the_key(row: Any, where: str) -> None:
    assert fault(lambda: changes(ONE, [row], ENDPOINT)) == where


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (task(title=None), "title"), (task(updated_at=None), "updated_at"),
        (task(updated_at=1652790000000), "updated_at"), (task(_id="a/b"), "_id"), (task(created_at=-1), "created_at"),
    ],
)  # fmt: skip
def test_a_row_that_does_not_validate_is_told_by_field(row: dict[str, Any], field: str) -> None:
    answer = response([row])
    said = fault(lambda: parse.task_list(CLIENT, answer))
    if said is None:
        (broken,) = parse.task_list(CLIENT, answer).broken
        said = broken.field
    assert field in said
