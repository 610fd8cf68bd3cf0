"""What a refusal names is there, what it asks for is said, and what it suggests leads on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import pytest

from pmbridge.domain.concepts import concepts
from pmbridge.domain.machine import Condition
from pmbridge.domain.next_step import show_command
from pmbridge.domain.refusal import unknown_anywhere, unknown_record
from pmbridge.errors import GuardFailed
from pmbridge.register import Register
from pmbridge.store import Store
from pmbridge.testing.clock import FakeClock
from pmbridge_cli.main import TREE
from tests.unit.register_bench import at, opened
from tests.unit.register_story import MAIL


@pytest.fixture
def register(sqlite_store: Store, clock: FakeClock) -> Register:
    made = opened(sqlite_store, clock, concepts=concepts())
    may = {"may": ("milestones", "change", "acceptance")}
    made.do("contact", "add", input={"name": "张敏", **may}, evidence=[MAIL], at=at("04-07"))
    given = {"title": "上线", "on": "2026-06-12", "weight": 20, "is_final": True}
    made.do("milestone", "add", number="M4", input=given, at=at("04-07"))
    agreed: dict[str, Any] = {"dates": {"M4": "2026-06-12"}}
    made.do("schedule_baseline", "agree", input=agreed, by="张敏", evidence=[MAIL], at=at("04-08"))
    return made


def unmet(register: Register, kind: str, verb: str, ref: str, **given: Any) -> Sequence[Condition]:
    with pytest.raises(GuardFailed) as caught:
        register.do(kind, verb, ref, **given)
    return [one for one in cast("Sequence[Condition]", caught.value.conditions) if not one.met]


def test_a_decision_of_the_client_is_not_taken_back_as_a_way_to_something_else(register: Register) -> None:
    register.do("milestone", "reach", "M4", evidence=[MAIL], at=at("05-29"))
    register.do("milestone", "accept", "M4", by="张敏", evidence=[MAIL], at=at("05-29"))
    (state,) = unmet(register, "milestone", "reach", "M4", evidence=[MAIL], at=at("05-29"))
    assert state.fix is not None
    assert state.fix.en == "pmbridge milestone show M4"


def test_who_decides_is_asked_for_where_nobody_is_named(register: Register) -> None:
    register.do("milestone", "reach", "M4", evidence=[MAIL], at=at("05-29"))
    found = unmet(register, "milestone", "accept", "M4", at=at("05-29"))
    said = {one.name: (one.found.zh, one.fix.en) for one in found if one.found and one.fix}
    assert said["decider"] == said["authority"] == ("没有写谁决定", "--by CONTACT")
    found = unmet(register, "milestone", "accept", "M4", by="王", at=at("05-29"))
    assert {one.name: one.found.zh for one in found if one.found}["decider"] == "王不是在任的联系人"


def test_no_list_of_nothing_is_asked_for(register: Register) -> None:
    given = {"title": "t", "description": "d", "reason": "r", "via": "phone", "raised_by": "CT-01"}
    made = register.do("change", "submit", input=given, at=at("05-27"))
    found = unmet(register, "change", "assess", made.ref, input={"options": ()}, at=at("05-28"))
    needed = [text for one in found if one.needed for text in (one.needed.en.strip(), one.needed.zh)]
    assert needed
    assert [text for text in needed if text.endswith((":", "："))] == []


def test_every_record_is_shown_by_a_command_that_exists(register: Register) -> None:
    kinds = set()
    for kind in concepts():
        for entry in register.book.of(kind):
            kinds.add(kind)
            noun = show_command(register.book, entry).split()[1]
            assert noun in TREE.entries
    assert {"client_decision", "schedule_baseline", "contact", "milestone"} <= kinds
    (decided,) = register.book.of("client_decision")
    error = unknown_record(register.book, concepts()["decision"], decided.ref)
    assert error.next == show_command(register.book, decided)
    assert error.text("zh") == f"没有 {decided.ref}（需客户决定的事项）。它是客户决定。"
    engagement = unknown_anywhere(register.book, "M44")
    assert engagement.text("zh") == "没有 M44（登记册）。相近：M4。"
    assert engagement.text("en") == "There is no M44 in the register. Near: M4."
