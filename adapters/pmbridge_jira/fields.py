"""The site's fields: found by id or by a unique name, the special ones by what they are, values read by their type."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from pydantic import AwareDatetime, JsonValue

from pmbridge.errors import ConfigError
from pmbridge.records import FieldType
from pmbridge.values import Day, FieldValue, Instant, Many, Named, Number, Plain, Rich, RichFormat
from pmbridge_jira import wire

_AGILE = "com.pyxis.greenhopper.jira:"
_TEXT_AREA = "com.atlassian.jira.plugin.system.customfieldtypes:textarea"
_LONG_TEXTS = {"description", "environment"}

OWN_PLACE = frozenset({
    "summary", "status", "issuetype", "project", "updated", "created", "duedate", "resolutiondate", "parent",
    "statuscategorychangedate", "fixVersions", "labels", "assignee", "reporter", "issuelinks", "description",
})  # fmt: skip
"""System fields that a record holds elsewhere than in its ``fields``."""


class Value(wire.Model):
    """An option, a version, a component, a priority: whatever has an id, and a name or a value."""

    id: str | None = None
    name: str | None = None
    value: str | None = None


class Cascade(Value):
    """A cascading option: the child's id says all."""

    child: Value | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec:
    """How values of one field type look on the wire (``None`` aside) and how they are read."""

    type: FieldType
    wire: Any
    read: Callable[[Any], FieldValue | None]


def _plain(value: str) -> FieldValue | None:
    return Plain(text=value) if value else None


@lru_cache(maxsize=1024)
def _number(value: Decimal) -> FieldValue:
    return Number.spelled(value)


def _day(value: date) -> FieldValue:
    return Day(on=value)


def _instant(value: datetime) -> FieldValue:
    return Instant(at=value)


def _named(value: Value) -> FieldValue | None:
    name = value.name or value.value
    id_ = value.id or name
    return Named(id=id_, name=name) if id_ else None


def _cascade(value: Cascade) -> FieldValue | None:
    if value.child is None:
        return _named(value)
    parent, child = value.name or value.value, value.child.name or value.child.value
    name = f"{parent} / {child}"
    return Named(id=value.child.id or name, name=name)


def _many(values: Sequence[Value]) -> FieldValue | None:
    found = (_named(value) for value in values)
    items = tuple(one for one in found if isinstance(one, Named))
    return Many(items=items) if items else None


def _strings(values: Sequence[str]) -> FieldValue | None:
    return Many(items=tuple(Named(id=one, name=one) for one in values)) if values else None


def _user(value: wire.User) -> FieldValue | None:
    id_ = wire.user_id(value)
    return Named(id=id_, name=value.get("displayName")) if id_ else None


def _users(values: Sequence[wire.User]) -> FieldValue | None:
    items = tuple(Named(id=id_, name=one.get("displayName")) for one in values if (id_ := wire.user_id(one)))
    return Many(items=items) if items else None


def _other(value: JsonValue) -> FieldValue | None:
    """A type that no paper names: text and numbers as they are, anything else as its JSON."""
    if isinstance(value, str):
        return _plain(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(Decimal(str(value)))
    return Plain(text=json.dumps(value, ensure_ascii=False, sort_keys=True))


def rich(value: JsonValue, text: RichFormat) -> Rich | None:
    """Return a long text as the vendor wrote it, without what changes by itself; ``None`` for an empty one.

    ADF nodes get a new ``localId`` whenever a document is saved or converted, so it says nothing.
    """
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return Rich(format="wiki", original=value)
    kept = json.dumps(_without_local_ids(value), ensure_ascii=False, separators=(",", ":"))
    return Rich(format=text, original=kept)


def _without_local_ids(node: JsonValue) -> JsonValue:
    if isinstance(node, list):
        return [_without_local_ids(one) for one in node]
    if not isinstance(node, dict):
        return node
    kept = {key: _without_local_ids(value) for key, value in node.items() if key != "localId"}
    if kept.get("attrs") == {} and node.get("attrs") != {}:
        del kept["attrs"]
    return kept


_BY_TYPE: Mapping[str, Codec] = {
    "string": Codec(type="text", wire=str, read=_plain),
    "number": Codec(type="number", wire=Decimal, read=_number),
    "date": Codec(type="day", wire=date, read=_day),
    "datetime": Codec(type="instant", wire=AwareDatetime, read=_instant),
    "user": Codec(type="person", wire=wire.User, read=_user),
    "option-with-child": Codec(type="named", wire=Cascade, read=_cascade),
} | {
    name: Codec(type="named", wire=Value, read=_named)
    for name in ("option", "version", "component", "priority", "resolution", "issuetype", "status", "project", "group")
}
_MANY = Codec(type="many", wire=list[Value], read=_many)
_BY_ITEMS: Mapping[str, Codec] = {
    "string": Codec(type="many", wire=list[str], read=_strings),
    "user": Codec(type="many", wire=list[wire.User], read=_users),
    "option": _MANY,
    "version": _MANY,
    "component": _MANY,
    "group": _MANY,
}
_OTHER = Codec(type="other", wire=JsonValue, read=_other)


def codec_for(field: wire.FieldDetails, text: RichFormat) -> Codec:
    """Return how values of *field* are read; *text* is the dialect's format of long texts."""
    schema = field.schema_
    if schema is None:
        return _OTHER
    if schema.custom == _TEXT_AREA or field.id in _LONG_TEXTS:
        return Codec(type="rich", wire=JsonValue, read=lambda value: rich(value, text))
    if schema.type == "array":
        return _BY_ITEMS.get(schema.items or "", _OTHER)
    return _BY_TYPE.get(schema.type or "", _OTHER)


class Catalogue:
    """All fields that the credential sees on the site."""

    def __init__(self, fields: Sequence[wire.FieldDetails]) -> None:
        self.fields = tuple(fields)
        self._by_id = {one.id: one for one in fields}
        self._by_name: dict[str, list[wire.FieldDetails]] = {}
        for one in fields:
            self._by_name.setdefault(one.name.casefold(), []).append(one)
        self.sprint = self._special("gh-sprint")
        self.epic_link = self._special("gh-epic-link")

    def _special(self, what: str) -> str | None:
        """Return the id of an agile field: recognised by its kind, because its name is translated and renamed."""
        return next((f.id for f in self.fields if f.schema_ and f.schema_.custom == _AGILE + what), None)

    def get(self, id_: str) -> wire.FieldDetails | None:
        """Return the field with that id."""
        return self._by_id.get(id_)

    def find(self, name: str, *, thing: str) -> wire.FieldDetails:
        """Return the field with that id or, where only one has it, that name (any case). *thing* is for the message.

        Raises:
            ConfigError: no such field (lists the nearest), or several (``field-ambiguous``, lists all).
        """
        if (field := self._by_id.get(name)) is not None:
            return field
        named = self._by_name.get(name.strip().casefold(), [])
        if len(named) == 1:
            return named[0]
        if named:
            ids = ", ".join(one.id for one in named)
            raise ConfigError("field-ambiguous", thing=thing, n=len(named), field=name, candidates=ids, faults=(ids,))
        raise self._unknown(name, thing)

    def _unknown(self, name: str, thing: str) -> ConfigError:
        near = get_close_matches(name, [one.name for one in self.fields] + list(self._by_id), n=3)
        text = f'{thing} has no field "{name}"' + (f"; near: {', '.join(near)}" if near else "")
        zh = f"{thing} 没有字段「{name}」" + (f"，相近：{'、'.join(near)}" if near else "")
        return ConfigError(n=1, file="pmbridge.toml", problems=text, problems_zh=zh, faults=(text,))

    def logged(self, field_id: str | None, name: str | None) -> str | None:
        """Return the id of the field that a changelog entry is about, ``None`` when that cannot be told for sure.

        Old servers, and Cloud for parents, leave the id out; then a unique name decides.
        """
        if field_id:
            return field_id
        said = (name or "").casefold()
        if said in _LOGGED_AS:
            return _LOGGED_AS[said]
        named = self._by_name.get(said, [])
        return named[0].id if len(named) == 1 else None


_LOGGED_AS = {
    "status": "status", "summary": "summary", "description": "description", "duedate": "duedate",
    "fix version": "fixVersions", "labels": "labels", "parent": "parent", "issueparentassociation": "parent",
}  # fmt: skip
"""Names of the changelog that are the server's own and not translated."""
