"""What complete listings prove: which records are missing, which have appeared, and which wait for a person."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select

from pmbridge.clock import from_millis, to_millis
from pmbridge.records import Listing
from pmbridge.store.rows import ListingGap, ProjectKind
from pmbridge.store.sql import among, canonical, upsert
from pmbridge.store.sql import listed as parameter
from pmbridge.store.tables import census, record
from pmbridge.values import ProjectId, RecordId

# The key of a row cannot be NULL.
_NO_PROJECT = ProjectId("")


def gap(connection: Connection, connection_id: int, listing: Listing) -> ListingGap:
    """Return how *listing* and the mirror differ: missing there, or appeared there. One query."""
    rows = connection.execute(
        select(record.c.external_id, record.c.version, record.c.presence).where(
            *_of(connection_id, listing.project or _NO_PROJECT, listing.kind)
        )
    ).fetchall()
    mirrored = {external_id: (version, presence) for external_id, version, presence in rows}
    missing = [
        external_id
        for external_id, (_, presence) in mirrored.items()
        if presence == "present" and external_id not in listing.ids
    ]
    appeared = []
    for external_id, version in listing.ids.items():
        known = mirrored.get(external_id)
        if known is None or known[1] != "present" or (version is not None and version != known[0]):
            appeared.append(external_id)
    return ListingGap(missing=_ids(listing.kind, missing), appeared=_ids(listing.kind, appeared))


def listed(
    connection: Connection, connection_id: int, read: Iterable[tuple[Listing, ListingGap]], at: datetime
) -> None:
    """Store that listings were read; of the ids held back only those stay that they still miss."""
    waiting = held(connection, connection_id)
    rows = []
    for listing, gap_ in read:
        place = (listing.project or _NO_PROJECT, listing.kind)
        still = waiting.get(place, frozenset()) & {one.external_id for one in gap_.missing}
        rows.append(
            {
                "connection_id": connection_id,
                "project_id": place[0],
                "kind": place[1],
                "listed_at": to_millis(at),
                "count": len(listing.ids),
                "held": canonical(sorted(still)) if still else None,
            }
        )
    if rows:
        connection.execute(upsert(census, connection.dialect.name, ("listed_at", "count", "held")), rows)


def hold(connection: Connection, connection_id: int, project: ProjectId, kind: str, ids: Iterable[str]) -> None:
    """Let *ids* wait for a person, in place of those that waited before; none: nothing waits any more."""
    waiting = sorted(set(ids))
    connection.execute(
        upsert(census, connection.dialect.name, ("held",)),
        {
            "connection_id": connection_id,
            "project_id": project,
            "kind": kind,
            "listed_at": 0,  # only for a row that is not there yet: never listed
            "count": 0,
            "held": canonical(waiting) if waiting else None,
        },
    )


def held(connection: Connection, connection_id: int) -> dict[ProjectKind, frozenset[str]]:
    """Return the external ids that wait for a person, by project and kind; nothing for those without any."""
    rows = connection.execute(
        select(census.c.project_id, census.c.kind, census.c.held).where(
            census.c.connection_id == connection_id, census.c.held.is_not(None)
        )
    )
    return {(ProjectId(project), kind): frozenset(json.loads(body)) for project, kind, body in rows}


def listed_at(connection: Connection, connection_id: int) -> dict[ProjectKind, datetime]:
    """Return when each project and kind was last listed."""
    rows = connection.execute(
        select(census.c.project_id, census.c.kind, census.c.listed_at).where(
            census.c.connection_id == connection_id, census.c.listed_at > 0
        )
    )
    return {(ProjectId(project), kind): from_millis(at) for project, kind, at in rows}


def present(connection: Connection, connection_id: int, project: ProjectId, kind: str) -> int:
    """Return how many records of a project and kind are present."""
    return connection.execute(
        select(func.count())
        .select_from(record)
        .where(*_of(connection_id, project, kind), record.c.presence == "present")
    ).scalar_one()


def present_in(connection: Connection, connection_id: int, projects: Iterable[ProjectId], kinds: Iterable[str]) -> int:
    """Return how many records of these projects and kinds are present, in one query."""
    dialect = connection.dialect.name
    counting = select(func.count()).where(
        record.c.connection_id == connection_id,
        among(record.c.project_id, "projects", dialect),
        among(record.c.kind, "kinds", dialect),
        record.c.presence == "present",
    )
    told = {"projects": parameter(projects, dialect), "kinds": parameter(kinds, dialect)}
    return connection.execute(counting, told).scalar_one()


def versions(connection: Connection, connection_id: int, project: ProjectId, kind: str) -> dict[str, str]:
    """Return external id → version of the present records of a project and kind."""
    rows = connection.execute(
        select(record.c.external_id, record.c.version).where(
            *_of(connection_id, project, kind), record.c.presence == "present"
        )
    ).fetchall()
    return {external_id: version or "" for external_id, version in rows}


def _of(connection_id: int, project: ProjectId, kind: str) -> tuple[ColumnElement[bool], ...]:
    in_project = record.c.project_id == project if project else record.c.project_id.is_(None)
    return record.c.connection_id == connection_id, in_project, record.c.kind == kind


def _ids(kind: str, external_ids: Iterable[str]) -> tuple[RecordId, ...]:
    return tuple(RecordId(kind=kind, external_id=one) for one in sorted(external_ids))
