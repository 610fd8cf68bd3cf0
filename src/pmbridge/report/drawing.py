"""What the drawings of a report share: the frame with its words for a screen reader, and how much room words take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from html import escape

_YEARS = 20


def framed(name: str, kind: str, size: tuple[int, int], *, title: str, message: str, body: Iterable[str]) -> str:
    """Return an SVG element. *name* makes its ids, *kind* is its class beside that of all drawings."""
    width, height = size
    return (
        f'<svg class="timeline {kind}" role="img" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'aria-labelledby="{name}-title {name}-desc"><title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-desc">{escape(message)}</desc>{"".join(body)}</svg>'
    )


def drawable(day: date, today: date) -> bool:
    """Return whether *day* may stretch an axis: a placeholder as 9999-12-31 would leave no room for anything else."""
    return abs(day.year - today.year) <= _YEARS


def words(x: float, y: float, text: str, *, kind: str = "fact", anchor: str = "start") -> str:
    """Return *text* at a place; ``anchor``: which of its ends stands there."""
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def text_width(text: str) -> float:
    """Return about how wide *text* is at 13 px: a Chinese character is as wide as high, others half of it."""
    return sum(13 if ord(char) > 0x2E7F else 7.2 for char in text)


def cut(text: str, room: float) -> str:
    """Return as much of *text* as fits into *room*, with an ellipsis where something is missing."""
    if text_width(text) <= room:
        return text
    kept = ""
    for char in text:
        if text_width(kept + char) + 13 > room:
            break
        kept += char
    return kept.rstrip() + "…"


def months(first: date, last: date) -> Iterator[date]:
    """Yield the first days of the months from *first* to *last*."""
    day = first if first.day == 1 else (first.replace(day=1) + timedelta(days=32)).replace(day=1)
    while day <= last:
        yield day
        day = (day + timedelta(days=32)).replace(day=1)


def apart(wanted: Iterable[float], distance: float) -> list[float]:
    """Return places near *wanted*, in their order, each at least *distance* below the one before it in height."""
    places = list(wanted)
    order = sorted(range(len(places)), key=lambda n: places[n])
    last = None
    for n in order:
        places[n] = places[n] if last is None else max(places[n], last + distance)
        last = places[n]
    return places
