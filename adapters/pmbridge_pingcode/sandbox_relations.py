"""Routes of links: typed ones between two work items, and those between things of two kinds, which have no type."""

from __future__ import annotations

from werkzeug.wrappers import Response

from pmbridge_pingcode import sandbox_catalogue as catalogue
from pmbridge_pingcode.sandbox_http import ROUTES, Call, Refusal, absent, reply

_KINDS = ("work_item", "ticket", "idea")


@ROUTES.on("GET", "/v1/<area>/work_item/relation_types")
def relation_types(call: Call) -> Response:
    return call.page([*catalogue.RELATION_TYPES], call.render.relation_type)


@ROUTES.on("GET", "/v1/<area>/work_items/<id_>/relations")
def relations(call: Call, id_: str) -> Response:
    item = call.item("work_item", id_)
    found = [one for one in call.team.relations.values() if one.origin == item.id]
    if (kind := call.said("relation_type")) is not None:
        found = [one for one in found if one.kind == kind]
    return call.page(found, call.render.relation)


@ROUTES.on("POST", "/v1/<area>/work_items/<id_>/relations")
def relate(call: Call, id_: str) -> Response:
    """Link two work items; what is linked already in that way is refused."""
    item, body = call.item("work_item", id_), call.body()
    call.needed(body, "target_work_item_id", "relation_type")
    kind = str(body["relation_type"])
    if kind not in catalogue.RELATIONS and kind not in catalogue.RELATION_TYPES:
        raise Refusal(400, "100001", "relation_type格式错误")
    other = call.item("work_item", str(body["target_work_item_id"]))
    if any((one.origin, one.kind, one.target) == (item.id, kind, other.id) for one in call.team.relations.values()):
        raise Refusal(400, "100350", "工作项关联已存在")
    return reply(call.render.relation(call.team.relate(item, kind, other)), 201)


@ROUTES.on("DELETE", "/v1/<area>/work_items/<id_>/relations/<inner>")
def part(call: Call, id_: str, inner: str) -> Response:
    """Take a link away, with the row of its other side."""
    item, found = call.item("work_item", id_), call.team.relations.get(inner)
    if found is None or found.origin != item.id:
        raise absent("100351", "工作项关联")
    shown = call.render.relation(found)
    ends = {found.origin, found.target}
    kinds = {found.kind, catalogue.INVERSE.get(found.kind, found.kind)}
    for one in [*call.team.relations.values()]:
        if {one.origin, one.target} == ends and one.kind in kinds:
            del call.team.relations[one.id]
    return reply(shown)


@ROUTES.on("GET", "/v1/relations")
def cross_relations(call: Call) -> Response:
    """List the links of one thing with things of one other kind."""
    item = call.item(call.said("principal_type") or "", call.said("principal_id") or "")
    wanted = call.said("target_type") or ""
    _pair(item.kind, wanted)
    found = [
        one
        for one in call.team.cross_relations.values()
        if one.origin == item.id and call.team.items[one.target].kind == wanted
    ]
    return call.page(found, call.render.cross_relation)


@ROUTES.on("POST", "/v1/relations")
def relate_kinds(call: Call) -> Response:
    body = call.body()
    call.needed(body, "principal_type", "principal_id", "target_type", "target_id")
    _pair(str(body["principal_type"]), str(body["target_type"]))
    item = call.item(str(body["principal_type"]), str(body["principal_id"]))
    other = call.item(str(body["target_type"]), str(body["target_id"]))
    return reply(call.render.cross_relation(call.team.relate_kinds(item, other)), 201)


def _pair(one: str, other: str) -> None:
    """Refuse two work items: those are linked elsewhere."""
    if one not in _KINDS or other not in _KINDS or one == other == "work_item":
        raise Refusal(400, "100049", "不支持的principal_type或组合")
