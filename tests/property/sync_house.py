"""A house with the real engine in it: a store, two weak tools, a register, and processes that die or fall asleep.

What the register wants is a value per field and ref; everything that decides, sends and remembers is the engine's own:
pull and census, plan, journal, writer, settling.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from sqlalchemy import Connection, event, text

from pmbridge.clock import Clock
from pmbridge.domain.mapping import Source
from pmbridge.domain.resolved import ResolvedSource
from pmbridge.errors import PmbridgeError
from pmbridge.records import FULL, AddComment, Create, Item, RemoteProject, Transition, Update, Write
from pmbridge.store import GIVEN_UP, OPEN, LinkRow, OutboxRow, Run, Store
from pmbridge.sync.apply import Writer, key_of
from pmbridge.sync.entry import PlanEntry, base_of
from pmbridge.sync.outdated import superseded
from pmbridge.sync.plan import Known, LeftOut, Planned, planned
from pmbridge.sync.result import ConnectionOutcome
from pmbridge.sync.run import Job, run_connection
from pmbridge.sync.run import Options as SyncOptions
from pmbridge.sync.send import Outcome, Stopped
from pmbridge.sync.wanted import MAIN, Wanted, WantedComment, WantedField, WantedItem, WantedRecord
from pmbridge.testing.clock import FakeClock
from pmbridge.values import Day, FieldValue, Named, Plain, RecordId, Rich
from tests.property.tool_judge import value_of
from tests.property.weak_tool import MALL, WeakTool

ENGAGEMENT = "one"
LEASE_S = 180.0
SENDS = {"awaiting": "4", "approved": "4", "implementing": "5", "submitted": "3"}
"""States of ours on states of the tools: two of them are one there."""
CHANGES = {"from": "issue", "where": {"title": "^Change"}, "states": {"4": "awaiting_decision"}}


class Killed(BaseException):
    """The process is gone; nothing of it runs any more."""


@dataclass
class Ours:
    """What the register says of one ref, and what it said before. ``adopted``: the tool's records that it is."""

    title: str
    state: str = "awaiting"
    due: date = date(2026, 6, 30)
    past: dict[str, list[Any]] = field(default_factory=dict)
    adopted: dict[str, RecordId] = field(default_factory=dict)
    made_in: str | None = None
    said: int = 0

    def say(self, name: str, value: Any) -> None:
        now = getattr(self, name)
        if now != value:
            self.past.setdefault(name, []).append(now)
            setattr(self, name, value)


@dataclass(frozen=True)
class At:
    """What befalls a process at its nth commit: it is killed right before or after, or sleeps after it."""

    nth: int
    what: str  # before, after, sleep


class House:
    """``tools``: by connection, ``a`` searches through an index and logs, ``b`` does neither."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        self.folder = folder
        shutil.copy(_template(), folder / "store.db")
        self.store = Store.open(f"sqlite:///{folder / 'store.db'}", clock=self.clock)
        event.listen(self.store._database.engine, "connect", lambda made, _: made.execute("PRAGMA synchronous=OFF"))
        self.store._database.engine.dispose()
        self.tools = {"a": WeakTool("a", self.clock, indexed=True), "b": WeakTool("b", self.clock, indexed=False)}
        self.ours: dict[str, Ours] = {}
        self.kept: dict[tuple[str, str, str, RecordId], tuple[Any, Any, datetime]] = {}
        """How a person settled: ours is to replace what the tool showed, as long as both say what they said."""
        self.asked: list[LeftOut] = []
        self.clock_of_writer: Clock = self.clock
        self.allowed: list[PlanEntry] | None = None
        self.wrong: list[str] = []
        self.raced: set[str] = set()
        self._process = itertools.count(1)
        for name, tool in self.tools.items():
            tool.judge.passed = self._passed(name)
            tool.before_push = self._checked(name)
            tool.add(9, "Anchor")
        for number in (1, 2):
            ref = f"CR-{number}"
            ours = self.ours[ref] = Ours(title=f"Change {number}")
            for name, tool in self.tools.items():
                ours.adopted[name] = tool.add(number, ours.title).id
        for name in self.tools:
            self.clock.advance(600)
            self.run(name)

    def close(self) -> None:
        self.store.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    # -- what is wanted

    def wanted(self, name: str) -> list[Wanted]:
        seen = {one.id: one for one in self.store.observe(name, MALL).items}
        links = self.store.writings.links(name)
        made = {one.ref: one.record for one in links if one.origin == "created" and one.role == MAIN}
        found: list[Wanted] = []
        for ref, ours in self.ours.items():
            id_ = ours.adopted.get(name) or made.get(ref)
            item = None if id_ is None else seen.get(id_)
            if item is not None:
                found.append(self._record(ref, ours, item, name))
                if ours.said:
                    found.append(self._comment(ref, ours, item, name))
            elif id_ is None and ours.made_in == name:
                found.append(self._item(ref, ours, name))
        return found

    def _record(self, ref: str, ours: Ours, item: Item, name: str) -> WantedRecord:
        formerly = tuple((Plain(text=one), Named(id=SENDS[one])) for one in ours.past.get("state", ()))
        state = WantedField(
            field="state", owner="register", ours=Plain(text=ours.state), sends=Named(id=SENDS[ours.state]),
            formerly=tuple(one for one in formerly if one[1] != Named(id=SENDS[ours.state])), guarded=True,
        )  # fmt: skip
        title = Plain(text=ours.title)
        due = Day(on=ours.due)
        return WantedRecord(
            ref=ref,
            role=MAIN,
            because=ref,
            source=_source(name),
            record=item,
            fields=(
                state,
                WantedField(field="title", owner="shared", ours=title, sends=title),
                WantedField(field="due", owner="register", ours=due, sends=due, guarded=True),
            ),
        )

    def _comment(self, ref: str, ours: Ours, item: Item, name: str) -> WantedComment:
        return WantedComment(
            ref=ref, role=f"decision:CD:{ours.said}", because=ref, source=_source(name), record=item,
            body=Rich(format="markdown", original=f"decision {ours.said}"), audience="internal",
        )  # fmt: skip

    def _item(self, ref: str, ours: Ours, name: str) -> WantedItem:
        said: dict[str, FieldValue | None] = {"title": Plain(text=ours.title), "state": Plain(text=ours.state)}
        return WantedItem(
            ref=ref, because=ref, source=_source(name), kind="issue", type=None, parent=None, groups=(),
            state=SENDS[ours.state], title=ours.title, by_hand=ours.title, description=None, ours=said,
        )  # fmt: skip

    # -- what the engine does

    def known(self, name: str, links: Sequence[LinkRow]) -> Known:
        rows = self.store.writings.rows(name, [*OPEN, "done"])
        return Known(
            workspace=self.store.workspace_id,
            connection=name,
            engagement=ENGAGEMENT,
            adapter=self.tools[name],
            links={one.record: one for one in links},
            rows={one.uid: one for one in rows},
            supports=lambda project, kind, verb: FULL,
            scope=frozenset({MALL}),
            kept=dict(self._still_kept(name)),
        )

    def _still_kept(self, name: str) -> Iterator[tuple[tuple[str, str, RecordId], datetime]]:
        seen = {one.id: one for one in self.store.observe(name, MALL).items}
        for (of, ref, what, id_), (ours, theirs, at) in self.kept.items():
            item = seen.get(id_)
            now = None if item is None else (getattr(self.ours[ref], what), value_of(item, what))
            if of == name and now == (ours, theirs):
                yield (ref, what, id_), at

    def look(self, run: Run, name: str) -> Planned:
        wanted = self.wanted(name)
        binds = [
            (ENGAGEMENT, one.ref, MAIN, one.record.id, "adopted") for one in wanted if isinstance(one, WantedRecord)
        ]
        run.journal.bind(binds)  # type: ignore[arg-type] # the last is an Origin
        known = self.known(name, run.journal.links())
        found = planned(wanted, known, UTC)
        run.journal.agree(found.agreed, self.clock.now())
        looked_at = {one.ref for one in wanted if isinstance(one, WantedRecord)}
        for row in superseded(found.entries, [one for one in known.rows.values() if one.ref in looked_at]):
            run.journal.set_state(row.uid, "dropped")
        self._agreed(name, wanted)
        return found

    def _agreed(self, name: str, wanted: Sequence[Wanted]) -> None:
        """What a person entered and the register says as well is agreed on."""
        tool = self.tools[name]
        for one in wanted:
            if not isinstance(one, WantedRecord) or not isinstance(one.record, Item):
                continue
            now = tool.now_at(one.record.id)
            if now is not None:
                for each in one.fields:
                    sends = value_of_any(tool.canonical("issue", each.field, each.sends))
                    if value_of(one.record, each.field) == sends == value_of(now, each.field):
                        tool.acknowledge(one.record.id, each.field)

    @contextmanager
    def holding(self, name: str) -> Iterator[Run]:
        owner = f"host:1:{next(self._process)}"
        with self.store.holding(name, adapter="weak", owner=owner, ttl_s=LEASE_S) as run:
            yield run

    def sync(self, name: str, *, full: bool = False) -> ConnectionOutcome:
        """Read one tool."""
        number = next(self._process)
        job = Job(
            run_id=f"run{number:04}",
            owner=f"host:1:{number}",
            connection=name,
            make_adapter=lambda: self.tools[name],
            store=self.store,
            clock=self.clock,
            sources=[(ENGAGEMENT, Source.model_validate({"connection": name, "project": "mall", "changes": CHANGES}))],
            options=SyncOptions(full=full),
        )
        return run_connection(job)

    def plan(self, name: str) -> list[PlanEntry]:
        with self.holding(name) as run:
            found = self.look(run, name)
        self.asked = [*(one for one in self.asked if one.connection != name), *found.left_out]
        return [replace(one, n=n) for n, one in enumerate(found.entries, 1)]

    def apply(self, name: str, entries: Sequence[PlanEntry] | None) -> list[Outcome]:
        """Settle what is in doubt, then carry out *entries*; ``None``: all that may be sent now."""
        with self.holding(name) as run:
            writer = Writer(
                run=run, adapter=self.tools[name], clock=self.clock_of_writer, zone=UTC, scope=frozenset({MALL})
            )
            writer.settle()
            if entries is None:
                found = self.look(run, name)
                self.asked = [*(one for one in self.asked if one.connection != name), *found.left_out]
                entries = [replace(one, n=n) for n, one in enumerate(found.entries, 1)]
            sendable = [one for one in entries if one.state == "planned"]
            self.allowed = sendable
            try:
                return list(writer.apply(sendable, lambda: {key_of(one): one for one in self.look(run, name).entries}))
            finally:
                self.allowed = None
                self._note_races(name)

    def run(self, name: str, *, full: bool = False) -> None:
        """Sync and write, as cron does with everything in `write.auto`; what goes wrong waits for the next run."""
        outcome = self.sync(name, full=full)
        if outcome.error is None:
            with suppress(Stopped, PmbridgeError):
                self.apply(name, None)

    def _note_races(self, name: str) -> None:
        self.raced |= {one.uid for one in self.store.writings.rows(name, ["raced"])}

    # -- what befalls a process

    def dying(self, do: Callable[[], object], at: At, asleep: Callable[[], object] = lambda: None) -> None:
        """Let *do* run in a process that something befalls at a commit; *asleep* is what others do meanwhile."""
        database, write = self.store._database, self.store._database.write
        count = 0
        gone = False

        @contextmanager
        def watched() -> Iterator[Connection]:
            nonlocal count, gone
            if gone:
                raise Killed
            with write() as connection:
                yield connection
                count += 1
                if count == at.nth and at.what == "before":
                    gone = True
                    raise Killed
            if count == at.nth and at.what == "after":
                gone = True
                raise Killed
            if count == at.nth and at.what == "sleep":
                self.allowed, allowed = None, self.allowed
                self.clock.advance(LEASE_S + 30)
                database.write = write  # type: ignore[method-assign]
                asleep()
                database.write = watched  # type: ignore[method-assign]
                self.allowed = allowed

        database.write = watched  # type: ignore[method-assign]
        try:
            with suppress(Killed, Stopped, PmbridgeError):
                do()
        finally:
            database.write = write  # type: ignore[method-assign]

    # -- what a person of ours does

    def settle(self, one: LeftOut, way: str) -> None:
        """Settle a difference as it was shown."""
        id_ = self.record_of(one.ref, one.connection)
        if id_ is None:
            return
        ours = self.ours[one.ref]
        shown_ours = one.ours.text if isinstance(one.ours, Plain) else getattr(one.ours, "on", None)
        shown_theirs = value_of_any(one.theirs)
        if getattr(ours, one.field) != shown_ours:
            return  # refused: ours is no longer what was shown
        if way == "take" and one.field == "title":
            ours.say("title", str(shown_theirs))
        else:
            self.kept[one.connection, one.ref, one.field, id_] = (shown_ours, shown_theirs, self.clock.now())
        item = self.tools[one.connection].now_at(id_)
        if item is not None and value_of(item, one.field) == shown_theirs:
            self.tools[one.connection].acknowledge(id_, one.field)

    def release(self, name: str, row: OutboxRow) -> None:
        """Send again what was given up; a person has looked at what the tool shows of it."""
        with suppress(PmbridgeError), self.holding(name) as run:
            if row.state == "raced":
                run.journal.set_state(row.uid, "done")
            elif row.verb in ("create", "comment"):
                run.journal.try_again(row.uid)
            else:
                run.journal.set_state(row.uid, "dropped")

    def given_up(self, name: str) -> list[OutboxRow]:
        return self.store.writings.rows(name, GIVEN_UP)

    def record_of(self, ref: str, name: str) -> RecordId | None:
        links = self.store.writings.links(name)
        linked = next((one.record for one in links if (one.ref, one.role) == (ref, MAIN)), None)
        return self.ours[ref].adopted.get(name) or linked

    # -- what is watched

    def _passed(self, name: str) -> Callable[[RecordId, str], set[object]]:
        def passed(id_: RecordId, what: str) -> set[object]:
            if what != "state":
                return set()
            link = next((one for one in self.store.writings.links(name) if one.record == id_), None)
            if link is None or link.ref not in self.ours:
                return set()
            past = [*self.ours[link.ref].past.get("state", [])]
            base = base_of(link.bases.get("state"))
            if base is not None and isinstance(base.ours, Plain) and base.ours.text in past:
                past = past[len(past) - past[::-1].index(base.ours.text) :]
            return {SENDS[one] for one in past}

        return passed

    def _checked(self, name: str) -> Callable[[Write], None]:
        """Judge that what is sent stands in the plan that was given."""

        def checked(write: Write) -> None:
            planned_writes = [one.write for one in self.allowed or ()]
            if not any(_is_part(write, one) for one in planned_writes):
                self.wrong.append(f"{name}: sent what no plan has: {write}")

        return checked

    def rows(self, *tables: str) -> Mapping[str, int]:
        """Return how many rows these tables hold."""
        with self.store._database.read() as reading:
            return {one: reading.execute(text(f"SELECT count(*) FROM {one}")).scalar_one() for one in tables}


def _is_part(write: Write, of: Write) -> bool:
    match write, of:
        case (Create(), Create()) | (AddComment(), AddComment()):
            return write == of
        case Transition(), Transition():
            return (write.target, write.to) == (of.target, of.to)
        case Update(), Update():
            return write.target == of.target and all(of.values.get(name) == one for name, one in write.values.items())
    return False


def value_of_any(value: object) -> object:
    """Return a plain value of what a difference shows."""
    match value:
        case Plain():
            return value.text
        case Day():
            return value.on
        case Named():
            return value.id
        case _:
            return None


def _source(name: str) -> ResolvedSource:
    return ResolvedSource(
        connection=name, tool="Weak", project=RemoteProject(id=MALL, key="MALL", name="Mall", url="http://127.0.0.1"),
        client_can_open=False, titles_are_client_safe=False, status={}, milestones=(), changes=(),
    )  # fmt: skip


@cache
def _template() -> Path:
    """Return a new store's file: to make one takes longer than most histories."""
    folder = Path(mkdtemp(prefix="pmbridge-template-"))
    with Store.open(f"sqlite:///{folder / 'store.db'}", clock=FakeClock()):
        pass
    return folder / "store.db"


def new_house() -> House:
    """Return a house in a folder of its own; close it."""
    return House(Path(mkdtemp(prefix="pmbridge-house-")))
