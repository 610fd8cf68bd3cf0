"""Routes that find and read issues: search on both deployments, bulk reads, changelogs, comments."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import cmp_to_key

from werkzeug.wrappers import Response

from pmbridge.clock import from_millis, to_millis
from pmbridge_jira.sandbox_http import ROUTES, Call, complaint, reply
from pmbridge_jira.sandbox_jql import JqlError, Query, compile_jql, order_key
from pmbridge_jira.sandbox_render import Json
from pmbridge_jira.sandbox_state import Issue, State

Found = list[tuple[Issue, State]]

TOKEN_LIFE = timedelta(days=7)
IDS_ONLY_CAP, FIELDS_CAP = 5000, 100
MAX_RECONCILE, MAX_PROPERTIES, MAX_BULK, MAX_BULK_CHANGELOGS, MAX_FIELD_IDS = 50, 5, 100, 1000, 10
EXPIRED = "The provided next page token is invalid or expired."
_NEWEST_IN_SEARCH, _NEWEST_IN_ISSUE = 40, 100


def find(call: Call, jql: str, *, fresh: frozenset[int] = frozenset(), validate: bool = True) -> tuple[Query, Found]:
    """Return the query and all issues that it finds, sorted. ``fresh`` are seen as they are, not as indexed."""
    site = call.site
    query = compile_jql(site, jql, validate=validate, whole_minutes="minute-jql" in call.deployment.quirks)
    # While the index lags, the same question has another answer a moment later.
    asked = (jql, fresh, validate, site.revision, site.clock.now() if site.index_lag_s else None)
    if call.deployment.last_search[0] != asked:
        found = []
        for issue in site.issues.values():
            state = issue.now if issue.id in fresh else site.searchable(issue)
            if state is not None and site.visible(issue) and query.matches(issue, state):
                found.append((issue, state))
        call.deployment.last_search = (asked, query.sorted(found))
    return query, call.deployment.last_search[1]


def shown(
    call: Call, pairs: Iterable[tuple[Issue, State]], fields: Sequence[str], *, properties: Sequence[str] = (),
    changelogs: int | None = None,
) -> list[Json]:  # fmt: skip
    """Return issues as JSON; only ids for ``fields`` of nothing but ``id``. ``changelogs``: the newest so many."""
    if set(fields) <= {"id"} and changelogs is None:
        return [{"id": str(issue.id)} for issue, _ in pairs]
    render = call.render
    chosen = render.chosen(fields)
    issues = []
    for issue, state in pairs:
        one = render.issue(issue, state, chosen, properties=properties)
        if not chosen:
            del one["fields"]
        if changelogs is not None:
            one["changelog"] = _histories(call, issue, changelogs)
        issues.append(one)
    return issues


def _histories(call: Call, issue: Issue, newest: int) -> Json:
    render = call.render
    told = issue.histories if newest == 0 else issue.histories[: -newest - 1 : -1]
    histories = [render.history(one) for one in told]
    return {"startAt": 0, "maxResults": len(histories), "total": len(issue.histories), "histories": histories}


# ------------------------------------------------------------------------------------------------ search, Cloud


@ROUTES.on("GET POST", "/api/search", only="cloud")
def removed_search(_: Call) -> Response:
    raise complaint(
        410,
        "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. "
        "A full migration guideline is available in the changelog.",
    )


@ROUTES.on("GET POST", "/api/search/jql", only="cloud")
def search_jql(call: Call) -> Response:
    asked = _asked(call)
    jql, fields = str(asked.get("jql") or ""), call.listed(asked, "fields") or ["id"]
    properties = call.listed(asked, "properties")
    fresh = frozenset(_whole(one, "reconcileIssues") for one in call.listed(asked, "reconcileIssues"))
    if len(fresh) > MAX_RECONCILE:
        raise complaint(400, f"The maximum number of issues to reconcile is {MAX_RECONCILE}.")
    if len(properties) > MAX_PROPERTIES:
        raise complaint(400, f"The maximum number of properties is {MAX_PROPERTIES}.")
    if call.user is None:
        return reply({"issues": [], "isLast": True})
    query, found = find(call, jql, fresh=fresh)
    if not query.bounded:
        raise JqlError("Unbounded JQL queries are not allowed here. Please add a search restriction to your query.")
    question = _digest(jql, fields, sorted(fresh))
    start = _resume(call, query, found, str(asked["nextPageToken"]), question) if asked.get("nextPageToken") else 0
    cap = IDS_ONLY_CAP if set(fields) <= {"id", "key"} else FIELDS_CAP
    size = min(_whole(asked.get("maxResults") or 50, "maxResults"), cap)
    page = found[start : start + size]
    logs = _NEWEST_IN_SEARCH if "changelog" in str(asked.get("expand") or "").split(",") else None
    answer: Json = {"issues": shown(call, page, fields, properties=properties, changelogs=logs)}
    if "old-shape" in call.deployment.quirks:
        return reply({"startAt": 0, "maxResults": size, "total": len(found), **answer})
    more, last = start + size < len(found), start + size - 1
    if "repeat-token" in call.deployment.quirks and found:
        more, last = True, min(size, len(found)) - 1
    if more:
        answer["nextPageToken"] = _token(call, query, found[last], question)
    return reply({**answer, "isLast": not more})


def _whole(value: object, name: str) -> int:
    """Return a whole number of a body, never negative; refuse anything else with 400."""
    if isinstance(value, bool) or not re.fullmatch(r"\d{1,18}", str(value)):
        raise complaint(
            400, "Invalid request payload. Refer to the REST API documentation and try again.", **{name: "?"}
        )
    return int(str(value))


def _asked(call: Call) -> Json:
    if call.request.method == "POST":
        return call.body()
    args: Json = dict(call.request.args.items())
    for name in ("fields", "properties", "reconcileIssues"):
        args[name] = call.words(name)
    args["maxResults"] = call.number("maxResults", 50)
    return args


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()[:16]


def _place(query: Query, pair: tuple[Issue, State]) -> list[tuple[int | str, ...]]:
    return [*(order_key(name, *pair) for name, _ in query.order), (-pair[0].id,)]


def _token(call: Call, query: Query, last: tuple[Issue, State], question: str) -> str:
    content = {"q": question, "at": to_millis(call.now), "after": _place(query, last)}
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


def _resume(call: Call, query: Query, found: Found, token: str, question: str) -> int:
    """Return where the page after *token* starts: behind the last issue's place, wherever that is by now."""
    try:
        content = json.loads(base64.urlsafe_b64decode(token))
        place, asked, at = content["after"], content["q"], from_millis(content["at"])
    except (ValueError, binascii.Error, KeyError, TypeError):
        raise complaint(400, EXPIRED) from None
    if asked != question or call.now - at > TOKEN_LIFE:
        raise complaint(400, EXPIRED)
    downwards = [*(descending for _, descending in query.order), False]

    def compare(one: list[tuple[int | str, ...]], two: list[tuple[int | str, ...]]) -> int:
        for here, there, down in zip(one, two, downwards, strict=True):
            if here != there:
                return -1 if (here < there) != down else 1
        return 0

    in_order = cmp_to_key(compare)
    after = in_order([tuple(part) for part in place])
    return bisect_right(found, after, key=lambda pair: in_order(_place(query, pair)))


@ROUTES.on("POST", "/api/search/approximate-count", only="cloud")
def approximate_count(call: Call) -> Response:
    jql = str(call.body().get("jql") or "")
    if call.user is None:
        return reply({"count": 0})
    query, found = find(call, jql)
    if not query.bounded:
        raise JqlError("Unbounded JQL queries are not allowed here. Please add a search restriction to your query.")
    return reply({"count": len(found)})


# ------------------------------------------------------------------------------------------ search, Data Center


@ROUTES.on("GET POST", "/api/search", only="server")
def search(call: Call) -> Response:
    asked = _asked(call)
    if call.request.method == "GET":
        asked["startAt"] = call.number("startAt", 0)
    start, fields = _whole(asked.get("startAt") or 0, "startAt"), call.listed(asked, "fields") or ["*navigable"]
    said = asked.get("maxResults")
    size = min(50 if said is None else _whole(said, "maxResults"), call.deployment.page_cap)
    if start + size > call.deployment.result_window and size:
        raise complaint(
            500, "Search limit exceeded: the result window of this instance is smaller than the query asks."
        )
    lax = str(asked.get("validateQuery", "true")).lower() in ("false", "none", "warn")
    found = find(call, str(asked.get("jql") or ""), validate=not lax)[1] if call.user else []
    expand = asked.get("expand") or ""
    logs = 0 if "changelog" in (expand.split(",") if isinstance(expand, str) else expand) else None
    page = found[start : start + size]
    issues = shown(call, page, ["summary"] if fields == ["id"] else fields, changelogs=logs)
    if fields == ["id"]:
        issues = [{name: one[name] for name in ("expand", "id", "self", "key")} for one in issues]
    return reply(
        {"expand": "schema,names", "startAt": start, "maxResults": size, "total": len(found), "issues": issues}
    )


# -------------------------------------------------------------------------------------------------- bulk reads


@ROUTES.on("POST", "/api/issue/bulkfetch", only="cloud")
def bulkfetch(call: Call) -> Response:
    asked = call.body()
    wanted, properties = call.listed(asked, "issueIdsOrKeys"), call.listed(asked, "properties")
    if not 0 < len(wanted) <= MAX_BULK:
        raise complaint(400, f"The number of issues must be between 1 and {MAX_BULK}.")
    if len(properties) > MAX_PROPERTIES:
        raise complaint(400, f"The maximum number of properties is {MAX_PROPERTIES}.")
    found = _named(call, wanted)
    logs = _NEWEST_IN_SEARCH if "changelog" in call.listed(asked, "expand") else None
    pairs = [(issue, issue.now) for issue in found]
    issues = shown(call, pairs, call.listed(asked, "fields") or ["*navigable"], properties=properties, changelogs=logs)
    return reply({"issues": issues, "issueErrors": []})


def _named(call: Call, wanted: Sequence[str]) -> list[Issue]:
    """Return the issues that are named and visible, each once, by ascending id; the others are simply not there."""
    if call.user is None:
        return []
    found = {issue.id: issue for one in wanted if (issue := call.site.issue(one))}
    return [found[id_] for id_ in sorted(found)]


@ROUTES.on("POST", "/api/changelog/bulkfetch", only="cloud")
def bulk_changelogs(call: Call) -> Response:
    asked = call.body()
    wanted, field_ids = call.listed(asked, "issueIdsOrKeys"), call.listed(asked, "fieldIds")
    if not 0 < len(wanted) <= MAX_BULK_CHANGELOGS:
        raise complaint(400, f"The number of issues must be between 1 and {MAX_BULK_CHANGELOGS}.")
    if len(field_ids) > MAX_FIELD_IDS:
        raise complaint(400, f"The maximum number of field ids is {MAX_FIELD_IDS}.")
    size = _whole(asked.get("maxResults") or 1000, "maxResults")
    if not 0 < size <= 10_000:
        raise complaint(400, "maxResults must be between 1 and 10000.")
    question = _digest(sorted(wanted), sorted(field_ids))
    start = _offset(call, asked.get("nextPageToken"), question)
    render, rows = call.render, []
    for issue in _named(call, wanted):
        for history in issue.histories:
            entries = [one for one in history.entries if not field_ids or one.field_id in field_ids]
            if entries:
                rows.append((history.at, history.id, issue, history, {one.field_id for one in entries}))
    rows.sort(key=lambda row: row[:2])
    logs: dict[int, list[Json]] = {}
    for at, _, issue, history, kept in rows[start : start + size]:
        one = render.history(history)
        if field_ids:
            one["items"] = [item for item in one["items"] if item.get("fieldId") in kept]
        if "numeric-created" in call.deployment.quirks:
            one["created"] = to_millis(at)
        logs.setdefault(issue.id, []).append(one)
    answer: Json = {"issueChangeLogs": [{"issueId": str(id_), "changeHistories": logs[id_]} for id_ in sorted(logs)]}
    if start + size < len(rows):
        answer["nextPageToken"] = _offset_token(call, start + size, question)
    return reply(answer)


def _offset_token(call: Call, offset: int, question: str) -> str:
    content = {"q": question, "at": to_millis(call.now), "after": offset}
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


def _offset(call: Call, token: object, question: str) -> int:
    if not token:
        return 0
    try:
        content = json.loads(base64.urlsafe_b64decode(str(token)))
        if content["q"] == question and call.now - from_millis(content["at"]) <= TOKEN_LIFE:
            return int(content["after"])
    except (ValueError, binascii.Error, KeyError, TypeError):
        pass
    raise complaint(400, EXPIRED)


# -------------------------------------------------------------------------------------------------- one issue


@ROUTES.on("GET", "/api/issue/<key>")
def issue(call: Call, key: str) -> Response:
    found = call.issue(key)
    logs = (_NEWEST_IN_ISSUE if call.deployment.cloud else 0) if "changelog" in call.words("expand") else None
    fields, properties = call.words("fields") or ["*all"], call.words("properties")
    (one,) = shown(call, [(found, found.now)], fields, properties=properties, changelogs=logs)
    return reply(one)


@ROUTES.on("GET", "/api/issue/<key>/changelog", only="cloud")
def changelog(call: Call, key: str) -> Response:
    found, render = call.issue(key), call.render
    page = call.page("values", found.histories, default=100, most=100)
    page["values"] = [render.history(one) for one in page["values"]]
    return reply({"self": render.link(f"issue/{found.id}/changelog"), **page})


@ROUTES.on("GET", "/api/issue/<key>/comment")
def comments(call: Call, key: str) -> Response:
    found, render = call.issue(key), call.render
    order = call.request.args.get("orderBy", "created")
    if order not in ("created", "-created", "+created"):
        raise complaint(400, f"The value '{order}' is not supported for orderBy.")
    told = found.comments[::-1] if order == "-created" else found.comments
    page = call.page("comments", told, default=100, most=5000)
    page["comments"] = [
        render.comment(found, one, properties="properties" in call.words("expand")) for one in page["comments"]
    ]
    del page["isLast"]
    return reply(page)
