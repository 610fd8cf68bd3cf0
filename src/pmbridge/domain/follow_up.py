"""What follows from a meeting, risk, issue or decision: action items, and the issue that a risk became.

The inputs stand below the concepts that take and make them, so that none of these imports another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

from pmbridge.domain.book import Book
from pmbridge.domain.entry import Entry
from pmbridge.domain.fields import Fields, Input, who
from pmbridge.domain.inputs import Wording
from pmbridge.domain.machine import Effect

Severity = Literal["critical", "high", "medium", "low"]
IssueKind = Literal["problem", "concern", "defect", "blocker"]


class NewAction(Input):
    """An action item. ``owner`` left out: whoever records it."""

    text: Wording
    owner: str | None = who(None)
    due_on: date | None = None
    no_due_reason: Wording | None = None
    origin: str | None = None
    about: str | None = None


class NewIssue(Input):
    """An issue. ``raised_by`` left out: the contact whose act it is, else whoever records it; so is ``owner``."""

    title: Wording
    description: Wording | None = None
    kind: IssueKind = "problem"
    severity: Severity
    impact: Wording | None = None
    affects: tuple[str, ...] = ()
    raised_by: str | None = who(None)
    owner: str | None = who(None)
    due_on: date | None = None
    no_due_reason: Wording | None = None
    from_risk: str | None = None


class Todo(BaseModel):
    """An action item as it is agreed on the way: in minutes, in a response to a risk."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    text: Wording
    owner: str | None = None
    due_on: date
    about: str | None = None


def action_items(todos: Iterable[Todo], origin: str) -> Iterator[Effect]:
    """Yield the effects that make *todos* action items of the record *origin*."""
    for one in todos:
        yield Effect(
            "action",
            "add",
            NewAction(text=one.text, owner=one.owner, due_on=one.due_on, origin=origin, about=one.about),
        )


def actions_from(book: Book, origin: str) -> list[Entry[Fields]]:
    """Return the action items that came from the record *origin*, by ref."""
    return [one for one in book.of("action") if one.fields.origin == origin]


def unfinished(book: Book, origin: str, also: Iterable[str] = ()) -> list[str]:
    """Return the refs of the action items from *origin*, and of those among *also*, that are still open."""
    named = (book.get(ref) for ref in also)
    found = [*actions_from(book, origin), *(one for one in named if one is not None and one.kind == "action")]
    return sorted({one.ref for one in found if one.state == "open"})
