"""What was decided reaches PingCode by exactly the plan, in both of its dialects, and once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from pmbridge.planning import apply_plan, make_plan
from pmbridge.testing.clock import FakeClock
from pmbridge.testing.faults import Fault, What
from pmbridge.values import RecordId
from pmbridge.workspace import open_workspace
from pmbridge_pingcode import sandbox_catalogue as catalogue
from pmbridge_pingcode.sandbox import PingCodeSandbox
from pmbridge_pingcode.sandbox_store import Item
from tests.e2e.desk import Desk
from tests.e2e.test_cli_conflicts import done
from tests.e2e.test_cli_documents import valid
from tests.e2e.test_cli_plan import DELAY, applied, implement, planned

SIX = datetime(2026, 6, 5, 10, 0, tzinfo=UTC)
SECRET = "data/secrets/pingcode"
WAITING, DOING = catalogue.NEW.id, catalogue.DOING.id
CONFIG = """[workspace]
language = "zh-CN"
timezone = "Asia/Shanghai"
user = "王工"
[connections.pingcode]
{connection}
[engagements.lanhai]
client = "蓝海零售"
name = {{ zh = "会员商城改版", en = "Member mall redesign" }}
[[engagements.lanhai.sources]]
connection = "pingcode"
project = "{project}"
[engagements.lanhai.sources.milestones]
from = "release"
match = '^(?P<ref>M[1-7])\\s'
date_is = "plan"
write = {{ date = true }}
[engagements.lanhai.sources.changes]
from = "work_item"
where = {{ type = "事务|issue" }}
states = {{ "{waiting}" = "awaiting_decision", "{doing}" = "implementing" }}
write = {{ state = true, decision = "internal", create = true }}
"""


class Office:
    """A workspace in *folder* that may write to the one project of *pingcode*."""

    def __init__(self, folder: Path, pingcode: PingCodeSandbox) -> None:
        self.folder, self.pingcode, self.team = folder, pingcode, pingcode.team
        world = pingcode.world
        self.project = world.project()
        self.payment = world.add_group(self.project, "M5 支付与对账", date(2026, 6, 26))
        world.add_group(self.project, "M7 上线", date(2026, 7, 31))
        home = self.team.projects[self.project]
        coupons = self.team.add_item(home, "小程序优惠券", catalogue.ISSUE, description="<p>优惠券</p>")
        self.coupons = RecordId(kind="work_item", external_id=coupons.id)
        settings = {**pingcode.settings(), "secret": f"file:{SECRET}", "read_only": False}
        lines = "\n".join(f"{key} = {json.dumps(value)}" for key, value in settings.items())
        folder.mkdir()
        text = CONFIG.format(connection=lines, project=self.project, waiting=WAITING, doing=DOING)
        (folder / "pmbridge.toml").write_text(text, "utf-8")
        secret = folder / SECRET
        secret.parent.mkdir(mode=0o700, parents=True)
        secret.touch(mode=0o600)
        secret.write_text(pingcode.secret().get_secret_value(), "utf-8")
        self.read()

    def read(self) -> None:
        with open_workspace(self.folder) as workspace:
            workspace.sync().raise_for_failures()

    def item(self, id_: RecordId) -> Item:
        return self.team.items[id_.external_id]

    def writes(self) -> list[str]:
        """Return the requests that change something, searches apart."""
        return [
            f"{one.method} {one.path}"
            for one in self.pingcode.requests
            if one.method != "GET" and not one.path.endswith("/search")
        ]


@pytest.fixture(params=["pjm", "project"])
def pingcode(request: pytest.FixtureRequest) -> Iterator[PingCodeSandbox]:
    with PingCodeSandbox(FakeClock(SIX), dialects=(request.param,)) as sandbox:
        yield sandbox


@pytest.fixture
def office(tmp_path: Path, pingcode: PingCodeSandbox) -> Office:
    return Office(tmp_path / "desk", pingcode)


@pytest.fixture
def desk(office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """A register with a schedule, and CR-004 adopted from its work item, awaiting the client's decision."""
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
    key = f"{office.team.projects[office.project].identifier}-1"
    done(made, "change", "adopt", "CR-004", "--item", key, "--at", "2026-06-04T19:00")
    done(made, "change", "assess", "CR-004", "--from", "评估.toml", "--at", "2026-06-04T20:00")
    sent = ("--need-by", "2026-12-09", "--valid-until", "2026-12-12", *mail)
    done(made, "change", "send", "CR-004", *sent, "--at", "2026-06-04T21:00")
    return made


def a_new_change(desk: Desk) -> None:
    request = ("--title", "夜间模式", "--description", "深色主题", "--reason", "运营", "--by", "张敏", "--via", "email")
    done(desk, "change", "submit", "--ref", "CR-009", *request, "--evidence", "来信.eml", "--at", "2026-06-05T09:00")


def test_an_approved_change_moves_its_work_item_with_a_comment_and_the_date_of_its_release(
    desk: Desk, office: Office
) -> None:
    assert planned(desk)["entries"] == []
    implement(desk)
    office.pingcode.requests.clear()
    shown = done(desk, "plan")
    assert office.pingcode.requests == [], "a plan asks and sends nothing"
    assert "~ 日期  2026-06-26 → 2026-07-01" in shown
    assert "~ 状态  新建 → 进行中" in shown
    assert "批准方案 A，3 个工作日。张敏 2026-06-05" in shown

    done_now = applied(desk, 2)
    assert [one["state"] for one in done_now["entries"]] == ["applied"] * 3
    assert len(office.writes()) == 3
    item = office.item(office.coupons)
    assert item.state == DOING
    (note,) = item.notes
    assert "批准方案 A，3 个工作日。张敏 2026-06-05" in note.text
    release = office.team.releases[office.payment.external_id.partition("/")[2]]
    assert datetime.fromtimestamp(release.due, UTC) == datetime(2026, 7, 1, 15, 59, 59, tzinfo=UTC)

    office.read()
    assert planned(desk)["entries"] == [], "our own writes bring no echo"
    applied(desk, 2)
    assert len(office.writes()) == 3, "again sends nothing"


def test_what_somebody_edited_since_is_refused_and_the_rest_goes_on(desk: Desk, office: Office) -> None:
    implement(desk)
    plan = planned(desk)
    office.pingcode.world.edit(office.coupons, state=catalogue.DONE.id)
    refused = applied(desk, plan["plan"], code=4)
    states = {one["verb"]: one["state"] for one in refused["entries"]}
    assert states == {"update": "applied", "transition": "stale", "comment": "applied"}
    assert office.item(office.coupons).state == catalogue.DONE.id


def test_a_step_that_the_flow_does_not_have_parks_the_change_and_its_comment_waits(
    desk: Desk, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    implement(desk)
    plan = planned(desk)
    monkeypatch.setattr(catalogue, "reachable", lambda *_: False)
    refused = applied(desk, plan["plan"], code=4)
    (moved,) = [one for one in refused["entries"] if one["verb"] == "transition"]
    assert moved["state"] == "blocked"
    assert "100379" in moved["reason"]
    assert office.item(office.coupons).notes == []
    assert office.item(office.coupons).state == WAITING


def test_what_pingcode_answers_with_200_and_does_not_do_is_no_success(desk: Desk, office: Office) -> None:
    implement(desk)
    plan = planned(desk)
    office.pingcode.service.drops = ("end_at",)
    refused = applied(desk, plan["plan"], code=4)
    told = {one["verb"]: (one["state"], one.get("reason") or "") for one in refused["entries"]}
    assert told["update"] == ("blocked", "工具回答成功，但没有照办")
    assert (told["transition"][0], told["comment"][0]) == ("applied", "applied")
    writes = len(office.writes())
    office.read()
    again = planned(desk)
    assert [(one["verb"], one["state"]) for one in again["entries"]] == [("update", "blocked")]
    applied(desk, again["plan"])
    assert len(office.writes()) == writes, "it is not tried again until a value moves"


def test_a_change_that_came_by_mail_is_made_in_pingcode_once(desk: Desk, office: Office) -> None:
    a_new_change(desk)
    plan = planned(desk)
    (create,) = plan["entries"]
    assert (create["verb"], create["ref"], create["title"]) == ("create", "CR-009", "夜间模式")
    applied(desk, plan["plan"])
    (link,) = json.loads(done(desk, "change", "show", "CR-009", "--json"))["links"]
    assert link["url"].startswith("https://qingchuan.pingcode.com/pjm/workitems/")
    office.pingcode.clock.advance(3600)
    office.read()
    assert planned(desk)["entries"] == []
    assert [one.title for one in office.team.items.values()] == ["小程序优惠券", "夜间模式"]
    made = [*office.team.items.values()][-1]
    assert made.description is not None
    assert made.description.startswith("<p>深色主题</p>\n<p>pmbridge:")


@pytest.mark.parametrize("what", ["lost_after", "lost_before"])
def test_a_lost_answer_makes_no_second_work_item(desk: Desk, office: Office, what: What) -> None:
    a_new_change(desk)
    pingcode = office.pingcode
    pingcode.faults.add(Fault(call="POST */work_items", what=what))
    with open_workspace(office.folder, clock=pingcode.clock) as workspace:
        engagement = workspace.engagement()
        last = apply_plan(workspace, engagement, make_plan(workspace, engagement))
        assert last.doubtful == 1
        for _ in range(3):
            pingcode.clock.advance(1800)
            last = apply_plan(workspace, engagement, make_plan(workspace, engagement))
    assert last.doubtful == 0
    made = [one for one in office.team.items.values() if one.title == "夜间模式"]
    assert len(made) == 1


def test_a_connection_that_is_only_read_is_sent_nothing(desk: Desk, office: Office) -> None:
    config = office.folder / "pmbridge.toml"
    config.write_text(config.read_text("utf-8").replace("read_only = false", "read_only = true"), "utf-8")
    implement(desk)
    assert done(desk, "plan").splitlines()[-1] == "下一步：pmbridge connect pingcode --write"
    office.pingcode.requests.clear()
    refused: dict[str, Any] = applied(desk, 1, code=4)
    valid(refused)
    assert {one["state"] for one in refused["entries"]} == {"blocked"}
    assert office.pingcode.requests == []
