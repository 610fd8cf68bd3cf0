"""What a pull asks and what it makes of the answers: nothing missed, nothing taken for gone, nothing asked twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

from pmbridge.errors import CursorInvalid, NotVisible, ProtocolError, RateLimited, Unreachable
from pmbridge.records import Group, Item, Listing, Page, Person
from pmbridge.values import ProjectId
from tests.unit import trello_wire as trello
from tests.unit.loopback import Answer
from tests.unit.trello_wire import BOARD, OTHER, Desk, Mirror

AT = "2026-06-01T08:00:00.123Z"
LATER = "2026-06-01T09:00:00.000Z"
CARDS = f"/boards/{BOARD}/cards"


@pytest.fixture
def desk() -> Iterator[Desk]:
    with trello.desk(cards_per_request=50) as opened:
        opened.shows(**{BOARD: AT})
        yield opened


def items(pages: list[Page]) -> dict[str, Item]:
    return {one.title: one for one in trello.brought(pages) if isinstance(one, Item)}


def listed(pages: list[Page]) -> dict[str, Mapping[str, str | None]]:
    return {one.kind: one.ids for page in pages for one in page.listings}


def test_one_list_and_one_answer_bring_a_board(desk: Desk) -> None:
    first, second = trello.card(1, name="甲"), trello.card(2, name="乙", isTemplate=True)
    steps = trello.checklist(first, trello.check_item(7))
    desk.routes[f"/boards/{BOARD}"] = trello.data(trello.board(first, second, checklists=[steps]))
    pages = Mirror().take(desk.adapter(), trello.scope(fields=(trello.POINTS,)))
    assert desk.paths == ["/members/me/boards", f"/boards/{BOARD}"]
    assert set(items(pages)) == {"甲", "第 7 步"}
    assert {one.title for one in trello.brought(pages) if isinstance(one, Group)} == {
        "待设计", "设计中", "已验收", "旧", "里程碑", "red_dark",
    }  # fmt: skip
    assert {one.name for one in trello.brought(pages) if isinstance(one, Person)} == {"王工", "li"}
    assert {kind: len(ids) for kind, ids in listed(pages).items()} == {"card": 1, "checkitem": 1, "list": 4, "label": 2}
    assert [list(page.complete) for page in pages] == [[BOARD]]
    records = {one.id.external_id: one for one in trello.brought(pages) if isinstance(one, Item | Group)}
    for ids in listed(pages).values():
        assert all(records[one].version == version for one, version in ids.items())


def test_a_board_is_asked_for_by_name_and_for_no_more_than_is_wanted(desk: Desk) -> None:
    desk.routes[f"/boards/{BOARD}"] = trello.data(trello.board())
    Mirror().take(desk.adapter(), trello.scope(fields=(trello.POINTS,)))
    Mirror().take(desk.adapter(), trello.scope(kinds=frozenset({"card"}), fields=("dueComplete",)))
    Mirror().take(desk.adapter(), trello.scope(kinds=frozenset({"list"})))
    everything, cards, lists = [one.query for one in desk.calls if one.path == f"/boards/{BOARD}"]
    assert everything["labels_limit"] == "1000", "unasked, Trello gives 50"
    assert everything["cards"] == "all", "archived ones count as work that was done"
    assert everything["card_customFieldItems"] == everything["customFields"] == "true"
    assert everything["checklists"] == everything["lists"] == everything["labels"] == everything["members"] == "all"
    assert {
        "name",
        "desc",
        "due",
        "start",
        "dueComplete",
        "closed",
        "idList",
        "idLabels",
        "isTemplate",
        "cardRole",
    } <= set(everything["card_fields"].split(","))
    assert not {"customFields", "card_customFieldItems", "checklists", "labels"} & set(cards)
    assert not {"cards", "members", "labels", "checklists"} & set(lists)


def test_a_quiet_pull_is_one_request_however_many_boards(desk: Desk) -> None:
    desk.shows(**{BOARD: AT, OTHER: AT})
    desk.routes[f"/boards/{BOARD}"] = trello.data(trello.board(trello.card()))
    desk.routes[f"/boards/{OTHER}"] = trello.data(trello.board(trello.card(2), id=OTHER))
    mirror, adapter = Mirror(), desk.adapter()
    mirror.take(adapter, trello.scope(BOARD, OTHER))
    asked = len(desk.calls)
    (page,) = mirror.take(adapter, trello.scope(BOARD, OTHER))
    assert len(desk.calls) == asked + 1
    assert set(page.complete) == {BOARD, OTHER}
    assert (page.records, page.listings, page.skipped) == ((), (), ())


def test_only_the_board_that_moved_is_read(desk: Desk) -> None:
    desk.shows(**{BOARD: AT, OTHER: AT})
    desk.routes[f"/boards/{BOARD}"] = trello.data(trello.board(trello.card()))
    desk.routes[f"/boards/{OTHER}"] = trello.data(trello.board(trello.card(2), id=OTHER))
    mirror, adapter = Mirror(), desk.adapter()
    mirror.take(adapter, trello.scope(BOARD, OTHER))
    desk.shows(**{BOARD: AT, OTHER: LATER})
    desk.routes[f"/boards/{OTHER}"] = trello.data(trello.board(trello.card(2, name="新"), id=OTHER))
    asked = len(desk.calls)
    pages = mirror.take(adapter, trello.scope(BOARD, OTHER))
    assert desk.paths[asked:] == ["/members/me/boards", f"/boards/{OTHER}"]
    assert "新" in items(pages)
    assert {one for page in pages for one in page.complete} == {BOARD, OTHER}


def test_a_date_that_went_back_counts_as_moved(desk: Desk) -> None:
    desk.routes[f"/boards/{BOARD}"] = trello.data(trello.board(trello.card()))
    mirror, adapter = Mirror(), desk.adapter()
    mirror.take(adapter, trello.scope())
    desk.shows(**{BOARD: "2019-01-01T00:00:00.000Z"})
    mirror.take(adapter, trello.scope())
    assert desk.paths.count(f"/boards/{BOARD}") == 2


def test_a_board_without_a_date_is_read_every_time(desk: Desk) -> None:
    desk.shows(**{BOARD: None})
    desk.routes[f"/boards/{BOARD}"] = trello.data(trello.board(trello.card()))
    mirror, adapter = Mirror(), desk.adapter()
    mirror.take(adapter, trello.scope())
    mirror.take(adapter, trello.scope())
    assert desk.paths.count(f"/boards/{BOARD}") == 2


def test_once_a_day_a_board_is_read_though_its_date_stands_still(desk: Desk) -> None:
    """A renamed list or label, a changed option: not every change moves the date."""
    desk.routes[f"/boards/{BOARD}"] = trello.data(trello.board(trello.card()))
    mirror, adapter = Mirror(), desk.adapter()
    mirror.take(adapter, trello.scope())
    renamed = [trello.a_list(trello.TODO, "新名"), *trello.LISTS[1:]]
    desk.routes[f"/boards/{BOARD}"] = trello.data(trello.board(trello.card(), lists=renamed))
    desk.clock.advance(timedelta(hours=23).total_seconds())
    assert trello.brought(mirror.take(adapter, trello.scope())) == []
    desk.clock.advance(timedelta(hours=1).total_seconds())
    assert "新名" in {
        one.title for one in trello.brought(mirror.take(adapter, trello.scope())) if isinstance(one, Group)
    }


def test_the_same_bytes_bring_nothing_new_and_count_as_read(desk: Desk) -> None:
    desk.routes[f"/boards/{BOARD}"] = trello.data(trello.board(trello.card()))
    mirror, adapter = Mirror(), desk.adapter()
    mirror.take(adapter, trello.scope())
    desk.clock.advance(timedelta(days=1).total_seconds())
    (page,) = mirror.take(adapter, trello.scope())
    assert (page.records, page.listings) == ((), ())
    assert page.complete[ProjectId(BOARD)] == desk.clock.now()
    mirror.take(adapter, trello.scope())
    assert desk.paths.count(f"/boards/{BOARD}") == 2, "read whole a moment ago"


def test_what_happens_during_the_read_is_read_by_the_next(desk: Desk) -> None:
    """The date kept is the one told before the read."""

    def meanwhile(_: Mapping[str, str]) -> Answer:
        desk.shows(**{BOARD: LATER})
        return trello.data(trello.board(trello.card(), dateLastActivity=LATER))

    desk.routes[f"/boards/{BOARD}"] = meanwhile
    mirror, adapter = Mirror(), desk.adapter()
    mirror.take(adapter, trello.scope())
    mirror.take(adapter, trello.scope())
    assert desk.paths.count(f"/boards/{BOARD}") == 2


def test_a_board_that_comes_back_into_the_scope_is_read_from_the_beginning(desk: Desk) -> None:
    desk.shows(**{BOARD: AT, OTHER: AT})
    desk.routes[f"/boards/{BOARD}"] = trello.data(trello.board(trello.card()))
    desk.routes[f"/boards/{OTHER}"] = trello.data(trello.board(trello.card(2), id=OTHER))
    mirror, adapter = Mirror(), desk.adapter()
    mirror.take(adapter, trello.scope(BOARD, OTHER))
    mirror.take(adapter, trello.scope(BOARD))
    assert items(mirror.take(adapter, trello.scope(BOARD, OTHER)))


def test_boards_seen_for_another_reason_are_asked_ten_a_request(desk: Desk) -> None:
    """The list holds the account's own boards; one that is open to the organisation is not among them."""
    others = [trello.ident(0x500 + n) for n in range(11)]
    desk.shows()

    def batch(query: Mapping[str, str]) -> Answer:
        return trello.data(
            [
                {"200": {"id": route.split("/")[2].split("?")[0], "dateLastActivity": AT}}
                for route in query["urls"].split(",")
            ]
        )

    desk.routes["/batch"] = batch
    for one in others:
        desk.routes[f"/boards/{one}"] = trello.data(trello.board(id=one))
    mirror, adapter = Mirror(), desk.adapter()
    mirror.take(adapter, trello.scope(*others))
    urls = [one.query["urls"].split(",") for one in desk.calls if one.path == "/batch"]
    assert [len(one) for one in urls] == [10, 1]
    assert urls[0][0] == f"/boards/{others[0]}?fields=dateLastActivity"
    asked = len(desk.calls)
    mirror.take(adapter, trello.scope(*others))
    assert desk.paths[asked:] == ["/members/me/boards", "/batch", "/batch"]


def test_an_archived_board_is_read_and_all_in_it_counts_as_archived(desk: Desk) -> None:
    steps = trello.checklist(trello.card(1), trello.check_item(7))
    closed = trello.board(trello.card(1), closed=True, checklists=[steps])
    desk.routes[f"/boards/{BOARD}"] = trello.data(closed)
    pages = Mirror().take(desk.adapter(), trello.scope())
    assert desk.calls[0].query["filter"] == "all", "the open boards alone would make it look hidden"
    kept = [one for one in trello.brought(pages) if isinstance(one, Item | Group)]
    assert len(kept) == 8
    assert all(one.archived for one in kept)


def test_a_refusal_is_waited_out_and_never_becomes_a_storm(desk: Desk) -> None:
    """Above 200 refusals in ten seconds Trello refuses everybody who uses the same API key."""
    desk.routes[f"/boards/{BOARD}"] = trello.data({"error": "API_TOKEN_LIMIT_EXCEEDED", "message": "x"}, status=429)
    began = desk.clock.now()
    with pytest.raises(RateLimited):
        Mirror().take(desk.adapter(), trello.scope())
    assert desk.paths.count(f"/boards/{BOARD}") == 5
    assert (desk.clock.now() - began).total_seconds() >= 40


def test_the_limit_on_members_ends_the_run_at_once(desk: Desk) -> None:
    body = {"error": "RATE_LIMIT_EXCEEDED", "message": "Exceeded rate limit to /1/member"}
    desk.routes["/members/me/boards"] = trello.data(body, status=429)
    with pytest.raises(RateLimited) as refused:
        Mirror().take(desk.adapter(), trello.scope())
    assert refused.value.retry_after == 900
    assert len(desk.calls) == 1


def test_a_used_up_window_is_waited_for_before_the_next_request(desk: Desk) -> None:
    heads = [{"id": BOARD, "name": "板", "dateLastActivity": AT}]
    desk.routes["/members/me/boards"] = trello.data(
        heads, X_Rate_Limit_Api_Token_Remaining="0", X_Rate_Limit_Api_Token_Interval_Ms="10000"
    )
    desk.routes[f"/boards/{BOARD}"] = trello.data(trello.board())
    began = desk.clock.now()
    Mirror().take(desk.adapter(), trello.scope())
    assert 10 <= (desk.clock.now() - began).total_seconds() < 11


def test_many_boards_never_ask_more_than_trello_allows_in_ten_seconds(desk: Desk) -> None:
    boards = [trello.ident(0x700 + n) for n in range(260)]
    desk.shows(**dict.fromkeys(boards, AT))
    asked: list[float] = []

    def board(id_: str) -> Any:
        def answer(_: Mapping[str, str]) -> Answer:
            asked.append(desk.clock.monotonic())
            return trello.data(trello.board(id=id_))

        return answer

    desk.routes |= {f"/boards/{one}": board(one) for one in boards}
    Mirror().take(desk.adapter(workers=4), trello.scope(*boards))
    assert len(asked) == 260
    assert max(sum(start <= one < start + 10 for one in asked) for start in asked) <= 100


def test_a_board_out_of_sight_is_skipped_by_name_and_the_others_go_on(desk: Desk) -> None:
    desk.shows(**{BOARD: AT, OTHER: AT})
    desk.routes[f"/boards/{BOARD}"] = trello.data(trello.board(trello.card()))
    desk.routes[f"/boards/{OTHER}"] = trello.data(trello.board(trello.card(2), id=OTHER, name="乙方"))
    mirror, adapter = Mirror(), desk.adapter()
    mirror.take(adapter, trello.scope(BOARD, OTHER))
    desk.shows(**{BOARD: LATER})
    desk.routes["/batch"] = trello.data(
        [{"name": "UnauthorizedError", "message": "unauthorized permission requested", "statusCode": 401}]
    )
    pages = mirror.take(adapter, trello.scope(BOARD, OTHER))
    (skipped,) = [one for page in pages for one in page.skipped]
    assert (skipped.project, skipped.id) == (OTHER, None)
    assert type(skipped.error) is NotVisible
    assert "trello:乙方" in skipped.error.text()
    assert {one for page in pages for one in page.complete} == {BOARD}


def test_a_board_that_hides_between_list_and_read_is_skipped(desk: Desk) -> None:
    desk.routes[f"/boards/{BOARD}"] = trello.text(401, "unauthorized permission requested")
    (page,) = Mirror().take(desk.adapter(), trello.scope())
    assert type(page.skipped[0].error) is NotVisible
    assert (page.complete, page.listings) == ({}, ())


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"[]", "body (model_type)"),
        (b"{}", "id (missing)"),
        (trello.data(trello.board(lists=None)).body, "lists (list_type)"),
        (trello.data(trello.board(cards=None)).body, "cards (missing)"),
        (trello.data(trello.board(checklists=None)).body, "checklists (missing)"),
        (trello.data(trello.board(labels=None)).body, "labels (missing)"),
        (trello.data(trello.board({"name": "without an id"})).body, "cards.0.id (missing)"),
        (
            trello.data(trello.board({"name": "of a strange form", "id": "x"})).body,
            "cards.0.id (string_pattern_mismatch)",
        ),
        (trello.data(trello.board(checklists=[{"id": OTHER, "checkItems": []}])).body, "checklists.0.idCard (missing)"),
        (trello.data(trello.board(id=OTHER)).body, "id (of another board)"),
    ],
)
def test_an_answer_without_what_was_asked_is_no_empty_board(desk: Desk, body: bytes, field: str) -> None:
    desk.routes[f"/boards/{BOARD}"] = Answer(body=body)
    (page,) = Mirror().take(desk.adapter(), trello.scope())
    error = page.skipped[0].error
    assert type(error) is ProtocolError
    assert error.facts["field"] == field
    assert (page.records, page.listings, page.complete) == ((), (), {})
    assert "boards" not in page.cursor, "the next run reads it again"


def test_a_card_that_cannot_be_read_costs_itself_and_does_not_vanish(desk: Desk) -> None:
    good, bad = trello.card(1, name="甲"), trello.card(2, due="tomorrow")
    third = trello.card(3, customFieldItems=[trello.value(trello.POINTS, value={"number": "三"})])
    steps = trello.checklist(good, trello.check_item(7), trello.check_item(8, name=None))
    desk.routes[f"/boards/{BOARD}"] = trello.data(trello.board(good, bad, third, checklists=[steps]))
    pages = Mirror().take(desk.adapter(), trello.scope(fields=(trello.POINTS,)))
    assert set(items(pages)) == {"甲", "第 7 步"}
    told = {str(one.id): one.error.facts["field"] for page in pages for one in page.skipped}
    assert told == {
        f"card:{bad['id']}": "due (datetime_parsing)",
        f"card:{third['id']}": f"customFieldItems.{trello.POINTS}.value.number",
        f"checkitem:{good['id']}/{trello.ident(8)}": "name (string_type)",
    }
    assert all(type(one.error) is ProtocolError for page in pages for one in page.skipped)
    assert listed(pages)["card"].keys() == {good["id"], bad["id"], third["id"]}
    assert listed(pages)["checkitem"].keys() == {f"{good['id']}/{trello.ident(n)}" for n in (7, 8)}
    assert {one for page in pages for one in page.complete} == {BOARD}


def test_a_board_full_of_unreadable_cards_is_an_unknown_form(desk: Desk) -> None:
    cards = [trello.card(n, idList=None) for n in range(1, 50)]
    desk.routes[f"/boards/{BOARD}"] = trello.data(trello.board(*cards))
    (page,) = Mirror().take(desk.adapter(), trello.scope())
    assert len(page.skipped) == 49, "not yet so many that it could be no bad luck"
    cards.append(trello.card(50, idList=None))
    desk.overrides["cards_per_request"] = 60
    desk.routes[f"/boards/{BOARD}"] = trello.data(trello.board(*cards))
    (page,) = Mirror().take(desk.adapter(), trello.scope())
    assert [one.id for one in page.skipped] == [None]


def test_labels_cut_off_at_the_limit_that_nobody_asked_for_are_asked_again(desk: Desk) -> None:
    labels = [trello.a_label(trello.ident(0x300 + n), f"L{n}") for n in range(60)]
    desk.routes[f"/boards/{BOARD}"] = trello.data(trello.board(labels=labels[:50]))
    desk.routes[f"/boards/{BOARD}/labels"] = trello.data(labels)
    pages = Mirror().take(desk.adapter(), trello.scope())
    assert desk.calls[-1].query["limit"] == "1000"
    assert len(listed(pages)["label"]) == 60


def test_a_list_of_labels_that_is_full_proves_nothing_gone(desk: Desk) -> None:
    labels = [trello.a_label(trello.ident(0x300 + n), f"L{n}") for n in range(1000)]
    desk.routes[f"/boards/{BOARD}"] = trello.data(trello.board(labels=labels))
    pages = Mirror().take(desk.adapter(), trello.scope())
    assert "label" not in listed(pages)
    assert len([one for one in trello.brought(pages) if isinstance(one, Group)]) == 1004


def test_a_cursor_of_another_making_is_refused() -> None:
    with trello.desk() as desk:
        cursors: list[Any] = [{"no": ["such"]}, {"format": 2, "boards": {}}, {"format": 1, "boards": {BOARD: {}}}]
        for cursor in cursors:
            with pytest.raises(CursorInvalid):
                list(desk.adapter().pull(trello.scope(), cursor, Mirror()))
        assert desk.calls == []


def test_a_scope_without_boards_asks_nothing(desk: Desk) -> None:
    from pmbridge.records import Scope

    assert list(desk.adapter().pull(Scope(projects=(), kinds=trello.ALL), None, Mirror())) == []
    assert desk.calls == []


# ------------------------------------------------------------------------------------------------- big boards


class Big:
    """A board with more cards than an answer holds, which pages as Trello is said to: by the time of creation."""

    def __init__(self, cards: list[dict[str, Any]], *, to_the_second: bool = False) -> None:
        self.cards, self.to_the_second = cards, to_the_second
        self.limits: list[int] = []
        self.most = 1000

    def route(self, query: Mapping[str, str]) -> Answer:
        limit, before = int(query["limit"]), query.get("before", "f" * 24)
        self.limits.append(limit)
        if limit > self.most:
            return trello.data({"error": "API_TOO_MANY_CARDS_REQUESTED", "message": "x"}, status=403)
        if self.to_the_second:
            older = [one for one in self.cards if int(one["id"][:8], 16) < int(before[:8], 16)]
        else:
            older = [one for one in self.cards if one["id"] < before]
        page = sorted(older, key=lambda one: str(one["id"]), reverse=True)[:limit]
        return trello.data(sorted(page, key=lambda one: str(one["name"])))  # not in the order of the ids


def many(count: int, *, a_second: int = 7) -> list[dict[str, Any]]:
    """Return cards, *a_second* of them made in one second."""
    return [trello.card(n, made=trello.MADE + timedelta(seconds=n // a_second)) for n in range(count)]


@pytest.mark.parametrize("to_the_second", [False, True])
@pytest.mark.parametrize("count", [50, 51, 99, 100, 101, 163])
def test_a_board_that_fills_an_answer_is_read_in_pages_each_card_once(
    desk: Desk, count: int, to_the_second: bool
) -> None:
    big = Big(many(count), to_the_second=to_the_second)
    steps = [trello.checklist(one, trello.check_item(n)) for n, one in enumerate(big.cards[:3])]
    desk.routes |= {
        f"/boards/{BOARD}": lambda query: trello.data(
            trello.board(*big.cards[:50] if "cards" in query else (), checklists=[])
        ),
        CARDS: big.route,
        f"/boards/{BOARD}/checklists": trello.data(steps),
    }
    mirror, adapter = Mirror(), desk.adapter()
    pages = mirror.take(adapter, trello.scope())
    records = [one for one in trello.brought(pages) if isinstance(one, Item)]
    assert len(records) == len({one.id for one in records}) == count + 3
    assert {kind: len(ids) for kind, ids in listed(pages).items()}["card"] == count
    assert len(listed(pages)["checkitem"]) == 3
    assert [bool(page.listings) for page in pages] == [False] * (len(pages) - 1) + [True]
    assert [bool(page.complete) for page in pages] == [False] * (len(pages) - 1) + [True]
    assert "boards" not in pages[0].cursor or len(pages) == 1

    desk.shows(**{BOARD: LATER})
    asked = len(desk.calls)
    mirror.take(adapter, trello.scope())
    assert "cards" not in desk.calls[asked + 1].query, "known to be too big: not asked for in one piece again"


def test_cards_of_a_big_board_are_asked_for_with_their_fields(desk: Desk) -> None:
    big = Big(many(60))
    desk.routes |= {
        f"/boards/{BOARD}": trello.data(trello.board(*big.cards[:50])),
        CARDS: big.route,
        f"/boards/{BOARD}/checklists": trello.data([]),
    }
    Mirror().take(desk.adapter(), trello.scope(fields=(trello.POINTS,)))
    query = next(one.query for one in desk.calls if one.path == CARDS)
    assert (query["filter"], query["customFieldItems"], query["limit"]) == ("all", "true", "50")


def test_too_many_at_once_is_asked_for_by_half(desk: Desk) -> None:
    desk.overrides["cards_per_request"] = 1000
    big = Big(many(300))
    big.most = 130
    desk.routes |= {
        f"/boards/{BOARD}": lambda query: (
            trello.text(504, "") if "cards" in query else trello.data(trello.board(cards=None, checklists=None))
        ),
        CARDS: big.route,
        f"/boards/{BOARD}/checklists": trello.data([]),
    }
    pages = Mirror().take(desk.adapter(), trello.scope())
    assert desk.paths.count(f"/boards/{BOARD}") == 2, "a board that is too big is not asked for five times"
    assert big.limits == [1000, 500, 250, 125, 125, 125]
    assert len(listed(pages)["card"]) == 300


def test_a_server_that_manages_not_even_few_cards_is_out_of_order(desk: Desk) -> None:
    desk.routes |= {
        f"/boards/{BOARD}": lambda query: (
            trello.text(504, "") if "cards" in query else trello.data(trello.board(cards=None, checklists=None))
        ),
        CARDS: trello.text(504, ""),
        f"/boards/{BOARD}/checklists": trello.data([]),
    }
    with pytest.raises(Unreachable) as failed:
        Mirror().take(desk.adapter(), trello.scope())
    assert failed.value.facts["why"] == "http 504"


def test_more_cards_of_one_second_than_a_page_holds_are_no_complete_board(desk: Desk) -> None:
    big = Big(many(120, a_second=120))
    desk.routes |= {
        f"/boards/{BOARD}": trello.data(trello.board(*big.cards[:50])),
        CARDS: big.route,
        f"/boards/{BOARD}/checklists": trello.data([]),
    }
    pages = Mirror().take(desk.adapter(), trello.scope())
    (skipped,) = [one for page in pages for one in page.skipped]
    assert "one second" in str(skipped.error.facts["field"])
    assert not [one for page in pages for one in page.complete or page.listings]


def test_a_page_of_a_big_board_with_an_unreadable_card_goes_on(desk: Desk) -> None:
    cards = many(70)
    cards[3] = cards[3] | {"due": 7.5}
    big = Big(cards)
    desk.routes |= {
        f"/boards/{BOARD}": trello.data(trello.board(*cards[:50])),
        CARDS: big.route,
        f"/boards/{BOARD}/checklists": trello.data(
            [trello.checklist(cards[1], trello.check_item(1), trello.check_item(2, due=7.5))]
        ),
    }
    pages = Mirror().take(desk.adapter(), trello.scope())
    assert {str(one.id) for page in pages for one in page.skipped} == {
        f"card:{cards[3]['id']}", f"checkitem:{cards[1]['id']}/{trello.ident(2)}",
    }  # fmt: skip
    assert len(listed(pages)["card"]) == 70


def test_a_big_board_that_hides_between_two_pages_is_skipped(desk: Desk) -> None:
    desk.routes |= {
        f"/boards/{BOARD}": trello.data(trello.board(*many(50))),
        CARDS: trello.text(401, "unauthorized permission requested"),
        f"/boards/{BOARD}/checklists": trello.data([]),
    }
    pages = Mirror().take(desk.adapter(), trello.scope())
    assert [type(one.error) for page in pages for one in page.skipped] == [NotVisible]


# --------------------------------------------------------------------------------------------------- census


def test_a_census_lists_cards_and_check_items_and_skips_what_hides(desk: Desk) -> None:
    desk.shows(**{BOARD: AT, OTHER: AT})
    first = trello.card(1)
    steps = trello.checklist(first, trello.check_item(7))
    desk.routes[f"/boards/{BOARD}"] = trello.data(trello.board(first, checklists=[steps]))
    desk.routes[f"/boards/{OTHER}"] = trello.text(404, trello.NOT_FOUND)
    answers = list(desk.adapter().census(trello.scope(BOARD, OTHER)))
    found = {one.kind: set(one.ids) for one in answers if isinstance(one, Listing)}
    assert found == {"card": {first["id"]}, "checkitem": {f"{first['id']}/{trello.ident(7)}"}}
    assert [one.project for one in answers if not isinstance(one, Listing)] == [OTHER]


def test_check_items_alone_need_their_cards_and_no_more(desk: Desk) -> None:
    first = trello.card(1)
    steps = trello.checklist(first, trello.check_item(7))
    desk.routes[f"/boards/{BOARD}"] = trello.data(trello.board(first, checklists=[steps], labels=None))
    adapter = desk.adapter()
    pages = Mirror().take(adapter, trello.scope(kinds=frozenset({"checkitem"})))
    assert set(items(pages)) == {"第 7 步"}
    assert set(listed(pages)) == {"checkitem"}
    assert adapter.traffic.requests == len(desk.calls) == 2


def test_what_was_not_asked_yet_is_no_traffic(desk: Desk) -> None:
    assert desk.adapter().traffic.requests == 0


def test_a_big_board_without_check_items_asks_for_none(desk: Desk) -> None:
    big = Big(many(60))
    desk.routes |= {f"/boards/{BOARD}": trello.data(trello.board(*big.cards[:50])), CARDS: big.route}
    pages = Mirror().take(desk.adapter(), trello.scope(kinds=frozenset({"card"})))
    assert len(listed(pages)["card"]) == 60
    assert f"/boards/{BOARD}/checklists" not in desk.paths


def test_a_census_of_groups_alone_asks_nothing(desk: Desk) -> None:
    assert list(desk.adapter().census(trello.scope(kinds=frozenset({"list", "label"})))) == []
    assert desk.calls == []
