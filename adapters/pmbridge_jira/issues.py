"""What is asked of an issue on one connection, and how the answer becomes records.

The wire model is made once per connection: fixed fields, the agile ones that the site has, and the mapped ones. A page
is validated as a whole, which costs least; only when that fails is it read again issue by issue, so that one bad issue
costs itself and not its page.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Required, cast, get_type_hints

from pydantic import JsonValue, TypeAdapter, ValidationError, ValidatorFunctionWrapHandler, WrapValidator, create_model
from typing_extensions import TypedDict

from pmbridge.adapter import WHOLE_PAGE, HttpClient, Response, first_field
from pmbridge.clock import to_millis
from pmbridge.errors import ProtocolError
from pmbridge.records import Group, Item, ItemLink, Person, ToolState
from pmbridge.values import Day, FieldValue, Instant, Named, ProjectId, RecordId, Rich, When
from pmbridge_jira import wire
from pmbridge_jira.dialect import Dialect
from pmbridge_jira.fields import Catalogue, codec_for, rich
from pmbridge_jira.homes import Homes
from pmbridge_jira.translate import (
    ISSUE,
    LABEL,
    MARKER_PROPERTY,
    SPRINT,
    VERSION,
    label_group,
    marker_of,
    person,
    sprint_group,
    sprint_of,
    state_of,
    uid_in_label,
    utc,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """One answer that brings issues, validated."""

    issues: tuple[wire.Issue, ...]
    broken: tuple[wire.Broken, ...] = ()
    ids: tuple[str, ...] = ()
    """Ids of all of them, in the server's order."""
    failed: tuple[str, ...] = ()
    """Ids that the server itself could not read; it says that asking again may help."""
    token: str | None = None
    is_last: bool | None = None
    total: int | None = None

    @property
    def received(self) -> int:
        """How many issues the server sent."""
        return len(self.issues) + len(self.broken)

    @property
    def high(self) -> int:
        """The newest ``updated`` in epoch milliseconds, 0 for none."""
        return max((to_millis(one["fields"]["updated"]) for one in self.issues), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Extra:
    """One field beside the fixed ones: its id, its form on the wire, and what it means."""

    id: str
    wire: Any
    read: Callable[[Any], FieldValue | None] | None = None


@dataclass(slots=True, kw_only=True)
class IssueFormat:
    """The form of an issue on one connection.

    ``kinds``: kinds that are wanted; sprints and labels are asked for, and named as groups, only when they are.
    ``asked``: vendor field ids of ``Scope.fields``. ``start``: field that holds the start. ``long``: descriptions too.
    ``epic_ids``: epic key → issue id, for Data Center's epic link; filled by whoever looks keys up.
    """

    dialect: Dialect
    catalogue: Catalogue
    browse: str
    """Address before an issue's key."""
    kinds: Collection[str] = (ISSUE, VERSION, SPRINT, LABEL)
    asked: Collection[str] = ()
    start: str | None = None
    long: bool = False
    epic_ids: dict[str, str] = field(default_factory=dict)

    fields: tuple[str, ...] = field(init=False)
    """Field ids to ask for: never all, never the default, which is the id alone."""
    _page: TypeAdapter[wire.IssuePage] = field(init=False)
    _tolerant: TypeAdapter[wire.IssuePage] = field(init=False)
    _one: TypeAdapter[wire.Issue] = field(init=False)
    _mapped: tuple[_Extra, ...] = field(init=False)
    _with_labels: bool = field(init=False)
    _sprint: str = field(init=False, default="")
    _epic: str = field(init=False, default="")
    _start: _Extra | None = field(init=False, default=None)
    _states: dict[tuple[str, str | None], ToolState] = field(init=False, default_factory=dict)
    _versions: dict[str, RecordId] = field(init=False, default_factory=dict)
    _types: dict[tuple[str, str | None], Named] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._with_labels = LABEL in self.kinds
        extras = self._extras()
        fixed = [name for name in wire.IssueFields.__annotations__ if self._wants(name)]
        self.fields = tuple(dict.fromkeys([*fixed, *(["description"] if self.long else []), *(e.id for e in extras)]))
        more: dict[str, Any] = {extra.id: extra.wire | None for extra in extras}
        if self.long:
            more["description"] = JsonValue
        fields = _extended("IssueFields", wire.IssueFields, more)
        issue = _extended("Issue", wire.Issue, {"fields": Required[fields]})
        self._one = TypeAdapter(issue)
        self._page = _page_of(issue)
        self._tolerant = _page_of(_annotated[issue, WrapValidator(_each)])

    def _wants(self, name: str) -> bool:
        # Data Center has no such field; its resolution date says when work ended.
        return name != "statuscategorychangedate" or self.dialect.name == "cloud"

    def _extras(self) -> list[_Extra]:
        found: list[_Extra] = []

        def add(id_: str, wire_type: Any, read: Callable[[Any], FieldValue | None] | None = None) -> _Extra:
            extra = _Extra(id=id_, wire=wire_type, read=read)
            found.append(extra)
            return extra

        if self.catalogue.sprint and SPRINT in self.kinds:
            self._sprint = add(self.catalogue.sprint, list[wire.Sprint | str]).id
        if self.catalogue.epic_link and self.dialect.name == "server":
            self._epic = add(self.catalogue.epic_link, str).id
        if self.start and (details := self.catalogue.get(self.start)):
            codec = codec_for(details, self.dialect.text)
            self._start = add(self.start, codec.wire, codec.read)
        mapped = []
        for id_ in sorted(self.asked):
            if details := self.catalogue.get(id_):
                codec = codec_for(details, self.dialect.text)
                mapped.append(add(id_, codec.wire, codec.read))
        self._mapped = tuple(mapped)
        return found

    # ------------------------------------------------------------------------------------------ reading

    def rows(self, client: HttpClient, response: Response) -> Rows:
        """Return the issues of *response*.

        Raises:
            ProtocolError: not a page of issues; or a whole page of issues none of which can be read.
        """
        try:
            page = client.parse(response, self._page).data
        except ProtocolError as whole:
            page = client.parse(response, self._tolerant).data
            if len(page.issues) >= WHOLE_PAGE and all(isinstance(one, wire.Broken) for one in page.issues):
                raise whole from None
        return Rows(
            issues=tuple(one for one in page.issues if type(one) is not wire.Broken),
            broken=tuple(one for one in page.issues if type(one) is wire.Broken),
            ids=tuple(one.id if type(one) is wire.Broken else one["id"] for one in page.issues),
            failed=tuple(one.id for one in page.issueErrors or ()),
            token=page.nextPageToken,
            is_last=page.isLast,
            total=page.total,
        )

    def one(self, client: HttpClient, response: Response) -> wire.Issue:
        """Return the single issue of *response*."""
        return client.parse(response, self._one).data

    def item(self, issue: wire.Issue) -> Item:
        """Return the issue as a record."""
        fields = issue["fields"]
        state = self._state(fields["status"])
        labels = fields.get("labels") or ()
        due = fields.get("duedate")
        updated = fields["updated"]
        assignee = wire.user_id(fields.get("assignee"))
        return Item(
            id=RecordId(kind=ISSUE, external_id=issue["id"]),
            project=ProjectId(fields["project"]["id"]),
            version=str(to_millis(updated)),
            title=fields["summary"],
            type=self._type(fields["issuetype"]),
            state=state,
            key=issue["key"],
            url=self.browse + issue["key"],
            description=self._description(fields) if self.long else None,
            start=self._started(fields),
            due=Day(on=due) if due else None,
            done=_done(fields, state),
            created_at=utc(fields.get("created")),
            updated_at=utc(updated),
            parent=self._parent(fields),
            groups=self._groups(fields),
            links=_links(fields),
            assignees=(assignee,) if assignee else (),
            author=wire.user_id(fields.get("reporter")),
            marker=marker_of(issue.get("properties"), labels),
            fields={one.id: _value(fields, one) for one in self._mapped},
        )

    def sprints(self, issue: wire.Issue) -> Iterator[wire.Sprint]:
        """Yield the sprints that the issue is or was in."""
        return self._sprints_of(issue["fields"])

    def epic_key(self, issue: wire.Issue) -> str | None:
        """Return the key that Data Center's epic link holds, for :attr:`epic_ids`."""
        return _said(issue["fields"], self._epic) if self._epic else None

    def _state(self, status: wire.Status) -> ToolState:
        # A site has few statuses: one record of each is enough.
        key = (status["id"], status.get("name"))
        if (state := self._states.get(key)) is None:
            state = self._states[key] = state_of(status)
        return state

    def _version(self, id_: str) -> RecordId:
        if (record := self._versions.get(id_)) is None:
            record = self._versions[id_] = RecordId(kind=VERSION, external_id=id_)
        return record

    def _type(self, issuetype: wire.Named) -> Named:
        key = (issuetype["id"], issuetype.get("name"))
        if (named := self._types.get(key)) is None:
            named = self._types[key] = Named(id=key[0], name=key[1])
        return named

    def _description(self, fields: wire.IssueFields) -> Rich | None:
        return rich(_said(fields, "description"), self.dialect.text)

    def _started(self, fields: wire.IssueFields) -> When | None:
        value = _value(fields, self._start) if self._start else None
        return value if isinstance(value, Day | Instant) else None

    def _parent(self, fields: wire.IssueFields) -> RecordId | None:
        if parent := fields.get("parent"):
            return RecordId(kind=ISSUE, external_id=parent["id"])
        key = _said(fields, self._epic) if self._epic else None
        epic = self.epic_ids.get(key) if key else None
        return RecordId(kind=ISSUE, external_id=epic) if epic else None

    def _sprints_of(self, fields: wire.IssueFields) -> Iterator[wire.Sprint]:
        for value in (_said(fields, self._sprint) or ()) if self._sprint else ():
            if (sprint := sprint_of(value)) is not None:
                yield sprint

    def _groups(self, fields: wire.IssueFields) -> tuple[RecordId, ...]:
        found = [self._version(one["id"]) for one in fields.get("fixVersions") or ()]
        if self._sprint:
            found += [RecordId(kind=SPRINT, external_id=one.id) for one in self._sprints_of(fields)]
        if self._with_labels:
            theirs = (one for one in fields.get("labels") or () if not uid_in_label(one))
            found += [RecordId(kind=LABEL, external_id=one) for one in theirs]
        return tuple(found)


class Companions:
    """The people, sprints and labels that issues name; each is told once, with the first issue that names it so."""

    def __init__(self, form: IssueFormat, homes: Homes | None = None) -> None:
        self._form, self._homes = form, homes or Homes()
        self._people: set[str] = set()
        self._labels: set[str] = set()
        self._sprints: dict[str, wire.Sprint] = {}

    def of(self, issue: wire.Issue) -> Iterator[Group | Person]:
        """Yield what *issue* names and was not told yet."""
        fields = issue["fields"]
        project = fields["project"]["id"]
        for user in (fields.get("assignee"), fields.get("reporter")):
            if user and wire.user_id(user) not in self._people and (found := person(user)) is not None:
                self._people.add(found.id.external_id)
                yield found
        yield from self.sprints(self._form.sprints(issue), ProjectId(project))
        for label in (fields.get("labels") or ()) if LABEL in self._form.kinds else ():
            if label not in self._labels and not uid_in_label(label):
                self._labels.add(label)
                home = self._homes.of(RecordId(kind=LABEL, external_id=label), ProjectId(project))
                yield label_group(label, home)

    def sprints(self, sprints: Iterable[wire.Sprint], project: ProjectId) -> Iterator[Group]:
        """Yield those of *sprints* that were not told yet, or told differently."""
        for sprint in sprints:
            if self._sprints.get(sprint.id) != sprint:
                self._sprints[sprint.id] = sprint
                yield sprint_group(sprint, self._homes.of(RecordId(kind=SPRINT, external_id=sprint.id), project))


def properties(dialect: Dialect) -> list[str]:
    """Return the issue properties to ask for; Data Center's search gives none, there the label is the marker."""
    return [MARKER_PROPERTY] if dialect.name == "cloud" else []


def _done(fields: wire.IssueFields, state: ToolState) -> Instant | None:
    """Return when the work was done: since when its status counts as done.

    Completion follows the status category, as Jira's own boards do. A resolution is a reason and may be set without it,
    or later; its date stands in where the server does not tell the other.
    """
    if state.category != "done":
        return None
    at = fields.get("statuscategorychangedate") or fields.get("resolutiondate")
    return Instant(at=at) if at else None


def _links(fields: wire.IssueFields) -> tuple[ItemLink, ...]:
    found = []
    for link in fields.get("issuelinks") or ():
        kind = link["type"]
        if to := link.get("outwardIssue"):
            word = kind.get("outward")
        elif to := link.get("inwardIssue"):
            word = kind.get("inward")
        else:
            continue
        relation = word or kind.get("name") or kind["id"]
        found.append(ItemLink(relation=relation, to=RecordId(kind=ISSUE, external_id=to["id"])))
    return tuple(found)


def _said(fields: wire.IssueFields, id_: str) -> Any:
    """Return the value of a field whose id only the connection knows; it was validated as that connection asks."""
    return cast("Mapping[str, Any]", fields).get(id_)


def _value(fields: wire.IssueFields, one: _Extra) -> FieldValue | None:
    value = _said(fields, one.id)
    return None if value is None or one.read is None else one.read(value)


# Made at run time, so no type to a type checker.
_annotated: Any = Annotated
_list: Any = list


def _page_of(issue: Any) -> TypeAdapter[wire.IssuePage]:
    return TypeAdapter(create_model("IssuePage", __base__=wire.IssuePage, issues=(_list[issue], ...)))


def _extended(name: str, base: Any, more: Mapping[str, Any]) -> Any:
    """Return the typed dictionary *base* with *more* keys, which may be missing."""
    keys = {**get_type_hints(base, include_extras=True), **more}
    made: Any = TypedDict
    return wire.ids_as_text(made(name, keys, total=False))


def _each(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
    """Validate one issue, or say which it is and where it fails. Without an id it fails its page."""
    try:
        return validate(value)
    except ValidationError as error:
        id_ = value.get("id") if isinstance(value, Mapping) else None
        if not isinstance(id_, str | int):
            raise
        return wire.Broken(id=str(id_), project=_project_of(value), field=first_field(error))


def _project_of(value: Mapping[str, Any]) -> str | None:
    fields = value.get("fields")
    project = fields.get("project") if isinstance(fields, Mapping) else None
    id_ = project.get("id") if isinstance(project, Mapping) else None
    return str(id_) if isinstance(id_, str | int) else None
