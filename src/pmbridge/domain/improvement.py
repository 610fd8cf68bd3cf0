"""An improvement: what is done about a lesson, by whom and when, and how we will know that it helped."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal

from pmbridge.domain.entry import Said
from pmbridge.domain.fields import C, Fields, Input, R, who
from pmbridge.domain.figure import Text
from pmbridge.domain.inputs import Wording
from pmbridge.domain.machine import NEW, Ask, Concept, State, Step, Unmet, by_name, command, guard
from pmbridge.domain.owner import accountable, people_known, refs_known, revised
from pmbridge.values import Label

AppliesTo = Literal["engagement", "agency"]


class Improvement(Fields):
    """``measure``: how we will know; ``result``: what was found by it. ``origin``: a lesson, complaint or feedback."""

    text: Text = R()
    owner: str = C()
    due_on: date = C()
    measure: Text | None = R(None)
    result: Text | None = R(None)
    applies_to: AppliesTo = C("engagement")
    origin: str | None = C(None)
    done_on: date | None = C(None)
    verified_on: date | None = C(None)
    dropped_because: str | None = R(None)


class Add(Input):
    """A proposed improvement. ``owner`` left out: whoever records it."""

    text: Wording
    due_on: date
    owner: str | None = who(None)
    measure: Wording | None = None
    applies_to: AppliesTo = "engagement"
    origin: str | None = None


class Change(Input):
    """New values; what is left out stays."""

    text: Wording | None = None
    due_on: date | None = None
    owner: str | None = who(None)
    measure: Wording | None = None
    applies_to: AppliesTo | None = None


class Accept(Input):
    """What is still missing when it is taken up; what is left out stays."""

    measure: Wording | None = None
    owner: str | None = who(None)
    due_on: date | None = None


class Verify(Input):
    """What the measure showed."""

    result: Wording


def add(_: Improvement | None, given: Add, said: Said) -> Improvement:
    """Return the proposed improvement."""
    return Improvement(
        text=given.text,
        owner=given.owner or said.recorder,
        due_on=given.due_on,
        measure=given.measure,
        applies_to=given.applies_to,
        origin=given.origin,
    )


def done(fields: Improvement, _: Input, said: Said) -> Improvement:
    """Return the improvement as made."""
    return fields.evolve(done_on=said.day)


def verify(fields: Improvement, given: Verify, said: Said) -> Improvement:
    """Return the improvement with what came of it."""
    return fields.evolve(result=given.result, verified_on=said.day)


def drop(fields: Improvement, _: Input, said: Said) -> Improvement:
    """Return the improvement as dropped."""
    return fields.evolve(dropped_because=said.reason)


@guard("measurable", "写明如何衡量", "it says how we will know")
def measurable(ask: Ask[Improvement, Accept]) -> Iterable[Unmet]:
    """It says how we will know that it helped."""
    if (ask.input.measure or ask.fields.measure) is None:
        yield Unmet(
            found=Label(zh="没有写如何衡量", en="it does not say how we will know"),
            needed=Label(zh="衡量方法", en="a measure"),
            fix=command(f"pmbridge improvement accept {ask.ref} --measure TEXT"),
        )


@guard("time-left", "期限未过", "its due date is to come")
def time_left(ask: Ask[Improvement, Accept]) -> Iterable[Unmet]:
    """What is taken up can still be done in time."""
    due = ask.input.due_on or ask.fields.due_on
    if due < ask.today:
        yield Unmet(
            found=Label(zh=f"期限 {due} 已过", en=f"it was due on {due}"),
            needed=Label(zh=f"不早于 {ask.today}", en=f"not before {ask.today}"),
            fix=command(f"pmbridge improvement accept {ask.ref} --due-on DATE"),
        )


IMPROVEMENT = Concept(
    name="improvement",
    label=Label(zh="改进措施", en="improvement"),
    prefixes=("IMP",),
    fields=Improvement,
    states=by_name(
        State("proposed", "已提议", "proposed", "agency"),
        State("accepted", "已采纳", "accepted", "agency"),
        State("done", "已落实", "done", "agency"),
        State("verified", "已验证有效性", "verified", terminal=True),
        State("dropped", "已放弃", "dropped", terminal=True),
    ),
    steps=(
        Step(
            (NEW,),
            "add",
            Label(zh="提议", en="propose"),
            "proposed",
            takes=Add,
            apply=add,
            guards=(people_known("owner"), refs_known("origin")),
        ),
        Step(
            ("proposed", "accepted"),
            "edit",
            Label(zh="修改", en="edit"),
            None,
            takes=Change,
            apply=revised,
            guards=(people_known("owner"),),
        ),
        Step(
            ("proposed",),
            "accept",
            Label(zh="采纳", en="accept"),
            "accepted",
            takes=Accept,
            apply=revised,
            guards=(people_known("owner"), measurable, time_left),
        ),
        Step(("accepted",), "done", Label(zh="落实", en="finish"), "done", apply=done, done="finished"),
        Step(
            ("done",),
            "verify",
            Label(zh="验证", en="verify"),
            "verified",
            takes=Verify,
            apply=verify,
            done="verified",
        ),
        Step(
            ("proposed", "accepted", "done"),
            "drop",
            Label(zh="放弃", en="drop"),
            "dropped",
            apply=drop,
            reason=True,
            done="dropped",
        ),
    ),
    invariants=(accountable(),),
)

CONCEPTS = (IMPROVEMENT,)
