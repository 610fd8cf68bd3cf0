"""Risks and issues: scored, answered, solved and confirmed in their order, and never closed over open work."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from pmbridge.domain.evidence import Evidence
from pmbridge.register import Register
from pmbridge.store import Store
from pmbridge.testing.clock import START, FakeClock
from tests.unit.raid_bench import get, refused, staffed
from tests.unit.register_bench import at
from tests.unit.register_story import MAIL, REQUEST

RISK = {
    "title": "支付渠道联调延迟",
    "event": "沙箱账号晚到",
    "effect": "M5 顺延",
    "category": "technical",
    "due_on": date(2026, 6, 10),
}
SLOW = {"title": "图片加载慢", "severity": "high", "due_on": date(2026, 6, 10)}
TODO = {"text": "先用模拟渠道", "due_on": date(2026, 6, 10)}


@pytest.fixture
def register(sqlite_store: Store, clock: FakeClock) -> Register:
    clock.set(START + timedelta(days=60))
    return staffed(sqlite_store, clock)


def scored(register: Register, probability: int, impact: int, day: str) -> int:
    given = {"probability": probability, "impact": {"schedule": impact}}
    score = register.do("risk", "assess", "RSK-01", input=given, at=at(day)).fields.score
    assert score is not None
    return int(score.value)


def test_every_score_of_a_risk_is_kept(register: Register) -> None:
    register.do("risk", "add", input=RISK, at=at("05-20"))
    assert (scored(register, 3, 3, "05-20"), scored(register, 4, 3, "06-03")) == (9, 12)
    risk = get(register, "RSK-01")
    assert [(one.on, one.value) for one in risk.fields.scores] == [(date(2026, 5, 20), 9), (date(2026, 6, 3), 12)]
    assert (risk.state, risk.audience) == ("assessed", "internal")
    register.do("risk", "review", "RSK-01", at=at("06-05"))
    assert get(register, "RSK-01").fields.reviewed_on == date(2026, 6, 5)
    assert register.do("risk", "release", "RSK-01", at=at("06-05")).audience == "client"
    assert refused(register, "risk", "assess", "RSK-01", input={"probability": 6, "impact": {}}) == ["probability"]


def test_the_life_of_a_risk_from_response_to_closing(register: Register) -> None:
    register.do("risk", "add", input=RISK, at=at("05-20"))
    scored(register, 3, 3, "05-20")
    answered = register.do("risk", "respond", "RSK-01", input={"response": "reduce", "actions": [TODO]}, at=at("05-21"))
    assert (answered.state, answered.fields.response) == ("responding", "reduce")
    assert (get(register, "ACT-01").fields.origin, get(register, "ACT-01").fields.owner) == ("RSK-01", "王工")
    left = {"probability": 1, "impact": {"schedule": 3}}
    assert refused(register, "risk", "monitor", "RSK-01", input=left) == ["actions-done"]
    assert refused(register, "risk", "close", "RSK-01", input={"why": "expired"}) == ["reason", "actions-done"]
    register.do("action", "done", "ACT-01", at=at("06-10"))
    monitored = register.do("risk", "monitor", "RSK-01", input=left, at=at("06-10"))
    assert (monitored.state, monitored.fields.score.value, monitored.fields.score.residual) == ("monitored", 3, True)
    closed = register.do("risk", "close", "RSK-01", input={"why": "expired"}, reason="M5 已达成", at=at("07-03"))
    assert (closed.state, closed.fields.closed_because, closed.fields.closing_reason) == (
        "closed",
        "expired",
        "M5 已达成",
    )


def test_a_response_is_refused_with_everything_that_is_wrong_with_it(register: Register) -> None:
    register.do("risk", "add", input=RISK)
    assert refused(register, "risk", "respond", "RSK-01", input={"response": "reduce"}) == ["state"]
    given = {"probability": 3, "impact": {"cost": 3}}
    register.do("risk", "assess", "RSK-01", input=given)
    wrong = {"response": "exploit", "costs_client": True, "existing": ["M4"]}
    assert refused(register, "risk", "respond", "RSK-01", input=wrong) == [
        "refs-known",
        "response-fits",
        "cost-is-a-change",
    ]
    assert refused(register, "risk", "respond", "RSK-01", input={"response": "accept"}) == ["has-action"]
    register.do("change", "submit", input=REQUEST, evidence=[MAIL])
    bought = {"response": "transfer", "costs_client": True, "change": "CR-001", "actions": [TODO]}
    assert register.do("risk", "respond", "RSK-01", input=bought).fields.change == "CR-001"


def test_a_risk_that_occurred_is_an_issue(register: Register) -> None:
    register.do("risk", "add", input=RISK)
    register.do("risk", "assess", "RSK-01", input={"probability": 5, "impact": {"quality": 4}})
    assert refused(register, "risk", "occur", "RSK-01", input={}) == ["issue"]
    assert refused(register, "risk", "occur", "RSK-01", input={"issue": "M4"}) == ["refs-known"]
    register.do("risk", "occur", "RSK-01", input={"severity": "critical", "due_on": date(2026, 6, 12)})
    issue = get(register, "ISS-01").fields
    assert (issue.from_risk, issue.severity, str(issue.title)) == ("RSK-01", "critical", "支付渠道联调延迟")
    register.do("risk", "add", input=RISK)
    register.do("risk", "assess", "RSK-02", input={"probability": 5, "impact": {}})
    assert register.do("risk", "occur", "RSK-02", input={"issue": "ISS-01"}).fields.issue == "ISS-01"
    assert [one.ref for one in register.book.of("issue")] == ["ISS-01"]


def test_a_risk_without_a_date_is_refused(register: Register) -> None:
    undated = {name: value for name, value in RISK.items() if name != "due_on"}
    assert refused(register, "risk", "add", input=undated | {"raised_by": "CT-09"}) == ["people-known", "dated"]
    assert register.do("risk", "add", input=undated | {"proximity": date(2026, 7, 1)}).fields.raised_by == "王工"


# ------------------------------------------------------------------------------------------------------- issues


def solved(register: Register, ref: str, day: str) -> None:
    register.do("issue", "analyse", ref, input={"owner": "陈工"}, at=at(day))
    register.do("issue", "act", ref, input={"actions": [TODO]}, at=at(day))
    given = {"resolution": "改用 CDN", "root_cause": "原图未压缩"}
    register.do("issue", "resolve", ref, input=given, at=at(day))


def test_the_life_of_an_issue_of_ours(register: Register) -> None:
    made = register.do("issue", "add", input=SLOW, at=at("05-29"))
    assert (made.ref, made.state, made.fields.raised_by) == ("ISS-01", "open", "王工")
    assert refused(register, "issue", "act", "ISS-01", input={"actions": [TODO]}) == ["state"]
    register.do("issue", "analyse", "ISS-01", input={"owner": "陈工"}, at=at("05-29"))
    assert refused(register, "issue", "act", "ISS-01", input={}) == ["action-dated"]
    register.do("issue", "act", "ISS-01", input={"actions": [TODO]}, at=at("06-01"))
    assert get(register, "ACT-01").fields.origin == "ISS-01"
    assert refused(register, "issue", "resolve", "ISS-01", input={"resolution": "改用 CDN"}) == ["root-cause"]
    given = {"resolution": "改用 CDN", "root_cause": "原图未压缩"}
    register.do("issue", "resolve", "ISS-01", input=given, at=at("06-08"))
    assert refused(register, "issue", "close", "ISS-01", by="陈工", at=at("06-09")) == ["confirmed"]
    closed = register.do("issue", "close", "ISS-01", at=at("06-10"))
    assert (closed.state, closed.fields.closed_by) == ("closed", "confirmed")
    assert refused(register, "issue", "reopen", "ISS-01") == ["reason"]
    again = register.do("issue", "reopen", "ISS-01", reason="又出现", at=at("06-12"))
    assert (again.state, again.fields.resolution, again.fields.reopened) == ("open", None, 1)


def test_an_issue_of_the_client_is_closed_by_the_client_or_after_silence(register: Register) -> None:
    register.do("issue", "add", input=SLOW, by="张敏", at=at("05-25"))
    assert get(register, "ISS-01").fields.raised_by == "CT-01"
    solved(register, "ISS-01", "05-26")
    assert refused(register, "issue", "close", "ISS-01", at=at("06-09")) == ["confirmed"]
    assert refused(register, "issue", "close", "ISS-01", by="赵会计", at=at("06-09")) == ["confirmation-proved"]
    assert refused(register, "issue", "close", "ISS-01", input={"silence": True}, at=at("06-09")) == ["confirmed"]
    said = {"whom": ["CT-01"], "about": ["ISS-01"], "purpose": "notice", "subject": "ISS-01 已解决"}
    register.do("communication", "add", input=said, evidence=[MAIL], at=at("06-01"))
    # 1 June is a Monday: the fifth working day after it is Monday, 8 June.
    assert refused(register, "issue", "close", "ISS-01", input={"silence": True}, at=at("06-05")) == ["confirmed"]
    quiet = register.conditions("issue", "close", "ISS-01", input={"silence": True}, at=at("06-08"))
    assert all(one.met for one in quiet)
    answer = said | {"direction": "inbound", "purpose": "answer"}
    register.do("communication", "add", input=answer, evidence=[MAIL], at=at("06-04"))
    assert refused(register, "issue", "close", "ISS-01", input={"silence": True}, at=at("06-08")) == ["answered"]
    by_mail: dict[str, Any] = {"by": "CT-02", "evidence": [Evidence(kind="email", title="好了.eml")]}
    assert register.do("issue", "close", "ISS-01", at=at("06-09"), **by_mail).fields.closed_by == "confirmed"


def test_an_issue_is_escalated_to_somebody_by_a_day_and_comes_back_by_action(register: Register) -> None:
    register.do("issue", "add", input=SLOW)
    given = {"to": "刘工", "by_when": date(2026, 6, 5)}
    assert refused(register, "issue", "escalate", "ISS-01", input=given) == ["reason"]
    raised = register.do("issue", "escalate", "ISS-01", input=given, reason="超出陈工权限")
    assert (raised.state, raised.fields.escalations[0].to) == ("escalated", "刘工")
    assert register.do("issue", "act", "ISS-01", input={"actions": [TODO]}).state == "in_action"
    assert refused(register, "issue", "convert", "ISS-01", input={"change": "M4"}) == ["refs-known"]
    register.do("change", "submit", input=REQUEST, evidence=[MAIL])
    assert register.do("issue", "convert", "ISS-01", input={"change": "CR-001"}).fields.to_change == "CR-001"


def test_an_issue_says_who_raised_it_what_it_affects_and_by_when(register: Register) -> None:
    wrong = {"title": "慢", "severity": "low", "affects": ["DL-09"], "from_risk": "M4", "owner": "CT-09"}
    assert refused(register, "issue", "add", input=wrong) == ["people-known", "refs-known", "refs-known", "due"]
