"""What changed since the last report: a function of the two reports, never of live data.

Both sides of a difference stand in an issued snapshot, so both can be proved. What had happened before the previous
report and was learned only afterwards is a correction of that one. The tools know no causes: a moved date stands here
as moved, without one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from pmbridge.domain.figure import plain
from pmbridge.domain.view import Colour
from pmbridge.report.changed import Change
from pmbridge.report.model import (
    ClientReport,
    DiffKind,
    DiffLine,
    Milestone,
    RollUp,
    Side,
    Tone,
)
from pmbridge.report.parts import Given, Work

WorkingDaysBetween = Callable[[date, date], int]
"""Working days in the half-open interval (a, b]; negative if b is before a."""

_TONES: tuple[Tone, ...] = ("restated", "bad", "change", "good", "other")
SEVERITY: dict[Colour, int] = {"green": 0, "grey": 1, "amber": 2, "red": 3}


def differences(previous: ClientReport, report: ClientReport, wd: WorkingDaysBetween) -> tuple[DiffLine, ...]:
    """Return what differs from *previous* to *report*: corrections and bad news first, the final milestone leading.

    Lines of one tone come largest shift first, then in the report's order. Nothing differs: an empty tuple.
    """
    found = [
        *_milestones(previous, report, wd),
        *_changes(previous, report),
        *_colours(previous, report),
        *_progress(previous.progress, report.progress),
        *_thresholds(previous, report),
    ]

    def rank(line: DiffLine) -> tuple[int, bool, int]:
        return _TONES.index(line.tone), line.ref != report.final, -abs(line.size or 0)

    return tuple(sorted(found, key=rank))


def _line(
    kind: DiffKind,
    tone: Tone,
    about: Milestone | Change | None,
    old: Side | None,
    new: Side | None,
    *,
    ref: str = "",
    size: int | None = None,
) -> DiffLine:
    ref = about.ref if about else ref
    return DiffLine(
        kind=kind,
        tone=tone,
        ref=ref,
        title=about.title if about else None,
        old=old,
        new=new,
        size=size,
        anchors=(ref,) if about else (),
    )


def _side(value: str, *, word: bool = False) -> Side:
    return Side(value=value, word=word)


def _iso(day: date | None) -> Side | None:
    return None if day is None else _side(day.isoformat())


def _day(figure: object) -> date | None:
    return figure.value if isinstance(figure, Given) and isinstance(figure.value, date) else None


def _work(figure: object) -> Work | None:
    return figure.value if isinstance(figure, Given) and isinstance(figure.value, Work) else None


# ------------------------------------------------------------------------------------------------------- milestones


def _milestones(previous: ClientReport, report: ClientReport, wd: WorkingDaysBetween) -> Iterator[DiffLine]:
    before = {m.ref: m for m in previous.milestones}
    for now in report.milestones:
        old = before.pop(now.ref, None)
        if old is None:
            yield _line("milestone_new", "other", now, None, None)
            continue
        yield from _reaching(old, now, wd, previous.header.as_of.date())
        if "cancelled" in (old.state, now.state):
            yield from _cancelling(old, now)
            continue
        if "reached" not in (old.state, now.state):
            yield from _date(old, now, "forecast", wd)
        yield from _date(old, now, "plan", wd)
        yield from _amount_of_work(old, now)
    for gone in before.values():
        line = _line("milestone_gone", "bad", gone, None, None)
        yield line.model_copy(update={"anchors": ()})


def _reaching(old: Milestone, now: Milestone, wd: WorkingDaysBetween, last: date) -> Iterator[DiffLine]:
    """Yield what became of its being reached; *last* is the day of the previous report, which should have said so."""
    then, today = _day(old.reached_on), _day(now.reached_on)
    match old.state == "reached", now.state == "reached":
        case True, True if then and today and then != today:
            sides = _iso(then), _iso(today)
            yield _line("reached_date", "restated", now, *sides, size=wd(then, today))
        case True, False:
            yield _line("not_reached", "restated", now, _iso(then), None)
        case False, True:
            yield _line("reached", "restated" if today and today < last else "good", now, None, _iso(today))


def _cancelling(old: Milestone, now: Milestone) -> Iterator[DiffLine]:
    """Yield that it was cancelled or taken up again; its dates and its work are not compared then.

    Bad news where only a tool says that it was cancelled: in the register an approved change stands behind it.
    """
    if now.state not in (old.state, "reached"):
        tone: Tone = "other" if now.state != "cancelled" else "bad" if now.observed else "change"
        yield _line("milestone_state", tone, now, _side(old.state), _side(now.state))


def _date(old: Milestone, now: Milestone, what: str, wd: WorkingDaysBetween) -> Iterator[DiffLine]:
    is_plan = what == "plan"
    then, today = (_day(m.plan if is_plan else m.forecast) for m in (old, now))
    if then == today:
        return
    before, after = _iso(then), _iso(today)
    if then and today:
        kind: DiffKind = "plan" if is_plan else "forecast"
        yield _line(kind, "bad" if today > then else "good", now, before, after, size=wd(then, today))
    elif then:
        yield _line("plan_lost" if is_plan else "forecast_lost", "bad", now, before, None)
    else:
        yield _line("plan_new" if is_plan else "forecast_new", "other", now, None, after)


def _amount_of_work(old: Milestone, now: Milestone) -> Iterator[DiffLine]:
    then, today = _work(old.progress), _work(now.progress)
    if then is None or today is None or then.unit != today.unit:
        return
    if today.done < then.done:
        yield _line("work_done", "bad", now, _side(plain(then.done)), _side(plain(today.done)))
    if today.total != then.total:
        yield _line("work_total", "other", now, _side(plain(then.total)), _side(plain(today.total)))


# -------------------------------------------------------------------------------------------------------- the others


def _state(change: Change) -> Side:
    if change.state is None or change.in_tool_words:
        return _side(change.tool_state, word=True)
    return _side(change.state)


def _changes(previous: ClientReport, report: ClientReport) -> Iterator[DiffLine]:
    before = {c.ref: c for c in previous.changes.rows}
    for now in report.changes.rows:
        old = before.pop(now.ref, None)
        if old is None:
            yield _line("change_new", "change", now, None, _state(now))
        elif _state(old) != _state(now):
            tone: Tone = "restated" if _learned_late(old, now, previous.header.as_of.date()) else "change"
            yield _line("change_state", tone, now, _state(old), _state(now))
    for gone in before.values():
        line = _line("change_gone", "change", gone, _state(gone), None)
        yield line.model_copy(update={"anchors": ()})


def _learned_late(old: Change, now: Change, last: date) -> bool:
    """Return whether the client had decided before the day of the previous report, which did not say so."""
    return not now.observed and old.decided_on is None and now.decided_on is not None and now.decided_on < last


def _colours(previous: ClientReport, report: ClientReport) -> Iterator[DiffLine]:
    """Yield the colours that turned. Nothing to judge, also in a report that lacks the aspect, weighs as green.

    Between it and green or grey nothing that was known got better or worse: that is no news.
    """
    before = {s.dimension: s.colour for s in previous.status}
    for now in report.status:
        old, new = before.get(now.dimension), now.colour
        if old == new or ({old, new} <= {None, "green", "grey"} and None in (old, new)):
            continue
        worse = SEVERITY[new or "green"] > SEVERITY[old or "green"]
        tone: Tone = "bad" if worse else "other" if {None, "grey"} & {old, new} else "good"
        sides = (None if colour is None else _side(colour) for colour in (old, new))
        yield _line("colour", tone, None, *sides, ref=now.dimension)


def _percents(progress: RollUp) -> str:
    low, high = int(progress.low * 100), int(progress.high * 100)
    return f"{low}%" if low == high else f"{low}%–{high}%"


def _progress(old: RollUp, now: RollUp) -> Iterator[DiffLine]:
    before, after = _percents(old), _percents(now)
    if before != after:
        tone: Tone = "bad" if now.low < old.low else "other"
        yield _line("progress", tone, None, _side(before), _side(after))


def _thresholds(previous: ClientReport, report: ClientReport) -> Iterator[DiffLine]:
    before = {fact.name: fact.value for fact in previous.data.thresholds}
    for now in report.data.thresholds:
        old = before.get(now.name)
        if old is not None and old != now.value:
            yield _line("threshold", "other", None, _side(old), _side(now.value), ref=now.name)
