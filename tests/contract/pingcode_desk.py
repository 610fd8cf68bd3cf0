"""A desk from which the PingCode adapter writes, in either dialect, with the vendor's document as judge."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from pmbridge.records import Create, Group, Item, Write
from pmbridge.values import Day, FieldValue, Instant, Plain, RecordId, Rich
from pmbridge_pingcode import sandbox_catalogue as catalogue
from pmbridge_pingcode.sandbox_store import Item as Kept
from tests.contract.openapi import Audit, Spec
from tests.contract.pingcode_bench import Workspace, opened

UID, OTHER = "01JWX3K8000000000000000001", "01JWX3K8000000000000000002"
TEXT = Rich(format="markdown", original="**方案 B** 已批准")
HTML = "<p><strong>方案 B</strong> 已批准</p>"
MARK = f"<p>pmbridge:{UID}</p>"
JULY = Day(on=date(2026, 7, 1))
END_OF_JULY_1 = Instant(at=datetime(2026, 7, 1, 15, 59, 59, tzinfo=UTC))
Values = dict[str, FieldValue | None]


class Desk:
    """A project and a product on a connection that writes; what it asks is held against the vendor's document."""

    def __init__(self, workspace: Workspace, audit: Audit) -> None:
        self.workspace, self.sandbox, self.audit = workspace, workspace.sandbox, audit
        self.world, self.team = self.sandbox.world, self.sandbox.team
        self.project, self.product = self.world.project(), self.world.product()
        self.me = self.team.me.id

    def adapter(self, **overrides: object) -> Any:
        return self.workspace.adapter(**{"read_only": False, **overrides})

    def push(self, write: Write, **overrides: object) -> Any:
        return self.adapter(**overrides).push(write)

    def task(self, **edits: Any) -> RecordId:
        made = self.world.add_item(self.project, "旧标题")
        if edits:
            self.world.edit(made, **edits)
        return made

    def some(self, kind: str) -> RecordId:
        match kind:
            case "ticket":
                return self.world.add_item(self.product, "工单")
            case "idea":
                return self.world.add_idea(self.product, "想法")
            case _:
                return self.task()

    def milestone(self) -> RecordId:
        home = self.team.projects[self.project]
        return RecordId(kind="work_item", external_id=self.team.add_item(home, "M1", catalogue.MILESTONE).id)

    def kept(self, id_: RecordId) -> Kept:
        return self.team.items[id_.external_id]

    def item(self, id_: RecordId, **overrides: object) -> Item:
        (found,) = self.adapter(**overrides).read([id_])
        assert isinstance(found, Item)
        return found

    def group(self, id_: RecordId) -> Group:
        (found,) = self.adapter().read([id_])
        assert isinstance(found, Group)
        return found

    def writes(self) -> list[str]:
        return [
            f"{one.method} {one.path.replace('/pjm/', '/{A}/').replace('/project/', '/{A}/')}"
            for one in self.sandbox.requests
            if one.method != "GET" and not one.path.endswith("/search")
        ]

    def sent(self) -> list[Any]:
        return [one.json for one in self.sandbox.requests if one.method in ("POST", "PATCH") and one.json]


@contextmanager
def writing(spec: Spec, dialect: str) -> Iterator[Desk]:
    """Open a desk; at its end every request has to have kept to the document, and none to have held a null."""
    with opened(dialects=(dialect,)) as workspace:
        desk = Desk(workspace, spec.audit(workspace.sandbox))
        yield desk
        assert desk.audit.faults == []
        assert not [body for body in desk.sent() if _nulls(body)], "a null is passed over, so none is ever sent"


def _nulls(body: object) -> bool:
    match body:
        case dict():
            return any(map(_nulls, body.values()))
        case list():
            return any(map(_nulls, body))
        case _:
            return body is None or body == ""


def older(desk: Desk) -> bool:
    return desk.sandbox.service.areas == ("project",)


def create(desk: Desk, kind: str = "work_item", **more: Any) -> Create:
    values: Values = {"title": Plain(text="优惠券"), "description": TEXT}
    types = {"work_item": catalogue.TASK, "ticket": next(iter(catalogue.TICKET_TYPES))}
    return Create(
        uid=more.pop("uid", UID), project=more.pop("project", desk.project if kind == "work_item" else desk.product),
        kind=kind, type=more.pop("type", types.get(kind)), values=values | more.pop("values", {}), **more,
    )  # fmt: skip


def inner(id_: RecordId) -> str:
    """Return the part of an id that PingCode itself knows."""
    return id_.external_id.partition("/")[2]
