"""Commands about a risk. Written by ``docs/generate.py``; do not edit."""
# ruff: noqa
# fmt: off

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from pmbridge.desks.desk import Desk, Proof
from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Money, Text
from pmbridge.domain.follow_up import Todo
from pmbridge.domain.risk import Impact, Risk


class RiskDesk(Desk):
    """风险 risk: RSK-01 and on."""

    kind = "risk"

    def add(
        self,
        *,
        title: Text | str,
        category: Literal["schedule", "scope", "budget", "quality", "technical", "client", "supplier", "legal", "people", "external"],
        cause: Text | str | None = None,
        event: Text | str | None = None,
        effect: Text | str | None = None,
        direction: Literal["threat", "opportunity"] | None = None,
        proximity: date | None = None,
        owner: str | None = None,
        due_on: date | None = None,
        no_due_reason: Text | str | None = None,
        raised_by: str | None = None,
        internal_assessment: str | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
        number: str | None = None,
    ) -> Entry[Risk]:
        """Add → identified.

        Needs: people are known; has a due date.
        """
        return self._do(
            "add",
            None,
            {
                "title": title,
                "cause": cause,
                "event": event,
                "effect": effect,
                "category": category,
                "direction": direction,
                "proximity": proximity,
                "owner": owner,
                "due_on": due_on,
                "no_due_reason": no_due_reason,
                "raised_by": raised_by,
                "internal_assessment": internal_assessment,
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
        cause: Text | str | None = None,
        event: Text | str | None = None,
        effect: Text | str | None = None,
        category: Literal["schedule", "scope", "budget", "quality", "technical", "client", "supplier", "legal", "people", "external"] | None = None,
        proximity: date | None = None,
        owner: str | None = None,
        due_on: date | None = None,
        internal_assessment: str | None = None,
        contingency_money: Money | str | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Risk]:
        """Edit → same state.

        Needs: people are known.
        """
        return self._do(
            "edit",
            ref,
            {
                "title": title,
                "cause": cause,
                "event": event,
                "effect": effect,
                "category": category,
                "proximity": proximity,
                "owner": owner,
                "due_on": due_on,
                "internal_assessment": internal_assessment,
                "contingency_money": contingency_money,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def assess(
        self,
        ref: str,
        *,
        probability: int,
        impact: Impact,
        owner: str | None = None,
        proximity: date | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Risk]:
        """Assess → assessed.

        Needs: people are known.
        """
        return self._do(
            "assess",
            ref,
            {
                "probability": probability,
                "impact": impact,
                "owner": owner,
                "proximity": proximity,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def respond(
        self,
        ref: str,
        *,
        response: Literal["avoid", "reduce", "transfer", "share", "accept", "prepare_contingency", "exploit", "enhance"],
        text: Text | str | None = None,
        actions: Sequence[Todo] | None = None,
        existing: Sequence[str] | None = None,
        costs_client: bool | None = None,
        change: str | None = None,
        due_on: date | None = None,
        contingency_money: Money | str | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Risk]:
        """Respond → being answered.

        Needs: people are known; what it refers to exists; the response fits; somebody does something; what it costs
        the client is a change.
        """
        return self._do(
            "respond",
            ref,
            {
                "response": response,
                "text": text,
                "actions": actions,
                "existing": existing,
                "costs_client": costs_client,
                "change": change,
                "due_on": due_on,
                "contingency_money": contingency_money,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def monitor(
        self,
        ref: str,
        *,
        probability: int,
        impact: Impact,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Risk]:
        """Monitor → monitored.

        Needs: its actions are done.
        """
        return self._do(
            "monitor",
            ref,
            {
                "probability": probability,
                "impact": impact,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def review(
        self,
        ref: str,
        *,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Risk]:
        """Review → same state."""
        return self._do(
            "review",
            ref,
            {
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def occur(
        self,
        ref: str,
        *,
        issue: str | None = None,
        kind: Literal["problem", "concern", "defect", "blocker"] | None = None,
        severity: Literal["critical", "high", "medium", "low"] | None = None,
        owner: str | None = None,
        due_on: date | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Risk]:
        """Occur → occurred.

        Needs: people are known; what it refers to exists; there is an issue.
        """
        return self._do(
            "occur",
            ref,
            {
                "issue": issue,
                "kind": kind,
                "severity": severity,
                "owner": owner,
                "due_on": due_on,
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
        why: Literal["expired", "removed"],
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Risk]:
        """Close → closed.

        Needs: its actions are done; a reason.
        """
        return self._do(
            "close",
            ref,
            {
                "why": why,
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
    ) -> Entry[Risk]:
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
