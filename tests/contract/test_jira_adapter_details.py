"""Comments, history and approvals: whole, or with the reason why not."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

import pytest

from pmbridge.errors import NotVisible, RateLimited, Unsupported
from pmbridge.records import Approval, Change, Comment, Details, Verb, Wanted
from pmbridge.testing.sandbox import FakeClock, Fault
from pmbridge.values import Day, Many, Named, Plain, ProjectId, RecordId
from pmbridge_jira.sandbox import JiraSandbox
from tests.contract.jira_bench import Workspace, some

PARTS = frozenset({Verb.COMMENTS, Verb.HISTORY, Verb.APPROVALS})


@pytest.fixture(params=["cloud", "server"])
def both(request: pytest.FixtureRequest) -> Iterator[Workspace]:
    with JiraSandbox(FakeClock(), deployment=request.param) as sandbox:
        yield Workspace(sandbox)


@pytest.fixture
def cloud() -> Iterator[Workspace]:
    with JiraSandbox(FakeClock()) as sandbox:
        yield Workspace(sandbox)


def details(
    workspace: Workspace, project: ProjectId, *ids: RecordId, parts: Collection[Verb] = PARTS, **overrides: object
) -> list[Details]:
    wanted = [Wanted(id=one, project=project, parts=frozenset(parts)) for one in ids]
    answers = list(workspace.run(**overrides).details(wanted))
    assert [one.id for one in answers] == list(ids)
    return answers


def changes(one: Details) -> dict[str, Change]:
    return {record.field: record for record in one.records if isinstance(record, Change)}


def test_history_is_told_in_neutral_fields(both: Workspace) -> None:
    world = both.sandbox.world
    project = world.project()
    version, epic, sprint = (
        world.add_group(project, "M1"),
        world.add_epic(project, "Epic"),
        world.add_sprint(project, "S1"),
    )
    item = world.add_item(project, "Item", due=date(2026, 7, 1))
    both.sandbox.clock.advance(60)
    world.edit(item, title="Renamed", state="in_progress", due=date(2026, 7, 8), points=5, group=version, parent=epic)
    world.edit(item, group=sprint)
    (found,) = details(both, project, item, start_date_field="customfield_10015")
    told = changes(found)
    assert told["title"].before == Plain(text="Item")
    assert told["title"].after == Plain(text="Renamed")
    assert (told["due"].before, told["due"].after) == (Day(on=date(2026, 7, 1)), Day(on=date(2026, 7, 8)))
    assert isinstance(told["state"].after, Named)
    assert told["state"].after.id == "10002"
    assert str(told["field:customfield_10016"].after.value) == "5"  # type: ignore[union-attr]
    groups = [one.after for one in found.records if isinstance(one, Change) and one.field == "groups"]
    assert {one.items[0].id for one in groups if isinstance(one, Many)} == {str(version), str(sprint)}
    assert isinstance(told["parent"].after, Named)
    assert told["parent"].after.id in (epic.external_id, "WORLDA-1")
    assert found.error is None
    assert found.parts == PARTS
    assert found.whole


def test_history_of_many_issues_costs_one_request_on_cloud(cloud: Workspace) -> None:
    project = cloud.sandbox.world.project()
    made = some(cloud, project, 20)
    for one in made:
        cloud.sandbox.world.edit(one, state="done")
    began = len(cloud.sandbox.requests)
    found = details(cloud, project, *made, parts={Verb.HISTORY})
    assert all("state" in changes(one) for one in found)
    assert len(cloud.asked("/changelog/bulkfetch", began)) == 1


def test_history_dated_by_numbers_is_the_same(cloud: Workspace) -> None:
    project = cloud.sandbox.world.project()
    (item,) = some(cloud, project, 1)
    cloud.sandbox.world.edit(item, state="done")
    (text,) = details(cloud, project, item, parts={Verb.HISTORY})
    cloud.sandbox.deployment.quirks = frozenset({"numeric-created"})
    (number,) = details(cloud, project, item, parts={Verb.HISTORY})
    assert number.records == text.records


def test_comments_of_a_service_project_say_who_sees_them(both: Workspace) -> None:
    world, site = both.sandbox.world, both.sandbox.site
    project = world.project()
    item = world.add_item(project, "Item")
    site.comment(site.issues[int(item.external_id)], "给客户", public=True)
    site.comment(site.issues[int(item.external_id)], "内部", public=False)
    (found,) = details(both, project, item, parts={Verb.COMMENTS})
    comments = [one for one in found.records if isinstance(one, Comment)]
    assert len(comments) == 2
    assert [one.body.format for one in comments] == (["adf"] * 2 if both.sandbox.deployment.cloud else ["wiki"] * 2)
    # Data Center's platform API does not tell them apart, so nothing is claimed there.
    told = ["public", "internal"] if both.sandbox.deployment.cloud else ["unknown", "unknown"]
    assert [one.audience for one in comments] == told
    assert all(one.author and one.created_at for one in comments)


def test_comments_outside_a_service_project_are_not_called_public(cloud: Workspace) -> None:
    site = cloud.sandbox.site
    project = site.add_project("PLAIN", "Plain")
    issue = site.add_issue(project, "10002", "Item")
    site.comment(issue, "text")
    (found,) = details(cloud, ProjectId(str(project.id)), RecordId(kind="issue", external_id=str(issue.id)))
    (comment,) = [one for one in found.records if isinstance(one, Comment)]
    assert comment.audience == "unknown"


def test_approvals_are_read_for_requests(both: Workspace) -> None:
    world = both.sandbox.world
    project = world.project()
    item = world.add_item(project, "变更")
    world.approve(item, "张敏")
    (found,) = details(both, project, item, parts={Verb.APPROVALS})
    (approval,) = found.records
    assert isinstance(approval, Approval)
    assert (approval.decision, len(approval.votes)) == ("approved", 1)
    assert approval.completed_at is not None


def test_approvals_are_not_asked_for_where_there_can_be_none(cloud: Workspace) -> None:
    site = cloud.sandbox.site
    project = site.add_project("PLAIN", "Plain")
    issue = site.add_issue(project, "10002", "Item")
    (found,) = details(cloud, ProjectId(str(project.id)), RecordId(kind="issue", external_id=str(issue.id)))
    assert found.error is None
    assert Verb.APPROVALS in found.parts
    assert not [one for one in cloud.sandbox.requests if "servicedeskapi" in one.path]


def test_a_404_of_the_service_desk_means_no_request_and_no_approvals(cloud: Workspace) -> None:
    project = cloud.sandbox.world.project()
    (item,) = some(cloud, project, 1)
    _hide_desk(cloud, 404)
    (found,) = details(cloud, project, item)
    assert found.error is None
    assert found.parts == PARTS


def test_a_403_of_the_service_desk_is_told_and_leaves_the_other_parts(cloud: Workspace) -> None:
    project = cloud.sandbox.world.project()
    (item,) = some(cloud, project, 1)
    cloud.sandbox.world.comment(item, "text")
    cloud.sandbox.faults.add(Fault(call="* /rest/servicedeskapi/*", what="forbidden", times=None))
    (found,) = details(cloud, project, item)
    assert isinstance(found.error, NotVisible)
    assert found.parts == PARTS - {Verb.APPROVALS}
    assert [one.shape for one in found.records] == ["comment"]


def _hide_desk(workspace: Workspace, status: int) -> None:
    from werkzeug.wrappers import Response

    answer = workspace.sandbox.deployment.answer

    def without(request: Any) -> Response:
        response = answer(request)
        if "servicedeskapi" in request.path:
            response.status_code = status
            response.set_data('{"errorMessage":"no request","i18nErrorMessage":{"i18nKey":"x","parameters":[]}}')
        return response

    workspace.sandbox.deployment.answer = without  # type: ignore[method-assign]


def test_what_cannot_be_seen_carries_its_error_and_the_others_are_answered(both: Workspace) -> None:
    world = both.sandbox.world
    project = world.project()
    first, hidden, third = some(both, project, 3)
    for one in (first, hidden, third):
        world.comment(one, "text")
    world.hide(hidden)
    found = details(both, project, first, hidden, third, parts={Verb.COMMENTS})
    assert [one.error is None for one in found] == [True, False, True]
    assert isinstance(found[1].error, NotVisible)
    assert "jira:WORLDA" in found[1].error.text("en")
    assert found[1].parts == frozenset()
    assert found[1].records == ()


def test_other_kinds_have_no_details(both: Workspace) -> None:
    world = both.sandbox.world
    project = world.project()
    (found,) = details(both, project, world.add_group(project, "M1"))
    assert isinstance(found.error, Unsupported)


def test_a_limit_in_the_middle_ends_the_run(both: Workspace) -> None:
    project = both.sandbox.world.project()
    made = some(both, project, 3)
    both.sandbox.faults.add(Fault(call="GET /rest/api/*/comment", nth=2, what="429", retry_after=1847, times=None))
    with pytest.raises(RateLimited):
        details(both, project, *made, parts={Verb.COMMENTS})


def test_nothing_wanted_asks_for_nothing_more(cloud: Workspace) -> None:
    cloud.run().check()
    assert list(cloud.run().details([])) == []
    assert [one.path for one in cloud.sandbox.requests if "field" not in one.path] == [
        "/rest/api/2/serverInfo", "/rest/api/3/myself",
    ]  # fmt: skip
