"""Chart C1, the milestone timeline: inline SVG written here, without a script, the same bytes for the same report.

Told apart by shape, outline and words, so that it survives grey print and colour blindness; colours come from the
page's palette through classes. One drawing for wide pages and paper, one for phones, as text scaled down with a wide
drawing could not be read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from html import escape

from pmbridge.report import words as w
from pmbridge.report.drawing import cut, drawable, text_width
from pmbridge.report.model import ClientReport, Milestone
from pmbridge.report.parts import DayFigure, Given
from pmbridge.report.voice import Voice

LIMIT = 40
"""Rows in a drawing: open milestones first, then those reached last."""
_RADIUS = 6.5
_MAX_MONTHS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """Sizes in CSS pixels. ``stacked``: a row's words stand above its lane instead of beside it."""

    name: str
    width: int
    left: int
    right: int
    top: int
    row: int
    lane: int
    stacked: bool

    def height(self, rows: int) -> int:
        return self.top + rows * self.row + 8


_WIDE = _Layout(name="c1-wide", width=1040, left=250, right=130, top=40, row=34, lane=17, stacked=False)
_NARROW = _Layout(name="c1-narrow", width=340, left=12, right=12, top=40, row=54, lane=38, stacked=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    first: date
    last: date
    layout: _Layout

    def x(self, day: date) -> float:
        """Return the place of *day*; what lies beyond the axis stands at its end."""
        day = min(max(day, self.first), self.last)
        whole = (self.last - self.first).days
        room = self.layout.width - self.layout.left - self.layout.right
        return self.layout.left + room * (day - self.first).days / whole

    @property
    def end(self) -> float:
        return self.x(self.last)


def timeline(report: ClientReport, voice: Voice, *, narrow: bool) -> str | None:
    """Return the drawing as an SVG element of at most 40 kB; ``None`` when no milestone has a date."""
    rows = _rows(report.milestones)
    today = report.header.as_of.date()
    days = [day for m in rows for day in _days(m) if drawable(day, today)]
    if not days:
        return None
    layout = _NARROW if narrow else _beside(rows, voice)
    first, last = min(*days, today), max(*days, today)
    margin = timedelta(days=max(4, (last - first).days // 24))
    scale = _Scale(first=first - margin, last=last + margin, layout=layout)
    return "".join(_svg(report, rows, scale, voice))


def _beside(rows: Sequence[Milestone], voice: Voice) -> _Layout:
    """Return the wide layout with as much room on the left as the longest name needs."""
    longest = max(text_width(f"{m.ref} {voice.plain_quote(m.title)}") for m in rows)
    return replace(_WIDE, left=round(min(longest + 34, _WIDE.left)))


def _rows(milestones: Sequence[Milestone]) -> list[Milestone]:
    if len(milestones) <= LIMIT:
        return list(milestones)
    is_open = [m for m in milestones if m.state not in ("reached", "cancelled")][:LIMIT]
    rest = [m for m in milestones if m.state in ("reached", "cancelled")]
    kept = {m.ref for m in (*is_open, *rest[len(rest) - (LIMIT - len(is_open)) :])}
    return [m for m in milestones if m.ref in kept]


def _value(figure: DayFigure | None) -> date | None:
    return figure.value if isinstance(figure, Given) else None


def _days(m: Milestone) -> list[date]:
    found = (_value(m.original), _value(m.plan), _value(m.reached_on), _value(m.forecast), m.forecast_high)
    return [day for day in found if day is not None]


def _svg(report: ClientReport, rows: Sequence[Milestone], scale: _Scale, voice: Voice) -> Iterator[str]:
    layout = scale.layout
    height = layout.height(len(rows))
    name = layout.name
    yield (
        f'<svg class="timeline" role="img" viewBox="0 0 {layout.width} {height}" width="{layout.width}" '
        f'height="{height}" aria-labelledby="{name}-title {name}-desc">'
        f'<title id="{name}-title">{escape(voice.head(w.TIMELINE))}</title>'
        f'<desc id="{name}-desc">{escape(_message(rows, voice))}</desc>'
        f'<defs><pattern id="{name}-off" width="5" height="5" patternUnits="userSpaceOnUse">'
        '<path class="hatch" d="M0 5 5 0"/></pattern></defs>'
    )
    yield from _months(scale, height, voice)
    for holiday in report.upcoming.holidays:
        left, right = scale.x(holiday.first), scale.x(holiday.last + timedelta(days=1))
        yield (
            f'<rect x="{left:.1f}" y="{layout.top}" width="{right - left:.1f}" height="{height - layout.top - 4}" '
            f'fill="url(#{name}-off)"/>'
        )
    yield _today(report.header.as_of.date(), scale, height, voice)
    for n, m in enumerate(rows):
        yield from _row(m, layout.top + n * layout.row, scale, report.header.as_of.date(), voice)
    yield "</svg>"


def _message(rows: Sequence[Milestone], voice: Voice) -> str:
    said = []
    for m in rows:
        parts = [part for part in (_plan_words(m, voice), _label(m, voice)) if part]
        said.append(f"{m.ref} {voice.plain_quote(m.title)}{w.COLON.in_(voice.language)}{_comma(parts, voice)}")
    return w.AND_THEN.in_(voice.language).join(said) + w.STOP.in_(voice.language)


def _comma(parts: Sequence[str], voice: Voice) -> str:
    return w.COMMA.in_(voice.language).join(parts)


def _plan_words(m: Milestone, voice: Voice) -> str:
    plan = _value(m.plan)
    return voice.text(w.CURRENT_PLAN, day=voice.day(plan)) if plan else ""


# --------------------------------------------------------------------------------------------------------------- axis


def _months(scale: _Scale, height: int, voice: Voice) -> Iterator[str]:
    day = scale.first.replace(day=1)
    months: list[date] = []
    while day <= scale.last:
        months.append(day)
        day = (day + timedelta(days=32)).replace(day=1)
    inside = [month for month in months if month >= scale.first]
    step = 1 + len(inside) // (_MAX_MONTHS if not scale.layout.stacked else 5)
    for n, month in enumerate(inside):
        x = scale.x(month)
        yield f'<path class="grid" d="M{x:.1f} {scale.layout.top - 6}V{height - 4}"/>'
        if n % step == 0:
            yield f'<text class="axis" x="{x + 4:.1f}" y="{scale.layout.top - 8}">{escape(voice.month(month))}</text>'


def _today(today: date, scale: _Scale, height: int, voice: Voice) -> str:
    x = scale.x(today)
    label = escape(voice.text(w.AS_OF_DAY, day=voice.day(today)))
    anchor = "end" if x > scale.layout.width - 90 else "start" if x < 90 else "middle"
    return (
        f'<path class="today" d="M{x:.1f} 16V{height - 4}"/>'
        f'<text class="now" x="{x:.1f}" y="12" text-anchor="{anchor}">{label}</text>'
    )


# --------------------------------------------------------------------------------------------------------------- rows


def _row(m: Milestone, top: int, scale: _Scale, today: date, voice: Voice) -> Iterator[str]:
    layout = scale.layout
    y = top + layout.lane
    yield f'<path class="lane" d="M{layout.left} {y}H{scale.end:.1f}"/>'
    yield from _name(m, top, scale, voice)
    yield from _range(m, y, scale)
    for figure, kind in ((m.original, "original"), (m.plan, "plan")):
        day = _value(figure)
        if day is not None:
            yield _diamond(scale.x(day), y, kind)
    plan, actual, forecast = _value(m.plan), _value(m.reached_on), _value(m.forecast)
    if actual is not None:
        yield _diamond(scale.x(actual), y, "actual")
    elif forecast is not None:
        yield _arrow(scale.x(plan or today), scale.x(forecast), y)


def _name(m: Milestone, top: int, scale: _Scale, voice: Voice) -> Iterator[str]:
    layout = scale.layout
    title = voice.plain_quote(m.title)
    lang = "" if voice.has(m.title) else f' lang="{"zh-CN" if m.title.original == "zh" else "en"}"'
    label = escape(_label(m, voice))
    if layout.stacked:
        y = top + 18
        room = layout.width - layout.left - layout.right - text_width(_label(m, voice)) - text_width(m.ref) - 24
        yield (
            f'<text class="name" x="{layout.left}" y="{y}"><tspan class="ref">{escape(m.ref)}</tspan> '
            f"<tspan{lang}>{escape(cut(title, room))}</tspan></text>"
            f'<text class="fact" x="{layout.width - layout.right}" y="{y}" text-anchor="end">{label}</text>'
        )
        return
    middle = top + layout.lane + 4.5
    room = layout.left - text_width(m.ref) - 26
    yield (
        f'<text class="name" x="4" y="{middle}"><tspan class="ref">{escape(m.ref)}</tspan> '
        f"<tspan{lang}>{escape(cut(title, room))}</tspan></text>"
        f'<text class="fact" x="{scale.end + 10:.1f}" y="{middle}">{label}</text>'
    )


def _label(m: Milestone, voice: Voice) -> str:
    actual, forecast = _value(m.reached_on), _value(m.forecast)
    if actual is not None:
        return voice.text(w.ACTUAL_DAY, day=voice.day(actual))
    if m.state == "cancelled":
        return voice.text(w.CANCELLED)
    if forecast is not None:
        return voice.text(w.FORECAST_DAY, day=voice.day(forecast))
    return voice.text(w.NO_FORECAST)


def _diamond(x: float, y: float, kind: str) -> str:
    r = _RADIUS
    return f'<path class="{kind}" d="M{x:.1f} {y - r}l{r} {r} {-r} {r} {-r} {-r}z"/>'


def _arrow(start: float, end: float, y: float) -> str:
    """Draw from the plan to the forecast; where both are one day, down onto it."""
    if abs(end - start) < _RADIUS + 7:
        return (
            f'<path class="forecast" d="M{end:.1f} {y - 16}V{y - 9}"/>'
            f'<path class="head" d="M{end:.1f} {y - 4}l-4.5 -7h9z"/>'
        )
    way = 1 if end > start else -1
    tail, tip = start + way * _RADIUS, end - way * 7
    return (
        f'<path class="forecast" d="M{tail:.1f} {y}H{tip:.1f}"/>'
        f'<path class="head" d="M{end:.1f} {y}l{-way * 8} -4.5v9z"/>'
    )


def _range(m: Milestone, y: float, scale: _Scale) -> Iterator[str]:
    if _value(m.reached_on) is not None or m.forecast_low is None:
        return
    left = scale.x(max(m.forecast_low, scale.first))
    is_open = m.forecast_open_ended or m.forecast_high is None
    right = scale.end if is_open or m.forecast_high is None else scale.x(m.forecast_high)
    bottom = y + 11
    caps = f"M{left:.1f} {bottom - 3}v6" + ("" if is_open else f"M{right:.1f} {bottom - 3}v6")
    kind = "range open" if is_open else "range"
    yield f'<path class="{kind}" d="M{left:.1f} {bottom}H{right:.1f}"/><path class="range" d="{caps}"/>'
