"""Fields beside the neutral ones: PingCode's JSON → neutral values. Select values are ids of options."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from pydantic import JsonValue

from pmbridge.records import FULL, NOT_YET, FieldInfo, FieldType, Support
from pmbridge.values import FieldValue, Flag, Instant, Label, Many, Named, Number, Plain
from pmbridge_pingcode import wire
from pmbridge_pingcode.kinds import DELIVERABLE, IDEA, TICKET, WORK_ITEM
from pmbridge_pingcode.parse import Unreadable

_TYPES: Mapping[str, FieldType] = {
    "text": "text",
    "textarea": "text",
    "link": "text",
    "number": "number",
    "progress": "number",
    "rate": "number",
    "date": "instant",
    "select": "named",
    "cascade_select": "named",
    "multi_select": "many",
    "cascade_multi_select": "many",
    "member": "person",
    "members": "many",
}
_MOST_SECONDS = 100_000_000_000

# id → (name in the papers, type). Their values stand beside ``properties`` in a row.
BUILT_IN: Mapping[str, Mapping[str, tuple[str, FieldType]]] = {
    WORK_ITEM: {
        "priority": ("优先级", "named"),
        "story_points": ("故事点", "number"),
        "estimated_workload": ("预估工时", "number"),
        "remaining_workload": ("剩余工时", "number"),
        "tags": ("标签", "many"),
    },
    TICKET: {
        "priority": ("优先级", "named"),
        "customer": ("客户", "named"),
        "solution": ("解决方案", "named"),
        "channel": ("渠道", "named"),
        "tags": ("标签", "many"),
        "submitted_at": ("提交时间", "instant"),
        "estimated_at": ("预计时间", "instant"),
    },
    IDEA: {
        "priority": ("优先级", "named"),
        "plan": ("排期", "named"),
        "suite": ("模块", "named"),
        "score": ("评分", "number"),
        "progress": ("进度", "number"),
        "plan_at": ("计划时间", "instant"),
        "real_at": ("实际时间", "instant"),
    },
    DELIVERABLE: {"href": ("链接", "text")},
}


def instant(at: int | None) -> Instant | None:
    """Return the moment of Unix seconds."""
    return None if at is None else Instant(at=datetime.fromtimestamp(at, UTC))


def named(ref: wire.Ref | str | None) -> Named | None:
    """Return a reference; a bare word (the channel ``internal``) names itself."""
    if ref is None or ref == "":
        return None
    return Named(id=ref, name=ref) if isinstance(ref, str) else Named(id=ref.id, name=ref.name)


def number(value: float | None) -> Number | None:
    """Return a number in its shortest spelling: 3 and 3.0 are one."""
    if value is None:
        return None
    return Number(value=Decimal(int(value)) if value == int(value) else Decimal(str(value)))


def many(refs: Iterable[wire.Ref] | None) -> Many | None:
    """Return several references, ``None`` for none."""
    items = tuple(Named(id=one.id, name=one.name) for one in refs or ())
    return Many(items=items) if items else None


_TAGS = Support(
    level="not_yet",
    note=Label(zh="标签不能随工作项写入。", en="Tags do not travel with an item."),
)
_FIXED = Support.cannot("PingCode takes no such value from outside.", "PingCode 不接受外部写入。")
_UNKNOWN_FORM = Support(
    level="not_yet",
    note=Label(zh="PingCode 没有公开其写入格式。", en="In what form PingCode takes it is not published."),
)
_ON_CREATION = Support(level="partial", note=Label(zh="仅在新建时。", en="On creation only."))
_AFTERWARDS = Support(level="partial", note=Label(zh="新建之后。", en="Once the record is there."))
_SHARE = Support(level="partial", note=Label(zh="0 到 1；新建之后。", en="From 0 to 1, once the record is there."))
_BY_DUE = Support(
    level="not_yet",
    note=Label(zh="请写条目的开始和截止时间。", en="Write the item's start and due instead."),
)
# Of the fields of every row those that are not simply written.
_LIMITS: Mapping[str, Mapping[str, Support]] = {
    WORK_ITEM: {"tags": _TAGS},
    TICKET: {
        "tags": _FIXED, "submitted_at": _FIXED, "estimated_at": _FIXED, "channel": _ON_CREATION,
        "solution": _AFTERWARDS,
    },
    IDEA: {
        "score": _FIXED, "real_at": NOT_YET, "plan_at": _BY_DUE, "plan": _AFTERWARDS, "progress": _SHARE,
    },
}  # fmt: skip
_WRITTEN = frozenset(_TYPES) - {"link"}
"""Types of properties whose form PingCode publishes."""


def infos(kind: str, properties: Sequence[wire.Property]) -> tuple[FieldInfo, ...]:
    """Return the fields of *kind* as a mapping may name them: those of every row, then the custom ones."""
    built_in = BUILT_IN.get(kind, {})
    limits = _LIMITS.get(kind)
    found = [
        FieldInfo(id=id_, name=name, type=type_, write=NOT_YET if limits is None else limits.get(id_, FULL))
        for id_, (name, type_) in built_in.items()
    ]
    custom = {one.id: one for one in properties if one.id not in built_in and one.type != "system"}
    for one in custom.values():
        options = tuple(Named(id=option.id, name=option.text) for option in one.options or ())
        type_ = _TYPES.get(one.type or "", "other")
        write = FULL if one.type in _WRITTEN else _UNKNOWN_FORM
        found.append(FieldInfo(id=one.id, name=one.name, type=type_, options=options, write=write))
    return tuple(found)


class PropertyReader:
    """Reads values of ``properties`` by what the tool says of each; of an unknown one the JSON decides."""

    def __init__(self, properties: Iterable[wire.Property] = ()) -> None:
        known = list(properties)
        self._types = {one.id: _TYPES.get(one.type or "", "other") for one in known}
        self._options = {option.id: option.text for one in known for option in one.options or ()}

    def read(self, field: str, value: JsonValue) -> FieldValue | None:
        """Return *value* of *field*, ``None`` for an empty one.

        Raises:
            Unreadable: it is not what the field's type says.
        """
        if value is None or value in ("", []):
            return None
        where = f"properties.{field}"
        match self._types.get(field, "other"), value:
            case "text", str():
                return Plain(text=value)
            case "number", int() | float() if not isinstance(value, bool) and math.isfinite(value):
                return number(value)
            case "instant", int() if not isinstance(value, bool) and 0 <= value < _MOST_SECONDS:
                return instant(value)
            case "named" | "person", str():
                return self._named(value)
            case "many", list():
                return Many(items=tuple(self._named(self._id(one, where)) for one in value))
            case "text" | "number" | "instant" | "named" | "person" | "many", _:
                raise Unreadable(where)
            case _:
                return self._untyped(value)

    def _named(self, id_: str) -> Named:
        return Named(id=id_, name=self._options.get(id_))

    @staticmethod
    def _id(value: JsonValue, where: str) -> str:
        if not isinstance(value, str):
            raise Unreadable(where)
        return value

    def _untyped(self, value: JsonValue) -> FieldValue:
        match value:
            case bool():
                return Flag(on=value)
            case int() | float() if math.isfinite(value):
                return Number(value=Decimal(str(value)))
            case str():
                return self._named(value) if value in self._options else Plain(text=value)
            case _:
                return Plain(text=json.dumps(value, ensure_ascii=False, sort_keys=True))
