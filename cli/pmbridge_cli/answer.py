"""`pmbridge answer FILE.eml`: what the client's reply decides, line by line, each confirmed by a person."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pmbridge_cli.context import App
from pmbridge_cli.drafts import kept_draft
from pmbridge_cli.grammar import argument, command
from pmbridge_cli.layout import cut, hung, visible
from pmbridge_cli.output import near
from pmbridge_cli.value_words import value_name
from pmbridge_cli.words import Both, counted, joined, same

if TYPE_CHECKING:
    from pmbridge.answering import Answer, Answering

NOBODY = Both(
    "{who} is no contact: nothing is recorded. Add them with: pmbridge contact add",
    "{who}不是联系人，不作记录。登记联系人：pmbridge contact add",
)
_NO_LINE = Both(
    "No line of it begins with a reference, as CR-004: nothing to record.",
    "没有以编号（如 CR-004）开头的行，无可登记。",
)
_ONLY_QUOTED = Both("It says nothing beside what it quotes: nothing to record.", "除引用的原文外没有内容，无可登记。")
_SHOWN = 240
"""Columns of a line that are shown where it is not recorded."""
RECORD = Both("record?", "记录？")
NOT_HERE = Both(
    "Nothing was recorded: a person confirms each line, on a terminal.", "没有记录：每一条都要由人在终端上确认。"
)
_RECORDED = Both("{n} recorded, evidence: {file} (sha256 {sha}…).", "已记录 {n} 条，证据：{file}（sha256 {sha}…）。")
_NO_DECISION = Both("No decision was recorded.", "没有登记任何决定。")
_DRAFT = Both("Draft of an acknowledgement: {path}", "确认收到的草稿：{path}")
_KEPT = Both("the mail is kept as {ref}", "原文已存为沟通记录 {ref}")


@command(
    "answer",
    help=Both(
        "Read a client's reply, an .eml file, and record what it decides. A person confirms each line.",
        "读客户的回信（.eml 文件）并登记其中的决定，每一条由人确认。",
    ),
)
@argument("file", metavar="FILE.eml")
def answer(app: App, *, file: str) -> int:
    from pmbridge.answering import Answering

    engagement = app.chosen()
    mail = Answering(engagement, Path(file), now=app.workspace.clock.now())
    found = mail.answers
    if app.json:
        app.out.document(_document(app, mail, found))
        return 0
    app.out.lines(hung(app.out.say(_sender(app, mail, len(found))), app.out.room))
    if not found:
        app.out.line(_NO_LINE if mail.reply.text.strip() else _ONLY_QUOTED)
    if mail.contact is None:
        _list(app, found)
        return 0
    if not app.interactive:
        _list(app, found)
        if found:
            app.out.note(NOT_HERE)
        return 0
    return _confirmed(app, mail, found)


def _confirmed(app: App, mail: Answering, found: tuple[Answer, ...]) -> int:
    """Ask about each line that can be recorded, record what is confirmed, and keep the mail."""
    from pmbridge.errors import GuardFailed
    from pmbridge_cli.ask import Ask
    from pmbridge_cli.noun import concept_of
    from pmbridge_cli.noun_run import refused

    # A From line proves nobody's identity, so --yes does not stand for the person who looks.
    ask, failed = Ask(app, in_person=True), 0
    done: list[Answer] = []
    for at, one in enumerate(found, 1):
        line = _line(at, one)
        if one.doubt is not None:
            app.out.tell(line)
            _conditions(one, app.out.tell)
            continue
        question = Both(f"{line.en}   {RECORD.en}", f"{line.zh}   {RECORD.zh}")
        if not ask.confirm(question, default=True):
            continue
        try:
            mail.record(one)
            done.append(one)
        except GuardFailed as error:
            failed = refused(app, error, concept_of(str(one.kind)), one.ref)
    kept = mail.keep()
    evidence = mail.evidence.evidence
    said = _NO_DECISION
    if done:
        said = _RECORDED.filled(n=len(done), file=visible(evidence.title), sha=str(evidence.sha256)[:4])
    if kept is not None:
        note = _KEPT.filled(ref=kept.ref)
        said = Both(f"{said.en} {note.en[:1].upper()}{note.en[1:]}.", f"{said.zh}{note.zh}。")
    app.out.line(said)
    if done:
        path = kept_draft(app, mail.acknowledgement_name(done), mail.acknowledgement(done))
        app.out.line(_DRAFT.filled(path=near(path)))
    app.out.next("pmbridge next")
    return failed


def _list(app: App, found: tuple[Answer, ...]) -> None:
    for at, one in enumerate(found, 1):
        app.out.lines(hung(app.out.say(_line(at, one)), app.out.room))
        _conditions(one, lambda each: app.out.lines(hung(app.out.say(each), app.out.room)))


def _sender(app: App, mail: Answering, lines: int) -> Both:
    reply, contact = mail.reply, mail.contact
    shown = f"{reply.name} <{reply.address}>" if reply.name else reply.address
    who = visible(shown) if reply.address else ""
    if contact is None:
        return NOBODY.filled(who=Both(who, f"{who} ") if who else Both("The sender", "发件人"))
    at = f"{mail.at.astimezone(app.chosen().zone):%Y-%m-%d %H:%M}"
    may = _authority(contact.fields.authorities)
    n = counted(lines, "line", "lines", "")
    if not lines:
        return Both(f"{who}, {at} (a contact, {may.en}).", f"{who}，{at}（联系人，{may.zh}）。")
    return Both(
        f"{who}, {at} (a contact, {may.en}). {n.en} read:", f"{who}，{at}（联系人，{may.zh}）。读到 {lines} 条："
    )


def _authority(authorities: Any) -> Both:
    """Return what a contact may decide, the newest grant of each subject."""
    granted: dict[str, Any] = {}
    for one in authorities:
        granted |= dict.fromkeys(sorted(one.may_decide), one)
    parts = []
    for subject, one in granted.items():
        limit = f" ≤ {one.money_limit}" if subject == "change" and one.money_limit is not None else ""
        name = value_name("may_decide", subject)
        parts.append(Both(name.en + limit, name.zh + limit))
    if not parts:
        return Both("may decide nothing", "没有授权")
    listed = joined(parts)
    return Both(f"may decide: {listed.en}", f"授权：{listed.zh}")


def _line(at: int, one: Answer) -> Both:
    """Return one line of the mail with what it would record, or why it is not."""
    words = visible(" ".join(one.line.text.split()))
    if one.doubt is None and one.means is not None:
        return Both(
            f"  {at} {one.ref}  “{words}”  → {one.means.en}", f"  {at} {one.ref}  「{words}」  → {one.means.zh}"
        )
    words = cut(words, _SHOWN)
    doubt = one.doubt or same("")
    said_en, said_zh = doubt.in_("en"), doubt.in_("zh")
    return Both(
        f"  {at} {one.ref}  “{words}”  → {said_en}, not recorded", f"  {at} {one.ref}  「{words}」  → {said_zh}，未处理"
    )


def _conditions(one: Answer, say: Callable[[Both], None]) -> None:
    """Say what of a line's command is not met, and what would meet it."""
    for each in one.conditions:
        found, fix = each.found, each.fix
        if found is not None and fix is not None:
            say(
                Both(
                    f"      ✗ {each.label.en}: {visible(found.en)}. {fix.en}",
                    f"      ✗ {each.label.zh}：{visible(found.zh)}。{fix.zh}",
                )
            )


def _document(app: App, mail: Answering, found: tuple[Answer, ...]) -> dict[str, Any]:
    return {
        "schema": "pmbridge.answer/1",
        "sender": mail.reply.address or None,
        "contact": mail.contact.ref if mail.contact is not None else None,
        "at": mail.at.astimezone(app.chosen().zone).isoformat(),
        "lines": [
            {
                "ref": one.ref,
                "text": visible(one.line.text),
                "verdict": one.verb or None,
                "option": one.line.option,
                "means": app.out.say(one.means) if one.means is not None else None,
                "doubt": app.out.say(one.doubt) if one.doubt is not None else None,
            }
            for one in found
        ],
    }
