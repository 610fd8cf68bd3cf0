"""What surveys say: CSAT, NPS and response rate, and what a small or anonymous survey keeps to itself.

CSAT is the share of answers 4 and 5 on a scale of 1 to 5; NPS the percentage of 9 and 10 less that of 0 to 6 on a
scale of 0 to 10. From too few answers neither is made: the counts are shown, if they betray nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Figure, Known, Text, Unknown, UnknownReason
from pmbridge.domain.moment import Moment
from pmbridge.domain.rate import Rate
from pmbridge.domain.source import cited
from pmbridge.domain.survey_fields import BOUNDS, Answer, Question, Response, Scale, Survey
from pmbridge.values import Label

T = TypeVar("T")

MIN_SAMPLE = 5
"""The smallest number of answers from which a percentage is made, unless the engagement agreed on another."""

_HIDDEN_BELOW = 5
"""The smallest number of responses among which a single one is not found out, whatever was agreed."""

_NOT_SENT = Unknown(reason=UnknownReason.NOT_YET_DUE, detail=Label(zh="调查尚未发出", en="the survey is not sent yet"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The answers to one question. ``score``: percent of CSAT, or NPS; ``None`` for a choice, which has no score.

    ``counts`` has every possible answer, ``None`` without answers and where it would say who gave which.
    """

    question: str
    text: Text
    scale: Scale
    answered: int
    score: Figure[int] | None
    counts: Mapping[Answer, int] | None


def response_rate(entry: Entry[Survey], moment: Moment) -> Figure[Rate]:
    """Return how many of those who were invited have answered."""
    invited = len(entry.fields.invitations)
    if not invited:
        return _NOT_SENT
    return _known(Rate(hits=len(entry.fields.responses), n=invited), entry, moment)


def results(entry: Entry[Survey], moment: Moment, *, min_sample: int = MIN_SAMPLE) -> tuple[Result, ...]:
    """Return the result of every question but those of free text, in their order."""
    fields = entry.fields
    veiled = _betrays(fields)
    needed = max(min_sample, _HIDDEN_BELOW) if fields.anonymous else min_sample
    found = []
    for one in fields.questions:
        if one.scale == "free_text":
            continue
        answers = [given.answers[one.id] for given in fields.responses if one.id in given.answers]
        found.append(
            Result(
                question=one.id,
                text=one.text,
                scale=one.scale,
                answered=len(answers),
                score=_score(one, answers, entry, moment, needed) if one.scale in BOUNDS else None,
                counts=None if veiled or not answers else _counts(one, answers),
            )
        )
    return tuple(found)


def comments(entry: Entry[Survey]) -> tuple[str, ...]:
    """Return the answers in free text that may be printed, in the order of the responses, without names.

    Those whose authors agreed; of an anonymous survey with enough responses all of them.
    """
    fields = entry.fields
    free = [one.id for one in fields.questions if one.scale == "free_text"]
    nameless = fields.anonymous and len(fields.responses) >= _HIDDEN_BELOW
    return tuple(
        str(one.answers[name])
        for one in fields.responses
        for name in free
        if name in one.answers and (one.may_quote or nameless)
    )


def lowest(responses: Iterable[Response], questions: Sequence[Question]) -> int | None:
    """Return the lowest answer on a scale of 1 to 5, ``None`` if there is none."""
    rated = [one.id for one in questions if one.scale == "1-5"]
    given = (one.answers[name] for one in responses for name in rated if name in one.answers)
    return min((answer for answer in given if isinstance(answer, int)), default=None)


def last_asked(entries: Iterable[Entry[Survey]], moment: Moment) -> date | None:
    """Return the last day on which a survey was sent, ``None`` if none was."""
    days = (one.fields.sent_on for one in entries)
    return max((day for day in days if day is not None and day <= moment.today), default=None)


def _betrays(fields: Survey) -> bool:
    """Return whether counts would tell who gave which answer, and not everybody agreed to that."""
    responses = fields.responses
    return fields.anonymous and len(responses) < _HIDDEN_BELOW and not all(one.may_quote for one in responses)


def _counts(question: Question, answers: Sequence[Answer]) -> dict[Answer, int]:
    given = Counter(answers)
    every = BOUNDS[question.scale] if question.scale in BOUNDS else [one.key for one in question.options]
    return {one: given[one] for one in every}


def _score(
    question: Question, answers: Sequence[Answer], entry: Entry[Survey], moment: Moment, needed: int
) -> Figure[int]:
    if not entry.fields.invitations:
        return _NOT_SENT
    n = len(answers)
    if n < max(needed, 1):
        return Unknown(
            reason=UnknownReason.INSUFFICIENT_SAMPLE,
            detail=Label(zh=f"n={n}，至少需要 {needed}", en=f"n={n}, at least {needed} are needed"),
        )
    numbers = [one for one in answers if isinstance(one, int)]
    if question.scale == "1-5":
        value = sum(one >= 4 for one in numbers) * 100 // n
    else:
        value = _nearest(100 * (sum(one >= 9 for one in numbers) - sum(one <= 6 for one in numbers)), n)
    return _known(value, entry, moment)


def _nearest(number: int, by: int) -> int:
    """Return ``number / by`` as the nearest whole number; what lies in the middle goes down, so it never flatters."""
    return -((by - 2 * number) // (2 * by))


def _known(value: T, entry: Entry[Survey], moment: Moment) -> Known[T]:
    still_open = entry.state == "sent" and moment.today <= entry.fields.closes_on
    return Known(
        value=value,
        sources=cited([entry]),
        method="derived",
        observed_at=moment.as_of,
        note=Label(zh="调查尚未结束", en="the survey is still open") if still_open else None,
    )
