"""Looking for damage: what ``pmbridge db check`` reports."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import ValidationError
from sqlalchemy import Connection, select

from pmbridge.records import decode
from pmbridge.store import snapshots
from pmbridge.store.rows import StoreFault
from pmbridge.store.tables import history, record
from pmbridge.values import Label


def find(connection: Connection) -> Iterator[StoreFault]:
    """Yield everything that is wrong: the file, references, frozen reports, records that cannot be read."""
    if connection.dialect.name == "sqlite":
        yield from _damaged_file(connection)
    for one in snapshots.broken(connection):
        name = f"{one.engagement} {one.edition} {one.number}"
        yield StoreFault(
            name="snapshot",
            text=Label(zh=f"报告 {name} 与发布时不一致", en=f"report {name} is not what was frozen"),
        )
    yield from _unreadable_records(connection)


def _damaged_file(connection: Connection) -> Iterator[StoreFault]:
    for (found,) in connection.exec_driver_sql("PRAGMA integrity_check"):
        if found != "ok":
            yield StoreFault(
                name="integrity", text=Label(zh=f"文件已损坏：{found}", en=f"the file is damaged: {found}")
            )
    for table, row, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield StoreFault(
            name="foreign-key",
            text=Label(
                zh=f"{table} 的第 {row} 行指向 {parent} 中不存在的行",
                en=f"row {row} of {table} refers to a missing {parent}",
            ),
        )


def _unreadable_records(connection: Connection) -> Iterator[StoreFault]:
    now = select(record.c.kind, record.c.external_id, record.c.body)
    once = (
        select(record.c.kind, record.c.external_id, history.c.body)
        .join(history, history.c.record_id == record.c.id)
        .where(history.c.body.is_not(None))
    )
    damaged: dict[tuple[str, str], None] = {}
    for statement in (now, once):
        # In portions: the history of years need not fit into memory.
        for kind, external_id, body in connection.execution_options(yield_per=1000).execute(statement):
            try:
                decode(body)
            except ValidationError:
                damaged[kind, external_id] = None
    for kind, external_id in damaged:
        yield StoreFault(
            name="record",
            text=Label(zh=f"{kind}:{external_id} 的记录已损坏", en=f"the row of {kind}:{external_id} is damaged"),
        )
