"""A record of the register as the source of a figure: the number of the event that a reader can look up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Known, Method, SourceRef

T = TypeVar("T")

REGISTER = "register"


def event_source(entry: Entry[Any]) -> SourceRef:
    """Return the last event of *entry* as a source."""
    return SourceRef(
        connection=REGISTER, kind="event", external_id=str(entry.seq), key=entry.ref, observed_at=entry.changed_at
    )


def cited(entries: Iterable[Entry[Any]]) -> tuple[SourceRef, ...]:
    """Return the last event of each of *entries* as a source, in their order; each record is cited once."""
    return tuple({one.ref: event_source(one) for one in entries}.values())


def entered(value: T, entries: Sequence[Entry[Any]], *, method: Method = "entered") -> Known[T]:
    """Return *value* as a figure that rests on *entries*, of which there is at least one; each is cited once."""
    return Known(
        value=value,
        sources=cited(entries),
        method=method,
        observed_at=max(one.changed_at for one in entries),
    )
