"""Which way a milestone's slippage has moved from report to report."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

Trend = Literal["rising", "falling", "flat", "zigzag"]
_CONSECUTIVE = 3
_REPORTS = 6


def trend(slips: Sequence[int]) -> Trend:
    """Return the trend of *slips*, the slippage in consecutive reports, oldest first and the present one last.

    Rising when it grew three times running, falling when it shrank three times running, zigzag when its direction
    turned twice or more within six reports, else flat. It is that of slippage against the current plan, so an
    approved shift is no slip.
    """
    moves = [now - before for before, now in pairwise(slips)]
    last = moves[-_CONSECUTIVE:]
    if len(last) == _CONSECUTIVE:
        if all(move > 0 for move in last):
            return "rising"
        if all(move < 0 for move in last):
            return "falling"
    signs = [move > 0 for move in moves[-(_REPORTS - 1) :] if move]
    turns = sum(before != now for before, now in pairwise(signs))
    return "zigzag" if turns >= 2 else "flat"
