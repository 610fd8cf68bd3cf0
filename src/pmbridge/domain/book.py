"""The folded register of one engagement, in memory: what guards, effects, views and metrics look at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from pmbridge.domain.entry import Entry, decode_entry, fold
from pmbridge.domain.event import Event
from pmbridge.domain.fields import Adopt, Fields
from pmbridge.domain.machine import Concept
from pmbridge.errors import ConfigError
from pmbridge.values import Label

F = TypeVar("F", bound=Fields)

REF = re.compile(r"([A-Z]{1,5})-?(\d{1,6})")
"""How a ref is written. Whoever reads one uses ``fullmatch``."""

SEALED = "sealed:"
"""What a personal text begins with where an event or a record refers to it."""


def numbered(ref: str) -> tuple[str, int]:
    """Return prefix and number of *ref*.

    Raises:
        ValueError: it is not written like a ref.
    """
    found = REF.fullmatch(ref)
    if found is None:
        raise ValueError(f"not a ref: {ref!r}")
    return found[1], int(found[2])


def meant(text: str, concepts: Iterable[Concept]) -> str | None:
    """Return the ref of one of *concepts* that *text* may be meant for: ``cr-4`` and ``CR4`` are CR-004.

    ``None``: it is not written like a ref, or of none of them.
    """
    found = REF.fullmatch(text.upper())
    if found is None:
        return None
    return next((one.ref(found[1], int(found[2])) for one in concepts if found[1] in one.prefixes), None)


class Book:
    """All records of an engagement by ref. A ref belongs to one record for ever, whatever its kind.

    Records that came from the store are decoded when they are asked for. Changes can be taken back to a mark, so that
    a refused command leaves nothing behind.
    """

    def __init__(
        self,
        concepts: Mapping[str, Concept],
        stored: Iterable[tuple[str, str, bytes]] = (),
        personal: Mapping[str, str] | None = None,
    ) -> None:
        """*stored*: (kind, ref, body) of every record; *personal*: the texts behind seals, by seal."""
        self.concepts = concepts
        self.personal = dict(personal or {})
        self._entries: dict[str, Entry[Any] | bytes] = {}
        self._kinds: dict[str, str] = {}
        self._refs: dict[str, dict[str, None]] = {}
        self._numbers: dict[str, int] = {}
        self._undo: list[tuple[str, Entry[Any] | bytes | None, int]] = []
        for kind, ref, body in stored:
            self._put(kind, ref, body)

    # -- reading

    def get(self, ref: str) -> Entry[Any] | None:
        """Return the record *ref*, ``None`` if there is none.

        Raises:
            ConfigError: it cannot be read: damaged, or of a kind that this pmbridge does not know.
        """
        found = self._entries.get(ref)
        if isinstance(found, bytes):
            found = self._entries[ref] = self._decoded(ref, found)
        return found

    def _decoded(self, ref: str, body: bytes) -> Entry[Any]:
        kind = self._kinds[ref]
        try:
            return decode_entry(self.concepts[kind], body)
        except KeyError:
            raise ConfigError(
                "store-unusable",
                store=f"register ({ref})",
                detail=f"this pmbridge knows no {kind}: the register was written by a newer one",
                detail_zh=f"本程序不认识 {kind}：登记册由更新的版本写成",
            ) from None
        except ValidationError:
            raise ConfigError(
                "store-unusable",
                store=f"register ({ref})",
                detail="the record is damaged; pmbridge db check makes it anew from its events",
                detail_zh="记录已损坏；pmbridge db check 会按事件重建",
            ) from None

    def fields(self, ref: str, of: type[F]) -> F | None:
        """Return the fields of the record *ref*, ``None`` if there is no record with such fields."""
        entry = self.get(ref)
        return entry.fields if entry is not None and isinstance(entry.fields, of) else None

    def of(self, kind: str) -> list[Entry[Any]]:
        """Return the records of *kind*, by prefix and number; empty if there is none."""
        refs = sorted(self._refs.get(kind, ()), key=numbered)
        return [entry for ref in refs if (entry := self.get(ref)) is not None]

    def kind(self, ref: str) -> str | None:
        """Return of which kind *ref* is, without decoding it."""
        return self._kinds.get(ref)

    def latest(self, kind: str) -> int | None:
        """Return the highest number among the records of *kind*: of baselines, the one that holds. ``None``: none."""
        return max((numbered(ref)[1] for ref in self._refs.get(kind, ())), default=None)

    def newest(self, kind: str) -> Entry[Any] | None:
        """Return the record of *kind* with the highest number, ``None`` if there is none."""
        refs = self._refs.get(kind)
        return self.get(max(refs, key=lambda ref: numbered(ref)[1])) if refs else None

    def adopter(self, remote: Adopt) -> str | None:
        """Return the ref of the record that is the tool's record *remote*, ``None`` if none is."""
        wanted = (remote.connection, remote.kind, remote.external_id)
        for entry in self:
            if any((one.connection, one.kind, one.external_id) == wanted for one in entry.links):
                return entry.ref
        return None

    def violations(self) -> Iterator[tuple[str, str, Label]]:
        """Yield (ref, invariant, what does not hold) for every record that breaks an invariant of its concept."""
        for entry in self:
            for name, found in self.broken_by(entry):
                yield entry.ref, name, found

    def broken_by(self, entry: Entry[Any]) -> Iterator[tuple[str, Label]]:
        """Yield (invariant, what does not hold) for one record."""
        for invariant in self.concepts[entry.kind].invariants:
            for found in invariant.check(entry, self):
                yield invariant.name, found

    def reveal(self, text: str) -> str | None:
        """Return the text behind the seal *text*, ``None`` once it was erased; any other text as it is."""
        return self.personal.get(text) if text.startswith(SEALED) else text

    def __contains__(self, ref: object) -> bool:
        return ref in self._entries

    def __iter__(self) -> Iterator[Entry[Any]]:
        # By kind and number, so that the order does not depend on where the records came from.
        for ref in sorted(self._entries, key=lambda ref: (self._kinds[ref], numbered(ref))):
            entry = self.get(ref)
            assert entry is not None  # noqa: S101 - for the type checker
            yield entry

    def __len__(self) -> int:
        return len(self._entries)

    # -- numbering

    def next_ref(self, concept: Concept, prefix: str) -> str:
        """Return the ref that follows the largest of *prefix*; no number is left out, none is used twice."""
        last = self._numbers.get(prefix)
        return concept.ref(prefix, concept.first if last is None else last + 1)

    # -- folding

    def apply(self, event: Event) -> Entry[Any]:
        """Fold *event* into its record and return that.

        Raises:
            UnknownStep: no concept here can read it.
        """
        entry = fold(self.concepts, self.get(event.ref), (event,))
        self._put(event.kind, event.ref, entry)
        return entry

    def replay(self, events: Iterable[Event]) -> None:
        """Fold *events*, oldest first; cannot be taken back.

        Raises:
            UnknownStep: no concept here can read one of them.
        """
        mine: dict[str, list[Event]] = {}
        for event in events:
            if event.ref in mine:
                mine[event.ref].append(event)
            else:
                mine[event.ref] = [event]
        for ref, of_it in mine.items():
            self._put(of_it[0].kind, ref, fold(self.concepts, self.get(ref), of_it))
        self._undo.clear()

    def mark(self) -> int:
        """Return a mark to which :meth:`undo` can go back, until :meth:`settle`."""
        return len(self._undo)

    def changed_since(self, mark: int) -> list[Entry[Any]]:
        """Return the records that were changed since *mark*, as they are now, in the order of their first change."""
        refs = dict.fromkeys(ref for ref, _, _ in self._undo[mark:])
        return [entry for ref in refs if (entry := self.get(ref)) is not None]

    def undo(self, mark: int) -> None:
        """Take back everything since *mark*."""
        while len(self._undo) > mark:
            ref, before, number = self._undo.pop()
            if before is not None:
                self._entries[ref] = before
                continue
            prefix, _ = numbered(ref)
            del self._entries[ref], self._refs[self._kinds.pop(ref)][ref]
            if number < 0:
                self._numbers.pop(prefix, None)
            else:
                self._numbers[prefix] = number

    def settle(self) -> set[str]:
        """Forget how to take back, and return the refs of all records that were changed since the last time."""
        changed = {ref for ref, _, _ in self._undo}
        self._undo.clear()
        return changed

    def _put(self, kind: str, ref: str, entry: Entry[Any] | bytes) -> None:
        before = self._entries.get(ref)
        number = -1
        if before is None:
            prefix, mine = numbered(ref)
            number = self._numbers.get(prefix, -1)
            self._numbers[prefix] = max(number, mine)
            self._kinds[ref] = kind
            self._refs.setdefault(kind, {})[ref] = None
        self._entries[ref] = entry
        if not isinstance(entry, bytes):
            self._undo.append((ref, before, number))
