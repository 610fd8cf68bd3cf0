"""80 columns, in both languages: what is too long is wrapped or cut, and what is to be pasted stays in one piece."""

from __future__ import annotations

import getpass
import io
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
from pmbridge_cli.layout import Column, width
from pmbridge_cli.main import run
from pmbridge_cli.output import Output
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


# ------------------------------------------------------------------------------- where signs have to be spelled


def ascii_stdout(monkeypatch: pytest.MonkeyPatch) -> io.BytesIO:
    """Make stdout a stream that has no more signs than ASCII; return what comes out of it."""
    body = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(body, encoding="ascii", write_through=True))
    return body


def test_columns_stay_columns_where_signs_are_spelled(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = ascii_stdout(monkeypatch)
    assert run(["--config", str(folder), "status", "--all", "--as-of", "2026-06-05T17:25"]) == 0
    lines = body.getvalue().decode("ascii").splitlines()
    head = next(line for line in lines if line.startswith("Milestone"))
    rows = [line for line in lines if re.match(r"M\d [?]", line)]
    assert len(rows) == 7
    for title in ("Plan now", "Forecast", "vs plan", "Progress"):
        at = head.index(title)
        assert all(row[at - 2 : at] == "  " and row[at] != " " for row in rows), title
    assert too_wide("\n".join(lines)) == []


def test_a_cut_title_is_measured_with_its_spelled_ellipsis(monkeypatch: pytest.MonkeyPatch) -> None:
    body = ascii_stdout(monkeypatch)
    out = Output(sys.stdout, sys.stderr, "en", {})
    out.lines(out.table([Column(least=10), Column()], [["a title that is cut", "06-17"], ["→ 上线", "07-15"]], 17))
    assert body.getvalue().decode().splitlines() == ["a title...  06-17", "-> ??       07-15"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_marks_in_front_of_checks_take_the_same_room(
    folder: Path, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = ascii_stdout(monkeypatch)
    assert run(["--config", str(folder), "--lang", language, "report", "check", "--as-of", "2026-06-05T17:25"]) == 1
    checks = [line for line in body.getvalue().decode().splitlines() if re.match("  (ok|x) ", line)]
    assert {line[:5] for line in checks} == {"  ok ", "  x  "}
    assert all(line[5] != " " for line in checks)


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
