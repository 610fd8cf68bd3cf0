"""How often action items were done by their day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pmbridge.domain.action import Action
from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Figure, Known, Unknown, UnknownReason
from pmbridge.domain.moment import Moment
from pmbridge.domain.source import cited
from pmbridge.values import Label


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneOnTime:
    """``met`` of ``due`` were done by their day; ``moved``: refs whose day had been moved first, ``late``: the rest."""

    met: int
    due: int
    moved: tuple[str, ...]
    late: tuple[str, ...]

    @property
    def percent(self) -> int:
        """Whole percent, floored."""
        return self.met * 100 // self.due


def done_on_time(actions: Sequence[Entry[Action]], moment: Moment) -> Figure[DoneOnTime] | None:
    """Return how many of those that are done or overdue were done by their day; cancelled ones are left out.

    ``None`` (not applicable) without action items; unknown while none is due, or where none has a day.
    """
    alive = [one for one in actions if one.state != "cancelled"]
    if not alive:
        return None
    dated = [one for one in alive if one.fields.due_on is not None]
    if not dated:
        return Unknown(
            reason=UnknownReason.NOT_PROVIDED, detail=Label(zh="行动项没有期限", en="no action item has a due date")
        )
    due = [one for one in dated if one.state == "done" or _due(one) < moment.today]
    if not due:
        return Unknown(reason=UnknownReason.NOT_YET_DUE)
    met = [one for one in due if one.fields.done_on is not None and one.fields.done_on <= _due(one)]
    in_time = {one.ref for one in met}
    return Known(
        value=DoneOnTime(
            met=len(met),
            due=len(due),
            moved=tuple(one.ref for one in due if one.fields.first_due_on != one.fields.due_on),
            late=tuple(one.ref for one in due if one.ref not in in_time),
        ),
        sources=cited(due),
        method="derived",
        observed_at=moment.as_of,
    )


def _due(entry: Entry[Action]) -> date:
    due = entry.fields.due_on
    assert due is not None  # noqa: S101 - only those with a day are asked
    return due
