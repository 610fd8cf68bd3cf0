"""A pull: versions of every project, first scans of new ones, then one search for what changed in the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pmbridge.adapter import Response, in_order
from pmbridge.clock import from_millis, to_millis
from pmbridge.errors import NotVisible, PmbridgeError, ProtocolError, Rejected, Unreachable
from pmbridge.records import Listing, Mirrored, Page, Record, Scope, Skipped
from pmbridge.values import ProjectId, RecordId
from pmbridge_jira import groups
from pmbridge_jira.cloud import TOKEN_LIVES
from pmbridge_jira.cursor import JiraCursor, Position, Scan
from pmbridge_jira.homes import Homes
from pmbridge_jira.issues import Companions, IssueFormat, Rows
from pmbridge_jira.search import CHUNK, IssueSearch, PositionLost
from pmbridge_jira.site import Site
from pmbridge_jira.translate import ISSUE, LABEL, SPRINT, VERSION

MOST_RECONCILED = 50
"""Issues that Jira's search compares with its index on request."""


@dataclass
class Pull:
    """One pull. ``cursor`` moves on with every page that is yielded."""

    site: Site
    form: IssueFormat
    search: IssueSearch
    scope: Scope
    cursor: JiraCursor
    mirrored: Mirrored
    homes: Homes
    hidden: set[ProjectId] = field(default_factory=set)
    """Projects already reported as not visible."""
    _bad: set[str] = field(default_factory=set)
    """Issues already reported as unreadable."""

    def __post_init__(self) -> None:
        self.companions = Companions(self.form, self.homes)
        self._began = self.site.since()

    def pages(self) -> Iterator[Page]:
        """Yield pages until everything that the cursor has not covered is read."""
        self._forget_projects_out_of_scope()
        self.site.projects(self.scope.projects)  # how to name them, should one hide
        if VERSION in self.scope.kinds:
            yield from self._versions()
        if not self.scope.kinds & {ISSUE, SPRINT, LABEL}:
            return
        known = [project for project in self.scope.projects if project in self.cursor.marks]
        for project in self.scope.projects:
            if project not in known and project not in self.hidden:
                yield from self._scan(project)
        if SPRINT in self.scope.kinds:
            yield from self._boards()
        yield from self._changes(known)

    def _forget_projects_out_of_scope(self) -> None:
        """Drop what is kept of projects taken out: if they come back, they are read from the beginning."""
        scope = set(self.scope.projects)
        scan = self.cursor.scan
        self.cursor = self.cursor.model_copy(
            update={
                "marks": {one: mark for one, mark in self.cursor.marks.items() if one in scope},
                "boards": {one: at for one, at in self.cursor.boards.items() if one in scope},
                "scan": scan if scan and scan.project in scope else None,
            }
        )

    # -------------------------------------------------------------------------------------------- groups

    def _versions(self) -> Iterator[Page]:
        only_versions = not self.scope.kinds & {ISSUE, SPRINT, LABEL}
        for project, found in groups.versions(self.site, self.scope.projects):
            if isinstance(found, NotVisible):
                yield self._page(skipped=self._hide(project, found))
                continue
            yield self._page(
                records=found,
                listings=[
                    Listing(project=project, kind=VERSION, ids={one.id.external_id: one.version for one in found})
                ],
                complete={project: self._began()} if only_versions else {},
            )

    def _boards(self) -> Iterator[Page]:
        """Read sprints from their boards once a day: a sprint that is moved bumps no issue."""
        now = to_millis(self.site.client.server_now())
        every = self.site.settings.boards_every_h * 3_600_000
        for project in self.scope.projects:
            if project in self.hidden or now - self.cursor.boards.get(project, 0) < every:
                continue
            found = groups.board_sprints(self.site, project)
            self.cursor = self.cursor.model_copy(update={"boards": {**self.cursor.boards, project: now}})
            if found is not None:
                yield self._page(records=[*self.companions.sprints(found, project)])

    # ---------------------------------------------------------------------------------------- first scan

    def _scan(self, project: ProjectId) -> Iterator[Page]:
        """Read *project* from nothing, or from where a killed scan had got: its ids first, then by id in parallel.

        The mark is the server's clock at the start, not the newest change seen: an issue edited behind the reader would
        otherwise be skipped by the next pull.
        """
        scan = self.cursor.scan if self.cursor.scan and self.cursor.scan.project == project else None
        since = self.site.since()
        try:
            ids = list_ids(self.site, self.search, project)
        except NotVisible as error:
            yield self._page(skipped=self._hide(project, error))
            return
        scan = scan or Scan(project=project, started=to_millis(since()))
        left = [one for one in ids if one > scan.done_to]
        chunks = [left[start : start + CHUNK] for start in range(0, len(left), CHUNK)]
        for number, (chunk, response) in enumerate(self._fetched(chunks), start=1):
            records, skipped = self._records(self.search.rows(chunk, response), project)
            last = number == len(chunks)
            self.cursor = self.cursor.model_copy(
                update={"scan": scan.model_copy(update={"done_to": chunk[-1]})} if not last else self._scanned(scan)
            )
            yield self._page(
                records=records, skipped=skipped, expected=len(ids), lagging=self.search.lagging,
                **(self._end_of_scan(project, ids, scan) if last else {}),
            )  # fmt: skip
        if not chunks:
            self.cursor = self.cursor.model_copy(update=self._scanned(scan))
            yield self._page(expected=len(ids), **self._end_of_scan(project, ids, scan))

    def _fetched(self, chunks: Sequence[list[int]]) -> Iterator[tuple[list[int], Response | None]]:
        def fetch(chunk: list[int]) -> tuple[list[int], Response | None]:
            return chunk, self.search.fetch(chunk)

        return in_order(fetch, chunks, workers=self.site.settings.workers)

    def _scanned(self, scan: Scan) -> dict[str, object]:
        return {"scan": None, "marks": {**self.cursor.marks, scan.project: scan.started}}

    def _end_of_scan(self, project: ProjectId, ids: Sequence[int], scan: Scan) -> dict[str, Any]:
        listing = Listing(project=project, kind=ISSUE, ids=dict.fromkeys(map(str, ids)))
        return {"listings": [listing], "complete": {project: self._as_of(scan.started)}}

    # ------------------------------------------------------------------------------------------ changes

    def _changes(self, known: Sequence[ProjectId]) -> Iterator[Page]:
        """Ask once for all projects what changed since the oldest of their marks.

        A scan of all of them that ended leaves all of them with one mark, so the oldest is no older than the last pull.
        """
        projects = tuple(sorted(one for one in known if one not in self.hidden))
        position = self._resumable(projects)
        while projects:
            position = position or self._beginning(projects)
            try:
                yield from self._searched(position)
            except PositionLost as lost:
                if position.token is None:
                    # The token was given in this very run: the server is not to be trusted with another.
                    raise ProtocolError(tool="Jira", field="nextPageToken (refused)", call="search/jql") from lost
                position = None
            except Rejected as error:
                projects, position = self._without_hidden(projects, error), None
                yield self._page(skipped=self._newly_hidden(known, projects))
            else:
                return

    def _beginning(self, projects: tuple[ProjectId, ...]) -> Position:
        settings, dialect = self.site.settings, self.site.dialect
        lag = dialect.index_lag.total_seconds() if settings.index_lag_s is None else settings.index_lag_s
        overlap = lag + 60 if settings.overlap_s is None else settings.overlap_s
        oldest = min(self.cursor.marks[one] for one in projects)
        ours = [int(one.external_id) for one in self.mirrored.recent_writes() if one.kind == ISSUE]
        return Position(
            projects=projects,
            since=max(0, oldest - int(overlap * 1000)) // 60_000 * 60_000,  # some searches are no finer than a minute
            started=0,
            reconcile=tuple(ours[:MOST_RECONCILED]) if dialect.name == "cloud" else (),
        )

    def _resumable(self, projects: tuple[ProjectId, ...]) -> Position | None:
        """Return the position that a killed run left, if the same search can go on from it."""
        position = self.cursor.search
        if position is None or position.projects != projects:
            return None
        age = to_millis(self.site.client.server_now()) - position.token_at
        if position.token is not None and age > TOKEN_LIVES.total_seconds() * 1000:
            return None
        return position

    def _searched(self, position: Position) -> Iterator[Page]:
        since = self.site.since()
        high = position.high
        for rows, after in self.search.changes(position):
            started = position.started or to_millis(since())
            high = max(high, rows.high)
            records, skipped = self._records(rows, ProjectId(position.projects[0]))
            if after is not None:
                self.cursor = self.cursor.model_copy(update={"search": after.model_copy(update={"started": started})})
                yield self._page(records=records, skipped=skipped, lagging=True)
                continue
            self.cursor = self.cursor.model_copy(
                update={"search": None, "marks": {**self.cursor.marks, **self._moved(position.projects, high)}}
            )
            complete = {ProjectId(one): self._as_of(started) for one in position.projects}
            yield self._page(records=records, skipped=skipped, lagging=True, complete=complete)

    def _moved(self, projects: Sequence[str], high: int) -> dict[str, int]:
        """Return the marks after a whole scan: the newest change seen; never back, never ahead of the server."""
        newest = min(high, to_millis(self.site.client.server_now()))
        return {one: max(self.cursor.marks[one], newest) for one in projects}

    def _without_hidden(self, projects: tuple[ProjectId, ...], error: Rejected) -> tuple[ProjectId, ...]:
        """Return the projects that can still be seen: one that cannot makes Jira refuse the whole query."""
        seen = {one.id for one in self.site.find_projects(projects)}
        left = tuple(one for one in projects if one in seen)
        if left == projects:
            raise ProtocolError(
                tool="Jira", field=next(iter(error.faults.values()), "the query"), call="search"
            ) from error
        return left

    def _newly_hidden(self, known: Sequence[ProjectId], left: Sequence[ProjectId]) -> list[Skipped]:
        gone = [one for one in known if one not in left and one not in self.hidden]
        return [skipped for one in gone for skipped in self._hide(one, NotVisible())]

    # ---------------------------------------------------------------------------------------------- pages

    def _as_of(self, started: int) -> datetime:
        """Return as of when a project is complete whose issues were read from *started* on: versions came before."""
        return min(from_millis(started), self._began())

    def _records(self, rows: Rows, project: ProjectId) -> tuple[list[Record], list[Skipped]]:
        found: list[Record] = []
        for issue in rows.issues:
            found += self.companions.of(issue)
            if ISSUE in self.scope.kinds:
                found.append(self.form.item(issue))
        broken = [one for one in rows.broken if one.id not in self._bad]
        self._bad |= {one.id for one in broken}
        skipped = [self._quarantined(one.id, one.project or project, one.field) for one in broken]
        if rows.failed:
            again, unreadable = self._asked_again(rows.failed, project)
            found += again
            skipped += unreadable
        return found, skipped

    def _asked_again(self, failed: Sequence[str], project: ProjectId) -> tuple[list[Record], list[Skipped]]:
        """Ask once more for issues that the server failed to read; what fails again is read by the next run."""
        ids = [int(one) for one in failed]
        rows = self.search.rows(ids, self.search.fetch(ids))
        records, skipped = self._records(replace(rows, failed=()), project)
        error = Unreachable(connection=self.site.context.connection, why="issueErrors", why_zh="issueErrors")
        skipped += [
            Skipped(project=project, id=RecordId(kind=ISSUE, external_id=one), error=error) for one in rows.failed
        ]
        return records, skipped

    def _quarantined(self, id_: str, project: str, where: str) -> Skipped:
        return Skipped(
            project=ProjectId(project),
            id=RecordId(kind=ISSUE, external_id=id_),
            error=ProtocolError(connection=self.site.context.connection, tool="Jira", field=where, call=f"issue {id_}"),
        )

    def _hide(self, project: ProjectId, error: NotVisible) -> list[Skipped]:
        if project in self.hidden:
            return []
        self.hidden.add(project)
        return [hidden(self.site, project, error)]

    def _page(
        self,
        *,
        records: Sequence[Record] = (),
        listings: Sequence[Listing] = (),
        complete: Mapping[ProjectId, datetime] | None = None,
        skipped: Sequence[Skipped] = (),
        lagging: bool = False,
        expected: int | None = None,
    ) -> Page:
        return Page(
            cursor=self.cursor.to_json(),
            records=tuple(records),
            listings=tuple(listings),
            complete=complete or {},
            skipped=tuple(skipped),
            lagging=lagging,
            expected=expected,
        )


def list_ids(site: Site, search: IssueSearch, project: ProjectId) -> list[int]:
    """Return the ids of all issues of *project*, ascending.

    Raises:
        NotVisible: the project cannot be seen. Jira refuses the query then; an empty answer is checked all the same,
            because nothing else would tell it from a project in which everything was deleted.
    """
    try:
        ids = search.ids(project)
    except Rejected as error:
        if site.find_projects([project]):
            raise ProtocolError(
                tool="Jira", field=next(iter(error.faults.values()), "the query"), call="search"
            ) from error
        raise NotVisible(connection=site.context.connection, tool="Jira") from None
    if not ids and not site.find_projects([project]):
        raise NotVisible(connection=site.context.connection, tool="Jira")
    return ids


def hidden(site: Site, project: ProjectId, error: PmbridgeError) -> Skipped:
    """Return the note that *project* cannot be seen."""
    return Skipped(
        project=project,
        error=error.with_facts(connection=site.context.connection, tool="Jira", thing=site.thing(project)),
    )
