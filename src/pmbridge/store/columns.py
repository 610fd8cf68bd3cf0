"""What each shape of record puts into the columns of its row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pmbridge.records import Approval, Change, Comment, Encoded, Group, Item, Person, Record
from pmbridge.store.sql import optional_millis
from pmbridge.values import RecordId

ROW = (
    "kind", "external_id", "shape", "project_id", "parent", "key", "title", "marker", "version", "updated_at",
    "body", "hash",
)  # fmt: skip


def row(told: Record, as_stored: Encoded) -> dict[str, object]:
    """Return what *told* puts into the columns :data:`ROW`; *as_stored* is its body and hash."""
    found = _COLUMNS[type(told)](told)
    found["kind"] = told.id.kind
    found["external_id"] = told.id.external_id
    found["shape"] = told.shape
    found["body"] = as_stored.body
    found["hash"] = as_stored.hash
    return found


def _shared(
    *,
    project: str | None = None,
    parent: RecordId | None = None,
    key: str | None = None,
    title: str | None = None,
    marker: str | None = None,
    version: str | None = None,
    updated_at: int | None = None,
) -> dict[str, object]:
    return {
        "project_id": project,
        "parent": None if parent is None else str(parent),
        "key": key,
        "title": title,
        "marker": marker,
        "version": version,
        "updated_at": updated_at,
    }


def _item(told: Item) -> dict[str, object]:
    return _shared(
        project=told.project,
        parent=told.parent,
        key=told.key or None,
        title=told.title,
        marker=told.marker,
        version=told.version,
        updated_at=optional_millis(told.updated_at),
    )


def _group(told: Group) -> dict[str, object]:
    return _shared(project=told.project, title=told.title, marker=told.marker, version=told.version)


def _person(told: Person) -> dict[str, object]:
    return _shared(title=told.name)


def _comment(told: Comment) -> dict[str, object]:
    return _shared(parent=told.item, marker=told.marker)


def _change(told: Change) -> dict[str, object]:
    return _shared(parent=told.item, title=told.field)


def _approval(told: Approval) -> dict[str, object]:
    return _shared(parent=told.item, title=told.name)


_COLUMNS: Mapping[type, Callable[[Any], dict[str, object]]] = {
    Item: _item,
    Group: _group,
    Person: _person,
    Comment: _comment,
    Change: _change,
    Approval: _approval,
}
