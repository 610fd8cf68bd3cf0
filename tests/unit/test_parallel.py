"""Fetched by several threads, handed over in order, with nothing left behind."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextvars import ContextVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmbridge.adapter import in_order, side_by_side

PATIENCE_S = 10


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = threading.active_count()
    yield
    assert threading.active_count() == before


class Gate:
    """Lets a test decide when which fetch ends."""

    def __init__(self) -> None:
        self._open: dict[int, threading.Event] = {}
        self._lock = threading.Lock()
        self.begun: list[int] = []
        self.changed = threading.Condition()

    def fetch(self, chunk: int) -> int:
        with self.changed:
            self.begun.append(chunk)
            self.changed.notify_all()
        assert self._event(chunk).wait(PATIENCE_S), f"chunk {chunk} was never let go"
        return chunk * 10

    def let_go(self, *chunks: int) -> None:
        for chunk in chunks:
            self._event(chunk).set()

    def until(self, condition: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(condition, PATIENCE_S)

    def _event(self, chunk: int) -> threading.Event:
        with self._lock:
            return self._open.setdefault(chunk, threading.Event())


@given(
    chunks=st.lists(st.integers(), max_size=30),
    workers=st.integers(1, 5),
    ahead=st.integers(0, 5),
)
def test_results_come_in_the_order_of_the_chunks(chunks: list[int], workers: int, ahead: int) -> None:
    assert list(in_order(lambda n: -n, chunks, workers=workers, ahead=ahead)) == [-n for n in chunks]


def test_a_slow_first_chunk_does_not_stop_the_others_and_still_comes_first() -> None:
    gate = Gate()
    gate.let_go(1, 2, 3)
    results = in_order(gate.fetch, range(4), workers=2)
    first: list[int] = []
    thread = threading.Thread(target=lambda: first.append(next(results)))
    thread.start()
    gate.until(lambda: len(gate.begun) == 4)  # one worker went through 1, 2 and 3 meanwhile
    assert first == []
    gate.let_go(0)
    thread.join(PATIENCE_S)
    assert [*first, *results] == [0, 10, 20, 30]


def test_several_are_fetched_at_the_same_time() -> None:
    together = threading.Barrier(4, timeout=PATIENCE_S)
    assert len(list(in_order(lambda _: together.wait(), range(4), workers=4))) == 4


@pytest.mark.parametrize(("workers", "ahead"), [(2, 0), (2, 3), (4, 4)])
def test_it_never_looks_further_ahead_than_agreed(workers: int, ahead: int) -> None:
    taken = 0
    handed = 0
    most = 0

    def chunks() -> Iterator[int]:
        nonlocal taken, most
        for n in range(50):
            taken += 1
            most = max(most, taken - handed)
            yield n

    for _ in in_order(lambda n: n, chunks(), workers=workers, ahead=ahead):
        handed += 1
    assert handed == 50
    # Those in the air, and the one that is being handed over.
    assert most == workers + ahead + 1


def test_nothing_is_fetched_before_somebody_asks() -> None:
    begun: list[int] = []
    results = in_order(begun.append, range(10), workers=3)
    assert begun == []
    results.close()


@pytest.mark.parametrize("workers", [1, 3])
def test_what_lies_before_an_error_is_handed_over_and_nothing_new_is_begun(workers: int) -> None:
    begun: list[int] = []

    def fetch(n: int) -> int:
        begun.append(n)
        if n == 4:
            raise LookupError("four")
        return n

    got: list[int] = []
    with pytest.raises(LookupError, match="four"):
        got.extend(in_order(fetch, range(1000), workers=workers, ahead=2))
    assert got == [0, 1, 2, 3]
    assert len(begun) <= 5 + workers + 2


def test_an_error_further_on_stops_new_fetches_at_once() -> None:
    gate = Gate()
    gate.let_go(*range(2, 100))
    failing = threading.Event()

    def fetch(n: int) -> int:
        done = gate.fetch(n)
        if n == 1:
            failing.set()
            raise LookupError("one")
        return done

    got: list[int] = []
    errors: list[str] = []

    def consume() -> None:
        try:
            got.extend(in_order(fetch, range(100), workers=2, ahead=8))
        except LookupError as error:
            errors.append(str(error))

    thread = threading.Thread(target=consume)
    thread.start()
    gate.until(lambda: sorted(gate.begun) == [0, 1])
    gate.let_go(1)
    assert failing.wait(PATIENCE_S)
    gate.let_go(0)  # still being fetched when 1 failed, and handed over all the same
    thread.join(PATIENCE_S)
    assert got == [0]
    assert errors == ["one"]
    assert len(gate.begun) < 10  # as many as it may look ahead


def test_after_an_error_no_more_chunks_are_asked_for() -> None:
    gate = Gate()
    gate.let_go(*range(1, 100))
    failing = threading.Event()
    taken: list[int] = []

    def chunks() -> Iterator[int]:
        for n in range(100):
            taken.append(n)
            yield n

    def fetch(n: int) -> int:
        if n == 5:
            failing.set()
            raise LookupError("five")
        return gate.fetch(n)

    def release() -> None:
        assert failing.wait(PATIENCE_S)
        gate.let_go(0)

    thread = threading.Thread(target=release)
    thread.start()
    got: list[int] = []
    with pytest.raises(LookupError, match="five"):
        got.extend(in_order(fetch, chunks(), workers=2, ahead=8))
    thread.join(PATIENCE_S)
    assert got == [0, 10, 20, 30, 40]
    assert len(taken) < 10 + len(got)  # as many as it may look ahead, and not one more for each handed over


def test_leaving_the_loop_ends_the_threads_and_what_waits() -> None:
    begun: list[int] = []

    def fetch(n: int) -> int:
        begun.append(n)
        return n

    for one in in_order(fetch, range(1000), workers=3, ahead=3):
        if one == 5:
            break
    assert max(begun) <= 5 + 3 + 3 + 1


def test_an_error_of_the_caller_ends_the_threads() -> None:
    def consume() -> None:
        for _ in in_order(lambda n: n, range(1000), workers=3):
            raise LookupError("the caller's own")

    with pytest.raises(LookupError, match="the caller's own"):
        consume()


@pytest.mark.parametrize("workers", [1, 3])
def test_an_error_of_the_chunks_is_raised(workers: int) -> None:
    def chunks() -> Iterator[int]:
        yield 1
        raise LookupError("no more ids")

    with pytest.raises(LookupError, match="no more ids"):
        list(in_order(lambda n: n, chunks(), workers=workers))


def test_one_worker_is_the_callers_own_thread() -> None:
    threads = set(in_order(lambda _: threading.current_thread(), range(5), workers=1))
    assert threads == {threading.current_thread()}


def test_fetches_know_the_callers_context() -> None:
    run: ContextVar[str] = ContextVar("run", default="none")
    token = run.set("r-7")
    try:
        assert set(in_order(lambda _: run.get(), range(9), workers=3)) == {"r-7"}
    finally:
        run.reset(token)


@pytest.mark.parametrize(("workers", "ahead"), [(0, 4), (-1, 4), (2, -1)])
def test_numbers_that_make_no_sense_are_refused_at_the_call(workers: int, ahead: int) -> None:
    with pytest.raises(ValueError, match="at least one worker"):
        in_order(print, [], workers=workers, ahead=ahead)


class TestSideBySide:
    """A handful of unlike questions."""

    def test_answers_come_back_to_who_asked(self) -> None:
        with side_by_side(3) as ask:
            number, text = ask(lambda: 1), ask(lambda: "a")
            assert (number(), text()) == (1, "a")

    def test_questions_are_asked_at_the_same_time(self) -> None:
        both = threading.Barrier(2, timeout=10)
        with side_by_side(2) as ask:
            one, other = ask(both.wait), ask(both.wait)
            assert {one(), other()} == {0, 1}

    def test_with_one_worker_each_is_asked_in_turn_by_the_caller(self) -> None:
        with side_by_side(1) as ask:
            assert ask(threading.current_thread)() is threading.current_thread()

    @pytest.mark.parametrize("workers", [1, 2])
    def test_an_error_is_raised_where_its_answer_is_wanted(self, workers: int) -> None:
        def fail() -> int:
            raise LookupError("no")

        with side_by_side(workers) as ask:
            fine, failing = ask(lambda: 1), ask(fail)
            assert fine() == 1
            with pytest.raises(LookupError):
                failing()
