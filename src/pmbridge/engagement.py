"""The handle on one engagement: its newest data, frozen views of any past moment, and its reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from getpass import getuser
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from pmbridge.adapter.registry import load
from pmbridge.addressees import addressees
from pmbridge.clock import Clock
from pmbridge.config import WorkspaceConfig
from pmbridge.domain.assemble import assemble
from pmbridge.domain.calendar import Calendar
from pmbridge.domain.evidence import Actor
from pmbridge.domain.focus import focus_of
from pmbridge.domain.listing import Listing
from pmbridge.domain.mapping import EngagementConfig, Source, Words
from pmbridge.domain.people import People
from pmbridge.domain.recognise import Observed, recognise
from pmbridge.domain.resolve import resolve
from pmbridge.domain.resolved import ResolvedSource
from pmbridge.domain.unknowns import summary
from pmbridge.domain.view import Change, EngagementView, Milestone
from pmbridge.errors import ConfigError, MappingError
from pmbridge.records import Group, Item, ProjectSchema
from pmbridge.register import Register
from pmbridge.reported import Report
from pmbridge.reporting import ReportDesk
from pmbridge.store import COPY, Store
from pmbridge.sync.described import schemas
from pmbridge.sync.marker import workspace_mark
from pmbridge.values import Label, ProjectId, RecordId

if TYPE_CHECKING:
    from pmbridge.approvals import ToolApproval
    from pmbridge.desks import Desks

R = TypeVar("R", Item, Group)


class Engagement:
    """A handle on the newest data of one engagement; :meth:`view` gives frozen ones."""

    def __init__(self, *, name: str, config: WorkspaceConfig, store: Store, clock: Clock) -> None:
        self.name = name
        self.workspace_config = config
        self.config: EngagementConfig = config.engagements[name]
        self.zone = ZoneInfo(self.config.timezone)
        self._store = store
        self._clock = clock

    @cached_property
    def _newest(self) -> EngagementView:
        return self.view()

    def refresh(self) -> None:
        """Read the newest data again on the next access."""
        self.__dict__.pop("_newest", None)

    @property
    def milestones(self) -> Listing[Milestone]:
        """The milestones as of the first access (or the last :meth:`refresh`), by plan date, then ref.

        ``milestones["M4"]`` finds one, ``.where(state="planned")`` those that are so; a notebook shows a table.
        """
        return self._newest.milestones

    @property
    def changes(self) -> Listing[Change]:
        """The change requests, by ref; found as milestones are."""
        return self._newest.changes

    @property
    def was_synced(self) -> bool:
        """Whether any of its sources was ever read."""
        return any(self._schema(source) is not None for source in self.config.sources)

    def view(self, as_of: datetime | str | None = None) -> EngagementView:
        """Return the engagement as of *as_of* (default now), frozen. The mapping is today's, also for past days.

        A string is ISO 8601; without an offset it is in the engagement's zone, a bare date means its end, today now.

        Raises:
            ConfigError: nothing was synced yet, the mapping does not fit the project, or *as_of* is yet to come.
        """
        return self._seen(self.instant(as_of), past=as_of is not None)

    def _seen(self, at: datetime, *, past: bool) -> EngagementView:
        if self.config.sources and not self.was_synced:
            raise ConfigError("not-synced", engagement=self.name)
        observed = self.observed(at if past else None)
        calendar = Calendar.named(self.config.calendar)
        book = None
        if self.register.head.seq:  # else nothing was agreed yet, and no concept need be loaded
            book = self.register.as_of(at) if past else self.register.book
        return assemble(self.name, self.config, calendar, observed, at, slips=self._desk.slips(at), book=book)

    def observed(self, as_of: datetime | None = None) -> tuple[Observed, ...]:
        """Return what the mirror holds of each source, now or *as_of*, in the order of the configuration.

        Raises:
            MappingError: the mapping does not fit the project.
        """
        return tuple(self._observed(source, as_of) for source in self.config.sources)

    def instant(self, as_of: datetime | str | None) -> datetime:
        """Return *as_of* as an aware instant in UTC.

        Raises:
            ConfigError: not a date or time (``bad-time``), or one that is yet to come (``future-time``).
        """
        now = self._clock.now()
        if as_of is None:
            return now
        at, is_day = _parsed(as_of) if isinstance(as_of, str) else (as_of, False)
        if at.tzinfo is None:
            at = at.replace(tzinfo=self.zone)
        if at > now:
            here = now.astimezone(self.zone)
            if is_day and at.date() == here.date():
                return now
            # Nobody knows what a tool will hold then; the figures of today under that date would be a lie.
            raise ConfigError("future-time", text=str(as_of), now=f"{here:%Y-%m-%d %H:%M}", zone=self.config.timezone)
        return at.astimezone(UTC)

    def report(self, edition: str, *, as_of: datetime | str | None = None, headline: Words | None = None) -> Report:
        """Return a draft of *edition* ("weekly") as of *as_of*, compared with the last issued one.

        Raises:
            ConfigError: nothing was synced yet, or no such edition.
        """
        return self._desk.draft(self.view(as_of), edition, headline=headline)

    @property
    def reports(self) -> ReportDesk:
        """The reports that were issued, and the act of issuing one."""
        return self._desk

    @cached_property
    def register(self) -> Register:
        """What was agreed with the client, and every command that changes it."""
        return Register(
            store=self._store,
            engagement=self.name,
            clock=self._clock,
            zone=self.zone,
            calendar=Calendar.named(self.config.calendar),
            actor=Actor("member", self.workspace_config.workspace.user or getuser()),
        )

    @cached_property
    def desks(self) -> Desks:
        """The register's commands with typed arguments, by noun: ``desks.change.decide("CR-004", "approve", …)``."""
        from pmbridge.desks import Desks  # a typed method for every verb: most runs do without

        return Desks(self.register)

    def approvals(self, *refs: str) -> tuple[ToolApproval, ...]:
        """Return what a tool's own approval says on the records that *refs* are, the oldest first of each.

        Only a service request of Jira has approvals; empty if there is none. None decides anything by itself: it
        proves what a person records (``ToolApproval.proofs``).
        """
        from pmbridge.approvals import approvals

        observed = self.observed()
        people = People(self.config.people, observed)
        return tuple(approvals(refs, book=self.register.book, observed=observed, people=people))

    @cached_property
    def _desk(self) -> ReportDesk:
        return ReportDesk(
            name=self.name,
            config=self.workspace_config,
            store=self._store,
            clock=self._clock,
            addressees=lambda language, day: addressees(self.register.book, language, day),
        )

    def changes_since(self, at: datetime) -> tuple[Label, ...]:
        """Return in words what a client would notice between *at* and now; nothing if all of it is new."""
        # Not `view`: a clock that was set back in between must not end a sync.
        before = self._seen(at.astimezone(UTC), past=True)
        if all(source.complete_as_of is None for source in before.sources):
            return ()
        return self._desk.differences(before, self._newest)

    def attention(self) -> tuple[Label, ...]:
        """Return what a project manager can mend: figures that will be printed as unknown, drawn together by kind."""
        view = self._newest
        notes = summary(view.unknowns, changes=len(view.changes))
        return tuple(note.text for note in notes if note.remedy is not None)

    def schemas(self) -> Mapping[tuple[str, ProjectId], ProjectSchema]:
        """Return what was last described of each project that was read, by connection and project."""
        found = [(source.connection, self._schema(source)) for source in self.config.sources]
        return {(connection, one.project.id): one for connection, one in found if one is not None}

    def _schema(self, source: Source) -> ProjectSchema | None:
        body = self._store.schema(source.connection, source.project)
        return schemas().validate_json(body) if body is not None else None

    def _resolved(self, source: Source) -> ResolvedSource:
        schema = self._schema(source)
        settings = self.workspace_config.connections[source.connection]
        adapter = load(settings.adapter)
        if schema is None:
            return ResolvedSource.unread(source, tool=adapter.title, client_can_open=settings.client_can_open)
        try:
            return resolve(
                source,
                schema,
                kinds=adapter.kinds,
                tool=adapter.title,
                client_can_open=settings.client_can_open,
                copies=self.config.copies_to(source),
            )
        except MappingError as fault:
            # What it did not name when the project was described is no fault: it was never asked for.
            told = fault if schema.focus.covers(focus_of(source, self.config.copies_to(source))) else _not_read(source)
            raise told.with_facts(connection=source.connection, engagement=self.name) from None

    def _observed(self, source: Source, as_of: datetime | None) -> Observed:
        resolved = self._resolved(source)
        seen = self._store.observe(source.connection, resolved.project_id, as_of=as_of)
        own = workspace_mark(self._store.workspace_id)
        theirs = self._copies(source.connection, seen.items, own)
        observed = Observed.of(
            resolved,
            items=_with_own_markers(seen.items, own, theirs),
            groups=_with_own_markers(seen.groups, own, theirs),
            people=seen.people,
            details=seen.details,
            histories=seen.histories,
            complete_as_of=seen.complete_as_of,
            problem=seen.problem,
            unreadable=seen.unreadable,
        )
        observed = self._with_copied(observed)
        milestones = [one.record.id for one in recognise(observed).milestones]
        plans = self._store.history(source.connection, milestones, until=as_of)
        return replace(observed, first_plans=plans)

    def _with_copied(self, observed: Observed) -> Observed:
        """Return *observed* with what of it are copies of ours, each with its text, which is read with nothing else."""
        source = observed.source
        if not source.copies:
            return observed
        links = {
            link.record: (one.concept, link.ref)
            for link in self._store.writings.links(source.connection)
            for one in source.copies
            if link.engagement == self.name and link.role == f"{COPY}{one.concept}"
        }
        items = [
            replace(one, description=self._store.text(source.connection, one.id)) if one.id in links else one
            for one in observed.items
        ]
        return replace(observed, items=items, copied={one.id: links[one.id] for one in items if one.id in links})

    def _copies(self, connection: str, items: Sequence[Item], own: str) -> frozenset[RecordId]:
        """Return the items that people copied from one that we made, marker and all: the one we made is linked."""
        marked = [one for one in items if one.marker is not None and one.marker.startswith(own)]
        if len({one.marker for one in marked}) == len(marked):
            return frozenset()
        linked = {link.record for link in self._store.writings.links(connection)}
        ours = {one.marker for one in marked if one.id in linked}
        return frozenset(one.id for one in marked if one.id not in linked and one.marker in ours)


def _with_own_markers(records: Sequence[R], own: str, theirs: frozenset[RecordId]) -> list[R]:
    """Return *records*; what another workspace made, or *theirs*, is to us as if people had made it."""
    return [
        one
        if one.marker is None or (one.marker.startswith(own) and one.id not in theirs)
        else replace(one, marker=None)
        for one in records
    ]


def _not_read(source: Source) -> MappingError:
    command = f"pmbridge sync {source.connection}"
    fault = f"the mapping names more than was read: {command}"
    fault_zh = f"映射所用的内容比读过的多：{command}"
    thing = f"{source.connection}:{source.project}"
    return MappingError(source=thing, n=1, problems=fault, problems_zh=fault_zh, faults=(fault,), faults_zh=(fault_zh,))


def _parsed(text: str) -> tuple[datetime, bool]:
    """Return the moment that *text* names, and whether it names a whole day, of which it is the end."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as exc:
        raise ConfigError("bad-time", text=text) from exc
    is_day = "T" not in text and " " not in text.strip()
    return (at.replace(hour=23, minute=59, second=59) if is_day else at), is_day
