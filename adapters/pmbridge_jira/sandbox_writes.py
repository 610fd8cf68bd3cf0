"""Routes that change the site: issues, transitions, comments, links and versions, refused where Jira refuses them."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from pmbridge_jira.sandbox_catalogue import LINK_TYPES, RESOLUTION
from pmbridge_jira.sandbox_http import ROUTES, Call, Refusal, complaint, reply
from pmbridge_jira.sandbox_input import Intake, Wrong, day_of, document_of, on_screen
from pmbridge_jira.sandbox_products import DESK
from pmbridge_jira.sandbox_render import Json
from pmbridge_jira.sandbox_state import Issue, RemoteLink, Version

_AT_LEAST = ("summary",)


def _may(call: Call, permission: str) -> bool:
    return call.user is not None and permission not in call.deployment.denied


def _properties(body: Json) -> dict[str, object]:
    found: dict[str, object] = {}
    for one in body.get("properties") or ():
        key, value = (one.get("key"), one.get("value")) if isinstance(one, dict) else (None, None)
        if not isinstance(key, str) or not key or value is None:
            raise complaint(400, "A property needs a key and a value.")
        found[key] = value
    return found


# -------------------------------------------------------------------------------------------------- issues


@ROUTES.on("POST", "/api/issue")
def create_issue(call: Call) -> Response:
    call.known()
    body = call.body()
    fields = dict(body.get("fields") or {})
    said = fields.pop("project", None) or {}
    project = call.site.project(str(said.get("id") or said.get("key") or "")) if isinstance(said, dict) else None
    if project is None:
        raise complaint(400, project="valid project is required")
    if not _may(call, "CREATE_ISSUES"):
        raise complaint(403, "You do not have permission to create issues in this project.")
    wanted = fields.pop("issuetype", None) or {}
    type_id = next((one for one in project.types if one == str(wanted.get("id")) or
                    wanted.get("name") in call.site.types[one].name), None)  # fmt: skip
    if type_id is None:
        raise complaint(400, issuetype="Specify an issue type")
    missing = [one for one in (*_AT_LEAST, *call.site.required) if fields.get(one) in (None, "", [])]
    intake = Intake(call=call, project=project.id, type=type_id, screen=on_screen(call, type_id))
    intake.faults |= {one: f"{call.site.fields[one].name.en} is required." for one in missing}
    changes = intake.take({"fields": fields, "update": body.get("update")})
    if call.site.types[type_id].level < 0 and not changes.get("parent"):
        raise complaint(400, parent="Issue type is a sub-task but parent issue key or id not specified.")
    made = call.site.add_issue(project, type_id, changes.pop("summary"), properties=_properties(body), **changes)
    return reply({"id": str(made.id), "key": made.now.key, "self": call.render.link(f"issue/{made.id}")}, 201)


@ROUTES.on("PUT", "/api/issue/<key>")
def edit_issue(call: Call, key: str) -> Response:
    found = call.issue(key)
    if not _may(call, "EDIT_ISSUES"):
        raise complaint(400, "You do not have permission to edit issues in this project.")
    body, now = call.body(), found.now
    intake = Intake(call=call, project=now.project, type=now.type, screen=on_screen(call, now.type), state=now)
    call.site.edit(found, **intake.take(body))
    found.properties |= _properties(body)
    return reply(None, 204)


@ROUTES.on("GET", "/api/issue/<key>/properties")
def property_keys(call: Call, key: str) -> Response:
    found = call.issue(key)
    link = call.render.link(f"issue/{found.id}/properties")
    return reply({"keys": [{"key": one, "self": f"{link}/{one}"} for one in found.properties]})


@ROUTES.on("GET", "/api/issue/<key>/properties/<name>")
def a_property(call: Call, key: str, name: str) -> Response:
    found = call.issue(key)
    if name not in found.properties:
        raise complaint(404, f"The property '{name}' does not exist.")
    return reply({"key": name, "value": found.properties[name]})


# --------------------------------------------------------------------------------------------- transitions


def _transitions(call: Call, issue: Issue) -> list[Json]:
    """Return the transitions that lead on from where the issue is; nothing for who may not use them."""
    if not _may(call, "TRANSITION_ISSUES"):
        return []
    site, render, now = call.site, call.render, issue.now
    expanded = "transitions.fields" in call.words("expand")
    shown = []
    for target in site.steps(now.type, now.status):
        screen = site.screens.get(target, ())
        one: Json = {
            "id": transition_id(call, now.type, target), "name": site.statuses[target].name.shown(render.language),
            "to": render.status(target), "hasScreen": bool(screen), "isGlobal": False, "isInitial": False,
            "isConditional": False, "isLooped": False,
        }  # fmt: skip
        if call.deployment.cloud:
            one["isAvailable"] = True
        if expanded:
            one["fields"] = {id_: _screen_field(call, id_, required=required) for id_, required in screen}
        shown.append(one)
    return shown


def transition_id(call: Call, type_id: str, target: str) -> str:
    """Return the id of the transition to a status in one workflow: elsewhere the same id means another."""
    workflow = call.site.workflow(type_id)
    return str(11 + 10 * workflow.index(target) + 200 * (workflow != call.site.workflow("")))


def _screen_field(call: Call, id_: str, *, required: bool) -> Json:
    render, known = call.render, call.site.fields[id_]
    shown: Json = {
        "required": required, "schema": render.schema(known), "name": known.name.shown(render.language),
        "key": id_, "operations": ["set"], "hasDefaultValue": False,
    }  # fmt: skip
    if id_ == "resolution":
        shown["allowedValues"] = [{"id": RESOLUTION[0], "name": RESOLUTION[1].shown(render.language)}]
    elif known.options:
        shown["allowedValues"] = render.options(known)
    return shown


@ROUTES.on("GET", "/api/issue/<key>/transitions")
def transitions(call: Call, key: str) -> Response:
    return reply({"expand": "transitions", "transitions": _transitions(call, call.issue(key))})


@ROUTES.on("POST", "/api/issue/<key>/transitions")
def transition(call: Call, key: str) -> Response:
    found, body, site = call.issue(key), call.body(), call.site
    said = body.get("transition")
    wanted = str(said.get("id")) if isinstance(said, dict) else ""
    chosen = next((one for one in _transitions(call, found) if one["id"] == wanted), None)
    if chosen is None:
        raise complaint(400, f"It seems that you have tried to perform a workflow operation ({wanted}) that is not "
                             "valid for the current state of this issue.")  # fmt: skip
    target = chosen["to"]["id"]
    screen = dict(site.screens.get(target, ()))
    fields = dict(body.get("fields") or {})
    faults = {id_: f"{site.fields[id_].name.en} is required." for id_, required in screen.items()
              if required and not fields.get(id_)}  # fmt: skip
    resolution = fields.pop("resolution", None)
    if resolution is not None and "resolution" not in screen:
        faults["resolution"] = "Field 'resolution' cannot be set. It is not on the appropriate screen, or unknown."
    elif (
        resolution is not None
        and str(resolution.get("id")) != RESOLUTION[0]
        and (resolution.get("name") not in RESOLUTION[1])
    ):
        faults["resolution"] = "The resolution is not valid."
    intake = Intake(call=call, project=found.now.project, type=found.now.type, screen=screen, state=found.now)
    intake.faults |= faults
    changes = intake.take({"fields": fields, "update": body.get("update")})
    site.edit(found, status=target, **changes)
    return reply(None, 204)


# ------------------------------------------------------------------------------------------------ comments


@ROUTES.on("POST", "/api/issue/<key>/comment")
def add_comment(call: Call, key: str) -> Response:
    found = call.issue(key)
    if not _may(call, "ADD_COMMENTS"):
        raise complaint(400, comment="You do not have the permission to comment on this issue.")
    body = call.body()
    text = document_of(call, body.get("body"), "comment")
    visibility = body.get("visibility")
    if visibility is not None:
        kind, name = visibility.get("type"), visibility.get("value") or visibility.get("identifier")
        if kind not in ("role", "group") or name not in call.site.roles:
            raise complaint(400, commentLevel=f"Group or role '{name}' does not exist.")
    properties = _properties(body)
    hidden = properties.get("sd.public.comment")
    public = not (isinstance(hidden, dict) and hidden.get("internal") in (True, "true"))
    made = call.site.comment(found, text, public=public, properties=properties, visibility=visibility)
    return reply(call.render.comment(found, made), 201)


@ROUTES.on("POST", f"{DESK}/request/<key>/comment")
def comment_on_request(call: Call, key: str) -> Response:
    call.known()
    found = call.site.issue(key)
    if found is None or call.site.projects[found.now.project].kind != "service_desk":
        raise _desk_refusal(404, "sd.request.error.not.found", "The request does not exist or is not visible.")
    body = call.body()
    text, public = body.get("body"), body.get("public")
    if not isinstance(text, str) or not text or not isinstance(public, bool):
        raise _desk_refusal(400, "sd.comment.error", "A comment needs a body and whether it is public.")
    made = call.site.comment(found, text, public=public)
    return reply({
        "id": str(made.id), "body": text, "public": public, "author": call.render.user(call.site.me),
        "created": {"epochMillis": int(made.at.timestamp() * 1000)}, "_expands": [], "_links": {},
    }, 201)  # fmt: skip


def _desk_refusal(status: int, key: str, message: str) -> Refusal:
    return Refusal(status, {"errorMessage": message, "i18nErrorMessage": {"i18nKey": key, "parameters": []}})


# --------------------------------------------------------------------------------------------------- links


@ROUTES.on("POST", "/api/issueLink")
def link_issues(call: Call) -> Response:
    """Link two issues. The source, which shows the outward words, is the one that is called inward."""
    call.known()
    body = call.body()
    said = body.get("type") or {}
    known = (one for one, (id_, *_) in LINK_TYPES.items() if one == said.get("name") or id_ == said.get("id"))
    name = next(known, None)
    if name is None:
        raise complaint(404, f"No issue link type with name '{said.get('name')}' found.")
    ends = []
    for end in ("inwardIssue", "outwardIssue"):
        named = body.get(end) or {}
        ends.append(call.issue(str(named.get("id") or named.get("key") or "")))
    if not _may(call, "LINK_ISSUES"):
        raise complaint(401, "You do not have permission to link issues in this project.")
    source, target = ends
    if not any(one.relation == name and one.other == target.id and one.outward for one in source.now.links):
        call.site.link(source, name, target)
    return reply(None, 201)


@ROUTES.on("POST", "/api/issue/<key>/remotelink")
def link_page(call: Call, key: str) -> Response:
    """Link to a page; the same globalId again replaces what was there."""
    found, body = call.issue(key), call.body()
    if not _may(call, "LINK_ISSUES"):
        raise complaint(403, "You do not have permission to link issues in this project.")
    page = body.get("object") or {}
    missing = [one for one in ("url", "title") if not page.get(one)]
    if missing:
        raise Refusal(400, {"errorMessages": [], "errors": {one: f"'{one}' is required." for one in missing}})
    global_id = body.get("globalId")
    if global_id is not None and len(str(global_id)) > 255:
        raise complaint(400, globalId="The globalId must be no longer than 255 characters.")
    id_, known = call.site.link_page(
        found, RemoteLink(global_id=global_id, url=page["url"], title=page["title"], relation=body.get("relationship"))
    )
    answer = {"id": id_, "self": call.render.link(f"issue/{found.id}/remotelink/{id_}")}
    return reply(answer, 200 if known else 201)


@ROUTES.on("GET", "/api/issue/<key>/remotelink")
def pages_linked(call: Call, key: str) -> Response:
    found = call.issue(key)
    shown = [_remote(call, found, id_, one) for id_, one in found.remote_links.items()]
    wanted = call.request.args.get("globalId")
    if wanted is None:
        return reply(shown)
    named = next((one for one in shown if one.get("globalId") == wanted), None)
    if named is None:
        raise complaint(404, "There is no remote link with that globalId.")
    return reply(named)


def _remote(call: Call, issue: Issue, id_: int, one: RemoteLink) -> Json:
    shown: Json = {
        "id": id_, "self": call.render.link(f"issue/{issue.id}/remotelink/{id_}"), "application": {},
        "object": {"url": one.url, "title": one.title, "icon": {}, "status": {"icon": {}}},
    }  # fmt: skip
    shown |= {"globalId": one.global_id} if one.global_id else {}
    return shown | ({"relationship": one.relation} if one.relation else {})


# ------------------------------------------------------------------------------------------------ versions

_VERSION_MEMBERS = {"name": "name", "description": "description", "startDate": "start", "releaseDate": "release",
                    "released": "released", "archived": "archived"}  # fmt: skip


def _version_changes(call: Call, body: Json, project: int, itself: Version | None = None) -> dict[str, Any]:
    changes = {mine: body[said] for said, mine in _VERSION_MEMBERS.items() if said in body}
    faults: dict[str, str] = {}
    for said in ("startDate", "releaseDate"):
        if said in body:
            try:
                changes[_VERSION_MEMBERS[said]] = day_of(body[said])
            except Wrong as error:
                faults[said] = str(error)
    if "name" in changes:
        name = str(changes["name"] or "").strip()
        if not 0 < len(name) <= 255:
            faults["name"] = "You must specify a valid version name"
        taken = [one for one in call.site.versions.values() if one.project == project and one is not itself]
        if any(one.name.casefold() == name.casefold() for one in taken):
            faults["name"] = "A version with this name already exists in this project."
        changes["name"] = name
    if faults:
        raise Refusal(400, {"errorMessages": [], "errors": faults})
    return changes


@ROUTES.on("POST", "/api/version")
def create_version(call: Call) -> Response:
    call.known()
    body = call.body()
    project = call.site.project(str(body.get("projectId") or body.get("project") or ""))
    if project is None or not _may(call, "ADMINISTER_PROJECTS"):
        # Without the right a project has no versions to add to.
        raise complaint(404, project="No project could be found with that id, or you may not administer it.")
    changes = _version_changes(call, {"name": "", **body}, project.id)
    made = call.site.add_version(project, changes.pop("name"), **changes)
    return reply(call.render.version_of(made), 201)


@ROUTES.on("PUT", "/api/version/<id_>")
def edit_version(call: Call, id_: str) -> Response:
    found = call.site.versions.get(int(id_)) if id_.isdecimal() and call.user else None
    if found is None or call.site.projects[found.project].hidden:
        raise complaint(404, f"Could not find version for id '{id_}'")
    if not _may(call, "ADMINISTER_PROJECTS"):
        raise complaint(400, "You must have global or project administrator rights in order to modify versions.")
    changes = _version_changes(call, call.body(), found.project, found)
    if found.released and changes.get("released"):
        changes.pop("released")  # releasing what is released changes nothing
    call.site.edit_version(found, **changes)
    return reply(call.render.version_of(found))
