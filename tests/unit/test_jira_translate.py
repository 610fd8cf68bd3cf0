"""Jira's JSON becomes neutral records: same facts, same record, whatever spelling they come in."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import TypeAdapter

from pmbridge.records import Item, content_hash
from pmbridge.values import Day, Instant, Many, Named, Number, Plain, ProjectId, RecordId, Rich
from pmbridge_jira import wire, wire_details
from pmbridge_jira.dialect import CLOUD, SERVER
from pmbridge_jira.fields import rich
from pmbridge_jira.issues import Companions
from pmbridge_jira.translate import sprint_of, state_of, version_group
from pmbridge_jira.translate_details import LogReader, approval, comment
from tests.unit import jira_wire as jira

STATUS = TypeAdapter(wire.Status)
ITEM = RecordId(kind="issue", external_id="10002")


def item(*asked: str, form: Any = None, properties: Any = None, **fields: Any) -> Item:
    used = form or jira.form(*asked)
    sent = jira.issue(**fields)
    if properties is not None:
        sent["properties"] = properties
    made: Item = used.item(jira.parsed(used, sent))
    return made


def test_an_issue_becomes_an_item() -> None:
    found = item(
        duedate="2026-02-01",
        parent={"id": 10001, "key": "MALL-9"},
        fixVersions=[{"id": "10026", "name": "v2.7"}],
        labels=["M3", "后端"],
        assignee={"accountId": "5b10", "displayName": "王工", "active": True},
        reporter={"accountId": "5b11", "displayName": "李工"},
        issuelinks=[
            {"type": {"id": "1", "name": "Blocks", "inward": "is blocked by", "outward": "blocks"},
             "outwardIssue": {"id": "10005", "key": "MALL-5"}},
            {"type": {"id": "1", "name": "Blocks", "inward": "is blocked by", "outward": "blocks"},
             "inwardIssue": {"id": "10004", "key": "MALL-4"}},
        ],
    )  # fmt: skip
    assert found.id == ITEM
    assert (found.project, found.key, found.title) == ("10000", "MALL-10002", "支付页面")
    assert found.url == "https://jira.example/browse/MALL-10002"
    assert found.type == Named(id="10001", name="故事")
    assert (found.state.id, found.state.name, found.state.category) == ("3", "进行中", "in_progress")
    assert found.due == Day(on=date(2026, 2, 1))
    assert found.created_at == datetime(2026, 1, 1, 1, tzinfo=UTC)
    assert found.updated_at == datetime(2026, 1, 17, 12, 34, tzinfo=UTC)
    assert found.version == "1768653240000"
    assert found.parent == RecordId(kind="issue", external_id="10001")
    assert {str(one) for one in found.groups} == {"version:10026", "label:M3", "label:后端"}
    assert {(one.relation, one.to.external_id) for one in found.links} == {
        ("blocks", "10005"), ("is blocked by", "10004"),
    }  # fmt: skip
    assert (found.assignees, found.author) == (("5b10",), "5b11")
    assert found.description is None


def test_the_same_facts_give_the_same_hash_in_every_zone_and_order() -> None:
    one = item(labels=["b", "a"], updated="2026-01-17T12:34:00.000+0000", duedate="2026-02-01")
    two = item(labels=["a", "b"], updated="2026-01-17T20:34:00.000+0800", duedate="2026-02-01")
    assert (one.version, content_hash(one)) == (two.version, content_hash(two))


@pytest.mark.parametrize(
    ("said", "category"),
    [
        ({"id": 2, "key": "new"}, "todo"),
        ({"id": 4, "key": "indeterminate"}, "in_progress"),
        ({"id": 3, "key": "done"}, "done"),
        ({"id": 1, "key": "undefined"}, "unknown"),
        ({"key": "NEW"}, "todo"),
        ({"key": "INDETERMINATE"}, "in_progress"),
        ({"key": "DONE"}, "done"),
        ({"key": "UNDEFINED"}, "unknown"),
        ({"key": "TODO"}, "todo"),
        ({"key": "IN_PROGRESS"}, "in_progress"),
        ({"id": 4}, "in_progress"),
        ({"id": 3, "key": "completed"}, "done"),
        ({"id": 77, "key": "in-flight"}, "unknown"),
        (None, "unknown"),
    ],
)
def test_status_category_in_every_spelling(said: Any, category: str) -> None:
    assert state_of(STATUS.validate_python({"id": "1", "name": "x", "statusCategory": said})).category == category


def test_done_follows_the_category_and_not_the_resolution() -> None:
    done = jira.status("done", 3)
    resolved, moved = "2026-03-03T16:00:00.000+0800", "2026-03-01T16:00:00.000+0800"
    assert item(status=done, resolutiondate=resolved).done == Instant(at=datetime(2026, 3, 3, 8, tzinfo=UTC))
    both = item(status=done, resolutiondate=resolved, statuscategorychangedate=moved)
    assert both.done == Instant(at=datetime(2026, 3, 1, 8, tzinfo=UTC))
    assert item(resolutiondate=resolved, statuscategorychangedate=moved).done is None
    assert item(status=done).done is None


OURS, COPIED = "01JWX3K8000000000000000001", "01JWX3K8000000000000000002"


def test_the_marker_is_read_from_property_or_label_and_shown_nowhere() -> None:
    found = item(labels=[f"pmb-{OURS}", "M3"], properties={"pmbridge": {"uid": COPIED, "rev": 1}})
    assert found.marker == COPIED
    assert [str(one) for one in found.groups] == ["label:M3"]
    assert item(labels=[f"pmb-{OURS}"]).marker == OURS


@pytest.mark.parametrize("label", ["pmb-", "pmb-team", f"pmb-{OURS}X", f"pmb-{OURS.lower()}", f"team-{OURS}"])
def test_a_label_of_theirs_that_begins_like_our_marker_stays_a_label(label: str) -> None:
    found = item(labels=[label, f"pmb-{OURS}"])
    assert found.marker == OURS
    assert [str(one) for one in found.groups] == [f"label:{label}"]
    assert item(labels=[label]).marker is None


@pytest.mark.parametrize("value", ["text", 5, [], {}, {"uid": 7}, {"uid": ""}, {"uid": "team"}, None])
def test_a_property_of_somebody_else_is_no_marker(value: Any) -> None:
    assert item(properties={"pmbridge": value}).marker is None


@pytest.mark.parametrize(
    ("field", "sent", "value"),
    [
        ("customfield_10016", 3.0, Number(value=Decimal(3))),
        ("customfield_10016", 3.1, Number(value=Decimal("3.1"))),
        ("customfield_10016", 1e15, Number(value=Decimal(10**15))),
        ("customfield_10015", "2026-01-31", Day(on=date(2026, 1, 31))),
        ("customfield_10033", "2026-01-31T09:00:00.000+0800", Instant(at=datetime(2026, 1, 31, 1, tzinfo=UTC))),
        ("customfield_10030", {"self": "x", "value": "红", "id": "10001"}, Named(id="10001", name="红")),
        ("customfield_10031", [{"value": "红", "id": "1"}, {"value": "蓝", "id": "2"}],
         Many(items=(Named(id="1", name="红"), Named(id="2", name="蓝")))),
        ("customfield_10031", [], None),
        ("customfield_10032", {"type": "doc", "version": 1, "content": [{"type": "rule", "attrs": {"localId": "7"}}]},
         Rich(format="adf", original='{"type":"doc","version":1,"content":[{"type":"rule"}]}')),
        ("customfield_10034", {"accountId": "5b10", "displayName": "王工"}, Named(id="5b10", name="王工")),
        ("customfield_10035", {"id": "1", "value": "A", "child": {"id": "2", "value": "B"}},
         Named(id="2", name="A / B")),
        ("customfield_10035", {"id": "1", "value": "A"}, Named(id="1", name="A")),
        ("customfield_10036", {"b": 1, "a": [True]}, Plain(text='{"a": [true], "b": 1}')),
        ("customfield_10037", "一行", Plain(text="一行")),
        ("customfield_10037", "", None),
        ("priority", {"id": "2", "name": "高"}, Named(id="2", name="高")),
        ("components", [{"id": "1", "name": "前端"}], Many(items=(Named(id="1", name="前端"),))),
        ("labels", ["a"], Many(items=(Named(id="a", name="a"),))),
        ("customfield_10016", None, None),
    ],
)  # fmt: skip
def test_mapped_fields_are_read_by_their_type(field: str, sent: Any, value: Any) -> None:
    assert item(field, **{field: sent}).fields == {field: value}


def test_an_asked_field_that_the_answer_leaves_out_is_empty_and_not_missing() -> None:
    assert item("customfield_10016", "customfield_10030").fields == {
        "customfield_10016": None, "customfield_10030": None,
    }  # fmt: skip


def test_the_start_comes_from_the_field_that_the_settings_name() -> None:
    form = jira.form(start="customfield_10015")
    assert item(form=form, customfield_10015="2026-01-05").start == Day(on=date(2026, 1, 5))
    assert item(customfield_10015="2026-01-05").start is None


def test_description_is_read_where_it_is_asked_for() -> None:
    doc = {"type": "doc", "version": 1, "content": []}
    form = jira.form(long=True)
    assert "description" in form.fields
    assert item(form=form, description=doc).description == Rich(
        format="adf", original='{"type":"doc","version":1,"content":[]}'
    )
    assert item(form=form, description=None).description is None
    assert "description" not in jira.form().fields


def test_local_ids_do_not_make_a_text_look_changed() -> None:
    one: Any = {"type": "doc", "content": [{"type": "taskList", "attrs": {"localId": "a", "x": 1}, "content": []}]}
    two: Any = {"type": "doc", "content": [{"type": "taskList", "attrs": {"localId": "b", "x": 1}, "content": []}]}
    assert rich(one, "adf") == rich(two, "adf")
    assert rich("h1. x", "wiki") == Rich(format="wiki", original="h1. x")
    assert rich("", "wiki") is None


OLD_SPRINT = (
    "com.atlassian.greenhopper.service.sprint.Sprint@1f39706[id=37,rapidViewId=5,state=ACTIVE,name=Sprint 3, part [b],"
    "startDate=2026-01-11T15:22:00.000+08:00,endDate=2026-01-25T15:22:00.000+08:00,completeDate=<null>,sequence=37,goal=]"
)


@pytest.mark.parametrize(
    "sent",
    [
        {"id": 37, "name": "Sprint 3, part [b]", "state": "active", "boardId": 5, "goal": "",
         "startDate": "2026-01-11T07:22:00.000Z", "endDate": "2026-01-25T07:22:00.000Z"},
        OLD_SPRINT,
    ],
)  # fmt: skip
def test_a_sprint_is_the_same_as_object_and_as_the_text_of_old_servers(sent: Any) -> None:
    form = jira.form()
    issue = jira.parsed(form, jira.issue(customfield_10020=[sent]))
    assert [str(one) for one in form.item(issue).groups] == ["sprint:37"]
    (sprint,) = Companions(form).of(issue)
    assert (sprint.id.external_id, sprint.title, sprint.state.category) == ("37", "Sprint 3, part [b]", "in_progress")  # type: ignore[union-attr]
    assert sprint.start == Instant(at=datetime(2026, 1, 11, 7, 22, tzinfo=UTC))  # type: ignore[union-attr]
    assert sprint.due == Instant(at=datetime(2026, 1, 25, 7, 22, tzinfo=UTC))  # type: ignore[union-attr]
    assert sprint.done is None  # type: ignore[union-attr]


def test_a_text_that_is_no_sprint_is_left_out() -> None:
    assert sprint_of("nonsense") is None
    assert sprint_of("Sprint@1[name=x]") is None


def test_sprints_and_labels_are_asked_for_only_where_they_are_wanted() -> None:
    form = jira.form(kinds=("issue", "version"))
    assert "customfield_10020" not in form.fields
    issue = jira.parsed(form, jira.issue(labels=["M3"], customfield_10020=[OLD_SPRINT]))
    assert form.item(issue).groups == ()
    assert list(Companions(form).of(issue)) == []


def test_people_sprints_and_labels_are_told_once() -> None:
    form = jira.form()
    user = {"accountId": "5b10", "displayName": "王工", "active": True, "emailAddress": "wang@example.com"}
    sprint = {"id": 37, "name": "S", "state": "active"}
    companions = Companions(form)
    first = jira.parsed(form, jira.issue(labels=["M3"], assignee=user, reporter=user, customfield_10020=[sprint]))
    assert [str(one.id) for one in companions.of(first)] == ["account:5b10", "sprint:37", "label:M3"]
    assert list(companions.of(first)) == []
    closed = jira.parsed(form, jira.issue(customfield_10020=[{**sprint, "state": "closed"}]))
    assert [str(one.id) for one in companions.of(closed)] == ["sprint:37"]


def test_an_e_mail_address_is_not_kept() -> None:
    form = jira.form()
    user = {"accountId": "5b10", "displayName": "王工", "emailAddress": "wang@example.com"}
    (person,) = Companions(form).of(jira.parsed(form, jira.issue(assignee=user)))
    assert person.email is None  # type: ignore[union-attr]


def test_data_center_people_are_known_by_their_key() -> None:
    form = jira.form(dialect=SERVER)
    found = form.item(jira.parsed(form, jira.issue(assignee={"name": "wang", "key": "JIRAUSER10100"})))
    assert found.assignees == ("JIRAUSER10100",)


def test_data_center_epic_link_becomes_the_parent_once_its_id_is_known() -> None:
    form = jira.form(dialect=SERVER)
    issue = jira.parsed(form, jira.issue(customfield_10014="MALL-9"))
    assert form.epic_key(issue) == "MALL-9"
    assert form.item(issue).parent is None
    form.epic_ids["MALL-9"] = "10001"
    assert form.item(issue).parent == RecordId(kind="issue", external_id="10001")
    assert "customfield_10014" not in jira.form(dialect=CLOUD).fields


def test_a_version_is_due_on_its_release_date_and_done_when_released() -> None:
    sent = {"id": 10026, "name": "M3", "startDate": "2026-04-20", "releaseDate": "2026-05-29", "released": False,
            "archived": False, "overdue": True, "userReleaseDate": "29/May/26", "projectId": 10000}  # fmt: skip
    planned = version_group(wire.Version.model_validate(sent), ProjectId("10000"), "https://x")
    assert (planned.start, planned.due, planned.done) == (Day(on=date(2026, 4, 20)), Day(on=date(2026, 5, 29)), None)
    assert planned.state is not None
    assert planned.state.category == "todo"
    released = version_group(wire.Version.model_validate({**sent, "released": True}), ProjectId("10000"), "https://x")
    assert released.done == Day(on=date(2026, 5, 29))
    assert released.state is not None
    assert released.state.category == "done"
    assert released.version != planned.version


HISTORY = TypeAdapter(wire_details.History)


def changes(*items: dict[str, Any], start: str | None = None, created: Any = "2026-01-17T12:34:00.000+0000") -> Any:
    sent = {"id": "500", "created": created, "author": {"accountId": "5b10"}, "items": [*items]}
    reader = LogReader(jira.catalogue(), start=start)
    return list(reader.changes(HISTORY.validate_python(sent), ITEM))


@pytest.mark.parametrize(
    ("entry", "field", "before", "after"),
    [
        ({"field": "status", "fieldId": "status", "from": "3", "fromString": "进行中", "to": "5", "toString": "完成"},
         "state", Named(id="3", name="进行中"), Named(id="5", name="完成")),
        ({"field": "summary", "fieldId": "summary", "from": None, "fromString": "旧", "to": None, "toString": "新"},
         "title", Plain(text="旧"), Plain(text="新")),
        ({"field": "duedate", "fieldId": "duedate", "from": None, "fromString": None, "to": "2026-02-01",
          "toString": "2026-02-01 00:00:00.0"}, "due", None, Day(on=date(2026, 2, 1))),
        ({"field": "Fix Version", "fieldId": "fixVersions", "from": None, "to": "10026", "toString": "M3"},
         "groups", None, Many(items=(Named(id="version:10026", name="M3"),))),
        ({"field": "labels", "fieldId": "labels", "from": "", "fromString": "a", "to": "",
          "toString": f"a pmb-{OURS} b"},
         "groups", Many(items=(Named(id="label:a", name="a"),)),
         Many(items=(Named(id="label:a", name="a"), Named(id="label:b", name="b")))),
        ({"field": "Sprint", "fieldId": "customfield_10020", "from": "", "fromString": "", "to": "1, 2",
          "toString": "S1, S2"}, "groups", None,
         Many(items=(Named(id="sprint:1", name="S1"), Named(id="sprint:2", name="S2")))),
        ({"field": "IssueParentAssociation", "from": None, "to": "10001", "toString": "MALL-9"},
         "parent", None, Named(id="10001", name="MALL-9")),
        ({"field": "Story Points", "fieldId": "customfield_10016", "from": None, "fromString": "2", "to": None,
          "toString": "3"}, "field:customfield_10016", Number(value=Decimal(2)), Number(value=Decimal(3))),
        ({"field": "类别", "fieldId": "customfield_10030", "from": "1", "fromString": "红", "to": None,
          "toString": None}, "field:customfield_10030", Named(id="1", name="红"), None),
        ({"field": "description", "fieldId": "description", "fromString": None, "toString": "*x*"},
         "description", None, Rich(format="wiki", original="*x*")),
    ],
)  # fmt: skip
def test_history_speaks_of_neutral_fields(entry: Any, field: str, before: Any, after: Any) -> None:
    (found,) = changes(entry)
    assert (found.field, found.before, found.after, found.author) == (field, before, after, "5b10")
    assert found.at == datetime(2026, 1, 17, 12, 34, tzinfo=UTC)


def test_history_of_the_start_field_is_history_of_the_start() -> None:
    entry = {"field": "Start date", "fieldId": "customfield_10015", "from": "2026-01-01", "to": "2026-01-05"}
    (found,) = changes(entry, start="customfield_10015")
    assert (found.field, found.before, found.after) == (
        "start", Day(on=date(2026, 1, 1)), Day(on=date(2026, 1, 5)),
    )  # fmt: skip


@pytest.mark.parametrize("created", [1768653240, 1768653240000, "2026-01-17T20:34:00.000+0800"])
def test_history_created_as_number_or_text(created: Any) -> None:
    (found,) = changes({"field": "status", "from": "3", "to": "5"}, created=created)
    assert found.at == datetime(2026, 1, 17, 12, 34, tzinfo=UTC)


def test_history_without_field_ids_goes_by_names_that_only_one_field_has() -> None:
    assert [one.field for one in changes({"field": "Story Points", "toString": "3"})] == ["field:customfield_10016"]
    assert changes({"field": "影响工期", "toString": "3"}) == []
    assert changes({"field": "Rank", "toString": "higher"}) == []


def test_entries_of_one_history_have_ids_of_their_own() -> None:
    found = changes({"field": "status", "to": "5"}, {"field": "Rank"}, {"field": "summary", "toString": "x"})
    assert [one.id.external_id for one in found] == ["500.0", "500.2"]


@pytest.mark.parametrize(
    ("sent", "desk", "audience"),
    [
        ({"jsdPublic": True}, True, "public"),
        ({"jsdPublic": False}, True, "internal"),
        ({"jsdPublic": True}, False, "unknown"),
        ({"jsdPublic": True}, None, "unknown"),
        ({"jsdPublic": True, "visibility": {"type": "role", "value": "Developers"}}, True, "internal"),
        ({"properties": [{"key": "sd.public.comment", "value": {"internal": True}}]}, None, "internal"),
        ({}, True, "unknown"),
    ],
)
def test_a_comment_is_public_only_where_the_tool_says_so(sent: Any, desk: bool | None, audience: str) -> None:
    body = {"type": "doc", "version": 1, "content": []}
    made = comment(
        wire_details.CommentWire.model_validate({"id": 1, "body": body, **sent}), ITEM, text="adf", service_desk=desk
    )
    assert made.audience == audience


def test_a_comment_of_ours_carries_its_marker() -> None:
    sent = {"id": "1", "body": "x", "properties": [{"key": "pmbridge", "value": {"uid": "01JABC"}}]}
    made = comment(wire_details.CommentWire.model_validate(sent), ITEM, text="wiki", service_desk=None)
    assert (made.marker, made.body) == ("01JABC", Rich(format="wiki", original="x"))


def test_an_approval_is_read_with_its_votes() -> None:
    sent = {"id": "1", "name": "客户确认", "finalDecision": "approved", "canAnswerApproval": False,
            "createdDate": {"epochMillis": 1768653240000, "iso8601": "x"},
            "completedDate": {"epochMillis": 1768653300000},
            "approvers": [{"approver": {"accountId": "c1"}, "approverDecision": "approved"},
                          {"approver": {"accountId": "c2"}, "approverDecision": "pending"}]}  # fmt: skip
    made = approval(wire_details.RequestApproval.model_validate(sent), ITEM)
    assert (made.decision, made.name) == ("approved", "客户确认")
    assert [(vote.person, vote.decision) for vote in made.votes] == [("c1", "approved"), ("c2", "pending")]
    assert made.completed_at == datetime(2026, 1, 17, 12, 35, tzinfo=UTC)
