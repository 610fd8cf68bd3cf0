"""Steps by hand: what a person does in a tool whose interface cannot do it; over once the tool shows it."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING

from pmbridge.records import AddComment, Create, Transition, Update
from pmbridge.sync.decide import same
from pmbridge.sync.entry import PlanEntry, entry_of
from pmbridge.sync.wanted import Wanted, WantedComment, WantedItem, WantedRecord, shown
from pmbridge.wishing import Workplace, wishes_of

if TYPE_CHECKING:
    from pmbridge.engagement import Engagement


def steps_by_hand(workspace: Workplace, engagement: Engagement) -> tuple[PlanEntry, ...]:
    """Return the steps by hand of the newest plan of *engagement* that still stand, by what was read last.

    None that a tool shows as done, that somebody did otherwise, or that the register does not want any more. Nothing is
    written and no tool is asked.
    """
    stored = workspace.store.writings.newest(engagement.name)
    entries = [entry_of(row) for row in (stored.entries if stored else ()) if row.state == "manual"]
    if not entries:
        return ()
    wishes = wishes_of(engagement, workspace)
    return tuple(one for one in entries if any(_wants(each, one, engagement.zone) for each in wishes.wanted))


def _wants(wish: Wanted, entry: PlanEntry, zone: tzinfo) -> bool:
    """Return whether *wish* is what *entry* was made of, and the tool shows what it showed then."""
    if (wish.source.connection, wish.ref) != (entry.connection, entry.ref):
        return False
    match wish, entry.write:
        case WantedItem(), Create():
            return wish.role == entry.role
        case WantedComment(), AddComment(target=target):
            return wish.record.id == target and wish.role == entry.role and not wish.said
        case WantedRecord(), Update(target=target) | Transition(target=target):
            wanted_now = {one.field: one.ours for one in wish.fields}
            return wish.record.id == target and all(
                same(wanted_now.get(one.field), one.ours) and same(shown(wish.record, one.field, zone), one.theirs)
                for one in entry.fields
            )
        case _:
            return False
