"""What the chosen values of the register's fields are called: ``approver`` is 审批人, ``nps`` a net promoter score."""

from __future__ import annotations

from collections.abc import Mapping

from pmbridge_cli.words import Both

# fmt: off
CHINESE: Mapping[str, str] = {
    "accept": "接受", "acceptance": "验收", "acceptance_review": "验收答复", "accepted": "已接受",
    "accepted_with_conditions": "有条件通过", "acknowledgement": "确认收到", "actual": "实际", "add": "新增",
    "adjustment": "调整", "agency": "我方", "all_deliverables_accepted": "全部交付物已验收",
    "alternative": "替代方案", "analysis": "分析", "answer": "答复", "apology": "致歉", "approve": "批准",
    "approve_with_conditions": "有条件批准", "approver": "审批人", "assessment": "评估", "at_risk": "有风险",
    "avoid": "规避", "before_forecast": "早于预测", "benefit": "收益", "blocker": "阻塞", "broken": "未兑现",
    "budget": "预算", "business": "业务需求", "call": "电话", "call_note": "通话记录", "cancel": "取消",
    "change": "变更", "change_assessment": "变更评估", "choice": "选择", "clarification": "澄清",
    "client": "客户", "client_decision": "客户决定", "closing": "结项", "closure": "结项",
    "communication": "沟通", "compatibility": "兼容性", "complaint_acknowledgement": "确认收到投诉",
    "complaint_closure": "关闭投诉", "complaint_response": "答复投诉", "concern": "担忧",
    "confirmed": "提出人已确认", "constraint": "约束", "cost": "成本", "could": "可以", "credit": "抵扣",
    "critical": "严重", "data": "数据", "day_to_day": "日常对接人", "decision_gate": "决策点",
    "decrease": "降低", "deemed_accepted": "视为验收", "defect": "缺陷", "defer": "暂缓",
    "deliverable": "交付", "deliverables_submitted": "交付物已提交", "demo": "演示", "design": "设计",
    "dingtalk": "钉钉", "document": "文档", "email": "邮件", "emergency": "特急", "en": "英文",
    "engagement": "整个项目", "enhance": "增强", "exceeded": "超出期望", "expectation": "期望",
    "expired": "已过期", "explain": "说明", "exploit": "利用", "external": "外部", "fail": "不通过",
    "feishu": "飞书", "file": "文件", "finance": "财务", "fix": "修复", "fixed_price": "固定总价",
    "flexibility": "灵活性", "free_text": "文字", "fri": "周五", "functional": "功能需求",
    "functional_suitability": "功能适合性", "go_live": "上线", "goal": "目标", "goals": "目标",
    "hardware": "硬件", "high": "高", "ignore": "忽略", "inbound": "收到", "increase": "提高",
    "initial": "初版", "inquiry_resolution": "解决咨询", "inquiry_response": "答复咨询",
    "inspection": "检查", "interaction_capability": "交互能力", "keep": "以我们为准", "kept": "已兑现",
    "kickoff": "启动会", "legal": "法务", "letter": "信函", "low": "低", "maintain": "保持",
    "maintainability": "可维护性", "medium": "中", "meeting": "会议", "meeting_minute": "会议纪要",
    "met": "已满足", "milestone": "里程碑", "milestone_billing": "按里程碑计费",
    "milestone_csat": "里程碑满意度", "milestones": "里程碑", "minutes": "会议纪要",
    "modification": "修改", "modify": "修改", "mon": "周一", "monthly": "每月", "monthly_report": "月报",
    "monthly_review": "月度评审", "must": "必须", "named_event": "约定事件", "no_basis": "没有依据",
    "no_forecast": "没有预测", "non_functional": "非功能需求", "none": "无", "normal": "一般",
    "not_accepted": "不成立", "not_assessed": "未评估", "not_met": "未满足", "notice": "通知",
    "nps": "净推荐值", "off_specification": "与规格不符", "on_track": "正常", "one_off": "一次性",
    "opportunity": "机会", "other": "其他", "out_of_scope": "超出范围", "outbound": "发出",
    "outcome": "成果", "owner": "负责人", "partly": "部分", "pass": "通过", "payment": "付款",
    "people": "人员", "performance_efficiency": "性能效率", "period": "一段时间",
    "periodic_csat": "定期满意度", "phase_end": "阶段结束", "phone": "电话", "portal": "门户",
    "portal_click": "门户确认", "praise": "表扬", "prepare_contingency": "准备应急措施",
    "problem": "问题", "process": "流程", "product_owner": "产品负责人", "quality": "质量",
    "quantified": "已量化", "question": "提问", "raise": "提变更请求", "realistic": "可实现",
    "redo": "重做", "reduce": "减轻", "regulatory": "合规要求", "reject": "否决", "rejected": "驳回",
    "reliability": "可靠性", "reminder": "提醒", "remove": "移除", "removed": "已消除",
    "renegotiated": "已重新商定", "report": "报告", "report_ack": "确认报告",
    "request_for_change": "变更请求", "request_information": "需要补充信息", "requirements": "需求",
    "resource": "资源", "retainer": "包月服务", "retrospective": "复盘会", "risk": "风险",
    "safety": "安全性（人身）", "sat": "周六", "schedule": "进度", "scope": "范围", "security": "信息安全",
    "service": "服务", "share": "分担", "shift": "移动", "should": "应该", "signed_document": "签字文件",
    "silence": "逾期未答复", "sla": "服务时限", "software": "软件", "sponsor": "发起人",
    "stretch": "有难度", "submission": "提交", "suggestion": "建议", "sun": "周日", "supplier": "供应商",
    "survey": "满意度调查", "sustainability": "可持续性", "take": "用工具的", "technical": "技术",
    "test": "测试", "third_party": "第三方", "threat": "威胁", "throughput": "完成速度", "thu": "周四",
    "time": "时间", "time_and_materials": "按工时", "tool": "工具", "tool_approval": "工具中的审批",
    "tool_comment": "工具中的评论", "tool_date": "工具日期", "transfer": "转移", "tue": "周二",
    "unknown": "未知", "unrealistic": "不可实现", "update": "进展", "urgent": "紧急", "user": "用户",
    "waived": "豁免", "wechat_work": "企业微信", "wed": "周三", "weekly_meeting": "周例会",
    "weekly_report": "周报", "weekly_status": "周例会", "withdrawn": "已撤回", "wont": "本次不做",
    "work_items_done": "工作项全部完成", "zh": "中文", "zh-CN": "中文",
}
_OF_FIELD: Mapping[tuple[str, str], Both] = {
    ("closed_by", "confirmed"): Both("confirmed by who raised it", "提出人已确认"),
    ("closed_by", "silence"): Both("no answer to the notice", "通知后逾期未答复"),
    ("finding", "none"): Both("no impact", "无影响"),
    ("language", "en"): Both("English", "英文"),
    ("language", "zh"): Both("Chinese", "中文"),
    ("languages", "en"): Both("English", "英文"),
    ("languages", "zh-CN"): Both("Chinese", "中文"),
    ("may_decide", "change"): Both("changes", "变更"),
    ("may_decide", "expectation"): Both("expectations", "期望"),
    ("may_decide", "report_ack"): Both("acknowledging reports", "确认报告"),
    ("outcome", "accepted"): Both("justified", "成立"),
    ("outcome", "partly"): Both("partly justified", "部分成立"),
    ("outcome", "not_accepted"): Both("not justified", "不成立"),
    ("priority", "wont"): Both("won't", "本次不做"),
    ("verdict", "accepted"): Both("accepted", "通过"),
    ("verdict", "partly"): Both("partly met", "部分满足"),
}
_ENGLISH: Mapping[str, str] = {
    "csat": "satisfaction", "milestone_csat": "milestone satisfaction", "periodic_csat": "periodic satisfaction",
    "nps": "net promoter score", "sla": "service level", "mon": "Mon", "tue": "Tue", "wed": "Wed", "thu": "Thu",
    "fri": "Fri", "sat": "Sat", "sun": "Sun",
}
# fmt: on


def value_name(field: str, value: str) -> Both:
    """Return what people call the chosen *value* of *field*; a scale of numbers is its own name."""
    own = _OF_FIELD.get((field, value))
    plain = _ENGLISH.get(value, value.replace("_", " ") if value in CHINESE else value)
    return own or Both(plain, CHINESE.get(value, value))
