"""Where a pull stands. What is new since, the mirror's versions tell; the cursor says what was read whole at all."""

from __future__ import annotations

from typing import Literal, cast

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from pmbridge.errors import CursorInvalid
from pmbridge.records import Cursor

WHOLE = ""


class WorktileCursor(BaseModel):
    """Project → the id up to which its tasks were read; :data:`WHOLE` of one that was read to its end.

    A project that is not here is read from the beginning, whatever the mirror holds of it: it may stem from another
    question.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1]
    projects: dict[str, str] = Field(default_factory=dict)

    def at(self, project: str, task: str) -> WorktileCursor:
        """Return the cursor after the task *task* of *project*, in the order of ids."""
        return self.model_copy(update={"projects": {**self.projects, project: task}})

    def only(self, projects: set[str]) -> WorktileCursor:
        """Return the cursor without other projects: one that comes back is read from the beginning."""
        kept = {one: at for one, at in self.projects.items() if one in projects}
        return self.model_copy(update={"projects": kept})

    def to_json(self) -> Cursor:
        """Return what the engine keeps."""
        return cast("dict[str, JsonValue]", self.model_dump(mode="json"))


def parse(cursor: Cursor | None) -> WorktileCursor:
    """Return the cursor that :meth:`WorktileCursor.to_json` gave; ``None`` is the very beginning.

    Raises:
        CursorInvalid: it is of another version, or not one of ours.
    """
    if cursor is None:
        return WorktileCursor(format=1)
    try:
        return WorktileCursor.model_validate(cursor)
    except ValidationError:
        raise CursorInvalid from None
