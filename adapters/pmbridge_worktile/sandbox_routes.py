"""What each call of the sandbox's Worktile answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from werkzeug.wrappers import Request as HttpRequest
from werkzeug.wrappers import Response as HttpResponse

from pmbridge_worktile.sandbox_http import Handler, Server, json_of, refused, reply, route, wrapped
from pmbridge_worktile.sandbox_store import TASK, WRITABLE, Task, Team, User

_INVALID, _FORBIDDEN = 1001, 1004
"""Codes for what nobody has seen; the real ones are not known."""


def base_of(team: Team, task: Task) -> dict[str, Any]:
    """Return *task* without its properties."""
    state = {"_id": task.state.id, "name": task.state.name, "type": task.state.type, "description": None}
    told: dict[str, Any] = {
        "_id": task.id,
        "identifier": f"#{task.number}",
        "title": task.title,
        "project_id": task.project,
        "created_by": task.created_by,
        "created_at": task.created_at,
        "updated_at": task.updated_at,
        "is_archived": int(task.archived),
        "is_deleted": 0,
        "state_type": task.state.type,
        "task_state": state,
        "task_type": {"_id": task.type.id, "name": task.type.name, "description": None},
        "parent_ids": team.ancestors(task),
        "derived_ids": team.children(task),
    }
    if task.completed_at is not None:
        told["completed_at"] = task.completed_at
    if task.parent is not None:
        told["parent_id"] = task.parent
    return told


def flat(team: Team, task: Task, keys: Collection[str]) -> dict[str, Any]:
    """Return the properties *keys* of *task*, each as its value."""
    return {key: value for key, value in _properties(team, task).items() if key in keys}


def _properties(team: Team, task: Task) -> dict[str, Any]:
    found = dict(task.properties)
    if "tag" in found:
        tags = [team.tags[one] for one in found["tag"] if one in team.tags]
        found["tag"] = [{"_id": one.id, "name": one.name, "color": one.color, "mode_id": one.project} for one in tags]
    return found


def _user(user: User) -> dict[str, Any]:
    return {
        "_id": user.id, "uid": user.uid, "name": user.name, "display_name": user.display_name,
        "avatar": "", "status": 1, "display_name_pinyin": user.name,
    }  # fmt: skip


def _csv(request: HttpRequest, name: str) -> list[str]:
    return [one for one in request.args.get(name, "").split(",") if one]


def _projects(server: Server, request: HttpRequest, _: Mapping[str, str]) -> HttpResponse:
    rows = [{"_id": one.id, "name": one.name} for one in server.team.projects.values() if not one.hidden]
    return server.paged(request, rows)


def _make_project(server: Server, request: HttpRequest, _: Mapping[str, str]) -> HttpResponse:
    body = json_of(request)
    if not body.get("template_name") or not body.get("name") or not body.get("members"):
        return refused(_INVALID, "template_name, name and members are required")
    made = server.team.add_project(str(body["name"]))
    return reply({"_id": made.id, "name": made.name})


def _out_of_sight(server: Server, request: HttpRequest) -> HttpResponse:
    match server.habits.hidden_project:
        case "empty":
            return server.paged(request, [])
        case "error":
            return refused(_FORBIDDEN, "no permission")
        case status:
            return reply({"code": int(status), "message": "not found"}, status=int(status))


def _tasks_v1(server: Server, request: HttpRequest, _: Mapping[str, str]) -> HttpResponse:
    project = server.team.projects.get(request.args.get("project_id", ""))
    if project is None or project.hidden:
        return _out_of_sight(server, request)
    return server.paged(request, [base_of(server.team, one) for one in server.team.tasks_of(project.id)])


def _tasks_v2(server: Server, request: HttpRequest, path: Mapping[str, str]) -> HttpResponse:
    """Of the second list, ``updated_at`` and ``desc`` are missing, and it alone refers to everybody."""
    team = server.team
    project = team.projects.get(path["project"])
    tasks = team.tasks_of(project.id) if project and not project.hidden else []
    part, more = server.part(request, tasks)
    uids = {one.created_by for one in part}
    rows = []
    for number, one in enumerate(part):
        properties = {key: value for key, value in _properties(team, one).items() if key != "desc"}
        uids |= {uid for uid in (properties.get("assignee"), *properties.get("participant", ())) if uid}
        if number % 2 and "assignee" in properties:
            properties["assignee"] = {"value": properties["assignee"]}
        rows.append({"_id": one.id, "properties": properties})
    users = [{"uid": uid, "display_name": team.users[uid].display_name} for uid in sorted(uids) if uid in team.users]
    return reply({"value": rows, "references": {"users": users}, "meta": {"has_more": more}})


def _tasks_by_ids(server: Server, request: HttpRequest, _: Mapping[str, str]) -> HttpResponse:
    team, keys = server.team, _csv(request, "fields")
    found = []
    for id_ in _csv(request, "task_ids")[: server.habits.bulk_cap]:
        task = team.tasks.get(id_)
        if task is not None and team.seen(task):
            found.append(base_of(team, task) | {"properties": flat(team, task, keys)})
        elif task is None and server.habits.keeps_deleted:
            found.append({"_id": id_, "title": "", "updated_at": team.now(), "is_deleted": 1})
    return reply(found)


def _related(server: Server, request: HttpRequest, _: Mapping[str, str]) -> HttpResponse:
    team = server.team
    task = team.tasks.get(request.args.get("task_id", ""))
    ids = [task.parent, *team.children(task)] if task is not None and team.seen(task) else []
    tasks = [team.tasks[one] for one in ids if one is not None]
    keys = _csv(request, "fields")
    return reply([base_of(team, one) | {"properties": flat(team, one, keys)} for one in tasks])


def _task(server: Server, request: HttpRequest, path: Mapping[str, str]) -> HttpResponse:
    team, columns = server.team, _csv(request, "columns")
    task = team.tasks.get(path["task"])
    if task is None or not team.seen(task):
        return reply({"code": 404, "message": "task not found"}, status=404)
    told: dict[str, Any] = {"_id": task.id, "title": task.title}
    if "properties" in columns:
        told["properties"] = {
            key: {"property_id": team.property_id(key), "value": value, "updated_by": None, "updated_at": None}
            for key, value in _properties(team, task).items()
        }
    if "comments" in columns:
        told["comments"] = [
            {
                "created_by": one.by if number % 2 == 0 else {"uid": one.by, "display_name": "…"},
                "created_at": one.at,
                "content": one.content,
                "attachments": list(one.attachments),
            }
            for number, one in enumerate(task.comments)
        ]
    return wrapped(told)


def _members(server: Server, request: HttpRequest, _: Mapping[str, str]) -> HttpResponse:
    return server.paged(request, [_user(one) for one in server.team.users.values() if one.listed])


def _members_by_ids(server: Server, request: HttpRequest, _: Mapping[str, str]) -> HttpResponse:
    users = (server.team.users.get(uid) for uid in _csv(request, "uids"))
    return reply([_user(one) for one in users if one is not None and one.listed])


def _file_info(server: Server, _: HttpRequest, path: Mapping[str, str]) -> HttpResponse:
    file = server.team.files.get(path["file"])
    if file is None:
        return reply({"code": 404, "message": "file not found"}, status=404)
    return wrapped({"_id": file.id, "title": file.title, "ext": file.ext, "type": 1})


def _file(server: Server, _: HttpRequest, path: Mapping[str, str]) -> HttpResponse:
    file = server.team.files.get(path["file"])
    if file is None:
        return reply({"code": 404, "message": "file not found"}, status=404)
    return HttpResponse(file.content, content_type="application/octet-stream")


def _transitions(server: Server, _: HttpRequest, path: Mapping[str, str]) -> HttpResponse:
    """A form that somebody might find behind 获取任务流转信息; nobody has published the real one."""
    task = server.team.tasks.get(path["task"])
    if task is None or not server.team.seen(task):
        return reply({"code": 404, "message": "task not found"}, status=404)
    return wrapped(
        [
            {
                "created_at": one.at,
                "created_by": one.by,
                "from": {"_id": one.before.id, "name": one.before.name} if one.before else None,
                "to": {"_id": one.after.id, "name": one.after.name},
            }
            for one in task.moves[1:]
        ]
    )


def _make_task(server: Server, request: HttpRequest, _: Mapping[str, str]) -> HttpResponse:
    """Make a task in a form that somebody might find behind 创建任务; nobody has published the real one.

    Refused is what is not understood: an unknown key, an empty one, a type, tag or parent that is not there.
    """
    team, body = server.team, json_of(request)
    project = team.projects.get(str(body.get("project_id")))
    if project is None or project.hidden:
        return refused(_FORBIDDEN, "no permission")
    if unknown := body.keys() - {"project_id", "title", "task_type_id", "parent", "tags", "properties"}:
        return refused(_INVALID, f"unknown: {', '.join(sorted(unknown))}")
    if empty := sorted(key for key, value in body.items() if value is None or value == ""):
        return refused(_INVALID, f"empty: {', '.join(empty)}")
    type_ = next((one for one in team.types.values() if one.id == body.get("task_type_id")), team.types[TASK])
    tags = [str(one) for one in body.get("tags", ())]
    if "title" not in body or body.get("task_type_id", type_.id) != type_.id or not set(tags) <= set(team.tags):
        return refused(_INVALID, "title is required; task_type_id and tags must be there")
    if body.get("parent") not in (None, *team.tasks):
        return refused(_INVALID, "parent is not there")
    properties: dict[str, Any] = {"tag": tags} if tags else {}
    by_id = {team.property_id(key): key for key in WRITABLE}
    for one in body.get("properties", ()):
        key = by_id.get(str(one.get("property_id")))
        if key is None or one.get("value") is None:
            return refused(_INVALID, "properties: unknown or empty")
        if key not in server.habits.drops:
            properties[key] = one["value"]
    made = team.add_task(
        project, str(body["title"]), type_=type_.name, parent=body.get("parent"), properties=properties
    )
    match server.habits.names_made:
        case "value":
            return wrapped({"_id": made.id})
        case "list":
            return wrapped([{"_id": made.id}])
        case _:
            return reply({"code": 200, "data": {}})


def _calls() -> Mapping[str, Handler]:
    return {
        "POST /open-api/tenant-access-token": lambda server, request, _: server.tenant_token(request),
        "GET /api/oauth2/authorize": lambda server, request, _: server.authorize(request),
        "POST /api/oauth2/token": lambda server, request, _: server.oauth_token(request),
        "POST /open-api/mission/project": _make_project,
        "GET /open-api/mission/get-projects-by-page": _projects,
        "GET /open-api/mission/get-project-tasks-by-page": _tasks_v1,
        "GET /open-api/mission/projects/{project}/tasks": _tasks_v2,
        "GET /open-api/mission/get-tasks-by-ids": _tasks_by_ids,
        "GET /open-api/mission/get-relation-tasks": _related,
        "GET /open-api/mission/tasks/{task}": _task,
        "GET /open-api/contact/get-members-by-page": _members,
        "GET /open-api/contact/get-members-by-ids": _members_by_ids,
        "GET /open-api/file/{file}/info": _file_info,
        "GET /open-api/file/{file}/download": _file,
        "GET /open-api/_provisional/tasks/{task}/transitions": _transitions,
        "POST /open-api/_provisional/tasks": _make_task,
    }


ROUTES = [(call.partition(" ")[0], route(call.partition(" ")[2]), handler) for call, handler in _calls().items()]
