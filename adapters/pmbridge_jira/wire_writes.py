"""Jira's JSON of what can be written and what came of it, as far as it is used. Loaded by who writes."""

from __future__ import annotations

from pmbridge_jira.wire import LinkType, Model, Status


class Made(Model):
    """An issue that was made."""

    id: str
    key: str


class MadeComment(Model):
    id: str


class ScreenField(Model):
    """A field as the screen of a transition shows it."""

    name: str | None = None
    required: bool | None = None
    hasDefaultValue: bool | None = None  # noqa: N815


class Transition(Model):
    id: str
    to: Status
    fields: dict[str, ScreenField] | None = None


class Transitions(Model):
    transitions: list[Transition]


class CreateField(Model):
    """A field of the screen on which issues are made."""

    fieldId: str  # noqa: N815
    name: str | None = None
    required: bool | None = None
    hasDefaultValue: bool | None = None  # noqa: N815


class CreateScreen(Model):
    """``fields`` on Cloud, ``values`` on Data Center."""

    fields: list[CreateField] | None = None
    values: list[CreateField] | None = None
    total: int | None = None


class LinkTypes(Model):
    issueLinkTypes: list[LinkType]  # noqa: N815
