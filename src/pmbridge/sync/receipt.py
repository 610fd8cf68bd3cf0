"""Receipts: what the tool holds after a write, put into mirror and bases in one transaction with the journal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from typing import Any, Self

from pmbridge.adapter import Adapter
from pmbridge.clock import Clock
from pmbridge.errors import PmbridgeError, Rejected
from pmbridge.records import Comment, Gone, Group, Item, Record
from pmbridge.store import Agreed, OutboxRow, Run
from pmbridge.sync.decide import NEVER, Base, same
from pmbridge.sync.entry import PlanEntry, PlannedField, agreed_bytes, fields_of, write_bytes
from pmbridge.sync.wanted import STATE, shown
from pmbridge.values import Label, RecordId

CLOCKS_DIFFER = timedelta(days=1)
"""So much earlier than our intent a record of ours may be dated: a tool has its own clock, and ours may be wrong.

The marker tells which record is ours; the time only bounds how much is searched.
"""

MOVED = Label(zh="计划后已变化", en="changed since the plan was made")
LOST = Label(zh="工具中已看不到该记录", en="the record is no longer visible in the tool")
READ_ONLY = Label(zh="连接是只读，没有发送", en="the connection is read-only; nothing was sent")
BUSY = Label(zh="同一记录的另一次写入还没有结果", en="another write to the record has no result yet")
OUTSIDE = Label(zh="所在项目不在本工作区范围内", en="its project is not one of this workspace")
NO_ANSWER = Label(
    zh="没有收到答复。下次运行先查结果，不会重复写入",
    en="no answer came; the next run looks what became of it first, and sends nothing twice",
)
IGNORED = Label(zh="工具回答成功，但没有照办", en="the tool accepted it and did not do it")
OTHER = Label(zh="写入后显示的是第三个值", en="after the write the tool shows a third value")
UNCLEAR = Label(
    zh="不清楚写入没有到达，还是到达后被改回",
    en="it is not known whether the write did not arrive or was taken back",
)
NOT_YET_SO = Label(zh="评论所说的状态还没有写成", en="the state that it reports was not reached yet")
MADE_AND_DELETED = Label(zh="已建成，之后在工具中被删除", en="it was made, and then deleted in the tool")
TOO_OFTEN = Label(zh="多次尝试都没有结果", en="several attempts had no result")
_MARGIN = 20.0
_FINAL = (MADE_AND_DELETED, TOO_OFTEN, LOST)
"""Why something is never made again by itself."""


def refused_otherwise(row: OutboxRow, entry: PlanEntry) -> bool:
    """Return whether the tool refused what *row* was, and *entry* is something else under the same uid."""
    return row.state == "parked" and row.error not in _FINAL and row.write != write_bytes(entry.verb, entry.write)


def worded(error: PmbridgeError) -> Label:
    """Return *error* as the reason of an entry; of a refusal, the tool's own words."""
    if isinstance(error, Rejected) and error.faults:
        said = "; ".join(error.faults.values())
        return Label(zh=said, en=said)
    return Label(zh=error.text("zh"), en=error.text("en"))


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteLimits:
    """Times of the protocol in seconds.

    ``check_age``: a write leaves at most so long after the look at its record; ``flight``: after that a request that
    was sent takes no effect any more; ``margin``: so long before the end of the lease nothing is sent.
    """

    check_age: float = 10
    flight: float = 300
    margin: float = _MARGIN
    lease_ttl: float = 180
    max_attempts: int = 4

    @classmethod
    def under(cls, lease_ttl: float) -> Self:
        """Return the limits for a lease of *lease_ttl* seconds."""
        return cls(lease_ttl=lease_ttl, margin=min(_MARGIN, lease_ttl / 3))


LIMITS = WriteLimits()


class Receipts:
    """Writes receipts over one connection whose lease *run* holds. Used by one thread."""

    def __init__(self, *, run: Run, adapter: Adapter[Any], clock: Clock, zone: tzinfo) -> None:
        self.run = run
        self.adapter = adapter
        self.clock = clock
        self.zone = zone
        self.journal = run.journal

    def made(
        self,
        row: OutboxRow,
        id_: RecordId,
        after: Record | Gone | None,
        *,
        left: frozenset[str] = frozenset(),
        just_now: bool = False,
    ) -> bool:
        """Write the receipt of what was made; ``False`` if it cannot be read, and then it is in doubt.

        *just_now*: nobody can have edited it yet. Then a state other than the one sent is where the tool lets records
        begin, and ours is still to be set; later it may be somebody's, who is not overwritten.
        """
        if row.verb == "comment":
            comment = after if isinstance(after, Comment) else None
            self.journal.receipt(row, shown=comment, agreed={}, at=self.clock.now())
            return True
        if not isinstance(after, Item | Group):
            after = self.read_back(row, id_)
        if after is None:
            return False
        agreed: dict[str, Agreed] = {}
        for one in fields_of(row.fields):
            shows = shown(after, one.field, self.zone)
            arrived = one.field not in left
            if one.field == STATE and just_now:
                arrived = same(shows, one.sends)
            # What was sent is what both agree on, not what the mirror shows by now: somebody may have edited it.
            base = Base(ours=one.ours, theirs=one.sends) if arrived else Base(ours=NEVER, theirs=shows)
            agreed[one.field] = agreed_bytes(base)
        self.journal.receipt(row, shown=after, agreed=agreed, at=self.clock.now(), bind=after.id)
        return True

    def bind_marked(self, row: OutboxRow) -> bool:
        """Take the record of the mirror that carries the marker of *row* for the one that it made."""
        for id_ in self.journal.marked(row.uid)[:1]:
            return self.made(row, id_, None)
        return False

    def agreed(self, fields: Sequence[PlannedField], now: Item | Group) -> dict[str, Agreed]:
        """Return the bases of those of *fields* that *now* shows as they were sent."""
        found: dict[str, Agreed] = {}
        for one in fields:
            shows = shown(now, one.field, self.zone)
            if same(shows, one.sends):
                found[one.field] = agreed_bytes(Base(ours=one.ours, theirs=shows))
        return found

    def read_back(self, row: OutboxRow, id_: RecordId) -> Item | Group | None:
        """Return what the tool holds after a write; ``None`` if it will not say, and then the write is in doubt."""
        try:
            after = self.read([id_]).get(id_)
        except PmbridgeError:
            after = None
        if isinstance(after, Item | Group):
            return after
        self.journal.set_state(row.uid, "doubtful")
        return None

    def read(self, ids: Sequence[RecordId]) -> dict[RecordId, Record | Gone]:
        """Return what the tool shows of *ids* now."""
        self.run.renew()
        return {one.id: one for one in self.adapter.read(ids)}
