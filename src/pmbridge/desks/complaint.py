"""Commands about a complaint. Written by ``docs/generate.py``; do not edit."""
# ruff: noqa
# fmt: off

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from pmbridge.desks.desk import Desk, Proof
from pmbridge.domain.complaint_fields import Complaint, Offer
from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Text


class ComplaintDesk(Desk):
    """投诉 complaint: CPL-01 and on."""

    kind = "complaint"

    def add(
        self,
        *,
        text: Text | str,
        remedy_sought: Text | str,
        complainant: str | None = None,
        channel: Literal["email", "phone", "meeting", "wechat_work", "dingtalk", "feishu", "portal", "tool", "letter"] | None = None,
        affects: Sequence[str] | None = None,
        complained_of: Sequence[str] | None = None,
        owner: str | None = None,
        next_update_on: date | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
        number: str | None = None,
    ) -> Entry[Complaint]:
        """Receive → received.

        Needs: the contact is known; people are known; what it refers to exists; the next update is to come; evidence.
        """
        return self._do(
            "add",
            None,
            {
                "text": text,
                "remedy_sought": remedy_sought,
                "complainant": complainant,
                "channel": channel,
                "affects": affects,
                "complained_of": complained_of,
                "owner": owner,
                "next_update_on": next_update_on,
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
        affects: Sequence[str] | None = None,
        complained_of: Sequence[str] | None = None,
        owner: str | None = None,
        investigation: Text | str | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Complaint]:
        """Edit → same state.

        Needs: people are known; what it refers to exists; the investigator is not complained of.
        """
        return self._do(
            "edit",
            ref,
            {
                "affects": affects,
                "complained_of": complained_of,
                "owner": owner,
                "investigation": investigation,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def acknowledge(
        self,
        ref: str,
        *,
        next_update_on: date,
        channel: Literal["email", "phone", "meeting", "wechat_work", "dingtalk", "feishu", "portal", "tool", "letter"] | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Complaint]:
        """Acknowledge → acknowledged.

        Needs: the next update is to come; evidence.
        """
        return self._do(
            "acknowledge",
            ref,
            {
                "next_update_on": next_update_on,
                "channel": channel,
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
        severity: Literal["critical", "high", "normal"],
        urgency: Literal["normal", "urgent", "emergency"],
        immediate_action: Text | str,
        assessment: Text | str | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Complaint]:
        """Assess → assessed."""
        return self._do(
            "assess",
            ref,
            {
                "severity": severity,
                "urgency": urgency,
                "immediate_action": immediate_action,
                "assessment": assessment,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def investigate(
        self,
        ref: str,
        *,
        investigator: str,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Complaint]:
        """Investigate → being investigated.

        Needs: the investigator is not complained of.
        """
        return self._do(
            "investigate",
            ref,
            {
                "investigator": investigator,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def update(
        self,
        ref: str,
        *,
        text: Text | str,
        next_update_on: date,
        channel: Literal["email", "phone", "meeting", "wechat_work", "dingtalk", "feishu", "portal", "tool", "letter"] | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Complaint]:
        """Update → same state.

        Needs: the next update is to come; evidence.
        """
        return self._do(
            "update",
            ref,
            {
                "text": text,
                "next_update_on": next_update_on,
                "channel": channel,
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
        findings: Text | str | None = None,
        remedies: Sequence[Offer] | None = None,
        refusal: Text | str | None = None,
        escalation_route: Text | str | None = None,
        channel: Literal["email", "phone", "meeting", "wechat_work", "dingtalk", "feishu", "portal", "tool", "letter"] | None = None,
        next_update_on: date | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Complaint]:
        """Respond → answered.

        Needs: findings are given; a remedy, or another way; the next update is to come; evidence.
        """
        return self._do(
            "respond",
            ref,
            {
                "findings": findings,
                "remedies": remedies,
                "refusal": refusal,
                "escalation_route": escalation_route,
                "channel": channel,
                "next_update_on": next_update_on,
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
        remedies: Sequence[int] | None = None,
        withdrawn: bool | None = None,
        next_update_on: date | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Complaint]:
        """Accept → resolved.

        Needs: the complainant's own answer; what is accepted was offered; the next update is to come; evidence.
        """
        return self._do(
            "accept",
            ref,
            {
                "remedies": remedies,
                "withdrawn": withdrawn,
                "next_update_on": next_update_on,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def dispute(
        self,
        ref: str,
        *,
        owner: str,
        next_update_on: date | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Complaint]:
        """Dispute → escalated.

        Needs: there is a level above; somebody above takes it on; the next update is to come; evidence.
        """
        return self._do(
            "dispute",
            ref,
            {
                "owner": owner,
                "next_update_on": next_update_on,
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
        done: Sequence[int] | None = None,
        root_cause: Text | str | None = None,
        actions: Sequence[str] | None = None,
        no_action_because: Text | str | None = None,
        lesson: str | None = None,
        no_lesson_because: Text | str | None = None,
        unresolved: bool | None = None,
        external_route: Text | str | None = None,
        no_higher_level: bool | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Complaint]:
        """Close → closed or closed without agreement.

        Needs: remedies are carried out; root cause recorded; corrective action, or why none; a lesson was considered;
        what it refers to exists; closed without agreement on purpose; all internal levels used; an external route is
        named; evidence.
        """
        return self._do(
            "close",
            ref,
            {
                "done": done,
                "root_cause": root_cause,
                "actions": actions,
                "no_action_because": no_action_because,
                "lesson": lesson,
                "no_lesson_because": no_lesson_because,
                "unresolved": unresolved,
                "external_route": external_route,
                "no_higher_level": no_higher_level,
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
        investigator: str | None = None,
        next_update_on: date | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Complaint]:
        """Reopen → being investigated.

        Needs: the investigator is not complained of; the next update is to come; a reason.
        """
        return self._do(
            "reopen",
            ref,
            {
                "investigator": investigator,
                "next_update_on": next_update_on,
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
    ) -> Entry[Complaint]:
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
