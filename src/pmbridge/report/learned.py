"""Goals (S5), retrospectives, lessons and improvements (S15): in the report, and as they come out of the view."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pmbridge.domain import learned as seen
from pmbridge.domain.machine import Holder
from pmbridge.report import gate
from pmbridge.report.parts import Exact, Part, Quote, Source

RetroScope = Literal["period", "milestone", "engagement"]
Direction = Literal["increase", "decrease", "maintain"]


class Measure(Part):
    """A key measure: where it started, where it should get, and its last value; ``None``: not known, not measured."""

    name: str
    unit: str | None
    start: Exact | None
    target: Exact | None
    direction: Direction | None
    value: Exact | None
    measured_on: date | None


class Goal(Part):
    """S5: a goal that both sides speak of, by its measures."""

    ref: str
    statement: Quote
    state: str
    due_on: date | None
    measures: tuple[Measure, ...]
    sources: tuple[Source, ...]


class Retro(Part):
    """S15: a published look back. ``joint``: the client took part."""

    ref: str
    scope: RetroScope
    milestone: str | None
    held_on: date
    joint: bool
    went_well: tuple[Quote, ...]
    to_improve: tuple[Quote, ...]
    sources: tuple[Source, ...]


class Lesson(Part):
    """S15: what happened, what it led to, and what to do another time."""

    ref: str
    title: Quote
    context: Quote
    effect: Quote
    recommendation: Quote
    recorded_on: date
    sources: tuple[Source, ...]


class Improvement(Part):
    """S15: what is done about a lesson; ``measure``: how we will know, ``result``: what it showed."""

    ref: str
    text: Quote
    holder: Holder
    due_on: date
    state: str
    measure: Quote | None
    result: Quote | None
    origin: str | None
    sources: tuple[Source, ...]


class Lessons(Part):
    """S15."""

    retros: tuple[Retro, ...]
    lessons: tuple[Lesson, ...]
    improvements: tuple[Improvement, ...]

    @property
    def empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.retros or self.lessons or self.improvements)


# --------------------------------------------------------------------------------------------------- the projection


def goals(found: seen.Learning, links: gate.Links) -> tuple[Goal, ...]:
    """Return the goals, as the client may see them."""
    return tuple(_goal(one, links) for one in found.goals)


def _goal(one: seen.Aimed, links: gate.Links) -> Goal:
    return Goal(
        ref=gate.clean(one.ref),
        statement=gate.quote(one.statement),
        state=one.state,
        due_on=one.due_on,
        measures=tuple(
            Measure(
                name=gate.clean(each.name),
                unit=gate.clean(each.unit) if each.unit else None,
                start=each.start,
                target=each.target,
                direction=each.direction,
                value=each.value,
                measured_on=each.measured_on,
            )
            for each in one.measures
        ),
        sources=links.sources((one.source,), ref=gate.clean(one.ref)),
    )


def lessons(found: seen.Learning, links: gate.Links) -> Lessons:
    """Return what was learned, as the client may see it."""
    return Lessons(
        retros=tuple(_retro(one, links) for one in found.retros),
        lessons=tuple(_lesson(one, links) for one in found.lessons),
        improvements=tuple(_improvement(one, links) for one in found.improvements),
    )


def _retro(one: seen.LookedBack, links: gate.Links) -> Retro:
    return Retro(
        ref=gate.clean(one.ref),
        scope=one.scope,
        milestone=gate.clean(one.milestone) if one.milestone else None,
        held_on=one.held_on,
        joint=one.joint,
        went_well=tuple(gate.quote(each) for each in one.went_well),
        to_improve=tuple(gate.quote(each) for each in one.to_improve),
        sources=links.sources((one.source,), ref=gate.clean(one.ref)),
    )


def _lesson(one: seen.Learned, links: gate.Links) -> Lesson:
    return Lesson(
        ref=gate.clean(one.ref),
        title=gate.quote(one.title),
        context=gate.quote(one.context),
        effect=gate.quote(one.effect),
        recommendation=gate.quote(one.recommendation),
        recorded_on=one.recorded_on,
        sources=links.sources((one.source,), ref=gate.clean(one.ref)),
    )


def _improvement(one: seen.Improved, links: gate.Links) -> Improvement:
    return Improvement(
        ref=gate.clean(one.ref),
        text=gate.quote(one.text),
        holder=one.holder,
        due_on=one.due_on,
        state=one.state,
        measure=gate.maybe(one.measure),
        result=gate.maybe(one.result),
        origin=gate.clean(one.origin) if one.origin else None,
        sources=links.sources((one.source,), ref=gate.clean(one.ref)),
    )
