"""From what is wanted to a plan: which writes, in which order, field by field; pure.

Each field is decided on its own. What must not be written now stays in the plan with the reason, so that nothing is
left out silently; what nobody may decide alone is listed beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from functools import cached_property
from typing import Any, Literal

from pmbridge.adapter import Adapter
from pmbridge.errors import Unsupported
from pmbridge.records import AddComment, Create, Group, Item, Support, Transition, Update, Verb, Write
from pmbridge.store import COPY, UNDER_WAY, Agreed, LinkRow, OutboxRow
from pmbridge.sync.decide import (
    NEVER,
    Base,
    Blocked,
    Give,
    Keep,
    Obstacle,
    Sides,
    Take,
    Wait,
    base_in_history,
    decide,
    same,
)
from pmbridge.sync.entry import (
    MADE_ONCE,
    ORDER,
    VERBS,
    EntryVerb,
    PlanEntry,
    PlannedField,
    agreed_bytes,
    base_of,
    fields_of,
)
from pmbridge.sync.marker import derived_uid
from pmbridge.sync.outdated import is_spent
from pmbridge.sync.receipt import refused_otherwise
from pmbridge.sync.wanted import MAIN, STATE, TITLE, Wanted, WantedComment, WantedItem, WantedRecord, shown, whole_day
from pmbridge.values import FieldValue, Label, Named, Plain, ProjectId, RecordId, Rich


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A field that a person decides about: ``merge`` and ``drift`` as in a decision, ``take``: the tool's may come."""

    engagement: str
    connection: str
    ref: str
    field: str
    kind: Literal["merge", "drift", "take"]
    ours: FieldValue | None
    theirs: FieldValue | None


@dataclass(frozen=True, kw_only=True)
class Planned:
    """What a look at one engagement over one connection yields. ``agreed``: bases to keep, by link and field."""

    entries: list[PlanEntry] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    agreed: dict[int, dict[str, Agreed]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the planner has to know of a connection. ``rows``: every write that is not dropped, by uid.

    ``supports`` gives what the credential can do with a kind in a project; ``kept``: when a person settled that ours
    replaces what the tool shows, by ref, field and record; ``braked``: ref, role and field of what goes to and fro.
    """

    workspace: str
    connection: str
    engagement: str
    adapter: Adapter[Any]
    links: Mapping[RecordId, LinkRow]
    rows: Mapping[str, OutboxRow]
    supports: Callable[[ProjectId, str, Verb], Support]
    scope: frozenset[ProjectId]
    kept: Mapping[tuple[str, str, RecordId], datetime] = field(default_factory=dict)
    braked: frozenset[tuple[str, str, str]] = frozenset()

    @cached_property
    def unfinished(self) -> Mapping[tuple[str, str, str], list[OutboxRow]]:
        """The writes that are not done, by engagement, ref and role: few, beside all that was ever written."""
        found: dict[tuple[str, str, str], list[OutboxRow]] = {}
        for row in self.rows.values():
            if row.state != "done":
                found.setdefault((row.engagement, row.ref, row.role), []).append(row)
        return found

    @cached_property
    def made_once(self) -> Mapping[tuple[str, str], OutboxRow]:
        """The newest order of each record and comment that is made once, by ref and role."""
        rows = [one for one in self.rows.values() if one.engagement == self.engagement and one.verb in MADE_ONCE]
        return {(one.ref, one.role): one for one in sorted(rows, key=lambda one: one.seq)}

    @cached_property
    def linked(self) -> frozenset[tuple[str, str]]:
        """The refs of the engagement that have a record here, with the role of a copy, or ``MAIN`` for any other."""
        mine = [one for one in self.links.values() if one.engagement == self.engagement]
        return frozenset((one.ref, one.role if one.role.startswith(COPY) else MAIN) for one in mine)


_OBSTACLES: Mapping[Obstacle, Label] = {
    "busy": Label(zh="上一次写入的结果还不清楚", en="nobody knows yet what became of the write before"),
    "lost": Label(zh="工具中已看不到该记录", en="the record is no longer visible in the tool"),
    "waiting": Label(zh="等待处理", en="a person has to decide first"),
    "out_of_scope": Label(zh="所在项目不在本工作区范围内", en="its project is not one of this workspace"),
    "read_only": Label(zh="连接是只读", en="the connection is read-only"),
}


def planned(wanted: Sequence[Wanted], known: Known, zone: tzinfo) -> Planned:
    """Return the writes that bring what is *wanted* over one connection, in the order in which they are to be sent."""
    found = Planned()
    for one in wanted:
        match one:
            case WantedRecord():
                _record(one, known, zone, found)
            case WantedItem():
                _item(one, known, found)
            case WantedComment():
                _comment(one, known, found)
    found.entries.sort(key=lambda entry: ORDER.index(entry.verb))
    return found


def _record(one: WantedRecord, known: Known, zone: tzinfo, found: Planned) -> None:
    link = known.links.get(one.record.id)
    if link is None or link.ref != one.ref or link.engagement != known.engagement:
        return  # it is another record of the register already
    sets: list[PlannedField] = []
    raw: dict[str, FieldValue | None] = {}
    unwritable: dict[str, Label] = {}
    blocked: Obstacle | None = None
    obstacle = _obstacle(link, known)
    for each in one.fields:
        theirs = shown(one.record, each.field, zone)
        sends, refused = _stored(known, one.record.id.kind, each.field, each.sends)
        sends = whole_day(sends, zone)
        base = base_of(link.bases.get(each.field))
        settled_at = known.kept.get((one.ref, each.field, one.record.id))
        if settled_at is not None and not is_spent(link, each.field, settled_at):
            base = Base(ours=NEVER, theirs=theirs)
        elif base is None or not same(base.theirs, theirs):
            base = base_in_history(_since(each.formerly, base), theirs) or base
        decision = decide(
            Sides(
                ours=each.ours,
                stored=sends,
                theirs=theirs,
                base=base,
                owner=each.owner,
                guarded=each.guarded,
                obstacle=obstacle,
            )
        )
        if isinstance(decision, Give) and (one.ref, link.role, each.field) in known.braked:
            decision = Wait("merge")
        match decision:
            case Keep(agreed):
                found.agreed.setdefault(link.id, {})[each.field] = agreed_bytes(agreed)
            case Give() | Blocked():
                if base is not None:
                    found.agreed.setdefault(link.id, {})[each.field] = agreed_bytes(base)
                raw[each.field] = each.sends
                sets.append(PlannedField(field=each.field, base=base, ours=each.ours, theirs=theirs, sends=sends))
                blocked = decision.why if isinstance(decision, Blocked) else blocked
                if refused is not None:
                    unwritable[each.field] = refused
            case Wait(kind):
                found.left_out.append(_left(one, each.field, kind, each.ours, theirs, known))
            case Take():
                found.left_out.append(_left(one, each.field, "take", each.ours, theirs, known))
            case _:
                pass
    for verb, fields in _writes(sets).items():
        entry = PlanEntry(
            connection=known.connection,
            engagement=known.engagement,
            ref=one.ref,
            role=link.role,
            verb=verb,
            because=one.because,
            write=_write(verb, one.record, fields, raw),
            fields=fields,
            tool=one.source.tool,
            title=one.record.title,
            key=one.record.key if isinstance(one.record, Item) else "",
            url=one.record.url,
            project=one.record.project,
            kind=one.record.id.kind,
        )
        # One field that must be typed by hand makes its write a manual step: half of it would be a surprise.
        by_hand = next((unwritable[each.field] for each in fields if each.field in unwritable), None)
        found.entries.append(
            _judged(entry, known, blocked) if by_hand is None else replace(entry, state="manual", reason=by_hand)
        )


def _since(
    formerly: tuple[tuple[FieldValue | None, FieldValue | None], ...], base: Base | None
) -> tuple[tuple[FieldValue | None, FieldValue | None], ...]:
    """Return the earlier values of ours that came after *base*: a tool that shows one followed us part of the way.

    One that shows a value of before it was taken back by somebody, which is no agreement.
    """
    if base is None:
        return formerly
    at = [n for n, (ours, _) in enumerate(formerly) if same(ours, base.ours)]
    return formerly[at[-1] + 1 :] if at else ()


def _stored(known: Known, kind: str, name: str, value: FieldValue | None) -> tuple[FieldValue | None, Label | None]:
    """Return what the tool will hold of *value*, and why it cannot be written, if so. A state is what it is."""
    if name == STATE:
        return value, None
    try:
        return known.adapter.canonical(kind, name, value), None
    except Unsupported as error:
        return value, Label(zh=error.text("zh"), en=error.text("en"))


def _writes(sets: Sequence[PlannedField]) -> dict[EntryVerb, tuple[PlannedField, ...]]:
    values = tuple(one for one in sets if one.field != STATE)
    states = tuple(one for one in sets if one.field == STATE)
    made: dict[EntryVerb, tuple[PlannedField, ...]] = {"update": values, "transition": states}
    return {verb: fields for verb, fields in made.items() if fields}


def _write(
    verb: EntryVerb, record: Item | Group, fields: tuple[PlannedField, ...], raw: Mapping[str, FieldValue | None]
) -> Write:
    """Return the write of *fields*, which sends *raw*: what is meant, of which the adapter makes what the tool holds.

    ``sends`` of a field is that already, for the comparison; made a second time, a date can move by a day.
    """
    if verb == "transition":
        (state,) = fields
        to, now = getattr(state.sends, "id", ""), getattr(state.theirs, "id", "")
        return Transition(uid="", target=record.id, to=to, expect=now)
    return Update(
        uid="",
        target=record.id,
        values={one.field: raw[one.field] for one in fields},
        expect={one.field: one.theirs for one in fields},
        marker=record.marker,
    )


def _obstacle(link: LinkRow, known: Known) -> Obstacle | None:
    if link.presence != "present":
        return "lost"
    if link.project is not None and link.project not in known.scope:
        return "out_of_scope"
    states = {row.state for row in known.unfinished.get((link.engagement, link.ref, link.role), ())}
    if "raced" in states:  # the row holds the only copy of what was overwritten
        return "waiting"
    return None if states.isdisjoint(UNDER_WAY) else "busy"


def _judged(entry: PlanEntry, known: Known, blocked: Obstacle | None) -> PlanEntry:
    """Return *entry* with whether it can be sent: by the tool at all, now, and not refused before as it is."""
    verb = VERBS[entry.verb]
    if isinstance(entry.write, AddComment) and entry.write.audience == "internal":
        verb = Verb.NOTE
    support = known.supports(entry.project, entry.kind, verb)
    if not support:
        note = support.note if support.note.en else Label(zh="该工具不支持写入", en="this cannot be written there")
        return replace(entry, state="manual", reason=note)
    if blocked is not None:
        return replace(entry, state="blocked", reason=_OBSTACLES[blocked])
    for row in known.unfinished.get((entry.engagement, entry.ref, entry.role), ()):
        if row.verb == entry.verb and row.state == "parked" and fields_of(row.fields) == entry.fields:
            return replace(entry, state="blocked", reason=row.error or _OBSTACLES["waiting"])
    return entry


def _left(
    one: WantedRecord,
    name: str,
    kind: Literal["merge", "drift", "take"],
    ours: FieldValue | None,
    theirs: FieldValue | None,
    known: Known,
) -> LeftOut:
    return LeftOut(
        engagement=known.engagement,
        connection=known.connection,
        ref=one.ref,
        field=name,
        kind=kind,
        ours=ours,
        theirs=theirs,
    )


def _made_once(ref: str, role: str, known: Known) -> tuple[str, OutboxRow | None]:
    row = known.made_once.get((ref, role))
    if row is not None:
        return row.uid, row
    return derived_uid(
        known.workspace, connection=known.connection, engagement=known.engagement, ref=ref, role=role
    ), None


def _once(entry: PlanEntry, row: OutboxRow | None, known: Known) -> PlanEntry | None:
    """Return *entry*, of what is made once, with what stands in its way; ``None``: it was made."""
    if row is not None and row.state == "done":
        return None
    if row is not None and row.state != "planned" and not refused_otherwise(row, entry):
        why = row.error if row.state == "parked" and row.error is not None else _OBSTACLES["busy"]
        return replace(entry, state="blocked", reason=why)
    return _judged(entry, known, None)


def _item(one: WantedItem, known: Known, found: Planned) -> None:
    if (one.ref, one.role) in known.linked:
        return  # it was made, and is not shown any more: it is never made again
    uid, row = _made_once(one.ref, one.role, known)
    values: dict[str, FieldValue | None] = {TITLE: Plain(text=one.title)}
    if one.description:
        values["description"] = Rich(format="markdown", original=one.description)
    sends: dict[str, FieldValue | None] = {}
    for name, value in one.ours.items():
        if name == STATE:
            continue
        stored, refused = _stored(known, one.kind, name, value)
        if refused is None or name == TITLE:
            sends[name] = stored
            values.setdefault(name, value)
        else:  # the tool has no such field: the record is made without it
            values.pop(name, None)
    if one.state is not None:
        sends[STATE] = Named(id=one.state, name=one.state_name)
    write = Create(
        uid=uid,
        project=one.source.project_id,
        kind=one.kind,
        type=one.type,
        state=one.state,
        parent=one.parent,
        groups=one.groups,
        values=values,
    )
    fields = tuple(
        PlannedField(field=name, base=None, ours=one.ours.get(name), theirs=None, sends=value)
        for name, value in sends.items()
    )
    entry = PlanEntry(
        connection=known.connection,
        engagement=known.engagement,
        ref=one.ref,
        role=one.role,
        verb="create",
        because=one.because,
        write=write,
        fields=fields,
        tool=one.source.tool,
        title=one.title,
        url=one.source.project.url,
        project=one.source.project_id,
        kind=one.kind,
    )
    judged = _once(entry, row, known)
    if judged is not None and judged.state == "manual":
        judged = replace(judged, fields=_typed(fields, one))
    if judged is not None:
        found.entries.append(judged)


def _typed(fields: tuple[PlannedField, ...], one: WantedItem) -> tuple[PlannedField, ...]:
    """Return what a person has to type: the title by which it is recognised afterwards, and the text."""
    title = Plain(text=one.by_hand)
    told = [replace(each, sends=title) if each.field == TITLE else each for each in fields]
    if one.description and all(each.field != "description" for each in fields):
        text = Rich(format="markdown", original=one.description)
        told.append(PlannedField(field="description", base=None, ours=text, theirs=None, sends=text))
    return tuple(told)


def _comment(one: WantedComment, known: Known, found: Planned) -> None:
    link = known.links.get(one.record.id)
    uid, row = _made_once(one.ref, one.role, known)
    kind, project = one.record.id.kind, one.record.project
    audience = one.audience
    # Where the client cannot open the tool, a comment that all see there is still ours alone.
    no_note = not known.supports(project, kind, Verb.NOTE)
    if audience == "internal" and no_note and not known.adapter.settings.client_can_open:
        audience = "public"
    said = PlannedField(field="comment", base=None, ours=one.body, theirs=None, sends=one.body)
    entry = PlanEntry(
        connection=known.connection,
        engagement=known.engagement,
        ref=one.ref,
        role=one.role,
        verb="comment",
        because=one.because,
        write=AddComment(uid=uid, target=one.record.id, body=one.body, audience=audience),
        fields=(said,),
        tool=one.source.tool,
        title=one.record.title,
        key=one.record.key,
        url=one.record.url,
        project=project,
        kind=kind,
    )
    obstacle = None if link is None else _obstacle(link, known)
    if obstacle in ("lost", "out_of_scope") and not (row is not None and row.state == "done"):
        found.entries.append(replace(entry, state="blocked", reason=_OBSTACLES[obstacle]))
        return
    judged = _once(entry, row, known)
    if judged is None or (judged.state == "manual" and one.said):
        return
    found.entries.append(judged)
