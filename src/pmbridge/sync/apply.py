"""Carrying out a plan over one connection: intent, send once, receipt; and what to make of a write in doubt.

Between any two of these steps the process may be killed. What was written down before decides what the next one may
do: nothing is sent twice, and nothing that a person entered meanwhile is overwritten, but for the moment between the
look at a record and the arrival of the write.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from functools import partial
from typing import Any, TypeVar

from pmbridge.adapter import Adapter
from pmbridge.clock import Clock
from pmbridge.errors import (
    Doubtful,
    NotAuthorized,
    NotVisible,
    PmbridgeError,
    TransientError,
)
from pmbridge.identity import new_ulid
from pmbridge.records import AddComment, Create, Gone, Group, Item, Receipt, Record, Transition, Update
from pmbridge.store import UNDER_WAY, OutboxRow, Run
from pmbridge.sync.audit import Audit
from pmbridge.sync.brake import Brakes
from pmbridge.sync.decide import same
from pmbridge.sync.doubt import Doubts
from pmbridge.sync.entry import (
    PlanEntry,
    PlannedField,
    agreed_bytes,
    as_sent,
    decided_alike,
    fields_bytes,
    write_bytes,
    write_of,
)
from pmbridge.sync.receipt import (
    BUSY,
    CLOCKS_DIFFER,
    IGNORED,
    LIMITS,
    LOST,
    MOVED,
    NO_ANSWER,
    NOT_YET_SO,
    OTHER,
    OUTSIDE,
    READ_ONLY,
    Receipts,
    WriteLimits,
    refused_otherwise,
    worded,
)
from pmbridge.sync.send import Outcome, Sender, Stopped
from pmbridge.sync.wanted import shown
from pmbridge.values import Label, ProjectId, RecordId

EntryKey = tuple[str, str, str, str]
"""Engagement, ref, role and verb: what stays the same of an entry when the plan is made again."""
T = TypeVar("T")
Fresh = Callable[[], Mapping[EntryKey, PlanEntry]]
_CHUNK = 50


def key_of(entry: PlanEntry) -> EntryKey:
    """Return under which key *entry* is found in a plan that is made again."""
    return entry.engagement, entry.ref, entry.role, entry.verb


class Writer:
    """Carries out writes over one connection whose lease *run* holds. Used by one thread."""

    def __init__(
        self,
        *,
        run: Run,
        adapter: Adapter[Any],
        clock: Clock,
        zone: tzinfo,
        scope: frozenset[ProjectId],
        limits: WriteLimits = LIMITS,
    ) -> None:
        self._receipts = Receipts(run=run, adapter=adapter, clock=clock, zone=zone)
        self._run = run
        self._journal = run.journal
        self._adapter = adapter
        self._clock = clock
        self._zone = zone
        self._scope = scope
        self._limits = limits
        self._audit = Audit(self._receipts)
        self._brakes = Brakes(self._journal)
        self._sender = Sender(adapter, self._journal, self._brakes)

    def settle(self) -> int:
        """Find out what became of the writes in doubt whose time has come; return how many remain in doubt.

        Raises:
            Busy: the lease is lost.
            PmbridgeError: the tool cannot be asked now; the rest stays in doubt.
        """
        self._audit.delivered()
        remain = Doubts(self._receipts, self._audit, self._limits).settle()
        self._audit.delivered()
        return remain

    def apply(self, entries: Sequence[PlanEntry], fresh: Fresh, *, plan: int | None = None) -> Iterator[Outcome]:
        """Carry out *entries* in their order and yield what became of each, as soon as it is known.

        *fresh* gives the plan as it would be made now, and is asked before each write: an entry whose base or ours
        moved since is stale. Entries that follow a transient failure are left as they are.

        Raises:
            Stopped: the tool takes nothing any more for now: credential, rate, network.
            Busy: the lease is lost.
        """
        if self._adapter.settings.read_only:
            yield from (Outcome(n=one.n, state="blocked", reason=READ_ONLY) for one in entries)
            return
        changes = [one for one in entries if isinstance(one.write, Update | Transition)]
        for entry in entries:
            if entry.verb == "create":
                yield self._make(entry, fresh, plan)
        over: set[EntryKey] = set()
        by_n = {one.n: one for one in changes}
        for done in self._change(changes, fresh, plan):
            if done.state != "blocked":  # a state that a person chose meanwhile is theirs
                over.add(key_of(by_n[done.n]))
            yield done
        undone = self._states_not_reached(entries, fresh, over)
        for entry in entries:
            if entry.verb == "comment":
                if (entry.engagement, entry.ref) in undone:  # it would report what has not happened
                    yield Outcome(n=entry.n, state="blocked", reason=NOT_YET_SO)
                else:
                    yield self._make(entry, fresh, plan)

    def _states_not_reached(
        self, entries: Sequence[PlanEntry], fresh: Fresh, over: Collection[EntryKey]
    ) -> set[tuple[str, str]]:
        """Return engagement and ref of the records whose state in the tool is not yet what a comment would report."""
        if not any(one.verb == "comment" for one in entries):
            return set()
        in_doubt = {(one.engagement, one.ref) for one in self._journal.rows(UNDER_WAY) if one.verb == "transition"}
        return in_doubt | {
            (one.engagement, one.ref)
            for key, one in fresh().items()
            if one.verb == "transition" and one.state in ("planned", "blocked") and key not in over
        }

    # -- what is made once

    def _make(self, entry: PlanEntry, fresh: Fresh, plan: int | None) -> Outcome:
        write = entry.write
        assert isinstance(write, Create | AddComment)  # noqa: S101 - chosen by the caller
        before = self._journal.row(write.uid)
        if before is not None and before.state == "done":
            return Outcome(n=entry.n, state="already")
        if before is not None and before.state != "planned" and not refused_otherwise(before, entry):
            return Outcome(n=entry.n, state="blocked", reason=before.error or BUSY)
        if (why := self._brakes.stop(entry.verb)) is not None:
            return Outcome(n=entry.n, state="blocked", reason=why)
        now = fresh().get(key_of(entry))
        if now is None or now.fields != entry.fields or now.write != write:
            return Outcome(n=entry.n, state="stale", reason=MOVED)
        if now.state in ("blocked", "manual"):
            return Outcome(n=entry.n, state=now.state, reason=now.reason)
        row = OutboxRow(
            uid=write.uid,
            engagement=entry.engagement,
            ref=entry.ref,
            role=entry.role,
            seq=0 if before is None else before.seq,
            verb=entry.verb,
            write=write_bytes(entry.verb, write),
            fields=fields_bytes(entry.fields),
            plan=plan,
        )
        began = self._clock.monotonic()
        deadline = began + min(self._limits.check_age, self._limits.lease_ttl - self._limits.margin)
        row = replace(row, send_before=self._at(deadline))
        if not self._journal.intend(row, link_bases=None, at=self._clock.now()):
            return Outcome(n=entry.n, state="stale", reason=MOVED)
        if self._journal.marked(row.uid):  # this store was restored, or a run before us was killed
            bound = self._receipts.bind_marked(row)
            return Outcome(n=entry.n, state="already" if bound else "blocked", reason=None if bound else NO_ANSWER)
        if before is not None and before.attempt:
            since = (before.intent_at or self._clock.now()) - CLOCKS_DIFFER
            asked = self._asked(entry, row, lambda: self._adapter.find(write, since))
            if isinstance(asked, Outcome):
                return asked
            found = [one for one in asked if not isinstance(one, Gone)]
            if found:
                self._receipts.made(row, found[0].id, found[0])
                return Outcome(n=entry.n, state="already")
        if self._clock.monotonic() > deadline:
            self._journal.set_state(row.uid, "planned")
            return Outcome(n=entry.n, state="blocked", reason=BUSY)
        sent = self._sender.push(entry, row, write)
        if isinstance(sent, Outcome):
            return sent
        return self._made_now(entry, row, sent)

    def _made_now(self, entry: PlanEntry, row: OutboxRow, sent: Receipt) -> Outcome:
        if not self._receipts.made(row, sent.id, sent.after, left=frozenset(sent.left), just_now=True):
            return Outcome(n=entry.n, state="blocked", reason=NO_ANSWER)
        left = ", ".join(sorted(sent.left))
        reason = Label(zh=f"新建时带不上：{left}", en=f"could not be made with: {left}") if left else None
        self._brakes.done(entry.verb)
        return Outcome(n=entry.n, state="applied", reason=reason)

    # -- what is changed

    def _change(self, entries: Sequence[PlanEntry], fresh: Fresh, plan: int | None) -> Iterator[Outcome]:
        pending, size = list(entries), _CHUNK
        while pending:
            chunk, rest = _distinct(pending, size)
            targets = [one.write.target for one in chunk if isinstance(one.write, Update | Transition)]
            checked_at = self._clock.monotonic()
            seen = self._guarded(partial(self._receipts.read, targets))
            late: list[PlanEntry] = []
            for entry in chunk:
                done = self._change_one(entry, seen, fresh, plan, checked_at)
                if done is None:
                    late.append(entry)
                else:
                    yield done
            self._guarded(self._audit.delivered)
            if len(late) == len(chunk):
                if size == 1:  # one look takes longer than a look may be old
                    yield from (Outcome(n=one.n, state="blocked", reason=BUSY) for one in late)
                    late = []
                size = 1
            pending = [*late, *rest]

    def _change_one(
        self,
        entry: PlanEntry,
        seen: Mapping[RecordId, Record | Gone],
        fresh: Fresh,
        plan: int | None,
        checked_at: float,
    ) -> Outcome | None:
        """Carry out one entry; ``None``: the look at its record is too old by now."""
        write = entry.write
        assert isinstance(write, Update | Transition)  # noqa: S101 - chosen by the caller
        now = seen.get(write.target)
        if not isinstance(now, Item | Group):
            return Outcome(n=entry.n, state="stale", reason=LOST)
        if now.project not in self._scope:
            return Outcome(n=entry.n, state="blocked", reason=OUTSIDE)
        shows = {one.field: shown(now, one.field, self._zone) for one in entry.fields}
        left = tuple(one for one in entry.fields if not same(shows[one.field], one.sends))
        if not left:
            self._run.take([now])
            return Outcome(n=entry.n, state="already")
        if (why := self._brakes.stop(entry.verb)) is not None:
            return Outcome(n=entry.n, state="blocked", reason=why)
        planned_now = fresh().get(key_of(entry))
        moved = planned_now is None or not decided_alike(left, planned_now)
        if moved or any(not same(shows[one.field], one.theirs) for one in left):
            self._run.take([now])
            return Outcome(n=entry.n, state="stale", reason=MOVED)
        if planned_now is not None and planned_now.state in ("blocked", "manual"):
            return Outcome(n=entry.n, state=planned_now.state, reason=planned_now.reason)
        row = self._row(entry, write, left, now, plan)
        self._audit.looked(row, now.updated_at if isinstance(now, Item) else None)
        deadline = min(
            checked_at + self._limits.check_age,
            self._clock.monotonic() + self._limits.lease_ttl - self._limits.margin,
        )
        row = replace(row, send_before=self._at(deadline))
        bases = {one.field: (None, None) if one.base is None else agreed_bytes(one.base) for one in left}
        if not self._journal.intend(row, link_bases=bases, at=self._clock.now()):
            return Outcome(n=entry.n, state="stale", reason=MOVED)
        if self._clock.monotonic() > deadline:
            self._journal.set_state(row.uid, "dropped")  # nothing was sent
            return None
        sent = self._sender.push(entry, row, write_of(row.verb, row.write))
        if isinstance(sent, Outcome):
            return sent
        return self._changed(entry, row, left, sent)

    def _row(
        self,
        entry: PlanEntry,
        write: Update | Transition,
        left: tuple[PlannedField, ...],
        now: Item | Group,
        plan: int | None,
    ) -> OutboxRow:
        uid = new_ulid(self._clock.now())
        if isinstance(write, Update):
            names = {one.field for one in left}
            write = replace(
                write,
                uid=uid,
                values={name: value for name, value in write.values.items() if name in names},
                expect={name: value for name, value in write.expect.items() if name in names},
                marker=now.marker,
            )
        else:
            write = replace(write, uid=uid)
        return OutboxRow(
            uid=uid,
            engagement=entry.engagement,
            ref=entry.ref,
            role=entry.role,
            seq=self._journal.next_seq(entry.engagement, entry.ref, entry.role),
            verb=entry.verb,
            write=write_bytes(entry.verb, write),
            fields=fields_bytes(left),
            pre_version=now.version,
            plan=plan,
        )

    def _changed(self, entry: PlanEntry, row: OutboxRow, fields: tuple[PlannedField, ...], sent: Receipt) -> Outcome:
        """Look at what the tool holds now and write the receipt."""
        after = sent.after if isinstance(sent.after, Item | Group) else self._receipts.read_back(row, sent.id)
        if after is None:
            return Outcome(n=entry.n, state="blocked", reason=NO_ANSWER)
        carried = tuple(one for one in fields if one.field not in sent.left)
        wrong: Label | None = None
        for one in carried:
            shows = shown(after, one.field, self._zone)
            if not same(shows, one.sends):
                wrong = wrong or (IGNORED if same(shows, one.theirs) else OTHER)
        agreed = self._receipts.agreed(carried, after)
        at = self._clock.now()
        if wrong is not None and sent.after is None:  # it was read afterwards: did somebody change it since?
            arrived = self._audit.arrived(row, after.id.kind)
            if arrived == "later":
                self._journal.set_state(row.uid, "doubtful")
                return Outcome(n=entry.n, state="blocked", reason=NO_ANSWER)
            if arrived == "yes":
                wrong, agreed = None, as_sent(carried)
        if wrong is not None:
            self._journal.receipt(row, shown=after, agreed=agreed, at=at, state="parked", error=wrong)
            self._brakes.parked(entry.verb, wrong)
            return Outcome(n=entry.n, state="blocked", reason=wrong)
        logged = self._audit.is_logged(after.id.kind, [one.field for one in carried])
        self._journal.receipt(row, shown=after, agreed=agreed, at=at, state="delivered" if logged else "done")
        self._brakes.done(entry.verb)
        return Outcome(n=entry.n, state="applied")

    # -- the network

    def _guarded(self, ask: Callable[[], T]) -> T:
        try:
            return ask()
        except (TransientError, NotAuthorized) as error:
            raise Stopped(error) from error

    def _asked(
        self, entry: PlanEntry, row: OutboxRow, ask: Callable[[], Sequence[Record | Gone]]
    ) -> Sequence[Record | Gone] | Outcome:
        try:
            return ask()
        except NotVisible as error:
            self._journal.set_state(row.uid, "planned")
            return Outcome(n=entry.n, state="blocked", reason=worded(error))
        except Doubtful as error:  # something there may be ours, and carries no marker: a person says
            self._journal.set_state(row.uid, "parked", worded(error))
            return Outcome(n=entry.n, state="blocked", reason=worded(error))
        except PmbridgeError as error:
            self._journal.set_state(row.uid, "planned")
            raise Stopped(error) from error

    def _at(self, deadline: float) -> datetime:
        return self._clock.now() + timedelta(seconds=deadline - self._clock.monotonic())


def _distinct(pending: Sequence[PlanEntry], size: int) -> tuple[list[PlanEntry], list[PlanEntry]]:
    """Return the first *size* entries to different records, and the others."""
    chunk: list[PlanEntry] = []
    rest: list[PlanEntry] = []
    targets: set[RecordId] = set()
    for entry in pending:
        target = None if isinstance(entry.write, Create) else entry.write.target
        if len(chunk) < size and target is not None and target not in targets:
            chunk.append(entry)
            targets.add(target)
        else:
            rest.append(entry)
    return chunk, rest
