"""Whatever is asked for in whatever order: nothing is accepted without the client or the contract's rule."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.property.register_walk import FILE, LETTER, MAIL, PROOFS, SHORT, Walk

WHO = st.sampled_from(["张敏", "张敏", "张敏", "陈会计", "王工", None])
PROOF = st.sampled_from([*PROOFS, (MAIL, FILE), (MAIL,), (MAIL,), (MAIL, FILE)])
PASS, FAIL, WAIVED = ({"criterion": "1", "mark": mark, "note": "客户的原因"} for mark in ("pass", "fail", "waived"))
OTHER, ODD, BARE = (
    {"criterion": "2", "mark": "pass"},
    {"criterion": "9", "mark": "pass"},
    {"criterion": "1", "mark": "fail"},
)
MARKS = st.sampled_from([[], [], [PASS], [PASS, OTHER], [WAIVED], [FAIL], [FAIL], [OTHER], [ODD], [BARE], [PASS, FAIL]])


class Deliverables(Walk):
    def __init__(self) -> None:
        super().__init__()
        contract = {"type": "fixed_price", "ref": "HT-1", "start_on": date(2026, 4, 7), "deemed_acceptance_wd": 3}
        self.must("engagement", "agree", {"name": "商城", "contract": contract}, by="张敏", evidence=(LETTER,))
        for _ in range(3):
            self.plan()
        self.must("action", "add", {"text": "补图标", "due_on": date(2026, 6, 1)})
        for ref in ("DL-01", "DL-02"):
            self.to_review(ref)
            self.must("deliverable", "submit", {}, ref, evidence=(MAIL, FILE))

    def plan(self) -> None:
        criteria = [{"id": "1", "text": "完整"}, {"id": "2", "text": "美观", "mandatory": False}]
        given = {"title": "稿", "planned_on": date(2026, 5, 8), "acceptance_criteria": criteria, "review_window_wd": 2}
        self.must("deliverable", "add", given, evidence=(MAIL,))

    def to_review(self, ref: str) -> None:
        self.attempt("deliverable", "prepare", {}, ref)
        self.attempt("deliverable", "review", {"checklist": [{"text": "自测", "passed": True}]}, ref)

    def some(self, data: st.DataObject, *states: str) -> str:
        return self.one_of(data, "deliverable", *states)

    @rule(data=st.data(), proof=PROOF)
    def submit(self, data: st.DataObject, proof: Any) -> None:
        ref = self.some(data, "planned", "in_preparation", "internally_reviewed")
        self.to_review(ref)
        self.attempt("deliverable", "submit", {}, ref, evidence=proof)

    @rule(data=st.data(), marks=MARKS, who=WHO, proof=PROOF)
    def decide(self, data: st.DataObject, marks: list[Any], who: str | None, proof: Any) -> None:
        verb = data.draw(st.sampled_from(["accept", "accept_with_conditions", "reject"]))
        given: dict[str, Any] = {"verdicts": marks}
        if verb == "accept_with_conditions":
            refs = self.refs("action") or ["ACT-99"]
            given["punch_list"] = data.draw(st.lists(st.sampled_from(refs), min_size=1, max_size=2))
        self.attempt("deliverable", verb, given, self.some(data, "under_review"), by=who, evidence=proof)

    @rule(data=st.data())
    def say_it_properly(self, data: st.DataObject) -> None:
        given: tuple[tuple[str, dict[str, Any]], ...] = (
            ("accept", {}),
            ("accept_with_conditions", {"punch_list": ["ACT-01"]}),
            ("reject", {"verdicts": [FAIL]}),
        )
        verb, words = data.draw(st.sampled_from(given))
        self.attempt("deliverable", verb, words, self.some(data, "under_review"), by="张敏", evidence=(MAIL,))

    @rule(dated=st.booleans())
    def leave_something_to_do(self, dated: bool) -> None:
        when = {"due_on": date(2026, 6, 1)} if dated else {"no_due_reason": "持续"}
        self.attempt("action", "add", {"text": "补图标"} | when)

    @rule(data=st.data())
    def work_it_off(self, data: st.DataObject) -> None:
        for one in self.refs("action", "open"):
            self.attempt("action", "done", {}, one)
        ref = self.some(data, "conditionally_accepted")
        self.attempt("deliverable", "clear", {}, ref, by="张敏", evidence=(MAIL,))

    @rule(data=st.data(), days=st.integers(0, 8), remind=st.booleans())
    def stay_silent(self, data: st.DataObject, days: int, remind: bool) -> None:
        ref = self.some(data, "under_review")
        if remind:
            said = {"purpose": "reminder", "whom": ["CT-01"], "about": [ref], "subject": "请验收"}
            self.attempt("communication", "add", said, evidence=(MAIL,))
        self.now += timedelta(days=days)
        self.attempt("deliverable", "deem", {}, ref)

    @rule(data=st.data(), verb=st.sampled_from(["rework", "revoke", "handover", "remove", "edit"]))
    def step(self, data: st.DataObject, verb: str) -> None:
        given: dict[str, Any] = {}
        if verb == "handover":
            given = {"access": "仓库", "source": "无", "documents": "无", "warranty_starts_on": date(2026, 6, 1)}
        elif verb == "remove":
            given = {"change": "CR-099"}
        elif verb == "edit":
            given = {"changes": {"acceptances": []}}
        fitting = {"rework": ("rejected",), "handover": ("accepted", "deemed_accepted")}.get(verb, ())
        self.attempt("deliverable", verb, given, self.some(data, *fitting), reason="原因", evidence=(MAIL,))


TestDeliverables = Deliverables.TestCase
TestDeliverables.settings = SHORT
