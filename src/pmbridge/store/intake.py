"""What an adapter brought, beside what the mirror shows: computed outside a transaction, stored inside one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from sqlalchemy import Connection

from pmbridge.clock import to_millis
from pmbridge.records import Gone, Group, Item, Record
from pmbridge.store import mirror
from pmbridge.store.rows import Absence
from pmbridge.values import RecordId


@dataclass(frozen=True, kw_only=True)
class Intake:
    """Records and Gones, each id once, and how they differ from the mirror.

    Good until somebody writes to the mirror of the connection, which only the holder of its lease does.
    """

    records: Mapping[mirror.Key, Record]
    gone: Mapping[mirror.Key, Gone]
    known: Mapping[mirror.Key, mirror.Known]
    differences: Sequence[mirror.Difference]

    @property
    def new(self) -> int:
        """How many records the mirror does not know."""
        return sum(one.known is None for one in self.differences)

    @property
    def changed(self) -> int:
        """How many known records differ in more than their version."""
        altered = sum(
            one.known is not None and (one.content or one.text is not None or one.textless) for one in self.differences
        )
        return altered + len(self.deleted)

    @property
    def new_items(self) -> int:
        """How many of the new records are items."""
        return sum(one.known is None and type(one.record) is Item for one in self.differences)

    @property
    def changed_items(self) -> int:
        """How many of the known items differ in more than their version."""
        return sum(
            one.known is not None and (one.content or one.text is not None or one.textless)
            for one in self.differences
            if type(one.record) is Item
        )

    @cached_property
    def deleted(self) -> dict[RecordId, Absence]:
        """The records of which the tool itself says that they are deleted, as far as the mirror does not know it."""
        return {one.id: "deleted" for one in self._there() if one.why == "deleted"}

    @property
    def doubtful(self) -> list[RecordId]:
        """Present records that are said to be hidden or absent: only a look at their project can judge them."""
        return [one.id for one in self._there() if one.why != "deleted" and self._known(one).presence == "present"]

    def among(self, ids: Iterable[RecordId]) -> set[RecordId]:
        """Return those of *ids* of which something was told."""
        return {one for one in ids if (key := mirror.key_of(one)) in self.records or key in self.gone}

    @property
    def suspicious(self) -> list[RecordId]:
        """Items and groups that differ and are not strictly newer, or that the mirror does not show as present."""
        return [
            one.record.id
            for one in self.differences
            if one.known is not None
            and isinstance(one.record, Item | Group)
            and not (one.known.presence == "present" and _is_newer(one.record, one.known))
        ]

    def corrected_by(self, answers: Intake) -> Intake:
        """Return this intake with *answers* in place of what it holds of the same ids."""
        told = {*answers.records, *answers.gone}
        return replace(
            self,
            records={key: one for key, one in self.records.items() if key not in told} | dict(answers.records),
            gone={key: one for key, one in self.gone.items() if key not in told} | dict(answers.gone),
            known=dict(self.known) | dict(answers.known),
            differences=[
                *(one for one in self.differences if mirror.key_of(one.record.id) not in told),
                *answers.differences,
            ],
        )

    def write(self, connection: Connection, connection_id: int, observed_at: int) -> None:
        """Store the differences."""
        mirror.write(connection, connection_id, observed_at, self.differences)
        if self.deleted:
            mirror.mark(connection, connection_id, observed_at, self.deleted)

    def _there(self) -> list[Gone]:
        return [one for key, one in self.gone.items() if (row := self.known.get(key)) and row.presence != "deleted"]

    def _known(self, one: Gone) -> mirror.Known:
        return self.known[mirror.key_of(one.id)]


def compared(
    connection: Connection, connection_id: int, told: Iterable[Record | Gone], *, whole: bool = False
) -> Intake:
    """Return *told* beside the mirror. ``whole``: it answers ``read``, so that no description means that there is none.

    Of two with the same id the last counts, of two persons what both tell. One query, however many there are.
    """
    gone: dict[mirror.Key, Gone] = {}
    records: list[Record] = []
    for one in told:
        if isinstance(one, Gone):
            gone[mirror.key_of(one.id)] = one
        else:
            records.append(one)
    offered = mirror.unique(records)
    described = whole or any(getattr(one, mirror.DESCRIPTION, None) is not None for one in offered.values())
    ids = [one.id for one in (*offered.values(), *gone.values())]
    known = mirror.look_up(connection, connection_id, ids, text=described) if ids else {}
    return Intake(records=offered, gone=gone, known=known, differences=mirror.differences(offered, known, whole=whole))


def _is_newer(told: Item | Group, known: mirror.Known) -> bool:
    updated_at = told.updated_at if isinstance(told, Item) else None
    return updated_at is not None and known.updated_at is not None and to_millis(updated_at) > known.updated_at
