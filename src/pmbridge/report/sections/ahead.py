"""What the register has for the days to come, beside the milestones: meetings, answers, action items, reviews."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from pmbridge.domain.machine import Holder
from pmbridge.report import register_words as r
from pmbridge.report import words as w
from pmbridge.report.blocks import Block, Inline, Items, Paragraph, Subheading
from pmbridge.report.model import ClientReport
from pmbridge.report.parts import Given, Quote
from pmbridge.report.voice import Voice, runs


class _Item(NamedTuple):
    on: date
    holder: Holder
    ref: str
    title: Quote | None
    what: str


def ahead(report: ClientReport, voice: Voice) -> list[Block]:
    """Return what is to come by date, each with whose it is; without a register, that nothing is recorded."""
    if report.meetings is None:
        return [Paragraph(words=voice.say(w.NEXT_REST), kind="note")]
    first, last = report.header.as_of.date(), report.upcoming.until
    found = [one for one in _all(report, voice) if first <= one.on <= last]
    found.sort(key=lambda one: (one.on, one.ref))
    heading = Subheading(words=runs(voice.text(r.AHEAD)))
    if not found:
        return [heading, Paragraph(words=voice.say(r.AHEAD_NONE, day=voice.day(last)), kind="empty")]
    return [heading, Items(entries=tuple((_said(one, voice), ()) for one in found))]


def _said(one: _Item, voice: Voice) -> Inline:
    title = () if one.title is None else (*runs(" "), *voice.quote(one.title))
    who = voice.text(r.YOURS if one.holder == "client" else r.OURS)
    name: Inline = (voice.link_to(one.ref), *title)
    return voice.say(r.AHEAD_ITEM, day=voice.weekday(one.on), name=name, what=one.what, who=who)


def _all(report: ClientReport, voice: Voice) -> Iterator[_Item]:
    for meeting in report.meetings.meetings if report.meetings else ():
        if meeting.state == "planned":
            kind = voice.name(r.MEETING_KINDS, meeting.kind)
            yield _Item(meeting.planned_at.date(), "agency", meeting.ref, meeting.title, kind)
    for ask in report.asks:
        if isinstance(ask.need_by, Given):
            yield _Item(ask.need_by.value, "client", ask.ref, ask.title, voice.text(r.AHEAD_ASK))
    for action in report.meetings.actions if report.meetings else ():
        if action.state == "open" and action.due_on is not None:
            yield _Item(action.due_on, action.holder, action.ref, action.text, voice.text(r.AHEAD_ACTION))
    for one in report.raid or ():
        if one.due_on is not None:
            yield _Item(one.due_on, "agency", one.ref, one.title, voice.text(r.AHEAD_RAID))
    for wish in report.promises.expectations if report.promises else ():
        if wish.state in ("stated", "assessed", "agreed", "reset"):
            said = wish.agreed or wish.statement
            yield _Item(wish.review_on, "agency", wish.ref, said, voice.text(r.AHEAD_REVIEW))
