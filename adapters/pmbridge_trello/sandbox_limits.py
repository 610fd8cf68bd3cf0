"""How many requests the sandbox's Trello takes: per token, per API key, and of ``/members`` apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Which = Literal["key", "token", "members"]

_CODES: Mapping[Which, tuple[str, str]] = {
    "key": ("API_KEY_LIMIT_EXCEEDED", "Rate limit exceeded"),
    "token": ("API_TOKEN_LIMIT_EXCEEDED", "Rate limit exceeded"),
    "members": ("RATE_LIMIT_EXCEEDED", "Exceeded rate limit to /1/member"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Requests per window; a window begins with its first request. After *storm* refusals the key gets only refusals.

    ``others``: requests of an API key's other users in each window.
    """

    key: int = 300
    token: int = 100
    window_s: float = 10
    members: int = 100
    members_window_s: float = 900
    storm: int = 200
    others: int = 0

    def size(self, which: Which) -> tuple[int, float]:
        """Return how many of a counter pass, in how many seconds."""
        if which == "members":
            return self.members, self.members_window_s
        return (self.key if which == "key" else self.token), self.window_s


@dataclass(slots=True)
class Meter:
    """Counts the requests of one credential."""

    limits: Limits
    _used: dict[str, tuple[float, int]] = field(default_factory=dict)

    def spend(self, which: Which, cost: int, now: float) -> bool:
        """Count *cost* requests, and return whether they pass; those that do not are counted as refusals."""
        size, window = self.limits.size(which)
        if which == "key" and self._in_window("refused", self.limits.window_s, now) >= self.limits.storm:
            return False
        used = self._in_window(which, window, now) + (self.limits.others if which == "key" else 0)
        if used + cost > size:
            self._add("refused", self.limits.window_s, 1, now)
            return False
        self._add(which, window, cost, now)
        return True

    def headers(self, now: float) -> dict[str, str]:
        """Return what every answer tells of the counters."""
        said: dict[str, str] = {}
        counters: tuple[tuple[Which, str], ...] = (("key", "Api-Key"), ("token", "Api-Token"))
        for which, name in counters:
            size, window = self.limits.size(which)
            used = self._in_window(which, window, now) + (self.limits.others if which == "key" else 0)
            said |= _told(name, int(window * 1000), size, max(0, size - used))
        # Two more are on every answer that was recorded; nothing counts down there.
        return said | _told("Member", 10_000, 375, 374) | _told("Db-Query-Time", 600_000, 7_200_000, 7_199_990)

    def _in_window(self, name: str, window: float, now: float) -> int:
        began, used = self._used.get(name, (now, 0))
        return used if now - began < window else 0

    def _add(self, name: str, window: float, cost: int, now: float) -> None:
        began, used = self._used.get(name, (now, 0))
        self._used[name] = (began, used + cost) if now - began < window else (now, cost)


def _told(name: str, window_ms: int, size: int, left: int) -> dict[str, str]:
    prefix = f"X-Rate-Limit-{name}"
    return {f"{prefix}-Interval-Ms": str(window_ms), f"{prefix}-Max": str(size), f"{prefix}-Remaining": str(left)}


def refusal_of(which: Which) -> dict[str, str]:
    """Return the body of a 429."""
    error, message = _CODES[which]
    return {"error": error, "message": message}
