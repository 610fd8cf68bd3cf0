"""Plans over Trello: cards go to the mapped list with the decision beside them, dates are written, nothing twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pmbridge.adapter import split_marker
from pmbridge.planning import Applied, apply_plan, make_plan
from pmbridge.testing.clock import FakeClock
from pmbridge.testing.faults import Fault, What
from pmbridge.workspace import open_workspace
from pmbridge_trello.sandbox import TrelloSandbox
from pmbridge_trello.sandbox_state import Board, Card, Field
from tests.e2e.desk import Desk
from tests.e2e.office import Office
from tests.e2e.test_cli_conflicts import done
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
)

SIX = datetime(2026, 6, 5, 10, tzinfo=UTC)
LISTS = ("待评估", "待客户确认", "已批准", "实施中", "已完成")
RULES = r"""
[engagements.lanhai.sources.milestones]
from = "card"
where = { group = "里程碑" }
match = '^(?P<ref>M\d)\s'
date_is = "plan"
write = { date = true }
[engagements.lanhai.sources.changes]
from = "card"
where = { group = "变更" }
states = { "待评估" = "submitted", "待客户确认" = "awaiting_decision", "实施中" = "implementing" }
write = { state = true, states = { approved = "已批准" }, decision = "internal", create = true }
"""
CHANGE, M5 = "小程序优惠券", "M5 支付与对账"
COMMENT = "POST /1/cards/*/actions/comments"


@dataclass
class Wall:
    """A board, and what people do at it by hand."""

    sandbox: TrelloSandbox
    board: Board
    planned: Field

    @classmethod
    def at(cls, sandbox: TrelloSandbox) -> Wall:
        """Give a board with two milestones and a change that waits for the client, with people's own comment on it."""
        sandbox.allow_writing()
        store = sandbox.store
        board = store.add_board("会员商城设计", lists=LISTS)
        field = store.add_field(board, "计划日期", "date")
        milestone, change = (store.add_label(board, name, "red") for name in ("里程碑", "变更"))
        first, waiting = store.lists_of(board)[:2]
        for title, day in ((M5, 26), ("M7 上线", 30)):
            due = datetime(2026, 6, day, 10, tzinfo=UTC)
            card = store.add_card(first, title, due=due, labels=(milestone.id,))
            store.set_value(card, field, due)
        card = store.add_card(waiting, CHANGE, labels=(change.id,), desc="来自运营")
        store.comment(card, "等张敏回信")
        return cls(sandbox, board, field)

    def card(self, title: str) -> Card:
        (found,) = [one for one in self.sandbox.store.cards.values() if one.name == title]
        return found

    def list_of(self, title: str) -> str:
        return self.sandbox.store.lists[self.card(title).in_list].name

    def move(self, title: str, to: str) -> None:
        (target,) = [one.id for one in self.sandbox.store.lists_of(self.board) if one.name == to]
        self.sandbox.clock.advance(60)
        self.sandbox.store.edit_card(self.card(title), in_list=target)

    def put_off(self, title: str, due: datetime) -> None:
        self.sandbox.clock.advance(60)
        self.sandbox.store.edit_card(self.card(title), due=due)

    def comments(self, title: str) -> list[str]:
        """Return what was said on a card, oldest first."""
        told = sorted(self.sandbox.store.ledger.of_card(self.card(title).id), key=lambda one: one.id)
        return [str(one.data["text"]) for one in told if one.type == "commentCard"]

    def writes(self) -> list[str]:
        return [one.call for one in self.sandbox.requests if one.method != "GET"]


@pytest.fixture
def wall() -> Iterator[Wall]:
    with TrelloSandbox(FakeClock(SIX)) as sandbox:
        yield Wall.at(sandbox)


@pytest.fixture
def office(tmp_path: Path, wall: Wall) -> Office:
    return settled(tmp_path / "desk", wall.sandbox, project=f"{wall.board.name}|{wall.board.id}", rules=RULES)


@pytest.fixture
def desk(office: Office, wall: Wall, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    return awaiting(a_desk(office, monkeypatch, capsys), final="M7", item=wall.card(CHANGE).id)


def test_what_was_decided_reaches_the_board_by_exactly_the_plan_and_once(
    desk: Desk, office: Office, wall: Wall
) -> None:
    assert plan_of(desk)["entries"] == []
    implemented(desk)
    wall.sandbox.requests.clear()
    shown = done(desk, "plan")
    assert wall.sandbox.requests == [], "a plan asks and sends nothing"
    assert "修改 1 · 转换 1 · 评论 1" in shown
    assert "  ~ 日期  2026-06-26 → 2026-07-01" in shown
    assert "  ~ 状态  待客户确认 → 实施中" in shown
    document = plan_of(desk)
    assert states(applied(desk, document["plan"])) == [
        ("M5", "update", "applied"), ("CR-004", "transition", "applied"), ("CR-004", "comment", "applied"),
    ]  # fmt: skip
    assert len(wall.writes()) == 3
    assert wall.list_of(CHANGE) == "实施中"
    assert wall.card(M5).due == datetime(2026, 7, 1, 10, tzinfo=UTC), "the evening of the day, in the connection's zone"
    assert wall.card(CHANGE).desc == "来自运营"
    (_, ours) = wall.comments(CHANGE)
    said, marker = split_marker(ours)
    assert "批准方案 A，3 个工作日。张敏 2026-06-05" in said
    assert marker is not None
    wall.sandbox.clock.advance(60)
    office.read()
    assert plan_of(desk)["entries"] == [], "our own writes bring no echo"
    applied(desk, document["plan"])
    assert len(wall.writes()) == 3, "again sends nothing"


def test_each_step_moves_the_card_on_and_the_decision_is_told_once(desk: Desk, office: Office, wall: Wall) -> None:
    said = ("--option", "A", "--by", "张敏", "--evidence", "来信.eml")
    done(desk, "change", "decide", "CR-004", "approve", *said, "--at", "2026-06-05T09:00")
    applied(desk, plan_of(desk)["plan"])
    assert (wall.list_of(CHANGE), len(wall.comments(CHANGE))) == ("已批准", 2)
    wall.sandbox.clock.advance(60)
    office.read()
    done(desk, "change", "implement", "CR-004", "--at", "2026-06-05T09:30")
    plan = plan_of(desk)
    assert states(plan) == [("M5", "update", "planned"), ("CR-004", "transition", "planned")]
    applied(desk, plan["plan"])
    assert (wall.list_of(CHANGE), len(wall.comments(CHANGE))) == ("实施中", 2)


def test_what_somebody_moved_since_is_refused_and_the_rest_goes_on(desk: Desk, office: Office, wall: Wall) -> None:
    implemented(desk)
    plan = plan_of(desk)
    wall.move(CHANGE, "待评估")
    refused = applied(desk, plan["plan"], code=4)
    assert {one["verb"]: one["state"] for one in refused["entries"]} == {
        "update": "applied", "transition": "stale", "comment": "applied",
    }  # fmt: skip
    assert wall.list_of(CHANGE) == "待评估"
    office.read()
    again = plan_of(desk)
    assert again["entries"] == []
    assert [(one["ref"], one["field"], one["kind"]) for one in again["left_out"]] == [("CR-004", "state", "merge")]


def test_where_both_sides_moved_a_person_decides_and_that_is_written(desk: Desk, office: Office, wall: Wall) -> None:
    assert plan_of(desk)["entries"] == []
    implemented(desk)
    wall.move(CHANGE, "待评估")
    wall.put_off(M5, datetime(2026, 7, 20, 10, tzinfo=UTC))
    office.read()
    plan = plan_of(desk)
    assert states(plan) == [("CR-004", "comment", "planned")]
    assert [(one["ref"], one["field"], one["kind"]) for one in plan["left_out"]] == [
        ("M5", "due", "merge"), ("CR-004", "state", "merge"),
    ]  # fmt: skip
    listed = json.loads(done(desk, "conflicts", "list", "--json"))["conflicts"]
    (number,) = [one["ref"] for one in listed if (one["record"], one["field"]) == ("CR-004", "state")]
    done(desk, "conflicts", "settle", number, "keep")
    plan = plan_of(desk)
    applied(desk, plan["plan"])
    assert wall.list_of(CHANGE) == "实施中"
    assert wall.card(M5).due == datetime(2026, 7, 20, 10, tzinfo=UTC), "nobody said that ours is to replace it"


def test_a_change_that_came_by_mail_is_a_card_in_its_list_with_its_label_once(
    desk: Desk, office: Office, wall: Wall
) -> None:
    done(desk, "change", "submit", "--ref", "CR-009", *BY_MAIL)
    plan = plan_of(desk)
    assert states(plan) == [("CR-009", "create", "planned")]
    applied(desk, plan["plan"])
    made = wall.card("夜间模式")
    assert wall.list_of("夜间模式") == "待评估"
    assert [wall.sandbox.store.labels[one].name for one in made.labels] == ["变更"]
    assert split_marker(made.desc)[0] == "深色主题"
    (link,) = json.loads(done(desk, "change", "show", "CR-009", "--json"))["links"]
    assert made.short_link in link["url"]
    wall.sandbox.clock.advance(3600)
    office.read()
    assert plan_of(desk)["entries"] == []
    assert titles(office).count("夜间模式") == 1
    with open_workspace(office.folder) as workspace:
        assert "夜间模式" not in [one.title.zh for one in workspace.engagement().changes if one.observed]


def test_a_connection_that_is_only_read_is_sent_nothing(desk: Desk, office: Office, wall: Wall) -> None:
    config = office.folder / "pmbridge.toml"
    config.write_text(config.read_text("utf-8").replace("read_only = false", "read_only = true"), "utf-8")
    implemented(desk)
    done(desk, "change", "submit", "--ref", "CR-009", *BY_MAIL)
    assert done(desk, "plan").splitlines()[-1] == "下一步：pmbridge connect trello --write"
    wall.sandbox.requests.clear()
    refused = applied(desk, 1, code=4)
    assert [one["state"] for one in refused["entries"]] == ["blocked"] * 4
    assert wall.sandbox.requests == []


def test_a_token_that_may_only_read_makes_every_write_a_step_by_hand(
    tmp_path: Path, wall: Wall, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wall.sandbox.service.may_write = False
    office = settled(tmp_path / "other", wall.sandbox, project=wall.board.id, rules=RULES)
    desk = awaiting(a_desk(office, monkeypatch, capsys), final="M7", item=wall.card(CHANGE).id)
    implemented(desk)
    shown = done(desk, "plan")
    assert shown.count("令牌只读（缺少 write）") == 3
    assert wall.card(CHANGE).short_link in shown
    wall.move(CHANGE, "实施中")
    wall.put_off(M5, datetime(2026, 7, 1, 1, tzinfo=UTC))
    (said,) = [one["fields"][0]["sends"] for one in plan_of(desk)["entries"] if one["verb"] == "comment"]
    wall.sandbox.store.comment(wall.card(CHANGE), said.strip("「」"))
    office.read()
    assert plan_of(desk)["entries"] == []
    assert wall.writes() == []


def test_a_date_in_a_custom_field_is_written_there(
    tmp_path: Path, wall: Wall, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = RULES.replace('date_is = "plan"\n', 'date_is = "plan"\ndate = "field:计划日期"\n')
    office = settled(tmp_path / "other", wall.sandbox, project=wall.board.id, rules=rules)
    desk = awaiting(a_desk(office, monkeypatch, capsys), final="M7", item=wall.card(CHANGE).id)
    implemented(desk)
    plan = plan_of(desk)
    applied(desk, plan["plan"])
    assert "2026-07-01T10:00:00" in json.dumps(wall.card(M5).values[wall.planned.id].value, default=str)
    assert wall.card(M5).due == datetime(2026, 6, 26, 10, tzinfo=UTC)
    wall.sandbox.clock.advance(60)
    office.read()
    assert plan_of(desk)["entries"] == []


# ------------------------------------------------------------------------------------------------ answers that are lost


def retried(wall: Wall, office: Office, *, times: int = 3) -> Applied:
    """Apply once with the fault, then as often as it takes; return the last."""
    with open_workspace(office.folder, clock=wall.sandbox.clock) as workspace:
        engagement = workspace.engagement()
        last = apply_plan(workspace, engagement, make_plan(workspace, engagement))
        assert last.doubtful == 1
        for _ in range(times):
            wall.sandbox.clock.advance(3600)
            workspace.sync().raise_for_failures()
            last = apply_plan(workspace, engagement, make_plan(workspace, engagement))
    return last


@pytest.mark.parametrize("what", ["lost_after", "lost_before", "late"])
def test_a_lost_answer_makes_no_second_card(desk: Desk, office: Office, wall: Wall, what: What) -> None:
    done(desk, "change", "submit", "--ref", "CR-009", *BY_MAIL)
    wall.sandbox.faults.add(Fault(call="POST /1/cards", what=what, retry_after=30))
    last = retried(wall, office)
    assert (last.doubtful, last.plan.entries) == (0, ())
    assert titles(office).count("夜间模式") == 1
    with open_workspace(office.folder) as workspace:
        (link,) = [one for one in workspace.store.writings.links("trello") if one.ref == "CR-009"]
    assert link.record.external_id == wall.card("夜间模式").id


@pytest.mark.parametrize("what", ["lost_after", "lost_before", "late"])
def test_a_lost_answer_says_nothing_twice(desk: Desk, office: Office, wall: Wall, what: What) -> None:
    implemented(desk)
    wall.sandbox.faults.add(Fault(call=COMMENT, what=what, retry_after=30))
    last = retried(wall, office)
    assert (last.doubtful, last.plan.entries) == (0, ())
    assert len(wall.comments(CHANGE)) == 2


@pytest.mark.parametrize("what", ["lost_after", "lost_before", "late"])
def test_a_move_whose_answer_is_lost_is_carried_through(desk: Desk, office: Office, wall: Wall, what: What) -> None:
    implemented(desk)
    wall.sandbox.faults.add(Fault(call=f"PUT /1/cards/{wall.card(CHANGE).id}", what=what, retry_after=30))
    last = retried(wall, office)
    assert (last.doubtful, last.plan.entries) == (0, ())
    assert wall.list_of(CHANGE) == "实施中"
    assert len(wall.comments(CHANGE)) == 2


def test_a_move_whose_answer_is_lost_is_not_sent_over_somebodys_hand(desk: Desk, office: Office, wall: Wall) -> None:
    """Who puts the card back has decided; sending again because it does not hold would wipe that."""
    implemented(desk)
    wall.sandbox.faults.add(Fault(call=f"PUT /1/cards/{wall.card(CHANGE).id}", what="lost_after"))
    with open_workspace(office.folder, clock=wall.sandbox.clock) as workspace:
        engagement = workspace.engagement()
        assert apply_plan(workspace, engagement, make_plan(workspace, engagement)).doubtful == 1
        assert wall.list_of(CHANGE) == "实施中"
        wall.move(CHANGE, "待客户确认")
        for _ in range(3):
            wall.sandbox.clock.advance(3600)
            workspace.sync().raise_for_failures()
            apply_plan(workspace, engagement, make_plan(workspace, engagement))
    assert wall.list_of(CHANGE) == "待客户确认"


def test_a_card_that_was_tidied_away_before_it_was_found_is_not_made_again(
    desk: Desk, office: Office, wall: Wall
) -> None:
    done(desk, "change", "submit", "--ref", "CR-009", *BY_MAIL)
    elsewhere = wall.sandbox.store.add_board("别的看板", lists=("收件箱",))
    wall.sandbox.faults.add(Fault(call="POST /1/cards", what="lost_after"))
    with open_workspace(office.folder, clock=wall.sandbox.clock) as workspace:
        engagement = workspace.engagement()
        apply_plan(workspace, engagement, make_plan(workspace, engagement))
        (inbox,) = wall.sandbox.store.lists_of(elsewhere)
        wall.sandbox.store.move_card(wall.card("夜间模式"), inbox)
        for _ in range(3):
            wall.sandbox.clock.advance(3600)
            workspace.sync().raise_for_failures()
            last = apply_plan(workspace, engagement, make_plan(workspace, engagement))
            assert last.doubtful == 0
    assert [one.name for one in wall.sandbox.store.cards.values()].count("夜间模式") == 1
    assert wall.writes().count("POST /1/cards") == 1


def test_a_rate_limit_ends_the_run_and_the_next_one_goes_on(desk: Desk, office: Office, wall: Wall) -> None:
    implemented(desk)
    number = plan_of(desk)["plan"]
    wall.sandbox.faults.add(Fault(call=f"PUT /1/cards/{wall.card(CHANGE).id}", what="429", retry_after=3600))
    stopped = applied(desk, number, code=75)
    assert {one["verb"]: one["state"] for one in stopped["entries"]}["transition"] == "planned"
    wall.sandbox.clock.advance(timedelta(hours=2).total_seconds())
    assert [one["state"] for one in applied(desk, number)["entries"]] == ["applied"] * 3
    assert wall.list_of(CHANGE) == "实施中"
    assert len(wall.comments(CHANGE)) == 2
