"""The moment for which everything is derived, and the calendar in which it lies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from pmbridge.domain.calendar import Calendar
from pmbridge.values import Label

NOT_FINAL = Label(zh="节假日安排未公布，日期可能变动", en="public holidays not yet published, the date may move")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """``as_of`` with its day in the engagement's zone. Nothing in the domain asks a clock."""

    as_of: datetime
    zone: tzinfo
    calendar: Calendar

    @property
    def today(self) -> date:
        """The calendar day of ``as_of`` in the engagement's zone."""
        return self.day(self.as_of)

    def day(self, at: datetime) -> date:
        """Return the calendar day of *at* in the engagement's zone."""
        return at.astimezone(self.zone).date()

    def shown(self, day: date) -> str:
        """Return *day* as in sentences: ``06-26``, with its year only where that is not the current one."""
        return f"{day:%m-%d}" if day.year == self.today.year else day.isoformat()

    def calendar_note(self, *days: date) -> Label | None:
        """Return what must be said beside a count over *days*: nothing while the calendar of all is final."""
        return None if all(self.calendar.is_final(day) for day in days) else NOT_FINAL


def join_notes(*notes: Label | None) -> Label | None:
    """Return *notes* as one, in their order; ``None`` when there is none."""
    said = [one for one in notes if one is not None]
    if not said:
        return None
    return Label(zh="；".join(one.zh for one in said), en="; ".join(one.en for one in said))
