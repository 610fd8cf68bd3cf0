"""The one door to the database: its settings, its transactions, and its errors in our own words."""

from __future__ import annotations

import contextlib
import os
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from pmbridge.error_words import system_words
from pmbridge.errors import Busy, ConfigError, InternalError, PmbridgeError

Backend = Literal["sqlite", "postgresql"]

BUSY_S = 5.0
"""How long a transaction waits for another process before it gives up with ``store-busy``."""

_WRITE = "pmbridge_write"
_SQLITE_ERROR = 1
_SQLITE_BUSY = {5, 6}  # SQLITE_BUSY, SQLITE_LOCKED
# lock_not_available, serialization_failure, deadlock_detected, query_canceled, too_many_connections
_POSTGRES_BUSY = {"55P03", "40001", "40P01", "57014", "53300"}
# insufficient_privilege, undefined_table, read_only_sql_transaction: the set-up is wrong, not our statement
_POSTGRES_UNUSABLE = {"42501", "42P01", "25006"}


class FairLock:
    """A lock that is handed on in the order of asking, so that no thread starves behind a busy one."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._taken = False

    def __enter__(self) -> None:
        with self._mutex:
            if not self._taken:
                self._taken = True
                return
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        try:
            turn.acquire()
        except BaseException:
            # An interrupt while waiting: leave the queue, or hand on what came in the same moment.
            with self._mutex:
                if turn in self._waiting:
                    self._waiting.remove(turn)
                    raise
            self.__exit__()
            raise

    def __exit__(self, *_: object) -> None:
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


class Database:
    """An SQLite file or a PostgreSQL database, and how pmbridge talks to it.

    A reading transaction sees one state of the database and takes no lock. On SQLite a writing one begins IMMEDIATE
    and stands behind one lock of this process, because SQLite's own wait sleeps and starves. Both translate every
    SQLAlchemy exception: locked or out of connections → ``Busy``; no usable database → ``ConfigError``.
    """

    def __init__(self, url: str) -> None:
        self.url = _parse(url)
        self.backend: Backend = "sqlite" if self.url.get_backend_name() == "sqlite" else "postgresql"
        self.path: Path | None = None
        if self.backend == "sqlite":
            self.path = _sqlite_path(self.url)
            self.shown = str(self.path)
            _prepare(self.path)
        else:
            self.shown = self.url.render_as_string(hide_password=True)
        self.engine = _engine(self.url, self.backend)
        reading: dict[str, Any] = {}
        if self.backend == "postgresql":
            # One state for all queries of a transaction, as SQLite gives it anyway.
            reading = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        self._readers = self.engine.execution_options(**reading)
        self._writers = self.engine.execution_options(**{_WRITE: True})
        self._turn: contextlib.AbstractContextManager[None] = (
            FairLock() if self.backend == "sqlite" else contextlib.nullcontext()
        )

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection for reading; all that is read through it is of one moment."""
        with self._translated(), self._readers.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection for writing; commits at the end, rolls back on any exception. Never nested."""
        with self._turn, self._translated(), self._writers.begin() as connection:
            yield connection

    @contextmanager
    def migrate(self) -> Iterator[Connection]:
        """Give a connection on which tables may be rebuilt: foreign keys of SQLite are checked at the end instead."""
        with self._turn, self._translated(), self._writers.connect() as connection:
            if self.backend == "sqlite":
                # Without effect inside a transaction, hence before it. The connection is thrown away afterwards.
                driver = connection.connection.driver_connection
                assert driver is not None  # noqa: S101 - for the type checker: it is checked out
                driver.execute("PRAGMA foreign_keys=OFF")
            try:
                with connection.begin():
                    yield connection
                    if self.backend == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                        raise ConfigError("store-unusable", store=self.shown, detail="foreign keys would break")
            finally:
                connection.invalidate()

    def close(self) -> None:
        """Close all connections. Using the database again opens new ones."""
        self.engine.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            raise _in_our_words(error, self.shown) from error


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        # The text may hold a password, so it is not repeated.
        raise ConfigError(
            "store-unusable",
            store="workspace.store",
            detail="this is not a database URL such as sqlite:///data/pmbridge.db",
            detail_zh="这不是数据库地址，例如 sqlite:///data/pmbridge.db",
        ) from error
    name = parsed.get_backend_name()
    if name == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if name != "sqlite":
        raise ConfigError(
            "store-unusable",
            store=parsed.render_as_string(hide_password=True),
            detail="pmbridge keeps its data in SQLite or PostgreSQL",
            detail_zh="pmbridge 只支持 SQLite 或 PostgreSQL",
        )
    return parsed.set(drivername="sqlite+pysqlite")


def _sqlite_path(url: URL) -> Path:
    name = url.database or ""
    if name in ("", ":memory:") or name.startswith("file:"):
        raise ConfigError(
            "store-unusable",
            store=name or "sqlite://",
            detail="a store is a file, given as sqlite:///PATH",
            detail_zh="数据库须是文件，写作 sqlite:///路径",
        )
    try:
        good = set(url.query) <= {"timeout"} and float(str(url.query.get("timeout", 0))) >= 0
    except ValueError:
        good = False
    if not good:
        raise ConfigError(
            "store-unusable",
            store=name,
            detail='after the path of its file only "?timeout=SECONDS" may stand',
            detail_zh="文件路径之后只能写「?timeout=秒数」",
        )
    return Path(name)


def _prepare(path: Path) -> None:
    """Make file and folder so that only their owner can read them; SQLite gives -wal and -shm the file's mode."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        if os.name == "posix" and path.stat().st_mode & 0o077:
            path.chmod(0o600)
    except OSError as error:
        why = system_words(error)
        raise ConfigError("store-unusable", store=str(path), detail=why.en, detail_zh=why.zh) from error


def _engine(url: URL, backend: Backend) -> Engine:
    arguments: dict[str, Any] = {}
    if backend == "sqlite" and "timeout" not in url.query:
        arguments["timeout"] = BUSY_S
    if backend == "postgresql" and "options" not in url.query:
        arguments["options"] = f"-c lock_timeout={int(BUSY_S * 1000)} -c application_name=pmbridge"
    try:
        # Parameters are records of a client's project: they belong in no exception and no log.
        engine = create_engine(url, connect_args=arguments, hide_parameters=True)
    except ModuleNotFoundError as error:
        raise ConfigError("extra-missing", what="PostgreSQL", what_zh="PostgreSQL", extra="postgres") from error
    if backend == "sqlite":
        event.listen(engine, "connect", _on_connect)
        event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(driver: Any, _: object) -> None:
    # The driver's own, deferred BEGIN would fail at once when two transactions read and then write; see _on_begin.
    driver.isolation_level = None
    driver.execute("PRAGMA foreign_keys=ON")
    driver.execute("PRAGMA journal_mode=WAL")
    # NORMAL may lose the last commits in a power cut.
    driver.execute("PRAGMA synchronous=FULL")


def _on_begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _in_our_words(error: SQLAlchemyError, store: str) -> PmbridgeError:
    """Return what *error* means for the user; the only place that knows SQLAlchemy's exceptions."""
    cause = getattr(error, "orig", None)
    sqlite_code = getattr(cause, "sqlite_errorcode", None)
    postgres_code = getattr(cause, "sqlstate", None)
    if (
        isinstance(error, PoolTimeout)
        or (sqlite_code is not None and sqlite_code & 0xFF in _SQLITE_BUSY)
        or postgres_code in _POSTGRES_BUSY
    ):
        return Busy("store-busy", store=store)
    said = str(cause).strip().partition("\n")[0]
    if isinstance(error, DBAPIError) and error.statement is None:
        # There was no connection yet, so no statement of ours can be at fault.
        return ConfigError("store-unusable", store=store, detail=said)
    ours = isinstance(error, IntegrityError | DataError | ProgrammingError) or not isinstance(error, DBAPIError)
    # SQLITE_ERROR is a statement that makes no sense, unless somebody has taken a table away.
    ours = ours or (sqlite_code == _SQLITE_ERROR and not said.startswith("no such table"))
    if ours and postgres_code not in _POSTGRES_UNUSABLE:
        return InternalError("bug", type=type(error).__name__, module="pmbridge.store")
    return ConfigError("store-unusable", store=store, detail=said)
