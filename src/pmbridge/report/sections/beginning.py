"""S3 of the closing report: what became of time, money and scope since both sides first agreed on them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pmbridge.report import register_words as r
from pmbridge.report import words as w
from pmbridge.report.blocks import Inline, Lines, Row, Run, Section, Table
from pmbridge.report.model import ClientReport, Milestone
from pmbridge.report.parts import Amount, DayFigure, Given
from pmbridge.report.sections.rows import columns, empty
from pmbridge.report.voice import Voice, runs


def since_the_beginning(report: ClientReport, voice: Voice) -> Section:
    """Return time, money, scope and every milestone: as first agreed, as agreed now, as it is."""
    rows = (*_final(report, voice), *_contract(report, voice), *_requirements(report, voice), *_in_time(report, voice))
    heading = voice.text(r.BEGINNING)
    if not rows:
        return Section(anchor="sec-S3", heading=heading, blocks=(empty(r.BEGINNING_NONE, voice),))
    heads = (r.BEGINNING_WHAT, r.BEGINNING_FIRST, r.BEGINNING_NOW, r.BEGINNING_ACTUAL, r.BEGINNING_NOTE)
    table = Table(
        caption=heading,
        columns=columns(voice, *heads, wide=(r.BEGINNING_WHAT, r.BEGINNING_NOTE)),
        rows=rows,
        name="beginning",
    )
    return Section(anchor="sec-S3", heading=heading, blocks=(table,))


def _na(voice: Voice) -> Lines:
    return (runs(voice.text(w.NOT_APPLICABLE)),)


def _day(figure: DayFigure | None, voice: Voice) -> Lines:
    if figure is None:
        return (voice.say(w.NOT_YET),)
    return (runs(voice.day(figure.value)),) if isinstance(figure, Given) else voice.unknown_lines(figure)


def _final(report: ClientReport, voice: Voice) -> Iterator[Row]:
    m = report.milestone(report.final) if report.final else None
    if m is None or not isinstance(m.original, Given):
        return
    name = voice.say(r.FINAL_DATE, name=(voice.link_to(m.ref), *runs(" "), *voice.quote(m.title)))
    yield Row(
        cells=(
            (name,),
            _day(m.original, voice),
            _day(m.plan, voice),
            _day(m.reached_on, voice),
            (voice.join(_shifts(report, m, voice), by=w.COMMA),),
        ),
        emphasis="final",
    )


def _shifts(report: ClientReport, m: Milestone, voice: Voice) -> Iterator[Inline]:
    if isinstance(m.slip_original, Given):
        yield voice.say(r.AGAINST_FIRST, shift=voice.shift(m.slip_original.value))
    if isinstance(report.changes.approved_days, Given):
        approved = voice.say(r.APPROVED_SHIFT, shift=voice.shift(report.changes.approved_days.value))
        moved = voice.say(w.IN_BRACKETS, what=voice.refs(m.moved_by)) if m.moved_by else ()
        yield (*approved, *moved)
    if isinstance(m.slip_current, Given):
        causes = voice.say(w.IN_BRACKETS, what=voice.say(w.CAUSED_BY, refs=voice.refs(m.causes))) if m.causes else ()
        yield (*voice.say(r.AGAINST_CURRENT, shift=voice.shift(m.slip_current.value)), *causes)


def _contract(report: ClientReport, voice: Voice) -> Iterator[Row]:
    contract = report.changes.contract
    if contract is None or not isinstance(contract.original, Given) or not isinstance(contract.current, Given):
        return
    first, now = contract.original.value, contract.current.value
    yield Row(
        cells=(
            (voice.say(r.CONTRACT_VALUE),),
            ((Run(text=voice.money(first), style="figure"),),),
            ((Run(text=voice.money(now), style="figure"),),),
            _na(voice),
            (_grown(first, now, voice),) if first.currency == now.currency else _na(voice),
        )
    )


def _grown(first: Amount, now: Amount, voice: Voice) -> Inline:
    more = Amount(amount=now.amount - first.amount, currency=now.currency)
    amount = voice.money(more) if more.amount < 0 else "+" + voice.money(more)
    if not first.amount:
        return runs(amount)
    return voice.say(r.CONTRACT_GREW, amount=amount, percent=_percent(more.amount / first.amount))


def _percent(share: Decimal) -> str:
    return f"{share * 100:+.1f}%"


def _requirements(report: ClientReport, voice: Voice) -> Iterator[Row]:
    scope = report.scope
    if scope is None or not isinstance(scope.churn, Given):
        return
    moved = voice.work(scope.churn.value)
    yield Row(
        cells=(
            (voice.say(r.REQUIREMENTS),),
            (runs(voice.number(scope.churn.value.total)),),
            (runs(str(scope.agreed)) if scope.agreed is not None else runs(voice.text(w.NOT_RECORDED)),),
            _na(voice),
            (voice.say(r.REQUIREMENTS_MOVED, work=moved),),
        )
    )


def _in_time(report: ClientReport, voice: Voice) -> Iterator[Row]:
    first, now = report.on_time_original, report.on_time
    if first is None or not first.due:
        return
    yield Row(
        cells=(
            (runs(voice.head(r.MILESTONES_IN_TIME)),),
            (runs(f"{first.met}/{first.due}"),),
            (runs(f"{now.met}/{now.due}"),),
            _na(voice),
            ((),),
        )
    )
