"""What only a PostgreSQL server has: many machines, a clock of its own, a password in the address."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from pmbridge.errors import Busy, ConfigError, Refused
from pmbridge.store import Store, Upgrade, schema, snapshots
from pmbridge.testing.clock import START, FakeClock
from tests.unit.store_bench import FORMAT, JIRA, MALL, begin, empty, item, page, rows, sync, titles, watched
from tests.unit.test_store_snapshots import freeze, names

CLOCK = FakeClock()


@pytest.fixture
def store_url(kept_database: str) -> str:
    """Give a database with empty tables."""
    empty(kept_database)
    return kept_database


@pytest.fixture
def impatient(store_url: str) -> str:
    """Give the URL of a store that does not wait long for a lock."""
    return f"{store_url}&options=-c%20lock_timeout%3D50"


def test_a_server_that_others_use_is_not_migrated_unasked(new_database: Callable[[], str]) -> None:
    url = new_database()
    with pytest.raises(ConfigError) as caught:
        Store.open(url, clock=CLOCK)
    assert (caught.value.name, caught.value.facts["found"]) == ("store-schema", "none")
    assert caught.value.next == "pmbridge db upgrade"
    assert Store.upgrade(url, clock=CLOCK) == Upgrade(before=None, after=schema.HEAD, backup=None)
    with Store.open(url, clock=CLOCK) as store:
        sync(store, page(item(1)))
        with store._database.write() as connection:
            connection.execute(text("DELETE FROM alembic_version"))
    with pytest.raises(ConfigError) as caught:
        Store.open(url, clock=CLOCK)
    assert caught.value.facts["found"] == 0


def test_an_empty_database_is_not_filled_unasked_either(new_database: Callable[[], str]) -> None:
    url = new_database()
    with pytest.raises(ConfigError):
        Store.open(url, clock=CLOCK, migrate=False)


def test_a_password_is_never_shown(store_url: str, tmp_path: Path) -> None:
    with Store.open(store_url.replace("postgres:@", "postgres:hunter2@"), clock=CLOCK) as store:
        assert "hunter2" not in store.about().shown
        assert store.about().path is None
    with pytest.raises(ConfigError) as caught:
        Store.open(f"postgresql://pm:hunter2@/pmbridge?host={tmp_path}", clock=CLOCK)
    error = caught.value
    assert error.name == "store-unusable"
    chain: BaseException | None = error
    while chain is not None:
        assert "hunter2" not in f"{chain} {chain!r}"
        chain = chain.__cause__


def test_an_address_that_the_server_does_not_understand_is_a_matter_of_configuration(store_url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Store.open(f"{store_url}&colour=blue", clock=CLOCK)
    assert (caught.value.name, "colour" in str(caught.value)) == ("store-unusable", True)


def test_without_its_driver_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ConfigError) as caught:
        Store.open("postgresql://pm@host/pmbridge", clock=CLOCK)
    assert caught.value.name == "extra-missing"
    assert caught.value.next == 'pip install "pmbridge[postgres]"'


def test_leases_run_by_the_clock_of_the_server(store_url: str) -> None:
    slow, fast = FakeClock(START - timedelta(days=400)), FakeClock(START + timedelta(days=400))
    with Store.open(store_url, clock=slow) as one, Store.open(store_url, clock=fast) as two:
        run = begin(one)
        with pytest.raises(Busy) as caught:
            begin(two, "b", owner="server:4:02ULID")
        (now,) = rows(one, "SELECT clock_timestamp()")[0]
        until = caught.value.facts["until"]
        assert isinstance(until, datetime)
        assert timedelta(seconds=150) < until - now <= timedelta(seconds=180)
        run.commit(page(item(1)), cursor_format=FORMAT)


def test_of_two_that_take_a_lease_at_once_one_gets_it(store_url: str) -> None:
    with Store.open(store_url, clock=CLOCK) as one, Store.open(store_url, clock=CLOCK) as two:
        got: list[str] = []

        def take(store: Store, name: str) -> None:
            try:
                begin(store, name, owner=f"{name}:1:{name}")
                got.append(name)
            except Busy as error:
                got.append(error.name)

        threads = [threading.Thread(target=take, args=(store, name)) for store, name in ((one, "a"), (two, "b"))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert "busy" in got
        assert {"a", "b"} & set(got)


def test_a_lock_that_stays_is_busy(store_url: str, impatient: str) -> None:
    with Store.open(store_url, clock=CLOCK) as one, Store.open(impatient, clock=CLOCK) as two:
        run = begin(two)
        with one._database.write() as connection:
            connection.execute(text("SELECT * FROM lease FOR UPDATE"))
            with pytest.raises(Busy) as caught:
                run.commit(page(item(1)), cursor_format=FORMAT)
        assert (caught.value.name, caught.value.exit_code) == ("store-busy", 75)
        run.commit(page(item(1)), cursor_format=FORMAT)


def test_a_connection_waits_for_nobody_else(store_url: str, impatient: str) -> None:
    with Store.open(store_url, clock=CLOCK) as one, Store.open(impatient, clock=CLOCK) as two:
        begin(one, connection="one")
        other = begin(two, connection="two")
        with one._database.write() as connection:
            connection.execute(text("SELECT * FROM lease WHERE key = 'connection:one' FOR UPDATE"))
            other.commit(page(item(1)), cursor_format=FORMAT)
        assert titles(one.observe("two", MALL)) == {"1": "Coupons"}


def test_of_two_people_who_issue_one_number_the_second_is_refused(store_url: str, impatient: str) -> None:
    with Store.open(store_url, clock=CLOCK) as one, Store.open(impatient, clock=CLOCK) as two:
        ninth = freeze(one, 9)
        with one._database.write() as connection:
            snapshots.add(connection, replace(ninth, number=10))
            with pytest.raises(Busy):
                freeze(two, 10)
        with pytest.raises(Refused):
            freeze(two, 10)
        assert names(one) == [("weekly", 9, 0, True), ("weekly", 10, 0, True)]


def test_a_server_is_backed_up_by_its_own_tools(store_url: str, tmp_path: Path) -> None:
    with Store.open(store_url, clock=CLOCK) as store:
        with pytest.raises(Refused) as caught:
            store.backup(tmp_path / "copy.db")
        assert caught.value.next == "pg_dump"
        assert list(tmp_path.iterdir()) == []


def test_the_past_is_sought_by_the_key_of_history(store_url: str) -> None:
    with Store.open(store_url, clock=CLOCK) as store:
        run = sync(store, page(*(item(n) for n in range(200))))
        with watched(store) as traffic:
            assert len(store.observe(JIRA, MALL, as_of=run.observed_at).items) == 200
        plans = []
        with store._database.read() as connection:
            # Of 200 rows a server would rather read all; how it gets at millions is what matters.
            connection.execute(text("SET LOCAL enable_seqscan = off"))
            for statement, parameters in zip(traffic.statements, traffic.parameters, strict=True):
                if "LATERAL" in statement:
                    explained = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
                    plans.append("\n".join(row[0] for row in explained))
    assert len(plans) == 2, "the records and their details"
    for plan in plans:
        assert "pk_history" in plan, plan
        assert "Index Cond: ((record_id = " in plan, plan
        assert "observed_at <=" in plan.split("pk_history")[1], plan


def test_bodies_and_words_come_back_as_they_were(store_url: str) -> None:
    with Store.open(store_url, clock=CLOCK) as store:
        offered = item(1, "会员商城 🛒 \\ ' \" %s :x")
        sync(store, page(offered))
        assert store.observe(JIRA, MALL).items == [offered]
