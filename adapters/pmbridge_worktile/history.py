"""How a task went from state to state, in the form that the connection's settings describe."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from pydantic import JsonValue, TypeAdapter, ValidationError

from pmbridge.errors import ProtocolError
from pmbridge.records import Change
from pmbridge.values import Named, RecordId
from pmbridge_worktile import wire
from pmbridge_worktile.settings import TransitionsEndpoint

_SECONDS = TypeAdapter(wire.Seconds)
_UID: TypeAdapter[str | None] = TypeAdapter(wire.Uid)


def changes(task: RecordId, rows: Sequence[JsonValue], endpoint: TransitionsEndpoint) -> list[Change]:
    """Return *rows* as changes of the state of *task*, oldest first.

    Raises:
        ProtocolError: a row has another form than *endpoint* says; names the key.
    """
    found: list[Change] = []
    for number, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise ProtocolError(field=f"{number} (no object)")
        seconds = _moment(row.get(endpoint.at), f"{number}.{endpoint.at}")
        before = _state(row.get(endpoint.before), f"{number}.{endpoint.before}", required=False)
        after = _state(row.get(endpoint.after), f"{number}.{endpoint.after}", required=True)
        facts = f"{task.external_id}\x1f{seconds:.3f}\x1f{before and before.id}\x1f{after and after.id}"
        found.append(
            Change(
                id=RecordId(kind="change", external_id=hashlib.sha256(facts.encode()).hexdigest()[:24]),
                item=task,
                at=datetime.fromtimestamp(seconds, UTC),
                field="state",
                before=before,
                after=after,
                author=_author(row.get(endpoint.author), f"{number}.{endpoint.author}"),
            )
        )
    return sorted(found, key=lambda one: one.at)


def _moment(value: JsonValue, where: str) -> float:
    try:
        return _SECONDS.validate_python(value)
    except ValidationError:
        pass
    raise ProtocolError(field=where)


def _state(value: JsonValue, where: str, *, required: bool) -> Named | None:
    if value is None and not required:
        return None
    if isinstance(value, Mapping):
        id_, name = value.get("_id") or value.get("id"), value.get("name")
        if isinstance(id_, str) and id_:
            return Named(id=id_, name=name if isinstance(name, str) else None)
    raise ProtocolError(field=where)


def _author(value: JsonValue, where: str) -> str | None:
    try:
        return _UID.validate_python(value)
    except ValidationError:
        pass
    raise ProtocolError(field=where)
