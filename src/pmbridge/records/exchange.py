"""What travels between the engine and an adapter: scope, cursor, pages, listings, details."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from pydantic import JsonValue

from pmbridge.errors import PmbridgeError
from pmbridge.records.record import Approval, Change, Comment, Gone, Record
from pmbridge.records.schema import Verb
from pmbridge.values import ProjectId, RecordId

Cursor = Mapping[str, JsonValue]
"""Opaque to the engine, at most 256 kB of JSON, never a secret. May hold a half-done first scan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What to read over one connection: the union over all engagements that use it."""

    projects: tuple[ProjectId, ...]
    kinds: frozenset[str]
    fields: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """kind → vendor field ids."""


class Mirrored(Protocol):
    """A read-only window on the mirror. No transaction is open while an adapter looks through it."""

    def versions(self, project: ProjectId, kind: str) -> Mapping[str, str]:
        """Return external id → version of the live records, empty if none."""
        ...

    def recent_writes(self) -> Sequence[RecordId]:
        """Return the records that we wrote in the last 15 minutes."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """All records of one kind that exist now in a project: the only proof that something is gone."""

    project: ProjectId | None
    kind: str
    ids: Mapping[str, str | None]
    """external id → version, where the listing shows one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A project, or one record of it, that could not be read; the rest of the pull goes on."""

    project: ProjectId
    error: PmbridgeError
    id: RecordId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One step of a pull; the engine commits all of it in one transaction, cursor included.

    ``complete`` names the projects that are read to their end with this page, as of a *server* instant. ``lagging``:
    the rows come from a search index that may show an older state than a direct read would.
    """

    cursor: Cursor
    records: tuple[Record | Gone, ...] = ()
    listings: tuple[Listing, ...] = ()
    complete: Mapping[ProjectId, datetime] = field(default_factory=dict)
    skipped: tuple[Skipped, ...] = ()
    lagging: bool = False
    expected: int | None = None
    """How many items the whole pull is expected to bring, where the tool tells; for progress only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A request for comments, history or approvals of one record; ``since`` limits it to what is newer."""

    id: RecordId
    project: ProjectId
    parts: frozenset[Verb]
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """The answer to one :class:`Wanted`. ``whole=False``: only what is newer than its ``since``."""

    id: RecordId
    parts: frozenset[Verb]
    as_of: datetime
    records: tuple[Comment | Change | Approval, ...] = ()
    whole: bool = True
    error: PmbridgeError | None = None
