"""The demo's story as it happens in PingCode: the requirements of one client's project, from April to June 2026.

All times are Shanghai's.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from itertools import cycle, islice
from typing import Any

from pmbridge_pingcode import sandbox_catalogue as catalogue
from pmbridge_pingcode.sandbox_store import ZONE, Item, Team, at

IDENTIFIER, NAME = "REQ", "会员商城需求"
REQUIREMENTS = 48
ADDED = ("积分商城首页", "积分商品兑换", "积分订单查询")
"""What change CR-003 brought on 20 May."""

_AREAS = ("会员注册", "会员登录", "会员等级", "积分获取", "积分兑换", "积分过期", "商品搜索", "购物车", "下单", "支付",
          "退货", "消息通知")  # fmt: skip
_ASPECTS = ("功能", "规则", "异常处理", "验收标准")
_RISKS = ("支付渠道联调延迟", "历史会员数据质量", "618 大促期间冻结发布", "短信服务商更换", "小程序审核周期")
_OTHERS = ("访谈纪要整理", "需求评审会", "术语表", "原型走查", "需求跟踪矩阵")

_START = date(2026, 4, 7)
_CONFIRMED = date(2026, 4, 17)
_CHANGED = date(2026, 5, 20)
_DEVIATED = date(2026, 6, 1)


class Story:
    """What happens, in order. :meth:`play` may be called again and again with later moments."""

    def __init__(self, team: Team) -> None:
        self.team = team
        self.items: dict[str, Item] = {}
        self._steps: list[tuple[int, Callable[[], None]]] = []
        self.people = [team.add_user(name).id for name in ("王工", "陈工", "刘工")]
        began = at(_START, 9)
        # A waterfall project: the type that has requirements, phases and milestones.
        self.project = team.add_project(IDENTIFIER, NAME, "waterfall", at=began)
        self._tell()
        self._steps.sort(key=lambda step: step[0])

    def play(self, until: datetime) -> None:
        """Make every edit that is dated up to *until* and was not made yet."""
        moment = int(until.astimezone(ZONE).timestamp())
        with self.team.lock:
            while self._steps and self._steps[0][0] <= moment:
                self._steps.pop(0)[1]()

    def _tell(self) -> None:
        confirmed = at(_CONFIRMED, 16)
        self._create("M1 需求确认", catalogue.MILESTONE, at(_START, 9), due=at(_CONFIRMED, 18))
        self._move("M1 需求确认", catalogue.DOING.id, at(_START, 10))
        titles = [f"{area}{aspect}" for aspect in _ASPECTS for area in _AREAS][:REQUIREMENTS]
        for number, title in enumerate(titles):
            self._create(title, catalogue.REQUIREMENT, at(date(2026, 4, 8), 9, number), due=at(_CONFIRMED, 18))
            self._move(title, catalogue.DONE.id, at(date(2026, 4, 13 + number % 4), 15, number))
        self._move("M1 需求确认", catalogue.DONE.id, confirmed)
        for number, title in enumerate(ADDED):
            self._create(title, catalogue.REQUIREMENT, at(_CHANGED, 17, 10 + number))
        # The requirement that CR-003 took out.
        self._move(titles[29], catalogue.CLOSED.id, at(_CHANGED, 17, 20))
        for number, title in enumerate(_RISKS):
            self._create(title, catalogue.RISK, at(date(2026, 4, 9 + number), 11))
        self._move(_RISKS[0], catalogue.HANDLING.id, at(_CHANGED, 11))
        for number, title in enumerate(_OTHERS):
            self._create(title, catalogue.TASK, at(date(2026, 4, 8 + number), 13))
            self._move(title, catalogue.DONE.id, at(date(2026, 4, 10 + number), 17))
        off = "OFF-01 积分舍入与规格不符"
        self._create(
            off, catalogue.DEVIATION, at(_DEVIATED, 10),
            description="<p>规格：积分按元四舍五入；现状：向下取整。</p>", properties={"severity": _severity()},
        )  # fmt: skip
        self._move(off, catalogue.HANDLING.id, at(_DEVIATED, 11))
        said = at(_DEVIATED, 14)
        self._on(said, lambda: self._say(off, "已告知客户，返工从今天开始，不收费。", said))
        self._move(off, catalogue.SHUT.id, at(date(2026, 6, 15), 16))

    def _on(self, moment: int, step: Callable[[], None]) -> None:
        self._steps.append((moment, step))

    def _say(self, title: str, text: str, moment: int) -> None:
        self.team.say(self.items[title], text, by=self.people[0], at=moment)

    def _create(self, title: str, type_id: str, moment: int, **values: Any) -> None:
        assignee = next(islice(cycle(self.people), len(self._steps) % 3, None))

        def step() -> None:
            self.items[title] = self.team.add_item(
                self.project, title, type_id, at=moment, by=self.people[0], assignee=assignee, **values
            )

        self._on(moment, step)

    def _move(self, title: str, state: str, moment: int) -> None:
        self._on(moment, lambda: self.team.move_to(self.items[title], state, at=moment, by=self.people[1]))


def _severity() -> str:
    """Return the id of the option 一般."""
    return catalogue.SEVERITY.options[1][0]
