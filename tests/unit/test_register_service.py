"""Clocks of changes and acceptance reviews, and what was to come round: in time, late, running, or not known."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from pmbridge.domain.book import Book
from pmbridge.domain.concepts import concepts
from pmbridge.domain.discipline import coverage, due_times, report_punctuality
from pmbridge.domain.figure import Known, SourceRef, Unknown, UnknownReason
from pmbridge.domain.sla import DEFAULT_RULES, Run, ServiceLevel, SlaRule, runs, service_level, service_levels
from pmbridge.domain.terms import clocks_in_force
from pmbridge.domain.working_time import WorkingHours
from pmbridge.store import Store
from pmbridge.testing.clock import FakeClock
from tests.unit.delivery_bench import CONTRACT, LETTER, MAIL, Desk
from tests.unit.register_bench import at

HOURS = WorkingHours()
SOURCE = SourceRef(connection="register", kind="inquiry", external_id="1", key="INQ-01")


@pytest.fixture
def desk(sqlite_store: Store, clock: FakeClock) -> Desk:
    clock.set(at("12-01"))
    return Desk(sqlite_store, clock)


def level(desk: Desk, clock: str, day: str, book: Book | None = None) -> ServiceLevel:
    found = service_levels(book or desk.register.book, DEFAULT_RULES, HOURS, desk.moment(day))
    return next(one for rule, one in found if rule.clock == clock)


def request(desk: Desk, day: str) -> str:
    said = {"title": "x", "description": "y", "reason": "z", "raised_by": "CT-01", "via": "email"}
    return desk.do("change", "submit", day=day, input=said, evidence=[MAIL]).ref


def test_without_records_no_clock_applies(desk: Desk) -> None:
    for rule in DEFAULT_RULES:
        assert list(runs(Book(concepts()), rule)) == []
    empty = service_level("change_assessment", [], HOURS, desk.moment("06-05"))
    assert (empty.compliance, empty.median, empty.p90, empty.n) == (None, None, None, 0)


def test_an_assessment_is_not_counted_while_the_client_answers(desk: Desk) -> None:
    ref = request(desk, "06-01")
    desk.do("change", "assess", ref, day="06-01", input={"draft": True})
    desk.do("change", "ask", ref, day="06-02", input={"question": "哪些页面？"}, evidence=[MAIL])
    waiting = level(desk, "change_assessment", "06-12")
    # One working day was ours, since then it is the client's.
    assert (waiting.running, waiting.compliance, waiting.runs[0].elapsed) == ((ref,), None, 1)
    desk.do("change", "reply", ref, day="06-12", input={"answer": "全部"})
    assert level(desk, "change_assessment", "06-18").running == (ref,)
    late = level(desk, "change_assessment", "06-23")
    assert (late.breached, late.runs[0].elapsed) == ((ref,), 7)
    assert isinstance(late.compliance, Known)
    assert str(late.compliance.value) == "0/1 = 0%"


def test_a_withdrawn_request_was_never_late(desk: Desk) -> None:
    ref = request(desk, "05-06")
    desk.do("change", "withdraw", ref, day="05-29", reason="不做了", input={"consent": True}, evidence=[MAIL])
    assert level(desk, "change_assessment", "06-05").runs == ()


def test_each_review_has_its_own_day(desk: Desk) -> None:
    ref = desk.deliverable(day="05-06")
    why = {"verdicts": [{"criterion": "2", "mark": "fail", "note": "缺手机版"}]}
    desk.do("deliverable", "reject", ref, day="05-08", input=why, by="张敏", evidence=[MAIL])
    desk.do("deliverable", "rework", ref, day="05-08")
    desk.prepared(ref, day="05-12")
    open_one = level(desk, "acceptance_review", "05-15")
    assert (open_one.met, open_one.running) == ((ref,), (ref,))
    over = level(desk, "acceptance_review", "05-18")
    assert (over.met, over.breached) == ((ref,), (ref,))
    assert isinstance(over.median, Known)
    assert isinstance(over.p90, Known)
    assert (over.median.value, over.p90.value) == (Decimal(3), 4)


def test_a_decision_is_due_on_the_day_that_was_asked_for(desk: Desk) -> None:
    change = desk.approved(days=("04-22", "04-24", "04-28"))
    found = level(desk, "client_decision", "06-05")
    assert (found.met, found.runs[0].elapsed, found.runs[0].run.due) == ((change,), 2, date(2026, 7, 1))


def test_what_never_started_or_has_no_target_is_left_out_and_named(desk: Desk) -> None:
    unknown = Run(ref="INQ-01", source=SOURCE, started=None, limit=240, unit="minutes")
    aimless = Run(ref="INQ-02", source=SOURCE, started=at("06-01"))
    fine = Run(ref="INQ-03", source=SOURCE, started=at("06-01", 9), stopped=at("06-01", 10), limit=240, unit="minutes")
    moment = desk.moment("06-05")
    none = service_level("inquiry_response", [unknown, aimless], HOURS, moment)
    assert isinstance(none.compliance, Unknown)
    assert isinstance(none.median, Unknown)
    assert (none.compliance.reason, none.left_out) == (UnknownReason.NOT_PROVIDED, ("INQ-01", "INQ-02"))
    some = service_level("inquiry_response", [unknown, fine], HOURS, moment)
    assert (some.met, some.left_out, some.unit) == (("INQ-03",), ("INQ-01",), "minutes")


def test_an_agreed_target_takes_the_place_of_the_default_for_its_priority_alone(desk: Desk) -> None:
    for priority in ("must", None):
        ref = request(desk, "06-01")
        if priority:
            desk.do("change", "edit", ref, day="06-01", input={"changes": {"priority": priority}})
    rules = (SlaRule(clock="change_assessment", priority="must", working_days=2), *DEFAULT_RULES)
    found = [one for rule, one in service_levels(desk.register.book, rules, HOURS, desk.moment("06-04"))
             if rule.clock == "change_assessment"]  # fmt: skip
    assert [(one.breached, one.running) for one in found] == [(("CR-001",), ()), ((), ("CR-002",))]
    desk.do("engagement", "agree", day="04-07", by="李总", evidence=[LETTER],
            input={"name": "商城", "contract": CONTRACT, "sla": [rules[0]]})  # fmt: skip
    assert len([one for one in clocks_in_force(desk.register.book) if one.clock == "change_assessment"]) == 2


def test_working_minutes_leave_out_nights_lunch_and_holidays(desk: Desk) -> None:
    calendar, zone = desk.register.calendar, desk.register.zone
    whole = HOURS.minutes(at("04-07", 0), at("07-01", 0), calendar, zone)
    assert whole == calendar.wd(date(2026, 4, 6), date(2026, 6, 30)) * 480
    assert HOURS.minutes(at("06-05", 11), at("06-05", 14), calendar, zone) == 120
    assert HOURS.minutes(at("06-05", 17), at("06-08", 10), calendar, zone) == 120
    assert HOURS.minutes(at("06-05", 14), at("06-05", 11), calendar, zone) == 0


# -------------------------------------------------------------------------------------------------- discipline

PLAN = {"cadence": [{"kind": "weekly_report", "rrule": "FREQ=WEEKLY;BYDAY=FR;BYHOUR=18", "owner": "王工"}]}


def agreed(desk: Desk) -> None:
    terms = {"name": "商城", "contract": CONTRACT, "communication": PLAN}
    desk.do("engagement", "agree", day="04-07", input=terms, by="李总", evidence=[LETTER])


def test_without_a_plan_nobody_knows_what_was_due(desk: Desk) -> None:
    for book in (Book(concepts()), desk.register.book):
        found = report_punctuality(book, "weekly_report", [], desk.moment("06-05"))
        assert isinstance(found.rate, Unknown)
        assert found.rate.reason is UnknownReason.NOT_PROVIDED
    agreed(desk)
    assert isinstance(due_times(desk.register.book, "monthly_review", desk.moment("06-05")), Unknown)


def test_reports_in_time_late_and_missing(desk: Desk) -> None:
    agreed(desk)
    book, soon = desk.register.book, timedelta(minutes=5)
    issued: list[tuple[date, datetime]] = [
        (date(2026, 5, 22), at("05-22", 18)),
        (date(2026, 5, 29), at("05-29", 18) + soon),
    ]
    first = date(2026, 5, 18)
    found = report_punctuality(book, "weekly_report", issued, desk.moment("06-05"), first_due=first)
    assert isinstance(found.rate, Known)
    assert str(found.rate.value) == "1/3 = 33%"
    assert (found.late, found.missing) == ((at("05-29", 18),), (at("06-05", 18),))
    # A missing one does not make those after it late.
    later = [*issued, (date(2026, 6, 12), at("06-12", 17))]
    again = report_punctuality(book, "weekly_report", later, desk.moment("06-12"), first_due=first)
    assert isinstance(again.rate, Known)
    assert str(again.rate.value) == "2/4 = 50%"
    early = report_punctuality(book, "weekly_report", [], desk.moment("05-20"), first_due=first)
    assert early.rate is None


def test_coverage_counts_milestones_whose_progress_is_known(desk: Desk) -> None:
    moment = desk.moment("06-05")
    unknown = Unknown(reason=UnknownReason.NO_ITEMS)
    known: Known[Decimal] = Known(value=Decimal(1), sources=(SOURCE,), method="derived", observed_at=moment.as_of)
    assert coverage({}, (), moment) is None
    assert isinstance(coverage({"M1": unknown}, (), moment), Unknown)
    some = coverage({"M1": known, "M6": unknown}, (), moment)
    assert isinstance(some, Known)
    assert str(some.value) == "1/2 = 50%"
    none = coverage({"M6": unknown}, (SOURCE,), moment)
    assert isinstance(none, Known)
    assert (none.value.hits, none.value.n) == (0, 1)
