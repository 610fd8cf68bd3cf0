"""The SMART check of a goal, and what else has to hold before it takes a step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pmbridge.domain import decision
from pmbridge.domain.agreement import agreed
from pmbridge.domain.approved_change import APPROVED
from pmbridge.domain.book import Book
from pmbridge.domain.goal_fields import Amend, Goal, KeyMeasure, Measure, Withdraw, Words
from pmbridge.domain.machine import Ask, Effect, Unmet, command, guard
from pmbridge.domain.owner import person
from pmbridge.values import Label


def _edit(ask: Ask[Any, Any], options: str) -> Label:
    if isinstance(ask.input, Amend):
        return command(f"pmbridge goal amend {ask.ref} --change {ask.input.change} {options}")
    return command(f"pmbridge goal edit {ask.ref} {options}")


def _meant(ask: Ask[Goal, Any]) -> Goal:
    """Return the goal as it would be: of an amendment the amended one."""
    if not isinstance(ask.input, Words):
        return ask.fields
    said = {name: value for name in Words.model_fields if (value := getattr(ask.input, name)) is not None}
    return ask.fields.evolve(**said)


@guard("specific", "具体（S）", "specific (S)")
def specific(ask: Ask[Goal, Any]) -> Iterable[Unmet]:
    """S: the statement names the thing that is to change, and somebody owns the goal."""
    goal = _meant(ask)
    if goal.object is None or str(goal.object) not in str(goal.statement):
        yield Unmet(
            found=Label(zh="没有写明对象", en="no object is named")
            if goal.object is None
            else Label(zh=f"目标中没有「{goal.object}」", en=f'the statement does not name "{goal.object}"'),
            needed=Label(zh="目标写明要改变的对象", en="a statement that names what is to change"),
            fix=_edit(ask, "--object TEXT --statement TEXT"),
        )
    if not goal.owner:
        yield Unmet(
            found=Label(zh="没有负责人", en="nobody owns it"),
            needed=Label(zh="负责人", en="an owner"),
            fix=_edit(ask, "--owner WHO"),
        )


@guard("measurable", "可衡量（M）", "measurable (M)")
def measurable(ask: Ask[Goal, Any]) -> Iterable[Unmet]:
    """M: a key measure or more, each with unit, target, direction, method, and a baseline value or the day of it."""
    goal = _meant(ask)
    fix = _edit(ask, "--from FILE")
    if not goal.measures:
        yield Unmet(
            found=Label(zh="没有衡量指标", en="no key measure"),
            needed=Label(zh="至少 1 个衡量指标", en="at least one key measure"),
            fix=fix,
        )
    names = [one.name for one in goal.measures]
    for twice in sorted({one for one in names if names.count(one) > 1}):
        yield Unmet(
            found=Label(zh=f"指标「{twice}」重复", en=f'"{twice}" occurs more than once'),
            needed=Label(zh="每个指标一个名称", en="one name for each measure"),
            fix=fix,
        )
    for measure in goal.measures:
        for missing in _lacking(measure):
            yield Unmet(
                found=Label(zh=f"「{measure.name}」缺{missing.zh}", en=f'"{measure.name}" has no {missing.en}'),
                needed=missing,
                fix=fix,
            )


def _lacking(one: KeyMeasure) -> Iterator[Label]:
    if not (one.unit or "").strip():
        yield Label(zh="单位", en="unit")
    if one.target_value is None:
        yield Label(zh="目标值", en="target value")
    if one.direction is None:
        yield Label(zh="方向", en="direction")
    if one.method is None:
        yield Label(zh="衡量方法", en="method")
    if one.baseline_value is None and one.baseline_by is None:
        yield Label(zh="基准值（未知则写明何时测得）", en="baseline value (or the day by which it is measured)")


@guard("achievable", "可实现（A）", "achievable (A)")
def achievable(ask: Ask[Goal, Any]) -> Iterable[Unmet]:
    """A: a named person judged whether it can be reached, and says why."""
    judged = _meant(ask).achievability
    fix = _edit(ask, "--from FILE")
    if judged is None:
        yield Unmet(
            found=Label(zh="没有评估能否实现", en="nobody judged whether it can be reached"),
            needed=Label(zh="结论、理由和评估人", en="a verdict, the reasons and who says so"),
            fix=fix,
        )
        return
    if judged.rationale is None:
        yield Unmet(
            found=Label(zh="没有写理由", en="no rationale"),
            needed=Label(zh="理由", en="the reasons"),
            fix=fix,
        )
    if not (judged.assessed_by or "").strip():
        yield Unmet(
            found=Label(zh="没有写评估人", en="it does not say who judged"),
            needed=Label(zh="评估人姓名", en="a named person"),
            fix=fix,
        )


@guard("relevant", "相关（R）", "relevant (R)")
def relevant(ask: Ask[Goal, Any]) -> Iterable[Unmet]:
    """R: it serves a business objective or a requirement."""
    goal = _meant(ask)
    if goal.business_objective is None and not goal.requirements:
        yield Unmet(
            found=Label(zh="没有业务目的，也没有关联需求", en="neither a business objective nor a requirement"),
            needed=Label(zh="业务目的或需求", en="a business objective or a requirement"),
            fix=_edit(ask, "--business-objective TEXT"),
        )


@guard("time-bound", "有时限（T）", "time-bound (T)")
def time_bound(ask: Ask[Goal, Any]) -> Iterable[Unmet]:
    """T: it is due on a day within the engagement."""
    due = _meant(ask).due_on
    start, end = agreed(ask.register, "start_on"), agreed(ask.register, "contract_end_on")
    if start is None:
        yield Unmet(
            name="engagement-dates",
            found=Label(zh="项目起止日期未约定", en="the dates of the engagement are not agreed"),
            needed=Label(zh="约定的起止日期", en="agreed dates"),
            fix=command("pmbridge engagement agree --from FILE --by CONTACT --evidence FILE"),
        )
    within = Label(zh=f"{start or '…'} 至 {end or '…'}", en=f"from {start or '…'} to {end or '…'}")
    if due is None:
        yield Unmet(found=Label(zh="没有期限", en="no due date"), needed=within, fix=_edit(ask, "--due-on DATE"))
    elif (start is not None and due < start) or (end is not None and due > end):
        yield Unmet(
            found=Label(zh=f"期限 {due} 在项目之外", en=f"{due} lies outside the engagement"),
            needed=within,
            fix=_edit(ask, "--due-on DATE"),
        )


SMART = (specific, measurable, achievable, relevant, time_bound)


@guard("realistic", "没有被评为不现实", "not judged unrealistic")
def realistic(ask: Ask[Goal, Any]) -> Iterable[Unmet]:
    """A goal that was judged unrealistic is not agreed."""
    judged = _meant(ask).achievability
    if judged is not None and judged.verdict == "unrealistic":
        yield Unmet(
            found=Label(zh="评估为不现实", en="it was judged unrealistic"),
            needed=Label(zh="现实或有挑战", en="realistic, or a stretch"),
            fix=_edit(ask, "--from FILE"),
        )


@guard("measure", "指标和来源明确", "measure and source known")
def measured_properly(ask: Ask[Goal, Measure]) -> Iterable[Unmet]:
    """It is one of the goal's measures, read from a source that is named, and not in the future."""
    names = [one.name for one in ask.fields.measures]
    fix = command(f"pmbridge goal measure {ask.ref} --measure '{names[0] if names else 'NAME'}' --source TEXT")
    if ask.input.measure not in names:
        yield Unmet(
            found=Label(
                zh=f"没有指标「{ask.input.measure}」" if ask.input.measure else "没有写是哪个指标",
                en=f'there is no measure "{ask.input.measure}"' if ask.input.measure else "it does not say which",
            ),
            needed=Label(zh="、".join(names), en=", ".join(names)),
            fix=fix,
        )
    if not (ask.input.source or "").strip():
        yield Unmet(
            name="source",
            found=Label(zh="没有写数据来源", en="no source"),
            needed=Label(zh="数据来源", en="where the value was read"),
            fix=fix,
        )
    if ask.input.measured_on is not None and ask.input.measured_on > ask.today:
        yield Unmet(
            name="measured-on",
            found=Label(zh=f"{ask.input.measured_on} 还没有到", en=f"{ask.input.measured_on} is still to come"),
            needed=Label(zh=f"不晚于 {ask.today}", en=f"not after {ask.today}"),
            fix=fix,
        )


@guard("final-measurement", "到期后已测量", "measured when due")
def measured_when_due(ask: Ask[Goal, Any]) -> Iterable[Unmet]:
    """Every measure was measured on or after the due date: what is unknown stays unknown."""
    goal = ask.fields
    for one in goal.measures:
        last = goal.last(one.name)
        if last is None or goal.due_on is None or last.measured_on < goal.due_on:
            yield Unmet(
                found=Label(
                    zh=f"「{one.name}」{f'最近一次测量 {last.measured_on}' if last else '没有测量'}",
                    en=f'"{one.name}" {f"was last measured on {last.measured_on}" if last else "was never measured"}',
                ),
                needed=Label(zh=f"{goal.due_on} 或之后的测量", en=f"a measurement on or after {goal.due_on}"),
                fix=command(f"pmbridge goal measure {ask.ref} --measure '{one.name}' --value N --source TEXT"),
            )


@guard("approved-change", "有已批准的变更", "an approved change says so")
def cited_by_change(ask: Ask[Goal, Amend | Withdraw]) -> Iterable[Unmet]:
    """A change that the client approved affects the goal."""
    change = ask.input.change
    if not _affected(ask.register, change, ask.ref):
        yield Unmet(
            found=Label(zh="没有写变更请求", en="no change request is given")
            if change is None
            else Label(
                zh=f"{change} 未获批准，或未涉及 {ask.ref}", en=f"{change} is not approved or does not affect {ask.ref}"
            ),
            needed=Label(zh=f"涉及 {ask.ref} 的已批准变更", en=f"an approved change that affects {ask.ref}"),
            fix=command(f"pmbridge change submit --affects {ask.ref}"),
        )


def _affected(book: Book, change: str | None, ref: str) -> bool:
    entry = None if change is None else book.get(change)
    return entry is not None and entry.state in APPROVED and ref in getattr(entry.fields, "affects", ())


# ------------------------------------------------------------------------------------------- inputs and effects


def people(ask: Ask[Goal, Words]) -> Words:
    """Return the input with refs in place of the names of contacts."""
    changes: dict[str, object] = {}
    if ask.input.owner is not None:
        changes["owner"] = person(ask.register, ask.input.owner)
    judged = ask.input.achievability
    if judged is not None and judged.assessed_by is not None:
        by = person(ask.register, judged.assessed_by)
        changes["achievability"] = judged.model_copy(update={"assessed_by": by})
    return ask.input.model_copy(update=changes)


def the_measure(ask: Ask[Goal, Measure]) -> Measure:
    """Return the input with the goal's only measure, the measure's source and the day, where none is given."""
    given, measures = ask.input, ask.fields.measures
    name = given.measure or (measures[0].name if len(measures) == 1 else None)
    known = next((one for one in measures if one.name == name), None)
    source = given.source or (None if known is None else known.data_source)
    return given.model_copy(update={"measure": name, "source": source, "measured_on": given.measured_on or ask.today})


def record_agreement(ask: Ask[Goal, decision.Decided]) -> Iterator[Effect]:
    """Record the client's decision."""
    yield from decision.record(ask, "approve", "goals")
