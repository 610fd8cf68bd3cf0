"""What an adapter keeps between runs, and the schemas of projects."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import JsonValue

from pmbridge.store import Store
from pmbridge.testing.clock import START, FakeClock
from tests.unit.store_bench import JIRA, rows, watched


def test_a_fact_is_loaded_once_until_it_is_too_old(store: Store, clock: FakeClock) -> None:
    loaded: list[int] = []

    def load() -> JsonValue:
        loaded.append(1)
        return {"dialect": "cloud", "n": len(loaded), "词": "会员"}

    memo = store.memo(JIRA)
    first = memo.get("dialect", load)
    assert first == {"dialect": "cloud", "n": 1, "词": "会员"}
    clock.advance(86_399)
    assert store.memo(JIRA).get("dialect", load) == first
    clock.advance(1)
    second = memo.get("dialect", load, ttl=timedelta(hours=1))
    assert len(loaded) == 2
    clock.advance(3599)
    assert memo.get("dialect", load) == second
    clock.advance(1)
    assert memo.get("dialect", load) != second


def test_a_known_fact_costs_no_write(store: Store) -> None:
    store.memo(JIRA).get("a", lambda: None)
    with watched(store) as traffic:
        assert store.memo(JIRA).get("a", lambda: 1 / 0) is None
    assert traffic.commits == 0


def test_what_fails_to_load_is_not_kept(store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        store.memo(JIRA).get("a", lambda: 1 / 0)
    assert store.memo(JIRA).get("a", lambda: 2) == 2


def test_a_dropped_fact_is_loaded_again(store: Store) -> None:
    memo = store.memo(JIRA)
    memo.drop("a")
    memo.get("a", lambda: 1)
    memo.drop("a")
    assert memo.get("a", lambda: 2) == 2


def test_to_drop_what_was_never_kept_is_harmless(store: Store) -> None:
    store.memo("unknown").drop("a")
    assert rows(store, "SELECT * FROM connection") == []


def test_what_is_kept_for_good_stays_and_is_written_only_when_it_differs(store: Store, clock: FakeClock) -> None:
    memo = store.memo(JIRA)
    assert memo.kept("refs") is None
    memo.keep("refs", ["M1", "变更"])
    clock.advance(90 * 365 * 86_400)
    assert memo.kept("refs") == ["M1", "变更"]
    with watched(store) as traffic:
        memo.keep("refs", ["M1", "变更"])
    assert traffic.commits == 0
    memo.keep("refs", [])
    assert memo.kept("refs") == []


def test_no_transaction_is_open_while_a_fact_is_loaded(store: Store) -> None:
    def load() -> int:
        return int(str(store.memo("other").get("inner", lambda: 7)))

    assert store.memo(JIRA).get("outer", load) == 7


def test_connections_and_keys_are_apart(store: Store) -> None:
    store.memo("one").get("a", lambda: 1)
    assert store.memo("two").get("a", lambda: 2) == 2
    assert store.memo("one").get("b", lambda: 3) == 3
    assert store.memo("one").get("a", lambda: 4) == 1


def test_a_schema_can_be_read_however_old_it_is(store: Store, clock: FakeClock) -> None:
    assert store.schema(JIRA, "MALL|10000") is None
    store.put_schemas(JIRA, {"MALL|10000": b'{"project": 1}'})
    clock.advance(100 * 86_400)
    assert store.schema(JIRA, "MALL|10000") == b'{"project": 1}'
    assert store.schema(JIRA, "MALL") is None
    store.put_schemas(JIRA, {"MALL|10000": b"{}"})
    assert store.schema(JIRA, "MALL|10000") == b"{}"


def test_a_schema_that_must_be_fresh_is_not_given_when_it_is_older(store: Store, clock: FakeClock) -> None:
    store.put_schemas(JIRA, {"MALL": b"{}"})
    clock.advance(3600)
    assert store.schema(JIRA, "MALL", newer_than=START) == b"{}"
    assert store.schema(JIRA, "MALL", newer_than=START + timedelta(seconds=1)) is None


def test_schemas_that_are_outdated_count_as_old_and_can_still_be_read(store: Store, clock: FakeClock) -> None:
    for connection in (JIRA, "other"):
        store.put_schemas(connection, {"MALL": b"{}"})
    store.memo(JIRA).keep("schemata", 1)
    store.outdate_schemas(JIRA)
    yesterday = clock.now() - timedelta(days=1)
    assert store.schema(JIRA, "MALL", newer_than=yesterday) is None
    assert store.schema(JIRA, "MALL") == b"{}"
    assert store.schema("other", "MALL", newer_than=yesterday) == b"{}"
    assert store.memo(JIRA).kept("schemata") == 1
    store.put_schemas(JIRA, {"MALL": b"{}"})
    assert store.schema(JIRA, "MALL", newer_than=yesterday) == b"{}"
