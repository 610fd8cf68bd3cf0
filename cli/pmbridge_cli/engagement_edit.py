"""`pmbridge engagement add` and `edit`: look at the projects, propose how to read them, write it down."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pmbridge_cli.context import App
from pmbridge_cli.engagement_dialogue import Answers, Dialogue
from pmbridge_cli.grammar import argument, command, option
from pmbridge_cli.words import Both

STOPPED = Both("Stopped. Nothing was written to pmbridge.toml.", "已停止，未写入 pmbridge.toml。")

_OPTIONS = (
    option("--source", multiple=True, metavar="CONN:PROJECT", help=Both("a project of a connection", "连接中的项目")),
    option("--client", metavar="NAME", help=Both("name of the client", "客户名称")),
    option("--title", metavar="NAME", help=Both("name of the project, as the client knows it", "项目名称")),
    option(
        "--milestones",
        metavar="SOURCE|none",
        help=Both("where milestones come from, e.g. version", "里程碑来源，如 version"),
    ),
    option("--date", metavar="plan|forecast|ignore", help=Both("what the tool's dates are", "工具中的日期是什么")),
    option("--weight", metavar="count|points|FIELD", help=Both("how progress is measured", "进度按什么算")),
    option("--changes", metavar="TYPE|none", help=Both("the item type of change requests", "变更请求的类型")),
    option(
        "--state", multiple=True, metavar="STATE=MEANING", help=Both("what a state of the tool means", "工具状态的含义")
    ),
    option("--days-field", metavar="FIELD|none", help=Both("field with the impact in days", "影响天数的字段")),
    option("--money-field", metavar="FIELD|none", help=Both("field with the impact in money", "影响费用的字段")),
    option("--currency", metavar="CODE", help=Both("currency of that field, e.g. CNY", "该字段的币种，如 CNY")),
    option("--languages", metavar="zh|en|zh,en", help=Both("languages of the report", "报告语言")),
    option("--due", metavar='"Fri 18:00"', help=Both("when the weekly report is due", "周报截止时间")),
)


def _with_options(function: Callable[..., None]) -> Callable[..., None]:
    for one in reversed(_OPTIONS):
        function = one(function)
    return function


@command(help=Both("look at projects and propose how to read them", "查看项目，建议读取方式"))
@argument("word", metavar="[NAME]", required=False)
@option("--name", metavar="NAME", help=Both("short name, used in commands", "简称，用于命令"))
@_with_options
def add(app: App, word: str | None, name: str | None, **given: Any) -> None:
    app.stopped = lambda: STOPPED
    Dialogue(app, _answers(name or word, given)).add()


@command(help=Both("the same questions, with the present answers", "同样的问题，默认为现在的答案"))
@argument("word", metavar="[NAME]", required=False)
@_with_options
def edit(app: App, word: str | None, **given: Any) -> None:
    app.stopped = lambda: STOPPED
    if word is not None:
        app.engagement = word
    name = app.chosen().name
    Dialogue(app, _answers(name, given)).edit(name)


def _answers(name: str | None, given: Mapping[str, Any]) -> Answers:
    states = given.pop("state") if isinstance(given, dict) else ()
    return Answers(name=name, state=_pairs(states), **{key: value or None for key, value in given.items()})


def _pairs(written: Sequence[str]) -> Mapping[str, str]:
    """Read ``STATE=MEANING``; an empty meaning leaves the tool's word."""
    from pmbridge_cli.ask import misfit

    pairs = {}
    for one in written:
        state, sign, meaning = one.rpartition("=")
        if not sign or not state:
            raise misfit(Both("--state", "--state"), Both("write STATE=MEANING", "写成 状态=含义"), "engagement add")
        pairs[state.strip()] = meaning.strip()
    return pairs
