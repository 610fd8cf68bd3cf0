"""Commands about a deliverable. Written by ``docs/generate.py``; do not edit."""
# ruff: noqa
# fmt: off

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

from pmbridge.desks.desk import Desk, Proof
from pmbridge.domain.acceptance import Check, Criterion, CriterionVerdict, PackageFile
from pmbridge.domain.deliverable_fields import Deliverable
from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Text


class DeliverableDesk(Desk):
    """交付物 deliverable: DL-01 and on."""

    kind = "deliverable"

    def add(
        self,
        *,
        title: Text | str,
        planned_on: date,
        description: Text | str | None = None,
        kind: Literal["document", "design", "software", "data", "service", "hardware", "other"] | None = None,
        milestone: str | None = None,
        requirements: Sequence[str] | None = None,
        acceptance_criteria: Sequence[Criterion] | None = None,
        agreed_by: str | None = None,
        review_window_wd: int | None = None,
        owner: str | None = None,
        location: str | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
        number: str | None = None,
    ) -> Entry[Deliverable]:
        """Add → planned.

        Needs: has acceptance criteria; criteria agreed with the client; review window known; what it refers to
        exists.
        """
        return self._do(
            "add",
            None,
            {
                "title": title,
                "description": description,
                "kind": kind,
                "milestone": milestone,
                "requirements": requirements,
                "acceptance_criteria": acceptance_criteria,
                "agreed_by": agreed_by,
                "review_window_wd": review_window_wd,
                "planned_on": planned_on,
                "owner": owner,
                "location": location,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
            number=number,
        )

    def prepare(
        self,
        ref: str,
        *,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Deliverable]:
        """Prepare → in preparation."""
        return self._do(
            "prepare",
            ref,
            {
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
        checklist: Sequence[Check] | None = None,
        reviewed_by: str | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Deliverable]:
        """Review → passed our own review.

        Needs: checklist passed.
        """
        return self._do(
            "review",
            ref,
            {
                "checklist": checklist,
                "reviewed_by": reviewed_by,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def submit(
        self,
        ref: str,
        *,
        package: Sequence[PackageFile] | None = None,
        release_notes: Text | str | None = None,
        answer_by: date | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Deliverable]:
        """Submit → under client review.

        Needs: package hashed; notice sent.
        """
        return self._do(
            "submit",
            ref,
            {
                "package": package,
                "release_notes": release_notes,
                "answer_by": answer_by,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def decide(
        self,
        ref: str,
        verdict: Literal["accept", "accept_with_conditions", "reject"],
        *,
        joint: Sequence[str] | None = None,
        channel: Literal["email", "phone", "meeting", "wechat_work", "dingtalk", "feishu", "portal", "tool", "letter"] | None = None,
        conditions: Text | str | None = None,
        verdicts: Sequence[CriterionVerdict] | None = None,
        punch_list: Sequence[str] | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Deliverable]:
        """Record what the client decided → accepted or accepted with conditions or rejected.

        Needs: verdicts on its criteria; every mandatory criterion passed; decider is known; decider is authorised;
        joint signatures complete; proved; recorded by somebody else; punch list has owners and dates; says what
        failed.
        """
        return self._do(
            verdict,
            ref,
            {
                "joint": joint,
                "channel": channel,
                "conditions": conditions,
                "verdicts": verdicts,
                "punch_list": punch_list,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def deem(
        self,
        ref: str,
        *,
        working_days: int | None = None,
        window_ended_on: date | None = None,
        reminded_on: date | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Deliverable]:
        """Deem accepted → deemed accepted.

        Needs: deemed acceptance agreed; notice of the submission; window elapsed; reminded in time.
        """
        return self._do(
            "deem",
            ref,
            {
                "working_days": working_days,
                "window_ended_on": window_ended_on,
                "reminded_on": reminded_on,
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
    ) -> Entry[Deliverable]:
        """Rework → in preparation."""
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

    def clear(
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
    ) -> Entry[Deliverable]:
        """Clear → accepted.

        Needs: punch list done; decider is known; decider is authorised; joint signatures complete; proved; recorded
        by somebody else.
        """
        return self._do(
            "clear",
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

    def revoke(
        self,
        ref: str,
        *,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Deliverable]:
        """Revoke → under client review.

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

    def handover(
        self,
        ref: str,
        *,
        access: Text | str | None = None,
        source: Text | str | None = None,
        documents: Text | str | None = None,
        warranty_starts_on: date | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Deliverable]:
        """Hand over → handed over.

        Needs: handover complete; evidence.
        """
        return self._do(
            "handover",
            ref,
            {
                "access": access,
                "source": source,
                "documents": documents,
                "warranty_starts_on": warranty_starts_on,
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
    ) -> Entry[Deliverable]:
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

    def release(
        self,
        ref: str,
        *,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Deliverable]:
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
    ) -> Entry[Deliverable]:
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
