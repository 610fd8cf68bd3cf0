"""What the Trello sandbox answers about boards: one request with everything, its silent limits, pages, the batch."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pmbridge_trello.sandbox import Crowded
from pmbridge_trello.sandbox_bulk import seed_bulk
from pmbridge_trello.sandbox_state import Board
from tests.contract.trello_visitor import NOW, Json, Visitor, trello, visiting

EVERYTHING: dict[str, Any] = {
    "fields": "name,closed,dateLastActivity", "lists": "all", "list_fields": "name,closed,pos", "labels": "all",
    "labels_limit": 1000, "members": "all", "member_fields": "fullName,username", "customFields": "true",
    "cards": "all", "card_fields": "name,idList", "card_customFieldItems": "true", "checklists": "all",
    "actions": "all", "actions_limit": 3, "action_fields": "type", "action_memberCreator": "false",
    "action_member": "false", "memberships": "all",
}  # fmt: skip


@pytest.fixture
def me() -> Iterator[Visitor]:
    with visiting(trello(limits=None)) as visitor:
        yield visitor


def a_board(me: Visitor, **more: Any) -> Board:
    return me.sandbox.store.add_board("设计", lists=["待办", "完成"], **more)


def many(me: Visitor, count: int, **more: Any) -> Board:
    board = a_board(me)
    seed_bulk(me.sandbox.store, board, count, **more)
    return board


# ------------------------------------------------------------------------------------------------ one request


def test_one_request_gives_everything_that_is_asked_for(me: Visitor) -> None:
    store, board = me.sandbox.store, a_board(me)
    first, last = store.lists_of(board)
    store.edit_list(last, closed=True)
    label = store.add_label(board, "M2", "blue")
    card = store.add_card(first, "一", labels=[label.id])
    store.set_value(card, store.add_field(board, "点数", "number"), 3)
    store.add_checklist(card, "步骤", ["甲"])
    found = me.get(f"/boards/{board.id}", **EVERYTHING)
    assert set(found) == {
        "id", "name", "closed", "dateLastActivity", "lists", "labels", "members", "customFields", "cards", "checklists",
        "actions", "memberships",
    }  # fmt: skip
    assert [(one["name"], one["closed"]) for one in found["lists"]] == [("待办", False), ("完成", True)]
    assert found["labels"] == [{"id": label.id, "idBoard": board.id, "name": "M2", "color": "blue"}]
    assert found["members"] == [{"id": store.me.id, "fullName": "王工", "username": "wanggong"}]
    (shown,) = found["cards"]
    assert set(shown) == {"id", "name", "idList", "customFieldItems"}
    assert shown["customFieldItems"][0]["value"] == {"number": "3"}
    assert [(one["idCard"], [item["name"] for item in one["checkItems"]]) for one in found["checklists"]] == [
        (card.id, ["甲"])
    ]
    assert [set(one) for one in found["actions"]] == [{"id", "type"}] * 3
    assert found["memberships"][0]["memberType"] == "admin"


def test_nothing_that_was_not_asked_for_comes_along(me: Visitor) -> None:
    board = a_board(me)
    found = me.get(f"/boards/{board.id}")
    assert "dateLastActivity" not in found
    assert not {"lists", "labels", "cards", "members", "customFields", "checklists", "actions"} & set(found)
    assert set(me.get(f"/boards/{board.id}", fields="closed")) == {"id", "closed"}
    assert "limits" not in me.get(f"/boards/{board.id}", fields="all")
    assert me.get(f"/boards/{board.id}", fields="limits")["limits"]["customFields"]["perBoard"]["disableAt"] == 50


def test_members_that_no_paper_names_are_sent_too(me: Visitor) -> None:
    store, board = me.sandbox.store, a_board(me)
    card = store.add_card(store.lists_of(board)[0], "一")
    assert me.get(f"/boards/{board.id}", fields="all")["nodeId"]
    assert {"nodeId", "agent", "pinned"} <= set(me.get(f"/cards/{card.id}"))


@pytest.mark.parametrize(
    ("path", "params", "text"),
    [
        ("", {"fields": "colour"}, "invalid value for fields"),
        ("", {"cards": "new"}, "invalid value for cards"),
        ("", {"labels": "all", "labels_limit": "1001"}, "invalid value for labels_limit"),
        ("/cards", {"limit": "1001"}, "invalid value for limit"),
        ("/cards", {"before": "yesterday"}, "invalid value for before"),
        ("/cards/none-such", {"limit": "x"}, "invalid value for limit"),
        ("/labels", {"limit": "-1"}, "invalid value for limit"),
        ("/actions", {"limit": "1001"}, "invalid value for limit"),
        ("/actions", {"before": "yesterday"}, "invalid value for before"),
    ],
)
def test_a_value_that_makes_no_sense_is_400_in_plain_text(me: Visitor, path: str, params: Json, text: str) -> None:
    board = a_board(me)
    me.sandbox.store.add_card(me.sandbox.store.lists_of(board)[0], "一")
    assert me.refusal(f"/boards/{board.id}{path}", **params) == (400, text)


def test_ids_short_links_and_what_is_neither(me: Visitor) -> None:
    board = a_board(me)
    assert me.get(f"/boards/{board.short_link}", fields="name")["id"] == board.id
    assert me.get(f"/boards/{board.id.upper()}", fields="name")["id"] == board.id
    assert me.refusal("/boards/nonsense!") == (400, "invalid id")
    assert me.refusal("/boards/zzzzzzzz") == (404, "The requested resource was not found.")
    assert me.refusal(f"/boards/{'0' * 24}") == (404, "The requested resource was not found.")
    assert me.refusal("/lists/short") == (400, "invalid id")


def test_one_field_comes_in_an_envelope_a_nested_one_bare(me: Visitor) -> None:
    board = a_board(me)
    assert me.get(f"/boards/{board.id}/name") == {"_value": "设计"}
    assert me.get(f"/boards/{board.id}/prefs")["permissionLevel"] == "private"
    assert me.refusal(f"/boards/{board.id}/colour") == (404, f"Cannot GET /1/boards/{board.id}/colour")


def test_the_list_of_boards_filters_and_shows_what_moved(me: Visitor) -> None:
    store = me.sandbox.store
    board, other = a_board(me, at=NOW - timedelta(days=30)), store.add_board("Archived", organization=True)
    store.edit_board(other, closed=True)
    assert [one["id"] for one in me.get("/members/me/boards")] == [board.id, other.id]
    assert [one["id"] for one in me.get("/members/me/boards", filter="open")] == [board.id]
    assert [one["id"] for one in me.get("/members/me/boards", filter="closed,public")] == [other.id]
    assert me.refusal("/members/me/boards", filter="mine") == (400, "invalid value for filter")
    fields = "name,closed,dateLastActivity"
    before = {one["id"]: one for one in me.get("/members/me/boards", fields=fields)}
    assert before[board.id]["dateLastActivity"].startswith("2026-05-06T08:00:00")
    store.add_card(store.lists_of(board)[0], "新")
    after = {one["id"]: one for one in me.get("/members/me/boards", fields=fields)}
    assert after[board.id]["dateLastActivity"] == "2026-06-05T08:00:00.000Z"
    assert after[other.id] == before[other.id]


def test_two_changes_never_have_the_same_moment(me: Visitor) -> None:
    store, board = me.sandbox.store, a_board(me)
    card = store.add_card(store.lists_of(board)[0], "一")
    seen = set()
    for name in "abc":
        store.edit_card(card, name=name)
        seen.add(me.get(f"/boards/{board.id}", fields="dateLastActivity")["dateLastActivity"])
    assert len(seen) == 3


# -------------------------------------------------------------------------------------------- silent limits


def test_labels_come_fifty_at_a_time_unless_more_are_asked_for(me: Visitor) -> None:
    store, board = me.sandbox.store, a_board(me)
    for number in range(60):
        store.add_label(board, f"L{number}", None)
    assert len(me.get(f"/boards/{board.id}/labels")) == 50
    assert len(me.get(f"/boards/{board.id}/labels", limit=1000)) == 60
    assert len(me.get(f"/boards/{board.id}", labels="all")["labels"]) == 50
    assert len(me.get(f"/boards/{board.id}", labels="all", labels_limit=1000)["labels"]) == 60


def test_nested_labels_may_stay_at_fifty_whatever_is_asked() -> None:
    with visiting(trello(quirks=["labels-50"])) as me:
        board = a_board(me)
        for number in range(60):
            me.sandbox.store.add_label(board, f"L{number}", "red")
        assert len(me.get(f"/boards/{board.id}", labels="all", labels_limit=1000)["labels"]) == 50
        assert len(me.get(f"/boards/{board.id}/labels", limit=1000)) == 60


def test_more_than_a_thousand_nested_cards_are_cut_off_in_silence(me: Visitor) -> None:
    board = many(me, 1003)
    assert len(me.get(f"/boards/{board.id}", cards="all", card_fields="name")["cards"]) == 1000
    assert len(me.get(f"/boards/{board.id}/cards", filter="all", fields="name")) == 1000


@pytest.mark.parametrize(
    ("status", "said"),
    [(403, "API_TOO_MANY_CARDS_REQUESTED"), (400, "API_TOO_MANY_CARDS_REQUESTED"), (504, "Gateway Timeout"),
     (449, "Retry With")],
)  # fmt: skip
def test_a_crowded_board_may_be_refused_until_less_is_asked_for(status: Any, said: str) -> None:
    with visiting(trello(crowded=Crowded(cards=20, status=status))) as me:
        board = many(me, 30)
        answer = me.ask(f"/boards/{board.id}", {"cards": "all"})
        assert answer.status_code == status
        assert said in answer.text
        assert me.ask(f"/boards/{board.id}/cards", {"filter": "all", "limit": 21}).status_code == status
        assert len(me.get(f"/boards/{board.id}/cards", filter="all", limit=20)) == 20
        assert me.get(f"/boards/{board.id}", fields="name")["name"] == "设计"


# ---------------------------------------------------------------------------------------------------- pages


def paged(me: Visitor, board: Board, limit: int, *, later: int = 0) -> list[list[str]]:
    """Read a board's cards as its clients do; ``later``: seconds that are added to the oldest card's."""
    pages: list[list[str]] = []
    before = ""
    while True:
        more = {"before": before} if before else {}
        pages.append([one["id"] for one in me.get(f"/boards/{board.id}/cards", filter="all", limit=limit, **more)])
        if len(pages[-1]) < limit or (len(pages) > 1 and set(pages[-1]) <= set(pages[-2])):
            return pages
        oldest = min(pages[-1])
        before = f"{int(oldest[:8], 16) + later:08x}{oldest[8:]}"


def test_before_pages_by_creation_from_new_to_old(me: Visitor) -> None:
    board = many(me, 25)
    pages = paged(me, board, 10)
    assert [len(page) for page in pages] == [10, 10, 5]
    assert min(pages[0]) > max(pages[1])
    assert len({one for page in pages for one in page}) == 25
    assert pages[0] != sorted(pages[0], reverse=True), "a page is not in the order of the ids"


def test_before_an_id_means_its_second_so_that_cards_of_that_second_are_lost(me: Visitor) -> None:
    board = many(me, 12, step_s=0.25, first=NOW)
    assert len({one for page in paged(me, board, 6) for one in page}) < 12
    assert len({one for page in paged(me, board, 6, later=1) for one in page}) == 12


@pytest.mark.parametrize(("quirk", "found"), [("before-by-id", 12), ("before-inclusive", 12)])
def test_what_before_does_at_its_bound_is_not_settled(quirk: str, found: int) -> None:
    with visiting(trello(quirks=[quirk])) as me:
        board = many(me, 12, step_s=0.5, first=NOW)
        assert len({one for page in paged(me, board, 6) for one in page}) == found


def test_since_on_cards_is_about_creation_not_about_change(me: Visitor) -> None:
    store, board = me.sandbox.store, a_board(me)
    first = store.lists_of(board)[0]
    old = store.add_card(first, "旧", at=NOW - timedelta(days=3))
    new = store.add_card(first, "新", at=NOW - timedelta(days=1))
    store.edit_card(old, name="刚改")
    since = "2026-06-04T00:00:00.000Z"
    assert [one["id"] for one in me.get(f"/boards/{board.id}/cards", since=since)] == [new.id]
    assert [one["id"] for one in me.get(f"/boards/{board.id}/cards", since=new.id)] == [new.id]
    assert [one["id"] for one in me.get(f"/boards/{board.id}/cards", before="2026-06-04 00:00:00 UTC")] == [old.id]


# ---------------------------------------------------------------------------------------------------- batch


def test_a_batch_answers_in_order_and_tells_each_failure_by_itself(me: Visitor) -> None:
    board, hidden = a_board(me), me.sandbox.store.add_board("Hidden", mine=False)
    urls = f"/boards/{board.id}?fields=closed,/boards/{'0' * 24},/boards/{hidden.id},/members/me?fields=username,/nope"
    assert me.get("/batch", urls=urls) == [
        {"200": {"id": board.id, "closed": False}},
        {"name": "NotFoundError", "message": "The requested resource was not found.", "statusCode": 404},
        {"name": "UnauthorizedError", "message": "unauthorized permission requested", "statusCode": 401},
        {"200": {"id": me.sandbox.store.me.id, "username": "wanggong"}},
        {"name": "NotFoundError", "message": "Cannot GET /1/nope", "statusCode": 404},
    ]


def test_a_batch_tells_the_same_as_its_routes_alone(me: Visitor) -> None:
    store, board = me.sandbox.store, a_board(me)
    card = store.add_card(store.lists_of(board)[0], "一 & 二", desc="a,b?c=%2C")
    routes = [f"/cards/{card.id}?fields=all&list=true&customFieldItems=true", f"/boards/{board.id}/lists"]
    answers = [one["200"] for one in me.get("/batch", urls=",".join(routes))]
    assert answers == [me.get(one) for one in routes]


def test_a_comma_inside_a_route_needs_one_more_encoding(me: Visitor) -> None:
    board = a_board(me)
    assert me.get("/batch", urls=f"/boards/{board.id}?fields=closed%2Cname") == [
        {"200": {"id": board.id, "closed": False, "name": "设计"}}
    ]
    assert me.refusal("/batch", urls=f"/boards/{board.id}?fields=closed,name") == (400, "invalid value for urls")


@pytest.mark.parametrize("urls", ["", ",".join(["/members/me"] * 11), "members/me"])
def test_a_batch_takes_one_to_ten_routes(me: Visitor, urls: str) -> None:
    assert me.refusal("/batch", urls=urls) == (400, "invalid value for urls")


def test_a_batch_inside_a_batch_is_refused(me: Visitor) -> None:
    (told,) = me.get("/batch", urls="/batch?urls=%2Fmembers%2Fme")
    assert told["statusCode"] == 400


# ------------------------------------------------------------------------------------------------- the rest


def test_lists_members_and_memberships_of_a_board(me: Visitor) -> None:
    store = me.sandbox.store
    chen = store.add_member("陈工")
    board = store.add_board("B", lists=["a", "b"], members=[chen.id])
    archived = store.lists_of(board)[1]
    store.edit_list(archived, closed=True)
    card = store.add_card(archived, "在归档列表里")
    assert [one["name"] for one in me.get(f"/boards/{board.id}/lists")] == ["a"]
    assert [one["name"] for one in me.get(f"/boards/{board.id}/lists/closed")] == ["b"]
    found = me.get(f"/boards/{board.id}/lists", filter="all", cards="all", card_fields="name")
    assert [one["cards"] for one in found] == [[], [{"id": card.id, "name": "在归档列表里"}]]
    assert [one["fullName"] for one in me.get(f"/boards/{board.id}/members")] == ["王工", "陈工"]
    told = me.get(f"/boards/{board.id}/memberships", member="true")
    assert [(one["memberType"], one["member"]["username"]) for one in told] == [
        ("admin", "wanggong"), ("normal", chen.username),
    ]  # fmt: skip
    chen.gone = True
    assert [one["fullName"] for one in me.get(f"/boards/{board.id}/members")] == ["王工"]


def test_members_are_found_by_id_name_or_me(me: Visitor) -> None:
    store = me.sandbox.store
    for name in ("me", "wanggong", store.me.id):
        assert me.get(f"/members/{name}", fields="fullName")["fullName"] == "王工"
    assert me.get("/members/me")["email"] is None
    assert me.refusal("/members/nobody") == (404, "The requested resource was not found.")
    assert me.get("/members/me/organizations")[0]["name"] == "qingchuan"
    assert me.refusal("/organizations/others") == (404, "The requested resource was not found.")


def test_a_deleted_board_is_gone_with_all_that_was_on_it(me: Visitor) -> None:
    world, store = me.sandbox.world, me.sandbox.store
    board = world.project()
    card = world.add_item(board, "一")
    in_list = store.lists_of(store.boards[board])[0].id
    world.delete_project(board)
    for path in (f"/boards/{board}", f"/cards/{card.external_id}", f"/lists/{in_list}"):
        assert me.refusal(path) == (404, "The requested resource was not found.")


def test_ids_tell_when_a_thing_was_made_on_the_sandboxs_clock(me: Visitor) -> None:
    store, board = me.sandbox.store, a_board(me)
    me.sandbox.clock.advance(90)
    card = store.add_card(store.lists_of(board)[0], "一")
    made = [datetime.fromtimestamp(int(one.id[:8], 16), UTC) for one in (board, card)]
    assert made == [NOW, NOW + timedelta(seconds=90)]
