"""From bytes to wire models, so that one task that cannot be read costs itself and not its project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from pydantic import JsonValue, TypeAdapter, ValidationError

from pmbridge.adapter import Broken, HttpClient, Response, each_row, first_field
from pmbridge.errors import ProtocolError
from pmbridge_worktile import wire

M = TypeVar("M", bound=wire.Model)

_PAGE = TypeAdapter(wire.Page)
_ROWS = TypeAdapter(list[JsonValue])
_TASK = TypeAdapter(wire.Task)
_ID: TypeAdapter[str] = TypeAdapter(wire.Id)


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
            where = f"{number}.{first_field(error)}"
        else:
            continue
        raise ProtocolError(field=where, call=call)
    return found


def _tasks(rows: Sequence[JsonValue], response: Response) -> tuple[list[wire.Task], list[Broken]]:
    call = response.url.partition("?")[0]
    return each_row(rows, _TASK.validate_python, ids=_ID, key="_id", call=call)
