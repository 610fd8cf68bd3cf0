"""Routes of products with their tickets and ideas, and of comments, which all kinds of item have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.wrappers import Response

from pmbridge_pingcode import sandbox_catalogue as catalogue
from pmbridge_pingcode.sandbox_http import ROUTES, Call, Refusal, absent, check_properties, reply, seconds
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
        created, updated = call.window("created_between"), call.window("updated_between")
        found = [one for one in found if created is None or created[0] <= one.created_at <= created[1]]
        found = [one for one in found if updated is None or updated[0] <= one.updated_at <= updated[1]]
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
    """Make one: its state cannot be chosen, and neither can what else the papers leave out of a creation."""
    home = call.product(str(body["product_id"]))
    taken = dict(_CREATED[kind])
    if call.service.areas == ("project",) and kind == "idea":
        del taken["priority_id"]  # the papers of the older dialect do not have it
    values = _values(call, body, taken)
    title = values.pop("title")
    return call.team.add_item(home, title, type_id, kind=kind, by=call.whose or None, **values)


@ROUTES.on("PATCH", "/v1/ship/tickets/<id_>")
def change_ticket(call: Call, id_: str) -> Response:
    return reply(call.render.ticket(_changed(call, call.item("ticket", id_), "100702")))


@ROUTES.on("PATCH", "/v1/ship/ideas/<id_>")
def change_idea(call: Call, id_: str) -> Response:
    return reply(call.render.idea(_changed(call, call.item("idea", id_), "100719")))


_COMMON = {"title": "title", "description": "description", "assignee_id": "assignee", "properties": "properties"}
_CREATED: Mapping[str, Mapping[str, str]] = {
    "ticket": {**_COMMON, "priority_id": "priority", "customer_id": "customer", "channel_id": "channel"},
    "idea": {**_COMMON, "priority_id": "priority", "suite_id": "suite"},
}
_CHANGED: Mapping[str, Mapping[str, str]] = {
    "ticket": {**_COMMON, "priority_id": "priority", "customer_id": "customer", "solution_id": "solution",
               "type_id": "type"},
    "idea": {**_COMMON, "priority_id": "priority", "suite_id": "suite", "plan_id": "plan", "progress": "progress",
             "plan_at": "plan_at", "real_at": "real_at"},
}  # fmt: skip
_KNOWN: Mapping[str, Mapping[str, object]] = {
    "priority_id": catalogue.SHIP_PRIORITIES, "customer_id": catalogue.CUSTOMERS, "solution_id": catalogue.SOLUTIONS,
    "channel_id": catalogue.CHANNELS, "plan_id": catalogue.PLANS, "suite_id": catalogue.SUITES,
    "type_id": catalogue.TICKET_TYPES,
}  # fmt: skip


def _values(call: Call, body: Json, taken: Mapping[str, str]) -> Json:
    """Return what *body* says of *taken*, as attributes of an item; what else it says is dropped without a word."""
    found: Json = {}
    for name, attribute in taken.items():
        if name not in body:
            continue
        value = body[name]
        if value == "":
            raise Refusal(400, "100003", f"{name}不能为空")
        _check(call, name, value)
        if name == "plan_at":
            found |= {"start": value["from"], "due": value["to"], "granularity": value["granularity"]}
        else:
            found[attribute] = value
    return found


def _check(call: Call, name: str, value: Any) -> None:
    match name:
        case "title" if len(str(value)) > 255:
            raise Refusal(400, "100019", "标题过长")
        case "assignee_id" if value not in call.team.users:
            raise absent("100405", "产品成员")
        case "progress" if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise Refusal(400, "100004", "progress必须在0到1之间")
        case "plan_at" | "real_at":
            if not isinstance(value, dict) or set(value) != {"from", "to", "granularity"}:
                raise Refusal(400, "100039", f"{name}必须包含from、to、granularity")
            if seconds(value["from"], name) > seconds(value["to"], name):
                raise Refusal(400, "100041", "开始时间不能晚于结束时间")
        case "properties":
            check_properties(value, catalogue.SHIP_PROPERTIES, call.team.users)
        case _ if name in _KNOWN and value not in _KNOWN[name]:
            raise Refusal(400, "100003", f"{name}不存在")


def _changed(call: Call, item: Item, code: str) -> Item:
    body = call.body()
    state = body.get("state_id")
    if state is not None and not catalogue.flows(call.team.states(item.kind, item.type), item.state, state):
        raise absent(code, "状态")
    values = _values(call, body, _CHANGED[item.kind])
    if "properties" in values:
        values["properties"] = {**item.properties, **values["properties"]}
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
    return call.page([*catalogue.SHIP_PROPERTIES.values()], call.render.property)


@ROUTES.on("GET", "/v1/ship/idea/properties")
def idea_properties(call: Call) -> Response:
    _of_product(call)
    return call.page([*catalogue.SHIP_PROPERTIES.values()], call.render.property)


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
