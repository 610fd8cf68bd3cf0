"""Commands about a assumption. Written by ``docs/generate.py``; do not edit."""
# ruff: noqa
# fmt: off

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from pmbridge.desks.desk import Desk, Proof
from pmbridge.domain.assumption import Assumption
from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Text


class AssumptionDesk(Desk):
    """假设 assumption: ASM-01 and on."""

    kind = "assumption"

    def add(
        self,
        *,
        statement: Text | str,
        valid_if_wrong: Text | str,
        check_by: date,
        owner: str | None = None,
        affects: Sequence[str] | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
        number: str | None = None,
    ) -> Entry[Assumption]:
        """Add → open.

        Needs: people are known; what it refers to exists.
        """
        return self._do(
            "add",
            None,
            {
                "statement": statement,
                "valid_if_wrong": valid_if_wrong,
                "check_by": check_by,
                "owner": owner,
                "affects": affects,
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
        statement: Text | str | None = None,
        valid_if_wrong: Text | str | None = None,
        check_by: date | None = None,
        owner: str | None = None,
        affects: Sequence[str] | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Assumption]:
        """Edit → same state.

        Needs: people are known; what it refers to exists.
        """
        return self._do(
            "edit",
            ref,
            {
                "statement": statement,
                "valid_if_wrong": valid_if_wrong,
                "check_by": check_by,
                "owner": owner,
                "affects": affects,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def confirm(
        self,
        ref: str,
        *,
        finding: Text | str,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Assumption]:
        """Confirm → confirmed."""
        return self._do(
            "confirm",
            ref,
            {
                "finding": finding,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def refute(
        self,
        ref: str,
        *,
        finding: Text | str,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Assumption]:
        """Refute → refuted."""
        return self._do(
            "refute",
            ref,
            {
                "finding": finding,
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
    ) -> Entry[Assumption]:
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
