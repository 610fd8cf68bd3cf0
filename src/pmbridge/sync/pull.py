"""Pull pages into the mirror: confirm what a lagging index shows, commit, keep the listings for the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from pmbridge.adapter import Adapter
from pmbridge.clock import Clock
from pmbridge.errors import CursorInvalid, PmbridgeError, ProtocolError
from pmbridge.records import Cursor, Gone, Group, Item, Listing, Mirrored, Page, Record, Scope, Skipped
from pmbridge.store import Run
from pmbridge.values import RecordId

DEEP_SCAN_EVERY = timedelta(days=7)


@dataclass
class Pulled:
    """What a pull brought. ``listings`` wait for its end, ``from_scratch``: it read everything."""

    read: int = 0
    new: int = 0
    changed: int = 0
    new_items: int = 0
    changed_items: int = 0
    listings: list[Listing] = field(default_factory=list)
    missing: list[RecordId] = field(default_factory=list)
    """Records of which a page says that they are not there, without saying why."""
    skipped: list[Skipped] = field(default_factory=list)
    from_scratch: bool = False
    unlooked: int = 0
    """Items and groups that came and differed in nothing, so that nobody looked at them."""


class Keeper:
    """Renews the lease in good time, so that no request starts on a lease about to end."""

    def __init__(self, run: Run, clock: Clock, ttl_s: float) -> None:
        self._run, self._clock, self._every = run, clock, ttl_s / 3
        self._last = clock.monotonic()

    def renewed(self) -> None:
        """Note that a transaction has just renewed the lease."""
        self._last = self._clock.monotonic()

    def keep(self) -> None:
        """Renew when a third of the lease's time has passed.

        Raises:
            Busy: another process owns the lease now.
        """
        if self._clock.monotonic() - self._last > self._every:
            self._run.renew()
            self.renewed()


@dataclass(frozen=True, kw_only=True)
class Pull:
    """One pull of one connection."""

    adapter: Adapter[Any]
    run: Run
    scope: Scope
    format: bytes
    mirrored: Mirrored
    keeper: Keeper
    on_page: Callable[[Pulled, Page, Sequence[Record]], None]

    def all(self, *, full: bool) -> Pulled:
        """Read everything that the cursor has not covered; *full* starts from nothing.

        Every page is committed before the next is asked for; whatever ends the pull, what was committed stays.
        """
        kept = self.run.cursor(self.format)
        overdue = kept.full_at is None or self.run.observed_at - kept.full_at >= DEEP_SCAN_EVERY
        cursor = None if full or overdue else kept.value
        try:
            return self._pages(cursor)
        except CursorInvalid:
            return self._pages(None)

    def _pages(self, cursor: Cursor | None) -> Pulled:
        pulled = Pulled(from_scratch=cursor is None)
        # Set with the first page, not the last: a deep scan that is killed is resumed, not begun anew.
        full_at: datetime | None = self.run.observed_at if cursor is None else None
        for page in self.adapter.pull(self.scope, cursor, self.mirrored):
            self._commit(pulled, page, full_at)
            full_at = None
        return pulled

    def _commit(self, pulled: Pulled, page: Page, full_at: datetime | None) -> None:
        doubtful = self.run.suspicious(page)
        confirmed = tuple(self.adapter.read(doubtful)) if doubtful else ()
        # Listings wait for the last page: until then a first scan's listing is full of records not yet read.
        outcome = self.run.commit(
            replace(page, listings=()), confirmed=confirmed, cursor_format=self.format, full_at=full_at
        )
        pulled.read += outcome.read
        pulled.new += outcome.new
        pulled.changed += outcome.changed
        pulled.new_items += outcome.new_items
        pulled.changed_items += outcome.changed_items
        pulled.listings += page.listings
        pulled.missing += outcome.missing
        pulled.skipped += page.skipped
        pulled.unlooked += len(leaves(page.records)) - len(leaves(outcome.touched)) if not confirmed else len(confirmed)
        self.on_page(pulled, page, outcome.touched)
        self.keeper.keep()


def retry_quarantined(adapter: Adapter[Any], run: Run) -> list[PmbridgeError]:
    """Read once more, one by one, what could not be understood before; return what still cannot."""
    still: list[PmbridgeError] = []
    for quarantined in run.quarantined():
        try:
            run.take([one for one in adapter.read([quarantined]) if not isinstance(one, Gone)])
        except ProtocolError as error:
            still.append(error)
    return still


def leaves(records: Sequence[Record | Gone]) -> list[Item | Group]:
    """Return the items and groups among *records*: what recognition looks at."""
    return [one for one in records if isinstance(one, Item | Group)]
