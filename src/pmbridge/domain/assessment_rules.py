"""What an assessment must say before a client may decide on it: every finding, in keeping with the baselines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from pmbridge.domain import baseline
from pmbridge.domain.change_fields import Assess, ChangeRequest
from pmbridge.domain.impact import DIMENSIONS, Assessment, unsettled
from pmbridge.domain.machine import Ask, Unmet, command, guard
from pmbridge.values import Label

Change = Ask[ChangeRequest, Any]

_FINDING = Label(zh="金额或工期，或 none 并说明理由", en="an amount, or none with its rationale")
_IN_IT = Label(zh="已在基线中", en="it is in the baseline")
_NOT_IN_IT = Label(zh="不在基线中", en="it is not in the baseline")


@guard("assessed", "范围、进度、预算已评估", "scope, schedule and budget assessed")
def fully_assessed(ask: Change) -> Iterable[Unmet]:
    """Every option has a finding on scope, schedule and budget: an amount, or none with its rationale."""
    given = ask.input if isinstance(ask.input, Assess) else ask.fields.assessment
    if isinstance(given, Assess) and given.draft:
        return
    fix = command(f"pmbridge change assess {ask.ref} --from FILE")
    if isinstance(given, Assessment) and not given.complete:
        yield Unmet(
            found=Label(zh="评估还是草稿", en="the assessment is a draft"),
            needed=Label(zh="完整的评估", en="a complete assessment"),
            fix=fix,
        )
    options = () if given is None else given.options
    if not options:
        yield Unmet(
            found=Label(zh="没有方案", en="there is no option"), needed=Label(zh="方案", en="an option"), fix=fix
        )
    for option, dimension in unsettled(options):
        name = DIMENSIONS[dimension]
        yield Unmet(
            found=Label(zh=f"方案 {option.key} 缺{name.zh}", en=f"option {option.key}: no {name.en} finding"),
            needed=_FINDING,
            fix=fix,
        )


@guard("advised", "有建议与不做的后果", "recommended, with what doing nothing means")
def advised(ask: Ask[ChangeRequest, Assess]) -> Iterable[Unmet]:
    """A complete assessment recommends one of its options and says what happens if nothing is done."""
    given, fix = ask.input, command(f"pmbridge change assess {ask.ref} --from FILE")
    if given.draft:
        return
    keys = [one.key for one in given.options]
    if given.recommended not in keys:
        yield Unmet(
            found=Label(zh=f"建议：{given.recommended or '没有'}", en=f"recommended: {given.recommended or 'none'}"),
            needed=Label(
                zh=f"其中一个方案{'：' if keys else ''}{'、'.join(keys)}",
                en=f"one of the options{': ' if keys else ''}{', '.join(keys)}",
            ),
            fix=fix,
        )
    if given.do_nothing is None:
        yield Unmet(
            found=Label(zh="没有写不做的后果", en="it does not say what doing nothing means"),
            needed=Label(zh="不做的后果", en="the consequence of doing nothing"),
            fix=fix,
        )
    if len(set(keys)) != len(keys):
        yield Unmet(
            found=Label(zh="方案编号重复", en="two options have one key"),
            needed=Label(zh="不同的编号", en="different keys"),
            fix=fix,
        )


@guard("dates-add-up", "日期与天数相符", "dates and days agree")
def dates_add_up(ask: Ask[ChangeRequest, Assess]) -> Iterable[Unmet]:
    """Each shift of a milestone leads from its date in the baseline to the new one; each other line fits it too."""
    for option in () if ask.input.draft else ask.input.options:
        yield from _twice(ask, option.key, [one.milestone for one in option.schedule])
        for line in option.schedule:
            now = baseline.dates_of(ask.register, line.milestone).current
            if fault := _schedule_fault(ask, line.op, now, line.delta_wd, line.new_on):
                yield _unfit(ask, option.key, line.milestone, fault, baseline.NAMES["schedule"])


@guard("scope-fits", "范围与需求基线相符", "scope fits the baseline")
def scope_fits(ask: Ask[ChangeRequest, Assess]) -> Iterable[Unmet]:
    """What is modified or removed stands in the requirements baseline, what is added does not; each is named once."""
    last = ask.register.newest("requirements_baseline")
    items = {} if last is None else last.fields.items
    for option in () if ask.input.draft else ask.input.options:
        yield from _twice(ask, option.key, [one.ref for one in option.scope])
        for line in option.requirements:
            fault = None
            if (line.op == "add") == (line.ref in items):
                fault = _IN_IT if line.op == "add" else _NOT_IN_IT
            elif line.ref not in ask.register:
                fault = Label(zh="不在登记册中", en="it is not in the register")
            if fault is not None:
                yield _unfit(ask, option.key, line.ref, fault, baseline.NAMES["requirements"])


def _twice(ask: Change, key: str, refs: list[str]) -> Iterable[Unmet]:
    for ref, n in Counter(refs).items():
        if n > 1:
            yield Unmet(
                found=Label(zh=f"方案 {key}，{ref}：出现多次", en=f"option {key}, {ref}: it occurs more than once"),
                needed=Label(zh="每个对象一行", en="one line for each"),
                fix=command(f"pmbridge change assess {ask.ref} --from FILE"),
            )


def _unfit(ask: Change, key: str, ref: str, fault: Label, kind: Label) -> Unmet:
    return Unmet(
        found=Label(zh=f"方案 {key}，{ref}：{fault.zh}", en=f"option {key}, {ref}: {fault.en}"),
        needed=Label(zh=f"与现{kind.zh}相符", en=f"what fits the {kind.en}"),
        fix=command(f"pmbridge change assess {ask.ref} --from FILE"),
    )


def _schedule_fault(ask: Change, op: str, now: date | None, delta: int | None, new_on: date | None) -> Label | None:
    if op == "add":
        if now is not None:
            return _IN_IT
        return None if new_on is not None else Label(zh="没有日期", en="it has no date")
    if now is None:
        return _NOT_IN_IT
    if op == "cancel":
        return None
    if delta is None or new_on is None:
        return Label(zh="没有天数", en="no number of days")
    really = ask.moment.calendar.wd(now, new_on)
    if really != delta:
        return Label(zh=f"{now} 至 {new_on} 是 {really} 个工作日", en=f"{now} to {new_on} are {really} working days")
    return None
