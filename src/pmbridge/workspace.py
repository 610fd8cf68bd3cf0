"""The facade: one object for scripts, cron and the command line.

Nothing here prints, prompts, exits or configures logging. Everything raises children of
:class:`pmbridge.errors.PmbridgeError`, whose text is the command line's.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self
from zoneinfo import ZoneInfo

from pmbridge.adapter import Adapter, Context, Memo
from pmbridge.adapter.registry import load
from pmbridge.clock import Clock, SystemClock
from pmbridge.config import WorkspaceConfig, find_config, load_config, store_url
from pmbridge.domain.mapping import Source
from pmbridge.engagement import Engagement
from pmbridge.errors import ConfigError, UnknownRef
from pmbridge.identity import new_ulid
from pmbridge.records import Group, Item, ProjectSchema
from pmbridge.secrets import SecretChain
from pmbridge.store import Store
from pmbridge.sync import ConnectionOutcome, Job, Options, Progress, SyncResult, run_connection
from pmbridge.sync.described import schemas
from pmbridge.values import Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """A project read whole, so that a mapping can be proposed from what is really there."""

    connection: str
    schema: ProjectSchema
    items: Sequence[Item]
    groups: Sequence[Group]
    outcome: ConnectionOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed:
    """Sentences: what a client would notice of a sync, bad news first, and what somebody should look at."""

    changes: tuple[Label, ...]
    attention: tuple[Label, ...]


class Workspace:
    """A folder with ``pmbridge.toml``, its store and its connections. Thread-safe; close it, or use ``with``."""

    def __init__(self, config: WorkspaceConfig, *, lang: str | None = None, clock: Clock | None = None) -> None:
        self.config = config
        self.clock: Clock = clock or SystemClock()
        self.language = lang or config.workspace.language
        self._resources = ExitStack()

    @property
    def folder(self) -> Path:
        """The folder of ``pmbridge.toml``; relative paths count from it."""
        return self.config.folder

    @cached_property
    def store(self) -> Store:
        """The store, opened on first use (SQLite upgrades itself, after a backup copy)."""
        url = store_url(self.config)
        return self._resources.enter_context(Store.open(url, clock=self.clock))

    def close(self) -> None:
        """Close the store; the workspace must not be used afterwards. Harmless when repeated."""
        self._resources.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- connections -----------------------------------------------------------------------------------------

    def adapter(self, connection: str, *, memo: Memo | None = None) -> Adapter[Any]:
        """Return a fresh adapter for *connection*. No request is made and no secret read yet.

        *memo* replaces the one of the store, for those who must not rely on what was kept.

        Raises:
            UnknownRef: there is no such connection; lists the nearest.
            UnknownAdapter: its adapter is not installed or cannot be loaded.
        """
        settings = self.config.connections.get(connection)
        if settings is None:
            raise _unknown("connection", connection, self.config.connections, "pmbridge.toml")
        context = Context(
            connection=connection,
            secret=SecretChain(connection, settings.secret, self.folder),
            clock=self.clock,
            memo=self.store.memo(connection) if memo is None else memo,
            log=logging.getLogger(f"pmbridge.adapter.{settings.adapter}"),
        )
        return load(settings.adapter)(settings, context)

    def sync(
        self,
        connections: Sequence[str] = (),
        *,
        full: bool = False,
        accept_vanished: int | None = None,
        accept_mapping: bool = False,
        executor: Executor | None = None,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> SyncResult:
        """Read the tools into the mirror and return what happened, one outcome per connection.

        Then what is in doubt of earlier writes is settled, and what ``write.auto`` of an engagement lists is written.

        *connections* limits it (default: all that an engagement uses). One failing connection never stops another
        and raises nothing: see ``SyncResult.exit_code`` and ``raise_for_failures``. Running it again right away
        changes nothing. *executor* runs one task per connection; without it threads do.

        Raises:
            ConfigError: there is nothing to sync (no connection, no engagement).
            UnknownRef: a named connection does not exist.
        """
        names = self._to_sync(connections)
        options = Options(full=full, accept_vanished=accept_vanished, accept_mapping=accept_mapping)
        started = self.clock.now()
        run_id = new_ulid(started)
        jobs = [self._job(name, run_id, options, on_progress) for name in names]
        from pmbridge.unattended import write_unattended  # most commands do without

        outcomes = write_unattended(self, self._run(jobs, executor))
        return SyncResult(
            run_id=run_id,
            started_at=started,
            connections=outcomes,
            warnings=tuple(one for outcome in outcomes.values() for one in outcome.warnings),
        )

    def noticed(self, result: SyncResult) -> Noticed:
        """Return what a client would notice of *result*, and what a project manager should look at.

        Computed only when asked: it compares two views of each engagement whose tools changed.

        Raises:
            ConfigError: a mapping does not fit its project.
        """
        moved = {name for name, one in result.connections.items() if one.records_changed or one.vanished}
        changes: list[Label] = []
        attention: list[Label] = []
        for name, config in self.config.engagements.items():
            if not any(source.connection in moved for source in config.sources):
                continue
            handle = self.engagement(name)
            changes += handle.changes_since(result.started_at)
            attention += handle.attention()
        return Noticed(changes=tuple(changes), attention=tuple(attention))

    def survey(
        self, connection: str, projects: Sequence[str], *, on_progress: Callable[[Progress], None] | None = None
    ) -> tuple[Survey, ...]:
        """Read *projects* (ids or keys) whole, with all number, date and option fields, and return what is there.

        Into a store of its own that is thrown away: the mirror, and how far it is read, stay as they are.

        Raises:
            PmbridgeError: the first thing that went wrong; nothing is proposed from a half-read project.
        """
        job = self._job(connection, new_ulid(self.clock.now()), Options(), on_progress)
        with (
            TemporaryDirectory(prefix="pmbridge-") as folder,
            Store.open(f"sqlite:///{folder}/survey.db", clock=self.clock) as scratch,
        ):
            outcome = run_connection(replace(job, sources=(), survey=tuple(projects), store=scratch))
            for failure in outcome.failures:
                raise failure
            return tuple(self._surveyed(scratch, connection, project, outcome) for project in projects)

    def _surveyed(self, scratch: Store, connection: str, project: str, outcome: ConnectionOutcome) -> Survey:
        body = scratch.schema(connection, project)
        if body is None:
            raise _unknown("project", project, {}, connection)
        schema = schemas().validate_json(body)
        seen = scratch.observe(connection, schema.project.id)
        return Survey(connection=connection, schema=schema, items=seen.items, groups=seen.groups, outcome=outcome)

    # -- engagements -----------------------------------------------------------------------------------------

    @property
    def engagements(self) -> tuple[str, ...]:
        """Names of the engagements, in the order of the file."""
        return tuple(self.config.engagements)

    def engagement(self, name: str | None = None) -> Engagement:
        """Return a handle on the engagement *name*, or on the only one there is.

        Raises:
            ConfigError: none, or several and no name given (``which-engagement``).
            UnknownRef: no engagement of that name; lists the nearest.
        """
        names = self.engagements
        if not names:
            raise ConfigError("no-engagement")
        if name is None:
            if len(names) > 1:
                raise ConfigError("which-engagement", count=len(names), names=", ".join(names), first=names[0])
            name = names[0]
        if name not in self.config.engagements:
            raise _unknown("engagement", name, self.config.engagements, "pmbridge.toml")
        return Engagement(name=name, config=self.config, store=self.store, clock=self.clock)

    # -- parts of sync ---------------------------------------------------------------------------------------

    def chosen_connections(self, wanted: Sequence[str] = ()) -> list[str]:
        """Return *wanted*, or every connection of the file, in the file's order.

        Raises:
            ConfigError: there is no connection at all.
            UnknownRef: one does not exist; lists the nearest.
        """
        if not self.config.connections:
            raise ConfigError("no-connection")
        for name in wanted:
            if name not in self.config.connections:
                raise _unknown("connection", name, self.config.connections, "pmbridge.toml")
        return [name for name in self.config.connections if not wanted or name in wanted]

    def _to_sync(self, wanted: Sequence[str]) -> list[str]:
        chosen = self.chosen_connections(wanted)
        if not self.config.engagements:
            raise ConfigError("no-engagement")
        used = {source.connection for one in self.config.engagements.values() for source in one.sources}
        return [name for name in chosen if wanted or name in used]

    def _job(
        self, connection: str, run_id: str, options: Options, on_progress: Callable[[Progress], None] | None
    ) -> Job:
        return Job(
            run_id=run_id,
            owner=f"{socket.gethostname()}:{os.getpid()}:{run_id}",
            connection=connection,
            make_adapter=lambda: self.adapter(connection),
            store=self.store,
            clock=self.clock,
            sources=self._sources(connection),
            copies={
                (name, source.project): self.config.engagements[name].copies_to(source)
                for name, source in self._sources(connection)
            },
            zone=ZoneInfo(self.config.workspace.timezone),
            lease_ttl_s=self.config.sync.lease_ttl,
            options=options,
            on_progress=on_progress,
        )

    def _sources(self, connection: str) -> list[tuple[str, Source]]:
        return [
            (name, source)
            for name, engagement in self.config.engagements.items()
            for source in engagement.sources
            if source.connection == connection
        ]

    def _run(self, jobs: Sequence[Job], executor: Executor | None) -> Mapping[str, ConnectionOutcome]:
        if executor is None and len(jobs) == 1:
            return {jobs[0].connection: run_connection(jobs[0])}
        if executor is not None:
            futures = {job.connection: executor.submit(run_connection, job) for job in jobs}
            return {name: future.result() for name, future in futures.items()}
        with ThreadPoolExecutor(max_workers=min(32, len(jobs))) as pool:
            return dict(zip([job.connection for job in jobs], pool.map(run_connection, jobs), strict=True))


def open_workspace(
    path: str | os.PathLike[str] | None = None, *, lang: str | None = None, clock: Clock | None = None
) -> Workspace:
    """Open the workspace at *path* (file or folder), or the one that the command line would find from here.

    The store is opened on first use. *lang* is "zh-CN" or "en" and overrides the file's language.

    Raises:
        ConfigError: no workspace here (``config-missing``), or faults in the file, all of them at once.
    """
    return Workspace(load_config(find_config(path)), lang=lang, clock=clock)


def _unknown(what: str, name: str, known: Mapping[str, object], where: str) -> UnknownRef:
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), n=3, cutoff=0.4) or list(known)[:5]
    command = {"connection": "pmbridge doctor", "engagement": "pmbridge engagement list"}.get(what, "pmbridge doctor")
    return UnknownRef(
        ref=name,
        where=where,
        near=f"Near: {', '.join(near)}." if near else "",
        near_zh=f"相近：{'、'.join(near)}。" if near else "",
        command=command,
    )
