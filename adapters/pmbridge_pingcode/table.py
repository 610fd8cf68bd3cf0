"""Which reader translates the rows of which project: with its type names, and its fields where some are asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from pmbridge.adapter import Broken
from pmbridge.records import Gone, Item
from pmbridge.values import ProjectId, RecordId
from pmbridge_pingcode import wire
from pmbridge_pingcode.fields import BUILT_IN, PropertyReader
from pmbridge_pingcode.kinds import DELIVERABLE, IDEA, PRODUCT, TICKET, WORK_ITEM
from pmbridge_pingcode.parse import Unreadable
from pmbridge_pingcode.site import Site
from pmbridge_pingcode.translate import Reader


@dataclass
class Table:
    """The readers of one connection, made when the first row of a project comes."""

    site: Site
    kinds: Collection[str]
    fields: Mapping[str, Collection[str]] = field(default_factory=dict)
    _readers: dict[tuple[ProjectId, str], Reader] = field(default_factory=dict)
    _groups: Reader | None = None
    _anew: set[ProjectId] = field(default_factory=set)

    def reader(self, project: ProjectId, kind: str = DELIVERABLE) -> Reader:
        """Return the reader of the rows of *kind* in *project*; one for groups and deliverables asks for nothing."""
        if kind == DELIVERABLE:
            if self._groups is None:
                self._groups = self._made({}, PropertyReader())
            return self._groups
        if (project, kind) not in self._readers:
            types = self.site.type_names(project) if kind == WORK_ITEM else {}
            self._readers[project, kind] = self._made(types, self._properties(project, kind))
        return self._readers[project, kind]

    def _made(self, types: Mapping[str, str], properties: PropertyReader) -> Reader:
        settings = self.site.settings
        return Reader(
            kinds=self.kinds,
            zone=ZoneInfo(settings.day_zone),
            fields={kind: sorted(ids) for kind, ids in self.fields.items()},
            types=types,
            properties=properties,
            closed_counts_as=settings.closed_counts_as,
            marker_property=settings.marker_property,
        )

    def _properties(self, project: ProjectId, kind: str) -> PropertyReader:
        if not self._custom(kind):
            return PropertyReader()
        return PropertyReader(self.site.all_properties(project, kind))

    def _custom(self, kind: str) -> bool:
        """Return whether a field is asked for that does not stand in every row by itself."""
        return bool(set(self.fields.get(kind, ())) - set(BUILT_IN[kind]))

    def ready(self, row: wire.WorkItem | wire.Ticket | wire.Idea) -> bool:
        """Return whether :meth:`item` would ask PingCode nothing in order to translate *row*."""
        match row:
            case wire.WorkItem():
                project, kind = ProjectId(row.project.id), WORK_ITEM
            case _:
                project, kind = ProjectId(PRODUCT + row.product.id), TICKET if isinstance(row, wire.Ticket) else IDEA
        known = (project, kind) in self._readers or self.site.knows(project, kind, properties=self._custom(kind))
        return known and (not isinstance(row, wire.WorkItem) or row.type in self.reader(project, kind).types)

    def item(self, row: wire.WorkItem | wire.Ticket | wire.Idea) -> Item | Gone | Broken:
        """Return *row* as a record, that it is deleted, or where it cannot be understood."""
        try:
            match row:
                case wire.WorkItem():
                    if row.is_deleted or row.project.is_deleted:
                        return Gone(id=RecordId(kind=WORK_ITEM, external_id=row.id), why="deleted")
                    return self._of_known_type(row).work_item(row)
                case wire.Ticket():
                    if row.is_deleted or row.product.is_deleted:
                        return Gone(id=RecordId(kind=TICKET, external_id=row.id), why="deleted")
                    return self.reader(ProjectId(PRODUCT + row.product.id), TICKET).ticket(row)
                case wire.Idea():
                    if row.is_deleted or row.product.is_deleted:
                        return Gone(id=RecordId(kind=IDEA, external_id=row.id), why="deleted")
                    return self.reader(ProjectId(PRODUCT + row.product.id), IDEA).idea(row)
        except Unreadable as error:
            return Broken(id=row.id, field=error.field)

    def _of_known_type(self, row: wire.WorkItem) -> Reader:
        """Return the reader of the row's project; a type that was added since its types were read is asked for once."""
        project = ProjectId(row.project.id)
        reader = self.reader(project, WORK_ITEM)
        if row.type not in reader.types and project not in self._anew:
            self._anew.add(project)
            types = self.site.type_names(project, anew=True)
            reader = self._readers[project, WORK_ITEM] = self._made(types, self._properties(project, WORK_ITEM))
        return reader
