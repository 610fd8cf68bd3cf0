"""What all commands share: help in two languages, the global options, commands that are imported when they run.

Everything here is click and nothing else, so that help, completion and usage errors cost next to nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import update_wrapper
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from pmbridge_cli.context import App
from pmbridge_cli.layout import padded, width, wrapped
from pmbridge_cli.output import columns
from pmbridge_cli.words import Both, Said, same

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

USAGE = Both("Usage: ", "用法：")
OPTIONS = Both("Options", "选项")
EVERYWHERE = Both("Everywhere", "所有命令通用")
COMMANDS = Both("Commands", "命令")
_HELP = Both("show this help", "显示本帮助")
_VERSION = Both("show the version", "显示版本")
_SURPLUS = re.compile(r"Got unexpected extra arguments? \((.*)\)")
"""How click words that something is left over; it has no error of its own for it."""
LANGUAGES = ("zh-CN", "en")
LOGS = ("text", "json", "off")


class Entry(NamedTuple):
    """A command that is imported when it is called: ``"package.module:attribute"`` and its line of help."""

    target: str
    help: Both


class Option(click.Option):
    """An option with its help in both languages."""

    def __init__(self, *args: Any, both: Both, everywhere: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.both = both
        self.everywhere = everywhere


def option(*names: str, help: Both, **kwargs: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:  # noqa: A002
    """Add an option to a command; as ``click.option``, with its help in both languages."""
    return click.option(*names, cls=Option, both=help, **kwargs)


argument = click.argument


class _Formatter(click.HelpFormatter):
    """As wide as the terminal, at most 80 columns; click's own asks a module that costs more than all of help."""

    def __init__(self, indent_increment: int = 2, width: int | None = None, max_width: int | None = None) -> None:
        super().__init__(indent_increment, width or min(columns(), max_width or 80) - 2, max_width)


class _Context(click.Context):
    formatter_class = _Formatter


class _Helped(click.Command):
    """A command that prints its help in the language of the screen."""

    context_class = _Context
    both: Both

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx  # the parser knows options and not whose they are
            raise

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        say, room = _say(ctx), formatter.width
        usage = " ".join([ctx.command_path, *self.collect_usage_pieces(ctx)])
        blocks = [[f"{say(USAGE)}{usage}"], wrapped(say(self.both), room), *self._command_blocks(ctx, room)]
        named = [(param, _spelling(param, ctx)) for param in self.get_params(ctx) if isinstance(param, click.Option)]
        own = [(text, _help_of(param)) for param, text in named if not _is_everywhere(param)]
        common = [(text, _help_of(param)) for param, text in named if _is_everywhere(param)]
        if own:
            blocks.append([say(OPTIONS), *_definitions([(left, say(right)) for left, right in own], room)])
        if common:
            blocks.append([say(EVERYWHERE), *_definitions([(left, say(right)) for left, right in common], room)])
        formatter.write("\n\n".join("\n".join(block) for block in blocks) + "\n")

    def _command_blocks(self, ctx: click.Context, room: int) -> list[list[str]]:  # noqa: ARG002 - groups have some
        return []


class Command(_Helped):
    """A command: gets the :class:`App`, takes the global options, returns the exit code (``None``: 0)."""

    def __init__(self, name: str | None, *, both: Both, **kwargs: Any) -> None:
        super().__init__(name, **kwargs)
        self.both = both
        self.params += _everywhere()

    def get_short_help_str(self, limit: int = 45) -> str:  # noqa: ARG002 - ours are short
        return self.both.en


class Tree(click.Group, _Helped):
    """A group of commands that are imported when they run. ``headings``: title → names, in the order of help."""

    def __init__(
        self,
        name: str | None,
        *,
        both: Both,
        entries: Mapping[str, Entry],
        headings: Mapping[Both, Sequence[str]] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name, **kwargs)
        self.both = both
        self.entries = dict(entries)
        self.headings = headings or {COMMANDS: tuple(entries)}
        self.params += _everywhere()

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(self.entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        entry = self.entries.get(cmd_name)
        if entry is None:
            return None
        module, _, attribute = entry.target.partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in self.entries and not ctx.resilient_parsing:
            raise UnknownCommand(args[0], tuple(self.entries), ctx)
        return super().resolve_command(ctx, args)

    def get_short_help_str(self, limit: int = 45) -> str:  # noqa: ARG002
        return self.both.en

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem  # only a shell asks

        say = _say(ctx)
        names = [
            CompletionItem(name, help=say(entry.help))
            for name, entry in self.entries.items()
            if name.startswith(incomplete)
        ]
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _Helped.format_help(self, ctx, formatter)

    def _command_blocks(self, ctx: click.Context, room: int) -> list[list[str]]:
        say = _say(ctx)
        left = max(width(name) for name in self.entries) + 2
        return [
            [say(title), *_definitions([(name, say(self.entries[name].help)) for name in names], room, left)]
            for title, names in self.headings.items()
        ]


class UnknownCommand(click.UsageError):
    """A word that is no command here."""

    def __init__(self, word: str, known: Sequence[str], ctx: click.Context) -> None:
        super().__init__(f"no command {word}", ctx)
        self.word, self.known = word, known


class Misused(click.UsageError):
    """What is wrong with words that click cannot judge, in both languages, and the command that goes on from there."""

    def __init__(self, said: Both, step: str) -> None:
        super().__init__(said.en)
        self.said, self.step = said, step


def command(name: str | None = None, *, help: Both, **kwargs: Any) -> Callable[[Callable[..., int | None]], Command]:  # noqa: A002
    """Make a command of a function whose first parameter is the :class:`App`."""

    def made(function: Callable[..., int | None]) -> Command:
        def called(*args: Any, **values: Any) -> int:
            ctx = click.get_current_context()
            app = _app(ctx)
            app.command = ctx.command_path.partition(" ")[2]
            app.begin()
            return function(app, *args, **values) or 0

        return click.command(name, cls=Command, both=help, **kwargs)(update_wrapper(called, function))

    return made


def group(name: str, *, help: Both, entries: Mapping[str, Entry]) -> Tree:  # noqa: A002
    """Make a group of commands that are imported when they run."""
    return Tree(name, both=help, entries=entries)


# --------------------------------------------------------------------------------------------- the global options


def _everywhere() -> list[click.Parameter]:
    """Return the options that stand before or after the command; the later one wins, ``-v`` adds up."""
    text: Any = click.STRING
    return [
        _global("-e", "--engagement", metavar="NAME", type=text, both=Both("engagement", "项目")),
        _global(
            "--config", metavar="PATH", type=text, both=Both("workspace: its file or folder", "工作区的文件或文件夹")
        ),
        _global("--json", is_flag=True, both=Both("one JSON document on stdout", "只输出一份 JSON")),
        _global("-q", "--quiet", is_flag=True, both=Both("only what needs a person", "只说需要人处理的事")),
        _global("-v", "--verbose", count=True, both=Both("more; -vv still more", "多说一些；-vv 更多")),
        _global("--yes", is_flag=True, both=Both("accept what would be asked", "对要问的问题都答「是」")),
        _global("--lang", type=click.Choice(LANGUAGES), both=Both("language of the screens", "界面语言")),
        _global("--debug", is_flag=True, both=Both("show tracebacks", "出错时显示调用栈")),
        _global("--log", type=click.Choice(LOGS), both=Both("log to stderr", "日志写到 stderr")),
        _global(
            "--log-file", metavar="PATH", type=text, both=Both("log to a file (10 MB × 5)", "日志写到文件（10 MB × 5）")
        ),
    ]


def _global(*names: str, **kwargs: Any) -> Option:
    return Option(names, everywhere=True, expose_value=False, callback=_keep, **kwargs)


def _keep(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    if ctx.resilient_parsing or not value:
        return
    app = _app(ctx)
    name = str(param.name)
    setattr(app, name, app.verbose + value if name == "verbose" else value)


def early(args: Sequence[str]) -> App:
    """Return an App with what must be known before the options are parsed: how to word and show a usage error."""
    app = App(json="--json" in args, debug="--debug" in args)
    for at, word in enumerate(args):
        name, _, value = word.partition("=")
        if name in ("--lang", "--config"):
            found = value or (args[at + 1] if at + 1 < len(args) else "")
            setattr(app, name[2:], found or None)
    return app


# ------------------------------------------------------------------------------------------------------ the words


def usage_error(error: click.UsageError) -> tuple[Both, str]:
    """Return what is wrong with the command line, and the next command."""
    if isinstance(error, Misused):
        return error.said, error.step
    path = error.ctx.command_path if error.ctx else "pmbridge"
    return _usage_text(error, path), f"{path} --help"


def _usage_text(error: click.UsageError, path: str) -> Both:
    if isinstance(error, UnknownCommand):
        near = _near(error.word, error.known)
        return Both(
            f'There is no command "{path} {error.word}".{near.en}', f"没有命令「{path} {error.word}」。{near.zh}"
        )
    if isinstance(error, click.NoSuchOption):
        near = _near(
            error.option_name, [name for param in error.ctx.command.params for name in param.opts] if error.ctx else []
        )
        return Both(
            f"{path} has no option {error.option_name}.{near.en}", f"{path} 没有选项 {error.option_name}。{near.zh}"
        )
    if isinstance(error, click.exceptions.NoArgsIsHelpError) and isinstance(error.ctx.command, Tree):
        verbs = error.ctx.command.list_commands(error.ctx)
        return Both(f"{path} needs one of: {', '.join(verbs)}.", f"{path} 后面要写其中之一：{'、'.join(verbs)}。")
    if isinstance(error, click.MissingParameter):
        name = _name_of(error)
        return Both(f"{path} needs {name}.", f"{path} 缺少 {name}。")
    if isinstance(error, click.BadParameter):
        name, kind = _name_of(error), error.param.type if error.param else None
        if isinstance(kind, click.Choice):
            listed = [str(one) for one in kind.choices]
            return Both(f"{name} is one of: {', '.join(listed)}.", f"{name} 只能是：{'、'.join(listed)}。")
        if isinstance(kind, click.types.IntParamType | click.types.FloatParamType):
            return Both(f"{name} needs a number.", f"{name} 需要数字。")
    if isinstance(error, click.BadOptionUsage):
        name = error.option_name
        flag = any(name in param.opts and _is_bare(param) for param in (error.ctx.command.params if error.ctx else ()))
        return (
            Both(f"{name} takes no value.", f"{name} 后面不写内容。")
            if flag
            else Both(f"{name} needs a value.", f"{name} 后面要写内容。")
        )
    if surplus := _SURPLUS.fullmatch(error.message):
        return Both(f'{path} does not take "{surplus[1]}".', f"{path} 多出「{surplus[1]}」。")
    said = error.format_message().rstrip(".")
    return Both(f"{said}.", f"命令写法不对：{said}。")


def _is_bare(param: click.Parameter) -> bool:
    return isinstance(param, click.Option) and (param.is_flag or param.count)


def _near(word: str, known: Sequence[str]) -> Both:
    from difflib import get_close_matches  # only for a typing error

    # The dashes that all options share would make all of them alike.
    bare = {name.lstrip("-"): name for name in known}
    found = [bare[one] for one in get_close_matches(word.lstrip("-"), bare, n=3, cutoff=0.6)]
    return Both(f" Near: {', '.join(found)}.", f"相近：{'、'.join(found)}。") if found else same("")


def _name_of(error: click.BadParameter) -> str:
    if error.param is None:
        return str(error.param_hint or "")
    return error.param.opts[-1] if isinstance(error.param, click.Option) else error.param.human_readable_name


def _app(ctx: click.Context) -> App:
    found = ctx.find_object(App)
    assert found is not None  # noqa: S101 - every context is made below one that holds it
    return found


def _say(ctx: click.Context) -> Callable[[Said | str], str]:
    app = ctx.find_object(App)
    return app.out.say if app else lambda text: text if isinstance(text, str) else text.in_("en")


def _is_everywhere(param: click.Option) -> bool:
    return not isinstance(param, Option) or param.everywhere


def _help_of(param: click.Option) -> Both:
    if isinstance(param, Option):
        return param.both
    return _VERSION if "--version" in param.opts else _HELP


def _spelling(param: click.Option, ctx: click.Context) -> str:
    names = ", ".join(sorted(param.opts, key=len))
    return names if param.is_flag or param.count else f"{names} {param.make_metavar(ctx)}"


def _definitions(rows: Sequence[tuple[str, str]], room: int, left: int | None = None) -> list[str]:
    """Return *rows* as two columns, the right one wrapped."""
    column = left or min(max(width(name) for name, _ in rows) + 2, 32)
    lines = []
    for name, text in rows:
        first, *rest = wrapped(text, room - column - 2) or [""]
        lines.append(f"  {padded(name, column)}{first}".rstrip())
        lines += [f"  {' ' * column}{line}" for line in rest]
    return lines
