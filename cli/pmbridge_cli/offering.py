"""``pmbridge change send REF`` without evidence: the mail with the form, and whether a person sent it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pmbridge.offering import offer
from pmbridge.register import Attachment
from pmbridge_cli.ask import Ask
from pmbridge_cli.context import App
from pmbridge_cli.drafts import kept_draft
from pmbridge_cli.layout import visible, wrapped
from pmbridge_cli.output import near
from pmbridge_cli.remind import NO_ADDRESS, SENT
from pmbridge_cli.words import Both

if TYPE_CHECKING:
    from datetime import datetime

_FROZEN = Both("The client will read this; from then on it is frozen:", "将发给客户的文字（此后冻结）：")
_DRAFT = Both(
    "Draft {path} to {who}, with the change form. Send it with your mail program.",
    "邮件草稿 {path}（致 {who}，含变更单），用您的邮箱发出。",
)


def offered(app: App, ref: str, given: Mapping[str, Any], at: datetime | None) -> Attachment | None:
    """Write the mail that offers the change and return it as proof once a person says that it was sent.

    Raises:
        GuardFailed: the change cannot be sent yet.
    """
    engagement = app.chosen()
    made = offer(engagement, ref, given, at=at, now=app.workspace.clock.now())
    path = kept_draft(app, made.file_name, made.body)
    shown = near(path)
    if not app.json:
        app.out.line(_FROZEN)
        for line in made.letter.text.splitlines():
            app.out.lines([f"  {part}" for part in wrapped(visible(line), app.out.room - 2)])
        app.out.line(_DRAFT.filled(path=shown, who=visible(made.letter.name)))
        if not made.letter.address:
            app.out.note(NO_ADDRESS.filled(who=visible(made.letter.name)))
    # What was sent is a fact that only a person knows: --yes does not say it.
    if app.interactive and Ask(app, in_person=True).confirm(SENT, default=False):
        return Attachment(path, "email")
    dates = " ".join(f"--{name.replace('_', '-')} {value}" for name, value in given.items())
    again = f'pmbridge change send {made.letter.ref} {dates} --evidence "{shown}"'
    if app.json:
        app.out.document({"schema": "pmbridge.offer/1", "ref": made.letter.ref, "file": str(path), "next": again})
    else:
        app.out.next(again)
    return None
