"""Which engagement a command is about: the only one, the named one, the environment's, all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pmbridge_cli.context import App
from pmbridge_cli.main import run

ENGAGEMENT = """
[engagements.{name}]
client = "{name}"
name = "{name}"
[[engagements.{name}.sources]]
connection = "jira"
project = "MALL"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    text = (
        '[workspace]\nlanguage = "en"\n'
        '[connections.jira]\nadapter = "jira"\nbase_url = "http://127.0.0.1:9"\nuser = "x@y.example"\n'
    )
    names = ("lanhai", "qingmu", "test")
    (tmp_path / "pmbridge.toml").write_text(text + "".join(ENGAGEMENT.format(name=name) for name in names), "utf-8")
    return tmp_path


@pytest.mark.parametrize("command", ["status", "next", "report weekly", "report issue", "report show"])
def test_with_several_and_nobody_to_ask_the_error_names_them(
    folder: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--config", str(folder), *command.split()]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "Error: 3 engagements here: lanhai, qingmu, test.",
        "Next: add -e lanhai (or set PMBRIDGE_ENGAGEMENT)",
        "[which-engagement]",
    ]


def test_the_option_wins_over_the_environment(folder: Path) -> None:
    app = App(config=str(folder), engagement="qingmu", env={"PMBRIDGE_ENGAGEMENT": "test"})
    assert app.chosen().name == "qingmu"
    app.close()


def test_the_environment_names_one(folder: Path) -> None:
    app = App(config=str(folder), env={"PMBRIDGE_ENGAGEMENT": "test"})
    assert app.chosen().name == "test"
    assert [one.name for one in app.chosen_all()] == ["test"]
    app.close()


def test_all_is_every_one_in_the_files_order(folder: Path) -> None:
    app = App(config=str(folder), engagement="all", env={})
    assert [one.name for one in app.chosen_all()] == ["lanhai", "qingmu", "test"]
    app.close()


def test_a_command_for_one_does_not_take_all(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--config", str(folder), "-e", "all", "report", "issue"]) == 1
    assert "There is no all in pmbridge.toml." in capsys.readouterr().err


def test_what_was_never_read_says_so(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("status", "next"):
        assert run(["--config", str(folder), command, "-e", "qingmu"]) == 2
        shown = capsys.readouterr().err
        assert "Nothing was read yet for qingmu." in shown
        assert "Next: pmbridge sync" in shown


def test_the_bare_command_lists_all_of_them(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--config", str(folder)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == [f"{name} · nothing read yet · Nothing needs you." for name in ("lanhai", "qingmu", "test")]
    assert lines[3] == "Next: pmbridge sync"


def test_a_relative_path_counts_from_the_files_folder(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.chdir(elsewhere)
    assert run(["--config", str(folder), "db", "check"]) == 0
    assert (folder / "data" / "pmbridge.db").is_file()
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize(
    ("args", "said", "step"),
    [
        (["sync", "jirra"], "There is no jirra in pmbridge.toml. Near: jira.", "pmbridge doctor"),
        (["doctor", "jirra"], "There is no jirra in pmbridge.toml. Near: jira.", "pmbridge doctor"),
        (["status", "-e", "lanhi"], "There is no lanhi in pmbridge.toml. Near: lanhai.", "pmbridge engagement list"),
    ],
)
def test_a_wrong_name_names_the_near_one(
    folder: Path, args: list[str], said: str, step: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--config", str(folder), *args]) == 1
    assert capsys.readouterr().err.splitlines() == [f"Error: {said}", f"Next: {step}", "[unknown-ref]"]
