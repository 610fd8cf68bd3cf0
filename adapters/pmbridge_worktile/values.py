"""Values of properties. Worktile tells of no property what type it has, so the form of the value has to say."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from pydantic import JsonValue, TypeAdapter, ValidationError

from pmbridge.records import FieldType
from pmbridge.values import Day, FieldValue, Flag, Instant, Many, Named, Number, Plain, Rich, When
from pmbridge_worktile import wire

_DATE = TypeAdapter(wire.DateValue)
_MENTION = re.compile(r"\[@[0-9A-Za-z_-]{1,64}\|([^\[\]|\n\"\\]{1,100})\]")
_NAMES = ("name", "text", "title", "display_name")


class Unreadable(Exception):
    """A value of another form than is known. ``field`` says where; never the value."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def unwrapped(value: JsonValue) -> JsonValue:
    """Return the value of a property, which some calls wrap: ``{"property_id": …, "value": …}``."""
    return value["value"] if isinstance(value, Mapping) and "value" in value else value


def rich(text: str) -> Rich | None:
    """Return a long text as it was written; ``None`` for an empty one.

    It comes as Markdown or as the tree of an editor in JSON. Of the tree, the editor's own keys of its nodes are left
    out: they change by themselves. A person is mentioned as ``[@uid|name]``: only the name is for people.
    """
    if not text.strip():
        return None
    if (tree := _tree(text)) is not None:
        return Rich(format="slate", original=json.dumps(tree, ensure_ascii=False, separators=(",", ":")))
    return Rich(format="markdown", original=_MENTION.sub(r"@\1", text))


def _tree(text: str) -> JsonValue | None:
    if not text.lstrip().startswith("[{"):
        return None
    try:
        tree = json.loads(text)
        if isinstance(tree, list) and all(isinstance(one, dict) and _is_node(one) for one in tree):
            return _without_keys(tree)
    except (ValueError, RecursionError):
        return None
    return None


def _is_node(one: Mapping[str, object]) -> bool:
    return isinstance(one.get("type"), str) or isinstance(one.get("children"), list) or "text" in one


def _without_keys(node: JsonValue) -> JsonValue:
    if isinstance(node, list):
        return [_without_keys(one) for one in node]
    if isinstance(node, dict):
        return {
            name: _MENTION.sub(r"@\1", value) if name == "text" and isinstance(value, str) else _without_keys(value)
            for name, value in node.items()
            if name != "key"
        }
    return node


class ValueReader:
    """Reads values; a whole day is one of *zone*."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def when(self, value: JsonValue, where: str) -> When | None:
        """Return a date: a whole day unless it says that it has a time.

        Raises:
            Unreadable: it is none.
        """
        if value is None:
            return None
        try:
            found = _DATE.validate_python(value)
        except ValidationError:
            found = None
        if found is None:
            raise Unreadable(where)
        if found.date is None:
            return None
        if found.with_time:
            return Instant(at=datetime.fromtimestamp(found.date, UTC))
        return Day(on=datetime.fromtimestamp(found.date, self._zone).date())

    def read(self, value: JsonValue, where: str) -> FieldValue | None:
        """Return the value of any property; ``None`` for an empty one.

        Raises:
            Unreadable: of a form that is not known (a span of dates, an effort).
        """
        if value is None or value in ("", []):
            return None
        if isinstance(value, bool):
            return Flag(on=value)
        if isinstance(value, int | float):
            if not math.isfinite(value):
                raise Unreadable(where)
            return Number(value=Decimal(str(value)))
        if isinstance(value, str):
            found = rich(value)
            return Plain(text=found.original) if found and found.format == "markdown" and "\n" not in value else found
        if isinstance(value, list):
            return Many(items=tuple(_named(one, where) for one in value))
        return self.when(value, where) if "date" in value else _named(value, where)


def kind_of(value: JsonValue) -> FieldType:
    """Return what a value of this form is called, as far as its form tells."""
    match value:
        case bool():
            return "flag"
        case int() | float():
            return "number"
        case str():
            return "rich" if "\n" in value or _tree(value) is not None else "text"
        case list():
            return "many"
        case {"date": _, **rest}:
            return "instant" if rest.get("with_time") else "day"
        case {"_id": _} | {"uid": _}:
            return "named"
        case _:
            return "other"


def _named(value: JsonValue, where: str) -> Named:
    """Return an option, tag, priority, file or person: by itself an id, as an object with its name."""
    if isinstance(value, str) and value:
        return Named(id=value)
    if isinstance(value, Mapping):
        id_ = value.get("_id") or value.get("uid")
        if isinstance(id_, str):
            names = (value.get(key) for key in _NAMES)
            return Named(id=id_, name=next((name for name in names if isinstance(name, str) and name), None))
    raise Unreadable(where)
