"""How soon feedback is answered."""

from __future__ import annotations

from collections.abc import Sequence

from pmbridge.domain.entry import Entry
from pmbridge.domain.feedback import Feedback
from pmbridge.domain.figure import Known
from pmbridge.domain.moment import Moment
from pmbridge.domain.rate import Rate, rate


def answered_in_time(entries: Sequence[Entry[Feedback]], moment: Moment) -> Known[Rate] | None:
    """Return how much of the feedback that was answered, or should have been by now, was answered in time.

    What is open and not yet due is left out; what is open and overdue counts as late now. ``None``: nothing to judge.
    """
    judged = [one for one in entries if _answered(one) or moment.today > one.fields.respond_by]
    return rate([one for one in judged if _in_time(one)], judged, moment)


def _answered(entry: Entry[Feedback]) -> bool:
    return entry.state != "received"


def _in_time(entry: Entry[Feedback]) -> bool:
    """Return whether it was first answered, acted upon or declined by its day."""
    return _answered(entry) and entry.trail[1].day <= entry.fields.respond_by
