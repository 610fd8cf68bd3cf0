"""Issues on Jira Data Center: offset-paged search, read in windows so that no row is skipped while paging.

Rows shift under an offset when issues change, and newer servers refuse results past 10,000. So each page asks anew from
the last row's minute, at offset 0; an offset is used only inside one minute that holds more than a page, and there each
page begins with the last row of the one before: if it does not, rows have shifted, and the window is read again. Whole
minutes, because they mean the same on servers whose search is no finer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from pydantic import TypeAdapter

from pmbridge.adapter import Call, Response
from pmbridge.clock import to_millis
from pmbridge.errors import NotVisible, ProtocolError, Rejected, Unreachable
from pmbridge.records import Gone, Item
from pmbridge.values import ProjectId, RecordId
from pmbridge_jira import jql, wire
from pmbridge_jira.classify import rate_key
from pmbridge_jira.cursor import Position
from pmbridge_jira.issues import IssueFormat, Rows
from pmbridge_jira.site import Site
from pmbridge_jira.translate import ISSUE

LIST_SIZE = 1000
"""Rows asked for in a listing; the server may lower it without notice."""
MINUTE = 60_000
MOST_SHIFTS = 5
EPIC_HOLDS = timedelta(days=1)

_CREATED = TypeAdapter(wire.CreatedPage)
_KEYS = TypeAdapter(wire.KeyPage)


@dataclass
class Window:
    """Where the next page begins: at a stamp, and, inside a minute of more than a page, some rows further on."""

    since: int | None
    offset: int = 0
    _last: str | None = None
    """Id that the next page has to begin with."""
    _shifts: int = 0

    def step(self, ids: Sequence[str], *, newest: int, total: int | None) -> bool:
        """Move on behind a page of *ids*, of which the newest is stamped *newest*; return whether it was the last.

        Raises:
            Unreachable: rows shifted again and again; the next run will find it quieter.
        """
        if self._last is not None and (not ids or ids[0] != self._last):
            self._shifts += 1
            if self._shifts > MOST_SHIFTS:
                raise Unreachable(tool="Jira", why="list keeps changing", why_zh="列表不断变化")
            self.offset, self._last = 0, None
            return False
        ended = not ids or (total is not None and self.offset + len(ids) >= total)
        minute = newest // MINUTE * MINUTE
        if minute > (self.since or 0):
            self.since, self.offset, self._last, self._shifts = minute, 0, None, 0
        elif len(ids) > 1:
            self.offset, self._last = self.offset + len(ids) - 1, ids[-1]
        else:
            self.offset, self._last = self.offset + len(ids), None
        return ended


class ServerIssues:
    """``GET /search`` in windows of creation (listing) and of change (incremental)."""

    lagging = True

    def __init__(self, site: Site, form: IssueFormat) -> None:
        self._site, self._form = site, form
        self._search = site.dialect.path("/search")

    def ids(self, project: ProjectId) -> list[int]:
        """Return the ids of all issues of *project*, ascending; whole, or an error."""
        found: set[int] = set()
        window = Window(since=None)
        size = min(LIST_SIZE, self._site.settings.list_size)
        ended = False
        while not ended:
            response = self._get(jql.created_since(project, window.since), ["created"], size, window.offset)
            page = self._site.client.parse(response, _CREATED).data
            found.update(one.id for one in page.issues)
            newest = max((to_millis(one.fields.created) for one in page.issues), default=0)
            ended = window.step([str(one.id) for one in page.issues], newest=newest, total=page.total)
        return sorted(found)

    def fetch(self, ids: Sequence[int]) -> Response | None:
        """Ask for issues by id; ``None`` when the server refuses because there is none of them."""
        return self._by_id(ids, 0)

    def rows(self, ids: Sequence[int], response: Response | None) -> Rows:
        """Return the issues of the answer, and of further pages where the server gives fewer at once than asked."""
        if response is None:
            return Rows(issues=())
        rows = self._form.rows(self._site.client, response)
        while rows.total is not None and rows.received < rows.total and rows.received < len(ids):
            response = self._by_id(ids, rows.received)
            more = self._form.rows(self._site.client, response) if response else Rows(issues=())
            if not more.received:
                raise ProtocolError(tool="Jira", field="issues (fewer than total)", call=self._search)
            rows = replace(rows, issues=rows.issues + more.issues, broken=rows.broken + more.broken)
        self._know_epics(rows)
        return rows

    def changes(self, position: Position) -> Iterator[tuple[Rows, Position | None]]:
        """Ask in windows of ``updated`` from *position*."""
        window = Window(since=max(position.since, position.window))
        seen: set[tuple[str, int]] = set()
        ended = False
        while not ended:
            query = jql.changed_since(position.projects, window.since or 0)
            response = self._get(query, self._form.fields, self._site.settings.page_size, window.offset)
            rows = self._form.rows(self._site.client, response)
            ended = window.step(rows.ids, newest=rows.high, total=rows.total)
            rows = _unseen(rows, seen)
            self._know_epics(rows)
            high = max(position.high, rows.high)
            position = position.model_copy(update={"window": window.since, "high": high})
            yield rows, None if ended else position

    def absent(self, id_: int) -> Item | Gone | wire.Broken:
        """Ask for the issue itself: the index that the search reads may lag, and absence needs proof."""
        path = self._site.dialect.path(f"/issue/{id_}")
        try:
            params = {"fields": ",".join(self._form.fields)}
            response = self._site.client.fetch("GET", path, call=Call.READ, params=params, rate=rate_key(path))
        except NotVisible:
            return Gone(id=RecordId(kind=ISSUE, external_id=str(id_)), why="absent")
        try:
            issue = self._form.one(self._site.client, response)
        except ProtocolError as error:
            return wire.Broken(id=str(id_), project=None, field=str(error.facts.get("field")))
        self._know_epics(Rows(issues=(issue,)))
        return self._form.item(issue)

    def _by_id(self, ids: Sequence[int], offset: int) -> Response | None:
        """Ask for *ids*; where one of them makes the server refuse the query, ask without it."""
        asked = list(ids)
        while asked:
            try:
                # Without validation an id that does not exist is no fault of the query.
                return self._get(jql.one_of("id", asked), self._form.fields, len(ids), offset, validate=False)
            except Rejected:
                left = [one for one in asked if self._exists(one)]
                if len(left) == len(asked):
                    raise
                asked = left
        return None

    def _exists(self, id_: int) -> bool:
        path = self._site.dialect.path(f"/issue/{id_}")
        try:
            self._site.client.fetch("GET", path, call=Call.READ, params={"fields": "id"}, rate=rate_key(path))
        except NotVisible:
            return False
        return True

    def _get(self, query: str, fields: Sequence[str], size: int, offset: int, *, validate: bool = True) -> Response:
        params: dict[str, str | int] = {"jql": query, "fields": ",".join(fields), "startAt": offset, "maxResults": size}
        if not validate:
            params["validateQuery"] = "false"
        return self._site.client.fetch("GET", self._search, call=Call.READ, params=params, rate=rate_key(self._search))

    # --------------------------------------------------------------------------------------------- epics

    def _know_epics(self, rows: Rows) -> None:
        """Look up the issues that epic links name by key; records name their parent by id.

        A key is hardly ever given to another issue, so the answer holds for a day.
        """
        known = self._form.epic_ids
        keys = {key for one in rows.issues if (key := self._form.epic_key(one)) and key not in known}
        unknown = sorted(key for key in keys if not self._remembered(key))
        for start in range(0, len(unknown), 100):
            chunk = unknown[start : start + 100]
            for key, id_ in self._ids_of(chunk).items():
                known[key] = id_
                self._site.context.memo.keep(_epic_memo(key), id_, ttl=EPIC_HOLDS)

    def _remembered(self, key: str) -> bool:
        kept = self._site.context.memo.kept(_epic_memo(key))
        if isinstance(kept, str):
            self._form.epic_ids[key] = kept
        return isinstance(kept, str)

    def _ids_of(self, keys: Sequence[str]) -> dict[str, str]:
        """Return key → id of those that can be seen; an epic that cannot be seen is no parent that we could show."""
        query = jql.one_of("key", keys)
        try:
            response = self._get(query, ["id"], len(keys), 0, validate=False)
        except Rejected:
            return {key: id_ for key in keys if (id_ := self._id_of(key))}
        page = self._site.client.parse(response, _KEYS).data
        found = {one["key"]: one["id"] for one in page.issues}
        # A moved epic answers under its new key; asked by itself it is found under the old one.
        return found | {key: id_ for key in keys if key not in found and (id_ := self._id_of(key))}

    def _id_of(self, key: str) -> str | None:
        try:
            return self._site.get(f"/issue/{key}", _REF, fields="id")["id"]
        except NotVisible:
            return None


_REF = TypeAdapter(wire.Ref)


def _epic_memo(key: str) -> str:
    return f"epic {key}"


def _unseen(rows: Rows, seen: set[tuple[str, int]]) -> Rows:
    fresh = []
    for one in rows.issues:
        key = (one["id"], to_millis(one["fields"]["updated"]))
        if key not in seen:
            seen.add(key)
            fresh.append(one)
    return replace(rows, issues=tuple(fresh))
