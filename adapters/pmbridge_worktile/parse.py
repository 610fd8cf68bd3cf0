"""From bytes to wire models, so that one task that cannot be read costs itself and not its project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pydantic import JsonValue, TypeAdapter, ValidationError

from pmbridge.adapter import HttpClient, Response
from pmbridge.errors import ProtocolError
from pmbridge_worktile import wire

M = TypeVar("M", bound=wire.Model)

WHOLE_PAGE = 50
"""So many rows, none of them readable, are no bad luck but an answer in an unknown form."""

_PAGE = TypeAdapter(wire.Page)
_ROWS = TypeAdapter(list[JsonValue])
_TASK = TypeAdapter(wire.Task)
_ID = TypeAdapter(wire.Id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A row that did not validate: which one, and where. Never its value."""

    id: str
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tasks:
    """The tasks of one answer."""

    sound: list[wire.Task]
    broken: list[Broken]
    has_more: bool | None = None
    total: int | None = None

    @property
    def ids(self) -> list[str]:
        """Every id that the answer names."""
        return [one.id for one in self.sound] + [one.id for one in self.broken]


def task_page(client: HttpClient, response: Response) -> Tasks:
    """Return a page of tasks.

    Raises:
        ProtocolError: no page, a row without an id, or many rows none of which can be read.
    """
    page = client.parse(response, _PAGE).data
    sound, broken = _tasks(page.rows, response)
    return Tasks(sound=sound, broken=broken, has_more=page.has_more, total=page.total)


def task_list(client: HttpClient, response: Response) -> Tasks:
    """Return the tasks of a bare array. Raises as :func:`task_page` does."""
    sound, broken = _tasks(client.parse(response, _ROWS).data, response)
    return Tasks(sound=sound, broken=broken)


def each(rows: Sequence[JsonValue], into: TypeAdapter[M], call: str) -> list[M]:
    """Return *rows* validated.

    Raises:
        ProtocolError: one is of another form.
    """
    found = []
    for number, row in enumerate(rows):
        try:
            found.append(into.validate_python(row))
        except ValidationError as error:
            where = f"{number}.{field_of(error)}"
        else:
            continue
        raise ProtocolError(field=where, call=call)
    return found


def _tasks(rows: Sequence[JsonValue], response: Response) -> tuple[list[wire.Task], list[Broken]]:
    sound: list[wire.Task] = []
    broken: list[Broken] = []
    for number, row in enumerate(rows):
        try:
            sound.append(_TASK.validate_python(row))
            continue
        except ValidationError as error:
            where = field_of(error)
        if (id_ := _id_of(row)) is None:
            raise ProtocolError(field=f"{number}.{where}", call=response.url.partition("?")[0])
        broken.append(Broken(id=id_, field=where))
    if len(broken) >= WHOLE_PAGE and not sound:
        raise ProtocolError(field=broken[0].field, call=response.url.partition("?")[0])
    return sound, broken


def _id_of(row: JsonValue) -> str | None:
    try:
        return _ID.validate_python(row.get("_id")) if isinstance(row, Mapping) else None
    except ValidationError:
        return None


def field_of(error: ValidationError) -> str:
    """Return where *error* lies and of what kind it is, without the value."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(step) for step in first["loc"]) or "body"
    # A key of a mapping is the tool's own text and may hold anything.
    return f"{''.join(c for c in where if c.isprintable())[:120]} ({first['type']})"
