"""Routes of the two products beside the platform: boards and sprints, and the approvals of service requests."""

from __future__ import annotations

from datetime import datetime

from werkzeug.wrappers import Response

from pmbridge.clock import to_millis
from pmbridge_jira.sandbox_http import ROUTES, Call, Refusal, complaint, reply
from pmbridge_jira.sandbox_render import Json
from pmbridge_jira.sandbox_state import Approval, Board

AGILE, DESK = "/rest/agile/1.0", "/rest/servicedeskapi"


def _may_see_boards(call: Call) -> None:
    call.known()
    if not call.deployment.agile:
        if call.deployment.auth == "scoped":
            raise Refusal(401, {"code": 401, "message": "Unauthorized; scope does not match"})
        raise complaint(403, "The user does not have a valid licence for Jira Software.")


def _shown(call: Call, board: Board) -> Json:
    project = call.site.projects[board.project]
    location = {"projectId": project.id, "projectKey": project.key, "projectName": project.name, "name": project.name}
    link = f"{call.render.origin}{AGILE}/board/{board.id}"
    return {"id": board.id, "self": link, "name": board.name, "type": board.kind, "location": location}


def _board(call: Call, id_: int) -> Board:
    found = call.site.boards.get(id_)
    if found is None or call.site.projects[found.project].hidden:
        raise complaint(404, "The requested board cannot be viewed because it either does not exist or you do not "
                             "have permission to view it.")  # fmt: skip
    return found


@ROUTES.on("GET", f"{AGILE}/board")
def boards(call: Call) -> Response:
    _may_see_boards(call)
    named, kinds = call.request.args.get("projectKeyOrId"), call.words("type")
    wanted = call.project(named).id if named else None
    found = [
        one for one in call.site.boards.values()
        if not call.site.projects[one.project].hidden
        and wanted in (None, one.project)
        and (not kinds or one.kind in kinds)
    ]  # fmt: skip
    return reply(call.page("values", [_shown(call, one) for one in found]))


@ROUTES.on("GET", f"{AGILE}/board/<int:id_>")
def board(call: Call, id_: int) -> Response:
    _may_see_boards(call)
    return reply(_shown(call, _board(call, id_)))


@ROUTES.on("GET", f"{AGILE}/board/<int:id_>/sprint")
def sprints(call: Call, id_: int) -> Response:
    _may_see_boards(call)
    found = _board(call, id_)
    if found.kind == "kanban":
        raise complaint(400, "The board does not support sprints")
    states = call.words("state") or ["closed", "active", "future"]
    in_order = ("closed", "active", "future")
    mine = [one for one in call.site.sprints.values() if one.board == id_ and one.state in states]
    mine.sort(key=lambda one: (in_order.index(one.state), one.id))
    page = call.page("values", [call.render.sprint(one) for one in mine])
    del page["total"]
    return reply(page)


@ROUTES.on("GET", f"{AGILE}/sprint/<int:id_>")
def sprint(call: Call, id_: int) -> Response:
    _may_see_boards(call)
    found = call.site.sprints.get(id_)
    if found is None or call.site.projects[call.site.boards[found.board].project].hidden:
        raise complaint(404, "Sprint does not exist or you do not have permission to view it.")
    return reply(call.render.sprint(found))


@ROUTES.on("GET", f"{DESK}/request/<key>/approval")
def approvals(call: Call, key: str) -> Response:
    call.known()
    issue = call.site.issue(key)
    if issue is None or call.site.projects[issue.now.project].kind != "service_desk":
        words = {"i18nKey": "sd.request.error.not.found", "parameters": []}
        raise Refusal(404, {"errorMessage": "The request does not exist or is not visible.", "i18nErrorMessage": words})
    start, limit = call.number("start", 0), call.number("limit", 50, 50)
    told = issue.approvals[start : start + limit]
    return reply({
        "_expands": [], "size": len(told), "start": start, "limit": limit,
        "isLastPage": start + len(told) >= len(issue.approvals), "_links": {},
        "values": [_approval(call, one) for one in told],
    })  # fmt: skip


def _approval(call: Call, approval: Approval) -> Json:
    shown: Json = {
        "id": str(approval.id), "name": approval.name, "finalDecision": approval.decision,
        "canAnswerApproval": call.site.me.account_id in approval.votes,
        "approvers": [
            {"approver": call.render.account(user), "approverDecision": decision}
            for user, decision in approval.votes.items()
        ],
        "createdDate": _date(call, approval.created),
    }  # fmt: skip
    return {**shown, "completedDate": _date(call, approval.completed)} if approval.completed else shown


def _date(call: Call, at: datetime) -> Json:
    here = at.astimezone(call.site.zone)
    return {
        "iso8601": here.strftime("%Y-%m-%dT%H:%M:%S%z"), "jira": call.render.at(at),
        "friendly": here.strftime("%d/%m/%y %H:%M"), "epochMillis": to_millis(at),
    }  # fmt: skip
