"""How late a milestone is against a plan date, in working days of the engagement's calendar; late is positive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pmbridge.domain.figure import Figure, Known, Unknown
from pmbridge.domain.moment import Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Slippage:
    """Working days from plan to forecast, late is positive; ``at_least``: only a lower bound is known."""

    figure: Figure[int]
    at_least: bool = False


def slippage(plan: Figure[date], expected: Figure[date], *, reached: Figure[date] | None, moment: Moment) -> Slippage:
    """Return how far *expected* lies behind *plan*.

    An unreached milestone cannot be reached before today: where it is overdue without a forecast, or its forecast
    has passed, today gives a lower bound.
    """
    if isinstance(plan, Unknown):
        return Slippage(figure=plan)
    today, open_ = moment.today, reached is None
    if isinstance(expected, Known):
        passed = open_ and expected.value < today
        end = today if passed else expected.value
        return Slippage(figure=_slip(plan, end, moment, expected), at_least=passed)
    if open_ and plan.value < today:
        return Slippage(figure=_slip(plan, today, moment), at_least=True)
    return Slippage(figure=expected)


def _slip(plan: Known[date], end: date, moment: Moment, *others: Known[date]) -> Known[int]:
    known = (plan, *others)
    return Known(
        value=moment.calendar.wd(plan.value, end),
        sources=tuple(dict.fromkeys(source for one in known for source in one.sources)),
        method="derived",
        observed_at=min(one.observed_at for one in known),
        note=moment.calendar_note(plan.value, end),
    )
