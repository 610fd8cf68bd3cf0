"""Plans: what the register wants in the tools, stored as a list of writes that a person looks at and then carries out.

A plan is made of the mirror and sends nothing. Applying it sends exactly its entries, each only if nothing of what it
was decided on has moved since; repeating it changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pmbridge.by_hand import steps_by_hand
from pmbridge.domain.fields import Adopt
from pmbridge.errors import PmbridgeError, StalePlan, UnknownRef
from pmbridge.records import Group, Item
from pmbridge.store import IN_DOUBT, UNDER_WAY, Run
from pmbridge.sync.apply import EntryKey, Fresh, Writer, key_of
from pmbridge.sync.entry import PlanEntry, PlannedField, entry_of, row_of
from pmbridge.sync.plan import LeftOut
from pmbridge.sync.receipt import WriteLimits
from pmbridge.sync.send import Outcome, Stopped
from pmbridge.sync.wanted import MAIN
from pmbridge.wishing import Workplace, look, mapping_hash, owner_of, wishes_of

if TYPE_CHECKING:
    from pmbridge.adapter import Adapter
    from pmbridge.domain.event import Head
    from pmbridge.engagement import Engagement

__all__ = ["Applied", "LeftOut", "Plan", "PlanEntry", "PlannedField", "apply_plan", "make_plan", "stored_plan"]

GOOD_FOR = timedelta(hours=24)
"""An older plan is not applied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A stored plan and what has become of its entries. ``left_out``: known only when it has just been made."""

    number: int
    made_at: datetime
    entries: tuple[PlanEntry, ...]
    mapping_hash: bytes = field(repr=False)
    left_out: tuple[LeftOut, ...] = ()

    def having(self, *states: str) -> tuple[PlanEntry, ...]:
        """Return the entries in one of *states*, in the order in which they are sent."""
        return tuple(one for one in self.entries if one.state in states)


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What applying a plan did. ``errors``: by connection, what stopped the rest of its entries."""

    plan: Plan
    errors: Mapping[str, PmbridgeError]
    doubtful: int = 0
    """Writes whose answer was lost and of which nobody knows yet; a later run finds out."""


def make_plan(workspace: Workplace, engagement: Engagement) -> Plan:
    """Make a plan of what the register of *engagement* wants in its tools, store it and return it.

    Nothing is sent and no tool is asked. What both sides agree on is remembered as such.

    Raises:
        ConfigError: nothing was synced yet, or the mapping does not fit the project.
        Busy: a sync is under way.
    """
    wishes = wishes_of(engagement, workspace)
    entries: list[PlanEntry] = []
    left_out: list[LeftOut] = []
    for connection in wishes.connections:
        adapter = workspace.adapter(connection)
        with workspace.store.holding(connection, **owner_of(workspace, adapter)) as run:
            found = look(workspace, wishes, adapter, run, connection)
        entries += found.entries
        left_out += found.left_out
    return keep_plan(workspace, engagement, entries, left_out)


def keep_plan(
    workspace: Workplace, engagement: Engagement, entries: Sequence[PlanEntry], left_out: Sequence[LeftOut] = ()
) -> Plan:
    """Number *entries* from 1 and store them as a plan of *engagement*."""
    numbered = tuple(replace(one, n=n) for n, one in enumerate(entries, 1))
    made_at, mapping = workspace.clock.now(), mapping_hash(engagement)
    number = workspace.store.writings.add_plan([row_of(one) for one in numbered], mapping_hash=mapping, made_at=made_at)
    return Plan(number=number, made_at=made_at, entries=numbered, mapping_hash=mapping, left_out=tuple(left_out))


def stored_plan(workspace: Workplace, engagement: Engagement, number: int | None = None) -> Plan:
    """Return the plan *number*, or the newest.

    Raises:
        UnknownRef: there is none, or it is another engagement's.
    """
    stored = workspace.store.writings.plan(number)
    entries = () if stored is None else tuple(entry_of(one) for one in stored.entries)
    if stored is None or any(one.engagement != engagement.name for one in entries):
        if number is None:
            raise UnknownRef("no-plan", engagement=engagement.name)
        raise UnknownRef(
            ref=number, where=f"the plans of {engagement.name}", where_zh=f"{engagement.name} 的计划", near="",
            command="pmbridge plan show",
        )  # fmt: skip
    return Plan(number=stored.number, made_at=stored.made_at, entries=entries, mapping_hash=stored.mapping_hash)


def apply_plan(
    workspace: Workplace,
    engagement: Engagement,
    plan: Plan,
    *,
    on_outcome: Callable[[PlanEntry], None] | None = None,
) -> Applied:
    """Carry out exactly the entries of *plan* that are still planned, and return it as it stands afterwards.

    Writes of earlier runs in doubt are settled first, also where the plan has no entry. One connection that fails stops
    none of the others.

    Raises:
        StalePlan: it is older than a day, or was made under another mapping. Nothing was sent.
        ConfigError: the mapping does not fit the project.
    """
    _refuse_if_stale(workspace, engagement, plan)
    writings = workspace.store.writings
    errors: dict[str, PmbridgeError] = {}
    doubtful = 0
    sources = [one.connection for one in engagement.config.sources]
    in_doubt = [one for one in sources if writings.rows(one, UNDER_WAY)]
    for connection in dict.fromkeys([*(one.connection for one in plan.having("planned")), *in_doubt]):
        mine = [one for one in plan.having("planned") if one.connection == connection]
        try:
            adapter = workspace.adapter(connection)
            with workspace.store.holding(connection, **owner_of(workspace, adapter)) as run:
                writer, fresh = ready(workspace, engagement, adapter, run, connection)
                for done in writer.apply(mine, fresh, plan=plan.number):
                    writings.set_entry(plan.number, done.n, done.state, done.reason)
                    if on_outcome is not None:
                        on_outcome(_with(mine, done))
        except Stopped as stopped:
            errors[connection] = stopped.error
        except PmbridgeError as error:
            errors[connection] = error
        doubtful += len(writings.rows(connection, IN_DOUBT))
    adopt_made(workspace, engagement)
    _close_by_hand(workspace, engagement, plan)
    return Applied(plan=stored_plan(workspace, engagement, plan.number), errors=errors, doubtful=doubtful)


def _close_by_hand(workspace: Workplace, engagement: Engagement, plan: Plan) -> None:
    """Say of the steps by hand of *plan* which are over, if it is the newest."""
    writings = workspace.store.writings
    newest = writings.newest(engagement.name)
    if newest is None or newest.number != plan.number:
        return
    standing = {one.n for one in steps_by_hand(workspace, engagement)}
    for one in plan.having("manual"):
        if one.n not in standing:
            writings.set_entry(plan.number, one.n, "already")


def adopt_made(workspace: Workplace, engagement: Engagement) -> None:
    """Let the register know the records that were made for it, those of an earlier, killed run among them."""
    book = engagement.register.book
    links = {
        (connection, link.record): link.ref
        for connection in dict.fromkeys(one.connection for one in engagement.config.sources)
        for link in workspace.store.writings.links(connection)
        if link.engagement == engagement.name and link.origin == "created" and link.role == MAIN
        if (entry := book.get(link.ref)) is not None and not entry.links
    }
    for one in engagement.observed() if links else ():  # mostly there is nothing to adopt, and nothing to read
        records: list[Item | Group] = [*one.items, *one.groups]
        for record in records:
            ref = links.get((one.source.connection, record.id))
            entry = None if ref is None else engagement.register.book.get(ref)
            if entry is None or entry.links:
                continue
            link = Adopt(
                connection=one.source.connection,
                kind=record.id.kind,
                external_id=record.id.external_id,
                key=record.key if isinstance(record, Item) else "",
                url=record.url,
                title=record.title,
            )
            engagement.register.do(entry.kind, "adopt", entry.ref, input=link)


def ready(
    workspace: Workplace, engagement: Engagement, adapter: Adapter[Any], run: Run, connection: str
) -> tuple[Writer, Fresh]:
    """Settle what is in doubt, and return what carries out writes, and what gives the plan as it would be made now."""
    writer = Writer(
        run=run,
        adapter=adapter,
        clock=workspace.clock,
        zone=engagement.zone,
        scope=frozenset(project for of, project in engagement.schemas() if of == connection),
        limits=WriteLimits.under(workspace.config.sync.lease_ttl),
    )
    if not adapter.settings.read_only:
        adapter.check()
        writer.settle()
    kept: dict[Head, Mapping[EntryKey, PlanEntry]] = {}

    def fresh() -> Mapping[EntryKey, PlanEntry]:
        head = engagement.register.head  # a decision may be recorded while a long plan is carried out
        if head not in kept:
            kept.clear()
            found = look(workspace, wishes_of(engagement, workspace), adapter, run, connection)
            kept[head] = {key_of(one): one for one in found.entries}
        return kept[head]

    return writer, fresh


def _with(entries: Sequence[PlanEntry], done: Outcome) -> PlanEntry:
    entry = next(one for one in entries if one.n == done.n)
    return replace(entry, state=done.state, reason=done.reason)


def _refuse_if_stale(workspace: Workplace, engagement: Engagement, plan: Plan) -> None:
    age = workspace.clock.now() - plan.made_at
    if age > GOOD_FOR:
        raise StalePlan(
            detail=f"Plan {plan.number} is {age.total_seconds() / 3600:.0f} hours old; at most 24 are allowed.",
            detail_zh=f"计划 {plan.number} 已有 {age.total_seconds() / 3600:.0f} 小时，最多 24 小时。",
        )
    if plan.mapping_hash != mapping_hash(engagement):
        raise StalePlan(
            detail=f"Plan {plan.number} was made under another mapping.",
            detail_zh=f"计划 {plan.number} 是按另一份对应关系制定的。",
        )
