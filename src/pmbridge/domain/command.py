"""A command becomes events, or is refused with every condition that it does not meet.

Pure: the fold and the end of the chain come in, events go out. Whoever stores them does so in one transaction, in
which the fold was read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from typing import Any

from pydantic import BaseModel, ValidationError

from pmbridge.clock import to_millis
from pmbridge.domain.book import REF, SEALED, Book
from pmbridge.domain.calendar import Calendar
from pmbridge.domain.contact import find_contact
from pmbridge.domain.entry import Entry
from pmbridge.domain.event import Event, Head, chained, head_of, payload_type
from pmbridge.domain.evidence import Actor, Evidence
from pmbridge.domain.fields import Edit, naming_fields, personal_fields
from pmbridge.domain.ground_rules import (
    broken_invariant,
    faults,
    in_order,
    no_cause,
    no_evidence,
    no_reason,
    no_step,
    number_free,
)
from pmbridge.domain.machine import NEW, Ask, Concept, Condition, Effect, Step
from pmbridge.domain.moment import Moment
from pmbridge.domain.refusal import refused, unknown_record, unknown_verb
from pmbridge.errors import StaleWrite

_LONGEST_CAUSE = 8
"""How deep effects may have effects. A deeper one is a loop in a concept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What somebody wants to record. Without ``ref`` it makes a record, under ``number`` if paper already gave one.

    ``at``: when it happened, aware. ``by``: whose act it is (a contact by ref, name or address, or a
    member's name). ``expect``:
    the version of the record that the caller has seen; a record that moved since is not touched.
    """

    kind: str
    verb: str
    ref: str | None = None
    number: str | None = None
    input: BaseModel | Mapping[str, Any] = field(default_factory=dict)
    at: datetime
    by: str | None = None
    reason: str | None = None
    evidence: tuple[Evidence, ...] = ()
    expect: int | None = None


class Scribe:
    """Turns commands into events on top of a fold; one for each transaction.

    ``events`` are what the transaction has to store, ``erased`` the seals whose texts it has to forget. *seal* takes a
    personal text and returns its seal; *now* is when all this is recorded.
    """

    def __init__(
        self,
        *,
        engagement: str,
        book: Book,
        head: Head,
        actor: Actor,
        now: datetime,
        zone: tzinfo,
        calendar: Calendar,
        seal: Callable[[str], str],
    ) -> None:
        self.book = book
        self.head = head
        self.events: list[Event] = []
        self.erased: list[str] = []
        self._engagement = engagement
        self._actor = actor
        # The chain's own order is that of recording, also where a clock was set back.
        self._recorded_at = max(to_millis(now), head.recorded_at)
        self._zone = zone
        self._calendar = calendar
        self._seal = seal

    def carry_out(self, command: Command) -> Entry[Any]:
        """Carry out *command* with all its effects and return the record as it is then.

        Raises:
            GuardFailed: with every condition, met or not. Nothing was changed.
            UnknownRef: no such record, verb or kind of record.
            StaleWrite: the record is not at the version that was expected.
        """
        command = self._addressed(command)
        mark, count, erased, head = self.book.mark(), len(self.events), len(self.erased), self.head
        try:
            made = self._step(command, cause=None, depth=0)
            self._refuse_broken(command, mark)
            return made
        except BaseException:
            self.book.undo(mark)
            del self.events[count:], self.erased[erased:]
            self.head = head
            raise

    def conditions(self, command: Command) -> tuple[Condition, ...]:
        """Return the conditions of *command* as they are now, and change nothing.

        Raises:
            UnknownRef, StaleWrite: as :meth:`carry_out`.
        """
        command = self._addressed(command)
        concept, entry, step, given, found = self._looked_up(command)
        if step is None or given is None:
            return found
        return (*found, *self._guarded(concept, entry, step, given, command))

    def _refuse_broken(self, command: Command, mark: int) -> None:
        """Refuse a command after which an invariant would not hold, whatever its guards said."""
        broken = [
            broken_invariant(name, entry, found)
            for entry in self.book.changed_since(mark)
            for name, found in self.book.broken_by(entry)
        ]
        if broken:
            concept = self.book.concepts[command.kind]
            entry = None if command.ref is None else self.book.get(command.ref)
            raise refused(concept, entry, None, command.verb, broken)

    # -- one step

    def _step(self, command: Command, *, cause: int | None, depth: int) -> Entry[Any]:
        if depth > _LONGEST_CAUSE:
            raise RuntimeError(f"{command.kind} {command.verb}: effects without end")
        concept, entry, step, given, found = self._looked_up(command, cause)
        if step is None or given is None:
            raise refused(concept, entry, step, command.verb, found)
        conditions = (*found, *self._guarded(concept, entry, step, given, command))
        if not all(one.met for one in conditions):
            raise refused(concept, entry, step, command.verb, conditions)
        ref = command.ref or self._new_ref(concept, given, command)
        ask = self._ask(ref, entry, given, command)
        state = step.to(ask.state, ask.fields, given)
        if step.erases and entry is not None:
            self.erased += seals_of(entry.fields)
        event = self._event(ref, concept, step, state, self._sealed(given), ask, cause)
        made = self.book.apply(event)
        self.events.append(event)
        self.head = head_of(event)
        self._follow(step.effects(self._ask(ref, made, given, command)), command, event.seq, depth)
        return self.book.get(ref) or made

    def _follow(self, effects: Iterable[Effect], command: Command, cause: int, depth: int) -> None:
        """Carry out *effects* in turn; a generator gets the ref of each record back."""
        source = iter(effects)
        send = getattr(source, "send", None)
        answer: str | None = None
        while True:
            try:
                effect = next(source) if send is None else send(answer)
            except StopIteration:
                return
            followed = Command(
                kind=effect.kind,
                verb=effect.verb,
                ref=effect.ref,
                input=effect.input,
                at=command.at,
                by=command.by,
                reason=command.reason,
                evidence=command.evidence,
            )
            answer = self._step(followed, cause=cause, depth=depth + 1).ref

    def _looked_up(
        self, command: Command, cause: int | None = None
    ) -> tuple[Concept, Entry[Any] | None, Step | None, BaseModel | None, tuple[Condition, ...]]:
        """Return what the command is about, and the conditions that no guard of a concept needs to know."""
        concept = self.book.concepts.get(command.kind)
        if concept is None or command.verb not in concept.verbs:
            raise unknown_verb(self.book.concepts, command.kind, command.verb)
        entry = None
        if command.ref is not None:
            entry = self.book.get(command.ref)
            if entry is None or entry.kind != command.kind:
                raise unknown_record(self.book, concept, command.ref)
            if command.expect is not None and command.expect != entry.version:
                raise StaleWrite(
                    detail=f"{command.ref} was changed since it was read",
                    detail_zh=f"{command.ref} 在读取之后已被改动",
                )
        step = concept.step(command.verb, NEW if entry is None else entry.state)
        found = [*in_order(command.at, entry, self._recorded_at, self._zone)]
        if step is None:
            found.append(no_step(concept, entry, command.verb))
            return concept, entry, None, None, tuple(found)
        if step.effect and cause is None:
            found.append(no_cause(concept))
        if step.evidence and not command.evidence:
            found.append(no_evidence())
        if step.reason and not (command.reason or "").strip():
            found.append(no_reason())
        try:
            given = step.takes.model_validate(_plain(command.input, step.takes))
        except ValidationError as error:
            found += faults(error, concept, entry, command.verb)
            return concept, entry, step, None, tuple(found)
        found += number_free(concept, self.book, command.number, given)
        given = self._named(given, concept)
        if step.fill is not None:
            given = step.fill(self._ask(command.ref or self._new_ref(concept, given, command), entry, given, command))
        return concept, entry, step, given, tuple(found)

    def _guarded(
        self, concept: Concept, entry: Entry[Any] | None, step: Step, given: BaseModel, command: Command
    ) -> Iterator[Condition]:
        ref = command.ref or self._new_ref(concept, given, command)
        ask = self._ask(ref, entry, given, command)
        for one in step.guards:
            yield from one.conditions(ask)

    def _ask(self, ref: str, entry: Entry[Any] | None, given: BaseModel, command: Command) -> Ask[Any, Any]:
        return Ask(
            ref=ref,
            state=NEW if entry is None else entry.state,
            fields=None if entry is None else entry.fields,
            input=given,
            register=self.book,
            moment=Moment(as_of=command.at, zone=self._zone, calendar=self._calendar),
            by=command.by,
            actor=self._actor,
            reason=command.reason,
            evidence=command.evidence,
        )

    def _new_ref(self, concept: Concept, given: BaseModel, command: Command) -> str:
        if command.number is None:
            return self.book.next_ref(concept, concept.prefix(given))
        found = REF.fullmatch(command.number)
        return command.number if found is None else concept.ref(found[1], int(found[2]))

    def _event(
        self,
        ref: str,
        concept: Concept,
        step: Step,
        state: str,
        given: BaseModel,
        ask: Ask[Any, Any],
        cause: int | None,
    ) -> Event:
        kind = payload_type(step.takes)
        payload = kind.model_construct(
            to=state,
            day=ask.today,
            input=given,
            by=ask.by,
            reason=ask.reason,
            evidence=ask.evidence,
            cause=cause,
        )
        return chained(
            self.head,
            engagement=self._engagement,
            kind=concept.name,
            ref=ref,
            verb=step.verb,
            actor=str(self._actor),
            occurred_at=to_millis(ask.at),
            recorded_at=self._recorded_at,
            payload=kind.__pydantic_serializer__.to_json(payload),
        )

    def _named(self, given: BaseModel, concept: Concept) -> BaseModel:
        """Return the input with the refs of contacts in place of their names, which no event may hold."""
        if isinstance(given, Edit):
            changes = {
                name: self._people(value) if name in concept.naming else value for name, value in given.changes.items()
            }
            return given.model_copy(update={"changes": changes})
        found = {name: self._people(getattr(given, name)) for name in naming_fields(type(given))}
        return given.model_copy(update=found) if found else given

    def _people(self, written: object) -> object:
        """Return *written*, one person or several, by ref; what is neither stays for the field's own check."""
        if isinstance(written, tuple | list):
            return type(written)(self._people(one) for one in written)
        return self._person(written) if isinstance(written, str) else written

    def _addressed(self, command: Command) -> Command:
        """Return *command* with refs as they are kept: "CR-4" is CR-004, and a contact may go by the name."""
        ref, concept = command.ref, self.book.concepts.get(command.kind)
        if ref is not None and ref not in self.book and concept is not None:
            found = REF.fullmatch(ref)
            ref = concept.ref(found[1], int(found[2])) if found is not None else self._person(ref)
        return replace(command, ref=ref, by=self._person(command.by))

    def _person(self, written: str | None) -> str | None:
        found = None if written is None else find_contact(self.book, written)
        return written if found is None else found.ref

    def _sealed(self, given: BaseModel) -> BaseModel:
        hidden: dict[str, object] = {}
        for name in personal_fields(type(given)):
            text = getattr(given, name)
            if isinstance(text, str) and not text.startswith(SEALED):
                hidden[name] = self._seal(text)
        return given.model_copy(update=hidden) if hidden else given


def seals_of(fields: BaseModel) -> list[str]:
    """Return the seals that stand in *fields*."""
    return [one for one in fields.__dict__.values() if isinstance(one, str) and one.startswith(SEALED)]


def _plain(given: BaseModel | Mapping[str, Any], takes: type[BaseModel]) -> Any:
    return given if isinstance(given, takes) else given.model_dump() if isinstance(given, BaseModel) else given
