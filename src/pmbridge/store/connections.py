"""Connections by name, what their last runs did, and who works on one now."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from pmbridge.clock import from_millis
from pmbridge.errors import Busy
from pmbridge.store import lease
from pmbridge.store.projects import projects
from pmbridge.store.rows import RunRow
from pmbridge.store.sql import inserting
from pmbridge.store.tables import connection as connections
from pmbridge.store.tables import run
from pmbridge.values import ProjectId


def connection_row(connection: Connection, name: str, adapter: str | None = None) -> int:
    """Return the row of the connection *name*, made if it is new; *adapter*, if given, is kept as its adapter."""
    known = connection.execute(
        select(connections.c.id, connections.c.adapter).where(connections.c.name == name)
    ).one_or_none()
    if known is None:
        made = inserting(connections, connection.dialect.name).on_conflict_do_nothing(index_elements=["name"])
        connection.execute(made, {"name": name, "adapter": adapter or ""})
        return connection_row(connection, name, adapter)
    if adapter is not None and known.adapter != adapter:
        connection.execute(update(connections).where(connections.c.id == known.id).values(adapter=adapter))
    return int(known.id)


def known_row(connection: Connection, name: str) -> int | None:
    """Return the row of the connection *name*; ``None`` when nothing was ever stored for it."""
    return connection.execute(select(connections.c.id).where(connections.c.name == name)).scalar_one_or_none()


def last_runs(connection: Connection) -> dict[str, RunRow]:
    """Return the newest run of each connection, by name, sorted."""
    newest = select(run.c.connection_id, func.max(run.c.observed_at).label("at")).group_by(run.c.connection_id)
    last = newest.subquery("last")
    rows = connection.execute(
        select(run, connections.c.name)
        .join(last, (last.c.connection_id == run.c.connection_id) & (last.c.at == run.c.observed_at))
        .join(connections, connections.c.id == run.c.connection_id)
        .order_by(connections.c.name)
    )
    return {row.name: _run(row) for row in rows}


def last_complete(connection: Connection, row: int, name: str) -> datetime | None:
    """Return as of when the oldest project of the connection had been read to its end; see :class:`Store`."""
    last_good = (
        select(func.coalesce(func.max(run.c.observed_at), 0))
        .where(run.c.connection_id == row, run.c.outcome == "ok")
        .scalar_subquery()
    )
    since = connection.execute(
        select(run.c.started_at, run.c.complete).where(run.c.connection_id == row, run.c.observed_at >= last_good)
    ).fetchall()
    known = projects(connection, row, name, interruptions=False)
    tried = {project for _, complete in since if complete is not None for project in json.loads(complete)}
    began = min((from_millis(started_at) for started_at, _ in since), default=None)
    for project, state in known.items():
        if state.problem is not None and began is not None and state.problem.at >= began:
            tried.add(project)
    instants = [known[ProjectId(project)].complete_as_of for project in tried]
    return None if not instants or None in instants else min(one for one in instants if one is not None)


def lease_key(connection: str) -> str:
    """Return the key of the lease of a connection."""
    return f"connection:{connection}"


def busy(connection: Connection, name: str, row: int) -> Busy:
    """Return who works on the connection *name* instead of us, or did so last."""
    holder = lease.holder(connection, lease_key(name))
    theirs = connection.execute(
        select(run.c.started_at, run.c.ended_at).where(run.c.connection_id == row, run.c.fence == holder.fence)
    ).first()
    since = None if theirs is None else from_millis(theirs.started_at)
    ended = None if theirs is None or theirs.ended_at is None else from_millis(theirs.ended_at)
    return Busy(connection=name, host=holder.host, since=since, until=holder.expires_at or ended)


def _run(row: Row[Any]) -> RunRow:
    complete: dict[str, int] = {} if row.complete is None else json.loads(row.complete)
    return RunRow(
        id=row.id,
        connection=row.name,
        started_at=from_millis(row.started_at),
        ended_at=None if row.ended_at is None else from_millis(row.ended_at),
        observed_at=from_millis(row.observed_at),
        outcome=row.outcome,
        counts={} if row.counts is None else json.loads(row.counts),
        error=row.error,
        complete={ProjectId(project): from_millis(at) for project, at in complete.items()},
    )
