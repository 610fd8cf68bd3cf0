"""The changelog that an edit leaves behind, entry by entry, in Jira's own spelling.

Numbers, texts and the like log only their display strings; lists of versions log one entry per version.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from pmbridge_jira.sandbox_catalogue import SPRINT
from pmbridge_jira.sandbox_text import as_wiki

if TYPE_CHECKING:
    from pmbridge_jira.sandbox_state import State
    from pmbridge_jira.sandbox_store import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One changed field: raw ids and their display strings, before and after."""

    field: str
    field_id: str | None
    custom: bool = False
    old: str | None = None
    old_text: str | None = None
    new: str | None = None
    new_text: str | None = None


def differences(site: Site, old: State, new: State) -> Iterator[Entry]:
    """Yield what an edit from *old* to *new* writes into the changelog; nothing for equal states."""
    yield from _statuses(site, old, new)
    yield from _texts(site, old, new)
    yield from _places(site, old, new)
    yield from _lists(site, old, new)
    yield from _customs(site, old, new)


def _statuses(site: Site, old: State, new: State) -> Iterator[Entry]:
    if old.status != new.status:
        before, after = site.statuses[old.status], site.statuses[new.status]
        yield Entry(
            field="status", field_id="status", old=before.id, old_text=before.name.zh, new=after.id,
            new_text=after.name.zh,
        )  # fmt: skip
    if (old.resolved is None) != (new.resolved is None):
        gone = ("10000", "完成") if old.resolved else (None, None)
        come = ("10000", "完成") if new.resolved else (None, None)
        yield Entry(
            field="resolution", field_id="resolution", old=gone[0], old_text=gone[1], new=come[0], new_text=come[1]
        )


def _texts(site: Site, old: State, new: State) -> Iterator[Entry]:
    if old.summary != new.summary:
        yield Entry(field="summary", field_id="summary", old_text=old.summary, new_text=new.summary)
    if old.description != new.description:
        yield Entry(
            field="description", field_id="description", old_text=as_wiki(old.description),
            new_text=as_wiki(new.description),
        )  # fmt: skip
    if old.due != new.due:
        yield Entry(
            field="duedate", field_id="duedate", old=_day(old.due), old_text=_midnight(old.due), new=_day(new.due),
            new_text=_midnight(new.due),
        )  # fmt: skip
    if old.assignee != new.assignee:
        yield Entry(
            field="assignee", field_id="assignee", old=old.assignee, old_text=_name(site, old.assignee),
            new=new.assignee, new_text=_name(site, new.assignee),
        )  # fmt: skip


def _places(site: Site, old: State, new: State) -> Iterator[Entry]:
    if old.type != new.type:
        yield Entry(
            field="issuetype", field_id="issuetype", old=old.type, old_text=site.types[old.type].name.zh, new=new.type,
            new_text=site.types[new.type].name.zh,
        )  # fmt: skip
    if old.project != new.project:
        yield Entry(
            field="project", field_id="project", old=str(old.project), old_text=site.projects[old.project].name,
            new=str(new.project), new_text=site.projects[new.project].name,
        )  # fmt: skip
    if old.key != new.key:
        yield Entry(field="Key", field_id=None, old_text=old.key, new_text=new.key)
    if old.parent != new.parent:
        # Real sites log the parent without a field id, so a filter by field ids never finds it.
        yield Entry(
            field="IssueParentAssociation", field_id=None, old=_id(old.parent), old_text=_key(site, old.parent),
            new=_id(new.parent), new_text=_key(site, new.parent),
        )  # fmt: skip


def _lists(site: Site, old: State, new: State) -> Iterator[Entry]:
    for gone in old.versions:
        if gone not in new.versions:
            name = site.versions[gone].name
            yield Entry(field="Fix Version", field_id="fixVersions", old=str(gone), old_text=name)
    for come in new.versions:
        if come not in old.versions:
            name = site.versions[come].name
            yield Entry(field="Fix Version", field_id="fixVersions", new=str(come), new_text=name)
    if old.labels != new.labels:
        yield Entry(field="labels", field_id="labels", old_text=" ".join(old.labels), new_text=" ".join(new.labels))
    if old.sprints != new.sprints:
        before, after = (", ".join(site.sprints[one].name for one in state.sprints) for state in (old, new))
        yield Entry(
            field="Sprint", field_id=SPRINT, custom=True, old=", ".join(map(str, old.sprints)), old_text=before,
            new=", ".join(map(str, new.sprints)), new_text=after,
        )  # fmt: skip


def _customs(site: Site, old: State, new: State) -> Iterator[Entry]:
    for id_ in sorted({*old.custom, *new.custom}):
        before, after = old.custom.get(id_), new.custom.get(id_)
        if before != after:
            yield Entry(
                field=site.fields[id_].name.zh,
                field_id=id_,
                custom=True,
                old_text=_shown(before),
                new_text=_shown(after),
            )


def _shown(value: object) -> str | None:
    match value:
        case None:
            return None
        case float() if value.is_integer():
            return str(int(value))
        case str() | Mapping():
            return as_wiki(value)
        case tuple():
            return ", ".join(str(one) for one in value)
        case _:
            return str(value)


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _midnight(day: date | None) -> str | None:
    return f"{day.isoformat()} 00:00:00.0" if day else None


def _id(number: int | None) -> str | None:
    return None if number is None else str(number)


def _key(site: Site, number: int | None) -> str | None:
    return None if number is None else site.issues[number].now.key


def _name(site: Site, account: str | None) -> str | None:
    return None if account is None else site.users[account].name
