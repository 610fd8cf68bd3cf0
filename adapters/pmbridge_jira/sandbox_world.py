"""The people who work in the sandbox's Jira: the hands that the laws lend themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pmbridge.errors import Unsupported
from pmbridge.values import ProjectId, RecordId
from pmbridge_jira.sandbox_catalogue import EPIC, EPIC_LINK, POINTS, SPRINT, START_DATE, TASK
from pmbridge_jira.sandbox_state import Issue, Project, Sprint, Version
from pmbridge_jira.sandbox_store import Site

_CATEGORY = {"todo": "new", "in_progress": "indeterminate", "done": "done"}


class JiraWorld:
    """People at work on a :class:`Site`: items are issues, groups are versions, sprints and labels."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._made = 0

    def project(self) -> ProjectId:
        """Make a service project, so that it can hold approvals, with a scrum board."""
        self._made += 1
        project = self.site.add_project(f"WORLD{chr(64 + self._made)}", f"World {self._made}", kind="service_desk")
        self.site.add_board(project, f"Board {self._made}")
        return ProjectId(str(project.id))

    def hide_project(self, p: ProjectId) -> None:
        self.site.set_hidden(self._project(p), hidden=True)

    def restore_project(self, p: ProjectId) -> None:
        self.site.set_hidden(self._project(p), hidden=False)

    def rename_project(self, p: ProjectId, name: str) -> None:
        """Rename the project; it also gets a new key, as an administrator may give it."""
        project = self._project(p)
        self.site.rename_project(project, name, key=f"{project.key}X")

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
        """Make a task."""
        more: dict[str, Any] = {"due": due, **self._grouped(None, group)}
        if state is not None:
            more["status"] = self._status(TASK, state)
        if parent is not None:
            more["parent"] = self._issue(parent).id
        issue = self.site.add_issue(self._project(p), TASK, title, **more)
        return RecordId(kind="issue", external_id=str(issue.id))

    def add_epic(self, p: ProjectId, title: str, due: date | None = None) -> RecordId:
        """Make an epic, which can be the parent of items."""
        issue = self.site.add_issue(self._project(p), EPIC, title, due=due)
        return RecordId(kind="issue", external_id=str(issue.id))

    def add_group(self, p: ProjectId, title: str, due: date | None = None) -> RecordId:
        """Make a version."""
        version = self.site.add_version(self._project(p), title, release=due)
        return RecordId(kind="version", external_id=str(version.id))

    def add_sprint(self, p: ProjectId, title: str) -> RecordId:
        """Make a future sprint on the project's board."""
        board = next(one for one in self.site.boards.values() if str(one.project) == p)
        return RecordId(kind="sprint", external_id=str(self.site.add_sprint(board, title).id))

    def edit(self, id: RecordId, **values: Any) -> None:  # noqa: A002 - the contract's name
        """Change an issue, a version or a sprint; see :class:`pmbridge.testing.sandbox.World` for the names."""
        if id.kind == "issue":
            self._edit_issue(self._issue(id), values)
        elif id.kind == "version":
            self._edit_version(self._version(id), values)
        elif id.kind == "sprint":
            self._edit_sprint(self.site.sprints[int(id.external_id)], values)
        else:
            raise _no(f"an edit of a {id.kind}")

    def move(self, id: RecordId, project: ProjectId) -> None:  # noqa: A002
        self.site.move(self._issue(id), self._project(project))

    def delete(self, id: RecordId) -> None:  # noqa: A002
        if id.kind == "version":
            self.site.delete_version(self._version(id))
        else:
            self.site.delete(self._issue(id))

    def hide(self, id: RecordId) -> None:  # noqa: A002
        """Hide an issue, as a security level does. Versions are seen by everyone who sees the project."""
        self.site.set_hidden(self._issue(id), hidden=True)

    def show(self, id: RecordId) -> None:  # noqa: A002
        self.site.set_hidden(self._issue(id), hidden=False)

    def comment(self, id: RecordId, text: str) -> None:  # noqa: A002
        self.site.comment(self._issue(id), text, by=self.site.add_user("陈工").account_id)

    def approve(self, id: RecordId, by: str) -> None:  # noqa: A002
        """Have *by* approve the open approval of a request; one is asked for first if there is none."""
        issue, user = self._issue(id), self.site.add_user(by)
        if self.site.projects[issue.now.project].kind != "service_desk":
            raise _no("an approval outside a service project")
        waiting = [one for one in issue.approvals if one.decision == "pending"]
        approval = waiting[0] if waiting else self.site.ask_approval(issue, "客户批准", [user.account_id])
        self.site.vote(approval, user.account_id, "approved")

    # ---------------------------------------------------------------------------------------------- parts

    def _edit_issue(self, issue: Issue, values: Mapping[str, Any]) -> None:
        changes: dict[str, Any] = {}
        custom: dict[str, Any] = {}
        for name, value in values.items():
            match name:
                case "title":
                    changes["summary"] = value
                case "state":
                    changes["status"] = self._status(issue.now.type, value)
                case "due" | "description" | "assignee":
                    changes[name] = value
                case "start":
                    custom[START_DATE] = value
                case "points":
                    custom[POINTS] = value
                case "group":
                    changes |= self._grouped(issue, value)
                case "parent":
                    changes["parent"] = None if value is None else self._issue(value).id
                case "fields":
                    custom |= value
                case _:
                    raise _no(f"the field {name} of an issue")
        if SPRINT in custom or EPIC_LINK in custom:
            raise _no("a sprint or an epic as a custom field: use group= and parent=")
        self.site.edit(issue, **changes, custom=custom)

    def _edit_version(self, version: Version, values: Mapping[str, Any]) -> None:
        names = {"title": "name", "due": "release", "start": "start", "description": "description"}
        changes: dict[str, Any] = {}
        for name, value in values.items():
            if name == "state":
                changes["released"] = value == "done"
            elif name in names:
                changes[names[name]] = value
            else:
                raise _no(f"the field {name} of a version")
        self.site.edit_version(version, **changes)

    def _edit_sprint(self, sprint: Sprint, values: Mapping[str, Any]) -> None:
        with self.site.lock:
            for name, value in values.items():
                if name == "title":
                    sprint.name = value
                elif name == "state":
                    sprint.state = {"todo": "future", "in_progress": "active", "done": "closed"}.get(value, value)
                else:
                    raise _no(f"the field {name} of a sprint")
            self.site.revision += 1

    def _grouped(self, issue: Issue | None, group: RecordId | None) -> dict[str, Any]:
        """Return the change that puts an issue into one group of a kind, or into no version for ``None``."""
        if group is None:
            return {"versions": ()}
        match group.kind:
            case "version":
                return {"versions": (self._version(group).id,)}
            case "sprint":
                before = issue.now.sprints if issue else ()
                return {"sprints": (*before, int(group.external_id))}
            case "label":
                before_labels = issue.now.labels if issue else ()
                return {"labels": tuple(dict.fromkeys((*before_labels, group.external_id)))}
            case _:
                raise _no(f"a {group.kind} as a group")

    def _status(self, type_id: str, state: str) -> str:
        workflow = self.site.workflow(type_id)
        if state in workflow:
            return state
        wanted = _CATEGORY.get(state)
        for id_ in workflow:
            if self.site.statuses[id_].category == wanted:
                return id_
        raise _no(f"the state {state} for this type of issue")

    def _project(self, p: ProjectId) -> Project:
        return self.site.projects[int(p)]

    def _issue(self, id_: RecordId) -> Issue:
        if id_.kind != "issue":
            raise _no(f"that with a {id_.kind}")
        return self.site.issues[int(id_.external_id)]

    def _version(self, id_: RecordId) -> Version:
        return self.site.versions[int(id_.external_id)]


def _no(what: str) -> Unsupported:
    return Unsupported(tool="Jira", detail=what, detail_zh=what)
