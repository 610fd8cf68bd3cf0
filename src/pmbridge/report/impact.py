"""Chart C5, what changes add up to: steps of what was approved, and the range of what waits, each in its own panel.

Days on the final milestone and money of each currency have nothing in common, so none shares an axis with another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from pmbridge.domain.figure import UnknownReason
from pmbridge.report import register_words as r
from pmbridge.report import words as w
from pmbridge.report.changed import Change
from pmbridge.report.drawing import framed, words
from pmbridge.report.model import ClientReport
from pmbridge.report.parts import Amount, Given, Missing
from pmbridge.report.voice import Voice

_APPROVED = frozenset({"approved", "implementing", "implemented", "verified", "closed"})
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One approved change, and what all up to it add up to."""

    ref: str
    on: date
    each: Decimal
    total: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Days on the final milestone (``currency`` ``None``) or money of one currency.

    ``pending``: from the least to the most that what waits would add; ``None``: nothing of it waits.
    """

    currency: str | None
    steps: tuple[Step, ...]
    pending: tuple[Decimal, Decimal] | None

    @property
    def total(self) -> Decimal:
        """What is approved by now."""
        return self.steps[-1].total if self.steps else _ZERO


def panels(report: ClientReport) -> tuple[Panel, ...]:
    """Return a panel for the days and one for each currency that is shown; those in which nothing happens are left out.

    Only decisions of the client count: what a tool calls approved adds nothing. Where one change costs several
    currencies there is no panel for money: the row does not hold the amounts, and without them each sum is too low.
    """
    decided = [c for c in report.changes.rows if not c.observed and c.state in _APPROVED and c.decided_on is not None]
    decided.sort(key=lambda one: (one.decided_on or date.min, one.ref))
    money = [c.money.value for c in decided if isinstance(c.money, Given)]
    currencies = dict.fromkeys(one.currency for one in money)
    currencies |= dict.fromkeys(m.currency for ask in report.asks for option in ask.options for m in option.money)
    if any(isinstance(c.money, Missing) and c.money.reason is UnknownReason.MIXED_CURRENCY for c in decided):
        currencies = {}
    found = [_panel(report, decided, None), *(_panel(report, decided, currency) for currency in currencies)]
    return tuple(one for one in found if one.total or any(step.each for step in one.steps) or one.pending)


def _panel(report: ClientReport, decided: Sequence[Change], currency: str | None) -> Panel:
    steps, total = [], _ZERO
    for change in decided:
        each = _worth(change, currency)
        if each is None or change.decided_on is None:
            continue
        total += each
        steps.append(Step(ref=change.ref, on=change.decided_on, each=each, total=total))
    return Panel(currency=currency, steps=tuple(steps), pending=_pending(report, currency))


def _worth(change: Change, currency: str | None) -> Decimal | None:
    if currency is None:
        return Decimal(change.days.value) if isinstance(change.days, Given) else None
    money = change.money.value if isinstance(change.money, Given) else None
    return money.amount if money is not None and money.currency == currency else _ZERO if money is None else None


def _pending(report: ClientReport, currency: str | None) -> tuple[Decimal, Decimal] | None:
    low = high = _ZERO
    waits = False
    changes = {one.ref for one in report.changes.rows}
    for ask in report.asks:
        if ask.ref not in changes or not ask.options:
            continue
        if currency is None:
            worth = [
                Decimal(sum(shift.days for shift in option.days if shift.ref == report.final)) for option in ask.options
            ]
        else:
            worth = [_sum(option.money, currency) for option in ask.options]
        low, high, waits = low + min(worth), high + max(worth), True
    return (low, high) if waits and (low or high) else None


def _sum(money: Sequence[Amount], currency: str) -> Decimal:
    return sum((one.amount for one in money if one.currency == currency), _ZERO)


# ------------------------------------------------------------------------------------------------------- drawing

_PANEL, _STACKED = 150, 172
"""Height of a panel in CSS pixels; on phones its total stands below its name."""


def impact(report: ClientReport, voice: Voice, *, narrow: bool) -> str | None:
    """Return the drawing as an SVG element; ``None`` where nothing was approved and nothing waits."""
    found = panels(report)
    if not found:
        return None
    name, width = ("c5-narrow", 340) if narrow else ("c5-wide", 1040)
    height = _STACKED if narrow else _PANEL
    body = [
        f'<defs><pattern id="{name}-wait" width="6" height="6" patternUnits="userSpaceOnUse">'
        '<path class="pending" d="M0 6 6 0"/></pattern></defs>'
    ]
    for n, panel in enumerate(found):
        top = n * height
        yard = (14.0, width - 14.0, top + height - _PANEL + 46.0, top + height - 26.0)
        body += _named(report, panel, top, width, voice, narrow=narrow)
        body += _drawn(report, panel, yard, name, voice)
    said = [_message(report, panel, voice) for panel in found]
    return framed(
        name, "impact", (width, height * len(found)), title=voice.head(r.IMPACT),
        message=w.AND_THEN.in_(voice.language).join(said) + w.STOP.in_(voice.language), body=body,
    )  # fmt: skip


def panel_name(report: ClientReport, panel: Panel, voice: Voice) -> str:
    """Return what the panel measures."""
    if panel.currency is None:
        return voice.text(r.IMPACT_DAYS, ref=report.final or "")
    return voice.text(r.IMPACT_MONEY, currency=panel.currency)


def value_words(panel: Panel, value: Decimal, voice: Voice) -> str:
    """Return a value in the panel's unit."""
    if panel.currency is None:
        return voice.shift(int(value))
    return voice.money(Amount(amount=value, currency=panel.currency))


def _message(report: ClientReport, panel: Panel, voice: Voice) -> str:
    said = f"{panel_name(report, panel, voice)} {value_words(panel, panel.total, voice)}"
    if panel.pending is None:
        return said
    return f"{said}{w.COMMA.in_(voice.language)}{_pending_words(panel, voice)}"


def _pending_words(panel: Panel, voice: Voice) -> str:
    assert panel.pending is not None  # noqa: S101 - asked for where something waits
    low, high = (value_words(panel, one, voice) for one in panel.pending)
    return f"{voice.text(r.IMPACT_PENDING)} {low if low == high else f'{low} – {high}'}"


def _named(report: ClientReport, panel: Panel, top: int, width: int, voice: Voice, *, narrow: bool) -> Iterator[str]:
    yield words(14, top + 18, panel_name(report, panel, voice), kind="name")
    yield words(14 if narrow else width - 14, top + (38 if narrow else 18), _summed(panel, voice),
                anchor="start" if narrow else "end")  # fmt: skip


def _drawn(
    report: ClientReport, panel: Panel, yard: tuple[float, float, float, float], name: str, voice: Voice
) -> Iterator[str]:
    """Draw the panel into *yard*: left, right, top and bottom of its steps."""
    left, right, ceiling, floor = yard
    today = report.header.as_of.date()
    first = min([*(step.on for step in panel.steps), today]) - timedelta(days=3)
    days = max((today - first).days, 1)
    wait = 70.0 if panel.pending else 0.0
    tops = [step.total for step in panel.steps] + [panel.total + (panel.pending[1] if panel.pending else _ZERO), _ZERO]
    lows = [step.total for step in panel.steps] + [panel.total + (panel.pending[0] if panel.pending else _ZERO), _ZERO]
    high, low = max(tops), min(lows)
    whole = (high - low) or Decimal(1)

    def x(day: date) -> float:
        return left + (right - wait - left) * (day - first).days / days

    def y(value: Decimal) -> float:
        return floor - (floor - ceiling) * float((value - low) / whole)

    yield f'<path class="base" d="M{left:.1f} {y(_ZERO):.1f}H{right:.1f}"/>'
    path, value = f"M{left:.1f} {y(_ZERO):.1f}", _ZERO
    for step in panel.steps:
        path += f"H{x(step.on):.1f}V{y(step.total):.1f}"
        value = step.total
    yield f'<path class="approved" d="{path}H{x(today):.1f}"/>'
    last = None
    for step in panel.steps:
        yield f'<circle class="point" cx="{x(step.on):.1f}" cy="{y(step.total):.1f}" r="3.5"/>'
        if last is None or x(step.on) - last > 56:
            yield words(x(step.on), floor + 18, step.ref, kind="axis", anchor="middle" if x(step.on) > 40 else "start")
            last = x(step.on)
    if panel.pending is not None:
        bottom, roof = y(value + panel.pending[0]), y(value + panel.pending[1])
        yield (
            f'<rect x="{x(today) + 6:.1f}" y="{roof:.1f}" width="{wait - 12:.1f}" height="{max(bottom - roof, 3):.1f}" '
            f'fill="url(#{name}-wait)"/>'
        )
        yield words(right, floor + 18, voice.text(r.IMPACT_PENDING), kind="axis", anchor="end")


def _summed(panel: Panel, voice: Voice) -> str:
    total = value_words(panel, panel.total, voice)
    return total if panel.pending is None else f"{total}{w.COMMA.in_(voice.language)}{_pending_words(panel, voice)}"
