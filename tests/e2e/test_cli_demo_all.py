"""`pmbridge demo --observed`: one report out of four tools, one of which is limited."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

AS_OF = "2026-06-05T18:00+08:00"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, pmbridge_bin: str) -> Path:
    made = tmp_path_factory.mktemp("demo")
    done = subprocess.run([pmbridge_bin, "demo", "--observed"], cwd=made, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    screen = " ".join(done.stdout.split())
    assert "Four local servers that behave like Jira, Trello, PingCode and Worktile … started" in screen
    # The tools share one clock, and a pause of one moves it on for all: minutes may differ.
    assert "jira 412 items · pingcode 63 · worktile 41 · trello 38, as of 06-04 17:" in screen
    assert "(its rate limit is part of the story)" in screen
    assert all(len(line) <= 80 for line in done.stdout.splitlines() if line.startswith("      ")), done.stdout
    return made / "demo-output"


@pytest.fixture(scope="module")
def report(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "lanhai-weekly-09.json").read_text("utf-8"))
    return found


def milestone(report: dict[str, Any], ref: str) -> dict[str, Any]:
    [found] = [one for one in report["milestones"] if one["ref"] == ref]
    assert isinstance(found, dict)
    return found


def work(one: dict[str, Any]) -> tuple[object, object, object]:
    told = one["progress"]["value"]
    return told["done"], told["total"], told["unit"]


@pytest.mark.parametrize(
    ("ref", "expected"),
    [
        ("M1", ("1", "1", "count")),
        ("M2", ("30", "30", "count")),
        ("M3", ("148", "148", "points")),
        ("M4", ("62", "80", "points")),
        ("M5", ("9", "40", "points")),
        ("M7", ("0", "6", "count")),
    ],
)
def test_progress_comes_from_each_milestones_own_tool(
    report: dict[str, Any], ref: str, expected: tuple[object, object, object]
) -> None:
    assert work(milestone(report, ref)) == expected


def test_a_milestone_without_items_is_unknown_and_makes_progress_an_interval(report: dict[str, Any]) -> None:
    assert milestone(report, "M6")["progress"]["reason"] == "no_items"
    assert (report["progress"]["low"], report["progress"]["high"]) == ("0.63875", "0.73875")
    assert report["progress"]["unknown"] == ["M6"]


def test_planned_progress_is_known_once_every_plan_date_is(report: dict[str, Any]) -> None:
    assert int(float(report["progress"]["planned"]["value"]) * 100) == 63


def test_the_plan_and_the_forecast_of_one_tool_do_not_contradict_each_other(report: dict[str, Any]) -> None:
    go_live = milestone(report, "M7")
    assert go_live["plan"]["value"] == "2026-07-10"
    assert (go_live["forecast"]["value"], go_live["forecast_method"]) == ("2026-07-20", "tool_date")
    assert go_live["slip_current"]["value"] == 6


def test_on_time_counts_all_three_reached_ones(report: dict[str, Any]) -> None:
    assert (report["on_time"]["met"], report["on_time"]["due"], report["on_time"]["left_out"]) == (2, 3, [])


def test_changes_of_two_tools_stand_in_one_register(report: dict[str, Any]) -> None:
    refs = {one["ref"]: one["tool"] for one in report["changes"]["rows"]}
    assert {ref for ref, tool in refs.items() if tool == "Jira"} == {
        "MALL-112", "MALL-150", "MALL-163", "MALL-231", "MALL-240",
    }  # fmt: skip
    assert refs["OFF-01"] == "PingCode"


def test_the_colour_has_both_rules(report: dict[str, Any]) -> None:
    assert report["overall"]["colour"] == "amber"
    assert {rule["rule"] for rule in report["overall"]["rules"]} == {"SCH-A2", "SCH-A3"}


def test_the_tool_that_was_down_is_named_with_the_age_of_its_data(report: dict[str, Any]) -> None:
    feeds = {feed["tool"]: feed for feed in report["data"]["feeds"]}
    assert feeds["Trello"]["complete_as_of"].startswith("2026-06-04T17:")
    assert feeds["Trello"]["stale"]
    assert not any(feeds[tool]["stale"] for tool in ("Jira", "PingCode", "Worktile"))


def test_the_page_says_it_too(folder: Path) -> None:
    page = (folder / "lanhai-weekly-09.zh-CN.md").read_text("utf-8")
    [line] = [one for one in page.splitlines() if '<a id="source-4">' in one]
    assert "Trello | 6月4日（周四）17:" in line
    assert "| 最近一次读取未完成，沿用上次的数据 |" in line


def test_every_known_figure_leads_to_a_row_with_its_tool(report: dict[str, Any]) -> None:
    sources = {one["ref"]: {source["tool"] for source in one["sources"]} for one in report["milestones"]}
    assert sources == {
        "M1": {"PingCode"}, "M2": {"Trello"}, "M3": {"Jira"}, "M4": {"Jira"}, "M5": {"Jira"}, "M6": {"Worktile"},
        "M7": {"Worktile"},
    }  # fmt: skip
    for one in report["milestones"]:
        for name in ("plan", "forecast", "progress", "slip_current"):
            assert one[name]["state"] == "unknown" or one[name]["anchors"] == [one["ref"]], (one["ref"], name)
    assert sorted(report["progress"]["planned"]["anchors"]) == sorted(sources)
    assert all(one["sources"] for one in report["changes"]["rows"])


def test_people_are_one_over_all_tools_for_the_team_and_not_for_the_client(folder: Path, pmbridge_bin: str) -> None:
    done = subprocess.run(
        [pmbridge_bin, "--config", str(folder / "workspace"), "status", "--json", "--as-of", AS_OF],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    [engagement] = json.loads(done.stdout)["engagements"]
    people = {one["name"]: one for one in engagement["people"]}
    assert people["王工"]["open_by_tool"] == {"Jira": 8, "Worktile": 6}
    assert [one.partition(":")[0] for one in people["王工"]["accounts"]] == ["jira", "pingcode", "worktile"]
    assert [one.partition(":")[0] for one in people["陈工"]["accounts"]] == ["jira", "trello"]
    for file in folder.glob("lanhai-weekly-09.*"):
        text = file.read_text("utf-8")
        assert "陈工" not in text, file
        assert not any(one.partition(":")[2] in text for person in people.values() for one in person["accounts"]), file


def test_next_on_the_demo_workspace_lists_what_the_client_holds(folder: Path, pmbridge_bin: str) -> None:
    done = subprocess.run(
        [pmbridge_bin, "--config", str(folder / "workspace"), "next", "--as-of", AS_OF],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "MALL-231" in done.stdout


def test_every_account_that_nobody_has_is_a_fault_of_the_configuration(
    folder: Path, pmbridge_bin: str, tmp_path: Path
) -> None:
    copy = shutil.copytree(folder / "workspace", tmp_path / "workspace")
    file = copy / "pmbridge.toml"
    text = file.read_text("utf-8").replace("trello:wanggong", "trello:wangong").replace("pingcode:user2", "pingcode:x")
    file.write_text(text.replace("\nsecret = ", "\nmax_wait_s = 0\nsecret = ", 3), "utf-8")
    command = [pmbridge_bin, "--config", str(copy)]
    done = subprocess.run([*command, "doctor", "--json"], capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    [fault] = [one for one in json.loads(done.stdout)["checks"] if one["about"] == "lanhai" and one["level"] == "fail"]
    assert fault["text"].startswith("2 faults in ")
    assert (
        'people.王工[3] "trello:wangong" is nobody that Trello shows, did you mean "trello:wanggong"?' in fault["text"]
    )
    assert 'people.陈工[1] "pingcode:x" is nobody that PingCode shows' in fault["text"]
    assert fault["next"] == "edit the file, then pmbridge doctor"
    done = subprocess.run([*command, "next", "--json", "--as-of", AS_OF], capture_output=True, text=True, check=False)
    assert any("trello:wangong" in one["text"] for one in json.loads(done.stdout)["tasks"])
    # The client's report does not wait for it.
    done = subprocess.run([*command, "report", "weekly", "--as-of", AS_OF], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
