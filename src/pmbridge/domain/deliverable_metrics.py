"""Acceptance: how often the first submission is accepted, and how long the client's review takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pmbridge.domain.acceptance import AcceptanceRecord
from pmbridge.domain.deliverable_fields import Deliverable
from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Known
from pmbridge.domain.moment import Moment
from pmbridge.domain.rate import Rate, rate
from pmbridge.domain.source import cited

_ACCEPTED = ("accepted", "accepted_with_conditions")


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstPass:
    """``rate``: deliverables accepted at submission 1, also with conditions, out of those with a verdict.

    ``None`` where the client has judged none yet: not applicable, not unknown. ``deemed``: refs of those that silence
    accepted; they are in neither number.
    """

    rate: Known[Rate] | None
    deemed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewTime:
    """The working days from a submission to the client's verdict on it."""

    deliverable: str
    submission: int
    working_days: Known[int]


def first_pass(deliverables: Sequence[Entry[Deliverable]], moment: Moment) -> FirstPass:
    """Return how many of *deliverables* the client accepted as they were first submitted."""
    judged = [one for one in deliverables if verdicts(one)]
    hits = [one for one in judged if any(v.submission == 1 and v.verdict in _ACCEPTED for v in verdicts(one))]
    deemed = tuple(
        one.ref for one in deliverables if any(v.verdict == "deemed_accepted" for v in one.fields.acceptances)
    )
    return FirstPass(rate=rate(hits, judged, moment), deemed=deemed)


def review_times(deliverables: Sequence[Entry[Deliverable]], moment: Moment) -> tuple[ReviewTime, ...]:
    """Return the review time of every submission that the client judged, by ref and number; empty if there is none."""
    found = []
    for entry in deliverables:
        made = {one.n: one.submitted_on for one in entry.fields.submissions}
        found += [
            ReviewTime(
                deliverable=entry.ref,
                submission=one.submission,
                working_days=Known(
                    value=moment.calendar.wd(made[one.submission], one.decided_on),
                    sources=cited([entry]),
                    method="derived",
                    observed_at=moment.as_of,
                    note=moment.calendar_note(made[one.submission], one.decided_on),
                ),
            )
            for one in verdicts(entry)
        ]
    return tuple(found)


def verdicts(entry: Entry[Deliverable]) -> tuple[AcceptanceRecord, ...]:
    """Return the verdicts of the client on *entry* that stand, oldest first; deemed ones are none."""
    return tuple(one for one in entry.fields.acceptances if one.revoked_on is None and one.verdict != "deemed_accepted")
