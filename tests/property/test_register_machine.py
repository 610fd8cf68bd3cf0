"""No random command breaks an invariant, and the fold is always what the log says: for every concept there is."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from pmbridge.domain.concepts import concepts
from pmbridge.errors import Refused
from tests.property.register_machine import PROOFS, Commands, Desk
from tests.unit import register_story as story

EXAMPLES = settings(max_examples=12, stateful_step_count=25, deadline=None)
EVERYTHING = [*story.EVERYTHING, "closure"]


def with_people(desk: Desk) -> None:
    """Make two contacts ready: one may decide little, one more together with the first."""
    for name, limit, joint in (("张敏", "CNY 20000.00", []), ("李总", "CNY 200000.00", ["CT-01"])):
        said = {"name": name, "may": EVERYTHING, "limit": limit, "days": 5, "joint_with": joint}
        desk.do("contact", "add", input=said, evidence=PROOFS[:1])


def with_plan(desk: Desk) -> None:
    """Make an engagement ready whose three baselines 0 were agreed."""
    with_people(desk)
    for ref, day in story.PLAN.items():
        desk.do("milestone", "add", number=ref, input={"title": ref, "on": day, "is_final": ref == "M7"})
    desk.do("schedule_baseline", "agree", input={"dates": story.PLAN}, by="张敏", evidence=PROOFS[:1])
    desk.do("budget_baseline", "agree", input={"total": "CNY 680000.00"}, by="李总", evidence=PROOFS[:1])
    names = [desk.do("requirement", "add").ref for _ in range(3)]
    desk.do("requirements_baseline", "agree", input={"items": dict.fromkeys(names, 1)}, by="张敏", evidence=PROOFS[:1])


@pytest.mark.parametrize("name", list(concepts()))
def test_random_commands_break_nothing(name: str) -> None:
    machine = type(
        f"{name.title()}Commands",
        (Commands,),
        {"concepts": concepts(), "focus": (name,), "prepare": staticmethod(with_people)},
    )
    run_state_machine_as_test(machine, settings=EXAMPLES)


class ChangeCommands(Commands):
    """Changes that get far: inputs that fit the baselines, so that approvals and new baselines do happen."""

    concepts = story.CONCEPTS
    focus = ("change", "milestone", "schedule_baseline", "requirement")
    prepare = staticmethod(with_plan)

    def _do(self, verb: str, ref: str, **given: Any) -> None:
        with suppress(Refused):
            self.desk.do("change", verb, ref, **given)

    def _changes(self) -> list[str]:
        return [one.ref for one in self.desk.book.of("change")]

    @rule(data=st.data(), kind=st.sampled_from(["request_for_change", "off_specification"]), by_both=st.booleans())
    def negotiate(self, data: st.DataObject, kind: str, by_both: bool) -> None:
        """Take a new change through its assessment, up to a decision if the decider may make it."""
        ref = self.desk.do("change", "submit", input=story.REQUEST | {"kind": kind}).ref
        lines = data.draw(st.lists(st.sampled_from(self._lines()), min_size=1, max_size=3, unique_by=repr))
        options = [story.option("A", *lines), story.option("B")]
        self._do("assess", ref, input=story.assessment(*options))
        until = {"need_by": date(2027, 12, 1), "valid_until": date(2027, 12, 1)}
        self._do("send", ref, input=until, evidence=PROOFS[:1])
        given = {"option": data.draw(st.sampled_from("AAB")), "joint": ["李总"] if by_both else []}
        self._do("approve", ref, input=given, by="张敏", evidence=PROOFS[:1])

    def _lines(self) -> list[dict[str, Any]]:
        dates = self.desk.book.newest("schedule_baseline").fields.dates  # type: ignore[union-attr]
        shifts = [story.shift(ref, days) for ref in dates for days in (-2, 3, 9)]
        cancel = {"milestone": "M4", "op": "cancel"}
        return [
            *shifts,
            story.price("CNY 5000.00"),
            story.price("CNY 50000.00"),
            story.scope("remove", "REQ-01"),
            story.scope("modify", "REQ-02"),
            {"dimension": "schedule", "finding": "quantified", "schedule": cancel},
        ]

    @rule(data=st.data())
    def decide(self, data: st.DataObject) -> None:
        for ref in self._changes():
            given = {"option": data.draw(st.sampled_from("AB")), "joint": ["李总"]}
            self._do("approve", ref, input=given, by="张敏", evidence=PROOFS[:1])

    @rule(data=st.data())
    def go_on(self, data: st.DataObject) -> None:
        for ref in self._changes():
            verb = data.draw(st.sampled_from(["implement", "implement", "complete", "close", "reassess", "revoke"]))
            self._do(verb, ref, reason="因为", evidence=PROOFS[:1])


def test_random_changes_break_no_invariant() -> None:
    run_state_machine_as_test(ChangeCommands, settings=settings(EXAMPLES, max_examples=40, stateful_step_count=30))
