"""The command that usually follows for a record of the register, and the one that shows it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from pmbridge.domain.entry import Entry
from pmbridge.domain.machine import Concept
from pmbridge.domain.moment import Moment

if TYPE_CHECKING:
    from pmbridge.domain.book import Book

_SHOWN_BY = {
    "engagement": "pmbridge engagement show",
    "discrepancy": "pmbridge conflicts --all",
    "requirements_baseline": "pmbridge requirement list",
    "schedule_baseline": "pmbridge milestone list",
    "budget_baseline": "pmbridge engagement show",
}
"""What shows a record that has no command of its own."""


def show_command(book: Book, entry: Entry[Any]) -> str:
    """Return the command that shows *entry*: of a client's decision the one that shows what was decided on."""
    if entry.kind == "client_decision" and (subject := book.get(entry.fields.subject)) is not None:
        entry = subject
    return _SHOWN_BY.get(entry.kind) or f"pmbridge {entry.kind} show {entry.ref}"


def next_command(concept: Concept, record: Entry[Any], *, moves: bool | None = None) -> str:
    """Return the first step in the machine's order that leads on, else the command that shows *record*.

    *moves*: whether it is somebody's move at all; left out: what the state itself says.
    """
    show = f"pmbridge {concept.name} show {record.ref}"
    if not (concept.states[record.state].holder is not None if moves is None else moves):
        return show
    for step in concept.steps:
        if record.state in step.sources and any(one != record.state for one in step.targets):
            verb = step.verb.replace("_", "-")
            return (
                f"pmbridge {concept.name} {f'decide {record.ref} {verb}' if step.verdict else f'{verb} {record.ref}'}"
            )
    return show


def lapsed_offer(concept: Concept, record: Entry[Any], moment: Moment) -> date | None:
    """Return until when the offer of a change stood that nobody decided on in time, ``None`` of anything else."""
    lapsed = concept.name == "change" and concept.shown_state(record, moment) == "lapsed"
    return record.fields.valid_until if lapsed else None


def renew(record: Entry[Any]) -> str:
    """Return the command that makes a new offer of a lapsed one possible."""
    return f"pmbridge change reassess {record.ref} --reason …"
