"""What a change request commits, what is filled into its commands, what it does to other records, and invariant I3."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from typing import Any

from pmbridge.domain import baseline, decision
from pmbridge.domain.approved_change import APPROVED
from pmbridge.domain.book import Book
from pmbridge.domain.change_fields import Approve, Assess, Authorise, ChangeRequest, Submit
from pmbridge.domain.client_decision import Verdict, decision_on
from pmbridge.domain.entry import Entry
from pmbridge.domain.impact import (
    DIMENSIONS,
    Assessed,
    BaselineKind,
    ChangeOption,
    ImpactLine,
    Proposal,
    unsettled,
)
from pmbridge.domain.inputs import totals
from pmbridge.domain.machine import Ask, Effect
from pmbridge.values import Label

KINDS: tuple[BaselineKind, ...] = ("requirements", "schedule", "budget")
ASSESSMENT_WD = 5
"""Working days for an assessment, unless the engagement agreed otherwise."""
EMERGENCY_WD = 2
"""Working days for the written confirmation of an emergency, unless it says otherwise."""


def worth_of(option: ChangeOption | None) -> decision.Worth:
    """Return what deciding for *option* commits: of a monthly price without an end one month, which is the least."""
    if option is None:
        return decision.Worth()
    money = totals([*option.money.values(), *option.monthly.values()])
    return decision.Worth(money=tuple(money.values()), days=option.largest_shift)


def offered(ask: Ask[ChangeRequest, Approve]) -> decision.Worth:
    """Return what the approval commits."""
    return worth_of(ask.fields.option(ask.input.option))


def capped(ask: Ask[ChangeRequest, Authorise]) -> decision.Worth:
    """Return the cap of an emergency."""
    money = ask.input.money
    return decision.Worth(money=() if money is None else (money,), days=ask.input.days)


def text_hash(fields: Assessed) -> str | None:
    """Return the hash of the newest assessment as it stands now, ``None`` if there is none."""
    one = fields.assessment
    if one is None:
        return None
    return Proposal(
        options=one.options, recommended=one.recommended, do_nothing=one.do_nothing, baselines=one.baselines
    ).sha256


# ---------------------------------------------------------------------------------------------------- filling in


def with_deadline(ask: Ask[Any, Submit]) -> Submit:
    """Return the request with the day by which it is to be assessed."""
    if ask.input.assess_by is not None:
        return ask.input
    due = ask.moment.calendar.add_wd(ask.today, ASSESSMENT_WD)
    return ask.input.model_copy(update={"assess_by": due})


def with_dates(ask: Ask[ChangeRequest, Assess]) -> Assess:
    """Return the assessment with the baselines that it rests on, and each shift both as days and as a date."""
    numbers = ((kind, baseline.latest(ask.register, kind)) for kind in KINDS)
    given = ask.input.model_copy(
        update={
            "baselines": {kind: n for kind, n in numbers if n is not None},
            "options": tuple(
                one.model_copy(update={"lines": tuple(_dated(ask, line) for line in one.lines)})
                for one in ask.input.options
            ),
        }
    )
    return given.model_copy(update={"sha256": given.proposal.sha256})


def _dated(ask: Ask[ChangeRequest, Any], line: ImpactLine) -> ImpactLine:
    shift = line.schedule
    if shift is None or shift.op != "shift":
        return line
    now, calendar = baseline.dates_of(ask.register, shift.milestone).current, ask.moment.calendar
    if now is None:
        return line
    if shift.new_on is None and shift.delta_wd is not None:
        moved = shift.model_copy(update={"new_on": calendar.add_wd(now, shift.delta_wd)})
    elif shift.delta_wd is None and shift.new_on is not None:
        moved = shift.model_copy(update={"delta_wd": calendar.wd(now, shift.new_on)})
    else:
        return line
    return line.model_copy(update={"schedule": moved})


def with_confirmation(ask: Ask[ChangeRequest, Authorise]) -> Authorise:
    """Return the authority with the day by which it has to be confirmed in writing."""
    if ask.input.confirm_by is not None:
        return ask.input
    return ask.input.model_copy(update={"confirm_by": ask.moment.calendar.add_wd(ask.today, EMERGENCY_WD)})


# ----------------------------------------------------------------------------------------------------- effects


def recorded(verdict: Verdict) -> Callable[[Any], Iterable[Effect]]:
    """Return the effect that records the client's decision on the newest assessment."""

    def effects(ask: Ask[ChangeRequest, Any]) -> Generator[Effect, str, None]:
        option = ask.input.option if isinstance(ask.input, Approve) else None
        assessment = ask.fields.assessment
        with_conditions = verdict == "approve" and ask.input.conditions is not None
        yield from decision.record(
            ask,
            "approve_with_conditions" if with_conditions else verdict,
            "change",
            sha256=None if assessment is None else assessment.sha256,
            option=option,
            worth=worth_of(ask.fields.option(option)) if option is not None else None,
        )
        if ask.state == "implementing" and verdict == "approve":
            yield from new_baselines(ask)

    return effects


def new_baselines(ask: Ask[ChangeRequest, Any]) -> Iterable[Effect]:
    """Write baseline n+1 of each kind that the chosen option changes: exactly the approved lines (I2)."""
    option = ask.fields.decided_option
    if option is None:
        return
    for kind in KINDS:
        effect = baseline.following(ask.register, kind, option, ask.ref)
        if effect is not None:
            yield effect


# -------------------------------------------------------------------------------------------------- invariants


def decided_properly(entry: Entry[ChangeRequest], book: Book) -> Iterable[Label]:
    """Yield what breaks I3: approved or later without complete findings and a valid decision on that very text."""
    fields = entry.fields
    if entry.state not in APPROVED or fields.in_rework:
        return
    option, assessment = fields.decided_option, fields.assessment
    if option is None or assessment is None:
        yield Label(zh="没有选定方案", en="no option was chosen")
        return
    if not assessment.complete:
        yield Label(zh="评估是草稿", en="the assessment is a draft")
    for one, dimension in unsettled(assessment.options):
        yield Label(zh=f"方案 {one.key} 缺{DIMENSIONS[dimension].zh}", en=f"option {one.key}: {dimension} is open")
    decided = decision_on(book, entry.ref)
    if decided is None or not decided.fields.verdict.startswith("approve"):
        yield Label(zh="没有有效的客户决定", en="no valid decision of the client")
    elif decided.fields.subject_sha256 != assessment.sha256 or assessment.sha256 != text_hash(fields):
        yield Label(zh="决定不是对这份评估作出的", en="the decision is on another text")
