"""A pull: a light scan of every project, then only what is new or changed read in full."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pmbridge.errors import NotVisible, PmbridgeError, ProtocolError, Rejected
from pmbridge.records import Gone, Group, Item, Listing, Mirrored, Page, Person, Record, Scope, Skipped
from pmbridge.values import ProjectId, RecordId
from pmbridge_worktile import parse
from pmbridge_worktile.cursor import WHOLE, WorktileCursor
from pmbridge_worktile.kinds import TAG, TASK
from pmbridge_worktile.site import BULK, Site
from pmbridge_worktile.translate import Asked, TaskReader, version_of

ITS_OWN = (NotVisible, Rejected, ProtocolError)
"""Errors that concern one project: it is skipped, the others go on."""
_SCANS = 2


@dataclass(slots=True)
class Scanned:
    """What a project's list of tasks shows: id → version, ``None`` of a row that could not be read."""

    versions: dict[str, str | None] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)


def scan(site: Site, project: ProjectId) -> Scanned:
    """Return all tasks of *project*, without their properties.

    The list has no snapshot: when somebody deletes a task while it is read, the next page begins one too late. Where
    the number of tasks is told and more are told than came, it is read a second time and both are put together.

    Raises:
        NotVisible: the project is not among those that the credential sees.
        ProtocolError: an answer of an unknown form.
    """
    found = Scanned()
    for _ in range(_SCANS):
        total = 0
        for page in site.task_pages(project):
            total = page.total or 0
            _add(found, page)
        if total <= len(found.versions):
            break
    # Whether a project that is out of sight answers with an error or with nothing, no page tells. Asked after the list,
    # each time: by an older answer, a project that has hidden since would be one without tasks.
    if not found.versions and not site.sees(project):
        raise NotVisible
    return found


def _add(found: Scanned, page: parse.Tasks) -> None:
    for task in page.sound:
        if not task.is_deleted:
            found.versions[task.id] = version_of(task)
    for one in page.broken:
        # It is there all the same: a listing without it would make it vanish.
        found.versions.setdefault(one.id, None)
        found.broken[one.id] = one.field


@dataclass
class Pull:
    """One pull. ``cursor`` moves on with every answer of up to 100 tasks."""

    site: Site
    asked: Asked
    scope: Scope
    cursor: WorktileCursor
    mirrored: Mirrored

    def pages(self) -> Iterator[Page]:
        """Yield pages until everything that the cursor has not covered is read."""
        self.cursor = self.cursor.only(set(self.scope.projects))
        if not self.scope.kinds & {TASK, TAG}:
            return
        sees = self.site.sight()
        for project in self.scope.projects:
            try:
                yield from self._project(project)
            except ITS_OWN as error:
                skipped = Skipped(project=project, error=self.site.of_project(project, error, sees))
                yield Page(cursor=self.cursor.to_json(), skipped=(skipped,))

    def _project(self, project: ProjectId) -> Iterator[Page]:
        since = self.site.since()
        scanned = scan(self.site, project)
        known = self.mirrored.versions(project, TASK)
        # Up to here this pull, or the one before that was cut off, has read everything whatever the mirror held.
        done_up_to = self.cursor.projects.get(project)
        due = sorted(
            one
            for one, version in scanned.versions.items()
            if known.get(one) != version or (done_up_to != WHOLE and (done_up_to is None or one > done_up_to))
        )
        for at, records, skipped in self._read(project, due, scanned):
            if done_up_to != WHOLE:
                self.cursor = self.cursor.at(project, max(at, done_up_to or ""))
            yield Page(cursor=self.cursor.to_json(), records=tuple(records), skipped=tuple(skipped))
        self.cursor = self.cursor.at(project, WHOLE)
        yield Page(cursor=self.cursor.to_json(), listings=self._listings(project, scanned), complete={project: since()})

    def _listings(self, project: ProjectId, scanned: Scanned) -> tuple[Listing, ...]:
        if TASK not in self.scope.kinds:
            return ()
        return (Listing(project=project, kind=TASK, ids=scanned.versions),)

    def _read(
        self, project: ProjectId, due: Sequence[str], scanned: Scanned
    ) -> Iterator[tuple[str, list[Record | Gone], list[Skipped]]]:
        """Yield the tasks *due*, up to which id, and those that could not be read."""
        reader = TaskReader(self.asked)
        versions = {id_: version for id_, version in scanned.versions.items() if version is not None}
        for number, found in enumerate(self.site.tasks(due, self.asked.keys)):
            chunk = due[number * BULK : (number + 1) * BULK]
            sound = [one for one in found.sound if not one.is_deleted]
            told = reader.read(sound, project=project, versions=versions)
            broken = {one.id: one.field for one in found.broken} | dict(told.unreadable)
            there = {one.id for one in sound} | set(broken)
            missing = [one for one in chunk if one not in there]
            for one in missing:
                del scanned.versions[one]
            # A row of the list that could not be read, of a task that could: it has no version, so it comes every time.
            records: list[Record | Gone] = [*self._records(told.items, told.tags, project)]
            records += [Gone(id=RecordId(kind=TASK, external_id=one), why="absent") for one in missing]
            yield chunk[-1], records, [self._unreadable(project, id_, where) for id_, where in broken.items()]

    def _records(
        self, items: Sequence[Item], tags: Mapping[RecordId, Group], project: ProjectId
    ) -> Iterator[Item | Group | Person]:
        yield from tags.values()
        if TASK not in self.scope.kinds:
            return
        uids = {uid for one in items for uid in (*one.assignees, one.author) if uid}
        yield from self.site.people(uids, project)
        yield from items

    def _unreadable(self, project: ProjectId, task: str, where: str) -> Skipped:
        error: PmbridgeError = self.site.unknown(where, f"task {task}")
        return Skipped(project=project, id=RecordId(kind=TASK, external_id=task), error=error)
