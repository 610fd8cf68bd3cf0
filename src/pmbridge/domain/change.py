"""The states of a change request: what each is called, who holds it, whether it is over.

One table for labels, for the split of an age into ours and theirs, and for what counts as open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pmbridge.domain.view import Holder
from pmbridge.values import Label


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A state of the register. ``holder``: whose move it is while the age runs; ``None`` once it has stopped."""

    name: str
    label: Label
    holder: Holder | None = None
    terminal: bool = False


def _state(name: str, zh: str, en: str, holder: Holder | None = None, *, terminal: bool = False) -> State:
    return State(name=name, label=Label(zh=zh, en=en), holder=holder, terminal=terminal)


_ALL = (
    _state("draft", "草稿", "draft"),
    _state("submitted", "已提交", "submitted", "agency"),
    _state("under_assessment", "影响评估中", "under assessment", "agency"),
    _state("needs_information", "待补充", "needs information", "client"),
    _state("assessed", "评估完成", "assessed", "agency"),
    _state("awaiting_decision", "待客户决定", "awaiting your decision", "client"),
    _state("approved", "已批准", "approved"),
    _state("rejected", "已否决", "rejected", terminal=True),
    _state("deferred", "已暂缓", "deferred"),
    # A lapsed offer can be assessed anew, but until somebody does it asks nothing of anybody.
    _state("lapsed", "已失效", "lapsed", terminal=True),
    _state("implementing", "实施中", "being implemented"),
    _state("implemented", "已实施", "implemented"),
    _state("verified", "已验证", "verified"),
    _state("closed", "已关闭", "closed", terminal=True),
    _state("withdrawn", "已撤回", "withdrawn", terminal=True),
    _state("cancelled", "已中止", "cancelled", terminal=True),
    _state("emergency_authorised", "紧急授权", "authorised as an emergency"),
)

STATES: Mapping[str, State] = {one.name: one for one in _ALL}
"""By name, in the order of a request's life."""
