"""The registers of a report as sheets of typed cells, for those who reckon on: days as days, money with its currency.

What has no register here, such as a new section, comes from the blocks of the document, its cells as text. A figure
that is not known says so and why, in the place of its value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from pmbridge.domain.figure import UNIT_LABELS
from pmbridge.report import names
from pmbridge.report import register_words as r
from pmbridge.report import words as w
from pmbridge.report.blocks import Document, Inline, Lines, Mark, Table
from pmbridge.report.changed import Change
from pmbridge.report.model import ClientReport, Milestone
from pmbridge.report.parts import Amount, Given, Missing, Source, Work
from pmbridge.report.sections.since import since
from pmbridge.report.voice import Voice
from pmbridge.values import Label

Cell = str | int | Decimal | date | datetime | Amount | Missing | None
_Row = Sequence[Cell]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One register: the heads of its columns, and its rows, as long as the heads."""

    name: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def _(zh: str, en: str) -> Label:
    return Label(zh=zh, en=en)


_REF, _TITLE, _VALUE, _UNIT = _("编号", "Ref"), _("名称", "Title"), _("数值", "Value"), _("单位", "Unit")
_AMOUNT, _CURRENCY, _MONTHLY = _("金额", "Amount"), _("币种", "Currency"), _("每月金额", "Monthly amount")
_MONTHLY_CURRENCY = _("每月金额币种", "Monthly currency")
_KEY, _FINAL, _PROVISIONAL = _("关键", "Key"), _("最终", "Final"), _("暂定计划", "Provisional plan")
_METHOD, _EARLIEST, _LATEST = _("预测方法", "Method"), _("最早", "Earliest"), _("最晚", "Latest")
_DONE, _WHOLE, _PERCENT = _("已完成", "Done"), _("总量", "Total"), _("百分比", "Percent")
_CAUSES, _MOVED_BY = _("原因", "Causes"), _("计划变更依据", "Plan moved by")
_OURS, _THEIRS, _AGE = (
    _("我方（工作日）", "Ours (wd)"),
    _("贵方（工作日）", "Yours (wd)"),
    _("历时（工作日）", "Age (wd)"),
)
_DAYS, _DAYS_ON = _("工期影响（工作日）", "Effect on time (wd)"), _("所影响的里程碑", "Milestone affected")
_SLIP, _SLIP_FIRST = _("比现计划（工作日）", "Against current (wd)"), _("比原计划（工作日）", "Against original (wd)")
_LEFT, _OVERDUE, _VALID = (
    _("剩余工作日", "Working days left"),
    _("已逾期", "Overdue"),
    _("报价有效至", "Offer valid until"),
)
_OPTIONS, _OPTION, _ADVISED = _("方案", "Options"), _("方案", "Option"), _("我方建议", "Recommended")
_KIND, _LEVEL, _SEVERITY = _("类别", "Kind"), _("评分", "Score"), _("严重程度", "Severity")
_RISK, _ISSUE = _("风险", "risk"), _("问题", "issue")
_FIGURES, _FIGURE = _("关键数据", "Key figures"), _("数据", "Figure")
_WORKING_DAYS, _SHARE = _("工作日", "working days"), _("比例", "share")
_SIZE, _TONE = _("差异（工作日）", "Size (wd)"), _("类别", "Kind")
_WORK, _DONE_ON = _("完成的工作项", "Work done"), _("完成日期", "Done on")
_DECIDED = _("决定日期", "Decided on")
_TYPED = frozenset({"milestones", "changes", "asks", "raid", "since", "feeds"})
"""Tables of the document that have a register of their own."""


def sheets(report: ClientReport, document: Document, voice: Voice) -> tuple[Sheet, ...]:
    """Return the sheets that have a row, the key figures first, then the registers, then all other tables."""
    made = (
        _sheet(voice, _FIGURES, (_FIGURE, _VALUE, _UNIT), _figures(report, voice)),
        _sheet(voice, w.ASKS, _ASKS, _asks(report, voice)),
        _sheet(voice, _OPTIONS, _CHOICES, _options(report, voice)),
        _sheet(voice, w.MILESTONES, _MILESTONES, (_milestone(one, voice) for one in report.milestones)),
        _sheet(voice, w.CHANGES, _CHANGES, (_change(one, voice) for one in report.changes.rows)),
        _sheet(voice, r.RISKS, _RAID, _raid(report, voice)),
        _sheet(voice, w.SINCE, (w.DIFF_WHAT, _TONE, w.DIFF_OLD, w.DIFF_NEW, _SIZE, w.DIFF_NOTE), _since(report, voice)),
        _sheet(voice, _WORK, (w.MS_NAME, _TITLE, _DONE_ON, w.MS_SOURCE), _work(report, voice)),
        _sheet(
            voice, w.FEEDS, (w.FEED, w.FEED_AS_OF, w.FEED_ITEMS, w.FEED_UNREADABLE, w.FEED_STATE), _feeds(report, voice)
        ),
    )
    return tuple(one for one in (*made, *_others(document)) if one.rows)


def _sheet(voice: Voice, name: Label, heads: Sequence[Label], rows: Iterator[_Row]) -> Sheet:
    return Sheet(
        name=voice.head(name), heads=tuple(voice.head(head) for head in heads), rows=tuple(tuple(row) for row in rows)
    )


def _others(document: Document) -> Iterator[Sheet]:
    for section in (document.asks, *document.rest):
        tables = [one for one in section.blocks if isinstance(one, Table) and one.name not in _TYPED]
        for table in tables:
            heads = tuple(column.head for column in table.columns)
            rows = tuple(tuple(_text(cell) for cell in row.cells) for row in table.rows)
            yield Sheet(name=table.caption or section.heading, heads=heads, rows=rows)


def _text(cell: Lines) -> str:
    return "\n".join(_words(line) for line in cell)


def _words(line: Inline) -> str:
    return "".join(f"{one.word} {one.letter}" if isinstance(one, Mark) else one.text for one in line)


# ------------------------------------------------------------------------------------------------------- figures


def _figures(report: ClientReport, voice: Voice) -> Iterator[_Row]:
    share, days, progress = voice.text(_SHARE), voice.text(_WORKING_DAYS), report.progress
    yield voice.text(w.PROGRESS), _value(progress.value), share
    yield voice.text(_("进度（至少）", "Progress, at least")), progress.low, share
    yield voice.text(_("进度（至多）", "Progress, at most")), progress.high, share
    yield voice.text(_("应达到的进度", "Planned progress")), _value(progress.planned), share
    yield voice.text(_("按时达成的{milestones}", "{milestones} reached on time")), report.on_time.met, ""
    yield voice.text(_("已到期的{milestones}", "{milestones} that were due")), report.on_time.due, ""
    yield voice.text(w.ASKS), len(report.asks), ""
    yield voice.text(_("其中已逾期", "of them overdue")), sum(one.overdue for one in report.asks), ""
    changes = report.changes
    yield voice.text(_("待您决定的{changes}", "{changes} awaiting you")), changes.awaiting_client, ""
    yield voice.text(_("评估中的{changes}", "{changes} under assessment")), changes.under_assessment, ""
    approved = voice.text(_("已批准的{changes}", "approved {changes}"))
    yield approved, _value(changes.approved_days), days
    once = changes.approved_by_currency or ((changes.approved_money,) if changes.approved_money else ())
    for figure in once:
        yield approved, *_money(figure)
    for figure in changes.approved_monthly:
        yield f"{approved}, {voice.text(_MONTHLY)}", *_money(figure)
    if changes.contract is not None:
        yield voice.text(_("原合同金额", "Original contract value")), *_money(changes.contract.original)
        yield voice.text(_("现合同金额", "Current contract value")), *_money(changes.contract.current)
        if changes.contract.forecast is not None:
            yield voice.text(_("含待决建议方案", "With what we recommend")), *_money(changes.contract.forecast)
    if report.scope is not None:
        yield (
            voice.text(_("需求变动（自基线 0）", "Requirements changed since baseline 0")),
            *_work_cells(report.scope.churn, voice)[:1],
            "",
        )
    if report.first_pass is not None:
        done, whole, unit, _percent = _work_cells(report.first_pass, voice)
        yield voice.text(_("首次验收通过", "Accepted as first submitted")), done, unit
        yield voice.text(_("已判定的交付物", "Deliverables judged")), whole, unit


def _value(figure: Given[int] | Given[date] | Given[Decimal] | Missing | None) -> Cell:
    return figure.value if isinstance(figure, Given) else figure


def _money(figure: Given[Amount] | Missing | None) -> tuple[Cell, Cell]:
    if isinstance(figure, Given):
        return figure.value, figure.value.currency
    return figure, None


def _work_cells(figure: Given[Work] | Missing, voice: Voice) -> tuple[Cell, Cell, Cell, Cell]:
    if not isinstance(figure, Given):
        return figure, None, None, None
    work = figure.value
    return work.done, work.total, voice.text(UNIT_LABELS[work.unit]), work.percent


# ------------------------------------------------------------------------------------------------------ registers

_MILESTONES = (
    _REF, _TITLE, w.MS_WEIGHT, _KEY, _FINAL, w.MS_STATE, w.MS_ORIGINAL, w.MS_CURRENT, _PROVISIONAL, w.ACTUAL_HEAD,
    w.FORECAST_HEAD, _METHOD, _EARLIEST, _LATEST, _SLIP, _SLIP_FIRST, _DONE, _WHOLE, _UNIT, _PERCENT, _MOVED_BY,
    _CAUSES, w.MS_SOURCE,
)  # fmt: skip


def _milestone(one: Milestone, voice: Voice) -> _Row:
    return (
        one.ref, voice.plain_quote(one.title), one.weight, _yes(one.key, voice), _yes(one.final, voice),
        voice.name(names.MILESTONE_STATES, one.state), _value(one.original), _value(one.plan),
        _yes(one.provisional, voice), _value(one.reached_on), _value(one.forecast),
        voice.name(names.METHODS, one.forecast_method) if one.forecast_method else None,
        one.forecast_low, one.forecast_high, _value(one.slip_current), _value(one.slip_original),
        *_work_cells(one.progress, voice), _refs(one.moved_by, voice), _refs(one.causes, voice),
        _sources(one.sources, one.ref, voice, observed=one.observed),
    )  # fmt: skip


_CHANGES = (
    _REF, _TITLE, w.CH_STATE, w.CH_RAISED, _AGE, _OURS, _THEIRS, _DAYS, _DAYS_ON, _AMOUNT, _CURRENCY, _MONTHLY,
    _MONTHLY_CURRENCY, _DECIDED, w.MS_SOURCE,
)  # fmt: skip


def _change(one: Change, voice: Voice) -> _Row:
    age: tuple[Cell, Cell, Cell] = (_missing(one.age), None, None)
    if isinstance(one.age, Given):
        age = one.age.value.total, one.age.value.ours, one.age.value.theirs
    return (
        one.ref, voice.plain_quote(one.title), _words(voice.state(one.state, one.tool_state)), one.raised_on,
        *age, _value(one.days), one.days_on, *_money(one.money), *_first(one.monthly), one.decided_on,
        _sources(one.sources, one.ref, voice, observed=one.observed),
    )  # fmt: skip


_ASKS = (_REF, w.ASK, w.ASK_BY, _LEFT, _OVERDUE, _DAYS, _DAYS_ON, _AMOUNT, _CURRENCY, _VALID)


def _asks(report: ClientReport, voice: Voice) -> Iterator[_Row]:
    for one in report.asks:
        yield (
            one.ref, voice.plain_quote(one.title), _value(one.need_by), one.wd_left, _yes(one.overdue, voice),
            _value(one.days), one.days_on, *_money(one.money), one.valid_until,
        )  # fmt: skip


_CHOICES = (_REF, _OPTION, _TITLE, _DAYS_ON, _DAYS, _AMOUNT, _CURRENCY, _MONTHLY, _MONTHLY_CURRENCY, _ADVISED)


def _options(report: ClientReport, voice: Voice) -> Iterator[_Row]:
    """Yield each option, in as many rows as it has milestones or currencies."""
    for ask in report.asks:
        for one in ask.options:
            for at in range(max(1, len(one.days), len(one.money), len(one.monthly))):
                shift = one.days[at] if at < len(one.days) else None
                yield (
                    ask.ref, one.key, voice.plain_quote(one.title), shift.ref if shift else None,
                    shift.days if shift else None, *_first(one.money[at:]), *_first(one.monthly[at:]),
                    _yes(one.recommended, voice),
                )  # fmt: skip


_RAID = (_REF, _TITLE, _KIND, _LEVEL, _SEVERITY, r.RISK_ANSWER, r.RISK_DUE)


def _raid(report: ClientReport, voice: Voice) -> Iterator[_Row]:
    for one in report.raid or ():
        yield (
            one.ref, voice.plain_quote(one.title), voice.text(_RISK if one.kind == "risk" else _ISSUE), one.level,
            voice.name(names.SEVERITIES, one.severity) if one.severity else None,
            voice.plain_quote(one.answer) if one.answer else None, one.due_on,
        )  # fmt: skip


def _since(report: ClientReport, voice: Voice) -> Iterator[_Row]:
    tables = [one for one in since(report, voice).blocks if isinstance(one, Table) and one.name == "since"]
    for table in tables:
        for line, row in zip(report.since, table.rows, strict=True):
            what, tone, old, new, note = (_text(cell) for cell in row.cells)
            yield what, tone, old, new, line.size, note


def _work(report: ClientReport, voice: Voice) -> Iterator[_Row]:
    for group in report.completed.groups:
        for item in group.listed:
            source = voice.source(item.source, group.ref, observed=False).text
            yield group.ref, voice.plain_quote(item.title), item.done_on, source


def _feeds(report: ClientReport, voice: Voice) -> Iterator[_Row]:
    for one in report.data.feeds:
        state = w.FEED_INTERRUPTED if one.interrupted else w.FEED_STALE if one.stale else w.FEED_FRESH
        at: Cell = one.complete_as_of
        yield one.label, at or voice.text(w.FEED_NEVER), one.items, one.unreadable, voice.text(state)


# ---------------------------------------------------------------------------------------------------------- cells


def _missing(figure: object) -> Cell:
    return figure if isinstance(figure, Missing) else None


def _first(money: Sequence[Amount]) -> tuple[Cell, Cell]:
    return (money[0], money[0].currency) if money else (None, None)


def _yes(holds: bool, voice: Voice) -> str:  # noqa: FBT001 - a cell's value
    return voice.name(names.FACT_VALUES, "true" if holds else "false")


def _refs(refs: Sequence[str], voice: Voice) -> str:
    return w.LISTED.in_(voice.language).join(refs)


def _sources(sources: Sequence[Source], ref: str, voice: Voice, *, observed: bool) -> str:
    return w.LISTED.in_(voice.language).join(voice.source(one, ref, observed=observed).text for one in sources)
