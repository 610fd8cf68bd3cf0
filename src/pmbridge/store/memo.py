"""Small facts that an adapter keeps between runs, and the schemas of projects. Never a secret."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta

from pydantic import JsonValue
from sqlalchemy import Connection, delete, select, update

from pmbridge.clock import Clock, to_millis
from pmbridge.store.connections import connection_row, known_row
from pmbridge.store.engine import Database
from pmbridge.store.sql import canonical, upsert
from pmbridge.store.tables import connection as connections
from pmbridge.store.tables import memo

_FOR_GOOD = timedelta(days=36_500)


class StoredMemo:
    """The memo of one connection: a :class:`pmbridge.adapter.Memo` that outlives the process."""

    def __init__(self, database: Database, clock: Clock, connection: str) -> None:
        self._database = database
        self._clock = clock
        self._connection = connection

    def get(self, key: str, load: Callable[[], JsonValue], *, ttl: timedelta = timedelta(days=1)) -> JsonValue:
        """Return what is kept under *key*, or call *load* (outside any transaction) and keep its result for *ttl*."""
        if (found := self._holding(key)) is not None:
            kept: JsonValue = json.loads(found)
            return kept
        value = load()
        self._put(key, value, ttl)
        return value

    def kept(self, key: str) -> JsonValue:
        """Return what is kept under *key*; ``None`` if nothing, or nothing that still holds."""
        found = self._holding(key)
        return None if found is None else json.loads(found)

    def keep(self, key: str, value: JsonValue, *, ttl: timedelta | None = None) -> None:
        """Keep *value* for *ttl* or for good; no transaction that writes if it is kept already."""
        if self.kept(key) != value:
            self._put(key, value, _FOR_GOOD if ttl is None else ttl)

    def _holding(self, key: str) -> bytes | None:
        now = to_millis(self._clock.now())
        with self._database.read() as connection:
            row = read(connection, self._connection, key)
        return row[0] if row is not None and now < row[1] else None

    def _put(self, key: str, value: JsonValue, ttl: timedelta) -> None:
        expires_at = to_millis(self._clock.now() + ttl)
        with self._database.write() as connection:
            write(connection, connection_row(connection, self._connection), {key: canonical(value)}, expires_at)

    def drop(self, key: str) -> None:
        """Forget *key*; harmless if it is not there."""
        with self._database.write() as connection:
            of = known_row(connection, self._connection)
            connection.execute(delete(memo).where(memo.c.connection_id == of, memo.c.key == key))


def read(connection: Connection, name: str, key: str) -> tuple[bytes, int] | None:
    """Return value and end of life (epoch milliseconds) of *key*, also when that is over; ``None`` if unknown."""
    row = connection.execute(
        select(memo.c.value, memo.c.expires_at)
        .join(connections, connections.c.id == memo.c.connection_id)
        .where(connections.c.name == name, memo.c.key == key)
    ).one_or_none()
    return None if row is None else (row.value, row.expires_at)


def write(connection: Connection, connection_id: int, values: Mapping[str, bytes], expires_at: int) -> None:
    """Store *values* by their keys, good until *expires_at* (epoch milliseconds)."""
    rows = [
        {"connection_id": connection_id, "key": key, "value": value, "expires_at": expires_at}
        for key, value in values.items()
    ]
    connection.execute(upsert(memo, connection.dialect.name, ("value", "expires_at")), rows)


def outdate(connection: Connection, connection_id: int, prefix: str) -> None:
    """End the life of all whose key begins with *prefix*; what they say can still be read."""
    mine = (memo.c.connection_id == connection_id) & memo.c.key.startswith(prefix, autoescape=True)
    connection.execute(update(memo).where(mine).values(expires_at=0))
