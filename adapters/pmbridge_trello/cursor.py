"""Where a pull stands: per board what was last seen of it, and when it was last read whole."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from pmbridge.adapter import CursorModel


class Seen(BaseModel):
    """One board at its last whole read. Times in epoch milliseconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

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


class TrelloCursor(CursorModel):
    """Board id → what was seen of it."""

    format: Literal[1] = 1
    boards: dict[str, Seen] = Field(default_factory=dict)

    def with_board(self, board: str, seen: Seen) -> TrelloCursor:
        """Return the cursor after a whole read of *board*."""
        return self.model_copy(update={"boards": {**self.boards, board: seen}})
