"""What needs a person now, as data: what ``pmbridge next`` lists and a scheduled sync reports once.

Read from the store alone, no network. A task is known by its ``key``, which stays the same while it waits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pydantic import JsonValue

from pmbridge.adapter.registry import load
from pmbridge.conflicts import conflicts
from pmbridge.domain.calendar import Calendar
from pmbridge.domain.unknowns import summary
from pmbridge.domain.view import EngagementView, SourceView
from pmbridge.engagement import Engagement
from pmbridge.errors import NotAuthorized, PmbridgeError, SafetyStop
from pmbridge.parking import parked, parked_task
from pmbridge.registered_tasks import difference_task, held_tasks
from pmbridge.report.period import due_at, period
from pmbridge.task import SOON_WD, YOU, Kind, Task, both
from pmbridge.unattended import pending_stop
from pmbridge.values import Label
from pmbridge.workspace import Workspace

__all__ = ["NEWS", "News", "Task", "news", "todo"]

NEWS = "waiting"
_ORDER: tuple[Kind, ...] = (
    "stop",
    "access",
    "decision",
    "report",
    "ours",
    "stale",
    "unreadable",
    "difference",
    "by_hand",
    "unknown",
)
_WEEK = timedelta(days=7)
_ACCESS = frozenset({"credential-missing", "credential-refused", "anonymous", "not-visible"})
_STOPS = frozenset({"mapping-changed", "origin"})


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What began to wait: ``fresh`` was not there before; ``since``: (engagement, key) → when it was first seen."""

    fresh: tuple[Task, ...]
    since: Mapping[tuple[str, str], datetime]

    def waits_for(self, task: Task, now: datetime) -> timedelta:
        """Return for how long *task* has been seen to wait."""
        return now - self.since.get((task.engagement, task.key), now)


def todo(
    workspace: Workspace,
    engagements: Sequence[Engagement] | None = None,
    *,
    as_of: datetime | str | None = None,
    everything: bool = False,
) -> tuple[Task, ...]:
    """Return what needs a person, most urgent first: safety stops, late, by date, by age.

    *engagements* defaults to all of the workspace. *everything* adds what is due later: a report, and everything
    that is ours. Of an engagement that was never read there is only what its register holds.

    Raises:
        ConfigError: the mapping of an engagement does not fit its project.
    """
    chosen = [workspace.engagement(name) for name in workspace.engagements] if engagements is None else engagements
    found = [
        task
        for engagement in chosen
        for task in (
            *(_tasks(workspace, engagement, as_of, everything=everything) if engagement.was_synced else ()),
            *held_tasks(engagement, as_of, everything=everything),
        )
    ]
    return tuple(sorted(found, key=_urgency))


def news(workspace: Workspace, tasks: Sequence[Task]) -> News:
    """Return which of *tasks* wait for the first time, and remember all: each is news once.

    *tasks* is what :func:`todo` gave for the whole workspace. Nothing is written when nothing began or ended.
    """
    now = workspace.clock.now()
    since: dict[tuple[str, str], datetime] = {}
    fresh: list[Task] = []
    for name, engagement in workspace.config.engagements.items():
        if not engagement.sources:
            continue
        memo = workspace.store.memo(engagement.sources[0].connection)
        kept = memo.kept(f"{NEWS}:{name}")
        before = {str(key): str(at) for key, at in kept.items()} if isinstance(kept, dict) else {}
        mine = {task.key: task for task in tasks if task.engagement == name}
        fresh += [task for key, task in mine.items() if key not in before]
        still: dict[str, JsonValue] = {key: before.get(key, now.isoformat()) for key in sorted(mine)}
        memo.keep(f"{NEWS}:{name}", still)
        since |= {(name, key): datetime.fromisoformat(str(at)) for key, at in still.items()}
    return News(fresh=tuple(fresh), since=since)


def _urgency(task: Task) -> tuple[object, ...]:
    stop = task.kind not in ("stop", "access")
    # Late first, the latest first; then what has a date; then what has waited longest.
    return (
        stop,
        -task.late_wd,
        task.due is None,
        task.due and task.due.timestamp(),
        _ORDER.index(task.kind),
        (task.since or date.max),
        task.key,
    )


def _tasks(
    workspace: Workspace, engagement: Engagement, as_of: datetime | str | None, *, everything: bool
) -> Iterator[Task]:
    view = engagement.view(as_of)
    yield from _connections(workspace, engagement)
    yield from _decisions(view)
    yield from _report(engagement, view, everything=everything)
    for source in view.sources:
        yield from _source(view, source)
    for one in conflicts(workspace, engagement, view, remember=as_of is None):
        if one.open:
            yield difference_task(one, view)
    for write in parked(workspace, engagement) if as_of is None else ():
        yield parked_task(write, engagement)
    plan = workspace.store.writings.newest(view.name) if as_of is None else None
    if plan is not None and any(one.state == "manual" for one in plan.entries):
        from pmbridge.by_hand_tasks import step_tasks  # plans and all that they stand on: only who has steps needs them

        yield from step_tasks(workspace, engagement)
    if view.account_faults:
        told = [
            Label(zh=f"{one.person}：{one.text.zh}", en=f"{one.person}: {one.text.en}") for one in view.account_faults
        ]
        yield Task(
            key=f"people:{','.join(f'{one.person}[{one.position}]' for one in view.account_faults)}",
            kind="unknown",
            engagement=view.name,
            who=YOU,
            text=Label(zh=" · ".join(one.zh for one in told), en=" · ".join(one.en for one in told)),
            command=Label(zh="pmbridge doctor", en="pmbridge doctor"),
        )
    for note in summary(view.unknowns, changes=len(view.changes)):
        if note.remedy is not None:
            yield Task(
                key=f"unknown:{note.ref}:{note.what.en}:{note.text.en}",
                kind="unknown",
                engagement=view.name,
                who=YOU,
                text=note.text,
                command=note.remedy,
            )


def _connections(workspace: Workspace, engagement: Engagement) -> Iterator[Task]:
    """Yield what the last run of each connection left for a person: a guard, a credential, held records."""
    runs = workspace.store.last_runs()
    for connection in dict.fromkeys(source.connection for source in engagement.config.sources):
        settings = workspace.config.connections[connection]
        tool = load(settings.adapter).title
        held = workspace.store.held(connection)
        gone = sum(len(ids) for ids in held.values())
        if gone:
            command = f"pmbridge sync {connection} --accept-vanished {gone}"
            yield Task(
                key=f"stop:{connection}:{gone}",
                kind="stop",
                engagement=engagement.name,
                who=YOU,
                text=Label(
                    zh=f"{tool} 中有 {gone} 项不见了，未作标记",
                    en=f"{gone} records of {tool} are gone; nothing was marked",
                ),
                command=Label(zh=command, en=command),
            )
        if (plan := pending_stop(workspace, engagement, connection)) is not None:
            n = len(plan.having("planned"))
            command = f"pmbridge apply {plan.number} -e {engagement.name}"
            yield Task(
                key=f"stop:{connection}:plan:{plan.number}",
                kind="stop",
                engagement=engagement.name,
                who=YOU,
                text=Label(
                    zh=f"将一次向 {tool} 写入 {n} 处，超过自动写入的上限，都没有发送",
                    en=f"{n} writes would go to {tool} at once, more than a sync may send; none was sent",
                ),
                command=Label(zh=command, en=command),
            )
        run = runs.get(connection)
        # Not every tool knows an account by a name; Jira's settings hold the one that logs in.
        user: str | None = getattr(settings, "user", None)
        error = _for_a_person(run.error, connection, tool, user) if run is not None and run.error else None
        if error is not None:
            yield Task(
                key=f"last-run:{connection}:{error.name}",
                kind="access" if isinstance(error, NotAuthorized) else "stop",
                engagement=engagement.name,
                who=YOU,
                text=Label(zh=error.text("zh"), en=error.text("en")),
                command=Label(zh=error.next_step("zh"), en=error.next_step("en")),
            )


def _for_a_person(name: str, connection: str, tool: str, user: str | None) -> PmbridgeError | None:
    """Return the error that ended the last run, if it is one that no later run can mend by itself."""
    if name in _ACCESS:
        return NotAuthorized(name, connection=connection, tool=tool, thing=connection, user=user)
    if name in _STOPS:
        return SafetyStop(name, connection=connection, tool=tool)
    return None


def _decisions(view: EngagementView) -> Iterator[Task]:
    """Yield the changes that only a tool shows; what the register holds is listed with all else that it holds."""
    for change in view.changes:
        if change.holder != "client" or change.terminal or not change.observed:
            continue
        title = both(change.title)
        asked = Label(zh="待客户决定", en="awaits the client's decision")
        if change.state == "needs_information":
            asked = Label(zh="待客户补充信息", en="awaits information from the client")
        address = next((source.url for source in change.sources if source.url), "") or "pmbridge status"
        yield Task(
            key=f"decision:{change.ref}",
            kind="decision",
            engagement=view.name,
            who=both(view.client),
            text=Label(zh=f"{change.ref} {title.zh}，{asked.zh}", en=f"{change.ref} {title.en} {asked.en}"),
            command=Label(zh=address, en=address),
            since=change.since,
            on_client=True,
        )


def _report(engagement: Engagement, view: EngagementView, *, everything: bool) -> Iterator[Task]:
    """Yield the weekly report that is due next, with what is still missing."""
    due = _weekly_due(engagement, view)
    calendar = Calendar.named(engagement.config.calendar)
    on = due.date()
    late = max(calendar.wd(on, view.today), 0) if due < view.as_of else 0
    if not everything and due > view.as_of and calendar.wd(view.today, on) > SOON_WD:
        return
    draft = engagement.reports.draft(view, "weekly")
    # That it is not due yet is no fault of what is prepared before.
    checked = engagement.reports.checks(draft, view)
    failed = sum(not check.passed and check.name != "due" for check in checked)
    number = draft.data.header.number
    if failed:
        zh, en = f"周报 {number}：{failed} 项检查未过", f"weekly {number}: {failed} checks fail"
        en = en.replace("1 checks fail", "1 check fails") if failed == 1 else en
        command = "pmbridge report check"
    else:
        zh, en, command = f"周报 {number}：可以发布", f"weekly {number}: ready to issue", "pmbridge report issue"
    yield Task(
        key=f"report:weekly:{number}:{failed}",
        kind="report",
        engagement=view.name,
        who=YOU,
        text=Label(zh=zh, en=en),
        command=Label(zh=command, en=command),
        due=due,
        late_wd=late,
    )


def _weekly_due(engagement: Engagement, view: EngagementView) -> datetime:
    """Return when the next weekly report is due: that of this week, or of the first week that has none."""
    issued = [one for one in engagement.reports.issued() if one.edition == "weekly"]
    week = period("weekly", view.as_of, view.zone)
    if issued:
        last = period("weekly", max(one.as_of for one in issued), view.zone)
        # Never further back than one week: what was not sent a month ago will not be sent now.
        first = max(last.first + _WEEK, week.first - _WEEK)
        at = datetime.combine(first, datetime.min.time(), view.zone)
        week = period("weekly", at, view.zone)
    return due_at(engagement.config.policy.weekly_due, week, view.zone)


def _source(view: EngagementView, source: SourceView) -> Iterator[Task]:
    place, command = f"{source.tool} {source.project}", f"pmbridge sync {source.connection}"
    if source.stale:
        at = source.complete_as_of.astimezone(view.zone) if source.complete_as_of else None
        zh = f"{place} 的数据停在 {at:%m-%d %H:%M}" if at else f"{place} 还没有完整读取过"
        en = f"data of {place} is from {at:%m-%d %H:%M}" if at else f"{place} was never read to its end"
        yield Task(
            key=f"stale:{source.connection}:{source.project}",
            kind="stale",
            engagement=view.name,
            who=YOU,
            text=Label(zh=zh, en=en),
            command=Label(zh=command, en=command),
            since=at.date() if at else None,
        )
    if source.unreadable:
        n = source.unreadable
        yield Task(
            key=f"unreadable:{source.connection}:{source.project}:{n}",
            kind="unreadable",
            engagement=view.name,
            who=YOU,
            text=Label(
                zh=f"{place} 有 {n} 项无法读懂", en=f"{n} {'record' if n == 1 else 'records'} of {place} cannot be read"
            ),
            command=Label(
                zh=f"pmbridge doctor {source.connection} --report", en=f"pmbridge doctor {source.connection} --report"
            ),
        )
