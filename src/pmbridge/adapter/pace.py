"""How fast a connection may ask: token buckets that the vendor's answers tighten."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable

from pmbridge.adapter.policy import Rate
from pmbridge.clock import Clock

ALL = "*"
"""The key of the buckets that every request passes."""
FLOOR = 1 / 16
"""Refusals never slow a bucket below this part of its rate."""


class Bucket:
    """A token bucket: ``burst`` requests at once, then ``per_s`` a second. Safe for threads.

    Tokens are reserved first and waited for afterwards, outside the lock: the balance goes below zero, and each caller
    is told how long its own turn takes.
    """

    def __init__(self, clock: Clock, per_s: float = math.inf, burst: int = 1) -> None:
        if per_s <= 0 or burst < 1:
            raise ValueError("a rate is above 0 and a burst at least 1")
        self._clock = clock
        self._lock = threading.Lock()
        self._per_s = per_s
        self._least = per_s * FLOOR
        self._burst = float(burst)
        self._tokens = self._burst
        # Tokens are counted up to this moment; after a pause it lies in the future, and none come until then.
        self._counted = clock.monotonic()
        self._slowed = -math.inf

    def reserve(self, n: int = 1) -> float:
        """Take *n* tokens and return the seconds to wait before they may be used; 0 = at once."""
        with self._lock:
            now = self._refill()
            self._tokens -= n
            debt = max(0.0, -self._tokens) / self._per_s
            return max(0.0, self._counted - now) + debt

    def give_back(self, n: int = 1) -> None:
        """Return *n* tokens that were reserved and will not be used."""
        with self._lock:
            self._refill()
            self._tokens = min(self._burst, self._tokens + n)

    def pause(self, seconds: float) -> None:
        """Let nobody pass for *seconds* from now, and nobody in a burst afterwards. A longer pause stays."""
        with self._lock:
            now = self._refill()
            if (until := now + seconds) > self._counted:
                self._counted = until
                self._tokens = min(self._tokens, 0.0)

    def paused(self) -> float:
        """Return the seconds that the present pause still lasts; 0 if there is none."""
        with self._lock:
            return max(0.0, self._counted - self._clock.monotonic())

    def slow_down(self, asked_at: float) -> None:
        """Halve the rate for good, because a request sent at *asked_at* (monotonic) was one too many.

        Several requests in flight are often refused together; they count once. A bucket without a rate has nothing
        to halve.
        """
        with self._lock:
            now = self._refill()
            if asked_at > self._slowed:
                self._slowed = now
                self._per_s = max(self._least, self._per_s / 2)

    def _refill(self) -> float:
        now = self._clock.monotonic()
        if now > self._counted:
            self._tokens = min(self._burst, self._tokens + (now - self._counted) * self._per_s)
            self._counted = now
        return now


class Pace:
    """All buckets of one credential, by key. A request passes those of its own key and those of ``*``."""

    def __init__(self, rates: Iterable[Rate], clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: dict[str, list[Bucket]] = {}
        for rate in rates:
            self._buckets.setdefault(rate.key, []).append(Bucket(clock, rate.per_s, rate.burst))

    def reserve(self, key: str, n: int = 1) -> float:
        """Reserve *n* tokens everywhere and return the longest wait in seconds."""
        return max(bucket.reserve(n) for bucket in self._passed(key))

    def give_back(self, key: str, n: int = 1) -> None:
        """Return what :meth:`reserve` took."""
        for bucket in self._passed(key):
            bucket.give_back(n)

    def paused(self, key: str) -> float:
        """Return the seconds that *key* is still paused."""
        return max(bucket.paused() for bucket in self._passed(key))

    def pause(self, key: str, seconds: float) -> None:
        """Pause what is named *key*; ``*`` pauses everything."""
        for bucket in self._named(key):
            bucket.pause(seconds)

    def slow_down(self, key: str, asked_at: float) -> None:
        """Halve the rates named *key* for the rest of the run."""
        for bucket in self._named(key):
            bucket.slow_down(asked_at)

    def _passed(self, key: str) -> list[Bucket]:
        return self._named(ALL) if key == ALL else self._named(ALL) + self._named(key)

    def _named(self, key: str) -> list[Bucket]:
        with self._lock:
            # A key without a rate gets a bucket that never empties: it can still be paused.
            if key not in self._buckets:
                self._buckets[key] = [Bucket(self._clock)]
            return self._buckets[key]
