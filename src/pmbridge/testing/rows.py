"""A sandbox for a tool that is, seen from here, two tables: items and groups of projects.

The people who work in it are ready made; what remains to be written is the vendor's wire format.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar, NoReturn

from pmbridge.errors import Unsupported
from pmbridge.testing.sandbox import FakeClock, FaultPlan, HttpRequest, HttpResponse, Sandbox, What
from pmbridge.values import ProjectId, RecordId

_STATUS = {"429": 429, "500": 500, "503": 503, "expired": 401, "forbidden": 403}


@dataclass(kw_only=True)
class Row:
    """An item, a group or a project. ``number`` is unique in the sandbox, over all kinds."""

    id: RecordId
    project: ProjectId
    number: int
    title: str
    created_at: datetime
    updated_at: datetime
    state: str = "todo"
    """``todo``, ``in_progress`` or ``done``."""
    start: date | None = None
    due: date | None = None
    group: Row | None = None
    parent: Row | None = None
    description: str | None = None
    points: float | None = None
    fields: dict[str, Any] = field(default_factory=dict)


class Rows:
    """People in such a tool, as the laws call them (:class:`pmbridge.testing.sandbox.World`).

    ``external_id`` makes a record's id of ``project`` and ``number``, as the adapter does.
    """

    def __init__(self, clock: FakeClock, *, tool: str, item: str, group: str, external_id: str) -> None:
        self._clock, self._tool, self._item, self._group, self._external_id = clock, tool, item, group, external_id
        self._rows: dict[RecordId, Row] = {}
        self._hidden: set[RecordId] = set()

    def seen(self, kind: str, project: str | None = None) -> list[Row]:
        """Return the rows of *kind* that the credential sees, oldest first; ``kind="project"`` gives the projects."""
        return [
            row
            for row in self._rows.values()
            if row.id.kind == kind
            and not {row.id, _project(row.project)} & self._hidden
            and project in (None, row.project)
        ]

    def _made(self, kind: str, title: str, project: ProjectId | None = None, **values: Any) -> RecordId:
        number, now = len(self._rows) + 1, self._clock.now()
        home = project or ProjectId(str(number))
        external_id = self._external_id.format(project=home, number=number) if project else home
        row = Row(
            id=RecordId(kind=kind, external_id=external_id),
            project=home,
            number=number,
            title=title,
            created_at=now,
            updated_at=now,
        )
        self._rows[row.id] = row
        self.edit(row.id, **{name: value for name, value in values.items() if value is not None})
        return row.id

    def project(self) -> ProjectId:
        return ProjectId(self._made("project", f"Project {len(self._rows) + 1}").external_id)

    def hide_project(self, p: ProjectId) -> None:
        self._hidden.add(_project(p))

    def restore_project(self, p: ProjectId) -> None:
        self._hidden.discard(_project(p))

    def rename_project(self, p: ProjectId, name: str) -> None:
        self.edit(_project(p), title=name)

    def add_item(
        self,
        p: ProjectId,
        title: str,
        *,
        state: str | None = None,
        due: date | None = None,
        group: RecordId | None = None,
        parent: RecordId | None = None,
    ) -> RecordId:
        return self._made(self._item, title, p, state=state, due=due, group=group, parent=parent)

    def add_group(self, p: ProjectId, title: str, due: date | None = None) -> RecordId:
        return self._made(self._group, title, p, due=due)

    def edit(self, id: RecordId, **values: Any) -> None:  # noqa: A002 - the contract's name
        row = self._rows[id]
        for name, value in values.items():
            if name == "fields":
                row.fields |= value
            elif name in ("group", "parent"):
                setattr(row, name, self._rows[value] if value else None)
            elif name in Row.__dataclass_fields__:
                setattr(row, name, value)
            else:
                raise ValueError(f"a row has no {name}")
        row.updated_at = self._clock.now()

    def delete(self, id: RecordId) -> None:  # noqa: A002
        del self._rows[id]

    def hide(self, id: RecordId) -> None:  # noqa: A002
        self._hidden.add(id)

    def show(self, id: RecordId) -> None:  # noqa: A002
        self._hidden.discard(id)

    def move(self, id: RecordId, project: ProjectId) -> None:  # noqa: A002, ARG002
        self._cannot("moving", "移动")

    def comment(self, id: RecordId, text: str) -> None:  # noqa: A002, ARG002
        self._cannot("comments", "评论")

    def approve(self, id: RecordId, by: str) -> None:  # noqa: A002, ARG002
        self._cannot("approvals", "审批")

    def _cannot(self, en: str, zh: str) -> NoReturn:
        raise Unsupported(tool=self._tool, detail=en, detail_zh=zh, url="")


def _project(id_: ProjectId) -> RecordId:
    return RecordId(kind="project", external_id=id_)


class RowSandbox(Sandbox):
    """A sandbox over :class:`Rows` that speaks JSON. Left to write: ``settings``, ``secret`` and ``answer``."""

    tool: ClassVar[str]
    item: ClassVar[str]
    """The adapter's item kind, and its group kind below."""
    group: ClassVar[str]
    external_id: ClassVar[str] = "{number}"

    def __init__(self, clock: FakeClock, faults: FaultPlan | None = None) -> None:
        super().__init__(clock, faults)
        cls = type(self)
        self.rows = Rows(clock, tool=cls.tool, item=cls.item, group=cls.group, external_id=cls.external_id)

    @property
    def world(self) -> Rows:
        """The people who work in the tool."""
        return self.rows

    def refusal(self, what: What, request: HttpRequest, retry_after: float | None) -> HttpResponse:  # noqa: ARG002
        """Refuse by the status that belongs to *what*, with a message in JSON."""
        waits = {} if retry_after is None else {"Retry-After": f"{retry_after:g}"}
        return self.json({"message": f"refused: {what}"}, _STATUS[what], waits)

    @staticmethod
    def json(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
        """Return *body* as an answer in JSON; days and moments in ISO 8601."""
        text = json.dumps(body, ensure_ascii=False, default=_iso)
        return HttpResponse(text, status, dict(headers or {}), content_type="application/json")


def _iso(value: object) -> str:
    if isinstance(value, date):  # a datetime is one, too
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value).__name__}")
