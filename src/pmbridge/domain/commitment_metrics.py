"""How many commitments are kept, and which are overdue."""

from __future__ import annotations

from collections.abc import Sequence

from pmbridge.domain.commitment import Commitment
from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Known
from pmbridge.domain.moment import Moment
from pmbridge.domain.rate import Rate, rate


def commitments_kept(entries: Sequence[Entry[Commitment]], moment: Moment) -> Known[Rate] | None:
    """Return how many were kept of those that were kept or broken; what was negotiated anew counts neither way.

    ``None`` (not applicable): neither was any.
    """
    judged = [one for one in entries if one.state in ("kept", "broken")]
    return rate([one for one in judged if one.state == "kept"], judged, moment)


def overdue(entries: Sequence[Entry[Commitment]], moment: Moment) -> tuple[Entry[Commitment], ...]:
    """Return the open commitments whose day is over."""
    return tuple(one for one in entries if one.state == "open" and one.fields.due_on < moment.today)
