"""A person's desk: a folder of their own, a Jira on this machine, and the command, in a process or in a terminal."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pmbridge.testing.clock import FakeClock
from pmbridge.testing.faults import FaultPlan
from pmbridge_cli.main import run
from pmbridge_jira.sandbox import JiraSandbox
from tests.e2e.terminal import Terminal

FRIDAY = datetime(2026, 6, 5, 9, 20, tzinfo=UTC)
"""17:20 in Shanghai: the first session of the story."""


@contextmanager
def a_jira(faults: FaultPlan | None = None, **how: Any) -> Iterator[JiraSandbox]:
    """Give a Jira with the story of one client, up to Friday 5 June."""
    with JiraSandbox(FakeClock(FRIDAY), faults, **how) as sandbox:
        sandbox.play(FRIDAY)
        yield sandbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What one command did."""

    code: int
    out: str
    talk: str


@dataclass
class Desk:
    """``run`` calls the command in this process, without a terminal; ``sit_down`` starts it in one."""

    folder: Path
    command: str
    patch: pytest.MonkeyPatch
    capture: pytest.CaptureFixture[str]
    env: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.patch.chdir(self.folder)

    def run(self, *args: str, stdin: str = "", env: Mapping[str, str] | None = None) -> Done:
        with self.patch.context() as patch:
            for name, value in {"PMBRIDGE_LANG": "zh-CN", **self.env, **(env or {})}.items():
                patch.setenv(name, value)
            patch.setattr(sys, "stdin", io.StringIO(stdin))
            self.capture.readouterr()
            code = run(args)
        shown = self.capture.readouterr()
        return Done(code=code, out=shown.out, talk=shown.err)

    def sit_down(self, *args: str, env: Mapping[str, str] | None = None) -> Terminal:
        return Terminal(self.command, args, cwd=self.folder, env={"PMBRIDGE_LANG": "zh-CN", **self.env, **(env or {})})

    def connect(self, jira: JiraSandbox, *more: str) -> Done:
        """Connect to *jira* as a script does."""
        settings = jira.settings()
        return self.run(
            "connect", "jira", "--url", str(settings["base_url"]), "--user", str(settings.get("user", "")),
            "--set", f"gateway_url={settings.get('gateway_url', jira.url)}", "--secret-stdin", *more,
            stdin=jira.secret().get_secret_value(),
        )  # fmt: skip

    @property
    def config(self) -> str:
        return (self.folder / "pmbridge.toml").read_text(encoding="utf-8")

    def files(self) -> list[str]:
        """Return every file below the folder, relative to it."""
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())
