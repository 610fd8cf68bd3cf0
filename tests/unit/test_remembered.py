"""What an adapter writes down for its next run, in the store and in the memo of tests alike."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pmbridge.adapter import Memo, Remembered, remember, remembered
from pmbridge.records import Scope
from pmbridge.store import Store
from pmbridge.testing.clock import FakeClock
from pmbridge.testing.context import MemoryMemo
from pmbridge.values import ProjectId
from tests.unit.store_bench import JIRA, rows, watched

SCOPE = Scope(
    projects=(ProjectId("1"),),
    kinds=frozenset({"version", "issue"}),
    fields={"issue": frozenset({"b", "a"}), "version": frozenset()},
)


@pytest.fixture(params=["stored", "in memory"])
def memo(request: pytest.FixtureRequest, store: Store, clock: FakeClock) -> Memo:
    return store.memo(JIRA) if request.param == "stored" else MemoryMemo(clock)


def test_what_was_asked_for_is_known_to_the_next_run(memo: Memo) -> None:
    asked = remember(memo, SCOPE)
    assert asked == Remembered(kinds=("issue", "version"), fields={"issue": ("a", "b")})
    assert remembered(memo, ["other"]) == asked


def test_before_the_first_pull_everything_is_asked_for_and_nothing_is_written(store: Store) -> None:
    assert remembered(store.memo(JIRA), {"version", "issue"}) == Remembered(kinds=("issue", "version"))
    assert rows(store, "SELECT * FROM memo") == []


def test_another_scope_takes_the_place_of_the_last_in_one_transaction(store: Store) -> None:
    memo = store.memo(JIRA)
    remember(memo, SCOPE)
    with watched(store) as traffic:
        remember(memo, SCOPE)
    assert traffic.commits == 0
    with watched(store) as traffic:
        remember(memo, Scope(projects=(), kinds=frozenset({"issue"})))
    assert traffic.commits == 1
    assert remembered(memo, ()).kinds == ("issue",)


def test_a_note_with_an_end_is_not_found_after_it_and_one_without_stays(memo: Memo, clock: FakeClock) -> None:
    memo.keep("day", 1, ttl=timedelta(days=1))
    memo.keep("ever", 1)
    clock.advance(86_399)
    memo.keep("day", 1, ttl=timedelta(days=1))  # the same again does not begin anew
    assert memo.kept("day") == 1
    clock.advance(1)
    assert (memo.kept("day"), memo.kept("ever")) == (None, 1)
    memo.keep("day", 1, ttl=timedelta(days=1))
    assert memo.kept("day") == 1


def test_a_cached_fact_can_be_looked_up_without_loading_it(memo: Memo) -> None:
    assert memo.kept("account") is None
    memo.get("account", lambda: {"id": "u"})
    assert memo.kept("account") == {"id": "u"}
    assert memo.get("account", lambda: 1 / 0) == {"id": "u"}
