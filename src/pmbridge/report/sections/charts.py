"""The drawings of monthly and closing reports with their data as tables: trend, pipeline of changes, their impact."""

from __future__ import annotations

from pmbridge.report import register_words as r
from pmbridge.report import words as w
from pmbridge.report.blocks import Block, Chart, Column, Paragraph, Row, Table
from pmbridge.report.impact import Panel, impact, panel_name, panels, value_words
from pmbridge.report.model import ClientReport
from pmbridge.report.pipeline import Bar, bars, pipeline, state_word
from pmbridge.report.sections.rows import columns
from pmbridge.report.trend import Series, series, trend
from pmbridge.report.voice import Voice, runs
from pmbridge.values import Label


def _chart(title: Label, reading: Label, wide: str, narrow: str, data: Table, voice: Voice) -> Chart:
    return Chart(
        title=voice.head(title),
        wide=wide,
        narrow=narrow,
        reading=voice.text(reading),
        data=data,
        open_label=voice.text(w.DATA_TABLE),
    )


# ------------------------------------------------------------------------------------------------------------- C2


def trend_chart(report: ClientReport, voice: Voice) -> list[Block]:
    """Return the milestone trend; with one report only the sentence that there is none yet. Not in weekly reports."""
    if report.header.edition == "weekly":
        return []
    wide, narrow = trend(report, voice, narrow=False), trend(report, voice, narrow=True)
    if wide is None or narrow is None:
        return [Paragraph(words=voice.say(r.TREND_TOO_SHORT), kind="note")]
    found = series(report)
    heads = [voice.day(point.told_on) for point in found[0].points]
    data = Table(
        caption=voice.head(r.TREND),
        columns=(Column(head=voice.head(w.MS_NAME), kind="wide"), *(Column(head=head) for head in heads)),
        rows=tuple(_trend_row(one, voice) for one in found),
        name="trend",
    )
    return [_chart(r.TREND, r.TREND_READING, wide, narrow, data, voice)]


def _trend_row(one: Series, voice: Voice) -> Row:
    dates = (voice.day(point.on) if point.on else voice.text(w.UNKNOWN_WORD) for point in one.points)
    name = (voice.link_to(one.milestone.ref), *runs(" "), *voice.quote(one.milestone.title))
    return Row(cells=((name,), *((runs(day),) for day in dates)))


# --------------------------------------------------------------------------------------------------------- C4, C5


def change_charts(report: ClientReport, voice: Voice) -> list[Block]:
    """Return where the changes stand and what the approved ones add up to. Not in weekly reports."""
    if report.header.edition == "weekly":
        return []
    found: list[Block] = []
    wide, narrow = pipeline(report, voice, narrow=False), pipeline(report, voice, narrow=True)
    if wide is not None and narrow is not None:
        found.append(_chart(r.PIPELINE, r.PIPELINE_READING, wide, narrow, _pipeline_data(report, voice), voice))
    wide, narrow = impact(report, voice, narrow=False), impact(report, voice, narrow=True)
    if wide is not None and narrow is not None:
        found.append(_chart(r.IMPACT, r.IMPACT_READING, wide, narrow, _impact_data(report, voice), voice))
    return found


def _pipeline_data(report: ClientReport, voice: Voice) -> Table:
    return Table(
        caption=voice.head(r.PIPELINE),
        columns=columns(voice, w.CH_STATE, r.OWNER, r.PIPELINE_COUNT, r.PIPELINE_AGE, numbers=(r.PIPELINE_COUNT,)),
        rows=tuple(_pipeline_row(bar, voice) for bar in bars(report)),
        name="pipeline",
    )


def _pipeline_row(bar: Bar, voice: Voice) -> Row:
    who = {"ours": r.OURS, "theirs": r.YOURS, "over": w.NOT_APPLICABLE}[bar.held]
    age = voice.days(bar.oldest) if bar.oldest is not None else voice.text(w.UNKNOWN_WORD)
    return Row(
        cells=(
            (runs(state_word(bar, voice)),),
            (runs(voice.text(who)),),
            (runs(str(bar.n)),),
            (runs(age),),
        )
    )


def _impact_data(report: ClientReport, voice: Voice) -> Table:
    rows = tuple(row for panel in panels(report) for row in _impact_rows(report, panel, voice))
    return Table(
        caption=voice.head(r.IMPACT),
        columns=columns(voice, w.CH_NAME, r.BEGINNING_WHAT, r.IMPACT_DAY, r.IMPACT_EACH, r.IMPACT_SUM),
        rows=rows,
        name="impact",
    )


def _impact_rows(report: ClientReport, panel: Panel, voice: Voice) -> list[Row]:
    what = panel_name(report, panel, voice)
    found = [
        Row(
            cells=(
                ((voice.link_to(step.ref),),),
                (runs(what),),
                (runs(voice.day(step.on)),),
                (runs(value_words(panel, step.each, voice)),),
                (runs(value_words(panel, step.total, voice)),),
            )
        )
        for step in panel.steps
    ]
    if panel.pending is not None:
        low, high = (value_words(panel, one, voice) for one in panel.pending)
        ends = tuple(value_words(panel, panel.total + one, voice) for one in panel.pending)
        found.append(
            Row(
                cells=(
                    (runs(voice.text(r.IMPACT_PENDING)),),
                    (runs(what),),
                    (runs(voice.text(w.NOT_APPLICABLE)),),
                    (runs(low if low == high else f"{low} – {high}"),),
                    (runs(ends[0] if ends[0] == ends[1] else f"{ends[0]} – {ends[1]}"),),
                )
            )
        )
    return found
