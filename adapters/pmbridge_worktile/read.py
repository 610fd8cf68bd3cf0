"""Reading records by id. An id that Worktile does not answer for is absent: it does not say why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pmbridge.errors import NotVisible, PmbridgeError, Unsupported
from pmbridge.records import Gone, Group, Record
from pmbridge.values import ProjectId, RecordId
from pmbridge_worktile import parse
from pmbridge_worktile.kinds import TAG, TASK
from pmbridge_worktile.pull import scan
from pmbridge_worktile.site import Site
from pmbridge_worktile.translate import Asked, TaskReader


class RecordReader:
    """Answers for single records what a pull with the same *asked* would show of them."""

    def __init__(self, site: Site, asked: Asked) -> None:
        self._site, self._reader, self._keys = site, TaskReader(asked), asked.keys
        self._failures: list[PmbridgeError] = []

    def read(self, ids: Sequence[RecordId]) -> Iterator[Record | Gone]:
        """Yield one answer per id.

        Raises:
            ProtocolError: a record is of an unknown form; raised after the answers for all others.
            Unsupported: a kind that cannot be read by id.
        """
        for one in ids:
            if one.kind not in (TASK, TAG):
                raise Unsupported(
                    connection=self._site.context.connection, tool="Worktile",
                    detail=f"reading {one.kind}", detail_zh=f"读取 {one.kind}",
                )  # fmt: skip
        wanted = list(dict.fromkeys(ids))
        yield from self._tasks([one.external_id for one in wanted if one.kind == TASK])
        yield from self._tags([one for one in wanted if one.kind == TAG])
        if self._failures:
            raise self._failures[0]

    def _tasks(self, ids: Sequence[str]) -> Iterator[Record | Gone]:
        left = dict.fromkeys(ids)
        for found in self._site.tasks(ids, self._keys):
            told = self._reader.read([one for one in found.sound if not one.is_deleted], project=None, versions={})
            for id_, where in [*((one.id, one.field) for one in found.broken), *told.unreadable]:
                left.pop(id_, None)
                self._failures.append(self._site.unknown(where, f"task {id_}"))
            for item in told.items:
                left.pop(item.id.external_id, None)
                yield item
            for one in found.sound:
                if one.is_deleted:
                    left.pop(one.id, None)
                    yield Gone(id=RecordId(kind=TASK, external_id=one.id), why="deleted")
        for id_ in left:
            yield Gone(id=RecordId(kind=TASK, external_id=id_), why="absent")

    def _tags(self, ids: Sequence[RecordId]) -> Iterator[Record | Gone]:
        """Yield tags as the tasks of their project carry them: a tag that no task carries is not there."""
        by_project: dict[str, list[RecordId]] = {}
        for one in ids:
            by_project.setdefault(one.external_id.partition("/")[0], []).append(one)
        for project, wanted in by_project.items():
            left = set(wanted)
            try:
                for tag in self._carried(ProjectId(project)):
                    if tag.id in left:
                        left.discard(tag.id)
                        yield tag
                    if not left:
                        break
            except NotVisible:
                yield from (Gone(id=one, why="hidden") for one in sorted(left))
            else:
                yield from (Gone(id=one, why="absent") for one in sorted(left))

    def _carried(self, project: ProjectId) -> Iterator[Group]:
        ids = list(scan(self._site, project).versions)
        for found in self._site.tasks(ids, self._keys):
            yield from tags_of(found, self._reader, project)


def tags_of(found: parse.Tasks, reader: TaskReader, project: ProjectId) -> list[Group]:
    """Return the tags that the tasks *found* carry."""
    return list(reader.read(found.sound, project=project, versions={}).tags.values())
