"""The demo's story as it happens in Worktile: the project in which the launch is prepared, edit by edit.

Every edit has its date, so that the team can be looked at as of any moment. All times are Shanghai's.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from pmbridge_worktile.sandbox_store import FORECAST, MILESTONE, ZONE, Task, Team, seconds, slate, whole_day

PROJECT_ID, PROJECT_NAME = "66112f0a7c3d5e0012ab4f01", "会员商城上线"

_FIRST_DAY = date(2026, 4, 7)
_LAUNCH = (
    "域名与证书切换", "生产环境部署", "压力测试复测", "灰度发布方案", "上线公告与客服话术", "上线值守排班",
)  # fmt: skip
_MIGRATION = (
    "数据迁移范围确认", "数据迁移脚本编写", "数据迁移字段映射", "数据迁移环境准备", "数据迁移校验清单",
)  # fmt: skip
# title, working week (0 = that of 6 April) in which it was made, and in which it was done; None = still open
_OTHERS: tuple[tuple[str, int, int | None], ...] = (
    ("服务器采购", 0, 2), ("ICP 备案", 0, 3), ("测试环境搭建", 0, 1), ("监控告警接入", 1, 4), ("日志平台接入", 1, 4),
    ("数据库备份策略", 1, 3), ("账号权限申请", 0, 1), ("VPN 开通", 0, 1), ("短信通道报备", 2, 5), ("商户号", 2, None),
    ("小程序类目审核", 2, 6), ("隐私政策更新", 3, 6), ("用户协议更新", 3, 6), ("安全扫描", 4, 7), ("渗透测试", 4, None),
    ("等保材料准备", 4, None), ("客服系统对接", 5, None), ("门店培训材料", 5, None), ("门店培训排期", 6, None),
    ("会员迁移公告", 6, None), ("旧商城下线方案", 6, None), ("回滚演练", 7, None), ("运维手册", 5, None),
    ("应急联系人名单", 6, 8), ("上线检查清单", 7, None), ("CDN 配置", 3, 7), ("对象存储开通", 2, 4), ("邮件域名", 2, 5),
)  # fmt: skip


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), ZONE)


class Story:
    """What happens, in order. :meth:`play` may be called again and again with later moments."""

    def __init__(self, team: Team) -> None:
        self.team = team
        self._steps: list[tuple[datetime, Callable[[], None]]] = []
        self._by_title: dict[str, Task] = {}
        self.project = team.add_project(PROJECT_NAME, id_=PROJECT_ID)
        self._people = [team.me, team.add_user("赵工"), team.add_user("外包小李", listed=False)]
        self._tell()
        self._steps.sort(key=lambda step: step[0])

    def play(self, until: datetime) -> None:
        """Make every edit that is dated up to *until* and was not made yet."""
        with self.team.lock:
            while self._steps and self._steps[0][0] <= until:
                self._steps.pop(0)[1]()

    def _tell(self) -> None:
        m6, m7 = "M6 数据迁移演练", "M7 上线"
        self._make(m6, _at(_FIRST_DAY, 10), kind=MILESTONE, due=date(2026, 7, 3))
        self._make(m7, _at(_FIRST_DAY, 10, 5), kind=MILESTONE, due=date(2026, 7, 10))
        # CR-003 moved the plan by three working days; in M7 only the forecast was put right.
        self._set(m6, _at(date(2026, 5, 20), 17, 30), due=whole_day(date(2026, 7, 8)))
        for moment, forecast in (
            (_at(date(2026, 5, 20), 17, 35), date(2026, 7, 15)),
            (_at(date(2026, 5, 29), 16), date(2026, 7, 17)),
            (_at(date(2026, 6, 5), 15), date(2026, 7, 20)),
        ):
            self._set(m7, moment, **{FORECAST: whole_day(forecast)})
        for number, title in enumerate(_LAUNCH):
            self._make(title, _at(_FIRST_DAY, 11, number), parent=m7)
        for number, title in enumerate(_MIGRATION):
            self._make(title, _at(date(2026, 4, 20), 9, number))
        for number, (title, made, done) in enumerate(_OTHERS):
            self._make(title, _at(_FIRST_DAY + timedelta(weeks=made), 14, number), who=number)
            if done is not None:
                self._finish(title, _at(date(2026, 4, 10) + timedelta(weeks=done), 15, number))
        self._close(m6, m7)

    def _close(self, m6: str, m7: str) -> None:
        """What happens after 5 June, for the closing edition."""
        self._finish(m6, _at(date(2026, 7, 8), 17))
        for number, title in enumerate(_LAUNCH):
            self._finish(title, _at(date(2026, 7, 20), 15, number))
        self._finish(m7, _at(date(2026, 7, 20), 18))

    # ------------------------------------------------------------------------------------------ edits

    def _make(
        self, title: str, moment: datetime, *,
        kind: str = "任务", due: date | None = None, parent: str | None = None, who: int = 0,
    ) -> None:  # fmt: skip
        def step() -> None:
            person = self._people[who % len(self._people)]
            properties: dict[str, object] = {"assignee": person.uid, "desc": self._text(title, who)}
            if due is not None:
                properties["due"] = whole_day(due)
            above = self._by_title[parent].id if parent else None
            self._by_title[title] = self.team.add_task(
                self.project, title, type_=kind, parent=above, by=person, at=seconds(moment), properties=properties
            )

        self._steps.append((moment, step))

    def _text(self, title: str, number: int) -> str:
        """Return a description, in each of the three ways in which one comes."""
        match number % 3:
            case 0:
                return f"{title}：见**上线方案**。"
            case 1:
                return slate(f"{title}\n负责人每周五更新。")
            case _:
                return f"[@{self._people[0].uid}|{self._people[0].display_name}] 请跟进{title}。"

    def _set(self, title: str, moment: datetime, **properties: object) -> None:
        self._steps.append(
            (moment, lambda: self.team.edit(self._by_title[title], at=seconds(moment), properties=properties))
        )

    def _finish(self, title: str, moment: datetime) -> None:
        def step() -> None:
            task = self._by_title[title]
            done = next(one for one in task.type.states if one.type == 3)
            self.team.move(task, done, at=seconds(moment))

        self._steps.append((moment, step))
