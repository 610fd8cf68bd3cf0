"""Writing back, in the store: which record is which, what both sides last agreed on, the journal of writes, plans.

The bytes in a row are the engine's: the store keeps them and looks at none.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from sqlalchemy import Connection, Row, func, insert, select, update

from pmbridge.clock import from_millis, to_millis
from pmbridge.records import Record
from pmbridge.store.connections import connection_row, known_row
from pmbridge.store.engine import Database
from pmbridge.store.intake import compared
from pmbridge.store.rows import Presence
from pmbridge.store.sql import canonical, inserting, optional_millis, upsert
from pmbridge.store.tables import base, link, outbox, plan, plan_entry, record
from pmbridge.store.tables import connection as connections
from pmbridge.values import Label, ProjectId, RecordId

Origin = Literal["adopted", "created"]
OutboxState = Literal["planned", "sending", "doubtful", "parked", "done", "dropped"]
EntryState = Literal["planned", "applied", "already", "stale", "blocked", "manual"]
Agreed = tuple[bytes | None, bytes | None]
"""What ours and theirs was when both last agreed; ``None``: never."""
OPEN: tuple[OutboxState, ...] = ("planned", "sending", "doubtful", "parked")
UNDER_WAY: tuple[OutboxState, ...] = ("sending", "doubtful")


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


class Transactions(Protocol):
    """Gives transactions that prove the lease of a connection."""

    def __call__(self) -> AbstractContextManager[Connection]:
        """Begin one; it commits at its end."""
        ...


class Journal:
    """What the holder of a connection's lease may do with its links, bases and writes; reached as ``Run.journal``.

    Every method is one transaction, and raises ``Busy`` when the lease is lost: then nothing was written.
    """

    def __init__(self, database: Database, begin: Transactions, *, of: int, observed_at: int, fence: int) -> None:
        self._database = database
        self._begin = begin
        self._of = of
        self._observed_at = observed_at
        self._fence = fence

    # -- reading

    def links(self) -> list[LinkRow]:
        """Return all links of the connection, by ref and role."""
        with self._database.read() as reading:
            return list(links(reading, self._of))

    def rows(self, states: Iterable[OutboxState] = OPEN) -> list[OutboxRow]:
        """Return the writes in these states, by the time of their intent, then by uid."""
        with self._database.read() as reading:
            return outbox_rows(reading, self._of, states)

    def row(self, uid: str) -> OutboxRow | None:
        """Return the write *uid*; ``None`` if there is none."""
        with self._database.read() as reading:
            found = reading.execute(select(outbox).where(outbox.c.uid == uid)).one_or_none()
        return None if found is None else _outbox_row(found)

    def next_seq(self, engagement: str, ref: str, role: str) -> int:
        """Return the number of the next write to that record; 0 is the one that makes it."""
        with self._database.read() as reading:
            last = reading.execute(
                select(func.max(outbox.c.seq)).where(
                    outbox.c.connection_id == self._of,
                    outbox.c.engagement_id == engagement,
                    outbox.c.ref == ref,
                    outbox.c.role == role,
                )
            ).scalar_one_or_none()
        return 1 if last is None else last + 1

    def marked(self, uid: str) -> list[RecordId]:
        """Return the records of the mirror that carry the marker *uid*, the one first seen first."""
        wanted = select(record.c.kind, record.c.external_id).where(
            record.c.connection_id == self._of, record.c.marker == uid
        )
        with self._database.read() as reading:
            found = reading.execute(wanted.order_by(record.c.first_seen, record.c.id))
            return [RecordId(kind=kind, external_id=external_id) for kind, external_id in found]

    # -- links and bases

    def bind(self, bound: Iterable[tuple[str, str, str, RecordId, Origin]]) -> None:
        """Say which record (engagement, ref, role) is, for those that the mirror knows; what is bound stays bound."""
        rows = list(bound)
        if rows:
            with self._begin() as writing:
                for engagement, ref, role, id_, origin in rows:
                    self._bind(writing, engagement, ref, role, id_, origin)

    def agree(self, agreed: Mapping[int, Mapping[str, Agreed]], at: datetime) -> None:
        """Put the bases of these links, by link and field."""
        rows = [
            {"link_id": of, "field": field, "ours": ours, "theirs": theirs, "at": to_millis(at)}
            for of, fields in agreed.items()
            for field, (ours, theirs) in fields.items()
        ]
        if rows:
            with self._begin() as writing:
                writing.execute(upsert(base, writing.dialect.name, ("ours", "theirs", "at")), rows)

    # -- writes

    def doubt_orphans(self) -> int:
        """Call doubtful what another owner of the lease was sending when it stopped; return how many that are."""
        with self._begin() as writing:
            done = writing.execute(
                update(outbox)
                .where(outbox.c.connection_id == self._of, outbox.c.state == "sending", outbox.c.fence != self._fence)
                .values(state="doubtful")
            )
            return done.rowcount

    def intend(self, row: OutboxRow, *, link_bases: Mapping[str, Agreed] | None, at: datetime) -> bool:
        """Write down that *row* is about to be sent; ``False`` if it must not be, and then nothing was written.

        *link_bases*: the bases that its decision rests on; ``None``: the ref is to have no link yet. Nothing else may
        be under way for that record, and the row itself must not have been sent before.
        """
        with self._begin() as writing:
            mine = (outbox.c.engagement_id == row.engagement) & (outbox.c.ref == row.ref) & (outbox.c.role == row.role)
            others = writing.execute(
                select(func.count())
                .select_from(outbox)
                .where(mine, outbox.c.connection_id == self._of, outbox.c.state.in_(UNDER_WAY))
            ).scalar_one()
            linked = self._linked(writing, row)
            wanted = link_bases or {}
            bases = None if linked is None else {name: linked.bases.get(name, (None, None)) for name in wanted}
            before = writing.execute(select(outbox).where(outbox.c.uid == row.uid)).one_or_none()
            if others or bases != link_bases or (before is not None and before.state != "planned"):
                return False
            values = {
                "state": "sending",
                "attempt": (0 if before is None else before.attempt) + 1,
                "fence": self._fence,
                "write": row.write,
                "fields": row.fields,
                "pre_version": row.pre_version,
                "send_before": optional_millis(row.send_before),
                "plan_id": row.plan,
                "error": None,
            }
            if before is not None:
                writing.execute(update(outbox).where(outbox.c.uid == row.uid).values(**values))
            else:
                made = {
                    "uid": row.uid,
                    "engagement_id": row.engagement,
                    "ref": row.ref,
                    "connection_id": self._of,
                    "role": row.role,
                    "seq": row.seq,
                    "verb": row.verb,
                    "intent_at": to_millis(at),
                }
                writing.execute(insert(outbox).values(**made, **values))
            return True

    def set_state(self, uid: str, state: OutboxState, error: Label | None = None) -> None:
        """Say what became of the write *uid* where no record comes of it."""
        with self._begin() as writing:
            self._set_state(writing, uid, state, error)

    def receipt(
        self,
        row: OutboxRow,
        *,
        shown: Record | None,
        agreed: Mapping[str, Agreed],
        at: datetime,
        bind: RecordId | None = None,
        state: OutboxState = "done",
        error: Label | None = None,
    ) -> None:
        """Put what a write brought, all in one transaction: the record, its link, the bases, and the row's state.

        *bind*: the record that was made. *shown*: what the tool holds now, from its answer or read afterwards.
        """
        with self._begin() as writing:
            if shown is not None:
                compared(writing, self._of, [shown], whole=True).write(writing, self._of, self._observed_at)
            if bind is not None:
                self._bind(writing, row.engagement, row.ref, row.role, bind, "created")
            found = self._linked(writing, row)
            if found is not None and agreed:
                rows = [
                    {"link_id": found.id, "field": field, "ours": ours, "theirs": theirs, "at": to_millis(at)}
                    for field, (ours, theirs) in agreed.items()
                ]
                writing.execute(upsert(base, writing.dialect.name, ("ours", "theirs", "at")), rows)
            self._set_state(writing, row.uid, state, error)

    def _bind(self, writing: Connection, engagement: str, ref: str, role: str, id_: RecordId, origin: Origin) -> None:
        row = writing.execute(
            select(record.c.id).where(
                record.c.connection_id == self._of,
                record.c.kind == id_.kind,
                record.c.external_id == id_.external_id,
            )
        ).scalar_one_or_none()
        if row is not None:
            statement = inserting(link, writing.dialect.name).on_conflict_do_nothing()
            said = {"engagement_id": engagement, "ref": ref, "connection_id": self._of, "role": role}
            writing.execute(statement, said | {"record_id": row, "origin": origin, "state": "live"})

    def _linked(self, writing: Connection, row: OutboxRow) -> LinkRow | None:
        of_ref = links(writing, self._of, engagement=row.engagement, ref=row.ref)
        return next((one for one in of_ref if one.role == row.role), None)

    @staticmethod
    def _set_state(writing: Connection, uid: str, state: OutboxState, error: Label | None) -> None:
        writing.execute(update(outbox).where(outbox.c.uid == uid).values(state=state, error=_said(error)))


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
                    "reason": _said(one.reason),
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

    def set_entry(self, number: int, n: int, state: EntryState, reason: Label | None = None) -> None:
        """Say what became of an entry of a plan."""
        with self._database.write() as writing:
            writing.execute(
                update(plan_entry)
                .where(plan_entry.c.plan_id == number, plan_entry.c.n == n)
                .values(state=state, reason=_said(reason))
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
    for one in reading.execute(bases):
        if one.link_id in agreed:
            agreed[one.link_id][one.field] = (_bytes(one.ours), _bytes(one.theirs))
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
        )


def outbox_rows(reading: Connection, connection_id: int, states: Iterable[OutboxState]) -> list[OutboxRow]:
    """Return the writes of a connection in these states, by the time of their intent, then by uid."""
    wanted = (
        select(outbox)
        .where(outbox.c.connection_id == connection_id, outbox.c.state.in_(list(states)))
        .order_by(outbox.c.intent_at, outbox.c.uid)
    )
    return [_outbox_row(row) for row in reading.execute(wanted)]


def _outbox_row(row: Row[Any]) -> OutboxRow:
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


def _said(label: Label | None) -> bytes | None:
    return None if label is None else canonical({"zh": label.zh, "en": label.en})


def _label(stored: bytes | None) -> Label | None:
    return None if stored is None else Label(**json.loads(stored))
