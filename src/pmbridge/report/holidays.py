"""Public holidays as a reader names them: adjoining days are one holiday, with an English name where one is known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from pmbridge.domain.calendar import Calendar
from pmbridge.domain.figure import Text
from pmbridge.domain.text import title_of
from pmbridge.report import gate
from pmbridge.report.model import Holiday

_ENGLISH = {
    "元旦": "New Year's Day",
    "春节": "Spring Festival",
    "清明节": "Qingming Festival",
    "劳动节": "Labour Day",
    "端午节": "Dragon Boat Festival",
    "中秋节": "Mid-Autumn Festival",
    "国庆节": "National Day",
}
# Days off that belong to the holiday beside them: the eve, and days exchanged for a worked weekend.
_BESIDE = ("休息日", "农历除夕")
_ONE_DAY = timedelta(days=1)


def stretches(days: Mapping[date, str], calendar: Calendar) -> tuple[Holiday, ...]:
    """Return *days* (day → name) as stretches between which somebody works, in order of time."""
    runs: list[list[date]] = []
    for day in sorted(days):
        if runs and calendar.wd(runs[-1][-1], day - _ONE_DAY) == 0:
            runs[-1].append(day)
        else:
            runs.append([day])
    return tuple(
        Holiday(name=gate.quote(_name([days[day] for day in run])), first=run[0], last=run[-1]) for run in runs
    )


def _name(names: list[str]) -> Text:
    plain = list(dict.fromkeys(name.partition("（")[0] for name in names))
    plain = [name for name in plain if name not in _BESIDE] or ["春节" if "农历除夕" in plain else plain[0]]
    if all(name in _ENGLISH for name in plain):
        return Text(zh="、".join(plain), en=" and ".join(_ENGLISH[name] for name in plain), original="zh")
    return title_of("、".join(plain))
