"""The milestones: timeline, table, and how many were on time."""

from __future__ import annotations

from pmbridge.report import names
from pmbridge.report import register_words as r
from pmbridge.report import words as w
from pmbridge.report.blocks import Block, Chart, Column, Inline, Lines, Paragraph, Row, Run, Section, Table
from pmbridge.report.changed import Change
from pmbridge.report.model import ClientReport, Milestone
from pmbridge.report.parts import DayFigure, DaysFigure, Given
from pmbridge.report.sections.charts import trend_chart
from pmbridge.report.timeline import LIMIT, timeline
from pmbridge.report.voice import Voice, runs


def milestones(report: ClientReport, voice: Voice) -> Section:
    """Return the timeline, the register of milestones and the on-time rate."""
    heading = voice.head(w.MILESTONES)
    if not report.milestones:
        none = Paragraph(words=voice.say(w.MILESTONES_NONE), kind="empty")
        return Section(anchor="sec-S7", heading=heading, blocks=(none,))
    blocks: list[Block] = [*_chart(report, voice), *trend_chart(report, voice)]
    blocks.append(_table(report, voice))
    blocks.append(Paragraph(words=_on_time(report, voice)))
    original = report.on_time_original
    if original is not None and original.due:
        said = voice.say(r.ON_TIME_ORIGINAL, met=str(original.met), due=str(original.due))
        blocks.append(Paragraph(words=said))
    return Section(anchor="sec-S7", heading=heading, blocks=tuple(blocks))


# -------------------------------------------------------------------------------------------------------------- table

_HEADS = (
    (w.MS_NAME, "wide"),
    (w.MS_WEIGHT, "number"),
    (w.MS_ORIGINAL, ""),
    (w.MS_CURRENT, ""),
    (w.MS_FORECAST, ""),
    (w.MS_SLIP_CURRENT, ""),
    (w.MS_SLIP_ORIGINAL, ""),
    (w.MS_PROGRESS, ""),
    (w.MS_STATE, ""),
    (w.MS_SOURCE, ""),
)


def _table(report: ClientReport, voice: Voice) -> Table:
    columns = tuple(Column(head=voice.head(head), kind=kind) for head, kind in _HEADS)  # type: ignore[arg-type]
    rows = tuple(_row(m, voice) for m in report.milestones)
    return Table(caption=voice.head(w.MILESTONES), columns=columns, rows=rows, name="milestones")


def _row(m: Milestone, voice: Voice) -> Row:
    return Row(
        anchor=voice.anchor(m.ref),
        cells=(
            _name(m, voice),
            (runs(voice.number(m.weight)),),
            _day(m.original, voice),
            _plan(m, voice),
            _forecast(m, voice),
            _slip(m.slip_current, voice, at_least=m.slip_at_least),
            _slip(m.slip_original, voice, at_least=m.slip_at_least),
            _progress(m, voice),
            _state(m, voice),
            source_lines(m, voice),
        ),
        emphasis="late" if m.overdue_wd else "final" if m.final else "",
    )


def _name(m: Milestone, voice: Voice) -> Lines:
    role = w.MS_FINAL if m.final else w.MS_KEY if m.key else None
    name = (Run(text=m.ref, style="strong"), Run(text=" "), *voice.quote(m.title))
    return (name, (Run(text=voice.text(role), style="note"),)) if role else (name,)


def _day(figure: DayFigure, voice: Voice) -> Lines:
    return (runs(voice.day(figure.value)),) if isinstance(figure, Given) else voice.unknown_lines(figure)


def _plan(m: Milestone, voice: Voice) -> Lines:
    if not m.provisional or not isinstance(m.plan, Given):
        return _day(m.plan, voice)
    return (runs(voice.day(m.plan.value)), (Run(text=voice.text(w.PROVISIONAL).strip(), style="note"),))


def _forecast(m: Milestone, voice: Voice) -> Lines:
    if isinstance(m.reached_on, Given):
        return (runs(voice.day(m.reached_on.value)), (Run(text=voice.text(names.METHODS["actual"]), style="note"),))
    if m.reached_on is not None:
        return voice.unknown_lines(m.reached_on)
    if not isinstance(m.forecast, Given):
        return voice.unknown_lines(m.forecast, detail=True)
    return (runs(voice.day(m.forecast.value)), (Run(text=forecast_note(m, voice), style="note"),))


def forecast_note(m: Milestone, voice: Voice) -> str:
    """Return the method of a forecast, and its range where it has one."""
    method = voice.name(names.METHODS, m.forecast_method) if m.forecast_method else ""
    low, high = m.forecast_low, m.forecast_high
    if low is None:
        return method
    if m.forecast_open_ended or high is None:
        return voice.text(w.RANGE_OPEN, method=method, low=voice.day(low))
    return voice.text(w.RANGE, method=method, span=voice.span(low, high))


def _slip(figure: DaysFigure, voice: Voice, *, at_least: bool) -> Lines:
    if isinstance(figure, Given):
        return (runs(voice.late(figure.value, at_least=at_least)),)
    return voice.unknown_lines(figure)


def _progress(m: Milestone, voice: Voice) -> Lines:
    if not isinstance(m.progress, Given):
        return voice.unknown_lines(m.progress)
    lines: list[Inline] = [runs(voice.work(m.progress.value))]
    if m.progress.value.fallback:
        lines.append((Run(text=voice.text(m.progress.value.fallback), style="note"),))
    if m.progress.value.percent == 100 and m.state not in ("reached", "cancelled"):
        lines.append((Run(text=voice.text(w.MS_DONE_WAITING), style="note"),))
    return tuple(lines)


def _state(m: Milestone, voice: Voice) -> Lines:
    state = runs(voice.name(names.MILESTONE_STATES, m.state))
    if not m.overdue_wd:
        return (state,)
    return (state, (Run(text=voice.text(w.OVERDUE, days=voice.days(m.overdue_wd)), style="strong"),))


def source_lines(row: Milestone | Change, voice: Voice) -> Lines:
    """Return where a row comes from, one line per record, linked where the client can open it."""
    if row.sources:
        return tuple((voice.source(one, row.ref, observed=row.observed),) for one in row.sources)
    return (voice.say(w.AS_RECORDED, tool=row.tool),) if row.observed else ((),)


def _on_time(report: ClientReport, voice: Voice) -> Inline:
    rate = report.on_time
    said = voice.say(w.ON_TIME_RATE, met=str(rate.met), due=str(rate.due)) if rate.due else voice.say(w.ON_TIME_NONE)
    if not rate.left_out:
        return said
    gap = "" if voice.zh else " "
    return (*said, *runs(gap), *voice.say(w.ON_TIME_LEFT_OUT, refs=voice.refs(rate.left_out)))


# ----------------------------------------------------------------------------------------------------------------- C1


def _chart(report: ClientReport, voice: Voice) -> list[Block]:
    wide, narrow = timeline(report, voice, narrow=False), timeline(report, voice, narrow=True)
    if wide is None or narrow is None:
        return [Paragraph(words=voice.say(w.TIMELINE_NONE), kind="note")]
    blocks: list[Block] = [
        Chart(
            title=voice.head(w.TIMELINE),
            wide=wide,
            narrow=narrow,
            reading=voice.text(w.TIMELINE_READING),
            data=_chart_data(report, voice),
            open_label=voice.text(w.DATA_TABLE),
        )
    ]
    if len(report.milestones) > LIMIT:
        blocks.append(Paragraph(words=voice.say(w.TIMELINE_CUT, n=str(LIMIT)), kind="note"))
    return blocks


def _chart_data(report: ClientReport, voice: Voice) -> Table:
    heads = (w.MS_NAME, w.MS_ORIGINAL, w.MS_CURRENT, w.ACTUAL_HEAD, w.FORECAST_HEAD, w.RANGE_HEAD)
    return Table(
        caption=voice.head(w.TIMELINE),
        columns=tuple(Column(head=voice.head(head), kind="wide" if head is w.MS_NAME else "") for head in heads),
        rows=tuple(_chart_row(m, voice) for m in report.milestones),
        name="timeline",
    )


def _chart_row(m: Milestone, voice: Voice) -> Row:
    reached = m.reached_on is not None
    if reached or m.forecast_low is None:
        span: Inline = runs(voice.text(w.NOT_APPLICABLE))
    elif m.forecast_open_ended or m.forecast_high is None:
        span = voice.say(w.NOT_BEFORE, day=voice.day(m.forecast_low))
    else:
        span = runs(voice.span(m.forecast_low, m.forecast_high))
    return Row(
        cells=(
            ((voice.link_to(m.ref), Run(text=" "), *voice.quote(m.title)),),
            _day(m.original, voice),
            _day(m.plan, voice),
            _day(m.reached_on, voice) if m.reached_on is not None else (voice.say(w.NOT_YET),),
            (runs(voice.text(w.NOT_APPLICABLE)),) if reached else _day(m.forecast, voice),
            (span,),
        )
    )
