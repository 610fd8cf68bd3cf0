"""A change request reaches the client's decision complete or not at all, and moves baselines by exactly its lines."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from pmbridge.domain.figure import Money
from pmbridge.domain.machine import Condition
from pmbridge.errors import GuardFailed
from pmbridge.register import Register
from pmbridge.store import Store
from pmbridge.testing.clock import START, FakeClock
from tests.unit.register_bench import at
from tests.unit.register_story import (
    CALL,
    LETTER,
    MAIL,
    PLAN,
    agreed,
    approved,
    assessment,
    none,
    option,
    price,
    scope,
    sent,
    shift,
    submitted,
)

CHEAP = option("A", price("CNY 15000.00"))
HALF = [none("scope"), none("budget")]
DEAR = option("A", price("CNY 48000.00"), shift("M7", 5))


def left_open(dimension: str) -> dict[str, str]:
    return {"dimension": dimension, "finding": "not_assessed"}


@pytest.fixture
def register(sqlite_store: Store, clock: FakeClock) -> Register:
    clock.set(START + timedelta(days=30))
    return agreed(sqlite_store, clock)


def unmet(error: GuardFailed) -> dict[str, str]:
    found = [one for one in error.conditions if isinstance(one, Condition) and not one.met]
    return {one.name: one.found.en for one in found if one.found is not None}


def refused(register: Register, verb: str, ref: str, **given: Any) -> dict[str, str]:
    seq = register.head.seq
    with pytest.raises(GuardFailed) as caught:
        register.do("change", verb, ref, **given)
    assert register.head.seq == seq
    return unmet(caught.value)


def approve(register: Register, ref: str, **given: Any) -> dict[str, str]:
    values: dict[str, Any] = {"input": {"option": "A"}, "by": "张敏", "evidence": [MAIL], "at": at("06-08")}
    return refused(register, "approve", ref, **values | given)


def yes(register: Register, ref: str, day: str, **given: Any) -> None:
    """Record the approval of option A by 张敏 in an e-mail."""
    register.do("change", "approve", ref, input={"option": "A"} | given, by="张敏", evidence=[MAIL], at=at(day))


def state(register: Register, ref: str) -> str:
    entry = register.book.get(ref)
    assert entry is not None
    return entry.state


def money(amount: str, currency: str = "CNY") -> Money:
    return Money(amount=Decimal(amount), currency=currency)


def test_the_life_of_a_change_moves_all_three_baselines_by_its_lines(register: Register) -> None:
    lines = [price("CNY 36500.00"), *(shift(ref, 3) for ref in ("M4", "M5", "M6", "M7"))]
    register.do("requirement", "add", at=at("05-11"))
    ref = sent(
        register,
        ("05-12", "05-14", "05-15"),
        option("A", *lines, scope("add", "REQ-05"), scope("remove", "REQ-02"), scope("modify", "REQ-01")),
    )
    yes(register, ref, "05-20", joint=["李总"])
    register.do("change", "implement", ref, at=at("05-20"))
    book = register.book
    schedule = book.newest("schedule_baseline")
    assert schedule is not None
    moved = {"M4": date(2026, 6, 17), "M5": date(2026, 7, 1), "M6": date(2026, 7, 8), "M7": date(2026, 7, 15)}
    assert schedule.fields.dates == {"M3": date(2026, 5, 29)} | moved
    assert (schedule.ref, schedule.fields.from_changes) == ("SB-1", (ref,))
    assert book.get("SB-0").fields.dates == PLAN  # type: ignore[union-attr]
    assert book.newest("budget_baseline").fields.total == (money("716500.00"),)  # type: ignore[union-attr]
    items = {"REQ-01": 2, "REQ-03": 1, "REQ-04": 1, "REQ-05": 1}
    assert book.newest("requirements_baseline").fields.items == items  # type: ignore[union-attr]
    assert [state(register, one) for one in ("REQ-02", "REQ-05")] == ["dropped", "baselined"]
    for verb, given in (("complete", {}), ("verify", {"note": "与批准内容一致"}), ("close", {})):
        register.do("change", verb, ref, input=given, evidence=[MAIL], at=at("06-01"))
    assert state(register, ref) == "closed"
    assert list(register.book.violations()) == []
    decided = register.book.of("client_decision")[-1].fields
    assert (decided.subject, decided.decided_by, decided.option) == (ref, ("CT-01", "CT-02"), "A")
    assert (decided.money, decided.days, decided.decided_on) == ((money("36500.00"),), 3, date(2026, 5, 20))


def test_what_is_missing_in_a_request_is_named_at_once(register: Register) -> None:
    with pytest.raises(GuardFailed) as caught:
        register.do("change", "submit", input={"title": "优惠券"})
    found = [one.found.en for one in caught.value.conditions if isinstance(one, Condition) and one.found]
    assert found == ["no description", "no reason", "no requester", "no channel"]


def test_a_draft_is_submitted_with_what_it_said(register: Register) -> None:
    made = register.do("change", "add", input={"title": "优惠券", "reason": "引流"}, at=at("05-20"))
    done = register.do(
        "change",
        "submit",
        made.ref,
        input={"description": "领取", "raised_by": "CT-01", "via": "phone"},
        at=at("05-27"),
    )
    assert (str(done.fields.title), str(done.fields.reason), done.fields.raised_via) == ("优惠券", "引流", "phone")
    assert (done.fields.raised_on, done.fields.assess_by) == (date(2026, 5, 27), date(2026, 6, 3))


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ([option("A", left_open("budget"))], {"assessed": "option A: no budget finding"}),
        ([option("A", left_open("schedule"))], {"assessed": "option A: no schedule finding"}),
        ([option("A", none("scope") | {"rationale": None})], {"assessed": "option A: no scope finding"}),
        ([CHEAP, {"key": "B", "title": "B", "lines": HALF}], {"assessed": "option B: no schedule finding"}),
        ([], {"assessed": "there is no option", "advised": "recommended: A"}),
        ([option("B")], {"advised": "recommended: A"}),
        ([CHEAP, CHEAP], {"advised": "two options have one key"}),
        ([option("A", shift("M9", 1))], {"dates-add-up": "option A, M9: it is not in the baseline"}),
    ],
)
def test_an_assessment_is_complete_or_says_what_is_missing(
    register: Register, options: list[dict[str, Any]], found: dict[str, str]
) -> None:
    ref = submitted(register, "05-27")
    assert refused(register, "assess", ref, input=assessment(*options), at=at("06-01")) == found
    draft = register.do("change", "assess", ref, input={"options": options, "draft": True}, at=at("06-01"))
    assert draft.state == "under_assessment"


def test_days_and_date_of_a_shift_agree_or_are_refused(register: Register) -> None:
    ref = submitted(register, "05-27")
    wrong = shift("M7", 5)
    wrong["schedule"]["new_on"] = date(2026, 7, 16)
    found = refused(register, "assess", ref, input=assessment(option("A", wrong)), at=at("06-01"))
    assert found == {"dates-add-up": "option A, M7: 2026-07-10 to 2026-07-16 are 4 working days"}
    wrong["schedule"]["delta_wd"] = None
    done = register.do("change", "assess", ref, input=assessment(option("A", wrong)), at=at("06-01"))
    assert done.fields.assessment.options[0].days_on("M7") == 4


def test_an_approval_lists_everything_that_it_lacks(register: Register) -> None:
    ref = sent(register, ("05-27", "05-29", "06-02"), DEAR)
    found = approve(register, ref, evidence=[CALL], at=at("06-15"))
    assert found == {
        "money": "CNY 48,000.00 is more than 张敏 may decide (20,000.00)",
        "evidence": "only a call note",
        "offer-open": "the offer lapsed on 2026-06-12",
    }
    assert state(register, ref) == "awaiting_decision"


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"by": "王五"}, {"decider", "authority"}),
        ({"by": None}, {"decider", "authority"}),
        ({"by": "李总"}, {"joint"}),
        ({"input": {"option": "C"}}, {"option"}),
        ({"input": {"option": "A", "sha256": "0" * 64}}, {"as-sent"}),
        ({"evidence": []}, {"evidence"}),
        ({"at": at("05-30")}, {"time"}),
        ({"input": {}}, {"option"}),
    ],
)
def test_an_approval_needs_a_decider_with_authority_a_choice_and_proof(
    register: Register, given: dict[str, Any], found: set[str]
) -> None:
    ref = sent(register, ("05-27", "05-29", "06-02"), CHEAP)
    assert set(approve(register, ref, **given)) == found


def test_money_in_another_currency_or_without_limit_is_beyond_any_authority(register: Register) -> None:
    ref = sent(register, ("05-27", "05-29", "06-02"), option("A", price("USD 10.00")))
    assert approve(register, ref) == {"money": "USD 10.00, but the authority is in CNY"}
    register.do("contact", "add", input={"name": "赵会计", "may": ["change"]}, evidence=[LETTER], at=at("04-08"))
    assert approve(register, ref, by="赵会计") == {"money": "赵会计 may commit no money"}


def test_days_beyond_the_authority_need_another_decider(register: Register) -> None:
    ref = sent(register, ("05-27", "05-29", "06-02"), option("A", shift("M7", -6)))
    assert approve(register, ref) == {"days": "6 working days are more than 张敏 may decide (5)"}
    yes(register, ref, "06-08", joint=["CT-02"])
    assert state(register, ref) == "approved"


def test_an_authority_counts_only_on_its_days(register: Register) -> None:
    register.do(
        "contact",
        "add",
        input={"name": "钱工", "may": ["change"], "limit": "CNY 99999.00", "valid_from": "2026-06-09"},
        evidence=[LETTER],
        at=at("04-08"),
    )
    ref = sent(register, ("05-27", "05-29", "06-02"), CHEAP)
    assert approve(register, ref, by="钱工") == {"authority": "钱工 had no such authority on 2026-06-08"}
    register.do("change", "approve", ref, input={"option": "A"}, by="钱工", evidence=[MAIL], at=at("06-09"))


def test_a_limit_in_all_counts_what_was_decided_before(register: Register) -> None:
    register.do(
        "contact",
        "add",
        input={"name": "钱工", "may": ["change"], "limit": "CNY 20000.00", "cumulative_limit": "CNY 29999.99"},
        evidence=[LETTER],
        at=at("04-08"),
    )
    approved(register, ("05-04", "05-05", "05-06", "05-07"), CHEAP, by="钱工")
    ref = sent(register, ("05-27", "05-29", "06-02"), CHEAP)
    assert approve(register, ref, by="钱工") == {
        "money": "CNY 30,000.00 in all is more than 钱工 may decide (29,999.99)"
    }


def test_a_baseline_that_moved_asks_for_a_new_assessment(register: Register) -> None:
    ref = sent(register, ("05-27", "05-29", "06-02"), option("A", shift("M7", 2)))
    other = approved(register, ("05-04", "05-05", "05-06", "05-07"), option("A", shift("M6", 1)))
    register.do("change", "implement", other, at=at("06-03"))
    assert approve(register, ref) == {"baselines-unmoved": "schedule baseline 1"}
    register.do("change", "reassess", ref, reason="基线已变", at=at("06-08"))
    done = register.do("change", "assess", ref, input=assessment(option("A", shift("M7", 2))), at=at("06-08"))
    assert [(one.n, one.sent_on) for one in done.fields.assessments] == [(1, date(2026, 6, 2)), (2, None)]
    assert done.fields.assessment.baselines == {"requirements": 0, "schedule": 1, "budget": 0}


def test_a_baseline_by_hand_is_refused_for_one_extra_day(register: Register) -> None:
    ref = approved(register, ("05-04", "05-05", "05-06", "05-07"), option("A", shift("M7", 2)))
    dates = PLAN | {"M7": date(2026, 7, 15)}
    with pytest.raises(GuardFailed) as caught:
        register.do("schedule_baseline", "add", input={"change": ref, "dates": dates}, at=at("06-08"))
    assert unmet(caught.value) == {"explained": "M7 2026-07-15", "implementing": f"{ref} is approved"}
    with pytest.raises(GuardFailed) as caught:
        register.do("schedule_baseline", "agree", input={"dates": PLAN}, by="张敏", evidence=[MAIL], at=at("06-08"))
    assert unmet(caught.value) == {"first": "schedule baseline 0 exists"}
    register.do("change", "implement", ref, at=at("06-08"))
    with pytest.raises(GuardFailed) as caught:
        register.do("schedule_baseline", "add", input={"change": ref, "dates": dates}, at=at("06-08"))
    assert unmet(caught.value) == {"explained": f"{ref} is in a baseline already"}


def test_conditions_of_the_decision_keep_it_from_being_implemented(register: Register) -> None:
    ref = sent(register, ("05-27", "05-29", "06-02"), CHEAP)
    register.do(
        "change",
        "approve",
        ref,
        input={"option": "A", "conditions": "先出设计稿"},
        by="张敏",
        evidence=[MAIL],
        at=at("06-08"),
    )
    assert register.book.of("client_decision")[-1].fields.verdict == "approve_with_conditions"
    assert refused(register, "implement", ref, at=at("06-08")) == {"conditions": "condition: 先出设计稿"}
    register.do("change", "implement", ref, input={"conditions_met": "设计稿 06-09 已发"}, at=at("06-09"))


def test_a_revoked_decision_takes_the_change_back_to_where_it_waited(register: Register) -> None:
    ref = approved(register, ("05-04", "05-05", "05-06", "05-07"), CHEAP)
    register.do("change", "revoke", ref, reason="误记", evidence=[MAIL], at=at("05-08"))
    assert (state(register, ref), register.book.of("client_decision")[-1].state) == ("awaiting_decision", "revoked")
    yes(register, ref, "05-08")
    register.do("change", "implement", ref, at=at("05-08"))
    assert set(refused(register, "revoke", ref, reason="反悔", evidence=[MAIL], at=at("05-09"))) == {"state"}


def test_an_emergency_is_capped_and_confirmed_in_writing(register: Register) -> None:
    ref = submitted(register, "06-02", urgency="emergency")
    cap = {"money": "CNY 10000.00", "days": 0}
    assert set(refused(register, "authorise", ref, by="张敏", evidence=[CALL], at=at("06-02"))) == {"cap"}
    over = refused(
        register, "authorise", ref, input={"money": "CNY 30000.00"}, by="张敏", evidence=[CALL], at=at("06-02")
    )
    assert set(over) == {"money"}
    done = register.do("change", "authorise", ref, input=cap, by="张敏", evidence=[CALL], at=at("06-02"))
    assert (done.state, done.fields.emergency.confirm_by) == ("emergency_authorised", date(2026, 6, 4))
    assert register.book.of("client_decision")[-1].fields.subject != ref
    register.do("change", "assess", ref, input=assessment(CHEAP), at=at("06-03"))
    assert approve(register, ref, evidence=[CALL], at=at("06-03")) == {"evidence": "only a call note"}
    yes(register, ref, "06-03")
    assert state(register, ref) == "implementing"
    assert register.book.newest("budget_baseline").fields.total == (money("695000.00"),)  # type: ignore[union-attr]
    assert list(register.book.violations()) == []


def test_an_off_specification_is_put_right_at_our_cost(register: Register) -> None:
    change = submitted(register, "06-01")
    assert refused(register, "rework", change, evidence=[MAIL], at=at("06-01")) == {
        "off-specification": "it is a request for change"
    }
    ref = submitted(register, "06-01", kind="off_specification")
    assert ref == "OFF-01"
    done = register.do("change", "rework", ref, evidence=[MAIL], at=at("06-01"))
    assert (done.state, done.fields.in_rework) == ("implementing", True)
    assert list(register.book.violations()) == []


def test_an_offer_lapses_by_itself_and_asks_nothing_of_anybody(register: Register) -> None:
    from pmbridge.domain.change import CHANGE
    from pmbridge.domain.moment import Moment

    ref = sent(register, ("05-27", "05-29", "06-02"), CHEAP)
    assert CHANGE.derived is not None
    shown = [
        CHANGE.derived(register.book.get(ref), Moment(as_of=at(day), zone=register.zone, calendar=register.calendar))
        for day in ("06-12", "06-13")
    ]
    assert shown == ["awaiting_decision", "lapsed"]
    yes(register, ref, "06-12")


def test_it_is_withdrawn_by_its_requester_or_with_consent(register: Register) -> None:
    ref = submitted(register, "05-27")
    assert refused(register, "withdraw", ref, reason="不做了", at=at("05-28")) == {"requester": "张敏 raised it"}
    register.do("change", "withdraw", ref, reason="不做了", by="张敏", evidence=[MAIL], at=at("05-28"))
    assert state(register, ref) == "withdrawn"
