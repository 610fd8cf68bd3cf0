"""What the tables of a report share: their heads, how a row names its record, where it comes from."""

from __future__ import annotations

from collections.abc import Sequence

from pmbridge.report.blocks import Block, Column, Inline, Lines, Paragraph, Run
from pmbridge.report.parts import Quote, Source
from pmbridge.report.voice import Voice, runs
from pmbridge.values import Label


def columns(
    voice: Voice, *heads: Label, wide: Sequence[Label] = (), numbers: Sequence[Label] = ()
) -> tuple[Column, ...]:
    """Return the heads of a table in their order."""
    return tuple(
        Column(head=voice.head(head), kind="wide" if head in wide else "number" if head in numbers else "")
        for head in heads
    )


def named(ref: str, title: Quote | None, voice: Voice) -> Inline:
    """Return what heads a row: its ref, and its title where it has one."""
    strong = Run(text=ref, style="strong")
    return (strong,) if title is None else (strong, Run(text=" "), *voice.quote(title))


def source_cell(sources: Sequence[Source], ref: str, voice: Voice) -> Lines:
    """Return where a row of the register comes from, one line per event."""
    return tuple((voice.source(one, ref, observed=False),) for one in sources) or ((),)


def noted(said: str) -> Inline:
    """Return *said* as the small line below something."""
    return (Run(text=said, style="note"),)


def empty(label: Label, voice: Voice) -> Paragraph:
    """Return the sentence that stands where there is nothing."""
    return Paragraph(words=voice.say(label), kind="empty")


def sentences(found: Sequence[Inline], voice: Voice) -> list[Block]:
    """Return whole sentences as one paragraph; no paragraph for none."""
    gap = "" if voice.zh else " "
    words: Inline = ()
    for one in found:
        words = (*words, *runs(gap if words else ""), *one)
    return [Paragraph(words=words)] if words else []
