"""Comments, history and approvals of the records that matter, and at which state of a record each was read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy import Connection, select

from pmbridge.clock import from_millis, to_millis
from pmbridge.records import Details, Verb, Wanted
from pmbridge.store import mirror
from pmbridge.store.rows import DetailRow
from pmbridge.store.sql import among, listed, upsert
from pmbridge.store.tables import detail, record
from pmbridge.values import RecordId

SHAPES: Mapping[Verb, str] = {Verb.COMMENTS: "comment", Verb.HISTORY: "change", Verb.APPROVALS: "approval"}
"""The part that is asked for → the shape of the records that answer it."""


class Stored(NamedTuple):
    """How many records details brought, and how many of them are new or changed."""

    read: int
    new: int
    changed: int


def state(connection: Connection, connection_id: int, ids: Iterable[RecordId]) -> dict[tuple[RecordId, str], DetailRow]:
    """Return at which state of *ids* each part was read; what was never read is left out."""
    known = mirror.look_up(connection, connection_id, ids)
    by_row = {one.row: RecordId(kind=one.kind, external_id=one.external_id) for one in known.values()}
    dialect = connection.dialect.name
    rows = connection.execute(
        select(detail)
        .join(record, record.c.id == detail.c.record_id)
        .where(record.c.connection_id == connection_id, among(record.c.external_id, "ids", dialect)),
        {"ids": listed([one.external_id for one in known.values()], dialect)},
    )
    return {
        (by_row[row.record_id], row.part): DetailRow(
            version=row.version, hash=row.hash, read_at=from_millis(row.read_at)
        )
        for row in rows
        if row.record_id in by_row
    }


def store(
    connection: Connection, connection_id: int, observed_at: int, details: Sequence[Details], wanted: Sequence[Wanted]
) -> Stored:
    """Store answers to ``details``; of a whole answer, what it leaves out is gone.

    What was not *wanted*, or comes with an error, is stored but proves nothing: it counts as unread.
    """
    offered = mirror.unique(one for answer in details for one in answer.records)
    known = mirror.look_up(connection, connection_id, [one.id for one in offered.values()])
    found = mirror.differences(offered, known)
    mirror.write(connection, connection_id, observed_at, found)
    asked = {one.id: one.parts for one in wanted}
    good = [
        replace(answer, parts=answer.parts & asked[answer.id])
        for answer in details
        if answer.error is None and answer.id in asked
    ]
    gone = _missing(connection, connection_id, [answer for answer in good if answer.whole], offered)
    changed = mirror.mark(connection, connection_id, observed_at, dict.fromkeys(gone, "gone"))
    _read(connection, connection_id, good)
    new = sum(one.known is None for one in found)
    changed += sum(one.known is not None and one.content for one in found)
    return Stored(len(offered), new, changed)


def _missing(
    connection: Connection, connection_id: int, whole: Sequence[Details], offered: Mapping[mirror.Key, object]
) -> list[RecordId]:
    if not whole:
        return []
    shapes = {str(answer.id): {SHAPES[part] for part in answer.parts} for answer in whole}
    dialect = connection.dialect.name
    rows = connection.execute(
        select(record.c.kind, record.c.external_id, record.c.shape, record.c.parent).where(
            record.c.connection_id == connection_id,
            among(record.c.parent, "parents", dialect),
            record.c.shape.in_(list(SHAPES.values())),
            record.c.presence == "present",
        ),
        {"parents": listed(shapes, dialect)},
    )
    return [
        RecordId(kind=kind, external_id=external_id)
        for kind, external_id, shape, parent in rows
        if shape in shapes[parent] and (kind, external_id) not in offered
    ]


def _read(connection: Connection, connection_id: int, details: Sequence[Details]) -> None:
    known = mirror.look_up(connection, connection_id, [answer.id for answer in details])
    rows = []
    for answer in details:
        if (item := known.get(mirror.key_of(answer.id))) is not None:
            state_read = {"version": item.version, "hash": item.hash, "read_at": to_millis(answer.as_of)}
            rows += [{"record_id": item.row, "part": part.value} | state_read for part in sorted(answer.parts)]
    if rows:
        connection.execute(upsert(detail, connection.dialect.name, ("version", "hash", "read_at")), rows)
