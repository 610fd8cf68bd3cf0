"""Worktile's known traps, one by one: tokens that run out inside a 200, limits told by a web page, odd envelopes."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
from pydantic import SecretStr

from pmbridge.errors import (
    ConfigError,
    CredentialRefused,
    NotData,
    NotVisible,
    ProtocolError,
    RateLimited,
    Rejected,
    Unreachable,
)
from pmbridge.records import Change, Comment, Scope, Verb
from pmbridge.testing.context import GivenSecret
from pmbridge.testing.sandbox import FakeClock, Fault
from pmbridge.values import Named, ProjectId, RecordId, Rich
from pmbridge_worktile.sandbox import Habits, Limit, WorktileSandbox
from pmbridge_worktile.sandbox_http import CLIENT_SECRET, refused, reply
from tests.contract.worktile_bench import ALL, BULK, PROJECTS, TOKEN, V1, Mirror, Workspace, some


@pytest.fixture
def sandbox() -> Iterator[WorktileSandbox]:
    with WorktileSandbox(FakeClock()) as opened:
        yield opened


@pytest.fixture
def workspace(sandbox: WorktileSandbox) -> Workspace:
    return Workspace(sandbox)


@pytest.fixture
def project(sandbox: WorktileSandbox) -> ProjectId:
    return sandbox.world.project()


# ---------------------------------------------------------------------------------------------- tokens


def test_a_token_revoked_in_the_middle_is_renewed_once_and_nothing_is_lost(
    workspace: Workspace, sandbox: WorktileSandbox, project: ProjectId
) -> None:
    some(workspace, project, 150)

    def revoke(request: object, answer: object) -> None:
        if len(workspace.asked(V1)) == 1 and not workspace.asked(BULK):
            sandbox.server.revoke_tokens()

    sandbox.observers.append(revoke)
    mirror = workspace.pull(project, workers=1)
    assert len(mirror.items) == 150
    assert len(workspace.asked(TOKEN)) == 2


def test_a_token_is_replaced_before_it_ends(workspace: Workspace, sandbox: WorktileSandbox, project: ProjectId) -> None:
    adapter = workspace.run()
    adapter.check()
    sandbox.clock.advance(7200 - 61)
    list(adapter.projects())
    assert len(workspace.asked(TOKEN)) == 1
    sandbox.clock.advance(2)
    list(adapter.projects())
    assert len(workspace.asked(TOKEN)) == 2
    assert all(one.path == TOKEN or b"ok" not in one.body for one in sandbox.requests)


def test_several_threads_share_one_renewal(workspace: Workspace, sandbox: WorktileSandbox, project: ProjectId) -> None:
    some(workspace, project, 500)
    adapter = workspace.run(workers=3)
    adapter.check()
    sandbox.faults.add(Fault(call=f"GET {BULK}", what="503"))  # so that the threads get out of step

    def revoke(request: object, answer: object) -> None:
        if len(workspace.asked(V1)) == 3 and not workspace.asked(BULK):
            sandbox.server.revoke_tokens()

    sandbox.observers.append(revoke)
    mirror = Mirror()
    for page in adapter.pull(Scope(projects=(project,), kinds=ALL, fields={}), None, mirror):
        mirror.apply(page)
    assert len(mirror.items) == 500
    assert len(workspace.asked(TOKEN)) == 2


def test_the_token_goes_in_query_and_header_and_into_no_log(
    workspace: Workspace, sandbox: WorktileSandbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    workspace.run().check()
    (asked,) = workspace.asked(PROJECTS)
    (token,) = asked.query["access_token"]
    assert asked.headers["authorization"] == f"Bearer {token}"
    assert token not in caplog.text
    assert CLIENT_SECRET not in caplog.text
    assert "get-projects-by-page" in caplog.text


def test_a_wrong_secret_is_refused_by_name_and_asked_once(sandbox: WorktileSandbox) -> None:
    workspace = Workspace(sandbox, secret=GivenSecret(SecretStr("wrong-7f3a")))
    with pytest.raises(CredentialRefused) as caught:
        workspace.run().check()
    assert len(sandbox.requests) == 1
    assert "wrong-7f3a" not in repr(caught.value.facts) + str(caught.value)


def test_a_persons_refresh_token_is_kept_when_it_is_replaced() -> None:
    class Kept(GivenSecret):
        now: SecretStr | None = None

        def reveal(self) -> SecretStr:
            return self.now or super().reveal()

        def rotate(self, new: SecretStr) -> None:
            self.now = new

    with WorktileSandbox(FakeClock(), auth="oauth2") as sandbox:
        kept = Kept(sandbox.secret())
        workspace = Workspace(sandbox, secret=kept)
        list(workspace.run().projects())
        first = kept.reveal().get_secret_value()
        list(workspace.run().projects())
        assert first != sandbox.secret().get_secret_value()
        assert kept.reveal().get_secret_value() != first
        assert json.loads(first)["client_secret"] == CLIENT_SECRET


@pytest.mark.parametrize("secret", ["", "just-a-token", "{}", '{"client_secret": "s", "refresh_token": ""}'])
def test_a_persons_secret_of_another_form_is_refused_without_showing_it(secret: str) -> None:
    with WorktileSandbox(FakeClock(), auth="oauth2") as sandbox:
        with pytest.raises(CredentialRefused) as caught:
            Workspace(sandbox, secret=GivenSecret(SecretStr(secret))).run().check()
        assert caught.value.__cause__ is None
        assert not secret or secret not in str(caught.value.facts)
        assert sandbox.requests == []


def test_a_refresh_whose_answer_is_lost_is_not_repeated() -> None:
    with WorktileSandbox(FakeClock(), auth="oauth2") as sandbox:
        sandbox.faults.add(Fault(call="POST /api/oauth2/token", what="lost_after"))
        with pytest.raises(Unreachable):
            Workspace(sandbox).run().check()
        assert len(sandbox.requests) == 1


def test_a_secret_that_cannot_be_replaced_is_said_at_once() -> None:
    with WorktileSandbox(FakeClock(), auth="oauth2") as sandbox, pytest.raises(ConfigError):
        Workspace(sandbox).run().check()


# ---------------------------------------------------------------------------------------------- limits


@pytest.mark.parametrize(("says", "window_s"), [("seconds", 30), ("date", 30), ("nothing", 3)])
def test_a_limit_told_by_a_web_page_is_waited_for(says: str, window_s: float) -> None:
    clock = FakeClock()
    limit = Limit(requests=3, window_s=window_s, says=says)  # type: ignore[arg-type]
    with WorktileSandbox(clock, limit=limit) as sandbox:
        workspace, project = Workspace(sandbox), sandbox.world.project()
        some(workspace, project, 450)
        began = clock.now()
        mirror = workspace.pull(project, workers=1)
    assert len(mirror.items) == 450
    assert clock.now() - began >= timedelta(seconds=window_s)
    assert mirror.skipped == []


def test_a_wait_that_is_too_long_ends_the_pull(
    workspace: Workspace, sandbox: WorktileSandbox, project: ProjectId
) -> None:
    some(workspace, project, 1)
    sandbox.faults.add(Fault(call="* *", nth=2, what="429", retry_after=600))
    with pytest.raises(RateLimited) as caught:
        workspace.pull(project)
    assert caught.value.retry_after == 600
    assert "nginx" not in str(caught.value)


def test_a_gateways_page_is_no_data_whatever_its_status(
    workspace: Workspace, sandbox: WorktileSandbox, project: ProjectId
) -> None:
    some(workspace, project, 1)
    sandbox.faults.add(Fault(call=f"GET {V1}", what="forbidden", times=None))
    with pytest.raises(NotData):
        workspace.pull(project)


# ------------------------------------------------------------------------------------------- envelopes


@pytest.mark.parametrize("rows", ["items", "value"])
@pytest.mark.parametrize(("total", "more"), [(True, True), (False, True), (True, False), (False, False)])
def test_pages_come_in_several_forms_and_count_from_0(rows: str, total: bool, more: bool) -> None:
    habits = Habits(rows=rows, with_total=total, with_has_more=more)  # type: ignore[arg-type]
    with WorktileSandbox(FakeClock(), habits=habits) as sandbox:
        workspace, project = Workspace(sandbox), sandbox.world.project()
        some(workspace, project, 7)
        assert len(workspace.pull(project, page_size=3).items) == 7
        assert len(list(workspace.run().projects())) == 1
        assert {one.query["page_index"][0] for one in workspace.asked(V1)} >= {"0", "1", "2"}


def test_a_list_without_end_ends(workspace: Workspace, sandbox: WorktileSandbox, project: ProjectId) -> None:
    some(workspace, project, 2)
    sandbox.server.paged = lambda request, rows: reply({"items": rows, "has_more": True})  # type: ignore[method-assign]
    mirror = workspace.pull(project)
    (skipped,) = mirror.skipped
    assert isinstance(skipped.error, ProtocolError)
    assert len(workspace.asked(V1)) == 2
    assert project not in mirror.complete
    with pytest.raises(ProtocolError):
        list(workspace.run().projects())


def test_lists_of_people_without_end_cost_names_and_no_more(
    workspace: Workspace, sandbox: WorktileSandbox, project: ProjectId
) -> None:
    some(workspace, project, 2)
    routes = {one[1].pattern: one for one in sandbox.server.routes}
    for pattern, (method, compiled, _) in routes.items():
        if "get-members-by-page" in pattern:
            body: dict[str, object] = {"items": [{"uid": "u", "name": "x"}], "has_more": True}
        elif pattern.endswith("/tasks"):
            body = {"value": [{"_id": "a"}], "meta": {"has_more": True}}
        else:
            continue
        routes[pattern] = (method, compiled, lambda *_, body=body: reply(body))
    sandbox.server.routes = list(routes.values())
    mirror = workspace.pull(project)
    assert len(mirror.items) == 2
    assert mirror.people == {}
    assert len(workspace.asked("get-members-by-page")) == 2


def test_an_error_in_a_200_that_nobody_knows_is_an_error(
    workspace: Workspace, sandbox: WorktileSandbox, project: ProjectId
) -> None:
    some(workspace, project, 1)
    sandbox.server.paged = lambda request, rows: refused(1299, "quota\n<b>exceeded</b>")  # type: ignore[method-assign]
    with pytest.raises(Rejected) as caught:
        workspace.pull(project)
    assert caught.value.faults == {"": "1299 quota <b>exceeded</b>"}


# --------------------------------------------------------------------------------------------- details


def test_comments_are_asked_for_by_name_and_have_lasting_ids(
    workspace: Workspace, sandbox: WorktileSandbox, project: ProjectId
) -> None:
    (made,) = some(workspace, project, 1)
    team, task = sandbox.team, sandbox.team.tasks[made.external_id]
    tree = '[{"type":"paragraph","children":[{"text":"好"}]}]'
    for text in ("[@x|小张] 请确认", "第二条", tree):
        sandbox.world.comment(made, text)
    team.comment(task, "别人的", by=team.add_user("赵工"))
    found = workspace.details(made, Verb.COMMENTS)
    (asked,) = workspace.asked(f"/tasks/{made.external_id}")
    assert asked.query["columns"] == ["comments"]
    told = [one for one in found.records if isinstance(one, Comment)]
    assert [one.body for one in told] == [
        Rich(format="markdown", original="@小张 请确认"), Rich(format="markdown", original="第二条"),
        Rich(format="slate", original=tree), Rich(format="markdown", original="别人的"),
    ]  # fmt: skip
    assert {one.author for one in told} == {team.add_user("陈工").uid, team.add_user("赵工").uid}
    assert len({one.id for one in told}) == 4, "of one second"
    task.comments[1].content = "第二条（改）"
    again = workspace.details(made, Verb.COMMENTS).records
    assert [one.id for one in again] == [one.id for one in told]


def test_a_comment_does_not_touch_the_task_so_comments_are_quiet(
    workspace: Workspace, sandbox: WorktileSandbox, project: ProjectId
) -> None:
    (made,) = some(workspace, project, 1)
    mirror = workspace.pull(project)
    sandbox.clock.advance(60)
    sandbox.world.comment(made, "x")
    since = len(sandbox.requests)
    workspace.pull(project, into=mirror)
    assert workspace.asked(BULK, since) == []
    assert Verb.COMMENTS in workspace.run().quiet


def test_details_of_what_is_not_there_carry_their_error(
    workspace: Workspace, sandbox: WorktileSandbox, project: ProjectId
) -> None:
    made, lost = some(workspace, project, 2)
    sandbox.world.hide(lost)
    found = workspace.details(lost, Verb.COMMENTS)
    assert isinstance(found.error, NotVisible)
    assert found.parts == frozenset()
    for id_ in (RecordId(kind="tag", external_id="p/t"), RecordId(kind="task", external_id="../x")):
        assert workspace.details(id_, Verb.COMMENTS).error is not None
    assert workspace.details(made, Verb.HISTORY).error is not None, "no setting says where the history is"
    assert not workspace.asked("/x")


def test_an_answer_without_comments_is_not_no_comments(
    workspace: Workspace, sandbox: WorktileSandbox, project: ProjectId
) -> None:
    (made,) = some(workspace, project, 1)
    found = workspace.details(made, Verb.COMMENTS)
    assert (found.error, found.records) == (None, ())
    sandbox.server.routes = [
        (method, pattern, (lambda *_: reply({"code": 200, "data": {"value": {"_id": "a", "title": "t"}}})))
        if "tasks/" in pattern.pattern
        else (method, pattern, handler)
        for method, pattern, handler in sandbox.server.routes
    ]
    found = workspace.details(made, Verb.COMMENTS)
    assert isinstance(found.error, ProtocolError)
    assert found.parts == frozenset()


def test_history_comes_in_the_form_that_the_settings_describe() -> None:
    with WorktileSandbox(FakeClock(), habits=Habits(provisional=True)) as sandbox:
        workspace, project = Workspace(sandbox), sandbox.world.project()
        (made,) = some(workspace, project, 1)
        sandbox.world.edit(made, state="in_progress")
        sandbox.clock.advance(5)
        sandbox.world.edit(made, state="关闭")
        found = workspace.details(made, Verb.HISTORY, Verb.COMMENTS)
        assert found.parts == {Verb.HISTORY, Verb.COMMENTS}
        moves = [one for one in found.records if isinstance(one, Change)]
        assert [(_name(one.before), _name(one.after)) for one in moves] == [("未开始", "进行中"), ("进行中", "关闭")]
        assert moves[-1].at == sandbox.clock.now()
        assert workspace.run().describe(project).kinds["task"].supports[Verb.HISTORY]
        wrong = {"task_transitions": {"path": "/_provisional/tasks/{task_id}/transitions", "at": "when"}}
        found = workspace.details(made, Verb.HISTORY, endpoints=wrong)
        assert isinstance(found.error, ProtocolError)
        assert found.error.facts["field"] == "0.when"


def _name(value: object) -> str | None:
    return value.name if isinstance(value, Named) else None


# -------------------------------------------------------------------------------------------- describe


def test_the_schema_is_gathered_from_the_tasks_seen(
    workspace: Workspace, sandbox: WorktileSandbox, project: ProjectId
) -> None:
    world, team = sandbox.world, sandbox.team
    made = some(workspace, project, 2)
    world.edit(made[0], state="关闭", group=world.add_tag(project, "风险"),
               fields={"qp_version": team.option("v1.0"), "yjrq": {"date": 1, "with_time": 0}})  # fmt: skip
    world.add_group(project, "M1")
    schema = workspace.run().describe("项目 1")
    task, tag = schema.kinds["task"], schema.kinds["tag"]
    assert schema.project.id == project
    assert not task.complete
    assert {one.name for one in task.types} == {"任务", "里程碑"}
    assert [(one.state.name, one.state.category) for one in task.states] == [
        ("未开始", "todo"), ("未开始", "todo"), ("关闭", "done"),
    ]  # fmt: skip
    fields = {one.id: one for one in task.fields}
    assert {id_: (one.name, one.type) for id_, one in fields.items()} == {
        "gs_yg": ("gs_yg", "number"), "qp_version": ("qp_version", "named"), "yjrq": ("预计日期", "day"),
    }  # fmt: skip
    assert [one.name for one in fields["qp_version"].options] == ["v1.0"]
    assert [one.title for one in tag.groups] == ["风险"]
    for name in (project, " 项目 1 "):
        assert workspace.run().describe(name).project == schema.project


def test_a_project_that_is_not_there_names_the_nearest(workspace: Workspace, sandbox: WorktileSandbox) -> None:
    sandbox.team.add_project("会员商城上线")
    with pytest.raises(ConfigError) as caught:
        workspace.run().describe("会员商城")
    assert "会员商城上线" in caught.value.text("zh")
    for _ in range(2):
        sandbox.team.add_project("双胞胎")
    with pytest.raises(ConfigError) as caught:
        workspace.run().describe("双胞胎")
    assert caught.value.text("en").count("双胞胎|") == 2


def test_check_says_that_nobody_is_behind_the_token_and_what_stays_by_hand(workspace: Workspace) -> None:
    account = workspace.run().check()
    assert account.service == "Worktile"
    assert account.learned == {"secret_expires_on": None}
    assert [one.zh for one in account.notes][-1] == (
        "Worktile 的开放接口没有公开「修改任务」：pmbridge 会把这类改动列为手动步骤，并在您改好后自动勾掉。"
    )
