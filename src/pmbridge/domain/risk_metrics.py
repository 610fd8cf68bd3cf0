"""Figures over risks: the level of each, how it moved, and whether anybody has looked lately."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Figure, Known, Unknown, UnknownReason
from pmbridge.domain.moment import Moment
from pmbridge.domain.risk import Risk
from pmbridge.domain.source import entered, event_source
from pmbridge.values import Label

OVER = frozenset({"closed", "occurred"})


def open_threats(risks: Sequence[Entry[Risk]]) -> list[Entry[Risk]]:
    """Return the threats that are neither over nor struck, in the order given."""
    return [one for one in risks if one.state not in OVER and one.fields.direction == "threat"]


def level(risk: Entry[Risk]) -> Figure[int]:
    """Return probability times the largest impact, 1 to 25, as last scored; unknown before the first score."""
    score = risk.fields.score
    if score is None:
        return Unknown(
            reason=UnknownReason.NOT_PROVIDED, detail=Label(zh=f"{risk.ref} 未评估", en=f"{risk.ref} was not assessed")
        )
    return entered(score.value, [risk], method="estimated_by_pm")


def series(risk: Entry[Risk]) -> tuple[tuple[date, int], ...]:
    """Return day and value of every score, oldest first: the risk's trend."""
    return tuple((one.on, one.value) for one in risk.fields.scores)


def before(risk: Entry[Risk], day: date) -> int | None:
    """Return the value of the last score up to *day* (that day included); ``None`` if there was none yet."""
    known = [one.value for one in risk.fields.scores if one.on <= day]
    return known[-1] if known else None


def last_looked_at(risks: Sequence[Entry[Risk]], moment: Moment) -> Figure[date]:
    """Return the last day with an event of any risk, a review included; unknown without risks."""
    if not risks:
        return Unknown(
            reason=UnknownReason.NOT_PROVIDED,
            detail=Label(zh="没有登记或复核过风险", en="no risk was recorded or reviewed"),
        )
    last = max(risks, key=lambda one: one.changed_at)
    return Known(
        value=moment.day(last.changed_at), sources=(event_source(last),), method="derived", observed_at=last.changed_at
    )
