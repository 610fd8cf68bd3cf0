"""The rules of an engagement are agreed as a whole; it ends only when nothing is left open."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from pmbridge.domain.book import Book
from pmbridge.domain.cadence import expected, recurrence
from pmbridge.domain.concepts import concepts
from pmbridge.domain.engagement_fields import Agree
from pmbridge.domain.fields import C, Fields
from pmbridge.domain.machine import NEW, Concept, State, Step, by_name
from pmbridge.domain.mapping import ReportingPolicy
from pmbridge.domain.sla import SlaRule
from pmbridge.domain.terms import (
    AgreedPolicy,
    Contract,
    WorkCalendar,
    clocks_in_force,
    hours_in_force,
    policy_in_force,
    terms_in_force,
)
from pmbridge.store import Store
from pmbridge.testing.clock import FakeClock
from pmbridge.values import Label
from tests.unit.delivery_bench import CONTRACT, LETTER, MAIL, Desk
from tests.unit.register_bench import SHANGHAI, at
from tests.unit.test_register_goals import SMART


@pytest.fixture
def desk(sqlite_store: Store, clock: FakeClock) -> Desk:
    clock.set(at("12-01"))
    return Desk(sqlite_store, clock)


def running(desk: Desk) -> None:
    """Bring the engagement to where work is done."""
    desk.agreed()
    desk.do("engagement", "initiate", "ENG-1", day="04-08")
    desk.baselined()
    desk.do(
        "milestone", "add", day="04-08", number="M7", input={"title": "上线", "on": date(2026, 7, 10), "is_final": True}
    )
    dates = {"dates": {"M7": date(2026, 7, 10)}}
    desk.do("schedule_baseline", "agree", day="04-17", input=dates, by="张敏", evidence=[LETTER])
    goal = desk.do("goal", "add", day="04-08", input=SMART).ref
    desk.do("goal", "propose", goal, day="04-09")
    desk.do("goal", "agree", goal, day="04-10", by="张敏", evidence=[MAIL])
    desk.do("engagement", "launch", "ENG-1", day="04-17")


def closing(desk: Desk) -> None:
    running(desk)
    desk.do("milestone", "reach", "M7", day="07-10", evidence=[MAIL])
    desk.do("engagement", "wind_down", "ENG-1", day="07-11")


def test_the_rules_are_agreed_by_the_client_with_budget_baseline_0(desk: Desk) -> None:
    given = {"contract": CONTRACT}
    assert desk.refused("engagement", "agree", day="04-07", input=given) == ["decider", "evidence", "named"]
    odd = {"name": "商城", "contract": CONTRACT, "calendar": {"code": "ATLANTIS"}}
    assert desk.refused("engagement", "agree", day="04-07", input=odd, by="李总", evidence=[LETTER]) == ["calendar"]
    made = desk.agreed()
    assert (made.ref, made.state, made.fields.contract_ref) == ("ENG-1", "prospective", "HT-2026-014")
    budget = desk.register.book.get("BB-0")
    assert budget is not None
    assert [str(one) for one in budget.fields.total] == ["CNY 680,000.00"]
    assert [one.fields.subject for one in desk.register.book.of("client_decision")] == ["ENG-1", "BB-0"]
    assert desk.refused("engagement", "add", day="04-08", input={"name": "另一个"}) == ["one-engagement"]
    assert list(desk.register.book.violations()) == []


def test_rules_are_agreed_anew_but_the_budget_moves_by_changes_only(desk: Desk) -> None:
    desk.agreed()
    more = {"contract": CONTRACT | {"agreed_budget": "CNY 700000.00"}}
    assert desk.refused("engagement", "agree", "ENG-1", day="05-01", input=more, by="李总", evidence=[LETTER]) == [
        "budget"
    ]
    again = desk.agreed(day="05-01", deemed_acceptance_wd=5)
    assert (again.fields.deemed_acceptance_wd, again.fields.agreed_on) == (5, (date(2026, 4, 7), date(2026, 5, 1)))
    assert [one.ref for one in desk.register.book.of("budget_baseline")] == ["BB-0"]


def test_what_holds_until_the_rules_are_agreed_and_afterwards(desk: Desk) -> None:
    configured = ReportingPolicy(stale_after_hours=48)
    empty = Book(concepts())
    assert policy_in_force(empty, configured) == (configured, False)
    assert terms_in_force(empty) is None
    assert next(one.clock for one in clocks_in_force(empty)) == "inquiry_response"
    assert hours_in_force(empty).minutes_per_day == 480
    terms = {
        "name": "商城",
        "contract": CONTRACT,
        "sla": [{"clock": "inquiry_response", "minutes": 120}],
        "calendar": {"hours": {"hours": [{"start": "09:00", "end": "17:00"}]}},
        "reporting": {"show_budget": True, "tolerances": {"churn_red": "0.3"}},
    }
    made = desk.do("engagement", "agree", day="04-07", input=terms, by="李总", evidence=[LETTER])
    book = desk.register.book
    policy, yes = policy_in_force(book, configured)
    assert (yes, policy.show_budget, policy.stale_after_hours, made.fields.show_budget) == (True, True, 24, True)
    assert made.fields.terms.reporting.tolerances.churn_red == Decimal("0.3")
    clocks = {one.clock: one for one in clocks_in_force(book)}
    assert (clocks["inquiry_response"].minutes, clocks["change_assessment"].working_days) == (120, 5)
    assert hours_in_force(book).minutes_per_day == 480


def test_it_is_initiated_by_rules_and_authority_and_launched_by_baselines_and_a_goal(desk: Desk) -> None:
    made = desk.do("engagement", "add", day="04-07", input={"name": "商城"})
    assert made.audience == "internal"
    for ref in ("CT-01", "CT-02", "CT-03"):
        desk.do("contact", "retire", ref, day="04-07")
    assert desk.refused("engagement", "initiate", "ENG-1", day="04-08") == ["authority", "contacts", "rules-agreed"]
    desk.do("contact", "add", day="04-08", input={"name": "周总", "may": ["closure"]}, evidence=[LETTER])
    terms = {"contract": CONTRACT}
    desk.do("engagement", "agree", "ENG-1", day="04-08", input=terms, by="周总", evidence=[LETTER])
    desk.do("engagement", "initiate", "ENG-1", day="04-08")
    assert desk.refused("engagement", "launch", "ENG-1", day="04-08") == ["baselines", "goal"]


def test_it_is_suspended_and_resumed_by_the_client_for_a_reason(desk: Desk) -> None:
    running(desk)
    assert desk.refused("engagement", "suspend", "ENG-1", day="05-06", by="张敏", evidence=[MAIL]) == [
        "authority",
        "reason",
    ]
    stopped = desk.do("engagement", "suspend", "ENG-1", day="05-06", by="李总", evidence=[MAIL], reason="预算冻结")
    assert (stopped.state, stopped.fields.suspended_because) == ("suspended", "预算冻结")
    assert desk.refused("engagement", "wind_down", "ENG-1", day="05-07") == ["state"]
    assert (
        desk.do("engagement", "resume", "ENG-1", day="05-07", by="李总", evidence=[MAIL], reason="解冻").state
        == "running"
    )
    assert desk.refused("engagement", "wind_down", "ENG-1", day="05-08") == ["final-milestone"]


def test_it_is_closed_only_when_nothing_is_left_open(desk: Desk) -> None:
    closing(desk)
    desk.deliverable("planned")
    accepted = desk.deliverable()
    desk.do("deliverable", "accept", accepted, day="05-08", by="张敏", evidence=[MAIL])
    issue = desk.do(
        "issue", "add", day="05-11", input={"title": "图片慢", "severity": "high", "due_on": date(2026, 6, 1)}
    ).ref
    request = {"title": "x", "description": "y", "reason": "z", "raised_by": "CT-01", "via": "email"}
    desk.do("change", "submit", day="05-11", input=request, evidence=[MAIL])
    assert desk.refused("engagement", "close", "ENG-1", day="07-31", by="张敏", evidence=[MAIL]) == [
        "authority",
        "changes",
        "closing-report",
        "closing-survey",
        "deliverables",
        "handover",
        "issues",
        "retrospective",
    ]
    outlived = {
        "follow_on": [{"issue": issue, "recommendation": "二期换 CDN"}, {"issue": "ISS-99", "recommendation": "?"}]
    }
    left = desk.refused("engagement", "close", "ENG-1", day="07-31", input=outlived, by="李总", evidence=[MAIL])
    assert left.count("issues") == 1
    done = desk.do("engagement", "terminate", "ENG-1", day="07-31", reason="客户解约", evidence=[LETTER])
    assert (done.state, done.fields.closed_on) == ("terminated", date(2026, 7, 31))
    back = desk.do("engagement", "reopen", "ENG-1", day="08-03", reason="恢复", evidence=[LETTER])
    assert (back.state, back.fields.closed_on) == ("running", None)


class Issued(Fields):
    edition: str = C("closing")


REPORT = Concept(
    name="report",
    label=Label(zh="报告", en="report"),
    prefixes=("REP",),
    fields=Issued,
    states=by_name(State("issued", "已发布", "issued", terminal=True)),
    steps=(Step((NEW,), "issue", Label(zh="发布", en="issue"), "issued", apply=lambda *_: Issued()),),
)


def test_it_closes_when_everything_is_done_and_says_what_is_left_for_later(
    sqlite_store: Store, clock: FakeClock
) -> None:
    clock.set(at("12-01"))
    desk = Desk(sqlite_store, clock, REPORT)
    closing(desk)
    ref = desk.deliverable()
    desk.do("deliverable", "accept", ref, day="05-08", by="张敏", evidence=[MAIL])
    taken = {"access": "仓库", "source": "设计源文件", "documents": "规范", "warranty_starts_on": date(2026, 7, 13)}
    desk.do("deliverable", "handover", ref, day="07-13", input=taken, evidence=[MAIL])
    slow = {"title": "图片慢", "severity": "high", "due_on": date(2026, 6, 1)}
    issue = desk.do("issue", "add", day="05-11", input=slow).ref
    desk.do("report", "issue", day="07-31", hour=9)
    questions = [{"id": "1", "text": "满意吗", "scale": "1-5"}]
    survey = {"kind": "closing", "closes_on": date(2026, 8, 7), "questions": questions}
    asked = desk.do("survey", "add", day="07-27", input=survey).ref
    desk.do("survey", "send", asked, day="07-27", input={"invite": ["张敏"]}, evidence=[MAIL])
    joint = {"scope": "engagement", "planned_on": date(2026, 7, 27)}
    retro = desk.do("retro", "add", day="07-20", input=joint).ref
    desk.do("retro", "hold", retro, day="07-27", input={"ours": ["王工"], "client": ["张敏"], "went_well": ["沟通"]})
    advice = {"follow_on": [{"issue": issue, "recommendation": "二期换 CDN"}]}
    done = desk.do("engagement", "close", "ENG-1", day="07-31", input=advice, by="李总", evidence=[LETTER])
    assert (done.state, done.fields.closed_on) == ("closed", date(2026, 7, 31))
    assert [str(one.recommendation) for one in done.fields.follow_on] == ["二期换 CDN"]
    decided = desk.register.book.newest("client_decision")
    assert decided is not None
    assert (decided.fields.subject, decided.fields.kind) == ("ENG-1", "closure")


# ------------------------------------------------------------------------------------------------------- rules


@pytest.mark.parametrize(
    "odd",
    [
        {"start_on": date(2026, 8, 1)},
        {"change_budget": "USD 1.00"},
        {"agreed_budget": "CNY 1.001"},
        {"review_window_wd": 0},
    ],
)
def test_a_contract_that_contradicts_itself_is_none(odd: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Contract.model_validate(CONTRACT | odd)


def test_rules_that_say_nothing_are_refused() -> None:
    for odd in ({"clock": "inquiry_response"}, {"clock": "inquiry_response", "minutes": 1, "working_days": 1}):
        with pytest.raises(ValidationError):
            SlaRule.model_validate(odd)
    plan = {"cadence": [{"kind": "weekly_report", "rrule": "FREQ=DAILY", "owner": "王工"}]}
    with pytest.raises(ValidationError):
        Agree.model_validate({"contract": CONTRACT, "communication": plan})


def test_both_sides_may_agree_on_other_days_than_the_law(desk: Desk) -> None:
    base = WorkCalendar().calendar()
    ours = WorkCalendar(
        holidays=(date(2026, 6, 8),),
        extra_workdays=(date(2026, 6, 6), date(2026, 6, 19)),
        horizon_until=date(2026, 6, 30),
    ).calendar()
    days = [date(2026, 6, day) for day in (6, 8, 9, 19)]
    assert [base.is_working(day) for day in days] == [False, True, True, False]
    assert [ours.is_working(day) for day in days] == [True, False, True, True]
    assert (ours.is_final(date(2026, 6, 30)), ours.is_final(date(2026, 7, 1))) == (True, False)
    with pytest.raises(ValidationError):
        WorkCalendar(holidays=(date(2026, 6, 8),), extra_workdays=(date(2026, 6, 8),))


def test_the_plan_says_when_a_report_is_expected() -> None:
    start = date(2026, 4, 7)
    weekly = expected("FREQ=WEEKLY;BYDAY=FR;BYHOUR=18", at("05-21", 9), at("06-05", 18), anchor=start, zone=SHANGHAI)
    assert [one.astimezone(UTC) for one in weekly] == [at("05-22", 18), at("05-29", 18), at("06-05", 18)]
    fortnight = expected("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;BYHOUR=9;BYMINUTE=30", at("04-07", 0), at("05-01", 0),
                         anchor=start, zone=SHANGHAI)  # fmt: skip
    assert [one.date().isoformat()[5:] for one in fortnight] == ["04-07", "04-09", "04-21", "04-23"]
    monthly = expected("FREQ=MONTHLY;BYMONTHDAY=-1", at("04-01", 0), at("07-01", 0), anchor=start, zone=SHANGHAI)
    assert [one.date().isoformat()[5:] for one in monthly] == ["04-30", "05-31", "06-30"]
    nothing = datetime(2026, 4, 1, tzinfo=UTC)
    assert expected("FREQ=MONTHLY;BYMONTHDAY=15", nothing, nothing, anchor=start, zone=SHANGHAI) == []


@pytest.mark.parametrize(
    "odd",
    ["", "FREQ=DAILY", "FREQ=WEEKLY", "FREQ=MONTHLY;BYDAY=1FR", "FREQ=WEEKLY;BYDAY=FR;COUNT=3", "FREQ=WEEKLY;BYDAY=XX",
     "FREQ=MONTHLY;BYMONTHDAY=0", "FREQ=WEEKLY;BYDAY=FR;INTERVAL=0", "FREQ=MONTHLY;BYMONTHDAY=x"],
)  # fmt: skip
def test_a_recurrence_that_would_be_read_wrongly_is_refused(odd: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        recurrence(odd)


def test_what_both_sides_agreed_counts_from_then_on(desk: Desk) -> None:
    asked = {"title": "券", "description": "发券", "reason": "引流", "raised_by": "CT-01", "via": "email"}
    assert desk.do("change", "submit", day="04-08", input=asked).fields.assess_by == date(2026, 4, 15)
    weekend = {"extra_workdays": [date(2026, 4, 11), date(2026, 4, 12)]}
    terms = {"name": "会员商城改版", "contract": CONTRACT, "calendar": weekend}
    desk.do("engagement", "agree", day="04-08", input=terms, by="李总", evidence=[LETTER])
    assert desk.do("change", "submit", day="04-08", input=asked).fields.assess_by == date(2026, 4, 13)


def test_who_may_decide_nothing_agrees_on_no_rules_once_others_may(desk: Desk) -> None:
    desk.do("contact", "add", day="04-07", input={"name": "陈助理"})
    given = {"name": "商城", "contract": CONTRACT | {"deemed_acceptance_wd": 1}}
    by: dict[str, Any] = {"by": "陈助理", "evidence": [LETTER]}
    assert desk.refused("engagement", "agree", day="04-07", input=given, **by) == ["signatory"]
    desk.do("engagement", "agree", day="04-07", input=given | {"joint": ["李总"]}, **by)


def test_what_was_agreed_with_a_term_that_is_no_more_can_be_read_for_ever() -> None:
    retired = {"on_time_basis": "reached_on", "show_effort": False, "show_agency_names": "lead_only", "recipients": {}}
    assert AgreedPolicy.model_validate({"min_sample": 7, **retired}) == AgreedPolicy(min_sample=7)
    rule = {"clock": "inquiry_response", "working_days": 1}
    assert SlaRule.model_validate({**rule, "escalate_to": None}) == SlaRule.model_validate(rule)
    for model, given in ((AgreedPolicy, {"show_effort": True}), (SlaRule, {**rule, "escalate_to": "李总"})):
        with pytest.raises(ValidationError):
            model.model_validate(given)
