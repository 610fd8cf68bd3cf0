"""The register of one engagement: what was agreed, decided and accepted, and every command that changes it."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, tzinfo
from functools import cached_property
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

from pmbridge.clock import Clock, from_millis, to_millis
from pmbridge.domain.book import Book
from pmbridge.domain.calendar import Calendar
from pmbridge.domain.command import Command, Scribe
from pmbridge.domain.concepts import concepts as all_concepts
from pmbridge.domain.entry import Entry
from pmbridge.domain.event import Event, Head
from pmbridge.domain.evidence import Actor, Evidence, EvidenceKind
from pmbridge.domain.machine import Concept, Condition
from pmbridge.domain.terms import terms_in_force
from pmbridge.error_words import system_words
from pmbridge.errors import ChainBroken, Refused
from pmbridge.store import Store
from pmbridge.store.register import RegisterWriting

MAX_FILE_BYTES = 64 * 2**20
"""The largest evidence file that is copied in."""
_KINDS = get_args(EvidenceKind)
_BY_SUFFIX: Mapping[str, EvidenceKind] = {".eml": "email", ".txt": "call_note", ".md": "call_note"}


class Register:
    """Reads and changes the register of *engagement*. Safe for threads; several processes may share a store.

    Every change is one transaction: either all events of a command are recorded, with their fold, or none is.
    *actor* is who records; *zone* is the engagement's, *calendar* counts until both sides have agreed on another.
    """

    def __init__(
        self,
        *,
        store: Store,
        engagement: str,
        clock: Clock,
        zone: tzinfo,
        calendar: Calendar,
        actor: Actor,
        concepts: Mapping[str, Concept] | None = None,
    ) -> None:
        self.engagement = engagement
        self._given = concepts
        self.actor = actor
        self.zone = zone
        self.calendar = calendar
        self._registers = store.registers
        self._clock = clock
        self._lock = threading.RLock()
        self._kept: tuple[Head, Book] | None = None

    @cached_property
    def concepts(self) -> Mapping[str, Concept]:
        """What can be recorded, by name. Loaded on the first use."""
        return all_concepts() if self._given is None else self._given

    # -- reading

    @property
    def book(self) -> Book:
        """The register as it is now."""
        with self._lock:
            if self._kept is None or self._registers.head(self.engagement) != self._kept[0]:
                self._kept = self._registers.book(self.engagement, self.concepts)
            return self._kept[1]

    @property
    def head(self) -> Head:
        """The end of the chain: its hash vouches for everything recorded so far."""
        return self._registers.head(self.engagement)

    def as_of(self, at: datetime, *, known_at: datetime | None = None) -> Book:
        """Return the register with what had happened up to *at*; *known_at*: only what was recorded by then."""
        events = self._registers.events(self.engagement, occurred_until=at, recorded_until=known_at)
        return replayed(self.concepts, events, self._registers.personal_texts(self.engagement))

    def events(self, ref: str | None = None) -> list[Event]:
        """Return the events of the record *ref*, or all of them, oldest first."""
        return (
            self._registers.events(self.engagement) if ref is None else self._registers.events_of(self.engagement, ref)
        )

    def evidence(self, sha256: str) -> bytes | None:
        """Return the copy of the evidence file with that SHA-256 (hex), ``None`` if there is none."""
        return self._registers.evidence(sha256)

    def verify(self) -> None:
        """Check the chain, so that what is made of the register can be vouched for.

        Raises:
            ChainBroken: an event was changed or taken away outside pmbridge; names the first.
        """
        for one in self._registers.chain_breaks(self.engagement):
            raise ChainBroken(seq=one.seq, what=one.what)

    # -- writing

    def do(
        self,
        kind: str,
        verb: str,
        ref: str | None = None,
        /,
        *,
        input: BaseModel | Mapping[str, Any] | None = None,  # noqa: A002 - what a step takes is called that everywhere
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Evidence | Attachment] = (),
        expect: int | None = None,
        number: str | None = None,
    ) -> Entry[Any]:
        """Carry out one command in a transaction of its own and return the record; see :class:`Command`.

        *at* is when it happened (default now), *by* whose act it is. Files among *evidence* are copied in.

        Raises:
            GuardFailed: with every condition. Nothing was changed.
            UnknownRef: no such record, verb or kind of record.
            StaleWrite: the record is not at the version that was expected.
        """
        with self.batch() as batch:
            return batch.do(
                kind,
                verb,
                ref,
                input=input,
                at=at,
                by=by,
                reason=reason,
                evidence=evidence,
                expect=expect,
                number=number,
            )

    @contextmanager
    def batch(self) -> Iterator[Batch]:
        """Give a transaction for several commands: all of them are recorded, or after an exception none."""
        with self._lock, self._registers.writing(self.engagement) as writing:
            kept, self._kept = self._kept, None
            book = kept[1] if kept is not None and kept[0] == writing.head else writing.book(self.concepts)
            now = self._clock.now()
            scribe = Scribe(
                engagement=self.engagement,
                book=book,
                head=writing.head,
                actor=self.actor,
                now=now,
                zone=self.zone,
                calendar=self._calendar_of(book),
                seal=lambda words: self._seal(writing, book, words),
            )
            yield Batch(scribe, writing, now)
            changed = [entry for ref in sorted(book.settle()) if (entry := book.get(ref)) is not None]
            writing.append(scribe.events, changed, self.concepts)
            writing.erase(scribe.erased)
            for seal in scribe.erased:
                book.personal.pop(seal, None)
        self._kept = (scribe.head, book)

    def conditions(self, kind: str, verb: str, ref: str | None = None, **given: Any) -> tuple[Condition, ...]:
        """Return the conditions of a command as they are now, met or not; takes what :meth:`do` takes.

        Raises:
            UnknownRef: no such record, verb or kind of record.
        """
        at = given.pop("at", None) or self._clock.now()
        evidence = tuple(one.evidence if isinstance(one, Attachment) else one for one in given.pop("evidence", ()))
        command = Command(
            kind=kind, verb=verb, ref=ref, input=given.pop("input", None) or {}, at=at, evidence=evidence, **given
        )
        scribe = Scribe(
            engagement=self.engagement,
            book=self.book,
            head=self.head,
            actor=self.actor,
            now=self._clock.now(),
            zone=self.zone,
            calendar=self._calendar_of(self.book),
            seal=lambda words: words,
        )
        return scribe.conditions(command)

    def _calendar_of(self, book: Book) -> Calendar:
        terms = terms_in_force(book)
        return self.calendar if terms is None else terms.calendar.calendar()

    def _seal(self, writing: RegisterWriting, book: Book, words: str) -> str:
        seal = writing.seal(words)
        book.personal[seal] = words
        return seal


class Attachment:
    """A file that proves something: read at once, copied into the store by the command that cites it."""

    def __init__(
        self,
        path: Path,
        kind: EvidenceKind,
        *,
        occurred_at: datetime | None = None,
        author: str | None = None,
        title: str | None = None,
    ) -> None:
        """Read the file at *path*.

        Raises:
            Refused: it cannot be read, or is larger than :data:`MAX_FILE_BYTES`.
        """
        try:
            if path.stat().st_size > MAX_FILE_BYTES:
                raise Refused(
                    detail=f"{path} is larger than {MAX_FILE_BYTES // 2**20} MiB",
                    detail_zh=f"{path} 大于 {MAX_FILE_BYTES // 2**20} MiB",
                )
            self.body = path.read_bytes()
        except OSError as error:
            why = system_words(error)
            raise Refused(detail=f"{path} cannot be read: {why.en}", detail_zh=f"读不了 {path}：{why.zh}") from error
        self.evidence = Evidence(
            kind=kind,
            title=title or path.name,
            sha256=hashlib.sha256(self.body).hexdigest(),
            size=len(self.body),
            occurred_at=occurred_at,
            author=author,
        )

    @classmethod
    def of_bytes(cls, body: bytes, evidence: Evidence) -> Attachment:
        """Take *body* for the file behind *evidence*, which gets its hash and size."""
        made = cls.__new__(cls)
        made.body = body
        made.evidence = replace(evidence, sha256=hashlib.sha256(body).hexdigest(), size=len(body))
        return made

    @classmethod
    def of(cls, written: str) -> Attachment:
        """Read ``[KIND:]FILE``; without a kind ``.eml`` is an e-mail and a text file the note of a call.

        Raises:
            Refused: its kind cannot be told, or as the constructor.
        """
        kind, path = cls.kind_of(written)
        if kind is None:
            raise Refused(
                detail=f"what is {written}? Write before it whether it is a signed_document, a meeting_minute or a "
                f"file, as signed_document:{written}",
                detail_zh=f"{written} 是什么证据？请在前面写类别 signed_document、meeting_minute 或 file，"
                f"如 signed_document:{written}",
            )
        return cls(path, kind)

    @staticmethod
    def kind_of(written: str) -> tuple[EvidenceKind | None, Path]:
        """Return kind and file of ``[KIND:]FILE``; the kind is ``None`` where it cannot be told."""
        kind, _, rest = written.partition(":")
        if kind in _KINDS and rest:
            return kind, Path(rest)  # type: ignore[return-value] # one of the kinds, as just seen
        return _BY_SUFFIX.get(Path(written).suffix.lower()), Path(written)


class Batch:
    """Several commands in one transaction; from :meth:`Register.batch`."""

    def __init__(self, scribe: Scribe, writing: RegisterWriting, now: datetime) -> None:
        self._scribe = scribe
        self._writing = writing
        self._now = now

    @property
    def book(self) -> Book:
        """The register with the commands of this batch so far."""
        return self._scribe.book

    def do(
        self,
        kind: str,
        verb: str,
        ref: str | None = None,
        /,
        *,
        input: BaseModel | Mapping[str, Any] | None = None,  # noqa: A002
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Evidence | Attachment] = (),
        expect: int | None = None,
        number: str | None = None,
    ) -> Entry[Any]:
        """Carry out one command and return the record; see :meth:`Register.do`."""
        entry = self._scribe.carry_out(
            Command(
                kind=kind,
                verb=verb,
                ref=ref,
                number=number,
                input={} if input is None else input,
                # Both clocks count milliseconds; a fraction of one must not come after itself.
                at=from_millis(to_millis(at or self._now)),
                by=by,
                reason=reason,
                evidence=tuple(one.evidence if isinstance(one, Attachment) else one for one in evidence),
                expect=expect,
            )
        )
        for one in evidence:
            if isinstance(one, Attachment):
                self._writing.keep_file(one.body)
        return entry


def replayed(concepts: Mapping[str, Concept], events: Sequence[Event], personal: Mapping[str, str]) -> Book:
    """Return the fold of *events*, oldest first."""
    book = Book(concepts, personal=personal)
    book.replay(events)
    return book
