"""How reliably meetings were held, and their minutes confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Figure, Known, Unknown, UnknownReason
from pmbridge.domain.meeting import Meeting
from pmbridge.domain.moment import Moment
from pmbridge.domain.source import cited


@dataclass(frozen=True, slots=True, kw_only=True)
class Adherence:
    """``held`` of ``planned``; ``cancelled``: refs with the reasons; ``missed``: neither held nor cancelled."""

    held: int
    planned: int
    cancelled: tuple[tuple[str, str], ...]
    missed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """Of ``held`` meetings, how many have minutes that were sent, and how many of these the client confirmed."""

    confirmed: int
    sent: int
    held: int


def adherence(meetings: Sequence[Entry[Meeting]], moment: Moment) -> Figure[Adherence] | None:
    """Return how many of the meetings planned up to now were held; ``None`` (not applicable) without meetings.

    Unknown while none has come up. A cancelled one was planned too, and is shown with its reason.
    """
    if not meetings:
        return None
    due = [one for one in meetings if one.fields.planned_at <= moment.as_of or one.fields.held_at is not None]
    if not due:
        return Unknown(reason=UnknownReason.NOT_YET_DUE)
    cancelled = [(one.ref, one.fields.cancelled_because or "") for one in due if one.state == "cancelled"]
    missed = [one.ref for one in due if one.state == "planned"]
    return Known(
        value=Adherence(
            held=len(due) - len(cancelled) - len(missed),
            planned=len(due),
            cancelled=tuple(cancelled),
            missed=tuple(missed),
        ),
        sources=cited(due),
        method="derived",
        observed_at=moment.as_of,
    )


def minutes_confirmed(meetings: Sequence[Entry[Meeting]], moment: Moment) -> Figure[Confirmed] | None:
    """Return how many minutes the client confirmed; ``None`` (not applicable) before a meeting was held."""
    held = [one for one in meetings if one.fields.held_at is not None]
    if not held:
        return None
    return Known(
        value=Confirmed(
            confirmed=sum(one.fields.confirmed_on is not None for one in held),
            sent=sum(one.fields.minutes_sent_at is not None for one in held),
            held=len(held),
        ),
        sources=cited(held),
        method="derived",
        observed_at=moment.as_of,
    )
