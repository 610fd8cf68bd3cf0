"""A promise is recorded as it was made, with a warning where it is too much; it is kept or broken, not forgotten."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pmbridge.domain.commitment import COMMITMENT, WARNINGS, warnings_now
from pmbridge.domain.commitment_metrics import commitments_kept, overdue
from pmbridge.domain.contact import CONTACT
from pmbridge.domain.milestone import MILESTONE
from pmbridge.domain.rate import Rate
from tests.unit.register_bench import at
from tests.unit.register_memory import MAIL, MemoryRegister, known

PLAIN: dict[str, Any] = {"statement": "周五前给测试包", "made_to": "张敏", "due_on": date(2026, 6, 5)}
ON_M4: dict[str, Any] = PLAIN | {"basis": "milestone", "rests_on": "M1"}


@pytest.fixture
def register() -> MemoryRegister:
    made = MemoryRegister(CONTACT, MILESTONE, COMMITMENT)
    made.tell("contact", "add", at=at("04-01"), name="张敏")
    made.tell("milestone", "add", at=at("04-07"), title="商城前端 Beta", on=date(2026, 6, 12))
    return made


def promised(register: MemoryRegister, day: str = "06-01", **said: Any) -> str:
    return register.tell("commitment", "add", at=at(day), **PLAIN | {"basis": "sla"} | said).ref


def test_a_promise_that_the_forecast_breaks_is_recorded_with_a_warning(register: MemoryRegister) -> None:
    entry = register.entry(promised(register, **ON_M4))
    assert entry.fields.warnings == ("no_forecast",)
    register.tell("milestone", "forecast", "M1", at=at("06-01"), on=date(2026, 6, 8))
    entry = register.entry(promised(register, **ON_M4))
    assert (entry.fields.warnings, entry.fields.forecast) == (("before_forecast",), date(2026, 6, 8))
    assert (entry.fields.made_by, entry.fields.made_to, entry.audience) == ("王工", "CT-01", "client")
    assert entry.fields.visibility["warnings"] == "X", "the client is not warned, we are"
    entry = register.entry(promised(register, **ON_M4, forecast=date(2026, 6, 9)))
    assert entry.fields.forecast == date(2026, 6, 9), "the later of what the register and the tools say"
    assert all(WARNINGS[one].zh for one in ("no_basis", "no_forecast", "before_forecast"))
    register.check()


def test_a_promise_without_basis_is_warned_of_and_one_in_time_is_not(register: MemoryRegister) -> None:
    assert register.entry(promised(register, basis="none")).fields.warnings == ("no_basis",)
    assert register.entry(promised(register)).fields.warnings == ()
    register.tell("milestone", "forecast", "M1", at=at("06-01"), on=date(2026, 6, 5))
    assert register.entry(promised(register, **ON_M4)).fields.warnings == ()


def test_a_forecast_that_moves_later_warns_again(register: MemoryRegister) -> None:
    register.tell("milestone", "forecast", "M1", at=at("06-01"), on=date(2026, 6, 5))
    entry = register.entry(promised(register, **ON_M4))
    moment = register.moment(at("06-03"))
    assert warnings_now(entry, register.book, moment, {}) == ()
    assert warnings_now(entry, register.book, moment, {"M1": date(2026, 6, 8)}) == ("before_forecast",)
    kept = register.tell("commitment", "settle", entry.ref, at=at("06-04"), evidence=[MAIL], outcome="kept")
    assert warnings_now(kept, register.book, moment, {"M1": date(2026, 6, 8)}) == ()


def test_a_promise_says_to_whom_for_when_and_on_what_it_rests(register: MemoryRegister) -> None:
    wrong = PLAIN | {"made_to": "王工", "due_on": date(2026, 5, 29)}
    assert register.unmet("commitment", "add", at=at("06-01"), basis="goal", **wrong) == [
        "contact",
        "basis",
        "due-ahead",
    ]
    for basis, ref in (("milestone", "CT-01"), ("milestone", "M9"), ("sla", "M1"), ("none", "M9")):
        said = PLAIN | {"basis": basis, "rests_on": ref}
        assert register.unmet("commitment", "add", at=at("06-01"), **said) == ["basis"]


def test_what_is_kept_is_kept_in_time_and_proved(register: MemoryRegister) -> None:
    ref = promised(register)
    assert register.unmet("commitment", "settle", ref, at=at("06-08"), outcome="kept") == ["in-time", "proved"]
    assert register.unmet("commitment", "settle", ref, at=at("06-08"), outcome="broken", due_on=date(2026, 6, 9)) == [
        "instead"
    ]
    entry = register.tell("commitment", "settle", ref, at=at("06-08"), outcome="broken", remedy="次日补发")
    assert (entry.state, entry.fields.settled_on) == ("broken", date(2026, 6, 8))
    assert entry.released is not None
    assert str(entry.released.remedy) == "次日补发"


def test_a_promise_that_is_negotiated_anew_is_replaced_by_another(register: MemoryRegister) -> None:
    ref = promised(register)
    said: dict[str, Any] = {"at": at("06-04"), "evidence": [MAIL], "outcome": "renegotiated"}
    assert register.unmet("commitment", "settle", ref, **said) == ["instead"]
    late = {**said, "at": at("06-08"), "due_on": date(2026, 6, 9)}
    assert register.unmet("commitment", "settle", ref, **late) == ["in-time"], "a broken promise is not talked away"
    entry = register.tell("commitment", "settle", ref, due_on=date(2026, 6, 9), **said)
    assert entry.state == "renegotiated"
    new = register.entry("CMT-02")
    assert (new.state, new.fields.replaces, new.fields.due_on, str(new.fields.statement)) == (
        "open",
        ref,
        date(2026, 6, 9),
        "周五前给测试包",
    )


def test_commitments_are_judged_when_they_are_settled(register: MemoryRegister) -> None:
    moment = register.moment(at("06-08"))
    assert (commitments_kept([], moment), overdue([], moment)) == (None, ())
    kept, broken, still_open = promised(register), promised(register), promised(register)
    assert commitments_kept(register.book.of("commitment"), moment) is None
    register.tell("commitment", "settle", kept, at=at("06-05"), evidence=[MAIL], outcome="kept")
    register.tell("commitment", "settle", broken, at=at("06-08"), outcome="broken")
    anew = promised(register)
    register.tell(
        "commitment", "settle", anew, at=at("06-04"), evidence=[MAIL], outcome="renegotiated", due_on=date(2026, 6, 30)
    )
    entries = register.book.of("commitment")
    assert known(commitments_kept(entries, moment)) == Rate(hits=1, n=2)
    assert [one.ref for one in overdue(entries, moment)] == [still_open]
    assert overdue(entries, register.moment(at("06-05"))) == ()
