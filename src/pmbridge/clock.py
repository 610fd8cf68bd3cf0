"""Time as something that is handed in: the engine, the adapters and the tests share one clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What code may ask about time. Nothing else in pmbridge reads the machine's clock."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never run backwards; only differences mean anything."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait *seconds* (0 or negative: not at all)."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds since an arbitrary start; never runs backwards."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait *seconds* (0 or negative: not at all)."""
        if seconds > 0:
            time.sleep(seconds)


def to_millis(at: datetime) -> int:
    """Return epoch milliseconds of the aware *at*, rounded down: the form in which the store keeps instants."""
    return int(at.timestamp() * 1000 // 1)


def from_millis(millis: int) -> datetime:
    """Return the aware UTC datetime of epoch *millis*."""
    return datetime.fromtimestamp(millis / 1000, UTC)
