"""Writes that were given up: the tool refused them, or nobody knows what became of them. A person says how it goes on.

A change is decided afresh once it is released. What is made only once, a record or a comment, is never made again by
itself: a person says which record it became, that it is there, or that it is to be sent again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pmbridge.adopting import Shown, found, shown_by
from pmbridge.errors import Refused, UnknownRef
from pmbridge.planning import adopt_made
from pmbridge.records import AddComment, Create, Item, Write
from pmbridge.store import COPY, GIVEN_UP, OutboxRow
from pmbridge.sync.entry import MADE_ONCE, fields_of, write_bytes, write_of
from pmbridge.sync.marker import derived_uid
from pmbridge.sync.receipt import MADE_AND_DELETED
from pmbridge.sync.wanted import MAIN
from pmbridge.task import YOU, Task
from pmbridge.values import Label, Plain, RecordId
from pmbridge.wishing import owner_of

if TYPE_CHECKING:
    from pmbridge.engagement import Engagement
    from pmbridge.workspace import Workspace

_NEAR = timedelta(days=1)
"""So far from our attempt a record that may be ours was made, if the tool says when: clocks differ."""
_MOST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """A write that was given up. ``since``: its first attempt; ``candidates``: records that it may have become."""

    connection: str
    ref: str
    verb: str
    title: str
    fields: tuple[str, ...]
    reason: Label
    since: datetime
    row: OutboxRow
    candidates: tuple[Shown, ...] = ()


def parked(workspace: Workspace, engagement: Engagement, ref: str | None = None) -> list[Parked]:
    """Return the writes of *engagement* that were given up, of *ref* only if it is given, the oldest first."""
    given_up: list[Parked] = []
    shown: list[Shown] = []
    for connection in dict.fromkeys(one.connection for one in engagement.config.sources):
        rows = [
            row
            for row in workspace.store.writings.rows(connection, GIVEN_UP)
            if row.engagement == engagement.name and ref in (None, row.ref)
        ]
        links = workspace.store.writings.links(connection) if rows else []
        linked = {(one.ref, _part(one.role)) for one in links if one.engagement == engagement.name}
        # A record that a person adopted instead is no longer to be made.
        rows = [row for row in rows if row.verb != "create" or (row.ref, _part(row.role)) not in linked]
        shown = shown or (list(shown_by(engagement)) if rows else [])
        given_up += [_parked(row, connection, shown, engagement.instant(None)) for row in rows]
    return sorted(given_up, key=lambda one: (one.since, one.row.uid))


def release(
    workspace: Workspace,
    engagement: Engagement,
    ref: str,
    *,
    item: str | None = None,
    there: bool = False,
    again: bool = False,
) -> list[Parked]:
    """Let the writes of *ref* that were given up go on, and return them. Nothing is sent: that is for the next apply.

    *item*: the record of the tool, as key or ``CONNECTION:KIND:ID``, that the one to be made became. *there*: what was
    to be said stands there, or ours may stand where it overwrote an edit. *again*: it is to be sent again; what is made
    once is looked for first.

    Raises:
        UnknownRef: nothing of *ref* was given up, or no record is called *item*.
        Refused: not exactly one of the three was said, or it does not fit: no record was to be made, it is another
            record's already, or one was to be made and *item* alone says what became of it.
        Busy: a sync is under way.
    """
    given_up = parked(workspace, engagement, ref)
    if not given_up:
        known = ", ".join(dict.fromkeys(one.ref for one in parked(workspace, engagement)))
        raise UnknownRef(
            ref=ref, where="pmbridge parked", near=f"Near: {known}." if known else "",
            near_zh=f"现有：{known}。" if known else "", command="pmbridge parked",
        )  # fmt: skip
    if (item is not None) + there + again != 1:
        raise _refused("say one of --item, --there and --again", "--item、--there、--again 只说其中一个", ref)
    chosen = [one for one in given_up if _fits(one, item=item is not None, there=there)]
    if not chosen:
        said = ("--item", "--item") if item is not None else ("--there", "--there")
        raise _refused(f"{said[0]} does not fit {given_up[0].verb}", f"{said[1]} 不适用于此写入", ref)
    became = None if item is None else found(engagement, item)
    if became is not None:  # one record becomes one, where it is
        here = [one for one in chosen if one.connection == became.link.connection]
        if not here:
            place = became.link.connection
            raise _refused(f"{_called(became)} is in {place}", f"{_called(became)} 在 {place} 中", ref)
        chosen = here[:1]
    for one in chosen:
        _release(workspace, one, became, there=there)
    if became is not None:
        adopt_made(workspace, engagement)
    return chosen


def _fits(one: Parked, *, item: bool, there: bool) -> bool:
    if item:
        return one.verb == "create"
    if there:
        return one.verb == "comment" or one.row.state == "raced"
    return one.row.state == "parked"


def _release(workspace: Workspace, one: Parked, became: Shown | None, *, there: bool) -> None:
    row, at = one.row, workspace.clock.now()
    with workspace.store.holding(one.connection, **owner_of(workspace, workspace.adapter(one.connection))) as run:
        journal = run.journal
        now = journal.row(row.uid)
        if now is None or now.state != row.state:
            raise _refused("a sync has gone on with it meanwhile", "同步已继续处理它", one.ref)
        if became is not None:
            id_ = became.record.id
            taken = next((link for link in journal.links() if link.record == id_), None)
            if taken is not None:
                detail = (f"{_called(became)} is {taken.ref} already", f"{_called(became)} 已是 {taken.ref}")
                raise _refused(*detail, one.ref)
            journal.receipt(row, shown=None, agreed={}, at=at, bind=id_)
        elif there:
            journal.set_state(row.uid, "done")
        elif one.verb not in MADE_ONCE:
            journal.set_state(row.uid, "dropped")  # decided afresh, by what both sides say now
        elif one.reason == MADE_AND_DELETED:
            journal.order(_new(workspace, one, journal.next_seq(row.engagement, row.ref, row.role)), instead_of=row.uid)
        else:
            journal.try_again(row.uid)


def _new(workspace: Workspace, one: Parked, seq: int) -> OutboxRow:
    """Return the row of a new record in place of one that was deleted: with a marker of its own."""
    row = one.row
    uid = derived_uid(
        workspace.store.workspace_id,
        connection=one.connection,
        engagement=row.engagement,
        ref=row.ref,
        role=row.role,
        seq=seq,
    )
    write = write_of(row.verb, row.write)
    assert isinstance(write, Create | AddComment)  # noqa: S101 - only these are made once
    again = write_bytes(row.verb, replace(write, uid=uid))
    return replace(row, uid=uid, seq=seq, write=again, state="planned", attempt=0, error=None, send_before=None)


def _refused(en: str, zh: str, ref: str) -> Refused:
    return Refused(detail=en, detail_zh=zh, command=f"pmbridge parked {ref}")


def _called(one: Shown) -> str:
    return one.link.key or one.link.external_id


# ------------------------------------------------------------------------------------------------- what it was


def _parked(row: OutboxRow, connection: str, shown: Sequence[Shown], now: datetime) -> Parked:
    write = write_of(row.verb, row.write)
    return Parked(
        connection=connection,
        ref=row.ref,
        verb=row.verb,
        title=_title(write, connection, shown),
        fields=tuple(one.field for one in fields_of(row.fields)),
        reason=row.error or Label(zh="没有结果", en="no result"),
        since=row.intent_at or now,
        row=row,
        candidates=tuple(_candidates(write, row, connection, shown))[:_MOST],
    )


def _part(role: str) -> str:
    """Return what a record is for the register, however many of them there are: its own, or a copy."""
    return role if role.startswith(COPY) else MAIN


def _title(write: Write, connection: str, shown: Sequence[Shown]) -> str:
    if isinstance(write, Create):
        title = write.values.get("title")
        return title.text if isinstance(title, Plain) else ""
    target: RecordId = write.target
    at = next((one for one in shown if (one.link.connection, one.record.id) == (connection, target)), None)
    return "" if at is None else f"{at.link.key} {at.record.title}".strip()


def _candidates(write: Write, row: OutboxRow, connection: str, shown: Sequence[Shown]) -> Iterator[Shown]:
    """Yield the records that the one to be made may have become: of its title, made about then."""
    if not isinstance(write, Create):
        return
    title = _title(write, connection, shown)
    for one in shown:
        record = one.record
        if one.link.connection != connection or record.id.kind != write.kind or record.title.strip() != title.strip():
            continue
        made = record.created_at if isinstance(record, Item) else None
        if made is None or row.intent_at is None or made >= row.intent_at - _NEAR:
            yield one


def parked_task(one: Parked, engagement: Engagement) -> Task:
    """Return a write that was given up as a thing to decide."""
    command = f"pmbridge parked {one.ref}"
    what = f"{one.ref} → {one.connection} {one.title}".rstrip()
    return Task(
        key=f"parked:{one.row.uid}:{one.row.attempt}",
        kind="difference",
        engagement=engagement.name,
        who=YOU,
        text=Label(zh=f"{what}：没有写成，{one.reason.zh}", en=f"{what}: was not written, {one.reason.en}"),
        command=Label(zh=command, en=command),
        since=one.since.astimezone(engagement.zone).date(),
    )
