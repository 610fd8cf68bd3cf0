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
    "requirement": Noun(Both("requirement", "需求"), {
        "add": Both("add → captured", "收集 → 已收集"),
        "clarify": Both("clarify → clarified", "澄清 → 已澄清"),
        "send": Both("send → in client review", "送客户评审 → 客户评审中"),
        "decide": Both("record what the client decided", "登记客户的决定"),
        "baseline": Both("baseline → baselined", "纳入基线 → 已入基线"),
        "revise": Both("revise → baselined", "修订 → 已入基线"),
        "remove": Both("remove → dropped", "取消 → 已取消"),
        "reject": Both("reject → rejected", "不采纳 → 不采纳"),
        "withdraw": Both("withdraw → withdrawn", "撤回 → 已撤回"),
        "revoke": Both("revoke → in client review", "撤销确认 → 客户评审中"),
        "fulfil": Both("fulfil → fulfilled", "确认满足 → 已满足"),
        "reopen": Both("reopen → baselined", "重新打开 → 已入基线"),
        "edit": Both("change what no agreement holds", "修改未经约定的内容"),
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
    "risk": Noun(Both("risk", "风险"), {
        "add": Both("add → identified", "识别 → 已识别"),
        "edit": Both("edit", "修改"),
        "assess": Both("assess → assessed", "评估 → 已评估"),
        "respond": Both("respond → being answered", "应对 → 应对中"),
        "monitor": Both("monitor → monitored", "转入监控 → 监控中"),
        "review": Both("review", "复核"),
        "occur": Both("occur → occurred", "发生 → 已发生"),
        "close": Both("close → closed", "关闭 → 已关闭"),
        "release": Both("show it to the client as worded now", "按现在的文字对客户公开"),
        "adopt": Both("link it to an item of a tool", "与工具中的条目关联"),
    }),
    "issue": Noun(Both("issue", "问题"), {
        "add": Both("add → open", "记录 → 待处理"),
        "edit": Both("edit", "修改"),
        "analyse": Both("analyse → being analysed", "分析 → 分析中"),
        "act": Both("act on → being solved", "处理 → 处理中"),
        "resolve": Both("resolve → resolved", "解决 → 已解决"),
        "close": Both("close → closed", "关闭 → 已关闭"),
        "escalate": Both("escalate → escalated", "升级 → 已升级"),
        "convert": Both("convert → a change request now", "转变更 → 转变更"),
        "reopen": Both("reopen → open", "重新打开 → 待处理"),
        "release": Both("show it to the client as worded now", "按现在的文字对客户公开"),
        "adopt": Both("link it to an item of a tool", "与工具中的条目关联"),
    }),
    "assumption": Noun(Both("assumption", "假设"), {
        "add": Both("add → open", "记录 → 待核实"),
        "edit": Both("edit", "修改"),
        "confirm": Both("confirm → confirmed", "证实 → 已证实"),
        "refute": Both("refute → refuted", "否定 → 不成立"),
        "release": Both("show it to the client as worded now", "按现在的文字对客户公开"),
        "adopt": Both("link it to an item of a tool", "与工具中的条目关联"),
    }),
    "dependency": Noun(Both("dependency", "依赖项"), {
        "add": Both("add → open", "记录 → 待提供"),
        "edit": Both("edit", "修改"),
        "provide": Both("provide → provided", "提供 → 已提供"),
        "waive": Both("waive → waived", "免除 → 不再需要"),
        "release": Both("show it to the client as worded now", "按现在的文字对客户公开"),
        "adopt": Both("link it to an item of a tool", "与工具中的条目关联"),
    }),
    "decision": Noun(Both("decision needed", "需客户决定的事项"), {
        "add": Both("ask → awaiting your decision", "提出 → 待客户决定"),
        "decide": Both("decide → decided", "决定 → 已决定"),
        "withdraw": Both("withdraw → withdrawn", "撤回 → 已撤回"),
        "revoke": Both("revoke → awaiting your decision", "撤销决定 → 待客户决定"),
        "edit": Both("change what no agreement holds", "修改未经约定的内容"),
        "release": Both("show it to the client as worded now", "按现在的文字对客户公开"),
        "adopt": Both("link it to an item of a tool", "与工具中的条目关联"),
    }),
    "action": Noun(Both("action item", "行动项"), {
        "add": Both("add → open", "记录 → 未完成"),
        "edit": Both("edit", "修改"),
        "done": Both("finish → done", "完成 → 已完成"),
        "cancel": Both("cancel → cancelled", "取消 → 已取消"),
        "release": Both("show it to the client as worded now", "按现在的文字对客户公开"),
        "adopt": Both("link it to an item of a tool", "与工具中的条目关联"),
    }),
    "meeting": Noun(Both("meeting", "会议"), {
        "add": Both("plan → planned", "计划 → 已计划"),
        "edit": Both("edit", "修改"),
        "hold": Both("hold → held", "召开 → 已召开"),
        "minutes": Both("send the minutes of → minutes sent", "发送纪要 → 纪要已发"),
        "confirm": Both("confirm → minutes confirmed", "确认纪要 → 纪要已确认"),
        "cancel": Both("cancel → cancelled", "取消 → 已取消"),
        "release": Both("show it to the client as worded now", "按现在的文字对客户公开"),
        "adopt": Both("link it to an item of a tool", "与工具中的条目关联"),
    }),
    "inquiry": Noun(Both("inquiry", "客户询问"), {
        "add": Both("add → open", "记录 → 待回应"),
        "edit": Both("edit", "修改"),
        "respond": Both("respond → responded to", "回应 → 已回应"),
        "answer": Both("answer → answered", "答复 → 已答复"),
        "close": Both("close → closed", "关闭 → 已关闭"),
        "release": Both("show it to the client as worded now", "按现在的文字对客户公开"),
        "adopt": Both("link it to an item of a tool", "与工具中的条目关联"),
    }),
    "communication": Noun(Both("communication", "沟通记录"), {
        "add": Both("record → recorded", "记录 → 已记录"),
        "release": Both("show it to the client as worded now", "按现在的文字对客户公开"),
        "adopt": Both("link it to an item of a tool", "与工具中的条目关联"),
    }),
}
ENGAGEMENT: Mapping[str, Both] = {
}
# fmt: on
