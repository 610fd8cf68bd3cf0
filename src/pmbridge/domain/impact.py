"""What a change would cost: options, each with its findings on scope, schedule, budget and the rest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic import Field as Constrained

from pmbridge.domain.fields import C, Fields, R
from pmbridge.domain.figure import Money
from pmbridge.domain.inputs import Price, Wording, totals
from pmbridge.values import Label

Dimension = Literal["scope", "schedule", "budget", "quality", "risk", "benefit", "resource", "sustainability"]
BaselineKind = Literal["requirements", "schedule", "budget"]

DELIVERABLE = "DL"
"""What the ref of a deliverable begins with."""

MUST_BE_SETTLED: tuple[Dimension, ...] = ("scope", "schedule", "budget")
DIMENSIONS: Mapping[Dimension, Label] = {
    "scope": Label(zh="范围", en="scope"),
    "schedule": Label(zh="进度", en="schedule"),
    "budget": Label(zh="预算", en="budget"),
    "quality": Label(zh="质量", en="quality"),
    "risk": Label(zh="风险", en="risk"),
    "benefit": Label(zh="收益", en="benefit"),
    "resource": Label(zh="资源", en="resource"),
    "sustainability": Label(zh="可持续性", en="sustainability"),
}

A_MONTH = Label(zh="{money}/月", en="{money} a month")
"""How a price that is due each month is written."""
_ADDED = Label(zh="新增 {ref}（{day}）", en="adds {ref} ({day})")
_CANCELLED = Label(zh="取消 {ref}", en="cancels {ref}")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class ScopeLine(_Part):
    """A requirement (or deliverable) that is added, modified or removed."""

    op: Literal["add", "modify", "remove"]
    ref: str
    text: Wording | None = None


class ScheduleLine(_Part):
    """A milestone that moves by working days to a new date, is added or is cancelled."""

    milestone: str
    op: Literal["shift", "add", "cancel"] = "shift"
    delta_wd: int | None = None
    new_on: date | None = None


class BudgetLine(_Part):
    """The price to the client; a credit is negative. A monthly one without ``months`` has no end."""

    amount: Price
    kind: Literal["one_off", "monthly"] = "one_off"
    months: Annotated[int, Constrained(ge=1)] | None = None
    basis: Wording | None = None

    @property
    def total(self) -> Money | None:
        """The whole amount, ``None`` where it has no end."""
        if self.kind == "one_off":
            return self.amount
        if self.months is None:
            return None
        return Money(amount=self.amount.amount * self.months, currency=self.amount.currency)


class ImpactLine(_Part):
    """One finding. ``none`` needs a rationale; ``not_assessed`` is what keeps a change from being decided."""

    dimension: Dimension
    finding: Literal["quantified", "none", "not_assessed"]
    scope: ScopeLine | None = None
    schedule: ScheduleLine | None = None
    budget: BudgetLine | None = None
    text: Wording | None = None
    delta_score: Decimal | None = None
    risk: str | None = None
    rationale: Wording | None = None

    @model_validator(mode="after")
    def _one_object(self) -> Self:
        given = {name for name in ("scope", "schedule", "budget") if getattr(self, name) is not None}
        wanted = {self.dimension} & {"scope", "schedule", "budget"} if self.finding == "quantified" else set()
        if given != wanted:
            raise ValueError(f"a {self.finding} {self.dimension} line holds {' and '.join(sorted(given)) or 'nothing'}")
        return self

    @property
    def settled(self) -> bool:
        """Whether it says something: an amount, or why there is none."""
        return self.finding == "quantified" or (self.finding == "none" and self.rationale is not None)


class ChangeOption(_Part):
    """One way to do it: ``key`` is a letter, the lines are its findings."""

    key: str
    title: Wording
    lines: tuple[ImpactLine, ...] = ()

    def settled(self, dimension: Dimension) -> bool:
        """Return whether there is a finding on *dimension*, and none that was left open."""
        lines = [one for one in self.lines if one.dimension == dimension]
        return bool(lines) and all(one.settled for one in lines)

    @property
    def complete(self) -> bool:
        """Whether scope, schedule and budget are settled."""
        return all(self.settled(one) for one in MUST_BE_SETTLED)

    @property
    def scope(self) -> tuple[ScopeLine, ...]:
        """Its scope operations."""
        return tuple(one.scope for one in self.lines if one.scope is not None)

    @property
    def requirements(self) -> tuple[ScopeLine, ...]:
        """Its scope operations on requirements: a deliverable stands in no baseline."""
        return tuple(one for one in self.scope if not one.ref.startswith(DELIVERABLE))

    @property
    def schedule(self) -> tuple[ScheduleLine, ...]:
        """Its schedule lines."""
        return tuple(one.schedule for one in self.lines if one.schedule is not None)

    @property
    def budget(self) -> tuple[BudgetLine, ...]:
        """Its budget lines."""
        return tuple(one.budget for one in self.lines if one.budget is not None)

    @property
    def money(self) -> dict[str, Money]:
        """What it costs in all, by currency; monthly lines without an end are left out."""
        return totals(one.total for one in self.budget if one.total is not None)

    @property
    def monthly(self) -> dict[str, Money]:
        """What it costs each month without an end, by currency."""
        return totals(one.amount for one in self.budget if one.total is None)

    def days_on(self, milestone: str) -> int:
        """Return by how many working days *milestone* moves; one that is added or cancelled moves by none."""
        return sum(one.delta_wd or 0 for one in self.schedule if one.milestone == milestone and one.op == "shift")

    @property
    def shifts(self) -> tuple[tuple[str, int], ...]:
        """The milestones that it moves, each with its working days, by ref."""
        return tuple(sorted((one.milestone, one.delta_wd or 0) for one in self.schedule if one.op == "shift"))

    @property
    def added(self) -> tuple[tuple[str, date], ...]:
        """The milestones that it adds, each with its date, by ref."""
        return tuple(
            sorted((one.milestone, one.new_on) for one in self.schedule if one.op == "add" and one.new_on is not None)
        )

    @property
    def cancelled(self) -> tuple[str, ...]:
        """The milestones that it cancels, by ref."""
        return tuple(sorted(one.milestone for one in self.schedule if one.op == "cancel"))

    @property
    def largest_shift(self) -> int:
        """The shift of the milestone that moves furthest, signed; 0 when none moves."""
        shifts = [self.days_on(one.milestone) for one in self.schedule]
        return max(shifts, key=abs, default=0)

    def changes(self, kind: BaselineKind) -> bool:
        """Return whether it changes the baseline of that kind."""
        if kind == "budget":
            return any(one.amount.amount for one in self.budget)
        if kind == "requirements":
            return bool(self.requirements)
        return any(one.op != "shift" or one.delta_wd for one in self.schedule)


class Assessment(_Part):
    """The findings on all options, against the baselines of that time. Immutable once it was sent."""

    n: int
    assessed_by: str
    assessed_on: date
    baselines: Mapping[BaselineKind, int]
    options: tuple[ChangeOption, ...] = ()
    recommended: str | None = None
    do_nothing: Wording | None = None
    sha256: str
    complete: bool = True
    sent_on: date | None = None

    def option(self, key: str | None) -> ChangeOption | None:
        """Return the option of that key, ``None`` if there is none."""
        return next((one for one in self.options if one.key == key), None)


class Proposal(_Part):
    """What an assessment says, before it is one: the part over which its hash goes."""

    options: tuple[ChangeOption, ...] = ()
    recommended: str | None = None
    do_nothing: Wording | None = None
    baselines: Mapping[BaselineKind, int] = {}

    @property
    def sha256(self) -> str:
        """The SHA-256 of its canonical JSON, hex."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


class Assessed(Fields):
    """The fields of whatever is decided on by choosing an option of an assessment."""

    assessments: tuple[Assessment, ...] = R(())
    chosen: str | None = C(None)

    @property
    def assessment(self) -> Assessment | None:
        """The newest assessment, ``None`` before there is one."""
        return self.assessments[-1] if self.assessments else None

    @property
    def offered(self) -> Assessment | None:
        """The newest assessment that the client knows: the one it decided on, else the one that was sent to it last.

        A draft, or one that nobody sent yet, is ours alone.
        """
        if self.chosen is not None:
            return self.assessment
        return next((one for one in reversed(self.assessments) if one.sent_on is not None), None)

    @property
    def offered_option(self) -> ChangeOption | None:
        """Of what the client knows the option that was chosen, before that the one that we recommend."""
        offered = self.offered
        return None if offered is None else offered.option(self.chosen or offered.recommended)

    @property
    def options(self) -> tuple[ChangeOption, ...]:
        """The options of the newest assessment."""
        return () if self.assessment is None else self.assessment.options

    def option(self, key: str | None) -> ChangeOption | None:
        """Return that option of the newest assessment, ``None`` if there is none."""
        return None if self.assessment is None else self.assessment.option(key)

    @property
    def decided_option(self) -> ChangeOption | None:
        """The option that was chosen."""
        return self.option(self.chosen)


def prices(once: Iterable[Money], monthly: Iterable[Money]) -> tuple[Label, ...]:
    """Return in words what something costs: what is paid once, then what is paid each month without an end."""
    return (
        *(Label(zh=str(one), en=str(one)) for one in once),
        *(Label(zh=A_MONTH.zh.format(money=one), en=A_MONTH.en.format(money=one)) for one in monthly),
    )


def reshaped(added: Iterable[tuple[str, date]], cancelled: Iterable[str]) -> tuple[Label, ...]:
    """Return in words which milestones come to the schedule and which leave it."""
    return (
        *(Label(zh=_ADDED.zh.format(ref=ref, day=on), en=_ADDED.en.format(ref=ref, day=on)) for ref, on in added),
        *(Label(zh=_CANCELLED.zh.format(ref=ref), en=_CANCELLED.en.format(ref=ref)) for ref in cancelled),
    )


def unsettled(options: tuple[ChangeOption, ...]) -> Iterator[tuple[ChangeOption, Dimension]]:
    """Yield every option with a dimension that must be settled and is not."""
    for option in options:
        for dimension in MUST_BE_SETTLED:
            if not option.settled(dimension):
                yield option, dimension
