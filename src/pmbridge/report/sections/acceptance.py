"""S10: what was submitted, and what came of it."""

from __future__ import annotations

from pmbridge.domain.deliverable import DELIVERABLE
from pmbridge.report import register_words as r
from pmbridge.report import words as w
from pmbridge.report.blocks import Block, Inline, Lines, Row, Section, Table
from pmbridge.report.delivered import Deliverable, Deliverables, Turn
from pmbridge.report.editions import listed
from pmbridge.report.model import ClientReport
from pmbridge.report.parts import Given
from pmbridge.report.sections.rows import columns, empty, named, noted, sentences, source_cell
from pmbridge.report.voice import Voice, runs


def acceptance(report: ClientReport, found: Deliverables, voice: Voice) -> Section:
    """Return the deliverables with their submissions, how often the first one passed, how long a review took."""
    rows = listed(found.rows, report, "S10")
    blocks: list[Block] = []
    if rows:
        heads = (r.DELIVERABLE, r.SUBMISSION, r.REVIEW_UNTIL, r.VERDICT, r.CONDITIONS, w.MS_SOURCE)
        blocks.append(
            Table(
                caption=voice.text(r.ACCEPTANCE),
                columns=columns(voice, *heads, wide=(r.DELIVERABLE,)),
                rows=tuple(_row(one, voice) for one in rows),
                name="acceptance",
            )
        )
    else:
        blocks.append(empty(r.NONE_IN_PERIOD if found.rows else r.ACCEPTANCE_NONE, voice))
    blocks += sentences(_figures(report, found, voice), voice)
    return Section(anchor="sec-S10", heading=voice.text(r.ACCEPTANCE), blocks=tuple(blocks))


def _figures(report: ClientReport, found: Deliverables, voice: Voice) -> list[Inline]:
    said: list[Inline] = []
    if isinstance(report.first_pass, Given):
        work = report.first_pass.value
        said.append(voice.say(r.FIRST_PASS, hits=voice.number(work.done), n=voice.number(work.total)))
    if found.review_median is not None and found.review_longest is not None:
        said.append(
            voice.say(
                r.REVIEW_TIME,
                median=voice.text(w.WORKING_DAYS, n=voice.number(found.review_median)),
                longest=voice.days(found.review_longest),
            )
        )
    return said


def _row(one: Deliverable, voice: Voice) -> Row:
    name = named(one.ref, one.title, voice)
    about: Lines = (name,)
    if one.milestone:
        about = (name, voice.say(r.FOR_MILESTONE, ref=voice.link_to(one.milestone)))
    last = one.turns[-1] if one.turns else None
    waiting = one.state == "under_review"
    return Row(
        anchor=voice.anchor(one.ref),
        cells=(
            about,
            tuple(runs(voice.text(r.TURN, n=str(turn.n), day=voice.day(turn.submitted_on))) for turn in one.turns),
            (runs(voice.weekday(last.answer_by)) if last and waiting else runs(voice.text(w.NOT_APPLICABLE)),),
            tuple(_verdict(turn, voice) for turn in one.turns) if not _elsewhere(one) else _state(one, voice),
            _conditions(one, voice),
            source_cell(one.sources, one.ref, voice),
        ),
    )


def _elsewhere(one: Deliverable) -> bool:
    """Return whether the verdicts do not tell how it stands."""
    return one.state in ("handed_over", "dropped")


def _state(one: Deliverable, voice: Voice) -> Lines:
    state = runs(DELIVERABLE.states[one.state].label.in_(voice.language))
    return (state, *(_verdict(turn, voice) for turn in one.turns))


def _verdict(turn: Turn, voice: Voice) -> Inline:
    if turn.verdict is None or turn.decided_on is None:
        return runs(voice.text(r.WAITING_FOR_YOU))
    verdict, day = voice.name(r.VERDICTS, turn.verdict), voice.day(turn.decided_on)
    if not turn.decided_by:
        return voice.say(r.VERDICT_ON, verdict=verdict, day=day)
    who = voice.join([(voice.word(name),) for name in turn.decided_by], by=w.LISTED)
    return voice.say(r.VERDICT_BY, verdict=verdict, who=who, day=day)


def _conditions(one: Deliverable, voice: Voice) -> Lines:
    found: list[Inline] = []
    for turn in one.turns:
        found += [
            voice.say(r.CONDITION_DONE if each.done else r.CONDITION_OPEN, ref=voice.link_to(each.ref))
            for each in turn.conditions
        ]
        if turn.certificate:
            found.append(noted(voice.text(r.CERTIFICATE, no=turn.certificate)))
    return tuple(found) or ((),)
