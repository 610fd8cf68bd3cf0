"""Values of custom fields: Trello's JSON → neutral values, in what a card holds and in what the history tells."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation

from pydantic import JsonValue

from pmbridge.records import FieldInfo, FieldType
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

    def read(self, item: wire.CustomFieldItem | wire.Old, field: str) -> FieldValue | None:
        """Return the value of *item*, ``None`` for an empty one; *field* is the vendor's id.

        The member of the value says which type it has. One of a type that no paper names is kept as its text.

        Raises:
            Unreadable: it does not fit its type.
        """
        if item.idValue:
            return Named(id=item.idValue, name=self._options.get(item.idValue))
        value = item.value
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
    where = f"{field}.value.{kind}"
    match kind, content:
        case "text", str():
            return Plain(text=content)
        case "number", str() | int() | float() if not isinstance(content, bool):
            return Number(value=_number(str(content), where))
        case "date", str():
            return Instant(at=_moment(content, where))
        case "checked", "true" | True:
            return Flag(on=True)
        case "checked", "false" | False:
            return Flag(on=False)
        case "text" | "number" | "date" | "checked", _:
            raise Unreadable(where)
        case _:
            return Plain(text=content if isinstance(content, str) else json.dumps(content, ensure_ascii=False))


def _number(text: str, where: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise Unreadable(where) from None
    if not number.is_finite():
        raise Unreadable(where)
    # 3 and 3.0 are one number; one spelling, so that the content hash does not move.
    whole = number.to_integral_value()
    return whole if number == whole else number.normalize()


def _moment(text: str, where: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Unreadable(where) from None
    if at.tzinfo is None or not wire.EARLIEST <= at <= wire.LATEST:
        raise Unreadable(where)
    return at


def field_info(field: wire.CustomField) -> FieldInfo:
    """Return a custom field as a mapping may name it."""
    options = (Named(id=one.id, name=one.value.text if one.value else None) for one in field.options or ())
    return FieldInfo(id=field.id, name=field.name, type=_TYPES.get(field.type, "other"), options=tuple(options))


COMPLETE_INFO = FieldInfo(id=DUE_COMPLETE, name=DUE_COMPLETE, type="flag")
