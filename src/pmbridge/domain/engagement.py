"""An engagement: what both sides agreed as its rules, and how it begins, pauses and ends.

Its state hinders no report: day one works before anything is agreed.
"""

from __future__ import annotations

from collections.abc import Iterable

from pmbridge.domain import decision
from pmbridge.domain import engagement_fields as fold
from pmbridge.domain import engagement_rules as rules
from pmbridge.domain.agreement import KIND
from pmbridge.domain.baseline import baselines
from pmbridge.domain.book import Book
from pmbridge.domain.engagement_fields import Engagement
from pmbridge.domain.entry import Entry
from pmbridge.domain.machine import NEW, Concept, Invariant, State, Step, by_name
from pmbridge.domain.owner import accountable
from pmbridge.values import Label

_RUNNING = ("initiating", "running", "closing")
_ALIVE = ("prospective", *_RUNNING, "suspended")
_AGREE = Label(zh="约定规则", en="agree")
_TERMS_AGREED = (rules.calendar_known, rules.budget_unmoved, *decision.rules(None), rules.agreed_by_authorised)


def _budget_is_baseline(entry: Entry[Engagement], book: Book) -> Iterable[Label]:
    """The agreed budget is budget baseline 0 (I1): only approved changes move it from there."""
    agreed = baselines(book, "budget")
    told = entry.fields.agreed_budget
    if agreed and told is not None and agreed[0].fields.total != (told,):
        yield Label(zh=f"约定预算 {told} 不是预算基线 0", en=f"the agreed budget {told} is not budget baseline 0")


def _ended(entry: Entry[Engagement], _: Book) -> Iterable[Label]:
    """What has ended says since when, and nothing else does."""
    if (entry.state in ("closed", "terminated")) != (entry.fields.closed_on is not None):
        yield Label(zh="结束日期与状态不符", en="the day of its end does not fit its state")


ENGAGEMENT = Concept(
    name=KIND,
    label=Label(zh="客户项目", en="engagement"),
    prefixes=("ENG",),
    width=1,
    fields=Engagement,
    states=by_name(
        State("prospective", "洽谈中", "prospective"),
        State("initiating", "启动中", "initiating"),
        State("running", "进行中", "running"),
        State("suspended", "已暂停", "suspended"),
        State("closing", "收尾中", "closing"),
        State("closed", "已结项", "closed", terminal=True),
        State("terminated", "已终止", "terminated", terminal=True),
    ),
    steps=(
        Step(
            (NEW,),
            "add",
            Label(zh="登记", en="add"),
            "prospective",
            takes=fold.Add,
            apply=fold.add,
            guards=(rules.only_one,),
            done="added",
        ),
        Step(
            (NEW,),
            "agree",
            _AGREE,
            "prospective",
            takes=fold.Agree,
            apply=fold.agree,
            guards=(rules.only_one, rules.named, *_TERMS_AGREED),
            effects=rules.record_agreement,
            discloses=True,
            done="agreed",
        ),
        Step(
            _ALIVE,
            "agree",
            _AGREE,
            None,
            takes=fold.Agree,
            apply=fold.agree,
            guards=_TERMS_AGREED,
            effects=rules.record_agreement,
            discloses=True,
            done="agreed",
        ),
        Step(
            ("prospective",),
            "initiate",
            Label(zh="启动", en="initiate"),
            "initiating",
            guards=(rules.contacts_known, rules.somebody_authorised, rules.rules_agreed),
        ),
        Step(
            ("initiating",),
            "launch",
            Label(zh="开工", en="launch"),
            "running",
            guards=(rules.baselines_agreed, rules.goal_agreed),
            done="launched",
        ),
        Step(
            ("running",),
            "suspend",
            Label(zh="暂停", en="suspend"),
            "suspended",
            takes=decision.Decided,
            apply=fold.suspend,
            guards=decision.rules("closure"),
            effects=rules.recorded("defer"),
            reason=True,
            discloses=True,
        ),
        Step(
            ("suspended",),
            "resume",
            Label(zh="恢复", en="resume"),
            "running",
            takes=decision.Decided,
            apply=fold.resume,
            guards=decision.rules("closure"),
            effects=rules.recorded("approve"),
            reason=True,
            discloses=True,
        ),
        Step(
            ("running",),
            "wind_down",
            Label(zh="收尾", en="wind down"),
            "closing",
            guards=(rules.final_reached,),
            done="wound down",
        ),
        Step(
            ("closing",),
            "close",
            Label(zh="结项", en="close"),
            "closed",
            takes=fold.Close,
            apply=fold.close,
            guards=(*rules.CLOSING, *decision.rules("closure")),
            effects=rules.recorded("approve"),
            discloses=True,
        ),
        Step(
            _ALIVE,
            "terminate",
            Label(zh="终止", en="terminate"),
            "terminated",
            apply=fold.terminate,
            evidence=True,
            reason=True,
        ),
        Step(
            ("closed", "terminated"),
            "reopen",
            Label(zh="重新打开", en="reopen"),
            "running",
            apply=fold.reopen,
            evidence=True,
            reason=True,
        ),
    ),
    editable=frozenset({"summary", "agency_lead", "members", "cost_rate", "margin", "actual_cost"}),
    editable_in={"prospective": frozenset({"name"})},
    invariants=(
        Invariant(name="I1", check=_budget_is_baseline),
        Invariant(name="ended", check=_ended),
        # An engagement need not have an end: a retainer runs until somebody ends it.
        accountable(owner=lambda fields: fields.agency_lead, due=lambda fields: fields.contract_end_on or "open"),
    ),
)

CONCEPTS = (ENGAGEMENT,)
