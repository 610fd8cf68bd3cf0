"""The projection for the client: copies what may be seen out of the engagement's view, field by field.

This is the allow-list. A field that is not named here reaches no client: there is no dump, no unpacking, no loop over
fields. Connection names, tool ids, error texts, remedies and titles not cleared for the client are never read; links
and tool keys are copied only for connections whose tool the client can open.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from pmbridge.domain import view as seen
from pmbridge.domain.calendar import Calendar
from pmbridge.domain.disclosed import client_side
from pmbridge.domain.figure import Text
from pmbridge.domain.raised import Raised
from pmbridge.report import gate
from pmbridge.report import model as client
from pmbridge.report.asked import asks
from pmbridge.report.changed import changes, scope
from pmbridge.report.convened import meetings
from pmbridge.report.delivered import deliverables
from pmbridge.report.diff import differences
from pmbridge.report.editions import LISTED_ITEMS, left_out
from pmbridge.report.heard import satisfaction
from pmbridge.report.holidays import stretches
from pmbridge.report.learned import goals, lessons
from pmbridge.report.measured import measures
from pmbridge.report.names import FACTS
from pmbridge.report.parts import Given
from pmbridge.report.promised import promises
from pmbridge.report.sourced import data

AHEAD_WD = 20
"""How many working days "what comes next" looks ahead."""

_DELIVERED = frozenset({"implemented", "verified", "closed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportMeta:
    """What a report needs beside the view: its number, its makers, its headline.

    ``show_money`` opens amounts (policy ``show_budget``), ``reply_to`` is the address that answers go to, ``None``:
    the reader's mail program asks for it. ``judged``: the project manager's own colour of the whole, ``because``: why.
    ``between`` and ``history`` are issued reports, oldest first: those that a
    monthly one stands beside, and those of which the colours are shown again.
    """

    edition: client.Edition
    number: int
    revision: int
    draft: bool
    period_from: date
    period_to: date
    made_at: datetime
    prepared_by: str
    agency_name: Text
    approved_by: str | None = None
    headline: Text | None = None
    judged: seen.Colour | None = None
    because: Text | None = None
    agency_colour: str | None = None
    agency_logo: str | None = None
    reply_to: str | None = None
    show_money: bool = False
    between: tuple[client.ClientReport, ...] = ()
    history: tuple[client.ClientReport, ...] = ()
    chain: str | None = None


def project_for(
    view: seen.EngagementView,
    meta: ReportMeta,
    previous: client.ClientReport | None,
    *,
    calendar: Calendar,
) -> client.ClientReport:
    """Return what the client may see of *view*, compared with *previous* (the last issued report of the edition).

    The same arguments give the same report. Nothing is read but the arguments.
    """
    view = client_side(view)
    links, record = gate.Links.of(view.sources), view.record
    report = client.ClientReport(
        header=_header(view, meta, previous),
        overall=_overall(view, meta, previous),
        final=gate.clean(view.final.ref) if view.final else None,
        progress=_progress(view),
        on_time=_on_time(view.on_time),
        asks=asks(view, show_money=meta.show_money),
        since=(),
        completed=_completed(view, meta, links),
        status=tuple(_status(rag, view.today, previous) for rag in view.rag),
        upcoming=_upcoming(view, calendar),
        milestones=tuple(_milestone(m, view.today, calendar, links) for m in view.milestones),
        changes=changes(view, links, show_money=meta.show_money),
        data=data(view, ()),
        terms=tuple(client.Term(ours=ours, theirs=gate.quote(text)) for ours, text in sorted(view.terms.items())),
        scope=scope(view.contract),
        raid=None if view.raised is None else tuple(_raid(one, links) for one in view.raised),
        first_pass=None if view.first_pass is None else gate.work(view.first_pass),
        on_time_original=None if view.on_time_original is None else _on_time(view.on_time_original),
        history=tuple(_past(one) for one in meta.history),
        measures=None if view.measured is None else measures(view.measured, *_counted(view)),
        goals=None if record is None else goals(record.learning, links),
        deliverables=None if record is None else deliverables(record.delivered, links),
        promises=None if record is None else promises(record.promised, links),
        satisfaction=None if record is None else satisfaction(record.heard, links),
        meetings=None if record is None else meetings(record.convened, links, view.zone),
        lessons=None if record is None else lessons(record.learning, links),
    )
    report = report.model_copy(update={"data": data(view, left_out(report))})
    if previous is None:
        return report
    return report.model_copy(update={"since": differences(previous, report, calendar.wd)})


# ------------------------------------------------------------------------------------------------------------ S0, S1


def _header(view: seen.EngagementView, meta: ReportMeta, previous: client.ClientReport | None) -> client.Header:
    return client.Header(
        edition=meta.edition,
        number=meta.number,
        revision=meta.revision,
        draft=meta.draft,
        period_from=meta.period_from,
        period_to=meta.period_to,
        as_of=view.as_of.astimezone(view.zone),
        made_at=meta.made_at.astimezone(view.zone),
        zone=view.zone_name,
        languages=view.languages,
        agency=client.Agency(name=gate.quote(meta.agency_name), colour=meta.agency_colour, logo=meta.agency_logo),
        client=gate.quote(view.client),
        engagement=gate.quote(view.title),
        prepared_by=gate.clean(meta.prepared_by),
        approved_by=gate.clean(meta.approved_by) if meta.approved_by else None,
        reply_to=gate.clean(meta.reply_to) if meta.reply_to else None,
        previous=_earlier(previous) if previous else None,
        between=tuple(_earlier(one) for one in meta.between),
        chain=meta.chain,
    )


def _earlier(report: client.ClientReport) -> client.Earlier:
    header = report.header
    return client.Earlier(edition=header.edition, number=header.number, revision=header.revision, as_of=header.as_of)


def _past(report: client.ClientReport) -> client.Past:
    header = report.header
    return client.Past(
        edition=header.edition,
        number=header.number,
        as_of=header.as_of,
        overall=report.overall.colour,
        colours=tuple(client.PastColour(dimension=one.dimension, colour=one.colour) for one in report.status),
        dates=tuple(_past_date(m) for m in report.milestones),
    )


def _past_date(m: client.Milestone) -> client.PastDate:
    expected = m.reached_on if m.reached_on is not None else m.forecast
    return client.PastDate(
        ref=m.ref,
        on=expected.value if isinstance(expected, Given) else None,
        plan=m.plan.value if isinstance(m.plan, Given) else None,
        reached=m.reached_on is not None,
    )


def _rule(hit: seen.RuleHit) -> client.Rule:
    return client.Rule(
        rule=hit.rule,
        dimension=hit.dimension,
        colour=hit.colour,
        reason=gate.sentence(hit.reason),
        values=tuple(gate.fact(name, hit.values[name]) for name in FACTS if name in hit.values),
        anchors=gate.refs(hit.refs),
        dated=gate.sentence(hit.dated) if hit.dated else None,
    )


def _overall(view: seen.EngagementView, meta: ReportMeta, previous: client.ClientReport | None) -> client.Overall:
    rule = view.overall.colour
    differs = meta.judged is not None and meta.judged != rule
    return client.Overall(
        colour=meta.judged or rule,
        last=previous.overall.colour if previous else None,
        provisional=view.overall.provisional,
        headline=gate.quote(meta.headline) if meta.headline else None,
        rules=tuple(_rule(hit) for hit in view.overall.hits),
        grey=view.overall.grey,
        judgement=client.Judgement(rule=rule, reason=gate.maybe(meta.because), by=gate.clean(meta.prepared_by))
        if differs
        else None,
    )


def _on_time(found: seen.OnTime) -> client.OnTime:
    return client.OnTime(met=found.met, due=found.due, left_out=gate.refs(found.left_out))


def _counted(view: seen.EngagementView) -> tuple[str, ...]:
    return gate.refs(one.ref for one in view.milestones if one.state != "cancelled")


def _progress(view: seen.EngagementView) -> client.RollUp:
    roll_up = view.progress
    counted = _counted(view)
    return client.RollUp(
        value=gate.share(roll_up.value, *counted),
        low=roll_up.low,
        high=roll_up.high,
        unknown=gate.refs(roll_up.unknown),
        planned=gate.share(roll_up.planned, *counted),
    )


# --------------------------------------------------------------------------------------------------------- S2, S4–S6


def _completed(view: seen.EngagementView, meta: ReportMeta, links: gate.Links) -> client.Completed:
    first, last = meta.period_from, min(meta.period_to, view.today)
    done = [work for work in view.work if work.status == "done" and work.done_on and first <= work.done_on <= last]
    groups: dict[str, list[seen.Work]] = defaultdict(list)
    for work in done:
        for ref in work.milestones:
            groups[ref].append(work)
    named = [work for work in done if work.client_safe]
    named.sort(key=lambda work: (-(work.done_on or first).toordinal(), work.key, work.id))
    listed = {(work.connection, work.id) for work in named[: LISTED_ITEMS[meta.edition]]}
    return client.Completed(
        items=len(done),
        reached=tuple(
            m.ref
            for m in view.milestones
            if m.reached_on is not None and _falls_in(m.reached_on.value_or(None), first, last)
        ),
        closed_changes=tuple(c.ref for c in view.changes if c.state in _DELIVERED and _falls_in(c.since, first, last)),
        groups=tuple(
            client.DoneGroup(
                ref=gate.clean(m.ref),
                items=len(groups[m.ref]),
                listed=tuple(
                    _done_item(work, links)
                    for work in sorted(groups[m.ref], key=lambda work: (work.done_on or first, work.key, work.id))
                    if (work.connection, work.id) in listed
                ),
            )
            for m in view.milestones
            if m.ref in groups
        ),
    )


def _falls_in(day: date | None, first: date, last: date) -> bool:
    return day is not None and first <= day <= last


def _done_item(work: seen.Work, links: gate.Links) -> client.DoneItem:
    if not work.client_safe or work.done_on is None:
        raise ValueError("only a finished item whose title is cleared may be listed")
    return client.DoneItem(
        title=gate.quoted(work.title),
        done_on=work.done_on,
        source=links.source(work.connection, work.key, work.url),
    )


def _status(rag: seen.Rag, today: date, previous: client.ClientReport | None) -> client.Status:
    last = next((s for s in previous.status if s.dimension == rag.dimension), None) if previous else None
    since = None
    if previous:
        kept = last is not None and last.colour == rag.colour
        since = (last.since or previous.header.as_of.date()) if last and kept else today
    return client.Status(
        dimension=rag.dimension,
        colour=rag.colour,
        last=last.colour if last else None,
        since=since,
        provisional=rag.provisional,
        rules=tuple(_rule(hit) for hit in rag.hits),
        why_grey=gate.sentence(rag.why_grey) if rag.why_grey else None,
    )


def _upcoming(view: seen.EngagementView, calendar: Calendar) -> client.Upcoming:
    until = calendar.add_wd(view.today, AHEAD_WD)
    due = []
    for m in view.milestones:
        on = _due_on(m, view.today, until)
        if on is not None:
            due.append(client.Due(ref=gate.clean(m.ref), on=on, in_wd=calendar.wd(view.today, on)))
    due.sort(key=lambda one: one.on)
    off = {day: name for day, name in view.holidays.items() if view.today < day <= until}
    return client.Upcoming(until=until, milestones=tuple(due), holidays=stretches(off, calendar))


def _due_on(m: seen.Milestone, today: date, until: date) -> date | None:
    """Return the day by *until* on which an open milestone is due, ``None`` if there is none.

    That is its plan date. Where that is later, or not known, it is the forecast; a forecast that is past says nothing
    of a plan that is still to come.
    """
    plan, forecast = m.plan.value_or(None), m.forecast.value_or(None)
    if m.state in ("reached", "cancelled"):
        return None
    if plan is not None and plan <= until:
        return plan
    if forecast is not None and forecast <= until and (plan is None or forecast >= today):
        return forecast
    return None


# ------------------------------------------------------------------------------------------------------------ S7, S8


def _milestone(m: seen.Milestone, today: date, calendar: Calendar, links: gate.Links) -> client.Milestone:
    plan = m.plan.value_or(None)
    is_open = m.state not in ("reached", "cancelled")
    return client.Milestone(
        ref=gate.clean(m.ref),
        title=gate.quote(m.title),
        observed=m.observed,
        tool=gate.clean(m.tool),
        weight=m.weight,
        key=m.is_key,
        final=m.is_final,
        state=m.state,
        original=gate.day(m.original, gate.clean(m.ref)),
        plan=gate.day(m.plan, gate.clean(m.ref)),
        provisional=m.provisional,
        start=m.start,
        reached_on=gate.day(m.reached_on, gate.clean(m.ref)) if m.reached_on is not None else None,
        forecast=gate.day(m.forecast, gate.clean(m.ref)),
        forecast_method=m.forecast_method,
        forecast_low=m.forecast_low,
        forecast_high=m.forecast_high,
        forecast_open_ended=m.forecast_open_ended,
        slip_current=gate.days(m.slip_current, gate.clean(m.ref)),
        slip_original=gate.days(m.slip_original, gate.clean(m.ref)),
        slip_at_least=m.slip_at_least,
        overdue_wd=calendar.wd(plan, today) if is_open and plan and plan < today else 0,
        progress=gate.work(m.progress, gate.clean(m.ref)),
        sources=links.sources(m.sources, ref=gate.clean(m.ref)),
        moved_by=gate.refs(m.moved_by),
        causes=gate.refs(m.causes),
    )


def _raid(one: Raised, links: gate.Links) -> client.Raid:
    return client.Raid(
        ref=gate.clean(one.ref),
        kind=one.kind,
        title=gate.quote(one.title),
        level=one.level,
        severity=one.severity,
        answer=gate.quote(one.answer) if one.answer else None,
        due_on=one.due_on,
        sources=links.sources((one.source,), ref=gate.clean(one.ref)),
    )
