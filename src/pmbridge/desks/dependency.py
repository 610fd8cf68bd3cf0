"""Commands about a dependency. Written by ``docs/generate.py``; do not edit."""
# ruff: noqa
# fmt: off

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from pmbridge.desks.desk import Desk, Proof
from pmbridge.domain.delay import CostOfDelay
from pmbridge.domain.dependency import Dependency
from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Text


class DependencyDesk(Desk):
    """依赖项 dependency: DEP-01 and on."""

    kind = "dependency"

    def add(
        self,
        *,
        what: Text | str,
        on: Literal["client", "third_party", "agency"],
        needed_by: date,
        owner: str | None = None,
        effect_if_late: Text | str | None = None,
        milestones: Sequence[str] | None = None,
        cost_of_delay: Sequence[CostOfDelay] | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
        number: str | None = None,
    ) -> Entry[Dependency]:
        """Add → open.

        Needs: people are known; owned by who provides it; what it refers to exists; the milestones exist.
        """
        return self._do(
            "add",
            None,
            {
                "what": what,
                "on": on,
                "owner": owner,
                "needed_by": needed_by,
                "effect_if_late": effect_if_late,
                "milestones": milestones,
                "cost_of_delay": cost_of_delay,
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
        what: Text | str | None = None,
        owner: str | None = None,
        needed_by: date | None = None,
        effect_if_late: Text | str | None = None,
        milestones: Sequence[str] | None = None,
        cost_of_delay: Sequence[CostOfDelay] | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Dependency]:
        """Edit → same state.

        Needs: people are known; owned by who provides it; what it refers to exists; the milestones exist.
        """
        return self._do(
            "edit",
            ref,
            {
                "what": what,
                "owner": owner,
                "needed_by": needed_by,
                "effect_if_late": effect_if_late,
                "milestones": milestones,
                "cost_of_delay": cost_of_delay,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def provide(
        self,
        ref: str,
        *,
        note: Text | str | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Dependency]:
        """Provide → provided."""
        return self._do(
            "provide",
            ref,
            {
                "note": note,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def waive(
        self,
        ref: str,
        *,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Dependency]:
        """Waive → waived.

        Needs: a reason.
        """
        return self._do(
            "waive",
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
    ) -> Entry[Dependency]:
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
