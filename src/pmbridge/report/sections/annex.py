"""The annex of monthly and closing reports: further figures, each with how it is made."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from pmbridge.report import register_words as r
from pmbridge.report.blocks import Inline, Row, Section, Table
from pmbridge.report.measured import Bounds, Measures
from pmbridge.report.model import ClientReport
from pmbridge.report.parts import Given, ShareFigure
from pmbridge.report.sections.rows import columns
from pmbridge.report.voice import Voice, runs
from pmbridge.values import Label


def annex(report: ClientReport, found: Measures, voice: Voice) -> Section | None:
    """Return the figures with their definitions; ``None`` in a weekly report."""
    if report.header.edition == "weekly":
        return None
    rows: list[tuple[Label, Inline, Label]] = [
        (r.PLANNED_VALUE, _share(found.planned, voice), r.PLANNED_VALUE_IS),
        (r.EARNED_VALUE, _bounds(found.earned, voice, _percent), r.EARNED_VALUE_IS),
        (r.VARIANCE, _bounds(found.variance, voice, _points), r.VARIANCE_IS),
    ]
    if not found.instead:
        rows.append((r.INDEX, _bounds(found.index, voice, _index), r.INDEX_IS))
    done = found.earned is not None and found.earned.low >= 1
    # Of work that is all done the distance to today only tells how long ago that was.
    if isinstance(found.days, Given) and not done:
        rows.append((r.IN_TIME_DAYS, runs(voice.text(r.DAYS_VALUE, n=_signed(found.days.value))), r.IN_TIME_IS))
    if found.covered is not None:
        rows.append((r.COVERED, runs(f"{found.covered.hits}/{found.covered.n}"), r.COVERED_IS))
    return Section(
        anchor="sec-A",
        heading=voice.text(r.ANNEX),
        blocks=(
            Table(
                caption=voice.text(r.ANNEX),
                columns=columns(voice, r.FIGURE, r.FIGURE_VALUE, r.FIGURE_IS, wide=(r.FIGURE_IS,)),
                rows=tuple(
                    Row(cells=((runs(voice.head(name)),), (value,), (voice.say(meaning),)))
                    for name, value, meaning in rows
                ),
                name="annex",
            ),
        ),
    )


def _share(figure: ShareFigure, voice: Voice) -> Inline:
    return runs(voice.percent(figure.value)) if isinstance(figure, Given) else runs(voice.text(r.NOT_KNOWN))


def _percent(value: Decimal) -> str:
    return f"{int(value * 100)}%"


def _points(value: Decimal) -> str:
    return _signed(value * 100)


def _index(value: Decimal) -> str:
    return f"{value:.2f}"


def _signed(value: Decimal) -> str:
    return f"{value:+.1f}".replace("-", "−")


def _bounds(found: Bounds | None, voice: Voice, say: Callable[[Decimal], str]) -> Inline:
    if found is None:
        return runs(voice.text(r.NOT_KNOWN))
    low, high = say(found.low), say(found.high)
    return runs(low if low == high else f"{low} – {high}")
