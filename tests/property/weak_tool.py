"""A tool in memory with the weaknesses of real ones, people who edit in it, and a judge of every write that lands.

Two sorts. ``indexed``: searches lag behind, the clock is coarse, writes answer without a body, deleted and hidden look
alike, and the tool logs who changed what. The other lists whole projects at once, answers with the record, says what
was deleted, and logs nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Literal

from pydantic import SecretStr

from pmbridge.adapter import Adapter, ConnectionSettings, Context
from pmbridge.errors import Doubtful, NotVisible, RateLimited, Rejected, Unsupported
from pmbridge.records import (
    FULL,
    Account,
    AddComment,
    Change,
    Comment,
    Create,
    Cursor,
    Details,
    Gone,
    Item,
    Kind,
    KindSchema,
    Listing,
    Mirrored,
    Page,
    ProjectSchema,
    Receipt,
    Record,
    RemoteProject,
    Scope,
    Skipped,
    StateInfo,
    ToolState,
    Transition,
    Update,
    Verb,
    Wanted,
    Write,
)
from pmbridge.testing.clock import START, FakeClock
from pmbridge.values import Day, FieldValue, Label, Named, Plain, ProjectId, RecordId
from tests.property.tool_judge import (
    FIELDS,
    STATES,
    Entered,
    Judge,
    Race,
    as_field,
    value_of,
    value_of_field,
    with_value,
)

Fault = Literal["429", "400", "503", "lost_before", "lost_after", "late", "ignored", "respelled"]
FAULTS: tuple[Fault, ...] = ("429", "400", "503", "lost_before", "lost_after", "late", "ignored", "respelled")
MALL, SHOP = ProjectId("mall"), ProjectId("shop")
CHECK_AGE, FLIGHT = 10.0, 300.0
ME = "me"
_VERBS = (Verb.READ, Verb.CREATE, Verb.UPDATE, Verb.TRANSITION, Verb.COMMENT, Verb.NOTE)


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


class WeakTool(Adapter[ConnectionSettings]):
    """One connection to the tool; all of its state outlives any process of ours."""

    kind = "weak"
    title = "Weak"
    Settings = ConnectionSettings
    kinds: ClassVar[Mapping[str, Kind]] = {
        "issue": Kind(shape="item", label=Label(zh="事项", en="issue"), supports=dict.fromkeys(_VERBS, FULL)),
    }

    def __init__(self, connection: str, clock: FakeClock, *, indexed: bool) -> None:
        settings = ConnectionSettings(adapter="weak", base_url="http://127.0.0.1", read_only=False)
        log = logging.getLogger("test")
        context = Context(connection=connection, secret=_NoSecret(), clock=clock, memo=_NoMemo(), log=log)
        super().__init__(settings, context)
        self.clock = clock
        self.indexed = indexed
        self.find_settles = timedelta(seconds=20 if indexed else 0)
        self.tick = 60 if indexed else 1
        self.skew = 0.0
        self._as_of: float | None = None
        if indexed:
            kind = type(self).kinds["issue"]
            supports = {**kind.supports, Verb.HISTORY: FULL}
            self.kinds = {"issue": replace(kind, supports=supports, logged=frozenset(FIELDS))}  # type: ignore[misc]
        self.past: dict[RecordId, list[tuple[float, Item | None]]] = {}
        self.comments: dict[RecordId, Comment] = {}
        self.log: list[Change] = []
        self.hidden_projects: set[ProjectId] = set()
        self.hidden: set[RecordId] = set()
        self.unstable: set[RecordId] = set()
        """Records that somebody deleted, hid, moved or stripped of their marker: what is promised of others is not."""
        self.faults: list[Fault] = []
        self.flying: list[tuple[float, Write]] = []
        self.pushed: list[Write] = []
        self.before_push: Callable[[Write], None] = lambda write: None
        self.after_landing: Callable[[Write], None] = lambda write: None
        self.judge = Judge()
        self.edits = 0

    # -- time

    @property
    def time(self) -> float:
        """Seconds as they really pass, whatever our clock says."""
        return self.clock.monotonic() if self._as_of is None else self._as_of

    def stamp(self) -> datetime:
        """The tool's own clock: coarse, and not ours."""
        exact = self.time + self.skew
        return START + timedelta(seconds=exact // self.tick * self.tick)

    # -- what stands there

    def now_at(self, id_: RecordId, at: float | None = None) -> Item | None:
        found = None
        for when, item in self.past.get(id_, ()):
            if at is None or when <= at:
                found = item
        return found

    def items(self) -> dict[RecordId, Item]:
        return {id_: item for id_ in self.past if (item := self.now_at(id_)) is not None}

    def visible_item(self, id_: RecordId) -> Item | None:
        item = self.now_at(id_)
        return None if item is None or id_ in self.hidden or item.project in self.hidden_projects else item

    def _put(self, item: Item) -> Item:
        self.edits += 1
        # Jira's updated serves as a version, as coarse as the clock; the other has a counter.
        version = self.stamp().isoformat() if self.indexed else str(self.edits)
        made = replace(item, version=version, updated_at=self.stamp())
        self.past.setdefault(item.id, []).append((self.time, made))
        return made

    def add(self, number: int, title: str, *, project: ProjectId = MALL, **said: Any) -> Item:
        """Let a person make a record."""
        values: dict[str, Any] = {
            "type": Named(id="1", name="Change"),
            "state": ToolState(id="4", name="Waiting", category="todo"),
            "due": Day(on=date(2026, 6, 30)),
            "created_at": self.stamp(),
        }
        id_ = RecordId(kind="issue", external_id=str(number))
        return self._put(Item(id=id_, title=title, project=project, version="", **values | said))

    # -- hands of people

    def edit(self, id_: RecordId, name: str, value: object) -> None:
        self.land_due()
        item = self.now_at(id_)
        if item is None or value_of(item, name) == value:
            return
        self._change(item, name, value, author="wang")
        seen = self.judge.seen.get((id_, name))
        if seen is not None and seen[0] == value:  # it came and went between two looks of ours
            self._entered(id_, name, seen[1])
        else:
            self._entered(id_, name, Entered(value, self.time))

    def _entered(self, id_: RecordId, name: str, entered: Entered | None) -> None:
        if entered is None:
            self.judge.entered.pop((id_, name), None)
        else:
            self.judge.entered[id_, name] = entered

    def delete(self, id_: RecordId) -> None:
        self.land_due()
        self.past[id_].append((self.time, None))
        self.unstable.add(id_)

    def move(self, id_: RecordId, project: ProjectId) -> None:
        self.land_due()
        if (item := self.now_at(id_)) is not None:
            self._put(replace(item, project=project))
            self.unstable.add(id_)

    def clone(self, id_: RecordId, number: int) -> None:
        """Let a person copy a record, marker and all."""
        self.land_due()
        if (item := self.now_at(id_)) is not None:
            self._put(replace(item, id=RecordId(kind="issue", external_id=str(number)), created_at=self.stamp()))

    def acknowledge(self, id_: RecordId, name: str) -> None:
        """A person of ours has looked at what stands there and decided about it."""
        self.judge.entered.pop((id_, name), None)
        seen, item = self.judge.seen.get((id_, name)), self.now_at(id_)
        if seen is not None and item is not None and seen[0] == value_of(item, name):
            self.judge.seen[id_, name] = (seen[0], None)

    # -- landings

    def _change(self, item: Item, name: str, value: object, *, author: str) -> Item:
        before = value_of(item, name)
        made = self._put(with_value(item, name, value))
        at, id_ = self.stamp(), RecordId(kind="change", external_id=str(len(self.log)))
        entry = Change(
            id=id_,
            item=item.id,
            at=at,
            field=name,
            before=as_field(name, before),
            after=as_field(name, value),
            author=author,
        )
        self.log.append(entry)
        return made

    def land_due(self) -> None:
        due = [one for one in self.flying if one[0] <= self.time]
        self.flying = [one for one in self.flying if one[0] > self.time]
        for at, write in due:  # it landed then, whoever looks only now
            self._as_of = at
            self._land(write)
        self._as_of = None

    def _land(self, write: Write, *, spoil: Callable[[object], object] = lambda value: value) -> Record | None:
        self.pushed.append(write)
        match write:
            case Create():
                number = 100 + len(self.past)
                made = self.add(
                    number,
                    str(value_of_field(write.values["title"])).strip(),
                    project=write.project,
                    marker=write.uid,
                    state=ToolState(id=write.state or "4", name=STATES[write.state or "4"], category="todo"),
                    due=None,
                )
                self.judge.landed.setdefault(write.uid, []).append(made.id)
                return made
            case AddComment():
                if self.now_at(write.target) is None:
                    return None
                said = Comment(
                    id=RecordId(kind="comment", external_id=str(len(self.comments))), item=write.target,
                    body=write.body, marker=write.uid, created_at=self.stamp(),
                )  # fmt: skip
                self.comments[said.id] = said
                self.judge.landed.setdefault(write.uid, []).append(said.id)
                return said
            case Update():
                stored = {name: self.canonical("issue", name, value) for name, value in write.values.items()}
                values = {name: spoil(value_of_field(value)) for name, value in stored.items()}
            case Transition():
                values = {"state": write.to}
            case _:
                raise AssertionError(write)
        item = self.now_at(write.target)
        if item is None:
            return None
        self.judge.landed.setdefault(write.uid, []).append(item.id)
        for name, value in values.items():
            if value_of(item, name) != value:
                self._judge(write.uid, item, name, value)
                item = self._change(item, name, value, author=ME)
            self.judge.entered.pop((item.id, name), None)
            self.judge.seen.pop((item.id, name), None)
        return item

    def _judge(self, uid: str, item: Item, name: str, value: object) -> None:
        judge, present = self.judge, value_of(item, name)
        entered = judge.entered.get((item.id, name))
        looked = judge.looked.get(item.id, -1.0)
        if self.time > looked + CHECK_AGE + FLIGHT + 1:
            judge.wrong.append(f"{uid}: landed {self.time - looked:.0f} s after the look")
        if entered is None or present in judge.passed(item.id, name):
            return
        if entered.at >= looked:
            judge.races.append(Race(uid, item.id, name, present))
        else:
            judge.wrong.append(
                f"{name} of {item.id}: {value!r} over {present!r}, which a person entered and we had seen"
            )

    # -- the contract

    def push(self, write: Write) -> Receipt:
        self.land_due()
        fault = self.faults.pop(0) if self.faults else None
        self.before_push(write)
        target = None if isinstance(write, Create) else self.visible_item(write.target)
        if target is None and (not isinstance(write, Create) or write.project in self.hidden_projects):
            raise NotVisible(connection=self.context.connection, n=1)
        match fault:
            case "429":
                raise RateLimited(retry_after=30)
            case "400":
                raise Rejected(faults={"title": "not like this"}, tool=self.title)
            case "503" | "lost_before":
                raise Doubtful(connection=self.context.connection)
            case "late":
                self.flying.append((self.time + 150, write))
                raise Doubtful(connection=self.context.connection)
            case "ignored" if isinstance(write, Update | Transition):
                return self._answer(write, self.now_at(write.target))
        spoil: Callable[[object], object] = lambda value: value  # noqa: E731
        if fault == "respelled":
            spoil = lambda value: f"{value}." if isinstance(value, str) else value  # noqa: E731
        after = self._land(write, spoil=spoil)
        self.after_landing(write)
        if fault == "lost_after":
            raise Doubtful(connection=self.context.connection)
        return self._answer(write, after)

    def _answer(self, write: Write, after: Record | None) -> Receipt:
        assert after is not None
        told = isinstance(write, Create | AddComment) or not self.indexed
        return Receipt(uid=write.uid, id=after.id, after=after if told else None)

    def canonical(self, kind: str, field: str, value: FieldValue | None) -> FieldValue | None:
        return Plain(text=value.text.strip()) if isinstance(value, Plain) else value

    def find(self, write: Write, since: datetime) -> Sequence[Record | Gone]:
        self.land_due()
        seen_until = self.time - (20 if self.indexed else 0)
        if isinstance(write, AddComment):
            if self.visible_item(write.target) is None:
                raise NotVisible(connection=self.context.connection, n=1)
            return [one for one in self.comments.values() if one.marker == write.uid]
        found: list[tuple[datetime, Record | Gone]] = []
        for id_, past in self.past.items():
            shown = self.now_at(id_, seen_until)
            first = next((item for _, item in past if item is not None), None)
            if first is None or first.marker != write.uid or (first.created_at or since) < since:
                continue
            if self.visible_item(id_) is not None and shown is not None and shown.marker == write.uid:
                found.append((first.created_at or since, shown))
            elif self.now_at(id_) is None and not self.indexed:
                found.append((first.created_at or since, Gone(id=id_, why="deleted")))
        return [one for _, one in sorted(found, key=lambda pair: pair[0])]

    def _look(self, item: Item) -> Item:
        for name in FIELDS:
            self.judge.seen[item.id, name] = (value_of(item, name), self.judge.entered.get((item.id, name)))
        return item

    def read(self, ids: Sequence[RecordId]) -> Iterator[Record | Gone]:
        self.land_due()
        answers: list[Record | Gone] = []
        for id_ in ids:
            item = self.visible_item(id_)
            if item is not None:
                self.judge.looked[id_] = self.time
                answers.append(self._look(item))
            else:
                deleted = not self.indexed and id_ in self.past and self.now_at(id_) is None
                answers.append(Gone(id=id_, why="deleted" if deleted else "hidden"))
        return iter(answers)

    def visible(self, projects: Collection[ProjectId]) -> frozenset[ProjectId]:
        return frozenset(projects) - self.hidden_projects

    def check(self) -> Account:
        return Account(id=ME, name="me", service="weak")

    def projects(self) -> Iterator[RemoteProject]:
        yield RemoteProject(id=MALL, key="MALL", name="Mall")

    def describe(self, project: str) -> ProjectSchema:
        if MALL in self.hidden_projects:
            raise NotVisible(connection=self.context.connection, thing=str(MALL))
        states = tuple(StateInfo(state=ToolState(id=id_, name=name, category="todo")) for id_, name in STATES.items())
        kind = KindSchema(supports=dict.fromkeys(_VERBS, FULL), types=(Named(id="1", name="Change"),), states=states)
        return ProjectSchema(project=RemoteProject(id=MALL, key="MALL", name="Mall"), kinds={"issue": kind})

    def _in(self, project: ProjectId, at: float | None) -> list[Item]:
        shown = [self.now_at(id_, at) for id_ in self.past if self.visible_item(id_) is not None]
        return sorted((one for one in shown if one is not None and one.project == project), key=lambda one: one.id)

    def pull(self, scope: Scope, cursor: Cursor | None, mirrored: Mirrored) -> Iterator[Page]:
        self.land_due()
        if MALL in self.hidden_projects:
            error = NotVisible(connection=self.context.connection, thing=str(MALL))
            yield Page(cursor=cursor or {}, skipped=(Skipped(project=MALL, error=error),))
            return
        started = self.stamp()
        if not self.indexed:
            yield from self._whole(started)
            return
        kept = cursor if isinstance(cursor, dict) else {}
        overlap = self.find_settles + timedelta(seconds=self.tick)
        mark = datetime.fromisoformat(str(kept["mark"])) if kept.get("mark") else None
        position = str(kept.get("at", ""))
        high = datetime.fromisoformat(str(kept["high"])) if kept.get("high") else (mark or started - overlap)
        rows = [one for one in self._in(MALL, self.time - 20) if mark is None or (one.updated_at or started) >= mark]
        rows = [one for one in rows if one.id.external_id > position]
        half = len(rows) // 2
        if mark is not None:
            high = max([high, *((one.updated_at or started) - overlap for one in rows)])
        if half:
            at = {"mark": kept.get("mark"), "at": rows[half - 1].id.external_id, "high": high.isoformat()}
            yield Page(cursor=at, records=tuple(map(self._look_lag, rows[:half])), lagging=True)
        done = {"mark": high.isoformat(), "at": "", "high": None}
        rest = tuple(map(self._look_lag, rows[half:]))
        yield Page(cursor=done, records=rest, lagging=True, complete={MALL: started})

    def _look_lag(self, item: Item) -> Item:
        """A row of the index is what we see only if it is what stands there."""
        return self._look(item) if self.now_at(item.id) == item else item

    def _whole(self, started: datetime) -> Iterator[Page]:
        rows = [self._look(one) for one in self._in(MALL, None)]
        listed = Listing(project=MALL, kind="issue", ids={one.id.external_id: one.version for one in rows})
        yield Page(cursor={"full": True}, records=tuple(rows), listings=(listed,), complete={MALL: started})

    def census(self, scope: Scope) -> Iterator[Listing | Skipped]:
        if MALL in self.hidden_projects:
            yield Skipped(project=MALL, error=NotVisible(connection=self.context.connection, thing=str(MALL)))
            return
        rows = self._in(MALL, self.time - (20 if self.indexed else 0))
        yield Listing(project=MALL, kind="issue", ids={one.id.external_id: one.version for one in rows})

    def details(self, wanted: Sequence[Wanted]) -> Iterator[Details]:
        self.land_due()
        for one in wanted:
            if not self.indexed:
                raise Unsupported(connection=self.context.connection, tool=self.title, detail="log", detail_zh="日志")
            error = None
            if self.visible_item(one.id) is None:
                error = NotVisible(connection=self.context.connection, thing=str(one.id))
            entries = () if error else tuple(entry for entry in self.log if entry.item == one.id)
            yield Details(id=one.id, parts=one.parts, as_of=self.stamp(), records=entries, error=error)
