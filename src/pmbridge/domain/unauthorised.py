"""Work that began on a change request before the client approved it (I5).

The work of a change is what its record names, what stands below it in the tool, and what is linked to it there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pmbridge.domain.book import Book
from pmbridge.domain.change import STATES
from pmbridge.domain.change_effects import DECIDED
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
_MAY_WORK = DECIDED | {"emergency_authorised"}


def unauthorised(observed: Sequence[Observed], book: Book, moment: Moment) -> Iterator[Discrepancy]:
    """Yield a difference for each item of a change that has begun though the change is not approved."""
    waiting = [one for one in book.of("change") if one.state not in _MAY_WORK]
    if not waiting:
        return
    for source in observed:
        # Only the states of items are asked for, not how fresh the source is.
        data = SourceData.at(source, moment, stale_after_hours=0)
        by_id = {item.id: item for item in source.items}
        changes = {one.record.id for one in recognise(source).changes}
        for entry in waiting:
            for item in _work(entry, source, by_id):
                status = data.category(item.state)
                if item.id not in changes and status in _WORDS and not _before(entry, item, moment):
                    yield _found(entry, item, status, data, moment)


def _work(entry: Entry[ChangeRequest], source: Observed, by_id: Mapping[RecordId, Item]) -> list[Item]:
    connection = source.source.connection
    heads = {
        RecordId(kind=one.kind, external_id=one.external_id) for one in entry.links if one.connection == connection
    }
    named = set(entry.fields.implementation)
    linked = {link.to for head in heads if head in by_id for link in by_id[head].links}
    return [
        item
        for item in source.items
        if item.id not in heads
        and (
            item.key in named
            or item.id in linked
            or item.parent in heads
            or any(link.to in heads for link in item.links)
        )
    ]


def _before(entry: Entry[ChangeRequest], item: Item, moment: Moment) -> bool:
    """Return whether *item* was done before the change was asked for: then it is no work on it."""
    return item.done is not None and item.done.day(moment.zone) < entry.fields.raised_on


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
