"""What changed since the last report, as a table whose lines stand in the report already."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import get_args

from pmbridge.domain.figure import UNIT_LABELS
from pmbridge.domain.view import Colour
from pmbridge.report import names
from pmbridge.report import words as w
from pmbridge.report.blocks import Block, Column, Inline, Paragraph, Row, Run, Section, Table
from pmbridge.report.model import ClientReport, DiffLine, Earlier, Side, Tone
from pmbridge.report.parts import Given
from pmbridge.report.sections.beginning import since_the_beginning
from pmbridge.report.voice import Voice, runs
from pmbridge.values import Label

_COLOURS: dict[str, Colour] = {colour: colour for colour in names.COLOURS}
_DATES = frozenset({"forecast", "forecast_lost", "forecast_new", "plan", "plan_lost", "plan_new", "reached_date"})


def since(report: ClientReport, voice: Voice) -> Section:
    """Return the differences to the last report, those of a closing one to the plan; for a first one a sentence."""
    if report.header.edition == "closing":
        return since_the_beginning(report, voice)
    previous = report.header.previous
    blocks: tuple[Block, ...]
    summary: Inline = ()
    if previous is None:
        first = w.SINCE_FIRST if report.header.number == 1 else w.SINCE_UNKEPT
        blocks = (Paragraph(words=voice.say(first), kind="empty"),)
    elif not report.since:
        blocks = (Paragraph(words=_against(w.SINCE_SAME, previous, voice), kind="empty"),)
    else:
        counts = Counter(line.tone for line in report.since)
        tones = [tone for tone in get_args(Tone) if counts[tone]]
        said = [voice.text(w.TONE_COUNT, tone=voice.name(names.TONES, tone), n=str(counts[tone])) for tone in tones]
        summary = (*_against(w.SINCE_AGAINST, previous, voice), *voice.join(said, by=w.DOT))
        blocks = (_table(report, voice),)
    return Section(anchor="sec-S3", heading=voice.text(w.SINCE), blocks=blocks, summary=summary)


def earlier_name(previous: Earlier, voice: Voice) -> str:
    """Return edition and number of the report that this one is compared with."""
    return voice.text(w.REPORT_NO, edition=voice.name(names.EDITIONS, previous.edition), number=str(previous.number))


def _against(label: Label, previous: Earlier, voice: Voice) -> Inline:
    return voice.say(label, report=earlier_name(previous, voice), day=voice.day(previous.as_of.date()))


def _table(report: ClientReport, voice: Voice) -> Table:
    heads = (w.DIFF_WHAT, w.DIFF_KIND, w.DIFF_OLD, w.DIFF_NEW, w.DIFF_NOTE)
    columns = tuple(
        Column(head=voice.text(head), kind="wide" if head in (w.DIFF_WHAT, w.DIFF_NOTE) else "") for head in heads
    )
    rows = tuple(_row(report, line, voice) for line in report.since)
    return Table(caption=voice.text(w.SINCE), columns=columns, rows=rows, name="since")


def _row(report: ClientReport, line: DiffLine, voice: Voice) -> Row:
    tone = voice.name(names.TONES, line.tone)
    return Row(
        cells=(
            (_what(line, voice),),
            ((Run(text=tone, style="strong" if line.tone in ("restated", "bad") else ""),),),
            (_side(report, line, line.old, voice),),
            (_side(report, line, line.new, voice),),
            (_note(report, line, voice),),
        )
    )


def _what(line: DiffLine, voice: Voice) -> Inline:
    subject = voice.text(names.DIFF_SUBJECTS[line.kind])
    if line.title is not None:
        return (voice.link_to(line.ref), Run(text=" "), *voice.quote(line.title), Run(text=" "), *runs(subject))
    if line.kind == "colour":
        return runs(voice.join([voice.name(names.DIMENSIONS, line.ref), subject], by=w.SPACE))
    if line.kind == "threshold":
        return voice.join([subject, voice.name(names.THRESHOLDS, line.ref)], by=w.COLON)
    return runs(voice.head(names.DIFF_SUBJECTS[line.kind]))


def _side(report: ClientReport, line: DiffLine, side: Side | None, voice: Voice) -> Inline:
    if side is None:
        return _nothing(report, line, voice)
    if line.kind in _DATES or line.kind in ("reached", "not_reached"):
        return runs(voice.day(date.fromisoformat(side.value)))
    if line.kind == "colour":
        return (voice.colour(_COLOURS[side.value]),)
    if line.kind == "milestone_state":
        return runs(voice.name(names.MILESTONE_STATES, side.value))
    if line.kind.startswith("change_"):
        return voice.state(None if side.word else side.value, side.value)
    if line.kind.startswith("work_"):
        return runs(f"{side.value} {_unit(report, line.ref, voice)}".rstrip())
    return runs(side.value)


def _nothing(report: ClientReport, line: DiffLine, voice: Voice) -> Inline:
    if line.kind in ("reached", "not_reached"):
        return voice.say(w.NOT_YET)
    if line.kind == "colour":
        return runs(voice.text(w.NOT_APPLICABLE))
    if line.kind in ("forecast_lost", "plan_lost"):
        m = report.milestone(line.ref)
        figure = None if m is None else m.forecast if line.kind == "forecast_lost" else m.plan
        if figure is not None and not isinstance(figure, Given):
            return voice.unknown(figure)
    if line.kind in ("forecast_new", "plan_new"):
        return (Run(text=voice.text(w.UNKNOWN_WORD), style="unknown"),)
    return (Run(text=voice.text(w.NOT_THERE), style="muted"),)


def _unit(report: ClientReport, ref: str, voice: Voice) -> str:
    m = report.milestone(ref)
    return UNIT_LABELS[m.progress.value.unit].in_(voice.language) if m and isinstance(m.progress, Given) else ""


def _note(report: ClientReport, line: DiffLine, voice: Voice) -> Inline:
    """Return the size, and the cause as the register has it: a tool records none."""
    parts: list[Inline] = [runs(voice.shift(line.size))] if line.size is not None else []
    m = report.milestone(line.ref)
    if line.kind in ("plan", "milestone_state"):
        changes = m.moved_by if m is not None else ()
        parts.append(voice.say(w.MOVED_BY, refs=voice.refs(changes)) if changes else voice.say(w.NO_CHANGE_BEHIND))
    elif line.kind == "forecast" and m is not None and m.forecast_method is not None:
        parts.append(runs(voice.name(names.METHODS, m.forecast_method)))
        parts.append(voice.say(w.CAUSED_BY, refs=voice.refs(m.causes)) if m.causes else voice.say(w.NO_CAUSE))
    elif line.kind == "reached_date":
        parts.append(voice.say(w.NO_CAUSE))
    elif line.kind == "colour":
        status = next((s for s in report.status if s.dimension == line.ref), None)
        parts += [voice.reason(rule) for rule in (status.rules if status else ())[:1]]
    elif line.kind in ("change_new", "change_state"):
        change = next((c for c in report.changes.rows if c.ref == line.ref), None)
        if change is not None and change.observed:
            parts.append(voice.say(w.AS_RECORDED, tool=change.tool))
            if change.state == "approved":
                parts.append(voice.say(w.NO_APPROVAL))
    return voice.join(parts, by=w.COMMA)
