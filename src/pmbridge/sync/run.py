"""One run over one connection: lease, check, pull, census, details, release.

The order of steps and what may be lost after each is the protocol in ``docs/explanation/sync.md``. Nothing here holds
a transaction while it waits for the network.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Any

from pydantic import TypeAdapter

from pmbridge.adapter import Adapter
from pmbridge.clock import Clock
from pmbridge.domain.focus import focus_of
from pmbridge.domain.mapping import Copy, Source
from pmbridge.domain.resolve import resolve, scope_of
from pmbridge.domain.resolved import ResolvedSource
from pmbridge.errors import MappingChanged, NotVisible, PmbridgeError
from pmbridge.identity import CONNECTION, RUN
from pmbridge.records import Focus, Item, Page, ProjectSchema, Record, Scope, Skipped
from pmbridge.store import Run, Store
from pmbridge.sync.census import Census, Judged
from pmbridge.sync.described import Met, described, known, together
from pmbridge.sync.details import DetailReader, Recognised, remember, remembered
from pmbridge.sync.pull import Keeper, Pull, Pulled, leaves, retry_quarantined
from pmbridge.sync.result import ConnectionOutcome, Progress
from pmbridge.values import Label, ProjectId

log = logging.getLogger("pmbridge.sync")
_REFS_KEY = "refs"
_REFS = TypeAdapter(dict[str, list[str]])


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a person asked of this sync."""

    full: bool = False
    accept_vanished: int | None = None
    accept_mapping: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Everything that one run needs. ``sources``: engagement name → its sources on this connection."""

    run_id: str
    owner: str
    connection: str
    make_adapter: Callable[[], Adapter[Any]]
    store: Store
    clock: Clock
    sources: Sequence[tuple[str, Source]]
    copies: Mapping[tuple[str, str], Sequence[Copy]] = field(default_factory=dict)
    """Engagement and project of a source → the rules for copies that stand there."""
    zone: tzinfo = UTC
    """The workspace's zone, in which people read times."""
    lease_ttl_s: float = 180
    options: Options = Options()
    on_progress: Callable[[Progress], None] | None = None
    survey: tuple[str, ...] = ()
    """Projects to read whole, with every number, date and option field, instead of what a mapping needs."""

    def copies_to(self, engagement: str, source: Source) -> Sequence[Copy]:
        """Return the rules of *engagement* for copies that stand in *source*."""
        return self.copies.get((engagement, source.project), ())


@dataclass
class _State:
    """What the run has found so far; becomes the outcome, whatever ends the run."""

    tool: str = ""
    read_only: bool = True
    read: int = 0
    new: int = 0
    changed: int = 0
    records_changed: int = 0
    vanished: int = 0
    items: int = 0
    milestones: int = 0
    changes: int = 0
    problems: list[PmbridgeError] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    warnings: list[Label] = field(default_factory=list)


def run_connection(job: Job) -> ConnectionOutcome:
    """Read one connection into the mirror and return how it went.

    Never raises a :class:`~pmbridge.errors.PmbridgeError`: it is the outcome's ``error``. What was committed before
    stays, and the next run goes on from there.
    """
    # In a context of its own: what the log reads of the run must not outlive it.
    return copy_context().run(_run, job)


def _run(job: Job) -> ConnectionOutcome:
    RUN.set(job.run_id)
    CONNECTION.set(job.connection)
    began = job.clock.monotonic()
    state = _State(tool=job.connection)
    adapter: Adapter[Any] | None = None
    error: PmbridgeError | None = None
    try:
        adapter = job.make_adapter()
        state.tool = adapter.title
        state.read_only = adapter.settings.read_only
        run = job.store.begin_run(
            run_id=job.run_id,
            connection=job.connection,
            adapter=adapter.kind,
            owner=job.owner,
            ttl_s=job.lease_ttl_s,
        )
        error = _with_run(job, adapter, run, state)
    except PmbridgeError as raised:
        error = raised
    return _outcome(job, adapter, state, error, seconds=job.clock.monotonic() - began)


def _with_run(job: Job, adapter: Adapter[Any], run: Run, state: _State) -> PmbridgeError | None:
    error: PmbridgeError | None = None
    try:
        _steps(job, adapter, run, state)
    except PmbridgeError as raised:
        error = raised
    except BaseException:
        # Ctrl-C or our own mistake: free the lease, so that the next run need not wait for it to expire.
        run.finish("stopped", _counts(state), None)
        raise
    failures = [*([error] if error else []), *state.problems, *(one.error for one in state.skipped)]
    run.finish("failed" if failures else "ok", _counts(state), failures[0].name if failures else None)
    return error


def _steps(job: Job, adapter: Adapter[Any], run: Run, state: _State) -> None:
    _progress(job, "check", 0, None)
    previous_ok = run.previous_outcome == "ok"
    adapter.check()
    schemas, resolved = _resolve(job, adapter, state)
    scope = _survey_scope(job, adapter) if job.survey else scope_of([one for _, one in resolved], adapter.kinds)
    if not scope.projects:
        return
    fingerprint = _mapping_hash(job)
    mapping_moved = run.cursor(_format(adapter, scope)).mapping_hash != fingerprint
    keeper = Keeper(run, job.clock, job.lease_ttl_s)
    recognised = Recognised()
    sources = [one for _, one in resolved]

    state.problems += retry_quarantined(adapter, run)
    met = Met()
    pulled = _pull(job, adapter, run, scope, keeper, recognised, met, sources, state)
    judged = Judged()
    Census(
        adapter=adapter,
        run=run,
        scope=scope,
        max_vanish=adapter.settings.max_vanish,
        accepted=job.options.accept_vanished,
    ).judge(pulled.listings, pulled.missing, judged)
    keeper.renewed()
    recognised.look(sources, leaves(judged.read_again))
    state.vanished += judged.vanished
    state.problems += judged.problems
    state.skipped += judged.skipped
    named = [source.project for _, source in job.sources]
    widened = met.widen(job.store, job.connection, named, schemas.values())
    if widened:
        schemas, resolved = _resolve(job, adapter, state)
        sources = [one for _, one in resolved]

    # Only what differed was looked at. That is everything in a first sync (people apart, who come with each project),
    # and enough where the last run looked at the rest with the same mapping and got to its end.
    everything = pulled.from_scratch and pulled.unlooked == 0 and not widened
    if not everything and (mapping_moved or widened or not previous_ok):
        _look_at_everything(job, sources, recognised)
        everything = True
    memo = job.store.memo(job.connection)
    quiet = remembered(memo, run)
    _progress(job, "details", pulled.read, None)
    state.problems += DetailReader(adapter=adapter, run=run, keeper=keeper, schemas=schemas).read(recognised, quiet)
    remember(memo, recognised, quiet)
    if everything:
        state.milestones, state.changes = len(recognised.milestones), len(recognised.changes)
    if mapping_moved and not job.survey:
        _guard_mapping(job, recognised, state, run, fingerprint)
    state.items = run.present_in(scope.projects, [one for one in scope.kinds if adapter.kinds[one].shape == "item"])


def _pull(
    job: Job,
    adapter: Adapter[Any],
    run: Run,
    scope: Scope,
    keeper: Keeper,
    recognised: Recognised,
    met: Met,
    sources: Sequence[ResolvedSource],
    state: _State,
) -> Pulled:
    before = list(state.skipped)
    began = job.clock.monotonic()
    pages = items = 0

    def on_page(pulled: Pulled, page: Page, touched: Sequence[Record]) -> None:
        nonlocal pages, items, began
        now, pages = job.clock.monotonic(), pages + 1
        # What is expected are items; people and versions come along uncounted.
        items += sum(isinstance(one, Item) for one in page.records)
        facts = {"page": pages, "records": len(page.records), "ms": round((now - began) * 1000)}
        log.info("pull.page", extra={"facts": facts})
        began = now
        recognised.look(sources, leaves(touched))
        met.look(touched)
        state.read, state.new, state.changed = pulled.read, pulled.new_items, pulled.changed_items
        state.records_changed = pulled.new + pulled.changed
        state.skipped = [*before, *pulled.skipped]
        _progress(job, "pull", items, page.expected)

    pull = Pull(
        adapter=adapter,
        run=run,
        scope=scope,
        format=_format(adapter, scope),
        mirrored=job.store.mirrored(job.connection),
        keeper=keeper,
        on_page=on_page,
    )
    return pull.all(full=job.options.full)


def _resolve(
    job: Job, adapter: Adapter[Any], state: _State
) -> tuple[dict[ProjectId, ProjectSchema], list[tuple[str, ResolvedSource]]]:
    """Resolve the sources; a bad mapping stops its own source, never the pull of the others."""
    schemas: dict[ProjectId, ProjectSchema] = {}
    found: list[tuple[str, ResolvedSource]] = []
    told = described(
        job.store,
        job.clock,
        job.connection,
        adapter,
        together((one.project, focus_of(one, job.copies_to(engagement, one))) for engagement, one in job.sources),
    )
    for engagement, source in job.sources:
        try:
            schema = known(told[source.project])
            schemas[schema.project.id] = schema
            one = resolve(
                source,
                schema,
                kinds=adapter.kinds,
                tool=adapter.title,
                client_can_open=adapter.settings.client_can_open,
                copies=job.copies_to(engagement, source),
            )
        except NotVisible as error:
            state.skipped.append(Skipped(project=ProjectId(source.project), error=error))
        except PmbridgeError as error:
            if error.exit_code != 2:
                raise
            state.problems.append(error.with_facts(connection=job.connection, engagement=engagement))
        else:
            state.warnings += one.warnings
            found.append((engagement, one))
    return schemas, found


def _survey_scope(job: Job, adapter: Adapter[Any]) -> Scope:
    """Return a scope of all kinds and of every field that a mapping could name."""
    schemas = [
        known(one)
        for one in described(job.store, job.clock, job.connection, adapter, dict.fromkeys(job.survey, Focus())).values()
    ]
    telling = ("number", "day", "instant", "named", "many")
    fields = {
        kind: frozenset(
            field.id
            for schema in schemas
            if kind in schema.kinds
            for field in schema.kinds[kind].fields
            if field.type in telling
        )
        for kind in adapter.kinds
        if adapter.kinds[kind].shape == "item"
    }
    return Scope(
        projects=tuple(sorted(schema.project.id for schema in schemas)), kinds=frozenset(adapter.kinds), fields=fields
    )


def _format(adapter: Adapter[Any], scope: Scope) -> bytes:
    """Return the hash that drops the cursor when kinds, fields or the translation change."""
    said = [
        sorted(scope.kinds),
        {kind: sorted(fields) for kind, fields in sorted(scope.fields.items())},
        adapter.record_version,
    ]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).digest()


def _mapping_hash(job: Job) -> bytes:
    said: list[list[Any]] = [[of, one.model_dump(mode="json", by_alias=True)] for of, one in job.sources]
    for part, (engagement, source) in zip(said, job.sources, strict=True):
        part += [one.model_dump(mode="json", by_alias=True) for one in job.copies_to(engagement, source)]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).digest()


def _look_at_everything(job: Job, sources: Sequence[ResolvedSource], recognised: Recognised) -> None:
    for source in sources:
        seen = job.store.observe(job.connection, source.project_id)
        recognised.look([source], [*seen.items, *seen.groups])


def _guard_mapping(job: Job, recognised: Recognised, state: _State, run: Run, fingerprint: bytes) -> None:
    """Say what a changed mapping takes out of the report, until a person accepts it."""
    memo = job.store.memo(job.connection)
    before = _REFS.validate_python(memo.kept(_REFS_KEY) or {})
    now = {"milestones": sorted(recognised.milestones), "changes": sorted(recognised.changes)}
    words = {"milestones": Label(zh="里程碑", en="milestones"), "changes": Label(zh="变更", en="changes")}
    stops = [
        MappingChanged(
            connection=job.connection,
            gone=len(lost),
            present=len(before[what]),
            what=label.en,
            what_zh=label.zh,
            refs=", ".join(lost),
        )
        for what, label in words.items()
        if (lost := [ref for ref in before.get(what, ()) if ref not in now[what]])
    ]
    if stops and not job.options.accept_mapping:
        state.problems += stops
        return
    memo.keep(_REFS_KEY, {what: list(refs) for what, refs in now.items()})
    run.set_mapping_hash(fingerprint)


def _counts(state: _State) -> dict[str, int]:
    return {"read": state.read, "new": state.new, "changed": state.changed, "vanished": state.vanished}


def _progress(job: Job, stage: Any, read: int, expected: int | None) -> None:
    if job.on_progress is not None:
        job.on_progress(Progress(connection=job.connection, stage=stage, read=read, expected=expected))


def _outcome(
    job: Job, adapter: Adapter[Any] | None, state: _State, error: PmbridgeError | None, *, seconds: float
) -> ConnectionOutcome:
    last = job.store.last_complete(job.connection)
    facts: dict[str, object] = {
        "tool": state.tool,
        "time": last.astimezone(job.zone).strftime("%m-%d %H:%M") if last is not None else None,
    }
    for one in [error, *state.problems, *(skipped.error for skipped in state.skipped)]:
        if one is not None:
            one.with_facts(connection=job.connection, **facts)
    traffic = adapter.traffic if adapter is not None else None
    _progress(job, "done", state.read, state.read)
    return ConnectionOutcome(
        connection=job.connection,
        tool=state.tool,
        items=state.items,
        read=state.read,
        new=state.new,
        changed=state.changed,
        records_changed=state.records_changed,
        vanished=state.vanished,
        requests=traffic.requests if traffic else 0,
        retries=traffic.retries if traffic else 0,
        waited_s=traffic.waited_s if traffic else 0.0,
        seconds=seconds,
        read_only=state.read_only,
        milestones=state.milestones,
        changes=state.changes,
        error=error,
        problems=tuple(state.problems),
        skipped=tuple(state.skipped),
        warnings=tuple(state.warnings),
    )
