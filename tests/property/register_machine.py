"""Random commands against a register in memory: what any concept has to survive.

Inputs are drawn from what a step takes: mostly values that fit, refs that exist, days near the present one. A command
is carried out or refused by a ``Refused``; anything else that is raised is a fault.
"""

from __future__ import annotations

import hashlib
import types
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal, Union, get_args, get_origin
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from pydantic import BaseModel

from pmbridge.clock import from_millis
from pmbridge.domain.book import SEALED, Book
from pmbridge.domain.calendar import Calendar
from pmbridge.domain.command import Command, Scribe
from pmbridge.domain.entry import Entry, decode_entry, encode_entry
from pmbridge.domain.event import Event, Head, breaks
from pmbridge.domain.evidence import Actor, Evidence
from pmbridge.domain.figure import Money, Text
from pmbridge.domain.machine import Concept
from pmbridge.errors import Refused

BEGINNING = datetime(2026, 4, 7, 2, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
CHINA = Calendar.named("CN")
PROOFS = tuple(Evidence(kind=kind, title=kind) for kind in ("email", "call_note", "signed_document"))
PEOPLE = ("张敏", "李总", "CT-01", "王工", None)


class Desk:
    """A register in memory: a fold, the log, and a clock that only goes forwards."""

    def __init__(self, concepts: Mapping[str, Concept]) -> None:
        self.concepts = concepts
        self.book = Book(concepts)
        self.log: list[Event] = []
        self.now = BEGINNING
        self._head = Head()

    def do(self, kind: str, verb: str, ref: str | None = None, **given: Any) -> Entry[Any]:
        """Carry out a command; whatever it raises, the log has what was recorded and nothing else."""
        scribe = Scribe(
            engagement="lanhai",
            book=self.book,
            head=self._head,
            actor=Actor("member", "王工"),
            now=self.now,
            zone=SHANGHAI,
            calendar=CHINA,
            seal=self._seal,
        )
        at = given.pop("at", self.now)
        try:
            return scribe.carry_out(Command(kind=kind, verb=verb, ref=ref, at=at, **given))
        finally:
            self.log += scribe.events
            self._head = scribe.head
            self.book.settle()
            for seal in scribe.erased:
                self.book.personal.pop(seal, None)

    def _seal(self, words: str) -> str:
        seal = SEALED + hashlib.sha256(words.encode()).hexdigest()
        self.book.personal[seal] = words
        return seal


Refs = Callable[[], list[str]]


def value(kind: Any, refs: list[str], today: date) -> st.SearchStrategy[Any]:
    """Return values that mostly fit the annotation *kind*, as a person or a file would write them."""
    origin, args = get_origin(kind), get_args(kind)
    if origin is not None and hasattr(kind, "__metadata__"):
        return value(args[0], refs, today)
    if origin in (Union, types.UnionType):
        return st.one_of(*(value(one, refs, today) for one in args))
    if origin is Literal:
        return st.sampled_from(args)
    if origin in (tuple, list, frozenset, set):
        items = value(args[0], refs, today) if args else st.none()
        return st.lists(items, max_size=3)
    if origin is not None and issubclass(origin, Mapping):
        return st.dictionaries(value(args[0], refs, today), value(args[1], refs, today), max_size=3)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return model(kind, refs, today)
    simple = _simple(refs, today)
    return simple.get(kind, st.none())


def _simple(refs: list[str], today: date) -> dict[Any, st.SearchStrategy[Any]]:
    day = st.integers(-5, 25).map(lambda n: (today + timedelta(days=n)).isoformat())
    return {
        str: st.sampled_from([*refs, "email", "张敏", "王工", "A", "功能可用"]),
        bool: st.booleans(),
        int: st.integers(0, 10),
        float: st.integers(0, 5),
        Decimal: st.sampled_from(["1", "20", "0", "3.5"]),
        date: day,
        datetime: day.map(lambda one: f"{one}T10:00:00+08:00"),
        Text: st.sampled_from(["会员商城", "a text"]),
        Money: st.sampled_from(["CNY 100.00", "CNY 48000.00", "USD 5.00", "CNY 0.00"]),
        type(None): st.none(),
        Any: st.sampled_from(["x", 1, None]),
    }


def model(takes: type[BaseModel], refs: list[str], today: date) -> st.SearchStrategy[dict[str, Any]]:
    """Return inputs of *takes* as JSON-like data: what is required is there, of the rest some."""
    required = {n: value(_kind(f), refs, today) for n, f in takes.model_fields.items() if f.is_required()}
    optional = {n: value(_kind(f), refs, today) for n, f in takes.model_fields.items() if not f.is_required()}
    return st.fixed_dictionaries(required, optional=optional)


def _kind(field: Any) -> Any:
    return field.annotation


class Commands(RuleBasedStateMachine):
    """Random commands on the records of ``focus``, in a register that ``prepare`` made ready."""

    concepts: Mapping[str, Concept]
    focus: tuple[str, ...]
    prepare: Callable[[Desk], None] = staticmethod(lambda _: None)

    @initialize()
    def begin(self) -> None:
        self.desk = Desk(self.concepts)
        type(self).prepare(self.desk)

    @rule(days=st.integers(0, 4))
    def time_passes(self, days: int) -> None:
        self.desk.now += timedelta(days=days, hours=1)

    @rule(data=st.data())
    def command(self, data: st.DataObject) -> None:
        concept = self.concepts[data.draw(st.sampled_from(self.focus))]
        mine = [one.ref for one in self.desk.book.of(concept.name)]
        ref = data.draw(st.sampled_from([None, *mine, *mine])) if mine else None
        state = "" if ref is None else self.desk.book.get(ref).state  # type: ignore[union-attr]
        fitting = [one.verb for one in concept.steps if state in one.sources]
        verb = data.draw(st.sampled_from([*fitting, *fitting, *concept.verbs]))
        step = concept.step(verb, state)
        refs = [one.ref for one in self.desk.book]
        today = self.desk.now.astimezone(SHANGHAI).date()
        given = {} if step is None else data.draw(model(step.takes, refs, today))
        before = len(self.desk.log)
        try:
            self.desk.do(
                concept.name,
                verb,
                ref,
                input=given,
                by=data.draw(st.sampled_from(PEOPLE)),
                reason=data.draw(st.sampled_from(["因为", None])),
                evidence=data.draw(st.sampled_from([(), PROOFS[:1], PROOFS[1:2], PROOFS[2:]])),
            )
        except Refused:
            assert len(self.desk.log) == before

    @invariant()
    def no_invariant_is_broken(self) -> None:
        if hasattr(self, "desk"):
            assert list(self.desk.book.violations()) == []

    def teardown(self) -> None:
        if not hasattr(self, "desk"):
            return
        replayed = Book(self.concepts)
        replayed.replay(self.desk.log)
        assert list(replayed) == list(self.desk.book)
        assert list(breaks(self.desk.log)) == []
        for entry in self.desk.book:
            concept = self.concepts[entry.kind]
            assert decode_entry(concept, encode_entry(concept, entry)) == entry
            assert entry.changed_at <= from_millis(self.desk.log[-1].recorded_at)
