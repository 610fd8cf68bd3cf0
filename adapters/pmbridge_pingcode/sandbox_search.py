"""The search of the newer dialect: one operator a field, all fields together, dates looked at by the day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from werkzeug.wrappers import Response

from pmbridge_pingcode.sandbox_catalogue import tag_id
from pmbridge_pingcode.sandbox_http import Call, Refusal, paged, reply, seconds
from pmbridge_pingcode.sandbox_render import Json
from pmbridge_pingcode.sandbox_store import Item, first_second, last_second

Test = Callable[[Any, Any], bool]

_REFERENCE: Mapping[str, Test] = {
    "in": lambda has, wanted: bool(set(has) & set(wanted)),
    "nin": lambda has, wanted: not set(has) & set(wanted),
    "exists": lambda has, wanted: bool(has) == bool(wanted),
}
_TEXT: Mapping[str, Test] = {
    "contains": lambda has, wanted: str(wanted) in (has or ""),
    "exists": lambda has, wanted: bool(has) == bool(wanted),
}
_NUMBER: Mapping[str, Test] = {
    "eq": lambda has, wanted: has is not None and has == wanted,
    "ne": lambda has, wanted: has != wanted,
    "gt": lambda has, wanted: has is not None and has > wanted,
    "lt": lambda has, wanted: has is not None and has < wanted,
    "gte": lambda has, wanted: has is not None and has >= wanted,
    "lte": lambda has, wanted: has is not None and has <= wanted,
    "exists": lambda has, wanted: (has is not None) == bool(wanted),
}
# A whole day decides: what changed at any time of the day that is named counts as on it.
_DATE: Mapping[str, Test] = {
    "gt": lambda has, wanted: has is not None and has > last_second(wanted),
    "gte": lambda has, wanted: has is not None and has >= first_second(wanted),
    "lt": lambda has, wanted: has is not None and has < first_second(wanted),
    "lte": lambda has, wanted: has is not None and has <= last_second(wanted),
    "between": lambda has, wanted: has is not None and first_second(wanted[0]) <= has <= last_second(wanted[1]),
    "exists": lambda has, wanted: (has is not None) == bool(wanted),
}

Field = tuple[Mapping[str, Test], Callable[[Item], Any]]


def _one(value: str | None) -> tuple[str, ...]:
    return (value,) if value else ()


_COMMON: Mapping[str, Field] = {
    "state.id": (_REFERENCE, lambda item: (item.state,)),
    "priority.id": (_REFERENCE, lambda item: _one(item.priority)),
    "assignee.id": (_REFERENCE, lambda item: _one(item.assignee)),
    "created_by.id": (_REFERENCE, lambda item: (item.created_by,)),
    "title": (_TEXT, lambda item: item.title),
    "description": (_TEXT, lambda item: item.description),
    "created_at": (_DATE, lambda item: item.created_at),
    "updated_at": (_DATE, lambda item: item.updated_at),
    "completed_at": (_DATE, lambda item: item.completed_at),
}
WORK_ITEMS: Mapping[str, Field] = {
    **_COMMON,
    "project.id": (_REFERENCE, lambda item: (item.home,)),
    "sprint.id": (_REFERENCE, lambda item: _one(item.sprint)),
    "parent.id": (_REFERENCE, lambda item: _one(item.parent)),
    "phase.id": (_REFERENCE, lambda item: _one(item.phase)),
    "versions.id": (_REFERENCE, lambda item: item.releases),
    "tags.id": (_REFERENCE, lambda item: tuple(map(tag_id, item.tags))),
    "type": (_REFERENCE, lambda item: (item.type,)),
    "start_at": (_DATE, lambda item: item.start),
    "end_at": (_DATE, lambda item: item.due),
    "story_points": (_NUMBER, lambda item: item.story_points),
}
SHIP: Mapping[str, Field] = {
    **_COMMON,
    "product.id": (_REFERENCE, lambda item: (item.home,)),
    "type.id": (_REFERENCE, lambda item: (item.type,)),
    "submitted_at": (_DATE, lambda item: item.created_at),
}


def search(call: Call, kind: str, fields: Mapping[str, Field], render: Callable[[Item], Json]) -> Response:
    """Answer a search among the items of *kind*."""
    body = call.body()
    payload = body.get("payload")
    if body.get("mode") != "query" or not isinstance(payload, dict):
        raise Refusal(400, "100039", "无效的查询")
    tests = [_test(name, wanted, fields) for name, wanted in (payload.get("filter") or {}).items()]
    deleted = payload.get("include_deleted") is True and kind == "work_item"
    found = [
        item
        for item in sorted(call.team.items.values(), key=lambda one: (one.home, one.number))
        if item.kind == kind
        and not call.team.home(item).hidden
        and (deleted or not item.deleted)
        and (kind != "work_item" or payload.get("include_archived") is True or not item.archived)
        and (payload.get("keywords") or "") in item.title
        and all(test(item) for test in tests)
    ]
    return reply(paged(found, render, payload.get("page_index", 0), payload.get("page_size")))


def _test(name: str, wanted: object, fields: Mapping[str, Field]) -> Callable[[Item], bool]:
    found = _property(name) if name.startswith("properties.") else fields.get(name)
    if found is None:
        raise Refusal(400, "100043", f"不支持的查询字段{name}")
    operators, read = found
    if not isinstance(wanted, dict) or len(wanted) != 1 or next(iter(wanted)) not in operators:
        raise Refusal(400, "100044", f"{name}不支持的操作符")
    ((operator, value),) = wanted.items()
    if operators is _DATE and operator != "exists":
        for one in value if isinstance(value, list) else [value]:
            seconds(one, name)
    if operator in ("in", "nin") and not isinstance(value, list):
        raise Refusal(400, "100006", f"{name}不是数组")
    test = operators[operator]
    return lambda item: test(read(item), value)


def _property(name: str) -> Field:
    key = name.removeprefix("properties.")
    return _REFERENCE, lambda item: _one(item.properties.get(key))
