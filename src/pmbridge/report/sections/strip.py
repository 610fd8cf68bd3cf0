"""The colours of the last reports beside each other: a table whose cells have shape, word and letter."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from pmbridge.domain.view import Colour, Dimension
from pmbridge.report import names
from pmbridge.report import register_words as r
from pmbridge.report import words as w
from pmbridge.report.blocks import Block, Column, Lines, Row, Subheading, Table
from pmbridge.report.model import ClientReport
from pmbridge.report.voice import Voice, runs


def strip(report: ClientReport, voice: Voice) -> list[Block]:
    """Return the colours of the reports so far, the newest last; nothing where this is the first."""
    if not report.history:
        return []
    heads = [_head(one.number, one.as_of, voice) for one in report.history]
    columns = (
        Column(head=voice.text(r.STRIP_ROW)),
        *(Column(head=head) for head in heads),
        Column(head=voice.text(r.STRIP_NOW)),
    )
    overall = Row(
        cells=(
            (runs(voice.text(w.OVERALL)),),
            *(_cell(one.overall, voice) for one in report.history),
            _cell(report.overall.colour, voice),
        )
    )
    return [
        Subheading(words=runs(voice.text(r.STRIP))),
        Table(caption=voice.text(r.STRIP), columns=columns, rows=(overall, *_aspects(report, voice)), name="strip"),
    ]


def _head(number: int, as_of: datetime, voice: Voice) -> str:
    return voice.text(r.STRIP_HEAD, n=str(number), day=voice.day(as_of.date()))


def _aspects(report: ClientReport, voice: Voice) -> Iterator[Row]:
    for status in report.status:
        before: list[Lines] = []
        for past in report.history:
            found: dict[Dimension, Colour | None] = {one.dimension: one.colour for one in past.colours}
            before.append(_cell(found.get(status.dimension), voice))
        name = runs(voice.name(names.DIMENSIONS, status.dimension))
        yield Row(cells=((name,), *before, _cell(status.colour, voice)))


def _cell(colour: Colour | None, voice: Voice) -> Lines:
    return ((voice.colour(colour),),) if colour is not None else (runs(voice.text(w.NOT_APPLICABLE)),)
