"""S2: what the client has to decide or provide, as the report holds it and as it comes out of the engagement's view."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Literal

from pmbridge.domain import view as seen
from pmbridge.domain.figure import UnknownReason
from pmbridge.domain.pending import Choice, Pending
from pmbridge.report import gate
from pmbridge.report.parts import Amount, DayFigure, DaysFigure, Exact, Given, Missing, MoneyFigure, Part, Quote

AskKind = Literal["decide", "accept", "provide", "inform"]
_KINDS: Mapping[str, AskKind] = {"deliverable": "accept", "dependency": "provide"}
_UNTOLD = Missing(reason=UnknownReason.NOT_PROVIDED, detail=None, anchors=())


class Shift(Part):
    """By how many working days a milestone would move; positive is later."""

    ref: str
    days: int


class Addition(Part):
    """A milestone that would come to the schedule, and its date."""

    ref: str
    on: date


class AskOption(Part):
    """One answer that is open: what it costs once and each month, which milestones it moves, adds and cancels.

    No money: not shown.
    """

    key: str
    title: Quote
    consequence: Quote | None
    money: tuple[Amount, ...]
    monthly: tuple[Amount, ...]
    days: tuple[Shift, ...]
    recommended: bool
    added: tuple[Addition, ...] = ()
    cancelled: tuple[str, ...] = ()


class Delay(Part):
    """What waiting costs: *ref* moves by ``days`` for each working day."""

    ref: str
    days: Exact


class Ask(Part):
    """S2: something that waits for the client: a decision, an acceptance, a thing to provide, or information.

    ``wd_left``: working days to ``need_by``, negative once they are over; ``None`` without a date. ``turn``: the number
    of the submission. ``valid_until``: the last day of the offer. ``days``, ``days_on``, ``money`` and ``monthly`` are
    those of the option that we recommend, or what a tool says.
    """

    ref: str
    title: Quote
    kind: AskKind
    observed: bool
    tool: str
    since: date | None
    days: DaysFigure
    days_on: str | None
    money: MoneyFigure | None
    monthly: tuple[Amount, ...] = ()
    need_by: DayFigure
    overdue: bool = False
    wd_left: int | None = None
    turn: int | None = None
    valid_until: date | None = None
    options: tuple[AskOption, ...] = ()
    recommendation: Quote | None = None
    delays: tuple[Delay, ...] = ()
    effect_if_late: Quote | None = None
    affects: tuple[str, ...] = ()


# --------------------------------------------------------------------------------------------------- the projection


def asks(view: seen.EngagementView, *, show_money: bool) -> tuple[Ask, ...]:
    """Return what waits for the client: what is overdue first, then by date, then by age and ref."""
    found = [*_by_register(view, show_money=show_money), *_by_tools(view, show_money=show_money)]
    return tuple(sorted(found, key=_urgency))


def _urgency(one: Ask) -> tuple[bool, date, date, str]:
    by = one.need_by.value if isinstance(one.need_by, Given) else date.max
    return not one.overdue, by, one.since or date.max, one.ref


def _by_register(view: seen.EngagementView, *, show_money: bool) -> Iterator[Ask]:
    changes = {one.ref: one for one in view.changes}
    for one in view.decisions:
        yield _asked(one, changes.get(one.ref), show_money=show_money)


def _asked(one: Pending, change: seen.Change | None, *, show_money: bool) -> Ask:
    ref = gate.clean(one.ref)
    return Ask(
        ref=ref,
        title=gate.quote(one.question),
        kind=_KINDS.get(one.kind, "decide"),
        observed=False,
        tool="",
        since=one.since,
        days=_UNTOLD if change is None else gate.days(change.days, ref),
        days_on=gate.clean(change.days_on) if change is not None and change.days_on else None,
        money=gate.money(change.money, ref) if change is not None and show_money else None,
        monthly=() if change is None else gate.amounts(change.monthly, show_money=show_money),
        need_by=_by(one.need_by, ref),
        overdue=one.overdue,
        wd_left=one.wd_left,
        turn=one.turn,
        valid_until=None if change is None else change.valid_until,
        options=tuple(_option(each, show_money=show_money) for each in one.choices),
        recommendation=gate.quote(one.recommendation) if one.recommendation else None,
        delays=tuple(Delay(ref=gate.clean(each.milestone), days=each.wd_per_wd) for each in one.cost_of_delay),
        effect_if_late=gate.quote(one.effect_if_late) if one.effect_if_late else None,
        affects=gate.refs(one.milestones),
    )


def _option(one: Choice, *, show_money: bool) -> AskOption:
    return AskOption(
        key=gate.clean(one.key),
        title=gate.quote(one.text),
        consequence=gate.quote(one.consequence) if one.consequence else None,
        money=gate.amounts(one.money, show_money=show_money),
        monthly=gate.amounts(one.monthly, show_money=show_money),
        days=tuple(Shift(ref=gate.clean(ref), days=days) for ref, days in one.days),
        recommended=one.recommended,
        added=tuple(Addition(ref=gate.clean(ref), on=on) for ref, on in one.added),
        cancelled=gate.refs(one.cancelled),
    )


def _by_tools(view: seen.EngagementView, *, show_money: bool) -> Iterator[Ask]:
    """Yield the changes that wait for the client and that the register has no question for."""
    listed = {one.ref for one in view.decisions}
    waiting: Iterable[seen.Change] = (
        one for one in view.changes if one.holder == "client" and not one.terminal and one.ref not in listed
    )
    for change in waiting:
        ref = gate.clean(change.ref)
        yield Ask(
            ref=ref,
            title=gate.quote(change.title),
            kind="inform" if change.state == "needs_information" else "decide",
            observed=change.observed,
            tool=gate.clean(change.tool),
            since=change.since,
            days=gate.days(change.days, ref),
            days_on=gate.clean(change.days_on) if change.days_on else None,
            money=gate.money(change.money, ref) if show_money else None,
            monthly=gate.amounts(change.monthly, show_money=show_money),
            need_by=_by(change.need_by, ref),
        )


def _by(day: date | None, ref: str) -> DayFigure:
    return _UNTOLD if day is None else Given[date](value=day, method="entered", anchors=(ref,))
