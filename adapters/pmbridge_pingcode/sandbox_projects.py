"""Routes of projects and what they hold beside work items: releases, sprints, deliverables; people and the team."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from pmbridge_pingcode import sandbox_catalogue as catalogue
from pmbridge_pingcode.sandbox_http import ROUTES, Call, Refusal, absent, reply, seconds
from pmbridge_pingcode.sandbox_store import Release, Sprint, Team, first_second, last_second

_SPRINTING = ("scrum", "hybrid")


@ROUTES.on("GET", "/v1/directory/team")
def team(call: Call) -> Response:  # noqa: ARG001 - a route
    address = "https://rest_api_root/v1/directory/team"
    return reply({"id": catalogue.hex24(0x56BA35DE, 1), "url": address, "name": "晴川数字",
                  "secondary_domain": "qingchuan"})  # fmt: skip


@ROUTES.on("GET", "/v1/myself")
def myself(call: Call) -> Response:
    """Who asks; the application's own token is nobody."""
    if not call.whose:
        raise Refusal(403, "100098", "企业令牌不支持")
    return reply(call.render.account(call.team.users[call.whose], whole=True))


@ROUTES.on("GET", "/v1/directory/users")
def users(call: Call) -> Response:
    found = [one for one in call.team.users.values() if call.said("name") in (None, one.name)]
    return call.page(found, lambda user: call.render.account(user, whole=True))


@ROUTES.on("GET", "/v1/<area>/projects")
def projects(call: Call) -> Response:
    """List projects; the older dialect finds one by its identifier, the newer one by words of its name."""
    found = [one for one in call.team.projects.values() if not one.hidden]
    if call.older and (identifier := call.said("identifier")):
        found = [one for one in found if one.identifier == identifier]
    if not call.older and (keywords := call.said("keywords")):
        found = [one for one in found if keywords in one.name]
    if kind := call.said("type"):
        found = [one for one in found if one.kind == kind]
    if not call.flag("include_archived"):
        found = [one for one in found if not one.archived]
    return call.page(found, call.render.project)


@ROUTES.on("GET", "/v1/<area>/projects/<id_>")
def project(call: Call, id_: str) -> Response:
    return reply(call.render.project(call.project(id_)))


@ROUTES.on("GET", "/v1/<area>/projects/<id_>/members")
def members(call: Call, id_: str) -> Response:
    found, render = call.project(id_), call.render
    role = {"id": catalogue.hex24(0x5CB7E6FC, 1), "url": render.url("roles"), "name": "项目成员"}
    return call.page(
        [*call.team.users.values()],
        lambda user: {
            "id": user.id, "url": render.url("projects", found.id, "members", user.id),
            "project": render.project_ref(found), "type": "user", "user": render.account(user), "role": role,
        },
    )  # fmt: skip


@ROUTES.on("GET", "/v1/<area>/stages")
def stages(call: Call) -> Response:
    return call.page([*catalogue.STAGES.values()], lambda one: call.render.state(one, "stages"))


# ------------------------------------------------------------------------------------------------ releases


@ROUTES.on("GET", "/v1/<area>/projects/<id_>/versions")
def releases(call: Call, id_: str) -> Response:
    found = [one for one in call.team.releases.values() if one.project == call.project(id_).id]
    if status := call.said("status"):
        found = [one for one in found if catalogue.STAGES[one.stage].kind == status]
    return call.page([one for one in found if _dated(call, one)], call.render.release)


def _dated(call: Call, one: Release | Sprint) -> bool:
    """Return whether *one* lies in the windows and under the name that are asked for."""
    created, updated = call.window("created_between"), call.window("updated_between")
    in_time = (created is None or created[0] <= one.created_at <= created[1]) and (
        updated is None or updated[0] <= one.updated_at <= updated[1]
    )
    return in_time and (call.said("name") or "") in one.name


@ROUTES.on("GET", "/v1/<area>/projects/<id_>/versions/<inner>")
def release(call: Call, id_: str, inner: str) -> Response:  # noqa: ARG001 - see below
    """Read one. The project in the path is not looked at: that of the release counts."""
    return reply(call.render.release(_release(call, inner)))


def _release(call: Call, id_: str) -> Release:
    found = call.team.releases.get(id_)
    if found is None or call.team.projects[found.project].hidden:
        raise absent("100304", "发布")
    return found


@ROUTES.on("POST", "/v1/<area>/projects/<id_>/versions")
def add_release(call: Call, id_: str) -> Response:
    owner, body = call.project(id_), call.body()
    call.needed(body, "name", "start_at", "end_at", "assignee_id")
    if any(one.name == body["name"] and one.project == owner.id for one in call.team.releases.values()):
        raise Refusal(400, "100337", "发布已存在")
    if body["assignee_id"] not in call.team.users:
        raise absent("100405", "项目成员")
    start, end = _ends(body)
    stage = _stage(body)
    made = call.team.add_release(owner, str(body["name"]), start, end, assignee=str(body["assignee_id"]))
    made.stage = stage or made.stage
    return reply(call.render.release(made), 201)


@ROUTES.on("PATCH", "/v1/<area>/projects/<id_>/versions/<inner>")
def change_release(call: Call, id_: str, inner: str) -> Response:  # noqa: ARG001 - as when it is read
    made, body = _release(call, inner), call.body()
    if any(value == "" for value in body.values()):
        raise Refusal(400, "100003", "字段不能为空")
    name = str(body.get("name", made.name))
    if any(one.name == name and one.project == made.project and one is not made for one in call.team.releases.values()):
        raise Refusal(400, "100337", "发布已存在")
    start = first_second(seconds(body.get("start_at", made.start), "start_at"))
    due = last_second(seconds(body.get("end_at", made.due), "end_at"))
    if start > due:
        raise Refusal(400, "100042", "开始时间必须早于结束时间")
    stage = _stage(body)
    if stage is not None:
        if stage == made.stage:
            raise Refusal(400, "100394", "发布已处于该阶段")
        entered = body.get("operate_at")
        if entered is None or not start <= seconds(entered, "operate_at") <= due:
            raise Refusal(400, "100395", "operate_at缺失或不在起止时间内")
        made.stage, made.entered[stage] = stage, int(entered)
    made.name, made.start, made.due = name, start, due
    made.assignee = str(body.get("assignee_id", made.assignee))
    made.updated_at = call.team.now
    return reply(call.render.release(made))


def _stage(body: dict[str, Any]) -> str | None:
    stage = body.get("stage_id")
    if stage is not None and stage not in catalogue.STAGES:
        raise absent("100303", "阶段")
    return None if stage is None else str(stage)


def _ends(body: dict[str, Any]) -> tuple[int, int]:
    start, end = seconds(body["start_at"], "start_at"), seconds(body["end_at"], "end_at")
    if start > end:
        raise Refusal(400, "100041", "开始时间不能晚于结束时间")
    return start, end


@ROUTES.on("DELETE", "/v1/<area>/projects/<id_>/versions/<inner>")
def drop_release(call: Call, id_: str, inner: str) -> Response:
    """Delete one; it leaves its work items. Here the project in the path has to be the release's."""
    made = _release(call, inner)
    if made.project != call.project(id_).id:
        raise absent("100304", "发布")
    shown = call.render.release(made)
    remove_release(call.team, made)
    return reply(shown)


def remove_release(team_: Team, made: Release) -> None:
    """Take a release away, from its work items too."""
    del team_.releases[made.id]
    for item in team_.items.values():
        if made.id in item.releases:
            team_.change(item, releases=tuple(one for one in item.releases if one != made.id))


# ------------------------------------------------------------------------------------------------- sprints


@ROUTES.on("GET", "/v1/<area>/projects/<id_>/sprints")
def sprints(call: Call, id_: str) -> Response:
    found = [one for one in call.team.sprints.values() if one.project == call.project(id_).id]
    if status := call.said("status"):
        found = [one for one in found if one.status == status]
    return call.page([one for one in found if _dated(call, one)], call.render.sprint)


@ROUTES.on("GET", "/v1/<area>/projects/<id_>/sprints/<inner>")
def sprint(call: Call, id_: str, inner: str) -> Response:
    call.project(id_)
    return reply(call.render.sprint(_sprint(call, inner)))


def _sprint(call: Call, id_: str) -> Sprint:
    found = call.team.sprints.get(id_)
    if found is None or call.team.projects[found.project].hidden:
        raise absent("100308", "迭代")
    return found


@ROUTES.on("POST", "/v1/<area>/projects/<id_>/sprints")
def add_sprint(call: Call, id_: str) -> Response:
    """Make one; a kanban or waterfall project has none, which is refused like a project that is not there."""
    owner, body = call.project(id_), call.body()
    if owner.kind not in _SPRINTING:
        raise absent("100300", "项目")
    call.needed(body, "name", "start_at", "end_at", "assignee_id")
    start, end = _ends(body)
    made = call.team.add_sprint(owner, str(body["name"]), start, end)
    made.status = str(body.get("status", made.status))
    return reply(call.render.sprint(made), 201)


@ROUTES.on("PATCH", "/v1/<area>/projects/<id_>/sprints/<inner>")
def change_sprint(call: Call, id_: str, inner: str) -> Response:
    call.project(id_)
    made, body = _sprint(call, inner), call.body()
    made.name, made.status = str(body.get("name", made.name)), str(body.get("status", made.status))
    made.updated_at = call.team.now
    return reply(call.render.sprint(made))


# -------------------------------------------------------------------------------------------- deliverables


@ROUTES.on("GET", "/v1/<area>/deliverables")
def deliverables(call: Call) -> Response:
    found = [one for one in call.team.deliverables.values() if not one.deleted]
    if (id_ := call.said("project_id")) is not None:
        found = [one for one in found if one.project == call.project(id_).id]
    if (id_ := call.said("work_item_id")) is not None:
        found = [one for one in found if one.work_item == id_]
    return call.page(found, call.render.deliverable)
