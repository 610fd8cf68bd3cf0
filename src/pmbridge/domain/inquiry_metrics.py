"""How fast inquiries were responded to and answered."""

from __future__ import annotations

from collections.abc import Sequence

from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Figure
from pmbridge.domain.inquiry import Inquiry
from pmbridge.domain.moment import Moment
from pmbridge.domain.sla import FIRST_RESPONSE, RESOLUTION, Clock, Compliance, Target, compliance
from pmbridge.domain.working_hours import WorkingHours


def first_response(
    inquiries: Sequence[Entry[Inquiry]], hours: WorkingHours, moment: Moment, target: Target = FIRST_RESPONSE
) -> Figure[Compliance] | None:
    """Return how often somebody responded in time; ``None`` (not applicable) without inquiries."""
    clocks = [Clock(entry=one, start=one.fields.asked_at, stop=one.fields.first_response_at) for one in inquiries]
    return compliance(clocks, target, hours, moment)


def resolution(
    inquiries: Sequence[Entry[Inquiry]], hours: WorkingHours, moment: Moment, target: Target = RESOLUTION
) -> Figure[Compliance] | None:
    """Return how often the answer was given in time; ``None`` (not applicable) without inquiries."""
    clocks = [Clock(entry=one, start=one.fields.asked_at, stop=one.fields.answered_at) for one in inquiries]
    return compliance(clocks, target, hours, moment)
