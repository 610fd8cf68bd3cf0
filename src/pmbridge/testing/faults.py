"""What can go wrong between a client and a tool, planned in advance: which request, which time, how."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

What = Literal[
    "429", "500", "503", "html", "cut", "trickle", "expired", "lost_before", "lost_after", "late", "reset",
    "anonymous", "forbidden",
]  # fmt: skip
"""How a planned fault shows.

``429``, ``500``, ``503``  the vendor's own answer of that status, nothing done
``html``                   status 200 and a web page instead of data, nothing done
``cut``                    done, but the connection ends in the middle of the answer's body
``trickle``                done, the body comes a few bytes at a time; the sandbox's clock runs on meanwhile
``expired``                the page token, or else the credential, is answered as one that has run out
``lost_before``            the connection closes without an answer, nothing done
``lost_after``             done, the connection closes without an answer
``late``                   the connection closes without an answer; done later, ``retry_after`` seconds on (60)
``reset``                  the connection is reset (RST), nothing done
``anonymous``              answered as to somebody who did not log in
``forbidden``              status 403, nothing done
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault: the *nth* request that matches *call*, and the ``times - 1`` matches after it.

    ``call`` is a method and a path in the manner of the shell: ``"POST /rest/api/3/search/jql"``,
    ``"GET /rest/api/*/issue/*"``, ``"* *"``; the query is not looked at. ``times=None`` never ends. ``retry_after`` is
    the wait in seconds that a 429 or 503 announces; ``None`` leaves the header out.
    """

    call: str
    nth: int = 1
    what: What
    retry_after: float | None = None
    times: int | None = 1

    def matches(self, method: str, path: str) -> bool:
        """Return whether a request with *method* and *path* is meant."""
        wanted_method, _, wanted_path = self.call.partition(" ")
        return fnmatchcase(method, wanted_method) and fnmatchcase(path, wanted_path)

    def strikes(self, match: int) -> bool:
        """Return whether the *match*-th matching request (1 is the first) meets this fault."""
        return match >= self.nth and (self.times is None or match < self.nth + self.times)


class FaultPlan:
    """The faults of one sandbox. Each counts its own matches; of several that strike at once the first is taken."""

    def __init__(self, *faults: Fault) -> None:
        self._seen: list[tuple[Fault, list[int]]] = []
        self._lock = threading.Lock()
        self.add(*faults)

    def add(self, *faults: Fault) -> None:
        """Plan more; their count of matches starts now."""
        with self._lock:
            self._seen.extend((fault, [0]) for fault in faults)

    def clear(self) -> None:
        """Forget every fault."""
        with self._lock:
            self._seen.clear()

    def strike(self, method: str, path: str) -> Fault | None:
        """Count the request and return the fault that it meets, if any."""
        struck: Fault | None = None
        with self._lock:
            for fault, count in self._seen:
                if fault.matches(method, path):
                    count[0] += 1
                    if struck is None and fault.strikes(count[0]):
                        struck = fault
        return struck

    def pending(self) -> Iterable[Fault]:
        """Return the faults that have not struck yet: a test that planned one and never met it proves nothing."""
        with self._lock:
            return tuple(fault for fault, count in self._seen if count[0] < fault.nth)
