"""Where a pull stands: per project up to which change it was read, and how far a scan or a search has got."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from pmbridge.adapter import CursorModel


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


class JiraCursor(CursorModel):
    """``marks``: project → newest change read, epoch milliseconds of the server. ``boards``: project → sprints read."""

    format: Literal[1] = 1
    marks: dict[str, int] = Field(default_factory=dict)
    boards: dict[str, int] = Field(default_factory=dict)
    scan: Scan | None = None
    search: Position | None = None
