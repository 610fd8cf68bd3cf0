"""Work completed, the colours of each aspect, what comes next."""

from __future__ import annotations

from pmbridge.report import names
from pmbridge.report import register_words as r
from pmbridge.report import words as w
from pmbridge.report.blocks import Block, Column, Inline, Items, Lines, Paragraph, Row, Run, Section, Table
from pmbridge.report.model import ClientReport, DoneItem, Status
from pmbridge.report.parts import Given
from pmbridge.report.project import AHEAD_WD
from pmbridge.report.sections.afterwards import afterwards
from pmbridge.report.sections.ahead import ahead
from pmbridge.report.sections.glance import planned_words, progress_words, provisional, tools_of
from pmbridge.report.sections.lessons import goals
from pmbridge.report.sections.strip import strip
from pmbridge.report.voice import Voice, runs

# ---------------------------------------------------------------------------------------------------------------- S4


def completed(report: ClientReport, voice: Voice) -> Section:
    """Return what was finished in the period: milestones, changes, then items counted by milestone."""
    done = report.completed
    blocks: list[Block] = []
    listed = {item for group in done.groups for item in group.listed}
    if done.items:
        said = w.DONE_COUNT if listed else w.DONE_COUNT_ONLY
        blocks.append(Paragraph(words=voice.say(said, items=voice.items(done.items), listed=str(len(listed)))))
    elif report.data.feeds:
        blocks.append(Paragraph(words=voice.say(w.DONE_NONE, tools=tools_of(report, voice)), kind="empty"))
    else:
        blocks.append(Paragraph(words=voice.say(w.DONE_NO_SOURCE), kind="empty"))
    entries: list[tuple[Inline, tuple[Inline, ...]]] = [
        (one, ()) for one in (*_reached(report, voice), *_changed(report, voice))
    ]
    entries += [
        (
            voice.say(w.DONE_GROUP, name=_milestone_name(report, group.ref, voice), items=voice.items(group.items)),
            tuple(_item(item, voice) for item in group.listed),
        )
        for group in done.groups
    ]
    if entries:
        blocks.append(Items(entries=tuple(entries)))
    return Section(anchor="sec-S4", heading=voice.text(w.DONE), blocks=tuple(blocks))


def _milestone_name(report: ClientReport, ref: str, voice: Voice) -> Inline:
    m = report.milestone(ref)
    title = (Run(text=" "), *voice.quote(m.title)) if m else ()
    return (voice.link_to(ref), *title)


def _reached(report: ClientReport, voice: Voice) -> list[Inline]:
    found = []
    for ref in report.completed.reached:
        m = report.milestone(ref)
        if m is not None and isinstance(m.reached_on, Given):
            name = _milestone_name(report, ref, voice)
            found.append(voice.say(w.DONE_REACHED, name=name, day=voice.day(m.reached_on.value)))
    return found


def _changed(report: ClientReport, voice: Voice) -> list[Inline]:
    closed = set(report.completed.closed_changes)
    found = []
    for change in report.changes.rows:
        if change.ref in closed:
            name = (voice.link_to(change.ref), Run(text=" "), *voice.quote(change.title))
            found.append(voice.say(w.DONE_CHANGE, name=name, state=voice.state(change.state, change.tool_state)))
    return found


def _item(item: DoneItem, voice: Voice) -> Inline:
    said = voice.say(w.DONE_ON, title=voice.quote(item.title), day=voice.day(item.done_on))
    if not item.source.url:
        return said
    return (*said, Run(text=" "), Run(text=item.source.key or item.source.tool, href=item.source.url))


# ---------------------------------------------------------------------------------------------------------------- S5


def status(report: ClientReport, voice: Voice) -> Section:
    """Return the colour of each aspect with its reason, and overall progress."""
    looks_back = report.header.edition != "closing"  # that one is compared with no report
    before = (w.STATUS_LAST, w.STATUS_SINCE) if looks_back else ()
    heads = (w.STATUS_ASPECT, w.STATUS_NOW, *before, w.STATUS_WHY)
    columns = tuple(Column(head=voice.text(head), kind="wide" if head is w.STATUS_WHY else "") for head in heads)
    rows = tuple(_status_row(report, one, voice, looks_back=looks_back) for one in report.status)
    progress = voice.say(w.STATUS_PROGRESS, progress=_progress(report, voice), planned=planned_words(report, voice))
    return Section(
        anchor="sec-S5",
        heading=voice.text(w.STATUS),
        blocks=(
            Table(caption=voice.text(w.STATUS), columns=columns, rows=rows, name="status"),
            *strip(report, voice),
            Paragraph(words=progress),
            *(_goals(report, voice)),
        ),
    )


def _goals(report: ClientReport, voice: Voice) -> list[Block]:
    if report.goals is None:
        return [Paragraph(words=voice.say(w.STATUS_GOALS), kind="note")]
    return goals(report.goals, voice)


def _progress(report: ClientReport, voice: Voice) -> Inline:
    words = (Run(text=progress_words(report, voice), style="strong"),)
    if not report.progress.unknown:
        return words
    unknown = voice.say(w.UNKNOWN_OF, refs=voice.refs(report.progress.unknown))
    return (*words, *voice.say(w.IN_BRACKETS, what=unknown))


def _status_row(report: ClientReport, one: Status, voice: Voice, *, looks_back: bool) -> Row:
    last: Inline = (voice.colour(one.last),) if one.last else runs(voice.text(w.STATUS_FIRST))
    if one.last is None and report.header.previous is not None:
        last = runs(voice.text(w.NOT_APPLICABLE))
    since: Lines = (runs(voice.day(one.since)) if one.since else runs(voice.text(w.STATUS_FIRST)),)
    return Row(
        cells=(
            (runs(voice.name(names.DIMENSIONS, one.dimension)),),
            ((voice.colour(one.colour),) if one.colour else runs(voice.text(w.NOT_APPLICABLE)),),
            *(((last,), since) if looks_back else ()),
            _because(report, one, voice),
        )
    )


def _because(report: ClientReport, one: Status, voice: Voice) -> Lines:
    tail = provisional(report, voice) if one.provisional and one.colour else ""
    if one.colour is None:
        return (voice.say(w.STATUS_NA),)
    if one.colour == "grey":
        return ((*(voice.say(one.why_grey) if one.why_grey else voice.say(w.WHY_GREY)), *runs(tail)),)
    if not one.rules:
        return ((*voice.say(w.STATUS_CALM), *runs(tail)),)
    said = tuple(voice.reason(rule) for rule in one.rules)
    return (*said[:-1], (*said[-1], *runs(tail)), *_measures(report, one, voice))


def _measures(report: ClientReport, one: Status, voice: Voice) -> Lines:
    """Return what is done about the risks and issues behind a colour; of anything else nothing is recorded."""
    behind = {ref for rule in one.rules for ref in rule.anchors}
    found = [each for each in report.raid or () if each.ref in behind and each.answer is not None]
    if not found:
        return ((Run(text=voice.text(w.STATUS_NO_ACTION), style="muted"),),)
    return tuple(
        voice.say(
            r.STATUS_ACTION,
            ref=voice.link_to(each.ref),
            what=voice.quote(each.answer) if each.answer else "",
            day=voice.weekday(each.due_on) if each.due_on else voice.text(w.NOT_RECORDED),
        )
        for each in found
    )


# ---------------------------------------------------------------------------------------------------------------- S6


def upcoming(report: ClientReport, voice: Voice) -> Section:
    """Return milestones due within the next working days, holidays, and what is not recorded.

    The closing report has what was handed over and what is still open in its place.
    """
    if report.header.edition == "closing":
        return afterwards(report, voice)
    coming = report.upcoming
    facts = {"days": voice.days(AHEAD_WD), "day": voice.day(coming.until)}
    blocks: list[Block] = []
    summary: Inline = ()
    if coming.milestones:
        summary = runs(voice.head(w.NEXT_UNTIL, **facts) + w.COLON.in_(voice.language).strip())
        blocks.append(_due_table(report, voice))
    else:
        blocks.append(Paragraph(words=voice.say(w.NEXT_NONE, **facts), kind="empty"))
    for holiday in coming.holidays:
        days = voice.span(holiday.first, holiday.last)
        blocks.append(Paragraph(words=voice.say(w.NEXT_HOLIDAY, days=days, name=voice.quote(holiday.name))))
    blocks += ahead(report, voice)
    if not report.data.calendar_final:
        blocks.append(Paragraph(words=voice.say(w.CALENDAR_OPEN), kind="note"))
    return Section(anchor="sec-S6", heading=voice.text(w.NEXT), blocks=tuple(blocks), summary=summary)


def _due_table(report: ClientReport, voice: Voice) -> Table:
    rows = []
    today = report.header.as_of.date()
    for due in report.upcoming.milestones:
        m = report.milestone(due.ref)
        if m is None:
            continue
        plan = runs(voice.weekday(m.plan.value)) if isinstance(m.plan, Given) else voice.unknown(m.plan)
        tail = voice.text(w.PROVISIONAL) if m.provisional and isinstance(m.plan, Given) else ""
        forecast = runs(voice.weekday(m.forecast.value)) if isinstance(m.forecast, Given) else voice.unknown(m.forecast)
        late = due.on < today
        left = voice.text(w.OVERDUE if late else w.REMAINING, days=voice.days(abs(due.in_wd)))
        rows.append(
            Row(
                cells=(
                    (_milestone_name(report, m.ref, voice),),
                    ((*plan, *runs(tail)),),
                    (forecast,),
                    (runs(voice.text(w.TODAY) if due.on == today else left),),
                ),
                emphasis="late" if late else "",
            )
        )
    columns = (
        Column(head=voice.head(w.MS_NAME), kind="wide"),
        Column(head=voice.text(w.NEXT_ON)),
        Column(head=voice.text(w.FORECAST_HEAD)),
        Column(head=voice.text(w.NEXT_IN)),
    )
    return Table(caption=voice.text(w.NEXT), columns=columns, rows=tuple(rows), name="due")
