"""The kinds of record that PingCode has, and what this adapter's code can do with each.

A phase and a milestone are work items of types that only their names tell apart; there is no kind of their own.
"""

from __future__ import annotations

from collections.abc import Mapping

from pmbridge.records import FULL, Kind, Support, Verb
from pmbridge.values import Label, Named

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

_NOTHING_EMPTIED = Support(
    level="partial",
    note=Label(
        zh="PingCode 会忽略空值：字段只能改，不能清空。",
        en="PingCode ignores empty values: a field can be changed, not cleared.",
    ),
)
_WRITES = {
    Verb.CREATE: FULL,
    Verb.UPDATE: _NOTHING_EMPTIED,
    Verb.TRANSITION: FULL,
    Verb.COMMENT: FULL,
}
_LINKS = Support(
    level="partial",
    note=Label(zh="工作项、工单、需求之间；不能链接网页。", en="Between work items, tickets and ideas; not to a page."),
)
_NO_LINK = Support.cannot("Only work items, tickets and ideas are linked.", "只有工作项、工单和需求可以建立链接。")
_SHIP_UPDATE = Support(
    level="partial",
    note=Label(
        zh="字段只能改，不能清空；工单的计划时间不能写入。",
        en="A field can be changed, not cleared; when a ticket is estimated for cannot be written.",
    ),
)
_STATE_LATER = Support(
    level="partial",
    note=Label(zh="新建时不能指定状态。", en="In its first state; the state cannot be chosen on creation."),
)
_SHIP = {Verb.CREATE: _STATE_LATER, Verb.UPDATE: _SHIP_UPDATE, Verb.LINK: _LINKS}
_RELEASE_WRITES = {
    Verb.CREATE: Support(
        level="partial",
        note=Label(
            zh="必须有开始时间、结束时间和负责人。", en="With both dates and an assignee, which PingCode requires."
        ),
    ),
    Verb.UPDATE: _NOTHING_EMPTIED,
    Verb.TRANSITION: Support(
        level="partial",
        note=Label(
            zh="进入阶段的时间须在发布的起止时间之内。",
            en="As of a moment between the release's two dates: PingCode takes no other.",
        ),
    ),
    Verb.LINK: _NO_LINK,
}
RELATIONS = tuple(
    Named(id=one, name=one)
    for one in (
        "relate", "block", "blocked_by", "cause", "caused_by", "duplicate", "clone", "cloned_by", "dependency",
        "mention",
    )
)  # fmt: skip
"""Types of links between two work items that every team has; the first is what a link without a word becomes."""

KINDS: Mapping[str, Kind] = {
    WORK_ITEM: Kind(
        shape="item",
        label=Label(zh="工作项", en="Work item"),
        supports={**_READS, **_WRITES, Verb.LINK: _LINKS},
        logged=_LOGGED,
    ),
    TICKET: Kind(
        shape="item", label=Label(zh="工单", en="Ticket"), supports={**_READS, **_WRITES, **_SHIP}, logged=_LOGGED
    ),
    IDEA: Kind(
        shape="item", label=Label(zh="需求", en="Idea"), supports={**_READS, **_WRITES, **_SHIP}, logged=_LOGGED
    ),
    DELIVERABLE: Kind(shape="item", label=Label(zh="交付目标", en="Deliverable"), supports=_READS_ONLY),
    RELEASE: Kind(shape="group", label=Label(zh="发布", en="Release"), supports={**_READS_ONLY, **_RELEASE_WRITES}),
    SPRINT: Kind(shape="group", label=Label(zh="迭代", en="Sprint"), supports=_READS_ONLY),
}

OF_PRODUCTS = frozenset({TICKET, IDEA})
OF_PROJECTS = frozenset(KINDS) - OF_PRODUCTS
SPRINTING = frozenset({"scrum", "hybrid"})
"""Types of project that have sprints."""
DELIVERING = frozenset({"waterfall", "hybrid"})
"""Types of project that have deliverables."""
