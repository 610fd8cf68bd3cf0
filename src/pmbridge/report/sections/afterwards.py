"""S6 of the closing report: what was handed over, and what is still open, as recommended follow-on actions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pmbridge.domain.machine import Holder
from pmbridge.report import register_words as r
from pmbridge.report import words as w
from pmbridge.report.blocks import Block, Inline, Paragraph, Row, Section, Subheading, Table
from pmbridge.report.delivered import ACCEPTED
from pmbridge.report.model import ClientReport
from pmbridge.report.parts import DayFigure, Given, Quote
from pmbridge.report.sections.rows import columns, empty, named
from pmbridge.report.voice import Voice, runs

_IMPROVING = ("proposed", "accepted")


def afterwards(report: ClientReport, voice: Voice) -> Section:
    """Return the handover list and every open item with who takes it on and by when."""
    blocks: list[Block] = [
        Subheading(words=runs(voice.text(r.HANDED_OVER))),
        _handover(report, voice),
        Subheading(words=runs(voice.text(r.FOLLOW_UPS))),
    ]
    rows = tuple(_follow_ups(report, voice))
    if rows:
        blocks.append(
            Table(
                caption=voice.text(r.FOLLOW_UPS),
                columns=columns(voice, r.FOLLOW_UP, r.FOLLOW_UP_WHO, r.FOLLOW_UP_BY, wide=(r.FOLLOW_UP,)),
                rows=rows,
                name="follow-ups",
            )
        )
    else:
        blocks.append(empty(r.FOLLOW_UPS_NONE, voice))
    blocks.append(Paragraph(words=voice.say(r.THANKS)))
    return Section(anchor="sec-S6", heading=voice.text(r.AFTERWARDS), blocks=tuple(blocks))


def _handover(report: ClientReport, voice: Voice) -> Block:
    rows = [
        Row(
            cells=(
                ((voice.link_to(one.ref), *runs(" "), *voice.quote(one.title)),),
                (runs(voice.day(made.received_on)),),
                (voice.quote(made.access),),
                (voice.quote(made.source),),
                (voice.quote(made.documents),),
                (runs(voice.day(made.warranty_starts_on)),),
            )
        )
        for one in (report.deliverables.rows if report.deliverables else ())
        if (made := one.handed_over) is not None
    ]
    if not rows:
        return empty(r.HANDED_OVER_NONE, voice)
    heads = (
        r.DELIVERABLE, r.HANDOVER_DAY, r.HANDOVER_ACCESS, r.HANDOVER_SOURCE, r.HANDOVER_PAPERS, r.HANDOVER_WARRANTY,
    )  # fmt: skip
    return Table(
        caption=voice.text(r.HANDED_OVER),
        columns=columns(voice, *heads, wide=(r.DELIVERABLE,)),
        rows=tuple(rows),
        name="handover",
    )


def _follow_ups(report: ClientReport, voice: Voice) -> Iterator[Row]:
    """Yield every item that is not over, of each kind that a report knows, what waits for the client first."""
    asked = {one.ref for one in report.asks}
    for ask in report.asks:
        yield _row(ask.ref, ask.title, "client", _day(ask.need_by), voice)
    for milestone in report.milestones:
        if milestone.state in ("planned", "in_progress"):
            yield _row(milestone.ref, milestone.title, "agency", _day(milestone.plan), voice)
    for made in report.deliverables.rows if report.deliverables else ():
        if made.state not in ACCEPTED and made.ref not in asked:
            yield _row(made.ref, made.title, "agency", None, voice)
    for change in report.changes.rows:
        if not change.terminal and change.ref not in asked:
            yield _row(change.ref, change.title, change.holder, None, voice)
    for one in report.raid or ():
        yield _row(one.ref, one.title, "agency", one.due_on, voice)
    for complaint in report.satisfaction.complaints if report.satisfaction else ():
        if complaint.next_update_on is not None:
            yield _row(complaint.ref, complaint.text, "agency", complaint.next_update_on, voice)
    for promise in report.promises.commitments if report.promises else ():
        if promise.settled_on is None:
            yield _row(promise.ref, promise.statement, "agency", promise.due_on, voice)
    for action in report.meetings.actions if report.meetings else ():
        if action.state == "open":
            yield _row(action.ref, action.text, action.holder, action.due_on, voice)
    for improvement in report.lessons.improvements if report.lessons else ():
        if improvement.state in _IMPROVING:
            yield _row(improvement.ref, improvement.text, improvement.holder, improvement.due_on, voice)


def _day(figure: DayFigure) -> date | None:
    return figure.value if isinstance(figure, Given) else None


def _row(ref: str, title: Quote, holder: Holder | None, by: date | None, voice: Voice) -> Row:
    name: Inline = (voice.link_to(ref), *runs(" "), *voice.quote(title))
    who = voice.text(r.YOURS if holder == "client" else r.OURS)
    return Row(
        cells=(
            (name if voice.link_to(ref).href else named(ref, title, voice),),
            (runs(who),),
            (runs(voice.day(by) if by else voice.text(w.NOT_RECORDED)),),
        )
    )
