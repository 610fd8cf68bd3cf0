"""A risk: a threat or an opportunity, scored again and again, with the response that was agreed.

Every score is kept, so that the trend can be drawn. ``review`` changes nothing: it proves that somebody looked.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from pmbridge.domain.entry import Said
from pmbridge.domain.fields import C, Fields, Input, R, X, who
from pmbridge.domain.figure import Money, Text
from pmbridge.domain.follow_up import IssueKind, NewIssue, Severity, Todo, action_items, actions_from, unfinished
from pmbridge.domain.inputs import Price, Wording
from pmbridge.domain.machine import NEW, Ask, Concept, Effect, State, Step, Unmet, by_name, command, guard
from pmbridge.domain.owner import accountable, owners_by_ref, people_known, refs_known, revised
from pmbridge.values import Label

Category = Literal[
    "schedule", "scope", "budget", "quality", "technical", "client", "supplier", "legal", "people", "external"
]
Direction = Literal["threat", "opportunity"]
Response = Literal[
    "avoid", "reduce", "transfer", "share", "accept", "prepare_contingency", "exploit", "enhance"
]  # fmt: skip
Scale = Annotated[int, Field(ge=1, le=5)]

_AGAINST_THREATS = frozenset({"avoid", "reduce", "transfer", "share", "accept", "prepare_contingency"})
_FOR_OPPORTUNITIES = frozenset({"exploit", "enhance", "share", "accept"})
_ALIVE = ("identified", "assessed", "responding", "monitored")


class Impact(BaseModel):
    """How badly (or well) it would strike: 1 to 5 on each of the three."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    schedule: Scale = 1
    cost: Scale = 1
    quality: Scale = 1

    @property
    def largest(self) -> int:
        """The worst of the three."""
        return max(self.schedule, self.cost, self.quality)


class Score(BaseModel):
    """A score as it was seen on a day. ``residual``: what is left once the response works."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    on: date
    probability: Scale
    impact: Impact
    by: str | None = None
    residual: bool = False

    @property
    def value(self) -> int:
        """Probability times the largest impact, 1 to 25."""
        return self.probability * self.impact.largest


class Risk(Fields):
    """Cause, event, effect; the series of its scores, the last one holds."""

    title: Text = R()
    cause: Text | None = R(None)
    event: Text | None = R(None)
    effect: Text | None = R(None)
    category: Category = C()
    direction: Direction = C("threat")
    scores: tuple[Score, ...] = C(())
    proximity: date | None = C(None)
    response: Response | None = C(None)
    response_text: Text | None = R(None)
    response_actions: tuple[str, ...] = C(())
    change: str | None = C(None)
    """The change request by which a response costs the client money or time."""
    owner: str = C()
    due_on: date | None = C(None)
    no_due_reason: Text | None = C(None)
    raised_by: str = C()
    reviewed_on: date = C()
    issue: str | None = C(None)
    closed_because: Literal["expired", "removed"] | None = C(None)
    closing_reason: str | None = R(None)
    internal_assessment: str | None = X(None)
    contingency_money: Money | None = X(None)

    @property
    def score(self) -> Score | None:
        """The score that holds, ``None`` before the first."""
        return self.scores[-1] if self.scores else None


class Add(Input):
    """A risk. ``raised_by`` and ``owner`` left out: whoever records it."""

    title: Wording
    cause: Wording | None = None
    event: Wording | None = None
    effect: Wording | None = None
    category: Category
    direction: Direction = "threat"
    proximity: date | None = None
    owner: str | None = who(None)
    due_on: date | None = None
    no_due_reason: Wording | None = None
    raised_by: str | None = who(None)
    internal_assessment: str | None = None


class Change(Input):
    """New values; what is left out stays."""

    title: Wording | None = None
    cause: Wording | None = None
    event: Wording | None = None
    effect: Wording | None = None
    category: Category | None = None
    proximity: date | None = None
    owner: str | None = who(None)
    due_on: date | None = None
    internal_assessment: str | None = None
    contingency_money: Price | None = None


class Assess(Input):
    """A score. ``owner``: who looks after it from now on, if that changes."""

    probability: Scale
    impact: Impact
    owner: str | None = who(None)
    proximity: date | None = None


class Respond(Input):
    """The response: what we do, as new action items or existing ones. ``costs_client``: it costs money or time."""

    response: Response
    text: Wording | None = None
    actions: tuple[Todo, ...] = ()
    existing: tuple[str, ...] = ()
    costs_client: bool = False
    change: str | None = None
    due_on: date | None = None
    contingency_money: Price | None = None


class Monitor(Input):
    """The score that is left, once the actions are done."""

    probability: Scale
    impact: Impact


class Occur(Input):
    """The issue that it became: one that exists, or what a new one says beside what the risk does."""

    issue: str | None = None
    kind: IssueKind = "problem"
    severity: Severity | None = None
    owner: str | None = who(None)
    due_on: date | None = None


class Close(Input):
    """Why it is none any more; the reason says more."""

    why: Literal["expired", "removed"]


# -------------------------------------------------------------------------------------------------------- fold


def add(_: Risk | None, given: Add, said: Said) -> Risk:
    """Return the new risk."""
    values = {name: getattr(given, name) for name in Add.model_fields if name not in ("owner", "raised_by")}
    recorder = said.recorder
    return Risk(
        **values, owner=given.owner or recorder, raised_by=given.raised_by or said.by or recorder, reviewed_on=said.day
    )


def assess(fields: Risk, given: Assess, said: Said) -> Risk:
    """Return the risk with one more score."""
    made = Score(on=said.day, probability=given.probability, impact=given.impact, by=_author(said))
    return fields.evolve(
        scores=(*fields.scores, made),
        owner=given.owner or fields.owner,
        proximity=given.proximity or fields.proximity,
        reviewed_on=said.day,
    )


def respond(fields: Risk, given: Respond, said: Said) -> Risk:
    """Return the risk with its response."""
    return fields.evolve(
        response=given.response,
        response_text=given.text,
        response_actions=given.existing,
        change=given.change,
        due_on=given.due_on or fields.due_on,
        contingency_money=given.contingency_money or fields.contingency_money,
        reviewed_on=said.day,
    )


def monitor(fields: Risk, given: Monitor, said: Said) -> Risk:
    """Return the risk with the score that is left."""
    made = Score(on=said.day, probability=given.probability, impact=given.impact, by=_author(said), residual=True)
    return fields.evolve(scores=(*fields.scores, made), reviewed_on=said.day)


def review(fields: Risk, _: Input, said: Said) -> Risk:
    """Return the risk as looked at."""
    return fields.evolve(reviewed_on=said.day)


def occur(fields: Risk, given: Occur, said: Said) -> Risk:
    """Return the risk as occurred."""
    return fields.evolve(issue=given.issue, reviewed_on=said.day)


def close(fields: Risk, given: Close, said: Said) -> Risk:
    """Return the risk as over."""
    return fields.evolve(closed_because=given.why, closing_reason=said.reason, reviewed_on=said.day)


def _author(said: Said) -> str:
    return said.by or said.recorder


# ------------------------------------------------------------------------------------------------------ guards


@guard("dated", "有期限", "has a due date")
def dated(ask: Ask[Risk, Add]) -> Iterable[Unmet]:
    """It has a due date or the day on which it would strike, or says why it has neither (I11)."""
    given = ask.input
    if given.due_on is None and given.proximity is None and given.no_due_reason is None:
        yield Unmet(
            found=Label(zh="没有期限", en="no date"),
            needed=Label(zh="应对期限或发生日期，或没有期限的理由", en="when to act, when it strikes, or why none"),
            fix=command("--due-on DATE"),
        )


@guard("response-fits", "应对方式合适", "the response fits")
def response_fits(ask: Ask[Risk, Respond]) -> Iterable[Unmet]:
    """A threat is answered as a threat, an opportunity as an opportunity."""
    allowed = _AGAINST_THREATS if ask.fields.direction == "threat" else _FOR_OPPORTUNITIES
    if ask.input.response not in allowed:
        yield Unmet(
            found=Label(zh=f"{ask.input.response}", en=f"{ask.input.response}"),
            needed=Label(zh="、".join(sorted(allowed)), en=", ".join(sorted(allowed))),
            fix=command(f"pmbridge risk respond {ask.ref} --response {sorted(allowed)[0]}"),
        )


@guard("has-action", "有应对措施", "somebody does something")
def has_action(ask: Ask[Risk, Respond]) -> Iterable[Unmet]:
    """A response has at least one action item."""
    if not ask.input.actions and not ask.input.existing and not actions_from(ask.register, ask.ref):
        yield Unmet(
            found=Label(zh="没有应对措施", en="no action item"),
            needed=Label(zh="至少一项行动项", en="at least one action item"),
            fix=command(f"pmbridge action add --origin {ask.ref} --text TEXT --due-on DATE"),
        )


@guard("cost-is-a-change", "对客户的影响走变更", "what it costs the client is a change")
def cost_is_change(ask: Ask[Risk, Respond]) -> Iterable[Unmet]:
    """A response that costs the client money or time is a change request."""
    if ask.input.costs_client and ask.input.change is None:
        yield Unmet(
            found=Label(zh="应对措施会增加客户的费用或时间", en="it costs the client money or time"),
            needed=Label(zh="变更请求", en="a change request"),
            fix=command("pmbridge change submit"),
        )


@guard("actions-done", "应对措施已完成", "its actions are done")
def actions_done(ask: Ask[Risk, Input]) -> Iterable[Unmet]:
    """Its action items are done or cancelled."""
    for ref in unfinished(ask.register, ask.ref, ask.fields.response_actions):
        yield Unmet(
            found=Label(zh=f"{ref} 未完成", en=f"{ref} is open"),
            needed=Label(zh="已完成或已取消", en="done or cancelled"),
            fix=command(f"pmbridge action done {ref}"),
        )


@guard("issue", "有对应的问题", "there is an issue")
def issue_told(ask: Ask[Risk, Occur]) -> Iterable[Unmet]:
    """What occurred is an issue: one that exists, or a new one with its severity and due date."""
    given = ask.input
    if given.issue is None and (given.severity is None or given.due_on is None):
        yield Unmet(
            found=Label(zh="没有对应的问题", en="no issue"),
            needed=Label(zh="问题编号，或新问题的严重程度和期限", en="an issue, or severity and due date of a new one"),
            fix=command(f"pmbridge risk occur {ask.ref} --severity high --due-on DATE"),
        )


# ----------------------------------------------------------------------------------------------------- effects


def new_actions(ask: Ask[Risk, Respond]) -> Iterable[Effect]:
    """Make the action items of the response."""
    return action_items(ask.input.actions, ask.ref)


def new_issue(ask: Ask[Risk, Occur]) -> Iterable[Effect]:
    """Make the issue, unless one was named."""
    given = ask.input
    if given.issue is None and given.severity is not None:
        yield Effect(
            "issue",
            "add",
            NewIssue(
                title=ask.fields.title,
                description=ask.fields.event,
                kind=given.kind,
                severity=given.severity,
                impact=ask.fields.effect,
                owner=given.owner or ask.fields.owner,
                due_on=given.due_on,
                from_risk=ask.ref,
            ),
        )


_KINDS = {"existing": frozenset({"action"}), "change": frozenset({"change"}), "issue": frozenset({"issue"})}

RISK = Concept(
    name="risk",
    label=Label(zh="风险", en="risk"),
    prefixes=("RSK",),
    fields=Risk,
    states=by_name(
        State("identified", "已识别", "identified", "agency"),
        State("assessed", "已评估", "assessed", "agency"),
        State("responding", "应对中", "being answered", "agency"),
        State("monitored", "监控中", "monitored", "agency"),
        State("closed", "已关闭", "closed", terminal=True),
        State("occurred", "已发生", "occurred", terminal=True),
    ),
    steps=(
        Step((NEW,), "add", Label(zh="识别", en="add"), "identified", takes=Add, apply=add,
             guards=(people_known("owner", "raised_by"), dated)),
        Step(_ALIVE, "edit", Label(zh="修改", en="edit"), None, takes=Change, apply=revised,
             guards=(people_known("owner"),)),
        Step(_ALIVE, "assess", Label(zh="评估", en="assess"), "assessed", takes=Assess, apply=assess,
             guards=(people_known("owner"),), done="assessed"),
        Step(("assessed", "responding", "monitored"), "respond", Label(zh="应对", en="respond"), "responding",
             takes=Respond, apply=respond, fill=owners_by_ref("actions"),
             guards=(people_known("actions"), refs_known("existing", "change", kinds=_KINDS), response_fits,
                     has_action, cost_is_change),
             effects=new_actions, done="answered"),
        Step(("responding",), "monitor", Label(zh="转入监控", en="monitor"), "monitored", takes=Monitor, apply=monitor,
             guards=(actions_done,)),
        Step(_ALIVE, "review", Label(zh="复核", en="review"), None, apply=review),
        Step(("assessed", "responding", "monitored"), "occur", Label(zh="发生", en="occur"), "occurred", takes=Occur,
             apply=occur,
             guards=(people_known("owner"), refs_known("issue", kinds=_KINDS), issue_told), effects=new_issue,
             done="marked as occurred"),
        Step(_ALIVE, "close", Label(zh="关闭", en="close"), "closed", takes=Close, apply=close,
             guards=(actions_done,), reason=True),
    ),
    invariants=(accountable(due=lambda fields: fields.due_on or fields.proximity or fields.no_due_reason),),
)  # fmt: skip

CONCEPTS = (RISK,)
