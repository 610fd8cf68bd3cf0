"""A client's card becomes an issue of the developers, and back: through the register, once, whatever is killed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pmbridge.adapter import split_marker
from pmbridge.domain.recognise import Observed, recognise
from pmbridge.records import Item
from pmbridge.richtext import to_markdown
from pmbridge.store import Journal
from pmbridge.testing.clock import FakeClock
from pmbridge.testing.faults import Fault, What
from pmbridge.workspace import Workspace, open_workspace
from pmbridge_cli.played import screen
from pmbridge_jira.sandbox import JiraSandbox
from pmbridge_trello.sandbox import TrelloSandbox
from tests.e2e.desk import Done
from tests.e2e.test_cli_documents import valid
from tests.e2e.test_cli_plan_trello import CHANGE, Wall
from tests.e2e.write_desk import CONFIG, awaiting, toml

FRIDAY = datetime(2026, 6, 5, 10, tzinfo=UTC)
TRELLO = r"""
[engagements.lanhai.sources.milestones]
from = "card"
where = { group = "里程碑" }
match = '^(?P<ref>M\d)\s'
date_is = "plan"
[engagements.lanhai.sources.changes]
from = "card"
where = { group = "变更" }
states = { "待评估" = "submitted", "待客户确认" = "awaiting_decision", "实施中" = "implementing" }
write = { state = true, states = { approved = "已批准" }, decision = "public" }
"""
JIRA = """
[[engagements.lanhai.sources]]
connection = "jira"
project = "MALL|10000"
[engagements.lanhai.sources.changes]
from = "issue"
where = { type = "变更请求|10012" }
states = { "10101" = "submitted", "10103" = "awaiting_decision", "10105" = "implementing" }
write = { state = true, title = true }
"""
COPIES = """
[[engagements.lanhai.copies]]
concept = "change"
from = "trello:会员商城设计"
to = "jira:MALL"
when = ["awaiting_decision", "approved", "implementing"]
kind = "issue"
type = "任务|10002"
states = { awaiting_decision = "待办", approved = "待办", implementing = "进行中", implemented = "完成" }
carry = ["title", "description"]
decision = "public"

[[engagements.lanhai.copies]]
concept = "change"
from = "jira:MALL"
to = "trello:会员商城设计"
when = ["draft", "submitted", "awaiting_decision", "approved"]
kind = "card"
group = "变更"
states = { submitted = "待评估", awaiting_decision = "待客户确认" }
"""
THEIRS = "会员等级调整"
SAID = ("--option", "A", "--by", "张敏", "--evidence", "来信.eml")


@dataclass
class Desk:
    """A workspace over both tools; commands run in it as typed, on the clock of all three."""

    folder: Path
    clock: FakeClock
    wall: Wall
    jira: JiraSandbox
    workspace: Workspace

    def run(self, *args: str) -> Done:
        code, shown = screen(self.workspace, args)
        return Done(code=code, out=shown, talk=shown)

    def type(self, *args: str, code: int = 0) -> str:
        done = self.run(*args)
        assert done.code == code, done.out
        return done.out

    def plan(self) -> list[tuple[str, str, str]]:
        """Plan, and return connection, ref and verb of each entry that would be sent."""
        document: dict[str, Any] = json.loads(self.type("plan", "--json"))
        valid(document)
        return [(one["connection"], one["ref"], one["verb"]) for one in document["entries"]]

    def apply(self) -> None:
        number = json.loads(self.type("plan", "show", "--json"))["plan"]
        document = json.loads(self.type("apply", str(number), "--json"))
        assert {one["state"] for one in document["entries"]} <= {"applied"}, document

    def sync(self, seconds: float = 600) -> None:
        self.clock.advance(seconds)
        self.workspace.sync().raise_for_failures()

    def settle(self) -> None:
        """Sync, plan and apply until nothing is to be written, which two rounds must bring about."""
        for _ in range(2):
            self.sync()
            if not self.plan():
                return
            self.apply()
        self.sync()
        assert self.plan() == []

    def question(self, field: str, ref: str = "CR-004") -> str:
        listed = json.loads(self.type("conflicts", "list", "--json"))["conflicts"]
        (found,) = [one["ref"] for one in listed if (one["record"], one["field"]) == (ref, field)]
        return str(found)

    def seen(self, connection: str) -> Observed:
        (found,) = [one for one in self.workspace.engagement().observed() if one.source.connection == connection]
        return found

    def issues(self, title: str = CHANGE) -> list[Item]:
        """Return the issues of that title, but the one that the story of the sandbox has."""
        return [one for one in self.seen("jira").items if one.title == title and one.key != "MALL-231"]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Give a client's card that waits for the decision and is known to the register, and both rules for copies."""
    clock = FakeClock(FRIDAY)
    with TrelloSandbox(clock) as trello, JiraSandbox(clock) as jira:
        jira.play(FRIDAY)
        wall = Wall.at(trello)
        folder = tmp_path / "desk"
        secrets = folder / "data" / "secrets"
        secrets.mkdir(mode=0o700, parents=True)
        monkeypatch.chdir(folder)
        connections = ""
        for name, sandbox in (("trello", trello), ("jira", jira)):
            secret = secrets / name
            secret.touch(mode=0o600)
            secret.write_text(sandbox.secret().get_secret_value(), "utf-8")
            said = {**sandbox.settings(), "read_only": False, "secret": f"file:data/secrets/{name}"}
            lines = "\n".join(f"{key} = {toml(value)}" for key, value in said.items())
            connections += f"[connections.{name}]\n{lines}\n"
        rules = TRELLO + JIRA + COPIES
        text = CONFIG.format(connection=connections, name="trello", project="会员商城设计", rules=rules)
        (folder / "pmbridge.toml").write_text(text, "utf-8")
        with open_workspace(folder, lang="zh-CN", clock=clock) as workspace:
            made = Desk(folder=folder, clock=clock, wall=wall, jira=jira, workspace=workspace)
            made.sync()
            awaiting(made, final="M7", item=f"trello:card:{wall.card(CHANGE).id}")  # type: ignore[arg-type]
            yield made


def test_a_clients_card_becomes_an_issue_and_the_decision_reaches_both_once(desk: Desk) -> None:
    assert desk.plan() == [("jira", "CR-004", "create")]
    desk.apply()
    desk.settle()
    (issue,) = desk.issues()
    assert issue.state.name == "待办"
    assert issue.description is not None
    assert to_markdown(issue.description).strip() == "优惠券"
    links = [one for one in desk.workspace.store.writings.links("jira") if one.ref == "CR-004"]
    assert [(one.role, one.origin) for one in links] == [("copy:change", "copied")]
    assert CHANGE not in [
        one.title.zh for one in desk.workspace.engagement().changes if one.observed and one.ref == issue.key
    ]

    desk.type("change", "decide", "CR-004", "approve", *SAID)
    assert sorted(desk.plan()) == [
        ("jira", "CR-004", "comment"),
        ("trello", "CR-004", "comment"),
        ("trello", "CR-004", "transition"),
    ]
    desk.apply()
    desk.settle()
    (issue,) = desk.issues()
    assert issue.state.name == "待办", "two of our states are one of theirs, which is no difference"
    assert desk.wall.list_of(CHANGE) == "已批准"
    told = [one for one in desk.wall.comments(CHANGE) if "客户决定" in one]
    assert len(told) == 1
    assert len(desk.jira.site.issues[int(issue.id.external_id)].comments) == 1


def test_what_the_developers_do_comes_back_to_the_client_through_the_register(desk: Desk) -> None:
    desk.type("change", "decide", "CR-004", "approve", *SAID)
    desk.settle()
    (issue,) = desk.issues()
    desk.clock.advance(60)
    desk.jira.world.edit(issue.id, state="10002")
    desk.sync()
    assert desk.plan() == [], "nothing is taken by itself, and nothing of theirs is overwritten"
    assert desk.question("state")
    desk.type("change", "implement", "CR-004")
    assert desk.plan() == [("trello", "CR-004", "transition")]
    desk.settle()
    assert desk.wall.list_of(CHANGE) == "实施中"
    assert [one.state.id for one in desk.issues()] == ["10002"]
    listed = json.loads(desk.type("conflicts", "list", "--json"))["conflicts"]
    assert [one["field"] for one in listed if one["record"] == "CR-004" and one["field"] == "state"] == []


def test_ours_holds_when_somebody_says_so(desk: Desk) -> None:
    desk.settle()
    (issue,) = desk.issues()
    desk.clock.advance(60)
    desk.jira.world.edit(issue.id, state="10002")
    desk.sync()
    desk.type("conflicts", "settle", desk.question("state"), "keep")
    assert desk.plan() == [("jira", "CR-004", "transition")]
    desk.settle()
    assert [one.state.id for one in desk.issues()] == ["10001"]


def from_the_developers(desk: Desk) -> None:
    """Let the register know what stands in Jira as MALL-240, which the client has not seen yet."""
    request = ("--title", THEIRS, "--description", "三级改四级", "--reason", "运营", "--by", "张敏", "--via", "email")
    desk.type("change", "submit", "--ref", "CR-009", *request, "--evidence", "来信.eml")
    desk.type("change", "adopt", "CR-009", "--item", "MALL-240")


def test_both_ways_at_once(desk: Desk) -> None:
    """One that the developers wrote goes to the client's board while the client's goes to them; none comes back."""
    from_the_developers(desk)
    assert sorted(desk.plan()) == [("jira", "CR-004", "create"), ("trello", "CR-009", "create")]
    desk.settle()
    card = desk.wall.card(THEIRS)
    assert desk.wall.list_of(THEIRS) == "待评估"
    assert [desk.wall.sandbox.store.labels[one].name for one in card.labels] == ["变更"]
    desk.settle()
    assert (len(desk.issues()), len(desk.issues(THEIRS))) == (1, 1), "MALL-240 itself and no copy of its copy"
    text, _ = split_marker(card.desc)
    desk.clock.advance(60)
    desk.wall.sandbox.store.edit_card(card, desc=text)
    desk.sync()
    assert desk.plan() == [], "nor when somebody removed the marker"


def test_texts_follow_the_register_and_a_title_of_theirs_is_taken_by_a_person_only(desk: Desk) -> None:
    """Once a change was submitted its words stand; a draft's may still be found."""
    desk.type("change", "add", "--ref", "CR-009", "--title", THEIRS, "--description", "三级改四级")
    desk.type("change", "adopt", "CR-009", "--item", "MALL-240")
    desk.settle()
    desk.type("change", "edit", "CR-009", "--description", "三级改五级")
    assert desk.plan() == [("trello", "CR-009", "update")]
    desk.settle()
    card = desk.wall.card(THEIRS)
    assert split_marker(card.desc)[0] == "三级改五级"
    assert split_marker(card.desc)[1] is not None, "the marker stays"
    desk.clock.advance(60)
    desk.wall.sandbox.store.edit_card(card, name="会员五级")
    desk.sync()
    assert desk.plan() == []
    desk.type("conflicts", "settle", desk.question("title", "CR-009"), "take")
    assert desk.plan() == [("jira", "CR-009", "update")], "and so it comes to where the change is at home"
    desk.settle()
    assert len(desk.issues("会员五级")) == 1


def test_a_text_that_a_person_wrote_into_the_copy_is_not_overwritten(desk: Desk) -> None:
    desk.type("change", "add", "--ref", "CR-009", "--title", THEIRS, "--description", "三级改四级")
    desk.type("change", "adopt", "CR-009", "--item", "MALL-240")
    desk.settle()
    card = desk.wall.card(THEIRS)
    desk.clock.advance(60)
    desk.wall.sandbox.store.edit_card(card, desc=card.desc.replace("三级改四级", "请先看原型"))
    desk.sync()
    desk.type("change", "edit", "CR-009", "--description", "三级改五级")
    desk.plan()
    number = json.loads(desk.type("plan", "show", "--json"))["plan"]
    desk.run("apply", str(number))  # if the mirror did not know it, the look before the write does
    desk.sync()
    assert desk.plan() == []
    assert split_marker(card.desc)[0] == "请先看原型"


class _Killed(BaseException):
    """The process ended here."""


def test_killed_between_the_answer_and_the_receipt_no_second_issue_is_made(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert desk.plan() == [("jira", "CR-004", "create")]

    def killed(*_: Any, **__: Any) -> None:
        raise _Killed

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "receipt", killed)
        with pytest.raises(_Killed):
            desk.apply()
    assert desk.workspace.store.writings.links("jira") == []
    desk.sync()
    assert desk.issues() != [], "it was made, and carries our marker"
    assert all(one.record.id != desk.issues()[0].id for one in _recognised(desk))
    desk.sync(3600)
    desk.settle()
    assert len(desk.issues()) == 1
    (link,) = [one for one in desk.workspace.store.writings.links("jira") if one.ref == "CR-004"]
    assert (link.origin, link.record) == ("copied", desk.issues()[0].id)


def _recognised(desk: Desk) -> list[Any]:
    return list(recognise(desk.seen("jira")).changes)


@pytest.mark.parametrize("what", ["lost_after", "lost_before", "late"])
def test_a_lost_answer_makes_no_second_issue(desk: Desk, what: What) -> None:
    desk.jira.faults.add(Fault(call="POST /rest/api/3/issue", what=what, retry_after=30))
    desk.plan()
    desk.run("apply", "1")
    for _ in range(3):
        desk.sync(3600)
        desk.plan()
        desk.run("apply", str(json.loads(desk.type("plan", "show", "--json"))["plan"]))
    desk.sync()
    assert desk.plan() == []
    assert len(desk.issues()) == 1


def test_a_copy_that_was_deleted_is_not_made_again(desk: Desk) -> None:
    desk.settle()
    (issue,) = desk.issues()
    desk.jira.world.delete(issue.id)
    desk.sync(8 * 86400)
    assert [one for one in desk.plan() if one[2] == "create"] == []
    desk.type("change", "decide", "CR-004", "approve", *SAID)
    assert [one for one in desk.plan() if one[0] == "jira"] == []
