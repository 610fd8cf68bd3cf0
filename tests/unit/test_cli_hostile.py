"""Words from a tool reach the terminal on one line and without control or direction characters, on every path."""

from __future__ import annotations

import io
import json
import sys
import unicodedata
from pathlib import Path

import pytest

from pmbridge.errors import CredentialRefused, NotData, Rejected
from pmbridge.sync import ConnectionOutcome, SyncResult
from pmbridge.testing.clock import FakeClock
from pmbridge.workspace import open_workspace
from pmbridge_cli.context import App
from pmbridge_cli.layout import harmless, spelled, visible
from pmbridge_cli.main import _failed, run
from pmbridge_cli.sync import _mail
from pmbridge_jira.sandbox import JiraSandbox
from tests.e2e.desk import FRIDAY
from tests.e2e.office import Office

HOSTILE = "\x1b]0;owned\x07\x1b[2J\x9b31mred\u202egnp.exe\u2066\u200f\ufeff\rback\nError: all is lost\u2028line"
STEERING = {"Cc", "Cf", "Zl", "Zp"}
LANGUAGES = ["en", "zh-CN"]


def steering(screen: str) -> list[str]:
    """The characters of *screen* that a terminal obeys, beside the ends of its lines."""
    return [repr(sign) for sign in screen if sign != "\n" and unicodedata.category(sign) in STEERING]


def forged(screen: str) -> list[str]:
    """The lines that begin with what a title says."""
    return [line for line in screen.splitlines() if line.strip().startswith(("Error: all is lost", "back"))]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    office = Office(folder=tmp_path_factory.mktemp("pm"), command="")
    clock = FakeClock(FRIDAY)
    with JiraSandbox(clock) as jira:
        jira.play(FRIDAY)
        office.settle(jira)
        with open_workspace(office.folder, clock=clock) as workspace:
            workspace.sync().raise_for_failures()
            jira.world.edit(office.issue("MALL-231"), title=f"{HOSTILE} coupon")
            [m5] = [one for one in jira.site.versions.values() if one.name.startswith("M5 ")]
            jira.site.edit_version(m5, name=f"M5 {HOSTILE}")
            jira.site.projects[10000].name = f"{HOSTILE} mall"
            clock.advance(25 * 3600)
            workspace.sync(full=True).raise_for_failures()
    return office.folder


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("command", ["next --all", "status --all", "report weekly", "report check", "engagement list"])
def test_a_title_does_nothing_on_a_screen(
    folder: Path, command: str, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(["--config", str(folder), "--lang", language, *command.split()])
    shown = capsys.readouterr()
    assert code in (0, 1)
    assert steering(shown.out + shown.err) == []
    assert forged(shown.out + shown.err) == []
    if command == "next --all":
        assert "owned" in shown.out, "the title stands in it, as words"


@pytest.mark.parametrize("command", ["next --all", "status --all"])
def test_a_document_spells_what_it_may_not_show_and_loses_nothing(
    folder: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--config", str(folder), "--json", *command.split()]) == 0
    text = capsys.readouterr().out
    assert steering(text) == []
    assert "owned" in json.dumps(json.loads(text))


def test_a_spelled_document_holds_the_same_data() -> None:
    assert json.loads(spelled(json.dumps({"title": HOSTILE}, ensure_ascii=False))) == {"title": HOSTILE}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "error",
    [
        Rejected(connection="jira", tool="Jira", faults=HOSTILE),
        NotData(host="jira.example", title=HOSTILE, url=f"https://jira.example/{HOSTILE}"),
        CredentialRefused(connection="jira", tool="Jira", status=HOSTILE, user=HOSTILE),
    ],
)
def test_the_words_of_a_server_do_nothing_in_an_error(
    error: Exception, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _failed(App(lang=language, env={}), error)
    said = capsys.readouterr().err
    assert steering(said) == []
    assert len(said.splitlines()) == 3
    _failed(App(lang=language, json=True, env={}), error)
    assert steering(capsys.readouterr().out) == []


def test_the_words_of_a_server_do_nothing_in_a_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    error = CredentialRefused(connection="jira", tool="Jira", status=HOSTILE, user=HOSTILE)
    outcome = ConnectionOutcome(connection="jira", tool="Jira", error=error)
    stdout = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stdout)
    found = SyncResult(run_id="01JWX3K8ABCDEFGHJKMNPQRSTV", started_at=FRIDAY, connections={"jira": outcome})
    _mail(App(lang="en", quiet=True, env={}), found, 3, ([], []))
    assert "refused the credential" in stdout.getvalue()
    assert steering(stdout.getvalue()) == []
    assert forged(stdout.getvalue()) == []


def test_nothing_that_steers_gets_past_the_last_door(capsys: pytest.CaptureFixture[str]) -> None:
    app = App(lang="en", env={})
    app.out.line(HOSTILE)
    app.out.talk(HOSTILE)
    app.out.prompt(HOSTILE)
    app.out.lines(app.out.table([], []))
    shown = capsys.readouterr()
    assert steering(shown.out + shown.err) == []
    assert steering(visible(HOSTILE) + harmless(HOSTILE)) == []
    assert "\n" not in visible(HOSTILE)
