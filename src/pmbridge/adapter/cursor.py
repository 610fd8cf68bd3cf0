"""What every adapter's cursor has in common: its form as JSON, and that a strange one is refused as a whole."""

from __future__ import annotations

from typing import Self, cast

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from pmbridge.errors import CursorInvalid
from pmbridge.records import Cursor


class CursorModel(BaseModel):
    """Base of a cursor whose fields all have defaults: without a value it is the very beginning.

    A subclass narrows ``format`` to the one number that it reads: ``format: Literal[1] = 1``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = 1

    def to_json(self) -> Cursor:
        """Return what the engine keeps."""
        return cast(
            "dict[str, JsonValue]", self.model_dump(mode="json", exclude_defaults=True) | {"format": self.format}
        )

    @classmethod
    def parse(cls, cursor: Cursor | None) -> Self:
        """Return the cursor that :meth:`to_json` gave; ``None`` is the very beginning.

        Raises:
            CursorInvalid: it is of another version, or not one of ours.
        """
        if cursor is None:
            return cls()
        if "format" not in cursor:
            raise CursorInvalid
        try:
            return cls.model_validate(cursor)
        except ValidationError:
            raise CursorInvalid from None
