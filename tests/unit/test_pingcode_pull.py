"""Pulls against prepared answers: dialects, filters that are dropped, rows that cannot be read, markers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pmbridge.errors import CursorInvalid, NotVisible, PmbridgeError, ProtocolError
from pmbridge.records import Item, Person, Scope
from pmbridge.testing.laws.bench import Mirror
from pmbridge.values import Named, RecordId
from tests.unit import pingcode_wire as pingcode
from tests.unit.loopback import Answer
from tests.unit.pingcode_wire import ITEM, PRODUCT, PROJECT, Desk, data, page, refused, work_item

ID = RecordId(kind="work_item", external_id=ITEM)
LIST = "/v1/pjm/work_items"


@pytest.fixture
def desk() -> Iterator[Desk]:
    with pingcode.desk() as made:
        yield made


def the_item(desk: Desk, *, fields: tuple[str, ...] = (), kinds: tuple[str, ...] = ("work_item",), **more: Any) -> Item:
    desk.routes[LIST] = page(work_item(**more))
    if "release" in kinds:
        desk.routes[f"/v1/pjm/projects/{PROJECT}/versions"] = page()
    if "sprint" in kinds:
        desk.routes[f"/v1/pjm/projects/{PROJECT}/sprints"] = page()
    found = desk.pull(fields=fields, kinds=kinds).records[ID]
    assert isinstance(found, Item)
    return found


# -------------------------------------------------------------------------------------------------- dialects


def test_the_older_dialect_is_used_where_the_newer_path_is_not_there(desk: Desk) -> None:
    older = {path.replace("/pjm/", "/project/"): answer for path, answer in desk.routes.items()}
    for path in [one for one in desk.routes if "/pjm/" in one]:
        del desk.routes[path]
    desk.routes |= older
    desk.routes["/v1/project/work_items"] = page(work_item())
    mirror = desk.pull()
    assert ID in mirror.records
    desk.pull(into=mirror)
    assert len(desk.asked("/v1/pjm/projects")) == 1  # found once a day, kept in the memo
    (first, second) = desk.asked("/v1/project/work_items")
    assert first["project_ids"] == [PROJECT]
    start, _, end = second["updated_between"][0].partition(",")
    assert int(start) < int(end)


def test_a_pingcode_that_knows_neither_is_an_unknown_form(desk: Desk) -> None:
    desk.routes = {"/v1/auth/token": pingcode.token()}
    with pytest.raises(ProtocolError):
        desk.pull()


PROXY = Answer(
    status=404,
    body=b"<!DOCTYPE html><html><title>Proxy</title></html>",
    headers={"Content-Type": "text/html"},
)


@pytest.mark.parametrize("answer", [refused(403, "100098"), refused(500, "100000"), PROXY])
def test_only_a_path_that_is_not_there_leads_to_the_older_dialect(desk: Desk, answer: Answer) -> None:
    desk.routes["/v1/pjm/projects"] = answer
    with pytest.raises(PmbridgeError):
        desk.pull()
    assert desk.asked("/v1/project/projects") == []


def test_a_path_that_is_dropped_one_day_makes_the_dialect_be_found_anew(desk: Desk) -> None:
    desk.routes[LIST] = refused(404, "100002")
    assert [type(one.error) for one in desk.pull().skipped] == [ProtocolError]
    desk.pull()
    assert len(desk.asked("/v1/pjm/projects")) == 2


# --------------------------------------------------------------------------------------------- dropped filters


def test_rows_of_another_project_mean_that_the_filter_was_dropped(desk: Desk) -> None:
    other = pingcode.project_ref(id="5eb623f60000000000000002")
    desk.routes[LIST] = page(work_item(), work_item(id="5edca5240000000000000002", project=other))
    mirror = desk.pull()
    assert [one.project for one in mirror.skipped] == [PROJECT]
    assert "narrowed" in str(mirror.skipped[0].error.facts["field"])
    assert not mirror.listings
    assert not mirror.complete


def test_an_empty_release_list_of_a_project_that_is_not_there_proves_nothing(desk: Desk) -> None:
    desk.routes[f"/v1/pjm/projects/{PROJECT}/versions"] = page()
    desk.routes[f"/v1/pjm/projects/{PROJECT}"] = refused(400, "100300", "项目不存在")
    mirror = desk.pull(kinds=("work_item", "release"))
    assert [type(one.error) for one in mirror.skipped] == [NotVisible]
    assert not mirror.listings


def test_a_deleted_project_is_not_there(desk: Desk) -> None:
    desk.routes[f"/v1/pjm/projects/{PROJECT}"] = data(pingcode.project_ref(is_deleted=1))
    assert [type(one.error) for one in desk.pull().skipped] == [NotVisible]
    assert desk.adapter().visible([PROJECT]) == frozenset()


def test_a_total_with_no_rows_is_never_an_empty_project(desk: Desk) -> None:
    desk.routes[LIST] = page(total=7)
    mirror = desk.pull()
    assert [type(one.error) for one in mirror.skipped] == [ProtocolError]
    assert not mirror.listings


def test_a_server_that_gives_smaller_pages_is_read_to_the_end(desk: Desk) -> None:
    rows = [work_item(id=f"5edca524{number:016x}") for number in range(1, 6)]
    desk.routes[LIST] = [page(*rows[at : at + 2], total=5, size=2, index=at // 2) for at in (0, 2, 4)]
    adapter = desk.adapter(workers=1)
    mirror = Mirror()
    for one in adapter.pull(Scope(projects=(PROJECT,), kinds=frozenset({"work_item"})), None, mirror):
        mirror.apply(one)
    assert sum(isinstance(one, Item) for one in mirror.records.values()) == 5
    assert PROJECT in mirror.complete


# ------------------------------------------------------------------------------------------- unreadable rows


def test_a_row_that_cannot_be_read_costs_itself_and_stays_in_the_listing(desk: Desk) -> None:
    bad = work_item(id="5edca5240000000000000002", end_at=1_783_000_000_000)
    desk.routes[LIST] = page(work_item(), bad)
    mirror = desk.pull()
    assert ID in mirror.records
    (skipped,) = mirror.skipped
    assert skipped.id == RecordId(kind="work_item", external_id="5edca5240000000000000002")
    assert "end_at" in str(skipped.error.facts["field"])
    assert "1783000000000" not in str(skipped.error.facts)
    assert PROJECT in mirror.complete
    (listing,) = mirror.listings
    assert set(listing.ids) == {ITEM, "5edca5240000000000000002"}


def test_a_row_without_an_id_fails_its_project(desk: Desk) -> None:
    desk.routes[LIST] = page(work_item(), work_item(id=None))
    mirror = desk.pull()
    assert [(one.id, type(one.error)) for one in mirror.skipped] == [(None, ProtocolError)]
    assert not mirror.complete


def test_a_page_of_which_nothing_can_be_read_is_an_unknown_form(desk: Desk) -> None:
    desk.routes[LIST] = page(*(work_item(id=f"5edca524{n:016x}", title=None) for n in range(60)))
    assert [one.id for one in desk.pull().skipped] == [None]


@pytest.mark.parametrize("id_", ["../../admin", "a/b", "x?y=1", "", "a" * 65])
def test_an_id_that_would_change_a_path_is_none(desk: Desk, id_: str) -> None:
    desk.routes[LIST] = page(work_item(id=id_))
    mirror = desk.pull()
    assert not [one for one in mirror.records.values() if isinstance(one, Item)]
    assert mirror.skipped


# ------------------------------------------------------------------------------------------------ translation


def test_both_spellings_of_releases_are_read_and_a_release_is_named_with_its_project(desk: Desk) -> None:
    one, two = {"id": "r1", "name": "1.0"}, {"id": "r2", "name": "2.0"}
    found = the_item(desk, versions=[one], version=two, sprint={"id": "s1", "name": "迭代"},
                     kinds=("work_item", "release", "sprint"))  # fmt: skip
    assert [str(group) for group in found.groups] == [
        f"release:{PROJECT}/r1", f"release:{PROJECT}/r2", f"sprint:{PROJECT}/s1",
    ]  # fmt: skip


def test_the_phase_is_the_parent_of_what_has_no_other(desk: Desk) -> None:
    phase = {"id": "5edca524000000000000000f", "title": "阶段一"}
    assert the_item(desk, phase=phase).parent == RecordId(kind="work_item", external_id=phase["id"])
    child = the_item(desk, phase=phase, parent_id="5edca524000000000000000e", updated_at=1_780_000_200)
    assert child.parent == RecordId(kind="work_item", external_id="5edca524000000000000000e")


@pytest.mark.parametrize(
    ("description", "text", "marker"),
    [
        ("<p>甲</p><p>pmbridge:01JWX3K8000000000000000000</p>", "<p>甲</p>", "01JWX3K8000000000000000000"),
        ("甲\npmbridge:01JWX3K8000000000000000000", "甲", "01JWX3K8000000000000000000"),
        ("<p>甲<br/>pmbridge:01JWX3K8000000000000000000</p>\n", "<p>甲", "01JWX3K8000000000000000000"),
        ("<p>pmbridge:01JWX3K8000000000000000000 am Anfang</p>", None, None),
        ("pmbridge:zukurz", None, None),
    ],
)
def test_the_marker_is_taken_out_of_the_text(
    desk: Desk, description: str, text: str | None, marker: str | None
) -> None:
    found = the_item(desk, description=description)
    assert found.marker == marker
    assert found.description is not None
    assert found.description.original == (description if text is None else text)


def test_two_edits_within_one_second_have_two_versions(desk: Desk) -> None:
    first = the_item(desk)
    second = the_item(desk, title="anders")
    assert first.updated_at == second.updated_at
    assert first.version != second.version


def test_the_token_of_images_and_a_renamed_project_are_no_change(desk: Desk) -> None:
    first = the_item(desk, public_image_token="a")
    second = the_item(desk, public_image_token="b", project=pingcode.project_ref(name="neu", identifier="NEU"))
    assert first.version == second.version


def test_an_address_that_is_no_web_address_is_not_shown(desk: Desk) -> None:
    assert the_item(desk, html_url="javascript:alert(1)").url == ""


def test_an_item_of_an_archived_project_is_archived(desk: Desk) -> None:
    assert the_item(desk, project=pingcode.project_ref(is_archived=1)).archived
    assert the_item(desk, is_archived=True, updated_at=1_780_000_200).archived


def test_what_is_done_has_a_day_and_what_was_reopened_has_none(desk: Desk) -> None:
    done = {"id": "d", "name": "已完成", "type": "completed"}
    assert the_item(desk, state=done, completed_at=1_780_000_000).done is not None
    assert the_item(desk, completed_at=1_780_000_000, updated_at=1_780_000_200).done is None


def test_people_are_told_once_with_their_names(desk: Desk) -> None:
    desk.routes[LIST] = page(work_item(), work_item(id="5edca5240000000000000002"))
    adapter = desk.adapter()
    scope = Scope(projects=(PROJECT,), kinds=frozenset({"work_item"}))
    told = [one for page_ in adapter.pull(scope, None, Mirror()) for one in page_.records if isinstance(one, Person)]
    assert [(one.name, one.aliases) for one in told] == [("王工", ("wang",))]


PROPERTIES = page(
    {"id": "severity", "name": "严重程度", "type": "select", "options": [{"_id": "o1", "text": "严重"}]},
    {"id": "days", "name": "天数", "type": "number", "options": None},
    {"id": "on", "name": "日期", "type": "date"},
    {"id": "who", "name": "负责人", "type": "member"},
)


@pytest.mark.parametrize(
    ("id_", "value", "expected"),
    [
        ("severity", "o1", Named(id="o1", name="严重")),
        ("severity", "o9", Named(id="o9")),
        ("severity", None, None),
        ("severity", "", None),
        ("who", "u1", Named(id="u1")),
    ],
)
def test_a_property_is_read_by_its_type(desk: Desk, id_: str, value: Any, expected: Any) -> None:
    desk.routes["/v1/pjm/work_item/properties"] = PROPERTIES
    assert the_item(desk, fields=(id_,), properties={id_: value}).fields == {id_: expected}


@pytest.mark.parametrize(
    ("id_", "value"), [("days", "drei"), ("on", -1), ("on", 1_783_000_000_000), ("severity", ["o1"])]
)
def test_a_property_that_is_not_what_its_type_says_names_the_field(desk: Desk, id_: str, value: Any) -> None:
    desk.routes["/v1/pjm/work_item/properties"] = PROPERTIES
    desk.routes[LIST] = page(work_item(properties={id_: value}))
    mirror = desk.pull(fields=(id_,))
    assert [one.error.facts["field"] for one in mirror.skipped] == [f"properties.{id_}"]
    assert {one.id for one in mirror.skipped} == {ID}


# ------------------------------------------------------------------------------------------------------ rest


@pytest.mark.parametrize(
    "cursor", [{}, {"format": 2, "marks": {}}, {"format": 1, "marks": {"a": "x"}}, {"format": 1, "other": 1}]
)
def test_a_cursor_that_is_not_ours_is_refused(desk: Desk, cursor: Any) -> None:
    with pytest.raises(CursorInvalid):
        list(desk.adapter().pull(Scope(projects=(PROJECT,), kinds=frozenset({"work_item"})), cursor, Mirror()))


def test_a_project_that_was_taken_out_is_read_from_the_beginning_when_it_comes_back(desk: Desk) -> None:
    desk.routes[LIST] = page(work_item())
    mirror = desk.pull()
    desk.routes["/v1/ship/products/63ec00010000000000000001"] = data({"id": "63ec00010000000000000001", "name": "产品"})
    desk.routes["/v1/ship/tickets"] = page()
    desk.pull(PRODUCT, into=mirror, kinds=("ticket",))
    assert mirror.cursor is not None
    assert list(dict(mirror.cursor)["marks"]) == [PRODUCT]  # type: ignore[arg-type]


def test_without_projects_nothing_is_asked(desk: Desk) -> None:
    assert list(desk.adapter().pull(Scope(projects=(), kinds=frozenset()), None, Mirror())) == []
    assert desk.server.seen == []
