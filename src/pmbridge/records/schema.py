"""What a tool can do and what a project looks like there: verbs, support, kinds, fields, states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, auto
from typing import Literal, Self

from pmbridge.records.record import Group, ToolState
from pmbridge.values import Label, Named, ProjectId


class Verb(StrEnum):
    """What can be done with a kind. ``COMMENT`` reaches all who see the item, ``NOTE`` not the client."""

    READ = auto()
    COMMENTS = auto()
    HISTORY = auto()
    APPROVALS = auto()
    CREATE = auto()
    UPDATE = auto()
    TRANSITION = auto()
    COMMENT = auto()
    NOTE = auto()
    LINK = auto()


SupportLevel = Literal["full", "partial", "setting", "service_cannot", "not_yet", "denied"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """How far a verb works. True in a condition when it works in full or in part."""

    level: SupportLevel
    note: Label = field(default_factory=lambda: Label(zh="", en=""))
    """``setting`` names the key to set, ``denied`` the missing right."""

    def __bool__(self) -> bool:
        return self.level in ("full", "partial")

    @classmethod
    def cannot(cls, en: str, zh: str) -> Self:
        """Return that the tool itself has no such thing, and why a person need not look for it."""
        return cls(level="service_cannot", note=Label(zh=zh, en=en))


FULL = Support(level="full")
NOT_YET = Support(level="not_yet")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What an adapter's code could ever do with one kind of record. A verb left out is ``not_yet``."""

    shape: Literal["item", "group"]
    label: Label
    supports: Mapping[Verb, Support]
    logged: frozenset[str] = frozenset()
    """Keys whose changes the tool's own history shows; ``"field:*"`` stands for every custom field."""


FieldType = Literal["text", "number", "flag", "day", "instant", "rich", "named", "many", "person", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldInfo:
    """One vendor field of a kind."""

    id: str
    name: str
    type: FieldType
    options: tuple[Named, ...] = ()
    required: bool = False
    write: Support = NOT_YET


@dataclass(frozen=True, slots=True, kw_only=True)
class StateInfo:
    """A state and the item types it belongs to, by id; empty means all."""

    state: ToolState
    types: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class KindSchema:
    """What this credential, deployment and setting can do with one kind in one project."""

    supports: Mapping[Verb, Support]
    types: tuple[Named, ...] = ()
    states: tuple[StateInfo, ...] = ()
    fields: tuple[FieldInfo, ...] = ()
    relations: tuple[Named, ...] = ()
    groups: tuple[Group, ...] = ()
    complete: bool = True
    """False: gathered from what was seen, so a name that is missing here is a warning, not a fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteProject:
    """A project as the tool lists it. ``items`` and ``updated_at`` only where the list gives them for nothing."""

    id: ProjectId
    key: str
    name: str
    url: str = ""
    archived: bool = False
    items: int | None = None
    updated_at: datetime | None = None

    @property
    def known_as(self) -> str:
        """What people call it: its key; where the tool gives none, its name, else its id."""
        return self.key or self.name or self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Focus:
    """What a mapping names of a project. The rest a description may leave out where it costs requests.

    The default is everything.
    """

    types: frozenset[str] | None = None
    """Item types, by name or id, outside of which no state and no field is named; ``None``: of any type."""
    fields: bool = True
    """Whether a vendor field is named."""
    groups: bool = True
    """Whether a group is named."""

    def covers(self, other: Focus) -> bool:
        """Return whether a description with this focus holds all that one with *other* would."""
        types = self.types is None or (other.types is not None and other.types <= self.types)
        return types and self.fields >= other.fields and self.groups >= other.groups

    def __or__(self, other: Focus) -> Focus:
        """Return what either names."""
        types = None if self.types is None or other.types is None else self.types | other.types
        return Focus(types=types, fields=self.fields or other.fields, groups=self.groups or other.groups)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectSchema:
    """What a mapping of one project may name: everything, or what *focus* says."""

    project: RemoteProject
    kinds: Mapping[str, KindSchema]
    focus: Focus = Focus()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who the credential is. ``learned``: settings that ``connect`` writes down (a cloud id)."""

    id: str
    name: str
    service: str
    expires_at: datetime | None = None
    may_write: bool | None = None
    notes: tuple[Label, ...] = ()
    learned: Mapping[str, object] = field(default_factory=dict)
    clock_skew_s: float | None = None
    """Server clock minus ours in seconds, where the tool tells."""
