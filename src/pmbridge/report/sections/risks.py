"""Risks and issues, as far as the client was told of them."""

from __future__ import annotations

from pmbridge.report import names
from pmbridge.report import register_words as r
from pmbridge.report import words as w
from pmbridge.report.blocks import Block, Column, Inline, Paragraph, Row, Run, Section, Table
from pmbridge.report.model import ClientReport, Raid
from pmbridge.report.voice import Voice, runs

TOP = 5
"""How many risks and issues a weekly page lists, the weightiest."""


def risks(report: ClientReport, voice: Voice) -> Section:
    """Return the risks and issues in force; without a register, that nobody can tell."""
    heading = voice.text(r.RISKS)
    if report.raid:
        heads = (r.RISK_NAME, r.RISK_WEIGHT, r.RISK_ANSWER, r.RISK_DUE)
        columns = tuple(Column(head=voice.text(head), kind="wide" if head is r.RISK_NAME else "") for head in heads)
        shown = report.raid[:TOP] if report.header.edition == "weekly" else report.raid
        rows = tuple(_row(one, voice) for one in shown)
        blocks: list[Block] = [Table(caption=heading, columns=columns, rows=rows, name="raid")]
        if len(report.raid) > len(shown):
            more = voice.say(r.RISKS_MORE, n=str(len(report.raid) - len(shown)))
            blocks.append(Paragraph(words=more, kind="note"))
        return Section(anchor="sec-S9", heading=heading, blocks=tuple(blocks))
    none = Paragraph(words=voice.say(r.RISKS_NONE), kind="empty")
    limit = Paragraph(words=voice.say(r.RISKS_LIMIT), kind="note")
    return Section(anchor="sec-S9", heading=heading, blocks=(none,) if report.raid is not None else (none, limit))


def _row(one: Raid, voice: Voice) -> Row:
    name = (Run(text=one.ref, style="strong"), Run(text=" "), *voice.quote(one.title))
    return Row(
        anchor=voice.anchor(one.ref),
        cells=(
            (name,),
            (_weight(one, voice),),
            (voice.quote(one.answer) if one.answer else runs(voice.text(w.NOT_RECORDED)),),
            (runs(voice.weekday(one.due_on)) if one.due_on else runs(voice.text(w.NOT_RECORDED)),),
        ),
    )


def _weight(one: Raid, voice: Voice) -> Inline:
    if one.kind == "risk":
        return voice.say(r.RISK_LEVEL, n=str(one.level)) if one.level else voice.say(r.RISK_UNASSESSED)
    return voice.say(r.ISSUE_SEVERITY, severity=voice.name(names.SEVERITIES, one.severity or "low"))
