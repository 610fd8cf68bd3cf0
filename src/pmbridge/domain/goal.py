"""A goal: SMART before it is proposed, agreed with the client, measured, and settled by its last measurement."""

from __future__ import annotations

from collections.abc import Iterable

from pmbridge.domain import decision
from pmbridge.domain import goal_fields as fold
from pmbridge.domain import goal_rules as rules
from pmbridge.domain.book import Book
from pmbridge.domain.client_decision import decision_on
from pmbridge.domain.entry import Entry
from pmbridge.domain.goal_fields import Goal
from pmbridge.domain.machine import NEW, Choice, Concept, Invariant, State, Step, by_name
from pmbridge.domain.owner import accountable, refs_known
from pmbridge.domain.revocation import decision_revoked
from pmbridge.values import Label

_OUTCOMES = ("achieved", "partly", "missed")
_LINKS_KNOWN = refs_known(
    "requirements",
    "milestones",
    kinds={"requirements": frozenset({"requirement"}), "milestones": frozenset({"milestone"})},
)
_EDIT = Label(zh="修改", en="edit")


def _agreed_properly(entry: Entry[Goal], book: Book) -> Iterable[Label]:
    """What is agreed was decided by the client; what is settled is what the last measurements say."""
    if entry.state in ("agreed", *_OUTCOMES) and decision_on(book, entry.ref) is None:
        yield Label(zh="没有客户决定", en="no decision of the client")
    if entry.state in _OUTCOMES and entry.fields.outcome != entry.state:
        yield Label(zh="结论与测量不符", en="the outcome is not what was measured")


GOAL = Concept(
    name="goal",
    label=Label(zh="目标", en="goal"),
    prefixes=("GOAL",),
    fields=Goal,
    states=by_name(
        State("draft", "草稿", "draft", "agency"),
        State("proposed", "拟定", "proposed", "client"),
        State("agreed", "已确认", "agreed"),
        State("achieved", "达成", "achieved", terminal=True),
        State("partly", "部分达成", "partly achieved", terminal=True),
        State("missed", "未达成", "missed", terminal=True),
        State("withdrawn", "已撤回", "withdrawn", terminal=True),
    ),
    steps=(
        Step(
            (NEW,),
            "add",
            Label(zh="起草", en="draft"),
            "draft",
            takes=fold.Add,
            apply=fold.add,
            fill=rules.people,
            guards=(_LINKS_KNOWN,),
            done="drafted",
        ),
        Step(
            ("draft",),
            "edit",
            _EDIT,
            None,
            takes=fold.Words,
            apply=fold.change,
            fill=rules.people,
            guards=(_LINKS_KNOWN,),
        ),
        # What the client has before it stays SMART, and it sees the new words at once.
        Step(
            ("proposed",),
            "edit",
            _EDIT,
            None,
            takes=fold.Words,
            apply=fold.change,
            fill=rules.people,
            guards=(*rules.SMART, _LINKS_KNOWN),
            discloses=True,
        ),
        Step(
            ("draft",),
            "propose",
            Label(zh="提出", en="propose"),
            "proposed",
            guards=rules.SMART,
            discloses=True,
        ),
        Step(
            ("proposed",),
            "agree",
            Label(zh="共同确认", en="agree"),
            "agreed",
            takes=fold.Agree,
            guards=(rules.realistic, *decision.rules("goals")),
            effects=rules.record_agreement,
            discloses=True,
            done="agreed",
        ),
        Step(
            ("agreed",),
            "measure",
            Label(zh="测量", en="measure"),
            None,
            takes=fold.Measure,
            apply=fold.measure,
            fill=rules.the_measure,
            guards=(rules.measured_properly,),
        ),
        Step(
            ("agreed",),
            "settle",
            Label(zh="结论", en="settle"),
            Choice(options=_OUTCOMES, pick=lambda fields, _: fields.outcome or "missed"),
            guards=(rules.measured_when_due,),
        ),
        Step(
            ("agreed",),
            "amend",
            Label(zh="变更", en="amend"),
            None,
            takes=fold.Amend,
            apply=fold.amend,
            fill=rules.people,
            guards=(rules.cited_by_change, *rules.SMART, rules.realistic, _LINKS_KNOWN),
            discloses=True,
        ),
        Step(
            ("agreed",),
            "withdraw",
            Label(zh="撤回", en="withdraw"),
            "withdrawn",
            takes=fold.Withdraw,
            apply=fold.withdraw,
            guards=(rules.cited_by_change,),
            done="withdrawn",
        ),
        Step(
            ("draft", "proposed"),
            "withdraw",
            Label(zh="撤回", en="withdraw"),
            "withdrawn",
            takes=fold.Withdraw,
            apply=fold.withdraw,
            reason=True,
            done="withdrawn",
        ),
        Step(
            ("agreed",),
            "revoke",
            Label(zh="撤销确认", en="revoke"),
            "proposed",
            effects=decision_revoked,
            evidence=True,
            reason=True,
        ),
    ),
    invariants=(
        Invariant(name="goal", check=_agreed_properly),
        accountable(due=lambda fields: fields.due_on or fields.no_due_reason),
    ),
)

CONCEPTS = (GOAL,)
