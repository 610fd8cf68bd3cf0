"""An assumption: what the plan rests on, until somebody has checked it."""

from __future__ import annotations

from datetime import date

from pmbridge.domain.entry import Said
from pmbridge.domain.fields import C, Fields, Input, R, who
from pmbridge.domain.figure import Text
from pmbridge.domain.inputs import Wording
from pmbridge.domain.machine import NEW, Concept, State, Step, by_name
from pmbridge.domain.owner import accountable, people_known, refs_known, revised
from pmbridge.values import Label


class Assumption(Fields):
    """``valid_if_wrong`` says what holds if it turns out wrong; ``finding`` what the check showed."""

    statement: Text = R()
    valid_if_wrong: Text = R()
    check_by: date = C()
    owner: str = C()
    affects: tuple[str, ...] = C(())
    checked_on: date | None = C(None)
    finding: Text | None = R(None)


class Add(Input):
    """An assumption. ``owner`` left out: whoever records it."""

    statement: Wording
    valid_if_wrong: Wording
    check_by: date
    owner: str | None = who(None)
    affects: tuple[str, ...] = ()


class Change(Input):
    """New values; what is left out stays."""

    statement: Wording | None = None
    valid_if_wrong: Wording | None = None
    check_by: date | None = None
    owner: str | None = who(None)
    affects: tuple[str, ...] | None = None


class Check(Input):
    """What the check showed."""

    finding: Wording


def add(_: Assumption | None, given: Add, said: Said) -> Assumption:
    """Return the new assumption."""
    return Assumption(
        statement=given.statement,
        valid_if_wrong=given.valid_if_wrong,
        check_by=given.check_by,
        owner=given.owner or said.recorder,
        affects=given.affects,
    )


def check(fields: Assumption, given: Check, said: Said) -> Assumption:
    """Return the assumption as checked."""
    return fields.evolve(checked_on=said.day, finding=given.finding)


ASSUMPTION = Concept(
    name="assumption",
    label=Label(zh="假设", en="assumption"),
    prefixes=("ASM",),
    fields=Assumption,
    states=by_name(
        State("open", "待核实", "open", "agency"),
        State("confirmed", "已证实", "confirmed", terminal=True),
        State("refuted", "不成立", "refuted", terminal=True),
    ),
    steps=(
        Step(
            (NEW,),
            "add",
            Label(zh="记录", en="add"),
            "open",
            takes=Add,
            apply=add,
            guards=(people_known("owner"), refs_known("affects")),
        ),
        Step(
            ("open",),
            "edit",
            Label(zh="修改", en="edit"),
            None,
            takes=Change,
            apply=revised,
            guards=(people_known("owner"), refs_known("affects")),
        ),
        Step(("open",), "confirm", Label(zh="证实", en="confirm"), "confirmed", takes=Check, apply=check),
        Step(("open",), "refute", Label(zh="否定", en="refute"), "refuted", takes=Check, apply=check),
    ),
    invariants=(accountable(due=lambda fields: fields.check_by),),
)

CONCEPTS = (ASSUMPTION,)
