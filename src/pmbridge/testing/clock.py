"""A clock that a test turns by hand."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

START = datetime(2026, 6, 5, 2, 0, tzinfo=UTC)
"""Friday, 5 June 2026, 10:00 in Shanghai: where a clock starts that nobody set."""


class FakeClock:
    """A :class:`pmbridge.clock.Clock` whose time passes only when somebody says so; one for all threads.

    ``sleep`` returns at once and moves the time on, so that waits cost a test nothing. ``set`` may go back, as a
    machine's clock does when it is corrected; ``monotonic`` then stands still.
    """

    def __init__(self, start: datetime = START) -> None:
        if start.tzinfo is None:
            raise ValueError("a FakeClock needs an aware datetime")
        self._now = start.astimezone(UTC)
        self._monotonic = 0.0
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        with self._lock:
            return self._now

    def monotonic(self) -> float:
        """Return seconds since the clock was made; never runs backwards."""
        with self._lock:
            return self._monotonic

    def sleep(self, seconds: float) -> None:
        """Move the time on by *seconds* (0 or negative: not at all) and return at once."""
        if seconds > 0:
            self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Move the time on by *seconds*. Raises ``ValueError`` for a negative number: that is what ``set`` is for."""
        if seconds < 0:
            raise ValueError("time does not run backwards; use set()")
        with self._lock:
            self._now += timedelta(seconds=seconds)
            self._monotonic += seconds

    def set(self, to: datetime) -> None:
        """Set the present moment to the aware *to*; ``monotonic`` follows only forwards."""
        if to.tzinfo is None:
            raise ValueError("a FakeClock needs an aware datetime")
        with self._lock:
            gone = (to - self._now).total_seconds()
            self._now = to.astimezone(UTC)
            self._monotonic += max(0.0, gone)
