"""From bytes to a validated value, with a limit on nesting, and errors that name a field but never a value."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pydantic import JsonValue, TypeAdapter, ValidationError

from pmbridge.errors import ProtocolError

T = TypeVar("T")

WHOLE_PAGE = 50
"""So many rows, none of them readable, are no bad luck but an answer in an unknown form."""

_NOT_STRUCTURE = bytes(set(range(256)) - set(b'"[]{}'))
_ONE_KIND = bytes.maketrans(b"{}", b"[]")
_ESCAPED = re.compile(rb'\\["\\]')
_STRING = re.compile(rb'"[^"]*"')
_FIELD_LENGTH = 120


def decode(body: bytes, into: TypeAdapter[T], *, max_depth: int, call: str) -> T:
    """Return the JSON of *body* as *into* wants it; an empty body (204) counts as ``null``.

    Raises:
        ProtocolError: no JSON, nested deeper than *max_depth*, or not of that form; ``field`` says where.
    """
    if is_deeper(body, max_depth):
        raise ProtocolError(field=f"nesting deeper than {max_depth}", call=call)
    try:
        return into.validate_json(body or b"null")
    except ValidationError as error:
        field = first_field(error)
    # Raised outside the handler: pydantic's error, which quotes the value, must not hang on ours as its context.
    raise ProtocolError(field=field, call=call)


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A row that did not validate: which one, and where. Never its value."""

    id: str
    field: str


def each_row(
    rows: Sequence[JsonValue],
    validate: Callable[[JsonValue], T],
    *,
    ids: TypeAdapter[str],
    call: str,
    key: str = "id",
    within: str = "",
) -> tuple[list[T], list[Broken]]:
    """Return the *rows* that *validate* takes, and of the others which they are: a bad row costs itself alone.

    *ids* is what a row holds under *key*. *within* stands before the field that an error names.

    Raises:
        ProtocolError: a bad row does not even say which it is, or all are bad and there are :data:`WHOLE_PAGE` of them.
    """
    sound, broken = list[T](), list[Broken]()
    for number, row in enumerate(rows):
        try:
            sound.append(validate(row))
            continue
        except ValidationError as error:
            field = first_field(error)
        if (id_ := _id_of(row, ids, key)) is None:
            raise ProtocolError(field=f"{within}{number}.{field}", call=call)
        broken.append(Broken(id=id_, field=field))
    if len(broken) >= WHOLE_PAGE and not sound:
        raise ProtocolError(field=f"{within}0.{broken[0].field}", call=call)
    return sound, broken


def _id_of(row: JsonValue, ids: TypeAdapter[str], key: str) -> str | None:
    try:
        return ids.validate_python(row.get(key)) if isinstance(row, Mapping) else None
    except ValidationError:
        return None


def first_field(error: ValidationError) -> str:
    """Return where *error* lies first and of what kind it is there, never the value."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(step) for step in first["loc"]) or "body"
    # A key of a mapping is the tool's own text and may hold anything.
    where = "".join(c for c in where if c.isprintable())[:_FIELD_LENGTH]
    return f"{where} ({first['type']})"


def is_deeper(body: bytes, max_depth: int) -> bool:
    """Return whether the JSON text *body* nests arrays and objects deeper than *max_depth*.

    Looks at bytes only, without recursion, in a fraction of the time that parsing takes (a fifth, with many escapes
    a half). Text that is no JSON gets some answer; the parser refuses it anyway.
    """
    if b"\\" in body:
        body = _ESCAPED.sub(b"", body)
    # An empty string is two quotes in a row. Two such quotes can be dropped even where the first ends one string and
    # the second begins the next: what lies before and after is inside or outside of a string as it was.
    rest = body.translate(_ONE_KIND, _NOT_STRUCTURE).replace(b'""', b"")
    if b'"' in rest:
        rest = _STRING.sub(b"", rest)
    for _ in range(max_depth):
        # Each round takes the innermost level away.
        inner, rest = rest, rest.replace(b"[]", b"")
        if len(rest) == len(inner):
            return False  # all gone, or brackets without a partner: no JSON, which the parser will say
    return bool(rest)
