"""What has to hold before a deliverable takes a step, and what a step does beyond the deliverable."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from datetime import date
from typing import Any

from pmbridge.domain import decision
from pmbridge.domain.acceptance import CriterionVerdict, PackageFile
from pmbridge.domain.agreement import agreed
from pmbridge.domain.approved_change import unapproved
from pmbridge.domain.book import Book
from pmbridge.domain.client_decision import Verdict
from pmbridge.domain.communication import SPOKEN, communications
from pmbridge.domain.deliverable_fields import (
    Add,
    Deem,
    Deliverable,
    HandOver,
    Judge,
    JudgeWithConditions,
    Remove,
    Review,
    Submit,
)
from pmbridge.domain.fields import Empty, Input
from pmbridge.domain.machine import Ask, Effect, Unmet, command, guard
from pmbridge.values import Label

REMINDER_WD = 2
"""So many working days before the window ends, at the latest, the client is reminded that silence is acceptance."""

_SIGNED = frozenset({"confirmed", "baselined", "fulfilled"})
_TASKS = frozenset({"issue", "action"})


# ---------------------------------------------------------------------------------------------------- planning


@guard("criteria", "有验收标准", "has acceptance criteria")
def criteria_given(ask: Ask[Deliverable, Add]) -> Iterable[Unmet]:
    """At least one acceptance criterion, no two of one id, each proving a fit criterion that exists."""
    given = ask.input.acceptance_criteria
    fix = command("pmbridge deliverable add --from FILE")
    if not given:
        yield Unmet(
            found=Label(zh="没有验收标准", en="no acceptance criterion"),
            needed=Label(zh="至少 1 条", en="at least one"),
            fix=fix,
        )
    ids = [one.id for one in given]
    for twice in sorted({one for one in ids if ids.count(one) > 1}):
        yield Unmet(
            found=Label(zh=f"{twice} 出现多次", en=f"{twice} occurs more than once"),
            needed=Label(zh="每条一个编号", en="one id for each"),
            fix=fix,
        )
    for one in given:
        if one.fit is not None and not _is_fit(ask.register, one.fit):
            yield Unmet(
                found=Label(zh=f"没有验收口径 {one.fit}", en=f"there is no fit criterion {one.fit}"),
                needed=Label(zh="例如 REQ-11:1", en="for instance REQ-11:1"),
                fix=command("pmbridge requirement list"),
            )


def _is_fit(book: Book, written: str) -> bool:
    ref, _, id_ = written.partition(":")
    entry = book.get(ref)
    criteria = () if entry is None or entry.kind != "requirement" else entry.fields.fit_criteria
    return any(one.id == id_ for one in criteria)


@guard("criteria-agreed", "标准已与客户约定", "criteria agreed with the client")
def criteria_agreed(ask: Ask[Deliverable, Add]) -> Iterable[Unmet]:
    """More than a call note, a decision of the client, or requirements that it signed show that it agreed to them."""
    given = ask.input
    decided = given.agreed_by is not None and ask.register.kind(given.agreed_by) == "client_decision"
    states = [None if (one := ask.register.get(ref)) is None else one.state for ref in given.requirements]
    written = any(one.kind != "call_note" for one in ask.evidence)
    if not (written or decided or (states and _SIGNED.issuperset(states))):
        yield Unmet(
            found=Label(zh="没有与客户约定的依据", en="nothing shows that the client agreed"),
            needed=Label(zh="证据、客户决定或已确认的需求", en="evidence, a decision or confirmed requirements"),
            fix=command("--evidence FILE"),
        )


@guard("review-window", "有评审期限", "review window known")
def window_known(ask: Ask[Deliverable, Add]) -> Iterable[Unmet]:
    """How long the client may take is given, or agreed in the contract."""
    if ask.input.review_window_wd is None:
        yield Unmet(
            found=Label(zh="没有评审期限", en="no review window"),
            needed=Label(zh="工作日数", en="a number of working days"),
            fix=command("--review-window-wd 5"),
        )


def as_planned(ask: Ask[Deliverable, Add]) -> Add:
    """Return the input with the contract's review window, where no other is given."""
    if ask.input.review_window_wd is not None:
        return ask.input
    return ask.input.model_copy(update={"review_window_wd": agreed(ask.register, "review_window_wd")})


# -------------------------------------------------------------------------------------------------- submitting


@guard("checklist", "内部检查通过", "checklist passed")
def checklist_passed(ask: Ask[Deliverable, Review]) -> Iterable[Unmet]:
    """Our own checklist has a point or more, and every one passed."""
    fix = command(f"pmbridge deliverable review {ask.ref} --from FILE")
    if not ask.input.checklist:
        yield Unmet(
            found=Label(zh="没有检查项", en="no checklist"),
            needed=Label(zh="至少 1 项", en="at least one point"),
            fix=fix,
        )
    for one in ask.input.checklist:
        if not one.passed:
            yield Unmet(
                found=Label(zh=f"未通过：{one.text}", en=f"not passed: {one.text}"),
                needed=Label(zh="全部通过", en="all points passed"),
                fix=fix,
            )


@guard("package", "文件已校验", "package hashed")
def package_hashed(ask: Ask[Deliverable, Submit]) -> Iterable[Unmet]:
    """What is submitted is at least one file, known by its hash."""
    if not ask.input.package:
        yield Unmet(
            found=Label(zh="没有提交的文件", en="no file is submitted"),
            needed=Label(zh="文件及其校验码", en="a file and its hash"),
            fix=command(f"pmbridge deliverable submit {ask.ref} --evidence file:FILE"),
        )


@guard("notice", "已通知客户", "notice sent")
def notice_sent(ask: Ask[Deliverable, Submit]) -> Iterable[Unmet]:
    """The message by which the client learned of it is kept; a call note is none."""
    if not any(one.kind not in ("file", "call_note") for one in ask.evidence):
        yield Unmet(
            found=Label(zh="没有通知客户的邮件", en="nothing shows that the client was told"),
            needed=Label(zh="发出的邮件或消息", en="the message that was sent"),
            fix=command(f"pmbridge deliverable submit {ask.ref} --evidence email:FILE"),
        )


def as_submitted(ask: Ask[Deliverable, Submit]) -> Submit:
    """Return the input with the files among the evidence, and the last day of the review window."""
    files = tuple(
        PackageFile(name=one.title, sha256=one.sha256, size=one.size)
        for one in ask.evidence
        if one.kind == "file" and one.sha256 is not None
    )
    answer_by = ask.moment.calendar.add_wd(ask.today, ask.fields.review_window_wd)
    return ask.input.model_copy(update={"package": (*ask.input.package, *files), "answer_by": answer_by})


# ---------------------------------------------------------------------------------------------------- verdicts


def as_judged(ask: Ask[Deliverable, Judge]) -> Judge:
    """Return the input with a verdict on every criterion: a plain yes to the whole is a pass on each."""
    if ask.input.verdicts:
        return ask.input
    passed = tuple(CriterionVerdict(criterion=one.id, mark="pass") for one in ask.fields.acceptance_criteria)
    return ask.input.model_copy(update={"verdicts": passed})


@guard("verdicts", "评定对应验收标准", "verdicts on its criteria")
def verdicts_on_criteria(ask: Ask[Deliverable, Judge]) -> Iterable[Unmet]:
    """Every verdict is on a criterion of the deliverable, none twice, and a waived or failed one says why."""
    known = {one.id for one in ask.fields.acceptance_criteria}
    seen: set[str] = set()
    fix = command(f"pmbridge deliverable show {ask.ref}")
    for one in ask.input.verdicts:
        if one.criterion not in known or one.criterion in seen:
            yield Unmet(
                found=Label(zh=f"没有标准 {one.criterion}", en=f"there is no criterion {one.criterion}")
                if one.criterion not in known
                else Label(zh=f"{one.criterion} 评定了两次", en=f"{one.criterion} was judged twice"),
                needed=Label(zh=f"{'、'.join(sorted(known))}", en=", ".join(sorted(known))),
                fix=fix,
            )
        seen.add(one.criterion)
        if one.mark != "pass" and one.note is None:
            yield Unmet(
                name="verdict-reason",
                found=Label(zh=f"{one.criterion} 没有写原因", en=f"{one.criterion}: no reason is given"),
                needed=Label(zh="客户的原因", en="the client's reason"),
                fix=command("--from FILE"),
            )


@guard("mandatory", "必要标准全部通过", "every mandatory criterion passed")
def mandatory_passed(ask: Ask[Deliverable, Judge]) -> Iterable[Unmet]:
    """Every mandatory criterion passed or was waived; one that nobody judged did not pass."""
    marks = {one.criterion: one.mark for one in ask.input.verdicts}
    for one in ask.fields.acceptance_criteria:
        if one.mandatory and marks.get(one.id) not in ("pass", "waived"):
            judged = marks.get(one.id)
            yield Unmet(
                found=Label(
                    zh=f"{one.id}「{one.text}」{'未通过' if judged else '未评定'}",
                    en=f'{one.id} "{one.text}" {"failed" if judged else "was not judged"}',
                ),
                needed=Label(zh="通过，或有理由的豁免", en="passed, or waived for a reason"),
                fix=command(f"pmbridge deliverable decide {ask.ref} accept-with-conditions"),
            )


@guard("punch-list", "遗留项有负责人和期限", "punch list has owners and dates")
def punch_list_owned(ask: Ask[Deliverable, JudgeWithConditions]) -> Iterable[Unmet]:
    """The punch list has an item or more, each an issue or action with an owner and a due date."""
    fix = command("pmbridge issue add --owner WHO --due-on DATE")
    if not ask.input.punch_list:
        yield Unmet(
            found=Label(zh="没有遗留项", en="the punch list is empty"),
            needed=Label(zh="至少 1 项", en="at least one item"),
            fix=fix,
        )
    for ref in ask.input.punch_list:
        entry = ask.register.get(ref)
        if entry is None or entry.kind not in _TASKS:
            yield Unmet(
                found=Label(zh=f"{ref} 不是问题或行动项", en=f"{ref} is no issue or action"),
                needed=Label(zh="问题或行动项的编号", en="the ref of an issue or action"),
                fix=fix,
            )
        elif getattr(entry.fields, "due_on", None) is None:
            yield Unmet(
                found=Label(zh=f"{ref} 没有期限", en=f"{ref} has no due date"),
                needed=Label(zh="期限", en="a due date"),
                fix=command(f"pmbridge {entry.kind} edit {ref} --due-on DATE"),
            )


@guard("failed", "写明不通过的标准", "says what failed")
def something_failed(ask: Ask[Deliverable, Judge]) -> Iterable[Unmet]:
    """A rejection names a criterion that failed."""
    if not any(one.mark == "fail" for one in ask.input.verdicts):
        yield Unmet(
            found=Label(zh="没有不通过的标准", en="no criterion failed"),
            needed=Label(zh="至少 1 条不通过及客户的原因", en="at least one that failed, with the client's reason"),
            fix=command(f"pmbridge deliverable decide {ask.ref} reject --from FILE"),
        )


@guard("punch-list-done", "遗留项已完成", "punch list done")
def punch_list_done(ask: Ask[Deliverable, Input]) -> Iterable[Unmet]:
    """Every item of the punch list is resolved or done."""
    record = ask.fields.acceptance
    for ref in () if record is None else record.punch_list:
        entry = ask.register.get(ref)
        state = None if entry is None else ask.register.concepts[entry.kind].states[entry.state]
        if entry is None or state is None or not (state.terminal or state.name == "resolved"):
            label = Label(zh="不存在", en="not there") if state is None else state.label
            yield Unmet(
                found=Label(zh=f"{ref} {label.zh}", en=f"{ref}: {label.en}"),
                needed=Label(zh="已解决", en="resolved"),
                fix=command(f"pmbridge {'issue' if entry is None else entry.kind} show {ref}"),
            )


# ------------------------------------------------------------------------------------------- deemed acceptance


def window_end(ask: Ask[Deliverable, Any], working_days: int) -> date | None:
    """Return the last day on which the client may still answer: of review window and contract the later one."""
    last = ask.fields.submission
    if last is None:
        return None
    return max(last.answer_by, ask.moment.calendar.add_wd(last.submitted_on, working_days))


def as_deemed(ask: Ask[Deliverable, Deem]) -> Deem:
    """Return the input with the contract's rule, the end of the window and the reminder that came in time."""
    days: int | None = agreed(ask.register, "deemed_acceptance_wd")
    ended = None if days is None else window_end(ask, days)
    reminded = [
        day for day in _reminders(ask) if ended is not None and ask.moment.calendar.wd(day, ended) >= REMINDER_WD
    ]
    return Deem(working_days=days, window_ended_on=ended, reminded_on=max(reminded, default=None))


def _reminders(ask: Ask[Deliverable, Any]) -> list[date]:
    last = ask.fields.submission
    if last is None:
        return []
    sent = communications(ask.register, ask.ref, direction="outbound", purpose="reminder", since=last.submitted_at)
    # What was only said proves as little as a call note.
    return [ask.moment.day(x.fields.at) for x in sent if x.fields.at <= ask.at and x.fields.channel not in SPOKEN]


@guard("deemed-agreed", "合同约定视为验收", "deemed acceptance agreed")
def deeming_agreed(ask: Ask[Deliverable, Deem]) -> Iterable[Unmet]:
    """The contract says that silence is acceptance, and after how many working days (I12)."""
    if ask.input.working_days is None:
        yield Unmet(
            found=Label(zh="合同没有视为验收的约定", en="the contract knows no deemed acceptance"),
            needed=Label(zh="约定及其依据", en="the clause, with its evidence"),
            fix=command("pmbridge engagement agree --from FILE --by CONTACT --evidence FILE"),
        )


@guard("notified", "提交时已通知", "notice of the submission")
def notified(ask: Ask[Deliverable, Deem]) -> Iterable[Unmet]:
    """The submission's notice is kept (I12)."""
    last = ask.fields.submission
    if last is None or not last.notice:
        yield Unmet(
            found=Label(zh="没有提交通知", en="there is no notice"),
            needed=Label(zh="提交时发出的通知", en="the notice of the submission"),
            fix=command(f"pmbridge deliverable show {ask.ref}"),
        )


@guard("window", "评审期限已过", "window elapsed")
def window_elapsed(ask: Ask[Deliverable, Deem]) -> Iterable[Unmet]:
    """The last day on which the client could answer has passed (I12)."""
    ended = ask.input.window_ended_on
    if ended is not None and ask.today <= ended:
        yield Unmet(
            found=Label(zh=f"期限到 {ended}", en=f"the client has until {ended}"),
            needed=Label(zh=f"{ended} 之后", en=f"after {ended}"),
            fix=command(f"pmbridge remind {ask.ref}"),
        )


@guard("reminder", "期满前已提醒", "reminded in time")
def reminded(ask: Ask[Deliverable, Deem]) -> Iterable[Unmet]:
    """A reminder was sent at least two working days before the window ended."""
    ended = ask.input.window_ended_on
    if ask.input.reminded_on is None:
        sent = max(_reminders(ask), default=None)
        latest = None if ended is None else ask.moment.calendar.add_wd(ended, -REMINDER_WD)
        yield Unmet(
            found=Label(zh="没有提醒记录", en="no reminder was sent")
            if sent is None
            else Label(zh=f"最近一次提醒 {sent}", en=f"the last reminder went out on {sent}"),
            needed=Label(zh="期满前至少 2 个工作日的提醒", en="a reminder 2 working days before the window ends")
            if latest is None
            else Label(zh=f"{latest} 或之前的提醒", en=f"a reminder on or before {latest}"),
            fix=command(f"pmbridge remind {ask.ref}"),
        )


# ----------------------------------------------------------------------------------------- handover and the rest


@guard("handed-over", "移交内容写全", "handover complete")
def handover_complete(ask: Ask[Deliverable, HandOver]) -> Iterable[Unmet]:
    """Access, source, documents and the start of the warranty are listed; what there is none of says so."""
    for name, label in _HANDED_OVER.items():
        if getattr(ask.input, name) is None:
            yield Unmet(
                found=Label(zh=f"没有写{label.zh}", en=f"{label.en}: missing"),
                needed=Label(zh=f"{label.zh}，没有则写明", en=f"{label.en}, or that there is none"),
                fix=command(f"--{name.replace('_', '-')} {'DATE' if name.endswith('_on') else 'TEXT'}"),
            )


_HANDED_OVER = {
    "access": Label(zh="访问权限", en="access"),
    "source": Label(zh="源文件", en="source"),
    "documents": Label(zh="文档", en="documents"),
    "warranty_starts_on": Label(zh="质保起始日", en="start of the warranty"),
}


@guard("removed-by-change", "有已批准的变更", "an approved change says so")
def removed_by_change(ask: Ask[Deliverable, Remove]) -> Iterable[Unmet]:
    """An approved change request has a line that removes it."""
    return unapproved(ask.register, ask.input.change, ask.ref, "remove")


def recorded(verdict: Verdict) -> Callable[[Ask[Deliverable, Judge]], Iterable[Effect]]:
    """Return the effect that records the client's decision on the very files that were submitted."""

    def effects(ask: Ask[Deliverable, Any]) -> Generator[Effect, str, None]:
        last = ask.fields.submission
        yield from decision.record(ask, verdict, "acceptance", sha256=None if last is None else last.sha256)

    return effects


def decisions_revoked(ask: Ask[Deliverable, Any]) -> Iterable[Effect]:
    """Revoke every decision of the client on this submission."""
    last = ask.fields.submission
    for one in ask.register.of("client_decision"):
        mine = one.state == "valid" and one.fields.subject == ask.ref
        if mine and last is not None and one.fields.subject_sha256 == last.sha256:
            yield Effect("client_decision", "revoke", Empty(), one.ref)
