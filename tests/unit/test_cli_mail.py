"""What a scheduled sync mails: little, decided by the first line, pasteable anywhere."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from pmbridge.errors import CredentialRefused, RateLimited, VanishStop
from pmbridge.sync import ConnectionOutcome, SyncResult
from pmbridge.todo import Task
from pmbridge.values import Label
from pmbridge_cli.context import App
from pmbridge_cli.sync import _mail, located

Mail = Callable[..., list[str]]
AT = datetime(2026, 6, 4, 17, 7, tzinfo=UTC)


def outcome(name: str, **more: object) -> ConnectionOutcome:
    return ConnectionOutcome(connection=name, tool=name.capitalize(), **more)  # type: ignore[arg-type]


def result(*outcomes: ConnectionOutcome) -> SyncResult:
    return SyncResult(
        run_id="01JWX3K8ABCDEFGHJKMNPQRSTV", started_at=AT, connections={one.connection: one for one in outcomes}
    )


def task(number: int, kind: str = "unknown") -> Task:
    return Task(
        key=str(number),
        kind=kind,  # type: ignore[arg-type]
        engagement="lanhai",
        who=Label(zh="您", en="you"),
        text=Label(zh=f"第 {number} 件", en=f"thing {number}"),
        command=Label(zh="pmbridge next", en="pmbridge next"),
    )


@pytest.fixture
def mailed(monkeypatch: pytest.MonkeyPatch) -> Mail:
    def mail(
        found: SyncResult, old: list[Task] | None = None, began: list[Task] | None = None, language: str = "en"
    ) -> list[str]:
        stdout = io.StringIO()
        monkeypatch.setattr(sys, "stdout", stdout)
        app = App(lang=language, quiet=True, config="/srv/pmbridge", env={})
        _mail(app, found, found.exit_code, (old or [], began or []))
        return stdout.getvalue().splitlines()

    return mail


def test_success_and_a_blip_say_nothing(mailed: Mail) -> None:
    assert mailed(result(outcome("jira"))) == []
    blip = RateLimited(connection="jira", tool="Jira", retry_after=600.0, time=AT)
    assert mailed(result(outcome("jira", error=blip))) == []
    assert mailed(result(outcome("jira", error=blip), outcome("trello"))) == []


def test_a_refused_credential_is_told_with_what_is_still_well(mailed: Mail) -> None:
    error = CredentialRefused(connection="jira", tool="Jira", status="401", user="pm@agency.example", time=AT)
    lines = mailed(result(outcome("jira", error=error), outcome("trello"), outcome("pingcode")))
    assert lines[0].startswith('pmbridge: Jira refused the credential of "jira" (401, as pm@agency.example).')
    assert lines[1] == "  trello, pingcode are up to date."
    assert lines[2].startswith("  The report stays possible; Jira's figures will say “as of ")
    assert lines[3] == (
        "  Next: pmbridge --config /srv/pmbridge connect jira"
        '        (on a server: printf %s "$TOKEN" | pmbridge connect jira --secret-stdin)'
    )
    assert lines[-1].startswith("  run 01JWX3K8 · exit 3 · host ")


def test_the_mail_is_in_the_language_of_the_workspace(mailed: Mail) -> None:
    stop = VanishStop(
        connection="jira", thing="jira:MALL", gone=31, present=120, percent=26, limit=20, tool="Jira", time=AT
    )
    lines = mailed(result(outcome("jira", problems=(stop,))), language="zh-CN")
    assert lines[0].startswith("pmbridge: jira:MALL 的 120 项中有 31 项不见了（26%，上限 20%）")
    assert lines[1] == "  下一步：pmbridge --config /srv/pmbridge sync jira --accept-vanished 31"


def test_old_data_is_told_each_time_and_what_began_to_wait_is_listed(mailed: Mail) -> None:
    lines = mailed(result(outcome("jira")), [task(1, "stale")], [task(2), task(3)])
    assert lines[0] == "pmbridge: 1 item: data is too old"
    assert lines[1] == "  lanhai  thing 1  → pmbridge --config /srv/pmbridge next"
    assert lines[2] == "pmbridge: 2 items: began to wait for a person"
    assert len(lines) == 6


def test_a_mail_has_at_most_twenty_lines(mailed: Mail) -> None:
    lines = mailed(result(outcome("jira")), [], [task(number) for number in range(60)])
    assert len(lines) == 20
    assert lines[0] == "pmbridge: 60 items: began to wait for a person"
    assert lines[-2] == "  …43 more lines: pmbridge next"
    assert lines[-1].startswith("  run 01JWX3K8 · exit 0 · host ")
    shown = sum("thing" in line for line in lines)
    assert shown + 43 == 60


@pytest.mark.parametrize(
    ("step", "shown"),
    [
        ("pmbridge connect jira", "pmbridge --config /srv/pmbridge connect jira"),
        ("check base_url, then pmbridge connect jira", "check base_url, then pmbridge connect jira"),
        ("chmod 600 /srv/x", "chmod 600 /srv/x"),
    ],
)
def test_a_command_names_the_workspace_of_the_run(step: str, shown: str) -> None:
    assert located(App(config="/srv/pmbridge", env={}), step) == shown
    assert located(App(env={"PMBRIDGE_CONFIG": "/srv/pmbridge"}), step) == shown
    assert located(App(env={}), step) == step
