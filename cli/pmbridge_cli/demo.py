"""`pmbridge demo`: a whole report without an account, from a server on this machine."""

from __future__ import annotations

import os
import sys
import threading
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pmbridge_cli.context import App
from pmbridge_cli.grammar import command, option
from pmbridge_cli.layout import wrapped
from pmbridge_cli.words import Both

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pmbridge.demo import Told

FOLDER = "demo-output"
_SERVER = Both(
    "A local server that behaves like Jira … started (no account, nothing leaves this machine)",
    "一个与 Jira 行为相同的本地服务 … 已启动（无需账号，数据不离开本机）",
)
_SERVERS = Both(
    "Local servers that behave like {tools} … started (no account, nothing leaves this machine)",
    "与 {tools} 行为相同的本地服务 … 已启动（无需账号，数据不离开本机）",
)
_TITLES = {"jira": "Jira", "pingcode": "PingCode", "worktile": "Worktile", "trello": "Trello"}
_STORY = Both("Syncing the story of one client and writing its report", "正在同步一位客户的故事并生成报告")
_DONE = Both("Done. Open this first:", "完成。先打开：")
_SEEN = Both(
    "What you see: one client's week out of Jira. The state is amber, because M5 has no forecast 14 working days "
    "before its date; one change waits for the client's decision; M6 is unknown, and says so.",
    "您看到的是：从 Jira 得到的一位客户的一周。状态为黄，因为 M5 距计划日期只有 14 个工作日还没有预测；"
    "一项变更等客户决定；M6 未知，报告照实写明。",
)
_SEEN_OF_ALL = Both(
    "What you see: one client's week out of four tools. The go-live is late; one change waits for the client's "
    "decision; M6 is unknown, and says so; Trello's rate limit is part of the story.",
    "您看到的是：来自四个工具的一位客户的一周。上线将晚于计划；一项变更等客户决定；M6 未知，报告照实写明；"
    "Trello 的限流是故事的一部分。",
)
_TRY = Both("Try:   {command}", "试试：{command}")
_YOURS = Both("Your own project:   {command}", "您自己的项目：{command}")
_STAYS = Both(
    "The server stays at {url} until Ctrl-C. Its clock stands at {at}; its secret is in {secret} (only you can read "
    "it).",
    "服务在 {url} 继续运行，按 Ctrl-C 结束。它的时钟停在 {at}；令牌在 {secret}（仅本用户可读）。",
)
_IN_ANOTHER = Both("In another terminal:   {command}", "在另一个终端：{command}")
_ENDED = Both("The server has stopped. The workspace stays.", "服务已停止，工作区保留。")


@command(
    help=Both(
        "Tell one client's story on a local server and write the report out of it. Needs no account.",
        "在本地服务上演示一位客户的故事并生成报告，无需账号。",
    )
)
@option("--stay", is_flag=True, help=Both("keep the server running, for sync", "让服务继续运行，可用来 sync"))
@option("--all", "every", is_flag=True, help=Both("over all four tools", "用全部四个工具"))
@option("--out", metavar="DIR", default=FOLDER, help=Both("where to write (demo-output)", "写到哪里（demo-output）"))
def demo(app: App, *, stay: bool, every: bool, out: str) -> None:
    from pmbridge.demo import ALL_TOOLS, JIRA_ALONE, Demo

    began = time.perf_counter()
    with Demo(Path(out), language=app.language, tools=ALL_TOOLS if every else JIRA_ALONE) as running:
        names = [_TITLES[tool] for tool in running.tools]
        servers = Both(*(text.format(tools=by.join(names)) for text, by in zip(_SERVERS, (", ", "、"), strict=True)))
        _step(app, 1, servers if every else _SERVER)
        _step(app, 2, _STORY)
        told = running.tell()
        if app.json:
            _document(app, told, running.urls, time.perf_counter() - began)
        else:
            _screen(app, told, time.perf_counter() - began)
        if stay:
            _stay(app, told, ", ".join(running.urls.values()))


def _step(app: App, number: int, text: Both) -> None:
    """Say what is being done; under make, which has made the environment first, as steps 2 and 3 of 3."""
    made = "MAKELEVEL" in app.env
    if not app.json and not app.quiet:
        app.out.line(Both(*(f"[{number + made}/{2 + made}] {one}" for one in text)))
        app.out.stdout.flush()


def _screen(app: App, told: Told, seconds: float) -> None:
    view = told.engagement.view()
    out = app.out
    for source in view.sources:
        at = source.complete_as_of.astimezone(view.zone) if source.complete_as_of else view.as_of
        end = source is view.sources[-1]
        out.line(
            Both(
                f"      {source.connection} {source.items:,} items, as of {at:%m-%d %H:%M}"
                + (f" · {seconds:.1f} s" if end else ""),
                f"      {source.connection} {source.items:,} 项，截至 {at:%m-%d %H:%M}"
                + (f" · {seconds:.1f} 秒" if end else ""),
            )
        )
    pages = {file.name.split(".")[-2]: file for file in told.files if file.suffix == ".html"}
    mine = pages.get(app.language, told.files[0])
    others = [file.name for file in pages.values() if file != mine]
    other = ", ".join(others)
    out.line(_DONE)
    name = {"zh-CN": Both("Chinese", "中文"), "en": Both("English", "英文")}
    language = next((key for key, file in pages.items() if file != mine), "")
    out.line(Both(f"  {mine}      ({name[language].en}: {other})", f"  {mine}      （{name[language].zh}：{other}）"))
    seen = _SEEN if len(view.sources) == 1 else _SEEN_OF_ALL
    out.lines(wrapped(out.say(seen), out.room))
    out.line(_TRY.filled(command=f"{_program()} --config {_near(told.workspace.folder)} next --as-of {_moment(told)}"))
    out.line(
        _YOURS.filled(
            command="make install && pmbridge connect jira" if "MAKELEVEL" in app.env else "pmbridge connect jira"
        )
    )


def _document(app: App, told: Told, urls: Mapping[str, str], seconds: float) -> None:
    app.out.document(
        {
            "schema": "pmbridge.demo/1",
            "servers": dict(urls),
            "workspace": str(told.workspace.folder),
            "items": {source.connection: source.items for source in told.engagement.view().sources},
            "as_of": _moment(told),
            "report": told.report.name,
            "files": [str(file) for file in told.files],
            "seconds": round(seconds, 1),
        }
    )
    app.out.stdout.flush()


def _stay(app: App, told: Told, url: str) -> None:
    at = datetime.fromisoformat(_moment(told))
    secret = told.workspace.folder / "data" / "secrets"
    app.out.talk(_STAYS.filled(url=url, at=f"{at:%Y-%m-%d %H:%M}", secret=_near(secret)))
    app.out.talk(_IN_ANOTHER.filled(command=f"{_program()} --config {_near(told.workspace.folder)} sync"))
    app.stopped = lambda: _ENDED
    app.out.stdout.flush()
    threading.Event().wait()


def _moment(told: Told) -> str:
    """Return the moment of the last report, as an option takes it."""
    return told.report.data.header.as_of.isoformat(timespec="minutes")


def _program() -> str:
    """Return how the command was called, as it can be pasted: relative where it lies below the working folder."""
    called = Path(sys.argv[0])
    return _near(called) if called.is_file() and not _near(called).startswith(os.sep) else "pmbridge"


def _near(path: Path) -> str:
    """Return *path* relative to the working folder where it lies below it."""
    relative = os.path.relpath(path)
    return relative if not relative.startswith("..") else str(path)
