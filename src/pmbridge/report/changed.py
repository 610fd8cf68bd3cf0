"""S8: the change requests, as the report holds them and as they come out of the engagement's view."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Literal

from pmbridge.domain import view as seen
from pmbridge.domain.figure import UnknownReason
from pmbridge.domain.machine import Holder
from pmbridge.report import gate
from pmbridge.report.parts import (
    Amount,
    DaysFigure,
    HeldFigure,
    Missing,
    MoneyFigure,
    Part,
    Quote,
    Source,
    WorkFigure,
)

_ASSESSING = frozenset({"submitted", "under_assessment", "assessed"})
_UNTOLD: Missing = Missing(reason=UnknownReason.NOT_PROVIDED, detail=None, anchors=())


class Change(Part):
    """S8, one row. ``state`` ``None``: what the tool says in ``tool_state`` is not mapped.

    ``money``: what it costs once; ``monthly``: what it costs each month without an end, by currency.
    """

    ref: str
    title: Quote
    observed: bool
    tool: str
    kind: Literal["request_for_change", "off_specification"]
    state: str | None
    tool_state: str
    holder: Holder | None
    terminal: bool
    raised_on: date | None
    since: date | None
    age: HeldFigure
    days: DaysFigure
    days_on: str | None
    money: MoneyFigure | None
    sources: tuple[Source, ...]
    monthly: tuple[Amount, ...] = ()
    decided_on: date | None = None
    decided_by: tuple[str, ...] = ()

    @property
    def in_tool_words(self) -> bool:
        """Whether the state is printed as the tool has it: it is not mapped, or claims a decision nobody recorded."""
        return self.state is None or (self.observed and self.state == "approved")


class Count(Part):
    """How many changes stand in one state; ``state`` ``None``: in the tool's own word, as the rows print it."""

    state: str | None
    tool_state: str | None
    n: int


class Contract(Part):
    """What the contract was worth when it was made, and what it is worth with the approved changes.

    ``forecast``: with what we recommend in the changes that wait for the client as well. A price for each month without
    an end is in none of them.
    """

    original: MoneyFigure
    current: MoneyFigure
    forecast: MoneyFigure | None = None


class Scope(Part):
    """Requirements that changed, out of those agreed: since baseline 0, and in the last 20 working days.

    ``agreed``: how many stand in the baseline that holds now.
    """

    churn: WorkFigure
    churn_recent: WorkFigure
    agreed: int | None = None


class Changes(Part):
    """S8. ``rows`` are all that were recognised; a weekly page may list the open ones only.

    ``approved_money`` is unknown where several currencies were approved: ``approved_by_currency`` holds each.
    ``approved_monthly``: what was approved for each month without an end, by currency; it is in no total.
    ``contract`` ``None``: no budget is agreed, or the client does not share it.
    """

    counts: tuple[Count, ...]
    awaiting_client: int
    under_assessment: int
    rows: tuple[Change, ...]
    approved_money: MoneyFigure | None
    approved_days: DaysFigure
    approved_by_currency: tuple[MoneyFigure, ...] = ()
    approved_monthly: tuple[MoneyFigure, ...] = ()
    contract: Contract | None = None


# --------------------------------------------------------------------------------------------------- the projection


def _change(change: seen.Change, links: gate.Links, *, show_money: bool) -> Change:
    return Change(
        ref=gate.clean(change.ref),
        title=gate.quote(change.title),
        observed=change.observed,
        tool=gate.clean(change.tool),
        kind=change.kind,
        state=change.state,
        tool_state=gate.clean(change.tool_state),
        holder=change.holder,
        terminal=change.terminal,
        raised_on=change.raised_on,
        since=change.since,
        age=gate.held(change.age, gate.clean(change.ref)),
        days=gate.days(change.days, gate.clean(change.ref)),
        days_on=gate.clean(change.days_on) if change.days_on else None,
        money=gate.money(change.money, gate.clean(change.ref)) if show_money else None,
        monthly=gate.amounts(change.monthly, show_money=show_money),
        sources=links.sources(change.sources, ref=gate.clean(change.ref)),
        decided_on=change.decided_on,
        decided_by=tuple(gate.clean(name) for name in change.decided_by),
    )


def changes(view: seen.EngagementView, links: gate.Links, *, show_money: bool) -> Changes:
    """Return the changes that the client may see, counted and added up; amounts only where money is shown."""
    listed, contract = view.changes, view.contract
    rows = tuple(_change(c, links, show_money=show_money) for c in listed)
    counts = Counter((None, row.tool_state) if row.in_tool_words else (row.state, None) for row in rows)
    return Changes(
        counts=tuple(Count(state=state, tool_state=word, n=n) for (state, word), n in counts.items()),
        awaiting_client=sum(1 for c in listed if c.holder == "client" and not c.terminal),
        under_assessment=sum(1 for c in listed if c.state in _ASSESSING),
        rows=rows,
        approved_money=_approved(contract) if show_money else None,
        approved_days=_UNTOLD if contract is None else gate.days(contract.days),
        approved_by_currency=tuple(gate.money(one) for one in contract.approved.values())
        if contract is not None and show_money
        else (),
        approved_monthly=tuple(gate.money(one) for one in contract.approved_monthly.values())
        if contract is not None and show_money
        else (),
        contract=Contract(
            original=gate.money(contract.original),
            current=gate.money(contract.current),
            forecast=gate.money(contract.forecast),
        )
        if contract is not None and show_money
        else None,
    )


def _approved(contract: seen.Contract | None) -> MoneyFigure:
    """Return the approved total; of several currencies there is none."""
    if contract is None or not contract.approved:
        return _UNTOLD
    if len(contract.approved) > 1:
        return Missing(reason=UnknownReason.MIXED_CURRENCY, detail=None, anchors=())
    (total,) = contract.approved.values()
    return gate.money(total)


def scope(contract: seen.Contract | None) -> Scope | None:
    """Return how the requirements moved; ``None`` while nothing is in the register."""
    if contract is None:
        return None
    return Scope(
        churn=gate.work(contract.churn), churn_recent=gate.work(contract.churn_recent), agreed=contract.requirements
    )
