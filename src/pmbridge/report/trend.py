"""Chart C2, the milestone trend: what each report expected of each milestone, beside the day of that report.

A point stands for a date that a report has told; where it was not known the line has a gap. Lines are told apart by
their dashes and by the ref at their end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pmbridge.report import register_words as r
from pmbridge.report import words as w
from pmbridge.report.drawing import apart, cut, drawable, framed, months, words
from pmbridge.report.model import ClientReport, Milestone
from pmbridge.report.parts import Given
from pmbridge.report.voice import Voice

LIMIT = 12
"""Lines in a drawing: the final milestone and those that come last."""
_DASHES = ("", " b", " c", " d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What the report of the day ``told_on`` expected; ``on`` ``None``: it did not know."""

    told_on: date
    on: date | None
    plan: date | None
    reached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One milestone through the reports, oldest first, this one last."""

    milestone: Milestone
    points: tuple[Point, ...]


def series(report: ClientReport) -> tuple[Series, ...]:
    """Return the milestones with what the reports so far and this one say of them; empty with fewer than two."""
    if not report.history:
        return ()
    kept = [m for m in report.milestones if m.state != "cancelled"]
    if len(kept) > LIMIT:
        chosen = {m.ref for m in kept[-LIMIT:]} | ({report.final} if report.final else set())
        kept = [m for m in kept if m.ref in chosen]
    return tuple(Series(milestone=m, points=tuple(_points(report, m))) for m in kept)


def _points(report: ClientReport, m: Milestone) -> Iterator[Point]:
    for past in report.history:
        found = next((one for one in past.dates if one.ref == m.ref), None)
        told_on = past.as_of.date()
        if found is None:
            yield Point(told_on=told_on, on=None, plan=None, reached=False)
        else:
            yield Point(told_on=told_on, on=found.on, plan=found.plan, reached=found.reached)
    figure = m.reached_on if m.reached_on is not None else m.forecast
    yield Point(
        told_on=report.header.as_of.date(),
        on=figure.value if isinstance(figure, Given) else None,
        plan=m.plan.value if isinstance(m.plan, Given) else None,
        reached=m.reached_on is not None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plane:
    """Both axes are days. ``left`` to ``right`` and ``bottom`` to ``top`` in CSS pixels."""

    first: date
    last: date
    low: date
    high: date
    left: float
    right: float
    top: float
    bottom: float

    def x(self, day: date) -> float:
        return self.left + (self.right - self.left) * (day - self.first).days / (self.last - self.first).days

    def y(self, day: date) -> float:
        day = min(max(day, self.low), self.high)
        return self.bottom - (self.bottom - self.top) * (day - self.low).days / (self.high - self.low).days


def trend(report: ClientReport, voice: Voice, *, narrow: bool) -> str | None:
    """Return the drawing as an SVG element; ``None`` with fewer than two reports or without any date."""
    found = series(report)
    told = [point for one in found for point in one.points]
    dates = [point.on for point in told if point.on is not None and drawable(point.on, point.told_on)]
    if not dates:
        return None
    first, last = min(point.told_on for point in told), max(point.told_on for point in told)
    width, height = (340, 330) if narrow else (1040, 400)
    plane = _Plane(
        first=first,
        last=max(last, first + timedelta(days=1)),
        low=min(dates) - timedelta(days=4),
        high=max(dates) + timedelta(days=4),
        left=58 if narrow else 76,
        right=width - (56 if narrow else 230),
        top=14,
        bottom=height - 34,
    )
    name = "c2-narrow" if narrow else "c2-wide"
    return framed(
        name, "trend", (width, height), title=voice.head(r.TREND), message=_message(found, voice),
        body=_body(report, found, plane, voice, narrow=narrow),
    )  # fmt: skip


def _message(found: Sequence[Series], voice: Voice) -> str:
    said = []
    for one in found:
        dates = [voice.day(point.on) if point.on else voice.text(w.UNKNOWN_WORD) for point in one.points]
        name = f"{one.milestone.ref} {voice.plain_quote(one.milestone.title)}"
        said.append(voice.text(r.TREND_SAID, name=name, dates=" → ".join(dates)))
    return w.AND_THEN.in_(voice.language).join(said) + w.STOP.in_(voice.language)


def _body(report: ClientReport, found: Sequence[Series], plane: _Plane, voice: Voice, *, narrow: bool) -> Iterator[str]:
    for month in months(plane.low, plane.high):
        y = plane.y(month)
        yield f'<path class="grid" d="M{plane.left:.1f} {y:.1f}H{plane.right:.1f}"/>'
        yield words(plane.left - 6, y + 4.5, voice.month(month), kind="axis", anchor="end")
    yield from _reports(report, plane, voice, narrow=narrow)
    yield from _due(plane)
    ends = [next((point.on for point in reversed(one.points) if point.on is not None), None) for one in found]
    named = [(one, plane.y(on)) for one, on in zip(found, ends, strict=True) if on is not None]
    places = apart([y for _, y in named], 15)
    for n, one in enumerate(found):
        yield from _line(one, plane, _DASHES[n % len(_DASHES)])
    for (one, _), y in zip(named, places, strict=True):
        label = one.milestone.ref
        if not narrow:
            label = cut(f"{label} {voice.plain_quote(one.milestone.title)}", 200)
        yield words(plane.right + 12, y + 4.5, label, kind="name")


def _reports(report: ClientReport, plane: _Plane, voice: Voice, *, narrow: bool) -> Iterator[str]:
    days = [*(past.as_of.date() for past in report.history), report.header.as_of.date()]
    room, last = (70 if narrow else 62), None
    for n, day in enumerate(days):
        x = plane.x(day)
        yield f'<path class="grid" d="M{x:.1f} {plane.top}V{plane.bottom}"/>'
        # Of reports too near to each other the last keeps its day.
        is_last = n == len(days) - 1
        if (last is None or x - last >= room) and (is_last or plane.x(days[-1]) - x >= room):
            yield words(x, plane.bottom + 18, voice.day(day), kind="axis", anchor="middle")
            last = x


def _due(plane: _Plane) -> Iterator[str]:
    """Yield the slanted line on which a date is the day of the report, as far as it lies in the drawing."""
    first, last = max(plane.first, plane.low), min(plane.last, plane.high)
    if first < last:
        start, end = (f"{plane.x(day):.1f} {plane.y(day):.1f}" for day in (first, last))
        yield f'<path class="today" d="M{start}L{end}"/>'


def _line(one: Series, plane: _Plane, dash: str) -> Iterator[str]:
    path, before = "", None
    for point in one.points:
        if point.on is None:
            before = None
            continue
        path += f"{'M' if before is None else 'L'}{plane.x(point.told_on):.1f} {plane.y(point.on):.1f}"
        before = point
    yield f'<path class="line{dash}" d="{path}"/>' if path else ""
    plan = None
    for point in one.points:
        if point.on is None:
            continue
        x, y = plane.x(point.told_on), plane.y(point.on)
        if plan is not None and point.plan is not None and point.plan != plan:
            yield f'<path class="step" d="M{x:.1f} {y - 9:.1f}v18"/>'
        plan = point.plan or plan
        if point.reached:
            yield f'<path class="actual" d="M{x:.1f} {y - 5:.1f}l5 5 -5 5 -5 -5z"/>'
        else:
            yield f'<circle class="point" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>'
