"""Ages, latencies and amounts of change requests: each figure by its formula, or unknown with its reason."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from pmbridge.domain import change_metrics as metrics
from pmbridge.domain.change import STATES
from pmbridge.domain.change_metrics import Span
from pmbridge.domain.figure import Known, Money, Unknown, UnknownReason
from pmbridge.domain.moment import Moment
from pmbridge.domain.view import Age
from pmbridge.register import Register
from pmbridge.store import Store
from pmbridge.testing.clock import START, FakeClock
from tests.unit.register_bench import at
from tests.unit.register_story import (
    CALL,
    LETTER,
    MAIL,
    agreed,
    approved,
    assessment,
    option,
    price,
    sent,
    shift,
    submitted,
)

FULL = option("A", price("CNY 48000.00"), shift("M7", 5))
PARTLY = option("B", price("CNY 15000.00"))


@pytest.fixture
def register(sqlite_store: Store, clock: FakeClock) -> Register:
    clock.set(START + timedelta(days=30))
    return agreed(sqlite_store, clock)


def moment(register: Register, day: str, hour: int = 18) -> Moment:
    return Moment(as_of=at(day, hour), zone=register.zone, calendar=register.calendar)


def money(amount: str, currency: str = "CNY") -> Money:
    return Money(amount=Decimal(amount), currency=currency)


def reject(register: Register, ref: str, day: str) -> None:
    register.do("change", "reject", ref, by="张敏", evidence=[MAIL], at=at(day))


def changes(register: Register, until: str = "07-01") -> list[Any]:
    return register.as_of(at(until, 18)).of("change")


def reason(figure: object) -> UnknownReason:
    assert isinstance(figure, Unknown)
    return figure.reason


def story(register: Register) -> None:
    """Tell the five changes of the demo: approved, rejected, approved by two, waiting, just submitted."""
    approved(register, ("04-22", "04-23", "04-24", "04-28"), option("A", price("CNY 12000.00")))
    reject(register, sent(register, ("05-06", "05-08", "05-09"), option("A", price("CNY 9000.00"))), "05-12")
    lines = [price("CNY 36500.00"), *(shift(ref, 3) for ref in ("M4", "M5", "M6", "M7"))]
    ref = sent(register, ("05-12", "05-14", "05-15"), option("A", *lines))
    joint = {"option": "A", "joint": ["李总"]}
    register.do("change", "approve", ref, input=joint, by="张敏", evidence=[LETTER], at=at("05-20"))
    register.do("change", "implement", ref, at=at("05-20"))
    ref = submitted(register, "05-27")
    offer = assessment(FULL, PARTLY, recommended="B")
    register.do("change", "assess", ref, input=offer, at=at("06-01"))
    until = {"need_by": date(2026, 6, 9), "valid_until": date(2026, 6, 12)}
    register.do("change", "send", ref, input=until, evidence=[MAIL], at=at("06-02"))
    submitted(register, "06-04")


def test_the_figures_of_the_story_come_out(register: Register) -> None:
    story(register)
    now, found = moment(register, "06-05"), changes(register, "06-05")
    ages = [metrics.age(one, now).value for one in found]
    assert ages == [
        Age(total=4, ours=2, theirs=2),
        Age(total=5, ours=3, theirs=2),
        Age(total=6, ours=3, theirs=3),
        Age(total=7, ours=4, theirs=3),
        Age(total=1, ours=1, theirs=0),
    ]
    assert [(one, figure.value) for one, figure in metrics.approved_money(found).items()] == [
        ("CNY", money("48500.00"))
    ]
    assert metrics.approved_days(found, "M7").value_or(None) == 3
    original, value = metrics.contract_value(register.as_of(at("06-05")))
    assert (original.value_or(None), value.value_or(None)) == (money("680000.00"), money("728500.00"))
    exposure = metrics.pending_exposure(found, now, "M7")
    assert (exposure.n, exposure.not_assessed) == (1, 0)
    assert exposure.money["CNY"].value == Span(
        low=money("15000.00"), high=money("48000.00"), recommended=money("15000.00")
    )
    assert exposure.days.value_or(None) == (0, 5, 0)
    assert metrics.forecast_total(register.as_of(at("06-05")), now).value_or(None) == money("743500.00")
    latency = metrics.decision_latency(found, now)
    assert (latency.n, latency.median.value_or(None), latency.longest.value_or(None)) == (3, Decimal(2), 3)


def test_without_a_change_nothing_is_zero(register: Register) -> None:
    now = moment(register, "06-05")
    assert metrics.approved_money([]) == {}
    assert reason(metrics.approved_days([], "M7")) is UnknownReason.NO_ITEMS
    assert reason(metrics.decision_latency([], now).median) is UnknownReason.NO_ITEMS
    exposure = metrics.pending_exposure([], now, "M7")
    assert (exposure.n, exposure.money, reason(exposure.days)) == (0, {}, UnknownReason.NO_ITEMS)
    original, value = metrics.contract_value(register.book)
    assert original == value
    assert metrics.forecast_total(register.book, now) == value


def test_without_a_budget_the_contract_value_is_unknown(sqlite_store: Store, clock: FakeClock) -> None:
    from tests.unit.register_bench import opened
    from tests.unit.register_story import CONCEPTS

    empty = opened(sqlite_store, clock, concepts=CONCEPTS)
    assert [reason(one) for one in metrics.contract_value(empty.book)] == [UnknownReason.NOT_PROVIDED] * 2
    assert reason(metrics.forecast_total(empty.book, moment(empty, "06-05"))) is UnknownReason.NOT_PROVIDED
    assert reason(metrics.change_budget_left(empty.book)) is UnknownReason.NOT_PROVIDED


def test_two_currencies_stand_side_by_side(register: Register) -> None:
    register.do(
        "contact",
        "add",
        input={"name": "钱工", "may": ["change"], "limit": "USD 99999.00"},
        evidence=[LETTER],
        at=at("04-08"),
    )
    approved(register, ("05-04", "05-05", "05-06", "05-07"), option("A", price("CNY 100.00")))
    approved(register, ("05-04", "05-05", "05-06", "05-07"), option("A", price("USD 7.00")), by="钱工")
    found = metrics.approved_money(changes(register))
    assert {one: figure.value for one, figure in found.items()} == {
        "CNY": money("100.00"),
        "USD": money("7.00", "USD"),
    }
    assert reason(metrics.contract_value(register.book)[1]) is UnknownReason.MIXED_CURRENCY
    assert reason(metrics.forecast_total(register.book, moment(register, "06-05"))) is UnknownReason.MIXED_CURRENCY


def test_an_age_stops_while_it_is_put_off_and_when_the_offer_lapses(register: Register) -> None:
    ref = sent(register, ("05-25", "05-26", "05-27"), PARTLY | {"key": "A"})
    late = register.book.get(ref)
    assert late is not None
    assert metrics.age(late, moment(register, "06-12")).value == metrics.age(late, moment(register, "07-01")).value
    assert metrics.state_of(late, moment(register, "07-01")) == "lapsed"
    given = {"revisit_on": date(2026, 6, 8)}
    register.do("change", "defer", ref, input=given, by="张敏", evidence=[MAIL], at=at("05-28"))
    register.do("change", "reassess", ref, reason="再议", at=at("06-08"))
    again = register.book.get(ref)
    assert again is not None
    now = moment(register, "06-10")
    assert metrics.age(again, now).value == Age(total=5, ours=4, theirs=1)
    assert metrics.deferred_days(again, now) == 7


def test_an_unconfirmed_emergency_is_pending_by_its_cap(register: Register) -> None:
    ref = submitted(register, "06-02")
    cap = {"money": "CNY 9000.00", "days": 2}
    register.do("change", "authorise", ref, input=cap, by="张敏", evidence=[CALL], at=at("06-02"))
    exposure = metrics.pending_exposure(changes(register), moment(register, "06-03"), "M7")
    assert exposure.money["CNY"].value == Span(low=money("0"), high=money("9000.00"), recommended=money("9000.00"))
    assert exposure.days.value_or(None) == (0, 2, 2)
    assert metrics.approved_money(changes(register)) == {}


def test_monthly_amounts_count_by_their_months_or_stand_apart(register: Register) -> None:
    running = price("CNY 100.00")
    running["budget"] |= {"kind": "monthly"}
    ending = price("CNY 100.00")
    ending["budget"] |= {"kind": "monthly", "months": 3}
    approved(register, ("05-04", "05-05", "05-06", "05-07"), option("A", running, ending))
    (total,) = metrics.approved_money(changes(register)).values()
    (monthly,) = metrics.approved_monthly(changes(register)).values()
    assert (total.value, monthly.value) == (money("300.00"), money("100.00"))


@pytest.mark.parametrize(("days", "found"), [(0, (0, 5)), (5, (0, 5)), (6, (6, 10)), (20, (11, 20)), (21, (21, None))])
def test_an_age_falls_into_its_band(days: int, found: tuple[int, int | None]) -> None:
    assert metrics.band(days) == found


def test_every_state_of_the_exchange_vocabulary_is_one_of_ours() -> None:
    assert frozenset().union(*metrics.OSLC.values()) <= STATES.keys()
    assert metrics.OSLC["verified"] < metrics.OSLC["fixed"] < metrics.OSLC["approved"] < metrics.OSLC["reviewed"]
    assert metrics.OSLC["closed"] >= {name for name, state in STATES.items() if state.terminal}


def test_every_figure_names_the_events_it_rests_on(register: Register) -> None:
    ref = approved(register, ("05-04", "05-05", "05-06", "05-07"), option("A", price("CNY 100.00")))
    (figure,) = metrics.approved_money(changes(register)).values()
    assert isinstance(figure, Known)
    events = {str(one.seq): one.ref for one in register.events()}
    assert [(one.connection, events[one.external_id]) for one in figure.sources] == [("register", ref)]
