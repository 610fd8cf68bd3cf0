"""What a sync writes by itself: the verbs that ``write.auto`` of an engagement lists, within the guards of a run.

After the tools were read, and only over connections that were. Writes of earlier runs whose answer was lost are settled
first, also where nothing may be written unattended. Under a mapping that is new to the connection nothing is sent in
the first run: its plan is kept, and a person can look at it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pydantic import JsonValue

from pmbridge.by_hand import steps_by_hand
from pmbridge.errors import Doubtful, MappingChanged, MappingError, PmbridgeError, TooManyWrites
from pmbridge.planning import GOOD_FOR, Plan, adopt_made, keep_plan, ready, stored_plan
from pmbridge.store import IN_DOUBT, UNDER_WAY, Run
from pmbridge.sync import ConnectionOutcome
from pmbridge.sync.entry import PlanEntry
from pmbridge.sync.send import Stopped
from pmbridge.values import Label
from pmbridge.wishing import Workplace, look, mapping_hash, owner_of, wishes_of

if TYPE_CHECKING:
    from pmbridge.adapter import Adapter
    from pmbridge.engagement import Engagement

_KEPT = "unattended"
"""Key of the memo that holds the mapping under which a plan was last made unattended, and the plan's number."""


@dataclass
class _Written:
    """What became of one connection so far."""

    written: int = 0
    unwritten: int = 0
    plan: int | None = None
    problems: list[PmbridgeError] = field(default_factory=list)
    warnings: list[Label] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What one engagement would have written over one connection, ``auto`` of it by itself."""

    engagement: Engagement
    entries: tuple[PlanEntry, ...]
    auto: tuple[PlanEntry, ...]


def write_unattended(
    workspace: Workplace, outcomes: Mapping[str, ConnectionOutcome]
) -> Mapping[str, ConnectionOutcome]:
    """Settle what is in doubt, write what may be written unattended, and return *outcomes* with what came of it.

    A connection that was not read, is read-only, or whose mapping a person has to accept first is left as it is. What
    goes wrong is among the ``problems`` of its outcome: nothing is raised.
    """
    return {name: _with_writes(workspace, name, one) for name, one in outcomes.items()}


def pending_stop(workspace: Workplace, engagement: Engagement, connection: str) -> Plan | None:
    """Return the plan that was more than a sync may send by itself and that nobody has applied since."""
    kept = _memo(workspace, engagement, connection)
    number = kept.get("plan")
    if not kept.get("stopped") or not isinstance(number, int):
        return None
    plan = stored_plan(workspace, engagement, number)
    return plan if plan.having("planned") and plan.mapping_hash == mapping_hash(engagement) else None


def _with_writes(workspace: Workplace, connection: str, outcome: ConnectionOutcome) -> ConnectionOutcome:
    if outcome.error is not None or outcome.read_only:
        return outcome
    engagements = _writing(workspace, connection)
    in_doubt = bool(workspace.store.writings.rows(connection, UNDER_WAY))
    if any(isinstance(one, MappingChanged) for one in outcome.problems) or not (engagements or in_doubt):
        return outcome
    done = _Written()
    try:
        adapter = workspace.adapter(connection)
        with workspace.store.holding(connection, **owner_of(workspace, adapter)) as run:
            _write(workspace, adapter, run, engagements, done)
    except Stopped as stopped:
        done.problems.append(stopped.error)
    except PmbridgeError as error:
        done.problems.append(error)
    if workspace.store.writings.rows(connection, IN_DOUBT) and not done.problems:
        done.problems.append(Doubtful())
    for engagement in engagements or _reading(workspace, connection):
        try:
            adopt_made(workspace, engagement)
        except MappingError:  # the connection's own outcome tells it
            continue
        except PmbridgeError as error:
            done.problems.append(error)
    for one in done.problems:
        one.with_facts(connection=connection, tool=outcome.tool)
    return replace(
        outcome,
        written=done.written,
        unwritten=done.unwritten,
        plan=done.plan,
        problems=(*outcome.problems, *done.problems),
        warnings=(*outcome.warnings, *done.warnings),
    )


def _reading(workspace: Workplace, connection: str) -> list[Engagement]:
    return [
        workspace.engagement(name)
        for name, config in workspace.config.engagements.items()
        if any(source.connection == connection for source in config.sources)
    ]


def _writing(workspace: Workplace, connection: str) -> list[Engagement]:
    return [one for one in _reading(workspace, connection) if one.config.write.auto]


def _write(
    workspace: Workplace, adapter: Adapter[Any], run: Run, engagements: Sequence[Engagement], done: _Written
) -> None:
    connection, limit = adapter.context.connection, adapter.settings.max_writes
    if not engagements:
        for engagement in _reading(workspace, connection)[:1]:
            ready(workspace, engagement, adapter, run, connection)
        return
    ready(workspace, engagements[0], adapter, run, connection)
    parts = list(_parts(workspace, adapter, run, engagements))
    total = sum(len(one.auto) for one in parts)
    for part in parts:
        if total > limit:
            number = _kept(workspace, part, part.entries, connection, stopped=True)
            facts = {"limit": limit, "plan": number, "engagement": part.engagement.name}
            done.problems.append(TooManyWrites(n=len(part.auto), **facts))
        elif _is_new(workspace, part.engagement, connection):
            number = _kept(workspace, part, part.entries, connection)
            done.warnings.append(_first_time(connection, number, len(part.auto)))
        else:
            by_hand = [one for one in part.entries if one.state == "manual"]
            number = _kept(workspace, part, (*part.auto, *by_hand), connection)
            _apply(workspace, adapter, run, part, number, done)
        done.plan = number


def _parts(workspace: Workplace, adapter: Adapter[Any], run: Run, engagements: Sequence[Engagement]) -> Iterator[_Part]:
    """Yield what each engagement would write; one that has nothing knows its mapping from now on."""
    connection = adapter.context.connection
    for engagement in engagements:
        try:
            found = look(workspace, wishes_of(engagement, workspace), adapter, run, connection)
        except MappingError:  # the connection's own outcome tells it
            continue
        verbs = engagement.config.write.auto
        auto = tuple(one for one in found.entries if one.verb in verbs and one.state == "planned")
        if auto:
            yield _Part(engagement=engagement, entries=tuple(found.entries), auto=auto)
        elif _is_new(workspace, engagement, connection):
            _remember(workspace, engagement, connection, plan=None)


def _apply(workspace: Workplace, adapter: Adapter[Any], run: Run, part: _Part, number: int, done: _Written) -> None:
    writer, fresh = ready(workspace, part.engagement, adapter, run, adapter.context.connection)
    numbered = [replace(one, n=n) for n, one in enumerate(part.auto, 1)]
    for outcome in writer.apply(numbered, fresh, plan=number):
        workspace.store.writings.set_entry(number, outcome.n, outcome.state, outcome.reason)
        good = outcome.state in ("applied", "already")
        done.written += good
        done.unwritten += not good


# ------------------------------------------------------------------------------------------- what is remembered


def _memo(workspace: Workplace, engagement: Engagement, connection: str) -> dict[str, JsonValue]:
    kept = workspace.store.memo(connection).kept(f"{_KEPT}:{engagement.name}")
    return kept if isinstance(kept, dict) else {}


def _is_new(workspace: Workplace, engagement: Engagement, connection: str) -> bool:
    """Return whether no run has planned under this mapping yet."""
    return _memo(workspace, engagement, connection).get("mapping") != mapping_hash(engagement).hex()


def _remember(
    workspace: Workplace, engagement: Engagement, connection: str, *, plan: int | None, stopped: bool = False
) -> None:
    said: dict[str, JsonValue] = {"mapping": mapping_hash(engagement).hex(), "plan": plan, "stopped": stopped}
    if said != _memo(workspace, engagement, connection):
        workspace.store.memo(connection).keep(f"{_KEPT}:{engagement.name}", said)


def _kept(
    workspace: Workplace, part: _Part, entries: Sequence[PlanEntry], connection: str, *, stopped: bool = False
) -> int:
    """Return the number of a plan of exactly *entries*: the one of the run before, while it is good, or a new one."""
    number = _memo(workspace, part.engagement, connection).get("plan")
    if isinstance(number, int):
        plan = stored_plan(workspace, part.engagement, number)
        fresh = workspace.clock.now() - plan.made_at <= GOOD_FOR
        here = [one for one in plan.entries if one.connection == connection]
        if fresh and plan.mapping_hash == mapping_hash(part.engagement) and _bare(here) == _bare(entries):
            _remember(workspace, part.engagement, connection, plan=number, stopped=stopped)
            return number
    # The newest plan holds the steps by hand; those of the other connections stand as they did.
    elsewhere = [one for one in steps_by_hand(workspace, part.engagement) if one.connection != connection]
    number = keep_plan(workspace, part.engagement, [*entries, *elsewhere]).number
    _remember(workspace, part.engagement, connection, plan=number, stopped=stopped)
    return number


def _bare(entries: Sequence[PlanEntry]) -> list[PlanEntry]:
    """Return *entries* without what became of them."""
    return [replace(one, n=0, state="planned", reason=None) for one in entries]


def _first_time(connection: str, number: int, n: int) -> Label:
    return Label(
        zh=f"{connection}：对应关系是新的，本次没有写入；{n} 处存为计划 {number}，下次同步起自动写入",
        en=f"{connection}: the mapping is new, so nothing was written in this run; {n} writes are plan {number}, "
        f"and from the next sync on they are sent",
    )
