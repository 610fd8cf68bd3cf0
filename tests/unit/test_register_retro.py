"""Looking back: a retrospective is held by somebody, leads to lessons, and a lesson to something that is measured."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pmbridge.domain.contact import CONTACT
from pmbridge.domain.improvement import IMPROVEMENT
from pmbridge.domain.lesson import LESSON
from pmbridge.domain.milestone import MILESTONE
from pmbridge.domain.retro import RETRO
from tests.unit.register_bench import at
from tests.unit.register_memory import MemoryRegister

WHOLE: dict[str, Any] = {"scope": "engagement", "planned_on": date(2026, 7, 27)}
SAID: dict[str, Any] = {"ours": ["王工"], "client": ["张敏"], "to_improve": ["沙箱账号给得太晚"]}
LATE_ACCOUNT: dict[str, Any] = {
    "title": "沙箱账号列入启动清单",
    "context": "支付沙箱账号晚了 5 个工作日",
    "effect": "M5 顺延",
    "recommendation": "启动会上就列出客户要提供的账号",
    "category": "client",
}


@pytest.fixture
def register() -> MemoryRegister:
    made = MemoryRegister(CONTACT, MILESTONE, RETRO, LESSON, IMPROVEMENT)
    made.tell("contact", "add", at=at("04-01"), name="张敏")
    return made


def held(register: MemoryRegister, **said: Any) -> str:
    ref = register.tell("retro", "add", at=at("07-20"), **WHOLE).ref
    register.tell("retro", "hold", ref, at=at("07-27"), **(said or SAID))
    return ref


def test_the_retrospective_of_the_story_leads_to_a_lesson_and_an_improvement(register: MemoryRegister) -> None:
    ref = held(register)
    lesson = register.tell("lesson", "add", at=at("07-27"), origin=ref, **LATE_ACCOUNT)
    entry = register.tell("retro", "publish", ref, at=at("07-28"))
    assert (entry.state, entry.audience, entry.fields.lessons) == ("published", "client", (lesson.ref,))
    assert (entry.fields.client, entry.fields.joint, entry.fields.publish_by) == (("CT-01",), True, date(2026, 8, 3))
    assert lesson.audience == "internal"
    text = "启动清单加入账号一栏"
    ref = register.tell("improvement", "add", at=at("07-27"), text=text, due_on=date(2026, 8, 7), origin="LES-01").ref
    register.tell("improvement", "accept", ref, at=at("07-28"), measure="下一个项目首周账号齐全", owner="陈工")
    register.tell("improvement", "done", ref, at=at("08-06"))
    entry = register.tell("improvement", "verify", ref, at=at("09-01"), result="账号首日到位")
    assert (entry.state, entry.fields.owner, entry.fields.done_on, entry.fields.verified_on) == (
        "verified",
        "陈工",
        date(2026, 8, 6),
        date(2026, 9, 1),
    )
    register.check()


def test_a_retrospective_says_what_it_looks_back_on(register: MemoryRegister) -> None:
    day = {"at": at("07-20"), "planned_on": date(2026, 7, 27)}
    assert register.unmet("retro", "add", scope="milestone", **day) == ["scope"]
    assert register.unmet("retro", "add", scope="milestone", milestone="M9", **day) == ["refs-known"]
    assert register.unmet("retro", "add", scope="period", period_from=date(2026, 6, 1), **day) == ["scope"]
    backwards = {"period_from": date(2026, 6, 30), "period_to": date(2026, 6, 1)}
    assert register.unmet("retro", "add", scope="period", **backwards, **day) == ["scope"]


def test_a_retrospective_of_nobody_about_nothing_is_none(register: MemoryRegister) -> None:
    ref = register.tell("retro", "add", at=at("07-20"), **WHOLE).ref
    refused = register.unmet("retro", "hold", ref, at=at("07-27"), client=["没有人", "张敏"])
    assert refused == ["took-part", "took-part", "something-said"]
    entry = register.tell("retro", "edit", ref, at=at("07-21"), planned_on=date(2026, 7, 30), owner="陈工")
    assert (entry.fields.planned_on, entry.fields.owner) == (date(2026, 7, 30), "陈工")


def test_without_a_lesson_it_is_said_why(register: MemoryRegister) -> None:
    ref = held(register, ours=["王工"], went_well=["交付准时"])
    assert register.unmet("retro", "publish", ref, at=at("07-28")) == ["lessons"]
    assert register.unmet("retro", "publish", ref, at=at("07-28"), lessons=["LES-09", "CT-01"]) == ["refs-known"] * 2
    entry = register.tell("retro", "publish", ref, at=at("07-28"), reason="没有新的教训")
    assert (entry.fields.lessons, entry.fields.joint) == ((), False)


def test_an_improvement_that_nobody_could_measure_is_not_taken_up(register: MemoryRegister) -> None:
    ref = register.tell("improvement", "add", at=at("07-27"), text="更快", due_on=date(2026, 7, 28)).ref
    assert register.unmet("improvement", "accept", ref, at=at("07-29")) == ["measurable", "time-left"]
    assert register.unmet("improvement", "verify", ref, at=at("07-29"), result="好") == ["state"]
    assert register.unmet("improvement", "drop", ref, at=at("07-29")) == ["reason"]
    entry = register.tell("improvement", "drop", ref, at=at("07-29"), reason="无法衡量")
    assert (entry.state, entry.fields.dropped_because) == ("dropped", "无法衡量")


def test_a_lesson_can_be_worded_better(register: MemoryRegister) -> None:
    ref = register.tell("lesson", "add", at=at("07-27"), **LATE_ACCOUNT).ref
    entry = register.tell("lesson", "edit", ref, at=at("07-28"), recommendation="列入启动清单")
    assert (str(entry.fields.recommendation), str(entry.fields.effect)) == ("列入启动清单", "M5 顺延")
    assert register.unmet("lesson", "edit", ref, at=at("07-28"), shown_by=["DEP-13"]) == ["refs-known"]
