"""What the store gives out: plain frozen data, without a trace of the database. Every datetime is aware and in UTC."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from pmbridge.errors import PmbridgeError
from pmbridge.records import Approval, Change, Comment, Cursor, Group, Item, Person, Record
from pmbridge.values import Label, ProjectId, RecordId

Presence = Literal["present", "moved", "gone", "deleted", "out_of_scope"]
"""``moved``: visible, outside the scope. ``gone``: not visible to us. ``deleted``: only on the tool's own word."""
Absence = Literal["moved", "gone", "deleted", "out_of_scope"]
FaultName = Literal[
    "integrity",
    "foreign-key",
    "snapshot",
    "record",
    "event",
    "event-missing",
    "evidence",
    "evidence-missing",
    "personal",
    "fold",
    "entry",
    "invariant",
]
"""What kind of damage it is. From ``event`` on it is the register that is not what was recorded."""
ProjectKind = tuple[ProjectId, str]
"""What a Listing is about. The project is empty for kinds that belong to none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a project or record could not be read the last time: an error without its class."""

    name: str
    connection: str
    facts: Mapping[str, str]
    at: datetime

    @property
    def label(self) -> Label:
        """What happened, in words, without the next step."""
        error = PmbridgeError(self.name, connection=self.connection, **self.facts)
        return Label(zh=error.text("zh-CN"), en=error.text("en"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRow:
    """What is known of a project in scope. ``complete_as_of``: read to its end as of that server instant."""

    key: str
    name: str
    url: str
    complete_as_of: datetime | None
    problem: Problem | None

    def known_as(self, project: ProjectId) -> str:
        """Return what people call *project*, whose row this is: its key, else its name, else its id."""
        return self.key or self.name or project


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """One connection's part in one sync call. ``ended_at`` is ``None`` while it runs, and for ever if it was killed."""

    id: str
    connection: str
    started_at: datetime
    ended_at: datetime | None
    observed_at: datetime
    outcome: str | None
    counts: Mapping[str, int]
    error: str | None
    complete: Mapping[ProjectId, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCursor:
    """Where the last run stopped. ``value`` and ``full_at`` are ``None`` when the format differs: read everything."""

    value: Cursor | None
    full_at: datetime | None
    mapping_hash: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOutcome:
    """What a commit did.

    ``read``: records offered. ``new``: not known before. ``changed``: content, presence or description differs (a
    version alone does not count). ``missing``: in the mirror, but not in a listing of the page, or said to be hidden
    or absent; ``appeared``: listed, but unknown, not present, or with another version. Both wait to be ``read``.
    ``touched``: the records that differ in anything, be it the version alone. ``new_items`` and ``changed_items``:
    how many of the new and changed ones are work, and not the people, versions and labels that come with it.
    """

    read: int = 0
    new: int = 0
    changed: int = 0
    touched: tuple[Record, ...] = ()
    new_items: int = 0
    changed_items: int = 0
    missing: tuple[RecordId, ...] = ()
    appeared: tuple[RecordId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingGap:
    """How a listing and the mirror differ, in both directions, sorted by id."""

    missing: tuple[RecordId, ...] = ()
    appeared: tuple[RecordId, ...] = ()

    @classmethod
    def together(cls, gaps: Sequence[ListingGap]) -> ListingGap:
        """Return what all of *gaps* hold, each id once."""
        return cls(
            missing=tuple(sorted({one for gap in gaps for one in gap.missing})),
            appeared=tuple(sorted({one for gap in gaps for one in gap.appeared})),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailRow:
    """At which state of a record one of its parts was read: compare both with the record's to see whether to reread."""

    version: str | None
    hash: bytes | None
    read_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One project as the mirror shows it, now or as of an instant.

    Items and groups are those present, sorted by kind and id; their descriptions are ``None``. ``people`` is keyed by
    the person's external id and holds all of the connection. ``details`` is keyed by the item, each sorted by time.
    ``histories``: whose own history was read, so that nothing in ``details`` means that nothing happened.
    """

    items: Sequence[Item] = ()
    groups: Sequence[Group] = ()
    people: Mapping[str, Person] = field(default_factory=dict)
    details: Mapping[RecordId, Sequence[Comment | Change | Approval]] = field(default_factory=dict)
    histories: frozenset[RecordId] = frozenset()
    complete_as_of: datetime | None = None
    problem: Label | None = None
    unreadable: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotRow:
    """A frozen report, its body byte for byte as it was stored. A draft while ``issued_at`` is ``None``."""

    engagement: str
    edition: str
    number: int
    revision: int
    period_from: date | None
    period_to: date | None
    as_of: datetime
    made_at: datetime
    issued_at: datetime | None
    body: bytes = field(repr=False)
    sha256: bytes
    inputs: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreFault:
    """One thing that :meth:`Store.check` found."""

    name: FaultName
    text: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade:
    """What :meth:`Store.upgrade` did. ``before`` is ``None`` for a store that was made new; equal: nothing to do."""

    before: int | None
    after: int
    backup: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a store is: as people may see it, its file (``None`` on PostgreSQL) and the number of its schema."""

    shown: str
    path: Path | None
    schema: int
