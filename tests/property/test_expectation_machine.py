"""Random expectations and commitments: none is agreed that nothing supports, whatever was commanded."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from pmbridge.domain import baseline_concepts
from pmbridge.domain.client_decision import CLIENT_DECISION, decision_on
from pmbridge.domain.commitment import COMMITMENT, warnings_now
from pmbridge.domain.commitment_metrics import commitments_kept, overdue
from pmbridge.domain.communication import COMMUNICATION
from pmbridge.domain.concepts import gathered
from pmbridge.domain.contact import CONTACT
from pmbridge.domain.expectation import EXPECTATION
from pmbridge.domain.expectation_metrics import expectations_met, to_review
from pmbridge.domain.milestone import MILESTONE
from pmbridge.errors import Refused
from tests.property.guided import Guided
from tests.property.register_machine import PROOFS, Desk

EXAMPLES = settings(max_examples=30, stateful_step_count=30, deadline=None)
PLAN = {"M4": date(2026, 6, 12), "M7": date(2026, 7, 10)}
DAYS = st.sampled_from([date(2026, 4, 10), date(2027, 6, 12), date(2027, 7, 10)])
LINKS = st.lists(st.sampled_from(["M4", "M7"]), max_size=2, unique=True)
SEEN = st.dictionaries(st.sampled_from(["M4", "M7"]), DAYS, max_size=2)
NAMES = st.sampled_from(["张敏", "李总", "王工"])


def given(required: dict[str, Any], **optional: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Return inputs with *required* as it stands and some of *optional*."""
    return st.fixed_dictionaries({name: st.just(one) for name, one in required.items()}, optional=optional)


class PromiseCommands(Guided):
    concepts = gathered(
        CONTACT, CLIENT_DECISION, COMMUNICATION, *baseline_concepts.CONCEPTS, MILESTONE, EXPECTATION, COMMITMENT
    )
    focus = ("expectation", "expectation", "commitment")
    fitting = {  # noqa: RUF012 - never changed
        "expectation add": given({"statement": "618 前", "category": "time"}, expected_on=DAYS, links=LINKS),
        "expectation edit": given({}, owner=NAMES, links=LINKS),
        "expectation assess": st.fixed_dictionaries(
            {
                "feasibility": st.sampled_from(["realistic", "realistic", "stretch", "unrealistic", "out_of_scope"]),
                "rationale": st.just("看过预测"),
            },
            optional={"forecasts": SEEN},
        ),
        "expectation agree": given({"agreed_statement": "6/17 前"}, expected_on=DAYS, forecasts=SEEN),
        "expectation reset": given({"agreed_statement": "晚一点"}, expected_on=DAYS, forecasts=SEEN),
        "expectation revise": given({"statement": "再早一点", "expected_on": date(2027, 7, 10)}, links=LINKS),
        "expectation review": given({}, forecasts=SEEN),
        "expectation settle": st.fixed_dictionaries({"verdict": st.sampled_from(["met", "not_met"])}),
        "commitment add": st.fixed_dictionaries(
            {
                "statement": st.just("周五给包"),
                "made_to": NAMES,
                "due_on": DAYS,
                "basis": st.sampled_from(["milestone", "sla", "none"]),
            },
            optional={"rests_on": st.sampled_from(["M4", "M7"]), "forecast": DAYS},
        ),
        "commitment edit": given({}, made_by=NAMES),
        "commitment settle": st.fixed_dictionaries(
            {"outcome": st.sampled_from(["kept", "broken", "renegotiated"])}, optional={"due_on": DAYS}
        ),
    }

    @staticmethod
    def prepare(desk: Desk) -> None:
        """Make two contacts ready, of whom one may agree on expectations, and two milestones that were agreed."""
        for name, may in (("张敏", ["milestones", "expectation"]), ("李总", [])):
            desk.do("contact", "add", input={"name": name, "may": may}, evidence=PROOFS[:1])
        for ref, day in PLAN.items():
            desk.do("milestone", "add", number=ref, input={"title": ref, "on": day, "is_final": ref == "M7"})
        desk.do("schedule_baseline", "agree", input={"dates": PLAN}, by="张敏", evidence=PROOFS[:1])

    @rule(ref=st.sampled_from(["M4", "M7"]), on=DAYS)
    def forecast(self, ref: str, on: date) -> None:
        """Move a forecast."""
        self.desk.do("milestone", "forecast", ref, input={"on": on, "reason": "联调"})

    @rule(
        feasibility=st.sampled_from(["realistic", "stretch", "unrealistic"]),
        links=LINKS,
        seen=SEEN,
        verbs=st.lists(st.sampled_from(["review", "revise", "settle", "revoke", "edit"]), max_size=3),
    )
    def promise(self, feasibility: str, links: list[str], seen: dict[str, date], verbs: list[str]) -> None:
        """Take an expectation to an agreement, if it may be agreed, and on from there."""
        said = {"statement": "618 前", "category": "time", "expected_on": date(2027, 6, 12), "links": links}
        ref = self._do("add", None, **said)
        self._do("assess", ref, feasibility=feasibility, rationale="看过预测")
        self._do("agree", ref, agreed_statement="6/17 前", forecasts=seen)
        more: dict[str, dict[str, Any]] = {
            "review": {"forecasts": seen},
            "revise": {"statement": "再早一点", "expected_on": date(2027, 6, 12)},
            "settle": {"verdict": "met"},
        }
        for verb in verbs:
            self._do(verb, ref, **more.get(verb, {}))

    def _do(self, verb: str, ref: str | None, **given: Any) -> str | None:
        with suppress(Refused):
            said = {"input": given, "by": "张敏", "reason": "因为", "evidence": PROOFS[:1]}
            return self.desk.do("expectation", verb, ref, **said).ref
        return ref

    @invariant()
    def nothing_is_promised_too_much(self) -> None:
        if not hasattr(self, "desk"):
            return
        book = self.desk.book
        for one in book.of("expectation"):
            fields = one.fields
            assert book.kind(fields.stated_by) == "contact"
            assert len(fields.history) == sum(stay.state == "stated" for stay in one.trail) - 1
            if one.state == "agreed":
                assert fields.feasibility in ("realistic", "stretch")
                assert fields.agreed_statement is not None
                assert decision_on(book, one.ref) is not None
                if not fields.reviews or fields.reviews[-1].on < one.since.day:
                    dates = fields.forecasts.values()
                    assert any(on is not None and on <= fields.expected_on for on in dates)
                    assert not any(on is not None and on > fields.expected_on for on in dates)
            for review in fields.reviews:
                assert review.health != "on_track" or None not in review.expected.values()
        for one in book.of("commitment"):
            assert book.kind(one.fields.made_to) == "contact"
            assert (one.fields.basis == "none") == ("no_basis" in one.fields.warnings)
            assert one.state in ("open", "broken") or one.fields.settled_on <= one.fields.due_on
            warnings_now(one, book, self.moment, {})

    @invariant()
    def metrics_stand(self) -> None:
        if not hasattr(self, "desk"):
            return
        expectations, commitments = self.desk.book.of("expectation"), self.desk.book.of("commitment")
        met, kept = expectations_met(expectations, self.moment), commitments_kept(commitments, self.moment)
        assert (met is None) == (not any(one.fields.verdict for one in expectations))
        assert (kept is None) == (not any(one.state in ("kept", "broken") for one in commitments))
        assert set(overdue(commitments, self.moment)) <= {one for one in commitments if one.state == "open"}
        to_review(expectations, self.desk.book, self.moment, {})


def test_random_promises_are_supported() -> None:
    run_state_machine_as_test(PromiseCommands, settings=EXAMPLES)
