"""What the client owes is complete though nobody asked, each thing stands once, and who holds what adds up."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from pmbridge.domain.book import Book
from pmbridge.domain.concepts import concepts
from pmbridge.domain.held import Holding, held
from pmbridge.domain.pending import Pending, decisions_needed
from pmbridge.store import Store
from pmbridge.testing.clock import START, FakeClock
from tests.unit.delivery_bench import CRITERIA, LI, ZHANG, Desk
from tests.unit.register_story import LETTER, MAIL, REQUEST, assessment, option, price, shift

TODO = {"text": "提供沙箱账号", "owner": "张敏", "due_on": date(2026, 6, 3)}


@pytest.fixture
def desk(sqlite_store: Store, clock: FakeClock) -> Desk:
    clock.set(START + timedelta(days=60))
    made = Desk(sqlite_store, clock)
    for ref, day in (("M5", "2026-06-26"), ("M7", "2026-07-10")):
        given = {"title": ref, "on": day, "is_final": ref == "M7"}
        made.do("milestone", "add", day="04-07", input=given, number=ref)
    dates = {"M5": date(2026, 6, 26), "M7": date(2026, 7, 10)}
    made.do("schedule_baseline", "agree", day="04-07", input={"dates": dates}, by="张敏", evidence=[LETTER])
    return made


def sandbox(desk: Desk) -> None:
    """The sandbox account of the story, DEP-13, minuted as an action item."""
    said: dict[str, Any] = {
        "what": "支付沙箱账号", "on": "client", "owner": "张敏", "needed_by": date(2026, 6, 3), "milestones": ["M5"],
        "cost_of_delay": [{"milestone": "M5", "wd_per_wd": 1}],
    }  # fmt: skip
    desk.do("dependency", "add", day="05-20", input=said, number="DEP-13")
    desk.do("action", "add", day="05-26", input=TODO | {"about": "DEP-13"}, number="ACT-12")


def question(desk: Desk, **more: Any) -> None:
    said = {"question": "会员等级名称", "options": [{"key": "A", "text": "旧"}, {"key": "B", "text": "新"}],
            "ask_of": "张敏", "need_by": date(2026, 6, 3)}  # fmt: skip
    desk.do("decision", "add", day="05-27", input=said | more, number="DEC-10")


def coupon(desk: Desk) -> None:
    """CR-004 of the story, sent on 2 June."""
    desk.do("change", "submit", day="05-27", input=REQUEST, evidence=[MAIL], number="CR-004")
    options = [option("A", price("CNY 48000.00"), shift("M7", 5)), option("B", price("CNY 15000.00"))]
    desk.do("change", "assess", "CR-004", day="06-01", input=assessment(*options, recommended="B"))
    until = {"need_by": date(2026, 6, 9), "valid_until": date(2026, 6, 12)}
    desk.do("change", "send", "CR-004", day="06-02", input=until, evidence=[MAIL])


def pending(desk: Desk, day: str) -> tuple[Pending, ...]:
    return decisions_needed(desk.register.book, desk.moment(day))


def holding(desk: Desk, day: str) -> Holding:
    return held(desk.register.book, desk.moment(day))


def test_the_decisions_of_the_story_on_both_fridays(desk: Desk) -> None:
    sandbox(desk)
    question(desk)
    assert [(one.ref, one.wd_left, one.overdue) for one in pending(desk, "05-29")] == [
        ("DEP-13", 3, False),
        ("DEC-10", 3, False),
    ]
    desk.do("decision", "decide", "DEC-10", day="06-02", input={"option": "B"}, by="张敏", evidence=[MAIL])
    coupon(desk)
    plan = {"title": "UAT 计划", "planned_on": date(2026, 6, 3), "acceptance_criteria": CRITERIA, "milestone": "M5",
            "review_window_wd": 3}  # fmt: skip
    ref = desk.do("deliverable", "add", day="04-20", input=plan, evidence=[MAIL], number="DL-07").ref
    desk.prepared(ref, day="06-03")
    found = pending(desk, "06-05")
    assert [(one.ref, one.ask_of, one.need_by, one.late_wd) for one in found] == [
        ("DEP-13", ZHANG, date(2026, 6, 3), 2),
        ("DL-07", ZHANG, date(2026, 6, 8), 0),
        ("CR-004", ZHANG, date(2026, 6, 9), 0),
    ]
    late, review, change = found
    assert [one.label.zh for one in late.cost_of_delay] == ["每晚 1 个工作日，M5 顺延 1 个工作日"]
    assert (review.turn, review.milestones, str(review.question)) == (1, ("M5",), "UAT 计划")
    assert [(one.key, [str(m) for m in one.money], one.days, one.recommended) for one in change.choices] == [
        ("A", ["CNY 48,000.00"], (("M7", 5),), False),
        ("B", ["CNY 15,000.00"], (), True),
    ]
    both = holding(desk, "06-05")
    # The action item that minutes the sandbox account is the same thing, so it is not listed again.
    assert [(one.ref, one.overdue, one.decision) for one in both.client] == [
        ("DEP-13", True, True),
        ("DL-07", False, True),
        ("CR-004", False, True),
    ]
    assert [(one.ref, one.late_wd) for one in both.overdue] == [("DEP-13", 2)]


def test_a_dependency_is_asked_for_from_five_working_days_before_it_is_needed(desk: Desk) -> None:
    sandbox(desk)
    assert [one.ref for one in pending(desk, "05-27")] == ["DEP-13"]
    assert pending(desk, "05-26") == ()
    assert [(one.ref, one.decision) for one in holding(desk, "05-26").client] == [("DEP-13", False)]
    desk.do("dependency", "provide", "DEP-13", day="06-05")
    assert pending(desk, "06-05") == ()
    # What was provided is no longer in the way of its action item.
    assert [one.ref for one in holding(desk, "06-05").client] == ["ACT-12"]


def test_only_what_is_the_clients_is_asked_of_the_client(desk: Desk) -> None:
    said = {"what": "短信签名审核", "on": "third_party", "needed_by": date(2026, 6, 3)}
    desk.do("dependency", "add", day="05-20", input=said)
    assert pending(desk, "06-05") == ()
    both = holding(desk, "06-05")
    assert [(one.ref, one.who, one.state) for one in both.ours] == [("DEP-01", "王工", "late")]
    assert both.client == ()


def test_a_question_about_a_change_is_printed_under_its_ref(desk: Desk) -> None:
    coupon(desk)
    question(desk, subject="CR-004", question="选 A 还是 B？", options=[], need_by=date(2026, 6, 5), ask_of="李总")
    (one,) = pending(desk, "06-05")
    assert (one.ref, one.asked_as, one.kind, str(one.question)) == ("CR-004", "DEC-10", "change", "选 A 还是 B？")
    assert (one.ask_of, one.need_by, [choice.key for choice in one.choices]) == (LI, date(2026, 6, 5), ["A", "B"])
    assert [held_one.ref for held_one in holding(desk, "06-05").client] == ["CR-004"]


def test_an_offer_that_lapsed_and_a_question_that_silence_settled_are_not_asked_any_more(desk: Desk) -> None:
    coupon(desk)
    question(desk, default_if_silent="沿用旧名", contract_clause="第 7 条")
    assert [one.ref for one in pending(desk, "06-03")] == ["DEC-10", "CR-004"]
    assert [one.ref for one in pending(desk, "06-04")] == ["CR-004"]
    assert pending(desk, "06-15") == ()


def test_a_day_off_that_is_past_is_overdue_without_a_working_day_of_delay(desk: Desk) -> None:
    question(desk, need_by=date(2026, 6, 6))
    (one,) = pending(desk, "06-07")
    assert (one.overdue, one.late_wd, one.wd_left) == (True, 0, 0)


def test_nobody_who_may_decide_is_said_as_unknown(desk: Desk) -> None:
    coupon(desk)
    for ref in (ZHANG, LI):
        desk.do("contact", "retire", ref, day="06-03")
    assert [one.ask_of for one in pending(desk, "06-05")] == [None]


def test_what_we_hold_is_ordered_and_a_solved_issue_waits_for_who_raised_it(desk: Desk) -> None:
    desk.do("action", "add", day="06-01", input={"text": "给 M6 关联工作项", "due_on": date(2026, 6, 9)})
    desk.do("action", "add", day="06-01", input={"text": "整理", "no_due_reason": "持续"})
    desk.do(
        "issue", "add", day="05-29", input={"title": "慢", "severity": "low", "due_on": date(2026, 6, 4)}, by="张敏"
    )
    ours = holding(desk, "06-05").ours
    assert [(one.ref, one.overdue) for one in ours] == [("ISS-01", True), ("ACT-01", False), ("ACT-02", False)]
    assert [one.ref for one in holding(desk, "06-05").soon(date(2026, 6, 9))] == ["ISS-01", "ACT-01"]
    desk.do("issue", "escalate", "ISS-01", day="06-05", input={"to": "刘工", "by_when": date(2026, 6, 8)}, reason="难")
    assert next((one.ref, one.due) for one in holding(desk, "06-05").ours) == ("ISS-01", date(2026, 6, 8))
    todo = {"text": "改", "due_on": date(2026, 6, 5)}
    desk.do("issue", "act", "ISS-01", day="06-05", hour=11, input={"actions": [todo]})
    desk.do("issue", "resolve", "ISS-01", day="06-05", hour=12, input={"resolution": "好了"})
    (solved,) = holding(desk, "06-05").client
    assert (solved.ref, solved.who, solved.decision, str(solved.title)) == ("ISS-01", ZHANG, False, "慢")


def test_a_change_and_minutes_that_wait_for_the_client_are_held_by_the_client(desk: Desk) -> None:
    desk.do("change", "submit", day="05-27", input=REQUEST, evidence=[MAIL])
    assert [(one.ref, one.holder, one.due) for one in holding(desk, "05-28").ours] == [
        ("CR-001", "agency", date(2026, 6, 3))
    ]
    desk.do("change", "assess", "CR-001", day="05-28", input={"draft": True})
    desk.do("change", "ask", "CR-001", day="05-28", input={"question": "领取有上限吗？"}, evidence=[MAIL])
    (asked,) = holding(desk, "05-29").client
    assert (asked.ref, asked.state, asked.who, asked.due) == ("CR-001", "needs_information", ZHANG, None)


def test_an_empty_register_owes_nothing(desk: Desk) -> None:
    empty = Book(concepts())
    assert decisions_needed(empty, desk.moment("06-05")) == ()
    assert held(empty, desk.moment("06-05")) == Holding(client=(), ours=())
