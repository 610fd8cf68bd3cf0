"""`status` and `next` of an engagement with a register: the story's Friday, as a project manager sees it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pmbridge_cli.layout import width
from pmbridge_cli.main import run
from tests.e2e.test_cli_documents import valid
from tests.e2e.test_demo_register import folder

__all__ = ["folder"]

FRIDAY = "2026-06-05T18:00"
Screen = Callable[..., str]


@pytest.fixture
def screen(folder: Path, capsys: pytest.CaptureFixture[str]) -> Screen:
    def shown(*args: str, lang: str = "zh-CN") -> str:
        capsys.readouterr()
        assert run(["--config", str(folder / "workspace"), "--lang", lang, *args, "--as-of", FRIDAY]) == 0
        return capsys.readouterr().out

    return shown


def told(line: str) -> str:
    return " ".join(line.split())


def test_status_shows_both_plans_the_change_that_moved_them_and_who_forecast(screen: Screen) -> None:
    lines = [told(line) for line in screen("status").splitlines()]
    assert "里程碑 原计划 现计划 预测/实际 比现计划 比原计划 进度" in lines
    rows = {line[:2]: line.partition(" 0")[2] for line in lines if line[:2] in ("M4", "M5", "M6", "M7")}
    assert rows["M4"] == "6-12 06-17 CR-003 06-18 按速度 晚 1 晚 4 62/80 点 77%"
    assert rows["M5"] == "6-26 07-01 CR-003 07-03 负责人 晚 2 晚 5 9/40 点 22%"
    assert rows["M6"].startswith("7-03 07-08 CR-003 未知 未知 未知 未知：")
    assert rows["M7"] == "7-10 07-15 CR-003 07-20 负责人 晚 3 晚 6 0/6 项 0%"


def test_status_shows_what_was_approved_and_what_the_contract_is_worth(screen: Screen) -> None:
    whole = " ".join(screen("status").split())
    assert "M1–M3 已达成（--all 显示）。变更：待客户 1 · 评估中 1 · 已批准合计 CNY 48,500.00" in whole
    assert "合同 680,000.00 → 728,500.00" in whole
    assert "客户欠我们 3（逾期 1）· 我们要做" in whole
    english = " ".join(screen("status", lang="en").split())
    assert (
        "awaiting the client 1 · in assessment 1 · approved CNY 48,500.00, contract 680,000.00 → 728,500.00" in english
    )


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_no_line_is_wider_than_a_screen_and_no_date_is_cut(screen: Screen, lang: str) -> None:
    out = screen("status", lang=lang)
    assert [line for line in out.splitlines() if width(line) > 80] == []
    assert out.count("CR-003") == 4


def test_next_lists_what_the_client_holds_first_late_then_by_date(screen: Screen) -> None:
    lines = [told(line) for line in screen("next").splitlines()]
    assert lines[1:9] == [
        "1 晚 2 个工作日 张敏 DEP-13 支付沙箱账号",
        "→ pmbridge remind DEP-13",
        "2 06-08 周一 张敏 DL-07 验收 UAT 计划（第 1 次提交）",
        "→ pmbridge remind DL-07",
        "3 06-09 周二 张敏 CR-004 小程序优惠券，选方案",
        "→ pmbridge answer 回信.eml",
        "4 06-09 周二 您 ACT-15 M6关联工作项",
        "→ pmbridge action done ACT-15",
    ]


def test_next_lists_everything_of_ours_on_request(screen: Screen) -> None:
    refs = [told(line) for line in screen("next", "--all").splitlines() if "CR-005" in line]
    assert refs == ["8 06-11 周四 您 CR-005 会员等级调整", "→ pmbridge change assess CR-005"]
    assert "CR-005" not in screen("next")


def test_the_documents_say_the_same(screen: Screen) -> None:
    status = json.loads(screen("status", "--json"))
    valid(status)
    (one,) = status["engagements"]
    assert {m["ref"]: m["moved_by"] for m in one["milestones"]}["M7"] == ["CR-003"]
    assert one["contract"]["current"]["value"] == "CNY 728,500.00"
    assert (one["waiting"]["client"], one["waiting"]["late"]) == (3, 1)
    tasks = json.loads(screen("next", "--json"))
    valid(tasks)
    assert [task["who"] for task in tasks["tasks"][:4]] == ["client", "client", "client", "us"]
