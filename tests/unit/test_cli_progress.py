"""Ctrl-C while a sync runs: it ends at the next page, unless whoever started it has turned Ctrl-C off."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from pmbridge import Progress
from pmbridge_cli.grammar import early
from pmbridge_cli.progress import Stopping, Watch

PAGE = Progress(connection="jira", stage="pull", read=100, expected=412)


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_ends_a_sync_at_its_next_page() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    watch = Watch(early(["sync"]))
    with watch.running():
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        with pytest.raises(Stopping):
            watch(PAGE)


def test_a_sync_that_was_started_with_ctrl_c_turned_off_goes_on() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    watch = Watch(early(["sync"]))
    with watch.running():
        signal.raise_signal(signal.SIGINT)
        watch(PAGE)
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
