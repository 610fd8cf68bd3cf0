"""`pmbridge schedule`: lines that work where they are pasted, for any folder name."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from pmbridge_cli.main import run

TOML = """[workspace]
language = "en"
[connections.jira]
adapter = "jira"
base_url = "https://example.atlassian.net"
user = "pm@agency.example"
[connections.jira-eu]
adapter = "jira"
base_url = "https://eu.atlassian.net"
user = "pm@agency.example"
secret = "file:data/secrets/jira-eu"
"""


@pytest.fixture(params=["plain", "a folder with 100% blanks"])
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    folder = tmp_path / str(request.param)
    folder.mkdir()
    (folder / "pmbridge.toml").write_text(TOML, "utf-8")
    return folder


def files(capsys: pytest.CaptureFixture[str], *args: str) -> dict[str, str]:
    assert run(["schedule", *args, "--json"]) == 0
    found: dict[str, str] = json.loads(capsys.readouterr().out)["files"]
    return found


def test_the_cron_line_names_program_and_workspace(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [text] = files(capsys, "cron", "--config", str(workspace)).values()
    mailto, line = text.splitlines()
    assert mailto.startswith("MAILTO=")
    assert line.startswith("7 * * * *  ")
    # cron ends a command at a bare percent sign, and the shell takes the rest apart.
    command = line.removeprefix("7 * * * *  ")
    assert "%" not in command.replace("\\%", "")
    words = shlex.split(command.replace("\\%", "%"))
    assert Path(words[0]).is_absolute()
    assert words[1:] == ["--config", str(workspace), "sync", "-q"]


def test_the_systemd_units_hold_what_the_manual_shows(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    units = files(capsys, "systemd", "--config", str(workspace))
    assert sorted(units) == ["pmbridge-sync.service", "pmbridge-sync.timer"]
    service = units["pmbridge-sync.service"].splitlines()
    for line in (
        "Type=oneshot",
        "LoadCredential=jira:/etc/pmbridge/jira.secret",
        "Environment=PMBRIDGE_JIRA_SECRET_FILE=%d/jira",
        "SuccessExitStatus=5 75",
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "PrivateTmp=yes",
    ):
        assert line in service
    [start] = [line for line in service if line.startswith("ExecStart=")]
    assert start.endswith(" sync -q --log json")
    assert str(workspace).replace("%", "%%") in start
    assert [line for line in service if line.startswith("ReadWritePaths=")]
    assert "OnCalendar=*-*-* *:07:00" in units["pmbridge-sync.timer"].splitlines()


def test_a_secret_that_lies_in_a_file_is_not_loaded_twice(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    service = files(capsys, "systemd", "--config", str(workspace))["pmbridge-sync.service"]
    assert "jira-eu" not in service


def test_both_are_printed_with_their_names(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schedule", "systemd", "--config", str(workspace)]) == 0
    shown = capsys.readouterr().out
    assert "# pmbridge-sync.service\n[Unit]\n" in shown
    assert "# pmbridge-sync.timer\n[Unit]\n" in shown
