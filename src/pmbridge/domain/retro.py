"""A retrospective: what went well, what to improve, held with the client where both sides can speak."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Literal

from pmbridge.domain.book import Book
from pmbridge.domain.entry import Entry, Said
from pmbridge.domain.fields import C, Fields, Input, R, who
from pmbridge.domain.figure import Text
from pmbridge.domain.inputs import Wording
from pmbridge.domain.machine import NEW, Ask, Concept, State, Step, Unmet, by_name, command, guard
from pmbridge.domain.originator import no_contact
from pmbridge.domain.owner import accountable, people_known, refs_known, revised
from pmbridge.values import Label

Scope = Literal["period", "milestone", "engagement"]

PUBLISH_WD = 5
"""Working days after it was held in which a retrospective is published, unless another day is set."""


class Retro(Fields):
    """What was looked back on, by whom, and what was said. ``client``: refs of contacts; ``ours``: names of members.

    ``lessons``: refs of the lessons that were drawn from it, as they stood when it was published.
    """

    scope: Scope = C()
    milestone: str | None = C(None)
    period_from: date | None = C(None)
    period_to: date | None = C(None)
    owner: str = C()
    planned_on: date = C()
    held_on: date | None = C(None)
    publish_by: date | None = C(None)
    ours: tuple[str, ...] = C(())
    client: tuple[str, ...] = C(())
    went_well: tuple[Text, ...] = R(())
    to_improve: tuple[Text, ...] = R(())
    lessons: tuple[str, ...] = C(())

    @property
    def joint(self) -> bool:
        """Whether the client took part."""
        return bool(self.client)


class Add(Input):
    """A retrospective that is to be held. A period has both its days, a milestone its ref."""

    scope: Scope
    planned_on: date
    milestone: str | None = None
    period_from: date | None = None
    period_to: date | None = None
    owner: str | None = who(None)


class Change(Input):
    """New values; what is left out stays."""

    planned_on: date | None = None
    owner: str | None = who(None)


class Hold(Input):
    """Who took part and what was said. ``publish_by`` left out: five working days later."""

    ours: tuple[str, ...] = who(())
    client: tuple[str, ...] = who(())
    went_well: tuple[Wording, ...] = ()
    to_improve: tuple[Wording, ...] = ()
    publish_by: date | None = None


class Publish(Input):
    """``lessons``: those that were drawn from it; left out, all that name it as their origin."""

    lessons: tuple[str, ...] = ()


# -------------------------------------------------------------------------------------------------------- fold


def add(_: Retro | None, given: Add, said: Said) -> Retro:
    """Return the planned retrospective."""
    return Retro(
        scope=given.scope,
        milestone=given.milestone,
        period_from=given.period_from,
        period_to=given.period_to,
        owner=given.owner or said.recorder,
        planned_on=given.planned_on,
    )


def hold(fields: Retro, given: Hold, said: Said) -> Retro:
    """Return the retrospective with what was said."""
    return fields.evolve(
        held_on=said.day,
        publish_by=given.publish_by or said.day,
        ours=given.ours,
        client=given.client,
        went_well=given.went_well,
        to_improve=given.to_improve,
    )


def publish(fields: Retro, given: Publish, _: Said) -> Retro:
    """Return the retrospective with its lessons."""
    return fields.evolve(lessons=given.lessons)


# --------------------------------------------------------------------------------------- completing the input


def dated(ask: Ask[Retro, Hold]) -> Hold:
    """Return the input with the day by which it is published."""
    if ask.input.publish_by is not None:
        return ask.input
    return ask.input.model_copy(update={"publish_by": ask.moment.calendar.add_wd(ask.today, PUBLISH_WD)})


def its_lessons(ask: Ask[Retro, Publish]) -> Publish:
    """Return the input with the lessons that name it as their origin."""
    given = ask.input
    drawn = given.lessons or tuple(one.ref for one in lessons_of(ask.register, ask.ref))
    return given.model_copy(update={"lessons": drawn})


def lessons_of(book: Book, ref: str) -> list[Entry[Any]]:
    """Return the lessons that were drawn from the record *ref*."""
    return [one for one in book.of("lesson") if one.fields.origin == ref]


# ------------------------------------------------------------------------------------------------------ guards


@guard("scope", "写明回顾范围", "it says what it looks back on")
def scope_said(ask: Ask[Retro, Add]) -> Iterable[Unmet]:
    """A retrospective of a milestone names it, one of a period has its first and last day."""
    given = ask.input
    if given.scope == "milestone" and given.milestone is None:
        yield Unmet(
            found=Label(zh="没有写里程碑", en="it names no milestone"),
            needed=Label(zh="里程碑的编号", en="the ref of a milestone"),
            fix=command("--milestone REF"),
        )
    first, last = given.period_from, given.period_to
    if given.scope == "period" and (first is None or last is None or last < first):
        yield Unmet(
            found=Label(zh=f"时段 {first or '…'} 至 {last or '…'}", en=f"from {first or '…'} to {last or '…'}"),
            needed=Label(zh="起止日期", en="its first and its last day"),
            fix=command("--period-from DATE --period-to DATE"),
        )


@guard("took-part", "写明参加人", "it says who took part")
def somebody_took_part(ask: Ask[Retro, Hold]) -> Iterable[Unmet]:
    """Somebody of ours took part, and everybody from the client's side is a contact."""
    if not ask.input.ours:
        yield Unmet(
            found=Label(zh="没有写我方参加人", en="nobody of ours took part"),
            needed=Label(zh="我方成员", en="a member of the agency"),
            fix=command(f"pmbridge retro hold {ask.ref} --ours NAME --client CONTACT"),
        )
    for one in ask.input.client:
        if ask.register.kind(one) != "contact":
            yield no_contact(one)


@guard("something-said", "写明回顾内容", "it says what came up")
def something_said(ask: Ask[Retro, Hold]) -> Iterable[Unmet]:
    """Something went well, or something is to be improved."""
    if not (ask.input.went_well or ask.input.to_improve):
        yield Unmet(
            found=Label(zh="没有写任何内容", en="nothing came up"),
            needed=Label(zh="做得好的或待改进的", en="what went well, or what to improve"),
            fix=command("--went-well TEXT --to-improve TEXT"),
        )


@guard("lessons", "已总结经验教训", "lessons were drawn")
def lessons_drawn(ask: Ask[Retro, Publish]) -> Iterable[Unmet]:
    """At least one lesson was drawn from it, or it is said why none was."""
    if not ask.input.lessons and not (ask.reason or "").strip():
        yield Unmet(
            found=Label(zh="没有经验教训", en="no lesson was drawn from it"),
            needed=Label(zh="经验教训，或没有的理由", en="a lesson, or the reason why there is none"),
            fix=command(f"pmbridge lesson add --origin {ask.ref}"),
        )


# ----------------------------------------------------------------------------------------------------- concept

RETRO = Concept(
    name="retro",
    label=Label(zh="项目回顾", en="retrospective"),
    prefixes=("RET",),
    fields=Retro,
    states=by_name(
        State("planned", "已安排", "planned", "agency"),
        State("held", "已召开", "held", "agency"),
        State("published", "已发布", "published", terminal=True),
    ),
    steps=(
        Step(
            (NEW,),
            "add",
            Label(zh="安排", en="plan"),
            "planned",
            takes=Add,
            apply=add,
            guards=(
                people_known("owner"),
                refs_known("milestone", kinds={"milestone": frozenset({"milestone"})}),
                scope_said,
            ),
            done="planned",
        ),
        Step(
            ("planned",),
            "edit",
            Label(zh="修改", en="edit"),
            None,
            takes=Change,
            apply=revised,
            guards=(people_known("owner"),),
        ),
        Step(
            ("planned",),
            "hold",
            Label(zh="召开", en="hold"),
            "held",
            takes=Hold,
            apply=hold,
            fill=dated,
            guards=(somebody_took_part, something_said),
            done="held",
        ),
        Step(
            ("held",),
            "publish",
            Label(zh="发布", en="publish"),
            "published",
            takes=Publish,
            apply=publish,
            fill=its_lessons,
            guards=(lessons_drawn, refs_known("lessons", kinds={"lessons": frozenset({"lesson"})})),
            discloses=True,
        ),
    ),
    editable_in={"held": frozenset({"went_well", "to_improve", "publish_by"})},
    invariants=(accountable(due=lambda fields: fields.publish_by or fields.planned_on),),
)

CONCEPTS = (RETRO,)
