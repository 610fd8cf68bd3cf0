"""`pmbridge connect` and `disconnect`: who reads which tool, and where its secret lies."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from pmbridge_cli.ask import Ask, misfit
from pmbridge_cli.connect_dialogue import KEEPERS, NOT_GIVEN, Dialogue, both_of
from pmbridge_cli.context import App
from pmbridge_cli.grammar import argument, command, option
from pmbridge_cli.place import Place
from pmbridge_cli.words import Both, same

if TYPE_CHECKING:
    from pydantic import SecretStr

    from pmbridge.adapter import Adapter

FORGET = Both('Forget the secret of "{name}"?', "删除「{name}」的令牌？")
FORGOTTEN = Both("Forgotten: {where}. What was read stays.", "已删除：{where}。已读数据保留。")
NOTHING_KEPT = Both(
    'pmbridge keeps no secret of "{name}": it is in a variable, a command or a file of yours. What was read stays.',
    "pmbridge 没有保存「{name}」的令牌：它来自环境变量、命令或您自己的文件。已读数据保留。",
)
STILL_USED = Both(
    "[connections.{name}] stays in pmbridge.toml, because {users} reads it.",
    "pmbridge.toml 中的 [connections.{name}] 保留，因为 {users} 还在使用。",
)
STOPPED = Both("Stopped. Nothing was written.", "已停止，未写入任何内容。")


@command(help=Both("add a connection, or renew its secret", "添加连接，或更换令牌"))
@argument("word", metavar="KIND|NAME")
@option(
    "--name", metavar="NAME", help=Both("name of a new connection (default: its kind)", "新连接的名称（默认用种类名）")
)
@option("--url", metavar="ADDRESS", help=Both("address, as a browser shows it", "地址，浏览器地址栏里的即可"))
@option("--user", metavar="NAME", help=Both("account: e-mail or user name", "账号：邮箱或用户名"))
@option("--secret-stdin", is_flag=True, help=Both("read the secret from stdin", "从标准输入读取令牌"))
@option("--expires", metavar="DATE", help=Both("when the secret expires, or never", "令牌到期日；永不过期写 never"))
@option("--keep", type=click.Choice(KEEPERS), help=Both("where the secret is kept", "令牌保存到哪里"))
@option(
    "--set",
    "more",
    metavar="KEY=VALUE",
    multiple=True,
    help=Both("any other setting, e.g. ca_bundle", "其他设置，如 ca_bundle"),
)
@option("--write", is_flag=True, help=Both("allow writing (default: read only)", "允许写入（默认只读）"))
def connect(
    app: App,
    word: str,
    *,
    name: str | None,
    url: str | None,
    user: str | None,
    secret_stdin: bool,
    expires: str | None,
    keep: str | None,
    more: Sequence[str],
    write: bool,
) -> None:
    app.stopped = lambda: STOPPED
    place = Place.of(app)
    given = _given(app, url, user, more)
    dialogue = Dialogue(app, place, Ask(app, stdin_is_taken=secret_stdin), expires, write=write)
    piped = _from_stdin() if secret_stdin else None
    adapter, name, present = _meant(place, word, name)
    if present is None:
        dialogue.add(adapter, name, given, piped, keep)
    else:
        dialogue.renew(adapter, name, {**present, **given}, piped, changed=bool(given))


@command(help=Both("forget the secret; what was read stays", "删除令牌；已读数据保留"))
@argument("name", metavar="NAME")
def disconnect(app: App, name: str) -> None:
    from pmbridge.secrets import SecretChain

    place = Place.of(app)
    connections = place.config.connections if place.config else {}
    if place.config is None or name not in connections:
        raise _no_connection(name, list(connections))
    ask = Ask(app)
    if not ask.confirm(FORGET.filled(name=name), default=False):
        ask.settle()
        return
    forgotten = SecretChain(name, connections[name].secret, place.folder, env=app.env).forget()
    users = [key for key, one in place.config.engagements.items() if any(s.connection == name for s in one.sources)]
    if not users:
        file = place.edit(app)
        file.remove("connections", name)
        file.save()
    if app.json:
        app.out.document(
            {
                "schema": "pmbridge.disconnect/1",
                "connection": name,
                "forgotten": app.out.say(forgotten) if forgotten else None,
                "removed": not users,
            }
        )
        return
    app.out.line(FORGOTTEN.filled(where=both_of(forgotten)) if forgotten else NOTHING_KEPT.filled(name=name))
    if users:
        app.out.line(STILL_USED.filled(name=name, users=Both(", ".join(users), "、".join(users))))
        app.out.next(f"pmbridge connect {name}")


def _no_connection(name: str, known: Sequence[str]) -> Exception:
    from pmbridge.errors import UnknownRef

    return UnknownRef(
        ref=name,
        where="pmbridge.toml",
        near=f"There are: {', '.join(known)}." if known else "",
        near_zh=f"现有：{'、'.join(known)}。" if known else "",
        command="pmbridge doctor" if known else "pmbridge connect jira",
    )


def _meant(place: Place, word: str, name: str | None) -> tuple[type[Adapter[Any]], str, Mapping[str, object] | None]:
    """Return adapter, name and, for a connection that exists, its present settings.

    Raises:
        UnknownAdapter: neither a kind of tool nor a connection.
        ConfigError: not a name.
    """
    import re

    from pmbridge.adapter import load
    from pmbridge.config import NAME_PATTERN, ConfigFile

    connections = place.config.connections if place.config else {}
    wanted = name or word
    if wanted in connections:
        settings = connections[wanted]
        written = ConfigFile.open(place.file).get("connections", wanted) or {}
        return load(settings.adapter), wanted, {key: one for key, one in written.items() if key not in NOT_GIVEN}
    adapter = load(word)
    if not re.match(NAME_PATTERN, wanted):
        why = Both("lower-case letters, digits and hyphens, a letter first", "小写字母开头，只含小写字母、数字和连字符")
        raise misfit(same("--name"), why, "connect")
    return adapter, wanted, None


def _given(app: App, url: str | None, user: str | None, more: Sequence[str]) -> dict[str, object]:
    given: dict[str, object] = {key: value for key, value in (("base_url", url), ("user", user)) if value}
    for one in more:
        key, sign, value = one.partition("=")
        if not sign or not key or key in NOT_GIVEN:
            raise misfit(
                same("--set"),
                Both("write KEY=VALUE, e.g. ca_bundle=company.pem", "写成 键=值，如 ca_bundle=company.pem"),
                app.command,
            )
        given[key] = value
    return given


def _from_stdin() -> SecretStr:
    from pydantic import SecretStr

    from pmbridge.errors import ConfigError
    from pmbridge.secrets import trimmed

    secret = trimmed(sys.stdin.read())
    if not secret:
        raise ConfigError(
            "refused",
            detail="--secret-stdin: nothing came in on stdin.",
            detail_zh="--secret-stdin：标准输入中没有内容。",
            command='printf %s "$TOKEN" | pmbridge connect jira --secret-stdin',
        )
    return SecretStr(secret)
