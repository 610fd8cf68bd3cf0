"""What is told in a tool of a client's decision: one comment for each, and none where somebody told it already."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta

from pmbridge.domain.book import Book, numbered
from pmbridge.domain.change_fields import ChangeRequest
from pmbridge.domain.client_decision import ClientDecision
from pmbridge.domain.contact import name_of
from pmbridge.domain.entry import Entry
from pmbridge.domain.impact import prices
from pmbridge.records import Approval, Change, Comment
from pmbridge.richtext import to_markdown
from pmbridge.values import Label

NO_NEWS = frozenset({"closed", "withdrawn", "cancelled"})
"""States of a change in which its decision is no news any more."""
_VERDICTS: Mapping[str, Label] = {
    "approve": Label(zh="批准", en="approved"),
    "approve_with_conditions": Label(zh="有条件批准", en="approved with conditions"),
    "reject": Label(zh="不批准", en="rejected"),
    "defer": Label(zh="暂缓", en="deferred"),
    "request_information": Label(zh="需要更多信息", en="asked for more information"),
}


def role_of(decision: Entry[ClientDecision]) -> str:
    """Return the role of the comment that tells *decision*: another decision is another comment."""
    return f"decision:{decision.ref}:{numbered(decision.ref)[1]}"


def speaks_of(one: Comment | Change | Approval, decision: Entry[ClientDecision]) -> bool:
    """Return whether *one* is a person's comment that speaks of *decision*, made when it was known or later."""
    if not isinstance(one, Comment) or one.marker is not None:
        return False
    # Nowhere does a day begin earlier than at UTC+14.
    earliest = datetime.combine(decision.fields.decided_on, time(0), UTC) - timedelta(hours=14)
    if one.created_at is not None and one.created_at < earliest:
        return False
    ref = rf"(?<![A-Za-z0-9-]){re.escape(decision.ref)}(?![A-Za-z0-9-])"
    return re.search(ref, to_markdown(one.body)) is not None


def told(decision: Entry[ClientDecision], change: Entry[ChangeRequest], book: Book, language: str) -> str:
    """Return the decision in one line: the verdict, the option, what it costs, who decided and when."""
    fields = decision.fields
    verdict = _VERDICTS[fields.verdict]
    who = ", ".join(name_of(book, one) for one in fields.decided_by)
    option = change.fields.option(fields.option)
    # The decision itself holds what it commits, which of a price for each month is one month.
    costs = prices(fields.money, ()) if option is None else prices(option.money.values(), option.monthly.values())
    money = ", ".join(one.in_(language) for one in costs)
    if language.lower().startswith("zh"):
        chosen = f"方案 {fields.option}" if fields.option else ""
        parts = [f"{verdict.zh}{chosen}", money, f"{fields.days} 个工作日" if fields.verdict != "reject" else ""]
        when, head = f"{who} {fields.decided_on}", f"客户决定（{decision.ref}）："
        conditions = "" if fields.conditions is None else f" 条件：{fields.conditions.in_('zh')[0]}"
        return f"{head}{'，'.join(one for one in parts if one)}。{when}{conditions}"
    chosen = f"option {fields.option}" if fields.option else ""
    parts = [f"{verdict.en} {chosen}".strip(), money, f"{fields.days} wd" if fields.verdict != "reject" else ""]
    conditions = "" if fields.conditions is None else f" Conditions: {fields.conditions.in_('en')[0]}"
    line = ", ".join(one for one in parts if one)
    return f"The client's decision ({decision.ref}): {line}. {who}, {fields.decided_on}{conditions}"
