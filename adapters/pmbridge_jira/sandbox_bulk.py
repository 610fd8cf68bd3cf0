"""Many issues in little time, for benchmarks and for paging: realistic in size, deterministic in content."""

from __future__ import annotations

from datetime import datetime, timedelta

from pmbridge_jira.sandbox_catalogue import PLAIN_STATUSES, POINTS, STORY, TASK
from pmbridge_jira.sandbox_state import Project
from pmbridge_jira.sandbox_store import Site

EMPTY_FIELDS = 40
_SENTENCE = "会员在小程序里查看积分明细，按月份筛选，可以下拉刷新；接口超时要给出提示。"
_PARAGRAPHS, _SENTENCES = 4, 6


def seed_bulk(
    site: Site, project: Project, count: int, *, first: datetime | None = None, empty: int = EMPTY_FIELDS
) -> None:
    """Add *count* issues, created a minute apart from *first* (default: so that the last one is a minute old).

    Read with all fields, an issue takes about 6.7 kB: a description of several paragraphs, *empty* custom fields that
    nobody filled in, two versions of which every third issue carries one.
    """
    for number in range(empty - sum(field.custom for field in site.fields.values())):
        site.add_field(f"备用字段 {number + 1}", f"Spare field {number + 1}", "text")
    versions = [site.add_version(project, f"Bulk {number}") for number in range(2)]
    people = [site.add_user(name).account_id for name in ("王工", "陈工", "刘工")]
    start = first or site.clock.now() - timedelta(minutes=count)
    paragraphs = ["".join(f"{n}.{m} {_SENTENCE}" for m in range(_SENTENCES)) for n in range(_PARAGRAPHS)]
    text = "\n".join(paragraphs)
    for number in range(count):
        site.add_issue(
            project, STORY if number % 2 else TASK, f"批量任务 {number}：积分明细与筛选",
            at=start + timedelta(minutes=number), description=text, status=PLAIN_STATUSES[number % 3],
            versions=() if number % 3 else (versions[number % 2].id,), assignee=people[number % 3],
            labels=("bulk",), custom={POINTS: number % 5 + 1},
        )  # fmt: skip
