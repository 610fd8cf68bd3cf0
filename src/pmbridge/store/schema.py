"""Making the tables, and bringing those of an older pmbridge up to date.

A new store is made at once from the tables as they are now and stamped with the newest revision; a test holds that to
be the same as running all revisions. Alembic is imported only where there is something to migrate.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable
from datetime import datetime
from importlib.resources import files
from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, PrimaryKeyConstraint, String, Table, insert, inspect, select

from pmbridge.errors import ConfigError, Refused
from pmbridge.store.engine import Database
from pmbridge.store.rows import Upgrade
from pmbridge.store.tables import metadata, workspace

HEAD = 3
"""The number of the newest revision in ``migrations/versions``, there written with four digits."""

# Alembic's own table, as Alembic makes it.
_version = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


def ready(database: Database, *, migrate: bool | None, now: Callable[[], datetime]) -> Upgrade:
    """Make sure that the tables are those of this pmbridge, and return what that took.

    *migrate*: ``None`` lets an SQLite file migrate itself, after a copy, but not a server that others use too;
    ``False`` never touches tables that are there.

    Raises:
        ConfigError: ``store-schema``: the tables are newer, or older and not to be migrated; ``store-unusable``:
            there are tables, but not ours.
    """
    with database.read() as connection:
        found = _revision(connection, database)
    if found == HEAD:
        return Upgrade(before=HEAD, after=HEAD, backup=None)
    alone = database.backend == "sqlite"
    if not (alone if migrate is None else migrate or (alone and found is None)) or (found or 0) > HEAD:
        raise ConfigError("store-schema", store=database.shown, found="none" if found is None else found, needed=HEAD)
    if found is None:
        _make_new(database)
        return Upgrade(before=None, after=HEAD, backup=None)
    copy = None
    if database.path is not None:
        stamp = now().strftime("%Y%m%dT%H%M%SZ")
        copy = database.path.with_name(f"{database.path.stem}.schema-{found or 0}.{stamp}{database.path.suffix}")
        back_up(database, copy)
    _migrate(database)
    return Upgrade(before=found, after=HEAD, backup=None if copy is None else str(copy))


def workspace_id(database: Database) -> str:
    """Return the id of this store, made once and kept for ever, also by copies of it."""
    with database.read() as connection:
        found = connection.execute(select(workspace.c.id)).scalar_one_or_none()
    if found is not None:
        return str(found)
    with database.write() as connection:
        found = connection.execute(select(workspace.c.id)).scalar_one_or_none()
        if found is None:
            found = secrets.token_hex(16)
            connection.execute(insert(workspace).values(id=found))
    return str(found)


def back_up(database: Database, target: Path) -> None:
    """Copy an SQLite store, which may be in use, to the new file *target*, readable by its owner only.

    Raises:
        Refused: *target* exists, or the store is on a PostgreSQL server, which has its own tools for that.
        ConfigError: the copy cannot be written.
    """
    if database.path is None:
        raise Refused(
            detail="a PostgreSQL store is backed up by the server's own tools",
            detail_zh="PostgreSQL 数据库请用服务器自带的工具备份",
            command="pg_dump",
        )
    if target.exists():
        raise Refused(
            detail=f"{target} exists already", detail_zh=f"{target} 已存在", command="pmbridge db backup OTHER-FILE"
        )
    part = target.with_name(f"{target.name}.part")
    try:
        part.unlink(missing_ok=True)
        part.touch(mode=0o600, exist_ok=False)
        with database.read() as connection:
            source = connection.connection.driver_connection
            copy = sqlite3.connect(part)
            try:
                assert isinstance(source, sqlite3.Connection)  # noqa: S101 - the backend was asked above
                source.backup(copy)
            finally:
                copy.close()
        part.rename(target)
    except (OSError, sqlite3.Error) as error:
        part.unlink(missing_ok=True)
        raise ConfigError("store-unusable", store=str(target), detail=str(error)) from error


def _revision(connection: Connection, database: Database) -> int | None:
    """Return the revision of the tables: ``None`` when there are none, 0 before the first."""
    tables = set(inspect(connection).get_table_names())
    if not tables:
        return None
    number = "?"
    if _version.name in tables:
        number = connection.execute(select(_version.c.version_num)).scalar_one_or_none() or "0"
    if not number.isdecimal():  # another program that Alembic looks after names its revisions as it likes
        raise ConfigError(
            "store-unusable",
            store=database.shown,
            detail="it holds tables of another program",
            detail_zh="其中是其他程序的表",
        )
    return int(number)


def _make_new(database: Database) -> None:
    """Make all tables in one transaction, unless another process has done it meanwhile."""
    with database.write() as connection:
        if inspect(connection).get_table_names():
            return
        metadata.create_all(connection, checkfirst=False)
        _version.create(connection)
        connection.execute(insert(_version).values(version_num=f"{HEAD:04}"))
        connection.execute(insert(workspace).values(id=secrets.token_hex(16)))


def _migrate(database: Database) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    # ConfigParser reads "%" as the start of a reference.
    folder = str(files("pmbridge.store") / "migrations").replace("%", "%%")
    config.set_main_option("script_location", folder)
    with database.migrate() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
