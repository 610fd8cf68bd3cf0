"""`pmbridge next`: what needs a person now, each with the command that does it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pmbridge_cli.context import App
from pmbridge_cli.grammar import command, option
from pmbridge_cli.layout import Column, held, visible, width, wrapped
from pmbridge_cli.words import NOTHING_TO_DO, Both, day, late, same, weekday

if TYPE_CHECKING:
    from pmbridge.todo import Task

NO_DATE = "–"
_LEAST = 24
"""Columns that are kept for what there is to do, however long a name stands before it."""
_TODAY = Both("today {time}", "今天 {time}")


@command(
    "next",
    help=Both(
        "List what needs a person now, most urgent first, each with the command that does it.",
        "列出现在需要人处理的事，最急的在前，每项附命令。",
    ),
)
@option("--all", "everything", is_flag=True, help=Both("also what is due later", "也列出以后才到期的"))
@option("--as-of", metavar="TIME", help=Both("as of a past day or moment", "按过去某天或某时刻的数据"))
@option("--exit-code", is_flag=True, help=Both("exit 4 when items wait for a person", "有事项等人处理时退出码为 4"))
def next_(app: App, *, everything: bool, as_of: str | None, exit_code: bool) -> int:
    from pmbridge.errors import ConfigError
    from pmbridge.todo import todo
    from pmbridge_cli.sync import WAITING

    engagements = app.chosen_all()
    if len(engagements) == 1 and not engagements[0].was_synced and not len(engagements[0].register.book):
        raise ConfigError("not-synced", engagement=engagements[0].name)
    tasks = todo(app.workspace, engagements, as_of=as_of, everything=everything)
    code = WAITING if exit_code and tasks else 0
    if app.json:
        app.out.document({"schema": "pmbridge.next/1", "tasks": [task_document(app, task) for task in tasks]})
        return code
    if not tasks:
        app.out.line(NOTHING_TO_DO)
        return code
    today = {one.name: one.instant(as_of).astimezone(one.zone).date() for one in engagements}
    say = app.out.say
    several = len(engagements) > 1
    columns = [
        Column(head="#", right=True),
        *([Column(head=say(Both("Engagement", "项目")))] if several else []),
        Column(head=say(Both("Due", "期限"))),
        Column(head=say(Both("Who", "谁")), least=8),
    ]
    rows = [
        [
            str(at),
            *([task.engagement] if several else []),
            say(_due(task, today[task.engagement])),
            say(task.who),
        ]
        for at, task in enumerate(tasks, 1)
    ]
    things = [app.out.shown(visible(say(task.text))) for task in tasks]
    commands = [visible(app.addressed(say(task.command), task.engagement)) for task in tasks]
    app.out.lines(_lines(app, columns, rows, things, commands))
    return code


def _lines(
    app: App, columns: Sequence[Column], rows: Sequence[Sequence[str]], things: Sequence[str], commands: Sequence[str]
) -> Iterator[str]:
    """Yield the table: the commands are its last column where that fits, else each stands below what it is for."""
    say, room = app.out.say, app.out.room
    what, how = say(Both("What", "事项")), say(Both("Command", "命令"))
    # One line a task, as long as every title keeps most of its length.
    whole = [*columns, Column(head=what, least=48), Column(head=how)]
    lines = app.out.table(whole, [[*row, *both] for row, *both in zip(rows, things, commands, strict=True)])
    if all(width(line) <= room for line in lines):
        yield from lines
        return
    left = app.out.table([*columns, Column(head=what)], [[*row, "."] for row in rows], room - _LEAST)
    margin = width(left[0]) - width(what)
    yield left[0]
    for line, thing, step in zip(left[1:], things, commands, strict=True):
        first, *more = held(thing, room - margin)
        yield line[:-1] + first
        yield from (" " * margin + one for one in more)
        yield from _below(step, margin, room)


def _below(step: str, margin: int, room: int) -> Iterator[str]:
    """Yield a command in one piece, so that it can be pasted; words for a person may be wrapped."""
    line = f"→ {step}"
    if width(line) + margin <= room:
        yield " " * margin + line
    elif step.startswith(("pmbridge ", "http")):
        # What can be pasted is never broken, even if it is longer than the screen.
        yield f"   {line}"
    else:
        yield from (" " * margin + one for one in wrapped(line, room - margin))


def _due(task: Task, today: date) -> Both:
    if task.late_wd:
        return late(task.late_wd)
    if task.due is None:
        return same(NO_DATE)
    on = task.due.date()
    if on == today and task.whole_day:
        return Both("today", "今天")
    if on == today:
        return _TODAY.filled(time=f"{task.due:%H:%M}")
    name = weekday(on)
    return Both(f"{day(on, today)} {name.en}", f"{day(on, today)} {name.zh}")


def task_document(app: App, task: Task) -> dict[str, Any]:
    """Return a task for ``--json``."""
    due: datetime | None = task.due
    return {
        "key": task.key,
        "kind": task.kind,
        "engagement": task.engagement,
        "who": "client" if task.on_client else "us",
        "text": visible(app.out.say(task.text)),
        "command": app.addressed(app.out.say(task.command), task.engagement),
        "due": due.isoformat() if due else None,
        "late_wd": task.late_wd,
        "since": task.since.isoformat() if task.since else None,
    }
