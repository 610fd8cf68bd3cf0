"""What every command is given: the global options, the workspace they lead to, and where to write."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from pmbridge_cli.output import Output
from pmbridge_cli.words import Both, language_of

if TYPE_CHECKING:
    from pathlib import Path

    from pmbridge.engagement import Engagement
    from pmbridge.workspace import Workspace

ALL = "all"
_OF_NO_ENGAGEMENT = frozenset(
    {"init", "connect", "disconnect", "sync", "doctor", "schedule", "db", "adapters", "demo", "completion"}
)
"""Commands about the workspace: ``-e`` means nothing to them."""
STOPPED = Both(
    "Stopped. What was stored is sound; run the same command again.", "已停止。已保存的内容完好，可再次运行同一命令。"
)


@dataclass
class App:
    """One run of the command line.

    The options are those that every command takes; a command reads them here. ``stopped`` says what Ctrl-C has left.
    """

    engagement: str | None = None
    config: str | None = None
    json: bool = False
    quiet: bool = False
    verbose: int = 0
    yes: bool = False
    lang: str | None = None
    debug: bool = False
    log: str | None = None
    log_file: str | None = None
    command: str = ""
    env: Mapping[str, str] = field(default_factory=lambda: os.environ)
    stopped: Callable[[], Both] = lambda: STOPPED
    _resources: ExitStack = field(default_factory=ExitStack)
    _opened: Workspace | None = None

    @cached_property
    def out(self) -> Output:
        """Where to write. First use fixes the language, so it comes after the options were read."""
        language = language_of(self.lang, self.config, self.env, os.getcwd())  # noqa: PTH109
        return Output(sys.stdout, sys.stderr, language, self.env, self.addressed)

    @property
    def language(self) -> str:
        """``"zh-CN"`` or ``"en"``."""
        return self.out.language

    @property
    def user(self) -> str:
        """Who types: the workspace's user, else the name of the login."""
        import getpass

        return self.workspace.config.workspace.user or getpass.getuser()

    @property
    def same_command(self) -> str:
        """The command of this run, to be pasted: without its own options, with the engagement that was named."""
        return f"pmbridge {self.command}{f' -e {self.engagement}' if self.engagement else ''}".rstrip()

    def addressed(self, command: str, engagement: str | None = None) -> str:
        """Return *command* with ``-e`` where without it another run would not know which engagement is meant.

        *engagement*: the one that it is about; left out: the one that this run was told.
        """
        name = engagement or self.engagement
        known = self._opened.engagements if self._opened else ()
        if len(known) < 2 or name not in (*known, ALL) or name == self.env.get("PMBRIDGE_ENGAGEMENT"):
            return command
        return f"{command} -e {name}" if _takes_engagement(command) else command

    @property
    def interactive(self) -> bool:
        """Whether somebody can be asked: a terminal on both ends, and no document promised."""
        return sys.stdin.isatty() and sys.stderr.isatty() and not self.json

    def begin(self) -> None:
        """Start the log, if one is wanted. Called when all options are known.

        Raises:
            ConfigError: ``--log-file`` cannot be written.
        """
        form = self.log or self.env.get("PMBRIDGE_LOG") or ("text" if self.verbose else "off")
        if form != "off" or self.log_file:
            from pmbridge_cli.log import logging_to  # most runs keep no log

            self._resources.enter_context(logging_to(form, sys.stderr, self.log_file, self.verbose, self.env))

    # -- the workspace ---------------------------------------------------------------------------------------

    @property
    def workspace(self) -> Workspace:
        """The workspace that the options, the environment or the folder lead to; opened once per run.

        Raises:
            ConfigError: there is none, or its file has faults.
        """
        if self._opened is None:
            from pmbridge.workspace import open_workspace  # help must not pay for the library

            self.use(open_workspace(self.config, lang=self.language))
        assert self._opened is not None  # noqa: S101 - set by use
        return self._opened

    def use(self, workspace: Workspace) -> Workspace:
        """Make *workspace* that of this run; it is closed at the end."""
        self._opened = self._resources.enter_context(workspace)
        return workspace

    def share(self, workspace: Workspace) -> None:
        """Make *workspace* that of this run; whoever opened it closes it."""
        self._opened = workspace

    @property
    def folder(self) -> Path | None:
        """The folder of the workspace, if one is open."""
        return self._opened.folder if self._opened else None

    def close(self) -> None:
        """Close what was opened. Harmless when repeated."""
        self._resources.close()

    # -- the engagement --------------------------------------------------------------------------------------

    def chosen(self) -> Engagement:
        """Return the engagement that is meant: the only one, ``-e``, ``PMBRIDGE_ENGAGEMENT``, or the answer.

        Raises:
            ConfigError: several, and nobody to ask (``which-engagement``), or none.
            UnknownRef: no engagement of that name.
        """
        workspace = self.workspace
        name = self.engagement or self.env.get("PMBRIDGE_ENGAGEMENT")
        if name is None and len(workspace.engagements) > 1 and self.interactive:
            name = self._asked(workspace.engagements)
        return workspace.engagement(name)

    def chosen_all(self) -> tuple[Engagement, ...]:
        """Return the engagements of a command that also takes ``-e all``.

        Raises:
            ConfigError: as :meth:`chosen`; ``all`` of none.
        """
        if (self.engagement or self.env.get("PMBRIDGE_ENGAGEMENT")) != ALL:
            return (self.chosen(),)
        workspace = self.workspace
        return tuple(workspace.engagement(name) for name in workspace.engagements) or (workspace.engagement(),)

    def _asked(self, names: Sequence[str]) -> str:
        import click

        question = self.out.say(Both("Which engagement?", "哪个项目？"))
        for at, name in enumerate(names, 1):
            self.out.talk(f"  {at}  {name}")
        answer: str = click.prompt(
            question, prompt_suffix=" › ", err=True, type=click.Choice([*names, *map(str, range(1, len(names) + 1))]),
            show_choices=False,
        )  # fmt: skip
        return names[int(answer) - 1] if answer.isdigit() else answer


def _takes_engagement(command: str) -> bool:
    """Return whether *command* is one of ours about one engagement, and does not name it yet."""
    program, *words = command.split()
    if program != "pmbridge" or not words or {"-e", "--help"} & {*words}:
        return False
    return words[0] not in _OF_NO_ENGAGEMENT and words[:2] not in (["engagement", "add"], ["engagement", "list"])
