"""The store of a workspace: one object for all that pmbridge remembers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection

from pmbridge.clock import Clock, to_millis
from pmbridge.domain.concepts import concepts
from pmbridge.domain.machine import Concept
from pmbridge.errors import Busy, ConfigError, InternalError
from pmbridge.records import Group, Item, RemoteProject
from pmbridge.store import (
    connections,
    faults,
    listings,
    memo,
    observe,
    projects,
    schema,
    snapshots,
    transfer,
    verify,
)
from pmbridge.store.engine import Database
from pmbridge.store.memo import StoredMemo
from pmbridge.store.registers import Registers
from pmbridge.store.rows import (
    About,
    Observation,
    ProjectKind,
    ProjectRow,
    RunRow,
    SnapshotRow,
    StoreFault,
    Upgrade,
)
from pmbridge.store.run import Run, begin
from pmbridge.store.writing import Writings
from pmbridge.values import ProjectId, RecordId, Rich

_SCHEMA_TTL = timedelta(days=1)


class MirrorWindow:
    """A :class:`pmbridge.records.Mirrored` of one connection."""

    def __init__(self, database: Database, connection: str) -> None:
        self._database = database
        self._connection = connection

    def versions(self, project: ProjectId, kind: str) -> Mapping[str, str]:
        """Return external id → version of the present records, empty if none. One query."""
        with self._database.read() as connection:
            row = connections.known_row(connection, self._connection)
            return {} if row is None else listings.versions(connection, row, project, kind)

    def recent_writes(self) -> Sequence[RecordId]:
        """Return nothing: a write of ours is read back, directly, before its receipt."""
        return ()


class Store:
    """What the tools showed, what runs did, and the reports made from it, in an SQLite file or in PostgreSQL.

    Open it with :meth:`open`; a context manager closes it. Safe for threads; a :class:`Run` belongs to one of them.
    Errors of every method: ``Busy`` (``store-busy``) when another process keeps the store locked for longer than five
    seconds, ``ConfigError`` (``store-unusable``) when file, folder or server cannot be used.
    """

    def __init__(self, database: Database, clock: Clock, upgrade: Upgrade) -> None:
        self._database = database
        self._clock = clock
        self.upgraded = upgrade
        self.workspace_id = schema.workspace_id(database)

    @classmethod
    def open(cls, url: str, *, clock: Clock, migrate: bool | None = None) -> Store:
        """Open the store at *url*: ``sqlite:///PATH`` or ``postgresql://USER@HOST/NAME``.

        An SQLite file that is not there is made, readable by its owner only, and one of an older pmbridge migrates
        itself after a copy was put beside it (``upgraded.backup``). A PostgreSQL database waits for :meth:`upgrade`.
        *migrate* decides otherwise: ``True`` migrates both, ``False`` neither.

        Raises:
            ConfigError: ``store-schema``: its tables are newer, or older and not to be migrated.
        """
        database = Database(url)
        try:
            return cls(database, clock, schema.ready(database, migrate=migrate, now=clock.now))
        except BaseException:
            database.close()
            raise

    @classmethod
    def upgrade(cls, url: str, *, clock: Clock) -> Upgrade:
        """Bring the tables at *url* up to date, or make them; nothing to do is fine."""
        with cls.open(url, clock=clock, migrate=True) as store:
            return store.upgraded

    def close(self) -> None:
        """Close all connections to the database; twice is fine."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def about(self) -> About:
        """Return what this store is, for people."""
        return About(shown=self._database.shown, path=self._database.path, schema=schema.HEAD)

    @property
    def schema_version(self) -> int:
        """The number of the tables' newest revision, which an open store always has."""
        return schema.HEAD

    # ----------------------------------------------------------------------------------------------- runs

    def begin_run(self, *, run_id: str, connection: str, adapter: str, owner: str, ttl_s: float) -> Run:
        """Take the lease of *connection* for *ttl_s* seconds after each transaction, and write the run's row.

        *owner* is ``host:pid:ulid``, different for each run; *run_id* is one for all connections of a call.

        Raises:
            Busy: another run holds the lease; carries its host, since when, and until when at most.
        """
        return begin(
            self._database, self._clock, run_id=run_id, connection=connection, adapter=adapter, owner=owner, ttl_s=ttl_s
        )

    @contextmanager
    def holding(self, connection: str, *, adapter: str, owner: str, ttl_s: float) -> Iterator[Run]:
        """Give a run that holds the lease of *connection* to write, and not to read it: it leaves no row of its own.

        Raises:
            Busy: another run holds the lease.
        """
        held = begin(
            self._database,
            self._clock,
            run_id=owner.rpartition(":")[2],
            connection=connection,
            adapter=adapter,
            owner=owner,
            ttl_s=ttl_s,
            reads=False,
        )
        try:
            yield held
        finally:
            with suppress(Busy):  # it was taken over: there is nothing to give back
                held.finish("written", {})

    def last_complete(self, connection: str) -> datetime | None:
        """Return as of when all that *connection* is to read had been read to its end: the oldest of its projects.

        ``None`` when one of them was never read to its end, or none was tried yet. Counted are the projects that the
        last good run read, and those that runs after it read or failed to read.
        """
        with self._of(connection) as (reading, row):
            return None if row is None else connections.last_complete(reading, row, connection)

    def last_runs(self) -> Mapping[str, RunRow]:
        """Return the newest run of each connection, by the connection's name."""
        with self._database.read() as connection:
            return connections.last_runs(connection)

    # ------------------------------------------------------------------------------------- for an adapter

    def memo(self, connection: str) -> StoredMemo:
        """Return the memo that an adapter of *connection* may use."""
        return StoredMemo(self._database, self._clock, connection)

    def mirrored(self, connection: str) -> MirrorWindow:
        """Return the view on the mirror that an adapter of *connection* may use."""
        return MirrorWindow(self._database, connection)

    def schema(self, connection: str, project: str, *, newer_than: datetime | None = None) -> bytes | None:
        """Return what was put last for *project*, however long ago unless *newer_than* says; ``None`` if nothing."""
        with self._database.read() as reading:
            found = memo.read(reading, connection, _schema_key(project))
        if found is None or (newer_than is not None and found[1] < to_millis(newer_than + _SCHEMA_TTL)):
            return None
        return found[0]

    def put_schemas(self, connection: str, bodies: Mapping[str, bytes], told: Iterable[RemoteProject] = ()) -> None:
        """Keep schemas, each under the name by which it will be asked for, and what people call these projects."""
        if not bodies:
            return
        expires_at = to_millis(self._clock.now() + _SCHEMA_TTL)
        with self._database.write() as writing:
            row = connections.connection_row(writing, connection)
            memo.write(writing, row, {_schema_key(project): body for project, body in bodies.items()}, expires_at)
            projects.name_projects(writing, row, told)

    def outdate_schemas(self, connection: str) -> None:
        """Let no schema of *connection* count as new any more; reports still read by them what is there."""
        with self._database.write() as writing:
            memo.outdate(writing, connections.connection_row(writing, connection), _schema_key(""))

    def put_projects(self, connection: str, told: Iterable[RemoteProject]) -> None:
        """Keep what people call these projects."""
        with self._database.write() as writing:
            projects.name_projects(writing, connections.connection_row(writing, connection), told)

    # --------------------------------------------------------------------------------------------- mirror

    def projects(self, connection: str) -> Mapping[ProjectId, ProjectRow]:
        """Return what is known of the projects in scope of *connection*, sorted by id."""
        with self._of(connection) as (reading, row):
            return {} if row is None else projects.projects(reading, row, connection)

    def observe(self, connection: str, project: ProjectId, *, as_of: datetime | None = None) -> Observation:
        """Return *project* as the mirror shows it now, or showed it *as_of*: all of one moment.

        Empty for a project that was never read. Of the past, ``complete_as_of`` is what the runs up to then had
        reached, ``problem`` and ``unreadable`` are those that arose by then and still stand, ``version`` and
        ``updated_at`` of an item are those of its last change of content, and people are as they are now.
        """
        at = None if as_of is None else to_millis(as_of)
        with self._of(connection) as (reading, row):
            if row is None:
                return Observation()
            shown = observe.shown(reading, row, project, at)
            ids = shown.ids
            state = projects.projects(reading, row, connection).get(project)
            problem = None if state is None else state.problem
            if as_of is not None and problem is not None and problem.at > as_of:
                problem = None
            complete_as_of = None if state is None else state.complete_as_of
            return Observation(
                items=shown.items,
                groups=shown.groups,
                people=observe.people(reading, row),
                details=observe.details(reading, row, project, at, ids),
                histories=observe.histories(reading, row, ids),
                complete_as_of=complete_as_of if at is None else observe.complete_by(reading, row, project, at),
                problem=None if problem is None else problem.label,
                unreadable=projects.unreadable(reading, row, project, at),
            )

    def history(
        self, connection: str, ids: Iterable[RecordId], *, until: datetime | None = None
    ) -> Mapping[RecordId, tuple[tuple[datetime, Item | Group], ...]]:
        """Return when each of these items and groups was seen to change and what it was after that, oldest first.

        The first entry is when the record was first seen. Times when it was not there are left out, and so are
        records without any entry. *until* leaves out what was seen later.
        """
        with self._of(connection) as (reading, row):
            at = None if until is None else to_millis(until)
            return {} if row is None else observe.past(reading, row, ids, at)

    def text(self, connection: str, of: RecordId) -> Rich | None:
        """Return the description of a record, as the vendor wrote it; ``None``: none, or never read."""
        with self._of(connection) as (reading, row):
            return None if row is None else observe.text(reading, row, of)

    def held(self, connection: str) -> Mapping[ProjectKind, frozenset[str]]:
        """Return the external ids that wait for a person because too many were missing at once, by project and kind."""
        with self._of(connection) as (reading, row):
            return {} if row is None else listings.held(reading, row)

    # ------------------------------------------------------------------------------------------ snapshots

    def add_snapshot(
        self,
        *,
        engagement: str,
        edition: str,
        number: int,
        revision: int = 0,
        period_from: date | None,
        period_to: date | None,
        as_of: datetime,
        made_at: datetime | None = None,
        issued_at: datetime | None = None,
        body: bytes,
        sha256: bytes | None = None,
        inputs: Mapping[str, str] | None = None,
    ) -> SnapshotRow:
        """Freeze a report and return it: *body* is kept byte for byte, with its SHA-256.

        Without *issued_at* it is a draft, which takes the place of the edition's draft before it. *sha256* is what
        the caller holds the body's hash to be; *inputs* name what the report was made from.

        Raises:
            Refused: an issued report does not carry the next number (or the next revision of its number): none is
                overwritten, and none left out. The first number of an edition is free.
            InternalError: *body* is not what *sha256* says.
        """
        digest = snapshots.digest(body)
        if sha256 not in (None, digest):
            raise InternalError(type="SHA-256", module="pmbridge.store")
        frozen = SnapshotRow(
            engagement=engagement,
            edition=edition,
            number=number,
            revision=revision,
            period_from=period_from,
            period_to=period_to,
            as_of=as_of,
            made_at=made_at or self._clock.now(),
            issued_at=issued_at,
            body=body,
            sha256=digest,
            inputs=inputs or {},
        )
        with self._database.write() as connection:
            snapshots.add(connection, frozen)
        return frozen

    def snapshots(self, engagement: str) -> list[SnapshotRow]:
        """Return the issued reports and drafts of *engagement*, sorted by edition, number and revision."""
        with self._database.read() as connection:
            return snapshots.rows(connection, engagement)

    def issued(self, engagement: str, edition: str, number: int, revision: int | None = None) -> SnapshotRow | None:
        """Return an issued report, the last revision unless *revision* names one; ``None`` if there is none.

        Raises:
            ConfigError: its body is not what was issued: the store was changed by something else.
        """
        with self._told(), self._database.read() as connection:
            return snapshots.issued(connection, engagement, edition, number, revision)

    def next_number(self, engagement: str, edition: str, first: int = 1) -> int:
        """Return the number of the next report; drafts use up none."""
        with self._database.read() as connection:
            return snapshots.next_number(connection, engagement, edition, first)

    # ------------------------------------------------------------------------------------------- register

    @property
    def registers(self) -> Registers:
        """The registers of the engagements: events, their fold, and what proves them."""
        return Registers(self._database)

    # -------------------------------------------------------------------------------------- writing back

    @property
    def writings(self) -> Writings:
        """Plans, and what is known of links and writes."""
        return Writings(self._database)

    # --------------------------------------------------------------------------------------------- upkeep

    def backup(self, target: Path) -> Path:
        """Copy the store, which may be in use, to the new file *target*, readable by its owner only; return it.

        Raises:
            Refused: *target* exists, or the store is on a PostgreSQL server.
        """
        schema.back_up(self._database, target)
        return target

    def check(self, known: Mapping[str, Concept] | None = None) -> list[StoreFault]:
        """Return everything that is wrong with the store; empty when all is well. Reads all of it.

        *known*: the concepts by which the register is read, by default all that there are.
        """
        with self._told(), self._database.read() as connection:
            found = list(faults.find(connection))
            return found + list(verify.find(connection, concepts() if known is None else known))

    def export(self, target: Path) -> int:
        """Write all that is in the store to the new file *target* and return how many rows that is.

        The same content gives the same bytes, on either engine.

        Raises:
            Refused: *target* exists.
        """
        with self._told():
            return transfer.export(self._database, target)

    def load(self, source: Path, known: Mapping[str, Concept] | None = None) -> int:
        """Fill this empty store with what :meth:`export` wrote and return how many rows that is.

        Raises:
            Refused: this store is not empty; or the file is not whole, not an export, or of another schema.
        """
        with self._told():
            rows = transfer.load(self._database, source, concepts() if known is None else known)
        self.workspace_id = schema.workspace_id(self._database)
        return rows

    @contextmanager
    def _of(self, connection: str) -> Iterator[tuple[Connection, int | None]]:
        with self._told(), self._database.read() as reading:
            yield reading, connections.known_row(reading, connection)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except ConfigError as error:
            raise error.with_facts(store=self._database.shown) from error.__cause__


def _schema_key(project: str) -> str:
    return f"schema:{project}"
