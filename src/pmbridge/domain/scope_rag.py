"""The colour of the scope: work that nobody approved, requirements that move, changes that wait for us."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pmbridge.domain.change_fields import ChangeRequest
from pmbridge.domain.dated import marked, quoted
from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Unknown
from pmbridge.domain.judged import Judged, Rule, coloured, hit, named, working_days
from pmbridge.domain.moment import Moment
from pmbridge.domain.rag import NO_REQUIREMENTS
from pmbridge.domain.requirement_metrics import churn
from pmbridge.domain.view import Rag, RuleHit
from pmbridge.values import Label

CHURN_WINDOW_WD = 20
_A_CHANGE = ("一项变更", "a change")


def scope_rag(judged: Judged) -> Rag:
    """Return the colour of the scope; grey without a requirements baseline."""
    known = not isinstance(churn(judged.book, judged.moment).churn, Unknown)
    hits = [one for rule in RULES for one in rule(judged)]
    return coloured("scope", hits, None if known else NO_REQUIREMENTS)


def unauthorised(judged: Judged) -> Iterator[RuleHit]:
    """SCP-R1: work on a change that nobody approved."""
    for one in judged.unauthorised:
        entry = judged.book.get(one.ref)
        name, refs = (Label(zh=_A_CHANGE[0], en=_A_CHANGE[1]), ()) if entry is None else named(entry, *_A_CHANGE)
        reason = Label(zh=f"{name.zh} 未经批准，工作已开始", en=f"{name.en}: work began before it was approved")
        values = {"item": "" if one.place is None else one.place.key, "tool": one.sides[-1][0]}
        yield hit("SCP-R1", "scope", "red", reason, refs, values)


def moving(judged: Judged) -> Iterator[RuleHit]:
    """SCP-R2 and SCP-A1: requirements churn of the last 20 working days above the red or the amber tolerance."""
    found = churn(judged.book, judged.moment, window_wd=CHURN_WINDOW_WD)
    if isinstance(found.churn, Unknown) or found.churn.value <= judged.tolerances.churn_amber:
        return
    red = found.churn.value > judged.tolerances.churn_red
    limit = judged.tolerances.churn_red if red else judged.tolerances.churn_amber
    share, most = found.churn.value * 100, limit * 100
    reason = Label(
        zh=f"近 {CHURN_WINDOW_WD} 个工作日需求变化 {found.changed}/{found.size}（{share:.1f}%），超过 {most:.0f}%",
        en=f"in the last {CHURN_WINDOW_WD} working days {found.changed} of {found.size} requirements changed "
        f"({share:.1f}%), more than {most:.0f}%",
    )
    yield hit(
        "SCP-R2" if red else "SCP-A1",
        "scope",
        "red" if red else "amber",
        reason,
        (*found.added, *found.modified, *found.removed),
        {"changed": found.changed, "size": found.size, "limit": limit},
    )


def unconfirmed(judged: Judged) -> Iterator[RuleHit]:
    """SCP-R3: an emergency authorisation that was not confirmed in writing by its deadline."""
    for entry in _changes(judged):
        emergency = entry.fields.emergency
        if entry.state != "emergency_authorised" or emergency is None or judged.moment.today <= emergency.confirm_by:
            continue
        name, refs = named(entry, *_A_CHANGE)
        by = marked(emergency.confirm_by)
        reason = Label(
            zh=f"{quoted(name.zh)} 口头授权，应于 {by} 前书面确认，尚未确认",
            en=f"{quoted(name.en)} was authorised by word of mouth and not confirmed in writing by {by}",
        )
        values = {"confirm_by": emergency.confirm_by.isoformat()}
        yield hit("SCP-R3", "scope", "red", reason, refs, values, spell=judged.moment.shown)


def unassessed(judged: Judged) -> Iterator[RuleHit]:
    """SCP-A2: the assessment of a change is overdue. Days in which it waited for the client's answer do not count."""
    for entry in _changes(judged):
        due = assessment_due(entry, judged.moment)
        if entry.state not in ("submitted", "under_assessment") or due is None or judged.moment.today <= due:
            continue
        late = judged.moment.calendar.wd(due, judged.moment.today)
        name, refs = named(entry, *_A_CHANGE)
        reason = Label(
            zh=f"{name.zh} 的影响评估已晚 {late} 个工作日",
            en=f"the impact assessment of {name.en} is {working_days(late)} late",
        )
        yield hit("SCP-A2", "scope", "amber", reason, refs, {"due": due.isoformat(), "late_wd": late})


def assessment_due(entry: Entry[ChangeRequest], moment: Moment) -> date | None:
    """Return by when *entry* is to be assessed: its own day, later by as long as it waited for the client's answer."""
    due = entry.fields.assess_by
    if due is None:
        return None
    ends = [*(one.day for one in entry.trail[1:]), moment.today]
    waited = sum(
        moment.calendar.wd(stay.day, end)
        for stay, end in zip(entry.trail, ends, strict=True)
        if stay.state == "needs_information"
    )
    return moment.calendar.add_wd(due, waited)


def _changes(judged: Judged) -> list[Entry[ChangeRequest]]:
    return judged.book.of("change")


RULES: tuple[Rule, ...] = (unauthorised, moving, unconfirmed, unassessed)
