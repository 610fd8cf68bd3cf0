"""Tables that are made at once equal those that all revisions make, and an older store is never lost."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory

from pmbridge.errors import ConfigError, Refused
from pmbridge.store import Store, Upgrade, schema
from pmbridge.store.engine import Database
from pmbridge.store.tables import metadata
from pmbridge.testing.clock import FakeClock
from tests.unit.store_bench import FORMAT, JIRA, MALL, begin, execute, item, page, rows, sync, titles

CLOCK = FakeClock()
MIGRATIONS = Path(schema.__file__).parent / "migrations"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the URL of a database without any table, on each engine in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    make: Callable[[], str] = request.getfixturevalue("new_database")
    return make()


def at_base(url: str) -> None:
    """Leave the database as before the first revision: Alembic has been there, our tables have not."""
    database = Database(url)
    with database.write() as connection:
        schema._version.create(connection)
    database.close()


def differences(url: str) -> list[object]:
    """Return what Alembic would generate for the database at *url*."""
    database = Database(url)
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = list(compare_metadata(context, metadata))
    database.close()
    return found


def test_new_tables_are_those_that_the_code_knows(empty_url: str) -> None:
    assert Store.upgrade(empty_url, clock=CLOCK) == Upgrade(before=None, after=schema.HEAD, backup=None)
    assert differences(empty_url) == []


def test_migrated_tables_are_those_that_the_code_knows(empty_url: str) -> None:
    at_base(empty_url)
    upgrade = Store.upgrade(empty_url, clock=CLOCK)
    assert (upgrade.before, upgrade.after) == (0, schema.HEAD)
    assert differences(empty_url) == []
    with Store.open(empty_url, clock=CLOCK) as store:
        assert store.upgraded == Upgrade(before=schema.HEAD, after=schema.HEAD, backup=None)
        assert (store.schema_version, store.about().schema) == (schema.HEAD, schema.HEAD)


def test_an_sqlite_file_has_the_same_tables_made_or_migrated(tmp_path: Path) -> None:
    found = []
    for name in ("made", "migrated"):
        url = f"sqlite:///{tmp_path / name}.db"
        if name == "migrated":
            at_base(url)
        with Store.open(url, clock=CLOCK) as store:
            said = rows(store, "SELECT type, name, sql FROM sqlite_master ORDER BY type, name")
            found.append([(kind, table, " ".join((sql or "").split()).replace(" ,", ",")) for kind, table, sql in said])
    assert found[0] == found[1]


def test_the_newest_revision_is_the_one_that_a_new_store_is_stamped_with() -> None:
    scripts = ScriptDirectory(str(MIGRATIONS))
    assert scripts.get_heads() == [f"{schema.HEAD:04}"]
    assert [int(one.revision) for one in scripts.walk_revisions()] == list(range(schema.HEAD, 0, -1))


def test_every_revision_can_be_taken_back(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    Store.open(url, clock=CLOCK).close()
    database = Database(url)
    revisions = ScriptDirectory(str(MIGRATIONS)).walk_revisions()
    with database.migrate() as connection, Operations.context(MigrationContext.configure(connection)):
        for revision in revisions:
            revision.module.downgrade()
    with database.read() as connection:
        found = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
    database.close()
    assert found == ["alembic_version"]


def older_store(url: str) -> None:
    """Leave a store with data that claims to be of the revision before the first."""
    with Store.open(url, clock=CLOCK) as store:
        sync(store, page(item(1)))
        execute(store, "DELETE FROM alembic_version")


@pytest.fixture
def next_revision(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Put a revision of the test's in place of ours: it renames a column, as a later one may."""
    done: list[str] = []

    def upgrade(config: object, target: str) -> None:
        connection = config.attributes["connection"]  # type: ignore[attr-defined]
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("record", recreate="always") as table:
            table.alter_column("title", new_column_name="name")
        connection.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{schema.HEAD:04}')")
        done.append(target)

    monkeypatch.setattr("alembic.command.upgrade", upgrade)
    return done


def test_an_older_file_is_copied_then_migrated_with_its_data(tmp_path: Path, next_revision: list[str]) -> None:
    path = tmp_path / "my store.db"
    older_store(f"sqlite:///{path}")
    with Store.open(f"sqlite:///{path}", clock=CLOCK) as store:
        assert next_revision == ["head"]
        assert rows(store, "SELECT name FROM record") == [("Coupons",)]
        assert titles(store.observe(JIRA, MALL)) == {"1": "Coupons"}
        assert rows(store, "PRAGMA foreign_keys") == [(1,)]
        assert store.check() == []
        copy = Path(store.upgraded.backup or "")
    assert copy.name == "my store.schema-0.20260605T020000Z.db"
    assert copy.stat().st_mode & 0o077 == 0
    with sqlite3.connect(copy) as kept:
        assert kept.execute("SELECT title FROM record").fetchall() == [("Coupons",)]
    kept.close()


def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    older_store(url)

    def broken(config: object, _: str) -> None:
        config.attributes["connection"].exec_driver_sql("DROP TABLE memo")  # type: ignore[attr-defined]
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr("alembic.command.upgrade", broken)
        with pytest.raises(ZeroDivisionError):
            Store.open(url, clock=CLOCK)
    with sqlite3.connect(tmp_path / "store.db") as kept:
        assert kept.execute("SELECT count(*) FROM memo").fetchall() == [(0,)]
        assert kept.execute("SELECT title FROM record").fetchall() == [("Coupons",)]
    kept.close()


def test_a_migration_that_breaks_a_reference_is_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    older_store(url)

    def careless(config: object, _: str) -> None:
        config.attributes["connection"].exec_driver_sql("DELETE FROM connection")  # type: ignore[attr-defined]

    monkeypatch.setattr("alembic.command.upgrade", careless)
    with pytest.raises(ConfigError):
        Store.open(url, clock=CLOCK)
    with sqlite3.connect(tmp_path / "store.db") as kept:
        assert kept.execute("SELECT count(*) FROM connection").fetchall() == [(1,)]
    kept.close()


def test_a_store_is_not_migrated_against_the_users_word(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    at_base(url)
    with pytest.raises(ConfigError) as caught:
        Store.open(url, clock=CLOCK, migrate=False)
    assert (caught.value.name, caught.value.facts["found"]) == ("store-schema", 0)
    assert [one.name for one in tmp_path.iterdir()] == ["store.db"], "nothing was touched, so nothing was copied"
    Store.open(f"sqlite:///{tmp_path / 'new.db'}", clock=CLOCK, migrate=False).close()


def test_a_store_of_a_newer_pmbridge_is_left_alone(store_url: str) -> None:
    with Store.open(store_url, clock=CLOCK) as store:
        execute(store, "UPDATE alembic_version SET version_num = '0099'")
    try:
        for migrate in (None, True, False):
            with pytest.raises(ConfigError) as caught:
                Store.open(store_url, clock=CLOCK, migrate=migrate)
            error = caught.value
            assert (error.name, error.facts["found"], error.facts["needed"]) == ("store-schema", 99, schema.HEAD)
            assert error.next == "pmbridge db upgrade"
    finally:
        database = Database(store_url)
        with database.write() as connection:
            connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{schema.HEAD:04}'")
        database.close()


def test_several_that_open_a_new_store_at_once_share_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    Database(url).close()  # the file alone; turning on WAL is not what is tested
    ids: list[str] = []
    failed: list[BaseException] = []

    def opened() -> None:
        try:
            with Store.open(url, clock=CLOCK) as store:
                ids.append(store.workspace_id)
        except BaseException as error:  # noqa: BLE001
            failed.append(error)

    threads = [threading.Thread(target=opened) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(ids) == 4
    assert len(set(ids)) == 1


def test_the_id_of_a_workspace_is_made_once(store_url: str) -> None:
    with Store.open(store_url, clock=CLOCK) as store:
        first = store.workspace_id
    with Store.open(store_url, clock=CLOCK) as store:
        assert store.workspace_id == first
        assert len(first) == 32


# ------------------------------------------------------------------------------------------- backup and check


def test_a_backup_is_a_whole_store_and_can_be_made_while_it_is_used(sqlite_store: Store, tmp_path: Path) -> None:
    run = begin(sqlite_store)
    run.commit(page(item(1)), cursor_format=FORMAT)
    copy = sqlite_store.backup(tmp_path / "copy.db")
    run.commit(page(item(2), at=1), cursor_format=FORMAT)
    assert copy.stat().st_mode & 0o077 == 0
    assert not list(tmp_path.glob("*.part"))
    with Store.open(f"sqlite:///{copy}", clock=CLOCK) as restored:
        assert titles(restored.observe(JIRA, MALL)) == {"1": "Coupons"}
        assert restored.workspace_id == sqlite_store.workspace_id
        assert restored.check() == []


def test_a_backup_overwrites_nothing(sqlite_store: Store, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("precious", encoding="utf-8")
    with pytest.raises(Refused) as caught:
        sqlite_store.backup(tmp_path / "copy.db")
    assert "exists already" in str(caught.value)
    assert (tmp_path / "copy.db").read_text(encoding="utf-8") == "precious"


def test_a_backup_that_cannot_be_written_says_so(sqlite_store: Store, tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        sqlite_store.backup(tmp_path / "nowhere" / "copy.db")


def test_a_healthy_store_has_no_faults(store: Store) -> None:
    sync(store, page(item(1), item(2)))
    assert store.check() == []


def test_a_reference_to_nothing_is_found(sqlite_store: Store, tmp_path: Path) -> None:
    sync(sqlite_store, page(item(1)))
    with sqlite3.connect(tmp_path / "store.db") as raw:
        raw.execute("DELETE FROM connection")
    raw.close()
    assert {one.name for one in sqlite_store.check()} == {"foreign-key"}


def test_a_damaged_file_is_found(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with Store.open(f"sqlite:///{path}", clock=CLOCK) as store:
        sync(store, page(*(item(n) for n in range(200))))
    with sqlite3.connect(path) as raw:
        raw.execute("PRAGMA writable_schema=ON")
        root = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = 'record_by_project'").fetchone()[0]
        size = raw.execute("PRAGMA page_size").fetchone()[0]
    raw.close()
    body = bytearray(path.read_bytes())
    body[(root - 1) * size + 100 : root * size] = b"\0" * (size - 100)
    path.write_bytes(body)
    with Store.open(f"sqlite:///{path}", clock=CLOCK) as store:
        assert "integrity" in {one.name for one in store.check()}
