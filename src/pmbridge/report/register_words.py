"""Every sentence of the sections that rest on the register alone, in both languages side by side.

The rules of :mod:`pmbridge.report.words` hold here too.
"""

from __future__ import annotations

from collections.abc import Mapping

from pmbridge.values import Label


def _(zh: str, en: str) -> Label:
    return Label(zh=zh, en=en)


OURS, YOURS = _("我方", "us"), _("贵方", "you")
NOBODY_YET = _("尚未", "not yet")
NONE_IN_PERIOD = _("本期没有变动。", "Nothing moved in this period.")

# ------------------------------------------------------------------------------------- S9 risks and issues

RISKS = _("风险与问题", "Risks and issues")
RISK_NAME = _("风险或问题", "Risk or issue")
RISK_WEIGHT = _("程度", "Weight")
RISK_ANSWER = _("应对", "What is done")
RISK_DUE = _("日期", "By")
RISK_LEVEL = _("评分 {n}（最高 25）", "score {n} of 25")
RISK_UNASSESSED = _("未评估", "not assessed")
ISSUE_SEVERITY = _("问题，{severity}", "issue, {severity}")
RISKS_NONE = _("本期没有已公开的风险或问题。", "No risk or issue has been released in this period.")
RISKS_LIMIT = _(
    "本报告的数据来源不含风险登记册，因此这不表示没有风险。",
    "The sources of this report hold no risk register, so this does not mean that there is no risk.",
)
RISKS_MORE = _("另有 {n} 项，程度较低，未列出。", "{n} more of less weight are not listed.")

# ------------------------------------------------------------------------------------------ S10 acceptance

ACCEPTANCE = _("交付与验收", "Deliverables and acceptance")
ACCEPTANCE_NONE = _("尚未提交任何交付物。", "No deliverable has been submitted yet.")
FIRST_PASS = _(
    "首次提交即通过验收：{hits}/{n}（分母为已有结论的交付物）。",
    "Accepted as first submitted: {hits} of {n} deliverables that you have judged.",
)
REVIEW_TIME = _(
    "贵方验收用时：中位数 {median}，最长 {longest}。", "Your review took {median} (median), {longest} at most."
)
DELIVERABLE = _("交付物", "Deliverable")
SUBMISSION = _("提交", "Submitted")
REVIEW_UNTIL = _("验收期限", "Review until")
VERDICT = _("结论", "Verdict")
CONDITIONS = _("条件与凭证", "Conditions and certificate")
TURN = _("第 {n} 次：{day}", "no. {n}: {day}")
WAITING_FOR_YOU = _("待您验收", "waiting for you")
VERDICT_ON = _("{verdict}，{day}", "{verdict}, {day}")
VERDICT_BY = _("{verdict}，{who}，{day}", "{verdict}, {who}, {day}")
VERDICTS: Mapping[str, Label] = {
    "accepted": _("通过", "accepted"),
    "accepted_with_conditions": _("有条件通过", "accepted with conditions"),
    "rejected": _("驳回", "rejected"),
    "deemed_accepted": _("视为验收（合同约定期限已过）", "deemed accepted (the agreed time is over)"),
}
CONDITION_OPEN = _("{ref} 未完成", "{ref} open")
CONDITION_DONE = _("{ref} 已完成", "{ref} done")
CERTIFICATE = _("验收单 {no}", "certificate {no}")
FOR_MILESTONE = _("属于 {ref}", "for {ref}")

# --------------------------------------------------------------------------------- S11 expectations, commitments

PROMISES = _("期望与承诺", "Expectations and commitments")
PROMISES_NONE = _("没有登记期望或承诺。", "No expectation or commitment is recorded.")
EXPECTATIONS = _("期望", "Expectations")
EXPECTATION = _("期望与约定", "Expectation and agreement")
STANDS = _("情况", "How it stands")
FOR_WHEN = _("日期", "For")
NEXT_REVIEW = _("下次复核", "Next review")
AGREED_AS = _("约定：{what}", "agreed: {what}")
BEFORE_IT = _("{day}前为：{what}", "until {day}: {what}")
TOLD_HEALTH = _("{health}，{day}已告知", "{health}, you were told on {day}")
HEALTH: Mapping[str, Label] = {
    "on_track": _("正常", "on track"),
    "at_risk": _("有风险", "at risk"),
    "unknown": _("未知", "unknown"),
}
DECLINED = _("未接受：{why}", "declined: {why}")
COMMITMENTS = _("承诺", "Commitments")
COMMITMENT = _("承诺", "Commitment")
PROMISED_FOR = _("承诺日期", "Promised for")
OUTCOME = _("结果", "Outcome")
SETTLED_ON = _("{state}，{day}", "{state}, {day}")
OVERDUE_OPEN = _("已过期，结果未登记", "its day is over, no outcome recorded")
REMEDY = _("补救：{what}", "remedy: {what}")
INSTEAD_OF = _("取代 {ref}", "instead of {ref}")
EXPECTATIONS_MET = _("已有结果的期望：满足 {hits}/{n}。", "Expectations that are settled: {hits} of {n} met.")
COMMITMENTS_KEPT = _("已有结果的承诺：兑现 {hits}/{n}。", "Commitments that came due: {hits} of {n} kept.")

# ------------------------------------------------------------------------------------- S12 what you told us

SATISFACTION = _("满意度、反馈与投诉", "Satisfaction, feedback, complaints")
SURVEYS_NONE = _("本期没有满意度调查。", "There was no survey in this period.")
SURVEYS = _("满意度调查", "Surveys")
SURVEY = _("调查与问题", "Survey and question")
ANSWERS = _("答案", "Answers")
SCORE = _("得分", "Score")
INVITED = _("邀请 {invited}，收到 {answered}", "{invited} invited, {answered} answered")
ANSWER_TIMES = _("{answer}：{n} 票", "{answer}: {n}")
ANSWERS_KEPT = _("匿名调查，答案较少，不列出", "anonymous and few, so not listed")
SCORE_PERCENT = _("满意 {n}%", "{n}% satisfied")
SCORE_NPS = _("净推荐值 {n}", "net promoter score {n}")
SCORE_BEFORE = _("上次 {n}", "last time {n}")
TOO_FEW = _("样本不足，不计百分比", "too few answers for a percentage")
STILL_OPEN = _("收集中，{day}结束", "open until {day}")
CLOSED_ON = _("{day}发出", "sent on {day}")
QUOTED = _("经本人同意引用：", "Quoted with consent: ")
IN_QUOTES = _("「{words}」", "“{words}”")
SURVEY_KINDS: Mapping[str, Label] = {
    "milestone_csat": _("里程碑满意度", "milestone satisfaction"),
    "periodic_csat": _("定期满意度", "regular satisfaction"),
    "nps": _("推荐意愿", "willingness to recommend"),
    "closing": _("结项满意度", "closing satisfaction"),
}
SAID_AND_DONE = _("您说，我们做", "You said, we did")
YOU_SAID = _("您说", "You said")
WE_DID = _("我们做", "We did")
FEEDBACK_NONE = _("本期没有新的反馈。", "There was no new feedback in this period.")
FEEDBACK_KINDS: Mapping[str, Label] = {
    "praise": _("表扬", "praise"),
    "suggestion": _("建议", "suggestion"),
    "concern": _("担忧", "concern"),
    "other": _("反馈", "feedback"),
}
DONE_IN = _("落实：{refs}", "done: {refs}")
NOT_TAKEN = _("未采纳：{why}", "not taken up: {why}")
ANSWER_DUE = _("{day}前答复", "to be answered by {day}")
FEEDBACK_IN_TIME = _("按时答复的反馈：{hits}/{n}。", "Feedback answered in time: {hits} of {n}.")
COMPLAINTS = _("投诉", "Complaints")
COMPLAINTS_NONE = _("没有投诉。", "There was no complaint.")
COMPLAINTS_ALL = _(
    "投诉累计 {received} 项，未关闭 {open} 项，未达成一致 {unresolved} 项，重新打开 {reopened} 项。",
    "Complaints so far: {received}; open: {open}; closed without agreement: {unresolved}; reopened: {reopened}.",
)
COMPLAINTS_MEDIAN = _("从受理到关闭：中位数 {days}。", "From receipt to closing: {days} (median).")
COMPLAINT = _("投诉", "Complaint")
RECEIVED = _("受理", "Received")
ACKNOWLEDGED = _("确认", "Acknowledged")
REMEDIES = _("处理", "What we offered")
NEXT_UPDATE = _("下次答复", "Next word from us")
IN_TIME = _("{day}，按时", "{day}, in time")
TOO_LATE = _("{day}，逾期", "{day}, late")
NOT_ACKNOWLEDGED = _("尚未确认", "not yet acknowledged")
INQUIRIES = _("询问累计 {n} 条", "Questions asked so far: {n}")
CLOCK_LINE = _("{clock}：按时 {met}/{judged}", "{clock}: {met} of {judged} in time")
MEDIAN_MINUTES = _("中位数 {hours} 小时 {minutes} 分钟", "median {hours} h {minutes} min")
MEDIAN_DAYS = _("中位数 {days}", "median {days}")

# ----------------------------------------------------------------------------------- S13 meetings and actions

MEETINGS = _("会议与行动项", "Meetings and actions")
MEETINGS_NONE = _("本期没有会议。", "There was no meeting in this period.")
MEETING = _("会议", "Meeting")
WHEN = _("时间", "When")
MINUTES = _("纪要", "Minutes")
MEETING_KINDS: Mapping[str, Label] = {
    "kickoff": _("启动会", "kick-off"),
    "weekly_status": _("例会", "weekly meeting"),
    "monthly_review": _("月度会议", "monthly review"),
    "acceptance": _("验收会", "acceptance meeting"),
    "change": _("变更会", "change meeting"),
    "retrospective": _("复盘会", "retrospective"),
    "other": _("会议", "meeting"),
}
MINUTES_CONFIRMED = _("{day}已确认", "confirmed on {day}")
MINUTES_AWAITED = _("{day}已发，待您确认", "sent on {day}, to be confirmed by you")
MINUTES_OPEN = _("纪要未发", "minutes not sent")
MEETING_CANCELLED = _("已取消：{why}", "cancelled: {why}")
MEETING_AHEAD = _("已计划", "planned")
MEETINGS_HELD = _(
    "会议按计划召开：{hits}/{n}，取消 {cancelled}。", "Meetings held as planned: {hits} of {n}; cancelled: {cancelled}."
)
MINUTES_RATE = _("纪要已确认：{hits}/{n}。", "Minutes confirmed: {hits} of {n}.")
ACTIONS = _("行动项", "Action items")
ACTIONS_NONE = _("没有未完成的行动项。", "No action item is open.")
ACTION = _("行动项", "Action item")
OWNER = _("由谁", "Who")
DUE = _("期限", "Due")
ACTION_STATE = _("状态", "State")
FIRST_DUE = _("原定{day}", "first agreed for {day}")
SAME_AS = _("关于 {ref}", "about {ref}")
ACTIONS_OVERDUE = _("逾期行动项：我方 {ours}，贵方 {yours}。", "Action items overdue: ours {ours}, yours {yours}.")
ACTIONS_IN_TIME = _("按期完成的行动项：{hits}/{n}。", "Action items done in time: {hits} of {n}.")
DONE_ON_DAY = _("{day}完成", "done on {day}")

# --------------------------------------------------------------------------------- S5 goals, S15 what was learned

GOALS = _("目标", "Goals")
GOALS_NONE = _("没有登记目标。", "No goal is recorded.")
GOAL = _("目标", "Goal")
MEASURE = _("衡量指标", "Measure")
GOAL_FROM_TO = _("{start} → {target}", "{start} → {target}")
GOAL_TARGET = _("目标值", "Target")
GOAL_VALUE = _("最近值", "Latest value")
GOAL_STATE = _("状态", "State")
GOAL_NOT_MEASURED = _("尚未测量", "not measured yet")
GOAL_MEASURED = _("{value}（{day}）", "{value} ({day})")

JUDGED = _("规则：{rule}；项目经理判断：{colour}", "by the rules {rule}, in the project manager's judgement {colour}")
JUDGED_WHY = _("项目经理的理由：{why}。", "The project manager's reason: {why}.")
RULE_SAYS = _("按规则为{colour}：", "By the rules {colour}: ")
STRIP = _("历次报告的颜色", "Colours in the reports so far")
STRIP_ROW = _("方面", "Aspect")
STRIP_NOW = _("本期", "now")
STRIP_HEAD = _("第 {n} 期，{day}", "no. {n}, {day}")

STATUS_ACTION = _("措施（{ref}）：{what}，{day}", "action ({ref}): {what}, by {day}")

AHEAD = _("其他安排", "Other plans")
AHEAD_NONE = _("至 {day}没有登记其他安排。", "Nothing else is recorded up to {day}.")
AHEAD_ITEM = _("{day}：{name}，{what}（{who}）", "{day}: {name}, {what} ({who})")
AHEAD_ASK = _("请答复", "your answer")
AHEAD_ACTION = _("行动项", "action item")
AHEAD_RAID = _("应对到期", "response due")
AHEAD_REVIEW = _("期望复核", "review of the expectation")

LESSONS = _("总结与改进", "Lessons and improvement")
LESSONS_NONE = _("没有已公开的复盘或经验教训。", "No retrospective or lesson has been released.")
RETRO = _("{scope}复盘，{day}", "Retrospective on {scope}, {day}")
RETRO_JOINT = _("{scope}复盘，{day}，双方参加", "Retrospective on {scope}, {day}, held together")
RETRO_SCOPES: Mapping[str, Label] = {
    "period": _("本阶段", "the period"),
    "milestone": _("里程碑", "a milestone"),
    "engagement": _("整个项目", "the whole project"),
}
WENT_WELL = _("做得好的：{what}", "went well: {what}")
TO_IMPROVE = _("待改进的：{what}", "to improve: {what}")
LESSON = _("经验教训", "Lesson")
LESSON_CAUSE = _("经过与影响", "What happened")
LESSON_NEXT = _("以后这样做", "Another time")
IMPROVEMENT = _("改进措施", "Improvement")
IMPROVEMENT_MEASURE = _("如何衡量", "How we will know")
IMPROVEMENT_RESULT = _("结果：{what}", "result: {what}")
FROM_ORIGIN = _("来自 {ref}", "from {ref}")

# --------------------------------------------------------------------------------- what the editions differ in

NO_COST_TO_YOU = _("对贵方费用：0", "no cost to you")
ON_TIME_ORIGINAL = _("对原计划：{met}/{due}。", "Against the original plan: {met} of {due}.")
A_BETWEEN = _("其间的周报", "Weekly reports since then")
A_CHAIN = _("登记册校验值 (SHA-256)", "Hash of the register (SHA-256)")
A_BASELINE = _("与双方最初约定的基线 0 相比", "compared with baseline 0, as both sides agreed it first")

BEGINNING = _("与原计划（基线 0）相比的变化", "What changed since the original plan (baseline 0)")
BEGINNING_WHAT = _("方面", "Aspect")
BEGINNING_FIRST = _("最初约定", "As first agreed")
BEGINNING_NOW = _("现约定", "As agreed now")
BEGINNING_ACTUAL = _("实际", "Actual")
BEGINNING_NOTE = _("差异与依据", "Difference and reason")
BEGINNING_NONE = _("没有双方约定的基线 0，无法比较。", "No baseline 0 was agreed, so there is nothing to compare with.")
FINAL_DATE = _("最终{milestone} {name}", "Final {milestone} {name}")
APPROVED_SHIFT = _("已批准 {shift}", "approved {shift}")
AGAINST_CURRENT = _("比现计划 {shift}", "against the current plan {shift}")
AGAINST_FIRST = _("比最初约定 {shift}", "against the first plan {shift}")
CONTRACT_VALUE = _("合同金额", "Contract value")
CONTRACT_GREW = _("{amount}（{percent}）", "{amount} ({percent})")
REQUIREMENTS = _("需求数量", "Number of requirements")
REQUIREMENTS_MOVED = _("变动 {work}", "changed: {work}")
MILESTONES_IN_TIME = _("按时达成的{milestones}", "{milestones} reached in time")

AFTERWARDS = _("移交与后续事项", "Handover and what follows")
HANDED_OVER = _("已移交的交付物", "What was handed over")
HANDED_OVER_NONE = _("尚无已移交的交付物。", "Nothing has been handed over yet.")
HANDOVER_DAY = _("移交", "Handed over")
HANDOVER_ACCESS = _("访问权限", "Access")
HANDOVER_SOURCE = _("源文件", "Source")
HANDOVER_PAPERS = _("文档", "Documents")
HANDOVER_WARRANTY = _("质保期起", "Warranty from")
FOLLOW_UPS = _("未了事项与后续行动建议", "Open items, recommended as follow-on actions")
FOLLOW_UPS_NONE = _("没有未了事项。", "Nothing is left open.")
FOLLOW_UP = _("事项", "Item")
FOLLOW_UP_WHO = _("由谁", "Who")
FOLLOW_UP_BY = _("日期", "By")
THANKS = _("感谢贵方在整个项目中的配合。", "Thank you for working with us throughout the project.")

# ---------------------------------------------------------------------------------------------- drawings C2, C4, C5

TREND = _("{milestone}趋势", "{milestone} trend")
TREND_READING = _(
    "横轴为报告日，纵轴为该期报告所写的预测日期：水平=按计划，上升=推迟，下降=提前，触及斜线=到期；"
    "菱形=实际，短竖线=已批准的变更移动了计划。",
    "Across: the day of the report. Upwards: the date expected in it. Level: on plan. Rising: later. Falling: earlier. "
    "On the slanted line: due. Diamond: actual. Upright dash: an approved change moved the plan.",
)
TREND_TOO_SHORT = _(
    "趋势图至少需要两期报告，目前不足。", "A trend needs at least two reports; there are not enough yet."
)
TREND_SAID = _("{name}：{dates}", "{name}: {dates}")
PIPELINE = _("{changes}进展", "Where the {changes} stand")
PIPELINE_READING = _(
    "实心=在我方，空心=在贵方，虚线=已结束；条长为数量，旁注为最久的历时。",
    "Filled: with us. Hollow: with you. Dashed: over. The length is the number; beside it the longest age.",
)
PIPELINE_BAR = _("{n} 项", "{n}")
PIPELINE_OLDEST = _("{n} 项，最久 {days}", "{n}, oldest {days}")
PIPELINE_COUNT = _("数量", "Number")
PIPELINE_AGE = _("最久历时", "Longest age")
PIPELINE_SAID = _("{state} {n}", "{state} {n}")
IMPACT = _("{changes}的累计影响", "What the approved {changes} add up to")
IMPACT_READING = _(
    "阶梯=已批准的合计，斜纹=待您决定的各方案所在的范围。",
    "Steps: approved in total. Hatched: the range of the options that wait for your decision.",
)
IMPACT_DAYS = _("最终{milestone} {ref}，工作日", "Final {milestone} {ref}, working days")
IMPACT_MONEY = _("费用，{currency}", "Cost, {currency}")
IMPACT_DAY = _("决定日期", "Decided on")
IMPACT_EACH = _("本项", "This one")
IMPACT_SUM = _("合计", "Total")
IMPACT_PENDING = _("待决定", "waiting")

# ------------------------------------------------------------------------------------------------------ the annex

ANNEX = _("附录：指标", "Annex: figures")
FIGURE, FIGURE_VALUE, FIGURE_IS = _("指标", "Figure"), _("数值", "Value"), _("怎样得出", "How it is made")
NOT_KNOWN = _("未知", "unknown")
PLANNED_VALUE = _("计划值", "Planned value")
PLANNED_VALUE_IS = _(
    "到今天按计划应完成的份额，按{milestones}的权重计，从开始日到计划日按工作日均匀计算。",
    "The share that should be done by today, by the weights of the {milestones}, even over the working days of each.",
)
EARNED_VALUE = _("挣值", "Earned value")
EARNED_VALUE_IS = _(
    "已完成的份额，按{milestones}的权重计；有未知的进度时为区间。",
    "The share that is done, by the weights of the {milestones}; an interval where some progress is not known.",
)
VARIANCE = _("进度偏差（百分点）", "Schedule variance (percentage points)")
VARIANCE_IS = _("挣值减计划值。", "Earned value less planned value.")
INDEX = _("进度绩效指数", "Schedule performance index")
INDEX_IS = _(
    "挣值除以计划值。它不决定颜色：颜色由各{milestone}的预测得出。",
    "Earned by planned value. It sets no colour: that comes from the forecast of each {milestone}.",
)
IN_TIME_DAYS = _("按时间计的偏差", "Variance in time")
DAYS_VALUE = _("{n} 个工作日", "{n} working days")
IN_TIME_IS = _(
    "从今天到计划中达到现有完成份额的那一天；负数为落后。",
    "From today to the day on which the plan had what is done now; negative when late.",
)
COVERED = _("有进度数据的{milestones}", "{milestones} with known progress")
COVERED_IS = _("其余的进度未知，不按零计。", "The progress of the others is unknown, not zero.")
