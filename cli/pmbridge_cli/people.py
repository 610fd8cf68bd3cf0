"""Who has how much of the milestones' work, over all tools: for the team, never for the client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pmbridge_cli.layout import visible
from pmbridge_cli.words import Both, joined

if TYPE_CHECKING:
    from pmbridge import EngagementView
    from pmbridge.domain.view import Assignee


def people_line(view: EngagementView) -> Both | None:
    """Return how much is open for whom; ``None`` where nobody has anything."""
    busy = [one for one in view.assignees if one.open]
    if not busy:
        return None
    listed = joined([_said(one) for one in busy], " · ", " · ")
    return Both(f"Open work: {listed.en}", f"未完成的工作：{listed.zh}")


def _said(one: Assignee) -> Both:
    name, tools = visible(one.name), list(one.by_tool.items())
    if len(tools) == 1:
        [(tool, _)] = tools
        return Both(f"{name} {one.open} ({tool})", f"{name} {one.open}（{tool}）")
    parts = [f"{tool} {n}" for tool, n in tools]
    return Both(f"{name} {one.open} ({', '.join(parts)})", f"{name} {one.open}（{'、'.join(parts)}）")


def people_documents(view: EngagementView) -> list[dict[str, Any]]:
    """Return everybody with their accounts, most open work first."""
    return [
        {
            "name": one.name,
            "accounts": list(one.accounts),
            "open": one.open,
            "done": one.done,
            "open_by_tool": dict(one.by_tool),
        }
        for one in view.assignees
    ]
