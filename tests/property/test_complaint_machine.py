"""Random complaints: none is closed before it is put right, and none is judged by whom it is about."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, run_state_machine_as_test

from pmbridge.domain.action import ACTION
from pmbridge.domain.communication import COMMUNICATION, communications
from pmbridge.domain.complaint import COMPLAINT
from pmbridge.domain.complaint_fields import MAX_LEVEL
from pmbridge.domain.complaint_metrics import complaints
from pmbridge.domain.concepts import gathered
from pmbridge.domain.contact import CONTACT
from pmbridge.domain.improvement import IMPROVEMENT
from pmbridge.domain.lesson import LESSON
from tests.property.guided import Guided
from tests.property.register_machine import Desk

EXAMPLES = settings(max_examples=30, stateful_step_count=30, deadline=None)
LATER = date(2027, 12, 1)
NAMES = st.sampled_from(["王工", "周总", "吴总", "郑总", "刘工", "张敏"])
OFFERS = st.lists(st.sampled_from([{"text": "修复", "kind": "fix"}, {"text": "道歉", "kind": "apology"}]), max_size=2)


def given(required: dict[str, Any], **optional: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Return inputs with *required* as it stands and some of *optional*."""
    return st.fixed_dictionaries({name: st.just(one) for name, one in required.items()}, optional=optional)


class ComplaintCommands(Guided):
    concepts = gathered(CONTACT, COMMUNICATION, ACTION, LESSON, IMPROVEMENT, COMPLAINT)
    focus = ("complaint",)
    fitting = {  # noqa: RUF012 - never changed
        "complaint add": given(
            {"text": "又晚了", "remedy_sought": "早说"}, complained_of=st.just(["王工", "刘工"]), owner=NAMES
        ),
        "complaint edit": given({}, owner=NAMES, complained_of=st.lists(NAMES, max_size=1)),
        "complaint acknowledge": given({"next_update_on": LATER}),
        "complaint assess": given({"severity": "high", "urgency": "normal", "immediate_action": "致电"}),
        "complaint investigate": st.fixed_dictionaries({"investigator": NAMES}),
        "complaint update": given({"text": "在查", "next_update_on": LATER}),
        "complaint respond": given(
            {"findings": "属实"}, remedies=OFFERS, refusal=st.just("未约定"), escalation_route=st.just("周总")
        ),
        "complaint accept": given({}, remedies=st.just([1]), withdrawn=st.booleans()),
        "complaint dispute": st.fixed_dictionaries({"owner": NAMES}),
        "complaint close": st.one_of(
            given(
                {"root_cause": "没说", "no_action_because": "已改", "no_lesson_because": "已有"},
                done=st.sampled_from([[1], [1, 2], [1, 2, 3, 4, 5, 6]]),
            ),
            given({"unresolved": True, "external_route": "仲裁"}, no_higher_level=st.booleans()),
        ),
    }

    @staticmethod
    def prepare(desk: Desk) -> None:
        """Make two contacts ready."""
        for name in ("张敏", "李总"):
            desk.do("contact", "add", input={"name": name})

    @invariant()
    def complaints_are_put_right(self) -> None:
        if not hasattr(self, "desk"):
            return
        entries = self.desk.book.of("complaint")
        for one in entries:
            fields = one.fields
            assert self.desk.book.kind(fields.complainant) == "contact"
            assert fields.investigator is None or fields.investigator not in fields.complained_of
            assert 0 <= fields.escalation_level <= MAX_LEVEL
            assert fields.owner == fields.owners[-1]
            assert one.state == "response_offered" or not fields.open_offers
            if one.state == "closed":
                assert not fields.owed
                assert fields.root_cause is not None
                assert fields.corrective_actions or fields.no_action_because is not None
                assert fields.lesson is not None or fields.no_lesson_because is not None
            if one.state == "closed_unresolved":
                assert fields.escalation_level >= 1
                assert fields.external_route is not None
            answers = communications(self.desk.book, one.ref, direction="outbound", purpose="answer")
            assert len(answers) == sum(stay.state == "response_offered" for stay in one.trail)
        found = complaints(entries, self.moment)
        assert sorted(found.open + found.closed) == sorted(found.received)
        assert (found.median_wd is None) == (not found.closed)


def test_random_complaints_are_put_right() -> None:
    run_state_machine_as_test(ComplaintCommands, settings=EXAMPLES)
