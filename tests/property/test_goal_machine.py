"""Whatever is asked for in whatever order: no goal is agreed without the client, none settled without a measurement."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.property.register_walk import LETTER, MAIL, PROOFS, SHORT, Walk

DUE = date(2026, 4, 20)
MEASURE: dict[str, Any] = {
    "name": "新增会员",
    "unit": "人",
    "baseline_value": "0",
    "target_value": "100",
    "direction": "increase",
    "method": "注册数",
    "data_source": "后台",
}
SMART: dict[str, Any] = {
    "statement": "新增会员 100 人",
    "object": "新增会员",
    "business_objective": "拉新",
    "due_on": DUE,
    "measures": [MEASURE],
    "achievability": {"verdict": "realistic", "rationale": "去年 80 人", "assessed_by": "王工"},
}
PARTS = st.sampled_from(
    [
        {},
        {},
        {"due_on": date(2026, 5, 4)},
        {"object": "营业额"},
        {"due_on": date(2027, 1, 1)},
        {"measures": [MEASURE, MEASURE | {"name": "复购率"}]},
        {"measures": [{"name": "x"}]},
        {"achievability": {"verdict": "unrealistic", "rationale": "太难", "assessed_by": "王工"}},
    ]
)
OFTEN = st.sampled_from([True, True, False])
WHO = st.sampled_from(["张敏", "张敏", "张敏", "陈会计", None])
PROOF = st.sampled_from([*PROOFS, (MAIL,), (MAIL,), (MAIL,)])


class Goals(Walk):
    def __init__(self) -> None:
        super().__init__()
        contract = {"type": "fixed_price", "ref": "HT-1", "start_on": date(2026, 4, 7), "end_on": date(2026, 7, 31)}
        self.must("engagement", "agree", {"name": "商城", "contract": contract}, by="张敏", evidence=(LETTER,))
        for _ in range(2):
            ref = self.must("goal", "add", SMART)
            self.must("goal", "propose", {}, ref)
        self.must("goal", "agree", {}, "GOAL-01", by="张敏", evidence=(MAIL,))

    def some(self, data: st.DataObject, *states: str) -> str:
        return self.one_of(data, "goal", *states)

    @rule(parts=PARTS)
    def draft(self, parts: dict[str, Any]) -> None:
        self.attempt("goal", "add", SMART | parts)

    @rule(data=st.data(), parts=PARTS)
    def change_words(self, data: st.DataObject, parts: dict[str, Any]) -> None:
        self.attempt("goal", "edit", parts, self.some(data, "draft", "proposed"))

    @rule(data=st.data(), who=WHO, proof=PROOF)
    def propose_and_agree(self, data: st.DataObject, who: str | None, proof: Any) -> None:
        ref = self.some(data, "draft", "proposed")
        self.attempt("goal", "propose", {}, ref)
        self.attempt("goal", "agree", {}, ref, by=who, evidence=proof)

    @rule(data=st.data(), value=st.integers(-10, 150), days=st.integers(0, 12))
    def measure_and_settle(self, data: st.DataObject, value: int, days: int) -> None:
        self.now += timedelta(days=days)
        ref = self.some(data, "agreed")
        for name in ("新增会员", "复购率"):
            self.attempt("goal", "measure", {"measure": name, "value": str(value)}, ref)
        self.attempt("goal", "settle", {}, ref)

    @rule(
        data=st.data(),
        verb=st.sampled_from(["amend", "withdraw"]),
        parts=PARTS,
        affects=st.sampled_from([True, True, False]),
    )
    def by_a_change(self, data: st.DataObject, verb: str, parts: dict[str, Any], affects: bool) -> None:
        ref = self.some(data, "agreed")
        change = self.change()
        if affects:
            self.attempt("change", "edit", {"changes": {"affects": [ref]}}, change)
        given = {"change": change} | (parts if verb == "amend" else {})
        self.attempt("goal", verb, given, ref)

    @rule(data=st.data(), verb=st.sampled_from(["revoke", "withdraw", "settle", "edit"]))
    def step(self, data: st.DataObject, verb: str) -> None:
        given: dict[str, Any] = {"changes": {"measurements": []}} if verb == "edit" else {}
        self.attempt("goal", verb, given, self.some(data), reason="原因", evidence=(MAIL,))


TestGoals = Goals.TestCase
TestGoals.settings = SHORT
