"""From a report and a language to a document of blocks."""

from __future__ import annotations

import re

from pmbridge.report import words as w
from pmbridge.report.blocks import Document
from pmbridge.report.canonical import SHOWN_DIGITS, report_hash
from pmbridge.report.model import ClientReport
from pmbridge.report.reply import report_name
from pmbridge.report.sections.about import about, data
from pmbridge.report.sections.asks import asks
from pmbridge.report.sections.changes import changes, listed_changes
from pmbridge.report.sections.glance import hero, tiles
from pmbridge.report.sections.milestones import milestones
from pmbridge.report.sections.risks import risks
from pmbridge.report.sections.since import since
from pmbridge.report.sections.work import completed, status, upcoming
from pmbridge.report.voice import Voice
from pmbridge.values import Language

_OURS = re.compile(r"(main|(sec|ask|rule|source|c1)-.*)\Z")
_NO_ID = re.compile(r"[^\w.\-]+")


def anchors_of(report: ClientReport) -> dict[str, str]:
    """Return ref → the id of its row: the ref itself, without what cannot stand in an id; the same in all languages."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for ref in (*(m.ref for m in report.milestones), *(c.ref for c in listed_changes(report))):
        if ref in found:
            continue
        plain = _NO_ID.sub("-", ref).strip("-") or "row"
        plain = f"row-{plain}" if _OURS.match(plain) else plain
        anchor, n = plain, 2
        while anchor in taken:
            anchor, n = f"{plain}-{n}", n + 1
        taken.add(anchor)
        found[ref] = anchor
    return found


def compose(report: ClientReport, language: Language) -> Document:
    """Return *report* as blocks in *language*. The same report gives an equal document."""
    voice = Voice(report, language, anchors_of(report))
    header = report.header
    name = report_name(report, voice)
    engagement = voice.plain_quote(header.engagement)
    draft = voice.text(w.DRAFT) if header.draft else ""
    moment = voice.moment(header.as_of)
    title = f"{voice.plain_quote(header.client)} · {engagement} · {name}"
    fingerprint = report_hash(report)[:SHOWN_DIGITS]
    return Document(
        language=language,
        title=f"{draft} · {title}" if draft else title,
        draft=draft,
        banner=voice.say(w.DRAFT_BANNER) if draft else (),
        agency=voice.quote(header.agency.name),
        heading=voice.say(w.TITLE, engagement=voice.quote(header.engagement), report=name),
        period=voice.say(w.PERIOD, period=voice.span(header.period_from, header.period_to, year=True), moment=moment),
        hero=hero(report, voice),
        tiles=tiles(report, voice),
        asks=asks(report, voice),
        contents_label=voice.text(w.CONTENTS),
        rest=(
            since(report, voice),
            completed(report, voice),
            status(report, voice),
            upcoming(report, voice),
            milestones(report, voice),
            changes(report, voice),
            risks(report, voice),
            about(report, voice),
            data(report, voice, fingerprint),
        ),
        skip_label=voice.text(w.SKIP),
        footer=voice.text(w.FOOTER, engagement=engagement, report=name, moment=moment),
        accent=header.agency.colour,
        logo=header.agency.logo,
        agency_name=voice.plain_quote(header.agency.name),
    )
