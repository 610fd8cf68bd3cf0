"""A milestone is agreed in a baseline, reached by its completion rule, accepted by the client, and never set late."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from pmbridge.domain import baseline
from pmbridge.domain.entry import Entry
from pmbridge.domain.machine import Condition
from pmbridge.errors import GuardFailed
from pmbridge.register import Register
from pmbridge.store import Store
from pmbridge.testing.clock import START, FakeClock
from tests.unit.register_bench import at, opened
from tests.unit.register_story import (
    CALL,
    CONCEPTS,
    LETTER,
    MAIL,
    PLAN,
    agreed,
    approved,
    option,
    shift,
)


@pytest.fixture
def register(sqlite_store: Store, clock: FakeClock) -> Register:
    clock.set(START + timedelta(days=60))
    return agreed(sqlite_store, clock)


def get(register: Register, ref: str) -> Entry[Any]:
    entry = register.book.get(ref)
    assert entry is not None
    return entry


def refused(register: Register, kind: str, verb: str, ref: str | None = None, **given: Any) -> dict[str, str]:
    seq = register.head.seq
    with pytest.raises(GuardFailed) as caught:
        register.do(kind, verb, ref, **given)
    assert register.head.seq == seq
    found = [one for one in caught.value.conditions if isinstance(one, Condition) and not one.met]
    return {one.name: one.found.en for one in found if one.found is not None}


def test_agreeing_the_plan_agrees_its_milestones_and_records_who_did(register: Register) -> None:
    assert [one.state for one in register.book.of("milestone")] == ["agreed"] * 5
    assert {one.audience for one in register.book.of("milestone")} == {"client"}
    decided = get(register, "CD-001").fields
    assert (decided.subject, decided.kind, decided.decided_by) == ("SB-0", "milestones", ("CT-01",))
    assert baseline.dates_of(register.book, "M7") == (PLAN["M7"], PLAN["M7"], ())


@pytest.mark.parametrize(
    ("final", "dates", "found"),
    [
        (("M1",), {"M1": "2026-05-01", "M9": "2026-06-01"}, {"members": "there is no M9"}),
        (("M1",), {}, {"members": "there is no –"}),
        ((), {"M1": "2026-05-01"}, {"one-final": "0 final milestones"}),
    ],
)
def test_a_plan_is_of_known_milestones_one_of_them_final(
    sqlite_store: Store, clock: FakeClock, final: tuple[str, ...], dates: dict[str, str], found: dict[str, str]
) -> None:
    register = opened(sqlite_store, clock, concepts=CONCEPTS)
    register.do("contact", "add", input={"name": "张敏", "may": ["milestones"]}, evidence=[LETTER], at=at("04-07"))
    said = {"title": "M1", "on": "2026-05-01", "is_final": "M1" in final}
    register.do("milestone", "add", input=said, at=at("04-07"))
    given: dict[str, Any] = {"input": {"dates": dates}, "by": "张敏", "evidence": [LETTER], "at": at("04-08")}
    assert refused(register, "schedule_baseline", "agree", **given) == found


def test_a_second_final_milestone_and_a_circle_are_refused(register: Register) -> None:
    said = {"title": "又一个上线", "on": "2026-08-01", "is_final": True}
    assert refused(register, "milestone", "add", input=said) == {"I7": "M8: M7 is final too"}
    register.do("milestone", "edit", "M5", input={"changes": {"depends_on": ["M4"]}})
    circle = refused(register, "milestone", "edit", "M4", input={"changes": {"depends_on": ["M5"]}})
    assert circle == {"I7": "M4: it depends on itself"}


@pytest.mark.parametrize("weight", [0, -1, "heavy"])
def test_a_weight_is_positive(register: Register, weight: object) -> None:
    said = {"title": "M", "on": "2026-08-01", "weight": weight}
    assert set(refused(register, "milestone", "add", input=said)) == {"weight"}


def test_what_was_agreed_cannot_be_edited_away(register: Register) -> None:
    for name, value in (
        ("weight", 1),
        ("is_final", False),
        ("proposed_on", "2026-12-01"),
        ("reached_on", "2026-05-01"),
    ):
        assert set(refused(register, "milestone", "edit", "M4", input={"changes": {name: value}})) == {"editable"}
    assert set(refused(register, "milestone", "edit", "M4", input={"changes": {"title": 5}})) == {"editable"}


def test_an_event_or_finished_work_needs_what_proves_it(register: Register) -> None:
    assert refused(register, "milestone", "reach", "M4", at=at("06-12")) == {"completion-rule": "nothing proves it"}
    done = register.do("milestone", "reach", "M4", evidence=[MAIL], at=at("06-12"))
    assert (done.state, done.fields.reached_on) == ("reached", date(2026, 6, 12))


def test_deliverables_decide_when_it_was_reached(register: Register) -> None:
    said = {"title": "设计验收", "on": "2026-06-01", "completion_rule": "all_deliverables_accepted"}
    ref = register.do("milestone", "add", input=said, at=at("05-01")).ref
    moved = {"milestone": ref, "op": "add", "new_on": "2026-06-01"}
    added = {"dimension": "schedule", "finding": "quantified", "schedule": moved}
    change = approved(register, ("05-04", "05-05", "05-06", "05-07"), option("A", added))
    register.do("change", "implement", change, at=at("05-07"))
    assert get(register, ref).state == "agreed"
    assert refused(register, "milestone", "reach", ref, at=at("06-01")) == {"completion-rule": "it has no deliverable"}
    for _ in range(2):
        register.do("deliverable", "add", input={"milestone": ref}, at=at("05-07"))
    for one, day in (("DL-01", "05-20"), ("DL-02", "05-22")):
        register.do("deliverable", "submit", one, at=at(day))
    register.do("deliverable", "accept", "DL-01", at=at("05-25"))
    assert refused(register, "milestone", "reach", ref, at=at("05-26")) == {"completion-rule": "DL-02: under review"}
    register.do("deliverable", "accept", "DL-02", at=at("06-03"))
    reached = register.do("milestone", "reach", ref, at=at("06-03"))
    assert reached.fields.reached_on == date(2026, 5, 22)


def test_it_was_not_reached_in_the_future(register: Register) -> None:
    given = {"input": {"on": "2026-06-13"}, "evidence": [MAIL], "at": at("06-12")}
    assert set(refused(register, "milestone", "reach", "M4", **given)) == {"reached-in-time"}


def test_acceptance_is_the_clients_and_never_before_it_was_reached(register: Register) -> None:
    register.do("milestone", "reach", "M4", evidence=[MAIL], at=at("06-12"))
    found = refused(register, "milestone", "accept", "M4", by="张敏", evidence=[CALL], at=at("06-12"))
    assert found == {"evidence": "only a call note"}
    assert set(refused(register, "milestone", "accept", "M4", at=at("06-12"))) == {"decider", "authority", "evidence"}
    done = register.do("milestone", "accept", "M4", by="张敏", evidence=[MAIL], at=at("06-15"))
    assert (done.state, done.fields.accepted_on, done.fields.deemed) == ("accepted", date(2026, 6, 15), False)
    decided = register.book.of("client_decision")[-1].fields
    assert (decided.subject, decided.kind, decided.subject_version) == ("M4", "acceptance", 3)


def test_a_deemed_acceptance_is_marked_and_has_no_decision(register: Register) -> None:
    register.do("milestone", "reach", "M4", evidence=[MAIL], at=at("06-12"))
    deemed: dict[str, Any] = {"input": {"deemed": True}, "at": at("06-20")}
    assert refused(register, "milestone", "accept", "M4", **deemed) == {"deemed": "no deliverable was deemed accepted"}
    register.do("deliverable", "add", input={"milestone": "M4"}, at=at("06-01"))
    register.do("deliverable", "submit", "DL-01", at=at("06-02"))
    register.do("deliverable", "deem", "DL-01", at=at("06-12"))
    decisions = len(register.book.of("client_decision"))
    done = register.do("milestone", "accept", "M4", **deemed)
    assert (done.fields.deemed, len(register.book.of("client_decision"))) == (True, decisions)


def test_a_wrong_acceptance_is_taken_back_with_a_reason(register: Register) -> None:
    register.do("milestone", "reach", "M4", evidence=[MAIL], at=at("06-12"))
    assert set(refused(register, "milestone", "revoke", "M4", at=at("06-15"))) == {"reason"}
    done = register.do("milestone", "revoke", "M4", reason="误记", at=at("06-15"))
    assert (done.state, done.fields.reached_on) == ("in_progress", None)


def test_only_an_approved_change_cancels_it(register: Register) -> None:
    assert set(refused(register, "milestone", "cancel", "M5", input={"change": "CR-001"})) == {"approved-change"}
    cancelled = {"dimension": "schedule", "finding": "quantified", "schedule": {"milestone": "M5", "op": "cancel"}}
    change = approved(register, ("05-04", "05-05", "05-06", "05-07"), option("A", cancelled))
    register.do("change", "implement", change, at=at("05-08"))
    assert get(register, "M5").state == "cancelled"
    assert "M5" not in register.book.newest("schedule_baseline").fields.dates  # type: ignore[union-attr]
    assert list(register.book.violations()) == []


def test_forecasts_estimates_and_explanations_are_a_series(register: Register) -> None:
    register.do("milestone", "forecast", "M7", input={"on": "2026-07-15"}, by="王工", at=at("05-20"))
    late = {"on": "2026-07-17", "reason": "沙箱账号未到", "causes": ["DEP-13"]}
    register.do("milestone", "forecast", "M7", input=late, at=at("05-29"))
    register.do("milestone", "estimate", "M7", input={"percent": 40}, at=at("06-01"))
    register.do("milestone", "explain", "M7", input={"reason": "图片加载慢", "causes": ["ISS-04"]}, at=at("06-02"))
    fields = get(register, "M7").fields
    assert [(one.forecast_on, one.as_of, one.stated_by) for one in fields.forecasts] == [
        (date(2026, 7, 15), date(2026, 5, 20), "王工"),
        (date(2026, 7, 17), date(2026, 5, 29), "王工"),
    ]
    assert (fields.estimates[0].percent, fields.explanations[0].causes) == (40, ("ISS-04",))
    assert set(refused(register, "milestone", "estimate", "M7", input={"percent": 101})) == {"percent"}
    assert set(refused(register, "milestone", "explain", "M7", input={"reason": "?", "causes": []})) == {"causes"}


def test_dates_of_a_milestone_keep_the_original_and_name_what_moved_it(register: Register) -> None:
    first = approved(register, ("05-04", "05-05", "05-06", "05-07"), option("A", shift("M7", 3)))
    register.do("change", "implement", first, at=at("05-07"))
    second = approved(register, ("05-11", "05-12", "05-13", "05-14"), option("A", shift("M6", 1)))
    register.do("change", "implement", second, at=at("05-14"))
    assert baseline.dates_of(register.book, "M7") == (PLAN["M7"], date(2026, 7, 15), (first,))
    assert baseline.dates_of(register.book, "M9") == (None, None, ())
    assert baseline.latest(register.book, "schedule") == 2
