"""The rules of an expectation: no promise that nothing supports, or that the forecast already breaks."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from datetime import date
from typing import Any

from pydantic import BaseModel

from pmbridge.domain import decision
from pmbridge.domain.communication import tell
from pmbridge.domain.expectation_fields import Add, Agree, Expectation, Reset, Reviewed, Revise
from pmbridge.domain.figure import Text
from pmbridge.domain.machine import Ask, Effect, Unmet, command, guard
from pmbridge.domain.originator import spoken_by
from pmbridge.domain.promise import expected, gone, standing
from pmbridge.values import Label

REVIEW_WD = 5
"""Working days after which an expectation is looked at again, unless another day is set."""

# --------------------------------------------------------------------------------------- completing the input


def _with_review(ask: Ask[Any, Any], given: BaseModel) -> BaseModel:
    if ask.input.review_on is not None:
        return given
    return given.model_copy(update={"review_on": ask.moment.calendar.add_wd(ask.today, REVIEW_WD)})


def stated(ask: Ask[Expectation, Add | Revise]) -> BaseModel:
    """Return the input with whose words it holds, and the day of the first look at it."""
    return _with_review(ask, spoken_by("stated_by")(ask))


def looked_up(ask: Ask[Expectation, Any]) -> BaseModel:
    """Return the input with when the linked records are expected."""
    given: BaseModel = ask.input
    found = expected(ask.register, ask.fields.links, ask.moment, ask.input.forecasts)
    return given.model_copy(update={"forecasts": found})


def promised(ask: Ask[Expectation, Agree | Reset | Reviewed]) -> BaseModel:
    """Return the input with when the linked records are expected, and the day of the next look."""
    return _with_review(ask, looked_up(ask))


def reviewed(ask: Ask[Expectation, Reviewed]) -> BaseModel:
    """Return the input with what the register knows of the linked records, and the day of the next look."""
    fallen = [ref for ref in ask.fields.links if gone(ask.register, ref)]
    lost = tuple(dict.fromkeys((*ask.input.lost, *fallen)))
    return promised(ask).model_copy(update={"lost": lost})


# ------------------------------------------------------------------------------------------------------ guards


@guard("dated", "写明期望的日期", "it says by when")
def dated(ask: Ask[Expectation, Add | Revise]) -> Iterable[Unmet]:
    """An expectation about time says by when."""
    given = ask.input
    category = given.category or ask.fields.category
    if category == "time" and given.expected_on is None:
        yield Unmet(
            found=Label(zh="没有日期", en="no date"),
            needed=Label(zh="客户期望的日期", en="the day that the client expects"),
            fix=command("--expected-on DATE"),
        )


@guard("review-ahead", "复核日期未过", "the next review is to come")
def review_ahead(ask: Ask[Expectation, Any]) -> Iterable[Unmet]:
    """The day of the next look is to come."""
    on = ask.input.review_on
    if on is not None and on < ask.today:
        yield Unmet(
            found=Label(zh=f"复核日期 {on}", en=f"the review was on {on}"),
            needed=Label(zh=f"不早于 {ask.today}", en=f"not before {ask.today}"),
            fix=command("--review-on DATE"),
        )


@guard("feasible", "可以做到", "it can be done")
def feasible(ask: Ask[Expectation, Agree]) -> Iterable[Unmet]:
    """What is unrealistic is not promised; what is out of scope needs a change request first."""
    if ask.fields.feasibility == "unrealistic":
        yield Unmet(
            found=Label(zh="评估为不现实", en="it was found unrealistic"),
            needed=Label(zh="现实的期望", en="an expectation that is realistic"),
            fix=command(f"pmbridge expectation reset {ask.ref} --agreed-statement TEXT --evidence FILE"),
        )
    elif ask.fields.feasibility == "out_of_scope":
        yield Unmet(
            found=Label(zh="评估为超出范围", en="it was found out of scope"),
            needed=Label(zh="已批准的变更请求", en="an approved change request"),
            fix=command("pmbridge change submit"),
        )


@guard("forecast", "预测不晚于所承诺的日期", "no forecast is later than what is promised")
def forecast_in_time(ask: Ask[Expectation, Agree | Reset]) -> Iterable[Unmet]:
    """No linked record is expected later than the day that is promised."""
    due = _due(ask)
    for ref, on in ask.input.forecasts.items():
        if due is not None and on is not None and on > due:
            yield Unmet(
                found=Label(zh=f"{ref} 预测 {on}，晚于 {due}", en=f"{ref} is expected on {on}, after {due}"),
                needed=Label(zh=f"不早于 {on} 的日期", en=f"a day not before {on}"),
                fix=command(f"--expected-on {on}"),
            )


@guard("supported", "有里程碑、目标或需求支持", "something supports it")
def supported(ask: Ask[Expectation, Agree]) -> Iterable[Unmet]:
    """A milestone, goal or requirement that was agreed supports it: where a day is promised, one expected by then."""
    due = _due(ask)
    for ref in ask.fields.links:
        on = ask.input.forecasts.get(ref)
        if standing(ask.register, ref) and (due is None or (on is not None and on <= due)):
            return
    blind = [ref for ref in ask.fields.links if standing(ask.register, ref) and ask.input.forecasts.get(ref) is None]
    if blind:
        milestone = ask.register.kind(blind[0]) == "milestone"
        yield Unmet(
            found=Label(zh=f"{'、'.join(blind)} 没有预测", en=f"{', '.join(blind)}: no forecast"),
            needed=Label(zh="支持它的预测", en="a forecast that supports it"),
            fix=command(f"pmbridge milestone forecast {blind[0] if milestone else 'REF'} --on DATE"),
        )
    else:
        yield Unmet(
            found=Label(zh="没有任何事项支持", en="nothing supports it"),
            needed=Label(
                zh="已确认且来得及的里程碑、目标或需求",
                en="a milestone, goal or requirement that is agreed and in time",
            ),
            fix=command(f"pmbridge expectation edit {ask.ref} --links M4"),
        )


def _due(ask: Ask[Expectation, Agree | Reset]) -> date | None:
    return ask.input.expected_on or ask.fields.expected_on


# ----------------------------------------------------------------------------------------------------- effects


def recorded(ask: Ask[Expectation, Agree]) -> Generator[Effect, str, None]:
    """Record the client's confirmation."""
    yield from decision.record(ask, "approve", "expectation")


def told(ask: Ask[Expectation, Any]) -> Iterable[Effect]:
    """Record the message to whoever stated it."""
    subject = ask.fields.agreed_statement or ask.fields.statement
    yield tell(ask, "notice", subject, whom=(ask.fields.stated_by,), channel=ask.input.channel)


def told_of_review(ask: Ask[Expectation, Reviewed]) -> Iterable[Effect]:
    """Record the message about the review, where there was one."""
    if ask.evidence:
        subject = Text(zh=f"期望 {ask.ref} 的复核", en=f"review of expectation {ask.ref}", original="zh")
        yield tell(ask, "update", subject, whom=(ask.fields.stated_by,), channel=ask.input.channel)
