"""Commands about a contact. Written by ``docs/generate.py``; do not edit."""
# ruff: noqa
# fmt: off

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Literal

from pmbridge.desks.desk import Desk, Proof
from pmbridge.domain.contact import Contact, Identity
from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Money


class ContactDesk(Desk):
    """客户联系人 contact: CT-01 and on."""

    kind = "contact"

    def add(
        self,
        *,
        name: str,
        may: Collection[Literal["requirements", "goals", "milestones", "change", "acceptance", "expectation", "report_ack", "closure"]] | None = None,
        limit: Money | str | None = None,
        cumulative_limit: Money | str | None = None,
        days: int | None = None,
        valid_from: date | None = None,
        valid_to: date | None = None,
        joint_with: Sequence[str] | None = None,
        title: str | None = None,
        email: str | None = None,
        phone: str | None = None,
        im_handle: str | None = None,
        language: Literal["zh", "en"] | None = None,
        role: Literal["sponsor", "product_owner", "approver", "day_to_day", "finance", "user", "other"] | None = None,
        identities: Sequence[Identity] | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
        number: str | None = None,
    ) -> Entry[Contact]:
        """Add → active.

        Needs: name and address not taken; authority proved; possible limits and dates; cosigners are known.
        """
        return self._do(
            "add",
            None,
            {
                "may": may,
                "limit": limit,
                "cumulative_limit": cumulative_limit,
                "days": days,
                "valid_from": valid_from,
                "valid_to": valid_to,
                "joint_with": joint_with,
                "name": name,
                "title": title,
                "email": email,
                "phone": phone,
                "im_handle": im_handle,
                "language": language,
                "role": role,
                "identities": identities,
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
        name: str | None = None,
        title: str | None = None,
        email: str | None = None,
        phone: str | None = None,
        im_handle: str | None = None,
        language: Literal["zh", "en"] | None = None,
        role: Literal["sponsor", "product_owner", "approver", "day_to_day", "finance", "user", "other"] | None = None,
        identities: Sequence[Identity] | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Contact]:
        """Edit → same state.

        Needs: name and address not taken.
        """
        return self._do(
            "edit",
            ref,
            {
                "name": name,
                "title": title,
                "email": email,
                "phone": phone,
                "im_handle": im_handle,
                "language": language,
                "role": role,
                "identities": identities,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def authorise(
        self,
        ref: str,
        *,
        may: Collection[Literal["requirements", "goals", "milestones", "change", "acceptance", "expectation", "report_ack", "closure"]] | None = None,
        limit: Money | str | None = None,
        cumulative_limit: Money | str | None = None,
        days: int | None = None,
        valid_from: date | None = None,
        valid_to: date | None = None,
        joint_with: Sequence[str] | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Contact]:
        """Authorise → same state.

        Needs: says what may be decided; authority proved; possible limits and dates; cosigners are known.
        """
        return self._do(
            "authorise",
            ref,
            {
                "may": may,
                "limit": limit,
                "cumulative_limit": cumulative_limit,
                "days": days,
                "valid_from": valid_from,
                "valid_to": valid_to,
                "joint_with": joint_with,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def retire(
        self,
        ref: str,
        *,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Contact]:
        """Retire → retired."""
        return self._do(
            "retire",
            ref,
            {
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def pseudonymise(
        self,
        ref: str,
        *,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Contact]:
        """Pseudonymise → pseudonymised."""
        return self._do(
            "pseudonymise",
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
    ) -> Entry[Contact]:
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
