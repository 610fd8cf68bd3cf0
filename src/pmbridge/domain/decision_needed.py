"""A decision that the client has to take: the question, its options, by when, and what waiting costs.

What a change request, a submission or a dependency asks of the client needs no record of its own:
:mod:`pmbridge.domain.pending` lists it under the ref of its subject.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict

from pmbridge.domain import decision
from pmbridge.domain.contact import Contact, name_of
from pmbridge.domain.delay import CostOfDelay
from pmbridge.domain.entry import Entry, Said
from pmbridge.domain.fields import C, Fields, Input, R, X, who
from pmbridge.domain.figure import Text
from pmbridge.domain.follow_up import NewAction, actions_from
from pmbridge.domain.inputs import Wording
from pmbridge.domain.machine import NEW, Ask, Concept, Effect, State, Step, Unmet, by_name, command, guard
from pmbridge.domain.moment import Moment
from pmbridge.domain.owner import accountable, refs_known
from pmbridge.domain.revocation import decision_revoked
from pmbridge.values import Label


class DecisionOption(BaseModel):
    """One answer that is open to the client, and what follows from it. ``key`` is a letter."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    key: str
    text: Wording
    consequence: Wording | None = None


class DecisionNeeded(Fields):
    """The question to ``ask_of`` (ref of a contact). ``default_if_silent`` holds after ``need_by`` by the contract."""

    question: Text = R()
    background: Text | None = R(None)
    options: tuple[DecisionOption, ...] = R(())
    recommendation: Text | None = R(None)
    ask_of: str = C()
    need_by: date = C()
    default_if_silent: Text | None = R(None)
    contract_clause: str | None = X(None)
    cost_of_delay: tuple[CostOfDelay, ...] = R(())
    subject: str | None = C(None)
    option: str | None = C(None)
    answer: Text | None = R(None)
    decided_on: date | None = C(None)
    withdrawn_because: str | None = R(None)

    def chosen(self) -> DecisionOption | None:
        """Return the option that was chosen, ``None`` before that or where the answer is none of them."""
        return next((one for one in self.options if one.key == self.option), None)


class Add(Input):
    """A question to the client."""

    question: Wording
    background: Wording | None = None
    options: tuple[DecisionOption, ...] = ()
    recommendation: Wording | None = None
    ask_of: str = who()
    need_by: date
    default_if_silent: Wording | None = None
    contract_clause: str | None = None
    cost_of_delay: tuple[CostOfDelay, ...] = ()
    subject: str | None = None


class Decide(decision.Decided):
    """The client's answer: one of the options, or in words where there is none. A condition becomes an action item."""

    option: str | None = None
    answer: Wording | None = None
    conditions_owner: str | None = who(None)
    conditions_due_on: date | None = None


def add(_: DecisionNeeded | None, given: Add, __: Said) -> DecisionNeeded:
    """Return the question."""
    return DecisionNeeded(**{name: getattr(given, name) for name in Add.model_fields})


def decide(fields: DecisionNeeded, given: Decide, said: Said) -> DecisionNeeded:
    """Return the question with its answer."""
    return fields.evolve(option=given.option, answer=given.answer, decided_on=said.day)


def withdraw(fields: DecisionNeeded, _: Input, said: Said) -> DecisionNeeded:
    """Return the question as no longer asked."""
    return fields.evolve(withdrawn_because=said.reason)


def revoke(fields: DecisionNeeded, _: Input, __: Said) -> DecisionNeeded:
    """Return the question without an answer."""
    return fields.evolve(option=None, answer=None, decided_on=None)


# ------------------------------------------------------------------------------------------------------ guards


@guard("asked", "提问对象是联系人", "asked of a contact")
def asked_of_contact(ask: Ask[DecisionNeeded, Add]) -> Iterable[Unmet]:
    """It is put to an active contact of the client."""
    entry = ask.register.get(ask.input.ask_of)
    if entry is None or not isinstance(entry.fields, Contact) or entry.state != "active":
        yield Unmet(
            found=Label(zh=f"{ask.input.ask_of} 不是在任的联系人", en=f"{ask.input.ask_of} is no active contact"),
            needed=Label(zh="客户的联系人", en="a contact of the client"),
            fix=command(f"pmbridge contact add {ask.input.ask_of}"),
        )


@guard("options", "方案可区分", "options can be told apart")
def distinct_options(ask: Ask[DecisionNeeded, Add]) -> Iterable[Unmet]:
    """Each option has a key of its own, and there is more than one or none."""
    keys = Counter(one.key for one in ask.input.options)
    twice = [key for key, n in keys.items() if n > 1]
    if twice:
        yield Unmet(
            found=Label(zh=f"方案 {'、'.join(twice)} 重复", en=f"option {', '.join(twice)} occurs twice"),
            needed=Label(zh="每个方案一个字母", en="one letter for each option"),
            fix=command("--from FILE"),
        )
    if len(ask.input.options) == 1:
        yield Unmet(
            found=Label(zh="只有一个方案", en="only one option"),
            needed=Label(zh="至少两个方案，或不列方案", en="two options or more, or none"),
            fix=command("--from FILE"),
        )


@guard("default-by-contract", "默认处理有合同依据", "the default rests on the contract")
def default_by_contract(ask: Ask[DecisionNeeded, Add]) -> Iterable[Unmet]:
    """Silence means something only where the contract says so."""
    if ask.input.default_if_silent is not None and not (ask.input.contract_clause or "").strip():
        yield Unmet(
            found=Label(zh="没有写明合同条款", en="no clause of the contract is named"),
            needed=Label(zh="允许默认处理的合同条款", en="the clause that allows the default"),
            fix=command("--contract-clause TEXT"),
        )


@guard("milestones-known", "所影响的里程碑存在", "the milestones exist")
def delayed_known(ask: Ask[DecisionNeeded, Add]) -> Iterable[Unmet]:
    """What waiting delays is a milestone of the register."""
    for cost in ask.input.cost_of_delay:
        if ask.register.kind(cost.milestone) != "milestone":
            yield Unmet(
                found=Label(zh=f"没有里程碑 {cost.milestone}", en=f"there is no milestone {cost.milestone}"),
                needed=Label(zh="登记册中的里程碑", en="a milestone of the register"),
                fix=command("pmbridge milestone list"),
            )


@guard("answered", "答复明确", "the answer is clear")
def clear_answer(ask: Ask[DecisionNeeded, Decide]) -> Iterable[Unmet]:
    """The answer is one of the options; where none was given, it is in words."""
    keys = [one.key for one in ask.fields.options]
    given = ask.input
    if given.option is not None and given.option not in keys:
        yield Unmet(
            found=Label(zh=f"没有方案 {given.option}", en=f"there is no option {given.option}"),
            needed=Label(zh=f"方案 {'、'.join(keys) or '（无）'}", en=f"one of {', '.join(keys) or 'none'}"),
            fix=command(f"pmbridge decision decide {ask.ref} --option {keys[0]}" if keys else "--answer TEXT"),
        )
    if given.option is None and given.answer is None:
        yield Unmet(
            found=Label(zh="没有写答复", en="no answer"),
            needed=Label(zh=f"方案 {'、'.join(keys)}", en=f"one of {', '.join(keys)}")
            if keys
            else Label(zh="客户的答复", en="what the client answered"),
            fix=command(f"pmbridge decision decide {ask.ref} --option {keys[0]}" if keys else "--answer TEXT"),
        )


@guard("answerer", "答复人有权答复", "answered by who may")
def answered_by_asked(ask: Ask[DecisionNeeded, Decide]) -> Iterable[Unmet]:
    """Who was asked answers, or another contact who has some authority that day."""
    who = decision.deciders(ask)
    if ask.fields.ask_of in who:
        return
    for ref in who:
        fields = ask.register.fields(ref, Contact)
        granted = () if fields is None else fields.authorities
        if any(one.covers(subject, ask.today) for one in granted for subject in one.may_decide):
            return
    name = name_of(ask.register, ask.fields.ask_of)
    yield Unmet(
        found=Label(
            zh=f"{name_of(ask.register, ask.by) or '–'} 未被询问，也没有授权",
            en=f"{name_of(ask.register, ask.by) or '–'} was not asked and has no authority",
        ),
        needed=Label(zh=f"{name}，或有授权的联系人", en=f"{name}, or a contact with an authority"),
        fix=command(f"--by {name}"),
    )


@guard("conditions-dated", "条件有负责人和期限", "conditions have an owner and a date")
def conditions_dated(ask: Ask[DecisionNeeded, Decide]) -> Iterable[Unmet]:
    """A condition becomes an action item, so it has a due date."""
    if ask.input.conditions is not None and ask.input.conditions_due_on is None:
        yield Unmet(
            found=Label(zh="条件没有期限", en="the condition has no due date"),
            needed=Label(zh="履行条件的期限", en="the day by which it is met"),
            fix=command("--conditions-due-on DATE"),
        )


@guard("nothing-rests-on-it", "没有后续事项以它为依据", "nothing rests on it")
def nothing_rests_on_it(ask: Ask[DecisionNeeded, Input]) -> Iterable[Unmet]:
    """No action that came from the decision was carried out."""
    for one in actions_from(ask.register, ask.ref):
        if one.state == "done":
            yield Unmet(
                found=Label(zh=f"{one.ref} 已按它完成", en=f"{one.ref} was done because of it"),
                needed=Label(zh="新的变更请求", en="a new change request"),
                fix=command("pmbridge change submit"),
            )


# ----------------------------------------------------------------------------------------------------- effects


def recorded(ask: Ask[DecisionNeeded, Decide]) -> Generator[Effect, Any, None]:
    """Record the client's decision; its condition becomes an action item."""
    conditions = ask.input.conditions
    yield from decision.record(
        ask, "approve" if conditions is None else "approve_with_conditions", None, option=ask.input.option
    )
    if conditions is not None:
        yield Effect(
            "action",
            "add",
            NewAction(
                text=conditions,
                owner=ask.input.conditions_owner,
                due_on=ask.input.conditions_due_on,
                origin=ask.ref,
            ),
        )


def lapsed(entry: Entry[DecisionNeeded], moment: Moment) -> str:
    """Return ``lapsed`` where silence has decided by the contract, else the stored state."""
    fields = entry.fields
    silent = entry.state == "open" and fields.default_if_silent is not None and moment.today > fields.need_by
    return "lapsed" if silent else entry.state


DECISION = Concept(
    name="decision",
    label=Label(zh="需客户决定的事项", en="decision needed"),
    prefixes=("DEC",),
    fields=DecisionNeeded,
    states=by_name(
        State("open", "待客户决定", "awaiting your decision", "client"),
        State("decided", "已决定", "decided", terminal=True),
        State("lapsed", "已按默认处理", "settled by default", terminal=True),
        State("withdrawn", "已撤回", "withdrawn", terminal=True),
    ),
    steps=(
        Step(
            (NEW,),
            "add",
            Label(zh="提出", en="ask"),
            "open",
            takes=Add,
            apply=add,
            guards=(asked_of_contact, distinct_options, default_by_contract, delayed_known, refs_known("subject")),
            discloses=True,
        ),
        Step(
            ("open",),
            "decide",
            Label(zh="决定", en="decide"),
            "decided",
            takes=Decide,
            apply=decide,
            guards=(clear_answer, *decision.rules(None), answered_by_asked, conditions_dated),
            effects=recorded,
            evidence=True,
        ),
        Step(
            ("open",),
            "withdraw",
            Label(zh="撤回", en="withdraw"),
            "withdrawn",
            apply=withdraw,
            reason=True,
            done="withdrawn",
        ),
        Step(
            ("decided",),
            "revoke",
            Label(zh="撤销决定", en="revoke"),
            "open",
            apply=revoke,
            guards=(nothing_rests_on_it,),
            effects=decision_revoked,
            evidence=True,
            reason=True,
        ),
    ),
    editable=frozenset({"background", "recommendation", "need_by"}),
    derived=lapsed,
    invariants=(accountable(owner=lambda fields: fields.ask_of, due=lambda fields: fields.need_by),),
)  # fmt: skip

CONCEPTS = (DECISION,)
