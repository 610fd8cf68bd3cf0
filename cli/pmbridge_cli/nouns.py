"""Nouns and verbs of the register, as help shows them. Written by ``docs/generate.py``; do not edit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from pmbridge_cli.words import Both


class Noun(NamedTuple):
    """A noun: its line of help, and its verbs with theirs."""

    help: Both
    verbs: Mapping[str, Both]


# fmt: off
NOUNS: Mapping[str, Noun] = {
    "contact": Noun(Both("contact", "客户联系人"), {
        "add": Both("add → active", "登记 → 在任"),
        "edit": Both("edit", "修改"),
        "authorise": Both("authorise", "授权"),
        "retire": Both("retire → retired", "停用 → 已离任"),
        "pseudonymise": Both("pseudonymise → pseudonymised", "匿名化 → 已匿名化"),
        "release": Both("show it to the client as worded now", "按现在的文字对客户公开"),
        "adopt": Both("link it to an item of a tool", "与工具中的条目关联"),
    }),
    "milestone": Noun(Both("milestone", "里程碑"), {
        "add": Both("add → proposed", "拟定 → 拟定"),
        "agree": Both("agree → agreed", "共同确认 → 已确认"),
        "start": Both("start → in progress", "开始 → 进行中"),
        "reach": Both("reach → reached", "达成 → 已达成"),
        "accept": Both("accept → accepted", "客户确认 → 客户已验收"),
        "revoke": Both("revoke → in progress", "撤销 → 进行中"),
        "cancel": Both("cancel → cancelled", "取消 → 已取消"),
        "forecast": Both("forecast", "预测"),
        "estimate": Both("estimate", "估计"),
        "explain": Both("explain", "说明"),
        "edit": Both("change what no agreement holds", "修改未经约定的内容"),
        "release": Both("show it to the client as worded now", "按现在的文字对客户公开"),
        "adopt": Both("link it to an item of a tool", "与工具中的条目关联"),
    }),
    "change": Noun(Both("change request", "变更请求"), {
        "add": Both("draft → draft", "起草 → 草稿"),
        "submit": Both("submit → submitted", "提交 → 已提交"),
        "assess": Both("assess", "评估"),
        "ask": Both("ask → needs information", "询问 → 待补充"),
        "reply": Both("reply → under assessment", "答复 → 影响评估中"),
        "send": Both("send → awaiting your decision", "提交客户 → 待客户决定"),
        "decide": Both("record what the client decided", "登记客户的决定"),
        "reassess": Both("reassess → under assessment", "重新评估 → 影响评估中"),
        "revoke": Both("revoke → awaiting your decision", "撤销决定 → 待客户决定"),
        "authorise": Both("authorise → authorised as an emergency", "紧急授权 → 紧急授权"),
        "rework": Both("rework → being implemented", "返工 → 实施中"),
        "implement": Both("implement → being implemented", "实施 → 实施中"),
        "complete": Both("complete → implemented", "完成 → 已实施"),
        "verify": Both("verify → verified", "验证 → 已验证"),
        "close": Both("close → closed", "归档 → 已关闭"),
        "withdraw": Both("withdraw → withdrawn", "撤回 → 已撤回"),
        "cancel": Both("cancel → cancelled", "中止 → 已中止"),
        "edit": Both("change what no agreement holds", "修改未经约定的内容"),
        "release": Both("show it to the client as worded now", "按现在的文字对客户公开"),
        "adopt": Both("link it to an item of a tool", "与工具中的条目关联"),
    }),
}
ENGAGEMENT: Mapping[str, Both] = {
}
# fmt: on
