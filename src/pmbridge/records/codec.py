"""Records as JSON, and the hash that tells whether one changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from pmbridge.records.record import Group, Item, Record


class _Writers(dict[type, Callable[[Any], bytes]]):
    """How each class of record is written, made when the first one is: a command that reads none need not wait.

    One adapter per class: dumping through the union would try its members in turn.
    """

    def __missing__(self, cls: type) -> Callable[[Any], bytes]:
        writer: Callable[[Any], bytes] = _adapter(cls).serializer.to_json
        self[cls] = writer
        return writer


_ADAPTERS: dict[type, TypeAdapter[Any]] = {}


def _adapter(cls: type) -> TypeAdapter[Any]:
    if (found := _ADAPTERS.get(cls)) is None:
        found = _ADAPTERS[cls] = TypeAdapter(cls)
    return found


@cache
def _reader() -> TypeAdapter[Record]:
    return TypeAdapter(Record)


_TO_JSON = _Writers()
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
    return _reader().validate_json(body)


def check(record: Record) -> Record:
    """Return *record* after validating every field, for records that foreign code has built.

    Raises:
        pydantic.ValidationError: a field has the wrong type.
    """
    return _reader().validate_python(_adapter(type(record)).dump_python(record, warnings=False))
