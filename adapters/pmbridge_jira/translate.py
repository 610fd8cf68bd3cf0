"""Jira's JSON → neutral records. Pure: no request, no clock."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Literal

from pmbridge.records import Approval, Category, Change, Comment, Group, ToolState, Vote
from pmbridge.records import Person as PersonRecord
from pmbridge.values import Day, FieldValue, Instant, Many, Named, Number, Plain, ProjectId, RecordId, Rich, RichFormat
from pmbridge_jira import wire
from pmbridge_jira.fields import Catalogue, codec_for, rich

ISSUE, VERSION, SPRINT, LABEL, ACCOUNT = "issue", "version", "sprint", "label", "account"

MARKER_PROPERTY = "pmbridge"
"""Property of issues and comments that we made: ``{"uid": …}``."""
MARKER_LABEL = "pmb-"
"""The same as a label, which every deployment can search for: ``pmb-<uid>``."""

# Keys on the platform, ids beside them, upper case in service requests, words in /statuses/search.
_CATEGORIES: Mapping[str, Category] = {
    "new": "todo", "2": "todo", "todo": "todo",
    "indeterminate": "in_progress", "4": "in_progress", "in_progress": "in_progress",
    "done": "done", "3": "done",
    "undefined": "unknown", "1": "unknown",
}  # fmt: skip
_SPRINT_STATES: Mapping[str, Category] = {"future": "todo", "active": "in_progress", "closed": "done"}
_SPRINT_PART = re.compile(r"(\w+)=(.*?)(?=,\w+=|\]?$)", re.DOTALL)


def category_of(category: wire.Category | None) -> Category:
    """Return the neutral category of a status, whichever of Jira's spellings it comes in."""
    if category is None:
        return "unknown"
    for said in (category.key, category.id):
        if said and (found := _CATEGORIES.get(said.lower())):
            return found
    return "unknown"


def state_of(status: wire.Status) -> ToolState:
    """Return a status; Jira knows no cancelled category, so the mapping has to say which status means that."""
    return ToolState(id=status.id, name=status.name or status.id, category=category_of(status.statusCategory))


def marker_of(properties: wire.Properties | None, labels: Iterable[str]) -> str | None:
    """Return our uid, from the property, else from the label."""
    kept = properties.pmbridge if properties else None
    if isinstance(kept, dict) and isinstance(uid := kept.get("uid"), str) and uid:
        return uid
    for label in labels:
        if label.startswith(MARKER_LABEL) and len(label) > len(MARKER_LABEL):
            return label[len(MARKER_LABEL) :]
    return None


def person(user: wire.User) -> PersonRecord | None:
    """Return an account by name. Not its e-mail address: nobody needs it, so it is not kept."""
    if user.id is None:
        return None
    return PersonRecord(id=RecordId(kind=ACCOUNT, external_id=user.id), name=user.displayName, active=user.active)


def version_group(version: wire.Version, project: ProjectId, url: str) -> Group:
    """Return a project version. Its release date is when it is due and, once it is released, when it was done."""
    due = Day(on=version.releaseDate) if version.releaseDate else None
    released = bool(version.released)
    state = (
        ToolState(id="released", name="released", category="done")
        if released
        else ToolState(id="unreleased", name="unreleased", category="todo")
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


def comment(one: wire.CommentWire, item: RecordId, *, text: RichFormat, service_desk: bool | None) -> Comment:
    """Return a comment. *service_desk*: whether the project is one; ``None`` when that is not known."""
    properties = {prop.key: prop.value for prop in one.properties or ()}
    mark = properties.get(MARKER_PROPERTY)
    uid = mark.get("uid") if isinstance(mark, dict) else None
    return Comment(
        id=RecordId(kind="comment", external_id=one.id),
        item=item,
        body=rich(one.body, text) or Rich(format="plain", original=""),
        author=one.author.id if one.author else None,
        created_at=utc(one.created),
        audience=_audience(one, properties, service_desk=service_desk),
        marker=uid if isinstance(uid, str) else None,
    )


def _audience(
    one: wire.CommentWire, properties: Mapping[str, object], *, service_desk: bool | None
) -> Literal["public", "internal", "unknown"]:
    """Say who sees a comment. ``jsdPublic`` is true on every site: outside a service desk it proves nothing."""
    told = properties.get("sd.public.comment")
    internal = isinstance(told, dict) and told.get("internal") in (True, "true")
    if one.visibility is not None or one.jsdPublic is False or internal:
        return "internal"
    return "public" if service_desk and one.jsdPublic else "unknown"


def approval(one: wire.RequestApproval, item: RecordId) -> Approval:
    """Return an approval of a service request."""
    votes = [
        Vote(person=vote.approver.id, decision=_decision(vote.approverDecision))
        for vote in one.approvers or ()
        if vote.approver and vote.approver.id
    ]
    return Approval(
        id=RecordId(kind="approval", external_id=f"{item.external_id}/{one.id}"),
        item=item,
        name=one.name or "",
        decision=_decision(one.finalDecision),
        votes=tuple(votes),
        created_at=_from_millis(one.createdDate),
        completed_at=_from_millis(one.completedDate),
    )


def _decision(said: str | None) -> Literal["approved", "declined", "pending"]:
    match (said or "").lower():
        case "approved":
            return "approved"
        case "declined":
            return "declined"
        case _:
            return "pending"


class LogReader:
    """Changelog entries → changes of neutral keys. *start*: id of the field that holds an issue's start."""

    def __init__(self, catalogue: Catalogue, *, start: str | None) -> None:
        self._catalogue, self._start = catalogue, start

    def changes(self, history: wire.History, item: RecordId) -> Iterator[Change]:
        """Yield the changes of one entry; fields that no record holds are left out."""
        at = history.created.astimezone(UTC)
        for number, entry in enumerate(history.items or ()):
            found = self._change(entry)
            if found is None:
                continue
            field, before, after = found
            yield Change(
                id=RecordId(kind="change", external_id=f"{history.id}.{number}"),
                item=item,
                at=at,
                field=field,
                before=before,
                after=after,
                author=history.author.id if history.author else None,
            )

    def _change(self, entry: wire.LogItem) -> tuple[str, FieldValue | None, FieldValue | None] | None:
        field = self._catalogue.logged(entry)
        old, new = (entry.from_, entry.fromString), (entry.to, entry.toString)
        match field:
            case None:
                return None
            case "status":
                return "state", _named(*old), _named(*new)
            case "summary":
                return "title", _plain(old[1]), _plain(new[1])
            case "description":
                return "description", _wiki(old[1]), _wiki(new[1])
            case "duedate":
                return "due", _day(old[0]), _day(new[0])
            case "parent":
                return "parent", _named(*old), _named(*new)
            case "fixVersions":
                return "groups", _groups(VERSION, *old), _groups(VERSION, *new)
            case "labels":
                return "groups", _labels(old[1]), _labels(new[1])
            case self._catalogue.sprint:
                return "groups", _groups(SPRINT, *old), _groups(SPRINT, *new)
            case self._catalogue.epic_link:
                return "parent", _named(*old), _named(*new)
            case self._start:
                return "start", _day(old[0] or old[1]), _day(new[0] or new[1])
            case _:
                return self._custom(field, old, new)

    def _custom(
        self, field: str, old: tuple[str | None, str | None], new: tuple[str | None, str | None]
    ) -> tuple[str, FieldValue | None, FieldValue | None] | None:
        details = self._catalogue.get(field)
        if details is None or not details.custom:
            return None
        kind = codec_for(details, "adf").type
        return f"field:{field}", _logged_value(kind, *old), _logged_value(kind, *new)


def _logged_value(kind: str, raw: str | None, text: str | None) -> FieldValue | None:
    """Return a custom field's value; the changelog keeps an id for options and people, for the rest only a text."""
    if not raw and not text:
        return None
    if kind == "number":
        try:
            return Number(value=Decimal(text or raw or ""))
        except InvalidOperation:
            return _plain(text or raw)
    if kind == "day":
        return _day(raw or text)
    if kind in ("named", "person"):
        return _named(raw, text)
    return _plain(text or raw)


def _named(id_: str | None, name: str | None) -> Named | None:
    return Named(id=id_ or name or "", name=name) if id_ or name else None


def _plain(text: str | None) -> Plain | None:
    return Plain(text=text) if text else None


def _wiki(text: str | None) -> Rich | None:
    # The changelog holds long texts as wiki markup, on Cloud too.
    return Rich(format="wiki", original=text) if text else None


def _day(text: str | None) -> FieldValue | None:
    """Return the day of ``2026-01-31`` or ``2026-01-31 00:00:00.0``; another spelling stays the text it is."""
    if not text:
        return None
    try:
        return Day(on=date.fromisoformat(text[:10]))
    except ValueError:
        return Plain(text=text)


def _groups(kind: str, ids: str | None, names: str | None) -> Many | None:
    """Return groups by their record ids. One version per entry, but sprints as lists: ``"1, 2"``."""
    if not ids:
        return None
    found = [one.strip() for one in ids.split(",")] if kind == SPRINT else [ids]
    shown = [one.strip() for one in (names or "").split(",")] if kind == SPRINT else [names]
    # A comma in a sprint's name makes the two lists differ; then the ids stand alone.
    titles: list[str | None] = [*shown] if len(shown) == len(found) else [None] * len(found)
    items = tuple(Named(id=f"{kind}:{one}", name=title or None) for one, title in zip(found, titles, strict=True))
    return Many(items=items)


def _labels(text: str | None) -> Many | None:
    labels = [one for one in (text or "").split() if not one.startswith(MARKER_LABEL)]
    return Many(items=tuple(Named(id=f"{LABEL}:{one}", name=one) for one in labels)) if labels else None


def digest(*facts: object) -> str:
    """Return a short token that differs whenever one of *facts* does: the version of what has no stamp of its own."""
    return hashlib.sha256("\x1f".join(str(one) for one in facts).encode()).hexdigest()[:16]


def utc(at: datetime | None) -> datetime | None:
    """Return *at* in UTC."""
    return at.astimezone(UTC) if at else None


def _instant(at: datetime | None) -> Instant | None:
    return Instant(at=at) if at else None


def _from_millis(at: wire.Millis | None) -> datetime | None:
    return datetime.fromtimestamp(at.epochMillis / 1000, UTC) if at else None
