"""Jira's JSON of comments, changelogs and approvals, as far as it is used. Loaded by who reads details."""

from __future__ import annotations

from pydantic import AwareDatetime, Field, JsonValue

from pmbridge_jira.wire import Model, User


class CommentProperty(Model):
    key: str
    value: JsonValue = None


class Visibility(Model):
    type: str | None = None


class CommentWire(Model):
    id: str
    body: JsonValue = None
    author: User | None = None
    created: AwareDatetime | None = None
    visibility: Visibility | None = None
    jsdPublic: bool | None = None  # noqa: N815
    properties: list[CommentProperty] | None = None


class CommentPage(Model):
    comments: list[CommentWire]
    total: int | None = None


class LogItem(Model):
    """One changed field. ``from`` and ``to`` hold ids, the strings what people read."""

    field: str | None = None
    fieldId: str | None = None  # noqa: N815
    from_: str | None = Field(default=None, alias="from")
    fromString: str | None = None  # noqa: N815
    to: str | None = None
    toString: str | None = None  # noqa: N815


class History(Model):
    """``created`` comes as text in most places; as a number, in seconds or milliseconds, in some."""

    id: str
    created: AwareDatetime
    author: User | None = None
    items: list[LogItem] | None = None


class IssueLog(Model):
    issueId: str  # noqa: N815
    changeHistories: list[History] | None = None  # noqa: N815


class LogPage(Model):
    issueChangeLogs: list[IssueLog]  # noqa: N815
    nextPageToken: str | None = None  # noqa: N815


class Histories(Model):
    histories: list[History]
    total: int | None = None


class LoggedIssue(Model):
    """An issue with ``expand=changelog``, the only way on Data Center."""

    id: str
    changelog: Histories


class Millis(Model):
    epochMillis: int  # noqa: N815


class Approver(Model):
    approver: User | None = None
    approverDecision: str | None = None  # noqa: N815


class RequestApproval(Model):
    id: str
    name: str | None = None
    finalDecision: str | None = None  # noqa: N815
    approvers: list[Approver] | None = None
    createdDate: Millis | None = None  # noqa: N815
    completedDate: Millis | None = None  # noqa: N815


class ApprovalPage(Model):
    values: list[RequestApproval]
    isLastPage: bool | None = None  # noqa: N815
