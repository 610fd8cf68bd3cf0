"""What a pull reads of a project beside its items: releases, sprints, deliverables; and whether it is there at all."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic

from pmbridge.adapter import Broken, in_order
from pmbridge.errors import NotVisible, PmbridgeError, ProtocolError, Rejected
from pmbridge.records import Group, Item, Listing
from pmbridge.values import ProjectId, RecordId
from pmbridge_pingcode import wire
from pmbridge_pingcode.dialect import Ask
from pmbridge_pingcode.kinds import DELIVERABLE, DELIVERING, OF_PROJECTS, PRODUCT, RELEASE, SPRINT, SPRINTING
from pmbridge_pingcode.parse import M
from pmbridge_pingcode.scan import Scan
from pmbridge_pingcode.site import Site
from pmbridge_pingcode.translate import Reader, inside, people

_ITS_OWN = (NotVisible, Rejected, ProtocolError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole(Generic[M]):
    """All rows of one kind."""

    sound: Sequence[M]
    broken: Sequence[Broken]


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """What was read of one project; a kind that was not asked for or that it cannot have is ``None``."""

    project: ProjectId
    error: PmbridgeError | None = None
    releases: Whole[wire.Release] | None = None
    sprints: Whole[wire.Sprint] | None = None
    deliverables: Whole[wire.Deliverable] | None = None

    def records(self, reader: Reader) -> Iterator[Group | Item]:
        """Yield all of them as records."""
        for release in self.releases.sound if self.releases else ():
            yield reader.release(release, self.project)
        for sprint in self.sprints.sound if self.sprints else ():
            yield reader.sprint(sprint, self.project)
        for deliverable in self.deliverables.sound if self.deliverables else ():
            if not deliverable.is_deleted:
                yield reader.deliverable(deliverable, self.project)

    def listings(self, reader: Reader) -> list[Listing]:
        """Return one listing per kind that was read: every read is of all."""
        made: dict[str, dict[str, str | None]] = {kind: {} for kind, whole in self._wholes().items() if whole}
        for record in self.records(reader):
            made[record.id.kind][record.id.external_id] = record.version
        for kind, id_, _ in self.broken_ids():
            made[kind][id_.external_id] = None
        return [Listing(project=self.project, kind=kind, ids=ids) for kind, ids in made.items()]

    def users(self) -> Iterator[wire.User]:
        """Yield the accounts that the rows name."""
        for whole in self._wholes().values():
            for row in whole.sound if whole else ():
                if isinstance(row, wire.Release | wire.Sprint | wire.Deliverable):
                    yield from people(row)

    def broken_ids(self) -> Iterator[tuple[str, RecordId, Broken]]:
        """Yield what could not be read: its kind, its id, and where."""
        for kind, whole in self._wholes().items():
            for one in whole.broken if whole else ():
                yield kind, RecordId(kind=kind, external_id=inside(self.project, one.id)), one

    def _wholes(self) -> Mapping[str, Whole[wire.Release] | Whole[wire.Sprint] | Whole[wire.Deliverable] | None]:
        return {RELEASE: self.releases, SPRINT: self.sprints, DELIVERABLE: self.deliverables}


@dataclass
class GroupReader:
    """Reads the groups of projects, several at a time."""

    site: Site
    kinds: Collection[str]
    _types: Mapping[str, str | None] = field(default_factory=dict)

    def read(self, projects: Sequence[ProjectId]) -> Iterator[Groups]:
        """Yield one answer per project, in their order. One that cannot be seen or understood carries its error."""
        if {*self.kinds} & {SPRINT, DELIVERABLE} and any(not one.startswith(PRODUCT) for one in projects):
            self._types = self.site.project_types()
        _ = self.site.dialect  # found before the threads start
        yield from in_order(self._read, projects, workers=self.site.settings.workers)

    def _read(self, project: ProjectId) -> Groups:
        try:
            if project.startswith(PRODUCT):
                self.site.product(project)
                return Groups(project=project)
            return self._of_project(project)
        except _ITS_OWN as error:
            return Groups(project=project, error=error)

    def _of_project(self, project: ProjectId) -> Groups:
        """Read what is asked of a project.

        Whether a list of an unknown project is refused or empty, no paper says; that there is something in it proves
        that the project can be seen. So a project is asked for itself only when none of its lists held anything.
        """
        root, kind = self.site.dialect.project(project), self._types.get(project)
        if kind is None and {*self.kinds} & {SPRINT, DELIVERABLE}:
            kind = self.site.project(project).type
        asked = {*self.kinds} & OF_PROJECTS
        releases = self._all(f"{root}/versions", wire.Release) if RELEASE in asked else None
        if not (releases and (releases.sound or releases.broken)):
            self.site.project(project)
        sprints: Whole[wire.Sprint] | None = None
        deliverables: Whole[wire.Deliverable] | None = None
        # A project that can have none is not asked: PingCode answers an empty list, or refuses as if it were not there.
        if SPRINT in asked:
            sprints = self._all(f"{root}/sprints", wire.Sprint) if kind in SPRINTING else Whole(sound=(), broken=())
        if DELIVERABLE in asked:
            deliverables = Whole(sound=(), broken=())
            if kind in DELIVERING:
                path = f"{self.site.dialect.root}/deliverables"
                deliverables = self._all(path, wire.Deliverable, project_id=project)
        return Groups(project=project, releases=releases, sprints=sprints, deliverables=deliverables)

    def _all(self, path: str, row: type[M], **params: str) -> Whole[M]:
        scan: Scan[M] = Scan(site=self.site, ask=Ask(path=path, params=params), row=row)
        sound: dict[str, M] = {}
        broken: dict[str, Broken] = {}
        for page in scan.pages():
            sound |= {str(getattr(one, "id", "")): one for one in page.sound}
            broken |= {one.id: one for one in page.broken}
        if not scan.whole:
            raise ProtocolError(field="values (rows moved between pages)", call=f"GET {path}")
        return Whole(
            sound=[one for id_, one in sound.items() if id_ in scan.ids],
            broken=[one for id_, one in broken.items() if id_ in scan.ids and id_ not in sound],
        )
