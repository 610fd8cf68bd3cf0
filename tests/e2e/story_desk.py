"""The demo's workspace after its story was told, for tests that go on from there."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pmbridge.demo import WEEKLY_9, ZONE, Demo
from pmbridge.engagement import Engagement
from pmbridge.testing.clock import FakeClock
from pmbridge.workspace import Workspace, open_workspace
from pmbridge_cli.played import screen, typed

MAIL = """From: =?utf-8?b?5byg5pWP?= <zhangmin@lanhai.example>
To: wang@qingchuan.example
Date: Mon, 08 Jun 2026 09:12:00 +0800
Subject: Re
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

{text}
"""


@dataclass
class Told:
    """The story as it was told: what was asked and read on the way stands in the tools' own lists."""

    workspace: Path
    screens: dict[str, str] = field(default_factory=dict)
    """What ``status``, ``next``, ``conflicts`` and ``report check`` show just before weekly 9 is issued."""
    requests: dict[str, list[str]] = field(default_factory=dict)
    """What each tool was asked, method and path, in a second sync right after the last one."""


LOOKS = ("status", "next", "conflicts", "report check")
LAST = ["conflicts", "settle", "D-03"]
"""How the last command before weekly 9 begins."""


def tell(folder: Path) -> Told:
    """Tell the whole story over all four tools, with its register; sync once more at its end."""
    screens: dict[str, str] = {}

    def typing(workspace: Workspace, words: Sequence[str]) -> None:
        if list(words[:3]) == LAST:
            screens.update({look: screen(workspace, look.split())[1] for look in LOOKS})
        typed(workspace, words)

    with Demo(folder, language="zh-CN") as demo:
        done = demo.tell(typed=typing)
        for server in demo.servers.values():
            server.requests.clear()
        done.workspace.sync()
        asked = {name: [f"{one.method} {one.path}" for one in server.requests] for name, server in demo.servers.items()}
        return Told(workspace=demo.workspace_folder, screens=screens, requests=asked)


@dataclass
class Desk:
    """A copy of the story's workspace, at its own moment."""

    workspace: Workspace
    clock: FakeClock
    folder: Path

    @property
    def engagement(self) -> Engagement:
        return self.workspace.engagement()

    def type(self, line: str, *, code: int = 0) -> str:
        """Type ``pmbridge LINE`` and return the screen."""
        found, shown = screen(self.workspace, shlex.split(line))
        assert found == code, f"{line}\n{shown}"
        return shown

    def file(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, "utf-8")
        return path

    def mail(self, name: str, text: str = "同意") -> Path:
        return self.file(name, MAIL.format(text=text))


@contextmanager
def desk(told: Told, folder: Path, at: datetime = WEEKLY_9) -> Iterator[Desk]:
    """Give a copy of the story's workspace in *folder*, whose clock stands at *at*."""
    copy = shutil.copytree(told.workspace, folder / "workspace")
    clock = FakeClock(at.astimezone(ZONE))
    with open_workspace(copy, lang="zh-CN", clock=clock) as workspace:
        yield Desk(workspace=workspace, clock=clock, folder=folder)
