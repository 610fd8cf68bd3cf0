"""Commands about a communication. Written by ``docs/generate.py``; do not edit."""
# ruff: noqa
# fmt: off

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pmbridge.desks.desk import Desk, Proof
from pmbridge.domain.communication import Communication
from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Text


class CommunicationDesk(Desk):
    """沟通记录 communication: COM-01 and on."""

    kind = "communication"

    def add(
        self,
        *,
        subject: Text | str,
        direction: Literal["outbound", "inbound"] | None = None,
        channel: Literal["email", "phone", "meeting", "wechat_work", "dingtalk", "feishu", "portal", "tool", "letter"] | None = None,
        purpose: Literal["notice", "reminder", "question", "answer", "acknowledgement", "update", "assessment", "submission", "minutes", "survey", "report", "other"] | None = None,
        whom: Sequence[str] | None = None,
        about: Sequence[str] | None = None,
        message_id: str | None = None,
        sha256: str | None = None,
        summary: Text | str | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
        number: str | None = None,
    ) -> Entry[Communication]:
        """Record → recorded.

        Needs: the other side is known; what it refers to exists; proved.
        """
        return self._do(
            "add",
            None,
            {
                "direction": direction,
                "channel": channel,
                "purpose": purpose,
                "whom": whom,
                "about": about,
                "subject": subject,
                "message_id": message_id,
                "sha256": sha256,
                "summary": summary,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
            number=number,
        )

    def release(
        self,
        ref: str,
        *,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Communication]:
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
