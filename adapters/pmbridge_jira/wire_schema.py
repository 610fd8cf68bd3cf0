"""Jira's JSON of what a project looks like, as far as it is used. Loaded by who describes a project."""

from __future__ import annotations

from pmbridge_jira.wire import LinkType, Model, Named, Status


class TypeStatuses(Model):
    """One issue type of a project, with the statuses that it may have there."""

    id: str
    name: str | None = None
    statuses: list[Status]


class AllowedValue(Model):
    id: str | None = None
    name: str | None = None
    value: str | None = None


class CreateField(Model):
    fieldId: str  # noqa: N815
    required: bool | None = None
    allowedValues: list[AllowedValue] | None = None  # noqa: N815


class CreateTypes(Model):
    """``issueTypes`` on Cloud, ``values`` on Data Center."""

    issueTypes: list[Named] | None = None  # noqa: N815
    values: list[Named] | None = None
    total: int | None = None


class CreateFields(Model):
    """``fields`` on Cloud, ``values`` on Data Center."""

    fields: list[CreateField] | None = None
    values: list[CreateField] | None = None
    total: int | None = None


class Permission(Model):
    havePermission: bool | None = None  # noqa: N815


class Permissions(Model):
    permissions: dict[str, Permission]


class LinkTypes(Model):
    issueLinkTypes: list[LinkType]  # noqa: N815
