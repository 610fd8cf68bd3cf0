"""PingCode's JSON → neutral records. Pure: no request, no clock."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from pmbridge.records import Category, Change, Comment, Group, Item, Person, ToolState
from pmbridge.values import Day, FieldValue, Instant, Named, Plain, ProjectId, RecordId, Rich, RichFormat
from pmbridge_pingcode import settings, wire
from pmbridge_pingcode.fields import PropertyReader, instant, many, named, number
from pmbridge_pingcode.kinds import DELIVERABLE, IDEA, PRODUCT, RELEASE, SPRINT, TICKET, USER, WORK_ITEM
from pmbridge_pingcode.marking import marker_in, split_html

NO_STATE = ToolState(id="none", name="—")
"""Of what has no state in PingCode (deliverables), or was answered without one."""

_IDEA_TYPE = Named(id=IDEA, name="需求")


def inside(project: str, id_: str) -> str:
    """Return the external id of a record that PingCode only shows by way of its project."""
    return f"{project}/{id_}"


def person(user: wire.User) -> Person:
    """Return an account, as a reference to it tells: name and login."""
    return Person(
        id=RecordId(kind=USER, external_id=user.id),
        name=user.display_name or user.name,
        email=user.email or None,
        aliases=(user.name,) if user.name else (),
    )


def people(row: wire.WorkItem | wire.ShipItem | wire.Release | wire.Sprint | wire.Deliverable) -> Iterator[wire.User]:
    """Yield the accounts that *row* names."""
    for name in ("assignee", "created_by"):
        if isinstance(user := getattr(row, name, None), wire.User):
            yield user


def comment(one: wire.Comment, item: RecordId, form: RichFormat) -> Comment:
    """Return a comment on *item*; PingCode does not say who can see it."""
    text, marker = split_html(one.content or "")
    return Comment(
        id=RecordId(kind="comment", external_id=one.id),
        item=item,
        body=Rich(format=form, original=text),
        author=one.created_by.id if one.created_by else None,
        created_at=_at(one.created_at),
        marker=marker,
    )


def change(one: wire.Transition, item: RecordId) -> Change | None:
    """Return a change of state; ``None`` for the row that tells of the creation."""
    if one.from_state is None or one.to_state is None:
        return None
    return Change(
        id=RecordId(kind="change", external_id=one.id),
        item=item,
        at=datetime.fromtimestamp(one.created_at, UTC),
        field="state",
        before=Named(id=one.from_state.id, name=one.from_state.name),
        after=Named(id=one.to_state.id, name=one.to_state.name),
        author=one.created_by.id if one.created_by else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Rows of one project or product → records.

    ``fields``: vendor field ids that were asked for, by kind. ``types``: id → name, for a row tells only the id.
    """

    kinds: Collection[str]
    zone: tzinfo
    """In which the bounds of releases and sprints are bounds of days."""
    fields: Mapping[str, Collection[str]] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)
    properties: PropertyReader = field(default_factory=PropertyReader)
    closed_counts_as: settings.Category = "unknown"
    marker_property: str | None = None

    # -------------------------------------------------------------------------------------------- items

    def work_item(self, row: wire.WorkItem) -> Item:
        """Return a work item. Its parent is what PingCode calls so, else the phase that it belongs to.

        Raises:
            Unreadable: a property that was asked for does not hold what its type says.
        """
        state = self.state(row.state)
        parent = row.parent_id or (row.phase.id if row.phase else None)
        return self._item(
            WORK_ITEM, row, row.project.id, state,
            type=Named(id=row.type, name=self.types.get(row.type)),
            start=instant(row.start_at),
            due=instant(row.end_at),
            parent=RecordId(kind=WORK_ITEM, external_id=parent) if parent and parent != row.id else None,
            groups=tuple(self._groups(row)),
            archived=bool(row.is_archived or row.project.is_archived),
            known=lambda: {
                "priority": named(row.priority),
                "story_points": number(row.story_points),
                "estimated_workload": number(row.estimated_workload),
                "remaining_workload": number(row.remaining_workload),
                "tags": many(row.tags),
            },
        )  # fmt: skip

    def _groups(self, row: wire.WorkItem) -> Iterator[RecordId]:
        project = row.project.id
        if RELEASE in self.kinds:
            # Rows were seen with both, with one of them and with neither.
            releases = {one.id for one in (*(row.versions or ()), *((row.version,) if row.version else ()))}
            yield from (RecordId(kind=RELEASE, external_id=inside(project, one)) for one in releases)
        if SPRINT in self.kinds and row.sprint:
            yield RecordId(kind=SPRINT, external_id=inside(project, row.sprint.id))

    def ticket(self, row: wire.Ticket) -> Item:
        """Return a ticket, due at the end of what it is estimated for. Raises as :meth:`work_item` does."""
        planned = row.estimated_at or wire.DateRange.model_validate({})
        return self._item(
            TICKET, row, PRODUCT + row.product.id, self.state(row.state),
            type=named(row.type) or Named(id=TICKET, name="工单"),
            start=instant(planned.from_), due=instant(planned.to), parent=None, groups=(),
            archived=bool(row.is_archived or row.product.is_archived),
            known=lambda: {
                "priority": named(row.priority),
                "customer": named(row.customer),
                "solution": named(row.solution),
                "channel": named(row.channel),
                "tags": many(row.tags),
                "submitted_at": instant(row.submitted_at),
                "estimated_at": instant(planned.to),
            },
        )  # fmt: skip

    def idea(self, row: wire.Idea) -> Item:
        """Return an idea, due at the end of its plan. Raises as :meth:`work_item` does."""
        planned = row.plan_at or wire.DateRange.model_validate({})
        return self._item(
            IDEA, row, PRODUCT + row.product.id, self.state(row.state),
            type=_IDEA_TYPE, start=instant(planned.from_), due=instant(planned.to), parent=None, groups=(),
            archived=bool(row.is_archived or row.product.is_archived),
            known=lambda: {
                "priority": named(row.priority),
                "plan": named(row.plan),
                "suite": named(row.suite),
                "score": number(row.score),
                "progress": number(row.progress),
                "plan_at": instant(planned.to),
                "real_at": instant(row.real_at.to) if row.real_at else None,
            },
        )  # fmt: skip

    def _item(
        self,
        kind: str,
        row: wire.WorkItem | wire.ShipItem,
        project: str,
        state: ToolState,
        *,
        type: Named,  # noqa: A002 - the record's word
        start: Instant | None,
        due: Instant | None,
        parent: RecordId | None,
        groups: tuple[RecordId, ...],
        archived: bool,
        known: Callable[[], Mapping[str, FieldValue | None]],
    ) -> Item:
        description, _ = split_html(row.description or "")
        return Item(
            id=RecordId(kind=kind, external_id=row.id),
            project=ProjectId(project),
            version=f"{row.updated_at}.{_digest_of(row)}",
            title=row.title,
            type=type,
            state=state,
            key=row.identifier or "",
            url=_link(row.html_url),
            description=Rich(format="html", original=description) if description else None,
            start=start,
            due=due,
            done=instant(row.completed_at) if state.category == "done" else None,
            created_at=_at(row.created_at),
            updated_at=_at(row.updated_at),
            parent=parent,
            groups=groups,
            assignees=(row.assignee.id,) if row.assignee else (),
            author=row.created_by.id if row.created_by else None,
            archived=archived,
            marker=marker_in(row, self.marker_property),
            fields=self._values(kind, known, row.properties or {}) if self.fields.get(kind) else {},
        )

    def _values(
        self, kind: str, known: Callable[[], Mapping[str, FieldValue | None]], properties: Mapping[str, object]
    ) -> Mapping[str, FieldValue | None]:
        built_in = known()
        found: dict[str, FieldValue | None] = {}
        for id_ in self.fields[kind]:
            # One id may stand in both places: then what the row itself says is the value.
            found[id_] = built_in[id_] if id_ in built_in else self.properties.read(id_, properties.get(id_))  # type: ignore[arg-type]
        return found

    def deliverable(self, row: wire.Deliverable, project: str) -> Item:
        """Return a deliverable. PingCode keeps no acceptance of it: its state is unknown."""
        href = row.content.href if row.content else None
        work_item = row.work_item.id if row.work_item else None
        asked = self.fields.get(DELIVERABLE, ())
        return Item(
            id=RecordId(kind=DELIVERABLE, external_id=inside(project, row.id)),
            project=ProjectId(project),
            version=f"{row.updated_at or 0}.{_digest_of(row)}",
            title=row.name,
            type=Named(id=row.content_type or DELIVERABLE, name=row.content_type or "交付目标"),
            state=NO_STATE,
            url=_link(href),
            created_at=_at(row.created_at),
            updated_at=_at(row.updated_at),
            parent=RecordId(kind=WORK_ITEM, external_id=work_item) if work_item else None,
            author=row.created_by.id if row.created_by else None,
            archived=bool(row.is_archived),
            fields={one: Plain(text=href) if one == "href" and href else None for one in asked},
        )

    # ------------------------------------------------------------------------------------------- groups

    def release(self, row: wire.Release, project: str) -> Group:
        """Return a release. It is done on the day on which it entered a stage of the type ``published``."""
        state = self.state(row.stage)
        published = {one.id: one.operate_at for one in row.stages or ()}
        done = None
        if state.category == "done" and row.stage:
            done = published.get(row.stage.id) or row.operate_at
        return Group(
            id=RecordId(kind=RELEASE, external_id=inside(project, row.id)),
            project=ProjectId(project),
            version=f"{row.updated_at or 0}.{_digest_of(row)}",
            title=row.name,
            state=state,
            start=self._day(row.start_at),
            due=self._day(row.end_at),
            done=instant(done),
            archived=bool(row.project and row.project.is_archived),
        )

    def sprint(self, row: wire.Sprint, project: str) -> Group:
        """Return a sprint."""
        said = row.status or "none"
        state = self.state(wire.State(id=said, name=said, type=row.status))
        return Group(
            id=RecordId(kind=SPRINT, external_id=inside(project, row.id)),
            project=ProjectId(project),
            version=f"{row.updated_at or 0}.{_digest_of(row)}",
            title=row.name,
            state=state,
            start=self._day(row.start_at),
            due=self._day(row.end_at),
            done=instant(row.completed_at) if state.category == "done" else None,
            archived=bool(row.project and row.project.is_archived),
        )

    def state(self, state: wire.State | None) -> ToolState:
        """Return a state; what ``closed`` counts as, PingCode does not say and a setting does."""
        if state is None:
            return NO_STATE
        return ToolState(id=state.id, name=state.name, category=self._category(state.type))

    def _category(self, said: str | None) -> Category:
        match said:
            case "pending":
                return "todo"
            case "in_progress":
                return "in_progress"
            case "completed" | "published":
                return "done"
            case "closed":
                return self.closed_counts_as
            case _:
                return "unknown"

    def _day(self, at: int | None) -> Day | None:
        """Return the day that is meant: PingCode moves both ends of releases and sprints to the bounds of a day."""
        return None if at is None else Day(on=datetime.fromtimestamp(at, self.zone).date())


def _digest_of(row: wire.Model) -> str:
    """Return a short token that differs whenever something that is read of *row* does.

    What moves ``updated_at`` is not documented, and it counts seconds: alone it would hide the second of two edits.
    """
    named = {"name", "identifier"}  # of a project or an author: renamed, it changes none of its records
    read = row.model_dump_json(exclude={"project": named, "product": named, "created_by": True})
    return hashlib.sha256(read.encode()).hexdigest()[:12]


def _at(at: int | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at, UTC)


def _link(url: str | None) -> str:
    return url if url and url.startswith(("https://", "http://")) else ""
