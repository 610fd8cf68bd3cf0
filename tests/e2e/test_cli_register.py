"""The register from a shell: add, list, show, and a refusal that says everything at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.desk import Desk

TOML = """
[workspace]
store = "sqlite:///data/pmbridge.db"
language = "zh-CN"
timezone = "Asia/Shanghai"
user = "王工"

[engagements.lanhai]
client = "蓝海零售"
name = "会员商城改版"
languages = ["zh-CN", "en"]
sources = []
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    made = Desk(folder=tmp_path / "desk", command="", patch=monkeypatch, capture=capsys)
    (made.folder / "pmbridge.toml").write_text(TOML, encoding="utf-8")
    (made.folder / "授权邮件.eml").write_text("From: zhangmin@lanhai.example\n\n授权", encoding="utf-8")
    (made.folder / "通话.txt").write_text("电话里说同意", encoding="utf-8")
    return made


def with_contact(desk: Desk) -> None:
    done = desk.run(
        *("contact", "add", "张敏", "--email", "zhangmin@lanhai.example", "--may", "change,acceptance"),
        *("--limit", "CNY 20000.00", "--evidence", "授权邮件.eml"),
    )
    assert done.code == 0, done.talk


def test_a_contact_is_added_listed_by_name_and_shown_with_the_proof(desk: Desk) -> None:
    with_contact(desk)
    assert "CT-01  张敏" in desk.run("contact", "list").out
    shown = desk.run("contact", "show", "ct-1").out
    assert "CNY 20,000.00" in shown
    assert "授权邮件.eml" in shown


def test_a_change_is_submitted_by_the_contact_that_by_names(desk: Desk) -> None:
    with_contact(desk)
    done = desk.run(
        *("change", "submit", "--title", "小程序优惠券", "--description", "618 发券", "--reason", "引流"),
        *("--by", "张敏", "--via", "phone", "--at", "2026-05-27"),
    )
    assert done.out.splitlines() == [
        "CR-001 小程序优惠券：已提交。",
        "评估时限：06-03（5 个工作日）。",
        "下一步：pmbridge change assess CR-001",
    ]
    document = json.loads(desk.run("change", "show", "CR-001", "--json").out)
    assert document["fields"]["raised_by"] == "CT-01"
    assert [one["verb"] for one in document["events"]] == ["submit"]


def test_a_refused_command_lists_every_unmet_condition_and_what_meets_it(desk: Desk) -> None:
    done = desk.run("change", "submit", "--title", "券")
    assert done.code == 1
    assert done.talk.count("✗") == 4
    assert all(option in done.talk for option in ("--description", "--reason", "--by", "--via"))
    document = json.loads(desk.run("change", "submit", "--title", "券", "--json").out)
    assert [one["met"] for one in document["conditions"]].count(False) == 4
    assert "还没有变更请求" in desk.run("change", "list").out


def test_an_unknown_verdict_names_the_possible_ones(desk: Desk) -> None:
    done = desk.run("change", "decide", "CR-004", "maybe")
    assert done.code == 1
    assert "approve、reject、defer" in done.talk


def test_evidence_whose_kind_nobody_can_tell_asks_for_it(desk: Desk) -> None:
    (desk.folder / "签字.pdf").write_bytes(b"%PDF")
    done = desk.run("contact", "add", "李总", "--may", "change", "--evidence", "签字.pdf")
    assert done.code == 1
    assert "signed_document" in done.talk


@pytest.mark.parametrize("text", ["2026-02-30", "tomorrow"])
def test_a_time_that_is_none_is_refused_in_words(desk: Desk, text: str) -> None:
    done = desk.run("contact", "add", "李总", "--at", text)
    assert done.code == 1
    assert text in done.talk


ASSESSMENT = """
recommended = "B"
do_nothing = "没有优惠券"
[[options]]
key = "B"
title = "仅领取"
lines = [
  { dimension = "scope", finding = "none", rationale = "沿用现有需求" },
  { dimension = "schedule", finding = "none", rationale = "不占关键路径" },
  { dimension = "budget", finding = "quantified", budget = { amount = "CNY 15000.00" } },
]
"""


def test_a_change_is_shown_with_who_held_it_and_an_option_a_line(desk: Desk) -> None:
    with_contact(desk)
    (desk.folder / "评估.toml").write_text(ASSESSMENT, encoding="utf-8")
    words = ("--title", "券", "--description", "发券", "--reason", "引流", "--by", "张敏", "--via", "phone")
    assert desk.run("change", "submit", *words).code == 0
    assert desk.run("change", "assess", "CR-001", "--from", "评估.toml").code == 0
    shown = desk.run("change", "show", "CR-001").out
    assert "历时 0 个工作日：我方 0，客户 0" in shown
    assert "B 仅领取 0 日，CNY 15,000.00（建议）" in shown
    assert "不做：没有优惠券" in shown
    assert "dimension" not in shown


MAIL = """From: =?utf-8?b?5byg5pWP?= <zhangmin@lanhai.example>
Subject: =?utf-8?b?5Zue5aSN77ya5bCP56iL5bqP5LyY5oOg5Yi4?=
Date: Wed, 27 May 2026 10:12:00 +0800
Content-Type: text/plain; charset=utf-8

618 期间在小程序发放优惠券。

> 旧的内容
"""


def test_a_change_is_submitted_from_the_clients_mail(desk: Desk) -> None:
    with_contact(desk)
    (desk.folder / "来信.eml").write_text(MAIL, encoding="utf-8")
    done = desk.run("change", "submit", "来信.eml", "--reason", "618 活动引流", "--yes")
    assert done.code == 0, done.talk
    assert "CR-001 小程序优惠券" in done.out
    assert "来信.eml" in done.out
    fields = json.loads(desk.run("change", "show", "CR-001", "--json").out)["fields"]
    assert (fields["raised_by"], fields["raised_via"], fields["raised_on"]) == ("CT-01", "email", "2026-05-27")
    assert fields["description"]["zh"] == "618 期间在小程序发放优惠券。"


def test_a_mail_without_a_reason_asks_for_it_and_records_nothing(desk: Desk) -> None:
    with_contact(desk)
    (desk.folder / "来信.eml").write_text(MAIL, encoding="utf-8")
    done = desk.run("change", "submit", "来信.eml", "--yes")
    assert done.code == 2
    assert "--reason" in done.talk
    assert "还没有变更请求" in desk.run("change", "list").out


def test_a_verb_of_two_words_is_typed_with_a_hyphen(desk: Desk) -> None:
    done = desk.run("engagement", "wind-down")
    assert done.code == 1
    assert "wind" not in done.talk.split("下一步")[0], "the verb is known; what is missing is the engagement"
