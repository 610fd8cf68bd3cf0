"""What one record says about a milestone: reached or not, planned, forecast and actual dates, the work behind it.

Several feeds may speak of one milestone (:mod:`pmbridge.domain.observed_milestone` reconciles them).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from pmbridge.domain.figure import Figure, Known, SourceRef, Unknown, UnknownReason
from pmbridge.domain.moment import Moment
from pmbridge.domain.recognise import Observed, RecognisedMilestone
from pmbridge.domain.resolved import ResolvedMilestoneRule, ResolvedSource
from pmbridge.records import Category, Change, Group, Item, ToolState
from pmbridge.values import Day, Instant, Label, Named, When

Verdict = Literal["reached", "open", "cancelled", "unknown", "silent"]
"""``silent``: the record has no state at all (a label), ``unknown``: nobody says what its state means."""

_NO_DATE = Label(zh="工具中没有日期", en="the tool has no date")
_NEVER_OPEN = Label(zh="首次读取时已达成", en="already reached when it was first read")
_NO_DONE_DATE = Label(zh="工具没有给出达成日期", en="the tool does not say on which day")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceData:
    """One source at one moment: what it is, and how far its figures can be trusted."""

    observed: Observed
    moment: Moment
    stale: bool
    states: Mapping[str, ToolState]
    """Every state seen, by id."""

    @classmethod
    def at(cls, observed: Observed, moment: Moment, *, stale_after_hours: int) -> SourceData:
        """Look at *observed* from *moment*. A source that was never read to its end is stale."""
        read = observed.complete_as_of
        stale = read is None or (moment.as_of - read).total_seconds() > stale_after_hours * 3600
        seen = {item.state.id: item.state for item in observed.items}
        seen |= {group.state.id: group.state for group in observed.groups if group.state is not None}
        return cls(observed=observed, moment=moment, stale=stale, states=seen)

    @property
    def source(self) -> ResolvedSource:
        """The mapping of this source."""
        return self.observed.source

    @property
    def observed_at(self) -> datetime:
        """The instant for which its figures hold: that of the last complete read."""
        return self.observed.complete_as_of or self.moment.as_of

    @property
    def complete(self) -> bool:
        """Whether the project was ever read to its end; if not, nothing in it can be counted."""
        return self.observed.complete_as_of is not None

    def category(self, state: ToolState) -> Category:
        """Return what *state* counts as: the mapping's word, else the tool's own."""
        return self.source.status.get(state.id, state.category)

    def category_of(self, state_id: str) -> Category:
        """Return what the state with this id counts as; ``unknown`` for one that no record is in now."""
        said = self.source.status.get(state_id)
        if said is not None:
            return said
        state = self.states.get(state_id)
        return "unknown" if state is None else state.category

    def ref(self, record: Item | Group) -> SourceRef:
        """Return the reference that figures made of *record* carry."""
        return SourceRef(
            connection=self.source.connection,
            kind=record.id.kind,
            external_id=record.id.external_id,
            key=record.key if isinstance(record, Item) else "",
            url=record.url,
            observed_at=self.observed_at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One record seen through one rule. ``plan`` and ``forecast`` are ``None`` where the rule does not read that role.

    ``actual`` is ``None`` unless the verdict is ``reached``.
    """

    data: SourceData
    ref: str
    record: Item | Group
    rule: ResolvedMilestoneRule
    members: Sequence[Item]
    source: SourceRef
    verdict: Verdict
    plan: Figure[date] | None
    forecast: Figure[date] | None
    actual: Figure[date] | None
    start: date | None

    @property
    def label(self) -> str:
        """Tool and record, for people: ``Jira: M4 商城前端 Beta``."""
        return f"{self.data.source.tool}: {self.source.key or self.record.title}"


def feed_of(data: SourceData, recognised: RecognisedMilestone) -> Feed:
    """Return what *recognised* says at the moment of *data*."""
    record, rule = recognised.record, recognised.rule
    source = data.ref(record)
    verdict = _verdict(record, rule, data)

    def known(day: date) -> Known[date]:
        return Known(value=day, sources=(source,), method="synced", observed_at=data.observed_at)

    def figure(day: date | None, missing: Label) -> Figure[date]:
        return known(day) if day is not None else Unknown(reason=UnknownReason.NOT_PROVIDED, detail=missing)

    on = _date(record, rule, data)
    plan_on, plan_missing, actual_on, actual_missing = on, _NO_DATE, None, _NO_DONE_DATE
    if verdict == "reached":
        if isinstance(record, Group) and record.done in (None, record.due):
            # One date serves for plan and actual: it was the plan for as long as the record was open.
            plan_on, actual_on, was_open = _before_and_after(record, rule, data)
            plan_missing = _NO_DATE if was_open else _NEVER_OPEN
            actual_missing = _NO_DATE
        elif record.done is not None:
            actual_on = record.done.day(data.moment.zone)
        elif isinstance(record, Item):
            actual_on = _entered_done(record, rule, data)
    start = record.start.day(data.moment.zone) if record.start is not None and rule.date_is == "plan" else None
    return Feed(
        data=data,
        ref=recognised.ref,
        record=record,
        rule=rule,
        members=recognised.members,
        source=source,
        verdict=verdict,
        plan=figure(plan_on, plan_missing) if rule.date_is == "plan" else None,
        forecast=figure(on, _NO_DATE) if rule.date_is == "forecast" else None,
        actual=figure(actual_on, actual_missing) if verdict == "reached" else None,
        start=start,
    )


def _verdict(record: Item | Group, rule: ResolvedMilestoneRule, data: SourceData) -> Verdict:
    if record.state is None:
        return "silent"
    if record.state.id in rule.reached:
        return "reached"
    category = data.category(record.state)
    if category == "cancelled":
        return "cancelled"
    if rule.reached:
        return "open"
    if category == "unknown":
        return "unknown"
    return "reached" if category == "done" else "open"


def _date(record: Item | Group, rule: ResolvedMilestoneRule, data: SourceData) -> date | None:
    when: When | None = record.due
    if rule.date_field is not None:
        value = record.fields.get(rule.date_field)
        when = value if isinstance(value, Day | Instant) else None
    return None if when is None else when.day(data.moment.zone)


def _before_and_after(
    record: Item | Group, rule: ResolvedMilestoneRule, data: SourceData
) -> tuple[date | None, date | None, bool]:
    """Return the last date while open, the date when it was reached, and whether it was ever seen open."""
    past = data.observed.first_plans.get(record.id, ())
    seen = [one for at, one in past if at <= data.moment.as_of] + [record]
    first = len(seen)
    while first and _verdict(seen[first - 1], rule, data) == "reached":
        first -= 1
    open_ones = seen[:first]
    plans = [day for one in reversed(open_ones) if (day := _date(one, rule, data)) is not None]
    return (plans[0] if plans else None), _date(seen[first], rule, data), bool(open_ones)


def _entered_done(record: Item, rule: ResolvedMilestoneRule, data: SourceData) -> date | None:
    """Return the day of the change into the state in which the item now counts as reached."""
    entered: datetime | None = None
    for change in reversed(state_changes(data.observed, record, data.moment)):
        after = change.after.id if isinstance(change.after, Named) else None
        if after is None or not (after == record.state.id or _counts_as_reached(after, rule, data)):
            break
        entered = change.at
    return None if entered is None else data.moment.day(entered)


def _counts_as_reached(state_id: str, rule: ResolvedMilestoneRule, data: SourceData) -> bool:
    return state_id in rule.reached if rule.reached else data.category_of(state_id) == "done"


def state_changes(observed: Observed, record: Item, moment: Moment) -> list[Change]:
    """Return the changes of *record*'s state up to *moment*, oldest first."""
    return sorted(
        (
            one
            for one in observed.details.get(record.id, ())
            if isinstance(one, Change) and one.field == "state" and one.at <= moment.as_of
        ),
        key=lambda one: (one.at, one.id),
    )
