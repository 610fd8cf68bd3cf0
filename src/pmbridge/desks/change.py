"""Commands about a change request. Written by ``docs/generate.py``; do not edit."""
# ruff: noqa
# fmt: off

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

from pmbridge.desks.desk import Desk, Proof, words
from pmbridge.domain.change_fields import ChangeRequest
from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Money, Text
from pmbridge.domain.impact import ChangeOption


class ChangeDesk(Desk):
    """变更请求 change request: CR-001 and on."""

    kind = "change"

    def add(
        self,
        *,
        title: Text | str,
        description: Text | str | None = None,
        kind: Literal["request_for_change", "off_specification"] | None = None,
        raised_by: str | None = None,
        via: Literal["email", "phone", "meeting", "wechat_work", "dingtalk", "feishu", "portal", "tool", "letter"] | None = None,
        reason: Text | str | None = None,
        benefit: Text | str | None = None,
        consequence: Text | str | None = None,
        priority: Literal["must", "should", "could"] | None = None,
        urgency: Literal["normal", "urgent", "emergency"] | None = None,
        affects: Sequence[str] | None = None,
        owner: str | None = None,
        assess_by: date | None = None,
        at: datetime | None = None,
        by: str | None = None,
        evidence: Sequence[Proof] = (),
        number: str | None = None,
    ) -> Entry[ChangeRequest]:
        """Draft → draft."""
        return self._do(
            "add",
            None,
            {
                "title": title,
                "description": description,
                "kind": kind,
                "raised_by": raised_by,
                "via": via,
                "reason": reason,
                "benefit": benefit,
                "consequence": consequence,
                "priority": priority,
                "urgency": urgency,
                "affects": affects,
                "owner": owner,
                "assess_by": assess_by,
            },
            at=at,
            by=by,
            reason=words(reason),
            evidence=evidence,
            number=number,
        )

    def submit(
        self,
        ref: str | None = None,
        *,
        title: Text | str | None = None,
        description: Text | str | None = None,
        kind: Literal["request_for_change", "off_specification"] | None = None,
        raised_by: str | None = None,
        via: Literal["email", "phone", "meeting", "wechat_work", "dingtalk", "feishu", "portal", "tool", "letter"] | None = None,
        reason: Text | str | None = None,
        benefit: Text | str | None = None,
        consequence: Text | str | None = None,
        priority: Literal["must", "should", "could"] | None = None,
        urgency: Literal["normal", "urgent", "emergency"] | None = None,
        affects: Sequence[str] | None = None,
        owner: str | None = None,
        assess_by: date | None = None,
        at: datetime | None = None,
        by: str | None = None,
        evidence: Sequence[Proof] = (),
        number: str | None = None,
    ) -> Entry[ChangeRequest]:
        """Submit → submitted.

        Needs: described.
        """
        return self._do(
            "submit",
            ref,
            {
                "title": title,
                "description": description,
                "kind": kind,
                "raised_by": raised_by,
                "via": via,
                "reason": reason,
                "benefit": benefit,
                "consequence": consequence,
                "priority": priority,
                "urgency": urgency,
                "affects": affects,
                "owner": owner,
                "assess_by": assess_by,
            },
            at=at,
            by=by,
            reason=words(reason),
            evidence=evidence,
            number=number,
        )

    def assess(
        self,
        ref: str,
        *,
        options: Sequence[ChangeOption] | None = None,
        recommended: str | None = None,
        do_nothing: Text | str | None = None,
        assessed_by: str | None = None,
        draft: bool | None = None,
        baselines: Mapping[Literal["requirements", "schedule", "budget"], int] | None = None,
        sha256: str | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[ChangeRequest]:
        """Assess → under assessment or assessed.

        Needs: scope, schedule and budget assessed; recommended, with what doing nothing means; dates and days agree;
        scope fits the baseline.
        """
        return self._do(
            "assess",
            ref,
            {
                "options": options,
                "recommended": recommended,
                "do_nothing": do_nothing,
                "assessed_by": assessed_by,
                "draft": draft,
                "baselines": baselines,
                "sha256": sha256,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def ask(
        self,
        ref: str,
        *,
        question: Text | str,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[ChangeRequest]:
        """Ask → needs information.

        Needs: evidence.
        """
        return self._do(
            "ask",
            ref,
            {
                "question": question,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def reply(
        self,
        ref: str,
        *,
        answer: Text | str,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[ChangeRequest]:
        """Reply → under assessment."""
        return self._do(
            "reply",
            ref,
            {
                "answer": answer,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def send(
        self,
        ref: str,
        *,
        need_by: date,
        valid_until: date,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[ChangeRequest]:
        """Send → awaiting your decision.

        Needs: scope, schedule and budget assessed; baselines unchanged; possible dates; evidence.
        """
        return self._do(
            "send",
            ref,
            {
                "need_by": need_by,
                "valid_until": valid_until,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def decide(
        self,
        ref: str,
        verdict: Literal["approve", "reject", "defer"],
        *,
        joint: Sequence[str] | None = None,
        channel: Literal["email", "phone", "meeting", "wechat_work", "dingtalk", "feishu", "portal", "tool", "letter"] | None = None,
        conditions: Text | str | None = None,
        option: str | None = None,
        sha256: str | None = None,
        revisit_on: date | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[ChangeRequest]:
        """Record what the client decided → approved or being implemented or rejected or cancelled or deferred.

        Needs: scope, schedule and budget assessed; option chosen; the text that was sent; baselines unchanged;
        decider is known; decider is authorised; money within the authority; days within the authority; joint
        signatures complete; proved; recorded by somebody else; small changes in all within the authority; offer still
        open; revisited later.
        """
        return self._do(
            verdict,
            ref,
            {
                "joint": joint,
                "channel": channel,
                "conditions": conditions,
                "option": option,
                "sha256": sha256,
                "revisit_on": revisit_on,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def reassess(
        self,
        ref: str,
        *,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[ChangeRequest]:
        """Reassess → under assessment.

        Needs: a reason.
        """
        return self._do(
            "reassess",
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
    ) -> Entry[ChangeRequest]:
        """Revoke → awaiting your decision.

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

    def authorise(
        self,
        ref: str,
        *,
        joint: Sequence[str] | None = None,
        channel: Literal["email", "phone", "meeting", "wechat_work", "dingtalk", "feishu", "portal", "tool", "letter"] | None = None,
        conditions: Text | str | None = None,
        money: Money | str | None = None,
        days: int | None = None,
        confirm_by: date | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[ChangeRequest]:
        """Authorise → authorised as an emergency.

        Needs: capped and due; decider is known; decider is authorised; money within the authority; days within the
        authority; joint signatures complete; recorded by somebody else; evidence.
        """
        return self._do(
            "authorise",
            ref,
            {
                "joint": joint,
                "channel": channel,
                "conditions": conditions,
                "money": money,
                "days": days,
                "confirm_by": confirm_by,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def rework(
        self,
        ref: str,
        *,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[ChangeRequest]:
        """Rework → being implemented.

        Needs: an off-specification; evidence.
        """
        return self._do(
            "rework",
            ref,
            {
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def implement(
        self,
        ref: str,
        *,
        conditions_met: Text | str | None = None,
        implementation: Sequence[str] | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[ChangeRequest]:
        """Implement → being implemented.

        Needs: conditions met; baselines unchanged.
        """
        return self._do(
            "implement",
            ref,
            {
                "conditions_met": conditions_met,
                "implementation": implementation,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def complete(
        self,
        ref: str,
        *,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[ChangeRequest]:
        """Complete → implemented.

        Needs: affected deliverables submitted.
        """
        return self._do(
            "complete",
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
        note: Text | str,
        deviation: Text | str | None = None,
        money: Money | str | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[ChangeRequest]:
        """Verify → verified."""
        return self._do(
            "verify",
            ref,
            {
                "note": note,
                "deviation": deviation,
                "money": money,
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
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[ChangeRequest]:
        """Close → closed.

        Needs: evidence.
        """
        return self._do(
            "close",
            ref,
            {
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
        consent: bool | None = None,
        work_spent: Text | str | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[ChangeRequest]:
        """Withdraw → withdrawn.

        Needs: the requester agrees; a reason.
        """
        return self._do(
            "withdraw",
            ref,
            {
                "consent": consent,
                "work_spent": work_spent,
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
        joint: Sequence[str] | None = None,
        channel: Literal["email", "phone", "meeting", "wechat_work", "dingtalk", "feishu", "portal", "tool", "letter"] | None = None,
        conditions: Text | str | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[ChangeRequest]:
        """Cancel → cancelled.

        Needs: decider is known; decider is authorised; joint signatures complete; proved; recorded by somebody else.
        """
        return self._do(
            "cancel",
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

    def release(
        self,
        ref: str,
        *,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[ChangeRequest]:
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
    ) -> Entry[ChangeRequest]:
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
