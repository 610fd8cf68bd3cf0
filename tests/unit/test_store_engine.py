"""The door to the database: who may read the file, who waits for whom, and what an error is called."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Executable, event, insert, text
from sqlalchemy.exc import SQLAlchemyError

from pmbridge.errors import Busy, ConfigError, InternalError, PmbridgeError
from pmbridge.store import Store
from pmbridge.store.engine import Database, FairLock
from pmbridge.store.tables import connection as connections
from pmbridge.testing.clock import FakeClock
from tests.unit.store_bench import FORMAT, JIRA, MALL, begin, execute, item, page, rows, sync

CLOCK = FakeClock()
posix_only = pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")


def mode(path: Path) -> int:
    """Return the permissions of a file."""
    return path.stat().st_mode & 0o777


def refused(url: str) -> PmbridgeError:
    """Return the error of a store that cannot be opened."""
    with pytest.raises(PmbridgeError) as caught:
        Store.open(url, clock=CLOCK)
    return caught.value


# -------------------------------------------------------------------------------------------------- the file


@posix_only
def test_a_store_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        path = tmp_path / "data" / "deep" / "store.db"
        with Store.open(f"sqlite:///{path}", clock=CLOCK) as store:
            sync(store, page(item(1)))
            files = {one.name: mode(one) for one in path.parent.iterdir()}
    finally:
        os.umask(old)
    assert files == {"store.db": 0o600, "store.db-wal": 0o600, "store.db-shm": 0o600}
    assert [mode(path.parent)] == [0o700]


@posix_only
def test_a_store_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    Store.open(f"sqlite:///{path}", clock=CLOCK).close()
    path.chmod(0o644)
    Store.open(f"sqlite:///{path}", clock=CLOCK).close()
    assert mode(path) == 0o600


def test_a_commit_survives_a_power_cut(sqlite_store: Store) -> None:
    settings = {name: rows(sqlite_store, f"PRAGMA {name}")[0][0] for name in ("journal_mode", "synchronous")}
    assert settings == {"journal_mode": "wal", "synchronous": 2}


def test_a_reference_to_nothing_is_refused(sqlite_store: Store) -> None:
    with pytest.raises(InternalError):
        execute(sqlite_store, "INSERT INTO cursor (connection_id, format) VALUES (99, 'x')")


def test_a_closed_store_leaves_one_file(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'store.db'}", clock=CLOCK)
    sync(store, page(item(1)))
    store.close()
    store.close()
    assert [one.name for one in tmp_path.iterdir()] == ["store.db"]


# ------------------------------------------------------------------------------------------------------ errors


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("sqlite://", "a store is a file"),
        ("sqlite:///:memory:", "a store is a file"),
        ("sqlite:///file:x.db?uri=true", "a store is a file"),
        ("mysql://me:hunter2@host/db", "SQLite or PostgreSQL"),
        ("data/pmbridge.db", "not a database URL"),
        ("sqlite:///x.db?timeout=soon", 'only "?timeout=SECONDS"'),
        ("sqlite:///x.db?mode=ro", 'only "?timeout=SECONDS"'),
    ],
)
def test_an_address_that_is_no_store_is_said_to_be_none(url: str, says: str) -> None:
    error = refused(url)
    assert (error.name, error.exit_code) == ("store-unusable", 2)
    assert says in str(error)
    assert "hunter2" not in str(error)
    assert not any("hunter2" in line for line in traceback.format_exception(error))


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_text("# my notes, by no means a database\n" * 100, encoding="utf-8")
    error = refused(f"sqlite:///{path}")
    assert (type(error), error.name) == (ConfigError, "store-unusable")
    assert "not a database" in str(error)
    assert path.read_text(encoding="utf-8").startswith("# my notes")


@pytest.mark.parametrize("alembic", [False, True])
def test_a_database_of_another_program_is_left_alone(tmp_path: Path, alembic: bool) -> None:
    path = tmp_path / "store.db"
    with sqlite3.connect(path) as theirs:
        theirs.execute("CREATE TABLE song (title TEXT)")
        if alembic:
            theirs.execute("CREATE TABLE alembic_version (version_num TEXT)")
            theirs.execute("INSERT INTO alembic_version VALUES ('ae1027a6acf')")
    theirs.close()
    assert "tables of another program" in str(refused(f"sqlite:///{path}"))
    assert "其他程序" in refused(f"sqlite:///{path}").facts["detail_zh"]  # type: ignore[operator]


def test_a_folder_in_the_way_is_a_matter_of_configuration(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    for path in (tmp_path, tmp_path / "file" / "store.db"):
        error = refused(f"sqlite:///{path}")
        assert (error.name, str(path) in str(error)) == ("store-unusable", True)


def test_a_full_disk_is_no_traceback_and_takes_nothing_with_it(sqlite_store: Store) -> None:
    run = begin(sqlite_store)
    run.commit(page(item(1)), cursor_format=FORMAT)
    pages = rows(sqlite_store, "PRAGMA page_count")[0][0]
    sqlite_store._database.engine.dispose()
    event.listen(
        sqlite_store._database.engine, "connect", lambda driver, _: driver.execute(f"PRAGMA max_page_count={pages + 2}")
    )
    with pytest.raises(ConfigError) as caught:
        run.commit(page(*(item(n, "x" * 5000) for n in range(1, 50)), at=1), cursor_format=FORMAT)
    assert "full" in str(caught.value)
    assert [one.title for one in sqlite_store.observe(JIRA, MALL).items] == ["Coupons"]
    assert run.cursor(FORMAT).value == {"at": 0}


def test_a_missing_table_is_a_store_that_cannot_be_used(sqlite_store: Store) -> None:
    execute(sqlite_store, "DROP TABLE memo")
    with pytest.raises(ConfigError):
        sqlite_store.memo(JIRA).get("a", lambda: 1)


def test_our_own_mistake_shows_no_record_and_no_sql_exception(sqlite_store: Store) -> None:
    private = "会员商城".encode().hex()  # made here, so that no line of this file shows it
    row = {"id": 1, "name": private, "adapter": "jira"}

    def twice(statement: Executable) -> None:
        with sqlite_store._database.write() as connection:
            connection.execute(statement, row)
            connection.execute(statement, row)

    with pytest.raises(InternalError) as caught:
        twice(insert(connections))
    assert isinstance(caught.value.__cause__, SQLAlchemyError)
    assert private not in "".join(traceback.format_exception(caught.value))
    assert rows(sqlite_store, "SELECT * FROM connection") == []
    with pytest.raises(InternalError):
        rows(sqlite_store, "SELEKT 1")


# ----------------------------------------------------------------------------------------- others at the file


def test_a_store_that_stays_locked_is_busy(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with Store.open(f"sqlite:///{path}?timeout=0.01", clock=CLOCK) as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Busy) as caught:
            begin(store)
        assert (caught.value.name, caught.value.exit_code) == ("store-busy", 75)
        assert str(path) in str(caught.value)
        assert store.last_runs() == {}, "reading goes on"
        other.execute("COMMIT")
        other.close()
        begin(store)


def test_transactions_that_read_and_then_write_wait_for_each_other(tmp_path: Path) -> None:
    """Two stores on one file, as two processes: with a deferred BEGIN most of these would fail at once."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with Store.open(url, clock=CLOCK) as one, Store.open(url, clock=CLOCK) as two:
        execute(one, "INSERT INTO lease (key, fence) VALUES ('n', 0)")
        failed: list[BaseException] = []

        def count(store: Store) -> None:
            try:
                for _ in range(15):
                    with store._database.write() as connection:
                        fence = connection.execute(text("SELECT fence FROM lease")).scalar_one()
                        connection.execute(text("UPDATE lease SET fence = :n"), {"n": fence + 1})
            except BaseException as error:  # noqa: BLE001 - whatever it is, the test must see it
                failed.append(error)

        threads = [threading.Thread(target=count, args=(store,)) for store in (one, two, one, two)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []
        assert rows(one, "SELECT fence FROM lease") == [(60,)]


def test_connections_of_one_sync_commit_side_by_side(sqlite_store: Store) -> None:
    failed: list[BaseException] = []

    def work(name: str) -> None:
        try:
            run = begin(sqlite_store, connection=name)
            for n in range(10):
                run.commit(page(item(n), at=n), cursor_format=FORMAT)
            run.finish("ok", {})
        except BaseException as error:  # noqa: BLE001
            failed.append(error)

    threads = [threading.Thread(target=work, args=(f"c{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert [len(sqlite_store.observe(f"c{n}", MALL).items) for n in range(4)] == [10] * 4


# ------------------------------------------------------------------------------------------------ the fair lock


def waiting(lock: FairLock, count: int) -> None:
    """Return when *count* threads stand in the queue."""
    while len(lock._waiting) < count:
        threading.Event().wait(0.001)


def test_a_lock_is_handed_on_in_the_order_of_asking() -> None:
    lock = FairLock()
    order: list[int] = []

    def take(n: int) -> None:
        with lock:
            order.append(n)

    threads = [threading.Thread(target=take, args=(n,)) for n in range(5)]
    with lock:
        for n, thread in enumerate(threads):
            thread.start()
            waiting(lock, n + 1)
        assert order == []
    for thread in threads:
        thread.join()
    assert order == list(range(5))


class Interrupted:
    """A turn in the queue that is broken off, before or in the very moment of being given."""

    def __init__(self, before_raising: Callable[[], object]) -> None:
        self._real = threading.Lock()
        self._asked = 0
        self._before_raising = before_raising

    def acquire(self) -> bool:
        self._asked += 1
        if self._asked == 1:
            return self._real.acquire()
        self._before_raising()
        raise KeyboardInterrupt

    def release(self) -> None:
        self._real.release()


@pytest.mark.parametrize("given", [False, True], ids=["while waiting", "as the turn comes"])
def test_an_interrupted_wait_does_not_hold_up_the_others(monkeypatch: pytest.MonkeyPatch, *, given: bool) -> None:
    lock = FairLock()
    lock.__enter__()
    real = threading.Lock
    turns = iter([Interrupted((lambda: lock.__exit__()) if given else (lambda: None))])
    monkeypatch.setattr(threading, "Lock", lambda: next(turns, None) or real())
    with pytest.raises(KeyboardInterrupt):
        lock.__enter__()
    if not given:
        lock.__exit__()
    with lock:
        assert not lock._waiting


# ------------------------------------------------------------------------------------------------------ imports


def test_a_store_opens_without_alembic_or_orm(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from pmbridge.clock import SystemClock\n"
        "from pmbridge.store import Store\n"
        "for _ in range(2): Store.open(sys.argv[1], clock=SystemClock()).close()\n"
        "heavy = ('alembic', 'mako', 'sqlalchemy.orm', 'psycopg', 'requests')\n"
        "print([name for name in heavy if name in sys.modules])\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", program, f"sqlite:///{tmp_path / 'store.db'}"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert told.stdout.strip() == "[]"


def test_two_databases_do_not_share_their_lock(tmp_path: Path) -> None:
    one, two = (Database(f"sqlite:///{tmp_path / name}") for name in ("a.db", "b.db"))
    with one.write(), two.write():
        pass
    one.close()
    two.close()
