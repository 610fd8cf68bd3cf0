"""Records as JSON, and the hash that tells whether one changed."""

from __future__ import annotations

import hashlib
from typing import Any

from pydantic import TypeAdapter

from pmbridge.records.record import Approval, Change, Comment, Group, Item, Person, Record

_RECORD: TypeAdapter[Record] = TypeAdapter(Record)
# One adapter per class: dumping through the union would try its members in turn.
_BY_CLASS: dict[type, TypeAdapter[Any]] = {
    cls: TypeAdapter(cls) for cls in (Item, Group, Person, Comment, Change, Approval)
}
_TEXT = {"description"}
# A comment's bump moves `version` and `updated_at` only; it must write no history.
_NOT_CONTENT = {"description", "version", "updated_at"}


def encode(record: Record) -> bytes:
    """Return *record* as JSON without its description, which the store keeps apart. Same record, same bytes."""
    return _BY_CLASS[type(record)].dump_json(record, exclude=_TEXT)


def decode(body: bytes) -> Record:
    """Return the record that :func:`encode` wrote; its description is ``None``.

    Raises:
        pydantic.ValidationError: *body* is not a record (a damaged store).
    """
    return _RECORD.validate_json(body)


def check(record: Record) -> Record:
    """Return *record* after validating every field, for records that foreign code has built.

    Raises:
        pydantic.ValidationError: a field has the wrong type.
    """
    return _RECORD.validate_python(_BY_CLASS[type(record)].dump_python(record))


def content_hash(record: Record) -> bytes:
    """Return the SHA-256 of what *record* says: all but ``version``, ``updated_at`` and ``description``."""
    return hashlib.sha256(_BY_CLASS[type(record)].dump_json(record, exclude=_NOT_CONTENT)).digest()
