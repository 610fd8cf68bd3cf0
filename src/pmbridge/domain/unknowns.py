"""What is not known, why, and what would make it known: the list in the report and the hints for the project manager.

A remedy is for the project manager alone. It names a place in a tool, and a command only where one exists.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pmbridge.domain.figure import Unknown, UnknownReason
from pmbridge.domain.observed_milestone import ObservedMilestone
from pmbridge.domain.resolved import ResolvedChangeRule, ResolvedMilestoneRule, ResolvedSource
from pmbridge.domain.view import Change, Milestone, UnknownNote
from pmbridge.values import Label

PROGRESS = Label(zh="进度", en="progress")
FORECAST = Label(zh="预测", en="forecast")
PLAN = Label(zh="计划日期", en="plan date")
REACHED = Label(zh="达成情况", en="whether and when it was reached")
FOUND = Label(zh="里程碑记录", en="record of the milestone")
AGREED = Label(zh="客户确认的计划", en="plan agreed with the client")
AGE = Label(zh="变更历时", en="age of the change")
DAYS = Label(zh="变更天数", en="days of the change")
MONEY = Label(zh="变更金额", en="amount of the change")

_TOGETHER: Mapping[Label, Label] = {
    PROGRESS: Label(zh="{refs} 进度未知", en="progress of {refs} is unknown"),
    FORECAST: Label(zh="{refs} 没有预测", en="no forecast for {refs}"),
    PLAN: Label(zh="{refs} 的计划日期未知", en="plan dates of {refs} are not known"),
    REACHED: Label(zh="{refs} 的达成情况未知", en="whether and when {refs} were reached is not known"),
    FOUND: Label(zh="没有找到 {refs}", en="{refs} were not found in any tool"),
    AGE: Label(zh="变更历时 {total} 项中 {n} 项未知", en="the age of {n} of {total} changes is unknown"),
    DAYS: Label(zh="变更天数 {total} 项中 {n} 项未填", en="{n} of {total} changes have no days"),
    MONEY: Label(zh="变更金额 {total} 项中 {n} 项未填", en="{n} of {total} changes have no amount"),
}


def unknowns(
    milestones: Sequence[ObservedMilestone],
    missing: Sequence[str],
    changes: Sequence[tuple[Change, ResolvedChangeRule]],
    unread: Sequence[ResolvedSource] = (),
) -> tuple[UnknownNote, ...]:
    """Return one note per unknown figure: by figure, then in the order of the milestones and changes.

    *missing* are milestones that no tool shows; they may stand in one of the sources that are still *unread*.
    """
    found = [one for one in milestones if one.milestone.state != "cancelled"]
    return (
        *(_not_found(ref, unread) for ref in missing),
        *(note for one in found for note in _progress(one)),
        *(note for one in found for note in _forecast(one)),
        *(note for one in found for note in _reached(one.milestone)),
        *(note for one in found for note in _plan(one)),
        *_not_agreed(found),
        *(note for change, rule in changes for note in _impact(change, rule)),
    )


def summary(notes: Sequence[UnknownNote], *, changes: int) -> tuple[UnknownNote, ...]:
    """Return *notes* with those about the same figure drawn together: "M5、M6、M7 没有预测"."""
    together: dict[Label, list[UnknownNote]] = {}
    for note in notes:
        together.setdefault(note.what, []).append(note)
    return tuple(_drawn_together(what, ones, changes) for what, ones in together.items())


def _drawn_together(what: Label, notes: Sequence[UnknownNote], changes: int) -> UnknownNote:
    first, pattern = notes[0], _TOGETHER.get(what)
    about_changes = what in (AGE, DAYS, MONEY)
    if pattern is None or (len(notes) == 1 and not about_changes):
        return first
    zh, en = "、".join(one.ref for one in notes), ", ".join(one.ref for one in notes)
    text = Label(
        zh=pattern.zh.format(refs=zh, n=len(notes), total=changes),
        en=pattern.en.format(refs=en, n=len(notes), total=changes),
    )
    return UnknownNote(
        ref=first.ref if len(notes) == 1 else "", what=what, reason=first.reason, text=text, remedy=first.remedy
    )


def _note(ref: str, what: Label, unknown: Unknown, zh: str, en: str, remedy: Label | None = None) -> UnknownNote:
    why = unknown.label
    return UnknownNote(
        ref=ref,
        what=what,
        reason=unknown.reason,
        text=Label(zh=f"{zh}：{why.zh}", en=f"{en}: {why.en}"),
        remedy=remedy,
    )


def _not_found(ref: str, unread: Sequence[ResolvedSource]) -> UnknownNote:
    if unread:
        tools = list(dict.fromkeys(one.tool for one in unread))
        command = f"pmbridge sync {' '.join(dict.fromkeys(one.connection for one in unread))}"
        return UnknownNote(
            ref=ref,
            what=FOUND,
            reason=UnknownReason.SOURCE_UNREACHABLE,
            text=Label(
                zh=f"没有找到 {ref}：{'、'.join(tools)} 尚未完整读取",
                en=f"{ref} was not found: {' and '.join(tools)} {'was' if len(tools) == 1 else 'were'} "
                "never read completely",
            ),
            remedy=Label(zh=command, en=command),
        )
    return UnknownNote(
        ref=ref,
        what=FOUND,
        reason=UnknownReason.NOT_PROVIDED,
        text=Label(
            zh=f"没有找到 {ref}：工具中没有匹配的记录", en=f"{ref} was not found: no record in a tool matches it"
        ),
        remedy=Label(zh="pmbridge engagement edit", en="pmbridge engagement edit"),
    )


def _progress(one: ObservedMilestone) -> Iterator[UnknownNote]:
    milestone = one.milestone
    figure = milestone.progress
    # A reached milestone counts as done, whatever its items say.
    if isinstance(figure, Unknown) and milestone.state != "reached":
        yield _note(
            milestone.ref,
            PROGRESS,
            figure,
            f"{milestone.ref} 进度未知",
            f"progress of {milestone.ref} is unknown",
            _remedy_of_progress(one, figure),
        )


def _remedy_of_progress(one: ObservedMilestone, figure: Unknown) -> Label | None:
    if not one.feeds:  # it stands in the register alone
        return _said(f"pmbridge milestone estimate {one.milestone.ref} --percent N")
    feed = one.feeds[0]
    tool, title = feed.data.source.tool, feed.record.title
    match figure.reason:
        case UnknownReason.NO_ITEMS:
            return _how_to_link(feed.rule, tool, title)
        case UnknownReason.NOT_MAPPED | UnknownReason.MIXED_UNITS:
            return Label(zh="pmbridge engagement edit", en="pmbridge engagement edit")
        case UnknownReason.SOURCE_UNREACHABLE:
            return Label(zh="pmbridge sync", en="pmbridge sync")
        case UnknownReason.DIVISION_BY_ZERO:
            return Label(zh=f"在 {tool} 填写「{title}」各项的估算", en=f"in {tool}, estimate the items of “{title}”")
        case _:
            return None


def _said(command: str) -> Label:
    return Label(zh=command, en=command)


def _how_to_link(rule: ResolvedMilestoneRule, tool: str, title: str) -> Label:
    match rule.items:
        case "group":
            return Label(zh=f"在 {tool} 把工作项归入「{title}」", en=f"in {tool}, put its work items under “{title}”")
        case "children" | "checklist":
            return Label(zh=f"在 {tool} 给「{title}」建子项", en=f"in {tool}, create items below “{title}”")
        case _:
            return Label(
                zh=f"在 {tool} 让「{title}」的工作项符合对应规则",
                en=f"in {tool}, make the work items of “{title}” match the mapping",
            )


def _forecast(one: ObservedMilestone) -> Iterator[UnknownNote]:
    milestone = one.milestone
    figure = milestone.forecast
    if isinstance(figure, Unknown) and milestone.reached_on is None:
        yield _note(
            milestone.ref,
            FORECAST,
            figure,
            f"{milestone.ref} 没有预测",
            f"no forecast for {milestone.ref}",
            _remedy_of_progress(one, figure)
            if one.feeds
            else _said(f"pmbridge milestone forecast {milestone.ref} --on DATE"),
        )


def _reached(milestone: Milestone) -> Iterator[UnknownNote]:
    figure = milestone.reached_on
    if isinstance(figure, Unknown):
        yield _note(
            milestone.ref,
            REACHED,
            figure,
            f"{milestone.ref} 的达成情况未知",
            f"whether and when {milestone.ref} was reached is not known",
            Label(zh="pmbridge engagement edit", en="pmbridge engagement edit")
            if figure.reason is UnknownReason.NOT_MAPPED
            else None,
        )


def _plan(one: ObservedMilestone) -> Iterator[UnknownNote]:
    milestone = one.milestone
    figure = milestone.plan
    if not isinstance(figure, Unknown):
        return
    remedy = None
    if figure.reason is UnknownReason.NOT_MAPPED:
        remedy = Label(zh="pmbridge engagement edit", en="pmbridge engagement edit")
    elif figure.reason is UnknownReason.NOT_PROVIDED and milestone.state != "reached" and one.feeds:
        feed = one.feeds[0]
        tool, title = feed.data.source.tool, feed.record.title
        remedy = Label(zh=f"在 {tool} 给「{title}」设日期", en=f"in {tool}, set a date on “{title}”")
    yield _note(
        milestone.ref,
        PLAN,
        figure,
        f"{milestone.ref} 的计划日期未知",
        f"the plan date of {milestone.ref} is not known",
        remedy,
    )


def _not_agreed(found: Sequence[ObservedMilestone]) -> Iterator[UnknownNote]:
    if any(one.milestone.provisional for one in found):
        yield UnknownNote(
            ref="",
            what=AGREED,
            reason=UnknownReason.NOT_PROVIDED,
            text=Label(zh="计划日期未经客户确认", en="the plan dates are not agreed with the client"),
            remedy=None,
        )


def _impact(change: Change, rule: ResolvedChangeRule) -> Iterator[UnknownNote]:
    figures: list[tuple[Label, object]] = [(AGE, change.age)]
    # Without a mapped field nobody asked for the figure, and nothing is missing.
    if rule.days_field is not None:
        figures.append((DAYS, change.days))
    if rule.money_field is not None:
        figures.append((MONEY, change.money))
    for what, figure in figures:
        if isinstance(figure, Unknown):
            remedy = Label(zh=f"在 {change.tool} 填写 {change.ref}", en=f"fill it in on {change.ref} in {change.tool}")
            yield _note(
                change.ref,
                what,
                figure,
                f"{change.ref} 的{what.zh}未知",
                f"{what.en} {change.ref} is not known",
                None if what is AGE else remedy,
            )
