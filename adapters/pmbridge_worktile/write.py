"""Making a task in the form that the settings tell; everything else is a person's, and leads to where one does it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import NoReturn
from zoneinfo import ZoneInfo

from pydantic import JsonValue, TypeAdapter, ValidationError

from pmbridge.adapter import Call, signed_title
from pmbridge.errors import Doubtful, NeedsInput, PmbridgeError, Rejected, Unsupported
from pmbridge.records import Create, Item, Receipt, Write
from pmbridge.richtext import as_format
from pmbridge.values import Day, FieldValue, Instant, Plain, RecordId, Rich
from pmbridge_worktile import wire
from pmbridge_worktile.find import Finder
from pmbridge_worktile.kinds import MARKER_LOST, TAG, TASK
from pmbridge_worktile.read import RecordReader
from pmbridge_worktile.settings import PROJECT_ID, TITLE, CreateTaskEndpoint
from pmbridge_worktile.site import Site
from pmbridge_worktile.template import filled
from pmbridge_worktile.translate import project_url
from pmbridge_worktile.values import rich

_ANY: TypeAdapter[JsonValue] = TypeAdapter(JsonValue)
_ID = TypeAdapter(wire.Id)


class Writer:
    """Writes of one connection. *reader* looks at what was made."""

    def __init__(self, site: Site, reader: RecordReader) -> None:
        self._site, self._reader = site, reader
        endpoint = site.settings.endpoints.create_task
        self._endpoint = endpoint if endpoint is not None and endpoint.marker is not None else None
        self._zone = ZoneInfo(site.settings.day_zone)

    def can(self, write: Write) -> bool:
        """Return whether *write* is one that the settings say how to make."""
        return isinstance(write, Create) and write.kind == TASK and self._endpoint is not None

    def push(self, write: Write) -> Receipt:
        """Send *write* once, and look at what came of it.

        Raises:
            Unsupported: there is no call for it; ``url`` leads to where a person can.
            NeedsInput: a task without a title.
            Rejected: Worktile refused it; nothing was made.
            Doubtful: it was sent, and nobody knows what became of it.
        """
        try:
            if isinstance(write, Create) and write.kind == TASK and self._endpoint is not None:
                return self._create(write, self._endpoint)
            if isinstance(write, Create):
                self._refuse(f"creating a {write.kind}", f"新建 {write.kind}")
            what = type(write).__name__
            self._refuse(f"this of a {write.target.kind} ({what})", f"对 {write.target.kind} 的该操作（{what}）")
        except PmbridgeError as error:
            if isinstance(error, Unsupported) and not error.url:
                error.facts["url"] = self._address(write)
            error.with_facts(connection=self._site.context.connection, tool="Worktile")
            raise

    def _create(self, write: Create, endpoint: CreateTaskEndpoint) -> Receipt:
        if self._site.marker_lost:
            self._refuse(MARKER_LOST.note.en, MARKER_LOST.note.zh)
        known, left = self._known(write, endpoint)
        path = endpoint.path.replace(PROJECT_ID, write.project)
        answer = self._site.client.send("POST", path, _ANY, call=Call.ONCE, json=filled(endpoint.body, known)).data
        made = self._made(write, _id_in(answer))
        return Receipt(uid=write.uid, id=made, left=left)

    def _known(
        self, write: Create, endpoint: CreateTaskEndpoint
    ) -> tuple[dict[str, JsonValue], dict[str, FieldValue | None]]:
        """Return what may stand in the body, and the values for which it has no place.

        Raises:
            Unsupported: without what has no place, it would be something else: another type, another parent.
        """
        title = write.values.get("title")
        if not isinstance(title, Plain) or not title.text.strip():
            raise NeedsInput(faults={"title": "required"}, wanted={"title": "title"})
        known: dict[str, JsonValue] = {
            "project_id": _checked(write.project),
            "title": signed_title(title.text, write.uid) if endpoint.marker == TITLE else title.text,
            "marker": write.uid,
        }
        if write.type is not None:
            known["type_id"] = write.type
        if write.parent is not None:
            known["parent_id"] = write.parent.external_id
        if write.groups:
            known["tag_ids"] = [self._tag(one) for one in write.groups]
        if lost := sorted(known.keys() - endpoint.carries - {"marker"}):
            names = ", ".join(lost)
            self._refuse(
                f"a task with {names}: endpoints.create_task.body has no place for it",
                f"带 {names} 的任务：endpoints.create_task.body 中没有它的位置",
            )
        left: dict[str, FieldValue | None] = {}
        for key, value in write.values.items():
            if key == "title" or value is None:
                continue
            told = self._told(key, value)
            if told.keys() & endpoint.carries:
                known |= told
            else:
                left[key] = value
        if write.state is not None:
            known["state_id"] = write.state
        return known, left

    def _told(self, key: str, value: FieldValue) -> dict[str, JsonValue]:
        """Return the value of *key* as the body may hold it; nothing for what no body can hold."""
        match key, value:
            case "description", Rich() | Plain():
                return {"description": _markdown(value)}
            case (("start" | "due"), Day()):
                at = int(datetime.combine(value.on, time(0), self._zone).timestamp())
                return {key: {"date": at, "with_time": 0}, f"{key}_seconds": at}
            case (("start" | "due"), Instant()):
                at = int(value.at.timestamp())
                return {key: {"date": at, "with_time": 1}, f"{key}_seconds": at}
            case (("description" | "start" | "due"), _):
                raise Rejected(tool="Worktile", faults={key: "not of the right type"})
            case _:
                return {}

    def _tag(self, id_: RecordId) -> str:
        if id_.kind != TAG:
            self._refuse(f"the {id_.kind} of a task", f"任务的 {id_.kind}")
        return id_.external_id.rpartition("/")[2]

    # ------------------------------------------------------------------------------------ what was made

    def _made(self, write: Create, told: str | None) -> RecordId:
        """Return what was made: *told* by the answer, else what carries the marker.

        Raises:
            Doubtful: the answer was a good one, and yet no task of ours is to be seen.
        """
        if told is not None:
            id_ = RecordId(kind=TASK, external_id=told)
            self._look_for_marker(id_, write.uid)
            return id_
        try:
            found = Finder(self._site, self._reader).marked(write)
        except PmbridgeError as error:
            raise Doubtful from error
        if not found:
            raise Doubtful
        return found[0].id

    def _look_for_marker(self, id_: RecordId, uid: str) -> None:
        """Note where Worktile took the task and dropped the marker: the next one could not be found again."""
        try:
            (now,) = self._reader.read([id_])
        except PmbridgeError:  # it was made; whoever keeps the receipt looks again
            return
        if isinstance(now, Item) and now.marker != uid:
            self._site.lose_marker()

    # --------------------------------------------------------------------------------------------- parts

    def _refuse(self, en: str, zh: str) -> NoReturn:
        raise Unsupported(detail=en, detail_zh=zh)

    def _address(self, write: Write) -> str:
        """Return where a person can do it: the task, or the project. A connection that only reads asks nothing."""
        web_url = self._site.settings.web_url
        if web_url is None:
            return ""
        if isinstance(write, Create):
            return project_url(web_url, write.project)
        if write.target.kind == TASK and not self._site.settings.read_only:
            try:
                (found,) = self._reader.read([write.target])
            except PmbridgeError:  # the refusal is what counts
                return web_url
            return found.url if isinstance(found, Item) else web_url
        return web_url


def canonical(kind: str, key: str, value: FieldValue | None) -> FieldValue | None:
    """Return *value* as Worktile shows it once somebody has entered it.

    Raises:
        Unsupported: a tag has nothing that could be entered.
    """
    if kind != TASK:
        raise Unsupported(tool="Worktile", detail=f"writing a {kind}", detail_zh=f"写入 {kind}")
    match key, value:
        case "description", Rich() | Plain():
            return rich(_markdown(value))
        case _, Instant():
            return Instant(at=value.at.replace(microsecond=0))
        case _:
            return value


def _markdown(value: Rich | Plain) -> str:
    text = Rich(format="plain", original=value.text) if isinstance(value, Plain) else value
    return as_format(text, "markdown").original


def _checked(project: str) -> str:
    try:
        return _ID.validate_python(project) or ""
    except ValidationError:
        raise Rejected(tool="Worktile", faults={"project_id": "no id of Worktile's"}) from None


def _id_in(answer: JsonValue) -> str | None:
    """Return the id that an answer names, in any of the four forms in which Worktile wraps one."""
    for key in ("data", "value"):
        if isinstance(answer, Mapping) and isinstance(answer.get(key), list | dict):
            answer = answer[key]
    if isinstance(answer, list):
        answer = answer[0] if len(answer) == 1 else None
    found = answer.get("_id") or answer.get("id") if isinstance(answer, Mapping) else None
    try:
        return _ID.validate_python(found)
    except ValidationError:
        return None
