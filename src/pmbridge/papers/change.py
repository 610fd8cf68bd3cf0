"""The change form: what is asked for, what each option would cost, and the line on which the client decides."""

from __future__ import annotations

from collections.abc import Sequence

from pmbridge.domain.book import Book
from pmbridge.domain.change_fields import ChangeRequest
from pmbridge.domain.client_decision import decision_on
from pmbridge.domain.contact import name_of
from pmbridge.domain.entry import Entry
from pmbridge.domain.impact import (
    A_MONTH,
    DIMENSIONS,
    MUST_BE_SETTLED,
    Assessment,
    ChangeOption,
    Dimension,
    ImpactLine,
    prices,
    reshaped,
)
from pmbridge.papers.paper import Paper, PaperFrame, Pen, amount, day, fingerprint, heads
from pmbridge.report.blocks import Block, Inline, Lines, Paragraph, Run, Section
from pmbridge.report.gate import one_line
from pmbridge.values import Label, Language

_TITLE = Label(zh="变更请求单 {ref}", en="Change request {ref}")
_RAISED = Label(zh="提出", en="Raised")
_RAISED_BY = Label(zh="{who}，{day}", en="{who}, {day}")
_BY = Label(zh="请于此日前答复", en="Please answer by")
_VALID = Label(zh="报价有效期至", en="Offer valid until")
_VERSION = Label(zh="评估版本", en="Assessment")
_ASKED = Label(zh="变更内容", en="What is asked for")
_WHY = Label(zh="原因", en="Reason")
_GAIN = Label(zh="收益", en="Benefit")
_ELSE = Label(zh="不做的后果", en="Without it")
_IMPACT = Label(zh="影响评估", en="Impact assessment")
_NOT_YET = Label(zh="尚未评估。", en="Not yet assessed.")
_OPTION = Label(zh="方案", en="Option")
_ADVISED = Label(zh="我方建议", en="recommended by us")
_NOTHING = Label(zh="不做", en="Do nothing")
_OPEN = Label(zh="未评估", en="not assessed")
_NO_EFFECT = Label(zh="无影响：{why}", en="none: {why}")
_SHIFT = Label(zh="{ref} {days} 个工作日 → {day}", en="{ref} {days} working days → {day}")
_OPS = {
    "add": Label(zh="增加 {ref}", en="adds {ref}"),
    "modify": Label(zh="修改 {ref}", en="modifies {ref}"),
    "remove": Label(zh="取消 {ref}", en="removes {ref}"),
}
_MONTHS = Label(zh="{money}/月 × {n}", en="{money} a month × {n}")
_CHOOSE = Label(zh="同意方案 {key}（{sum}）", en="Option {key} ({sum})")
_REFUSE = Label(zh="不同意", en="Not agreed")
_LATER = Label(zh="暂缓至 __________", en="Deferred until __________")
_DECIDED = Label(zh="客户决定", en="Client's decision")
_DECISION = Label(zh="{verdict}，{who}，{day}", en="{verdict}, {who}, {day}")
_VERDICTS = {
    "approve": Label(zh="批准方案 {key}", en="approved, option {key}"),
    "approve_with_conditions": Label(zh="有条件批准方案 {key}", en="approved with conditions, option {key}"),
    "reject": Label(zh="否决", en="rejected"),
    "defer": Label(zh="暂缓", en="deferred"),
    "request_information": Label(zh="要求补充信息", en="more information asked for"),
}
_CLOSING = Label(
    zh="批准即同意所选方案对范围、进度和费用的全部影响。未答复不视为同意。",
    en="Approval covers all effects of the option on scope, schedule and cost. Silence is no approval.",
)
_SIGNER = Label(zh="客户", en="Client")
_WAITS = frozenset({"assessed", "awaiting_decision", "emergency_authorised"})


def change_paper(book: Book, entry: Entry[ChangeRequest], frame: PaperFrame, language: Language) -> Paper:
    """Return the form of one change. Its fingerprint is that of the assessment, which a decision cites."""
    pen = Pen(language)
    shown = entry.released or entry.fields
    assessment = _offered(entry)
    facts = [*heads(pen, frame), (pen.say(_RAISED), (pen.run(_raised(pen, book, entry)),))]
    if assessment is not None:
        facts.append((pen.say(_VERSION), (pen.run(f"{assessment.n}"),)))
    if entry.fields.need_by is not None:
        facts.append((pen.say(_BY), (pen.run(day(entry.fields.need_by)),)))
    if entry.fields.valid_until is not None:
        facts.append((pen.say(_VALID), (pen.run(day(entry.fields.valid_until)),)))
    waits = entry.state in _WAITS
    decided = () if waits else _decided(pen, book, entry)
    sections = [_asked(pen, shown), _impact(pen, assessment)]
    if decided:
        blocks = (Paragraph(words=decided),)
        sections.append(Section(anchor="decision", heading=pen.say(_DECIDED), blocks=blocks))
    answers = tuple(_answers(pen, assessment)) if waits and assessment is not None else ()
    return Paper(
        language=language,
        name=entry.ref,
        title=f"{pen.say(_TITLE, ref=entry.ref)} {pen.plain(shown.title)}",
        facts=tuple(facts),
        sections=tuple(sections),
        answers=answers,
        closing=pen.run(pen.say(_CLOSING)) if answers else (),
        signers=(pen.say(_SIGNER),) if answers else (),
        fingerprint=assessment.sha256 if assessment is not None else fingerprint([entry.ref, entry.version]),
    )


def _offered(entry: Entry[ChangeRequest]) -> Assessment | None:
    """Return the assessment that the client has or gets next; one that we still work on is not for its eyes."""
    newest = entry.fields.assessment
    if newest is not None and newest.complete and entry.state in _WAITS:
        return newest
    return entry.fields.offered


def _raised(pen: Pen, book: Book, entry: Entry[ChangeRequest]) -> str:
    who = name_of(book, entry.fields.raised_by) if entry.fields.raised_by else "–"
    return pen.say(_RAISED_BY, who=who, day=day(entry.fields.raised_on))


def _asked(pen: Pen, shown: ChangeRequest) -> Section:
    blocks: list[Block] = []
    for label, text in (
        (None, shown.description),
        (_WHY, shown.reason),
        (_GAIN, shown.benefit),
        (_ELSE, shown.consequence),
    ):
        if text is not None:
            head: Inline = () if label is None else (Run(text=pen.led(label), style="strong"),)
            blocks.append(Paragraph(words=(*head, *pen.words(text))))
    return Section(anchor="asked", heading=pen.say(_ASKED), blocks=tuple(blocks))


def _impact(pen: Pen, assessment: Assessment | None) -> Section:
    heading = pen.say(_IMPACT)
    if assessment is None:
        empty = Paragraph(words=pen.run(pen.say(_NOT_YET)), kind="empty")
        return Section(anchor="impact", heading=heading, blocks=(empty,))
    others = [
        one
        for one in DIMENSIONS
        if one not in MUST_BE_SETTLED and any(line.dimension == one for o in assessment.options for line in o.lines)
    ]
    dimensions: list[Dimension] = [*MUST_BE_SETTLED, *others]
    columns = [pen.say(_OPTION), *(pen.say(DIMENSIONS[one]) for one in dimensions)]
    rows = [_option_row(pen, one, assessment.recommended, dimensions) for one in assessment.options]
    blocks: list[Block] = [pen.table(heading, columns, rows)]
    if assessment.do_nothing is not None:
        words = (Run(text=pen.led(_NOTHING), style="strong"), *pen.words(assessment.do_nothing))
        blocks.append(Paragraph(words=words))
    return Section(anchor="impact", heading=heading, blocks=tuple(blocks))


def _option_row(
    pen: Pen, option: ChangeOption, recommended: str | None, dimensions: Sequence[Dimension]
) -> tuple[Lines, ...]:
    name = (Run(text=f"{one_line(option.key)} ", style="strong"), *pen.words(option.title))
    advised: Lines = (name, (Run(text=pen.say(_ADVISED), style="note"),)) if option.key == recommended else (name,)
    return (advised, *(_findings(pen, option, one) for one in dimensions))


def _findings(pen: Pen, option: ChangeOption, dimension: Dimension) -> Lines:
    lines = [one for one in option.lines if one.dimension == dimension]
    if not lines:
        return (pen.run("–" if dimension not in MUST_BE_SETTLED else pen.say(_OPEN)),)
    return tuple(_finding(pen, one) for one in lines)


def _finding(pen: Pen, line: ImpactLine) -> Inline:
    if line.finding == "not_assessed":
        return pen.run(pen.say(_OPEN))
    if line.finding == "none":
        return pen.run(pen.say(_NO_EFFECT, why=pen.plain(line.rationale) if line.rationale else "–"))
    if line.scope is not None:
        return pen.run(pen.say(_OPS[line.scope.op], ref=line.scope.ref))
    if line.schedule is not None:
        one = line.schedule
        if one.op == "cancel":
            return pen.run(pen.say(*reshaped((), [one.milestone])))
        if one.op == "add" and one.new_on is not None:
            return pen.run(pen.say(*reshaped([(one.milestone, one.new_on)], ())))
        return pen.run(pen.say(_SHIFT, ref=one.milestone, days=f"{one.delta_wd or 0:+d}", day=day(one.new_on)))
    if line.budget is not None:
        return pen.run(_price(pen, line))
    return pen.words(line.text) or pen.run("–")


def _price(pen: Pen, line: ImpactLine) -> str:
    budget = line.budget
    assert budget is not None  # noqa: S101 - its caller looked
    if budget.kind == "one_off":
        return amount(budget.amount)
    if budget.months is None:
        return pen.say(A_MONTH, money=amount(budget.amount))
    return pen.say(_MONTHS, money=amount(budget.amount), n=budget.months)


def _answers(pen: Pen, assessment: Assessment) -> list[Inline]:
    found: list[Inline] = []
    for one in assessment.options:
        costs = [pen.say(each) for each in prices(one.money.values(), one.monthly.values())] or ["0"]
        found.append(pen.run(pen.say(_CHOOSE, key=one.key, sum=pen.comma.join(costs))))
    return [*found, pen.run(pen.say(_REFUSE)), pen.run(pen.say(_LATER))]


def _decided(pen: Pen, book: Book, entry: Entry[ChangeRequest]) -> Inline:
    decision = decision_on(book, entry.ref)
    if decision is None:
        return ()
    fields = decision.fields
    verdict = pen.say(_VERDICTS[fields.verdict], key=fields.option or "")
    who = (
        "、".join(name_of(book, one) for one in fields.decided_by)
        if pen.zh
        else ", ".join(name_of(book, one) for one in fields.decided_by)
    )
    return pen.run(pen.say(_DECISION, verdict=verdict, who=who, day=day(fields.decided_on)))
