"""The kinds of record that Jira has, and what this adapter's code can do with each."""

from __future__ import annotations

from collections.abc import Mapping

from pmbridge.records import FULL, Kind, Support, Verb
from pmbridge.values import Label
from pmbridge_jira.translate import ISSUE, LABEL, SPRINT, VERSION


def _cannot(en: str, zh: str) -> Support:
    return Support(level="service_cannot", note=Label(zh=zh, en=en))


NO_APPROVALS = _cannot("Only service requests have approvals.", "只有服务请求才有审批。")
_ITEMS_ONLY = _cannot("Jira keeps this for issues only.", "Jira 只为问题保留该信息。")
_NO_PARTS = {Verb.COMMENTS: _ITEMS_ONLY, Verb.HISTORY: _ITEMS_ONLY, Verb.APPROVALS: _ITEMS_ONLY}

# Verbs that write are left out: not yet.
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
        },
        logged=frozenset({"state", "title", "description", "start", "due", "groups", "parent", "field:*"}),
    ),
    VERSION: Kind(shape="group", label=Label(zh="版本", en="Version"), supports={Verb.READ: FULL, **_NO_PARTS}),
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
        },
    ),
    LABEL: Kind(shape="group", label=Label(zh="标签", en="Label"), supports={Verb.READ: FULL, **_NO_PARTS}),
}
