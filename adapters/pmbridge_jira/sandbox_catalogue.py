"""What the sandbox's site has from its first day: statuses, issue types and fields, each with two names.

Which of the names is shown depends on the language of the account or of the request, as in Jira; only ids are sure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Words(NamedTuple):
    """A name in the site's two languages."""

    zh: str
    en: str

    def shown(self, language: str) -> str:
        """Return the name in *language*, English for any but Chinese."""
        return self.zh if language.lower().startswith("zh") else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    id: str
    name: Words
    category: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueType:
    id: str
    name: Words
    level: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field; a custom one has a ``kind`` of :data:`KINDS`, a system one a ``schema`` type."""

    id: str
    name: Words
    kind: str = ""
    schema: str = ""
    items: str = ""
    options: tuple[str, ...] = ()

    @property
    def custom(self) -> bool:
        """Whether the field was added to the site by its administrators."""
        return self.id.startswith("customfield_")


# key, id, names, colour: the four categories are the same on every site
CATEGORIES = {
    "undefined": (1, Words("无类别", "No Category"), "medium-gray"),
    "new": (2, Words("待办", "To Do"), "blue-gray"),
    "indeterminate": (4, Words("正在进行", "In Progress"), "yellow"),
    "done": (3, Words("完成", "Done"), "green"),
}

PLAIN_STATUSES = ("10001", "10002", "10003")
CHANGE_STATUSES = ("10101", "10102", "10103", "10104", "10105", "10106")

CHANGE_STEPS = {
    "10101": ("10102",),
    "10102": ("10103", "10101"),
    "10103": ("10104", "10105", "10106", "10102"),
    "10104": ("10105", "10106"),
    "10105": ("10106",),
    "10106": ("10101",),
}
"""Where a change request may go from each status."""

STATUSES = (
    Status(id="10001", name=Words("待办", "To Do"), category="new"),
    Status(id="10002", name=Words("进行中", "In Progress"), category="indeterminate"),
    Status(id="10003", name=Words("完成", "Done"), category="done"),
    Status(id="10101", name=Words("待处理", "Open"), category="new"),
    Status(id="10102", name=Words("评估中", "Under assessment"), category="indeterminate"),
    Status(id="10103", name=Words("等待客户", "Waiting for client"), category="indeterminate"),
    Status(id="10104", name=Words("已批准", "Approved"), category="indeterminate"),
    Status(id="10105", name=Words("实施中", "Implementing"), category="indeterminate"),
    Status(id="10106", name=Words("已关闭", "Closed"), category="done"),
)

EPIC, STORY, TASK, SUBTASK, BUG, CHANGE = "10000", "10001", "10002", "10003", "10004", "10012"

TYPES = (
    IssueType(id=EPIC, name=Words("史诗", "Epic"), level=1),
    IssueType(id=STORY, name=Words("故事", "Story")),
    IssueType(id=TASK, name=Words("任务", "Task")),
    IssueType(id=SUBTASK, name=Words("子任务", "Sub-task"), level=-1),
    IssueType(id=BUG, name=Words("缺陷", "Bug")),
    IssueType(id=CHANGE, name=Words("变更请求", "Change Request")),
)

# kind -> (schema type, type of the items of an array, the vendor's name of the kind)
_TYPES = "com.atlassian.jira.plugin.system.customfieldtypes"
_AGILE = "com.pyxis.greenhopper.jira"
KINDS = {
    "number": ("number", "", f"{_TYPES}:float"),
    "text": ("string", "", f"{_TYPES}:textfield"),
    "textarea": ("string", "", f"{_TYPES}:textarea"),
    "date": ("date", "", f"{_TYPES}:datepicker"),
    "datetime": ("datetime", "", f"{_TYPES}:datetime"),
    "option": ("option", "", f"{_TYPES}:select"),
    "options": ("array", "option", f"{_TYPES}:multiselect"),
    "user": ("user", "", f"{_TYPES}:userpicker"),
    "sprint": ("array", "json", f"{_AGILE}:gh-sprint"),
    "epic_link": ("any", "", f"{_AGILE}:gh-epic-link"),
    "epic_name": ("string", "", f"{_AGILE}:gh-epic-label"),
}

START_DATE, POINTS, SPRINT, EPIC_LINK = (
    "customfield_10015",
    "customfield_10016",
    "customfield_10020",
    "customfield_10014",
)
IMPACT_DAYS, IMPACT_MONEY = "customfield_10050", "customfield_10051"

FIELDS = (
    Field(id="summary", name=Words("摘要", "Summary"), schema="string"),
    Field(id="status", name=Words("状态", "Status"), schema="status"),
    Field(id="issuetype", name=Words("问题类型", "Issue Type"), schema="issuetype"),
    Field(id="project", name=Words("项目", "Project"), schema="project"),
    Field(id="created", name=Words("创建日期", "Created"), schema="datetime"),
    Field(id="updated", name=Words("更新日期", "Updated"), schema="datetime"),
    Field(id="duedate", name=Words("到期日", "Due date"), schema="date"),
    Field(id="resolution", name=Words("解决结果", "Resolution"), schema="resolution"),
    Field(id="resolutiondate", name=Words("已解决", "Resolved"), schema="datetime"),
    Field(id="fixVersions", name=Words("修复版本", "Fix versions"), schema="array", items="version"),
    Field(id="labels", name=Words("标签", "Labels"), schema="array", items="string"),
    Field(id="parent", name=Words("父级", "Parent"), schema="issuelink"),
    Field(id="assignee", name=Words("经办人", "Assignee"), schema="user"),
    Field(id="reporter", name=Words("报告人", "Reporter"), schema="user"),
    Field(id="creator", name=Words("创建者", "Creator"), schema="user"),
    Field(id="priority", name=Words("优先级", "Priority"), schema="priority"),
    Field(id="description", name=Words("描述", "Description"), schema="string"),
    Field(id="issuelinks", name=Words("链接的问题", "Linked Issues"), schema="array", items="issuelinks"),
    Field(id="comment", name=Words("评论", "Comment"), schema="comments-page"),
    Field(id=EPIC_LINK, name=Words("Epic Link", "Epic Link"), kind="epic_link"),
    Field(id=START_DATE, name=Words("开始日期", "Start date"), kind="date"),
    Field(id=POINTS, name=Words("Story Points", "Story Points"), kind="number"),
    Field(id=SPRINT, name=Words("Sprint", "Sprint"), kind="sprint"),
    Field(id=IMPACT_DAYS, name=Words("影响工期（天）", "Impact (days)"), kind="number"),
    Field(id=IMPACT_MONEY, name=Words("影响费用", "Impact (money)"), kind="number"),
)

# name -> (id, seen from the target, seen from the source)
LINK_TYPES = {
    "Blocks": ("10000", "is blocked by", "blocks"),
    "Relates": ("10003", "relates to", "relates to"),
}

RESOLUTION = ("10000", Words("完成", "Done"))
PRIORITY = ("3", Words("中", "Medium"))
