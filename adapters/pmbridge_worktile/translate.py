"""Worktile's JSON → neutral records. Pure: no request, no clock."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pydantic import JsonValue, TypeAdapter, ValidationError

from pmbridge.adapter import UID, split_title
from pmbridge.records import Category, Comment, Group, Item, Person, ToolState
from pmbridge.values import FieldValue, Instant, Named, ProjectId, RecordId, Rich
from pmbridge_worktile import wire
from pmbridge_worktile.kinds import MEMBER, TAG, TASK
from pmbridge_worktile.values import Unreadable, ValueReader, rich, unwrapped

STANDARD = ("assignee", "start", "due", "tag", "desc")
"""Properties that every record is made of; others only where a mapping asks for them."""

_CATEGORIES: Mapping[int | None, Category] = {1: "todo", 2: "in_progress", 3: "done"}
_NO_TYPE = Named(id="task", name=None)
_TAGS = TypeAdapter(list[wire.Tag])
_UID = re.compile(UID)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is read of a task. ``fields``: property keys; ``day_zone``: in which days begin."""

    kinds: frozenset[str] = frozenset({TASK, TAG})
    fields: frozenset[str] = frozenset()
    day_zone: str = "Asia/Shanghai"
    web_url: str | None = None
    marker: str | None = None
    """Key of the property that holds our marker."""

    @property
    def keys(self) -> str:
        """The properties to ask for, as the query takes them."""
        return ",".join(sorted({*STANDARD, *self.fields, *([self.marker] if self.marker else [])}))


@dataclass(slots=True)
class Translated:
    """What tasks amount to. ``unreadable``: (task, where) of those that could not be translated."""

    items: list[Item] = field(default_factory=list)
    tags: dict[RecordId, Group] = field(default_factory=dict)
    unreadable: list[tuple[str, str]] = field(default_factory=list)

    @property
    def people(self) -> set[str]:
        """The uids that the items name."""
        return {uid for one in self.items for uid in (*one.assignees, one.author) if uid}


def version_of(task: wire.Task) -> str:
    """Return a token that differs whenever a listing shows a difference.

    Of what a listing shows, only that which its users have seen there: what stands in one form of a task and not in
    another would make every task look changed.
    """
    state = state_of(task)
    facts = (task.title, bool(task.is_archived), state.id, state.name, state.category)
    said = hashlib.sha256("\x1f".join(map(str, facts)).encode()).hexdigest()[:12]
    return f"{task.updated_at:.3f}.{said}"


def state_of(task: wire.Task) -> ToolState:
    """Return the state of *task*. Names are the team's own; what one counts as, its type alone says."""
    state = task.task_state or wire.State()
    kind = task.state_type if task.state_type is not None else state.type
    id_ = state.id or (f"type-{kind}" if kind is not None else "unknown")
    return ToolState(id=id_, name=state.name or id_, category=_CATEGORIES.get(kind, "unknown"))


def type_of(task: wire.Task) -> Named:
    """Return the type of *task*."""
    return Named(id=task.task_type.id, name=task.task_type.name) if task.task_type else _NO_TYPE


def tag_id(project: str, tag: str) -> RecordId:
    """Return the identity of a tag: with its project, because it is only seen on the tasks of one."""
    return RecordId(kind=TAG, external_id=f"{project}/{tag}")


def project_url(web_url: str | None, project: str) -> str:
    """Return where a person opens a project; empty where the team's own address is not known."""
    return f"{web_url}/mission/projects/{project}" if web_url else ""


def task_url(web_url: str | None, project: str, task: str) -> str:
    """Return where a person opens a task; empty where the team's own address is not known."""
    return f"{project_url(web_url, project)}/tasks/{task}" if web_url else ""


class TaskReader:
    """Tasks with their properties → items and tags."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._values = ValueReader(ZoneInfo(asked.day_zone))

    def read(self, tasks: Sequence[wire.Task], *, project: ProjectId | None, versions: Mapping[str, str]) -> Translated:
        """Return *tasks* as records. ``project``: where they were listed; ``versions``: as what they were."""
        found = Translated()
        for task in tasks:
            try:
                item, tags = self._task(task, project, versions.get(task.id) or version_of(task))
            except Unreadable as error:
                found.unreadable.append((task.id, error.field))
                continue
            found.items.append(item)
            found.tags |= {one.id: one for one in tags}
        return found

    def _task(self, task: wire.Task, listed_in: ProjectId | None, version: str) -> tuple[Item, list[Group]]:
        project = ProjectId(task.project_id) if task.project_id else listed_in
        if project is None:
            raise Unreadable("project_id (missing)")
        if task.properties is None:
            raise Unreadable("properties (missing)")
        properties = {key: unwrapped(value) for key, value in task.properties.items()}
        tags = list(_tags(properties.get("tag"), project)) if TAG in self._asked.kinds else []
        title, marker = split_title(task.title)
        item = Item(
            id=RecordId(kind=TASK, external_id=task.id),
            project=project,
            version=version,
            title=title,
            type=type_of(task),
            state=state_of(task),
            key=task.identifier or "",
            url=self._url(project, task.id),
            description=_description(properties.get("desc")),
            start=self._values.when(properties.get("start"), "properties.start"),
            due=self._values.when(properties.get("due"), "properties.due"),
            done=Instant(at=_moment(task.completed_at)) if task.completed_at else None,
            created_at=_moment(task.created_at) if task.created_at else None,
            updated_at=_moment(task.updated_at),
            parent=RecordId(kind=TASK, external_id=task.parent_id) if task.parent_id else None,
            groups=tuple(one.id for one in tags),
            assignees=_assignees(properties.get("assignee")),
            author=task.created_by,
            archived=bool(task.is_archived),
            marker=marker or self._marker(properties),
            fields=self._fields(properties),
        )
        return item, tags

    def _fields(self, properties: Mapping[str, JsonValue]) -> Mapping[str, FieldValue | None]:
        return {key: self._values.read(properties.get(key), f"properties.{key}") for key in sorted(self._asked.fields)}

    def _marker(self, properties: Mapping[str, JsonValue]) -> str | None:
        value = properties.get(self._asked.marker) if self._asked.marker else None
        return value.strip() if isinstance(value, str) and _UID.fullmatch(value.strip()) else None

    def _url(self, project: str, task: str) -> str:
        return task_url(self._asked.web_url, project, task)


def person(one: wire.Member) -> Person:
    """Return a member: everything refers to the ``uid``; ``_id`` is another number of the same person."""
    return Person(
        id=RecordId(kind=MEMBER, external_id=one.uid),
        name=one.display_name or one.name,
        aliases=tuple(alias for alias in (one.id, one.name) if alias and alias != one.uid),
    )


def comments(task: RecordId, told: Sequence[wire.CommentWire]) -> Iterator[Comment]:
    """Yield the comments of *task*. Worktile tells no id of a comment: task, author and second make one up.

    Of several by one person in one second the first to come is the first.
    """
    seen: dict[str, int] = {}
    for one in told:
        facts = f"{task.external_id}\x1f{one.created_by}\x1f{one.created_at:.3f}"
        seen[facts] = number = seen.get(facts, 0) + 1
        id_ = hashlib.sha256(f"{facts}\x1f{number}".encode()).hexdigest()[:24]
        yield Comment(
            id=RecordId(kind="comment", external_id=id_),
            item=task,
            body=rich(one.content or "") or Rich(format="plain", original=""),
            author=one.created_by,
            created_at=_moment(one.created_at),
            audience="public",
        )


def _tags(value: JsonValue, project: ProjectId) -> Iterator[Group]:
    if not value:
        return
    try:
        tags = _TAGS.validate_python(value)
    except ValidationError:
        tags = None
    if tags is None:
        raise Unreadable("properties.tag")
    for one in {tag.id: tag for tag in tags}.values():
        said = hashlib.sha256(f"{one.name}\x1f{one.color}".encode()).hexdigest()[:16]
        yield Group(id=tag_id(project, one.id), project=project, version=said, title=one.name or one.id)


def _description(value: JsonValue) -> Rich | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise Unreadable("properties.desc")
    return rich(value)


def _assignees(value: JsonValue) -> tuple[str, ...]:
    """Return the uids of one person, or of several: as text or as an object."""
    found = []
    for one in value if isinstance(value, list) else [value]:
        uid = one.get("uid") or one.get("_id") if isinstance(one, Mapping) else one
        if uid is None or uid == "":
            continue
        if not isinstance(uid, str):
            raise Unreadable("properties.assignee")
        found.append(uid)
    return tuple(dict.fromkeys(found))


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
