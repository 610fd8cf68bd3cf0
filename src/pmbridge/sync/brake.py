"""What stops further writes over a connection though each might go: too much in doubt, one refusal after another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from pmbridge.store import Journal, OutboxRow
from pmbridge.sync.entry import EntryVerb, fields_of
from pmbridge.values import Label

MOST_DOUBTS = 20
"""With more writes in doubt on a connection nothing is made there until they are settled."""
ALIKE = 5
"""So many refusals of one verb in a row with one reason, and the rest of that verb is not tried."""
TO_AND_FRO = 3
"""A field that was written more often within a day, and by nobody's decision, is left to a person."""
_A_DAY = timedelta(days=1)
TOO_MANY_DOUBTS = Label(
    zh=f"该连接有超过 {MOST_DOUBTS} 次写入没有结果，先查清再新建",
    en=f"more than {MOST_DOUBTS} writes of this connection have no result yet; nothing is made until they have",
)


def to_and_fro(
    rows: Iterable[OutboxRow], now: datetime, decided_at: Callable[[str], datetime | None]
) -> frozenset[tuple[str, str, str]]:
    """Return ref, role and field of what was written too often since yesterday and since a person's last event.

    *rows*: the writes over one connection that were carried out; *decided_at*: when a person last recorded something
    that moves a ref. Two tools with rules of their own would otherwise hand a value to and fro for ever.
    """
    written: dict[tuple[str, str], list[tuple[str, datetime]]] = {}
    for row in rows:
        if row.verb in ("update", "transition") and row.intent_at is not None and row.intent_at > now - _A_DAY:
            written.setdefault((row.ref, row.role), []).extend(
                (one.field, row.intent_at) for one in fields_of(row.fields)
            )
    found: set[tuple[str, str, str]] = set()
    for (ref, role), writes in written.items():
        if max(Counter(name for name, _ in writes).values()) > TO_AND_FRO:
            decided = decided_at(ref)
            since = Counter(name for name, at in writes if decided is None or at > decided)
            found |= {(ref, role, name) for name, times in since.items() if times > TO_AND_FRO}
    return frozenset(found)


class Brakes:
    """Counts what goes wrong while one plan is carried out over one connection."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._alike: dict[EntryVerb, tuple[Label, int]] = {}

    def stop(self, verb: EntryVerb) -> Label | None:
        """Return why no further write of *verb* is to be sent; ``None`` if one may."""
        reason, times = self._alike.get(verb, (None, 0))
        if times >= ALIKE:
            return reason
        if verb in ("create", "comment") and len(self._journal.rows(["doubtful"])) > MOST_DOUBTS:
            return TOO_MANY_DOUBTS
        return None

    def parked(self, verb: EntryVerb, reason: Label) -> None:
        """Note that a write of *verb* was refused with *reason*."""
        before, times = self._alike.get(verb, (reason, 0))
        self._alike[verb] = (reason, times + 1 if before == reason else 1)

    def done(self, verb: EntryVerb) -> None:
        """Note that a write of *verb* was carried out."""
        self._alike.pop(verb, None)
