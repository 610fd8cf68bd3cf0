"""Commands about a lesson. Written by ``docs/generate.py``; do not edit."""
# ruff: noqa
# fmt: off

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pmbridge.desks.desk import Desk, Proof
from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Text
from pmbridge.domain.lesson import Lesson


class LessonDesk(Desk):
    """经验教训 lesson: LES-01 and on."""

    kind = "lesson"

    def add(
        self,
        *,
        title: Text | str,
        context: Text | str,
        effect: Text | str,
        recommendation: Text | str,
        category: Literal["schedule", "scope", "budget", "quality", "technical", "communication", "process", "client", "supplier", "people", "other"] | None = None,
        origin: str | None = None,
        shown_by: Sequence[str] | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
        number: str | None = None,
    ) -> Entry[Lesson]:
        """Record → recorded.

        Needs: what it refers to exists.
        """
        return self._do(
            "add",
            None,
            {
                "title": title,
                "context": context,
                "effect": effect,
                "recommendation": recommendation,
                "category": category,
                "origin": origin,
                "shown_by": shown_by,
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
        context: Text | str | None = None,
        effect: Text | str | None = None,
        recommendation: Text | str | None = None,
        category: Literal["schedule", "scope", "budget", "quality", "technical", "communication", "process", "client", "supplier", "people", "other"] | None = None,
        origin: str | None = None,
        shown_by: Sequence[str] | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Lesson]:
        """Edit → same state.

        Needs: what it refers to exists.
        """
        return self._do(
            "edit",
            ref,
            {
                "title": title,
                "context": context,
                "effect": effect,
                "recommendation": recommendation,
                "category": category,
                "origin": origin,
                "shown_by": shown_by,
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
    ) -> Entry[Lesson]:
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
