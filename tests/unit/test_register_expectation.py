"""No over-promising: what the forecast breaks, nothing supports or nobody can do is not agreed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pmbridge.domain import baseline_concepts
from pmbridge.domain.client_decision import CLIENT_DECISION, decision_on
from pmbridge.domain.communication import COMMUNICATION, communications
from pmbridge.domain.contact import CONTACT
from pmbridge.domain.expectation import EXPECTATION
from pmbridge.domain.expectation_metrics import expectations_met, to_review
from pmbridge.domain.milestone import MILESTONE
from pmbridge.domain.promise import health
from pmbridge.domain.rate import Rate
from pmbridge.domain.requirement import REQUIREMENT
from tests.unit.register_bench import at
from tests.unit.register_memory import MAIL, NOTE, MemoryRegister, known

PLAN = {"M4": date(2026, 6, 12), "M7": date(2026, 7, 10)}
WORDS = "618 前可预约"
REALISTIC: dict[str, Any] = {"feasibility": "realistic", "rationale": "M4 预测 06-12"}
PROMISE = "6/17 前开放预约页(演示)"


@pytest.fixture
def register() -> MemoryRegister:
    made = MemoryRegister(
        CONTACT, CLIENT_DECISION, COMMUNICATION, *baseline_concepts.CONCEPTS, MILESTONE, REQUIREMENT, EXPECTATION
    )
    letter: dict[str, Any] = {"at": at("04-07"), "evidence": [MAIL]}
    made.tell("contact", "add", name="张敏", may=["milestones", "expectation"], **letter)
    made.tell("contact", "add", name="赵会计", at=at("04-07"))
    for ref, day in PLAN.items():
        said: dict[str, Any] = {"title": ref, "on": day, "is_final": ref == "M7"}
        made.do("milestone", "add", at=at("04-07"), number=ref, input=said)
    made.tell("schedule_baseline", "agree", by="张敏", dates=PLAN, **letter)
    made.tell("milestone", "forecast", "M4", at=at("05-08"), on=date(2026, 6, 12), by="王工")
    return made


def stated(register: MemoryRegister, **said: Any) -> str:
    given: dict[str, Any] = {"statement": WORDS, "category": "time", "expected_on": date(2026, 6, 17), "links": ["M4"]}
    return register.tell("expectation", "add", at=at("05-12"), by="张敏", evidence=[MAIL], **given | said).ref


def assessed(register: MemoryRegister, feasibility: str = "realistic", **said: Any) -> str:
    ref = stated(register, **said)
    register.tell("expectation", "assess", ref, at=at("05-13"), **REALISTIC | {"feasibility": feasibility})
    return ref


def promise(**more: Any) -> dict[str, Any]:
    return {"at": at("05-14"), "by": "张敏", "evidence": [MAIL], "agreed_statement": WORDS} | more


def test_the_expectation_of_the_story_is_agreed_revised_and_at_risk(register: MemoryRegister) -> None:
    ref = assessed(register)
    entry = register.tell("expectation", "agree", ref, **promise())
    assert (entry.state, entry.audience, entry.fields.forecasts) == ("agreed", "client", {"M4": date(2026, 6, 12)})
    decided = decision_on(register.book, ref)
    assert decided is not None
    assert (decided.fields.kind, decided.fields.decided_by) == ("expectation", ("CT-01",))
    said: dict[str, Any] = {"at": at("05-29"), "by": "张敏", "evidence": [MAIL]}
    entry = register.tell("expectation", "revise", ref, statement=PROMISE, expected_on=date(2026, 6, 17), **said)
    assert (entry.state, entry.fields.feasibility, entry.fields.agreed_statement) == ("stated", None, None)
    assert [(one.n, str(one.statement), one.revised_on) for one in entry.fields.history] == [
        (1, WORDS, date(2026, 5, 29))
    ]
    by_throughput: dict[str, Any] = {"forecasts": {"M4": date(2026, 6, 17)}}
    register.tell("expectation", "assess", ref, at=at("05-29"), **REALISTIC, **by_throughput)
    register.tell("expectation", "agree", ref, **promise(at=at("05-29"), agreed_statement=PROMISE, **by_throughput))
    entry = register.tell(
        "expectation",
        "review",
        ref,
        at=at("06-05"),
        evidence=[MAIL],
        forecasts={"M4": date(2026, 6, 18)},
        review_on=date(2026, 6, 10),
    )
    (only,) = entry.fields.reviews
    assert (only.health, only.told, entry.fields.health) == ("at_risk", True, "at_risk")
    assert entry.fields.review_on == date(2026, 6, 10)
    assert [one.fields.purpose for one in communications(register.book, ref)] == ["update"]
    entry = register.tell("expectation", "settle", ref, at=at("06-17"), evidence=[MAIL], verdict="met")
    assert (entry.state, entry.fields.verdict) == ("met", "met")
    register.check()


def test_an_expectation_is_somebodys_words_with_a_proof(register: MemoryRegister) -> None:
    said: dict[str, Any] = {"at": at("05-12"), "statement": WORDS, "category": "time", "links": ["CT-01", "M9"]}
    assert register.unmet("expectation", "add", review_on=date(2026, 5, 11), **said) == [
        "evidence",
        "contact",
        "refs-known",
        "refs-known",
        "dated",
        "review-ahead",
    ]
    entry = register.entry(stated(register))
    assert (entry.fields.stated_by, entry.fields.evidence, entry.fields.review_on) == (
        "CT-01",
        (MAIL,),
        date(2026, 5, 19),
    )


@pytest.mark.parametrize("feasibility", ["unrealistic", "out_of_scope"])
def test_what_cannot_be_done_is_not_agreed(register: MemoryRegister, feasibility: str) -> None:
    ref = assessed(register, feasibility)
    assert register.unmet("expectation", "agree", ref, **promise()) == ["feasible"]


def test_a_later_forecast_refuses_an_earlier_promise(register: MemoryRegister) -> None:
    ref = assessed(register, links=["M4", "M7"])
    late = {"M4": date(2026, 6, 18)}
    assert register.unmet("expectation", "agree", ref, **promise(forecasts=late)) == ["forecast", "supported"]
    register.tell("milestone", "forecast", "M4", at=at("05-14"), on=date(2026, 6, 19), by="王工")
    early = {"M4": date(2026, 6, 1)}
    assert register.unmet("expectation", "agree", ref, **promise(forecasts=early)) == ["forecast", "supported"]
    entry = register.tell("expectation", "agree", ref, **promise(expected_on=date(2026, 6, 19)))
    assert (entry.fields.expected_on, entry.fields.forecasts) == (
        date(2026, 6, 19),
        {"M4": date(2026, 6, 19), "M7": None},
    )


def test_a_forecast_that_nobody_has_supports_nothing(register: MemoryRegister) -> None:
    ref = assessed(register)
    assert register.unmet("expectation", "agree", ref, **promise(at=at("05-25"))) == ["supported"], "it is stale"
    entry = register.tell("expectation", "agree", ref, **promise(at=at("05-25"), forecasts={"M4": date(2026, 6, 17)}))
    assert entry.state == "agreed"


def test_an_overdue_milestone_is_not_expected_in_the_past(register: MemoryRegister) -> None:
    ref = assessed(register)
    register.tell("expectation", "agree", ref, **promise())
    entry = register.tell("expectation", "review", ref, at=at("06-18"), forecasts={"M4": date(2026, 6, 12)})
    assert entry.fields.reviews[0].expected == {"M4": date(2026, 6, 18)}
    assert entry.fields.health == "at_risk"


def test_a_promise_that_nothing_supports_is_refused(register: MemoryRegister) -> None:
    ref = assessed(register, links=[], category="quality", expected_on=None)
    assert register.unmet("expectation", "agree", ref, **promise()) == ["supported"]
    register.tell("milestone", "add", at=at("05-14"), title="二期", on=date(2026, 9, 1))
    proposed = max(one.ref for one in register.book.of("milestone"))
    register.tell("expectation", "edit", ref, at=at("05-14"), links=[proposed])
    assert register.unmet("expectation", "agree", ref, **promise()) == ["supported"], "it is not agreed itself"
    register.tell("expectation", "edit", ref, at=at("05-14"), links=["M7"])
    assert register.tell("expectation", "agree", ref, **promise()).state == "agreed", "no day, no forecast needed"


def test_it_is_confirmed_by_somebody_who_may_and_in_writing(register: MemoryRegister) -> None:
    ref = assessed(register)
    assert register.unmet("expectation", "agree", ref, **promise(by="赵会计", evidence=[NOTE])) == [
        "authority",
        "evidence",
    ]


def test_what_we_cannot_do_is_reset_or_declined_and_told(register: MemoryRegister) -> None:
    ref = assessed(register, "unrealistic")
    said: dict[str, Any] = {"at": at("05-14"), "agreed_statement": PROMISE}
    assert register.unmet("expectation", "reset", ref, forecasts={"M4": date(2026, 6, 18)}, **said) == [
        "evidence",
        "forecast",
    ]
    entry = register.tell("expectation", "reset", ref, evidence=[MAIL], expected_on=date(2026, 6, 17), **said)
    assert (entry.state, entry.audience) == ("reset", "client")
    assert [one.fields.whom for one in communications(register.book, ref)] == [("CT-01",)]
    other = assessed(register)
    assert register.unmet("expectation", "decline", other, at=at("05-14")) == ["evidence", "reason"]
    entry = register.tell("expectation", "decline", other, at=at("05-14"), evidence=[MAIL], reason="超出合同范围")
    assert entry.released is not None
    assert (entry.state, str(entry.released.declined_because)) == ("declined", "超出合同范围")


def test_our_assessment_stays_ours_until_we_answer(register: MemoryRegister) -> None:
    ref = assessed(register)
    entry = register.entry(ref)
    assert entry.released is not None
    assert (entry.released.feasibility, entry.fields.feasibility) == (None, "realistic")


def test_a_revoked_agreement_waits_for_another(register: MemoryRegister) -> None:
    ref = assessed(register)
    register.tell("expectation", "agree", ref, **promise())
    entry = register.tell("expectation", "revoke", ref, at=at("05-20"), evidence=[MAIL], reason="客户撤回")
    assert (entry.state, entry.fields.agreed_statement, decision_on(register.book, ref)) == ("assessed", None, None)


def test_a_review_knows_what_it_does_not_know() -> None:
    june = date(2026, 6, 17)
    assert health(june, {"M4": june}, ()) == "on_track"
    assert health(june, {"M4": date(2026, 6, 18), "M7": None}, ()) == "at_risk"
    assert health(june, {"M4": june, "M7": None}, ()) == "unknown"
    assert health(june, {"M4": None, "M7": None}, ()) == "unknown"
    assert health(None, {"M4": None}, ()) == "on_track"
    assert health(None, {}, ()) == "unknown"
    assert health(june, {"M4": june}, ("M7",)) == "at_risk"


def test_a_requirement_is_expected_with_the_last_of_its_milestones(register: MemoryRegister) -> None:
    given: dict[str, Any] = {"title": "预约", "statement": "可预约", "source": "张敏", "collected_in": "meeting"}
    made = register.tell("requirement", "add", at=at("05-12"), evidence=[MAIL], milestones=["M4", "M7"], **given).ref
    ref = assessed(register, links=[made])
    said = register.unmet("expectation", "agree", ref, **promise(forecasts={"M7": date(2026, 7, 10)}))
    assert said == ["forecast", "supported"], "M7 is later, and the requirement is not confirmed"


def test_a_moved_forecast_asks_for_a_review(register: MemoryRegister) -> None:
    ref = assessed(register)
    register.tell("expectation", "agree", ref, **promise())
    entries = register.book.of("expectation")

    def due(day: str, **seen: date) -> list[str]:
        return [one.ref for one in to_review(entries, register.book, register.moment(at(day)), seen)]

    assert due("05-15") == []
    assert due("05-15", M4=date(2026, 6, 15)) == [ref]
    assert due("05-21") == [ref], "its day has come"
    assert due("05-15", M4=date(2026, 6, 12)) == []


def test_expectations_that_are_settled_are_judged(register: MemoryRegister) -> None:
    moment = register.moment(at("06-30"))
    assert expectations_met([], moment) is None
    for verdict in ("met", "exceeded", "partly", "not_met"):
        ref = assessed(register)
        register.tell("expectation", "agree", ref, **promise())
        assert register.unmet("expectation", "settle", ref, at=at("06-17"), verdict=verdict) == ["evidence"]
        register.tell("expectation", "settle", ref, at=at("06-17"), evidence=[MAIL], verdict=verdict)
    stated(register)
    assert known(expectations_met(register.book.of("expectation"), moment)) == Rate(hits=2, n=4)
