"""What every desk does with its commands: turn typed arguments into one command of the register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from pmbridge.domain.entry import Entry
from pmbridge.domain.evidence import Evidence
from pmbridge.domain.figure import Text
from pmbridge.domain.machine import Condition
from pmbridge.register import Attachment, Register

Proof = Evidence | Attachment | Path | str
"""What proves an event: a file by its path (``"email:reply.eml"`` names its kind), or evidence kept elsewhere."""


class Desk:
    """The commands of one noun. Each is one transaction: all of its events are recorded, or none.

    Every command takes *at* (when it really happened, aware; default now), *by* (whose act it is: a contact by ref,
    name or address, or a member's name), *reason* and *evidence*, and raises
    :class:`~pmbridge.errors.GuardFailed` with every unmet condition, :class:`~pmbridge.errors.UnknownRef`, or
    :class:`~pmbridge.errors.StaleWrite`.
    """

    kind: str

    def __init__(self, register: Register) -> None:
        self._register = register

    def all(self) -> list[Entry[Any]]:
        """Return every record of this noun, by ref; empty before the first."""
        return self._register.book.of(self.kind)

    def get(self, ref: str) -> Entry[Any] | None:
        """Return the record *ref*, ``None`` if there is none."""
        found = self._register.book.get(ref)
        return found if found is not None and found.kind == self.kind else None

    def conditions(self, verb: str, ref: str | None = None, **given: Any) -> tuple[Condition, ...]:
        """Return the conditions of *verb* as they are now, met or not, and change nothing."""
        return self._register.conditions(self.kind, verb, ref, input=given)

    def _do(
        self,
        verb: str,
        ref: str | None,
        given: Mapping[str, object],
        *,
        at: datetime | None,
        by: str | None,
        reason: str | None,
        evidence: Sequence[Proof],
        number: str | None = None,
    ) -> Entry[Any]:
        return self._register.do(
            self.kind,
            verb,
            ref,
            input={name: value for name, value in given.items() if value is not None},
            at=at,
            by=by,
            reason=reason,
            evidence=[_proof(one) for one in evidence],
            number=number,
        )


def words(text: Text | str | None) -> str | None:
    """Return *text* in the language in which it was written."""
    return text.in_(text.original)[0] if isinstance(text, Text) else text


def _proof(one: Proof) -> Evidence | Attachment:
    return Attachment.of(str(one)) if isinstance(one, str | Path) else one
