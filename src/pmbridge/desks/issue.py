"""Commands about a issue. Written by ``docs/generate.py``; do not edit."""
# ruff: noqa
# fmt: off

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from pmbridge.desks.desk import Desk, Proof
from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Text
from pmbridge.domain.follow_up import Todo
from pmbridge.domain.issue import Issue


class IssueDesk(Desk):
    """问题 issue: ISS-01 and on."""

    kind = "issue"

    def add(
        self,
        *,
        title: Text | str,
        severity: Literal["critical", "high", "medium", "low"],
        description: Text | str | None = None,
        kind: Literal["problem", "concern", "defect", "blocker"] | None = None,
        impact: Text | str | None = None,
        affects: Sequence[str] | None = None,
        raised_by: str | None = None,
        owner: str | None = None,
        due_on: date | None = None,
        no_due_reason: Text | str | None = None,
        from_risk: str | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
        number: str | None = None,
    ) -> Entry[Issue]:
        """Add → open.

        Needs: people are known; what it refers to exists; has a due date.
        """
        return self._do(
            "add",
            None,
            {
                "title": title,
                "description": description,
                "kind": kind,
                "severity": severity,
                "impact": impact,
                "affects": affects,
                "raised_by": raised_by,
                "owner": owner,
                "due_on": due_on,
                "no_due_reason": no_due_reason,
                "from_risk": from_risk,
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
        title: Text | str | None = None,
        description: Text | str | None = None,
        kind: Literal["problem", "concern", "defect", "blocker"] | None = None,
        severity: Literal["critical", "high", "medium", "low"] | None = None,
        impact: Text | str | None = None,
        affects: Sequence[str] | None = None,
        owner: str | None = None,
        due_on: date | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Issue]:
        """Edit → same state.

        Needs: people are known; what it refers to exists.
        """
        return self._do(
            "edit",
            ref,
            {
                "title": title,
                "description": description,
                "kind": kind,
                "severity": severity,
                "impact": impact,
                "affects": affects,
                "owner": owner,
                "due_on": due_on,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def analyse(
        self,
        ref: str,
        *,
        owner: str,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Issue]:
        """Analyse → being analysed.

        Needs: people are known.
        """
        return self._do(
            "analyse",
            ref,
            {
                "owner": owner,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def act(
        self,
        ref: str,
        *,
        actions: Sequence[Todo] | None = None,
        due_on: date | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Issue]:
        """Act on → being solved.

        Needs: people are known; an action with its date.
        """
        return self._do(
            "act",
            ref,
            {
                "actions": actions,
                "due_on": due_on,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def resolve(
        self,
        ref: str,
        *,
        resolution: Text | str,
        root_cause: Text | str | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Issue]:
        """Resolve → resolved.

        Needs: root cause known.
        """
        return self._do(
            "resolve",
            ref,
            {
                "resolution": resolution,
                "root_cause": root_cause,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def close(
        self,
        ref: str,
        *,
        silence: bool | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Issue]:
        """Close → closed.

        Needs: confirmed by who raised it, or no answer to the notice; the confirmation is proved.
        """
        return self._do(
            "close",
            ref,
            {
                "silence": silence,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def escalate(
        self,
        ref: str,
        *,
        to: str,
        by_when: date,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Issue]:
        """Escalate → escalated.

        Needs: people are known; a reason.
        """
        return self._do(
            "escalate",
            ref,
            {
                "to": to,
                "by_when": by_when,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def convert(
        self,
        ref: str,
        *,
        change: str,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Issue]:
        """Convert → a change request now.

        Needs: what it refers to exists.
        """
        return self._do(
            "convert",
            ref,
            {
                "change": change,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def reopen(
        self,
        ref: str,
        *,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Issue]:
        """Reopen → open.

        Needs: a reason.
        """
        return self._do(
            "reopen",
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
    ) -> Entry[Issue]:
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
