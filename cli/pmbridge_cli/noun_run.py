"""Carrying out one command of the register, and saying what became of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, cast

from pmbridge.domain.contact import find_contact
from pmbridge.domain.evidence import EvidenceKind
from pmbridge.domain.next_step import next_command
from pmbridge.domain.text import text_of
from pmbridge.errors import GuardFailed, Refused
from pmbridge.register import Attachment
from pmbridge_cli.after import after
from pmbridge_cli.change_mail import filled, is_mail
from pmbridge_cli.context import App
from pmbridge_cli.layout import visible, wrapped
from pmbridge_cli.noun import ENGAGEMENT, concept_of
from pmbridge_cli.noun_input import taken, written
from pmbridge_cli.words import NEXT, Both, same

if TYPE_CHECKING:
    from pmbridge.domain.entry import Entry
    from pmbridge.domain.machine import Concept, Condition
    from pmbridge.register import Register

SCHEMA = "pmbridge.recorded/1"
_NOON = time(12)
_TOOL_APPROVAL = "tool_approval"
_KEPT = Both("kept as evidence (sha256 {sha}…)", "已作为证据保存（sha256 {sha}…）")
_WHOSE = ("raised_by", "asked_by", "stated_by", "complainant", "source_contact", "made_by", "given_by")
"""Fields that name the person whose act it is."""
_OFFERED = {
    "signed_document": Both("a signed document", "签字件"),
    "meeting_minute": Both("minutes of a meeting", "会议纪要"),
    "file": Both("another file", "其他文件"),
}


def carried_out(app: App, noun: str, verb: str, given: Mapping[str, Any]) -> int:
    """Carry out ``NOUN VERB`` with the options *given* and say the result; a refusal says every condition."""
    if (noun, verb) == ("change", "submit") and is_mail(given["words"]):
        given = filled(app, given)
    engagement = app.chosen()
    register = engagement.register
    concept = concept_of(noun)
    today = app.workspace.clock.now().astimezone(register.zone).date()
    words = given["words"]
    if noun == ENGAGEMENT and (mine := register.book.newest(ENGAGEMENT)) is not None:
        words = (mine.ref, *words)  # there is one of each engagement, so nobody names it
    said = written(concept, verb, words, given, given.get("input_file"), today)
    if noun == ENGAGEMENT and not words and "name" in {one.name for one in taken(concept, said.verb)}:
        said.input.setdefault("name", text_of(engagement.config.name, engagement.config.languages))
    evidence = attachments(app, given["evidence"], lambda: _tool_approval(app, said.ref, said.verb))
    by_whom(said.input, concept, said.verb, given["by"], register)
    at = moment(given["at"], register, app.workspace.clock.now())
    try:
        if (noun, said.verb) == ("change", "send") and said.ref is not None and not evidence:
            from pmbridge_cli.offering import offered

            mail = offered(app, said.ref, said.input, at)
            if mail is None:
                return 0
            evidence = [mail]
        record = register.do(
            noun,
            said.verb,
            said.ref,
            input=said.input,
            at=at,
            by=given["by"],
            reason=reason_of(given),
            evidence=evidence,
            number=given.get("number"),
        )
    except GuardFailed as error:
        return refused(app, error, concept, said.ref)
    told(app, concept, record, evidence, after(noun, said.verb, record, register, today))
    return 0


def by_whom(given: dict[str, Any], concept: Concept, verb: str, by: str | None, register: Register) -> None:
    """Fill in whose words or wish it is: ``--by`` unless said otherwise, a contact by ref instead of by name."""
    takes = {one.name for one in taken(concept, verb)}
    for name in _WHOSE:
        if name in takes and (said := given.get(name, by)) is not None:
            contact = find_contact(register.book, str(said))
            given[name] = str(said) if contact is None else contact.ref


def reason_of(given: Mapping[str, Any]) -> str | None:
    """Return the reason of the act: ``--reason``, which may be a field of the record as well."""
    said = given.get("reason") or given.get("in_reason")
    return said if isinstance(said, str) else None


def moment(text: str | None, register: Register, now: datetime) -> datetime | None:
    """Return when it happened: a day counts as its noon, today as now at the latest; a time without zone is local.

    Raises:
        Refused: it is neither a day nor a moment.
    """
    if text is None:
        return None
    full = f"{now.astimezone(register.zone):%Y}-{text}" if re.fullmatch(r"\d\d-\d\d", text) else text
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", full):
            noon = datetime.combine(date.fromisoformat(full), _NOON, register.zone)
            return min(noon, now) if noon - now < timedelta(days=1) and noon.date() == _day(now, register) else noon
        at = datetime.fromisoformat(full)
    except ValueError:
        raise Refused(
            detail=f'--at "{text}" is no day and no moment, e.g. 2026-05-27 or 2026-05-27T10:30',
            detail_zh=f"--at「{text}」不是日期或时刻，例如 2026-05-27 或 2026-05-27T10:30",
        ) from None
    return at if at.tzinfo else at.replace(tzinfo=register.zone)


def _day(at: datetime, register: Register) -> date:
    return at.astimezone(register.zone).date()


def attachments(
    app: App, texts: Sequence[str], approval: Callable[[], Sequence[Attachment]] | None = None
) -> list[Attachment]:
    """Return the evidence that ``--evidence`` names; on a terminal the kind of a file is asked where nothing tells it.

    *approval* gives what a bare ``tool_approval`` stands for; without it, that is the name of a file.

    Raises:
        Refused: a file cannot be read, or its kind cannot be told and nobody can be asked.
    """
    asks = app.interactive and not app.yes
    found: list[Attachment] = []
    for text in texts:
        if text == _TOOL_APPROVAL and approval is not None:
            found += approval()
        elif asks and Attachment.kind_of(text)[0] is None:
            found.append(Attachment.of(f"{_asked_kind(app, text)}:{text}"))
        else:
            found.append(Attachment.of(text))
    return found


def _tool_approval(app: App, ref: str | None, verb: str) -> list[Attachment]:
    """Return what the tool's own approval of *ref* proves.

    Raises:
        Refused: there is none, or the record is only being made.
    """
    from pmbridge.approvals import proofs

    if ref is None:
        raise Refused(
            detail="tool_approval proves something of a record that a tool has; this one is only being made",
            detail_zh="tool_approval 只能证明工具中已有的记录，而这一条正在新建",
            command="--evidence FILE",
        )
    return proofs(ref, app.chosen().approvals(ref), "declined" if verb == "reject" else "approved")


def _asked_kind(app: App, text: str) -> EvidenceKind:
    from pmbridge_cli.ask import Ask, Offer

    offers = [Offer(key=kind, text=words) for kind, words in _OFFERED.items()]
    question = Both(f"What is {visible(text)}?", f"{visible(text)} 是什么？")
    chosen = Ask(app).choice(question, offers, option=same(f"--evidence KIND:{text}"), default="signed_document")
    return cast("EvidenceKind", chosen)


# ------------------------------------------------------------------------------------------------- what is said


def told(
    app: App, concept: Concept, record: Entry[Any], evidence: Sequence[Attachment], more: Iterable[Both] = ()
) -> None:
    """Say that *record* is in its present state now, what was kept, *more* of it, and the next step."""
    step = next_command(concept, record)
    if app.json:
        app.out.document(
            {
                "schema": SCHEMA,
                "noun": concept.name,
                "ref": record.ref,
                "state": record.state,
                "version": record.version,
                "evidence": [one.evidence.sha256 for one in evidence],
                "next": step,
            }
        )
        return
    state = concept.states[record.state].label
    title = _title(app, record)
    app.out.line(Both(f"{record.ref}{title}: {state.en}.", f"{record.ref}{title}：{state.zh}。"))
    for one in evidence:
        kept = _KEPT.filled(sha=str(one.evidence.sha256)[:4])
        app.out.line(Both(f"{one.evidence.title} {kept.en}", f"{one.evidence.title} {kept.zh}"))
    for sentence in more:
        app.out.lines(wrapped(app.out.say(sentence), app.out.room))
    app.out.next(step)


def _title(app: App, record: Entry[Any]) -> str:
    from pmbridge_cli.noun_show import title

    words = app.chosen().register.book.reveal(title(record, app.language))
    return f" {visible(words)}" if words else ""


def refused(app: App, error: GuardFailed, concept: Concept, ref: str | None, *, show: str = "") -> int:
    """Say what is not met, what would meet it, and what is met; returns the exit code. *show*: where to look."""
    conditions = cast("tuple[Condition, ...]", error.conditions)
    unmet = [one for one in conditions if not one.met]
    show = show or (f"pmbridge {concept.name} show {ref}" if ref else f"pmbridge {concept.name} list")
    if app.json:
        app.out.document(
            {
                "schema": "pmbridge.error/1",
                "error": error.name,
                "exit": error.exit_code,
                "connection": None,
                "text": error.text(app.language),
                "next": show,
                "conditions": [
                    {
                        "name": one.name,
                        "met": one.met,
                        "found": one.found and app.out.say(one.found),
                        "needed": one.needed and app.out.say(one.needed),
                        "fix": one.fix and app.out.say(one.fix),
                    }
                    for one in conditions
                ],
            }
        )
        return error.exit_code
    said = error.facts
    head = Both(str(said["detail"]).partition(": ")[0], str(said["detail_zh"]).partition("：")[0])
    app.out.tell(Both(f"Refused: {head.en}.", f"拒绝：{head.zh}。"))
    for one in unmet:
        app.out.tell(Both(f"  ✗ {_unmet(app, one, 'en')}", f"  ✗ {_unmet(app, one, 'zh')}"))
    if met := [one.label for one in conditions if one.met]:
        app.out.tell(
            Both(f"Met: {', '.join(one.en for one in met)}.", f"已满足 {len(met)} 项：{'，'.join(o.zh for o in met)}。")
        )
    app.out.talk(NEXT.filled(command=app.addressed(show)))
    return error.exit_code


def _unmet(app: App, one: Condition, language: str) -> str:
    """Say what was found, what is needed, and what would bring it."""
    lead, colon, stop = ("需要", "：", "。") if language == "zh" else ("Needed", ": ", ". ")
    found, needed, fix = (visible(text.in_(language)) if text else "" for text in (one.found, one.needed, one.fix))
    wanted = f"{lead}{colon}{needed}{stop}" if needed else ""
    return f"{one.label.in_(language)}{colon}{found}{stop}{wanted}{app.addressed(fix) if fix else ''}".rstrip()
