"""From an empty folder to a report in four commands; then a sync that cron runs, and one that is stopped."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pmbridge.adapter.registry import available
from pmbridge.testing.clock import FakeClock
from pmbridge_jira.sandbox import JiraSandbox
from tests.e2e.desk import FRIDAY
from tests.e2e.office import Office
from tests.e2e.terminal import Terminal

NO_ONE_WAITS = 'policy = { weekly_due = "Sun 23:59" }'


@pytest.fixture
def jira() -> Iterator[JiraSandbox]:
    """A Jira whose clock is this machine's, so that its data is not old."""
    with JiraSandbox(FakeClock(datetime.now(UTC))) as sandbox:
        sandbox.play(FRIDAY)
        yield sandbox


@pytest.fixture
def office(tmp_path: Path, pmbridge_bin: str) -> Office:
    folder = tmp_path / "pm"
    folder.mkdir()
    return Office(folder=folder, command=pmbridge_bin)


def test_four_commands_lead_from_an_empty_folder_to_a_report(office: Office, jira: JiraSandbox) -> None:
    office.env["PMBRIDGE_LANG"] = "zh-CN"
    office.env["PMBRIDGE_JIRA_SECRET"] = jira.secret().get_secret_value()
    welcome = "".join(office.run(code=0).out.splitlines())
    assert "— 把 Jira" in welcome
    assert "里的里程碑和变更，变成一份客户能看懂的报告。" in welcome
    kinds = "|".join(plugin.name for plugin in available())
    steps = [f"pmbridge connect {kinds}", "pmbridge engagement add", "pmbridge sync", "pmbridge report weekly --open"]
    places = [welcome.index(f"{number}  {step}") for number, step in enumerate(steps, start=1)]
    assert places == sorted(places)
    assert welcome.endswith("没有账号也能看：pmbridge demo        全部命令：pmbridge --help")
    settings = jira.settings()
    connected = office.run(
        "connect", "jira", "--url", f"{settings['base_url']}/jira/projects", "--user", str(settings["user"]),
        "--expires", "2027-06-01", "--set", f"gateway_url={jira.url}", "--keep", "env", code=None,
    )  # fmt: skip
    assert connected.code == 0, connected.err
    added = office.run(
        "engagement", "add", "--source", "jira:MALL", "--client", "蓝海零售", "--title", "会员商城改版",
        "--name", "lanhai", "--milestones", "version", "--date", "plan", "--weight", "points",
        "--currency", "CNY", "--languages", "zh,en",
        "--due", "Fri 18:00", "--yes", code=None,
    )  # fmt: skip
    assert added.code == 0, added.err
    assert added.out.splitlines()[-1] == "下一步：pmbridge sync"

    lines = office.run("sync", code=0).out.splitlines()
    # The dialogue has read the project already.
    assert re.fullmatch(r"jira  412 项 · .* · \d+ 次请求 · \d+\.\d 秒 · 只读", lines[0])
    drafted = office.run("report", "weekly", "--open", "--as-of", "2026-06-05T17:20", code=0).out.splitlines()
    assert drafted[0] == "草稿 周报 1，期间 06-01 至 06-07，截至 06-05 17:20（北京时间）"
    assert drafted[1:3] == [
        "  reports/lanhai/lanhai-weekly-01-draft.zh-CN.html   …en.html   .md   .json",
        "  本机没有浏览器",
    ]
    assert drafted[-1] == "给客户前：pmbridge report check --as-of 2026-06-05T17:20"
    assert "草稿" in (office.folder / "reports/lanhai/lanhai-weekly-01-draft.zh-CN.html").read_text("utf-8")
    for file in ("pmbridge.toml", "data/pmbridge.db"):
        assert (office.folder / file).stat().st_mode & 0o077 == 0


def test_a_quiet_sync_asks_twice_writes_nothing_and_says_nothing(office: Office, jira: JiraSandbox) -> None:
    office.settle(jira, policy=NO_ONE_WAITS)
    told = office.run("sync", "-q", code=0).out.splitlines()
    # What waits is news once.
    assert re.fullmatch(r"pmbridge: \d+ items: began to wait for a person", told[0])
    assert any("MALL-231" in line for line in told)
    assert len(told) <= 20
    stored = written(office)
    jira.requests.clear()
    again = office.run("sync", "-q", code=0)
    assert (again.out, again.err) == ("", "")
    assert [request.path for request in jira.requests] == [
        "/rest/api/3/project/10000/version",
        "/rest/api/3/search/jql",
    ]
    assert written(office) == stored
    screen = office.run("sync", "--exit-code", code=4).out.splitlines()
    assert re.fullmatch(r"jira  412 items · no change · 2 requests · \d+\.\d s · read-only", screen[0])
    assert re.fullmatch(r"\d+ items wait for you\. Next: pmbridge next  \[exit 4\]", screen[-1])


def written(office: Office) -> tuple[int, int, int]:
    """What a sync that writes records would move: history, the newest change, what is remembered."""
    with sqlite3.connect(f"file:{office.folder / 'data/pmbridge.db'}?mode=ro", uri=True) as connection:
        [history] = connection.execute("select count(*) from history").fetchone()
        [newest] = connection.execute("select max(changed_at) from record").fetchone()
        [memo] = connection.execute("select sum(expires_at) from memo").fetchone()
    connection.close()
    return history, newest, memo


def test_a_change_is_told_in_the_words_of_a_client(office: Office, jira: JiraSandbox) -> None:
    office.settle(jira, language="zh-CN")
    office.run("sync", "-q", code=0)
    jira.world.edit(office.issue("MALL-240"), state="10103")
    lines = office.run("sync", code=0).out.splitlines()
    assert re.match(r"jira  412 项 · 新 \d+ · 改 1 · 消失 0 · ", lines[0])
    assert lines[1].startswith("变化：")
    assert "MALL-240" in lines[1]
    assert re.match(r"等您处理 \d+ 项（新增 1）。下一步：pmbridge next", lines[-1])


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stopped_sync_says_what_is_stored_and_goes_on(
    office: Office, jira: JiraSandbox, number: signal.Signals, code: int
) -> None:
    office.settle(jira, workers=1)
    jira.latency_s = 0.1
    process = office.start("sync")
    patience = time.monotonic() + 60
    while sum("bulkfetch" in request.path for request in jira.requests) < 3 and time.monotonic() < patience:
        time.sleep(0.01)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == code, err
    stored = re.search(r"^Stopped\. (\d+)/412 items are stored, the next run goes on from there\.$", err, re.MULTILINE)
    assert stored, err
    assert "Traceback" not in err
    jira.latency_s = 0.0
    done = office.run("sync", "--json", code=0).json
    assert done["connections"]["jira"]["items"] == 412
    # It does not begin anew: what was stored is not new again.
    assert done["connections"]["jira"]["new"] <= 412 - int(stored[1])
    assert int(stored[1]) >= 100


def test_the_log_is_one_json_object_a_line_and_names_the_run(office: Office, jira: JiraSandbox) -> None:
    office.settle(jira)
    done = office.run("sync", "-q", "--log", "json", "--log-file", "sync.log", "-vv", code=0)
    events = [json.loads(line) for line in done.err.splitlines()]
    [end] = [event for event in events if event["event"] == "run.end"]
    assert (end["exit"], end["connections"]) == (0, {"jira": "ok"})
    assert {event.get("run") for event in events if event["event"] == "pull.page"} == {end["run"]}
    assert (office.folder / "sync.log").read_text("utf-8").count("\n") == len(events)
    secret = jira.secret().get_secret_value()
    assert secret not in done.err
    assert "小程序" not in done.err


def test_the_health_check_needs_no_network(office: Office, jira: JiraSandbox) -> None:
    office.settle(jira)
    office.read()
    jira.requests.clear()
    fresh = office.run("doctor", "--max-age", "26h", "-q", code=0)
    assert (fresh.out, fresh.err) == ("", "")
    old = office.run("doctor", "--max-age", "0.0001m", "-q", code=75)
    assert re.fullmatch(r"✗ jira data is from .*, older than .* hours  → pmbridge sync jira\n", old.out)
    assert jira.requests == []


def test_doctor_says_what_is_wrong_one_line_each_worst_last(office: Office, jira: JiraSandbox) -> None:
    office.settle(jira, secret_expires_on=datetime.now(UTC).date().isoformat(), more="")
    lines = office.run("doctor", code=0).out.splitlines()
    assert lines[0].startswith("✓ pmbridge ")
    assert any(re.match(r"✓ store  data/pmbridge\.db  .* WAL, schema \d+, 0600", line) for line in lines)
    [soon] = [line for line in lines if "expires in 0 days" in line]
    assert soon.startswith("! jira ")
    assert soon.endswith("→ pmbridge connect jira")
    assert lines[-2].startswith("adapters: jira ")
    assert lines[-1] == "2 warnings."
    office.keep_secret("wrong")
    wrong = office.run("doctor", code=3).out.splitlines()
    assert wrong[-3].startswith("✗ jira ")
    assert wrong[-3].endswith("→ pmbridge connect jira")
    assert wrong[-1].startswith("1 problem, 1 warning.")
    assert wrong[-1].endswith("[exit 3]")


def test_progress_is_drawn_on_a_terminal_and_nowhere_else(office: Office, jira: JiraSandbox) -> None:
    office.settle(jira)
    jira.latency_s = 0.08
    with Terminal(office.command, ["sync", "--full"], cwd=office.folder, env={"TERM": "xterm"}) as terminal:
        assert terminal.end() == 0
        assert re.search(r"jira .* (checking access|reading)", terminal.screen)
        assert "412 items" in terminal.screen
    with Terminal(office.command, ["sync", "--full"], cwd=office.folder, env={"NO_COLOR": "1"}) as terminal:
        assert terminal.end() == 0
        assert "reading" not in terminal.screen
    piped = office.run("sync", "--full", code=0)
    assert "\x1b" not in piped.out + piped.err
    assert piped.err == ""


def test_python_dash_m_works_as_the_command(office: Office) -> None:
    interpreter = Path(office.command).with_name("python")
    done = subprocess.run(
        [interpreter, "-m", "pmbridge_cli.main", "--version"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert done.stdout.startswith("pmbridge ")
