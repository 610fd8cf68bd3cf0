"""The colour of the budget, where it is shared with the client: what the contract may come to, and what is left."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pmbridge.domain.agreement import agreed
from pmbridge.domain.change_metrics import change_budget_left, contract_value, forecast_total, pending_exposure
from pmbridge.domain.figure import Money, Unknown
from pmbridge.domain.judged import Judged, Rule, coloured, hit, not_applicable
from pmbridge.domain.rag import NO_BUDGET
from pmbridge.domain.view import Rag, RuleHit
from pmbridge.values import Label

NOT_BILLED = Label(zh="按工时计费，已计费金额未知", en="time and materials: what was billed is not known")
NOT_ASSESSED = Label(
    zh="有变更尚未评估，预计总额未知", en="a change is not assessed, so what the contract may come to is not known"
)


def budget_rag(judged: Judged) -> Rag:
    """Return the colour of the budget; not applicable where the budget is not shared with the client."""
    if not judged.policy.show_budget:
        return not_applicable("budget")
    return coloured("budget", [one for rule in RULES for one in rule(judged)], _unknown_input(judged))


def _unknown_input(judged: Judged) -> Label | None:
    _, value = contract_value(judged.book)
    if isinstance(value, Unknown):
        return NO_BUDGET if value.detail is None else value.label
    if agreed(judged.book, "contract_type") == "time_and_materials":
        return NOT_BILLED
    total = forecast_total(judged.book, judged.moment)
    return NOT_ASSESSED if isinstance(total, Unknown) else None


def forecast(judged: Judged) -> Iterator[RuleHit]:
    """BUD-R1 and BUD-A1: with the changes that wait, the contract would exceed its value by the tolerance or more."""
    _, value = contract_value(judged.book)
    total = forecast_total(judged.book, judged.moment)
    if isinstance(value, Unknown) or isinstance(total, Unknown) or not value.value.amount:
        return
    over = total.value.amount / value.value.amount - 1
    if over <= judged.tolerances.budget_amber:
        return
    red = over > judged.tolerances.budget_red
    limit = judged.tolerances.budget_red if red else judged.tolerances.budget_amber
    reason = Label(
        zh=f"计入待定变更，合同预计 {total.value}，比现合同额 {value.value} 高 {over * 100:.1f}%",
        en=f"with the changes that wait the contract would come to {total.value}, "
        f"{over * 100:.1f}% above its value of {value.value}",
    )
    yield hit(
        "BUD-R1" if red else "BUD-A1",
        "budget",
        "red" if red else "amber",
        reason,
        _waiting(judged),
        {"value": value.value, "forecast": total.value, "limit": limit},
    )


def exposure(judged: Judged) -> Iterator[RuleHit]:
    """BUD-A2: the changes that wait may cost more than is left of the change budget."""
    left = change_budget_left(judged.book)
    if isinstance(left, Unknown):
        return
    pending = pending_exposure(judged.book.of("change"), judged.moment, None).money.get(left.value.currency)
    most = Money(amount=Decimal(0), currency=left.value.currency) if pending is None else pending.value.high
    if most.amount <= max(left.value.amount, Decimal(0)):
        return
    reason = Label(
        zh=f"待定变更最多 {most}，超过变更预算余额 {left.value}",
        en=f"the changes that wait may cost {most}, more than the {left.value} left of the change budget",
    )
    yield hit("BUD-A2", "budget", "amber", reason, _waiting(judged), {"exposure": most, "left": left.value})


def _waiting(judged: Judged) -> list[str]:
    states = ("awaiting_decision", "emergency_authorised")
    return [one.ref for one in judged.book.of("change") if one.state in states and one.released is not None]


RULES: tuple[Rule, ...] = (forecast, exposure)
