"""Commands about a decision needed. Written by ``docs/generate.py``; do not edit."""
# ruff: noqa
# fmt: off

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

from pmbridge.desks.desk import Desk, Proof
from pmbridge.domain.decision_needed import DecisionNeeded, DecisionOption
from pmbridge.domain.delay import CostOfDelay
from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Text


class DecisionDesk(Desk):
    """需客户决定的事项 decision needed: DEC-01 and on."""

    kind = "decision"

    def add(
        self,
        *,
        question: Text | str,
        ask_of: str,
        need_by: date,
        background: Text | str | None = None,
        options: Sequence[DecisionOption] | None = None,
        recommendation: Text | str | None = None,
        default_if_silent: Text | str | None = None,
        contract_clause: str | None = None,
        cost_of_delay: Sequence[CostOfDelay] | None = None,
        subject: str | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
        number: str | None = None,
    ) -> Entry[DecisionNeeded]:
        """Ask → awaiting your decision.

        Needs: asked of a contact; options can be told apart; the default rests on the contract; the milestones exist;
        what it refers to exists.
        """
        return self._do(
            "add",
            None,
            {
                "question": question,
                "background": background,
                "options": options,
                "recommendation": recommendation,
                "ask_of": ask_of,
                "need_by": need_by,
                "default_if_silent": default_if_silent,
                "contract_clause": contract_clause,
                "cost_of_delay": cost_of_delay,
                "subject": subject,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
            number=number,
        )

    def decide(
        self,
        ref: str,
        verdict: Literal["decide"],
        *,
        joint: Sequence[str] | None = None,
        channel: Literal["email", "phone", "meeting", "wechat_work", "dingtalk", "feishu", "portal", "tool", "letter"] | None = None,
        conditions: Text | str | None = None,
        option: str | None = None,
        answer: Text | str | None = None,
        conditions_owner: str | None = None,
        conditions_due_on: date | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[DecisionNeeded]:
        """Record what the client decided → decided.

        Needs: the answer is clear; decider is known; decider is authorised; proved; recorded by somebody else;
        answered by who may; conditions have an owner and a date; evidence.
        """
        return self._do(
            verdict,
            ref,
            {
                "joint": joint,
                "channel": channel,
                "conditions": conditions,
                "option": option,
                "answer": answer,
                "conditions_owner": conditions_owner,
                "conditions_due_on": conditions_due_on,
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
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[DecisionNeeded]:
        """Withdraw → withdrawn.

        Needs: a reason.
        """
        return self._do(
            "withdraw",
            ref,
            {
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
    ) -> Entry[DecisionNeeded]:
        """Revoke → awaiting your decision.

        Needs: nothing rests on it; evidence; a reason.
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
    ) -> Entry[DecisionNeeded]:
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

    def edit(
        self,
        ref: str,
        *,
        changes: Mapping[str, Any],
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[DecisionNeeded]:
        """Edit → same state.

        Needs: fields may be edited.
        """
        return self._do(
            "edit",
            ref,
            {
                "changes": changes,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )
