"""A change request as a tool shows it: its state, how long who has held it, and what it would cost.

What a tool calls approved binds nobody: such a change is shown in the tool's words and enters no total.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from pmbridge.domain.change import STATES
from pmbridge.domain.feed import SourceData, state_changes
from pmbridge.domain.figure import Figure, Known, Money, SourceRef, Unknown, UnknownReason, plain
from pmbridge.domain.machine import Holder
from pmbridge.domain.recognise import RecognisedChange
from pmbridge.domain.resolved import ResolvedChangeRule
from pmbridge.domain.text import title_of, without_ref
from pmbridge.domain.view import Age, Change
from pmbridge.records import Item
from pmbridge.values import Label, Named, Number

_OFF_SPECIFICATION = "OFF-"
_NOT_READ = Label(zh="该字段尚未读取，下次同步会读取", en="this field was not read yet, the next sync reads it")
_NO_HISTORY = Label(zh="没有状态历史", en="no history of its states")
_NO_CREATION = Unknown(
    reason=UnknownReason.NOT_PROVIDED,
    detail=Label(zh="工具没有给出创建日期", en="the tool does not say when it was created"),
)
_OLD_HISTORY = Label(zh="状态历史比当前状态旧", en="the history is older than the present state")


def observe_change(data: SourceData, recognised: RecognisedChange, ref: str) -> Change:
    """Return the change request *recognised*, to be printed under *ref*."""
    item, rule = recognised.record, recognised.rule
    source = data.ref(item)
    name = rule.states.get(item.state.id)
    held = _Held(data, item, rule)
    return Change(
        ref=ref,
        title=title_of(without_ref(item.title, ref)),
        observed=True,
        tool=data.source.tool,
        kind="off_specification" if ref.startswith(_OFF_SPECIFICATION) else "request_for_change",
        state=name,
        tool_state=item.state.name,
        holder=STATES[name].holder if name is not None else None,
        terminal=_is_over(data, rule, item.state.id),
        raised_on=None if item.created_at is None else data.moment.day(item.created_at),
        since=held.since,
        age=held.age(source),
        days=_days(item, rule, data, source),
        days_on=rule.days_on if rule.days_field is not None else None,
        money=_money(item, rule, data, source),
        sources=(source,),
    )


def _is_over(data: SourceData, rule: ResolvedChangeRule, state_id: str) -> bool:
    name = rule.states.get(state_id)
    if name is not None:
        return STATES[name].terminal
    return data.category_of(state_id) in ("done", "cancelled")


class _Held:
    """The spans of one change in its states, out of its creation and the tool's history."""

    def __init__(self, data: SourceData, item: Item, rule: ResolvedChangeRule) -> None:
        self._data = data
        self._item = item
        self._rule = rule
        self._changes = state_changes(data.observed, item, data.moment)
        self._begun = self._look()

    def _look(self) -> datetime | Unknown:
        """Return when the first span began, or why the spans are not known."""
        if self._item.created_at is None:
            return _NO_CREATION
        if self._item.id not in self._data.observed.histories:
            return Unknown(reason=UnknownReason.NOT_PROVIDED, detail=_NO_HISTORY)
        ids = [(_id(one.before), _id(one.after)) for one in self._changes]
        if any(before is None or after is None for before, after in ids):
            return Unknown(reason=UnknownReason.NOT_PROVIDED, detail=_NO_HISTORY)
        if ids and ids[-1][1] != self._item.state.id:
            return Unknown(reason=UnknownReason.STALE, detail=_OLD_HISTORY)
        return self._item.created_at

    @property
    def since(self) -> date | None:
        """The day on which the present state was entered."""
        if isinstance(self._begun, Unknown):
            return None
        return self._data.moment.day(self._changes[-1].at if self._changes else self._begun)

    def age(self, source: SourceRef) -> Figure[Age]:
        """Return the working days until the decision or now, by who held it; time outside both is not counted."""
        if isinstance(self._begun, Unknown):
            return self._begun
        held: dict[Holder, int] = {"agency": 0, "client": 0}
        for state, start, end in self._spans(self._begun):
            name = self._rule.states.get(state)
            if name is None:
                if self._data.category_of(state) not in ("done", "cancelled"):
                    return Unknown(reason=UnknownReason.NOT_MAPPED, detail=self._unmapped(state))
                continue
            holder = STATES[name].holder
            if holder is not None:
                held[holder] += self._data.moment.calendar.wd(start, end)
        age = Age(total=held["agency"] + held["client"], ours=held["agency"], theirs=held["client"])
        return Known(
            value=age,
            sources=(source,),
            method="derived",
            observed_at=self._data.observed_at,
            note=self._data.moment.calendar_note(self._data.moment.today),
        )

    def _spans(self, begun: datetime) -> list[tuple[str, date, date]]:
        """Return (state id, day entered, day left) in order; the last span ends today."""
        day = self._data.moment.day
        entered = [day(begun), *(day(one.at) for one in self._changes)]
        left = [*entered[1:], self._data.moment.today]
        states = [_id(one.before) or "" for one in self._changes] + [self._item.state.id]
        return list(zip(states, entered, left, strict=True))

    def _unmapped(self, state_id: str) -> Label:
        seen = self._data.states.get(state_id)
        name = seen.name if seen is not None else state_id
        return Label(zh=f"状态「{name}」未对应", en=f'the state "{name}" is not mapped')


def _id(value: object) -> str | None:
    return value.id if isinstance(value, Named) else None


def _number(item: Item, field: str) -> Decimal | Unknown:
    if field not in item.fields:
        return Unknown(reason=UnknownReason.NOT_PROVIDED, detail=_NOT_READ)
    value = item.fields[field]
    if value is None:
        return Unknown(reason=UnknownReason.NOT_PROVIDED)
    if not isinstance(value, Number) or not value.value.is_finite():
        return Unknown(reason=UnknownReason.NOT_PROVIDED, detail=Label(zh="字段中不是数字", en="not a number"))
    return value.value


def _days(item: Item, rule: ResolvedChangeRule, data: SourceData, source: SourceRef) -> Figure[int]:
    if rule.days_field is None:
        return Unknown(reason=UnknownReason.NOT_MAPPED)
    number = _number(item, rule.days_field)
    if isinstance(number, Unknown):
        return number
    if number != number.to_integral_value():
        said = plain(number)
        return Unknown(
            reason=UnknownReason.NOT_PROVIDED,
            detail=Label(zh=f"{said} 不是整数个工作日", en=f"{said} is no whole number of working days"),
        )
    return Known(value=int(number), sources=(source,), method="synced", observed_at=data.observed_at)


def _money(item: Item, rule: ResolvedChangeRule, data: SourceData, source: SourceRef) -> Figure[Money]:
    if rule.money_field is None:
        return Unknown(reason=UnknownReason.NOT_MAPPED)
    number = _number(item, rule.money_field)
    if isinstance(number, Unknown):
        return number
    if rule.currency is None:
        return Unknown(reason=UnknownReason.NOT_PROVIDED, detail=Label(zh="没有币种", en="no currency is given"))
    money = Money(amount=number, currency=rule.currency)
    return Known(value=money, sources=(source,), method="synced", observed_at=data.observed_at)
