"""`pmbridge demo`: a whole report without an account, from servers on this machine."""

from __future__ import annotations

import os
import sys
import threading
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pmbridge_cli.context import App
from pmbridge_cli.grammar import command, option
from pmbridge_cli.layout import wrapped
from pmbridge_cli.output import near
from pmbridge_cli.words import Both, same

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pmbridge.demo import Told
    from pmbridge.domain.view import EngagementView

FOLDER = "demo-output"
_SERVER = Both(
    "A local server that behaves like Jira … started (no account, nothing leaves this machine)",
    "一个与 Jira 行为相同的本地服务 … 已启动（无需账号，数据不离开本机）",
)
_SERVERS = Both(
    "Four local servers that behave like Jira, Trello, PingCode and Worktile … started "
    "(no account, nothing leaves this machine)",
    "四个与 Jira、Trello、PingCode、Worktile 行为相同的本地服务 … 已启动（无需账号，数据不离开本机）",
)
_STORY = Both("Syncing the story of one client and writing its report", "正在同步一位客户的故事并生成报告")
_DONE = Both("Done. Open this first:", "完成。先打开：")
_SEEN = Both(
    "What you see: one client's week out of Jira. The state is amber, because M5 has no forecast 14 working days "
    "before its date; one change waits for the client's decision; M6 is unknown, and says so.",
    "您看到的是：从 Jira 得到的一位客户的一周。状态为黄，因为 M5 距计划日期只有 14 个工作日还没有预测；"
    "一项变更等客户决定；M6 未知，报告照实写明。",
)
_SEEN_OF_ALL = Both(
    "What you see: one client's week out of four tools. The go-live is expected 6 working days after its plan date in "
    "Worktile; one change waits for the client's decision; M6 is unknown, and says so.",
    "您看到的是：来自四个工具的一位客户的一周。上线预计比 Worktile 中的计划日期晚 6 个工作日；一项变更等客户决定；"
    "M6 未知，报告照实写明。",
)
_SEEN_WITH_REGISTER = Both(
    "What you see: one client's week out of four tools and the register of what was agreed. The go-live is expected 3 "
    "working days after its current plan and 6 after the original one; approved changes made 680,000.00 into "
    "728,500.00; the client owes three answers; M6 is unknown, and says so.",
    "您看到的是：来自四个工具和登记册的一位客户的一周。上线预计比现计划晚 3 个工作日，比原计划晚 6 个工作日；"
    "已批准的变更使合同从 680,000.00 变为 728,500.00；客户还欠三项答复；M6 未知，报告照实写明。",
)
_CLOSED = Both("The closing report of 31 July:   {file}", "7 月 31 日的结项报告：{file}")
_LIMITED = Both(" (its rate limit is part of the story)", "（它的限流是故事的一部分）")
_TRY = Both("Try:   {command}", "试试：{command}")
_YOURS = Both("Your own project:   {command}", "您自己的项目：{command}")
_STAYS = Both(
    "Running until Ctrl-C: {urls}. Their clock stands at {at}; their secrets are in {secrets} (only you can read it).",
    "按 Ctrl-C 之前一直运行：{urls}。时钟停在 {at}；令牌在 {secrets}（仅本用户可读）。",
)
_IN_ANOTHER = Both("In another terminal:   {command}", "在另一个终端：{command}")
_ENDED = Both("The servers have stopped. The workspace stays.", "服务已停止，工作区保留。")


@command(
    help=Both(
        "Tell one client's story on local servers and write the report out of them. Needs no account.",
        "在本地服务上演示一位客户的故事并生成报告，无需账号。",
    )
)
@option("--stay", is_flag=True, help=Both("keep the servers running, for sync", "让服务继续运行，可用来 sync"))
@option(
    "--tool",
    type=click.Choice(["jira"]),
    help=Both("the story as one tool alone tells it", "只用一个工具讲这个故事"),
)
@option(
    "--observed",
    is_flag=True,
    help=Both("as the tools alone tell it, without the register", "只有工具中的数据，不含登记册"),
)
@option(
    "--to-the-end",
    is_flag=True,
    help=Both("go on to 31 July and issue the closing report", "一直演示到 7 月 31 日并发布结项报告"),
)
@option("--out", metavar="DIR", default=FOLDER, help=Both("where to write (demo-output)", "写到哪里（demo-output）"))
def demo(app: App, *, stay: bool, tool: str | None, observed: bool, to_the_end: bool, out: str) -> None:
    from pmbridge.demo import ALL_TOOLS, JIRA_ALONE, Demo
    from pmbridge.errors import Refused
    from pmbridge_cli.played import typed

    if to_the_end and (tool or observed):
        raise Refused(
            detail="the story goes on to its end only with its register",
            detail_zh="只有带登记册的故事才能演示到结项",
            command="pmbridge demo --to-the-end",
        )
    began = time.perf_counter()
    with Demo(Path(out), language=app.language, tools=JIRA_ALONE if tool else ALL_TOOLS) as running:
        _step(app, 1, _SERVER if tool else _SERVERS)
        _step(app, 2, _STORY)
        told = running.tell(typed=None if tool or observed else typed)
        if app.json:
            _document(app, told, running.urls, time.perf_counter() - began)
        else:
            _screen(app, told, time.perf_counter() - began)
        if to_the_end:
            closing = running.close(told).write(running.folder)
            if not app.json:
                app.out.line(_CLOSED.filled(file=str(closing[0])))
        if stay:
            _stay(app, told, running.urls)


def _step(app: App, number: int, text: Both) -> None:
    """Say what is being done; under make, which has made the environment first, as steps 2 and 3 of 3."""
    made = "MAKELEVEL" in app.env
    if not app.json and not app.quiet:
        app.out.line(Both(*(f"[{number + made}/{2 + made}] {one}" for one in text)))
        app.out.stdout.flush()


def _screen(app: App, told: Told, seconds: float) -> None:
    view = told.engagement.view()
    out = app.out
    for line in wrapped(out.say(_read(view, seconds)), out.room - 6):
        out.line(same(f"      {line}"))
    pages = {file.name.split(".")[-2]: file for file in told.files if file.suffix == ".html"}
    mine = pages.get(app.language, told.files[0])
    others = [file.name for file in pages.values() if file != mine]
    other = ", ".join(others)
    out.line(_DONE)
    name = {"zh-CN": Both("Chinese", "中文"), "en": Both("English", "英文")}
    language = next((key for key, file in pages.items() if file != mine), "")
    out.line(Both(f"  {mine}      ({name[language].en}: {other})", f"  {mine}      （{name[language].zh}：{other}）"))
    seen = _SEEN if len(view.sources) == 1 else _SEEN_WITH_REGISTER if view.contract else _SEEN_OF_ALL
    out.lines(wrapped(out.say(seen), out.room))
    out.line(_TRY.filled(command=f"{_program()} --config {near(told.workspace.folder)} next --as-of {_moment(told)}"))
    out.line(
        _YOURS.filled(
            command="make install && pmbridge connect jira" if "MAKELEVEL" in app.env else "pmbridge connect jira"
        )
    )


def _read(view: EngagementView, seconds: float) -> Both:
    """Return how much was read of each tool, and as of when where that is not the report's own moment."""
    told = []
    for at, source in enumerate(view.sources):
        one = Both(f"{source.connection} {source.items:,}", f"{source.connection} {source.items:,}")
        if at == 0:
            one = Both(f"{one.en} items", f"{one.zh} 项")
        if source.complete_as_of and source.stale:
            read = f"{source.complete_as_of.astimezone(view.zone):%m-%d %H:%M}"
            one = Both(f"{one.en}, as of {read}{_LIMITED.en}", f"{one.zh}，截至 {read}{_LIMITED.zh}")
        told.append(one)
    told.append(Both(f"{seconds:.1f} s", f"{seconds:.1f} 秒"))
    return Both(" · ".join(one.en for one in told), " · ".join(one.zh for one in told))


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


def _stay(app: App, told: Told, urls: Mapping[str, str]) -> None:
    at = datetime.fromisoformat(_moment(told))
    named = Both(*(by.join(f"{tool} {url}" for tool, url in urls.items()) for by in (", ", "、")))
    secrets = near(told.workspace.folder / "data" / "secrets")
    app.out.talk(_STAYS.filled(urls=named, at=f"{at:%Y-%m-%d %H:%M}", secrets=secrets))
    app.out.talk(_IN_ANOTHER.filled(command=f"{_program()} --config {near(told.workspace.folder)} sync"))
    app.stopped = lambda: _ENDED
    app.out.stdout.flush()
    threading.Event().wait()


def _moment(told: Told) -> str:
    """Return the moment of the last report, as an option takes it."""
    return told.report.data.header.as_of.isoformat(timespec="minutes")


def _program() -> str:
    """Return how the command was called, as it can be pasted: relative where it lies below the working folder."""
    called = Path(sys.argv[0])
    return near(called) if called.is_file() and not near(called).startswith(os.sep) else "pmbridge"
