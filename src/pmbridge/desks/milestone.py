"""Commands about a milestone. Written by ``docs/generate.py``; do not edit."""
# ruff: noqa
# fmt: off

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from pmbridge.desks.desk import Desk, Proof, words
from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Text
from pmbridge.domain.milestone_fields import Milestone


class MilestoneDesk(Desk):
    """里程碑 milestone: M1 and on."""

    kind = "milestone"

    def add(
        self,
        *,
        title: Text | str,
        on: date,
        description: Text | str | None = None,
        kind: Literal["phase_end", "deliverable", "payment", "decision_gate", "go_live", "other"] | None = None,
        is_key: bool | None = None,
        is_final: bool | None = None,
        weight: Decimal | int | str | None = None,
        planned_start_on: date | None = None,
        completion_rule: Literal["all_deliverables_accepted", "deliverables_submitted", "work_items_done", "named_event"] | None = None,
        deliverables: Sequence[str] | None = None,
        requirements: Sequence[str] | None = None,
        depends_on: Sequence[str] | None = None,
        owner: str | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
        number: str | None = None,
    ) -> Entry[Milestone]:
        """Add → proposed."""
        return self._do(
            "add",
            None,
            {
                "title": title,
                "on": on,
                "description": description,
                "kind": kind,
                "is_key": is_key,
                "is_final": is_final,
                "weight": weight,
                "planned_start_on": planned_start_on,
                "completion_rule": completion_rule,
                "deliverables": deliverables,
                "requirements": requirements,
                "depends_on": depends_on,
                "owner": owner,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
            number=number,
        )

    def agree(
        self,
        ref: str,
        *,
        change: str | None = None,
        text: str | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Milestone]:
        """Agree → agreed.

        Needs: in the schedule baseline.
        """
        return self._do(
            "agree",
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

    def start(
        self,
        ref: str,
        *,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Milestone]:
        """Start → in progress."""
        return self._do(
            "start",
            ref,
            {
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def reach(
        self,
        ref: str,
        *,
        on: date | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Milestone]:
        """Reach → reached.

        Needs: completion rule holds; a possible date.
        """
        return self._do(
            "reach",
            ref,
            {
                "on": on,
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
        joint: Sequence[str] | None = None,
        channel: Literal["email", "phone", "meeting", "wechat_work", "dingtalk", "feishu", "portal", "tool", "letter"] | None = None,
        conditions: Text | str | None = None,
        deemed: bool | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Milestone]:
        """Accept → accepted.

        Needs: accepted after it was reached; deemed by the contract; decider is known; decider is authorised; joint
        signatures complete; proved; recorded by somebody else.
        """
        return self._do(
            "accept",
            ref,
            {
                "joint": joint,
                "channel": channel,
                "conditions": conditions,
                "deemed": deemed,
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
    ) -> Entry[Milestone]:
        """Revoke → in progress.

        Needs: a reason.
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

    def cancel(
        self,
        ref: str,
        *,
        change: str,
        text: str | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Milestone]:
        """Cancel → cancelled.

        Needs: an approved change says so.
        """
        return self._do(
            "cancel",
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

    def forecast(
        self,
        ref: str,
        *,
        on: date,
        low: date | None = None,
        high: date | None = None,
        method: Literal["actual", "owner", "tool_date", "throughput"] | None = None,
        reason: Text | str | None = None,
        causes: Sequence[str] | None = None,
        at: datetime | None = None,
        by: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Milestone]:
        """Forecast → same state."""
        return self._do(
            "forecast",
            ref,
            {
                "on": on,
                "low": low,
                "high": high,
                "method": method,
                "reason": reason,
                "causes": causes,
            },
            at=at,
            by=by,
            reason=words(reason),
            evidence=evidence,
        )

    def estimate(
        self,
        ref: str,
        *,
        percent: Decimal | int | str,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Milestone]:
        """Estimate → same state."""
        return self._do(
            "estimate",
            ref,
            {
                "percent": percent,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def explain(
        self,
        ref: str,
        *,
        reason: Text | str,
        causes: Sequence[str],
        at: datetime | None = None,
        by: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Milestone]:
        """Explain → same state."""
        return self._do(
            "explain",
            ref,
            {
                "reason": reason,
                "causes": causes,
            },
            at=at,
            by=by,
            reason=words(reason),
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
    ) -> Entry[Milestone]:
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
    ) -> Entry[Milestone]:
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
