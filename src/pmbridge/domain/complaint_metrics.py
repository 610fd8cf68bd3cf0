"""How complaints go: how many, how long until they are closed, how often one comes back, what was promised and is late.

Whether they were acknowledged and answered in time is told by their clocks (:mod:`pmbridge.domain.sla`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from pmbridge.domain.complaint_fields import Complaint
from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Known
from pmbridge.domain.moment import Moment
from pmbridge.domain.source import cited

CLOSED = ("closed", "closed_unresolved")


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaints:
    """Refs of complaints by how they stand. ``late``: those whose promised day is over without a word.

    ``median_wd``: working days from receipt to the last closing, of those that are closed; ``None`` while none is.
    """

    received: tuple[str, ...]
    open: tuple[str, ...]
    closed: tuple[str, ...]
    unresolved: tuple[str, ...]
    reopened: tuple[str, ...]
    late: tuple[str, ...]
    median_wd: Known[Decimal] | None


def complaints(entries: Sequence[Entry[Complaint]], moment: Moment) -> Complaints:
    """Return how *entries* stand, in their order; with none, everything is empty."""
    closed = [one for one in entries if one.state in CLOSED]
    still_open = [one for one in entries if one.state not in CLOSED]
    return Complaints(
        received=_refs(entries),
        open=_refs(still_open),
        closed=_refs(closed),
        unresolved=_refs([one for one in closed if one.state == "closed_unresolved"]),
        reopened=_refs([one for one in entries if one.fields.reopened_on]),
        late=_refs([one for one in still_open if _late(one, moment)]),
        median_wd=_median_wd(closed, moment),
    )


def _late(entry: Entry[Complaint], moment: Moment) -> bool:
    """Return whether it is ours to say something and the day that was promised is over."""
    return entry.state != "response_offered" and entry.fields.next_update_on < moment.today


def _median_wd(closed: Sequence[Entry[Complaint]], moment: Moment) -> Known[Decimal] | None:
    if not closed:
        return None
    days = [moment.calendar.wd(one.fields.received_on, one.since.day) for one in closed]
    return Known(
        value=Decimal(median(map(Decimal, days))),
        sources=cited(closed),
        method="derived",
        observed_at=moment.as_of,
        note=moment.calendar_note(*(one.since.day for one in closed)),
    )


def _refs(entries: Sequence[Entry[Complaint]]) -> tuple[str, ...]:
    return tuple(one.ref for one in entries)
