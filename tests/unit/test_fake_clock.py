"""The clock of the tests keeps the promises of a clock."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest

from pmbridge.clock import Clock
from pmbridge.testing.clock import START, FakeClock


def test_it_is_a_clock_and_stands_still_by_itself() -> None:
    clock: Clock = FakeClock()
    assert clock.now() == START
    time.sleep(0.002)
    assert (clock.now(), clock.monotonic()) == (START, 0.0)


def test_sleep_costs_no_real_time_and_moves_both_readings() -> None:
    clock = FakeClock()
    began = time.monotonic()
    clock.sleep(3600)
    assert time.monotonic() - began < 1
    assert clock.now() == START + timedelta(hours=1)
    assert clock.monotonic() == 3600


@pytest.mark.parametrize("seconds", [0, -5])
def test_a_sleep_of_nothing_or_less_moves_nothing(seconds: float) -> None:
    clock = FakeClock()
    clock.sleep(seconds)
    assert (clock.now(), clock.monotonic()) == (START, 0.0)


def test_advance_refuses_to_run_backwards() -> None:
    with pytest.raises(ValueError, match="backwards"):
        FakeClock().advance(-1)


def test_set_back_corrects_the_time_of_day_but_not_the_monotonic_reading() -> None:
    clock = FakeClock()
    clock.set(START + timedelta(seconds=10))
    assert clock.monotonic() == 10
    clock.set(START)
    assert clock.now() == START
    assert clock.monotonic() == 10


def test_now_is_utc_whatever_zone_it_was_set_in() -> None:
    clock = FakeClock(datetime(2026, 6, 5, 18, 0, tzinfo=timezone(timedelta(hours=8))))
    assert clock.now().tzinfo is UTC
    assert clock.now().hour == 10


def test_a_naive_time_is_refused() -> None:
    naive = datetime(2026, 6, 5)  # noqa: DTZ001 - that is the point
    with pytest.raises(ValueError, match="aware"):
        FakeClock(naive)
    with pytest.raises(ValueError, match="aware"):
        FakeClock().set(naive)


def test_no_step_is_lost_between_threads() -> None:
    clock = FakeClock()

    def step() -> None:
        for _ in range(500):
            clock.sleep(1)

    threads = [threading.Thread(target=step) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert clock.monotonic() == 2000
    assert clock.now() == START + timedelta(seconds=2000)
