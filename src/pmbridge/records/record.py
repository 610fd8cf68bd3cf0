"""Neutral records: what every tool's items, groups, people, comments and changes look like to pmbridge.

Frozen, slotted dataclasses. Tuples that mean a set (``groups``, ``links``, ``assignees``) and the mapping ``fields``
are put into a fixed order on construction, so that the same facts always give the same bytes and the same hash.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from pmbridge.values import FieldValue, Named, ProjectId, RecordId, Rich, When

Category = Literal["todo", "in_progress", "done", "cancelled", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolState:
    """A state as the tool names it. ``unknown`` is honest: the tool does not say whether it counts as done."""

    id: str
    name: str
    category: Category = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ItemLink:
    """A typed link from one item to another; ``relation`` is the tool's word as seen from this item."""

    relation: str
    to: RecordId


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A leaf of work: issue, card, check item, ticket, task.

    ``version`` is opaque and differs whenever the tool shows a difference. ``fields`` is keyed by vendor field id and
    holds every id asked for in ``Scope.fields``; ``None`` means asked and empty, a missing key means not asked.
    """

    id: RecordId
    project: ProjectId
    title: str
    type: Named
    state: ToolState
    key: str = ""
    url: str = ""
    start: When | None = None
    due: When | None = None
    done: When | None = None
    created_at: datetime | None = None
    parent: RecordId | None = None
    groups: tuple[RecordId, ...] = ()
    links: tuple[ItemLink, ...] = ()
    assignees: tuple[str, ...] = ()
    author: str | None = None
    archived: bool = False
    marker: str | None = None
    fields: Mapping[str, FieldValue | None] = field(default_factory=dict)
    shape: Literal["item"] = "item"
    # Last, because a record's hash covers all that stands before them: see the codec.
    description: Rich | None = None
    version: str
    updated_at: datetime | None = None

    def __post_init__(self) -> None:
        if len(self.groups) > 1:
            object.__setattr__(self, "groups", tuple(sorted(self.groups)))
        if len(self.links) > 1:
            object.__setattr__(self, "links", tuple(sorted(self.links)))
        if len(self.assignees) > 1:
            object.__setattr__(self, "assignees", tuple(sorted(self.assignees)))
        if len(self.fields) > 1:
            object.__setattr__(self, "fields", dict(sorted(self.fields.items())))


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Whatever a tool gathers items under: version, sprint, list, label, release, phase.

    ``project``: where it is kept. One that several projects share has one of them, always the same; the others find it
    by their items, which name it in ``Item.groups``.
    """

    id: RecordId
    project: ProjectId
    title: str
    url: str = ""
    state: ToolState | None = None
    start: When | None = None
    due: When | None = None
    done: When | None = None
    archived: bool = False
    marker: str | None = None
    fields: Mapping[str, FieldValue | None] = field(default_factory=dict)
    shape: Literal["group"] = "group"
    description: Rich | None = None  # last, as in Item
    version: str

    def __post_init__(self) -> None:
        if len(self.fields) > 1:
            object.__setattr__(self, "fields", dict(sorted(self.fields.items())))


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An account. ``None`` means not told and never erases what is known: the one record that merges."""

    id: RecordId
    name: str | None = None
    email: str | None = None
    active: bool | None = None
    aliases: tuple[str, ...] = ()
    shape: Literal["person"] = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment on an item. ``audience`` says who can see it in the tool, as far as the tool tells."""

    id: RecordId
    item: RecordId
    body: Rich
    author: str | None = None
    created_at: datetime | None = None
    audience: Literal["public", "internal", "unknown"] = "unknown"
    marker: str | None = None
    shape: Literal["comment"] = "comment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One entry of a tool's own history.

    ``field`` is ``"state"``, ``"title"``, ``"description"``, ``"start"``, ``"due"``, ``"done"``, ``"groups"``,
    ``"parent"`` or ``"field:<vendor id>"``. A state is a :class:`~pmbridge.values.Named`.
    """

    id: RecordId
    item: RecordId
    at: datetime
    field: str
    before: FieldValue | None = None
    after: FieldValue | None = None
    author: str | None = None
    shape: Literal["change"] = "change"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """One approver's answer inside an approval. ``name``: as the tool shows it, for people to read."""

    person: str
    decision: Literal["approved", "declined", "pending"]
    at: datetime | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """An approval that the tool itself manages (a JSM request). Evidence, never by itself a client decision."""

    id: RecordId
    item: RecordId
    name: str
    decision: Literal["approved", "declined", "pending"]
    votes: tuple[Vote, ...] = ()
    created_at: datetime | None = None
    completed_at: datetime | None = None
    shape: Literal["approval"] = "approval"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """The answer of ``read`` for a record that is not there. ``absent``: the tool does not say why."""

    id: RecordId
    why: Literal["deleted", "hidden", "absent"]


Record = Annotated[Item | Group | Person | Comment | Change | Approval, Field(discriminator="shape")]
