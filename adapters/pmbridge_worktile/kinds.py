"""The kinds of record that Worktile has, and what this adapter's code can do with each."""

from __future__ import annotations

from collections.abc import Mapping

from pmbridge.records import FULL, Kind, Support, Verb
from pmbridge.values import Label
from pmbridge_worktile.settings import WorktileSettings

TASK, TAG, MEMBER = "task", "tag", "member"


_NO_CHANGES = Support.cannot(
    "Worktile's open API has no call that changes a task; a person does it there.",
    "Worktile 的开放接口没有公开「修改任务」，需要人工在 Worktile 中操作。",
)
_NO_COMMENTING = Support.cannot(
    "Worktile's open API has no call that adds a comment.", "Worktile 的开放接口没有公开「添加评论」。"
)
_NO_NOTES = Support.cannot("Whoever sees a task sees all of its comments.", "能看到任务的人就能看到全部评论。")
_NO_APPROVALS = Support.cannot("A task has no approvals.", "任务没有审批。")
_TASKS_ONLY = Support.cannot("Only tasks have that.", "只有任务才有。")

HISTORY_SETTING = Support(
    level="setting",
    note=Label(
        zh="设置 endpoints.task_transitions：Worktile 有「获取任务流转信息」，但没有公开其格式。",
        en="Set endpoints.task_transitions: Worktile has such a call, but its form is not public.",
    ),
)
HISTORY_SET = Support(level="partial", note=Label(zh="只有状态的变化。", en="Only how it went from state to state."))

KINDS: Mapping[str, Kind] = {
    TASK: Kind(
        shape="item",
        label=Label(zh="任务", en="Task"),
        supports={
            Verb.READ: FULL,
            Verb.COMMENTS: FULL,
            Verb.HISTORY: HISTORY_SETTING,
            Verb.APPROVALS: _NO_APPROVALS,
            # The call is known to exist, its form is not, and this adapter does not write yet.
            Verb.CREATE: Support(
                level="not_yet",
                note=Label(
                    zh="「创建任务」的格式没有公开。", en="The form of the call that makes a task is not public."
                ),
            ),
            Verb.UPDATE: _NO_CHANGES,
            Verb.TRANSITION: _NO_CHANGES,
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
        },
    ),
}


def supports(kind: str, settings: WorktileSettings) -> Mapping[Verb, Support]:
    """Return what can be done with *kind* under *settings*."""
    if kind == TASK and settings.endpoints.task_transitions is not None:
        return {**KINDS[TASK].supports, Verb.HISTORY: HISTORY_SET}
    return KINDS[kind].supports
