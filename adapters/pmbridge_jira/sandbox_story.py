"""The demo's story as it happens in Jira: one client's project from April to June 2026, edit by edit.

Every edit has its date, so that the site can be looked at as of any moment. All times are Shanghai's; a "working day"
is one of China's calendar of 2026. The texts stand in :mod:`pmbridge_jira.sandbox_titles`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from pmbridge_jira import sandbox_titles as titles
from pmbridge_jira.sandbox_catalogue import BUG, CHANGE, EPIC, IMPACT_DAYS, IMPACT_MONEY, POINTS, STORY, TASK
from pmbridge_jira.sandbox_state import Issue, Sprint, Version
from pmbridge_jira.sandbox_store import Site

ZONE = ZoneInfo("Asia/Shanghai")
PROJECT_ID, PROJECT_KEY = 10000, "MALL"
TODO, DOING, DONE = "10001", "10002", "10003"
OPEN, ASSESSING, WAITING, APPROVED, IMPLEMENTING, CLOSED = "10101", "10102", "10103", "10104", "10105", "10106"

_OFF = frozenset({date(2026, 5, 1), date(2026, 5, 4), date(2026, 5, 5), date(2026, 6, 19)})
_MADE_UP = frozenset({date(2026, 5, 9)})
_FIRST_DAY = date(2026, 4, 7)
_RESERVED = frozenset({112, 150, 163, 231, 240, 245, 251})

# ref -> (start, release date at first, points of its items in the order of their keys)
_M4_GROUPS: tuple[tuple[date, date, tuple[int, ...]], ...] = (
    (date(2026, 4, 22), date(2026, 4, 22), (2,)),
    (date(2026, 4, 30), date(2026, 5, 9), (3, 3, 3, 3, 2, 2, 2, 2)),
    (date(2026, 5, 11), date(2026, 5, 15), (3, 3, 3)),
    (date(2026, 5, 18), date(2026, 5, 22), (3, 3, 2, 2)),
    (date(2026, 5, 25), date(2026, 5, 29), (3, 3, 3)),
    (date(2026, 6, 1), date(2026, 6, 5), (3, 3, 2, 2, 2)),
)
_M4_OPEN = (3, 3, 3, 3, 2, 2, 2)
_M5_DONE, _M5_OPEN = (3, 3, 3), (3,) * 5 + (2,) * 8


def working(day: date) -> bool:
    """Return whether people work on *day*, which lies between 7 April and 31 July 2026."""
    return day in _MADE_UP or (day.weekday() < 5 and day not in _OFF)


def working_days(first: date, last: date | None = None) -> Iterator[date]:
    """Yield the working days from *first* to *last* (without one, for ever), both included."""
    day = first
    while last is None or day <= last:
        if working(day):
            yield day
        day += timedelta(days=1)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """Return a moment in Shanghai."""
    return datetime.combine(day, time(hour, minute), ZONE)


def may(day: int) -> date:
    """Return a day of May 2026."""
    return date(2026, 5, day)


def june(day: int) -> date:
    """Return a day of June 2026."""
    return date(2026, 6, day)


def seed_story(site: Site, *, until: datetime | None = None) -> Story:
    """Make the project on an empty site, as of *until* (default: the site's present), and return its story."""
    story = Story(site)
    story.play(until or site.clock.now())
    return story


class Story:
    """What happens, in order. :meth:`play` may be called again and again with later moments."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.issues: dict[int, Issue] = {}
        self.versions: dict[str, Version] = {}
        self.sprints: list[Sprint] = []
        self._open: dict[str, list[int]] = {}
        self._steps: list[tuple[datetime, Callable[[], None]]] = []
        self._numbers = (number for number in count(1) if number not in _RESERVED)
        self.people = [site.add_user(name).account_id for name in ("王工", "陈工", "刘工")]
        self.project = site.add_project(PROJECT_KEY, "会员商城改版", number=PROJECT_ID)
        self._tell_plan()
        self._tell_milestones()
        self._tell_changes()
        self._tell_others()
        self._tell_the_end()
        self._steps.sort(key=lambda step: step[0])

    def play(self, until: datetime) -> None:
        """Make every edit that is dated up to *until* and was not made yet."""
        with self.site.lock:
            while self._steps and self._steps[0][0] <= until:
                self._steps.pop(0)[1]()

    def _on(self, moment: datetime, step: Callable[[], None]) -> None:
        self._steps.append((moment, step))

    # ---------------------------------------------------------------------------------- versions and sprints

    def _tell_plan(self) -> None:
        for ref, name, start, release in (
            ("M1", "需求确认", None, date(2026, 4, 17)), ("M2", "设计验收", None, may(8)),
            ("M3", "会员与积分后端", date(2026, 4, 20), may(29)), ("M4", "商城前端 Beta", may(11), june(12)),
            ("M5", "支付与对账", june(1), june(26)), ("M6", "数据迁移演练", june(22), date(2026, 7, 3)),
            ("M7", "上线", date(2026, 7, 9), date(2026, 7, 10)),
        ):  # fmt: skip
            self.versions[ref] = self.site.add_version(self.project, f"{ref} {name}", start=start, release=release)
        self._release("M1", at(date(2026, 4, 17), 17), date(2026, 4, 17))
        self._release("M2", at(may(12), 17), may(12))
        self._release("M3", at(may(29), 15, 30), may(29))
        # CR-003 moved the plan by three working days; nobody thought of M5.
        for ref, release in (("M4", june(17)), ("M6", date(2026, 7, 8)), ("M7", date(2026, 7, 15))):
            self._on(at(may(20), 17, 30), self._dated(ref, release))
        for name, release in titles.PATCH_RELEASES:
            version = self.site.add_version(self.project, name, release=release)
            self._on(at(release, 18), self._released(version, release))
        board = self.site.add_board(self.project, "商城迭代")
        for number, (first, last) in enumerate(titles.SPRINTS, start=1):
            sprint = self.site.add_sprint(board, f"迭代 {number}", start=at(first, 9), end=at(last, 18))
            self.sprints.append(sprint)
            self._on(at(first, 9), self._sprint_state(sprint, "active", None))
            self._on(at(last, 18, 30), self._sprint_state(sprint, "closed", at(last, 18, 30)))

    def _release(self, ref: str, moment: datetime, on: date) -> None:
        self._on(moment, self._released(self.versions[ref], on))

    def _released(self, version: Version, on: date) -> Callable[[], None]:
        return lambda: self.site.edit_version(version, released=True, release=on)

    def _dated(self, ref: str, release: date) -> Callable[[], None]:
        return lambda: self.site.edit_version(self.versions[ref], release=release)

    def _sprint_state(self, sprint: Sprint, state: str, complete: datetime | None) -> Callable[[], None]:
        def step() -> None:
            sprint.state, sprint.complete = state, complete
            self.site.revision += 1

        return step

    # ---------------------------------------------------------------------------------------- milestones

    def _tell_milestones(self) -> None:
        epics = [self._epic(number) for number in range(len(titles.EPICS))]
        april_17, april_20 = date(2026, 4, 17), date(2026, 4, 20)
        self._items("M1", epics[0], [(1, at(april_17, 16))] * 24)
        self._items("M2", epics[1], [(1, at(may(12), 16))] * 36)
        days = list(working_days(april_20, may(29)))
        m3 = [days[28 * i // 74] for i in range(74)]
        self._items("M3", epics[2], [(2, at(day, 15 if day == may(29) else 16)) for day in m3])
        m4: list[tuple[int, datetime | None]] = []
        for first, last, points in _M4_GROUPS:
            here = list(working_days(first, last))
            m4 += [(one, at(here[k % len(here)], 16)) for k, one in enumerate(points)]
        started = [at(june(3), 10)] * 3 + [None] * (len(_M4_OPEN) - 3)
        m4_open = [*m4, *((one, None) for one in _M4_OPEN)]
        self._open["M4"] = self._items("M4", epics[3], m4_open, started=[None] * len(m4) + started)
        m5 = [(one, at(june(2 + k), 16)) for k, one in enumerate(_M5_DONE)]
        self._open["M5"] = self._items("M5", epics[4], [*m5, *((one, None) for one in _M5_OPEN)])
        self._open["M7"] = self._items("M7", epics[5], [(2, None)] * 6)

    def _epic(self, number: int) -> int:
        key = next(self._numbers)
        self._on(at(_FIRST_DAY, 10), self._create(key, EPIC, titles.EPICS[number], at(_FIRST_DAY, 10)))
        self._on(at(date(2026, 4, 8), 9), self._move(key, DOING, at(date(2026, 4, 8), 9)))
        return key

    def _items(
        self, ref: str, epic: int, items: Sequence[tuple[int, datetime | None]],
        *, started: Sequence[datetime | None] = (),
    ) -> list[int]:  # fmt: skip
        """Tell of a version's items: points and the moment each is done, if it is; return those that stay open."""
        created, still_open = at(date(2026, 4, 8), 10), []
        for number, (points, done) in enumerate(items):
            key = next(self._numbers)
            begun = done.replace(hour=10) if done else started[number] if started else None
            sprint = self._sprint_at(done or begun) if ref in ("M3", "M4", "M5") else None
            self._on(created, self._create(
                key, STORY, titles.item(ref, number), created, version=ref, epic=epic, points=points, sprint=sprint,
                assignee=self.people[number % 3],
            ))  # fmt: skip
            if begun:
                self._on(begun, self._move(key, DOING, begun))
            if done:
                self._on(done, self._move(key, DONE, done))
            else:
                still_open.append(key)
        return still_open

    def _sprint_at(self, moment: datetime | None) -> Sprint | None:
        if moment is None:
            return None
        return next((one for one in self.sprints if one.start and one.end and one.start <= moment <= one.end), None)

    # ------------------------------------------------------------------------------------------- changes

    def _tell_changes(self) -> None:
        for key, title, steps, impact in (
            (112, "发票信息字段", ((at(date(2026, 4, 22), 10), OPEN), (at(date(2026, 4, 22), 15), ASSESSING),
             (at(date(2026, 4, 24), 17), WAITING), (at(date(2026, 4, 28), 11), APPROVED),
             (at(date(2026, 4, 29), 9), IMPLEMENTING), (at(may(8), 17), CLOSED)), (0, 12000)),
            (150, "更换短信服务商", ((at(may(6), 10), OPEN), (at(may(6), 15), ASSESSING), (at(may(9), 17), WAITING),
             (at(may(12), 11), CLOSED)), (0, 9000)),
            (163, "积分商城并入首期", ((at(may(12), 10), OPEN), (at(may(12), 15), ASSESSING),
             (at(may(15), 17), WAITING), (at(may(20), 11), APPROVED), (at(may(20), 17), IMPLEMENTING)), (3, 36500)),
            (231, "小程序优惠券", ((at(may(27), 10), OPEN), (at(may(27), 15), ASSESSING), (at(june(2), 17), WAITING)),
             (5, 48000)),
            (240, "会员等级调整", ((at(june(4), 19), OPEN), (at(june(5), 9, 30), ASSESSING),
             (at(june(5), 17, 50), APPROVED)), None),
        ):  # fmt: skip
            created = steps[0][0]
            text = titles.CHANGES[key]
            self._on(created, self._create(key, CHANGE, title, created, description=text, assignee=self.people[0]))
            for moment, state in steps[1:]:
                worth = impact if state == WAITING else None
                self._on(moment, self._move(key, state, moment, impact=worth, by=self.people[1]))
        told = at(june(2), 17, 5)
        self._on(told, lambda: self._say(231, "两个方案已发给张敏，请在 6 月 9 日前答复。", told))

    def _say(self, key: int, text: str, moment: datetime) -> None:
        self.site.comment(self.issues[key], text, by=self.people[0], at=moment)

    # -------------------------------------------------------------------------------------------- others

    def _tell_others(self) -> None:
        opened, asked = at(may(29), 10), at(june(4), 19, 30)
        self._on(opened, self._create(251, BUG, "图片加载慢", opened, assignee=self.people[1]))
        self._on(at(june(1), 9), self._move(251, DOING, at(june(1), 9)))
        self._on(asked, self._create(245, TASK, "评估会员等级调整对积分规则的影响", asked, assignee=self.people[2]))
        self._on(asked, lambda: self.site.link(self.issues[245], "Relates", self.issues[240], at=asked))
        days = list(working_days(date(2026, 4, 9), may(27)))
        for number in range(titles.OTHERS):
            key = next(self._numbers)
            created = at(days[number * len(days) // titles.OTHERS], 11, number % 60)
            kind = BUG if number % 3 == 0 else TASK
            self._on(created, self._create(
                key, kind, titles.other(number), created, assignee=self.people[number % 3],
                patch=titles.PATCH_RELEASES[number % 11][0] if number % 4 == 0 else None,
            ))  # fmt: skip
            if number % 5 < 4:
                done = created + timedelta(hours=5, minutes=30)
                self._on(done, self._move(key, DONE if number % 5 < 3 else DOING, done))

    # ---------------------------------------------------------------------------- after 5 June, up to the end

    def _tell_the_end(self) -> None:
        july_3, july_20, july_24 = date(2026, 7, 3), date(2026, 7, 20), date(2026, 7, 24)
        for ref, first, reached in (
            ("M4", june(8), june(18)),
            ("M5", june(8), july_3),
            ("M7", date(2026, 7, 9), july_20),
        ):
            days = list(working_days(first, reached))
            keys = self._open[ref]
            for number, key in enumerate(keys, start=1):
                done = at(days[number * len(days) // len(keys) - 1], 15)
                self._on(done, self._move(key, DONE, done))
            self._release(ref, at(reached, 17), reached)
        self._release("M6", at(date(2026, 7, 8), 17), date(2026, 7, 8))
        for key, steps in (
            (231, ((at(june(8), 11), APPROVED), (at(june(8), 17), IMPLEMENTING), (at(july_24, 15), CLOSED))),
            (240, ((at(june(8), 10, 30), ASSESSING), (at(june(11), 17), WAITING), (at(june(16), 11), CLOSED))),
            (163, ((at(july_24, 15), CLOSED),)),
            (251, ((at(june(10), 16), DONE),)),
        ):
            for moment, state in steps:
                self._on(moment, self._move(key, state, moment, by=self.people[1]))

    # --------------------------------------------------------------------------------------------- edits

    def _create(
        self, key: int, kind: str, title: str, moment: datetime, *, version: str | None = None,
        epic: int | None = None, points: int | None = None, sprint: Sprint | None = None, assignee: str | None = None,
        description: str | None = None, patch: str | None = None,
    ) -> Callable[[], None]:  # fmt: skip
        def step() -> None:
            named = self.versions[version] if version else self._patch(patch)
            last = self.project.last_number
            self.issues[key] = self.site.add_issue(
                self.project, kind, title, at=moment, number=key, assignee=assignee, description=description,
                versions=(named.id,) if named else (), parent=self.issues[epic].id if epic else None,
                sprints=(sprint.id,) if sprint else (), custom={} if points is None else {POINTS: points},
            )  # fmt: skip
            self.project.last_number = max(last, key)

        return step

    def _patch(self, name: str | None) -> Version | None:
        return next((one for one in self.site.versions.values() if one.name == name), None) if name else None

    def _move(
        self, key: int, state: str, moment: datetime, *, impact: tuple[int, int] | None = None, by: str | None = None
    ) -> Callable[[], None]:
        def step() -> None:
            issue = self.issues[key]
            custom = {IMPACT_DAYS: impact[0], IMPACT_MONEY: impact[1]} if impact else {}
            self.site.edit(issue, at=moment, by=by or issue.now.assignee, status=state, custom=custom)

        return step
