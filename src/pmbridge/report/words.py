"""Every sentence of the client report, in both languages side by side.

No code of a rule, no abbreviation, no command and no key of the configuration stands in one. ``{slots}`` are filled by
:class:`~pmbridge.report.voice.Voice`; the slots named in :data:`TERMS` take the client's own words. Names of states,
reasons and units come from the domain.
"""

from __future__ import annotations

from dataclasses import dataclass

from pmbridge.values import Label


def _(zh: str, en: str) -> Label:
    return Label(zh=zh, en=en)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A word that a client may call by another name; ``plural`` only matters in English."""

    name: str
    label: Label
    plural: bool = False


_CHANGE, _MILESTONE = _("变更请求", "change request"), _("里程碑", "milestone")
TERMS = (
    Term(name="change", label=_CHANGE),
    Term(name="changes", label=_CHANGE, plural=True),
    Term(name="milestone", label=_MILESTONE),
    Term(name="milestones", label=_MILESTONE, plural=True),
)

# ---------------------------------------------------------------------------------------------------- punctuation

COLON = _("：", ": ")
LISTED = _("、", ", ")
SPACE = _(" ", " ")
AND_THEN = _("；", "; ")
DOT = _(" · ", " · ")
COMMA = _("，", ", ")
STOP = _("。", ".")
IN_BRACKETS = _("（{what}）", " ({what})")

# ----------------------------------------------------------------------------------------------- figures and times

UNKNOWN = _("未知（{reason}）", "unknown ({reason})")
UNKNOWN_WORD = _("未知", "unknown")
NOT_APPLICABLE = _("不适用", "n/a")
NOT_RECORDED = _("未登记", "not recorded")
UNTRANSLATED = _("原文（未翻译）", "original, not translated")
WORKING_DAY = _("{n} 个工作日", "{n} working day")
WORKING_DAYS = _("{n} 个工作日", "{n} working days")
ON_TIME = _("按计划", "on plan")
LATE = _("晚 {days}", "{days} late")
LATE_AT_LEAST = _("至少晚 {days}", "at least {days} late")
EARLY = _("早 {days}", "{days} early")
OVERDUE = _("已逾期 {days}", "{days} overdue")
TODAY = _("今天", "today")
REMAINING = _("还剩 {days}", "{days} left")
PROVISIONAL = _("（暂定）", " (provisional)")
PROVISIONAL_TOOL = _(
    "（暂定：日期取自 {tools}，双方尚未确认）",
    " (provisional: dates are those in {tools}, not yet agreed by both sides)",
)
REGISTER_EVENT = _("登记册 · 事件 {n}", "register · event {n}")
AS_RECORDED = _("据 {tool} 记录", "as recorded in {tool}")
FORECAST_OF = _("{day}（预测）", "{day} (forecast)")
ACTUAL_ON = _("{day}（实际）", "{day} (actual)")
FORECAST_DAY = _("预测 {day}", "forecast {day}")
ACTUAL_DAY = _("实际 {day}", "actual {day}")
CANCELLED = _("已取消", "cancelled")
AS_OF_DAY = _("截至 {day}", "as of {day}")
RANGE = _("{method}，{span}", "{method}, {span}")
RANGE_OPEN = _("{method}，最早 {low}", "{method}, {low} at the earliest")
NOT_BEFORE = _("不早于 {day}", "not before {day}")
ITEM = _("{n} 项", "{n} item")
ITEMS = _("{n} 项", "{n} items")

# ------------------------------------------------------------------------------------------------- the whole page

TITLE = _("{engagement} · {report}", "{engagement} · {report}")
REPORT_NO = _("{edition} {number}", "{edition} {number}")
REVISION = _("修订 {n}", "revision {n}")
DRAFT = _("草稿", "DRAFT")
DRAFT_BANNER = _(
    "内容可能变动，编号以发布时为准。",
    "Contents may change; the number is settled when the report is issued.",
)
PERIOD = _("{period}，截至 {moment}", "{period}, as of {moment}")
SKIP = _("跳到正文", "Skip to the report")
CONTENTS = _("本期内容", "In this report")
FOOTER = _("{engagement} · {report} · 截至 {moment}", "{engagement} · {report} · as of {moment}")
DATA_TABLE = _("以表格查看数据", "The same data as a table")

# ------------------------------------------------------------------------------------------------ S1 at a glance

OVERALL = _("总体状态", "Overall state")
LAST_TIME = _("上期：{colour}", "last report: {colour}")
FIRST_TIME = _("首期", "first report")
NO_HEADLINE = _("标题句待填写", "The headline is still to be written")
WHY = _("为什么是{colour}：", "Why {colour}: ")
WHY_GREEN = _("没有规则要求黄灯或红灯", "no rule asks for amber or red")
WHY_GREY = _("数据不足", "not enough data")
ALSO_GREY = _("{dimensions}：数据不足，未评定", "{dimensions}: not enough data to judge")
MORE_REASONS = _("另有 {n} 条", "{n} more")
RULES_LINK = _("规则", "Rules")
FINAL_MILESTONE = _("最终{milestone} {name}", "Final {milestone} {name}")
NEXT_MILESTONE = _("下一{milestone} {name}", "Next {milestone} {name}")
NO_OPEN_MILESTONE = _("未达成的{milestone}", "Open {milestones}")
NONE_OPEN = _("没有", "none")
NO_FORECAST = _("预测未知", "forecast unknown")
FORECAST_UNKNOWN = _("预测未知", "Forecast unknown")
ORIGINAL_PLAN = _("原计划 {day}", "original plan {day}")
CURRENT_PLAN = _("现计划 {day}", "current plan {day}")
PLAN_AGAINST = _("比现计划{late}", "{late} against the current plan")
PROGRESS = _("进度", "Progress")
SHOULD_BE = _("应为 {share}", "planned {share}")
SHOULD_BE_UNKNOWN = _("应为{unknown}", "planned {unknown}")
UNKNOWN_OF = _("{refs} 未知", "{refs} unknown")
CHANGES_TILE = _("{changes}", "{changes}")
AWAITING_YOU = _("待您决定 {n}", "{n} awaiting you")
CHANGES_TOTAL = _("共 {n} 项，评估中 {m}", "{n} in all, {m} under assessment")
APPROVED_TOTAL = _("已批准合计：{total}", "approved in total: {total}")

# --------------------------------------------------------------------------------------------- S2 what we ask of you

ASKS = _("需要您决定的事项", "Decisions we need from you")
ASKS_NONE = _(
    "据 {tools} 记录，本期没有等待您决定的{changes}。",
    "As recorded in {tools}, no {change} is waiting for your decision.",
)
ASKS_COUNT = _("{n}，已晚 {late}", "{n}, {late} overdue")
ASKS_NONE_AT_ALL = _("本期没有需要您决定的事项。", "No decision is needed from you this period.")
ASKS_NO_SOURCE = _(
    "没有可用的数据来源，不能判断是否有事项需要您决定。",
    "There is no source of data that could tell whether a decision is needed from you.",
)
ASKS_UNMAPPED = _(
    "另有 {n} 项{changes}在 {tools} 中的状态无法判断是否在等您：{refs}。",
    "For {n} more {changes}, {tools} does not tell whether they wait for you: {refs}.",
)
ASK = _("事项", "Matter")
ASK_BY = _("截止", "Decide by")
ASK_IMPACT = _("影响与建议", "Consequence and recommendation")
ASK_COST = _("等待的代价", "Cost of waiting")
ASK_ANSWER = _("答复", "Reply")
REPLY = _("答复", "Reply")
REPLY_TO = _("答复 {ref}", "Reply on {ref}")
WAITING_SINCE = _("{day}起等待您决定", "waiting for your decision since {day}")
WAITING = _("等待您决定", "waiting for your decision")
ASKED_SINCE = _("{day}起等待您补充信息", "waiting for information from you since {day}")
ASKED = _("等待您补充信息", "waiting for information from you")
DEADLINE_UNKNOWN = _("期限{unknown}", "deadline {unknown}")
IMPACT_DAYS = _("{ref} {shift}", "{ref} {shift}")
IMPACT_DAYS_UNKNOWN = _("工期影响{unknown}", "effect on time {unknown}")
IMPACT_MONEY_UNKNOWN = _("费用{unknown}", "cost {unknown}")
RECOMMENDATION = _("我们的建议：{what}", "our recommendation: {what}")
ASK_ACCEPT = _("请验收第 {n} 次提交", "submission {n}, for your acceptance")
ASK_PROVIDE = _("请提供", "to be provided by you")
ASK_LATE = _("已晚 {days}", "{days} late")
ASK_OFFER_UNTIL = _("报价有效至{day}", "offer valid until {day}")
ASK_VERDICTS = _("通过、有条件通过或驳回", "accept, accept with conditions or reject")
ASK_WITHOUT = _("没有它：{effect}", "without it: {effect}")
ASK_OPTION = _("{name}：{effects}", "{name}: {effects}")
ASK_MONTHLY = _("每月 {money}", "{money} a month")
ASK_ADDS = _("新增 {ref}（{day}）", "adds {ref} ({day})")
ASK_CANCELS = _("取消 {ref}", "cancels {ref}")
ASK_DELAY = _("每晚 1 个工作日，{ref} 顺延 {days}", "each working day of waiting moves {ref} by {days}")
ASK_REASSESSED = _("{day}以后需重新评估", "after {day} it has to be assessed anew")
ASK_CONCERNS = _("影响 {refs}", "concerns {refs}")
REPLY_DECIDE = _(
    "{ref} {title}：同意 / 不同意 / 暂缓，意见：____", "{ref} {title}: approve / reject / defer, remarks: ____"
)
REPLY_CHOOSE = _(
    "{ref} {title}：方案 ____（{keys}）/ 不同意 / 暂缓，意见：____",
    "{ref} {title}: option ____ ({keys}) / reject / defer, remarks: ____",
)
REPLY_ACCEPT = _(
    "{ref} {title}：通过（即全部标准通过）/ 有条件通过 / 驳回，意见：____",
    "{ref} {title}: accept (every criterion passes) / accept with conditions / reject, remarks: ____",
)
REPLY_PROVIDE = _("{ref} {title}：____月____日前提供", "{ref} {title}: will be provided by ____")
REPLY_INFORM = _("{ref} {title}：补充信息：____", "{ref} {title}: information: ____")
REPLY_HINT = _("（请只保留您选的词）", "(keep only the word that you choose)")
SUBJECT = _(
    "{engagement} {report}：{asks} · {colour}灯 · 截至 {day}", "{engagement}, {report}: {asks} · {colour} · as of {day}"
)
SUBJECT_ASKS = _("需您决定 {n} 项", "{n} for you to decide")
SUBJECT_LATE = _("需您决定 {n} 项（{late} 项已晚）", "{n} for you to decide ({late} overdue)")
SUBJECT_NONE = _("没有待您决定的事项", "nothing for you to decide")

# -------------------------------------------------------------------------------------------------- S3 what changed

SINCE = _("与上期相比的变化", "What changed since the last report")
SINCE_FIRST = _("首期报告，无上期可比。", "This is the first report; there is none to compare with.")
SINCE_UNKEPT = _(
    "上期报告没有留存可比的数据，因此没有逐项比较。",
    "No data of the last report was kept, so nothing is compared here.",
)
SINCE_SAME = _("与{report}（截至 {day}）相比没有变化。", "Nothing changed since {report} (as of {day}).")
SINCE_AGAINST = _("与{report}（截至 {day}）相比：", "Compared with {report} (as of {day}): ")
TONE_COUNT = _("{tone} {n}", "{tone} {n}")
DIFF_KIND = _("类别", "Kind")
DIFF_WHAT = _("事项", "What")
DIFF_OLD = _("上期", "Last")
DIFF_NEW = _("本期", "Now")
DIFF_NOTE = _("差异与说明", "Difference and note")
NOT_YET = _("未达成", "not reached")
NOT_THERE = _("没有", "not there")
CAUSED_BY = _("原因 {refs}", "because of {refs}")
MOVED_BY = _("依据 {refs}", "by {refs}")
NO_CAUSE = _("原因未登记", "no cause recorded")
NO_CHANGE_BEHIND = _("无对应{change}", "no {change} behind it")
NO_APPROVAL = _("无客户决定", "no client decision")

# ------------------------------------------------------------------------------------ S4, S5, S6 done, status, next

DONE = _("完成的工作", "Work completed")
DONE_COUNT = _(
    "本期完成 {items}，其中 {listed} 项列出名称。", "{items} completed in this period, {listed} of them named below."
)
DONE_COUNT_ONLY = _(
    "本期完成 {items}，按{milestone}计数。", "{items} completed in this period, counted by {milestone}."
)
DONE_NONE = _(
    "据 {tools} 记录，本期没有完成的工作项。", "As recorded in {tools}, no work item was completed in this period."
)
DONE_NO_SOURCE = _(
    "没有可用的数据来源，不知道本期完成了什么。", "There is no source of data that tells what was completed."
)
DONE_REACHED = _("{milestone} {name} 于 {day}达成", "{milestone} {name} reached on {day}")
DONE_CHANGE = _("{change} {name}：{state}", "{change} {name}: {state}")
DONE_GROUP = _("{name}：{items}", "{name}: {items}")
DONE_ON = _("{title}（{day}）", "{title} ({day})")

STATUS = _("当前状态", "Current status")
STATUS_ASPECT = _("方面", "Aspect")
STATUS_NOW = _("本期", "Now")
STATUS_LAST = _("上期", "Last")
STATUS_SINCE = _("自", "Since")
STATUS_WHY = _("依据与措施", "Reason and action")
STATUS_FIRST = _("首期", "first report")
STATUS_CALM = _("没有规则要求黄灯或红灯", "no rule asks for amber or red")
STATUS_NO_ACTION = _("措施与期限：未登记", "action and date: not recorded")
STATUS_NA = _("没有可评定的对象", "nothing to judge")
STATUS_PROGRESS = _("总体进度 {progress}；{planned}。", "Overall progress {progress}; {planned}.")
STATUS_GOALS = _("目标与衡量指标：未登记。", "Goals and their measures: not recorded.")

NEXT = _("下一步", "What comes next")
NEXT_UNTIL = _(
    "今后 {days}（至 {day}）到期或已逾期的{milestones}", "{milestones} due within {days} (until {day}), or overdue"
)
NEXT_NONE = _(
    "今后 {days}（至 {day}）没有已知日期的{milestones}到期。",
    "No {milestone} with a known date is due within {days} (until {day}).",
)
NEXT_ON = _("计划日期", "Planned for")
NEXT_IN = _("距今", "From today")
NEXT_HOLIDAY = _("{days}{name}放假。", "{days}: public holiday, {name}.")
NEXT_REST = _(
    "其他计划（会议、需贵方配合的事项）：未登记。", "Other plans (meetings, what we need from you): not recorded."
)
CALENDAR_OPEN = _(
    "部分日期所在年份的节假日安排尚未公布，日期可能变动。",
    "Public holidays of a year concerned are not yet published; dates may move.",
)

# ---------------------------------------------------------------------------------------------- S7, S8 registers

MILESTONES = _("{milestones}", "{milestones}")
MILESTONES_NONE = _("数据来源中没有识别到{milestones}。", "No {milestone} was recognised in the sources.")
MS_NAME = _("{milestone}", "{milestone}")
MS_WEIGHT = _("权重", "Weight")
MS_ORIGINAL = _("原计划", "Original plan")
MS_CURRENT = _("现计划", "Current plan")
MS_FORECAST = _("预测/实际", "Forecast or actual")
MS_SLIP_CURRENT = _("比现计划", "Against current")
MS_SLIP_ORIGINAL = _("比原计划", "Against original")
MS_PROGRESS = _("进度", "Progress")
MS_STATE = _("状态", "State")
MS_SOURCE = _("来源", "Source")
MS_FINAL = _("最终", "final")
MS_KEY = _("关键", "key")
MS_DONE_WAITING = _("工作项已完成，待验收", "work items done, acceptance open")
ON_TIME_RATE = _("按时达成的{milestones}：{met}/{due}。", "On time: {met} of {due} {milestones} reached.")
ON_TIME_NONE = _(
    "按时达成的{milestones}：尚无到期的{milestone}。", "On time: none of the {milestones} has been due yet."
)
ON_TIME_LEFT_OUT = _("{refs} 的计划日期未知，未计入。", "Not counted, as their plan dates are unknown: {refs}.")
TIMELINE = _("{milestone}时间线", "{milestone} timeline")
TIMELINE_READING = _(
    "虚线菱形=原计划，空心菱形=现计划，实心菱形=实际，箭头=预测，横条=预测范围，竖线=截至日，斜纹=公共假日。",
    "Dashed diamond: original plan. Hollow diamond: current plan. Filled diamond: actual. Arrow: forecast. "
    "Bar: range of the forecast. Upright line: the as-of day. Hatched: public holidays.",
)
TIMELINE_NONE = _("没有已知日期，无法画出时间线。", "No date is known, so there is no timeline to draw.")
TIMELINE_CUT = _("图中只有 {n} 个{milestones}，其余见表。", "The drawing shows {n} {milestones}; the table has all.")
RANGE_HEAD = _("预测范围", "Range")
ACTUAL_HEAD = _("实际", "Actual")
FORECAST_HEAD = _("预测", "Forecast")

CHANGES = _("{changes}", "{changes}")
CHANGES_NONE = _("数据来源中没有识别到{changes}。", "No {change} was recognised in the sources.")
CHANGES_COUNT = _("共 {n} 项：", "{n} in all: ")
STATE_COUNT = _("{state} {n}", "{state} {n}")
TOOL_WORD = _("「{word}」", "“{word}”")
TOOL_WORD_FROM = _("{tool} 中的原文", "{tool}'s own word")
CH_NAME = _("{change}", "{change}")
CH_STATE = _("状态", "State")
CH_RAISED = _("提出", "Raised")
CH_AGE = _("历时（我方/贵方）", "Age (ours/yours)")
CH_DAYS = _("对工期的影响", "Effect on time")
CH_MONEY = _("费用", "Cost")
CH_DECISION = _("决定", "Decision")
STATE_SINCE = _("{day}起", "since {day}")
OFF_SPECIFICATION = _("不符合规格", "off-specification")
DECISION_WAITING = _("等待您", "waiting for you")
DECISION_NOT_DUE = _("尚未提交决定", "not yet put to you")
DECISION_NONE = _("无客户决定", "no client decision")
APPROVED, REJECTED = _("批准", "approved"), _("否决", "rejected")
DEFERRED, STOPPED = _("暂缓", "deferred"), _("中止", "stopped")
DECISION_MADE = _("您于 {day} {verdict}", "{verdict} by you on {day}")
DECISION_MADE_BY = _("{who}于 {day} {verdict}", "{verdict} by {who} on {day}")
DECISION_UNTOLD = _("无客户决定记录", "no record of a client decision")
NOT_LISTED = _("另有 {n} 项已结束，未列出。", "{n} more have ended and are not listed.")
APPROVED_LINE = _("已批准合计（费用与工期）：{total}。", "Approved in total (cost and time): {total}.")
CONTRACT_LINE = _("合同金额 {original} → {current}。", "Contract value {original} → {current}.")
CONTRACT_MONTHLY = _("按月支付、未定期限的费用不计在内。", " What is paid each month without an end is not in it.")
CHURN_LINE = _(
    "需求变动：自基线 0 以来 {total}，最近 20 个工作日 {recent}。",
    "Requirements changed: {total} since baseline 0, {recent} in the last 20 working days.",
)
APPROVED_WHY = _(
    "工具中的「已批准」不是客户决定，不计入合计；有客户决定的记录后才能计算。",
    "“Approved” in a tool is no decision of yours and is not added up; totals need a record of your decisions.",
)

# ------------------------------------------------------------------------------------------------ S0, S14 about

ABOUT = _("报告信息", "About this report")
ABOUT_NAME = _("项目", "Item")
ABOUT_VALUE = _("内容", "Content")
A_CLIENT = _("客户", "Client")
A_ENGAGEMENT = _("项目", "Project")
A_AGENCY = _("服务方", "Agency")
A_REPORT = _("报告", "Report")
A_PERIOD = _("期间", "Period")
A_AS_OF = _("数据时点", "As of")
A_MADE = _("制作时间", "Made")
A_PREPARED = _("编制", "Prepared by")
A_APPROVED = _("批准", "Approved by")
A_NOT_APPROVED = _("尚未批准", "not yet approved")
A_LANGUAGES = _("语言", "Languages")
A_PREVIOUS = _("上期", "Previous report")
A_NO_PREVIOUS = _("没有可比的上期报告", "none to compare with")
A_FRESHNESS = _("数据", "Data")
AS_OF = _("{moment} {zone}", "{moment} {zone}")

DATA = _("数据说明", "About the data")
FEEDS = _("数据来源", "Sources of data")
FEED = _("来源", "Source")
FEED_AS_OF = _("完整同步至", "Complete as of")
FEED_ITEMS = _("读取条目", "Records read")
FEED_UNREADABLE = _("未能读取", "Unreadable")
FEED_STATE = _("说明", "Note")
FEED_FRESH = _("有效", "fresh")
FEED_STALE = _("数据已过期，沿用上次的数据", "stale; the last data is used")
FEED_INTERRUPTED = _("最近一次读取未完成，沿用上次的数据", "the last read did not complete; earlier data is used")
FEED_NEVER = _("尚未完整读取", "never read completely")
GAPS = _("未知的数据", "What is unknown")
GAPS_NONE = _("本报告没有未知的数据。", "No figure of this report is unknown.")
GAP_REF = _("记录", "Record")
GAP_WHAT = _("数据", "Figure")
GAP_WHY = _("原因", "Reason")
GAP_ALL = _("整个项目", "the whole project")
RULES = _("颜色所依据的规则", "Rules behind the colours")
RULES_NONE = _("没有规则要求黄灯或红灯。", "No rule asked for amber or red.")
RULE = _("规则", "Rule")
RULE_WHY = _("依据", "Reason")
RULE_SAW = _("取值", "Values")
LIMITS = _("阈值", "Thresholds")
LIMIT = _("阈值", "Threshold")
LIMIT_VALUE = _("数值", "Value")
LIMITS_OPEN = _("以上阈值未经双方确认。", "These thresholds are not yet agreed by both sides.")
LIMITS_AGREED = _("以上阈值已由双方确认。", "These thresholds are agreed by both sides.")
DISPUTES = _("待核对：各来源说法不一致", "Under reconciliation: sources disagree")
OMITTED = _("未列出的部分（没有数据）：{sections}。", "Sections left out, as there is no data for them: {sections}.")
RESTATED_NONE = _("本期没有对上期数字的更正。", "No figure of the last report was corrected.")
FINGERPRINT = _(
    "本报告的数据文件（JSON）的 SHA-256 校验值以 {hash} 开头。对该文件重新计算，结果相同即为同一份数据。",
    "The SHA-256 of this report's data file (JSON) begins with {hash}. Compute it over that file: the same value means "
    "the same data.",
)
