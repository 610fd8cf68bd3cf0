"""The colour of the schedule, by printed rules. A rule that fires gives its values and a sentence without codes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pmbridge.domain.dated import marked, plain, quoted
from pmbridge.domain.figure import Known, Unknown
from pmbridge.domain.mapping import ReportingPolicy
from pmbridge.domain.moment import Moment
from pmbridge.domain.trend import trend
from pmbridge.domain.view import Colour, Milestone, Rag, RuleHit
from pmbridge.values import Label

NO_PLAN = Label(
    zh="没有与客户确认的计划，也没有可作计划的工具日期", en="no agreed plan, and no tool date that serves as one"
)
ALL_STALE = Label(zh="进度数据的来源都已过期", en="every source of the schedule is stale")


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """What the schedule rules look at."""

    milestones: Sequence[Milestone]
    moment: Moment
    policy: ReportingPolicy
    contract_end_on: date | None
    stale: frozenset[str]
    """Refs of milestones with a stale source."""
    tools: Mapping[str, str]
    """Connection → the tool's name for people."""
    slips: Mapping[str, Sequence[int]]
    """Ref → slippage in the reports issued so far, oldest first; empty where none was issued."""


def schedule_rag(schedule: Schedule) -> Rag:
    """Return the schedule's colour: red if a red rule fires, else amber, else green if every input is known, else grey.

    Not applicable without milestones. Provisional while it rests on dates that nobody agreed with the client.
    """
    alive = [one for one in schedule.milestones if one.state != "cancelled"]
    if not alive:
        return Rag(dimension="schedule", colour=None, hits=(), provisional=False)
    provisional = any(one.provisional for one in alive)
    hits = [hit for one in alive if _is_open(one) for rule in RULES for hit in rule(one, schedule)]
    hits.sort(key=lambda hit: hit.colour != "red")
    if hits:
        return Rag(dimension="schedule", colour=hits[0].colour, hits=tuple(hits), provisional=provisional)
    why = _unknown_input(alive, schedule)
    if why is not None:
        return Rag(dimension="schedule", colour="grey", hits=(), provisional=False, why_grey=why)
    return Rag(dimension="schedule", colour="green", hits=(), provisional=provisional)


def _is_open(milestone: Milestone) -> bool:
    return milestone.state in ("planned", "in_progress") and milestone.reached_on is None


def _unknown_input(alive: Sequence[Milestone], schedule: Schedule) -> Label | None:
    open_ones = [one for one in alive if one.state != "reached"]
    if all(isinstance(one.plan, Unknown) for one in alive):
        return NO_PLAN
    if open_ones and all(one.ref in schedule.stale for one in alive):
        return ALL_STALE
    undecided = [one for one in open_ones if one.reached_on is not None]
    if undecided:
        return _about(undecided, "是否达成未知", "whether reached is not known")
    unplanned = [one for one in open_ones if isinstance(one.plan, Unknown)]
    return _about(unplanned, "的计划日期未知", "plan date not known") if unplanned else None


def _about(milestones: Sequence[Milestone], zh: str, en: str) -> Label:
    refs = [one.ref for one in milestones]
    return Label(zh=f"{'、'.join(refs)} {zh}", en=f"{', '.join(refs)}: {en}")


# -- the rules, each over one open milestone

Rule = Callable[[Milestone, Schedule], Iterator[RuleHit]]


def _hit(rule: str, colour: Colour, milestone: Milestone, schedule: Schedule, said: Label, **values: object) -> RuleHit:
    """Return a rule that fired; *said* is its sentence, days marked."""
    return RuleHit(
        rule=rule,
        dimension="schedule",
        colour=colour,
        reason=plain(said, schedule.moment.shown),
        values={name: str(value) for name, value in values.items()},
        refs=(milestone.ref,),
        dated=said,
    )


def _days(n: int) -> str:
    return f"{n} working day" if n == 1 else f"{n} working days"


def _plan_words(plan: Known[date], milestone: Milestone, schedule: Schedule) -> Label:
    """Return what the plan date is called (by its tool, while nobody agreed it) with the date."""
    tool = quoted(schedule.tools.get(plan.sources[0].connection, ""))
    on = marked(plan.value)
    if milestone.provisional and tool:
        return Label(zh=f"{tool} 中的计划日期 {on}", en=f"plan date in {tool}, {on}")
    return Label(zh=f"现计划日期 {on}", en=f"current plan date, {on}")


def _after(word: str, zh: str) -> str:
    """Return *word* and *zh* in one Chinese sentence: a space only before Latin letters."""
    return f"{word} {zh}" if zh[:1].isascii() else f"{word}{zh}"


def overdue(milestone: Milestone, schedule: Schedule) -> Iterator[RuleHit]:
    """SCH-R1: a key milestone overdue by more than the tolerance; SCH-A1: any milestone overdue."""
    if isinstance(milestone.plan, Unknown) or milestone.plan.value >= schedule.moment.today:
        return
    late = schedule.moment.calendar.wd(milestone.plan.value, schedule.moment.today)
    plan = _plan_words(milestone.plan, milestone, schedule)
    reason = (
        Label(
            zh=f"{quoted(milestone.ref)} 已逾期 {late} 个工作日（{plan.zh}）",
            en=f"{quoted(milestone.ref)} is {_days(late)} overdue ({plan.en})",
        )
        if late
        else Label(
            zh=f"{_after(f'{quoted(milestone.ref)} 未在', plan.zh)} 达成",
            en=f"{quoted(milestone.ref)} was not reached by its {plan.en}",
        )
    )
    limit = schedule.policy.tolerances.overdue_wd_red
    values = {"plan": milestone.plan.value.isoformat(), "overdue_wd": late}
    if milestone.is_key and late > limit:
        yield _hit("SCH-R1", "red", milestone, schedule, reason, **values, limit_wd=limit)
    yield _hit("SCH-A1", "amber", milestone, schedule, reason, **values)


def slipping(milestone: Milestone, schedule: Schedule) -> Iterator[RuleHit]:
    """SCH-R2 and SCH-A2: a key milestone's slippage above the red or the amber tolerance."""
    if not milestone.is_key or isinstance(milestone.slip_current, Unknown) or isinstance(milestone.plan, Unknown):
        return
    slip, tolerances = milestone.slip_current.value, schedule.policy.tolerances
    if slip <= tolerances.schedule_wd_amber:
        return
    at_least = ("至少", "at least ") if milestone.slip_at_least else ("", "")
    plan = _plan_words(milestone.plan, milestone, schedule)
    reason = Label(
        zh=f"{_after(f'{quoted(milestone.ref)} 预计比', plan.zh)} 晚{at_least[0]} {slip} 个工作日",
        en=f"{quoted(milestone.ref)} is expected {at_least[1]}{_days(slip)} after its {plan.en}",
    )
    red = slip > tolerances.schedule_wd_red
    yield _hit(
        "SCH-R2" if red else "SCH-A2",
        "red" if red else "amber",
        milestone,
        schedule,
        reason,
        plan=milestone.plan.value.isoformat(),
        forecast=_shown(milestone),
        slip_wd=slip,
        limit_wd=tolerances.schedule_wd_red if red else tolerances.schedule_wd_amber,
        **({"at_least": "true"} if milestone.slip_at_least else {}),
    )


def after_contract(milestone: Milestone, schedule: Schedule) -> Iterator[RuleHit]:
    """SCH-R3: the final milestone is forecast after the contract's end, or still open after it."""
    end, today = schedule.contract_end_on, schedule.moment.today
    if end is None or not milestone.is_final:
        return
    expected = milestone.forecast.value if isinstance(milestone.forecast, Known) else None
    last = max(expected, today) if expected is not None else today
    if last <= end:
        return
    reason = (
        Label(
            zh=f"最终里程碑 {quoted(milestone.ref)} 预测 {marked(expected)}，晚于合同结束日期 {marked(end)}",
            en=f"the final milestone {quoted(milestone.ref)} is forecast for {marked(expected)}, "
            f"after the contract's end {marked(end)}",
        )
        if expected == last
        else Label(
            zh=f"合同已于 {marked(end)} 结束，最终里程碑 {quoted(milestone.ref)} 尚未达成",
            en=f"the contract ended on {marked(end)} and the final milestone {quoted(milestone.ref)} is not reached",
        )
    )
    yield _hit("SCH-R3", "red", milestone, schedule, reason, forecast=_shown(milestone), contract_end=end.isoformat())


def unforeseeable(milestone: Milestone, schedule: Schedule) -> Iterator[RuleHit]:
    """SCH-A3: no forecast, or one made of stale data, for a milestone whose plan date is near."""
    if isinstance(milestone.plan, Unknown) or milestone.plan.value < schedule.moment.today:
        return
    unknown, stale = isinstance(milestone.forecast, Unknown), milestone.ref in schedule.stale
    left = schedule.moment.calendar.wd(schedule.moment.today, milestone.plan.value)
    limit = schedule.policy.unknown_forecast_wd
    if left > limit or not (unknown or stale):
        return
    plan = _plan_words(milestone.plan, milestone, schedule)
    zh = f"{quoted(milestone.ref)} 没有预测" if unknown else f"{quoted(milestone.ref)} 的预测依据已过期的数据"
    en = "has no forecast" if unknown else "has a forecast made of stale data"
    reason = Label(
        zh=f"{zh}，{_after('距', plan.zh)} 只有 {left} 个工作日",
        en=f"{quoted(milestone.ref)} {en}, and its {plan.en}, is only {_days(left)} away",
    )
    yield _hit(
        "SCH-A3",
        "amber",
        milestone,
        schedule,
        reason,
        plan=milestone.plan.value.isoformat(),
        forecast=_shown(milestone),
        wd_to_plan=left,
        limit_wd=limit,
        **({"stale": "true"} if stale else {}),
    )


def rising(milestone: Milestone, schedule: Schedule) -> Iterator[RuleHit]:
    """SCH-A4: the slippage grew from report to report."""
    past = schedule.slips.get(milestone.ref)
    if not past or isinstance(milestone.slip_current, Unknown):
        return
    series = [*past, milestone.slip_current.value]
    if trend(series) == "rising":
        ref = quoted(milestone.ref)
        reason = Label(
            zh=f"{ref} 的预计延期连续三期增大，现为 {series[-1]} 个工作日",
            en=f"the expected delay of {ref} has grown in three reports running, to {_days(series[-1])}",
        )
        yield _hit("SCH-A4", "amber", milestone, schedule, reason, slips_wd=", ".join(map(str, series[-4:])))


def _shown(milestone: Milestone) -> str:
    if isinstance(milestone.forecast, Unknown):
        return str(milestone.forecast)
    return milestone.forecast.value.isoformat()


RULES: tuple[Rule, ...] = (overdue, slipping, after_contract, unforeseeable, rising)
