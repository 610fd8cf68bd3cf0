"""A complaint goes through its steps, nobody judges themselves, and nothing is closed before it is put right."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from pmbridge.domain.action import ACTION
from pmbridge.domain.communication import COMMUNICATION, communications
from pmbridge.domain.complaint import COMPLAINT
from pmbridge.domain.complaint_metrics import complaints
from pmbridge.domain.contact import CONTACT
from pmbridge.domain.improvement import IMPROVEMENT
from pmbridge.domain.lesson import LESSON
from pmbridge.domain.rate import Rate
from pmbridge.domain.sla import DEFAULT_RULES, service_levels
from pmbridge.domain.working_time import WorkingHours
from tests.unit.register_bench import at
from tests.unit.register_memory import MAIL, MemoryRegister, known

SAID: dict[str, Any] = {"text": "三次推迟都没有提前告知", "remedy_sought": "以后推迟要提前三天说"}
FIX: dict[str, Any] = {"text": "每周二通报延期风险", "kind": "fix"}
CREDIT: dict[str, Any] = {"text": "减免一周维护费", "kind": "credit", "money": "CNY 2000.00"}
ASSESSED: dict[str, Any] = {"severity": "high", "urgency": "urgent", "immediate_action": "当天电话说明"}
CLOSED: dict[str, Any] = {
    "root_cause": "延期只在内部群里说",
    "no_action_because": "已改周报模板",
    "no_lesson_because": "与 LES-01 相同",
}


@pytest.fixture
def register() -> MemoryRegister:
    made = MemoryRegister(CONTACT, COMMUNICATION, ACTION, LESSON, IMPROVEMENT, COMPLAINT)
    for name in ("张敏", "李总"):
        made.tell("contact", "add", at=at("04-01"), name=name)
    return made


def step(register: MemoryRegister, verb: str, ref: str, day: str, **said: Any) -> Any:
    return register.tell("complaint", verb, ref, at=at(day), evidence=[MAIL], **said)


def received(register: MemoryRegister, **said: Any) -> str:
    values = SAID | {"by": "张敏"} | said
    return register.tell("complaint", "add", at=at("06-01"), evidence=[MAIL], **values).ref


def answered(register: MemoryRegister, *remedies: dict[str, Any], **said: Any) -> str:
    ref = received(register, **said)
    step(register, "acknowledge", ref, "06-02", next_update_on=date(2026, 6, 4))
    register.tell("complaint", "assess", ref, at=at("06-02"), **ASSESSED)
    register.tell("complaint", "investigate", ref, at=at("06-03"), investigator="刘工")
    step(register, "update", ref, "06-04", text="正在核对三次延期的记录", next_update_on=date(2026, 6, 8))
    step(register, "respond", ref, "06-08", findings="三次都未书面通知", remedies=remedies or [FIX, CREDIT])
    return ref


def test_a_complaint_is_followed_from_receipt_to_closing(register: MemoryRegister) -> None:
    ref = answered(register, complained_of=["王工"], owner="陈工")
    entry = register.entry(ref)
    assert (entry.fields.complainant, entry.fields.received_on, entry.audience) == ("CT-01", date(2026, 6, 1), "client")
    assert entry.fields.open_offers == (1, 2)
    assert [one.fields.purpose for one in communications(register.book, ref)] == ["acknowledgement", "update", "answer"]
    entry = step(register, "accept", ref, "06-09", by="张敏", remedies=[1])
    assert (entry.state, entry.fields.outcome, entry.fields.owed) == ("resolved", "partly", (1,))
    assert [one.accepted for one in entry.fields.remedies] == [True, False]
    lesson: dict[str, Any] = {"title": "延期", "context": "c", "effect": "e", "recommendation": "r", "origin": ref}
    register.tell("lesson", "add", at=at("06-09"), **lesson)
    measured: dict[str, Any] = {"text": "周报加延期风险", "due_on": date(2026, 6, 30), "origin": ref}
    register.tell("improvement", "add", at=at("06-09"), **measured)
    said = {"done": [1], "root_cause": "延期只在内部群里说", "actions": ["IMP-01"], "lesson": "LES-01"}
    entry = step(register, "close", ref, "06-12", **said)
    assert (entry.state, entry.fields.remedies[0].done_on) == ("closed", date(2026, 6, 12))
    assert [one.state for one in entry.trail] == [
        "received", "acknowledged", "assessed", "investigating", "response_offered", "resolved", "closed",
    ]  # fmt: skip
    register.check()


def test_a_complaint_is_the_words_of_somebody_who_wants_something(register: MemoryRegister) -> None:
    assert register.unmet("complaint", "add", at=at("06-01")) == ["evidence", "text", "remedy_sought"]
    assert register.unmet("complaint", "add", at=at("06-01"), evidence=[MAIL], by="王工", **SAID) == ["contact"]
    ref = received(register)
    assert register.entry(ref).fields.next_update_on == date(2026, 6, 2), "it is acknowledged within a working day"
    assert register.unmet("complaint", "edit", ref, at=at("06-01"), text="没事了") == ["text"]


def test_nobody_looks_into_a_complaint_about_themselves(register: MemoryRegister) -> None:
    ref = received(register, complained_of=["王工"])
    step(register, "acknowledge", ref, "06-02", next_update_on=date(2026, 6, 4))
    register.tell("complaint", "assess", ref, at=at("06-02"), **ASSESSED)
    for who in ("王工", "张敏"):
        assert register.unmet("complaint", "investigate", ref, at=at("06-03"), investigator=who) == ["independent"]
    register.tell("complaint", "investigate", ref, at=at("06-03"), investigator="刘工")
    assert register.unmet("complaint", "edit", ref, at=at("06-03"), complained_of=["王工", "刘工"]) == ["independent"]


def test_a_promise_to_be_heard_from_is_not_made_for_the_past(register: MemoryRegister) -> None:
    ref = received(register)
    assert register.unmet("complaint", "acknowledge", ref, at=at("06-02"), next_update_on=date(2026, 6, 1)) == [
        "evidence",
        "next-update",
    ]


def test_a_response_offers_something_or_says_where_else_to_go(register: MemoryRegister) -> None:
    ref = answered(register)
    step(register, "dispute", ref, "06-09", owner="周总")
    said: dict[str, Any] = {"at": at("06-10"), "evidence": [MAIL]}
    assert register.unmet("complaint", "respond", ref, **said) == ["findings", "remedy"]
    said |= {"findings": "通知过两次"}
    assert register.unmet("complaint", "respond", ref, refusal="合同未约定", **said) == ["route"]
    entry = register.tell("complaint", "respond", ref, refusal="合同未约定", escalation_route="可请周总复核", **said)
    assert [one.accepted for one in entry.fields.remedies] == [False, False], "what was disputed is not on offer"
    assert entry.fields.open_offers == ()


def test_only_the_complainant_accepts_and_only_what_is_offered(register: MemoryRegister) -> None:
    ref = answered(register)
    said: dict[str, Any] = {"at": at("06-09"), "evidence": [MAIL]}
    assert register.unmet("complaint", "accept", ref, by="李总", remedies=[3, 0], **said) == [
        "complainant",
        "offered",
        "offered",
    ]
    assert register.unmet("complaint", "accept", ref, **said) == ["complainant"]
    entry = register.tell("complaint", "accept", ref, by="张敏", **said)
    assert (entry.fields.outcome, entry.fields.owed) == ("accepted", (1, 2))


def test_a_withdrawn_complaint_owes_nothing(register: MemoryRegister) -> None:
    ref = answered(register)
    entry = step(register, "accept", ref, "06-09", by="张敏", withdrawn=True)
    assert (entry.fields.outcome, entry.fields.owed) == ("withdrawn", ())


def test_closing_lists_everything_that_is_still_to_be_done(register: MemoryRegister) -> None:
    ref = answered(register)
    step(register, "accept", ref, "06-09", by="张敏")
    assert register.unmet("complaint", "close", ref, at=at("06-10")) == [
        "evidence",
        "remedies-done",
        "remedies-done",
        "root-cause",
        "corrective-action",
        "lesson",
    ]
    said = {"done": [1, 2], "root_cause": "x", "actions": ["CT-01", "IMP-09"], "lesson": "CPL-01"}
    assert register.unmet("complaint", "close", ref, at=at("06-10"), evidence=[MAIL], **said) == ["refs-known"] * 3
    entry = step(register, "close", ref, "06-10", done=[1, 2], **CLOSED)
    assert entry.state == "closed"


def test_a_dispute_goes_up_until_there_is_nobody_above(register: MemoryRegister) -> None:
    ref = answered(register, complained_of=["赵工"])
    refuse = {"findings": "同前", "remedies": [FIX]}
    for level, owner in enumerate(("周总", "吴总", "郑总"), 1):
        for who in ("王工", "赵工", "李总"):
            said: dict[str, Any] = {"at": at(f"06-{8 + level:02}"), "evidence": [MAIL], "owner": who}
            assert register.unmet("complaint", "dispute", ref, **said) == ["new-owner"]
        entry = step(register, "dispute", ref, f"06-{8 + level:02}", owner=owner)
        assert (entry.state, entry.fields.escalation_level, entry.fields.owner) == ("escalated", level, owner)
        step(register, "respond", ref, f"06-{8 + level:02}", **refuse)
    said = {"at": at("06-15"), "evidence": [MAIL]}
    assert register.unmet("complaint", "dispute", ref, owner="王工", **said) == ["level", "new-owner"]
    assert register.unmet("complaint", "close", ref, **said) == ["unresolved", "external-route"]
    entry = register.tell("complaint", "close", ref, unresolved=True, external_route="市消协调解", **said)
    assert (entry.state, entry.fields.outcome, entry.audience) == ("closed_unresolved", "not_accepted", "client")
    register.check()


def test_without_agreement_all_levels_are_used_first(register: MemoryRegister) -> None:
    ref = answered(register)
    said: dict[str, Any] = {"at": at("06-09"), "evidence": [MAIL], "unresolved": True, "external_route": "仲裁"}
    assert register.unmet("complaint", "close", ref, no_higher_level=True, **said) == ["levels-used"]
    step(register, "dispute", ref, "06-09", owner="周总")
    assert register.unmet("complaint", "close", ref, **said) == ["levels-used"]
    entry = register.tell("complaint", "close", ref, no_higher_level=True, **said)
    assert entry.state == "closed_unresolved"


def test_a_closed_complaint_comes_back_with_its_history(register: MemoryRegister) -> None:
    ref = answered(register)
    step(register, "accept", ref, "06-09", by="张敏")
    step(register, "close", ref, "06-10", done=[1, 2], **CLOSED)
    assert register.unmet("complaint", "reopen", ref, at=at("06-22")) == ["reason"]
    entry = register.tell("complaint", "reopen", ref, at=at("06-22"), reason="又推迟了一次")
    assert (entry.state, entry.fields.outcome, entry.fields.reopened_on) == (
        "investigating",
        None,
        (date(2026, 6, 22),),
    )
    assert entry.fields.next_update_on == date(2026, 6, 29)
    assert [one.accepted for one in entry.fields.remedies] == [True, True]
    step(register, "respond", ref, "06-23", findings="仍未通知", remedies=[FIX])
    assert register.entry(ref).fields.open_offers == (3,)


def test_the_clocks_run_from_receipt_and_from_the_assessment(register: MemoryRegister) -> None:
    answered(register)
    levels = {rule.clock: level for rule, level in service_levels(
        register.book, DEFAULT_RULES, WorkingHours(), register.moment(at("07-06"))
    )}  # fmt: skip
    assert known(levels["complaint_acknowledgement"].compliance) == Rate(hits=1, n=1)
    assert known(levels["complaint_response"].median) == 4
    assert levels["complaint_closure"].breached == ("CPL-01",)


def test_complaints_are_counted_and_timed(register: MemoryRegister) -> None:
    first, second = answered(register), answered(register)
    late = received(register)
    for ref, day in ((first, "06-10"), (second, "06-15")):
        step(register, "accept", ref, "06-09", by="张敏")
        step(register, "close", ref, day, done=[1, 2], **CLOSED)
    found = complaints(register.book.of("complaint"), register.moment(at("06-16")))
    assert known(found.median_wd) == Decimal("8.5")
    assert (found.received, found.open, found.closed) == ((first, second, late), (late,), (first, second))
    assert (found.late, found.reopened, found.unresolved) == ((late,), (), ())
    register.tell("complaint", "reopen", first, at=at("06-16"), reason="再次发生")
    found = complaints(register.book.of("complaint"), register.moment(at("06-16")))
    assert (found.reopened, found.open) == ((first,), (first, late))
    assert known(found.median_wd) == Decimal(10)


def test_no_complaint_has_no_median(register: MemoryRegister) -> None:
    moment = register.moment(at("06-16"))
    assert complaints([], moment).median_wd is None
    received(register)
    assert complaints(register.book.of("complaint"), moment).median_wd is None
