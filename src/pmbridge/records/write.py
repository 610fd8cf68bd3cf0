"""Writes that an adapter can be asked to carry out, and the receipt of one.

Every write has a ``uid``: idempotency key and marker in one. There is no delete and no bulk write: see
``docs/explanation/architecture.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pmbridge.records.record import Record
from pmbridge.values import FieldValue, ProjectId, RecordId, Rich

Values = Mapping[str, FieldValue | None]
"""``"title"``, ``"description"``, ``"start"``, ``"due"``, ``"done"``, ``"assignees"``, ``"parent"`` or
``"field:<vendor id>"`` → value; ``None`` clears."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Create:
    """Make an item or group."""

    uid: str
    project: ProjectId
    kind: str
    type: str | None = None
    state: str | None = None
    parent: RecordId | None = None
    groups: tuple[RecordId, ...] = ()
    values: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """Change fields and group membership; an unchanged field is never sent."""

    uid: str
    target: RecordId
    values: Values = field(default_factory=dict)
    join: frozenset[RecordId] = frozenset()
    leave: frozenset[RecordId] = frozenset()
    expect: Values = field(default_factory=dict)
    marker: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One hop to a state id; never a walk."""

    uid: str
    target: RecordId
    to: str
    values: Values = field(default_factory=dict)
    expect: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddComment:
    """Say something on an item."""

    uid: str
    target: RecordId
    body: Rich
    audience: Literal["public", "internal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddLink:
    """Link to another record, or (``to`` a URL) to a page."""

    uid: str
    target: RecordId
    to: RecordId | str
    relation: str
    title: str


Write = Create | Update | Transition | AddComment | AddLink


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a write did. ``left``: what its one request could not carry. ``after``: only from the write's own answer."""

    uid: str
    id: RecordId
    url: str = ""
    left: Values = field(default_factory=dict)
    after: Record | None = None
