"""From what Jira shows to what was agreed with the client: adopting, baseline 0, and taking a decision back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pmbridge.workspace import open_workspace
from pmbridge_jira.sandbox import JiraSandbox
from tests.e2e.desk import Desk, a_jira
from tests.e2e.office import Office
from tests.e2e.test_cli_documents import valid

# Jira had released these before anybody looked, so it does not say what was planned.
REACHED = ("--on", "M1=2026-04-17", "--on", "M2=2026-05-08", "--on", "M3=2026-05-29")
FINAL = "[engagements.lanhai.milestones.M7]\nfinal = true\n"
GRANT = ("--may", "requirements,goals,milestones,change,acceptance", "--evidence", "授权邮件.eml", "--at", "2026-04-07")


@pytest.fixture(scope="module")
def jira() -> Iterator[JiraSandbox]:
    with a_jira() as jira:
        yield jira


@pytest.fixture
def desk(
    tmp_path: Path, jira: JiraSandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Desk:
    office = Office(folder=tmp_path / "desk", command="")
    office.settle(jira, language="zh-CN")
    config = office.folder / "pmbridge.toml"
    config.write_text(config.read_text("utf-8") + FINAL, "utf-8")
    office.read()
    made = Desk(folder=office.folder, command="", patch=monkeypatch, capture=capsys)
    (made.folder / "授权邮件.eml").write_text("From: zhangmin@lanhai.example\n\n授权", encoding="utf-8")
    (made.folder / "启动会纪要.pdf").write_bytes(b"%PDF-1.7 minutes")
    return made


def adopted(desk: Desk) -> None:
    done = desk.run("milestone", "adopt", "--all", "--at", "2026-04-07", *REACHED)
    assert done.code == 0, done.talk
    assert done.out.splitlines()[0] == "已拟定 7 个：M1–M7。双方确认之前不作为约定。"


def agreed(desk: Desk, *more: str) -> list[str]:
    assert desk.run("contact", "add", "张敏", *GRANT, "--limit", "CNY 20000.00").code == 0
    done = desk.run(
        *("milestone", "agree", "--all", "--by", "张敏", "--evidence", "meeting_minute:启动会纪要.pdf"),
        *("--at", "2026-04-07", *more),
    )
    assert done.code == 0, done.talk
    return done.out.splitlines()


def test_all_recognised_milestones_become_proposed_ones_with_their_records(desk: Desk) -> None:
    adopted(desk)
    shown = json.loads(desk.run("milestone", "show", "M4", "--json").out)
    assert (shown["state"], shown["fields"]["proposed_on"]) == ("proposed", "2026-06-17")
    assert [(one["connection"], one["kind"]) for one in shown["links"]] == [("jira", "version")]
    assert "没有" not in desk.run("milestone", "list").out
    assert "都已在登记册中" in desk.run("milestone", "adopt", "--all").out
    agree = "下一步：pmbridge milestone agree --all --by CONTACT --evidence FILE"
    assert desk.run("milestone", "adopt", "--all").out.splitlines()[-1] == agree
    valid(json.loads(desk.run("milestone", "adopt", "--all", "--json").out))


def test_agreeing_writes_baseline_0_from_the_tools_dates_and_says_what_it_rests_on(desk: Desk) -> None:
    adopted(desk)
    lines = agreed(desk, "--on", "M7=2026-07-10", "--on", "m4=2026-06-12")
    assert lines[0] == "进度基线 0 已建立：7 个里程碑，最终里程碑 M7 2026-07-10。"
    assert lines[1].startswith("依据：张敏 2026-04-07，启动会纪要.pdf（已复制，sha256 ")
    assert "此后改期需要已批准的变更请求" in lines[2]
    with open_workspace(desk.folder) as workspace:
        view = workspace.engagement().view()
        found = view.milestone("M4")
        assert found is not None
        assert (found.original.value_or(None), found.plan.value_or(None)) == (found.plan.value_or(None),) * 2
        assert str(found.plan.value_or(None)) == "2026-06-12"
        assert not found.provisional
        m5 = view.milestone("M5")
        assert m5 is not None
        assert str(m5.plan.value_or(None)) == "2026-06-26"


def test_agreeing_adopts_what_nobody_adopted(desk: Desk) -> None:
    lines = agreed(desk, *REACHED)
    assert lines[0] == "进度基线 0 已建立：7 个里程碑，最终里程碑 M7 2026-07-15。"
    assert desk.run("milestone", "adopt", "--all").out.splitlines()[-1] == "下一步：pmbridge next"


def test_what_has_no_plan_date_is_named_and_left_out(desk: Desk) -> None:
    done = desk.run("milestone", "adopt", "--all")
    assert done.out.splitlines()[1] == "M1–M3 未纳入：没有计划日期。请用 --on M1=日期 给出"


def test_agreeing_without_authority_or_twice_is_refused_and_adopts_nothing(desk: Desk) -> None:
    done = desk.run("milestone", "agree", "--all", "--by", "张敏", "--evidence", "授权邮件.eml")
    assert done.code == 1
    assert "拒绝" in done.talk
    assert "还没有里程碑" in desk.run("milestone", "list").out
    agreed(desk)
    again = desk.run("milestone", "agree", "--all", "--by", "张敏", "--evidence", "授权邮件.eml")
    valid(json.loads(desk.run("milestone", "agree", "--all", "--by", "张敏", "--json").out))
    assert again.code == 1
    assert "进度基线 0 已建立" in again.talk


@pytest.mark.parametrize(
    ("on", "said"), [("M9=2026-07-10", "M9"), ("M7=tomorrow", "M7=tomorrow"), ("2026-07-10", "2026-07-10")]
)
def test_another_date_for_what_there_is_not_is_refused(desk: Desk, on: str, said: str) -> None:
    assert desk.run("contact", "add", "张敏", *GRANT).code == 0
    done = desk.run("milestone", "agree", "--all", "--by", "张敏", "--evidence", "授权邮件.eml", "--on", on)
    assert done.code == 1
    assert said in done.talk
    assert "还没有里程碑" in desk.run("milestone", "list").out


def test_a_change_is_made_of_what_jira_shows_and_linked_to_it(desk: Desk) -> None:
    valid(json.loads(desk.run("change", "adopt", "MALL-240", "--json").out))
    done = desk.run("change", "adopt", "MALL-231", "--ref", "CR-004")
    assert done.code == 0, done.talk
    assert done.out.splitlines()[0] == "CR-004 小程序优惠券：草稿。"
    shown = json.loads(desk.run("change", "show", "CR-004", "--json").out)
    assert shown["links"][0]["key"] == "MALL-231"
    with open_workspace(desk.folder) as workspace:
        changes = workspace.engagement().view().changes
        assert [one.ref for one in changes if one.title.zh == "小程序优惠券"] == ["CR-004"]
    twice = desk.run("change", "adopt", "MALL-231")
    assert twice.code == 1
    assert "已属于 CR-004" in twice.talk


def test_a_record_that_exists_is_linked_by_place_or_key(desk: Desk) -> None:
    request = ("--title", "小程序优惠券", "--description", "发券", "--reason", "引流", "--by", "王工", "--via", "phone")
    assert desk.run("change", "submit", *request).code == 0
    assert desk.run("change", "adopt", "cr-1", "--item", "MALL-231").code == 0
    [link] = json.loads(desk.run("change", "show", "CR-001", "--json").out)["links"]
    assert (link["connection"], link["kind"], link["key"]) == ("jira", "issue", "MALL-231")
    elsewhere = desk.run("change", "adopt", "CR-001", "--item", "jira:issue:999999")
    assert elsewhere.code == 0
    assert desk.run("change", "adopt", "CR-001", "--item", "trello:card:1").code == 1


def test_what_no_tool_shows_cannot_be_adopted(desk: Desk) -> None:
    done = desk.run("change", "adopt", "MALL-9999")
    assert done.code == 1
    assert "MALL-9999" in done.talk
    assert desk.run("change", "adopt").code == 1


def test_any_decided_ref_can_be_taken_back(desk: Desk) -> None:
    unknown = desk.run("decision", "revoke", "CR-040", "--reason", "误记")
    assert unknown.code == 1
    assert "CR-040" in unknown.talk
    agreed(desk)
    held = desk.run("decision", "revoke", "CD-001", "--reason", "误记", "--evidence", "授权邮件.eml")
    assert held.code == 1
    assert "新的变更请求" in held.talk
