"""The fields of a change request, what its steps take, and how their events change it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict
from pydantic import Field as Constrained

from pmbridge.domain import decision
from pmbridge.domain.client_decision import Channel
from pmbridge.domain.entry import Said
from pmbridge.domain.fields import C, Input, R, X, who
from pmbridge.domain.figure import Money, Text
from pmbridge.domain.impact import Assessed, Assessment, BaselineKind, ChangeOption, Proposal
from pmbridge.domain.inputs import Price, Wording

Kind = Literal["request_for_change", "off_specification"]
Priority = Literal["must", "should", "could"]
Urgency = Literal["normal", "urgent", "emergency"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Question(_Part):
    """What was asked back, and the answer."""

    text: Text
    asked_on: date
    answer: Text | None = None
    answered_on: date | None = None


class Emergency(_Part):
    """Work was authorised by word of mouth: up to this much, to be confirmed in writing by that day."""

    by: tuple[str, ...]
    money: Money | None
    days: int
    authorised_on: date
    confirm_by: date
    confirmed_on: date | None = None


class Verification(_Part):
    """The result compared with the approved lines."""

    note: Text
    verified_on: date
    deviation: Text | None = None
    money: Money | None = None


class ChangeRequest(Assessed):
    """A request for change, or an off-specification: our own deviation from what was agreed."""

    title: Text = R()
    description: Text | None = R(None)
    kind: Kind = C("request_for_change")
    raised_by: str | None = C(None)
    raised_on: date = C()
    raised_via: Channel | None = C(None)
    reason: Text | None = R(None)
    benefit: Text | None = R(None)
    consequence: Text | None = R(None)
    priority: Priority | None = C(None)
    urgency: Urgency = C("normal")
    affects: tuple[str, ...] = C(())
    owner: str = C()
    assess_by: date | None = C(None)
    need_by: date | None = C(None)
    valid_until: date | None = C(None)
    revisit_on: date | None = C(None)
    conditions: Text | None = C(None)
    conditions_met: Text | None = C(None)
    questions: tuple[Question, ...] = R(())
    emergency: Emergency | None = C(None)
    in_rework: bool = C(default=False)
    verification: Verification | None = R(None)
    work_spent: Text | None = C(None)
    implementation: tuple[str, ...] = X(())
    internal_estimate: Text | None = X(None)
    margin: Money | None = X(None)
    commercial_notes: Text | None = X(None)


class Submit(Input):
    """What is asked for. Out of a draft only what is new; of what is left out the draft's words stand."""

    title: Wording | None = None
    description: Wording | None = None
    kind: Kind = "request_for_change"
    raised_by: str | None = who(None)
    via: Channel | None = None
    reason: Wording | None = None
    benefit: Wording | None = None
    consequence: Wording | None = None
    priority: Priority | None = None
    urgency: Urgency = "normal"
    affects: tuple[str, ...] = ()
    owner: str | None = who(None)
    assess_by: date | None = None


class Draft(Submit):
    """A change that nobody has submitted yet: a title is enough."""

    title: Wording


class Assess(Input):
    """An assessment; a ``draft`` of one may be incomplete. ``baselines`` and ``sha256`` are filled in."""

    options: tuple[ChangeOption, ...] = ()
    recommended: str | None = None
    do_nothing: Wording | None = None
    assessed_by: str | None = None
    draft: bool = False
    baselines: Mapping[BaselineKind, int] = {}
    sha256: str | None = None

    @property
    def proposal(self) -> Proposal:
        """The part over which the hash goes."""
        return Proposal(
            options=self.options,
            recommended=self.recommended,
            do_nothing=self.do_nothing,
            baselines=self.baselines,
        )


class AskBack(Input):
    """A question to whoever raised it."""

    question: Wording


class Reply(Input):
    """The answer to the last question."""

    answer: Wording


class Send(Input):
    """The offer: until when a decision is useful, and until when it stands."""

    need_by: date
    valid_until: date


class Approve(decision.Decided):
    """The client chose an option. ``sha256``: hash of the assessment that the client saw, if the answer names it."""

    option: str
    sha256: str | None = None


class Defer(decision.Decided):
    """Not now."""

    revisit_on: date


class Authorise(decision.Decided):
    """Work may begin at once: up to ``money`` and ``days``, confirmed in writing by ``confirm_by``."""

    money: Price | None = None
    days: Annotated[int, Constrained(ge=0)] = 0
    confirm_by: date | None = None


class Implement(Input):
    """``conditions_met``: how the conditions of the decision were met, where it has any."""

    conditions_met: Wording | None = None
    implementation: tuple[str, ...] = ()


class Verify(Input):
    """The result compared with the approved lines."""

    note: Wording
    deviation: Wording | None = None
    money: Price | None = None


class Withdraw(Input):
    """``consent``: the requester agrees. ``work_spent``: what was done until then, if anything."""

    consent: bool = False
    work_spent: Wording | None = None


# -------------------------------------------------------------------------------------------------------- fold


def draft(_: ChangeRequest | None, given: Submit, said: Said) -> ChangeRequest:
    """Return a new change."""
    assert given.title is not None  # noqa: S101 - the input or the guard saw to it
    return ChangeRequest(
        title=given.title,
        description=given.description,
        kind=given.kind,
        raised_by=given.raised_by,
        raised_on=said.day,
        raised_via=given.via,
        reason=given.reason,
        benefit=given.benefit,
        consequence=given.consequence,
        priority=given.priority,
        urgency=given.urgency,
        affects=given.affects,
        owner=given.owner or said.recorder,
        assess_by=given.assess_by,
    )


def submit(fields: ChangeRequest | None, given: Submit, said: Said) -> ChangeRequest:
    """Return the change as submitted: a new one, or the draft with what is said now."""
    if fields is None:
        return draft(None, given, said)
    words = {"raised_via": given.via} | {
        name: getattr(given, name)
        for name in ("title", "description", "raised_by", "reason", "benefit", "consequence", "priority", "owner")
    }
    said_now = {name: value for name, value in words.items() if value is not None}
    return fields.evolve(
        **said_now, affects=given.affects or fields.affects, raised_on=said.day, assess_by=given.assess_by
    )


def assess(fields: ChangeRequest, given: Assess, said: Said) -> ChangeRequest:
    """Return the change with an assessment in place of the one that was not sent, or after the one that was."""
    kept = tuple(one for one in fields.assessments if one.sent_on is not None)
    made = Assessment(
        n=len(kept) + 1,
        assessed_by=given.assessed_by or said.recorder,
        assessed_on=said.day,
        baselines=given.baselines,
        options=given.options,
        recommended=given.recommended,
        do_nothing=given.do_nothing,
        sha256=given.sha256 or given.proposal.sha256,
        complete=not given.draft,
    )
    return fields.evolve(assessments=(*kept, made))


def ask_back(fields: ChangeRequest, given: AskBack, said: Said) -> ChangeRequest:
    """Return the change with one more question."""
    return fields.evolve(questions=(*fields.questions, Question(text=given.question, asked_on=said.day)))


def reply(fields: ChangeRequest, given: Reply, said: Said) -> ChangeRequest:
    """Return the change with its last question answered."""
    *before, last = fields.questions
    answered = last.model_copy(update={"answer": given.answer, "answered_on": said.day})
    return fields.evolve(questions=(*before, answered))


def send(fields: ChangeRequest, given: Send, said: Said) -> ChangeRequest:
    """Return the change as offered; its assessment is frozen."""
    *before, last = fields.assessments
    sent = last.model_copy(update={"sent_on": said.day})
    return fields.evolve(need_by=given.need_by, valid_until=given.valid_until, assessments=(*before, sent))


def approve(fields: ChangeRequest, given: Approve, said: Said) -> ChangeRequest:
    """Return the change with the option that was chosen; an emergency is confirmed by that."""
    emergency = fields.emergency
    if emergency is not None:
        emergency = emergency.model_copy(update={"confirmed_on": said.day})
    return fields.evolve(chosen=given.option, conditions=given.conditions, emergency=emergency)


def defer(fields: ChangeRequest, given: Defer, _: Said) -> ChangeRequest:
    """Return the change with the day on which to look at it again."""
    return fields.evolve(revisit_on=given.revisit_on)


def reassess(fields: ChangeRequest, _: Input, __: Said) -> ChangeRequest:
    """Return the change without its offer; what was sent is kept."""
    return fields.evolve(valid_until=None, need_by=None, revisit_on=None)


def authorise(fields: ChangeRequest, given: Authorise, said: Said) -> ChangeRequest:
    """Return the change with its emergency authority."""
    assert given.confirm_by is not None  # noqa: S101 - filled in before the guards
    who = (said.by or "", *given.joint)
    return fields.evolve(
        urgency="emergency",
        emergency=Emergency(
            by=who, money=given.money, days=given.days, authorised_on=said.day, confirm_by=given.confirm_by
        ),
    )


def implement(fields: ChangeRequest, given: Implement, _: Said) -> ChangeRequest:
    """Return the change with how its conditions were met, and the items that carry it out."""
    return fields.evolve(
        conditions_met=given.conditions_met, implementation=given.implementation or fields.implementation
    )


def rework(fields: ChangeRequest, _: Input, __: Said) -> ChangeRequest:
    """Return the off-specification as put right at our cost."""
    return fields.evolve(in_rework=True)


def verify(fields: ChangeRequest, given: Verify, said: Said) -> ChangeRequest:
    """Return the change as verified."""
    made = Verification(note=given.note, verified_on=said.day, deviation=given.deviation, money=given.money)
    return fields.evolve(verification=made)


def withdraw(fields: ChangeRequest, given: Withdraw, _: Said) -> ChangeRequest:
    """Return the change with what was spent on it."""
    return fields.evolve(work_spent=given.work_spent)


def unchoose(fields: ChangeRequest, _: Input, __: Said) -> ChangeRequest:
    """Return the change as it waited for the decision that is revoked."""
    return fields.evolve(chosen=None, conditions=None, revisit_on=None)
