"""What was agreed beside what the tools show: the register's records take the place of those that were observed."""

from __future__ import annotations

from collections.abc import Sequence

from pmbridge.domain import change_metrics as metrics
from pmbridge.domain.book import Book
from pmbridge.domain.figure import Unknown, UnknownReason
from pmbridge.domain.mapping import ReportingPolicy
from pmbridge.domain.moment import Moment
from pmbridge.domain.observed_milestone import ObservedMilestone
from pmbridge.domain.registered_change import changes
from pmbridge.domain.registered_milestone import registered
from pmbridge.domain.view import Contract

__all__ = ["changes", "contract", "milestones"]


def milestones(
    seen: Sequence[ObservedMilestone], book: Book, policy: ReportingPolicy, moment: Moment
) -> list[ObservedMilestone]:
    """Return the milestones of the register, each with what the tools show under its ref, and those only observed."""
    by_ref = {one.milestone.ref: one for one in seen}
    kept = [registered(one, by_ref.pop(one.ref, None), book, policy, moment) for one in book.of("milestone")]
    return [*kept, *by_ref.values()]


def contract(book: Book, final: str | None) -> Contract:
    """Return what the contract was and is worth, and what approved changes added to it in money and days."""
    all_of_them = book.of("change")
    original, current = metrics.contract_value(book)
    nothing = Unknown(reason=UnknownReason.NO_ITEMS)
    return Contract(
        original=original,
        approved=metrics.approved_money(all_of_them),
        current=current,
        days=nothing if final is None else metrics.approved_days(all_of_them, final),
    )
