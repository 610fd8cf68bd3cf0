"""Values of custom fields: Trello's JSON → neutral values, in what a card holds and in what the history tells."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from pydantic import JsonValue

from pmbridge.records import FULL, FieldInfo, FieldType, Support
from pmbridge.values import FieldValue, Flag, Instant, Named, Number, Plain
from pmbridge_trello import wire

DUE_COMPLETE = "dueComplete"
"""The mark "complete" of a card, which a mapping may name like a custom field."""

_TYPES: Mapping[str, FieldType] = {
    "text": "text",
    "number": "number",
    "date": "instant",
    "checkbox": "flag",
    "list": "named",
}


_KNOWN = frozenset({"text", "number", "date", "checked"})
_FLAGS: Mapping[str | bool, Flag] = {
    "true": Flag(on=True),
    True: Flag(on=True),
    "false": Flag(on=False),
    False: Flag(on=False),
}


class Unreadable(ValueError):
    """A value that is not what its type says. ``field`` says where it stands; the value itself is not told."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class FieldReader:
    """Reads values of the custom fields of one board. Options are named by *fields*; of an unknown one the id stays."""

    def __init__(self, fields: Iterable[wire.CustomField] = ()) -> None:
        self._options = {
            option.id: option.value.text if option.value else None for one in fields for option in one.options or ()
        }

    def read(self, value: JsonValue, option: str | None, field: str) -> FieldValue | None:
        """Return the value of a custom field, ``None`` for an empty one; *field* is the vendor's id.

        *option* is the id of the one chosen in a list. Else the member of *value* says which type it has; one of a type
        that no paper names is kept as its text.

        Raises:
            Unreadable: it does not fit its type.
        """
        if option:
            return Named(id=option, name=self._options.get(option))
        if not isinstance(value, dict):
            if value is None or value == "":
                return None
            raise Unreadable(f"{field}.value")
        for kind, content in value.items():
            if content is not None and content != "":
                return _content(kind, content, field)
        return None


def _content(kind: str, content: JsonValue, field: str) -> FieldValue:
    # Everything is a string on the wire; that numbers and flags might come as such one day costs nothing to allow.
    if kind not in _KNOWN:
        return Plain(text=content if isinstance(content, str) else json.dumps(content, ensure_ascii=False))
    found: FieldValue | None = None
    if kind == "checked":
        found = _FLAGS.get(content) if isinstance(content, str | bool) else None
    elif kind == "number":
        number = isinstance(content, str | int | float) and not isinstance(content, bool)
        found = _number(str(content)) if number else None
    elif isinstance(content, str):
        found = Plain(text=content) if kind == "text" else _moment(content)
    if found is None:
        raise Unreadable(f"{field}.value.{kind}")
    return found


# A board has thousands of cards and a handful of estimates.
@lru_cache(maxsize=1024)
def _number(text: str) -> Number | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if not number.is_finite():
        return None
    return Number.spelled(number)


def _moment(text: str) -> Instant | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return Instant(at=at) if at.tzinfo is not None and wire.EARLIEST <= at <= wire.LATEST else None


def field_info(field: wire.CustomField) -> FieldInfo:
    """Return a custom field as a mapping may name it."""
    options = (Named(id=one.id, name=one.value.text if one.value else None) for one in field.options or ())
    kind = _TYPES.get(field.type, "other")
    write = FULL if kind != "other" else _UNKNOWN_TYPE
    return FieldInfo(id=field.id, name=field.name, type=kind, options=tuple(options), write=write)


_UNKNOWN_TYPE = Support.cannot(
    "Of a type that pmbridge does not know, so it is not written.", "未知的字段类型，无法写入。"
)
COMPLETE_INFO = FieldInfo(id=DUE_COMPLETE, name=DUE_COMPLETE, type="flag", write=FULL)
