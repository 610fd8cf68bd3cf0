"""Sending one write, once; what became of it stands in the journal before anything else happens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pmbridge.adapter import Adapter
from pmbridge.errors import (
    Doubtful,
    NeedsInput,
    NotAuthorized,
    NotVisible,
    PmbridgeError,
    Refused,
    StaleWrite,
    TransientError,
    Unsupported,
)
from pmbridge.records import AddComment, Create, Receipt, Write
from pmbridge.store import EntryState, Journal, OutboxRow, OutboxState
from pmbridge.sync.brake import Brakes
from pmbridge.sync.entry import PlanEntry
from pmbridge.sync.receipt import MOVED, NO_ANSWER, worded
from pmbridge.values import Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of an entry of a plan."""

    n: int
    state: EntryState
    reason: Label | None = None


class Stopped(Exception):
    """The connection takes no further write now; carries why."""

    def __init__(self, error: PmbridgeError) -> None:
        super().__init__(str(error))
        self.error = error


class Sender:
    """Sends over one connection whose lease is held. Used by one thread."""

    def __init__(self, adapter: Adapter[Any], journal: Journal, brakes: Brakes) -> None:
        self._adapter = adapter
        self._journal = journal
        self._brakes = brakes

    def push(self, entry: PlanEntry, row: OutboxRow, write: Write) -> Receipt | Outcome:
        """Send *write* once; what became of it stands in the journal before anything else happens."""
        unsent: OutboxState = "planned" if isinstance(write, Create | AddComment) else "dropped"
        try:
            return self._adapter.push(write)
        except Doubtful:
            self._journal.set_state(row.uid, "doubtful")
            return Outcome(n=entry.n, state="blocked", reason=NO_ANSWER)
        except (NotVisible, NeedsInput) as error:  # this one cannot be written; the others may well be
            self._journal.set_state(row.uid, unsent)
            return Outcome(n=entry.n, state="blocked", reason=worded(error))
        except (TransientError, NotAuthorized) as error:  # the tool did nothing
            self._journal.set_state(row.uid, unsent)
            raise Stopped(error) from error
        except StaleWrite:
            self._journal.set_state(row.uid, unsent)
            return Outcome(n=entry.n, state="stale", reason=MOVED)
        except Unsupported as error:
            self._journal.set_state(row.uid, unsent)
            return Outcome(n=entry.n, state="manual", reason=worded(error))
        except Refused as error:
            self._journal.set_state(row.uid, "parked", worded(error))
            self._brakes.parked(entry.verb, worded(error))
            return Outcome(n=entry.n, state="blocked", reason=worded(error))
        except PmbridgeError as error:
            self._journal.set_state(row.uid, "doubtful")
            raise Stopped(error) from error
