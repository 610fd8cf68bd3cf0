"""A record of the register as its events have made it: the fold.

The fold of a record looks at that record's events only, so a register can be replayed up to any instant of either
clock, and in any order of the records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from pydantic import TypeAdapter

from pmbridge.clock import from_millis
from pmbridge.domain.event import Event, payload_type
from pmbridge.domain.evidence import Evidence
from pmbridge.domain.fields import Adopt, Fields
from pmbridge.domain.machine import NEW, Concept, Step
from pmbridge.errors import ConfigError

F = TypeVar("F", bound=Fields)

Audience = Literal["internal", "client"]


class Stay(NamedTuple):
    """A state that was entered, when, and on which day of the engagement's zone."""

    state: str
    at: datetime
    day: date


class Said(NamedTuple):
    """What an apply may know of the event beside its input. ``day`` is that of ``at`` in the engagement's zone."""

    ref: str
    seq: int
    millis: int
    day: date
    by: str | None
    actor: str
    reason: str | None
    evidence: tuple[Evidence, ...]

    @property
    def at(self) -> datetime:
        """When it happened in the world."""
        return from_millis(self.millis)

    @property
    def recorder(self) -> str:
        """The name of who recorded it, a contact by ref."""
        return self.actor.partition(":")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Generic[F]):
    """A record of the register. ``version`` counts its events, ``seq`` is the last one's number.

    ``released`` are the fields as they were worded when the client got to see them, ``None`` before that. ``trail``
    lists the states in the order in which they were entered, the present one last. ``links``: the tools' records that
    this record *is*.
    """

    kind: str
    ref: str
    state: str
    version: int
    seq: int
    fields: F
    trail: tuple[Stay, ...]
    changed_at: datetime
    released: F | None = None
    released_at: datetime | None = None
    released_by: str | None = None
    links: tuple[Adopt, ...] = ()

    @property
    def audience(self) -> Audience:
        """``client`` once it was disclosed."""
        return "internal" if self.released is None else "client"

    @property
    def since(self) -> Stay:
        """The present state, and since when it holds."""
        return self.trail[-1]

    @property
    def created(self) -> Stay:
        """The first state, and when the record began."""
        return self.trail[0]

    def entered(self, *states: str) -> Stay | None:
        """Return the last time that one of *states* was entered, ``None`` if never."""
        return next((one for one in reversed(self.trail) if one.state in states), None)


class UnknownStep(ConfigError):
    """An event that no concept here can read: it was written by another version, or by nothing of ours."""

    default_name = "store-unusable"


def fold(concepts: Mapping[str, Concept], entry: Entry[Any] | None, events: Iterable[Event]) -> Entry[Any]:
    """Return the record after *events*, at least one and all its own, oldest first.

    *entry* is the record before them, ``None`` when the first of them is its first.

    Raises:
        UnknownStep: no such concept or step.
        pydantic.ValidationError: a payload is not one of its step.
    """
    state, fields, version = (NEW, None, 0) if entry is None else (entry.state, entry.fields, entry.version)
    trail = [] if entry is None else [*entry.trail]
    links = () if entry is None else entry.links
    released, released_at, released_by = None, None, None
    if entry is not None:
        released, released_at, released_by = entry.released, entry.released_at, entry.released_by
    event = None
    for event in events:
        step, read = _reader(concepts, event, state)
        told = read(event.payload)
        said = Said(event.ref, event.seq, event.occurred_at, told.day, told.by, event.actor, told.reason, told.evidence)
        fields = step.apply(fields, told.input, said)
        if told.to != state or not trail:
            state = told.to
            trail.append(Stay(state, said.at, told.day))
        if step.discloses:
            released, released_at, released_by = fields, said.at, event.actor
        if step.takes is Adopt:
            links = (*links, told.input)
        version += 1
    assert event is not None  # noqa: S101 - there is at least one
    return Entry(
        kind=event.kind,
        ref=event.ref,
        state=state,
        version=version,
        seq=event.seq,
        fields=fields,
        trail=tuple(trail),
        changed_at=from_millis(event.occurred_at),
        released=released,
        released_at=released_at,
        released_by=released_by,
        links=links,
    )


def _reader(concepts: Mapping[str, Concept], event: Event, state: str) -> tuple[Step, Callable[[bytes], Any]]:
    """Return the step of *event* from *state*, and what reads its payload."""
    concept = concepts.get(event.kind)
    if concept is not None:
        found = concept.readers.get((event.verb, state))
        if found is not None:
            return found
    step = None if concept is None else concept.step(event.verb, state)
    if concept is None or step is None:
        raise UnknownStep(
            store=event.engagement,
            detail=f"event {event.seq}: this pmbridge knows no {event.kind} {event.verb} from {state or 'nothing'}",
            detail_zh=f"事件 {event.seq}：本程序不认识 {state or '–'} 之后的 {event.kind} {event.verb}",
        )
    read = payload_type(step.takes).__pydantic_validator__.validate_json
    concept.readers[event.verb, state] = step, read
    return step, read


@cache
def _adapter(fields: type[Fields]) -> TypeAdapter[Entry[Any]]:
    return TypeAdapter(Entry[fields])  # type: ignore[valid-type]


def encode_entry(concept: Concept, entry: Entry[Any]) -> bytes:
    """Return *entry* as JSON; the same entry gives the same bytes."""
    return _adapter(concept.fields).serializer.to_json(entry)


def decode_entry(concept: Concept, body: bytes) -> Entry[Any]:
    """Return the entry that :func:`encode_entry` wrote.

    Raises:
        pydantic.ValidationError: *body* is not one.
    """
    return _adapter(concept.fields).validate_json(body)
