"""The demo's story as it happens in Trello: the design board of one client's project from April to June 2026.

Every edit has its date, so that the board can be looked at as of any moment. All times are Shanghai's; a "working day"
is one of China's calendar of 2026. On 5 June others use up what the app's key may ask, and Trello answers nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pmbridge_trello.sandbox_http import Service
from pmbridge_trello.sandbox_state import Card

ZONE = ZoneInfo("Asia/Shanghai")
BOARD = "会员商城设计"
TO_DESIGN, DESIGNING, ACCEPTED = "待设计", "设计中", "已验收"
MILESTONE_LABEL, M2_LABEL = "里程碑", "M2"
MILESTONE = "M2 设计验收"

DESIGNS = (
    "首页", "分类导航", "搜索与结果页", "商品列表", "商品详情", "购物车", "确认订单", "支付结果页", "订单列表",
    "订单详情", "会员注册与登录", "会员中心", "会员等级页", "会员码", "积分明细", "积分兑换", "积分规则页", "签到",
    "收货地址", "发票信息", "退货申请", "评价", "收藏", "消息中心", "客服入口", "门店查询", "个人设置",
    "空状态与出错页", "图标与配色", "组件库",
)  # fmt: skip
"""The thirty cards of the milestone."""

LATER = (
    ("生日礼页面", date(2026, 5, 13)), ("邀请有礼页面", date(2026, 5, 14)), ("活动页模板", date(2026, 5, 18)),
    ("积分商城首页", date(2026, 5, 20)), ("积分商城兑换流程", date(2026, 5, 20)), ("帮助中心", date(2026, 5, 22)),
    ("分享海报", date(2026, 5, 26)),
)  # fmt: skip
"""The seven that nobody has begun, and when each came up."""

_OFF = frozenset({date(2026, 5, 1), date(2026, 5, 4), date(2026, 5, 5)})
_MADE_UP = frozenset({date(2026, 5, 9)})


def working_days(first: date, last: date) -> Iterator[date]:
    """Yield the working days from *first* to *last*, both included, between 7 April and 18 June 2026."""
    day = first
    while day <= last:
        if day in _MADE_UP or (day.weekday() < 5 and day not in _OFF):
            yield day
        day += timedelta(days=1)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """Return a moment in Shanghai."""
    return datetime.combine(day, time(hour, minute), ZONE)


class Story:
    """What happens, in order. :meth:`play` may be called again and again with later moments."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.store = store = service.store
        begun = at(date(2026, 4, 7), 9, 30)
        self.people = [store.add_member(name).id for name in ("王工", "陈工", "刘工")]
        lists = (TO_DESIGN, DESIGNING, ACCEPTED)
        self.board = store.add_board(BOARD, lists=lists, members=self.people[1:], organization=True, at=begun)
        self.lists = {one.name: one for one in store.lists_of(self.board)}
        self.labels = {
            name: store.add_label(self.board, name, color, at=begun)
            for name, color in ((MILESTONE_LABEL, "red"), (M2_LABEL, "blue"), ("", "green"))
        }
        self.cards: dict[str, Card] = {}
        self._steps: list[tuple[datetime, Callable[[], None]]] = []
        self._tell_milestone()
        self._tell_designs()
        self._tell_later()
        self._on(at(date(2026, 6, 5), 17), lambda: self._set_exhausted(exhausted=True))
        self._on(at(date(2026, 6, 5), 23), lambda: self._set_exhausted(exhausted=False))
        self._steps.sort(key=lambda step: step[0])

    def play(self, until: datetime) -> None:
        """Make every edit that is dated up to *until* and was not made yet."""
        with self.store.lock:
            while self._steps and self._steps[0][0] <= until:
                self._steps.pop(0)[1]()

    def _on(self, moment: datetime, step: Callable[[], None]) -> None:
        self._steps.append((moment, step))

    # -------------------------------------------------------------------------------------------- telling

    def _tell_milestone(self) -> None:
        made, due = at(date(2026, 4, 8), 9, 30), at(date(2026, 5, 8), 18)
        self._card(MILESTONE, made, MILESTONE_LABEL, person=0, due=due)
        self._move(MILESTONE, DESIGNING, at(date(2026, 4, 13), 9, 30))
        rejected, again = at(date(2026, 5, 8), 17, 30), at(date(2026, 5, 12), 11)
        self._comment(MILESTONE, "张敏：会员中心和积分兑换两张稿子要改，其余没有意见。", rejected)
        self._comment(MILESTONE, "修改稿已重新提交。", again)
        self._move(MILESTONE, ACCEPTED, at(date(2026, 5, 12), 17))

    def _tell_designs(self) -> None:
        """Tell of the thirty cards: made on one day, then done one after the other up to 12 May."""
        made = at(date(2026, 4, 8), 10)
        days = list(working_days(date(2026, 4, 10), date(2026, 5, 12)))
        ends = days[1:]
        for number, name in enumerate(DESIGNS):
            title, end = f"{name}设计稿", ends[len(ends) * number // len(DESIGNS)]
            self._card(title, made + timedelta(minutes=number), M2_LABEL, person=1 + number % 2)
            self._move(title, DESIGNING, at(days[days.index(end) - 1], 10), person=1 + number % 2)
            self._move(title, ACCEPTED, at(end, 16))

    def _tell_later(self) -> None:
        for number, (name, day) in enumerate(LATER):
            self._card(f"{name}设计稿", at(day, 11, number), None, person=1 + number % 2)

    # --------------------------------------------------------------------------------------------- edits

    def _card(
        self, title: str, moment: datetime, label: str | None, *, person: int, due: datetime | None = None
    ) -> None:
        def step() -> None:
            labels = () if label is None else (self.labels[label].id,)
            self.cards[title] = self.store.add_card(
                self.lists[TO_DESIGN], title, at=moment, due=due, labels=labels, members=(self.people[person],)
            )

        self._on(moment, step)

    def _move(self, title: str, to: str, moment: datetime, *, person: int = 0) -> None:
        def step() -> None:
            self.store.edit_card(self.cards[title], at=moment, by=self.people[person], in_list=self.lists[to].id)

        self._on(moment, step)

    def _comment(self, title: str, text: str, moment: datetime) -> None:
        self._on(moment, lambda: self._say(title, text, moment))

    def _say(self, title: str, text: str, moment: datetime) -> None:
        self.store.comment(self.cards[title], text, at=moment, by=self.people[0])

    def _set_exhausted(self, *, exhausted: bool) -> None:
        self.service.exhausted = exhausted
