"""80 columns, in both languages: what is too long is wrapped or cut, and what is to be pasted stays in one piece."""

from __future__ import annotations

import getpass
import re
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pmbridge.testing.clock import FakeClock
from pmbridge.testing.sandbox import Sandbox
from pmbridge.workspace import open_workspace
from pmbridge_cli.context import App
from pmbridge_cli.layout import width
from pmbridge_cli.main import run
from pmbridge_jira.sandbox import JiraSandbox
from pmbridge_pingcode.sandbox import PingCodeSandbox
from pmbridge_trello.sandbox import TrelloSandbox
from pmbridge_worktile.sandbox import WorktileSandbox
from tests.e2e.desk import FRIDAY
from tests.e2e.office import Office

THURSDAY = FRIDAY - timedelta(days=1)
LANGUAGES = ["en", "zh-CN"]
LONG = "小程序优惠券的首页领取与核销以及与会员积分商城打通后的对账、退款、风控的全部流程 and all the rest of it"
PASTED = re.compile(r"\s*(→ )?(pmbridge |https?://)\S.*")


def too_wide(screen: str) -> list[str]:
    """The lines that 80 columns cannot hold, except a command or an address that stands alone."""
    return [line for line in screen.splitlines() if width(line) > 80 and not PASTED.fullmatch(line)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    office = Office(folder=tmp_path_factory.mktemp("pm"), command="")
    clock = FakeClock(FRIDAY)
    with JiraSandbox(clock) as jira:
        jira.play(FRIDAY)
        office.settle(jira)
        with open_workspace(office.folder, clock=clock) as workspace:
            workspace.sync().raise_for_failures()
            jira.world.edit(office.issue("MALL-231"), title=LONG)
            clock.advance(60)
            workspace.sync().raise_for_failures()
    return office.folder


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "command",
    ["next", "next --all", "report weekly --open", "report check", "status", "status --all", "report list"],
)
def test_the_screens_over_a_workspace_fit(
    folder: Path,
    command: str,
    language: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # Away from the workspace, so that the paths of the report are long ones.
    monkeypatch.chdir(tmp_path)
    args = ["--config", str(folder), "--lang", language, *command.split()]
    code = run(args)
    shown = capsys.readouterr().out
    assert code == (1 if command == "report check" else 0)
    assert len(shown.splitlines()) > 1
    paths = [line for line in too_wide(shown) if line.strip() == f"{folder}/reports/lanhai/{line.rpartition('/')[2]}"]
    assert [line for line in too_wide(shown) if line not in paths] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_command_in_the_list_stays_in_one_piece(
    folder: Path, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--config", str(folder), "--lang", language, "next", "--all"]) == 0
    lines = capsys.readouterr().out.splitlines()
    address = next(line for line in lines if "/browse/MALL-231" in line)
    assert re.fullmatch(r"\s+→ https?://\S+/browse/MALL-231", address)
    assert any(re.fullmatch(r"\s+→ pmbridge report check", line) for line in lines)
    above = lines[lines.index(address) - 1]
    assert above.endswith("…"), "the title is what gives way"


def test_a_wide_terminal_has_each_command_behind_what_it_is_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("pmbridge_cli.output.Output.room", 160)
    assert run(["--config", str(folder), "--lang", "en", "next"]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split() == ["#", "Due", "Who", "What", "Command"]
    assert [line.partition(" ")[0] for line in lines] == [str(at) for at in range(1, len(lines) + 1)]


# -------------------------------------------------------------------------------------------------- connecting


class Typist:
    """Somebody at a terminal who types *answers*, then Enter only; the terminal shows each Enter."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)

    def isatty(self) -> bool:
        return True

    def readline(self) -> str:
        sys.stderr.write("\n")
        return (self.answers.pop(0) if self.answers else "") + "\n"


MADE: dict[str, Callable[[FakeClock], Sandbox]] = {
    "jira": JiraSandbox,
    "trello": TrelloSandbox,
    "pingcode": PingCodeSandbox,
    "worktile": WorktileSandbox,
}


def typed(kind: str, tool: Sandbox) -> tuple[list[str], list[str]]:
    """The arguments that lead to *tool*, and the answers that a person types."""
    if kind == "trello":
        return ["--url", tool.url], [str(tool.settings()["api_key"])]
    if kind == "jira":
        return ["--set", f"gateway_url={tool.url}"], [tool.url, "wang@qingchuan.example"]
    return [], [tool.url, str(tool.settings()["client_id"])]


@pytest.fixture(params=list(MADE))
def tool(request: pytest.FixtureRequest) -> Iterator[tuple[str, Sandbox]]:
    kind: str = request.param
    # Tokens are good for this machine's clock; Trello's limit is not yet part of the story.
    with MADE[kind](FakeClock(datetime.now(UTC))) as made:
        made.play(THURSDAY)
        yield kind, made


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_dialogue_of_connect_fits(
    tool: tuple[str, Sandbox],
    language: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    kind, made = tool
    args, answers = typed(kind, made)
    secrets = ["wrong"]

    def paste(prompt: str, stream: Any) -> str:
        stream.write(prompt + "\n")
        return secrets.pop() if secrets else made.secret().get_secret_value()

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(App, "interactive", property(lambda app: True))
    monkeypatch.setattr(getpass, "getpass", paste)
    monkeypatch.setattr(sys, "stdin", Typist(*answers))
    assert run(["--lang", language, "connect", kind, *args]) == 0
    shown = capsys.readouterr()
    assert ("已保存" if language == "zh-CN" else "Saved") in shown.out
    assert secrets == [], "a wrong secret was told too"
    assert too_wide(shown.out + shown.err) == []
