"""Jira's JSON as far as it is used. What is not declared here is not even built.

Ids come as strings in most places and as numbers in some: all are read as strings. Times carry an offset without a
colon, of whatever zone the site has; they are aware datetimes here.

What comes with every issue is read into typed dictionaries: building one takes half of what a model takes, and a first
scan reads ten thousand of them. A key may be missing there, or hold ``None``, unless it is required.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Required

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, with_config
from typing_extensions import TypedDict

ids_as_text = with_config(ConfigDict(coerce_numbers_to_str=True))


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)


@ids_as_text
class Ref(TypedDict):
    id: str


class Numbered(Model):
    """An issue whose id is used as the number that it is: ids are sorted."""

    id: int


@ids_as_text
class Keyed(TypedDict):
    id: str
    key: str


@ids_as_text
class Named(TypedDict, total=False):
    id: Required[str]
    name: str | None


@ids_as_text
class Category(TypedDict, total=False):
    id: str | None
    key: str | None


@ids_as_text
class Status(TypedDict, total=False):
    id: Required[str]
    name: str | None
    statusCategory: Category | None


@ids_as_text
class User(TypedDict, total=False):
    """On Cloud ``accountId`` only; on Data Center ``key`` (stable) and ``name`` (may be renamed)."""

    accountId: str | None
    key: str | None
    name: str | None
    displayName: str | None
    active: bool | None


def user_id(user: User | None) -> str | None:
    """Return the identity that survives a rename."""
    return (user.get("accountId") or user.get("key") or user.get("name")) if user else None


@ids_as_text
class LinkType(TypedDict, total=False):
    id: Required[str]
    name: str | None
    inward: str | None
    outward: str | None


@ids_as_text
class IssueLink(TypedDict, total=False):
    type: Required[LinkType]
    inwardIssue: Ref | None
    outwardIssue: Ref | None


class Sprint(Model):
    id: str
    name: str | None = None
    state: str | None = None
    startDate: AwareDatetime | None = None  # noqa: N815
    endDate: AwareDatetime | None = None  # noqa: N815
    completeDate: AwareDatetime | None = None  # noqa: N815


@ids_as_text
class IssueFields(TypedDict, total=False):
    """Fields that are always asked for. Required: what every issue has, so that an answer without fields fails.

    The form of a connection adds description, sprint, epic link and the mapped fields under their own ids.
    """

    summary: Required[str]
    status: Required[Status]
    issuetype: Required[Named]
    project: Required[Keyed]
    updated: Required[AwareDatetime]
    created: AwareDatetime | None
    duedate: date | None
    resolutiondate: AwareDatetime | None
    statuscategorychangedate: AwareDatetime | None
    parent: Ref | None
    fixVersions: list[Named] | None
    labels: list[str] | None
    assignee: User | None
    reporter: User | None
    issuelinks: list[IssueLink] | None


@ids_as_text
class Properties(TypedDict, total=False):
    pmbridge: JsonValue


@ids_as_text
class Issue(TypedDict, total=False):
    id: Required[str]
    key: Required[str]
    fields: Required[IssueFields]
    properties: Properties | None


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
