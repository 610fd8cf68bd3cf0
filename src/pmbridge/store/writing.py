"""Writing back, in the store: its rows, and what whoever only looks may read: links, writes, plans.

The bytes in a row are the engine's: the store keeps them and looks at none.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, func, insert, select, update

from pmbridge.clock import from_millis, to_millis
from pmbridge.store.connections import connection_row, known_row
from pmbridge.store.engine import Database
from pmbridge.store.rows import Presence
from pmbridge.store.sql import canonical
from pmbridge.store.tables import base, link, outbox, plan, plan_entry, record
from pmbridge.store.tables import connection as connections
from pmbridge.values import Label, ProjectId, RecordId

Origin = Literal["adopted", "created", "copied"]
COPY = "copy:"
"""What the role of a copy begins with; the concept follows."""
OutboxState = Literal["planned", "sending", "doubtful", "delivered", "raced", "parked", "done", "dropped"]
EntryState = Literal["planned", "applied", "already", "stale", "blocked", "manual"]
Agreed = tuple[bytes | None, bytes | None]
"""What ours and theirs was when both last agreed; ``None``: never."""
OPEN: tuple[OutboxState, ...] = ("planned", "sending", "doubtful", "delivered", "raced", "parked")
IN_DOUBT: tuple[OutboxState, ...] = ("sending", "doubtful")
"""Sent, or about to be, and nobody knows what became of it."""
UNDER_WAY: tuple[OutboxState, ...] = (*IN_DOUBT, "delivered")
"""Not over: in doubt, or arrived and not looked up in the tool's log."""
GIVEN_UP: tuple[OutboxState, ...] = ("parked", "raced")
"""A person says how it goes on: it was refused or is unclear, or it overwrote an edit that nobody had seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """A record of a register that is a record of a tool, as the mirror shows that now."""

    id: int
    engagement: str
    ref: str
    role: str
    record: RecordId
    project: ProjectId | None
    presence: Presence
    origin: Origin
    bases: Mapping[str, Agreed]
    agreed_at: Mapping[str, datetime]
    """By field, when its base was last put."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """One write in the journal. ``write`` and ``fields`` are the engine's bytes; times of the first and last attempt.

    ``seq``: 0 for what is made once (a record, a comment), else the next number of that ref and role.
    """

    uid: str
    engagement: str
    ref: str
    role: str
    seq: int
    verb: str
    write: bytes
    fields: bytes
    pre_version: str | None = None
    state: OutboxState = "planned"
    attempt: int = 0
    intent_at: datetime | None = None
    send_before: datetime | None = None
    plan: int | None = None
    error: Label | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """One entry of a plan; ``body`` is the engine's bytes, ``because`` a ref of the register."""

    n: int
    connection: str
    engagement: str
    ref: str
    role: str
    verb: str
    because: str
    body: bytes
    state: EntryState = "planned"
    reason: Label | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPlan:
    """A plan as it stands, with what became of its entries."""

    number: int
    made_at: datetime
    mapping_hash: bytes
    entries: tuple[PlanRow, ...]


class Writings:
    """Plans, and what is known of links and writes to whoever only looks; reached as ``Store.writings``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def links(self, connection: str) -> list[LinkRow]:
        """Return all links of *connection*, by ref and role."""
        with self._database.read() as reading:
            row = known_row(reading, connection)
            return [] if row is None else list(links(reading, row))

    def rows(self, connection: str, states: Iterable[OutboxState] = OPEN) -> list[OutboxRow]:
        """Return the writes of *connection* in these states, by the time of their intent."""
        with self._database.read() as reading:
            row = known_row(reading, connection)
            return [] if row is None else outbox_rows(reading, row, states)

    def add_plan(self, entries: Sequence[PlanRow], *, mapping_hash: bytes, made_at: datetime) -> int:
        """Keep a plan and return its number."""
        with self._database.write() as writing:
            made = insert(plan).values(made_at=to_millis(made_at), mapping_hash=mapping_hash).returning(plan.c.id)
            number = int(writing.execute(made).scalar_one())
            of = {name: connection_row(writing, name) for name in {one.connection for one in entries}}
            rows = [
                {
                    "plan_id": number,
                    "n": one.n,
                    "connection_id": of[one.connection],
                    "engagement_id": one.engagement,
                    "ref": one.ref,
                    "role": one.role,
                    "verb": one.verb,
                    "because": one.because,
                    "body": one.body,
                    "state": one.state,
                    "reason": stored_label(one.reason),
                }
                for one in entries
            ]
            if rows:
                writing.execute(insert(plan_entry), rows)
        return number

    def plan(self, number: int | None = None) -> StoredPlan | None:
        """Return the plan *number*, or the newest; ``None`` if there is none."""
        with self._database.read() as reading:
            wanted = select(plan).order_by(plan.c.id.desc()).limit(1)
            if number is not None:
                wanted = wanted.where(plan.c.id == number)
            found = reading.execute(wanted).one_or_none()
            if found is None:
                return None
            entries = reading.execute(
                select(plan_entry, connections.c.name)
                .join(connections, connections.c.id == plan_entry.c.connection_id)
                .where(plan_entry.c.plan_id == found.id)
                .order_by(plan_entry.c.n)
            )
            return StoredPlan(
                number=found.id,
                made_at=from_millis(found.made_at),
                mapping_hash=bytes(found.mapping_hash),
                entries=tuple(_plan_row(one) for one in entries),
            )

    def newest(self, engagement: str) -> StoredPlan | None:
        """Return the newest plan that has entries of *engagement*; ``None`` if there is none."""
        with self._database.read() as reading:
            found = reading.execute(
                select(func.max(plan_entry.c.plan_id)).where(plan_entry.c.engagement_id == engagement)
            ).scalar_one()
        return None if found is None else self.plan(int(found))

    def set_entry(self, number: int, n: int, state: EntryState, reason: Label | None = None) -> None:
        """Say what became of an entry of a plan."""
        with self._database.write() as writing:
            writing.execute(
                update(plan_entry)
                .where(plan_entry.c.plan_id == number, plan_entry.c.n == n)
                .values(state=state, reason=stored_label(reason))
            )


def links(
    reading: Connection, connection_id: int, *, engagement: str | None = None, ref: str | None = None
) -> Iterator[LinkRow]:
    """Yield the links of a connection, by ref and role; of one ref only if it is given."""
    wanted = (
        select(link, record.c.kind, record.c.external_id, record.c.project_id, record.c.presence)
        .join(record, record.c.id == link.c.record_id)
        .where(link.c.connection_id == connection_id)
        .order_by(link.c.engagement_id, link.c.ref, link.c.role)
    )
    bases = select(base).join(link, link.c.id == base.c.link_id).where(link.c.connection_id == connection_id)
    if engagement is not None:
        wanted = wanted.where(link.c.engagement_id == engagement, link.c.ref == ref)
        bases = bases.where(link.c.engagement_id == engagement, link.c.ref == ref)
    rows = reading.execute(wanted).all()
    agreed: dict[int, dict[str, Agreed]] = {row.id: {} for row in rows}
    put: dict[int, dict[str, datetime]] = {row.id: {} for row in rows}
    for one in reading.execute(bases):
        if one.link_id in agreed:
            agreed[one.link_id][one.field] = (_bytes(one.ours), _bytes(one.theirs))
            put[one.link_id][one.field] = from_millis(one.at)
    for row in rows:
        yield LinkRow(
            id=row.id,
            engagement=row.engagement_id,
            ref=row.ref,
            role=row.role,
            record=RecordId(kind=row.kind, external_id=row.external_id),
            project=None if row.project_id is None else ProjectId(row.project_id),
            presence=row.presence,
            origin=row.origin,
            bases=agreed[row.id],
            agreed_at=put[row.id],
        )


def outbox_rows(reading: Connection, connection_id: int, states: Iterable[OutboxState]) -> list[OutboxRow]:
    """Return the writes of a connection in these states, by the time of their intent, then by uid."""
    wanted = (
        select(outbox)
        .where(outbox.c.connection_id == connection_id, outbox.c.state.in_(list(states)))
        .order_by(outbox.c.intent_at, outbox.c.uid)
    )
    return [outbox_row(row) for row in reading.execute(wanted)]


def outbox_row(row: Row[Any]) -> OutboxRow:
    """Return the write that a row of its table is."""
    return OutboxRow(
        uid=row.uid,
        engagement=row.engagement_id,
        ref=row.ref,
        role=row.role,
        seq=row.seq,
        verb=row.verb,
        write=bytes(row.write),
        fields=bytes(row.fields),
        pre_version=row.pre_version,
        state=row.state,
        attempt=row.attempt,
        intent_at=None if row.intent_at is None else from_millis(row.intent_at),
        send_before=None if row.send_before is None else from_millis(row.send_before),
        plan=row.plan_id,
        error=_label(row.error),
    )


def _plan_row(row: Row[Any]) -> PlanRow:
    return PlanRow(
        n=row.n,
        connection=row.name,
        engagement=row.engagement_id,
        ref=row.ref,
        role=row.role,
        verb=row.verb,
        because=row.because,
        body=bytes(row.body),
        state=row.state,
        reason=_label(row.reason),
    )


def _bytes(value: bytes | None) -> bytes | None:
    return None if value is None else bytes(value)


def stored_label(label: Label | None) -> bytes | None:
    """Return *label* as a row holds it."""
    return None if label is None else canonical({"zh": label.zh, "en": label.en})


def _label(stored: bytes | None) -> Label | None:
    return None if stored is None else Label(**json.loads(stored))
