"""How expectations come out, and which of them have to be looked at again."""

from __future__ import annotations

from collections.abc import Sequence

from pmbridge.domain.book import Book
from pmbridge.domain.entry import Entry
from pmbridge.domain.expectation_fields import Expectation
from pmbridge.domain.figure import Known
from pmbridge.domain.moment import Moment
from pmbridge.domain.promise import Expected, expected
from pmbridge.domain.rate import Rate, rate

_SETTLED = ("met", "partly", "not_met", "exceeded")


def expectations_met(entries: Sequence[Entry[Expectation]], moment: Moment) -> Known[Rate] | None:
    """Return how many of the settled expectations were met or exceeded; ``None`` (not applicable): none is settled."""
    settled = [one for one in entries if one.state in _SETTLED]
    return rate([one for one in settled if one.state in ("met", "exceeded")], settled, moment)


def to_review(
    entries: Sequence[Entry[Expectation]], book: Book, moment: Moment, seen: Expected
) -> tuple[Entry[Expectation], ...]:
    """Return the agreed expectations that are due for a review, or whose linked records are expected otherwise now.

    *seen*: when milestones are expected, as they are shown elsewhere (by throughput, say). Those whose day has merely
    gone by are not listed for that: they are once their own review is due.
    """
    return tuple(one for one in entries if one.state == "agreed" and _due(one, book, moment, seen))


def _due(entry: Entry[Expectation], book: Book, moment: Moment, seen: Expected) -> bool:
    fields = entry.fields
    if fields.review_on <= moment.today:
        return True
    now = expected(book, fields.links, moment, seen)
    return any(
        now[ref] is not None and now[ref] != before and now[ref] != moment.today
        for ref, before in fields.forecasts.items()
        if ref in now
    )
