"""Each colour rule of the register fires at its threshold and not before; what is unknown is grey, never green."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from pmbridge.domain.book import Book
from pmbridge.domain.budget_rag import budget_rag
from pmbridge.domain.client_rag import client_rag
from pmbridge.domain.concepts import concepts
from pmbridge.domain.figure import SourceRef
from pmbridge.domain.judged import Judged
from pmbridge.domain.mapping import ReportingPolicy
from pmbridge.domain.quality_rag import quality_rag
from pmbridge.domain.rag import colours
from pmbridge.domain.risk_rag import risk_rag
from pmbridge.domain.satisfaction_rag import satisfaction
from pmbridge.domain.schedule_rag import Schedule
from pmbridge.domain.scope_rag import scope_rag
from pmbridge.domain.terms import AgreedPolicy, AgreedTolerances
from pmbridge.domain.view import Discrepancy, Rag
from pmbridge.store import Store
from pmbridge.testing.clock import START, FakeClock
from pmbridge.values import Label
from tests.unit.delivery_bench import CALL, Desk, scope
from tests.unit.register_story import MAIL, REQUEST, assessment, option, price

RISK = {"title": "支付渠道联调延迟", "category": "technical", "due_on": date(2026, 6, 10)}
TODO = {"text": "先用模拟渠道", "due_on": date(2026, 6, 10)}
SHARED = ReportingPolicy(show_budget=True)


@pytest.fixture
def desk(sqlite_store: Store, clock: FakeClock) -> Desk:
    clock.set(START + timedelta(days=90))
    return Desk(sqlite_store, clock)


def judged(desk: Desk, day: str, **more: Any) -> Judged:
    values: dict[str, Any] = {"policy": ReportingPolicy()} | more
    return Judged(book=desk.register.book, moment=desk.moment(day), **values)


def fired(rag: Rag) -> list[str]:
    """Return the rules that fired; each has a sentence in both languages without its own code, and its values."""
    for one in rag.hits:
        assert one.reason.zh
        assert one.reason.en
        assert one.rule not in one.reason.zh + one.reason.en
        assert one.values
        assert one.dimension == rag.dimension
    return [one.rule for one in rag.hits]


# -------------------------------------------------------------------------------------------------------- scope


def test_the_scope_is_grey_until_requirements_are_agreed(desk: Desk) -> None:
    grey = scope_rag(judged(desk, "06-05"))
    assert (grey.colour, fired(grey)) == ("grey", [])
    assert grey.why_grey is not None
    desk.baselined(2)
    assert scope_rag(judged(desk, "06-05")).colour == "green"


@pytest.mark.parametrize(
    ("size", "rule", "colour"), [(10, [], "green"), (9, ["SCP-A1"], "amber"), (4, ["SCP-R2"], "red")]
)
def test_churn_is_amber_above_a_tenth_and_red_above_a_fifth(
    desk: Desk, size: int, rule: list[str], colour: str
) -> None:
    desk.baselined(size)
    desk.implemented(scope("modify", "REQ-01", "新的描述"), days=("05-12", "05-15", "05-20"))
    found = scope_rag(judged(desk, "06-05"))
    assert (fired(found), found.colour) == (rule, colour)
    # Twenty working days later it is no news any more.
    assert scope_rag(judged(desk, "06-25")).colour == "green"


def test_a_churn_of_exactly_a_fifth_is_amber(desk: Desk) -> None:
    desk.baselined(5)
    desk.implemented(scope("modify", "REQ-01", "新的描述"), days=("05-12", "05-15", "05-20"))
    (one,) = scope_rag(judged(desk, "06-05")).hits
    assert (one.rule, one.values, one.refs) == (
        "SCP-A1",
        {"changed": "1", "size": "5", "limit": "0.10"},
        ("REQ-01",),
    )
    assert one.reason.zh == "近 20 个工作日需求变化 1/5（20.0%），超过 10%"


def test_agreed_tolerances_hold_in_place_of_the_defaults(desk: Desk) -> None:
    desk.baselined(5)
    desk.implemented(scope("modify", "REQ-01", "新的描述"), days=("05-12", "05-15", "05-20"))
    patient = AgreedPolicy(tolerances=AgreedTolerances(churn_amber=Decimal("0.25")))
    assert scope_rag(judged(desk, "06-05", policy=patient)).colour == "green"


def test_an_assessment_is_overdue_after_its_day_without_the_days_of_the_clients_answer(desk: Desk) -> None:
    desk.baselined()
    desk.do("change", "submit", day="06-01", input=REQUEST, evidence=[MAIL])
    assert scope_rag(judged(desk, "06-08")).colour == "green"
    late = scope_rag(judged(desk, "06-09"))
    assert (fired(late), late.hits[0].values["late_wd"]) == (["SCP-A2"], "1")
    desk.do("change", "assess", "CR-001", day="06-02", input={"draft": True})
    desk.do("change", "ask", "CR-001", day="06-02", input={"question": "上限？"}, evidence=[MAIL])
    desk.do("change", "reply", "CR-001", day="06-04", input={"answer": "没有"}, evidence=[MAIL])
    assert scope_rag(judged(desk, "06-10")).colour == "green"
    assert fired(scope_rag(judged(desk, "06-11"))) == ["SCP-A2"]


def test_an_emergency_that_nobody_confirmed_in_time_is_red(desk: Desk) -> None:
    desk.baselined()
    ref = desk.do("change", "submit", day="06-02", input=REQUEST | {"urgency": "emergency"}, evidence=[MAIL]).ref
    cap = {"money": "CNY 8000.00", "days": 1}
    desk.do("change", "authorise", ref, day="06-02", hour=11, input=cap, by="张敏", evidence=[CALL])
    assert scope_rag(judged(desk, "06-04")).colour == "green"
    late = scope_rag(judged(desk, "06-05"))
    assert (fired(late), late.colour) == (["SCP-R3"], "red")
    assert "06-04" in late.hits[0].reason.zh


def test_work_that_nobody_approved_is_red_even_before_a_baseline(desk: Desk) -> None:
    desk.do("change", "submit", day="06-04", input=REQUEST, evidence=[MAIL])
    began = Discrepancy(
        ref="CR-001",
        what=Label(zh="MALL-245 已开工", en="MALL-245: work has begun"),
        sides=(("register", "submitted"), ("Jira", "进行中")),
        place=SourceRef(connection="jira", kind="issue", external_id="10245", key="MALL-245"),
    )
    found = scope_rag(judged(desk, "06-05", unauthorised=(began,)))
    assert (fired(found), found.colour) == (["SCP-R1"], "red")
    assert found.hits[0].values == {"item": "MALL-245", "tool": "Jira"}


# ------------------------------------------------------------------------------------------------------- budget


def offered(desk: Desk, *amounts: str, recommended: str = "A") -> None:
    desk.do("change", "submit", day="05-27", input=REQUEST, evidence=[MAIL])
    options = [option(key, price(amount)) for key, amount in zip("AB", amounts, strict=False)]
    desk.do("change", "assess", "CR-001", day="06-01", input=assessment(*options, recommended=recommended))
    until = {"need_by": date(2026, 6, 9), "valid_until": date(2026, 6, 12)}
    desk.do("change", "send", "CR-001", day="06-02", input=until, evidence=[MAIL])


def test_a_budget_that_is_not_shared_has_no_colour_and_one_that_nobody_agreed_is_grey(desk: Desk) -> None:
    assert budget_rag(judged(desk, "06-05")).colour is None
    assert budget_rag(judged(desk, "06-05", policy=SHARED)).colour == "grey"
    desk.budget()
    assert budget_rag(judged(desk, "06-05", policy=SHARED)).colour == "green"


@pytest.mark.parametrize(
    ("amount", "rules"),
    [("CNY 34000.00", []), ("CNY 34000.01", ["BUD-A1"]), ("CNY 68000.00", ["BUD-A1"]), ("CNY 68000.01", ["BUD-R1"])],
)
def test_the_contract_with_what_waits_is_amber_above_five_and_red_above_ten_percent(
    desk: Desk, amount: str, rules: list[str]
) -> None:
    desk.budget()
    offered(desk, amount)
    assert fired(budget_rag(judged(desk, "06-05", policy=SHARED))) == rules


def test_what_may_exceed_the_change_budget_counts_by_its_dearest_option(desk: Desk) -> None:
    desk.budget()
    desk.agreed(change_budget="CNY 20000.00")
    offered(desk, "CNY 15000.00", "CNY 20000.01")
    found = budget_rag(judged(desk, "06-05", policy=SHARED))
    assert (fired(found), found.hits[0].values["left"]) == (["BUD-A2"], "CNY 20,000.00")
    assert found.hits[0].refs == ("CR-001",)


def test_time_and_materials_without_what_was_billed_is_grey(desk: Desk) -> None:
    desk.budget()
    desk.agreed(type="time_and_materials")
    found = budget_rag(judged(desk, "06-05", policy=SHARED))
    assert found.colour == "grey"
    assert found.why_grey is not None
    assert "按工时计费" in found.why_grey.zh


# ------------------------------------------------------------------------------------------------------ quality


def reject(desk: Desk, ref: str, day: str) -> None:
    verdicts = [{"criterion": "1", "mark": "fail", "note": "缺一页"}]
    desk.do("deliverable", "reject", ref, day=day, input={"verdicts": verdicts}, by="张敏", evidence=[MAIL])


def accept(desk: Desk, ref: str, day: str) -> None:
    desk.do("deliverable", "accept", ref, day=day, by="张敏", evidence=[MAIL])


def test_quality_without_deliverables_is_not_applicable(desk: Desk) -> None:
    assert quality_rag(judged(desk, "06-05")).colour is None
    desk.deliverable("planned")
    assert quality_rag(judged(desk, "06-05")).colour == "green"


def test_a_rejection_that_stays_open_is_amber_and_a_second_one_red(desk: Desk) -> None:
    ref = desk.deliverable(day="05-06")
    reject(desk, ref, "05-08")
    # 9 May is worked, so 14 May is the fifth working day after the 8th.
    assert quality_rag(judged(desk, "05-14")).colour == "green"
    assert fired(quality_rag(judged(desk, "05-15"))) == ["QLT-A2"]
    desk.do("deliverable", "rework", ref, day="05-15")
    assert fired(quality_rag(judged(desk, "05-15"))) == ["QLT-A2"]
    desk.prepared(ref, day="05-18")
    assert quality_rag(judged(desk, "05-18")).colour == "green"
    reject(desk, ref, "05-20")
    assert fired(quality_rag(judged(desk, "05-20"))) == ["QLT-R2"]
    desk.do("deliverable", "rework", ref, day="05-21")
    desk.prepared(ref, day="05-22")
    accept(desk, ref, "05-25")
    assert quality_rag(judged(desk, "06-05")).colour == "green"


def test_first_pass_is_judged_from_four_verdicts_on(desk: Desk) -> None:
    refs = [desk.deliverable(day="05-06") for _ in range(4)]
    for ref in refs[:2]:
        reject(desk, ref, "05-08")
    accept(desk, refs[2], "05-08")
    assert quality_rag(judged(desk, "05-11")).colour == "green"
    accept(desk, refs[3], "05-08")
    (one,) = quality_rag(judged(desk, "05-11")).hits
    assert (one.rule, one.values["hits"], one.values["n"]) == ("QLT-A1", "2", "4")
    assert one.reason.zh == "一次验收通过 2/4，低于 75%"


def test_three_of_four_is_three_quarters_which_is_enough(desk: Desk) -> None:
    refs = [desk.deliverable(day="05-06") for _ in range(4)]
    reject(desk, refs[0], "05-08")
    for ref in refs[1:]:
        accept(desk, ref, "05-08")
    assert quality_rag(judged(desk, "05-11")).colour == "green"


def test_a_critical_defect_in_what_was_accepted_is_red_until_it_is_solved(desk: Desk) -> None:
    ref = desk.deliverable(day="05-06")
    defect = {"title": "漏积分", "kind": "defect", "severity": "critical", "affects": [ref], "due_on": date(2026, 6, 5)}
    desk.do("issue", "add", day="05-07", input=defect)
    assert quality_rag(judged(desk, "05-07")).colour == "green"
    accept(desk, ref, "05-08")
    found = quality_rag(judged(desk, "05-08"))
    assert (fired(found), found.colour) == (["QLT-R1"], "red")
    assert "漏积分" not in found.hits[0].reason.zh + found.hits[0].reason.en
    desk.do("issue", "release", "ISS-01", day="05-08")
    assert found.hits[0].refs == (ref,)
    assert quality_rag(judged(desk, "05-08")).hits[0].refs == (ref, "ISS-01")


# ------------------------------------------------------------------------------------------------------- risks


def risk(desk: Desk, probability: int, impact: int, *, day: str = "06-03", respond: bool = False) -> str:
    ref = desk.do("risk", "add", day=day, input=RISK).ref
    given = {"probability": probability, "impact": {"schedule": impact}}
    desk.do("risk", "assess", ref, day=day, input=given)
    if respond:
        desk.do("risk", "respond", ref, day=day, input={"response": "reduce", "actions": [TODO]})
    return ref


@pytest.mark.parametrize(
    ("probability", "impact", "respond", "rules"),
    [
        (3, 3, False, []),
        (2, 5, False, ["RSK-A1"]),
        (3, 5, False, ["RSK-R1"]),
        (3, 5, True, ["RSK-A1"]),
        (4, 5, True, ["RSK-R1"]),
    ],
)
def test_a_threat_is_judged_by_its_score_and_by_whether_it_is_answered(
    desk: Desk, probability: int, impact: int, respond: bool, rules: list[str]
) -> None:
    risk(desk, probability, impact, respond=respond)
    found = risk_rag(judged(desk, "06-05"))
    assert fired(found) == rules
    assert found.colour == {"RSK-A1": "amber", "RSK-R1": "red"}.get(rules[0] if rules else "", "green")


def test_the_risk_of_the_story_is_named_only_once_the_client_knows_it(desk: Desk) -> None:
    ref = risk(desk, 3, 3, day="05-20")
    assert risk_rag(judged(desk, "05-29")).colour == "green"
    worse = {"probability": 4, "impact": {"schedule": 3}}
    desk.do("risk", "assess", ref, day="06-03", input=worse)
    (hidden,) = risk_rag(judged(desk, "06-05")).hits
    assert (hidden.refs, hidden.reason.zh) == ((), "一项风险评分 12，由 9 升高，尚无应对措施")
    desk.do("risk", "respond", ref, day="06-03", input={"response": "reduce", "actions": [TODO]})
    desk.do("risk", "release", ref, day="06-03")
    (shown,) = risk_rag(judged(desk, "06-05")).hits
    assert (shown.rule, shown.refs) == ("RSK-A1", (ref,))
    assert shown.reason.zh == "风险 RSK-01 支付渠道联调延迟 评分 12，由 9 升高"
    assert shown.reason.en == "RSK-01 支付渠道联调延迟 scores 12, up from 9"


def test_at_the_end_nothing_is_judged_once_no_threat_and_no_issue_is_left(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = risk(desk, 1, 2, day="05-07")
    closing = replace(desk.agreed(), state="closing")
    monkeypatch.setattr(Book, "newest", lambda _, kind: closing if kind == "engagement" else None)
    assert risk_rag(judged(desk, "06-05")).colour == "grey", "a threat is still open"
    desk.do("risk", "close", ref, day="05-08", input={"why": "removed"}, reason="账号已到位")
    assert risk_rag(judged(desk, "06-05")).colour is None
    desk.do("issue", "add", day="06-01", input={"title": "慢", "severity": "low", "due_on": date(2026, 6, 5)})
    assert risk_rag(judged(desk, "06-05")).colour == "grey"


def test_risks_that_nobody_looked_at_or_scored_are_grey(desk: Desk) -> None:
    assert risk_rag(judged(desk, "06-05")).colour == "grey"
    ref = risk(desk, 1, 2, day="05-07")
    assert risk_rag(judged(desk, "05-27")).colour == "green"
    # 15 working days after 7 May, of which Saturday the 9th is one, is 27 May.
    assert risk_rag(judged(desk, "05-28")).colour == "grey"
    desk.do("risk", "review", ref, day="05-28")
    assert risk_rag(judged(desk, "05-28")).colour == "green"
    desk.do("risk", "add", day="05-28", input=RISK)
    unscored = risk_rag(judged(desk, "05-28"))
    assert (unscored.colour, unscored.why_grey) == ("grey", Label(zh="1 项风险未评估", en="1 risk not assessed"))


def test_an_opportunity_or_a_risk_that_is_over_threatens_nobody(desk: Desk) -> None:
    ref = risk(desk, 5, 5)
    desk.do("risk", "close", ref, day="06-04", input={"why": "removed"}, reason="已改用其他渠道")
    desk.do("risk", "add", day="06-04", input=RISK | {"direction": "opportunity"})
    desk.do("risk", "assess", "RSK-02", day="06-04", input={"probability": 5, "impact": {"cost": 5}})
    assert risk_rag(judged(desk, "06-05")).colour == "green"


def test_a_critical_issue_is_red_at_once_and_a_high_one_amber_after_five_days(desk: Desk) -> None:
    risk(desk, 1, 1)
    slow = {"title": "图片加载慢", "severity": "high", "due_on": date(2026, 6, 10)}
    desk.do("issue", "add", day="05-29", input=slow)
    assert risk_rag(judged(desk, "06-05")).colour == "green"
    assert fired(risk_rag(judged(desk, "06-08"))) == ["ISS-A1"]
    desk.do("issue", "add", day="06-05", input=slow | {"severity": "critical"})
    both = risk_rag(judged(desk, "06-08"))
    assert (fired(both), both.colour) == (["ISS-R1", "ISS-A1"], "red")
    for ref in ("ISS-01", "ISS-02"):
        desk.do("issue", "analyse", ref, day="06-08", input={"owner": "陈工"})
        desk.do("issue", "act", ref, day="06-08", input={"actions": [TODO]})
        desk.do("issue", "resolve", ref, day="06-08", input={"resolution": "好了", "root_cause": "原图未压缩"})
    assert risk_rag(judged(desk, "06-08")).colour == "green"


# ------------------------------------------------------------------------------------------------------ client


def test_what_the_client_owes_is_amber_once_late_and_red_after_five_days(desk: Desk) -> None:
    assert client_rag(judged(desk, "06-05")).colour is None
    said = {"what": "支付沙箱账号", "on": "client", "owner": "张敏", "needed_by": date(2026, 6, 3)}
    desk.do("dependency", "add", day="05-20", input=said, number="DEP-13")
    assert client_rag(judged(desk, "06-03")).colour == "green"
    (late,) = client_rag(judged(desk, "06-05")).hits
    assert (late.rule, late.refs, late.values["late_wd"]) == ("CLI-A1", ("DEP-13",), "2")
    assert late.reason.zh == "DEP-13 支付沙箱账号 应于 06-03 提供，已晚 2 个工作日"
    assert late.reason.en == "DEP-13 支付沙箱账号 was due on 06-03, 2 working days late"
    assert late.dated == Label(
        zh="DEP-13 支付沙箱账号 应于 {2026-06-03} 提供，已晚 2 个工作日",
        en="DEP-13 支付沙箱账号 was due on {2026-06-03}, 2 working days late",
    )
    assert client_rag(judged(desk, "06-10")).colour == "amber"
    assert fired(client_rag(judged(desk, "06-11"))) == ["CLI-R1"]
    desk.do("dependency", "provide", "DEP-13", day="06-11")
    assert client_rag(judged(desk, "06-11")).colour == "green"


def test_a_change_that_only_a_tool_knows_to_wait_has_no_date(desk: Desk) -> None:
    found = client_rag(judged(desk, "06-05", observed_waiting=("MALL-231",)))
    assert (found.colour, found.why_grey) == (
        "grey",
        Label(zh="MALL-231 待客户答复，没有约定的期限", en="MALL-231: with the client, no date agreed"),
    )


# ------------------------------------------------------------------------------------------------- satisfaction


def rated(desk: Desk, who: str, rating: int, *, day: str = "06-02") -> None:
    survey = {"kind": "periodic_csat", "questions": [{"id": "q", "text": "满意吗？", "scale": "1-5"}],
              "closes_on": date(2026, 6, 30)}  # fmt: skip
    ref = desk.do("survey", "add", day=day, input=survey).ref
    desk.do("survey", "send", ref, day=day, input={"invite": ["张敏", "李总"]}, evidence=[MAIL])
    desk.do("survey", "record", ref, day=day, input={"answers": {"q": rating}}, by=who, evidence=[MAIL])


@pytest.mark.parametrize(
    ("who", "rating", "colour"),
    [("李总", 2, "red"), ("李总", 3, "amber"), ("张敏", 2, "amber"), ("张敏", 4, "green")],
)
def test_a_low_rating_counts_most_from_a_sponsor(desk: Desk, who: str, rating: int, colour: str) -> None:
    desk.do("contact", "edit", "CT-02", day="04-08", input={"role": "sponsor"})
    assert satisfaction(judged(desk, "06-05")).colour == "grey"
    rated(desk, who, rating)
    assert satisfaction(judged(desk, "06-05")).colour == colour


def test_an_old_survey_says_nothing_about_today(desk: Desk) -> None:
    rated(desk, "张敏", 2, day="04-08")
    late = satisfaction(judged(desk, "07-10"))
    assert (late.colour, late.hits) == ("grey", ())


def test_a_complaint_is_amber_and_red_once_its_answer_is_late(desk: Desk) -> None:
    said = {"text": "三次推迟都没有提前告知", "remedy_sought": "以后推迟要提前三天说"}
    desk.do("complaint", "add", day="06-01", input=said, by="张敏", evidence=[MAIL])
    desk.do("complaint", "acknowledge", "CPL-01", day="06-01", input={"next_update_on": date(2026, 6, 3)},
            evidence=[MAIL])  # fmt: skip
    given = {"severity": "high", "urgency": "urgent", "immediate_action": "当天电话说明"}
    desk.do("complaint", "assess", "CPL-01", day="06-01", hour=11, input=given)
    found = satisfaction(judged(desk, "06-08"))
    assert (found.colour, [one.rule for one in found.hits]) == ("amber", ["SAT-A1"])
    late = satisfaction(judged(desk, "06-09"))
    assert (late.colour, [one.rule for one in late.hits], late.hits[0].refs) == ("red", ["SAT-R1"], ("CPL-01",))


# ------------------------------------------------------------------------------------------------ all together


def test_an_empty_register_gives_no_green_and_no_fault(desk: Desk) -> None:
    empty = replace(judged(desk, "06-05", policy=SHARED), book=Book(concepts()))
    rules: list[Callable[[Judged], Rag]] = [scope_rag, budget_rag, quality_rag, risk_rag, client_rag]
    assert [one(empty).colour for one in rules] == ["grey", "grey", None, "grey", None]
    assert satisfaction(empty).colour == "grey"


def test_the_report_gets_six_colours_and_never_the_satisfaction(desk: Desk) -> None:
    desk.baselined(2)
    rated(desk, "张敏", 1)
    schedule = Schedule(
        milestones=(),
        moment=desk.moment("06-05"),
        policy=ReportingPolicy(),
        contract_end_on=None,
        stale=frozenset(),
        tools={},
        slips={},
    )
    found = colours(schedule, (), desk.register.book)
    assert [(one.dimension, one.colour) for one in found] == [
        ("schedule", None),
        ("scope", "green"),
        ("budget", None),
        ("quality", None),
        ("risk", "grey"),
        ("client", None),
    ]
