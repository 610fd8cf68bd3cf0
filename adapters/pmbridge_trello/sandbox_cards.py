"""Routes about cards and what hangs on them, lists, labels and custom fields, and the actions of each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pmbridge_trello.sandbox_http import NOT_FOUND, ROUTES, Call, Refusal
from pmbridge_trello.sandbox_ledger import between, is_id, matching, moment
from pmbridge_trello.sandbox_render import Json, option
from pmbridge_trello.sandbox_state import Action, Board, Card, Checklist, Field

CARDS = 1000
"""Cards that one answer holds at most, and actions too."""
FILTERS = ("all", "closed", "complete", "incomplete", "none", "open", "visible")
_CARD_ACTIONS = 50
_LAST_PAGE = 19


# ------------------------------------------------------------------------------------------------- many cards


def cards_of(
    call: Call, board: Board, which: str, *, limit: int = CARDS, since: str | None = None, before: str | None = None
) -> list[Card]:
    """Return the newest *limit* cards of *board* that *which* passes: not in the order of their ids.

    ``since`` and ``before`` go by the moment at which a card was made.
    """
    found = [one for one in call.store.cards_of[board.id].values() if _passes(call, one, which)]
    try:
        found = [one for one in found if _made_between(call, one, since, before)]
    except ValueError:
        raise Refusal(400, "invalid value for before") from None
    found = sorted(found, key=lambda one: one.id, reverse=True)[:limit]
    crowded = call.service.crowded
    if crowded is not None and len(found) > crowded.cards:
        raise _too_many(crowded.status)
    return sorted(found, key=lambda one: (call.store.lists[one.in_list].pos, one.pos))


def _passes(call: Call, card: Card, which: str) -> bool:
    match which:
        case "open":  # those in archived lists among them
            return not card.closed
        case "closed":
            return card.closed
        case "visible":
            return not card.closed and not call.store.lists[card.in_list].closed
        case "complete":
            return card.due_complete
        case "incomplete":
            return not card.due_complete
        case _:
            return which == "all"


def _made_between(call: Call, card: Card, since: str | None, before: str | None) -> bool:
    made = moment(card.id)
    if since is not None and made < _to_the_second(since):
        return False
    if before is None:
        return True
    if "before-by-id" in call.service.quirks and is_id(before):
        return card.id < before
    bound = _to_the_second(before)
    return made <= bound if "before-inclusive" in call.service.quirks else made < bound


def _to_the_second(said: str) -> datetime:
    return moment(said).replace(microsecond=0)


def _too_many(status: int) -> Refusal:
    if status in (400, 403):
        body = {"error": "API_TOO_MANY_CARDS_REQUESTED", "message": "Too many cards requested"}
        return Refusal(status, body)
    return Refusal(status, "Gateway Timeout" if status == 504 else "Retry With")


def shown(call: Call, card: Card, asked: str | None, *, prefix: str = "") -> Json:
    """Return a card of a collection; what of it is asked for bears *prefix*."""
    found = call.shapes.card.show(card, asked)
    if call.flag(f"{prefix}customFieldItems"):
        found["customFieldItems"] = call.shapes.values(card)
    if call.flag(f"{prefix}attachments"):
        found["attachments"] = call.shapes.attachment.each(card.attachments)
    return found


# --------------------------------------------------------------------------------------------------- one card


@ROUTES.on("/cards/<id_>")
def card(call: Call, id_: str) -> object:
    one = call.card(id_)
    asked = call.text("fields")
    found = shown(call, one, asked)
    if asked is None or {"all", "checkItemStates"} & set(call.words("fields", "")):
        found["checkItemStates"] = call.shapes.check_item_states(one)
    if call.flag("members"):
        members = [call.store.members[each] for each in one.members]
        found["members"] = call.shapes.member.each(members, call.text("member_fields"))
    if call.flag("list"):
        found["list"] = call.shapes.list.show(call.store.lists[one.in_list])
    if call.flag("board"):
        found["board"] = call.shapes.board.show(call.store.boards[one.board], call.text("board_fields"))
    if call.word("checklists", "none", ("all", "none")) == "all":
        found["checklists"] = [call.shapes.whole_checklist(each) for each in one.checklists]
    if call.text("actions"):
        found["actions"] = actions_shown(call, call.store.ledger.of_card(one.id), prefix="action")
    for name in ("stickers", "pluginData"):
        if call.flag(name):
            found[name] = []
    return found


@ROUTES.on("/cards/<id_>/list")
def card_list(call: Call, id_: str) -> object:
    return call.shapes.list.show(call.store.lists[call.card(id_).in_list], call.text("fields"))


@ROUTES.on("/cards/<id_>/board")
def card_board(call: Call, id_: str) -> object:
    return call.shapes.board.show(call.store.boards[call.card(id_).board], call.text("fields"))


@ROUTES.on("/cards/<id_>/members")
def card_members(call: Call, id_: str) -> object:
    return call.shapes.member.each([call.store.members[one] for one in call.card(id_).members], call.text("fields"))


@ROUTES.on("/cards/<id_>/attachments")
def attachments(call: Call, id_: str) -> object:
    return call.shapes.attachment.each(call.card(id_).attachments, call.text("fields"))


@ROUTES.on("/cards/<id_>/attachments/<attachment>")
def an_attachment(call: Call, id_: str, attachment: str) -> object:
    found = next((one for one in call.card(id_).attachments if one.id == attachment), None)
    if found is None:
        raise Refusal(404, NOT_FOUND)
    return call.shapes.attachment.show(found, call.text("fields"))


@ROUTES.on("/cards/<id_>/checklists")
def card_checklists(call: Call, id_: str) -> object:
    return [_checklist(call, one) for one in call.card(id_).checklists]


@ROUTES.on("/cards/<id_>/checkItemStates")
def check_item_states(call: Call, id_: str) -> object:
    return call.shapes.check_item_states(call.card(id_))


@ROUTES.on("/cards/<id_>/checkItem/<item>")
def card_check_item(call: Call, id_: str, item: str) -> object:
    return _check_item(call, call.card(id_).checklists, item)


@ROUTES.on("/cards/<id_>/customFieldItems")
def custom_field_items(call: Call, id_: str) -> object:
    return call.shapes.values(call.card(id_))


@ROUTES.on("/cards/<id_>/stickers")
@ROUTES.on("/cards/<id_>/pluginData")
def nothing(call: Call, id_: str) -> object:
    call.card(id_)
    return []


@ROUTES.on("/cards/<id_>/actions")
def card_actions(call: Call, id_: str) -> object:
    """Answer in pages of 50, of which there are 20."""
    one = call.card(id_)
    wanted = call.words("filter", "commentCard,updateCard:idList")
    found = _between(call, matching(call.store.ledger.of_card(one.id), wanted), "since", "before")
    size = call.number("limit", _CARD_ACTIONS, CARDS)
    start = call.number("page", 0, _LAST_PAGE) * size
    return [_action(call, each) for each in found[start : start + size]]


@ROUTES.on("/cards/<id_>/<field>")
def card_field(call: Call, id_: str, field: str) -> object:
    return one_member(call, call.shapes.card, call.card(id_), field)


def one_member(call: Call, shape: Any, thing: object, member: str) -> object:
    """Return one member of *thing*: a scalar in an envelope, anything else bare."""
    if member not in shape.members:
        raise Refusal(404, f"Cannot GET {call.path}")
    value = shape.show(thing, member)[member]
    return value if isinstance(value, dict | list) else {"_value": value}


# ---------------------------------------------------------------------------------------------------- actions


def actions_shown(call: Call, actions: Sequence[Action], *, prefix: str = "") -> list[Json]:
    """Return the newest of *actions* that are asked for; nested in another object the parameters bear a prefix."""
    wanted = call.words(f"{prefix}s", "") if prefix else call.words("filter", "all")
    lead = f"{prefix}s_" if prefix else ""
    found = _between(call, matching(actions, wanted), f"{lead}since", f"{lead}before")
    limit = call.number(f"{lead}limit", 50, CARDS)
    start = 0 if prefix else call.number("page", 0, CARDS) * limit
    return [_action(call, one, prefix=f"{prefix}_" if prefix else "") for one in found[start : start + limit]]


def _between(call: Call, actions: Sequence[Action], since: str, before: str) -> list[Action]:
    try:
        return between(actions, call.text(since), call.text(before))
    except ValueError:
        raise Refusal(400, f"invalid value for {before}") from None


def _action(call: Call, action: Action, *, prefix: str = "") -> Json:
    return call.shapes.whole_action(
        action, call.text(f"{prefix}fields"),
        creator=call.flag(f"{prefix}memberCreator", default=True), member=call.flag(f"{prefix}member", default=True),
    )  # fmt: skip


@ROUTES.on("/actions/<id_>")
def an_action(call: Call, id_: str) -> object:
    return _action(call, call.thing(call.store.ledger.actions, id_))


# ------------------------------------------------------------------------------- lists, labels, checklists, fields


@ROUTES.on("/lists/<id_>")
def a_list(call: Call, id_: str) -> object:
    return call.shapes.list.show(call.thing(call.store.lists, id_), call.text("fields"))


@ROUTES.on("/lists/<id_>/cards")
def list_cards(call: Call, id_: str) -> object:
    one = call.thing(call.store.lists, id_)
    which = call.word("filter", "open", FILTERS)
    limit = call.number("limit", CARDS, CARDS)
    every = cards_of(call, call.store.boards[one.board], which, since=call.text("since"), before=call.text("before"))
    here = sorted((each for each in every if each.in_list == one.id), key=lambda each: each.pos)
    return [shown(call, each, call.text("fields")) for each in here[:limit]]


@ROUTES.on("/lists/<id_>/actions")
def list_actions(call: Call, id_: str) -> object:
    one = call.thing(call.store.lists, id_)
    every = call.store.ledger.of_board(one.board)
    return actions_shown(call, [each for each in every if each.in_list == one.id])


@ROUTES.on("/labels/<id_>")
def a_label(call: Call, id_: str) -> object:
    return call.shapes.label.show(call.thing(call.store.labels, id_), call.text("fields"))


def _checklist(call: Call, one: Checklist) -> Json:
    return call.shapes.whole_checklist(one, call.text("fields"), items=call.text("checkItems") != "none")


def found_checklist(call: Call, id_: str) -> Checklist:
    """Return the checklist with that id, if the visitor sees its card."""
    for one in call.store.cards.values():
        for each in one.checklists:
            if each.id == id_:
                call.card(one.id)
                return each
    raise Refusal(404, NOT_FOUND)


def _check_item(call: Call, checklists: Sequence[Checklist], item: str) -> Json:
    for checklist in checklists:
        for one in checklist.items:
            if one.id == item:
                return call.shapes.check_item(one, checklist)
    raise Refusal(404, NOT_FOUND)


@ROUTES.on("/checklists/<id_>")
def a_checklist(call: Call, id_: str) -> object:
    return _checklist(call, found_checklist(call, id_))


@ROUTES.on("/checklists/<id_>/checkItems")
def check_items(call: Call, id_: str) -> object:
    one = found_checklist(call, id_)
    return [call.shapes.check_item(each, one) for each in one.items]


@ROUTES.on("/checklists/<id_>/checkItems/<item>")
def a_check_item(call: Call, id_: str, item: str) -> object:
    return _check_item(call, [found_checklist(call, id_)], item)


def _field(call: Call, id_: str) -> Field:
    found: Field = call.thing(call.store.fields, id_)
    return found


@ROUTES.on("/customFields/<id_>")
def a_field(call: Call, id_: str) -> object:
    return call.shapes.whole_field(_field(call, id_))


@ROUTES.on("/customFields/<id_>/options")
def options(call: Call, id_: str) -> object:
    """Answer with ``_id`` where the field itself says ``id``."""
    one = _field(call, id_)
    return [{("_id" if name == "id" else name): part for name, part in option(each, one).items()}
            for each in one.options]  # fmt: skip
