"""Work that began on a change request before the client approved it (I5).

The work of a change is what its record names, what stands below it in the tool, and what is linked to it there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from pmbridge.domain.approved_change import APPROVED
from pmbridge.domain.book import Book
from pmbridge.domain.change import STATES
from pmbridge.domain.change_fields import ChangeRequest
from pmbridge.domain.change_metrics import state_of
from pmbridge.domain.entry import Entry
from pmbridge.domain.feed import SourceData
from pmbridge.domain.moment import Moment
from pmbridge.domain.recognise import Observed, recognise
from pmbridge.domain.view import Discrepancy
from pmbridge.records import Category, Item
from pmbridge.values import Label, RecordId

_STARTED = Label(zh="已开工", en="work has begun")
_WORDS: Mapping[Category, Label] = {
    "in_progress": Label(zh="进行中", en="in progress"),
    "done": Label(zh="已完成", en="done"),
}
_MAY_WORK = APPROVED | {"emergency_authorised"}


def unauthorised(observed: Sequence[Observed], book: Book, moment: Moment) -> Iterator[Discrepancy]:
    """Yield a difference for each item of a change that has begun though the change is not approved."""
    waiting = [one for one in book.of("change") if one.state not in _MAY_WORK]
    if not waiting:
        return
    for source in observed:
        # Only the states of items are asked for, not how fresh the source is.
        data = SourceData.at(source, moment, stale_after_hours=0)
        changes = {one.record.id for one in recognise(source).changes}
        for entry, item in _work(waiting, source):
            status = data.category(item.state)
            if item.id not in changes and status in _WORDS and not _excused(entry, item, moment):
                yield _found(entry, item, status, data, moment)


def _work(waiting: Sequence[Entry[ChangeRequest]], source: Observed) -> Iterator[tuple[Entry[ChangeRequest], Item]]:
    """Yield each change with its work, changes in their order: one look at the items, however many changes wait."""
    heads: defaultdict[RecordId, set[str]] = defaultdict(set)
    named: defaultdict[str, set[str]] = defaultdict(set)
    for entry in waiting:
        for link in entry.links:
            if link.connection == source.source.connection:
                heads[RecordId(kind=link.kind, external_id=link.external_id)].add(entry.ref)
        for key in entry.fields.implementation:
            named[key].add(entry.ref)
    if not heads and not named:
        return
    linked: defaultdict[RecordId, set[str]] = defaultdict(set)
    for item in source.items:
        if mine := heads.get(item.id):
            for one in item.links:
                linked[one.to] |= mine
    found: defaultdict[str, list[Item]] = defaultdict(list)
    for item in source.items:
        above = [link.to for link in item.links] if item.parent is None else [item.parent, *(x.to for x in item.links)]
        owners = named.get(item.key, set()) | linked.get(item.id, set())
        owners = owners.union(*(heads[one] for one in above if one in heads))
        for ref in owners - heads.get(item.id, set()):
            found[ref].append(item)
    for entry in waiting:
        for item in found[entry.ref]:
            yield entry, item


def _excused(entry: Entry[ChangeRequest], item: Item, moment: Moment) -> bool:
    """Return whether *item* was done before the change was asked for, or while it was approved and not yet stopped."""
    if item.done is None:
        return False
    done = item.done.day(moment.zone)
    stopped = entry.state == "cancelled" and entry.entered(*_MAY_WORK) is not None and done <= entry.since.day
    return stopped or done < entry.fields.raised_on


def _found(entry: Entry[ChangeRequest], item: Item, status: Category, data: SourceData, moment: Moment) -> Discrepancy:
    tool, key, state = data.source.tool, item.key or item.title, STATES[state_of(entry, moment)].label
    return Discrepancy(
        ref=entry.ref,
        what=Label(zh=f"{key} {_STARTED.zh}", en=f"{key}: {_STARTED.en}"),
        sides=(("register", state.en), (tool, item.state.name)),
        kind="unauthorised",
        field="work",
        place=data.ref(item),
        ours=Label(zh=f"属于未批准的 {entry.ref}", en=f"{entry.ref} is not approved"),
        theirs=_WORDS[status],
    )
