"""What a reader's mail program opens: the report's subject, and an answer with blanks in place of every verdict."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from pmbridge.report import names
from pmbridge.report import words as w
from pmbridge.report.asked import Ask, AskKind
from pmbridge.report.model import ClientReport
from pmbridge.report.voice import Voice
from pmbridge.values import Label

_BLANKS: Mapping[AskKind, Label] = {
    "decide": w.REPLY_DECIDE,
    "accept": w.REPLY_ACCEPT,
    "provide": w.REPLY_PROVIDE,
    "inform": w.REPLY_INFORM,
}


def report_name(report: ClientReport, voice: Voice) -> str:
    """Return edition and number: ``周报 9``, ``Weekly report 9, revision 2``."""
    header = report.header
    name = voice.text(w.REPORT_NO, edition=voice.name(names.EDITIONS, header.edition), number=str(header.number))
    if header.revision > 1:
        name += w.COMMA.in_(voice.language) + voice.text(w.REVISION, n=str(header.revision))
    return name


def subject(report: ClientReport, voice: Voice) -> str:
    """Return the subject: project, what the reader must do, colour, date — in the order in which it may be cut off."""
    asks, late = str(len(report.asks)), sum(ask.overdue for ask in report.asks)
    due = voice.text(w.SUBJECT_LATE, n=asks, late=str(late)) if late else voice.text(w.SUBJECT_ASKS, n=asks)
    return voice.text(
        w.SUBJECT,
        engagement=voice.plain_quote(report.header.engagement),
        report=report_name(report, voice),
        asks=due if report.asks else voice.text(w.SUBJECT_NONE),
        colour=voice.colour_word(report.overall.colour),
        day=voice.day(report.header.as_of.date()),
    )


def answer_line(ask: Ask, voice: Voice, *, title: str | None = None, keys: str | None = None) -> str:
    """Return the line of an answer to *ask* that holds only blanks; *keys*: how its options are told apart there."""
    listed = w.LISTED.in_(voice.language).join(one.key for one in ask.options)
    blanks = w.REPLY_CHOOSE if ask.kind == "decide" and listed else _BLANKS[ask.kind]
    return voice.text(blanks, ref=ask.ref, title=title or voice.plain_quote(ask.title), keys=keys or listed)


def reply_link(report: ClientReport, ask: Ask, voice: Voice) -> str:
    """Return the ``mailto:`` address of an answer to *ask*: the report's subject, a line that holds only blanks."""
    body = f"{answer_line(ask, voice)}\r\n{w.REPLY_HINT.in_(voice.language)}\r\n"
    to = quote(report.header.reply_to or "", safe="@")
    return f"mailto:{to}?subject={quote(subject(report, voice), safe='')}&body={quote(body, safe='')}"
