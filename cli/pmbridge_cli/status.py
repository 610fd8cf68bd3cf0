"""`pmbridge status`: where an engagement stands, on one screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmbridge_cli.context import App
from pmbridge_cli.grammar import command, option
from pmbridge_cli.layout import Column, cut, filled, spread, visible, width, wrapped
from pmbridge_cli.people import people_line
from pmbridge_cli.words import NEXT, NOTHING_TO_DO, UNKNOWN, Both, joined, moment, same

if TYPE_CHECKING:
    from pmbridge import Engagement, EngagementView, Milestone
    from pmbridge.domain.view import Colour
    from pmbridge.todo import Task

AS_OF = Both("as of a past day or moment, e.g. 2026-06-05T18:00", "按过去某天或某时刻的数据，如 2026-06-05T18:00")
PROVISIONAL = Both(" (provisional)", "（暂定）")
NO_BREAK = "\u00a0"
_WORSE, _BETTER, _LEVEL = "↘", "↗", "→"
_ORDER = ("red", "amber", "green")


@command(
    help=Both(
        "Show where an engagement stands: its colour and why, milestones, changes, what waits for whom.",
        "显示项目现状：颜色和原因、里程碑、变更、谁在等谁。",
    )
)
@option(
    "--all",
    "everything",
    is_flag=True,
    help=Both("also what was reached, and who has what", "也显示已达成的，以及谁手上有多少"),
)
@option("--as-of", metavar="TIME", help=AS_OF)
@option("--exit-code", is_flag=True, help=Both("exit 4 when items wait for a person", "有事项等人处理时退出码为 4"))
def status(app: App, *, everything: bool, as_of: str | None, exit_code: bool) -> int:
    from pmbridge.todo import todo
    from pmbridge_cli.status_document import status_document
    from pmbridge_cli.sync import WAITING

    engagements = app.chosen_all()
    documents, waits = [], False
    for at, engagement in enumerate(engagements):
        view = engagement.view(as_of)
        last = engagement.reports.draft(view, "weekly").data.overall.last
        tasks = todo(app.workspace, [engagement], as_of=as_of)
        waits = waits or bool(tasks)
        if app.json:
            documents.append(status_document(app, view, last, tasks))
            continue
        if at:
            app.out.line()
        _screen(app, engagement, view, last, tasks, everything=everything)
    if app.json:
        app.out.document({"schema": "pmbridge.status/1", "engagements": documents})
    return WAITING if exit_code and waits else 0


# ------------------------------------------------------------------------------------------------------ the screen


def _screen(
    app: App,
    engagement: Engagement,
    view: EngagementView,
    last: Colour | None,
    tasks: tuple[Task, ...],
    *,
    everything: bool,
) -> None:
    from pmbridge_cli.figures import both

    out, say, room = app.out, app.out.say, app.out.room
    name = joined([both(view.client), both(view.title)], " · ", " · ")
    title, fresh = out.shown(name), [visible(out.shown(part)) for part in _freshness(view)]
    together = "  ".join(fresh)
    if width(title) + 2 + width(together) <= room:
        out.line(spread(title, together, room))
    else:
        out.lines([cut(title, room), *filled(fresh, room)])
    state, progress = visible(out.shown(_state(view, last))), visible(out.shown(_progress(view)))
    if width(state) + width(progress) + 2 <= room:
        out.line(spread(state, progress, room))
    else:
        out.lines([*wrapped(state, room), *wrapped(progress, room)])
    shown = [one for one in view.milestones if everything or one.state not in ("reached", "cancelled")]
    if shown:
        out.lines(_milestones(app, view, shown))
    out.lines(wrapped(visible(out.shown(_rest(view, everything=everything))), room))
    if everything and (people := people_line(view)):
        out.lines(wrapped(say(people), room))
    out.line(_waiting(app, tasks, engagement.name))
    if engagement.config.policy.first_no.weekly and not view.calendar_final:
        out.note(
            Both(
                "public holidays of a year that is used here are not published yet",
                "用到的年份中，有的公休日安排尚未公布",
            )
        )


def _freshness(view: EngagementView) -> list[Both]:
    parts: list[Both] = []
    for source in view.sources:
        at = moment(source.complete_as_of, view.zone, view.as_of) if source.complete_as_of else None
        said = Both(f"{source.tool} {at or 'not read'}", f"{source.tool} {at or '未读完'}")
        parts.append(Both(f"{said.en} ⚠", f"{said.zh} ⚠") if source.stale or source.problem else said)
    if not parts:
        return [Both("The register alone, no tool", "只有登记册，未读取工具")]
    return [Both(f"Data: {parts[0].en}", f"数据：{parts[0].zh}"), *parts[1:]]


def _state(view: EngagementView, last: Colour | None) -> Both:
    from pmbridge.report.names import COLOURS

    overall = view.overall
    colour = COLOURS[overall.colour]
    said = Both(colour.en, colour.zh)
    if overall.provisional:
        said = Both(said.en + PROVISIONAL.en, said.zh + PROVISIONAL.zh)
    if last:
        before = COLOURS[last]
        arrow = _arrow(last, overall.colour)
        said = Both(
            f"{said.en} {arrow} (last report {before.en})",
            f"{said.zh}{arrow if overall.provisional else ' ' + arrow}（上期 {before.zh}）",
        )
    if overall.hits:
        hit = overall.hits[0]
        more = len(overall.hits) - 1
        rest = Both(f", {more} more", f"，另有 {more} 条") if more else same("")
        return Both(
            f"{said.en}  {hit.reason.en}  [{hit.rule}]{rest.en}", f"{said.zh}  {hit.reason.zh}  [{hit.rule}]{rest.zh}"
        )
    if overall.grey:
        why = next((one.why_grey for one in view.rag if one.dimension in overall.grey and one.why_grey), None)
        return Both(f"{said.en}  {why.en if why else ''}".rstrip(), f"{said.zh}  {why.zh if why else ''}".rstrip())
    return said


def _arrow(last: str, now: str) -> str:
    if last not in _ORDER or now not in _ORDER:
        return _LEVEL
    step = _ORDER.index(now) - _ORDER.index(last)
    return _BETTER if step > 0 else _WORSE if step < 0 else _LEVEL


def _progress(view: EngagementView) -> Both:
    from pmbridge.domain.figure import Known
    from pmbridge_cli.figures import percent, runs_of, unknown

    roll = view.progress
    if isinstance(roll.value, Known):
        said = same(percent(roll.value.value))
    elif not roll.sources:
        said = unknown(roll.value)
    else:
        refs = runs_of(roll.unknown)
        span = f"{percent(roll.low)}–{percent(roll.high)}"
        said = Both(f"{span} ({refs.en} unknown)", f"{span}（{refs.zh} 未知）")
    planned = same(f" {percent(roll.planned.value)}") if isinstance(roll.planned, Known) else UNKNOWN
    return Both(f"Progress {said.en}, planned {planned.en.strip()}", f"进度 {said.zh}，应为{planned.zh}")


def _milestones(app: App, view: EngagementView, shown: list[Milestone]) -> list[str]:
    from pmbridge.domain.figure import Known
    from pmbridge_cli.figures import both, expected, shown_day, shown_progress, shown_slip

    say = app.out.say
    # Before a plan was agreed there is no original one: a column of unknowns would say nothing.
    original = any(isinstance(one.original, Known) for one in shown)
    heads = [
        Column(head=say(Both("Milestone", "里程碑")), least=10 if original else 14),
        *([Column(head=say(Both("Orig.", "原计划")))] if original else []),
        Column(head=say(Both("Plan now", "现计划"))),
        Column(head=say(Both("Forecast", "预测/实际")), least=12),
        Column(head=say(Both("vs plan", "比现计划"))),
        *([Column(head=say(Both("vs orig.", "比原计划")))] if original else []),
        Column(head=say(Both("Progress", "进度")), least=8 if not original else 16 if app.language == "en" else 12),
    ]
    rows = []
    for one in shown:
        title = both(one.title)
        cells = [
            Both(f"{one.ref} {title.en}", f"{one.ref} {title.zh}"),
            *([shown_day(one.original, view.today)] if original else []),
            _moved(shown_day(one.plan, view.today), one),
            expected(one, view.today),
            shown_slip(one.slip_current, at_least=one.slip_at_least),
            *([shown_slip(one.slip_original)] if original else []),
            shown_progress(one.progress),
        ]
        rows.append([say(cell) for cell in cells])
    return app.out.table(heads, rows, gap=1 if original else 2)


def _moved(day: Both, one: Milestone) -> Both:
    """Return the plan date with the change that moved it last."""
    by = one.moved_by[-1:]
    return Both(f"{day.en} {by[0]}", f"{day.zh} {by[0]}") if by else day


def _rest(view: EngagementView, *, everything: bool) -> Both:
    from pmbridge_cli.figures import runs_of

    parts = []
    reached = [one.ref for one in view.milestones if one.state == "reached"]
    if reached and not everything:
        refs = runs_of(reached)
        parts.append(Both(f"{refs.en} reached (--all shows them).", f"{refs.zh} 已达成（--all 显示）。"))
    counts = change_counts(view)
    if view.contract is not None and any(not one.observed for one in view.changes):
        listed = joined([*_open_changes(view), *_worth(view)], " · ", " · ")
        parts.append(Both(f"Changes: {listed.en}", f"变更：{listed.zh}"))
    elif counts:
        listed = joined([_counted(label, n) for label, n in counts], " · ", " · ")
        parts.append(Both(f"Changes: {listed.en}", f"变更：{listed.zh}"))
    else:
        parts.append(Both("No change requests.", "没有变更请求。"))
    return joined(parts, " ", "")


_OURS = frozenset({"submitted", "under_assessment", "assessed"})
_THEIRS = frozenset({"awaiting_decision", "needs_information"})


def _open_changes(view: EngagementView) -> list[Both]:
    """Return how many changes wait for the client and how many for our assessment; then those only a tool shows."""
    mine = [one for one in view.changes if not one.observed]
    theirs = sum(one.state in _THEIRS for one in mine)
    ours = sum(one.state in _OURS for one in mine)
    found = [Both(f"awaiting the client {theirs}", f"待客户 {theirs}"), Both(f"in assessment {ours}", f"评估中 {ours}")]
    if late := sum(one.state == "emergency_authorised" for one in mine):
        found.append(Both(f"to be confirmed in writing {late}", f"待书面确认 {late}"))
    if seen := len(view.changes) - len(mine):
        found.append(Both(f"only in a tool {seen}", f"仅在工具中 {seen}"))
    return found


def _worth(view: EngagementView) -> list[Both]:
    """Return what was approved in all, by currency, and what the contract was and is worth."""
    from pmbridge.domain.figure import Known

    contract = view.contract
    if contract is None:
        return []
    sums = [str(one.value).replace(" ", NO_BREAK) for one in contract.approved.values() if isinstance(one, Known)]
    parts = [Both(f"approved {' + '.join(sums)}", f"已批准合计 {' + '.join(sums)}")] if sums else []
    if isinstance(contract.original, Known) and isinstance(contract.current, Known):
        before, now = contract.original.value, contract.current.value
        span = f"{before.amount:,.2f}{NO_BREAK}→{NO_BREAK}{now.amount:,.2f}"
        parts.append(Both(f"contract {span}", f"合同 {span}"))
    return [Both(", ".join(one.en for one in parts), "，".join(one.zh for one in parts))] if parts else []


def _counted(label: Both, number: int) -> Both:
    # No blank behind a full-width mark.
    gap = "" if label.zh[-1] in "」）" else " "
    return Both(f"{label.en} {number}", f"{label.zh}{gap}{number}")


def change_counts(view: EngagementView) -> list[tuple[Both, int]]:
    """Return how many changes stand in each state, in the order of a request's life.

    A state that is not mapped comes last, in the tool's own word.
    """
    from pmbridge.domain.change import STATES

    places = list(STATES)
    counts: dict[tuple[int, Both], int] = {}
    for change in view.changes:
        state = STATES.get(change.state or "")
        if state is None:
            label = Both(f"“{change.tool_state}” in {change.tool}", f"{change.tool} 中「{change.tool_state}」")
            place = len(places)
        else:
            label, place = _name_of_state(state.name, change.observed, change.tool), places.index(state.name)
        counts[place, label] = counts.get((place, label), 0) + 1
    return [(label, n) for (_, label), n in sorted(counts.items())]


def _name_of_state(state: str, observed: bool, tool: str) -> Both:  # noqa: FBT001 - one caller
    from pmbridge.domain.change import STATES

    if state == "awaiting_decision":
        # The label speaks to the client; this screen speaks of them.
        return Both("awaiting the client", "待客户决定")
    label = STATES[state].label
    if state == "approved" and observed:
        # A tool that says so is no client's decision.
        return Both(f"{label.en} (as recorded in {tool})", f"{label.zh}（据 {tool} 记录）")
    return Both(label.en, label.zh)


def _waiting(app: App, tasks: tuple[Task, ...], engagement: str) -> str:
    if not tasks:
        return app.out.say(NOTHING_TO_DO)
    theirs = sum(task.on_client for task in tasks)
    late = sum(task.on_client and task.late_wd > 0 for task in tasks)
    differences = sum(task.kind == "difference" for task in tasks)
    by_hand = sum(task.kind == "by_hand" for task in tasks)
    ours = len(tasks) - theirs - differences - by_hand
    parts = []
    if theirs:
        lateness = Both(f" ({late} late)", f"（逾期 {late}）") if late else same("")
        parts.append(Both(f"the client owes us {theirs}{lateness.en}", f"客户欠我们 {theirs}{lateness.zh}"))
    if ours:
        parts.append(Both(f"we have to do {ours}", f"我们要做 {ours}"))
    if differences:
        parts.append(Both(f"to settle {differences}", f"待核对 {differences}"))
    if by_hand:
        parts.append(Both(f"by hand {by_hand}", f"手动步骤 {by_hand}"))
    listed = joined(parts, " · ", " · ")
    # No blank behind a full-width mark.
    said = app.out.shown(Both(listed.en, listed.zh.replace("） ·", "）·")))
    step = app.out.say(NEXT.filled(command=app.addressed("pmbridge next", engagement)))
    return spread(said[:1].upper() + said[1:], step, app.out.room)
