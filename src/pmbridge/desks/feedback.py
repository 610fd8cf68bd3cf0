"""Commands about a feedback. Written by ``docs/generate.py``; do not edit."""
# ruff: noqa
# fmt: off

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from pmbridge.desks.desk import Desk, Proof
from pmbridge.domain.entry import Entry
from pmbridge.domain.feedback import Feedback
from pmbridge.domain.figure import Text


class FeedbackDesk(Desk):
    """客户反馈 feedback: FB-01 and on."""

    kind = "feedback"

    def add(
        self,
        *,
        kind: Literal["praise", "suggestion", "concern", "other"],
        text: Text | str,
        given_by: str | None = None,
        channel: Literal["email", "phone", "meeting", "wechat_work", "dingtalk", "feishu", "portal", "tool", "letter"] | None = None,
        owner: str | None = None,
        respond_by: date | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
        number: str | None = None,
    ) -> Entry[Feedback]:
        """Add → received.

        Needs: the contact is known; people are known.
        """
        return self._do(
            "add",
            None,
            {
                "kind": kind,
                "text": text,
                "given_by": given_by,
                "channel": channel,
                "owner": owner,
                "respond_by": respond_by,
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
        kind: Literal["praise", "suggestion", "concern", "other"] | None = None,
        owner: str | None = None,
        respond_by: date | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Feedback]:
        """Edit → same state.

        Needs: people are known.
        """
        return self._do(
            "edit",
            ref,
            {
                "kind": kind,
                "owner": owner,
                "respond_by": respond_by,
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
        response: Text | str,
        channel: Literal["email", "phone", "meeting", "wechat_work", "dingtalk", "feishu", "portal", "tool", "letter"] | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Feedback]:
        """Respond → answered.

        Needs: evidence.
        """
        return self._do(
            "respond",
            ref,
            {
                "response": response,
                "channel": channel,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def act(
        self,
        ref: str,
        *,
        actions: Sequence[str] | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Feedback]:
        """Act → acted upon.

        Needs: it says what was done; what it refers to exists.
        """
        return self._do(
            "act",
            ref,
            {
                "actions": actions,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def decline(
        self,
        ref: str,
        *,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Feedback]:
        """Decline → declined.

        Needs: a reason.
        """
        return self._do(
            "decline",
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
    ) -> Entry[Feedback]:
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
