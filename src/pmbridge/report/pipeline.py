"""Chart C4, the pipeline of changes: how many stand in each state, who holds them, and how old the oldest is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pmbridge.domain.change import STATES
from pmbridge.report import register_words as r
from pmbridge.report import words as w
from pmbridge.report.drawing import cut, framed, text_width, words
from pmbridge.report.model import ClientReport
from pmbridge.report.parts import Given
from pmbridge.report.voice import Voice

_ROW, _BAR = 30, 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """The changes of one state; ``oldest``: working days of the oldest one whose age is known."""

    state: str | None
    tool_state: str
    held: Literal["ours", "theirs", "over"]
    n: int
    oldest: int | None


def bars(report: ClientReport) -> tuple[Bar, ...]:
    """Return one bar for each state in which a change stands, in the order of its life; the tools' own words last."""
    found: dict[tuple[str | None, str], list[int | None]] = {}
    held: dict[tuple[str | None, str], Literal["ours", "theirs", "over"]] = {}
    for change in report.changes.rows:
        key = (None, change.tool_state) if change.in_tool_words else (change.state, "")
        age = change.age.value.total if isinstance(change.age, Given) else None
        found.setdefault(key, []).append(age)
        held[key] = "over" if change.terminal else "theirs" if change.holder == "client" else "ours"
    order = list(STATES)
    keys = sorted(found, key=lambda key: (key[0] is None, order.index(key[0]) if key[0] in order else 0, key[1]))
    return tuple(
        Bar(
            state=state,
            tool_state=word,
            held=held[state, word],
            n=len(found[state, word]),
            oldest=max((age for age in found[state, word] if age is not None), default=None),
        )
        for state, word in keys
    )


def state_word(bar: Bar, voice: Voice) -> str:
    """Return what the state is called; in a tool's own word as it is."""
    if bar.state is None or bar.state not in STATES:
        return bar.state or bar.tool_state
    return STATES[bar.state].label.in_(voice.language)


def pipeline(report: ClientReport, voice: Voice, *, narrow: bool) -> str | None:
    """Return the drawing as an SVG element; ``None`` without changes."""
    found = bars(report)
    if not found:
        return None
    name, width = ("c4-narrow", 340) if narrow else ("c4-wide", 1040)
    row = _ROW + 18 if narrow else _ROW
    said = [voice.text(r.PIPELINE_SAID, state=state_word(bar, voice), n=_beside(bar, voice)) for bar in found]
    return framed(
        name, "pipeline", (width, 8 + row * len(found)), title=voice.head(r.PIPELINE),
        message=w.AND_THEN.in_(voice.language).join(said) + w.STOP.in_(voice.language),
        body=_body(found, voice, width=width, row=row, narrow=narrow),
    )  # fmt: skip


def _beside(bar: Bar, voice: Voice) -> str:
    if bar.oldest is None or bar.held == "over":
        return voice.text(r.PIPELINE_BAR, n=str(bar.n))
    return voice.text(r.PIPELINE_OLDEST, n=str(bar.n), days=voice.days(bar.oldest))


def _body(found: Sequence[Bar], voice: Voice, *, width: int, row: int, narrow: bool) -> Iterator[str]:
    longest = max(text_width(state_word(bar, voice)) for bar in found)
    left = 12 if narrow else min(longest + 26, 300)
    beside = max(text_width(_beside(bar, voice)) for bar in found) + 16
    room = width - left - (12 if narrow else beside)
    most = max(bar.n for bar in found)
    for n, bar in enumerate(found):
        top = 4 + n * row
        y = top + (24 if narrow else 7)
        length = max(room * bar.n / most * (0.6 if not narrow else 1), 6)
        name = state_word(bar, voice)
        if narrow:
            yield words(left, top + 15, cut(name, width / 2), kind="name")
            yield words(width - 12, top + 15, _beside(bar, voice), anchor="end")
        else:
            yield words(left - 12, y + 12.5, cut(name, left - 20), kind="name", anchor="end")
            yield words(left + length + 10, y + 12.5, _beside(bar, voice))
        yield f'<rect class="{bar.held}" x="{left:.1f}" y="{y}" width="{length:.1f}" height="{_BAR}"/>'
