"""Where a pull stands: per board what was last seen of it, and when it was last read whole."""

from __future__ import annotations

from typing import Literal, cast

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from pmbridge.errors import CursorInvalid
from pmbridge.records import Cursor


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Seen(_Part):
    """One board at its last whole read. Times in epoch milliseconds."""

    name: str = ""
    """For messages, should it hide."""
    activity: int | None = None
    """Its ``dateLastActivity``, as it was told *before* the read: what happens meanwhile moves it further."""
    read_at: int
    """Server's clock."""
    digest: str = ""
    """SHA-256 of the answer: the same bytes hold nothing new. Empty where several answers were needed."""
    paged: bool = False
    """It is too big for one answer."""


class TrelloCursor(_Part):
    """Board id → what was seen of it."""

    format: Literal[1] = 1
    boards: dict[str, Seen] = Field(default_factory=dict)

    def with_board(self, board: str, seen: Seen) -> TrelloCursor:
        """Return the cursor after a whole read of *board*."""
        return self.model_copy(update={"boards": {**self.boards, board: seen}})

    def to_json(self) -> Cursor:
        """Return what the engine keeps."""
        return cast("dict[str, JsonValue]", self.model_dump(mode="json", exclude_defaults=True) | {"format": 1})


def parse(cursor: Cursor | None) -> TrelloCursor:
    """Return the cursor that :meth:`TrelloCursor.to_json` gave; ``None`` is the very beginning.

    Raises:
        CursorInvalid: it is of another version, or not one of ours.
    """
    if cursor is None:
        return TrelloCursor()
    if "format" not in cursor:
        raise CursorInvalid
    try:
        return TrelloCursor.model_validate(cursor)
    except ValidationError:
        raise CursorInvalid from None
