"""A register without a store for unit tests: dated commands in, and the names of the conditions that refuse them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from pmbridge.domain.book import Book
from pmbridge.domain.concepts import gathered
from pmbridge.domain.entry import Entry, decode_entry, encode_entry
from pmbridge.domain.event import breaks
from pmbridge.domain.evidence import Evidence
from pmbridge.domain.figure import Known
from pmbridge.domain.machine import Concept, Condition
from pmbridge.domain.moment import Moment
from pmbridge.errors import GuardFailed
from tests.property.register_machine import CHINA, SHANGHAI, Desk

MAIL = Evidence(kind="email", title="来信.eml")
NOTE = Evidence(kind="call_note", title="通话记录.txt")


class MemoryRegister(Desk):
    """A desk at which everything is recorded later than it happened: each command says when that was."""

    def __init__(self, *concepts: Concept) -> None:
        super().__init__(gathered(*concepts))
        self.now = datetime(2027, 1, 1, tzinfo=UTC)

    def tell(
        self,
        kind: str,
        verb: str,
        ref: str | None = None,
        /,
        *,
        at: datetime,
        by: str | None = None,
        reason: str | None = None,
        evidence: Iterable[Evidence] = (),
        **given: Any,
    ) -> Entry[Any]:
        """Carry out one command; what is left of the keywords is its input."""
        return self.do(kind, verb, ref, input=given, at=at, by=by, reason=reason, evidence=tuple(evidence))

    def unmet(self, kind: str, verb: str, ref: str | None = None, /, **said: Any) -> list[str]:
        """Return the names of the conditions that refuse a command, in their order; each comes with what to do."""
        before = len(self.log)
        try:
            self.tell(kind, verb, ref, **said)
        except GuardFailed as refused:
            conditions = [one for one in refused.conditions if isinstance(one, Condition) and not one.met]
            assert all(one.found and one.needed and one.fix for one in conditions)
            assert len(self.log) == before
            return [one.name for one in conditions]
        raise AssertionError(f"{kind} {verb} was not refused")

    def entry(self, ref: str) -> Entry[Any]:
        """Return the record *ref*, which is there."""
        found = self.book.get(ref)
        assert found is not None
        return found

    def moment(self, at: datetime) -> Moment:
        """Return the moment *at* in the engagement's zone and calendar."""
        return Moment(as_of=at, zone=SHANGHAI, calendar=CHINA)

    def check(self) -> None:
        """Assert that no invariant is broken, and that the log alone gives the same fold, also after storing it."""
        assert list(self.book.violations()) == []
        assert list(breaks(self.log)) == []
        again = Book(self.concepts, personal=self.book.personal)
        again.replay(self.log)
        assert list(again) == list(self.book)
        for entry in self.book:
            concept = self.concepts[entry.kind]
            assert decode_entry(concept, encode_entry(concept, entry)) == entry


def known(figure: object) -> Any:
    """Return the value of *figure*, which is known and says where it comes from."""
    assert isinstance(figure, Known)
    assert figure.sources
    return figure.value
