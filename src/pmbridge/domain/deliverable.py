"""A deliverable: planned, reviewed by ourselves, submitted, and accepted by the client criterion by criterion."""

from __future__ import annotations

from collections.abc import Iterable

from pmbridge.domain import decision
from pmbridge.domain import deliverable_fields as fold
from pmbridge.domain import deliverable_rules as rules
from pmbridge.domain.acceptance import AcceptanceRecord
from pmbridge.domain.book import Book
from pmbridge.domain.client_decision import decision_on
from pmbridge.domain.deliverable_fields import Deliverable
from pmbridge.domain.entry import Entry
from pmbridge.domain.impact import DELIVERABLE as DELIVERABLE_PREFIX
from pmbridge.domain.machine import NEW, Concept, Invariant, State, Step, by_name
from pmbridge.domain.owner import accountable, refs_known
from pmbridge.values import Label

# -------------------------------------------------------------------------------------------------- invariants


def _i6(entry: Entry[Deliverable], _: Book) -> Iterable[Label]:
    """No submission was decided on before it was made."""
    made = {one.n: one.submitted_on for one in entry.fields.submissions}
    for one in entry.fields.acceptances:
        if one.submission not in made or one.decided_on < made[one.submission]:
            yield Label(
                zh=f"第 {one.submission} 次提交的验收早于提交", en=f"submission {one.submission} was judged too early"
            )


def _i12(entry: Entry[Deliverable], book: Book) -> Iterable[Label]:
    """A deemed acceptance rests on the contract's rule, a notice, a reminder and the elapsed window."""
    for one in entry.fields.acceptances:
        notice = entry.fields.submissions[one.submission - 1].notice
        rule = one.deemed
        if (one.verdict == "deemed_accepted") != (rule is not None):
            yield Label(zh="视为验收没有依据", en="deemed accepted without a rule")
        elif rule is not None and not (notice and rule.reminded_on < rule.window_ended_on < one.decided_on):
            yield Label(zh="视为验收的条件不成立", en="the conditions of the deemed acceptance do not hold")
    if entry.state == "deemed_accepted" and decision_on(book, entry.ref) is not None:
        yield Label(zh="视为验收却有客户决定", en="deemed accepted, and decided by the client")


def _accepted_properly(entry: Entry[Deliverable], book: Book) -> Iterable[Label]:
    """Accepted by a decision of the client that stands, on these very files, with every mandatory criterion met."""
    record, last = entry.fields.acceptance, entry.fields.submission
    judged, waits = entry.state in _JUDGED or entry.state == "handed_over", entry.state == "under_review"
    if (judged and record is None) or (waits and record is not None):
        yield Label(zh="状态与验收记录不符", en="the state is not that of the acceptance record")
    if record is None or last is None or record.verdict == "deemed_accepted":
        return
    decided = decision_on(book, entry.ref)
    if decided is None or decided.fields.subject_sha256 != last.sha256:
        yield Label(zh="没有对这些文件的客户决定", en="no decision of the client on these files")
    if record.verdict == "accepted":
        yield from _lacking(entry.fields, record)


def _lacking(fields: Deliverable, record: AcceptanceRecord) -> Iterable[Label]:
    fine = {one.criterion for one in record.verdicts if one.mark == "pass" or (one.mark == "waived" and one.note)}
    for one in fields.acceptance_criteria:
        if one.mandatory and one.id not in fine:
            yield Label(zh=f"标准 {one.id} 未通过", en=f"criterion {one.id} is not met")


# ----------------------------------------------------------------------------------------------------- concept

_BEFORE_VERDICT = ("planned", "in_preparation", "internally_reviewed", "under_review", "rejected")
_JUDGED = ("accepted", "conditionally_accepted", "rejected", "deemed_accepted")

DELIVERABLE = Concept(
    name="deliverable",
    label=Label(zh="交付物", en="deliverable"),
    prefixes=(DELIVERABLE_PREFIX,),
    fields=Deliverable,
    states=by_name(
        State("planned", "计划", "planned", "agency"),
        State("in_preparation", "准备中", "in preparation", "agency"),
        State("internally_reviewed", "内部评审通过", "passed our own review", "agency"),
        State("under_review", "客户验收中", "under client review", "client"),
        State("accepted", "已验收", "accepted"),
        State("conditionally_accepted", "有条件验收", "accepted with conditions", "agency"),
        State("rejected", "未通过", "rejected", "agency"),
        State("deemed_accepted", "视为验收", "deemed accepted"),
        State("handed_over", "已移交", "handed over", terminal=True),
        State("dropped", "已取消", "dropped", terminal=True),
    ),
    steps=(
        Step(
            (NEW,),
            "add",
            Label(zh="计划", en="add"),
            "planned",
            takes=fold.Add,
            apply=fold.add,
            fill=rules.as_planned,
            guards=(
                rules.criteria_given,
                rules.criteria_agreed,
                rules.window_known,
                refs_known(
                    "milestone",
                    "requirements",
                    kinds={"milestone": frozenset({"milestone"}), "requirements": frozenset({"requirement"})},
                ),
            ),
            done="added",
        ),
        Step(("planned",), "prepare", Label(zh="准备", en="prepare"), "in_preparation"),
        Step(
            ("in_preparation",),
            "review",
            Label(zh="内部评审", en="review"),
            "internally_reviewed",
            takes=fold.Review,
            apply=fold.review,
            guards=(rules.checklist_passed,),
        ),
        Step(
            ("internally_reviewed",),
            "submit",
            Label(zh="提交验收", en="submit"),
            "under_review",
            takes=fold.Submit,
            apply=fold.submit,
            fill=rules.as_submitted,
            guards=(rules.package_hashed, rules.notice_sent),
            discloses=True,
            done="submitted",
        ),
        Step(
            ("under_review",),
            "accept",
            Label(zh="验收通过", en="accept"),
            "accepted",
            takes=fold.Judge,
            apply=fold.accept,
            fill=rules.as_judged,
            guards=(rules.verdicts_on_criteria, rules.mandatory_passed, *decision.rules("acceptance")),
            effects=rules.recorded("approve"),
            verdict=True,
        ),
        Step(
            ("under_review",),
            "accept_with_conditions",
            Label(zh="有条件验收", en="accept with conditions"),
            "conditionally_accepted",
            takes=fold.JudgeWithConditions,
            apply=fold.accept_with_conditions,
            fill=rules.as_judged,
            guards=(rules.verdicts_on_criteria, rules.punch_list_owned, *decision.rules("acceptance")),
            effects=rules.recorded("approve_with_conditions"),
            verdict=True,
            done="accepted with conditions",
        ),
        Step(
            ("under_review",),
            "reject",
            Label(zh="驳回", en="reject"),
            "rejected",
            takes=fold.Judge,
            apply=fold.reject,
            guards=(rules.something_failed, rules.verdicts_on_criteria, *decision.rules("acceptance")),
            effects=rules.recorded("reject"),
            verdict=True,
        ),
        Step(
            ("under_review",),
            "deem",
            Label(zh="视为验收", en="deem accepted"),
            "deemed_accepted",
            takes=fold.Deem,
            apply=fold.deem,
            fill=rules.as_deemed,
            guards=(rules.deeming_agreed, rules.notified, rules.window_elapsed, rules.reminded),
            done="deemed accepted",
        ),
        Step(("rejected",), "rework", Label(zh="返工", en="rework"), "in_preparation"),
        Step(
            ("conditionally_accepted",),
            "clear",
            Label(zh="遗留项清零", en="clear"),
            "accepted",
            takes=decision.Decided,
            apply=fold.clear,
            guards=(rules.punch_list_done, *decision.rules("acceptance")),
            effects=rules.recorded("approve"),
        ),
        Step(
            ("accepted", "conditionally_accepted", "rejected"),
            "revoke",
            Label(zh="撤销验收决定", en="revoke"),
            "under_review",
            apply=fold.revoke,
            effects=rules.decisions_revoked,
            evidence=True,
            reason=True,
        ),
        Step(
            ("accepted", "deemed_accepted"),
            "handover",
            Label(zh="移交", en="hand over"),
            "handed_over",
            takes=fold.HandOver,
            apply=fold.hand_over,
            guards=(rules.handover_complete,),
            evidence=True,
            done="handed over",
        ),
        Step(
            _BEFORE_VERDICT,
            "remove",
            Label(zh="取消", en="remove"),
            "dropped",
            takes=fold.Remove,
            apply=fold.remove,
            guards=(rules.removed_by_change,),
        ),
    ),
    editable=frozenset({"title", "description", "kind", "planned_on", "owner", "location"}),
    # What was submitted proves the milestone and the requirements for which it was.
    editable_in=dict.fromkeys(
        ("planned", "in_preparation", "internally_reviewed"), frozenset({"milestone", "requirements"})
    ),
    invariants=(
        Invariant(name="I6", check=_i6),
        Invariant(name="I12", check=_i12),
        Invariant(name="acceptance", check=_accepted_properly),
        accountable(due=lambda fields: fields.planned_on),
    ),
)

CONCEPTS = (DELIVERABLE,)
