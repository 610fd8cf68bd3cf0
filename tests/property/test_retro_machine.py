"""Random retrospectives, lessons and improvements: nothing is published without being held, or verified undone."""

from __future__ import annotations

from datetime import date

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, run_state_machine_as_test

from pmbridge.domain.concepts import gathered
from pmbridge.domain.contact import CONTACT
from pmbridge.domain.improvement import IMPROVEMENT
from pmbridge.domain.lesson import LESSON
from pmbridge.domain.milestone import MILESTONE
from pmbridge.domain.retro import RETRO
from tests.property.guided import Guided
from tests.property.register_machine import Desk

EXAMPLES = settings(max_examples=25, stateful_step_count=25, deadline=None)
DAYS = st.sampled_from([date(2026, 4, 20), date(2027, 4, 20)])
TAKEN_UP = {"measure": st.just("首日到位"), "due_on": st.just(date(2027, 4, 20))}
LESSON_WORDS = {"title": "账号", "context": "晚", "effect": "顺延", "recommendation": "提前"}


class RetroCommands(Guided):
    concepts = gathered(CONTACT, MILESTONE, RETRO, LESSON, IMPROVEMENT)
    focus = ("improvement", "retro", "improvement", "lesson")
    fitting = {  # noqa: RUF012 - never changed
        "retro add": st.fixed_dictionaries({"scope": st.sampled_from(["engagement", "period"]), "planned_on": DAYS}),
        "retro hold": st.fixed_dictionaries(
            {"ours": st.just(["王工"]), "client": st.sampled_from([[], ["张敏"], ["没有人"]])},
            optional={"to_improve": st.just(["早一点"])},
        ),
        "lesson add": st.fixed_dictionaries(
            {name: st.just(text) for name, text in LESSON_WORDS.items()},
            optional={"origin": st.sampled_from(["RET-01", "RET-09"])},
        ),
        "improvement add": st.fixed_dictionaries({"text": st.just("清单"), "due_on": DAYS}),
        "improvement accept": st.fixed_dictionaries(
            {}, optional={"measure": st.just("首日到位"), "due_on": st.just(date(2027, 4, 20))}
        ),
        "improvement verify": st.just({"result": "到位"}),
    }

    @staticmethod
    def prepare(desk: Desk) -> None:
        """Make two contacts ready."""
        for name in ("张敏", "李总"):
            desk.do("contact", "add", input={"name": name})

    @invariant()
    def what_is_over_was_done(self) -> None:
        if not hasattr(self, "desk"):
            return
        book = self.desk.book
        for one in book.of("retro"):
            held = one.entered("held")
            assert (one.state == "planned") == (held is None) == (one.fields.held_on is None)
            assert held is None or (one.fields.ours and held.day == one.fields.held_on)
            assert all(book.kind(ref) == "contact" for ref in one.fields.client)
            assert all(book.kind(ref) == "lesson" for ref in one.fields.lessons)
            assert one.state != "published" or one.audience == "client"
        for one in book.of("improvement"):
            fields = one.fields
            assert one.state not in ("accepted", "done", "verified") or fields.measure is not None
            assert (fields.verified_on is not None) == (one.state == "verified")
            assert fields.verified_on is None or fields.done_on <= fields.verified_on


def test_random_retrospectives_and_improvements_break_nothing() -> None:
    run_state_machine_as_test(RetroCommands, settings=EXAMPLES)
