"""Looking for what a write of ours has made, when its answer was lost: over the whole connection, oldest first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pydantic import TypeAdapter

from pmbridge.adapter import Call
from pmbridge.clock import to_millis
from pmbridge.errors import NotVisible, Unsupported
from pmbridge.records import AddComment, Comment, Create, Gone, Group, Item, Record, Verb, Wanted, Write
from pmbridge.values import Plain, ProjectId, RecordId
from pmbridge_jira import groups, jql, wire
from pmbridge_jira.classify import rate_key
from pmbridge_jira.details import DetailReader
from pmbridge_jira.outgoing import one_line
from pmbridge_jira.site import Site
from pmbridge_jira.translate import ISSUE, MARKER_LABEL, MARKER_PROPERTY
from pmbridge_jira.wire_details import CommentProperty

PAGE = 100
_FOUND = TypeAdapter(wire.IdPage)
_PLACED = TypeAdapter(wire.PlacedIssue)
_MARK = TypeAdapter(CommentProperty)


class Finder:
    """Finds by the marker. *details* reads comments."""

    def __init__(self, site: Site, details: DetailReader) -> None:
        self._site, self._details = site, details

    def issues(self, write: Create, since: datetime) -> list[RecordId]:
        """Return the issues that carry the marker of *write*, wherever they are by now.

        By the label; where no label was to be had, by the property of all that this account has made since.
        """
        found = self._search(f"labels = {jql.quoted(MARKER_LABEL + write.uid)}")
        if not found:
            mine = self._search(f"creator = currentUser() AND created >= {to_millis(since)}")
            found = [one for one in mine if self._marker(one) == write.uid]
        return [RecordId(kind=ISSUE, external_id=str(one)) for one in sorted(found)]

    def versions(self, write: Create) -> list[Group]:
        """Return the versions of the project that have the name of *write*, which only one can have."""
        title = write.values.get("title")
        if not isinstance(title, Plain):
            return []
        name = one_line(title.text).casefold()
        ((_, every),) = groups.versions(self._site, [write.project])
        if isinstance(every, NotVisible):
            raise every
        return [one for one in every if one.title.casefold() == name]

    def comments(self, write: AddComment) -> list[Comment]:
        """Return the comments of the issue that carry the marker of *write*."""
        path = self._site.dialect.path(f"/issue/{write.target.external_id}")
        placed = self._site.client.get(path, _PLACED, params={"fields": "project"}, rate=rate_key(path)).data
        project = ProjectId(placed.fields.project["id"])
        (told,) = self._details.read([Wanted(id=write.target, project=project, parts=frozenset({Verb.COMMENTS}))])
        if told.error is not None:
            raise told.error
        return [one for one in told.records if isinstance(one, Comment) and one.marker == write.uid]

    def _search(self, query: str) -> list[int]:
        query = f"{query} ORDER BY created ASC"
        found: dict[int, None] = {}
        token: str | None = None
        while True:
            received, token = self._page(query, len(found), token)
            new = [one for one in received if one not in found]
            found.update(dict.fromkeys(new))
            if not new or (token is None and (self._site.dialect.name == "cloud" or len(received) < PAGE)):
                return list(found)

    def _page(self, query: str, offset: int, token: str | None) -> tuple[list[int], str | None]:
        if self._site.dialect.name == "cloud":
            path = self._site.dialect.path("/search/jql")
            body: dict[str, object] = {"jql": query, "fields": ["id"], "maxResults": PAGE}
            body |= {"nextPageToken": token} if token else {}
            response = self._site.client.fetch("POST", path, call=Call.READ, json=body, rate=rate_key(path))
        else:
            path = self._site.dialect.path("/search")
            params: dict[str, str | int] = {"jql": query, "fields": "id", "startAt": offset, "maxResults": PAGE}
            response = self._site.client.fetch("GET", path, call=Call.READ, params=params, rate=rate_key(path))
        page = self._site.client.parse(response, _FOUND).data
        return [one.id for one in page.issues], None if page.isLast else page.nextPageToken

    def _marker(self, issue: int) -> str | None:
        try:
            kept = self._site.get(f"/issue/{issue}/properties/{MARKER_PROPERTY}", _MARK).value
        except NotVisible:
            return None
        uid = kept.get("uid") if isinstance(kept, dict) else None
        return uid if isinstance(uid, str) else None


def oldest_first(found: Iterable[Record | Gone]) -> list[Record | Gone]:
    """Return *found* by the time at which each was made; those of which none is known come last, by id."""
    return sorted(found, key=_age)


def _age(one: Record | Gone) -> tuple[bool, float, str]:
    made = one.created_at if isinstance(one, Item | Comment) else None
    return made is None, made.timestamp() if made else 0.0, str(one.id)


def unfindable(write: Write, connection: str) -> Unsupported:
    """Return that nothing is looked for: only creates and comments leave something to find."""
    what = type(write).__name__
    return Unsupported(connection=connection, tool="Jira", detail=f"finding a {what}", detail_zh=f"查找 {what}")
