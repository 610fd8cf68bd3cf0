"""What a team's PingCode has from the start: types, states and their flows, priorities, properties, stages.

Ids of what the system brings along are slugs or, with 24 hexadecimal digits, the team's own: they differ from team to
team, so nobody may know them by heart.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


def hex24(space: int, number: int) -> str:
    """Return an id: eight digits that say what it is of, sixteen that count."""
    return f"{space:08x}{number:016x}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeOf:
    """A work item type. ``states``: what its items go through, the first of them on creation."""

    id: str
    name: str
    group: str
    states: tuple[str, ...]
    system: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class StateOf:
    """A state; ``kind``: pending, in_progress, completed, closed, and of a stage also published."""

    id: str
    name: str
    kind: str
    color: str = "#56ABFB"


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyOf:
    """A property of items beyond what every row has."""

    id: str
    name: str
    kind: str
    options: tuple[tuple[str, str], ...] = ()


def _state(number: int, name: str, kind: str) -> StateOf:
    return StateOf(id=hex24(0x5C9B35DE, number), name=name, kind=kind)


NEW, DOING, DONE, CLOSED = (
    _state(1, "新建", "pending"), _state(2, "进行中", "in_progress"), _state(3, "已完成", "completed"),
    _state(4, "已关闭", "closed"),
)  # fmt: skip
OPEN, HANDLING, SHUT = (
    _state(5, "待处理", "pending"), _state(6, "处理中", "in_progress"), _state(7, "已关闭", "completed"),
)  # fmt: skip
STATES: Mapping[str, StateOf] = {one.id: one for one in (NEW, DOING, DONE, CLOSED, OPEN, HANDLING, SHUT)}
_PLAIN = (NEW.id, DOING.id, DONE.id, CLOSED.id)
_HANDLED = (OPEN.id, HANDLING.id, SHUT.id)

EPIC, FEATURE, USER_STORY, TASK, BUG, ISSUE = "epic", "feature", "story", "task", "bug", "issue"
REQUIREMENT, PHASE, MILESTONE = (hex24(0x630DA48B, number) for number in (1, 2, 3))
DEVIATION, RISK = (hex24(0x630DA48C, number) for number in (1, 2))
TYPES: Mapping[str, TypeOf] = {
    one.id: one
    for one in (
        TypeOf(id=EPIC, name="史诗", group="requirement", states=_PLAIN),
        TypeOf(id=FEATURE, name="特性", group="requirement", states=_PLAIN),
        TypeOf(id=USER_STORY, name="用户故事", group="requirement", states=_PLAIN),
        TypeOf(id=TASK, name="任务", group="task", states=_PLAIN),
        TypeOf(id=BUG, name="缺陷", group="bug", states=_PLAIN),
        TypeOf(id=ISSUE, name="事务", group="issue", states=_PLAIN),
        TypeOf(id=REQUIREMENT, name="需求", group="requirement", states=_PLAIN),
        TypeOf(id=PHASE, name="阶段", group="plan", states=_PLAIN),
        TypeOf(id=MILESTONE, name="里程碑", group="plan", states=_PLAIN),
        TypeOf(id=DEVIATION, name="不符合规格", group="issue", states=_HANDLED, system=False),
        TypeOf(id=RISK, name="风险", group="issue", states=_HANDLED, system=False),
    )
}
_SCRUM = (EPIC, FEATURE, USER_STORY, TASK, BUG, ISSUE)
TYPES_OF: Mapping[str, tuple[str, ...]] = {
    "scrum": _SCRUM,
    "kanban": _SCRUM,
    "waterfall": (REQUIREMENT, TASK, BUG, DEVIATION, RISK, PHASE, MILESTONE),
    "hybrid": tuple(TYPES),
}

PRIORITIES: Mapping[str, str] = {
    hex24(0x5CB7E6FB, number): name for number, name in enumerate(("最高", "较高", "普通", "较低"), start=1)
}
NORMAL = list(PRIORITIES)[2]

SEVERITY = PropertyOf(
    id="severity", name="严重程度", kind="select",
    options=((hex24(0x5EFB1859, 1), "严重"), (hex24(0x5EFB1859, 2), "一般")),
)  # fmt: skip
IMPACT = PropertyOf(id="yingxianggongqi", name="影响工期", kind="number")
APPROVED_ON = PropertyOf(id="querenriqi", name="确认日期", kind="date")
AREAS = PropertyOf(
    id="shejimokuai", name="涉及模块", kind="multi_select",
    options=((hex24(0x5EFB185A, 1), "会员"), (hex24(0x5EFB185A, 2), "积分")),
)  # fmt: skip
NOTE = PropertyOf(id="beizhu", name="备注", kind="text")
HANDLED_BY = PropertyOf(id="jiekouren", name="接口人", kind="member")
SPECIFICATION = PropertyOf(id="guigeshu", name="规格书", kind="link")
PROPERTIES: Mapping[str, PropertyOf] = {
    one.id: one for one in (SEVERITY, IMPACT, APPROVED_ON, AREAS, NOTE, HANDLED_BY, SPECIFICATION)
}
SHIP_PROPERTIES: Mapping[str, PropertyOf] = {one.id: one for one in (IMPACT, NOTE)}

STAGES: Mapping[str, StateOf] = {
    one.id: one
    for one in (
        StateOf(id=hex24(0x63915B5E, 1), name="未开始", kind="pending"),
        StateOf(id=hex24(0x63915B5E, 2), name="进行中", kind="in_progress"),
        StateOf(id=hex24(0x63915B5E, 3), name="已发布", kind="published"),
    )
}
UNSTARTED, _STARTED, PUBLISHED = STAGES

TICKET_STATES: Mapping[str, StateOf] = {
    one.id: one
    for one in (
        StateOf(id=hex24(0x63E1BF51, 1), name="待处理", kind="pending"),
        StateOf(id=hex24(0x63E1BF51, 2), name="处理中", kind="in_progress"),
        StateOf(id=hex24(0x63E1BF51, 3), name="已处理", kind="completed"),
        StateOf(id=hex24(0x63E1BF51, 4), name="已关闭", kind="closed"),
    )
}
IDEA_STATES: Mapping[str, StateOf] = {
    one.id: one
    for one in (
        StateOf(id=hex24(0x63E1BF52, 1), name="待评审", kind="pending"),
        StateOf(id=hex24(0x63E1BF52, 2), name="已计划", kind="in_progress"),
        StateOf(id=hex24(0x63E1BF52, 3), name="已完成", kind="completed"),
    )
}
TICKET_TYPES: Mapping[str, str] = {hex24(0x63E1BF53, 1): "需求", hex24(0x63E1BF53, 2): "投诉"}
SHIP_PRIORITIES: Mapping[str, str] = {hex24(0x63E1BF54, number): f"P{number}" for number in (0, 1, 2)}
CUSTOMERS: Mapping[str, str] = {hex24(0x63E1BF60, 1): "蓝海零售", hex24(0x63E1BF60, 2): "青禾食品"}
SOLUTIONS: Mapping[str, str] = {hex24(0x63E1BF61, 1): "进入需求池", hex24(0x63E1BF61, 2): "已答复"}
CHANNELS: Mapping[str, str] = {hex24(0x63E1BF62, 1): "邮件"}
PLANS: Mapping[str, str] = {hex24(0x63E1BF63, 1): "2026 年第三季度"}
SUITES: Mapping[str, str] = {hex24(0x63E1BF64, 1): "会员"}

RELATIONS = ("mention", "clone", "cloned_by", "duplicate", "relate", "cause", "caused_by", "block", "blocked_by",
             "dependency")  # fmt: skip
INVERSE: Mapping[str, str] = {"clone": "cloned_by", "cloned_by": "clone", "cause": "caused_by", "caused_by": "cause",
                              "block": "blocked_by", "blocked_by": "block"}  # fmt: skip
RELATION_TYPES: Mapping[str, tuple[str, str, bool]] = {
    hex24(0x676510AF, 1): ("重复", "duplicate", True), hex24(0x676510AF, 2): ("取代", "custom", False),
}  # fmt: skip
"""id → name, category, whether the system brings it along."""


def tag_id(name: str) -> str:
    """Return the id of the tag that is called *name*."""
    return hex24(0x5EFB185B, zlib.crc32(name.encode()))


def reachable(type_id: str, before: str, after: str) -> bool:
    """Return whether an item of *type_id* may go from one state to the other: all ways are open but back to the first.

    So is the flow of this sandbox; a team draws its own.
    """
    return flows(TYPES[type_id].states, before, after)


def flows(states: Sequence[str], before: str, after: str) -> bool:
    """Return the same of any list of *states*; tickets and ideas have theirs."""
    return after in states and (after == before or after != states[0])
