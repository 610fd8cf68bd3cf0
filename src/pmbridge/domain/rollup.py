"""The engagement's figures over all its milestones: progress, planned progress, milestones on time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from pmbridge.domain.calendar import Calendar
from pmbridge.domain.figure import Figure, Known, SourceRef, Unknown, UnknownReason
from pmbridge.domain.moment import Moment
from pmbridge.domain.rounding import settled
from pmbridge.domain.view import Milestone, OnTime, RollUp
from pmbridge.values import Label

_ZERO, _ONE = Decimal(0), Decimal(1)


def roll_up(milestones: Sequence[Milestone], missing: Mapping[str, Decimal], moment: Moment) -> RollUp:
    """Return ``Σ W·P / Σ W`` over the milestones that are not cancelled, as an interval where some are unknown.

    *missing*: weights of milestones that are agreed (configured) but found in no tool; they count as unknown.
    """
    counted = [one for one in milestones if one.state != "cancelled"]
    whole = sum((one.weight for one in counted), _ZERO) + sum(missing.values(), _ZERO)
    sources = tuple(dict.fromkeys(source for one in counted for source in one.sources))
    if not whole or not sources:
        unknown = Unknown(reason=UnknownReason.NO_ITEMS, detail=Label(zh="没有里程碑", en="no milestones"))
        return RollUp(value=unknown, low=_ZERO, high=_ONE, unknown=tuple(missing), planned=unknown, sources=sources)
    done, open_ended, unknown_refs = _ZERO, sum(missing.values(), _ZERO), []
    reason: Unknown | None = None
    for one in counted:
        if isinstance(one.fraction, Known):
            done += one.weight * one.fraction.value
        else:
            open_ended += one.weight
            unknown_refs.append(one.ref)
            reason = one.fraction if reason is None else reason
    unknown_refs += missing
    value: Figure[Decimal]
    if unknown_refs:
        why = reason.reason if reason is not None else UnknownReason.NOT_PROVIDED
        value = Unknown(reason=why, detail=_refs(unknown_refs))
    else:
        value = _known(settled(done / whole), sources, moment)
    return RollUp(
        value=value,
        low=settled(done / whole),
        high=settled((done + open_ended) / whole),
        unknown=tuple(unknown_refs),
        planned=_planned(counted, missing, whole, sources, moment),
        sources=sources,
    )


def _refs(refs: Sequence[str]) -> Label:
    return Label(zh="、".join(refs), en=", ".join(refs))


def _known(value: Decimal, sources: tuple[SourceRef, ...], moment: Moment, note: Label | None = None) -> Known[Decimal]:
    seen = [source.observed_at for source in sources if source.observed_at is not None]
    return Known(value=value, sources=sources, method="derived", observed_at=min(seen, default=moment.as_of), note=note)


def _planned(
    milestones: Sequence[Milestone],
    missing: Mapping[str, Decimal],
    whole: Decimal,
    sources: tuple[SourceRef, ...],
    moment: Moment,
) -> Figure[Decimal]:
    """Return the share that should be done by now; unknown as soon as one plan date is."""
    unplanned = [one.ref for one in milestones if isinstance(one.plan, Unknown)] + list(missing)
    if unplanned:
        detail = Label(
            zh=f"{'、'.join(unplanned)} 的计划日期未知", en=f"plan dates of {', '.join(unplanned)} are not known"
        )
        first = next((one.plan.reason for one in milestones if isinstance(one.plan, Unknown)), None)
        return Unknown(reason=first or UnknownReason.NOT_PROVIDED, detail=detail)
    plans = {one.ref: one.plan.value for one in milestones if isinstance(one.plan, Known)}
    share = sum(
        (one.weight * planned_share(one.start, plans[one.ref], moment.today, moment.calendar) for one in milestones),
        _ZERO,
    )
    return _known(settled(share / whole), sources, moment, moment.calendar_note(moment.today, *plans.values()))


def planned_share(start: date | None, plan: date, day: date, calendar: Calendar) -> Decimal:
    """Return which share of a milestone should be done on *day*: linear over the working days from *start* to *plan*.

    Without a start it is all or nothing.
    """
    if day >= plan:
        return _ONE
    if start is None or day < start:
        return _ZERO
    # The day of the start is worked, so counting begins on the day before it.
    eve = date.fromordinal(start.toordinal() - 1)
    length = calendar.wd(eve, plan)
    return Decimal(calendar.wd(eve, day)) / length if length > 0 else _ZERO


def on_time_originally(milestones: Sequence[Milestone], moment: Moment) -> OnTime | None:
    """Return the same by the dates of baseline 0; ``None`` where no milestone has one."""
    if all(isinstance(one.original, Unknown) for one in milestones):
        return None
    return on_time([replace(one, plan=one.original) for one in milestones], moment)


def on_time(milestones: Sequence[Milestone], moment: Moment) -> OnTime:
    """Return how many of the milestones due by today were reached by their plan date.

    Left out are those reached whose plan date nobody knows, and those due of which nobody knows whether or when they
    were reached.
    """
    met, due, left_out = 0, 0, []
    for one in milestones:
        if one.state == "cancelled":
            continue
        reached = one.reached_on
        if isinstance(one.plan, Unknown):
            if reached is not None:
                left_out.append(one.ref)
        elif one.plan.value <= moment.today:
            if isinstance(reached, Unknown):
                left_out.append(one.ref)
            else:
                due += 1
                met += reached is not None and reached.value <= one.plan.value
    return OnTime(met=met, due=due, left_out=tuple(left_out))
