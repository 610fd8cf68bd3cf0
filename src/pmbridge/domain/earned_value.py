"""Earned value by the weights of the milestones, and in money where the budget is shared.

``SV = EV - PV``, ``SPI = EV / PV``; in time: the day on which the plan had what is done now. SPI goes to 1 for a late
project that ends, so after the plan's last day the variance in time is what counts. In money ``CV = EV - AC``,
``CPI = EV / AC``, ``EAC = BAC / CPI``, ``VAC = BAC - EAC``, with what the client approved as billable for AC.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from pmbridge.domain.calendar import Calendar
from pmbridge.domain.figure import Figure, Known, Money, SourceRef, Unknown, UnknownReason
from pmbridge.domain.inputs import in_minor_units
from pmbridge.domain.moment import Moment
from pmbridge.domain.rollup import planned_share
from pmbridge.domain.rounding import settled
from pmbridge.domain.view import RollUp
from pmbridge.values import Label

_ZERO = Decimal(0)
T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Weight, planned start and agreed date of one milestone, as far as it is known."""

    ref: str
    weight: Decimal
    start: date | None
    on: Figure[date]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A figure of which only the bounds may be known: ``low`` and ``high`` are ``None`` where not even these are."""

    value: Figure[Decimal]
    low: Decimal | None
    high: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EarnedValue:
    """Shares of 0 to 1. ``spi`` is ``None`` (not applicable) while nothing was planned yet.

    ``earned_schedule``: the working day on which the plan had what is done now; ``days`` from today to it, with the
    part of a day, negative when late. ``in_time``: the plan's last day has passed, so ``days`` stand for ``spi``.
    """

    pv: Figure[Decimal]
    ev: Span
    sv: Span
    spi: Span | None
    earned_schedule: Figure[date]
    days: Figure[Decimal]
    in_time: bool


def planned_value(plans: Sequence[tuple[Decimal, date | None, date]], day: date, calendar: Calendar) -> Decimal:
    """Return which share of all should be done on *day*; *plans*: weight (not all 0), start and date of each."""
    whole = sum((weight for weight, _, _ in plans), _ZERO)
    done = sum((weight * planned_share(start, on, day, calendar) for weight, start, on in plans), _ZERO)
    return settled(done / whole)


def earned_value(progress: RollUp, plans: Sequence[Plan], moment: Moment) -> EarnedValue:
    """Return the earned value by weight: what is done (*progress*) against what is planned (*plans*).

    Where some progress is unknown, its bounds go through; without milestones or with an unknown date it is unknown.
    """
    known = [(one.weight, one.start, one.on.value) for one in plans if isinstance(one.on, Known)]
    lacking = [one for one in plans if isinstance(one.on, Unknown)]
    pv: Figure[Decimal]
    if not sum((weight for weight, _, _ in known), _ZERO) or lacking or not progress.sources:
        pv = _why(lacking)
        nothing = Span(value=pv, low=None, high=None)
        return EarnedValue(
            pv=pv, ev=_bounded(progress), sv=nothing, spi=nothing, earned_schedule=pv, days=pv, in_time=False
        )
    planned = planned_value(known, moment.today, moment.calendar)
    pv = _derived(planned, progress.sources, moment)
    ev = _bounded(progress)
    last = max(on for _, _, on in known)
    when: Figure[date]
    days: Figure[Decimal]
    if isinstance(ev.value, Known):
        day, part = _earned_schedule(known, ev.value.value, last, moment)
        when = _derived(day, progress.sources, moment)
        days = _derived(moment.calendar.wd(moment.today, day) + part, progress.sources, moment)
    else:
        when = days = ev.value
    return EarnedValue(
        pv=pv,
        ev=ev,
        sv=_each(ev, lambda done: settled(done - planned)),
        spi=_each(ev, lambda done: settled(done / planned)) if planned else None,
        earned_schedule=when,
        days=days,
        in_time=moment.today > last,
    )


def _earned_schedule(
    plans: Sequence[tuple[Decimal, date | None, date]], done: Decimal, last: date, moment: Moment
) -> tuple[date, Decimal]:
    """Return the last working day on which no more than *done* was planned, and which part of the next one it takes.

    Where the plan stands still at *done*, it is the day of that stretch that lies nearest to today.
    """
    calendar = moment.calendar
    eve = calendar.add_wd(min(on if start is None else start for _, start, on in plans), -1)
    length = calendar.wd(eve, last)
    table = [planned_value(plans, calendar.add_wd(eve, n), calendar) for n in range(length + 1)]
    reached, beyond = bisect_left(table, done), bisect_right(table, done)
    if table[reached] == done:
        # Before the first start the plan stands still at nothing, however far back one looks.
        now = calendar.wd(eve, moment.today)
        return calendar.add_wd(eve, min(max(now, reached) if reached else now, beyond - 1)), _ZERO
    before, after = table[reached - 1], table[reached]
    return calendar.add_wd(eve, reached - 1), settled((done - before) / (after - before))


def _bounded(progress: RollUp) -> Span:
    if not progress.sources:
        return Span(value=progress.value, low=None, high=None)
    return Span(value=progress.value, low=progress.low, high=progress.high)


def _each(span: Span, change: Callable[[Decimal], Decimal]) -> Span:
    return Span(
        value=span.value.map(change) if isinstance(span.value, Known) else span.value,
        low=None if span.low is None else change(span.low),
        high=None if span.high is None else change(span.high),
    )


def _why(lacking: Sequence[Plan]) -> Unknown:
    if not lacking:
        return Unknown(reason=UnknownReason.NO_ITEMS, detail=Label(zh="没有里程碑", en="no milestones"))
    refs = [one.ref for one in lacking]
    reason = next(one.on.reason for one in lacking if isinstance(one.on, Unknown))
    return Unknown(
        reason=reason,
        detail=Label(zh=f"{'、'.join(refs)} 的计划日期未知", en=f"plan dates of {', '.join(refs)} are not known"),
    )


def _derived(value: T, sources: tuple[SourceRef, ...], moment: Moment) -> Known[T]:
    return Known(value=value, sources=sources, method="derived", observed_at=moment.as_of)


# ------------------------------------------------------------------------------------------------------- money


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyValue:
    """The same in money. ``cpi`` and what follows from it are ``None`` (not applicable) while nothing was billed."""

    bac: Money
    pv: Figure[Money]
    ev: Figure[Money]
    ac: Figure[Money]
    cv: Figure[Money]
    cpi: Figure[Decimal] | None
    eac: Figure[Money] | None
    vac: Figure[Money] | None


def money_value(
    value: EarnedValue, bac: Money, ac: Figure[Money], moment: Moment, *, shared: bool
) -> MoneyValue | None:
    """Return the earned value in money; ``None`` where the budget is not *shared* with the client.

    *bac* is the contract's value, *ac* what the client approved as billable: never our cost. In two currencies nothing
    is compared.
    """
    if not shared:
        return None
    pv, ev = _in_money(value.pv, bac), _in_money(value.ev.value, bac)
    if isinstance(ac, Known) and ac.value.currency != bac.currency:
        ac = Unknown(
            reason=UnknownReason.MIXED_CURRENCY,
            detail=Label(zh=f"{ac.value}、{bac}", en=f"{ac.value}, {bac}"),
        )
    cv = _both(ev, ac, lambda done, spent: _money(done.amount - spent.amount, bac), moment)
    if isinstance(ac, Known) and not ac.value.amount:
        return MoneyValue(bac=bac, pv=pv, ev=ev, ac=ac, cv=cv, cpi=None, eac=None, vac=None)
    cpi = _both(ev, ac, lambda done, spent: settled(done.amount / spent.amount), moment)
    if isinstance(cpi, Known) and not cpi.value:
        eac: Figure[Money] = Unknown(
            reason=UnknownReason.DIVISION_BY_ZERO, detail=Label(zh="尚无挣值", en="nothing is earned yet")
        )
    else:
        eac = cpi.map(lambda rate: _money(bac.amount / rate, bac)) if isinstance(cpi, Known) else cpi
    vac = eac.map(lambda whole: _money(bac.amount - whole.amount, bac)) if isinstance(eac, Known) else eac
    return MoneyValue(bac=bac, pv=pv, ev=ev, ac=ac, cv=cv, cpi=cpi, eac=eac, vac=vac)


def _in_money(share: Figure[Decimal], bac: Money) -> Figure[Money]:
    return share.map(lambda part: _money(part * bac.amount, bac)) if isinstance(share, Known) else share


def _both(one: Figure[T], other: Figure[T], change: Callable[[T, T], U], moment: Moment) -> Figure[U]:
    if isinstance(one, Unknown):
        return one
    if isinstance(other, Unknown):
        return other
    sources = tuple(dict.fromkeys((*one.sources, *other.sources)))
    return _derived(change(one.value, other.value), sources, moment)


def _money(amount: Decimal, like: Money) -> Money:
    """Return *amount* rounded to the minor unit of the currency of *like*."""
    unit = in_minor_units(Money(amount=_ZERO, currency=like.currency)).amount
    return Money(amount=amount.quantize(unit), currency=like.currency)
