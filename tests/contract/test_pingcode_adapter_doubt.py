"""What the PingCode adapter writes beside items, and what it finds after a lost answer; in both dialects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from pmbridge.errors import Doubtful, NeedsInput, NotVisible, ProtocolError, Rejected, Unsupported
from pmbridge.records import AddComment, AddLink, Create, Gone, Item, Transition, Update
from pmbridge.testing.sandbox import Fault
from pmbridge.values import Day, FieldValue, Instant, Many, Named, Plain, RecordId
from pmbridge_pingcode import sandbox_catalogue as catalogue
from tests.contract.openapi import Spec
from tests.contract.pingcode_bench import NOW
from tests.contract.pingcode_desk import (
    HTML,
    JULY,
    MARK,
    OTHER,
    TEXT,
    UID,
    Desk,
    Values,
    create,
    inner,
    writing,
)


@pytest.fixture(scope="module")
def spec(shared: Path) -> Spec:
    return Spec.pingcode(shared)


@pytest.fixture(params=["pjm", "project"])
def desk(spec: Spec, request: pytest.FixtureRequest) -> Iterator[Desk]:
    with writing(spec, request.param) as made:
        yield made


# ------------------------------------------------------------------------------------------------- releases


def a_release(desk: Desk, **values: FieldValue) -> Create:
    said: Values = {
        "title": Plain(text="1.0"), "start": Day(on=date(2026, 6, 1)), "due": JULY,
        "assignees": Many(items=(Named(id=desk.me),)),
    }  # fmt: skip
    return Create(uid=UID, project=desk.project, kind="release", values=said | values)


def test_a_release_is_made_renamed_and_taken_to_a_stage_with_its_day(desk: Desk) -> None:
    receipt = desk.push(a_release(desk))
    assert receipt.after == desk.group(receipt.id)
    assert desk.group(receipt.id).due == JULY == desk.adapter().canonical("release", "due", JULY)
    desk.push(Update(uid=UID, target=receipt.id, values={"title": Plain(text="1.1"), "due": Day(on=date(2026, 7, 3))}))
    entered = desk.push(Transition(uid=UID, target=receipt.id, to=catalogue.PUBLISHED))
    found = desk.group(receipt.id)
    assert entered.after == found
    assert (found.title, found.due) == ("1.1", Day(on=date(2026, 7, 3)))
    assert desk.team.releases[inner(receipt.id)].stage == catalogue.PUBLISHED
    assert found.done == Instant(at=NOW)
    assert desk.writes() == [
        f"POST /v1/{{A}}/projects/{desk.project}/versions",
        *[f"PATCH /v1/{{A}}/projects/{desk.project}/versions/{inner(receipt.id)}"] * 2,
    ]
    again = desk.push(Transition(uid=UID, target=receipt.id, to=catalogue.PUBLISHED))  # 100394: there already
    assert again.after is None


def test_a_release_is_not_published_on_a_day_that_pingcode_does_not_take(desk: Desk) -> None:
    release = desk.push(a_release(desk, due=Day(on=date(2026, 6, 3)))).id
    with pytest.raises(Rejected) as refused:
        desk.push(Transition(uid=UID, target=release, to=catalogue.PUBLISHED))  # today is 5 June
    assert refused.value.faults["done"].startswith("100395")
    assert desk.team.releases[inner(release)].stage == catalogue.UNSTARTED
    desk.push(Transition(uid=UID, target=release, to=catalogue.PUBLISHED, values={"done": Day(on=date(2026, 6, 2))}))
    assert desk.group(release).done == Instant(at=datetime(2026, 6, 1, 16, tzinfo=UTC))


def test_a_release_needs_both_dates_and_somebody_who_answers_for_it(desk: Desk) -> None:
    bare = Create(uid=UID, project=desk.project, kind="release", values={"title": Plain(text="1.0")})
    with pytest.raises(NeedsInput) as refused:
        desk.push(bare)
    assert set(refused.value.wanted) == {"start", "due", "assignees"}
    assert desk.writes() == []


def test_a_release_is_found_by_its_name_and_a_second_of_that_name_is_refused(desk: Desk) -> None:
    write = a_release(desk)
    assert desk.adapter().find(write, NOW) == []
    made = desk.push(write).id
    desk.push(a_release(desk, title=Plain(text="1.0.1")))
    assert [one.id for one in desk.adapter().find(write, NOW)] == [made]
    with pytest.raises(Rejected) as refused:
        desk.push(replace(write, uid=OTHER))
    assert "100337" in refused.value.faults[""]


def test_releases_of_a_project_that_hides_prove_nothing(desk: Desk) -> None:
    desk.world.hide_project(desk.project)
    with pytest.raises(NotVisible):
        desk.adapter().find(a_release(desk), NOW)


# ---------------------------------------------------------------------------------------- comments and links


@pytest.mark.parametrize("kind", ["work_item", "ticket", "idea"])
@pytest.mark.parametrize("form", ["plain", "html"])
def test_a_comment_carries_its_marker_as_the_last_line(desk: Desk, kind: str, form: str) -> None:
    target = desk.some(kind)
    write = AddComment(uid=UID, target=target, body=TEXT, audience="public")
    receipt = desk.push(write, comment_format=form)
    (note,) = desk.kept(target).notes
    assert note.text == (f"{HTML}\n{MARK}" if form == "html" else f"{TEXT.original}\n\npmbridge:{UID}")
    found = desk.adapter(comment_format=form).find(write, NOW)
    assert found == [receipt.after]
    assert UID not in receipt.after.body.original


@pytest.mark.parametrize("what", ["lost_before", "lost_after", "500", "503", "html"])
def test_a_comment_without_an_answer_is_doubtful_and_found_only_if_it_was_made(desk: Desk, what: Any) -> None:
    target = desk.task()
    write = AddComment(uid=UID, target=target, body=TEXT, audience="public")
    desk.sandbox.faults.add(Fault(call="POST /v1/comments", what=what))
    with pytest.raises(Doubtful):
        desk.push(write)
    assert desk.writes() == ["POST /v1/comments"]
    assert len(desk.adapter().find(write, NOW)) == (what == "lost_after")


def test_a_comment_that_was_made_and_deleted_is_not_there(desk: Desk) -> None:
    target = desk.task()
    write = AddComment(uid=UID, target=target, body=TEXT, audience="public")
    desk.push(write)
    desk.kept(target).notes[0].deleted = True
    assert desk.adapter().find(write, NOW) == []


def test_work_items_are_linked_once_and_both_sides_know_it(desk: Desk) -> None:
    target, other = desk.task(), desk.task()
    for _ in range(2):
        desk.push(AddLink(uid=UID, target=target, to=other, relation="block", title=""))
    desk.push(AddLink(uid=UID, target=target, to=other, relation="", title=""))
    here = [(one.kind, one.target) for one in desk.team.relations.values() if one.origin == target.external_id]
    assert here == [("block", other.external_id), ("relate", other.external_id)]
    with pytest.raises(Rejected) as refused:
        desk.push(AddLink(uid=UID, target=target, to=other, relation="likes", title=""))
    assert "100001" in refused.value.faults[""]


def test_things_of_two_kinds_are_linked_once_although_pingcode_may_take_a_second(desk: Desk) -> None:
    task, ticket = desk.task(), desk.world.add_item(desk.product, "工单")
    idea = desk.world.add_idea(desk.product, "想法")
    for there in (task, task, idea, idea):
        desk.push(AddLink(uid=UID, target=ticket, to=there, relation="", title=""))
    assert desk.writes() == ["POST /v1/relations"] * 2
    assert len(desk.team.cross_relations) == 2


def test_what_cannot_be_linked_is_said_before_anything_is_sent(desk: Desk) -> None:
    task, ticket = desk.task(), desk.world.add_item(desk.product, "工单")
    release = desk.world.add_group(desk.project, "1.0")
    for target, to, relation in (
        (task, "https://a.example/1", "决定"), (ticket, task, "block"), (task, release, ""), (release, task, ""),
    ):  # fmt: skip
        with pytest.raises(Unsupported) as refused:
            desk.push(AddLink(uid=UID, target=target, to=to, relation=relation, title=""))
        assert refused.value.url.startswith("http")
    assert desk.writes() == []


# -------------------------------------------------------------------------------------------------- finding


@pytest.mark.parametrize("kind", ["work_item", "ticket", "idea"])
def test_what_was_made_with_a_lost_answer_is_found_wherever_it_went(desk: Desk, kind: str) -> None:
    write = create(desk, kind)
    path = {"ticket": "POST /v1/ship/tickets", "idea": "POST /v1/ship/ideas"}.get(kind, "POST */work_items")
    desk.sandbox.faults.add(Fault(call=path, what="lost_after"))
    with pytest.raises(Doubtful):
        desk.push(write)
    assert len(desk.writes()) == 1
    (made,) = [one for one in desk.team.items.values() if one.kind == kind]
    elsewhere = desk.world.project() if kind == "work_item" else desk.world.product()
    desk.world.move(RecordId(kind=kind, external_id=made.id), elsewhere)
    desk.workspace.later(86_400)
    desk.push(replace(write, uid=OTHER))
    (found,) = desk.adapter().find(write, NOW)
    assert isinstance(found, Item)
    assert (found.id.external_id, found.project, found.marker) == (made.id, elsewhere, UID)
    assert found == desk.item(found.id)
    assert desk.adapter().find(replace(write, uid="01JWX3K8000000000000000009"), NOW) == []


def test_a_work_item_that_was_made_and_deleted_is_told_as_deleted(desk: Desk) -> None:
    made = desk.push(create(desk)).id
    desk.world.delete(made)
    assert desk.adapter().find(create(desk), NOW) == [Gone(id=made, why="deleted")]


def test_two_that_carry_one_marker_come_oldest_first(desk: Desk) -> None:
    first = desk.push(create(desk)).id
    desk.workspace.later()
    second = desk.push(create(desk)).id
    assert [one.id for one in desk.adapter().find(create(desk), NOW)] == [first, second]


def test_a_row_that_cannot_be_read_may_be_ours_so_a_miss_proves_nothing(desk: Desk) -> None:
    made = desk.kept(desk.push(create(desk)).id)
    made.updated_at = 10**12  # milliseconds, which PingCode itself refuses
    sound = desk.push(create(desk, uid=OTHER)).id
    with pytest.raises(ProtocolError):
        desk.adapter().find(create(desk), NOW)
    assert [one.id for one in desk.adapter().find(create(desk, uid=OTHER), NOW)] == [sound]


def test_nothing_is_trusted_to_be_missing_before_the_setting_says_so(desk: Desk) -> None:
    assert desk.adapter().find_settles.total_seconds() == 60
    assert desk.adapter(find_settles_s=5).find_settles.total_seconds() == 5


def test_what_leaves_nothing_to_find_is_not_looked_for(desk: Desk) -> None:
    with pytest.raises(Unsupported):
        desk.adapter().find(Update(uid=UID, target=desk.task()), NOW)
