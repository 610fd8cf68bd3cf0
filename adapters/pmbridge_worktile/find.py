"""Looking for a task of ours when the answer to its making was lost: by its marker, in every project that is seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from pmbridge.adapter import split_title
from pmbridge.errors import Doubtful, Unsupported
from pmbridge.records import Create, Item, Write
from pmbridge.values import Plain, ProjectId, RecordId
from pmbridge_worktile import wire
from pmbridge_worktile.kinds import TASK
from pmbridge_worktile.read import RecordReader
from pmbridge_worktile.settings import TITLE
from pmbridge_worktile.site import Site

_MOST_NAMED = 5
_JUST_NOW = timedelta(hours=1)
"""Far more than a request may take; of what is older the properties need not be read."""


class Finder:
    """Finds by the marker, which the list shows in titles; a property is asked for, of what was made since."""

    def __init__(self, site: Site, reader: RecordReader) -> None:
        self._site, self._reader = site, reader

    def find(self, write: Write, since: datetime) -> list[Item]:
        """Return what *write* has made since then, oldest first.

        Raises:
            Unsupported: a write that leaves nothing to find.
            Doubtful: a task of that title was made since, and has no marker. It may be ours: Worktile need not have
                kept what it was sent.
        """
        if not isinstance(write, Create) or write.kind != TASK:
            what = type(write).__name__
            raise Unsupported(tool="Worktile", detail=f"finding a {what}", detail_zh=f"查找 {what}")
        unmarked: list[Item] = []
        for project in self._projects(write.project):
            since_then = self._made_in(project, since)
            if found := self._carrying(write, since_then):
                return found
            if project == write.project:
                unmarked = self._alike(write, since_then)
        if unmarked:
            named = ", ".join(f"{one.key} {one.title} {one.url}".strip() for one in unmarked[:_MOST_NAMED])
            raise Doubtful(
                "maybe-made", connection=self._site.context.connection, tool="Worktile", n=len(unmarked), things=named
            )
        return []

    def marked(self, write: Create) -> list[Item]:
        """Return what carries the marker of *write*, which was sent just now, in its project."""
        return self._carrying(write, self._made_in(write.project, self._site.client.server_now() - _JUST_NOW))

    def _projects(self, first: ProjectId) -> Iterable[ProjectId]:
        yield first
        # Whoever tidies up may have moved it; the list is asked for only when it is not where it was made.
        yield from (ProjectId(one.id) for one in self._site.projects() if one.id != first)

    def _made_in(self, project: ProjectId, since: datetime) -> list[wire.Task]:
        """Return the tasks of *project* made since then, oldest first; one that does not say when may be one."""
        rows = {one.id: one for page in self._site.task_pages(project) for one in page.sound if not one.is_deleted}
        from_ = int(since.timestamp())
        recent = [one for one in rows.values() if one.created_at is None or one.created_at >= from_]
        return sorted(recent, key=lambda one: (one.created_at or 0, one.id))

    def _carrying(self, write: Create, rows: Sequence[wire.Task]) -> list[Item]:
        if self._site.settings.marker == TITLE:
            rows = [one for one in rows if split_title(one.title)[1] == write.uid]
        return [one for one in self._read(rows) if one.marker == write.uid]

    def _alike(self, write: Create, rows: Sequence[wire.Task]) -> list[Item]:
        title = write.values.get("title")
        wanted = title.text.strip() if isinstance(title, Plain) else ""
        return [one for one in self._read([row for row in rows if row.title.strip() == wanted]) if one.marker is None]

    def _read(self, rows: Sequence[wire.Task]) -> list[Item]:
        answers = {one.id: one for one in self._reader.read([RecordId(kind=TASK, external_id=row.id) for row in rows])}
        found = (answers.get(RecordId(kind=TASK, external_id=row.id)) for row in rows)
        return [one for one in found if isinstance(one, Item)]
