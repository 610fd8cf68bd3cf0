"""Commands about a inquiry. Written by ``docs/generate.py``; do not edit."""
# ruff: noqa
# fmt: off

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from pmbridge.desks.desk import Desk, Proof
from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Text
from pmbridge.domain.inquiry import Inquiry


class InquiryDesk(Desk):
    """客户询问 inquiry: INQ-01 and on."""

    kind = "inquiry"

    def add(
        self,
        *,
        text: Text | str,
        asked_by: str | None = None,
        channel: Literal["email", "phone", "meeting", "wechat_work", "dingtalk", "feishu", "portal", "tool", "letter"] | None = None,
        priority: Literal["urgent", "high", "normal", "low"] | None = None,
        owner: str | None = None,
        due_on: date | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
        number: str | None = None,
    ) -> Entry[Inquiry]:
        """Add → open.

        Needs: the contact is known; people are known.
        """
        return self._do(
            "add",
            None,
            {
                "text": text,
                "asked_by": asked_by,
                "channel": channel,
                "priority": priority,
                "owner": owner,
                "due_on": due_on,
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
        owner: str | None = None,
        due_on: date | None = None,
        priority: Literal["urgent", "high", "normal", "low"] | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Inquiry]:
        """Edit → same state.

        Needs: people are known.
        """
        return self._do(
            "edit",
            ref,
            {
                "owner": owner,
                "due_on": due_on,
                "priority": priority,
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
        text: Text | str | None = None,
        channel: Literal["email", "phone", "meeting", "wechat_work", "dingtalk", "feishu", "portal", "tool", "letter"] | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Inquiry]:
        """Respond → responded to."""
        return self._do(
            "respond",
            ref,
            {
                "text": text,
                "channel": channel,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def answer(
        self,
        ref: str,
        *,
        answer: Text | str,
        channel: Literal["email", "phone", "meeting", "wechat_work", "dingtalk", "feishu", "portal", "tool", "letter"] | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Inquiry]:
        """Answer → answered."""
        return self._do(
            "answer",
            ref,
            {
                "answer": answer,
                "channel": channel,
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
    ) -> Entry[Inquiry]:
        """Close → closed."""
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

    def release(
        self,
        ref: str,
        *,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Inquiry]:
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
