"""Which items look like change requests, what their states mean, and which fields hold their impact."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pmbridge.domain.mapping import ChangeRule
from pmbridge.records import FieldInfo, Item, Kind, ProjectSchema, ToolState
from pmbridge.values import Named

LEAST_EXAMPLES = 2

_TYPE_NAMES = {
    "变更请求": 3, "变更申请": 3, "需求变更": 3, "变更单": 3, "change request": 3, "scope change": 3, "变更": 2,
    "change": 2, "cr": 2, "rfc": 2,
}  # fmt: skip

_STATE_NAMES: Mapping[str, tuple[str, ...]] = {
    "draft": ("草稿", "draft"),
    "submitted": (
        "已提交", "待处理", "新建", "新提交", "待受理", "待评估", "待办", "submitted", "open", "new", "to do",
    ),
    "under_assessment": (
        "影响评估中", "评估中", "分析中", "under assessment", "assessing", "in assessment", "assessment",
        "impact assessment", "in analysis", "analysis", "under review", "in review",
    ),
    "needs_information": ("待补充", "需补充信息", "待补充信息", "needs information", "needs info", "more info needed"),
    "assessed": ("评估完成", "已评估", "assessed"),
    "awaiting_decision": (
        "待客户决定", "等待客户", "待客户确认", "客户确认中", "待决定", "待批准", "待审批", "审批中", "等待审批",
        "waiting for client", "waiting for customer", "awaiting decision", "awaiting approval", "waiting for approval",
        "pending approval",
    ),
    "approved": ("已批准", "批准", "已审批", "审批通过", "approved", "accepted"),
    "rejected": ("已否决", "已拒绝", "拒绝", "已驳回", "驳回", "不批准", "rejected", "declined", "refused"),
    "deferred": ("已暂缓", "暂缓", "搁置", "已搁置", "延期处理", "deferred", "postponed", "on hold"),
    "lapsed": ("已失效", "已过期", "lapsed", "expired"),
    "implementing": ("实施中", "正在实施", "开发中", "implementing", "in implementation", "in development"),
    "implemented": ("已实施", "实施完成", "implemented"),
    "verified": ("已验证", "验证通过", "verified"),
    "withdrawn": ("已撤回", "撤回", "withdrawn"),
    "cancelled": ("已取消", "已中止", "取消", "cancelled", "canceled"),
}  # fmt: skip
_STATE_BY_NAME = {name: state for state, names in _STATE_NAMES.items() for name in names}
# For a state whose name does not tell, what it may be: a person chooses or leaves the tool's word.
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "todo": ("submitted", "draft", "under_assessment"),
    "in_progress": ("under_assessment", "awaiting_decision", "implementing"),
    "done": ("closed", "rejected", "withdrawn"),
    "cancelled": ("cancelled", "rejected", "withdrawn"),
    "unknown": ("submitted", "under_assessment", "awaiting_decision", "implementing", "closed"),
}

_DAYS = re.compile(r"天|工期|工作日|\bdays?\b|schedule|delay|duration", re.IGNORECASE)
_MONEY = re.compile(r"费用|金额|成本|报价|预算|价格|cost|amount|price|money|fee\b|budget", re.IGNORECASE)
# Another unit: read as days or as currency units, such a number would be wrong by a factor.
_OTHER_UNIT = re.compile(
    r"万|千元|小时|人天|人日|周\b|thousand|\bhours?\b|\bweeks?\b|(person|man).?days?", re.IGNORECASE
)
_IMPACT = re.compile(r"影响|变更|impact|change", re.IGNORECASE)
_CURRENCIES = (
    ("CNY", re.compile(r"CNY|RMB|人民币|（元）|\(元\)|¥|￥", re.IGNORECASE)),
    ("USD", re.compile(r"USD|美元|US\$", re.IGNORECASE)),
    ("EUR", re.compile(r"EUR|欧元|€", re.IGNORECASE)),
    ("HKD", re.compile(r"HKD|港币|港元", re.IGNORECASE)),
    ("GBP", re.compile(r"GBP|英镑|£", re.IGNORECASE)),
    ("JPY", re.compile(r"JPY|日元", re.IGNORECASE)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StateProposal:
    """A state of the tool, how many items are in it, and the register state its name says (``None``: it does not).

    ``choices``: what it may mean, most likely first.
    """

    state: ToolState
    count: int
    to: str | None
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactField:
    """A number field whose name speaks of days or money; ``filled``: how many of the items have a value."""

    field: FieldInfo
    filled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeProposal:
    """A rule for change requests. ``rule`` holds kind and type; states and impact are what the user settles.

    ``day`` and ``amount`` are the fields that stand out, ``None`` if none or several do.
    """

    key: str
    type: Named
    rule: ChangeRule
    examples: tuple[Item, ...]
    states: tuple[StateProposal, ...]
    days: tuple[ImpactField, ...]
    day: ImpactField | None
    money: tuple[ImpactField, ...]
    amount: ImpactField | None
    currency: str | None
    """As the amount's name says it, ``None`` if it does not."""
    score: int


def propose_changes(
    schema: ProjectSchema, items: Sequence[Item], kinds: Mapping[str, Kind]
) -> tuple[ChangeProposal, ...]:
    """Return the item types that look like change requests, the best first; only those with two items or more."""
    found = [
        change_proposal(schema, kind, one, its, score=score)
        for kind, one, its in _types(schema, items, kinds)
        if (score := _TYPE_NAMES.get((one.name or "").strip().casefold())) and len(its) >= LEAST_EXAMPLES
    ]
    return tuple(sorted(found, key=lambda one: (-one.score, -len(one.examples), one.key)))


def change_type(
    schema: ProjectSchema, items: Sequence[Item], kinds: Mapping[str, Kind], named: str
) -> ChangeProposal | None:
    """Return what can be said about the item type of that name or id, whatever it looks like; ``None``: no such."""
    for kind, one, its in _types(schema, items, kinds):
        if named.strip().casefold() in ((one.name or "").strip().casefold(), one.id.casefold()):
            return change_proposal(schema, kind, one, its)
    return None


def type_names(schema: ProjectSchema, items: Sequence[Item], kinds: Mapping[str, Kind]) -> list[str]:
    """Return the names of all item types, in the project's order."""
    return list(dict.fromkeys(one.name or one.id for _, one, _ in _types(schema, items, kinds)))


def _types(
    schema: ProjectSchema, items: Sequence[Item], kinds: Mapping[str, Kind]
) -> list[tuple[str, Named, list[Item]]]:
    found = []
    for kind, described in schema.kinds.items():
        if kind in kinds and kinds[kind].shape == "item":
            its = [item for item in items if item.id.kind == kind]
            types = {one.id: one for one in described.types} | {item.type.id: item.type for item in its}
            found += [(kind, one, [item for item in its if item.type.id == one.id]) for one in types.values()]
    return found


def change_proposal(
    schema: ProjectSchema, kind: str, type_: Named, items: Sequence[Item], *, score: int = 0
) -> ChangeProposal:
    """Return what can be said about *items* of one type as change requests."""
    described = schema.kinds[kind]
    counts = Counter(item.state.id for item in items)
    states = {info.state.id: info.state for info in described.states if not info.types or type_.id in info.types}
    states |= {item.state.id: item.state for item in items if item.state.id not in states}
    numbers = [info for info in described.fields if info.type == "number"]
    days = _impact(numbers, items, _DAYS.search)
    money = _impact(numbers, items, lambda name: _MONEY.search(name) or _currency(name))
    amount = _only(money)
    rule = {"from": kind, "where": {"type": f"{type_.name}|{type_.id}" if type_.name else type_.id}}
    return ChangeProposal(
        key=type_.name or type_.id,
        type=type_,
        rule=ChangeRule.model_validate(rule),
        examples=tuple(sorted(items, key=lambda one: (_age(one), one.key), reverse=True)),
        states=tuple(_state(state, counts[state.id]) for state in states.values()),
        days=days,
        day=_only(days),
        money=money,
        amount=amount,
        currency=_currency(amount.field.name) if amount else None,
        score=score,
    )


def _age(item: Item) -> float:
    return item.updated_at.timestamp() if item.updated_at else 0.0


def _state(state: ToolState, count: int) -> StateProposal:
    return StateProposal(
        state=state,
        count=count,
        to=_STATE_BY_NAME.get(state.name.strip().casefold()),
        choices=_CHOICES[state.category],
    )


def _impact(
    fields: Sequence[FieldInfo], items: Sequence[Item], speaks_of_it: Callable[[str], object]
) -> tuple[ImpactField, ...]:
    """Return the fields that speak of it and are filled somewhere; those that say "impact" come first."""
    found = [
        ImpactField(field=info, filled=filled)
        for info in fields
        if speaks_of_it(info.name)
        and not _OTHER_UNIT.search(info.name)
        and (filled := sum(item.fields.get(info.id) is not None for item in items))
    ]
    return tuple(sorted(found, key=lambda one: (not _IMPACT.search(one.field.name), -one.filled, one.field.id)))


def _only(found: Sequence[ImpactField]) -> ImpactField | None:
    """Return the field that stands out: the only one, or the only one that says "impact"."""
    named = [one for one in found if _IMPACT.search(one.field.name)]
    best = named or list(found)
    return best[0] if len(best) == 1 else None


def _currency(name: str) -> str | None:
    said = [code for code, words in _CURRENCIES if words.search(name)]
    return said[0] if len(said) == 1 else None
