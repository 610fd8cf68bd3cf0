"""Commands about a action item. Written by ``docs/generate.py``; do not edit."""
# ruff: noqa
# fmt: off

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from pmbridge.desks.desk import Desk, Proof
from pmbridge.domain.action import Action
from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Text


class ActionDesk(Desk):
    """行动项 action item: ACT-01 and on."""

    kind = "action"

    def add(
        self,
        *,
        text: Text | str,
        owner: str | None = None,
        due_on: date | None = None,
        no_due_reason: Text | str | None = None,
        origin: str | None = None,
        about: str | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
        number: str | None = None,
    ) -> Entry[Action]:
        """Add → open.

        Needs: people are known; what it refers to exists; has a due date.
        """
        return self._do(
            "add",
            None,
            {
                "text": text,
                "owner": owner,
                "due_on": due_on,
                "no_due_reason": no_due_reason,
                "origin": origin,
                "about": about,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
            number=number,
        )

    def edit(
        self,
        ref: str,
        *,
        text: Text | str | None = None,
        owner: str | None = None,
        due_on: date | None = None,
        about: str | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Action]:
        """Edit → same state.

        Needs: people are known; what it refers to exists.
        """
        return self._do(
            "edit",
            ref,
            {
                "text": text,
                "owner": owner,
                "due_on": due_on,
                "about": about,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def done(
        self,
        ref: str,
        *,
        result: Text | str | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Action]:
        """Finish → done."""
        return self._do(
            "done",
            ref,
            {
                "result": result,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def cancel(
        self,
        ref: str,
        *,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Action]:
        """Cancel → cancelled.

        Needs: a reason.
        """
        return self._do(
            "cancel",
            ref,
            {
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def release(
        self,
        ref: str,
        *,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Action]:
        """Release → same state."""
        return self._do(
            "release",
            ref,
            {
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )
