"""The differences between two reports as plain sentences, for screens and mails."""

from __future__ import annotations

from pmbridge.report import words as w
from pmbridge.report.blocks import Inline, Mark
from pmbridge.report.compose import anchors_of
from pmbridge.report.model import ClientReport
from pmbridge.report.sections.since import line_parts
from pmbridge.report.voice import Voice
from pmbridge.values import Label, Language


def notices(report: ClientReport) -> tuple[Label, ...]:
    """Return one sentence per line of what changed, in the report's order: bad news first."""
    zh, en = (_sentences(report, language) for language in ("zh-CN", "en"))
    return tuple(Label(zh=one, en=other) for one, other in zip(zh, en, strict=True))


def _sentences(report: ClientReport, language: Language) -> list[str]:
    voice = Voice(report, language, anchors_of(report))
    found = []
    for line in report.since:
        what, old, new = (_plain(part) for part in line_parts(report, line, voice))
        found.append(voice.text(w.NOTICE, what=what, old=old, new=new))
    return found


def _plain(words: Inline) -> str:
    return "".join(one.word if isinstance(one, Mark) else one.text for one in words).strip()
