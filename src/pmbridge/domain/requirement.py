"""A requirement: collected, clarified and confirmed by the client; from its baseline on only changes move it."""

from __future__ import annotations

from collections.abc import Iterable

from pmbridge.domain import decision
from pmbridge.domain import requirement_fields as fold
from pmbridge.domain import requirement_rules as rules
from pmbridge.domain.applicable import only_if
from pmbridge.domain.approved_change import scope_line
from pmbridge.domain.book import Book
from pmbridge.domain.entry import Entry
from pmbridge.domain.machine import NEW, Concept, Invariant, State, Step, by_name
from pmbridge.domain.owner import accountable, refs_known
from pmbridge.domain.requirement_fields import Requirement, Signed
from pmbridge.domain.revocation import decision_revoked
from pmbridge.values import Label

# -------------------------------------------------------------------------------------------------- invariants


def _by_changes(entry: Entry[Requirement], book: Book) -> Iterable[Label]:
    """What was agreed is modified and removed by approved changes only, and each wording hashes to what it says."""
    fields = entry.fields
    n = 1
    for one in fields.revisions:
        if one.sha256 != Signed(statement=one.statement, fit_criteria=one.fit_criteria).sha256:
            yield Label(zh=f"修订 {one.label} 与校验码不符", en=f"revision {one.label} does not match its hash")
        if one.n not in (n, n + 1):
            yield Label(zh=f"缺少修订 {n + 1}", en=f"revision {n + 1} is missing")
        if (
            one.n == n + 1
            and scope_line(book, one.change, entry.ref, "modify") is None
            and not _cancelled(book, one.change)
        ):
            yield Label(
                zh=f"修订 {one.label} 没有已批准的变更", en=f"no approved change is behind revision {one.label}"
            )
        n = one.n
    if entry.state == "dropped" and fields.removed_by is None:
        yield Label(zh="没有变更就被取消", en="dropped without a change")


def _cancelled(book: Book, change: str | None) -> bool:
    """Return whether *change* was approved once and stopped afterwards: what it brought stays until another change."""
    entry = None if change is None else book.get(change)
    return entry is not None and entry.state == "cancelled"


def _in_baseline(entry: Entry[Requirement], book: Book) -> Iterable[Label]:
    """What is in the baseline that holds is baselined or fulfilled, in that revision, and nothing else is."""
    last = book.newest("requirements_baseline")
    found = None if last is None else last.fields.items.get(entry.ref)
    inside = entry.state in ("baselined", "fulfilled")
    if inside and found != entry.fields.current_revision:
        yield Label(
            zh=f"基线中是修订 {found}，记录是修订 {entry.fields.current_revision}",
            en=f"the baseline has revision {found}, the record revision {entry.fields.current_revision}",
        )
    if not inside and found is not None:
        state = REQUIREMENT.states[entry.state].label
        yield Label(zh=f"在基线中，但{state.zh}", en=f"it is in the baseline, but {state.en}")


_BEFORE = ("captured", "clarified", "in_review")
_LINKS_KNOWN = refs_known(
    "goals",
    "milestones",
    "deliverables",
    kinds={
        "goals": frozenset({"goal"}),
        "milestones": frozenset({"milestone"}),
        "deliverables": frozenset({"deliverable"}),
    },
)

REQUIREMENT = Concept(
    name="requirement",
    label=Label(zh="需求", en="requirement"),
    prefixes=("REQ",),
    fields=Requirement,
    states=by_name(
        State("captured", "已收集", "captured", "agency"),
        State("clarified", "已澄清", "clarified", "agency"),
        State("in_review", "客户评审中", "in client review", "client"),
        State("confirmed", "客户已确认", "confirmed by the client", "agency"),
        State("baselined", "已入基线", "baselined"),
        State("fulfilled", "已满足", "fulfilled", terminal=True),
        State("dropped", "已取消", "dropped", terminal=True),
        State("rejected", "不采纳", "rejected", terminal=True),
        State("withdrawn", "已撤回", "withdrawn", terminal=True),
    ),
    steps=(
        Step(
            (NEW,),
            "add",
            Label(zh="收集", en="add"),
            "captured",
            takes=fold.Add,
            apply=fold.add,
            fill=rules.with_source,
            guards=(rules.source_known, rules.criteria_distinct, _LINKS_KNOWN),
            evidence=True,
        ),
        Step(
            ("captured", "clarified"),
            "clarify",
            Label(zh="澄清", en="clarify"),
            "clarified",
            takes=fold.Clarify,
            apply=fold.clarify,
            guards=(rules.kind_set, rules.priority_set, rules.measurable, rules.criteria_distinct, _LINKS_KNOWN),
            done="clarified",
        ),
        Step(
            ("clarified",),
            "send",
            Label(zh="送客户评审", en="send"),
            "in_review",
            guards=(rules.measurable, rules.document_hashed),
            evidence=True,
            discloses=True,
            done="sent",
        ),
        Step(
            ("in_review",),
            "confirm",
            Label(zh="确认", en="confirm"),
            "confirmed",
            takes=decision.Decided,
            guards=decision.rules("requirements"),
            effects=rules.record_confirmation,
            verdict=True,
        ),
        Step(
            ("in_review",),
            "return",
            Label(zh="退回", en="return"),
            "clarified",
            takes=fold.Return,
            apply=fold.send_back,
            guards=decision.rules(None),
            verdict=True,
        ),
        Step(
            (*_BEFORE, "confirmed"),
            "baseline",
            Label(zh="纳入基线", en="baseline"),
            "baselined",
            takes=fold.Enter,
            apply=fold.enter,
            fill=rules.as_added,
            guards=(rules.agreed_with_client, rules.in_baseline, rules.measurable),
            discloses=True,
        ),
        Step(
            ("baselined", "fulfilled"),
            "revise",
            Label(zh="修订", en="revise"),
            "baselined",
            takes=fold.Revise,
            apply=fold.revise,
            fill=rules.as_modified,
            guards=(
                *only_if(
                    rules.modifies,
                    rules.modified_by_change,
                    rules.revision_in_baseline,
                    rules.worded_as_approved,
                    rules.measurable,
                    rules.criteria_distinct,
                ),
                *only_if(
                    rules.clarifies, rules.worded_anew, rules.criteria_unchanged, *decision.rules("requirements")
                ),
            ),
            effects=rules.record_clarification,
            discloses=True,
        ),
        Step(
            ("baselined",),
            "remove",
            Label(zh="取消", en="remove"),
            "dropped",
            takes=fold.Remove,
            apply=fold.remove,
            guards=(rules.removed_by_change,),
        ),
        Step(
            _BEFORE,
            "reject",
            Label(zh="不采纳", en="reject"),
            "rejected",
            takes=fold.Reject,
            guards=(rules.requester_told,),
            reason=True,
        ),
        Step(_BEFORE, "withdraw", Label(zh="撤回", en="withdraw"), "withdrawn", reason=True, done="withdrawn"),
        Step(
            ("confirmed",),
            "revoke",
            Label(zh="撤销确认", en="revoke"),
            "in_review",
            effects=decision_revoked,
            evidence=True,
            reason=True,
        ),
        Step(
            ("baselined",),
            "fulfil",
            Label(zh="确认满足", en="fulfil"),
            "fulfilled",
            guards=(rules.fit_passed,),
            done="fulfilled",
        ),
        Step(
            ("fulfilled",),
            "reopen",
            Label(zh="重新打开", en="reopen"),
            "baselined",
            takes=fold.Reopen,
            apply=fold.reopen,
            guards=(rules.cause_cites,),
        ),
    ),
    editable=frozenset(
        {"owner", "due_on", "no_due_reason", "goals", "milestones", "deliverables", "estimate", "complexity",
         "dev_notes"}
    ),
    invariants=(
        Invariant(name="I2", check=_in_baseline),
        Invariant(name="revisions", check=_by_changes),
        accountable(due=lambda fields: fields.due_on or fields.no_due_reason),
    ),
)  # fmt: skip

CONCEPTS = (REQUIREMENT,)
