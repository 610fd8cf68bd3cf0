"""The command ``pmbridge``: which commands there are, and how every run begins and ends.

Only click and the tables of words are imported before a command is known.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
import warnings
from collections.abc import Sequence
from types import FrameType
from typing import TYPE_CHECKING, TextIO, cast

import click

from pmbridge_cli.grammar import Entry, Tree, early, usage_error
from pmbridge_cli.nouns import NOUNS
from pmbridge_cli.output import Guarded, Unwritable
from pmbridge_cli.words import Both

if TYPE_CHECKING:
    from pmbridge.errors import PmbridgeError
    from pmbridge_cli.context import App

COMPLETE_VARIABLE = "_PMBRIDGE_COMPLETE"
CTRL_C, TERMINATED, USAGE = 130, 143, 2

ENTRIES = {
    "init": Entry(
        "pmbridge_cli.init:init",
        Both("make an empty workspace (connect does it for you)", "新建空工作区（connect 会自动新建）"),
    ),
    "connect": Entry(
        "pmbridge_cli.connect:connect", Both("add a connection, or renew its secret", "添加连接，或更换令牌")
    ),
    "disconnect": Entry(
        "pmbridge_cli.connect:disconnect", Both("forget the secret; what was read stays", "删除令牌；已读数据保留")
    ),
    "engagement": Entry(
        "pmbridge_cli.engagement:engagement",
        Both("which projects belong to a client, and how to read them", "哪些项目属于哪位客户，怎样读取"),
    ),
    "sync": Entry("pmbridge_cli.sync:sync", Both("read the tools", "读取各工具")),
    "status": Entry("pmbridge_cli.status:status", Both("where we stand", "现在的状态")),
    "next": Entry("pmbridge_cli.next:next_", Both("what needs a person now", "现在需要人处理的事")),
    "conflicts": Entry(
        "pmbridge_cli.conflicts:conflicts", Both("where tools and register differ", "工具与登记册的不一致")
    ),
    "plan": Entry("pmbridge_cli.plan:plan", Both("what would be written into the tools", "要写进各工具的内容")),
    "apply": Entry("pmbridge_cli.plan:apply", Both("carry out exactly a plan", "严格执行一份计划")),
    "parked": Entry("pmbridge_cli.parked:parked", Both("writes that were given up", "搁置的写入")),
    "answer": Entry(
        "pmbridge_cli.answer:answer", Both("record what the client decided in a reply", "登记客户回信中的决定")
    ),
    "remind": Entry("pmbridge_cli.remind:remind", Both("draft a reminder to whoever holds it", "起草给负责人的提醒")),
    **{noun: Entry(f"pmbridge_cli.noun:{noun}", words.help) for noun, words in NOUNS.items()},
    "report": Entry(
        "pmbridge_cli.report:report", Both("the client's report: draft, check, issue", "客户报告：草稿、检查、发布")
    ),
    "doctor": Entry("pmbridge_cli.doctor:doctor", Both("check everything", "全面检查")),
    "schedule": Entry("pmbridge_cli.schedule:schedule", Both("print a ready schedule", "输出可直接使用的定时任务")),
    "db": Entry("pmbridge_cli.db:db", Both("the store: upgrade, check, backup", "数据库：升级、检查、备份")),
    "adapters": Entry("pmbridge_cli.adapters:adapters", Both("which tools can be read", "可读取哪些工具")),
    "demo": Entry("pmbridge_cli.demo:demo", Both("a whole report without an account", "不用账号看一份完整报告")),
    "completion": Entry("pmbridge_cli.completion:completion", Both("completion for your shell", "命令行补全脚本")),
}
HEADINGS = {
    Both("Start", "开始"): ("init", "connect", "disconnect", "engagement"),
    Both("Look", "查看"): ("sync", "status", "next", "conflicts"),
    Both("Write", "写入"): ("plan", "apply", "parked"),
    Both("Client", "客户"): ("answer", "remind", "report"),
    Both("Register: NOUN VERB [REF]", "登记册：名词 动词 [编号]"): tuple(NOUNS),
    Both("Operate", "运维"): ("doctor", "schedule", "db", "adapters", "demo", "completion"),
}
ABOUT = Both(
    "What Jira says about milestones and changes, turned into one report that a client can trust.",
    "把 Jira 里的里程碑和变更，变成一份客户能看懂的报告。",
)


class Root(Tree):
    """``pmbridge`` itself; alone it says where one stands."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; without one, the welcome."""
        if ctx._protected_args or ctx.args:  # click's own way to ask whether a command follows
            return super().invoke(ctx)
        from pmbridge_cli.welcome import welcome  # only for the bare command

        app: App = ctx.obj
        app.begin()
        return welcome(app)


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 - click's signature
    if wanted and not ctx.resilient_parsing:
        from pmbridge import __version__

        click.echo(f"pmbridge {__version__}")
        ctx.exit()


TREE = Root(
    "pmbridge",
    both=ABOUT,
    entries=ENTRIES,
    headings=HEADINGS,
    params=[click.Option(["--version"], is_flag=True, is_eager=True, expose_value=False, callback=_print_version)],
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    options_metavar="[OPTIONS]",
)


class Terminated(BaseException):
    """SIGTERM came: everything is left as Ctrl-C leaves it."""


def main() -> int:
    """Run the command line of this process and return its exit code."""
    if sys.stdout is None or sys.stderr is None:
        return USAGE  # started without streams: there is nobody to talk to
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):
            # A title may hold half a surrogate pair; it must not end the screen.
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.stdout, sys.stderr = cast("TextIO", Guarded(sys.stdout)), cast("TextIO", Guarded(sys.stderr))
    # What is imported stays as long as the process: looking through it for garbage is a tenth of a short command.
    gc.set_threshold(50_000, 20, 20)
    if COMPLETE_VARIABLE in os.environ:
        return _complete(os.environ[COMPLETE_VARIABLE])
    if not sys.warnoptions:
        # A library's remark to programmers is noise in a mail from cron.
        warnings.simplefilter("ignore")
    with contextlib.suppress(ValueError, OSError):  # not in the main thread, or a platform without it
        signal.signal(signal.SIGTERM, _terminate)
    code = run(sys.argv[1:])
    gc.freeze()  # nor does anybody need the garbage of a process that ends
    return code


def run(args: Sequence[str]) -> int:
    """Run one command and return its exit code; whatever happens is said in the form that people know."""
    app = early(args)
    try:
        code = _ended(args, app)
        sys.stdout.flush()
    except BrokenPipeError:
        return _silently()
    except Unwritable as error:
        return _unwritten(app, error)
    return code


def _ended(args: Sequence[str], app: App) -> int:
    try:
        with contextlib.closing(app):
            return _invoke(list(args), app)
    except (BrokenPipeError, Unwritable):
        raise
    except KeyboardInterrupt:
        return _stopped(app, CTRL_C)
    except click.Abort:
        return _stopped(app, CTRL_C)
    except Terminated:
        return _stopped(app, TERMINATED)
    except Exception as error:  # noqa: BLE001 - whatever it is, a person gets a sentence, a next step and no traceback
        return _failed(app, error)


def _invoke(args: list[str], app: App) -> int:
    try:
        with TREE.make_context("pmbridge", args, obj=app) as ctx:
            result = TREE.invoke(ctx)
    except click.exceptions.Exit as ending:
        return ending.exit_code
    except click.UsageError as error:
        return _misused(app, error)
    return result if isinstance(result, int) else 0


# --------------------------------------------------------------------------------------------------- how it ends


def _misused(app: App, error: click.UsageError) -> int:
    text, command = usage_error(error)
    if app.json:
        app.out.document(
            {
                "schema": "pmbridge.error/1",
                "error": "usage",
                "exit": USAGE,
                "connection": None,
                "text": app.out.say(text),
                "next": command,
            }
        )
    else:
        app.out.error(app.out.say(text), command, "usage")
    return USAGE


def _failed(app: App, error: Exception) -> int:
    from pmbridge.errors import PmbridgeError

    if app.debug:
        import traceback

        traceback.print_exception(error, file=sys.stderr)
    if isinstance(error, PmbridgeError):
        # What was refused is refused again; what it takes is said by its help.
        again = f"{app.same_command} --help" if error.name == "refused" else app.same_command
        return _say(app, error.with_facts(command=again))
    from pmbridge_cli.bug import reported

    return _say(app, reported(error, app))


def _say(app: App, error: PmbridgeError) -> int:
    from pmbridge_cli.output import error_document

    if app.json:
        app.out.document(error_document(error, app.language))
    else:
        app.out.error(error.text(app.language), error.next_step(app.language), error.name)
    return error.exit_code


def _stopped(app: App, code: int) -> int:
    # A second Ctrl-C while this is said changes nothing any more.
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        app.out.talk(app.stopped())
    return code


def _silently() -> int:
    """End as a command in front of ``| head`` should: quietly. Nothing can be flushed to the closed pipe any more."""
    _abandon(sys.stdout)
    return 0


def _unwritten(app: App, error: Unwritable) -> int:
    """Say on the other stream that the result did not get out; if that one is full too, the code has to do."""
    from pmbridge.error_words import system_words
    from pmbridge.errors import ConfigError

    _abandon(sys.stdout)
    why = system_words(error)
    said = ConfigError("output", detail=why.en, detail_zh=why.zh, command=app.same_command)
    try:
        app.out.error(said.text(app.language), said.next_step(app.language), said.name)
        sys.stderr.flush()
    except (BrokenPipeError, Unwritable):
        _abandon(sys.stderr)
    return said.exit_code


def _abandon(stream: TextIO) -> None:
    """Let what *stream* still holds go nowhere: at its end Python would try once more, and complain."""
    with contextlib.suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())


def _terminate(_: int, __: FrameType | None) -> None:
    raise Terminated


def _complete(instruction: str) -> int:
    from click.shell_completion import shell_complete

    return shell_complete(TREE, {"obj": early(())}, "pmbridge", COMPLETE_VARIABLE, instruction)


if __name__ == "__main__":
    sys.exit(main())
