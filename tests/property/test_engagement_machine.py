"""Whatever is asked for in whatever order: the rules are the client's too, and nothing ends while something is open."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.property.register_walk import LETTER, MAIL, PROOFS, SHORT, Walk

CONTRACT: dict[str, Any] = {"type": "retainer", "ref": "HT-1", "start_on": date(2026, 4, 7)}
BUDGETS = st.sampled_from([None, "CNY 680000.00", "CNY 700000.00", "USD 1.00"])
WHO = st.sampled_from(["张敏", "张敏", "张敏", "陈会计", None])
PROOF = st.sampled_from([*PROOFS, (MAIL,), (MAIL,), (LETTER,)])
VERBS = st.sampled_from(
    ["initiate", "launch", "suspend", "resume", "wind_down", "close", "terminate", "reopen", "edit"]
)


class Engagements(Walk):
    def __init__(self) -> None:
        super().__init__()
        given = {"title": "上线", "on": date(2026, 7, 10), "is_final": True}
        self.must("milestone", "add", given, number="M7")
        wish = {"title": "订单", "statement": "可查看", "collected_in": "email",
                "fit_criteria": [{"id": "1", "text": "快"}]}  # fmt: skip
        self.must("requirement", "add", wish, by="张敏", evidence=(MAIL,))
        self.must("requirement", "clarify", {"kind": "functional", "priority": "must"}, "REQ-01")
        self.must("requirement", "send", {}, "REQ-01", evidence=(LETTER,))
        self.must("requirement", "confirm", {}, "REQ-01", by="张敏", evidence=(MAIL,))
        self.must("engagement", "add", {"name": "商城"})

    @property
    def mine(self) -> str | None:
        return next(iter(self.refs("engagement")), None)

    @rule(verb=st.sampled_from(["add", "agree"]), budget=BUDGETS, who=WHO, proof=PROOF)
    def another(self, verb: str, budget: str | None, who: str | None, proof: Any) -> None:
        given: dict[str, Any] = {"name": "商城"}
        if verb == "agree":
            given["contract"] = CONTRACT | {"agreed_budget": budget}
        self.attempt("engagement", verb, given, by=who, evidence=proof)

    @rule(budget=BUDGETS, who=WHO, proof=PROOF)
    def agree(self, budget: str | None, who: str | None, proof: Any) -> None:
        given = {"name": "商城", "contract": CONTRACT | {"agreed_budget": budget}}
        self.attempt("engagement", "agree", given, self.mine, by=who, evidence=proof)

    @rule(verb=VERBS, who=WHO, proof=PROOF)
    def step(self, verb: str, who: str | None, proof: Any) -> None:
        given = {"changes": {"agreed_budget": None}} if verb == "edit" else {}
        self.attempt("engagement", verb, given, self.mine, by=who, evidence=proof, reason="原因")

    def agree_baseline(self, kind: str) -> None:
        given = {"dates": {"M7": date(2026, 7, 10)}} if kind == "schedule" else {"items": {"REQ-01": 1}}
        self.attempt(f"{kind}_baseline", "agree", given, by="张敏", evidence=(LETTER,))

    def agree_goal(self) -> None:
        measure = {"name": "新增", "unit": "人", "baseline_value": "0", "target_value": "1", "direction": "increase",
                   "method": "数"}  # fmt: skip
        smart = {"statement": "新增会员", "object": "会员", "business_objective": "拉新", "due_on": date(2026, 7, 1),
                 "measures": [measure],
                 "achievability": {"verdict": "stretch", "rationale": "难", "assessed_by": "王工"}}  # fmt: skip
        made = self.attempt("goal", "add", smart)
        assert made is not None
        self.attempt("goal", "propose", {}, made.ref)
        self.attempt("goal", "agree", {}, made.ref, by="张敏", evidence=(MAIL,))

    @rule(kind=st.sampled_from(["schedule", "requirements"]))
    def baseline(self, kind: str) -> None:
        self.agree_baseline(kind)

    @rule()
    def goal(self) -> None:
        self.agree_goal()

    @rule()
    def go_live(self) -> None:
        self.attempt("milestone", "reach", {}, "M7", evidence=(MAIL,))

    @rule()
    def begin(self) -> None:
        """Take every step up to the work that can be taken."""
        for kind in ("schedule", "requirements"):
            self.agree_baseline(kind)
        self.agree_goal()
        self.attempt("engagement", "agree", {"contract": CONTRACT}, self.mine, by="张敏", evidence=(LETTER,))
        for verb in ("initiate", "launch"):
            self.attempt("engagement", verb, {}, self.mine)


TestEngagements = Engagements.TestCase
TestEngagements.settings = SHORT
