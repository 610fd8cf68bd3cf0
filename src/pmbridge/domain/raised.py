"""The risks and issues that the client was told of and that are not over, the weightiest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from pmbridge.domain.book import Book
from pmbridge.domain.figure import SourceRef, Text
from pmbridge.domain.follow_up import Severity
from pmbridge.domain.order import natural
from pmbridge.domain.risk_metrics import open_threats
from pmbridge.domain.source import event_source

_OVER = frozenset({"closed", "converted"})
_WEIGHT: tuple[Severity, ...] = ("critical", "high", "medium", "low")


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """A risk with its ``level`` (1 to 25, ``None``: not assessed), or an issue with its ``severity``.

    ``answer``: what is done about it, in the wording that the client got; ``due_on``: by when.
    """

    ref: str
    kind: Literal["risk", "issue"]
    title: Text
    level: int | None = None
    severity: Severity | None = None
    answer: Text | None = None
    due_on: date | None
    source: SourceRef


def raised(book: Book) -> tuple[Raised, ...]:
    """Return the open threats by level, then the open issues by severity; none that the client was not told of."""
    risks = [
        Raised(
            ref=one.ref,
            kind="risk",
            title=one.released.title,
            level=None if one.fields.score is None else one.fields.score.value,
            answer=one.released.response_text,
            due_on=one.fields.due_on or one.fields.proximity,
            source=event_source(one),
        )
        for one in open_threats(book.of("risk"))
        if one.released is not None
    ]
    issues = [
        Raised(
            ref=one.ref,
            kind="issue",
            title=one.released.title,
            severity=one.fields.severity,
            answer=one.released.resolution,
            due_on=one.fields.due_on,
            source=event_source(one),
        )
        for one in book.of("issue")
        if one.released is not None and one.state not in _OVER
    ]
    risks.sort(key=lambda one: (-(one.level or 0), natural(one.ref)))
    issues.sort(key=lambda one: (_WEIGHT.index(one.severity or "low"), natural(one.ref)))
    return (*risks, *issues)
