"""What a tool says binds nobody: an "Approved" in Jira is a difference under a number, settled by a person."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pmbridge.testing.clock import FakeClock
from pmbridge.values import RecordId
from pmbridge_jira.sandbox import JiraSandbox
from tests.e2e.desk import Desk
from tests.e2e.office import Office
from tests.e2e.test_cli_documents import valid

SIX = datetime(2026, 6, 5, 10, 0, tzinfo=UTC)
OPEN, APPROVED, IMPLEMENTING = "10101", "10104", "10105"
ALL_STATES = (
    '"10103" = "awaiting_decision" }',
    '"10103" = "awaiting_decision", "10104" = "approved", "10105" = "implementing" }',
)
ASSESSMENT = """
recommended = "A"
do_nothing = "活动期无优惠券"
[[options]]
key = "A"
title = "仅领取"
lines = [
  { dimension = "scope", finding = "none", rationale = "需求不变" },
  { dimension = "schedule", finding = "none", rationale = "不影响里程碑" },
  { dimension = "budget", finding = "none", rationale = "不收费" },
]
"""


@pytest.fixture
def jira() -> Iterator[JiraSandbox]:
    """A Jira at 18:00, when somebody has just set MALL-240 to "已批准"."""
    with JiraSandbox(FakeClock(SIX)) as sandbox:
        sandbox.play(SIX)
        yield sandbox


@pytest.fixture
def office(tmp_path: Path, jira: JiraSandbox) -> Office:
    made = Office(folder=tmp_path / "desk", command="")
    made.settle(jira, language="zh-CN")
    config = made.folder / "pmbridge.toml"
    config.write_text(config.read_text("utf-8").replace(*ALL_STATES), "utf-8")
    made.read()
    return made


@pytest.fixture
def desk(office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    made = Desk(folder=office.folder, command="", patch=monkeypatch, capture=capsys)
    (made.folder / "来信.eml").write_text("From: zhangmin@lanhai.example\n\n请评估", encoding="utf-8")
    (made.folder / "评估.toml").write_text(ASSESSMENT, encoding="utf-8")
    submitted(made, "CR-005", "会员等级调整", "MALL-240")
    return made


def done(desk: Desk, *args: str) -> str:
    found = desk.run(*args)
    assert found.code == 0, found.talk
    return found.out


def submitted(desk: Desk, ref: str, title: str, key: str) -> None:
    request = ("--title", title, "--description", title, "--reason", "运营", "--by", "王工", "--via", "email")
    done(desk, "change", "submit", "--ref", ref, *request, "--at", "2026-06-04T19:00")
    done(desk, "change", "adopt", ref, "--item", key, "--at", "2026-06-04T19:00")


def conflicts(desk: Desk, *more: str) -> list[dict[str, object]]:
    document = json.loads(done(desk, "conflicts", "list", "--json", *more))
    valid(document)
    found: list[dict[str, object]] = document["conflicts"]
    return found


def state(desk: Desk, ref: str) -> str:
    found: str = json.loads(done(desk, "change", "show", ref, "--json"))["state"]
    return found


def test_approved_in_jira_is_a_difference_and_no_approval(desk: Desk) -> None:
    assert state(desk, "CR-005") == "submitted"
    lines = done(desk, "conflicts").splitlines()
    assert lines[0].split() == ["#", "类别", "对象", "我们", "工具", "始于"]
    assert lines[1].split() == ["D-01", "不一致", "CR-005", "状态", "已提交", "Jira「已批准」", "06-05"]
    valid(json.loads(done(desk, "conflicts", "show", "D-01", "--json")))
    valid(json.loads(done(desk, "change", "show", "CR-005", "--json")))
    valid(json.loads(done(desk, "change", "list", "--json")))
    assert "D-01 Jira 写「已批准」，登记册是「已提交」" in done(desk, "next")
    shown = done(desk, "conflicts", "show", "d1")
    assert "/browse/MALL-240" in shown
    assert shown.splitlines()[-1] == "下一步：pmbridge conflicts settle D-01 keep"


def test_a_change_that_awaits_the_client_still_does_when_jira_says_approved(
    desk: Desk, office: Office, jira: JiraSandbox
) -> None:
    submitted(desk, "CR-004", "小程序优惠券", "MALL-231")
    done(desk, "change", "assess", "CR-004", "--from", "评估.toml", "--at", "2026-06-04T20:00")
    sent = ("--need-by", "2026-12-09", "--valid-until", "2026-12-12", "--evidence", "来信.eml")
    done(desk, "change", "send", "CR-004", *sent, "--at", "2026-06-04T21:00")
    assert [one["record"] for one in conflicts(desk)] == ["CR-005"]
    jira.world.edit(office.issue("MALL-231"), state=APPROVED)
    office.read()
    assert state(desk, "CR-004") == "awaiting_decision"
    found = {str(one["record"]): one for one in conflicts(desk)}
    assert (found["CR-004"]["ours"], found["CR-004"]["theirs"]) == ("待客户决定", "Jira「已批准」")
    take = desk.run("conflicts", "settle", str(found["CR-004"]["ref"]), "take")
    assert take.code == 1
    assert "「已批准」不能从工具取得" in take.talk
    assert "pmbridge change decide CR-004" in " ".join(take.talk.split())
    assert state(desk, "CR-004") == "awaiting_decision"


def test_a_number_stays_with_its_difference(desk: Desk, office: Office, jira: JiraSandbox) -> None:
    assert [one["ref"] for one in conflicts(desk)] == ["D-01"]
    jira.world.edit(office.issue("MALL-240"), state=OPEN)
    office.read()
    assert conflicts(desk) == []
    submitted(desk, "CR-003", "积分商城并入首期", "MALL-163")
    assert [(one["ref"], one["record"]) for one in conflicts(desk)] == [("D-02", "CR-003")]
    jira.world.edit(office.issue("MALL-240"), state=APPROVED)
    office.read()
    assert [(one["ref"], one["record"]) for one in conflicts(desk)] == [("D-01", "CR-005"), ("D-02", "CR-003")]


def test_ignoring_needs_a_reason_and_holds_for_what_was_seen(desk: Desk, office: Office, jira: JiraSandbox) -> None:
    valid(json.loads(desk.run("conflicts", "settle", "D-01", "ignore", "--json").out))
    bare = desk.run("conflicts", "settle", "D-01", "ignore")
    assert bare.code == 1
    assert "--reason" in bare.talk
    assert desk.run("conflicts", "settle", "D-01", "ignore", "--reason", "口头说过", "--until", "2026-06-12").code == 1
    ignored = done(
        desk, "conflicts", "settle", "D-01", "ignore", "--reason", "口头说过，等邮件", "--until", "2099-06-12"
    )
    assert ignored.splitlines()[0] == "D-01：已忽略。"
    assert "D-01" not in done(desk, "next")
    assert done(desk, "conflicts").splitlines() == ["另有 1 条已处理（--all）"]
    assert conflicts(desk, "--all")[0]["settled"] == "ignore"
    jira.world.edit(office.issue("MALL-240"), state=IMPLEMENTING)
    office.read()
    assert [(one["ref"], one["settled"]) for one in conflicts(desk)] == [("D-01", None)]
    assert done(desk, "conflicts", "settle", "D-01", "keep").splitlines()[0] == "D-01：以我们为准，工具待改回。"
    valid(json.loads(done(desk, "conflicts", "settle", "D-01", "keep", "--json")))


def test_work_on_a_change_that_nobody_approved_is_found_and_may_become_a_change(
    desk: Desk, office: Office, jira: JiraSandbox
) -> None:
    jira.world.edit(office.issue("MALL-245"), state="in_progress")
    office.read()
    found = [one for one in conflicts(desk) if one["kind"] == "unauthorised"]
    assert [(one["record"], one["what"], one["ours"], one["theirs"]) for one in found] == [
        ("CR-005", "MALL-245 已开工", "属于未批准的 CR-005", "进行中")
    ]
    ref = str(found[0]["ref"])
    assert desk.run("conflicts", "settle", ref, "take").code == 1
    assert desk.run("conflicts", "settle", "D-01", "raise").code == 1
    raised = done(desk, "conflicts", "settle", ref, "raise").splitlines()
    assert raised == [f"{ref}：已为它起草变更请求（CR-006）。", "下一步：pmbridge change submit CR-006"]
    assert state(desk, "CR-006") == "draft"


def test_a_title_that_was_changed_in_the_tool_is_told_with_what_both_said(
    desk: Desk, office: Office, jira: JiraSandbox
) -> None:
    jira.world.edit(office.issue("MALL-240"), title="会员等级调整（简版）")
    office.read()
    (one,) = [one for one in conflicts(desk) if one["field"] == "title"]
    assert (one["kind"], one["ours"], one["theirs"]) == ("inconsistent", "会员等级调整", "会员等级调整（简版）")
    assert one["base"] == "会员等级调整"
    # What was submitted is worded as the client saw it; a title is taken only into a draft.
    assert desk.run("conflicts", "settle", str(one["ref"]), "take").code == 1


def test_the_title_of_a_draft_is_taken_from_the_tool(desk: Desk, office: Office, jira: JiraSandbox) -> None:
    done(desk, "change", "adopt", "MALL-231", "--ref", "CR-004")
    jira.world.edit(office.issue("MALL-231"), title="小程序优惠券（简版）")
    office.read()
    (one,) = [one for one in conflicts(desk) if one["field"] == "title"]
    done(desk, "conflicts", "settle", str(one["ref"]), "take")
    fields = json.loads(done(desk, "change", "show", "CR-004", "--json"))["fields"]
    assert fields["title"]["zh"] == "小程序优惠券（简版）"
    assert [one for one in conflicts(desk) if one["field"] == "title"] == []


@pytest.mark.parametrize(
    ("args", "code", "said", "step"),
    [
        ("show D-99", 1, "没有 D-99（不一致）。现有：D-01。", ""),
        ("show", 2, "show 后面要写一条不一致的编号，如 D-01。", ""),
        ("list D-01", 2, "多出「D-01」。", ""),
        ("drop", 2, "conflicts 后面写 list、show 或 settle，没有「drop」。", ""),
        ("settle D-01", 2, "D-01 怎样处理？写其中之一：keep、take、raise、ignore。", " show D-01"),
        ("settle D-01 overwrite", 2, "D-01 怎样处理？写其中之一：keep、take、raise、ignore。", " show D-01"),
        ("settle D-01 ignore --reason x --until someday", 1, "--until「someday」不是日期",
            " settle D-01 ignore --reason TEXT --until 06-12"),
    ],
)  # fmt: skip
def test_what_is_no_difference_or_no_way_to_settle_it_is_refused(
    desk: Desk, args: str, code: int, said: str, step: str
) -> None:
    found = desk.run("conflicts", *args.split())
    assert found.code == code
    assert found.talk.splitlines()[:2] == [f"错误：{said}", f"下一步：pmbridge conflicts{step}"]


def test_without_differences_there_is_nothing_to_settle(desk: Desk, office: Office, jira: JiraSandbox) -> None:
    jira.world.edit(RecordId(kind="issue", external_id=office.issue("MALL-240").external_id), state=OPEN)
    office.read()
    assert done(desk, "conflicts").splitlines() == ["工具和登记册一致。"]
