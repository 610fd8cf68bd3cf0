"""All that exists, project by project: the only proof that something is gone."""

from __future__ import annotations

from collections.abc import Iterator

from pmbridge.adapter import Broken
from pmbridge.errors import PmbridgeError, ProtocolError
from pmbridge.records import Gone, Listing, Record, Scope, Skipped
from pmbridge.values import ProjectId
from pmbridge_pingcode import wire
from pmbridge_pingcode.dialect import Ask
from pmbridge_pingcode.groups import GroupReader
from pmbridge_pingcode.kinds import DELIVERABLE, IDEA, OF_PRODUCTS, PRODUCT, TICKET, WORK_ITEM
from pmbridge_pingcode.pull import ITS_OWN, SHIP, Row, project_of
from pmbridge_pingcode.scan import Scan
from pmbridge_pingcode.site import Site
from pmbridge_pingcode.table import Table

_ITEM_KINDS = frozenset({WORK_ITEM, DELIVERABLE, TICKET, IDEA})


class Census:
    """Lists the items of one connection."""

    def __init__(self, site: Site, table: Table) -> None:
        self._site, self._table = site, table

    def read(self, scope: Scope) -> Iterator[Listing | Skipped]:
        """Yield one listing per project and item kind; of a kind that a project cannot have, an empty one."""
        kinds = scope.kinds & _ITEM_KINDS
        if not kinds:
            return
        for groups in GroupReader(self._site, kinds & {DELIVERABLE}).read(scope.projects):
            project = groups.project
            if groups.error is not None:
                yield self._skipped(project, groups.error)
                continue
            here = OF_PRODUCTS if project.startswith(PRODUCT) else _ITEM_KINDS - OF_PRODUCTS
            yield from (Listing(project=project, kind=kind, ids={}) for kind in sorted(kinds - here))
            yield from groups.listings(self._table.reader(project))
            for kind in sorted((kinds & here) - {DELIVERABLE}):
                try:
                    yield self._listing(project, kind)
                except ITS_OWN as error:
                    yield self._skipped(project, error)

    def _listing(self, project: ProjectId, kind: str) -> Listing:
        if kind == WORK_ITEM:
            ask, row = self._site.dialect.work_items(project), wire.WorkItem
            scan: Scan[Row] = Scan(site=self._site, ask=ask, row=row)
        else:
            path, ship = SHIP[kind]
            scan = Scan(
                site=self._site, ask=Ask(path=path, params={"product_id": project.removeprefix(PRODUCT)}), row=ship
            )
        ids: dict[str, str | None] = {}
        for page in scan.pages():
            for broken in page.broken:
                ids[broken.id] = None
            for one in page.sound:
                if project_of(one) != project:
                    raise ProtocolError(field="project.id (the list was not narrowed)", call=scan.ask.path)
                self._note(ids, one.id, self._table.item(one))
        if not scan.whole:
            raise ProtocolError(field="values (rows moved between pages)", call=scan.ask.path)
        return Listing(project=project, kind=kind, ids={id_: ids[id_] for id_ in ids if id_ in scan.ids})

    @staticmethod
    def _note(ids: dict[str, str | None], id_: str, made: Record | Gone | Broken) -> None:
        if isinstance(made, Gone):
            ids.pop(id_, None)
        else:
            ids[id_] = getattr(made, "version", None)

    def _skipped(self, project: ProjectId, error: PmbridgeError) -> Skipped:
        connection = self._site.context.connection
        thing = f"{connection}:{project}"
        return Skipped(project=project, error=error.with_facts(connection=connection, tool="PingCode", thing=thing))
