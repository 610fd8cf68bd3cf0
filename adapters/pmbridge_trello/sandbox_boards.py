"""Routes about boards, members, organisations and tokens, and the batch of routes."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl, unquote, urlsplit

from werkzeug.datastructures import MultiDict

from pmbridge_trello.sandbox_cards import CARDS, FILTERS, actions_shown, cards_of, one_member, shown
from pmbridge_trello.sandbox_http import BATCH, NOT_FOUND, ROUTES, VERSION, Call, Refusal, batched
from pmbridge_trello.sandbox_ledger import instant
from pmbridge_trello.sandbox_render import Json
from pmbridge_trello.sandbox_state import Board, Label, List, Member
from pmbridge_trello.sandbox_things import ORGANIZATION

LABELS, LABELS_UNASKED = 1000, 50
_LISTS = ("all", "closed", "none", "open")
_BOARDS = ("all", "closed", "members", "open", "organization", "public", "starred")
_ERROR_NAMES = {400: "BadRequestError", 401: "UnauthorizedError", 403: "ForbiddenError", 404: "NotFoundError"}


# --------------------------------------------------------------------------------------------------- one board


@ROUTES.on("/boards/<id_>")
def board(call: Call, id_: str) -> object:
    """Answer with everything that is asked for at once; more than a thousand cards are cut off in silence."""
    one = call.board(id_)
    found = call.shapes.board.show(one, call.text("fields"))
    if (which := call.word("lists", "none", _LISTS)) != "none":
        found["lists"] = call.shapes.list.each(_lists(call, one, which), call.text("list_fields"))
    if call.word("labels", "none", ("all", "none")) == "all":
        most = call.number("labels_limit", LABELS_UNASKED, LABELS)
        most = LABELS_UNASKED if "labels-50" in call.service.quirks else most
        found["labels"] = call.shapes.label.each(_labels(call, one, most), call.text("label_fields"))
    if call.word("members", "none", ("all", "none", "admins", "normal")) != "none":
        found["members"] = call.shapes.member.each(_members(call, one), call.text("member_fields"))
    if call.word("memberships", "none", ("all", "none", "admin", "normal", "me", "active")) != "none":
        found["memberships"] = call.shapes.memberships(one)
    if call.flag("customFields"):
        found["customFields"] = [call.shapes.whole_field(each) for each in call.store.fields_of(one)]
    if (which := call.word("cards", "none", FILTERS)) != "none":
        cards = cards_of(call, one, which)
        found["cards"] = [shown(call, each, call.text("card_fields"), prefix="card_") for each in cards]
    if call.word("checklists", "none", ("all", "none")) == "all":
        asked = call.text("checklist_fields")
        found["checklists"] = [call.shapes.whole_checklist(each, asked) for each in call.store.checklists_of(one)]
    if call.text("actions"):
        found["actions"] = actions_shown(call, call.store.ledger.of_board(one.id), prefix="action")
    if call.flag("organization"):
        found["organization"] = _organization() if one.organization else None
    return found


def _lists(call: Call, one: Board, which: str) -> list[List]:
    wanted = {"all": (True, False), "closed": (True,), "open": (False,)}.get(which, ())
    return [each for each in call.store.lists_of(one) if each.closed in wanted]


def _labels(call: Call, one: Board, most: int) -> Sequence[Label]:
    return call.store.labels_of(one)[:most]


def _members(call: Call, one: Board) -> list[Member]:
    return [call.store.members[each] for each in one.members if not call.store.members[each].gone]


@ROUTES.on("/boards/<id_>/lists")
@ROUTES.on("/boards/<id_>/lists/<which>")
def board_lists(call: Call, id_: str, which: str | None = None) -> object:
    one = call.board(id_)
    which = which or call.word("filter", "open", _LISTS)
    found = call.shapes.list.each(_lists(call, one, which), call.text("fields"))
    if (inside := call.word("cards", "none", FILTERS)) != "none":
        cards = cards_of(call, one, inside)
        for each in found:
            here = [card for card in cards if card.in_list == each["id"]]
            each["cards"] = [shown(call, card, call.text("card_fields"), prefix="card_") for card in here]
    return found


@ROUTES.on("/boards/<id_>/cards")
@ROUTES.on("/boards/<id_>/cards/<which>")
def board_cards(call: Call, id_: str, which: str | None = None) -> object:
    one = call.board(id_)
    which = which or call.word("filter", "open", FILTERS)
    limit = call.number("limit", CARDS, CARDS)
    cards = cards_of(call, one, which, limit=limit, since=call.text("since"), before=call.text("before"))
    return [shown(call, each, call.text("fields")) for each in cards]


@ROUTES.on("/boards/<id_>/checklists")
def board_checklists(call: Call, id_: str) -> object:
    one = call.board(id_)
    return [call.shapes.whole_checklist(each, call.text("fields")) for each in call.store.checklists_of(one)]


@ROUTES.on("/boards/<id_>/customFields")
def board_fields(call: Call, id_: str) -> object:
    return [call.shapes.whole_field(each) for each in call.store.fields_of(call.board(id_))]


@ROUTES.on("/boards/<id_>/labels")
def board_labels(call: Call, id_: str) -> object:
    found = _labels(call, call.board(id_), call.number("limit", LABELS_UNASKED, LABELS))
    return call.shapes.label.each(found, call.text("fields"))


@ROUTES.on("/boards/<id_>/members")
def board_members(call: Call, id_: str) -> object:
    return call.shapes.member.each(_members(call, call.board(id_)), call.text("fields"))


@ROUTES.on("/boards/<id_>/memberships")
def board_memberships(call: Call, id_: str) -> object:
    found = call.shapes.memberships(call.board(id_))
    if call.flag("member"):
        for one in found:
            one["member"] = call.shapes.member.show(call.store.members[one["idMember"]], call.text("member_fields"))
    return found


@ROUTES.on("/boards/<id_>/actions")
def board_actions(call: Call, id_: str) -> object:
    return actions_shown(call, call.store.ledger.of_board(call.board(id_).id))


@ROUTES.on("/boards/<id_>/<field>")
def board_field(call: Call, id_: str, field: str) -> object:
    return one_member(call, call.shapes.board, call.board(id_), field)


# ------------------------------------------------------------------------------ members, organisations, tokens


@ROUTES.on("/members/<id_>")
def member(call: Call, id_: str) -> object:
    return call.shapes.profile.show(_member(call, id_), call.text("fields"))


def _member(call: Call, id_: str) -> Member:
    me = call.known()
    if id_ == "me":
        return me
    for one in call.store.members.values():
        if id_ in (one.id, one.username) and not one.gone:
            return one
    raise Refusal(404, NOT_FOUND)


@ROUTES.on("/members/<id_>/boards")
def member_boards(call: Call, id_: str) -> object:
    one = _member(call, id_)
    wanted = call.words("filter", "all")
    if not set(wanted) <= set(_BOARDS):
        raise Refusal(400, "invalid value for filter")
    boards = [each for each in call.store.boards.values() if one.id in each.members and call.sees(each)]
    shown_boards = []
    for each in boards:
        if not any(_is(each, word) for word in wanted):
            continue
        told = call.shapes.board.show(each, call.text("fields") or "all")
        if (which := call.word("lists", "none", _LISTS)) != "none":
            told["lists"] = call.shapes.list.each(_lists(call, each, which))
        shown_boards.append(told)
    return shown_boards


def _is(one: Board, word: str) -> bool:
    match word:
        case "open":
            return not one.closed
        case "closed":
            return one.closed
        case "organization":
            return one.organization is not None
        case "public":
            return one.permission == "public"
        case _:
            return word in ("all", "members")  # none is starred


@ROUTES.on("/members/<id_>/organizations")
def member_organizations(call: Call, id_: str) -> object:
    _member(call, id_)
    return [_organization()]


def _organization() -> Json:
    return {
        "id": ORGANIZATION, "name": "qingchuan", "displayName": "晴川数字", "desc": "", "descData": None,
        "url": "https://trello.com/w/qingchuan", "website": None, "teamType": None, "products": [], "powerUps": [],
    }  # fmt: skip


@ROUTES.on("/organizations/<id_>")
def organization(call: Call, id_: str) -> object:
    call.known()
    if id_ not in (ORGANIZATION, "qingchuan"):
        raise Refusal(404, NOT_FOUND)
    return _organization()


@ROUTES.on("/organizations/<id_>/boards")
def organization_boards(call: Call, id_: str) -> object:
    organization(call, id_)
    found = [one for one in call.store.boards.values() if one.organization and call.sees(one)]
    wanted = call.words("filter", "all")
    return call.shapes.board.each([one for one in found if any(_is(one, word) for word in wanted)], call.text("fields"))


@ROUTES.on("/tokens/<token>")
def a_token(call: Call, token: str) -> object:
    me, service = call.known(), call.service
    if token != service.token:
        raise Refusal(400, "invalid token")
    rights = {"read": True, "write": service.may_write}
    every: Json = {
        "id": f"{int(service.made.timestamp()):08x}{me.id[8:]}", "identifier": "pmbridge", "idMember": me.id,
        "dateCreated": instant(service.made),
        "dateExpires": instant(service.expires) if service.expires else None,
        "permissions": [
            {"idModel": me.id, "modelType": "Member", **rights},
            {"idModel": "*", "modelType": "Board", **rights},
            {"idModel": "*", "modelType": "Organization", **rights},
        ],
    }  # fmt: skip
    wanted = call.words("fields", "all")
    return every if "all" in wanted else {name: every[name] for name in ["id", *wanted] if name in every}


@ROUTES.on("/tokens/<token>/member")
def token_member(call: Call, token: str) -> object:
    if token != call.service.token:
        raise Refusal(400, "invalid token")
    return call.shapes.profile.show(call.known(), call.text("fields"))


# ------------------------------------------------------------------------------------------------------ batch


@ROUTES.on("/batch")
def batch(call: Call) -> object:
    """Answer each route by itself: its body under ``200``, or what an error says, without its headers."""
    routes = batched(call.args)
    if not routes or len(routes) > BATCH or not all(one.startswith("/") for one in routes):
        raise Refusal(400, "invalid value for urls")
    return [_answered(call, one) for one in routes]


def _answered(call: Call, route: str) -> Json:
    split = urlsplit(route)
    path, args = unquote(split.path), MultiDict(parse_qsl(split.query, keep_blank_values=True))
    try:
        if path.rstrip("/") == "/batch":
            raise Refusal(400, "batch requests cannot be nested")
        return {"200": call.service.route("GET", VERSION + path, args, call.visitor)}
    except Refusal as refusal:
        # Only NotFoundError was ever seen; the names of the others follow its pattern.
        name = _ERROR_NAMES.get(refusal.status, "Error")
        return {"name": name, "message": refusal.said, "statusCode": refusal.status}
