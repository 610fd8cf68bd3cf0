"""The client's reply, read line by line and confirmed by a person; and the reminder that asks for it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from pmbridge.clock import SystemClock
from pmbridge_cli.context import App
from pmbridge_cli.layout import width
from tests.e2e.desk import Desk, Done
from tests.e2e.test_cli_documents import valid
from tests.e2e.test_cli_register import TOML

NOW = datetime(2026, 6, 8, 1, 30, tzinfo=UTC)
ASSESSMENT = """
recommended = "B"
do_nothing = "活动期无优惠券"
[[options]]
key = "A"
title = "全功能"
lines = [
  { dimension = "scope", finding = "none", rationale = "不变" },
  { dimension = "schedule", finding = "none", rationale = "不变" },
  { dimension = "budget", finding = "quantified", budget = { amount = "CNY 48000.00" } },
]
[[options]]
key = "B"
title = "仅领取"
lines = [
  { dimension = "scope", finding = "none", rationale = "不变" },
  { dimension = "schedule", finding = "none", rationale = "不变" },
  { dimension = "budget", finding = "quantified", budget = { amount = "CNY 15000.00" } },
]
"""
DELIVERABLE = """
title = "UAT 计划"
planned_on = 2026-06-03
review_window_wd = 3
acceptance_criteria = [{ id = "1", text = "覆盖全部需求" }, { id = "2", text = "每项有负责人和日期" }]
"""
CONTRACT = """
[contract]
type = "fixed_price"
ref = "HT-2026-014"
start_on = 2026-04-07
agreed_budget = "CNY 680000.00"
"""
REPLY = """From: =?utf-8?B?5byg5pWP?= <ZhangMin@lanhai.example>
To: wang@qingchuan.example
Subject: Re: =?utf-8?B?5ZGo5oqlIDk=?=
Date: Mon, 8 Jun 2026 09:12:00 +0800
Message-ID: <a1@lanhai.example>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    made = Desk(folder=tmp_path / "desk", command="", patch=monkeypatch, capture=capsys)
    monkeypatch.setattr(SystemClock, "now", lambda _: NOW)
    for name, text in {
        "pmbridge.toml": TOML,
        "授权.eml": "From: zhangmin@lanhai.example\n\n授权",
        "评估.toml": ASSESSMENT,
        "验收.toml": DELIVERABLE,
        "合同.toml": CONTRACT,
    }.items():
        (made.folder / name).write_text(text, encoding="utf-8")
    (made.folder / "uat.pdf").write_bytes(b"%PDF-1.7 plan")
    told(made)
    return made


def did(desk: Desk, *args: str) -> str:
    done = desk.run(*args)
    assert done.code == 0, done.talk
    return done.out


def told(desk: Desk) -> None:
    """The register on the morning of 8 June: a change and a submission wait for 张敏, a dependency is late."""
    may = ("--may", "change,acceptance", "--limit", "CNY 20000.00", "--evidence", "授权.eml", "--at", "2026-04-07")
    did(desk, "contact", "add", "张敏", "--email", "zhangmin@lanhai.example", *may)
    agree = ("--from", "合同.toml", "--by", "张敏", "--evidence", "授权.eml", "--at", "2026-04-07")
    did(desk, "engagement", "agree", *agree)
    request = ("--title", "小程序优惠券", "--description", "发券", "--reason", "引流", "--by", "张敏", "--via", "email")
    did(desk, "change", "submit", "--ref", "CR-004", *request, "--at", "2026-05-27")
    did(desk, "change", "assess", "CR-004", "--from", "评估.toml", "--at", "2026-06-01")
    did(desk, "change", "send", "CR-004", "--need-by", "06-09", "--valid-until", "06-12", "--evidence", "授权.eml",
        "--at", "2026-06-02")  # fmt: skip
    did(desk, "deliverable", "add", "--ref", "DL-07", "--from", "验收.toml", "--evidence", "授权.eml", "--at", "05-28")
    did(desk, "deliverable", "prepare", "DL-07", "--at", "05-29")
    (desk.folder / "自查.toml").write_text('checklist = [{ text = "完整", passed = true }]', encoding="utf-8")
    did(desk, "deliverable", "review", "DL-07", "--from", "自查.toml", "--at", "06-02")
    did(desk, "deliverable", "submit", "DL-07", "--evidence", "授权.eml", "--evidence", "file:uat.pdf", "--at", "06-03")
    did(desk, "dependency", "add", "支付沙箱账号", "--ref", "DEP-13", "--on", "client", "--owner", "张敏",
        "--needed-by", "2026-06-03", "--at", "05-20")  # fmt: skip


def reply(desk: Desk, text: str, head: str = REPLY) -> Path:
    path = desk.folder / "回信.eml"
    path.write_bytes((head + text).encode())
    return path


def answered(desk: Desk, typed: str, *more: str) -> Done:
    """Run ``answer`` as on a terminal on which *typed* is typed."""
    with desk.patch.context() as patch:
        patch.setattr(App, "interactive", property(lambda _: True))
        return desk.run("answer", "回信.eml", *more, stdin=typed)


def state(desk: Desk, noun: str, ref: str) -> str:
    found: str = json.loads(did(desk, noun, "show", ref, "--json"))["state"]
    return found


LINES = "CR-004 同意方案 B\nDL-07 通过\nDEP-13 沙箱账号周三给\n\n> CR-004 不同意\n"


def test_each_line_is_confirmed_and_recorded_with_the_mail_as_evidence(desk: Desk) -> None:
    reply(desk, LINES)
    done = answered(desk, "\n\n")
    assert done.code == 0, done.talk
    said = done.out + done.talk
    assert "2026-06-08 09:12（联系人，授权：验收、变更 ≤ CNY 20,000.00）。读到 3 条：" in done.out.replace(
        "CNY\n", "CNY "
    )
    assert "→ 批准，方案 B，CNY 15,000.00，0 日" in said
    assert "→ 验收通过，2 项标准均记为通过" in said
    assert "「沙箱账号周三给」" not in done.talk
    assert "看不出答复，未处理" in said
    assert "已记录 2 条，证据：回信.eml（sha256 " in done.out
    assert "确认收到的草稿：reports/lanhai/CR-004-已记录.eml" in done.out
    mail = message_from_bytes((desk.folder / "reports/lanhai/CR-004-已记录.eml").read_bytes(), policy=default)
    assert (mail["Subject"], mail["X-Unsent"]) == ("Re: 周报 9", "1")
    assert "CR-004：批准，方案 B，CNY 15,000.00，0 日" in mail.get_content()
    assert (state(desk, "change", "CR-004"), state(desk, "deliverable", "DL-07")) == ("approved", "accepted")
    shown = did(desk, "change", "show", "CR-004")
    assert "回信.eml" in shown
    (kept,) = json.loads(did(desk, "communication", "list", "--all", "--json"))["records"][-1:]
    assert (kept["fields"]["direction"], kept["fields"]["about"]) == ("inbound", ["CR-004", "DL-07", "DEP-13"])


def test_a_line_that_is_not_confirmed_is_not_recorded(desk: Desk) -> None:
    reply(desk, LINES)
    assert answered(desk, "n\n\n").code == 0
    assert (state(desk, "change", "CR-004"), state(desk, "deliverable", "DL-07")) == ("awaiting_decision", "accepted")


def test_without_a_terminal_it_only_prints_and_yes_does_not_apply(desk: Desk) -> None:
    reply(desk, LINES)
    valid(json.loads(did(desk, "answer", "回信.eml", "--json")))
    done = desk.run("answer", "回信.eml", "--yes")
    assert done.code == 0
    assert "批准，方案 B" in done.out
    assert "由人在终端上确认" in done.talk
    assert state(desk, "change", "CR-004") == "awaiting_decision"
    # On a terminal --yes confirms nothing either: with nothing typed it stops.
    assert answered(desk, "", "--yes").code == 130
    assert state(desk, "change", "CR-004") == "awaiting_decision"


@pytest.mark.parametrize(
    "sender", ["evil@x.example", '"zhangmin@lanhai.example" <evil@x.example>', "zhangmin@lanhai.example.evil.example"]
)
def test_an_unknown_sender_decides_nothing(desk: Desk, sender: str) -> None:
    reply(desk, LINES, REPLY.replace("=?utf-8?B?5byg5pWP?= <ZhangMin@lanhai.example>", sender))
    done = answered(desk, "\n\n\n")
    assert "不是联系人，不作记录" in done.out
    assert "发件人不是联系人，未处理" in done.out
    assert state(desk, "change", "CR-004") == "awaiting_decision"
    assert "COM" not in did(desk, "communication", "list", "--all")


def test_a_decision_beyond_the_authority_is_listed_with_what_is_lacking(desk: Desk) -> None:
    reply(desk, "CR-004 同意方案 A\n")
    done = answered(desk, "\n")
    assert "条件不满足，未处理" in done.talk
    assert "CNY 48,000.00 超过张敏的授权额度" in done.talk
    assert state(desk, "change", "CR-004") == "awaiting_decision"


@pytest.mark.parametrize("line", ["CR-004 同意", "CR-004 同意方案 C", "CR-040 同意", "DEP-13 同意", "CR-004 暂缓"])
def test_what_cannot_be_carried_out_as_it_is_written_is_not(desk: Desk, line: str) -> None:
    reply(desk, line)
    assert "未处理" in answered(desk, "\n").talk
    assert state(desk, "change", "CR-004") == "awaiting_decision"


def test_the_same_mail_is_kept_once(desk: Desk) -> None:
    reply(desk, LINES)
    answered(desk, "\n\n")
    again = answered(desk, "\n\n")
    assert "没有登记任何决定。\n" in again.out
    assert "原文已存为" not in again.out


def test_a_date_that_is_still_to_come_counts_as_now(desk: Desk) -> None:
    reply(desk, "DL-07 通过\n", REPLY.replace("8 Jun 2026", "8 Jun 2036"))
    assert answered(desk, "\n").code == 0
    assert state(desk, "deliverable", "DL-07") == "accepted"


def test_a_file_that_is_no_mail_is_refused(desk: Desk) -> None:
    assert desk.run("answer", "fehlt.eml").code == 1
    (desk.folder / "leer.eml").write_bytes(b"")
    assert desk.run("answer", "leer.eml").code == 1
    refused = desk.run("answer", "pmbridge.toml")
    assert (refused.code, refused.out) == (1, "")
    assert "pmbridge.toml 不是邮件：没有发件人、日期和主题" in refused.talk


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("谢谢，收到。\n", "没有以编号（如 CR-004）开头的行，无可登记。"),
        ("> CR-004 同意\n", "除引用的原文外没有内容，无可登记。"),
    ],
)
def test_a_mail_that_answers_nothing_says_so_and_is_kept_all_the_same(desk: Desk, text: str, said: str) -> None:
    reply(desk, text)
    alone = desk.run("answer", "回信.eml")
    assert said in alone.out
    assert "0 条" not in alone.out
    assert alone.talk == ""
    done = answered(desk, "")
    assert said in done.out
    assert "没有登记任何决定。原文已存为沟通记录 COM-01。" in done.out


def test_a_long_line_fits_on_the_screen_and_is_whole_where_it_is_to_be_confirmed(desk: Desk) -> None:
    long = "请安排上线并通知各门店负责人，" * 20
    reply(desk, f"CR-004 同意方案 B，{long}\nDEP-13 {long}\n")
    done = desk.run("answer", "回信.eml")
    assert max(width(line) for line in done.out.splitlines()) <= 80
    shown = done.out.replace("\n  ", "")
    assert long in shown.partition("2 DEP-13")[0]
    assert "…」  → 看不出答复，未处理" in shown


def test_each_step_of_a_change_says_what_it_means(desk: Desk) -> None:
    request = ("--title", "积分", "--description", "积分", "--reason", "运营", "--by", "张敏", "--via", "email")
    did(desk, "change", "submit", "--ref", "CR-005", *request, "--at", "2026-06-01")
    assessed = did(desk, "change", "assess", "CR-005", "--from", "评估.toml", "--at", "2026-06-02")
    assert "".join(assessed.splitlines()[1:-1]) == (
        "A 全功能 0 日，CNY 48,000.00 · B 仅领取 0 日，CNY 15,000.00 · 不做：活动期无优惠券。建议 B。"
    )
    sent = did(desk, "change", "send", "CR-005", "--need-by", "06-09", "--valid-until", "06-12", "--evidence",
               "授权.eml", "--at", "2026-06-02")  # fmt: skip
    assert "客户计时从 06-02 开始，请在 06-09 前决定，报价 06-12 到期。" in sent
    decided = ("--option", "B", "--by", "张敏", "--evidence", "授权.eml", "--at", "2026-06-03")
    did(desk, "change", "decide", "CR-005", "approve", *decided)
    done = did(desk, "change", "implement", "CR-005", "--at", "2026-06-03")
    assert "预算基线 1（CNY 680,000.00 → CNY 695,000.00）" in " ".join(done.split())
    assert "需求基线不变 · 进度基线不变" in done


def test_a_decision_is_taken_back_under_the_ref_of_what_was_decided(desk: Desk) -> None:
    reply(desk, LINES)
    answered(desk, "\n\n")
    assert desk.run("decision", "revoke", "CR-004", "--reason", "误记").code == 1
    for ref, noun, waits in (("cr4", "change", "awaiting_decision"), ("DL-07", "deliverable", "under_review")):
        did(desk, "decision", "revoke", ref, "--reason", "误记", "--evidence", "授权.eml")
        assert state(desk, noun, {"cr4": "CR-004"}.get(ref, ref)) == waits


def test_the_rules_of_the_engagement_are_its_one_record_which_nobody_names(desk: Desk) -> None:
    shown = did(desk, "engagement", "show")
    assert "HT-2026-014" in shown
    assert "授权.eml" in shown
    done = desk.run("engagement", "launch")
    assert done.code == 1
    assert "拒绝：ENG-" in done.talk
    help_ = did(desk, "engagement", "--help")
    verbs = {
        *("agree", "initiate", "launch", "suspend", "resume", "wind-down", "close", "terminate", "reopen"),
        *("add", "edit", "list", "show"),
    }
    assert [verb for verb in verbs if f"  {verb}" not in help_] == []


# -------------------------------------------------------------------------------------------------------- reminders


def test_a_reminder_is_a_draft_in_the_clients_language(desk: Desk) -> None:
    out = did(desk, "remind", "dep-13")
    assert out.splitlines()[0] == "提醒草稿 reports/lanhai/DEP-13-提醒.eml（致 张敏），用您的邮箱发出。"
    assert out.splitlines()[-1] == "下一步：pmbridge remind DEP-13 --sent"
    path = desk.folder / "reports/lanhai/DEP-13-提醒.eml"
    mail = message_from_bytes(path.read_bytes(), policy=default)
    assert (mail["X-Unsent"], mail["To"]) == ("1", "张敏 <zhangmin@lanhai.example>")
    assert mail["Subject"] == "会员商城改版：DEP-13 支付沙箱账号（已晚 3 个工作日）"
    text = mail.get_content()
    assert "DEP-13 支付沙箱账号：____月____日前提供" in text
    assert "应于 2026年6月3日（周三）" in text
    assert path.stat().st_mode & 0o077 == 0
    assert "没有" not in did(desk, "dependency", "list")
    assert "COM" not in did(desk, "communication", "list", "--all")


def test_what_was_sent_is_recorded_as_a_reminder_with_the_draft(desk: Desk) -> None:
    valid(json.loads(did(desk, "remind", "DL-07", "--json")))
    assert did(desk, "remind", "DL-07", "--sent").splitlines()[-2:] == [
        "COM-01 已记录：已提醒 DL-07。", "下一步：pmbridge next"
    ]  # fmt: skip
    fields = json.loads(did(desk, "communication", "show", "COM-01", "--json"))["fields"]
    assert (fields["purpose"], fields["direction"], fields["about"]) == ("reminder", "outbound", ["DL-07"])
    assert fields["sha256"]


def test_the_words_of_a_reminder_are_read_back_only_once_something_is_chosen(desk: Desk) -> None:
    did(desk, "remind", "CR-004")
    mail = message_from_bytes((desk.folder / "reports/lanhai/CR-004-提醒.eml").read_bytes(), policy=default)
    text = mail.get_content()
    assert "  B  仅领取（CNY 15,000.00），我们建议" in text
    line = next(one for one in text.splitlines() if "____" in one)
    reply(desk, line)
    assert "未处理" in answered(desk, "\n").talk
    reply(desk, line.replace("____ / 不同意 / 暂缓", "B"))
    assert answered(desk, "\n").code == 0
    assert state(desk, "change", "CR-004") == "approved"


def test_sent_is_asked_on_a_terminal_and_no_is_the_default(desk: Desk) -> None:
    with desk.patch.context() as patch:
        patch.setattr(App, "interactive", property(lambda _: True))
        assert "--sent" in desk.run("remind", "DEP-13", "--yes", stdin="\n").out
        assert "COM-01 已记录" in desk.run("remind", "DEP-13", stdin="y\n").out


@pytest.mark.parametrize("ref", ["DEP-99", "CT-01", "nonsense"])
def test_what_the_client_does_not_hold_is_no_reminder(desk: Desk, ref: str) -> None:
    assert desk.run("remind", ref).code == 1
    assert not (desk.folder / "reports").exists()


def test_what_we_hold_ourselves_is_said_to_be_ours(desk: Desk) -> None:
    did(desk, "action", "add", "M6 关联工作项", "--owner", "王工", "--due-on", "06-09")
    done = desk.run("remind", "ACT-01")
    assert done.code == 1
    assert "在我方：王工" in done.talk


# ------------------------------------------------------------------------------------------- the offer of a change


def wished(desk: Desk, title: str) -> None:
    request = ("--title", title, "--description", "发短信", "--reason", "提醒", "--by", "张敏", "--via", "email")
    did(desk, "change", "submit", "--ref", "CR-005", *request, "--at", "2026-06-05")


@pytest.fixture
def assessed(desk: Desk) -> Desk:
    """CR-005 was assessed this morning and was not sent."""
    request = (
        "--title",
        "积分到账短信",
        "--description",
        "发短信",
        "--reason",
        "提醒",
        "--by",
        "张敏",
        "--via",
        "email",
    )
    did(desk, "change", "submit", "--ref", "CR-005", *request, "--at", "2026-06-05")
    did(desk, "change", "assess", "CR-005", "--from", "评估.toml", "--at", "2026-06-05")
    return desk


SEND = ("change", "send", "CR-005", "--need-by", "06-12", "--valid-until", "06-15")


def test_an_offer_is_drafted_with_its_form_and_nothing_is_recorded(assessed: Desk) -> None:
    out = did(assessed, *SEND)
    assert "将发给客户的文字（此后冻结）：" in out
    assert "CR-005 积分到账短信：同意方案 ____ / 不同意 / 暂缓" in out
    draft = "reports/lanhai/CR-005-请决定.eml"
    again = f'pmbridge change send CR-005 --need-by 2026-06-12 --valid-until 2026-06-15 --evidence "{draft}"'
    assert again in " ".join(out.split())
    assert state(assessed, "change", "CR-005") == "assessed"
    first = (assessed.folder / draft).read_bytes()
    mail = message_from_bytes(first, policy=default)
    assert (mail["To"], mail["X-Unsent"]) == ("张敏 <zhangmin@lanhai.example>", "1")
    assert mail["Subject"] == "会员商城改版：CR-005 积分到账短信（2026年6月12日（周五）前）"
    [form] = mail.iter_attachments()
    page = form.get_content()
    assert (form.get_filename(), form.get_content_type()) == ("lanhai-CR-005.zh-CN.html", "text/html")
    assert "2026-06-12" in page
    assert "同意方案 B" in page
    did(assessed, *SEND)
    assert (assessed.folder / draft).read_bytes() == first
    valid(json.loads(did(assessed, *SEND, "--json")))


def test_an_offer_that_was_sent_is_recorded_with_the_very_mail(assessed: Desk) -> None:
    with assessed.patch.context() as patch:
        patch.setattr(App, "interactive", property(lambda _: True))
        done = assessed.run(*SEND, stdin="y\n")
    assert done.code == 0, done.talk
    assert "CR-005 积分到账短信：待客户决定。" in done.out
    assert "CR-005-请决定.eml 已作为证据保存" in done.out
    assert state(assessed, "change", "CR-005") == "awaiting_decision"
    said = did(assessed, *("change", "form", "CR-005"))
    written = next(line for line in said.splitlines() if line.endswith(".zh-CN.html"))
    mail = message_from_bytes((assessed.folder / "reports/lanhai/CR-005-请决定.eml").read_bytes(), policy=default)
    [form] = mail.iter_attachments()
    # What the client got is what the register holds from now on.
    assert form.get_content().encode() == (assessed.folder / written).read_bytes()


def test_an_offer_that_may_not_go_out_is_refused_before_anything_is_drafted(desk: Desk) -> None:
    wished(desk, "短信")
    refused = desk.run(*SEND)
    assert refused.code == 1
    assert not (desk.folder / "reports/lanhai/CR-005-请决定.eml").exists()
