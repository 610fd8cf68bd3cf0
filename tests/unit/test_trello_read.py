"""Single records, details and descriptions: one answer for each that is asked for, or the reason why not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from pmbridge.errors import (
    ConfigError,
    CredentialRefused,
    NotVisible,
    PmbridgeError,
    ProtocolError,
    RateLimited,
    Unreachable,
    Unsupported,
)
from pmbridge.records import Change, Comment, Gone, Group, Item, Record, Verb, Wanted
from pmbridge.values import Named, ProjectId, RecordId, Rich
from tests.unit import trello_wire as trello
from tests.unit.loopback import Answer
from tests.unit.trello_wire import BOARD, OTHER, Desk, Mirror

BOTH = frozenset({Verb.COMMENTS, Verb.HISTORY})


@pytest.fixture
def desk() -> Iterator[Desk]:
    with trello.desk() as opened:
        opened.shows(**{BOARD: "2026-06-01T08:00:00.123Z"})
        yield opened


def ident(kind: str, *ids: str) -> RecordId:
    return RecordId(kind=kind, external_id="/".join(ids))


def failed(status: int, message: str) -> dict[str, Any]:
    return {"name": "SomeError", "message": message, "statusCode": status}


def batch(answers: Mapping[str, Any]) -> Callable[[Mapping[str, str]], Answer]:
    """Answer each route of a batch by its path."""

    def answer(query: Mapping[str, str]) -> Answer:
        found = []
        for route in query["urls"].split(","):
            body = answers.get(route.partition("?")[0])
            error = isinstance(body, dict) and "statusCode" in body
            found.append(failed(404, trello.NOT_FOUND) if body is None else body if error else {"200": body})
        return trello.data(found)

    return answer


def alone(number: int, **fields: Any) -> dict[str, Any]:
    """Return a card as it is read by its id."""
    card = trello.card(number, **fields)
    named = next((one for one in trello.LISTS if one["id"] == card["idList"]), None)
    return card | {"list": named, "board": {"id": BOARD, "closed": False}}


def until_it_fails(answers: Iterator[Record | Gone]) -> tuple[list[str], ProtocolError]:
    """Return the ids that were answered, and the error after them."""
    found: list[str] = []
    try:
        found.extend(one.id.external_id for one in answers)
    except ProtocolError as error:
        return found, error
    raise AssertionError("nothing was refused")


def routes(desk: Desk) -> list[list[str]]:
    return [one.query["urls"].split(",") for one in desk.calls if one.path == "/batch"]


# ------------------------------------------------------------------------------------------------- read


def test_deleted_hidden_moved_and_archived_are_told_apart(desk: Desk) -> None:
    here, away, archived = alone(1), alone(2, idBoard=OTHER), alone(3, idList=trello.OLD)
    template = alone(6, isTemplate=True)
    hidden, deleted = trello.card(4), trello.card(5)
    desk.routes["/batch"] = batch(
        {
            f"/cards/{here['id']}": here,
            f"/cards/{away['id']}": away,
            f"/cards/{archived['id']}": archived,
            f"/cards/{hidden['id']}": failed(401, "unauthorized card permission requested"),
            f"/cards/{template['id']}": template,
        }
    )
    cards = [here, away, archived, hidden, deleted, template]
    found = {one.id.external_id: one for one in desk.adapter().read([ident("card", one["id"]) for one in cards])}
    assert len(found) == 6
    assert found[deleted["id"]] == Gone(id=ident("card", deleted["id"]), why="deleted")
    assert found[hidden["id"]] == Gone(id=ident("card", hidden["id"]), why="hidden")
    assert found[template["id"]] == Gone(id=ident("card", template["id"]), why="absent")
    moved, put_away = found[away["id"]], found[archived["id"]]
    assert isinstance(moved, Item)
    assert isinstance(put_away, Item)
    assert (moved.project, moved.archived, put_away.archived) == (OTHER, False, True)


def test_ten_records_are_one_request_and_no_route_holds_a_comma(desk: Desk) -> None:
    cards = [alone(n) for n in range(1, 13)]
    desk.routes["/batch"] = batch({f"/cards/{one['id']}": one for one in cards})
    assert len(list(desk.adapter().read([ident("card", one["id"]) for one in cards]))) == 12
    assert [len(one) for one in routes(desk)] == [10, 2]


def test_a_card_read_by_itself_equals_the_one_of_the_pull(desk: Desk) -> None:
    """Otherwise every confirmation would look like a change."""
    value = trello.value(trello.SEVERITY, value=None, idValue=trello.HIGH)
    told: dict[str, Any] = {
        "idList": trello.DOING,
        "idLabels": [trello.RED],
        "desc": "说明",
        "customFieldItems": [value],
    }
    steps = trello.checklist(trello.card(1), trello.check_item(7, state="complete"))
    desk.routes[f"/boards/{BOARD}"] = trello.data(trello.board(trello.card(1, **told), checklists=[steps]))
    desk.routes[f"/boards/{BOARD}/customFields"] = trello.data(list(trello.FIELDS))
    card = alone(1, **told)
    answers = {f"/cards/{card['id']}": card | {"checklists": [steps]}, f"/boards/{BOARD}": {"closed": False}}
    answers |= {f"/lists/{one['id']}": one for one in trello.LISTS}
    answers |= {f"/labels/{one['id']}": one for one in trello.LABELS}
    desk.routes["/batch"] = batch(answers)
    mirror, adapter = Mirror(), desk.adapter()
    mirror.take(adapter, trello.scope(fields=(trello.SEVERITY, trello.POINTS)))
    pulled = {one for one in mirror.records if one.kind != "member"}
    assert len(pulled) == 8
    read = {one.id: one for one in adapter.read(sorted(pulled))}
    described = read[ident("card", card["id"])]
    assert isinstance(described, Item)
    assert described.description == Rich(format="markdown", original="说明"), "a pull leaves it out"
    read[described.id] = replace(described, description=None)
    assert read == {one: mirror.records[one] for one in pulled}


def test_a_check_item_is_read_by_way_of_its_card(desk: Desk) -> None:
    first, second, third = alone(1), alone(2), trello.card(3)
    first["checklists"] = [trello.checklist(first, trello.check_item(7), trello.check_item(8))]
    desk.routes["/batch"] = batch(
        {
            f"/cards/{first['id']}": first,
            f"/cards/{second['id']}": failed(401, "unauthorized card permission requested"),
        }
    )
    asked = [
        ident("checkitem", first["id"], trello.ident(7)),
        ident("card", first["id"]),
        ident("checkitem", first["id"], trello.ident(9)),
        ident("checkitem", second["id"], trello.ident(7)),
        ident("checkitem", third["id"], trello.ident(7)),
    ]
    found = {one.id: one for one in desk.adapter().read(asked)}
    assert [type(found[one]).__name__ for one in asked] == ["Item", "Item", "Gone", "Gone", "Gone"]
    assert [one.why for one in found.values() if isinstance(one, Gone)] == ["deleted", "hidden", "deleted"]
    assert [len(one) for one in routes(desk)] == [3], "a card is asked for once"
    assert "&checklists=all" in routes(desk)[0][0]


def test_groups_are_archived_with_their_board(desk: Desk) -> None:
    gone, secret = trello.ident(0xAA), trello.ident(0xAB)
    desk.routes["/batch"] = batch(
        {
            f"/lists/{trello.TODO}": trello.LISTS[0],
            f"/labels/{trello.RED}": trello.LABELS[1],
            f"/lists/{secret}": failed(401, "unauthorized list permission requested"),
            f"/boards/{BOARD}": {"id": BOARD, "closed": True},
        }
    )
    asked = [ident("list", trello.TODO), ident("label", trello.RED), ident("list", gone), ident("list", secret)]
    found = {one.id: one for one in desk.adapter().read(asked)}
    assert [one.archived for one in found.values() if isinstance(one, Group)] == [True, True]
    assert found[ident("list", gone)] == Gone(id=ident("list", gone), why="deleted")
    assert found[ident("list", secret)] == Gone(id=ident("list", secret), why="hidden")


def test_a_group_whose_board_cannot_be_seen_counts_as_open(desk: Desk) -> None:
    desk.routes["/batch"] = batch({f"/lists/{trello.TODO}": trello.LISTS[0]})
    (found,) = desk.adapter().read([ident("list", trello.TODO)])
    assert isinstance(found, Group)
    assert not found.archived


@pytest.mark.parametrize(
    ("broken", "field"),
    [
        ({"name": None}, "name (string_type)"),
        ({"due": 5}, "due (datetime_type)"),
        ({"due": "9999-12-31T23:59:59.999-12:00"}, "due (less_than_equal)"),
        ({"start": "0001-01-01T00:00:00.000+14:00"}, "start (greater_than_equal)"),
        ({"id": trello.ident(9)}, "id (of another record)"),
        ({"idList": "x"}, "idList (string_pattern_mismatch)"),
        ({"customFieldItems": [trello.value(trello.POINTS, value={"number": "x"})]},
         f"customFieldItems.{trello.POINTS}.value.number"),
    ],
)  # fmt: skip
def test_an_unreadable_card_is_said_after_the_answers_for_the_others(desk: Desk, broken: Any, field: str) -> None:
    desk.routes[f"/boards/{BOARD}"] = trello.data(trello.board())
    bad, good = alone(1), alone(2)
    desk.routes["/batch"] = batch({f"/cards/{bad['id']}": bad | broken, f"/cards/{good['id']}": good})
    adapter = desk.adapter()
    Mirror().take(adapter, trello.scope(fields=(trello.POINTS,)))
    answers, error = until_it_fails(adapter.read([ident("card", bad["id"]), ident("card", good["id"])]))
    assert answers == [good["id"]]
    assert (error.facts["field"], error.facts["tool"]) == (field, "Trello")


def test_an_unreadable_group_is_said_after_the_answers_for_the_others(desk: Desk) -> None:
    homeless = {"id": trello.DOING, "name": "设计中", "closed": False}
    desk.routes["/batch"] = batch(
        {
            f"/lists/{trello.TODO}": {"id": trello.TODO},
            f"/lists/{trello.DOING}": homeless,
            f"/lists/{trello.DONE}": trello.LISTS[2],
            f"/boards/{BOARD}": {"closed": None},
        }
    )
    asked = [ident("list", one) for one in (trello.TODO, trello.DOING, trello.DONE)]
    answers, error = until_it_fails(desk.adapter().read(asked))
    assert answers == [trello.DONE]
    assert error.facts["call"] == f"/lists/{trello.TODO}"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (failed(401, "invalid token"), CredentialRefused),
        (failed(500, "oops"), Unreachable),
        (failed(429, "Rate limit exceeded"), RateLimited),
        ({"name": "Strange"}, ProtocolError),
        ({"statusCode": "x"}, ProtocolError),
        ({"statusCode": 200}, ProtocolError),
        (failed(400, "invalid id"), PmbridgeError),
    ],
)
def test_an_answer_that_concerns_more_than_its_card_is_no_missing_card(
    desk: Desk, answer: Any, expected: type[PmbridgeError]
) -> None:
    desk.routes["/batch"] = trello.data([answer])
    with pytest.raises(expected):
        list(desk.adapter().read([ident("card", trello.ident(1))]))


def test_a_batch_with_too_few_results_is_of_an_unknown_form(desk: Desk) -> None:
    desk.routes["/batch"] = trello.data([{"200": alone(1)}])
    with pytest.raises(ProtocolError, match="a result for each route"):
        list(desk.adapter().read([ident("card", trello.ident(1)), ident("card", trello.ident(2))]))


def test_a_kind_that_has_no_address_is_refused(desk: Desk) -> None:
    with pytest.raises(Unsupported):
        list(desk.adapter().read([ident("member", trello.WANG)]))


def test_visible_boards_are_asked_ten_a_request_and_archived_ones_count(desk: Desk) -> None:
    boards = [trello.ident(0x600 + n) for n in range(12)]
    answers: dict[str, Any] = {f"/boards/{one}": {"id": one, "closed": True} for one in boards[:10]}
    answers[f"/boards/{boards[10]}"] = failed(401, "unauthorized permission requested")
    desk.routes["/batch"] = batch(answers)
    assert desk.adapter().visible([ProjectId(one) for one in boards]) == set(boards[:10])
    assert [len(one) for one in routes(desk)] == [10, 2]
    assert desk.adapter().visible([]) == frozenset()


def test_a_board_that_nobody_can_judge_is_no_invisible_board(desk: Desk) -> None:
    desk.routes["/batch"] = trello.data([failed(404, "Cannot GET /1/boards")])
    with pytest.raises(ProtocolError):
        desk.adapter().visible([ProjectId(BOARD)])


def test_options_of_a_board_out_of_sight_keep_their_ids(desk: Desk) -> None:
    desk.routes[f"/boards/{BOARD}"] = trello.data(trello.board())
    card = alone(1, customFieldItems=[trello.value(trello.SEVERITY, idValue=trello.HIGH)])
    desk.routes["/batch"] = batch({f"/cards/{card['id']}": card})
    desk.routes[f"/boards/{BOARD}/customFields"] = trello.text(401, "unauthorized permission requested")
    adapter = desk.adapter()
    Mirror().take(adapter, trello.scope(fields=(trello.SEVERITY,)))
    (found,) = adapter.read([ident("card", card["id"])])
    assert isinstance(found, Item)
    assert found.fields == {trello.SEVERITY: Named(id=trello.HIGH, name=None)}


# ---------------------------------------------------------------------------------------------- details


def wanted(*cards: Mapping[str, Any], board: str = BOARD, parts: frozenset[Verb] = BOTH) -> list[Wanted]:
    return [Wanted(id=ident("card", one["id"]), project=ProjectId(board), parts=parts) for one in cards]


def moved(number: int, of: Mapping[str, Any], at: str = "2026-06-02T03:00:00.000Z") -> dict[str, Any]:
    return trello.action(
        number, "updateCard", of, at=at, card={"idList": trello.DOING}, old={"idList": trello.TODO},
        listBefore={"id": trello.TODO, "name": "待设计"}, listAfter={"id": trello.DOING, "name": "设计中"},
    )  # fmt: skip


def test_one_feed_tells_about_all_cards_of_a_board(desk: Desk) -> None:
    first, second, third = trello.card(1), trello.card(2), trello.card(3)
    said = trello.action(8, "commentCard", first, at="2026-06-03T03:00:00.000Z", text="同意")
    desk.routes[f"/boards/{BOARD}/actions"] = trello.data([said, moved(7, first), moved(6, third)])
    found = {one.id.external_id: one for one in desk.adapter().details(wanted(first, second))}
    assert [type(one) for one in found[first["id"]].records] == [Comment, Change]
    assert found[second["id"]].records == ()
    assert all(one.whole and one.error is None and one.parts == BOTH for one in found.values())
    (call,) = desk.calls
    assert call.query["limit"] == "1000", "unasked, Trello gives 50"
    assert call.query["since"] == "2026-05-12T02:59:59.000Z", "nothing happened to a card before it was made"
    assert set(call.query["filter"].split(",")) == {
        "commentCard", "copyCommentCard", "updateCard", "updateCustomFieldItem", "moveCardToBoard",
    }  # fmt: skip


def test_a_part_that_is_not_wanted_is_not_asked_for(desk: Desk) -> None:
    first = trello.card(1)
    desk.routes[f"/boards/{BOARD}/actions"] = trello.data([moved(7, first)])
    (found,) = desk.adapter().details(wanted(first, parts=frozenset({Verb.HISTORY})))
    assert "commentCard" not in desk.calls[0].query["filter"]
    assert found.parts == {Verb.HISTORY}


def test_a_long_history_is_read_to_its_end(desk: Desk) -> None:
    first = trello.card(1)
    feed = [trello.action(n, "commentCard", first, at="2026-06-03T03:00:00.000Z", text=f"{n}") for n in range(2300)]
    feed.sort(key=lambda one: str(one["id"]), reverse=True)

    def page(query: Mapping[str, str]) -> Answer:
        return trello.data([one for one in feed if one["id"] <= query.get("before", "g")][: int(query["limit"])])

    desk.routes[f"/boards/{BOARD}/actions"] = page
    (found,) = desk.adapter().details(wanted(first))
    assert len(found.records) == 2300, "the bound comes twice and counts once"
    assert len(desk.calls) == 3


def test_a_feed_that_repeats_itself_ends(desk: Desk) -> None:
    first = trello.card(1)
    same = [trello.action(n, "commentCard", first, at="2026-06-03T03:00:00.000Z", text="x") for n in range(1000)]
    desk.routes[f"/boards/{BOARD}/actions"] = trello.data(same)
    (found,) = desk.adapter().details(wanted(first))
    assert len(found.records) == 1000
    assert len(desk.calls) == 2


def test_options_in_a_history_are_named(desk: Desk) -> None:
    first = trello.card(1)
    changed = trello.action(
        7, "updateCustomFieldItem", first, at="2026-06-02T03:00:00.000Z", old={"idValue": trello.LOW},
        customField={"id": trello.SEVERITY}, customFieldItem={"idCustomField": trello.SEVERITY, "idValue": trello.HIGH},
    )  # fmt: skip
    desk.routes[f"/boards/{BOARD}/actions"] = trello.data([changed])
    desk.routes[f"/boards/{BOARD}/customFields"] = trello.data(list(trello.FIELDS))
    (found,) = desk.adapter().details(wanted(first))
    (change,) = found.records
    assert isinstance(change, Change)
    assert (change.before, change.after) == (Named(id=trello.LOW, name="低"), Named(id=trello.HIGH, name="高"))


def test_a_board_out_of_sight_costs_its_own_cards_only(desk: Desk) -> None:
    first, second = trello.card(1), trello.card(2)
    desk.routes[f"/boards/{OTHER}/actions"] = trello.text(401, "unauthorized permission requested")
    desk.routes[f"/boards/{BOARD}/actions"] = trello.data([moved(7, first)])
    found = {one.id.external_id: one for one in desk.adapter().details([*wanted(second, board=OTHER), *wanted(first)])}
    assert type(found[second["id"]].error) is NotVisible
    assert found[second["id"]].parts == frozenset()
    assert found[first["id"]].error is None


@pytest.mark.parametrize("whose", ["its own", "another card", "nobody"])
def test_an_unreadable_action_costs_the_card_it_is_about(desk: Desk, whose: str) -> None:
    first, second, third = trello.card(1), trello.card(2), trello.card(3)
    bad = moved(8, second if whose == "its own" else third) | {"date": None}
    if whose == "nobody":
        bad["data"] = {}
    desk.routes[f"/boards/{BOARD}/actions"] = trello.data([bad, moved(7, first)])
    found = {one.id.external_id: one for one in desk.adapter().details(wanted(first, second))}
    errors = {id_: one.error.facts["field"] if one.error else None for id_, one in found.items()}
    expected = {
        "its own": {first["id"]: None, second["id"]: "date (datetime_type)"},
        "another card": {first["id"]: None, second["id"]: None},
        "nobody": dict.fromkeys((first["id"], second["id"]), "0.date (datetime_type)"),
    }
    assert errors == expected[whose]
    assert all((one.error is None) == (one.parts == BOTH) for one in found.values())


def test_an_old_value_that_cannot_be_read_costs_its_card(desk: Desk) -> None:
    first, second = trello.card(1), trello.card(2)
    changed = trello.action(
        7, "updateCustomFieldItem", first, at="2026-06-02T03:00:00.000Z", old={"value": {"number": "三"}},
        customField={"id": trello.POINTS}, customFieldItem={"idCustomField": trello.POINTS, "value": None},
    )  # fmt: skip
    desk.routes[f"/boards/{BOARD}/actions"] = trello.data([changed, moved(6, second)])
    found = {one.id.external_id: one for one in desk.adapter().details(wanted(first, second))}
    error = found[first["id"]].error
    assert error is not None
    assert error.facts["field"] == f"old.{trello.POINTS}.value.number"
    assert len(found[second["id"]].records) == 1
    (found_comments,) = desk.adapter().details(wanted(first, parts=frozenset({Verb.COMMENTS})))
    assert found_comments.error is None, "comments do not depend on it"


def test_what_has_no_details_says_so(desk: Desk) -> None:
    asked = [
        Wanted(id=ident("checkitem", trello.ident(1), trello.ident(2)), project=ProjectId(BOARD), parts=BOTH),
        *wanted(trello.card(1), parts=frozenset({Verb.APPROVALS})),
    ]
    found = list(desk.adapter().details(asked))
    assert [type(one.error) for one in found] == [Unsupported, Unsupported]
    assert desk.calls == []


# --------------------------------------------------------------------------------------------- describe


def test_a_board_is_described_by_its_lists_labels_and_fields(desk: Desk) -> None:
    desk.routes[f"/boards/{BOARD}"] = trello.data(trello.board(cards=None, checklists=None))
    schema = desk.adapter().describe(BOARD)
    assert desk.paths == [f"/boards/{BOARD}"]
    assert not {"cards", "checklists"} & set(desk.calls[0].query)
    assert (schema.project.id, schema.project.name, schema.project.key) == (BOARD, "会员商城设计", "")
    assert schema.project.url == "https://trello.com/b/Lj11WRiJ"
    assert [one.state.name for one in schema.kinds["card"].states] == ["待设计", "设计中", "已验收", "旧"]
    assert {one.state.category for one in schema.kinds["card"].states} == {"unknown"}
    assert {one.name: one.type for one in schema.kinds["card"].fields} == {
        "点数": "number", "备注": "text", "决定日": "instant", "已同意": "flag", "级别": "named", "dueComplete": "flag",
    }  # fmt: skip
    assert [one.title for one in schema.kinds["list"].groups] == ["待设计", "设计中", "已验收", "旧"]
    assert [one.title for one in schema.kinds["label"].groups] == ["里程碑", "red_dark"]
    assert [one.state.category for one in schema.kinds["checkitem"].states] == ["todo", "done"]
    assert all(one.complete for one in schema.kinds.values())


def test_the_mark_is_a_state_where_it_counts_as_done(desk: Desk) -> None:
    desk.routes[f"/boards/{BOARD}"] = trello.data(trello.board())
    schema = desk.adapter(complete_is_done=True).describe(BOARD)
    assert [one.state.category for one in schema.kinds["card"].states][-1] == "done"


@pytest.mark.parametrize("written", ["会员商城设计", " 会员商城设计 ", "Lj11WRiJ", BOARD, BOARD.upper()])
def test_a_board_is_found_by_name_by_link_and_by_id(desk: Desk, written: str) -> None:
    heads = [
        {"id": BOARD, "name": "会员商城设计", "closed": False, "shortUrl": "https://trello.com/b/Lj11WRiJ"},
        {"id": OTHER, "name": "会员商城设计", "closed": True, "shortUrl": "https://trello.com/b/older"},
    ]
    desk.routes["/members/me/boards"] = trello.data(heads)
    desk.routes[f"/boards/{BOARD}"] = trello.data(trello.board())
    assert desk.adapter().describe(written).project.id == BOARD


def test_an_unknown_name_lists_the_nearest_and_an_ambiguous_one_all(desk: Desk) -> None:
    heads = [{"id": one, "name": name, "closed": False} for one, name in
             ((BOARD, "会员商城设计"), (OTHER, "会员商城设计"), (trello.ident(1), "运维"))]  # fmt: skip
    desk.routes["/members/me/boards"] = trello.data(heads)
    with pytest.raises(ConfigError) as several:
        desk.adapter().describe("会员商城设计")
    assert BOARD in several.value.text("zh")
    assert OTHER in several.value.text("zh")
    with pytest.raises(ConfigError) as nothing:
        desk.adapter().describe("会员商城")
    assert "会员商城设计" in nothing.value.text("zh")


def test_a_board_out_of_sight_is_named_as_it_was_written(desk: Desk) -> None:
    desk.routes[f"/boards/{OTHER}"] = trello.text(404, trello.NOT_FOUND)
    with pytest.raises(NotVisible) as refused:
        desk.adapter().describe(OTHER)
    assert f"trello:{OTHER}" in refused.value.text("en")


def test_projects_are_the_open_boards(desk: Desk) -> None:
    (found,) = desk.adapter().projects()
    assert desk.calls[0].query["filter"] == "open"
    assert found.id == BOARD
    assert found.updated_at == datetime.fromisoformat("2026-06-01T08:00:00.123Z")
