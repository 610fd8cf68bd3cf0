"""A requirement: what keeps it from being signed, what moves it afterwards, and how much of it moved."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from pmbridge.domain.book import Book
from pmbridge.domain.concepts import concepts
from pmbridge.domain.figure import Known, Unknown, UnknownReason
from pmbridge.domain.requirement_fields import Requirement
from pmbridge.domain.requirement_metrics import Churn, churn
from pmbridge.store import Store
from pmbridge.testing.clock import FakeClock
from tests.unit.delivery_bench import CALL, DOCUMENT, FIT, LETTER, MAIL, WISH, ZHANG, Desk, scope
from tests.unit.register_bench import at


@pytest.fixture
def desk(sqlite_store: Store, clock: FakeClock) -> Desk:
    clock.set(at("12-01"))
    return Desk(sqlite_store, clock)


def fields(desk: Desk, ref: str) -> Requirement:
    found = desk.register.book.fields(ref, Requirement)
    assert found is not None
    return found


def test_it_is_collected_from_a_contact_with_what_shows_it(desk: Desk) -> None:
    made = desk.do("requirement", "add", day="04-08", input=WISH, evidence=[CALL])
    assert (made.ref, made.state, made.audience) == ("REQ-01", "captured", "internal")
    assert (made.fields.source, made.fields.owner, str(made.fields.no_due_reason)) == (ZHANG, "王工", "期限随需求基线")
    assert desk.refused("requirement", "add", day="04-08", input=WISH | {"source": "路人"}) == ["evidence", "source"]
    twice = WISH | {"fit_criteria": [FIT, FIT], "goals": ["GOAL-09"]}
    assert desk.refused("requirement", "add", day="04-08", input=twice, evidence=[MAIL]) == [
        "criteria-distinct",
        "refs-known",
    ]
    by_the_way = {name: value for name, value in WISH.items() if name != "source"}
    asked = desk.do("requirement", "add", day="04-08", input=by_the_way, by="张敏", evidence=[MAIL])
    assert asked.fields.source == ZHANG
    assert desk.refused("requirement", "add", day="04-08", input=by_the_way, evidence=[MAIL]) == ["source"]


def test_clarifying_asks_for_everything_that_is_missing_at_once(desk: Desk) -> None:
    ref = desk.requirement("captured")
    assert desk.refused("requirement", "clarify", ref, day="04-09") == ["fit-criteria", "kind", "priority"]
    odd = {"kind": "functional", "nfr_attribute": "security", "priority": "must", "fit_criteria": [FIT]}
    assert desk.refused("requirement", "clarify", ref, day="04-09", input=odd) == ["kind"]
    done = desk.do("requirement", "clarify", ref, day="04-09", input=odd | {"kind": "non_functional"})
    assert (done.state, done.fields.revision.label, len(done.fields.revisions)) == ("clarified", "1.1", 2)
    again = desk.do("requirement", "clarify", ref, day="04-10", input={"priority": "should"})
    assert (again.fields.priority, len(again.fields.revisions)) == ("should", 2)


def test_the_client_confirms_the_very_text_that_it_was_sent(desk: Desk) -> None:
    ref = desk.requirement("clarified")
    assert desk.refused("requirement", "send", ref, day="04-09", evidence=[MAIL]) == ["document"]
    sent = desk.do("requirement", "send", ref, day="04-09", evidence=[DOCUMENT])
    assert (sent.audience, sent.released) == ("client", sent.fields)
    assert desk.refused("requirement", "confirm", ref, day="04-10", by="陈会计", evidence=[CALL]) == [
        "authority",
        "evidence",
    ]
    desk.do("requirement", "confirm", ref, day="04-10", by="张敏", evidence=[MAIL])
    (decided,) = desk.register.book.of("client_decision")
    assert (decided.fields.subject, decided.fields.subject_sha256) == (ref, sent.fields.revision.sha256)
    back = desk.do("requirement", "revoke", ref, day="04-11", reason="发错版本", evidence=[MAIL])
    assert back.state == "in_review"
    assert [one.state for one in desk.register.book.of("client_decision")] == ["revoked"]


def test_what_the_client_sends_back_keeps_its_comments(desk: Desk) -> None:
    ref = desk.requirement("in_review")
    back = desk.do(
        "requirement", "return", ref, day="04-09", input={"comments": "缺退款"}, by="陈会计", evidence=[MAIL]
    )
    (kept,) = back.fields.returned
    assert (back.state, str(kept.comments), kept.on) == ("clarified", "缺退款", date(2026, 4, 9))


def test_only_what_was_confirmed_enters_a_baseline(desk: Desk) -> None:
    open_one = desk.requirement("clarified")
    assert desk.refused("requirement", "baseline", open_one, day="04-10") == ["confirmed", "in-baseline"]
    items = {"items": {open_one: 1}}
    assert desk.refused("requirements_baseline", "agree", day="04-10", input=items, by="张敏", evidence=[LETTER]) == [
        "confirmed"
    ]
    ref = desk.requirement()
    wrong = {"items": {ref: 2}}
    assert desk.refused("requirements_baseline", "agree", day="04-10", input=wrong, by="张敏", evidence=[LETTER]) == [
        "in-baseline"
    ]
    desk.do("requirements_baseline", "agree", day="04-10", input={"items": {ref: 1}}, by="张敏", evidence=[LETTER])
    assert desk.register.book.get(ref).state == "baselined"  # type: ignore[union-attr]


def test_a_change_modifies_adds_and_removes_and_nothing_else_does(desk: Desk) -> None:
    kept, changed, gone = desk.baselined(3)
    assert desk.refused("requirement", "revise", changed, day="04-20", input={"text": "会员与访客可查看订单"}) == [
        "approved-change"
    ]
    assert desk.refused("requirement", "remove", gone, day="04-20", input={"change": "CR-001"}) == ["removed-by-change"]
    new = desk.requirement("clarified", day="04-21")
    change = desk.approved(
        scope("modify", changed, "会员与访客可查看订单"), scope("remove", gone), scope("add", new, "可导出订单"),
        days=("04-22", "04-24", "04-28"),
    )  # fmt: skip
    assert desk.refused("requirement", "revise", changed, day="04-28", input={"change": change}) == ["implemented"]
    desk.do("change", "implement", change, day="04-29")
    book = desk.register.book
    assert [book.get(ref).state for ref in (kept, changed, gone, new)] == [  # type: ignore[union-attr]
        "baselined",
        "baselined",
        "dropped",
        "baselined",
    ]
    assert [(one.label, str(one.statement), one.change) for one in fields(desk, changed).revisions[-2:]] == [
        ("1.1", "会员可查看全部订单", None),
        ("2", "会员与访客可查看订单", change),
    ]
    assert (str(fields(desk, new).statement), fields(desk, new).current_revision) == ("可导出订单", 1)
    assert book.newest("requirements_baseline").fields.items == {kept: 1, changed: 2, new: 1}  # type: ignore[union-attr]
    assert desk.refused("requirement", "revise", changed, day="04-30", input={"change": change, "text": "别的"}) == [
        "approved-wording"
    ]
    assert list(book.violations()) == []


def test_a_change_without_words_leaves_them_to_be_written_down_afterwards(desk: Desk) -> None:
    (ref,) = desk.baselined()
    change = desk.implemented(scope("modify", ref), days=("04-22", "04-24", "04-28"))
    assert fields(desk, ref).revision.label == "2"
    worded = desk.do("requirement", "revise", ref, day="04-29", input={"change": change, "text": "含退款单"})
    assert (worded.fields.revision.label, str(worded.fields.statement)) == ("2.1", "含退款单")
    assert list(desk.register.book.violations()) == []


def test_a_requirement_without_fit_criterion_is_not_brought_in_by_a_change(desk: Desk) -> None:
    desk.baselined()
    new = desk.requirement("captured", day="04-21")
    change = desk.approved(scope("add", new), days=("04-22", "04-24", "04-28"))
    assert desk.refused("change", "implement", change, day="04-29") == ["fit-criteria"]


def test_a_clarification_is_confirmed_by_the_client_and_changes_no_criterion(desk: Desk) -> None:
    (ref,) = desk.baselined()
    clearer = {"kind": "clarification", "text": "会员可查看近三年订单"}
    assert desk.refused("requirement", "revise", ref, day="04-20", input=clearer) == [
        "authority",
        "decider",
        "evidence",
    ]
    harder = clearer | {"fit_criteria": [FIT | {"text": "1 秒"}], "text": WISH["statement"]}
    assert desk.refused("requirement", "revise", ref, day="04-20", input=harder, by="张敏", evidence=[MAIL]) == [
        "new-wording",
        "same-criteria",
    ]
    done = desk.do("requirement", "revise", ref, day="04-20", input=clearer, by="张敏", evidence=[MAIL])
    assert (done.state, done.fields.current_revision, done.fields.revision.change_kind) == (
        "baselined",
        1,
        "clarification",
    )
    assert desk.register.book.newest("client_decision").fields.subject_sha256 == done.fields.revision.sha256  # type: ignore[union-attr]
    # What is said of a clarification says nothing of changes, and the other way round.
    met = {one.name for one in desk.register.conditions("requirement", "revise", ref, input=clearer, by="张敏")}
    assert "approved-change" not in met


def test_whoever_asked_is_told_why_it_is_not_taken_up(desk: Desk) -> None:
    ref = desk.requirement("captured")
    assert desk.refused("requirement", "reject", ref, day="04-09", input={"told": "COM-01"}) == ["reason", "told"]
    assert desk.do("requirement", "reject", ref, day="04-09", reason="超出范围", evidence=[MAIL]).state == "rejected"
    other = desk.requirement("in_review")
    assert desk.do("requirement", "withdraw", other, day="04-09", reason="客户撤回").state == "withdrawn"


def test_it_is_fulfilled_only_when_every_criterion_passed(desk: Desk) -> None:
    (ref,) = desk.baselined()
    assert desk.refused("requirement", "fulfil", ref, day="05-01") == ["fit-passed"]


def test_what_was_signed_cannot_be_edited(desk: Desk) -> None:
    ref = desk.requirement("captured")
    assert desk.refused("requirement", "edit", ref, day="04-09", input={"changes": {"revisions": []}}) == ["editable"]
    assert desk.do("requirement", "edit", ref, day="04-09", input={"changes": {"owner": "陈工"}}).fields.owner == "陈工"


# ------------------------------------------------------------------------------------------------------- churn


def shares(found: Churn) -> tuple[object, object]:
    return found.churn.value_or(None), found.stability.value_or(None)


def test_churn_without_a_baseline_is_unknown(desk: Desk) -> None:
    empty = churn(Book(concepts()), desk.moment("06-05"))
    assert isinstance(empty.churn, Unknown)
    assert isinstance(empty.stability, Unknown)
    assert (empty.churn.reason, empty.size, empty.by_origin) == (UnknownReason.NOT_PROVIDED, 0, {})


def test_churn_counts_each_requirement_once_and_by_whose_change_it_was(desk: Desk) -> None:
    refs = desk.baselined(6)
    desk.implemented(scope("modify", refs[0]), scope("modify", refs[1]), days=("04-22", "04-24", "04-29"))
    new = desk.requirement("clarified", day="05-12")
    desk.implemented(
        scope("modify", refs[0]), scope("add", new), scope("remove", refs[5]),
        days=("05-12", "05-15", "05-20"), raised_by="王工",
    )  # fmt: skip
    clearer = {"kind": "clarification", "text": "会员可查看近三年订单"}
    desk.do("requirement", "revise", refs[2], day="05-21", input=clearer, by="张敏", evidence=[MAIL])
    whole = churn(desk.register.book, desk.moment("06-05"))
    assert (whole.size, whole.changed, whole.clarified) == (6, 4, (refs[2],))
    assert (whole.added, whole.modified, whole.removed) == ((new,), (refs[0], refs[1]), (refs[5],))
    assert whole.churn.value_or(Decimal(0)).quantize(Decimal("0.001")) == Decimal("0.667")
    assert {origin: one.note.en for origin, one in whole.by_origin.items() if isinstance(one, Known) and one.note} == {
        "client": "2/6",
        "agency": "3/6",
    }
    # Twenty working days back lies 8 May: the change of 29 April is out, the baseline that held then is 1.
    late = churn(desk.register.book, desk.moment("06-05"), window_wd=20)
    assert (late.of_baseline, late.size, late.changed) == (1, 6, 3)
    # On 29 May the window begins after 29 April, so that day does not count any more.
    assert churn(desk.register.book, desk.moment("05-29"), window_wd=20).changed == 3
    assert churn(desk.register.book, desk.moment("05-28"), window_wd=20).changed == 4
    before = churn(desk.register.as_of(at("04-20")), desk.moment("04-20"), window_wd=20)
    assert shares(before) == (Decimal(0), Decimal(1))


def test_more_churn_than_requirements_leaves_no_stability(desk: Desk) -> None:
    desk.baselined(1)
    new = [desk.requirement("clarified", day="04-20") for _ in range(2)]
    desk.implemented(*(scope("add", ref) for ref in new), days=("04-22", "04-24", "04-29"))
    assert shares(churn(desk.register.book, desk.moment("06-05"))) == (Decimal(2), Decimal(0))


def test_churn_of_the_story(desk: Desk) -> None:
    refs = desk.baselined(48)
    desk.implemented(*(scope("modify", ref) for ref in refs[10:14]), days=("04-22", "04-24", "04-29"))
    new = [desk.requirement("clarified", day="05-12") for _ in range(3)]
    lines = [*(scope("add", ref) for ref in new), scope("remove", refs[29])]
    desk.implemented(*lines, days=("05-12", "05-15", "05-20"))
    book = desk.register.book
    assert book.newest("requirements_baseline").ref == "RB-2"  # type: ignore[union-attr]
    for day in ("05-29", "06-05"):
        whole = churn(book, desk.moment(day))
        window = churn(book, desk.moment(day), window_wd=20)
        assert [(one.changed, one.size) for one in (whole, window)] == [(8, 48), (4, 48)]
    # The same figure from a register that knew nothing of May yet.
    april = churn(desk.register.as_of(at("05-08")), desk.moment("05-08"))
    assert (april.changed, april.added, april.removed) == (4, (), ())
    assert list(book.violations()) == []


def test_a_modification_leaves_something_to_measure_it_by(desk: Desk) -> None:
    (ref,) = desk.baselined(1)
    change = desk.implemented(scope("modify", ref), days=("04-22", "04-24", "04-28"))
    bare = {"change": change, "fit_criteria": []}
    assert desk.refused("requirement", "revise", ref, day="04-29", input=bare) == ["fit-criteria"]
