"""Where a pull stands: per project the moment up to which it was read."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pmbridge.adapter import CursorModel

Mark = Annotated[int, Field(strict=True, ge=0, lt=100_000_000_000)]


class PingCodeCursor(CursorModel):
    """Project → Unix seconds on the server's clock, from before the pull that read it whole."""

    format: Literal[1] = 1
    marks: dict[str, Mark] = Field(default_factory=dict)

    def with_marks(self, marks: dict[str, int]) -> PingCodeCursor:
        """Return the cursor after the projects of *marks* were read to their end."""
        return self.model_copy(update={"marks": {**self.marks, **marks}})
