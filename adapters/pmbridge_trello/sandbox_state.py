"""The things that the sandbox's Trello is made of. Every id tells by its first eight digits when it was made."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

FieldType = Literal["text", "number", "date", "checkbox", "list"]
Permission = Literal["private", "org", "public"]
Data = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Member:
    """``gone``: the account was deleted; its actions no longer name it."""

    id: str
    username: str
    name: str
    gone: bool = False


@dataclass(slots=True, kw_only=True)
class Board:
    """``hidden``: out of the credential's sight. ``last_short`` counts the cards that were ever on it."""

    id: str
    name: str
    short_link: str
    creator: str
    organization: str | None = None
    permission: Permission = "private"
    members: list[str]
    desc: str = ""
    closed: bool = False
    hidden: bool = False
    activity: datetime | None = None
    last_short: int = 0


@dataclass(slots=True, kw_only=True)
class List:
    id: str
    board: str
    name: str
    pos: float
    closed: bool = False


@dataclass(slots=True, kw_only=True)
class Label:
    id: str
    board: str
    name: str
    color: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    id: str
    text: str
    color: str
    pos: float


@dataclass(slots=True, kw_only=True)
class Field:
    """A custom field of a board."""

    id: str
    board: str
    name: str
    type: FieldType
    pos: float
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """What a card holds in a custom field: one member with a string in it, or the id of an option."""

    id: str
    value: dict[str, str] | None = None
    option: str | None = None


@dataclass(slots=True, kw_only=True)
class CheckItem:
    id: str
    name: str
    pos: float
    state: Literal["complete", "incomplete"] = "incomplete"
    due: datetime | None = None
    member: str | None = None


@dataclass(slots=True, kw_only=True)
class Checklist:
    id: str
    card: str
    name: str
    pos: float
    items: list[CheckItem] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    id: str
    name: str
    url: str
    at: datetime
    member: str
    pos: float


@dataclass(slots=True, kw_only=True)
class Card:
    """``closed`` is the card's own: one in an archived list or board stays open."""

    id: str
    board: str
    in_list: str
    name: str
    id_short: int
    short_link: str
    pos: float
    activity: datetime
    desc: str = ""
    closed: bool = False
    due: datetime | None = None
    start: datetime | None = None
    due_complete: bool = False
    due_reminder: int | None = None
    labels: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    template: bool = False
    role: Literal["separator", "board", "mirror", "link"] | None = None
    values: dict[str, Value] = field(default_factory=dict)
    checklists: list[Checklist] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Action:
    """``data`` shows what it is about as it was then, except for the text of a comment, which can be edited."""

    id: str
    type: str
    at: datetime
    by: str
    board: str
    card: str | None = None
    in_list: str | None = None
    data: Data
