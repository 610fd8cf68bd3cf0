"""Random commands on a register without a store: what is refused leaves nothing behind, the fold is the log's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from pmbridge.domain.book import Book
from pmbridge.domain.calendar import Calendar
from pmbridge.domain.command import Command, Scribe
from pmbridge.domain.concepts import concepts
from pmbridge.domain.entry import Entry, encode_entry
from pmbridge.domain.event import Event, Head, breaks
from pmbridge.domain.evidence import Actor, Evidence
from pmbridge.domain.machine import Condition
from pmbridge.errors import GuardFailed, UnknownRef

SHANGHAI = ZoneInfo("Asia/Shanghai")
BEGIN = datetime(2026, 4, 7, 2, 0, tzinfo=UTC)
END = datetime(2027, 4, 7, 2, 0, tzinfo=UTC)

MAIL = Evidence(kind="email", title="回信.eml", sha256="bb" * 32)
LETTER = Evidence(kind="signed_document", title="合同.pdf", sha256="cc" * 32)
FILE = Evidence(kind="file", title="文件.pdf", sha256="aa" * 32, size=12)
CALL = Evidence(kind="call_note", title="通话记录.txt")
PROOFS: Sequence[tuple[Evidence, ...]] = ((), (CALL,), (MAIL,), (FILE,), (MAIL, FILE))
EVERYTHING = ["requirements", "goals", "milestones", "change", "acceptance", "expectation", "closure"]

SHORT = settings(max_examples=40, stateful_step_count=40, deadline=None)


class Walk(RuleBasedStateMachine):
    """A register in which two contacts may decide; time goes on from command to command."""

    def __init__(self) -> None:
        super().__init__()
        self.book = Book(concepts())
        self.head = Head()
        self.events: list[Event] = []
        self.now = BEGIN
        self.carried_out = 0
        for name, may in (("张敏", EVERYTHING), ("陈会计", [])):
            given = {"name": name, "may": may, "limit": "CNY 20000.00"}
            assert self.attempt("contact", "add", given, evidence=(LETTER,)) is not None

    def attempt(
        self, kind: str, verb: str, given: Mapping[str, Any] | None = None, ref: str | None = None, **other: Any
    ) -> Entry[Any] | None:
        """Carry out a command now; ``None`` when it was refused, which must leave everything as it was."""
        before = self.snapshot() if ref is not None else {}
        scribe = Scribe(
            engagement="lanhai", book=self.book, head=self.head, actor=Actor("member", "王工"), now=END,
            zone=SHANGHAI, calendar=Calendar.named("CN"), seal=self._sealed,
        )  # fmt: skip
        command = Command(kind=kind, verb=verb, ref=ref, input=given or {}, at=self.now, **other)
        conditions: tuple[object, ...] = ()
        entry: Entry[Any] | None = None
        try:
            entry = scribe.carry_out(command)
        except UnknownRef:
            assert scribe.events == []
        except GuardFailed as refusal:
            conditions = refusal.conditions
        if entry is None:
            assert not conditions or not all(one.met for one in conditions if isinstance(one, Condition))
            assert scribe.events == []
            assert before in ({}, self.snapshot())
            return None
        self.head = scribe.head
        self.events += scribe.events
        self.book.settle()
        self.carried_out += 1
        return entry

    def _sealed(self, words: str) -> str:
        seal = f"sealed:{len(self.book.personal)}"
        self.book.personal[seal] = words
        return seal

    def snapshot(self) -> dict[str, bytes]:
        """Return every record as it would be stored."""
        return {one.ref: encode_entry(self.book.concepts[one.kind], one) for one in self.book}

    def refs(self, kind: str, *states: str) -> list[str]:
        """Return the refs of *kind*, of those in one of *states* if any is named."""
        return [one.ref for one in self.book.of(kind) if not states or one.state in states]

    def one_of(self, data: st.DataObject, kind: str, *states: str) -> str:
        """Return one of the records of *kind*, mostly one in *states*; a ref that is none where there is none."""
        fitting = self.refs(kind, *states)
        return data.draw(
            st.sampled_from([*fitting * 3, *self.refs(kind), f"{self.book.concepts[kind].prefixes[0]}-99"])
        )

    def must(
        self, kind: str, verb: str, given: Mapping[str, Any] | None = None, ref: str | None = None, **other: Any
    ) -> str:
        """Carry out a command that cannot be refused, and return the record's ref."""
        made = self.attempt(kind, verb, given, ref, **other)
        assert made is not None, (kind, verb, ref)
        return made.ref

    def change(self, *lines: Mapping[str, Any]) -> str:
        """Return a change request with these findings that the client approved."""
        request = {"title": "变更", "description": "内容", "reason": "原因", "raised_by": "CT-01", "via": "email"}
        submitted = self.attempt("change", "submit", request, evidence=(MAIL,))
        assert submitted is not None
        spoken = {one["dimension"] for one in lines}
        rest = [
            {"dimension": one, "finding": "none", "rationale": "没有影响"}
            for one in ("scope", "schedule", "budget")
            if one not in spoken
        ]
        option = {"key": "A", "title": "方案 A", "lines": [*lines, *rest]}
        self.attempt("change", "assess", {"options": [option], "recommended": "A", "do_nothing": "照旧"}, submitted.ref)
        until = (self.now + timedelta(days=30)).date()
        self.attempt("change", "send", {"need_by": until, "valid_until": until}, submitted.ref, evidence=(MAIL,))
        self.attempt("change", "approve", {"option": "A"}, submitted.ref, by="张敏", evidence=(MAIL,))
        return submitted.ref

    @rule()
    def a_day_passes(self) -> None:
        self.now += timedelta(days=1)

    @invariant()
    def no_invariant_is_broken(self) -> None:
        assert list(self.book.violations()) == []

    def teardown(self) -> None:
        assert list(breaks(self.events)) == []
        replayed = Book(concepts(), personal=self.book.personal)
        replayed.replay(self.events)
        assert {one.ref: one for one in replayed} == {one.ref: one for one in self.book}
        assert {ref: encode_entry(concepts()[replayed.kind(ref) or ""], one) for ref, one in
                ((one.ref, one) for one in replayed)} == self.snapshot()  # fmt: skip


def scope(op: str, ref: str, text: str | None = None) -> dict[str, Any]:
    """Return a scope line of an assessment."""
    return {"dimension": "scope", "finding": "quantified", "scope": {"op": op, "ref": ref, "text": text}}
