"""What people send to change an issue, checked as Jira checks it: screens, types, values of every kind of field.

Every fault is told at once, by field, as the platform's error envelope has it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from pmbridge_jira.sandbox_catalogue import EPIC_LINK, SPRINT, Field
from pmbridge_jira.sandbox_http import Call, Refusal
from pmbridge_jira.sandbox_render import Json
from pmbridge_jira.sandbox_state import State

NEVER_ON_SCREENS = frozenset({
    "status", "created", "updated", "resolution", "resolutiondate", "creator", "comment", "issuelinks", "project",
    "issuetype", "priority",
})  # fmt: skip
"""Fields that no edit takes; some have ways of their own, the others are set when an issue is made."""
LONGEST_SUMMARY = 255
NOT_ON_SCREEN = "Field '{id}' cannot be set. It is not on the appropriate screen, or unknown."
NO_DOCUMENT = "Operation value must be an Atlassian Document (see the Atlassian Document Format)"


def on_screen(call: Call, type_id: str) -> list[str]:
    """Return the fields that issues of a type may be given by an edit; the site's ``off_screen`` are left out."""
    site, cloud = call.site, call.deployment.cloud
    level = site.types[type_id].level
    found = []
    for id_ in site.fields:
        if id_ in NEVER_ON_SCREENS or id_ in site.off_screen:
            continue
        if id_ == EPIC_LINK and (cloud or level != 0):
            continue
        if id_ == "parent" and not cloud and level >= 0:
            continue
        found.append(id_)
    return found


class Wrong(Exception):
    """A value that its field does not take; the text is Jira's."""


@dataclass
class Intake:
    """Reads ``fields`` and ``update`` of a request into changes of an issue's :class:`State`.

    ``state``: the issue as it is, ``None`` for one that is being made; ``screen``: the fields that may be set.
    """

    call: Call
    project: int
    type: str
    screen: Collection[str]
    state: State | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    custom: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)

    def take(self, body: Json) -> dict[str, Any]:
        """Return the changes that *body* asks for; refuse it with 400 and every fault."""
        fields, update = _object(body, "fields"), _object(body, "update")
        for id_ in sorted(set(fields) & set(update)):
            self.faults[id_] = f"Field '{id_}' cannot appear in both 'fields' and 'update'"
        for id_, value in fields.items():
            self._guarded(id_, self._set, value)
        for id_, operations in update.items():
            self._guarded(id_, self._operate, operations)
        if self.faults:
            raise Refusal(400, {"errorMessages": [], "errors": self.faults})
        return {**self.changes, **({"custom": self.custom} if self.custom else {})}

    def _guarded(self, id_: str, act: Callable[[str, Any], None], said: Any) -> None:
        if id_ not in self.screen or id_ not in self.call.site.fields:
            self.faults.setdefault(id_, NOT_ON_SCREEN.format(id=id_))
            return
        try:
            act(id_, said)
        except Wrong as error:
            self.faults.setdefault(id_, str(error))

    # -------------------------------------------------------------------------------------------- values

    def _set(self, id_: str, value: Any) -> None:
        match id_:
            case "summary":
                self.changes["summary"] = _summary(value)
            case "description":
                self.changes["description"] = _long(self.call, value)
            case "duedate":
                self.changes["due"] = day_of(value)
            case "assignee" | "reporter":
                self.changes[id_] = self._user(value)
            case "parent":
                self.changes["parent"] = self._parent(value)
            case "labels":
                self.changes["labels"] = tuple(sorted({_label(one) for one in _list(value)}))
            case "fixVersions":
                self.changes["versions"] = tuple(self._version(one) for one in _list(value))
            case _ if id_ == EPIC_LINK:
                self.changes["parent"] = self._epic(value)
            case _ if id_ == SPRINT:
                self.changes["sprints"] = self._sprint(value)
            case _:
                self.custom[id_] = self._custom(self.call.site.fields[id_], value)

    def _operate(self, id_: str, operations: Any) -> None:
        for operation in _list(operations):
            if not isinstance(operation, Mapping) or len(operation) != 1:
                raise Wrong("data was not an object")
            ((verb, value),) = operation.items()
            match verb:
                case "set":
                    self._set(id_, value)
                case "add" | "remove" if id_ in ("labels", "fixVersions"):
                    self._add(id_, value, away=verb == "remove")
                case _:
                    raise Wrong(f"Field does not support operation '{verb}'")

    def _add(self, id_: str, value: Any, *, away: bool) -> None:
        name = "labels" if id_ == "labels" else "versions"
        one: Any = _label(value) if id_ == "labels" else self._version(value, leaving=away)
        kept = self.changes.get(name, getattr(self.state, name) if self.state else ())
        left = tuple(each for each in kept if each != one)
        self.changes[name] = left if away else (*left, one)
        if id_ == "labels":
            self.changes[name] = tuple(sorted(self.changes[name]))

    def _user(self, value: Any) -> str | None:
        if value is None:
            return None
        key = "accountId" if self.call.deployment.cloud else "name"
        named = value if isinstance(value, Mapping) else {}
        said = named.get(key) or (named.get("id") if key == "accountId" else None)
        for user in self.call.site.users.values():
            if said is not None and said == (user.account_id if key == "accountId" else user.username):
                return user.account_id
        raise Wrong("Specify a valid value for user" if key == "accountId" else f"User '{said}' does not exist.")

    def _parent(self, value: Any) -> int | None:
        if value is None or (isinstance(value, Mapping) and value.get("none") is True):
            return None
        said = value.get("id") or value.get("key") if isinstance(value, Mapping) else None
        found = self.call.site.issue(str(said)) if said else None
        if found is None:
            raise Wrong("Could not find issue by id or key.")
        levels = self.call.site.types
        if levels[found.now.type].level != levels[self.type].level + 1:
            raise Wrong("Given parent work item does not belong to appropriate hierarchy.")
        return found.id

    def _epic(self, value: Any) -> int | None:
        if value is None:
            return None
        found = self.call.site.issue(str(value))
        if found is None or self.call.site.types[found.now.type].level != 1:
            raise Wrong(f"Issue '{value}' is not an epic.")
        return found.id

    def _version(self, value: Any, *, leaving: bool = False) -> int:
        said = value if isinstance(value, Mapping) else {}
        for one in self.call.site.versions.values():
            if one.project == self.project and (str(one.id) == str(said.get("id")) or one.name == said.get("name")):
                if one.archived and not leaving and (self.state is None or one.id not in self.state.versions):
                    raise Wrong(f"Version name '{one.name}' is not valid: the version is archived.")
                return one.id
        raise Wrong(f"Version id '{said.get('id')}' is not valid")

    def _sprint(self, value: Any) -> tuple[int, ...]:
        if value is None:
            return ()
        if not isinstance(value, int) or value not in self.call.site.sprints:
            raise Wrong("Number value expected as the Sprint id.")
        before = self.state.sprints if self.state else ()
        return (*(one for one in before if one != value), value)

    def _custom(self, known: Field, value: Any) -> Any:
        if value is None:
            return None
        match known.kind:
            case "number":
                if isinstance(value, bool) or not isinstance(value, int | float):
                    raise Wrong("Operation value must be a number")
                return value
            case "text" | "epic_name":
                if not isinstance(value, str):
                    raise Wrong("Operation value must be a string")
                return value or None
            case "textarea":
                return _long(self.call, value)
            case "date":
                return day_of(value)
            case "datetime":
                return _moment(value)
            case "option":
                return self._option(known, value)
            case "options":
                return tuple(self._option(known, one) for one in _list(value)) or None
            case "user":
                return self._user(value)
            case _:
                raise Wrong(NOT_ON_SCREEN.format(id=known.id))

    def _option(self, known: Field, value: Any) -> str:
        said = value if isinstance(value, Mapping) else {}
        for one in self.call.render.options(known):
            if said.get("id") == one["id"] or said.get("value") == one["value"]:
                return str(one["value"])
        raise Wrong(f"Option id '{said.get('id')}' is not valid")


def _object(body: Json, name: str) -> Json:
    found = body.get(name) or {}
    if not isinstance(found, dict):
        raise Refusal(400, {"errorMessages": [f"'{name}' must be an object."], "errors": {}})
    return found


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise Wrong("data was not an array")
    return value


def _long(call: Call, value: Any) -> Any:
    if value is None or value == "":
        return None
    if call.version != "3":
        if not isinstance(value, str):
            raise Wrong("Operation value must be a string")
        return value
    if not isinstance(value, Mapping) or value.get("type") != "doc" or not isinstance(value.get("content"), list):
        raise Wrong(NO_DOCUMENT)
    _check_document(value)
    return value if value["content"] else None


def _summary(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Wrong("You must specify a summary of the issue.")
    if "\n" in value or "\r" in value:
        raise Wrong("The summary is invalid because it contains newline characters.")
    if len(value) > LONGEST_SUMMARY:
        raise Wrong(f"Summary can't exceed {LONGEST_SUMMARY} characters.")
    return value.strip()


def _label(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise Wrong("data was not a string")
    if any(c.isspace() for c in value):
        raise Wrong(f"The label '{value}' contains spaces which is invalid.")
    if len(value) > LONGEST_SUMMARY:
        raise Wrong("A label can't exceed 255 characters.")
    return value


def day_of(value: Any) -> date | None:
    """Return a day as it was sent.

    Raises:
        Wrong: not of Jira's form.
    """
    if value is None:
        return None
    try:
        if len(value) == len("2026-01-31"):
            return date.fromisoformat(value)
    except (TypeError, ValueError):
        pass
    raise Wrong("Error parsing date string: use yyyy-MM-dd")


def _moment(value: Any) -> datetime:
    try:
        found = datetime.strptime(value, "%Y-%m-%dT%H:%M:%S.%f%z")
    except (TypeError, ValueError):
        raise Wrong("Error parsing time string: use yyyy-MM-dd'T'HH:mm:ss.SSSZ") from None
    return found


def _check_document(node: Mapping[str, Any]) -> None:
    """Refuse what the editor's schema refuses: a text node without text."""
    if node.get("type") == "text" and not node.get("text"):
        raise Wrong("INVALID_INPUT")
    for child in node.get("content") or ():
        if not isinstance(child, Mapping) or not child.get("type"):
            raise Wrong("INVALID_INPUT")
        _check_document(child)


def document_of(call: Call, value: Any, name: str) -> Any:
    """Return a long text that stands by itself, as a comment's does; refuse other forms with 400."""
    try:
        found = _long(call, value)
    except Wrong as error:
        raise Refusal(400, {"errorMessages": [], "errors": {name: str(error)}}) from None
    if found is None:
        raise Refusal(400, {"errorMessages": [], "errors": {name: "Comment body can not be empty!"}})
    return found
