"""A milestone of the register, with the progress that the tools show for it.

Title, weight, plan, state and the date reached are the register's: a tool that says otherwise makes a difference to be
settled, never another figure. Progress comes from the tools, or from the project manager's own estimate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from pmbridge.domain import milestone_fields as kept
from pmbridge.domain.baseline import baselines, dates_of
from pmbridge.domain.book import Book
from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Figure, Known, Progress, SourceRef, Unknown, UnknownReason
from pmbridge.domain.mapping import ReportingPolicy
from pmbridge.domain.moment import Moment, join_notes
from pmbridge.domain.observed_milestone import NO_BASELINE, ObservedMilestone
from pmbridge.domain.slippage import slippage
from pmbridge.domain.source import entered, event_source
from pmbridge.domain.view import Discrepancy, ForecastMethod, Milestone
from pmbridge.values import Label

_STATES: Mapping[str, str] = {
    "proposed": "planned", "agreed": "planned", "in_progress": "in_progress", "reached": "reached",
    "accepted": "reached", "cancelled": "cancelled",
}  # fmt: skip
_NO_WORK = Unknown(reason=UnknownReason.NO_ITEMS)
_NO_FORECAST = Unknown(
    reason=UnknownReason.NOT_PROVIDED, detail=Label(zh="没有人预测", en="nobody has said when it will be reached")
)
_REACHED = Label(zh="是否达成", en="whether it is reached")
_PLAN = Label(zh="计划日期", en="plan date")
_BY_OWNER = Label(zh="负责人预测", en="its owner's forecast")
_OURS = Label(zh="登记册", en="register")


class _Expected(NamedTuple):
    figure: Figure[date]
    method: ForecastMethod | None
    low: date | None = None
    high: date | None = None
    open_ended: bool = False


def registered(
    entry: Entry[kept.Milestone],
    seen: ObservedMilestone | None,
    book: Book,
    policy: ReportingPolicy,
    moment: Moment,
) -> ObservedMilestone:
    """Return the milestone of *entry*; *seen* is what the tools show under its ref, ``None`` if nothing."""
    fields, shown = entry.fields, entry.released or entry.fields
    tool = None if seen is None else seen.milestone
    plan, original = _plans(entry, tool, book)
    reached = None if fields.reached_on is None else entered(fields.reached_on, [entry])
    state = _STATES[entry.state]
    if state == "planned" and tool is not None and tool.state in ("in_progress", "reached"):
        state = "in_progress"  # started is derived from the work
    expected = _expected(entry, reached, tool, policy, moment)
    late = slippage(plan, expected.figure, reached=reached, moment=moment)
    progress = _progress(entry, tool)
    sources = (*(() if tool is None else tool.sources), event_source(entry))
    milestone = Milestone(
        ref=entry.ref,
        title=shown.title,
        observed=False,
        tool="" if tool is None else tool.tool,
        weight=fields.weight,
        is_key=fields.is_key or fields.is_final,
        is_final=fields.is_final,
        state=state,  # type: ignore[arg-type] # one of the values above
        plan=plan,
        original=original,
        provisional=isinstance(original, Unknown) and isinstance(plan, Known),
        start=fields.planned_start_on or (tool.start if tool is not None else None),
        reached_on=reached,
        forecast=expected.figure,
        forecast_method=expected.method,
        forecast_low=expected.low,
        forecast_high=expected.high,
        forecast_open_ended=expected.open_ended,
        slip_current=late.figure,
        slip_original=slippage(original, expected.figure, reached=reached, moment=moment).figure,
        slip_at_least=late.at_least,
        progress=progress,
        fraction=_fraction(entry, progress, reached),
        items=0 if tool is None else tool.items,
        sources=sources,
        causes=_causes(entry, expected.method, book, moment.today),
        moved_by=dates_of(book, entry.ref).changes,
        by_pace=_by_pace(expected.method, tool),
    )
    return ObservedMilestone(
        milestone=milestone,
        feeds=() if seen is None else seen.feeds,
        brought=() if seen is None else seen.brought,
        discrepancies=tuple(_differences(milestone, seen, agreed=not isinstance(original, Unknown))),
    )


def _plans(entry: Entry[kept.Milestone], tool: Milestone | None, book: Book) -> tuple[Figure[date], Figure[date]]:
    """Return the plan date that holds and that of its first baseline; before baseline 0 the tool's or the proposed."""
    dates = dates_of(book, entry.ref)
    if dates.original is not None and dates.current is not None:
        agreed = baselines(book, "schedule")
        first = next(one for one in agreed if entry.ref in one.fields.dates)
        return entered(dates.current, [agreed[-1]]), entered(dates.original, [first])
    if tool is not None and isinstance(tool.plan, Known):
        return tool.plan, NO_BASELINE
    return entered(entry.fields.proposed_on, [entry]), NO_BASELINE


def _expected(
    entry: Entry[kept.Milestone],
    reached: Known[date] | None,
    tool: Milestone | None,
    policy: ReportingPolicy,
    moment: Moment,
) -> _Expected:
    """Return the first that applies: the actual date, a fresh forecast of the owner, what the tools give."""
    if reached is not None:
        note = join_notes(Label(zh="实际", en="actual"), reached.note)
        return _Expected(replace(reached, note=note), "actual")
    last = _last_forecast(entry.fields.forecasts, moment.today)
    if last is not None and moment.calendar.wd(last.as_of, moment.today) <= policy.forecast_fresh_wd:
        figure = replace(entered(last.forecast_on, [entry]), note=_BY_OWNER)
        return _Expected(figure, "owner", last.low_on, last.high_on)
    if tool is None:
        return _Expected(_NO_FORECAST, None)
    method = "tool_date" if tool.forecast_method == "actual" else tool.forecast_method
    return _Expected(tool.forecast, method, tool.forecast_low, tool.forecast_high, tool.forecast_open_ended)


def _by_pace(method: ForecastMethod | None, tool: Milestone | None) -> date | None:
    if method != "owner" or tool is None or tool.forecast_method != "throughput":
        return None
    return tool.forecast.value_or(None)


def _last_forecast(series: Sequence[kept.Forecast], today: date) -> kept.Forecast | None:
    by_then = [one for one in series if one.method == "owner" and one.as_of <= today]
    return max(by_then, key=lambda one: one.as_of, default=None)


def _causes(entry: Entry[kept.Milestone], method: ForecastMethod | None, book: Book, today: date) -> tuple[str, ...]:
    """Return why its forecast is what it is: as its owner said, or as a forecast out of the work was explained."""
    if method == "owner":
        last = _last_forecast(entry.fields.forecasts, today)
        told = () if last is None else last.causes
    else:
        by_then = [one for one in entry.fields.explanations if one.as_of <= today]
        told = max(by_then, key=lambda one: one.as_of).causes if by_then and method is not None else ()
    known = ((ref, book.get(ref)) for ref in told)
    return tuple(ref for ref, record in known if record is not None and record.audience == "client")


def _progress(entry: Entry[kept.Milestone], tool: Milestone | None) -> Figure[Progress]:
    if tool is not None and isinstance(tool.progress, Known):
        return tool.progress
    if entry.fields.estimates:
        last = entry.fields.estimates[-1]
        note = Label(zh="项目经理估计", en="the project manager's estimate")
        value = Progress(done=last.percent, total=Decimal(100), unit="weighted")
        return replace(entered(value, [entry], method="estimated_by_pm"), note=note)
    return _NO_WORK if tool is None else tool.progress


def _fraction(entry: Entry[kept.Milestone], progress: Figure[Progress], reached: Known[date] | None) -> Figure[Decimal]:
    if reached is not None:
        return entered(Decimal(1), [entry])
    return progress.map(lambda value: value.fraction) if isinstance(progress, Known) else progress


def _differences(milestone: Milestone, seen: ObservedMilestone | None, *, agreed: bool) -> list[Discrepancy]:
    """Return where the tools contradict the register; what two tools contradict each other about stays."""
    if seen is None:
        return []
    found = list(seen.discrepancies)
    tool = seen.milestone
    if tool.state == "reached" and milestone.state != "reached":
        when = tool.reached_on.value.isoformat() if isinstance(tool.reached_on, Known) else "✓"
        found.append(
            Discrepancy(
                ref=milestone.ref,
                what=_REACHED,
                sides=((_OURS.en, "–"), (tool.tool, when)),
                kind="inconsistent",
                field="reached",
                place=_place(seen),
                ours=Label(zh="未达成", en="not reached"),
                theirs=Label(zh=f"{tool.tool} 已达成 {when}", en=f"reached in {tool.tool} {when}"),
            )
        )
    if agreed and isinstance(tool.plan, Known) and isinstance(milestone.plan, Known):
        ours, theirs = milestone.plan.value, tool.plan.value
        if ours != theirs:
            sides = ((_OURS.en, ours.isoformat()), (tool.tool, theirs.isoformat()))
            found.append(
                Discrepancy(
                    ref=milestone.ref,
                    what=_PLAN,
                    sides=sides,
                    kind="inconsistent",
                    field="plan",
                    place=_place(seen),
                    ours=Label(zh=f"{ours}", en=f"{ours}"),
                    theirs=Label(zh=f"{tool.tool} {theirs}", en=f"{tool.tool} {theirs}"),
                )
            )
    return found


def _place(seen: ObservedMilestone) -> SourceRef | None:
    return seen.feeds[0].source if seen.feeds else None
