"""Where a pull stands: per project the moment up to which it was read."""

from __future__ import annotations

from typing import Annotated, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from pmbridge.errors import CursorInvalid
from pmbridge.records import Cursor

Mark = Annotated[int, Field(strict=True, ge=0, lt=100_000_000_000)]


class PingCodeCursor(BaseModel):
    """Project → Unix seconds on the server's clock, from before the pull that read it whole."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    marks: dict[str, Mark] = Field(default_factory=dict)

    def with_marks(self, marks: dict[str, int]) -> PingCodeCursor:
        """Return the cursor after the projects of *marks* were read to their end."""
        return self.model_copy(update={"marks": {**self.marks, **marks}})

    def to_json(self) -> Cursor:
        """Return what the engine keeps."""
        return cast("dict[str, JsonValue]", self.model_dump(mode="json"))


def parse(cursor: Cursor | None) -> PingCodeCursor:
    """Return the cursor that :meth:`PingCodeCursor.to_json` gave; ``None`` is the very beginning.

    Raises:
        CursorInvalid: it is of another version, or not one of ours.
    """
    if cursor is None:
        return PingCodeCursor()
    if "format" not in cursor:
        raise CursorInvalid
    try:
        return PingCodeCursor.model_validate(cursor)
    except ValidationError:
        raise CursorInvalid from None
