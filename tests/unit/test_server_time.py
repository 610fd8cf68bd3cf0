"""From when on an answer counts, and what several clients have done together."""

from __future__ import annotations

from datetime import timedelta

from pmbridge.adapter import Traffic, since
from pmbridge.testing.clock import START, FakeClock


def test_what_is_read_counts_from_before_the_question_by_the_clock_of_whoever_answered() -> None:
    clock = FakeClock()
    clients: list[timedelta] = []  # how far each one's server is ahead
    began = since(clock, lambda: clock.now() + clients[-1])
    clients.append(timedelta(hours=1))
    clock.advance(7)
    assert began() == START + timedelta(hours=1)
    clients.append(timedelta(hours=2))  # the way changed while it was asked
    clock.advance(7)
    assert began() == START + timedelta(hours=2)


def test_traffic_adds_up_part_by_part() -> None:
    one = Traffic(requests=1, bytes=20, waited_s=0.5, retries=3)
    assert sum([one, one], Traffic()) == Traffic(requests=2, bytes=40, waited_s=1.0, retries=6)
