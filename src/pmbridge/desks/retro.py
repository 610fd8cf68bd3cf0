"""Commands about a retrospective. Written by ``docs/generate.py``; do not edit."""
# ruff: noqa
# fmt: off

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from pmbridge.desks.desk import Desk, Proof
from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Text
from pmbridge.domain.retro import Retro


class RetroDesk(Desk):
    """项目回顾 retrospective: RET-01 and on."""

    kind = "retro"

    def add(
        self,
        *,
        scope: Literal["period", "milestone", "engagement"],
        planned_on: date,
        milestone: str | None = None,
        period_from: date | None = None,
        period_to: date | None = None,
        owner: str | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
        number: str | None = None,
    ) -> Entry[Retro]:
        """Plan → planned.

        Needs: people are known; what it refers to exists; it says what it looks back on.
        """
        return self._do(
            "add",
            None,
            {
                "scope": scope,
                "planned_on": planned_on,
                "milestone": milestone,
                "period_from": period_from,
                "period_to": period_to,
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
        planned_on: date | None = None,
        owner: str | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Retro]:
        """Edit → same state.

        Needs: people are known.
        """
        return self._do(
            "edit",
            ref,
            {
                "planned_on": planned_on,
                "owner": owner,
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
        ours: Sequence[str] | None = None,
        client: Sequence[str] | None = None,
        went_well: Sequence[Text | str] | None = None,
        to_improve: Sequence[Text | str] | None = None,
        publish_by: date | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Retro]:
        """Hold → held.

        Needs: it says who took part; it says what came up.
        """
        return self._do(
            "hold",
            ref,
            {
                "ours": ours,
                "client": client,
                "went_well": went_well,
                "to_improve": to_improve,
                "publish_by": publish_by,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def publish(
        self,
        ref: str,
        *,
        lessons: Sequence[str] | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Retro]:
        """Publish → published.

        Needs: lessons were drawn; what it refers to exists.
        """
        return self._do(
            "publish",
            ref,
            {
                "lessons": lessons,
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
    ) -> Entry[Retro]:
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
