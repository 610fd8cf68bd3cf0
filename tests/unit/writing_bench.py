"""A tool in memory that can be written to, with the faults of real ones, and a store with links to its records."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar, Literal

from pydantic import SecretStr
from sqlalchemy import Connection, event

from pmbridge.adapter import Adapter, ConnectionSettings, Context
from pmbridge.domain.resolved import ResolvedSource
from pmbridge.errors import Doubtful, NotVisible, RateLimited, Rejected
from pmbridge.records import (
    FULL,
    Account,
    AddComment,
    Comment,
    Create,
    Gone,
    Item,
    Kind,
    Listing,
    Mirrored,
    Page,
    ProjectSchema,
    Receipt,
    Record,
    RemoteProject,
    Scope,
    Skipped,
    Support,
    ToolState,
    Transition,
    Update,
    Verb,
    Write,
)
from pmbridge.store import OPEN, LinkRow, Run, Store
from pmbridge.sync.apply import EntryKey, Writer, key_of
from pmbridge.sync.entry import PlanEntry
from pmbridge.sync.plan import Known, Planned, planned
from pmbridge.sync.send import Outcome
from pmbridge.sync.wanted import MAIN, Wanted, WantedComment, WantedField, WantedItem, WantedRecord
from pmbridge.testing.clock import FakeClock
from pmbridge.values import Day, FieldValue, Label, Named, Plain, ProjectId, RecordId, Rich
from tests.unit.store_bench import JIRA, MALL, item, page, sync

Fault = Literal["lost_before", "lost_after", "429", "400", "ignored", "late"]
STATES = {"3": "In Progress", "4": "Waiting", "5": "Doing"}


class Killed(BaseException):
    """The process is gone; nothing of it runs any more."""


class _NoSecret:
    def reveal(self) -> SecretStr:
        return SecretStr("")

    def rotate(self, new: SecretStr) -> None:
        raise AssertionError


class _NoMemo:
    def get(self, key: str, load: Callable[[], Any], *, ttl: timedelta = timedelta(days=1)) -> Any:
        return load()

    def kept(self, key: str) -> None:
        pass

    def keep(self, key: str, value: Any, *, ttl: timedelta | None = None) -> None:
        pass

    def drop(self, key: str) -> None:
        pass


class FakeTool(Adapter[ConnectionSettings]):
    """Items by id. ``faults``: what befalls the nth push; ``pushed``: what arrived, in order."""

    kind = "fake"
    title = "Fake"
    Settings = ConnectionSettings
    kinds: ClassVar[Mapping[str, Kind]] = {
        "issue": Kind(
            shape="item",
            label=Label(zh="事项", en="issue"),
            supports=dict.fromkeys(
                [Verb.READ, Verb.CREATE, Verb.UPDATE, Verb.TRANSITION, Verb.COMMENT, Verb.NOTE], FULL
            ),
        )
    }

    def __init__(self, clock: FakeClock, *, read_only: bool = False) -> None:
        settings = ConnectionSettings(adapter="fake", base_url="http://127.0.0.1", read_only=read_only)
        log = logging.getLogger("test")
        super().__init__(settings, Context(connection=JIRA, secret=_NoSecret(), clock=clock, memo=_NoMemo(), log=log))
        self.clock = clock
        self.items: dict[RecordId, Item] = {}
        self.comments: dict[RecordId, Comment] = {}
        self.faults: dict[int, Fault] = {}
        self.pushes = 0
        self.pushed: list[Write] = []
        self.landing: list[Write] = []
        self.hidden = False
        self.forbidden: tuple[type, ...] = ()
        """Writes that this credential may not do."""
        self.behind = timedelta(0)
        """So much is the tool's clock behind ours."""
        self.born: dict[RecordId, datetime] = {}
        self.keeps_markers = True
        self.before_push: Callable[[], None] = lambda: None
        self.dies_after_landing = False

    # -- hands of people

    def edit(self, id_: RecordId, **said: Any) -> None:
        now = self.items[id_]
        self.items[id_] = replace(now, version=f"{now.version}+", **said)

    # -- the tool

    def _land(self, write: Write) -> Record | None:
        self.pushed.append(write)
        match write:
            case Create():
                made = item(
                    900 + len(self.items),
                    _text(write.values["title"]),
                    version="1",
                    project=write.project,
                    marker=write.uid if self.keeps_markers else None,
                    due=None,
                    state=ToolState(id=write.state or "3", name=STATES[write.state or "3"]),
                )
                self.items[made.id] = made
                self.born[made.id] = self.clock.now() - self.behind
                return made
            case AddComment():
                told = Comment(
                    id=RecordId(kind="comment", external_id=str(len(self.comments) + 1)),
                    item=write.target,
                    body=write.body,
                    marker=write.uid,
                )
                self.comments[told.id] = told
                self.born[told.id] = self.clock.now() - self.behind
                return told
            case Update():
                said = {name: _text(value) if name == "title" else value for name, value in write.values.items()}
                self.edit(write.target, **said)
            case Transition():
                self.edit(write.target, state=ToolState(id=write.to, name=STATES[write.to]))
            case _:
                raise AssertionError(write)
        return self.items[write.target]

    def land_late(self) -> None:
        for write in self.landing:
            self._land(write)
        self.landing.clear()

    def push(self, write: Write) -> Receipt:
        self.pushes += 1
        fault = self.faults.get(self.pushes)
        self.before_push()
        if isinstance(write, self.forbidden):
            raise NotVisible(connection=JIRA, n=1)
        target = write.target if not isinstance(write, Create) else RecordId(kind="issue", external_id="0")
        match fault:
            case "lost_before":
                raise Doubtful(connection=JIRA)
            case "429":
                raise RateLimited(retry_after=60)
            case "400":
                raise Rejected(detail="no", detail_zh="不行")
            case "late":
                self.landing.append(write)
                raise Doubtful(connection=JIRA)
            case "ignored":
                return Receipt(uid=write.uid, id=target)
        after = self._land(write)
        if self.dies_after_landing:
            raise Killed
        if fault == "lost_after":
            raise Doubtful(connection=JIRA)
        assert after is not None
        made = isinstance(write, Create | AddComment)
        return Receipt(uid=write.uid, id=after.id, after=after if made else None)

    def find(self, write: Write, since: datetime) -> Sequence[Record | Gone]:
        if isinstance(write, AddComment) and write.target not in self.items:
            raise NotVisible(connection=JIRA, n=1)
        there: list[Item | Comment] = [*self.items.values(), *self.comments.values()]
        made = [one for one in there if one.marker == write.uid and self.born[one.id] >= since]
        alike = [] if self.keeps_markers or not isinstance(write, Create) else self._alike(write)
        if alike:
            raise Doubtful("maybe-made", connection=JIRA, tool="Fake", things=", ".join(alike))
        return [] if self.hidden else made

    def _alike(self, write: Create) -> list[str]:
        wanted = _text(write.values["title"])
        return [one.key for one in self.items.values() if one.title == wanted and one.marker is None]

    def read(self, ids: Sequence[RecordId]) -> Iterator[Record | Gone]:
        for id_ in ids:
            there = None if self.hidden else self.items.get(id_)
            yield Gone(id=id_, why="hidden") if there is None else there

    def visible(self, projects: Collection[ProjectId]) -> frozenset[ProjectId]:
        return frozenset() if self.hidden else frozenset(projects)

    def check(self) -> Account:
        return Account(id="me", name="me", service="fake")

    def projects(self) -> Iterator[RemoteProject]:
        yield RemoteProject(id=MALL, key="MALL", name="Mall")

    def describe(self, project: str) -> ProjectSchema:
        raise NotImplementedError

    def pull(self, scope: Scope, cursor: Any, mirrored: Mirrored) -> Iterator[Page]:
        raise NotImplementedError

    def census(self, scope: Scope) -> Iterator[Listing | Skipped]:
        raise NotImplementedError


def _text(value: FieldValue | None) -> str:
    assert isinstance(value, Plain)
    return value.text


SOURCE = ResolvedSource(
    connection=JIRA,
    tool="Fake",
    project=RemoteProject(id=MALL, key="MALL", name="Mall", url="http://127.0.0.1/MALL"),
    client_can_open=False,
    titles_are_client_safe=False,
    status={},
    milestones=(),
    changes=(),
)


@dataclass
class Bench:
    """A store, a tool with two linked items, and what the register wants there."""

    store: Store
    clock: FakeClock
    tool: FakeTool
    due: date = date(2026, 6, 30)
    state: str = "awaiting_decision"
    title: str | None = None
    comment: str | None = None
    new: str | None = None
    text: str | None = None
    said: bool = False
    scope: frozenset[ProjectId] = frozenset({MALL})
    supports: Mapping[Verb, Support] = field(default_factory=dict)
    owner: int = 0
    more: set[str] = field(default_factory=set)
    """Refs of further comments, on the record of the change."""

    @property
    def change(self) -> RecordId:
        return item(1).id

    @property
    def milestone(self) -> RecordId:
        return item(2).id

    def wanted(self) -> list[Wanted]:
        states = {"awaiting_decision": "4", "approved": "4", "implementing": "5"}
        seen = {one.id: one for one in self.store.observe(JIRA, MALL).items}
        change, milestone = seen.get(self.change), seen.get(self.milestone)
        found: list[Wanted] = []
        if change is not None:
            fields = [
                WantedField(
                    field="state",
                    owner="register",
                    ours=Plain(text=self.state),
                    sends=Named(id=states[self.state]),
                    guarded=True,
                )
            ]
            if self.title is not None:
                title = Plain(text=self.title)
                fields.append(WantedField(field="title", owner="shared", ours=title, sends=title))
            found.append(
                WantedRecord(
                    ref="CR-004", role=MAIN, because="CR-004", source=SOURCE, record=change, fields=tuple(fields)
                )
            )
            if self.comment is not None:
                found += [
                    WantedComment(
                        ref=ref,
                        role="decision:CD-001:1",
                        because=ref,
                        source=SOURCE,
                        record=change,
                        body=Rich(format="markdown", original=self.comment),
                        audience="internal",
                        said=self.said,
                    )
                    for ref in ("CR-004", *sorted(self.more))
                ]
        if milestone is not None:
            due = WantedField(
                field="due", owner="register", ours=Day(on=self.due), sends=Day(on=self.due), guarded=True
            )
            found.append(
                WantedRecord(ref="M5", role=MAIN, because="SB-1", source=SOURCE, record=milestone, fields=(due,))
            )
        if self.new is not None:
            found.append(
                WantedItem(
                    ref="CR-005",
                    because="CR-005",
                    source=SOURCE,
                    kind="issue",
                    type=None,
                    parent=None,
                    groups=(),
                    state="4",
                    title=self.new,
                    by_hand=f"CR-005 {self.new}",
                    description=self.text,
                    ours={"title": Plain(text=self.new), "state": Plain(text="awaiting_decision")},
                )
            )
        return found

    # -- what the engine does

    def holding(self) -> Any:
        self.owner += 1
        return self.store.holding(JIRA, adapter="fake", owner=f"host:1:{self.owner}", ttl_s=180)

    def known(self, links: Sequence[LinkRow]) -> Known:
        rows = self.store.writings.rows(JIRA, [*OPEN, "done"])
        return Known(
            workspace=self.store.workspace_id,
            connection=JIRA,
            engagement="one",
            adapter=self.tool,
            links={one.record: one for one in links},
            rows={one.uid: one for one in rows},
            supports=lambda project, kind, verb: self.supports.get(verb, FULL),
            scope=self.scope,
        )

    def look(self, run: Run) -> Planned:
        """Plan afresh, as a person's command would, with the bases kept."""
        wanted = self.wanted()
        run.journal.bind(
            ("one", one.ref, one.role, one.record.id, "adopted") for one in wanted if isinstance(one, WantedRecord)
        )
        found = planned(wanted, self.known(run.journal.links()), UTC)
        run.journal.agree(found.agreed, self.clock.now())
        return found

    def plan(self) -> list[PlanEntry]:
        with self.holding() as run:
            entries = self.look(run).entries
        return [replace(one, n=n) for n, one in enumerate(entries, 1)]

    def apply(self, entries: Sequence[PlanEntry], *, settle: bool = True) -> list[Outcome]:
        with self.holding() as run:
            writer = Writer(run=run, adapter=self.tool, clock=self.clock, zone=UTC, scope=self.scope)
            if settle:
                writer.settle()
            sendable = [one for one in entries if one.state == "planned"]

            def fresh() -> dict[EntryKey, PlanEntry]:
                return {key_of(one): one for one in self.look(run).entries}

            return list(writer.apply(sendable, fresh))

    def pull(self) -> None:
        """Read the tool, as a sync does."""
        self.owner += 1
        if not self.tool.hidden:
            sync(self.store, page(*self.tool.items.values(), *self.tool.comments.values()), run_id=f"run{self.owner}")

    def later(self, seconds: float = 400) -> None:
        self.clock.advance(seconds)


def bench(store: Store, clock: FakeClock, *, read_only: bool = False) -> Bench:
    """Return a bench whose two items agree with the register."""
    if store._database.backend == "sqlite":  # a process dies here, never the machine
        store._database.engine.dispose()
        event.listen(store._database.engine, "connect", lambda made, _: made.execute("PRAGMA synchronous=OFF"))
    made = Bench(store=store, clock=clock, tool=FakeTool(clock, read_only=read_only))
    for one in (item(1, state=ToolState(id="4", name="Waiting")), item(2, "M5")):
        made.tool.items[one.id] = one
    made.pull()
    assert made.plan() == []
    return made


@contextmanager
def dying(store: Store, nth: int, *, after: bool) -> Iterator[list[int]]:
    """Let the process die at the *nth* commit, right before or right after it: it commits nothing more.

    Gives a list whose only number counts the commits.
    """
    database, write = store._database, store._database.write
    count = [0]

    @contextmanager
    def until_then() -> Iterator[Connection]:
        if count[0] >= nth:
            raise Killed
        with write() as connection:
            yield connection
            count[0] += 1
            if count[0] == nth and not after:
                raise Killed
        if count[0] == nth:
            raise Killed

    database.write = until_then  # type: ignore[method-assign]
    try:
        yield count
    finally:
        database.write = write  # type: ignore[method-assign]
