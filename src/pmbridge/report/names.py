"""Names of colours, aspects, states, methods and thresholds, in both languages side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pmbridge.domain.follow_up import Severity
from pmbridge.domain.view import Colour, Dimension, ForecastMethod
from pmbridge.values import Label

if TYPE_CHECKING:
    from pmbridge.report.model import DiffKind, Edition, Tone


def _(zh: str, en: str) -> Label:
    return Label(zh=zh, en=en)


LETTERS: Mapping[Colour, str] = {"red": "R", "amber": "A", "green": "G", "grey": "?"}
COLOURS: Mapping[Colour, Label] = {
    "red": _("红", "Red"),
    "amber": _("黄", "Amber"),
    "green": _("绿", "Green"),
    "grey": _("灰", "Grey"),
}
SEVERITIES: Mapping[Severity, Label] = {
    "critical": _("严重", "critical"),
    "high": _("高", "high"),
    "medium": _("中", "medium"),
    "low": _("低", "low"),
}
DIMENSIONS: Mapping[Dimension, Label] = {
    "schedule": _("进度", "Schedule"),
    "scope": _("范围", "Scope"),
    "budget": _("预算", "Budget"),
    "quality": _("质量", "Quality"),
    "risk": _("风险与问题", "Risks and issues"),
    "client": _("客户配合", "Client inputs"),
}
EDITIONS: Mapping[Edition, Label] = {
    "weekly": _("周报", "Weekly report"),
    "monthly": _("月报", "Monthly report"),
    "closing": _("结项报告", "Closing report"),
}
MILESTONE_STATES: Mapping[str, Label] = {
    "planned": _("未开始", "not started"),
    "in_progress": _("进行中", "in progress"),
    "reached": _("已达成", "reached"),
    "cancelled": _("已取消", "cancelled"),
}
METHODS: Mapping[ForecastMethod, Label] = {
    "actual": _("实际", "actual"),
    "owner": _("负责人预测", "stated by the owner"),
    "tool_date": _("据工具中的日期", "the tool's date"),
    "throughput": _("按完成速度", "from the pace of work"),
}
TONES: Mapping[Tone, Label] = {
    "restated": _("更正", "Corrections"),
    "bad": _("坏消息", "Bad news"),
    "change": _("变更", "Changes"),
    "good": _("好消息", "Good news"),
    "other": _("其他", "Other"),
}
ZONES: Mapping[str, Label] = {
    "Asia/Shanghai": _("北京时间", "Beijing time"),
    "Asia/Chongqing": _("北京时间", "Beijing time"),
    "UTC": _("协调世界时 (UTC)", "UTC"),
}
LANGUAGES: Mapping[str, Label] = {"zh-CN": _("简体中文", "Simplified Chinese"), "en": _("英文", "English")}
SECTIONS: Mapping[str, Label] = {
    "S10": _("交付与验收", "Deliverables and acceptance"),
    "S11": _("期望与承诺", "Expectations and commitments"),
    "S12": _("满意度、反馈与投诉", "Satisfaction, feedback, complaints"),
    "S13": _("会议与行动项", "Meetings and actions"),
    "S15": _("总结与改进", "Lessons and improvement"),
}
THRESHOLDS: Mapping[str, Label] = {
    "min_weight_coverage": _(
        "按权重计算进度时，工作项须有权重的最低比例", "Share of items that need a weight to count by it"
    ),
    "forecast_fresh_wd": _("负责人预测的有效期（工作日）", "How long an owner's forecast stays fresh (working days)"),
    "throughput_window_wd": _("推算完成速度所看的工作日数", "Working days over which the pace of work is taken"),
    "throughput_min_items": _("推算完成速度所需的最少完成项数", "Finished items needed to tell a pace"),
    "unknown_forecast_wd": _(
        "距计划日期多少个工作日内必须有预测", "Working days before a plan date when a forecast is due"
    ),
    "schedule_wd_amber": _(
        "进度为黄：比现计划晚超过（工作日）", "Schedule amber: later than plan by more than (working days)"
    ),
    "schedule_wd_red": _(
        "进度为红：比现计划晚超过（工作日）", "Schedule red: later than plan by more than (working days)"
    ),
    "overdue_wd_red": _("进度为红：逾期超过（工作日）", "Schedule red: overdue by more than (working days)"),
    "stale_after_hours": _("数据超过多少小时算过期", "Hours after which data counts as stale"),
}
FACT_VALUES: Mapping[str, Label] = {
    "true": _("是", "yes"),
    "false": _("否", "no"),
    "unknown": _("未知", "unknown"),
}
FACTS: Mapping[str, Label] = {
    "plan": _("计划日期", "plan date"),
    "forecast": _("预测", "forecast"),
    "wd_to_plan": _("距计划工作日", "working days to the plan date"),
    "overdue_wd": _("逾期工作日", "working days overdue"),
    "slip_wd": _("偏差工作日", "working days of slip"),
    "limit_wd": _("界限", "limit"),
    "at_least": _("至少", "at least"),
    "contract_end": _("合同结束日期", "end of the contract"),
    "slips_wd": _("各期偏差工作日", "slip in each report, working days"),
    "stale": _("数据已过期", "stale data"),
}
"""What a rule saw."""
DIFF_SUBJECTS: Mapping[DiffKind, Label] = {
    "reached_date": _("实际日期", "actual date"),
    "not_reached": _("达成", "reached"),
    "reached": _("达成", "reached"),
    "forecast": _("预测", "forecast"),
    "forecast_lost": _("预测", "forecast"),
    "forecast_new": _("预测", "forecast"),
    "plan": _("现计划", "current plan"),
    "plan_lost": _("现计划", "current plan"),
    "plan_new": _("现计划", "current plan"),
    "milestone_new": _("新增{milestone}", "new {milestone}"),
    "milestone_state": _("状态", "state"),
    "milestone_gone": _("{milestone}不再出现", "{milestone} no longer there"),
    "work_done": _("已完成的工作量", "work done"),
    "work_total": _("总工作量", "work in total"),
    "change_new": _("新出现的{change}", "new {change}"),
    "change_state": _("状态", "state"),
    "change_gone": _("{change}不再出现", "{change} no longer there"),
    "colour": _("状态", "state"),
    "progress": _("总体进度", "overall progress"),
    "threshold": _("阈值", "threshold"),
}
