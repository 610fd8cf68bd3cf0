"""S10: what was submitted for acceptance, as the report holds it and as it comes out of the engagement's view."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pmbridge.domain import delivered as seen
from pmbridge.domain.deliverable_fields import Handover
from pmbridge.report import gate
from pmbridge.report.parts import Exact, Part, Quote, Source

ACCEPTED = frozenset({"accepted", "deemed_accepted", "handed_over", "dropped"})
"""States in which nobody owes anything any more."""

Verdict = Literal["accepted", "accepted_with_conditions", "rejected", "deemed_accepted"]


class Condition(Part):
    """A point of a punch list: what is still to be done, or was."""

    ref: str
    done: bool


class Turn(Part):
    """One submission. ``verdict`` ``None``: it waits for the client; ``answer_by``: until when, as was agreed.

    ``decided_by``: names of the client's people, empty where silence accepted it. ``review_wd``: working days from the
    submission to the client's verdict.
    """

    n: int
    submitted_on: date
    answer_by: date
    verdict: Verdict | None
    decided_on: date | None
    decided_by: tuple[str, ...]
    review_wd: int | None
    conditions: tuple[Condition, ...]
    certificate: str | None


class HandedOver(Part):
    """What the client took over, each in words that say how or that there is none."""

    access: Quote
    source: Quote
    documents: Quote
    warranty_starts_on: date
    received_on: date


class Deliverable(Part):
    """S10, one row: something that was submitted at least once, its turns oldest first."""

    ref: str
    title: Quote
    milestone: str | None
    state: str
    turns: tuple[Turn, ...]
    handed_over: HandedOver | None
    sources: tuple[Source, ...]

    def moved(self, first: date, last: date) -> bool:
        """Return whether it waits for the client or for us, or was submitted, judged or handed over in those days."""
        days = [day for turn in self.turns for day in (turn.submitted_on, turn.decided_on)]
        days.append(self.handed_over.received_on if self.handed_over else None)
        return self.state not in ACCEPTED or any(day is not None and first <= day <= last for day in days)


class Deliverables(Part):
    """S10. ``rows`` are all; a weekly page lists those that moved. Times in working days, ``None``: none was judged."""

    rows: tuple[Deliverable, ...]
    review_median: Exact | None
    review_longest: int | None


# --------------------------------------------------------------------------------------------------- the projection


def deliverables(found: seen.Delivered, links: gate.Links) -> Deliverables:
    """Return what was submitted, as the client may see it."""
    return Deliverables(
        rows=tuple(_row(one, links) for one in found.rows),
        review_median=found.review_median,
        review_longest=found.review_longest,
    )


def _row(one: seen.Delivery, links: gate.Links) -> Deliverable:
    return Deliverable(
        ref=gate.clean(one.ref),
        title=gate.quote(one.title),
        milestone=gate.clean(one.milestone) if one.milestone else None,
        state=one.state,
        turns=tuple(_turn(turn) for turn in one.turns),
        handed_over=None if one.handover is None else _handed_over(one.handover),
        sources=links.sources((one.source,), ref=gate.clean(one.ref)),
    )


def _turn(turn: seen.Turn) -> Turn:
    return Turn(
        n=turn.n,
        submitted_on=turn.submitted_on,
        answer_by=turn.answer_by,
        verdict=turn.verdict,
        decided_on=turn.decided_on,
        decided_by=tuple(gate.clean(name) for name in turn.decided_by),
        review_wd=turn.review_wd,
        conditions=tuple(Condition(ref=gate.clean(one.ref), done=one.done) for one in turn.conditions),
        certificate=gate.clean(turn.certificate) if turn.certificate else None,
    )


def _handed_over(made: Handover) -> HandedOver:
    return HandedOver(
        access=gate.quote(made.access),
        source=gate.quote(made.source),
        documents=gate.quote(made.documents),
        warranty_starts_on=made.warranty_starts_on,
        received_on=made.received_on,
    )
