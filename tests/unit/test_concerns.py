"""What keeps a report back, or is said to the project manager alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pmbridge.domain.concerns import Concern, concerns
from pmbridge.domain.judged import Judged
from pmbridge.domain.mapping import ReportingPolicy
from pmbridge.domain.view import Milestone, Rag, RuleHit
from pmbridge.store import Store
from pmbridge.testing.clock import FakeClock
from pmbridge.values import Label
from tests.unit.delivery_bench import Desk
from tests.unit.register_story import MAIL
from tests.unit.report_story import known, milestone, source

RED = Label(zh="上线晚 12 个工作日", en="go-live is 12 working days late")


@pytest.fixture
def desk(sqlite_store: Store, clock: FakeClock) -> Desk:
    made = Desk(sqlite_store, clock)
    made.agreed()
    return made


def found(desk: Desk, *milestones: Milestone, rag: tuple[Rag, ...] = (), day: str = "06-05") -> list[Concern]:
    judged = Judged(book=desk.register.book, moment=desk.moment(day), policy=ReportingPolicy())
    return [one for one in concerns(milestones, rag, judged) if one.name != "satisfaction"]


def stated(on: date, by_pace: date | None) -> Milestone:
    figure = known(on, source("version", "20004"))
    return replace(milestone("M4"), forecast=figure, forecast_method="owner", by_pace=by_pace)


def red(*refs: str) -> tuple[Rag, ...]:
    hit = RuleHit(rule="CLI-R1", dimension="client", colour="red", reason=RED, values={"late": "6"}, refs=refs)
    return (Rag(dimension="client", colour="red", hits=(hit,), provisional=False),)


@pytest.mark.parametrize(
    ("by_pace", "blocks"),
    [
        (None, False),
        (date(2026, 6, 23), False),  # three working days later: 19 June is a holiday
        (date(2026, 6, 24), True),
    ],
)
def test_an_owner_far_earlier_than_the_pace_of_work_has_to_answer(
    desk: Desk, by_pace: date | None, blocks: bool
) -> None:
    told = found(desk, stated(date(2026, 6, 17), by_pace))
    assert [(one.name, one.blocks) for one in told] == ([("watermelon", True)] if blocks else [])


def test_far_ahead_a_fifth_of_the_time_is_no_contradiction(desk: Desk) -> None:
    assert found(desk, stated(date(2026, 8, 28), date(2026, 9, 4))) == []
    assert found(desk, stated(date(2026, 6, 26), date(2026, 7, 10))) != []


def test_a_red_item_is_told_before_the_report_tells_it(desk: Desk) -> None:
    ref = desk.deliverable("planned")
    (untold,) = found(desk, rag=red(ref))
    assert (untold.name, untold.blocks, untold.dimension) == ("told", True, "client")
    assert RED.en in untold.text.en
    desk.do("communication", "add", day="06-04", evidence=[MAIL], input={
        "direction": "outbound", "channel": "email", "purpose": "notice", "subject": "已晚", "whom": ["CT-01"],
        "about": [ref],
    })  # fmt: skip
    assert found(desk, rag=red(ref)) == []
    assert [one.name for one in found(desk, rag=red())] == ["told"], "what has no name was told to nobody"


def test_a_promise_without_a_basis_is_said_to_us_alone(desk: Desk) -> None:
    given: dict[str, Any] = {"made_to": "张敏", "basis": "none", "statement": "周五发", "due_on": date(2026, 6, 12)}
    ref = desk.do("commitment", "add", day="06-01", input=given).ref
    (said,) = found(desk)
    assert (said.name, said.blocks) == ("promises", False)
    assert said.text.zh.startswith(f"承诺 {ref}：没有依据")
    desk.do("commitment", "settle", ref, day="06-04", input={"outcome": "kept"}, evidence=[MAIL])
    assert found(desk) == []


def test_how_many_risks_and_issues_are_kept_back_is_said_to_us_alone(desk: Desk) -> None:
    issue = {"title": "慢", "severity": "low", "due_on": date(2026, 6, 9)}
    ref = desk.do("issue", "add", day="06-01", input=issue).ref
    (said,) = found(desk)
    assert (said.name, said.blocks, ref in said.text.en) == ("unreleased", False, True)
    desk.do("issue", "release", ref, day="06-02")
    assert found(desk) == []


def test_the_colour_of_satisfaction_is_said_to_us_alone(desk: Desk) -> None:
    given = {"kind": "periodic_csat", "closes_on": date(2026, 6, 4),
             "questions": [{"id": "Q1", "text": "满意吗？", "scale": "1-5"}]}  # fmt: skip
    ref = desk.do("survey", "add", day="06-01", input=given).ref
    desk.do("survey", "send", ref, day="06-01", input={"invite": ["李总"]}, evidence=[MAIL])
    desk.do("survey", "record", ref, day="06-02", by="李总", input={"answers": {"Q1": 2}})
    judged = Judged(book=desk.register.book, moment=desk.moment("06-05"), policy=ReportingPolicy())
    (said,) = [one for one in concerns((), (), judged) if one.name == "satisfaction"]
    assert not said.blocks
    assert "决策人评分 2" in said.text.zh
