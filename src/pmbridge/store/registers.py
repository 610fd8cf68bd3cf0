"""The registers in the store: what is read from them, and the transactions that append to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from pmbridge.domain.book import Book
from pmbridge.domain.concepts import concepts
from pmbridge.domain.event import Break, Event, Head
from pmbridge.domain.machine import Concept
from pmbridge.store import register, verify
from pmbridge.store.engine import Database
from pmbridge.store.register import RegisterWriting
from pmbridge.store.sql import optional_millis


class Registers:
    """The register of each engagement: its events, their fold, and what proves them. Errors as those of the store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def writing(self, engagement: str) -> Iterator[RegisterWriting]:
        """Give a transaction that reads and appends to the register of *engagement*; commits at its end.

        Nobody else appends to that register meanwhile. Never nested.
        """
        with register.writing(self._database, engagement) as opened:
            yield opened

    def book(self, engagement: str, concepts: Mapping[str, Concept]) -> tuple[Head, Book]:
        """Return the end of the chain of *engagement* and the fold of its register, both of one moment."""
        with self._database.read() as connection:
            return register.head(connection, engagement), register.stored_book(connection, engagement, concepts)

    def head(self, engagement: str) -> Head:
        """Return the end of the chain of *engagement*; ``seq`` 0 when it has no event."""
        with self._database.read() as connection:
            return register.head(connection, engagement)

    def events(
        self, engagement: str, *, occurred_until: datetime | None = None, recorded_until: datetime | None = None
    ) -> list[Event]:
        """Return the events of *engagement* by number, of either clock only those up to an instant (included)."""
        with self._database.read() as connection:
            return register.events(
                connection,
                engagement,
                occurred_until=optional_millis(occurred_until),
                recorded_until=optional_millis(recorded_until),
            )

    def events_of(self, engagement: str, ref: str) -> list[Event]:
        """Return the events of one record, oldest first; empty if there is no such record."""
        with self._database.read() as connection:
            return register.events_of(connection, engagement, ref)

    def personal_texts(self, engagement: str) -> Mapping[str, str]:
        """Return the texts behind the seals in the events of *engagement*, by seal; erased ones are missing."""
        with self._database.read() as connection:
            return register.personal_texts(connection, engagement)

    def evidence(self, sha256: str) -> bytes | None:
        """Return the copy of the evidence file with that SHA-256 (hex), ``None`` if there is none."""
        with self._database.read() as connection:
            return register.evidence_file(connection, bytes.fromhex(sha256))

    def chain_breaks(self, engagement: str) -> list[Break]:
        """Return where the chain of *engagement* does not hold; empty when it does."""
        with self._database.read() as connection:
            return list(verify.chain_breaks(connection, engagement))

    def rebuild(self, engagement: str, known: Mapping[str, Concept] | None = None) -> int:
        """Put the fold of the events of *engagement* in place of the stored one; return how many records it has.

        Raises:
            UnknownStep: none of the concepts can read an event.
        """
        with register.writing(self._database, engagement) as opened:
            return verify.rebuild(opened.connection, engagement, concepts() if known is None else known)

    def mend(self, known: Mapping[str, Concept] | None = None) -> tuple[str, ...]:
        """Rebuild the fold of every engagement whose chain holds, and return their names."""
        with self._database.read() as connection:
            names = register.engagements(connection)
        whole = tuple(name for name in names if not self.chain_breaks(name))
        for name in whole:
            self.rebuild(name, known)
        return whole
