"""Jira's JSON → neutral records. Pure: no request, no clock."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

from pmbridge.adapter import UID
from pmbridge.records import Category, Group, ToolState
from pmbridge.records import Person as PersonRecord
from pmbridge.values import Day, Instant, ProjectId, RecordId, Rich
from pmbridge_jira import wire

ISSUE, VERSION, SPRINT, LABEL, ACCOUNT = "issue", "version", "sprint", "label", "account"

MARKER_PROPERTY: Final = "pmbridge"
"""Property of issues and comments that we made: ``{"uid": …}``."""
MARKER_LABEL = "pmb-"
"""The same as a label, which every deployment can search for: ``pmb-<uid>``."""

RELEASED, UNRELEASED = "released", "unreleased"
"""States of a version."""

# Keys on the platform, ids beside them, upper case in service requests, words in /statuses/search.
_CATEGORIES: Mapping[str, Category] = {
    "new": "todo", "2": "todo", "todo": "todo",
    "indeterminate": "in_progress", "4": "in_progress", "in_progress": "in_progress",
    "done": "done", "3": "done",
    "undefined": "unknown", "1": "unknown",
}  # fmt: skip
_SPRINT_STATES: Mapping[str, Category] = {"future": "todo", "active": "in_progress", "closed": "done"}
_UID = re.compile(UID)
_SPRINT_PART = re.compile(r"(\w+)=(.*?)(?=,\w+=|\]?$)", re.DOTALL)


def category_of(category: wire.Category | None) -> Category:
    """Return the neutral category of a status, whichever of Jira's spellings it comes in."""
    if category is None:
        return "unknown"
    for said in (category.get("key"), category.get("id")):
        if said and (found := _CATEGORIES.get(said.lower())):
            return found
    return "unknown"


def state_of(status: wire.Status) -> ToolState:
    """Return a status; Jira knows no cancelled category, so the mapping has to say which status means that."""
    category = category_of(status.get("statusCategory"))
    return ToolState(id=status["id"], name=status.get("name") or status["id"], category=category)


def marker_of(properties: wire.Properties | None, labels: Iterable[str]) -> str | None:
    """Return our uid, from the property, else from the label."""
    kept = properties.get(MARKER_PROPERTY) if properties else None
    if isinstance(kept, dict) and isinstance(uid := kept.get("uid"), str) and _UID.fullmatch(uid):
        return uid
    return next(filter(None, map(uid_in_label, labels)), None)


def uid_in_label(label: str) -> str | None:
    """Return the uid in a label of ours; ``None`` for a label of theirs, also one that only begins like ours."""
    return uid if label.startswith(MARKER_LABEL) and _UID.fullmatch(uid := label[len(MARKER_LABEL) :]) else None


def person(user: wire.User) -> PersonRecord | None:
    """Return an account by name. Not its e-mail address: nobody needs it, so it is not kept."""
    if not (id_ := wire.user_id(user)):
        return None
    account = RecordId(kind=ACCOUNT, external_id=id_)
    return PersonRecord(id=account, name=user.get("displayName"), active=user.get("active"))


def version_group(version: wire.Version, project: ProjectId, url: str) -> Group:
    """Return a project version. Its release date is when it is due and, once it is released, when it was done."""
    due = Day(on=version.releaseDate) if version.releaseDate else None
    released = bool(version.released)
    state = (
        ToolState(id=RELEASED, name=RELEASED, category="done")
        if released
        else ToolState(id=UNRELEASED, name=UNRELEASED, category="todo")
    )
    return Group(
        id=RecordId(kind=VERSION, external_id=version.id),
        project=project,
        version=digest(
            version.name, version.description, version.startDate, version.releaseDate, released, version.archived
        ),
        title=version.name,
        url=url,
        state=state,
        description=Rich(format="plain", original=version.description) if version.description else None,
        start=Day(on=version.startDate) if version.startDate else None,
        due=due,
        done=due if released else None,
        archived=bool(version.archived),
    )


def sprint_group(sprint: wire.Sprint, project: ProjectId) -> Group:
    """Return a sprint as seen in *project*; its end date is when it is due, its completion when it was done."""
    state = (sprint.state or "").lower()
    return Group(
        id=RecordId(kind=SPRINT, external_id=sprint.id),
        project=project,
        version=digest(sprint.name, state, sprint.startDate, sprint.endDate, sprint.completeDate),
        title=sprint.name or sprint.id,
        state=ToolState(id=state or "unknown", name=state or "unknown", category=_SPRINT_STATES.get(state, "unknown")),
        start=_instant(sprint.startDate),
        due=_instant(sprint.endDate),
        done=_instant(sprint.completeDate),
    )


def label_group(label: str, project: ProjectId) -> Group:
    """Return a label as seen in *project*: a name is all it has."""
    return Group(id=RecordId(kind=LABEL, external_id=label), project=project, version="1", title=label)


def sprint_of(value: wire.Sprint | str) -> wire.Sprint | None:
    """Return a sprint of the issue field; old servers send it as text: ``…Sprint@1f[id=37,state=ACTIVE,…]``."""
    if isinstance(value, wire.Sprint):
        return value
    _, bracket, inside = value.partition("[")
    parts = {key: text for key, text in _SPRINT_PART.findall(inside) if text != "<null>"}
    if not bracket or "id" not in parts:
        return None
    known = ("id", "name", "state", "startDate", "endDate", "completeDate")
    return wire.Sprint.model_validate({key: parts[key] for key in known if parts.get(key)})


def digest(*facts: object) -> str:
    """Return a short token that differs whenever one of *facts* does: the version of what has no stamp of its own."""
    return hashlib.sha256("\x1f".join(str(one) for one in facts).encode()).hexdigest()[:16]


def utc(at: datetime | None) -> datetime | None:
    """Return *at* in UTC."""
    return at.astimezone(UTC) if at else None


def _instant(at: datetime | None) -> Instant | None:
    return Instant(at=at) if at else None
