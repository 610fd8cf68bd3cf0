"""`pmbridge remind REF`: a draft to whoever holds a record, and the proof that it was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmbridge_cli.context import App
from pmbridge_cli.drafts import kept_draft
from pmbridge_cli.grammar import argument, command, option
from pmbridge_cli.layout import visible
from pmbridge_cli.output import near
from pmbridge_cli.words import Both

if TYPE_CHECKING:
    from pathlib import Path

SENT = Both("Sent?", "已发送？")
_DRAFT = Both("Draft {path} to {who}. Send it with your mail program.", "提醒草稿 {path}（致 {who}），用您的邮箱发出。")
NO_ADDRESS = Both("no e-mail address of {who} is known: fill it in", "没有 {who} 的邮箱地址，请自行填写")
_RECORDED = Both("{ref} recorded: {about} reminded.", "{ref} 已记录：已提醒 {about}。")


@command(
    "remind",
    help=Both(
        "Draft a reminder to whoever on the client's side holds a record; record it once it was sent.",
        "起草提醒，发给客户方负责的人；发出后登记为沟通记录。",
    ),
)
@argument("ref", metavar="REF")
@option("--to", metavar="CONTACT", help=Both("another contact than the one who holds it", "发给另一位联系人"))
@option("--sent", is_flag=True, help=Both("it was sent: record that", "已发送：登记"))
@option("--at", metavar="TIME", help=Both("when it was sent", "何时发送"))
def remind(app: App, *, ref: str, to: str | None, sent: bool, at: str | None) -> int:
    from pmbridge.domain.book import meant
    from pmbridge.errors import GuardFailed
    from pmbridge.reminding import record_sent, reminder
    from pmbridge_cli.ask import Ask
    from pmbridge_cli.noun import concept_of
    from pmbridge_cli.noun_run import moment, refused

    engagement = app.chosen()
    register, now = engagement.register, app.workspace.clock.now()
    made = reminder(engagement, meant(ref, register.concepts.values()) or ref, to=to, now=now)
    path = kept_draft(app, made.file_name, made.body)
    if not app.json:
        shown = near(path)
        app.out.line(_DRAFT.filled(path=shown, who=visible(made.name)))
        if not made.address:
            app.out.note(NO_ADDRESS.filled(who=visible(made.name)))
    # What was sent is a fact that only a person knows: --yes does not say it.
    was_sent = sent or (app.interactive and Ask(app, in_person=True).confirm(SENT, default=False))
    again = f"pmbridge remind {made.ref} --sent"
    if not was_sent:
        if app.json:
            app.out.document(_document(made.ref, path, None, again))
        else:
            app.out.next(again)
        return 0
    try:
        record = record_sent(engagement, made, path, at=moment(at, register, now))
    except GuardFailed as error:
        return refused(app, error, concept_of("communication"), None)
    if app.json:
        app.out.document(_document(made.ref, path, record.ref, "pmbridge next"))
        return 0
    app.out.line(_RECORDED.filled(ref=record.ref, about=made.ref))
    app.out.next("pmbridge next")
    return 0


def _document(ref: str, path: Path, recorded: str | None, step: str) -> dict[str, object]:
    return {"schema": "pmbridge.reminder/1", "ref": ref, "file": str(path), "recorded": recorded, "next": step}
