"""What a concept of the register is made of: fields with their visibility, states, steps, guards and effects.

A concept is data. From its one definition come the library's methods, the commands, the guard tables and state
diagrams of the documentation, and the labels of the report. This module knows no concept, no clock and no store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from pydantic import BaseModel

from pmbridge.domain.evidence import Actor, Evidence
from pmbridge.domain.fields import Adopt, Edit, Empty, Fields, naming_fields
from pmbridge.values import Label

if TYPE_CHECKING:
    from pmbridge.domain.book import Book
    from pmbridge.domain.entry import Said
    from pmbridge.domain.moment import Moment

NEW = ""
"""The state of what does not exist yet."""

Holder = Literal["agency", "client"]
"""Whose move it is."""

F = TypeVar("F", covariant=True)
I = TypeVar("I", bound=BaseModel, covariant=True)  # noqa: E741 - the input, as F are the fields


# ------------------------------------------------------------------------------------- conditions and questions


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmet:
    """A condition that does not hold: what was found, what is needed, and the command that would meet it.

    ``name`` is the guard's unless the guard gives another one.
    """

    found: Label
    needed: Label
    fix: Label
    name: str = ""


MOOT = Unmet(found=Label(zh="", en=""), needed=Label(zh="", en=""), fix=Label(zh="", en=""))
"""What a guard yields that has nothing to judge, since what it looks at is not there: neither met nor unmet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One condition of a command as it was found. Of a met one there is nothing to find, need or fix."""

    name: str
    label: Label
    met: bool
    found: Label | None = None
    needed: Label | None = None
    fix: Label | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask(Generic[F, I]):
    """What a guard or an effect may look at. ``fields`` is ``None`` for a record that does not exist yet.

    ``at`` is when it happened (``--at``), ``today`` its day in the engagement's zone, ``by`` the ref of the contact
    or the name of the member whose act it is, ``actor`` who records it. ``register`` is the whole fold, read-only.
    """

    ref: str
    state: str
    fields: F
    input: I
    register: Book
    moment: Moment
    by: str | None
    actor: Actor
    reason: str | None
    evidence: tuple[Evidence, ...]

    @property
    def at(self) -> datetime:
        """When it happened in the world."""
        return self.moment.as_of

    @property
    def today(self) -> date:
        """The day of ``at`` in the engagement's zone."""
        return self.moment.today


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """A named condition of a step. ``check`` yields *everything* that is not met, it does not stop at the first."""

    name: str
    label: Label
    check: Callable[[Any], Iterable[Unmet]]
    doc: str

    def conditions(self, ask: Ask[Any, Any]) -> Iterable[Condition]:
        """Yield the conditions of this guard: one that is met, or all that are not; none where it is moot."""
        unmet = False
        for one in self.check(ask):
            unmet = True
            if one is MOOT:
                continue
            yield Condition(
                name=one.name or self.name,
                label=self.label,
                met=False,
                found=one.found,
                needed=one.needed,
                fix=one.fix,
            )
        if not unmet:
            yield Condition(name=self.name, label=self.label, met=True)


def guard(name: str, zh: str, en: str) -> Callable[[Callable[[Any], Iterable[Unmet]]], Guard]:
    """Make a function that yields :class:`Unmet` a guard; its docstring goes into the documentation.

    *zh* and *en* say what holds when the condition is met ("offer still open"), as the list of met conditions does.
    """

    def made(check: Callable[[Any], Iterable[Unmet]]) -> Guard:
        return Guard(name=name, label=Label(zh=zh, en=en), check=check, doc=(check.__doc__ or "").strip())

    return made


def command(text: str) -> Label:
    """Return a command line as a :class:`Label`: it is the same in every language."""
    return Label(zh=text, en=text)


# ------------------------------------------------------------------------------------------- states and steps


@dataclass(frozen=True, slots=True)
class State:
    """A state. ``holder``: whose move it is while an age runs, ``None``: nobody's. ``terminal``: it is over."""

    name: str
    zh: str
    en: str
    holder: Holder | None = None
    terminal: bool = field(default=False, kw_only=True)

    @property
    def label(self) -> Label:
        """What people call it."""
        return Label(zh=self.zh, en=self.en)


def by_name(*states: State) -> Mapping[str, State]:
    """Return *states* by their names, in their order."""
    return {one.name: one for one in states}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A target that depends on fields and input: *pick* returns one of *options*."""

    options: tuple[str, ...]
    pick: Callable[[Any, Any], str]


@dataclass(frozen=True, slots=True)
class Effect:
    """An event of another record in the same transaction. Without ``ref`` it makes one.

    In a generator of effects, ``ref = yield Effect(...)`` gives the ref of the record concerned.
    """

    kind: str
    verb: str
    input: BaseModel
    ref: str | None = None


def keep(fields: Any, _: Any, __: Said) -> Any:
    """Change no field: the apply of a step that only moves the state."""
    return fields


def no_effects(_: Any) -> Iterable[Effect]:
    """Have no effect on other records."""
    return ()


@dataclass(frozen=True, slots=True)
class Step:
    """One transition: from any of ``sources`` by ``verb`` to ``target`` (``None``: the state stays).

    ``apply(fields, input, said)`` gives the new fields; it is the fold and runs again on every replay, so it looks at
    nothing else. ``fields`` is ``None`` when the record is new. ``discloses``: the client sees the record from then
    on, as it is worded then. ``verdict``: entered as ``decide REF VERB``. ``evidence``: at least one is needed;
    ``reason``: one must be given. ``fill`` completes the input from what the register knows, before the guards look.
    ``erases``: the texts behind the record's seals are forgotten. ``effect``: taken as the effect of another record's
    step only, never by itself. ``done``: the participle of a refusal.
    """

    sources: tuple[str, ...]
    verb: str
    label: Label
    target: str | Choice | None
    takes: type[BaseModel] = field(default=Empty, kw_only=True)
    apply: Callable[[Any, Any, Said], Any] = field(default=keep, kw_only=True)
    guards: tuple[Guard, ...] = field(default=(), kw_only=True)
    effects: Callable[[Any], Iterable[Effect]] = field(default=no_effects, kw_only=True)
    fill: Callable[[Any], BaseModel] | None = field(default=None, kw_only=True)
    evidence: bool = field(default=False, kw_only=True)
    discloses: bool = field(default=False, kw_only=True)
    reason: bool = field(default=False, kw_only=True)
    verdict: bool = field(default=False, kw_only=True)
    erases: bool = field(default=False, kw_only=True)
    effect: bool = field(default=False, kw_only=True)
    done: str = field(default="", kw_only=True)

    def to(self, state: str, fields: Fields | None, given: BaseModel) -> str:
        """Return the state that this step leads to from *state*."""
        if self.target is None:
            return state
        return self.target if isinstance(self.target, str) else self.target.pick(fields, given)

    @property
    def targets(self) -> tuple[str, ...]:
        """All states that it can lead to; empty when the state stays."""
        if self.target is None:
            return ()
        return (self.target,) if isinstance(self.target, str) else self.target.options

    def typed(self, noun: str, ref: str) -> str:
        """Return the command line that takes this step: a verdict is entered as ``decide REF VERDICT``."""
        verb = self.verb.replace("_", "-")
        return f"pmbridge {noun} decide {ref} {verb}" if self.verdict else f"pmbridge {noun} {verb} {ref}"

    @property
    def participle(self) -> str:
        """The English participle of a refusal: "cannot be approved"."""
        return self.done or (f"{self.label.en}d" if self.label.en.endswith("e") else f"{self.label.en}ed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Invariant:
    """What always holds for every record of a concept, whatever command came. ``check`` yields what does not.

    Looked at after every command for the records that it touched. ``name`` is the number that it goes by.
    """

    name: str
    check: Callable[[Any, Book], Iterable[Label]]


@dataclass(frozen=True, kw_only=True)
class Concept:
    """A kind of record: its fields, states and steps, and how its refs are written.

    ``prefixes``: those of its refs; ``prefix_of`` picks one by the creating input. ``width`` digits with leading
    zeros (``widths``: of a prefix that has another number of them), ``dash`` between, counted from ``first``.
    ``editable``: fields that ``edit`` may change while the record lives; ``editable_in``: some more in a state in
    which nothing is agreed yet. ``derived`` shows another state than the stored one where time alone moves it (a
    lapsed offer).
    """

    name: str
    label: Label
    prefixes: tuple[str, ...]
    fields: type[Fields]
    states: Mapping[str, State]
    steps: tuple[Step, ...]
    width: int = 2
    widths: Mapping[str, int] = field(default_factory=dict)
    dash: bool = True
    first: int = 1
    prefix_of: Callable[[Any], str] | None = None
    editable: frozenset[str] = frozenset()
    editable_in: Mapping[str, frozenset[str]] = field(default_factory=dict)
    derived: Callable[[Any, Moment], str] | None = None
    invariants: tuple[Invariant, ...] = ()
    released: frozenset[str] = field(default=frozenset(), init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "released", frozenset(n for n, v in self.fields.visibility.items() if v == "R"))
        for step in self.steps:
            unknown = {*step.sources, *step.targets} - self.states.keys() - {NEW}
            if unknown:
                raise TypeError(f"{self.name} {step.verb}: no state {', '.join(sorted(unknown))}")
        editable = self.editable.union(*self.editable_in.values())
        if odd := editable - self.fields.visibility.keys():
            raise TypeError(f"{self.name}: no field {', '.join(sorted(odd))} to edit")
        if odd := editable & self.fields.personal:
            raise TypeError(f"{self.name}: {', '.join(sorted(odd))} must be sealed, which edit does not")

    @cached_property
    def _by_source(self) -> Mapping[tuple[str, str], Step]:
        found: dict[tuple[str, str], Step] = {}
        for step in (*self.steps, *self._common):
            for source in step.sources:
                found.setdefault((step.verb, source), step)
        return found

    @property
    def _common(self) -> tuple[Step, ...]:
        alive = tuple(name for name, state in self.states.items() if not state.terminal)
        edit = Step(
            alive,
            "edit",
            Label(zh="修改", en="edit"),
            None,
            takes=Edit,
            apply=_edited,
            guards=(Guard(name="editable", label=Label(zh="字段可修改", en="fields may be edited"),
                          check=self._not_editable, doc="Only fields that no step and no agreement owns."),),
        )  # fmt: skip
        release = Step(tuple(self.states), "release", Label(zh="对客户公开", en="release"), None, discloses=True)
        adopt = Step(
            alive,
            "adopt",
            Label(zh="纳入", en="adopt"),
            None,
            takes=Adopt,
            guards=(Guard(name="one-owner", label=Label(zh="未被其他记录纳入", en="not adopted by another record"),
                          check=_taken, doc="A record of a tool belongs to one record of the register."),),
        )  # fmt: skip
        return edit, release, adopt

    def _not_editable(self, ask: Ask[Any, Edit]) -> Iterable[Unmet]:
        may = self.editable | self.editable_in.get(ask.state, frozenset())
        for name, value in sorted(ask.input.changes.items()):
            fix = command(f"pmbridge {self.name} show {ask.ref}")
            if name not in may:
                yield Unmet(
                    found=Label(zh=f"「{name}」不能修改", en=f'"{name}" cannot be edited'),
                    needed=Label(
                        zh=f"可修改：{'、'.join(sorted(may)) or '无'}",
                        en=f"editable: {', '.join(sorted(may)) or 'nothing'}",
                    ),
                    fix=fix,
                )
            elif fault := self.fields.fault(name, value):
                yield Unmet(
                    found=Label(zh=f"{name}：{fault}", en=f"{name}: {fault}"),
                    needed=Label(zh=f"{name} 的值", en=f"a value of {name}"),
                    fix=fix,
                )

    def step(self, verb: str, state: str) -> Step | None:
        """Return the step that *verb* takes from *state*, ``None`` when there is none."""
        return self._by_source.get((verb, state))

    def shown_state(self, record: Any, moment: Moment) -> str:
        """Return the state of *record* to show: the stored one unless time alone has moved it."""
        stored: str = record.state
        return stored if self.derived is None else self.derived(record, moment)

    @cached_property
    def naming(self) -> frozenset[str]:
        """The fields that name people wherever one of its steps takes them."""
        return frozenset(name for step in self.steps for name in naming_fields(step.takes))

    @cached_property
    def readers(self) -> dict[tuple[str, str], tuple[Step, Callable[[bytes], Any]]]:
        """By verb and state the step and what reads its payload: a notebook of the fold, which fills it."""
        return {}

    @cached_property
    def verbs(self) -> tuple[str, ...]:
        """All verbs, in the order of the definition."""
        return tuple(dict.fromkeys(verb for verb, _ in self._by_source))

    def verbs_from(self, state: str) -> tuple[str, ...]:
        """Return the verbs that lead on from *state*, without those that every record has."""
        return tuple(dict.fromkeys(one.verb for one in self.steps if state in one.sources))

    def ref(self, prefix: str, number: int) -> str:
        """Return the ref of *number*: ``CR-004``, ``M4``."""
        return f"{prefix}{'-' if self.dash else ''}{number:0{self.widths.get(prefix, self.width) if self.dash else 1}}"

    def prefix(self, given: BaseModel) -> str:
        """Return the prefix of a record that *given* creates."""
        return self.prefixes[0] if self.prefix_of is None else self.prefix_of(given)


def _edited(fields: Fields, given: Edit, _: Said) -> Fields:
    return fields.edited(given.changes)


def _taken(ask: Ask[Any, Adopt]) -> Iterable[Unmet]:
    owner = ask.register.adopter(ask.input)
    if owner is not None:
        yield Unmet(
            found=Label(zh=f"已属于 {owner}", en=f"it belongs to {owner}"),
            needed=Label(zh="未被纳入的工具记录", en="a record of the tool that nobody adopted"),
            fix=command(f"pmbridge {ask.register.kind(owner)} show {owner}"),
        )
