"""The colour of the client's satisfaction. Internal: its type is another one, so that no report can show it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from pmbridge.domain.complaint_fields import Complaint
from pmbridge.domain.complaint_metrics import CLOSED
from pmbridge.domain.contact import Contact
from pmbridge.domain.entry import Entry
from pmbridge.domain.judged import Judged
from pmbridge.domain.sla import runs, timed
from pmbridge.domain.survey_fields import Response, Survey
from pmbridge.domain.survey_metrics import last_asked, lowest
from pmbridge.domain.terms import clocks_in_force, hours_in_force
from pmbridge.domain.view import Colour
from pmbridge.values import Label

SURVEY_WD = 60
"""Without a survey for longer nobody knows how satisfied the client is; ratings count for as long."""

_SATISFIED, _INDIFFERENT = 4, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class InternalHit:
    """A rule that fired, for the agency's eyes."""

    rule: str
    colour: Colour
    reason: Label
    values: Mapping[str, str]
    refs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Satisfaction:
    """The colour, what fired, and why it is grey; ``colour`` ``None``: nothing to judge."""

    colour: Colour | None
    hits: tuple[InternalHit, ...]
    why_grey: Label | None = None


def satisfaction(judged: Judged) -> Satisfaction:
    """Return the colour of the satisfaction: red, amber, grey without a survey in 60 working days, else green."""
    hits = [*_complaints(judged), *_ratings(judged)]
    hits.sort(key=lambda one: one.colour != "red")
    if hits:
        return Satisfaction(colour=hits[0].colour, hits=tuple(hits))
    asked = last_asked(judged.book.of("survey"), judged.moment)
    if asked is None or judged.moment.calendar.wd(asked, judged.moment.today) > SURVEY_WD:
        why = Label(zh=f"{SURVEY_WD} 个工作日内没有调查", en=f"no survey in {SURVEY_WD} working days")
        return Satisfaction(colour="grey", hits=(), why_grey=why)
    return Satisfaction(colour="green", hits=())


def _complaints(judged: Judged) -> Iterator[InternalHit]:
    """SAT-R1: a complaint is past its response clock. SAT-A1: a complaint is open."""
    late = _past_response(judged)
    entry: Entry[Complaint]
    for entry in judged.book.of("complaint"):
        if entry.state in CLOSED:
            continue
        if entry.ref in late:
            reason = Label(zh=f"投诉 {entry.ref} 答复已超时", en=f"the response to complaint {entry.ref} is late")
            yield _hit("SAT-R1", "red", reason, entry.ref, elapsed=late[entry.ref])
        else:
            reason = Label(zh=f"投诉 {entry.ref} 未关闭", en=f"complaint {entry.ref} is open")
            yield _hit("SAT-A1", "amber", reason, entry.ref, state=entry.state)


def _past_response(judged: Judged) -> dict[str, int]:
    """Return the complaints whose response is late and still missing, with what has elapsed in the clock's unit."""
    rules, hours = clocks_in_force(judged.book), hours_in_force(judged.book)
    found: dict[str, int] = {}
    for rule in rules:
        if rule.clock != "complaint_response":
            continue
        for run in runs(judged.book, rule, others=rules):
            how = timed(run, hours, judged.moment)
            if how is not None and how.standing == "breached" and run.stopped is None:
                found[run.ref] = how.elapsed
    return found


def _ratings(judged: Judged) -> Iterator[InternalHit]:
    """SAT-R1: a sponsor gave two or less. SAT-A1: anybody gave three or less."""
    since = judged.moment.calendar.add_wd(judged.moment.today, -SURVEY_WD)
    entry: Entry[Survey]
    for entry in judged.book.of("survey"):
        given = [one for one in entry.fields.responses if since < one.submitted_on <= judged.moment.today]
        by_sponsors = lowest(_of_sponsors(judged, given), entry.fields.questions)
        least = lowest(given, entry.fields.questions)
        if by_sponsors is not None and by_sponsors < _INDIFFERENT:
            reason = Label(
                zh=f"{entry.ref}：决策人评分 {by_sponsors}", en=f"{entry.ref}: a sponsor's rating is {by_sponsors}"
            )
            yield _hit("SAT-R1", "red", reason, entry.ref, rating=by_sponsors)
        elif least is not None and least < _SATISFIED:
            reason = Label(zh=f"{entry.ref}：最低评分 {least}", en=f"{entry.ref}: the lowest rating is {least}")
            yield _hit("SAT-A1", "amber", reason, entry.ref, rating=least)


def _of_sponsors(judged: Judged, given: Iterable[Response]) -> list[Response]:
    found = []
    for one in given:
        who = None if one.contact is None else judged.book.fields(one.contact, Contact)
        if who is not None and who.role == "sponsor":
            found.append(one)
    return found


def _hit(rule: str, colour: Colour, reason: Label, ref: str, **values: object) -> InternalHit:
    told = {name: one.isoformat() if isinstance(one, date) else str(one) for name, one in values.items()}
    return InternalHit(rule=rule, colour=colour, reason=reason, values=told, refs=(ref,))
