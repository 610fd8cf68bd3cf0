"""What the store costs by itself, and the deep history that a view of the past is measured on."""

from __future__ import annotations

import argparse
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from pmbridge.clock import SystemClock, to_millis
from pmbridge.records import Item, Page, ToolState, content_hash, decode, encode
from pmbridge.store import Store
from pmbridge.values import Named, Number, ProjectId, RecordId

Work = Callable[[], dict[str, Any]]
CHUNK = 100
PROJECT = ProjectId("10000")
FORMAT = b"benchmark"
AGES = 100
"""How many times each record of the deep history has changed: 10,000 records give a million rows."""


def item(n: int) -> Item:
    """Return a record as the Jira adapter would yield it."""
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=n)
    return Item(
        id=RecordId(kind="issue", external_id=str(100_000 + n)),
        project=PROJECT,
        version=str(to_millis(at)),
        title=f"{n:05d} 商城前端：购物车与结算页联调",
        type=Named(id="10001", name="故事"),
        state=ToolState(id="3", name="进行中", category="in_progress"),
        key=f"MALL-{n}",
        url=f"https://example.atlassian.net/browse/MALL-{n}",
        created_at=at,
        updated_at=at,
        groups=(RecordId(kind="version", external_id="20001"),),
        assignees=("acc-1",),
        fields={"customfield_10016": Number(value=Decimal(n % 8))},
    )


def pages(size: int) -> Iterator[list[Item]]:
    """Yield *size* records, a page at a time."""
    for start in range(0, size, CHUNK):
        yield [item(n) for n in range(start, min(size, start + CHUNK))]


def url(folder: Path) -> str:
    """Return the store's address."""
    return f"sqlite:///{folder / 'pmbridge.db'}"


def fill(folder: Path, size: int) -> None:
    """Put *size* records into a store, and the same rows into a plain file for the peer."""
    with Store.open(url(folder), clock=SystemClock()) as store:
        run = store.begin_run(run_id="fill", connection="c", adapter="jira", owner="bench", ttl_s=600)
        for page in pages(size):
            run.commit(Page(cursor={}, records=tuple(page)), cursor_format=FORMAT)
        run.finish("ok", {}, None)
    with sqlite3.connect(folder / "plain.db") as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute(
            "CREATE TABLE record (kind TEXT, external_id TEXT, project TEXT, title TEXT, version TEXT,"
            " updated_at INTEGER, body BLOB, hash BLOB, UNIQUE (kind, external_id))"
        )
        for page in pages(size):
            db.executemany("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [row(one) for one in page])


def row(one: Item) -> tuple[object, ...]:
    """Return the columns of a record for the peer."""
    updated_at = to_millis(one.updated_at) if one.updated_at else None
    body, digest = encode(one), content_hash(one)
    return one.id.kind, one.id.external_id, one.project, one.title, one.version, updated_at, body, digest


def store(given: argparse.Namespace) -> Work:
    """Offer records that are in the store already."""
    ready = [Page(cursor={}, records=tuple(page)) for page in pages(given.size)]

    def work() -> dict[str, Any]:
        with Store.open(url(Path(given.folder)), clock=SystemClock()) as opened:
            run_id = datetime.now(UTC).isoformat()
            run = opened.begin_run(run_id=run_id, connection="c", adapter="jira", owner="bench", ttl_s=600)
            written = 0
            for page in ready:
                outcome = run.commit(page, cursor_format=FORMAT)
                written += outcome.new + outcome.changed
            run.finish("ok", {}, None)
        return {"read": given.size, "written": written}

    return work


def from_records(given: argparse.Namespace) -> Work:
    """The peer, from the same start as ours: the records, which it must encode and hash."""
    ready = list(pages(given.size))
    return lambda: upsert(given, ([row(one) for one in page] for page in ready))


def from_rows(given: argparse.Namespace) -> Work:
    """The peer with its rows ready made: the database's share alone."""
    ready = [[row(one) for one in page] for page in pages(given.size)]
    return lambda: upsert(given, ready)


def upsert(given: argparse.Namespace, chunks: Iterable[list[tuple[object, ...]]]) -> dict[str, Any]:
    """Run the guarded upsert of *chunks* with `sqlite3` alone."""
    with sqlite3.connect(Path(given.folder) / "plain.db") as db:
        for chunk in chunks:
            db.executemany(
                "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (kind, external_id) DO UPDATE SET"
                " project = excluded.project, title = excluded.title, version = excluded.version,"
                " updated_at = excluded.updated_at, body = excluded.body, hash = excluded.hash"
                " WHERE record.hash <> excluded.hash",
                chunk,
            )
    return {"read": given.size, "written": 0}


def deepen(folder: Path) -> None:
    """Give every record of the workspace a long past, and note the instant in the middle of it."""
    db = sqlite3.connect(folder / "data" / "pmbridge.db")
    now = datetime.now(UTC)
    with db:
        rows = db.execute(
            "SELECT record_id, project_id, presence, body FROM history WHERE body IS NOT NULL ORDER BY record_id"
        ).fetchall()
        for record_id, project, presence, body in rows:
            past = _earlier(bytes(body))
            db.executemany(
                "INSERT OR IGNORE INTO history (record_id, observed_at, project_id, presence, body)"
                " VALUES (?, ?, ?, ?, ?)",
                [
                    (record_id, to_millis(now - timedelta(days=365 * (AGES - n) / AGES)), project, presence, past)
                    for n in range(AGES - 1)
                ],
            )
        # As of then the project had been read: a run of that time says so.
        oldest = db.execute("SELECT * FROM run ORDER BY started_at LIMIT 1").fetchone()
        names = [column[1] for column in db.execute("PRAGMA table_info(run)")]
        told = dict(zip(names, oldest, strict=True))
        at = to_millis(now - timedelta(days=364))
        told |= {"id": "long-ago", "started_at": at, "ended_at": at, "observed_at": at}
        told["complete"] = f'{{"{PROJECT}":{at}}}'.encode()
        marks = ", ".join("?" for _ in names)
        db.execute(f"INSERT INTO run ({', '.join(names)}) VALUES ({marks})", [told[name] for name in names])
    db.execute("ANALYZE")
    db.close()
    (folder / "as_of").write_text((now - timedelta(days=182)).isoformat(timespec="seconds"), encoding="utf-8")


def _earlier(body: bytes) -> bytes:
    """Return the record as it was before: another title, so that it is no repetition."""
    record = decode(body)
    return encode(replace(record, title=f"{record.title} (before)")) if isinstance(record, Item) else body


CASES: dict[str, Callable[[argparse.Namespace], Work]] = {
    "store": store,
    "sqlite": from_records,
    "sqlite-rows": from_rows,
}
