"""A small project to map: kinds, a schema, versions, items. Small builders, so that a test shows what it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Literal

from pmbridge.records import (
    FULL,
    Category,
    FieldInfo,
    FieldType,
    Group,
    Item,
    Kind,
    KindSchema,
    ProjectSchema,
    RemoteProject,
    StateInfo,
    Support,
    ToolState,
    Verb,
)
from pmbridge.values import Day, FieldValue, Label, Named, Number, ProjectId, RecordId

PROJECT = ProjectId("10000")
READ: Mapping[Verb, Support] = {Verb.READ: FULL}


def kind(shape: Literal["item", "group"], zh: str, en: str) -> Kind:
    return Kind(shape=shape, label=Label(zh=zh, en=en), supports=READ)


KINDS: Mapping[str, Kind] = {
    "issue": kind("item", "问题", "Issue"),
    "version": kind("group", "版本", "Version"),
    "sprint": kind("group", "冲刺", "Sprint"),
    "label": kind("group", "标签", "Label"),
}

STORY, EPIC, CHANGE = Named(id="1", name="故事"), Named(id="2", name="史诗"), Named(id="3", name="变更请求")
TODO = ToolState(id="11", name="待办", category="todo")
DOING = ToolState(id="12", name="进行中", category="in_progress")
DONE = ToolState(id="13", name="完成", category="done")
RELEASED = ToolState(id="released", name="已发布", category="done")
UNRELEASED = ToolState(id="unreleased", name="未发布", category="todo")

POINTS = FieldInfo(id="cf16", name="Story Points", type="number")
DAYS = FieldInfo(id="cf50", name="影响工期（天）", type="number")
MONEY = FieldInfo(id="cf51", name="影响费用", type="number")


def field(id_: str, name: str, type_: FieldType = "number", options: Sequence[Named] = ()) -> FieldInfo:
    return FieldInfo(id=id_, name=name, type=type_, options=tuple(options))


def state(id_: str, name: str, category: Category = "unknown") -> ToolState:
    return ToolState(id=id_, name=name, category=category)


def group(kind_: str, id_: str, title: str, due: str | None = None, state_: ToolState | None = None) -> Group:
    return Group(
        id=RecordId(kind=kind_, external_id=id_),
        project=PROJECT,
        version="1",
        title=title,
        due=Day(on=date.fromisoformat(due)) if due else None,
        state=state_,
    )


def version(id_: str, title: str, due: str | None = None, state_: ToolState = UNRELEASED) -> Group:
    return group("version", id_, title, due, state_)


def item(
    id_: str,
    title: str = "做",
    *,
    type_: Named = STORY,
    state_: ToolState = TODO,
    groups: Sequence[Group] = (),
    parent: str | None = None,
    due: str | None = None,
    updated: int = 0,
    values: Mapping[str, int | None] | None = None,
    **fields: int | None,
) -> Item:
    numbers: dict[str, FieldValue | None] = {
        key: None if value is None else Number(value=Decimal(value))
        for key, value in {**(values or {}), **fields}.items()
    }
    return Item(
        id=RecordId(kind="issue", external_id=id_),
        project=PROJECT,
        version="1",
        title=title,
        type=type_,
        state=state_,
        key=f"MALL-{id_}",
        groups=tuple(one.id for one in groups),
        parent=RecordId(kind="issue", external_id=parent) if parent else None,
        due=Day(on=date.fromisoformat(due)) if due else None,
        updated_at=datetime(2026, 6, 1, tzinfo=UTC).replace(minute=updated),
        fields=numbers,
    )


def schema(
    *,
    types: Sequence[Named] = (STORY, EPIC, CHANGE),
    states: Sequence[StateInfo] = (),
    fields: Sequence[FieldInfo] = (POINTS, DAYS, MONEY),
    groups: Sequence[Group] = (),
    complete: bool = True,
    support: Support = FULL,
) -> ProjectSchema:
    known = states or tuple(StateInfo(state=one) for one in (TODO, DOING, DONE))
    kinds = {
        "issue": KindSchema(
            supports={Verb.READ: support},
            types=tuple(types),
            states=tuple(known),
            fields=tuple(fields),
            complete=complete,
        )
    }
    for name in ("version", "sprint", "label"):
        own = [StateInfo(state=one) for one in (RELEASED, UNRELEASED)] if name == "version" else []
        kinds[name] = KindSchema(
            supports=READ,
            states=tuple(own),
            groups=tuple(one for one in groups if one.id.kind == name),
            complete=complete,
        )
    return ProjectSchema(project=RemoteProject(id=PROJECT, key="MALL", name="商城改版"), kinds=kinds)
