"""A commitment: what somebody of ours promised the client for a day.

One that nothing supports, or that the forecast already breaks, is recorded all the same, with a warning that only the
agency sees: what was said was said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal

from pmbridge.domain.book import Book
from pmbridge.domain.entry import Entry, Said
from pmbridge.domain.evidence import Evidence
from pmbridge.domain.fields import C, Fields, Input, R, X, who
from pmbridge.domain.figure import Text
from pmbridge.domain.inputs import Wording
from pmbridge.domain.machine import NEW, Ask, Choice, Concept, Effect, State, Step, Unmet, by_name, command, guard
from pmbridge.domain.moment import Moment
from pmbridge.domain.originator import is_contact
from pmbridge.domain.owner import accountable, people_known, revised
from pmbridge.domain.promise import Expected, expected
from pmbridge.values import Label

Basis = Literal["milestone", "goal", "sla", "none"]
Outcome = Literal["kept", "broken", "renegotiated"]
Concern = Literal["no_basis", "no_forecast", "before_forecast"]

WARNINGS: Mapping[Concern, Label] = {
    "no_basis": Label(zh="没有依据：不对应任何里程碑、目标或服务承诺", en="no milestone, goal or SLA stands behind it"),
    "no_forecast": Label(zh="依据没有预测", en="nothing is forecast for what it rests on"),
    "before_forecast": Label(zh="承诺日期早于依据的预测", en="promised for earlier than what it rests on is expected"),
}
"""What the agency is warned of, in words."""

_LINKED: Mapping[Basis, Label] = {
    "milestone": Label(zh="里程碑的编号", en="the ref of a milestone"),
    "goal": Label(zh="目标的编号", en="the ref of a goal"),
}


class Commitment(Fields):
    """What was promised, by whom, to whom, for when. ``rests_on``: ref of the milestone or goal that is its basis.

    ``warnings`` are those at its entry; ``replaces``: the commitment in whose place it was negotiated.
    """

    statement: Text = R()
    made_by: str = C()
    made_to: str = C()
    made_on: date = C()
    due_on: date = C()
    basis: Basis = C()
    rests_on: str | None = C(None)
    forecast: date | None = X(None)
    warnings: tuple[Concern, ...] = X(())
    evidence: tuple[Evidence, ...] = X(())
    replaces: str | None = C(None)
    settled_on: date | None = C(None)
    remedy: Text | None = R(None)


class Add(Input):
    """A promise. ``made_by`` left out: whoever records it. ``forecast``: of what it rests on, as read elsewhere."""

    statement: Wording
    made_to: str = who()
    due_on: date
    basis: Basis
    made_by: str | None = who(None)
    rests_on: str | None = None
    forecast: date | None = None
    replaces: str | None = None


class Change(Input):
    """Who keeps it; what was promised stays."""

    made_by: str | None = who(None)


class Settle(Input):
    """How it came out. ``remedy``: of a broken one. ``due_on``, ``statement``: what was agreed instead."""

    outcome: Outcome
    remedy: Wording | None = None
    due_on: date | None = None
    statement: Wording | None = None


def warned(basis: Basis, due_on: date, forecast: date | None) -> tuple[Concern, ...]:
    """Return what is to be warned of in a promise for *due_on* on that *basis*, expected on *forecast*."""
    if basis == "none":
        return ("no_basis",)
    if basis not in _LINKED:
        return ()
    if forecast is None:
        return ("no_forecast",)
    return ("before_forecast",) if due_on < forecast else ()


def add(_: Commitment | None, given: Add, said: Said) -> Commitment:
    """Return the new commitment, with its warnings."""
    return Commitment(
        statement=given.statement,
        made_by=given.made_by or said.recorder,
        made_to=given.made_to,
        made_on=said.day,
        due_on=given.due_on,
        basis=given.basis,
        rests_on=given.rests_on,
        forecast=given.forecast,
        warnings=warned(given.basis, given.due_on, given.forecast),
        evidence=said.evidence,
        replaces=given.replaces,
    )


def settle(fields: Commitment, given: Settle, said: Said) -> Commitment:
    """Return the commitment as it came out."""
    return fields.evolve(settled_on=said.day, remedy=given.remedy)


def looked_up(ask: Ask[Commitment, Add]) -> Add:
    """Return the input with when that on which it rests is expected."""
    ref = ask.input.rests_on
    if ref is None:
        return ask.input
    found = expected(ask.register, [ref], ask.moment, {ref: ask.input.forecast})
    return ask.input.model_copy(update={"forecast": found[ref]})


def warnings_now(entry: Entry[Commitment], book: Book, moment: Moment, seen: Expected) -> tuple[Concern, ...]:
    """Return what is to be warned of in an open commitment as things stand now; *seen*: forecasts read elsewhere."""
    fields = entry.fields
    if entry.state != "open":
        return ()
    links = [] if fields.rests_on is None else [fields.rests_on]
    return warned(fields.basis, fields.due_on, next(iter(expected(book, links, moment, seen).values()), None))


@guard("basis", "依据已登记", "its basis is known")
def basis_known(ask: Ask[Commitment, Add]) -> Iterable[Unmet]:
    """What it rests on is a record of the kind that its basis says; where nothing is linked, no record is named."""
    basis, ref = ask.input.basis, ask.input.rests_on
    wanted = _LINKED.get(basis)
    if wanted is None and ref is not None:
        yield Unmet(
            found=Label(zh=f"依据 {ref}", en=f"it rests on {ref}"),
            needed=Label(zh="不引用记录，或依据为里程碑、目标", en="no record, or a milestone or goal as its basis"),
            fix=command(f"--basis milestone --rests-on {ref}"),
        )
    elif wanted is not None and (ref is None or ask.register.kind(ref) != basis):
        yield Unmet(
            found=Label(zh=f"依据 {ref or '没有写'}", en=f"it rests on {ref or 'nothing'}"),
            needed=wanted,
            fix=command(f"pmbridge {basis} list"),
        )


@guard("due-ahead", "承诺日期未过", "it is promised for a day to come")
def due_ahead(ask: Ask[Commitment, Add]) -> Iterable[Unmet]:
    """What is promised is to come."""
    if ask.input.due_on < ask.today:
        yield Unmet(
            found=Label(zh=f"承诺日期 {ask.input.due_on}", en=f"promised for {ask.input.due_on}"),
            needed=Label(zh=f"不早于 {ask.today}", en=f"not before {ask.today}"),
            fix=command("--due-on DATE"),
        )


@guard("in-time", "在承诺日期之前", "before its day was over")
def in_time(ask: Ask[Commitment, Settle]) -> Iterable[Unmet]:
    """It was kept, or negotiated anew, on its day at the latest; afterwards it is broken."""
    due = ask.fields.due_on
    if ask.input.outcome != "broken" and ask.today > due:
        yield Unmet(
            found=Label(zh=f"{ask.today}，承诺的是 {due}", en=f"{ask.today}, promised for {due}"),
            needed=Label(zh=f"不晚于 {due}，否则为未兑现", en=f"by {due}, else it is broken"),
            fix=command(f"pmbridge commitment settle {ask.ref} --outcome broken"),
        )


@guard("proved", "有证据", "proved")
def proved(ask: Ask[Commitment, Settle]) -> Iterable[Unmet]:
    """Something proves that it was kept, or that the client agreed to something else."""
    if ask.input.outcome != "broken" and not ask.evidence:
        yield Unmet(
            found=Label(zh="没有证据", en="no evidence"),
            needed=Label(zh="邮件、签字件、会议纪要或文件", en="an e-mail, signed document, minutes or a file"),
            fix=command("--evidence FILE"),
        )


@guard("instead", "写明新的日期", "it says for when instead")
def said_instead(ask: Ask[Commitment, Settle]) -> Iterable[Unmet]:
    """What is negotiated anew has a new day, and nothing else has."""
    given = ask.input
    if given.outcome == "renegotiated" and given.due_on is None:
        yield Unmet(
            found=Label(zh="没有新的日期", en="no new day"),
            needed=Label(zh="重新约定的日期", en="the day that was agreed instead"),
            fix=command("--due-on DATE"),
        )
    elif given.outcome != "renegotiated" and not (given.due_on is None and given.statement is None):
        yield Unmet(
            found=Label(zh="写了新的约定", en="something else is promised"),
            needed=Label(zh="结果为重新约定", en="the outcome: negotiated anew"),
            fix=command(f"pmbridge commitment settle {ask.ref} --outcome renegotiated"),
        )


def negotiated(ask: Ask[Commitment, Settle]) -> Iterable[Effect]:
    """Make the commitment that takes the place of this one."""
    fields, given = ask.fields, ask.input
    if given.outcome == "renegotiated" and given.due_on is not None:
        yield Effect(
            "commitment",
            "add",
            Add(
                statement=given.statement or fields.statement,
                made_to=fields.made_to,
                due_on=given.due_on,
                basis=fields.basis,
                made_by=fields.made_by,
                rests_on=fields.rests_on,
                replaces=ask.ref,
            ),
        )


COMMITMENT = Concept(
    name="commitment",
    label=Label(zh="承诺", en="commitment"),
    prefixes=("CMT",),
    fields=Commitment,
    states=by_name(
        State("open", "待兑现", "open", "agency"),
        State("kept", "已兑现", "kept", terminal=True),
        State("broken", "未兑现", "broken", terminal=True),
        State("renegotiated", "已重新约定", "renegotiated", terminal=True),
    ),
    steps=(
        Step(
            (NEW,),
            "add",
            Label(zh="记录", en="record"),
            "open",
            takes=Add,
            apply=add,
            fill=looked_up,
            guards=(is_contact("made_to"), people_known("made_by"), basis_known, due_ahead),
            discloses=True,
        ),
        Step(
            ("open",),
            "edit",
            Label(zh="修改", en="edit"),
            None,
            takes=Change,
            apply=revised,
            guards=(people_known("made_by"),),
        ),
        Step(
            ("open",),
            "settle",
            Label(zh="认定结果", en="settle"),
            Choice(options=("kept", "broken", "renegotiated"), pick=lambda _, given: given.outcome),
            takes=Settle,
            apply=settle,
            guards=(in_time, proved, said_instead),
            effects=negotiated,
            discloses=True,
        ),
    ),
    invariants=(accountable(owner=lambda fields: fields.made_by),),
)

CONCEPTS = (COMMITMENT,)
