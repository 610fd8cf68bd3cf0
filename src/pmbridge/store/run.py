"""One run over one connection: all that it may write, each time in one transaction that proves the lease."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, insert, select, update

from pmbridge.clock import Clock, from_millis, to_millis
from pmbridge.records import Cursor, Details, Gone, Listing, Page, Record, Wanted
from pmbridge.store import details, lease, listings, memo, mirror, projects
from pmbridge.store.connections import busy, connection_row, lease_key
from pmbridge.store.engine import Database
from pmbridge.store.intake import Intake, compared
from pmbridge.store.journal import Journal
from pmbridge.store.rows import Absence, DetailRow, ListingGap, PageOutcome, ProjectKind, ProjectRow, StoredCursor
from pmbridge.store.sql import canonical, optional_millis, upsert
from pmbridge.store.tables import cursor, run
from pmbridge.values import ProjectId, RecordId

_WRITTEN, _FOR_EVER = "written_at", 2**53
"""Key under which the newest instant stands that a run without a row put into history."""
UNWRITTEN_MOVES = 8
"""So many pages that bring nothing new may be read again after a kill, for one transaction instead of as many."""


class _Position(NamedTuple):
    """The cursor row of a connection."""

    value: bytes | None = None
    format: bytes = b""
    mapping_hash: bytes | None = None
    full_at: int | None = None


class Run:
    """A run that holds the lease of its connection; made by :meth:`Store.begin_run`.

    Used by one thread at a time. Every transaction checks the fence and renews the lease; when another process has
    taken it over, nothing is written and ``Busy`` is raised: drop everything and stop. Reading does not check it.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        run_id: str,
        connection: str,
        held: lease.Lease,
        of: int,
        observed_at: int,
        previous_outcome: str | None,
    ) -> None:
        self.id = run_id
        self.connection = connection
        self.previous_outcome = previous_outcome
        """How the run before this one ended; ``None`` if it was killed, or there was none."""
        self._database = database
        self._clock = clock
        self._lease = held
        self._of = of
        self._observed_at = observed_at
        self._renewed_at = clock.monotonic()
        self._compared: tuple[Page, Intake] | None = None
        self._complete: dict[str, int] = {}
        self._stored_position: _Position | None = None
        self._unwritten_moves = 0
        self._stored_unread: set[RecordId] | None = None

    @property
    def observed_at(self) -> datetime:
        """The instant under which all that this run changes goes into history."""
        return from_millis(self._observed_at)

    @property
    def fence(self) -> int:
        """The number of the lease; grows with every change of owner."""
        return self._lease.fence

    @property
    def journal(self) -> Journal:
        """Links, bases and the journal of writes of the connection."""
        return Journal(self._database, self._write, of=self._of, observed_at=self._observed_at, fence=self._lease.fence)

    # ---------------------------------------------------------------------------------------------- lease

    def renew(self) -> None:
        """Renew the lease if less than two thirds of it are left; cheap enough to call before every request.

        Raises:
            Busy: another process has taken the lease over.
        """
        if (self._clock.monotonic() - self._renewed_at) * 1000 >= self._lease.ttl_ms / 3:
            with self._write():
                pass

    def finish(self, outcome: str, counts: Mapping[str, int], error: str | None = None) -> None:
        """Write down how the run ended and give the lease back; any later transaction raises ``Busy``."""
        with self._write() as connection:
            connection.execute(
                update(run)
                .where(run.c.id == self.id, run.c.connection_id == self._of)
                .values(
                    ended_at=to_millis(self._clock.now()),
                    outcome=outcome,
                    counts=canonical(dict(counts)),
                    error=error,
                )
            )
            if self._unwritten_moves:
                self._put_position(connection, self._position())
            self._lease.release(connection)

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        started = self._clock.monotonic()
        with self._database.write() as connection:
            if not self._lease.renew(connection, self._clock):
                raise busy(connection, self.connection, self._of)
            yield connection
        self._renewed_at = started
        self._compared = None

    # --------------------------------------------------------------------------------------------- cursor

    def cursor(self, format: bytes) -> StoredCursor:  # noqa: A002 - the column's name
        """Return where the last run stopped; without a value if it was stored under another *format*."""
        position = self._position()
        usable = position.format == format
        return StoredCursor(
            value=json.loads(position.value) if usable and position.value is not None else None,
            full_at=from_millis(position.full_at) if usable and position.full_at is not None else None,
            mapping_hash=position.mapping_hash,
        )

    def set_mapping_hash(self, mapping_hash: bytes) -> None:
        """Store the hash of the mapping that this run works with; no transaction if it is the same."""
        position = self._position()
        if position.mapping_hash != mapping_hash:
            position = position._replace(mapping_hash=mapping_hash)
            with self._write() as connection:
                self._put_position(connection, position)
            self._stored_position = position

    def _position(self) -> _Position:
        if self._stored_position is None:
            columns = [cursor.c[name] for name in _Position._fields]
            with self._database.read() as connection:
                row = connection.execute(select(*columns).where(cursor.c.connection_id == self._of)).one_or_none()
            self._stored_position = _Position() if row is None else _Position._make(row)
        return self._stored_position

    def _next_position(self, value: Cursor, format: bytes, full_at: datetime | None) -> _Position:  # noqa: A002
        before = self._position()
        kept = before.full_at if before.format == format else None
        return before._replace(
            value=canonical(value), format=format, full_at=kept if full_at is None else optional_millis(full_at)
        )

    def _put_position(self, connection: Connection, position: _Position) -> None:
        self._unwritten_moves = 0
        connection.execute(
            upsert(cursor, connection.dialect.name, position._fields), {"connection_id": self._of} | position._asdict()
        )

    # -------------------------------------------------------------------------------------------- records

    def suspicious(self, page: Page) -> list[RecordId]:
        """Return which rows of a lagging page a direct read must confirm before they are stored.

        Those that differ from the mirror and are not strictly newer, or that the mirror does not show as present: the
        search index may be older than what is known. Only items and groups, which is what ``read`` answers.
        """
        return self._compare(page).suspicious if page.lagging else []

    def commit(
        self,
        page: Page,
        *,
        confirmed: Sequence[Record | Gone] = (),
        cursor_format: bytes,
        full_at: datetime | None = None,
    ) -> PageOutcome:
        """Store all that *page* brings, its cursor included, in one transaction.

        *confirmed*: answers of ``read``, which count instead of the page's rows of the same id. *full_at*: with this
        page a scan of everything is complete. ``Gone(deleted)`` marks the record; other Gones come back as missing.
        The same page again changes nothing, and a page that brings nothing new opens no writing transaction: its
        cursor is written with the next that does, with every eighth page and at the end of the run.

        Raises:
            Busy: another process has taken the lease over; nothing was written.
        """
        intake = self._compare(page)
        if confirmed:
            with self._database.read() as connection:
                intake = intake.corrected_by(compared(connection, self._of, confirmed, whole=True))
        position = self._next_position(page.cursor, cursor_format, full_at)
        refused = {one.project for one in page.skipped if one.id is None}
        complete = {project: at for project, at in page.complete.items() if project not in refused}
        unread = {one.id for one in page.skipped if one.id is not None}
        read = intake.among(self._unread() - unread)
        gaps: list[ListingGap] = []
        before = self._position()
        news = intake.differences or intake.deleted or read or complete or page.skipped or page.listings
        # Another format or date of the scan is more than a step within it.
        stepped = position._replace(value=before.value) == before and self._unwritten_moves + 1 < UNWRITTEN_MOVES
        if not news and stepped:
            self._unwritten_moves += position != before
            self._stored_position = position
            self.renew()
        else:
            with self._write() as connection:
                intake.write(connection, self._of, self._observed_at)
                projects.clear(connection, self._of, read)
                self._read_to_the_end(connection, complete)
                projects.skip(connection, self._of, page.skipped, self._clock.now())
                gaps = self._list(connection, page.listings)
                if position != before or self._unwritten_moves:
                    self._put_position(connection, position)
            self._stored_unread = (self._unread() | unread) - read
            self._stored_position = position
        gap = ListingGap.together([*gaps, ListingGap(missing=tuple(intake.doubtful))])
        return PageOutcome(
            read=len(intake.records),
            new=intake.new,
            changed=intake.changed,
            touched=tuple(one.record for one in intake.differences),
            new_items=intake.new_items,
            changed_items=intake.changed_items,
            missing=gap.missing,
            appeared=gap.appeared,
        )

    def take(self, records: Sequence[Record]) -> PageOutcome:
        """Store answers of ``read``: they are the truth, and a description that is ``None`` means there is none."""
        with self._database.read() as connection:
            intake = compared(connection, self._of, records, whole=True)
        read = intake.among(self._unread())
        if intake.differences or read:
            with self._write() as connection:
                intake.write(connection, self._of, self._observed_at)
                projects.clear(connection, self._of, read)
            self._stored_unread = self._unread() - read
        return PageOutcome(read=len(intake.records), new=intake.new, changed=intake.changed)

    def mark(self, presences: Mapping[RecordId, Absence]) -> int:
        """Set the presence of records that are not there any more; return how many that changed.

        Records that the mirror does not know are left out. None of them counts as unreadable afterwards.
        """
        if not presences:
            return 0
        judged = presences.keys() & self._unread()
        with self._write() as connection:
            changed = mirror.mark(connection, self._of, self._observed_at, presences)
            projects.clear(connection, self._of, judged)
        self._stored_unread = self._unread() - judged
        return changed

    def version_and_hash(self, ids: Iterable[RecordId]) -> Mapping[RecordId, tuple[str | None, bytes]]:
        """Return version and content hash of those of *ids* that the mirror knows."""
        return {one: (known.version, known.hash) for one, known in self._known(ids).items()}

    def places(self, ids: Iterable[RecordId]) -> Mapping[RecordId, tuple[ProjectId, str]]:
        """Return project and kind of those of *ids* that the mirror knows in a project."""
        return {
            one: (ProjectId(known.project), known.kind)
            for one, known in self._known(ids).items()
            if known.project is not None
        }

    def still_there(self, ids: Iterable[RecordId]) -> frozenset[RecordId]:
        """Return those of *ids* that are there: neither gone nor moved out of sight."""
        return frozenset(one for one, known in self._known(ids).items() if known.presence == "present")

    def _known(self, ids: Iterable[RecordId]) -> Mapping[RecordId, mirror.Known]:
        wanted = {mirror.key_of(one): one for one in ids}
        with self._database.read() as connection:
            known = mirror.look_up(connection, self._of, wanted.values())
        return {wanted[key]: one for key, one in known.items() if key in wanted}

    def quarantined(self) -> Sequence[RecordId]:
        """Return the records that could not be read, sorted: each is to be read once more."""
        return sorted(self._unread())

    def _compare(self, page: Page) -> Intake:
        if self._compared is None or self._compared[0] is not page:
            with self._database.read() as connection:
                self._compared = (page, compared(connection, self._of, page.records))
        return self._compared[1]

    def _unread(self) -> set[RecordId]:
        if self._stored_unread is None:
            with self._database.read() as connection:
                self._stored_unread = set(projects.quarantined(connection, self._of))
        return self._stored_unread

    def _read_to_the_end(self, connection: Connection, complete: Mapping[ProjectId, datetime]) -> None:
        if complete:
            projects.complete(connection, self._of, complete)
            self._complete |= {project: to_millis(at) for project, at in complete.items()}
            connection.execute(
                update(run)
                .where(run.c.id == self.id, run.c.connection_id == self._of)
                .values(complete=canonical(self._complete))
            )

    def project_key(self, project: ProjectId) -> str:
        """Return what people call a project: its key, else its name, else its id."""
        return self._project(project).known_as(project)

    def project_url(self, project: ProjectId) -> str:
        """Return the address of a project for people; empty where none is known."""
        return self._project(project).url

    def _project(self, project: ProjectId) -> ProjectRow:
        with self._database.read() as connection:
            known = projects.projects(connection, self._of, self.connection)
        return known.get(project) or ProjectRow(key="", name="", url="", complete_as_of=None, problem=None)

    # ------------------------------------------------------------------------------------------- listings

    def gap(self, listing: Listing) -> ListingGap:
        """Return how *listing* and the mirror differ now: a first scan lists long before it has read everything."""
        with self._database.read() as connection:
            return listings.gap(connection, self._of, listing)

    def census(self, listed: Iterable[Listing]) -> ListingGap:
        """Store that these listings were read and return how they differ from the mirror; nothing is marked."""
        gaps: Sequence[ListingGap] = ()
        if of_all := list(listed):
            with self._write() as connection:
                gaps = self._list(connection, of_all)
        return ListingGap.together(gaps)

    def listed_at(self) -> Mapping[ProjectKind, datetime]:
        """Return when each project and kind was last listed; never listed ones are left out."""
        with self._database.read() as connection:
            return listings.listed_at(connection, self._of)

    def present(self, project: ProjectId, kind: str) -> int:
        """Return how many records of a project and kind are present."""
        with self._database.read() as connection:
            return listings.present(connection, self._of, project, kind)

    def present_in(self, projects: Iterable[ProjectId], kinds: Iterable[str]) -> int:
        """Return how many records of these projects and kinds are present."""
        with self._database.read() as connection:
            return listings.present_in(connection, self._of, projects, kinds)

    def held(self) -> Mapping[ProjectKind, frozenset[str]]:
        """Return the external ids that wait for a person because too many of a listing were missing at once."""
        with self._database.read() as connection:
            return listings.held(connection, self._of)

    def hold(self, project: ProjectId, kind: str, ids: Iterable[str]) -> None:
        """Let these external ids wait for a person, in place of those that waited before."""
        with self._write() as connection:
            listings.hold(connection, self._of, project, kind, ids)

    def release_held(self, project: ProjectId, kind: str) -> frozenset[str]:
        """Let nothing of a project and kind wait any more; return the external ids that did."""
        with self._write() as connection:
            released = listings.held(connection, self._of).get((project, kind), frozenset())
            listings.hold(connection, self._of, project, kind, ())
        return released

    def _list(self, connection: Connection, listed: Sequence[Listing]) -> list[ListingGap]:
        found = [listings.gap(connection, self._of, one) for one in listed]
        if found:
            listings.listed(connection, self._of, zip(listed, found, strict=True), self._clock.now())
        return found

    # -------------------------------------------------------------------------------------------- details

    def detail_state(self, ids: Iterable[RecordId]) -> Mapping[tuple[RecordId, str], DetailRow]:
        """Return at which state of *ids* each part ("comments", "history", "approvals") was read, if ever."""
        with self._database.read() as connection:
            return details.state(connection, self._of, ids)

    def commit_details(self, answers: Sequence[Details], wanted: Sequence[Wanted]) -> PageOutcome:
        """Store answers to ``details`` in one transaction; what a whole answer leaves out is gone.

        What an answer brings with an error, or though it was not *wanted*, is stored, but counts as unread.
        """
        if not answers:
            return PageOutcome()
        with self._write() as connection:
            stored = details.store(connection, self._of, self._observed_at, answers, wanted)
        return PageOutcome(read=stored.read, new=stored.new, changed=stored.changed)


def begin(
    database: Database,
    clock: Clock,
    *,
    run_id: str,
    connection: str,
    adapter: str,
    owner: str,
    ttl_s: float,
    reads: bool = True,
) -> Run:
    """Take the lease of *connection* and, of a run that *reads* the tool, write its row, in one transaction."""
    with database.write() as transaction:
        of = connection_row(transaction, connection, adapter)
        held = lease.take(transaction, clock, key=lease_key(connection), owner=owner, ttl_s=ttl_s)
        if held is None:
            raise busy(transaction, connection, of)
        last = transaction.execute(
            select(run.c.observed_at, run.c.outcome)
            .where(run.c.connection_id == of)
            .order_by(run.c.observed_at.desc())
            .limit(1)
        ).one_or_none()
        now = to_millis(clock.now())
        written = memo.read(transaction, connection, _WRITTEN)
        before = [*([] if last is None else [last.observed_at]), *([] if written is None else [int(written[0])])]
        # Clocks differ between machines and are set back; history must not run backwards because of it.
        observed_at = max([now, *(one + 1 for one in before)])
        if not reads:  # what it finds out goes into history though it has no row
            memo.write(transaction, of, {_WRITTEN: canonical(observed_at)}, _FOR_EVER)
        if reads:
            row = {"id": run_id, "connection_id": of, "fence": held.fence}
            transaction.execute(insert(run).values(**row, started_at=now, observed_at=observed_at))
    return Run(
        database,
        clock,
        run_id=run_id,
        connection=connection,
        held=held,
        of=of,
        observed_at=observed_at,
        previous_outcome=None if last is None else last.outcome,
    )
