"""What `pmbridge change show` says beside the fields: who held it for how long, every assessment, an option a line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pmbridge_cli.after import option_words
from pmbridge_cli.layout import visible
from pmbridge_cli.words import Both, day

if TYPE_CHECKING:
    from pmbridge.domain.entry import Entry
    from pmbridge.register import Register

OWN_LINES = frozenset({"assessments"})
"""Fields that are told here."""


def life(record: Entry[Any], register: Register, now: datetime) -> Iterator[Both]:
    """Yield the age of a change by who held it, then its assessments."""
    from pmbridge.domain.change_metrics import age
    from pmbridge.domain.moment import Moment

    moment = Moment(as_of=now, zone=register.zone, calendar=register.calendar)
    held = age(record, moment).value
    yield Both(
        f"Age: {held.total} working days, ours {held.ours}, the client's {held.theirs}",
        f"历时 {held.total} 个工作日：我方 {held.ours}，客户 {held.theirs}",
    )
    for one in record.fields.assessments:
        yield from _assessment(one, record.fields.chosen, moment.today)


def _assessment(one: Any, chosen: str | None, today: date) -> Iterator[Both]:
    sent = day(one.sent_on, today) if one.sent_on is not None else None
    head = Both(
        f"Assessment {one.n} of {day(one.assessed_on, today)}", f"评估第 {one.n} 版，{day(one.assessed_on, today)}"
    )
    if sent is not None:
        head = Both(f"{head.en}, sent {sent}", f"{head.zh}，{sent} 提交客户")
    yield head
    for option in one.options:
        words = option_words(option, today)
        marks = [Both(" (recommended)", "（建议）")] * (option.key == one.recommended)
        marks += [Both(" (chosen)", "（选定）")] * (option.key == chosen)
        yield Both(
            f"  {words.en}{''.join(mark.en for mark in marks)}", f"  {words.zh}{''.join(mark.zh for mark in marks)}"
        )
    if one.do_nothing is not None:
        zh, en = (visible(one.do_nothing.in_(language)[0]) for language in ("zh", "en"))
        yield Both(f"  otherwise: {en}", f"  不做：{zh}")
