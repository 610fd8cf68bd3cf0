"""The register in the store: events that are only ever appended, and the rows of their fold."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, bindparam, delete, func, insert, select, text

from pmbridge.domain.book import SEALED, Book
from pmbridge.domain.entry import Entry, encode_entry
from pmbridge.domain.event import Event, Head, head_of
from pmbridge.domain.machine import Concept
from pmbridge.store.engine import Database
from pmbridge.store.sql import Bulk, upsert
from pmbridge.store.tables import entry, event, evidence, personal

_SALT_BYTES = 16
_ENTRY_COLUMNS = ("kind", "state", "version", "seq", "body")


class RegisterWriting:
    """One transaction that reads the register of an engagement and appends to it. Nobody else appends meanwhile."""

    def __init__(self, connection: Connection, engagement: str) -> None:
        self.connection = connection
        self._engagement = engagement
        self._files: dict[bytes, bytes] = {}
        self._sealed: list[dict[str, object]] = []
        self.head = head(connection, engagement)

    def book(self, concepts: Mapping[str, Concept]) -> Book:
        """Return the fold as it is stored."""
        return stored_book(self.connection, self._engagement, concepts)

    def seal(self, words: str) -> str:
        """Keep *words* apart from the events and return the seal that stands for them there."""
        salt = secrets.token_bytes(_SALT_BYTES)
        made = seal_of(salt, words)
        self._sealed.append({"engagement_id": self._engagement, "seal": made, "salt": salt, "text": words})
        return made

    def sealed(self) -> Mapping[str, str]:
        """Return the texts that :meth:`seal` took, by seal."""
        return {str(one["seal"]): str(one["text"]) for one in self._sealed}

    def erase(self, seals: Iterable[str]) -> None:
        """Forget the texts behind *seals* for ever. The chain does not notice: it holds the seals."""
        gone = [{"mine": self._engagement, "its": one} for one in seals]
        if gone:
            statement = delete(personal).where(
                personal.c.engagement_id == bindparam("mine"), personal.c.seal == bindparam("its")
            )
            self.connection.execute(statement, gone)

    def keep_file(self, body: bytes) -> bytes:
        """Keep a copy of a file and return its SHA-256."""
        digest = hashlib.sha256(body).digest()
        self._files[digest] = body
        return digest

    def append(self, events: Sequence[Event], changed: Iterable[Entry[Any]], concepts: Mapping[str, Concept]) -> None:
        """Append *events*, which continue the chain, and put their fold: every entry that they changed."""
        if not events:
            return
        connection, dialect = self.connection, self.connection.dialect
        put_event, put_entry = _statements(dialect)
        put_event.execute(connection, [event_row(one) for one in events])
        put_entry.execute(connection, [entry_row(self._engagement, concepts[one.kind], one) for one in changed])
        if self._sealed:
            connection.execute(insert(personal), self._sealed)
        if self._files:
            files = [{"sha256": digest, "body": body} for digest, body in self._files.items()]
            connection.execute(upsert(evidence, dialect.name), files)
        self.head = head_of(events[-1])
        self._sealed, self._files = [], {}


@lru_cache(maxsize=8)
def _statements(dialect: Dialect) -> tuple[Bulk, Bulk]:
    return Bulk(insert(event), dialect), Bulk(upsert(entry, dialect.name, _ENTRY_COLUMNS), dialect)


@contextmanager
def writing(database: Database, engagement: str) -> Iterator[RegisterWriting]:
    """Give a transaction on the register of *engagement*; commits at its end."""
    with database.write() as connection:
        if connection.dialect.name == "postgresql":
            # SQLite's IMMEDIATE transaction is alone anyway.
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": engagement})
        yield RegisterWriting(connection, engagement)


def head(connection: Connection, engagement: str) -> Head:
    """Return the end of the engagement's chain."""
    row = connection.execute(
        select(event.c.seq, event.c.hash, event.c.recorded_at)
        .where(event.c.engagement_id == engagement)
        .order_by(event.c.seq.desc())
        .limit(1)
    ).one_or_none()
    return Head() if row is None else Head(seq=row.seq, hash=bytes(row.hash), recorded_at=row.recorded_at)


def events(
    connection: Connection, engagement: str, *, occurred_until: int | None = None, recorded_until: int | None = None
) -> list[Event]:
    """Return the events by seq, of either clock only those up to an instant (ms, included)."""
    wanted = select(event).where(event.c.engagement_id == engagement).order_by(event.c.seq)
    if occurred_until is not None:
        wanted = wanted.where(event.c.occurred_at <= occurred_until)
    if recorded_until is not None:
        wanted = wanted.where(event.c.recorded_at <= recorded_until)
    # One fetch for all rows: row by row costs as much again as reading them.
    return [Event._make(row) for row in connection.execute(wanted).all()]


def events_of(connection: Connection, engagement: str, ref: str) -> list[Event]:
    """Return the events of one record, oldest first."""
    wanted = select(event).where(event.c.engagement_id == engagement, event.c.ref == ref).order_by(event.c.seq)
    return [Event._make(row) for row in connection.execute(wanted)]


def stored_book(connection: Connection, engagement: str, concepts: Mapping[str, Concept]) -> Book:
    """Return the fold as it is stored, records not yet decoded."""
    rows = connection.execute(
        select(entry.c.kind, entry.c.ref, entry.c.body).where(entry.c.engagement_id == engagement)
    )
    return Book(concepts, ((kind, ref, body) for kind, ref, body in rows), personal_texts(connection, engagement))


def personal_texts(connection: Connection, engagement: str) -> dict[str, str]:
    """Return the texts behind the seals of an engagement, by seal."""
    rows = connection.execute(select(personal.c.seal, personal.c.text).where(personal.c.engagement_id == engagement))
    return {row.seal: row.text for row in rows}


def evidence_file(connection: Connection, sha256: bytes) -> bytes | None:
    """Return the copy of a file, ``None`` if there is none."""
    return connection.execute(select(evidence.c.body).where(evidence.c.sha256 == sha256)).scalar_one_or_none()


def engagements(connection: Connection) -> list[str]:
    """Return the names of all engagements that have a register, sorted."""
    found = connection.execute(select(event.c.engagement_id).group_by(event.c.engagement_id))
    return sorted(name for (name,) in found)


def count(connection: Connection, engagement: str) -> int:
    """Return how many events an engagement has."""
    found = connection.execute(select(func.count()).select_from(event).where(event.c.engagement_id == engagement))
    return found.scalar_one()


def event_row(happened: Event) -> dict[str, object]:
    """Return the row of an event."""
    found: dict[str, object] = happened._asdict()
    found["engagement_id"] = found.pop("engagement")
    return found


def entry_row(engagement: str, concept: Concept, folded: Entry[Any]) -> dict[str, object]:
    """Return the row of an entry."""
    return {
        "engagement_id": engagement,
        "ref": folded.ref,
        "kind": folded.kind,
        "state": folded.state,
        "version": folded.version,
        "seq": folded.seq,
        "body": encode_entry(concept, folded),
    }


def seal_of(salt: bytes, words: str) -> str:
    """Return the seal of *words*: a commitment that proves them while the salt exists, and tells nothing after."""
    return SEALED + hashlib.sha256(salt + words.encode()).hexdigest()
