"""Routes about the site and its projects: server, account, permissions, projects, versions, types, statuses, fields."""

from __future__ import annotations

from collections.abc import Iterable

from werkzeug.wrappers import Response

from pmbridge_jira.sandbox_catalogue import EPIC_LINK, LINK_TYPES, SPRINT, Field
from pmbridge_jira.sandbox_http import ROUTES, Call, complaint, reply
from pmbridge_jira.sandbox_input import on_screen
from pmbridge_jira.sandbox_render import Json
from pmbridge_jira.sandbox_state import Project, Version

MAX_PROJECTS, MAX_NAMED = 100, 50
PERMISSIONS = (
    "BROWSE_PROJECTS", "CREATE_ISSUES", "EDIT_ISSUES", "TRANSITION_ISSUES", "ADD_COMMENTS", "LINK_ISSUES",
    "ADMINISTER_PROJECTS",
)  # fmt: skip
_ALWAYS = ("project", "issuetype", "priority")
"""On every screen on which issues are made, though no edit takes them."""


# ------------------------------------------------------------------------------------------------- the site


@ROUTES.on("GET", "/api/serverInfo")
def server_info(call: Call) -> Response:
    deployment = call.deployment
    numbers = [int(part) for part in deployment.version.split("-")[0].split(".")]
    info: Json = {
        "baseUrl": deployment.site_url, "version": deployment.version, "versionNumbers": numbers,
        "deploymentType": "Cloud" if deployment.cloud else "Server", "buildNumber": 100_200,
        "buildDate": "2026-03-02T00:00:00.000+0800", "serverTime": call.render.at(call.now),
        "scmInfo": "0" * 40, "serverTitle": "Jira",
    }  # fmt: skip
    if deployment.cloud:
        locale = deployment.language.replace("-", "_")
        info |= {"displayUrl": deployment.site_url, "serverTimeZone": call.site.zone.key}
        info |= {"defaultLocale": {"locale": locale}}
    return reply(info)


@ROUTES.on("GET", "/api/myself")
def myself(call: Call) -> Response:
    locale = call.deployment.language.replace("-", "_")
    return reply({**(call.render.user(call.known()) or {}), "locale": locale})


@ROUTES.on("GET", "/api/user", only="server")
def a_user(call: Call) -> Response:
    call.known()
    key, name = call.request.args.get("key"), call.request.args.get("username")
    for user in call.site.users.values():
        shown = call.render.user(user) or {}
        if (key is not None and shown["key"] == key) or (name is not None and shown["name"] == name):
            return reply(shown)
    raise complaint(404, f"The user with the key '{key}' does not exist")


@ROUTES.on("GET", "/api/mypermissions")
def my_permissions(call: Call) -> Response:
    args = call.request.args
    wanted = call.words("permissions") or ([] if call.deployment.cloud else list(PERMISSIONS))
    if not wanted:
        raise complaint(400, "The 'permissions' query parameter is required.")
    if unknown := [key for key in wanted if key not in PERMISSIONS]:
        raise complaint(400, f"Unrecognized permissions: {', '.join(unknown)}")
    if (named := args.get("projectKey") or args.get("projectId")) is not None and call.user:
        call.project(named)
    if (named := args.get("issueKey") or args.get("issueId")) is not None and call.user:
        call.issue(named)
    granted = {key: call.user is not None and key not in call.deployment.denied for key in wanted}
    return reply({
        "permissions": {
            key: {
                "id": str(PERMISSIONS.index(key)), "key": key, "name": key.replace("_", " ").title(),
                "type": "PROJECT", "description": "", "havePermission": has,
            }
            for key, has in granted.items()
        }
    })  # fmt: skip


@ROUTES.on("POST", "/api/permissions/check", only="cloud")
def check_permissions(call: Call) -> Response:
    found = []
    for asked in call.body().get("projectPermissions") or []:
        projects, issues = call.listed(asked, "projects"), call.listed(asked, "issues")
        if len(projects) > 1000 or len(issues) > 1000:
            raise complaint(400, "The maximum number of projects and of issues is 1000.")
        for key in call.listed(asked, "permissions"):
            if key not in PERMISSIONS:
                raise complaint(400, f"Unrecognized permission: {key}")
            may = call.user is not None and key not in call.deployment.denied
            found.append({
                "permission": key,
                "projects": [int(one) for one in projects if may and call.site.project(one)],
                "issues": [int(one) for one in issues if may and call.site.issue(one)],
            })  # fmt: skip
    return reply({"globalPermissions": [], "projectPermissions": found})


@ROUTES.on("GET", "/api/field")
def fields(call: Call) -> Response:
    render = call.render
    return reply([
        render.field(one) for one in call.site.fields.values()
        if (call.user or not one.custom) and (one.id != EPIC_LINK or not call.deployment.cloud)
    ])  # fmt: skip


@ROUTES.on("GET", "/api/status")
def statuses(call: Call) -> Response:
    return reply([call.render.status(id_) for id_ in call.site.statuses] if call.user else [])


@ROUTES.on("GET", "/api/issuetype")
def issue_types(call: Call) -> Response:
    return reply([call.render.issue_type(id_) for id_ in call.site.types] if call.user else [])


@ROUTES.on("GET", "/api/issuetype/project", only="cloud")
def issue_types_of_project(call: Call) -> Response:
    project = call.project(call.request.args.get("projectId", ""))
    return reply([call.render.issue_type(id_) for id_ in project.types])


@ROUTES.on("GET", "/api/issueLinkType")
def link_types(call: Call) -> Response:
    call.known()
    types = [
        {
            "id": id_,
            "name": name,
            "inward": inward,
            "outward": outward,
            "self": call.render.link(f"issueLinkType/{id_}"),
        }
        for name, (id_, inward, outward) in LINK_TYPES.items()
    ]
    return reply({"issueLinkTypes": types})


# ------------------------------------------------------------------------------------------------ projects


def _visible(call: Call) -> list[Project]:
    found = [one for one in call.site.projects.values() if not one.hidden] if call.user else []
    return sorted(found, key=lambda one: one.key)


@ROUTES.on("GET", "/api/project/search", only="cloud")
def search_projects(call: Call) -> Response:
    ids, keys = call.words("id"), call.words("keys")
    if len(ids) > MAX_NAMED or len(keys) > MAX_NAMED:
        raise complaint(400, f"The maximum number of ids or keys is {MAX_NAMED}.")
    query, kinds = call.request.args.get("query", "").lower(), call.words("typeKey")
    status = call.words("status") or ["live"]
    found = [
        one for one in _visible(call)
        if (not ids or str(one.id) in ids)
        and (not keys or one.key in keys)
        and (query in one.key.lower() or query in one.name.lower())
        and (not kinds or one.kind in kinds)
        and ("archived" if one.archived else "live") in status
    ]  # fmt: skip
    if not found:
        raise complaint(404, "No projects matching the search criteria were found.")
    render, expand = call.render, call.words("expand")
    page = call.page("values", found, default=50, most=MAX_PROJECTS)
    page["values"] = [_listed(call, one, expand) for one in page["values"]]
    return reply({"self": render.link("project/search"), **page})


def _listed(call: Call, project: Project, expand: Iterable[str]) -> Json:
    shown = call.render.project(project)
    if "insight" in expand:
        updates = [issue.now.updated for issue in call.site.in_project(project.id)]
        shown["insight"] = {"totalIssueCount": len(updates)}
        if updates:
            shown["insight"]["lastIssueUpdateTime"] = call.render.at(max(updates))
    if "projectKeys" in expand:
        shown["projectKeys"] = [project.key, *project.former_keys]
    return shown


@ROUTES.on("GET", "/api/project")
def all_projects(call: Call) -> Response:
    shown = []
    for project in _visible(call):
        one = {"expand": "description,lead,url,projectKeys", **call.render.project(project)}
        if "projectKeys" in call.words("expand"):
            one["projectKeys"] = [project.key, *project.former_keys]
        shown.append(one)
    return reply(shown)


@ROUTES.on("GET", "/api/project/<key>")
def project(call: Call, key: str) -> Response:
    found, render = call.project(key), call.render
    expand = call.words("expand")
    shown = {
        **render.project(found), "description": "", "lead": render.user(call.site.me), "components": [],
        "issueTypes": [render.issue_type(id_) for id_ in found.types],
        "versions": [render.version_of(one) for one in _versions(call, found)], "roles": {},
    }  # fmt: skip
    if "projectKeys" in expand:
        shown["projectKeys"] = [found.key, *found.former_keys]
    return reply(shown)


@ROUTES.on("GET", "/api/project/<key>/statuses")
def project_statuses(call: Call, key: str) -> Response:
    found, render, site = call.project(key), call.render, call.site
    return reply([
        {
            "self": render.link(f"issuetype/{id_}"), "id": id_, "name": site.types[id_].name.shown(render.language),
            "subtask": site.types[id_].level < 0,
            "statuses": [render.status(one) for one in site.workflow(id_)],
        }
        for id_ in found.types
    ])  # fmt: skip


# ------------------------------------------------------------------------------------------------ versions


def _versions(call: Call, project: Project) -> list[Version]:
    return [one for one in call.site.versions.values() if one.project == project.id]


@ROUTES.on("GET", "/api/project/<key>/version")
def version_page(call: Call, key: str) -> Response:
    found = _versions(call, call.project(key))
    query, status = call.request.args.get("query", "").lower(), call.words("status")
    found = [one for one in found if query in one.name.lower() and (not status or _status(one) in status)]
    counts = call.deployment.cloud and "issuesstatus" in call.words("expand")
    page = call.page("values", found, default=50, most=50)
    page["values"] = [call.render.version_of(one, counts=counts) for one in page["values"]]
    return reply({"self": call.render.link(f"project/{key}/version"), **page})


def _status(version: Version) -> str:
    return "archived" if version.archived else "released" if version.released else "unreleased"


@ROUTES.on("GET", "/api/project/<key>/versions")
def all_versions(call: Call, key: str) -> Response:
    return reply([call.render.version_of(one) for one in _versions(call, call.project(key))])


def _version(call: Call, id_: str) -> Version:
    found = call.site.versions.get(int(id_)) if id_.isdecimal() and call.user else None
    if found is None or call.site.projects[found.project].hidden:
        raise complaint(404, f"Could not find version for id '{id_}'")
    return found


@ROUTES.on("GET", "/api/version/<id_>")
def version(call: Call, id_: str) -> Response:
    counts = call.deployment.cloud and "issuesstatus" in call.words("expand")
    return reply(call.render.version_of(_version(call, id_), counts=counts))


@ROUTES.on("GET", "/api/version/<id_>/unresolvedIssueCount")
def unresolved_count(call: Call, id_: str) -> Response:
    found = _version(call, id_)
    issues = [one.now for one in call.site.in_project(found.project) if found.id in one.now.versions]
    unresolved = sum(state.resolved is None for state in issues)
    return reply({
        "self": call.render.link(f"version/{id_}"), "issuesUnresolvedCount": unresolved, "issuesCount": len(issues),
    })  # fmt: skip


@ROUTES.on("GET", "/api/version/<id_>/relatedIssueCounts")
def related_counts(call: Call, id_: str) -> Response:
    found = _version(call, id_)
    fixed = sum(found.id in one.now.versions for one in call.site.in_project(found.project))
    return reply({
        "self": call.render.link(f"version/{id_}"), "issuesFixedCount": fixed, "issuesAffectedCount": 0,
        "customFieldUsage": [], "issueCountWithCustomFieldsShowingVersion": 0,
    })  # fmt: skip


# ---------------------------------------------------------------------------------------------- createmeta


@ROUTES.on("GET", "/api/issue/createmeta/<key>/issuetypes")
def creatable_types(call: Call, key: str) -> Response:
    call.known()
    found = [call.render.issue_type(id_) for id_ in call.project(key).types]
    return _meta_page(call, "issueTypes", found)


@ROUTES.on("GET", "/api/issue/createmeta/<key>/issuetypes/<type_id>")
def creatable_fields(call: Call, key: str, type_id: str) -> Response:
    call.known()
    found = call.project(key)
    if type_id not in found.types:
        raise complaint(400, f"The issue type '{type_id}' is not part of the project.")
    fields_ = [
        _creatable(call, found, type_id, one) for one in call.site.fields.values()
        if one.id in (*_ALWAYS, *on_screen(call, type_id))
    ]  # fmt: skip
    return _meta_page(call, "fields", fields_)


def _meta_page(call: Call, name: str, found: list[Json]) -> Response:
    # Data Center calls either array "values".
    page = call.page(name if call.deployment.cloud else "values", found, default=50, most=200)
    if call.deployment.cloud:
        del page["isLast"]
    return reply(page)


def _creatable(call: Call, project: Project, type_id: str, field: Field) -> Json:
    render = call.render
    shown: Json = {
        "required": field.id in ("summary", "issuetype", "project", *call.site.required),
        "schema": render.schema(field),
        "name": field.name.shown(render.language), "key": field.id, "hasDefaultValue": field.id == "priority",
        "operations": ["add", "set", "remove"] if render.schema(field)["type"] == "array" else ["set"],
        "fieldId": field.id,
    }  # fmt: skip
    if field.options:
        shown["allowedValues"] = render.options(field)
    elif field.id == "issuetype":
        shown["allowedValues"] = [render.issue_type(type_id)]
    elif field.id == "project":
        shown["allowedValues"] = [render.project(project)]
    elif field.id == "fixVersions":
        shown["allowedValues"] = [render.release(one) for one in _versions(call, project) if not one.archived]
    elif field.id == SPRINT:
        shown["autoCompleteUrl"] = render.link("jql/autocompletedata/suggestions?fieldName=sprint&fieldValue=")
    return shown
