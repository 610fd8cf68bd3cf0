"""S13: meetings with their minutes, and action items of both sides."""

from __future__ import annotations

from collections.abc import Iterator

from pmbridge.domain.action import ACTION
from pmbridge.domain.meeting import MEETING
from pmbridge.report import register_words as r
from pmbridge.report import words as w
from pmbridge.report.blocks import Block, Inline, Row, Section, Subheading, Table
from pmbridge.report.convened import Action, Meeting, Meetings
from pmbridge.report.editions import listed
from pmbridge.report.model import ClientReport
from pmbridge.report.sections.rows import columns, empty, named, noted, sentences, source_cell
from pmbridge.report.voice import Voice, runs


def meetings(report: ClientReport, found: Meetings, voice: Voice) -> Section:
    """Return what was held and what is to be done, by whom, and by when."""
    blocks: list[Block] = [
        *_held(listed(found.meetings, report, "S13"), found, voice),
        Subheading(words=runs(voice.text(r.ACTIONS))),
        *_to_do(listed(found.actions, report, "S13"), found, voice),
    ]
    return Section(anchor="sec-S13", heading=voice.text(r.MEETINGS), blocks=tuple(blocks))


def _held(rows: tuple[Meeting, ...], found: Meetings, voice: Voice) -> Iterator[Block]:
    if not rows:
        yield empty(r.MEETINGS_NONE, voice)
    else:
        yield Table(
            caption=voice.text(r.MEETINGS),
            columns=columns(voice, r.MEETING, r.WHEN, w.MS_STATE, r.MINUTES, w.MS_SOURCE, wide=(r.MEETING,)),
            rows=tuple(_meeting(one, voice) for one in rows),
            name="meetings",
        )
    said: list[Inline] = []
    if found.held is not None:
        numbers = {"hits": str(found.held.hits), "n": str(found.held.n), "cancelled": str(found.cancelled)}
        said.append(voice.say(r.MEETINGS_HELD, **numbers))
    if found.confirmed is not None:
        said.append(voice.say(r.MINUTES_RATE, hits=str(found.confirmed.hits), n=str(found.confirmed.n)))
    yield from sentences(said, voice)


def _meeting(one: Meeting, voice: Voice) -> Row:
    kind = runs(voice.name(r.MEETING_KINDS, one.kind))
    name = named(one.ref, one.title, voice)
    return Row(
        anchor=voice.anchor(one.ref),
        cells=(
            (name, kind) if one.title is not None else ((*name, *runs(" "), *kind),),
            (runs(voice.moment(one.held_at or one.planned_at)),),
            (runs(MEETING.states[one.state].label.in_(voice.language)),),
            (_minutes(one, voice),),
            source_cell(one.sources, one.ref, voice),
        ),
    )


def _minutes(one: Meeting, voice: Voice) -> Inline:
    if one.state == "cancelled" and one.cancelled_because is not None:
        return voice.say(r.MEETING_CANCELLED, why=voice.quote(one.cancelled_because))
    if one.confirmed_on is not None:
        return voice.say(r.MINUTES_CONFIRMED, day=voice.day(one.confirmed_on))
    if one.minutes_sent_on is not None:
        return voice.say(r.MINUTES_AWAITED, day=voice.day(one.minutes_sent_on))
    return voice.say(r.MINUTES_OPEN if one.held_at is not None else r.MEETING_AHEAD)


def _to_do(rows: tuple[Action, ...], found: Meetings, voice: Voice) -> Iterator[Block]:
    if not rows:
        yield empty(r.ACTIONS_NONE, voice)
    else:
        yield Table(
            caption=voice.text(r.ACTIONS),
            columns=columns(voice, r.ACTION, r.OWNER, r.DUE, r.ACTION_STATE, w.MS_SOURCE, wide=(r.ACTION,)),
            rows=tuple(_action(one, voice) for one in sorted(rows, key=lambda one: -one.overdue_wd)),
            name="actions",
        )
    late = [one.holder for one in found.actions if one.overdue_wd]
    said = [voice.say(r.ACTIONS_OVERDUE, ours=str(late.count("agency")), yours=str(late.count("client")))]
    if found.done is not None:
        said.append(voice.say(r.ACTIONS_IN_TIME, hits=str(found.done.hits), n=str(found.done.n)))
    yield from sentences(said, voice)


def _action(one: Action, voice: Voice) -> Row:
    about: list[Inline] = [named(one.ref, one.text, voice)]
    if one.about:
        about.append(voice.say(r.SAME_AS, ref=voice.link_to(one.about)))
    due: list[Inline] = [runs(voice.day(one.due_on) if one.due_on else voice.text(w.NOT_APPLICABLE))]
    if one.first_due_on and one.first_due_on != one.due_on:
        due.append(noted(voice.text(r.FIRST_DUE, day=voice.day(one.first_due_on))))
    state = runs(ACTION.states[one.state].label.in_(voice.language))
    if one.overdue_wd:
        state = runs(voice.text(w.OVERDUE, days=voice.days(one.overdue_wd)))
    elif one.done_on is not None:
        state = voice.say(r.DONE_ON_DAY, day=voice.day(one.done_on))
    return Row(
        anchor=voice.anchor(one.ref),
        cells=(
            tuple(about),
            (runs(voice.text(r.OURS if one.holder == "agency" else r.YOURS)),),
            tuple(due),
            (state,),
            source_cell(one.sources, one.ref, voice),
        ),
        emphasis="late" if one.overdue_wd else "",
    )
