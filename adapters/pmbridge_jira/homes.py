"""Where a sprint or label is kept that issues of several projects name."""

from __future__ import annotations

from collections.abc import Collection

from pmbridge.records import Mirrored
from pmbridge.values import ProjectId, RecordId
from pmbridge_jira.translate import LABEL, SPRINT


class Homes:
    """In Jira neither belongs to a project. A record has one, so it keeps the first in which it was seen.

    Were it the last instead, each pull would carry a shared label to whichever project changed, and write history. The
    other projects find it by their issues. It moves when its home leaves the scope.
    """

    def __init__(self, mirrored: Mirrored | None = None, projects: Collection[ProjectId] = ()) -> None:
        self._mirrored, self._projects = mirrored, projects
        self._of: dict[RecordId, ProjectId] = {}
        self._recalled: set[str] = set()

    def of(self, id_: RecordId, seen_in: ProjectId) -> ProjectId:
        """Return the home of a sprint or label that is seen in a project."""
        if id_.kind not in self._recalled:
            self._recall(id_.kind)
        return self._of.setdefault(id_, seen_in)

    def _recall(self, kind: str) -> None:
        """Ask the mirror once, and only in a pull that meets one of this kind."""
        self._recalled.add(kind)
        if self._mirrored is not None and kind in (SPRINT, LABEL):
            for project in self._projects:
                for one in self._mirrored.versions(project, kind):
                    self._of.setdefault(RecordId(kind=kind, external_id=one), project)
