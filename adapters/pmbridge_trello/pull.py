"""A pull: one list tells which boards moved, and each that did is read whole."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter

from pmbridge.adapter import Response, in_order
from pmbridge.clock import to_millis
from pmbridge.errors import NotVisible, PmbridgeError, ProtocolError, Rejected
from pmbridge.records import Listing, Page, Record, Scope, Skipped
from pmbridge.values import ProjectId
from pmbridge_trello import wire
from pmbridge_trello.board import BoardReader
from pmbridge_trello.classify import TooMuch
from pmbridge_trello.cursor import Seen, TrelloCursor
from pmbridge_trello.site import Site

_ACTIVITY = TypeAdapter(wire.Activity)
_ITS_OWN = (NotVisible, Rejected, ProtocolError)
"""Errors that concern one board: it is skipped, the others go on."""


@dataclass(frozen=True, slots=True)
class _Due:
    """A board to be read, and what the list said of it."""

    project: ProjectId
    activity: int | None
    paged: bool


@dataclass(frozen=True, slots=True)
class _Fetched:
    """The answer to one of them, as it came out of its thread; ``None`` of a board that is read in pages."""

    due: _Due
    since: Callable[[], datetime]
    answer: Response | PmbridgeError | None
    digest: str = ""


@dataclass
class Pull:
    """One pull. ``cursor`` moves on with every board that is read to its end."""

    site: Site
    reader: BoardReader
    scope: Scope
    cursor: TrelloCursor

    def pages(self) -> Iterator[Page]:
        """Yield pages until everything that the cursor has not covered is read."""
        scope = set(self.scope.projects)
        # A board that is taken out and comes back later is read from the beginning.
        kept = {one: seen for one, seen in self.cursor.boards.items() if one in scope}
        self.cursor = self.cursor.model_copy(update={"boards": kept})
        if not scope:
            return
        since = self.site.since()
        activities, skipped = self._activities()
        due, quiet = self._sorted(activities)
        if quiet or skipped:
            yield self._page(complete=dict.fromkeys(quiet, since()), skipped=skipped)
        yield from self._read(due)

    # -------------------------------------------------------------------------------------- what moved

    def _activities(self) -> tuple[dict[ProjectId, int | None], list[Skipped]]:
        """Return when something last happened on each board of the scope that can be seen, and those that cannot.

        The list holds the account's own boards. One that it sees for another reason (it is open to the organisation,
        or to everybody) is asked by itself, ten a request.
        """
        told = {ProjectId(one.id): one for one in self.site.boards("all", "name,closed,dateLastActivity")}
        found: dict[ProjectId, int | None] = {}
        for project in self.scope.projects:
            if (head := told.get(project)) is not None:
                found[project] = _millis(head.dateLastActivity)
        skipped = []
        others = [one for one in self.scope.projects if one not in found]
        for project, answer in self.site.ask_boards(others, "dateLastActivity"):
            if isinstance(answer, PmbridgeError):
                skipped.append(self._skipped(project, answer))
            else:
                activity = self.site.client.parse(answer, _ACTIVITY).data
                found[project] = _millis(activity.dateLastActivity)
        return found, skipped

    def _sorted(self, activities: Mapping[ProjectId, int | None]) -> tuple[list[_Due], list[ProjectId]]:
        """Sort the boards into those to be read and those in which nothing happened.

        ``dateLastActivity`` is not trusted alone: some changes may not move it, so every board is read once a day.
        """
        now = to_millis(self.site.client.server_now())
        every = self.site.settings.full_read_h * 3_600_000
        due, quiet = [], []
        for project, activity in activities.items():
            seen = self.cursor.boards.get(project)
            if seen is not None and activity is not None and activity == seen.activity and now - seen.read_at < every:
                quiet.append(project)
            else:
                due.append(_Due(project, activity, seen is not None and seen.paged))
        return due, quiet

    # ---------------------------------------------------------------------------------------- reading

    def _read(self, due: Sequence[_Due]) -> Iterator[Page]:
        unchanged: dict[ProjectId, datetime] = {}
        for fetched in in_order(self._fetch, due, workers=self.site.settings.workers):
            project = fetched.due.project
            if isinstance(fetched.answer, PmbridgeError):
                yield self._page(skipped=[self._skipped(project, fetched.answer)])
                continue
            seen = self.cursor.boards.get(project)
            if seen is not None and fetched.digest and fetched.digest == seen.digest:
                # Told together: a page of its own would cost each of them a transaction, for nothing.
                unchanged[project] = self._end(fetched, seen.name, paged=False)
                continue
            try:
                yield from self._parts(fetched, fetched.answer)
            except _ITS_OWN as error:
                yield self._page(skipped=[self._skipped(project, error)])
        if unchanged:
            yield self._page(complete=unchanged)

    def _fetch(self, due: _Due) -> _Fetched:
        since = self.site.since()
        if due.paged:
            return _Fetched(due, since, None)
        try:
            response = self.reader.fetch(due.project)
        except TooMuch:
            return _Fetched(due, since, None)
        except _ITS_OWN as error:
            return _Fetched(due, since, error)
        return _Fetched(due, since, response, hashlib.sha256(response.body).hexdigest())

    def _parts(self, fetched: _Fetched, answer: Response | None) -> Iterator[Page]:
        project = fetched.due.project
        for part in self.reader.pages(project) if answer is None else self.reader.parts(project, answer):
            if not part.last:
                yield self._page(records=part.records, skipped=part.skipped)
                continue
            at = self._end(fetched, part.name, paged=part.paged)
            yield self._page(records=part.records, listings=part.listings, skipped=part.skipped, complete={project: at})

    def _end(self, fetched: _Fetched, name: str, *, paged: bool) -> datetime:
        """Note that a board was read to its end, and return as of when."""
        since = fetched.since()
        seen = Seen(
            name=name,
            activity=fetched.due.activity,
            read_at=to_millis(since),
            digest="" if paged else fetched.digest,
            paged=paged,
        )
        self.cursor = self.cursor.with_board(fetched.due.project, seen)
        return since

    def _skipped(self, project: ProjectId, error: PmbridgeError) -> Skipped:
        seen, connection = self.cursor.boards.get(project), self.site.context.connection
        thing = f"{connection}:{seen.name if seen and seen.name else project}"
        return Skipped(project=project, error=error.with_facts(connection=connection, tool="Trello", thing=thing))

    def _page(
        self,
        *,
        records: Sequence[Record] = (),
        listings: Sequence[Listing] = (),
        complete: Mapping[ProjectId, datetime] | None = None,
        skipped: Sequence[Skipped] = (),
    ) -> Page:
        return Page(
            cursor=self.cursor.to_json(),
            records=tuple(records),
            listings=tuple(listings),
            complete=complete or {},
            skipped=tuple(skipped),
        )


def _millis(at: datetime | None) -> int | None:
    return to_millis(at) if at is not None else None
