"""A milestone as the tools show it: what all feeds of one ref say together, and where they contradict each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from pmbridge.domain.feed import Feed
from pmbridge.domain.figure import Figure, Known, Progress, Text, Unknown, UnknownReason
from pmbridge.domain.forecast import forecast
from pmbridge.domain.mapping import EngagementConfig, MilestoneEntry
from pmbridge.domain.moment import Moment, join_notes
from pmbridge.domain.progress import Brought, measure
from pmbridge.domain.slippage import slippage
from pmbridge.domain.text import text_of, title_of, without_ref
from pmbridge.domain.view import Discrepancy, Milestone
from pmbridge.values import Label

State = Literal["planned", "in_progress", "reached", "cancelled"]

_PLAN = Label(zh="计划日期", en="plan date")
_FORECAST = Label(zh="预测日期", en="forecast date")
_ACTUAL = Label(zh="达成日期", en="date reached")
_REACHED = Label(zh="是否达成", en="whether it is reached")
NO_BASELINE = Unknown(
    reason=UnknownReason.NOT_PROVIDED, detail=Label(zh="尚未与客户确认计划", en="no plan agreed with the client yet")
)
_NOT_A_PLAN = Unknown(
    reason=UnknownReason.NOT_MAPPED,
    detail=Label(zh="没有日期被当作计划日期", en="no date of the tool is read as the plan"),
)
_ALL_DONE = Label(zh="工作项已完成，待验收", en="work items done, awaiting acceptance")
_JUDGED = ("reached", "open", "cancelled")


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedMilestone:
    """A milestone with what stands behind it."""

    milestone: Milestone
    feeds: tuple[Feed, ...]
    brought: Brought
    discrepancies: tuple[Discrepancy, ...]

    @property
    def stale(self) -> bool:
        """Whether any source behind it is."""
        return any(feed.data.stale for feed in self.feeds)


def observe(ref: str, feeds: Sequence[Feed], config: EngagementConfig, moment: Moment) -> ObservedMilestone:
    """Return the milestone *ref* that *feeds* (at least one) speak of."""
    entry = config.milestones.get(ref) or MilestoneEntry()
    sources = tuple(dict.fromkeys(feed.source for feed in feeds))
    observed_at = min(feed.data.observed_at for feed in feeds)
    measured = measure(feeds, min_coverage=config.policy.min_weight_coverage)
    found: list[Discrepancy] = []

    plan = _agreed(ref, _PLAN, feeds, lambda feed: feed.plan, found)
    tool_date = _agreed(ref, _FORECAST, feeds, lambda feed: feed.forecast, found)
    reached_on = _reached_on(ref, feeds, found)
    state = _state(feeds, measured.brought)
    expected = forecast(
        reached_on=reached_on,
        tool_date=tool_date,
        pool=measured.pool,
        sources=sources,
        observed_at=observed_at,
        moment=moment,
        policy=config.policy,
    )
    planned = plan if plan is not None else _NOT_A_PLAN
    late = slippage(planned, expected.figure, reached=reached_on, moment=moment)
    progress = _noted(measured.progress, state, feeds, moment)
    starts = [feed.start for feed in feeds if feed.start is not None]
    milestone = Milestone(
        ref=ref,
        title=_title(ref, feeds[0], entry, config),
        observed=True,
        tool=", ".join(dict.fromkeys(feed.data.source.tool for feed in feeds)),
        weight=entry.weight,
        is_key=entry.key or entry.final,
        is_final=entry.final,
        state=state,
        plan=planned,
        original=NO_BASELINE,
        provisional=isinstance(planned, Known),
        start=min(starts, default=None),
        reached_on=reached_on,
        forecast=expected.figure,
        forecast_method=expected.method,
        forecast_low=expected.low,
        forecast_high=expected.high,
        forecast_open_ended=expected.open_ended,
        slip_current=late.figure,
        slip_original=NO_BASELINE,
        slip_at_least=late.at_least,
        progress=progress,
        fraction=_fraction(progress, state, feeds),
        items=sum(leaf.category != "cancelled" for _, leaves in measured.brought for leaf in leaves),
        sources=sources,
    )
    return ObservedMilestone(
        milestone=milestone, feeds=tuple(feeds), brought=measured.brought, discrepancies=tuple(found)
    )


def _title(ref: str, feed: Feed, entry: MilestoneEntry, config: EngagementConfig) -> Text:
    if entry.name is not None:
        return text_of(entry.name, config.languages)
    return title_of(without_ref(feed.record.title, ref))


def _agreed(
    ref: str,
    what: Label,
    feeds: Sequence[Feed],
    role: Callable[[Feed], Figure[date] | None],
    found: list[Discrepancy],
) -> Figure[date] | None:
    """Return the date that *feeds* give for one role: ``None`` if none reads it, a conflict where they differ."""
    said = [(feed, figure) for feed in feeds if (figure := role(feed)) is not None]
    known = [(feed, figure) for feed, figure in said if isinstance(figure, Known)]
    if not known:
        return said[0][1] if said else None
    if len({figure.value for _, figure in known}) > 1:
        sides = tuple((feed.label, figure.value.isoformat()) for feed, figure in known)
        found.append(Discrepancy(ref=ref, what=what, sides=sides))
        return Unknown(reason=UnknownReason.CONFLICT, detail=_against(sides))
    return Known(
        value=known[0][1].value,
        sources=tuple(dict.fromkeys(source for _, figure in known for source in figure.sources)),
        method="synced",
        observed_at=min(figure.observed_at for _, figure in known),
    )


def _against(sides: Sequence[tuple[str, str]]) -> Label:
    pairs = [f"{who} {what}" for who, what in sides]
    return Label(zh="；".join(pairs), en="; ".join(pairs))


def _reached_on(ref: str, feeds: Sequence[Feed], found: list[Discrepancy]) -> Figure[date] | None:
    """Return the day on which it was reached; ``None`` when it is not, ``Unknown`` when either is not known."""
    verdicts = {feed.verdict for feed in feeds}
    if "reached" in verdicts:
        if verdicts & {"open", "cancelled"}:
            sides = tuple((feed.label, _state_name(feed)) for feed in feeds if feed.verdict in _JUDGED)
            found.append(Discrepancy(ref=ref, what=_REACHED, sides=sides))
            return Unknown(reason=UnknownReason.CONFLICT, detail=_against(sides))
        return _agreed(ref, _ACTUAL, feeds, lambda feed: feed.actual, found)
    if "unknown" in verdicts and "open" not in verdicts:
        names = sorted({_state_name(feed) for feed in feeds if feed.verdict == "unknown"})
        return Unknown(
            reason=UnknownReason.NOT_MAPPED,
            detail=Label(
                zh=f"状态「{'、'.join(names)}」不知是否算达成",
                en=f"the state {', '.join(names)} may or may not count as reached",
            ),
        )
    return None


def _state_name(feed: Feed) -> str:
    return feed.record.state.name if feed.record.state is not None else ""


def _state(feeds: Sequence[Feed], brought: Brought) -> State:
    verdicts = {feed.verdict for feed in feeds}
    if verdicts == {"cancelled"}:
        return "cancelled"
    if "reached" in verdicts and not verdicts & {"open", "cancelled"}:
        return "reached"
    # Started is derived from the work, or from the record where it has a state of its own for that.
    begun = any(leaf.category in ("in_progress", "done") for _, leaves in brought for leaf in leaves)
    if begun or any(_started(feed) for feed in feeds):
        return "in_progress"
    return "planned"


def _started(feed: Feed) -> bool:
    return feed.record.state is not None and feed.data.category(feed.record.state) == "in_progress"


def _noted(figure: Figure[Progress], state: State, feeds: Sequence[Feed], moment: Moment) -> Figure[Progress]:
    if isinstance(figure, Unknown):
        return figure
    done = figure.value.done == figure.value.total and state != "reached"
    stale = [feed.data.observed_at for feed in feeds if feed.data.stale]
    note = join_notes(_ALL_DONE if done else None, _as_of(min(stale), moment) if stale else None)
    return Known(
        value=figure.value,
        sources=figure.sources,
        method=figure.method,
        observed_at=figure.observed_at,
        note=note,
    )


def _as_of(at: datetime, moment: Moment) -> Label:
    shown = f"{at.astimezone(moment.zone):%m-%d %H:%M}"
    return Label(zh=f"数据截至 {shown}（已过期）", en=f"as of {shown} (stale)")


def _fraction(progress: Figure[Progress], state: State, feeds: Sequence[Feed]) -> Figure[Decimal]:
    if state == "reached":
        return Known(
            value=Decimal(1),
            sources=tuple(dict.fromkeys(feed.source for feed in feeds)),
            method="synced",
            observed_at=min(feed.data.observed_at for feed in feeds),
        )
    return progress.map(lambda value: value.fraction) if isinstance(progress, Known) else progress
