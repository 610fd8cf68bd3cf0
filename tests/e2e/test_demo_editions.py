"""The monthly and the closing report of the story: every figure that they must hold, told by its commands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pmbridge.demo import Demo
from pmbridge_cli.played import screen, typed

REPORTS = "reports/lanhai"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with Demo(tmp_path_factory.mktemp("editions"), language="zh-CN") as demo:
        told = demo.tell(typed=typed)
        demo.close(told)
        code, shown = screen(told.workspace, ["db", "check"])
        assert code == 0, shown
        return demo.workspace_folder


def report(workspace: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((workspace / REPORTS / f"lanhai-{name}.json").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def monthly(workspace: Path) -> dict[str, Any]:
    return report(workspace, "monthly-02")


@pytest.fixture(scope="module")
def closing(workspace: Path) -> dict[str, Any]:
    return report(workspace, "closing-01")


def page(workspace: Path, name: str, language: str = "zh-CN") -> str:
    return (workspace / REPORTS / f"lanhai-{name}.{language}.md").read_text("utf-8")


def section(text: str, name: str) -> str:
    return text.split(f'<a id="sec-{name}"></a>')[1].split('<a id="sec-')[0]


def known(figure: dict[str, Any]) -> Any:
    assert figure["state"] == "known", figure
    return figure["value"]


def row(found: dict[str, Any], ref: str) -> dict[str, Any]:
    one: dict[str, Any] = next(one for one in found["milestones"] if one["ref"] == ref)
    return one


def colours(found: dict[str, Any]) -> dict[str, Any]:
    return {one["dimension"]: one["colour"] for one in found["status"]}


# ------------------------------------------------------------------------------------------------- monthly, May


def test_the_month_is_numbered_on_from_the_one_sent_by_hand(monthly: dict[str, Any]) -> None:
    header = monthly["header"]
    assert (header["edition"], header["number"], header["draft"]) == ("monthly", 2, False)
    assert (header["period_from"], header["period_to"]) == ("2026-05-01", "2026-05-31")
    assert header["as_of"] == "2026-05-31T18:00:00+08:00"
    assert header["previous"] is None, "monthly 1 was sent by hand, so nothing is compared"
    assert [(one["edition"], one["number"]) for one in header["between"]] == [("weekly", 8)]


def test_the_figures_of_the_month_are_those_of_its_last_week(monthly: dict[str, Any]) -> None:
    progress = monthly["progress"]
    floored = [int(float(one) * 100) for one in (known(progress["planned"]), progress["low"], progress["high"])]
    assert floored == [55, 57, 67]
    m7 = row(monthly, "M7")
    assert (known(m7["forecast"]), known(m7["slip_current"]), known(m7["slip_original"])) == ("2026-07-17", 2, 5)
    assert known(row(monthly, "M4")["progress"])["done"] == "50"
    assert monthly["on_time"] == monthly["on_time_original"] == {"met": 2, "due": 3, "left_out": []}
    whole, recent = (known(monthly["scope"][name]) for name in ("churn", "churn_recent"))
    assert [(one["done"], one["total"]) for one in (whole, recent)] == [("8", "48"), ("4", "48")]
    assert (known(monthly["first_pass"])["done"], known(monthly["first_pass"])["total"]) == ("3", "4")
    assert set(colours(monthly).values()) == {"green"}
    assert (monthly["changes"]["awaiting_client"], monthly["changes"]["under_assessment"]) == (0, 1)
    assert [(one["ref"], one["overdue"]) for one in monthly["asks"]] == [("DEP-13", False), ("DEC-10", False)]


def test_the_month_counts_the_work_of_the_whole_month(monthly: dict[str, Any]) -> None:
    done = {group["ref"]: group["items"] for group in monthly["completed"]["groups"]}
    assert monthly["completed"]["reached"] == ["M2", "M3"]
    # Of the first eight, dealt over 30 April and 6 to 9 May, two were done in April; then three, four and three.
    assert done["M4"] == 8 - 2 + 3 + 4 + 3
    assert sum(len(group["listed"]) for group in monthly["completed"]["groups"]) == 30


def test_the_month_has_the_registers_and_names_what_it_leaves_out(monthly: dict[str, Any], workspace: Path) -> None:
    assert monthly["data"]["omitted"] == ["S15"]
    text = page(workspace, "monthly-02")
    assert "其间的周报 | 周报 8 |" in text
    for one in ("S10", "S11", "S12", "S13"):
        assert f'<a id="sec-{one}"></a>' in text
    assert all(f'<a id="DL-0{n}"></a>' in section(text, "S10") for n in (1, 2, 3, 4))
    assert "本期没有会议。" in section(text, "S13")
    assert "上期报告没有留存可比的数据" in section(text, "S3")
    assert "Monthly report 2" in page(workspace, "monthly-02", "en")


# ----------------------------------------------------------------------------------------------------- closing


def test_the_closing_report_covers_the_whole_and_holds_the_end_of_the_chain(closing: dict[str, Any]) -> None:
    header = closing["header"]
    assert (header["edition"], header["number"], header["previous"]) == ("closing", 1, None)
    assert (header["period_from"], header["period_to"]) == ("2026-04-07", "2026-07-31")
    assert len(bytes.fromhex(header["chain"])) == 32
    assert closing["since"] == []


def test_the_contract_grew_by_the_three_approved_changes(closing: dict[str, Any], workspace: Path) -> None:
    contract = closing["changes"]["contract"]
    assert known(contract["original"]) == {"amount": "680000", "currency": "CNY"}
    assert known(contract["current"]) == known(contract["forecast"]) == {"amount": "743500", "currency": "CNY"}
    assert known(closing["changes"]["approved_money"]) == {"amount": "63500", "currency": "CNY"}
    line = next(one for one in section(page(workspace, "closing-01"), "S3").splitlines() if "合同金额" in one)
    for words in ("CNY 680,000.00", "CNY 743,500.00", "+CNY 63,500.00（+9.3%）"):
        assert words in line


@pytest.mark.parametrize(
    ("ref", "original", "current", "reached", "late", "later"),
    [
        ("M1", "2026-04-17", "2026-04-17", "2026-04-17", 0, 0),
        ("M2", "2026-05-08", "2026-05-08", "2026-05-12", 3, 3),
        ("M3", "2026-05-29", "2026-05-29", "2026-05-29", 0, 0),
        ("M4", "2026-06-12", "2026-06-17", "2026-06-18", 1, 4),
        ("M5", "2026-06-26", "2026-07-01", "2026-07-03", 2, 5),
        ("M6", "2026-07-03", "2026-07-08", "2026-07-08", 0, 3),
        ("M7", "2026-07-10", "2026-07-15", "2026-07-20", 3, 6),
    ],
)
def test_every_milestone_stands_as_planned_as_moved_and_as_reached(
    closing: dict[str, Any], ref: str, original: str, current: str, reached: str, late: int, later: int
) -> None:
    one = row(closing, ref)
    assert (known(one["original"]), known(one["plan"]), known(one["reached_on"])) == (original, current, reached)
    assert (known(one["slip_current"]), known(one["slip_original"])) == (late, later)


def test_on_time_is_told_against_both_baselines(closing: dict[str, Any], workspace: Path) -> None:
    assert closing["on_time_original"] == {"met": 2, "due": 7, "left_out": []}
    assert closing["on_time"] == {"met": 3, "due": 7, "left_out": []}
    assert "按时达成的里程碑：3/7。" in section(page(workspace, "closing-01"), "S7")
    assert "对原计划：2/7。" in section(page(workspace, "closing-01"), "S7")


def test_scope_moved_by_ten_of_forty_eight(closing: dict[str, Any]) -> None:
    churn = known(closing["scope"]["churn"])
    assert (churn["done"], churn["total"], closing["scope"]["agreed"]) == ("10", "48", 52)
    assert round(100 * int(churn["done"]) / int(churn["total"]), 1) == 20.8


def test_seven_of_eight_were_accepted_as_first_submitted_and_all_were_handed_over(closing: dict[str, Any]) -> None:
    assert (known(closing["first_pass"])["done"], known(closing["first_pass"])["total"]) == ("7", "8")
    rows = closing["deliverables"]["rows"]
    assert {one["ref"]: one["handed_over"]["received_on"] for one in rows} == {
        f"DL-0{n}": "2026-07-31" for n in range(1, 9)
    }
    assert {one["turns"][-1]["certificate"] for one in rows} == {f"DL-0{n}-{2 if n == 2 else 1}" for n in range(1, 9)}


def test_every_change_says_who_decided_it(closing: dict[str, Any]) -> None:
    told = {one["ref"]: (one["state"], one["decided_on"], one["decided_by"]) for one in closing["changes"]["rows"]}
    assert told == {
        "CR-001": ("closed", "2026-04-28", ["张敏"]),
        "CR-002": ("rejected", "2026-05-12", ["张敏"]),
        "CR-003": ("closed", "2026-05-20", ["李总", "张敏"]),
        "CR-004": ("closed", "2026-06-08", ["张敏"]),
        "CR-005": ("rejected", "2026-06-16", ["张敏"]),
        "OFF-01": ("closed", None, []),
    }


def test_the_goal_was_achieved(closing: dict[str, Any], workspace: Path) -> None:
    (goal,) = closing["goals"]
    assert (goal["state"], goal["measures"][0]["value"], goal["measures"][0]["target"]) == ("achieved", "6120", "5000")
    assert "6,120" in section(page(workspace, "closing-01"), "S5")


def test_three_answers_are_counts_only(closing: dict[str, Any]) -> None:
    survey = next(one for one in closing["satisfaction"]["surveys"] if one["ref"] == "SRV-02")
    counts = [{each["answer"]: each["n"] for each in one["counts"] if each["n"]} for one in survey["results"]]
    assert (survey["invited"], counts) == (3, [{"4": 2, "5": 1}, {"7": 1, "9": 2}])
    assert [one["score"]["reason"] for one in survey["results"]] == ["insufficient_sample"] * 2
    assert [one["zh"] for one in survey["quoted"]] == ["有变更时总能先看到影响再决定"]


def test_the_end_has_its_lessons_and_only_what_is_really_left(closing: dict[str, Any], workspace: Path) -> None:
    lessons = closing["lessons"]
    assert [(one["ref"], one["joint"]) for one in lessons["retros"]] == [("RET-01", True)]
    assert [one["ref"] for one in lessons["lessons"]] == ["LES-01"]
    assert closing["asks"] == closing["raid"] == []
    left = section(page(workspace, "closing-01"), "S6").split("### ")[2]
    assert [line.split("](")[0].lstrip("| [") for line in left.splitlines() if line.startswith("| [")] == ["IMP-01"]
    expected = next(one for one in closing["promises"]["expectations"] if one["ref"] == "EXP-03")
    assert (expected["state"], closing["promises"]["met"]) == ("met", {"hits": 1, "n": 1})


def test_a_finished_engagement_without_an_open_risk_is_not_called_unknown(closing: dict[str, Any]) -> None:
    assert colours(closing)["risk"] is None
    assert closing["overall"]["colour"] == "green"


def test_the_end_counts_the_work_and_names_what_was_reached(closing: dict[str, Any]) -> None:
    completed = closing["completed"]
    assert completed["reached"] == [f"M{n}" for n in range(1, 8)]
    done = {group["ref"]: group["items"] for group in completed["groups"]}
    assert (done["M3"], done["M4"], done["M5"], done["M7"]) == (74, 31, 16, 6)
    assert not any(group["listed"] for group in completed["groups"])


def test_the_colours_of_the_weeks_stand_beside_each_other(closing: dict[str, Any], workspace: Path) -> None:
    assert [(one["number"], one["overall"]) for one in closing["history"]] == [(8, "green"), (9, "amber")]
    strip = section(page(workspace, "closing-01"), "S5").split("### 历次报告的颜色")[1].split("###")[0]
    (schedule,) = [line for line in strip.splitlines() if line.startswith("| 进度")]
    assert [cell.strip() for cell in schedule.strip("|").split("|")] == ["进度", "● 绿 G", "▲ 黄 A", "● 绿 G"]


# ------------------------------------------------------------------------------------------------------- annex


def test_the_index_stands_in_the_annex_as_an_interval(workspace: Path) -> None:
    """Above one while the go-live is three days late: the reason why it sets no colour."""
    june = report(workspace, "weekly-09")
    found = june["measures"]
    assert known(found["planned"])[:6] == "0.6269"
    assert (found["earned"]["low"], found["earned"]["high"]) == ("0.63875", "0.73875")
    assert [round(float(found["index"][end]), 2) for end in ("low", "high")] == [1.02, 1.18]
    assert found["covered"] == {"hits": 6, "n": 7}
    assert "sec-A" not in page(workspace, "weekly-09"), "the week links to the month's"


def test_after_the_end_of_the_plan_days_count_and_not_the_index(closing: dict[str, Any], workspace: Path) -> None:
    found = closing["measures"]
    assert (found["instead"], found["covered"]) == (True, {"hits": 7, "n": 7})
    text = section(page(workspace, "closing-01"), "A")
    assert "进度绩效指数" not in text
    assert "按时间计的偏差" not in text, "all is done: the distance to today tells nothing"
    assert "| 挣值 | 100% |" in text
