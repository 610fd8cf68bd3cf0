"""Commands about a engagement. Written by ``docs/generate.py``; do not edit."""
# ruff: noqa
# fmt: off

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

from pmbridge.desks.desk import Desk, Proof
from pmbridge.domain.engagement_fields import Engagement, FollowOn
from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Text
from pmbridge.domain.sla import SlaRule
from pmbridge.domain.terms import AgreedPolicy, CommunicationPlan, Contract, WorkCalendar


class EngagementDesk(Desk):
    """客户项目 engagement: ENG-1 and on."""

    kind = "engagement"

    def add(
        self,
        *,
        name: Text | str,
        summary: Text | str | None = None,
        start_on: date | None = None,
        contract_end_on: date | None = None,
        agency_lead: str | None = None,
        members: Sequence[str] | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
        number: str | None = None,
    ) -> Entry[Engagement]:
        """Add → prospective.

        Needs: one engagement in the register.
        """
        return self._do(
            "add",
            None,
            {
                "name": name,
                "summary": summary,
                "start_on": start_on,
                "contract_end_on": contract_end_on,
                "agency_lead": agency_lead,
                "members": members,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
            number=number,
        )

    def agree(
        self,
        ref: str | None = None,
        *,
        contract: Contract,
        joint: Sequence[str] | None = None,
        channel: Literal["email", "phone", "meeting", "wechat_work", "dingtalk", "feishu", "portal", "tool", "letter"] | None = None,
        conditions: Text | str | None = None,
        name: Text | str | None = None,
        summary: Text | str | None = None,
        agency_lead: str | None = None,
        members: Sequence[str] | None = None,
        calendar: WorkCalendar | None = None,
        communication: CommunicationPlan | None = None,
        sla: Sequence[SlaRule] | None = None,
        reporting: AgreedPolicy | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
        number: str | None = None,
    ) -> Entry[Engagement]:
        """Agree → prospective.

        Needs: one engagement in the register; has a name; calendar known; budget as in its baseline; decider is
        known; decider is authorised; proved; recorded by somebody else; agreed by who may.
        """
        return self._do(
            "agree",
            ref,
            {
                "joint": joint,
                "channel": channel,
                "conditions": conditions,
                "name": name,
                "summary": summary,
                "agency_lead": agency_lead,
                "members": members,
                "contract": contract,
                "calendar": calendar,
                "communication": communication,
                "sla": sla,
                "reporting": reporting,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
            number=number,
        )

    def initiate(
        self,
        ref: str,
        *,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Engagement]:
        """Initiate → initiating.

        Needs: has contacts; somebody is authorised; rules agreed.
        """
        return self._do(
            "initiate",
            ref,
            {
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def launch(
        self,
        ref: str,
        *,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Engagement]:
        """Launch → running.

        Needs: baselines 0 agreed; a goal agreed.
        """
        return self._do(
            "launch",
            ref,
            {
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def suspend(
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
    ) -> Entry[Engagement]:
        """Suspend → suspended.

        Needs: decider is known; decider is authorised; joint signatures complete; proved; recorded by somebody else;
        a reason.
        """
        return self._do(
            "suspend",
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

    def resume(
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
    ) -> Entry[Engagement]:
        """Resume → running.

        Needs: decider is known; decider is authorised; joint signatures complete; proved; recorded by somebody else;
        a reason.
        """
        return self._do(
            "resume",
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

    def wind_down(
        self,
        ref: str,
        *,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Engagement]:
        """Wind down → closing.

        Needs: final milestone reached.
        """
        return self._do(
            "wind_down",
            ref,
            {
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
        joint: Sequence[str] | None = None,
        channel: Literal["email", "phone", "meeting", "wechat_work", "dingtalk", "feishu", "portal", "tool", "letter"] | None = None,
        conditions: Text | str | None = None,
        follow_on: Sequence[FollowOn] | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Engagement]:
        """Close → closed.

        Needs: every deliverable accepted; everything handed over; every change request ended; every issue closed or
        followed on; closing report issued; closing survey sent; retrospective held; decider is known; decider is
        authorised; joint signatures complete; proved; recorded by somebody else.
        """
        return self._do(
            "close",
            ref,
            {
                "joint": joint,
                "channel": channel,
                "conditions": conditions,
                "follow_on": follow_on,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def terminate(
        self,
        ref: str,
        *,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Engagement]:
        """Terminate → terminated.

        Needs: evidence; a reason.
        """
        return self._do(
            "terminate",
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
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Engagement]:
        """Reopen → running.

        Needs: evidence; a reason.
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
    ) -> Entry[Engagement]:
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
    ) -> Entry[Engagement]:
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
