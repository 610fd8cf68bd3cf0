"""Issues on Jira Data Center: offset-paged search, read in windows so that no row is skipped while paging.

Rows shift under an offset when issues change, and newer servers refuse results past 10,000. So each page asks anew from
the last row's stamp, at offset 0; an offset is used only among rows that share one stamp.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pydantic import TypeAdapter

from pmbridge.adapter import Call, Response
from pmbridge.clock import to_millis
from pmbridge.errors import NotVisible, ProtocolError, Rejected
from pmbridge.records import Gone, Item
from pmbridge.values import ProjectId, RecordId
from pmbridge_jira import jql, wire
from pmbridge_jira.classify import rate_key
from pmbridge_jira.cursor import Position
from pmbridge_jira.issues import IssueFormat, Rows
from pmbridge_jira.keep import recall, write_down
from pmbridge_jira.site import Site
from pmbridge_jira.translate import ISSUE

LIST_SIZE = 1000
"""Rows asked for in a listing; the server may lower it without notice."""

_CREATED = TypeAdapter(wire.CreatedPage)
_KEYS = TypeAdapter(wire.KeyPage)


class ServerIssues:
    """``GET /search`` in windows of creation (listing) and of change (incremental)."""

    lagging = True

    def __init__(self, site: Site, form: IssueFormat) -> None:
        self._site, self._form = site, form
        self._search = site.dialect.path("/search")

    def ids(self, project: ProjectId) -> list[int]:
        """Return the ids of all issues of *project*, ascending; whole, or an error."""
        found: set[int] = set()
        since: int | None = None
        offset = 0
        size = min(LIST_SIZE, self._site.settings.list_size)
        while True:
            response = self._get(jql.created_since(project, since), ["created"], size, offset)
            page = self._site.client.parse(response, _CREATED).data
            found.update(one.id for one in page.issues)
            newest = max((to_millis(one.fields.created) for one in page.issues), default=0)
            ended, since, offset = _step(page.total, len(page.issues), since, offset, newest)
            if ended:
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
        since: int | None = max(position.since, position.window)
        offset = position.offset
        seen: set[tuple[str, int]] = set()
        while True:
            query = jql.changed_since(position.projects, since or 0)
            response = self._get(query, self._form.fields, self._site.settings.page_size, offset)
            rows = self._form.rows(self._site.client, response)
            ended, since, offset = _step(rows.total, rows.received, since, offset, rows.high)
            rows = _unseen(rows, seen)
            self._know_epics(rows)
            if ended:
                yield rows, None
                return
            high = max(position.high, rows.high)
            position = position.model_copy(update={"window": since, "offset": offset, "high": high})
            yield rows, position

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

        A key is never given to another issue, so the answer keeps for as long as the memo does.
        """
        known = self._form.epic_ids
        keys = {key for one in rows.issues if (key := self._form.epic_key(one)) and key not in known}
        unknown = sorted(key for key in keys if not self._remembered(key))
        for start in range(0, len(unknown), 100):
            chunk = unknown[start : start + 100]
            for key, id_ in self._ids_of(chunk).items():
                known[key] = id_
                write_down(self._site.context.memo, _epic_memo(key), id_)

    def _remembered(self, key: str) -> bool:
        kept = recall(self._site.context.memo, _epic_memo(key))
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
        found = {one.key: one.id for one in page.issues}
        # A moved epic answers under its new key; asked by itself it is found under the old one.
        return found | {key: id_ for key in keys if key not in found and (id_ := self._id_of(key))}

    def _id_of(self, key: str) -> str | None:
        try:
            return self._site.get(f"/issue/{key}", _REF, fields="id").id
        except NotVisible:
            return None


_REF = TypeAdapter(wire.Ref)


def _epic_memo(key: str) -> str:
    return f"epic {key}"


def _step(
    total: int | None, received: int, since: int | None, offset: int, newest: int
) -> tuple[bool, int | None, int]:
    """Return whether the list has ended, and where the next window begins: at the newest stamp, or further into it."""
    if received == 0 or (total is not None and offset + received >= total):
        return True, since, offset
    if newest > (since or 0):
        return False, newest, 0
    return False, since, offset + received


def _unseen(rows: Rows, seen: set[tuple[str, int]]) -> Rows:
    fresh = []
    for one in rows.issues:
        key = (one.id, to_millis(one.fields.updated))
        if key not in seen:
            seen.add(key)
            fresh.append(one)
    return replace(rows, issues=tuple(fresh))
