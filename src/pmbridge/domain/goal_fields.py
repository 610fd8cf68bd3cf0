"""The fields of a goal, its key measures and measurements, what its steps take, and how its events change it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict
from pydantic import Field as Constrained

from pmbridge.domain import decision
from pmbridge.domain.entry import Said
from pmbridge.domain.fields import C, Fields, Input, R, who
from pmbridge.domain.figure import Text
from pmbridge.domain.inputs import Wording

Direction = Literal["increase", "decrease", "maintain"]
Feasibility = Literal["realistic", "stretch", "unrealistic"]
Outcome = Literal["achieved", "partly", "missed"]


class KeyMeasure(BaseModel):
    """A number by which the goal is measured. ``baseline_value`` unknown: ``baseline_by`` says until when it is.

    ``tolerance``: how far from the target a value that is to be maintained may lie.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    name: str
    unit: str | None = None
    baseline_value: Decimal | None = None
    baseline_by: date | None = None
    target_value: Decimal | None = None
    direction: Direction | None = None
    method: Wording | None = None
    data_source: str | None = None
    tolerance: Annotated[Decimal, Constrained(ge=0)] = Decimal(0)

    def outcome(self, value: Decimal) -> Outcome:
        """Return what *value* says: the target is reached, or part of the way to it was gone, or nothing of it.

        Without a baseline value there is no way to be gone, so short of the target it is missed.
        """
        target, start = self.target_value, self.baseline_value
        if target is None or self.direction is None:
            return "missed"
        if self.direction == "maintain":
            return "achieved" if abs(value - target) <= self.tolerance else "missed"
        up = self.direction == "increase"
        if value >= target if up else value <= target:
            return "achieved"
        if start is None:
            return "missed"
        return "partly" if (value > start if up else value < start) else "missed"


class Measurement(BaseModel):
    """A value of a key measure on a day, and where it was read."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    measure: str
    value: Decimal
    measured_on: date
    source: str


class Achievability(BaseModel):
    """Whether it can be reached, why, and who says so."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    verdict: Feasibility
    rationale: Wording | None = None
    assessed_by: str | None = None
    assessed_on: date | None = None


class Goal(Fields):
    """What the client wants to have reached, measurably and until when. ``object``: the thing that is to change."""

    statement: Text = R()
    object: Text | None = R(None)
    business_objective: Text | None = C(None)
    owner: str = C()
    due_on: date | None = C(None)
    no_due_reason: Text | None = C(None)
    measures: tuple[KeyMeasure, ...] = C(())
    achievability: Achievability | None = R(None)
    requirements: tuple[str, ...] = C(())
    milestones: tuple[str, ...] = C(())
    measurements: tuple[Measurement, ...] = C(())
    amended_by: tuple[str, ...] = C(())
    withdrawn_because: str | None = R(None)

    def last(self, measure: str) -> Measurement | None:
        """Return the latest measurement of *measure*, ``None`` if it was never measured."""
        mine = [one for one in self.measurements if one.measure == measure]
        return max(mine, key=lambda one: one.measured_on, default=None)

    @property
    def outcome(self) -> Outcome | None:
        """What the latest measurements say; ``None`` (unknown) while a measure has none on or after the due date.

        Achieved when every measure reached its target, missed when none went any of the way, else partly.
        """
        found: set[Outcome] = set()
        for measure in self.measures:
            last = self.last(measure.name)
            if last is None or self.due_on is None or last.measured_on < self.due_on:
                return None
            found.add(measure.outcome(last.value))
        if not found:
            return None
        return found.pop() if len(found) == 1 else "partly"


class Words(Input):
    """What is said of a goal; what is left out stays as it is."""

    statement: Wording | None = None
    object: Wording | None = None
    business_objective: Wording | None = None
    owner: str | None = who(None)
    due_on: date | None = None
    measures: tuple[KeyMeasure, ...] | None = None
    achievability: Achievability | None = None
    requirements: tuple[str, ...] | None = None
    milestones: tuple[str, ...] | None = None


class Add(Words):
    """A draft: a statement is enough."""

    statement: Wording


class Amend(Words):
    """What an approved change makes of an agreed goal."""

    change: str


class Measure(Input):
    """A measurement. ``measure`` left out: the only one; ``measured_on``: today."""

    measure: str | None = None
    value: Decimal
    measured_on: date | None = None
    source: str | None = None


class Agree(decision.Decided):
    """The client agrees to the goal."""


class Withdraw(Input):
    """``change``: the approved change that drops a goal which was agreed."""

    change: str | None = None


# -------------------------------------------------------------------------------------------------------- fold

_WORDS = tuple(Words.model_fields)
_UNDATED = Text(zh="草稿，期限未定", en="a draft without a date yet", original="zh")


def add(_: Goal | None, given: Add, said: Said) -> Goal:
    """Return the draft."""
    values = _said(given, said)
    values.setdefault("owner", said.recorder)
    return Goal(**values, no_due_reason=None if given.due_on else _UNDATED)


def change(fields: Goal, given: Words, said: Said) -> Goal:
    """Return the goal with what is said now."""
    values = _said(given, said)
    return fields.evolve(**values, **({"no_due_reason": None} if given.due_on else {}))


def amend(fields: Goal, given: Amend, said: Said) -> Goal:
    """Return the goal as the change makes it."""
    return change(fields, given, said).evolve(amended_by=(*fields.amended_by, given.change))


def measure(fields: Goal, given: Measure, said: Said) -> Goal:
    """Return the goal with one more measurement."""
    made = Measurement(
        measure=given.measure or "",
        value=given.value,
        measured_on=given.measured_on or said.day,
        source=given.source or "",
    )
    return fields.evolve(measurements=(*fields.measurements, made))


def withdraw(fields: Goal, given: Withdraw, said: Said) -> Goal:
    """Return the goal as given up."""
    return fields.evolve(
        withdrawn_because=given.change or said.reason,
        amended_by=(*fields.amended_by, given.change) if given.change else fields.amended_by,
    )


def _said(given: Words, said: Said) -> dict[str, Any]:
    values = {name: value for name in _WORDS if (value := getattr(given, name)) is not None}
    judged = given.achievability
    if judged is not None and judged.assessed_on is None:
        values["achievability"] = judged.model_copy(update={"assessed_on": said.day})
    return values
