"""Where a copy that a rule made differs from the register: both sides are told, nothing is taken by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pmbridge.domain.book import Book
from pmbridge.domain.concepts import concepts
from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import SourceRef
from pmbridge.domain.recognise import Observed
from pmbridge.domain.registered_change import STATE, TITLE
from pmbridge.domain.resolved import ResolvedCopy, ResolvedSource
from pmbridge.domain.text import without_ref
from pmbridge.domain.view import Discrepancy
from pmbridge.records import Item
from pmbridge.values import Label

_OURS = "register"


def copied_differences(observed: Sequence[Observed], book: Book) -> Iterator[Discrepancy]:
    """Yield what copies show otherwise than the register: state and title, where a rule carries them.

    A state that no state of ours maps to says nothing.
    """
    for one in observed:
        for item in one.items if one.copied else ():
            concept, ref = one.copied.get(item.id, ("", ""))
            rule, entry = one.source.copy_of(concept), book.get(ref)
            if rule is None or entry is None or entry.kind != concept:
                continue
            yield from _state(entry, item, rule, one.source)
            if "title" in rule.carry:
                yield from _title(entry, item, one.source)


def _state(entry: Entry[Any], item: Item, rule: ResolvedCopy, source: ResolvedSource) -> Iterator[Discrepancy]:
    shows = rule.states.get(entry.state)
    if shows in (None, item.state.id) or item.state.id not in rule.states.values():
        return
    ours, name = concepts()[entry.kind].states[entry.state], item.state.name
    yield Discrepancy(
        ref=entry.ref,
        what=STATE,
        sides=((_OURS, ours.en), (source.tool, name)),
        kind="inconsistent",
        field="state",
        place=_place(item, source),
        ours=ours.label,
        theirs=Label(zh=f"{source.tool}「{name}」", en=f'"{name}" in {source.tool}'),
    )


def _title(entry: Entry[Any], item: Item, source: ResolvedSource) -> Iterator[Discrepancy]:
    said = entry.released if source.client_can_open else entry.fields
    shows = without_ref(item.title, entry.ref)
    if said is None or shows == str(said.title):
        return
    ours = str(said.title)
    yield Discrepancy(
        ref=entry.ref,
        what=TITLE,
        sides=((_OURS, ours), (source.tool, shows)),
        kind="inconsistent",
        field="title",
        place=_place(item, source),
        ours=Label(zh=ours, en=ours),
        theirs=Label(zh=shows, en=shows),
    )


def _place(item: Item, source: ResolvedSource) -> SourceRef:
    return SourceRef(
        connection=source.connection,
        kind=item.id.kind,
        external_id=item.id.external_id,
        key=item.key,
        url=item.url,
    )
