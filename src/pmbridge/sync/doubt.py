"""Writes in doubt: sent, and nobody knows what became of them. Found out before anything else is sent there.

No verdict is reached while a request may still take effect, while a search may not show it yet, or while the project is
hidden. A doubtful change is never sent again because it does not hold: a person may have taken it back.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from pmbridge.errors import Doubtful, NotVisible
from pmbridge.records import AddComment, Create, Gone, Group, Item, Transition, Update, Write
from pmbridge.store import OutboxRow
from pmbridge.sync.audit import Audit
from pmbridge.sync.decide import same
from pmbridge.sync.entry import as_sent, fields_of, write_of
from pmbridge.sync.receipt import (
    CLOCKS_DIFFER,
    LOST,
    MADE_AND_DELETED,
    TOO_OFTEN,
    UNCLEAR,
    Receipts,
    WriteLimits,
    worded,
)
from pmbridge.sync.wanted import shown
from pmbridge.values import ProjectId, RecordId


class Doubts:
    """Settles the writes in doubt over one connection."""

    def __init__(self, receipts: Receipts, audit: Audit, limits: WriteLimits) -> None:
        self._receipts = receipts
        self._audit = audit
        self._run, self._journal = receipts.run, receipts.journal
        self._adapter, self._clock, self._zone = receipts.adapter, receipts.clock, receipts.zone
        self._limits = limits

    def settle(self) -> int:
        """Find out what became of the writes in doubt whose time has come; return how many remain in doubt.

        Raises:
            Busy: the lease is lost.
            PmbridgeError: the tool cannot be asked now; the rest stays in doubt.
        """
        self._journal.doubt_orphans()
        for row in self._journal.rows(["doubtful"]):
            write = write_of(row.verb, row.write)
            with suppress(NotVisible):  # no verdict while it is hidden; the other rows have theirs
                if isinstance(write, Create | AddComment):
                    self._settle_made(row, write)
                else:
                    self._settle_changed(row, write)
        return len(self._journal.rows(["doubtful"]))

    def _settle_made(self, row: OutboxRow, write: Create | AddComment) -> None:
        if self._receipts.bind_marked(row):
            return
        if not self._over(row, self._adapter.find_settles):
            return
        if isinstance(write, AddComment) and self._deleted(write.target):
            self._journal.set_state(row.uid, "parked", LOST)
            return
        if not self._visible(self._project(write)):
            return  # nor is it if it is hidden only while it is looked for
        try:
            found = self._adapter.find(write, (row.intent_at or self._clock.now()) - CLOCKS_DIFFER)
        except Doubtful as error:  # nothing there carries our marker, and yet it may be ours: a person says
            self._journal.set_state(row.uid, "parked", worded(error))
            return
        there = [one for one in found if not isinstance(one, Gone)]
        if there:
            self._receipts.made(row, there[0].id, there[0])
        elif found:
            self._journal.set_state(row.uid, "parked", MADE_AND_DELETED)
        elif self._visible(self._project(write)):
            again = row.attempt < self._limits.max_attempts
            self._journal.set_state(row.uid, "planned" if again else "parked", None if again else TOO_OFTEN)

    def _settle_changed(self, row: OutboxRow, write: Write) -> None:
        if not self._over(row, timedelta(0)) or not isinstance(write, Update | Transition):
            return
        now = self._receipts.read([write.target]).get(write.target)
        if not isinstance(now, Item | Group):
            if self._visible(self._project(write)):
                self._journal.set_state(row.uid, "dropped")
            return
        fields = fields_of(row.fields)
        holds = [same(shown(now, one.field, self._zone), one.sends) for one in fields]
        before = [same(shown(now, one.field, self._zone), one.theirs) for one in fields]
        at = self._clock.now()
        if all(holds):
            agreed = self._receipts.agreed(fields, now)
            self._journal.receipt(row, shown=now, agreed=agreed, at=at, state="delivered")
            return
        arrived = self._audit.arrived(row, now.id.kind)
        if arrived == "yes":  # and somebody changed it since
            self._journal.receipt(row, shown=now, agreed=as_sent(fields), at=at, state="delivered")
        elif arrived == "untold" and all(before) and now.version != row.pre_version:
            self._journal.set_state(row.uid, "parked", UNCLEAR)
        elif arrived != "later":  # decided again, by what the tool shows now
            self._journal.receipt(row, shown=now, agreed={}, at=at, state="dropped")

    def _over(self, row: OutboxRow, lag: timedelta) -> bool:
        """Return whether a request of *row* can take no effect any more and would be found by now."""
        sent = row.send_before or self._clock.now()
        return self._clock.now() > sent + timedelta(seconds=self._limits.flight) + lag

    def _deleted(self, target: RecordId) -> bool:
        now = self._receipts.read([target]).get(target)
        return isinstance(now, Gone) and now.why == "deleted"

    def _visible(self, project: ProjectId | None) -> bool:
        return project is not None and project in self._adapter.visible([project])

    def _project(self, write: Write) -> ProjectId | None:
        if isinstance(write, Create):
            return write.project
        place = self._run.places([write.target]).get(write.target)
        return None if place is None else place[0]
