"""Identifiers that sort by time."""

from __future__ import annotations

import secrets
from datetime import datetime

from pmbridge.clock import to_millis

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_ulid(at: datetime) -> str:
    """Return a ULID of the moment *at*: 26 characters, 48 bits of time and 80 random bits, sorting by time."""
    number = (to_millis(at) << 80) | secrets.randbits(80)
    return "".join(_CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))
