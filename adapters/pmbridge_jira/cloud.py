"""Issues on Jira Cloud: token-paged search, bulk fetch past the search index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from pydantic import TypeAdapter

from pmbridge.adapter import Call, Response
from pmbridge.clock import to_millis
from pmbridge.errors import ProtocolError, Rejected
from pmbridge.records import Gone, Item
from pmbridge.values import ProjectId, RecordId
from pmbridge_jira import jql, wire
from pmbridge_jira.classify import rate_key
from pmbridge_jira.cursor import Position
from pmbridge_jira.issues import IssueFormat, Rows, properties
from pmbridge_jira.search import PositionLost
from pmbridge_jira.site import Site
from pmbridge_jira.translate import ISSUE

TOKEN_LIVES = timedelta(days=6)
"""One day less than the vendor says."""

_IDS = TypeAdapter(wire.IdPage)


class CloudIssues:
    """``search/jql`` and ``issue/bulkfetch``."""

    lagging = False

    def __init__(self, site: Site, form: IssueFormat) -> None:
        self._site, self._form = site, form
        self._search = site.dialect.path("/search/jql")
        self._bulk = site.dialect.path("/issue/bulkfetch")

    def ids(self, project: ProjectId) -> list[int]:
        """Return the ids of all issues of *project*, ascending; whole, or an error."""
        body: dict[str, object] = {
            "jql": jql.all_of([project]),
            "fields": ["id"],
            "maxResults": self._site.settings.list_size,
        }
        found: set[int] = set()
        received = 0
        token: str | None = None
        seen: set[str] = set()
        while True:
            response = self._post(self._search, body if token is None else {**body, "nextPageToken": token})
            page = self._site.client.parse(response, _IDS).data
            found.update(one.id for one in page.issues)
            received += len(page.issues)
            token = _next(page.nextPageToken, seen, is_last=page.isLast, total=page.total, received=received)
            if token is None:
                return sorted(found)

    def fetch(self, ids: Sequence[int]) -> Response:
        """Ask for issues by id; not from the search index."""
        body: dict[str, object] = {"issueIdsOrKeys": [str(one) for one in ids], "fields": [*self._form.fields]}
        return self._post(self._bulk, body | self._properties())

    def rows(self, ids: Sequence[int], response: Response | None) -> Rows:  # noqa: ARG002 - an answer is whole here
        """Return the issues of the answer; the missing are not visible or not there."""
        return self._form.rows(self._site.client, response) if response else Rows(issues=())

    def changes(self, position: Position) -> Iterator[tuple[Rows, Position | None]]:
        """Follow the page tokens from *position*."""
        body: dict[str, object] = {
            "jql": jql.changed_since(position.projects, position.since),
            "fields": [*self._form.fields],
            "maxResults": self._site.settings.page_size,
        } | self._properties()
        if position.reconcile:
            body["reconcileIssues"] = [*position.reconcile]
        received = 0
        token = position.token
        seen = {token} if token else set()
        while True:
            rows = self._page(body, token)
            received += rows.received
            token = _next(rows.token, seen, is_last=rows.is_last, total=rows.total, received=received)
            if token is None:
                yield rows, None
                return
            position = position.model_copy(
                update={
                    "token": token,
                    "token_at": to_millis(self._site.client.server_now()),
                    "high": max(position.high, rows.high),
                }
            )
            yield rows, position

    def absent(self, id_: int) -> Item | Gone | wire.Broken:
        """A bulk fetch leaves out what is deleted and what is hidden, and does not say which."""
        return Gone(id=RecordId(kind=ISSUE, external_id=str(id_)), why="absent")

    def _page(self, body: Mapping[str, object], token: str | None) -> Rows:
        if token is None:
            return self._form.rows(self._site.client, self._post(self._search, body))
        try:
            response = self._post(self._search, {**body, "nextPageToken": token})
        except Rejected as error:
            raise PositionLost from error
        return self._form.rows(self._site.client, response)

    def _post(self, path: str, body: Mapping[str, object]) -> Response:
        return self._site.client.fetch("POST", path, call=Call.READ, json=body, rate=rate_key(path))

    def _properties(self) -> dict[str, object]:
        return {"properties": properties(self._site.dialect)}


def _next(token: str | None, seen: set[str], *, is_last: bool | None, total: int | None, received: int) -> str | None:
    """Return the token to go on with, ``None`` at the end. The page's length says nothing.

    A token that comes back ends a list that does not say it goes on; one that says so would never end. A proxy that
    answers in the old form, with a total and no token, is taken as long as its one page was all.
    """
    if token and not is_last:
        if token not in seen:
            seen.add(token)
            return token
        if is_last is False:
            raise ProtocolError(tool="Jira", field="nextPageToken (repeated)", call="search/jql")
    if not token and is_last is not True and total is not None and total > received:
        raise ProtocolError(tool="Jira", field="nextPageToken (missing)", call="search/jql")
    return None
