"""The sources of a figure that was made from several records of the register."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import SourceRef
from pmbridge.domain.source import event_source


def cited(entries: Iterable[Entry[Any]]) -> tuple[SourceRef, ...]:
    """Return the last event of each of *entries* as a source, in their order; each record is cited once."""
    return tuple({one.ref: event_source(one) for one in entries}.values())
