"""The kinds of record that PingCode has, and what this adapter's code can do with each.

A phase and a milestone are work items of types that only their names tell apart; there is no kind of their own.
"""

from __future__ import annotations

from collections.abc import Mapping

from pmbridge.records import FULL, Kind, Support, Verb
from pmbridge.values import Label

WORK_ITEM, TICKET, IDEA, DELIVERABLE = "work_item", "ticket", "idea", "deliverable"
RELEASE, SPRINT, USER = "release", "sprint", "user"
PRODUCT = "product/"
"""Prefix of the ids of products, which are projects here; ids of the two cannot be told apart by themselves."""


_NO_APPROVALS = Support.cannot(
    "A review in PingCode has no verdict per item that could be read.", "PingCode 的评审没有可读取的逐项结论。"
)
_NO_NOTES = Support.cannot("Whoever sees an item sees all of its comments.", "能看到条目的人就能看到全部评论。")
_NO_COMMENTS = Support.cannot("PingCode has no comments on this.", "PingCode 中此类对象没有评论。")
_NO_HISTORY = Support.cannot("PingCode keeps no history of this.", "PingCode 不提供此类对象的历史。")
_STATES_ONLY = Support(
    level="partial",
    note=Label(
        zh="只有状态流转；PingCode 没有公开其他字段的历史格式。",
        en="Only changes of state; in what form PingCode tells those of other fields is not published.",
    ),
)
_READS = {
    Verb.READ: FULL,
    Verb.COMMENTS: FULL,
    Verb.HISTORY: _STATES_ONLY,
    Verb.APPROVALS: _NO_APPROVALS,
    Verb.NOTE: _NO_NOTES,
}
_READS_ONLY = {
    Verb.READ: FULL,
    Verb.COMMENTS: _NO_COMMENTS,
    Verb.HISTORY: _NO_HISTORY,
    Verb.APPROVALS: _NO_APPROVALS,
    Verb.COMMENT: _NO_COMMENTS,
    Verb.NOTE: _NO_NOTES,
}
_LOGGED = frozenset({"state"})

# Verbs that write are left out: not yet.
KINDS: Mapping[str, Kind] = {
    WORK_ITEM: Kind(shape="item", label=Label(zh="工作项", en="Work item"), supports=_READS, logged=_LOGGED),
    TICKET: Kind(shape="item", label=Label(zh="工单", en="Ticket"), supports=_READS, logged=_LOGGED),
    IDEA: Kind(shape="item", label=Label(zh="需求", en="Idea"), supports=_READS, logged=_LOGGED),
    DELIVERABLE: Kind(shape="item", label=Label(zh="交付目标", en="Deliverable"), supports=_READS_ONLY),
    RELEASE: Kind(shape="group", label=Label(zh="发布", en="Release"), supports=_READS_ONLY),
    SPRINT: Kind(shape="group", label=Label(zh="迭代", en="Sprint"), supports=_READS_ONLY),
}

OF_PRODUCTS = frozenset({TICKET, IDEA})
OF_PROJECTS = frozenset(KINDS) - OF_PRODUCTS
SPRINTING = frozenset({"scrum", "hybrid"})
"""Types of project that have sprints."""
DELIVERING = frozenset({"waterfall", "hybrid"})
"""Types of project that have deliverables."""
