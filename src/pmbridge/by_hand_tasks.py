"""Steps by hand as things for a person to do, each with the address where it is done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from pmbridge.by_hand import steps_by_hand
from pmbridge.sync.entry import PlanEntry
from pmbridge.task import YOU, Task
from pmbridge.values import Day, FieldValue, Label, Named, Plain

if TYPE_CHECKING:
    from pmbridge.engagement import Engagement
    from pmbridge.workspace import Workspace

_FIELDS: Mapping[str, Label] = {
    "state": Label(zh="状态", en="state"),
    "title": Label(zh="标题", en="title"),
    "due": Label(zh="日期", en="date"),
}


def step_tasks(workspace: Workspace, engagement: Engagement) -> Iterator[Task]:
    """Yield what :func:`steps_by_hand` gives, each with the address where a person does it."""
    for one in steps_by_hand(workspace, engagement):
        text = _text(one)
        where = one.url or "pmbridge plan"
        yield Task(
            key=f"by_hand:{one.connection}:{one.ref}:{one.role}:{one.verb}",
            kind="by_hand",
            engagement=engagement.name,
            who=YOU,
            text=Label(zh=f"手动：{text.zh}", en=f"By hand: {text.en}"),
            command=Label(zh=where, en=where),
        )


def _text(one: PlanEntry) -> Label:
    name = f"{one.key} {one.title}".strip()
    match one.verb:
        case "create":
            title = next((_shown(each.sends) for each in one.fields if each.field == "title"), one.title)
            return Label(zh=f"在 {one.tool} 新建「{title}」", en=f'make "{title}" in {one.tool}')
        case "comment":
            return Label(
                zh=f"在 {one.tool}「{name}」写评论：{one.because} 的决定",
                en=f'comment on "{name}" in {one.tool}: the decision on {one.because}',
            )
        case _:
            said = [(_FIELDS.get(each.field, Label(zh=each.field, en=each.field)), each.sends) for each in one.fields]
            zh = "，".join(f"{what.zh}改为 {_shown(value)}" for what, value in said)
            en = ", ".join(f"{what.en} to {_shown(value)}" for what, value in said)
            return Label(
                zh=f"{one.tool}「{name}」{zh}（{one.because}）", en=f'{one.tool} "{name}": {en} ({one.because})'
            )


def _shown(value: FieldValue | None) -> str:
    match value:
        case Named():
            return value.name or value.id
        case Plain():
            return value.text
        case Day():
            return value.on.isoformat()
        case None:
            return "–"
        case _:
            return str(value)
