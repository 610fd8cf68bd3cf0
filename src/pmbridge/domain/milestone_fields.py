"""The fields of a milestone, what its steps take, and how their events change it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict
from pydantic import Field as Constrained

from pmbridge.domain import decision
from pmbridge.domain.entry import Said
from pmbridge.domain.fields import C, Fields, Input, R, X, who
from pmbridge.domain.figure import Text
from pmbridge.domain.inputs import Wording

Kind = Literal["phase_end", "deliverable", "payment", "decision_gate", "go_live", "other"]
CompletionRule = Literal["all_deliverables_accepted", "deliverables_submitted", "work_items_done", "named_event"]
ForecastSource = Literal["actual", "owner", "tool_date", "throughput"]
Weight = Annotated[Decimal, Constrained(gt=0)]


class Forecast(BaseModel):
    """When a milestone was expected, as somebody saw it on ``as_of``. The series is the milestone's trend."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    forecast_on: date
    low_on: date | None = None
    high_on: date | None = None
    method: ForecastSource = "owner"
    as_of: date
    stated_by: str | None = None
    reason: Text | None = None
    causes: tuple[str, ...] = ()


class Estimate(BaseModel):
    """A percent that the project manager entered: a figure with author and date."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    percent: Decimal
    as_of: date
    stated_by: str | None = None


class Explanation(BaseModel):
    """Why a derived forecast moved later."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    as_of: date
    reason: Text
    causes: tuple[str, ...]


class Milestone(Fields):
    """The fields of a milestone. Its agreed dates stand in the schedule baselines, not here."""

    title: Text = R()
    description: Text | None = R(None)
    kind: Kind = C("other")
    is_key: bool = C(default=False)
    is_final: bool = C(default=False)
    weight: Weight = C(Decimal(1))
    planned_start_on: date | None = C(None)
    proposed_on: date = C()
    completion_rule: CompletionRule = C("named_event")
    deliverables: tuple[str, ...] = C(())
    requirements: tuple[str, ...] = C(())
    depends_on: tuple[str, ...] = C(())
    reached_on: date | None = C(None)
    accepted_on: date | None = C(None)
    deemed: bool = C(default=False)
    owner: str = C()
    forecasts: tuple[Forecast, ...] = R(())
    estimates: tuple[Estimate, ...] = C(())
    explanations: tuple[Explanation, ...] = R(())
    scope_selectors: tuple[str, ...] = X(())
    buffer_wd: int | None = X(None)
    internal_target_on: date | None = X(None)


class Add(Input):
    """A milestone as one side proposes it."""

    title: Wording
    on: date
    description: Wording | None = None
    kind: Kind = "other"
    is_key: bool = False
    is_final: bool = False
    weight: Weight = Decimal(1)
    planned_start_on: date | None = None
    completion_rule: CompletionRule = "named_event"
    deliverables: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    owner: str | None = who(None)


class Agree(Input):
    """An effect of the baseline in which the milestone stands."""

    change: str | None = None
    text: str | None = None


class Reach(Input):
    """``on``: when; by default what the completion rule gives, else the day of the command."""

    on: date | None = None


class Accept(decision.Decided):
    """The client's acceptance; ``deemed``: by the contract's rule, without a decision."""

    deemed: bool = False


class Cancel(Input):
    """Cancelled by an approved change."""

    change: str
    text: str | None = None


class Expect(Input):
    """A forecast."""

    on: date
    low: date | None = None
    high: date | None = None
    method: ForecastSource = "owner"
    reason: Wording | None = None
    causes: tuple[str, ...] = ()


class Guess(Input):
    """A percent done."""

    percent: Annotated[Decimal, Constrained(ge=0, le=100)]


class Explain(Input):
    """Why a derived forecast moved later, and what caused it."""

    reason: Wording
    causes: Annotated[tuple[str, ...], Constrained(min_length=1)]


# -------------------------------------------------------------------------------------------------------- fold


def add(_: Milestone | None, given: Add, said: Said) -> Milestone:
    """Return the proposed milestone."""
    values = {name: getattr(given, name) for name in Add.model_fields if name not in ("on", "owner")}
    return Milestone(**values, proposed_on=given.on, owner=given.owner or said.recorder)


def reach(fields: Milestone, given: Reach, said: Said) -> Milestone:
    """Return the milestone as reached."""
    return fields.evolve(reached_on=given.on or said.day)


def accept(fields: Milestone, given: Accept, said: Said) -> Milestone:
    """Return the milestone as accepted."""
    return fields.evolve(accepted_on=said.day, deemed=given.deemed)


def revoke(fields: Milestone, _: Input, __: Said) -> Milestone:
    """Return the milestone as not reached."""
    return fields.evolve(reached_on=None, accepted_on=None, deemed=False)


def forecast(fields: Milestone, given: Expect, said: Said) -> Milestone:
    """Return the milestone with one more forecast."""
    made = Forecast(
        forecast_on=given.on,
        low_on=given.low,
        high_on=given.high,
        method=given.method,
        as_of=said.day,
        stated_by=said.by or said.recorder,
        reason=given.reason,
        causes=given.causes,
    )
    return fields.evolve(forecasts=(*fields.forecasts, made))


def estimate(fields: Milestone, given: Guess, said: Said) -> Milestone:
    """Return the milestone with one more estimate."""
    made = Estimate(percent=given.percent, as_of=said.day, stated_by=said.by or said.recorder)
    return fields.evolve(estimates=(*fields.estimates, made))


def explain(fields: Milestone, given: Explain, said: Said) -> Milestone:
    """Return the milestone with one more explanation."""
    made = Explanation(as_of=said.day, reason=given.reason, causes=given.causes)
    return fields.evolve(explanations=(*fields.explanations, made))
