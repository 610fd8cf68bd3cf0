"""Writing releases: made, renamed, re-dated, taken from stage to stage."""

from __future__ import annotations

from datetime import UTC

from pydantic import TypeAdapter

from pmbridge.errors import NeedsInput, Rejected
from pmbridge.records import Create, Receipt, Transition, Update, Values
from pmbridge.values import Instant, ProjectId, RecordId
from pmbridge_pingcode import wire
from pmbridge_pingcode.kinds import RELEASE
from pmbridge_pingcode.outgoing import Outgoing
from pmbridge_pingcode.sending import Sender, code_of
from pmbridge_pingcode.table import Table
from pmbridge_pingcode.translate import inside

_RELEASE = TypeAdapter(wire.Release)
_NEEDED = {"title": "名称", "start": "开始时间", "due": "结束时间", "assignees": "负责人"}
_ALREADY_IN_STAGE, _NOT_WITHIN = "100394", "100395"


class ReleaseWriter:
    """Writes releases of one connection. They carry no marker: their name is the project's only one of its kind."""

    def __init__(self, sender: Sender, out: Outgoing, table: Table) -> None:
        self._sender, self._out, self._table = sender, out, table

    def create(self, write: Create) -> Receipt:
        """Make a release; PingCode makes none without a name, both dates and somebody who answers for it."""
        values = {key: value for key, value in write.values.items() if value is not None}
        if missing := {key: name for key, name in _NEEDED.items() if key not in values}:
            raise NeedsInput(faults=dict.fromkeys(missing, "required"), wanted=missing)
        left = {"done": values.pop("done")} if "done" in values else {}
        body = self._out.body(RELEASE, values)
        if write.state:
            body["stage_id"] = write.state
        path = f"{self._sender.site.dialect.project(write.project)}/versions"
        row = self._sender.once("POST", path, _RELEASE, body)
        return self._written(write.uid, write.project, row, left=left)

    def update(self, write: Update) -> Receipt:
        """Change what is given of a release; nothing given sends nothing."""
        if write.join or write.leave:
            raise self._sender.unsupported("groups of a release", "发布的分组")
        if "done" in write.values:
            raise self._sender.unsupported("the day of a release without its stage", "脱离阶段的发布日期")
        body = self._out.body(RELEASE, write.values, changes=True)
        if not body:
            return Receipt(uid=write.uid, id=write.target)
        project, path = self._place(write.target)
        return self._written(write.uid, project, self._sender.once("PATCH", path, _RELEASE, body))

    def enter(self, write: Transition) -> Receipt:
        """Take a release to a stage, as of the moment in ``done``, else as of now.

        That has to lie between its two dates, or PingCode refuses: a day that is not true is not made up for it.
        """
        site = self._sender.site
        now = Instant(at=site.client.server_now().astimezone(UTC))
        body = self._out.body(RELEASE, {"done": now, **write.values}, changes=True)
        body["stage_id"] = write.to
        project, path = self._place(write.target)
        try:
            row = self._sender.once("PATCH", path, _RELEASE, body)
        except Rejected as error:
            match code_of(error):
                case code if code == _ALREADY_IN_STAGE:
                    return Receipt(uid=write.uid, id=write.target, left=write.values)
                case code if code == _NOT_WITHIN:
                    why = "the day lies outside of the release's two dates; change these first"
                    raise Rejected(faults={"done": f"{code} {why}"}) from error
                case _:
                    raise
        return self._written(write.uid, project, row)

    def _place(self, release: RecordId) -> tuple[ProjectId, str]:
        project, _, inner = release.external_id.partition("/")
        return ProjectId(project), f"{self._sender.site.dialect.project(project)}/versions/{inner}"

    def _written(self, uid: str, project: ProjectId, row: wire.Release, *, left: Values | None = None) -> Receipt:
        after = self._table.reader(project).release(row, project)
        return Receipt(
            uid=uid, id=RecordId(kind=RELEASE, external_id=inside(project, row.id)), left=left or {}, after=after
        )
