"""What must hold before a report may be issued: each check says what it found, passed or not.

Checks that need records which no tool has (causes of moved dates, owners, whom the client was told) come with the
register. What only wants to be known, missing translations or old data, is said and does not block.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pmbridge.report.model import ClientReport
from pmbridge.report.parts import Quote
from pmbridge.values import Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check; ``text`` is what was found. One that only informs has always passed."""

    name: str
    passed: bool
    text: Label


def checks(report: ClientReport, *, due_at: datetime | None = None) -> tuple[Check, ...]:
    """Return every check of *report*, those that can fail first. *due_at*: when its edition falls due."""
    return (
        _headline(report),
        *_due(report, due_at),
        _period(report),
        _disputes(report),
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


def _freshness(report: ClientReport) -> Iterator[Check]:
    old = [feed for feed in report.data.feeds if feed.stale or feed.interrupted or feed.complete_as_of is None]
    if old:
        labels = "、".join(feed.label for feed in old)
        en = ", ".join(feed.label for feed in old)
        text = Label(
            zh=f"{labels} 的数据不是最新，报告会写明", en=f"data of {en} is not the newest; the report says so"
        )
        yield Check(name="freshness", passed=True, text=text)


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


def _calendar(report: ClientReport) -> Iterator[Check]:
    if not report.data.calendar_final:
        text = Label(
            zh="用到的年份中有节假日安排尚未公布，报告会写明",
            en="public holidays of a year in use are not yet published; the report says so",
        )
        yield Check(name="calendar", passed=True, text=text)
