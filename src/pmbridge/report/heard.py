"""S12: surveys, feedback, complaints and questions, as the report holds them and as they come out of the view."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pmbridge.domain import heard as seen
from pmbridge.report import gate
from pmbridge.report.parts import DaysFigure, Exact, Part, Quote, Ratio, Source

SurveyKind = Literal["milestone_csat", "periodic_csat", "nps", "closing"]
Scale = Literal["1-5", "0-10", "free_text", "choice"]
FeedbackKind = Literal["praise", "suggestion", "concern", "other"]
Outcome = Literal["accepted", "partly", "not_accepted", "withdrawn"]
ClockName = Literal[
    "inquiry_response",
    "inquiry_resolution",
    "complaint_acknowledgement",
    "complaint_response",
    "complaint_closure",
    "change_assessment",
    "client_decision",
    "acceptance_review",
]


class AnswerCount(Part):
    """How often an answer was given; ``words``: what the key of a choice stands for."""

    answer: str
    words: Quote | None
    n: int


class Answers(Part):
    """One question. ``score``: percent of 4 and 5, or the net promoter score; ``None`` for a choice, which has none.

    ``counts``: every possible answer in its order; empty without answers and where it would betray who gave which.
    ``before``: the score in the last survey of the kind, where both are known.
    """

    text: Quote
    scale: Scale
    answered: int
    score: DaysFigure | None
    counts: tuple[AnswerCount, ...]
    before: int | None


class Survey(Part):
    """S12, one survey. ``quoted``: words that their authors let us print."""

    ref: str
    kind: SurveyKind
    milestone: str | None
    anonymous: bool
    sent_on: date
    closes_on: date
    closed: bool
    invited: int
    answered: int
    results: tuple[Answers, ...]
    quoted: tuple[Quote, ...]
    sources: tuple[Source, ...]

    def moved(self, first: date, last: date) -> bool:
        """Return whether it is open, or was sent or ended in those days."""
        return not self.closed or first <= self.sent_on <= last or first <= self.closes_on <= last


class Feedback(Part):
    """S12, one row: what the client said, what we answered, and the records of what we did (``done``)."""

    ref: str
    kind: FeedbackKind
    text: Quote
    given_on: date
    state: str
    since: date
    respond_by: date
    response: Quote | None
    responded_on: date | None
    done: tuple[str, ...]
    declined_because: Quote | None
    sources: tuple[Source, ...]

    def moved(self, first: date, last: date) -> bool:
        """Return whether it waits for us, or was given or answered in those days."""
        return self.state == "received" or any(first <= day <= last for day in (self.given_on, self.since))


class Complaint(Part):
    """S12, one row. ``in_time``: acknowledged as agreed, ``None`` while that is not decided.

    ``late``: the day by which the client was to hear from us is over.
    """

    ref: str
    text: Quote
    received_on: date
    acknowledged_on: date | None
    in_time: bool | None
    state: str
    since: date
    remedies: tuple[Quote, ...]
    refusal: Quote | None
    outcome: Outcome | None
    next_update_on: date | None
    late: bool
    sources: tuple[Source, ...]

    def moved(self, first: date, last: date) -> bool:
        """Return whether it is open, or was received or ended in those days."""
        return self.next_update_on is not None or any(first <= day <= last for day in (self.received_on, self.since))


class ComplaintCounts(Part):
    """How complaints stand; ``median_wd``: working days from receipt to closing, ``None`` while none is closed."""

    received: int
    open: int
    closed: int
    unresolved: int
    reopened: int
    median_wd: Exact | None


class ResponseClock(Part):
    """How fast we answered: in time ``met`` of ``judged``; ``median`` in working minutes or working days."""

    clock: ClockName
    met: int
    judged: int
    median: Exact | None
    in_minutes: bool


class Satisfaction(Part):
    """S12. ``rows`` of each kind are all; a page lists those that moved in its period.

    ``inquiries``: questions asked so far. ``answers``: feedback answered in time, ``None``: none was to be judged.
    """

    surveys: tuple[Survey, ...]
    feedback: tuple[Feedback, ...]
    complaints: tuple[Complaint, ...]
    counted: ComplaintCounts
    answers: Ratio | None
    inquiries: int
    clocks: tuple[ResponseClock, ...]


# --------------------------------------------------------------------------------------------------- the projection


def satisfaction(found: seen.Heard, links: gate.Links) -> Satisfaction:
    """Return what the client told us, as it may be printed."""
    counted = found.counted
    return Satisfaction(
        surveys=tuple(_survey(one, links) for one in found.surveys),
        feedback=tuple(_feedback(one, links) for one in found.feedback),
        complaints=tuple(_complaint(one, links) for one in found.complaints),
        counted=ComplaintCounts(
            received=len(counted.received),
            open=len(counted.open),
            closed=len(counted.closed),
            unresolved=len(counted.unresolved),
            reopened=len(counted.reopened),
            median_wd=counted.median_wd.value if counted.median_wd is not None else None,
        ),
        answers=gate.ratio(found.answers),
        inquiries=found.inquiries,
        clocks=tuple(
            ResponseClock(clock=one.clock, met=one.met, judged=one.judged, median=one.median, in_minutes=one.in_minutes)
            for one in found.clocks
        ),
    )


def _survey(one: seen.Surveyed, links: gate.Links) -> Survey:
    return Survey(
        ref=gate.clean(one.ref),
        kind=one.kind,
        milestone=gate.clean(one.milestone) if one.milestone else None,
        anonymous=one.anonymous,
        sent_on=one.sent_on,
        closes_on=one.closes_on,
        closed=one.closed,
        invited=one.invited,
        answered=one.answered,
        results=tuple(_answers(each, gate.clean(one.ref)) for each in one.results),
        quoted=tuple(gate.quoted(words) for words in one.quoted),
        sources=links.sources((one.source,), ref=gate.clean(one.ref)),
    )


def _answers(one: seen.Asked, ref: str) -> Answers:
    return Answers(
        text=gate.quote(one.text),
        scale=one.scale,
        answered=one.answered,
        score=None if one.score is None else gate.days(one.score, ref),
        counts=tuple(
            AnswerCount(answer=gate.clean(str(key)), words=gate.maybe(one.options.get(str(key))), n=n)
            for key, n in (one.counts or {}).items()
        ),
        before=one.before,
    )


def _feedback(one: seen.Said, links: gate.Links) -> Feedback:
    return Feedback(
        ref=gate.clean(one.ref),
        kind=one.kind,
        text=gate.quote(one.text),
        given_on=one.given_on,
        state=one.state,
        since=one.since,
        respond_by=one.respond_by,
        response=gate.maybe(one.response),
        responded_on=one.responded_on,
        done=gate.refs(one.done),
        declined_because=gate.maybe(one.declined_because),
        sources=links.sources((one.source,), ref=gate.clean(one.ref)),
    )


def _complaint(one: seen.Complained, links: gate.Links) -> Complaint:
    return Complaint(
        ref=gate.clean(one.ref),
        text=gate.quote(one.text),
        received_on=one.received_on,
        acknowledged_on=one.acknowledged_on,
        in_time=one.in_time,
        state=one.state,
        since=one.since,
        remedies=tuple(gate.quote(each) for each in one.remedies),
        refusal=gate.maybe(one.refusal),
        outcome=one.outcome,
        next_update_on=one.next_update_on,
        late=one.late,
        sources=links.sources((one.source,), ref=gate.clean(one.ref)),
    )
