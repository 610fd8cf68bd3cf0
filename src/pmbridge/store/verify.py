"""Whether the register is what was recorded: the chain, the evidence, the texts behind seals, the fold, the rules."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from itertools import groupby
from operator import attrgetter
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, delete, insert, select

from pmbridge.domain.book import Book
from pmbridge.domain.entry import UnknownStep, fold
from pmbridge.domain.event import Break, Event, breaks
from pmbridge.domain.machine import Concept
from pmbridge.store import register
from pmbridge.store.rows import StoreFault
from pmbridge.store.sql import Bulk
from pmbridge.store.tables import entry, event, evidence, personal
from pmbridge.values import Label

_PORTION = 2000
_CITES_A_FILE = b'"sha256":"'


def chain_breaks(connection: Connection, engagement: str) -> Iterator[Break]:
    """Yield every break in the chain of *engagement*, in portions: a long history need not fit into memory."""
    wanted = select(event).where(event.c.engagement_id == engagement).order_by(event.c.seq)
    # Rows unpack like the tuples that they are.
    rows: Any = connection.execute(wanted.execution_options(yield_per=_PORTION))
    yield from breaks(rows)


def find(connection: Connection, concepts: Mapping[str, Concept]) -> Iterator[StoreFault]:
    """Yield everything that is wrong with the registers in the store, each thing by its name."""
    cited: dict[str, str] = {}
    for engagement in register.engagements(connection):
        for one in chain_breaks(connection, engagement):
            yield _broken(one)
        events = register.events(connection, engagement)
        _cite(events, cited)
        yield from _seals(connection, engagement)
        yield from _fold(connection, engagement, events, concepts)
    yield from _files(connection, cited)


def rebuild(connection: Connection, engagement: str, concepts: Mapping[str, Concept]) -> int:
    """Put the fold of the events in place of the stored one and return how many records there are.

    Raises:
        UnknownStep: no concept here can read an event.
    """
    # Record by record: what one leaves behind is gone before the next, however long the history.
    wanted = select(event).where(event.c.engagement_id == engagement).order_by(event.c.ref, event.c.seq)
    events = map(Event._make, connection.execute(wanted.execution_options(yield_per=_PORTION)))
    folded = (fold(concepts, None, mine) for _, mine in groupby(events, attrgetter("ref")))
    rows = [register.entry_row(engagement, concepts[one.kind], one) for one in folded]
    connection.execute(delete(entry).where(entry.c.engagement_id == engagement))
    if rows:
        Bulk(insert(entry), connection.dialect).execute(connection, rows)
    return len(rows)


def _broken(one: Break) -> StoreFault:
    if one.missing:
        first, last = one.seq - one.missing, one.seq - 1
        which = str(first) if first == last else f"{first}–{last}"
        return StoreFault(
            name="event-missing",
            text=Label(
                zh=f"{one.engagement}：缺少事件 {which}（在 {one.what} 之前）",
                en=f"{one.engagement}: event {which} is missing (before {one.what})",
            ),
        )
    return StoreFault(
        name="event",
        text=Label(
            zh=f"{one.engagement}：事件 {one.seq}（{one.what}）与校验值不符",
            en=f"{one.engagement}: event {one.seq} ({one.what}) does not match its hash",
        ),
    )


def _cite(events: list[Event], cited: dict[str, str]) -> None:
    """Note which event cites which file, and under which title."""
    for one in events:
        if _CITES_A_FILE in one.payload:
            try:
                proofs = json.loads(one.payload)["evidence"]
            except (ValueError, KeyError, TypeError):
                continue  # the chain has named this event already
            for proof in proofs:
                if proof.get("sha256") and proof.get("size") is not None:
                    cited.setdefault(proof["sha256"], f"{proof['title']} ({one.ref}, {one.seq})")


def _files(connection: Connection, cited: Mapping[str, str]) -> Iterator[StoreFault]:
    kept: set[str] = set()
    rows = connection.execute(select(evidence.c.sha256, evidence.c.body).execution_options(yield_per=10))
    for digest, body in rows:
        kept.add(bytes(digest).hex())
        if hashlib.sha256(body).digest() != digest:
            name = cited.get(bytes(digest).hex(), bytes(digest).hex()[:12])
            yield StoreFault(
                name="evidence",
                text=Label(
                    zh=f"证据文件 {name} 已被替换", en=f"the evidence file {name} is not the one that was filed"
                ),
            )
    for digest in cited.keys() - kept:
        yield StoreFault(
            name="evidence-missing",
            text=Label(zh=f"证据文件 {cited[digest]} 不在", en=f"the evidence file {cited[digest]} is not there"),
        )


def _seals(connection: Connection, engagement: str) -> Iterator[StoreFault]:
    rows = connection.execute(select(personal).where(personal.c.engagement_id == engagement))
    for one in rows:
        if register.seal_of(one.salt, one.text) != one.seal:
            yield StoreFault(
                name="personal",
                text=Label(
                    zh=f"{engagement}：一项个人信息（{one.seal[7:15]}）被改动",
                    en=f"{engagement}: a personal text ({one.seal[7:15]}) was changed",
                ),
            )


def _fold(
    connection: Connection, engagement: str, events: list[Event], concepts: Mapping[str, Concept]
) -> Iterator[StoreFault]:
    book = Book(concepts)
    try:
        book.replay(events)
        right = {one.ref: register.entry_row(engagement, concepts[one.kind], one) for one in book}
    except (UnknownStep, ValidationError, LookupError, TypeError, AttributeError, ValueError) as error:
        yield StoreFault(
            name="fold",
            text=Label(
                zh=f"{engagement}：事件无法重放：{error}", en=f"{engagement}: the events cannot be replayed: {error}"
            ),
        )
        return
    stored = {
        row.ref: dict(row._mapping)
        for row in connection.execute(select(entry).where(entry.c.engagement_id == engagement))
    }
    for ref in sorted(right.keys() | stored.keys()):
        if right.get(ref) != stored.get(ref):
            yield StoreFault(
                name="entry",
                text=Label(
                    zh=f"{engagement}：{ref} 与其事件不符",
                    en=f"{engagement}: {ref} is not what its events make of it",
                ),
            )
    for ref, invariant, found in book.violations():
        yield StoreFault(
            name="invariant",
            text=Label(
                zh=f"{engagement}：{ref} 违反 {invariant}：{found.zh}",
                en=f"{engagement}: {ref} breaks {invariant}: {found.en}",
            ),
        )
