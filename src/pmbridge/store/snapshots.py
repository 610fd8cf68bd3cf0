"""Frozen reports: drafts that come and go, and issued ones that nobody changes."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, text

from pmbridge.clock import from_millis, to_millis
from pmbridge.errors import ConfigError, Refused
from pmbridge.store.rows import SnapshotRow
from pmbridge.store.sql import canonical, optional_millis
from pmbridge.store.tables import snapshot

_ISSUED = snapshot.c.issued_at.is_not(None)


def add(connection: Connection, frozen: SnapshotRow) -> None:
    """Store *frozen*. A draft takes the place of the edition's draft before it; issuing ends the draft.

    Raises:
        Refused: an issued report has another number or revision than the next one. So none is overwritten, and none
            is left out.
    """
    if connection.dialect.name == "postgresql":
        # Two people who issue at the same moment: the second must see the number of the first.
        connection.execute(text("LOCK TABLE snapshot IN SHARE ROW EXCLUSIVE MODE"))
    if frozen.issued_at is not None:
        _refuse_unless_next(connection, frozen)
    connection.execute(delete(snapshot).where(*_of(frozen.engagement, frozen.edition), snapshot.c.issued_at.is_(None)))
    connection.execute(
        insert(snapshot).values(
            engagement_id=frozen.engagement,
            edition=frozen.edition,
            number=frozen.number,
            revision=frozen.revision,
            period_from=_iso(frozen.period_from),
            period_to=_iso(frozen.period_to),
            as_of=to_millis(frozen.as_of),
            made_at=to_millis(frozen.made_at),
            issued_at=optional_millis(frozen.issued_at),
            body=frozen.body,
            hash=frozen.sha256,
            inputs=canonical(dict(frozen.inputs)),
        )
    )


def rows(connection: Connection, engagement: str) -> list[SnapshotRow]:
    """Return the issued reports and drafts of an engagement, sorted by edition, number and revision."""
    found = connection.execute(
        select(snapshot)
        .where(snapshot.c.engagement_id == engagement)
        .order_by(snapshot.c.edition, snapshot.c.number, snapshot.c.revision, snapshot.c.id)
    )
    return [_read(row) for row in found]


def issued(
    connection: Connection, engagement: str, edition: str, number: int, revision: int | None
) -> SnapshotRow | None:
    """Return an issued report with its body, of several revisions the last one unless *revision* says which.

    Raises:
        ConfigError: the body is not what was issued.
    """
    wanted = [*_of(engagement, edition), snapshot.c.number == number, _ISSUED]
    if revision is not None:
        wanted.append(snapshot.c.revision == revision)
    row = connection.execute(
        select(snapshot).where(*wanted).order_by(snapshot.c.revision.desc()).limit(1)
    ).one_or_none()
    if row is None:
        return None
    if digest(row.body) != row.hash:
        raise ConfigError(
            "store-unusable",
            detail=f"report {edition} {number} is not what was issued",
            detail_zh=f"报告 {edition} {number} 与发布时不一致",
        )
    return _read(row)


def next_number(connection: Connection, engagement: str, edition: str, first: int) -> int:
    """Return the number that the next report of an edition gets; *first* when none was issued."""
    last = connection.execute(
        select(func.max(snapshot.c.number)).where(*_of(engagement, edition), _ISSUED)
    ).scalar_one_or_none()
    return first if last is None else last + 1


def broken(connection: Connection) -> list[SnapshotRow]:
    """Return the issued reports and drafts whose body does not match its hash any more."""
    found = connection.execute(select(snapshot).order_by(snapshot.c.id))
    return [_read(row) for row in found if digest(row.body) != row.hash]


def digest(body: bytes) -> bytes:
    """Return the SHA-256 of a report's body."""
    return hashlib.sha256(body).digest()


def _refuse_unless_next(connection: Connection, frozen: SnapshotRow) -> None:
    """Refuse a number or revision that is taken or would leave a gap. Any number may be the first of an edition."""
    issued_ones = connection.execute(
        select(snapshot.c.number, func.max(snapshot.c.revision))
        .where(*_of(frozen.engagement, frozen.edition), _ISSUED)
        .group_by(snapshot.c.number)
    )
    newest = {row[0]: row[1] for row in issued_ones}
    if frozen.revision > 0:
        good = newest.get(frozen.number) == frozen.revision - 1
    else:
        good = not newest or frozen.number == max(newest) + 1
    if not good:
        name = f"{frozen.edition} {frozen.number}" + (f" r{frozen.revision}" if frozen.revision else "")
        raise Refused(
            detail=f"{name} is not the next report: it was issued already, or one before it was not",
            detail_zh=f"{name} 不是下一份报告：它已发布，或它之前的一份还没有发布",
            command="pmbridge report list",
        )


def _of(engagement: str, edition: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return snapshot.c.engagement_id == engagement, snapshot.c.edition == edition


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _read(row: Row[Any]) -> SnapshotRow:
    return SnapshotRow(
        engagement=row.engagement_id,
        edition=row.edition,
        number=row.number,
        revision=row.revision,
        period_from=None if row.period_from is None else date.fromisoformat(row.period_from),
        period_to=None if row.period_to is None else date.fromisoformat(row.period_to),
        as_of=from_millis(row.as_of),
        made_at=from_millis(row.made_at),
        issued_at=None if row.issued_at is None else from_millis(row.issued_at),
        sha256=row.hash,
        body=row.body,
        inputs=json.loads(row.inputs),
    )
