"""From when on an answer counts: by the tool's clock, and from before the question."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from pmbridge.clock import Clock


def since(clock: Clock, server_now: Callable[[], datetime]) -> Callable[[], datetime]:
    """Note the present; the returned function says what the server's clock showed then.

    The server's clock is known only after an answer, but what is read has to count from before the question. So
    *server_now* is not called before the returned function is, by whichever client has been asking by then.
    """
    began = clock.monotonic()
    return lambda: server_now() - timedelta(seconds=clock.monotonic() - began)
