"""Neutral values → what Jira takes, field by field. Pure but for one look-up: how Data Center calls an account.

What cannot be written raises ``Unsupported``; what is written comes back from :meth:`Outgoing.stored` as Jira keeps it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from pydantic import JsonValue, TypeAdapter

from pmbridge.errors import Rejected, Unsupported
from pmbridge.records import FULL, Support
from pmbridge.richtext import as_format
from pmbridge.values import Day, FieldValue, Instant, Label, Many, Named, Number, Plain, Rich
from pmbridge_jira import wire
from pmbridge_jira.dialect import Dialect
from pmbridge_jira.fields import Catalogue, Codec, Value, codec_for, rich

_PREFIX = "field:"
_OWN = {"title": "summary", "description": "description", "due": "duedate", "assignees": "assignee", "parent": "parent"}
_BY_ID = frozenset({"option", "version", "component", "priority", "resolution", "issuetype", "group"})
_COMPUTED = frozenset({"timespent", "timeestimate", "timeoriginalestimate", "aggregatetimespent", "status", "created",
                       "updated", "resolutiondate", "creator"})  # fmt: skip
ON_TRANSITIONS = frozenset({"resolution"})
"""Fields that Jira shows on the screens of transitions, not on those of edits."""


def field_of(key: str, start: str | None) -> str | None:
    """Return the id of the Jira field that a key of ``Values`` stands for; *start*: the field that holds the start."""
    if key.startswith(_PREFIX):
        return key[len(_PREFIX) :]
    return start if key == "start" else _OWN.get(key)


def writable(details: wire.FieldDetails, dialect: Dialect) -> Support:
    """Return whether values of a field can be written at all."""
    if details.id in _COMPUTED or _encoder(codec_for(details, dialect.text), details) is None:
        return Support.cannot("pmbridge cannot write fields of this type.", "pmbridge 不能写入这种字段。")
    if details.id in ON_TRANSITIONS:
        note = Label(zh="只能在状态流转时填写。", en="Only together with a transition.")
        return Support(level="partial", note=note)
    return FULL


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """Writes the values of one connection's issues. ``account``: id of a person → how Jira is told of him."""

    dialect: Dialect
    catalogue: Catalogue
    start: str | None
    zone: ZoneInfo
    account: Callable[[str], JsonValue]
    refuse: Callable[[str, str], Unsupported]
    """Makes the refusal of what cannot be written, from its English and its Chinese."""

    def fields(self, values: Mapping[str, FieldValue | None]) -> dict[str, JsonValue]:
        """Return field id → what to set it to.

        Raises:
            Unsupported: a key or a type that cannot be written.
            Rejected: a value that does not fit its field.
        """
        found: dict[str, JsonValue] = {}
        for key, value in values.items():
            id_ = field_of(key, self.start)
            if id_ is None:
                raise self.refuse(f"writing {key} of an issue", f"写入问题的 {key}")
            found[id_] = self.value(key, value)
        return found

    def value(self, key: str, value: FieldValue | None) -> JsonValue:
        """Return what Jira takes for one key of ``Values``."""
        match key:
            case "title":
                if not isinstance(value, Plain) or not value.text.strip():
                    raise wrong(key, "a title is a line of text")
                return one_line(value.text)
            case "description":
                return self.long(key, value)
            case "due":
                return self.day(key, value)
            case "assignees":
                return self._assignee(key, value)
            case "parent":
                return {"id": _id(key, value)} if value is not None else None
        encode, _ = self._codec(key)
        return None if value is None else encode(self, key, value)

    def stored(self, key: str, value: FieldValue | None) -> FieldValue | None:
        """Return *value* as a later read will show it. Asks Jira nothing.

        Raises:
            Unsupported: as :meth:`fields`.
            Rejected: as :meth:`fields`.
        """
        if key in ("assignees", "parent"):
            return value
        codec = None if key in _OWN else self._codec(key)[1]
        if value is None or (codec is not None and codec.wire in (wire.User, list[wire.User], Value)):
            return value  # an id is what it is
        sent = self.value(key, value)
        if sent is None or sent == "":
            return None
        match key:
            case "title":
                return Plain(text=str(sent))
            case "description":
                return rich(sent, self.dialect.text)
            case "due":
                return Day(on=date.fromisoformat(str(sent)))
        return codec.read(TypeAdapter(codec.wire).validate_python(sent)) if codec else value

    def _codec(self, key: str) -> tuple[_Encode, Codec]:
        """Return how a field is written and how it is read.

        Raises:
            Unsupported: it cannot be written.
        """
        id_ = field_of(key, self.start)
        details = self.catalogue.get(id_) if id_ else None
        codec = codec_for(details, self.dialect.text) if details else None
        encode = _encoder(codec, details) if details and codec else None
        if details is None or codec is None or encode is None or details.id in _COMPUTED:
            raise self.refuse(f"writing {key} of an issue", f"写入问题的 {key}")
        return encode, codec

    def long(self, key: str, value: FieldValue | None) -> JsonValue:
        """Return a long text in the dialect's format; one that is in it already goes as it is."""
        if value is None:
            return None
        if isinstance(value, Plain):
            value = Rich(format="plain", original=value.text)
        if not isinstance(value, Rich):
            raise wrong(key, "a long text")
        written = as_format(value, self.dialect.text).original
        if self.dialect.text != "adf":
            return written
        try:
            document: JsonValue = json.loads(written)
        except ValueError:
            raise wrong(key, "an ADF document") from None
        return document

    def day(self, key: str, value: FieldValue | None) -> str | None:
        """Return a day; of a moment the day that it is in the connection's zone."""
        match value:
            case None:
                return None
            case Day(on=on):
                return on.isoformat()
            case Instant():
                return value.day(self.zone).isoformat()
            case _:
                raise wrong(key, "a day")

    def _assignee(self, key: str, value: FieldValue | None) -> JsonValue:
        people = value.items if isinstance(value, Many) else (value,) if isinstance(value, Named) else ()
        if value is not None and not isinstance(value, Many | Named):
            raise wrong(key, "people")
        if len(people) > 1:
            raise self.refuse("more than one assignee", "多个经办人")
        return self.account(people[0].id) if people else None


def one_line(text: str) -> str:
    """Return *text* as Jira takes a title: one line, nothing around it."""
    return " ".join(text.split("\n")).replace("\r", " ").strip()


def wrong(key: str, wanted: str) -> Rejected:
    """Return that a value does not fit its field."""
    return Rejected(tool="Jira", faults={key: f"not {wanted}"})


def _id(key: str, value: FieldValue) -> str:
    if not isinstance(value, Named):
        raise wrong(key, "one of the things that have an id")
    return value.id


_Encode = Callable[[Outgoing, str, FieldValue], JsonValue]


def _text(_: Outgoing, key: str, value: FieldValue) -> JsonValue:
    if not isinstance(value, Plain):
        raise wrong(key, "a text")
    return value.text


def _number(_: Outgoing, key: str, value: FieldValue) -> JsonValue:
    if not isinstance(value, Number):
        raise wrong(key, "a number")
    whole = value.value.to_integral_value()
    return int(whole) if whole == value.value else float(value.value)


def _day(out: Outgoing, key: str, value: FieldValue) -> JsonValue:
    return out.day(key, value)


def _moment(out: Outgoing, key: str, value: FieldValue) -> JsonValue:
    match value:
        case Instant(at=at):
            moment = at
        case Day(on=on):
            moment = datetime(on.year, on.month, on.day, tzinfo=out.zone)
        case _:
            raise wrong(key, "a moment")
    moment = moment.astimezone(UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}+0000"


def _one(_: Outgoing, key: str, value: FieldValue) -> JsonValue:
    return {"id": _id(key, value)}


def _person(out: Outgoing, key: str, value: FieldValue) -> JsonValue:
    return out.account(_id(key, value))


def _long(out: Outgoing, key: str, value: FieldValue) -> JsonValue:
    return out.long(key, value)


def _several(each: Callable[[Outgoing, str], JsonValue]) -> _Encode:
    def encode(out: Outgoing, key: str, value: FieldValue) -> JsonValue:
        if not isinstance(value, Many):
            raise wrong(key, "several things")
        return [each(out, one.id) for one in value.items]

    return encode


_SEVERAL_IDS = _several(lambda _, id_: {"id": id_})
_SEVERAL_WORDS = _several(lambda _, id_: id_)
_SEVERAL_PEOPLE = _several(lambda out, id_: out.account(id_))
_BY_TYPE: Mapping[str, _Encode] = {"text": _text, "number": _number, "day": _day, "instant": _moment, "rich": _long,
                                   "person": _person}  # fmt: skip
_BY_ITEMS: Mapping[str, _Encode] = {
    "string": _SEVERAL_WORDS, "user": _SEVERAL_PEOPLE, "option": _SEVERAL_IDS, "version": _SEVERAL_IDS,
    "component": _SEVERAL_IDS,
}  # fmt: skip


def _encoder(codec: Codec, details: wire.FieldDetails) -> _Encode | None:
    """Return how values of a field are written, ``None`` where no paper says how."""
    schema = details.schema_
    if schema is None:
        return None
    if codec.type == "named":
        # A cascading option is named by its child; that Jira would take the child alone is said nowhere.
        return _one if schema.type in _BY_ID else None
    if codec.type == "many":
        return _BY_ITEMS.get(schema.items or "")
    return _BY_TYPE.get(codec.type)
