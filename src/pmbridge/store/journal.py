"""The journal of writes: what is about to be sent, what became of it, and what both sides last agreed on.

The bytes in a row are the engine's: the store keeps them and looks at none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection, func, insert, select, update

from pmbridge.clock import to_millis
from pmbridge.records import Record
from pmbridge.store.engine import Database
from pmbridge.store.intake import compared
from pmbridge.store.sql import inserting, optional_millis, upsert
from pmbridge.store.tables import base, link, outbox, record
from pmbridge.store.writing import (
    COPY,
    OPEN,
    UNDER_WAY,
    Agreed,
    LinkRow,
    Origin,
    OutboxRow,
    OutboxState,
    links,
    outbox_row,
    outbox_rows,
    stored_label,
)
from pmbridge.values import Label, RecordId


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
        return None if found is None else outbox_row(found)

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
        if any(agreed.values()):
            with self._begin() as writing:
                _agree(writing, agreed, at)

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
        be under way for that record, and the row itself must have had no effect: not sent, or refused by the tool.
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
            if others or bases != link_bases or (before is not None and before.state not in ("planned", "parked")):
                return False
            attempt = (0 if before is None else before.attempt) + 1
            values = _to_send(row) | {"state": "sending", "attempt": attempt, "fence": self._fence}
            if before is None or before.intent_at is None:
                values["intent_at"] = to_millis(at)
            if before is not None:
                writing.execute(update(outbox).where(outbox.c.uid == row.uid).values(**values))
            else:
                writing.execute(insert(outbox).values(**self._columns(row), **values))
            return True

    def _columns(self, row: OutboxRow) -> dict[str, Any]:
        return {
            "uid": row.uid,
            "engagement_id": row.engagement,
            "ref": row.ref,
            "connection_id": self._of,
            "role": row.role,
            "seq": row.seq,
            "verb": row.verb,
        }

    def set_state(self, uid: str, state: OutboxState, error: Label | None = None) -> None:
        """Say what became of the write *uid* where no record comes of it."""
        with self._begin() as writing:
            self._set_state(writing, uid, state, error)

    def try_again(self, uid: str) -> None:
        """Let what was given up be tried again, from the first attempt on: it is looked for before it is sent."""
        with self._begin() as writing:
            again = update(outbox).where(outbox.c.uid == uid, outbox.c.state == "parked")
            writing.execute(again.values(state="planned", attempt=1, error=None))

    def order(self, row: OutboxRow, *, instead_of: str) -> None:
        """Put *row*, which is yet to be sent, in the place of one that was given up."""
        with self._begin() as writing:
            self._set_state(writing, instead_of, "dropped", None)
            writing.execute(insert(outbox).values(**self._columns(row), **_to_send(row)))

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
                origin: Origin = "copied" if row.role.startswith(COPY) else "created"
                self._bind(writing, row.engagement, row.ref, row.role, bind, origin)
            found = self._linked(writing, row)
            if found is not None and agreed:
                _agree(writing, {found.id: agreed}, at)
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
        writing.execute(update(outbox).where(outbox.c.uid == uid).values(state=state, error=stored_label(error)))


def _to_send(row: OutboxRow) -> dict[str, Any]:
    return {
        "state": row.state,
        "attempt": row.attempt,
        "write": row.write,
        "fields": row.fields,
        "pre_version": row.pre_version,
        "send_before": optional_millis(row.send_before),
        "plan_id": row.plan,
        "error": None,
    }


def _agree(writing: Connection, agreed: Mapping[int, Mapping[str, Agreed]], at: datetime) -> None:
    rows = [
        {"link_id": of, "field": field, "ours": ours, "theirs": theirs, "at": to_millis(at)}
        for of, fields in agreed.items()
        for field, (ours, theirs) in fields.items()
    ]
    writing.execute(upsert(base, writing.dialect.name, ("ours", "theirs", "at")), rows)
