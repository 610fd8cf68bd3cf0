"""Figures of the annex: work done against work planned, and for how many milestones the progress is known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pmbridge.domain.discipline import coverage
from pmbridge.domain.earned_value import EarnedValue, Plan, earned_value
from pmbridge.domain.figure import Figure
from pmbridge.domain.moment import Moment
from pmbridge.domain.rate import Rate
from pmbridge.domain.view import Milestone, RollUp


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """``coverage`` ``None``: there are no milestones."""

    earned: EarnedValue
    coverage: Figure[Rate] | None


def measured(milestones: Iterable[Milestone], progress: RollUp, moment: Moment) -> Measured:
    """Return the figures over *milestones* that were not cancelled; *progress* is theirs together."""
    counted = [one for one in milestones if one.state != "cancelled"]
    plans = [Plan(ref=one.ref, weight=one.weight, start=one.start, on=one.plan) for one in counted]
    return Measured(
        earned=earned_value(progress, plans, moment),
        coverage=coverage({one.ref: one.fraction for one in counted}, progress.sources, moment),
    )
