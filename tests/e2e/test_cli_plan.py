"""`pmbridge plan` shows every write before it happens, and `pmbridge apply` carries out exactly these."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pmbridge.planning import apply_plan, make_plan
from pmbridge.testing.clock import FakeClock
from pmbridge.testing.faults import Fault, What
from pmbridge.workspace import open_workspace
from pmbridge_jira.sandbox import JiraSandbox
from tests.e2e.desk import Desk
from tests.e2e.office import Office
from tests.e2e.test_cli_conflicts import ASSESSMENT, SIX, done
from tests.e2e.test_cli_documents import valid

RULES = {
    'states = { "10101" = "submitted", "10102" = "under_assessment", "10103" = "awaiting_decision" }': (
        'states = { "10101" = "submitted", "10102" = "under_assessment", "10103" = "awaiting_decision", '
        '"10104" = "approved", "10105" = "implementing" }\n'
        'write = { state = true, decision = "internal", create = true }'
    ),
    'date_is = "plan"': 'date_is = "plan"\nwrite = { date = true }',
}
DELAY = ASSESSMENT.replace(
    '{ dimension = "schedule", finding = "none", rationale = "不影响里程碑" }',
    '{ dimension = "schedule", finding = "quantified", schedule = { milestone = "M5", delta_wd = 3 } }',
)


@pytest.fixture
def jira() -> Iterator[JiraSandbox]:
    """A Jira at 18:00 on Friday."""
    with JiraSandbox(FakeClock(SIX)) as sandbox:
        sandbox.play(SIX)
        yield sandbox


@pytest.fixture
def office(tmp_path: Path, jira: JiraSandbox) -> Office:
    made = Office(folder=tmp_path / "desk", command="")
    made.settle(jira, language="zh-CN", read_only=False)
    config = made.folder / "pmbridge.toml"
    text = config.read_text("utf-8").replace("read_only = true", "read_only = false")
    for before, after in RULES.items():
        assert before in text
        text = text.replace(before, after)
    config.write_text(text, "utf-8")
    made.read()
    return made


@pytest.fixture
def desk(office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """A register with a schedule, a client who may decide, and CR-004 adopted from MALL-231, awaiting the decision."""
    made = Desk(folder=office.folder, command="", patch=monkeypatch, capture=capsys)
    (made.folder / "来信.eml").write_text("From: zhangmin@lanhai.example\n\n同意", encoding="utf-8")
    (made.folder / "评估.toml").write_text(DELAY, encoding="utf-8")
    may = ("--may", "change", "--may", "milestones", "--limit", "CNY 20000.00", "--days", "5")
    at, mail = ("--at", "2026-06-04T18:00"), ("--evidence", "来信.eml")
    done(made, "contact", "add", "--name", "张敏", *may, *at, *mail)
    done(made, "milestone", "agree", "--all", "--final", "M7", "--by", "张敏", *at, *mail)
    request = (
        "--title",
        "小程序优惠券",
        "--description",
        "优惠券",
        "--reason",
        "运营",
        "--by",
        "张敏",
        "--via",
        "email",
    )
    done(made, "change", "submit", "--ref", "CR-004", *request, *mail, "--at", "2026-06-04T19:00")
    done(made, "change", "adopt", "CR-004", "--item", "MALL-231", "--at", "2026-06-04T19:00")
    done(made, "change", "assess", "CR-004", "--from", "评估.toml", "--at", "2026-06-04T20:00")
    sent = ("--need-by", "2026-12-09", "--valid-until", "2026-12-12", *mail)
    done(made, "change", "send", "CR-004", *sent, "--at", "2026-06-04T21:00")
    return made


def implement(desk: Desk) -> None:
    said = ("--option", "A", "--by", "张敏", "--evidence", "来信.eml")
    done(desk, "change", "decide", "CR-004", "approve", *said, "--at", "2026-06-05T09:00")
    done(desk, "change", "implement", "CR-004", "--at", "2026-06-05T09:30")


def planned(desk: Desk) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(done(desk, "plan", "--json"))
    valid(document)
    return document


def applied(desk: Desk, number: int, code: int = 0) -> dict[str, Any]:
    found = desk.run("apply", str(number), "--json")
    assert found.code == code, found.talk + found.out
    document: dict[str, Any] = json.loads(found.out)
    valid(document)
    return document


def writes(jira: JiraSandbox) -> list[str]:
    """Return the requests that change something, searches apart."""
    return [
        f"{one.method} {one.path}"
        for one in jira.requests
        if one.method in ("PUT", "DELETE") or (one.method == "POST" and "/search" not in one.path)
        if "bulkfetch" not in one.path and "changelog" not in one.path
    ]


def test_what_was_decided_reaches_jira_by_exactly_the_plan_and_once(
    desk: Desk, office: Office, jira: JiraSandbox
) -> None:
    assert planned(desk)["entries"] == []
    implement(desk)
    jira.requests.clear()
    shown = done(desk, "plan")
    assert jira.requests == [], "a plan asks and sends nothing"
    assert "Jira M5 支付与对账  来自 CR-004\n  ~ 日期  2026-06-26 → 2026-07-01" in shown
    assert "Jira MALL-231 小程序优惠券  来自 CR-004\n  ~ 状态  等待客户 → 实施中" in shown
    assert "批准方案 A，3 个工作日。张敏 2026-06-05" in shown
    assert shown.splitlines()[-1] == "下一步：pmbridge apply 2"
    assert done(desk, "plan", "show", "2") == shown
    document = json.loads(done(desk, "plan", "show", "--json"))
    valid(document)
    (due,) = document["entries"][0]["fields"]
    assert (due["base"], due["ours"], due["theirs"]) == ("2026-06-26", "2026-07-01", "2026-06-26")

    done_now = applied(desk, 2)
    assert [one["state"] for one in done_now["entries"]] == ["applied"] * 3
    assert len(writes(jira)) == 3
    office.read()
    assert planned(desk)["entries"] == [], "our own writes bring no echo"
    applied(desk, 2)
    assert len(writes(jira)) == 3, "again sends nothing"


def test_what_somebody_edited_since_is_refused_and_the_rest_goes_on(
    desk: Desk, office: Office, jira: JiraSandbox
) -> None:
    implement(desk)
    plan = planned(desk)
    jira.world.edit(office.issue("MALL-231"), state="10102")
    refused = applied(desk, plan["plan"], code=4)
    states = {one["verb"]: one["state"] for one in refused["entries"]}
    assert states == {"update": "applied", "transition": "stale", "comment": "applied"}
    assert refused["next"] == "pmbridge plan"
    office.read()
    again = planned(desk)
    assert again["entries"] == []
    assert [(one["ref"], one["field"], one["kind"]) for one in again["left_out"]] == [("CR-004", "state", "merge")]


def test_a_difference_settled_as_keep_is_put_right_by_the_next_plan(
    desk: Desk, office: Office, jira: JiraSandbox
) -> None:
    implement(desk)
    applied(desk, planned(desk)["plan"])
    jira.world.edit(office.issue("MALL-231"), state="10103")
    office.read()
    assert planned(desk)["entries"] == [], "somebody took it back: that is not overwritten"
    listed = json.loads(done(desk, "conflicts", "list", "--json"))["conflicts"]
    (number,) = [one["ref"] for one in listed if (one["record"], one["field"]) == ("CR-004", "state")]
    done(desk, "conflicts", "settle", number, "keep")
    plan = planned(desk)
    (state,) = [one for one in plan["entries"] if one["verb"] == "transition"]
    assert state["fields"][0]["sends"] == "实施中"
    assert plan["left_out"] == []
    applied(desk, plan["plan"])
    office.read()
    assert planned(desk)["entries"] == []
    assert json.loads(done(desk, "conflicts", "list", "--json"))["conflicts"] == []


def test_a_value_that_somebody_enters_once_more_is_not_overwritten_by_the_old_settlement(
    desk: Desk, office: Office, jira: JiraSandbox
) -> None:
    implement(desk)
    applied(desk, planned(desk)["plan"])
    for _ in range(2):
        jira.world.edit(office.issue("MALL-231"), state="10103")
        office.read()
        assert planned(desk)["entries"] == []
        listed = json.loads(done(desk, "conflicts", "list", "--json"))["conflicts"]
        (number,) = [one["ref"] for one in listed if (one["record"], one["field"]) == ("CR-004", "state")]
        done(desk, "conflicts", "settle", number, "keep")
        applied(desk, planned(desk)["plan"])


def test_a_tool_that_followed_part_of_the_way_is_taken_further(desk: Desk, office: Office, jira: JiraSandbox) -> None:
    assert planned(desk)["entries"] == []
    implement(desk)
    jira.world.edit(office.issue("MALL-231"), state="10104")  # "approved", which the register has passed since
    office.read()
    (entry,) = [one for one in planned(desk)["entries"] if one["verb"] == "transition"]
    assert (entry["fields"][0]["theirs"], entry["fields"][0]["sends"]) == ("已批准", "实施中")


def test_a_change_that_came_by_mail_is_made_in_jira_once(desk: Desk, office: Office, jira: JiraSandbox) -> None:
    request = ("--title", "夜间模式", "--description", "深色主题", "--reason", "运营", "--by", "张敏", "--via", "email")
    done(desk, "change", "submit", "--ref", "CR-009", *request, "--evidence", "来信.eml", "--at", "2026-06-05T09:00")
    plan = planned(desk)
    (create,) = plan["entries"]
    assert (create["verb"], create["ref"], create["title"]) == ("create", "CR-009", "夜间模式")
    applied(desk, plan["plan"])
    (link,) = json.loads(done(desk, "change", "show", "CR-009", "--json"))["links"]
    assert "/browse/MALL-" in link["url"]
    jira.clock.advance(3600)
    office.read()
    assert planned(desk)["entries"] == []
    with open_workspace(office.folder) as workspace:
        (source,) = workspace.engagement().observed()
        assert [one.title for one in source.items].count("夜间模式") == 1
        assert "夜间模式" not in [one.title.zh for one in workspace.engagement().changes if one.observed]


def test_a_connection_that_is_only_read_is_sent_nothing(desk: Desk, office: Office, jira: JiraSandbox) -> None:
    config = office.folder / "pmbridge.toml"
    config.write_text(config.read_text("utf-8").replace("read_only = false", "read_only = true"), "utf-8")
    implement(desk)
    shown = done(desk, "plan")
    assert shown.splitlines()[-1] == "下一步：pmbridge connect jira --write"
    jira.requests.clear()
    refused = applied(desk, 1, code=4)
    assert {one["state"] for one in refused["entries"]} == {"blocked"}
    assert jira.requests == []


def test_a_plan_under_another_mapping_is_refused_whole(desk: Desk, office: Office, jira: JiraSandbox) -> None:
    implement(desk)
    number = planned(desk)["plan"]
    config = office.folder / "pmbridge.toml"
    config.write_text(config.read_text("utf-8").replace("create = true", "create = false"), "utf-8")
    jira.requests.clear()
    found = desk.run("apply", str(number))
    assert found.code == 1
    assert "对应关系" in found.talk
    assert "下一步：pmbridge plan" in found.talk
    assert writes(jira) == []


def test_without_a_terminal_a_plan_must_be_named(desk: Desk) -> None:
    none = desk.run("apply")
    assert none.code == 1
    assert none.talk.splitlines()[:2] == ["错误：lanhai 还没有计划。", "下一步：pmbridge plan"]
    assert planned(desk)["plan"] == 1
    unnamed = desk.run("apply")
    assert unnamed.code == 2
    assert unnamed.talk.splitlines()[:2] == [
        "错误：计划 1 未执行：没有可供确认的终端，也没有写明计划编号。",
        "下一步：pmbridge apply 1",
    ]
    for args, code, said in (
        (("apply", "7"), 1, "没有 7（lanhai 的计划）。"),
        (("apply", "x"), 2, "「x」不是计划的编号。"),
        (("plan", "show", "x"), 2, "「x」不是计划的编号。"),
        (("plan", "list"), 2, "plan 后面不写内容，或写 show 和计划编号；「list」不对。"),
    ):
        found = desk.run(*args)
        assert found.code == code
        assert found.talk.splitlines()[:2] == [f"错误：{said}", "下一步：pmbridge plan show"]
    english = desk.run("apply", "--lang", "en").talk.splitlines()[0]
    assert english.startswith("Error: Plan 1 was not applied: there is no terminal to confirm it on")


@pytest.mark.parametrize("what", ["lost_after", "lost_before", "late"])
def test_a_lost_answer_makes_no_second_issue_in_jira(desk: Desk, office: Office, jira: JiraSandbox, what: What) -> None:
    request = ("--title", "夜间模式", "--description", "深色主题", "--reason", "运营", "--by", "张敏", "--via", "email")
    done(desk, "change", "submit", "--ref", "CR-009", *request, "--evidence", "来信.eml", "--at", "2026-06-05T09:00")
    jira.faults.add(Fault(call="POST /rest/api/3/issue", what=what, retry_after=30))
    with open_workspace(office.folder, clock=jira.clock) as workspace:
        engagement = workspace.engagement()
        last = apply_plan(workspace, engagement, make_plan(workspace, engagement))
        assert last.doubtful == 1
        for _ in range(3):
            jira.clock.advance(3600)
            workspace.sync().raise_for_failures()
            last = apply_plan(workspace, engagement, make_plan(workspace, engagement))
        assert (last.doubtful, last.plan.entries) == (0, ())
        (source,) = engagement.observed()
        made = [one for one in source.items if one.title == "夜间模式"]
        assert len(made) == 1
        (link,) = [one for one in workspace.store.writings.links("jira") if one.ref == "CR-009"]
        assert link.record == made[0].id
