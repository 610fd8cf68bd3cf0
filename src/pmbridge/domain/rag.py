"""The colours of all dimensions and the overall one: the weakest link, never an average, grey where nobody knows."""

from __future__ import annotations

from collections.abc import Sequence

from pmbridge.domain.book import Book
from pmbridge.domain.mapping import ReportingPolicy
from pmbridge.domain.schedule_rag import Schedule, schedule_rag
from pmbridge.domain.view import Change, Colour, Dimension, Discrepancy, Overall, Rag
from pmbridge.values import Label

_WORST_LAST: tuple[Colour, ...] = ("amber", "red")
NO_REQUIREMENTS = Label(zh="没有与客户确认的需求基线", en="no requirements baseline agreed with the client")
NO_RISK_REVIEW = Label(zh="没有登记或复核过风险与问题", en="no risk or issue was recorded or reviewed")
NO_BUDGET = Label(zh="没有约定的预算", en="no agreed budget")


def colours(
    schedule: Schedule,
    changes: Sequence[Change],
    book: Book,
    *,
    unauthorised: Sequence[Discrepancy] = (),
) -> tuple[Rag, ...]:
    """Return one entry per dimension that the client sees, in the order of the report.

    The schedule is judged by what *schedule* holds, the others by the register. Without records there each is grey
    where it needs some, and not applicable where there is nothing to judge. *unauthorised*: work that the tools show
    on changes that nobody approved.
    """
    waiting = tuple(one.ref for one in changes if one.observed and one.holder == "client")
    if len(book):
        # Needs most concepts, which an engagement without a register should not have to load.
        from pmbridge.domain.register_rag import register_colours

        rest = register_colours(schedule, book, unauthorised=tuple(unauthorised), observed_waiting=waiting)
    else:
        rest = (
            _grey("scope", NO_REQUIREMENTS),
            _grey("budget", NO_BUDGET) if schedule.policy.show_budget else _nothing("budget"),
            _nothing("quality"),
            _grey("risk", NO_RISK_REVIEW),
            _grey("client", undated(waiting)) if waiting else _nothing("client"),
        )
    return (schedule_rag(schedule), *rest)


def undated(waiting: Sequence[str]) -> Label:
    """Return that *waiting* is with the client without a day by which an answer was agreed."""
    return Label(
        zh=f"{'、'.join(waiting)} 待客户答复，没有约定的期限",
        en=f"{', '.join(waiting)}: with the client, no date agreed",
    )


def _grey(dimension: Dimension, why: Label) -> Rag:
    return Rag(dimension=dimension, colour="grey", hits=(), provisional=False, why_grey=why)


def _nothing(dimension: Dimension) -> Rag:
    return Rag(dimension=dimension, colour=None, hits=(), provisional=False)


def overall(dimensions: Sequence[Rag], policy: ReportingPolicy) -> Overall:
    """Return the worst known colour; while a mandatory dimension is grey it cannot be green, only grey or worse."""
    grey = tuple(
        one.dimension for one in dimensions if one.colour == "grey" and one.dimension in policy.mandatory_dimensions
    )
    known = {one.colour for one in dimensions}
    colour: Colour = "green" if "green" in known and not grey else "grey"
    for worse in _WORST_LAST:
        colour = worse if worse in known else colour
    judged = [one for one in dimensions if one.colour == colour]
    return Overall(
        colour=colour,
        provisional=any(one.provisional for one in judged),
        hits=tuple(hit for one in judged for hit in one.hits if hit.colour == colour),
        grey=grey,
    )
