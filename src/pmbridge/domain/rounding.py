"""Decimal results without the noise of division, so that a third of thirty is ten and never prints as 9 %."""

from __future__ import annotations

from decimal import Context, Decimal

_SETTLED = Context(prec=20)


def settled(number: Decimal) -> Decimal:
    """Return *number* to 20 significant digits: eight fewer than it was computed with."""
    return _SETTLED.plus(number)
