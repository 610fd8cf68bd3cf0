"""Meetings and inquiries: who came, what was agreed and confirmed, when somebody responded."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from pmbridge.domain.client_decision import decision_on
from pmbridge.domain.communication import communications
from pmbridge.domain.follow_up import actions_from
from pmbridge.register import Register
from pmbridge.store import Store
from pmbridge.testing.clock import START, FakeClock
from tests.unit.raid_bench import get, refused, staffed
from tests.unit.register_bench import at
from tests.unit.register_story import CALL, MAIL


@pytest.fixture
def register(sqlite_store: Store, clock: FakeClock) -> Register:
    clock.set(START + timedelta(days=60))
    return staffed(sqlite_store, clock)


def planned(register: Register) -> str:
    said = {"kind": "weekly_status", "planned_at": datetime(2026, 6, 2, 10), "invited": ["张敏", "赵会计", "陈工"]}  # noqa: DTZ001 - what a person writes
    return register.do("meeting", "add", input=said, at=at("05-28")).ref


def test_the_life_of_a_meeting_up_to_confirmed_minutes(register: Register) -> None:
    ref = planned(register)
    assert get(register, ref).fields.planned_at == at("06-02", 10)
    assert get(register, ref).fields.invited == ("CT-01", "CT-02", "陈工")
    register.do("meeting", "hold", ref, input={"present": ["张敏", "陈工"]}, at=at("06-02", 10))
    held = get(register, ref).fields
    assert [(one.who, one.present) for one in held.attendees] == [("CT-01", True), ("陈工", True), ("CT-02", False)]
    todo = {"text": "提供沙箱账号", "owner": "张敏", "due_on": date(2026, 6, 3)}
    given = {"text": "支付联调本周开始", "new_actions": [todo]}
    assert refused(register, "meeting", "minutes", ref, input=given, at=at("06-02", 15)) == ["evidence"]
    sent = register.do("meeting", "minutes", ref, input=given, evidence=[MAIL], at=at("06-02", 15))
    assert (sent.state, sent.audience, sent.fields.minutes_sent_at) == ("minutes_sent", "client", at("06-02", 15))
    (action,) = actions_from(register.book, ref)
    assert (action.fields.owner, action.audience) == ("CT-01", "client")  # type: ignore[attr-defined]
    (mail,) = communications(register.book, ref, purpose="minutes")
    assert (mail.fields.whom, mail.fields.subject.en) == (("CT-01",), f"Minutes of {ref}")
    assert refused(register, "meeting", "confirm", ref, by="王工", evidence=[CALL]) == ["decider", "evidence"]
    done = register.do("meeting", "confirm", ref, by="张敏", evidence=[MAIL], at=at("06-03"))
    assert (done.state, done.fields.confirmed_on) == ("minutes_confirmed", date(2026, 6, 3))
    confirmed = decision_on(register.book, ref)
    assert confirmed is not None
    assert confirmed.fields.decided_by == ("CT-01",)


def test_a_meeting_was_held_when_both_sides_came(register: Register) -> None:
    ref = planned(register)
    assert refused(register, "meeting", "hold", ref, input={}) == ["attendance", "attendance"]
    both = {"present": ["张敏", "陈工"], "absent": ["陈工", "CT-09"]}
    assert refused(register, "meeting", "hold", ref, input=both) == ["people-known", "present-or-absent"]
    assert refused(register, "meeting", "cancel", ref) == ["reason"]
    off = register.do("meeting", "cancel", ref, reason="端午节")
    assert (off.state, off.fields.cancelled_because) == ("cancelled", "端午节")


def test_a_meeting_that_moves_keeps_when_it_was_first_planned(register: Register) -> None:
    ref = planned(register)
    moved = register.do("meeting", "edit", ref, input={"planned_at": "2026-06-03T14:00:00", "owner": "陈工"})
    assert (moved.fields.planned_at, moved.fields.first_planned_at) == (at("06-03", 14), at("06-02", 10))
    assert moved.fields.owner == "陈工"


def test_minutes_go_to_contacts_and_cite_what_exists(register: Register) -> None:
    ref = planned(register)
    register.do("meeting", "hold", ref, input={"present": ["张敏", "陈工"]}, at=at("06-02", 10))
    wrong = {"text": "…", "send_to": ["陈工"], "actions": ["M4"], "decisions": ["DEC-09"],
             "new_actions": [{"text": "x", "owner": "CT-08", "due_on": "2026-06-05"}]}  # fmt: skip
    assert refused(register, "meeting", "minutes", ref, input=wrong, evidence=[MAIL]) == [
        "recipient",
        "people-known",
        "refs-known",
        "refs-known",
    ]


# ---------------------------------------------------------------------------------------------------- inquiries


def test_the_two_clocks_of_an_inquiry_stop_when_somebody_responds_and_answers(register: Register) -> None:
    asked = register.do("inquiry", "add", input={"text": "对账文件是什么格式？"}, by="张敏", at=at("06-01", 9))
    assert (asked.ref, asked.fields.asked_by, asked.fields.asked_at) == ("INQ-01", "CT-01", at("06-01", 9))
    assert asked.audience == "client"
    assert refused(register, "inquiry", "respond", "INQ-01", input={"text": "今天回复您"}) == ["sent-proved"]
    register.do("inquiry", "respond", "INQ-01", input={"text": "今天回复您", "channel": "phone"}, at=at("06-01", 10))
    register.do("inquiry", "answer", "INQ-01", input={"answer": "CSV"}, evidence=[MAIL], at=at("06-01", 15))
    fields = get(register, "INQ-01").fields
    assert (fields.first_response_at, fields.answered_at) == (at("06-01", 10), at("06-01", 15))
    assert [one.fields.purpose for one in communications(register.book, "INQ-01")] == ["acknowledgement", "answer"]
    assert register.do("inquiry", "close", "INQ-01").state == "closed"


def test_an_answer_at_once_is_the_first_response(register: Register) -> None:
    register.do("inquiry", "add", input={"text": "几点开会？", "asked_by": "CT-02", "owner": "陈工"}, at=at("06-01", 9))
    register.do("inquiry", "edit", "INQ-01", input={"owner": "刘工"}, at=at("06-01", 10))
    register.do("inquiry", "answer", "INQ-01", input={"answer": "十点"}, evidence=[MAIL], at=at("06-01", 11))
    fields = get(register, "INQ-01").fields
    assert (fields.first_response_at, fields.owner) == (at("06-01", 11), "刘工")


def test_only_a_contact_inquires(register: Register) -> None:
    assert refused(register, "inquiry", "add", input={"text": "？", "owner": "CT-09"}) == ["contact", "people-known"]
    assert refused(register, "inquiry", "add", input={"text": "？"}, by="王工") == ["contact"]
