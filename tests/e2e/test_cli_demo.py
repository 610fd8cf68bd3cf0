"""`pmbridge demo --tool jira`: the story's figures as Jira alone tells them, an ordinary workspace, a server that
stays when asked to."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

AS_OF = "2026-06-05T18:00"


@dataclass(frozen=True, slots=True)
class Demo:
    """One demo that was run: what it printed, and the folder that it left."""

    folder: Path
    command: str
    screen: str

    @property
    def report(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "demo-output/lanhai-weekly-09.json").read_text("utf-8"))
        return found

    def run(self, *args: str, code: int = 0) -> str:
        done = subprocess.run(
            [self.command, "--config", "demo-output/workspace", *args],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, pmbridge_bin: str) -> Demo:
    folder = tmp_path_factory.mktemp("demo")
    done = subprocess.run(
        [pmbridge_bin, "demo", "--tool", "jira"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return Demo(folder=folder, command=pmbridge_bin, screen=done.stdout)


def milestone(report: dict[str, Any], ref: str) -> dict[str, Any]:
    [found] = [one for one in report["milestones"] if one["ref"] == ref]
    assert isinstance(found, dict)
    return found


def value(figure: dict[str, Any]) -> Any:
    """The value of a figure, or the reason why it is not known."""
    return figure["value"] if figure["state"] == "known" else f"unknown: {figure['reason']}"


def done(figure: dict[str, Any]) -> str:
    if figure["state"] == "unknown":
        return f"unknown: {figure['reason']}"
    found = figure["value"]
    return f"{found['done']}/{found['total']} {found['unit']} {found['percent']}%"


# -------------------------------------------------------------------------------------------- the story's figures


def test_progress_is_an_interval_because_m6_is_unknown(demo: Demo) -> None:
    progress = demo.report["progress"]
    assert (progress["low"], progress["high"]) == ("0.63875", "0.73875")
    assert progress["unknown"] == ["M6"]
    assert progress["value"]["state"] == "unknown"
    assert progress["planned"]["state"] == "unknown"
    markdown = (demo.folder / "demo-output/lanhai-weekly-09.en.md").read_text("utf-8")
    assert "63%–73%" in markdown


@pytest.mark.parametrize(
    ("ref", "progress", "plan", "reached"),
    [
        ("M1", "24/24 points 100%", "unknown: not_provided", "2026-04-17"),
        ("M2", "36/36 points 100%", "unknown: not_provided", "2026-05-12"),
        ("M3", "148/148 points 100%", "2026-05-29", "2026-05-29"),
        ("M4", "62/80 points 77%", "2026-06-17", None),
        ("M5", "9/40 points 22%", "2026-06-26", None),
        ("M6", "unknown: no_items", "2026-07-08", None),
        ("M7", "0/12 points 0%", "2026-07-15", None),
    ],
)
def test_each_milestone_has_the_storys_figures(
    demo: Demo, ref: str, progress: str, plan: str, reached: str | None
) -> None:
    found = milestone(demo.report, ref)
    assert done(found["progress"]) == progress
    assert value(found["plan"]) == plan
    assert (found["reached_on"] and value(found["reached_on"])) == reached
    assert found["observed"] is True
    assert found["provisional"] is (plan[0] == "2")


def test_m4_is_forecast_by_its_pace_with_a_range(demo: Demo) -> None:
    m4 = milestone(demo.report, "M4")
    assert (value(m4["forecast"]), m4["forecast_method"]) == ("2026-06-18", "throughput")
    assert (m4["forecast_low"], m4["forecast_high"]) == ("2026-06-17", "2026-06-22")
    assert value(m4["slip_current"]) == 1


@pytest.mark.parametrize(
    ("ref", "why"),
    [("M5", "unknown: insufficient_sample"), ("M6", "unknown: no_items"), ("M7", "unknown: insufficient_sample")],
)
def test_what_cannot_be_forecast_says_why(demo: Demo, ref: str, why: str) -> None:
    assert value(milestone(demo.report, ref)["forecast"]) == why


def test_on_time_counts_only_what_has_a_plan(demo: Demo) -> None:
    assert demo.report["on_time"] == {"met": 1, "due": 1, "left_out": ["M1", "M2"]}


def test_the_state_is_amber_provisional_by_one_printed_rule(demo: Demo) -> None:
    overall = demo.report["overall"]
    assert (overall["colour"], overall["last"], overall["provisional"]) == ("amber", "amber", True)
    [rule] = overall["rules"]
    facts = {fact["name"]: fact["value"] for fact in rule["values"]}
    assert rule["rule"] == "SCH-A3"
    assert rule["anchors"] == ["M5"]
    assert (facts["plan"], facts["wd_to_plan"]) == ("2026-06-26", "14")


def test_the_changes_are_those_of_jira_and_none_is_taken_for_approved(demo: Demo) -> None:
    rows = {one["ref"]: (one["state"], one["tool_state"]) for one in demo.report["changes"]["rows"]}
    assert rows["MALL-231"] == ("awaiting_decision", "等待客户")
    assert rows["MALL-240"] == ("approved", "已批准")
    assert rows["MALL-163"] == ("implementing", "实施中")
    counts = {(one["state"] or one["tool_state"]): one["n"] for one in demo.report["changes"]["counts"]}
    assert counts == {"awaiting_decision": 1, "已批准": 1, "implementing": 1, "已关闭": 2}
    assert demo.report["changes"]["approved_money"]["state"] == "unknown"
    assert demo.report["changes"]["approved_days"]["state"] == "unknown"
    [ask] = demo.report["asks"]
    assert ask["ref"] == "MALL-231"
    assert (value(ask["days"]), ask["days_on"], value(ask["money"])["amount"]) == (5, "M7", "48000")


def test_the_report_compares_with_weekly_8(demo: Demo) -> None:
    header = demo.report["header"]
    assert (header["edition"], header["number"], header["draft"]) == ("weekly", 9, False)
    assert header["previous"]["number"] == 8
    assert header["as_of"].startswith("2026-06-05T18:00")
    assert header["as_of"].endswith("+08:00")
    lines = {(one["kind"], one["ref"]) for one in demo.report["since"]}
    assert ("forecast", "M4") in lines
    assert ("change_state", "MALL-231") in lines
    assert ("change_new", "MALL-240") in lines


def test_everything_was_read(demo: Demo) -> None:
    [feed] = demo.report["data"]["feeds"]
    assert (feed["items"], feed["unreadable"], feed["stale"]) == (412, 0, False)
    assert feed["complete_as_of"].startswith("2026-06-05T18:00")


# ------------------------------------------------------------------------------------------------ what it leaves


def test_the_screen_names_files_that_are_there(demo: Demo) -> None:
    assert "[1/2] A local server that behaves like Jira … started" in demo.screen
    assert "      jira 412 items · " in demo.screen
    for name in ("en.html", "zh-CN.html", "en.md", "zh-CN.md", "json"):
        assert (demo.folder / f"demo-output/lanhai-weekly-09.{name}").stat().st_size > 1000
    first = demo.screen.partition("Open this first:\n")[2].split()[0]
    assert (demo.folder / first).is_file()


def test_the_workspace_is_an_ordinary_one_and_works_offline(demo: Demo) -> None:
    assert "63%–73% (M6 unknown)" in demo.run("status", "--as-of", AS_OF)
    assert demo.run("report", "list").splitlines()[-1].startswith("weekly-9")
    assert "Draft of weekly report 10" in demo.run("report", "weekly", "--as-of", AS_OF)


def test_what_was_issued_is_given_back_byte_for_byte(demo: Demo, tmp_path: Path) -> None:
    demo.run("report", "show", "weekly-9", "--out", str(tmp_path))
    for name in ("en.html", "zh-CN.html", "en.md", "zh-CN.md", "json"):
        again = (tmp_path / f"lanhai-weekly-09.{name}").read_bytes()
        assert again == (demo.folder / f"demo-output/lanhai-weekly-09.{name}").read_bytes()


def test_the_hint_on_the_screen_can_be_pasted(demo: Demo) -> None:
    [line] = [line for line in demo.screen.splitlines() if line.startswith("Try:")]
    words = line.split()[1:]
    assert words[0].endswith("pmbridge")
    done = subprocess.run([demo.command, *words[1:]], cwd=demo.folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "MALL-231" in done.stdout


def test_without_its_server_a_sync_says_so_and_keeps_the_data(demo: Demo, tmp_path: Path) -> None:
    copy = shutil.copytree(demo.folder / "demo-output/workspace", tmp_path / "workspace")
    file = copy / "pmbridge.toml"
    text = file.read_text("utf-8").replace("[connections.jira]", "[connections.jira]\nmax_wait_s = 0")
    file.write_text(text, "utf-8")
    done = subprocess.run(
        [demo.command, "--config", str(copy), "sync", "--lang", "en"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 75
    assert "jira  ⚠ cannot be reached; data of 06-05 " in done.stdout
    assert "Error: Cannot reach 127.0.0.1" in done.stderr


def test_a_demo_replaces_no_workspace_of_yours(demo: Demo, tmp_path: Path) -> None:
    foreign = tmp_path / "demo-output" / "workspace"
    foreign.mkdir(parents=True)
    (foreign / "pmbridge.toml").write_text("[workspace]\n", "utf-8")
    done = subprocess.run([demo.command, "demo"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "was not made by a demo" in done.stderr
    assert (foreign / "pmbridge.toml").read_text("utf-8") == "[workspace]\n"


def test_a_chinese_demo_with_json_is_one_document_and_replaces_an_old_one(demo: Demo, tmp_path: Path) -> None:
    old = tmp_path / "demo-output" / "workspace"
    old.mkdir(parents=True)
    (old / "pmbridge.toml").write_bytes((demo.folder / "demo-output/workspace/pmbridge.toml").read_bytes())
    (old / "old-file").write_text("", "utf-8")
    done = subprocess.run(
        [demo.command, "demo", "--tool", "jira", "--json", "--lang", "zh-CN"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["schema"] == "pmbridge.demo/1"
    assert document["items"] == {"jira": 412}
    assert all((tmp_path / file).is_file() for file in document["files"])
    assert 'language = "zh-CN"' in (old / "pmbridge.toml").read_text("utf-8")
    assert not (old / "old-file").exists()


# ---------------------------------------------------------------------------------------------------- it may stay


@pytest.fixture(scope="module")
def staying(
    tmp_path_factory: pytest.TempPathFactory, pmbridge_bin: str
) -> Iterator[tuple[Path, subprocess.Popen[str]]]:
    folder = tmp_path_factory.mktemp("stay")
    process = subprocess.Popen(
        [pmbridge_bin, "demo", "--tool", "jira", "--stay"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stderr is not None
    told = [process.stderr.readline(), process.stderr.readline()]
    assert told[0].startswith("Running until Ctrl-C: jira http://127.0.0.1:"), told
    yield folder, process
    if process.poll() is None:
        process.kill()
        process.wait()
    process.stderr.close()
    assert process.stdout is not None
    process.stdout.close()


def test_the_server_stays_until_ctrl_c_and_can_be_synced(
    staying: tuple[Path, subprocess.Popen[str]], pmbridge_bin: str
) -> None:
    folder, process = staying
    workspace = folder / "demo-output/workspace"
    secret = workspace / "data/secrets/jira"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert secret.read_text("utf-8").strip() not in (workspace / "pmbridge.toml").read_text("utf-8")
    command = [pmbridge_bin, "--config", str(workspace)]
    done = subprocess.run([*command, "sync"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "412 items · no change" in done.stdout
    checked = subprocess.run([*command, "doctor", "--json"], capture_output=True, text=True, check=False)
    jira = [one for one in json.loads(checked.stdout)["checks"] if one["about"] == "jira"]
    assert jira[0]["text"].startswith("http://127.0.0.1:")
    assert "file data/secrets/jira" in jira[0]["text"]
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "The servers have stopped. The workspace stays." in err
    assert "Open this first" in out
