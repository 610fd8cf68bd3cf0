"""Decision deadlines as a calendar file (RFC 5545): one all-day event for each thing that waits for the client.

An event keeps its ``UID`` from report to report and its ``SEQUENCE`` grows, so that a calendar moves what moved and
adds nothing twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from pmbridge.report.asked import Ask
from pmbridge.report.gate import one_line
from pmbridge.report.model import ClientReport
from pmbridge.report.parts import Given
from pmbridge.report.plain import visible
from pmbridge.report.reply import answer_line, report_name
from pmbridge.report.voice import Voice
from pmbridge.values import Label, Language

_LINE = 75
"""Octets after which RFC 5545 folds a line."""
_UNTIL = Label(zh="{ref} {title}：答复截止", en="{ref} {title}: answer due")


def render_deadlines(report: ClientReport, language: Language) -> bytes:
    """Return the calendar, UTF-8 with CRLF; without a known deadline a calendar without events."""
    voice = Voice(report, language, {})
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//pmbridge//client report//EN", "CALSCALE:GREGORIAN"]
    lines += ["METHOD:PUBLISH"]
    for ask in report.asks:
        lines += _event(report, ask, voice)
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"]).encode()


def _event(report: ClientReport, ask: Ask, voice: Voice) -> Iterator[str]:
    if not isinstance(ask.need_by, Given) or ask.need_by.value == date.max:
        return
    day, header = ask.need_by.value, report.header
    said = one_line(voice.text(_UNTIL, ref=ask.ref, title=voice.plain_quote(ask.title)))
    told = f"{answer_line(ask, voice)}\n{voice.plain_quote(header.engagement)}, {report_name(report, voice)}"
    yield "BEGIN:VEVENT"
    yield f"UID:{_uid(report, ask)}"
    # Minutes of the as-of instant: it grows from report to report, of whatever edition.
    yield f"SEQUENCE:{int(header.as_of.timestamp()) // 60}"
    yield f"DTSTAMP:{_stamp(header.made_at)}"
    yield f"DTSTART;VALUE=DATE:{day:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{_text(said)}"
    yield f"DESCRIPTION:{_text(told)}"
    yield "TRANSP:TRANSPARENT"
    yield "BEGIN:VALARM"
    yield "ACTION:DISPLAY"
    yield f"DESCRIPTION:{_text(said)}"
    yield "TRIGGER:-P1D"
    yield "END:VALARM"
    yield "END:VEVENT"


def _uid(report: ClientReport, ask: Ask) -> str:
    header = report.header
    whole = "\n".join(one.zh or one.en or "" for one in (header.agency.name, header.client, header.engagement))
    return hashlib.sha256(f"{whole}\n{ask.ref}".encode()).hexdigest()[:32] + "@pmbridge"


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    lines = (one_line(visible(line)) for line in text.split("\n"))
    escaped = (line.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,") for line in lines)
    return "\\n".join(escaped)


def _folded(line: str) -> str:
    """Return *line* in pieces of at most 75 octets, no character parted."""
    pieces, room = [""], _LINE
    for char in line:
        size = len(char.encode())
        if size > room:
            pieces.append(" ")
            room = _LINE - 1
        pieces[-1] += char
        room -= size
    return "\r\n".join(pieces)
