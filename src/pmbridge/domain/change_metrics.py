"""Figures over the change requests of the register: who held them for how long, and what they cost.

Days on different milestones are never added together, and neither are amounts in different currencies.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median

from pmbridge.domain.agreement import agreed
from pmbridge.domain.approved_change import APPROVED
from pmbridge.domain.baseline import baselines
from pmbridge.domain.book import Book
from pmbridge.domain.change import CHANGE, STATES
from pmbridge.domain.change_fields import ChangeRequest
from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Figure, Known, Money, SourceRef, Unknown, UnknownReason
from pmbridge.domain.impact import ChangeOption
from pmbridge.domain.inputs import totals
from pmbridge.domain.machine import Holder
from pmbridge.domain.moment import Moment
from pmbridge.domain.source import entered, event_source
from pmbridge.domain.view import Age

BANDS: tuple[tuple[int, int | None], ...] = ((0, 5), (6, 10), (11, 20), (21, None))
"""Working days, first and last of each band; the last one is open."""

Change = Entry[ChangeRequest]


def state_of(change: Change, moment: Moment) -> str:
    """Return the state to show: the stored one, or ``lapsed`` where the offer ran out meanwhile."""
    return CHANGE.shown_state(change, moment)


OSLC: Mapping[str, frozenset[str]] = {
    "approved": APPROVED,
    "inProgress": frozenset({"under_assessment", "implementing"}),
    "fixed": frozenset({"implemented", "verified", "closed"}),
    "reviewed": frozenset({"assessed", "awaiting_decision", "rejected", "deferred", "lapsed"}) | APPROVED,
    "verified": frozenset({"verified", "closed"}),
    "closed": frozenset({"closed", "rejected", "withdrawn", "lapsed", "cancelled"}),
}
"""The predicates of OSLC Change Management 3.0, and the states in which each holds."""


def age(change: Change, moment: Moment) -> Known[Age]:
    """Return the working days from submission to the decision or now, by who held the change.

    Time in other states is in neither part: deferred, or after the offer lapsed.
    """
    held: dict[Holder, int] = {"agency": 0, "client": 0}
    for state, start, end in _stays(change, moment):
        holder = STATES[state].holder
        if holder is not None:
            held[holder] += moment.calendar.wd(start, end)
    value = Age(total=held["agency"] + held["client"], ours=held["agency"], theirs=held["client"])
    return Known(
        value=value,
        sources=(event_source(change),),
        method="derived",
        observed_at=change.changed_at,
        note=moment.calendar_note(moment.today),
    )


def deferred_days(change: Change, moment: Moment) -> int:
    """Return the working days for which the client put the change off."""
    return sum(moment.calendar.wd(start, end) for state, start, end in _stays(change, moment) if state == "deferred")


def band(days: int) -> tuple[int, int | None]:
    """Return the band into which an age falls."""
    return next(one for one in BANDS if one[1] is None or days <= one[1])


def _stays(change: Change, moment: Moment) -> Iterable[tuple[str, date, date]]:
    """Yield (state, day entered, day left) in order; the last one ends today, an offer on its last day."""
    ends = [*(one.day for one in change.trail[1:]), moment.today]
    for stay, end in zip(change.trail, ends, strict=True):
        last = change.fields.valid_until
        lapsed = stay.state == "awaiting_decision" and stay is change.trail[-1] and last is not None
        yield stay.state, stay.day, min(end, last) if lapsed and last is not None else end


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Working days from sending an offer to the client's decision, over ``n`` decisions."""

    n: int
    median: Figure[Decimal]
    longest: Figure[int]


def decision_latency(changes: Sequence[Change], moment: Moment) -> Latency:
    """Return how long the client took to decide; unknown (``no_items``) before the first decision."""
    found: list[tuple[int, Change]] = []
    for one in changes:
        for before, after in zip(one.trail, one.trail[1:], strict=False):
            if before.state == "awaiting_decision" and after.state in ("approved", "rejected", "deferred"):
                found.append((moment.calendar.wd(before.day, after.day), one))
    if not found:
        nothing = Unknown(reason=UnknownReason.NO_ITEMS)
        return Latency(n=0, median=nothing, longest=nothing)
    days = [one for one, _ in found]
    cited = [one for _, one in found]
    return Latency(
        n=len(days),
        median=entered(Decimal(str(median(days))), cited, method="derived"),
        longest=entered(max(days), cited, method="derived"),
    )


def approved_money(changes: Iterable[Change]) -> dict[str, Known[Money]]:
    """Return the sum of what was approved, by currency; empty when nothing was.

    Monthly amounts without an end stand in :func:`approved_monthly`. Rework at our cost is nothing to the client.
    """
    return _by_currency((one, option.money.values()) for one, option in _approved(changes))


def approved_monthly(changes: Iterable[Change]) -> dict[str, Known[Money]]:
    """Return what was approved for each month without an end, by currency."""
    return _by_currency((one, option.monthly.values()) for one, option in _approved(changes))


def _approved(changes: Iterable[Change]) -> Iterable[tuple[Change, ChangeOption]]:
    """Yield what was approved. One that was stopped on the way stays in the baselines until another takes it back."""
    for one in changes:
        option = one.fields.decided_option
        stands = one.state in APPROVED or (one.state == "cancelled" and one.entered("implementing") is not None)
        if stands and option is not None and not one.fields.in_rework:
            yield one, option


def _by_currency(amounts: Iterable[tuple[Change, Iterable[Money]]]) -> dict[str, Known[Money]]:
    cited: dict[str, list[Change]] = {}
    all_of_them: list[Money] = []
    for change, money in amounts:
        for one in money:
            all_of_them.append(one)
            cited.setdefault(one.currency, []).append(change)
    return {
        currency: entered(whole, cited[currency], method="derived") for currency, whole in totals(all_of_them).items()
    }


def approved_days(changes: Iterable[Change], milestone: str) -> Figure[int]:
    """Return by how many working days approved changes moved *milestone*; unknown (``no_items``) when none did."""
    moved = [(option.days_on(milestone), one) for one, option in _approved(changes) if option.days_on(milestone)]
    if not moved:
        return Unknown(reason=UnknownReason.NO_ITEMS)
    return entered(sum(days for days, _ in moved), [one for _, one in moved], method="derived")


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The least and the most that open changes may come to, and what we recommend."""

    low: Money
    high: Money
    recommended: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """What waits for the client's decision. ``days``: of the final milestone, (least, most, recommended).

    ``not_assessed`` counts the changes whose findings are not complete: they are in no figure.
    """

    n: int
    money: Mapping[str, Known[Span]]
    days: Figure[tuple[int, int, int]]
    not_assessed: int


def pending_exposure(changes: Sequence[Change], moment: Moment, final_milestone: str | None) -> Exposure:
    """Return the sum of the least and of the most expensive options of all changes that wait for the client.

    An emergency counts here until it is confirmed in writing, by its cap where the client has no assessment yet.
    """
    waiting = [one for one in changes if state_of(one, moment) in ("awaiting_decision", "emergency_authorised")]
    offers = [(one, _offers(one)) for one in waiting]
    known = [(one, found) for one, found in offers if found is not None]
    days: Figure[tuple[int, int, int]] = Unknown(reason=UnknownReason.NO_ITEMS)
    if known and final_milestone is not None:
        spans = [_days(one, found, final_milestone) for one, found in known]
        whole = (sum(one[0] for one in spans), sum(one[1] for one in spans), sum(one[2] for one in spans))
        days = entered(whole, [one for one, _ in known], method="derived")
    return Exposure(n=len(waiting), money=_spans(known), days=days, not_assessed=len(waiting) - len(known))


def _offers(change: Change) -> tuple[ChangeOption, ...] | None:
    offered = change.fields.offered
    options = () if offered is None else offered.options
    if options and all(one.complete for one in options):
        return options
    emergency = change.fields.emergency
    return () if emergency is not None and emergency.money is not None else None


def _days(change: Change, options: Sequence[ChangeOption], milestone: str) -> tuple[int, int, int]:
    if not options:
        cap = 0 if change.fields.emergency is None else change.fields.emergency.days
        return 0, cap, cap
    shifts = [one.days_on(milestone) for one in options]
    chosen = _recommended(change)
    return min(shifts), max(shifts), 0 if chosen is None else chosen.days_on(milestone)


def _recommended(change: Change) -> ChangeOption | None:
    offered = change.fields.offered
    return None if offered is None else offered.option(offered.recommended)


def _spans(known: Sequence[tuple[Change, Sequence[ChangeOption]]]) -> dict[str, Known[Span]]:
    currencies: dict[str, list[Change]] = {}
    for change, options in known:
        cap = change.fields.emergency.money if not options and change.fields.emergency is not None else None
        spoken = {currency for one in options for currency in one.money} | (
            {cap.currency} if cap is not None else set()
        )
        for currency in spoken:
            currencies.setdefault(currency, []).append(change)
    found: dict[str, Known[Span]] = {}
    for currency, cited in sorted(currencies.items()):
        low = high = recommended = Decimal(0)
        for change, options in known:
            least, most, advised = _amounts(change, options, currency)
            low, high, recommended = low + least, high + most, recommended + advised
        found[currency] = entered(
            Span(
                low=Money(amount=low, currency=currency),
                high=Money(amount=high, currency=currency),
                recommended=Money(amount=recommended, currency=currency),
            ),
            cited,
            method="derived",
        )
    return found


def _amounts(change: Change, options: Sequence[ChangeOption], currency: str) -> tuple[Decimal, Decimal, Decimal]:
    emergency = change.fields.emergency
    if not options:
        cap = emergency.money if emergency is not None else None
        most = cap.amount if cap is not None and cap.currency == currency else Decimal(0)
        return Decimal(0), most, most
    amounts = [one.money[currency].amount if currency in one.money else Decimal(0) for one in options]
    chosen = _recommended(change)
    advised = chosen.money[currency].amount if chosen is not None and currency in chosen.money else Decimal(0)
    return min(amounts), max(amounts), advised


def contract_value(book: Book) -> tuple[Figure[Money], Figure[Money]]:
    """Return what the contract was worth at baseline 0, and what it is worth with the approved changes.

    The second is unknown (``mixed_currency``) where one was approved in another currency.
    """
    agreed_first = baselines(book, "budget")
    if not agreed_first:
        unknown = Unknown(reason=UnknownReason.NOT_PROVIDED)
        return unknown, unknown
    (amount,) = agreed_first[0].fields.total
    original = entered(amount, agreed_first[:1])
    approved = approved_money(book.of("change"))
    if approved.keys() - {amount.currency}:
        return original, Unknown(reason=UnknownReason.MIXED_CURRENCY)
    more = approved.get(amount.currency)
    if more is None:
        return original, original
    return original, Known(
        value=amount + more.value,
        sources=(*original.sources, *more.sources),
        method="derived",
        observed_at=max(original.observed_at, more.observed_at),
    )


def forecast_total(book: Book, moment: Moment) -> Figure[Money]:
    """Return the contract value with what we recommend to the client in the changes that wait.

    Unknown where one of these is not assessed, or in another currency.
    """
    _, value = contract_value(book)
    exposure = pending_exposure(book.of("change"), moment, None)
    if isinstance(value, Unknown):
        return value
    if exposure.not_assessed:
        return Unknown(reason=UnknownReason.NOT_PROVIDED)
    if exposure.money.keys() - {value.value.currency}:
        return Unknown(reason=UnknownReason.MIXED_CURRENCY)
    pending = exposure.money.get(value.value.currency)
    if pending is None:
        return value
    return Known(
        value=value.value + pending.value.recommended,
        sources=(*value.sources, *pending.sources),
        method="derived",
        observed_at=max(value.observed_at, pending.observed_at),
    )


def change_budget_left(book: Book) -> Figure[Money]:
    """Return what is left of the agreed change budget after what was approved; unknown where none is agreed."""
    budget: Money | None = agreed(book, "change_budget")
    if budget is None:
        return Unknown(reason=UnknownReason.NOT_PROVIDED)
    approved = approved_money(book.of("change"))
    if approved.keys() - {budget.currency}:
        return Unknown(reason=UnknownReason.MIXED_CURRENCY)
    spent = approved.get(budget.currency)
    rules = book.newest("engagement")
    sources: tuple[SourceRef, ...] = () if rules is None else (event_source(rules),)
    left = budget.amount - (Decimal(0) if spent is None else spent.value.amount)
    return Known(
        value=Money(amount=left, currency=budget.currency),
        sources=(*sources, *(() if spent is None else spent.sources)),
        method="derived",
        observed_at=max(one.changed_at for one in book),
    )
