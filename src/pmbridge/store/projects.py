"""What is known of each project: how far it was read, why not further, and which records could not be read at all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, select

from pmbridge.clock import from_millis, to_millis
from pmbridge.errors import PmbridgeError
from pmbridge.records import RemoteProject, Skipped
from pmbridge.store.rows import Problem, ProjectRow
from pmbridge.store.sql import canonical, upsert
from pmbridge.store.tables import project, quarantine, run
from pmbridge.values import ProjectId, RecordId


def name_projects(connection: Connection, connection_id: int, told: Iterable[RemoteProject]) -> None:
    """Store what people call the projects; how far they were read stays."""
    rows = [
        {"connection_id": connection_id, "project_id": one.id, "key": one.key, "name": one.name, "url": one.url}
        for one in told
    ]
    if rows:
        connection.execute(upsert(project, connection.dialect.name, ("key", "name", "url")), rows)


def complete(connection: Connection, connection_id: int, instants: Mapping[ProjectId, datetime]) -> None:
    """Store that the projects were read to their end; what stood in the way is over."""
    rows = [
        {
            "connection_id": connection_id,
            "project_id": project_id,
            "complete_as_of": to_millis(instant),
            "problem": None,
        }
        for project_id, instant in instants.items()
    ]
    if rows:
        connection.execute(upsert(project, connection.dialect.name, ("complete_as_of", "problem")), rows)


def skip(connection: Connection, connection_id: int, skipped: Iterable[Skipped], at: datetime) -> None:
    """Store why projects or single records could not be read; how far they were read before stays."""
    projects = {}
    records = {}
    for one in skipped:
        problem = _problem(one.error, at)
        if one.id is None:
            projects[one.project] = {
                "connection_id": connection_id,
                "project_id": one.project,
                "problem": canonical(problem),
            }
        else:
            records[one.id] = {
                "connection_id": connection_id,
                "kind": one.id.kind,
                "external_id": one.id.external_id,
                "project_id": one.project,
                "at": to_millis(at),
                "error": canonical(problem).decode(),
            }
    dialect = connection.dialect.name
    if projects:
        connection.execute(upsert(project, dialect, ("problem",)), list(projects.values()))
    if records:
        connection.execute(upsert(quarantine, dialect, ("project_id", "at", "error")), list(records.values()))


def projects(
    connection: Connection, connection_id: int, name: str, *, interruptions: bool = True
) -> dict[ProjectId, ProjectRow]:
    """Return what is known of the projects of the connection *name*, sorted by id.

    With *interruptions* a project also has a problem when the connection's last run ended before it had read that
    project to its end; without, only what stood in the way of the project itself counts.
    """
    rows = connection.execute(
        select(project).where(project.c.connection_id == connection_id).order_by(project.c.project_id)
    )
    cut = _interruption(connection, connection_id, name) if interruptions else None
    found = {}
    for row in rows:
        problem = None if row.problem is None else _read_problem(row.problem, name)
        if problem is None and cut is not None and row.project_id not in cut[1]:
            problem = cut[0]
        found[ProjectId(row.project_id)] = ProjectRow(
            key=row.key or "",
            name=row.name or "",
            url=row.url or "",
            complete_as_of=None if row.complete_as_of is None else from_millis(row.complete_as_of),
            problem=problem,
        )
    return found


def _interruption(connection: Connection, connection_id: int, name: str) -> tuple[Problem, frozenset[str]] | None:
    """Return what ended the last run too early, and the projects that it read all the same; ``None``: it went well.

    A run that is going on, or was killed, has no outcome and is no last run.
    """
    last = connection.execute(
        select(run.c.outcome, run.c.error, run.c.complete, run.c.observed_at)
        .where(run.c.connection_id == connection_id, run.c.outcome.is_not(None))
        .order_by(run.c.observed_at.desc())
        .limit(1)
    ).one_or_none()
    if last is None or last.outcome == "ok":
        return None
    problem = Problem(
        name="interrupted",
        connection=name,
        facts={"why": last.error or last.outcome},
        at=from_millis(last.observed_at),
    )
    return problem, frozenset(json.loads(last.complete) if last.complete is not None else ())


def quarantined(connection: Connection, connection_id: int) -> list[RecordId]:
    """Return the records that could not be read, sorted."""
    rows = connection.execute(
        select(quarantine.c.kind, quarantine.c.external_id).where(quarantine.c.connection_id == connection_id)
    )
    return sorted(RecordId(kind=kind, external_id=external_id) for kind, external_id in rows)


def unreadable(connection: Connection, connection_id: int, project_id: ProjectId, at: int | None) -> int:
    """Return how many records of a project could not be read, by now or by *at* (epoch milliseconds)."""
    of_project = [quarantine.c.connection_id == connection_id, quarantine.c.project_id == project_id]
    if at is not None:
        of_project.append(quarantine.c.at <= at)
    return connection.execute(select(func.count()).select_from(quarantine).where(*of_project)).scalar_one()


def clear(connection: Connection, connection_id: int, ids: Iterable[RecordId]) -> None:
    """Forget that *ids* could not be read."""
    if rows := [{"of": connection_id, "a_kind": one.kind, "an_id": one.external_id} for one in ids]:
        connection.execute(_CLEAR, rows)


_CLEAR = delete(quarantine).where(
    quarantine.c.connection_id == bindparam("of"),
    quarantine.c.kind == bindparam("a_kind"),
    quarantine.c.external_id == bindparam("an_id"),
)


def _problem(error: PmbridgeError, at: datetime) -> dict[str, object]:
    facts = {key: _fact(value) for key, value in error.facts.items()}
    return {
        "name": error.name,
        "at": to_millis(at),
        "facts": {key: value for key, value in sorted(facts.items()) if value is not None},
    }


def _fact(value: object) -> str | None:
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    # Lists and tables are for the screen of the moment, not for a row.
    return str(value) if isinstance(value, str | int | float) else None


def _read_problem(body: bytes, connection: str) -> Problem:
    read = json.loads(body)
    return Problem(name=read["name"], connection=connection, facts=read["facts"], at=from_millis(read["at"]))
