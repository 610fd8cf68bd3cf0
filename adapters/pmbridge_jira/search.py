"""Reading issues in bulk, as both dialects offer it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from pmbridge.adapter import Response
from pmbridge.errors import PmbridgeError
from pmbridge.records import Gone, Item
from pmbridge.values import ProjectId
from pmbridge_jira import wire
from pmbridge_jira.cursor import Position
from pmbridge_jira.issues import Rows

CHUNK = 100
"""Issues that one bulk read may name, on either dialect."""


class PositionLost(PmbridgeError):
    """The server does not go on from a page token. Never leaves the adapter."""


class IssueSearch(Protocol):
    """How issues are listed, read by id and searched for changes."""

    lagging: bool
    """Whether :meth:`rows` come from a search index."""

    def ids(self, project: ProjectId) -> list[int]:
        """Return the ids of all issues of *project*, ascending; whole, or an error."""
        ...

    def fetch(self, ids: Sequence[int]) -> Response | None:
        """Return the answer that holds the issues *ids* (at most :data:`CHUNK`), ``None`` when none of them is there.

        For the threads of ``in_order``: asks, does not parse.
        """
        ...

    def rows(self, ids: Sequence[int], response: Response | None) -> Rows:
        """Return the issues of an answer to :meth:`fetch`; those that are not visible are left out."""
        ...

    def changes(self, position: Position) -> Iterator[tuple[Rows, Position | None]]:
        """Yield pages of changed issues, oldest change first, each with the position after it; ``None`` at the end.

        Raises:
            PositionLost: the page token is not taken any more.
            Rejected: the query is not taken: a project in it cannot be seen.
        """
        ...

    def absent(self, id_: int) -> Item | Gone | wire.Broken:
        """Return the answer for an issue that a bulk read left out."""
        ...
