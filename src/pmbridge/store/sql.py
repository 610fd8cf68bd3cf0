"""Small SQL that both engines spell differently, and JSON as the store writes it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Dialect,
    Insert,
    Table,
    Text,
    Update,
    any_,
    bindparam,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.compiler import SQLCompiler

from pmbridge.clock import Clock, to_millis


def among(column: ColumnElement[Any], name: str, dialect: str) -> ColumnElement[bool]:
    """Return "*column* is one of the values in parameter *name*", which :func:`listed` makes.

    All values travel in one parameter. A list of as many parameters as values would be rendered anew for each page,
    which costs more than the seeks.
    """
    if dialect == "sqlite":
        return column.in_(select(literal_column("value")).select_from(func.json_each(bindparam(name))))
    return column == any_(bindparam(name, type_=postgresql.ARRAY(Text)))


def listed(values: Iterable[str], dialect: str) -> object:
    """Return *values* as the parameter of :func:`among`."""
    return json.dumps(list(values)) if dialect == "sqlite" else list(values)


def canonical(value: Any) -> bytes:
    """Return *value* as JSON; the same value gives the same bytes."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def inserting(table: Table, dialect: str) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT of *table* that knows ON CONFLICT in the dialect's own form."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


@cache
def upsert(table: Table, dialect: str, columns: tuple[str, ...] = ()) -> Insert:
    """Return "insert, or on the same primary key overwrite *columns*"; without columns the row that is there stays."""
    keys = [column.name for column in table.primary_key]
    statement = inserting(table, dialect)
    if not columns:
        ignoring: Insert = statement.on_conflict_do_nothing(index_elements=keys)
        return ignoring
    overwriting: Insert = statement.on_conflict_do_update(
        index_elements=keys, set_={name: statement.excluded[name] for name in columns}
    )
    return overwriting


class Bulk:
    """A statement for many rows at once, handed to the driver without a detour.

    SQLAlchemy looks at every value of every row. Our types need none of that, and on a page of records it costs as
    much as the database itself.
    """

    def __init__(self, statement: Insert | Update, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)  # noqa: S101 - only DDL has another one
        self._sql = str(compiled)
        order = compiled.positiontup
        self._arrange = itemgetter(*order) if order else None

    def execute(self, connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
        """Carry out the statement once for each of *rows*, which hold its parameters by name."""
        arrange = self._arrange
        parameters: Any = rows if arrange is None else [arrange(row) for row in rows]
        connection.exec_driver_sql(self._sql, parameters)


def store_now(dialect: str) -> ColumnElement[int]:
    """Return the store's own time in epoch milliseconds; the statement needs the parameters of :func:`told_now`.

    A PostgreSQL server is shared by machines whose clocks differ, so its own decides; an SQLite file belongs to one.
    """
    if dialect == "sqlite":
        return bindparam("now", type_=BigInteger)
    return cast(func.extract("epoch", func.clock_timestamp()) * 1000, BigInteger)


def told_now(dialect: str, clock: Clock) -> dict[str, object]:
    """Return what a statement with :func:`store_now` has to be told."""
    return {"now": to_millis(clock.now())} if dialect == "sqlite" else {}


def optional_millis(at: datetime | None) -> int | None:
    """Return epoch milliseconds of *at*, ``None`` for ``None``."""
    return None if at is None else to_millis(at)
