"""What the PingCode adapter writes into items: what arrives, and what PingCode drops without a word; both dialects."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from pmbridge.errors import NeedsInput, NotVisible, Refused, Rejected, Unsupported
from pmbridge.records import AddComment, Create, Item, Transition, Update, Verb
from pmbridge.values import Day, FieldValue, Instant, Many, Named, Number, Plain, ProjectId, Rich
from pmbridge_pingcode import sandbox_catalogue as catalogue
from pmbridge_pingcode.sandbox_store import at
from tests.contract.openapi import Spec
from tests.contract.pingcode_bench import NOW
from tests.contract.pingcode_desk import (
    END_OF_JULY_1,
    HTML,
    JULY,
    MARK,
    TEXT,
    UID,
    Desk,
    Values,
    create,
    inner,
    older,
    writing,
)

AREAS = catalogue.AREAS.options


@pytest.fixture(scope="module")
def spec(shared: Path) -> Spec:
    return Spec.pingcode(shared)


@pytest.fixture(params=["pjm", "project"])
def desk(spec: Spec, request: pytest.FixtureRequest) -> Iterator[Desk]:
    with writing(spec, request.param) as made:
        yield made


# ---------------------------------------------------------------------------------------------------- items


def test_a_created_item_holds_all_that_was_given_and_comes_back_as_a_pull_shows_it(desk: Desk) -> None:
    release, sprint = desk.world.add_group(desk.project, "1.0"), desk.world.add_sprint(desk.project, "迭代 1")
    parent = desk.task()
    values: Values = {
        "due": JULY, "start": Day(on=date(2026, 6, 8)), "assignees": Many(items=(Named(id=desk.me),)),
        "field:priority": Named(id=next(iter(catalogue.PRIORITIES))),
        "field:story_points": Number(value=Decimal("2.50")),
        "field:severity": Named(id=catalogue.SEVERITY.options[0][0]), "field:beizhu": Plain(text="CR-004"),
        "field:querenriqi": JULY, "field:shejimokuai": Many(items=tuple(Named(id=id_) for id_, _ in AREAS)),
    }  # fmt: skip
    fields = {"work_item": [key.removeprefix("field:") for key in values if key.startswith("field:")]}
    desk.workspace.pull(desk.project, fields=fields)
    desk.sandbox.requests.clear()
    receipt = desk.push(create(desk, values=values, groups=(release, sprint), parent=parent, state=catalogue.DOING.id))
    assert desk.writes() == ["POST /v1/{A}/work_items"]
    assert receipt.left == {}
    found = desk.item(receipt.id)
    assert receipt.after == found
    assert receipt.url == found.url
    assert (found.title, found.marker, found.parent) == ("优惠券", UID, parent)
    assert found.description == Rich(format="html", original=HTML)
    assert desk.kept(receipt.id).description == f"{HTML}\n{MARK}"
    assert (found.due, found.state.id) == (END_OF_JULY_1, catalogue.DOING.id)
    assert set(found.groups) == {release, sprint}
    for key, value in values.items():
        if key.startswith("field:"):
            stored = desk.adapter().canonical("work_item", key, value)
            assert _ids(found.fields[key.removeprefix("field:")]) == _ids(stored), key


def _ids(value: object) -> object:
    match value:
        case Named(id=id_):
            return id_
        case Many(items=items):
            return [one.id for one in items]
        case _:
            return value


def test_what_a_milestone_does_not_keep_is_told_as_left(desk: Desk) -> None:
    start = Day(on=date(2026, 6, 8))
    receipt = desk.push(create(desk, type=catalogue.MILESTONE, values={"start": start, "due": JULY}))
    assert receipt.left == {"start": start}
    assert (desk.item(receipt.id).start, desk.item(receipt.id).due) == (None, END_OF_JULY_1)


def test_a_key_that_is_dropped_with_200_shows_in_the_answer(desk: Desk) -> None:
    target = desk.milestone()
    desk.item(target)  # knows the types
    receipt = desk.push(Update(uid=UID, target=target, values={"start": JULY, "due": JULY}))
    assert receipt.left == {}
    assert isinstance(receipt.after, Item)
    assert (receipt.after.start, receipt.after.due) == (None, END_OF_JULY_1)


def test_keys_that_this_pingcode_does_not_know_are_left_and_none_is_taken_for_written(desk: Desk) -> None:
    desk.sandbox.service.drops = ("end_at", "priority_id", "description", "parent_id")
    priority = Named(id=next(iter(catalogue.PRIORITIES)))
    parent = desk.task()
    receipt = desk.push(create(desk, values={"due": JULY, "field:priority": priority}, parent=parent))
    left = {"due": JULY, "field:priority": priority, "description": TEXT, "parent": Named(id=parent.external_id)}
    assert receipt.left == left
    assert receipt.after.marker is None
    assert receipt.after.fields["priority"].id == catalogue.NORMAL
    after = desk.push(Update(uid=UID, target=receipt.id, values={"due": JULY})).after
    assert after is not None
    assert after.due is None


def test_an_answer_that_would_need_more_questions_is_left_to_be_read(desk: Desk) -> None:
    target = desk.task()
    receipt = desk.push(Update(uid=UID, target=target, values={"title": Plain(text="新")}))
    assert receipt.after is None
    assert desk.sandbox.requests[-1].method == "PATCH", "nothing may fail after the write was done"
    fields: Values = {"field:beizhu": Plain(text="x")}
    desk.item(target)
    assert desk.push(Update(uid=UID, target=target, values=fields)).after is None
    desk.workspace.pull(desk.project, fields={"work_item": ["beizhu"]})
    after = desk.push(Update(uid=UID, target=target, values={"field:beizhu": Plain(text="y")})).after
    assert isinstance(after, Item)
    assert after.fields == {"beizhu": Plain(text="y")}
    assert after == desk.item(target)


def test_an_update_sends_what_is_given_and_keeps_the_marker_of_a_rewritten_text(desk: Desk) -> None:
    target = desk.task(description=f"<p>原文</p>{MARK}", due=date(2026, 6, 12))
    desk.push(Update(uid="x", target=target, values={"title": Plain(text="新\n标题 ")}))
    assert desk.sent()[-1] == {"title": "新 标题"}
    desk.push(Update(uid="x", target=target, values={"description": TEXT}, marker=UID))
    assert desk.sent()[-1] == {"description": f"{HTML}\n{MARK}"}
    found = desk.item(target)
    assert (found.title, found.description, found.marker) == ("新 标题", Rich(format="html", original=HTML), UID)
    before = len(desk.sandbox.requests)
    assert desk.push(Update(uid="x", target=target)).id == target
    assert len(desk.sandbox.requests) == before, "nothing to change, nothing sent"


def test_a_plain_text_becomes_html_in_which_nothing_is_markup(desk: Desk) -> None:
    target = desk.task()
    desk.push(Update(uid="x", target=target, values={"description": Plain(text="a <b> & c")}))
    assert desk.kept(target).description == "<p>a &lt;b&gt; &amp; c</p>"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("assignees", None), ("assignees", Many(items=())), ("due", None), ("start", None), ("description", None),
        ("description", Plain(text=" ")), ("title", Plain(text="")), ("parent", None), ("field:priority", None),
        ("field:severity", None), ("field:beizhu", Plain(text="")), ("field:shejimokuai", Many(items=())),
    ],
)  # fmt: skip
def test_nothing_is_emptied_because_pingcode_would_pass_over_it(desk: Desk, key: str, value: FieldValue | None) -> None:
    target = desk.task()
    desk.sandbox.requests.clear()
    with pytest.raises(Unsupported) as refused:
        desk.push(Update(uid=UID, target=target, values={"title": Plain(text="x"), key: value}))
    assert refused.value.url == desk.item(target).url
    assert desk.writes() == []
    with pytest.raises(Unsupported):
        desk.adapter().canonical("work_item", key, value)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("field:story_points", Number(value=Decimal("1.25"))), ("field:story_points", Number(value=Decimal(-1))),
        ("due", Plain(text="soon")), ("title", JULY), ("field:priority", Plain(text="高")),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_not_sent(desk: Desk, key: str, value: FieldValue) -> None:
    target = desk.task()
    with pytest.raises(Rejected) as refused:
        desk.push(Update(uid=UID, target=target, values={key: value}))
    assert list(refused.value.faults) == [key]
    assert desk.writes() == []


def test_releases_that_others_put_there_stay(desk: Desk) -> None:
    theirs, ours, gone = (desk.world.add_group(desk.project, name) for name in ("theirs", "ours", "gone"))
    target = desk.task()
    desk.team.change(desk.kept(target), releases=tuple(inner(one) for one in (theirs, gone)))
    join, leave = frozenset({ours}), frozenset({gone})
    desk.push(Update(uid=UID, target=target, join=join, leave=leave))
    assert set(desk.kept(target).releases) == {inner(theirs), inner(ours)}
    desk.push(Update(uid=UID, target=target, join=join, leave=leave))  # so already: nothing is sent
    assert len(desk.writes()) == 1
    with pytest.raises(Unsupported):
        desk.push(Update(uid=UID, target=target, leave=frozenset({theirs, ours})))
    assert set(desk.kept(target).releases) == {inner(theirs), inner(ours)}


def test_an_item_goes_from_sprint_to_sprint_and_not_out_of_the_last(desk: Desk) -> None:
    first, second = (desk.world.add_sprint(desk.project, name) for name in ("迭代 1", "迭代 2"))
    target = desk.task(group=first)
    desk.push(Update(uid=UID, target=target, join=frozenset({second}), leave=frozenset({first})))
    assert desk.kept(target).sprint == inner(second)
    with pytest.raises(Unsupported):
        desk.push(Update(uid=UID, target=target, leave=frozenset({second})))
    assert len(desk.writes()) == 1


def test_a_release_of_another_project_is_refused_and_nothing_changes(desk: Desk) -> None:
    elsewhere = desk.world.add_group(desk.world.project(), "1.0")
    target = desk.task()
    with pytest.raises(Rejected) as refused:
        desk.push(Update(uid=UID, target=target, values={"title": Plain(text="x")}, join=frozenset({elsewhere})))
    assert "1003107" in refused.value.faults[""]
    assert desk.kept(target).title == "旧标题"


# ------------------------------------------------------------------------------------------------- states


def test_a_transition_is_one_hop_and_writes_with_it(desk: Desk) -> None:
    target = desk.task()
    desk.item(target)
    receipt = desk.push(Transition(uid=UID, target=target, to=catalogue.DONE.id, values={"due": JULY}))
    assert isinstance(receipt.after, Item)
    assert (receipt.after.state.id, receipt.after.due) == (catalogue.DONE.id, END_OF_JULY_1)
    assert receipt.after == desk.item(target)
    assert [set(body) for body in desk.sent() if "state_id" in body] == [{"state_id", "end_at"}]


@pytest.mark.parametrize(("to", "code"), [(catalogue.NEW.id, "100379"), ("5c9b35deffffffffffffffff", "100303")])
def test_a_state_that_cannot_be_reached_is_rejected_and_nothing_changes(desk: Desk, to: str, code: str) -> None:
    target = desk.task(state=catalogue.DONE.id)
    with pytest.raises(Rejected) as refused:
        desk.push(Transition(uid=UID, target=target, to=to, values={"due": JULY}))
    assert refused.value.faults["state"].startswith(code)
    assert (desk.kept(target).state, desk.kept(target).due) == (catalogue.DONE.id, None)
    assert len(desk.writes()) == 1


# ------------------------------------------------------------------------------------------ tickets and ideas


def test_a_ticket_is_made_in_its_first_state_and_then_moved(desk: Desk) -> None:
    first, second = list(catalogue.TICKET_STATES)[:2]
    values: Values = {
        "field:customer": Named(id=next(iter(catalogue.CUSTOMERS))),
        "field:channel": Named(id=next(iter(catalogue.CHANNELS))),
        "field:priority": Named(id=list(catalogue.SHIP_PRIORITIES)[1]), "assignees": Many(items=(Named(id=desk.me),)),
        "field:solution": Named(id=next(iter(catalogue.SOLUTIONS))), "field:beizhu": Plain(text="CR-4"),
    }  # fmt: skip
    receipt = desk.push(create(desk, "ticket", values=values, state=second))
    assert receipt.left == {"field:solution": values["field:solution"]}
    assert desk.item(receipt.id).state.id == first
    assert receipt.url == desk.item(receipt.id).url
    after = desk.push(Update(uid=UID, target=receipt.id, values=receipt.left))
    assert after.left == {}
    assert desk.kept(receipt.id).solution == next(iter(catalogue.SOLUTIONS))
    desk.push(Transition(uid=UID, target=receipt.id, to=second))
    assert desk.kept(receipt.id).state == second
    with pytest.raises(Rejected) as refused:
        desk.push(Transition(uid=UID, target=receipt.id, to=first))
    assert refused.value.faults["state"].startswith("100702")
    assert (desk.item(receipt.id).marker, desk.item(receipt.id).title) == (UID, "优惠券")


@pytest.mark.parametrize("key", ["due", "start", "field:submitted_at", "field:tags", "done"])
def test_what_a_ticket_does_not_take_is_said_before_anything_is_sent(desk: Desk, key: str) -> None:
    with pytest.raises(Unsupported) as refused:
        desk.push(create(desk, "ticket", values={key: JULY}))
    assert refused.value.url.startswith("http")
    assert desk.writes() == []


def test_a_channel_is_chosen_once(desk: Desk) -> None:
    ticket = desk.world.add_item(desk.product, "工单")
    channel = Named(id=next(iter(catalogue.CHANNELS)))
    with pytest.raises(Unsupported):
        desk.push(Update(uid=UID, target=ticket, values={"field:channel": channel}))
    assert desk.writes() == []


def test_an_idea_is_planned_once_it_is_there_with_both_ends_of_its_plan(desk: Desk) -> None:
    values: Values = {"due": JULY, "field:priority": Named(id=list(catalogue.SHIP_PRIORITIES)[1])}
    receipt = desk.push(create(desk, "idea", values=values))
    assert set(receipt.left) == ({"due", "field:priority"} if older(desk) else {"due"})
    idea = receipt.id
    desk.push(Update(uid=UID, target=idea, values=receipt.left))
    found = desk.item(idea)
    assert (found.start, found.due) == (Instant(at=datetime(2026, 6, 30, 16, tzinfo=UTC)), END_OF_JULY_1)
    desk.push(Update(uid=UID, target=idea, values={"due": Day(on=date(2026, 7, 5))}))
    assert desk.sent()[-1]["plan_at"] == {
        "from": at(date(2026, 7, 1)), "to": at(date(2026, 7, 6)) - 1, "granularity": "day",
    }  # fmt: skip
    half: Values = {"start": JULY, "due": JULY, "field:progress": Number(value=Decimal("0.5"))}
    desk.push(Update(uid=UID, target=idea, values=half))
    assert (desk.item(idea).due, desk.kept(idea).progress) == (END_OF_JULY_1, 0.5)
    desk.push(Transition(uid=UID, target=idea, to=list(catalogue.IDEA_STATES)[1]))
    assert desk.kept(idea).state == list(catalogue.IDEA_STATES)[1]


def test_an_idea_without_a_plan_begins_with_the_day_that_is_given(desk: Desk) -> None:
    idea = desk.world.add_idea(desk.product, "想法")
    desk.push(Update(uid=UID, target=idea, values={"start": JULY}))
    assert desk.item(idea).due == END_OF_JULY_1


# ---------------------------------------------------------------------------------------- marker in a property


def test_a_property_may_carry_the_marker_and_then_no_text_is_touched(desk: Desk) -> None:
    said = {"marker_property": catalogue.NOTE.id}
    receipt = desk.push(create(desk), **said)
    kept = desk.kept(receipt.id)
    assert (kept.description, kept.properties) == (HTML, {"beizhu": f"pmbridge:{UID}"})
    assert desk.item(receipt.id, **said).marker == UID == receipt.after.marker
    assert [one.id for one in desk.adapter(**said).find(create(desk), NOW)] == [receipt.id]
    change = Update(uid="x", target=receipt.id, values={"description": Plain(text="新")}, marker=UID)
    desk.push(change, **said)
    assert (kept.description, desk.item(receipt.id, **said).marker) == ("<p>新</p>", UID)


def test_a_marker_in_a_text_is_known_and_kept_also_after_the_property_was_named(desk: Desk) -> None:
    said = {"marker_property": catalogue.NOTE.id}
    made = desk.push(create(desk)).id
    assert desk.item(made, **said).marker == UID
    desk.push(Update(uid="x", target=made, values={"description": Plain(text="新")}, marker=UID), **said)
    assert desk.item(made, **said).marker == UID


def test_a_property_that_the_type_does_not_have_is_refused_by_name(desk: Desk) -> None:
    with pytest.raises(Rejected) as refused:
        desk.push(create(desk), marker_property="nothing")
    assert "100043" in refused.value.faults[""]
    assert not desk.team.items


# ------------------------------------------------------------------------------------------------- refusals


def test_a_connection_that_only_reads_sends_nothing(desk: Desk) -> None:
    target = desk.task()
    with pytest.raises(Refused) as refused:
        desk.workspace.adapter().push(Update(uid=UID, target=target, values={"title": Plain(text="b")}))
    assert refused.value.name == "read-only"
    assert desk.sandbox.requests == []


def test_what_is_missing_is_asked_for_before_anything_is_sent(desk: Desk) -> None:
    for write, wanted in (
        (create(desk, values={"title": None}), "title"),
        (create(desk, type=None), "type_id"),
        (create(desk, "ticket", type=None), "type_id"),
    ):
        with pytest.raises(NeedsInput) as refused:
            desk.push(write)
        assert set(refused.value.wanted) == {wanted}
    assert desk.writes() == []


def test_what_cannot_be_written_leads_to_where_a_person_can(desk: Desk) -> None:
    target = desk.task()
    sprint = desk.world.add_sprint(desk.project, "迭代 1")
    two = Many(items=(Named(id=desk.me), Named(id=desk.team.add_user("陈工").id)))
    for write in (
        Create(uid=UID, project=desk.project, kind="sprint", values={"title": Plain(text="x")}),
        create(desk, "ticket", parent=target), create(desk, "ticket", groups=(sprint,)),
        Update(uid=UID, target=sprint, values={"title": Plain(text="x")}),
        Update(uid=UID, target=target, values={"assignees": two}),
        Update(uid=UID, target=target, values={"done": JULY}),
        Update(uid=UID, target=target, values={"field:tags": two}),
        AddComment(uid=UID, target=target, body=TEXT, audience="internal"),
        AddComment(uid=UID, target=sprint, body=TEXT, audience="public"),
    ):  # fmt: skip
        with pytest.raises(Unsupported) as refused:
            desk.push(write)
        assert refused.value.url.startswith("http"), write
    assert desk.writes() == []


def test_what_is_gone_cannot_be_written_to(desk: Desk) -> None:
    target = desk.task()
    desk.world.delete(target)
    for write in (
        Update(uid=UID, target=target, values={"title": Plain(text="x")}),
        AddComment(uid=UID, target=target, body=TEXT, audience="public"),
    ):
        with pytest.raises(NotVisible):
            desk.push(write)


def test_describing_says_what_can_be_written(desk: Desk) -> None:
    schema = desk.adapter().describe(desk.project).kinds
    item, release, sprint = schema["work_item"], schema["release"], schema["sprint"]
    assert all(item.supports[verb] for verb in (Verb.CREATE, Verb.UPDATE, Verb.TRANSITION, Verb.COMMENT, Verb.LINK))
    assert not item.supports[Verb.NOTE]
    assert (bool(release.supports[Verb.TRANSITION]), bool(release.supports[Verb.COMMENT])) == (True, False)
    assert not sprint.supports.get(Verb.CREATE)
    assert [one.id for one in item.relations][:2] == ["relate", "block"]
    levels = {one.id: one.write.level for one in item.fields}
    assert levels == {
        "priority": "full", "story_points": "full", "estimated_workload": "full", "remaining_workload": "full",
        "tags": "not_yet", "severity": "full", "yingxianggongqi": "full", "querenriqi": "full", "shejimokuai": "full",
        "beizhu": "full", "jiekouren": "full", "guigeshu": "not_yet",
    }  # fmt: skip
    ticket = desk.adapter().describe(ProjectId(desk.product)).kinds["ticket"]
    told = {one.id: one.write.level for one in ticket.fields}
    assert (told["channel"], told["tags"], told["customer"]) == ("partial", "service_cannot", "full")
