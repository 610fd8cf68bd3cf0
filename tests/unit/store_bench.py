"""Records, pages and runs for the tests of the store, and a look below its surface."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, create_engine, event, text

from pmbridge.records import (
    Approval,
    Change,
    Comment,
    Gone,
    Group,
    Item,
    Listing,
    Page,
    Person,
    Record,
    ToolState,
    Verb,
    Wanted,
)
from pmbridge.store import Observation, Run, Store
from pmbridge.store.tables import metadata
from pmbridge.testing.clock import START
from pmbridge.values import Day, Named, Plain, ProjectId, RecordId, Rich

MALL = ProjectId("10000")
SHOP = ProjectId("10001")
JIRA = "build"
FORMAT = b"kinds, fields, version"
LEASE_S = 180.0
DUE = date(2026, 6, 30)


def issue(number: int) -> RecordId:
    """Return the id of an issue."""
    return RecordId(kind="issue", external_id=str(number))


def item(number: int, title: str = "Coupons", *, version: str | None = None, **said: Any) -> Item:
    """Return an issue; its version follows its title unless it is given."""
    values: dict[str, Any] = {
        "project": MALL,
        "type": Named(id="10001", name="Story"),
        "state": ToolState(id="3", name="In Progress", category="in_progress"),
        "key": f"MALL-{number}",
        "due": Day(on=DUE),
        "updated_at": START - timedelta(days=1),
    }
    return Item(id=issue(number), title=title, version=version or f"v-{title}", **values | said)


def release(number: int, title: str = "M1 Start", **said: Any) -> Group:
    """Return a version, as Jira calls it."""
    values: dict[str, Any] = {"project": MALL, "version": f"v-{title}"}
    return Group(id=RecordId(kind="version", external_id=str(number)), title=title, **values | said)


def person(account: str, **said: Any) -> Person:
    """Return an account."""
    return Person(id=RecordId(kind="user", external_id=account), **said)


def comment(number: int, of: Item, says: str = "Please", **said: Any) -> Comment:
    """Return a comment on an issue."""
    return Comment(
        id=RecordId(kind="comment", external_id=str(number)),
        item=of.id,
        body=Rich(format="plain", original=says),
        **said,
    )


def change(number: int, of: Item, at: datetime = START) -> Change:
    """Return an entry of an issue's own history."""
    return Change(
        id=RecordId(kind="change", external_id=str(number)), item=of.id, at=at, field="title", after=Plain(text="x")
    )


def approval(number: int, of: Item, decision: Any = "pending") -> Approval:
    """Return an approval of an issue."""
    return Approval(id=RecordId(kind="approval", external_id=str(number)), item=of.id, name="Client", decision=decision)


def plain(words: str) -> Rich:
    """Return a description."""
    return Rich(format="plain", original=words)


def page(*records: Record | Gone, at: int = 0, **said: Any) -> Page:
    """Return a page whose cursor says *at*."""
    return Page(cursor={"at": at}, records=records, **said)


def listing(
    *numbers: int, kind: str = "issue", project: ProjectId | None = MALL, version: str | None = None
) -> Listing:
    """Return a listing of issues."""
    return Listing(project=project, kind=kind, ids={str(number): version for number in numbers})


def wanted(of: Item, *parts: Verb) -> Wanted:
    """Ask for parts of an issue."""
    return Wanted(id=of.id, project=of.project, parts=frozenset(parts))


def begin(store: Store, run_id: str = "01RUN", *, owner: str = "pm-laptop:17:01ULID", connection: str = JIRA) -> Run:
    """Begin a run."""
    return store.begin_run(run_id=run_id, connection=connection, adapter="jira", owner=owner, ttl_s=LEASE_S)


def sync(store: Store, *pages: Page, run_id: str = "01RUN") -> Run:
    """Carry out a whole run of *pages* and return it."""
    run = begin(store, run_id)
    for one in pages:
        run.commit(one, cursor_format=FORMAT)
    run.finish("ok", {})
    return run


def titles(seen: Observation) -> dict[str, str]:
    """Return key → title of the items that an observation shows."""
    return {one.id.external_id: one.title for one in seen.items}


def rows(store: Store, query: str, **values: object) -> list[tuple[Any, ...]]:
    """Return what *query* finds in the database itself."""
    with store._database.read() as connection:
        return [tuple(row) for row in connection.execute(text(query), values)]


def execute(store: Store, statement: str, **values: object) -> None:
    """Change the database behind the store's back."""
    with store._database.write() as connection:
        connection.execute(text(statement), values)


@dataclass
class Traffic:
    """What went to the database."""

    statements: list[str] = field(default_factory=list)
    parameters: list[Any] = field(default_factory=list)
    commits: int = 0

    @property
    def writes(self) -> list[str]:
        """The statements that change something."""
        return [one for one in self.statements if one.split()[0] in ("INSERT", "UPDATE", "DELETE")]


@contextmanager
def watched(store: Store) -> Iterator[Traffic]:
    """Note every statement, BEGIN included, and every commit."""
    traffic = Traffic()
    engine = store._database.engine

    def on_statement(_: Connection, cursor: object, statement: str, parameters: Any, *rest: object) -> None:
        traffic.statements.append(statement)
        traffic.parameters.append(parameters)

    def on_commit(_: Connection) -> None:
        traffic.commits += 1

    event.listen(engine, "before_cursor_execute", on_statement)
    event.listen(engine, "commit", on_commit)
    try:
        yield traffic
    finally:
        event.remove(engine, "before_cursor_execute", on_statement)
        event.remove(engine, "commit", on_commit)


@contextmanager
def administering(url: str) -> Iterator[Connection]:
    """Give a connection to a PostgreSQL database whose statements commit by themselves."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def empty(url: str) -> None:
    """Take every row out of a PostgreSQL store; quicker than TRUNCATE, which makes new files."""
    with administering(url) as connection:
        connection.execute(text("; ".join(f"DELETE FROM {one.name}" for one in reversed(metadata.sorted_tables))))
