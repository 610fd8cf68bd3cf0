"""When a milestone will be reached, as far as the data tell: by its actual date, the tool's forecast, or throughput.

A plan date is never used as a forecast.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from pmbridge.domain.calendar import Calendar
from pmbridge.domain.figure import Figure, Known, SourceRef, Unknown, UnknownReason
from pmbridge.domain.mapping import ReportingPolicy
from pmbridge.domain.moment import Moment, join_notes
from pmbridge.domain.progress import Pool
from pmbridge.domain.view import ForecastMethod
from pmbridge.values import Label

_QUARTERS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """A forecast date and how it was made. ``low`` and ``high`` only by throughput; ``open_ended``: no upper bound."""

    figure: Figure[date]
    method: ForecastMethod | None = None
    low: date | None = None
    high: date | None = None
    open_ended: bool = False


def forecast(
    *,
    reached_on: Figure[date] | None,
    tool_date: Figure[date] | None,
    pool: Pool | Unknown,
    sources: tuple[SourceRef, ...],
    observed_at: datetime,
    moment: Moment,
    policy: ReportingPolicy,
) -> Forecast:
    """Return the first that applies: actual date, the tool's forecast date, throughput; else why it is unknown.

    *reached_on* is ``None`` for a milestone that is not reached, ``Unknown`` where that, or the day, is not known.
    Throughput counts up to the day for which the data hold, so that old data do not pass for idle days.
    """
    if isinstance(reached_on, Unknown):
        return Forecast(figure=reached_on)
    if reached_on is not None:
        return Forecast(figure=_with_note(reached_on, Label(zh="实际", en="actual")), method="actual")
    if tool_date is not None and (isinstance(tool_date, Known) or tool_date.reason is UnknownReason.CONFLICT):
        if isinstance(tool_date, Unknown):
            return Forecast(figure=tool_date)
        return Forecast(
            figure=_with_note(tool_date, Label(zh="工具中的预测", en="the tool's date")), method="tool_date"
        )
    if isinstance(pool, Unknown):
        return Forecast(figure=pool)
    return _by_throughput(pool, sources, observed_at, moment, policy)


def _with_note(figure: Known[date], note: Label) -> Known[date]:
    return Known(
        value=figure.value,
        sources=figure.sources,
        method=figure.method,
        observed_at=figure.observed_at,
        note=join_notes(note, figure.note),
    )


def _by_throughput(
    pool: Pool, sources: tuple[SourceRef, ...], observed_at: datetime, moment: Moment, policy: ReportingPolicy
) -> Forecast:
    window, needed = policy.throughput_window_wd, policy.throughput_min_items
    day = min(moment.today, moment.day(observed_at))
    quarters, items = _done_by_quarter(pool, day, moment.calendar, window)
    done = sum(quarters, Decimal(0))
    if items < needed or not done:
        return Forecast(figure=_too_few(items, needed, window))
    rest = pool.total - pool.done
    try:
        on = moment.calendar.add_wd(day, _days(rest, done, window))
        low = moment.calendar.add_wd(day, _days(rest, max(quarters), window // _QUARTERS))
    except OverflowError:
        return Forecast(figure=Unknown(reason=UnknownReason.INSUFFICIENT_SAMPLE, detail=_FAR))
    high = None
    if slowest := min(quarters):
        try:
            high = moment.calendar.add_wd(day, _days(rest, slowest, window // _QUARTERS))
        except OverflowError:
            high = None
    figure: Known[date] = Known(
        value=on,
        sources=sources,
        method="derived",
        observed_at=observed_at,
        note=join_notes(_range(low, high, moment), moment.calendar_note(high or on)),
    )
    return Forecast(figure=figure, method="throughput", low=low, high=high, open_ended=high is None)


def _done_by_quarter(pool: Pool, day: date, calendar: Calendar, window: int) -> tuple[list[Decimal], int]:
    """Return the weight done in each quarter of the window that ends with *day*, oldest first, and the item count."""
    step = window // _QUARTERS
    edges = [calendar.add_wd(day, -step * k) for k in range(_QUARTERS, 0, -1)]
    first = edges[0]
    recent = [
        (leaf.done_on, weight)
        for leaf, weight in zip(pool.leaves, pool.weights, strict=True)
        if leaf.done_on is not None and first < leaf.done_on <= day
    ]
    quarters = [Decimal(0)] * _QUARTERS
    for on, weight in recent:
        quarters[bisect_left(edges, on) - 1] += weight
    return quarters, len(recent)


def _days(rest: Decimal, done: Decimal, per: int) -> int:
    """Return ``ceil(rest / (done / per))``, exact."""
    whole, part = divmod(rest * per, done)
    return int(whole) + bool(part)


_FAR = Label(zh="按此速度无法在可计算的年份内完成", en="at this rate it lies beyond any calendar")


def _too_few(items: int, needed: int, window: int) -> Unknown:
    return Unknown(
        reason=UnknownReason.INSUFFICIENT_SAMPLE,
        detail=Label(
            zh=f"最近 {window} 个工作日完成 {items} 项，至少需要 {needed} 项",
            en=f"{items} done in the last {window} working days, at least {needed} are needed",
        ),
    )


def _range(low: date, high: date | None, moment: Moment) -> Label:
    first = moment.shown(low)
    if high is None:
        return Label(zh=f"按完成速度，≥ {first}", en=f"throughput, ≥ {first}")
    last = moment.shown(high)
    if first == last:
        return Label(zh="按完成速度", en="throughput")
    return Label(zh=f"按完成速度，{first} 至 {last}", en=f"throughput, {first} to {last}")
