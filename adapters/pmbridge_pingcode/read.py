"""Reading records by id: one GET each, deliverables by way of their project's list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import TypeAdapter

from pmbridge.adapter import Broken, in_order
from pmbridge.errors import NotVisible, PmbridgeError, ProtocolError, Unsupported
from pmbridge.records import Gone, Record
from pmbridge.values import ProjectId, RecordId
from pmbridge_pingcode import kinds, wire
from pmbridge_pingcode.classify import ScopeMissing
from pmbridge_pingcode.dialect import IDEAS, TICKETS
from pmbridge_pingcode.kinds import DELIVERABLE, KINDS, RELEASE, SPRINT
from pmbridge_pingcode.site import Site
from pmbridge_pingcode.table import Table

_WORK_ITEM, _TICKET, _IDEA = TypeAdapter(wire.WorkItem), TypeAdapter(wire.Ticket), TypeAdapter(wire.Idea)
_RELEASE, _SPRINT = TypeAdapter(wire.Release), TypeAdapter(wire.Sprint)

Row = wire.WorkItem | wire.Ticket | wire.Idea | wire.Release | wire.Sprint


class RecordReader:
    """Answers for single records what a pull with the same *table* would show of them."""

    def __init__(self, site: Site, table: Table) -> None:
        self._site, self._table = site, table
        self._failures: list[PmbridgeError] = []

    def read(self, ids: Sequence[RecordId]) -> Iterator[Record | Gone]:
        """Yield one answer per id.

        Raises:
            ProtocolError: a record is of an unknown form; raised after the answers for all others.
            ScopeMissing: the kind is outside of what the credential may read.
            Unsupported: a kind that cannot be read by id.
        """
        for one in ids:
            if one.kind not in KINDS:
                raise Unsupported(
                    connection=self._site.context.connection, tool="PingCode",
                    detail=f"reading {one.kind}", detail_zh=f"读取 {one.kind}",
                )  # fmt: skip
        wanted = list(dict.fromkeys(ids))
        _ = self._site.dialect  # found before the threads start
        singly = [one for one in wanted if one.kind != DELIVERABLE]
        answers = in_order(self._fetch, singly, workers=self._site.settings.workers)
        for one, answer in zip(singly, answers, strict=True):
            yield from self._told(one, answer)
        yield from self._deliverables([one for one in wanted if one.kind == DELIVERABLE])
        if self._failures:
            raise self._failures[0]

    def _fetch(self, one: RecordId) -> Row | PmbridgeError:
        dialect, id_ = self._site.dialect, one.external_id
        project, _, inner = id_.partition("/")
        try:
            match one.kind:
                case kinds.WORK_ITEM:
                    return self._site.get(f"{dialect.root}/work_items/{id_}", _WORK_ITEM, **dialect.single())
                case kinds.TICKET:
                    return self._site.get(f"{TICKETS}/{id_}", _TICKET)
                case kinds.IDEA:
                    return self._site.get(f"{IDEAS}/{id_}", _IDEA)
                case kinds.RELEASE:
                    return self._site.get(f"{dialect.project(project)}/versions/{inner}", _RELEASE)
                case _:
                    return self._site.get(f"{dialect.project(project)}/sprints/{inner}", _SPRINT)
        except ScopeMissing:
            raise
        except (NotVisible, ProtocolError) as error:
            return error

    def _told(self, one: RecordId, answer: Row | PmbridgeError) -> Iterator[Record | Gone]:
        if isinstance(answer, NotVisible):
            yield Gone(id=one, why="absent")  # PingCode does not say whether it is deleted or out of sight
        elif isinstance(answer, PmbridgeError):
            self._fail(one, answer)
        elif one.kind in (RELEASE, SPRINT):
            yield self._group(one, answer)
        else:
            found = self._table.item(answer) if isinstance(answer, wire.WorkItem | wire.Ticket | wire.Idea) else None
            if isinstance(found, Broken):
                self._fail(one, ProtocolError(field=found.field))
            elif found is not None:
                yield found

    def _group(self, one: RecordId, answer: Row) -> Record | Gone:
        project = one.external_id.partition("/")[0]
        reader = self._table.reader(ProjectId(project))
        if isinstance(answer, wire.Release):
            # PingCode does not look at the project in the path of a release: it may have answered for another one.
            home = answer.project.id if answer.project else project
            return reader.release(answer, project) if home == project else Gone(id=one, why="absent")
        if isinstance(answer, wire.Sprint):
            home = answer.project.id if answer.project else project
            return reader.sprint(answer, project) if home == project else Gone(id=one, why="absent")
        return Gone(id=one, why="absent")

    def _deliverables(self, ids: Sequence[RecordId]) -> Iterator[Record | Gone]:
        projects: dict[str, list[RecordId]] = {}
        for one in ids:
            projects.setdefault(one.external_id.partition("/")[0], []).append(one)
        for project, wanted in projects.items():
            try:
                path = f"{self._site.dialect.root}/deliverables"
                rows = list(self._site.every(path, wire.Deliverable, project_id=project))
                if not rows:
                    self._site.project(ProjectId(project))
            except ScopeMissing:
                raise
            except NotVisible:
                yield from (Gone(id=one, why="absent") for one in wanted)
                continue
            except ProtocolError as error:
                for one in wanted:
                    self._fail(one, error)
                continue
            found = {one.id: one for one in rows}
            for one in wanted:
                row = found.get(one.external_id.partition("/")[2])
                if row is None or row.is_deleted:
                    yield Gone(id=one, why="absent" if row is None else "deleted")
                else:
                    yield self._table.reader(ProjectId(project)).deliverable(row, project)

    def _fail(self, one: RecordId, error: PmbridgeError) -> None:
        call = f"{one.kind} {one.external_id}"
        self._failures.append(error.with_facts(connection=self._site.context.connection, tool="PingCode", call=call))
