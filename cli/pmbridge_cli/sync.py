"""`pmbridge sync`: one line per connection, what a client would notice, what waits for a person."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pmbridge_cli.context import App
from pmbridge_cli.grammar import argument, command, option
from pmbridge_cli.layout import padded, visible, width
from pmbridge_cli.words import NEXT, NOTHING_TO_DO, Both, counted, joined, moment, same

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pmbridge import ConnectionOutcome, SyncResult, Workspace
    from pmbridge.errors import PmbridgeError
    from pmbridge.todo import News, Task
    from pmbridge.workspace import Noticed
    from pmbridge_cli.words import Said

WAITING = 4
PARTIAL = 5
TEMPORARY = 75
MOST_CHANGES = 7
MOST_LINES = 20
_EXIT = Both("[exit {code}]", "[退出码 {code}]")
_SHORT = {
    "rate-limited": Both("asks to wait {wait}", "限流，请 {wait}后再试"),
    "unreachable": Both("cannot be reached", "连不上"),
    "credential-refused": Both("credential refused", "令牌被拒绝"),
    "credential-missing": Both("no secret", "没有令牌"),
    "busy": Both("another run is at work", "另一次运行正在进行"),
    "vanished": Both("held back, a person decides", "已暂停，需要人决定"),
    "empty": Both("held back, a person decides", "已暂停，需要人决定"),
    "too-many-writes": Both("too much to write at once, a person decides", "一次要写的太多，需要人决定"),
    "doubtful": Both("a write has no result yet", "有一次写入还没有结果"),
    "mapping-changed": Both("the mapping changed, a person decides", "对应关系已变，需要人决定"),
}
_NOT_READ = Both("not read completely", "未能完整读取")


@command(
    help=Both(
        "Read the tools into the mirror, then write what `write.auto` of an engagement lists (by default nothing). "
        "Running it again right away changes nothing; a run that was killed goes on.",
        "把各工具的数据读入本地，再写入项目 write.auto 所列的内容（默认什么也不写）。立即重复运行不会有变化；"
        "中断后从中断处继续。",
    )
)
@argument("connections", nargs=-1, metavar="[CONN]...")
@option("--full", is_flag=True, help=Both("read everything again", "全部重新读取"))
@option(
    "--accept-vanished",
    type=int,
    metavar="N",
    help=Both("these N records that were held back are really gone", "确认这 N 项确实已不存在"),
)
@option(
    "--accept-mapping",
    is_flag=True,
    help=Both("what leaves the report with the new mapping may leave", "接受新的对应关系使内容从报告消失"),
)
@option("--exit-code", is_flag=True, help=Both("exit 4 when items wait for a person", "有事项等人处理时退出码为 4"))
def sync(
    app: App,
    connections: tuple[str, ...],
    *,
    full: bool,
    accept_vanished: int | None,
    accept_mapping: bool,
    exit_code: bool,
) -> int:
    from pmbridge.errors import ConfigError
    from pmbridge.todo import News, news, todo
    from pmbridge_cli.progress import Watch

    workspace, watch = app.workspace, Watch(app)
    app.stopped = watch.stopped
    with watch.running():
        result = workspace.sync(
            connections, full=full, accept_vanished=accept_vanished, accept_mapping=accept_mapping, on_progress=watch
        )
    try:
        tasks = todo(workspace)
        told = news(workspace, tasks)
    except ConfigError:
        # A mapping that does not fit is told by its connection; what the others brought must not go untold for it.
        tasks, told = (), News(fresh=(), since={})
    new = told.fresh
    code = result.exit_code or (WAITING if exit_code and tasks else 0)
    _log_end(result, code, len(new))
    if app.json:
        app.out.document(_document(app, result, code, tasks, new))
    elif app.quiet:
        _mail(app, result, code, _worth_a_mail(workspace, tasks, told))
    else:
        _screen(app, workspace, result, code, tasks, new)
    return code


# ------------------------------------------------------------------------------------------------------ the screen


def _noticed(workspace: Workspace, result: SyncResult) -> Noticed:
    """Return what there is to say; a mapping that does not fit is told by the connection's own line."""
    from pmbridge.errors import ConfigError
    from pmbridge.workspace import Noticed

    try:
        return workspace.noticed(result)
    except ConfigError:
        return Noticed(changes=(), attention=())


def _screen(
    app: App, workspace: Workspace, result: SyncResult, code: int, tasks: Sequence[Task], new: Sequence[Task]
) -> None:
    for warning in result.warnings:
        app.out.note(warning)
    names = max((width(name) for name in result.connections), default=0) + 2
    counts = max((len(f"{one.items:,}") for one in result.connections.values()), default=0)
    for name, outcome in result.connections.items():
        app.out.line(Both(*(f"{padded(name, names)}{one}" for one in _connection(workspace, outcome, counts))))
    for outcome in result.connections.values():
        if _first_time(outcome):
            app.out.line(_recognised(outcome))
    noticed = _noticed(workspace, result)
    if noticed.changes:
        app.out.line(Both("Changes: {list}", "变化：{list}").filled(list=_listed(app, noticed.changes)))
    elif noticed.attention:
        app.out.line(Both("Look at: {list}", "需要您看：{list}").filled(list=_listed(app, noticed.attention)))
    for error in _failures(result):
        app.out.error(error.text(app.language), error.next_step(app.language), error.name)
    app.out.line(_last_line(result, code, tasks, new))


def _connection(workspace: Workspace, outcome: ConnectionOutcome, counts: int) -> Both:
    items = Both(f"{outcome.items:>{counts},} items", f"{outcome.items:>{counts},} 项")
    if outcome.exit_code:
        return _failed_connection(workspace, outcome)
    moved = outcome.records_changed or outcome.vanished
    fields = [
        items,
        *(
            [
                Both(f"new {outcome.new:,}", f"新 {outcome.new:,}"),
                Both(f"changed {outcome.changed:,}", f"改 {outcome.changed:,}"),
                Both(f"vanished {outcome.vanished:,}", f"消失 {outcome.vanished:,}"),
            ]
            if moved
            else [Both("no change", "无变化")]
        ),
        counted(outcome.requests, "request", "requests", " 次请求"),
        Both(f"{outcome.seconds:.1f} s", f"{outcome.seconds:.1f} 秒"),
        *_written(outcome),
        *([Both("read-only", "只读")] if outcome.read_only else []),
    ]
    return joined(fields, " · ", " · ")


def _written(outcome: ConnectionOutcome) -> list[Both]:
    """Return what the sync wrote by itself, and the plan that lists it."""
    told = []
    if outcome.written:
        told.append(
            Both(f"written {outcome.written} (plan {outcome.plan})", f"写入 {outcome.written}（计划 {outcome.plan}）")
        )
    if outcome.unwritten:
        told.append(Both(f"not written {outcome.unwritten}", f"未写入 {outcome.unwritten}"))
    return told


def _failed_connection(workspace: Workspace, outcome: ConnectionOutcome) -> Both:
    worst = outcome.failures[0]
    mark = "⚠" if worst.exit_code in (5, 75) else "✗"
    short = _SHORT.get(worst.name, _NOT_READ).filled(
        wait=Both(str(worst.facts.get("wait", "")), f"{worst.facts.get('wait_zh', '')}")
    )
    kept = workspace.store.last_complete(outcome.connection)
    parts = [Both(f"{mark} {short.en}", f"{mark} {short.zh}")]
    if kept is not None:
        from zoneinfo import ZoneInfo  # it reads the system's tables, which help need not pay for

        at = moment(kept, ZoneInfo(workspace.config.workspace.timezone), workspace.clock.now())
        parts.append(Both(f"data of {at} stays", f"沿用 {at} 的数据"))
    said = joined([*parts, *_written(outcome)], "; ", "；")
    if outcome.retries:
        tried = counted(outcome.retries, "retry", "retries", " 次")
        said = Both(f"{said.en} ({tried.en})", f"{said.zh}（已重试 {tried.zh}）")
    return said


def _first_time(outcome: ConnectionOutcome) -> bool:
    return bool(outcome.items) and outcome.new >= outcome.items and not outcome.exit_code


def _recognised(outcome: ConnectionOutcome) -> Both:
    milestones = counted(outcome.milestones, "milestone", "milestones", " 个")
    changes = counted(outcome.changes, "change request", "change requests", " 个")
    tool = outcome.tool
    return Both(
        f"Recognised: {milestones.en}, {changes.en} (all “as recorded in {tool}”, not yet confirmed with the client)",
        f"识别：里程碑 {milestones.zh}，变更请求 {changes.zh}（均「据 {tool} 记录」，尚未与客户确认）",
    )


def _listed(app: App, texts: Sequence[Said]) -> Both:
    most = len(texts) if app.verbose else MOST_CHANGES
    shown = [Both(visible(one.in_("en")), visible(one.in_("zh"))) for one in texts[:most]]
    left = len(texts) - len(shown)
    if left:
        shown.append(Both(f"…{left} more, --verbose shows them", f"…另有 {left} 处，--verbose 查看"))
    return joined(shown, " · ", " · ")


def _failures(result: SyncResult) -> list[PmbridgeError]:
    return [*result.problems, *(error for outcome in result.connections.values() for error in outcome.failures)]


def _last_line(result: SyncResult, code: int, tasks: Sequence[Task], new: Sequence[Task]) -> Both:
    first = all(_first_time(one) for one in result.connections.values()) and bool(result.connections)
    if first:
        said = NEXT.filled(command="pmbridge report weekly --open")
    elif tasks:
        more = Both(f" ({len(new)} new)", f"（新增 {len(new)}）") if new else same("")
        waits = "waits" if len(tasks) == 1 else "wait"
        said = Both(
            f"{len(tasks)} {'item' if len(tasks) == 1 else 'items'} {waits} for you{more.en}. Next: pmbridge next",
            f"等您处理 {len(tasks)} 项{more.zh}。下一步：pmbridge next",
        )
    elif code in (0, PARTIAL, TEMPORARY):
        said = NOTHING_TO_DO
    else:
        said = NEXT.filled(command="pmbridge doctor")
    if not code:
        return said
    ending = _EXIT.filled(code=code)
    return Both(f"{said.en}  {ending.en}", f"{said.zh}  {ending.zh}")


# ---------------------------------------------------------------------------------------------- unattended: the mail


def _worth_a_mail(workspace: Workspace, tasks: Sequence[Task], told: News) -> tuple[list[Task], list[Task]]:
    """Return the data that is too old, each time, and what began to wait in this run, once.

    A source that was never read has no age yet; it counts as old once it has been waited for as long.
    """
    now, old = workspace.clock.now(), []
    for task in tasks:
        if task.kind != "stale":
            continue
        limit = timedelta(hours=workspace.config.engagements[task.engagement].policy.stale_after_hours)
        if task.since is not None or told.waits_for(task, now) >= limit:
            old.append(task)
    # Stops and refused credentials are told with the run's own failures.
    return old, [task for task in told.fresh if task.kind not in ("stale", "stop", "access")]


def _mail(app: App, result: SyncResult, code: int, worth: tuple[list[Task], list[Task]]) -> None:
    """Print only what needs a person, in at most 20 lines whose first is enough to decide; else nothing."""
    lines = [line for error in _failures(result) if error.exit_code in (1, 2, 3, 6, 70) for line in _told(app, error)]
    old, began = worth
    lines += _task_lines(app, Both("data is too old", "数据过旧"), old)
    lines += _task_lines(app, Both("began to wait for a person", "开始等人处理"), began)
    if not lines:
        return
    fine = [name for name, outcome in result.connections.items() if not outcome.exit_code]
    if code and fine:
        listed = ", ".join(fine)
        are = "is" if len(fine) == 1 else "are"
        lines.insert(1, app.out.say(Both(f"  {listed} {are} up to date.", f"  {listed} 已是最新。")))
    room = MOST_LINES - 1
    if len(lines) > room:
        left = len(lines) - room + 1
        lines[room - 1 :] = [
            app.out.say(Both(f"  …{left} more lines: pmbridge next", f"  …另有 {left} 行：pmbridge next"))
        ]
    app.out.lines(lines)
    app.out.line(_run_line(result, code))


def _told(app: App, error: PmbridgeError) -> Iterable[str]:
    yield f"pmbridge: {visible(error.text(app.language))}"
    if error.exit_code == 3 and error.facts.get("time"):
        age = str(error.facts["tool"]), moment_of(error)
        yield app.out.say(
            Both(
                f"  The report stays possible; {age[0]}'s figures will say “as of {age[1]}”.",
                f"  报告仍可生成；{age[0]} 的数字会注明「截至 {age[1]}」。",
            )
        )
    if step := visible(error.next_step(app.language)):
        server = ""
        if error.exit_code == 3 and error.connection and step.startswith("pmbridge connect"):
            hint = f'printf %s "$TOKEN" | pmbridge connect {error.connection} --secret-stdin'
            server = app.out.say(Both(f"        (on a server: {hint})", f"        （服务器上：{hint}）"))
        yield f"  {app.out.say(NEXT.filled(command=located(app, step)))}{server}"


def moment_of(error: PmbridgeError) -> str:
    """Return the instant of the data that an error says is kept."""
    from datetime import UTC, datetime

    at = error.facts["time"]
    return moment(at, None, datetime.now(UTC)) if isinstance(at, datetime) else str(at)


def located(app: App, step: str) -> str:
    """Return *step* with the workspace of this run, so that it can be pasted anywhere."""
    named = app.config or app.env.get("PMBRIDGE_CONFIG")
    if not named or not step.startswith("pmbridge "):
        return step
    return step.replace("pmbridge ", f"pmbridge --config {named} ", 1)


def _task_lines(app: App, what: Both, tasks: Sequence[Task]) -> list[str]:
    if not tasks:
        return []
    number = counted(len(tasks), "item", "items", " 项")
    lines = [f"pmbridge: {app.out.say(Both(f'{number.en}: {what.en}', f'{number.zh}{what.zh}'))}"]
    return lines + [f"  {task.engagement}  {visible(app.out.say(task.text))}  → {_step(app, task)}" for task in tasks]


def _step(app: App, task: Task) -> str:
    return located(app, visible(app.addressed(app.out.say(task.command), task.engagement)))


def _run_line(result: SyncResult, code: int) -> str:
    import socket

    from pmbridge import __version__

    return f"  run {result.run_id[:8]} · exit {code} · host {socket.gethostname()} · pmbridge {__version__}"


# ------------------------------------------------------------------------------------------------ for machines


def _document(app: App, result: SyncResult, code: int, tasks: Sequence[Task], new: Sequence[Task]) -> dict[str, Any]:
    from pmbridge_cli.next import task_document
    from pmbridge_cli.output import error_document

    noticed = _noticed(app.workspace, result)
    return {
        "schema": "pmbridge.sync/1",
        "run": result.run_id,
        "exit": code,
        "started_at": result.started_at.isoformat(),
        "connections": {
            name: {
                "state": one.state,
                "exit": one.exit_code,
                "items": one.items,
                "read": one.read,
                "new": one.new,
                "changed": one.changed,
                "vanished": one.vanished,
                "requests": one.requests,
                "retries": one.retries,
                "waited_s": round(one.waited_s, 3),
                "seconds": round(one.seconds, 3),
                "read_only": one.read_only,
                "written": one.written,
                "unwritten": one.unwritten,
                "plan": one.plan,
                "errors": [error_document(error, app.language) for error in one.failures],
            }
            for name, one in result.connections.items()
        },
        "changes": [app.out.say(one) for one in noticed.changes],
        "attention": [app.out.say(one) for one in noticed.attention],
        "waiting": [task_document(app, one) | {"new": one in new} for one in tasks],
    }


def _log_end(result: SyncResult, code: int, new: int) -> None:
    import logging

    logging.getLogger("pmbridge.cli").info(
        "run.end",
        extra={
            "facts": {
                "exit": code,
                "connections": {name: one.state for name, one in result.connections.items()},
                "new_waiting": new,
                "requests": sum(one.requests for one in result.connections.values()),
                "seconds": round(max((one.seconds for one in result.connections.values()), default=0.0), 1),
                "run": result.run_id,
            }
        },
    )
