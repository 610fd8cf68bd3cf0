"""Routes of work items: lists of both dialects, the newer one's search, single ones, states, types, properties."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from werkzeug.wrappers import Response

from pmbridge_pingcode import sandbox_catalogue as catalogue
from pmbridge_pingcode.sandbox_http import ROUTES, Call, Refusal, absent, amount, check_properties, reply, seconds
from pmbridge_pingcode.sandbox_search import WORK_ITEMS, search
from pmbridge_pingcode.sandbox_store import Item, Project

_CHANGEABLE = ("title", "description", "start_at", "end_at", "state_id", "assignee_id", "parent_id", "priority_id",
               "sprint_id", "version_ids", "story_points", "estimated_workload", "remaining_workload", "phase_id",
               "properties")  # fmt: skip
_IN_BULK = ("title", "description", "start_at", "end_at", "state_id", "assignee_id", "priority_id", "story_points",
            "estimated_workload", "remaining_workload")  # fmt: skip


def _attribute(item: Item, name: str) -> tuple[str, ...]:
    values: dict[str, str | tuple[str, ...] | None] = {
        "project": item.home, "type": item.type, "parent": item.parent, "assignee": item.assignee,
        "state": item.state, "priority": item.priority, "sprint": item.sprint, "phase": item.phase,
        "version": item.releases, "tag": tuple(map(catalogue.tag_id, item.tags)), "created_by": item.created_by,
    }  # fmt: skip
    value = values[name]
    return value if isinstance(value, tuple) else (value,) if value else ()


_FILTERS = ("project", "type", "parent", "assignee", "state", "priority", "sprint", "phase", "version", "tag")


@ROUTES.on("GET", "/v1/<area>/work_items")
def work_items(call: Call) -> Response:
    """List work items. A parameter that the dialect does not know is dropped without a word."""
    found = [
        item
        for item in sorted(call.team.items.values(), key=lambda one: (one.home, one.number))
        if item.kind == "work_item" and not call.team.home(item).hidden
    ]
    for name in _FILTERS:
        wanted = call.ids(f"{name}_ids") if call.older else call.ids(f"{name}_id")
        found = _among(found, name, wanted)
    found = _among(found, "created_by", call.ids("created_by_ids" if call.older else "created_by"))
    if call.older:
        reads: dict[str, Callable[[Item], int | None]] = {
            "created": lambda item: item.created_at, "updated": lambda item: item.updated_at,
            "start": lambda item: item.start, "end": lambda item: item.due,
        }  # fmt: skip
        for name, read in reads.items():
            found = _between(found, call.window(f"{name}_between"), read)
    if (identifier := call.said("identifier")) is not None:
        found = [item for item in found if call.render.identifier(item) == identifier]
    if (keywords := call.said("keywords")) is not None:
        found = [item for item in found if keywords in item.title or keywords in call.render.identifier(item)]
    if not call.flag("include_deleted"):
        found = [item for item in found if not item.deleted]
    if not call.flag("include_archived"):
        found = [item for item in found if not item.archived and not call.team.home(item).archived]
    return call.page(found, call.render.work_item)


def _among(items: Sequence[Item], name: str, wanted: Iterable[str] | None) -> list[Item]:
    if wanted is None:
        return [*items]
    return [item for item in items if set(_attribute(item, name)) & set(wanted)]


def _between(items: Sequence[Item], window: tuple[int, int] | None, read: Callable[[Item], int | None]) -> list[Item]:
    if window is None:
        return [*items]
    return [item for item in items if (at := read(item)) is not None and window[0] <= at <= window[1]]


@ROUTES.on("POST", "/v1/pjm/work_items/search")
def searched(call: Call) -> Response:
    """Search; only the newer dialect has it."""
    return search(call, "work_item", WORK_ITEMS, call.render.work_item)


@ROUTES.on("GET", "/v1/<area>/work_items/<id_>")
def work_item(call: Call, id_: str) -> Response:
    """Read one; the newer dialect shows a deleted one on request."""
    deleted = not call.older and call.flag("include_deleted")
    return reply(call.render.work_item(call.item("work_item", id_, deleted=deleted)))


@ROUTES.on("POST", "/v1/<area>/work_items")
def create(call: Call) -> Response:
    """Make one. The start of a milestone is not kept."""
    body = call.body()
    call.needed(body, "project_id", "type_id", "title")
    project = call.project(str(body["project_id"]))
    if body["type_id"] not in catalogue.TYPES_OF[project.kind]:
        raise Refusal(400, "1003104", "工作项类型未启用")
    values = _values(call, body, project, str(body["type_id"]))
    state = values.pop("state", None)
    title = values.pop("title")
    if state is not None and state not in catalogue.TYPES[str(body["type_id"])].states:
        raise absent("100303", "状态")
    made = call.team.add_item(project, title, str(body["type_id"]), state=state, by=call.whose or None, **values)
    return reply(call.render.work_item(made), 201)


@ROUTES.on("PATCH", "/v1/<area>/work_items/<id_>")
def update(call: Call, id_: str) -> Response:
    """Change one. A null is ignored and so is a key that is not known; only the answer tells."""
    item = call.item("work_item", id_)
    project = call.team.projects[item.home]
    _apply(call, item, _values(call, call.body(), project, item.type))
    return reply(call.render.work_item(item))


@ROUTES.on("PATCH", "/v1/<area>/work_items")
def update_many(call: Call) -> Response:
    """Change one property of many: unknown ids are passed over, unknown properties too, no value empties it."""
    body = call.body()
    call.needed(body, "ids", "property_name")
    name, updates = str(body["property_name"]), 0
    for id_ in body["ids"]:
        item = call.team.items.get(id_)
        if item is None or item.deleted or item.kind != "work_item" or name not in _IN_BULK:
            continue
        updates += 1
        if "property_value" in body:
            said = {name: body["property_value"]}
            _apply(call, item, _values(call, said, call.team.projects[item.home], item.type))
        else:
            call.team.change(item, **{_ATTRIBUTES[name]: None})
    return reply({"inserts": 0, "updates": updates, "deletes": 0})


@ROUTES.on("DELETE", "/v1/<area>/work_items/<id_>")
def delete(call: Call, id_: str) -> Response:
    """Delete one; it stays, marked."""
    item = call.item("work_item", id_)
    call.team.change(item, deleted=True)
    return reply(call.render.work_item(item))


@ROUTES.on("GET", "/v1/<area>/work_items/<id_>/transition_histories")
def transitions(call: Call, id_: str) -> Response:
    item = call.item("work_item", id_)
    return call.page(item.steps, lambda step: call.render.transition(step, item))


# ------------------------------------------------------------------------------------------------ changes

_ATTRIBUTES = {
    "title": "title", "description": "description", "start_at": "start", "end_at": "due", "state_id": "state",
    "assignee_id": "assignee", "parent_id": "parent", "priority_id": "priority", "sprint_id": "sprint",
    "version_ids": "releases", "story_points": "story_points", "estimated_workload": "estimated_workload",
    "remaining_workload": "remaining_workload", "phase_id": "phase", "properties": "properties",
}  # fmt: skip


def _values(call: Call, body: dict[str, Any], project: Project, type_id: str) -> dict[str, Any]:
    """Return what *body* says, as attributes of an item; refuse what is not there or of the wrong kind."""
    found: dict[str, Any] = {}
    for name in _CHANGEABLE:
        if name not in body or (name == "start_at" and type_id == catalogue.MILESTONE):
            continue
        value = body[name]
        if value == "":
            raise Refusal(400, "100003", f"{name}不能为空")
        _check(call, name, value, project)
        found[_ATTRIBUTES[name]] = tuple(value) if name == "version_ids" else value
    return found


def _check(call: Call, name: str, value: Any, project: Project) -> None:
    team = call.team
    match name:
        case "start_at" | "end_at":
            seconds(value, name)
        case "title" if len(str(value)) > 255:
            raise Refusal(400, "100019", "标题过长")
        case "state_id" if value not in catalogue.STATES:
            raise absent("100303", "状态")
        case "sprint_id" if value not in team.sprints:
            raise absent("100308", "迭代")
        case "sprint_id" if team.sprints[value].project != project.id:
            raise Refusal(400, "100309", "迭代不属于该项目")
        case "assignee_id" if value not in team.users:
            raise absent("100405", "项目成员")
        case "priority_id" if value not in catalogue.PRIORITIES:
            raise Refusal(400, "100003", "优先级不存在")
        case "story_points":
            amount(value, name, decimals=1)
        case "estimated_workload" | "remaining_workload":
            amount(value, name)
        case "version_ids" if not isinstance(value, list) or not value:
            raise Refusal(400, "100006", "version_ids不是有效的数组")
        case "version_ids":
            for one in value:
                if one not in team.releases:
                    raise absent("100304", "发布")
                if team.releases[one].project != project.id:
                    raise Refusal(400, "1003107", "发布不属于该项目")
        case "parent_id" if value not in team.items:
            raise absent("100317", "工作项资源")
        case "properties":
            check_properties(value, catalogue.PROPERTIES, team.users)


def _apply(call: Call, item: Item, values: dict[str, Any]) -> None:
    state = values.pop("state", None)
    if state is not None and not catalogue.reachable(item.type, item.state, state):
        raise Refusal(400, "100379", "工作项状态不能流转到当前状态")
    if "properties" in values:
        values["properties"] = {**item.properties, **values["properties"]}
    if values:
        call.team.change(item, **values)
    if state is not None:
        call.team.move_to(item, state, by=call.whose or None)


# ---------------------------------------------------------------------------------------------- catalogues


def _of_project(call: Call) -> Project:
    if (id_ := call.said("project_id")) is None:
        raise Refusal(400, "100008", "缺少project_id")
    return call.project(id_)


def _type_of(call: Call) -> catalogue.TypeOf:
    project, id_ = _of_project(call), call.said("work_item_type_id")
    if id_ is None:
        raise Refusal(400, "100008", "缺少work_item_type_id")
    if id_ not in catalogue.TYPES_OF[project.kind]:
        raise Refusal(400, "1003104", "工作项类型未启用")
    return catalogue.TYPES[id_]


@ROUTES.on("GET", "/v1/<area>/work_item/types")
def types(call: Call) -> Response:
    kinds = catalogue.TYPES_OF[_of_project(call).kind]
    return call.page([catalogue.TYPES[id_] for id_ in kinds], call.render.type)


@ROUTES.on("GET", "/v1/<area>/work_item_types")
def all_types(call: Call) -> Response:
    return call.page([*catalogue.TYPES.values()], lambda one: call.render.type(one) | {"is_system": one.system})


@ROUTES.on("GET", "/v1/<area>/work_item/states")
def states(call: Call) -> Response:
    return call.page([catalogue.STATES[id_] for id_ in _type_of(call).states], call.render.state)


@ROUTES.on("GET", "/v1/<area>/work_item_states")
def all_states(call: Call) -> Response:
    return call.page([*catalogue.STATES.values()], call.render.state)


@ROUTES.on("GET", "/v1/<area>/work_item/properties")
def properties(call: Call) -> Response:
    _type_of(call)
    return call.page([*catalogue.PROPERTIES.values()], call.render.property)


@ROUTES.on("GET", "/v1/<area>/work_item/priorities")
def priorities(call: Call) -> Response:
    _of_project(call)
    return call.page([*catalogue.PRIORITIES], lambda id_: call.render.priority(id_) or {})
