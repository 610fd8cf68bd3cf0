"""`pmbridge demo`: the story with its register. Every figure that the reports of 29 May and 5 June must hold.

The story is told by commands; nothing here is entered by another way. A figure that is wrong shows which formula is.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

AS_OF = {"08": "2026-05-29T18:00", "09": "2026-06-05T18:00"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, pmbridge_bin: str) -> Path:
    made = tmp_path_factory.mktemp("demo")
    done = subprocess.run([pmbridge_bin, "demo"], cwd=made, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "into 728,500.00" in " ".join(done.stdout.split())
    return made / "demo-output"


def _weekly(folder: Path, number: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        (folder / f"workspace/reports/lanhai/lanhai-weekly-{number}.json").read_text("utf-8")
    )
    return found


@pytest.fixture(scope="module")
def may(folder: Path) -> dict[str, Any]:
    return _weekly(folder, "08")


@pytest.fixture(scope="module")
def june(folder: Path) -> dict[str, Any]:
    return _weekly(folder, "09")


def known(figure: dict[str, Any]) -> Any:
    assert figure["state"] == "known", figure
    return figure["value"]


def row(report: dict[str, Any], ref: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in report["milestones"] if one["ref"] == ref)
    return found


def change(report: dict[str, Any], ref: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in report["changes"]["rows"] if one["ref"] == ref)
    return found


def colours(report: dict[str, Any]) -> dict[str, str]:
    return {one["dimension"]: one["colour"] for one in report["status"]}


# ------------------------------------------------------------------------------------------------- milestones


@pytest.mark.parametrize(
    ("ref", "original", "current", "forecast", "method", "late", "later"),
    [
        ("M1", "2026-04-17", "2026-04-17", "2026-04-17", "actual", 0, 0),
        ("M2", "2026-05-08", "2026-05-08", "2026-05-12", "actual", 3, 3),
        ("M3", "2026-05-29", "2026-05-29", "2026-05-29", "actual", 0, 0),
        ("M4", "2026-06-12", "2026-06-17", "2026-06-18", "throughput", 1, 4),
        ("M5", "2026-06-26", "2026-07-01", "2026-07-03", "owner", 2, 5),
        ("M7", "2026-07-10", "2026-07-15", "2026-07-20", "owner", 3, 6),
    ],
)
def test_a_milestone_has_its_original_plan_its_current_one_and_its_forecast(
    june: dict[str, Any], ref: str, original: str, current: str, forecast: str, method: str, late: int, later: int
) -> None:
    one = row(june, ref)
    assert (known(one["original"]), known(one["plan"])) == (original, current)
    assert (known(one["forecast"]), one["forecast_method"]) == (forecast, method)
    assert (known(one["slip_current"]), known(one["slip_original"])) == (late, later)
    assert not one["observed"]
    assert not one["provisional"]


def test_a_milestone_nobody_can_forecast_is_unknown_though_its_plan_is_agreed(june: dict[str, Any]) -> None:
    one = row(june, "M6")
    assert (known(one["original"]), known(one["plan"])) == ("2026-07-03", "2026-07-08")
    assert one["forecast"]["state"] == one["slip_current"]["state"] == one["progress"]["state"] == "unknown"


def test_throughput_takes_over_where_the_owner_has_not_spoken_for_ten_days(
    may: dict[str, Any], june: dict[str, Any]
) -> None:
    then, now = row(may, "M4"), row(june, "M4")
    assert (known(then["forecast"]), then["forecast_low"], then["forecast_high"]) == (
        "2026-06-17", "2026-06-10", "2026-06-24",
    )  # fmt: skip
    assert (now["forecast_low"], now["forecast_high"]) == ("2026-06-17", "2026-06-22")
    assert [(known(one["progress"])["done"], known(one["progress"])["total"]) for one in (then, now)] == [
        ("50", "80"), ("62", "80"),
    ]  # fmt: skip


def test_the_work_of_a_milestone_that_has_begun_counts(may: dict[str, Any], june: dict[str, Any]) -> None:
    done = [known(row(report, "M5")["progress"])["done"] for report in (may, june)]
    assert done == ["0", "9"]


def test_the_go_live_had_slipped_two_days_the_week_before(may: dict[str, Any]) -> None:
    one = row(may, "M7")
    assert (known(one["forecast"]), known(one["slip_current"]), known(one["slip_original"])) == ("2026-07-17", 2, 5)


def test_approved_shift_and_slippage_add_up_to_the_distance_from_the_original_plan(june: dict[str, Any]) -> None:
    for ref in ("M4", "M5", "M7"):
        one = row(june, ref)
        assert known(one["slip_original"]) == known(june["changes"]["approved_days"]) + known(one["slip_current"])


@pytest.mark.parametrize(("number", "planned", "low", "high"), [("08", 55, 57, 67), ("09", 62, 63, 73)])
def test_progress_is_an_interval_beside_what_it_should_be(
    folder: Path, number: str, planned: int, low: int, high: int
) -> None:
    progress = _weekly(folder, number)["progress"]
    floored = [int(float(one) * 100) for one in (known(progress["planned"]), progress["low"], progress["high"])]
    assert floored == [planned, low, high]
    assert progress["unknown"] == ["M6"]


def test_on_time_counts_those_due_under_both_baselines(may: dict[str, Any], june: dict[str, Any]) -> None:
    for report in (may, june):
        assert report["on_time"] == {"met": 2, "due": 3, "left_out": []}
        due = [one for one in report["milestones"] if known(one["original"]) <= report["header"]["as_of"][:10]]
        assert sum(known(one["reached_on"]) <= known(one["original"]) for one in due) == 2
        assert len(due) == 3


# ---------------------------------------------------------------------------------------------------- changes


def test_approved_changes_make_the_contract_what_it_is_worth_now(june: dict[str, Any]) -> None:
    changes = june["changes"]
    assert known(changes["approved_money"]) == {"amount": "48500", "currency": "CNY"}
    assert known(changes["contract"]["original"]) == {"amount": "680000", "currency": "CNY"}
    assert known(changes["contract"]["current"]) == {"amount": "728500", "currency": "CNY"}
    assert known(changes["approved_days"]) == 3


def test_requirements_changed_eight_in_all_and_four_of_late(may: dict[str, Any], june: dict[str, Any]) -> None:
    for report in (may, june):
        whole, recent = (known(report["scope"][name]) for name in ("churn", "churn_recent"))
        assert [(one["done"], one["total"]) for one in (whole, recent)] == [("8", "48"), ("4", "48")]


@pytest.mark.parametrize(
    ("ref", "state", "total", "ours", "theirs"),
    [
        ("CR-001", "closed", 4, 2, 2),
        ("CR-002", "rejected", 5, 3, 2),
        ("CR-003", "implementing", 6, 3, 3),
        ("CR-004", "awaiting_decision", 7, 4, 3),
        ("CR-005", "under_assessment", 1, 1, 0),
    ],
)
def test_the_age_of_a_change_is_split_by_who_held_it(
    june: dict[str, Any], ref: str, state: str, total: int, ours: int, theirs: int
) -> None:
    one = change(june, ref)
    assert one["state"] == state
    assert known(one["age"]) == {"total": total, "ours": ours, "theirs": theirs}


def test_what_a_tool_calls_approved_stays_under_assessment(june: dict[str, Any]) -> None:
    one = change(june, "CR-005")
    assert (one["tool_state"], one["state"], one["decided_on"]) == ("已批准", "under_assessment", None)


def test_changes_are_counted_by_who_has_to_act(may: dict[str, Any], june: dict[str, Any]) -> None:
    counts = [(report["changes"]["awaiting_client"], report["changes"]["under_assessment"]) for report in (may, june)]
    assert counts == [(0, 1), (1, 1)]


def test_our_own_deviation_is_reworked_without_a_decision_or_a_day(june: dict[str, Any]) -> None:
    one = change(june, "OFF-01")
    assert (one["kind"], one["state"], known(one["days"])) == ("off_specification", "implementing", 0)


def test_the_recommended_option_of_what_waits_is_in_the_forecast_of_the_contract(june: dict[str, Any]) -> None:
    assert known(june["changes"]["contract"]["forecast"]) == {"amount": "743500", "currency": "CNY"}


def test_requirements_in_force_are_those_of_the_newest_baseline(june: dict[str, Any]) -> None:
    assert june["scope"]["agreed"] == 50


@pytest.mark.parametrize(("number", "done", "total"), [("08", "3", "4"), ("09", "4", "5")])
def test_first_pass_acceptance_counts_what_the_client_judged(folder: Path, number: str, done: str, total: str) -> None:
    found = known(_weekly(folder, number)["first_pass"])
    assert (found["done"], found["total"]) == (done, total)


# ------------------------------------------------------------------------------------------ what the client owes


def test_what_the_client_owes_is_complete_and_the_late_one_first(may: dict[str, Any], june: dict[str, Any]) -> None:
    assert [(one["ref"], one["overdue"]) for one in may["asks"]] == [("DEP-13", False), ("DEC-10", False)]
    owed = [(one["ref"], one["kind"], known(one["need_by"]), one["wd_left"], one["overdue"]) for one in june["asks"]]
    assert owed == [
        ("DEP-13", "provide", "2026-06-03", -2, True),
        ("DL-07", "accept", "2026-06-08", 1, False),
        ("CR-004", "decide", "2026-06-09", 2, False),
    ]


def test_options_stand_beside_each_other_with_what_each_costs(june: dict[str, Any]) -> None:
    coupons = next(one for one in june["asks"] if one["ref"] == "CR-004")
    told = [(one["key"], one["money"], one["days"], one["recommended"]) for one in coupons["options"]]
    assert told == [
        ("A", [{"amount": "48000", "currency": "CNY"}], [{"ref": "M7", "days": 5}], False),
        ("B", [{"amount": "15000", "currency": "CNY"}], [], True),
    ]
    assert coupons["valid_until"] == "2026-06-12"


def test_the_page_asks_in_words_a_client_reads(folder: Path) -> None:
    page = (folder / "lanhai-weekly-09.zh-CN.md").read_text("utf-8")
    assert "需要您决定的事项 (3，已晚 1)" in page
    [late, review, coupons] = [line for line in page.splitlines() if line.startswith('| <a id="ask-')]
    for words in ("6月3日（周三）", "**已晚 2 个工作日**", "每晚 1 个工作日", "顺延 1 个工作日"):
        assert words in late
    for words in ("请验收第 1 次提交", "6月8日（周一）", "还剩 1 个工作日", "通过、有条件通过或驳回"):
        assert words in review
    for words in ("+5 个工作日 · CNY 48,000.00", "0 个工作日 · CNY 15,000.00", "我们的建议：B", "报价有效至6月12日"):
        assert words in coupons
    english = (folder / "lanhai-weekly-09.en.md").read_text("utf-8")
    for words in ("2 working days late", "moves [M5](<#M5>) by 1 working day", "our recommendation: B"):
        assert words in english


# ----------------------------------------------------------------------------------------------------- colours


def test_all_dimensions_were_green_the_week_before(may: dict[str, Any]) -> None:
    assert set(colours(may).values()) == {"green"}
    assert may["overall"]["colour"] == "green"


def test_three_rules_make_the_week_amber(june: dict[str, Any]) -> None:
    assert {rule["rule"]: rule["anchors"] for rule in june["overall"]["rules"]} == {
        "SCH-A2": ["M7"], "RSK-A1": ["RSK-05"], "CLI-A1": ["DEP-13"],
    }  # fmt: skip
    assert colours(june) == {
        "schedule": "amber", "scope": "green", "budget": "green", "quality": "green", "risk": "amber",
        "client": "amber",
    }  # fmt: skip
    assert (june["overall"]["colour"], june["overall"]["last"], june["overall"]["provisional"]) == (
        "amber", "green", False,
    )  # fmt: skip


def test_what_moved_since_the_week_before_is_said_with_its_size(june: dict[str, Any]) -> None:
    moved = {(one["ref"], one["size"]) for one in june["since"] if one["kind"] == "forecast"}
    assert moved == {("M7", 1), ("M5", 2), ("M4", 1)}
    assert {one["ref"] for one in june["since"] if one["kind"] == "change_new"} == {"CR-005", "OFF-01"}
    assert {one["ref"] for one in june["since"] if one["kind"] == "change_state"} == {"CR-004"}


def test_what_moved_says_why(june: dict[str, Any], folder: Path) -> None:
    assert {ref: row(june, ref)["causes"] for ref in ("M4", "M5", "M7")} == {
        "M4": ["ISS-04"], "M5": ["DEP-13"], "M7": ["DEP-13"],
    }  # fmt: skip
    assert row(june, "M7")["moved_by"] == ["CR-003"]
    page = (folder / "lanhai-weekly-09.zh-CN.md").read_text("utf-8")
    assert "+1 个工作日，负责人预测，原因 DEP-13" in page
    assert "+1 个工作日，按完成速度，原因 [ISS-04](<#ISS-04>)" in page
    assert "原因未登记" not in page


def test_risks_and_issues_that_the_client_knows_are_listed(june: dict[str, Any], folder: Path) -> None:
    told = [(one["ref"], one["level"], one["severity"], one["due_on"]) for one in june["raid"]]
    assert told == [("RSK-05", 12, None, "2026-06-10"), ("ISS-04", None, "high", "2026-06-10")]
    page = (folder / "lanhai-weekly-09.zh-CN.md").read_text("utf-8")
    line = next(one for one in page.splitlines() if "**RSK-05**" in one)
    assert all(words in line for words in ("支付渠道联调延迟", "评分 12（最高 25）", "先用模拟渠道", "6月10日（周三）"))
    assert "不含风险登记册" not in page


def test_acceptance_stands_turn_by_turn(may: dict[str, Any], june: dict[str, Any], folder: Path) -> None:
    turns = {one["ref"]: [turn["verdict"] for turn in one["turns"]] for one in june["deliverables"]["rows"]}
    assert turns == {
        "DL-01": ["accepted"], "DL-02": ["rejected", "accepted"], "DL-03": ["accepted"], "DL-04": ["accepted"],
        "DL-06": ["accepted"], "DL-07": [None],
    }  # fmt: skip
    assert {one["ref"] for one in may["deliverables"]["rows"]} == {"DL-01", "DL-02", "DL-03", "DL-04"}
    page = (folder / "lanhai-weekly-09.zh-CN.md").read_text("utf-8")
    lines = [line for line in page.splitlines() if line.startswith('| <a id="DL-')]
    assert [line.split('"')[1] for line in lines] == ["DL-06", "DL-07"], "the others were over before the week began"
    assert "首次提交即通过验收：4/5" in page


def test_the_expectation_is_at_risk_and_the_client_was_told(june: dict[str, Any]) -> None:
    (one,) = june["promises"]["expectations"]
    assert (one["ref"], one["state"], one["health"], one["told_on"], one["review_on"]) == (
        "EXP-03", "agreed", "at_risk", "2026-06-05", "2026-06-10",
    )  # fmt: skip
    assert (one["agreed"]["zh"], [each["agreed"]["zh"] for each in one["earlier"]]) == (
        "6/17 前开放预约页(演示)", ["618前可预约"],
    )  # fmt: skip


def test_two_answers_of_three_are_counted_without_a_percentage(june: dict[str, Any]) -> None:
    (one,) = june["satisfaction"]["surveys"]
    assert (one["ref"], one["invited"], one["answered"]) == ("SRV-01", 3, 2)
    counts = {each["answer"]: each["n"] for each in one["results"][0]["counts"] if each["n"]}
    assert (counts, one["results"][0]["score"]["state"]) == ({"4": 1, "5": 1}, "unknown")
    assert june["satisfaction"]["counted"]["received"] == 0


def test_questions_were_first_answered_in_time_eight_times_of_nine(june: dict[str, Any]) -> None:
    clock = next(one for one in june["satisfaction"]["clocks"] if one["clock"] == "inquiry_response")
    assert (june["satisfaction"]["inquiries"], clock["met"], clock["judged"], clock["median"]) == (9, 8, 9, "100")


def test_the_meeting_was_held_and_its_minutes_confirmed(june: dict[str, Any]) -> None:
    found = june["meetings"]
    assert [(one["ref"], one["confirmed_on"]) for one in found["meetings"]] == [("MTG-08", "2026-06-03")]
    assert (found["held"], found["confirmed"]) == ({"hits": 1, "n": 1}, {"hits": 1, "n": 1})
    late = [(one["ref"], one["holder"], one["overdue_wd"]) for one in found["actions"] if one["overdue_wd"]]
    assert late == [("ACT-12", "client", 2)]


def test_the_goal_is_not_yet_measured(june: dict[str, Any]) -> None:
    (one,) = june["goals"]
    assert (one["ref"], one["state"], one["due_on"], one["measures"][0]["value"]) == (
        "GOAL-01", "agreed", "2026-07-30", None,
    )  # fmt: skip


def test_the_week_leaves_no_section_out(may: dict[str, Any], june: dict[str, Any]) -> None:
    assert june["data"]["omitted"] == []
    assert may["data"]["omitted"] == ["S10", "S12"]


def test_what_comes_next_is_listed_by_date_with_whose_it_is(folder: Path) -> None:
    page = (folder / "lanhai-weekly-09.zh-CN.md").read_text("utf-8")
    ahead = page.split("### 其他安排")[1].split("## ")[0]
    said = [line.removeprefix("- ") for line in ahead.splitlines() if line.startswith("- ")]
    assert [line.split("：")[0] for line in said] == [
        "6月8日（周一）", "6月9日（周二）", "6月9日（周二）", "6月10日（周三）", "6月10日（周三）", "6月10日（周三）",
    ]  # fmt: skip
    for line, words in zip(said, ("DL-07", "ACT-15", "CR-004", "EXP-03", "ISS-04", "RSK-05"), strict=True):
        assert words in line
    assert [line.endswith("（贵方）") for line in said] == [True, False, True, False, False, False]
    assert "未登记。" not in ahead
    assert "措施（[RSK-05](<#RSK-05>)）：先用模拟渠道，6月10日（周三）" in page


def test_no_difference_is_left_open_in_an_issued_report(may: dict[str, Any], june: dict[str, Any]) -> None:
    assert may["data"]["disputes"] == june["data"]["disputes"] == []


# ----------------------------------------------------------------------------------------------- the workspace


def test_the_register_of_the_demo_is_sound(folder: Path, pmbridge_bin: str) -> None:
    done = subprocess.run(
        [pmbridge_bin, "--config", str(folder / "workspace"), "db", "check", "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_past_report_is_replayed_as_it_was(folder: Path, pmbridge_bin: str, may: dict[str, Any]) -> None:
    """Later events, entered with their own time, change nothing of an earlier day."""
    done = subprocess.run(
        [
            pmbridge_bin, "--config", str(folder / "workspace"), "report", "weekly", "--as-of",
            AS_OF["08"], "--formats", "json", "--out", str(folder / "again"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    [file] = (folder / "again").glob("*.json")
    again = json.loads(file.read_text("utf-8"))
    for part in ("milestones", "progress", "on_time", "scope"):
        assert again[part] == may[part], part
