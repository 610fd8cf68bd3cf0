"""Ways around the rules of the register that somebody might try, by intent or by mistake; none leads anywhere."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from pmbridge.domain.change_metrics import approved_days, contract_value
from pmbridge.domain.client_decision import Record
from pmbridge.domain.evidence import Actor, Evidence
from pmbridge.domain.figure import Known
from pmbridge.domain.held import held
from pmbridge.domain.machine import Condition
from pmbridge.domain.moment import Moment
from pmbridge.domain.pending import decisions_needed
from pmbridge.domain.recognise import Observed
from pmbridge.domain.unauthorised import unauthorised
from pmbridge.errors import GuardFailed
from pmbridge.register import Register
from pmbridge.store import Store
from pmbridge.testing.clock import START, FakeClock
from tests.unit import story
from tests.unit.register_bench import SHANGHAI, at
from tests.unit.register_story import (
    CALL,
    CONCEPTS,
    LETTER,
    LI,
    MAIL,
    PLAN,
    REQUEST,
    ZHANG,
    agreed,
    approved,
    assessment,
    option,
    price,
    scope,
    sent,
    shift,
    submitted,
)

CHEAP = option("A", price("CNY 15000.00"))


@pytest.fixture
def register(sqlite_store: Store, clock: FakeClock) -> Register:
    clock.set(START + timedelta(days=30))
    return agreed(sqlite_store, clock)


def refused(register: Register, kind: str, verb: str, ref: str | None = None, **given: Any) -> dict[str, str]:
    seq = register.head.seq
    with pytest.raises(GuardFailed) as caught:
        register.do(kind, verb, ref, **given)
    assert register.head.seq == seq
    found = [one for one in caught.value.conditions if isinstance(one, Condition) and not one.met]
    return {one.name: one.found.en for one in found if one.found is not None}


def approve(register: Register, ref: str, **given: Any) -> dict[str, str]:
    values: dict[str, Any] = {"input": {"option": "A"}, "by": "张敏", "evidence": [MAIL], "at": at("06-08")}
    return refused(register, "change", "approve", ref, **values | given)


def monthly(amount: str, **more: Any) -> dict[str, Any]:
    budget = {"amount": amount, "kind": "monthly"} | more
    return {"dimension": "budget", "finding": "quantified", "budget": budget}


# ------------------------------------------------------------------------------------------- money and days


def test_a_monthly_price_without_an_end_does_not_hide_behind_a_small_one_off_price(register: Register) -> None:
    lines = option("A", price("CNY 100.00"), monthly("CNY 50000.00"))
    ref = sent(register, ("05-27", "05-29", "06-02"), lines)
    assert "money" in approve(register, ref)


@pytest.mark.parametrize("months", [0, -12])
def test_a_monthly_price_runs_for_a_month_at_least(register: Register, months: int) -> None:
    ref = submitted(register, "05-27")
    given = assessment(option("A", monthly("CNY 50000.00", months=months)))
    assert list(refused(register, "change", "assess", ref, input=given, at=at("05-29")))


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ((shift("M7", 3), shift("M7", 3)), "option A, M7: it occurs more than once"),
        ((scope("modify", "REQ-01"), scope("modify", "REQ-01")), "option A, REQ-01: it occurs more than once"),
        ((scope("modify", "REQ-77"),), "option A, REQ-77: it is not in the baseline"),
        ((scope("remove", "REQ-77"),), "option A, REQ-77: it is not in the baseline"),
        ((scope("add", "REQ-01"),), "option A, REQ-01: it is in the baseline"),
        ((scope("add", "REQ-77"),), "option A, REQ-77: it is not in the register"),
    ],
)
def test_a_line_of_an_assessment_can_be_carried_out_once(register: Register, lines: Any, found: str) -> None:
    ref = submitted(register, "05-27")
    given = assessment(option("A", *lines))
    assert found in refused(register, "change", "assess", ref, input=given, at=at("05-29")).values()


# ------------------------------------------------------------------------------- decisions that nobody made


def test_a_decision_is_recorded_with_its_subject_and_not_by_itself(register: Register) -> None:
    ref = sent(register, ("05-27", "05-29", "06-02"), CHEAP)
    forged = Record(subject=ref, subject_version=1, verdict="approve", decided_by=(ZHANG,))
    assert set(refused(register, "client_decision", "add", input=forged, at=at("06-08"))) == {"effect"}


def test_a_decision_is_revoked_with_its_subject_and_not_by_itself(register: Register) -> None:
    ref = approved(register, ("05-04", "05-05", "05-06", "05-07"), CHEAP)
    mine = register.book.of("client_decision")[-1].ref
    given: dict[str, Any] = {"reason": "误记", "evidence": [MAIL], "at": at("05-08")}
    assert set(refused(register, "client_decision", "revoke", mine, **given)) == {"effect"}
    assert register.book.get(ref).state == "approved"  # type: ignore[union-attr]


def test_a_baseline_is_written_by_implementing_its_change_and_not_by_hand(register: Register) -> None:
    days = ("05-04", "05-05", "05-06")
    ref = sent(register, days, option("A", shift("M7", 2)))
    said = {"option": "A", "conditions": "先出设计稿"}
    register.do("change", "approve", ref, input=said, by="张敏", evidence=[MAIL], at=at("05-07"))
    exact = {"change": ref, "dates": PLAN | {"M7": date(2026, 7, 14)}}
    assert set(refused(register, "schedule_baseline", "add", input=exact, at=at("05-08"))) == {"implementing"}
    assert register.book.latest("schedule_baseline") == 0


def test_a_baseline_does_not_come_before_the_one_that_it_follows(register: Register) -> None:
    first = approved(register, ("05-04", "05-05", "05-06", "05-07"), option("A", shift("M7", 2)))
    register.do("change", "implement", first, at=at("05-20"))
    second = approved(register, ("05-21", "05-21", "05-21", "05-22"), CHEAP)
    register.do("change", "implement", second, at=at("05-25"))
    third = submitted(register, "05-04")
    register.do("change", "assess", third, input=assessment(option("A", shift("M6", 1))), at=at("05-05"))
    until = {"need_by": date(2026, 6, 9), "valid_until": date(2026, 6, 12)}
    register.do("change", "send", third, input=until, at=at("05-06"), evidence=[MAIL])
    register.do("change", "approve", third, input={"option": "A"}, by="张敏", evidence=[MAIL], at=at("05-07"))
    assert set(refused(register, "change", "implement", third, at=at("05-08"))) == {"in-turn"}
    register.do("change", "implement", third, at=at("05-25"))
    assert list(register.book.violations()) == []


def test_who_decides_does_not_record_it_under_the_same_name(sqlite_store: Store, clock: FakeClock) -> None:
    clock.set(START + timedelta(days=30))
    ref = sent(agreed(sqlite_store, clock), ("05-27", "05-29", "06-02"), CHEAP)
    for actor in (Actor("member", "张敏"), Actor("contact", ZHANG)):
        other = Register(
            store=sqlite_store,
            engagement="lanhai",
            clock=clock,
            zone=SHANGHAI,
            calendar=agreed.__globals__["opened"](sqlite_store, clock).calendar,
            actor=actor,
            concepts=CONCEPTS,
        )
        assert approve(other, ref) == {"recorder": "recorded by the decider"}


def test_who_left_later_could_decide_before(register: Register) -> None:
    ref = sent(register, ("05-27", "05-29", "06-02"), CHEAP)
    register.do("contact", "retire", ZHANG, at=at("06-09"))
    assert set(approve(register, ref, at=at("06-10"))) == {"decider"}
    register.do("change", "approve", ref, input={"option": "A"}, by="张敏", evidence=[MAIL], at=at("06-08"))


# ------------------------------------------------------------------------------------------------ emergencies


def test_an_unfinished_assessment_is_no_ground_for_confirming_an_emergency(register: Register) -> None:
    ref = submitted(register, "06-02", urgency="emergency")
    cap = {"money": "CNY 10000.00", "days": 1}
    register.do("change", "authorise", ref, input=cap, by="张敏", evidence=[CALL], at=at("06-02"))
    wrong = {"milestone": "M7", "delta_wd": 1, "new_on": "2026-12-31"}
    line = {"dimension": "schedule", "finding": "quantified", "schedule": wrong}
    draft = assessment(option("A", line)) | {"draft": True}
    register.do("change", "assess", ref, input=draft, at=at("06-03"))
    assert set(approve(register, ref, at=at("06-03"))) == {"assessed"}


# ---------------------------------------------------------------------------------------- milestones and edits


def test_a_milestone_is_reached_when_its_deliverables_came_and_not_earlier(register: Register) -> None:
    rule = {"title": "上线准备", "on": "2026-06-20", "completion_rule": "all_deliverables_accepted"}
    register.do("milestone", "add", number="M9", input=rule, at=at("05-04"))
    register.do("deliverable", "add", input={"milestone": "M9"}, at=at("05-04"))
    register.do("deliverable", "submit", "DL-01", at=at("06-01"))
    register.do("deliverable", "accept", "DL-01", at=at("06-04"))
    add = option("A", {"dimension": "schedule", "finding": "quantified",
                       "schedule": {"milestone": "M9", "op": "add", "new_on": "2026-06-20"}})  # fmt: skip
    ref = approved(register, ("05-04", "05-05", "05-06", "05-07"), add)
    register.do("change", "implement", ref, at=at("05-08"))
    early = {"on": date(2026, 5, 20)}
    assert set(refused(register, "milestone", "reach", "M9", input=early, at=at("06-04"))) == {"reached-in-time"}
    done = register.do("milestone", "reach", "M9", input={"on": date(2026, 6, 1)}, at=at("06-04"))
    assert done.fields.reached_on == date(2026, 6, 1)


def test_the_final_milestone_is_not_cancelled_without_another_one(register: Register) -> None:
    line = {"dimension": "schedule", "finding": "quantified", "schedule": {"milestone": "M7", "op": "cancel"}}
    ref = approved(register, ("05-04", "05-05", "05-06", "05-07"), option("A", line))
    assert set(refused(register, "change", "implement", ref, at=at("05-08"))) == {"I7"}


def test_what_a_change_affects_does_not_grow_after_the_decision(register: Register) -> None:
    ref = approved(register, ("05-04", "05-05", "05-06", "05-07"), CHEAP)
    more = {"changes": {"affects": ["M7"]}}
    assert set(refused(register, "change", "edit", ref, input=more, at=at("05-08"))) == {"editable"}


def test_an_edit_names_a_contact_by_its_ref(register: Register) -> None:
    ref = submitted(register, "05-27")
    edited = register.do("change", "edit", ref, input={"changes": {"owner": "张敏"}}, at=at("05-28"))
    assert edited.fields.owner == ZHANG
    assert "张敏" not in register.events(ref)[-1].payload.decode()


def test_an_edit_leaves_no_change_without_an_owner(register: Register) -> None:
    ref = submitted(register, "05-27")
    assert set(refused(register, "change", "edit", ref, input={"changes": {"owner": ""}}, at=at("05-28"))) == {"I11"}
    assert set(refused(register, "milestone", "edit", "M7", input={"changes": {"owner": ""}}, at=at("05-28"))) == {
        "I11"
    }


# ----------------------------------------------------------------------------------------------------- people


def test_no_contact_takes_the_name_of_another_afterwards(register: Register) -> None:
    given = {"name": "张敏"}
    assert set(refused(register, "contact", "edit", LI, input=given, at=at("05-28"))) == {"name-free"}
    same = register.do("contact", "edit", LI, input={"name": "李总", "title": "总经理"}, at=at("05-28"))
    assert same.fields.title == "总经理"


def test_no_contact_takes_the_address_of_another(register: Register) -> None:
    given = {"email": "zhangmin@lanhai.example"}
    assert set(refused(register, "contact", "edit", LI, input=given, at=at("05-28"))) == {"name-free"}
    other = {"name": "孙工"} | given
    assert set(refused(register, "contact", "add", input=other, at=at("05-28"))) == {"name-free"}


def test_the_consent_of_a_client_to_withdraw_is_proved(register: Register) -> None:
    ref = submitted(register, "05-27")
    given: dict[str, Any] = {"input": {"consent": True}, "reason": "不做了", "at": at("05-28")}
    assert set(refused(register, "change", "withdraw", ref, **given)) == {"requester"}
    register.do("change", "withdraw", ref, evidence=[LETTER], **given)


# ----------------------------------------------------------------------------- what stands after it was undone


def test_what_a_stopped_change_brought_counts_until_another_change_takes_it_back(register: Register) -> None:
    ref = approved(register, ("05-04", "05-05", "05-06", "05-07"), option("A", price("CNY 15000.00"), shift("M7", 2)))
    register.do("change", "implement", ref, at=at("05-08"))
    register.do("change", "cancel", ref, by="张敏", evidence=[MAIL], at=at("05-11"))
    _, value = contract_value(register.book)
    total = register.book.newest("budget_baseline").fields.total  # type: ignore[union-attr]
    assert isinstance(value, Known)
    assert (value.value,) == total
    assert approved_days(register.book.of("change"), "M7").value == 2  # type: ignore[union-attr]
    back = option("A", price("CNY -15000.00"), shift("M7", -2))
    other = approved(register, ("05-12", "05-13", "05-14", "05-15"), back)
    register.do("change", "implement", other, at=at("05-18"))
    _, value = contract_value(register.book)
    assert isinstance(value, Known)
    assert (str(value.value), list(register.book.violations())) == ("CNY 680,000.00", [])


def test_a_change_that_was_stopped_before_it_began_counts_nothing(register: Register) -> None:
    ref = approved(register, ("05-04", "05-05", "05-06", "05-07"), CHEAP)
    register.do("change", "cancel", ref, by="张敏", evidence=[MAIL], at=at("05-11"))
    original, value = contract_value(register.book)
    assert value == original


def test_an_acceptance_that_is_taken_back_leaves_no_decision_behind(register: Register) -> None:
    register.do("milestone", "reach", "M4", evidence=[MAIL], at=at("06-12"))
    register.do("milestone", "accept", "M4", by="张敏", evidence=[MAIL], at=at("06-15"))
    assert set(refused(register, "milestone", "revoke", "M4", reason="误记", at=at("06-16"))) == {"evidence"}
    register.do("milestone", "revoke", "M4", reason="误记", evidence=[MAIL], at=at("06-16"))
    assert register.book.of("client_decision")[-1].state == "revoked"


def test_a_deemed_acceptance_still_is_one_after_the_handover(sqlite_store: Store, clock: FakeClock) -> None:
    clock.set(START + timedelta(days=30))
    register = agreed(sqlite_store, clock)
    register.do("milestone", "reach", "M4", evidence=[MAIL], at=at("06-12"))
    register.do("deliverable", "add", input={"milestone": "M4"}, at=at("06-01"))
    register.do("deliverable", "submit", "DL-01", at=at("06-02"))
    register.do("deliverable", "deem", "DL-01", at=at("06-12"))
    register.do("deliverable", "handover", "DL-01", at=at("06-15"))
    done = register.do("milestone", "accept", "M4", input={"deemed": True}, at=at("06-20"))
    assert done.fields.deemed


def test_an_emergency_waits_for_the_client_until_it_is_confirmed(register: Register) -> None:
    ref = submitted(register, "06-02", urgency="emergency")
    cap: dict[str, Any] = {"money": "CNY 10000.00", "days": 1}
    for wrong in ({"money": "CNY -1.00"}, {"days": -1}):
        assert refused(
            register, "change", "authorise", ref, input=cap | wrong, by="张敏", evidence=[CALL], at=at("06-02")
        )
    register.do("change", "authorise", ref, input=cap, by="张敏", evidence=[CALL], at=at("06-02"))
    late = Moment(as_of=at("06-05"), zone=register.zone, calendar=register.calendar)
    (mine,) = decisions_needed(register.book, late)
    assert (mine.ref, mine.ask_of, mine.need_by, mine.overdue) == (ref, ZHANG, date(2026, 6, 4), True)
    assert [one.ref for one in held(register.book, late).client] == [ref]
    register.do("change", "assess", ref, input=assessment(CHEAP), at=at("06-05"))
    register.do("change", "approve", ref, input={"option": "A"}, by="张敏", evidence=[MAIL], at=at("06-05"))
    assert decisions_needed(register.book, late) == ()


# --------------------------------------------------------------------------------------- what a refusal says


def test_a_refusal_claims_nothing_of_an_authority_that_is_not_there(register: Register) -> None:
    ref = sent(register, ("05-27", "05-29", "06-02"), CHEAP)
    found = register.conditions(
        "change", "approve", ref, input={"option": "A"}, by="赵六", evidence=[MAIL], at=at("06-08")
    )
    assert {"money", "days", "joint"}.isdisjoint(one.name for one in found)
    fix = {one.name: one.fix.en for one in found if one.fix is not None}
    assert fix["authority"] == "--by CONTACT"


@pytest.mark.parametrize(
    ("verb", "fix"),
    [
        ("send", "pmbridge change reassess CR-001"),
        ("revoke", "pmbridge change show CR-001"),
        ("implement", "pmbridge change show CR-001"),
    ],
)
def test_a_step_out_of_turn_points_the_way_and_never_to_a_verdict(register: Register, verb: str, fix: str) -> None:
    ref = sent(register, ("05-27", "05-29", "06-02"), CHEAP)
    (found,) = [one for one in register.conditions("change", verb, ref, at=at("06-08")) if one.name == "state"]
    assert found.fix is not None
    assert found.fix.en == fix


def test_chinese_words_stand_together(register: Register) -> None:
    with pytest.raises(GuardFailed) as caught:
        register.do("change", "submit", at=at("05-27"))
    assert str(caught.value.facts["detail_zh"]).startswith("变更请求还不能提交。")
    ref = sent(register, ("05-27", "05-29", "06-02"), CHEAP)
    for who, said in (("赵六", "赵六不是在任的联系人"), ("Zhao", "Zhao 不是在任的联系人")):
        found = register.conditions("change", "approve", ref, input={"option": "A"}, by=who, at=at("06-08"))
        assert said in [one.found.zh for one in found if one.found is not None]


def test_an_input_that_does_not_fit_is_told_in_chinese_too(register: Register) -> None:
    given = {"title": "上线", "on": "2026-13-40", "kind": "party", "weight": 0}
    found = {one.name: one for one in register.conditions("milestone", "add", input=given)}
    said = {name: one.found.zh for name, one in found.items() if one.found is not None}
    assert said["on"] == "on 不是日期，例如 2026-05-27"
    assert said["kind"].startswith("kind 应为 'phase_end'")
    assert said["weight"] == "weight 太小"
    missing = register.conditions("milestone", "add", input={"title": "上线"})
    assert [(one.found.zh, one.fix.zh) for one in missing if one.found and one.fix] == [("没有写 on", "--on …")]


# -------------------------------------------------------------------------------------- work without approval


def test_work_that_was_done_while_it_was_approved_stays_authorised_after_the_change_is_stopped(
    register: Register,
) -> None:
    ref = approved(register, ("05-04", "05-05", "05-06", "05-07"), CHEAP)
    days = ((1, at("05-10")), (2, at("05-12")))
    items = [story.issue(n, now=at("05-15"), done=day, in_progress=False, points=None, fix=None) for n, day in days]
    work = {"implementation": [one.key for one in items]}
    register.do("change", "implement", ref, input=work, at=at("05-08"))
    seen = [Observed.of(story.source(), items=items, groups=[])]
    now = Moment(as_of=at("05-15"), zone=register.zone, calendar=register.calendar)
    assert list(unauthorised(seen, register.book, now)) == []
    register.do("change", "cancel", ref, by="张敏", evidence=[MAIL], at=at("05-11"))
    found = list(unauthorised(seen, register.book, now))
    assert [one.place.key for one in found if one.place is not None] == [items[1].key]


# --------------------------------------------------------------------------------------- numbers and authorities


def test_a_number_says_which_kind_of_change_it_is(register: Register) -> None:
    off = REQUEST | {"kind": "off_specification"}
    for number, given in (("OFF-09", REQUEST), ("CR-900", off)):
        assert set(refused(register, "change", "submit", input=given, number=number, at=at("05-27"))) == {"ref"}
    assert register.do("change", "submit", input=off, number="OFF-9", at=at("05-27")).ref == "OFF-09"


@pytest.mark.parametrize(
    ("given", "proof", "found"),
    [
        ({"limit": "CNY 900000.00"}, CALL, "grant-proved"),
        ({"limit": "CNY -5.00"}, LETTER, "grant-possible"),
        ({"valid_from": "2026-06-09", "valid_to": "2026-06-01"}, LETTER, "grant-possible"),
        ({"joint_with": ["张敏"]}, LETTER, "cosigners-known"),
        ({"days": -1}, LETTER, "days"),
    ],
)
def test_an_authority_is_in_writing_and_makes_sense(
    register: Register, given: dict[str, Any], proof: Evidence, found: str
) -> None:
    said = {"may": ["change"]} | given
    command: dict[str, Any] = {"input": said, "evidence": [proof], "at": at("05-27")}
    assert set(refused(register, "contact", "authorise", ZHANG, **command)) == {found}


def test_what_every_record_can_do_is_named_in_a_refusal(register: Register) -> None:
    with pytest.raises(GuardFailed) as caught:
        register.do("schedule_baseline", "release", "SB-0")
    assert str(caught.value.facts["detail"]).startswith("SB-0 cannot be released yet.")
    assert str(caught.value.facts["detail_zh"]).startswith("SB-0 还不能对客户公开。")


def test_nothing_of_one_currency_is_decided_by_an_authority_in_another(register: Register) -> None:
    ref = sent(register, ("05-27", "05-29", "06-02"), option("A", price("USD 100.00")))
    assert approve(register, ref) == {"money": "USD 100.00, but the authority is in CNY"}


def test_our_own_deviation_is_not_put_right_behind_the_clients_back(register: Register) -> None:
    ref = submitted(register, "06-01", kind="off_specification")
    assert set(refused(register, "change", "rework", ref, evidence=[CALL], at=at("06-01"))) == {"told"}
