"""An engagement whose rules were agreed: contacts with authority, baselines 0, and stand-ins for two more concepts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from pmbridge.domain import baseline_concepts, change, client_decision, contact, milestone
from pmbridge.domain.baseline import ByChange
from pmbridge.domain.concepts import gathered
from pmbridge.domain.entry import Said
from pmbridge.domain.evidence import Evidence
from pmbridge.domain.fields import C, Fields, Input
from pmbridge.domain.machine import NEW, Concept, State, Step, by_name
from pmbridge.register import Register
from pmbridge.store import Store
from pmbridge.testing.clock import FakeClock
from pmbridge.values import Label
from tests.unit.register_bench import at, opened

MAIL = Evidence(kind="email", title="回信.eml")
LETTER = Evidence(kind="signed_document", title="合同 HT-2026-014.pdf")
CALL = Evidence(kind="call_note", title="通话记录.txt")

ZHANG, LI = "CT-01", "CT-02"
PLAN = {
    "M3": date(2026, 5, 29),
    "M4": date(2026, 6, 12),
    "M5": date(2026, 6, 26),
    "M6": date(2026, 7, 3),
    "M7": date(2026, 7, 10),
}
EVERYTHING = ["requirements", "goals", "milestones", "change", "acceptance", "expectation", "report_ack"]


class _Thing(Fields):
    milestone: str | None = C(None)
    submitted_on: date | None = C(None)
    deemed_on: date | None = C(None)

    @property
    def deemed(self) -> bool:
        return self.deemed_on is not None


class _AddThing(Input):
    milestone: str | None = None


class _NoChange(ByChange):
    change: str = ""


def _deemed(fields: _Thing, _: Any, said: Said) -> _Thing:
    return fields.evolve(deemed_on=said.day)


def _thing(_: Any, given: _AddThing, __: Said) -> _Thing:
    return _Thing(milestone=given.milestone)


def _submitted(fields: _Thing, _: Any, said: Said) -> _Thing:
    return fields.evolve(submitted_on=said.day)


REQUIREMENT = Concept(
    name="requirement",
    label=Label(zh="需求", en="requirement"),
    prefixes=("REQ",),
    fields=_Thing,
    states=by_name(
        State("confirmed", "已确认", "confirmed"),
        State("baselined", "已入基线", "baselined"),
        State("dropped", "已取消", "dropped"),
    ),
    steps=(
        Step((NEW,), "add", Label(zh="收集", en="add"), "confirmed", takes=_AddThing, apply=_thing),
        Step(("confirmed",), "baseline", Label(zh="入基线", en="baseline"), "baselined", takes=_NoChange),
        Step(("baselined",), "revise", Label(zh="修订", en="revise"), None, takes=ByChange),
        Step(("baselined",), "remove", Label(zh="取消", en="remove"), "dropped", takes=ByChange),
    ),
)  # fmt: skip
DELIVERABLE = Concept(
    name="deliverable",
    label=Label(zh="交付物", en="deliverable"),
    prefixes=("DL",),
    fields=_Thing,
    states=by_name(
        State("planned", "计划", "planned"),
        State("under_review", "客户验收中", "under review", "client"),
        State("accepted", "已验收", "accepted"),
        State("deemed_accepted", "视为验收", "deemed accepted"),
        State("handed_over", "已移交", "handed over", terminal=True),
    ),
    steps=(
        Step((NEW,), "add", Label(zh="计划", en="add"), "planned", takes=_AddThing, apply=_thing),
        Step(("planned",), "submit", Label(zh="提交", en="submit"), "under_review", apply=_submitted),
        Step(("under_review",), "accept", Label(zh="验收", en="accept"), "accepted"),
        Step(("under_review",), "deem", Label(zh="视为验收", en="deem"), "deemed_accepted", apply=_deemed),
        Step(("deemed_accepted",), "handover", Label(zh="移交", en="handover"), "handed_over"),
    ),
)

CONCEPTS: Mapping[str, Concept] = gathered(
    *contact.CONCEPTS,
    *client_decision.CONCEPTS,
    *baseline_concepts.CONCEPTS,
    *milestone.CONCEPTS,
    *change.CONCEPTS,
    REQUIREMENT,
    DELIVERABLE,
)


def agreed(store: Store, clock: FakeClock, *, requirements: int = 4) -> Register:
    """Return a register in which contacts, milestones, requirements and all three baselines 0 stand."""
    register = opened(store, clock, concepts=CONCEPTS)
    with register.batch() as batch:

        def do(kind: str, verb: str, when: datetime, **other: Any) -> str:
            return batch.do(kind, verb, at=when, **other).ref

        start = at("04-07")
        do("contact", "add", start, input={"name": "张敏", "email": "zhangmin@lanhai.example", "role": "product_owner",
           "may": EVERYTHING, "limit": "CNY 20000.00", "days": 5}, evidence=[LETTER])  # fmt: skip
        do("contact", "add", start, input={"name": "李总", "role": "sponsor", "may": [*EVERYTHING, "closure"],
           "limit": "CNY 200000.00", "days": 20, "joint_with": [ZHANG]}, evidence=[LETTER])  # fmt: skip
        for ref, day in PLAN.items():
            said = {"title": f"里程碑 {ref}", "on": day, "is_final": ref == "M7", "is_key": ref > "M3", "weight": 20}
            do("milestone", "add", start, number=ref, input=said)
        do("schedule_baseline", "agree", start, input={"dates": PLAN}, by="张敏", evidence=[LETTER])
        do("budget_baseline", "agree", start, input={"total": "CNY 680000.00"}, by="李总", evidence=[LETTER])
        names = [do("requirement", "add", start) for _ in range(requirements)]
        do(
            "requirements_baseline",
            "agree",
            at("04-17"),
            input={"items": dict.fromkeys(names, 1)},
            by="张敏",
            evidence=[LETTER],
        )
    return register


def none(dimension: str) -> dict[str, Any]:
    """Return the finding that nothing changes."""
    return {"dimension": dimension, "finding": "none", "rationale": "没有影响"}


def price(amount: str) -> dict[str, Any]:
    """Return the finding of a price."""
    return {"dimension": "budget", "finding": "quantified", "budget": {"amount": amount}}


def shift(ref: str, days: int) -> dict[str, Any]:
    """Return the finding that a milestone moves by working days."""
    return {"dimension": "schedule", "finding": "quantified", "schedule": {"milestone": ref, "delta_wd": days}}


def scope(op: str, ref: str) -> dict[str, Any]:
    """Return the finding that a requirement is added, modified or removed."""
    return {"dimension": "scope", "finding": "quantified", "scope": {"op": op, "ref": ref}}


def option(key: str, *lines: dict[str, Any]) -> dict[str, Any]:
    """Return an option; what no line speaks of is not affected."""
    spoken = {one["dimension"] for one in lines}
    rest = [none(one) for one in ("scope", "schedule", "budget") if one not in spoken]
    return {"key": key, "title": f"方案 {key}", "lines": [*lines, *rest]}


def assessment(*options: dict[str, Any], recommended: str = "A") -> dict[str, Any]:
    """Return a complete assessment."""
    return {"options": options, "recommended": recommended, "do_nothing": "一切照旧"}


REQUEST = {
    "title": "小程序优惠券",
    "description": "首页领取与核销",
    "reason": "618 活动引流",
    "raised_by": ZHANG,
    "via": "email",
}


def submitted(register: Register, day: str, **other: Any) -> str:
    """Submit a change request and return its ref."""
    return register.do("change", "submit", input=REQUEST | other, at=at(day), evidence=[MAIL]).ref


def sent(register: Register, days: tuple[str, str, str], *options: dict[str, Any], **other: Any) -> str:
    """Take a change to where it waits for the client: submitted, assessed, sent on *days*; the offer stands a month."""
    ref = submitted(register, days[0], **other)
    register.do("change", "assess", ref, input=assessment(*options), at=at(days[1]))
    until = {"need_by": date(2026, 6, 9), "valid_until": date(2026, 6, 12)}
    register.do("change", "send", ref, input=until, at=at(days[2]), evidence=[MAIL])
    return ref


def approved(
    register: Register, days: tuple[str, str, str, str], *options: dict[str, Any], by: str = "张敏", **other: Any
) -> str:
    """Take a change to its approval."""
    ref = sent(register, days[:3], *options, **other)
    register.do("change", "approve", ref, input={"option": "A"}, by=by, evidence=[MAIL], at=at(days[3]))
    return ref
