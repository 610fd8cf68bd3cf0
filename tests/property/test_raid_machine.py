"""Random work beside the plan: risks become issues, issues are solved, meetings confirmed, questions answered.

Inputs that fit go further than random ones; whatever is refused, no invariant is broken and the fold equals the log.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from pmbridge.domain.follow_up import unfinished
from pmbridge.errors import Refused
from tests.property.register_machine import PROOFS, SHANGHAI, Commands, Desk
from tests.unit.raid_bench import CONCEPTS

FOCUS = (
    "communication",
    "action",
    "decision",
    "risk",
    "issue",
    "assumption",
    "dependency",
    "meeting",
    "inquiry",
)
NAMED = re.compile(r'"(owner|who|whom|asked_by|raised_by|ask_of|to|conditions_owner|present)":\[?"张敏"')
SCORES = st.fixed_dictionaries({"probability": st.integers(1, 5), "impact": st.just({"schedule": 4})})


def with_people(desk: Desk) -> None:
    desk.do("contact", "add", input={"name": "张敏", "may": ["change", "acceptance"]}, evidence=PROOFS[:1])
    desk.do("contact", "add", input={"name": "李总"})
    desk.do("milestone", "add", number="M4", input={"title": "M4", "on": "2026-06-12"})


class RaidCommands(Commands):
    """All of it at once, and the steps that only follow upon others with inputs that fit."""

    concepts = CONCEPTS
    focus = FOCUS
    prepare = staticmethod(with_people)

    def _do(self, kind: str, verb: str, ref: str | None = None, **given: Any) -> None:
        with suppress(Refused):
            self.desk.do(kind, verb, ref, evidence=PROOFS[:1], **given)

    def _day(self, days: int) -> str:
        return (self.desk.now.astimezone(SHANGHAI) + timedelta(days=days)).date().isoformat()

    def _each(self, kind: str) -> list[str]:
        return [one.ref for one in self.desk.book.of(kind)]

    @rule(score=SCORES, response=st.sampled_from(["reduce", "exploit", "accept"]))
    def answer_a_risk(self, score: dict[str, Any], response: str) -> None:
        ref = self.desk.do("risk", "add", input={"title": "延迟", "category": "client", "due_on": self._day(5)}).ref
        self._do("risk", "assess", ref, input=score)
        todo = {"text": "模拟", "due_on": self._day(3)}
        self._do("risk", "respond", ref, input={"response": response, "actions": [todo]})

    @rule(data=st.data(), score=SCORES)
    def go_on_with_risks(self, data: st.DataObject, score: dict[str, Any]) -> None:
        given = {
            "monitor": score,
            "review": {},
            "assess": score,
            "occur": {"severity": "high", "due_on": self._day(4)},
            "close": {"why": "expired"},
        }
        for ref in self._each("risk"):
            verb = data.draw(st.sampled_from(sorted(given)))
            self._do("risk", verb, ref, input=given[verb], reason="因为")

    @rule(data=st.data(), raised_by=st.sampled_from(["张敏", None]))
    def solve_issues(self, data: st.DataObject, raised_by: str | None) -> None:
        todo = {"text": "修", "due_on": self._day(2), "owner": "李总"}
        said = {"title": "慢", "severity": data.draw(st.sampled_from(["critical", "low"])), "due_on": self._day(6)}
        self._do("issue", "add", input=said, by=raised_by)
        given: dict[str, dict[str, Any]] = {
            "analyse": {"owner": "陈工"},
            "act": {"actions": [todo]},
            "resolve": {"resolution": "好了", "root_cause": "图大"},
            "escalate": {"to": "刘工", "by_when": self._day(1)},
            "close": {"silence": data.draw(st.booleans())},
            "reopen": {},
        }
        for ref in self._each("issue"):
            for verb in data.draw(st.lists(st.sampled_from(list(given)), max_size=4)):
                self._do("issue", verb, ref, input=given[verb], reason="因为", by=raised_by)

    @rule(data=st.data())
    def meet(self, data: st.DataObject) -> None:
        said = {"kind": "weekly_status", "planned_at": self.desk.now.isoformat(), "invited": ["张敏", "李总"]}
        self._do("meeting", "add", input=said)
        todo = {"text": "提供", "owner": "张敏", "due_on": self._day(3)}
        given: dict[str, dict[str, Any]] = {
            "hold": {"present": ["张敏", "王工"]},
            "minutes": {"text": "纪要", "new_actions": [todo]},
            "confirm": {},
            "cancel": {},
        }
        for ref in self._each("meeting"):
            for verb in data.draw(st.lists(st.sampled_from(list(given)), max_size=3)):
                self._do("meeting", verb, ref, input=given[verb], by="张敏", reason="因为")

    @rule(data=st.data())
    def ask_and_decide(self, data: st.DataObject) -> None:
        options = [{"key": key, "text": key} for key in "AB"]
        said = {"question": "？", "options": options, "ask_of": "张敏", "need_by": self._day(3)}
        self._do("decision", "add", input=said)
        given: dict[str, dict[str, Any]] = {
            "decide": {"option": "A", "conditions": "先看", "conditions_due_on": self._day(4)},
            "revoke": {},
            "withdraw": {},
        }
        for ref in self._each("decision"):
            verb = data.draw(st.sampled_from(["decide", "decide", "revoke", "withdraw"]))
            self._do("decision", verb, ref, input=given[verb], by="张敏", reason="因为")

    @rule(data=st.data())
    def finish_actions(self, data: st.DataObject) -> None:
        for ref in self._each("action"):
            verb = data.draw(st.sampled_from(["done", "done", "cancel", ""]))
            if verb:
                self._do("action", verb, ref, reason="因为")

    @invariant()
    def what_follows_from_what_holds(self) -> None:
        if not hasattr(self, "desk"):
            return
        book = self.desk.book
        for risk in book.of("risk"):
            if risk.state == "monitored":
                assert unfinished(book, risk.ref, risk.fields.response_actions) == []
                assert risk.fields.score.residual
            if risk.state == "occurred":
                made = [one for one in book.of("issue") if one.fields.from_risk == risk.ref]
                assert made or book.kind(risk.fields.issue) == "issue"
        for decision in book.of("decision"):
            valid = [
                one for one in book.of("client_decision") if one.fields.subject == decision.ref and one.state == "valid"
            ]
            assert len(valid) == (decision.state == "decided")
        for meeting in book.of("meeting"):
            sent = meeting.fields.minutes_sent_at is not None
            assert sent == (meeting.state in ("minutes_sent", "minutes_confirmed"))
            if sent:
                assert any(meeting.ref in one.fields.about for one in book.of("communication"))

    @invariant()
    def no_event_names_a_contact_where_a_ref_can_stand(self) -> None:
        if hasattr(self, "desk"):
            for event in self.desk.log:
                assert not NAMED.search(event.payload.decode())


def test_random_work_beside_the_plan_breaks_nothing() -> None:
    run_state_machine_as_test(RaidCommands, settings=settings(max_examples=40, stateful_step_count=30, deadline=None))
