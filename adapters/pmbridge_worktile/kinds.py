"""The kinds of record that Worktile has, and what this adapter's code can do with each."""

from __future__ import annotations

from collections.abc import Mapping

from pmbridge.records import FULL, Kind, Support, Verb
from pmbridge.values import Label
from pmbridge_worktile.settings import WorktileSettings

TASK, TAG, MEMBER = "task", "tag", "member"


NO_CHANGES = Support.cannot(
    "Worktile's open API has no call that changes a task; a person does it there.",
    "Worktile 的开放接口没有公开「修改任务」，需要人工在 Worktile 中操作。",
)
_NO_COMMENTING = Support.cannot(
    "Worktile's open API has no call that adds a comment.", "Worktile 的开放接口没有公开「添加评论」。"
)
_NO_NOTES = Support.cannot("Whoever sees a task sees all of its comments.", "能看到任务的人就能看到全部评论。")
_NO_APPROVALS = Support.cannot("A task has no approvals.", "任务没有审批。")
_TAGS_BY_HAND = Support.cannot("Tags are made by people.", "标签由人创建。")
_TASKS_ONLY = Support.cannot("Only tasks have that.", "只有任务才有。")

HISTORY_SETTING = Support(
    level="setting",
    note=Label(
        zh="设置 endpoints.task_transitions：Worktile 有「获取任务流转信息」，但没有公开其格式。",
        en="Set endpoints.task_transitions: Worktile has such a call, but its form is not public.",
    ),
)
HISTORY_SET = Support(level="partial", note=Label(zh="只有状态的变化。", en="Only how it went from state to state."))

CREATE_SETTING = Support(
    level="setting",
    note=Label(
        zh="设置 endpoints.create_task：Worktile 有「创建任务」，但没有公开其格式。",
        en="Set endpoints.create_task: Worktile has such a call, but its form is not public.",
    ),
)
_MARKER_SETTING = Support(
    level="setting",
    note=Label(
        zh="设置 endpoints.create_task.marker：没有标记，答复丢失后可能重复新建。",
        en="Set endpoints.create_task.marker: without a marker a task whose answer is lost could be made twice.",
    ),
)
MARKER_LOST = Support(
    level="setting",
    note=Label(
        zh="Worktile 没有保存 endpoints.create_task.marker 所指的标记，请改设。",
        en="Set another endpoints.create_task.marker: Worktile did not keep the marker where this one says.",
    ),
)
_CREATE_SET = Support(
    level="partial",
    note=Label(
        zh="按 endpoints.create_task 的格式；其中没有的内容不会写入。",
        en="In the form of endpoints.create_task; what has no place there is not written.",
    ),
)

KINDS: Mapping[str, Kind] = {
    TASK: Kind(
        shape="item",
        label=Label(zh="任务", en="Task"),
        supports={
            Verb.READ: FULL,
            Verb.COMMENTS: FULL,
            Verb.HISTORY: HISTORY_SETTING,
            Verb.APPROVALS: _NO_APPROVALS,
            Verb.CREATE: CREATE_SETTING,
            Verb.UPDATE: NO_CHANGES,
            Verb.TRANSITION: NO_CHANGES,
            Verb.COMMENT: _NO_COMMENTING,
            Verb.NOTE: _NO_NOTES,
            Verb.LINK: Support(
                level="not_yet",
                note=Label(
                    zh="关联任务的写入格式没有公开。", en="The form of the call that links tasks is not public."
                ),
            ),
        },
        logged=frozenset({"state"}),
    ),
    TAG: Kind(
        shape="group",
        label=Label(zh="标签", en="Tag"),
        supports={
            Verb.READ: Support(
                level="partial",
                note=Label(
                    zh="只能看到任务上用到的标签；改名要等带该标签的任务变动后才会读到。",
                    en="Only tags that tasks carry are seen; a new name, when such a task changes next.",
                ),
            ),
            Verb.COMMENTS: _TASKS_ONLY,
            Verb.HISTORY: _TASKS_ONLY,
            Verb.APPROVALS: _TASKS_ONLY,
            Verb.NOTE: _TASKS_ONLY,
            Verb.CREATE: _TAGS_BY_HAND,
            Verb.UPDATE: _TAGS_BY_HAND,
        },
    ),
}


def supports(kind: str, settings: WorktileSettings, *, marker_lost: bool = False) -> Mapping[Verb, Support]:
    """Return what can be done with *kind* under *settings*. ``marker_lost``: Worktile dropped it from what we made."""
    told = dict(KINDS[kind].supports)
    if kind == TASK and settings.endpoints.task_transitions is not None:
        told[Verb.HISTORY] = HISTORY_SET
    if kind == TASK and settings.endpoints.create_task is not None:
        told[Verb.CREATE] = _create(settings, marker_lost=marker_lost)
    return told


def _create(settings: WorktileSettings, *, marker_lost: bool) -> Support:
    if settings.marker is None:
        return _MARKER_SETTING
    return MARKER_LOST if marker_lost else _CREATE_SET
