"""Reading in parallel, handing over in order."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from itertools import islice
from typing import Protocol, TypeVar

C = TypeVar("C")
R = TypeVar("R")


def in_order(fetch: Callable[[C], R], chunks: Iterable[C], *, workers: int, ahead: int = 4) -> Generator[R, None, None]:
    """Yield ``fetch(chunk)`` for each of *chunks*, in their order, fetched by *workers* threads.

    So "done up to here" is one number, and latency does not add up. At most *workers* + *ahead* chunks are fetched or
    being fetched beyond the one handed over last: memory stays bounded, and so does what a killed run reads twice.
    *chunks* is read in the caller's thread, no further than that; its own errors are raised at once.

    When a fetch fails nothing new is begun; what lies before it in order is still yielded, then its error is raised. An
    error, closing the generator or leaving its loop ends every thread before the caller goes on; a fetch that runs at
    that moment is waited for. With one worker everything happens in the caller's thread, each chunk when it is asked
    for.

    Raises:
        ValueError: *workers* below 1 or *ahead* below 0.
        Exception: what *fetch* or *chunks* raised.
    """
    if workers < 1 or ahead < 0:
        raise ValueError("in_order needs at least one worker, and looks ahead by 0 or more")
    if workers == 1:
        return _one_by_one(fetch, chunks)
    return _by_threads(fetch, chunks, workers, workers + ahead)


def _one_by_one(fetch: Callable[[C], R], chunks: Iterable[C]) -> Generator[R, None, None]:
    for chunk in chunks:
        yield fetch(chunk)


def _by_threads(fetch: Callable[[C], R], chunks: Iterable[C], workers: int, most: int) -> Generator[R, None, None]:
    stop = threading.Event()

    def work(chunk: C) -> R:
        if stop.is_set():
            # Begun in order: one that comes here stands behind the one that failed and will not be missed.
            raise CancelledError
        try:
            return fetch(chunk)
        except BaseException:
            stop.set()
            raise

    waiting = iter(chunks)
    flying: deque[Future[R]] = deque()
    pool = ThreadPoolExecutor(workers, thread_name_prefix="pmbridge-fetch")

    def fill() -> None:
        if not stop.is_set():
            # Each with the caller's context, so that log lines know their run.
            more = islice(waiting, most - len(flying))
            flying.extend(pool.submit(copy_context().run, work, chunk) for chunk in more)

    try:
        fill()
        while flying:
            result = flying.popleft().result()
            fill()  # before handing over: the fetchers are not to wait for the caller's work
            yield result
    finally:
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)


class Ask(Protocol):
    """Begins a question and returns what gives its answer."""

    def __call__(self, question: Callable[[], R]) -> Callable[[], R]:
        """Begin *question*; calling what comes back waits for its answer or raises its error."""
        ...


@contextmanager
def side_by_side(workers: int) -> Iterator[Ask]:
    """Ask a handful of unlike questions at the same time, *workers* of them at once.

    With one worker each is asked in the caller's thread when its answer is wanted. Leaving the block waits for what
    was begun.
    """
    if workers == 1:
        yield _when_wanted
        return
    with ThreadPoolExecutor(workers, thread_name_prefix="pmbridge-ask") as pool:

        def ask(question: Callable[[], R]) -> Callable[[], R]:
            return pool.submit(copy_context().run, question).result

        yield ask


def _when_wanted(question: Callable[[], R]) -> Callable[[], R]:
    return question
