"""The change requests."""

from __future__ import annotations

from pmbridge.domain.change import STATES
from pmbridge.report import register_words as r
from pmbridge.report import words as w
from pmbridge.report.blocks import Block, Column, Inline, Lines, Paragraph, Row, Run, Section, Table
from pmbridge.report.changed import Change
from pmbridge.report.model import ClientReport
from pmbridge.report.parts import Given
from pmbridge.report.sections.charts import change_charts
from pmbridge.report.sections.glance import approved_words, only_monthly
from pmbridge.report.sections.milestones import source_lines
from pmbridge.report.voice import Voice, runs
from pmbridge.values import Label

LIST_ALL = 12
"""Up to this many changes are all listed; of more, only those that are open or moved in the period."""
_DECIDED = frozenset(
    {"approved", "rejected", "deferred", "implementing", "implemented", "verified", "closed", "cancelled"}
)


def listed_changes(report: ClientReport) -> tuple[Change, ...]:
    """Return the changes that the page lists: a weekly one leaves out those that are over, where there are many."""
    rows = report.changes.rows
    if len(rows) <= LIST_ALL or report.header.edition != "weekly":
        return rows
    moved = {line.ref for line in report.since}
    first = report.header.period_from
    return tuple(c for c in rows if not c.terminal or c.ref in moved or (c.since is not None and c.since >= first))


def changes(report: ClientReport, voice: Voice) -> Section:
    """Return the change requests: counts by state, the register, approved totals."""
    heading = voice.head(w.CHANGES)
    if not report.changes.rows:
        none = Paragraph(words=voice.say(w.CHANGES_NONE), kind="empty")
        return Section(anchor="sec-S8", heading=heading, blocks=(none,))
    rows = listed_changes(report)
    blocks: list[Block] = change_charts(report, voice)
    if rows:
        blocks.append(_table(rows, voice, money=report.changes.approved_money is not None))
    rest = len(report.changes.rows) - len(rows)
    if rest:
        blocks.append(Paragraph(words=voice.say(w.NOT_LISTED, n=str(rest)), kind="note"))
    blocks.append(Paragraph(words=voice.say(w.APPROVED_LINE, total=approved_words(report, voice, sentence=True))))
    contract = report.changes.contract
    if contract is not None and isinstance(contract.original, Given) and isinstance(contract.current, Given):
        money = {
            name: voice.money_in_sentence(one.value)
            for name, one in (("original", contract.original), ("current", contract.current))
        }
        monthly = voice.say(w.CONTRACT_MONTHLY) if report.changes.approved_monthly else ()
        blocks.append(Paragraph(words=(*voice.say(w.CONTRACT_LINE, **money), *monthly)))
    if report.scope is not None and isinstance(report.scope.churn, Given):
        recent = report.scope.churn_recent
        said = runs(voice.work(recent.value)) if isinstance(recent, Given) else voice.unknown(recent)
        blocks.append(Paragraph(words=voice.say(w.CHURN_LINE, total=voice.work(report.scope.churn.value), recent=said)))
    if any(change.observed for change in report.changes.rows):
        blocks.append(Paragraph(words=voice.say(w.APPROVED_WHY), kind="note"))
    return Section(anchor="sec-S8", heading=heading, blocks=tuple(blocks), summary=_counts(report, voice))


def _counts(report: ClientReport, voice: Voice) -> Inline:
    order = list(STATES)
    counts = sorted(
        report.changes.counts,
        key=lambda c: (c.state is None, order.index(c.state) if c.state in order else 0, c.tool_state or ""),
    )
    said = [voice.say(w.STATE_COUNT, state=voice.state(c.state, c.tool_state or ""), n=str(c.n)) for c in counts]
    total = voice.say(w.CHANGES_COUNT, n=str(len(report.changes.rows)))
    return (*total, *voice.join(said, by=w.DOT))


def _table(rows: tuple[Change, ...], voice: Voice, *, money: bool) -> Table:
    columns = [
        Column(head=voice.head(w.CH_NAME), kind="wide"),
        Column(head=voice.text(w.CH_STATE)),
        Column(head=voice.text(w.CH_RAISED)),
        Column(head=voice.text(w.CH_AGE)),
        Column(head=voice.text(w.CH_DAYS)),
        *([Column(head=voice.text(w.CH_MONEY), kind="number")] if money else []),
        Column(head=voice.text(w.CH_DECISION)),
        Column(head=voice.text(w.MS_SOURCE)),
    ]
    return Table(
        caption=voice.head(w.CHANGES),
        columns=tuple(columns),
        rows=tuple(_row(c, voice, money=money) for c in rows),
        name="changes",
    )


def _row(change: Change, voice: Voice, *, money: bool) -> Row:
    return Row(
        anchor=voice.anchor(change.ref),
        cells=(
            _name(change, voice),
            _state(change, voice),
            (runs(voice.day(change.raised_on)) if change.raised_on else _untold(voice),),
            _age(change, voice),
            _days(change, voice),
            *((_money(change, voice),) if money else ()),
            (_decided(change, voice),),
            source_lines(change, voice),
        ),
    )


def _untold(voice: Voice) -> Inline:
    return (Run(text=voice.text(w.UNKNOWN_WORD), style="unknown"),)


def _name(change: Change, voice: Voice) -> Lines:
    name = (Run(text=change.ref, style="strong"), Run(text=" "), *voice.quote(change.title))
    if change.kind == "off_specification":
        return (name, (Run(text=voice.text(w.OFF_SPECIFICATION), style="note"),))
    return (name,)


def _state(change: Change, voice: Voice) -> Lines:
    lines = [voice.state(None if change.in_tool_words else change.state, change.tool_state)]
    if change.in_tool_words:
        lines.append((Run(text=voice.text(w.TOOL_WORD_FROM, tool=change.tool), style="note"),))
    if change.since is not None:
        lines.append((Run(text=voice.text(w.STATE_SINCE, day=voice.day(change.since)), style="note"),))
    return tuple(lines)


def _age(change: Change, voice: Voice) -> Lines:
    if not isinstance(change.age, Given):
        return voice.unknown_lines(change.age)
    age = change.age.value
    return (runs(voice.days(age.total)), (Run(text=f"{age.ours}/{age.theirs}", style="note"),))


def _days(change: Change, voice: Voice) -> Lines:
    if not isinstance(change.days, Given):
        return voice.unknown_lines(change.days)
    shift = voice.shift(change.days.value)
    if change.days_on is None:
        return (runs(shift),)
    return (voice.say(w.IMPACT_DAYS, ref=voice.link_to(change.days_on), shift=shift),)


def _money(change: Change, voice: Voice) -> Lines:
    if change.kind == "off_specification" and not change.observed and not isinstance(change.money, Given):
        return (runs(voice.text(r.NO_COST_TO_YOU)),)
    monthly = tuple(voice.say(w.ASK_MONTHLY, money=voice.money(each)) for each in change.monthly)
    if isinstance(change.money, Given):
        return (runs(voice.money(change.money.value)), *monthly)
    if only_monthly(change.money, change.monthly):
        return monthly
    return (*(voice.unknown_lines(change.money) if change.money else (_untold(voice),)), *monthly)


def _decided(change: Change, voice: Voice) -> Inline:
    if change.decided_on is None or change.state is None:
        return runs(voice.text(_decision(change)))
    verdict = {"rejected": w.REJECTED, "deferred": w.DEFERRED, "cancelled": w.STOPPED}.get(change.state, w.APPROVED)
    facts = {"day": voice.day(change.decided_on), "verdict": voice.text(verdict)}
    if not change.decided_by:
        return voice.say(w.DECISION_MADE, **facts)
    who = voice.join([(voice.word(name),) for name in change.decided_by], by=w.LISTED)
    return voice.say(w.DECISION_MADE_BY, who=who, day=facts["day"], verdict=facts["verdict"])


def _decision(change: Change) -> Label:
    """Return what is known of the client's decision: a tool's state never is one."""
    if change.holder == "client":
        return w.DECISION_WAITING
    if change.state == "approved":
        return w.DECISION_NONE
    if change.state is None or change.state in _DECIDED:
        return w.DECISION_UNTOLD
    return w.DECISION_NOT_DUE
