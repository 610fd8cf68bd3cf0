"""Reading records by id: issues a hundred at a time, versions and sprints one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import TypeAdapter

from pmbridge.adapter import Call
from pmbridge.errors import ProtocolError, Unreachable, Unsupported
from pmbridge.records import Gone, Group, Record
from pmbridge.values import ProjectId, RecordId
from pmbridge_jira import groups, jql, wire
from pmbridge_jira.classify import rate_key
from pmbridge_jira.homes import Homes
from pmbridge_jira.issues import IssueFormat, Rows
from pmbridge_jira.search import CHUNK, IssueSearch
from pmbridge_jira.site import Site
from pmbridge_jira.translate import ISSUE, LABEL, SPRINT, label_group


def read(
    site: Site, form: IssueFormat, search: IssueSearch, homes: Homes, ids: Sequence[RecordId]
) -> Iterator[Record | Gone]:
    """Yield one answer per id.

    Raises:
        ProtocolError: an issue is of an unknown form; raised after the answers for all others.
        Unreachable: the server failed to read an issue, twice; raised likewise.
    """
    issues = list(dict.fromkeys(int(one.external_id) for one in ids if one.kind == ISSUE))
    failures: list[ProtocolError | Unreachable] = []
    for start in range(0, len(issues), CHUNK):
        yield from _issues(site, form, search, issues[start : start + CHUNK], failures)
    for one in dict.fromkeys(ids):
        if one.kind != ISSUE:
            yield _group(site, homes, one)
    if failures:
        raise failures[0]


def _issues(
    site: Site,
    form: IssueFormat,
    search: IssueSearch,
    ids: Sequence[int],
    failures: list[ProtocolError | Unreachable],
) -> Iterator[Record | Gone]:
    rows = search.rows(ids, search.fetch(ids))
    if rows.failed:
        again = [int(one) for one in rows.failed]
        more = search.rows(again, search.fetch(again))
        rows = Rows(issues=rows.issues + more.issues, broken=rows.broken + more.broken, failed=more.failed)
    for issue in rows.issues:
        yield form.item(issue)
    answered = {int(one["id"]) for one in rows.issues}
    broken = {int(one.id): one for one in rows.broken}
    for id_ in ids:
        if id_ in answered:
            continue
        if str(id_) in rows.failed:
            failures.append(Unreachable(connection=site.context.connection, why="issueErrors", why_zh="issueErrors"))
            continue
        answer = broken.get(id_) or search.absent(id_)
        if isinstance(answer, wire.Broken):
            failures.append(
                ProtocolError(connection=site.context.connection, tool="Jira", field=answer.field, call=f"issue {id_}")
            )
        else:
            yield answer


def _group(site: Site, homes: Homes, one: RecordId) -> Group | Gone:
    match one.kind:
        case "version":
            return groups.read_version(site, one)
        case "sprint" | "label":
            return _seen_on_an_issue(site, homes, one)
        case _:
            raise Unsupported(tool="Jira", detail=f"reading {one.kind}", detail_zh=f"读取 {one.kind}")


def _seen_on_an_issue(site: Site, homes: Homes, one: RecordId) -> Group | Gone:
    """Return a sprint or label by the issue that changed last among those that have it.

    Neither belongs to a project by itself, and a label is nothing but what issues carry: without one it is not there.
    """
    field = {SPRINT: "sprint", LABEL: "labels"}[one.kind]
    query = f"{jql.one_of(field, [one.external_id])} ORDER BY updated DESC"
    if site.dialect.name == "cloud":
        path = site.dialect.path("/search/jql")
        body = {"jql": query, "fields": ["project"], "maxResults": 1}
        response = site.client.fetch("POST", path, call=Call.READ, json=body, rate=rate_key(path))
    else:
        path = site.dialect.path("/search")
        params: dict[str, str | int] = {"jql": query, "fields": "project", "maxResults": 1}
        response = site.client.fetch("GET", path, call=Call.READ, params=params, rate=rate_key(path))
    found = site.client.parse(response, _PLACES).data.issues
    if not found:
        return Gone(id=one, why="absent")
    project = homes.of(one, ProjectId(found[0].fields.project["id"]))
    if one.kind == LABEL:
        return label_group(one.external_id, project)
    return groups.read_sprint(site, one, project)


_PLACES = TypeAdapter(wire.PlacePage)
