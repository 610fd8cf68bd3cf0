"""The things that the sandbox's Jira site is made of.

Projects, versions and sprints change; the states of an issue do not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from pmbridge_jira.sandbox_history import Entry

Text = str | Mapping[str, object]
"""A long text: plain (wiki markup on version 2), or a whole ADF document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    account_id: str
    username: str
    name: str
    email: str | None = None
    active: bool = True


@dataclass(slots=True, kw_only=True)
class Project:
    id: int
    key: str
    name: str
    kind: str = "software"
    style: str = "classic"
    types: tuple[str, ...]
    hidden: bool = False
    archived: bool = False
    former_keys: list[str] = field(default_factory=list)
    last_number: int = 0


@dataclass(slots=True, kw_only=True)
class Version:
    id: int
    project: int
    name: str
    description: str | None = None
    start: date | None = None
    release: date | None = None
    released: bool = False
    archived: bool = False


@dataclass(slots=True, kw_only=True)
class Board:
    id: int
    project: int
    name: str
    kind: str = "scrum"


@dataclass(slots=True, kw_only=True)
class Sprint:
    id: int
    board: int
    name: str
    state: str = "future"
    start: datetime | None = None
    end: datetime | None = None
    complete: datetime | None = None
    goal: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    id: int
    relation: str
    other: int
    outward: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """All that can be seen of an issue at one moment."""

    key: str
    project: int
    type: str
    status: str
    summary: str
    description: Text | None = None
    created: datetime
    updated: datetime
    resolved: datetime | None = None
    due: date | None = None
    versions: tuple[int, ...] = ()
    sprints: tuple[int, ...] = ()
    labels: tuple[str, ...] = ()
    parent: int | None = None
    assignee: str | None = None
    reporter: str
    links: tuple[Link, ...] = ()
    custom: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    id: int
    at: datetime
    author: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    id: int
    at: datetime
    author: str
    text: Text
    public: bool
    properties: Mapping[str, object] = field(default_factory=dict)
    visibility: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteLink:
    """A page elsewhere that an issue points to."""

    global_id: str | None
    url: str
    title: str
    relation: str | None = None


@dataclass(slots=True, kw_only=True)
class Approval:
    id: int
    name: str
    votes: dict[str, str]
    created: datetime
    completed: datetime | None = None

    @property
    def decision(self) -> str:
        """``declined`` by one vote, ``approved`` by all, else ``pending``."""
        if "declined" in self.votes.values():
            return "declined"
        return "approved" if set(self.votes.values()) == {"approved"} else "pending"


@dataclass(slots=True, kw_only=True)
class Issue:
    """``states`` holds (when the index could know it from, state), oldest first; the last one is the truth."""

    id: int
    states: list[tuple[datetime, State]]
    histories: list[History] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    approvals: list[Approval] = field(default_factory=list)
    properties: dict[str, object] = field(default_factory=dict)
    remote_links: dict[int, RemoteLink] = field(default_factory=dict)
    hidden: bool = False
    deleted: bool = False

    @property
    def now(self) -> State:
        """The state that everything but a lagging search shows."""
        return self.states[-1][1]
