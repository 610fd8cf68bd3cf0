"""What the client told us: surveys, feedback and what came of it, complaints, questions.

Who answered a survey, and what one person said in it without agreeing that it is printed, stays with us.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pmbridge.domain.book import Book
from pmbridge.domain.complaint_fields import Complaint, Outcome
from pmbridge.domain.complaint_metrics import Complaints, complaints
from pmbridge.domain.entry import Entry
from pmbridge.domain.feedback import Feedback
from pmbridge.domain.feedback import Kind as FeedbackKind
from pmbridge.domain.feedback_metrics import answered_in_time
from pmbridge.domain.figure import Figure, Known, SourceRef, Text
from pmbridge.domain.known import known_refs
from pmbridge.domain.moment import Moment
from pmbridge.domain.rate import Rate
from pmbridge.domain.sla import ClockName, ServiceLevel, SlaRule, runs, service_level
from pmbridge.domain.source import event_source
from pmbridge.domain.survey_fields import Answer, Scale, Survey
from pmbridge.domain.survey_fields import Kind as SurveyKind
from pmbridge.domain.survey_metrics import MIN_SAMPLE, comments, response_rate, results
from pmbridge.domain.terms import clocks_in_force, hours_in_force, terms_in_force

_CLOCKS: tuple[ClockName, ...] = ("inquiry_response", "complaint_acknowledgement", "complaint_response")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question of a survey and what was answered; see :class:`pmbridge.domain.survey_metrics.Result`.

    ``options``: what the keys of a choice stand for. ``before``: the score of the same question in the last survey of
    the same kind, ``None`` where either is not known.
    """

    text: Text
    scale: Scale
    answered: int
    score: Figure[int] | None
    counts: Mapping[Answer, int] | None
    options: Mapping[str, Text]
    before: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Surveyed:
    """A survey that was sent. ``quoted``: words whose author agreed that they are printed."""

    ref: str
    kind: SurveyKind
    milestone: str | None
    anonymous: bool
    sent_on: date
    closes_on: date
    closed: bool
    invited: int
    answered: int
    results: tuple[Asked, ...]
    quoted: tuple[str, ...]
    source: SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the client said, and what we answered and did."""

    ref: str
    kind: FeedbackKind
    text: Text
    given_on: date
    state: str
    since: date
    respond_by: date
    response: Text | None
    responded_on: date | None
    done: tuple[str, ...]
    declined_because: Text | None
    source: SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Complained:
    """A complaint, its remedies in our words. Who it is about and what was found inside stay with us.

    ``in_time``: whether it was acknowledged in time, ``None`` while that is not decided.
    """

    ref: str
    text: Text
    received_on: date
    acknowledged_on: date | None
    in_time: bool | None
    state: str
    since: date
    remedies: tuple[Text, ...]
    refusal: Text | None
    outcome: Outcome | None
    next_update_on: date | None
    late: bool
    source: SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocked:
    """How fast we answered: ``met`` of ``judged``, the median in working minutes or days."""

    clock: ClockName
    met: int
    judged: int
    median: Decimal | None
    in_minutes: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """All by ref. ``inquiries`` counts the questions asked so far, ``answers``: feedback answered in time.

    ``clocks``: those that ran at least once.
    """

    surveys: tuple[Surveyed, ...]
    feedback: tuple[Said, ...]
    complaints: tuple[Complained, ...]
    answers: Known[Rate] | None
    counted: Complaints
    inquiries: int
    clocks: tuple[Clocked, ...]


def heard(book: Book, moment: Moment) -> Heard:
    """Return what the client told us up to now."""
    surveys: list[Entry[Survey]] = [one for one in book.of("survey") if one.released is not None]
    feedback: list[Entry[Feedback]] = [one for one in book.of("feedback") if one.released is not None]
    all_complaints: list[Entry[Complaint]] = [one for one in book.of("complaint") if one.released is not None]
    levels = _levels(book, moment)
    counted = complaints(all_complaints, moment)
    return Heard(
        surveys=_surveys(surveys, book, moment),
        feedback=tuple(_said(one, one.released, book) for one in feedback if one.released is not None),
        complaints=tuple(
            _complained(one, one.released, counted, levels["complaint_acknowledgement"])
            for one in all_complaints
            if one.released is not None
        ),
        answers=answered_in_time(feedback, moment),
        counted=counted,
        inquiries=sum(one.released is not None for one in book.of("inquiry")),
        clocks=tuple(found for one in levels.values() if (found := _clocked(one)) is not None),
    )


def _levels(book: Book, moment: Moment) -> dict[ClockName, tuple[ServiceLevel, ...]]:
    rules, hours = clocks_in_force(book), hours_in_force(book)

    def level(rule: SlaRule) -> ServiceLevel:
        return service_level(rule.clock, list(runs(book, rule, others=rules)), hours, moment)

    return {clock: tuple(level(rule) for rule in rules if rule.clock == clock) for clock in _CLOCKS}


def _clocked(levels: Sequence[ServiceLevel]) -> Clocked | None:
    judged = [one for one in levels if one.n]
    if not judged:
        return None
    alone = judged[0] if len(judged) == 1 else None
    return Clocked(
        clock=judged[0].clock,
        met=sum(len(one.met) for one in judged),
        judged=sum(one.n for one in judged),
        median=alone.median.value if alone is not None and isinstance(alone.median, Known) else None,
        in_minutes=judged[0].unit == "minutes",
    )


def _surveys(entries: Sequence[Entry[Survey]], book: Book, moment: Moment) -> tuple[Surveyed, ...]:
    terms = terms_in_force(book)
    needed = MIN_SAMPLE if terms is None else terms.reporting.min_sample
    scores: dict[tuple[str, str, Scale], int] = {}
    found = []
    for entry in sorted(entries, key=lambda one: (one.fields.sent_on or one.created.day, one.ref)):
        fields, shown = entry.fields, entry.released
        if shown is None or fields.sent_on is None:
            continue
        rate = response_rate(entry, moment)
        asked = []
        for one in results(entry, moment, min_sample=needed):
            question = shown.question(one.question)
            score = one.score.value if isinstance(one.score, Known) else None
            key = (fields.kind, one.text.in_(one.text.original)[0], one.scale)
            asked.append(
                Asked(
                    text=one.text,
                    scale=one.scale,
                    answered=one.answered,
                    score=one.score,
                    counts=one.counts,
                    options={} if question is None else {option.key: option.text for option in question.options},
                    before=scores.get(key) if score is not None else None,
                )
            )
            if score is not None:
                scores[key] = score
        found.append(
            Surveyed(
                ref=entry.ref,
                kind=fields.kind,
                milestone=next(iter(known_refs(book, [fields.milestone])), None),
                anonymous=fields.anonymous,
                sent_on=fields.sent_on,
                closes_on=fields.closes_on,
                closed=entry.state == "closed",
                invited=rate.value.n if isinstance(rate, Known) else 0,
                answered=rate.value.hits if isinstance(rate, Known) else 0,
                results=tuple(asked),
                quoted=comments(entry),
                source=event_source(entry),
            )
        )
    return tuple(found)


def _said(entry: Entry[Feedback], shown: Feedback, book: Book) -> Said:
    return Said(
        ref=entry.ref,
        kind=entry.fields.kind,
        text=shown.text,
        given_on=entry.fields.given_on,
        state=entry.state,
        since=entry.since.day,
        respond_by=entry.fields.respond_by,
        response=shown.response,
        responded_on=entry.fields.responded_on,
        done=known_refs(book, entry.fields.actions),
        declined_because=shown.declined_because,
        source=event_source(entry),
    )


def _complained(
    entry: Entry[Complaint], shown: Complaint, counted: Complaints, acknowledged: Sequence[ServiceLevel]
) -> Complained:
    met = any(entry.ref in one.met for one in acknowledged)
    breached = any(entry.ref in one.breached for one in acknowledged)
    return Complained(
        ref=entry.ref,
        text=shown.text,
        received_on=entry.fields.received_on,
        acknowledged_on=entry.fields.acknowledged_on,
        in_time=False if breached else True if met else None,
        state=entry.state,
        since=entry.since.day,
        remedies=tuple(one.text for one in shown.remedies),
        refusal=shown.refusal,
        outcome=entry.fields.outcome,
        next_update_on=None if entry.ref in counted.closed else entry.fields.next_update_on,
        late=entry.ref in counted.late,
        source=event_source(entry),
    )
