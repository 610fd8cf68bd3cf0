"""An issue: a problem that is there, from its analysis to the confirmation that it is solved."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from pmbridge.domain.communication import communications
from pmbridge.domain.contact import Contact, name_of
from pmbridge.domain.entry import Said
from pmbridge.domain.fields import C, Fields, Input, R, who
from pmbridge.domain.figure import Text
from pmbridge.domain.follow_up import IssueKind, NewIssue, Severity, Todo, action_items
from pmbridge.domain.inputs import Wording
from pmbridge.domain.machine import NEW, Ask, Concept, Effect, State, Step, Unmet, by_name, command, guard
from pmbridge.domain.originator import spoken_by
from pmbridge.domain.owner import (
    accountable,
    no_due_reason_given,
    owners_by_ref,
    people_known,
    person,
    refs_known,
    revised,
    side,
)
from pmbridge.values import Label

SILENCE_WD = 5
"""After so many working days without an answer to the notice, an issue may be closed."""

SOLVED = frozenset({"resolved", "closed", "converted"})
"""States in which nothing is left to be done about it."""

_WEIGHTY = frozenset({"critical", "high"})


class Escalation(BaseModel):
    """To whom it was escalated, and by when that person acts."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    on: date
    to: str
    by_when: date
    reason: str | None = None


class Issue(Fields):
    """``raised_by``: ref of a contact or a member's name. ``from_risk``, ``to_change``: what it was and became."""

    title: Text = R()
    description: Text | None = R(None)
    kind: IssueKind = C("problem")
    severity: Severity = C()
    impact: Text | None = R(None)
    affects: tuple[str, ...] = C(())
    raised_by: str = C()
    owner: str = C()
    due_on: date | None = C(None)
    no_due_reason: Text | None = C(None)
    resolution: Text | None = R(None)
    root_cause: Text | None = R(None)
    resolved_on: date | None = C(None)
    closed_by: Literal["confirmed", "silence"] | None = C(None)
    escalations: tuple[Escalation, ...] = C(())
    from_risk: str | None = C(None)
    to_change: str | None = C(None)
    reopened: int = C(0)


class Change(Input):
    """New values; what is left out stays."""

    title: Wording | None = None
    description: Wording | None = None
    kind: IssueKind | None = None
    severity: Severity | None = None
    impact: Wording | None = None
    affects: tuple[str, ...] | None = None
    owner: str | None = who(None)
    due_on: date | None = None


class Analyse(Input):
    """Who analyses it: its owner from now on."""

    owner: str = who()


class Act(Input):
    """What is done about it: an action item, and by when the issue is to be solved."""

    actions: tuple[Todo, ...] = ()
    due_on: date | None = None


class Resolve(Input):
    """How it was solved, and why it had come about."""

    resolution: Wording
    root_cause: Wording | None = None


class Close(Input):
    """``silence``: nobody answered the notice that it is solved."""

    silence: bool = False


class Escalate(Input):
    """To whom, and by when that person acts."""

    to: str = who()
    by_when: date


class Convert(Input):
    """The change request that it became."""

    change: str


# -------------------------------------------------------------------------------------------------------- fold


def add(_: Issue | None, given: NewIssue, said: Said) -> Issue:
    """Return the new issue."""
    values = {name: getattr(given, name) for name in NewIssue.model_fields if name not in ("owner", "raised_by")}
    recorder = said.recorder
    return Issue(**values, owner=given.owner or recorder, raised_by=given.raised_by or said.by or recorder)


def analyse(fields: Issue, given: Analyse, _: Said) -> Issue:
    """Return the issue with its owner."""
    return fields.evolve(owner=given.owner)


def act(fields: Issue, given: Act, _: Said) -> Issue:
    """Return the issue with its due date."""
    return fields.evolve(due_on=given.due_on or fields.due_on)


def resolve(fields: Issue, given: Resolve, said: Said) -> Issue:
    """Return the issue as solved."""
    return fields.evolve(
        resolution=given.resolution, root_cause=given.root_cause or fields.root_cause, resolved_on=said.day
    )


def close(fields: Issue, given: Close, _: Said) -> Issue:
    """Return the issue as closed, and why it could be."""
    return fields.evolve(closed_by="silence" if given.silence else "confirmed")


def escalate(fields: Issue, given: Escalate, said: Said) -> Issue:
    """Return the issue with one more escalation."""
    made = Escalation(on=said.day, to=given.to, by_when=given.by_when, reason=said.reason)
    return fields.evolve(escalations=(*fields.escalations, made))


def convert(fields: Issue, given: Convert, _: Said) -> Issue:
    """Return the issue as a change request."""
    return fields.evolve(to_change=given.change)


def reopen(fields: Issue, _: Input, __: Said) -> Issue:
    """Return the issue as unsolved; how it had seemed solved stays in the log."""
    return fields.evolve(resolution=None, resolved_on=None, closed_by=None, reopened=fields.reopened + 1)


# ------------------------------------------------------------------------------------------------------ guards


@guard("action-dated", "有措施和期限", "an action with its date")
def action_dated(ask: Ask[Issue, Act]) -> Iterable[Unmet]:
    """Something is done about it, and it has a due date."""
    if not ask.input.actions:
        yield Unmet(
            found=Label(zh="没有措施", en="no action"),
            needed=Label(zh="至少一项措施", en="at least one action"),
            fix=command(f"pmbridge issue act {ask.ref} --from FILE"),
        )
    if ask.input.due_on is None and ask.fields.due_on is None:
        yield Unmet(
            name="due",
            found=Label(zh="没有期限", en="no due date"),
            needed=Label(zh="解决期限", en="the day by which it is solved"),
            fix=command("--due-on DATE"),
        )


@guard("root-cause", "根本原因已查明", "root cause known")
def root_cause_known(ask: Ask[Issue, Resolve]) -> Iterable[Unmet]:
    """A critical or high issue is not solved before its root cause is known."""
    if ask.fields.severity in _WEIGHTY and ask.input.root_cause is None and ask.fields.root_cause is None:
        yield Unmet(
            found=Label(zh="没有根本原因", en="no root cause"),
            needed=Label(zh="根本原因", en="the root cause"),
            fix=command("--root-cause TEXT"),
        )


@guard("confirmed", "提出人已确认，或通知后无异议", "confirmed by who raised it, or no answer to the notice")
def confirmed(ask: Ask[Issue, Close]) -> Iterable[Unmet]:
    """Who raised it confirms, any contact where the client did; or nobody answered the notice for 5 working days."""
    raiser = ask.fields.raised_by
    name = name_of(ask.register, raiser)
    if ask.input.silence:
        yield from _heard(ask)
        return
    by = ask.actor.name if ask.by is None else person(ask.register, ask.by)
    if by == raiser or (side(ask.register, raiser) == "client" and ask.register.fields(by, Contact) is not None):
        return
    yield Unmet(
        found=Label(zh=f"{name}没有确认", en=f"{name} has not confirmed"),
        needed=Label(
            zh=f"{name}的确认，或通知后 {SILENCE_WD} 个工作日无答复",
            en=f"{name}'s confirmation, or {SILENCE_WD} working days without an answer to the notice",
        ),
        fix=command(f"pmbridge issue close {ask.ref} --by {name} --evidence FILE"),
    )


def _heard(ask: Ask[Issue, Close]) -> Iterable[Unmet]:
    entry = ask.register.get(ask.ref)
    resolved = None if entry is None else entry.entered("resolved")
    since = resolved.at if resolved is not None else datetime.min.replace(tzinfo=ask.at.tzinfo)
    sent = [
        one
        for one in communications(ask.register, ask.ref, direction="outbound", since=since)
        if one.fields.at <= ask.at
    ]
    needed = Label(
        zh=f"通知已发出满 {SILENCE_WD} 个工作日", en=f"a notice that is {SILENCE_WD} working days old, unanswered"
    )
    fix = command(f"pmbridge communication add --about {ask.ref} --purpose notice --whom CONTACT --evidence FILE")
    if not sent:
        yield Unmet(found=Label(zh="没有发过通知", en="no notice was sent"), needed=needed, fix=fix)
        return
    first = sent[0].fields.at
    waited = ask.moment.calendar.wd(ask.moment.day(first), ask.today)
    if waited < SILENCE_WD:
        yield Unmet(
            found=Label(
                zh=f"通知发出 {waited} 个工作日", en=f"the notice went out {waited} working day{'s'[: waited != 1]} ago"
            ),
            needed=needed,
            fix=command("--at DATE"),
        )
    answers = communications(ask.register, ask.ref, direction="inbound", since=first)
    if any(one.fields.at <= ask.at for one in answers):
        yield Unmet(
            name="answered",
            found=Label(zh="客户已答复通知", en="the client has answered the notice"),
            needed=Label(zh="按答复处理", en="what the answer asks for"),
            fix=command(f"pmbridge issue show {ask.ref}"),
        )


@guard("confirmation-proved", "确认有证据", "the confirmation is proved")
def confirmation_proved(ask: Ask[Issue, Close]) -> Iterable[Unmet]:
    """What a contact confirms is proved."""
    if ask.input.silence or ask.evidence or ask.by is None:
        return
    if side(ask.register, person(ask.register, ask.by)) == "client":
        yield Unmet(
            found=Label(zh="没有证据", en="no evidence"),
            needed=Label(zh="客户的确认", en="the client's confirmation"),
            fix=command("--evidence FILE"),
        )


def new_actions(ask: Ask[Issue, Act]) -> Iterable[Effect]:
    """Make the action items."""
    return action_items(ask.input.actions, ask.ref)


_KINDS = {"change": frozenset({"change"}), "from_risk": frozenset({"risk"})}
_UNSOLVED = ("open", "analysing", "in_action")
_ALIVE = (*_UNSOLVED, "escalated", "resolved")

ISSUE = Concept(
    name="issue",
    label=Label(zh="问题", en="issue"),
    prefixes=("ISS",),
    fields=Issue,
    states=by_name(
        State("open", "待处理", "open", "agency"),
        State("analysing", "分析中", "being analysed", "agency"),
        State("in_action", "处理中", "being solved", "agency"),
        State("escalated", "已升级", "escalated", "agency"),
        State("resolved", "已解决", "resolved"),
        State("closed", "已关闭", "closed", terminal=True),
        State("converted", "转变更", "a change request now", terminal=True),
    ),
    steps=(
        Step((NEW,), "add", Label(zh="记录", en="add"), "open", takes=NewIssue, apply=add,
             fill=spoken_by("raised_by"),
             guards=(people_known("owner", "raised_by"), refs_known("affects", "from_risk", kinds=_KINDS),
                     no_due_reason_given())),
        Step(_ALIVE, "edit", Label(zh="修改", en="edit"), None, takes=Change, apply=revised,
             guards=(people_known("owner"), refs_known("affects"))),
        Step(("open",), "analyse", Label(zh="分析", en="analyse"), "analysing", takes=Analyse, apply=analyse,
             guards=(people_known("owner"),)),
        Step(("analysing", "escalated"), "act", Label(zh="处理", en="act on"), "in_action", takes=Act, apply=act,
             fill=owners_by_ref("actions"), guards=(people_known("actions"), action_dated), effects=new_actions,
             done="acted on"),
        Step(("in_action",), "resolve", Label(zh="解决", en="resolve"), "resolved", takes=Resolve, apply=resolve,
             guards=(root_cause_known,)),
        Step(("resolved",), "close", Label(zh="关闭", en="close"), "closed", takes=Close, apply=close,
             guards=(confirmed, confirmation_proved)),
        Step(_UNSOLVED, "escalate", Label(zh="升级", en="escalate"), "escalated", takes=Escalate, apply=escalate,
             guards=(people_known("to"),), reason=True),
        Step((*_UNSOLVED, "escalated"), "convert", Label(zh="转变更", en="convert"), "converted", takes=Convert,
             apply=convert, guards=(refs_known("change", kinds=_KINDS),)),
        Step(("closed",), "reopen", Label(zh="重新打开", en="reopen"), "open", apply=reopen, reason=True),
    ),
    invariants=(accountable(due=lambda fields: fields.due_on or fields.no_due_reason),),
)  # fmt: skip

CONCEPTS = (ISSUE,)
