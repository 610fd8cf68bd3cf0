"""Commands about a commitment. Written by ``docs/generate.py``; do not edit."""
# ruff: noqa
# fmt: off

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from pmbridge.desks.desk import Desk, Proof
from pmbridge.domain.commitment import Commitment
from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Text


class CommitmentDesk(Desk):
    """承诺 commitment: CMT-01 and on."""

    kind = "commitment"

    def add(
        self,
        *,
        statement: Text | str,
        made_to: str,
        due_on: date,
        basis: Literal["milestone", "goal", "sla", "none"],
        made_by: str | None = None,
        rests_on: str | None = None,
        forecast: date | None = None,
        replaces: str | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
        number: str | None = None,
    ) -> Entry[Commitment]:
        """Record → open.

        Needs: the contact is known; people are known; its basis is known; it is promised for a day to come.
        """
        return self._do(
            "add",
            None,
            {
                "statement": statement,
                "made_to": made_to,
                "due_on": due_on,
                "basis": basis,
                "made_by": made_by,
                "rests_on": rests_on,
                "forecast": forecast,
                "replaces": replaces,
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
        made_by: str | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Commitment]:
        """Edit → same state.

        Needs: people are known.
        """
        return self._do(
            "edit",
            ref,
            {
                "made_by": made_by,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def settle(
        self,
        ref: str,
        *,
        outcome: Literal["kept", "broken", "renegotiated"],
        remedy: Text | str | None = None,
        due_on: date | None = None,
        statement: Text | str | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Commitment]:
        """Settle → kept or broken or renegotiated.

        Needs: before its day was over; proved; it says for when instead.
        """
        return self._do(
            "settle",
            ref,
            {
                "outcome": outcome,
                "remedy": remedy,
                "due_on": due_on,
                "statement": statement,
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
    ) -> Entry[Commitment]:
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
