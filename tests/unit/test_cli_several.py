"""With several engagements a printed command names the one that is meant, so that it does what it says when pasted."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from pmbridge_cli.main import run

ENGAGEMENT = '[engagements.{name}]\nclient = "{name}"\nname = "{name}"\nsources = []\n'
CHANGE = ("change", "submit", "--title", "x", "--description", "y", "--reason", "z", "--via", "phone", "--by", "张敏")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    text = '[workspace]\nlanguage = "en"\ntimezone = "Asia/Shanghai"\nuser = "王工"\n'
    (tmp_path / "pmbridge.toml").write_text(text + "".join(ENGAGEMENT.format(name=one) for one in "ab"), "utf-8")
    (tmp_path / "mandate.eml").write_text("From: x@y.example\n\nyes", "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PMBRIDGE_ENGAGEMENT", raising=False)
    assert run(["-e", "a", "contact", "add", "张敏", "--email", "x@y.example", "--evidence", "mandate.eml"]) == 0
    assert run(["-e", "a", *CHANGE]) == 0
    return tmp_path


def read(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[str, str]:
    capsys.readouterr()
    run(args)
    shown = capsys.readouterr()
    return shown.out, shown.err


@pytest.mark.usefixtures("folder")
def test_a_next_step_that_lacks_the_engagement_would_fail_when_pasted(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = read(capsys, "-e", "b", "change", "list")
    assert out.splitlines()[-1] == "Next: pmbridge change add -e b"
    _, err = read(capsys, "-e", "a", "change", "show", "CR-9")
    assert err.splitlines()[1] == "Next: pmbridge change list -e a"
    _, err = read(capsys, "-e", "a", "change", "assess", "CR-1")
    assert err.splitlines()[-1] == "Next: pmbridge change show CR-001 -e a"


@pytest.mark.usefixtures("folder")
def test_the_documents_name_it_too(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = read(capsys, "-e", "a", "--json", "remind", "X")
    assert json.loads(out)["next"].endswith(" -e a")
    out, _ = read(capsys, "-e", "a", "--json", *CHANGE)
    assert json.loads(out)["next"] == "pmbridge change assess CR-002 -e a"


@pytest.mark.parametrize("named", ["a", "all"])
@pytest.mark.usefixtures("folder")
def test_what_next_lists_can_be_pasted(named: str, capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = read(capsys, "-e", named, "--json", "next", "--all")
    commands = [task["command"] for task in json.loads(out)["tasks"]]
    assert commands == ["pmbridge change assess CR-001 -e a"]
    out, _ = read(capsys, "-e", named, "next", "--all")
    assert commands[0] in out
    assert run([*shlex.split(commands[0])[1:], "--help"]) == 0


@pytest.mark.usefixtures("folder")
def test_a_command_about_the_workspace_names_none(capsys: pytest.CaptureFixture[str]) -> None:
    _, err = read(capsys, "-e", "c", "change", "list")
    assert " -e " not in err.splitlines()[1]
    out, _ = read(capsys, "-e", "a", "change", "--help")
    assert "-e a" not in out


def test_where_the_environment_names_it_or_there_is_one_nothing_is_added(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PMBRIDGE_ENGAGEMENT", "b")
    assert read(capsys, "change", "list")[0].splitlines()[-1] == "Next: pmbridge change add"
    monkeypatch.delenv("PMBRIDGE_ENGAGEMENT")
    file = folder / "pmbridge.toml"
    file.write_text(file.read_text("utf-8").partition("[engagements.b]")[0], "utf-8")
    assert read(capsys, "-e", "a", "risk", "list")[0].splitlines()[-1] == "Next: pmbridge risk add"
