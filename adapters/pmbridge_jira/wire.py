"""Jira's JSON as far as it is used. What is not declared here is not even built.

Ids come as strings in most places and as numbers in some: all are read as strings. Times carry an offset without a
colon, of whatever zone the site has; they are aware datetimes here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)


class Ref(Model):
    id: str


class Numbered(Model):
    """An issue whose id is used as the number that it is: ids are sorted."""

    id: int


class Keyed(Model):
    id: str
    key: str


class Named(Model):
    id: str
    name: str | None = None


class Category(Model):
    id: str | None = None
    key: str | None = None


class Status(Model):
    id: str
    name: str | None = None
    statusCategory: Category | None = None  # noqa: N815 - the vendor's key, as everywhere in this module


class User(Model):
    """On Cloud ``accountId`` only; on Data Center ``key`` (stable) and ``name`` (may be renamed)."""

    accountId: str | None = None  # noqa: N815
    key: str | None = None
    name: str | None = None
    displayName: str | None = None  # noqa: N815
    active: bool | None = None

    @property
    def id(self) -> str | None:
        """The identity that survives a rename."""
        return self.accountId or self.key or self.name


class LinkType(Model):
    id: str
    name: str | None = None
    inward: str | None = None
    outward: str | None = None


class IssueLink(Model):
    type: LinkType
    inwardIssue: Ref | None = None  # noqa: N815
    outwardIssue: Ref | None = None  # noqa: N815


class Sprint(Model):
    id: str
    name: str | None = None
    state: str | None = None
    startDate: AwareDatetime | None = None  # noqa: N815
    endDate: AwareDatetime | None = None  # noqa: N815
    completeDate: AwareDatetime | None = None  # noqa: N815


class IssueFields(Model):
    """Fields that are always asked for. Required: what every issue has, so that an answer without fields fails.

    Subclasses made per connection add ``f0``, ``f1``, … for sprint, epic link and the mapped fields.
    """

    summary: str
    status: Status
    issuetype: Named
    project: Keyed
    updated: AwareDatetime
    created: AwareDatetime | None = None
    duedate: date | None = None
    resolutiondate: AwareDatetime | None = None
    statuscategorychangedate: AwareDatetime | None = None
    parent: Ref | None = None
    fixVersions: list[Named] | None = None  # noqa: N815
    labels: list[str] | None = None
    assignee: User | None = None
    reporter: User | None = None
    issuelinks: list[IssueLink] | None = None


class Properties(Model):
    pmbridge: JsonValue = None


class Issue(Model):
    id: str
    key: str
    fields: IssueFields
    properties: Properties | None = None


class Broken(Model):
    """An issue that did not validate: which one, and where. Never its value."""

    id: str
    project: str | None
    field: str


class IssueError(Model):
    """An issue that the server failed to read; the vendor says that asking again may help."""

    id: str


class IssuePage(Model):
    """A page of issues, of any of Jira's endpoints that bring some. Subclasses narrow ``issues``."""

    issues: Sequence[Any]
    nextPageToken: str | None = None  # noqa: N815
    isLast: bool | None = None  # noqa: N815
    total: int | None = None
    startAt: int | None = None  # noqa: N815
    maxResults: int | None = None  # noqa: N815
    issueErrors: list[IssueError] | None = None  # noqa: N815


class IdPage(IssuePage):
    issues: list[Numbered]


class KeyPage(IssuePage):
    issues: list[Keyed]


class CreatedFields(Model):
    created: AwareDatetime


class CreatedIssue(Numbered):
    fields: CreatedFields


class CreatedPage(IssuePage):
    issues: list[CreatedIssue]


class PlaceFields(Model):
    project: Keyed


class PlacedIssue(Model):
    id: str
    fields: PlaceFields


class PlacePage(IssuePage):
    issues: list[PlacedIssue]


class ServerInfo(Model):
    deploymentType: str  # noqa: N815
    baseUrl: str | None = None  # noqa: N815
    displayUrl: str | None = None  # noqa: N815
    version: str | None = None
    versionNumbers: list[int] | None = None  # noqa: N815
    serverTime: AwareDatetime | None = None  # noqa: N815


class Myself(User):
    """The account itself. Its e-mail address and zone are not needed, so they are not read."""


class TenantInfo(Model):
    cloudId: str  # noqa: N815


class Insight(Model):
    totalIssueCount: int | None = None  # noqa: N815
    lastIssueUpdateTime: AwareDatetime | None = None  # noqa: N815


class Project(Model):
    id: str
    key: str
    name: str
    projectTypeKey: str | None = None  # noqa: N815
    archived: bool | None = None
    insight: Insight | None = None


class ProjectPage(Model):
    values: list[Project]
    isLast: bool | None = None  # noqa: N815
    total: int | None = None


class Version(Model):
    id: str
    name: str
    description: str | None = None
    startDate: date | None = None  # noqa: N815
    releaseDate: date | None = None  # noqa: N815
    released: bool | None = None
    archived: bool | None = None
    projectId: str | None = None  # noqa: N815


class VersionPage(Model):
    values: list[Version]
    isLast: bool | None = None  # noqa: N815
    total: int | None = None


class FieldSchema(Model):
    type: str | None = None
    items: str | None = None
    custom: str | None = None


class FieldScope(Model):
    """A team-managed project has fields of its own."""

    project: Ref | None = None


class FieldDetails(Model):
    id: str
    name: str
    custom: bool | None = None
    schema_: FieldSchema | None = Field(default=None, alias="schema")
    scope: FieldScope | None = None


class Board(Model):
    id: str
    type: str | None = None


class BoardPage(Model):
    values: list[Board]
    isLast: bool | None = None  # noqa: N815
    total: int | None = None


class SprintPage(Model):
    values: list[Sprint]
    isLast: bool | None = None  # noqa: N815
    total: int | None = None
