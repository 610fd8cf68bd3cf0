"""How often something was as it should be: so many of so many, never a bare percentage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Known
from pmbridge.domain.moment import Moment
from pmbridge.domain.source import cited


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """``hits`` out of ``n``, which is positive."""

    hits: int
    n: int

    @property
    def fraction(self) -> Decimal:
        """The share, 0 to 1, exact."""
        return Decimal(self.hits) / self.n

    @property
    def percent(self) -> int:
        """Whole percent, floored, so that 99.6 % never prints as 100 %."""
        return self.hits * 100 // self.n

    def __str__(self) -> str:
        return f"{self.hits}/{self.n} = {self.percent}%"


def rate(hits: Iterable[Entry[Any]], judged: Sequence[Entry[Any]], moment: Moment) -> Known[Rate] | None:
    """Return how many of *judged* are among *hits*; ``None`` (not applicable) where nothing was to be judged."""
    if not judged:
        return None
    refs = {one.ref for one in judged}
    return Known(
        value=Rate(hits=sum(one.ref in refs for one in hits), n=len(judged)),
        sources=cited(judged),
        method="derived",
        observed_at=moment.as_of,
    )
