"""The client approves in Jira Service Management: that proves a decision, and is none before a person records it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from pmbridge.domain.evidence import Evidence
from pmbridge.testing.clock import FakeClock
from pmbridge.workspace import open_workspace
from pmbridge_jira.sandbox import JiraSandbox
from tests.e2e.desk import Desk
from tests.e2e.office import Office
from tests.e2e.test_cli_conflicts import ASSESSMENT, SIX, done, state, submitted

PROOF = ("--evidence", "tool_approval")
SENT = ("--need-by", "2026-12-09", "--valid-until", "2026-12-12", "--evidence", "来信.eml")


@pytest.fixture
def jira() -> Iterator[JiraSandbox]:
    """A Jira whose project is a service project: its requests can be approved."""
    with JiraSandbox(FakeClock(SIX)) as sandbox:
        sandbox.play(SIX)
        sandbox.site.projects[10000].kind = "service_desk"
        yield sandbox


@pytest.fixture
def office(tmp_path: Path, jira: JiraSandbox) -> Office:
    made = Office(folder=tmp_path / "desk", command="")
    made.settle(jira, language="zh-CN")
    made.read()
    return made


@pytest.fixture
def desk(office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """CR-004 lies with the client, whose 张敏 may approve it; MALL-231 is it in Jira."""
    made = Desk(folder=office.folder, command="", patch=monkeypatch, capture=capsys)
    (made.folder / "来信.eml").write_text("From: zhangmin@lanhai.example\n\n请评估", encoding="utf-8")
    (made.folder / "评估.toml").write_text(ASSESSMENT, encoding="utf-8")
    may = ("--may", "change", "--limit", "CNY 50000.00", "--evidence", "来信.eml", "--at", "2026-05-01T10:00")
    done(made, "contact", "add", "张敏", "--title", "产品经理", "--at", "2026-05-01T10:00")
    done(made, "contact", "authorise", "CT-01", *may)
    submitted(made, "CR-004", "小程序优惠券", "MALL-231")
    done(made, "change", "assess", "CR-004", "--from", "评估.toml", "--at", "2026-06-04T20:00")
    done(made, "change", "send", "CR-004", *SENT, "--at", "2026-06-04T21:00")
    return made


def belongs(desk: Desk, contact: str, account: str) -> None:
    """Say in the register whose account this is."""
    (desk.folder / "账号.toml").write_text(f'identities = [{{ connection = "jira", account = "{account}" }}]', "utf-8")
    done(desk, "contact", "edit", contact, "--from", "账号.toml", "--reason", "邮件中说明")


def answered(office: Office, jira: JiraSandbox, name: str, answer: str = "approved") -> str:
    """Have *name* answer an approval of MALL-231; return the account."""
    account = jira.site.add_user(name).account_id
    issue = jira.site.issue("MALL-231")
    assert issue is not None
    jira.site.vote(jira.site.ask_approval(issue, "客户批准", [account]), account, answer)
    office.read()
    return account


def proof_of(desk: Desk, ref: str) -> tuple[Evidence, dict[str, Any]]:
    """The one approval of a tool that the record cites, and what stands in the kept file."""
    with open_workspace(desk.folder) as workspace:
        register = workspace.engagement("lanhai").register
        payloads = [json.loads(event.payload) for event in register.events(ref)]
        [proof] = [
            TypeAdapter(Evidence).validate_python(one)
            for payload in payloads
            for one in payload["evidence"]
            if one["kind"] == "tool_approval"
        ]
        assert proof.sha256 is not None
        body = register.evidence(proof.sha256)
    assert body is not None
    return proof, json.loads(body)


def test_the_clients_approval_in_jira_proves_the_decision_that_a_person_records(
    desk: Desk, office: Office, jira: JiraSandbox
) -> None:
    belongs(desk, "CT-01", answered(office, jira, "张敏"))
    assert state(desk, "CR-004") == "awaiting_decision"
    told = done(desk, "next")
    assert "张敏已在 Jira MALL-231 批准，请登记" in " ".join(told.split())
    assert "--evidence tool_approval" in told
    done(desk, "change", "decide", "CR-004", "approve", "--option", "A", "--by", "张敏", *PROOF)
    assert state(desk, "CR-004") == "approved"
    assert "请登记" not in done(desk, "next")
    proof, kept = proof_of(desk, "CR-004")
    assert proof.title == "Jira MALL-231 · 客户批准: approved"
    assert (proof.uri or "").endswith("/browse/MALL-231")
    assert (proof.author, kept["decision"], kept["votes"][0]["name"]) == ("CT-01", "approved", "张敏")
    assert done(desk, "db", "check")


def test_what_somebody_else_answered_in_jira_proves_nothing_for_the_decider(
    desk: Desk, office: Office, jira: JiraSandbox
) -> None:
    account = answered(office, jira, "李雷")
    assert "请登记" not in done(desk, "next")
    stranger = desk.run("change", "decide", "CR-004", "approve", "--option", "A", "--by", "张敏", *PROOF)
    assert stranger.code == 1
    assert f"李雷 (jira:{account})" in " ".join(stranger.talk.split())
    assert "不属于任何客户联系人" in " ".join(stranger.talk.split())
    done(desk, "contact", "add", "李雷", "--title", "运营")
    belongs(desk, "CT-02", account)
    other = desk.run("change", "decide", "CR-004", "approve", "--option", "A", "--by", "张敏", *PROOF)
    assert other.code == 1
    assert "在工具中作答的是李雷" in " ".join(other.talk.split())
    assert state(desk, "CR-004") == "awaiting_decision"


def test_a_declined_approval_proves_a_rejection_and_no_approval(desk: Desk, office: Office, jira: JiraSandbox) -> None:
    belongs(desk, "CT-01", answered(office, jira, "张敏", "declined"))
    wrong = desk.run("change", "decide", "CR-004", "approve", "--option", "A", "--by", "张敏", *PROOF)
    assert wrong.code == 1
    assert "审批已拒绝" in wrong.talk
    assert "change decide CR-004 reject" in done(desk, "next")
    done(desk, "change", "decide", "CR-004", "reject", "--by", "张敏", *PROOF, "--reason", "无预算")
    assert state(desk, "CR-004") == "rejected"


def test_without_an_approval_in_a_tool_there_is_none_to_cite(desk: Desk) -> None:
    bare = desk.run("change", "decide", "CR-004", "approve", "--option", "A", "--by", "张敏", *PROOF)
    assert bare.code == 1
    assert "没有审批" in bare.talk


def test_who_is_asked_again_has_not_answered_by_the_first_approval(
    desk: Desk, office: Office, jira: JiraSandbox
) -> None:
    account = answered(office, jira, "张敏")
    belongs(desk, "CT-01", account)
    issue = jira.site.issue("MALL-231")
    assert issue is not None
    second = jira.site.ask_approval(issue, "客户批准 2", [account], at=SIX.replace(hour=11))
    office.read()
    assert "请登记" not in done(desk, "next")
    early = desk.run("change", "decide", "CR-004", "approve", "--option", "A", "--by", "张敏", *PROOF)
    assert (early.code, "尚未答复" in early.talk) == (1, True)
    jira.site.vote(second, account, "declined")
    office.read()
    late = desk.run("change", "decide", "CR-004", "approve", "--option", "A", "--by", "张敏", *PROOF)
    assert (late.code, "审批已拒绝" in late.talk) == (1, True)
    assert state(desk, "CR-004") == "awaiting_decision"


def test_an_approval_is_no_proof_for_what_is_only_being_made(desk: Desk) -> None:
    given = ("--title", "券", "--description", "券", "--reason", "运营", "--by", "王工", "--via", "email")
    refused = desk.run("change", "submit", *given, *PROOF)
    assert refused.code == 1
    assert "正在新建" in refused.talk


def test_a_verdict_that_is_refused_leads_to_a_command_that_exists(desk: Desk) -> None:
    wrong = desk.run("change", "decide", "CR-004", "approve", "A", "--channel", "pigeon", "--by", "张敏")
    assert "pmbridge change decide CR-004 --help" in " ".join(wrong.talk.split())


def test_an_edit_of_nothing_is_no_event(desk: Desk) -> None:
    before = json.loads(done(desk, "contact", "show", "CT-01", "--json"))["version"]
    refused = desk.run("contact", "edit", "CT-01", "--reason", "x")
    assert (refused.code, "没有写要修改" in refused.talk) == (1, True)
    assert json.loads(done(desk, "contact", "show", "CT-01", "--json"))["version"] == before
