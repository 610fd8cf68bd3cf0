"""The people who work in the sandbox's Worktile: the hands that the laws lend themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from pmbridge.errors import Unsupported
from pmbridge.values import ProjectId, RecordId
from pmbridge_worktile.sandbox_store import (
    EFFORT,
    MILESTONE,
    State,
    Tag,
    Task,
    Team,
    seconds,
    slate,
    whole_day,
)

_TYPES = {"todo": 1, "in_progress": 2, "done": 3}


class WorktileWorld:
    """People at work in a :class:`Team`: items are tasks; their leading group is the milestone that they derive from.

    Tags are groups too, but only where tasks carry them.
    """

    def __init__(self, team: Team) -> None:
        self.team = team
        self._made = 0

    def project(self) -> ProjectId:
        self._made += 1
        return ProjectId(self.team.add_project(f"项目 {self._made}").id)

    def hide_project(self, p: ProjectId) -> None:
        self.team.projects[p].hidden = True

    def restore_project(self, p: ProjectId) -> None:
        self.team.projects[p].hidden = False

    def rename_project(self, p: ProjectId, name: str) -> None:
        self.team.projects[p].name = name

    def add_item(
        self,
        p: ProjectId,
        title: str,
        *,
        state: str | None = None,
        due: date | None = None,
        group: RecordId | None = None,
        parent: RecordId | None = None,
    ) -> RecordId:
        """Make a task, assigned to the person who made it."""
        team = self.team
        task = team.add_task(team.projects[p], title, properties={"assignee": team.me.uid, EFFORT: 8})
        more = {"due": due, "group": group, "parent": parent, "state": state}
        self.edit(_id(task), **{name: value for name, value in more.items() if value is not None})
        return _id(task)

    def add_group(self, p: ProjectId, title: str, due: date | None = None) -> RecordId:
        """Make a task of the type 里程碑."""
        properties = {"due": whole_day(due)} if due else {}
        return _id(self.team.add_task(self.team.projects[p], title, type_=MILESTONE, properties=properties))

    def add_tag(self, p: ProjectId, name: str) -> RecordId:
        """Make a tag that no task carries yet."""
        return RecordId(kind="tag", external_id=f"{p}/{self.team.add_tag(p, name).id}")

    def edit(self, id: RecordId, **values: Any) -> None:  # noqa: A002 - the contract's name
        """Change a task or a tag; see :class:`pmbridge.testing.sandbox.World` for the names."""
        if id.kind == "tag":
            self._edit_tag(self._tag(id), values)
            return
        task = self._task(id)
        changes: dict[str, Any] = {}
        properties: dict[str, Any] = {}
        state: State | None = None
        for name, value in values.items():
            match name:
                case "title":
                    changes["title"] = value
                case "state":
                    state = self._state(task, value)
                case "due" | "start":
                    properties[name] = _dated(value)
                case "description":
                    properties["desc"] = None if value is None else slate(value)
                case "points":
                    properties[EFFORT] = value
                case "group" if value is not None and value.kind == "tag":
                    properties["tag"] = [*task.properties.get("tag", ()), self._tag(value).id]
                case "group" | "parent":
                    changes["parent"] = None if value is None else self._task(value).id
                case "archived":
                    changes["archived"] = value
                case "fields":
                    properties |= value
                case _:
                    raise _no(f"the field {name} of a task")
        with self.team.lock:
            self.team.edit(task, **changes, properties=properties)
            if state is not None:
                self.team.move(task, state)

    def move(self, id: RecordId, project: ProjectId) -> None:  # noqa: A002
        with self.team.lock:
            self.team.edit(self._task(id), project=project)

    def delete(self, id: RecordId) -> None:  # noqa: A002
        with self.team.lock:
            if id.kind == "tag":
                del self.team.tags[self._tag(id).id]
            else:
                self.team.delete(self._task(id))

    def hide(self, id: RecordId) -> None:  # noqa: A002
        self._task(id).hidden = True

    def show(self, id: RecordId) -> None:  # noqa: A002
        self._task(id).hidden = False

    def comment(self, id: RecordId, text: str) -> None:  # noqa: A002
        with self.team.lock:
            self.team.comment(self._task(id), text, by=self.team.add_user("陈工"))

    def approve(self, id: RecordId, by: str) -> None:  # noqa: A002
        raise _no(f"an approval of a task, for {id} by {by}")

    # ------------------------------------------------------------------------------------------ parts

    def _edit_tag(self, tag: Tag, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            if name != "title":
                raise _no(f"the field {name} of a tag")
            tag.name = value

    def _state(self, task: Task, state: str) -> State:
        for one in task.type.states:
            if state in (one.id, one.name) or one.type == _TYPES.get(state):
                return one
        raise _no(f"the state {state} for this type of task")

    def _task(self, id_: RecordId) -> Task:
        if id_.kind != TASK_KIND:
            raise _no(f"that with a {id_.kind}")
        return self.team.tasks[id_.external_id]

    def _tag(self, id_: RecordId) -> Tag:
        return self.team.tags[id_.external_id.rpartition("/")[2]]


TASK_KIND = "task"


def _id(task: Task) -> RecordId:
    return RecordId(kind=TASK_KIND, external_id=task.id)


def _dated(value: date | None) -> dict[str, int] | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return {"date": seconds(value), "with_time": 1}
    return whole_day(value)


def _no(what: str) -> Unsupported:
    return Unsupported(tool="Worktile", detail=what, detail_zh=what)
