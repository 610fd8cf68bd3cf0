"""What a configuration says about a secret: where it lies, never what it is."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Literal

from pmbridge.values import Label

SERVICE = "pmbridge"
_NOT_A_REFERENCE = Label(
    en="must say where the secret lies, never be the secret: env:NAME, file:PATH, command:[…] or keyring",
    zh="只能写令牌放在哪里，不能写令牌本身：env:变量名、file:路径、command:[…] 或 keyring",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What ``secret`` in the configuration says. ``target``: variable, path or keyring entry; ``argv``: a command."""

    kind: Literal["env", "file", "command", "keyring"]
    target: str = ""
    argv: tuple[str, ...] = ()

    @classmethod
    def parse(cls, written: str | tuple[str, ...] | list[str]) -> Reference:
        """Read a reference; a list is a command.

        Raises:
            ValueError: it is none, e.g. the secret itself; carries a Label that does not repeat what was written.
        """
        if not isinstance(written, str):
            return cls._command(list(written))
        if written == "keyring":
            return cls(kind="keyring")
        kind, _, target = written.partition(":")
        match kind:
            case "env" if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", target):
                return cls(kind="env", target=target)
            case "file" if target.strip():
                return cls(kind="file", target=target)
            case "keyring" if target.strip():
                return cls(kind="keyring", target=target)
            case "command":
                try:
                    return cls._command(json.loads(target))
                except json.JSONDecodeError:
                    return cls._command(None)
        raise ValueError(_NOT_A_REFERENCE)

    @classmethod
    def _command(cls, argv: object) -> Reference:
        if isinstance(argv, list) and argv and all(isinstance(one, str) and one for one in argv):
            return cls(kind="command", argv=tuple(argv))
        raise ValueError(
            Label(
                en='names no command: write command:["program", "argument"], a JSON list',
                zh='没有写明命令：写成 command:["程序", "参数"]，即 JSON 列表',
            )
        )


def variable(connection: str) -> str:
    """Return the environment variable of a connection's secret: ``jira-eu`` → ``PMBRIDGE_JIRA_EU_SECRET``."""
    return f"PMBRIDGE_{connection.upper().replace('-', '_')}_SECRET"


def trimmed(secret: str) -> str:
    """Return *secret* without the blanks, newlines and quotes that come along when it is copied."""
    secret = secret.strip()
    while len(secret) >= 2 and secret[0] == secret[-1] and secret[0] in "\"'":
        secret = secret[1:-1].strip()
    return secret


def described(reference: Reference, connection: str) -> Label:
    """Return where *reference* leads, for people."""
    match reference.kind:
        case "env":
            return Label(en=reference.target, zh=f"环境变量 {reference.target}")
        case "file":
            return Label(en=f"file {reference.target}", zh=f"文件 {reference.target}")
        case "command":
            # Arguments may name what they should not; the program is enough to find the line.
            return Label(en=f"command {reference.argv[0]}", zh=f"命令 {reference.argv[0]}")
        case "keyring":
            entry = f"{SERVICE}/{reference.target or connection}"
            return Label(en=f"keyring (entry {entry})", zh=f"本机钥匙串（条目 {entry}）")
