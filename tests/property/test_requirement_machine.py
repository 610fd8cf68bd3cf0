"""Whatever is asked for in whatever order: what the client signed moves by approved changes only."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.property.register_walk import FILE, LETTER, MAIL, PROOFS, SHORT, Walk, scope

FIT = {"id": "1", "text": "2 秒内打开"}
WHO = st.sampled_from(["张敏", "陈会计", "王工", None])
PROOF = st.sampled_from(PROOFS)
WORDS = st.sampled_from([None, "会员可查看订单", "会员与访客可查看订单"])


class Requirements(Walk):
    def __init__(self) -> None:
        super().__init__()
        refs = [self.wish() for _ in range(4)]
        for ref in refs[:3]:
            self.must("requirement", "clarify", {"kind": "functional", "priority": "must", "fit_criteria": [FIT]}, ref)
        for ref in refs[:2]:
            self.must("requirement", "send", {}, ref, evidence=(FILE,))
            self.must("requirement", "confirm", {}, ref, by="张敏", evidence=(MAIL,))
        self.must("requirements_baseline", "agree", {"items": {refs[0]: 1}}, by="张敏", evidence=(LETTER,))

    def wish(self) -> str:
        given = {"title": "订单", "statement": "会员可查看全部订单", "collected_in": "email"}
        return self.must("requirement", "add", given, by="张敏", evidence=(MAIL,))

    def some(self, data: st.DataObject, *states: str) -> str:
        return self.one_of(data, "requirement", *states)

    @rule(words=WORDS, fits=st.sampled_from([[], [FIT], [FIT, FIT]]), who=WHO)
    def collect(self, words: str | None, fits: list[Any], who: str | None) -> None:
        given = {"title": "订单", "statement": words or "订单", "collected_in": "email", "fit_criteria": fits}
        self.attempt("requirement", "add", given, by=who, evidence=(MAIL,))

    @rule(data=st.data(), words=WORDS, fits=st.sampled_from([None, [FIT]]))
    def clarify(self, data: st.DataObject, words: str | None, fits: list[Any] | None) -> None:
        given = {"kind": "functional", "priority": "must", "statement": words, "fit_criteria": fits}
        self.attempt("requirement", "clarify", given, self.some(data, "captured"))

    @rule(data=st.data(), who=WHO, proof=PROOF)
    def send_and_decide(self, data: st.DataObject, who: str | None, proof: Any) -> None:
        ref = self.some(data, "clarified", "in_review")
        self.attempt("requirement", "send", {}, ref, evidence=proof)
        verb = data.draw(st.sampled_from(["confirm", "confirm", "return"]))
        given: dict[str, Any] = {"comments": "补充"} if verb == "return" else {}
        self.attempt("requirement", verb, given, ref, by=who, evidence=proof)

    @rule(data=st.data(), verb=st.sampled_from(["reject", "withdraw", "revoke", "fulfil", "baseline", "edit"]))
    def step(self, data: st.DataObject, verb: str) -> None:
        given: dict[str, Any] = {"changes": {"revisions": []}} if verb == "edit" else {}
        self.attempt("requirement", verb, given, self.some(data), reason="原因", evidence=(MAIL,))

    @rule(data=st.data(), n=st.integers(1, 2))
    def agree_baseline(self, data: st.DataObject, n: int) -> None:
        refs = self.refs("requirement", "confirmed") or self.refs("requirement")
        self.attempt("requirements_baseline", "agree", {"items": dict.fromkeys(refs, n)}, by="张敏", evidence=(LETTER,))

    @rule(data=st.data(), op=st.sampled_from(["add", "modify", "remove"]), words=WORDS)
    def change_scope(self, data: st.DataObject, op: str, words: str | None) -> None:
        fitting = ("clarified", "confirmed") if op == "add" else ("baselined",)
        ref = self.some(data, *fitting)
        change = self.change(scope(op, ref, words))
        self.attempt("change", "implement", {}, change)

    @rule(data=st.data(), kind=st.sampled_from(["modification", "clarification"]), words=WORDS, who=WHO, proof=PROOF)
    def revise(self, data: st.DataObject, kind: str, words: str | None, who: str | None, proof: Any) -> None:
        change = data.draw(st.sampled_from([*self.refs("change"), "CR-099"]))
        given = {"kind": kind, "change": change if kind == "modification" else None, "text": words}
        self.attempt("requirement", "revise", given, self.some(data, "baselined"), by=who, evidence=proof)

    @rule(data=st.data(), verb=st.sampled_from(["remove", "baseline"]))
    def by_hand(self, data: st.DataObject, verb: str) -> None:
        change = data.draw(st.sampled_from([*self.refs("change"), "CR-099"]))
        self.attempt("requirement", verb, {"change": change}, self.some(data))


TestRequirements = Requirements.TestCase
TestRequirements.settings = SHORT
