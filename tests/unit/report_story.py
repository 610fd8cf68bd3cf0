"""One client's week out of Jira alone, as the domain would see it: two views by hand, and the reports made of them.

Fictional. On 29 May and 5 June 2026, 18:00 in Shanghai; the figures are those of the demo's story.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from pmbridge.domain.calendar import Calendar
from pmbridge.domain.change import STATES
from pmbridge.domain.dated import marked, plain
from pmbridge.domain.figure import Figure, Known, Money, Progress, SourceRef, Text, Unknown, UnknownReason
from pmbridge.domain.listing import Listing
from pmbridge.domain.view import (
    Age,
    Change,
    EngagementView,
    Milestone,
    OnTime,
    Overall,
    Rag,
    RollUp,
    RuleHit,
    SourceView,
    UnknownNote,
    Work,
)
from pmbridge.report.model import ClientReport
from pmbridge.report.project import ReportMeta, project_for
from pmbridge.values import Label, RecordId

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDAR = Calendar.named("CN")
SITE = "https://qingchuan.atlassian.example"
FRIDAY_5_JUNE = datetime(2026, 6, 5, 18, 0, tzinfo=SHANGHAI)
FRIDAY_29_MAY = datetime(2026, 5, 29, 18, 0, tzinfo=SHANGHAI)
AGENCY = Text(zh="晴川数字", en="Qingchuan Digital", original="zh")
HEADLINE = Text(
    zh="商城前端按完成速度预计 6月18日完成，比计划晚 1 个工作日；支付与对账还没有可用的预测。",
    en="At its present pace the storefront is due on 18 June, 1 working day after plan; payment has no forecast yet.",
    original="zh",
)
NO_BASELINE = Unknown(
    reason=UnknownReason.NOT_PROVIDED, detail=Label(zh="尚未与客户确认计划", en="no plan agreed with the client yet")
)
NEVER_OPEN = Unknown(
    reason=UnknownReason.NOT_PROVIDED, detail=Label(zh="首次读取时已达成", en="reached before it was first read")
)
NO_ITEMS = Unknown(reason=UnknownReason.NO_ITEMS)
_NAMES = {
    "M1": ("需求确认", "Requirements confirmed", 10),
    "M2": ("设计验收", "Design accepted", 15),
    "M3": ("会员与积分后端", "Membership and points", 20),
    "M4": ("商城前端 Beta", "Storefront beta", 20),
    "M5": ("支付与对账", "Payment and reconciliation", 15),
    "M6": ("数据迁移演练", "Data migration rehearsal", 10),
    "M7": ("上线", "Go-live", 10),
}
M4_WEEK = (
    (1, "商品列表页懒加载"),
    (2, "购物车合并登录前后数据"),
    (3, "订单确认页地址簿"),
    (4, "会员中心积分明细"),
    (5, "首页活动位配置"),
)
M5_WEEK = ((2, "支付渠道适配层"), (3, "对账文件解析"), (4, "退款状态机"))


def june(day: int) -> date:
    return date(2026, 6, day)


def source(kind: str, number: str, *, key: str = "") -> SourceRef:
    path = f"projects/MALL/versions/{number}" if kind == "version" else f"browse/{key}"
    return SourceRef(
        connection="jira", kind=kind, external_id=number, key=key, url=f"{SITE}/{path}", observed_at=FRIDAY_5_JUNE
    )


def known(value: Any, at: SourceRef, method: Any = "synced") -> Known[Any]:
    return Known(value=value, sources=(at,), method=method, observed_at=FRIDAY_5_JUNE)


def too_few(items: int) -> Unknown:
    return Unknown(
        reason=UnknownReason.INSUFFICIENT_SAMPLE,
        detail=Label(
            zh=f"最近 20 个工作日完成 {items} 项，至少需要 5 项",
            en=f"{items} done in the last 20 working days, at least 5 are needed",
        ),
    )


def milestone(ref: str, **given: Any) -> Milestone:
    zh, en, weight = _NAMES[ref]
    at = source("version", f"2000{ref[1:]}")
    points: tuple[int, int] | None = given.pop("points", None)
    reached: date | None = given.pop("reached", None)
    plan: date | None = given.pop("plan", None)
    forecast: date | Unknown = given.pop("forecast", NO_ITEMS)
    expected = reached or (forecast if isinstance(forecast, date) else None)
    progress: Figure[Progress] = NO_ITEMS
    fraction: Figure[Decimal] = NO_ITEMS
    if points:
        done = Progress(done=Decimal(points[0]), total=Decimal(points[1]), unit="points")
        progress, fraction = known(done, at, "derived"), known(done.fraction, at, "derived")
    slip: Figure[int] = NEVER_OPEN if plan is None else NO_ITEMS
    if plan and expected:
        slip = known(CALENDAR.wd(plan, expected), at, "derived")
    elif plan and isinstance(forecast, Unknown):
        slip = forecast
    facts: dict[str, Any] = {
        "ref": ref,
        "title": Text(zh=zh, en=en, original="zh"),
        "observed": True,
        "tool": "Jira",
        "weight": Decimal(weight),
        "is_key": ref in ("M4", "M5", "M7"),
        "is_final": ref == "M7",
        "state": "reached" if reached else "in_progress" if points and points[0] else "planned",
        "plan": known(plan, at) if plan else NEVER_OPEN,
        "original": NO_BASELINE,
        "provisional": plan is not None,
        "start": None,
        "reached_on": known(reached, at) if reached else None,
        "forecast": known(expected, at, "derived") if expected else forecast,
        "forecast_method": "actual" if reached else "throughput" if expected else None,
        "forecast_low": None,
        "forecast_high": None,
        "forecast_open_ended": False,
        "slip_current": slip,
        "slip_original": NO_BASELINE,
        "slip_at_least": False,
        "progress": progress,
        "fraction": fraction,
        "items": 0,
        "sources": (at,),
    }
    return Milestone(**(facts | given))


def change(number: int, title: str, state: str | None, tool_state: str, **given: Any) -> Change:
    key = f"MALL-{number}"
    at = source("issue", f"30{number}", key=key)
    days, money = given.pop("days", None), given.pop("money", None)
    age: tuple[int, int] = given.pop("age", (0, 0))
    facts: dict[str, Any] = {
        "ref": key,
        "title": Text(zh=title, original="zh"),
        "observed": True,
        "tool": "Jira",
        "kind": "request_for_change",
        "state": state,
        "tool_state": tool_state,
        "holder": STATES[state].holder if state else None,
        "terminal": state is None,
        "raised_on": None,
        "since": None,
        "age": known(Age(total=sum(age), ours=age[0], theirs=age[1]), at, "derived"),
        "days": Unknown(reason=UnknownReason.NOT_PROVIDED) if days is None else known(days, at),
        "days_on": "M7",
        "money": Unknown(reason=UnknownReason.NOT_PROVIDED)
        if money is None
        else known(Money(amount=Decimal(money), currency="CNY"), at),
        "sources": (at,),
    }
    return Change(**(facts | given))


def work(n: int, title: str, ref: str, done_on: date | None, **given: Any) -> Work:
    facts: dict[str, Any] = {
        "connection": "jira",
        "id": RecordId(kind="issue", external_id=f"40{n}"),
        "key": f"MALL-{n}",
        "url": f"{SITE}/browse/MALL-{n}",
        "title": title,
        "client_safe": True,
        "status": "done" if done_on else "todo",
        "original_status": "完成" if done_on else "待处理",
        "done_on": done_on,
        "weight": Decimal(3),
        "milestones": (ref,),
        "observed_at": FRIDAY_5_JUNE,
    }
    return Work(**(facts | given))


def _hit(left: int) -> RuleHit:
    said = Label(
        zh=f"M5 没有预测，距 Jira 中的计划日期 {marked(june(26))} 只有 {left} 个工作日",
        en=f"M5 has no forecast {left} working days before its plan date in Jira, {marked(june(26))}",
    )
    return RuleHit(
        rule="SCH-A3",
        dimension="schedule",
        colour="amber",
        reason=plain(said, lambda day: f"{day:%m-%d}"),
        dated=said,
        values={
            "plan": "2026-06-26",
            "forecast": "unknown (too few samples)",
            "wd_to_plan": str(left),
            "limit_wd": "20",
        },
        refs=("M5",),
    )


def _note(ref: str, zh: str, en: str, reason: UnknownReason) -> UnknownNote:
    return UnknownNote(
        ref=ref,
        what=Label(zh=zh, en=en),
        reason=reason,
        text=Label(zh=f"{ref} {zh}未知", en=f"{en} of {ref} unknown"),
        remedy=Label(zh="pmbridge milestone agree", en="pmbridge milestone agree"),
    )


def _view(as_of: datetime, **given: Any) -> EngagementView:
    today = as_of.date()
    hit = _hit(CALENDAR.wd(today, june(26)))
    at = source("version", "20001")
    facts: dict[str, Any] = {
        "name": "lanhai",
        "client": Text(zh="蓝海零售", original="zh"),
        "title": Text(zh="会员商城改版", en="Member mall redesign", original="zh"),
        "languages": ("zh-CN", "en"),
        "zone": SHANGHAI,
        "zone_name": "Asia/Shanghai",
        "as_of": as_of,
        "today": today,
        "start_on": date(2026, 4, 7),
        "contract_end_on": date(2026, 7, 31),
        "on_time": OnTime(met=1, due=1, left_out=("M1", "M2")),
        "rag": (
            Rag(dimension="schedule", colour="amber", hits=(hit,), provisional=True),
            Rag(
                dimension="scope",
                colour="grey",
                hits=(),
                provisional=False,
                why_grey=Label(zh="没有与客户确认的需求基线", en="no requirements baseline agreed with the client"),
            ),
            Rag(dimension="quality", colour=None, hits=(), provisional=False),
            Rag(
                dimension="risk",
                colour="grey",
                hits=(),
                provisional=False,
                why_grey=Label(zh="没有登记或复核过风险与问题", en="no risk or issue was recorded or reviewed"),
            ),
        ),
        "overall": Overall(colour="amber", provisional=True, hits=(hit,), grey=("scope", "risk")),
        "sources": (
            SourceView(
                connection="jira",
                tool="Jira",
                project="商城改版",
                complete_as_of=as_of.astimezone(UTC),
                stale=False,
                problem=None,
                items=412,
                unreadable=0,
                client_can_open=True,
            ),
        ),
        "unknowns": (
            _note("M6", "进度", "progress", UnknownReason.NO_ITEMS),
            _note("M5", "预测", "forecast", UnknownReason.INSUFFICIENT_SAMPLE),
            _note("M6", "预测", "forecast", UnknownReason.NO_ITEMS),
            _note("M7", "预测", "forecast", UnknownReason.INSUFFICIENT_SAMPLE),
            _note("M1", "计划日期", "plan date", UnknownReason.NOT_PROVIDED),
            _note("M2", "计划日期", "plan date", UnknownReason.NOT_PROVIDED),
            _note("", "客户确认的计划", "plan agreed with the client", UnknownReason.NOT_PROVIDED),
            _note("MALL-240", "变更金额", "amount of the change", UnknownReason.NOT_PROVIDED),
        ),
        "discrepancies": (),
        "calendar_final": True,
        "holidays": {date(2026, 5, 1): "劳动节", june(19): "端午节"},
        "policy": {
            "first_no.weekly": "8",
            "forecast_fresh_wd": "10",
            "throughput_window_wd": "20",
            "throughput_min_items": "5",
            "unknown_forecast_wd": "20",
            "tolerances.schedule_wd_amber": "2",
            "tolerances.schedule_wd_red": "10",
            "tolerances.overdue_wd_red": "5",
            "stale_after_hours": "24",
            "show_budget": "true",
            "weekly_due": "Fri 18:00",
        },
        "policy_agreed": False,
        "terms": {},
    }
    planned = Unknown(
        reason=UnknownReason.NOT_PROVIDED, detail=Label(zh="M1、M2 的计划日期未知", en="M1, M2: plan date not known")
    )
    low, high = given.pop("progress")
    facts["progress"] = RollUp(
        value=NO_ITEMS, low=Decimal(low), high=Decimal(high), unknown=("M6",), planned=planned, sources=(at,)
    )
    whole = facts | given
    # Those who vary the story give tuples.
    for name in ("milestones", "changes"):
        whole[name] = Listing(whole[name], engagement=str(whole["name"]))
    return EngagementView(**whole)


def _reached(m1: str = "M1") -> tuple[Milestone, ...]:
    return (
        milestone(m1, points=(24, 24), reached=date(2026, 4, 17)),
        milestone("M2", points=(36, 36), reached=date(2026, 5, 12)),
        milestone("M3", points=(148, 148), reached=date(2026, 5, 29), plan=date(2026, 5, 29)),
    )


def view_5_june(**given: Any) -> EngagementView:
    """Return what Jira alone tells on 5 June, 18:00."""
    facts: dict[str, Any] = {
        "progress": ("0.63875", "0.73875"),
        "milestones": (
            *_reached(),
            milestone(
                "M4",
                points=(62, 80),
                plan=june(17),
                forecast=june(18),
                forecast_low=june(17),
                forecast_high=june(22),
                start=date(2026, 5, 11),
            ),
            milestone("M5", points=(9, 40), plan=june(26), forecast=too_few(3), start=june(1)),
            milestone("M6", plan=date(2026, 7, 8), start=june(22)),
            milestone("M7", points=(0, 12), plan=date(2026, 7, 15), forecast=too_few(0), start=date(2026, 7, 9)),
        ),
        "changes": (
            change(
                112, "发票信息字段", None, "已关闭", raised_on=date(2026, 4, 22), days=0, money="12000.00", age=(2, 2)
            ),
            change(
                150, "更换短信服务商", None, "已关闭", raised_on=date(2026, 5, 6), days=0, money="9000.00", age=(3, 2)
            ),
            change(
                163,
                "积分商城并入首期",
                "implementing",
                "实施中",
                raised_on=date(2026, 5, 12),
                since=date(2026, 5, 20),
                days=3,
                money="36500.00",
                age=(3, 3),
            ),
            change(
                231,
                "小程序优惠券",
                "awaiting_decision",
                "等待客户",
                raised_on=date(2026, 5, 27),
                since=june(2),
                days=5,
                money="48000.00",
                age=(4, 3),
            ),
            change(
                240,
                "会员等级调整",
                "approved",
                "已批准",
                raised_on=june(4),
                since=june(5),
                age=(1, 0),
            ),
        ),
        "work": (
            *(work(100 + day, title, "M4", june(day)) for day, title in M4_WEEK),
            *(work(200 + day, title, "M5", june(day)) for day, title in M5_WEEK),
            work(300, "五月完成的任务", "M4", date(2026, 5, 28)),
            work(301, "未完成的任务", "M5", None),
        ),
    }
    return _view(FRIDAY_5_JUNE, **(facts | given))


def view_29_may(**given: Any) -> EngagementView:
    """Return what Jira alone told a week before."""
    facts: dict[str, Any] = {
        "progress": ("0.575", "0.675"),
        "milestones": (
            *_reached(),
            milestone(
                "M4",
                points=(50, 80),
                plan=june(17),
                forecast=june(17),
                forecast_low=june(10),
                forecast_high=june(24),
                start=date(2026, 5, 11),
            ),
            milestone("M5", points=(0, 40), plan=june(26), forecast=too_few(0), start=june(1)),
            milestone("M6", plan=date(2026, 7, 8), start=june(22)),
            milestone("M7", points=(0, 12), plan=date(2026, 7, 15), forecast=too_few(0), start=date(2026, 7, 9)),
        ),
        "changes": (
            change(112, "发票信息字段", None, "已关闭", raised_on=date(2026, 4, 22), days=0, money="12000.00"),
            change(150, "更换短信服务商", None, "已关闭", raised_on=date(2026, 5, 6), days=0, money="9000.00"),
            change(
                163, "积分商城并入首期", "implementing", "实施中", raised_on=date(2026, 5, 12), days=3, money="36500.00"
            ),
            change(231, "小程序优惠券", "under_assessment", "评估中", raised_on=date(2026, 5, 27), age=(2, 0)),
        ),
        "work": (work(300, "五月完成的任务", "M4", date(2026, 5, 28)),),
    }
    return _view(FRIDAY_29_MAY, **(facts | given))


def meta(view: EngagementView, **given: Any) -> ReportMeta:
    """Return what the workspace adds to *view*."""
    first = view.today.toordinal() - view.today.weekday()
    facts: dict[str, Any] = {
        "edition": "weekly",
        "number": 9,
        "revision": 1,
        "draft": False,
        "period_from": date.fromordinal(first),
        "period_to": date.fromordinal(first + 6),
        "made_at": view.as_of,
        "prepared_by": "王工",
        "approved_by": "王工",
        "agency_name": AGENCY,
        "headline": HEADLINE,
        "reply_to": "wang@qingchuan.example",
        "show_money": True,
    }
    return ReportMeta(**(facts | given))


def report_8() -> ClientReport:
    """Return the issued report of 29 May, the first that pmbridge made."""
    view = view_29_may()
    return project_for(view, meta(view, number=8), None, calendar=CALENDAR)


def report_9(**given: Any) -> ClientReport:
    """Return the issued report of 5 June."""
    view = view_5_june()
    return project_for(view, meta(view, **given), report_8(), calendar=CALENDAR)


def draft_1() -> ClientReport:
    """Return a first draft: no headline, nothing to compare with, nobody to answer to."""
    view = view_5_june()
    bare = meta(view, number=1, draft=True, headline=None, approved_by=None, reply_to=None)
    return project_for(view, bare, None, calendar=CALENDAR)
