"""Records as JSON, and the hash that tells whether one changed."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from pmbridge.records.record import Approval, Change, Comment, Group, Item, Person, Record

_RECORD: TypeAdapter[Record] = TypeAdapter(Record)
# One adapter per class: dumping through the union would try its members in turn.
_BY_CLASS: dict[type, TypeAdapter[Any]] = {
    cls: TypeAdapter(cls) for cls in (Item, Group, Person, Comment, Change, Approval)
}
_TO_JSON = {cls: adapter.serializer.to_json for cls, adapter in _BY_CLASS.items()}
# A bump of a comment moves `version` and `updated_at` only, and must write no history; a description is kept apart.
# They are the last fields, and within a JSON string the quotes would be escaped, so the last such bytes are where
# what a record says ends.
_REST = b',"description":'
_WITH_REST = (Item, Group)


class Encoded(NamedTuple):
    """A record as the store keeps it: JSON without its description, and the hash of what it says."""

    body: bytes
    hash: bytes


def encoded(record: Record) -> Encoded:
    """Return body and content hash of *record* at the price of one serialisation. Same record, same bytes.

    The hash is the SHA-256 of all but ``version``, ``updated_at`` and ``description``.
    """
    if not isinstance(record, _WITH_REST):
        body = _TO_JSON[type(record)](record)
        return Encoded(body, hashlib.sha256(body).digest())
    bare = record if record.description is None else replace(record, description=None)
    body = _TO_JSON[type(bare)](bare)
    return Encoded(body, hashlib.sha256(body[: body.rindex(_REST)]).digest())


def encode(record: Record) -> bytes:
    """Return *record* as JSON without its description, which the store keeps apart."""
    return encoded(record).body


def content_hash(record: Record) -> bytes:
    """Return the SHA-256 of what *record* says: all but ``version``, ``updated_at`` and ``description``."""
    return encoded(record).hash


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
    return _RECORD.validate_python(_BY_CLASS[type(record)].dump_python(record, warnings=False))
