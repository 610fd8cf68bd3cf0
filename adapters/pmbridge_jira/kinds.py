"""The kinds of record that Jira has, and what this adapter's code can do with each."""

from __future__ import annotations

from collections.abc import Mapping

from pmbridge.records import FULL, Kind, Support, Verb
from pmbridge.values import Label
from pmbridge_jira.translate import ISSUE, LABEL, SPRINT, VERSION

NO_APPROVALS = Support.cannot("Only service requests have approvals.", "只有服务请求才有审批。")
_ITEMS_ONLY = Support.cannot("Jira keeps this for issues only.", "Jira 只为问题保留该信息。")
_NO_PARTS = {Verb.COMMENTS: _ITEMS_ONLY, Verb.HISTORY: _ITEMS_ONLY, Verb.APPROVALS: _ITEMS_ONLY}

_NOT_HERE = Support.cannot("Made by what issues carry.", "由问题上的值产生。")
_NO_COMMENT = Support.cannot("Only issues have comments.", "只有问题有评论。")
_NO_LINK = Support.cannot("Only issues are linked.", "只有问题可以建立链接。")
_WRITTEN_BY_ISSUES = {
    Verb.CREATE: _NOT_HERE, Verb.UPDATE: _NOT_HERE, Verb.TRANSITION: _NOT_HERE, Verb.COMMENT: _NO_COMMENT,
    Verb.NOTE: _NO_COMMENT, Verb.LINK: _NO_LINK,
}  # fmt: skip

KINDS: Mapping[str, Kind] = {
    ISSUE: Kind(
        shape="item",
        label=Label(zh="问题", en="Issue"),
        supports={
            Verb.READ: FULL,
            Verb.COMMENTS: FULL,
            Verb.HISTORY: FULL,
            Verb.APPROVALS: Support(
                level="partial",
                note=Label(zh="仅限 Jira Service Management 的请求。", en="Requests of Jira Service Management only."),
            ),
            Verb.CREATE: FULL,
            Verb.UPDATE: Support(
                level="partial",
                note=Label(zh="迭代、完成时间不能写入。", en="Not the sprint, and not when it was done."),
            ),
            Verb.TRANSITION: FULL,
            Verb.COMMENT: FULL,
            Verb.NOTE: Support(
                level="partial",
                note=Label(
                    zh="服务项目中，或设置了 internal_role。",
                    en="In service projects, or with the setting internal_role.",
                ),
            ),
            Verb.LINK: FULL,
        },
        logged=frozenset({"state", "title", "description", "start", "due", "groups", "parent", "field:*"}),
    ),
    VERSION: Kind(
        shape="group",
        label=Label(zh="版本", en="Version"),
        supports={
            Verb.READ: FULL,
            **_NO_PARTS,
            Verb.CREATE: FULL,
            Verb.UPDATE: Support(level="partial", note=Label(zh="日期不能清空。", en="A date cannot be taken away.")),
            Verb.TRANSITION: FULL,
            Verb.COMMENT: _NO_COMMENT,
            Verb.NOTE: _NO_COMMENT,
            Verb.LINK: _NO_LINK,
        },
    ),
    SPRINT: Kind(
        shape="group",
        label=Label(zh="冲刺", en="Sprint"),
        supports={
            Verb.READ: Support(
                level="partial",
                note=Label(
                    zh="来自问题的冲刺字段；令牌有看板权限时，每天再从看板读取一次。",
                    en="From the sprint field of issues; once a day from the boards, where the token may read them.",
                ),
            ),
            **_NO_PARTS,
            **_WRITTEN_BY_ISSUES,
        },
    ),
    LABEL: Kind(
        shape="group",
        label=Label(zh="标签", en="Label"),
        supports={Verb.READ: FULL, **_NO_PARTS, **_WRITTEN_BY_ISSUES},
    ),
}
