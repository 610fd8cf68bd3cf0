"""`--as-of` looks at a moment that has been: what is yet to come is refused, today is as much of it as there is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pmbridge.engagement import Engagement
from pmbridge.errors import ConfigError
from pmbridge.testing.clock import FakeClock
from pmbridge.workspace import open_workspace
from pmbridge_cli.main import run
from pmbridge_jira.sandbox import JiraSandbox
from tests.e2e.desk import FRIDAY
from tests.e2e.office import Office


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    office = Office(folder=tmp_path_factory.mktemp("pm"), command="")
    with JiraSandbox(FakeClock(FRIDAY)) as jira:
        jira.play(FRIDAY)
        office.settle(jira)
        with open_workspace(office.folder, clock=FakeClock(FRIDAY)) as workspace:
            workspace.sync().raise_for_failures()
    return office.folder


@pytest.fixture
def lanhai(folder: Path) -> Iterator[Engagement]:
    with open_workspace(folder, clock=FakeClock(FRIDAY)) as workspace:
        yield workspace.engagement("lanhai")


@pytest.mark.parametrize(
    "command", ["status", "next", "report weekly", "report check", "report issue", "status -e lanhai"]
)
def test_a_moment_that_is_yet_to_come_is_refused_with_the_value_and_the_next_command(
    folder: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    args = ["--config", str(folder), *command.split(), "--as-of", "2999-01-01T18:00"]
    assert run([*args, "--lang", "en"]) == 2
    shown = capsys.readouterr()
    what, following, name = shown.err.splitlines()
    assert shown.out == ""
    assert what.startswith('Error: "2999-01-01T18:00" is yet to come: it is ')
    assert f"{datetime.now(UTC).astimezone().year}-" in what
    assert following == f"Next: pmbridge {command} (without --as-of: the newest data)"
    assert name == "[future-time]"
    assert run([*args, "--lang", "zh-CN"]) == 2
    what, following, _ = capsys.readouterr().err.splitlines()
    assert what.startswith("错误：「2999-01-01T18:00」还没有到：现在是 ")
    assert following == f"下一步：pmbridge {command}（不加 --as-of：最新数据）"
    assert not (folder / "reports").exists()


def test_a_refused_moment_is_a_document_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--config", str(folder), "--json", "status", "--as-of", "2999-01-01"]) == 2
    document = json.loads(capsys.readouterr().out)
    assert (document["error"], document["exit"]) == ("future-time", 2)
    assert document["next"].startswith("pmbridge status")


def test_today_is_the_present_moment_and_tomorrow_is_refused(lanhai: Engagement) -> None:
    assert lanhai.instant("2026-06-05") == FRIDAY
    assert lanhai.view("2026-06-05").as_of == FRIDAY
    assert lanhai.instant("2026-06-04") == datetime(2026, 6, 4, 15, 59, 59, tzinfo=UTC)
    with pytest.raises(ConfigError) as refused:
        lanhai.instant("2026-06-06")
    assert refused.value.name == "future-time"
    assert "2026-06-05 17:20 now (Asia/Shanghai)" in str(refused.value)


def test_the_library_refuses_a_moment_to_the_second(lanhai: Engagement) -> None:
    assert lanhai.view(FRIDAY).as_of == FRIDAY
    for later in (FRIDAY + timedelta(seconds=1), (FRIDAY + timedelta(minutes=1)).isoformat()):
        with pytest.raises(ConfigError) as refused:
            lanhai.view(later)
        assert refused.value.next.startswith("pmbridge status")


def test_a_clock_that_was_set_back_does_not_end_a_sync(lanhai: Engagement) -> None:
    assert lanhai.changes_since(FRIDAY + timedelta(hours=1)) == ()
