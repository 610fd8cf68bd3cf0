"""Feedback is the client's words, answered by a day, and ends in something done or a reason why not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pmbridge.domain.action import ACTION
from pmbridge.domain.communication import COMMUNICATION
from pmbridge.domain.contact import CONTACT
from pmbridge.domain.feedback import FEEDBACK
from pmbridge.domain.feedback_metrics import answered_in_time
from pmbridge.domain.rate import Rate
from tests.unit.register_bench import at
from tests.unit.register_memory import MAIL, MemoryRegister, known


@pytest.fixture
def register() -> MemoryRegister:
    made = MemoryRegister(CONTACT, COMMUNICATION, ACTION, FEEDBACK)
    made.tell("contact", "add", at=at("04-01"), name="张敏")
    made.tell("action", "add", at=at("06-01"), text="每周五前发测试报告", due_on=date(2026, 6, 5))
    return made


def given(register: MemoryRegister, day: str = "06-01", kind: str = "suggestion") -> str:
    return register.tell(
        "feedback", "add", at=at(day), by="张敏", kind=kind, text="希望提前收到测试报告", channel="email"
    ).ref


def test_you_said_we_did(register: MemoryRegister) -> None:
    ref = given(register)
    entry = register.entry(ref)
    assert (entry.fields.given_by, entry.fields.owner, entry.fields.respond_by) == ("CT-01", "王工", date(2026, 6, 8))
    assert entry.audience == "client", "the client said it"
    register.tell("feedback", "respond", ref, at=at("06-02"), evidence=[MAIL], response="从本周起周四发出")
    entry = register.tell("feedback", "act", ref, at=at("06-04"), actions=["ACT-01"])
    assert (entry.state, entry.fields.actions, entry.fields.responded_on) == ("acted", ("ACT-01",), date(2026, 6, 2))
    assert entry.released is not None
    assert str(entry.released.response) == "从本周起周四发出"
    communication = register.entry("COM-01")
    assert (communication.fields.whom, communication.fields.about) == (("CT-01",), (ref,))
    register.check()


def test_what_is_not_taken_up_has_a_reason_that_the_client_reads(register: MemoryRegister) -> None:
    ref = given(register)
    assert register.unmet("feedback", "decline", ref, at=at("06-02")) == ["reason"]
    entry = register.tell("feedback", "decline", ref, at=at("06-02"), reason="合同未包含")
    assert entry.released is not None
    assert str(entry.released.declined_because) == "合同未包含"


def test_an_answer_is_proved_and_an_act_is_something(register: MemoryRegister) -> None:
    ref = given(register)
    assert register.unmet("feedback", "respond", ref, at=at("06-02"), response="好") == ["evidence"]
    assert register.unmet("feedback", "act", ref, at=at("06-02")) == ["something-done"]
    assert register.unmet("feedback", "act", ref, at=at("06-02"), actions=["ACT-09", "CT-01"]) == ["refs-known"] * 2


def test_feedback_of_nobody_known_is_refused(register: MemoryRegister) -> None:
    said: dict[str, Any] = {"kind": "praise", "text": "做得好"}
    assert register.unmet("feedback", "add", at=at("06-01"), **said) == ["contact"]
    assert register.unmet("feedback", "add", at=at("06-01"), given_by="王工", **said) == ["contact"]


def test_the_words_of_the_client_stay(register: MemoryRegister) -> None:
    ref = given(register)
    assert register.unmet("feedback", "edit", ref, at=at("06-02"), text="没什么") == ["text"]
    entry = register.tell("feedback", "edit", ref, at=at("06-02"), kind="concern", owner="陈工")
    assert (entry.fields.kind, entry.fields.owner, str(entry.fields.text)) == (
        "concern",
        "陈工",
        "希望提前收到测试报告",
    )


def test_open_feedback_is_judged_once_it_is_overdue(register: MemoryRegister) -> None:
    early, late, waiting = (given(register, day) for day in ("06-01", "06-01", "06-01"))
    register.tell("feedback", "act", early, at=at("06-08"), actions=["ACT-01"])
    register.tell("feedback", "decline", late, at=at("06-09"), reason="合同未包含")
    entries = register.book.of("feedback")
    figure = answered_in_time(entries, register.moment(at("06-08")))
    assert known(figure) == Rate(hits=1, n=2)
    figure = answered_in_time(entries, register.moment(at("06-09")))
    assert figure is not None
    assert (figure.value, [one.key for one in figure.sources]) == (Rate(hits=1, n=3), [early, late, waiting])


def test_no_feedback_gives_no_rate(register: MemoryRegister) -> None:
    assert answered_in_time([], register.moment(at("06-09"))) is None
    given(register)
    assert answered_in_time(register.book.of("feedback"), register.moment(at("06-02"))) is None
