"""What must hold before a report may be issued: each check says what it found, passed or not.

What only wants to be known, such as missing translations, is said and does not block. A check that fails may be waived
by its name, with a reason that is kept beside the report.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from pmbridge.report.diff import SEVERITY
from pmbridge.report.model import ClientReport
from pmbridge.report.names import COLOURS
from pmbridge.report.parts import Quote
from pmbridge.values import Label

if TYPE_CHECKING:
    from pmbridge.domain.concerns import Concern


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check; ``text`` is what was found. One that only informs has always passed."""

    name: str
    passed: bool
    text: Label


def checks(
    report: ClientReport, *, due_at: datetime | None = None, concerns: Sequence[Concern] = ()
) -> tuple[Check, ...]:
    """Return every check of *report*, those that can fail first.

    *due_at*: when its edition falls due. *concerns*: what the agency alone knows of the engagement.
    """
    return (
        _headline(report),
        *_due(report, due_at),
        _period(report),
        _disputes(report),
        *_judgement(report),
        *_causes(report),
        *_dates(report),
        *_concerns(report, concerns),
        *_freshness(report),
        *_translations(report),
        *_calendar(report),
    )


def _headline(report: ClientReport) -> Check:
    passed = report.overall.headline is not None
    text = Label(zh="标题句已写", en="headline written") if passed else Label(zh="缺标题句", en="headline missing")
    return Check(name="headline", passed=passed, text=text)


def _due(report: ClientReport, due_at: datetime | None) -> Iterator[Check]:
    if due_at is None:
        return
    passed = report.header.as_of >= due_at
    due, at = f"{due_at:%m-%d %H:%M}", f"{report.header.as_of:%m-%d %H:%M}"
    text = (
        Label(zh=f"数据不早于应发时间 {due}", en=f"as of no earlier than its due time, {due}")
        if passed
        else Label(zh=f"数据截至 {at}，早于应发时间 {due}", en=f"as of {at}, before its due time, {due}")
    )
    yield Check(name="due", passed=passed, text=text)


def _period(report: ClientReport) -> Check:
    header = report.header
    previous = header.previous
    if previous is None:
        return Check(name="period", passed=True, text=Label(zh="没有上期报告", en="no earlier report"))
    passed = previous.as_of.astimezone(header.as_of.tzinfo).date() < header.period_from
    text = (
        Label(zh=f"上期是 {previous.number}", en=f"the last report is {previous.number}")
        if passed
        else Label(
            zh=f"本期间已发布过第 {previous.number} 期",
            en=f"number {previous.number} was issued for this period already",
        )
    )
    return Check(name="period", passed=passed, text=text)


def _disputes(report: ClientReport) -> Check:
    found = report.data.disputes
    if not found:
        text = Label(zh="各来源没有不一致", en="no source contradicts another")
        return Check(name="differences", passed=True, text=text)
    zh = "、".join(f"{one.ref} {one.what.zh}" for one in found)
    en = ", ".join(f"{one.what.en} of {one.ref}" for one in found)
    text = Label(zh=f"来源不一致，待核对：{zh}", en=f"sources disagree: {en}")
    return Check(name="differences", passed=False, text=text)


def _judgement(report: ClientReport) -> Iterator[Check]:
    """Yield that the project manager's colour is better than that of the rules, and nobody says why."""
    judgement = report.overall.judgement
    if judgement is None:
        return
    better = SEVERITY[report.overall.colour] < SEVERITY[judgement.rule]
    passed = judgement.reason is not None or not better
    rule, colour = COLOURS[judgement.rule], COLOURS[report.overall.colour]
    text = Label(
        zh=f"规则：{rule.zh}；项目经理判断：{colour.zh}" + ("" if passed else "，没有理由（--because）"),
        en=f"rules: {rule.en}; project manager: {colour.en}" + ("" if passed else ", without a reason (--because)"),
    )
    yield Check(name="judgement", passed=passed, text=text)


def _causes(report: ClientReport) -> Iterator[Check]:
    """Yield what moved later without a cause; what only a tool shows has no place for one."""
    moved = [line.ref for line in report.since if line.kind == "forecast" and line.tone == "bad"]
    found = [m for ref in moved if (m := report.milestone(ref)) is not None and not m.observed and not m.causes]
    if found:
        refs = [m.ref for m in found]
        text = Label(
            zh=f"预测推迟而没有原因：{'、'.join(refs)}（milestone explain，或 forecast --causes）",
            en=f"moved later without a cause: {', '.join(refs)} (milestone explain, or forecast --causes)",
        )
        yield Check(name="causes", passed=False, text=text)


def _dates(report: ClientReport) -> Iterator[Check]:
    """Yield the risks, issues and action items of the page that nobody has to have done by a day."""
    refs = [one.ref for one in report.raid or () if one.due_on is None]
    if report.meetings is not None:
        refs += [one.ref for one in report.meetings.actions if one.state == "open" and one.due_on is None]
    if refs:
        text = Label(zh=f"没有期限：{'、'.join(refs)}", en=f"no due date: {', '.join(refs)}")
        yield Check(name="dates", passed=False, text=text)


def _concerns(report: ClientReport, concerns: Sequence[Concern]) -> Iterator[Check]:
    """Yield what blocks, drawn together by name, then what only wants to be known."""
    red_before = {status.dimension for status in report.status if status.last == "red"}
    # What was red in the last report, the client has read there.
    open_ones = [one for one in concerns if one.name != "told" or one.dimension not in red_before]
    for name in dict.fromkeys(one.name for one in open_ones if one.blocks):
        said = [one.text for one in open_ones if one.name == name]
        text = Label(zh="；".join(one.zh for one in said), en="; ".join(one.en for one in said))
        yield Check(name=name, passed=False, text=text)
    for one in open_ones:
        if not one.blocks:
            yield Check(name=one.name, passed=True, text=one.text)


def _freshness(report: ClientReport) -> Iterator[Check]:
    """Yield that data is old: it blocks where a figure that still moves rests on it."""
    old = [feed for feed in report.data.feeds if feed.stale or feed.interrupted or feed.complete_as_of is None]
    if not old:
        return
    tools = {feed.tool for feed in old}
    moving = [m.ref for m in report.milestones if m.state not in ("reached", "cancelled") and _rests_on(m.tool, tools)]
    moving += [c.ref for c in report.changes.rows if c.observed and not c.terminal and _rests_on(c.tool, tools)]
    labels = [feed.label for feed in old]
    zh, en = "、".join(labels), ", ".join(labels)
    if moving:
        refs_zh, refs_en = "、".join(moving), ", ".join(moving)
        text = Label(
            zh=f"{zh} 的数据不是最新，{refs_zh} 的数字以它为准",
            en=f"data of {en} is not the newest, and figures of {refs_en} rest on it",
        )
    else:
        text = Label(zh=f"{zh} 的数据不是最新，报告会写明", en=f"data of {en} is not the newest; the report says so")
    yield Check(name="freshness", passed=not moving, text=text)


def _rests_on(named: str, tools: set[str]) -> bool:
    return any(tool in named for tool in tools)


def _translations(report: ClientReport) -> Iterator[Check]:
    for language in report.header.languages:
        zh = language.startswith("zh")
        missing = {quote for quote in quotes(report) if not (quote.zh if zh else quote.en)}
        if missing:
            n = len(missing)
            text = Label(
                zh=f"{language}：{n} 处没有译文，按原文打印并注明", en=f"{language}: {n} texts printed in the original"
            )
            yield Check(name="translations", passed=True, text=text)


def quotes(report: ClientReport) -> Iterator[Quote]:
    """Yield every text of *report* that is somebody else's words, in its order; some may occur twice."""
    header = report.header
    yield from (header.client, header.engagement, header.agency.name)
    if report.overall.headline is not None:
        yield report.overall.headline
    yield from (milestone.title for milestone in report.milestones)
    yield from (change.title for change in report.changes.rows)
    yield from (item.title for group in report.completed.groups for item in group.listed)
    yield from (holiday.name for holiday in report.upcoming.holidays)
    yield from _of_register(report)


def _of_register(report: ClientReport) -> Iterator[Quote]:
    yield from (ask.title for ask in report.asks)
    yield from (one.title for one in report.raid or ())
    yield from (one.statement for one in report.goals or ())
    if report.deliverables is not None:
        yield from (one.title for one in report.deliverables.rows)
    if report.promises is not None:
        yield from (one.agreed or one.statement for one in report.promises.expectations)
        yield from (one.statement for one in report.promises.commitments)
    if report.satisfaction is not None:
        yield from (one.text for one in report.satisfaction.feedback)
        yield from (one.text for one in report.satisfaction.complaints)
        yield from (each.text for one in report.satisfaction.surveys for each in one.results)
    if report.meetings is not None:
        yield from (one.text for one in report.meetings.actions)
    if report.lessons is not None:
        yield from (one.title for one in report.lessons.lessons)
        yield from (one.text for one in report.lessons.improvements)


def _calendar(report: ClientReport) -> Iterator[Check]:
    if not report.data.calendar_final:
        text = Label(
            zh="用到的年份中有节假日安排尚未公布，报告会写明",
            en="public holidays of a year in use are not yet published; the report says so",
        )
        yield Check(name="calendar", passed=True, text=text)
