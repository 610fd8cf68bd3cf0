"""What the tools say that their projects know: kept for a day, and widened by what a run meets."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from pmbridge.adapter import Adapter
from pmbridge.clock import Clock
from pmbridge.errors import PmbridgeError
from pmbridge.records import Focus, Item, KindSchema, ProjectSchema, Record, StateInfo, ToolState
from pmbridge.store import Store
from pmbridge.values import Named, ProjectId

_SCHEMA_AGE = timedelta(days=1)
_UNDER_KEY = "described under"


@cache
def schemas() -> TypeAdapter[ProjectSchema]:
    """Return what reads and writes the schemas that the store keeps."""
    return TypeAdapter(ProjectSchema)


def described(
    store: Store, clock: Clock, connection: str, adapter: Adapter[Any], wanted: Mapping[str, Focus]
) -> dict[str, ProjectSchema | PmbridgeError]:
    """Return the schema of each project, with what is *wanted* of it, or why it has none.

    Kept for a day, so that reports work offline and a quiet sync does not ask; and no longer than the settings of the
    connection, which may open what a project can do.
    """
    memo, under = store.memo(connection), _fingerprint(adapter)
    if memo.kept(_UNDER_KEY) != under:
        store.outdate_schemas(connection)
        memo.keep(_UNDER_KEY, under)
    newest = clock.now() - _SCHEMA_AGE
    found: dict[str, ProjectSchema | PmbridgeError] = {}
    unknown: list[str] = []
    for project, focus in wanted.items():
        kept = store.schema(connection, project, newer_than=newest)
        schema = None if kept is None else schemas().validate_json(kept)
        if schema is not None and schema.focus.covers(focus):
            found[project] = schema
        else:
            unknown.append(project)
    names = [one.rpartition("|")[2] or one for one in unknown]
    answers = adapter.describe_all(names, together(zip(names, (wanted[one] for one in unknown), strict=True)))
    told: dict[str, ProjectSchema] = {}
    try:
        for project, answer in zip(unknown, answers, strict=True):
            found[project] = answer
            if isinstance(answer, ProjectSchema):
                told[project] = answer
    finally:  # whatever stops the others: what was told is not asked again
        bodies = {project: schemas().dump_json(schema) for project, schema in told.items()}
        store.put_schemas(connection, bodies, [schema.project for schema in told.values()])
    return found


def _fingerprint(adapter: Adapter[Any]) -> str:
    """Return what differs when a setting does. None of them is a secret: those are only named."""
    return hashlib.sha256(adapter.settings.model_dump_json().encode()).hexdigest()


def together(named: Iterable[tuple[str, Focus]]) -> dict[str, Focus]:
    """Return the focus of each project, of one that is named several times all together."""
    found: dict[str, Focus] = {}
    for project, focus in named:
        found[project] = found[project] | focus if project in found else focus
    return found


def known(answer: ProjectSchema | PmbridgeError) -> ProjectSchema:
    """Return *answer*, or raise what it says is wrong."""
    if isinstance(answer, PmbridgeError):
        raise copy(answer)  # each engagement adds its own name
    return answer


@dataclass(slots=True)
class Met:
    """Types and states of the items that a run met, where a schema is only gathered from what was seen.

    A state that no task was in when the project was described is a name without an id. Once a task is in it, the name
    has to mean that, or what a person has just done is taken for something else until the schema is a day old.
    """

    _found: dict[tuple[ProjectId, str], set[tuple[Named, ToolState]]] = field(default_factory=dict)

    def look(self, records: Iterable[Record]) -> None:
        """Note the items among *records*."""
        for one in records:
            if isinstance(one, Item):
                self._found.setdefault((one.project, one.id.kind), set()).add((one.type, one.state))

    def widen(self, store: Store, connection: str, projects: Iterable[str], known: Iterable[ProjectSchema]) -> bool:
        """Put into the schemas kept of *projects* what they lack; return whether there was anything.

        Costs nothing where nothing was met, or where every schema that is *known* tells everything.
        """
        if not self._found or all(kind.complete for one in known for kind in one.kinds.values()):
            return False
        bodies: dict[str, bytes] = {}
        for project in projects:
            kept = store.schema(connection, project)
            schema = None if kept is None else schemas().validate_json(kept)
            if schema is not None and (wider := self._wider(schema)) != schema:
                bodies[project] = schemas().dump_json(wider)
        store.put_schemas(connection, bodies)
        return bool(bodies)

    def _wider(self, schema: ProjectSchema) -> ProjectSchema:
        kinds = {
            name: kind if kind.complete else _with(kind, self._found.get((schema.project.id, name), set()))
            for name, kind in schema.kinds.items()
        }
        return replace(schema, kinds=kinds)


def _with(kind: KindSchema, met: set[tuple[Named, ToolState]]) -> KindSchema:
    """Return *kind* with the types and states that it lacks behind those that it has, by name."""
    types = {one.id: one for one in kind.types}
    states = {one.state.id: one for one in kind.states}
    for type_, state in sorted(met, key=lambda one: (one[0].name or "", one[1].name, one[1].id)):
        # A type without a name stands for a tool that tells none.
        if types and type_.name is not None:
            types.setdefault(type_.id, type_)
        info = states.get(state.id, StateInfo(state=state, types=frozenset({type_.id})))
        belongs = info.types | {type_.id} if info.types else info.types
        states[state.id] = replace(info, types=belongs)
    return replace(kind, types=tuple(types.values()), states=tuple(states.values()))
