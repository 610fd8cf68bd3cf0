"""Risks and issues, as far as the client was told of them."""

from __future__ import annotations

from pmbridge.report import names
from pmbridge.report import words as w
from pmbridge.report.blocks import Column, Inline, Paragraph, Row, Run, Section, Table
from pmbridge.report.model import ClientReport, Raid
from pmbridge.report.voice import Voice, runs


def risks(report: ClientReport, voice: Voice) -> Section:
    """Return the risks and issues in force; without a register, that nobody can tell."""
    heading = voice.text(w.RISKS)
    if report.raid:
        heads = (w.RISK_NAME, w.RISK_WEIGHT, w.RISK_ANSWER, w.RISK_DUE)
        columns = tuple(Column(head=voice.text(head), kind="wide" if head is w.RISK_NAME else "") for head in heads)
        rows = tuple(_row(one, voice) for one in report.raid)
        return Section(
            anchor="sec-S9", heading=heading, blocks=(Table(caption=heading, columns=columns, rows=rows, name="raid"),)
        )
    none = Paragraph(words=voice.say(w.RISKS_NONE), kind="empty")
    limit = Paragraph(words=voice.say(w.RISKS_LIMIT), kind="note")
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
        return voice.say(w.RISK_LEVEL, n=str(one.level)) if one.level else voice.say(w.RISK_UNASSESSED)
    return voice.say(w.ISSUE_SEVERITY, severity=voice.name(names.SEVERITIES, one.severity or "low"))
