"""Looking at the mirror: a project as it is now, or as it was at an instant.

The past is one seek for each record: the last row of its history up to then. It gives what the mirror showed, with one
exception: ``version`` and ``updated_at`` are those of the last change of content, because a comment that moves only
them writes no history.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from pydantic import ValidationError
from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    true,
)

from pmbridge.clock import from_millis
from pmbridge.errors import ConfigError
from pmbridge.records import Approval, Change, Comment, Group, Item, Person, Record, Verb, decode
from pmbridge.store import mirror
from pmbridge.store.sql import among, listed
from pmbridge.store.tables import detail, former_project, history, record, record_text, run
from pmbridge.values import ProjectId, RecordId, Rich

_DETAILS = ("comment", "change", "approval")


class Shown(NamedTuple):
    """Items and groups that a project shows, each sorted by kind and external id."""

    items: list[Item]
    groups: list[Group]

    @property
    def ids(self) -> frozenset[RecordId]:
        """The ids of all of them."""
        return frozenset(one.id for some in (self.items, self.groups) for one in some)


def shown(connection: Connection, connection_id: int, project: ProjectId, at: int | None) -> Shown:
    """Return what *project* shows now, or showed at *at* (epoch milliseconds).

    A group that its items name is among its groups, whichever project the group is kept in.
    """
    found = Shown([], [])
    statement = _now() if at is None else _then(connection.dialect.name)
    rows = connection.execute(statement, _parameters(connection_id, project, at)).fetchall()
    for row in sorted(rows, key=lambda row: (row[0], row[1])):
        one = _decoded(row)
        if isinstance(one, Item):
            found.items.append(one)
        elif isinstance(one, Group):
            found.groups.append(one)
    named = {group for item in found.items for group in item.groups}
    if elsewhere := named - {one.id for one in found.groups}:
        found.groups.extend(_groups(connection, connection_id, elsewhere, at))
        found.groups.sort(key=lambda one: one.id)
    return found


def _groups(connection: Connection, connection_id: int, ids: Collection[RecordId], at: int | None) -> Iterator[Group]:
    """Yield those of the groups *ids* that are there now, or were at *at*."""
    dialect = connection.dialect.name
    statement = _groups_now(dialect) if at is None else _groups_then(dialect)
    sought: dict[str, object] = {
        "connection": connection_id,
        "kinds": listed(sorted({one.kind for one in ids}), dialect),
        "ids": listed([one.external_id for one in ids], dialect),
    }
    for row in connection.execute(statement, sought if at is None else sought | {"at": at}):
        one = _decoded(row)
        if isinstance(one, Group) and one.id in ids:
            yield one


def details(
    connection: Connection, connection_id: int, project: ProjectId, at: int | None, of: frozenset[RecordId]
) -> dict[RecordId, list[Comment | Change | Approval]]:
    """Return comments, changes and approvals of the records *of*, each sorted by time, then id.

    Of the past: those that were known then. A comment or change that was edited since appears as it is now.
    """
    statement = _details_now() if at is None else _details_then(connection.dialect.name)
    found: defaultdict[RecordId, list[Comment | Change | Approval]] = defaultdict(list)
    for row in connection.execute(statement, _parameters(connection_id, project, at)):
        one = _decoded(row)
        if isinstance(one, Comment | Change | Approval) and one.item in of:
            found[one.item].append(one)
    for some in found.values():
        some.sort(key=_age)
    return dict(found)


def histories(connection: Connection, connection_id: int, of: frozenset[RecordId]) -> frozenset[RecordId]:
    """Return those of the records *of* whose own history was read at any time, even if nothing was found in it."""
    rows = connection.execute(
        select(record.c.kind, record.c.external_id)
        .join(detail, detail.c.record_id == record.c.id)
        .where(record.c.connection_id == connection_id, detail.c.part == Verb.HISTORY.value)
    )
    return of & {RecordId(kind=kind, external_id=external_id) for kind, external_id in rows}


def people(connection: Connection, connection_id: int) -> dict[str, Person]:
    """Return everybody known over the connection, by external id."""
    rows = connection.execute(
        select(record.c.kind, record.c.external_id, record.c.body)
        .where(record.c.connection_id == connection_id, record.c.project_id.is_(None), record.c.shape == "person")
        .order_by(record.c.external_id)
    )
    everybody = (_decoded(row) for row in rows)
    return {one.id.external_id: one for one in everybody if isinstance(one, Person)}


def past(
    connection: Connection, connection_id: int, ids: Iterable[RecordId], until: int | None
) -> dict[RecordId, tuple[tuple[datetime, Item | Group], ...]]:
    """Return the states of *ids* over time, oldest first; the times when they were not there are left out."""
    dialect = connection.dialect.name
    wanted = {mirror.key_of(one): one for one in ids}
    of_them = [
        record.c.connection_id == connection_id,
        among(record.c.kind, "kinds", dialect),
        among(record.c.external_id, "ids", dialect),
        history.c.body.is_not(None),
    ]
    if until is not None:
        of_them.append(history.c.observed_at <= until)
    rows = connection.execute(
        select(record.c.kind, record.c.external_id, history.c.body, history.c.observed_at)
        .join(history, history.c.record_id == record.c.id)
        .where(*of_them)
        .order_by(record.c.id, history.c.observed_at),
        {
            "kinds": listed(sorted({one.kind for one in wanted.values()}), dialect),
            "ids": listed([one.external_id for one in wanted.values()], dialect),
        },
    )
    found: defaultdict[RecordId, list[tuple[datetime, Item | Group]]] = defaultdict(list)
    for row in rows:
        if (one := wanted.get((row[0], row[1]))) is not None and isinstance(state := _decoded(row), Item | Group):
            found[one].append((from_millis(row[3]), state))
    return {one: tuple(states) for one, states in found.items()}


def text(connection: Connection, connection_id: int, of: RecordId) -> Rich | None:
    """Return the description of a record as the vendor wrote it; ``None``: there is none, or it was not asked for."""
    row = connection.execute(
        select(record_text.c.format, record_text.c.original)
        .join(record, record.c.id == record_text.c.record_id)
        .where(
            record.c.connection_id == connection_id,
            record.c.kind == of.kind,
            record.c.external_id == of.external_id,
            record_text.c.field == mirror.DESCRIPTION,
        )
    ).one_or_none()
    return None if row is None else Rich(format=row.format, original=row.original.decode())


def complete_by(connection: Connection, connection_id: int, project: ProjectId, at: int) -> datetime | None:
    """Return as of when *project* had been read to its end by the runs up to *at* (epoch milliseconds)."""
    bodies = connection.execute(
        select(run.c.complete)
        .where(run.c.connection_id == connection_id, run.c.observed_at <= at, run.c.complete.is_not(None))
        .order_by(run.c.observed_at.desc())
    ).scalars()
    for body in bodies:
        if (instant := json.loads(body).get(project)) is not None:
            return from_millis(instant)
    return None


# ------------------------------------------------------------------------------------------------- queries


def _parameters(connection_id: int, project: ProjectId, at: int | None) -> dict[str, object]:
    parameters: dict[str, object] = {"connection": connection_id, "project": project}
    return parameters if at is None else parameters | {"at": at}


def _in_project(table: FromClause) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return table.c.connection_id == bindparam("connection"), table.c.project_id == bindparam("project")


@cache
def _now() -> Select[Any]:
    return select(record.c.kind, record.c.external_id, record.c.body).where(
        *_in_project(record), record.c.presence == "present", record.c.shape.in_(("item", "group"))
    )


@cache
def _then(dialect: str) -> Select[Any]:
    last, is_last = _last_state(record.c.id, dialect)
    return (
        select(record.c.kind, record.c.external_id, last.c.body)
        .select_from(_candidates().join(last, is_last))
        .where(last.c.project_id == bindparam("project"), last.c.presence == "present")
    )


def _among_groups(dialect: str) -> tuple[ColumnElement[bool], ...]:
    return (
        record.c.connection_id == bindparam("connection"),
        record.c.shape == "group",
        among(record.c.kind, "kinds", dialect),
        among(record.c.external_id, "ids", dialect),
    )


@cache
def _groups_now(dialect: str) -> Select[Any]:
    return select(record.c.kind, record.c.external_id, record.c.body).where(
        *_among_groups(dialect), record.c.presence == "present"
    )


@cache
def _groups_then(dialect: str) -> Select[Any]:
    last, is_last = _last_state(record.c.id, dialect)
    return (
        select(record.c.kind, record.c.external_id, last.c.body)
        .select_from(record.join(last, is_last))
        .where(*_among_groups(dialect), last.c.presence == "present")
    )


def _candidates() -> Any:
    """Return the records that are in the project, or once were; their history decides where they were."""
    now = select(record.c.id).where(*_in_project(record))
    once = select(former_project.c.record_id).where(*_in_project(former_project))
    candidate = now.union(once).subquery("candidate")
    return candidate.join(record, record.c.id == candidate.c.id)


def _last_state(of: ColumnElement[int], dialect: str) -> tuple[FromClause, ColumnElement[bool]]:
    """Return the last history row of the record *of* up to ``:at``, and the condition to join it on.

    The one query that each engine needs in its own way: each takes five times as long with the other's.
    """
    at: ColumnElement[int] = bindparam("at")
    if dialect == "sqlite":
        last = history.alias("h")
        upto = history.alias("upto")
        newest = (
            select(func.max(upto.c.observed_at))
            .where(upto.c.record_id == of, upto.c.observed_at <= at)
            .scalar_subquery()
        )
        return last, and_(last.c.record_id == of, last.c.observed_at == newest)
    lateral = (
        select(history.c.project_id, history.c.presence, history.c.body)
        .where(history.c.record_id == of, history.c.observed_at <= at)
        .order_by(history.c.observed_at.desc())
        .limit(1)
        .lateral("h")
    )
    return lateral, true()


_child = record.alias("child")
_IS_CHILD = and_(
    _child.c.connection_id == record.c.connection_id,
    _child.c.parent == record.c.kind.concat(":").concat(record.c.external_id),
    _child.c.shape.in_(_DETAILS),
)


@cache
def _details_now() -> Select[Any]:
    return (
        select(_child.c.kind, _child.c.external_id, _child.c.body)
        .select_from(record.join(_child, _IS_CHILD))
        .where(*_in_project(record), record.c.presence == "present", _child.c.presence == "present")
    )


@cache
def _details_then(dialect: str) -> Select[Any]:
    at: ColumnElement[int] = bindparam("at")
    # Only approvals have a history; of the others the store knows when they came and when they went.
    last, is_last = _last_state(_child.c.id, dialect)
    there = case(
        (_child.c.shape == "approval", last.c.presence == "present"),
        else_=and_(_child.c.first_seen <= at, or_(_child.c.presence == "present", _child.c.presence_at > at)),
    )
    body = func.coalesce(last.c.body, _child.c.body)
    return (
        select(_child.c.kind, _child.c.external_id, body)
        .select_from(_candidates().join(_child, _IS_CHILD).outerjoin(last, is_last))
        .where(there)
    )


# ---------------------------------------------------------------------------------------------------- rows


def _decoded(row: Any) -> Record:
    try:
        return decode(row[2])
    except ValidationError as error:
        raise ConfigError(
            "store-unusable",
            detail=f"its row of {row[0]}:{row[1]} is damaged",
            detail_zh=f"其中 {row[0]}:{row[1]} 的记录已损坏",
        ) from error


def _age(one: Comment | Change | Approval) -> tuple[float, RecordId]:
    at = one.at if isinstance(one, Change) else one.created_at
    return (at.timestamp() if at is not None else 0.0), one.id
