"""Random commands on surveys and feedback: the promise of a survey holds, whatever was commanded."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from pmbridge.domain.action import ACTION
from pmbridge.domain.communication import COMMUNICATION
from pmbridge.domain.concepts import gathered
from pmbridge.domain.contact import CONTACT
from pmbridge.domain.feedback import FEEDBACK
from pmbridge.domain.feedback_metrics import answered_in_time
from pmbridge.domain.milestone import MILESTONE
from pmbridge.domain.moment import Moment
from pmbridge.domain.survey import SURVEY
from pmbridge.domain.survey_metrics import comments, last_asked, response_rate, results
from pmbridge.errors import Refused
from tests.property.register_machine import CHINA, PROOFS, SHANGHAI, Commands, Desk

EXAMPLES = settings(max_examples=25, stateful_step_count=30, deadline=None)
QUESTIONS = [
    {"id": "Q1", "text": "满意吗？", "scale": "1-5"},
    {"id": "Q2", "text": "会推荐吗？", "scale": "0-10"},
    {"id": "Q3", "text": "还有什么？", "scale": "free_text"},
]
ANSWERS = st.sampled_from([{"Q1": 5}, {"Q1": "4", "Q2": 9}, {"Q2": 0, "Q3": "太晚"}, {"Q1": 0}, {"Q9": 1}, {}])


class SatisfactionCommands(Commands):
    concepts = gathered(CONTACT, COMMUNICATION, MILESTONE, ACTION, SURVEY, FEEDBACK)
    focus = ("survey", "feedback")

    @staticmethod
    def prepare(desk: Desk) -> None:
        """Make three contacts ready, and something that feedback can lead to."""
        for name in ("张敏", "李总", "赵会计"):
            desk.do("contact", "add", input={"name": name})
        desk.do("action", "add", input={"text": "跟进", "due_on": "2026-06-05"})

    @rule(anonymous=st.booleans(), days=st.integers(1, 30), invite=st.sampled_from([["张敏"], ["张敏", "李总"]]))
    def ask(self, anonymous: bool, days: int, invite: list[str]) -> None:
        """Send a survey."""
        closes = self.desk.now.date() + timedelta(days=days)
        given = {"kind": "closing", "questions": QUESTIONS, "closes_on": closes, "anonymous": anonymous}
        ref = self.desk.do("survey", "add", input=given).ref
        self.desk.do("survey", "send", ref, input={"invite": invite}, evidence=PROOFS[:1])

    @rule(data=st.data())
    def answer(self, data: st.DataObject) -> None:
        """Try to record a response to each survey that is open, and sometimes to say who gave it."""
        for one in self.desk.book.of("survey"):
            given: dict[str, Any] = {"answers": data.draw(ANSWERS), "may_quote": data.draw(st.booleans())}
            who = data.draw(st.sampled_from([None, "张敏"] if one.fields.anonymous else ["张敏", "李总", "钱工"]))
            with suppress(Refused):
                self.desk.do("survey", "record", one.ref, input=given, by=who)
            if data.draw(st.booleans()):
                with suppress(Refused):
                    self.desk.do("survey", "close", one.ref)

    @rule(verb=st.sampled_from(["respond", "act", "decline"]), given=st.sampled_from([{}, {"actions": ["ACT-01"]}]))
    def hear(self, verb: str, given: dict[str, Any]) -> None:
        """Take feedback and go on with it, or with what was taken before."""
        said = {"kind": "suggestion", "text": "早一点"}
        ref = self.desk.do("feedback", "add", input=said, by="李总").ref
        with suppress(Refused):
            given = {"response": "好"} if verb == "respond" else given
            self.desk.do("feedback", verb, ref, input=given, reason="合同未包含", evidence=PROOFS[:1])

    @invariant()
    def surveys_keep_their_promise(self) -> None:
        if not hasattr(self, "desk"):
            return
        moment = Moment(as_of=self.desk.now, zone=SHANGHAI, calendar=CHINA)
        for one in self.desk.book.of("survey"):
            survey = one.fields
            invited = [each.contact for each in survey.invitations]
            answered = [each.contact for each in survey.responses]
            assert len(answered) <= len(invited)
            assert (one.state == "draft") == (survey.sent_on is None) == (not invited)
            if survey.anonymous:
                assert not any(answered)
                records = [event for event in self.desk.log if (event.ref, event.verb) == (one.ref, "record")]
                assert not any(b"CT-" in event.payload or b'"title"' in event.payload for event in records)
            else:
                assert len(set(answered)) == len(answered)
                assert set(answered) <= set(invited)
            for given in survey.responses:
                for name, answer in given.answers.items():
                    question = survey.question(name)
                    assert question is not None
                    assert question.takes(answer)
            for result in results(one, moment):
                assert result.counts is None or sum(result.counts.values()) == result.answered > 0
            response_rate(one, moment)
            comments(one)
        last_asked(self.desk.book.of("survey"), moment)

    @invariant()
    def feedback_is_the_clients(self) -> None:
        if not hasattr(self, "desk"):
            return
        entries = self.desk.book.of("feedback")
        assert all(self.desk.book.kind(one.fields.given_by) == "contact" for one in entries)
        assert all(one.audience == "client" for one in entries)
        answered_in_time(entries, Moment(as_of=self.desk.now, zone=SHANGHAI, calendar=CHINA))


def test_random_surveys_and_feedback_break_no_promise() -> None:
    run_state_machine_as_test(SatisfactionCommands, settings=EXAMPLES)
