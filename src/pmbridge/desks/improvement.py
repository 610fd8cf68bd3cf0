"""Commands about a improvement. Written by ``docs/generate.py``; do not edit."""
# ruff: noqa
# fmt: off

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from pmbridge.desks.desk import Desk, Proof
from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Text
from pmbridge.domain.improvement import Improvement


class ImprovementDesk(Desk):
    """改进措施 improvement: IMP-01 and on."""

    kind = "improvement"

    def add(
        self,
        *,
        text: Text | str,
        due_on: date,
        owner: str | None = None,
        measure: Text | str | None = None,
        applies_to: Literal["engagement", "agency"] | None = None,
        origin: str | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
        number: str | None = None,
    ) -> Entry[Improvement]:
        """Propose → proposed.

        Needs: people are known; what it refers to exists.
        """
        return self._do(
            "add",
            None,
            {
                "text": text,
                "due_on": due_on,
                "owner": owner,
                "measure": measure,
                "applies_to": applies_to,
                "origin": origin,
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
        due_on: date | None = None,
        owner: str | None = None,
        measure: Text | str | None = None,
        applies_to: Literal["engagement", "agency"] | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Improvement]:
        """Edit → same state.

        Needs: people are known.
        """
        return self._do(
            "edit",
            ref,
            {
                "text": text,
                "due_on": due_on,
                "owner": owner,
                "measure": measure,
                "applies_to": applies_to,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def accept(
        self,
        ref: str,
        *,
        measure: Text | str | None = None,
        owner: str | None = None,
        due_on: date | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Improvement]:
        """Accept → accepted.

        Needs: people are known; it says how we will know; its due date is to come.
        """
        return self._do(
            "accept",
            ref,
            {
                "measure": measure,
                "owner": owner,
                "due_on": due_on,
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
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Improvement]:
        """Finish → done."""
        return self._do(
            "done",
            ref,
            {
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def verify(
        self,
        ref: str,
        *,
        result: Text | str,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Improvement]:
        """Verify → verified."""
        return self._do(
            "verify",
            ref,
            {
                "result": result,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def drop(
        self,
        ref: str,
        *,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Improvement]:
        """Drop → dropped.

        Needs: a reason.
        """
        return self._do(
            "drop",
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
    ) -> Entry[Improvement]:
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
