"""A pull: the groups of every project, then its items, all of a new one and what changed in the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pmbridge.adapter import Broken
from pmbridge.errors import NotVisible, PmbridgeError, ProtocolError, Rejected
from pmbridge.records import Gone, Item, Listing, Page, Person, Record, Scope, Skipped
from pmbridge.values import ProjectId, RecordId
from pmbridge_pingcode import wire
from pmbridge_pingcode.classify import ScopeMissing
from pmbridge_pingcode.cursor import PingCodeCursor
from pmbridge_pingcode.dialect import IDEAS, MOST_PROJECTS, TICKETS, Ask
from pmbridge_pingcode.groups import GroupReader, Groups
from pmbridge_pingcode.kinds import DELIVERABLE, IDEA, OF_PRODUCTS, PRODUCT, TICKET, WORK_ITEM
from pmbridge_pingcode.parse import Rows
from pmbridge_pingcode.scan import Scan
from pmbridge_pingcode.site import Site
from pmbridge_pingcode.table import Table
from pmbridge_pingcode.translate import people, person

ITS_OWN = (NotVisible, Rejected, ProtocolError)
"""Errors that concern one project: it is skipped, the others go on."""
SHIP: Mapping[str, tuple[str, type[wire.Ticket | wire.Idea]]] = {
    TICKET: (TICKETS, wire.Ticket),
    IDEA: (IDEAS, wire.Idea),
}

Row = wire.WorkItem | wire.Ticket | wire.Idea


@dataclass
class Pull:
    """One pull. ``cursor`` moves on with every project that is read to its end."""

    site: Site
    table: Table
    scope: Scope
    cursor: PingCodeCursor
    _told: set[RecordId] = field(default_factory=set)
    """People already yielded."""

    def pages(self) -> Iterator[Page]:
        """Yield pages until everything that the cursor has not covered is read."""
        scope = set(self.scope.projects)
        kept = {one: mark for one, mark in self.cursor.marks.items() if one in scope}
        self.cursor = self.cursor.model_copy(update={"marks": kept})
        projects = [one for one in self.scope.projects if not one.startswith(PRODUCT)]
        products = [one for one in self.scope.projects if one.startswith(PRODUCT)]
        since = self.site.since()
        refused: list[ScopeMissing] = []
        seen: list[ProjectId] = []
        for groups in GroupReader(self.site, self.scope.kinds).read([*projects, *products]):
            if isinstance(groups.error, PmbridgeError):
                if isinstance(groups.error, ScopeMissing):
                    refused.append(groups.error)
                yield self._page(skipped=[self._skipped(groups.project, groups.error)])
                continue
            seen.append(groups.project)
            records, broken = self._records(groups)
            done = not self._items_of(groups.project)
            yield self._page(
                records=records,
                listings=groups.listings(self.table.reader(groups.project)),
                skipped=broken,
                complete={groups.project: since()} if done else {},
                marks=[groups.project] if done else [],
                since=since,
            )
        if refused and len(refused) == len(scope):
            raise refused[0]  # nothing at all can be read: that is the credential, not the projects
        yield from self._items(seen, since)

    # -------------------------------------------------------------------------------------------- items

    def _items_of(self, project: ProjectId) -> frozenset[str]:
        """Return the kinds of item that are read in *project* after its groups."""
        return self.scope.kinds & (OF_PRODUCTS if project.startswith(PRODUCT) else {WORK_ITEM})

    def _items(self, seen: Sequence[ProjectId], since: Callable[[], datetime]) -> Iterator[Page]:
        waiting = [one for one in seen if self._items_of(one)]
        known = [one for one in waiting if one in self.cursor.marks]
        for project in waiting:
            if project.startswith(PRODUCT):
                yield from self._kept_apart(project, lambda one=project: self._product(one, since))  # type: ignore[misc]
            elif project not in self.cursor.marks:
                yield from self._kept_apart(project, lambda one=project: self._first(one, since))  # type: ignore[misc]
        changed = [one for one in known if not one.startswith(PRODUCT)]
        for start in range(0, len(changed), MOST_PROJECTS):
            yield from self._changed(changed[start : start + MOST_PROJECTS], since)

    def _kept_apart(self, project: ProjectId, pages: Callable[[], Iterator[Page]]) -> Iterator[Page]:
        """Yield *pages*; an error that concerns the project alone skips what is left of it."""
        try:
            yield from pages()
        except ITS_OWN as error:
            yield self._page(skipped=[self._skipped(project, error)])

    def _first(self, project: ProjectId, since: Callable[[], datetime]) -> Iterator[Page]:
        """Read all work items of *project*. Killed, it is begun again: pages by offset cannot be gone on with."""
        yield from self._listed([project], WORK_ITEM, self.site.dialect.work_items(project), wire.WorkItem, since)

    def _product(self, project: ProjectId, since: Callable[[], datetime]) -> Iterator[Page]:
        product, mark = project.removeprefix(PRODUCT), self.cursor.marks.get(project)
        kinds = sorted(self._items_of(project))
        for kind in kinds:
            path, row = SHIP[kind]
            last = kind == kinds[-1]
            if mark is None:
                ask = Ask(path=path, params={"product_id": product})
                yield from self._listed([project], kind, ask, row, since, ends=last)
            else:
                ask = self.site.dialect.changed_ship(path, product, self._from(mark))
                yield from self._listed([project], kind, ask, row, since, back_to=mark, ends=last)

    def _changed(self, projects: Sequence[ProjectId], since: Callable[[], datetime]) -> Iterator[Page]:
        """Read what changed in *projects*. One that hides meanwhile must not take the others along."""
        mark = min(self.cursor.marks[one] for one in projects)
        ask = self.site.dialect.changed_work_items(projects, self._from(mark))
        try:
            yield from self._listed(projects, WORK_ITEM, ask, wire.WorkItem, since, back_to=mark)
        except (NotVisible, Rejected) as error:
            if len(projects) == 1:
                yield self._page(skipped=[self._skipped(projects[0], error)])
                return
            for one in projects:
                yield from self._changed([one], since)

    def _from(self, mark: int) -> int:
        overlap = self.site.settings.search_overlap_s if self.site.dialect.searches else self.site.settings.overlap_s
        return max(0, mark - overlap)

    def _listed(
        self,
        projects: Sequence[ProjectId],
        kind: str,
        ask: Ask,
        row: type[Row],
        since: Callable[[], datetime],
        *,
        back_to: int | None = None,
        ends: bool = True,
    ) -> Iterator[Page]:
        """Yield the pages of one list. ``back_to``: what did not change since then was read before."""
        scan: Scan[Row] = Scan(site=self.site, ask=ask, row=row)
        oldest = 0 if back_to is None else back_to - self.site.settings.overlap_s
        ids: dict[str, str | None] = {}
        for rows in scan.pages():
            self._check(rows, set(projects))
            records: list[Record | Gone] = []
            skipped: list[Skipped] = [self._broken(projects, kind, one) for one in rows.broken]
            ids.update((one.id, None) for one in rows.broken)
            for one in rows.sound:
                if one.updated_at < oldest:
                    continue
                made = self.table.item(one)
                if isinstance(made, Broken):
                    skipped.append(self._broken([project_of(one)], kind, made))
                    ids[one.id] = None
                    continue
                if isinstance(made, Item):
                    ids[one.id] = made.version
                    records += self._people(people(one))
                else:
                    ids.pop(one.id, None)
                records.append(made)
            if records or skipped:
                yield self._page(
                    records=records,
                    skipped=skipped,
                    lagging=ask.filter is not None,
                    expected=rows.total if back_to is None else None,
                )
        yield self._end(projects, kind, scan, ids, since, listed=back_to is None, ends=ends)

    def _end(
        self,
        projects: Sequence[ProjectId],
        kind: str,
        scan: Scan[Row],
        ids: Mapping[str, str | None],
        since: Callable[[], datetime],
        *,
        listed: bool,
        ends: bool,
    ) -> Page:
        if not scan.whole:
            # Three passes, each torn: what was read is kept, but the next pull has to read from the same moment.
            error = ProtocolError(field="values (rows moved between pages)", call=f"GET {scan.ask.path}")
            return self._page(skipped=[self._skipped(one, error) for one in projects])
        there = {id_: version for id_, version in ids.items() if id_ in scan.ids}
        listings = [Listing(project=projects[0], kind=kind, ids=there)] if listed else []
        if listings and ends:
            # What it cannot have need not be counted: that it was read shows that it can be seen.
            lacks = {WORK_ITEM, DELIVERABLE} if projects[0].startswith(PRODUCT) else OF_PRODUCTS
            listings += [Listing(project=projects[0], kind=one, ids={}) for one in sorted(self.scope.kinds & lacks)]
        return self._page(
            listings=listings,
            complete=dict.fromkeys(projects, since()) if ends else {},
            marks=projects if ends else [],
            since=since,
        )

    def _check(self, rows: Rows[Row], projects: set[ProjectId]) -> None:
        """Refuse rows of other projects: PingCode drops a filter that it does not know without a word.

        Raises:
            ProtocolError: there are some.
        """
        if any(project_of(one) not in projects for one in rows.sound):
            raise ProtocolError(connection=self.site.context.connection, tool="PingCode",
                                field="project.id (the list was not narrowed)", call="the list of items")  # fmt: skip

    # -------------------------------------------------------------------------------------------- pages

    def _records(self, groups: Groups) -> tuple[list[Record | Gone], list[Skipped]]:
        found: list[Record | Gone] = [*groups.records(self.table.reader(groups.project))]
        found += self._people(groups.users())
        broken = [
            Skipped(project=groups.project, error=self._unreadable(f"{kind} {one.id}", one.field), id=id_)
            for kind, id_, one in groups.broken_ids()
        ]
        return found, broken

    def _people(self, users: Iterator[wire.User]) -> Iterator[Person]:
        for user in users:
            made = person(user)
            if made.id not in self._told:
                self._told.add(made.id)
                yield made

    def _broken(self, projects: Sequence[ProjectId], kind: str, one: Broken) -> Skipped:
        id_ = RecordId(kind=kind, external_id=one.id)
        return Skipped(project=projects[0], error=self._unreadable(str(id_), one.field), id=id_)

    def _unreadable(self, thing: str, field_: str) -> ProtocolError:
        return ProtocolError(connection=self.site.context.connection, tool="PingCode", field=field_, call=thing)

    def _skipped(self, project: ProjectId, error: PmbridgeError) -> Skipped:
        connection = self.site.context.connection
        if isinstance(error, ProtocolError) and error.facts.get("status") == 404:
            self.site.forget()
        thing = f"{connection}:{project}"
        return Skipped(project=project, error=error.with_facts(connection=connection, tool="PingCode", thing=thing))

    def _page(
        self,
        *,
        records: Sequence[Record | Gone] = (),
        listings: Sequence[Listing] = (),
        complete: Mapping[ProjectId, datetime] | None = None,
        skipped: Sequence[Skipped] = (),
        marks: Sequence[ProjectId] = (),
        since: Callable[[], datetime] | None = None,
        lagging: bool = False,
        expected: int | None = None,
    ) -> Page:
        if marks and since is not None:
            mark = int(since().timestamp())
            self.cursor = self.cursor.with_marks(dict.fromkeys(marks, mark))
        return Page(
            cursor=self.cursor.to_json(),
            records=tuple(records),
            listings=tuple(listings),
            complete=complete or {},
            skipped=tuple(skipped),
            lagging=lagging,
            expected=expected,
        )


def project_of(row: Row) -> ProjectId:
    return ProjectId(row.project.id if isinstance(row, wire.WorkItem) else PRODUCT + row.product.id)
