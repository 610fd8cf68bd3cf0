"""Commands about a survey. Written by ``docs/generate.py``; do not edit."""
# ruff: noqa
# fmt: off

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Literal

from pmbridge.desks.desk import Desk, Proof
from pmbridge.domain.entry import Entry
from pmbridge.domain.survey_fields import Question, Survey


class SurveyDesk(Desk):
    """满意度调查 survey: SRV-01 and on."""

    kind = "survey"

    def add(
        self,
        *,
        kind: Literal["milestone_csat", "periodic_csat", "nps", "closing"],
        questions: Sequence[Question],
        closes_on: date,
        anonymous: bool | None = None,
        milestone: str | None = None,
        owner: str | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
        number: str | None = None,
    ) -> Entry[Survey]:
        """Add → draft.

        Needs: people are known; what it refers to exists.
        """
        return self._do(
            "add",
            None,
            {
                "kind": kind,
                "questions": questions,
                "closes_on": closes_on,
                "anonymous": anonymous,
                "milestone": milestone,
                "owner": owner,
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
        kind: Literal["milestone_csat", "periodic_csat", "nps", "closing"] | None = None,
        questions: Sequence[Question] | None = None,
        closes_on: date | None = None,
        anonymous: bool | None = None,
        milestone: str | None = None,
        owner: str | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Survey]:
        """Edit → same state.

        Needs: people are known; what it refers to exists.
        """
        return self._do(
            "edit",
            ref,
            {
                "kind": kind,
                "questions": questions,
                "closes_on": closes_on,
                "anonymous": anonymous,
                "milestone": milestone,
                "owner": owner,
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
        invite: Sequence[str] | None = None,
        tokens: Mapping[str, str] | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Survey]:
        """Send → open.

        Needs: its questions fit its kind; it names its milestone; active contacts are invited; it has not ended.
        """
        return self._do(
            "send",
            ref,
            {
                "invite": invite,
                "tokens": tokens,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def remind(
        self,
        ref: str,
        *,
        contacts: Sequence[str] | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Survey]:
        """Remind → same state.

        Needs: still waiting for an answer; it has not ended.
        """
        return self._do(
            "remind",
            ref,
            {
                "contacts": contacts,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def record(
        self,
        ref: str,
        *,
        answers: Mapping[str, int | str],
        contact: str | None = None,
        token_sha256: str | None = None,
        may_quote: bool | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Survey]:
        """Record → same state.

        Needs: the answers fit the questions; asked, and answered once; nothing says who answered; it has not ended.
        """
        return self._do(
            "record",
            ref,
            {
                "answers": answers,
                "contact": contact,
                "token_sha256": token_sha256,
                "may_quote": may_quote,
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
    ) -> Entry[Survey]:
        """Close → closed.

        Needs: it is over, or all have answered.
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

    def release(
        self,
        ref: str,
        *,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Survey]:
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
