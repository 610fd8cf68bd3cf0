"""S13: meetings and action items, as the report holds them and as they come out of the engagement's view."""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from typing import Literal

from pmbridge.domain import convened as seen
from pmbridge.domain.figure import Known
from pmbridge.domain.machine import Holder
from pmbridge.report import gate
from pmbridge.report.parts import Part, Quote, Ratio, Source

MeetingKind = Literal["kickoff", "weekly_status", "monthly_review", "acceptance", "change", "retrospective", "other"]


class Meeting(Part):
    """S13, one meeting. ``confirmed_on``: when the client confirmed its minutes."""

    ref: str
    kind: MeetingKind
    title: Quote | None
    planned_at: datetime
    held_at: datetime | None
    state: str
    minutes_sent_on: date | None
    confirmed_on: date | None
    cancelled_because: Quote | None
    sources: tuple[Source, ...]

    def moved(self, first: date, last: date) -> bool:
        """Return whether its minutes wait for the client, or it was planned, held or confirmed in those days."""
        held = None if self.held_at is None else self.held_at.date()
        days = (self.planned_at.date(), held, self.minutes_sent_on, self.confirmed_on)
        return self.state == "minutes_sent" or any(day is not None and first <= day <= last for day in days)


class Action(Part):
    """S13, one action item of either side. ``first_due_on``: the day first agreed; ``overdue_wd``: 0 if in time."""

    ref: str
    text: Quote
    holder: Holder
    due_on: date | None
    first_due_on: date | None
    overdue_wd: int
    state: str
    done_on: date | None
    about: str | None
    sources: tuple[Source, ...]

    def moved(self, first: date, last: date) -> bool:
        """Return whether it is open, or was done in those days."""
        return self.state == "open" or (self.done_on is not None and first <= self.done_on <= last)


class Meetings(Part):
    """S13. ``held``: of the meetings planned up to now; ``confirmed``: minutes, of the meetings held.

    ``done``: action items in time, of those done or overdue. ``None``: nothing to judge.
    """

    meetings: tuple[Meeting, ...]
    actions: tuple[Action, ...]
    held: Ratio | None
    cancelled: int
    confirmed: Ratio | None
    done: Ratio | None


# --------------------------------------------------------------------------------------------------- the projection


def meetings(found: seen.Convened, links: gate.Links, zone: tzinfo) -> Meetings:
    """Return meetings and action items, as the client may see them; times in *zone*."""
    held = found.held.value if isinstance(found.held, Known) else None
    confirmed = found.confirmed.value if isinstance(found.confirmed, Known) else None
    done = found.done.value if isinstance(found.done, Known) else None
    return Meetings(
        meetings=tuple(_meeting(one, links, zone) for one in found.meetings),
        actions=tuple(_action(one, links) for one in found.actions),
        held=None if held is None else Ratio(hits=held.held, n=held.planned),
        cancelled=0 if held is None else len(held.cancelled),
        confirmed=None if confirmed is None else Ratio(hits=confirmed.confirmed, n=confirmed.held),
        done=None if done is None else Ratio(hits=done.met, n=done.due),
    )


def _meeting(one: seen.Met, links: gate.Links, zone: tzinfo) -> Meeting:
    return Meeting(
        ref=gate.clean(one.ref),
        kind=one.kind,
        title=gate.maybe(one.title),
        planned_at=one.planned_at.astimezone(zone),
        held_at=None if one.held_at is None else one.held_at.astimezone(zone),
        state=one.state,
        minutes_sent_on=one.minutes_sent_on,
        confirmed_on=one.confirmed_on,
        cancelled_because=gate.quoted(one.cancelled_because) if one.cancelled_because else None,
        sources=links.sources((one.source,), ref=gate.clean(one.ref)),
    )


def _action(one: seen.ToDo, links: gate.Links) -> Action:
    return Action(
        ref=gate.clean(one.ref),
        text=gate.quote(one.text),
        holder=one.holder,
        due_on=one.due_on,
        first_due_on=one.first_due_on,
        overdue_wd=one.overdue_wd,
        state=one.state,
        done_on=one.done_on,
        about=gate.clean(one.about) if one.about else None,
        sources=links.sources((one.source,), ref=gate.clean(one.ref)),
    )
