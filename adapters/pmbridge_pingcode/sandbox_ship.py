"""Routes of products with their tickets and ideas, and of comments, which all kinds of item have."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from pmbridge_pingcode import sandbox_catalogue as catalogue
from pmbridge_pingcode.sandbox_http import ROUTES, Call, Refusal, absent, reply
from pmbridge_pingcode.sandbox_render import Json
from pmbridge_pingcode.sandbox_search import SHIP, search
from pmbridge_pingcode.sandbox_store import Item, Project


@ROUTES.on("GET", "/v1/ship/products")
def products(call: Call) -> Response:
    return call.page([one for one in call.team.products.values() if not one.hidden], call.render.product)


@ROUTES.on("GET", "/v1/ship/products/<id_>")
def product(call: Call, id_: str) -> Response:
    return reply(call.render.product(call.product(id_)))


def _listed(call: Call, kind: str) -> list[Item]:
    found = [one for one in call.team.items.values() if one.kind == kind and not call.team.home(one).hidden]
    if (id_ := call.said("product_id")) is not None:
        home = call.product(id_)
        found = [one for one in found if one.home == home.id]
    if (state := call.said("state_id")) is not None:
        found = [one for one in found if one.state == state]
    if (type_ := call.said("type_id")) is not None and kind == "ticket":
        found = [one for one in found if one.type == type_]
    if call.service.areas != ("pjm",):
        # The newer dialect has no dates here: they are dropped like everything that it does not know.
        window = call.window("updated_between")
        found = [one for one in found if window is None or window[0] <= one.updated_at <= window[1]]
    return sorted(found, key=lambda one: (one.home, one.number))


@ROUTES.on("GET", "/v1/ship/tickets")
def tickets(call: Call) -> Response:
    return call.page(_listed(call, "ticket"), call.render.ticket)


@ROUTES.on("GET", "/v1/ship/ideas")
def ideas(call: Call) -> Response:
    return call.page(_listed(call, "idea"), call.render.idea)


@ROUTES.on("POST", "/v1/ship/tickets/search")
def search_tickets(call: Call) -> Response:
    return search(call, "ticket", SHIP, call.render.ticket)


@ROUTES.on("POST", "/v1/ship/ideas/search")
def search_ideas(call: Call) -> Response:
    return search(call, "idea", SHIP, call.render.idea)


@ROUTES.on("GET", "/v1/ship/tickets/<id_>")
def ticket(call: Call, id_: str) -> Response:
    return reply(call.render.ticket(call.item("ticket", id_)))


@ROUTES.on("GET", "/v1/ship/ideas/<id_>")
def idea(call: Call, id_: str) -> Response:
    return reply(call.render.idea(call.item("idea", id_)))


@ROUTES.on("POST", "/v1/ship/tickets")
def add_ticket(call: Call) -> Response:
    """Make one; what type it is has to be said."""
    body = call.body()
    call.needed(body, "product_id", "title", "type_id")
    if body["type_id"] not in catalogue.TICKET_TYPES:
        raise absent("100702", "工单类型")
    return reply(call.render.ticket(_made(call, "ticket", str(body["type_id"]), body)), 201)


@ROUTES.on("POST", "/v1/ship/ideas")
def add_idea(call: Call) -> Response:
    body = call.body()
    call.needed(body, "product_id", "title")
    return reply(call.render.idea(_made(call, "idea", "idea", body)), 201)


def _made(call: Call, kind: str, type_id: str, body: Json) -> Item:
    home = call.product(str(body["product_id"]))
    values = {name: body[name] for name in ("description", "properties") if name in body}
    return call.team.add_item(home, str(body["title"]), type_id, kind=kind, by=call.whose or None, **values)


@ROUTES.on("PATCH", "/v1/ship/tickets/<id_>")
def change_ticket(call: Call, id_: str) -> Response:
    return reply(call.render.ticket(_changed(call, call.item("ticket", id_), "100702")))


@ROUTES.on("PATCH", "/v1/ship/ideas/<id_>")
def change_idea(call: Call, id_: str) -> Response:
    return reply(call.render.idea(_changed(call, call.item("idea", id_), "100719")))


def _changed(call: Call, item: Item, code: str) -> Item:
    body = call.body()
    state = body.get("state_id")
    if state is not None and state not in call.team.states(item.kind, item.type):
        raise absent(code, "状态")
    values: dict[str, Any] = {name: body[name] for name in ("title", "description") if name in body}
    if "assignee_id" in body:
        values["assignee"] = body["assignee_id"]
    if values:
        call.team.change(item, **values)
    if state is not None:
        call.team.move_to(item, str(state), by=call.whose or None)
    return item


@ROUTES.on("GET", "/v1/ship/tickets/<id_>/transition_histories")
def ticket_transitions(call: Call, id_: str) -> Response:
    item = call.item("ticket", id_)
    return call.page(item.steps, lambda step: call.render.transition(step, item))


@ROUTES.on("GET", "/v1/ship/ideas/<id_>/transition_histories")
def idea_transitions(call: Call, id_: str) -> Response:
    item = call.item("idea", id_)
    return call.page(item.steps, lambda step: call.render.transition(step, item))


# ---------------------------------------------------------------------------------------------- catalogues


def _of_product(call: Call) -> Project:
    if (id_ := call.said("product_id")) is None:
        raise Refusal(400, "100008", "缺少product_id")
    return call.product(id_)


@ROUTES.on("GET", "/v1/ship/ticket/types")
def ticket_types(call: Call) -> Response:
    _of_product(call)
    rows = [{"id": id_, "url": f"https://rest_api_root/v1/ship/ticket_types/{id_}", "name": name}
            for id_, name in catalogue.TICKET_TYPES.items()]  # fmt: skip
    return call.page(rows, dict)


@ROUTES.on("GET", "/v1/ship/ticket/states")
def ticket_states(call: Call) -> Response:
    _of_product(call)
    return call.page([*catalogue.TICKET_STATES.values()], lambda one: call.render.state(one, "ticket_states"))


@ROUTES.on("GET", "/v1/ship/idea/states")
def idea_states(call: Call) -> Response:
    _of_product(call)
    return call.page([*catalogue.IDEA_STATES.values()], lambda one: call.render.state(one, "idea_states"))


@ROUTES.on("GET", "/v1/ship/ticket/properties")
def ticket_properties(call: Call) -> Response:
    _of_product(call)
    return call.page([catalogue.IMPACT], call.render.property)


@ROUTES.on("GET", "/v1/ship/idea/properties")
def idea_properties(call: Call) -> Response:
    _of_product(call)
    return call.page([catalogue.IMPACT], call.render.property)


# ------------------------------------------------------------------------------------------------ comments


def _principal(call: Call, said: Json | None = None) -> Item:
    read = said.get if said is not None else call.request.args.get
    kind, id_ = read("principal_type"), read("principal_id")
    if not kind or not id_:
        raise Refusal(400, "100008", "缺少principal_type或principal_id")
    return call.item(str(kind), str(id_))


@ROUTES.on("GET", "/v1/comments")
def comments(call: Call) -> Response:
    """List the comments on one thing, deleted ones too."""
    item = _principal(call)
    return call.page(item.notes, lambda note: call.render.comment(note, item))


@ROUTES.on("POST", "/v1/comments")
def add_comment(call: Call) -> Response:
    body = call.body()
    call.needed(body, "principal_type", "principal_id", "content")
    item = _principal(call, body)
    return reply(call.render.comment(call.team.say(item, str(body["content"]), by=call.whose or None), item), 201)


@ROUTES.on("DELETE", "/v1/comments/<id_>")
def drop_comment(call: Call, id_: str) -> Response:
    """Delete one; the row stays, emptied."""
    item = _principal(call)
    for note in item.notes:
        if note.id == id_:
            note.deleted = True
            return reply(call.render.comment(note, item))
    raise absent("100051", "评论")
