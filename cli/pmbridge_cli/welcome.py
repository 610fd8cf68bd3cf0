"""`pmbridge` alone: how to begin, or where one stands."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from pmbridge_cli.layout import wrapped
from pmbridge_cli.words import NOTHING_TO_DO, Both, counted, joined, moment, same

if TYPE_CHECKING:
    from pmbridge.workspace import Workspace
    from pmbridge_cli.context import App

NO_DATA = Both("nothing read yet", "尚未读取数据")


def waiting(number: int) -> Both:
    """Return how many items wait for a person."""
    return counted(number, "item waits for you", "items wait for you", " 项") if number else NOTHING_TO_DO


def welcome(app: App) -> int:
    """Show the first steps in an empty folder, else the state of the workspace and its daily commands."""
    from pmbridge.errors import ConfigError

    try:
        workspace = app.workspace
    except ConfigError as error:
        if error.name != "config-missing" or app.config:
            raise
        return _first_steps(app)
    return _where_we_stand(app, workspace)


def _first_steps(app: App) -> int:
    from pmbridge import __version__
    from pmbridge.adapter.registry import available

    found = _kinds()
    titles = [same(plugin.adapter.title) for plugin in available() if plugin.adapter is not None]
    kinds = "|".join(found) or "KIND"
    if app.json:
        _document(app, found, None, [])
        return 0
    about = Both(
        "pmbridge {version} — turns milestones and changes in {tools} into one report that a client understands.",
        "pmbridge {version} — 把 {tools} 里的里程碑和变更，变成一份客户能看懂的报告。",
    )
    told = about.filled(version=__version__, tools=joined(titles))
    app.out.lines(wrapped(app.out.say(told), app.out.room))
    steps = [f"pmbridge connect {kinds}", "pmbridge engagement add", "pmbridge sync", "pmbridge report weekly --open"]
    told_steps = [f"{number}  {step}" for number, step in enumerate(steps, start=1)]
    left = max(len(told_steps[0]), len(told_steps[2])) + 8
    pairs = [f"  {told_steps[at]}".ljust(left) + told_steps[at + 1] for at in (0, 2)]
    fits = max(map(len, pairs)) <= app.out.room
    app.out.lines(pairs if fits else [f"  {one}" for one in told_steps])
    app.out.line(
        Both(
            "Without an account: pmbridge demo        All commands: pmbridge --help",
            "没有账号也能看：pmbridge demo        全部命令：pmbridge --help",
        )
    )
    return 0


def _where_we_stand(app: App, workspace: Workspace) -> int:
    from pmbridge.todo import todo

    now = workspace.clock.now()
    states: list[dict[str, Any]] = []
    for name in workspace.engagements:
        engagement = workspace.engagement(name)
        read = _oldest(engagement.view().sources) if engagement.was_synced else None
        states.append({"name": name, "data_as_of": read, "waiting": len(todo(workspace, (engagement,)))})
        if not app.json:
            age = (
                Both("data as of {at}", "数据截至 {at}").filled(at=moment(read, engagement.zone, now))
                if read
                else NO_DATA
            )
            left = waiting(states[-1]["waiting"])
            left = Both(left.en, f"等您处理 {left.zh.strip()}") if states[-1]["waiting"] else left
            app.out.line(joined([same(name), age, left], " · ", " · "))
    if app.json:
        shown = [state | {"data_as_of": state["data_as_of"] and state["data_as_of"].isoformat()} for state in states]
        _document(app, _kinds(), str(workspace.folder), shown)
        return 0
    if not workspace.config.connections:
        app.out.next("pmbridge connect jira")
    elif not states:
        app.out.next("pmbridge engagement add")
    elif all(state["data_as_of"] is None for state in states):
        app.out.next("pmbridge sync")
    else:
        app.out.lines(["  pmbridge status", "  pmbridge next", "  pmbridge report weekly"])
    return 0


def _kinds() -> list[str]:
    from pmbridge.adapter.registry import available

    return sorted(plugin.name for plugin in available() if plugin.adapter is not None)


def _document(app: App, adapters: list[str], workspace: str | None, engagements: list[dict[str, Any]]) -> None:
    from pmbridge import __version__

    app.out.document(
        {
            "schema": "pmbridge.welcome/1",
            "version": __version__,
            "adapters": adapters,
            "workspace": workspace,
            "engagements": engagements,
        }
    )


def _oldest(sources: Any) -> datetime | None:
    ages = [source.complete_as_of for source in sources]
    return None if not ages or None in ages else min(ages)
