"""What has to hold before a requirement takes a step, and what a step does beyond the requirement."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Any

from pmbridge.domain import decision
from pmbridge.domain.acceptance import proofs
from pmbridge.domain.approved_change import scope_line, unapproved
from pmbridge.domain.book import Book
from pmbridge.domain.machine import Ask, Effect, Unmet, command, guard
from pmbridge.domain.owner import person
from pmbridge.domain.requirement_fields import Add, Clarify, Enter, Reject, Remove, Reopen, Requirement, Revise
from pmbridge.domain.text import spaced
from pmbridge.values import Label


def _state(ask: Ask[Any, Any], name: str) -> Label:
    return ask.register.concepts["requirement"].states[name].label


# ------------------------------------------------------------------------------------------------------ guards


@guard("source", "提出人已登记", "source is known")
def source_known(ask: Ask[Requirement, Add]) -> Iterable[Unmet]:
    """It is a contact of the client who wants it."""
    written = ask.input.source
    if written is None or ask.register.kind(written) != "contact":
        yield Unmet(
            found=Label(
                zh=f"{spaced(written)}不是联系人" if written else "没有写提出人",
                en=f"{written} is no contact" if written else "it does not say whose it is",
            ),
            needed=Label(zh="客户的联系人", en="a contact of the client"),
            fix=command(f"pmbridge contact add {written}" if written else "--by CONTACT"),
        )


@guard("criteria-distinct", "验收口径编号不重复", "fit criteria told apart")
def criteria_distinct(ask: Ask[Any, Any]) -> Iterable[Unmet]:
    """No two fit criteria have one id."""
    ids = [one.id for one in ask.input.fit_criteria or ()]
    for twice in sorted({one for one in ids if ids.count(one) > 1}):
        yield Unmet(
            found=Label(zh=f"{twice} 出现多次", en=f"{twice} occurs more than once"),
            needed=Label(zh="每条一个编号", en="one id for each"),
            fix=command("--from FILE"),
        )


@guard("kind", "类别已定", "kind set")
def kind_set(ask: Ask[Requirement, Clarify]) -> Iterable[Unmet]:
    """Its kind is set, and a quality characteristic is given for a non-functional requirement only."""
    kind = ask.input.kind or ask.fields.kind
    fix = command(f"pmbridge requirement clarify {ask.ref} --kind functional")
    if kind is None:
        yield Unmet(
            found=Label(zh="没有类别", en="no kind"),
            needed=Label(
                zh="功能、非功能、业务、约束或法规", en="functional, non_functional, business, constraint or regulatory"
            ),
            fix=fix,
        )
    elif kind != "non_functional" and (ask.input.nfr_attribute or ask.fields.nfr_attribute) is not None:
        yield Unmet(
            found=Label(
                zh="只有非功能需求才有质量特性", en="only a non-functional requirement has a quality characteristic"
            ),
            needed=Label(zh="非功能", en="non_functional"),
            fix=command(f"pmbridge requirement clarify {ask.ref} --kind non_functional"),
        )


@guard("priority", "优先级已定", "priority set")
def priority_set(ask: Ask[Requirement, Clarify]) -> Iterable[Unmet]:
    """Its priority is set."""
    if (ask.input.priority or ask.fields.priority) is None:
        yield Unmet(
            found=Label(zh="没有优先级", en="no priority"),
            needed=Label(zh="必须、应当、可以或不做", en="must, should, could or wont"),
            fix=command(f"pmbridge requirement clarify {ask.ref} --priority must"),
        )


@guard("fit-criteria", "有验收口径", "has a fit criterion")
def measurable(ask: Ask[Requirement, Any]) -> Iterable[Unmet]:
    """At least one fit criterion says how it will be known that it is met."""
    given = getattr(ask.input, "fit_criteria", None)
    if not (ask.fields.fit_criteria if given is None else given):
        yield Unmet(
            found=Label(zh="没有验收口径", en="no fit criterion"),
            needed=Label(zh="至少 1 条", en="at least one"),
            fix=command(f"pmbridge requirement clarify {ask.ref} --from FILE"),
        )


@guard("document", "发出的文件有校验码", "sent document hashed")
def document_hashed(ask: Ask[Requirement, Any]) -> Iterable[Unmet]:
    """The document that was sent is kept with its hash."""
    if ask.evidence and all(one.sha256 is None for one in ask.evidence):
        yield Unmet(
            found=Label(zh="没有附上发出的文件", en="the document that was sent is not attached"),
            needed=Label(zh="发给客户的文件", en="the file that the client got"),
            fix=command(f"pmbridge requirement send {ask.ref} --evidence FILE"),
        )


@guard("told", "已告知提出人", "requester told")
def requester_told(ask: Ask[Requirement, Reject]) -> Iterable[Unmet]:
    """Whoever asked for it was told that it is not taken up."""
    told = ask.input.told
    if not ask.evidence and (told is None or ask.register.kind(told) != "communication"):
        yield Unmet(
            found=Label(
                zh=f"没有沟通记录 {told}" if told else "没有告知提出人的记录",
                en=f"there is no communication {told}" if told else "nothing shows that the requester was told",
            ),
            needed=Label(zh="告知的邮件或沟通记录", en="the message, or its communication record"),
            fix=command(f"pmbridge requirement reject {ask.ref} --evidence FILE"),
        )


@guard("confirmed", "客户已确认或变更已批准", "confirmed, or added by a change")
def agreed_with_client(ask: Ask[Requirement, Enter]) -> Iterable[Unmet]:
    """The client confirmed it, or approved a change that adds it."""
    if ask.input.change is not None:
        yield from unapproved(ask.register, ask.input.change, ask.ref, "add")
    elif ask.state != "confirmed":
        state = _state(ask, ask.state)
        yield Unmet(
            found=Label(zh=f"{ask.ref} {state.zh}", en=f"{ask.ref} is {state.en}"),
            needed=_state(ask, "confirmed"),
            fix=command(f"pmbridge requirement decide {ask.ref} confirm --by CONTACT --evidence FILE"),
        )


@guard("in-baseline", "在需求基线中", "in the requirements baseline")
def in_baseline(ask: Ask[Requirement, Enter]) -> Iterable[Unmet]:
    """The requirements baseline that holds has it, in the revision that it is in."""
    last = ask.register.newest("requirements_baseline")
    found = None if last is None else last.fields.items.get(ask.ref)
    current = ask.fields.current_revision
    if found != current:
        yield Unmet(
            found=Label(
                zh="不在需求基线中" if found is None else f"基线中是修订 {found}",
                en="it is in no requirements baseline" if found is None else f"the baseline has revision {found}",
            ),
            needed=Label(
                zh=f"含 {ask.ref} 修订 {current} 的需求基线", en=f"a baseline with revision {current} of {ask.ref}"
            ),
            fix=command("pmbridge requirement baseline --all --by CONTACT --evidence FILE"),
        )


@guard("approved-change", "有已批准的变更", "an approved change says so")
def modified_by_change(ask: Ask[Requirement, Revise]) -> Iterable[Unmet]:
    """An approved change request has a line that modifies it."""
    return unapproved(ask.register, ask.input.change, ask.ref, "modify")


@guard("implemented", "变更已写入基线", "the change is in the baseline")
def revision_in_baseline(ask: Ask[Requirement, Revise]) -> Iterable[Unmet]:
    """The revision that the change leads to is the one in the requirements baseline: the change is implemented."""
    last, now = ask.fields.revision, ask.register.newest("requirements_baseline")
    found = None if now is None else now.fields.items.get(ask.ref)
    wanted = last.n + (last.change != ask.input.change)
    if found != wanted:
        yield Unmet(
            found=Label(
                zh="不在需求基线中" if found is None else f"基线中是修订 {found}",
                en="it is in no requirements baseline" if found is None else f"the baseline has revision {found}",
            ),
            needed=Label(zh=f"修订 {wanted}", en=f"revision {wanted}"),
            fix=command(f"pmbridge change implement {ask.input.change or 'CR'}"),
        )


@guard("approved-wording", "措辞与批准的一致", "worded as approved")
def worded_as_approved(ask: Ask[Requirement, Revise]) -> Iterable[Unmet]:
    """Where the approved line gives the new text, it is that text."""
    line = scope_line(ask.register, ask.input.change, ask.ref, "modify")
    if line is not None and line.text is not None and str(ask.input.text) != str(line.text):
        yield Unmet(
            found=Label(zh="措辞不同于客户批准的", en="the wording is not the one that the client approved"),
            needed=Label(zh=f"「{line.text}」", en=f'"{line.text}"'),
            fix=command(f"pmbridge requirement revise {ask.ref} --change {ask.input.change}"),
        )


@guard("same-criteria", "验收口径未变", "fit criteria unchanged")
def criteria_unchanged(ask: Ask[Requirement, Revise]) -> Iterable[Unmet]:
    """A clarification changes no fit criterion."""
    given = ask.input.fit_criteria
    if given is not None and given != ask.fields.fit_criteria:
        yield Unmet(
            found=Label(zh="澄清改动了验收口径", en="the clarification changes fit criteria"),
            needed=Label(zh="已批准的变更请求", en="an approved change request"),
            fix=command("pmbridge change submit"),
        )


@guard("new-wording", "有新的措辞", "worded anew")
def worded_anew(ask: Ask[Requirement, Revise]) -> Iterable[Unmet]:
    """A clarification says something in other words."""
    if ask.input.text is None or ask.input.text == ask.fields.statement:
        yield Unmet(
            found=Label(zh="没有新的措辞", en="no other wording"),
            needed=Label(zh="澄清后的文字", en="the clarified text"),
            fix=command(f"pmbridge requirement revise {ask.ref} --kind clarification --text TEXT"),
        )


@guard("removed-by-change", "有已批准的变更", "an approved change says so")
def removed_by_change(ask: Ask[Requirement, Remove]) -> Iterable[Unmet]:
    """An approved change request has a line that removes it."""
    return unapproved(ask.register, ask.input.change, ask.ref, "remove")


@guard("fit-passed", "每条验收口径都已通过", "every fit criterion passed")
def fit_passed(ask: Ask[Requirement, Any]) -> Iterable[Unmet]:
    """Every fit criterion passed in a submission that the client accepted; a deemed acceptance proves none."""
    proved = proofs(ask.register)
    for one in ask.fields.fit_criteria:
        if f"{ask.ref}:{one.id}" not in proved:
            yield Unmet(
                found=Label(zh=f"{one.id}「{one.text}」尚未通过", en=f'{one.id} "{one.text}" has not passed'),
                needed=Label(zh="在已验收的提交中通过", en="passed in an accepted submission"),
                fix=command("pmbridge deliverable list"),
            )


@guard("cause", "有依据", "something cites it")
def cause_cites(ask: Ask[Requirement, Reopen]) -> Iterable[Unmet]:
    """An issue that affects it, or the revoked acceptance of a deliverable that proves it, is the cause."""
    if not _cites(ask.register, ask.input.cause, ask.ref):
        yield Unmet(
            found=Label(zh=f"{ask.input.cause} 与 {ask.ref} 无关", en=f"{ask.input.cause} does not concern {ask.ref}"),
            needed=Label(zh="引用它的问题，或被撤销的验收", en="an issue that cites it, or a revoked acceptance"),
            fix=command(f"pmbridge issue add --affects {ask.ref}"),
        )


def _cites(book: Book, cause: str, ref: str) -> bool:
    entry = book.get(cause)
    if entry is None:
        return False
    if entry.kind == "issue":
        return ref in getattr(entry.fields, "affects", ())
    subject = book.get(entry.fields.subject) if entry.kind == "client_decision" and entry.state == "revoked" else None
    return subject is not None and ref in getattr(subject.fields, "requirements", ())


# ----------------------------------------------------------------------------------------- inputs and effects


def with_source(ask: Ask[Requirement, Add]) -> Add:
    """Return the input with the ref of the contact whose requirement it is: who is written there, else ``--by``."""
    written = ask.input.source or ask.by
    return ask.input.model_copy(update={"source": None if written is None else person(ask.register, written)})


def as_added(ask: Ask[Requirement, Enter]) -> Enter:
    """Return the input with the text that the client approved, in the languages in which it did."""
    line = scope_line(ask.register, ask.input.change, ask.ref, "add")
    return ask.input if line is None or line.text is None else ask.input.model_copy(update={"text": line.text})


def as_modified(ask: Ask[Requirement, Revise]) -> Revise:
    """Return the input with the text that the client approved, where no other is given."""
    line = scope_line(ask.register, ask.input.change, ask.ref, "modify")
    given = ask.input.text
    if line is None or line.text is None or (given is not None and str(given) != str(line.text)):
        return ask.input
    return ask.input.model_copy(update={"text": line.text})


def record_confirmation(ask: Ask[Requirement, decision.Decided]) -> Generator[Effect, str, None]:
    """Record the client's decision on the very text."""
    yield from decision.record(ask, "approve", "requirements", sha256=ask.fields.revision.sha256)


def record_clarification(ask: Ask[Requirement, Revise]) -> Generator[Effect, str, None]:
    """Record the client's confirmation of a clarification; a modification was decided with its change."""
    if clarifies(ask):
        yield from record_confirmation(ask)


def clarifies(ask: Ask[Any, Revise]) -> bool:
    """Return whether what was agreed only gets other words."""
    return ask.input.kind == "clarification"


def modifies(ask: Ask[Any, Revise]) -> bool:
    """Return whether what was agreed changes."""
    return ask.input.kind == "modification"
