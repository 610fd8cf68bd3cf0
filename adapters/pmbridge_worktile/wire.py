"""Worktile's JSON as far as it is used.

No schema of the vendor's can be had; the forms are those that its users have met (``Task`` … of the fact sheet). New
keys appear without notice, so what is not declared here is ignored. Required is only what a record cannot do without.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, StringConstraints, model_validator

Id = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{1,64}$")]
"""24 hex digits as a rule; it goes into paths and lists with commas, so nothing else may stand in it."""

Seconds = Annotated[float, Field(ge=0, le=250_000_000_000, allow_inf_nan=False)]
"""Unix seconds, at times with a fraction. The limit lies in the year 9892: milliseconds do not pass for seconds."""


def _uid(value: Any) -> Any:
    """Return the uid of a user, which comes by itself or as an object."""
    if isinstance(value, dict):
        value = value.get("uid") or value.get("_id")
    return value or None


Uid = Annotated[Id | None, BeforeValidator(_uid)]
IntBool = bool | None
"""0 or 1 as a rule."""


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)


class TenantToken(Model):
    tenant_access_token: str = Field(min_length=1)
    expires_in: Seconds | None = None


class OAuthToken(Model):
    access_token: str = Field(min_length=1)
    refresh_token: str | None = None
    expires_in: Seconds | None = None


class Page(Model):
    """A page of anything. It lies under ``items`` or ``value``; where V2 puts the rest, under ``meta``."""

    rows: list[JsonValue]
    total: int | None = None
    has_more: bool | None = None
    users: list[JsonValue] = Field(default_factory=list)

    @model_validator(mode="before")
    @classmethod
    def _one_form(cls, body: Any) -> Any:
        if not isinstance(body, dict):
            return body
        meta, references = body.get("meta"), body.get("references")
        meta = meta if isinstance(meta, dict) else {}
        references = references if isinstance(references, dict) else {}
        told = {
            "rows": body["items"] if body.get("items") is not None else body.get("value"),
            "total": body.get("total", meta.get("total")),
            "has_more": body.get("has_more", meta.get("has_more")),
            "users": references.get("users") or [],
        }
        return {key: value for key, value in told.items() if value is not None}


class Project(Model):
    id: Id = Field(alias="_id")
    name: str = ""
    identifier: str | None = None
    is_archived: IntBool = None


class State(Model):
    id: Id | None = Field(default=None, alias="_id")
    name: str | None = None
    type: int | None = None


class TaskType(Model):
    id: Id = Field(alias="_id")
    name: str | None = None


class Task(Model):
    """A task; ``properties`` only where they were asked for."""

    id: Id = Field(alias="_id")
    title: str
    updated_at: Seconds
    identifier: str | None = None
    project_id: Id | None = None
    created_by: Uid = None
    created_at: Seconds | None = None
    completed_at: Seconds | None = None
    is_archived: IntBool = None
    is_deleted: IntBool = None
    state_type: int | None = None
    task_state: State | None = None
    task_type: TaskType | None = None
    parent_id: Annotated[Id | None, BeforeValidator(lambda value: value or None)] = None
    properties: dict[str, JsonValue] | None = None


class Tag(Model):
    id: Id = Field(alias="_id")
    name: str | None = None
    color: str | None = None


class Member(Model):
    """A person. ``uid`` is what everything else refers to; ``_id`` is another number of the same person."""

    uid: Id
    id: Id | None = Field(default=None, alias="_id")
    display_name: str | None = None
    name: str | None = None


class DateValue(Model):
    """A moment or, unless ``with_time``, the day in which it lies."""

    date: Seconds | None
    with_time: IntBool = None


class CommentWire(Model):
    content: str | None = None
    created_by: Uid = None
    created_at: Seconds


class Detail(Model):
    """One task with what ``columns`` asked for; without it little more than a title."""

    id: Id = Field(alias="_id")
    comments: list[CommentWire] | None = None
    properties: dict[str, JsonValue] | None = None


class _Data(Model):
    value: Detail


class DetailEnvelope(Model):
    data: _Data
