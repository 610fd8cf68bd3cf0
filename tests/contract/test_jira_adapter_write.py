"""What the Jira adapter writes: what arrives, what is refused, and what is found again after a lost answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

import pytest

from pmbridge.errors import Doubtful, NeedsInput, Refused, Rejected, Unsupported
from pmbridge.records import AddComment, AddLink, Comment, Create, Group, Item, Transition, Update, Verb, Wanted
from pmbridge.richtext import to_markdown
from pmbridge.testing.sandbox import FakeClock, Fault
from pmbridge.values import Day, FieldValue, Instant, Many, Named, Number, Plain, ProjectId, RecordId, Rich
from pmbridge_jira.sandbox import Burst, JiraSandbox
from pmbridge_jira.sandbox_catalogue import CHANGE, EPIC, POINTS, START_DATE, TASK
from tests.contract.jira_bench import Workspace, issue_id

UID = "01JWX3K8000000000000000001"
DECISION = Rich(format="markdown", original="**方案 B** 已批准，见 [邮件](https://mail.example/1)")
SETTINGS: Mapping[str, object] = {"read_only": False, "start_date_field": START_DATE}


class Desk:
    """A connection that writes, and the project in which it does."""

    def __init__(self, sandbox: JiraSandbox, *, service: bool = False) -> None:
        self.sandbox, self.site = sandbox, sandbox.site
        made = self.site.add_project("MALL", "商城", kind="service_desk" if service else "software")
        self.project = ProjectId(str(made.id))
        self.internal = made
        deployment = "cloud" if sandbox.deployment.cloud else "server"
        self.workspace = Workspace(sandbox, {**SETTINGS, "deployment": deployment})

    def adapter(self, **overrides: object) -> Any:
        return self.workspace.run(**overrides)

    def issue(self, type_: str = TASK, **more: Any) -> RecordId:
        return issue_id(self.site.add_issue(self.internal, type_, "旧标题", **more).id)

    def item(self, id_: RecordId) -> Item:
        (found,) = self.adapter().read([id_])
        assert isinstance(found, Item)
        return found

    def comments(self, id_: RecordId) -> list[Comment]:
        wanted = Wanted(id=id_, project=self.project, parts=frozenset({Verb.COMMENTS}))
        (told,) = self.adapter().details([wanted])
        assert told.error is None
        return [one for one in told.records if isinstance(one, Comment)]

    def writes(self, since: int = 0) -> list[str]:
        """Return the requests that wrote; searches and bulk reads are asked with POST too."""
        reads = ("/search/jql", "/bulkfetch", "/approximate-count")
        return [one.call for one in self.sandbox.requests[since:]
                if one.method != "GET" and not one.path.endswith(reads)]  # fmt: skip


@pytest.fixture(params=["cloud", "server"])
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    deployment: Literal["cloud", "server"] = request.param
    with JiraSandbox(FakeClock(), deployment=deployment) as sandbox:
        yield Desk(sandbox)


@pytest.fixture
def cloud() -> Iterator[Desk]:
    with JiraSandbox(FakeClock()) as sandbox:
        yield Desk(sandbox)


def create(desk: Desk, **more: Any) -> Create:
    values: dict[str, FieldValue | None] = {
        "title": Plain(text="优惠券"), "description": DECISION, "due": Day(on=date(2026, 7, 1)),
        "start": Day(on=date(2026, 6, 8)), f"field:{POINTS}": Number(value=Decimal("2.5")),
    }  # fmt: skip
    values |= more.pop("values", {})
    return Create(uid=UID, project=desk.project, kind="issue", type=more.pop("type", TASK), values=values, **more)


# ------------------------------------------------------------------------------------------------- creating


def test_a_created_issue_holds_all_that_was_given_and_its_marker(desk: Desk) -> None:
    version = desk.site.add_version(desk.internal, "v1")
    group = RecordId(kind="version", external_id=str(version.id))
    receipt = desk.adapter().push(create(desk, groups=(group, RecordId(kind="label", external_id="client"))))
    found = desk.item(receipt.id)
    assert (found.title, found.due, found.start) == ("优惠券", Day(on=date(2026, 7, 1)), Day(on=date(2026, 6, 8)))
    assert found.description is not None
    assert to_markdown(found.description) == DECISION.original
    assert found.description.format == ("adf" if desk.sandbox.deployment.cloud else "wiki")
    assert found.marker == UID
    assert {str(one) for one in found.groups} == {str(group), "label:client"}
    assert receipt.url == found.url
    assert not receipt.left
    issue = desk.site.issues[int(found.id.external_id)]
    assert issue.properties == {"pmbridge": {"uid": UID}}
    assert f"pmb-{UID}" in issue.now.labels
    assert issue.now.custom[POINTS] == 2.5
    assert len(desk.writes()) == 1


def test_what_the_create_screen_does_not_show_is_left_for_an_update(desk: Desk) -> None:
    desk.site.off_screen |= {"duedate", "labels"}
    receipt = desk.adapter().push(create(desk))
    assert receipt.left == {"due": Day(on=date(2026, 7, 1))}
    assert desk.item(receipt.id).due is None
    assert desk.site.issues[int(receipt.id.external_id)].now.labels == ()


def test_a_field_that_the_create_screen_requires_is_asked_for_before_anything_is_sent(desk: Desk) -> None:
    level = desk.site.add_field("级别", "Level", "option", options=("高", "低"))
    desk.site.required.add(level.id)
    with pytest.raises(NeedsInput) as refused:
        desk.adapter().push(create(desk))
    assert set(refused.value.wanted) == {level.id}
    assert desk.writes() == []
    option = Named(id=f"{level.id.removeprefix('customfield_')}00")
    receipt = desk.adapter().push(create(desk, values={f"field:{level.id}": option}))
    assert desk.site.issues[int(receipt.id.external_id)].now.custom[level.id] == "高"


def test_a_create_whose_answer_is_lost_is_found_by_its_label_wherever_it_was_moved_to(desk: Desk) -> None:
    desk.sandbox.faults.add(Fault(call="POST */issue", what="lost_after"))
    since = desk.sandbox.clock.now()
    with pytest.raises(Doubtful):
        desk.adapter().push(create(desk))
    (made,) = desk.site.issues.values()
    desk.site.move(made, desk.site.add_project("ELSE", "别处"))
    found = desk.adapter().find(create(desk), since)
    assert [one.id for one in found] == [issue_id(made.id)]
    assert desk.adapter().find(replace(create(desk), uid="01JWX3K8000000000000000002"), since) == []
    assert len(desk.writes()) == 1


def test_without_a_label_a_create_is_found_by_the_property(desk: Desk) -> None:
    desk.site.off_screen.add("labels")
    since = desk.sandbox.clock.now()
    for n in range(3):
        desk.issue(properties={"pmbridge": {"uid": f"01JWX3K800000000000000010{n}"}})
    receipt = desk.adapter().push(create(desk))
    found = desk.adapter().find(create(desk), since - timedelta(minutes=1))
    assert [one.id for one in found] == [receipt.id]


def test_on_data_center_an_epic_is_linked_by_its_own_field_and_on_cloud_it_is_the_parent(desk: Desk) -> None:
    epic, other = desk.issue(EPIC), desk.issue(EPIC)
    receipt = desk.adapter().push(create(desk, parent=epic))
    assert desk.item(receipt.id).parent == epic
    desk.adapter().push(Update(uid=UID, target=receipt.id, values={"parent": Named(id=other.external_id)}))
    assert desk.item(receipt.id).parent == other
    desk.adapter().push(Update(uid=UID, target=receipt.id, values={"parent": None}))
    assert desk.item(receipt.id).parent is None


# -------------------------------------------------------------------------------------------------- editing


def test_an_update_sends_what_is_given_and_nothing_else(desk: Desk) -> None:
    note = desk.site.add_field("备注", "Note", "textarea")
    target = desk.issue(labels=("theirs", "gone"), custom={note.id: "h1. 原文", POINTS: 1}, description="原文")
    desk.adapter().push(
        Update(
            uid=UID, target=target, values={"title": Plain(text="新标题\n两行"), "due": None},
            join=frozenset({RecordId(kind="label", external_id="ours")}),
            leave=frozenset({RecordId(kind="label", external_id="gone")}),
        )
    )  # fmt: skip
    (sent,) = [one.json for one in desk.sandbox.requests if one.method == "PUT"]
    assert sent == {
        "fields": {"summary": "新标题 两行", "duedate": None},
        "update": {"labels": [{"add": "ours"}, {"remove": "gone"}]},
    }
    state = desk.site.issues[int(target.external_id)].now
    assert set(state.labels) == {"theirs", "ours"}
    assert (state.description, state.custom[note.id]) == ("原文", "h1. 原文")


def test_people_are_named_as_each_deployment_wants_it(desk: Desk) -> None:
    target = desk.issue()
    liu = desk.site.add_user("刘工")
    id_ = liu.account_id if desk.sandbox.deployment.cloud else f"JIRAUSER{liu.account_id[-4:]}"
    desk.adapter().push(Update(uid=UID, target=target, values={"assignees": Many(items=(Named(id=id_),))}))
    assert desk.site.issues[int(target.external_id)].now.assignee == liu.account_id
    desk.adapter().push(Update(uid=UID, target=target, values={"assignees": None}))
    assert desk.item(target).assignees == ()


def test_every_kind_of_field_comes_back_as_canonical_says(desk: Desk) -> None:
    site, target = desk.site, desk.issue()
    fields = {
        kind: site.add_field(kind, kind, kind, options=("高", "低") if kind.startswith("option") else ())
        for kind in ("number", "text", "textarea", "date", "datetime", "option", "options", "user")
    }
    first = f"{fields['option'].id.removeprefix('customfield_')}00"
    both = [f"{fields['options'].id.removeprefix('customfield_')}0{n}" for n in range(2)]
    me = site.me.account_id if desk.sandbox.deployment.cloud else f"JIRAUSER{site.me.account_id[-4:]}"
    moment = datetime(2026, 6, 5, 1, 2, 3, 456_000, tzinfo=UTC)
    given: dict[str, FieldValue] = {
        "number": Number(value=Decimal("3.50")), "text": Plain(text="A-1"), "textarea": DECISION,
        "date": Day(on=date(2026, 6, 5)), "option": Named(id=first), "user": Named(id=me),
        "datetime": Instant(at=moment), "options": Many(items=tuple(Named(id=one) for one in both)),
    }  # fmt: skip
    values = {f"field:{fields[kind].id}": value for kind, value in given.items()}
    desk.adapter().push(Update(uid=UID, target=target, values=values))
    desk.workspace.pull(desk.project, fields=[one.id for one in fields.values()])
    found = desk.item(target).fields
    for key, value in values.items():
        assert _by_id(found[key.removeprefix("field:")]) == _by_id(desk.adapter().canonical("issue", key, value)), key
    assert desk.adapter().canonical("issue", "due", Instant(at=datetime(2026, 6, 11, 23, tzinfo=UTC))) == Day(
        on=date(2026, 6, 12)
    )


def _by_id(value: FieldValue | None) -> object:
    match value:
        case Named(id=id_):
            return id_
        case Many(items=items):
            return [one.id for one in items]
        case _:
            return value


def test_a_refused_update_names_the_field_and_changes_nothing(desk: Desk) -> None:
    desk.site.off_screen.add("duedate")
    target = desk.issue()
    before = desk.site.issues[int(target.external_id)].now
    with pytest.raises(Rejected) as refused:
        desk.adapter().push(
            Update(uid=UID, target=target, values={"title": Plain(text="b"), "due": Day(on=date(2026, 7, 1))})
        )
    assert "duedate" in refused.value.faults
    assert desk.site.issues[int(target.external_id)].now == before


def test_an_archived_version_takes_no_issue(desk: Desk) -> None:
    version = desk.site.add_version(desk.internal, "旧版", archived=True)
    target = desk.issue()
    with pytest.raises(Rejected) as refused:
        desk.adapter().push(
            Update(uid=UID, target=target, join=frozenset({RecordId(kind="version", external_id=str(version.id))}))
        )
    assert "fixVersions" in refused.value.faults


@pytest.mark.parametrize("what", ["lost_before", "lost_after", "500", "503", "html"])
def test_an_update_without_an_answer_is_doubtful_after_exactly_one_request(desk: Desk, what: Any) -> None:
    target = desk.issue()
    desk.adapter().check()
    desk.sandbox.faults.add(Fault(call="PUT */issue/*", what=what))
    with pytest.raises(Doubtful):
        desk.adapter().push(Update(uid=UID, target=target, values={"title": Plain(text="b")}))
    assert len(desk.writes()) == 1


def test_a_rate_limit_delays_a_write_and_loses_none(desk: Desk) -> None:
    target = desk.issue()
    desk.sandbox.faults.add(Fault(call="PUT */issue/*", what="429", retry_after=3))
    desk.adapter().push(Update(uid=UID, target=target, values={"title": Plain(text="b")}))
    assert desk.item(target).title == "b"
    assert len(desk.writes()) == 2


def test_five_hundred_writes_under_a_limit_of_twenty_in_two_seconds_all_arrive_once() -> None:
    with JiraSandbox(FakeClock(), burst=Burst(per_s=10, size=20)) as sandbox:
        desk = Desk(sandbox)
        targets = [desk.issue() for _ in range(500)]
        adapter = desk.adapter(rate_per_s=9)
        began = sandbox.clock.now()
        for n, target in enumerate(targets):
            adapter.push(Update(uid=UID, target=target, values={"title": Plain(text=f"新 {n}")}))
        states = [desk.site.issues[int(one.external_id)] for one in targets]
        assert [one.now.summary for one in states] == [f"新 {n}" for n in range(500)]
        assert {len(one.histories) for one in states} == {1}
        assert sandbox.clock.now() - began >= timedelta(seconds=48)
        # What was refused was sent again, and little was refused: only what the first burst had too much.
        assert len(desk.writes()) < 525


def test_a_connection_that_only_reads_sends_nothing(desk: Desk) -> None:
    target = desk.issue()
    before = len(desk.sandbox.requests)
    adapter = desk.adapter(read_only=True)
    for write in (create(desk), Update(uid=UID, target=target, values={"title": Plain(text="b")})):
        with pytest.raises(Refused) as refused:
            adapter.push(write)
        assert refused.value.name == "read-only"
    assert len(desk.sandbox.requests) == before


# ------------------------------------------------------------------------------------------------ transitions


def test_a_transition_goes_by_the_target_status(desk: Desk) -> None:
    target = desk.issue(CHANGE, status="10103")
    desk.adapter().push(Transition(uid=UID, target=target, to="10105"))
    assert desk.item(target).state.id == "10105"
    assert len(desk.writes()) == 1


def test_a_status_that_cannot_be_reached_from_here_is_rejected_and_nothing_is_sent(desk: Desk) -> None:
    target = desk.issue(CHANGE, status="10101")
    with pytest.raises(Rejected) as refused:
        desk.adapter().push(Transition(uid=UID, target=target, to="10105"))
    assert "state" in refused.value.faults
    assert desk.writes() == []


def test_an_issue_that_is_there_already_is_not_moved(desk: Desk) -> None:
    target = desk.issue(CHANGE, status="10105")
    desk.adapter().push(Transition(uid=UID, target=target, to="10105"))
    assert desk.writes() == []


def test_a_field_that_the_transitions_screen_requires_is_asked_for_and_then_sent_with_it(desk: Desk) -> None:
    desk.site.screens["10106"] = (("resolution", True), ("duedate", False))
    target = desk.issue(CHANGE, status="10103")
    with pytest.raises(NeedsInput) as refused:
        desk.adapter().push(Transition(uid=UID, target=target, to="10106"))
    assert set(refused.value.wanted) == {"resolution"}
    assert desk.writes() == []
    values: dict[str, FieldValue | None] = {"field:resolution": Named(id="10000"), "due": Day(on=date(2026, 7, 1)),
                                            f"field:{POINTS}": Number(value=Decimal(1))}  # fmt: skip
    receipt = desk.adapter().push(Transition(uid=UID, target=target, to="10106", values=values))
    assert set(receipt.left) == {f"field:{POINTS}"}
    found = desk.item(target)
    assert (found.state.category, found.due) == ("done", Day(on=date(2026, 7, 1)))


# ------------------------------------------------------------------------------------- comments and links


def test_a_comment_carries_its_marker_outside_of_its_text(cloud: Desk) -> None:
    target = cloud.issue()
    receipt = cloud.adapter().push(AddComment(uid=UID, target=target, body=DECISION, audience="public"))
    (found,) = cloud.comments(target)
    assert (found.id, found.marker, found.audience) == (receipt.id, UID, "unknown")
    assert to_markdown(found.body) == DECISION.original
    write = AddComment(uid=UID, target=target, body=DECISION, audience="public")
    assert [one.id for one in cloud.adapter().find(write, cloud.sandbox.clock.now())] == [receipt.id]
    assert cloud.adapter().find(replace(write, uid=UID[:-1] + "9"), cloud.sandbox.clock.now()) == []


def test_a_note_on_a_service_request_is_internal_and_found_by_its_last_line() -> None:
    with JiraSandbox(FakeClock()) as sandbox:
        desk = Desk(sandbox, service=True)
        target = desk.issue()
        write = AddComment(uid=UID, target=target, body=DECISION, audience="internal")
        receipt = desk.adapter().push(write)
        (kept,) = desk.site.issues[int(target.external_id)].comments
        assert kept.public is False
        (found,) = desk.comments(target)
        assert (found.id, found.marker, found.audience) == (receipt.id, UID, "internal")
        assert UID not in to_markdown(found.body)
        assert [one.id for one in desk.adapter().find(write, sandbox.clock.now())] == [receipt.id]
        assert desk.adapter().describe(desk.project).kinds["issue"].supports[Verb.NOTE]


def test_a_note_outside_a_service_project_needs_a_role(cloud: Desk) -> None:
    target = cloud.issue()
    write = AddComment(uid=UID, target=target, body=DECISION, audience="internal")
    with pytest.raises(Unsupported) as refused:
        cloud.adapter().push(write)
    assert refused.value.url.endswith(f"/issues/?jql=id%3D{target.external_id}")
    assert cloud.writes() == []
    assert cloud.adapter().describe(cloud.project).kinds["issue"].supports[Verb.NOTE].level == "setting"
    cloud.adapter(internal_role="Developers").push(write)
    (kept,) = cloud.site.issues[int(target.external_id)].comments
    assert kept.visibility == {"type": "role", "value": "Developers"}
    (found,) = cloud.comments(target)
    assert found.audience == "internal"


@pytest.mark.parametrize(("relation", "reverse"), [("blocks", "is blocked by"), ("is blocked by", "blocks")])
def test_a_link_reads_the_same_from_both_ends_and_is_not_doubled(desk: Desk, relation: str, reverse: str) -> None:
    one, two = desk.issue(), desk.issue()
    for _ in range(2):
        desk.adapter().push(AddLink(uid=UID, target=one, to=two, relation=relation, title=""))
    assert [(link.relation, link.to) for link in desk.item(one).links] == [(relation, two)]
    assert [(link.relation, link.to) for link in desk.item(two).links] == [(reverse, one)]


def test_a_kind_of_link_that_is_not_there_is_rejected_with_those_that_are(desk: Desk) -> None:
    one, two = desk.issue(), desk.issue()
    with pytest.raises(Rejected) as refused:
        desk.adapter().push(AddLink(uid=UID, target=one, to=two, relation="loves", title=""))
    assert "is blocked by" in refused.value.faults["relation"]


def test_a_link_to_a_page_is_written_over_and_not_doubled(desk: Desk) -> None:
    target = desk.issue()
    for title in ("旧", "新"):
        desk.adapter().push(AddLink(uid=UID, target=target, to="https://a.example/1", relation="决定", title=title))
    (page,) = desk.site.issues[int(target.external_id)].remote_links.values()
    assert (page.url, page.title, page.relation) == ("https://a.example/1", "新", "决定")


# --------------------------------------------------------------------------------------------------- versions


def test_versions_are_made_redated_and_released(desk: Desk) -> None:
    write = Create(
        uid=UID, project=desk.project, kind="version",
        values={"title": Plain(text="v2"), "due": Day(on=date(2026, 7, 1)), "description": DECISION},
    )  # fmt: skip
    receipt = desk.adapter().push(write)
    assert isinstance(receipt.after, Group)
    assert [one.id for one in desk.adapter().find(write, desk.sandbox.clock.now())] == [receipt.id]
    after = desk.adapter().push(Update(uid=UID, target=receipt.id, values={"due": Day(on=date(2026, 7, 8))})).after
    desk.adapter().push(
        Transition(uid=UID, target=receipt.id, to="released", values={"done": Day(on=date(2026, 7, 9))})
    )
    (found,) = desk.adapter().read([receipt.id])
    assert isinstance(found, Group)
    assert isinstance(after, Group)
    assert (after.due, found.due, found.done) == (Day(on=date(2026, 7, 8)), *[Day(on=date(2026, 7, 9))] * 2)
    assert found.state is not None
    assert found.state.id == "released"
    assert len(desk.writes()) == 3


def test_the_date_of_a_version_is_not_cleared_with_a_null_that_may_be_ignored(desk: Desk) -> None:
    version = desk.site.add_version(desk.internal, "v1", release=date(2026, 7, 1))
    with pytest.raises(Unsupported) as refused:
        desk.adapter().push(
            Update(uid=UID, target=RecordId(kind="version", external_id=str(version.id)), values={"due": None})
        )
    assert refused.value.url
    assert desk.writes() == []


# ------------------------------------------------------------------------------------------------- describing


def test_describing_says_what_can_be_written_here(desk: Desk) -> None:
    schema = desk.adapter().describe(desk.project).kinds
    assert all(schema["issue"].supports[verb] for verb in (Verb.CREATE, Verb.UPDATE, Verb.TRANSITION, Verb.LINK))
    assert all(schema["version"].supports[verb] for verb in (Verb.CREATE, Verb.UPDATE, Verb.TRANSITION))
    assert schema["label"].supports[Verb.CREATE].level == "service_cannot"
    fields = {one.id: one.write.level for one in schema["issue"].fields}
    assert fields[POINTS] == "full"
    assert fields["resolution"] == "partial"


def test_describing_says_which_right_is_missing() -> None:
    denied = ("EDIT_ISSUES", "TRANSITION_ISSUES", "ADMINISTER_PROJECTS")
    with JiraSandbox(FakeClock(), denied=denied) as sandbox:
        desk = Desk(sandbox)
        schema = desk.adapter().describe(desk.project).kinds
        levels = {verb: schema["issue"].supports[verb].level for verb in (Verb.UPDATE, Verb.TRANSITION, Verb.CREATE)}
        assert levels == {Verb.UPDATE: "denied", Verb.TRANSITION: "denied", Verb.CREATE: "full"}
        assert schema["version"].supports[Verb.TRANSITION].level == "denied"
        assert {one.write.level for one in schema["issue"].fields} == {"denied"}
