"""A register with two contacts, a milestone and everything that goes on beside the plan: risks, issues, meetings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from pmbridge.domain import (
    action,
    assumption,
    communication,
    decision_needed,
    dependency,
    inquiry,
    issue,
    meeting,
    risk,
)
from pmbridge.domain.concepts import gathered
from pmbridge.domain.entry import Entry
from pmbridge.domain.machine import Concept, Condition
from pmbridge.errors import GuardFailed
from pmbridge.register import Register
from pmbridge.store import Store
from pmbridge.testing.clock import FakeClock
from tests.unit.register_bench import at, opened
from tests.unit.register_story import CONCEPTS as AGREED
from tests.unit.register_story import LETTER

CONCEPTS: Mapping[str, Concept] = gathered(
    *AGREED.values(),
    *(
        concept
        for file in (
            communication,
            action,
            decision_needed,
            risk,
            issue,
            assumption,
            dependency,
            meeting,
            inquiry,
        )
        for concept in file.CONCEPTS
    ),
)


def staffed(store: Store, clock: FakeClock) -> Register:
    """Return a register that knows 张敏 (CT-01, may decide), 赵会计 (CT-02, may not) and the milestones M4 and M5."""
    register = opened(store, clock, concepts=CONCEPTS)
    start = at("04-07")
    with register.batch() as batch:
        batch.do("contact", "add", input={"name": "张敏", "may": ["change", "acceptance"]}, evidence=[LETTER], at=start)
        batch.do("contact", "add", input={"name": "赵会计", "role": "finance"}, at=start)
        for ref, day in (("M4", "2026-06-12"), ("M5", "2026-06-26")):
            batch.do("milestone", "add", input={"title": f"里程碑 {ref}", "on": day}, number=ref, at=start)
    return register


def refused(register: Register, kind: str, verb: str, ref: str | None = None, **given: Any) -> list[str]:
    """Return the names of the conditions that keep a command from being carried out; nothing may have changed."""
    seq = register.head.seq
    with pytest.raises(GuardFailed) as caught:
        register.do(kind, verb, ref, **given)
    assert register.head.seq == seq
    found = [one for one in caught.value.conditions if isinstance(one, Condition) and not one.met]
    assert all(one.found and one.needed and one.fix for one in found)
    return [one.name for one in found]


def get(register: Register, ref: str) -> Entry[Any]:
    entry = register.book.get(ref)
    assert entry is not None
    return entry
