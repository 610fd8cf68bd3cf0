"""A change request of the register. What a tool shows for it is evidence: where it differs, both sides are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pmbridge.domain.book import Book
from pmbridge.domain.change import STATES
from pmbridge.domain.change_fields import ChangeRequest
from pmbridge.domain.change_metrics import age, state_of
from pmbridge.domain.client_decision import decision_on
from pmbridge.domain.contact import name_of
from pmbridge.domain.entry import Entry
from pmbridge.domain.fields import Adopt
from pmbridge.domain.figure import Figure, Money, SourceRef, Unknown, UnknownReason
from pmbridge.domain.impact import ChangeOption
from pmbridge.domain.moment import Moment
from pmbridge.domain.source import REGISTER, entered, event_source
from pmbridge.domain.text import without_ref
from pmbridge.domain.view import Change, Discrepancy
from pmbridge.values import Label, RecordId

Place = tuple[str, RecordId]
"""Where a tool's record stands: connection and id."""

STATE = Label(zh="状态", en="state")
TITLE = Label(zh="标题", en="title")
_NOT_ASSESSED = Label(zh="尚未评估", en="not yet assessed")
_NOT_SENT = Label(zh="评估尚未发给客户", en="its assessment was not yet sent to the client")
_CANCELS = Label(zh="取消最终里程碑", en="it cancels the final milestone")
_NO_MONEY = Unknown(reason=UnknownReason.NOT_PROVIDED, detail=Label(zh="不涉及金额", en="no money involved"))
_OURS = "register"
# What a tool may call a state in which the client has long decided, or which it does not tell apart.
_SAME: Mapping[str, frozenset[str]] = {
    "submitted": frozenset({"submitted", "draft"}),
    "under_assessment": frozenset({"under_assessment", "needs_information", "assessed"}),
    "assessed": frozenset({"under_assessment", "assessed"}),
    "awaiting_decision": frozenset({"awaiting_decision", "deferred", "lapsed"}),
    "approved": frozenset({"approved", "implementing", "implemented", "verified", "closed"}),
    "implementing": frozenset({"approved", "implementing", "emergency_authorised"}),
    "implemented": frozenset({"implemented", "verified", "closed"}),
}


def registered(
    entry: Entry[ChangeRequest], seen: Change | None, book: Book, final: str | None, moment: Moment
) -> Change:
    """Return the change of *entry*; *seen* is what a tool shows for it, *final* the ref of the final milestone.

    Days and money are those of the option that was chosen, before that of the one that we recommend, and only once the
    client knows them: an assessment that was not sent is ours alone.
    """
    fields, shown = entry.fields, entry.released or entry.fields
    state = state_of(entry, moment)
    option = fields.offered_option
    sources = (*(() if seen is None else seen.sources), event_source(entry))
    decision = decision_on(book, entry.ref)
    return Change(
        ref=entry.ref,
        title=shown.title,
        observed=False,
        tool="" if seen is None else seen.tool,
        kind=fields.kind,
        state=state,
        tool_state="" if seen is None else seen.tool_state,
        holder=STATES[state].holder,
        terminal=STATES[state].terminal,
        raised_on=fields.raised_on,
        since=entry.since.day,
        age=age(entry, moment),
        days=_days(entry, option, final),
        days_on=final if option is not None else None,
        money=_money(entry, option),
        monthly=() if option is None or fields.in_rework else tuple(option.monthly.values()),
        sources=sources,
        decided_on=None if decision is None else decision.fields.decided_on,
        decided_by=() if decision is None else tuple(name_of(book, who) for who in decision.fields.decided_by),
        need_by=fields.need_by,
        valid_until=fields.valid_until,
        released=entry.released is not None,
        told=seen if entry.released is None else None,
    )


def _days(entry: Entry[ChangeRequest], option: ChangeOption | None, final: str | None) -> Figure[int]:
    if entry.fields.in_rework:
        return entered(0, [entry])
    if option is None or final is None:
        return _not_offered(entry)
    if final in option.cancelled:
        return Unknown(reason=UnknownReason.NOT_PROVIDED, detail=_CANCELS)
    return entered(option.days_on(final), [entry])


def _money(entry: Entry[ChangeRequest], option: ChangeOption | None) -> Figure[Money]:
    if entry.fields.in_rework:
        return _NO_MONEY
    if option is None:
        return _not_offered(entry)
    amounts = tuple(option.money.values())
    if len(amounts) > 1:
        return Unknown(reason=UnknownReason.MIXED_CURRENCY)
    if not amounts:
        return _NO_MONEY
    return entered(amounts[0], [entry])


def _not_offered(entry: Entry[ChangeRequest]) -> Unknown:
    detail = _NOT_SENT if entry.fields.assessments else _NOT_ASSESSED
    return Unknown(reason=UnknownReason.NOT_PROVIDED, detail=detail)


def changes(
    seen: Sequence[tuple[Change, Place]], book: Book, final: str | None, moment: Moment
) -> tuple[list[Change], list[Discrepancy]]:
    """Return the changes of the register and those that are only observed, and where both tell different states.

    A tool's record belongs to the change that adopted it, else to the one whose ref it bears.
    """
    by_place = {place: change for change, place in seen}
    by_ref = {change.ref: change for change, _ in seen}
    taken: set[int] = set()
    made: list[Change] = []
    found: list[Discrepancy] = []
    for entry in book.of("change"):
        tool = _shown_for(entry, by_place, by_ref)
        if tool is not None:
            taken.add(id(tool))
        made.append(registered(entry, tool, book, final, moment))
        if tool is not None and _differ(tool, made[-1]):
            found.append(_state_differs(made[-1], tool, entry))
        if tool is not None and (renamed := _renamed(entry, tool)) is not None:
            found.append(renamed)
    return [*made, *(change for change, _ in seen if id(change) not in taken)], found


def _state_differs(ours: Change, tool: Change, entry: Entry[ChangeRequest]) -> Discrepancy:
    state = STATES[ours.state or entry.state]
    began = [entry.since.day, *(() if tool.since is None else (tool.since,))]
    return Discrepancy(
        ref=ours.ref,
        what=STATE,
        sides=((_OURS, state.en), (tool.tool, tool.tool_state)),
        kind="inconsistent",
        field="state",
        place=_place(tool),
        ours=state.label,
        theirs=Label(zh=f"{tool.tool}「{tool.tool_state}」", en=f'"{tool.tool_state}" in {tool.tool}'),
        since=max(began),
    )


def _renamed(entry: Entry[ChangeRequest], tool: Change) -> Discrepancy | None:
    """Return that the tool's title was changed since it was adopted, to other words than ours."""
    place, title = _place(tool), tool.title.in_("zh")[0]
    link = next((one for one in entry.links if place is not None and _same_place(one, place)), None)
    if link is None or not link.title:
        return None
    base, ours = without_ref(link.title, tool.ref), entry.fields.title
    if title in (base, ours.zh, ours.en):
        return None
    mine = ours.in_("zh")[0]
    return Discrepancy(
        ref=entry.ref,
        what=TITLE,
        sides=((_OURS, mine), (tool.tool, title)),
        kind="inconsistent" if base in (ours.zh, ours.en) else "conflict",
        field="title",
        place=place,
        ours=Label(zh=mine, en=ours.in_("en")[0]),
        theirs=Label(zh=title, en=title),
        base=base,
    )


def _place(tool: Change) -> SourceRef | None:
    return next((one for one in tool.sources if one.connection != REGISTER), None)


def _same_place(link: Adopt, place: SourceRef) -> bool:
    return (link.connection, link.kind, link.external_id) == (place.connection, place.kind, place.external_id)


def _shown_for(
    entry: Entry[ChangeRequest], by_place: Mapping[Place, Change], by_ref: Mapping[str, Change]
) -> Change | None:
    for link in entry.links:
        place = (link.connection, RecordId(kind=link.kind, external_id=link.external_id))
        if (found := by_place.get(place)) is not None:
            return found
    return by_ref.get(entry.ref)


def _differ(tool: Change, ours: Change) -> bool:
    """Return whether the tool shows another state; one that the mapping does not name says nothing."""
    if tool.state is None or ours.state is None:
        return False
    return ours.state not in _SAME.get(tool.state, frozenset({tool.state}))
