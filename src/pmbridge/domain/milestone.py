"""A milestone of the register: agreed in baseline 0, forecast again and again, reached by us, accepted by the client.

Overdue, at risk and late are derived; nobody can set or hide them.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from datetime import date
from typing import Any, Protocol

from pmbridge.domain import decision
from pmbridge.domain.agreement import agreed as agreed_rule
from pmbridge.domain.approved_change import approved_option
from pmbridge.domain.book import Book
from pmbridge.domain.entry import Entry
from pmbridge.domain.machine import (
    NEW,
    Ask,
    Concept,
    Effect,
    Guard,
    Invariant,
    State,
    Step,
    Unmet,
    by_name,
    command,
    guard,
)
from pmbridge.domain.milestone_fields import (
    Accept,
    Add,
    Agree,
    Cancel,
    Expect,
    Explain,
    Guess,
    Milestone,
    Reach,
    accept,
    add,
    estimate,
    explain,
    forecast,
    reach,
    revoke,
)
from pmbridge.domain.owner import accountable
from pmbridge.domain.revocation import decision_revoked
from pmbridge.values import Label

_ACCEPTED = frozenset({"accepted", "conditionally_accepted", "deemed_accepted", "handed_over"})
_SUBMITTED = _ACCEPTED | {"under_review"}


class Delivered(Protocol):
    """What a milestone asks of a deliverable's fields."""

    @property
    def milestone(self) -> str | None:
        """Ref of the milestone that it belongs to."""

    @property
    def submitted_on(self) -> date | None:
        """Day of its last submission."""

    @property
    def deemed(self) -> bool:
        """Whether the contract, and not the client, accepted it."""


# ------------------------------------------------------------------------------------------------------ guards


@guard("in-baseline", "在进度基线中", "in the schedule baseline")
def in_baseline(ask: Ask[Milestone, Agree]) -> Iterable[Unmet]:
    """It has a date in the schedule baseline that the client agreed, in which exactly one milestone is final (I7)."""
    last = ask.register.newest("schedule_baseline")
    dates: Mapping[str, date] = {} if last is None else last.fields.dates
    if ask.ref not in dates:
        yield Unmet(
            found=Label(zh="不在进度基线中", en="it is in no schedule baseline"),
            needed=Label(zh="双方确认的日期", en="a date that both sides agreed"),
            fix=command("pmbridge milestone agree --all --by CONTACT --evidence FILE"),
        )
        return
    final = [ref for ref in dates if (one := ask.register.fields(ref, Milestone)) is not None and one.is_final]
    if len(final) != 1:
        yield Unmet(
            name="one-final",
            found=Label(zh=f"{len(final)} 个最终里程碑", en=f"{len(final)} final milestones"),
            needed=Label(zh="恰好一个最终里程碑", en="exactly one final milestone"),
            fix=command("pmbridge milestone edit REF --is-final"),
        )


@guard("completion-rule", "完成规则已满足", "completion rule holds")
def complete(ask: Ask[Milestone, Reach]) -> Iterable[Unmet]:
    """Its deliverables are submitted or accepted, or an event or work item proves it, as its rule says."""
    rule = ask.fields.completion_rule
    if rule in ("work_items_done", "named_event"):
        if not ask.evidence:
            yield Unmet(
                found=Label(zh="没有证据", en="nothing proves it"),
                needed=Label(zh="完成的证据", en="what proves that it was reached"),
                fix=command("--evidence FILE"),
            )
        return
    wanted = _ACCEPTED if rule == "all_deliverables_accepted" else _SUBMITTED
    mine = list(deliverables_of(ask.register, ask.ref, ask.fields))
    needed = Label(zh="已验收", en="accepted") if wanted is _ACCEPTED else Label(zh="已提交", en="submitted")
    if not mine:
        yield Unmet(
            found=Label(zh="没有交付物", en="it has no deliverable"),
            needed=needed,
            fix=command("pmbridge deliverable add"),
        )
    for one in mine:
        if one.state not in wanted:
            label = ask.register.concepts["deliverable"].states[one.state].label
            yield Unmet(
                found=Label(zh=f"{one.ref} {label.zh}", en=f"{one.ref}: {label.en}"),
                needed=needed,
                fix=command(f"pmbridge deliverable show {one.ref}"),
            )


@guard("reached-in-time", "达成日期合理", "a possible date")
def possible_date(ask: Ask[Milestone, Reach]) -> Iterable[Unmet]:
    """It was reached neither in the future nor before the engagement began (I6), and when its deliverables came."""
    on, start = ask.input.on or ask.today, agreed_rule(ask.register, "start_on")
    came = _last_submission(ask)
    if came is not None and on != came:
        yield Unmet(
            found=Label(zh=f"达成日期 {on}", en=f"reached on {on}"),
            needed=Label(zh=f"交付物的最后提交日 {came}", en=f"the day of the last submission, {came}"),
            fix=command(f"--on {came}"),
        )
    if on > ask.today or (start is not None and on < start):
        yield Unmet(
            found=Label(zh=f"达成日期 {on}", en=f"reached on {on}"),
            needed=Label(zh=f"{start or '…'} 至 {ask.today}", en=f"from {start or '…'} to {ask.today}"),
            fix=command("--on DATE"),
        )


@guard("accepted-after", "验收不早于达成", "accepted after it was reached")
def accepted_after(ask: Ask[Milestone, Accept]) -> Iterable[Unmet]:
    """It is accepted on the day on which it was reached, or later (I6)."""
    reached = ask.fields.reached_on
    if reached is not None and ask.today < reached:
        yield Unmet(
            found=Label(zh=f"验收 {ask.today}", en=f"accepted on {ask.today}"),
            needed=Label(zh=f"不早于 {reached}", en=f"not before {reached}"),
            fix=command("--at DATE"),
        )


@guard("deemed", "视为验收成立", "deemed by the contract")
def deemed_holds(ask: Ask[Milestone, Accept]) -> Iterable[Unmet]:
    """Without a decision it is accepted only where each of its deliverables is, one of them deemed."""
    if not ask.input.deemed:
        return
    mine = list(deliverables_of(ask.register, ask.ref, ask.fields))
    if not any(one.fields.deemed for one in mine) or any(one.state not in _ACCEPTED for one in mine):
        yield Unmet(
            found=Label(zh="没有视为验收的交付物", en="no deliverable was deemed accepted"),
            needed=Label(zh="全部交付物已验收或视为验收", en="every deliverable accepted or deemed so"),
            fix=command("pmbridge deliverable deem REF"),
        )


@guard("approved-change", "有已批准的变更", "an approved change says so")
def approved_change(ask: Ask[Milestone, Cancel]) -> Iterable[Unmet]:
    """An approved change request cancels it."""
    option = approved_option(ask.register, ask.input.change)
    lines = () if option is None else option.schedule
    if not any(one.op == "cancel" and one.milestone == ask.ref for one in lines):
        yield Unmet(
            found=Label(zh=f"{ask.input.change} 没有取消它", en=f"{ask.input.change} does not cancel it"),
            needed=Label(zh="取消它的已批准变更", en="an approved change that cancels it"),
            fix=command(f"pmbridge change show {ask.input.change}"),
        )


def _unless_deemed(one: Guard) -> Guard:
    return Guard(
        name=one.name, label=one.label, doc=one.doc, check=lambda ask: () if ask.input.deemed else one.check(ask)
    )


# ------------------------------------------------------------------------------------------- what the register knows


def deliverables_of(book: Book, ref: str, fields: Milestone) -> Iterable[Entry[Any]]:
    """Yield the deliverables of the milestone *ref*, by ref; those that were dropped are left out."""
    for one in book.of("deliverable"):
        delivered: Delivered = one.fields
        if one.state != "dropped" and (delivered.milestone == ref or one.ref in fields.deliverables):
            yield one


def reached_when(ask: Ask[Milestone, Reach]) -> Reach:
    """Return the input with its date: of deliverables the last submission that was accepted, else the day itself.

    So a slow review does not count against us, and a rejected submission does not count for us.
    """
    return ask.input if ask.input.on is not None else Reach(on=_last_submission(ask) or ask.today)


def _last_submission(ask: Ask[Milestone, Reach]) -> date | None:
    """Return the day of the last submission, where its completion rule goes by deliverables."""
    if ask.fields.completion_rule not in ("all_deliverables_accepted", "deliverables_submitted"):
        return None
    days = [one.fields.submitted_on for one in deliverables_of(ask.register, ask.ref, ask.fields)]
    return max((day for day in days if day is not None), default=None)


def record_acceptance(ask: Ask[Milestone, Accept]) -> Generator[Effect, str, None]:
    """Record the client's decision; a deemed acceptance has none."""
    if not ask.input.deemed:
        yield from decision.record(ask, "approve", "acceptance")


def _i6(entry: Entry[Milestone], book: Book) -> Iterable[Label]:
    reached, accepted = entry.fields.reached_on, entry.fields.accepted_on
    start = agreed_rule(book, "start_on")
    stay = entry.entered("reached")
    if reached is not None and stay is not None and reached > stay.day:
        yield Label(zh=f"达成日期 {reached} 在未来", en=f"reached on {reached}, in the future")
    if reached is not None and start is not None and reached < start:
        yield Label(zh=f"达成日期 {reached} 早于合作开始", en=f"reached on {reached}, before the engagement began")
    if accepted is not None and reached is not None and accepted < reached:
        yield Label(zh=f"验收 {accepted} 早于达成 {reached}", en=f"accepted on {accepted}, reached on {reached}")


def _i7(entry: Entry[Milestone], book: Book) -> Iterable[Label]:
    if entry.fields.is_final and entry.state != "cancelled":
        others = [
            one.ref
            for one in book.of("milestone")
            if one.fields.is_final and one.state != "cancelled" and one.ref != entry.ref
        ]
        if others:
            yield Label(zh=f"{others[0]} 也是最终里程碑", en=f"{others[0]} is final too")
    seen: set[str] = set()
    ahead = list(entry.fields.depends_on)
    while ahead:
        ref = ahead.pop()
        if ref == entry.ref:
            yield Label(zh="依赖关系成环", en="it depends on itself")
            return
        if ref not in seen:
            seen.add(ref)
            fields = book.fields(ref, Milestone)
            ahead += () if fields is None else fields.depends_on


_LIVE = ("proposed", "agreed", "in_progress")

MILESTONE = Concept(
    name="milestone",
    label=Label(zh="里程碑", en="milestone"),
    prefixes=("M",),
    dash=False,
    fields=Milestone,
    states=by_name(
        State("proposed", "拟定", "proposed"),
        State("agreed", "已确认", "agreed"),
        State("in_progress", "进行中", "in progress"),
        State("reached", "已达成", "reached"),
        State("accepted", "客户已验收", "accepted"),
        State("cancelled", "已取消", "cancelled", terminal=True),
    ),
    steps=(
        Step((NEW,), "add", Label(zh="拟定", en="add"), "proposed", takes=Add, apply=add),
        Step(
            ("proposed",),
            "agree",
            Label(zh="共同确认", en="agree"),
            "agreed",
            takes=Agree,
            guards=(in_baseline,),
            discloses=True,
        ),
        Step(("agreed",), "start", Label(zh="开始", en="start"), "in_progress"),
        Step(
            ("agreed", "in_progress"),
            "reach",
            Label(zh="达成", en="reach"),
            "reached",
            takes=Reach,
            apply=reach,
            guards=(complete, possible_date),
            fill=reached_when,
        ),
        Step(
            ("reached",),
            "accept",
            Label(zh="客户确认", en="accept"),
            "accepted",
            takes=Accept,
            apply=accept,
            guards=(accepted_after, deemed_holds, *(_unless_deemed(one) for one in decision.rules("acceptance"))),
            effects=record_acceptance,
        ),
        Step(
            ("reached", "accepted"),
            "revoke",
            Label(zh="撤销", en="revoke"),
            "in_progress",
            apply=revoke,
            effects=decision_revoked,
            reason=True,
        ),
        Step(
            ("agreed", "in_progress"),
            "cancel",
            Label(zh="取消", en="cancel"),
            "cancelled",
            takes=Cancel,
            guards=(approved_change,),
            done="cancelled",
        ),
        Step(_LIVE, "forecast", Label(zh="预测", en="forecast"), None, takes=Expect, apply=forecast, done="forecast"),
        Step(_LIVE, "estimate", Label(zh="估计", en="estimate"), None, takes=Guess, apply=estimate),
        Step(_LIVE, "explain", Label(zh="说明", en="explain"), None, takes=Explain, apply=explain),
    ),
    editable=frozenset(
        {"title", "description", "owner", "deliverables", "requirements", "depends_on", "scope_selectors",
         "buffer_wd", "internal_target_on"}
    ),
    editable_in={
        "proposed": frozenset(
            {"kind", "is_key", "is_final", "weight", "planned_start_on", "proposed_on", "completion_rule"}
        )
    },
    invariants=(
        Invariant(name="I6", check=_i6),
        Invariant(name="I7", check=_i7),
        accountable(due=lambda fields: fields.proposed_on),
    ),
)  # fmt: skip

CONCEPTS = (MILESTONE,)
