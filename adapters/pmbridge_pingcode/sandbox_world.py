"""The people who work in the sandbox's PingCode: the hands that the laws lend themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pmbridge.errors import Unsupported
from pmbridge.values import ProjectId, RecordId
from pmbridge_pingcode import sandbox_catalogue as catalogue
from pmbridge_pingcode.sandbox_projects import remove_release
from pmbridge_pingcode.sandbox_store import Item, Project, Release, Sprint, Team, at, last_second

_PRODUCT = "product/"
_TWO_WEEKS_S = 14 * 86_400
_KINDS = {"todo": "pending", "in_progress": "in_progress", "done": "completed"}
_STAGES = {"todo": "pending", "in_progress": "in_progress", "done": "published"}


class PingCodeWorld:
    """People at work in a team: items are work items, tickets and ideas; groups are releases and sprints."""

    def __init__(self, team: Team) -> None:
        self.team = team
        self._made = 0

    def project(self) -> ProjectId:
        """Make a hybrid project, the only type that can hold everything."""
        self._made += 1
        return ProjectId(self.team.add_project(f"WORLD{self._made}", f"World {self._made}").id)

    def product(self) -> ProjectId:
        """Make a product, which holds tickets and ideas."""
        self._made += 1
        return ProjectId(_PRODUCT + self.team.add_product(f"PROD{self._made}", f"Product {self._made}").id)

    def hide_project(self, p: ProjectId) -> None:
        self._home(p).hidden = True

    def restore_project(self, p: ProjectId) -> None:
        self._home(p).hidden = False

    def rename_project(self, p: ProjectId, name: str) -> None:
        """Rename the project; it also gets another identifier, and with it its items."""
        home = self._home(p)
        home.name, home.identifier, home.updated_at = name, f"{home.identifier}X", self.team.now

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
        """Make a task; in a product, a ticket."""
        with self.team.lock:
            kind = "ticket" if p.startswith(_PRODUCT) else "work_item"
            type_id = next(iter(catalogue.TICKET_TYPES)) if kind == "ticket" else catalogue.TASK
            values: dict[str, Any] = {} if due is None else {"due": at(due, 18)}
            if parent is not None:
                values["parent"] = self._item(parent).id
            item = self.team.add_item(self._home(p), title, type_id, kind=kind, **values)
            if group is not None:
                self._edit_item(item, {"group": group})
            if state is not None:
                self._edit_item(item, {"state": state})
            return RecordId(kind=kind, external_id=item.id)

    def add_idea(self, p: ProjectId, title: str) -> RecordId:
        """Make an idea in a product."""
        with self.team.lock:
            item = self.team.add_item(self._home(p), title, "idea", kind="idea")
            return RecordId(kind="idea", external_id=item.id)

    def add_group(self, p: ProjectId, title: str, due: date | None = None) -> RecordId:
        """Make a release; PingCode makes none without dates, so one that says no day ends in two weeks."""
        if p.startswith(_PRODUCT):
            raise _no("a release of a product")
        with self.team.lock:
            now = self.team.now
            made = self.team.add_release(self._home(p), title, now, now + _TWO_WEEKS_S if due is None else at(due))
            return RecordId(kind="release", external_id=f"{p}/{made.id}")

    def add_sprint(self, p: ProjectId, title: str) -> RecordId:
        """Make a sprint."""
        with self.team.lock:
            now = self.team.now
            made = self.team.add_sprint(self._home(p), title, now, now + _TWO_WEEKS_S)
            return RecordId(kind="sprint", external_id=f"{p}/{made.id}")

    def add_deliverable(self, id: RecordId, name: str, href: str) -> RecordId:  # noqa: A002 - as in World
        """Hang a deliverable on a work item."""
        with self.team.lock:
            made = self.team.add_deliverable(self._item(id), name, href)
            return RecordId(kind="deliverable", external_id=f"{made.project}/{made.id}")

    def edit(self, id: RecordId, **values: Any) -> None:  # noqa: A002 - the contract's name
        """Change an item, a release or a sprint; see :class:`pmbridge.testing.sandbox.World` for the names."""
        with self.team.lock:
            match id.kind:
                case "work_item" | "ticket" | "idea":
                    self._edit_item(self._item(id), values)
                case "release" | "sprint":
                    self._edit_group(self._group(id), values)
                case _:
                    raise _no(f"an edit of a {id.kind}")

    def move(self, id: RecordId, project: ProjectId) -> None:  # noqa: A002
        """Move a work item; it keeps its id and gets the other project's next number."""
        with self.team.lock:
            item, home = self._item(id), self._home(project)
            home.last += 1
            self.team.change(item, home=home.id, number=home.last, releases=(), sprint=None, parent=None)

    def delete(self, id: RecordId) -> None:  # noqa: A002
        """Delete for good as far as an API shows it: a work item stays, marked; a release goes."""
        with self.team.lock:
            match id.kind:
                case "work_item":
                    self.team.change(self._item(id), deleted=True)
                case "release":
                    release = self._group(id)
                    if isinstance(release, Release):
                        remove_release(self.team, release)
                case "deliverable":
                    del self.team.deliverables[id.external_id.partition("/")[2]]
                case "ticket" | "idea":
                    # In the pages only, so nothing is told of it: it is not there any more.
                    del self.team.items[id.external_id]
                case _:
                    raise _no(f"deleting a {id.kind}")

    def hide(self, id: RecordId) -> None:  # noqa: A002, ARG002
        raise _no("hiding one item: who sees the project sees all of it")

    def show(self, id: RecordId) -> None:  # noqa: A002, ARG002
        raise _no("hiding one item: who sees the project sees all of it")

    def archive(self, id: RecordId) -> None:  # noqa: A002
        """Archive a work item."""
        with self.team.lock:
            self.team.change(self._item(id), archived=True)

    def comment(self, id: RecordId, text: str) -> None:  # noqa: A002
        with self.team.lock:
            self.team.say(self._item(id), text, by=self.team.add_user("陈工").id)

    def approve(self, id: RecordId, by: str) -> None:  # noqa: A002, ARG002
        raise _no("an approval: a review has no verdict per item")

    # ---------------------------------------------------------------------------------------------- parts

    def _edit_item(self, item: Item, values: Mapping[str, Any]) -> None:
        changes: dict[str, Any] = {}
        for name, value in values.items():
            match name:
                case "title" | "description":
                    changes[name] = value
                case "state":
                    self.team.move_to(item, self._state(item, value))
                case "due" | "start":
                    changes[name] = None if value is None else at(value, 18)
                case "points":
                    changes["story_points"] = value
                case "group":
                    changes |= self._grouped(value)
                case "parent":
                    changes["parent"] = None if value is None else self._item(value).id
                case "fields":
                    changes["properties"] = {**item.properties, **value}
                case _:
                    raise _no(f"the field {name} of an item")
        if changes:
            self.team.change(item, **changes)

    def _grouped(self, group: RecordId | None) -> dict[str, Any]:
        if group is None:
            return {"releases": ()}
        inner = group.external_id.partition("/")[2]
        match group.kind:
            case "release":
                return {"releases": (inner,)}
            case "sprint":
                return {"sprint": inner}
            case _:
                raise _no(f"a {group.kind} as a group")

    def _edit_group(self, made: Release | Sprint, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            match name:
                case "title":
                    made.name = value
                case "due" if value is not None:
                    made.due = last_second(at(value))
                case "start" if value is not None:
                    made.start = at(value)
                case "state" if isinstance(made, Release):
                    stage = next(one for one in catalogue.STAGES.values() if one.kind == _STAGES[value])
                    made.stage = stage.id
                    made.entered[stage.id] = self.team.now
                case "state" if isinstance(made, Sprint):
                    made.status = _KINDS[value]
                case _:
                    raise _no(f"the field {name} of a group")
        made.updated_at = self.team.now

    def _state(self, item: Item, state: str) -> str:
        states = self.team.states(item.kind, item.type)
        if state in states:
            return state
        for id_ in states:
            if self.team.state(item.kind, id_).kind == _KINDS.get(state):
                return id_
        raise _no(f"the state {state} for this type of item")

    def _home(self, p: ProjectId) -> Project:
        return self.team.products[p.removeprefix(_PRODUCT)] if p.startswith(_PRODUCT) else self.team.projects[p]

    def _item(self, id_: RecordId) -> Item:
        if id_.kind not in ("work_item", "ticket", "idea"):
            raise _no(f"that with a {id_.kind}")
        return self.team.items[id_.external_id]

    def _group(self, id_: RecordId) -> Release | Sprint:
        inner = id_.external_id.partition("/")[2]
        return self.team.releases[inner] if id_.kind == "release" else self.team.sprints[inner]


def _no(what: str) -> Unsupported:
    return Unsupported(tool="PingCode", detail=what, detail_zh=what)
