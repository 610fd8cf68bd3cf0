"""`pmbridge sync` writes by itself what `write.auto` lists and nothing else; `pmbridge parked` lets the rest go on."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pmbridge import wishing
from pmbridge.by_hand import steps_by_hand
from pmbridge.errors import Rejected
from pmbridge.planning import apply_plan, make_plan
from pmbridge.records import NOT_YET, Receipt, Transition, Verb, Write
from pmbridge.sync import SyncResult
from pmbridge.testing.faults import Fault
from pmbridge.values import ProjectId
from pmbridge.workspace import Workspace, open_workspace
from pmbridge_jira.adapter import JiraAdapter
from pmbridge_jira.sandbox import JiraSandbox
from tests.e2e import test_cli_plan
from tests.e2e.desk import Desk
from tests.e2e.office import Office
from tests.e2e.test_cli_conflicts import done
from tests.e2e.test_cli_documents import valid
from tests.e2e.test_cli_plan import implement, planned, writes

jira, office, desk = test_cli_plan.jira, test_cli_plan.office, test_cli_plan.desk
REQUEST = ("--description", "深色主题", "--reason", "运营", "--by", "张敏", "--via", "email", "--evidence", "来信.eml")


def allow(office: Office, *verbs: str, **settings: object) -> None:
    """Let a sync write *verbs* by itself."""
    config = office.folder / "pmbridge.toml"
    text = config.read_text("utf-8")
    line = f"[engagements.lanhai]\nwrite = {{ auto = {json.dumps(verbs)} }}\n"
    text = text.replace("[engagements.lanhai]\n", line, 1)
    for key, value in settings.items():
        text = text.replace("[connections.jira]\n", f"[connections.jira]\n{key} = {json.dumps(value)}\n", 1)
    config.write_text(text, "utf-8")


def submit(desk: Desk, ref: str, title: str) -> None:
    done(desk, "change", "submit", "--ref", ref, "--title", title, *REQUEST, "--at", "2026-06-05T09:00")


@pytest.fixture
def at(office: Office, desk: Desk, jira: JiraSandbox) -> Callable[[], SyncResult]:
    """Give what syncs on the sandbox's clock, each time an hour later."""

    def synced() -> SyncResult:
        jira.clock.advance(3600)
        with open_workspace(office.folder, clock=jira.clock) as workspace:
            return workspace.sync()

    return synced


def test_nothing_is_written_by_a_sync_unless_it_is_listed(desk: Desk, jira: JiraSandbox, at: Any) -> None:
    implement(desk)
    jira.requests.clear()
    assert at().exit_code == 0
    assert writes(jira) == []


def test_a_sync_writes_what_is_listed_once_and_names_the_plan(
    desk: Desk, office: Office, jira: JiraSandbox, at: Any
) -> None:
    allow(office, "update", "comment")
    first = at()
    assert first.warnings == ()
    implement(desk)
    jira.requests.clear()
    result = at()
    (outcome,) = result.connections.values()
    assert (outcome.written, outcome.unwritten, result.exit_code) == (1, 1, 0)
    plan = json.loads(done(desk, "plan", "show", str(outcome.plan), "--json"))
    states = {(one["verb"], one["state"]) for one in plan["entries"]}
    assert states == {("update", "applied"), ("comment", "blocked")}, "the state that it reports is not listed"
    assert len(writes(jira)) == 1
    again = at()
    assert len(writes(jira)) == 1
    assert again.connections["jira"].written == 0
    at()
    number = again.connections["jira"].plan
    with open_workspace(office.folder, clock=jira.clock) as workspace:
        newest = workspace.store.writings.plan()
        assert newest is not None
        assert newest.number == number, "what cannot be sent yet is not planned anew each hour"


def test_the_screen_of_a_sync_says_what_it_wrote(desk: Desk, office: Office, jira: JiraSandbox, at: Any) -> None:
    allow(office, "update", "transition", "comment")
    at()
    implement(desk)
    shown = done(desk, "sync")
    assert "写入 3（计划" in shown.splitlines()[0]
    document = json.loads(done(desk, "sync", "--json"))
    valid(document)
    assert (document["connections"]["jira"]["written"], document["connections"]["jira"]["plan"]) == (0, None)


def test_the_first_sync_under_a_new_mapping_sends_nothing_and_the_next_one_does(
    desk: Desk, office: Office, jira: JiraSandbox, at: Any
) -> None:
    implement(desk)
    allow(office, "update")
    jira.requests.clear()
    first = at()
    (outcome,) = first.connections.values()
    assert writes(jira) == []
    assert f"计划 {outcome.plan}" in first.warnings[-1].zh
    assert at().connections["jira"].written == 1
    config = office.folder / "pmbridge.toml"
    text = config.read_text("utf-8").replace("create = true", "create = false")
    config.write_text(text.replace('auto = ["update"]', 'auto = ["update", "transition"]'), "utf-8")
    jira.requests.clear()
    assert at().connections["jira"].written == 0
    assert writes(jira) == []
    assert at().connections["jira"].written == 1


def test_more_than_the_limit_is_not_sent_by_a_sync_and_a_person_can(
    desk: Desk, office: Office, jira: JiraSandbox, at: Any
) -> None:
    allow(office, "create", max_writes=2)
    at()
    for n in range(3):
        submit(desk, f"CR-02{n}", f"夜间模式 {n}")
    jira.requests.clear()
    stopped = desk.run("sync")
    assert stopped.code == 6
    assert "3 处" in stopped.out + stopped.talk
    assert writes(jira) == []
    (stop,) = [one for one in json.loads(done(desk, "next", "--json"))["tasks"] if one["kind"] == "stop"]
    mail = desk.run("sync", "-q")
    assert mail.code == 6
    assert mail.out.startswith("pmbridge: 将一次向「jira」写入 3 处")
    number = stop["command"].split()[2]
    assert f"计划 {number}" in mail.out, "and the plan is not made anew each time"
    assert desk.run(*stop["command"].split()[1:]).code == 0
    assert len(writes(jira)) == 3
    assert not [one for one in json.loads(done(desk, "next", "--json"))["tasks"] if one["kind"] == "stop"]
    jira.clock.advance(3600)
    assert desk.run("sync").code == 0


def test_a_connection_that_is_read_only_is_not_written_by_a_sync(
    desk: Desk, office: Office, jira: JiraSandbox, at: Any
) -> None:
    allow(office, "create", "update", "transition", "comment")
    at()
    config = office.folder / "pmbridge.toml"
    config.write_text(config.read_text("utf-8").replace("read_only = false", "read_only = true"), "utf-8")
    implement(desk)
    jira.requests.clear()
    assert at().exit_code == 0
    assert writes(jira) == []


def test_a_mapping_that_no_longer_fits_is_told_by_the_result_and_raises_nothing(office: Office, at: Any) -> None:
    allow(office, "update")
    at()
    config = office.folder / "pmbridge.toml"
    config.write_text(config.read_text("utf-8").replace('"10102" = "under', '"99999" = "under'), "utf-8")
    result = at()
    assert result.exit_code != 0
    assert any("99999" in problem.text("en") for problem in result.connections["jira"].problems)


def test_steps_by_hand_stand_after_a_sync_that_wrote_by_itself(
    desk: Desk, office: Office, jira: JiraSandbox, at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(office, "update")
    at()
    submit(desk, "CR-009", "夜间模式")
    described = wishing._supports

    def without_create(wishes: Any, adapter: Any) -> Any:
        real = described(wishes, adapter)
        return lambda project, kind, verb: NOT_YET if verb is Verb.CREATE else real(project, kind, verb)

    monkeypatch.setattr(wishing, "_supports", without_create)
    implement(desk)
    assert at().connections["jira"].written == 1
    with open_workspace(office.folder, clock=jira.clock) as workspace:
        assert "CR-009" in [one.ref for one in steps_by_hand(workspace, workspace.engagement())]


def test_a_sync_finds_out_what_became_of_a_write_in_doubt(
    desk: Desk, office: Office, jira: JiraSandbox, at: Any
) -> None:
    submit(desk, "CR-009", "夜间模式")
    jira.faults.add(Fault(call="POST /rest/api/3/issue", what="lost_after"))
    with open_workspace(office.folder, clock=jira.clock) as workspace:
        engagement = workspace.engagement()
        assert apply_plan(workspace, engagement, make_plan(workspace, engagement)).doubtful == 1
        jira.clock.advance(30)
        early = workspace.sync()
        assert early.exit_code in (0, 5)
    at()
    assert planned(desk)["entries"] == []
    (link,) = json.loads(done(desk, "change", "show", "CR-009", "--json"))["links"]
    assert "/browse/MALL-" in link["url"]


# ------------------------------------------------------------------------------------------------- what was given up


def give_up(office: Office, jira: JiraSandbox) -> None:
    """Have the one create lose its answer before it arrives, as often as it is tried."""
    jira.faults.add(Fault(call="POST /rest/api/3/issue", what="lost_before", times=None))
    with open_workspace(office.folder, clock=jira.clock) as workspace:
        for _ in range(5):
            engagement = workspace.engagement()
            apply_plan(workspace, engagement, make_plan(workspace, engagement))
            jira.clock.advance(3600)
            workspace.sync()
    jira.faults.clear()


def the_parked(desk: Desk) -> list[dict[str, Any]]:
    document = json.loads(done(desk, "parked", "--json"))
    valid(document)
    found: list[dict[str, Any]] = document["parked"]
    return found


def apply_now(office: Office, jira: JiraSandbox) -> list[str]:
    with open_workspace(office.folder, clock=jira.clock) as workspace:
        engagement = workspace.engagement()
        done_now = apply_plan(workspace, engagement, make_plan(workspace, engagement))
        return [one.state for one in done_now.plan.entries]


def test_a_create_that_was_tried_too_often_is_sent_again_once_a_person_says_so(
    desk: Desk, office: Office, jira: JiraSandbox
) -> None:
    submit(desk, "CR-009", "夜间模式")
    give_up(office, jira)
    (one,) = the_parked(desk)
    assert (one["ref"], one["verb"], one["title"], one["candidates"]) == ("CR-009", "create", "夜间模式", [])
    assert apply_now(office, jira) == ["blocked"]
    tasks = json.loads(done(desk, "next", "--json"))["tasks"]
    assert "pmbridge parked CR-009" in [one["command"] for one in tasks]
    released = done(desk, "parked", "cr-009", "--again")
    assert released.splitlines()[-1] == "下一步：pmbridge plan"
    assert the_parked(desk) == []
    assert apply_now(office, jira) == ["applied"]
    assert apply_now(office, jira) == []


def test_a_person_says_which_record_a_create_became(desk: Desk, office: Office, jira: JiraSandbox) -> None:
    submit(desk, "CR-009", "夜间模式")
    give_up(office, jira)
    jira.world.add_item(ProjectId("10000"), "夜间模式")
    jira.clock.advance(3600)
    with open_workspace(office.folder, clock=jira.clock) as workspace:
        workspace.sync()
    shown = done(desk, "parked")
    (one,) = the_parked(desk)
    (candidate,) = one["candidates"]
    assert f"pmbridge parked CR-009 --item {candidate['place']}  就是它" in shown
    other = desk.run("parked", "CR-009", "--item", "MALL-231")
    assert other.code == 1, "that is another change of the register already"
    done(desk, "parked", "CR-009", "--item", candidate["place"])
    (link,) = json.loads(done(desk, "change", "show", "CR-009", "--json"))["links"]
    assert link["url"].endswith(candidate["place"])
    assert [one["verb"] for one in planned(desk)["entries"]] == []
    assert the_parked(desk) == []


def test_what_was_made_and_deleted_is_made_anew_with_another_marker(
    desk: Desk, office: Office, jira: JiraSandbox
) -> None:
    submit(desk, "CR-009", "夜间模式")
    with open_workspace(office.folder, clock=jira.clock) as workspace:
        engagement = workspace.engagement()
        made = make_plan(workspace, engagement)
        row = _park_as_deleted(workspace, made)
    done(desk, "parked", "CR-009", "--again")
    with open_workspace(office.folder, clock=jira.clock) as workspace:
        engagement = workspace.engagement()
        plan = make_plan(workspace, engagement)
        (entry,) = plan.entries
        assert entry.write.uid != row
        assert apply_plan(workspace, engagement, plan).plan.entries[0].state == "applied"
        assert make_plan(workspace, engagement).entries == ()


def _park_as_deleted(workspace: Workspace, plan: Any) -> str:
    """Leave the one create of *plan* as a lost answer leaves it whose record was found deleted."""
    from pmbridge.store import OutboxRow
    from pmbridge.sync.entry import fields_bytes, write_bytes
    from pmbridge.sync.receipt import MADE_AND_DELETED

    (entry,) = plan.entries
    row = OutboxRow(
        uid=entry.write.uid, engagement="lanhai", ref=entry.ref, role=entry.role, seq=0, verb="create",
        write=write_bytes("create", entry.write), fields=fields_bytes(entry.fields),
    )  # fmt: skip
    with workspace.store.holding("jira", adapter="jira", owner="h:1:x", ttl_s=60) as run:
        assert run.journal.intend(row, link_bases=None, at=workspace.clock.now() - timedelta(hours=1))
        run.journal.set_state(row.uid, "parked", MADE_AND_DELETED)
    return row.uid


def test_a_state_that_jira_refused_is_decided_afresh_once_it_is_released(
    desk: Desk, office: Office, jira: JiraSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    implement(desk)
    push = JiraAdapter.push

    def refused(self: JiraAdapter, write: Write) -> Receipt:
        if isinstance(write, Transition):
            raise Rejected(faults={"status": "the workflow has no such step"}, tool="Jira")
        return push(self, write)

    with monkeypatch.context() as patch:
        patch.setattr(JiraAdapter, "push", refused)
        assert apply_now(office, jira) == ["applied", "blocked", "blocked"], "nor does a comment report it"
    assert [one["state"] for one in planned(desk)["entries"]] == ["blocked", "planned"]
    assert "the workflow has no such step" in done(desk, "parked", "CR-004")
    assert desk.run("parked", "CR-004", "--there").code == 1
    done(desk, "parked", "CR-004", "--again")
    assert apply_now(office, jira) == ["applied", "applied"]


def test_an_edit_that_was_overwritten_unseen_is_listed_with_the_value_that_was_lost(
    desk: Desk, office: Office, jira: JiraSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    implement(desk)
    push, issue = JiraAdapter.push, office.issue("MALL-231")

    def somebody_was_faster(self: JiraAdapter, write: Write) -> Receipt:
        if isinstance(write, Transition):
            jira.world.edit(issue, state="10104")
        return push(self, write)

    with monkeypatch.context() as patch:
        patch.setattr(JiraAdapter, "push", somebody_was_faster)
        assert apply_now(office, jira) == ["applied", "applied", "applied"]
    (one,) = the_parked(desk)
    assert "覆盖了刚有人填的「已批准」" in one["reason"]
    assert "pmbridge parked CR-004 --there  以我们的为准" in done(desk, "parked")
    assert desk.run("parked", "CR-004", "--again").code == 1
    done(desk, "parked", "CR-004", "--there")
    assert the_parked(desk) == []
    assert apply_now(office, jira) == []


def test_parked_that_is_said_wrongly_changes_nothing(desk: Desk) -> None:
    assert desk.run("parked", "CR-099", "--again").code == 1
    assert desk.run("parked", "--again").code == 2
    assert desk.run("parked", "CR-004", "--again", "--there").code == 2


def test_parked_says_so_when_there_is_nothing(desk: Desk, tmp_path: Path) -> None:
    assert done(desk, "parked") == "没有搁置的写入。\n"
    assert the_parked(desk) == []
