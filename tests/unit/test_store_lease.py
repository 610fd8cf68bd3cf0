"""One process at a time writes a connection's mirror, and one that lost its lease writes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from pmbridge.errors import Busy
from pmbridge.records import Details, Verb
from pmbridge.store import Run, Store
from pmbridge.testing.clock import START, FakeClock
from tests.unit.store_bench import (
    FORMAT,
    JIRA,
    LEASE_S,
    MALL,
    begin,
    comment,
    execute,
    issue,
    item,
    listing,
    page,
    rows,
    sync,
    titles,
    wanted,
    watched,
)

DETAILS = Details(id=issue(1), parts=frozenset({Verb.COMMENTS}), as_of=START, records=(comment(1, item(1)),))


def expire(store: Store, clock: FakeClock) -> None:
    """Let the lease run out, on the machine's clock and on the server's."""
    clock.advance(LEASE_S + 1)
    execute(store, "UPDATE lease SET expires_at = 1 WHERE owner IS NOT NULL")


def test_a_connection_that_is_being_read_is_busy(store: Store, clock: FakeClock) -> None:
    run = begin(store, owner="pm-laptop:17:01ULID")
    clock.advance(10)
    with pytest.raises(Busy) as caught:
        begin(store, "other", owner="server:4:02ULID")
    error = caught.value
    assert (error.name, error.connection, error.exit_code) == ("busy", JIRA, 75)
    assert error.facts["host"] == "pm-laptop"
    assert error.facts["since"] == START
    assert "pm-laptop" in str(error)
    if store.about().path:  # elsewhere the server's clock decides
        assert error.facts["until"] == START + timedelta(seconds=LEASE_S)
    assert rows(store, "SELECT id FROM run") == [("01RUN",)], "nothing is left of the one that was refused"
    run.finish("ok", {})
    assert begin(store, "other", owner="server:4:02ULID").fence == run.fence + 1


def test_connections_have_leases_of_their_own(store: Store) -> None:
    begin(store, connection="one")
    begin(store, connection="two")


def test_an_expired_lease_is_taken_over_and_the_fence_grows(store: Store, clock: FakeClock) -> None:
    first = begin(store)
    expire(store, clock)
    second = begin(store, "b", owner="server:4:02ULID")
    assert second.fence == first.fence + 1
    assert second.previous_outcome is None


def sleeper(act: Callable[[Run], object], name: str) -> object:
    """Name an act of a run for a test."""
    return pytest.param(act, id=name)


@pytest.mark.parametrize(
    "act",
    [
        sleeper(lambda run: run.commit(page(item(1, "Old"), at=9), cursor_format=FORMAT), "page"),
        sleeper(lambda run: run.take([item(1, "Old")]), "read"),
        sleeper(lambda run: run.mark({issue(1): "gone"}), "mark"),
        sleeper(lambda run: run.census([listing()]), "census"),
        sleeper(lambda run: run.hold(MALL, "issue", ["1"]), "hold"),
        sleeper(lambda run: run.release_held(MALL, "issue"), "release"),
        sleeper(lambda run: run.set_mapping_hash(b"old"), "mapping"),
        sleeper(lambda run: run.commit_details([DETAILS], [wanted(item(1), Verb.COMMENTS)]), "details"),
        sleeper(Run.renew, "renew"),
        sleeper(lambda run: run.finish("ok", {}), "finish"),
    ],
)
@pytest.mark.parametrize("successor", ["works", "has finished"])
def test_sleeper_commits_nothing(store: Store, clock: FakeClock, act: Callable[[Run], object], successor: str) -> None:
    asleep = begin(store)
    asleep.commit(page(item(1), at=1), cursor_format=FORMAT)
    asleep.cursor(FORMAT)
    expire(store, clock)
    awake = begin(store, "b", owner="server:4:02ULID")
    awake.commit(page(item(1, "New"), at=2), cursor_format=FORMAT)
    if successor == "has finished":
        awake.finish("ok", {})
    tables = ("record", "history", "cursor", "census", "run", "lease")
    before = [rows(store, f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables]
    with pytest.raises(Busy) as caught:
        act(asleep)
    assert caught.value.name == "busy"
    assert [rows(store, f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables] == before
    assert titles(store.observe(JIRA, MALL)) == {"1": "New"}


def test_a_finished_run_commits_nothing(store: Store) -> None:
    run = begin(store)
    run.finish("ok", {})
    with pytest.raises(Busy):
        run.commit(page(item(1)), cursor_format=FORMAT)
    assert rows(store, "SELECT * FROM record") == []
    assert rows(store, "SELECT owner, expires_at FROM lease") == [(None, None)]


def test_a_lease_that_is_gone_is_a_lost_one(store: Store) -> None:
    run = begin(store)
    execute(store, "DELETE FROM lease")
    with pytest.raises(Busy):
        run.commit(page(item(1)), cursor_format=FORMAT)


def test_to_mark_nothing_costs_nothing(store: Store) -> None:
    run = begin(store)
    with watched(store) as traffic:
        assert run.mark({}) == 0
        store.put_projects(JIRA, [])
        store.put_schemas(JIRA, {})
    assert traffic.writes == []


def test_every_transaction_renews_the_lease(sqlite_store: Store, clock: FakeClock) -> None:
    run = begin(sqlite_store)
    for n in range(4):
        clock.advance(LEASE_S - 1)
        run.commit(page(item(n), at=n), cursor_format=FORMAT)
    with pytest.raises(Busy):
        begin(sqlite_store, "b", owner="server:4:02ULID")


def test_a_renewal_costs_nothing_while_two_thirds_are_left(store: Store, clock: FakeClock) -> None:
    run = begin(store)
    clock.advance(LEASE_S / 3 - 1)
    with watched(store) as traffic:
        run.renew()
    assert traffic.statements == []
    clock.advance(1)
    with watched(store) as traffic:
        run.renew()
        run.renew()
    assert traffic.commits == 1


def test_pages_without_news_keep_the_lease(store: Store, clock: FakeClock) -> None:
    run = begin(store)
    run.commit(page(item(1)), cursor_format=FORMAT)
    clock.advance(LEASE_S / 2)
    with watched(store) as traffic:
        run.commit(page(item(1)), cursor_format=FORMAT)
    assert [one.split()[:2] for one in traffic.writes] == [["UPDATE", "lease"]]


def test_observed_at_never_runs_backwards(store: Store, clock: FakeClock) -> None:
    first = sync(store, page(item(1, "First")), run_id="a")
    clock.set(START - timedelta(days=1))
    second = sync(store, page(item(1, "Second"), at=1), run_id="b")
    third = sync(store, page(item(1, "Third"), at=2), run_id="c")
    assert first.observed_at == START
    assert second.observed_at == START + timedelta(milliseconds=1)
    assert third.observed_at == START + timedelta(milliseconds=2)
    assert [titles(store.observe(JIRA, MALL, as_of=one.observed_at))["1"] for one in (first, second, third)] == [
        "First",
        "Second",
        "Third",
    ]


def test_a_run_knows_how_the_one_before_it_ended(store: Store, clock: FakeClock) -> None:
    first = begin(store, "a")
    assert first.previous_outcome is None
    first.finish("failed", {"read": 1}, "unreachable")
    second = begin(store, "b")
    assert second.previous_outcome == "failed"
    expire(store, clock)
    assert begin(store, "c", owner="server:4:02ULID").previous_outcome is None, "killed"
    last = store.last_runs()
    assert {name: (run.id, run.ended_at) for name, run in last.items()} == {JIRA: ("c", None)}


def test_the_adapter_of_a_connection_is_kept(store: Store) -> None:
    store.memo(JIRA).get("dialect", lambda: "cloud")
    assert rows(store, "SELECT name, adapter FROM connection") == [(JIRA, "")]
    begin(store)
    assert rows(store, "SELECT name, adapter FROM connection") == [(JIRA, "jira")]
