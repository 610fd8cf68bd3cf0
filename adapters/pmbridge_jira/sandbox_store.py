"""What the sandbox's Jira site holds, whoever asks and however: projects, issues and their history, versions, sprints.

Nothing here knows HTTP. Issues keep their states, so that a search index which lags can be looked at as it was.
"""

from __future__ import annotations

import itertools
import re
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import wraps
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from pmbridge.clock import Clock
from pmbridge_jira.sandbox_catalogue import (
    CHANGE_STATUSES,
    CHANGE_STEPS,
    FIELDS,
    PLAIN_STATUSES,
    STATUSES,
    TYPES,
    Field,
    IssueType,
    Status,
    Words,
)
from pmbridge_jira.sandbox_history import differences
from pmbridge_jira.sandbox_state import (
    Approval,
    Board,
    Comment,
    History,
    Issue,
    Link,
    Project,
    RemoteLink,
    Sprint,
    State,
    Text,
    User,
    Version,
)

F = TypeVar("F", bound=Callable[..., Any])


def _alone(method: F) -> F:
    """Keep everybody else out while a method changes the site: requests come from threads of their own."""

    @wraps(method)
    def run(self: Site, *args: Any, **kwargs: Any) -> Any:
        with self.lock:
            return method(self, *args, **kwargs)

    return cast("F", run)


class Site:
    """One Jira site. ``revision`` differs whenever anything was changed; ``lock`` is held while a request is read."""

    def __init__(self, clock: Clock, *, zone: str, index_lag_s: float = 0.0) -> None:
        self.lock = threading.RLock()
        self.clock = clock
        self.zone = ZoneInfo(zone)
        self.index_lag_s = index_lag_s
        self.revision = 0
        self.users: dict[str, User] = {}
        self.statuses: dict[str, Status] = {status.id: status for status in STATUSES}
        self.types: dict[str, IssueType] = {type_.id: type_ for type_ in TYPES}
        self.fields: dict[str, Field] = {field_.id: field_ for field_ in FIELDS}
        self.workflows: dict[str, tuple[str, ...]] = {"10012": CHANGE_STATUSES}
        self.workflow_steps: dict[str, dict[str, tuple[str, ...]]] = {"10012": CHANGE_STEPS}
        self.screens: dict[str, tuple[tuple[str, bool], ...]] = {}
        """Status → (field, whether required) that a transition to it asks for."""
        self.off_screen: set[str] = set()
        """Fields that no screen shows."""
        self.required: set[str] = set()
        """Fields that an issue cannot be made without, beside those of every site."""
        self.roles: set[str] = {"Administrators", "Developers"}
        self.projects: dict[int, Project] = {}
        self.versions: dict[int, Version] = {}
        self.boards: dict[int, Board] = {}
        self.sprints: dict[int, Sprint] = {}
        self.issues: dict[int, Issue] = {}
        self._keys: dict[str, int] = {}
        self._ids = {name: itertools.count(start) for name, start in _FIRST_IDS.items()}
        self.me = self.add_user("王工", username="wang", email="wang@qingchuan.example")

    # ---------------------------------------------------------------------------------------- setting up

    @_alone
    def add_user(self, name: str, *, username: str | None = None, email: str | None = None) -> User:
        """Return the user of that name, making one at need."""
        for user in self.users.values():
            if user.name == name:
                return user
        number = next(self._ids["user"])
        user = User(
            account_id=f"5b10ac8d82e05b22cc7d{number:04d}", username=username or f"user{number}", name=name, email=email
        )
        self.users[user.account_id] = user
        return user

    @_alone
    def add_status(self, zh: str, en: str, category: str) -> Status:
        """Add a status; a workflow has to name it before issues can be in it."""
        status = Status(id=str(next(self._ids["status"])), name=Words(zh, en), category=category)
        self.statuses[status.id] = status
        return status

    @_alone
    def add_type(self, zh: str, en: str, *, level: int = 0, statuses: tuple[str, ...] = PLAIN_STATUSES) -> IssueType:
        """Add an issue type with its workflow to the site; a project has to take it up by its id."""
        type_ = IssueType(id=str(next(self._ids["type"])), name=Words(zh, en), level=level)
        self.types[type_.id] = type_
        self.workflows[type_.id] = statuses
        return type_

    @_alone
    def add_field(self, zh: str, en: str, kind: str, *, options: tuple[str, ...] = (), id: str | None = None) -> Field:  # noqa: A002
        """Add a custom field; ``kind`` is a key of the catalogue's KINDS. Names need not be unique, as in Jira."""
        made = Field(id=id or f"customfield_{next(self._ids['field'])}", name=Words(zh, en), kind=kind, options=options)
        self.fields[made.id] = made
        return made

    @_alone
    def add_project(
        self, key: str, name: str, *, number: int | None = None, kind: str = "software", style: str = "classic"
    ) -> Project:
        """Add a project with every issue type the site has now; ``number`` asks for a certain id."""
        project = Project(
            id=number or next(self._ids["project"]), key=key, name=name, kind=kind, style=style, types=tuple(self.types)
        )
        self.projects[project.id] = project
        self._touch()
        return project

    @_alone
    def add_version(
        self, project: Project, name: str, *, start: date | None = None, release: date | None = None,
        released: bool = False, archived: bool = False, description: str | None = None,
    ) -> Version:  # fmt: skip
        """Add a version."""
        version = Version(
            id=next(self._ids["version"]), project=project.id, name=name, start=start, release=release,
            released=released, archived=archived, description=description,
        )  # fmt: skip
        self.versions[version.id] = version
        self._touch()
        return version

    @_alone
    def add_board(self, project: Project, name: str, *, kind: str = "scrum") -> Board:
        """Add a board."""
        board = Board(id=next(self._ids["board"]), project=project.id, name=name, kind=kind)
        self.boards[board.id] = board
        return board

    @_alone
    def add_sprint(
        self, board: Board, name: str, *, state: str = "future", start: datetime | None = None,
        end: datetime | None = None, complete: datetime | None = None, goal: str | None = None,
    ) -> Sprint:  # fmt: skip
        """Add a sprint to a board."""
        sprint = Sprint(
            id=next(self._ids["sprint"]), board=board.id, name=name, state=state, start=start, end=end,
            complete=complete, goal=goal,
        )  # fmt: skip
        self.sprints[sprint.id] = sprint
        self._touch()
        return sprint

    # ------------------------------------------------------------------------------------------ looking

    def project(self, id_or_key: str) -> Project | None:
        """Return the visible project with that id or (former) key."""
        for project in self.projects.values():
            if not project.hidden and id_or_key.upper() in (str(project.id), project.key, *project.former_keys):
                return project
        return None

    def visible(self, issue: Issue) -> bool:
        """Return whether the account may see the issue."""
        return not (issue.deleted or issue.hidden or self.projects[issue.now.project].hidden)

    def issue(self, id_or_key: str) -> Issue | None:
        """Return the visible issue with that id or (also former) key, in any case of letters."""
        number = int(id_or_key) if re.fullmatch(r"\d{1,18}", id_or_key) else self._keys.get(id_or_key.upper(), 0)
        found = self.issues.get(number)
        return found if found is not None and self.visible(found) else None

    def searchable(self, issue: Issue) -> State | None:
        """Return the state that the search index knows; ``None`` for an issue it has not heard of yet."""
        if not self.index_lag_s:
            return issue.now
        horizon = self.clock.now() - timedelta(seconds=self.index_lag_s)
        return next((state for known, state in reversed(issue.states) if known <= horizon), None)

    def in_project(self, project: int) -> Iterator[Issue]:
        """Yield the visible issues that are in the project now."""
        return (issue for issue in self.issues.values() if issue.now.project == project and self.visible(issue))

    def workflow(self, type_id: str) -> tuple[str, ...]:
        """Return the ids of the statuses that issues of a type go through, first one first."""
        return self.workflows.get(type_id, PLAIN_STATUSES)

    def steps(self, type_id: str, status: str) -> tuple[str, ...]:
        """Return the statuses that an issue of a type may go to from *status*: any other where nothing is laid down."""
        laid_down = self.workflow_steps.get(type_id)
        if laid_down is not None:
            return laid_down.get(status, ())
        return tuple(one for one in self.workflow(type_id) if one != status)

    def stamp(self, at: datetime | None = None) -> datetime:
        """Return *at*, or the clock's present, as Jira keeps it: whole milliseconds."""
        at = (at or self.clock.now()).astimezone(UTC)
        return at.replace(microsecond=at.microsecond // 1000 * 1000)

    # ------------------------------------------------------------------------------------------ changing

    @_alone
    def add_issue(
        self, project: Project, type: str, summary: str, *, at: datetime | None = None, number: int | None = None,  # noqa: A002
        reporter: str | None = None, properties: Mapping[str, object] | None = None, **more: object,
    ) -> Issue:  # fmt: skip
        """Add an issue. ``more`` are members of :class:`State`; ``number`` asks for a certain key."""
        created = self.stamp(at)
        project.last_number = number or project.last_number + 1
        start = State(
            key=f"{project.key}-{project.last_number}", project=project.id, type=type, summary=summary,
            status=self.workflow(type)[0], created=created, updated=created, reporter=reporter or self.me.account_id,
        )  # fmt: skip
        state = self._resolved(replace(start, **more), created)  # type: ignore[arg-type]
        if state.key in self._keys:
            raise ValueError(f"{state.key} is taken")
        issue = Issue(id=next(self._ids["issue"]), states=[(created, state)], properties=dict(properties or {}))
        self.issues[issue.id] = issue
        self._keys[state.key] = issue.id
        self._touch()
        return issue

    @_alone
    def edit(self, issue: Issue, *, at: datetime | None = None, by: str | None = None, **changes: object) -> None:
        """Change members of an issue's :class:`State` and log what differs. No difference, no trace.

        ``custom`` is merged by field id. Edits of one issue come in the order of their times.
        """
        stamp = self.stamp(at)
        old = issue.now
        if stamp < old.updated:
            raise ValueError(f"{old.key}: an edit at {stamp} after one at {old.updated}")
        if "custom" in changes:
            changes["custom"] = {**old.custom, **changes["custom"]}  # type: ignore[dict-item]
        new = replace(old, **changes)  # type: ignore[arg-type]
        if new.status != old.status:
            new = self._resolved(new, stamp)
        entries = tuple(differences(self, old, new))
        if not entries:
            return
        history = History(id=next(self._ids["history"]), at=stamp, author=by or self.me.account_id, entries=entries)
        issue.histories.append(history)
        self._become(issue, replace(new, updated=stamp))

    @_alone
    def move(self, issue: Issue, project: Project) -> None:
        """Move an issue: it keeps its id, gets a key of its new home, and its old key still leads to it."""
        project.last_number += 1
        key = f"{project.key}-{project.last_number}"
        self.edit(issue, project=project.id, key=key, versions=(), sprints=())
        self._keys[key] = issue.id

    @_alone
    def rename_project(self, project: Project, name: str, key: str | None = None) -> None:
        """Rename a project. With a new key its issues get new keys too, and every old key still leads there."""
        project.name = name
        if key and key != project.key:
            project.former_keys.append(project.key)
            project.key = key
            for issue in list(self.in_project(project.id)):
                renamed = f"{key}-{issue.now.key.rpartition('-')[2]}"
                self._keys[renamed] = issue.id
                issue.states = [(known, replace(state, key=renamed)) for known, state in issue.states]
        self._touch()

    @_alone
    def comment(
        self, issue: Issue, text: Text, *, by: str | None = None, public: bool = True, at: datetime | None = None,
        properties: Mapping[str, object] | None = None, visibility: Mapping[str, object] | None = None,
    ) -> Comment:  # fmt: skip
        """Add a comment; it bumps the issue's ``updated`` and writes no history."""
        stamp = self.stamp(at)
        comment = Comment(
            id=next(self._ids["comment"]), at=stamp, author=by or self.me.account_id, text=text, public=public,
            properties=dict(properties or {}), visibility=visibility,
        )  # fmt: skip
        issue.comments.append(comment)
        self._become(issue, replace(issue.now, updated=max(stamp, issue.now.updated)))
        return comment

    @_alone
    def link(self, issue: Issue, relation: str, other: Issue, *, at: datetime | None = None) -> None:
        """Link two issues; both are bumped."""
        stamp, number = self.stamp(at), next(self._ids["link"])
        for one, two, outward in ((issue, other, True), (other, issue, False)):
            link = Link(id=number, relation=relation, other=two.id, outward=outward)
            state = one.now
            self._become(one, replace(state, links=(*state.links, link), updated=max(stamp, state.updated)))

    @_alone
    def link_page(self, issue: Issue, page: RemoteLink) -> tuple[int, bool]:
        """Point an issue to a page; return the link's id and whether its global id was there before."""
        for id_, one in issue.remote_links.items():
            if page.global_id is not None and one.global_id == page.global_id:
                issue.remote_links[id_] = page
                return id_, True
        number = next(self._ids["link"])
        issue.remote_links[number] = page
        return number, False

    @_alone
    def ask_approval(
        self, issue: Issue, name: str, approvers: Collection[str], *, at: datetime | None = None
    ) -> Approval:
        """Ask users (by account id) to approve a request."""
        approval = Approval(
            id=next(self._ids["approval"]), name=name, votes=dict.fromkeys(approvers, "pending"), created=self.stamp(at)
        )
        issue.approvals.append(approval)
        return approval

    @_alone
    def vote(self, approval: Approval, user: str, decision: str, *, at: datetime | None = None) -> None:
        """Give one approver's answer. The issue's ``updated`` does not move: that is what makes approvals quiet."""
        approval.votes[user] = decision
        if approval.decision != "pending":
            approval.completed = self.stamp(at)

    @_alone
    def edit_version(self, version: Version, **changes: object) -> None:
        """Change a version. No issue is touched by it."""
        for name, value in changes.items():
            setattr(version, name, value)
        self._touch()

    @_alone
    def delete_version(self, version: Version) -> None:
        """Delete a version and take it off its issues."""
        for issue in self.issues.values():
            left = tuple(one for one in issue.now.versions if one != version.id)
            if left != issue.now.versions:
                self.edit(issue, versions=left)
        del self.versions[version.id]
        self._touch()

    @_alone
    def set_hidden(self, thing: Issue | Project, hidden: bool) -> None:  # noqa: FBT001 - a setter
        """Take an issue or a project out of the account's sight, or give it back."""
        thing.hidden = hidden
        self._touch()

    @_alone
    def delete(self, issue: Issue) -> None:
        """Delete an issue for good."""
        issue.deleted = True
        self._touch()

    def _become(self, issue: Issue, state: State) -> None:
        known = max(state.updated, issue.states[-1][0])
        keep = issue.states if self.index_lag_s else []
        issue.states = [*keep, (known, state)]
        self._touch()

    def _resolved(self, state: State, at: datetime) -> State:
        if self.statuses[state.status].category != "done":
            return replace(state, resolved=None)
        return replace(state, resolved=state.resolved or at)

    def _touch(self) -> None:
        self.revision += 1


_FIRST_IDS = {
    "user": 1, "status": 10200, "type": 10020, "field": 10100, "project": 10001, "version": 10100, "board": 1,
    "sprint": 1, "issue": 20001, "history": 50001, "comment": 60001, "link": 70001, "approval": 1,
}  # fmt: skip
