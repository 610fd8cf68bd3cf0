"""The mirror: what the tools show now, and the history of it.

A row is written when hash, version or presence differ from what is stored, history only when hash or presence do.
Looking up the hashes first makes an unchanged record cost one seek and no write.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    Insert,
    Select,
    bindparam,
    case,
    delete,
    literal,
    literal_column,
    or_,
    select,
    update,
)

from pmbridge.records import (
    Encoded,
    Person,
    Record,
    decode,
    encoded,
)
from pmbridge.store.columns import ROW, row
from pmbridge.store.rows import Absence, Presence
from pmbridge.store.sql import Bulk, among, inserting, listed, upsert
from pmbridge.store.tables import former_project, history, record, record_text
from pmbridge.values import RecordId, Rich

Key = tuple[str, str]
"""Kind and external id."""

DESCRIPTION = "description"
_WITH_HISTORY = ("item", "group", "approval")


class Known(NamedTuple):
    """What the mirror knows of a record, as far as it takes to see whether something differs."""

    row: int
    kind: str
    external_id: str
    hash: bytes
    version: str | None
    presence: Presence
    project: str | None
    updated_at: int | None
    person: bytes | None
    """The body of a person, who is merged with what is known."""
    text: bytes | None
    """The hash of the description, if the look-up asked for it."""


@cache
def _these(dialect: str) -> tuple[ColumnElement[bool], ...]:
    return (
        record.c.connection_id == bindparam("connection"),
        among(record.c.kind, "kinds", dialect),
        among(record.c.external_id, "ids", dialect),
    )


@cache
def _look_up(dialect: str, *, text: bool) -> Select[Any]:
    described = (record_text.c.record_id == record.c.id) & (record_text.c.field == DESCRIPTION)
    source = record.outerjoin(record_text, described) if text else record
    return (
        select(
            record.c.id,
            record.c.kind,
            record.c.external_id,
            record.c.hash,
            record.c.version,
            record.c.presence,
            record.c.project_id,
            record.c.updated_at,
            case((record.c.shape == "person", record.c.body)),
            record_text.c.hash if text else literal_column("NULL"),
        )
        .select_from(source)
        .where(*_these(dialect))
    )


def _asked(connection: Connection, connection_id: int, ids: Iterable[RecordId]) -> dict[str, object]:
    """Return the parameters of :func:`_these`: all of *ids*, and perhaps one of another kind with the same id."""
    dialect = connection.dialect.name
    ids = list(ids)
    return {
        "connection": connection_id,
        "kinds": listed(sorted({one.kind for one in ids}), dialect),
        "ids": listed([one.external_id for one in ids], dialect),
    }


class Difference(NamedTuple):
    """A record that the mirror does not show as it is, and how it differs."""

    record: Record
    told: Encoded
    known: Known | None = None
    """``None``: a new record."""
    row: bool = True
    """Hash, version or presence differ."""
    content: bool = True
    """Hash or presence differ: history is written."""
    text: Rich | None = None
    """A description to store."""
    textless: bool = False
    """The stored description is to be removed."""


def key_of(id: RecordId) -> Key:  # noqa: A002 - the name it has everywhere
    """Return the key under which :func:`look_up` gives a record."""
    return id.kind, id.external_id


def look_up(
    connection: Connection, connection_id: int, ids: Iterable[RecordId], *, text: bool = False
) -> dict[Key, Known]:
    """Return what is stored of *ids*, keyed by kind and external id, and perhaps a little more.

    One statement, however many. A record of another kind with the same external id may come along. The column
    ``text`` holds the hash of the description only if *text* asks for it.
    """
    statement = _look_up(connection.dialect.name, text=text)
    rows = connection.execute(statement, _asked(connection, connection_id, ids)).fetchall()
    return {(known.kind, known.external_id): known for known in map(Known._make, rows)}


def unique(records: Iterable[Record]) -> dict[Key, Record]:
    """Return *records* by key; of two with the same id the last counts, of two persons what both tell."""
    found: dict[Key, Record] = {}
    for one in records:
        key = one.id.kind, one.id.external_id
        if type(one) is Person and isinstance(before := found.get(key), Person):
            one = merged(before, one)
        found[key] = one
    return found


def merged(known: Person, told: Person) -> Person:
    """Return all that is known of a person: ``None`` and an empty name tell nothing and erase nothing."""
    return Person(
        id=known.id,
        name=told.name or known.name,
        email=told.email or known.email,
        active=known.active if told.active is None else told.active,
        aliases=tuple(sorted({*known.aliases, *told.aliases})),
    )


def differences(records: Mapping[Key, Record], known: Mapping[Key, Known], *, whole: bool = False) -> list[Difference]:
    """Return the *records* that differ from what is *known* of them.

    ``whole``: they are answers of ``read``, where a description that is ``None`` means that there is none. Otherwise
    it means not asked for. *known* must come from a look-up with text if there are descriptions or all is whole.
    """
    found: list[Difference] = []
    for key, one in records.items():
        before = known.get(key)
        told = encoded(one)
        text: Rich | None = getattr(one, DESCRIPTION, None)
        if before is None:
            found.append(Difference(one, told, text=text))
            continue
        if before.person is not None and before.hash != told.hash:
            one = _with_known(before.person, one)
            told = encoded(one)
        content = before.hash != told.hash or before.presence != "present"
        row = content or before.version != getattr(one, "version", None)
        textless = whole and text is None and before.text is not None
        if text is not None and text_hash(text) == before.text:
            text = None
        if row or textless or text is not None:
            found.append(Difference(one, told, before, row=row, content=content, text=text, textless=textless))
    return found


def _with_known(body: bytes, told: Record) -> Record:
    known = decode(body)
    return merged(known, told) if isinstance(known, Person) and isinstance(told, Person) else told


def text_hash(text: Rich) -> bytes:
    """Return the hash by which a description is compared."""
    return hashlib.sha256(f"{text.format}\0{text.original}".encode()).digest()


def write(connection: Connection, connection_id: int, observed_at: int, found: Sequence[Difference]) -> None:
    """Store the differences; the number of statements does not depend on how many there are."""
    dialect = connection.dialect.name
    common = {"connection_id": connection_id, "observed_at": observed_at}
    if rows := [row(one.record, one.told) | common for one in found if one.row]:
        _upsert_record(connection.dialect).execute(connection, rows)
    _write_texts(connection, connection_id, found)
    former = [
        {"connection_id": connection_id, "project_id": one.known.project, "record_id": one.known.row}
        for one in found
        if one.known is not None and one.known.project not in (None, getattr(one.record, "project", None))
    ]
    if former:
        connection.execute(upsert(former_project, dialect), former)
    remember(connection, connection_id, observed_at, [one.record.id for one in found if one.content])


def mark(connection: Connection, connection_id: int, observed_at: int, presences: Mapping[RecordId, Absence]) -> int:
    """Set the presence of records that are not there any more; return how many it changed. Unknown ones are left."""
    known = look_up(connection, connection_id, presences)
    changed = {
        one: {"row": before.row, "presence": presence, "observed_at": observed_at}
        for one, presence in presences.items()
        if (before := known.get(key_of(one))) is not None and before.presence != presence
    }
    if changed:
        connection.execute(_MARK, list(changed.values()))
        remember(connection, connection_id, observed_at, list(changed))
    return len(changed)


def remember(connection: Connection, connection_id: int, observed_at: int, ids: Sequence[RecordId]) -> None:
    """Copy the rows of *ids*, which this run has changed, into history.

    A copy inside the database: the bodies are there already. Of a record that a run sees twice the last state stays.
    """
    if ids:
        parameters = _asked(connection, connection_id, ids) | {"observed_at": observed_at}
        connection.execute(_remember(connection.dialect.name), parameters)


_MARK = (
    update(record)
    .where(record.c.id == bindparam("row"))
    .values(
        presence=bindparam("presence"),
        presence_at=bindparam("observed_at"),
        changed_at=bindparam("observed_at"),
    )
)


# A dialect belongs to one engine, and a process has few.
@lru_cache(maxsize=8)
def _upsert_record(dialect: Dialect) -> Bulk:
    now: ColumnElement[int] = bindparam("observed_at")
    present: ColumnElement[str] = literal_column("'present'")
    statement = inserting(record, dialect.name).values(
        {name: bindparam(name) for name in ("connection_id", *ROW)}
        | {"presence": present, "presence_at": now, "first_seen": now, "changed_at": now}
    )
    new = statement.excluded
    came_back = record.c.presence != present
    upserting: Insert = statement.on_conflict_do_update(
        index_elements=["connection_id", "kind", "external_id"],
        set_={name: new[name] for name in ROW if name not in ("kind", "external_id")}
        | {
            "presence": new.presence,
            "presence_at": case((came_back, new.presence_at), else_=record.c.presence_at),
            "changed_at": case((or_(came_back, record.c.hash != new.hash), new.changed_at), else_=record.c.changed_at),
        },
    )
    return Bulk(upserting, dialect)


@cache
def _remember(dialect: str) -> Insert:
    source = select(
        record.c.id,
        bindparam("observed_at", type_=history.c.observed_at.type),
        record.c.project_id,
        record.c.presence,
        case((record.c.presence == "present", record.c.body)),
    ).where(
        *_these(dialect),
        # A look-up by kinds and ids may hit records that did not change.
        record.c.changed_at == bindparam("observed_at"),
        record.c.shape.in_([literal(shape) for shape in _WITH_HISTORY]),
    )
    columns = ("record_id", "observed_at", "project_id", "presence", "body")
    statement = inserting(history, dialect).from_select(columns, source)
    remembering: Insert = statement.on_conflict_do_update(
        index_elements=["record_id", "observed_at"],
        set_={name: statement.excluded[name] for name in ("project_id", "presence", "body")},
    )
    return remembering


# ------------------------------------------------------------------------------------------- descriptions


def _write_texts(connection: Connection, connection_id: int, found: Sequence[Difference]) -> None:
    texts = [
        {
            "connection": connection_id,
            "kind": one.record.id.kind,
            "external_id": one.record.id.external_id,
            "format": one.text.format,
            "original": one.text.original.encode(),
            "hash": text_hash(one.text),
        }
        for one in found
        if one.text is not None
    ]
    if texts:
        connection.execute(_put_text(connection.dialect.name), texts)
    if dropped := [{"row": one.known.row} for one in found if one.textless and one.known is not None]:
        connection.execute(_DROP_TEXT, dropped)


_DROP_TEXT = delete(record_text).where(record_text.c.record_id == bindparam("row"), record_text.c.field == DESCRIPTION)


@cache
def _put_text(dialect: str) -> Insert:
    values = {name: bindparam(name, type_=record_text.c[name].type) for name in ("format", "original", "hash")}
    source = select(record.c.id, literal(DESCRIPTION), *values.values()).where(
        record.c.connection_id == bindparam("connection"),
        record.c.kind == bindparam("kind"),
        record.c.external_id == bindparam("external_id"),
    )
    statement = inserting(record_text, dialect).from_select(("record_id", "field", *values), source)
    putting: Insert = statement.on_conflict_do_update(
        index_elements=["record_id", "field"], set_={name: statement.excluded[name] for name in values}
    )
    return putting
