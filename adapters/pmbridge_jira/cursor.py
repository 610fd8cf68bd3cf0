"""Where a pull stands: per project up to which change it was read, and how far a scan or a search has got."""

from __future__ import annotations

from typing import Literal, cast

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from pmbridge.errors import CursorInvalid
from pmbridge.records import Cursor


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Scan(_Part):
    """A first scan of one project, half done. Ids are read in ascending order, so one number says how far."""

    project: str
    started: int
    """Server's clock at its start, epoch milliseconds: the project's mark once the scan is done."""
    done_to: int = 0


class Position(_Part):
    """A search for changes, half done. Its lower bound is fixed at its start.

    Cloud goes on from ``token``, Data Center from the window that begins at ``window``.
    """

    projects: tuple[str, ...]
    since: int
    started: int
    high: int = 0
    """Newest ``updated`` seen so far."""
    reconcile: tuple[int, ...] = ()
    """Issues we wrote ourselves; the list has to stay the same on all pages."""
    token: str | None = None
    token_at: int = 0
    window: int = 0


class JiraCursor(_Part):
    """``marks``: project → newest change read, epoch milliseconds of the server. ``boards``: project → sprints read."""

    format: Literal[1] = 1
    marks: dict[str, int] = Field(default_factory=dict)
    boards: dict[str, int] = Field(default_factory=dict)
    scan: Scan | None = None
    search: Position | None = None

    def to_json(self) -> Cursor:
        """Return what the engine keeps."""
        return cast("dict[str, JsonValue]", self.model_dump(mode="json", exclude_defaults=True) | {"format": 1})


def parse(cursor: Cursor | None) -> JiraCursor:
    """Return the cursor that :meth:`JiraCursor.to_json` gave; ``None`` is the very beginning.

    Raises:
        CursorInvalid: it is of another version, or not one of ours.
    """
    if cursor is None:
        return JiraCursor()
    if "format" not in cursor:
        raise CursorInvalid
    try:
        return JiraCursor.model_validate(cursor)
    except ValidationError:
        raise CursorInvalid from None
