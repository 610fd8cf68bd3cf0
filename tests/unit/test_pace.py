"""Token buckets: rate, burst, pauses and what a refusal does to them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from pmbridge.adapter import Rate
from pmbridge.adapter.pace import Bucket, Pace
from pmbridge.testing.clock import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def passed(bucket: Bucket, clock: FakeClock, n: int, seconds: float) -> int:
    """Return how many of at most *n* requests, one after the other, pass within *seconds*."""
    end = clock.monotonic() + seconds
    for count in range(n):
        clock.sleep(bucket.reserve())
        if clock.monotonic() > end:
            return count
    return n


def test_a_burst_passes_at_once_and_then_the_rate_holds(clock: FakeClock) -> None:
    bucket = Bucket(clock, per_s=10, burst=5)
    assert [bucket.reserve() for _ in range(8)] == pytest.approx([0, 0, 0, 0, 0, 0.1, 0.2, 0.3])


def test_tokens_come_back_up_to_the_burst_and_no_further(clock: FakeClock) -> None:
    bucket = Bucket(clock, per_s=10, burst=2)
    bucket.reserve(2)
    clock.advance(1000)
    assert [bucket.reserve() for _ in range(3)] == pytest.approx([0, 0, 0.1])


def test_a_request_may_cost_more_than_the_burst(clock: FakeClock) -> None:
    bucket = Bucket(clock, per_s=10, burst=2)
    assert bucket.reserve(12) == pytest.approx(1.0)
    assert bucket.reserve(1) == pytest.approx(1.1)


def test_what_is_given_back_can_be_taken_again(clock: FakeClock) -> None:
    bucket = Bucket(clock, per_s=1, burst=1)
    bucket.reserve()
    assert bucket.reserve() == 1
    bucket.give_back()
    assert bucket.reserve() == 1


def test_a_pause_holds_everybody_and_ends_without_a_burst(clock: FakeClock) -> None:
    bucket = Bucket(clock, per_s=10, burst=5)
    bucket.pause(30)
    assert bucket.paused() == 30
    assert [bucket.reserve() for _ in range(3)] == pytest.approx([30.1, 30.2, 30.3])
    clock.advance(40)
    assert bucket.paused() == 0


def test_a_shorter_pause_does_not_end_a_longer_one(clock: FakeClock) -> None:
    bucket = Bucket(clock)
    bucket.pause(30)
    bucket.pause(5)
    bucket.pause(0)
    assert bucket.paused() == 30
    assert bucket.reserve() == 30


def test_a_bucket_without_a_rate_never_empties(clock: FakeClock) -> None:
    bucket = Bucket(clock)
    assert {bucket.reserve(3) for _ in range(1000)} == {0}
    bucket.slow_down(clock.monotonic())
    assert bucket.reserve() == 0


def test_a_refusal_halves_the_rate(clock: FakeClock) -> None:
    bucket = Bucket(clock, per_s=8, burst=1)
    bucket.reserve()
    bucket.slow_down(clock.monotonic())
    assert bucket.reserve() == pytest.approx(1 / 4)


def test_refusals_of_requests_that_flew_together_count_once(clock: FakeClock) -> None:
    bucket = Bucket(clock, per_s=8, burst=1)
    sent = [clock.monotonic()] * 4
    clock.advance(1)
    bucket.reserve()
    for at in sent:
        bucket.slow_down(at)
    assert bucket.reserve() == pytest.approx(1 / 4)


def test_endless_refusals_do_not_stop_it_altogether(clock: FakeClock) -> None:
    bucket = Bucket(clock, per_s=16, burst=1)
    for _ in range(100):
        clock.advance(1)
        bucket.slow_down(clock.monotonic())
    bucket.reserve()
    assert bucket.reserve() == pytest.approx(1.0)


def test_sixteen_threads_get_what_the_rate_allows_and_nothing_twice(clock: FakeClock) -> None:
    bucket = Bucket(clock, per_s=50, burst=10)  # the clock stands still
    with ThreadPoolExecutor(16) as pool:
        delays = sorted(pool.map(lambda _: bucket.reserve(), range(110)))
    assert delays == pytest.approx([0.0] * 10 + [n / 50 for n in range(1, 101)])


@pytest.mark.parametrize(("per_s", "burst"), [(0, 1), (-1, 1), (1, 0)])
def test_a_rate_that_lets_nothing_through_is_refused(clock: FakeClock, per_s: float, burst: int) -> None:
    with pytest.raises(ValueError, match="a rate is above 0"):
        Bucket(clock, per_s, burst)


def test_a_request_passes_its_own_buckets_and_those_of_all(clock: FakeClock) -> None:
    pace = Pace([Rate(per_s=10, burst=1), Rate(per_s=100, burst=9), Rate(per_s=1, burst=1, key="search")], clock)
    assert pace.reserve("search") == 0
    assert pace.reserve("search") == pytest.approx(1.0)  # its own is the slowest
    assert pace.reserve("*") == pytest.approx(0.2)  # two tokens of all are gone


def test_a_pause_of_all_holds_every_key_and_a_pause_of_one_only_that(clock: FakeClock) -> None:
    pace = Pace([], clock)
    pace.pause("members", 5)
    assert (pace.paused("members"), pace.paused("boards"), pace.paused("*")) == (5, 0, 0)
    pace.pause("*", 9)
    assert (pace.paused("members"), pace.paused("boards"), pace.paused("*")) == (9, 9, 9)


def test_giving_back_undoes_a_reservation_everywhere(clock: FakeClock) -> None:
    pace = Pace([Rate(per_s=1, burst=1), Rate(per_s=1, burst=1, key="search")], clock)
    pace.reserve("search")
    pace.give_back("search")
    assert pace.reserve("search") == 0


def test_over_a_long_time_the_rate_is_kept_exactly(clock: FakeClock) -> None:
    assert passed(Bucket(clock, per_s=3, burst=5), clock, 10_000, 100) == pytest.approx(305, abs=1)
