"""What a mapping of one project may name: types, states, tags and properties, gathered from the tasks seen.

No public page tells the form of the calls that list them. So what no task has is not here: ``complete`` is ``False``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pydantic import JsonValue, TypeAdapter

from pmbridge.adapter import in_order, project_called
from pmbridge.errors import ConfigError, NotVisible, ProtocolError, Rejected
from pmbridge.records import (
    FieldInfo,
    FieldType,
    Focus,
    Group,
    KindSchema,
    ProjectSchema,
    RemoteProject,
    StateInfo,
    ToolState,
)
from pmbridge.values import Named, ProjectId, RecordId
from pmbridge_worktile import wire
from pmbridge_worktile.kinds import NO_CHANGES, TAG, TASK, supports
from pmbridge_worktile.pull import ITS_OWN
from pmbridge_worktile.settings import WorktileSettings
from pmbridge_worktile.site import Site
from pmbridge_worktile.translate import Asked, TaskReader, project_url, state_of, type_of
from pmbridge_worktile.values import kind_of, unwrapped

SAMPLE = 500
"""Tasks read for their tags and properties: those that changed last."""
_TYPES_LOOKED_AT = 10
_MADE_OF = frozenset({"assignee", "start", "due", "tag", "desc", "title"})
"""Properties that a record has in fields of its own."""
_DETAIL = TypeAdapter(wire.DetailEnvelope)


def projects(site: Site) -> Iterator[RemoteProject]:
    """Yield the projects that the credential sees, in Worktile's order."""
    for one in site.projects():
        yield _remote(one, site.settings)


def _remote(one: wire.Project, settings: WorktileSettings) -> RemoteProject:
    return RemoteProject(
        id=ProjectId(one.id),
        key=one.identifier or "",
        name=one.name or one.id,
        url=project_url(settings.web_url, one.id),
        archived=bool(one.is_archived),
    )


def describe_all(
    site: Site, texts: Sequence[str], focus: Mapping[str, Focus]
) -> Iterator[ProjectSchema | NotVisible | ConfigError]:
    """Yield the schema of the project that each of *texts* (id, key or name) names, in their order, or what is wrong.

    That is ``ConfigError`` for no such project (lists the nearest) or several, ``NotVisible`` where its tasks cannot
    be read.
    """
    every = list(projects(site)) if texts else []

    def describe(text: str) -> ProjectSchema | NotVisible | ConfigError:
        try:
            found = [one for one in every if one.id == text.strip()]
            project = found[0] if found else project_called(text, every, connection=site.context.connection)
            return _schema(site, project, focus.get(text, Focus()))
        except (NotVisible, ConfigError) as error:
            return error

    yield from in_order(describe, texts, workers=site.settings.workers)


def _schema(site: Site, project: RemoteProject, focus: Focus) -> ProjectSchema:
    try:
        seen = _Seen(site, project.id, focus)
    except ITS_OWN as error:
        raise site.of_project(project.id, error) from None
    return ProjectSchema(
        project=project,
        kinds={
            TASK: KindSchema(
                supports=supports(TASK, site.settings, marker_lost=site.marker_lost),
                types=tuple(seen.types.values()),
                states=tuple(seen.states()),
                fields=tuple(seen.fields()),
                complete=False,
            ),
            TAG: KindSchema(
                supports=supports(TAG, site.settings),
                groups=tuple(sorted(seen.tags.values(), key=lambda one: (one.title, one.id))),
                complete=False,
            ),
        },
        focus=Focus(fields=focus.fields, groups=focus.groups),
    )


class _Seen:
    """What the tasks of one project have."""

    def __init__(self, site: Site, project: ProjectId, focus: Focus) -> None:
        self._site, self._names = site, site.settings.property_names
        self.types: dict[str, Named] = {}
        self._states: dict[str, ToolState] = {}
        self._types_of: dict[str, set[str]] = {}
        self.tags: dict[RecordId, Group] = {}
        self._kinds: dict[str, FieldType] = {}
        self._options: dict[str, dict[str, Named]] = {}
        listed = {task.id: task for page in site.task_pages(project) for task in page.sound}
        newest = sorted(listed.values(), key=lambda one: (-one.updated_at, one.id))
        self._look_at(newest)
        if focus.fields:
            self._ask_for_keys(newest)
        if focus.fields or focus.groups:
            self._read(project, [one.id for one in newest[:SAMPLE]])

    def _look_at(self, tasks: Sequence[wire.Task]) -> None:
        """Note types and states: those that were used last come first."""
        for task in tasks:
            state, type_ = state_of(task), type_of(task)
            if task.task_type is not None:
                self.types.setdefault(type_.id, type_)
                self._types_of.setdefault(state.id, set()).add(type_.id)
            self._states.setdefault(state.id, state)

    def _ask_for_keys(self, newest: Sequence[wire.Task]) -> None:
        """Note which properties there are: one task of each type is asked for all that it has."""
        examples: dict[str, wire.Task] = {}
        for task in newest:
            examples.setdefault(type_of(task).id, task)
        for task in list(examples.values())[:_TYPES_LOOKED_AT]:
            try:
                response = self._site.fetch(f"/mission/tasks/{task.id}", columns="properties")
                found = self._site.client.parse(response, _DETAIL).data.data.value
            except (NotVisible, Rejected, ProtocolError):  # gone meanwhile, or of a form of its own: others tell too
                continue
            self._note(found.properties or {})

    def _read(self, project: ProjectId, ids: Sequence[str]) -> None:
        known = {*self._kinds, *self._names}
        asked = Asked(fields=frozenset(known - _MADE_OF), day_zone=self._site.settings.day_zone)
        for found in self._site.tasks(ids, asked.keys):
            self._look_at(found.sound)
            for task in found.sound:
                self._note(task.properties or {})
            tags = TaskReader(Asked(day_zone=asked.day_zone)).read(found.sound, project=project, versions={}).tags
            self.tags |= tags

    def _note(self, properties: Mapping[str, JsonValue]) -> None:
        for key, wrapped in properties.items():
            if key in _MADE_OF:
                continue
            value = unwrapped(wrapped)
            if value is None or value in ("", []):
                self._kinds.setdefault(key, "other")
                continue
            kind = kind_of(value)
            # Whole numbers and others, one line and several: the wider one holds.
            if self._kinds.get(key) in (None, "other", "text"):
                self._kinds[key] = kind
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, Mapping) and isinstance(id_ := one.get("_id"), str):
                    name = one.get("name") or one.get("text")
                    option = Named(id=id_, name=name if isinstance(name, str) else None)
                    self._options.setdefault(key, {})[id_] = option

    def states(self) -> Iterator[StateInfo]:
        """Yield the states, from those to do to those done."""
        order = {"todo": 0, "in_progress": 1, "done": 2}
        for state in sorted(self._states.values(), key=lambda one: (order.get(one.category, 3), one.name, one.id)):
            yield StateInfo(state=state, types=frozenset(self._types_of.get(state.id, ())))

    def fields(self) -> Iterator[FieldInfo]:
        """Yield the properties by key, with the names that the settings give them."""
        for key in sorted({*self._kinds, *self._names}):
            yield FieldInfo(
                id=key,
                name=self._names.get(key, key),
                type=self._kinds.get(key, "other"),
                options=tuple(self._options.get(key, {}).values()),
                write=NO_CHANGES,
            )
