"""Clocks and discipline: how much was in time, and no figure where there is nothing to judge."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from pmbridge.domain.action_metrics import done_on_time
from pmbridge.domain.calendar import Calendar
from pmbridge.domain.figure import Known, Unknown, UnknownReason
from pmbridge.domain.meeting_metrics import adherence, minutes_confirmed
from pmbridge.domain.moment import Moment
from pmbridge.domain.risk_metrics import before, last_looked_at, level, open_threats, series
from pmbridge.domain.sla import DEFAULT_RULES, ServiceLevel, service_levels
from pmbridge.domain.working_time import WorkingHours
from pmbridge.register import Register
from pmbridge.store import Store
from pmbridge.testing.clock import START, FakeClock
from tests.unit.raid_bench import get, staffed
from tests.unit.register_bench import SHANGHAI, at
from tests.unit.register_story import MAIL

CHINA = Calendar.named("CN")


def moment(day: str, hour: int = 18) -> Moment:
    return Moment(as_of=at(day, hour), zone=SHANGHAI, calendar=CHINA)


def known(figure: Any) -> Any:
    assert isinstance(figure, Known), figure
    return figure.value


@pytest.fixture
def register(sqlite_store: Store, clock: FakeClock) -> Register:
    clock.set(START + timedelta(days=60))
    return staffed(sqlite_store, clock)


# ---------------------------------------------------------------------------------------------------- inquiries


def inquire(register: Register, minutes: int | None, day: str = "06-01") -> None:
    """Have something asked at nine, and responded to so many minutes of the clock later."""
    ref = register.do("inquiry", "add", input={"text": "？"}, by="张敏", at=at(day, 9)).ref
    if minutes is not None:
        when = at(day, 9) + timedelta(minutes=minutes)
        register.do("inquiry", "respond", ref, evidence=[MAIL], at=when)


def levels(register: Register, now: Moment) -> dict[str, ServiceLevel]:
    """Return how the clocks of the default rules stand, by name."""
    found = service_levels(register.book, DEFAULT_RULES, WorkingHours(), now)
    return {rule.clock: level for rule, level in found}


def test_first_responses_of_the_story(register: Register) -> None:
    for minutes in (20, 45, 60, 80, 100, 120, 150, 180, 360):
        inquire(register, minutes)
    level = levels(register, moment("06-05"))["inquiry_response"]
    # 360 minutes of the clock from nine are 300 working minutes: lunch is none.
    assert str(known(level.compliance)) == "8/9 = 88%"
    assert (known(level.median), known(level.p90), level.breached) == (100, 300, ("INQ-09",))


def test_an_inquiry_that_nobody_responded_to_is_late_once_its_time_is_over(register: Register) -> None:
    assert levels(register, moment("06-01"))["inquiry_response"].compliance is None
    inquire(register, None)
    running = levels(register, moment("06-01", 11))["inquiry_response"]
    assert (running.compliance, running.running) == (None, ("INQ-01",))
    late = levels(register, moment("06-01", 15))["inquiry_response"]
    assert (late.breached, late.n) == (("INQ-01",), 1)


def test_an_answer_stops_both_clocks(register: Register) -> None:
    for day, answered in (("05-29", "06-03"), ("05-29", "06-04")):
        ref = register.do("inquiry", "add", input={"text": "？"}, by="张敏", at=at(day, 9)).ref
        register.do("inquiry", "answer", ref, input={"answer": "是"}, evidence=[MAIL], at=at(answered))
    found = levels(register, moment("06-05"))
    assert (found["inquiry_resolution"].met, found["inquiry_resolution"].breached) == (("INQ-01",), ("INQ-02",))
    assert found["inquiry_response"].breached == ("INQ-01", "INQ-02")


# -------------------------------------------------------------------------------------------- actions, meetings


def test_actions_done_by_their_day(register: Register) -> None:
    assert done_on_time([], moment("06-05")) is None
    for due, done in ((5, 4), (3, 4), (4, None), (9, None), (None, None)):
        said: dict[str, Any] = {"text": "x"}
        said |= {"due_on": date(2026, 6, due)} if due else {"no_due_reason": "持续"}
        ref = register.do("action", "add", input=said, at=at("06-01")).ref
        if done is not None:
            register.do("action", "done", ref, at=at(f"06-{done:02}"))
    actions = register.book.of("action")
    value = known(done_on_time(actions, moment("06-05")))
    assert (value.met, value.due, value.late, value.moved) == (1, 3, ("ACT-02", "ACT-03"), ())
    assert value.percent == 33
    # What is due today may yet be done in time.
    assert known(done_on_time(actions, moment("06-04"))).late == ("ACT-02",)
    register.do("action", "edit", "ACT-03", input={"due_on": date(2026, 6, 8)}, at=at("06-05"))
    register.do("action", "done", "ACT-03", at=at("06-08"))
    moved = known(done_on_time(register.book.of("action"), moment("06-08")))
    assert (moved.met, moved.due, moved.moved) == (2, 3, ("ACT-03",))


def test_actions_without_dates_or_not_yet_due_give_no_figure(register: Register) -> None:
    register.do("action", "add", input={"text": "x", "no_due_reason": "持续"})
    undated = done_on_time(register.book.of("action"), moment("06-05"))
    assert isinstance(undated, Unknown)
    assert undated.reason is UnknownReason.NOT_PROVIDED
    register.do("action", "add", input={"text": "x", "due_on": date(2026, 6, 9)})
    early = done_on_time(register.book.of("action"), moment("06-05"))
    assert isinstance(early, Unknown)
    assert early.reason is UnknownReason.NOT_YET_DUE
    register.do("action", "cancel", "ACT-01", reason="x")
    register.do("action", "cancel", "ACT-02", reason="x")
    assert done_on_time(register.book.of("action"), moment("06-05")) is None


def test_meetings_held_cancelled_and_missed(register: Register) -> None:
    assert adherence([], moment("06-01")) is None
    assert minutes_confirmed([], moment("06-01")) is None
    for day in ("05-26", "06-02", "06-03", "06-09"):
        register.do("meeting", "add", input={"kind": "weekly_status", "planned_at": at(day)}, at=at("05-20"))
    early = adherence(register.book.of("meeting"), moment("05-25"))
    assert isinstance(early, Unknown)
    assert early.reason is UnknownReason.NOT_YET_DUE
    register.do("meeting", "hold", "MTG-01", input={"present": ["张敏", "王工"]}, at=at("05-26"))
    register.do("meeting", "cancel", "MTG-02", reason="客户出差", at=at("06-01"))
    value = known(adherence(register.book.of("meeting"), moment("06-05")))
    assert (value.held, value.planned, value.missed) == (1, 3, ("MTG-03",))
    assert value.cancelled == (("MTG-02", "客户出差"),)
    counts = known(minutes_confirmed(register.book.of("meeting"), moment("06-05")))
    assert (counts.confirmed, counts.sent, counts.held) == (0, 0, 1)
    register.do("meeting", "minutes", "MTG-01", input={"text": "…"}, evidence=[MAIL], at=at("05-26", 15))
    register.do("meeting", "confirm", "MTG-01", by="张敏", evidence=[MAIL], at=at("05-27"))
    counts = known(minutes_confirmed(register.book.of("meeting"), moment("06-05")))
    assert (counts.confirmed, counts.sent, counts.held) == (1, 1, 1)


# -------------------------------------------------------------------------------------------------------- risks


def test_the_level_of_a_risk_is_its_last_score_and_unknown_before_the_first(register: Register) -> None:
    assert isinstance(last_looked_at([], moment("06-05")), Unknown)
    said = {"title": "延迟", "category": "technical", "proximity": date(2026, 6, 10)}
    register.do("risk", "add", input=said, at=at("05-20"))
    register.do("risk", "add", input=said | {"direction": "opportunity"}, at=at("05-20"))
    risk = get(register, "RSK-01")
    assert isinstance(level(risk), Unknown)
    assert before(risk, date(2026, 6, 5)) is None
    for day, probability in (("05-20", 3), ("06-03", 4)):
        given = {"probability": probability, "impact": {"schedule": 3}}
        register.do("risk", "assess", "RSK-01", input=given, at=at(day, 11))
    risk = get(register, "RSK-01")
    assert known(level(risk)) == 12
    assert series(risk) == ((date(2026, 5, 20), 9), (date(2026, 6, 3), 12))
    assert [before(risk, date(2026, 6, day)) for day in (2, 3)] == [9, 12]
    assert [one.ref for one in open_threats(register.book.of("risk"))] == ["RSK-01"]
    assert known(last_looked_at(register.book.of("risk"), moment("06-05"))) == date(2026, 6, 3)
