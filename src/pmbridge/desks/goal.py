"""Commands about a goal. Written by ``docs/generate.py``; do not edit."""
# ruff: noqa
# fmt: off

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from pmbridge.desks.desk import Desk, Proof
from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Text
from pmbridge.domain.goal_fields import Achievability, Goal, KeyMeasure


class GoalDesk(Desk):
    """目标 goal: GOAL-01 and on."""

    kind = "goal"

    def add(
        self,
        *,
        statement: Text | str,
        object: Text | str | None = None,
        business_objective: Text | str | None = None,
        owner: str | None = None,
        due_on: date | None = None,
        measures: Sequence[KeyMeasure] | None = None,
        achievability: Achievability | None = None,
        requirements: Sequence[str] | None = None,
        milestones: Sequence[str] | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
        number: str | None = None,
    ) -> Entry[Goal]:
        """Draft → draft.

        Needs: what it refers to exists.
        """
        return self._do(
            "add",
            None,
            {
                "statement": statement,
                "object": object,
                "business_objective": business_objective,
                "owner": owner,
                "due_on": due_on,
                "measures": measures,
                "achievability": achievability,
                "requirements": requirements,
                "milestones": milestones,
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
        object: Text | str | None = None,
        business_objective: Text | str | None = None,
        owner: str | None = None,
        due_on: date | None = None,
        measures: Sequence[KeyMeasure] | None = None,
        achievability: Achievability | None = None,
        requirements: Sequence[str] | None = None,
        milestones: Sequence[str] | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Goal]:
        """Edit → same state.

        Needs: what it refers to exists; specific (S); measurable (M); achievable (A); relevant (R); time-bound (T).
        """
        return self._do(
            "edit",
            ref,
            {
                "statement": statement,
                "object": object,
                "business_objective": business_objective,
                "owner": owner,
                "due_on": due_on,
                "measures": measures,
                "achievability": achievability,
                "requirements": requirements,
                "milestones": milestones,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def propose(
        self,
        ref: str,
        *,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Goal]:
        """Propose → proposed.

        Needs: specific (S); measurable (M); achievable (A); relevant (R); time-bound (T).
        """
        return self._do(
            "propose",
            ref,
            {
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def agree(
        self,
        ref: str,
        *,
        joint: Sequence[str] | None = None,
        channel: Literal["email", "phone", "meeting", "wechat_work", "dingtalk", "feishu", "portal", "tool", "letter"] | None = None,
        conditions: Text | str | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Goal]:
        """Agree → agreed.

        Needs: not judged unrealistic; decider is known; decider is authorised; joint signatures complete; proved;
        recorded by somebody else.
        """
        return self._do(
            "agree",
            ref,
            {
                "joint": joint,
                "channel": channel,
                "conditions": conditions,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def measure(
        self,
        ref: str,
        *,
        value: Decimal | int | str,
        measure: str | None = None,
        measured_on: date | None = None,
        source: str | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Goal]:
        """Measure → same state.

        Needs: measure and source known.
        """
        return self._do(
            "measure",
            ref,
            {
                "measure": measure,
                "value": value,
                "measured_on": measured_on,
                "source": source,
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
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Goal]:
        """Settle → achieved or partly achieved or missed.

        Needs: measured when due.
        """
        return self._do(
            "settle",
            ref,
            {
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def amend(
        self,
        ref: str,
        *,
        change: str,
        statement: Text | str | None = None,
        object: Text | str | None = None,
        business_objective: Text | str | None = None,
        owner: str | None = None,
        due_on: date | None = None,
        measures: Sequence[KeyMeasure] | None = None,
        achievability: Achievability | None = None,
        requirements: Sequence[str] | None = None,
        milestones: Sequence[str] | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Goal]:
        """Amend → same state.

        Needs: an approved change says so; specific (S); measurable (M); achievable (A); relevant (R); time-bound (T);
        not judged unrealistic; what it refers to exists.
        """
        return self._do(
            "amend",
            ref,
            {
                "statement": statement,
                "object": object,
                "business_objective": business_objective,
                "owner": owner,
                "due_on": due_on,
                "measures": measures,
                "achievability": achievability,
                "requirements": requirements,
                "milestones": milestones,
                "change": change,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def withdraw(
        self,
        ref: str,
        *,
        change: str | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Goal]:
        """Withdraw → withdrawn.

        Needs: an approved change says so; a reason.
        """
        return self._do(
            "withdraw",
            ref,
            {
                "change": change,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def revoke(
        self,
        ref: str,
        *,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Goal]:
        """Revoke → proposed.

        Needs: evidence; a reason.
        """
        return self._do(
            "revoke",
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
    ) -> Entry[Goal]:
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
