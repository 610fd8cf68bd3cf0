"""Actions, decisions, assumptions and dependencies: who owes what by when, and what keeps it from being settled."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from pmbridge.domain.client_decision import decision_on
from pmbridge.domain.evidence import Evidence
from pmbridge.domain.moment import Moment
from pmbridge.register import Register
from pmbridge.store import Store
from pmbridge.testing.clock import START, FakeClock
from tests.unit.raid_bench import CONCEPTS, get, refused, staffed
from tests.unit.register_bench import SHANGHAI, at

MAIL = Evidence(kind="email", title="回信.eml")
CALL = Evidence(kind="call_note", title="通话记录.txt")
QUESTION: dict[str, Any] = {
    "question": "会员等级名称",
    "options": [{"key": "A", "text": "沿用旧名"}, {"key": "B", "text": "新名"}],
    "ask_of": "张敏",
    "need_by": date(2026, 6, 3),
    "cost_of_delay": [{"milestone": "M4", "wd_per_wd": "0.5"}],
}


@pytest.fixture
def register(sqlite_store: Store, clock: FakeClock) -> Register:
    clock.set(START + timedelta(days=60))
    return staffed(sqlite_store, clock)


def moment(register: Register, day: str) -> Moment:
    return Moment(as_of=at(day), zone=SHANGHAI, calendar=register.calendar)


def shown(register: Register, ref: str, day: str) -> str:
    entry = get(register, ref)
    derived = CONCEPTS[entry.kind].derived
    assert derived is not None
    return derived(entry, moment(register, day))


# ------------------------------------------------------------------------------------------------------ actions


def test_an_action_has_an_owner_and_keeps_the_date_first_agreed(register: Register) -> None:
    made = register.do("action", "add", input={"text": "给 M6 关联工作项", "due_on": date(2026, 6, 9)}, at=at("06-02"))
    assert (made.fields.owner, made.fields.first_due_on) == ("王工", date(2026, 6, 9))
    moved = register.do("action", "edit", "ACT-01", input={"due_on": "2026-06-12", "owner": "张敏"}, at=at("06-03"))
    assert (moved.fields.owner, moved.fields.due_on, moved.fields.first_due_on) == (
        "CT-01",
        date(2026, 6, 12),
        date(2026, 6, 9),
    )
    done = register.do("action", "done", "ACT-01", input={"result": "已关联 5 项"}, at=at("06-08"))
    assert (done.state, done.fields.done_on) == ("done", date(2026, 6, 8))
    assert refused(register, "action", "cancel", "ACT-01", reason="不需要") == ["state"]


def test_an_action_without_date_owner_or_reason_is_refused(register: Register) -> None:
    assert refused(register, "action", "add", input={"text": "整理", "owner": "CT-09", "origin": "MTG-01"}) == [
        "people-known",
        "refs-known",
        "due",
    ]
    register.do("action", "add", input={"text": "整理", "no_due_reason": "持续进行"})
    assert refused(register, "action", "cancel", "ACT-01") == ["reason"]
    assert register.do("action", "cancel", "ACT-01", reason="改由客户做").fields.cancelled_because == "改由客户做"


# ---------------------------------------------------------------------------------------------------- decisions


def test_the_client_decides_by_one_of_the_options(register: Register) -> None:
    asked = register.do("decision", "add", input=QUESTION, at=at("05-27"), number="DEC-10")
    assert (asked.ref, asked.state, asked.audience, asked.fields.ask_of) == ("DEC-10", "open", "client", "CT-01")
    decided = register.do(
        "decision", "decide", "DEC-10", input={"option": "B"}, by="张敏", evidence=[MAIL], at=at("06-02")
    )
    assert (decided.state, decided.fields.option, decided.fields.decided_on) == ("decided", "B", date(2026, 6, 2))
    assert str(decided.fields.chosen().text) == "新名"
    recorded = decision_on(register.book, "DEC-10")
    assert recorded is not None
    assert (recorded.fields.option, recorded.fields.decided_by) == ("B", ("CT-01",))


def test_a_refused_answer_names_everything_that_is_missing(register: Register) -> None:
    register.do("decision", "add", input=QUESTION)
    given = {"option": "C", "conditions": "先看原型"}
    assert refused(register, "decision", "decide", "DEC-01", input=given, by="赵会计", evidence=[CALL]) == [
        "answered",
        "evidence",
        "answerer",
        "conditions-dated",
    ]
    assert refused(register, "decision", "decide", "DEC-01", by="李四", input={}) == [
        "evidence",
        "answered",
        "decider",
        "evidence",
        "answerer",
    ]


def test_a_condition_of_the_client_becomes_an_action(register: Register) -> None:
    register.do("decision", "add", input=QUESTION)
    given = {"option": "A", "conditions": "先看原型", "conditions_due_on": date(2026, 6, 9)}
    register.do("decision", "decide", "DEC-01", input=given, by="CT-01", evidence=[MAIL])
    condition = get(register, "ACT-01").fields
    assert (str(condition.text), condition.owner, condition.origin) == ("先看原型", "王工", "DEC-01")
    register.do("action", "done", "ACT-01")
    assert refused(register, "decision", "revoke", "DEC-01", reason="误读", evidence=[MAIL]) == ["nothing-rests-on-it"]


def test_a_revoked_decision_is_open_again_and_stays_on_record(register: Register) -> None:
    register.do("decision", "add", input=QUESTION)
    register.do("decision", "decide", "DEC-01", input={"option": "A"}, by="CT-01", evidence=[MAIL])
    assert refused(register, "decision", "revoke", "DEC-01") == ["evidence", "reason"]
    again = register.do("decision", "revoke", "DEC-01", reason="张敏：选错了", evidence=[MAIL])
    assert (again.state, again.fields.option) == ("open", None)
    assert decision_on(register.book, "DEC-01") is None
    assert get(register, "CD-001").state == "revoked"


def test_a_question_is_put_to_a_contact_with_options_that_differ(register: Register) -> None:
    wrong = QUESTION | {
        "ask_of": "王工",
        "options": [{"key": "A", "text": "旧"}] * 2,
        "default_if_silent": "沿用旧名",
        "cost_of_delay": [{"milestone": "M9", "wd_per_wd": 1}],
        "subject": "CR-404",
    }
    assert refused(register, "decision", "add", input=wrong) == [
        "asked",
        "options",
        "default-by-contract",
        "milestones-known",
        "refs-known",
    ]
    assert refused(register, "decision", "add", input=QUESTION | {"options": QUESTION["options"][:1]}) == ["options"]


def test_silence_settles_only_what_the_contract_lets_it(register: Register) -> None:
    register.do("decision", "add", input=QUESTION, at=at("05-27"))
    allowed = QUESTION | {"default_if_silent": "沿用旧名", "contract_clause": "HT-2026-014 第 7 条"}
    register.do("decision", "add", input=allowed, at=at("05-27"))
    assert [shown(register, ref, "06-03") for ref in ("DEC-01", "DEC-02")] == ["open", "open"]
    assert [shown(register, ref, "06-04") for ref in ("DEC-01", "DEC-02")] == ["open", "lapsed"]
    assert register.do("decision", "withdraw", "DEC-01", reason="已不需要").state == "withdrawn"


# --------------------------------------------------------------------------------- assumptions and dependencies


def test_an_assumption_is_open_until_somebody_has_checked_it(register: Register) -> None:
    said = {"statement": "短信额度够用", "valid_if_wrong": "需另购", "check_by": date(2026, 6, 1), "affects": ["M5"]}
    register.do("assumption", "add", input=said, at=at("05-20"))
    register.do("assumption", "edit", "ASM-01", input={"check_by": date(2026, 6, 5)}, at=at("06-01"))
    checked = register.do("assumption", "refute", "ASM-01", input={"finding": "额度只有一半"}, at=at("06-04"))
    assert (checked.state, checked.fields.checked_on) == ("refuted", date(2026, 6, 4))
    assert refused(register, "assumption", "confirm", "ASM-01", input={"finding": "够"}) == ["state"]
    assert refused(register, "assumption", "add", input=said | {"affects": ["M9"], "owner": "CT-07"}) == [
        "people-known",
        "refs-known",
    ]


def test_a_dependency_on_the_client_is_theirs_and_late_after_its_day(register: Register) -> None:
    said = {"what": "支付沙箱账号", "on": "client", "needed_by": date(2026, 6, 3), "milestones": ["M5"],
            "cost_of_delay": [{"milestone": "M5", "wd_per_wd": 1}]}  # fmt: skip
    assert refused(register, "dependency", "add", input=said) == ["owner-side"]
    made = register.do("dependency", "add", input=said | {"owner": "张敏"}, at=at("05-20"), number="DEP-13")
    assert (made.ref, made.audience, made.fields.owner) == ("DEP-13", "client", "CT-01")
    (cost,) = made.fields.cost_of_delay
    assert cost.label.zh == "每晚 1 个工作日，M5 顺延 1 个工作日"
    assert cost.label.en == "each working day moves M5 by 1 working day"
    assert [shown(register, "DEP-13", day) for day in ("06-03", "06-04")] == ["open", "late"]
    given = register.do("dependency", "provide", "DEP-13", at=at("06-10"))
    assert (given.state, given.fields.provided_on) == ("provided", date(2026, 6, 10))
    assert shown(register, "DEP-13", "06-11") == "provided"


def test_a_dependency_on_others_is_seen_to_by_us_and_not_shown(register: Register) -> None:
    said = {"what": "短信签名审核", "on": "third_party", "needed_by": date(2026, 6, 3)}
    assert refused(
        register,
        "dependency",
        "add",
        input=said | {"owner": "张敏", "milestones": ["CT-01"], "cost_of_delay": [{"milestone": "M9", "wd_per_wd": 1}]},
    ) == ["owner-side", "refs-known", "milestones-known"]
    made = register.do("dependency", "add", input=said)
    assert (made.audience, made.fields.owner) == ("internal", "王工")
    assert refused(register, "dependency", "edit", "DEP-01", input={"owner": "张敏"}) == ["owner-side"]
    assert refused(register, "dependency", "waive", "DEP-01") == ["reason"]
    assert register.do("dependency", "waive", "DEP-01", reason="改用另一渠道").state == "waived"
