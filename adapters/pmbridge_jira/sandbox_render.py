"""How the sandbox's site looks on the wire: Cloud or Data Center, REST version 3 or 2, in one language and zone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pmbridge_jira.sandbox_catalogue import (
    CATEGORIES,
    EPIC_LINK,
    KINDS,
    LINK_TYPES,
    PRIORITY,
    RESOLUTION,
    SPRINT,
    Field,
    IssueType,
)
from pmbridge_jira.sandbox_state import Comment, History, Issue, Project, Sprint, State, User, Version
from pmbridge_jira.sandbox_store import Site
from pmbridge_jira.sandbox_text import as_adf, as_wiki

Json = dict[str, Any]
NOT_NAVIGABLE = frozenset({"comment"})
_EXPAND = "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations"


@dataclass
class Renderer:
    """One request's view of the site. ``origin`` is what ``self`` addresses start with."""

    site: Site
    cloud: bool
    version: str
    language: str
    origin: str
    sprint_strings: bool = False
    _seen: dict[tuple[str, str], Json] = field(default_factory=dict)

    # -------------------------------------------------------------------------------------------- values

    def at(self, moment: datetime | None) -> str | None:
        """Return a moment as Jira writes it: the account's zone, milliseconds, an offset without a colon."""
        if moment is None:
            return None
        here = moment.astimezone(self.site.zone)
        return f"{here:%Y-%m-%dT%H:%M:%S}.{here.microsecond // 1000:03d}{here:%z}"

    def text(self, text: str | Mapping[str, object] | None) -> object:
        """Return a long text as an ADF document on version 3, as wiki markup on version 2."""
        return as_adf(text) if self.version == "3" else as_wiki(text)

    def link(self, path: str) -> str:
        """Return the ``self`` address of a thing of the platform API."""
        return f"{self.origin}/rest/api/{self.version}/{path}"

    def user(self, user: User | None) -> Json | None:
        """Return a user: by account id on Cloud, by name and key on Data Center."""
        if user is None:
            return None
        if self.cloud:
            return {
                "self": self.link(f"user?accountId={user.account_id}"), "accountId": user.account_id,
                "accountType": "atlassian", "displayName": user.name, "active": user.active,
                **({"emailAddress": user.email} if user.email else {}), "timeZone": self.site.zone.key,
            }  # fmt: skip
        return {
            "self": self.link(f"user?username={user.username}"), "name": user.username,
            "key": f"JIRAUSER{user.account_id[-4:]}", "displayName": user.name, "active": user.active,
            "emailAddress": user.email or "", "timeZone": self.site.zone.key,
        }  # fmt: skip

    def account(self, account_id: str | None) -> Json | None:
        """Return the user with that account id."""
        return self.user(self.site.users[account_id]) if account_id else None

    # ---------------------------------------------------------------------------------- statuses and types

    def status(self, status_id: str) -> Json:
        """Return a status with its category."""
        return self._once("status", status_id, self._status)

    def _status(self, status_id: str) -> Json:
        status = self.site.statuses[status_id]
        number, words, colour = CATEGORIES[status.category]
        return {
            "self": self.link(f"status/{status_id}"), "description": "", "iconUrl": f"{self.origin}/images/status.png",
            "name": status.name.shown(self.language), "id": status_id,
            "statusCategory": {
                "self": self.link(f"statuscategory/{number}"), "id": number, "key": status.category,
                "colorName": colour, "name": words.shown(self.language),
            },
        }  # fmt: skip

    def issue_type(self, type_id: str) -> Json:
        """Return an issue type."""
        return self._once("type", type_id, lambda _: self._issue_type(self.site.types[type_id]))

    def _issue_type(self, type_: IssueType) -> Json:
        shown = {
            "self": self.link(f"issuetype/{type_.id}"), "id": type_.id, "description": "",
            "iconUrl": f"{self.origin}/images/type.png", "name": type_.name.shown(self.language),
            "subtask": type_.level < 0, "avatarId": 10318,
        }  # fmt: skip
        return {**shown, "hierarchyLevel": type_.level} if self.cloud else shown

    def field(self, field_: Field) -> Json:
        """Return a field as the list of all fields shows it."""
        words = field_.name.shown(self.language)
        number = field_.id.removeprefix("customfield_")
        return {
            "id": field_.id, **({"key": field_.id} if self.cloud else {}), "name": words, "custom": field_.custom,
            "orderable": True, "navigable": field_.id not in NOT_NAVIGABLE, "searchable": True,
            "clauseNames": [f"cf[{number}]", words] if field_.custom else [field_.id.lower()],
            "schema": self.schema(field_),
        }  # fmt: skip

    def schema(self, field_: Field) -> Json:
        """Return the type of a field."""
        if not field_.custom:
            items = {"items": field_.items} if field_.items else {}
            return {"type": field_.schema, **items, "system": field_.id}
        kind, items_of, vendor = KINDS[field_.kind]
        items = {"items": items_of} if items_of else {}
        return {"type": kind, **items, "custom": vendor, "customId": int(field_.id.removeprefix("customfield_"))}

    def options(self, field_: Field) -> list[Json]:
        """Return the values that may be chosen for a field."""
        return [self._option(field_, value) for value in field_.options]

    def _option(self, field_: Field, value: object) -> Json:
        number = f"{field_.id.removeprefix('customfield_')}{field_.options.index(str(value)):02d}"
        return {"self": self.link(f"customFieldOption/{number}"), "value": value, "id": number}

    # ------------------------------------------------------------------------------- projects and versions

    def project(self, project: Project) -> Json:
        """Return a project as issues and lists show it."""
        shown: Json = {
            "self": self.link(f"project/{project.id}"), "id": str(project.id), "key": project.key,
            "name": project.name, "projectTypeKey": project.kind, "avatarUrls": {},
        }  # fmt: skip
        if self.cloud:
            shown |= {"simplified": project.style == "next-gen", "style": project.style, "isPrivate": False}
        return {**shown, "archived": True} if project.archived else shown

    def release(self, version: Version) -> Json:
        """Return a version as issues show it."""
        shown: Json = {"self": self.link(f"version/{version.id}"), "id": str(version.id), "name": version.name}
        if version.description is not None:
            shown["description"] = version.description
        shown |= {"archived": version.archived, "released": version.released}
        return {**shown, "releaseDate": version.release.isoformat()} if version.release else shown

    def version_of(self, version: Version, *, counts: bool = False) -> Json:
        """Return a version as its project lists it; ``counts`` adds its issues by category of status."""
        shown = self.release(version) | {"projectId": version.project}
        if version.start:
            shown |= {"startDate": version.start.isoformat(), "userStartDate": self._display(version.start)}
        if version.release:
            shown["userReleaseDate"] = self._display(version.release)
            if not version.released:
                shown["overdue"] = version.release < self.site.clock.now().astimezone(self.site.zone).date()
        if counts:
            shown["issuesStatusForFixVersion"] = self._counts(version)
        return shown

    def _counts(self, version: Version) -> Json:
        names = {"new": "toDo", "indeterminate": "inProgress", "done": "done"}
        counts = dict.fromkeys(("unmapped", *names.values()), 0)
        for issue in self.site.in_project(version.project):
            if version.id in issue.now.versions:
                counts[names.get(self.site.statuses[issue.now.status].category, "unmapped")] += 1
        return counts

    def _display(self, day: date) -> str:
        month = f"{day.month}月" if self.language.startswith("zh") else f"{day:%b}"
        return f"{day:%d}/{month}/{day:%y}"

    def sprint(self, sprint: Sprint) -> Json:
        """Return a sprint as the boards' API shows it; times it does not have are left out."""
        times = {"startDate": sprint.start, "endDate": sprint.end, "completeDate": sprint.complete}
        shown: Json = {
            "id": sprint.id,
            "self": f"{self.origin}/rest/agile/1.0/sprint/{sprint.id}",
            "state": sprint.state,
        }
        shown |= {"name": sprint.name, "originBoardId": sprint.board}
        shown |= {name: self._agile_time(at) for name, at in times.items() if at}
        return {**shown, "goal": sprint.goal} if sprint.goal is not None else shown

    def _agile_time(self, at: datetime) -> str:
        return at.astimezone(self.site.zone).isoformat(timespec="milliseconds")

    def _sprint_value(self, sprint: Sprint) -> object:
        if self.sprint_strings:
            parts = {
                "id": sprint.id, "rapidViewId": sprint.board, "state": sprint.state.upper(), "name": sprint.name,
                "startDate": self._or_null(sprint.start), "endDate": self._or_null(sprint.end),
                "completeDate": self._or_null(sprint.complete), "sequence": sprint.id, "goal": sprint.goal or "",
            }  # fmt: skip
            inner = ",".join(f"{name}={value}" for name, value in parts.items())
            return f"com.atlassian.greenhopper.service.sprint.Sprint@{sprint.id:x}[{inner}]"
        shown = self.sprint(sprint)
        del shown["self"]
        return {**shown, "boardId": shown.pop("originBoardId")}

    def _or_null(self, at: datetime | None) -> str:
        return self._agile_time(at) if at else "<null>"

    # -------------------------------------------------------------------------------------------- issues

    def chosen(self, asked: Iterable[str]) -> list[str]:
        """Return the fields that ``fields=`` means: ids, ``*all``, ``*navigable``, ``-id``; unknown ones fall away."""
        chosen: dict[str, None] = {}
        known = [id_ for id_ in self.site.fields if id_ != EPIC_LINK or not self.cloud]
        for name in asked:
            if name == "*all":
                chosen |= dict.fromkeys(known)
            elif name == "*navigable":
                chosen |= dict.fromkeys(id_ for id_ in known if id_ not in NOT_NAVIGABLE)
            elif name.startswith("-"):
                if not chosen:
                    chosen = dict.fromkeys(known)
                chosen.pop(name[1:], None)
            elif name in self.site.fields:
                chosen[name] = None
        return list(chosen)

    def issue(self, issue: Issue, state: State, fields: Iterable[str], *, properties: Iterable[str] = ()) -> Json:
        """Return an issue with the given fields (see :meth:`chosen`) as they were in *state*."""
        shown: Json = {
            "expand": _EXPAND, "id": str(issue.id), "self": self.link(f"issue/{issue.id}"), "key": state.key,
            "fields": {id_: self._value(issue, state, id_) for id_ in fields if self._has(state, id_)},
        }  # fmt: skip
        if wanted := list(properties):
            shown["properties"] = {key: issue.properties[key] for key in wanted if key in issue.properties}
        return shown

    def _has(self, state: State, id_: str) -> bool:
        # Jira leaves the parent out where there is none, and Data Center knows it for sub-tasks only.
        return id_ != "parent" or (state.parent is not None and (self.cloud or self.site.types[state.type].level < 0))

    def _value(self, issue: Issue, state: State, id_: str) -> object:
        reader = _READERS.get(id_)
        return reader(self, issue, state) if reader else self._custom(state, id_)

    def _custom(self, state: State, id_: str) -> object:
        field_ = self.site.fields[id_]
        if id_ == SPRINT:
            return [self._sprint_value(self.site.sprints[one]) for one in state.sprints] or None
        if id_ == EPIC_LINK:
            epic = self.site.issues[state.parent] if state.parent is not None else None
            return epic.now.key if epic and self.site.types[state.type].level >= 0 else None
        value = state.custom.get(id_)
        match field_.kind:
            case _ if value is None:
                return None
            case "number":
                return float(Decimal(str(value)))
            case "textarea":
                return self.text(value)  # type: ignore[arg-type]
            case "option":
                return self._option(field_, value)
            case "options":
                return [self._option(field_, one) for one in value]  # type: ignore[attr-defined]
            case "user":
                return self.account(str(value))
            case "date" | "datetime" if isinstance(value, datetime):
                return self.at(value)
            case "date" if isinstance(value, date):
                return value.isoformat()
            case _:
                return value

    def parent(self, state: State) -> Json | None:
        """Return what a child shows of its parent."""
        if state.parent is None:
            return None
        above = self.site.issues[state.parent]
        fields = {
            "summary": above.now.summary, "status": self.status(above.now.status),
            "issuetype": self.issue_type(above.now.type),
        }  # fmt: skip
        return {"id": str(above.id), "key": above.now.key, "self": self.link(f"issue/{above.id}"), "fields": fields}

    def links(self, state: State) -> list[Json]:
        """Return the links of an issue, each with what it shows of the other end."""
        shown = []
        for link in state.links:
            id_, inward, outward = LINK_TYPES[link.relation]
            other = self.site.issues[link.other]
            end = {
                "id": str(other.id), "key": other.now.key, "self": self.link(f"issue/{other.id}"),
                "fields": {"summary": other.now.summary, "status": self.status(other.now.status)},
            }  # fmt: skip
            type_ = {"id": id_, "name": link.relation, "inward": inward, "outward": outward}
            shown.append({"id": str(link.id), "type": type_, "outwardIssue" if link.outward else "inwardIssue": end})
        return shown

    def comment(self, issue: Issue, comment: Comment, *, properties: bool = False) -> Json:
        """Return a comment, with its properties where they are asked for."""
        author = self.account(comment.author)
        shown = {
            "self": self.link(f"issue/{issue.id}/comment/{comment.id}"), "id": str(comment.id), "author": author,
            "body": self.text(comment.text), "updateAuthor": author, "created": self.at(comment.at),
            "updated": self.at(comment.at),
        }  # fmt: skip
        if comment.visibility is not None:
            shown["visibility"] = dict(comment.visibility)
        if properties:
            shown["properties"] = [{"key": key, "value": value} for key, value in comment.properties.items()]
        return {**shown, "jsdPublic": comment.public} if self.cloud else shown

    def comments(self, issue: Issue) -> Json:
        """Return the page of comments that an issue carries as a field."""
        shown = [self.comment(issue, one) for one in issue.comments]
        return {"comments": shown, "maxResults": len(shown), "total": len(shown), "startAt": 0}

    def history(self, history: History) -> Json:
        """Return one changelog; Data Center's entries have no field id."""
        items = []
        for entry in history.entries:
            item = {"field": entry.field, "fieldtype": "custom" if entry.custom else "jira"}
            if self.cloud and entry.field_id:
                item["fieldId"] = entry.field_id
            values = {"from": entry.old, "fromString": entry.old_text, "to": entry.new, "toString": entry.new_text}
            items.append({**item, **values})
        return {
            "id": str(history.id), "author": self.account(history.author), "created": self.at(history.at),
            "items": items,
        }  # fmt: skip

    def _once(self, what: str, id_: str, make: Callable[[str], Json]) -> Json:
        if (what, id_) not in self._seen:
            self._seen[what, id_] = make(id_)
        return self._seen[what, id_]


_READERS: Mapping[str, Callable[[Renderer, Issue, State], object]] = {
    "summary": lambda _r, _i, s: s.summary,
    "status": lambda r, _i, s: r.status(s.status),
    "issuetype": lambda r, _i, s: r.issue_type(s.type),
    "project": lambda r, _i, s: r.project(r.site.projects[s.project]),
    "created": lambda r, _i, s: r.at(s.created),
    "updated": lambda r, _i, s: r.at(s.updated),
    "duedate": lambda _r, _i, s: s.due.isoformat() if s.due else None,
    "resolutiondate": lambda r, _i, s: r.at(s.resolved),
    "resolution": lambda r, _i, s: (
        {"self": r.link(f"resolution/{RESOLUTION[0]}"), "id": RESOLUTION[0], "name": RESOLUTION[1].shown(r.language)}
        if s.resolved
        else None
    ),
    "fixVersions": lambda r, _i, s: [r.release(r.site.versions[one]) for one in s.versions],
    "labels": lambda _r, _i, s: list(s.labels),
    "parent": lambda r, _i, s: r.parent(s),
    "assignee": lambda r, _i, s: r.account(s.assignee),
    "reporter": lambda r, _i, s: r.account(s.reporter),
    "creator": lambda r, _i, s: r.account(s.reporter),
    "priority": lambda r, _i, _s: {"id": PRIORITY[0], "name": PRIORITY[1].shown(r.language)},
    "description": lambda r, _i, s: r.text(s.description),
    "issuelinks": lambda r, _i, s: r.links(s),
    "comment": lambda r, i, _s: r.comments(i),
}
