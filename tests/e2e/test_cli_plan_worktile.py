"""Plans over Worktile: steps by hand with the address of the task, gone once a person did them and a sync saw it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pmbridge.planning import apply_plan, make_plan
from pmbridge.testing.clock import FakeClock
from pmbridge.testing.faults import Fault, What
from pmbridge.values import RecordId
from pmbridge.workspace import open_workspace
from pmbridge_worktile.sandbox import Habits, WorktileSandbox
from pmbridge_worktile.sandbox_store import CHANGE, MARK, MILESTONE, Project, Task, whole_day
from tests.e2e.desk import Desk
from tests.e2e.office import Office
from tests.e2e.test_cli_conflicts import done
from tests.e2e.test_cli_documents import valid
from tests.e2e.write_desk import (
    BY_MAIL,
    a_desk,
    applied,
    awaiting,
    implemented,
    plan_of,
    settled,
    states,
    titles,
    toml,
)

SIX = datetime(2026, 6, 5, 10, tzinfo=UTC)
RULES = r"""
[engagements.lanhai.sources.milestones]
from = "task"
where = { type = "里程碑" }
match = '^(?P<ref>M\d)\s'
date_is = "plan"
write = { date = true }
[engagements.lanhai.sources.changes]
from = "task"
where = { type = "变更申请" }
match = '^(?P<ref>CR-\d+)\s'
states = { "已提交" = "submitted", "待客户确认" = "awaiting_decision", "实施中" = "implementing" }
write = { state = true, decision = "internal", create = true }
"""
MAKING = "POST /open-api/_provisional/tasks"


@dataclass
class Team:
    """What people of this team do by hand."""

    sandbox: WorktileSandbox
    project: Project

    @classmethod
    def at(cls, sandbox: WorktileSandbox) -> Team:
        """Give a project with two milestones, a change that waits for the client, and one that is being made."""
        team = sandbox.team
        made = cls(sandbox, team.add_project("会员商城上线"))
        for title, day in (("M5 支付与对账", date(2026, 6, 26)), ("M7 上线", date(2026, 7, 10))):
            team.add_task(made.project, title, type_=MILESTONE, properties={"due": whole_day(day)})
        for title, state in (
            ("CR-001 门店导航", "实施中"),
            ("CR-002 积分", "已提交"),
            ("CR-004 小程序优惠券", "待客户确认"),
        ):
            made.move(team.add_task(made.project, title, type_=CHANGE), state)
        return made

    def task(self, title: str) -> Task:
        (found,) = [one for one in self.sandbox.team.tasks.values() if one.title == title]
        return found

    def move(self, task: Task, state: str) -> None:
        (to,) = [one for one in task.type.states if one.name == state]
        self.sandbox.clock.advance(60)
        self.sandbox.team.move(task, to)

    def put_off(self, title: str, due: date) -> None:
        self.sandbox.clock.advance(60)
        self.sandbox.world.edit(RecordId(kind="task", external_id=self.task(title).id), due=due)

    def url(self, title: str) -> str:
        return f"https://qingchuan.worktile.com/mission/projects/{self.project.id}/tasks/{self.task(title).id}"

    def writes(self) -> list[str]:
        return [one.call for one in self.sandbox.requests if one.method != "GET" and "token" not in one.path]


@pytest.fixture
def team(request: pytest.FixtureRequest) -> Iterator[Team]:
    """A team as the public pages describe it; a test may have it without one of its tasks."""
    with WorktileSandbox(FakeClock(SIX)) as sandbox:
        made = Team.at(sandbox)
        if left_out := getattr(request, "param", None):
            sandbox.team.delete(made.task(left_out))
        yield made


@pytest.fixture
def office(tmp_path: Path, team: Team) -> Office:
    return settled(tmp_path / "desk", team.sandbox, project=team.project.id, rules=RULES)


@pytest.fixture
def desk(office: Office, team: Team, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    return awaiting(a_desk(office, monkeypatch, capsys), final="M7", item=team.task("CR-004 小程序优惠券").id)


def test_what_was_decided_stands_as_steps_by_hand_until_a_sync_sees_that_they_are_done(
    desk: Desk, office: Office, team: Team
) -> None:
    assert plan_of(desk)["entries"] == []
    implemented(desk)
    team.sandbox.requests.clear()
    shown = done(desk, "plan")
    assert team.sandbox.requests == [], "a plan asks and sends nothing"
    assert "3 处：手动 3" in shown
    m5, change = "M5 支付与对账", "CR-004 小程序优惠券"
    assert f"  ~ 日期  2026-06-26 → 2026-07-01\n    {team.url(m5)}\n" in shown
    assert f"  ~ 状态  待客户确认 → 实施中\n    {team.url(change)}\n" in shown
    assert "批准方案 A，3 个工作日。张敏 2026-06-05」" in shown
    assert "没有公开「修改任务」" in shown
    assert shown.splitlines()[-1] == "下一步：pmbridge sync"
    document = plan_of(desk)
    assert states(document) == [
        ("M5", "update", "manual"), ("CR-004", "transition", "manual"), ("CR-004", "comment", "manual"),
    ]  # fmt: skip
    assert [one["url"] for one in document["entries"]] == [team.url(m5), team.url(change), team.url(change)]
    assert states(applied(desk, document["plan"])) == states(document), "nothing of it is ours to send"
    assert team.writes() == []

    team.put_off(m5, date(2026, 7, 1))
    office.read()
    assert states(plan_of(desk)) == [("CR-004", "transition", "manual"), ("CR-004", "comment", "manual")]
    team.move(team.task(change), "实施中")
    office.read()
    assert states(plan_of(desk)) == [("CR-004", "comment", "manual")]
    said = document["entries"][2]["fields"][0]["sends"].strip("「」")
    team.sandbox.team.comment(team.task(change), said, by=team.sandbox.team.me)
    assert done(desk, "sync")
    assert "工具与登记册一致，没有要写的。" in done(desk, "plan")
    assert team.writes() == []


def test_steps_by_hand_stand_among_what_needs_a_person_until_they_are_done(
    desk: Desk, office: Office, team: Team
) -> None:
    implemented(desk)
    number = plan_of(desk)["plan"]
    m5, change = "M5 支付与对账", "CR-004 小程序优惠券"

    def steps() -> list[tuple[str, str]]:
        document = json.loads(done(desk, "next", "--json"))
        valid(document)
        return [(one["text"], one["command"]) for one in document["tasks"] if one["kind"] == "by_hand"]

    key = team.task(m5).number, team.task(change).number
    due = (f"手动：Worktile「#{key[0]} {m5}」日期改为 2026-07-01（CR-004）", team.url(m5))
    state = (f"手动：Worktile「#{key[1]} {change}」状态改为 实施中（CR-004）", team.url(change))
    said = (f"手动：在 Worktile「#{key[1]} {change}」写评论：CR-004 的决定", team.url(change))
    assert sorted(steps()) == sorted([due, state, said])
    assert "手动步骤 3" in done(desk, "status")
    team.put_off(m5, date(2026, 7, 1))
    office.read()
    assert sorted(steps()) == sorted([state, said])
    applied(desk, number)
    assert {one["verb"]: one["state"] for one in json.loads(done(desk, "plan", "show", "--json"))["entries"]} == {
        "update": "already", "transition": "manual", "comment": "manual",
    }  # fmt: skip
    team.move(team.task(change), "待客户确认")
    team.move(team.task(change), "已提交")
    office.read()
    assert steps() == [said], "who put it elsewhere is asked about that, not told to do it"


def test_what_somebody_did_otherwise_is_no_step_any_more_but_a_question(desk: Desk, office: Office, team: Team) -> None:
    implemented(desk)
    assert len(plan_of(desk)["entries"]) == 3
    team.put_off("M5 支付与对账", date(2026, 8, 1))
    office.read()
    again = plan_of(desk)
    assert states(again) == [("CR-004", "transition", "manual"), ("CR-004", "comment", "manual")]
    assert [(one["ref"], one["field"], one["kind"]) for one in again["left_out"]] == [("M5", "due", "merge")]


@pytest.mark.parametrize("team", ["CR-001 门店导航"], indirect=True)
def test_a_state_that_no_task_was_in_before_is_a_step_by_hand_too_and_is_seen_when_one_is(
    desk: Desk, office: Office, team: Team
) -> None:
    implemented(desk)
    (step,) = [one for one in plan_of(desk)["entries"] if one["verb"] == "transition"]
    assert (step["state"], step["fields"][0]["sends"]) == ("manual", "实施中")
    team.move(team.task("CR-004 小程序优惠券"), "实施中")
    office.read()
    again = plan_of(desk)
    assert [one for one in again["entries"] if one["verb"] == "transition"] == []
    assert again["left_out"] == []


def test_a_change_that_came_by_mail_is_a_step_by_hand_that_the_ref_in_its_title_closes(
    desk: Desk, office: Office, team: Team
) -> None:
    done(desk, "change", "submit", "--ref", "CR-009", *BY_MAIL)
    shown = done(desk, "plan")
    assert "  + 标题  CR-009 夜间模式" in shown
    assert "  + 说明  「深色主题」" in shown
    assert f"\n    https://qingchuan.worktile.com/mission/projects/{team.project.id}\n" in shown
    assert "设置 endpoints.create_task" in shown
    team.sandbox.team.add_task(team.project, "CR-009 夜间模式", type_=CHANGE)
    office.read()
    assert plan_of(desk)["entries"] == []
    assert team.writes() == []


def test_one_that_nothing_in_its_title_names_is_closed_by_adopting_it(desk: Desk, office: Office, team: Team) -> None:
    config = office.folder / "pmbridge.toml"
    config.write_text(config.read_text("utf-8").replace("match = '^(?P<ref>CR-\\d+)\\s'\n", ""), "utf-8")
    done(desk, "change", "submit", "--ref", "CR-009", *BY_MAIL)
    assert "    pmbridge change adopt CR-009 --item ITEM\n" in done(desk, "plan")
    made = team.sandbox.team.add_task(team.project, "夜间模式", type_=CHANGE)
    done(desk, "sync", "--accept-mapping")
    assert states(plan_of(desk)) == [("CR-009", "create", "manual")]
    done(desk, "change", "adopt", "CR-009", "--item", made.id)
    assert plan_of(desk)["entries"] == []


# ------------------------------------------------------------------------------ where the settings say how to make one


@pytest.fixture
def open_team(request: pytest.FixtureRequest) -> Iterator[Team]:
    how: dict[str, object] = getattr(request, "param", {})
    habits = Habits(provisional=True, drops=frozenset({MARK} if how.get("drops") else ()))
    with WorktileSandbox(FakeClock(SIX), habits=habits, marker=str(how.get("marker", MARK))) as sandbox:
        yield Team.at(sandbox)


@pytest.fixture
def open_office(tmp_path: Path, open_team: Team) -> Office:
    return settled(tmp_path / "desk", open_team.sandbox, project=open_team.project.id, rules=RULES)


@pytest.fixture
def open_desk(
    open_office: Office, open_team: Team, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Desk:
    desk = a_desk(open_office, monkeypatch, capsys)
    return awaiting(desk, final="M7", item=open_team.task("CR-004 小程序优惠券").id)


@pytest.mark.parametrize("open_team", [{"marker": MARK}, {"marker": "title"}], indirect=True)
def test_a_change_that_came_by_mail_is_made_once_where_the_settings_say_how(
    open_desk: Desk, open_office: Office, open_team: Team
) -> None:
    done(open_desk, "change", "submit", "--ref", "CR-009", *BY_MAIL)
    plan = plan_of(open_desk)
    assert states(plan) == [("CR-009", "create", "planned")]
    assert states(applied(open_desk, plan["plan"])) == [("CR-009", "create", "applied")]
    assert open_team.writes() == [MAKING]
    open_team.sandbox.clock.advance(3600)
    open_office.read()
    assert plan_of(open_desk)["entries"] == []
    assert titles(open_office).count("夜间模式") == 1
    with open_workspace(open_office.folder) as workspace:
        assert "夜间模式" not in [one.title.zh for one in workspace.engagement().changes if one.observed]
        (link,) = [one for one in workspace.store.writings.links("worktile") if one.ref == "CR-009"]
        assert link.origin == "created"


def test_a_setting_that_opens_something_counts_with_the_next_sync(
    tmp_path: Path, open_team: Team, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What projects can do is kept for a day; a person who has just followed the advice need not wait so long."""
    office = settled(tmp_path / "desk", open_team.sandbox, project=open_team.project.id, rules=RULES, endpoints={})
    desk = awaiting(a_desk(office, monkeypatch, capsys), final="M7", item=open_team.task("CR-004 小程序优惠券").id)
    done(desk, "change", "submit", "--ref", "CR-009", *BY_MAIL)
    assert states(plan_of(desk)) == [("CR-009", "create", "manual")]
    config = office.folder / "pmbridge.toml"
    endpoints = f"endpoints = {toml(open_team.sandbox.settings()['endpoints'])}"
    config.write_text(config.read_text("utf-8").replace("endpoints = {  }", endpoints), "utf-8")
    office.read()
    assert states(plan_of(desk)) == [("CR-009", "create", "planned")]
    open_team.sandbox.requests.clear()
    office.read()
    assert not [one for one in open_team.sandbox.requests if "get-projects-by-page" in one.path], "and is kept again"


def test_what_is_made_by_the_settings_goes_on_by_hand(open_desk: Desk, open_team: Team) -> None:
    implemented(open_desk)
    done(open_desk, "change", "submit", "--ref", "CR-009", *BY_MAIL)
    plan = plan_of(open_desk)
    assert states(plan) == [
        ("CR-009", "create", "planned"), ("M5", "update", "manual"),
        ("CR-004", "transition", "manual"), ("CR-004", "comment", "manual"),
    ]  # fmt: skip
    applied(open_desk, plan["plan"])
    assert open_team.writes() == [MAKING]


@pytest.mark.parametrize("what", ["lost_after", "lost_before", "late"])
@pytest.mark.parametrize("open_team", [{"marker": MARK}, {"marker": "title"}], indirect=True)
def test_a_lost_answer_makes_no_second_task(open_desk: Desk, open_office: Office, open_team: Team, what: What) -> None:
    done(open_desk, "change", "submit", "--ref", "CR-009", *BY_MAIL)
    open_team.sandbox.faults.add(Fault(call=MAKING, what=what, retry_after=30))
    with open_workspace(open_office.folder, clock=open_team.sandbox.clock) as workspace:
        engagement = workspace.engagement()
        last = apply_plan(workspace, engagement, make_plan(workspace, engagement))
        assert last.doubtful == 1
        for _ in range(3):
            open_team.sandbox.clock.advance(3600)
            workspace.sync().raise_for_failures()
            last = apply_plan(workspace, engagement, make_plan(workspace, engagement))
        assert (last.doubtful, last.plan.entries) == (0, ())
    assert titles(open_office).count("夜间模式") == 1


@pytest.mark.parametrize("open_team", [{"drops": True}], indirect=True)
def test_where_the_mark_is_not_kept_a_person_says_which_one_it_is(
    open_desk: Desk, open_office: Office, open_team: Team
) -> None:
    done(open_desk, "change", "submit", "--ref", "CR-009", *BY_MAIL)
    open_team.sandbox.faults.add(Fault(call=MAKING, what="lost_after"))
    with open_workspace(open_office.folder, clock=open_team.sandbox.clock) as workspace:
        engagement = workspace.engagement()
        assert apply_plan(workspace, engagement, make_plan(workspace, engagement)).doubtful == 1
        open_team.sandbox.clock.advance(3600)
        workspace.sync().raise_for_failures()
        assert apply_plan(workspace, engagement, make_plan(workspace, engagement)).doubtful == 0
    shown = done(open_desk, "plan")
    assert open_team.url("夜间模式") in shown
    assert open_team.writes() == [MAKING]
    done(open_desk, "change", "adopt", "CR-009", "--item", open_team.task("夜间模式").id)
    assert plan_of(open_desk)["entries"] == []
