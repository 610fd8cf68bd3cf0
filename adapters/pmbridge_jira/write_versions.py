"""Writing versions: made, renamed, re-dated, released."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue, TypeAdapter

from pmbridge.errors import NeedsInput, Rejected
from pmbridge.records import Create, Receipt, Transition, Update
from pmbridge.richtext import as_format
from pmbridge.values import Day, FieldValue, Instant, Plain, ProjectId, RecordId, Rich
from pmbridge_jira import wire
from pmbridge_jira.groups import version_of
from pmbridge_jira.outgoing import Outgoing, one_line, wrong
from pmbridge_jira.sending import Sender
from pmbridge_jira.translate import RELEASED, UNRELEASED, VERSION

_VERSION = TypeAdapter(wire.Version)


class VersionWriter:
    """Writes versions of one connection; who is to do that needs the right to administer the project."""

    def __init__(self, sender: Sender, out: Outgoing) -> None:
        self._sender, self._out = sender, out

    def create(self, write: Create) -> Receipt:
        """Make a version, released or not."""
        body = {**self._values(write.values), "projectId": int(write.project)}
        if not body.get("name"):
            raise NeedsInput(faults={"title": "required"}, wanted={"title": "Name"})
        if write.state == RELEASED:
            body["released"] = True
        return self._written(write.uid, self._sender.once("POST", self._sender.path("/version"), _VERSION, body))

    def update(self, write: Update) -> Receipt:
        """Change what is given of a version; nothing given sends nothing."""
        if write.join or write.leave:
            raise self._sender.unsupported("groups of a version", "版本的分组")
        body = self._values(write.values)
        if not body:
            return Receipt(uid=write.uid, id=write.target)
        path = self._sender.path(f"/version/{write.target.external_id}")
        return self._written(write.uid, self._sender.once("PUT", path, _VERSION, body))

    def release(self, write: Transition) -> Receipt:
        """Release a version, or take that back."""
        if write.to not in (RELEASED, UNRELEASED):
            raise Rejected(faults={"state": f"a version is {RELEASED} or {UNRELEASED}"})
        body = {**self._values(write.values), "released": write.to == RELEASED}
        path = self._sender.path(f"/version/{write.target.external_id}")
        return self._written(write.uid, self._sender.once("PUT", path, _VERSION, body))

    def _values(self, values: Mapping[str, FieldValue | None]) -> dict[str, JsonValue]:
        found: dict[str, JsonValue] = {}
        for key, value in values.items():
            match key, value:
                case "title", Plain(text=text):
                    found["name"] = one_line(text)
                case "description", Plain(text=text):
                    found["description"] = text
                case "description", Rich():
                    found["description"] = as_format(value, "plain").original
                case "description", None:
                    found["description"] = ""
                case "start", Day() | Instant():
                    found["startDate"] = self._out.day(key, value)
                case "due" | "done", Day() | Instant():
                    found["releaseDate"] = self._out.day(key, value)
                case (("start" | "due" | "done"), None):
                    # Whether Jira clears a date that is sent as null, or ignores it, no paper says.
                    raise self._sender.unsupported("clearing the date of a version", "清除版本的日期")
                case (("title" | "start" | "due" | "done"), _):
                    raise wrong(key, "of the right type")
                case _:
                    raise self._sender.unsupported(f"writing {key} of a version", f"写入版本的 {key}")
        return found

    def stored(self, key: str, value: FieldValue | None) -> FieldValue | None:
        """Return *value* as Jira will keep it.

        Raises:
            Unsupported: it cannot be written.
        """
        if key != "title":
            self._values({key: value})  # says so where it cannot be written
        match key, value:
            case "title", Plain(text=text):
                return Plain(text=one_line(text))
            case "description", Plain(text=text):
                return Rich(format="plain", original=text) if text else None
            case "description", Rich():
                return as_format(value, "plain") if value.original else None
            case (("start" | "due" | "done"), Instant()):
                return Day(on=value.day(self._out.zone))
            case _:
                return value

    def _written(self, uid: str, version: wire.Version) -> Receipt:
        id_ = RecordId(kind=VERSION, external_id=version.id)
        if version.projectId is None:
            return Receipt(uid=uid, id=id_)
        group = version_of(self._sender.site, version, ProjectId(version.projectId))
        return Receipt(uid=uid, id=id_, url=group.url, after=group)
