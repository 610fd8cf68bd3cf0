"""Trello's JSON as far as it is used. What is not declared here is not even built.

The vendor's own schemas take no real answer, so nothing comes from them. New members appear without notice and nearly
everything may be null; required is only what a record cannot do without, so that an answer which lacks it fails.

Cards and their parts are read into typed dictionaries: building one takes half of what a model takes, and a board holds
a thousand of them. A key may be missing there, or hold ``None``, unless it is required.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Required

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, Strict, StringConstraints, with_config
from typing_extensions import TypedDict

Id = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{24}$")]
"""The first eight digits are the second of its creation, which is told nowhere else."""

EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
"""Beyond these no date is meant, and the last ones of the calendar have no equal in every zone."""
Moment = Annotated[AwareDatetime, Strict(), Field(ge=EARLIEST, le=LATEST)]
"""A time with its zone, as text. Not strict, a number would pass for the seconds since 1970."""


_numbers_as_text = with_config(ConfigDict(coerce_numbers_to_str=True))


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)


class Ref(Model):
    id: str
    name: str | None = None


class ListWire(Model):
    id: Id
    name: str
    closed: bool | None
    idBoard: str | None = None  # noqa: N815 - the vendor's key, as everywhere in this module
    pos: float | None = None


class LabelWire(Model):
    """``name`` is empty for a label that is only a colour, ``color`` null for one without."""

    id: Id
    name: str | None
    color: str | None = None
    idBoard: str | None = None  # noqa: N815


class Member(Model):
    id: Id
    fullName: str | None = None  # noqa: N815
    username: str | None = None


class OptionValue(Model):
    text: str | None = None


class Option(Model):
    id: str
    value: OptionValue | None = None


class CustomField(Model):
    """``text``, ``number``, ``date``, ``checkbox`` or ``list``."""

    id: Id
    name: str
    type: str
    options: list[Option] | None = None


@_numbers_as_text
class CustomFieldItem(TypedDict, total=False):
    """A value: an object with one member named by the type, always a string; of a list the option's id alone."""

    idCustomField: Required[str]
    value: JsonValue
    idValue: str | None


@_numbers_as_text
class Badges(TypedDict, total=False):
    comments: int | None


@_numbers_as_text
class Card(TypedDict, total=False):
    id: Required[Id]
    name: Required[str]
    closed: Required[bool]
    idBoard: Required[Id]
    idList: Required[Id]
    idLabels: Required[list[str] | None]
    idMembers: Required[list[str] | None]
    due: Required[Moment | None]
    start: Moment | None
    dueComplete: bool | None
    desc: str | None
    dateLastActivity: Moment | None
    shortLink: str | None
    shortUrl: str | None
    isTemplate: bool | None
    cardRole: str | None
    badges: Badges | None
    customFieldItems: list[CustomFieldItem] | None


@_numbers_as_text
class CheckItem(TypedDict, total=False):
    id: Required[Id]
    name: Required[str]
    state: Required[str | None]
    due: Moment | None
    idMember: str | None


class ChecklistHead(Model):
    id: Id
    idCard: Id  # noqa: N815


class Checklist(ChecklistHead):
    checkItems: list[CheckItem]  # noqa: N815


class BoardHead(Model):
    """A board as lists of boards show it."""

    id: Id
    name: str
    closed: bool | None = None
    dateLastActivity: Moment | None = None  # noqa: N815
    shortUrl: str | None = None  # noqa: N815
    url: str | None = None


class BoardFrame(BoardHead):
    """A board with what stands around its cards; what was not asked is ``None``."""

    lists: list[ListWire]
    labels: list[LabelWire] | None = None
    members: list[Member] | None = None
    customFields: list[CustomField] | None = None  # noqa: N815


class Board(BoardFrame):
    """A board with its cards."""

    cards: list[Card] | None = None
    checklists: list[Checklist] | None = None


class Activity(Model):
    dateLastActivity: Moment | None = None  # noqa: N815


class Closed(Model):
    closed: bool | None = None


@_numbers_as_text
class CardAlone(Card, total=False):
    """A card read by its id, with what stands around it."""

    checklists: Sequence[Checklist] | None
    list: ListWire | None
    board: Closed | None


class Me(Model):
    id: Id
    username: str | None = None
    fullName: str | None = None  # noqa: N815


class Permission(Model):
    write: bool | None = None


class Token(Model):
    dateExpires: Moment | None  # noqa: N815
    permissions: list[Permission] | None = None


class Result(Model):
    """One element of a batch: the body under its status, or why there is none."""

    statusCode: int | None = None  # noqa: N815
    message: str | None = None


class Old(Model):
    """Former values; only those that changed are there."""

    idList: str | None = None  # noqa: N815
    name: str | None = None
    desc: str | None = None
    due: Moment | None = None
    start: Moment | None = None
    dueComplete: bool | None = None  # noqa: N815
    value: JsonValue = None
    idValue: str | None = None  # noqa: N815


class ActionCard(Model):
    id: str
    name: str | None = None
    desc: str | None = None
    due: Moment | None = None
    start: Moment | None = None
    dueComplete: bool | None = None  # noqa: N815


class ActionField(Model):
    id: str
    type: str | None = None


class ActionData(Model):
    card: ActionCard | None = None
    old: Old | None = None
    list_: Ref | None = Field(default=None, alias="list")
    listBefore: Ref | None = None  # noqa: N815
    listAfter: Ref | None = None  # noqa: N815
    text: str | None = None
    customField: ActionField | None = None  # noqa: N815
    customFieldItem: CustomFieldItem | None = None  # noqa: N815


class Action(Model):
    id: Id
    type: str
    date: Moment
    idMemberCreator: str | None = None  # noqa: N815
    data: ActionData
