"""What the sandbox's team holds, whoever asks and however: projects and products with all that is in them.

Nothing here knows HTTP. Times are whole Unix seconds, as on the wire.
"""

from __future__ import annotations

import itertools
import string
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pmbridge.clock import Clock
from pmbridge_pingcode import sandbox_catalogue as catalogue
from pmbridge_pingcode.sandbox_catalogue import hex24

ZONE = ZoneInfo("Asia/Shanghai")


@dataclass
class User:
    id: str
    name: str
    display_name: str
    email: str


@dataclass
class Project:
    id: str
    kind: str
    identifier: str
    name: str
    created_at: int
    updated_at: int
    archived: bool = False
    hidden: bool = False
    last: int = 0


@dataclass
class Step:
    """One change of state; the first of an item has no ``before``."""

    id: str
    before: str | None
    after: str
    at: int
    by: str


@dataclass
class Note:
    """A comment."""

    id: str
    text: str
    at: int
    by: str
    deleted: bool = False


@dataclass
class Item:
    """A work item, a ticket or an idea. ``home``: its project or product."""

    id: str
    kind: str
    home: str
    number: int
    title: str
    type: str
    state: str
    created_at: int
    updated_at: int
    created_by: str
    start: int | None = None
    due: int | None = None
    parent: str | None = None
    phase: str | None = None
    assignee: str | None = None
    priority: str | None = None
    releases: tuple[str, ...] = ()
    sprint: str | None = None
    description: str | None = None
    completed_at: int | None = None
    story_points: float | None = None
    estimated_workload: float | None = None
    remaining_workload: float | None = None
    properties: dict[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    customer: str | None = None
    solution: str | None = None
    channel: str | None = None
    plan: str | None = None
    suite: str | None = None
    progress: float = 0
    granularity: str = "day"
    real_at: dict[str, Any] | None = None
    archived: bool = False
    deleted: bool = False
    steps: list[Step] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    @property
    def short_id(self) -> str:
        """The short form that addresses of pages use: eight characters."""
        number, digits = int(self.id[8:], 16) * 7919 + 104_729, string.ascii_letters + string.digits
        return "".join(digits[number // len(digits) ** place % len(digits)] for place in range(7)) + "x"


@dataclass
class Release:
    id: str
    project: str
    name: str
    start: int
    due: int
    stage: str
    created_at: int
    updated_at: int
    assignee: str = ""
    entered: dict[str, int] = field(default_factory=dict)
    """stage → when it was entered"""


@dataclass
class Sprint:
    id: str
    project: str
    name: str
    start: int
    due: int
    status: str
    created_at: int
    updated_at: int
    completed_at: int | None = None


@dataclass
class Relation:
    """One side of a link between two work items; the other side is a row of its own."""

    id: str
    kind: str
    origin: str
    target: str


@dataclass
class CrossRelation:
    """A link between things of which at least one is no work item: it has no type."""

    id: str
    origin: str
    target: str


@dataclass
class Deliverable:
    id: str
    project: str
    work_item: str
    name: str
    href: str
    created_at: int
    updated_at: int
    deleted: bool = False


_SPACES = {"project": 0x5EB623F6, "product": 0x63EC0001, "work_item": 0x5EDCA524, "ticket": 0x63ECA888,
           "idea": 0x64B4D70B, "release": 0x64000001, "sprint": 0x64000002, "deliverable": 0x63761FEE,
           "step": 0x5E6B35DE, "note": 0x59F72DFA, "relation": 0x58FB35DE, "cross_relation": 0xFA1125CB}  # fmt: skip


class Team:
    """One team's PingCode. ``lock`` is held while it is read or changed."""

    def __init__(self, clock: Clock) -> None:
        self.lock = threading.RLock()
        self.clock = clock
        self.users: dict[str, User] = {}
        self.projects: dict[str, Project] = {}
        self.products: dict[str, Project] = {}
        self.items: dict[str, Item] = {}
        self.releases: dict[str, Release] = {}
        self.sprints: dict[str, Sprint] = {}
        self.deliverables: dict[str, Deliverable] = {}
        self.relations: dict[str, Relation] = {}
        self.cross_relations: dict[str, CrossRelation] = {}
        self._counters = {name: itertools.count(1) for name in _SPACES}
        self.me = self.add_user("王工")

    @property
    def now(self) -> int:
        """The present second."""
        return int(self.clock.now().timestamp())

    def new_id(self, what: str) -> str:
        """Return an id that nothing has yet."""
        return hex24(_SPACES[what], next(self._counters[what]))

    def add_user(self, name: str) -> User:
        """Return the user of that display name, making one at need."""
        for user in self.users.values():
            if user.display_name == name:
                return user
        number = len(self.users) + 1
        user = User(f"a0417f68e846aae3{number:016x}", f"user{number}", name, f"user{number}@qingchuan.example")
        self.users[user.id] = user
        return user

    def add_project(self, identifier: str, name: str, kind: str = "hybrid", *, at: int | None = None) -> Project:
        """Make a project: scrum, kanban, waterfall or hybrid."""
        moment = self.now if at is None else at
        made = Project(self.new_id("project"), kind, identifier, name, moment, moment)
        self.projects[made.id] = made
        return made

    def add_product(self, identifier: str, name: str) -> Project:
        """Make a product, which holds tickets and ideas."""
        made = Project(self.new_id("product"), "product", identifier, name, self.now, self.now)
        self.products[made.id] = made
        return made

    def home(self, item: Item) -> Project:
        """Return the project or product of *item*."""
        return self.projects[item.home] if item.kind == "work_item" else self.products[item.home]

    def of(self, home: str, kind: str) -> Iterator[Item]:
        """Yield the items of one project or product, in the order of their numbers."""
        yield from sorted(
            (one for one in self.items.values() if one.home == home and one.kind == kind), key=lambda one: one.number
        )

    def add_item(
        self, home: Project, title: str, type_id: str, *, kind: str = "work_item", state: str | None = None,
        at: int | None = None, by: str | None = None, **values: Any,
    ) -> Item:  # fmt: skip
        """Make a work item, a ticket or an idea."""
        moment, who = (self.now if at is None else at), by or self.me.id
        home.last += 1
        states = self.states(kind, type_id)
        item = Item(
            id=self.new_id(kind), kind=kind, home=home.id, number=home.last, title=title, type=type_id,
            state=states[0], created_at=moment, updated_at=moment, created_by=who, **values,
        )  # fmt: skip
        self.items[item.id] = item
        item.steps.append(Step(self.new_id("step"), None, item.state, moment, who))
        if state is not None and state != item.state:
            self.move_to(item, state, at=moment, by=who)
        return item

    @staticmethod
    def states(kind: str, type_id: str) -> tuple[str, ...]:
        """Return the states that items of a type go through."""
        match kind:
            case "ticket":
                return tuple(catalogue.TICKET_STATES)
            case "idea":
                return tuple(catalogue.IDEA_STATES)
            case _:
                return catalogue.TYPES[type_id].states

    @staticmethod
    def state(kind: str, id_: str) -> catalogue.StateOf:
        """Return a state of a kind of item."""
        match kind:
            case "ticket":
                return catalogue.TICKET_STATES[id_]
            case "idea":
                return catalogue.IDEA_STATES[id_]
            case _:
                return catalogue.STATES[id_]

    def move_to(self, item: Item, state: str, *, at: int | None = None, by: str | None = None) -> None:
        """Give *item* a state and keep that it changed."""
        moment, who = (self.now if at is None else at), by or self.me.id
        if state == item.state:
            return
        item.steps.append(Step(self.new_id("step"), item.state, state, moment, who))
        item.state = state
        item.completed_at = moment if self.state(item.kind, state).kind == "completed" else None
        item.updated_at = moment

    def change(self, item: Item, *, at: int | None = None, **values: Any) -> None:
        """Set attributes of *item*."""
        for name, value in values.items():
            setattr(item, name, value)
        item.updated_at = self.now if at is None else at

    def say(self, item: Item, text: str, *, by: str | None = None, at: int | None = None) -> Note:
        """Comment on *item*; whether that moves its time of change is not known, here it does not."""
        note = Note(self.new_id("note"), text, self.now if at is None else at, by or self.me.id)
        item.notes.append(note)
        return note

    def relate(self, item: Item, kind: str, other: Item) -> Relation:
        """Link two work items; the row of the other one is made by itself and has its own id."""
        made = Relation(self.new_id("relation"), kind, item.id, other.id)
        back = Relation(self.new_id("relation"), catalogue.INVERSE.get(kind, kind), other.id, item.id)
        self.relations |= {made.id: made, back.id: back}
        return made

    def relate_kinds(self, item: Item, other: Item) -> CrossRelation:
        """Link things of two kinds. Whether a second such link is refused is not known: here it is made."""
        made = CrossRelation(self.new_id("cross_relation"), item.id, other.id)
        self.cross_relations[made.id] = made
        return made

    def add_release(self, project: Project, name: str, start: int, due: int, *, assignee: str = "") -> Release:
        """Make a release, both ends moved to the bounds of their days."""
        made = Release(
            self.new_id("release"), project.id, name, first_second(start), last_second(due), catalogue.UNSTARTED,
            self.now, self.now, assignee or self.me.id,
        )  # fmt: skip
        self.releases[made.id] = made
        return made

    def add_sprint(self, project: Project, name: str, start: int, due: int) -> Sprint:
        """Make a sprint, both ends moved to the bounds of their days."""
        made = Sprint(
            self.new_id("sprint"),
            project.id,
            name,
            first_second(start),
            last_second(due),
            "pending",
            self.now,
            self.now,
        )
        self.sprints[made.id] = made
        return made

    def add_deliverable(self, item: Item, name: str, href: str) -> Deliverable:
        """Hang a deliverable on a work item."""
        made = Deliverable(self.new_id("deliverable"), item.home, item.id, name, href, self.now, self.now)
        self.deliverables[made.id] = made
        return made


def at(day: date, hour: int = 0, minute: int = 0) -> int:
    """Return a moment in Shanghai as Unix seconds."""
    return int(datetime.combine(day, time(hour, minute), ZONE).timestamp())


def first_second(moment: int) -> int:
    """Return the first second of the day in which *moment* lies."""
    return at(datetime.fromtimestamp(moment, ZONE).date())


def last_second(moment: int) -> int:
    """Return the last second of that day."""
    return at(datetime.fromtimestamp(moment, ZONE).date() + timedelta(days=1)) - 1
