"""One thing for one person to do: what ``pmbridge next`` lists and a scheduled sync reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from pmbridge.domain.figure import Text
from pmbridge.values import Label

Kind = Literal[
    "stop", "access", "decision", "report", "ours", "stale", "unreadable", "difference", "by_hand", "unknown"
]
SOON_WD = 2
"""What is ours, and a report, is listed from so many working days before it is due."""
YOU = Label(zh="您", en="you")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing for one person. ``command`` is a command, or the address where a person can do it.

    ``due`` is aware, in the engagement's zone, ``whole_day`` where only a day is agreed: then it is its end;
    ``late_wd`` working days since then, 0 when not late. ``since`` is the day from which it waits, where that is known.
    """

    key: str
    kind: Kind
    engagement: str
    who: Label
    text: Label
    command: Label
    due: datetime | None = None
    whole_day: bool = False
    late_wd: int = 0
    since: date | None = None
    on_client: bool = False


def both(text: Text) -> Label:
    """Return *text* in both languages, the original where it was not translated."""
    return Label(zh=text.in_("zh")[0], en=text.in_("en")[0])
