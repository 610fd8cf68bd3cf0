"""Surveys keep their promise: nothing of an anonymous one says who answered, and few answers make no percentage."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pmbridge.domain.communication import COMMUNICATION
from pmbridge.domain.contact import CONTACT
from pmbridge.domain.evidence import Actor
from pmbridge.domain.figure import Known, Unknown, UnknownReason
from pmbridge.domain.machine import Ask
from pmbridge.domain.milestone import MILESTONE
from pmbridge.domain.rate import Rate
from pmbridge.domain.survey import SURVEY, nameless
from pmbridge.domain.survey_fields import Record, Survey
from pmbridge.domain.survey_metrics import Result, comments, last_asked, lowest, response_rate, results
from tests.unit.register_bench import at
from tests.unit.register_memory import MAIL, MemoryRegister, known

CSAT = {"id": "Q1", "text": "您对 M3 的交付满意吗？", "scale": "1-5"}
NPS = {"id": "Q2", "text": "您会推荐我们吗？", "scale": "0-10"}
WORDS = {"id": "Q3", "text": "还想告诉我们什么？", "scale": "free_text"}
PICK = {
    "id": "Q4",
    "text": "最满意哪一点？",
    "scale": "choice",
    "options": [{"key": "A", "text": "沟通"}, {"key": "B", "text": "质量"}],
}
PEOPLE = ("张敏", "李总", "赵会计", "钱工", "孙工", "周工")


@pytest.fixture
def register() -> MemoryRegister:
    made = MemoryRegister(CONTACT, COMMUNICATION, MILESTONE, SURVEY)
    for name in PEOPLE:
        made.tell("contact", "add", at=at("04-01"), name=name)
    made.tell("milestone", "add", at=at("04-01"), title="会员与积分后端", on=date(2026, 5, 29))
    return made


def sent(register: MemoryRegister, *questions: dict[str, Any], invite: int = 3, **more: Any) -> str:
    values: dict[str, Any] = {"kind": "closing", "questions": questions, "closes_on": date(2026, 6, 5)} | more
    ref = register.tell("survey", "add", at=at("06-01"), **values).ref
    register.tell("survey", "send", ref, at=at("06-01"), evidence=[MAIL], invite=PEOPLE[:invite])
    return ref


def answer(register: MemoryRegister, ref: str, day: str = "06-02", **said: Any) -> None:
    register.tell("survey", "record", ref, at=at(day), **said)


def result(register: MemoryRegister, ref: str, *, min_sample: int = 5) -> list[Result]:
    entry = register.entry(ref)
    return list(results(entry, register.moment(at("06-08")), min_sample=min_sample))


def test_the_survey_of_the_story_has_counts_and_no_percentage(register: MemoryRegister) -> None:
    ref = sent(register, CSAT, kind="milestone_csat", milestone="M1")
    answer(register, ref, by="张敏", answers={"Q1": "5"})
    answer(register, ref, by="李总", answers={"Q1": 4})
    register.tell("survey", "close", ref, at=at("06-05"))
    (only,) = result(register, ref)
    assert isinstance(only.score, Unknown)
    assert only.score.reason is UnknownReason.INSUFFICIENT_SAMPLE
    assert only.counts == {1: 0, 2: 0, 3: 0, 4: 1, 5: 1}
    entry = register.entry(ref)
    rate = response_rate(entry, register.moment(at("06-08")))
    assert (known(rate), known(rate).percent) == (Rate(hits=2, n=3), 66)
    assert entry.fields.responses[0].contact == "CT-01"
    assert lowest(entry.fields.responses, entry.fields.questions) == 4
    communication = register.entry("COM-01")
    assert communication.fields.whom == ("CT-01", "CT-02", "CT-03")
    register.check()


def test_csat_and_nps_are_made_of_enough_answers(register: MemoryRegister) -> None:
    ref = sent(register, CSAT, NPS, PICK, invite=6)
    for name, rating, likely in zip(PEOPLE, (5, 4, 4, 3, 1, 5), (10, 9, 8, 6, 0, 9), strict=True):
        answer(register, ref, by=name, answers={"Q1": rating, "Q2": likely, "Q4": "A"})
    csat, nps, choice = result(register, ref)
    assert known(csat.score) == 66
    assert known(nps.score) == 17, "50 % less 33.3 % is 16.7"
    assert (choice.score, choice.counts, choice.answered) == (None, {"A": 6, "B": 0}, 6)
    assert isinstance(csat.score, Known)
    assert csat.score.sources[0].key == ref


def test_nothing_of_an_anonymous_survey_says_who_answered(register: MemoryRegister) -> None:
    ref = sent(register, CSAT, anonymous=True)
    refused = register.unmet(
        "survey",
        "record",
        ref,
        at=at("06-02"),
        by="张敏",
        evidence=[MAIL],
        contact="CT-01",
        token_sha256="ab",
        answers={"Q1": 5},
    )
    assert refused == ["anonymity"]
    answer(register, ref, answers={"Q1": 5})
    entry = register.entry(ref)
    assert entry.fields.responses[0].contact is None
    assert entry.fields.waiting_for == ("CT-01", "CT-02", "CT-03"), "who has answered is not to be known"
    recorded = register.log[-1]
    assert b"CT-0" not in recorded.payload
    assert "张敏".encode() not in recorded.payload


def test_a_contact_does_not_record_an_anonymous_answer(register: MemoryRegister) -> None:
    entry = register.entry(sent(register, CSAT, anonymous=True))
    ask: Ask[Survey, Record] = Ask(
        ref=entry.ref,
        state=entry.state,
        fields=entry.fields,
        input=Record(answers={"Q1": 5}),
        register=register.book,
        moment=register.moment(at("06-02")),
        by=None,
        actor=Actor("contact", "CT-01"),
        reason=None,
        evidence=(),
    )
    assert [one.found.en for one in nameless.check(ask)] == ["contact:CT-01 would say who it was"]


def test_few_anonymous_answers_stay_unprinted_without_consent(register: MemoryRegister) -> None:
    ref = sent(register, CSAT, WORDS, anonymous=True, invite=6)
    answer(register, ref, answers={"Q1": 2, "Q3": "交付太晚"})
    for _ in range(3):
        answer(register, ref, answers={"Q1": 5, "Q3": "可以写出来"}, may_quote=True)
    (veiled,) = result(register, ref, min_sample=3)
    assert veiled.counts is None
    assert isinstance(veiled.score, Unknown), "a percentage of four would tell as much as the counts"
    entry = register.entry(ref)
    assert comments(entry) == ("可以写出来",) * 3
    answer(register, ref, answers={"Q1": 5, "Q3": "谢谢"})
    (shown,) = result(register, ref, min_sample=3)
    assert shown.counts == {1: 0, 2: 1, 3: 0, 4: 0, 5: 4}
    assert isinstance(shown.score, Known)
    entry = register.entry(ref)
    assert len(comments(entry)) == 5


def test_counts_of_few_are_shown_where_all_of_them_agreed(register: MemoryRegister) -> None:
    ref = sent(register, CSAT, anonymous=True)
    answer(register, ref, answers={"Q1": 4}, may_quote=True)
    (only,) = result(register, ref)
    assert only.counts == {1: 0, 2: 0, 3: 0, 4: 1, 5: 0}


def test_an_answer_that_fits_no_question_is_refused_with_all_that_is_wrong(register: MemoryRegister) -> None:
    ref = sent(register, CSAT, NPS, PICK, WORDS)
    wrong = {"Q1": 6, "Q2": -1, "Q3": " ", "Q4": "C", "Q9": 1}
    assert register.unmet("survey", "record", ref, at=at("06-08"), by="钱工", answers=wrong) == [
        *["answers"] * 5,
        "respondent",
        "time-left",
    ]
    assert register.unmet("survey", "record", ref, at=at("06-02"), answers={}) == ["answers", "respondent"]


def test_everybody_answers_once(register: MemoryRegister) -> None:
    ref = sent(register, CSAT)
    answer(register, ref, by="张敏", answers={"Q1": 5})
    assert register.unmet("survey", "record", ref, at=at("06-02"), by="张敏", answers={"Q1": 5}) == ["respondent"]
    secret = sent(register, CSAT, anonymous=True, invite=1)
    answer(register, secret, answers={"Q1": 5})
    assert register.unmet("survey", "record", secret, at=at("06-02"), answers={"Q1": 5}) == ["respondent"]


def test_a_token_says_who_answered(register: MemoryRegister) -> None:
    values: dict[str, Any] = {"kind": "nps", "questions": [NPS], "closes_on": date(2026, 6, 5)}
    ref = register.tell("survey", "add", at=at("06-01"), **values).ref
    register.tell("survey", "send", ref, at=at("06-01"), invite=["张敏", "李总"], tokens={"张敏": "aa", "李总": "bb"})
    answer(register, ref, token_sha256="bb", answers={"Q2": 9})
    entry = register.entry(ref)
    assert entry.fields.responses[0].contact == "CT-02"
    said: dict[str, Any] = {"at": at("06-02"), "answers": {"Q2": 9}}
    assert register.unmet("survey", "record", ref, token_sha256="bb", by="张敏", **said) == ["respondent"]
    assert register.unmet("survey", "record", ref, token_sha256="cc", **said) == ["respondent"]


def test_a_survey_is_sent_whole_or_not_at_all(register: MemoryRegister) -> None:
    twice = [WORDS, WORDS | {"text": "再说一次"}]
    values: dict[str, Any] = {"kind": "milestone_csat", "questions": twice, "closes_on": date(2026, 6, 5)}
    ref = register.tell("survey", "add", at=at("06-01"), **values).ref
    register.tell("contact", "retire", "CT-03", at=at("06-01"))
    refused = register.unmet(
        "survey", "send", ref, at=at("06-06"), invite=["赵会计", "没有人"], tokens={"CT-01": "aa", "CT-02": "aa"}
    )
    assert refused == ["questions", "scale", "milestone", "invited", "invited", "tokens", "time-left"]
    assert register.unmet("survey", "send", ref, at=at("06-01")) == ["questions", "scale", "milestone", "invited"]
    register.tell("survey", "edit", ref, at=at("06-06"), questions=[CSAT], milestone="M1", closes_on=date(2026, 6, 12))
    register.tell("survey", "send", ref, at=at("06-06"), invite=["张敏"])
    assert register.unmet("survey", "edit", ref, at=at("06-07"), questions=[NPS]) == ["questions"]
    register.tell("survey", "edit", ref, at=at("06-07"), owner="陈工")
    assert register.unmet("survey", "add", at=at("06-01"), milestone="M9", **values) == ["refs-known"]


def test_a_survey_is_not_ended_when_its_answers_please(register: MemoryRegister) -> None:
    ref = sent(register, CSAT)
    answer(register, ref, by="张敏", answers={"Q1": 5})
    assert register.unmet("survey", "close", ref, at=at("06-03")) == ["complete"]
    register.tell("survey", "close", ref, at=at("06-03"), reason="李总已离任")
    assert register.unmet("survey", "record", ref, at=at("06-03"), by="李总", answers={"Q1": 1}) == ["state"]


def test_who_has_answered_is_not_reminded(register: MemoryRegister) -> None:
    ref = sent(register, CSAT, invite=2)
    answer(register, ref, by="张敏", answers={"Q1": 5})
    assert register.unmet("survey", "remind", ref, at=at("06-03"), contacts=["张敏", "李总", "孙工"]) == [
        "still-waiting",
        "still-waiting",
    ]
    entry = register.tell("survey", "remind", ref, at=at("06-03"), evidence=[MAIL])
    assert [one.reminded_on for one in entry.fields.invitations] == [None, date(2026, 6, 3)]
    answer(register, ref, "06-03", by="李总", answers={"Q1": 5})
    assert register.unmet("survey", "remind", ref, at=at("06-03")) == ["still-waiting"]


def test_time_closes_a_survey(register: MemoryRegister) -> None:
    ref = sent(register, CSAT)
    entry = register.entry(ref)
    assert SURVEY.derived is not None
    assert [SURVEY.derived(entry, register.moment(at(day))) for day in ("06-05", "06-06")] == ["sent", "closed"]


def test_what_is_not_there_gives_no_zero(register: MemoryRegister) -> None:
    values: dict[str, Any] = {"kind": "closing", "questions": [CSAT, NPS], "closes_on": date(2026, 6, 5)}
    draft = register.tell("survey", "add", at=at("06-01"), **values)
    moment = register.moment(at("06-03"))
    assert isinstance(response_rate(draft, moment), Unknown)
    assert all(isinstance(one.score, Unknown) and one.counts is None for one in results(draft, moment))
    empty = register.entry(sent(register, CSAT, NPS))
    assert all(isinstance(one.score, Unknown) and one.counts is None for one in results(empty, moment, min_sample=0))
    assert comments(empty) == ()
    assert lowest(empty.fields.responses, empty.fields.questions) is None
    assert (last_asked([draft], moment), last_asked([empty], moment)) == (None, date(2026, 6, 1))
    one_of_two = register.tell("survey", "record", empty.ref, at=at("06-02"), by="张敏", answers={"Q1": 3})
    csat, nps = results(one_of_two, moment, min_sample=1)
    assert isinstance(csat.score, Known)
    assert csat.score.note is not None, "the survey is still open"
    assert isinstance(nps.score, Unknown)
