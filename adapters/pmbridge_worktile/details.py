"""Comments and, where a setting says how, the history of the tasks that matter: one request per task and part."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from pydantic import JsonValue, TypeAdapter, ValidationError

from pmbridge.adapter import in_order
from pmbridge.errors import NotVisible, PmbridgeError, ProtocolError, Rejected, Unsupported
from pmbridge.records import Change, Comment, Details, Verb, Wanted
from pmbridge.values import RecordId
from pmbridge_worktile import wire
from pmbridge_worktile.history import changes
from pmbridge_worktile.kinds import TASK
from pmbridge_worktile.settings import TASK_ID, TransitionsEndpoint
from pmbridge_worktile.site import Site
from pmbridge_worktile.translate import comments

_ITS_OWN = (NotVisible, Rejected, ProtocolError)
_DETAIL = TypeAdapter(wire.DetailEnvelope)
_ANY: TypeAdapter[JsonValue] = TypeAdapter(JsonValue)
_ID = TypeAdapter(wire.Id)


class DetailReader:
    """Reads details of one connection."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._transitions = site.settings.endpoints.task_transitions

    @property
    def _parts(self) -> frozenset[Verb]:
        return frozenset({Verb.COMMENTS, Verb.HISTORY} if self._transitions else {Verb.COMMENTS})

    def read(self, wanted: Sequence[Wanted]) -> Iterator[Details]:
        """Yield one Details per wanted record, whole and in order.

        A task that cannot be seen or understood carries its error, and names no part as read.
        """
        since = self._site.since()
        yield from in_order(lambda one: self._one(one, since), wanted, workers=self._site.settings.workers)

    def _one(self, one: Wanted, since: Callable[[], datetime]) -> Details:
        parts = one.parts & self._parts
        try:
            if one.id.kind != TASK or not parts or not _is_id(one.id.external_id):
                raise Unsupported(tool="Worktile", detail=f"details of {one.id}", detail_zh=f"读取 {one.id} 的详情")
            records: list[Comment | Change] = []
            if Verb.COMMENTS in parts:
                records += self._comments(one.id)
            if Verb.HISTORY in parts and self._transitions is not None:
                records += self._history(one.id, self._transitions)
        except (*_ITS_OWN, Unsupported) as error:
            return Details(id=one.id, parts=frozenset(), as_of=since(), error=self._of(one.id, error))
        return Details(id=one.id, parts=parts, as_of=since(), records=tuple(records))

    def _comments(self, task: RecordId) -> Iterator[Comment]:
        path = f"/mission/tasks/{task.external_id}"
        # Without ``columns`` an answer holds little more than the title.
        told = self._site.client.parse(self._site.fetch(path, columns="comments"), _DETAIL).data.data.value
        if told.comments is None:
            raise self._site.unknown("data.value.comments (missing)", path)
        return comments(task, told.comments)

    def _history(self, task: RecordId, endpoint: TransitionsEndpoint) -> list[Change]:
        path = endpoint.path.replace(TASK_ID, task.external_id)
        body = self._site.client.parse(self._site.fetch(path), _ANY).data
        return changes(task, _rows(body), endpoint)

    def _of(self, task: RecordId, error: PmbridgeError) -> PmbridgeError:
        connection = self._site.context.connection
        return error.with_facts(
            connection=connection, tool="Worktile", thing=f"{connection}:{task}", call=f"details of {task}"
        )


def _rows(body: JsonValue) -> Sequence[JsonValue]:
    """Return the rows of an answer in any of the four forms in which Worktile wraps one."""
    for key in ("data", "items", "value"):
        if isinstance(body, Mapping) and isinstance(body.get(key), list | dict):
            body = body[key]
    if not isinstance(body, list):
        raise ProtocolError(field="no list (nor under data, items or value)")
    return body


def _is_id(text: str) -> bool:
    try:
        return bool(_ID.validate_python(text))
    except ValidationError:
        return False
