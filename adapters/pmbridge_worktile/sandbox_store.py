"""The data of a Worktile team: projects, tasks, people, as the server keeps them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from pmbridge.clock import Clock

ZONE = ZoneInfo("Asia/Shanghai")
KEPT = object()

TASK, MILESTONE, CHANGE = "任务", "里程碑", "变更申请"
# Names are the team's own: of the third kind are also states that nobody would call completed.
WORKFLOWS: Mapping[str, tuple[tuple[str, int], ...]] = {
    TASK: (("未开始", 1), ("进行中", 2), ("已完成", 3), ("关闭", 3)),
    MILESTONE: (("未开始", 1), ("进行中", 2), ("已达成", 3)),
    CHANGE: (("已提交", 1), ("评估中", 2), ("待客户确认", 2), ("实施中", 2), ("已拒绝", 3), ("报废清理", 3)),
}
FORECAST, EFFORT, VERSION, MARK = "yjrq", "gs_yg", "qp_version", "wbbs"
"""Properties that this team made itself: 预计日期, 预估工时, 版本, 外部标识. Of their names the API knows nothing."""
WRITABLE = ("desc", "start", "due", "assignee", FORECAST, EFFORT, MARK)
"""Properties that whoever makes a task may set."""


@dataclass(frozen=True, slots=True)
class State:
    id: str
    name: str
    type: int


@dataclass(frozen=True, slots=True)
class TaskType:
    id: str
    name: str
    states: tuple[State, ...]


@dataclass(slots=True)
class Tag:
    id: str
    project: str
    name: str
    color: str = "#2cccda"


@dataclass(slots=True)
class User:
    """``listed``: the list of members holds the person; others are only referred to."""

    id: str
    uid: str
    name: str
    display_name: str
    listed: bool = True


@dataclass(slots=True)
class Comment:
    by: str
    at: int
    content: str
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    at: int
    by: str
    before: State | None
    after: State


@dataclass(slots=True)
class Project:
    id: str
    name: str
    hidden: bool = False
    numbers: Iterable[int] = field(default_factory=lambda: count(1))


@dataclass(slots=True, kw_only=True)
class Task:
    id: str
    number: int
    project: str
    title: str
    type: TaskType
    state: State
    created_by: str
    created_at: int
    updated_at: int
    completed_at: int | None = None
    archived: bool = False
    hidden: bool = False
    parent: str | None = None
    properties: dict[str, Any] = field(default_factory=dict)
    comments: list[Comment] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)


@dataclass(slots=True)
class File:
    id: str
    title: str
    ext: str
    content: bytes = field(repr=False)


class Team:
    """One team of Worktile and all that it holds. Every edit happens at the clock's present second."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.lock = threading.RLock()
        self.projects: dict[str, Project] = {}
        self.tasks: dict[str, Task] = {}
        self.tags: dict[str, Tag] = {}
        self.users: dict[str, User] = {}
        self.files: dict[str, File] = {}
        self._ids = count(1)
        self.types = {name: self._type(name, states) for name, states in WORKFLOWS.items()}
        self.options = {name: self.new_id() for name in ("v1.0", "v2.0")}
        self.property_ids: dict[str, str] = {}
        self.me = self.add_user("王工")

    def new_id(self) -> str:
        """Return 24 hex digits, in no order that anybody could rely on."""
        return sha256(f"id {next(self._ids)}".encode()).hexdigest()[:24]

    def now(self) -> int:
        """Return the present second."""
        return int(self.clock.now().timestamp())

    def _type(self, name: str, states: Iterable[tuple[str, int]]) -> TaskType:
        made = tuple(State(self.new_id(), state, kind) for state, kind in states)
        return TaskType(self.new_id(), name, made)

    # ----------------------------------------------------------------------------------------- making

    def add_user(self, display_name: str, *, listed: bool = True) -> User:
        """Return the person of that name, made on first use."""
        uid = sha256(f"user {display_name}".encode()).hexdigest()[:32]
        if uid not in self.users:
            self.users[uid] = User(self.new_id(), uid, f"user{len(self.users) + 1}", display_name, listed)
        return self.users[uid]

    def add_project(self, name: str, *, id_: str | None = None) -> Project:
        project = Project(id_ or self.new_id(), name)
        self.projects[project.id] = project
        return project

    def add_tag(self, project: str, name: str) -> Tag:
        """Return the tag of that name, made on first use."""
        for tag in self.tags.values():
            if (tag.project, tag.name) == (project, name):
                return tag
        tag = Tag(self.new_id(), project, name)
        self.tags[tag.id] = tag
        return tag

    def add_file(self, title: str, content: bytes) -> File:
        file = File(self.new_id(), title, title.rpartition(".")[2], content)
        self.files[file.id] = file
        return file

    def add_task(
        self,
        project: Project,
        title: str,
        *,
        type_: str = TASK,
        parent: str | None = None,
        by: User | None = None,
        at: int | None = None,
        properties: Mapping[str, Any] | None = None,
    ) -> Task:
        now, who, kind = at if at is not None else self.now(), (by or self.me).uid, self.types[type_]
        task = Task(
            id=self.new_id(), number=next(iter(project.numbers)), project=project.id, title=title, type=kind,
            state=kind.states[0], created_by=who, created_at=now, updated_at=now, parent=parent,
            properties=dict(properties or {}), moves=[Move(now, who, None, kind.states[0])],
        )  # fmt: skip
        self.tasks[task.id] = task
        return task

    # --------------------------------------------------------------------------------------- changing

    def edit(
        self,
        task: Task,
        *,
        at: int | None = None,
        title: str | None = None,
        project: str | None = None,
        parent: Any = KEPT,
        archived: bool | None = None,
        properties: Mapping[str, Any] | None = None,
    ) -> None:
        """Change what is given; a property of ``None`` is emptied."""
        task.updated_at = at if at is not None else self.now()
        task.title = task.title if title is None else title
        task.project = project or task.project
        task.parent = task.parent if parent is KEPT else parent
        task.archived = task.archived if archived is None else archived
        for key, value in (properties or {}).items():
            if value is None:
                task.properties.pop(key, None)
            else:
                task.properties[key] = value

    def move(self, task: Task, state: State, *, at: int | None = None, by: User | None = None) -> None:
        """Put *task* into *state*."""
        now = at if at is not None else self.now()
        task.moves.append(Move(now, (by or self.me).uid, task.state, state))
        task.state, task.updated_at = state, now
        task.completed_at = now if state.type == 3 else None

    def comment(self, task: Task, content: str, *, by: User, at: int | None = None) -> None:
        """Add a comment. Whether that touches the task's ``updated_at`` is not known; here it does not."""
        task.comments.append(Comment(by.uid, at if at is not None else self.now(), content))

    def delete(self, task: Task) -> None:
        """Delete *task*; its children stay, without a parent."""
        del self.tasks[task.id]
        for one in self.tasks.values():
            if one.parent == task.id:
                one.parent = None

    # ---------------------------------------------------------------------------------------- looking

    def seen(self, task: Task) -> bool:
        """Return whether the application sees *task*."""
        return not task.hidden and not self.projects[task.project].hidden

    def tasks_of(self, project: str) -> list[Task]:
        """Return the tasks of *project* that are seen: those that changed last come first."""
        found = [one for one in self.tasks.values() if one.project == project and self.seen(one)]
        return sorted(found, key=lambda one: (-one.updated_at, -one.number))

    def children(self, task: Task) -> list[str]:
        return [one.id for one in self.tasks.values() if one.parent == task.id]

    def ancestors(self, task: Task) -> list[str]:
        found: list[str] = []
        while task.parent is not None and task.parent in self.tasks and task.parent not in found:
            found.append(task.parent)
            task = self.tasks[task.parent]
        return found[::-1]

    def property_id(self, key: str) -> str:
        """Return the id of the property *key*, as the wrapped form names it."""
        return self.property_ids.setdefault(key, self.new_id())

    def option(self, name: str) -> dict[str, Any]:
        """Return the value of a single choice."""
        return {
            "_id": self.options[name],
            "text": name,
            "color": "#22d7bb",
            "data_source_id": "6283840ef727f62aa7fa0001",
        }


def seconds(moment: datetime) -> int:
    """Return *moment* as Worktile writes it."""
    return int(moment.timestamp())


def whole_day(day: date) -> dict[str, int]:
    """Return a day as a property holds it: the second at which it begins in Shanghai."""
    return {"date": seconds(datetime(day.year, day.month, day.day, tzinfo=ZONE)), "with_time": 0}


def slate(text: str) -> str:
    """Return *text* as the editor keeps it: a tree, in JSON, in a string."""
    tree = [
        {"type": "paragraph", "key": f"k{number:04x}", "children": [{"text": line}]}
        for number, line in enumerate(text.split("\n"))
    ]
    return json.dumps(tree, ensure_ascii=False)
