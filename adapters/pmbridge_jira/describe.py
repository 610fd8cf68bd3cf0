"""What a mapping of one project may name: types, statuses, fields with their options, versions, sprints, links."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pydantic import TypeAdapter

from pmbridge.adapter import in_order, project_called, side_by_side
from pmbridge.errors import ConfigError, NotVisible
from pmbridge.records import (
    FieldInfo,
    Focus,
    Group,
    KindSchema,
    ProjectSchema,
    RemoteProject,
    StateInfo,
    Support,
    Verb,
)
from pmbridge.values import Label, Named, ProjectId
from pmbridge_jira import groups, wire, wire_schema
from pmbridge_jira.fields import OWN_PLACE, Catalogue, codec_for
from pmbridge_jira.kinds import KINDS, NO_APPROVALS
from pmbridge_jira.outgoing import writable
from pmbridge_jira.site import PROJECT_LIST, Site, pages
from pmbridge_jira.translate import ISSUE, LABEL, SPRINT, VERSION, sprint_group, state_of, utc

_SYSTEM_FIELDS = {
    "priority", "resolution", "components", "versions", "environment", "timeestimate", "timeoriginalestimate",
    "timespent",
}  # fmt: skip
"""System fields worth a mapping, beside those that have a place of their own in a record."""
_STORY_POINTS = "com.pyxis.greenhopper.jira:jsw-story-points"
_NEEDS = {
    Verb.CREATE: "CREATE_ISSUES",
    Verb.UPDATE: "EDIT_ISSUES",
    Verb.TRANSITION: "TRANSITION_ISSUES",
    Verb.COMMENT: "ADD_COMMENTS",
    Verb.NOTE: "ADD_COMMENTS",
    Verb.LINK: "LINK_ISSUES",
}
_PROJECT_ADMIN = "ADMINISTER_PROJECTS"
_NEEDS_OF: Mapping[str, Mapping[Verb, str]] = {
    ISSUE: _NEEDS,
    VERSION: dict.fromkeys((Verb.CREATE, Verb.UPDATE, Verb.TRANSITION), _PROJECT_ADMIN),
}
_PERMISSIONS = ("BROWSE_PROJECTS", *dict.fromkeys(_NEEDS.values()), _PROJECT_ADMIN)

_TYPES = TypeAdapter(list[wire_schema.TypeStatuses])
_LINKS = TypeAdapter(wire_schema.LinkTypes)
_CREATE_TYPES = TypeAdapter(wire_schema.CreateTypes)
_CREATE_FIELDS = TypeAdapter(wire_schema.CreateFields)
_MINE = TypeAdapter(wire_schema.Permissions)


def projects(site: Site) -> Iterator[RemoteProject]:
    """Yield the projects that can be seen, in Jira's order."""
    for one in _all(site):
        yield _remote(site, one)


def _all(site: Site) -> list[wire.Project]:
    if site.dialect.name == "server":
        return site.get("/project", PROJECT_LIST)

    def ask(offset: int) -> tuple[list[wire.Project], bool | None, int | None]:
        page = site.search_projects(startAt=offset, maxResults=100, expand="insight", orderBy="key")
        return page.values, page.isLast, page.total

    return pages(ask)


def _remote(site: Site, one: wire.Project) -> RemoteProject:
    return RemoteProject(
        id=ProjectId(one.id),
        key=one.key,
        name=one.name,
        url=site.browse(one.key),
        archived=bool(one.archived),
        items=one.insight.totalIssueCount if one.insight else None,
        updated_at=utc(one.insight.lastIssueUpdateTime) if one.insight else None,
    )


class _Finder:
    """Finds projects by what people call them; all that are called by their id with one request per fifty."""

    def __init__(self, site: Site, texts: Sequence[str]) -> None:
        self._site = site
        ids = {ProjectId(wanted) for text in texts if _is_id(wanted := text.strip())}
        self._by_id = {one.id: one for one in site.find_projects(ids)} if ids else {}
        by_name = any(not _is_id(text.strip()) for text in texts)
        self._every = {ProjectId(one.id): one for one in _all(site)} if by_name else {}

    def find(self, text: str) -> wire.Project:
        """Return the project with that id, key or unique name.

        Raises:
            NotVisible: an id that is not there or cannot be seen.
            ConfigError: no project of that key or name (lists the nearest), or several of that name.
        """
        wanted, connection = text.strip(), self._site.context.connection
        if _is_id(wanted):
            if (found := self._by_id.get(wanted)) is None:
                raise NotVisible(connection=connection, tool="Jira", thing=f"{connection}:{wanted}")
            return found
        every = [_remote(self._site, one) for one in self._every.values()]
        return self._every[project_called(text, every, connection=connection).id]


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit()


def describe_all(
    site: Site, texts: Sequence[str], focus: Mapping[str, Focus]
) -> Iterator[ProjectSchema | NotVisible | ConfigError]:
    """Yield the schema of the project that each of *texts* names, in their order, or what is wrong with the name.

    With the site's fields and kinds of links as they are now. Versions and sprints are left out where no group is
    named, the options of fields where no field is.
    """
    if not texts:
        return
    with side_by_side(site.settings.workers) as ask:
        asked_catalogue = ask(lambda: site.catalogue(fresh=True))
        asked_relations = ask(lambda: _relations(site))
        finder = _Finder(site, texts)
        catalogue, relations = asked_catalogue(), asked_relations()
    # The latencies of one project need not add up, nor those of several.
    inside = site.settings.workers if len(texts) == 1 else 1

    def describe(text: str) -> ProjectSchema | NotVisible | ConfigError:
        try:
            found = finder.find(text)
            return _schema(site, found, catalogue, relations, focus.get(text, Focus()), workers=inside)
        except (NotVisible, ConfigError) as error:
            return error

    yield from in_order(describe, texts, workers=site.settings.workers)


def _schema(
    site: Site,
    found: wire.Project,
    catalogue: Catalogue,
    relations: tuple[Named, ...],
    focus: Focus,
    *,
    workers: int,
) -> ProjectSchema:
    project = ProjectId(found.id)
    service_desk = found.projectTypeKey == "service_desk"
    with_sprints = focus.groups and catalogue.sprint
    # None of these needs another's answer.
    with side_by_side(workers) as ask:
        asked_types = ask(lambda: site.get(f"/project/{project}/statuses", _TYPES))
        asked_permissions = ask(lambda: _permissions(site, project))
        asked_screens = ask(lambda: _create_fields(site, project, workers=workers) if focus.fields else {})
        asked_sprints = ask(lambda: groups.board_sprints(site, project) if with_sprints else [])
        asked_versions = ask(lambda: next(groups.versions(site, [project]))[1] if focus.groups else [])
        types, granted, sprints, versions = asked_types(), asked_permissions(), asked_sprints(), asked_versions()
        fields = _fields(site, catalogue, project, asked_screens(), granted)
    issue = KindSchema(
        supports=_of_issues(site, granted, service_desk=service_desk),
        types=tuple(Named(id=one.id, name=one.name) for one in types),
        states=_states(types),
        fields=fields,
        relations=relations,
    )
    if isinstance(versions, NotVisible):
        raise versions
    return ProjectSchema(
        project=_remote(site, found),
        kinds={
            ISSUE: issue,
            VERSION: KindSchema(supports=_supports(VERSION, granted), groups=tuple(versions)),
            SPRINT: KindSchema(
                supports=_supports(SPRINT, granted),
                groups=_sprint_groups(sprints or (), project),
                complete=sprints is not None,
            ),
            # There is no list of a project's labels; they are what its issues carry.
            LABEL: KindSchema(supports=_supports(LABEL, granted), complete=False),
        },
        focus=Focus(fields=focus.fields, groups=focus.groups),
    )


def _sprint_groups(sprints: Iterable[wire.Sprint], project: ProjectId) -> tuple[Group, ...]:
    # Several boards may show one sprint.
    return tuple({one.id: sprint_group(one, project) for one in sprints}.values())


def _states(types: list[wire_schema.TypeStatuses]) -> tuple[StateInfo, ...]:
    states = {status["id"]: state_of(status) for one in types for status in one.statuses}
    owners: dict[str, set[str]] = {}
    for one in types:
        for status in one.statuses:
            owners.setdefault(status["id"], set()).add(one.id)
    return tuple(StateInfo(state=state, types=frozenset(owners[id_])) for id_, state in states.items())


def _relations(site: Site) -> tuple[Named, ...]:
    """Return the words of both directions of every link type: what ``ItemLink.relation`` holds."""
    try:
        kinds = site.get("/issueLinkType", _LINKS).issueLinkTypes
    except NotVisible:  # issue links are switched off
        return ()
    words = {word: one.get("name") for one in kinds for word in (one.get("outward"), one.get("inward")) if word}
    return tuple(Named(id=word, name=name) for word, name in words.items())


def _fields(
    site: Site,
    catalogue: Catalogue,
    project: ProjectId,
    on_screens: Mapping[str, list[wire_schema.CreateField]],
    granted: Mapping[str, bool] | None,
) -> tuple[FieldInfo, ...]:
    denied = _denied(Verb.UPDATE, granted)
    found = []
    for one in catalogue.fields:
        if not _is_mappable(one, project):
            continue
        seen = on_screens.get(one.id, [])
        options = {
            value.id: Named(id=value.id, name=value.name or value.value)
            for screen in seen
            for value in screen.allowedValues or ()
            if value.id
        }
        found.append(
            FieldInfo(
                id=one.id,
                name=one.name,
                type=codec_for(one, site.dialect.text).type,
                options=tuple(options.values()),
                required=any(screen.required for screen in seen),
                write=writable(one, site.dialect) if denied is None else denied,
            )
        )
    return tuple(found)


def _is_mappable(one: wire.FieldDetails, project: ProjectId) -> bool:
    if one.scope and one.scope.project and one.scope.project["id"] != project:
        return False
    if not one.custom:
        return one.id in _SYSTEM_FIELDS and one.id not in OWN_PLACE
    kind = (one.schema_.custom if one.schema_ else None) or ""
    return kind == _STORY_POINTS or not kind.startswith("com.pyxis.greenhopper.jira:")


def _create_fields(site: Site, project: ProjectId, *, workers: int) -> Mapping[str, list[wire_schema.CreateField]]:
    """Return field id → how each issue type's create screen shows it; nothing where we may not create issues."""
    home = f"/issue/createmeta/{project}/issuetypes"

    def types(offset: int) -> tuple[list[wire.Named], bool | None, int | None]:
        page = site.get(home, _CREATE_TYPES, startAt=offset, maxResults=200)
        return page.issueTypes or page.values or [], None, page.total

    def of_type(type_id: str) -> list[wire_schema.CreateField]:
        def fields(offset: int) -> tuple[list[wire_schema.CreateField], bool | None, int | None]:
            page = site.get(f"{home}/{type_id}", _CREATE_FIELDS, startAt=offset, maxResults=200)
            return page.fields or page.values or [], None, page.total

        return pages(fields)

    found: dict[str, list[wire_schema.CreateField]] = {}
    try:
        for screen in in_order(of_type, [one["id"] for one in pages(types)], workers=workers):
            for one in screen:
                found.setdefault(one.fieldId, []).append(one)
    except NotVisible:
        return {}
    return found


def _permissions(site: Site, project: ProjectId) -> Mapping[str, bool] | None:
    """Return permission → granted; ``None`` where the server does not say."""
    try:
        mine = site.get("/mypermissions", _MINE, projectId=project, permissions=",".join(_PERMISSIONS))
    except NotVisible:
        return None
    return {key: bool(one.havePermission) for key, one in mine.permissions.items()}


def _supports(kind: str, granted: Mapping[str, bool] | None) -> dict[Verb, Support]:
    """Return what can be done here: what the code can do, less what the account may not."""
    supports = dict(KINDS[kind].supports)
    if granted is None:
        return supports
    for verb, permission in _NEEDS_OF.get(kind, {}).items():
        if granted.get(permission) is False:
            supports[verb] = _lacks(permission)
    return supports


def _denied(verb: Verb, granted: Mapping[str, bool] | None) -> Support | None:
    """Return that the account may not do this to issues, ``None`` where it may or nobody says."""
    permission = _NEEDS[verb]
    return _lacks(permission) if granted is not None and granted.get(permission) is False else None


def _lacks(permission: str) -> Support:
    return Support(level="denied", note=Label(zh=f"缺少权限 {permission}", en=f"lacks {permission}"))


def _of_issues(site: Site, granted: Mapping[str, bool] | None, *, service_desk: bool) -> dict[Verb, Support]:
    """Return what can be done with issues; approvals and notes depend on what kind of project it is."""
    supports = _supports(ISSUE, granted)
    if service_desk:
        return supports
    supports[Verb.APPROVALS] = NO_APPROVALS
    if supports[Verb.NOTE] and not site.settings.internal_role:
        supports[Verb.NOTE] = Support(level="setting", note=Label(zh="internal_role", en="internal_role"))
    return supports
