"""The order of refs and keys for people: M2 before M10."""

from __future__ import annotations

import re

_RUNS = re.compile(r"(\d+)")


def natural(text: str) -> tuple[tuple[int, str], ...]:
    """Return a sort key that compares runs of ASCII digits as numbers and everything else as text."""
    return tuple((int(run), "") if run.isascii() and run.isdigit() else (-1, run) for run in _RUNS.split(text))
