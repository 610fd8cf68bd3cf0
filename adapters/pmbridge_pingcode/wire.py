"""PingCode's JSON as far as it is used, the same in both dialects. What is not declared here is not even built.

Any key may be absent instead of null. Required is only what a record cannot do without, so that an answer which lacks
it fails. Times are whole Unix seconds.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, StringConstraints

Id = Annotated[str, StringConstraints(min_length=1, max_length=200)]
"""Opaque: 24 or 32 hexadecimal digits, or a slug for what the system brings along."""

Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
"""The same of a record that is read by its id: it goes into the path of a request."""

Seconds = Annotated[int, Field(strict=True, ge=0, lt=100_000_000_000)]
"""Ten digits. Milliseconds, which PingCode itself refuses, would be a date in the far future: not let through."""

Flag = Annotated[bool | None, BeforeValidator(lambda value: value if value in (0, 1, None) else "no flag")]
"""0 or 1; true booleans were seen on products."""

Amount = Annotated[float, Field(allow_inf_nan=False)]


class Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class Token(Model):
    access_token: Id
    expires_in: Seconds | None = None
    """An absolute time, in spite of its name and of RFC 6749."""
    refresh_token: str | None = None


class Envelope(Model):
    page_size: Annotated[int, Field(strict=True, ge=1)]
    page_index: Annotated[int, Field(strict=True, ge=0)]
    total: Annotated[int, Field(strict=True, ge=0)]
    values: list[JsonValue]


class Ref(Model):
    id: Id
    name: str | None = None


class User(Model):
    id: Id
    name: str | None = None
    display_name: str | None = None
    email: str | None = None


class Team(Model):
    id: Id
    name: str | None = None
    secondary_domain: str | None = None
    """Of the team's pages: ``https://<it>.pingcode.com``."""


class ProjectRef(Model):
    id: Key
    identifier: str | None = None
    name: str | None = None
    is_archived: Flag = None
    is_deleted: Flag = None


class Project(ProjectRef):
    name: str
    type: str | None = None
    updated_at: Seconds | None = None


class Product(ProjectRef):
    name: str
    updated_at: Seconds | None = None


class State(Model):
    id: Id
    name: str
    type: str | None = None
    """``pending``, ``in_progress``, ``completed``, ``closed``; of a release also ``published``."""


class WorkItemType(Model):
    id: Id
    name: str
    group: str | None = None


class Option(Model):
    id: Id = Field(alias="_id")
    text: str | None = None


class Property(Model):
    id: Id
    name: str
    type: str | None = None
    options: list[Option] | None = None


class Phase(Model):
    id: Key


class WorkItem(Model):
    id: Key
    project: ProjectRef
    title: str
    type: Id
    identifier: str | None = None
    start_at: Seconds | None = None
    end_at: Seconds | None = None
    parent_id: str | None = None
    html_url: str | None = None
    assignee: User | None = None
    state: State | None = None
    priority: Ref | None = None
    version: Ref | None = None
    versions: list[Ref] | None = None
    sprint: Ref | None = None
    phase: Phase | None = None
    description: str | None = None
    completed_at: Seconds | None = None
    story_points: Amount | None = None
    estimated_workload: Amount | None = None
    remaining_workload: Amount | None = None
    properties: dict[str, JsonValue] | None = None
    tags: list[Ref] | None = None
    created_at: Seconds | None = None
    created_by: User | None = None
    updated_at: Seconds
    is_archived: Flag = None
    is_deleted: Flag = None


class DateRange(Model):
    """A plan of ideas and tickets: both ends, and how exactly they are meant (day, month, quarter, year)."""

    from_: Seconds | None = Field(default=None, alias="from")
    to: Seconds | None = None
    granularity: str | None = None


class ShipItem(Model):
    """What an idea and a ticket have in common."""

    id: Key
    product: ProjectRef
    title: str
    identifier: str | None = None
    html_url: str | None = None
    assignee: User | None = None
    state: State | None = None
    priority: Ref | None = None
    description: str | None = None
    properties: dict[str, JsonValue] | None = None
    completed_at: Seconds | None = None
    created_at: Seconds | None = None
    created_by: User | None = None
    updated_at: Seconds
    is_archived: Flag = None
    is_deleted: Flag = None


class Ticket(ShipItem):
    type: Ref | None = None
    customer: Ref | None = None
    solution: Ref | None = None
    channel: Ref | str | None = None
    """An object, or the word ``internal``."""
    tags: list[Ref] | None = None
    estimated_at: DateRange | None = None
    submitted_at: Seconds | None = None
    submitted_by: Ref | None = None


class Idea(ShipItem):
    plan: Ref | None = None
    suite: Ref | None = None
    score: Amount | None = None
    progress: Amount | None = None
    plan_at: DateRange | None = None
    real_at: DateRange | None = None


class ReleaseStage(Model):
    id: Id
    operate_at: Seconds | None = None


class Release(Model):
    id: Key
    name: str
    project: ProjectRef | None = None
    start_at: Seconds | None = None
    end_at: Seconds | None = None
    stage: State | None = None
    stages: list[ReleaseStage] | None = None
    operate_at: Seconds | None = None
    changelog: str | None = None
    assignee: User | None = None
    updated_at: Seconds | None = None


class Sprint(Model):
    id: Key
    name: str
    project: ProjectRef | None = None
    status: str | None = None
    start_at: Seconds | None = None
    end_at: Seconds | None = None
    completed_at: Seconds | None = None
    description: str | None = None
    assignee: User | None = None
    updated_at: Seconds | None = None


class DeliverableContent(Model):
    name: str | None = None
    href: str | None = None
    title: str | None = None


class Deliverable(Model):
    id: Key
    name: str
    project: ProjectRef | None = None
    work_item: Phase | None = None
    content_type: str | None = None
    content: DeliverableContent | None = None
    created_at: Seconds | None = None
    created_by: User | None = None
    updated_at: Seconds | None = None
    is_archived: Flag = None
    is_deleted: Flag = None


class Comment(Model):
    id: Id
    content: str | None = None
    created_at: Seconds | None = None
    created_by: User | None = None
    is_deleted: Flag = None


class Transition(Model):
    id: Id
    from_state: State | None = None
    to_state: State | None = None
    created_at: Seconds
    created_by: User | None = None
