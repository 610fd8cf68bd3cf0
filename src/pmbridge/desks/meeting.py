"""Commands about a meeting. Written by ``docs/generate.py``; do not edit."""
# ruff: noqa
# fmt: off

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pmbridge.desks.desk import Desk, Proof
from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Text
from pmbridge.domain.follow_up import Todo
from pmbridge.domain.meeting import Meeting


class MeetingDesk(Desk):
    """会议 meeting: MTG-01 and on."""

    kind = "meeting"

    def add(
        self,
        *,
        kind: Literal["kickoff", "weekly_status", "monthly_review", "acceptance", "change", "retrospective", "other"],
        planned_at: datetime,
        title: Text | str | None = None,
        owner: str | None = None,
        invited: Sequence[str] | None = None,
        agenda: Sequence[Text | str] | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
        number: str | None = None,
    ) -> Entry[Meeting]:
        """Plan → planned.

        Needs: people are known.
        """
        return self._do(
            "add",
            None,
            {
                "kind": kind,
                "title": title,
                "planned_at": planned_at,
                "owner": owner,
                "invited": invited,
                "agenda": agenda,
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
        planned_at: datetime | None = None,
        owner: str | None = None,
        invited: Sequence[str] | None = None,
        agenda: Sequence[Text | str] | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Meeting]:
        """Edit → same state.

        Needs: people are known.
        """
        return self._do(
            "edit",
            ref,
            {
                "title": title,
                "planned_at": planned_at,
                "owner": owner,
                "invited": invited,
                "agenda": agenda,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def hold(
        self,
        ref: str,
        *,
        present: Sequence[str] | None = None,
        absent: Sequence[str] | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Meeting]:
        """Hold → held.

        Needs: people are known; both sides were there.
        """
        return self._do(
            "hold",
            ref,
            {
                "present": present,
                "absent": absent,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def minutes(
        self,
        ref: str,
        *,
        text: Text | str,
        decisions: Sequence[str] | None = None,
        actions: Sequence[str] | None = None,
        new_actions: Sequence[Todo] | None = None,
        send_to: Sequence[str] | None = None,
        channel: Literal["email", "phone", "meeting", "wechat_work", "dingtalk", "feishu", "portal", "tool", "letter"] | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Meeting]:
        """Send the minutes of → minutes sent.

        Needs: somebody gets them; people are known; what it refers to exists; evidence.
        """
        return self._do(
            "minutes",
            ref,
            {
                "text": text,
                "decisions": decisions,
                "actions": actions,
                "new_actions": new_actions,
                "send_to": send_to,
                "channel": channel,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def confirm(
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
    ) -> Entry[Meeting]:
        """Confirm → minutes confirmed.

        Needs: decider is known; decider is authorised; proved; recorded by somebody else.
        """
        return self._do(
            "confirm",
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

    def cancel(
        self,
        ref: str,
        *,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Meeting]:
        """Cancel → cancelled.

        Needs: a reason.
        """
        return self._do(
            "cancel",
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
    ) -> Entry[Meeting]:
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
