"""S12: what the client told us, and what we did about it."""

from __future__ import annotations

from collections.abc import Iterator

from pmbridge.domain.complaint import COMPLAINT
from pmbridge.domain.feedback import FEEDBACK
from pmbridge.domain.sla import CLOCKS
from pmbridge.report import register_words as r
from pmbridge.report import words as w
from pmbridge.report.blocks import Block, Inline, Lines, Paragraph, Row, Run, Section, Subheading, Table
from pmbridge.report.editions import listed
from pmbridge.report.heard import Answers, Complaint, Feedback, ResponseClock, Satisfaction, Survey
from pmbridge.report.model import ClientReport
from pmbridge.report.parts import Given
from pmbridge.report.sections.rows import columns, empty, named, noted, sentences, source_cell
from pmbridge.report.voice import Voice, runs


def satisfaction(report: ClientReport, found: Satisfaction, voice: Voice) -> Section:
    """Return surveys, feedback with what came of it, complaints, and how fast we answered."""
    blocks: list[Block] = [
        *_surveys(listed(found.surveys, report, "S12"), voice),
        Subheading(words=runs(voice.text(r.SAID_AND_DONE))),
        *_feedback(listed(found.feedback, report, "S12"), found, voice),
        Subheading(words=runs(voice.text(r.COMPLAINTS))),
        *_complaints(listed(found.complaints, report, "S12"), found, voice),
    ]
    if found.inquiries:
        blocks.append(Paragraph(words=_inquiries(found, voice)))
    return Section(anchor="sec-S12", heading=voice.text(r.SATISFACTION), blocks=tuple(blocks))


# ------------------------------------------------------------------------------------------------------- surveys


def _surveys(surveys: tuple[Survey, ...], voice: Voice) -> Iterator[Block]:
    if not surveys:
        yield empty(r.SURVEYS_NONE, voice)
        return
    yield Table(
        caption=voice.text(r.SURVEYS),
        columns=columns(voice, r.SURVEY, r.ANSWERS, r.SCORE, w.MS_SOURCE, wide=(r.SURVEY,)),
        rows=tuple(row for one in surveys for row in _survey(one, voice)),
        name="surveys",
    )
    for one in surveys:
        if one.quoted:
            words = [voice.say(r.IN_QUOTES, words=voice.quote(quote)) for quote in one.quoted]
            yield Paragraph(words=(*voice.say(r.QUOTED), *voice.join(words)))


def _survey(one: Survey, voice: Voice) -> Iterator[Row]:
    kind = voice.name(r.SURVEY_KINDS, one.kind)
    head: list[Inline] = [(Run(text=one.ref, style="strong"), *runs(f" {kind}"))]
    if one.milestone:
        head[0] = (*head[0], Run(text=" "), voice.link_to(one.milestone))
    head.append(runs(voice.text(r.INVITED, invited=str(one.invited), answered=str(one.answered))))
    when = (
        voice.text(r.CLOSED_ON, day=voice.day(one.sent_on))
        if one.closed
        else voice.text(r.STILL_OPEN, day=voice.day(one.closes_on))
    )
    head.append(noted(when))
    for n, each in enumerate(one.results or (None,)):
        about: Lines = tuple(head) if n == 0 else ((Run(text=one.ref, style="muted"),),)
        if each is not None:
            about = (*about, voice.quote(each.text))
        yield Row(
            anchor=voice.anchor(one.ref) if n == 0 else "",
            cells=(
                about,
                _counts(one, each, voice) if each is not None else (runs(voice.text(w.NOT_APPLICABLE)),),
                _score(each, voice) if each is not None else (runs(voice.text(w.NOT_APPLICABLE)),),
                source_cell(one.sources, one.ref, voice) if n == 0 else ((),),
            ),
        )


def _counts(one: Survey, each: Answers, voice: Voice) -> Lines:
    if not each.counts:
        kept = one.anonymous and each.answered
        return (runs(voice.text(r.ANSWERS_KEPT if kept else w.NOT_APPLICABLE)),)
    found = []
    for count in each.counts:
        if count.n:
            answer: Inline = voice.quote(count.words) if count.words is not None else runs(count.answer)
            found.append(voice.say(r.ANSWER_TIMES, answer=answer, n=str(count.n)))
    found.reverse()  # the best answers first, as people count them
    return (voice.join(found, by=w.DOT),)


def _score(each: Answers, voice: Voice) -> Lines:
    if each.score is None:
        return (runs(voice.text(w.NOT_APPLICABLE)),)
    if not isinstance(each.score, Given):
        return (runs(voice.text(r.TOO_FEW)) if each.answered else voice.unknown(each.score),)
    label = r.SCORE_PERCENT if each.scale == "1-5" else r.SCORE_NPS
    said = runs(voice.text(label, n=str(each.score.value)))
    if each.before is None:
        return (said,)
    return (said, noted(voice.text(r.SCORE_BEFORE, n=str(each.before))))


# ------------------------------------------------------------------------------------------------------ feedback


def _feedback(rows: tuple[Feedback, ...], found: Satisfaction, voice: Voice) -> Iterator[Block]:
    if not rows:
        yield empty(r.FEEDBACK_NONE, voice)
    else:
        yield Table(
            caption=voice.text(r.SAID_AND_DONE),
            columns=columns(voice, r.YOU_SAID, r.WE_DID, w.MS_STATE, w.MS_SOURCE, wide=(r.YOU_SAID, r.WE_DID)),
            rows=tuple(_said(one, voice) for one in rows),
            name="feedback",
        )
    if found.answers is not None:
        yield Paragraph(words=voice.say(r.FEEDBACK_IN_TIME, hits=str(found.answers.hits), n=str(found.answers.n)))


def _said(one: Feedback, voice: Voice) -> Row:
    kind = voice.name(r.FEEDBACK_KINDS, one.kind)
    did: list[Inline] = []
    if one.response is not None:
        did.append(voice.quote(one.response))
    if one.done:
        did.append(voice.say(r.DONE_IN, refs=voice.refs(one.done)))
    if one.declined_because is not None:
        did.append(voice.say(r.NOT_TAKEN, why=voice.quote(one.declined_because)))
    return Row(
        anchor=voice.anchor(one.ref),
        cells=(
            (named(one.ref, one.text, voice), noted(kind + w.COMMA.in_(voice.language) + voice.day(one.given_on))),
            tuple(did) or (runs(voice.text(r.ANSWER_DUE, day=voice.day(one.respond_by))),),
            (runs(FEEDBACK.states[one.state].label.in_(voice.language)),),
            source_cell(one.sources, one.ref, voice),
        ),
    )


# ---------------------------------------------------------------------------------------------------- complaints


def _complaints(rows: tuple[Complaint, ...], found: Satisfaction, voice: Voice) -> Iterator[Block]:
    counted = found.counted
    if not counted.received:
        yield empty(r.COMPLAINTS_NONE, voice)
        return
    if rows:
        heads = (r.COMPLAINT, r.RECEIVED, r.ACKNOWLEDGED, w.MS_STATE, r.REMEDIES, r.NEXT_UPDATE, w.MS_SOURCE)
        yield Table(
            caption=voice.text(r.COMPLAINTS),
            columns=columns(voice, *heads, wide=(r.COMPLAINT,)),
            rows=tuple(_complaint(one, voice) for one in rows),
            name="complaints",
        )
    said = [
        voice.say(
            r.COMPLAINTS_ALL,
            received=str(counted.received),
            open=str(counted.open),
            unresolved=str(counted.unresolved),
            reopened=str(counted.reopened),
        )
    ]
    if counted.median_wd is not None:
        days = voice.text(w.WORKING_DAYS, n=voice.number(counted.median_wd))
        said.append(voice.say(r.COMPLAINTS_MEDIAN, days=days))
    yield from sentences(said, voice)


def _complaint(one: Complaint, voice: Voice) -> Row:
    if one.acknowledged_on is None:
        acknowledged = voice.text(r.NOT_ACKNOWLEDGED)
    else:
        label = r.TOO_LATE if one.in_time is False else r.IN_TIME
        acknowledged = voice.text(label, day=voice.day(one.acknowledged_on))
    offered = [voice.quote(each) for each in (*one.remedies, *([one.refusal] if one.refusal else []))]
    return Row(
        anchor=voice.anchor(one.ref),
        cells=(
            (named(one.ref, one.text, voice),),
            (runs(voice.day(one.received_on)),),
            (runs(acknowledged),),
            (runs(COMPLAINT.states[one.state].label.in_(voice.language)),),
            tuple(offered) or (runs(voice.text(r.NOBODY_YET)),),
            (runs(voice.day(one.next_update_on) if one.next_update_on else voice.text(w.NOT_APPLICABLE)),),
            source_cell(one.sources, one.ref, voice),
        ),
        emphasis="late" if one.late or one.in_time is False else "",
    )


# --------------------------------------------------------------------------------------------------------- clocks


def _inquiries(found: Satisfaction, voice: Voice) -> Inline:
    said = [voice.say(r.INQUIRIES, n=str(found.inquiries))]
    said += [_clock(one, voice) for one in found.clocks]
    return (*voice.join(said), *runs(w.STOP.in_(voice.language)))


def _clock(one: ResponseClock, voice: Voice) -> Inline:
    name = CLOCKS[one.clock].label.in_(voice.language)
    said = [voice.say(r.CLOCK_LINE, clock=name, met=str(one.met), judged=str(one.judged))]
    if one.median is not None and one.in_minutes:
        hours, minutes = divmod(int(one.median), 60)
        said.append(voice.say(r.MEDIAN_MINUTES, hours=str(hours), minutes=str(minutes)))
    elif one.median is not None:
        said.append(voice.say(r.MEDIAN_DAYS, days=voice.text(w.WORKING_DAYS, n=voice.number(one.median))))
    return voice.join(said, by=w.COMMA)
