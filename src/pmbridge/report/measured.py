"""Figures of the annex, as the report holds them and as they come out of the engagement's view."""

from __future__ import annotations

from pmbridge.domain.earned_value import Span
from pmbridge.domain.measured import Measured
from pmbridge.report import gate
from pmbridge.report.parts import Exact, Part, Ratio, ShareFigure


class Bounds(Part):
    """A figure of which only the bounds may be known; both are equal where it is known exactly."""

    low: Exact
    high: Exact


class Measures(Part):
    """Work by the weights of the milestones: ``planned`` and ``earned`` of all, ``variance`` their difference.

    ``index``: earned by planned, ``None`` while nothing was planned. ``days``: working days from today to the day on
    which the plan had what is done now, negative when late; ``instead``: the plan has ended, so these count and not the
    index, which goes to one for every project that ends. ``covered``: milestones of which the progress is known.
    """

    planned: ShareFigure
    earned: Bounds | None
    variance: Bounds | None
    index: Bounds | None
    days: ShareFigure
    instead: bool
    covered: Ratio | None


def measures(found: Measured, *refs: str) -> Measures:
    """Return the figures; *refs* are the milestones that they rest on."""
    earned = found.earned
    return Measures(
        planned=gate.share(earned.pv, *refs),
        earned=_bounds(earned.ev),
        variance=_bounds(earned.sv),
        index=None if earned.spi is None else _bounds(earned.spi),
        days=gate.share(earned.days, *refs),
        instead=earned.in_time,
        covered=gate.ratio(found.coverage),
    )


def _bounds(span: Span) -> Bounds | None:
    if span.low is None or span.high is None:
        return None
    return Bounds(low=span.low, high=span.high)
