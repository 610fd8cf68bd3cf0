"""A desk over any one tool: a schedule, a client who may decide, and CR-004, which awaits the decision."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from pmbridge.testing.sandbox import Sandbox
from pmbridge.workspace import open_workspace
from tests.e2e.desk import Desk
from tests.e2e.office import Office
from tests.e2e.test_cli_conflicts import ASSESSMENT, done
from tests.e2e.test_cli_documents import valid

CONFIG = """[workspace]
language = "zh-CN"
timezone = "Asia/Shanghai"
user = "王工"
{connection}
[engagements.lanhai]
client = "蓝海零售"
name = {{ zh = "会员商城改版", en = "Member mall redesign" }}
[[engagements.lanhai.sources]]
connection = "{name}"
project = "{project}"
{rules}
"""
DELAY = ASSESSMENT.replace(
    '{ dimension = "schedule", finding = "none", rationale = "不影响里程碑" }',
    '{ dimension = "schedule", finding = "quantified", schedule = { milestone = "M5", delta_wd = 3 } }',
)
BY_MAIL = (
    "--title", "夜间模式", "--description", "深色主题", "--reason", "运营", "--by", "张敏", "--via", "email",
    "--evidence", "来信.eml", "--at", "2026-06-05T09:00",
)  # fmt: skip


def settled(folder: Path, sandbox: Sandbox, *, project: str, rules: str, **settings: object) -> Office:
    """Make a workspace that reads and writes *project* of *sandbox* by *rules*, read once."""
    said = {**sandbox.settings(), "read_only": False, **settings}
    name = str(said["adapter"])
    office = Office(folder=folder, command="")
    folder.mkdir(exist_ok=True)
    lines = "\n".join(
        f"{key} = {toml(value)}" for key, value in {**said, "secret": f"file:data/secrets/{name}"}.items()
    )
    text = CONFIG.format(connection=f"[connections.{name}]\n{lines}\n", name=name, project=project, rules=rules)
    (folder / "pmbridge.toml").write_text(text, "utf-8")
    secret = folder / "data/secrets" / name
    secret.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    secret.touch(mode=0o600)
    secret.write_text(sandbox.secret().get_secret_value(), "utf-8")
    office.read()
    return office


def toml(value: object) -> str:
    """Return *value* as TOML writes it in one line."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {toml(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def awaiting(desk: Desk, *, final: str, item: str) -> Desk:
    """Agree on the milestones that the tool shows, and bring CR-004, which is *item* there, before the client."""
    (desk.folder / "来信.eml").write_text("From: zhangmin@lanhai.example\n\n同意", encoding="utf-8")
    (desk.folder / "评估.toml").write_text(DELAY, encoding="utf-8")
    may = ("--may", "change", "--may", "milestones", "--limit", "CNY 20000.00", "--days", "5")
    at, mail = ("--at", "2026-06-04T18:00"), ("--evidence", "来信.eml")
    done(desk, "contact", "add", "--name", "张敏", *may, *at, *mail)
    done(desk, "milestone", "agree", "--all", "--final", final, "--by", "张敏", *at, *mail)
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
    done(desk, "change", "submit", "--ref", "CR-004", *request, *mail, "--at", "2026-06-04T19:00")
    done(desk, "change", "adopt", "CR-004", "--item", item, "--at", "2026-06-04T19:00")
    done(desk, "change", "assess", "CR-004", "--from", "评估.toml", "--at", "2026-06-04T20:00")
    sent = ("--need-by", "2026-12-09", "--valid-until", "2026-12-12", *mail)
    done(desk, "change", "send", "CR-004", *sent, "--at", "2026-06-04T21:00")
    return desk


def implemented(desk: Desk) -> None:
    """Let the client approve CR-004, and begin with it: M5 moves by three working days."""
    said = ("--option", "A", "--by", "张敏", "--evidence", "来信.eml")
    done(desk, "change", "decide", "CR-004", "approve", *said, "--at", "2026-06-05T09:00")
    done(desk, "change", "implement", "CR-004", "--at", "2026-06-05T09:30")


def plan_of(desk: Desk) -> dict[str, Any]:
    """Make a plan and return its document."""
    document: dict[str, Any] = json.loads(done(desk, "plan", "--json"))
    valid(document)
    return document


def applied(desk: Desk, number: int, code: int = 0) -> dict[str, Any]:
    """Apply plan *number* and return its document; *code*: how the command ends."""
    found = desk.run("apply", str(number), "--json")
    assert found.code == code, found.talk + found.out
    document: dict[str, Any] = json.loads(found.out)
    valid(document)
    return document


def states(document: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return ref, verb and state of each entry."""
    return [(one["ref"], one["verb"], one["state"]) for one in document["entries"]]


def titles(office: Office) -> Sequence[str]:
    """Return the titles of the items that the mirror holds."""
    with open_workspace(office.folder) as workspace:
        return [one.title for source in workspace.engagement().observed() for one in source.items]


def a_desk(office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """Sit down at *office*."""
    return Desk(folder=office.folder, command="", patch=monkeypatch, capture=capsys)
