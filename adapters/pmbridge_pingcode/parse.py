"""From bytes to wire models, so that one row that cannot be read costs itself and not its page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel, TypeAdapter

from pmbridge.adapter import Broken, HttpClient, Response, each_row
from pmbridge_pingcode import wire

M = TypeVar("M", bound=BaseModel)

_ENVELOPE = TypeAdapter(wire.Envelope)
_ID: TypeAdapter[str] = TypeAdapter(wire.Id)


class Unreadable(ValueError):
    """A value that is not what its type says. ``field`` says where it stands; the value itself is not told."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


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
    call = response.url.partition("?")[0]
    sound, broken = each_row(page.values, row.model_validate, ids=_ID, call=call, within="values.")
    return Rows(sound=sound, broken=broken, size=page.page_size, total=page.total, index=page.page_index)
