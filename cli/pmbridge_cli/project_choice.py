"""Step 0 of `engagement add`: which projects belong to the client."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pmbridge_cli.ask import Ask, Offer, misfit
from pmbridge_cli.context import App
from pmbridge_cli.layout import visible
from pmbridge_cli.words import Both, counted, day, joined, same

if TYPE_CHECKING:
    from pmbridge.errors import PmbridgeError
    from pmbridge.records import RemoteProject

LOOKING = Both("Looking at projects … ", "正在查看项目 … ")
WHICH = Both("Which projects belong to this client? (several: 1,3)", "哪些项目属于这位客户？（可多选，如 1,3）")
NO_PROJECT = Both("No project is visible over any connection.", "任何连接都看不到项目。")
UPDATED = Both("updated {when}", "{when}更新")
UPDATED_TODAY = Both("updated today", "今天有更新")
OPTION = Both("--source CONN:PROJECT", "--source 连接:项目")
_WRITE = Both("write CONNECTION:PROJECT, e.g. jira:MALL", "写成 连接:项目，如 jira:MALL")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A project of a connection, by id, key or name."""

    connection: str
    project: str


def given_projects(app: App, written: Sequence[str] | None) -> list[Chosen]:
    """Return the projects that options name; the connection may be left out where there is only one.

    Raises:
        ConfigError: not of that form, or no such connection.
    """
    connections = app.workspace.config.connections
    chosen = []
    for one in written or ():
        connection, colon, project = one.partition(":")
        if not colon and len(connections) == 1:
            connection, project = next(iter(connections)), one
        if not connection or not project:
            raise misfit(OPTION, _WRITE, app.command)
        if connection not in connections:
            known = ", ".join(connections)
            why = Both(f'no connection "{connection}"; there are: {known}', f"没有连接「{connection}」，现有：{known}")
            raise misfit(OPTION, why, app.command)
        chosen.append(Chosen(connection=connection, project=project))
    return list(dict.fromkeys(chosen))


def choose_projects(app: App, ask: Ask) -> list[Chosen]:
    """Return the projects that the user picks out of all that are visible; empty while the question is open.

    A connection that cannot be read is noted; the others are offered.

    Raises:
        PmbridgeError: no connection can be read; the first reason.
    """
    from pmbridge.errors import PmbridgeError, Refused

    if not ask.interactive:
        ask.leave_open(WHICH, OPTION)
        return []
    app.out.prompt(LOOKING)
    found: dict[str, tuple[Any, list[RemoteProject]]] = {}
    failures: list[PmbridgeError] = []
    for connection in app.workspace.config.connections:
        try:
            adapter = app.workspace.adapter(connection)
            found[connection] = adapter, [one for one in adapter.projects() if not one.archived]
        except PmbridgeError as error:
            failures.append(error.with_facts(connection=connection))
    counts = [
        Both(
            f"{adapter.title} {counted(len(projects), 'project', 'projects', ' 个').en}",
            f"{adapter.title} {len(projects)} 个",
        )
        for adapter, projects in found.values()
    ]
    app.out.talk(joined(counts) if counts else same(""))
    if not found and failures:
        raise failures[0]
    for failure in failures:
        app.out.note(Both(failure.text("en"), failure.text("zh")))
    now = app.workspace.clock.now().astimezone(ZoneInfo(app.workspace.config.workspace.timezone))
    names = Counter((connection, one.known_as) for connection, (_, projects) in found.items() for one in projects)

    def key(connection: str, one: RemoteProject) -> str:
        # Two boards may bear one name.
        name = one.known_as if names[connection, one.known_as] == 1 else f"{one.known_as}|{one.id}"
        return f"{connection}:{name}"

    offers = [
        Offer(key=key(connection, one), text=_described(connection, one, now))
        for connection, (_, projects) in found.items()
        for one in _latest_first(projects)
    ]
    if not offers:
        raise Refused("refused", detail=NO_PROJECT.en, detail_zh=NO_PROJECT.zh, command="pmbridge doctor")
    ids = {
        key(connection, one): Chosen(connection=connection, project=one.key or one.id)
        for connection, (_, projects) in found.items()
        for one in projects
    }
    picked = ask.listed(WHICH, offers, option=OPTION, several=True) or []
    return [ids[key] for key in picked]


def _latest_first(projects: Sequence[RemoteProject]) -> list[RemoteProject]:
    """Return *projects* by their last change where the tool tells, else in its own order."""
    return sorted(projects, key=lambda one: -one.updated_at.timestamp() if one.updated_at else 0)


def _described(connection: str, project: RemoteProject, now: datetime) -> Both:
    en, zh = [], []
    if project.items is not None:
        en.append(f"{project.items:,} items")
        zh.append(f"{project.items:,} 项")
    if project.updated_at is not None:
        on = project.updated_at.astimezone(now.tzinfo).date()
        said = (
            UPDATED_TODAY
            if on == now.date()
            else UPDATED.filled(when=Both(day(on, now.date()), f"{day(on, now.date())} "))
        )
        en.append(said.en)
        zh.append(said.zh)
    name = visible(f"{connection}:{project.key} {project.name}" if project.key else f"{connection}:{project.name}")
    return Both(f"{name} {', '.join(en)}".rstrip(), f"{name} {'，'.join(zh)}".rstrip())
