"""The sandbox answers as PingCode was seen to answer: tokens, pages, refusals, limits, both dialects."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from pmbridge.testing.clock import FakeClock
from pmbridge.values import ProjectId, RecordId
from pmbridge_pingcode import sandbox_catalogue as catalogue
from pmbridge_pingcode.sandbox import PingCodeSandbox
from pmbridge_pingcode.sandbox_store import at
from tests.contract.pingcode_bench import NOW, Visitor, visiting

BOTH = ("pjm", "project")
UNKNOWN = "5edca524ffffffffffffffff"


@pytest.fixture
def me() -> Iterator[Visitor]:
    with visiting(dialects=BOTH) as visitor:
        yield visitor


def items(me: Visitor, count: int, project: str | None = None) -> tuple[str, list[str]]:
    home = project or me.sandbox.world.project()
    made = [me.sandbox.world.add_item(ProjectId(home), f"Item {n}").external_id for n in range(count)]
    return home, made


# ---------------------------------------------------------------------------------------------------- tokens


def test_the_token_says_when_it_ends_not_how_long_it_lives(me: Visitor) -> None:
    assert me.login()["expires_in"] == int(NOW.timestamp()) + 30 * 86_400


def test_a_second_token_does_not_end_the_first(me: Visitor) -> None:
    first = me.token
    me.login()
    me.token = first
    assert me.ask("GET", "/v1/directory/team")[0] == 200


def test_a_wrong_client_secret_is_a_bad_request(me: Visitor) -> None:
    status, body = me.ask(
        "GET", "/v1/auth/token", grant_type="client_credentials", client_id="sandbox-client", client_secret="x"
    )
    assert (status, body["code"]) == (400, "100024")


def test_a_token_ends_after_30_days_and_a_wrong_one_never_began(me: Visitor) -> None:
    me.sandbox.clock.advance(30 * 86_400)
    assert me.ask("GET", "/v1/directory/team")[0] == 401
    me.token = "wrong"
    assert me.ask("GET", "/v1/directory/team")[0] == 401


def test_only_a_person_has_a_self() -> None:
    with visiting() as me:
        assert me.ask("GET", "/v1/myself")[0] == 403
        _, body = me.ask("GET", "/v1/auth/token", grant_type="refresh_token", refresh_token="sandbox-refresh-token")
        assert "refresh_token" not in body
        me.token = body["access_token"]
        assert me.ask("GET", "/v1/myself")[1]["display_name"] == "王工"


# ---------------------------------------------------------------------------------------------------- pages


def test_pages_count_from_0_and_an_empty_one_lies_past_the_end(me: Visitor) -> None:
    project, made = items(me, 5)
    path = "/v1/project/work_items"
    wanted: dict[str, Any] = {"project_ids": project, "page_size": 2}
    pages = [me.ask("GET", path, page_index=index, **wanted)[1] for index in range(4)]
    assert [[row["id"] for row in page["values"]] for page in pages] == [made[:2], made[2:4], made[4:], []]
    assert {page["total"] for page in pages} == {5}


@pytest.mark.parametrize(("size", "code"), [(0, "100009"), (101, "100009"), ("x", "100004")])
def test_a_page_of_another_size_is_refused(me: Visitor, size: object, code: str) -> None:
    status, body = me.ask("GET", "/v1/pjm/projects", page_size=size)
    assert (status, body["code"]) == (400, code)


def test_unasked_a_page_has_30_rows(me: Visitor) -> None:
    project, _ = items(me, 31)
    assert len(me.ask("GET", "/v1/pjm/work_items", project_id=project)[1]["values"]) == 30


# -------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (f"/v1/pjm/work_items/{UNKNOWN}", "100317"),
        (f"/v1/pjm/projects/{UNKNOWN}", "100300"),
        (f"/v1/project/projects/{UNKNOWN}/versions/{UNKNOWN}", "100304"),
        (f"/v1/ship/products/{UNKNOWN}", "100701"),
        (f"/v1/ship/tickets/{UNKNOWN}", "100711"),
        (f"/v1/ship/ideas/{UNKNOWN}", "100725"),
    ],
)
def test_what_does_not_exist_is_a_bad_request_with_its_code(me: Visitor, path: str, code: str) -> None:
    status, body = me.ask("GET", path)
    assert (status, body["code"]) == (400, code)


@pytest.mark.parametrize("path", ["/v1/pjm/work_items/no!id", "/v1/nowhere", "/v2/pjm/projects", "/"])
def test_an_unknown_path_is_not_found(me: Visitor, path: str) -> None:
    status, body = me.ask("GET", path)
    assert (status, body["code"]) == (404, "100002")


def test_a_dialect_that_is_not_served_is_not_found() -> None:
    with visiting(dialects=("project",)) as me:
        assert me.ask("GET", "/v1/pjm/projects")[0] == 404
        assert me.ask("GET", "/v1/project/projects")[0] == 200


def test_an_area_outside_of_the_range_is_forbidden() -> None:
    with visiting(denied=("ship",)) as me:
        assert me.ask("GET", "/v1/ship/products")[0] == 403


def test_the_201st_request_of_a_minute_has_to_wait_as_the_header_says(me: Visitor) -> None:
    for _ in range(200):
        assert me.ask("GET", "/v1/directory/team")[0] == 200
        me.sandbox.clock.advance(0.1)
    status, headers, body = me.whole("GET", "/v1/directory/team")
    assert (status, body["code"]) == (429, "100038")
    assert headers["x-pc-retry-after"] == "40"
    assert "retry-after" not in headers
    me.sandbox.clock.advance(39)
    assert me.ask("GET", "/v1/directory/team")[0] == 429
    me.sandbox.clock.advance(1)
    assert me.ask("GET", "/v1/directory/team")[0] == 200


# ------------------------------------------------------------------------------------------- lists and search


def test_the_older_list_is_narrowed_by_time_and_the_newer_one_drops_what_it_does_not_know(me: Visitor) -> None:
    project, made = items(me, 3)
    me.sandbox.clock.advance(3600)
    me.ask("PATCH", f"/v1/pjm/work_items/{made[1]}", {"title": "neu"})
    since = f"{int(NOW.timestamp()) + 60},"
    _, older = me.ask("GET", "/v1/project/work_items", project_ids=project, updated_between=since)
    _, newer = me.ask("GET", "/v1/pjm/work_items", project_id=project, updated_between=since)
    assert [row["id"] for row in older["values"]] == [made[1]]
    assert [row["id"] for row in newer["values"]] == made


def test_deleted_and_archived_ones_come_only_when_asked_for(me: Visitor) -> None:
    project, made = items(me, 3)
    _, gone = me.ask("DELETE", f"/v1/pjm/work_items/{made[0]}")
    assert gone["is_deleted"] == 1
    me.sandbox.world.archive(RecordId(kind="work_item", external_id=made[1]))

    def listed(**more: Any) -> list[str]:
        _, body = me.ask("GET", "/v1/pjm/work_items", project_id=project, **more)
        return [row["id"] for row in body["values"]]

    assert listed() == [made[2]]
    assert listed(include_deleted="true") == [made[0], made[2]]
    assert listed(include_deleted="true", include_archived="true") == made
    assert me.ask("GET", f"/v1/pjm/work_items/{made[0]}")[1]["code"] == "100317"
    assert me.ask("GET", f"/v1/pjm/work_items/{made[0]}", include_deleted="true")[1]["is_deleted"] == 1


def search(me: Visitor, **payload: Any) -> tuple[int, dict[str, Any]]:
    return me.ask("POST", "/v1/pjm/work_items/search", {"mode": "query", "payload": payload})


def test_the_search_looks_at_days(me: Visitor) -> None:
    project, made = items(me, 1)
    late = at(date(2026, 6, 5), 23, 59)
    _, found = search(me, filter={"project.id": {"in": [project]}, "updated_at": {"gte": late}})
    assert [row["id"] for row in found["values"]] == made
    _, none = search(me, filter={"updated_at": {"gte": late + 3600}})
    assert none["values"] == []


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"identifier": {"eq": "X-1"}}, "100043"),
        ({"updated_at": {"in": [1]}}, "100044"),
        ({"updated_at": {"gte": 1_780_000_000, "lt": 1_790_000_000}}, "100044"),
        ({"updated_at": {"gte": 1_780_000_000_000}}, "100004"),
        ({"project.id": {"in": "x"}}, "100006"),
    ],
)
def test_the_search_refuses_what_it_cannot(me: Visitor, wanted: dict[str, Any], code: str) -> None:
    status, body = search(me, filter=wanted)
    assert (status, body["code"]) == (400, code)


def test_pages_of_the_search_stand_in_its_payload(me: Visitor) -> None:
    project, made = items(me, 3)
    _, found = search(me, filter={"project.id": {"in": [project]}}, page_size=2, page_index=1)
    assert [row["id"] for row in found["values"]] == made[2:]


def test_more_than_20_projects_in_one_list_are_refused(me: Visitor) -> None:
    status, body = me.ask("GET", "/v1/project/work_items", project_ids=",".join(f"{n:024x}" for n in range(21)))
    assert (status, body["code"]) == (400, "100006")


# ---------------------------------------------------------------------------------------------------- writing


def test_nulls_and_unknown_keys_are_passed_over_and_empty_words_are_not(me: Visitor) -> None:
    _, (item,) = items(me, 1)
    path = f"/v1/project/work_items/{item}"
    status, body = me.ask("PATCH", path, {"title": None, "assignee_id": None, "colour": "red"})
    assert (status, body["title"]) == (200, "Item 0")
    assert me.ask("PATCH", path, {"title": ""})[1]["code"] == "100003"


def test_a_state_that_cannot_be_reached_is_refused(me: Visitor) -> None:
    _, (item,) = items(me, 1)
    path = f"/v1/project/work_items/{item}"
    assert me.ask("PATCH", path, {"state_id": catalogue.DONE.id})[0] == 200
    assert me.ask("PATCH", path, {"state_id": catalogue.NEW.id})[1]["code"] == "100379"
    assert me.ask("PATCH", path, {"state_id": UNKNOWN})[1]["code"] == "100303"
    _, histories = me.ask("GET", f"{path}/transition_histories")
    assert [row["from_state"] and row["from_state"]["name"] for row in histories["values"]] == [None, "新建"]


def test_milliseconds_are_no_time(me: Visitor) -> None:
    _, (item,) = items(me, 1)
    status, body = me.ask("PATCH", f"/v1/pjm/work_items/{item}", {"end_at": 1_780_000_000_000})
    assert (status, body["code"]) == (400, "100004")


def test_a_milestone_keeps_no_start(me: Visitor) -> None:
    project = me.sandbox.world.project()
    said = {"project_id": project, "type_id": catalogue.MILESTONE, "title": "M1", "start_at": 1_780_000_000,
            "end_at": 1_790_000_000}  # fmt: skip
    _, made = me.ask("POST", "/v1/pjm/work_items", said)
    assert (made["start_at"], made["end_at"]) == (None, 1_790_000_000)


def test_releases_and_sprints_begin_and_end_with_a_day_in_shanghai(me: Visitor) -> None:
    project, user = me.sandbox.world.project(), me.sandbox.team.me.id
    noon = at(date(2026, 7, 1), 12)
    said = {"name": "1.0", "start_at": noon, "end_at": noon, "assignee_id": user}
    for what in ("versions", "sprints"):
        _, made = me.ask("POST", f"/v1/project/projects/{project}/{what}", said)
        assert (made["start_at"], made["end_at"]) == (at(date(2026, 7, 1)), at(date(2026, 7, 2)) - 1)


def test_a_waterfall_project_has_no_sprints() -> None:
    with visiting(dialects=BOTH) as me:
        project = me.sandbox.team.add_project("WF", "瀑布", "waterfall")
        said = {"name": "S", "start_at": 1_780_000_000, "end_at": 1_790_000_000, "assignee_id": me.sandbox.team.me.id}
        path = f"/v1/pjm/projects/{project.id}/sprints"
        assert me.ask("GET", path)[1]["values"] == []
        assert me.ask("POST", path, said)[1]["code"] == "100300"


def test_a_deleted_release_leaves_its_items(me: Visitor) -> None:
    project, (item,) = items(me, 1)
    said = {"name": "1.0", "start_at": 1_780_000_000, "end_at": 1_790_000_000, "assignee_id": me.sandbox.team.me.id}
    _, release = me.ask("POST", f"/v1/pjm/projects/{project}/versions", said)
    _, changed = me.ask("PATCH", f"/v1/pjm/work_items/{item}", {"version_ids": [release["id"]]})
    assert [one["name"] for one in changed["versions"]] == ["1.0"]
    me.ask("DELETE", f"/v1/pjm/projects/{project}/versions/{release['id']}")
    assert me.ask("GET", f"/v1/pjm/work_items/{item}")[1]["versions"] is None


def test_many_at_once_passes_over_what_it_does_not_know(me: Visitor) -> None:
    _, made = items(me, 2)
    said = {"ids": [*made, UNKNOWN], "property_name": "title", "property_value": "alle"}
    assert me.ask("PATCH", "/v1/project/work_items", said)[1] == {"inserts": 0, "updates": 2, "deletes": 0}
    said = {"ids": made, "property_name": "sprint_id", "property_value": "x"}
    assert me.ask("PATCH", "/v1/project/work_items", said)[1]["updates"] == 0


def test_two_items_are_linked_once_and_the_other_side_has_a_row_of_its_own(me: Visitor) -> None:
    _, (item, other) = items(me, 2)
    path, said = f"/v1/project/work_items/{item}/relations", {"target_work_item_id": other, "relation_type": "block"}
    _, made = me.ask("POST", path, said)
    assert me.ask("POST", path, said)[1]["code"] == "100350"
    assert me.ask("POST", path, {**said, "relation_type": "likes"})[1]["code"] == "100001"
    (back,) = me.ask("GET", f"/v1/pjm/work_items/{other}/relations")[1]["values"]
    assert (back["relation_type"], back["id"] != made["id"]) == ("blocked_by", True)
    me.ask("DELETE", f"{path}/{made['id']}")
    assert me.ask("GET", f"/v1/pjm/work_items/{other}/relations")[1]["values"] == []


def test_two_work_items_are_no_pair_of_two_kinds(me: Visitor) -> None:
    _, (item, other) = items(me, 2)
    where: dict[str, Any] = {"principal_type": "work_item", "principal_id": item, "target_type": "work_item"}
    assert me.ask("POST", "/v1/relations", {**where, "target_id": other})[1]["code"] == "100049"
    assert me.ask("GET", "/v1/relations", **where)[1]["code"] == "100049"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"stage_id": catalogue.PUBLISHED}, "100395"),
        ({"stage_id": catalogue.PUBLISHED, "operate_at": at(date(2026, 8, 1))}, "100395"),
        ({"stage_id": catalogue.UNSTARTED, "operate_at": at(date(2026, 7, 1))}, "100394"),
        ({"stage_id": UNKNOWN}, "100303"),
        ({"name": "2.0"}, "100337"),
        ({"end_at": at(date(2026, 6, 1))}, "100042"),
    ],
)
def test_a_release_that_is_changed_wrongly_stays_as_it_was(me: Visitor, said: dict[str, Any], code: str) -> None:
    project, user = me.sandbox.world.project(), me.sandbox.team.me.id
    path, july = f"/v1/pjm/projects/{project}/versions", at(date(2026, 7, 1))
    dated = {"start_at": july, "end_at": july, "assignee_id": user}
    _, release = me.ask("POST", path, {"name": "1.0", **dated})
    me.ask("POST", path, {"name": "2.0", **dated})
    assert me.ask("PATCH", f"{path}/{release['id']}", said)[1]["code"] == code
    assert me.ask("GET", f"{path}/{release['id']}")[1] == release


def test_a_release_enters_a_stage_within_its_days(me: Visitor) -> None:
    project, july = me.sandbox.world.project(), at(date(2026, 7, 1))
    path = f"/v1/pjm/projects/{project}/versions"
    dated = {"name": "1.0", "start_at": july, "end_at": july, "assignee_id": me.sandbox.team.me.id}
    _, release = me.ask("POST", path, dated)
    entered = {"stage_id": catalogue.PUBLISHED, "operate_at": july + 60}
    _, changed = me.ask("PATCH", f"{path}/{release['id']}", entered)
    assert (changed["stage"]["type"], changed["operate_at"]) == ("published", july + 60)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"version_ids": []}, "100006"),
        ({"assignee_id": ""}, "100003"),
        ({"story_points": 1.25}, "100004"),
        ({"properties": {"nothing": 1}}, "100043"),
        ({"properties": {"severity": UNKNOWN}}, "100003"),
        ({"properties": {"querenriqi": 1_780_000_000_000}}, "100004"),
    ],
)
def test_an_item_that_is_changed_wrongly_stays_as_it_was(me: Visitor, said: dict[str, Any], code: str) -> None:
    _, (item,) = items(me, 1)
    path = f"/v1/pjm/work_items/{item}"
    before = me.ask("GET", path)[1]
    assert me.ask("PATCH", path, {"title": "neu", **said})[1]["code"] == code
    assert me.ask("GET", path)[1] == before


def test_a_ticket_goes_where_its_flow_leads_and_takes_no_state_when_it_is_made(me: Visitor) -> None:
    product = me.sandbox.world.product().partition("/")[2]
    first, second = list(catalogue.TICKET_STATES)[:2]
    said = {"product_id": product, "title": "工单", "type_id": next(iter(catalogue.TICKET_TYPES)), "state_id": second}
    _, made = me.ask("POST", "/v1/ship/tickets", said)
    assert made["state"]["id"] == first
    path = f"/v1/ship/tickets/{made['id']}"
    assert me.ask("PATCH", path, {"state_id": second})[1]["state"]["id"] == second
    assert me.ask("PATCH", path, {"state_id": first})[1]["code"] == "100702"


def test_an_idea_is_planned_from_one_end_to_the_other(me: Visitor) -> None:
    product, day = me.sandbox.world.product().partition("/")[2], at(date(2026, 7, 1))
    whole = {"from": day, "to": day + 3600, "granularity": "day"}
    _, made = me.ask("POST", "/v1/ship/ideas", {"product_id": product, "title": "想法", "plan_at": whole})
    assert made["plan_at"] is None
    path = f"/v1/ship/ideas/{made['id']}"
    assert me.ask("PATCH", path, {"plan_at": {"to": day}})[1]["code"] == "100039"
    assert me.ask("PATCH", path, {"plan_at": whole})[1]["plan_at"] == whole


def test_a_deleted_comment_stays_as_an_empty_row(me: Visitor) -> None:
    _, (item,) = items(me, 1)
    where: dict[str, Any] = {"principal_type": "work_item", "principal_id": item}
    _, made = me.ask("POST", "/v1/comments", {**where, "content": "说"})
    me.ask("DELETE", f"/v1/comments/{made['id']}", **where)
    (row,) = me.ask("GET", "/v1/comments", **where)[1]["values"]
    assert (row["content"], row["is_deleted"]) == ("", 1)


def test_a_sandbox_needs_a_dialect_that_exists() -> None:
    with pytest.raises(ValueError, match="pjm and project"):
        PingCodeSandbox(FakeClock(NOW), dialects=("x",))
