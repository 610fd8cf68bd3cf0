"""What stops further writes over a connection though each might go: too much in doubt, one refusal after another."""

from __future__ import annotations

from pmbridge.store import Journal
from pmbridge.sync.entry import EntryVerb
from pmbridge.values import Label

MOST_DOUBTS = 20
"""With more writes in doubt on a connection nothing is made there until they are settled."""
ALIKE = 5
"""So many refusals of one verb in a row with one reason, and the rest of that verb is not tried."""
TOO_MANY_DOUBTS = Label(
    zh=f"该连接有超过 {MOST_DOUBTS} 次写入没有结果，先查清再新建",
    en=f"more than {MOST_DOUBTS} writes of this connection have no result yet; nothing is made until they have",
)


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
