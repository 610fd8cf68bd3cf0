"""A lesson: what happened, what it led to, and what to do another time."""

from __future__ import annotations

from typing import Literal

from pmbridge.domain.entry import Said
from pmbridge.domain.fields import C, Fields, Input, R
from pmbridge.domain.figure import Text
from pmbridge.domain.inputs import Wording
from pmbridge.domain.machine import NEW, Concept, State, Step, by_name
from pmbridge.domain.owner import refs_known, revised
from pmbridge.values import Label

Category = Literal[
    "schedule",
    "scope",
    "budget",
    "quality",
    "technical",
    "communication",
    "process",
    "client",
    "supplier",
    "people",
    "other",
]


class Lesson(Fields):
    """``origin``: what it was drawn from, a retrospective or a complaint; ``shown_by``: what bears it out."""

    title: Text = R()
    context: Text = R()
    effect: Text = R()
    recommendation: Text = R()
    category: Category = C("other")
    origin: str | None = C(None)
    shown_by: tuple[str, ...] = C(())


class Add(Input):
    """A new lesson."""

    title: Wording
    context: Wording
    effect: Wording
    recommendation: Wording
    category: Category = "other"
    origin: str | None = None
    shown_by: tuple[str, ...] = ()


class Change(Input):
    """New values; what is left out stays."""

    title: Wording | None = None
    context: Wording | None = None
    effect: Wording | None = None
    recommendation: Wording | None = None
    category: Category | None = None
    origin: str | None = None
    shown_by: tuple[str, ...] | None = None


def add(_: Lesson | None, given: Add, __: Said) -> Lesson:
    """Return the new lesson."""
    return Lesson(
        title=given.title,
        context=given.context,
        effect=given.effect,
        recommendation=given.recommendation,
        category=given.category,
        origin=given.origin,
        shown_by=given.shown_by,
    )


_REFS = refs_known("origin", "shown_by")

LESSON = Concept(
    name="lesson",
    label=Label(zh="经验教训", en="lesson"),
    prefixes=("LES",),
    fields=Lesson,
    # Nobody has to act on a lesson as such; what is done about it is an improvement.
    states=by_name(State("recorded", "已记录", "recorded", terminal=True)),
    steps=(
        Step((NEW,), "add", Label(zh="记录", en="record"), "recorded", takes=Add, apply=add, guards=(_REFS,)),
        Step(
            ("recorded",),
            "edit",
            Label(zh="修改", en="edit"),
            None,
            takes=Change,
            apply=revised,
            guards=(_REFS,),
        ),
    ),
)

CONCEPTS = (LESSON,)
