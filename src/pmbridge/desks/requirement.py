"""Commands about a requirement. Written by ``docs/generate.py``; do not edit."""
# ruff: noqa
# fmt: off

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from pmbridge.desks.desk import Desk, Proof
from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Text
from pmbridge.domain.requirement_fields import FitCriterion, Requirement


class RequirementDesk(Desk):
    """需求 requirement: REQ-01 and on."""

    kind = "requirement"

    def add(
        self,
        *,
        title: Text | str,
        statement: Text | str,
        collected_in: Literal["meeting", "call", "email", "portal", "tool"],
        kind: Literal["functional", "non_functional", "business", "constraint", "regulatory"] | None = None,
        nfr_attribute: Literal["functional_suitability", "performance_efficiency", "compatibility", "interaction_capability", "reliability", "security", "maintainability", "flexibility", "safety"] | None = None,
        priority: Literal["must", "should", "could", "wont"] | None = None,
        owner: str | None = None,
        due_on: date | None = None,
        no_due_reason: Text | str | None = None,
        goals: Sequence[str] | None = None,
        milestones: Sequence[str] | None = None,
        deliverables: Sequence[str] | None = None,
        estimate: Decimal | int | str | None = None,
        complexity: str | None = None,
        dev_notes: str | None = None,
        source: str | None = None,
        fit_criteria: Sequence[FitCriterion] | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
        number: str | None = None,
    ) -> Entry[Requirement]:
        """Add → captured.

        Needs: source is known; fit criteria told apart; what it refers to exists; evidence.
        """
        return self._do(
            "add",
            None,
            {
                "title": title,
                "kind": kind,
                "nfr_attribute": nfr_attribute,
                "priority": priority,
                "owner": owner,
                "due_on": due_on,
                "no_due_reason": no_due_reason,
                "goals": goals,
                "milestones": milestones,
                "deliverables": deliverables,
                "estimate": estimate,
                "complexity": complexity,
                "dev_notes": dev_notes,
                "statement": statement,
                "source": source,
                "collected_in": collected_in,
                "fit_criteria": fit_criteria,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
            number=number,
        )

    def clarify(
        self,
        ref: str,
        *,
        title: Text | str | None = None,
        kind: Literal["functional", "non_functional", "business", "constraint", "regulatory"] | None = None,
        nfr_attribute: Literal["functional_suitability", "performance_efficiency", "compatibility", "interaction_capability", "reliability", "security", "maintainability", "flexibility", "safety"] | None = None,
        priority: Literal["must", "should", "could", "wont"] | None = None,
        owner: str | None = None,
        due_on: date | None = None,
        no_due_reason: Text | str | None = None,
        goals: Sequence[str] | None = None,
        milestones: Sequence[str] | None = None,
        deliverables: Sequence[str] | None = None,
        estimate: Decimal | int | str | None = None,
        complexity: str | None = None,
        dev_notes: str | None = None,
        statement: Text | str | None = None,
        fit_criteria: Sequence[FitCriterion] | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Requirement]:
        """Clarify → clarified.

        Needs: kind set; priority set; has a fit criterion; fit criteria told apart; what it refers to exists.
        """
        return self._do(
            "clarify",
            ref,
            {
                "title": title,
                "kind": kind,
                "nfr_attribute": nfr_attribute,
                "priority": priority,
                "owner": owner,
                "due_on": due_on,
                "no_due_reason": no_due_reason,
                "goals": goals,
                "milestones": milestones,
                "deliverables": deliverables,
                "estimate": estimate,
                "complexity": complexity,
                "dev_notes": dev_notes,
                "statement": statement,
                "fit_criteria": fit_criteria,
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
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Requirement]:
        """Send → in client review.

        Needs: has a fit criterion; sent document hashed; evidence.
        """
        return self._do(
            "send",
            ref,
            {
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def decide(
        self,
        ref: str,
        verdict: Literal["confirm", "return"],
        *,
        joint: Sequence[str] | None = None,
        channel: Literal["email", "phone", "meeting", "wechat_work", "dingtalk", "feishu", "portal", "tool", "letter"] | None = None,
        conditions: Text | str | None = None,
        comments: Text | str | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Requirement]:
        """Record what the client decided → confirmed by the client or clarified.

        Needs: decider is known; decider is authorised; joint signatures complete; proved; recorded by somebody else.
        """
        return self._do(
            verdict,
            ref,
            {
                "joint": joint,
                "channel": channel,
                "conditions": conditions,
                "comments": comments,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def baseline(
        self,
        ref: str,
        *,
        change: str | None = None,
        text: Text | str | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Requirement]:
        """Baseline → baselined.

        Needs: confirmed, or added by a change; in the requirements baseline; has a fit criterion.
        """
        return self._do(
            "baseline",
            ref,
            {
                "change": change,
                "text": text,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def revise(
        self,
        ref: str,
        *,
        joint: Sequence[str] | None = None,
        channel: Literal["email", "phone", "meeting", "wechat_work", "dingtalk", "feishu", "portal", "tool", "letter"] | None = None,
        conditions: Text | str | None = None,
        kind: Literal["modification", "clarification"] | None = None,
        change: str | None = None,
        text: Text | str | None = None,
        fit_criteria: Sequence[FitCriterion] | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Requirement]:
        """Revise → baselined.

        Needs: an approved change says so; the change is in the baseline; worded as approved; has a fit criterion; fit
        criteria told apart; worded anew; fit criteria unchanged; decider is known; decider is authorised; joint
        signatures complete; proved; recorded by somebody else.
        """
        return self._do(
            "revise",
            ref,
            {
                "joint": joint,
                "channel": channel,
                "conditions": conditions,
                "kind": kind,
                "change": change,
                "text": text,
                "fit_criteria": fit_criteria,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def remove(
        self,
        ref: str,
        *,
        change: str,
        text: str | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Requirement]:
        """Remove → dropped.

        Needs: an approved change says so.
        """
        return self._do(
            "remove",
            ref,
            {
                "change": change,
                "text": text,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def reject(
        self,
        ref: str,
        *,
        told: str | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Requirement]:
        """Reject → rejected.

        Needs: requester told; a reason.
        """
        return self._do(
            "reject",
            ref,
            {
                "told": told,
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
    ) -> Entry[Requirement]:
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
    ) -> Entry[Requirement]:
        """Revoke → in client review.

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

    def fulfil(
        self,
        ref: str,
        *,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Requirement]:
        """Fulfil → fulfilled.

        Needs: every fit criterion passed.
        """
        return self._do(
            "fulfil",
            ref,
            {
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
        cause: str,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Requirement]:
        """Reopen → baselined.

        Needs: something cites it.
        """
        return self._do(
            "reopen",
            ref,
            {
                "cause": cause,
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
    ) -> Entry[Requirement]:
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
    ) -> Entry[Requirement]:
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
