"""`pmbridge change submit FILE.eml`: what a mail says of a request, each point confirmed by the person at the keyboard.

A From line is no proof of who wrote; the sender is offered as whoever raised it only if a contact has that address.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pmbridge.domain.contact import find_contact, name_of
from pmbridge.error_words import system_words
from pmbridge.errors import Refused
from pmbridge.reply import read_reply
from pmbridge_cli.ask import Ask, as_it_is
from pmbridge_cli.context import App
from pmbridge_cli.words import Both, same

_ANSWERED = re.compile(r"^\s*(?:(?:re|fwd?|aw|回复|答复|转发)\s*[:：]\s*)+", re.IGNORECASE)
_TITLE = Both("Title", "标题")
_BY = Both("Raised by", "提出人")
_BY_SENDER = Both("Raised by {name} (the sender's address is that contact's)", "提出人 {name}（发件地址与联系人一致）")
_ON = Both("Date", "日期")
_WHAT = Both("What is asked for", "说明")
_WHY = Both("Reason", "原因")


def is_mail(words: tuple[str, ...]) -> bool:
    """Return whether the first word is a mail file and no ref."""
    return bool(words) and words[0].lower().endswith(".eml")


def filled(app: App, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return *given* with what the mail says where no option says otherwise, and the mail as evidence.

    Raises:
        Refused: the file cannot be read.
        ConfigError: a point is open and there is nobody to ask (``--yes`` takes what the mail says).
    """
    path, *rest = given["words"]
    mail = read_reply(_body(path))
    register = app.chosen().register
    sender = find_contact(register.book, mail.address) if mail.address else None
    sent_on = mail.sent_at.astimezone(register.zone).date().isoformat() if mail.sent_at is not None else None
    by = None if sender is None else name_of(register.book, sender.ref)
    asked = Ask(app)
    answers = {
        "in_title": asked.text(
            _TITLE, option=same("--title"), given=given.get("in_title"),
            default=_ANSWERED.sub("", mail.subject).strip() or None, check=as_it_is,
        ),
        "by": asked.text(
            _BY if by is None else _BY_SENDER.filled(name=by), option=same("--by"), given=given.get("by"), default=by,
            check=as_it_is,
        ),
        "at": asked.text(_ON, option=same("--at"), given=given.get("at"), default=sent_on, check=as_it_is),
        "in_description": asked.text(
            _WHAT, option=same("--description"), given=given.get("in_description"), default=mail.text.strip() or None,
            hint=_short(mail.text), check=as_it_is,
        ),
        "in_reason": asked.text(_WHY, option=same("--reason"), given=given.get("in_reason"), check=as_it_is),
    }  # fmt: skip
    asked.settle()
    via = given.get("in_via") or "email"
    return {**given, **answers, "in_via": via, "words": tuple(rest), "evidence": (f"email:{path}", *given["evidence"])}


def _body(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        why = system_words(error)
        raise Refused(detail=f"{path} cannot be read: {why.en}", detail_zh=f"读不了 {path}：{why.zh}") from error


def _short(text: str) -> str | None:
    one_line = " ".join(text.split())
    return None if not one_line else one_line if len(one_line) <= 40 else f"{one_line[:39]}…"
