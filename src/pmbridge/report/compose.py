"""From a report and a language to a document of blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pmbridge.report import words as w
from pmbridge.report.blocks import Document, Section
from pmbridge.report.canonical import SHOWN_DIGITS, report_hash
from pmbridge.report.editions import listed, stands
from pmbridge.report.model import ClientReport
from pmbridge.report.reply import report_name
from pmbridge.report.sections.about import about, data
from pmbridge.report.sections.acceptance import acceptance
from pmbridge.report.sections.annex import annex
from pmbridge.report.sections.asks import asks
from pmbridge.report.sections.changes import changes, listed_changes
from pmbridge.report.sections.glance import hero, tiles
from pmbridge.report.sections.lessons import lessons
from pmbridge.report.sections.meetings import meetings
from pmbridge.report.sections.milestones import milestones
from pmbridge.report.sections.promises import promises
from pmbridge.report.sections.risks import risks
from pmbridge.report.sections.satisfaction import satisfaction
from pmbridge.report.sections.since import since
from pmbridge.report.sections.work import completed, status, upcoming
from pmbridge.report.voice import Voice
from pmbridge.values import Language

_OURS = re.compile(r"(main|(sec|ask|rule|source|c[1-8])-.*)\Z")
_NO_ID = re.compile(r"[^\w.\-]+")


def anchors_of(report: ClientReport) -> dict[str, str]:
    """Return ref → the id of its row: the ref itself, without what cannot stand in an id; the same in all languages."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for ref in _with_rows(report):
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


def _by_register(report: ClientReport, voice: Voice) -> Iterator[Section]:
    """Yield the sections of this edition that rest on the register alone, in their order."""
    if report.deliverables is not None and stands(report, "S10"):
        yield acceptance(report, report.deliverables, voice)
    if report.promises is not None and stands(report, "S11"):
        yield promises(report, report.promises, voice)
    if report.satisfaction is not None and stands(report, "S12"):
        yield satisfaction(report, report.satisfaction, voice)
    if report.meetings is not None and stands(report, "S13"):
        yield meetings(report, report.meetings, voice)
    if report.lessons is not None and stands(report, "S15"):
        yield lessons(report.lessons, voice)


def _with_rows(report: ClientReport) -> Iterator[str]:
    """Yield the refs of all records that have a row of their own on the page."""
    yield from (m.ref for m in report.milestones)
    yield from (c.ref for c in listed_changes(report))
    yield from (one.ref for one in report.raid or ())
    yield from (one.ref for one in report.goals or ())
    if report.deliverables is not None and stands(report, "S10"):
        yield from (one.ref for one in listed(report.deliverables.rows, report, "S10"))
    if report.promises is not None and stands(report, "S11"):
        yield from (one.ref for one in listed(report.promises.expectations, report, "S11"))
        yield from (one.ref for one in listed(report.promises.commitments, report, "S11"))
    if report.satisfaction is not None and stands(report, "S12"):
        yield from (one.ref for one in listed(report.satisfaction.surveys, report, "S12"))
        yield from (one.ref for one in listed(report.satisfaction.feedback, report, "S12"))
        yield from (one.ref for one in listed(report.satisfaction.complaints, report, "S12"))
    if report.meetings is not None and stands(report, "S13"):
        yield from (one.ref for one in listed(report.meetings.meetings, report, "S13"))
        yield from (one.ref for one in listed(report.meetings.actions, report, "S13"))
    if report.lessons is not None and stands(report, "S15"):
        yield from (one.ref for one in report.lessons.lessons)
        yield from (one.ref for one in report.lessons.improvements)


def _annex(report: ClientReport, voice: Voice) -> list[Section]:
    found = None if report.measures is None else annex(report, report.measures, voice)
    return [] if found is None else [found]


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
            *_by_register(report, voice),
            about(report, voice),
            data(report, voice, fingerprint),
            *_annex(report, voice),
        ),
        skip_label=voice.text(w.SKIP),
        footer=voice.text(w.FOOTER, engagement=engagement, report=name, moment=moment),
        accent=header.agency.colour,
        logo=header.agency.logo,
        agency_name=voice.plain_quote(header.agency.name),
    )
