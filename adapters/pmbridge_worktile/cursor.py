"""Where a pull stands. What is new since, the mirror's versions tell; the cursor says what was read whole at all."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pmbridge.adapter import CursorModel

WHOLE = ""


class WorktileCursor(CursorModel):
    """Project → the id up to which its tasks were read; :data:`WHOLE` of one that was read to its end.

    A project that is not here is read from the beginning, whatever the mirror holds of it: it may stem from another
    question.
    """

    format: Literal[1] = 1
    projects: dict[str, str] = Field(default_factory=dict)

    def at(self, project: str, task: str) -> WorktileCursor:
        """Return the cursor after the task *task* of *project*, in the order of ids."""
        return self.model_copy(update={"projects": {**self.projects, project: task}})

    def only(self, projects: set[str]) -> WorktileCursor:
        """Return the cursor without other projects: one that comes back is read from the beginning."""
        kept = {one: at for one, at in self.projects.items() if one in projects}
        return self.model_copy(update={"projects": kept})
