"""From bytes to wire models, so that one row that cannot be read costs itself and not its page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel, JsonValue, TypeAdapter, ValidationError

from pmbridge.adapter import HttpClient, Response
from pmbridge.errors import ProtocolError
from pmbridge_pingcode import wire

M = TypeVar("M", bound=BaseModel)

WHOLE_PAGE = 50
"""So many rows, none of them readable, are no bad luck but an answer in an unknown form."""

_ENVELOPE = TypeAdapter(wire.Envelope)


class Unreadable(ValueError):
    """A value that is not what its type says. ``field`` says where it stands; the value itself is not told."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class _Named(BaseModel):
    id: wire.Id


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A row that did not validate: which one, and where."""

    id: str
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows(Generic[M]):
    """One page of a list."""

    sound: Sequence[M]
    broken: Sequence[Broken]
    size: int
    """Rows that PingCode puts on a page, which may be fewer than were asked for."""
    total: int
    index: int

    @property
    def count(self) -> int:
        """Rows on this page."""
        return len(self.sound) + len(self.broken)


def rows(client: HttpClient, response: Response, row: type[M]) -> Rows[M]:
    """Return the page that *response* holds.

    Raises:
        ProtocolError: no page; a row that does not even say which it is; or a full page none of which can be read.
    """
    page = client.parse(response, _ENVELOPE).data
    sound: list[M] = []
    broken: list[Broken] = []
    for value in page.values:
        try:
            sound.append(row.model_validate(value))
        except ValidationError as error:
            field = field_of(error)
            if (id_ := _id_of(value)) is None:
                raise ProtocolError(field=f"values.{field}", call=response.url.partition("?")[0]) from None
            broken.append(Broken(id=id_, field=field))
    if len(broken) >= WHOLE_PAGE and not sound:
        raise ProtocolError(field=f"values.{broken[0].field}", call=response.url.partition("?")[0])
    return Rows(sound=sound, broken=broken, size=page.page_size, total=page.total, index=page.page_index)


def _id_of(value: JsonValue) -> str | None:
    try:
        return _Named.model_validate(value).id
    except ValidationError:
        return None


def field_of(error: ValidationError) -> str:
    """Return where *error* was and of what kind, never the value."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(step) for step in first["loc"]) or "body"
    return f"{''.join(c for c in where if c.isprintable())[:120]} ({first['type']})"
