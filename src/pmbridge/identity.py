"""Identifiers that sort by time, and which run and connection the present thread works for."""

from __future__ import annotations

import secrets
from contextvars import ContextVar
from datetime import datetime

from pmbridge.clock import to_millis

RUN: ContextVar[str | None] = ContextVar("run", default=None)
CONNECTION: ContextVar[str | None] = ContextVar("connection", default=None)
"""For the log: whoever formats an event reads them."""

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no letter that reads like a digit."""


def new_ulid(at: datetime) -> str:
    """Return a ULID of the moment *at*: 26 characters, 48 bits of time and 80 random bits, sorting by time."""
    number = (to_millis(at) << 80) | secrets.randbits(80)
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))
