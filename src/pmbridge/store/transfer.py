"""The store as one file of JSON lines, the same for the same content on either engine, and back.

The first line says what it is; then for each table a line with its name and columns, followed by its rows in the
order of their key; the last line holds the SHA-256 of all lines before. Left out are leases, which mean nothing
elsewhere, and the fold of the register, which is made anew.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Column, Connection, Integer, LargeBinary, Table, Text, delete, func, insert, select, text

from pmbridge.domain.machine import Concept
from pmbridge.error_words import system_words
from pmbridge.errors import ConfigError, Refused
from pmbridge.store import register, schema, verify
from pmbridge.store.engine import Database
from pmbridge.store.tables import entry, lease, metadata, workspace

FORMAT = "pmbridge.store"
_PORTION = 1000
_LEFT_OUT = (lease.name, entry.name)


def export(database: Database, target: Path) -> int:
    """Write the store to the new file *target*, readable by its owner only, and return how many rows it has.

    Raises:
        Refused: *target* exists.
        ConfigError: it cannot be written.
    """
    if target.exists():
        raise Refused(
            detail=f"{target} exists already", detail_zh=f"{target} 已存在", command="pmbridge db export OTHER-FILE"
        )
    part = target.with_name(f"{target.name}.part")
    try:
        part.unlink(missing_ok=True)
        with (
            database.read() as connection,
            os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file,
        ):
            rows = _write(connection, file)
        part.rename(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        why = system_words(error)
        raise ConfigError("store-unusable", store=str(target), detail=why.en, detail_zh=why.zh) from error
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return rows


def load(database: Database, source: Path, concepts: Mapping[str, Concept]) -> int:
    """Fill the empty store with what :func:`export` wrote to *source*, and return how many rows it has.

    Raises:
        Refused: the store is not empty; or the file is not whole, not an export, or of another schema.
        ConfigError: the file cannot be read.
    """
    try:
        file = source.open("rb")
    except OSError as error:
        why = system_words(error)
        raise ConfigError("store-unusable", store=str(source), detail=why.en, detail_zh=why.zh) from error
    with file, database.write() as connection:
        _refuse_unless_empty(connection, database.shown)
        connection.execute(delete(workspace))
        rows = 0
        for table, columns, portion in _portions(_lines(file, source), source):
            connection.execute(insert(table), _rows(table, columns, portion))
            rows += len(portion)
        if connection.dialect.name == "postgresql":
            _count_on(connection)
        for engagement in register.engagements(connection):
            verify.rebuild(connection, engagement, concepts)
    return rows


def _tables() -> list[Table]:
    return [one for one in metadata.sorted_tables if one.name not in _LEFT_OUT]


# ----------------------------------------------------------------------------------------------------- writing


def _write(connection: Connection, file: BinaryIO) -> int:
    digest, count = hashlib.sha256(), 0

    def line(value: object) -> None:
        written = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        digest.update(written)
        file.write(written)

    line({"format": FORMAT, "schema": schema.HEAD})
    for table in _tables():
        line({"table": table.name, "columns": [one.name for one in table.columns]})
        wanted = select(table).order_by(*(_bytewise(one, connection) for one in table.primary_key))
        for row in connection.execute(wanted.execution_options(yield_per=_PORTION)):
            line([_told(one) for one in row])
            count += 1
    file.write(json.dumps({"sha256": digest.hexdigest(), "rows": count}).encode() + b"\n")
    return count


def _bytewise(column: Column[Any], connection: Connection) -> Any:
    """Return *column* to order by: text by its bytes on either engine, whatever language a server sorts in."""
    if connection.dialect.name == "postgresql" and isinstance(column.type, Text):
        return column.collate("C")
    return column


def _told(value: object) -> object:
    return {"base64": base64.b64encode(bytes(value)).decode()} if isinstance(value, bytes | memoryview) else value


# ----------------------------------------------------------------------------------------------------- reading


def _lines(file: BinaryIO, source: Path) -> Iterator[Any]:
    """Yield the lines between the first and the last; raises if the file is not a whole export of this schema."""
    digest = hashlib.sha256()
    before: bytes | None = None
    first = True
    for line in file:
        if before is not None:
            digest.update(before)
            value = _parsed(before, source)
            if first:
                _refuse_unless_ours(value, source)
                first = False
            else:
                yield value
        before = line
    last = _parsed(before or b"", source)
    if not isinstance(last, dict) or last.get("sha256") != digest.hexdigest() or first:
        raise _not_whole(source)


def _parsed(line: bytes, source: Path) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        raise _not_whole(source) from None


def _portions(lines: Iterator[Any], source: Path) -> Iterator[tuple[Table, list[str], list[Any]]]:
    known = {one.name: one for one in _tables()}
    table: Table | None = None
    columns: list[str] = []
    portion: list[Any] = []
    for line in lines:
        if isinstance(line, dict):
            if table is not None and portion:
                yield table, columns, portion
            table, columns, portion = known.get(str(line.get("table"))), list(line.get("columns", ())), []
            if table is None or columns != [one.name for one in table.columns]:
                raise _not_whole(source)
        elif table is None:
            raise _not_whole(source)
        else:
            portion.append(line)
            if len(portion) == _PORTION:
                yield table, columns, portion
                portion = []
    if table is not None and portion:
        yield table, columns, portion


def _rows(table: Table, columns: Sequence[str], portion: Sequence[Any]) -> list[dict[str, object]]:
    binary = {one.name for one in table.columns if isinstance(one.type, LargeBinary)}
    return [
        {
            name: base64.b64decode(value["base64"]) if name in binary and value is not None else value
            for name, value in zip(columns, row, strict=True)
        }
        for row in portion
    ]


def _count_on(connection: Connection) -> None:
    """Let the server number further rows after the largest that came with the file."""
    for table in _tables():
        for column in table.primary_key:
            if column.identity is not None and isinstance(column.type, Integer):
                largest = connection.execute(select(func.max(column))).scalar_one_or_none()
                if largest is not None:
                    sequence = {"table": table.name, "column": column.name, "largest": largest}
                    connection.execute(
                        text("SELECT setval(pg_get_serial_sequence(:table, :column), :largest)"), sequence
                    )


def _refuse_unless_empty(connection: Connection, shown: str) -> None:
    for table in metadata.sorted_tables:
        if table is workspace:
            continue
        if connection.execute(select(func.count()).select_from(table)).scalar_one():
            raise Refused(
                detail=f"{shown} is not empty: an import fills a new store only",
                detail_zh=f"{shown} 不是空的：只能导入到新的数据库",
                command="pmbridge init NEW-FOLDER",
            )


def _refuse_unless_ours(header: Any, source: Path) -> None:
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise _not_whole(source)
    if header.get("schema") != schema.HEAD:
        raise Refused(
            detail=f"{source} is of schema {header.get('schema')}, this pmbridge needs {schema.HEAD}",
            detail_zh=f"{source} 的结构版本是 {header.get('schema')}，本程序需要 {schema.HEAD}",
            command="pmbridge db upgrade, then pmbridge db export, where it comes from",
        )


def _not_whole(source: Path) -> Refused:
    return Refused(
        detail=f"{source} is not a whole export: something is missing or was changed",
        detail_zh=f"{source} 不是完整的导出文件：有缺失或被改动",
        command="pmbridge db export FILE",
    )
