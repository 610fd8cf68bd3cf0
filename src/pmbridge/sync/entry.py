"""An entry of a plan, and how plans and the journal keep it: as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

from pydantic import TypeAdapter

from pmbridge.records import AddComment, AddLink, Create, Transition, Update, Verb, Write
from pmbridge.store import Agreed, EntryState, PlanRow
from pmbridge.sync.decide import NEVER, Base
from pmbridge.values import FieldValue, Label, ProjectId

EntryVerb = Literal["create", "update", "transition", "comment"]
ORDER: tuple[EntryVerb, ...] = ("create", "update", "transition", "comment")
MADE_ONCE: tuple[EntryVerb, ...] = ("create", "comment")
VERBS: Mapping[EntryVerb, Verb] = {
    "create": Verb.CREATE,
    "update": Verb.UPDATE,
    "transition": Verb.TRANSITION,
    "comment": Verb.COMMENT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedField:
    """One field of a write: what both sides say, what they last agreed on, and what the tool will hold."""

    field: str
    base: Base | None
    ours: FieldValue | None
    theirs: FieldValue | None
    sends: FieldValue | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanEntry:
    """One write to one record of a tool. ``because``: ref of the register's record from which it follows.

    ``tool``, ``title``, ``key`` and ``url`` are for people; of a record that is to be made, ``url`` is its project's.
    """

    n: int = 0
    connection: str
    engagement: str
    ref: str
    role: str
    verb: EntryVerb
    because: str
    write: Write
    fields: tuple[PlannedField, ...]
    tool: str
    title: str
    key: str = ""
    url: str = ""
    project: ProjectId
    kind: str
    state: EntryState = "planned"
    reason: Label | None = None


class _Values(NamedTuple):
    plain: TypeAdapter[Any]
    fields: TypeAdapter[tuple[PlannedField, ...]]
    entry: TypeAdapter[PlanEntry]


_JSON = _Values(
    plain=TypeAdapter(FieldValue | None),
    fields=TypeAdapter(tuple[PlannedField, ...]),
    entry=TypeAdapter(PlanEntry),
)
_WRITES: Mapping[str, TypeAdapter[Any]] = {
    "create": TypeAdapter(Create),
    "update": TypeAdapter(Update),
    "transition": TypeAdapter(Transition),
    "comment": TypeAdapter(AddComment),
    "link": TypeAdapter(AddLink),
}


def agreed_bytes(base: Base) -> Agreed:
    """Return *base* as the store keeps it."""
    ours = None if base.ours is NEVER else value_bytes(base.ours)
    return ours, value_bytes(base.theirs)


def as_sent(fields: Sequence[PlannedField]) -> dict[str, Agreed]:
    """Return the bases of *fields* by which both agreed on what was sent, whatever the tool shows by now."""
    return {one.field: agreed_bytes(Base(ours=one.ours, theirs=one.sends)) for one in fields}


def value_bytes(value: FieldValue | None) -> bytes:
    """Return *value* as JSON."""
    return bytes(_JSON.plain.dump_json(value))


def base_of(agreed: Agreed | None) -> Base | None:
    """Return the base that the store kept; ``None``: never agreed."""
    if agreed is None or agreed[1] is None:
        return None
    ours = NEVER if agreed[0] is None else _JSON.plain.validate_json(agreed[0])
    return Base(ours=ours, theirs=_JSON.plain.validate_json(agreed[1]))


def write_bytes(verb: str, write: Write) -> bytes:
    """Return *write* as JSON."""
    return bytes(_WRITES[verb].dump_json(write))


def write_of(verb: str, body: bytes) -> Write:
    """Return the write that :func:`write_bytes` wrote."""
    made: Write = _WRITES[verb].validate_json(body)
    return made


def fields_bytes(fields: tuple[PlannedField, ...]) -> bytes:
    """Return *fields* as JSON."""
    return _JSON.fields.dump_json(fields)


def fields_of(body: bytes) -> tuple[PlannedField, ...]:
    """Return the fields that :func:`fields_bytes` wrote."""
    return _JSON.fields.validate_json(body)


def decided_alike(left: Sequence[PlannedField], now: PlanEntry) -> bool:
    """Return whether each of the fields that are still to be written is decided in *now* as it was."""
    fields = {one.field: (one.base, one.ours, one.sends) for one in now.fields}
    return all(fields.get(one.field) == (one.base, one.ours, one.sends) for one in left)


def row_of(entry: PlanEntry) -> PlanRow:
    """Return *entry* as the store keeps it."""
    return PlanRow(
        n=entry.n,
        connection=entry.connection,
        engagement=entry.engagement,
        ref=entry.ref,
        role=entry.role,
        verb=entry.verb,
        because=entry.because,
        body=_JSON.entry.dump_json(entry),
        state=entry.state,
        reason=entry.reason,
    )


def entry_of(row: PlanRow) -> PlanEntry:
    """Return the entry that :func:`row_of` wrote, with what has become of it since."""
    entry = _JSON.entry.validate_json(row.body)
    return replace(entry, n=row.n, state=row.state, reason=row.reason)
