"""The demo's client, as records: what the four tools held on a day between 28 May and 5 June 2026.

Built from the story's own tables, independent of any sandbox or adapter, so that a figure that comes out here and in
the demo was computed twice. Times are +08:00.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from itertools import count, pairwise
from typing import Any
from zoneinfo import ZoneInfo

from pmbridge.domain.assemble import assemble
from pmbridge.domain.calendar import Calendar
from pmbridge.domain.mapping import EngagementConfig, Status
from pmbridge.domain.recognise import Observed
from pmbridge.domain.resolved import ResolvedChangeRule, ResolvedMilestoneRule, ResolvedSource, ResolvedWhere
from pmbridge.domain.view import EngagementView
from pmbridge.records import Category, Change, Group, Item, RemoteProject, ToolState
from pmbridge.values import Day, FieldValue, Instant, Named, Number, ProjectId, RecordId

ZONE = ZoneInfo("Asia/Shanghai")
CHINA = Calendar.named("CN", years=range(2025, 2029))
POINTS, DAYS, MONEY = "customfield_10016", "customfield_10050", "customfield_10051"
MALL = ProjectId("10000")

NAMES = {
    "M1": ("需求确认", "Requirements confirmed", 10),
    "M2": ("设计验收", "Design accepted", 15),
    "M3": ("会员与积分后端", "Membership and points", 20),
    "M4": ("商城前端 Beta", "Storefront beta", 20),
    "M5": ("支付与对账", "Payment and reconciliation", 15),
    "M6": ("数据迁移演练", "Data migration rehearsal", 10),
    "M7": ("上线", "Go-live", 10),
}

TODO = ToolState(id="10001", name="待办", category="todo")
DOING = ToolState(id="10002", name="进行中", category="in_progress")
DONE = ToolState(id="10003", name="完成", category="done")
RELEASED = ToolState(id="released", name="released", category="done")
UNRELEASED = ToolState(id="unreleased", name="unreleased", category="todo")
CR_STATES: dict[str, tuple[str, Category]] = {
    "10101": ("待处理", "todo"),
    "10102": ("评估中", "in_progress"),
    "10103": ("等待客户", "in_progress"),
    "10104": ("已批准", "in_progress"),
    "10105": ("实施中", "in_progress"),
    "10106": ("已关闭", "done"),
}
TASK, CHANGE_TYPE = Named(id="10001", name="任务"), Named(id="10012", name="变更请求")


def at(month: int, day: int, hour: int = 16, minute: int = 0) -> datetime:
    """Return an instant of 2026 in China."""
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE)


def on(month: int, day: int) -> date:
    """Return a day of 2026."""
    return date(2026, month, day)


FIRST_SYNC, WEEKLY_8, THURSDAY, WEEKLY_9 = at(5, 28, 10), at(5, 29, 18), at(6, 4, 17, 30), at(6, 5, 18)
STOPS = (FIRST_SYNC, WEEKLY_8, THURSDAY, WEEKLY_9)


def config(**changes: Any) -> EngagementConfig:
    """Return the engagement of the story, with *changes* to its table."""
    table: dict[str, Any] = {
        "client": "蓝海零售",
        "name": {"zh": "会员商城改版", "en": "Member mall redesign"},
        "start_on": "2026-04-07",
        "contract_end_on": "2026-07-31",
        "milestones": {
            ref: {
                "name": {"zh": zh, "en": en},
                "weight": weight,
                "key": ref in ("M4", "M5"),
                "final": ref == "M7",
            }
            for ref, (zh, en, weight) in NAMES.items()
        },
    }
    return EngagementConfig.model_validate(table | changes)


def view(
    *observed: Observed, now: datetime | None = None, calendar: Calendar = CHINA, **changes: Any
) -> EngagementView:
    """Return the engagement as of *now* (the second stop's Friday unless told), with *changes* to its table."""
    return assemble("lanhai", config(**changes), calendar, observed, now or WEEKLY_9)


# ------------------------------------------------------------------------------------------------------------ Jira


def jira_rule(refs: str = "[1-7]", **changes: Any) -> ResolvedMilestoneRule:
    """Return the story's rule for versions, with *changes*."""
    values: dict[str, Any] = {
        "kind": "version",
        "shape": "group",
        "where": ResolvedWhere(),
        "match": re.compile(rf"^(?P<ref>M{refs})\s"),
        "items": "group",
        "unit": "points",
        "weight_field": POINTS,
        "source_weight": None,
        "progress": "zero_hundred",
        "progress_field": None,
        "status_table": {},
        "date_field": None,
        "date_is": "plan",
        "reached": frozenset(),
    }
    return ResolvedMilestoneRule(**(values | changes))


CHANGE_RULE = ResolvedChangeRule(
    kind="issue",
    where=ResolvedWhere(types=frozenset({CHANGE_TYPE.id})),
    match=None,
    states={
        "10101": "submitted",
        "10102": "under_assessment",
        "10103": "awaiting_decision",
        "10104": "approved",
        "10105": "implementing",
    },
    days_field=DAYS,
    days_on="M7",
    money_field=MONEY,
    currency="CNY",
)


def source(
    *,
    connection: str = "jira",
    tool: str = "Jira",
    project: ProjectId = MALL,
    name: str = "会员商城改版",
    milestones: Sequence[ResolvedMilestoneRule] = (),
    changes: Sequence[ResolvedChangeRule] = (),
    status: Mapping[str, Status] | None = None,
) -> ResolvedSource:
    """Return one source of the engagement."""
    return ResolvedSource(
        connection=connection,
        tool=tool,
        project=RemoteProject(id=project, key="MALL", name=name),
        client_can_open=False,
        titles_are_client_safe=True,
        status=status or {},
        milestones=tuple(milestones),
        changes=tuple(changes),
    )


def version(number: int, now: datetime) -> Group:
    """Return version M*number* as it stood at *now*."""
    start, due, released_at = {
        1: (None, on(4, 17), at(4, 17)),
        2: (None, on(5, 12), at(5, 12)),
        3: (on(4, 20), on(5, 29), at(5, 29, 15, 30)),
        4: (on(5, 11), on(6, 17), None),
        5: (on(6, 1), on(6, 26), None),
        6: (on(6, 22), on(7, 8), None),
        7: (on(7, 9), on(7, 15), None),
    }[number]
    return Group(
        id=RecordId(kind="version", external_id=f"1002{number}"),
        project=MALL,
        version=f"{number}",
        title=f"M{number} {NAMES[f'M{number}'][0]}",
        url=f"https://jira.example/versions/1002{number}",
        state=RELEASED if released_at is not None and released_at <= now else UNRELEASED,
        start=None if start is None else Day(on=start),
        due=Day(on=due),
    )


def issue(
    number: int,
    *,
    now: datetime,
    done: datetime | None = None,
    in_progress: bool = False,
    points: int | None = None,
    fix: Group | None = None,
) -> Item:
    """Return a work item MALL-*number* as it stood at *now*."""
    finished = done is not None and done <= now
    fields: dict[str, FieldValue | None] = {
        POINTS: None if points is None else Number(value=Decimal(points)),
        DAYS: None,
        MONEY: None,
    }
    return Item(
        id=RecordId(kind="issue", external_id=str(20000 + number)),
        project=MALL,
        version="1",
        title=f"工作项 {number}",
        type=TASK,
        state=DONE if finished else DOING if in_progress else TODO,
        key=f"MALL-{number}",
        done=Instant(at=done) if finished and done is not None else None,
        created_at=at(4, 8),
        groups=() if fix is None else (fix.id,),
        fields=fields,
    )


def _work(now: datetime) -> Iterator[Item]:
    numbers = (n for n in count(1) if n not in {112, 150, 163, 231, 240})
    versions = {n: version(n, now) for n in range(1, 8)}

    def one(fix: int | None, points: int | None, done: datetime | None, *, in_progress: bool = False) -> Item:
        group = None if fix is None else versions[fix]
        return issue(next(numbers), now=now, done=done, in_progress=in_progress, points=points, fix=group)

    yield from (one(1, 1, at(4, 17)) for _ in range(24))
    yield from (one(2, 1, at(5, 12)) for _ in range(36))
    for i in range(74):
        day = CHINA.add_wd(on(4, 19), 28 * i // 74 + 1)
        yield one(3, 2, datetime.combine(day, time(15 if day == on(5, 29) else 16), ZONE))
    for points, first, last in (
        ((2,), on(4, 22), on(4, 22)),
        ((3, 3, 3, 3, 2, 2, 2, 2), on(4, 30), on(5, 9)),
        ((3, 3, 3), on(5, 11), on(5, 15)),
        ((3, 3, 2, 2), on(5, 18), on(5, 22)),
        ((3, 3, 3), on(5, 25), on(5, 29)),
        ((3, 3, 2, 2, 2), on(6, 1), on(6, 5)),
    ):
        eve = date.fromordinal(first.toordinal() - 1)
        days = [CHINA.add_wd(eve, k + 1) for k in range(CHINA.wd(eve, last))]
        for k, weight in enumerate(points):
            yield one(4, weight, datetime.combine(days[k % len(days)], time(16), ZONE))
    for k, weight in enumerate((3, 3, 3, 3, 2, 2, 2)):
        yield one(4, weight, None, in_progress=k < 3)
    yield from (one(5, 3, at(6, day)) for day in (2, 3, 4))
    yield from (one(5, weight, None) for weight in [3] * 5 + [2] * 8)
    yield from (one(7, 2, None) for _ in range(6))
    yield from (one(None, None, None) for _ in range(220))


CHANGES: dict[int, tuple[str, datetime, tuple[tuple[str, datetime], ...], int | None, int | None]] = {
    112: (
        "发票信息字段",
        at(4, 22, 9),
        (
            ("10102", at(4, 22)),
            ("10103", at(4, 24)),
            ("10104", at(4, 28)),
            ("10105", at(4, 29)),
            ("10106", at(5, 8)),
        ),
        0,
        12000,
    ),
    150: ("更换短信服务商", at(5, 6, 9), (("10102", at(5, 6)), ("10103", at(5, 9)), ("10106", at(5, 12))), 0, 9000),
    163: (
        "积分商城并入首期",
        at(5, 12, 9),
        (("10102", at(5, 12)), ("10103", at(5, 15)), ("10104", at(5, 20, 10)), ("10105", at(5, 20))),
        3,
        36500,
    ),
    231: ("小程序优惠券", at(5, 27, 9), (("10102", at(5, 27)), ("10103", at(6, 2))), 5, 48000),
    240: ("会员等级调整", at(6, 4, 19), (("10102", at(6, 5, 9)), ("10104", at(6, 5, 17, 50))), None, None),
}
"""number → title, created, (state entered, when), days, money."""


def cr_state(state: str) -> ToolState:
    """Return a state of the change requests' workflow."""
    name, category = CR_STATES[state]
    return ToolState(id=state, name=name, category=category)


def state_change(item: RecordId, before: str, after: str, when: datetime, n: int = 0) -> Change:
    """Return one entry of the tool's history."""
    return Change(
        id=RecordId(kind="change", external_id=f"{item.external_id}-{n}-{when:%m%d%H%M}"),
        item=item,
        at=when,
        field="state",
        before=Named(id=before),
        after=Named(id=after),
    )


def change_request(number: int, now: datetime) -> tuple[Item, tuple[Change, ...]]:
    """Return change request MALL-*number* as it stood at *now*, with its history."""
    title, created, moves, days, money = CHANGES[number]
    id_ = RecordId(kind="issue", external_id=str(20000 + number))
    entered = [("10101", created), *(move for move in moves if move[1] <= now)]
    history = tuple(
        state_change(id_, before, after, when, n) for n, ((before, _), (after, when)) in enumerate(pairwise(entered))
    )
    # The impact is filled in when the assessment goes to the client.
    assessed = any(state == "10103" for state, _ in entered)
    item = Item(
        id=id_,
        project=MALL,
        version="1",
        title=title,
        type=CHANGE_TYPE,
        state=cr_state(entered[-1][0]),
        key=f"MALL-{number}",
        created_at=created,
        fields={
            POINTS: None,
            DAYS: Number(value=Decimal(days)) if days is not None and assessed else None,
            MONEY: Number(value=Decimal(money)) if money is not None and assessed else None,
        },
    )
    return item, history


def jira(now: datetime, *, refs: str = "[1-7]", first_sync: datetime = FIRST_SYNC, **rule: Any) -> Observed:
    """Return what the mirror holds of Jira at *now*, first read at *first_sync* and then at every stop."""
    requests = [change_request(number, now) for number, one in CHANGES.items() if one[1] <= now]
    stops = [stop for stop in STOPS if first_sync <= stop <= now]
    others = [
        Group(id=RecordId(kind="version", external_id=f"1010{n}"), project=MALL, version="1", title=f"v2.3.{n}")
        for n in range(11)
    ]
    observed = Observed.of(
        source(milestones=[jira_rule(refs, **rule)], changes=[CHANGE_RULE]),
        items=[*_work(now), *(item for item, _ in requests)],
        groups=[*(version(n, now) for n in range(1, 8)), *others],
        details={item.id: history for item, history in requests if history},
        histories=[item.id for item, _ in requests],
        complete_as_of=now,
    )
    seen = {version(n, now).id: tuple((stop, version(n, stop)) for stop in stops) for n in range(1, 8)}
    return replace(observed, first_plans=seen)


def four_tools(now: datetime) -> tuple[Observed, ...]:
    """Return all sources of the story, Jira with its own three milestones only."""
    return jira(now, refs="[3-5]"), pingcode(now), trello(), worktile(now)


# ------------------------------------------------------------------------------------------- the other three tools


def record(kind: str, number: int | str, title: str, type_: str, state: ToolState, **more: Any) -> Item:
    values: dict[str, Any] = {
        "id": RecordId(kind=kind, external_id=str(number)),
        "project": ProjectId("p"),
        "version": "1",
        "title": title,
        "type": Named(id=type_),
        "state": state,
        "created_at": at(4, 8),
    }
    return Item(**(values | more))


def pingcode(now: datetime) -> Observed:
    """Return M1 as a work item of its own and one deviation."""
    done = ToolState(id="done", name="已完成", category="done")
    doing = ToolState(id="doing", name="处理中", category="in_progress")
    off_id = RecordId(kind="work_item", external_id="2")
    rule = jira_rule(
        "1",
        kind="work_item",
        shape="item",
        where=ResolvedWhere(types=frozenset({"里程碑"})),
        items="self",
        unit="count",
        weight_field=None,
    )
    deviation = ResolvedChangeRule(
        kind="work_item",
        where=ResolvedWhere(types=frozenset({"不符合规格"})),
        match=re.compile(r"^(?P<ref>OFF-\d+)\s"),
        states={"doing": "implementing", "closed": "closed"},
        days_field=None,
        days_on=None,
        money_field=None,
        currency=None,
    )
    return Observed.of(
        source(connection="pingcode", tool="PingCode", name="会员商城需求", milestones=[rule], changes=[deviation]),
        items=[
            record(
                "work_item",
                1,
                "M1 需求确认",
                "里程碑",
                done,
                due=Day(on=on(4, 17)),
                done=Instant(at=at(4, 17)),
            ),
            record("work_item", 2, "OFF-01 积分舍入与规格不符", "不符合规格", doing, created_at=at(6, 1)),
        ],
        groups=[],
        histories=[off_id],
        complete_as_of=now,
    )


def trello() -> Observed:
    """Return M2 as a card, 30 cards with its label, and 7 that belong to nothing, as of Thursday's last read."""
    states = {name: ToolState(id=f"l{n}", name=name) for n, name in enumerate(("待设计", "设计中", "已验收"))}
    milestone, label = RecordId(kind="label", external_id="里程碑"), RecordId(kind="label", external_id="M2")
    rule = jira_rule(
        "2",
        kind="card",
        shape="item",
        where=ResolvedWhere(groups=frozenset({milestone})),
        items=ResolvedWhere(groups=frozenset({label})),
        unit="count",
        weight_field=None,
    )
    head = record("card", 0, "M2 设计验收", "card", states["已验收"], due=Day(on=on(5, 8)), groups=(milestone,))
    return Observed.of(
        source(
            connection="trello",
            tool="Trello",
            name="会员商城设计",
            milestones=[rule],
            status={"l0": "todo", "l1": "in_progress", "l2": "done"},
        ),
        items=[
            head,
            *(record("card", n, f"页面 {n}", "card", states["已验收"], groups=(label,)) for n in range(1, 31)),
            *(record("card", n, f"页面 {n}", "card", states["待设计"]) for n in range(31, 38)),
        ],
        groups=[],
        details={head.id: (state_change(head.id, "l1", "l2", at(5, 12)),)},
        complete_as_of=THURSDAY,
    )


def worktile(now: datetime) -> Observed:
    """Return M6 and M7 as tasks, each read by a rule for its plan and one for its forecast."""
    plan = jira_rule(
        "[67]",
        kind="task",
        shape="item",
        where=ResolvedWhere(types=frozenset({"里程碑"})),
        items="children",
        unit="count",
        weight_field=None,
    )
    expected = jira_rule(
        "[67]",
        kind="task",
        shape="item",
        where=ResolvedWhere(types=frozenset({"里程碑"})),
        items="children",
        unit="count",
        weight_field=None,
        date_field="预计日期",
        date_is="forecast",
    )
    m6 = record("task", 6, "M6 数据迁移演练", "里程碑", TODO, due=Day(on=on(7, 8)), fields={"预计日期": None})
    forecast = next(day for when, day in ((at(6, 5, 15), on(7, 20)), (at(5, 29, 9), on(7, 17))) if when <= now)
    m7 = record("task", 7, "M7 上线", "里程碑", TODO, due=Day(on=on(7, 10)), fields={"预计日期": Day(on=forecast)})
    steps = [record("task", 70 + n, f"上线步骤 {n}", "任务", TODO, parent=m7.id) for n in range(6)]
    return Observed.of(
        source(connection="worktile", tool="Worktile", name="会员商城上线", milestones=[plan, expected]),
        items=[m6, m7, *steps],
        groups=[],
        complete_as_of=now,
    )
