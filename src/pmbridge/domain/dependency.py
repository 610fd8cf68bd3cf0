"""A dependency: what somebody else has to provide by a day, and what waiting for it costs. Late is derived."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal

from pmbridge.domain.contact import Contact
from pmbridge.domain.delay import CostOfDelay
from pmbridge.domain.entry import Entry, Said
from pmbridge.domain.fields import C, Empty, Fields, Input, R, who
from pmbridge.domain.figure import Text
from pmbridge.domain.inputs import Wording
from pmbridge.domain.machine import NEW, Ask, Concept, Effect, State, Step, Unmet, by_name, command, guard
from pmbridge.domain.moment import Moment
from pmbridge.domain.owner import accountable, people_known, refs_known, revised
from pmbridge.values import Label

On = Literal["client", "third_party", "agency"]

_MILESTONES = {"milestones": frozenset({"milestone"})}


class Dependency(Fields):
    """``owner`` provides it where it is the client's, else sees to it. ``first_needed_by`` is the day first agreed."""

    what: Text = R()
    on: On = C()
    owner: str = C()
    needed_by: date = C()
    first_needed_by: date = C()
    provided_on: date | None = C(None)
    effect_if_late: Text | None = R(None)
    milestones: tuple[str, ...] = C(())
    cost_of_delay: tuple[CostOfDelay, ...] = R(())
    note: Text | None = R(None)
    waived_because: str | None = R(None)


class Add(Input):
    """A dependency. ``owner`` left out: whoever records it, so one on the client names a contact."""

    what: Wording
    on: On
    owner: str | None = who(None)
    needed_by: date
    effect_if_late: Wording | None = None
    milestones: tuple[str, ...] = ()
    cost_of_delay: tuple[CostOfDelay, ...] = ()


class Change(Input):
    """New values; what is left out stays."""

    what: Wording | None = None
    owner: str | None = who(None)
    needed_by: date | None = None
    effect_if_late: Wording | None = None
    milestones: tuple[str, ...] | None = None
    cost_of_delay: tuple[CostOfDelay, ...] | None = None


class Provide(Input):
    """What came, if there is something to say."""

    note: Wording | None = None


def add(_: Dependency | None, given: Add, said: Said) -> Dependency:
    """Return the new dependency."""
    return Dependency(
        what=given.what,
        on=given.on,
        owner=given.owner or said.recorder,
        needed_by=given.needed_by,
        first_needed_by=given.needed_by,
        effect_if_late=given.effect_if_late,
        milestones=given.milestones,
        cost_of_delay=given.cost_of_delay,
    )


def provide(fields: Dependency, given: Provide, said: Said) -> Dependency:
    """Return the dependency as provided."""
    return fields.evolve(provided_on=said.day, note=given.note)


def waive(fields: Dependency, _: Input, said: Said) -> Dependency:
    """Return the dependency as not needed any more."""
    return fields.evolve(waived_because=said.reason)


@guard("owner-side", "由提供方负责", "owned by who provides it")
def owned_by_provider(ask: Ask[Dependency, Add | Change]) -> Iterable[Unmet]:
    """A dependency on the client is owned by a contact, any other by a member of the agency."""
    owner = ask.input.owner or (ask.actor.name if isinstance(ask.input, Add) else None)
    if owner is None:
        return
    on = ask.input.on if isinstance(ask.input, Add) else ask.fields.on
    theirs = ask.register.fields(owner, Contact) is not None
    if theirs != (on == "client"):
        yield Unmet(
            found=Label(zh=f"负责人 {owner}", en=f"owner {owner}"),
            needed=Label(zh="客户的联系人", en="a contact of the client")
            if on == "client"
            else Label(zh="我方成员", en="a member of the agency"),
            fix=command("--owner CONTACT" if on == "client" else "--owner MEMBER"),
        )


@guard("milestones-known", "所影响的里程碑存在", "the milestones exist")
def delayed_known(ask: Ask[Dependency, Add | Change]) -> Iterable[Unmet]:
    """What it delays is a milestone of the register."""
    for cost in ask.input.cost_of_delay or ():
        if ask.register.kind(cost.milestone) != "milestone":
            yield Unmet(
                found=Label(zh=f"没有里程碑 {cost.milestone}", en=f"there is no milestone {cost.milestone}"),
                needed=Label(zh="登记册中的里程碑", en="a milestone of the register"),
                fix=command("pmbridge milestone list"),
            )


def shown_to_client(ask: Ask[Dependency, Add]) -> Iterable[Effect]:
    """What the client has to provide is told to the client."""
    if ask.fields.on == "client":
        yield Effect("dependency", "release", Empty(), ask.ref)


def late(entry: Entry[Dependency], moment: Moment) -> str:
    """Return ``late`` for what is open past its day, else the stored state."""
    return "late" if entry.state == "open" and moment.today > entry.fields.needed_by else entry.state


DEPENDENCY = Concept(
    name="dependency",
    label=Label(zh="依赖项", en="dependency"),
    prefixes=("DEP",),
    fields=Dependency,
    states=by_name(
        State("open", "待提供", "open"),
        State("late", "已逾期", "late"),
        State("provided", "已提供", "provided", terminal=True),
        State("waived", "不再需要", "waived", terminal=True),
    ),
    steps=(
        Step(
            (NEW,),
            "add",
            Label(zh="记录", en="add"),
            "open",
            takes=Add,
            apply=add,
            guards=(people_known("owner"), owned_by_provider, refs_known("milestones", kinds=_MILESTONES),
                    delayed_known),
            effects=shown_to_client,
        ),
        Step(
            ("open",),
            "edit",
            Label(zh="修改", en="edit"),
            None,
            takes=Change,
            apply=revised,
            guards=(people_known("owner"), owned_by_provider, refs_known("milestones", kinds=_MILESTONES),
                    delayed_known),
        ),
        Step(("open",), "provide", Label(zh="提供", en="provide"), "provided", takes=Provide, apply=provide),
        Step(("open",), "waive", Label(zh="免除", en="waive"), "waived", apply=waive, reason=True),
    ),
    derived=late,
    invariants=(accountable(due=lambda fields: fields.needed_by),),
)  # fmt: skip

CONCEPTS = (DEPENDENCY,)
