"""Adding an engagement: what is found in the project, what is asked, and the mapping that is written."""

from __future__ import annotations

import json
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pmbridge_jira.sandbox import JiraSandbox
from tests.e2e.desk import Desk, a_jira

STATES = {
    "10101": "submitted",
    "10102": "under_assessment",
    "10103": "awaiting_decision",
    "10104": "approved",
    "10105": "implementing",
}


@pytest.fixture(scope="module")
def jira() -> Iterator[JiraSandbox]:
    with a_jira() as sandbox:
        yield sandbox


@pytest.fixture
def fresh(
    tmp_path: Path,
    pmbridge_bin: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    jira: JiraSandbox,
) -> Desk:
    """Give a workspace that is connected and has read nothing."""
    desk = Desk(folder=tmp_path / "pm", command=pmbridge_bin, patch=monkeypatch, capture=capsys)
    assert desk.connect(jira).code == 0
    return desk


@pytest.fixture(scope="module")
def read_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("read") / "pm"


@pytest.fixture
def desk(fresh: Desk, read_once: Path) -> Desk:
    """Give a workspace that has read the project before, which the first test that asks does for all."""
    if not read_once.exists():
        assert fresh.run("engagement", "add", "--source", "jira:MALL").code == 2
        shutil.copytree(fresh.folder, read_once)
    shutil.copytree(read_once, fresh.folder, dirs_exist_ok=True)
    return fresh


def written(desk: Desk, name: str = "lanhai") -> dict[str, Any]:
    found = tomllib.loads(desk.config)["engagements"][name]
    assert isinstance(found, dict)
    return found


def test_the_whole_dialogue_as_in_the_handbook(fresh: Desk) -> None:
    desk = fresh
    before = desk.config
    with desk.sit_down("engagement", "add") as terminal:
        terminal.wait_for("正在查看项目 … Jira 1 个")
        terminal.wait_for("  1 jira:MALL 会员商城改版 412 项")
        terminal.answer(line="1")
        terminal.answer("客户名称？", "蓝海零售")
        terminal.answer("项目名称？ [会员商城改版]")
        terminal.answer("简称（命令里用）？", "lanhai")
        milestones = terminal.answer("用这 7 个？ [Y 用 / e 换一种来源 / n 都不要]")
        terminal.answer("这些日期是什么？ 1 与客户定的计划日期 [默认]   2 我们目前的预测")
        terminal.answer("进度按什么算？ 1 Story Points（这些版本的 187 项全部有值）[默认]   2 按项数")
        changes = terminal.answer(
            "「已关闭」无法判断，留空则报告里照写原文，不猜。\n      [⏎ 留空 / 选 1 已归档 2 已否决 3 已撤回]"
        )
        terminal.answer(
            "影响字段：天数 =「影响工期（天）」customfield_10050；金额 =「影响费用」\n"
            "    customfield_10051，币种？ [CNY]"
        )
        terminal.answer("3/3 报告 — 语言 zh-CN, en [⏎ / zh / en]")
        terminal.answer("周报哪天截止？ [周五 18:00]")
        diff = terminal.answer("写入？ [Y/n]")
        assert terminal.end() == 0
        assert terminal.screen.rstrip().endswith("下一步：pmbridge sync")

    assert "1/3 里程碑 — jira:MALL 的 7 个版本像里程碑（名称都是「M数字 标题」，都有发布日期）：" in milestones.replace(
        "\n", ""
    )
    assert "M1 需求确认       2026-04-17  已发布" in milestones
    assert "M4 商城前端 Beta  2026-06-17  31 项" in milestones
    assert "M6 数据迁移演练   2026-07-08  0 项" in milestones
    assert "没有采用：11 个版本名如「v2.0.0」、9 个冲刺、14 个史诗" in milestones
    assert "2/3 变更请求 — jira:MALL 的类型「变更请求」有 5 项，看起来就是：" in changes
    for pair in ("待处理 0 → 已提交", "评估中 1 → 影响评估中", "等待客户 1 → 待客户决定"):
        assert pair in changes
    for pair in ("已批准 0 → 已批准（只作为建议）", "实施中 1 → 实施中", "已关闭 2 → ?"):
        assert pair in changes
    assert "将写入 pmbridge.toml（+28 行，其余不动）：" in diff

    assert desk.config.startswith(before), "what was there stays as it was"
    assert written(desk) == {
        "client": "蓝海零售",
        "name": "会员商城改版",
        "languages": ["zh-CN", "en"],
        "timezone": "Asia/Shanghai",
        "sources": [
            {
                "connection": "jira",
                "project": "MALL|10000",
                "milestones": [
                    {
                        "from": "version",
                        "match": r"^(?P<ref>M\d+)\s",
                        "weight": "points:customfield_10016",
                        "date_is": "plan",
                    }
                ],
                "changes": [
                    {
                        "from": "issue",
                        "where": {"type": "变更请求|10012"},
                        "states": STATES,
                        "impact": {"days": "customfield_10050", "money": "customfield_10051", "currency": "CNY"},
                    }
                ],
            }
        ],
    }
    assert '"10101" = "submitted"  # 待处理' in desk.config, "ids are written, names follow as comments"
    assert 'weight = "points:customfield_10016"  # Story Points' in desk.config


def test_what_was_written_can_be_synced_and_reported(desk: Desk) -> None:
    assert desk.run("engagement", "add", "--source", "jira:MALL", "--client", "蓝海零售", "--yes").code == 0
    assert desk.run("sync").code == 0
    listed = desk.run("status", "--all")
    assert listed.code == 0, listed.talk
    assert all(f"M{n} " in listed.out for n in range(1, 8))


def test_every_answer_has_an_option(desk: Desk) -> None:
    done = desk.run(
        "engagement", "add", "--source", "jira:MALL", "--client", "蓝海零售", "--title", "会员商城", "--name", "lanhai",
        "--milestones", "version", "--date", "forecast", "--weight", "count", "--changes", "变更请求",
        "--state", "已关闭=closed", "--state", "已批准=", "--days-field", "none", "--money-field", "customfield_10051",
        "--currency", "usd", "--languages", "en", "--due", "周四 9:30", "--yes", "--json",
    )  # fmt: skip
    assert done.code == 0, done.talk
    assert json.loads(done.out)["engagement"] == "lanhai"
    found = written(desk)
    assert (found["name"], found["languages"], found["policy"]) == ("会员商城", ["en"], {"weekly_due": "Thu 09:30"})
    (source,) = found["sources"]
    assert source["milestones"] == [{"from": "version", "match": r"^(?P<ref>M\d+)\s", "date_is": "forecast"}]
    (change,) = source["changes"]
    assert change["states"] == {**{key: one for key, one in STATES.items() if key != "10104"}, "10106": "closed"}
    assert change["impact"] == {"money": "customfield_10051", "currency": "USD"}


def test_yes_takes_what_stands_out_and_leaves_open_what_does_not_tell(desk: Desk) -> None:
    done = desk.run("engagement", "add", "--source", "MALL", "--client", "蓝海零售", "--yes")
    assert done.code == 0, done.talk
    found = written(desk, "mall")
    assert found["sources"][0]["changes"][0]["states"] == STATES
    assert found["sources"][0]["milestones"][0]["weight"] == "points:customfield_10016"


def test_yes_lists_what_it_cannot_answer(desk: Desk) -> None:
    before = desk.config
    done = desk.run("engagement", "add", "--source", "jira:MALL", "--yes")
    assert done.code == 2
    assert "错误：「客户名称？」需要回答，但没有终端。\n下一步：加 --client 名称\n" in done.talk
    assert desk.config == before


def test_without_a_terminal_all_open_questions_come_at_once(desk: Desk) -> None:
    done = desk.run("engagement", "add", "--source", "jira:MALL")
    assert done.code == 2
    what, following, _ = done.talk.splitlines()[-3:]
    assert what == (
        "错误：「客户名称？」、「项目名称？」、「简称（命令里用）？」、「用这 7 个？」、「这些日期是什么？」、"
        "「进度按什么算？」、「『已关闭』对应什么？」、「币种？」、「报告语言？」、「周报哪天截止？」需要回答，但没有终端。"
    )
    options = (
        "--client 名称", "--title 名称", "--name 简称", "--milestones version|", "--date plan|", "--weight ",
        '--state "已关闭=', "--currency ", "--languages ", '--due "周五 18:00"',
    )  # fmt: skip
    for option in options:
        assert option in following


def test_without_a_project_the_rest_is_named_too(desk: Desk) -> None:
    done = desk.run("engagement", "add", env={"PMBRIDGE_LANG": "en"})
    assert done.code == 2
    assert done.talk.splitlines()[-2] == (
        "Next: add --source CONN:PROJECT --client NAME --title NAME --name NAME --languages zh|en|zh,en "
        '--due "Fri 18:00" --yes'
    )


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ((), "--source CONN:PROJECT --client NAME"),
        (("--source", "jira:MALL"), "--client NAME"),
        (("--client", "x"), "--source CONN:PROJECT"),
    ],
)
def test_yes_names_all_that_it_cannot_answer(desk: Desk, given: tuple[str, ...], missing: str) -> None:
    done = desk.run("engagement", "add", "--yes", *given, env={"PMBRIDGE_LANG": "en"})
    assert done.code == 2
    assert done.talk.splitlines()[-2] == f"Next: add {missing}"


def test_another_source_of_milestones_can_be_chosen(desk: Desk) -> None:
    with desk.sit_down(
        "engagement", "add", "lanhai", "--source", "jira:MALL", "--client", "x", "--title", "y"
    ) as terminal:
        terminal.answer("用这 7 个？", "e")
        terminal.wait_for("1/3 里程碑 — jira:MALL 中哪些是里程碑？")
        terminal.answer("14 个「史诗」", "type:史诗")
        terminal.answer("进度按什么算？", "")
        terminal.answer("「已关闭」无法判断", "2")
        for _ in range(3):
            terminal.answer()
        terminal.answer("写入？ [Y/n]", "y")
        assert terminal.end() == 0, terminal.screen
    (source,) = written(desk)["sources"]
    assert source["milestones"][0]["where"] == {"type": "史诗|10000"}
    assert source["changes"][0]["states"]["10106"] == "rejected"


def test_no_at_the_end_writes_nothing(desk: Desk) -> None:
    before = desk.config
    with desk.sit_down(
        "engagement", "add", "lanhai", "--source", "jira:MALL", "--client", "x", "--title", "y",
        "--milestones", "none", "--changes", "none", "--languages", "zh", "--due", "Fri 18:00",
    ) as terminal:  # fmt: skip
        terminal.answer("写入？ [Y/n]", "n")
        assert terminal.end() == 0
        assert "未写入任何内容。" in terminal.screen
    assert desk.config == before


def test_ctrl_c_in_the_middle_writes_nothing_to_the_file(desk: Desk) -> None:
    before = desk.config
    with desk.sit_down("engagement", "add", "--source", "jira:MALL") as terminal:
        terminal.wait_for("客户名称？")
        terminal.wait_for("› ")
        terminal.press_ctrl_c()
        assert terminal.end() == 130
        assert "已停止，未写入 pmbridge.toml。" in terminal.screen
    assert desk.config == before


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--source", "jria:MALL"), "没有连接「jria」，现有：jira"),
        (("--source", "jira:"), "写成 连接:项目"),
        (("--milestones", "sprint"), "「sprint」在 jira:MALL 中得不出里程碑，可用：version, type:史诗, none"),
        (("--changes", "Incident"), "jira:MALL 没有类型「Incident」，可用：史诗, 故事,"),
        (("--date", "guess"), "「guess」在此不可用，可用：plan、forecast、ignore"),
        (("--weight", "hours"), "「hours」在此不可用，可用：points:customfield_10016、count"),
        (("--state", "已关闭=done"), "pmbridge 没有状态「done」，可用：draft, submitted"),
        (("--state", "不存在=closed"), "没有状态「不存在」，现有：待处理, 评估中"),
        (("--state", "nonsense"), "写成 状态=含义"),
        (("--money-field", "工时"), "没有已填写的数字字段「工时」，可用：影响费用 (customfield_10051), none"),
        (("--currency", "元"), "请写三个大写字母，如 CNY"),
        (("--languages", "fr"), "请按回车，或回答 zh、en"),
        (("--due", "Friday"), "请写星期和时间，如 周五 18:00"),
        (("--name", "Lan Hai"), "小写字母开头"),
    ],
)
def test_an_option_that_does_not_fit_says_what_would(desk: Desk, args: tuple[str, ...], said: str) -> None:
    before = desk.config
    given = ("--client", "x", *(() if "--source" in args else ("--source", "jira:MALL")))
    done = desk.run("engagement", "add", *given, *args, "--yes")
    assert done.code == 2
    assert said in done.talk
    assert desk.config == before


def test_a_project_that_is_not_there_lists_the_nearest(desk: Desk) -> None:
    done = desk.run("engagement", "add", "--source", "jira:MAL", "--client", "x", "--yes")
    assert done.code in (1, 2)
    assert "MALL" in done.talk


def test_without_a_connection_the_first_step_is_named(desk: Desk) -> None:
    (desk.folder / "pmbridge.toml").write_text("[workspace]\n")
    done = desk.run("engagement", "add")
    assert done.code == 2
    assert done.talk.endswith("下一步：pmbridge connect jira\n[no-connection]\n")


def test_a_refused_token_is_said_as_such(fresh: Desk) -> None:
    done = fresh.run("engagement", "add", "--source", "jira:MALL", "--yes", env={"PMBRIDGE_JIRA_SECRET": "wrong"})
    assert done.code == 3
    assert "[credential-refused]" in done.talk


def test_the_same_short_name_twice_is_refused(desk: Desk) -> None:
    add = ("engagement", "add", "--source", "jira:MALL", "--client", "蓝海零售", "--yes")
    assert desk.run(*add, "--name", "lanhai").code == 0
    done = desk.run(*add, "--name", "lanhai")
    assert done.code == 2
    assert "已有名为「lanhai」的项目" in done.talk
    assert desk.run(*add).code == 0
    assert desk.run(*add).code == 0
    assert {"lanhai", "mall", "mall-2"} <= set(tomllib.loads(desk.config)["engagements"]), "a free name is proposed"


class TestEdit:
    @pytest.fixture(autouse=True)
    def added(self, desk: Desk) -> None:
        add = ("engagement", "add", "lanhai", "--source", "jira:MALL", "--client", "蓝海零售")
        assert desk.run(*add, "--yes").code == 0
        text = desk.config.replace('client = "蓝海零售"', 'client = "蓝海零售"  # since 2019')
        text += "\n[engagements.lanhai.milestones]\nM7 = { weight = 10, final = true }\n"
        (desk.folder / "pmbridge.toml").write_text(text, encoding="utf-8")

    def test_enter_throughout_changes_nothing(self, desk: Desk) -> None:
        before = desk.config
        with desk.sit_down("engagement", "edit") as terminal:
            terminal.answer("客户名称？ [蓝海零售]")
            terminal.answer("项目名称？ [会员商城改版]")
            terminal.answer("jira:MALL 现有 1 条里程碑规则、1 条变更规则。 [Y 保留 / e 重新建议]")
            terminal.answer("语言 zh-CN, en")
            terminal.answer("周报哪天截止？ [周五 18:00]")
            assert terminal.end() == 0
            assert "pmbridge.toml 已是如此，无需写入。" in terminal.screen
        assert desk.config == before

    def test_one_answer_changes_one_line_and_keeps_the_rest(self, desk: Desk) -> None:
        before = desk.config
        done = desk.run("engagement", "edit", "--title", "会员商城二期", "--yes")
        assert done.code == 0, done.talk
        assert desk.config == before.replace('name = "会员商城改版"', 'name = "会员商城二期"')

    def test_a_rule_is_proposed_anew_when_an_option_asks_for_it(self, desk: Desk) -> None:
        done = desk.run("engagement", "edit", "lanhai", "--weight", "count", "--state", "已关闭=closed", "--yes")
        assert done.code == 0, done.talk
        (source,) = written(desk)["sources"]
        assert "weight" not in source["milestones"][0]
        assert source["changes"][0]["states"]["10106"] == "closed"
        assert written(desk)["milestones"] == {"M7": {"weight": 10, "final": True}}
        assert "# since 2019" in desk.config

    def test_an_unknown_engagement_lists_the_nearest(self, desk: Desk) -> None:
        done = desk.run("engagement", "edit", "lanhia", "--yes")
        assert done.code == 1
        assert "相近：lanhai" in done.talk


class TestList:
    def test_in_both_forms(self, desk: Desk) -> None:
        assert "下一步：pmbridge engagement add" in desk.run("engagement", "list").out
        desk.run("engagement", "add", "lanhai", "--source", "jira:MALL", "--client", "蓝海零售", "--yes")
        assert "lanhai" in desk.run("engagement", "list").out
        document = json.loads(desk.run("engagement", "list", "--json").out)
        assert document["engagements"] == [
            {"name": "lanhai", "client": "蓝海零售", "title": "会员商城改版", "sources": ["jira:MALL"]}
        ]
