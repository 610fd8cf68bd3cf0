"""Versions and sprints, which have their own endpoints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import TypeAdapter

from pmbridge.adapter import Call, Response, in_order
from pmbridge.errors import NotVisible, ProtocolError, Rejected
from pmbridge.records import Gone, Group
from pmbridge.values import ProjectId, RecordId
from pmbridge_jira import wire
from pmbridge_jira.classify import rate_key
from pmbridge_jira.site import Site, pages
from pmbridge_jira.translate import sprint_group, version_group

_VERSION_PAGE_SIZE = 100
_BOARD_PAGE_SIZE = 50
_AGILE = "/rest/agile/1.0"

_VERSION_PAGE = TypeAdapter(wire.VersionPage)
_VERSIONS = TypeAdapter(list[wire.Version])
_VERSION = TypeAdapter(wire.Version)
_BOARDS = TypeAdapter(wire.BoardPage)
_SPRINTS = TypeAdapter(wire.SprintPage)
_SPRINT = TypeAdapter(wire.Sprint)


def versions(site: Site, projects: Sequence[ProjectId]) -> Iterator[tuple[ProjectId, list[Group] | NotVisible]]:
    """Yield all versions of each project, in the order of *projects*, or that it cannot be seen.

    Read on every pull: re-dating or releasing a version bumps no issue.
    """

    def first(project: ProjectId) -> tuple[ProjectId, Response | NotVisible]:
        path, params = _versions_of(site, project, 0)
        try:
            return project, site.client.fetch("GET", path, call=Call.READ, params=params, rate=rate_key(path))
        except NotVisible as error:
            return project, error

    for project, answer in in_order(first, projects, workers=site.settings.workers):
        if isinstance(answer, NotVisible):
            yield project, answer
        else:
            yield project, [version_of(site, one, project) for one in _all_versions(site, project, answer)]


def _all_versions(site: Site, project: ProjectId, first: Response) -> list[wire.Version]:
    if site.dialect.name == "server":
        return site.client.parse(first, _VERSIONS).data

    def ask(offset: int) -> tuple[list[wire.Version], bool | None, int | None]:
        if offset == 0:
            page = site.client.parse(first, _VERSION_PAGE).data
        else:
            path, params = _versions_of(site, project, offset)
            page = site.client.get(path, _VERSION_PAGE, params=params, rate=rate_key(path)).data
        return page.values, page.isLast, page.total

    return pages(ask)


def _versions_of(site: Site, project: ProjectId, offset: int) -> tuple[str, dict[str, str | int]]:
    if site.dialect.name == "server":
        return site.dialect.path(f"/project/{project}/versions"), {}
    path = site.dialect.path(f"/project/{project}/version")
    return path, {"startAt": offset, "maxResults": _VERSION_PAGE_SIZE}


def version_of(site: Site, version: wire.Version, project: ProjectId) -> Group:
    """Return a version of *project* as a record."""
    known = site.projects([project]).get(project)
    url = f"{site.home()}/projects/{known.key}/versions/{version.id}" if known else ""
    return version_group(version, project, url)


def read_version(site: Site, id_: RecordId) -> Group | Gone:
    """Return one version as it is now."""
    try:
        found = site.get(f"/version/{id_.external_id}", _VERSION)
    except NotVisible:
        return Gone(id=id_, why="absent")
    if found.projectId is None:
        raise ProtocolError(tool="Jira", field="projectId", call=f"version/{id_.external_id}")
    return version_of(site, found, ProjectId(found.projectId))


def board_sprints(site: Site, project: ProjectId) -> list[wire.Sprint] | None:
    """Return the sprints of the boards of *project*; ``None`` where the credential may not read boards.

    The agile API has scopes and a licence of its own; without them sprints come from the issues' field alone.
    """
    try:
        return [one for board in _boards(site, project) for one in _sprints(site, board)]
    except NotVisible:
        return None


def _boards(site: Site, project: ProjectId) -> list[wire.Board]:
    def ask(offset: int) -> tuple[list[wire.Board], bool | None, int | None]:
        page = site.get_at(
            f"{_AGILE}/board", _BOARDS, projectKeyOrId=project, startAt=offset, maxResults=_BOARD_PAGE_SIZE
        )
        return page.values, page.isLast, page.total

    return [board for board in pages(ask) if (board.type or "").lower() != "kanban"]


def _sprints(site: Site, board: wire.Board) -> list[wire.Sprint]:
    def ask(offset: int) -> tuple[list[wire.Sprint], bool | None, int | None]:
        path = f"{_AGILE}/board/{board.id}/sprint"
        page = site.get_at(path, _SPRINTS, startAt=offset, maxResults=_BOARD_PAGE_SIZE)
        return page.values, page.isLast, page.total

    try:
        return pages(ask)
    except Rejected:  # a team-managed board whose sprints are switched off says so with 400
        return []


def read_sprint(site: Site, id_: RecordId, project: ProjectId) -> Group | Gone:
    """Return one sprint as it is now, as seen in *project*."""
    try:
        found = site.get_at(f"{_AGILE}/sprint/{id_.external_id}", _SPRINT)
    except NotVisible:
        return Gone(id=id_, why="absent")
    return sprint_group(found, project)
