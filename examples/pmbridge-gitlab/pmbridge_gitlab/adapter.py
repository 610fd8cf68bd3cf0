"""GitLab behind pmbridge's contract: the issues and milestones of projects, read only.

Facts, with their page under https://docs.gitlab.com/api/: an access token may travel as a bearer token, a bad one gets
401 (rest/authentication); 404 is both "not there" and "not for you", and strangers see what is public (issues); a page
has at most 100 rows, and its header ``x-next-page`` is empty on the last (rest); an issue is asked for by ``iid``, its
number in the project (issues), a milestone by ``id``; ``due_date`` and ``start_date`` are days (milestones).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import ClassVar, TypeVar
from urllib.parse import quote

from pydantic import AwareDatetime, BaseModel, TypeAdapter

from pmbridge import records
from pmbridge.adapter import ConnectionSettings, Param, SnapshotAdapter, project_called
from pmbridge.errors import NotVisible, ProtocolError
from pmbridge.records import FULL, FieldInfo, Kind, KindSchema, StateInfo, ToolState, Verb
from pmbridge.values import Day, Instant, Label, Many, Named, Number, ProjectId, RecordId, Rich

T = TypeVar("T")
ISSUE, MILESTONE = "issue", "milestone"
OPENED = ToolState(id="opened", name="opened", category="todo")
CLOSED = ToolState(id="closed", name="closed", category="done")
MOVED = ToolState(id="closed", name="closed", category="cancelled")  # GitLab closes it and opens a new one elsewhere
READ = {Verb.READ: FULL}
STATES = (StateInfo(state=OPENED), StateInfo(state=CLOSED))
FIELDS = (FieldInfo(id="labels", name="Labels", type="many"), FieldInfo(id="weight", name="Weight", type="number"))
OLD_FIRST: Mapping[str, Param] = {"scope": "all", "order_by": "created_at", "sort": "asc"}  # what is new shifts nothing


class GitLabSettings(ConnectionSettings):
    """What stands under ``[connections.NAME]``; ``base_url`` where it is another server than gitlab.com."""

    adapter: str = "gitlab"
    base_url: str = "https://gitlab.com"


class User(BaseModel):
    id: int
    name: str


class Project(User):
    path_with_namespace: str
    web_url: str
    archived: bool = False


class Milestone(BaseModel):
    id: int
    project_id: int | None = None  # none: it belongs to a group of projects; only a project's own are read
    title: str
    state: str
    start_date: date | None = None
    due_date: date | None = None
    web_url: str
    updated_at: AwareDatetime


class Issue(Milestone):
    iid: int
    description: str | None = None
    created_at: AwareDatetime
    closed_at: AwareDatetime | None = None
    moved_to_id: int | None = None
    milestone: Milestone | None = None
    assignees: list[User] = []
    labels: list[str] = []
    weight: int | None = None


class GitLab(SnapshotAdapter[GitLabSettings]):
    """The projects that one token sees."""

    kind, title, api_version = "gitlab", "GitLab", 1
    Settings = GitLabSettings
    kinds: ClassVar[Mapping[str, Kind]] = {
        ISSUE: Kind(shape="item", label=Label(zh="议题", en="Issue"), supports=READ),
        MILESTONE: Kind(shape="group", label=Label(zh="里程碑", en="Milestone"), supports=READ),
    }

    def _get(self, path: str, into: type[T]) -> T:
        return self.client.get(f"/api/v4{path}", TypeAdapter(into)).data

    def _every(self, path: str, into: type[T], **params: Param) -> Iterator[T]:
        page = "1"
        while page:
            query = {**params, "page": page, "per_page": 100}
            reply = self.client.get(f"/api/v4{path}", TypeAdapter(list[into]), params=query)  # type: ignore[valid-type]
            yield from reply.data
            if (page := reply.headers.get("x-next-page", "?")) == "?":  # lost on the way: the rest would be, too
                raise ProtocolError(connection=self.context.connection, tool=self.title, field="x-next-page", call=path)

    def check(self) -> records.Account:
        me = self._get("/user", User)
        return records.Account(id=str(me.id), name=me.name, service=self.title)

    def projects(self) -> Iterator[records.RemoteProject]:
        return map(_remote, self._every("/projects", Project, membership=True))

    def visible(self, projects: Collection[ProjectId]) -> frozenset[ProjectId]:
        return frozenset(one for one in projects if self._project(one))  # a public one need not be among our own

    def _project(self, text: str) -> Project | None:
        try:
            return self._get(f"/projects/{quote(text, safe='')}", Project)
        except NotVisible:
            self.check()
            return None

    def describe(self, project: str) -> records.ProjectSchema:
        if own := self._project(project.strip()):
            found = _remote(own)
        else:
            found = project_called(project, [*self.projects()], connection=self.context.connection)
        groups = tuple(map(_group, self._every(f"/projects/{found.id}/milestones", Milestone)))
        issues = KindSchema(supports=READ, states=STATES, fields=FIELDS)
        kinds = {ISSUE: issues, MILESTONE: KindSchema(supports=READ, groups=groups)}
        return records.ProjectSchema(project=found, kinds=kinds)

    def snapshot(self, project: ProjectId, scope: records.Scope) -> Iterator[records.Record]:
        yield from map(_group, self._every(f"/projects/{project}/milestones", Milestone))
        if ISSUE in scope.kinds:
            for one in self._every(f"/projects/{project}/issues", Issue, **OLD_FIRST):
                for who in one.assignees:
                    yield records.Person(id=RecordId(kind="user", external_id=str(who.id)), name=who.name)
                yield _issue(one)

    def record(self, id: RecordId) -> records.Record:  # noqa: A002 - the contract's word
        project, _, number = id.external_id.partition("/")
        path = f"/projects/{project}/{id.kind}s/{number}"
        return _issue(self._get(path, Issue)) if id.kind == ISSUE else _group(self._get(path, Milestone))


def _remote(one: Project) -> records.RemoteProject:
    own, key = ProjectId(str(one.id)), one.path_with_namespace
    return records.RemoteProject(id=own, key=key, name=one.name, url=one.web_url, archived=one.archived)


def _group(one: Milestone) -> records.Group:
    return records.Group(
        id=RecordId(kind=MILESTONE, external_id=f"{one.project_id}/{one.id}"), project=ProjectId(str(one.project_id)),
        title=one.title, url=one.web_url, state=CLOSED if one.state == "closed" else OPENED,
        start=Day(on=one.start_date) if one.start_date else None, due=Day(on=one.due_date) if one.due_date else None,
        version=one.updated_at.isoformat(),
    )  # fmt: skip


def _issue(one: Issue) -> records.Item:
    own = one.milestone if one.milestone and one.milestone.project_id == one.project_id else None
    return records.Item(
        id=RecordId(kind=ISSUE, external_id=f"{one.project_id}/{one.iid}"), project=ProjectId(str(one.project_id)),
        key=f"#{one.iid}", title=one.title, url=one.web_url, type=Named(id=ISSUE, name="Issue"),
        state=OPENED if one.state == "opened" else MOVED if one.moved_to_id else CLOSED,
        due=Day(on=one.due_date) if one.due_date else None, done=Instant(at=one.closed_at) if one.closed_at else None,
        created_at=one.created_at, updated_at=one.updated_at, version=one.updated_at.isoformat(),
        groups=(RecordId(kind=MILESTONE, external_id=f"{one.project_id}/{own.id}"),) if own else (),
        assignees=tuple(str(who.id) for who in one.assignees),
        description=Rich(format="markdown", original=one.description) if one.description else None,
        fields={
            "labels": Many(items=tuple(Named(id=name, name=name) for name in one.labels)) if one.labels else None,
            "weight": Number(value=Decimal(one.weight)) if one.weight is not None else None,
        },
    )  # fmt: skip
