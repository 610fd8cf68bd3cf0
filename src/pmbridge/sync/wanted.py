"""What ought to stand in the tools by what the register says: pure, from the register, the mapping and the mirror.

What a rule of the mapping does not allow to be written is not wanted, and neither is anything of a record that the
register does not know.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Any, Literal

from pmbridge.domain.baseline import baselines
from pmbridge.domain.book import Book
from pmbridge.domain.change import STATES
from pmbridge.domain.client_decision import decision_on
from pmbridge.domain.entry import Entry
from pmbridge.domain.recognise import Observed, RecognisedMilestone, recognise
from pmbridge.domain.resolved import ResolvedChangeRule, ResolvedMilestoneRule, ResolvedSource
from pmbridge.domain.text import without_ref
from pmbridge.records import Group, Item
from pmbridge.sync.decide import Owner
from pmbridge.sync.told_decision import NO_NEWS, role_of, speaks_of, told
from pmbridge.values import Day, FieldValue, Instant, Named, Plain, RecordId, Rich

Place = tuple[str, RecordId]
"""Where a tool's record stands: connection and id."""
MAIN = "main"
STATE, TITLE, DUE = "state", "title", "due"
_PAST = frozenset({"reached", "accepted", "cancelled"})


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedField:
    """One field of a record that is there. ``sends``: ours in the tool's words; ``formerly``: earlier pairs of both."""

    field: str
    owner: Owner
    ours: FieldValue | None
    sends: FieldValue | None
    formerly: tuple[tuple[FieldValue | None, FieldValue | None], ...] = ()
    guarded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedRecord:
    """What is to stand in a record that a tool shows. ``because``: the register's record from which it follows."""

    ref: str
    role: str
    because: str
    source: ResolvedSource
    record: Item | Group
    fields: tuple[WantedField, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedItem:
    """A record that no tool shows yet and that is to be made; ``state`` is the tool's in which it begins.

    ``by_hand``: the title that a person gives it so that it is recognised: with the ref, if the mapping looks for one.
    ``state_name``: what people call ``state``.
    """

    ref: str
    role: str = MAIN
    because: str
    source: ResolvedSource
    kind: str
    type: str | None
    parent: RecordId | None
    groups: tuple[RecordId, ...]
    state: str | None
    title: str
    by_hand: str
    description: str | None
    ours: Mapping[str, FieldValue | None]
    state_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedComment:
    """What is to be said on a record, once for each ``role``.

    ``said``: whether somebody has said it there: a comment of a person, not older than the decision, names its ref.
    """

    ref: str
    role: str
    because: str
    source: ResolvedSource
    record: Item
    body: Rich
    audience: Literal["internal", "public"]
    said: bool = False


Wanted = WantedRecord | WantedItem | WantedComment


def shown(record: Item | Group, field: str, zone: tzinfo) -> FieldValue | None:
    """Return what *record* shows in *field*; a date is the day in *zone*, so that a time of day is no difference."""
    value: FieldValue | None
    match field:
        case "state":
            value = None if record.state is None else Named(id=record.state.id, name=record.state.name)
        case "title":
            value = Plain(text=record.title)
        case "description":
            value = record.description
        case "start" | "due" | "done":
            value = getattr(record, field)
        case _:
            value = record.fields.get(field.removeprefix("field:"))
    return whole_day(value, zone)


def whole_day(value: FieldValue | None, zone: tzinfo) -> FieldValue | None:
    """Return *value*, of an instant the day that it is in *zone*."""
    return Day(on=value.day(zone)) if isinstance(value, Instant) else value


def wanted(
    book: Book,
    observed: Sequence[Observed],
    made: Mapping[Place, str],
    *,
    language: str,
    since: date | None = None,
) -> list[Wanted]:
    """Return what ought to stand in the tools, in the order of the sources, then of their records.

    *made*: records that pmbridge made, by place, with the ref of the register's record that each is. They carry a
    marker and are never recognised. *language*: of what is said in comments. *since*: nothing is told of what was
    decided before that day.
    """
    found: list[Wanted] = []
    shown_refs: set[str] = set()
    adopted = adopted_places(book)
    schedule = baselines(book, "schedule")
    for one in observed:
        seen = recognise(one)
        found += _milestones(one.source, seen.milestones, book, adopted, schedule)
        for change in seen.changes:
            entry = entry_at(book, adopted, "change", change.ref, (one.source.connection, change.record.id))
            if entry is not None:
                shown_refs.add(entry.ref)
                found += _change(entry, change.record, change.rule, one, book, language, since)
        for item in one.items:
            ref = made.get((one.source.connection, item.id))
            rule = next((each for each in one.source.changes if each.write and each.kind == item.id.kind), None)
            entry = None if ref is None else book.get(ref)
            if entry is not None and entry.kind == "change":
                shown_refs.add(entry.ref)
                if rule is not None:
                    found += _change(entry, item, rule, one, book, language, since)
    shown_refs |= set(made.values())
    found += _new_ones(book, [one.source for one in observed], shown_refs)
    return _each_comment_once(found)


def _each_comment_once(found: Iterable[Wanted]) -> list[Wanted]:
    """Return *found* with what is to be said of a ref said on the first of its records, where a tool shows several."""
    said: set[tuple[str, str, str]] = set()
    kept: list[Wanted] = []
    for one in found:
        if isinstance(one, WantedComment):
            place = (one.source.connection, one.ref, one.role)
            if place in said:
                continue
            said.add(place)
        kept.append(one)
    return kept


def adopted_places(book: Book) -> dict[Place, Entry[Any]]:
    """Return the milestones and changes that adopted records of tools, by the places of these."""
    return {
        (link.connection, RecordId(kind=link.kind, external_id=link.external_id)): entry
        for kind in ("milestone", "change")
        for entry in book.of(kind)
        for link in entry.links
    }


def entry_at(book: Book, adopted: Mapping[Place, Entry[Any]], kind: str, ref: str, place: Place) -> Entry[Any] | None:
    """Return the register's record that the tool's record is: the one that adopted it, else the one of its ref.

    A change that adopted one record of a tool is no other of that tool's: whoever mentions its ref in a title gets
    neither its state nor the client's decision.
    """
    own = adopted.get(place)
    if own is not None and own.kind == kind:
        return own
    named = book.get(ref)
    if named is None or named.kind != kind:
        return None
    elsewhere = kind == "change" and any(link.connection == place[0] for link in named.links)
    return None if elsewhere else named


# ---------------------------------------------------------------------------------------------------- milestones


def _milestones(
    source: ResolvedSource,
    seen: Sequence[RecognisedMilestone],
    book: Book,
    adopted: Mapping[Place, Entry[Any]],
    schedule: Sequence[Entry[Any]],
) -> Iterator[WantedRecord]:
    taken: set[RecordId] = set()
    for one in seen:
        rule: ResolvedMilestoneRule = one.rule
        if not rule.writes_date or one.record.id in taken:
            continue
        entry = entry_at(book, adopted, "milestone", one.ref, (source.connection, one.record.id))
        if entry is None or entry.state in _PAST or _done(source, one.record, rule):
            continue  # one date serves a version for plan and actual
        dates = [(base, day) for base in schedule if (day := base.fields.dates.get(entry.ref))]
        if not dates:
            continue
        taken.add(one.record.id)
        # The newest baseline holds for all; the one that brought this date is why it is written.
        current = dates[-1][1]
        because = next(base for base, day in dates if day == current)
        yield WantedRecord(
            ref=entry.ref,
            role=MAIN,
            because=because.fields.from_changes[-1] if because.fields.from_changes else because.ref,
            source=source,
            record=one.record,
            fields=(
                WantedField(
                    field=DUE if rule.date_field is None else f"field:{rule.date_field}",
                    owner="register",
                    ours=Day(on=current),
                    sends=Day(on=current),
                    formerly=tuple((Day(on=day), Day(on=day)) for _, day in dates if day != current),
                    guarded=True,
                ),
            ),
        )


def _done(source: ResolvedSource, record: Item | Group, rule: ResolvedMilestoneRule) -> bool:
    if record.state is None:
        return False
    return record.state.id in rule.reached or (
        source.status.get(record.state.id, record.state.category) in ("done", "cancelled") and not rule.reached
    )


# ------------------------------------------------------------------------------------------------------- changes


def _change(
    entry: Entry[Any],
    record: Item,
    rule: ResolvedChangeRule,
    at: Observed,
    book: Book,
    language: str,
    since: date | None,
) -> Iterator[Wanted]:
    if rule.write is None:
        return
    source = at.source
    fields: list[WantedField] = []
    if entry.state in rule.write.states:
        fields.append(state_field(entry, rule.write.states))
    if rule.write.title:
        fields.append(_title(entry, record, source))
    if fields:
        yield WantedRecord(
            ref=entry.ref, role=MAIN, because=entry.ref, source=source, record=record, fields=tuple(fields)
        )
    if rule.write.decision is not None:
        yield from decision_comment(entry, record, rule.write.decision, at, book, language, since)


def state_field(entry: Entry[Any], states: Mapping[str, str]) -> WantedField:
    """Return the state of *entry*, which *states* (register state → the tool's) name, in the tool's words."""
    sends = states[entry.state]
    former = [one.state for one in entry.trail[:-1] if one.state in states]
    return WantedField(
        field=STATE,
        owner="register",
        ours=Plain(text=entry.state),
        sends=Named(id=sends),
        formerly=tuple((Plain(text=one), Named(id=states[one])) for one in former if states[one] != sends),
        guarded=True,
    )


def decision_comment(
    entry: Entry[Any],
    record: Item,
    audience: Literal["internal", "public"],
    at: Observed,
    book: Book,
    language: str,
    since: date | None,
    *,
    prefix: str = "",
) -> Iterator[WantedComment]:
    """Yield what is told on *record* of the client's decision on the change *entry*; *prefix*: of the role."""
    decision = decision_on(book, entry.ref)
    if decision is None or entry.state in NO_NEWS or (since is not None and decision.fields.decided_on < since):
        return
    yield WantedComment(
        ref=entry.ref,
        role=prefix + role_of(decision),
        because=entry.ref,
        source=at.source,
        record=record,
        body=Rich(format="markdown", original=told(decision, entry, book, language)),
        audience=audience,
        said=any(speaks_of(one, decision) for one in at.details.get(record.id, ())),
    )


def _title(entry: Entry[Any], record: Item, source: ResolvedSource) -> WantedField:
    """Return the title; what the tool's title begins with beside it (our ref, its key) stays there."""
    title = str(entry.fields.title)
    adopted = next(
        (
            link.title
            for link in entry.links
            if (link.connection, link.kind, link.external_id)
            == (source.connection, record.id.kind, record.id.external_id)
        ),
        "",
    )
    known = adopted or record.title
    bare = next((short for ref in (entry.ref, record.key) if (short := without_ref(known, ref)) != known), known)
    ahead = known.removesuffix(bare)
    formerly = ((Plain(text=bare), Plain(text=adopted)),) if adopted and bare != title else ()
    return WantedField(
        field=TITLE, owner="shared", ours=Plain(text=title), sends=Plain(text=ahead + title), formerly=formerly
    )


def _new_ones(book: Book, sources: Sequence[ResolvedSource], shown_refs: set[str]) -> Iterator[WantedItem]:
    """Yield the changes that no tool shows, each in the first place where the mapping says that new ones go."""
    at = next(
        ((source, rule) for source in sources for rule in source.changes if rule.write and rule.write.create), None
    )
    if at is None:
        return
    source, rule = at
    assert rule.write is not None  # noqa: S101 - chosen by it
    assert rule.write.create is not None  # noqa: S101
    for entry in book.of("change"):
        if entry.ref in shown_refs or entry.links or entry.state == "draft" or STATES[entry.state].terminal:
            continue
        title = str(entry.fields.title)
        with_ref = f"{entry.ref} {title}"
        hit = rule.match.search(with_ref) if rule.match is not None else None
        description = None if entry.fields.description is None else str(entry.fields.description)
        ours: dict[str, FieldValue | None] = {TITLE: Plain(text=title)}
        if (state := rule.write.states.get(entry.state)) is not None:
            ours[STATE] = Plain(text=entry.state)
        yield WantedItem(
            ref=entry.ref,
            because=entry.ref,
            source=source,
            kind=rule.kind,
            type=rule.write.create.type,
            parent=rule.write.create.parent,
            groups=rule.write.create.groups,
            state=state,
            title=title,
            by_hand=with_ref if hit is not None and hit.groupdict().get("ref") == entry.ref else title,
            description=description,
            ours=ours,
        )
