"""An engagement of the real concepts: contacts with authority, and short ways to the states that tests begin from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from pmbridge.domain.concepts import concepts, gathered
from pmbridge.domain.entry import Entry
from pmbridge.domain.evidence import Evidence
from pmbridge.domain.machine import Concept, Condition
from pmbridge.domain.moment import Moment
from pmbridge.errors import GuardFailed
from pmbridge.store import Store
from pmbridge.testing.clock import FakeClock
from tests.unit.register_bench import SHANGHAI, at, opened
from tests.unit.register_story import CALL, EVERYTHING, LETTER, MAIL

ZHANG, LI, CHEN = "CT-01", "CT-02", "CT-03"
DOCUMENT = Evidence(kind="file", title="需求规格说明书.pdf", sha256="aa" * 32, size=1200)
NOTICE = Evidence(kind="email", title="请验收.eml", sha256="bb" * 32)

FILE = Evidence(kind="file", title="ui.zip", sha256="dd" * 32, size=4096)
CRITERIA = [
    {"id": "1", "text": "覆盖全部页面"},
    {"id": "2", "text": "每页有手机版"},
    {"id": "3", "text": "附图标源文件", "mandatory": False},
]
CONTRACT = {
    "type": "fixed_price",
    "ref": "HT-2026-014",
    "start_on": date(2026, 4, 7),
    "end_on": date(2026, 7, 31),
    "agreed_budget": "CNY 680000.00",
    "change_budget": "CNY 100000.00",
}

FIT = {"id": "1", "text": "订单页 2 秒内打开", "verification": "test"}
WISH = {"title": "订单页", "statement": "会员可查看全部订单", "source": "张敏", "collected_in": "meeting"}


class Desk:
    """A register and the day on which things are done to it."""

    def __init__(self, store: Store, clock: FakeClock, *others: Concept) -> None:
        self.register = opened(store, clock, concepts=gathered(*concepts().values(), *others))
        for name, more in (
            ("张敏", {"role": "product_owner", "may": EVERYTHING, "limit": "CNY 20000.00", "days": 5}),
            ("李总", {"role": "sponsor", "may": [*EVERYTHING, "closure"], "limit": "CNY 200000.00", "days": 20}),
            ("陈会计", {"role": "finance"}),
        ):
            self.do("contact", "add", day="04-07", input={"name": name, **more}, evidence=[LETTER])

    def do(
        self, kind: str, verb: str, ref: str | None = None, /, *, day: str, hour: int = 10, **more: Any
    ) -> Entry[Any]:
        """Carry out a command on *day* (MM-DD of 2026)."""
        return self.register.do(kind, verb, ref, at=at(day, hour), **more)

    def refused(self, kind: str, verb: str, ref: str | None = None, /, **more: Any) -> list[str]:
        """Carry out a command that must be refused; return the names of what is not met, sorted."""
        before = self.register.head
        with pytest.raises(GuardFailed) as caught:
            self.do(kind, verb, ref, **more)
        assert self.register.head == before
        unmet = [one for one in caught.value.conditions if isinstance(one, Condition) and not one.met]
        for one in unmet:
            assert one.found is not None
            assert one.needed is not None
            assert one.fix is not None
            assert all((one.found.zh, one.found.en, one.needed.zh, one.needed.en, one.fix.zh, one.fix.en))
        return sorted({one.name for one in unmet})

    def moment(self, day: str) -> Moment:
        """Return the evening of *day*."""
        return Moment(as_of=at(day, 18), zone=SHANGHAI, calendar=self.register.calendar)

    # -- short ways

    def requirement(self, to: str = "confirmed", *, day: str = "04-08", **more: Any) -> str:
        """Return a requirement in the state *to*, at most ``confirmed``."""
        ref = self.do("requirement", "add", day=day, input=WISH | more, evidence=[MAIL]).ref
        steps: tuple[tuple[str, str, dict[str, Any]], ...] = (
            ("clarified", "clarify", {"input": {"kind": "functional", "priority": "must", "fit_criteria": [FIT]}}),
            ("in_review", "send", {"evidence": [DOCUMENT]}),
            ("confirmed", "confirm", {"by": "张敏", "evidence": [MAIL]}),
        )
        for state, verb, given in steps:
            if self.register.book.get(ref).state == to:  # type: ignore[union-attr]
                break
            assert self.do("requirement", verb, ref, day=day, **given).state == state
        return ref

    def baselined(self, count: int = 1, *, day: str = "04-17") -> list[str]:
        """Return *count* requirements in requirements baseline 0, which *day* agrees."""
        refs = [self.requirement() for _ in range(count)]
        self.do("requirements_baseline", "agree", day=day, input={"items": dict.fromkeys(refs, 1)}, by="张敏",
                evidence=[LETTER])  # fmt: skip
        return refs

    def agreed(self, *, day: str = "04-07", evidence: Sequence[Evidence] = (LETTER,), **contract: Any) -> Entry[Any]:
        """Agree the rules of the engagement; *contract* changes or adds to the usual one."""
        ref = "ENG-1" if "ENG-1" in self.register.book else None
        terms = {"name": "会员商城改版", "contract": CONTRACT | contract}
        return self.do("engagement", "agree", ref, day=day, input=terms, by="李总", evidence=evidence)

    def deliverable(self, to: str = "under_review", *, day: str = "05-06", **more: Any) -> str:
        """Return a deliverable in the state *to*, at most ``under_review``, with a review window of three days."""
        given = {"title": "UI 设计稿", "planned_on": date(2026, 5, 8), "acceptance_criteria": CRITERIA,
                 "review_window_wd": 3} | more  # fmt: skip
        ref = self.do("deliverable", "add", day="04-20", input=given, evidence=[MAIL]).ref
        self.prepared(ref, to, day=day)
        return ref

    def prepared(self, ref: str, to: str = "under_review", *, day: str) -> None:
        """Take the deliverable *ref* on to the state *to*."""
        checked = {"checklist": [{"text": "自测", "passed": True}]}
        steps: tuple[tuple[str, str, dict[str, Any]], ...] = (
            ("in_preparation", "prepare", {}),
            ("internally_reviewed", "review", {"input": checked}),
            ("under_review", "submit", {"evidence": [FILE, NOTICE]}),
        )
        names = [state for state, _, _ in steps]
        entry = self.register.book.get(ref)
        assert entry is not None
        begun = names.index(entry.state) + 1 if entry.state in names else 0
        for state, verb, given in steps[begun : names.index(to) + 1 if to in names else 0]:
            assert self.do("deliverable", verb, ref, day=day, **given).state == state

    def budget(self, total: str = "CNY 680000.00") -> None:
        """Agree budget baseline 0."""
        self.do("budget_baseline", "agree", day="04-07", input={"total": total}, by="李总", evidence=[LETTER])

    def approved(
        self,
        *lines: dict[str, Any],
        days: Sequence[str],
        raised_by: str | None = ZHANG,
        affects: Sequence[str] = (),
    ) -> str:
        """Return a change with these findings; *days*: submitted, assessed and sent, approved."""
        submitted, sent, decided = days
        request = {"title": "变更", "description": "内容", "reason": "原因", "raised_by": raised_by, "via": "email",
                   "affects": affects}  # fmt: skip
        ref = self.do("change", "submit", day=submitted, input=request, evidence=[MAIL]).ref
        spoken = {one["dimension"] for one in lines}
        rest = [
            {"dimension": one, "finding": "none", "rationale": "没有影响"}
            for one in ("scope", "schedule", "budget")
            if one not in spoken
        ]
        option = {"key": "A", "title": "方案 A", "lines": [*lines, *rest]}
        assessed = {"options": [option], "recommended": "A", "do_nothing": "照旧"}
        self.do("change", "assess", ref, day=sent, input=assessed)
        dates = {"need_by": date(2026, 7, 1), "valid_until": date(2026, 7, 31)}
        self.do("change", "send", ref, day=sent, input=dates, evidence=[MAIL])
        self.do("change", "approve", ref, day=decided, input={"option": "A"}, by="张敏", evidence=[MAIL])
        return ref

    def implemented(self, *lines: dict[str, Any], days: Sequence[str], raised_by: str | None = ZHANG) -> str:
        """Return a change that was approved and implemented on the last of *days*."""
        ref = self.approved(*lines, days=days, raised_by=raised_by)
        self.do("change", "implement", ref, day=days[-1])
        return ref


def scope(op: str, ref: str, text: str | None = None) -> dict[str, Any]:
    """Return a scope line."""
    return {"dimension": "scope", "finding": "quantified", "scope": {"op": op, "ref": ref, "text": text}}


__all__ = [
    "CALL",
    "CHEN",
    "CONTRACT",
    "CRITERIA",
    "DOCUMENT",
    "FILE",
    "FIT",
    "LETTER",
    "LI",
    "MAIL",
    "NOTICE",
    "WISH",
    "ZHANG",
    "Desk",
    "scope",
]
