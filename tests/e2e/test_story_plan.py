"""The story goes on: CR-004 is approved and implemented, and one plan brings it into four tools."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pmbridge.demo import ZONE, Demo
from pmbridge.workspace import Workspace, open_workspace
from pmbridge_cli.played import screen, typed
from pmbridge_jira.sandbox import JiraSandbox
from pmbridge_trello.sandbox import TrelloSandbox
from tests.e2e.test_cli_documents import valid

MONDAY = datetime(2026, 6, 8, 10, 2, tzinfo=ZONE)
RULES = {
    'weight = "points:customfield_10016"\ndate_is = "plan"\n': "write = { date = true }\n",
    'impact = { days = "customfield_10050", days_on = "M7", money = "customfield_10051", currency = "CNY" }\n': (
        'write = { state = true, decision = "internal" }\n'
    ),
    'match = \'^(?P<ref>M[67])\\s\'\nitems = "children"\ndate_is = "plan"\n': "write = { date = true }\n",
}
"""What of the demo's mapping is followed by which rule for writing."""
COPIES = """
[engagements.lanhai.write]
since = 2026-06-08

[[engagements.lanhai.copies]]
concept = "requirement"
from = "register"
to = "trello:会员商城设计"
when = ["baselined"]
match = "页$"
kind = "card"
state = "待设计"
carry = ["title", "description"]
"""
APPROVED = (
    "change decide CR-004 approve --option B --by 张敏 --evidence 张敏-同意方案B.eml --at 2026-06-08T09:12",
    "change implement CR-004 --at 2026-06-08T09:40",
)
TITLE = "优惠券领取页"


@dataclass
class Desk:
    """王工's desk on Monday: the story's workspace, which may write now, and the tools."""

    workspace: Workspace
    demo: Demo

    def type(self, line: str, *, code: int = 0, language: str = "zh-CN") -> str:
        found, shown = screen(self.workspace, shlex.split(line), language=language)
        assert found == code, f"{line}\n{shown}"
        return shown

    def document(self, line: str, *, code: int = 0) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.type(f"{line} --json", code=code))
        valid(told)
        return told

    def sync(self) -> None:
        self.demo.clock.advance(timedelta(minutes=10).total_seconds())
        self.workspace.sync().raise_for_failures()

    @property
    def jira(self) -> JiraSandbox:
        server = self.demo.servers["jira"]
        assert isinstance(server, JiraSandbox)
        return server

    @property
    def trello(self) -> TrelloSandbox:
        server = self.demo.servers["trello"]
        assert isinstance(server, TrelloSandbox)
        return server


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Give the desk just after CR-004 was implemented, each tool read once under the new rules."""
    with Demo(tmp_path / "story", language="zh-CN") as demo:
        demo.tell(typed=typed).workspace.close()
        trello = demo.servers["trello"]
        assert isinstance(trello, TrelloSandbox)
        trello.allow_writing()
        _may_write(demo.workspace_folder / "pmbridge.toml")
        demo.clock.set(MONDAY)
        for server in demo.servers.values():
            server.play(MONDAY)
        with open_workspace(demo.workspace_folder, lang="zh-CN", clock=demo.clock) as workspace:
            made = Desk(workspace=workspace, demo=demo)
            made.sync()
            (demo.workspace_folder / "张敏-同意方案B.eml").write_text(
                "From: zhangmin@lanhai.example\n\nCR-004 同意方案 B", "utf-8"
            )
            for line in APPROVED:
                made.type(line.replace("张敏-同意方案B.eml", str(demo.workspace_folder / "张敏-同意方案B.eml")))
            yield made


def _may_write(config: Path) -> None:
    text = config.read_text("utf-8")
    for before, rule in RULES.items():
        assert text.count(before) == 1, before
        text = text.replace(before, before + rule)
    text += COPIES
    for tool in ("jira", "trello", "worktile"):
        text = text.replace(f"[connections.{tool}]\n", f"[connections.{tool}]\nread_only = false\n")
    config.write_text(text, "utf-8")


def test_an_approved_change_reaches_four_tools_by_one_plan_once(desk: Desk) -> None:
    """One day, told in its order: the plan, what carrying it out does, and what people do afterwards."""
    _five_entries(desk)
    _carried_out(desk)
    _a_card_that_somebody_works_on_is_theirs(desk)


def _five_entries(desk: Desk) -> None:
    for server in desk.demo.servers.values():
        server.requests.clear()
    shown = desk.type("plan").splitlines()
    assert all(server.requests == [] for server in desk.demo.servers.values()), "a plan asks and sends nothing"
    task = next(one.strip() for one in shown if one.startswith("    https://"))
    assert shown[1:] == [
        "Jira M5 支付与对账  来自 CR-003",
        "  ~ 日期  2026-06-26 → 2026-07-01",
        "Jira MALL-231 小程序优惠券  来自 CR-004",
        "  ~ 状态  等待客户 → 实施中",
        "Jira MALL-231 小程序优惠券  来自 CR-004",
        "  + 评论  「客户决定（CD-068）：批准方案 B，CNY 15,000.00，0 个工作日。张敏 2026-06-08」",
        "Worktile #2 M7 上线  来自 CR-003  手动  Worktile 的开放接口没有公开「修改任务」，需要人工在 Worktile 中操作。",
        "  ~ 日期  2026-07-10 → 2026-07-15",
        f"    {task}",
        "Trello 优惠券领取页  来自 CR-004",
        "  + 标题  优惠券领取页",
        "  + 说明  「优惠券领取页按《需求规格说明书》第 52 节实现。」",
        "  + 状态  待设计",
        "未列入  CR-005 状态：双方不同（under_assessment / 已批准）",
        "合计：修改 2 · 新建 2 · 手动 1；未列入 1，见 pmbridge conflicts",
        "下一步：pmbridge apply 1",
    ]
    assert shown[0] == "计划 1（06-08 10:12），5 处：新建 1 · 修改 1 · 转换 1 · 评论 1 · 手动 1"
    assert task.startswith("https://qingchuan.worktile.com/mission/")
    english = desk.type("plan show", language="en").splitlines()
    assert english[-2] == "In all: changed 2 · new 2 · by hand 1"


def _carried_out(desk: Desk) -> None:
    done = desk.document("apply 1")
    assert [(one["ref"], one["verb"], one["state"]) for one in done["entries"]] == [
        ("M5", "update", "applied"),
        ("CR-004", "transition", "applied"),
        ("CR-004", "comment", "applied"),
        ("M7", "update", "manual"),
        ("REQ-52", "create", "applied"),
    ]
    (card,) = [one for one in desk.trello.store.cards.values() if one.name == TITLE]
    assert desk.trello.store.lists[card.in_list].name == "待设计"
    desk.sync()
    left = desk.document("plan")
    assert [(one["ref"], one["verb"], one["state"]) for one in left["entries"]] == [("M7", "update", "manual")]
    desk.document("apply 1")
    assert [one.name for one in desk.trello.store.cards.values()].count(TITLE) == 1


def _a_card_that_somebody_works_on_is_theirs(desk: Desk) -> None:
    """Where a card stands in the design is the designers' word; its title is what the client agreed on."""
    (card,) = [one for one in desk.trello.store.cards.values() if one.name == TITLE]
    (doing,) = [one.id for one in desk.trello.store.lists.values() if one.name == "设计中"]
    desk.demo.clock.advance(3600)
    desk.trello.store.edit_card(card, in_list=doing, name="优惠券领取页（手机）")
    desk.sync()
    again = desk.document("plan")
    assert [one["ref"] for one in again["entries"]] == ["M7"]
    assert [(one["ref"], one["field"], one["kind"]) for one in again["left_out"] if one["ref"] != "CR-005"] == [
        ("REQ-52", "title", "drift")
    ]
    assert card.name == "优惠券领取页（手机）"
