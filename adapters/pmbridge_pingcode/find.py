"""Looking for what a write of ours has made, when its answer was lost: over the whole connection, oldest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from pmbridge.adapter import Broken
from pmbridge.errors import ProtocolError, Unsupported
from pmbridge.records import AddComment, Comment, Create, Gone, Group, Record, Verb, Wanted, Write
from pmbridge.values import Plain, ProjectId, RecordId
from pmbridge_pingcode import wire
from pmbridge_pingcode.details import DetailReader
from pmbridge_pingcode.marking import marker_in
from pmbridge_pingcode.scan import Scan
from pmbridge_pingcode.site import Site
from pmbridge_pingcode.table import Table

Row = wire.WorkItem | wire.Ticket | wire.Idea

_ROWS: Mapping[str, type[Row]] = {"work_item": wire.WorkItem, "ticket": wire.Ticket, "idea": wire.Idea}


class Finder:
    """Finds items and comments by the marker that they carry, releases by their name."""

    def __init__(self, site: Site, table: Table) -> None:
        self._site, self._table = site, table

    def find(self, write: Write, since: datetime) -> Sequence[Record | Gone]:
        """Return what *write* has made since then.

        Raises:
            ProtocolError: a row cannot be read, or rows moved between the pages: then a miss proves nothing.
            Unsupported: a write that leaves nothing to find.
        """
        match write:
            case Create(kind="work_item" | "ticket" | "idea"):
                return self._items(write, since)
            case Create(kind="release"):
                return self._releases(write)
            case AddComment(target=RecordId(kind="work_item" | "ticket" | "idea")):
                return self._comments(write)
            case _:
                what = type(write).__name__
                raise Unsupported(
                    connection=self._site.context.connection, tool="PingCode",
                    detail=f"finding a {what}", detail_zh=f"查找 {what}",
                )  # fmt: skip

    def _items(self, write: Create, since: datetime) -> Sequence[Record | Gone]:
        dialect, settings = self._site.dialect, self._site.settings
        # The dates of a search may be cut to days.
        overlap = settings.search_overlap_s if dialect.searches else settings.overlap_s
        start = max(0, int(since.timestamp()) - overlap)
        scan: Scan[Row] = Scan(
            site=self._site, ask=dialect.created_since(dialect.items(write.kind), start), row=_ROWS[write.kind]
        )
        ours: dict[str, Row] = {}
        unread: dict[str, Broken] = {}
        for page in scan.pages():
            unread |= {one.id: one for one in page.broken}
            ours |= {one.id: one for one in page.sound if marker_in(one, settings.marker_property) == write.uid}
        if not ours and unread:
            raise self._unsure(next(iter(unread.values())).field)
        if not ours and not scan.whole:
            raise self._unsure("values (rows moved between pages)")
        made = [self._table.item(one) for one in sorted(ours.values(), key=lambda one: (one.created_at or 0, one.id))]
        if broken := next((one for one in made if isinstance(one, Broken)), None):
            raise self._unsure(broken.field)
        return [one for one in made if not isinstance(one, Broken)]

    def _releases(self, write: Create) -> list[Group]:
        """Return the release of the project that has the name of *write*, which only one can have."""
        title = write.values.get("title")
        if not isinstance(title, Plain):
            return []
        path = f"{self._site.dialect.project(write.project)}/versions"
        name = title.text.strip()
        rows = list(self._site.every(path, wire.Release, name=name))
        if not rows:
            self._site.project(write.project)  # that it can be seen at all, an empty list does not say
        reader = self._table.reader(write.project)
        return [reader.release(one, write.project) for one in rows if one.name == name]

    def _comments(self, write: AddComment) -> list[Comment]:
        wanted = Wanted(id=write.target, project=ProjectId(""), parts=frozenset({Verb.COMMENTS}))
        (told,) = DetailReader(self._site).read([wanted])
        if told.error is not None:
            raise told.error
        found = [one for one in told.records if isinstance(one, Comment) and one.marker == write.uid]
        return sorted(found, key=lambda one: (one.created_at is None, one.created_at, str(one.id)))

    def _unsure(self, field: str) -> ProtocolError:
        call = "the list of what was made"
        return ProtocolError(connection=self._site.context.connection, tool="PingCode", field=field, call=call)
