"""What was agreed beside what the tools show: the register's records take the place of those that were observed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from pmbridge.domain import change_metrics as metrics
from pmbridge.domain.book import Book
from pmbridge.domain.deliverable_metrics import first_pass
from pmbridge.domain.figure import Figure, Progress, Unknown, UnknownReason
from pmbridge.domain.known import known_to_client
from pmbridge.domain.mapping import ReportingPolicy
from pmbridge.domain.moment import Moment
from pmbridge.domain.observed_milestone import ObservedMilestone
from pmbridge.domain.registered_change import changes
from pmbridge.domain.registered_milestone import registered
from pmbridge.domain.requirement_metrics import Churn, churn
from pmbridge.domain.source import entered
from pmbridge.domain.view import Contract

__all__ = ["changes", "contract", "milestones"]


def milestones(
    seen: Sequence[ObservedMilestone], book: Book, policy: ReportingPolicy, moment: Moment
) -> list[ObservedMilestone]:
    """Return the milestones of the register, each with what the tools show for it, and those only observed.

    A tool's record belongs to the milestone that adopted it, else to the one whose ref it bears. A milestone of ours
    that the client does not know is left out; what a tool shows under its ref stays as the tool shows it.
    """
    by_ref = {one.milestone.ref: one for one in seen}
    by_place = {
        (feed.data.source.connection, feed.record.id.kind, feed.record.id.external_id): one.milestone.ref
        for one in seen
        for feed in one.feeds
    }
    kept = []
    for entry in book.of("milestone"):
        if not known_to_client(entry, book):
            continue
        adopted = (by_place.get((link.connection, link.kind, link.external_id)) for link in entry.links)
        ref = next((one for one in adopted if one in by_ref), entry.ref)
        kept.append(registered(entry, by_ref.pop(ref, None), book, policy, moment))
    return [*kept, *by_ref.values()]


CHURN_WINDOW_WD = 20
"""Working days over which the recent churn of requirements is counted."""


def contract(book: Book, final: str | None, moment: Moment) -> Contract:
    """Return what the contract was and is worth, what approved changes added to it, and how its scope moved."""
    all_of_them = book.of("change")
    original, current = metrics.contract_value(book)
    nothing = Unknown(reason=UnknownReason.NO_ITEMS)
    return Contract(
        original=original,
        approved=metrics.approved_money(all_of_them),
        approved_monthly=metrics.approved_monthly(all_of_them),
        current=current,
        forecast=metrics.forecast_total(book, moment),
        days=nothing if final is None else metrics.approved_days(all_of_them, final),
        churn=_changed(churn(book, moment), book),
        churn_recent=_changed(churn(book, moment, window_wd=CHURN_WINDOW_WD), book),
        requirements=None if (scope := book.newest("requirements_baseline")) is None else len(scope.fields.items),
    )


def accepted_at_first(book: Book, moment: Moment) -> Figure[Progress] | None:
    """Return how many deliverables the client accepted as they were first submitted; ``None``: it judged none."""
    found = first_pass(book.of("deliverable"), moment).rate
    if found is None:
        return None
    return found.map(lambda rate: Progress(done=Decimal(rate.hits), total=Decimal(rate.n), unit="count"))


def _changed(found: Churn, book: Book) -> Figure[Progress]:
    """Return the churn with its fraction: 8 of 48 requirements."""
    if isinstance(found.churn, Unknown):
        return found.churn
    if not found.size:
        return Unknown(reason=UnknownReason.DIVISION_BY_ZERO)
    value = Progress(done=Decimal(found.changed), total=Decimal(found.size), unit="count")
    return entered(value, book.of("requirements_baseline"), method="derived")
