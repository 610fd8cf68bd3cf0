"""What a project manager reads on the screen in the story's week, and from a request for change to its implementation.

Words are compared without white space: where a line breaks depends on the window.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
import tomlkit

from pmbridge.demo import WEEKLY_9, ZONE
from pmbridge.errors import Refused
from pmbridge_cli.layout import width
from tests.e2e.story_desk import Desk, Told, desk

IMPACT = Path(__file__).parents[2] / "src/pmbridge/demo_story/papers/cr-004-impact.toml"


def bare(text: str) -> str:
    return "".join(text.split())


def assert_says(screen: str, *words: str) -> None:
    """Check that *screen* holds *words*, one after the other."""
    at = 0
    for one in words:
        found = bare(screen).find(bare(one), at)
        assert found >= 0, f"{one}\n{screen}"
        at = found + 1


def tell_rows(screen: str) -> dict[str, list[str]]:
    return {line.split()[0]: line.split() for line in screen.splitlines() if line[:1] == "M" and line[1:2].isdigit()}


@pytest.fixture
def monday(told: Told, tmp_path: Path) -> Iterator[Desk]:
    with desk(told, tmp_path, datetime(2026, 6, 8, 10, 0, tzinfo=ZONE)) as found:
        yield found


# ------------------------------------------------------------------------------------------------------ looking


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("command", ["status", "status --all", "next", "next --all"])
def test_a_project_that_is_months_late_still_fits_on_the_screen(
    told: Told, tmp_path: Path, command: str, language: str
) -> None:
    with desk(told, tmp_path, datetime(2026, 11, 24, 10, 0, tzinfo=ZONE)) as late:
        shown = late.type(f"{command} --lang {language}").splitlines()
    assert len(shown) > 5
    assert [line for line in shown if width(line) > 80 and "pmbridge" not in line] == []


def test_a_path_below_the_working_folder_is_printed_from_there(monday: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(monday.workspace.folder)
    assert monday.type("db check --lang en") == "data/pmbridge.db: nothing wrong.\n"
    assert monday.type("requirement document").splitlines()[0].startswith("reports/lanhai/")
    assert monday.type("db backup copy.db").startswith("已复制到 copy.db（")
    assert monday.type("remind DEP-13").startswith("提醒草稿 reports/lanhai/DEP-13-提醒.eml（")
    monkeypatch.chdir(monday.folder.parent)
    assert str(monday.workspace.folder) not in monday.type("db check")
    monkeypatch.chdir(monday.workspace.folder / "data")
    assert monday.type("requirement document").startswith(str(monday.workspace.folder / "reports"))


def test_status_says_where_the_week_stands(told: Told) -> None:
    shown = told.screens["status"]
    assert_says(
        shown,
        "蓝海零售 · 会员商城改版",
        "Jira 18:00 PingCode 18:00 Worktile 18:00 Trello 06-04 17:30 ⚠",
        "黄 ↘（上期 绿）",
        "07-15 晚 3 个工作日 [SCH-A2]",
        "进度 63%–73%（M6 未知），应为 62%",
        "M1–M3 已达成（--all 显示）",
        "待客户 1 · 评估中 1 · 已批准合计 CNY 48,500.00，合同 680,000.00 → 728,500.00",
        "客户欠我们 3（逾期 1）",
        "待核对 1",
        "下一步：pmbridge next",
    )
    rows = tell_rows(shown)
    assert_says(" ".join(rows["M4"]), "06-12 06-17 CR-003 06-18 按速度 晚 1 晚 4 62/80 点 77%")
    assert_says(" ".join(rows["M5"]), "06-26 07-01 CR-003 07-03 负责人 晚 2 晚 5 9/40 点 22%")
    assert_says(" ".join(rows["M6"]), "07-03 07-08 CR-003 未知 未知 未知 未知")
    assert_says(" ".join(rows["M7"]), "07-10 07-15 CR-003 07-20 负责人 晚 3 晚 6 0/6 项 0%")


def test_next_begins_with_what_is_late_and_ends_with_what_has_no_date(told: Told) -> None:
    assert_says(
        told.screens["next"],
        "1 晚 2 个工作日 张敏 DEP-13 支付沙箱账号", "pmbridge remind DEP-13",
        "2 今天 18:00 您 周报 9：2 项检查未过", "pmbridge report check",
        "3 06-08 周一 张敏 DL-07 验收 UAT 计划（第 1 次提交）", "pmbridge remind DL-07",
        "4 06-09 周二 张敏 CR-004 小程序优惠券，选方案", "pmbridge answer 回信.eml",
        "5 06-09 周二 您 ACT-15 M6关联工作项", "pmbridge action done ACT-15",
        "D-03 Jira 写「已批准」，登记册是「影响评估中」", "pmbridge conflicts show D-03",
    )  # fmt: skip


def test_the_one_difference_that_nobody_settled_is_listed(told: Told) -> None:
    assert_says(told.screens["conflicts"], "D-03 不一致 CR-005 状态 影响评估中 Jira「已批准」 06-05", "另有 2 条已处理")


def test_two_checks_keep_the_report_from_being_issued(told: Told) -> None:
    assert_says(told.screens["report check"], "✗ 缺标题句", "✗ 来源不一致，待核对：CR-005 状态", "2 项检查未过")


# ----------------------------------------------------------------------------------------- deciding and changing


def test_an_assessment_names_every_place_that_is_missing_and_then_what_each_option_means(monday: Desk) -> None:
    text = IMPACT.read_text("utf-8")
    half = tomllib.loads(text)
    for option, missing in zip(half["options"], ("budget", "schedule"), strict=True):
        option["lines"] = [line for line in option["lines"] if line["dimension"] != missing]
    mail = monday.mail("来信.eml")
    monday.type(
        f"change submit --title 优惠券 --description 券 --reason 引流 --by 张敏 --via email --ref CR-007 "
        f"--evidence {mail} --at 2026-06-08T09:30"
    )
    refused = monday.type(f"change assess CR-007 --from {monday.file('half.toml', tomlkit.dumps(half))}", code=1)
    assert_says(refused, "拒绝：CR-007 还不能评估。未改动任何内容。2 项条件不满足")
    assert_says(refused, "方案 A 缺预算", "方案 B 缺进度", "none 并说明理由")
    shown = monday.type(f"change assess CR-007 --from {monday.file('whole.toml', text)}")
    assert_says(
        shown,
        "A 全功能 增 5 项，M7 晚 5 个工作日 → 07-22，CNY 48,000.00",
        "B 仅领取 增 2 项，0 日，CNY 15,000.00",
        "活动期无优惠券",
    )


def test_a_refused_approval_says_all_of_it_at_once_and_how_to_meet_it(told: Told, tmp_path: Path) -> None:
    with desk(told, tmp_path, datetime(2026, 6, 15, 9, 0, tzinfo=ZONE)) as later:
        note = later.file("通话记录.txt", "电话里说同意")
        shown = later.type(f"change decide CR-004 approve --option A --by 张敏 --evidence {note}", code=1)
        assert_says(
            shown,
            "拒绝：CR-004 还不能批准。未改动任何内容。3 项条件不满足",
            "✗", "CNY 48,000.00 超过张敏的授权额度 20,000.00", "李总联签：加 --with 李总 --evidence …",
            "✗", "只有通话记录", "--evidence",
            "✗", "报价 06-12 到期，今天 06-15", "pmbridge change reassess CR-004 --reason …",
            "已满足", "范围、进度、预算已评估",
            "下一步：pmbridge change show CR-004",
        )  # fmt: skip
        assert shown.count("✗") == 3


def test_an_offer_that_ran_out_is_shown_as_lapsed_wherever_it_is_looked_at(told: Told, tmp_path: Path) -> None:
    again = "下一步：pmbridge change reassess CR-004 --reason …"
    with desk(told, tmp_path, datetime(2026, 6, 15, 9, 0, tzinfo=ZONE)) as later:
        assert "CR-004" not in later.type("change list")
        assert_says(later.type("change list --state lapsed"), "CR-004", "已失效", "06-13")
        shown = later.type("change show CR-004")
        assert_says(shown, "CR-004 小程序优惠券 · 已失效，自 06-13")
        assert shown.splitlines()[-1] == again
        document = json.loads(later.type("change show CR-004 --json"))
        assert (document["state"], document["since"]) == ("lapsed", "2026-06-13")
        with pytest.raises(Refused) as refused:
            later.type("remind CR-004")
    assert refused.value.text("zh") == "CR-004 的报价已于 2026-06-12 到期，不再等待客户"
    assert again.endswith(refused.value.next_step("zh"))


def test_a_reply_is_read_line_by_line_and_nothing_is_recorded_without_a_person(monday: Desk) -> None:
    reply = monday.mail("张敏回信.eml", "CR-004 同意方案 B\nDL-07 通过\nDEP-13 沙箱账号周三给\n\n> CR-004 不同意")
    before = len(monday.engagement.register.events())
    assert_says(
        monday.type(f"answer {reply}"),
        "张敏 <zhangmin@lanhai.example>，2026-06-08 09:12", "变更 ≤ CNY 20,000.00", "读到 3 条",
        "1 CR-004 「CR-004 同意方案 B」 → 批准，方案 B，CNY 15,000.00，0 日",
        "2 DL-07 「DL-07 通过」 → 验收通过，2 项标准均记为通过",
        "3 DEP-13 「DEP-13 沙箱账号周三给」 → 看不出答复，未处理",
    )  # fmt: skip
    assert len(monday.engagement.register.events()) == before


def test_what_was_approved_is_implemented_as_it_was_approved(monday: Desk) -> None:
    reply = monday.mail("张敏回信.eml")
    monday.type(f"change decide CR-004 approve --option B --by 张敏 --evidence {reply} --at 2026-06-08T09:12")
    shown = monday.type("change implement CR-004")
    assert_says(shown, "CR-004 小程序优惠券：实施中", "需求基线 3", "50 → 52", "进度基线不变")
    assert_says(shown, "预算基线 3", "728,500.00 →", "743,500.00")
    life = monday.type("change show CR-004")
    assert_says(life, "历时 8 个工作日：我方 4，客户 4", "B 仅领取", "（选定）", "06-08 批准 张敏 张敏回信.eml")
    assert monday.engagement.register.book.latest("schedule_baseline") == 1
    assert monday.clock.now() > WEEKLY_9
