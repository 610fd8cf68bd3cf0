"""What we ask of the client: decisions, acceptances, things to provide, information."""

from __future__ import annotations

from pmbridge.report import words as w
from pmbridge.report.asked import Ask, AskOption
from pmbridge.report.blocks import Column, Inline, Lines, Paragraph, Row, Run, Section, Table
from pmbridge.report.model import ClientReport
from pmbridge.report.parts import Given
from pmbridge.report.reply import reply_link
from pmbridge.report.sections.glance import name_of, only_monthly, tools_of
from pmbridge.report.voice import Voice, runs


def asks(report: ClientReport, voice: Voice) -> Section:
    """Return what waits for the client; without anything a sentence that says what the data can say."""
    late = sum(ask.overdue for ask in report.asks)
    count = str(len(report.asks)) if not late else voice.text(w.ASKS_COUNT, n=str(len(report.asks)), late=str(late))
    return Section(anchor="sec-S2", heading=voice.text(w.ASKS), count=count, blocks=_blocks(report, voice))


def _blocks(report: ClientReport, voice: Voice) -> tuple[Paragraph | Table, ...]:
    blocks: list[Paragraph | Table] = []
    if report.asks:
        columns = (
            Column(head=voice.text(w.ASK), kind="wide"),
            Column(head=voice.text(w.ASK_BY)),
            Column(head=voice.text(w.ASK_IMPACT)),
            Column(head=voice.text(w.ASK_COST)),
            Column(head=voice.text(w.ASK_ANSWER), kind="action"),
        )
        rows = tuple(_row(report, ask, voice) for ask in report.asks)
        blocks.append(Table(caption=voice.text(w.ASKS), columns=columns, rows=rows, name="asks"))
    elif report.data.feeds and all(m.observed for m in report.milestones):
        blocks.append(Paragraph(words=voice.say(w.ASKS_NONE, tools=tools_of(report, voice)), kind="empty"))
    elif report.data.feeds:
        blocks.append(Paragraph(words=voice.say(w.ASKS_NONE_AT_ALL), kind="empty"))
    else:
        blocks.append(Paragraph(words=voice.say(w.ASKS_NO_SOURCE), kind="empty"))
    vague = [c.ref for c in report.changes.rows if c.state is None and not c.terminal]
    if vague:
        said = voice.say(w.ASKS_UNMAPPED, n=str(len(vague)), tools=tools_of(report, voice), refs=voice.refs(vague))
        blocks.append(Paragraph(words=said, kind="note"))
    return tuple(blocks)


def _row(report: ClientReport, ask: Ask, voice: Voice) -> Row:
    answer = Run(
        text=voice.text(w.REPLY),
        href=reply_link(report, ask, voice),
        style="link",
        hint=voice.text(w.REPLY_TO, ref=ask.ref),
    )
    recorded = voice.text(w.AS_RECORDED, tool=ask.tool) if ask.observed else ""
    under = voice.join([one for one in (_waiting(ask, voice), recorded) if one], by=w.COMMA)
    return Row(
        anchor=f"ask-{voice.anchor(ask.ref)}",
        cells=(
            (name_of(ask, voice), _muted(under)),
            _need_by(ask, voice),
            _consequences(ask, voice),
            _cost(ask, voice),
            ((answer,),),
        ),
        emphasis="late" if ask.overdue else "",
    )


def _muted(inline: Inline) -> Inline:
    return tuple(Run(text=run.text, style="muted") if isinstance(run, Run) else run for run in inline)


def _waiting(ask: Ask, voice: Voice) -> str:
    if ask.kind == "accept":
        return voice.text(w.ASK_ACCEPT, n=str(ask.turn or 1))
    if ask.kind == "provide":
        return voice.text(w.ASK_PROVIDE)
    dated, bare = (w.ASKED_SINCE, w.ASKED) if ask.kind == "inform" else (w.WAITING_SINCE, w.WAITING)
    return voice.text(dated, day=voice.day(ask.since)) if ask.since else voice.text(bare)


def _need_by(ask: Ask, voice: Voice) -> Lines:
    if not isinstance(ask.need_by, Given):
        return (voice.say(w.DEADLINE_UNKNOWN, unknown=voice.unknown(ask.need_by)),)
    lines = [runs(voice.weekday(ask.need_by.value))]
    left = ask.wd_left
    if ask.overdue and left is not None:
        lines.append((Run(text=voice.text(w.ASK_LATE, days=voice.days(-left)), style="strong"),))
    elif left is not None:
        lines.append(runs(voice.text(w.REMAINING, days=voice.days(left)) if left else voice.text(w.TODAY)))
    if ask.valid_until is not None:
        lines.append(runs(voice.text(w.ASK_OFFER_UNTIL, day=voice.day(ask.valid_until))))
    return tuple(lines)


# ------------------------------------------------------------------------------- what follows from which answer


def _consequences(ask: Ask, voice: Voice) -> Lines:
    if ask.observed:
        return (_impact(ask, voice), _recommended(runs(voice.text(w.NOT_RECORDED)), voice))
    if ask.kind == "accept":
        return (runs(voice.text(w.ASK_VERDICTS)),)
    lines = [_option(one, ask, voice) for one in ask.options]
    chosen = [one.key for one in ask.options if one.recommended]
    if ask.recommendation is not None:
        lines.append(_recommended(voice.quote(ask.recommendation), voice))
    elif chosen:
        lines.append(_recommended(runs(chosen[0]), voice))
    if not lines and ask.effect_if_late is not None:
        lines.append(voice.say(w.ASK_WITHOUT, effect=voice.quote(ask.effect_if_late)))
    return tuple(lines) or (_impact(ask, voice),)


def _recommended(what: Inline, voice: Voice) -> Inline:
    return voice.say(w.RECOMMENDATION, what=what)


def _option(one: AskOption, ask: Ask, voice: Voice) -> Inline:
    """Return an option with what it costs; of a change also that it moves nothing, where that is so."""
    effects: list[Inline] = [
        *(voice.say(w.IMPACT_DAYS, ref=voice.link_to(each.ref), shift=voice.shift(each.days)) for each in one.days),
        *(voice.say(w.ASK_ADDS, ref=voice.link_to(each.ref), day=voice.day(each.on)) for each in one.added),
        *(voice.say(w.ASK_CANCELS, ref=voice.link_to(each)) for each in one.cancelled),
    ]
    priced = bool(one.money or one.monthly)
    if priced and not effects and ask.days_on is not None:
        effects.append(voice.say(w.IMPACT_DAYS, ref=voice.link_to(ask.days_on), shift=voice.shift(0)))
    effects += [(Run(text=voice.money(each), style="figure"),) for each in one.money]
    effects += [voice.say(w.ASK_MONTHLY, money=voice.money(each)) for each in one.monthly]
    if one.consequence is not None:
        effects.append(voice.quote(one.consequence))
    name = (Run(text=one.key, style="strong"), Run(text=" "), *voice.quote(one.title))
    if not effects:
        return name
    return voice.say(w.ASK_OPTION, name=name, effects=voice.join(effects, by=w.DOT))


def _impact(ask: Ask, voice: Voice) -> Inline:
    parts: list[Inline] = [_days_impact(ask, voice)]
    if ask.money is not None and not only_monthly(ask.money, ask.monthly):
        if isinstance(ask.money, Given):
            parts.append((Run(text=voice.money(ask.money.value), style="figure"),))
        else:
            parts.append(voice.say(w.IMPACT_MONEY_UNKNOWN, unknown=voice.unknown(ask.money)))
    parts += [voice.say(w.ASK_MONTHLY, money=voice.money(each)) for each in ask.monthly]
    return voice.join(parts, by=w.DOT)


def _days_impact(ask: Ask, voice: Voice) -> Inline:
    if not isinstance(ask.days, Given):
        return voice.say(w.IMPACT_DAYS_UNKNOWN, unknown=voice.unknown(ask.days))
    shift = Run(text=voice.shift(ask.days.value), style="figure")
    if ask.days_on is None:
        return (shift,)
    return voice.say(w.IMPACT_DAYS, ref=voice.link_to(ask.days_on), shift=shift)


def _cost(ask: Ask, voice: Voice) -> Lines:
    """Return what waiting costs: a milestone that moves, an offer that ends, a milestone that is concerned."""
    lines = []
    for one in ask.delays:
        unit = w.WORKING_DAY if one.days == 1 else w.WORKING_DAYS
        days = voice.text(unit, n=voice.number(one.days))
        lines.append(voice.say(w.ASK_DELAY, ref=voice.link_to(one.ref), days=days))
    if ask.valid_until is not None:
        lines.append(voice.say(w.ASK_REASSESSED, day=voice.day(ask.valid_until)))
    if not lines and ask.affects:
        lines.append(voice.say(w.ASK_CONCERNS, refs=voice.refs(ask.affects)))
    return tuple(lines) or (runs(voice.text(w.NOT_RECORDED)),)
