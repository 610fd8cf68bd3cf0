"""A change request: from submission through impact assessment to the client's decision, and from there to its end.

``STATES`` is one table for labels, for the split of an age into ours and theirs, and for what counts as open.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from pmbridge.domain import assessment_rules as assessing
from pmbridge.domain import change_effects as effects
from pmbridge.domain import change_fields as fold
from pmbridge.domain import change_rules as rules
from pmbridge.domain import decision
from pmbridge.domain.change_fields import ChangeRequest, Submit
from pmbridge.domain.entry import Entry
from pmbridge.domain.machine import NEW, Choice, Concept, Invariant, State, Step, by_name
from pmbridge.domain.moment import Moment
from pmbridge.domain.owner import accountable
from pmbridge.domain.revocation import decision_revoked
from pmbridge.values import Label

STATES = by_name(
    State("draft", "草稿", "draft"),
    State("submitted", "已提交", "submitted", "agency"),
    State("under_assessment", "影响评估中", "under assessment", "agency"),
    State("needs_information", "待补充", "needs information", "client"),
    State("assessed", "评估完成", "assessed", "agency"),
    State("awaiting_decision", "待客户决定", "awaiting your decision", "client"),
    State("approved", "已批准", "approved"),
    State("rejected", "已否决", "rejected", terminal=True),
    State("deferred", "已暂缓", "deferred"),
    # Derived: a lapsed offer can be assessed anew, but until somebody does it asks nothing of anybody.
    State("lapsed", "已失效", "lapsed", terminal=True),
    State("implementing", "实施中", "being implemented"),
    State("implemented", "已实施", "implemented"),
    State("verified", "已验证", "verified"),
    State("closed", "已关闭", "closed", terminal=True),
    State("withdrawn", "已撤回", "withdrawn", terminal=True),
    State("cancelled", "已中止", "cancelled", terminal=True),
    State("emergency_authorised", "紧急授权", "authorised as an emergency"),
)
"""By name, in the order of a request's life."""

OFF_SPECIFICATION = "OFF"


def _prefix(given: Any) -> str:
    return OFF_SPECIFICATION if isinstance(given, Submit) and given.kind == "off_specification" else "CR"


def _lapsed(entry: Entry[ChangeRequest], moment: Moment) -> str:
    last: date | None = entry.fields.valid_until
    over = entry.state == "awaiting_decision" and last is not None and moment.today > last
    return "lapsed" if over else entry.state


def _assessed(_: ChangeRequest, given: fold.Assess) -> str:
    return "under_assessment" if given.draft else "assessed"


_ASSESS = Label(zh="评估", en="assess")
_APPROVE = Label(zh="批准", en="approve")
_REJECT = Label(zh="否决", en="reject")
_COMPLETE = (assessing.fully_assessed, assessing.advised, assessing.dates_add_up, assessing.scope_fits)
_APPROVAL = (
    assessing.fully_assessed,
    rules.option_chosen,
    rules.as_sent,
    rules.baselines_unmoved,
    *decision.rules("change", effects.offered),
    rules.small_changes,
)
_AFFECTS = frozenset({"affects"})
_BEFORE_DECISION = (
    "draft", "submitted", "under_assessment", "needs_information", "assessed", "awaiting_decision", "deferred",
)  # fmt: skip

CHANGE = Concept(
    name="change",
    label=Label(zh="变更请求", en="change request"),
    prefixes=("CR", OFF_SPECIFICATION),
    prefix_of=_prefix,
    width=3,
    widths={OFF_SPECIFICATION: 2},
    fields=ChangeRequest,
    states=STATES,
    steps=(
        Step((NEW,), "add", Label(zh="起草", en="draft"), "draft", takes=fold.Draft, apply=fold.draft),
        Step(
            (NEW, "draft"),
            "submit",
            Label(zh="提交", en="submit"),
            "submitted",
            takes=fold.Submit,
            apply=fold.submit,
            guards=(rules.described,),
            fill=effects.with_deadline,
            discloses=True,
            done="submitted",
        ),
        Step(
            ("submitted", "under_assessment"),
            "assess",
            _ASSESS,
            Choice(options=("under_assessment", "assessed"), pick=_assessed),
            takes=fold.Assess,
            apply=fold.assess,
            guards=_COMPLETE,
            fill=effects.with_dates,
            done="assessed",
        ),
        Step(
            ("emergency_authorised",),
            "assess",
            _ASSESS,
            None,
            takes=fold.Assess,
            apply=fold.assess,
            guards=_COMPLETE,
            fill=effects.with_dates,
            done="assessed",
        ),
        Step(
            ("under_assessment",),
            "ask",
            Label(zh="询问", en="ask"),
            "needs_information",
            takes=fold.AskBack,
            apply=fold.ask_back,
            evidence=True,
            done="asked about",
        ),
        Step(
            ("needs_information",),
            "reply",
            Label(zh="答复", en="reply"),
            "under_assessment",
            takes=fold.Reply,
            apply=fold.reply,
            done="replied to",
        ),
        Step(
            ("assessed",),
            "send",
            Label(zh="提交客户", en="send"),
            "awaiting_decision",
            takes=fold.Send,
            apply=fold.send,
            guards=(assessing.fully_assessed, rules.baselines_unmoved, rules.offer_dates),
            evidence=True,
            discloses=True,
            done="sent",
        ),
        Step(
            ("awaiting_decision",),
            "approve",
            _APPROVE,
            "approved",
            takes=fold.Approve,
            apply=fold.approve,
            guards=(*_APPROVAL, rules.offer_open),
            effects=effects.recorded("approve"),
            discloses=True,
            verdict=True,
        ),
        Step(
            ("emergency_authorised",),
            "approve",
            _APPROVE,
            "implementing",
            takes=fold.Approve,
            apply=fold.approve,
            guards=_APPROVAL,
            effects=effects.recorded("approve"),
            discloses=True,
            verdict=True,
        ),
        Step(
            ("awaiting_decision",),
            "reject",
            _REJECT,
            "rejected",
            takes=decision.Decided,
            guards=decision.rules("change"),
            effects=effects.recorded("reject"),
            discloses=True,
            verdict=True,
            done="rejected",
        ),
        Step(
            ("emergency_authorised",),
            "reject",
            _REJECT,
            "cancelled",
            takes=decision.Decided,
            guards=decision.rules("change"),
            effects=effects.recorded("reject"),
            discloses=True,
            verdict=True,
            done="rejected",
        ),
        Step(
            ("awaiting_decision",),
            "defer",
            Label(zh="暂缓", en="defer"),
            "deferred",
            takes=fold.Defer,
            apply=fold.defer,
            guards=(rules.revisited_later, *decision.rules("change")),
            effects=effects.recorded("defer"),
            discloses=True,
            verdict=True,
            done="deferred",
        ),
        Step(
            ("deferred", "assessed", "awaiting_decision"),
            "reassess",
            Label(zh="重新评估", en="reassess"),
            "under_assessment",
            apply=fold.reassess,
            reason=True,
            done="reassessed",
        ),
        Step(
            ("approved", "rejected", "deferred"),
            "revoke",
            Label(zh="撤销决定", en="revoke"),
            "awaiting_decision",
            apply=fold.unchoose,
            effects=decision_revoked,
            evidence=True,
            reason=True,
        ),
        Step(
            ("submitted",),
            "authorise",
            Label(zh="紧急授权", en="authorise"),
            "emergency_authorised",
            takes=fold.Authorise,
            apply=fold.authorise,
            guards=(rules.cap_and_deadline, *decision.rules("change", effects.capped, in_writing=False)),
            fill=effects.with_confirmation,
            evidence=True,
            discloses=True,
        ),
        Step(
            ("submitted", "under_assessment", "assessed"),
            "rework",
            Label(zh="返工", en="rework"),
            "implementing",
            apply=fold.rework,
            guards=(rules.off_specification,),
            evidence=True,
            discloses=True,
        ),
        Step(
            ("approved",),
            "implement",
            Label(zh="实施", en="implement"),
            "implementing",
            takes=fold.Implement,
            apply=fold.implement,
            guards=(rules.conditions_met, rules.baselines_unmoved),
            effects=effects.new_baselines,
        ),
        Step(
            ("implementing",),
            "complete",
            Label(zh="完成", en="complete"),
            "implemented",
            guards=(rules.deliverables_submitted,),
        ),
        Step(
            ("implemented",),
            "verify",
            Label(zh="验证", en="verify"),
            "verified",
            takes=fold.Verify,
            apply=fold.verify,
            done="verified",
        ),
        Step(("verified",), "close", Label(zh="归档", en="close"), "closed", evidence=True),
        Step(
            _BEFORE_DECISION,
            "withdraw",
            Label(zh="撤回", en="withdraw"),
            "withdrawn",
            takes=fold.Withdraw,
            apply=fold.withdraw,
            guards=(rules.requester_agrees,),
            reason=True,
            done="withdrawn",
        ),
        Step(
            ("approved", "implementing"),
            "cancel",
            Label(zh="中止", en="cancel"),
            "cancelled",
            takes=decision.Decided,
            guards=decision.rules("change"),
            effects=effects.recorded("reject"),
            discloses=True,
            done="cancelled",
        ),
    ),
    editable=frozenset(
        {"owner", "assess_by", "priority", "urgency", "internal_estimate", "margin", "commercial_notes",
         "implementation"}
    ),
    # What it affects is part of what the client decides on, and some of it may change once it is approved.
    editable_in=dict.fromkeys(("submitted", "under_assessment", "needs_information", "assessed"), _AFFECTS)
    | {"draft": _AFFECTS | {"title", "description", "reason", "benefit", "consequence", "raised_by", "raised_via"}},
    derived=_lapsed,
    invariants=(
        Invariant(name="I3", check=effects.decided_properly),
        # By when is said by the clock of each state, not by a day of the record.
        accountable(due=lambda fields: fields.assess_by or "clock"),
    ),
)  # fmt: skip

CONCEPTS = (CHANGE,)
