"""The command that usually follows for a record of the register."""

from __future__ import annotations

from typing import Any

from pmbridge.domain.entry import Entry
from pmbridge.domain.machine import Concept


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
