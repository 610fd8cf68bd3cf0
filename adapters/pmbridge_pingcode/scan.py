"""A list read to its end although it is paged by offset, without an order, while people work in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic

from pmbridge.adapter import in_order
from pmbridge_pingcode.dialect import Ask
from pmbridge_pingcode.parse import M, Rows
from pmbridge_pingcode.site import Site

MOST_PASSES = 3


@dataclass
class Scan(Generic[M]):
    """One list. After :meth:`pages` is exhausted, ``whole`` says whether nothing can have slipped through.

    Rows move from page to page when others come or go between two requests. A pass is trusted when PingCode gave one
    total all the way through and as many different rows, or when it brought nothing that the pass before had not.
    """

    site: Site
    ask: Ask
    row: type[M]
    whole: bool = False
    ids: set[str] = field(default_factory=set)
    """Of the last pass."""

    def pages(self) -> Iterator[Rows[M]]:
        """Yield the pages of one pass, and of up to two more where one could not be trusted."""
        before: set[str] | None = None
        for _ in range(MOST_PASSES):
            self.ids, totals = set(), set()
            for page in self._pass():
                totals.add(page.total)
                self.ids.update(one.id for one in page.broken)
                self.ids.update(str(getattr(one, "id", "")) for one in page.sound)
                yield page
            # Nothing twice proves nothing, as long as PingCode says that there is something.
            self.whole = totals == {len(self.ids)} or (bool(self.ids) and self.ids == before)
            if self.whole:
                return
            before = self.ids

    def _pass(self) -> Iterator[Rows[M]]:
        first = self.site.rows(self.site.fetch(self.ask, 0), self.row)
        yield first
        indexes = range(1, -(-first.total // first.size) if first.count else 1)
        for response in in_order(
            lambda index: self.site.fetch(self.ask, index), indexes, workers=self.site.settings.workers
        ):
            yield self.site.rows(response, self.row)
